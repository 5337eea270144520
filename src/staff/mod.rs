//! People: who works here, their one role, how they sign in, what they may do, and the approval
//! that a manager gives for one deed. Owns the tables `staff`, `revoked_tokens`,
//! `sign_in_failures`, `sign_in_locks` and `approval_requests`.

pub mod actions;
pub mod approval;
pub mod cookies;
pub mod guards;
pub mod handlers;
pub mod hashing;
pub mod member;
pub mod person;
pub mod place;
mod readers;
pub mod renewal;
pub mod requests;
pub mod secrets;
pub mod session;
mod store;
pub mod tries;
pub mod view;

pub use approval::{
    Agreed, Agreement, Approval, Approver, Colleague, Confirmed, Consent, approve, approvers,
    confirmed, consent, order_takers,
};
pub use guards::{
    Admin, AtWork, Cashier, Cook, Manager, OrderTaker, Refunder, SignedIn, StockKeeper,
};
pub use member::Member;
pub use person::{Person, Role, short_name};
pub use readers::KnownReaders;
pub use renewal::Renewals;
pub use requests::Wish;
pub use secrets::Typed;
pub use store::{forget_old, send_everybody_out};
pub use view::{approval_fields, secret_fields};

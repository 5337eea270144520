//! People: who works here, their one role, how they sign in, what they may do, and the approval
//! that a manager gives for one deed. Owns the tables `staff`, `revoked_tokens`,
//! `sign_in_failures` and `sign_in_locks`.

pub mod guards;
pub mod person;
pub mod session;

pub use guards::{Admin, Cashier, Cook, Manager, OrderTaker, SignedIn, StockKeeper};
pub use person::{Person, Role, short_name};

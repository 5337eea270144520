//! Money that goes back: a row of its own that points at the payment, and says which of two things happened. A wrong payment
//! is due again, and its order opens; for goods that came back the lines are struck out in the same transaction, so that the
//! order stays settled. Owns the tables `refunds`, `returned_pieces` and
//! `pesapal_refunds`.

mod actions;
mod asked_for;
pub mod handlers;
mod refund;
mod store;
mod through_pesapal;
pub(super) mod view;
mod waiting;

pub use asked_for::{AskedFor, open as waited_for};
pub use refund::{Left, Refund, RefundKind, RefundRefusal};
pub use store::{of_order, of_payment, sums_of_day, sums_of_shift};
pub use through_pesapal::{Asked, confirm};
pub use waiting::ask_due;

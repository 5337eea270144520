//! Payments: money received for orders, and the receipt that a guest takes home.
//!
//! A payment is a row that is only ever added; its order counts what was received, and what is in cash is booked into
//! the shift of whoever takes it, all in one transaction. Further methods add a variant to [`Choice`] and an action
//! beside [`actions::take_cash`]; the table holds them already. Owns the table `payments`.

mod actions;
pub mod handlers;
mod payment;
mod receipt;
mod store;
mod tender;
mod view;

pub use payment::{Choice, Method, MethodSum, Payment};
pub use store::{of_order, sums_of_shift};
pub use tender::{CashTaken, CashTender, TenderRefusal};

//! Payments: money received for orders, and the receipt that a guest takes home.
//!
//! A payment is a row that is only ever added; its order counts what was received, and what is in cash is booked into
//! the shift of whoever takes it, all in one transaction. Card and mobile money are recorded by hand from the slip or the
//! message, each under what its provider calls it, which pays once. Owns the tables `payments` and
//! `paid_pieces` (what of an order was paid by item), `bills`, which were handed to guests before they paid, `receipt_contents`,
//! `receipt_links` and `receipt_prints`, and what is given back (`refunds`).
//!
//! Mobile money whose message has not come yet is waited for (`attempt`, `desk`), and what was recorded by hand is verified
//! when the provider's statement is read in (`statements`). Online money comes through `pesapal`.

mod actions;
mod attempt;
mod bill;
mod content;
pub mod desk;
pub mod handlers;
mod items;
mod link;
mod payment;
pub mod pesapal;
mod receipt;
mod reference;
pub mod refunds;
mod sharers;
mod slip;
pub mod statements;
mod store;
mod tender;
mod to_paper;
mod view;

pub use attempt::{Attempt, AttemptState};
pub use link::Valve;
pub use payment::{Choice, Method, MethodSum, Payment};
pub use reference::{Reference, ReferenceRefusal};
pub use sharers::Sharers;
pub use store::{
    count_waiting, late_of_day, link_all, of_order, sums_of_day, sums_of_shift, tips_that_came,
};
pub use tender::{CashTaken, CashTender, Charge, Taken, TenderRefusal, UsedReference};

#[cfg(test)]
mod tests;

//! Pesapal: a guest pays on a page of its own, by mobile money or card, and the money arrives when it does.
//!
//! An **attempt** is what was asked for: its row is committed before Pesapal hears of it, under a merchant reference of its
//! own for ever, so that nothing is submitted twice. It is no money. Money is recorded once for each of Pesapal's
//! transactions, whichever door brings the word and however often: the till that asks, the loop that polls, Pesapal's
//! notification, the guest's browser, a relay's signed message. A notification is only a hint: where there are credentials,
//! the status is asked before anything is recorded. No transaction of the database is open while Pesapal is asked.
//!
//! Owns the rows of `payment_attempts` whose method is `pesapal`, and the tables `pesapal_ipns`, `pesapal_receipts` and
//! `payment_orphans` (what was said of money and could not be booked as it was said).

mod actions;
mod amount;
mod answer;
mod attempt;
mod client;
pub mod doors;
pub mod handlers;
mod hearing;
mod orphan;
mod payer;
mod refund;
mod relay;
mod store;
mod view;
mod word;

pub use actions::{ask_due, start, submit};
pub use attempt::{Attempt, Channel, PesapalRefusal, State};
pub use client::{Failure, Gateway};
pub use hearing::Door;
pub use orphan::Orphan;
pub use payer::Payer;
pub use refund::{Origin, RefundRefusal, ask_refund, ask_status, is_of_pesapal, may_refund};
pub use store::{open_of_order, orphans};
pub use view::{open_attempts, panel_of_link};

//! Shifts: a person's responsibility for cash, and the business day that everything is booked on.
//!
//! A shift is one person's; it owns a terminal's drawer, a cash pouch, or no cash at all. Cash goes to the shift of
//! whoever takes it, as an entry of its ledger; what the drawer should hold is the sum of those entries, and nothing
//! here ever changes or deletes one. Counting and closing a shift is the room `closing`.
//!
//! Owns the tables `business_days`, `shifts` and `cash_entries`. Locks are taken in the order business day, shift,
//! order, ticket: callers ask [`business_date`] first, then [`ensure_open`] or [`for_cash`], then lock their order.

mod actions;
pub mod cash;
mod counted;
mod day;
mod drawer;
pub mod handlers;
mod ledger;
mod shift;
mod store;
mod view;

pub use actions::{TakeOver, ensure_open, enter_cash, for_cash, for_take_over, take_over};
pub use counted::{Counted, CountedRefusal, Pieces};
pub use day::{DayRefusal, believe_clock, business_date, local_rule};
pub use drawer::{is_drawer_here, open_drawer_for, open_drawer_of};
pub use ledger::{CashEntry, EntryKind, KindSum, Ledger};
pub use shift::{CashChoice, CashPlace, Closed, Float, Shift, ShiftRefusal};
pub use store::{
    Hold, Left, all_open, cash_of_day, close_day, find, forgotten, hold, hold_day_alone, is_day,
    is_on_shift, lately_closed, ledger, ledger_of_day, ledger_on, left_in_drawer, open_of, report,
    store_closed,
};
pub use view::{bar, count_table, forgotten_banner, since};

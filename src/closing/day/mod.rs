//! The business date: the X report, which can be read at any time and changes nothing, and the Z report, which closes the date
//! once and for ever. Owns the tables `z_reports` and `z_orders`.
//!
//! A date's row is held alone while its Z is made, and by every sale in share, so that no sale races it; what is sold afterwards
//! carries the next date. Nothing has to be finished first: open shifts and orders are listed, and go on.
//!
//! A sale counts on the date on which its order was first settled. What becomes of the order afterwards (goods that come back,
//! something that is added to an order that was opened again) is a correction on the Z of the date on which it happens: each Z
//! keeps what it said of each order, so that all Zs together say what all orders come to. What is counted by time (shifts that
//! were closed, lines that were struck out) is counted from one Z to the next, so that nothing is told twice or left out.

mod actions;
mod drawers;
pub mod handlers;
mod report;
mod rules;
mod slip;
mod store;
mod view;

pub use report::{DayReport, OpenLine, ShiftLine};
pub use rules::DayRefusal;

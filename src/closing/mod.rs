//! The end of a shift: the blind count, what stands in the way, and the report that never changes.
//!
//! Closing is always possible. Open orders are handed to another open shift or carried over, one transaction each;
//! then closing only checks that none is left. Orders that are paid and still with the kitchen do not hinder, and an
//! order with nothing on it yet is carried over by the closing itself. A count is blind: what should be in the drawer is computed, under the
//! shift's lock, when the count is locked, and shown only after. Every count is kept.
//!
//! Cash that comes in after a count (or goes out) makes it stale: the shift cannot be closed with it, and its owner
//! counts again, however often that happens; only recounts of an unchanged drawer are limited (one by oneself, more by
//! a manager). Trade therefore never has to stop for a count, and a report never closes with a count of another amount
//! of cash.
//!
//! Every tender is counted: with the cash what the card batch, the telephones and the statements say, of those that the shift took
//! anything by. What nobody looked at stands on the report as not counted.
//!
//! Owns the tables `shift_counts`, `shift_tender_counts`, `shift_variances`, `shift_report_numbers` and `report_prints`.

mod actions;
mod count;
pub mod day;
mod feed;
pub mod handlers;
pub mod handover;
mod in_the_way;
mod list;
mod paper;
mod report;
mod slip;
mod store;
mod tender;
mod variance;
mod view;

pub use count::{Count, CountRefusal};
pub use feed::ShiftsView;
pub use in_the_way::{InTheWay, unfinished};
pub use report::{CountLine, FloatLine, MovedLine, Named, OrderCounts, ShiftReport, VarianceLine};
pub use store::is_counted;
pub use tender::TenderLine;
pub use variance::{Standing, Variance, VarianceRefusal};

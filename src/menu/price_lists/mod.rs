//! Lists of prices that count at certain hours, such as a happy hour: which of them count at a moment, and how managers
//! keep them.

mod actions;
pub mod handlers;
mod hours;
mod list;
mod store;
mod view;

pub(super) use hours::COUNTS;
pub use hours::Hours;

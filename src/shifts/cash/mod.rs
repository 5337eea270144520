//! Cash that moves without a sale: put in, paid out, taken to the safe, tips handed to staff, the drawer opened for nothing.
//!
//! Each is an entry of the shift's ledger with a reason and a slip. What was booked by mistake is taken back by an entry the
//! other way, which points at it, and only once; nothing is changed or deleted. Cash that leaves by somebody's word alone has a
//! limit for each shift, tips have what guests gave: beyond it a manager agrees.

mod actions;
pub mod handlers;
mod movement;
mod slip;
mod store;
mod view;

pub use handlers::note_refused;
pub use movement::{Moved, Movement};
pub use store::of_shift;

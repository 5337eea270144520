//! What is being made: stations, their boards, and the tickets on them. Owns the tables `stations`,
//! `tickets` and `ticket_lines`.
//!
//! A ticket is a snapshot of the lines of one order for one station. It knows no money, and the
//! kitchen never asks about its order: orders open tickets through [`hand_over`] in the transaction
//! that sends, and show what reached a screen through [`receipts`]. Handlers that change a ticket lock
//! its order first, and tell the order in the same transaction how far its lines are (`orders::progressed`).
//!
//! How fast the stations were can be asked with [`figures()`], and how long a station takes for each product with
//! [`learned`].

mod actions;
mod board;
mod figures;
pub mod handlers;
mod keys;
pub mod paper;
pub mod prints;
pub mod receipts;
mod station;
pub mod stations;
mod store;
mod ticket;
mod view;
mod work;

pub use actions::{
    NewLine, OrderSnapshot, Struck, Work, hand_over, move_lines, paid, retitle, split_line,
    strike_out,
};
pub use figures::{
    ENOUGH, Finding, KitchenFigures, LEARNED_OVER, Learned, ProductFigures, Sent, StationFigures,
    TicketFigures, Times,
};
pub use handlers::BoardView;
pub use station::{Pace, Station, StationKind};
pub use store::{figures, learned, station, stations};
pub use ticket::{
    Age, FRESH, LineProgress, RECALL_WITHIN, TicketClock, TicketKind, TicketModifier, TicketRefusal,
};
pub use view::legend;
pub use work::{Underway, work_in_progress};

#[cfg(test)]
mod tests;

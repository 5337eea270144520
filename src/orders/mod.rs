//! What the guests of one table or counter visit have asked for, until they have paid and have it.
//! Owns the tables `orders`, `order_lines` and `order_numbers`.
//!
//! Two tills may hold the same table: the order's row is the lock for everything on it. Commands
//! are "add", "change quantity", "remove"; no request ever replaces a whole order.

mod actions;
mod afterwards;
mod change_sheets;
mod changes;
mod discount;
mod doors;
pub mod feed;
pub mod floor_view;
pub mod handlers;
pub mod line;
pub mod order;
pub mod panel;
pub mod presence;
mod reduction_sheets;
mod refusal;
pub mod sheets;
mod sold;
pub mod status;
mod store;
pub mod view;
mod wishes;

pub use actions::{cancel_abandoned, serve_lines, take_back};
pub use afterwards::Why;
pub use changes::Cut;
pub use discount::{Given, Off};
pub use doors::{
    Received, billed, carry_over, give_back, hand_over, hold_open_of_shift, lock, open_of_shift,
    progressed, receive, return_goods, row, settle_nothing_due,
};
pub use feed::{FloorView, OrderView, ReadyView, TableView};
pub use floor_view::Facts;
pub use line::{Line, LineState};
pub use order::{Kind, Order, OrderRefusal, Place};
pub use reduction_sheets::discount_label;
pub use sold::{Sold, SoldOrder, TaxSold};
pub use status::Status;
pub use store::{
    OnPass, OpenOrder, PassLine, Struck, VoidsFor, Waiting, find, on_pass, open_orders,
    sold_before_and_changed, sold_on, struck_out, voids_after_send,
};

//! The pass: whole orders across stations, what is missing of each, and what is carried out from there. Owns the table
//! `servings`.
//!
//! A pass is a station of the kind `expo`, which makes nothing itself. It shows what orders and kitchen say, so it stands
//! above both: an order's lines and whether it is paid come from the one, where they are made and since when from the
//! other.
//!
//! Whoever takes orders sees the pass and serves from it, since serving is theirs; managers and admins are among them. So
//! does the display that hangs there, whose deeds are the terminal's. Cooks and bartenders work at their own kind of
//! station (product.md section 1): at the pass they use its display.
//!
//! An order stands under "Ready to serve" as soon as something of it waits, and under "In progress" as long as something
//! of it is being made; one of which a part is ready stands under both. What is carried out can be taken back where it
//! was done, for 15 minutes: the lines wait again, and an order that was closed stays closed.

mod actions;
mod feed;
mod guard;
pub mod handlers;
mod serving;
mod store;
mod view;
mod whole;

pub use feed::PassView;
pub use guard::Runner;
pub use serving::{Serving, ServingRefusal};
pub use store::forget_old;
pub use whole::{Counts, Part, Pass, Stage, Whole};

//! The stations as managers keep them: how many there are, what they are called, by when work is to be done, where
//! tickets go, and the hands and ears of each: its keys and what rings there.

mod actions;
pub mod handlers;
mod hands;
mod plan;
mod store;
pub(super) mod view;

pub use hands::{Hands, Ring};
pub use store::hands_of;

//! A drawer or pouch that goes on with somebody else, with the cash in it: whoever has it counts blind, whoever takes it says
//! what they count and confirms it with their own secret on the same device.
//!
//! All of it is one transaction: the one shift is closed with its count and its variance, which somebody agrees to as at any
//! closing; the other is given what was counted as its float, and the open orders. Where the two do not say the same, nothing
//! happens, and the drawer is counted again.

mod actions;
pub mod handlers;
mod refusal;
mod view;

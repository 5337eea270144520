//! The desk of mobile money: what is waited for, what came for no order, and what came late.
//!
//! Somebody who waits for a guest's money says so, and everybody sees it on the order and here until the provider's message
//! is typed in or somebody says that none comes. Writes `payment_attempts` of the two methods that people confirm, and
//! `payment_payers`.
//!
//! An attempt's row is taken before the business day, the shift and the order; nobody who holds one of those waits for an
//! attempt.

mod actions;
pub mod feed;
mod going_back;
pub mod handlers;
mod sheets;
pub(super) mod store;
pub mod view;

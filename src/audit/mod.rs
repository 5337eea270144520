//! The audit log made visible: what was done, by whom and with whose consent; one order's whole story; whether the chain of
//! seals is whole; and who strikes out, gives free, lowers, or opens the drawer far more often than their colleagues.
//!
//! Owns no table and changes nothing; nobody calls it. It reads across the rooms' tables, because a story is told by all of
//! them, and everything that it reads is bounded: a page of the log looks at so many rows at most and says where it stopped.

mod chain;
mod deed;
mod exceptions;
mod facts;
pub mod handlers;
mod recorded;
mod search;
mod store;
mod story;
mod view;

pub use chain::{Asked as VerifyAsked, Verdict, verify};

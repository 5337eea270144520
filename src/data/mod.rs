//! The floor under all rooms: how the program reaches Postgres, and the one way to change anything.
//!
//! [`tx`] begins and commits transactions, once, at the edge; [`once`] makes a repeated request
//! change nothing more; [`journal`] writes the audit log inside the same transaction and seals it
//! afterwards. The rooms' own queries live in their `store.rs`.

mod batch;
pub mod cached;
pub mod connect;
pub mod entity;
#[cfg(debug_assertions)]
mod failpoint;
pub mod failure;
pub mod journal;
pub mod once;
pub mod private_postgres;
pub mod seal;
pub mod tally;
pub mod tx;

pub use batch::Write;
pub use failure::OnConstraint;
pub use journal::{By, Entry};
pub use once::{Claim, Key, Reading, RowLock, Spending, as_locked};
pub use tally::Tally;
pub use tx::{Tx, Written};

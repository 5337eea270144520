//! Backups: one file that holds the café at a moment, proved by restoring it beside the data, and the way back.
//!
//! The file is a tar of a manifest, `pg_dump`'s custom format and the pictures; what is in every table is counted at the
//! very moment that the dump shows. One instance makes backups at a time. What became of each is a row.

mod archive;
pub mod backup;
mod contents;
pub mod handlers;
mod programs;
mod restore;
pub mod store;
pub mod view;
mod work;

pub use backup::{Backup, Cause, Standing, State};
pub use programs::Programs;
pub use restore::{Ready, prepare, restore, save_first, settle};
pub use work::{Vault, ask, run_if_due, take_up, verify, work_off};

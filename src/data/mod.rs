//! The floor that every room stands on: where the data lives and how it is reached.

pub mod private_postgres;

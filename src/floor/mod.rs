//! Where guests sit: areas and tables. Owns the tables `areas` and `dining_tables`. Whether a table is
//! occupied is asked of the orders, never stored here.

mod store;

pub use store::{Area, Table, areas, table};

//! What the program does when it is called: one file per command, and how they reach the database.

pub mod audit;
pub mod backup;
pub mod check;
pub mod clock;
pub mod database;
pub mod health;
pub mod migrate;
pub mod print_agent;
pub mod seed;
pub mod serve;
pub mod staff;

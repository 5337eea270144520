//! The thin floor between HTTP and the rooms; it knows no room.

pub mod assets;
pub mod serve;

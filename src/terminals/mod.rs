//! Paired devices: tills and wall displays, each with a revocable token of its own. Owns the table
//! `terminals`.

pub mod device;

pub use device::{DeviceKey, Terminal, device, key_of, paired};

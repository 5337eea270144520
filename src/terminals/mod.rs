//! Paired devices: tills, wall displays and print agents, each with a revocable token of its own. A device becomes a
//! terminal by a code that an admin makes and that is typed on it once. Owns the table `terminals`.

pub mod actions;
mod code;
pub mod device;
pub mod handlers;
mod sightings;
mod store;
mod terminal;
mod view;

pub use device::{COOKIE, DeviceKey, Terminal, bearer, cookie, device, key_of, paired};
pub use sightings::Sightings;
pub use store::showing;

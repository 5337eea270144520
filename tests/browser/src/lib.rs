//! What journeys are made of: the built program on a private Postgres, headless Chromium, the screens of the
//! people in it, and the cable between them.
//!
//! A journey ([`journey`]) gets a [`House`] of its own and ends all it started, whether it succeeds, fails or
//! hangs. It fails by itself when a screen saw a console error, an uncaught exception, a breach of the content
//! policy or an answer of 4xx or 5xx that was not announced, or when the program logged an error.

mod axe;
mod chromium;
mod house;
mod keyboard;
mod kitchen;
mod layout;
mod people;
mod pesapal;
mod program;
mod screen;
mod truth;
mod wall;
mod wire;
mod yesterday;

pub use house::{House, journey, journey_with, journey_within};
pub use people::{FIRST_PASSWORD, OWN_PASSWORD};
pub use pesapal::Pesapal;
pub use screen::{Screen, View};
pub use wall::Wall;
pub use wire::Wire;

//! What people do, in headless Chromium against the built program: one binary, so that a journey that waits leaves the
//! processor to another.

mod backups;
mod board;
mod everybody;
mod expo;
mod fingers;
mod hundred;
mod journeys;
mod keyboard;
mod layout;
mod looks;
mod order;
mod walls;

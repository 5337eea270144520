//! A point of sale for cafés: the rooms of the house, one sentence each.

/// The settings, parsed once at the start.
pub mod config;
/// The database: how it is reached, written and kept.
pub mod data;
/// What makes every screen tell the truth soon after a commit.
pub mod live;
/// Maud pieces that know no room; the conventions between markup and scripts.
pub mod ui;
/// Money, quantities, ids, business days, texts: what everything counts with. Pure.
pub mod values;
/// The thin floor between HTTP and the rooms.
pub mod web;

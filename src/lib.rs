//! A point of sale for cafés: the rooms of the house, one sentence each.

/// What a request may reach: database, clock, live pictures, settings.
pub mod app;
/// The audit log made visible: who did what, whether its chain is whole, one order's story, the exceptions of each person.
pub mod audit;
/// The loops beside the server.
pub mod background;
/// The café in a file, proved, and the way back.
pub mod backups;
/// The end of a shift: the blind count, what stands in the way, the report that never changes.
pub mod closing;
/// What the program does when it is called: serve, migrate, check, …
pub mod commands;
/// The settings of the environment, parsed once at the start.
pub mod config;
/// The floor under all rooms: how Postgres is reached, and the one way to change anything.
pub mod data;
/// What managers read of the kitchen.
pub mod figures;
/// Areas and tables.
pub mod floor;
/// Is the program well?
pub mod health;
/// What is being made: stations, their boards, and the tickets on them.
pub mod kitchen;
/// What makes every screen tell the truth soon after a commit.
pub mod live;
/// What is sold: categories, sections, products, and the choices they offer.
pub mod menu;
/// What is counted and measured, for Prometheus.
pub mod metrics;
/// What guests have asked for, until they have paid and have it.
pub mod orders;
/// The pass: whole orders across stations, and what is carried out from there.
pub mod pass;
/// Money received for orders, and the receipt that a guest takes home.
pub mod payments;
/// Printers, what waits for them, and what becomes of it.
pub mod printers;
/// Paper: what stands on a slip, and every way to draw it.
pub mod printing;
/// The map of every address.
pub mod routes;
/// The house a café starts with, and a month of trade to look at.
pub mod seed;
/// The venue's own settings, kept in the database.
pub mod settings;
/// Shifts: a person's responsibility for cash, and the business day that everything is booked on.
pub mod shifts;
/// People: who works here, how they sign in, what they may do.
pub mod staff;
/// The one stream of a screen, and where each person begins.
pub mod stream;
/// Paired devices: tills and wall displays.
pub mod terminals;
/// What makes a tablet believe a certificate that this server made itself.
pub mod trust;
/// Maud pieces that know no room; the conventions between markup and scripts.
pub mod ui;
/// Money, quantities, ids, business days, texts: what everything counts with. Pure.
pub mod values;
/// The thin floor between HTTP and the rooms.
pub mod web;

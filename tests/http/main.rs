//! The real routes on a real Postgres: one cluster a run, a database a test.

// The world offers more than each moment of it uses.
mod after_sending;
mod approvals;
mod audit;
mod back_in_cash;
mod backups;
mod bills;
mod cash;
mod charges;
mod clock;
mod days;
mod denied;
mod desk;
mod expo;
mod figures;
mod hostile;
#[allow(dead_code)]
mod house;
mod kept_back;
mod kitchen;
mod links;
mod live;
mod menu;
mod metrics;
mod mistyped;
mod model;
mod orders;
mod parts;
mod pesapal;
mod price_lists;
mod printers;
mod races;
mod receipt_contents;
mod receipt_links;
mod receipts;
mod reductions;
mod refunds;
mod routes;
mod settings;
mod shifts;
mod staff;
mod statements;
mod stations;
mod terminals;
mod trust;
mod versions;

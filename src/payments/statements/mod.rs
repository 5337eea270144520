//! Statements: what a provider of mobile money says came in, beside what was recorded by hand.
//!
//! A manager uploads the file that the provider's own portal exports (`table`, `cells`, `statement` read it; nothing of a
//! faulty one is kept). A transaction that a payment names, with the same amount, verifies that payment, whichever of the
//! two was there first; the rest is shown: what differs, what nobody has booked, and what nobody can find. Where the id of a
//! payment was mistyped, a manager says which transaction it is, and can take that back. Owns the tables `statements`,
//! `statement_lines` and `payment_verifications`; in the first two rows are only ever added, in the third only what a
//! person said can go again.

mod actions;
mod cells;
pub mod handlers;
mod refusal;
mod statement;
pub(super) mod store;
mod table;
mod view;

//! What committed transactions did, counted for `/metrics`.
//!
//! Counted in memory after the commit: exact for this instance, free of queries, and it begins at nothing with the
//! program, as a counter may. A repeated request and one that was rolled back count nothing. Asking the database instead
//! would read every order at each scrape, and each instance would report all of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A kind of deed that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tally {
    /// An order was opened; by the kind of the order.
    OrderOpened,
    /// An order was settled; by the kind of the order.
    OrderSettled,
    /// An order was called off; by the kind of the order.
    OrderCancelled,
    /// Money was taken; by the method of payment.
    PaymentTaken,
}

/// How often each was done since the start.
#[derive(Debug, Default)]
pub struct Tallies(Mutex<BTreeMap<(Tally, &'static str), u64>>);

impl Tallies {
    /// Adds what one transaction did.
    pub(super) fn add(&self, done: Vec<(Tally, &'static str)>) {
        if done.is_empty() {
            return;
        }
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in done {
            *tallies.entry(one).or_default() += 1;
        }
    }

    /// How often this was done, by kind.
    pub fn of(&self, tally: Tally) -> Vec<(&'static str, u64)> {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let these = tallies.iter().filter(|((one, _), _)| *one == tally);
        these.map(|((_, kind), count)| (*kind, *count)).collect()
    }
}

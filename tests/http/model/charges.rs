//! Money that comes by card or over the telephone (product.md, section 5).

use uuid::Uuid;

use super::book::*;
use super::command::{Ending, Pay};

/// How money comes in, in the order of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    #[default]
    Cash,
    Card,
    Mtn,
    Airtel,
}

impl Method {
    pub const ALL: [Method; 4] = [Method::Cash, Method::Card, Method::Mtn, Method::Airtel];

    pub fn written(self) -> &'static str {
        match self {
            Method::Cash => "cash",
            Method::Card => "card",
            Method::Mtn => "mtn_momo",
            Method::Airtel => "airtel_money",
        }
    }

    pub fn is_mobile(self) -> bool {
        matches!(self, Method::Mtn | Method::Airtel)
    }
}

/// As a reference is kept: in capital letters, without the spaces that people type between groups.
pub fn kept(reference: &str) -> String {
    let signs = reference.chars().filter(|sign| !sign.is_whitespace());
    signs.map(|sign| sign.to_ascii_uppercase()).collect()
}

/// Its letters and digits, by which an id of mobile money is known.
pub fn bare(reference: &str) -> String {
    let signs = reference.chars().filter(char::is_ascii_alphanumeric);
    signs.map(|sign| sign.to_ascii_uppercase()).collect()
}

/// Whether it could be an id at all.
pub fn is_readable(reference: &str) -> bool {
    bare(reference).len() >= 3
}

impl Pay {
    /// Whether the reference could be one at all; with cash nobody reads it.
    pub fn has_readable_reference(&self) -> bool {
        let reference = self.reference.as_deref();
        self.method == Method::Cash || reference.is_none_or(is_readable)
    }
}

impl Ending {
    /// An id has three signs at least, and what fails has a reason.
    pub fn can_be_read(&self) -> bool {
        match self {
            Ending::Came(reference) => is_readable(reference),
            Ending::Failed { .. } => self.reason().is_some(),
            Ending::Withdrawn => true,
        }
    }

    /// Their own words go before those of the list.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Ending::Failed { chosen, written } => written.or(*chosen),
            Ending::Came(_) | Ending::Withdrawn => None,
        }
    }
}

impl Book {
    /// An id of mobile money pays once for ever, the number of a card's slip once on its business date.
    pub fn has_paid(&self, method: Method, reference: &str) -> bool {
        let is_same = |payment: &Payment| {
            let Some(other) = &payment.reference else {
                return false;
            };
            match (method.is_mobile(), payment.method.is_mobile()) {
                (true, true) => bare(other) == bare(reference),
                (false, false) => *other == kept(reference) && payment.date == self.date(),
                _ => false,
            }
        };
        self.payments.iter().any(is_same)
    }

    /// What becomes of it on an order that owes as much: nothing of it goes back, so that more than is due is refused.
    pub fn charge(&self, pay: &Pay, balance: i64, said: Option<i64>) -> Result<Payment, u16> {
        let amount = said.unwrap_or(balance);
        must((1..=balance).contains(&amount), INVALID)?;
        let reference = pay.reference.as_deref();
        must(reference.is_some() || !pay.method.is_mobile(), INVALID)?;
        let is_used = reference.is_some_and(|text| self.has_paid(pay.method, text));
        must(!is_used, CONFLICT)?;
        Ok(Payment {
            id: Uuid::nil(),
            order: None,
            placed: None,
            shift: None,
            by: None,
            link: None,
            at: 0,
            date: 0,
            method: pay.method,
            amount,
            tip: pay.tip,
            tendered: None,
            change: 0,
            reference: reference.map(kept),
            pieces: Vec::new(),
        })
    }
}

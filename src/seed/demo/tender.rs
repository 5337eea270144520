//! What guests pay with.

use time::OffsetDateTime;

use super::chance::Chance;
use crate::orders::Kind;
use crate::payments::Method;
use crate::values::{BusinessDate, Currency, Money, quick_cash, split_evenly};

/// Money that was received. `tendered = amount + tip + change`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) method: Method,
    pub(super) amount: Money,
    pub(super) tip: Money,
    /// What was handed over, for cash.
    pub(super) tendered: Option<Money>,
    pub(super) change: Money,
    /// What the provider calls it, for the rest.
    pub(super) reference: Option<String>,
    pub(super) at: OffsetDateTime,
}

impl Paid {
    pub(super) fn is_cash(&self) -> bool {
        self.method == Method::Cash
    }
}

/// The transaction ids of one day's providers, none twice.
pub(super) struct References {
    date: BusinessDate,
    last: u32,
}

impl References {
    pub(super) fn of(date: BusinessDate) -> Self {
        References { date, last: 0 }
    }

    fn next(&mut self, method: Method) -> Option<String> {
        self.last += 1;
        let day = self.date.compact();
        let day = day.get(2..).unwrap_or_default();
        match method {
            Method::MtnMomo => Some(format!("3{day}{:04}", self.last * 7)),
            Method::AirtelMoney => Some(format!("MP{day}.{:04}", self.last * 11)),
            Method::Card => Some(format!("{day}{:06}", self.last * 13)),
            Method::Cash | Method::Pesapal => None,
        }
    }
}

/// The parts in which a bill is paid: mostly one, at a table sometimes two.
pub(super) fn parts(due: Money, kind: Kind, chance: &mut Chance) -> Vec<Money> {
    let large = due > Money::new(40_000);
    if kind == Kind::DineIn && large && chance.happens(9) {
        split_evenly(due, 2, Money::new(500))
    } else {
        vec![due]
    }
}

/// One payment of `amount`, with a tip now and then.
pub(super) fn of(
    amount: Money,
    kind: Kind,
    at: OffsetDateTime,
    references: &mut References,
    chance: &mut Chance,
) -> Paid {
    const METHODS: [(Method, u32); 4] = [
        (Method::Cash, 53),
        (Method::MtnMomo, 25),
        (Method::AirtelMoney, 10),
        (Method::Card, 12),
    ];
    let method = chance.weighted(&METHODS).unwrap_or(Method::Cash);
    let tips = matches!(method, Method::Cash | Method::Card);
    let tip = if kind == Kind::DineIn && tips && chance.happens(24) {
        let tip = chance.pick(&[1_000, 2_000, 2_000, 3_000, 5_000, 10_000]);
        Money::new(tip.copied().unwrap_or(1_000))
    } else {
        Money::ZERO
    };
    let tendered = (method == Method::Cash).then(|| handed_over(amount + tip, chance));
    Paid {
        method,
        amount,
        tip,
        tendered,
        change: tendered.map_or(Money::ZERO, |tendered| tendered - amount - tip),
        reference: references.next(method),
        at,
    }
}

/// Exact, or what the till would offer.
fn handed_over(due: Money, chance: &mut Chance) -> Money {
    let offered = quick_cash(due, Currency::Ugx);
    let nearest: Vec<Money> = offered.into_iter().take(4).collect();
    if chance.happens(34) {
        due
    } else {
        chance.pick(&nearest).copied().unwrap_or(due)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use time::macros::datetime;

    use super::*;

    #[test]
    fn cash_adds_up_and_everything_else_has_a_reference_of_its_own() {
        let mut chance = Chance::of(3);
        let mut references = References::of("2026-11-20".parse().unwrap());
        let mut seen = HashSet::new();
        for amount in (3_000..300_000).step_by(500).map(Money::new) {
            let at = datetime!(2026-11-20 10:00 UTC);
            let paid = of(amount, Kind::DineIn, at, &mut references, &mut chance);
            match paid.tendered {
                Some(tendered) => {
                    assert!(paid.is_cash() && paid.reference.is_none());
                    assert_eq!(tendered, paid.amount + paid.tip + paid.change);
                    assert!(!paid.change.is_negative());
                }
                None => assert!(seen.insert((paid.method, paid.reference.unwrap()))),
            }
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn parts_are_the_whole() {
        let mut chance = Chance::of(3);
        for due in (500..200_000).step_by(500).map(Money::new) {
            let parts = parts(due, Kind::DineIn, &mut chance);
            assert_eq!(parts.iter().copied().sum::<Money>(), due);
            assert!(parts.iter().all(|part| part.is_positive()));
        }
    }
}

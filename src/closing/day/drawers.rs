//! The cash of a business date by drawer: each shift that had it, what moved it, what was counted.

use serde::Serialize;

use crate::shifts::{EntryKind, Ledger, Shift};
use crate::values::{Money, ShiftId};

/// What moved the cash of one shift on a date.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Which shift.
    pub shift: ShiftId,
    /// Where its cash was: "Drawer of Till 1", "Cash pouch".
    pub place: String,
    /// Whose it was.
    pub owner: String,
    /// The number of its report, once it is closed.
    pub report: Option<i32>,
    /// What moved it on this date; nothing where whoever reads it has yet to count it.
    pub moved: Option<Ledger>,
    /// What was counted, and what was too much or missing, where it was closed on this date.
    pub counted: Option<(Money, Money)>,
}

impl Held {
    /// Of a shift and what moved its cash on the date.
    pub fn of(shift: &Shift, moved: Option<Ledger>, counted: Option<(Money, Money)>) -> Self {
        Held {
            shift: shift.id,
            place: shift.cash.to_string(),
            owner: shift.name.clone(),
            report: shift.closed.map(|closed| closed.report),
            moved,
            counted,
        }
    }

    /// What these kinds moved; nothing where it is hidden.
    pub fn amount(&self, kinds: &[EntryKind]) -> Option<Money> {
        let moved = self.moved.as_ref()?;
        Some(kinds.iter().map(|kind| moved.amount(*kind)).sum())
    }

    /// How often it was opened without a sale.
    pub fn no_sales(&self) -> Option<i64> {
        let sums = &self.moved.as_ref()?.sums;
        let of = sums.iter().filter(|sum| sum.kind == EntryKind::NoSale);
        Some(of.map(|sum| sum.count).sum())
    }
}

/// One drawer, or all pouches, with every shift that had it, in their order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawer {
    /// "Drawer of Till 1", "Cash pouch".
    pub place: String,
    /// The shifts.
    pub held: Vec<Held>,
}

/// Sorts by drawer; the pouches come last.
pub fn by_drawer(held: Vec<Held>) -> Vec<Drawer> {
    let mut drawers: Vec<Drawer> = Vec::new();
    for one in held {
        match drawers.iter_mut().find(|drawer| drawer.place == one.place) {
            Some(drawer) => drawer.held.push(one),
            None => drawers.push(Drawer {
                place: one.place.clone(),
                held: vec![one],
            }),
        }
    }
    let pouch = crate::shifts::CashPlace::Pouch.to_string();
    drawers.sort_by(|a, b| (a.place == pouch, &a.place).cmp(&(b.place == pouch, &b.place)));
    drawers
}

impl Drawer {
    /// What these kinds moved in it together, as far as it is not hidden.
    pub fn amount(&self, kinds: &[EntryKind]) -> Money {
        let each = self.held.iter().filter_map(|held| held.amount(kinds));
        each.sum()
    }

    /// How often it was opened without a sale.
    pub fn no_sales(&self) -> i64 {
        self.held.iter().filter_map(Held::no_sales).sum()
    }

    /// What was too much or missing in it together.
    pub fn variance(&self) -> Money {
        let counted = self.held.iter().filter_map(|held| held.counted);
        counted.map(|(_, variance)| variance).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(place: &str, float: i64, sales: i64, variance: Option<i64>) -> Held {
        let m = Money::new;
        Held {
            shift: ShiftId::new(),
            place: place.to_owned(),
            owner: "Amina".to_owned(),
            report: None,
            moved: Some(Ledger::of([
                (EntryKind::Float, 1, m(float)),
                (EntryKind::Sale, 3, m(sales)),
                (EntryKind::NoSale, 2, Money::ZERO),
            ])),
            counted: variance.map(|variance| (m(float + sales + variance), m(variance))),
        }
    }

    #[test]
    fn each_drawer_sums_up_its_shifts_and_pouches_are_a_line_of_their_own() {
        let hidden = Held {
            moved: None,
            ..held("Drawer of Till 1", 1, 1, None)
        };
        let drawers = by_drawer(vec![
            held("Cash pouch", 10_000, 4_000, None),
            held("Drawer of Till 2", 50_000, 9_000, Some(-100)),
            held("Drawer of Till 1", 50_000, 7_000, Some(0)),
            held("Drawer of Till 1", 57_000, 1_000, Some(200)),
            hidden,
        ]);
        let places: Vec<&str> = drawers.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(
            places,
            ["Drawer of Till 1", "Drawer of Till 2", "Cash pouch"]
        );
        let first = &drawers[0];
        assert_eq!(first.held.len(), 3);
        assert_eq!(first.amount(&[EntryKind::Sale]), Money::new(8_000));
        assert_eq!(first.variance(), Money::new(200));
        assert_eq!(first.no_sales(), 4);
        assert_eq!(first.held[2].amount(&[EntryKind::Sale]), None);
    }
}

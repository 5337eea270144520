//! The ledger of a drawer or pouch: what should be in it, and why.

use serde::{Deserialize, Serialize};

use crate::values::{CashEntryId, Money, PaymentId, StaffId};

/// What moved cash. Each kind has one direction, except an adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// What was counted into the drawer at the start.
    Float,
    /// A cash payment, without its tip.
    Sale,
    /// A tip given in cash.
    Tip,
    /// Cash given back to a guest.
    Refund,
    /// Tips paid out to staff.
    TipOut,
    /// Cash put in from elsewhere.
    PaidIn,
    /// Cash taken out for a purchase.
    PaidOut,
    /// Cash taken to the safe.
    Drop,
    /// The drawer was opened without a sale: no amount, but a row.
    NoSale,
    /// A correction, either way.
    Adjustment,
}

impl EntryKind {
    /// Every kind, in the order of a report.
    pub const ALL: [EntryKind; 10] = [
        EntryKind::Float,
        EntryKind::Sale,
        EntryKind::Tip,
        EntryKind::Refund,
        EntryKind::TipOut,
        EntryKind::PaidIn,
        EntryKind::PaidOut,
        EntryKind::Drop,
        EntryKind::NoSale,
        EntryKind::Adjustment,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Float => "float",
            EntryKind::Sale => "sale",
            EntryKind::Tip => "tip",
            EntryKind::Refund => "refund",
            EntryKind::TipOut => "tip_out",
            EntryKind::PaidIn => "paid_in",
            EntryKind::PaidOut => "paid_out",
            EntryKind::Drop => "drop",
            EntryKind::NoSale => "no_sale",
            EntryKind::Adjustment => "adjustment",
        }
    }

    /// As people read it on a report.
    pub fn label(self) -> &'static str {
        match self {
            EntryKind::Float => "Opening float",
            EntryKind::Sale => "Cash sales",
            EntryKind::Tip => "Cash tips",
            EntryKind::Refund => "Cash refunds",
            EntryKind::TipOut => "Tips paid out",
            EntryKind::PaidIn => "Paid in",
            EntryKind::PaidOut => "Paid out",
            EntryKind::Drop => "Taken to the safe",
            EntryKind::NoSale => "Opened without a sale",
            EntryKind::Adjustment => "Adjustments",
        }
    }

    /// The kind that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// How an amount of this kind changes what is in the drawer: cash that leaves it counts below zero.
    pub fn booked(self, amount: Money) -> Money {
        match self {
            EntryKind::Float | EntryKind::Sale | EntryKind::Tip | EntryKind::PaidIn => amount,
            EntryKind::Refund | EntryKind::TipOut | EntryKind::PaidOut | EntryKind::Drop => -amount,
            EntryKind::NoSale => Money::ZERO,
            EntryKind::Adjustment => amount,
        }
    }
}

/// One movement to be booked. `amount` is what moved, zero or more; an adjustment, and what takes another entry back, may be
/// below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashEntry {
    /// Why cash moved.
    pub kind: EntryKind,
    /// How much, without the direction, which the kind gives.
    pub amount: Money,
    /// The payment that it belongs to, for sales, tips and refunds.
    pub payment: Option<PaymentId>,
    /// What was said about it.
    pub reason: Option<String>,
    /// Who approved it, where that was needed.
    pub approved_by: Option<StaffId>,
    /// The entry that it takes back; its amount is below zero then.
    pub reverses: Option<CashEntryId>,
    /// The number of its slip among those of the shift, where it has one.
    pub slip: Option<i32>,
}

impl CashEntry {
    /// A movement that belongs to a payment.
    pub fn of_payment(kind: EntryKind, amount: Money, payment: PaymentId) -> Self {
        CashEntry {
            kind,
            amount,
            payment: Some(payment),
            reason: None,
            approved_by: None,
            reverses: None,
            slip: None,
        }
    }
}

/// One kind's part of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSum {
    /// Which kind.
    pub kind: EntryKind,
    /// How many entries.
    pub count: i64,
    /// What they changed, below zero where cash left.
    pub amount: Money,
}

/// What moved cash in one shift, summed by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The kinds that occurred, in the order of a report.
    pub sums: Vec<KindSum>,
}

impl Ledger {
    /// Sums up booked amounts by kind.
    pub fn of(booked: impl IntoIterator<Item = (EntryKind, i64, Money)>) -> Self {
        let mut sums: Vec<KindSum> = Vec::new();
        for (kind, count, amount) in booked {
            match sums.iter_mut().find(|sum| sum.kind == kind) {
                Some(sum) => {
                    sum.count += count;
                    sum.amount += amount;
                }
                None => sums.push(KindSum {
                    kind,
                    count,
                    amount,
                }),
            }
        }
        sums.sort_by_key(|sum| sum.kind);
        Ledger { sums }
    }

    /// What should be in the drawer: float + cash payments + cash tips − cash refunds − tips paid out + paid in −
    /// paid out − drops (product.md section 6).
    pub fn expected(&self) -> Money {
        self.sums.iter().map(|sum| sum.amount).sum()
    }

    /// What one kind changed.
    pub fn amount(&self, kind: EntryKind) -> Money {
        self.sums
            .iter()
            .filter(|sum| sum.kind == kind)
            .map(|sum| sum.amount)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn m(minor: i64) -> Money {
        Money::new(minor)
    }

    fn ledger(entries: &[(EntryKind, i64)]) -> Ledger {
        Ledger::of(
            entries
                .iter()
                .map(|&(kind, amount)| (kind, 1, kind.booked(m(amount)))),
        )
    }

    #[test]
    fn expected_cash_is_the_sum_that_the_design_shows() {
        let day = ledger(&[
            (EntryKind::Float, 193_000),
            (EntryKind::Sale, 800_000),
            (EntryKind::Sale, 12_500),
            (EntryKind::PaidOut, 64_000),
        ]);
        assert_eq!(day.expected(), m(941_500));
        assert_eq!(day.amount(EntryKind::Sale), m(812_500));
        assert_eq!(day.amount(EntryKind::PaidOut), m(-64_000));
        assert_eq!(day.amount(EntryKind::Drop), Money::ZERO);
    }

    #[test]
    fn cash_that_leaves_the_drawer_lowers_what_is_expected() {
        for kind in [
            EntryKind::Refund,
            EntryKind::TipOut,
            EntryKind::PaidOut,
            EntryKind::Drop,
        ] {
            assert_eq!(ledger(&[(kind, 700)]).expected(), m(-700), "{kind:?}");
        }
        assert_eq!(ledger(&[(EntryKind::NoSale, 700)]).expected(), Money::ZERO);
    }

    #[test]
    fn every_kind_is_found_again_by_its_stored_word() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::stored(kind.as_str()), Some(kind));
        }
        assert_eq!(EntryKind::stored("theft"), None);
    }

    fn entries() -> impl Strategy<Value = Vec<(EntryKind, i64)>> {
        proptest::collection::vec(
            (
                proptest::sample::select(EntryKind::ALL.to_vec()),
                0..10_000_000_i64,
            ),
            0..60,
        )
    }

    proptest! {
        #[test]
        fn expected_cash_follows_the_rule_of_the_house(entries in entries()) {
            let total = |wanted: &[EntryKind]| -> i64 {
                entries.iter().filter(|(kind, _)| wanted.contains(kind)).map(|(_, amount)| amount).sum()
            };
            let by_hand = total(&[EntryKind::Float, EntryKind::Sale, EntryKind::Tip, EntryKind::PaidIn, EntryKind::Adjustment])
                - total(&[EntryKind::Refund, EntryKind::TipOut, EntryKind::PaidOut, EntryKind::Drop]);
            prop_assert_eq!(ledger(&entries).expected(), m(by_hand));
        }

        #[test]
        fn the_order_of_entries_does_not_matter(entries in entries().prop_shuffle()) {
            let mut sorted = entries.clone();
            sorted.sort();
            prop_assert_eq!(ledger(&entries), ledger(&sorted));
        }

        #[test]
        fn no_entry_is_lost_in_the_sums(entries in entries()) {
            let counted: i64 = ledger(&entries).sums.iter().map(|sum| sum.count).sum();
            prop_assert_eq!(counted, i64::try_from(entries.len()).unwrap());
        }
    }
}

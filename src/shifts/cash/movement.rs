//! What moves cash without a sale, and its rules.

use std::str::FromStr;

use poem::http::StatusCode;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;

use crate::shifts::ledger::{EntryKind, Ledger};
use crate::values::{CashEntryId, Money};
use crate::web::Refusal;

/// What moves cash by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Cash put in from elsewhere: change from the bank.
    PaidIn,
    /// Cash taken out for a purchase.
    PaidOut,
    /// Cash taken to the safe.
    Drop,
    /// Tips handed to staff.
    TipOut,
}

impl Movement {
    /// Each, in the order in which they are offered.
    pub const ALL: [Movement; 4] = [
        Movement::PaidOut,
        Movement::PaidIn,
        Movement::Drop,
        Movement::TipOut,
    ];

    /// The kind of its entry.
    pub fn kind(self) -> EntryKind {
        match self {
            Movement::PaidIn => EntryKind::PaidIn,
            Movement::PaidOut => EntryKind::PaidOut,
            Movement::Drop => EntryKind::Drop,
            Movement::TipOut => EntryKind::TipOut,
        }
    }

    /// The movement that an entry of this kind is.
    pub fn of(kind: EntryKind) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.kind() == kind)
    }

    /// As a form says it.
    pub fn as_str(self) -> &'static str {
        self.kind().as_str()
    }

    /// What a button says.
    pub fn deed(self) -> &'static str {
        match self {
            Movement::PaidIn => "Pay in",
            Movement::PaidOut => "Pay out",
            Movement::Drop => "Take to the safe",
            Movement::TipOut => "Pay out tips",
        }
    }

    /// What was done, on slips and lists.
    pub fn done(self) -> &'static str {
        match self {
            Movement::PaidIn => "Paid in",
            Movement::PaidOut => "Paid out",
            Movement::Drop => "Taken to the safe",
            Movement::TipOut => "Tips paid out",
        }
    }

    /// Whether cash leaves the drawer.
    pub fn takes_out(self) -> bool {
        self != Movement::PaidIn
    }

    /// Whether a reason has to be said: a drop to the safe explains itself.
    pub fn wants_reason(self) -> bool {
        self != Movement::Drop
    }
}

impl FromStr for Movement {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|each| each.as_str() == text)
            .ok_or("Choose what happens with the cash.")
    }
}

/// How far somebody may go alone in one shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alone {
    /// How much may be paid out in all; zero for no limit.
    pub paid_out: Money,
    /// The tips of this shift that came, by any method, less what went back of them.
    pub tips: Money,
    /// Whether its cash was counted: from then on nothing moves without somebody else, or what is missing could be made right.
    pub counted: bool,
    /// What was put in and taken back, which went out like what was paid out.
    pub put_back: Money,
}

impl Alone {
    /// The same with what of the shift's movements was put in and taken back.
    pub fn after(self, moved: &[Moved]) -> Self {
        let back = moved
            .iter()
            .filter(|moved| moved.kind == EntryKind::PaidIn && moved.reverses.is_some());
        Alone {
            put_back: back.map(|moved| -moved.amount).sum(),
            ..self
        }
    }

    /// Whether this amount, after what the ledger holds already, needs somebody else's word.
    pub fn is_beyond(self, movement: Movement, amount: Money, ledger: &Ledger) -> bool {
        let gone = -ledger.amount(movement.kind());
        self.counted
            || match movement {
                Movement::PaidIn | Movement::Drop => false,
                Movement::PaidOut => {
                    self.paid_out.is_positive() && gone + self.put_back + amount > self.paid_out
                }
                Movement::TipOut => gone + amount > self.tips,
            }
    }

    /// The same for taking a movement back: what was put in goes out again, and counts as paid out.
    pub fn is_beyond_back(self, movement: Movement, amount: Money, ledger: &Ledger) -> bool {
        self.counted
            || (movement == Movement::PaidIn && self.is_beyond(Movement::PaidOut, amount, ledger))
    }
}

/// One entry that people made by hand, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which entry.
    pub id: CashEntryId,
    /// The number of its slip among those of the shift, from 1.
    pub number: i64,
    /// What happened.
    pub kind: EntryKind,
    /// How it changed the drawer: below zero where cash left.
    pub amount: Money,
    /// Why.
    pub reason: Option<String>,
    /// The name of whoever booked it.
    pub by: String,
    /// The name of whoever agreed, where somebody had to.
    pub approved_by: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// The entry that it takes back.
    pub reverses: Option<CashEntryId>,
    /// Whether it was taken back.
    pub is_reversed: bool,
}

impl Moved {
    /// What was done, in words.
    pub fn done(&self) -> String {
        let done = Movement::of(self.kind).map_or(self.kind.label(), Movement::done);
        match self.reverses {
            Some(_) => format!("{done}, taken back"),
            None => done.to_owned(),
        }
    }

    /// What taking it back would be, or why it cannot be taken back.
    ///
    /// # Errors
    /// Where it was taken back already, takes something back itself, or is no movement by hand.
    pub fn reversal(&self) -> Result<(Movement, Money), CashRefusal> {
        let movement = Movement::of(self.kind).filter(|_| self.reverses.is_none());
        match movement {
            None => Err(CashRefusal::NotReversible),
            Some(_) if self.is_reversed => Err(CashRefusal::Reversed),
            Some(movement) => Ok((movement, self.amount.abs())),
        }
    }
}

/// Why cash did not move.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum CashRefusal {
    /// More than should be there.
    #[error("There is not as much cash in it. Ask somebody who has the cash.")]
    DrawerShort,
    /// A movement is taken back once.
    #[error("This was taken back already.")]
    Reversed,
    /// It is a float, a payment, or takes something back itself.
    #[error("Only cash that was put in or taken out by hand can be taken back.")]
    NotReversible,
    /// A pouch is open as it is, and who has no cash has nothing to open.
    #[error("No drawer belongs to this shift.")]
    NoDrawer,
}

impl Refusal for CashRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            CashRefusal::DrawerShort => "drawer_short",
            CashRefusal::Reversed => "taken_back",
            CashRefusal::NotReversible => "not_reversible",
            CashRefusal::NoDrawer => "no_drawer",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const NOBODY: Alone = Alone {
        paid_out: Money::ZERO,
        tips: Money::ZERO,
        counted: false,
        put_back: Money::ZERO,
    };

    fn m(minor: i64) -> Money {
        Money::new(minor)
    }

    fn ledger(entries: &[(EntryKind, i64)]) -> Ledger {
        let booked = |&(kind, amount): &(EntryKind, i64)| (kind, 1, kind.booked(m(amount)));
        Ledger::of(entries.iter().map(booked))
    }

    fn moved(kind: EntryKind, amount: i64) -> Moved {
        Moved {
            id: CashEntryId::new(),
            number: 1,
            kind,
            amount: kind.booked(m(amount)),
            reason: Some("Market".to_owned()),
            by: "Amina".to_owned(),
            approved_by: None,
            at: datetime!(2026-11-28 10:00 UTC),
            reverses: None,
            is_reversed: false,
        }
    }

    #[test]
    fn what_is_paid_out_in_a_shift_has_one_limit_together() {
        let alone = Alone {
            paid_out: m(100_000),
            tips: Money::ZERO,
            ..NOBODY
        };
        let before = ledger(&[(EntryKind::Float, 500_000), (EntryKind::PaidOut, 60_000)]);
        assert!(!alone.is_beyond(Movement::PaidOut, m(40_000), &before));
        assert!(alone.is_beyond(Movement::PaidOut, m(40_001), &before));
        let none = Alone {
            paid_out: Money::ZERO,
            ..alone
        };
        assert!(!none.is_beyond(Movement::PaidOut, m(400_000), &before));
    }

    #[test]
    fn a_drop_and_what_is_put_in_need_nobody() {
        let alone = Alone {
            paid_out: m(1),
            tips: Money::ZERO,
            ..NOBODY
        };
        for movement in [Movement::Drop, Movement::PaidIn] {
            assert!(!alone.is_beyond(movement, m(9_000_000), &ledger(&[])));
        }
    }

    #[test]
    fn tips_are_handed_out_as_far_as_guests_gave_any() {
        let alone = Alone {
            paid_out: Money::ZERO,
            tips: m(12_000),
            ..NOBODY
        };
        let before = ledger(&[(EntryKind::TipOut, 5_000)]);
        assert!(!alone.is_beyond(Movement::TipOut, m(7_000), &before));
        assert!(alone.is_beyond(Movement::TipOut, m(7_001), &before));
    }

    #[test]
    fn taking_back_what_was_put_in_counts_as_paid_out() {
        let alone = Alone {
            paid_out: m(100_000),
            tips: Money::ZERO,
            ..NOBODY
        };
        let before = ledger(&[(EntryKind::PaidIn, 300_000), (EntryKind::PaidOut, 60_000)]);
        assert!(alone.is_beyond_back(Movement::PaidIn, m(300_000), &before));
        assert!(!alone.is_beyond_back(Movement::PaidIn, m(40_000), &before));
        assert!(!alone.is_beyond_back(Movement::PaidOut, m(300_000), &before));
    }

    #[test]
    fn what_was_put_in_and_taken_back_uses_the_limit_up() {
        let alone = Alone {
            paid_out: m(100_000),
            ..NOBODY
        };
        let back = Moved {
            amount: m(-100_000),
            reverses: Some(CashEntryId::new()),
            ..moved(EntryKind::PaidIn, 100_000)
        };
        let held = ledger(&[(EntryKind::Float, 500_000), (EntryKind::PaidIn, 100_000)]);
        let alone = alone.after(&[moved(EntryKind::PaidIn, 200_000), back]);
        assert_eq!(alone.put_back, m(100_000));
        assert!(alone.is_beyond_back(Movement::PaidIn, m(1), &held));
        assert!(alone.is_beyond(Movement::PaidOut, m(1), &held));
    }

    #[test]
    fn after_a_count_nothing_moves_on_ones_own_word() {
        let counted = Alone {
            counted: true,
            ..NOBODY
        };
        for movement in Movement::ALL {
            assert!(counted.is_beyond(movement, m(1), &ledger(&[])));
            assert!(counted.is_beyond_back(movement, m(1), &ledger(&[])));
        }
    }

    #[test]
    fn an_entry_is_taken_back_once_and_never_a_payment_or_a_float() {
        let out = moved(EntryKind::PaidOut, 30_000);
        assert_eq!(out.reversal(), Ok((Movement::PaidOut, m(30_000))));
        let gone = Moved {
            is_reversed: true,
            ..out.clone()
        };
        assert_eq!(gone.reversal(), Err(CashRefusal::Reversed));
        let back = Moved {
            reverses: Some(out.id),
            ..out
        };
        assert_eq!(back.reversal(), Err(CashRefusal::NotReversible));
        for kind in [EntryKind::Float, EntryKind::Sale, EntryKind::NoSale] {
            assert_eq!(moved(kind, 1).reversal(), Err(CashRefusal::NotReversible));
        }
    }

    #[test]
    fn every_movement_is_found_again_by_its_word() {
        for movement in Movement::ALL {
            assert_eq!(movement.as_str().parse(), Ok(movement));
            assert_eq!(Movement::of(movement.kind()), Some(movement));
            assert_eq!(
                movement.takes_out(),
                movement.kind().booked(m(1)) < Money::ZERO
            );
        }
        assert!("no_sale".parse::<Movement>().is_err());
    }

    proptest! {
        #[test]
        fn paying_out_bit_by_bit_gets_nobody_further(parts in proptest::collection::vec(1..50_000_i64, 1..20), limit in 1..200_000_i64) {
            let alone = Alone { paid_out: m(limit), ..NOBODY };
            let mut entries = Vec::new();
            for part in parts {
                if !alone.is_beyond(Movement::PaidOut, m(part), &ledger(&entries)) {
                    entries.push((EntryKind::PaidOut, part));
                }
            }
            let gone: i64 = entries.iter().map(|(_, amount)| amount).sum();
            prop_assert!(gone <= limit);
        }
    }
}

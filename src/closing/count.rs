//! Counts of a shift's cash: blind, locked, and all of them kept.

use poem::http::StatusCode;
use thiserror::Error;
use time::OffsetDateTime;

use super::tender::{Expected, TenderLine};
use crate::payments::Method;
use crate::shifts::{Counted, Shift};
use crate::staff::Role;
use crate::values::{CountId, Money, StaffId};
use crate::web::Refusal;

/// One locked count.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// Which count.
    pub id: CountId,
    /// 1 for the first count of the shift.
    pub number: i16,
    /// Who counted.
    pub by: StaffId,
    /// Their name.
    pub name: String,
    /// When it was locked.
    pub at: OffsetDateTime,
    /// The pieces.
    pub pieces: Counted,
    /// What they are worth.
    pub counted: Money,
    /// What should have been there at that moment.
    pub expected: Money,
    /// What was said of the other tenders; those that nobody looked at are not among it.
    pub tenders: Vec<TenderLine>,
}

impl Count {
    /// Above zero where there was too much, below where something is missing.
    pub fn variance(&self) -> Money {
        self.counted - self.expected
    }

    /// Whether the drawer is another one by now: its cash has moved since the count, or something came by a tender that was counted.
    pub fn is_stale(&self, now: &Expected) -> bool {
        self.why_stale(now).is_some()
    }

    /// Why the count no longer fits, if it does not. A tender that nobody looked at fits as it is.
    pub fn why_stale(&self, now: &Expected) -> Option<CountRefusal> {
        if self.expected != now.cash {
            return Some(CountRefusal::Stale);
        }
        let moved = |line: &&TenderLine| line.expected != now.tender(line.method);
        let line = self.tenders.iter().find(moved)?;
        Some(CountRefusal::StaleTender(line.method))
    }
}

/// Why a count was not taken, or a shift not closed with it.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum CountRefusal {
    /// There is nothing to count.
    #[error("This shift has no cash to count. Close it as it is.")]
    NoCash,
    /// There is something to count, and nothing was typed.
    #[error("Type what at least one of them says, or close without counting.")]
    Nothing,
    /// The one recount by oneself was used.
    #[error("You have counted twice. A manager can count this drawer again.")]
    AskManager,
    /// A manager's count stands, which its owner does not overrule.
    #[error("A manager has counted this drawer; only a manager counts it again.")]
    ManagerCounted,
    /// A shift with cash is closed with a count.
    #[error("Count the cash first.")]
    NotCounted,
    /// Cash moved after the count.
    #[error("Cash moved after the last count, so it no longer fits the drawer. Count again.")]
    Stale,
    /// Something came by another tender after the count.
    #[error("{} came in or went back after the last count, so it no longer fits. Count again.", .0.label())]
    StaleTender(Method),
}

impl Refusal for CountRefusal {
    fn status(&self) -> StatusCode {
        match self {
            CountRefusal::AskManager | CountRefusal::ManagerCounted => StatusCode::FORBIDDEN,
            CountRefusal::Nothing => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            CountRefusal::NoCash => "no_cash",
            CountRefusal::AskManager | CountRefusal::ManagerCounted => "recount_by_manager",
            CountRefusal::NotCounted => "not_counted",
            CountRefusal::Nothing => "bad_count",
            CountRefusal::Stale | CountRefusal::StaleTender(_) => "count_stale",
        }
    }
}

/// Whether somebody may count now. `counts` are those of the shift so far, by number.
///
/// The owner counts once and, once more, again; a manager who is not the owner as often as needed, and where their count
/// stands, the owner does not overrule it. Where cash moved after the owner's counts, they count once more: what they
/// counted no longer fits the drawer. But that is one count, not a new pair, for who has seen what is expected could
/// otherwise take a shilling and count until it fits.
///
/// # Errors
/// The sentence for whoever wants to count.
pub fn may_count(
    shift: &Shift,
    by: StaffId,
    role: Role,
    counts: &[Count],
    expected_now: &Expected,
) -> Result<(), CountRefusal> {
    if !shift.has_cash() && expected_now.tenders.is_empty() {
        return Err(CountRefusal::NoCash);
    }
    if role.manages() && by != shift.staff {
        return Ok(());
    }
    let fresh = |count: &&Count| !count.is_stale(expected_now);
    let (own, others): (Vec<&Count>, Vec<&Count>) =
        counts.iter().partition(|count| count.by == shift.staff);
    if others.iter().any(fresh) {
        Err(CountRefusal::ManagerCounted)
    } else if own.len() < 2 || !own.iter().any(fresh) {
        Ok(())
    } else {
        Err(CountRefusal::AskManager)
    }
}

/// The count that the shift can be closed with.
///
/// # Errors
/// Where there is none, or cash has moved since.
pub fn closing_count<'a>(
    counts: &'a [Count],
    expected_now: &Expected,
) -> Result<&'a Count, CountRefusal> {
    let count = counts.last().ok_or(CountRefusal::NotCounted)?;
    match count.why_stale(expected_now) {
        Some(stale) => Err(stale),
        None => Ok(count),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::shifts::{CashPlace, Float};
    use crate::values::ShiftId;

    pub fn shift(owner: StaffId, role: Role) -> Shift {
        Shift {
            id: ShiftId::new(),
            staff: owner,
            name: "Amina Nakato".to_owned(),
            role,
            date: "2026-11-22".parse().unwrap(),
            cash: CashPlace::Pouch,
            opened_at: datetime!(2026-11-22 04:02 UTC),
            opened_terminal: None,
            float: Some(Float {
                amount: Money::new(193_000),
                counted: Counted::default(),
                note: None,
                at: datetime!(2026-11-22 04:02 UTC),
            }),
            taken_over_from: None,
            closed: None,
        }
    }

    fn count(by: StaffId, counted: i64, expected: i64) -> Count {
        Count {
            id: CountId::new(),
            number: 1,
            by,
            name: "Amina Nakato".to_owned(),
            at: datetime!(2026-11-22 15:00 UTC),
            pieces: Counted::default(),
            counted: Money::new(counted),
            expected: Money::new(expected),
            tenders: Vec::new(),
        }
    }

    fn cash(minor: i64) -> Expected {
        Expected {
            cash: Money::new(minor),
            tenders: Vec::new(),
        }
    }

    const EXPECTED: i64 = 941_500;

    #[test]
    fn the_owner_counts_again_once_and_then_a_manager() {
        let (amina, ruth) = (StaffId::new(), StaffId::new());
        let shift = shift(amina, Role::Cashier);
        let mut counts = Vec::new();
        let may = |by, role, counts: &[Count]| may_count(&shift, by, role, counts, &cash(EXPECTED));
        assert_eq!(may(amina, Role::Cashier, &counts), Ok(()));
        counts.push(count(amina, 933_700, 941_500));
        assert_eq!(may(amina, Role::Cashier, &counts), Ok(()));
        counts.push(count(amina, 933_800, 941_500));
        assert_eq!(
            may(amina, Role::Cashier, &counts),
            Err(CountRefusal::AskManager)
        );
        assert_eq!(may(ruth, Role::Manager, &counts), Ok(()));
        counts.push(count(ruth, 933_800, 941_500));
        assert_eq!(may(ruth, Role::Manager, &counts), Ok(()));
    }

    #[test]
    fn a_manager_is_an_owner_like_any_other_in_her_own_shift() {
        let ruth = StaffId::new();
        let shift = shift(ruth, Role::Manager);
        let counts = [count(ruth, 1, 941_500), count(ruth, 2, 941_500)];
        assert_eq!(
            may_count(&shift, ruth, Role::Manager, &counts, &cash(EXPECTED)),
            Err(CountRefusal::AskManager)
        );
    }

    #[test]
    fn after_cash_moved_the_owner_counts_once_more_and_not_twice() {
        let amina = StaffId::new();
        let shift = shift(amina, Role::Cashier);
        let mut counts = vec![count(amina, 1, 900_000), count(amina, 2, 920_000)];
        let may =
            |counts: &[Count]| may_count(&shift, amina, Role::Cashier, counts, &cash(EXPECTED));
        assert_eq!(may(&counts), Ok(()));
        assert_eq!(
            closing_count(&counts, &cash(EXPECTED)).unwrap_err(),
            CountRefusal::Stale
        );
        counts.push(count(amina, 3, 941_500));
        assert_eq!(may(&counts), Err(CountRefusal::AskManager));
    }

    #[test]
    fn the_owner_does_not_overrule_a_managers_count() {
        let (amina, ruth) = (StaffId::new(), StaffId::new());
        let shift = shift(amina, Role::Cashier);
        let counts = [
            count(amina, 441_500, 941_500),
            count(ruth, 441_500, 941_500),
        ];
        let may = |expected| may_count(&shift, amina, Role::Cashier, &counts, &cash(expected));
        assert_eq!(may(EXPECTED), Err(CountRefusal::ManagerCounted));
        // A sale later the manager's count fits the drawer no longer.
        assert_eq!(may(950_500), Ok(()));
    }

    #[test]
    fn a_shift_closes_with_its_last_count() {
        let amina = StaffId::new();
        assert_eq!(
            closing_count(&[], &cash(EXPECTED)).unwrap_err(),
            CountRefusal::NotCounted
        );
        let counts = [count(amina, 1, 941_500), count(amina, 933_700, 941_500)];
        let last = closing_count(&counts, &cash(EXPECTED)).unwrap();
        assert_eq!(last.variance(), Money::new(-7_800));
    }

    #[test]
    fn a_shift_without_cash_is_not_counted() {
        let amina = StaffId::new();
        let shift = Shift {
            cash: CashPlace::None,
            float: None,
            ..shift(amina, Role::Waiter)
        };
        assert_eq!(
            may_count(&shift, amina, Role::Waiter, &[], &cash(0)),
            Err(CountRefusal::NoCash)
        );
    }

    #[test]
    fn what_a_shift_without_cash_took_is_counted_too() {
        let amina = StaffId::new();
        let shift = Shift {
            cash: CashPlace::None,
            float: None,
            ..shift(amina, Role::Waiter)
        };
        let card = Expected {
            cash: Money::ZERO,
            tenders: vec![(Method::Card, Money::new(9_000))],
        };
        let may = may_count(&shift, amina, Role::Waiter, &[], &card);
        assert_eq!(may, Ok(()));
    }

    #[test]
    fn what_comes_by_a_tender_that_was_counted_makes_the_count_stale() {
        let mut counted = count(StaffId::new(), 941_500, EXPECTED);
        counted.tenders = vec![TenderLine {
            method: Method::Card,
            counted: Some(Money::new(9_000)),
            expected: Money::new(9_000),
        }];
        let now = |card: i64| Expected {
            tenders: vec![
                (Method::Card, Money::new(card)),
                (Method::MtnMomo, Money::new(500)),
            ],
            ..cash(EXPECTED)
        };
        assert!(!counted.is_stale(&now(9_000)));
        let stale = counted.why_stale(&now(12_000)).expect("stale");
        assert_eq!(
            stale.to_string(),
            "Card came in or went back after the last count, so it no longer fits. Count again."
        );
    }
}

//! What a shift should hold and should have taken, in cash and by every other tender.

use serde::{Deserialize, Serialize};

use super::variance::Variance;
use crate::payments::{Method, MethodSum};
use crate::shifts::Ledger;
use crate::values::Money;
use crate::web::{Error, Result};

/// What should be there of each tender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Of cash.
    pub cash: Money,
    /// Of the others that the shift took or gave back, tips among it, in the order of a report.
    pub tenders: Vec<(Method, Money)>,
}

impl Expected {
    /// Of what came in and went back in a shift.
    pub fn of(ledger: &Ledger, sales: &[MethodSum], refunds: &[MethodSum]) -> Self {
        let all = |sums: &[MethodSum], method| -> Option<Money> {
            let mut of = sums.iter().filter(|sum| sum.method == method).peekable();
            of.peek()?;
            Some(of.map(|sum| sum.amount + sum.tips).sum())
        };
        let others = Method::ALL.into_iter().filter(|each| *each != Method::Cash);
        let tenders = others.filter_map(|method| {
            let (came, went) = (all(sales, method), all(refunds, method));
            came.or(went)?;
            Some((method, came.unwrap_or_default() - went.unwrap_or_default()))
        });
        Expected {
            cash: ledger.expected(),
            tenders: tenders.collect(),
        }
    }

    /// Of one tender; nothing was taken of one that is not among them.
    pub fn tender(&self, method: Method) -> Money {
        let of = |(each, amount): &(Method, Money)| (*each == method).then_some(*amount);
        self.tenders.iter().find_map(of).unwrap_or_default()
    }
}

/// What one tender came to, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenderLine {
    /// Which.
    pub method: Method,
    /// What the batch, the telephone or the statement says; nothing where nobody looked.
    pub counted: Option<Money>,
    /// What was recorded at the till.
    pub expected: Money,
}

impl TenderLine {
    /// Above zero where more came than was recorded, below where less did; nothing where it was not counted.
    pub fn variance(&self) -> Option<Money> {
        Some(self.counted? - self.expected)
    }
}

/// Everything that was counted and everything that was not.
pub fn lines(counted: &[TenderLine], expected: &Expected) -> Vec<TenderLine> {
    let lines = Method::ALL.into_iter().filter_map(|method| {
        let line = counted.iter().find(|line| line.method == method).copied();
        let is_expected = expected.tenders.iter().any(|(each, _)| *each == method);
        line.or_else(|| {
            is_expected.then(|| TenderLine {
                method,
                counted: None,
                expected: expected.tender(method),
            })
        })
    });
    lines.collect()
}

/// The variance that somebody has to agree with if any has: the largest, either way.
pub fn largest(cash: Money, tenders: &[TenderLine], threshold: Money) -> Variance {
    let others = tenders.iter().filter_map(TenderLine::variance);
    let amount = others.fold(cash, |largest, each| match each.abs() > largest.abs() {
        true => each,
        false => largest,
    });
    Variance { amount, threshold }
}

/// What somebody typed of one tender.
///
/// # Errors
/// Where it is below zero.
pub fn figure(
    field: &'static str,
    method: Method,
    typed: Option<Money>,
) -> Result<Option<(Method, Money)>> {
    match typed {
        Some(amount) if amount.is_negative() => {
            Err(Error::field(field, "Type an amount of zero or more."))
        }
        typed => Ok(typed.map(|amount| (method, amount))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shifts::EntryKind;

    fn m(minor: i64) -> Money {
        Money::new(minor)
    }

    fn sum(method: Method, amount: i64, tips: i64) -> MethodSum {
        MethodSum {
            method,
            count: 1,
            amount: m(amount),
            tips: m(tips),
        }
    }

    fn expected() -> Expected {
        let ledger = Ledger::of([(EntryKind::Float, 1, m(50_000))]);
        let sales = [
            sum(Method::Cash, 9_000, 0),
            sum(Method::MtnMomo, 20_000, 0),
            sum(Method::Card, 64_000, 3_000),
        ];
        let refunds = [
            sum(Method::Card, 4_000, 0),
            sum(Method::AirtelMoney, 2_000, 0),
        ];
        Expected::of(&ledger, &sales, &refunds)
    }

    #[test]
    fn a_tender_should_come_to_what_was_taken_with_tips_less_what_went_back() {
        let expected = expected();
        assert_eq!(expected.cash, m(50_000));
        let tenders = [
            (Method::Card, m(63_000)),
            (Method::MtnMomo, m(20_000)),
            (Method::AirtelMoney, m(-2_000)),
        ];
        assert_eq!(expected.tenders, tenders);
        assert_eq!(expected.tender(Method::Pesapal), Money::ZERO);
    }

    #[test]
    fn what_nobody_looked_at_is_a_line_without_a_count() {
        let card = TenderLine {
            method: Method::Card,
            counted: Some(m(60_000)),
            expected: m(63_000),
        };
        let lines = lines(&[card], &expected());
        assert_eq!(lines[0], card);
        assert_eq!(lines[0].variance(), Some(m(-3_000)));
        assert_eq!((lines[1].counted, lines[1].variance()), (None, None));
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn the_largest_variance_decides_whether_somebody_has_to_agree() {
        let line = |counted: i64| TenderLine {
            method: Method::Card,
            counted: Some(m(counted)),
            expected: m(10_000),
        };
        let of = |cash: i64, counted: i64| largest(m(cash), &[line(counted)], m(5_000));
        assert_eq!(of(-200, 10_000).amount, m(-200));
        assert!(!of(-5_000, 15_000).needs_approval());
        assert!(of(0, 15_001).needs_approval());
        assert_eq!(of(100, 4_999).amount, m(-5_001));
    }

    #[test]
    fn nothing_is_below_zero() {
        assert!(figure("card", Method::Card, Some(m(-1))).is_err());
        let zero = figure("card", Method::Card, Some(m(0))).expect("taken");
        assert_eq!(zero, Some((Method::Card, m(0))));
        assert_eq!(figure("card", Method::Card, None).expect("taken"), None);
    }
}

//! What an X or a Z report says. A Z is stored as JSON; a field that is added later needs a default.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::closing::report::Named;
use crate::closing::{ShiftReport, Standing, TenderLine};
use crate::orders::Sold;
use crate::payments::{Method, MethodSum};
use crate::shifts::{EntryKind, Ledger};
use crate::values::{BusinessDate, Money, ShiftId};

/// A reading of a business date, or its closing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DayReport {
    /// The date.
    pub date: BusinessDate,
    /// What makes it a Z.
    pub z: Option<Z>,
    /// From when on shifts and struck lines are counted: the Z before, or the beginning of the date.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Until when: now, or the end of the date.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// When it was read.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was sold on this date.
    pub sold: Sold,
    /// What became of sales of earlier dates since their Z.
    pub corrections: Sold,
    /// How many orders that concerns.
    pub corrected: i64,
    /// What came in on this date, by method.
    pub taken: Vec<MethodSum>,
    /// What went back on this date, by the way in which it went.
    pub given_back: Vec<MethodSum>,
    /// Of what came in, what came when no shift was open for it.
    pub late: Vec<MethodSum>,
    /// What moved cash on this date, in all drawers and pouches.
    pub cash: Ledger,
    /// The shifts that were closed.
    pub shifts: Vec<ShiftLine>,
    /// The shifts that are open.
    pub open_shifts: Vec<OpenLine>,
    /// How many orders have something to be paid or sent.
    pub open_orders: i64,
    /// What they owe.
    pub owed: Money,
    /// Sent lines that were struck out.
    pub voids: i64,
    /// What guests would have paid for them.
    pub voided: Money,
    /// Whether cash is left out for whoever reads it, because they have yet to count their own.
    #[serde(default)]
    pub blind: bool,
}

/// What makes a report a Z.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Z {
    /// Without gaps.
    pub number: i32,
    /// Who made it.
    pub by: Named,
    /// The newest number of the audit log's chain.
    pub head_number: i64,
    /// Its hash, lower-case hex.
    pub head_hash: String,
}

/// A shift that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShiftLine {
    /// The number of its report.
    pub number: i32,
    /// Whose it was.
    pub owner: String,
    /// Where its cash was.
    pub place: String,
    /// What should have been there, if it had cash.
    pub expected: Option<Money>,
    /// What was counted.
    pub counted: Option<Money>,
    /// Whether a variance beyond the threshold stands without anybody's approval.
    pub unapproved: bool,
    /// The other tenders that came to something else than the till says.
    #[serde(default)]
    pub tenders: Vec<TenderLine>,
}

/// A shift that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenLine {
    /// Which.
    pub id: ShiftId,
    /// Whose it is.
    pub owner: String,
    /// Where its cash is.
    pub place: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

impl ShiftLine {
    /// Of the report that a shift left.
    pub fn of(report: &ShiftReport) -> Self {
        let has_cash = report.float.is_some();
        let standing = report.variance.as_ref().map(|line| &line.standing);
        ShiftLine {
            number: report.number,
            owner: report.owner.name.clone(),
            place: report.place.clone(),
            expected: has_cash.then_some(report.expected),
            counted: report.last_count().map(|count| count.counted),
            unapproved: matches!(standing, Some(Standing::Unapproved { .. })),
            tenders: report
                .tenders
                .iter()
                .filter(|line| line.variance().is_some_and(|amount| !amount.is_zero()))
                .copied()
                .collect(),
        }
    }

    /// What was too much or missing.
    pub fn variance(&self) -> Option<Money> {
        Some(self.counted? - self.expected?)
    }
}

impl DayReport {
    /// The same for somebody who has yet to count their own drawer or pouch: `own` is what moved it. What cash was taken would
    /// tell them what to count.
    pub fn before_own_count(mut self, own: &Ledger) -> Self {
        let others = self.cash.sums.iter().filter_map(|sum| {
            let mine = own.sums.iter().find(|mine| mine.kind == sum.kind);
            let count = sum.count - mine.map_or(0, |mine| mine.count);
            let amount = sum.amount - own.amount(sum.kind);
            (count > 0).then_some((sum.kind, count, amount))
        });
        self.cash = Ledger::of(others);
        self.taken.retain(|sum| sum.method != Method::Cash);
        self.given_back.retain(|sum| sum.method != Method::Cash);
        self.blind = true;
        self
    }

    /// What was sold, with what became of earlier sales.
    pub fn net(&self) -> Money {
        self.sold.total + self.corrections.total
    }

    /// What came in of all methods, tips beside it.
    pub fn taken_total(&self) -> Money {
        self.taken.iter().map(|sum| sum.amount).sum()
    }

    /// What went back of all methods, tips beside it.
    pub fn given_back_total(&self) -> Money {
        self.given_back.iter().map(|sum| sum.amount).sum()
    }

    /// Tips that came in, less those that went back.
    pub fn tips(&self) -> Money {
        let of = |sums: &[MethodSum]| -> Money { sums.iter().map(|sum| sum.tips).sum() };
        of(&self.taken) - of(&self.given_back)
    }

    /// What was too much or missing in all drawers.
    pub fn variance(&self) -> Money {
        self.shifts.iter().filter_map(ShiftLine::variance).sum()
    }

    /// How often a drawer was opened without a sale.
    pub fn no_sales(&self) -> i64 {
        let of = |kind| self.cash.sums.iter().filter(move |sum| sum.kind == kind);
        of(EntryKind::NoSale).map(|sum| sum.count).sum()
    }
}

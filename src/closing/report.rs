//! The shift report: frozen when the shift is closed, and the same on every screen and slip from then on.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::tender::TenderLine;
use super::variance::{Standing, Variance};
use crate::payments::MethodSum;
use crate::shifts::{Counted, Ledger};
use crate::staff::Role;
use crate::values::{BusinessDate, Money, StaffId};

/// Everything that a shift leaves. Stored as JSON; a field that is added later needs a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShiftReport {
    /// Without gaps over the venue.
    pub number: i32,
    /// Whose shift.
    pub owner: Named,
    /// Their role at the end.
    pub role: Role,
    /// The date it was opened on.
    pub date: BusinessDate,
    /// Where its cash was: "Drawer of Counter 1", "Cash pouch", "No cash".
    pub place: String,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub opened_at: OffsetDateTime,
    /// On which terminal.
    pub opened_terminal: Option<String>,
    /// When it was closed.
    #[serde(with = "time::serde::rfc3339")]
    pub closed_at: OffsetDateTime,
    /// By whom.
    pub closed_by: Named,
    /// What was counted into it, if it had cash.
    pub float: Option<FloatLine>,
    /// What came in, by method, with tips.
    pub sales: Vec<MethodSum>,
    /// What was given back, by the way in which it went.
    #[serde(default)]
    pub refunds: Vec<MethodSum>,
    /// What moved cash, by kind.
    pub ledger: Ledger,
    /// Cash that people moved by hand, each with why.
    #[serde(default)]
    pub moved: Vec<MovedLine>,
    /// What should be in the drawer.
    pub expected: Money,
    /// Every count, the last one is what it closed with.
    pub counts: Vec<CountLine>,
    /// What was too much or missing, if it was counted.
    pub variance: Option<VarianceLine>,
    /// What the other tenders came to, by their own word and by the till's.
    #[serde(default)]
    pub tenders: Vec<TenderLine>,
    /// Whose drawer or pouch it took over.
    #[serde(default)]
    pub taken_over_from: Option<String>,
    /// Who took its drawer or pouch over.
    #[serde(default)]
    pub handed_over_to: Option<Named>,
    /// Orders opened and settled.
    pub orders: OrderCounts,
    /// Orders that went on without this shift.
    pub passed_on: Vec<PassedOn>,
}

/// A person, with the name they had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Who.
    pub id: StaffId,
    /// Their name then.
    pub name: String,
}

/// The float of a shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatLine {
    /// What was counted.
    pub amount: Money,
    /// What was said about it.
    pub note: Option<String>,
}

/// Cash that was put in, paid out, taken to the safe or handed out as tips, or a drawer that was opened without a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MovedLine {
    /// The number of its slip.
    pub number: i64,
    /// "Paid out", or "Paid out, taken back".
    pub what: String,
    /// How it changed the drawer.
    pub amount: Money,
    /// Why.
    pub reason: Option<String>,
    /// Who booked it.
    pub by: String,
    /// Who agreed, where somebody had to.
    pub approved_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountLine {
    /// 1 for the first.
    pub number: i16,
    /// Who counted.
    pub by: Named,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The pieces.
    pub pieces: Counted,
    /// What they were worth.
    pub counted: Money,
    /// What should have been there at that moment.
    pub expected: Money,
    /// What was said of the other tenders with it.
    #[serde(default)]
    pub tenders: Vec<TenderLine>,
}

/// The variance that the shift closed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VarianceLine {
    /// How much, and how much needs no approval.
    #[serde(flatten)]
    pub variance: Variance,
    /// How it stands.
    pub standing: Standing,
    /// The name of whoever approved it.
    pub approved_by: Option<String>,
}

/// How many orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCounts {
    /// Opened by the owner during the shift.
    pub opened: i64,
    /// Of the shift's orders, those that are settled.
    pub settled: i64,
    /// What the settled ones came to.
    pub total: Money,
    /// Of the shift's orders, those that were called off.
    pub cancelled: i64,
}

/// An order that was handed over or carried over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    /// Its long number.
    pub reference: String,
    /// Whose shift it went to; nobody's when it was carried over.
    pub to: Option<String>,
    /// Why.
    pub reason: String,
}

impl ShiftReport {
    /// What was given back of all methods together, tips among it.
    pub fn refunds_total(&self) -> Money {
        self.refunds.iter().map(|sum| sum.amount + sum.tips).sum()
    }

    /// The payments of all methods together.
    pub fn sales_total(&self) -> Money {
        self.sales.iter().map(|sum| sum.amount).sum()
    }

    /// The tips of all methods together.
    pub fn tips_total(&self) -> Money {
        self.sales.iter().map(|sum| sum.tips).sum()
    }

    /// The count that the shift closed with.
    pub fn last_count(&self) -> Option<&CountLine> {
        self.counts.last()
    }
}

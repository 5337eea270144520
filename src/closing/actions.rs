//! What ends a shift: its orders passed on, its cash counted, its report written.

use poem::http::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::json;
use thiserror::Error;

use super::count::{self, Count, CountRefusal};
use super::in_the_way::{InTheWay, unfinished};
use super::paper::Frozen;
use super::report::{CountLine, FloatLine, MovedLine, Named, PassedOn, ShiftReport, VarianceLine};
use super::store;
use super::tender::{self, Expected, TenderLine};
use super::variance::{self, Parties, Standing, Variance};
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::menu;
use crate::orders;
use crate::payments::{self, Method};
use crate::printing::Print;
use crate::settings::Settings;
use crate::shifts::cash::Moved;
use crate::shifts::{self, Closed, Counted, Hold, Shift};
use crate::staff::Person;
use crate::staff::approval::Approval;
use crate::values::{CountId, Money, Note, OrderId, ShiftId};
use crate::web::{Error, Refusal, Result, url};

/// Why an order was not passed on, or a shift not closed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ClosingRefusal {
    /// Open orders would be left without a shift.
    #[error("{}", still_open(.titles))]
    OrdersOpen {
        /// The shift that they belong to.
        shift: ShiftId,
        /// As people call them.
        titles: Vec<String>,
    },
    /// It was settled, passed on, or never was of this shift.
    #[error("This order is not open in this shift any more.")]
    NotOfThisShift,
    /// A shift cannot take its own orders.
    #[error("Choose the shift of somebody else, or carry the order over.")]
    SameShift,
    /// The drawer was counted once more after the screen was drawn on which somebody agreed.
    #[error("The drawer was counted again meanwhile. Look at the new count, then close.")]
    CountedAgain {
        /// The shift.
        shift: ShiftId,
    },
    /// The shift that should take it is over.
    #[error("The shift of {0} is closed. Choose another one, or carry the order over.")]
    TakerClosed(String),
}

fn still_open(titles: &[String]) -> String {
    let (count, verb) = match titles.len() {
        1 => ("One order is".to_owned(), "it"),
        many => (format!("{many} orders are"), "each"),
    };
    let named: Vec<&str> = titles.iter().take(5).map(String::as_str).collect();
    let more = if titles.len() > 5 { " …" } else { "" };
    format!(
        "{count} still open: {}{more}. Hand {verb} over or carry {verb} over, then close.",
        named.join(", ")
    )
}

impl Refusal for ClosingRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            ClosingRefusal::OrdersOpen { .. } => "orders_open",
            ClosingRefusal::NotOfThisShift => "not_of_this_shift",
            ClosingRefusal::SameShift => "same_shift",
            ClosingRefusal::CountedAgain { .. } => "counted_again",
            ClosingRefusal::TakerClosed(_) => "shift_closed",
        }
    }

    fn way_on(&self) -> Option<(&'static str, String)> {
        match self {
            ClosingRefusal::OrdersOpen { shift, .. } => {
                Some(("Show them", url::shift_count(*shift)))
            }
            ClosingRefusal::CountedAgain { shift } => {
                Some(("Show the count", url::shift_count(*shift)))
            }
            _ => None,
        }
    }
}

/// What becomes of an open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassOn {
    /// Another open shift takes it.
    HandOver(ShiftId),
    /// Whoever takes it up next.
    CarryOver,
}

/// Passes one open order on.
pub async fn pass_on(
    tx: &mut Tx,
    by: &Person,
    shift: ShiftId,
    order: OrderId,
    how: PassOn,
    reason: &Note,
) -> Result<()> {
    let shift = hold(tx, by, shift, Hold::Share).await?;
    if let PassOn::HandOver(to) = how {
        must_take_over(tx, &shift, to).await?;
    }
    // Two tablets may pass on the same order: under its lock it is looked up once more.
    orders::lock(tx, order).await?;
    let open = orders::open_of_shift(&*tx, shift.id).await?;
    if !open.iter().any(|one| one.id == order) {
        return Err(ClosingRefusal::NotOfThisShift.into());
    }
    match how {
        PassOn::HandOver(to) => {
            orders::hand_over(tx, order, to, reason.as_str()).await?;
            tx.changed(Changed::Shift(to));
        }
        PassOn::CarryOver => orders::carry_over(tx, order, reason.as_str()).await?,
    }
    tx.changed(Changed::Shift(shift.id));
    Ok(())
}

async fn must_take_over(tx: &mut Tx, shift: &Shift, to: ShiftId) -> Result<()> {
    if to == shift.id {
        return Err(ClosingRefusal::SameShift.into());
    }
    let taker = shifts::hold(tx, to, Hold::Share)
        .await?
        .ok_or(Error::NotFound("shift"))?;
    if taker.is_open() {
        Ok(())
    } else {
        Err(ClosingRefusal::TakerClosed(taker.name).into())
    }
}

/// What somebody counted.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Of cash.
    pub pieces: Counted,
    /// What the other tenders say of themselves, as far as somebody looked.
    pub tenders: Vec<(Method, Money)>,
}

/// Locks a count. What should be there is computed now, while nothing can be booked into the shift.
pub async fn lock_count(tx: &mut Tx, by: &Person, shift: ShiftId, tally: &Tally) -> Result<()> {
    let shift = hold(tx, by, shift, Hold::Alone).await?;
    let counts = store::counts(&*tx, shift.id).await?;
    let expected = expected(&*tx, shift.id).await?;
    count::may_count(&shift, by.id, by.role, &counts, &expected)?;
    if !shift.has_cash() && tally.tenders.is_empty() {
        return Err(CountRefusal::Nothing.into());
    }
    let number = counts.last().map_or(0, |count| count.number) + 1;
    let line = |&(method, counted): &(Method, Money)| TenderLine {
        method,
        counted: Some(counted),
        expected: expected.tender(method),
    };
    let tenders: Vec<TenderLine> = tally.tenders.iter().map(line).collect();
    let pieces = &tally.pieces;
    store::insert_count(tx, shift.id, number, by.id, pieces, expected.cash, &tenders).await?;
    tx.journal(Entry::new("shift.counted", "shift", shift.id).after(json!({
        "number": number,
        "pieces": pieces,
        "counted": pieces.total(),
        "expected": expected.cash,
        "tenders": tenders,
    })));
    tx.changed(Changed::Shift(shift.id));
    Ok(())
}

/// What a shift should hold, and what it took by the other tenders.
pub(super) async fn expected(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Expected> {
    let ledger = shifts::ledger(db, shift).await?;
    let sales = payments::sums_of_shift(db, shift).await?;
    let refunds = payments::refunds::sums_of_shift(db, shift).await?;
    Ok(Expected::of(&ledger, &sales, &refunds))
}

/// How somebody closes a shift.
#[derive(Debug, Clone)]
pub struct Close {
    /// The count on the screen. Whoever agrees with a variance agrees with that one and no other.
    pub count: Option<CountId>,
    /// Why there is a variance.
    pub reason: Option<Note>,
    /// The consent that somebody else gave to it with their own secret.
    pub approval: Option<Approval>,
}

/// Closes a shift whose orders were passed on and whose cash was counted, and freezes its report. Nobody can open an
/// order in it or take cash into it meanwhile: both hold its row, which is held alone here.
pub async fn close(
    tx: &mut Tx,
    by: &Person,
    settings: &Settings,
    shift: ShiftId,
    close: &Close,
) -> Result<i32> {
    let shift = hold(tx, by, shift, Hold::Alone).await?;
    let empty = only_empty_orders(tx, &shift).await?;
    let number = end(tx, by, settings, &shift, close, Handed::default()).await?;
    for order in empty {
        orders::carry_over(tx, order, "Nothing was on it yet").await?;
    }
    Ok(number)
}

/// What of a shift goes on with somebody else in the transaction that ends it.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// Who takes its drawer or pouch.
    pub to: Option<Named>,
    /// The orders that go with it.
    pub orders: Vec<PassedOn>,
}

/// Ends a shift that is held alone, and freezes its report; answers the report's number.
pub(super) async fn end(
    tx: &mut Tx,
    by: &Person,
    settings: &Settings,
    shift: &Shift,
    close: &Close,
    handed: Handed,
) -> Result<i32> {
    let expected = expected(&*tx, shift.id).await?;
    let counts = store::counts(&*tx, shift.id).await?;
    let variance = judge(tx, by, settings, shift, &expected, &counts, close).await?;
    let number = store::next_report_number(tx).await?;
    let closed = Closed {
        at: tx.now(),
        by: by.id,
        report: number,
    };
    let mut report = report(tx, by, shift, closed, &expected, counts, variance).await?;
    report.handed_over_to = handed.to;
    // The audit log does not have these yet.
    report.passed_on.extend(handed.orders);
    let frozen = serde_json::to_value(&report)
        .map_err(|failure| anyhow::anyhow!("a shift report cannot be written: {failure}"))?;
    shifts::store_closed(tx, shift.id, closed, frozen).await?;
    menu::put_back_after(tx, shift.id).await?;
    journal(tx, shift, &report);
    tx.changed(Changed::Shift(shift.id));
    Ok(number)
}

/// Refuses where an order is left that somebody has to take over; answers those that have nothing on them.
async fn only_empty_orders(tx: &Tx, shift: &Shift) -> Result<Vec<OrderId>> {
    let open = orders::hold_open_of_shift(tx, shift.id).await?;
    let empty = open
        .iter()
        .filter(|order| InTheWay::of(order) == InTheWay::Empty)
        .map(|order| order.id)
        .collect();
    let unfinished = unfinished(open);
    if unfinished.is_empty() {
        Ok(empty)
    } else {
        Err(ClosingRefusal::OrdersOpen {
            shift: shift.id,
            titles: unfinished.into_iter().map(|order| order.title).collect(),
        }
        .into())
    }
}

/// The last count's variance and how it stands; none where nothing was counted.
async fn judge(
    tx: &mut Tx,
    by: &Person,
    settings: &Settings,
    shift: &Shift,
    expected: &Expected,
    counts: &[Count],
    close: &Close,
) -> Result<Option<VarianceLine>> {
    if !shift.has_cash() && counts.is_empty() {
        return Ok(None);
    }
    let count = count::closing_count(counts, expected)?;
    let threshold = settings.variance_threshold.of(shift.role);
    let variance = Variance {
        amount: count.variance(),
        threshold,
    };
    let largest = tender::largest(variance.amount, &count.tenders, threshold);
    let seen = match close.count {
        Some(seen) => seen == count.id,
        None => !largest.needs_approval(),
    };
    if !seen {
        return Err(ClosingRefusal::CountedAgain { shift: shift.id }.into());
    }
    let parties = Parties {
        owner: shift.staff,
        owner_role: shift.role,
        closer: by.id,
        closer_role: by.role,
    };
    let approver = close.approval.as_ref().map(|approval| approval.by);
    let standing =
        variance::settle(largest, parties, close.reason.as_ref(), approver).map_err(|refusal| {
            match refusal {
                variance::VarianceRefusal::ReasonWanted(_) => {
                    Error::field("reason", refusal.to_string())
                }
                other => other.into(),
            }
        })?;
    store::insert_variance(tx, shift.id, count.id, largest, &standing).await?;
    let approved_by = match &standing {
        Standing::Approved { by, .. } => store::name_of(&*tx, *by).await?,
        Standing::Within | Standing::Unapproved { .. } => None,
    };
    Ok(Some(VarianceLine {
        variance,
        standing,
        approved_by,
    }))
}

async fn report(
    tx: &mut Tx,
    by: &Person,
    shift: &Shift,
    closed: Closed,
    expected: &Expected,
    counts: Vec<Count>,
    variance: Option<VarianceLine>,
) -> Result<ShiftReport> {
    let last = counts.last().map(|count| count.tenders.as_slice());
    Ok(ShiftReport {
        number: closed.report,
        owner: Named {
            id: shift.staff,
            name: shift.name.clone(),
        },
        role: shift.role,
        date: shift.date,
        place: shift.cash.to_string(),
        opened_at: shift.opened_at,
        opened_terminal: shift.opened_terminal.clone(),
        closed_at: closed.at,
        closed_by: Named {
            id: by.id,
            name: by.name.clone(),
        },
        float: shift.float.as_ref().map(|float| FloatLine {
            amount: float.amount,
            note: float.note.clone(),
        }),
        sales: payments::sums_of_shift(&*tx, shift.id).await?,
        refunds: payments::refunds::sums_of_shift(&*tx, shift.id).await?,
        moved: shifts::cash::of_shift(&*tx, shift.id)
            .await?
            .iter()
            .map(moved_line)
            .collect(),
        expected: expected.cash,
        ledger: shifts::ledger(&*tx, shift.id).await?,
        tenders: tender::lines(last.unwrap_or_default(), expected),
        counts: counts.into_iter().map(count_line).collect(),
        variance,
        taken_over_from: shift.taken_over_from.clone(),
        handed_over_to: None,
        orders: store::order_counts(&*tx, shift).await?,
        passed_on: store::passed_on(&*tx, shift).await?,
    })
}

fn moved_line(moved: &Moved) -> MovedLine {
    MovedLine {
        number: moved.number,
        what: moved.done(),
        amount: moved.amount,
        reason: moved.reason.clone(),
        by: moved.by.clone(),
        approved_by: moved.approved_by.clone(),
        at: moved.at,
    }
}

fn count_line(count: Count) -> CountLine {
    CountLine {
        number: count.number,
        by: Named {
            id: count.by,
            name: count.name,
        },
        at: count.at,
        pieces: count.pieces,
        counted: count.counted,
        expected: count.expected,
        tenders: count.tenders,
    }
}

fn journal(tx: &mut Tx, shift: &Shift, report: &ShiftReport) {
    let standing = report.variance.as_ref().map(|line| &line.standing);
    let approver = match standing {
        Some(Standing::Approved { by, .. }) => Some(*by),
        _ => None,
    };
    let mut entry = Entry::new("shift.closed", "shift", shift.id)
        .approved_by(approver)
        .after(json!({
            "report": report.number,
            "owner": report.owner.name,
            "expected": report.expected,
            "counted": report.last_count().map(|count| count.counted),
            "variance": report.variance.as_ref().map(|line| line.variance.amount),
            "tenders": report.tenders,
            "standing": standing,
        }));
    if let Some(Standing::Approved { reason, .. } | Standing::Unapproved { reason }) = standing {
        entry = entry.because(reason.clone());
    }
    tx.journal(entry);
}

/// Notes that a report goes to paper: the first time as the original, later as a copy.
pub async fn print(tx: &mut Tx, of: Frozen) -> Result<Print> {
    if !store::hold_report(tx, of).await? {
        return Err(Error::NotFound("report"));
    }
    let print = Print::after(store::last_print(&*tx, of).await?, tx.now());
    store::insert_print(tx, of, print).await?;
    let said = json!({ "kind": print.kind().as_str(), "place": print.place });
    tx.journal(match of {
        Frozen::Shift(shift) => Entry::new("shift.report_printed", "shift", shift).after(said),
        Frozen::Z(number) => Entry::general("day.report_printed", "day")
            .after(json!({ "z": number, "kind": said["kind"], "place": said["place"] })),
    });
    Ok(print)
}

/// The shift, held, if it is open and this person may close it.
pub(super) async fn hold(tx: &mut Tx, by: &Person, shift: ShiftId, how: Hold) -> Result<Shift> {
    let shift = shifts::hold(tx, shift, how)
        .await?
        .ok_or(Error::NotFound("shift"))?;
    shift.must_be_for(by.id, by.role)?;
    shift.must_be_open()?;
    Ok(shift)
}

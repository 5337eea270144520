//! Reading a business date, and closing it.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::report::{DayReport, OpenLine, ShiftLine, Z};
use super::rules::{DayRefusal, Known, may_close};
use super::store;
use crate::closing::in_the_way::unfinished;
use crate::closing::report::Named;
use crate::data::{Entry, Tx, seal};
use crate::orders::{self, Sold, SoldOrder, Struck};
use crate::payments::{self, refunds};
use crate::shifts;
use crate::staff::Person;
use crate::values::{BusinessDate, DayRule, OrderId};
use crate::web::Result;

/// A date as it is, and what the report says of each order.
pub struct Reading {
    /// The report.
    pub report: DayReport,
    /// The orders that it tells of, for the corrections of later ones.
    pub orders: Vec<SoldOrder>,
    /// The struck lines that it tells of, so that none is told of twice.
    pub struck: Vec<Struck>,
}

/// Reads a date that is not closed.
pub async fn read(
    db: &impl ConnectionTrait,
    rule: &DayRule,
    date: BusinessDate,
    at: OffsetDateTime,
) -> Result<Reading> {
    let before = reports(store::last(db, LATELY).await?)?;
    let (since, overlap) = since(db, rule, date, before.first()).await?;
    let until = at.min(rule.begins(date.next()));
    let sold_orders = orders::sold_on(db, date).await?;
    let changed = match before.first() {
        Some(z) => orders::sold_before_and_changed(db, date, z.at - OVERLAP).await?,
        None => Vec::new(),
    };
    let (corrected, corrections) = corrections(db, changed).await?;
    let mut sold = Sold::default();
    for order in &sold_orders {
        sold += &order.sold;
    }
    let open = unfinished(orders::open_orders(db).await?);
    let struck = orders::struck_out(db, since - overlap, until).await?;
    let struck = store::untold(db, struck).await?;
    let told: Vec<i32> = before
        .iter()
        .flat_map(|z| z.shifts.iter().map(|shift| shift.number))
        .collect();
    let shifts = store::closed_shifts(db, since - overlap, until, &told).await?;
    let report = DayReport {
        date,
        z: None,
        since,
        until,
        at,
        sold,
        corrections,
        corrected: i64::try_from(corrected.len()).unwrap_or(i64::MAX),
        taken: payments::sums_of_day(db, date).await?,
        given_back: refunds::sums_of_day(db, date).await?,
        late: payments::late_of_day(db, date).await?,
        cash: shifts::ledger_of_day(db, date).await?,
        shifts: shifts.iter().map(ShiftLine::of).collect(),
        open_shifts: open_shifts(db).await?,
        open_orders: i64::try_from(open.len()).unwrap_or(i64::MAX),
        owed: open.iter().map(|order| order.balance).sum(),
        voids: i64::try_from(struck.len()).unwrap_or(i64::MAX),
        voided: struck.iter().map(|line| line.value).sum(),
        blind: false,
    };
    let orders = sold_orders.into_iter().chain(corrected).collect();
    Ok(Reading {
        report,
        orders,
        struck,
    })
}

/// Whatever is stored carries the time at which its transaction began, by the clock of its instance: it can be earlier than a Z
/// that did not see it. So the one after looks back this much, and leaves out what was told of.
const OVERLAP: Duration = Duration::hours(1);

/// How many Zs are looked at for what was told of.
const LATELY: i64 = 5;

fn reports(made: Vec<store::Made>) -> Result<Vec<DayReport>> {
    made.into_iter().map(store::Made::report).collect()
}

/// From when on shifts and struck lines count on this date: from the last Z on, as long as no earlier date is open. And how much
/// further back there may be a shift that this Z did not see: where it is the date that begins, those before it are not its own.
async fn since(
    db: &impl ConnectionTrait,
    rule: &DayRule,
    date: BusinessDate,
    before: Option<&DayReport>,
) -> Result<(OffsetDateTime, Duration)> {
    let begins = rule.begins(date);
    let is_next = store::next_open(db).await?.is_none_or(|next| next >= date);
    Ok(match before {
        Some(z) if is_next => (z.until.min(begins), OVERLAP),
        _ => (begins, Duration::ZERO),
    })
}

/// Of orders of earlier dates: those that come to something else than what was told of them, and the difference. One that was not
/// told of at all, though its date is closed, is one whose sale no Z saw.
async fn corrections(
    db: &impl ConnectionTrait,
    changed: Vec<SoldOrder>,
) -> Result<(Vec<SoldOrder>, Sold)> {
    let first = store::first(db).await?;
    let ids: Vec<OrderId> = changed.iter().map(|order| order.id).collect();
    let told: HashMap<OrderId, Sold> = store::told_of(db, &ids).await?.into_iter().collect();
    let mut difference = Sold::default();
    let mut corrected = Vec::new();
    for order in changed {
        let before = told.get(&order.id);
        // Those of before the first Z are in none.
        if before == Some(&order.sold)
            || (before.is_none() && first.is_none_or(|first| order.date < first))
        {
            continue;
        }
        difference += &order.sold;
        if let Some(before) = before {
            difference -= before;
        }
        corrected.push(order);
    }
    Ok((corrected, difference))
}

async fn open_shifts(db: &impl ConnectionTrait) -> Result<Vec<OpenLine>> {
    let open = shifts::all_open(db).await?;
    let line = |shift: shifts::Shift| OpenLine {
        id: shift.id,
        place: shift.cash.to_string(),
        since: shift.opened_at,
        owner: shift.name,
    };
    Ok(open.into_iter().map(line).collect())
}

/// The number of the last Z, where this date may be closed at `at`; `happened` says whether anything happened on it.
///
/// # Errors
/// Why it may not.
pub async fn may(
    db: &impl ConnectionTrait,
    rule: &DayRule,
    date: BusinessDate,
    at: OffsetDateTime,
    happened: bool,
) -> Result<Option<i32>> {
    if let Some(made) = store::of(db, date).await? {
        return Err(DayRefusal::Closed(date, made.number).into());
    }
    let last = store::last(db, 1).await?.pop();
    let known = Known {
        today: rule.date_of(at),
        first: store::first(db).await?,
        next: store::next_open(db).await?,
        happened,
    };
    may_close(date, known)?;
    Ok(last.map(|z| z.number))
}

/// Closes a date. The caller has sealed the audit log just before.
pub async fn close(tx: &mut Tx, by: &Person, rule: &DayRule, date: BusinessDate) -> Result<i32> {
    store::hold_alone(tx).await?;
    let happened = shifts::hold_day_alone(tx, date).await?;
    let last = may(&*tx, rule, date, tx.now(), happened).await?;
    let Reading {
        mut report,
        orders,
        struck,
    } = read(&*tx, rule, date, tx.now()).await?;
    let (head_number, head_hash) = seal::newest(&*tx).await?;
    let z = Z {
        number: last.unwrap_or(0) + 1,
        by: Named {
            id: by.id,
            name: by.name.clone(),
        },
        head_number,
        head_hash,
    };
    report.z = Some(z.clone());
    shifts::close_day(tx, date, z.number, by.id).await?;
    store::insert(tx, &z, by.id, &report, &orders).await?;
    store::insert_voids(tx, z.number, &struck).await?;
    tx.journal(Entry::general("day.closed", "day").after(json!({
        "date": date,
        "z": z.number,
        "sold": report.sold.total,
        "corrections": report.corrections.total,
        "taken": report.taken_total(),
        "givenBack": report.given_back_total(),
        "variance": report.variance(),
        "openShifts": report.open_shifts.len(),
        "head": z.head_hash,
    })));
    Ok(z.number)
}

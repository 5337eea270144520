//! The queries of the business date.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::report::{DayReport, Z};
use crate::closing::ShiftReport;
use crate::data::Tx;
use crate::orders::{Sold, SoldOrder, Struck};
use crate::values::{BusinessDate, LineId, Money, OrderId, ShiftId, StaffId};
use crate::web::Result;

/// One Z is made at a time.
pub async fn hold_alone(tx: &Tx) -> Result<()> {
    tx.execute_unprepared("LOCK TABLE z_reports IN SHARE ROW EXCLUSIVE MODE")
        .await?;
    Ok(())
}

/// A Z that was made.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Made {
    /// Its number.
    pub number: i32,
    /// What it says.
    pub report: serde_json::Value,
}

impl Made {
    /// What it says.
    pub fn report(self) -> Result<DayReport> {
        Ok(serde_json::from_value(self.report).map_err(|failure| {
            anyhow::anyhow!("Z report {} cannot be read: {failure}", self.number)
        })?)
    }
}

const MADE: &str = "SELECT number, report FROM z_reports ";

/// The last Zs, newest first.
pub async fn last(db: &impl ConnectionTrait, most: i64) -> Result<Vec<Made>> {
    let sql = format!("{MADE} ORDER BY number DESC LIMIT $1");
    Ok(Made::find_by_statement(statement(db, sql, [most.into()]))
        .all(db)
        .await?)
}

/// The Z of a date.
pub async fn of(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Option<Made>> {
    let sql = format!("{MADE} WHERE business_date = $1");
    Ok(Made::find_by_statement(statement(db, sql, [date.into()]))
        .one(db)
        .await?)
}

/// The date of the first Z of all.
pub async fn first(db: &impl ConnectionTrait) -> Result<Option<BusinessDate>> {
    date_of(db, "SELECT min(business_date) AS date FROM z_reports", []).await
}

/// The first date after the first Z that is open, and on which anything happened.
pub async fn next_open(db: &impl ConnectionTrait) -> Result<Option<BusinessDate>> {
    let sql = "SELECT min(date) AS date FROM business_days \
         WHERE z_number IS NULL AND date > (SELECT min(business_date) FROM z_reports)";
    date_of(db, sql, []).await
}

/// The dates without a Z on which anything happened, the newest first; none of before the first Z.
pub async fn not_closed(db: &impl ConnectionTrait, most: i64) -> Result<Vec<BusinessDate>> {
    #[derive(FromQueryResult)]
    struct Row {
        date: BusinessDate,
    }
    let sql = "SELECT date FROM business_days WHERE z_number IS NULL \
         AND date > coalesce((SELECT min(business_date) FROM z_reports), '-infinity') ORDER BY date DESC LIMIT $1";
    let rows = Row::find_by_statement(statement(db, sql, [most.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.date).collect())
}

/// What the last Z that told of each of these orders said of it.
pub async fn told_of(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, Sold)>> {
    #[derive(FromQueryResult)]
    struct Row {
        order_id: OrderId,
        sums: serde_json::Value,
    }
    let ids: Vec<uuid::Uuid> = orders.iter().map(|id| (*id).into()).collect();
    let sql = "SELECT DISTINCT ON (order_id) order_id, sums FROM z_orders WHERE order_id = ANY($1) \
         ORDER BY order_id, z_number DESC";
    let rows = Row::find_by_statement(statement(db, sql, [ids.into()]))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let sold = serde_json::from_value(row.sums).map_err(anyhow::Error::from)?;
            Ok((row.order_id, sold))
        })
        .collect()
}

/// The reports of the shifts that were closed after `since`, until `until`, but those that were told of.
pub async fn closed_shifts(
    db: &impl ConnectionTrait,
    since: OffsetDateTime,
    until: OffsetDateTime,
    told: &[i32],
) -> Result<Vec<ShiftReport>> {
    #[derive(FromQueryResult)]
    struct Row {
        report: serde_json::Value,
    }
    let sql = "SELECT report FROM shifts WHERE closed_at > $1 AND closed_at <= $2 AND report IS NOT NULL \
         AND NOT (report_number = ANY($3)) ORDER BY report_number";
    let values = [since.into(), until.into(), told.to_vec().into()];
    let rows = Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(serde_json::from_value(row.report)
                .map_err(|failure| anyhow::anyhow!("a shift report cannot be read: {failure}"))?)
        })
        .collect()
}

/// Of these struck lines, those that no Z told of.
pub async fn untold(db: &impl ConnectionTrait, struck: Vec<Struck>) -> Result<Vec<Struck>> {
    #[derive(FromQueryResult)]
    struct Row {
        line_id: LineId,
    }
    let ids: Vec<uuid::Uuid> = struck.iter().map(|line| line.id.into()).collect();
    let sql = "SELECT line_id FROM z_voids WHERE line_id = ANY($1)";
    let told = Row::find_by_statement(statement(db, sql, [ids.into()]))
        .all(db)
        .await?;
    let told: HashSet<LineId> = told.into_iter().map(|row| row.line_id).collect();
    let untold = struck.into_iter().filter(|line| !told.contains(&line.id));
    Ok(untold.collect())
}

/// Stores of which struck lines a Z tells.
pub async fn insert_voids(tx: &Tx, z: i32, struck: &[Struck]) -> Result<()> {
    let ids: Vec<uuid::Uuid> = struck.iter().map(|line| line.id.into()).collect();
    let sql = "INSERT INTO z_voids (line_id, z_number) SELECT unnest($1::uuid[]), $2";
    tx.execute_raw(statement(tx, sql, [ids.into(), z.into()]))
        .await?;
    Ok(())
}

/// Of these shifts, what each was counted last.
pub async fn last_counts(
    db: &impl ConnectionTrait,
    shifts: &[ShiftId],
) -> Result<HashMap<ShiftId, Money>> {
    #[derive(FromQueryResult)]
    struct Row {
        shift_id: ShiftId,
        counted: Money,
    }
    let ids: Vec<uuid::Uuid> = shifts.iter().map(|id| (*id).into()).collect();
    let sql = "SELECT DISTINCT ON (shift_id) shift_id, counted FROM shift_counts WHERE shift_id = ANY($1) \
         ORDER BY shift_id, number DESC";
    let rows = Row::find_by_statement(statement(db, sql, [ids.into()]))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.shift_id, row.counted))
        .collect())
}

/// Stores a Z, what it says of each order, and that its date is closed.
pub async fn insert(
    tx: &Tx,
    z: &Z,
    by: StaffId,
    report: &DayReport,
    orders: &[SoldOrder],
) -> Result<()> {
    let frozen = serde_json::to_value(report)
        .map_err(|failure| anyhow::anyhow!("a Z report cannot be written: {failure}"))?;
    tx.execute_raw(statement(
        tx,
        "INSERT INTO z_reports (number, business_date, report, head_number, head_hash, made_by, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            z.number.into(),
            report.date.into(),
            frozen.into(),
            z.head_number.into(),
            z.head_hash.clone().into(),
            by.into(),
            report.at.into(),
        ],
    ))
    .await?;
    let sums: Vec<serde_json::Value> = orders
        .iter()
        .map(|order| serde_json::json!({ "order": order.id, "sums": order.sold }))
        .collect();
    tx.execute_raw(statement(
        tx,
        "INSERT INTO z_orders (order_id, z_number, sums) \
         SELECT e.\"order\", $2, e.sums FROM jsonb_to_recordset($1) AS e (\"order\" uuid, sums jsonb)",
        [serde_json::Value::Array(sums).into(), z.number.into()],
    ))
    .await?;
    Ok(())
}

async fn date_of<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Option<BusinessDate>> {
    #[derive(FromQueryResult)]
    struct Row {
        date: Option<BusinessDate>,
    }
    let row = Row::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?;
    Ok(row.and_then(|row| row.date))
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

//! The queries of counting and closing.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::count::Count;
use super::paper::Frozen;
use super::report::{OrderCounts, PassedOn};
use super::tender::TenderLine;
use super::variance::{Standing, Variance};
use crate::data::Tx;
use crate::printing::Print;
use crate::shifts::{Counted, Shift};
use crate::values::{CountId, Money, PrintId, ShiftId, StaffId};
use crate::web::Result;

/// The counts of a shift, by number.
pub async fn counts(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<Count>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CountId,
        number: i16,
        counted_by: StaffId,
        name: String,
        counted_at: OffsetDateTime,
        denominations: serde_json::Value,
        counted: Money,
        expected: Money,
        tenders: serde_json::Value,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT c.id, c.number, c.counted_by, st.name, c.counted_at, c.denominations, c.counted, c.expected, \
           (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'count_id'), '[]') FROM shift_tender_counts t WHERE t.count_id = c.id) AS tenders \
         FROM shift_counts c JOIN staff st ON st.id = c.counted_by WHERE c.shift_id = $1 ORDER BY c.number",
        [shift.into()],
    ))
    .all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let mut tenders: Vec<TenderLine> =
                serde_json::from_value(row.tenders).map_err(anyhow::Error::from)?;
            tenders.sort_by_key(|line| line.method);
            Ok(Count {
                id: row.id,
                number: row.number,
                by: row.counted_by,
                name: row.name,
                at: row.counted_at,
                pieces: Counted::stored(row.denominations),
                counted: row.counted,
                expected: row.expected,
                tenders,
            })
        })
        .collect()
}

/// Whether the cash of a shift was counted since its float.
pub async fn is_counted(db: &impl ConnectionTrait, shift: ShiftId) -> Result<bool> {
    let sql = "SELECT 1 FROM shift_counts c JOIN shifts s ON s.id = c.shift_id \
         WHERE s.id = $1 AND c.counted_at >= s.cash_started_at LIMIT 1";
    Ok(db
        .query_one_raw(statement(db, sql, [shift.into()]))
        .await?
        .is_some())
}

/// Stores a count. Its number follows the last one, which the shift's lock keeps still.
pub async fn insert_count(
    tx: &Tx,
    shift: ShiftId,
    number: i16,
    by: StaffId,
    pieces: &Counted,
    expected: Money,
    tenders: &[TenderLine],
) -> Result<()> {
    let id = CountId::new();
    tx.execute_raw(statement(
        tx,
        "INSERT INTO shift_counts (id, shift_id, number, counted_by, counted_at, denominations, counted, expected) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.into(),
            shift.into(),
            number.into(),
            by.into(),
            tx.now().into(),
            pieces.to_json().into(),
            pieces.total().into(),
            expected.into(),
        ],
    ))
    .await?;
    if !tenders.is_empty() {
        tx.execute_raw(statement(
            tx,
            "INSERT INTO shift_tender_counts (count_id, method, counted, expected) \
             SELECT $1, t.method, t.counted, t.expected FROM jsonb_to_recordset($2) AS t (method text, counted bigint, expected bigint)",
            [id.into(), serde_json::json!(tenders).into()],
        ))
        .await?;
    }
    Ok(())
}

/// Stores how the variance of a shift stands.
pub async fn insert_variance(
    tx: &Tx,
    shift: ShiftId,
    count: CountId,
    variance: Variance,
    standing: &Standing,
) -> Result<()> {
    let (reason, approver) = match standing {
        Standing::Within => return Ok(()),
        Standing::Approved { by, reason } => (reason, Some(*by)),
        Standing::Unapproved { reason } => (reason, None),
    };
    tx.execute_raw(statement(
        tx,
        "INSERT INTO shift_variances (shift_id, count_id, amount, threshold, reason, approved_by, approved_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            shift.into(),
            count.into(),
            variance.amount.into(),
            variance.threshold.into(),
            reason.clone().into(),
            approver.into(),
            approver.map(|_| tx.now()).into(),
        ],
    ))
    .await?;
    Ok(())
}

/// The shifts whose variance nobody agreed to.
pub async fn unapproved(db: &impl ConnectionTrait) -> Result<HashSet<ShiftId>> {
    #[derive(FromQueryResult)]
    struct Row {
        shift_id: ShiftId,
    }
    let sql = "SELECT shift_id FROM shift_variances WHERE approved_by IS NULL";
    let rows = Row::find_by_statement(statement(db, sql, []))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.shift_id).collect())
}

/// The number of the next shift report. The row stays locked until the transaction ends, and a transaction that does
/// not commit gives the number back, so there are no gaps.
pub async fn next_report_number(tx: &Tx) -> Result<i32> {
    #[derive(FromQueryResult)]
    struct Row {
        last: i32,
    }
    let row = Row::find_by_statement(statement(
        tx,
        "UPDATE shift_report_numbers SET last = last + 1 RETURNING last",
        [],
    ))
    .one(tx)
    .await?;
    Ok(row
        .ok_or_else(|| anyhow::anyhow!("the row of the report numbers is missing"))?
        .last)
}

/// How many orders the owner opened during the shift, and what became of the orders that belong to it. One that is open with
/// nothing left on it goes on by itself, whatever was settled on it before.
pub async fn order_counts(db: &impl ConnectionTrait, shift: &Shift) -> Result<OrderCounts> {
    #[derive(FromQueryResult)]
    struct Row {
        opened: i64,
        settled: i64,
        total: Money,
        cancelled: i64,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT (SELECT count(*) FROM orders WHERE opened_by = $2 AND opened_at >= $3) AS opened, \
           count(settled_at) AS settled, count(cancelled_at) AS cancelled, \
           coalesce(sum(total + rounding) FILTER (WHERE settled_at IS NOT NULL), 0)::bigint AS total \
         FROM orders o WHERE shift_id = $1 \
           AND (closed_at IS NOT NULL OR cancelled_at IS NOT NULL \
                OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.state <> 'voided'))",
        [
            shift.id.into(),
            shift.staff.into(),
            shift.opened_at.into(),
        ],
    ))
    .one(db)
    .await?;
    Ok(row.map_or_else(OrderCounts::default, |row| OrderCounts {
        opened: row.opened,
        settled: row.settled,
        total: row.total,
        cancelled: row.cancelled,
    }))
}

/// The orders that were handed over from this shift or carried over, as the audit log tells it.
pub async fn passed_on(db: &impl ConnectionTrait, shift: &Shift) -> Result<Vec<PassedOn>> {
    #[derive(FromQueryResult)]
    struct Row {
        reference: Option<String>,
        to_name: Option<String>,
        reason: Option<String>,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT a.after ->> 'reference' AS reference, st.name AS to_name, a.reason \
         FROM audit_log a \
         LEFT JOIN shifts t ON t.id::text = a.after ->> 'shift' \
         LEFT JOIN staff st ON st.id = t.staff_id \
         WHERE a.at >= $1 AND a.deed IN ('order.handed_over', 'order.carried_over') AND a.before ->> 'shift' = $2 \
         ORDER BY a.at",
        [shift.opened_at.into(), shift.id.to_string().into()],
    ))
    .all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PassedOn {
            reference: row.reference.unwrap_or_default(),
            to: row.to_name,
            reason: row.reason.unwrap_or_default(),
        })
        .collect())
}

/// Moves with everything that the list of shifts shows: a hash of each row, because plain sums of revisions even out when
/// one order ends and another moves on.
pub async fn shifts_revision(db: &impl ConnectionTrait) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT ((coalesce((SELECT sum(hashtextextended(id::text, revision)) FROM shifts WHERE closed_at IS NULL), 0) \
           + coalesce((SELECT sum(hashtextextended(id::text, revision)) FROM orders WHERE closed_at IS NULL AND cancelled_at IS NULL), 0) \
           + coalesce((SELECT sum(hashtextextended(id::text || name || role, 0)) FROM staff), 0) \
           + (SELECT hashtextextended('reports', last::bigint) FROM shift_report_numbers))::numeric(40) % 4611686018427387904)::bigint AS revision",
        [],
    ))
    .one(db)
    .await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// The last print of a report.
pub async fn last_print(db: &impl ConnectionTrait, of: Frozen) -> Result<Option<Print>> {
    #[derive(FromQueryResult)]
    struct Row {
        place: i16,
        printed_at: OffsetDateTime,
    }
    let (shift, z) = columns(of);
    let sql = "SELECT place, printed_at FROM report_prints WHERE shift_id = $1 OR z_number = $2 ORDER BY place DESC LIMIT 1";
    let row = Row::find_by_statement(statement(db, sql, [shift.into(), z.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| Print {
        place: row.place,
        at: row.printed_at,
    }))
}

/// Stores that a report was printed, which the transaction holds ([`hold_report`]).
pub async fn insert_print(tx: &Tx, of: Frozen, print: Print) -> Result<()> {
    let (shift, z) = columns(of);
    tx.execute_raw(statement(
        tx,
        "INSERT INTO report_prints (id, shift_id, z_number, place, kind, printed_by, terminal_id, printed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            PrintId::new().into(),
            shift.into(),
            z.into(),
            print.place.into(),
            print.kind().as_str().into(),
            tx.by().staff.into(),
            tx.by().terminal.into(),
            print.at.into(),
        ],
    ))
    .await?;
    Ok(())
}

/// Holds a report, so that two prints come one after the other; answers whether there is one.
pub async fn hold_report(tx: &Tx, of: Frozen) -> Result<bool> {
    let held = match of {
        Frozen::Shift(shift) => statement(
            tx,
            "SELECT 1 FROM shifts WHERE id = $1 AND report IS NOT NULL FOR UPDATE",
            [shift.into()],
        ),
        Frozen::Z(number) => statement(
            tx,
            "SELECT 1 FROM z_reports WHERE number = $1 FOR UPDATE",
            [number.into()],
        ),
    };
    Ok(tx.query_one_raw(held).await?.is_some())
}

fn columns(of: Frozen) -> (Option<ShiftId>, Option<i32>) {
    match of {
        Frozen::Shift(shift) => (Some(shift), None),
        Frozen::Z(number) => (None, Some(number)),
    }
}

/// A person's name.
pub async fn name_of(db: &impl ConnectionTrait, staff: StaffId) -> Result<Option<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT name FROM staff WHERE id = $1",
        [staff.into()],
    ))
    .one(db)
    .await?;
    Ok(row.map(|row| row.name))
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

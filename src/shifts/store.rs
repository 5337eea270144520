//! The queries of shifts, their ledger and the business day.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::{Duration, OffsetDateTime};

use super::counted::Counted;
use super::ledger::{CashEntry, EntryKind, Ledger};
use super::shift::{CashPlace, Closed, Float, Shift};
use crate::data::{Tx, Write};
use crate::staff::{Person, Role};
use crate::values::{BusinessDate, CashEntryId, Money, ShiftId, StaffId, TerminalId};
use crate::web::Result;

/// How a row is held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Others may hold it too; nobody may change it.
    Share,
    /// Nobody else may hold or change it.
    Alone,
}

impl Hold {
    fn sql(self) -> &'static str {
        match self {
            Hold::Share => " FOR SHARE OF s",
            Hold::Alone => " FOR UPDATE OF s",
        }
    }
}

/// A business day as trade sees it.
#[derive(Debug, FromQueryResult)]
pub struct Day {
    /// Which.
    pub date: BusinessDate,
    /// Whether its Z was made.
    pub has_z: bool,
    /// When anything was last sold, on any day.
    pub last_sale: Option<OffsetDateTime>,
    /// The venue's settings, by name.
    pub settings: Option<serde_json::Value>,
}

/// The days from the day before yesterday on (in UTC, so that today is among them in every time zone and with every
/// cut-off), held FOR SHARE, each with the time of the last sale (two index lookups, on `payments_by_time` and
/// `orders_by_time`) and with the settings that say which of them is today.
pub async fn hold_days_around(tx: &Tx, now: OffsetDateTime) -> Result<Vec<Day>> {
    Ok(Day::find_by_statement(statement(
        tx,
        "SELECT d.date, d.z_at IS NOT NULL AS has_z, \
           greatest((SELECT max(taken_at) FROM payments), (SELECT max(opened_at) FROM orders)) AS last_sale, \
           (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM settings) AS settings \
         FROM business_days d WHERE d.date >= $1 ORDER BY d.date FOR SHARE OF d",
        [(now - Duration::days(2)).date().into()],
    ))
    .all(tx)
    .await?)
}

/// When anything was last sold.
pub async fn last_sale(tx: &Tx) -> Result<Option<OffsetDateTime>> {
    let sql = "SELECT greatest((SELECT max(taken_at) FROM payments), (SELECT max(opened_at) FROM orders)) AS last_sale";
    let row = tx.query_one_raw(statement(tx, sql, [])).await?;
    Ok(row
        .map(|row| row.try_get("", "last_sale"))
        .transpose()?
        .flatten())
}

/// Makes the row of a day where it is missing.
pub async fn insert_day(tx: &Tx, date: BusinessDate) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "INSERT INTO business_days (date) VALUES ($1) ON CONFLICT (date) DO NOTHING",
        [date.into()],
    ))
    .await?;
    Ok(())
}

/// Whether anything happened on a date.
pub async fn is_day(db: &impl ConnectionTrait, date: BusinessDate) -> Result<bool> {
    let sql = "SELECT 1 FROM business_days WHERE date = $1";
    let row = db.query_one_raw(statement(db, sql, [date.into()])).await?;
    Ok(row.is_some())
}

/// Holds a date alone: whoever sells waits, and then finds it as this transaction leaves it. Answers whether anything happened on
/// it. A date without a row is given one: what is not there could not be held, and the first sale of the day would not wait.
pub async fn hold_day_alone(tx: &Tx, date: BusinessDate) -> Result<bool> {
    let sql = "INSERT INTO business_days (date) VALUES ($1) ON CONFLICT (date) DO NOTHING";
    let made = tx.execute_raw(statement(tx, sql, [date.into()])).await?;
    let sql = "SELECT 1 FROM business_days WHERE date = $1 FOR UPDATE";
    tx.query_one_raw(statement(tx, sql, [date.into()])).await?;
    Ok(made.rows_affected() == 0)
}

/// Stores that a date, which the transaction holds alone, is closed.
pub async fn close_day(tx: &Tx, date: BusinessDate, number: i32, by: StaffId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE business_days SET z_number = $2, z_at = $3, z_by = $4 WHERE date = $1",
        [date.into(), number.into(), tx.now().into(), by.into()],
    ))
    .await?;
    Ok(())
}

/// The person's open shift, held FOR SHARE.
pub async fn hold_open_id(tx: &Tx, staff: StaffId) -> Result<Option<ShiftId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ShiftId,
    }
    let row = Row::find_by_statement(statement(
        tx,
        "SELECT id FROM shifts WHERE staff_id = $1 AND closed_at IS NULL FOR SHARE",
        [staff.into()],
    ))
    .one(tx)
    .await?;
    Ok(row.map(|row| row.id))
}

/// Opens a shift without cash, unless the person has an open one by now.
pub async fn insert(
    tx: &Tx,
    staff: StaffId,
    date: BusinessDate,
    terminal: Option<TerminalId>,
) -> Result<Option<ShiftId>> {
    let id = ShiftId::new();
    let inserted = tx
        .execute_raw(statement(
            tx,
            "INSERT INTO shifts (id, staff_id, business_date, cash, opened_at, opened_terminal_id) \
             VALUES ($1, $2, $3, 'none', $4, $5) \
             ON CONFLICT (staff_id) WHERE closed_at IS NULL DO NOTHING",
            [
                id.into(),
                staff.into(),
                date.into(),
                tx.now().into(),
                terminal.into(),
            ],
        ))
        .await?
        .rows_affected();
    Ok((inserted == 1).then_some(id))
}

/// One shift.
pub async fn find(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Option<Shift>> {
    one(db, "s.id = $1", shift.into(), "").await
}

/// One shift, held.
pub async fn hold(tx: &Tx, shift: ShiftId, hold: Hold) -> Result<Option<Shift>> {
    one(tx, "s.id = $1", shift.into(), hold.sql()).await
}

/// The person's open shift.
pub async fn open_of(db: &impl ConnectionTrait, staff: StaffId) -> Result<Option<Shift>> {
    one(
        db,
        "s.staff_id = $1 AND s.closed_at IS NULL",
        staff.into(),
        "",
    )
    .await
}

/// Whether the person has a shift open.
pub async fn is_on_shift(db: &impl ConnectionTrait, staff: StaffId) -> Result<bool> {
    Ok(open_of(db, staff).await?.is_some())
}

/// The person's open shift, held.
pub async fn hold_open_of(tx: &Tx, staff: StaffId, hold: Hold) -> Result<Option<Shift>> {
    one(
        tx,
        "s.staff_id = $1 AND s.closed_at IS NULL",
        staff.into(),
        hold.sql(),
    )
    .await
}

/// The open shift that uses a terminal's drawer.
pub async fn holder_of_drawer(
    db: &impl ConnectionTrait,
    terminal: TerminalId,
) -> Result<Option<Shift>> {
    one(
        db,
        "s.drawer_terminal_id = $1 AND s.closed_at IS NULL",
        terminal.into(),
        "",
    )
    .await
}

/// The open shifts of an earlier date than `today` that concern this person: their own, and all for a manager.
pub async fn forgotten(
    db: &impl ConnectionTrait,
    person: &Person,
    today: BusinessDate,
) -> Result<Vec<Shift>> {
    many(
        db,
        "s.closed_at IS NULL AND s.business_date < $1 AND ($2 OR s.staff_id = $3) ORDER BY s.opened_at",
        [
            today.into(),
            person.role.manages().into(),
            person.id.into(),
        ],
    )
    .await
}

/// Every open shift, the longest open first.
pub async fn all_open(db: &impl ConnectionTrait) -> Result<Vec<Shift>> {
    many(db, "s.closed_at IS NULL ORDER BY s.opened_at", []).await
}

/// The shifts that were closed last, newest first.
pub async fn lately_closed(db: &impl ConnectionTrait, most: i64) -> Result<Vec<Shift>> {
    many(
        db,
        "s.report_number IS NOT NULL ORDER BY s.report_number DESC LIMIT $1",
        [most.into()],
    )
    .await
}

/// Holds the terminal whose drawer somebody wants: two who want it come one after the other, and the second reads who
/// was first. The row's key is not locked, so rows that point at the terminal can be written meanwhile.
pub async fn hold_drawer(tx: &Tx, terminal: TerminalId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "SELECT 1 FROM terminals WHERE id = $1 FOR NO KEY UPDATE",
        [terminal.into()],
    ))
    .await?;
    Ok(())
}

/// Stores that a shift was given its float.
pub async fn store_float(tx: &Tx, shift: &Shift, float: &Float) -> Result<()> {
    let (word, drawer) = match &shift.cash {
        CashPlace::None => ("none", None),
        CashPlace::Drawer { terminal, .. } => ("drawer", Some(*terminal)),
        CashPlace::Pouch => ("pouch", None),
    };
    tx.execute_raw(statement(
        tx,
        "UPDATE shifts SET cash = $2, drawer_terminal_id = $3, float_amount = $4, float_counts = $5, \
           float_note = $6, cash_started_at = $7, revision = revision + 1 WHERE id = $1",
        [
            shift.id.into(),
            word.into(),
            drawer.into(),
            float.amount.into(),
            float.counted.to_json().into(),
            float.note.clone().into(),
            float.at.into(),
        ],
    ))
    .await?;
    Ok(())
}

/// Stores whose drawer or pouch a shift took over.
pub async fn store_taken_over(tx: &Tx, shift: ShiftId, from: ShiftId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE shifts SET taken_over_from = $2 WHERE id = $1",
        [shift.into(), from.into()],
    ))
    .await?;
    Ok(())
}

/// Adds a row to the ledger; the amount is booked with its direction.
pub async fn insert_entry(
    tx: &Tx,
    id: CashEntryId,
    shift: ShiftId,
    date: BusinessDate,
    by: StaffId,
    entry: &CashEntry,
) -> Result<()> {
    tx.later(Write::new(
        "cash_entries",
        id,
        "INSERT INTO cash_entries (id, shift_id, business_date, kind, amount, payment_id, reason, entered_by, approved_by, at, reverses, slip) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            id.into(),
            shift.into(),
            date.into(),
            entry.kind.as_str().into(),
            entry.kind.booked(entry.amount).into(),
            entry.payment.into(),
            entry.reason.clone().into(),
            by.into(),
            entry.approved_by.into(),
            tx.now().into(),
            entry.reverses.into(),
            entry.slip.into(),
        ],
    ))
    .await
}

/// What moved the cash of a shift, summed by kind.
pub async fn ledger(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Ledger> {
    sums(db, "shift_id = $1", [shift.into()]).await
}

/// What moved the cash of all shifts on a business date, summed by kind.
pub async fn ledger_of_day(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Ledger> {
    sums(db, "business_date = $1", [date.into()]).await
}

/// The shifts that moved cash on a business date, each with what moved it then, the longest open first.
pub async fn cash_of_day(
    db: &impl ConnectionTrait,
    date: BusinessDate,
) -> Result<Vec<(Shift, Ledger)>> {
    let shifts = many(
        db,
        "s.id IN (SELECT shift_id FROM cash_entries WHERE business_date = $1) ORDER BY s.opened_at, s.id",
        [date.into()],
    )
    .await?;
    let mut moved = Vec::with_capacity(shifts.len());
    for shift in shifts {
        let ledger = ledger_on(db, shift.id, date).await?;
        moved.push((shift, ledger));
    }
    Ok(moved)
}

/// What moved the cash of one shift on a business date, summed by kind.
pub async fn ledger_on(
    db: &impl ConnectionTrait,
    shift: ShiftId,
    date: BusinessDate,
) -> Result<Ledger> {
    sums(
        db,
        "shift_id = $1 AND business_date = $2",
        [shift.into(), date.into()],
    )
    .await
}

async fn sums<const N: usize>(
    db: &impl ConnectionTrait,
    of: &str,
    values: [Value; N],
) -> Result<Ledger> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: String,
        entries: i64,
        amount: Money,
    }
    let rows = Row::find_by_statement(statement(
        db,
        format!(
            "SELECT kind, count(*) AS entries, sum(amount)::bigint AS amount FROM cash_entries WHERE {of} GROUP BY kind"
        ),
        values,
    ))
    .all(db)
    .await?;
    let mut booked = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = EntryKind::stored(&row.kind)
            .ok_or_else(|| anyhow::anyhow!("a cash entry is stored as {:?}", row.kind))?;
        booked.push((kind, row.entries, row.amount));
    }
    Ok(Ledger::of(booked))
}

/// What the last shift of a drawer left in it: its last count, and who counted.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Left {
    /// What was counted.
    pub counted: Money,
    /// Whose shift it was.
    pub name: String,
    /// When it was closed.
    pub closed_at: OffsetDateTime,
}

/// What the last closed shift of this drawer left in it.
pub async fn left_in_drawer(
    db: &impl ConnectionTrait,
    terminal: TerminalId,
) -> Result<Option<Left>> {
    Ok(Left::find_by_statement(statement(
        db,
        "SELECT c.counted, st.name, s.closed_at FROM shifts s \
         JOIN staff st ON st.id = s.staff_id \
         JOIN shift_counts c ON c.shift_id = s.id \
         WHERE s.drawer_terminal_id = $1 AND s.closed_at IS NOT NULL \
         ORDER BY s.closed_at DESC, c.number DESC LIMIT 1",
        [terminal.into()],
    ))
    .one(db)
    .await?)
}

/// Stores that a shift is over, with the report it leaves.
pub async fn store_closed(
    tx: &Tx,
    shift: ShiftId,
    closed: Closed,
    report: serde_json::Value,
) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE shifts SET closed_at = $2, closed_by = $3, report_number = $4, report = $5, \
           revision = revision + 1 WHERE id = $1 AND closed_at IS NULL",
        [
            shift.into(),
            closed.at.into(),
            closed.by.into(),
            closed.report.into(),
            report.into(),
        ],
    ))
    .await?;
    Ok(())
}

/// The report that a closed shift left, as it was frozen.
pub async fn report(
    db: &impl ConnectionTrait,
    shift: ShiftId,
) -> Result<Option<serde_json::Value>> {
    #[derive(FromQueryResult)]
    struct Row {
        report: serde_json::Value,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT report FROM shifts WHERE id = $1 AND report IS NOT NULL",
        [shift.into()],
    ))
    .one(db)
    .await?;
    Ok(row.map(|row| row.report))
}

const SHIFT: &str = "SELECT s.id, s.staff_id, st.name, st.role, s.business_date, s.cash, \
     s.drawer_terminal_id, d.name AS drawer_name, s.opened_at, o.name AS opened_terminal, \
     s.float_amount, s.float_counts, s.float_note, s.cash_started_at, ft.name AS taken_over_from, s.closed_at, s.closed_by, s.report_number \
   FROM shifts s JOIN staff st ON st.id = s.staff_id \
   LEFT JOIN terminals d ON d.id = s.drawer_terminal_id \
   LEFT JOIN terminals o ON o.id = s.opened_terminal_id \
   LEFT JOIN shifts f ON f.id = s.taken_over_from LEFT JOIN staff ft ON ft.id = f.staff_id WHERE ";

#[derive(FromQueryResult)]
struct ShiftRow {
    id: ShiftId,
    staff_id: StaffId,
    name: String,
    role: String,
    business_date: BusinessDate,
    cash: String,
    drawer_terminal_id: Option<TerminalId>,
    drawer_name: Option<String>,
    opened_at: OffsetDateTime,
    opened_terminal: Option<String>,
    float_amount: Option<Money>,
    float_counts: Option<serde_json::Value>,
    float_note: Option<String>,
    cash_started_at: Option<OffsetDateTime>,
    taken_over_from: Option<String>,
    closed_at: Option<OffsetDateTime>,
    closed_by: Option<StaffId>,
    report_number: Option<i32>,
}

impl ShiftRow {
    fn shift(self) -> Result<Shift> {
        let role: Role = self
            .role
            .parse()
            .map_err(|_| anyhow::anyhow!("a role is stored as {:?}", self.role))?;
        let cash = match (self.cash.as_str(), self.drawer_terminal_id) {
            ("drawer", Some(terminal)) => CashPlace::Drawer {
                terminal,
                name: self.drawer_name.unwrap_or_default(),
            },
            ("pouch", _) => CashPlace::Pouch,
            _ => CashPlace::None,
        };
        let float = self.float_amount.map(|amount| Float {
            amount,
            counted: self.float_counts.map(Counted::stored).unwrap_or_default(),
            note: self.float_note,
            at: self.cash_started_at.unwrap_or(self.opened_at),
        });
        let closed = match (self.closed_at, self.closed_by, self.report_number) {
            (Some(at), Some(by), Some(report)) => Some(Closed { at, by, report }),
            _ => None,
        };
        Ok(Shift {
            id: self.id,
            staff: self.staff_id,
            name: self.name,
            role,
            date: self.business_date,
            cash,
            opened_at: self.opened_at,
            opened_terminal: self.opened_terminal,
            float,
            taken_over_from: self.taken_over_from,
            closed,
        })
    }
}

async fn one(
    db: &impl ConnectionTrait,
    condition: &str,
    value: Value,
    hold: &str,
) -> Result<Option<Shift>> {
    ShiftRow::find_by_statement(statement(db, format!("{SHIFT}{condition}{hold}"), [value]))
        .one(db)
        .await?
        .map(ShiftRow::shift)
        .transpose()
}

async fn many<const N: usize>(
    db: &impl ConnectionTrait,
    condition: &str,
    values: [Value; N],
) -> Result<Vec<Shift>> {
    ShiftRow::find_by_statement(statement(db, format!("{SHIFT}{condition}"), values))
        .all(db)
        .await?
        .into_iter()
        .map(ShiftRow::shift)
        .collect()
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

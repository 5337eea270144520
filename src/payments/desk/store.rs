//! The queries of the desk.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::data::{Tx, Write};
use crate::orders::Place;
use crate::orders::order::title;
use crate::payments::attempt::{Attempt, AttemptState, LATE_AFTER};
use crate::payments::items::Pieces;
use crate::payments::payment::Method;
use crate::payments::reference::Reference;
use crate::values::{
    AttemptId, BusinessDate, Currency, LineId, Money, OrderId, PaymentId, Quantity, ShiftId,
    TableId,
};
use crate::web::{Error, Result};

/// How long what has ended stays in sight.
const LATELY: Duration = Duration::hours(24);
/// How many rows of each kind are shown at most; what waits is all shown.
const MOST: i64 = 50;

/// An attempt with what people want to know of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The attempt.
    pub attempt: Attempt,
    /// Who asked the guest.
    pub asked_by: String,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// What its order is called.
    pub order_title: String,
    /// What that order owes at present; nothing where it was called off.
    pub owes: Money,
    /// What the provider calls the money that came.
    pub reference: Option<Reference>,
    /// Whether that money is on no order.
    pub on_no_order: bool,
}

/// A payment that asks for somebody's eyes.
#[derive(Debug, Clone)]
pub struct Loose {
    /// Which payment.
    pub id: PaymentId,
    /// How it came in.
    pub method: Method,
    /// What of an order it pays, or would.
    pub amount: Money,
    /// What came beside it.
    pub tip: Money,
    /// What its provider calls it.
    pub reference: Option<String>,
    /// When it was recorded.
    pub at: OffsetDateTime,
    /// By whom; nobody where a gateway told it.
    pub by: Option<String>,
    /// Who sent it, where somebody knows.
    pub payer: Option<String>,
    /// Whether a statement has it, or Pesapal told of it itself.
    pub verified: bool,
    /// The order that it is on.
    pub order: Option<(OrderId, String)>,
}

/// Stores what a guest was asked for, under whoever the transaction is by.
pub async fn insert(tx: &Tx, attempt: &Attempt) -> Result<()> {
    let pieces = serde_json::to_value(&attempt.pieces).map_err(anyhow::Error::from)?;
    tx.later(Write::new(
        "payment_attempts",
        attempt.id,
        "INSERT INTO payment_attempts (id, order_id, shift_id, method, amount, tip, currency, pieces, payer, state, started_by, terminal_id, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            attempt.id.into(),
            attempt.order.into(),
            attempt.shift.into(),
            attempt.method.as_str().into(),
            attempt.amount.into(),
            attempt.tip.into(),
            Currency::venue().code().into(),
            pieces.into(),
            attempt.payer.clone().into(),
            attempt.state.as_str().into(),
            tx.by().staff.into(),
            tx.by().terminal.into(),
            attempt.started_at.into(),
        ],
    ))
    .await
}

/// Stores how an attempt ended, by whoever the transaction is by.
pub async fn save_ended(tx: &Tx, attempt: &Attempt) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt.id,
        "UPDATE payment_attempts SET state = $2, said = $3, payment_id = $4, ended_at = $5, ended_by = $6, revision = revision + 1 \
         WHERE id = $1",
        [
            attempt.id.into(),
            attempt.state.as_str().into(),
            attempt.said.clone().into(),
            attempt.payment.into(),
            attempt.ended_at.into(),
            tx.by().staff.into(),
        ],
    ))
    .await
}

/// Notes who sent money that is for no order.
pub async fn insert_payer(tx: &Tx, payment: PaymentId, payer: &str) -> Result<()> {
    tx.later(Write::new(
        "payment_payers",
        payment,
        "INSERT INTO payment_payers (payment_id, payer) VALUES ($1, $2)",
        [payment.into(), payer.into()],
    ))
    .await
}

/// An attempt, held until the transaction ends: two tills that end it come one after the other.
pub async fn hold(tx: &Tx, id: AttemptId) -> Result<Attempt> {
    tx.execute_raw(statement(
        tx,
        "SELECT 1 FROM payment_attempts WHERE id = $1 FOR UPDATE",
        [id.into()],
    ))
    .await?;
    Ok(find(tx, id).await?.attempt)
}

/// One attempt.
pub async fn find(db: &impl ConnectionTrait, id: AttemptId) -> Result<Asked> {
    let found = asked(db, "a.id = $1", [id.into()]).await?.pop();
    found.ok_or(Error::NotFound("attempt"))
}

/// What is waited for on an order, the longest first.
pub async fn waiting_on(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Asked>> {
    asked(
        db,
        &format!(
            "{BY_HAND} AND a.order_id = $1 AND a.state = 'waiting' ORDER BY a.started_at, a.id"
        ),
        [order.into()],
    )
    .await
}

/// All that is waited for, the longest first.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Asked>> {
    asked(
        db,
        "a.state IN ('starting', 'waiting') ORDER BY a.started_at, a.id",
        [],
    )
    .await
}

/// What has come of late, or not, the latest first.
pub async fn ended_lately(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<(Vec<Asked>, Vec<Asked>)> {
    let ended = |states: &str| {
        format!("a.state IN ({states}) AND a.ended_at > $1 ORDER BY a.ended_at DESC, a.id LIMIT $2")
    };
    let values = || [(now - LATELY).into(), MOST.into()];
    let confirmed = asked(db, &ended("'confirmed'"), values()).await?;
    let failed = asked(db, &ended("'failed', 'cancelled'"), values()).await?;
    Ok((confirmed, failed))
}

/// Money that is for no order, the oldest first.
pub async fn unplaced(db: &impl ConnectionTrait) -> Result<Vec<Loose>> {
    loose(
        db,
        "p.order_id IS NULL AND pl.payment_id IS NULL AND p.amount + p.tip > \
         (SELECT coalesce(sum(r.amount + r.tip), 0) FROM refunds r WHERE r.payment_id = p.id) ORDER BY p.taken_at, p.id",
        [],
    )
    .await
}

/// Which of these payments are on no order, whatever is left of them.
pub async fn on_no_order(
    db: &impl ConnectionTrait,
    payments: impl IntoIterator<Item = PaymentId>,
) -> Result<Vec<PaymentId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PaymentId,
    }
    let payments: Vec<Uuid> = payments.into_iter().map(Uuid::from).collect();
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT p.id FROM payments p LEFT JOIN payment_placements pl ON pl.payment_id = p.id \
         WHERE p.id = ANY($1) AND p.order_id IS NULL AND pl.payment_id IS NULL",
        [payments.into()],
    ))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Money of the last days that is in no shift, the latest first.
pub async fn late(db: &impl ConnectionTrait, since: BusinessDate) -> Result<Vec<Loose>> {
    loose(
        db,
        "p.shift_id IS NULL AND p.business_date >= $1 ORDER BY p.taken_at DESC, p.id LIMIT $2",
        [since.into(), MOST.into()],
    )
    .await
}

/// A number that moves with the desk, and when something on it gets late.
pub async fn desk_revision(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<i64> {
    let sql = "SELECT hashtextextended(concat_ws(' ', \
           (SELECT string_agg(concat(a.id, a.revision, a.started_at < $2, o.revision), ',' ORDER BY a.id) FROM payment_attempts a \
            JOIN orders o ON o.id = a.order_id WHERE a.state IN ('starting', 'waiting') OR a.ended_at > $1), \
           (SELECT count(*) FROM payments WHERE order_id IS NULL), (SELECT count(*) FROM refunds WHERE order_id IS NULL), (SELECT count(*) FROM payments WHERE shift_id IS NULL), \
           (SELECT count(*) FROM payment_placements), (SELECT count(*) FROM statements), (SELECT count(*) FROM payment_orphans), \
           (SELECT concat(count(*), count(refund_id), max(moved_at)) FROM pesapal_refunds)), 0) AS revision";
    revision(db, sql, [(now - LATELY).into(), (now - LATE_AFTER).into()]).await
}

/// A number that moves with what is waited for on an order, and when something of it gets late.
pub async fn attempts_revision(
    db: &impl ConnectionTrait,
    order: OrderId,
    now: OffsetDateTime,
) -> Result<i64> {
    let sql = format!(
        "SELECT hashtextextended(concat(string_agg(concat(a.id, a.revision, a.started_at < $2), ',' ORDER BY a.id)), 0) AS revision \
         FROM payment_attempts a WHERE {BY_HAND} AND a.order_id = $1"
    );
    revision(db, sql, [order.into(), (now - LATE_AFTER).into()]).await
}

async fn revision<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Result<i64> {
    let row = db.query_one_raw(statement(db, sql, values)).await?;
    Ok(row
        .map(|row| row.try_get("", "revision"))
        .transpose()?
        .unwrap_or(0))
}

/// What people confirm; the rest a gateway answers.
const BY_HAND: &str = "a.method IN ('mtn_momo', 'airtel_money')";

const ASKED: &str = "SELECT a.id, a.order_id, a.shift_id, a.method, a.amount, a.tip, a.pieces, a.payer, a.state, a.said, a.payment_id, \
     a.started_at, a.ended_at, st.name AS asked_by, en.name AS ended_by, o.number, o.table_id, t.code AS table_code, o.customer_name, o.customer_phone, \
     CASE WHEN o.cancelled_at IS NULL THEN o.total + o.rounding - o.paid ELSE 0 END AS owes, p.reference, \
     p.id IS NOT NULL AND p.order_id IS NULL AND pl.payment_id IS NULL AS on_no_order \
   FROM payment_attempts a JOIN orders o ON o.id = a.order_id LEFT JOIN dining_tables t ON t.id = o.table_id \
   JOIN staff st ON st.id = a.started_by LEFT JOIN staff en ON en.id = a.ended_by \
   LEFT JOIN payments p ON p.id = a.payment_id LEFT JOIN payment_placements pl ON pl.payment_id = p.id WHERE ";

#[derive(FromQueryResult)]
struct AskedRow {
    id: AttemptId,
    order_id: OrderId,
    shift_id: Option<ShiftId>,
    method: String,
    amount: Money,
    tip: Money,
    pieces: serde_json::Value,
    payer: Option<String>,
    state: String,
    said: Option<String>,
    payment_id: Option<PaymentId>,
    started_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    asked_by: String,
    ended_by: Option<String>,
    number: i32,
    table_id: Option<TableId>,
    table_code: Option<String>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
    owes: Money,
    reference: Option<String>,
    on_no_order: bool,
}

impl AskedRow {
    fn asked(self) -> Result<Asked> {
        let order_title = titled(
            self.number,
            (self.table_id, self.table_code),
            (self.customer_name, self.customer_phone),
        );
        let state = AttemptState::stored(&self.state)
            .ok_or_else(|| anyhow::anyhow!("an attempt's state is stored as {:?}", self.state))?;
        Ok(Asked {
            attempt: Attempt {
                id: self.id,
                order: self.order_id,
                shift: self.shift_id,
                method: method(&self.method)?,
                amount: self.amount,
                tip: self.tip,
                pieces: pieces(self.pieces)?,
                payer: self.payer,
                state,
                said: self.said,
                payment: self.payment_id,
                started_at: self.started_at,
                ended_at: self.ended_at,
            },
            asked_by: self.asked_by,
            ended_by: self.ended_by,
            order_title,
            owes: self.owes,
            reference: self.reference.map(Reference::stored),
            on_no_order: self.on_no_order,
        })
    }
}

async fn asked<const N: usize>(
    db: &impl ConnectionTrait,
    condition: &str,
    values: [Value; N],
) -> Result<Vec<Asked>> {
    AskedRow::find_by_statement(statement(db, format!("{ASKED}{condition}"), values))
        .all(db)
        .await?
        .into_iter()
        .map(AskedRow::asked)
        .collect()
}

const LOOSE: &str = "SELECT p.id, p.method, p.amount, p.tip, p.reference, p.taken_at, st.name AS taken_by, \
     coalesce(a.payer, py.payer, l.payer) AS payer, \
     v.payment_id IS NOT NULL OR EXISTS (SELECT 1 FROM pesapal_receipts pr WHERE pr.payment_id = p.id) AS verified, \
     o.id AS order_id, o.number, o.table_id, t.code AS table_code, o.customer_name, o.customer_phone \
   FROM payments p LEFT JOIN payment_placements pl ON pl.payment_id = p.id LEFT JOIN orders o ON o.id = coalesce(p.order_id, pl.order_id) \
   LEFT JOIN dining_tables t ON t.id = o.table_id LEFT JOIN staff st ON st.id = p.taken_by \
   LEFT JOIN payment_attempts a ON a.payment_id = p.id LEFT JOIN payment_payers py ON py.payment_id = p.id \
   LEFT JOIN payment_verifications v ON v.payment_id = p.id LEFT JOIN statement_lines l ON l.id = v.line_id WHERE ";

#[derive(FromQueryResult)]
struct LooseRow {
    id: PaymentId,
    method: String,
    amount: Money,
    tip: Money,
    reference: Option<String>,
    taken_at: OffsetDateTime,
    taken_by: Option<String>,
    payer: Option<String>,
    verified: bool,
    order_id: Option<OrderId>,
    number: Option<i32>,
    table_id: Option<TableId>,
    table_code: Option<String>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
}

async fn loose<const N: usize>(
    db: &impl ConnectionTrait,
    condition: &str,
    values: [Value; N],
) -> Result<Vec<Loose>> {
    LooseRow::find_by_statement(statement(db, format!("{LOOSE}{condition}"), values))
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let named = titled(
                row.number.unwrap_or_default(),
                (row.table_id, row.table_code),
                (row.customer_name, row.customer_phone),
            );
            Ok(Loose {
                id: row.id,
                method: method(&row.method)?,
                amount: row.amount,
                tip: row.tip,
                reference: row.reference,
                at: row.taken_at,
                by: row.taken_by,
                payer: row.payer,
                verified: row.verified,
                order: row.order_id.map(|order| (order, named)),
            })
        })
        .collect()
}

/// What an order is called.
pub fn titled(
    number: i32,
    (table, code): (Option<TableId>, Option<String>),
    (name, phone): (Option<String>, Option<String>),
) -> String {
    let place = match (table, code) {
        (Some(id), Some(code)) => Place::Table {
            id,
            code,
            area: String::new(),
        },
        _ => Place::Takeaway { name, phone },
    };
    title(&place, number)
}

fn pieces(stored: serde_json::Value) -> Result<Vec<Pieces>> {
    /// What a gateway is asked for is stored as pairs.
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Named { line: LineId, quantity: Quantity },
        Pair(LineId, Quantity),
    }
    let stored: Vec<Stored> = serde_json::from_value(stored).map_err(anyhow::Error::from)?;
    let pieces = stored.into_iter().map(|one| match one {
        Stored::Named { line, quantity } | Stored::Pair(line, quantity) => {
            Pieces { line, quantity }
        }
    });
    Ok(pieces.collect())
}

/// The method that is stored under this word.
pub fn method(stored: &str) -> Result<Method> {
    Ok(Method::stored(stored)
        .ok_or_else(|| anyhow::anyhow!("a payment's method is stored as {stored:?}"))?)
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

//! The queries of what is asked for through Pesapal.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::answer::Status;
use super::attempt::{Attempt, Channel, STARTING, State, next_question};
use super::client::Link;
use super::orphan::{NewOrphan, Orphan};
use super::refund::Origin;
use crate::data::{Tx, Write};
use crate::payments::items::Pieces;
use crate::payments::payment::Method;
use crate::payments::tender::Taken;
use crate::values::{AttemptId, Money, OrderId, PaymentId, ShiftId};
use crate::web::{Error, Refused, Result};

/// The code under which is refused what another instance has recorded in this moment.
pub const RECORDED_ALREADY: &str = "recorded_already";

/// Stores an attempt before Pesapal hears of it, under whoever the transaction is by.
pub async fn insert(tx: &Tx, attempt: &Attempt) -> Result<()> {
    let started_by = tx
        .by()
        .staff
        .ok_or_else(|| anyhow::anyhow!("money is asked for by people"))?;
    let pieces: Vec<serde_json::Value> = attempt
        .pieces
        .iter()
        .map(|one| json!([one.line, one.quantity.get()]))
        .collect();
    tx.later(Write::new(
        "payment_attempts",
        attempt.id,
        "INSERT INTO payment_attempts (id, order_id, shift_id, method, amount, tip, currency, pieces, payer, state, merchant_reference, ask_at, \
         started_by, terminal_id, started_at) VALUES ($1, $2, $3, 'pesapal', $4, $5, $6, $7, $8, 'starting', $9, $10, $11, $12, $13)",
        [
            attempt.id.into(),
            attempt.order.into(),
            attempt.shift.into(),
            attempt.amount.into(),
            attempt.tip.into(),
            attempt.currency.clone().into(),
            serde_json::Value::Array(pieces).into(),
            attempt.payer.clone().into(),
            attempt.reference.clone().into(),
            (attempt.started_at + STARTING).into(),
            started_by.into(),
            tx.by().terminal.into(),
            attempt.started_at.into(),
        ],
    ))
    .await
}

/// Stores what Pesapal answered to an attempt; the guest can pay from now on. Where its money was faster, that stays.
pub async fn keep_link(tx: &Tx, attempt: AttemptId, link: &Link) -> Result<()> {
    let first = next_question(0, tx.now());
    tx.later(Write::new(
        "payment_attempts",
        attempt,
        "UPDATE payment_attempts SET tracking_id = coalesce(tracking_id, $2), redirect_url = $3, \
         state = CASE state WHEN 'starting' THEN 'waiting' ELSE state END, \
         ask_at = CASE WHEN state IN ('starting', 'waiting', 'cancelled') THEN $4::timestamptz END, revision = revision + 1 WHERE id = $1",
        [
            attempt.into(),
            link.tracking.clone().into(),
            link.redirect.clone().into(),
            first.into(),
        ],
    ))
    .await
}

/// Stores that the money of an attempt is here.
pub async fn confirm(
    tx: &Tx,
    attempt: &Attempt,
    payment: PaymentId,
    tracking: &str,
    said: Option<&str>,
) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt.id,
        "UPDATE payment_attempts SET state = 'confirmed', payment_id = $2, tracking_id = coalesce(tracking_id, $3), said = $4, \
         gave_up = false, ask_at = NULL, ended_at = $5, ended_by = NULL, revision = revision + 1 WHERE id = $1",
        [
            attempt.id.into(),
            payment.into(),
            tracking.into(),
            said.map(str::to_owned).into(),
            tx.now().into(),
        ],
    ))
    .await
}

/// Stores that an attempt is over without money, and why. What Pesapal took is asked about for the rest of its day: the
/// guest may have paid in that moment, or try again on Pesapal's page.
pub async fn end(
    tx: &Tx,
    attempt: AttemptId,
    state: State,
    said: &str,
    gave_up: bool,
) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt,
        "UPDATE payment_attempts SET state = $2, said = $3, gave_up = $4, ended_at = $5, ended_by = $6, \
         ask_at = CASE WHEN tracking_id IS NOT NULL AND NOT $4 THEN ask_at END, revision = revision + 1 WHERE id = $1",
        [
            attempt.into(),
            state.as_str().into(),
            said.into(),
            gave_up.into(),
            tx.now().into(),
            tx.by().staff.into(),
        ],
    ))
    .await
}

/// Notes a sentence about an attempt for whoever looks at it.
pub async fn note(tx: &Tx, attempt: AttemptId, said: &str) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt,
        "UPDATE payment_attempts SET said = $2, revision = revision + 1 WHERE id = $1",
        [attempt.into(), said.into()],
    ))
    .await
}

/// Stores how Pesapal calls an attempt, as somebody says whose word counts, and has it asked about at once.
pub async fn keep_tracking(tx: &Tx, attempt: AttemptId, tracking: &str) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt,
        "UPDATE payment_attempts SET tracking_id = coalesce(tracking_id, $2), ask_at = $3, revision = revision + 1 \
         WHERE id = $1 AND payment_id IS NULL",
        [attempt.into(), tracking.into(), tx.now().into()],
    ))
    .await
}

/// Nothing more is asked about an attempt.
pub async fn ask_no_more(tx: &Tx, attempt: AttemptId) -> Result<()> {
    tx.later(Write::new(
        "payment_attempts",
        attempt,
        "UPDATE payment_attempts SET ask_at = NULL WHERE id = $1",
        [attempt.into()],
    ))
    .await
}

/// Whether an attempt is to be asked about by now.
pub async fn is_one_due(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<bool> {
    let due = db
        .query_one_raw(statement(
            db,
            "SELECT 1 AS one FROM payment_attempts WHERE ask_at <= $1 AND method = 'pesapal' LIMIT 1",
            [now.into()],
        ))
        .await?;
    Ok(due.is_some())
}

/// Takes some of the attempts that are to be asked about by now, with how often they were; another instance that looks in
/// this moment takes others, and one that looks later finds them asked.
pub async fn take_due(tx: &Tx, most: i64) -> Result<Vec<(AttemptId, i32)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: AttemptId,
        asked: i32,
    }
    let rows = Row::find_by_statement(statement(
        tx,
        "SELECT id, asked FROM payment_attempts WHERE ask_at <= $1 AND method = 'pesapal' ORDER BY ask_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        [tx.now().into(), most.into()],
    ))
    .all(tx)
    .await?;
    for row in &rows {
        tx.later(Write::new(
            "payment_attempts",
            row.id,
            "UPDATE payment_attempts SET asked = asked + 1, ask_at = $2 WHERE id = $1",
            [row.id.into(), next_question(row.asked + 1, tx.now()).into()],
        ))
        .await?;
    }
    Ok(rows.into_iter().map(|row| (row.id, row.asked)).collect())
}

/// One attempt.
pub async fn find(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Option<Attempt>> {
    one(db, "id = $1", attempt.into(), "").await
}

/// One attempt, held until the transaction ends. It is held before day, shift and order.
pub async fn hold(tx: &Tx, attempt: AttemptId) -> Result<Attempt> {
    let held = one(tx, "id = $1", attempt.into(), "FOR UPDATE").await?;
    held.ok_or(Error::NotFound("payment"))
}

/// The attempt that Pesapal calls so.
pub async fn of_tracking(db: &impl ConnectionTrait, tracking: &str) -> Result<Option<Attempt>> {
    one(db, "tracking_id = $1", tracking.into(), "").await
}

/// The attempt that we call so at Pesapal.
pub async fn of_reference(db: &impl ConnectionTrait, reference: &str) -> Result<Option<Attempt>> {
    one(db, "merchant_reference = $1", reference.into(), "").await
}

/// What of an order is asked for and not there yet, the oldest first.
pub async fn open_of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Attempt>> {
    let sql = format!(
        "{ATTEMPT} AND order_id = $1 AND state IN ('starting', 'waiting') ORDER BY started_at, id"
    );
    let rows = AttemptRow::find_by_statement(statement(db, sql, [order.into()]));
    let rows = rows.all(db).await?;
    rows.into_iter().map(AttemptRow::attempt).collect()
}

/// Where a payment came from: one of Pesapal's transactions.
#[derive(Debug, Clone, Copy)]
pub struct Receipt<'a> {
    /// What the guest was asked for, where that was at the till.
    pub attempt: Option<AttemptId>,
    /// The order that it was said to be for.
    pub order: OrderId,
    /// Pesapal's id.
    pub tracking: &'a str,
    /// How the guest paid.
    pub channel: Channel,
    /// What Pesapal says of it.
    pub status: &'a Status,
}

/// Stores where a payment came from: one for each of Pesapal's transactions.
///
/// # Errors
/// [`RECORDED_ALREADY`] where another has recorded it in this moment.
pub async fn insert_receipt(tx: &Tx, payment: PaymentId, receipt: &Receipt<'_>) -> Result<()> {
    let already = Error::Refused(Refused {
        status: poem::http::StatusCode::CONFLICT,
        code: RECORDED_ALREADY,
        sentence: "This money is in the books already.".to_owned(),
        retry_after: None,
        way_on: None,
        field: None,
    });
    let write = Write::new(
        "pesapal_receipts",
        payment,
        "INSERT INTO pesapal_receipts (payment_id, tracking_id, attempt_id, order_id, channel, said_method, confirmation_code) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            payment.into(),
            receipt.tracking.into(),
            receipt.attempt.into(),
            receipt.order.into(),
            receipt.channel.method().as_str().into(),
            receipt.status.method.clone().into(),
            receipt.status.confirmation.clone().into(),
        ],
    );
    tx.later(write.refusing("pesapal_receipts_once", already))
        .await
}

/// One of Pesapal's transactions that is in the books.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Booked {
    /// The payment that came of it.
    pub payment: PaymentId,
    /// What the guest was asked for, where that was at the till.
    pub attempt: Option<AttemptId>,
    /// The order that it was said to be for.
    pub order: OrderId,
    /// All of it, the tip too.
    pub total: Money,
}

/// What came of one of Pesapal's transactions.
pub async fn booked(db: &impl ConnectionTrait, tracking: &str) -> Result<Option<Booked>> {
    Ok(Booked::find_by_statement(statement(
        db,
        "SELECT r.payment_id AS payment, r.attempt_id AS attempt, r.order_id AS \"order\", p.amount + p.tip AS total FROM pesapal_receipts r \
         JOIN payments p ON p.id = r.payment_id WHERE r.tracking_id = $1 AND r.order_id IS NOT NULL",
        [tracking.into()],
    ))
    .one(db)
    .await?)
}

/// The payment on an order that somebody typed in by hand, under the id that the provider gave this very money. A card's
/// slip is no such id.
pub async fn typed_by_hand(
    tx: &Tx,
    order: OrderId,
    taken: &Taken,
    total: Money,
) -> Result<Option<PaymentId>> {
    let (Some(reference), false) = (&taken.reference, taken.method == Method::Card) else {
        return Ok(None);
    };
    let row = tx
        .query_one_raw(statement(
            tx,
            "SELECT p.id FROM payments p WHERE p.order_id = $1 AND p.method = $2 AND p.amount + p.tip = $3 \
             AND regexp_replace(p.reference, '[^A-Z0-9]', '', 'g') = $4 \
             AND NOT EXISTS (SELECT 1 FROM pesapal_receipts r WHERE r.payment_id = p.id) \
             AND NOT EXISTS (SELECT 1 FROM payment_attempts a WHERE a.payment_id = p.id)",
            [
                order.into(),
                taken.method.as_str().into(),
                total.into(),
                reference.bare().into(),
            ],
        ))
        .await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?)
}

/// How a payment came through Pesapal.
pub async fn origin_of(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<Origin>> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        tracking_id: String,
        attempt_id: Option<AttemptId>,
        confirmation_code: Option<String>,
        amount: Money,
        tip: Money,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT r.channel, r.tracking_id, r.attempt_id, r.confirmation_code, p.amount, p.tip FROM pesapal_receipts r \
         JOIN payments p ON p.id = r.payment_id WHERE r.payment_id = $1",
        [payment.into()],
    ))
    .one(db)
    .await?;
    Ok(row.map(|row| Origin {
        payment,
        // The database takes no other word than those of the channels.
        channel: Channel::stored(&row.channel).unwrap_or(Channel::Card),
        confirmation: row.confirmation_code,
        tracking: row.tracking_id,
        attempt: row.attempt_id,
        amount: row.amount + row.tip,
    }))
}

/// What was said since then and has to be looked at, the youngest first; no more than 100.
pub async fn orphans(db: &impl ConnectionTrait, since: OffsetDateTime) -> Result<Vec<Orphan>> {
    Ok(Orphan::find_by_statement(statement(
        db,
        "SELECT id, reason, door, attempt_id, order_id, payment_id, tracking_id, amount, currency, said, seen_at FROM payment_orphans \
         WHERE seen_at > $1 ORDER BY seen_at DESC LIMIT 100",
        [since.into()],
    ))
    .all(db)
    .await?)
}

/// Keeps a word; the same one is kept once. Answers whether it is new.
pub async fn keep_orphan(tx: &Tx, orphan: &NewOrphan<'_>) -> Result<bool> {
    let amount = orphan.said["amount"].to_string();
    let about = format!(
        "{}:{}:{}:{amount}",
        orphan.reason.as_str(),
        orphan.tracking,
        orphan.currency
    );
    let about: String = about.chars().take(400).collect();
    let done = tx
        .execute_raw(statement(
            tx,
            "INSERT INTO payment_orphans (id, reason, door, about, attempt_id, order_id, payment_id, tracking_id, amount, currency, said, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (about) DO NOTHING",
            [
                Uuid::now_v7().into(),
                orphan.reason.as_str().into(),
                orphan.door.into(),
                about.into(),
                orphan.attempt.into(),
                orphan.order.into(),
                orphan.payment.into(),
                orphan.tracking.into(),
                orphan.amount.into(),
                orphan.currency.into(),
                orphan.said.clone().into(),
                tx.now().into(),
            ],
        ))
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The id under which Pesapal knows an address of ours.
pub async fn ipn_of(
    db: &impl ConnectionTrait,
    base_url: &str,
    url: &str,
) -> Result<Option<String>> {
    let row = db
        .query_one_raw(statement(
            db,
            "SELECT ipn_id FROM pesapal_ipns WHERE base_url = $1 AND url = $2",
            [base_url.into(), url.into()],
        ))
        .await?;
    Ok(row.map(|row| row.try_get("", "ipn_id")).transpose()?)
}

/// Stores under which id Pesapal knows an address of ours. Where two instances registered it at once, the first stays.
pub async fn keep_ipn(tx: &Tx, base_url: &str, url: &str, id: &str) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "INSERT INTO pesapal_ipns (base_url, url, ipn_id, registered_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        [base_url.into(), url.into(), id.into(), tx.now().into()],
    ))
    .await?;
    Ok(())
}

/// Forgets it, because Pesapal does not know it any more.
pub async fn forget_ipn(tx: &Tx, base_url: &str, url: &str) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "DELETE FROM pesapal_ipns WHERE base_url = $1 AND url = $2",
        [base_url.into(), url.into()],
    ))
    .await?;
    Ok(())
}

const ATTEMPT: &str = "SELECT id, order_id, shift_id, amount, tip, currency, pieces, payer, state, gave_up, said, merchant_reference, tracking_id, \
     redirect_url, asked, payment_id, started_at, revision FROM payment_attempts WHERE method = 'pesapal'";

async fn one(
    db: &impl ConnectionTrait,
    which: &str,
    value: Value,
    lock: &str,
) -> Result<Option<Attempt>> {
    let sql = format!("{ATTEMPT} AND {which} {lock}");
    let row = AttemptRow::find_by_statement(statement(db, sql, [value]));
    row.one(db).await?.map(AttemptRow::attempt).transpose()
}

#[derive(FromQueryResult)]
struct AttemptRow {
    id: AttemptId,
    order_id: OrderId,
    shift_id: Option<ShiftId>,
    amount: Money,
    tip: Money,
    currency: String,
    pieces: serde_json::Value,
    payer: Option<String>,
    state: String,
    gave_up: bool,
    said: Option<String>,
    merchant_reference: Option<String>,
    tracking_id: Option<String>,
    redirect_url: Option<String>,
    asked: i32,
    payment_id: Option<PaymentId>,
    started_at: OffsetDateTime,
    revision: i64,
}

impl AttemptRow {
    fn attempt(self) -> Result<Attempt> {
        let state = State::stored(&self.state)
            .ok_or_else(|| anyhow::anyhow!("an attempt's state is stored as {:?}", self.state))?;
        Ok(Attempt {
            id: self.id,
            order: self.order_id,
            shift: self.shift_id,
            amount: self.amount,
            tip: self.tip,
            currency: self.currency,
            pieces: pieces(&self.pieces),
            payer: self.payer,
            state,
            gave_up: self.gave_up,
            said: self.said,
            reference: self.merchant_reference.unwrap_or_default(),
            tracking: self.tracking_id,
            redirect: self.redirect_url,
            asked: self.asked,
            payment: self.payment_id,
            started_at: self.started_at,
            revision: self.revision,
        })
    }
}

/// What of the order was asked for, as it was stored.
fn pieces(stored: &serde_json::Value) -> Vec<Pieces> {
    let all = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .filter_map(|one| {
            let line = one[0].as_str()?.parse().ok()?;
            let quantity = one[1].to_string().parse().ok()?;
            Some(Pieces { line, quantity })
        })
        .collect()
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

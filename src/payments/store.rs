//! The queries of payments.

mod paper;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::items::{PaidFor, Pieces};
use super::payment::{Method, MethodSum, Payment};
use super::reference::Reference;
use super::refunds;
use super::statements::store as statements;
use super::tender::{Taken, TenderRefusal, UsedReference};
use crate::data::{RowLock, Tx, Write};
use crate::values::{BusinessDate, LineId, Money, OrderId, PaymentId, ShiftId, StaffId};
use crate::web::{Error, Result};

pub use paper::*;

/// Where a payment belongs.
#[derive(Debug, Clone, Copy)]
pub struct On {
    /// The order that it is on; none where it is money for no order.
    pub order: Option<OrderId>,
    /// The shift that took it; none where it came when that was over.
    pub shift: Option<ShiftId>,
    /// The business date that the caller holds.
    pub date: BusinessDate,
}

/// Stores a payment under whoever the transaction is by.
///
/// # Errors
/// [`TenderRefusal::UsedReference`] where another has its reference.
pub async fn insert(tx: &Tx, payment: PaymentId, on: On, taken: &Taken) -> Result<()> {
    let used = || {
        TenderRefusal::UsedReference(UsedReference {
            method: taken.method,
            by: None,
        })
    };
    let write = Write::new(
        "payments",
        payment,
        "INSERT INTO payments (id, order_id, shift_id, business_date, method, amount, tip, tendered, change, reference, terminal_id, \
         taken_by, taken_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            payment.into(),
            on.order.into(),
            on.shift.into(),
            on.date.into(),
            taken.method.as_str().into(),
            taken.amount.into(),
            taken.tip.into(),
            taken.tendered.into(),
            taken.change.into(),
            taken.reference.clone().map(String::from).into(),
            tx.by().terminal.into(),
            tx.by().staff.into(),
            tx.now().into(),
        ],
    );
    tx.later(
        write
            .refusing("payments_reference_once", used())
            .refusing("payments_card_slip_once", used()),
    )
    .await?;
    paper::insert_link(tx, payment).await?;
    match &taken.reference {
        Some(reference) if taken.method.is_mobile_money() => {
            let verification = statements::verification(tx, payment, taken, reference);
            tx.later(verification.refusing("payment_verifications_line_once", used()))
                .await
        }
        _ => Ok(()),
    }
}

/// A payment's row, for work that begins with it.
pub fn row(payment: PaymentId) -> RowLock {
    RowLock::of("payments", payment)
}

/// A payment that is for no order, held until the transaction ends so that it goes on one only.
///
/// # Errors
/// Where it is on an order, or something of it was given back.
pub async fn hold_unplaced(tx: &Tx, payment: PaymentId) -> Result<Payment> {
    tx.execute_raw(statement(
        tx,
        "SELECT 1 FROM payments WHERE id = $1 FOR UPDATE",
        [payment.into()],
    ))
    .await?;
    let payment = find(tx, payment).await?.ok_or(Error::NotFound("payment"))?;
    if payment.order.is_some() {
        return Err(TenderRefusal::PlacedAlready.into());
    }
    match refunds::of_payment(tx, payment.id).await?.is_empty() {
        true => Ok(payment),
        false => Err(TenderRefusal::GivenBack.into()),
    }
}

/// Stores that a payment was put on an order.
pub async fn insert_placement(tx: &Tx, payment: PaymentId, order: OrderId) -> Result<()> {
    tx.later(Write::new(
        "payment_placements",
        payment,
        "INSERT INTO payment_placements (payment_id, order_id, placed_by, terminal_id, placed_at) VALUES ($1, $2, $3, $4, $5)",
        [
            payment.into(),
            order.into(),
            tx.by().staff.into(),
            tx.by().terminal.into(),
            tx.now().into(),
        ],
    ))
    .await
}

/// Notes what of its order a payment is for.
pub async fn insert_pieces(tx: &Tx, payment: PaymentId, pieces: &[Pieces]) -> Result<()> {
    for each in pieces {
        tx.later(Write::new(
            "paid_pieces",
            payment,
            "INSERT INTO paid_pieces (payment_id, line_id, quantity) VALUES ($1, $2, $3)",
            [payment.into(), each.line.into(), each.quantity.into()],
        ))
        .await?;
    }
    Ok(())
}

/// How many pieces of each line of an order are paid for by item.
pub async fn paid_for(db: &impl ConnectionTrait, order: OrderId) -> Result<PaidFor> {
    #[derive(FromQueryResult)]
    struct Row {
        line_id: LineId,
        pieces: i64,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT pp.line_id, (sum(pp.quantity) - (SELECT coalesce(sum(rp.quantity), 0) FROM returned_pieces rp \
           WHERE rp.line_id = pp.line_id))::bigint AS pieces FROM paid_pieces pp \
         JOIN order_lines l ON l.id = pp.line_id WHERE l.order_id = $1 GROUP BY pp.line_id",
        [order.into()],
    ))
    .all(db)
    .await?;
    let pieces = |row: Row| (row.line_id, i16::try_from(row.pieces).unwrap_or(i16::MAX));
    Ok(rows
        .into_iter()
        .filter(|row| row.pieces > 0)
        .map(pieces)
        .collect())
}

/// The payment that has this reference already, for the sentence; what holds it off is the database. A card's slip is looked
/// for on its day. The id of a statement's transaction is used too where somebody said which payment it is, whose own id was
/// mistyped.
pub async fn find_used(
    tx: &Tx,
    method: Method,
    reference: &Reference,
    date: BusinessDate,
) -> Result<Option<UsedReference>> {
    #[derive(FromQueryResult)]
    struct Row {
        reference: Option<String>,
        amount: Money,
    }
    let mobile = "SELECT o.reference, p.amount FROM payments p LEFT JOIN orders o ON o.id = p.order_id \
         WHERE p.method <> 'card' AND (regexp_replace(p.reference, '[^A-Z0-9]', '', 'g') = $1 \
           OR p.id = ANY(ARRAY(SELECT v.payment_id FROM statement_lines l JOIN payment_verifications v ON v.line_id = l.id \
                WHERE l.provider = $2 AND l.bare = $1))) LIMIT 1";
    let card = "SELECT o.reference, p.amount FROM payments p LEFT JOIN orders o ON o.id = p.order_id \
         WHERE p.method = 'card' AND p.reference = $1 AND p.business_date = $2";
    let asked = match method {
        Method::Card => statement(tx, card, [reference.as_str().into(), date.into()]),
        _ => statement(
            tx,
            mobile,
            [reference.bare().into(), method.as_str().into()],
        ),
    };
    let row = Row::find_by_statement(asked).one(tx).await?;
    Ok(row.map(|row| UsedReference {
        method,
        by: row.reference.map(|order| (order, row.amount)),
    }))
}

/// One payment.
pub async fn find(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<Payment>> {
    PaymentRow::find_by_statement(statement(
        db,
        format!("{PAYMENT} WHERE p.id = $1"),
        [payment.into()],
    ))
    .one(db)
    .await?
    .map(PaymentRow::payment)
    .transpose()
}

/// What was paid on an order, in the order in which it came on it.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Payment>> {
    PaymentRow::find_by_statement(statement(
        db,
        format!("{PAYMENT} WHERE {ON_ORDER} ORDER BY coalesce(pl.placed_at, p.taken_at), p.id"),
        [order.into()],
    ))
    .all(db)
    .await?
    .into_iter()
    .map(PaymentRow::payment)
    .collect()
}

/// What was taken in a shift, by method.
pub async fn sums_of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<MethodSum>> {
    sums(db, "shift_id = $1", shift.into()).await
}

/// What was taken on a business date, by method.
pub async fn sums_of_day(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Vec<MethodSum>> {
    sums(db, "business_date = $1", date.into()).await
}

/// Of what was taken on a business date, what no shift has: it came when the one that asked for it was over, or for no order.
pub async fn late_of_day(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Vec<MethodSum>> {
    sums(db, "business_date = $1 AND shift_id IS NULL", date.into()).await
}

/// What of a shift's tips may be handed out: those that came, less what went back of them. A tip of mobile money has come once a
/// statement or the gateway shows it: before, a message that somebody typed could be paid out as notes.
pub async fn tips_that_came(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Money> {
    #[derive(FromQueryResult)]
    struct Row {
        tips: Money,
    }
    let sql = "SELECT coalesce(sum(p.tip - (SELECT coalesce(sum(r.tip), 0) FROM refunds r WHERE r.payment_id = p.id)), 0)::bigint AS tips \
         FROM payments p WHERE p.shift_id = $1 AND p.tip > 0 AND (p.method NOT IN ('mtn_momo', 'airtel_money') \
           OR EXISTS (SELECT 1 FROM payment_verifications v WHERE v.payment_id = p.id) \
           OR EXISTS (SELECT 1 FROM pesapal_receipts pr WHERE pr.payment_id = p.id))";
    let row = Row::find_by_statement(statement(db, sql, [shift.into()]))
        .one(db)
        .await?;
    Ok(row.map_or(Money::ZERO, |row| row.tips))
}

/// How many guests were asked for money that has not come.
pub async fn count_waiting(db: &impl ConnectionTrait) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        waiting: i64,
    }
    let sql = "SELECT count(*) AS waiting FROM payment_attempts WHERE state = 'waiting'";
    let row = Row::find_by_statement(statement(db, sql, []))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.waiting))
}

async fn sums(db: &impl ConnectionTrait, of: &str, value: Value) -> Result<Vec<MethodSum>> {
    #[derive(FromQueryResult)]
    struct Row {
        method: String,
        payments: i64,
        amount: Money,
        tips: Money,
    }
    let rows = Row::find_by_statement(statement(
        db,
        format!(
            "SELECT method, count(*) AS payments, sum(amount)::bigint AS amount, sum(tip)::bigint AS tips \
             FROM payments WHERE {of} GROUP BY method"
        ),
        [value],
    ))
    .all(db)
    .await?;
    let mut sums = Vec::with_capacity(rows.len());
    for row in rows {
        sums.push(MethodSum {
            method: method(&row.method)?,
            count: row.payments,
            amount: row.amount,
            tips: row.tips,
        });
    }
    sums.sort_by_key(|sum| sum.method);
    Ok(sums)
}

/// The payments of order `$1`: those that were taken for it, and those that were put on it afterwards.
const ON_ORDER: &str = "(p.order_id = $1 OR p.id = ANY(ARRAY(SELECT payment_id FROM payment_placements WHERE order_id = $1)))";

const PAYMENT: &str = "SELECT p.id, coalesce(p.order_id, pl.order_id) AS order_id, p.shift_id, p.method, p.amount, p.tip, p.tendered, p.change, p.reference, \
     st.name AS taken_by, p.taken_by AS taker, p.taken_at, \
     EXISTS (SELECT 1 FROM payment_verifications v WHERE v.payment_id = p.id) \
       OR EXISTS (SELECT 1 FROM pesapal_receipts pr WHERE pr.payment_id = p.id) AS verified \
   FROM payments p LEFT JOIN staff st ON st.id = p.taken_by LEFT JOIN payment_placements pl ON pl.payment_id = p.id";

#[derive(FromQueryResult)]
struct PaymentRow {
    id: PaymentId,
    order_id: Option<OrderId>,
    shift_id: Option<ShiftId>,
    method: String,
    amount: Money,
    tip: Money,
    tendered: Option<Money>,
    change: Money,
    reference: Option<String>,
    taken_by: Option<String>,
    taker: Option<StaffId>,
    taken_at: OffsetDateTime,
    verified: bool,
}

impl PaymentRow {
    fn payment(self) -> Result<Payment> {
        Ok(Payment {
            id: self.id,
            order: self.order_id,
            shift: self.shift_id,
            method: method(&self.method)?,
            amount: self.amount,
            tip: self.tip,
            tendered: self.tendered,
            change: self.change,
            reference: self.reference.map(Reference::stored),
            taken_by: self.taken_by,
            taker: self.taker,
            taken_at: self.taken_at,
            verified: self.verified,
        })
    }
}

pub(super) fn method(stored: &str) -> Result<Method> {
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

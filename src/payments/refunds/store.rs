//! The queries of refunds.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::refund::{Refund, RefundKind, RefundRefusal};
use crate::data::{Tx, Write};
use crate::payments::MethodSum;
use crate::payments::items::{PaidFor, Pieces};
use crate::payments::reference::Reference;
use crate::payments::store::method;
use crate::values::{
    BusinessDate, LineId, Money, OrderId, PaymentId, Quantity, RefundId, ShiftId, StaffId,
};
use crate::web::Result;

/// A refund to be stored.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Under which id.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// The order that it is on.
    pub order: Option<OrderId>,
    /// The shift that gives it back.
    pub shift: ShiftId,
    /// The business date that the caller holds.
    pub date: BusinessDate,
    /// What happened.
    pub kind: RefundKind,
    /// What goes back of its amount.
    pub amount: Money,
    /// What goes back of its tip.
    pub tip: Money,
    /// Whether it goes back in cash although it came otherwise.
    pub in_cash: bool,
    /// What the provider calls the transfer back.
    pub reference: Option<&'a Reference>,
    /// Why.
    pub reason: &'a str,
    /// Who agreed.
    pub approved_by: Option<StaffId>,
}

/// Stores a refund that the transaction's person gives.
///
/// # Errors
/// [`RefundRefusal::NothingLeft`] where the database finds that less is left of the payment.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<()> {
    let write = Write::new(
        "refunds",
        new.id,
        "INSERT INTO refunds (id, payment_id, order_id, shift_id, business_date, kind, amount, tip, reference, reason, refunded_by, \
         approved_by, terminal_id, refunded_at, in_cash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        [
            new.id.into(),
            new.payment.into(),
            new.order.into(),
            new.shift.into(),
            new.date.into(),
            new.kind.as_str().into(),
            new.amount.into(),
            new.tip.into(),
            new.reference.cloned().map(String::from).into(),
            new.reason.into(),
            tx.by().staff.into(),
            new.approved_by.into(),
            tx.by().terminal.into(),
            tx.now().into(),
            new.in_cash.into(),
        ],
    );
    tx.later(write.refusing("refunds_within_payment", RefundRefusal::NothingLeft))
        .await
}

/// Notes that nobody has paid for these pieces by item any more.
pub async fn insert_freed(tx: &Tx, refund: RefundId, pieces: &[Pieces]) -> Result<()> {
    for each in pieces {
        tx.later(Write::new(
            "returned_pieces",
            refund,
            "INSERT INTO returned_pieces (refund_id, line_id, quantity) VALUES ($1, $2, $3)",
            [refund.into(), each.line.into(), each.quantity.into()],
        ))
        .await?;
    }
    Ok(())
}

/// What a payment still pays for by item: what came back with a refund of it is left out.
pub async fn pieces_of(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Pieces>> {
    #[derive(FromQueryResult)]
    struct Row {
        line_id: LineId,
        quantity: Quantity,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT line_id, quantity FROM (SELECT pp.line_id, (pp.quantity - coalesce((SELECT sum(rp.quantity) FROM returned_pieces rp \
           JOIN refunds r ON r.id = rp.refund_id WHERE r.payment_id = $1 AND rp.line_id = pp.line_id), 0))::smallint AS quantity \
         FROM paid_pieces pp WHERE pp.payment_id = $1) still WHERE quantity > 0",
        [payment.into()],
    ))
    .all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Pieces {
            line: row.line_id,
            quantity: row.quantity,
        })
        .collect())
}

/// How many pieces of each line of an order other payments are for than this one, without those of which something went back
/// as wrong. What came back with the money of a payment is not its any more; what came back with that of another still is.
pub async fn held_by_others(
    db: &impl ConnectionTrait,
    order: OrderId,
    payment: PaymentId,
) -> Result<PaidFor> {
    #[derive(FromQueryResult)]
    struct Row {
        line_id: LineId,
        pieces: i64,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT pp.line_id, sum(greatest(pp.quantity - (SELECT coalesce(sum(rp.quantity), 0) FROM returned_pieces rp \
           JOIN refunds r ON r.id = rp.refund_id WHERE r.payment_id = pp.payment_id AND rp.line_id = pp.line_id), 0))::bigint AS pieces \
         FROM paid_pieces pp JOIN order_lines l ON l.id = pp.line_id WHERE l.order_id = $1 AND pp.payment_id <> $2 \
           AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = pp.payment_id AND r.kind = 'wrong_payment' AND r.amount > 0) \
         GROUP BY pp.line_id",
        [order.into(), payment.into()],
    ))
    .all(db)
    .await?;
    let pieces = |row: Row| (row.line_id, i16::try_from(row.pieces).unwrap_or(i16::MAX));
    Ok(rows.into_iter().map(pieces).collect())
}

/// A payment's row is held until the transaction ends: what is given back of it is decided one after the other.
pub async fn hold_payment(tx: &Tx, payment: PaymentId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "SELECT 1 FROM payments WHERE id = $1 FOR UPDATE",
        [payment.into()],
    ))
    .await?;
    Ok(())
}

/// What was given back of a payment, in the order of giving.
pub async fn of_payment(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Vec<Refund>> {
    many(db, "r.payment_id = $1", payment.into()).await
}

/// What was given back on an order, in the order of giving.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Refund>> {
    many(db, "r.order_id = $1", order.into()).await
}

/// One refund.
pub async fn find(db: &impl ConnectionTrait, refund: RefundId) -> Result<Option<Refund>> {
    Ok(many(db, "r.id = $1", refund.into()).await?.pop())
}

/// What went out of a shift, by the way in which it went: that of the payment, or cash.
pub async fn sums_of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<MethodSum>> {
    sums(db, "r.shift_id = $1", shift.into()).await
}

/// The same on a business date.
pub async fn sums_of_day(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Vec<MethodSum>> {
    sums(db, "r.business_date = $1", date.into()).await
}

async fn sums(db: &impl ConnectionTrait, of: &str, value: Value) -> Result<Vec<MethodSum>> {
    #[derive(FromQueryResult)]
    struct Row {
        method: String,
        refunds: i64,
        amount: Money,
        tips: Money,
    }
    let rows = Row::find_by_statement(statement(
        db,
        format!(
            "SELECT CASE WHEN r.in_cash THEN 'cash' ELSE p.method END AS method, count(*) AS refunds, sum(r.amount)::bigint AS amount, \
               sum(r.tip)::bigint AS tips FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE {of} GROUP BY 1"
        ),
        [value],
    ))
    .all(db)
    .await?;
    let mut sums = Vec::with_capacity(rows.len());
    for row in rows {
        sums.push(MethodSum {
            method: method(&row.method)?,
            count: row.refunds,
            amount: row.amount,
            tips: row.tips,
        });
    }
    sums.sort_by_key(|sum| sum.method);
    Ok(sums)
}

#[derive(FromQueryResult)]
struct RefundRow {
    id: RefundId,
    payment_id: PaymentId,
    order_id: Option<OrderId>,
    kind: String,
    amount: Money,
    tip: Money,
    in_cash: bool,
    reference: Option<String>,
    reason: String,
    refunded_by: Option<String>,
    approved_by: Option<String>,
    refunded_at: OffsetDateTime,
}

async fn many(db: &impl ConnectionTrait, which: &str, value: Value) -> Result<Vec<Refund>> {
    let sql = format!(
        "SELECT r.id, r.payment_id, r.order_id, r.kind, r.amount, r.tip, r.in_cash, r.reference, r.reason, s.name AS refunded_by, \
           a.name AS approved_by, r.refunded_at FROM refunds r LEFT JOIN staff s ON s.id = r.refunded_by \
         LEFT JOIN staff a ON a.id = r.approved_by WHERE {which} ORDER BY r.refunded_at, r.id"
    );
    let rows = RefundRow::find_by_statement(statement(db, sql, [value]))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let kind = RefundKind::stored(&row.kind)
                .ok_or_else(|| anyhow::anyhow!("a refund's kind is stored as {:?}", row.kind))?;
            Ok(Refund {
                id: row.id,
                payment: row.payment_id,
                order: row.order_id,
                kind,
                amount: row.amount,
                tip: row.tip,
                in_cash: row.in_cash,
                reference: row.reference.map(Reference::stored),
                reason: row.reason,
                refunded_by: row.refunded_by,
                approved_by: row.approved_by,
                refunded_at: row.refunded_at,
            })
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

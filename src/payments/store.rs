//! The queries of payments.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::payment::{Method, MethodSum, Payment};
use super::tender::CashTaken;
use crate::data::{Tx, Write};
use crate::values::{BusinessDate, Money, OrderId, PaymentId, ShiftId, StaffId};
use crate::web::Result;

/// Stores a cash payment that the transaction's person took.
pub async fn insert_cash(
    tx: &Tx,
    payment: PaymentId,
    order: OrderId,
    shift: ShiftId,
    date: BusinessDate,
    cash: &CashTaken,
) -> Result<()> {
    tx.later(Write::new(
        "payments",
        payment,
        "INSERT INTO payments (id, order_id, shift_id, business_date, method, amount, tip, tendered, change, terminal_id, taken_by, taken_at) \
         VALUES ($1, $2, $3, $4, 'cash', $5, $6, $7, $8, $9, $10, $11)",
        [
            payment.into(),
            order.into(),
            shift.into(),
            date.into(),
            cash.amount.into(),
            cash.tip.into(),
            cash.tendered.into(),
            cash.change.into(),
            tx.by().terminal.into(),
            tx.by().staff.into(),
            tx.now().into(),
        ],
    ))
    .await
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

/// What was paid on an order, in the order of paying.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Payment>> {
    PaymentRow::find_by_statement(statement(
        db,
        format!("{PAYMENT} WHERE p.order_id = $1 ORDER BY p.taken_at, p.id"),
        [order.into()],
    ))
    .all(db)
    .await?
    .into_iter()
    .map(PaymentRow::payment)
    .collect()
}

/// What came into a shift, by method.
pub async fn sums_of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<MethodSum>> {
    #[derive(FromQueryResult)]
    struct Row {
        method: String,
        payments: i64,
        amount: Money,
        tips: Money,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT method, count(*) AS payments, sum(amount)::bigint AS amount, sum(tip)::bigint AS tips \
         FROM payments WHERE shift_id = $1 GROUP BY method",
        [shift.into()],
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

const PAYMENT: &str = "SELECT p.id, p.order_id, p.shift_id, p.method, p.amount, p.tip, p.tendered, p.change, \
     st.name AS taken_by, p.taken_by AS taker, p.taken_at \
   FROM payments p LEFT JOIN staff st ON st.id = p.taken_by";

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
    taken_by: Option<String>,
    taker: Option<StaffId>,
    taken_at: OffsetDateTime,
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
            taken_by: self.taken_by,
            taker: self.taker,
            taken_at: self.taken_at,
        })
    }
}

fn method(stored: &str) -> Result<Method> {
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

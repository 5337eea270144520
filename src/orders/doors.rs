//! What other rooms may ask of orders: the kitchen's progress, money received, the end of a shift.

use serde_json::json;

use super::actions::{save, send_unsent};
use super::order::Order;
use super::store::{self, OpenOrder};
use crate::data::{Entry, Tx};
use crate::kitchen;
use crate::shifts;
use crate::values::{Money, OrderId, ShiftId};
use crate::web::Result;
use sea_orm::ConnectionTrait;

/// The order with its lines, its row held until the transaction ends.
pub async fn lock(tx: &Tx, id: OrderId) -> Result<Order> {
    store::find_for_update(tx, id).await
}

/// Follows the kitchen after it started, finished, bumped or recalled something.
pub async fn progressed(tx: &mut Tx, id: OrderId) -> Result<()> {
    let mut order = store::find_for_update(tx, id).await?;
    let progress = kitchen::progress_of(&**tx, id).await?;
    let mut moved = Vec::new();
    for step in progress {
        if order.follow(step.line, step.started_at.is_some(), step.done_at) {
            moved.push(step.line);
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = order
        .lines
        .iter()
        .filter(|line| moved.contains(&line.id))
        .collect();
    store::store_progress(tx, &lines).await?;
    settle(tx, &mut order).await?;
    save(tx, &mut order).await
}

/// Takes money that was received for an order which this transaction has locked: sends what is
/// unsent, counts the money, settles, and closes when everything is made.
///
/// The caller holds the business day and the shift already, and stores the payment.
pub async fn receive(tx: &mut Tx, order: &mut Order, amount: Money, rounding: Money) -> Result<()> {
    send_unsent(tx, order).await?;
    order.receive(amount, rounding)?;
    settle(tx, order).await?;
    save(tx, order).await
}

/// Settles an order that costs nothing: a free item needs no payment. The order is locked.
pub async fn settle_nothing_due(tx: &mut Tx, order: &mut Order) -> Result<()> {
    send_unsent(tx, order).await?;
    if order.balance().is_positive() {
        return Err(super::OrderRefusal::MoreThanDue(order.balance()).into());
    }
    settle(tx, order).await?;
    save(tx, order).await
}

async fn settle(tx: &mut Tx, order: &mut Order) -> Result<()> {
    if !order.is_settled() {
        return Ok(());
    }
    // Only the first settling needs the date; the day is held by whoever took the money.
    let date = match order.settled_date {
        Some(date) => date,
        None => shifts::business_date(tx).await?,
    };
    let came = order.settle(tx.now(), date);
    if came.settled {
        tx.journal(Entry::new("order.settled", "order", order.id).after(json!({
            "reference": order.reference,
            "total": order.total(),
            "paid": order.paid,
        })));
    }
    Ok(())
}

/// Open orders that belong to a shift.
pub async fn open_of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<OpenOrder>> {
    store::open_of_shift(db, shift).await
}

/// Gives an open order to another open shift.
pub async fn hand_over(tx: &mut Tx, id: OrderId, to: ShiftId, reason: &str) -> Result<()> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.shift.replace(to);
    tx.journal(
        Entry::new("order.handed_over", "order", id)
            .because(reason)
            .before(json!({ "shift": before }))
            .after(json!({ "shift": to, "reference": order.reference })),
    );
    save(tx, &mut order).await
}

/// Leaves an open order to whoever takes it up next.
pub async fn carry_over(tx: &mut Tx, id: OrderId, reason: &str) -> Result<()> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.shift.take();
    store::note_carried(tx, id, tx.by().staff, reason).await?;
    tx.journal(
        Entry::new("order.carried_over", "order", id)
            .because(reason)
            .before(json!({ "shift": before }))
            .after(json!({ "reference": order.reference })),
    );
    save(tx, &mut order).await
}

//! What other rooms may ask of orders: the kitchen's progress, money received, the end of a shift.

use serde_json::json;

use super::actions::{note_taken_up, save, save_settled, send_unsent, settle, take_up};
use super::afterwards::{Why, call_off, keep_version, open_again, take_goods_back};
use super::changes::Cut;
use super::order::{Billed, Order};
use super::store::{self, Lines, OpenOrder};
use crate::data::{Entry, RowLock, Tx};
use crate::kitchen::LineProgress;
use crate::staff::Person;
use crate::values::{BusinessDate, Money, OrderId, ShiftId};
use crate::web::Result;
use sea_orm::ConnectionTrait;

/// The order's row, for work that begins with it: its claim takes the lock along.
pub fn row(id: OrderId) -> RowLock {
    store::row(id)
}

/// The order with its lines, its row held until the transaction ends.
pub async fn lock(tx: &Tx, id: OrderId) -> Result<Order> {
    store::find_for_update(tx, id).await
}

/// Follows the kitchen after it started, finished, bumped or recalled something of an order which this
/// transaction has locked.
pub async fn progressed(tx: &mut Tx, order: &mut Order, progress: &[LineProgress]) -> Result<()> {
    let mut moved = Vec::new();
    for step in progress {
        if order.follow(step.line, step.started_at.is_some(), step.done_at) {
            moved.push(step.line);
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    settle(tx, order, None).await?;
    save(tx, order, Lines::Moved(&moved)).await
}

/// Takes money that was received for an order which this transaction has locked: sends what is
/// unsent, counts the money, settles, and closes when everything is made. An order that no open shift answers for goes
/// to the shift that took the money.
///
/// The caller holds the business day and the shift already, and stores the payment.
pub async fn receive(tx: &mut Tx, order: &mut Order, received: Received) -> Result<()> {
    if order.is_left()
        && let Some(shift) = received.shift
    {
        let before = order.shift;
        order.take_up(shift);
        note_taken_up(tx, order, before);
    }
    let sent = send_unsent(tx, order, received.amount).await?;
    order.receive(received.amount, received.rounding)?;
    settle(tx, order, Some(received.date)).await?;
    save(tx, order, Lines::Sent(&sent)).await
}

/// Money on its way to an order.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// What of the order it pays.
    pub amount: Money,
    /// What cash rounding adds to the total.
    pub rounding: Money,
    /// The shift that took it; none where it came when that was over.
    pub shift: Option<ShiftId>,
    /// The business date that the caller holds.
    pub date: BusinessDate,
}

/// Settles an order that costs nothing: a free item needs no payment. The order is locked, and the business day held.
/// Whoever does it takes up an order that no open shift answers for, as with any other send: it is in a shift's report.
pub async fn settle_nothing_due(
    tx: &mut Tx,
    by: &Person,
    order: &mut Order,
    date: BusinessDate,
) -> Result<()> {
    if order.is_left() {
        take_up(tx, by, order).await?;
    }
    let sent = send_unsent(tx, order, Money::ZERO).await?;
    if order.balance().is_positive() {
        return Err(super::OrderRefusal::MoreThanDue(order.balance()).into());
    }
    settle(tx, order, Some(date)).await?;
    save(tx, order, Lines::Sent(&sent)).await
}

/// Gives money of an order back that should not have been taken, of an order which this transaction has locked: it is due
/// again. A closed order is open again, and what an order that was paid in full was is kept. The caller stores the refund.
pub async fn give_back(tx: &mut Tx, order: &mut Order, amount: Money, why: &Why) -> Result<()> {
    if amount.is_positive() {
        if order.closed_at.is_some() {
            open_again(tx, order, why).await?;
        } else if order.is_settled() {
            keep_version(tx, order, why).await?;
        }
    }
    order.give_back(amount)?;
    save(tx, order, Lines::AsTheyWere).await
}

/// Stores that goods were struck out of an order, which this transaction has locked, because their money is given back:
/// `order` as [`Order::return_goods`] left it, `before` as it was. Where nothing is left that anybody is to get, an open order
/// ends. The caller has stored the refund, with the pieces that it gives free.
pub async fn return_goods(
    tx: &mut Tx,
    order: &mut Order,
    before: &Order,
    cuts: &[Cut],
    why: &Why,
) -> Result<()> {
    take_goods_back(tx, order, cuts, before, why).await?;
    if order.is_open() && order.is_spent() {
        return call_off(tx, order, "Everything on it was returned").await;
    }
    save_settled(tx, order, Lines::AsTheyWere).await
}

/// Notes that the guests were handed a bill of an order which this transaction has locked.
pub async fn billed(tx: &mut Tx, order: &mut Order) -> Result<()> {
    order.bill_printed_at = Some(tx.now());
    let total = order.total();
    order.billed = Some(Billed { total, seen: total });
    save(tx, order, Lines::AsTheyWere).await
}

/// Open orders that belong to a shift.
pub async fn open_of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<OpenOrder>> {
    store::open_of_shift(db, shift).await
}

/// The same, each held until the transaction ends: nothing is added to them meanwhile.
pub async fn hold_open_of_shift(tx: &Tx, shift: ShiftId) -> Result<Vec<OpenOrder>> {
    store::hold_open_of_shift(tx, shift).await?;
    store::open_of_shift(tx, shift).await
}

/// Gives an open order to another open shift; answers its long number.
pub async fn hand_over(tx: &mut Tx, id: OrderId, to: ShiftId, reason: &str) -> Result<String> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.shift.replace(to);
    tx.journal(
        Entry::new("order.handed_over", "order", id)
            .because(reason)
            .before(json!({ "shift": before }))
            .after(json!({ "shift": to, "reference": order.reference })),
    );
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order.reference)
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
    save(tx, &mut order, Lines::AsTheyWere).await
}

//! What cashiers do at the desk: wait for money, say that it came or does not, and record what came for no order.

use serde_json::json;

use super::store;
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::orders;
use crate::payments::actions::{self, Arrived, Part};
use crate::payments::attempt::{Attempt, AttemptState, Ending};
use crate::payments::reference::Reference;
use crate::payments::tender::{Charge, Taken, TenderRefusal};
use crate::shifts;
use crate::staff::Person;
use crate::values::{AttemptId, Money, OrderId, PaymentId, Short};
use crate::web::Result;

/// What a guest is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// How much, and how; without what the provider calls it.
    pub charge: Charge,
    /// How much of the balance, where the charge does not say it.
    pub part: Part,
    /// The balance as the screen showed it.
    pub expected: Option<Money>,
    /// What the screen showed that this would pay, without the tip.
    pub shown: Option<Money>,
    /// The guest's name or number.
    pub payer: Option<Short>,
}

/// Waits for mobile money. Nothing of the order changes by it, and nothing is sent.
///
/// # Errors
/// Where as much could not be paid now.
pub async fn start(
    tx: &mut Tx,
    by: &Person,
    id: AttemptId,
    order: OrderId,
    ask: Ask,
) -> Result<()> {
    shifts::business_date(tx).await?;
    let terminal = tx.by().terminal;
    let shift = shifts::ensure_open(tx, by.id, terminal).await?;
    let order = orders::lock(tx, order).await?;
    let balance = actions::payable(&order)?;
    if ask.expected.is_some_and(|expected| expected != balance) {
        return Err(TenderRefusal::BalanceMoved(balance).into());
    }
    let (amount, pieces) = actions::amount_of(tx, &order, &ask.part, balance).await?;
    let charge = Charge {
        amount: amount.or(ask.charge.amount),
        ..ask.charge
    };
    let amount = charge.amount_on(balance)?;
    if ask.shown.is_some_and(|shown| shown != amount) {
        return Err(TenderRefusal::ShownAnother(amount).into());
    }
    let attempt = Attempt {
        id,
        order: order.id,
        shift: Some(shift),
        method: charge.method,
        amount,
        tip: charge.tip,
        pieces,
        payer: ask.payer.map(String::from),
        state: AttemptState::Waiting,
        said: None,
        payment: None,
        started_at: tx.now(),
        ended_at: None,
    };
    store::insert(tx, &attempt).await?;
    tx.journal(Entry::new("attempt.started", "attempt", id).after(json!({
        "order": order.id,
        "reference": order.reference,
        "method": attempt.method,
        "amount": attempt.amount,
        "tip": attempt.tip,
        "payer": attempt.payer,
        "items": attempt.pieces,
        "shift": shift,
    })));
    changed(tx, attempt.order);
    Ok(())
}

/// The message has come: the money is recorded under whoever says so, in the shift that waited for it where that is open.
///
/// # Errors
/// Where it was confirmed before, or its transaction has paid already.
pub async fn confirm(
    tx: &mut Tx,
    payment: PaymentId,
    id: AttemptId,
    reference: Reference,
) -> Result<Arrived> {
    let mut attempt = store::hold(tx, id).await?;
    let was = attempt.state;
    attempt.confirm(payment, tx.now())?;
    let arrived = actions::record_arrived(
        tx,
        payment,
        Some(attempt.order),
        attempt.shift,
        &attempt.taken(reference),
        &attempt.pieces,
    )
    .await?;
    store::save_ended(tx, &attempt).await?;
    tx.journal(
        Entry::new("attempt.confirmed", "attempt", id)
            .before(json!({ "state": was.as_str() }))
            .after(json!({
                "payment": payment,
                "order": attempt.order,
                "onOrder": arrived == Arrived::OnOrder,
            })),
    );
    changed(tx, attempt.order);
    Ok(arrived)
}

/// No money comes.
///
/// # Errors
/// Where it has ended otherwise.
pub async fn end(tx: &mut Tx, id: AttemptId, ending: Ending) -> Result<()> {
    let mut attempt = store::hold(tx, id).await?;
    attempt.end(ending, tx.now())?;
    store::save_ended(tx, &attempt).await?;
    let entry = Entry::new("attempt.ended", "attempt", id).after(json!({
        "state": attempt.state.as_str(),
        "order": attempt.order,
        "method": attempt.method,
        "amount": attempt.amount,
    }));
    tx.journal(match &attempt.said {
        Some(reason) => entry.because(reason),
        None => entry,
    });
    changed(tx, attempt.order);
    Ok(())
}

/// Records money that came for no order, in the person's shift where they have one open.
///
/// # Errors
/// Where its transaction has paid already.
pub async fn record(
    tx: &mut Tx,
    by: &Person,
    payment: PaymentId,
    taken: &Taken,
    payer: Option<&Short>,
) -> Result<()> {
    let shift = shifts::open_of(tx, by.id).await?;
    let shift = shift.map(|shift| shift.id);
    actions::record_arrived(tx, payment, None, shift, taken, &[]).await?;
    if let Some(payer) = payer {
        store::insert_payer(tx, payment, payer.as_str()).await?;
    }
    Ok(())
}

fn changed(tx: &mut Tx, order: OrderId) {
    tx.changed(Changed::Payments);
    tx.changed(Changed::Order(order));
}

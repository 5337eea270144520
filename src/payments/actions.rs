//! What cashiers do: take cash, or close an order that costs nothing.

use serde_json::json;

use super::payment::Method;
use super::store;
use super::tender::{CashTender, TenderRefusal};
use crate::data::{Entry, Tally, Tx};
use crate::orders::{self, Order};
use crate::shifts::{self, CashEntry, EntryKind};
use crate::staff::Person;
use crate::values::{Currency, Money, OrderId, PaymentId};
use crate::web::Result;

/// How cash is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakeCash {
    /// What is handed over, and for what.
    pub tender: CashTender,
    /// Whether the whole balance is to be paid, whatever it is.
    pub in_full: bool,
    /// The balance as the screen showed it: where it moved meanwhile, nothing is taken.
    pub expected: Option<Money>,
}

/// Takes cash into the person's own shift under an id that the caller made, sends what is unsent, and settles the order where nothing is left to pay.
pub async fn take_cash(
    tx: &mut Tx,
    by: &Person,
    payment: PaymentId,
    order: OrderId,
    take: TakeCash,
) -> Result<()> {
    let date = shifts::business_date(tx).await?;
    let shift = shifts::for_cash(tx, by.id).await?;
    let mut order = orders::lock(tx, order).await?;
    let balance = payable(&order)?;
    if take.expected.is_some_and(|expected| expected != balance) {
        return Err(TenderRefusal::BalanceMoved(balance).into());
    }
    let mut tender = take.tender;
    if take.in_full {
        tender.amount = Some(balance);
    }
    let cash = tender.against(balance, Currency::venue())?;
    store::insert_cash(tx, payment, order.id, shift.id, date, &cash).await?;
    let sale = CashEntry::of_payment(EntryKind::Sale, cash.amount, payment);
    shifts::enter_cash(tx, &shift, date, &sale).await?;
    if cash.tip.is_positive() {
        let tip = CashEntry::of_payment(EntryKind::Tip, cash.tip, payment);
        shifts::enter_cash(tx, &shift, date, &tip).await?;
    }
    let received = orders::Received {
        amount: cash.amount,
        rounding: Money::ZERO,
        shift: shift.id,
        date,
    };
    orders::receive(tx, &mut order, received).await?;
    tx.count(Tally::PaymentTaken, Method::Cash.as_str());
    tx.journal(
        Entry::new("payment.taken", "payment", payment).after(json!({
            "order": order.id,
            "reference": order.reference,
            "method": Method::Cash,
            "amount": cash.amount,
            "tip": cash.tip,
            "tendered": cash.tendered,
            "change": cash.change,
            "shift": shift.id,
        })),
    );
    Ok(())
}

/// Closes an order whose total is zero: a free item needs no payment, and no float.
pub async fn close_without_payment(tx: &mut Tx, by: &Person, order: OrderId) -> Result<()> {
    // The day is held before the order, for the date on which the order is settled.
    let date = shifts::business_date(tx).await?;
    let mut order = orders::lock(tx, order).await?;
    match payable(&order) {
        Ok(balance) => Err(TenderRefusal::StillDue(balance).into()),
        Err(TenderRefusal::NothingDue) => {
            orders::settle_nothing_due(tx, by, &mut order, date).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What is to be paid on an order, or why nothing can be.
pub fn payable(order: &Order) -> Result<Money, TenderRefusal> {
    let balance = order.balance();
    if order.cancelled_at.is_some() {
        Err(TenderRefusal::Cancelled)
    } else if balance.is_positive() {
        Ok(balance)
    } else if order.is_settled() && order.to_send().next().is_none() {
        Err(TenderRefusal::AlreadyPaid)
    } else if order.lines.iter().all(|line| line.is_voided()) {
        Err(TenderRefusal::Empty)
    } else {
        Err(TenderRefusal::NothingDue)
    }
}

//! What cashiers and managers do: give money back.

use serde_json::json;

use super::asked_for;
use super::refund::{self, Left, RefundKind, RefundRefusal};
use super::store::{self, New};
use super::through_pesapal;
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::orders::{self, Order, Why};
use crate::payments::items::Pieces;
use crate::payments::reference::Reference;
use crate::payments::{Method, Payment, store as payments};
use crate::shifts::{self, CashEntry, EntryKind, Shift};
use crate::staff::Person;
use crate::values::{LineId, Money, PaymentId, RefundId};
use crate::web::{Error, Result};

/// What goes back, and why.
#[derive(Debug, Clone)]
pub struct GiveBack {
    /// Which of two things happened.
    pub what: What,
    /// What the screen showed that would go back, the tip left out.
    pub shown: Option<Money>,
    /// What the provider calls the transfer back.
    pub reference: Option<Reference>,
    /// The reason, and who agreed.
    pub why: Why,
    /// How much may go back at once before an admin has to agree; nothing for no limit.
    pub limit: Money,
    /// What cash is rounded to; nothing for no rounding.
    pub unit: Money,
    /// Whether Pesapal has accepted it.
    pub through_pesapal: bool,
    /// Whether it goes back in cash although it came otherwise.
    pub in_cash: bool,
}

/// Which of two things happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Money was taken that should not have been: so much of it, or all that is left.
    WrongPayment {
        /// Of the amount.
        amount: Option<Money>,
        /// Of the tip.
        tip: Option<Money>,
    },
    /// These pieces came back.
    Goods(Vec<Pieces>),
}

impl What {
    /// As a manager who is asked reads it.
    pub fn deed(&self) -> &'static str {
        match self {
            What::WrongPayment { .. } => "Give back as a wrong payment",
            What::Goods(_) => "Give back for goods returned",
        }
    }
}

/// Gives money of a payment back under an id that the caller made: in cash out of the person's own drawer or pouch.
///
/// # Errors
/// The sentence for whoever gives it; nothing goes back then.
pub async fn refund(
    tx: &mut Tx,
    by: &Person,
    id: RefundId,
    payment: PaymentId,
    asked: GiveBack,
) -> Result<()> {
    let date = shifts::business_date(tx).await?;
    let money = payments::find(tx, payment)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let in_cash = asked.in_cash && money.method != Method::Cash;
    let drawer = match money.method == Method::Cash || in_cash {
        true => {
            // Alone, so that two refunds at once do not take out more than the drawer holds.
            Some(shifts::for_cash(tx, by.id, shifts::Hold::Alone).await?)
        }
        false => None,
    };
    let shift = match &drawer {
        Some(shift) => shift.id,
        None => shifts::ensure_open(tx, by.id, tx.by().terminal).await?,
    };
    let (money, back) = decided(tx, payment, &asked).await?;
    if !asked.through_pesapal {
        through_pesapal::must_not_be_underway(tx, payment).await?;
    }
    let new = New {
        id,
        payment,
        order: money.order,
        shift,
        date,
        kind: back.kind(),
        amount: back.amount,
        tip: back.tip,
        in_cash,
        reference: asked.reference.as_ref(),
        reason: &asked.why.reason,
        approved_by: asked.why.consent.by(),
    };
    store::insert(tx, &new).await?;
    store::insert_freed(tx, id, &back.freed).await?;
    if asked.through_pesapal {
        asked_for::book(tx, payment, id, back.amount + back.tip).await?;
    }
    if let Some(drawer) = &drawer {
        out_of_the_drawer(tx, drawer, &new).await?;
    }
    tx.journal(
        Entry::new("payment.refunded", "payment", payment)
            .approved_by(new.approved_by)
            .because(new.reason)
            .before(json!({ "method": money.method, "amount": money.amount, "tip": money.tip }))
            .after(json!({
                "refund": id,
                "order": money.order,
                "kind": new.kind,
                "amount": back.amount,
                "tip": back.tip,
                "in_cash": in_cash,
                "transaction": new.reference,
                "shift": shift,
            })),
    );
    match back.on_order {
        OnOrder::Nothing => {
            tx.changed(Changed::Payments);
            Ok(())
        }
        OnOrder::Due(mut order) => orders::give_back(tx, &mut order, back.amount, &asked.why).await,
        OnOrder::Returned {
            before,
            mut after,
            cuts,
        } => orders::return_goods(tx, &mut after, &before, &cuts, &asked.why).await,
    }
}

/// What goes back of a payment: its order and the payment itself are held from here on, in this order.
///
/// # Errors
/// The sentence for whoever gives it.
pub(super) async fn decided(tx: &Tx, id: PaymentId, asked: &GiveBack) -> Result<(Payment, Back)> {
    let find = async || {
        payments::find(tx, id)
            .await?
            .ok_or(Error::NotFound("payment"))
    };
    let money = find().await?;
    let order = match money.order {
        Some(order) => Some(orders::lock(tx, order).await?),
        None => None,
    };
    store::hold_payment(tx, id).await?;
    // Money for no order may have been put on one until now.
    if find().await?.order != money.order {
        return Err(RefundRefusal::Moved.into());
    }
    let left = Left::of(&money, &store::of_payment(tx, id).await?);
    let back = decide(tx, &money, left, order, asked).await?;
    if asked.shown.is_some_and(|shown| shown != back.amount) {
        return Err(RefundRefusal::ShownAnother(back.amount).into());
    }
    // What went back of it before counts: two halves are a whole.
    let gone = money.amount + money.tip - left.amount - left.tip;
    let all = gone + back.amount + back.tip;
    if asked.limit.is_positive() && all > asked.limit && !asked.why.consent.is_an_admins() {
        return Err(RefundRefusal::Limit(asked.limit).into());
    }
    Ok((money, back))
}

/// What goes back, and what becomes of the order with it.
pub(super) struct Back {
    pub(super) amount: Money,
    pub(super) tip: Money,
    freed: Vec<Pieces>,
    on_order: OnOrder,
}

enum OnOrder {
    Nothing,
    Due(Box<Order>),
    Returned {
        before: Box<Order>,
        after: Box<Order>,
        cuts: Vec<orders::Cut>,
    },
}

impl Back {
    fn kind(&self) -> RefundKind {
        match self.on_order {
            OnOrder::Nothing | OnOrder::Due(_) => RefundKind::WrongPayment,
            OnOrder::Returned { .. } => RefundKind::GoodsReturned,
        }
    }
}

async fn decide(
    tx: &Tx,
    money: &Payment,
    left: Left,
    order: Option<Order>,
    asked: &GiveBack,
) -> Result<Back> {
    let paid = match &order {
        Some(order) => payments::paid_for(tx, order.id).await?,
        None => Default::default(),
    };
    match (&asked.what, order) {
        (What::WrongPayment { amount, tip }, order) => {
            let (amount, tip) = left.wrong(*amount, *tip)?;
            let freed = match &order {
                Some(order) if amount.is_positive() => {
                    let pieces = store::pieces_of(tx, money.id).await?;
                    let others = store::held_by_others(tx, order.id, money.id).await?;
                    refund::freed_by_payment(&pieces, &paid, &others)
                }
                _ => Vec::new(),
            };
            Ok(Back {
                amount,
                tip,
                freed,
                on_order: match order {
                    Some(order) => OnOrder::Due(Box::new(order)),
                    None => OnOrder::Nothing,
                },
            })
        }
        (What::Goods(_), None) => Err(RefundRefusal::OnNoOrder.into()),
        (What::Goods(pieces), Some(order)) => {
            let before = order.clone();
            let mut after = order;
            let (cuts, price) =
                after.return_goods(&refund::wanted(pieces), unit(money, asked.unit))?;
            let quantity = |line: LineId| before.line(line).map_or(0, |line| line.quantity.get());
            Ok(Back {
                amount: left.goods(price)?,
                tip: Money::ZERO,
                freed: refund::freed_by_goods(&cuts, &paid, quantity),
                on_order: OnOrder::Returned {
                    before: Box::new(before),
                    after: Box::new(after),
                    cuts,
                },
            })
        }
    }
}

/// What goes back is rounded where the payment was: a card paid what the bill came to.
fn unit(money: &Payment, unit: Money) -> Option<Money> {
    (money.method == Method::Cash && unit.is_positive()).then_some(unit)
}

/// What would go back for these pieces, for the screen.
pub fn price_of(
    order: &Order,
    money: &Payment,
    pieces: &[Pieces],
    rounding: Money,
) -> Result<Money> {
    let mut draft = order.clone();
    let (_, price) = draft.return_goods(&refund::wanted(pieces), unit(money, rounding))?;
    Ok(price)
}

async fn out_of_the_drawer(tx: &mut Tx, drawer: &Shift, new: &New<'_>) -> Result<()> {
    let amount = new.amount + new.tip;
    if shifts::ledger(&*tx, drawer.id).await?.expected() < amount {
        return Err(RefundRefusal::DrawerShort.into());
    }
    let entry = CashEntry {
        reason: Some(new.reason.to_owned()),
        approved_by: new.approved_by,
        ..CashEntry::of_payment(EntryKind::Refund, amount, new.payment)
    };
    shifts::enter_cash(tx, drawer, new.date, &entry).await?;
    let title = "Drawer, to give money back".to_owned();
    shifts::open_drawer_for(tx, drawer, new.id.uuid(), title).await
}

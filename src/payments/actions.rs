//! What cashiers do: take a payment, or close an order that costs nothing.

use serde_json::json;

use super::bill::{self, Bill, BillKind};
use super::content::Content;
use super::items::{self, Chosen, Pieces};
use super::sharers::Sharers;
use super::store::{self, On};
use super::tender::{CashTender, Charge, Taken, TenderRefusal, meant_in_cash};
use super::to_paper::{self, Paper};
use crate::data::{Entry, Tally, Tx};
use crate::live::Changed;
use crate::orders::{self, Line, Order};
use crate::printers::{self, ForTill, JobKind};
use crate::printing::Print;
use crate::settings::Settings;
use crate::shifts::{self, CashEntry, EntryKind, Shift};
use crate::staff::Person;
use crate::values::{BusinessDate, Currency, Money, OrderId, PaymentId, ShiftId};
use crate::web::{Error, Result};

/// How a payment is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// What comes in, and for what.
    pub tender: Tender,
    /// How much of the balance is paid, where the tender does not say it.
    pub part: Part,
    /// The balance as the screen showed it: where it moved meanwhile, nothing is taken.
    pub expected: Option<Money>,
    /// What of the bill the screen showed that this payment would be, without the tip and before cash rounding.
    pub shown: Option<Money>,
    /// What cash is rounded to; nothing for no rounding.
    pub unit: Money,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tender {
    /// Notes and coins.
    Cash(CashTender),
    /// Card or mobile money.
    Charge(Charge),
}

/// How much of the balance is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What the tender says.
    AsSaid,
    /// All of it, whatever it is.
    Full,
    /// The share of one of so many people who have not paid yet, this one among them.
    Share(Sharers),
    /// What is on the bill for these items.
    Items(Chosen),
}

/// Takes a payment under an id that the caller made: cash into the person's own drawer or pouch, anything else in their
/// shift. Sends what is unsent, and settles the order where nothing is left to pay.
///
/// # Errors
/// The sentence for the cashier; nothing is taken then.
pub async fn take(
    tx: &mut Tx,
    by: &Person,
    payment: PaymentId,
    order: OrderId,
    take: Take,
    paper: &Paper,
) -> Result<()> {
    let date = shifts::business_date(tx).await?;
    let (shift, drawer) = match take.tender {
        Tender::Cash(_) => {
            let shift = shifts::for_cash(tx, by.id, shifts::Hold::Share).await?;
            (shift.id, Some(shift))
        }
        Tender::Charge(_) => {
            let terminal = tx.by().terminal;
            (shifts::ensure_open(tx, by.id, terminal).await?, None)
        }
    };
    let mut order = orders::lock(tx, order).await?;
    let (taken, rounding, pieces) = agreed(tx, &order, take).await?;
    if let Some(reference) = &taken.reference
        && let Some(used) = store::find_used(tx, taken.method, reference, date).await?
    {
        return Err(TenderRefusal::UsedReference(used).into());
    }
    if let Some(drawer) = &drawer {
        into_the_drawer(tx, drawer, date, payment, &taken).await?;
    }
    let at = At {
        shift: Some(shift),
        date,
    };
    put_on(tx, payment, &mut order, at, (&taken, rounding), &pieces).await?;
    to_paper::with_payment(tx, payment, paper, drawer.as_ref()).await
}

/// What a payment of an order, which is locked, would be, what cash rounding adds to the total with it, and for which pieces
/// it is.
///
/// # Errors
/// Where nothing is to be paid, the screen showed something else, or the tender does not fit.
pub(super) async fn agreed(
    tx: &Tx,
    order: &Order,
    take: Take,
) -> Result<(Taken, Money, Vec<Pieces>)> {
    let balance = payable(order)?;
    if !has_something_to_pay_for(order) {
        return Err(TenderRefusal::Empty.into());
    }
    if take.expected.is_some_and(|expected| expected != balance) {
        return Err(TenderRefusal::BalanceMoved(balance).into());
    }
    let (amount, pieces) = amount_of(tx, order, &take.part, balance).await?;
    let (taken, rounding) =
        taken(take.tender, amount, balance, take.unit).map_err(|refusal| {
            match (refusal, &take.part) {
                (TenderRefusal::Short(by), Part::Full) => TenderRefusal::ShortOfBill(by),
                (refusal, _) => refusal,
            }
        })?;
    let billed = taken.amount - rounding;
    if take.shown.is_some_and(|shown| shown != billed) {
        return Err(TenderRefusal::ShownAnother(billed).into());
    }
    Ok((taken, rounding, pieces))
}

/// How much of an order that owes `balance` is paid, where the tender does not say it, and for which of its pieces.
pub(super) async fn amount_of(
    tx: &Tx,
    order: &Order,
    part: &Part,
    balance: Money,
) -> Result<(Option<Money>, Vec<Pieces>)> {
    Ok(match part {
        Part::AsSaid => (None, Vec::new()),
        Part::Full => (Some(balance), Vec::new()),
        Part::Share(sharers) => (Some(sharers.next_share(balance)), Vec::new()),
        Part::Items(chosen) => {
            let paid = store::paid_for(tx, order.id).await?;
            let open = items::open_lines(order, &paid);
            let (amount, pieces) = items::amount_of(&open, chosen, balance)?;
            (Some(amount), pieces)
        }
    })
}

/// Where money belongs, beside its order.
#[derive(Debug, Clone, Copy)]
struct At {
    shift: Option<ShiftId>,
    date: BusinessDate,
}

/// Stores a payment of an order, which is locked and owes as much.
async fn put_on(
    tx: &mut Tx,
    payment: PaymentId,
    order: &mut Order,
    at: At,
    (taken, rounding): (&Taken, Money),
    pieces: &[Pieces],
) -> Result<()> {
    let on = On {
        order: Some(order.id),
        shift: at.shift,
        date: at.date,
    };
    store::insert(tx, payment, on, taken).await?;
    store::insert_pieces(tx, payment, pieces).await?;
    let received = orders::Received {
        amount: taken.amount,
        rounding,
        shift: at.shift,
        date: at.date,
    };
    orders::receive(tx, order, received).await?;
    store::insert_content(tx, payment, &Content::of_payment(order, taken.amount)).await?;
    note(tx, payment, Some(order), at, taken, pieces);
    Ok(())
}

fn note(
    tx: &mut Tx,
    payment: PaymentId,
    order: Option<&Order>,
    at: At,
    taken: &Taken,
    pieces: &[Pieces],
) {
    tx.count(Tally::PaymentTaken, taken.method.as_str());
    tx.journal(
        Entry::new("payment.taken", "payment", payment).after(json!({
            "order": order.map(|order| order.id),
            "reference": order.map(|order| &order.reference),
            "method": taken.method,
            "amount": taken.amount,
            "tip": taken.tip,
            "tendered": taken.tendered,
            "change": taken.change,
            "transaction": taken.reference,
            "items": pieces,
            "shift": at.shift,
        })),
    );
}

/// What became of money that came by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It is on the order that it was for.
    OnOrder,
    /// The order does not owe as much any more: it is for no order, until somebody puts it on one or gives it back.
    ForNoOrder,
}

/// Records money that came by itself, as a provider says, under whoever the transaction is by. It is booked in the shift
/// that asked for it where that is still open, else in none: the day's late list. It goes on its order where that owes as
/// much, else on none.
///
/// # Errors
/// Where its reference has paid already.
pub async fn record_arrived(
    tx: &mut Tx,
    payment: PaymentId,
    order: Option<OrderId>,
    shift: Option<ShiftId>,
    taken: &Taken,
    pieces: &[Pieces],
) -> Result<Arrived> {
    let date = shifts::business_date(tx).await?;
    let shift = match shift {
        Some(shift) => shifts::hold(tx, shift, shifts::Hold::Share).await?,
        None => None,
    };
    let shift = shift.filter(|shift| shift.closed.is_none());
    let at = At {
        shift: shift.map(|shift| shift.id),
        date,
    };
    if let Some(reference) = &taken.reference
        && let Some(used) = store::find_used(tx, taken.method, reference, date).await?
    {
        return Err(TenderRefusal::UsedReference(used).into());
    }
    if let Some(order) = order {
        let mut order = orders::lock(tx, order).await?;
        // What is kept back alone is nothing to pay for yet.
        let has_something = has_something_to_pay_for(&order);
        if has_something && payable(&order).is_ok_and(|balance| taken.amount <= balance) {
            let pieces = still_open(tx, &order, pieces).await?;
            let unrounded = (taken, Money::ZERO);
            put_on(tx, payment, &mut order, at, unrounded, &pieces).await?;
            tx.changed(Changed::Payments);
            return Ok(Arrived::OnOrder);
        }
    }
    let on = On {
        order: None,
        shift: at.shift,
        date,
    };
    store::insert(tx, payment, on, taken).await?;
    note(tx, payment, None, at, taken, &[]);
    tx.changed(Changed::Payments);
    Ok(Arrived::ForNoOrder)
}

/// The pieces that nobody has paid for or struck out since the guest was asked for them; none where one of them is gone.
async fn still_open(tx: &Tx, order: &Order, pieces: &[Pieces]) -> Result<Vec<Pieces>> {
    let open = items::open_lines(order, &store::paid_for(tx, order.id).await?);
    let is_open = |wanted: &Pieces| {
        open.iter()
            .any(|line| line.line == wanted.line && wanted.quantity.get() <= line.left)
    };
    Ok(match pieces.iter().all(is_open) {
        true => pieces.to_vec(),
        false => Vec::new(),
    })
}

/// Puts money that came for no order on one that owes as much.
///
/// # Errors
/// Where it is on an order already, was given back, or the order owes less, or nothing yet because all of it is kept back.
pub async fn place(tx: &mut Tx, payment: PaymentId, order: OrderId) -> Result<()> {
    let date = shifts::business_date(tx).await?;
    let found = store::find(tx, payment).await?;
    // An order that no open shift answers for is taken up by the one that took the money, while that is open.
    let shift = match found.and_then(|money| money.shift) {
        Some(shift) => shifts::hold(tx, shift, shifts::Hold::Share).await?,
        None => None,
    };
    let shift = shift.filter(Shift::is_open).map(|shift| shift.id);
    let mut order = orders::lock(tx, order).await?;
    let money = store::hold_unplaced(tx, payment).await?;
    let balance = payable(&order)?;
    if !has_something_to_pay_for(&order) {
        return Err(TenderRefusal::Empty.into());
    }
    if money.amount > balance {
        return Err(TenderRefusal::MoreThanCharged(balance).into());
    }
    store::insert_placement(tx, payment, order.id).await?;
    let received = orders::Received {
        amount: money.amount,
        rounding: Money::ZERO,
        shift,
        date,
    };
    orders::receive(tx, &mut order, received).await?;
    store::insert_content(tx, payment, &Content::of_payment(&order, money.amount)).await?;
    tx.changed(Changed::Payments);
    tx.journal(
        Entry::new("payment.placed", "payment", payment).after(json!({
            "order": order.id,
            "reference": order.reference,
            "method": money.method,
            "amount": money.amount,
        })),
    );
    Ok(())
}

/// What becomes of a tender on an order that owes `balance`, for this amount where it does not say one itself.
/// With it comes what cash rounding adds to the total.
fn taken(
    tender: Tender,
    amount: Option<Money>,
    balance: Money,
    unit: Money,
) -> Result<(Taken, Money), TenderRefusal> {
    match tender {
        Tender::Cash(cash) => {
            let typed = cash.amount;
            let amount = amount.or(typed.map(|typed| meant_in_cash(typed, balance, unit)));
            let cash = CashTender { amount, ..cash };
            let (cash, rounding) = cash.against_rounded(balance, unit, Currency::venue())?;
            Ok((cash.into(), rounding))
        }
        Tender::Charge(charge) => {
            let amount = amount.or(charge.amount);
            let taken = Charge { amount, ..charge }.against(balance)?;
            Ok((taken, Money::ZERO))
        }
    }
}

async fn into_the_drawer(
    tx: &mut Tx,
    drawer: &Shift,
    date: BusinessDate,
    payment: PaymentId,
    taken: &Taken,
) -> Result<()> {
    let sale = CashEntry::of_payment(EntryKind::Sale, taken.amount, payment);
    shifts::enter_cash(tx, drawer, date, &sale).await?;
    if taken.tip.is_positive() {
        let tip = CashEntry::of_payment(EntryKind::Tip, taken.tip, payment);
        shifts::enter_cash(tx, drawer, date, &tip).await?;
    }
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

/// Notes that the guests are handed a bill, and which one it is: the order awaits their payment from now on.
///
/// # Errors
/// Where nothing is on the order, or nothing is left to pay.
pub async fn print_bill(tx: &mut Tx, id: OrderId, settings: &Settings) -> Result<()> {
    let mut order = orders::lock(tx, id).await?;
    match payable(&order) {
        Ok(_) | Err(TenderRefusal::NothingDue) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let last = store::last_bill(tx, id).await?;
    let bill = Bill::after(last.as_ref(), bill::content_of(&order));
    store::insert_bill(tx, &order, &bill).await?;
    orders::billed(tx, &mut order).await?;
    tx.journal(Entry::new("bill.printed", "order", id).after(json!({
        "reference": order.reference,
        "kind": bill.kind.as_str(),
        "place": bill.place,
        "total": order.total(),
    })));
    let what = match bill.kind {
        BillKind::First => "Bill",
        BillKind::Copy => "Bill, copy",
        BillKind::Revised => "Revised bill",
    };
    let it = ForTill {
        kind: JobKind::Bill,
        title: format!("{what}, {}, order {}", order.title(), order.number),
        slip: bill::slip(&order, &bill, settings),
        subject: Some(order.id.uuid()),
        order: Some(order.id),
    };
    printers::queue_for_till(tx, it).await?;
    Ok(())
}

/// Notes that a receipt goes to paper: the first time as the original, later as a copy.
pub async fn print_receipt(tx: &mut Tx, payment: PaymentId) -> Result<Print> {
    if store::find(&*tx, payment).await?.is_none() {
        return Err(Error::NotFound("payment"));
    }
    let last = store::last_print(&*tx, payment).await?;
    let print = Print::after(last, tx.now());
    store::insert_print(tx, payment, print).await?;
    tx.journal(
        Entry::new("receipt.printed", "payment", payment)
            .after(json!({ "kind": print.kind().as_str(), "place": print.place })),
    );
    Ok(print)
}

/// What is to be paid on an order, or why nothing can be.
pub fn payable(order: &Order) -> Result<Money, TenderRefusal> {
    let balance = order.balance();
    if order.cancelled_at.is_some() {
        Err(TenderRefusal::Cancelled)
    } else if balance.is_positive() {
        Ok(balance)
    } else if order.is_settled() && order.to_send().next().is_none() && !is_reopened(order) {
        Err(TenderRefusal::AlreadyPaid)
    } else if order.lines.iter().all(|line| line.is_voided()) {
        Err(TenderRefusal::Empty)
    } else {
        Err(TenderRefusal::NothingDue)
    }
}

/// Whether something was sent or would be with a payment.
fn has_something_to_pay_for(order: &Order) -> bool {
    order.sent().next().is_some() || order.to_send().next().is_some()
}

/// One that is open although nothing is due and everything was made was opened again, and is closed by hand where nothing
/// came of that.
fn is_reopened(order: &Order) -> bool {
    let is_done = |line: &Line| line.is_made() || line.is_voided();
    order.is_open() && order.settled_at.is_some() && order.lines.iter().all(is_done)
}

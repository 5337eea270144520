//! The verbs for what becomes of an order after something was sent: each stores it, tells the kitchen in the same
//! transaction, and writes into the audit log who did it, who agreed, and why.

use sea_orm::ConnectionTrait;
use serde_json::json;
use time::OffsetDateTime;

use super::actions::{
    cancel, hand_over, save, save_settled, snapshot, take_up, tell_held, withdraw_held,
};
use super::changes::{Cut, Which};
use super::discount::{Given, Off};
use super::line::{Line, LineState, OpenItem};
use super::order::{Order, OrderRefusal, Place};
use super::store::{self, Lines, changes};
use crate::data::{Entry, Tally, Tx};
use crate::floor;
use crate::kitchen::{self, Struck};
use crate::live::Changed;
use crate::menu;
use crate::shifts;
use crate::staff::Person;
use crate::staff::approval::Consent;
use crate::values::{BasisPoints, LineId, Money, Note, OrderId, Quantity, Short, StaffId, TableId};
use crate::web::{Result, said};

/// Why something is struck out or given free, and who agreed.
#[derive(Debug, Clone)]
pub struct Why {
    /// Who agreed.
    pub consent: Consent,
    /// In their words.
    pub reason: String,
}

impl Why {
    /// A reason: what was chosen from the list, what was written, or both; refused without either.
    pub fn said(chosen: Option<&Short>, written: Option<&Note>) -> Result<String> {
        said(chosen, written)
    }
}

/// Keeps unsent lines back, or gives them free again.
pub async fn hold(tx: &mut Tx, id: OrderId, which: Which, held: bool) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let were_announced = order.announced().count();
    let changed = order.hold(which, held)?;
    if changed.is_empty() {
        return Ok(order);
    }
    changes::hold(tx, &order, &changed).await?;
    if order.announced().count() != were_announced {
        tell_held(tx, &order).await?;
    }
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Sends a course or a line, kept back or not, and nothing else.
pub async fn fire(tx: &mut Tx, by: &Person, id: OrderId, which: Which) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let held: Vec<LineId> = order
        .lines
        .iter()
        .filter(|line| line.held)
        .map(|line| line.id)
        .collect();
    let was_left = order.is_left();
    let fired = order.fire(which, tx.now())?;
    if fired.is_empty() {
        return Ok(order);
    }
    if was_left {
        take_up(tx, by, &mut order).await?;
    }
    hand_over(tx, &order, &fired, &held, Money::ZERO).await?;
    save_settled(tx, &mut order, Lines::Sent(&fired)).await?;
    Ok(order)
}

/// Strikes a sent line out, or some pieces of it. With the last line goes the order.
pub async fn void(
    tx: &mut Tx,
    id: OrderId,
    line: LineId,
    pieces: Option<Quantity>,
    why: &Why,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.line(line)?.clone();
    let cut = order.void(line, pieces)?;
    store_cut(tx, &order, cut).await?;
    strike_out(tx, &mut order, &[(cut.line, before.state)], why).await?;
    tx.journal(
        told(
            "order.line_voided",
            &order,
            &before,
            cut.pieces,
            &before.state.as_str(),
        )
        .approved_by(why.consent.by())
        .because(&*why.reason),
    );
    if order.is_spent() {
        call_off(tx, &mut order, "Everything on it was struck out").await?;
        return Ok(order);
    }
    save_settled(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Gives a sent line free, or some pieces of it.
pub async fn comp(
    tx: &mut Tx,
    by: &Person,
    limit: Money,
    id: OrderId,
    line: LineId,
    pieces: Option<Quantity>,
    why: &Why,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.line(line)?.clone();
    let cut = order.comp(line, pieces)?;
    let worth = worth_of(order.line(cut.line)?);
    must_be_within(tx, by, limit, worth, &why.consent).await?;
    store_cut(tx, &order, cut).await?;
    changes::comp(tx, &[cut.line], why.consent.by(), &why.reason).await?;
    tx.journal(
        told("order.line_comped", &order, &before, cut.pieces, &worth)
            .approved_by(why.consent.by())
            .because(&*why.reason),
    );
    save_settled(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Beyond what one person may give free in a shift an admin has to agree; without a limit nobody has to.
async fn must_be_within(
    tx: &Tx,
    by: &Person,
    limit: Money,
    worth: Money,
    consent: &Consent,
) -> Result<()> {
    if consent.is_an_admins() {
        return Ok(());
    }
    match beyond(tx, by, limit, worth, tx.now()).await? {
        Some(sum) => Err(OrderRefusal::CompLimit(sum, limit).into()),
        None => Ok(()),
    }
}

/// Whether giving this free goes beyond what one person may, so that whoever is asked for it is told who has to agree.
pub async fn comp_needs_an_admin(
    db: &impl ConnectionTrait,
    by: &Person,
    limit: Money,
    mut order: Order,
    (line, pieces): (LineId, Option<Quantity>),
    now: OffsetDateTime,
) -> Result<bool> {
    let cut = order.comp(line, pieces)?;
    let worth = worth_of(order.line(cut.line)?);
    Ok(beyond(db, by, limit, worth, now).await?.is_some())
}

/// All that somebody would have given free in their shift, where that is more than they may.
async fn beyond(
    db: &impl ConnectionTrait,
    by: &Person,
    limit: Money,
    worth: Money,
    now: OffsetDateTime,
) -> Result<Option<Money>> {
    if !limit.is_positive() {
        return Ok(None);
    }
    let since = match shifts::open_of(db, by.id).await? {
        Some(shift) => shift.opened_at,
        None => now - time::Duration::days(1),
    };
    let sum = changes::comped_since(db, by.id, since).await? + worth;
    Ok((sum > limit).then_some(sum))
}

fn worth_of(free: &Line) -> Money {
    free.gross().less(free.discount())
}

/// Calls an order off of which something was sent: all of that is struck out.
pub async fn cancel_sent(tx: &mut Tx, id: OrderId, why: &Why) -> Result<()> {
    let mut order = store::find_for_update(tx, id).await?;
    if order.cancelled_at.is_some() {
        return Ok(());
    }
    if order.sent().next().is_none() {
        return cancel(tx, id, &why.reason).await;
    }
    let before: Vec<Line> = order.lines.clone();
    let (total, struck) = (order.total(), order.cancel_sent(tx.now())?);
    withdraw_held(tx, &mut order).await?;
    let struck: Vec<(LineId, LineState)> = before
        .iter()
        .filter(|line| struck.contains(&line.id))
        .map(|line| (line.id, line.state))
        .collect();
    strike_out(tx, &mut order, &struck, why).await?;
    for line in before.iter().filter(|line| line.is_unsent()) {
        if let Some(product) = line.product {
            menu::give_back(tx, product, line.from_stock).await?;
        }
    }
    store::note_cancelled(tx, id, tx.by().staff, &why.reason).await?;
    if let Some(approver) = why.consent.by() {
        changes::cancel_approved(tx, id, approver).await?;
    }
    tx.count(Tally::OrderCancelled, order.kind().as_str());
    tx.journal(
        Entry::new("order.cancelled", "order", id)
            .approved_by(why.consent.by())
            .because(&*why.reason)
            .before(json!({ "reference": order.reference, "total": total, "lines": before.len(), "struck": struck.len() })),
    );
    save(tx, &mut order, Lines::AsTheyWere).await
}

/// What is struck out is told to the kitchen, and goes back on sale where nobody has made it.
async fn strike_out(
    tx: &mut Tx,
    order: &mut Order,
    lines: &[(LineId, LineState)],
    why: &Why,
) -> Result<()> {
    let ids: Vec<LineId> = lines.iter().map(|(line, _)| *line).collect();
    changes::void(tx, &ids, why.consent.by(), &why.reason).await?;
    let struck: Vec<Struck> = lines
        .iter()
        .map(|(line, state)| Struck {
            line: *line,
            must_be_seen: *state != LineState::Served,
        })
        .collect();
    kitchen::strike_out(tx, order.id, &struck).await?;
    for (line, state) in lines {
        let line = order.line(*line)?;
        let was_made = matches!(state, LineState::Ready | LineState::Served);
        if let Some(product) = line.product.filter(|_| !was_made) {
            menu::give_back(tx, product, line.from_stock).await?;
        }
    }
    Ok(())
}

/// The order ends without a guest: everything of it was struck out, or went to another one.
pub(super) async fn call_off(tx: &mut Tx, order: &mut Order, reason: &str) -> Result<()> {
    order.cancelled_at = Some(tx.now());
    store::note_cancelled(tx, order.id, tx.by().staff, reason).await?;
    tx.count(Tally::OrderCancelled, order.kind().as_str());
    tx.journal(
        Entry::new("order.cancelled", "order", order.id)
            .because(reason)
            .before(json!({ "reference": order.reference })),
    );
    save(tx, order, Lines::AsTheyWere).await
}

/// What a discount is to be, and who stands for it.
#[derive(Debug, Clone)]
pub struct Reduction {
    /// On which line; on the whole order where none is named.
    pub line: Option<LineId>,
    /// Its name and what it takes off; nothing takes it off again.
    pub off: Option<(String, Off)>,
    /// The share that whoever stands for it may give.
    pub most: BasisPoints,
    /// Beyond this share it takes no more off than it does now, whatever is ordered later.
    pub grows_to: BasisPoints,
    /// Who agreed, where somebody had to.
    pub approver: Option<StaffId>,
    /// Why.
    pub reason: String,
}

/// Gives a discount, or takes one off again.
///
/// # Errors
/// Where it goes beyond what whoever stands for it may give, all discounts of the bill together.
pub async fn discount(tx: &mut Tx, id: OrderId, asked: &Reduction) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let label = |order: &Order| {
        let given = match asked.line {
            None => order.given.as_ref(),
            Some(line) => order.line(line).ok().and_then(|line| line.given.as_ref()),
        };
        given.map(Given::label)
    };
    let (was, total) = (label(&order), order.total());
    let before = order.clone();
    let given = asked.off.clone().map(|(name, off)| Given {
        name,
        off,
        most: asked.most,
    });
    let worth = order.discount(asked.line, given.clone())?;
    let given = given.map(|given| match given.off {
        Off::Percent(share) if share > asked.grows_to => Given {
            off: Off::PercentUpTo(share, worth),
            ..given
        },
        _ => given,
    });
    order.discount(asked.line, given.clone())?;
    if given.is_some() && !order.may_have(asked.most, &before) {
        return Err(OrderRefusal::DiscountLimit(asked.most).into());
    }
    changes::discount(tx, &order, asked.line).await?;
    let told = (worth, asked.approver, asked.reason.as_str());
    changes::note_discount(tx, id, asked.line, given.as_ref(), told).await?;
    let deed = match given {
        Some(_) => "order.discounted",
        None => "order.discount_taken_off",
    };
    tx.journal(
        Entry::new(deed, "order", id)
            .approved_by(asked.approver)
            .because(&*asked.reason)
            .before(json!({ "reference": order.reference, "discount": was, "total": total }))
            .after(json!({ "line": asked.line, "discount": label(&order), "worth": worth, "total": order.total() })),
    );
    save_settled(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Opens a paid order again: what it was is kept.
///
/// # Errors
/// Where it is open, or was called off.
pub async fn reopen(tx: &mut Tx, id: OrderId, why: &Why) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    order.must_be_closed()?;
    open_again(tx, &mut order, why).await?;
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Keeps what a closed order was, and opens it.
pub(super) async fn open_again(tx: &mut Tx, order: &mut Order, why: &Why) -> Result<()> {
    keep_version(tx, order, why).await?;
    order.closed_at = None;
    tx.journal(
        Entry::new("order.reopened", "order", order.id)
            .approved_by(why.consent.by())
            .because(&*why.reason)
            .before(
                json!({ "reference": order.reference, "total": order.total(), "paid": order.paid }),
            ),
    );
    Ok(())
}

/// Keeps what an order is.
pub(super) async fn keep_version(tx: &Tx, order: &Order, why: &Why) -> Result<()> {
    changes::keep_version(tx, order.id, why.consent.by(), &why.reason).await
}

/// Strikes goods out of an order that is paid in full, because their money is given back in this transaction. What guests
/// had paid for by item is free already.
pub(super) async fn take_goods_back(
    tx: &mut Tx,
    order: &mut Order,
    cuts: &[Cut],
    before: &Order,
    why: &Why,
) -> Result<()> {
    let mut struck = Vec::new();
    for cut in cuts {
        let was = before.line(cut.of.unwrap_or(cut.line))?;
        store_cut(tx, order, *cut).await?;
        struck.push((cut.line, was.state));
        tx.journal(
            told(
                "order.line_returned",
                order,
                was,
                cut.pieces,
                &was.state.as_str(),
            )
            .approved_by(why.consent.by())
            .because(&*why.reason),
        );
    }
    strike_out(tx, order, &struck, why).await
}

/// Adds something that is not on the menu.
pub async fn add_open(
    tx: &mut Tx,
    by: &Person,
    id: OrderId,
    item: OpenItem,
    consent: &Consent,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let facts = json!({ "reference": order.reference, "name": item.name, "price": item.price, "quantity": item.quantity });
    let line = order.add_open(item, by.id, tx.now())?;
    tx.journal(
        Entry::new("order.open_item", "order", id)
            .approved_by(consent.by())
            .after(facts),
    );
    save(tx, &mut order, Lines::Fresh(line)).await?;
    Ok(order)
}

/// Where the guests of an order go.
#[derive(Debug, Clone)]
pub enum NewSeats {
    /// To this table.
    Table(TableId),
    /// They take it away.
    Takeaway,
}

/// The guests sit down elsewhere.
pub async fn move_to(tx: &mut Tx, id: OrderId, to: &NewSeats) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.title();
    let place = match to {
        NewSeats::Takeaway => Place::Takeaway {
            name: None,
            phone: None,
        },
        NewSeats::Table(table) => {
            let table = floor::table(&*tx, *table).await?;
            Place::Table {
                id: table.id,
                code: table.code,
                area: table.area,
            }
        }
    };
    order.move_to(place)?;
    changes::place(tx, &order).await?;
    kitchen::retitle(tx, &snapshot(&order, Money::ZERO)).await?;
    tx.journal(
        Entry::new("order.moved", "order", id)
            .before(json!({ "place": before }))
            .after(json!({ "place": order.title(), "reference": order.reference })),
    );
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Somebody else serves an order from now on. It stays with the shift of whoever opened it.
pub async fn transfer(tx: &mut Tx, id: OrderId, to: StaffId, name: &str) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.waiter_name.clone();
    order.transfer(to, name)?;
    kitchen::retitle(tx, &snapshot(&order, Money::ZERO)).await?;
    tx.journal(
        Entry::new("order.transferred", "order", id)
            .before(json!({ "waiter": before }))
            .after(json!({ "waiter": name, "reference": order.reference })),
    );
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Everything of an order goes to another one, and the first ends.
pub async fn merge(tx: &mut Tx, id: OrderId, to: OrderId) -> Result<Order> {
    let (mut from, mut into) = both(tx, id, to).await?;
    let lines = from.merge_into(&mut into)?;
    let reason = format!("Merged into {}", into.title());
    moved(tx, &from, &into, &lines).await?;
    tx.journal(
        Entry::new("order.merged", "order", to)
            .before(json!({ "from": from.reference, "place": from.title() }))
            .after(json!({ "reference": into.reference, "lines": lines.len() })),
    );
    save_settled(tx, &mut into, Lines::AsTheyWere).await?;
    call_off(tx, &mut from, &reason).await?;
    Ok(into)
}

/// Some lines of an order go to another one: a party is split. Where nothing is left, the first ends.
pub async fn give_lines(
    tx: &mut Tx,
    id: OrderId,
    to: OrderId,
    wanted: &[(LineId, Option<Quantity>)],
) -> Result<Order> {
    let (mut from, mut into) = both(tx, id, to).await?;
    let cuts = from.give_lines(&mut into, wanted)?;
    for cut in &cuts {
        changes::cut(tx, *cut, &into, &from).await?;
        if let Some(of) = cut.of {
            kitchen::split_line(tx, id, of, cut.line, cut.pieces).await?;
        }
    }
    let lines: Vec<LineId> = cuts.iter().map(|cut| cut.line).collect();
    moved(tx, &from, &into, &lines).await?;
    let names = into.lines.iter().filter(|line| lines.contains(&line.id));
    let names: Vec<String> = names
        .map(|line| format!("{} × {}", line.quantity, line.name))
        .collect();
    tx.journal(
        Entry::new("order.lines_moved", "order", id)
            .before(json!({ "reference": from.reference, "place": from.title() }))
            .after(json!({ "reference": into.reference, "place": into.title(), "lines": names })),
    );
    save_settled(tx, &mut into, Lines::AsTheyWere).await?;
    if from.is_spent() {
        let reason = format!("Everything was moved to {}", into.title());
        call_off(tx, &mut from, &reason).await?;
    } else {
        save_settled(tx, &mut from, Lines::AsTheyWere).await?;
    }
    Ok(from)
}

/// Both orders, held in the one sequence that everybody holds to.
async fn both(tx: &Tx, one: OrderId, other: OrderId) -> Result<(Order, Order)> {
    if one == other {
        return Err(OrderRefusal::SameOrder.into());
    }
    changes::hold_orders(tx, &[one, other]).await?;
    Ok((
        store::find_for_update(tx, one).await?,
        store::find_for_update(tx, other).await?,
    ))
}

async fn moved(tx: &mut Tx, from: &Order, into: &Order, lines: &[LineId]) -> Result<()> {
    changes::move_lines(tx, into, lines).await?;
    kitchen::move_lines(tx, from.id, &snapshot(into, Money::ZERO), lines).await?;
    // Its own tickets say how many guests there are now.
    kitchen::retitle(tx, &snapshot(into, Money::ZERO)).await?;
    tx.changed(Changed::Order(from.id));
    Ok(())
}

async fn store_cut(tx: &mut Tx, order: &Order, cut: Cut) -> Result<()> {
    changes::cut(tx, cut, order, order).await?;
    match cut.of {
        Some(of) => kitchen::split_line(tx, order.id, of, cut.line, cut.pieces).await,
        None => Ok(()),
    }
}

/// A deed upon a sent line, for the audit log.
fn told(
    deed: &'static str,
    order: &Order,
    line: &Line,
    pieces: Quantity,
    fact: &impl serde::Serialize,
) -> Entry {
    Entry::new(deed, "order", order.id).before(json!({
        "reference": order.reference,
        "line": line.id,
        "name": line.name,
        "quantity": pieces,
        "of": line.quantity,
        "unit_price": line.unit_price,
        "was": fact,
    }))
}

//! The verbs of whoever takes orders: load and lock, ask the rule, store, say what changed.

use serde_json::json;
use time::Duration;

use super::line::{Line, NewLine};
use super::order::{Added, Kind, Order, OrderRefusal, Place};
use super::store::{self, Lines};
use crate::data::{Entry, Tally, Tx};
use crate::floor;
use crate::kitchen;
use crate::live::Changed;
use crate::menu::{self, Chosen, Menu, MenuRefusal, Pick, Product};
use crate::settings::Settings;
use crate::shifts;
use crate::staff::Person;
use crate::values::{
    BusinessDate, LineId, ModifierId, Money, OrderId, ProductId, Quantity, ShiftId, StationId,
    TableId,
};
use crate::web::{Error, Result};

/// How long an order without lines stays before it cancels itself.
const ABANDONED_AFTER: Duration = Duration::minutes(15);

/// Where a new order's guests are.
#[derive(Debug, Clone)]
pub enum NewPlace {
    /// At this table.
    Table(TableId),
    /// At the counter, or coming for it.
    Takeaway {
        /// Who it is for.
        name: Option<String>,
        /// How to reach them.
        phone: Option<String>,
    },
}

/// Opens an order under the id that the client minted. An id that exists is the same order again.
pub async fn open(
    tx: &mut Tx,
    by: &Person,
    settings: &Settings,
    id: OrderId,
    place: NewPlace,
    guests: i16,
) -> Result<()> {
    if store::exists(&*tx, id).await? {
        return Ok(());
    }
    let place = match place {
        NewPlace::Takeaway { name, phone } => Place::Takeaway { name, phone },
        NewPlace::Table(table) => {
            let table = floor::table(&*tx, table).await?;
            Place::Table {
                id: table.id,
                code: table.code,
                area: table.area,
            }
        }
    };
    let terminal = by.terminal.as_ref().map(|terminal| terminal.id);
    let date = shifts::business_date(tx).await?;
    let shift = shifts::ensure_open(tx, by.id, terminal).await?;
    let number = store::next_number(tx, date).await?;
    let order = Order {
        id,
        number,
        reference: format!("{}-{number:04}", date.compact()),
        business_date: date,
        place,
        guests,
        waiter: by.id,
        waiter_name: by.name.clone(),
        shift: Some(shift),
        shift_over: false,
        opened_at: tx.now(),
        tax_included: settings.prices_include_tax,
        given: None,
        service: settings.service_charge(),
        lines: Vec::new(),
        rounding: Default::default(),
        paid: Default::default(),
        first_sent_at: None,
        bill_printed_at: None,
        billed: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    };
    if !store::insert(tx, &order, by.id, terminal).await? {
        return Ok(());
    }
    tx.count(Tally::OrderOpened, order.kind().as_str());
    tx.changed(Changed::Order(id));
    tx.changed(Changed::Floor);
    Ok(())
}

/// Adds a product with its choices; `None` takes the usual ones, as a single tap does. Answers the order as it is now, as
/// every verb below does.
pub async fn add_line(
    tx: &mut Tx,
    by: &Person,
    menu: &Menu,
    id: OrderId,
    product: ProductId,
    picks: Option<&[Pick]>,
    mut asked: NewLine,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let product = menu::product_now(tx, menu, product).await?;
    let choice = match picks {
        Some(picks) => product.choose(picks)?,
        None => product.one_tap()?,
    };
    asked.from_stock = menu::take(tx, &product, asked.quantity).await?;
    let lines = match order.add(&product, choice, asked, by.id, tx.now())? {
        Added::Fresh(line) => Lines::Fresh(line),
        Added::Grown(line) => Lines::Changed(line),
    };
    save(tx, &mut order, lines).await?;
    Ok(order)
}

/// Sets the quantity of an unsent line. Its price stays the one that was captured when it was added: where the product costs
/// something else by now, what comes in addition is a line of its own.
pub async fn set_quantity(
    tx: &mut Tx,
    by: &Person,
    menu: &Menu,
    id: OrderId,
    line: LineId,
    quantity: Quantity,
) -> Result<Order> {
    let order = store::find_for_update(tx, id).await?;
    set_quantity_of(tx, by, menu, order, line, quantity).await
}

async fn set_quantity_of(
    tx: &mut Tx,
    by: &Person,
    menu: &Menu,
    mut order: Order,
    line: LineId,
    quantity: Quantity,
) -> Result<Order> {
    let before = order.unsent(line)?.clone();
    let mut from_stock = before.from_stock;
    if let Some(product) = before.product {
        if let Some(more) = quantity.minus(before.quantity) {
            let product = menu::product_now(tx, menu, product).await?;
            let taken = menu::take(tx, &product, more).await?;
            if product.price != before.base_price {
                return add_more(tx, by, order, &before, &product, (more, taken)).await;
            }
            from_stock += taken;
        } else {
            from_stock = from_stock.min(quantity.get());
            menu::give_back(tx, product, before.from_stock - from_stock).await?;
        }
    }
    order.set_quantity(line, quantity, from_stock)?;
    if let Some(gone) = before.quantity.minus(quantity) {
        let left = order.line(line)?.total();
        note_removed(tx, &order, &before, gone, before.total().less(left));
    }
    if before.announced {
        tell_held(tx, &order).await?;
    }
    save_settled(tx, &mut order, Lines::Changed(line)).await?;
    Ok(order)
}

async fn add_more(
    tx: &mut Tx,
    by: &Person,
    mut order: Order,
    line: &Line,
    product: &Product,
    more: (Quantity, i16),
) -> Result<Order> {
    let picks: Vec<Pick> = line.modifiers.iter().map(Chosen::pick).collect();
    let choice = product.choose(&picks)?;
    let (line, lines) = match order.add_more(line.id, product, choice, more, by.id, tx.now())? {
        Added::Fresh(line) => (line, Lines::Fresh(line)),
        Added::Grown(line) => (line, Lines::Changed(line)),
    };
    if order.line(line)?.announced {
        tell_held(tx, &order).await?;
    }
    save_settled(tx, &mut order, lines).await?;
    Ok(order)
}

/// One more or one less of an unsent line; none left takes it off.
pub async fn step_quantity(
    tx: &mut Tx,
    by: &Person,
    menu: &Menu,
    id: OrderId,
    line: LineId,
    step: i16,
) -> Result<Order> {
    let order = store::find_for_update(tx, id).await?;
    let quantity = i64::from(order.line(line)?.quantity.get()) + i64::from(step);
    if quantity <= 0 {
        return take_off(tx, order, line).await.map(|(order, _)| order);
    }
    let quantity = Quantity::new(quantity).map_err(|_| OrderRefusal::TooMany)?;
    set_quantity_of(tx, by, menu, order, line, quantity).await
}

/// Takes an unsent line off; answers it too.
pub async fn remove_line(tx: &mut Tx, id: OrderId, line: LineId) -> Result<(Order, Line)> {
    let order = store::find_for_update(tx, id).await?;
    take_off(tx, order, line).await
}

async fn take_off(tx: &mut Tx, mut order: Order, line: LineId) -> Result<(Order, Line)> {
    let line = order.remove(line)?;
    if line.announced {
        tell_held(tx, &order).await?;
    }
    if let Some(product) = line.product {
        menu::give_back(tx, product, line.from_stock).await?;
    }
    note_removed(tx, &order, &line, line.quantity, line.total());
    save_settled(tx, &mut order, Lines::Gone(line.id)).await?;
    Ok((order, line))
}

/// Free, and counted: what is taken off before it is sent, all of a line or some pieces of it.
fn note_removed(tx: &mut Tx, order: &Order, line: &Line, pieces: Quantity, worth: Money) {
    tx.journal(
        Entry::new("order.line_removed", "order", order.id).before(json!({
            "reference": order.reference,
            "line": line.id,
            "name": line.name,
            "quantity": pieces,
            "of": line.quantity,
            "total": worth,
        })),
    );
}

/// Changes note, allergy, seat or course of an unsent line.
pub async fn change_line(
    tx: &mut Tx,
    id: OrderId,
    line: LineId,
    change: impl FnOnce(&mut Line),
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    store_change(tx, &mut order, line, change).await?;
    Ok(order)
}

/// Gives an unsent line to the next seat.
pub async fn next_seat(tx: &mut Tx, id: OrderId, line: LineId) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    order.to_next_seat(line)?;
    if order.line(line)?.announced {
        tell_held(tx, &order).await?;
    }
    save(tx, &mut order, Lines::Changed(line)).await?;
    Ok(order)
}

/// Chooses anew for an unsent line, at the prices that were captured when it was added.
pub async fn set_modifiers(
    tx: &mut Tx,
    menu: &Menu,
    id: OrderId,
    line: LineId,
    picks: &[Pick],
    note: Option<String>,
    allergy: Option<String>,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let product = order
        .unsent(line)?
        .product
        .ok_or(OrderRefusal::NoSuchLine)?;
    let product = menu.product(product).ok_or(MenuRefusal::Gone)?;
    let choice = product.choose(picks)?;
    store_change(tx, &mut order, line, |line| {
        line.choose(choice);
        line.note = note;
        line.allergy = allergy;
    })
    .await?;
    Ok(order)
}

/// Takes one choice of an unsent line instead of another one of its group.
pub async fn choose_instead(
    tx: &mut Tx,
    menu: &Menu,
    id: OrderId,
    line: LineId,
    modifier: ModifierId,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    let before = order.unsent(line)?;
    let product = before.product.ok_or(OrderRefusal::NoSuchLine)?;
    let product = menu.product(product).ok_or(MenuRefusal::Gone)?;
    let choice = product.choose(&product.instead(&before.modifiers, modifier))?;
    store_change(tx, &mut order, line, |line| line.choose(choice)).await?;
    Ok(order)
}

async fn store_change(
    tx: &mut Tx,
    order: &mut Order,
    line: LineId,
    change: impl FnOnce(&mut Line),
) -> Result<()> {
    let changed = order.change(line, change)?;
    // Before the line goes that was swallowed: its station may have it in grey.
    if order.line(changed.kept)?.announced {
        tell_held(tx, order).await?;
    }
    if let Some(swallowed) = changed.swallowed {
        store::delete_line(tx, swallowed).await?;
    }
    save_settled(tx, order, Lines::Changed(changed.kept)).await
}

/// Hands the unsent lines to the kitchen: one ticket per station, in this transaction, exactly once. What is kept back is told
/// along.
pub async fn send(tx: &mut Tx, by: &Person, id: OrderId) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    if order.to_send().next().is_none() && order.to_announce().next().is_none() {
        return Ok(order);
    }
    if order.is_left() {
        take_up(tx, by, &mut order).await?;
    }
    let sent = send_unsent(tx, &mut order, Money::ZERO).await?;
    save_settled(tx, &mut order, Lines::Sent(&sent)).await?;
    Ok(order)
}

/// Sends what is unsent and tells what is kept back; answers which lines were sent. The caller saves the order with them.
/// `paying` is money that comes in the same moment.
pub(super) async fn send_unsent(
    tx: &mut Tx,
    order: &mut Order,
    paying: Money,
) -> Result<Vec<LineId>> {
    let sent = order.send(tx.now())?;
    let told = order.announce();
    if !told.is_empty() {
        store::changes::hold(tx, order, &told).await?;
    }
    if sent.is_empty() && told.is_empty() {
        return Ok(sent);
    }
    hand_over(tx, order, &sent, &[], paying).await?;
    Ok(sent)
}

/// Hands lines to the kitchen that were just sent, of which some were kept back before, with everything that still is.
pub(super) async fn hand_over(
    tx: &mut Tx,
    order: &Order,
    sent: &[LineId],
    were_held: &[LineId],
    paying: Money,
) -> Result<()> {
    let fired = order.lines.iter().filter(|line| sent.contains(&line.id));
    let fired = by_station(fired.map(|line| (line, were_held.contains(&line.id))));
    let has_held = order.announced().next().is_some() || !were_held.is_empty();
    let work = kitchen::Work {
        fired,
        held: has_held.then(|| by_station(order.announced().map(|line| (line, true)))),
    };
    kitchen::hand_over(tx, &snapshot(order, paying), work).await?;
    if sent.is_empty() {
        return Ok(());
    }
    let said: Vec<_> = order
        .lines
        .iter()
        .filter(|line| sent.contains(&line.id))
        .map(|line| json!({ "line": line.id, "name": line.name, "quantity": line.quantity }))
        .collect();
    tx.journal(Entry::new("order.sent", "order", order.id).after(json!({
        "reference": order.reference,
        "lines": said,
    })));
    Ok(())
}

/// Something that is kept back has changed: its station is told anew.
pub(super) async fn tell_held(tx: &mut Tx, order: &Order) -> Result<()> {
    let work = kitchen::Work {
        fired: Vec::new(),
        held: Some(by_station(order.announced().map(|line| (line, true)))),
    };
    kitchen::hand_over(tx, &snapshot(order, Money::ZERO), work).await
}

/// The order ends: its stations have nothing of it in grey any more.
pub(super) async fn withdraw_held(tx: &mut Tx, order: &mut Order) -> Result<()> {
    let told: Vec<LineId> = order.announced().map(|line| line.id).collect();
    if told.is_empty() {
        return Ok(());
    }
    for line in order.lines.iter_mut().filter(|line| line.announced) {
        (line.held, line.announced) = (false, false);
    }
    store::changes::hold(tx, order, &told).await?;
    tell_held(tx, order).await
}

/// What the kitchen is told about an order; `paying` is money that comes in the same moment.
pub(super) fn snapshot(order: &Order, paying: Money) -> kitchen::OrderSnapshot {
    let kind = match order.kind() {
        Kind::DineIn => kitchen::TicketKind::DineIn,
        Kind::Takeaway => kitchen::TicketKind::Takeaway,
    };
    kitchen::OrderSnapshot {
        order: order.id,
        number: order.number,
        title: order.title(),
        kind,
        guests: order.guests,
        waiter: order.waiter_name.clone(),
        customer: order.customer().map(str::to_owned),
        unpaid: kind == kitchen::TicketKind::Takeaway && (order.balance() - paying).is_positive(),
    }
}

fn by_station<'a>(
    lines: impl Iterator<Item = (&'a Line, bool)>,
) -> Vec<(StationId, Vec<kitchen::NewLine>)> {
    let mut stations: Vec<(StationId, Vec<kitchen::NewLine>)> = Vec::new();
    for (line, held) in lines {
        let work = for_kitchen(line, held);
        match stations
            .iter_mut()
            .find(|(station, _)| *station == line.station)
        {
            Some((_, lines)) => lines.push(work),
            None => stations.push((line.station, vec![work])),
        }
    }
    stations
}

fn for_kitchen(line: &Line, held: bool) -> kitchen::NewLine {
    kitchen::NewLine {
        line: line.id,
        quantity: line.quantity,
        name: line.name.clone(),
        second_name: line.kitchen_name.clone(),
        modifiers: line
            .modifiers
            .iter()
            .filter(|modifier| !modifier.silent)
            .map(|modifier| kitchen::TicketModifier {
                name: modifier.kitchen.clone(),
                loud: modifier.loud,
            })
            .collect(),
        note: line.note.clone(),
        allergy: line.allergy.clone(),
        seat: line.seat,
        course: line.course,
        prep_seconds: line.prep_seconds,
        held,
    }
}

/// Marks ready lines as served: those named, or all.
pub async fn serve(tx: &mut Tx, id: OrderId, named: &[LineId]) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    serve_lines(tx, &mut order, named).await?;
    Ok(order)
}

/// The same with an order that this transaction has locked; answers which lines.
pub async fn serve_lines(tx: &mut Tx, order: &mut Order, named: &[LineId]) -> Result<Vec<LineId>> {
    let served = order.serve(named)?;
    if served.is_empty() {
        return Ok(served);
    }
    tx.journal(
        Entry::new("order.served", "order", order.id)
            .after(json!({ "reference": order.reference, "lines": served })),
    );
    save(tx, order, Lines::Served(&served)).await?;
    Ok(served)
}

/// Takes back that lines of an order, which this transaction has locked, were carried out.
pub async fn take_back(tx: &mut Tx, order: &mut Order, named: &[LineId]) -> Result<()> {
    let back = order.take_back(named)?;
    tx.journal(
        Entry::new("order.serving_taken_back", "order", order.id)
            .after(json!({ "reference": order.reference, "lines": back })),
    );
    save(tx, order, Lines::TakenBack(&back)).await
}

/// Calls off an order of which nothing was sent, or nothing that is not struck out.
pub async fn cancel(tx: &mut Tx, id: OrderId, reason: &str) -> Result<()> {
    let mut order = store::find_for_update(tx, id).await?;
    if order.cancelled_at.is_some() {
        return Ok(());
    }
    order.cancel(tx.now())?;
    withdraw_held(tx, &mut order).await?;
    for line in order.lines.iter().filter(|line| line.is_unsent()) {
        if let Some(product) = line.product {
            menu::give_back(tx, product, line.from_stock).await?;
        }
    }
    store::note_cancelled(tx, id, tx.by().staff, reason).await?;
    tx.count(Tally::OrderCancelled, order.kind().as_str());
    tx.journal(
        Entry::new("order.cancelled", "order", id)
            .because(reason)
            .before(json!({ "reference": order.reference, "total": order.total(), "lines": order.lines.len() })),
    );
    save(tx, &mut order, Lines::AsTheyWere).await
}

/// Cancels the orders without lines (struck out ones are none) that nobody has touched for 15 minutes; answers how many.
pub async fn cancel_abandoned(tx: &mut Tx) -> Result<usize> {
    let abandoned = store::abandoned(&*tx, tx.now() - ABANDONED_AFTER).await?;
    for id in &abandoned {
        cancel_if_empty(tx, *id).await?;
    }
    Ok(abandoned.len())
}

/// Cancels an order that is left without lines; others stay as they are.
pub async fn cancel_if_empty(tx: &mut Tx, id: OrderId) -> Result<()> {
    let order = store::find_for_update(tx, id).await?;
    if order.is_open() && order.is_spent() {
        cancel(tx, id, "Left without lines").await?;
    }
    Ok(())
}

/// Changes the number of guests, or for whom a takeaway is.
pub async fn change_details(
    tx: &mut Tx,
    id: OrderId,
    guests: Option<i16>,
    name: Option<String>,
    phone: Option<String>,
) -> Result<Order> {
    let mut order = store::find_for_update(tx, id).await?;
    if !order.is_open() {
        return Err(OrderRefusal::Closed.into());
    }
    match &mut order.place {
        Place::Table { .. } => {
            let guests = guests.unwrap_or(order.guests);
            let seated = order.lines.iter().filter_map(|line| line.seat).max();
            if seated.is_some_and(|seat| seat > guests) {
                return Err(Error::field(
                    "guests",
                    "Something was ordered for a higher seat; move it first.",
                ));
            }
            order.guests = guests;
        }
        Place::Takeaway {
            name: for_whom,
            phone: how,
        } => {
            *for_whom = name;
            *how = phone;
        }
    }
    kitchen::retitle(tx, &snapshot(&order, Money::ZERO)).await?;
    save(tx, &mut order, Lines::AsTheyWere).await?;
    Ok(order)
}

/// Takes up an order that no open shift answers for.
///
/// The shift is held after the order here, against the usual order of locks: whoever holds a shift alone (its closing,
/// its float) waits only for orders of that shift, and this order is of none.
pub(super) async fn take_up(tx: &mut Tx, by: &Person, order: &mut Order) -> Result<()> {
    let terminal = by.terminal.as_ref().map(|terminal| terminal.id);
    let before = order.shift;
    let shift = shifts::ensure_open(tx, by.id, terminal).await?;
    order.take_up(shift);
    note_taken_up(tx, order, before);
    Ok(())
}

/// The audit log says whose shift answers for the order from now on.
pub(super) fn note_taken_up(tx: &mut Tx, order: &Order, before: Option<ShiftId>) {
    tx.journal(
        Entry::new("order.taken_up", "order", order.id)
            .before(json!({ "shift": before }))
            .after(json!({ "shift": order.shift, "reference": order.reference })),
    );
}

/// Notes that the order is settled, and closed, where what was changed leaves nothing to pay; then stores it.
pub(super) async fn save_settled(tx: &mut Tx, order: &mut Order, lines: Lines<'_>) -> Result<()> {
    settle(tx, order, None).await?;
    save(tx, order, lines).await
}

/// `held` is the business date that the caller holds. Without one (what is left costs nothing) it is asked for where this
/// is the first settling, which alone needs it.
pub(super) async fn settle(
    tx: &mut Tx,
    order: &mut Order,
    held: Option<BusinessDate>,
) -> Result<()> {
    if !order.is_settled() {
        return Ok(());
    }
    let date = match order.settled_date.or(held) {
        Some(date) => date,
        None => shifts::business_date(tx).await?,
    };
    let came = order.settle(tx.now(), date);
    if came.settled {
        // What is sent in the same moment is not told that it is unpaid.
        if order.kind() == Kind::Takeaway && order.first_sent_at.is_some_and(|at| at < tx.now()) {
            let stations = order.sent().map(|line| line.station);
            kitchen::paid(tx, order.id, stations).await?;
        }
        tx.count(Tally::OrderSettled, order.kind().as_str());
        tx.journal(Entry::new("order.settled", "order", order.id).after(json!({
            "reference": order.reference,
            "total": order.total(),
            "paid": order.paid,
        })));
    }
    Ok(())
}

/// Stores the order with what became of its lines, and says who must look again.
pub(super) async fn save(tx: &mut Tx, order: &mut Order, lines: Lines<'_>) -> Result<()> {
    if let Some(before) = order.see_change_of_bill() {
        tx.journal(
            Entry::new("order.changed_after_bill", "order", order.id)
                .before(json!({
                    "reference": order.reference,
                    "bill": order.billed.map(|billed| billed.total),
                    "total": before,
                }))
                .after(json!({ "total": order.total() })),
        );
    }
    store::save(tx, order, lines).await?;
    tx.changed(Changed::Order(order.id));
    tx.changed(Changed::Floor);
    Ok(())
}

//! What may become of an order after something was sent: kept back and fired, struck out, given free, moved.

use poem::{IntoResponse, Response, handler};

use super::forms::{
    Cancellation, Course, MergeInto, Moves, NewOpenItem, NewPlaceForm, NewTable, NewWaiter,
    Nothing, StrikeOut,
};
use super::{beginning_with, panel, text};
use crate::app::App;
use crate::data::{Claim, Tx};
use crate::orders::actions::{self, NewPlace};
use crate::orders::afterwards::{self, NewSeats, Why};
use crate::orders::change_sheets as sheets;
use crate::orders::changes::Which;
use crate::orders::line::OpenItem;
use crate::orders::order::{Order, Place};
use crate::orders::store;
use crate::orders::wishes;
use crate::staff::approval::{self, Agreed};
use crate::staff::{self, OrderTaker, Person};
use crate::values::{LineId, OrderId, Quantity};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Path, Result, url};
use crate::{floor, kitchen, menu};

/// Keeps an unsent line back.
#[handler]
pub async fn hold_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(_): Form<Nothing>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.hold_line", &(id, line));
    hold(&app, &by, asker, claim, id, (Which::Line(line), true)).await
}

/// Gives a line free that was kept back.
#[handler]
pub async fn release_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.release_line", &(id, line));
    hold(&app, &by, asker, claim, id, (Which::Line(line), false)).await
}

/// Keeps the unsent lines of a course back.
#[handler]
pub async fn hold_course(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, Course(course))): Path<(OrderId, Course)>,
    Form(_): Form<Nothing>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.hold_course", &(id, course));
    hold(&app, &by, asker, claim, id, (Which::Course(course), true)).await
}

/// Gives the lines of a course free that were kept back.
#[handler]
pub async fn release_course(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, Course(course))): Path<(OrderId, Course)>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.release_course", &(id, course));
    hold(&app, &by, asker, claim, id, (Which::Course(course), false)).await
}

async fn hold(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    id: OrderId,
    (which, held): (Which, bool),
) -> Result<Response> {
    let written = app
        .write(beginning_with(id, claim), async move |tx: &mut Tx| {
            afterwards::hold(tx, id, which, held).await
        })
        .await?;
    panel(app, by, asker, id, written.done()).await
}

/// Sends a line that was kept back.
#[handler]
pub async fn fire_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(_): Form<Nothing>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.fire_line", &(id, line));
    fire(&app, &by, asker, claim, id, Which::Line(line)).await
}

/// Sends a course, and nothing else.
#[handler]
pub async fn fire_course(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, Course(course))): Path<(OrderId, Course)>,
    Form(_): Form<Nothing>,
) -> Result<Response> {
    let claim = once.of(&by, "orders.fire_course", &(id, course));
    fire(&app, &by, asker, claim, id, Which::Course(course)).await
}

async fn fire(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    id: OrderId,
    which: Which,
) -> Result<Response> {
    let written = app
        .write(beginning_with(id, claim), async |tx: &mut Tx| {
            afterwards::fire(tx, by, id, which).await
        })
        .await?;
    panel(app, by, asker, id, written.done()).await
}

/// The sheet that strikes a line out.
#[handler]
pub async fn ask_void(
    app: App,
    by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let reasons = &app.settings().await?.void_reasons;
    let agree = agree(&app, &by).await?;
    Ok(Frag(sheets::void(id, order.line(line)?, reasons, &agree)))
}

/// The sheet that gives a line free.
#[handler]
pub async fn ask_comp(
    app: App,
    by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let reasons = &app.settings().await?.comp_reasons;
    let agree = agree(&app, &by).await?;
    Ok(Frag(sheets::comp(id, order.line(line)?, reasons, &agree)))
}

/// Who may agree to what this person asks.
pub(super) async fn agree(app: &App, by: &Person) -> Result<sheets::Agree> {
    Ok(sheets::Agree {
        approvers: approval::approvers(app, by).await?,
        on_terminal: by.terminal.is_some(),
        needed: !by.role.manages(),
    })
}

/// Strikes a sent line out.
#[handler]
pub async fn void(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<StrikeOut>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.void", &(id, line, &form)));
    let reason = Why::said(form.chosen.as_ref(), form.reason.as_ref())?;
    let wish = async || {
        let order = store::find(app.db(), id).await?;
        Ok(wishes::void(&order, line, form.quantity, &reason)?)
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, why) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, Why { consent, reason }),
    };
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::void(tx, id, line, form.quantity, &why).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// Gives a sent line free.
#[handler]
pub async fn comp(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<StrikeOut>,
) -> Result<Response> {
    let limit = app.settings().await?.comp_limit;
    let claim = beginning_with(id, once.of(&by, "orders.comp", &(id, line, &form)));
    let reason = Why::said(form.chosen.as_ref(), form.reason.as_ref())?;
    let wish = async || {
        let order = store::find(app.db(), id).await?;
        let wish = wishes::comp(&order, line, form.quantity, &reason)?;
        let (what, now) = ((line, form.quantity), app.clock().now());
        let by_admin =
            afterwards::comp_needs_an_admin(app.db(), &by, limit, order, what, now).await?;
        Ok(wish.for_an_admin(by_admin))
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, why) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, Why { consent, reason }),
    };
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::comp(tx, &by, limit, id, line, form.quantity, &why).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// The sheet that calls an order off.
#[handler]
pub async fn ask_cancel(app: App, by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let reasons = &app.settings().await?.void_reasons;
    let agree = agree(&app, &by).await?;
    Ok(Frag(sheets::cancel(&order, reasons, &agree)))
}

/// Calls an order off. Where something of it was sent, somebody has to agree.
#[handler]
pub async fn cancel(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<Cancellation>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.cancel", &(id, &form)));
    let order = store::find(app.db(), id).await?;
    // One that is called off already says nothing more about lines that somebody would have to agree to.
    if order.is_open() && order.sent().next().is_some() {
        let reason = Why::said(form.chosen.as_ref(), form.reason.as_ref())?;
        let now = app.clock().now();
        let wish = async || Ok(wishes::cancel(&order, &reason, now)?);
        let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
        let (claim, why) = match agreed {
            Agreed::Later(answer) => return Ok(answer),
            Agreed::Now(claim, consent) => (claim, Why { consent, reason }),
        };
        app.write(claim, async |tx: &mut Tx| {
            afterwards::cancel_sent(tx, id, &why).await
        })
        .await?;
        return Ok(Go::to(asker, url::floor()).into_response());
    }
    let reason = text(&form.reason).unwrap_or_else(|| "Cancelled before sending".to_owned());
    app.write(claim, async |tx: &mut Tx| {
        actions::cancel(tx, id, &reason).await
    })
    .await?;
    Ok(Go::to(asker, url::floor()).into_response())
}

/// The sheet for something that is not on the menu.
#[handler]
pub async fn ask_open_item(app: App, by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let mut stations = kitchen::stations(app.db()).await?;
    stations.retain(|station| station.kind.makes());
    let taxes = menu::tax_classes(app.db()).await?;
    let agree = agree(&app, &by).await?;
    Ok(Frag(sheets::open_item(&order, &stations, &taxes, &agree)))
}

/// Adds something that is not on the menu.
#[handler]
pub async fn add_open_item(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<NewOpenItem>,
) -> Result<Response> {
    let price = form
        .price
        .ok_or_else(|| Error::field("price", "Enter what one costs."))?;
    let stations = kitchen::stations(app.db()).await?;
    let station = stations
        .into_iter()
        .find(|station| station.id == form.station && station.kind.makes());
    let station = station.ok_or_else(|| Error::field("station", "Choose where it is made."))?;
    let taxes = menu::tax_classes(app.db()).await?;
    let tax = match form.tax {
        None => taxes.into_iter().next(),
        Some(wanted) => taxes.into_iter().find(|tax| tax.id == wanted),
    };
    let item = OpenItem {
        name: form.name.as_str().to_owned(),
        price,
        quantity: form.quantity.unwrap_or(Quantity::ONE),
        note: text(&form.note),
        seat: form.seat.map(|seat| seat.0),
        course: form.course.map_or(1, |course| course.0),
        station: (station.id, station.name),
        tax: tax.ok_or_else(|| Error::field("tax", "Choose how it is taxed."))?,
    };
    let claim = beginning_with(id, once.of(&by, "orders.add_open_item", &(id, &form)));
    let wish = async || {
        let order = store::find(app.db(), id).await?;
        order
            .clone()
            .add_open(item.clone(), by.id, app.clock().now())?;
        Ok(wishes::open_item(&order, &item))
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, consent) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, consent),
    };
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::add_open(tx, &by, id, item.clone(), &consent).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// The sheet that moves an order.
#[handler]
pub async fn ask_place(app: App, _by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let areas = floor::areas(app.db()).await?;
    let taken = store::open_orders(app.db()).await?;
    Ok(Frag(sheets::place(&order, &areas, &taken)))
}

/// The guests sit down elsewhere, or take it away.
#[handler]
pub async fn move_to(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<NewPlaceForm>,
) -> Result<Response> {
    let to = match form.table {
        NewTable::At(table) => NewSeats::Table(table),
        NewTable::Away => NewSeats::Takeaway,
    };
    let claim = beginning_with(id, once.of(&by, "orders.move_to", &(id, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::move_to(tx, id, &to).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// The sheet that gives an order to somebody else.
#[handler]
pub async fn ask_waiter(app: App, _by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let people = staff::order_takers(&app).await?;
    Ok(Frag(sheets::waiter(&order, &people)))
}

/// Somebody else serves an order from now on.
#[handler]
pub async fn transfer(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<NewWaiter>,
) -> Result<Response> {
    let people = staff::order_takers(&app).await?;
    let to = people.into_iter().find(|one| one.id == form.waiter);
    let to = to.ok_or_else(|| Error::field("waiter", "Choose who serves it from now on."))?;
    let claim = beginning_with(id, once.of(&by, "orders.transfer", &(id, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::transfer(tx, id, to.id, &to.name).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// The sheet that puts an order on another one.
#[handler]
pub async fn ask_merge(app: App, _by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let others = others(&app, id).await?;
    Ok(Frag(sheets::merge(&order, &others)))
}

async fn others(app: &App, id: OrderId) -> Result<Vec<crate::orders::OpenOrder>> {
    let mut others = store::open_orders(app.db()).await?;
    others.retain(|other| other.id != id);
    Ok(others)
}

/// Puts everything of an order on another one, and goes there.
#[handler]
pub async fn merge(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<MergeInto>,
) -> Result<Go> {
    let claim = once.of(&by, "orders.merge", &(id, &form));
    app.write(claim, async |tx: &mut Tx| {
        afterwards::merge(tx, id, form.order).await
    })
    .await?;
    Ok(Go::to(asker, url::order(form.order)))
}

/// The sheet that gives lines to another order.
#[handler]
pub async fn ask_moves(app: App, _by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let others = others(&app, id).await?;
    Ok(Frag(sheets::moves(&order, &others)))
}

/// Gives lines to another order, or to one that is opened for them in the same place.
#[handler]
pub async fn give_lines(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<Moves>,
) -> Result<Response> {
    let to = match (form.order, form.fresh) {
        (Some(order), _) => order,
        (None, Some(fresh)) if fresh.is_minted() => fresh,
        _ => return Err(Error::field("order", "Choose where they go.")),
    };
    let pieces = |line: &LineId| {
        form.pieces
            .iter()
            .find(|one| one.0 == *line)
            .map(|one| one.1)
    };
    let wanted: Vec<(LineId, Option<Quantity>)> =
        form.line.iter().map(|line| (*line, pieces(line))).collect();
    let settings = app.settings().await?;
    let claim = once.of(&by, "orders.give_lines", &(id, &form));
    let opens = form.order.is_none();
    let written = app
        .write(claim, async |tx: &mut Tx| {
            if opens {
                // Whoever opens an order holds the day and the shift before any order.
                let from = store::find(&*tx, id).await?;
                actions::open(tx, &by, &settings, to, beside(&from), 1).await?;
            }
            afterwards::give_lines(tx, id, to, &wanted).await
        })
        .await?;
    let order: Option<Order> = written.done();
    if order.as_ref().is_some_and(|order| !order.is_open()) {
        return Ok(Go::to(asker, url::order(to)).into_response());
    }
    panel(&app, &by, asker, id, order).await
}

/// Where another party of the same guests is.
fn beside(order: &Order) -> NewPlace {
    match &order.place {
        Place::Table { id, .. } => NewPlace::Table(*id),
        Place::Takeaway { .. } => NewPlace::Takeaway {
            name: None,
            phone: None,
        },
    }
}

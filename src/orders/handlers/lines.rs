//! What is on an order: products added, and what may be changed until they are sent.

use poem::{Response, handler};
use serde::Deserialize;

use super::forms::{Choices, LineCourse, LineNote, LineSeat, OtherChoice, SetQuantity, Step, Tap};
use super::{beginning_with, panel, panel_with, text};
use crate::app::App;
use crate::data::{Claim, Tx};
use crate::kitchen;
use crate::menu::{self, Pick};
use crate::orders::line::{Line, NewLine};
use crate::orders::order::Order;
use crate::orders::sheets::OnShift;
use crate::orders::{actions, panel, sheets, store};
use crate::shifts;
use crate::staff::OrderTaker;
use crate::values::{LineId, OrderId, ProductId, Quantity};
use crate::web::{Asker, Error, Form, Frag, Once, Path, Query, Result};

#[derive(Debug, Deserialize)]
struct ForNext {
    #[serde(default)]
    seat: String,
    #[serde(default)]
    course: String,
}

/// The sheet of a product's choices.
#[handler]
pub async fn show_choices(
    app: App,
    by: OrderTaker,
    Path((id, product)): Path<(OrderId, ProductId)>,
    Query(next): Query<ForNext>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let menu = app.menu().await?;
    let product = menu.product(product).ok_or(menu::MenuRefusal::Gone)?;
    let defaults = product
        .groups
        .iter()
        .flat_map(|group| group.defaults())
        .map(|modifier| Pick::plain(modifier.id))
        .collect();
    let chosen = sheets::Chosen {
        picks: defaults,
        note: "",
        allergy: "",
        seat: next.seat.parse().ok(),
        course: next.course.parse().unwrap_or(1),
    };
    let stock_of = if by.role.keeps_stock() {
        Some(OnShift(shifts::is_on_shift(app.db(), by.id).await?))
    } else {
        None
    };
    Ok(Frag(sheets::product(
        &order,
        product,
        &chosen,
        None,
        &app.settings().await?.note_templates,
        stock_of,
    )))
}

/// Adds a product.
#[handler]
pub async fn add_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(tap): Form<Tap>,
) -> Result<Response> {
    let menu = app.menu().await?;
    let picks = tap.picks();
    let asked = NewLine {
        quantity: tap.quantity.unwrap_or(Quantity::ONE),
        note: text(&tap.note),
        allergy: text(&tap.allergy),
        seat: tap.seat.map(|seat| seat.0),
        course: tap.course.map_or(1, |course| course.0),
        from_stock: 0,
    };
    let claim = beginning_with(id, once.of(&by, "orders.add_line", &(id, &tap)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let picks = picks.as_deref();
            actions::add_line(tx, &by, &menu, id, tap.product, picks, asked.clone()).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// Sets a quantity.
#[handler]
pub async fn set_quantity(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<SetQuantity>,
) -> Result<Response> {
    let menu = app.menu().await?;
    let claim = beginning_with(id, once.of(&by, "orders.set_quantity", &(id, line, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::set_quantity(tx, &by, &menu, id, line, form.quantity).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// One more, one less.
#[handler]
pub async fn step_quantity(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<Step>,
) -> Result<Response> {
    let menu = app.menu().await?;
    let claim = beginning_with(id, once.of(&by, "orders.step_quantity", &(id, line, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::step_quantity(tx, &by, &menu, id, line, form.by.0).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// Takes an unsent line off, and offers to take that back.
#[handler]
pub async fn remove_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.remove_line", &(id, line)));
    let removed = app
        .write(claim, async |tx: &mut Tx| {
            actions::remove_line(tx, id, line).await
        })
        .await?
        .done();
    let undo = removed.as_ref().map(|(_, line)| panel::removed(id, line));
    let order = removed.map(|(order, _)| order);
    panel_with(&app, &by, asker, id, order, undo.unwrap_or_default()).await
}

/// Takes one choice of a line instead of another one of its group.
#[handler]
pub async fn choose_instead(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<OtherChoice>,
) -> Result<Response> {
    let menu = app.menu().await?;
    let claim = beginning_with(
        id,
        once.of(&by, "orders.choose_instead", &(id, line, &form)),
    );
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::choose_instead(tx, &menu, id, line, form.modifier).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

/// The sheet of a line's note.
#[handler]
pub async fn ask_note(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let templates = &app.settings().await?.note_templates;
    Ok(Frag(sheets::note(id, order.line(line)?, templates)))
}

/// The sheet of a line's seat.
#[handler]
pub async fn ask_seat(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    Ok(Frag(sheets::seat(&order, order.line(line)?)))
}

/// The sheet of a line's course and of where it is made.
#[handler]
pub async fn ask_course(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let stations = kitchen::stations(app.db()).await?;
    Ok(Frag(sheets::course(id, order.line(line)?, &stations)))
}

/// The sheet of a line's choices.
#[handler]
pub async fn ask_modifiers(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let line = order.line(line)?;
    let menu = app.menu().await?;
    let product = line
        .product
        .and_then(|product| menu.product(product))
        .ok_or(menu::MenuRefusal::Gone)?;
    let chosen = sheets::Chosen {
        picks: line.modifiers.iter().map(menu::Chosen::pick).collect(),
        note: line.note.as_deref().unwrap_or(""),
        allergy: line.allergy.as_deref().unwrap_or(""),
        seat: line.seat,
        course: line.course,
    };
    Ok(Frag(sheets::product(
        &order,
        product,
        &chosen,
        Some(line),
        &app.settings().await?.note_templates,
        None,
    )))
}

/// Stores a line's note and allergy.
#[handler]
pub async fn set_note(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<LineNote>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.set_note", &(id, line, &form)));
    let changed = change(&app, claim, id, line, |line| {
        line.note = text(&form.note);
        line.allergy = text(&form.allergy);
    })
    .await?;
    panel(&app, &by, asker, id, changed).await
}

/// Stores a line's seat.
#[handler]
pub async fn set_seat(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<LineSeat>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.set_seat", &(id, line, &form)));
    if form.next {
        let next = async |tx: &mut Tx| actions::next_seat(tx, id, line).await;
        let written = app.write(claim, next).await?;
        return panel(&app, &by, asker, id, written.done()).await;
    }
    let changed = change(&app, claim, id, line, |line| {
        line.seat = form.seat.map(|seat| seat.0);
    })
    .await?;
    panel(&app, &by, asker, id, changed).await
}

/// Stores a line's course, and where it is made this time: the pastry's oven is free, or the bar is short of hands.
#[handler]
pub async fn set_course(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<LineCourse>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.set_course", &(id, line, &form)));
    let station = match form.station {
        None => None,
        Some(wanted) => {
            let mut stations = kitchen::stations(app.db()).await?.into_iter();
            let found = stations.find(|station| station.id == wanted && station.kind.makes());
            Some(found.ok_or_else(|| Error::field("station", "Choose where it is made."))?)
        }
    };
    let changed = change(&app, claim, id, line, |line| {
        line.course = form.course.0;
        if let Some(station) = station {
            (line.station, line.station_name) = (station.id, station.name);
        }
    })
    .await?;
    panel(&app, &by, asker, id, changed).await
}

/// Changes what is written on an unsent line.
async fn change<F>(
    app: &App,
    claim: Claim,
    id: OrderId,
    line: LineId,
    change: F,
) -> Result<Option<Order>>
where
    F: FnOnce(&mut Line) + Clone,
{
    let written = app
        .write(claim, async move |tx: &mut Tx| {
            actions::change_line(tx, id, line, change).await
        })
        .await?;
    Ok(written.done())
}

/// Stores a line's choices.
#[handler]
pub async fn set_modifiers(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<Choices>,
) -> Result<Response> {
    let menu = app.menu().await?;
    let picks = form.picks();
    let claim = beginning_with(id, once.of(&by, "orders.set_modifiers", &(id, line, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let (note, allergy) = (text(&form.note), text(&form.allergy));
            actions::set_modifiers(tx, &menu, id, line, &picks, note, allergy).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

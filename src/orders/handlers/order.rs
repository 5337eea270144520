//! An order as a whole: opened, shown, sent, carried out, called off.

use maud::html;
use poem::http::StatusCode;
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;
use tracing::Instrument as _;

use super::forms::{Details, NewOrder, Nothing, Servings};
use super::{as_json, beginning_with, panel, text};
use crate::app::App;
use crate::data::Tx;
use crate::kitchen;
use crate::orders::actions::{self, NewPlace};
use crate::orders::{feed, panel, sheets, store, view};
use crate::staff::OrderTaker;
use crate::ui;
use crate::values::{LineId, OrderId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// Opens an order under the id that the client minted, and goes there.
#[handler]
pub async fn open(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(new): Form<NewOrder>,
) -> Result<Response> {
    if !id.is_minted() {
        return Err(Error::unreadable());
    }
    let place = match (new.kind.as_str(), new.table) {
        ("dine_in", Some(table)) => NewPlace::Table(table),
        ("dine_in", None) => return Err(Error::field("table", "Choose a table.")),
        ("takeaway", _) => NewPlace::Takeaway {
            name: new.name.as_ref().map(|name| name.as_str().to_owned()),
            phone: new.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        },
        _ => return Err(Error::field("kind", "An order is dine_in or takeaway.")),
    };
    let guests = new.guests.map_or(1, |guests| guests.0);
    let settings = app.settings().await?;
    let claim = once.of(&by, "orders.open", &(id, &new));
    app.write(claim, async |tx: &mut Tx| {
        actions::open(tx, &by, &settings, id, place.clone(), guests).await
    })
    .await?;
    if asker == Asker::Machine {
        let order = store::find(app.db(), id).await?;
        return Ok(as_json(&order).into_response());
    }
    Ok(Go::to(asker, url::order(id)).into_response())
}

/// The order screen, or the order as JSON.
#[handler]
pub async fn show(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<OrderId>,
) -> Result<Response> {
    let order = store::find(app.db(), id).await?;
    if asker == Asker::Machine {
        return Ok(as_json(&order).into_response());
    }
    let settings = app.settings().await?;
    let menu = app.menu().await?;
    let favourites = app.favourites().await?;
    let (_, products) = view::shown(&menu, &favourites, None, "");
    let page = view::page(&view::Screen {
        menu: &menu,
        favourites: &products,
        person: &by,
        panel: panel::Panel {
            order: &order,
            receipts: &feed::receipts(&app, &order).await?,
            pays: by.role.takes_payments(&settings),
            unit: settings.cash_rounding,
            days: &settings.day_rule(),
            menu: &menu,
        },
        cafe: &settings.cafe_name,
        now: app.clock().now(),
    });
    Ok(Page(page).into_response())
}

#[derive(Debug, Deserialize)]
struct Shown {
    /// Empty as long as the favourites are shown.
    #[serde(default)]
    category: String,
    #[serde(default)]
    q: String,
}

/// The tiles of a category or a search.
#[handler]
pub async fn show_menu(
    app: App,
    _by: OrderTaker,
    Path(id): Path<OrderId>,
    Query(shown): Query<Shown>,
) -> Result<Frag> {
    let menu = app.menu().await?;
    let favourites = app.favourites().await?;
    let typed: String = shown.q.chars().take(60).collect();
    let (label, products) = view::shown(&menu, &favourites, shown.category.parse().ok(), &typed);
    Ok(Frag(view::menu_grid(id, &label, &products)))
}

/// Hands the unsent lines to the kitchen.
#[handler]
pub async fn send(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(_): Form<Nothing>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.send", &id));
    let written = app
        .write(claim, async |tx: &mut Tx| actions::send(tx, &by, id).await)
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

#[derive(Debug, Deserialize)]
struct NamedLine {
    line: Option<LineId>,
}

/// Marks what was carried out as served.
#[handler]
pub async fn serve(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Query(named): Query<NamedLine>,
    Form(form): Form<Servings>,
) -> Result<Response> {
    let lines: Vec<LineId> = form.line.iter().copied().chain(named.line).collect();
    let claim = beginning_with(id, once.of(&by, "orders.serve", &(id, &lines)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::serve(tx, id, &lines).await
        })
        .await?;
    if form.from.is_some() {
        // The floor has no revision by which a screen could tell an older picture from a newer one: its feed alone draws.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    panel(&app, &by, asker, id, written.done()).await
}

/// How long after a screen was left it is seen whether somebody is still on the order: a page that is only loaded again
/// needs less to be back.
const MAY_COME_BACK: std::time::Duration = std::time::Duration::from_secs(4);

/// Prints the tickets of an order once more, as duplicates.
#[handler]
pub async fn print_tickets(
    app: App,
    by: OrderTaker,
    once: Once,
    Path(id): Path<OrderId>,
) -> Result<Frag> {
    let claim = beginning_with(id, once.of(&by, "orders.print_tickets", &id));
    app.write(claim, async |tx: &mut Tx| {
        kitchen::prints::duplicate_order(tx, id).await
    })
    .await?;
    let said = "Duplicates are on their way to the printers.";
    Ok(Frag(html! {
        (ui::dialog::closed())
        hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, said)) }
    }))
}

/// The screen of an order is left: one without lines cancels itself, unless somebody else is on it, or comes back at once.
#[handler]
pub async fn leave(
    app: App,
    by: OrderTaker,
    once: Once,
    Path(id): Path<OrderId>,
) -> Result<StatusCode> {
    let claim = beginning_with(id, once.of(&by, "orders.leave", &id));
    // Whoever leaves does not wait for this. Should the program stop meanwhile, the order is found in 15 minutes.
    let look = async move {
        tokio::time::sleep(MAY_COME_BACK).await;
        if feed::is_watched(&app, id) {
            return;
        }
        let left = app.write(claim, async |tx: &mut Tx| {
            actions::cancel_if_empty(tx, id).await
        });
        if let Err(failure) = left.await {
            tracing::debug!(order = %id, %failure, "an order that was left could not be looked at");
        }
    };
    tokio::spawn(look.in_current_span());
    Ok(StatusCode::NO_CONTENT)
}

/// The sheet of an order's options.
#[handler]
pub async fn ask_details(app: App, by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    let offered = sheets::Offered {
        prints: kitchen::prints::may_print(app.db(), id).await?,
        story: by.role.manages(),
    };
    Ok(Frag(sheets::details(&order, offered)))
}

/// Stores guests, name or phone.
#[handler]
pub async fn set_details(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<Details>,
) -> Result<Response> {
    let claim = beginning_with(id, once.of(&by, "orders.set_details", &(id, &form)));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let guests = form.guests.map(|guests| guests.0);
            actions::change_details(tx, id, guests, text(&form.name), text(&form.phone)).await
        })
        .await?;
    panel(&app, &by, asker, id, written.done()).await
}

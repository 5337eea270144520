//! One function per URL of the till: read input, write, read, draw.

use maud::html;
use poem::handler;
use poem::http::StatusCode;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::actions::{self, NewPlace};
use super::floor_view::{self, Here};
use super::line::{LineState, NewLine};
use super::order::Order;
use super::{feed, sheets, store, view};
use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::menu;
use crate::staff::{OrderTaker, Person};
use crate::ui;
use crate::values::{
    CategoryId, LineId, ModifierId, Note, OrderId, ProductId, Quantity, Short, TableId, Text,
};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// A telephone number as people write it.
type Phone = Text<30>;

form! {
    /// A new order.
    pub struct NewOrder {
        kind: one String,
        table: opt TableId,
        guests: opt Guests,
        name: opt Short,
        phone: opt Phone,
    }
}

form! {
    /// A tap on a product, or the sheet of its choices.
    pub struct Tap {
        product: one ProductId,
        quantity: opt Quantity,
        /// Present where the sheet was used: then no choice means none.
        choices: flag bool,
        modifier: many ModifierId,
        of_group: prefixed @ "m-" ModifierId,
        note: opt Note,
        allergy: opt Short,
        seat: opt Seat,
        course: opt Course,
    }
}

form! {
    /// Other choices for a line.
    pub struct Choices {
        modifier: many ModifierId,
        of_group: prefixed @ "m-" ModifierId,
        note: opt Note,
        allergy: opt Short,
    }
}

form! {
    /// A quantity.
    pub struct SetQuantity { quantity: one Quantity }
}

form! {
    /// One more or one less.
    pub struct Step { by: one Steps }
}

form! {
    /// A line's note and allergy.
    pub struct LineNote { note: opt Note, allergy: opt Short }
}

form! {
    /// A line's seat.
    pub struct LineSeat { seat: opt Seat }
}

form! {
    /// A line's course.
    pub struct LineCourse { course: one Course }
}

form! {
    /// Guests, or for whom a takeaway is.
    pub struct Details { guests: opt Guests, name: opt Short, phone: opt Phone }
}

form! {
    /// Why an order is called off.
    pub struct Cancellation { reason: opt Note }
}

form! {
    /// Nothing but the address.
    pub struct Nothing {}
}

form! {
    /// Which lines were carried out: all that are ready where none is named.
    pub struct Servings { line: many LineId, from: opt Short }
}

/// A number within bounds, with the sentence for one that is not.
macro_rules! bounded {
    ($(#[$meta:meta])* $name:ident: $from:literal..=$to:literal, $sentence:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub struct $name(pub i16);

        impl std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                match text.trim().parse() {
                    Ok(number @ $from..=$to) => Ok($name(number)),
                    _ => Err($sentence),
                }
            }
        }
    };
}

bounded! { /// How many guests.
Guests: 1..=99, "Between 1 and 99 guests." }
bounded! { /// A seat of the table.
Seat: 1..=99, "Seats are numbered from 1." }
bounded! { /// When a line is to be cooked.
Course: 1..=9, "Courses are numbered from 1 to 9." }
bounded! { /// By how many a quantity changes.
Steps: -999..=999, "Between −999 and 999." }

/// The floor.
#[handler]
pub async fn show_floor(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Floor).await
}

/// All open orders.
#[handler]
pub async fn list_orders(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Orders).await
}

/// What waits to be carried out.
#[handler]
pub async fn show_ready(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Ready).await
}

async fn floor_screen(app: &App, by: &Person, here: Here) -> Result<Page> {
    let floor = feed::load(app).await?;
    let cafe = &app.settings().await?.cafe_name;
    Ok(Page(floor_view::page(&floor, by, cafe, here)))
}

/// A table: straight to its one order, or the choice of parties, or how many guests sit down.
#[handler]
pub async fn open_table(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<TableId>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
    let table = crate::floor::table(app.db(), id).await?;
    let orders = store::open_at_table(app.db(), id).await?;
    if let [only] = orders.as_slice() {
        return Ok(Go::to(asker, url::order(only.id)).into_response());
    }
    let cafe = &app.settings().await?.cafe_name;
    let page = floor_view::table_page(&table, &orders, &by, cafe, app.clock().now());
    Ok(Page(page).into_response())
}

/// The dialog of a new takeaway.
#[handler]
pub async fn ask_takeaway(_by: OrderTaker) -> Result<Frag> {
    Ok(Frag(floor_view::new_takeaway()))
}

/// Opens an order under the id that the client minted, and goes there.
#[handler]
pub async fn open(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(new): Form<NewOrder>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
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
) -> Result<poem::Response> {
    use poem::IntoResponse;
    let order = store::find(app.db(), id).await?;
    if asker == Asker::Machine {
        return Ok(as_json(&order).into_response());
    }
    let settings = app.settings().await?;
    let menu = app.menu().await?;
    let favourites = favourites(&app).await?;
    let (_, products) = view::shown(&menu, &favourites, None, "");
    let page = view::page(&view::Screen {
        order: &order,
        menu: &menu,
        favourites: &products,
        person: &by,
        pays: by.role.takes_payments(&settings),
        cafe: &settings.cafe_name,
        now: app.clock().now(),
        days: &settings.day_rule(),
    });
    Ok(Page(page).into_response())
}

#[derive(Debug, Deserialize)]
struct Shown {
    category: Option<CategoryId>,
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
    let favourites = favourites(&app).await?;
    let typed: String = shown.q.chars().take(60).collect();
    let (label, products) = view::shown(&menu, &favourites, shown.category, &typed);
    Ok(Frag(view::menu_grid(id, &label, &products)))
}

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
        .map(|modifier| modifier.id)
        .collect();
    let chosen = sheets::Chosen {
        modifiers: defaults,
        note: "",
        allergy: "",
        seat: next.seat.parse().ok(),
        course: next.course.parse().unwrap_or(1),
    };
    Ok(Frag(sheets::product(
        &order,
        product,
        &chosen,
        None,
        by.role.keeps_stock(),
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
) -> Result<poem::Response> {
    let menu = app.menu().await?;
    let chosen: Vec<ModifierId> = tap.modifier.iter().chain(&tap.of_group).copied().collect();
    let asked = NewLine {
        quantity: tap.quantity.unwrap_or(Quantity::ONE),
        note: text(&tap.note),
        allergy: text(&tap.allergy),
        seat: tap.seat.map(|seat| seat.0),
        course: tap.course.map_or(1, |course| course.0),
    };
    let claim = once.of(&by, "orders.add_line", &(id, &tap));
    let chosen = (tap.choices || !chosen.is_empty()).then_some(chosen);
    app.write(claim, async |tx: &mut Tx| {
        let chosen = chosen.as_deref();
        actions::add_line(tx, &by, &menu, id, tap.product, chosen, asked.clone()).await
    })
    .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let menu = app.menu().await?;
    let claim = once.of(&by, "orders.set_quantity", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::set_quantity(tx, &menu, id, line, form.quantity).await
    })
    .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let menu = app.menu().await?;
    let claim = once.of(&by, "orders.step_quantity", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::step_quantity(tx, &menu, id, line, form.by.0).await
    })
    .await?;
    panel(&app, &by, asker, id).await
}

/// Takes an unsent line off.
#[handler]
pub async fn remove_line(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<poem::Response> {
    let claim = once.of(&by, "orders.remove_line", &(id, line));
    app.write(claim, async |tx: &mut Tx| {
        actions::remove_line(tx, id, line).await
    })
    .await?;
    panel(&app, &by, asker, id).await
}

/// The sheet of a line's note.
#[handler]
pub async fn ask_note(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    Ok(Frag(sheets::note(id, order.line(line)?)))
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

/// The sheet of a line's course.
#[handler]
pub async fn ask_course(
    app: App,
    _by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    Ok(Frag(sheets::course(id, order.line(line)?)))
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
        modifiers: line
            .modifiers
            .iter()
            .filter(|modifier| !modifier.left_out)
            .map(|modifier| modifier.id)
            .collect(),
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
        false,
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
) -> Result<poem::Response> {
    let claim = once.of(&by, "orders.set_note", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::change_line(tx, id, line, |line| {
            line.note = text(&form.note);
            line.allergy = text(&form.allergy);
        })
        .await
    })
    .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let claim = once.of(&by, "orders.set_seat", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::change_line(tx, id, line, |line| {
            line.seat = form.seat.map(|seat| seat.0)
        })
        .await
    })
    .await?;
    panel(&app, &by, asker, id).await
}

/// Stores a line's course.
#[handler]
pub async fn set_course(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<LineCourse>,
) -> Result<poem::Response> {
    let claim = once.of(&by, "orders.set_course", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::change_line(tx, id, line, |line| line.course = form.course.0).await
    })
    .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let menu = app.menu().await?;
    let chosen: Vec<ModifierId> = form
        .modifier
        .iter()
        .chain(&form.of_group)
        .copied()
        .collect();
    let claim = once.of(&by, "orders.set_modifiers", &(id, line, &form));
    app.write(claim, async |tx: &mut Tx| {
        let (note, allergy) = (text(&form.note), text(&form.allergy));
        actions::set_modifiers(tx, &menu, id, line, &chosen, note, allergy).await
    })
    .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let claim = once.of(&by, "orders.send", &id);
    app.write(claim, async |tx: &mut Tx| actions::send(tx, &by, id).await)
        .await?;
    panel(&app, &by, asker, id).await
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
) -> Result<poem::Response> {
    let lines: Vec<LineId> = form.line.iter().copied().chain(named.line).collect();
    let claim = once.of(&by, "orders.serve", &(id, &lines));
    app.write(claim, async |tx: &mut Tx| {
        actions::serve(tx, id, &lines).await
    })
    .await?;
    if form.from.is_some() {
        use poem::IntoResponse;
        let floor = feed::load(&app).await?;
        return Ok(Frag(floor_view::regions(&floor)).into_response());
    }
    panel(&app, &by, asker, id).await
}

/// Calls an order off.
#[handler]
pub async fn cancel(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<Cancellation>,
) -> Result<Go> {
    let claim = once.of(&by, "orders.cancel", &(id, &form));
    let reason = text(&form.reason).unwrap_or_else(|| "Cancelled before sending".to_owned());
    app.write(claim, async |tx: &mut Tx| {
        actions::cancel(tx, id, &reason).await
    })
    .await?;
    Ok(Go::to(asker, url::floor()))
}

/// The screen of an order is left: one without lines cancels itself.
#[handler]
pub async fn leave(
    app: App,
    by: OrderTaker,
    once: Once,
    Path(id): Path<OrderId>,
) -> Result<StatusCode> {
    let claim = once.of(&by, "orders.leave", &id);
    app.write(claim, async |tx: &mut Tx| {
        actions::cancel_if_empty(tx, id).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sheet of an order's options.
#[handler]
pub async fn ask_details(app: App, _by: OrderTaker, Path(id): Path<OrderId>) -> Result<Frag> {
    Ok(Frag(sheets::details(&store::find(app.db(), id).await?)))
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
) -> Result<Go> {
    let claim = once.of(&by, "orders.set_details", &(id, &form));
    app.write(claim, async |tx: &mut Tx| {
        let guests = form.guests.map(|guests| guests.0);
        actions::change_details(tx, id, guests, text(&form.name), text(&form.phone)).await
    })
    .await?;
    // Title, seats and guests stand outside the regions that swap: draw the screen anew.
    Ok(Go::to(asker, url::order(id)))
}

/// The present state of the panel, for a person or as JSON.
async fn panel(app: &App, by: &Person, asker: Asker, id: OrderId) -> Result<poem::Response> {
    use poem::IntoResponse;
    let order = store::find(app.db(), id).await?;
    if asker == Asker::Machine {
        return Ok(as_json(&order).into_response());
    }
    let settings = app.settings().await?;
    let pays = by.role.takes_payments(&settings);
    let regions = view::regions(&order, pays, app.clock().now(), &settings.day_rule());
    Ok(Frag(html! { (regions) (ui::dialog::closed()) }).into_response())
}

fn as_json(order: &Order) -> poem::web::Json<serde_json::Value> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.id,
                "productId": line.product,
                "name": line.name,
                "quantity": line.quantity.get(),
                "unitPrice": line.unit_price.minor(),
                "total": line.total().minor(),
                "state": line.state.as_str(),
                "seat": line.seat,
                "course": line.course,
                "ready": line.state == LineState::Ready,
            })
        })
        .collect();
    poem::web::Json(serde_json::json!({
        "id": order.id,
        "orderNumber": order.reference,
        "number": order.number,
        "title": order.title(),
        "orderType": order.kind().as_str(),
        "status": order.status().as_str(),
        "total": order.total().minor(),
        "paid": order.paid.minor(),
        "balance": order.balance().minor(),
        "revision": order.revision,
        "lines": lines,
    }))
}

async fn favourites(app: &App) -> Result<std::sync::Arc<Vec<ProductId>>> {
    let week = start_of_week(app.clock().now());
    app.favourites(week).await
}

/// Monday at midnight, UTC: the places of favourites are kept for a week.
fn start_of_week(now: OffsetDateTime) -> OffsetDateTime {
    let monday = now.date() - Duration::days(now.weekday().number_days_from_monday().into());
    monday.midnight().assume_utc()
}

fn text<const MAX: usize>(text: &Option<Text<MAX>>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

//! The floor: tables by area with their live state, open orders, and what waits to be carried out.

use std::ops::Deref;
use std::sync::Arc;

use maud::{Markup, html};
use time::OffsetDateTime;

use super::panel::badge_of;
use super::status::Status;
use super::store::{OpenOrder, Waiting};
use super::view::since;
use crate::floor::{Area, Table};
use crate::shifts::{self, Shift};
use crate::staff::{Person, Role, short_name};
use crate::ui::{self, BodyKind, Tab, icon};
use crate::values::{OrderId, TableId, epoch_millis};
use crate::web::url;

/// What the floor is drawn from.
pub struct Floor {
    /// The same for all who look until something on it moves.
    pub facts: Arc<Facts>,
    /// The time.
    pub now: OffsetDateTime,
}

/// What is on the floor.
pub struct Facts {
    /// The house.
    pub areas: Vec<Area>,
    /// Open orders, oldest first.
    pub orders: Vec<OpenOrder>,
    /// Closed orders of which something waits to be carried out.
    pub waiting: Vec<OpenOrder>,
}

impl Deref for Floor {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Facts {
    fn at(&self, table: TableId) -> Vec<&OpenOrder> {
        self.orders
            .iter()
            .filter(|order| order.table == Some(table))
            .collect()
    }

    fn ready(&self) -> Vec<&OpenOrder> {
        let mut ready: Vec<&OpenOrder> = self
            .orders
            .iter()
            .chain(&self.waiting)
            .filter(|order| order.ready > 0)
            .collect();
        ready.sort_by_key(|order| order.ready_since);
        ready
    }

    /// Counter sales and takeaways.
    fn away(&self) -> Vec<&OpenOrder> {
        self.orders
            .iter()
            .filter(|order| order.table.is_none())
            .collect()
    }
}

/// Which of the till's tabs is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Tables.
    Floor,
    /// All open orders.
    Orders,
    /// What waits to be carried out.
    Ready,
    /// One's own shift.
    Shift,
}

/// The till's tabs; `ready` is how many orders wait to be carried out.
pub fn till_tabs(here: Option<Here>, ready: usize) -> Markup {
    let tab = |name, label, href, at| Tab {
        icon: name,
        label,
        href,
        count: None,
        status: None,
        here: here == Some(at),
    };
    let (floor, orders, waiting, shift) = (url::floor(), url::orders(), url::ready(), url::shift());
    ui::tabs(&[
        tab("floor", "Floor", &floor, Here::Floor),
        tab("receipt", "Orders", &orders, Here::Orders),
        Tab {
            count: Some(("ready-count", ready)),
            status: Some("ready"),
            ..tab("ready", "Ready", &waiting, Here::Ready)
        },
        tab("cash", "Shift", &shift, Here::Shift),
    ])
}

/// The bar of a till's screen with its tabs.
pub fn till_bar(person: &Person, here: Option<Here>, ready: usize) -> Markup {
    let person = person.shown();
    ui::top_bar(
        ui::TopBar {
            person: Some(&person),
            ..ui::TopBar::default()
        },
        till_tabs(here, ready),
    )
}

/// The floor screen.
pub fn page(floor: &Floor, forgotten: &[Shift], person: &Person, cafe: &str, here: Here) -> Markup {
    let stream = format!("{}?view=floor", url::stream());
    let content = html! {
        (till_bar(person, Some(here), floor.ready().len()))
        (shifts::forgotten_banner(forgotten, person))
        @match here {
            Here::Orders => main.scroll { div.narrow {
                div.row.wrap {
                    h1.big-h { "Open orders" }
                    span.push {}
                    @if person.role.manages() || person.role == Role::Cashier { a.btn.lg href=(url::pending_payments()) { (icon("phone")) "Mobile money" } }
                }
                section.card.flush { (all_orders(floor)) }
            } },
            Here::Ready => main.scroll { div.narrow {
                div.row { h1.big-h { "Ready to serve" } span.push {} a.btn.lg href=(url::boards()) { (icon("ready")) "The pass" } }
                (ready_list(floor))
            } },
            Here::Floor | Here::Shift => (floor_main(floor)),
        }
    };
    let title = match here {
        Here::Orders => "Orders",
        Here::Ready => "Ready",
        Here::Floor | Here::Shift => "Floor",
    };
    ui::page(
        ui::Page {
            stream: Some(&stream),
            sign_in: Some(&url::sign_in()),
            now_ms: Some(epoch_millis(floor.now)),
            ..ui::Page::new(BodyKind::Pos, title, cafe)
        },
        content,
    )
}

fn floor_main(floor: &Floor) -> Markup {
    html! {
        main.floor {
            h1.vh { "Floor" }
            (ready_strip(floor))
            div.areas.scroll tabindex="0" role="group" aria-label="Tables" {
                fieldset.seg.filter data-filter="#floor" {
                    legend.vh { "Show tables" }
                    label { input type="radio" name="show" value="all" checked; "All " span data-tables="all" {} }
                    label { input type="radio" name="show" value="mine"; "Mine " span data-tables="mine" {} }
                    label { input type="radio" name="show" value="free"; "Free " span data-tables="free" {} }
                }
                (tables(floor))
            }
            aside.side aria-label="Takeaway and open orders" {
                (open_orders(floor))
                footer {
                    button.btn.lg type="button" data-mint="order" hx-put=(url::minted_order()) hx-vals=(r#"{"kind":"takeaway"}"#) hx-swap="none" {
                        (icon("coffee")) "Counter sale"
                    }
                    button.btn.xl.primary type="button" hx-get=(url::new_takeaway()) hx-target="#sheet" { (icon("bag")) "New takeaway" }
                }
            }
        }
    }
}

/// All regions of the floor as partials: what the live feed sends. A page shows those that it has.
pub fn regions(floor: &Floor) -> Markup {
    html! {
        hx-partial hx-target="#ready-strip" hx-swap="outerMorph" { (ready_strip(floor)) }
        hx-partial hx-target="#floor" hx-swap="outerMorph" { (tables(floor)) }
        hx-partial hx-target="#open-orders" hx-swap="outerMorph" { (open_orders(floor)) }
        hx-partial hx-target="#all-orders" hx-swap="outerMorph" { (all_orders(floor)) }
        hx-partial hx-target="#ready-list" hx-swap="outerMorph" { (ready_list(floor)) }
        hx-partial hx-target="#ready-count" hx-swap="outerHTML" { (ui::page::tab_count("ready-count", floor.ready().len())) }
    }
}

fn tables(floor: &Floor) -> Markup {
    html! {
        div #floor.stack {
            @for area in &floor.areas {
                section id={ "area-" (area.id) } {
                    h2 { (area.name) span.dim { (area.tables.len()) " tables" } }
                    div.tables { @for table in &area.tables { (table_card(floor, table)) } }
                }
            }
            @if floor.areas.is_empty() {
                (ui::empty("floor", "No tables yet", "A manager sets up areas and tables; counter sales work without.", html! {}))
            }
        }
    }
}

fn table_card(floor: &Floor, table: &Table) -> Markup {
    let orders = floor.at(table.id);
    html! {
        @match orders.as_slice() {
            [] => a.tbl id={ "t-" (table.id) } href=(url::table(table.id)) data-status="free" data-table=(table.id) {
                b.no { (table.code) }
                span.who { (table.seats) @if table.seats == 1 { " seat" } @else { " seats" } }
                span.amt {} span.el {}
                span.st { (icon("free")) "Free" }
            },
            [order] => (occupied(table, order, 1, floor.now)),
            [order, ..] => (occupied(table, most_urgent(&orders).unwrap_or(order), orders.len(), floor.now)),
        }
    }
}

/// Of several parties at one table, the one that somebody must do something for.
fn most_urgent<'a>(orders: &[&'a OpenOrder]) -> Option<&'a OpenOrder> {
    orders.iter().copied().max_by_key(|order| {
        (
            order.ready > 0,
            order.status == Status::AwaitingPayment,
            order.status == Status::Pending,
        )
    })
}

fn occupied(table: &Table, order: &OpenOrder, parties: usize, now: OffsetDateTime) -> Markup {
    let (status, label) = state(order);
    html! {
        a.tbl id={ "t-" (table.id) } href=(url::table(table.id)) data-status=(status.name()) data-own=(order.waiter) data-table=(table.id) {
            b.no { (table.code) }
            span.who { (first_name(&order.waiter_name)) }
            span.amt { (order.total) }
            span.el { (since(order.opened_at, now)) }
            span.st { (status.icon()) (label) @if parties > 1 { " · " (parties) " orders" } }
        }
    }
}

fn state(order: &OpenOrder) -> (ui::Status, String) {
    let said = |status: ui::Status| (status, status.label().to_owned());
    if order.ready > 0 {
        let label = if order.status == Status::Ready && order.ready == order.sent {
            "All ready".to_owned()
        } else {
            format!("{} ready", order.ready)
        };
        return (ui::Status::Ready, label);
    }
    if order.bill_changed {
        return (ui::Status::Due, "Bill changed".to_owned());
    }
    match order.status {
        Status::Cancelled => said(ui::Status::Cancelled),
        Status::Pending => said(ui::Status::New),
        Status::Preparing => said(ui::Status::Preparing),
        Status::Ready => said(ui::Status::Ready),
        Status::AwaitingPayment => said(ui::Status::Due),
        Status::Served => said(ui::Status::Paid),
    }
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

fn open_orders(floor: &Floor) -> Markup {
    let away = floor.away();
    html! {
        div #open-orders {
            div.head { h2 { "Open orders" } span.push.dim { (away.len()) } }
            ul.olist.scroll tabindex="0" aria-label="Open orders" {
                @for order in &away { (order_item(order, floor.now, None)) }
                @if away.is_empty() { li.dim.none { "No takeaway or counter order is open." } }
            }
        }
    }
}

/// `rings` marks what is ready where nothing else on the screen does.
fn order_item(order: &OpenOrder, now: OffsetDateTime, rings: Option<String>) -> Markup {
    html! {
        li id={ "o-" (order.id) } data-own=(order.waiter) data-ready=[rings] {
            a href=(url::order(order.id)) {
                b { (order.title) }
                span.num { (order.total.with_code()) }
                span.dim {
                    (order.customer.clone().unwrap_or_else(|| first_name(&order.waiter_name).to_owned()))
                    @if order.balance.is_zero() && order.sent > 0 { ", paid" }
                    " · " (since(order.opened_at, now))
                }
                @if order.bill_changed { (ui::badge_saying(ui::Status::Due, "Bill changed")) }
                @else { (badge_of(order.status, order.sent + order.unsent == 0)) }
            }
        }
    }
}

fn all_orders(floor: &Floor) -> Markup {
    html! {
        ul #all-orders.olist {
            @for order in &floor.orders {
                (order_item(order, floor.now, order.ready_latest.map(|latest| ready_mark(order.id, Some(latest)))))
            }
            @if floor.orders.is_empty() {
                li { (ui::empty("receipt", "No open orders", "Orders appear here as soon as they are opened.", html! {})) }
            }
        }
    }
}

fn ready_strip(floor: &Floor) -> Markup {
    let ready = floor.ready();
    html! {
        section #ready-strip aria-label="Ready to serve" data-empty[ready.is_empty()] {
            // The strip keeps its place while it is empty, so that the tables keep theirs.
            @if ready.is_empty() { p { "Nothing waits to be served." } } @else { h2 { (icon("ready")) (ready.len()) " ready" } }
            @for order in ready { (ready_button(order, floor.now)) }
        }
    }
}

/// The bell of screens without tables: how many orders wait to be carried out. Whose they are rings or does not.
pub fn bell_region(waiting: &[Waiting]) -> Markup {
    html! {
        hx-partial hx-target="#ready-bell" hx-swap="outerHTML" {
            a #ready-bell.btn.quiet href=(url::ready()) data-status="ready" hidden[waiting.is_empty()]
                aria-label={ (waiting.len()) " ready to serve" } {
                (icon("ready")) (waiting.len())
                @for one in waiting {
                    i hidden data-own=(one.waiter) data-ready=(ready_mark(one.order, Some(one.latest))) {}
                }
            }
        }
    }
}

fn ready_button(order: &OpenOrder, now: OffsetDateTime) -> Markup {
    let text = if order.ready > 1 && order.ready == order.sent {
        format!("All {} items", order.ready)
    } else {
        order.ready_text.clone()
    };
    let deed = deed_of(order);
    html! {
        div.ready-item id={ "r-" (order.id) } data-own=(order.waiter) data-ready=(ready_mark(order.id, order.ready_latest)) data-rev=(ready_rev(order)) {
            a.btn href=(url::order(order.id)) {
                (order.title) small { @if let Some(customer) = &order.customer { (customer) " · " } (text) @if let Some(at) = order.ready_since { " · " (since(at, now)) } }
            }
            button.btn.icon type="button" hx-post=(url::order_servings(order.id)) hx-vals=(r#"{"from":"ready"}"#) hx-swap="none"
                data-deed="serve" aria-label={ (deed) ": " (order.title) } { (icon("check")) }
        }
    }
}

/// What is done with what is ready: a takeaway is handed to the guest.
fn deed_of(order: &OpenOrder) -> &'static str {
    match order.table {
        Some(_) => "Served",
        None => "Handed over",
    }
}

/// What rings once, on whichever screen: this order, when the last of what waits became ready. Carrying out a part of it
/// makes it no later.
fn ready_mark(order: OrderId, latest: Option<OffsetDateTime>) -> String {
    format!("{order}-{}", latest.map_or(0, epoch_millis))
}

/// What a second tap on Served repeats: the same dishes, and none that are ready since.
fn ready_rev(order: &OpenOrder) -> String {
    let since = order.ready_since.map_or(0, epoch_millis);
    format!("{}.{since}{}", order.id, order.ready)
}

fn ready_list(floor: &Floor) -> Markup {
    let ready = floor.ready();
    html! {
        div #ready-list.stack {
            @for order in &ready {
                section.card.row id={ "rl-" (order.id) } data-own=(order.waiter) data-ready=(ready_mark(order.id, order.ready_latest)) data-rev=(ready_rev(order)) {
                    div {
                        b { (order.title) } " " span.dim { (short_name(&order.waiter_name)) @if let Some(at) = order.ready_since { " · " (since(at, floor.now)) } }
                        p { @if let Some(customer) = &order.customer { b { (customer) } " · " } (order.ready_text) }
                    }
                    span.push {}
                    a.btn.lg href=(url::order(order.id)) { "Open" }
                    button.btn.lg.primary type="button" hx-post=(url::order_servings(order.id)) hx-vals=(r#"{"from":"ready"}"#) hx-swap="none" data-deed="serve" {
                        (icon("check")) (deed_of(order))
                    }
                }
            }
            @if ready.is_empty() {
                (ui::empty("ready", "Nothing waits", "Dishes and drinks that are ready appear here.", html! {}))
            }
        }
    }
}

/// Several parties at one table, or a free one: who opens it.
pub fn table_page(
    table: &Table,
    orders: &[OpenOrder],
    person: &Person,
    cafe: &str,
    now: OffsetDateTime,
) -> Markup {
    let person = person.shown();
    let title = format!("Table {}", table.code);
    let meta = format!("{} · {} seats", table.area, table.seats);
    let bar = ui::TopBar {
        back: Some(("Floor", &url::floor())),
        title: Some(&title),
        meta: Some(&meta),
        person: Some(&person),
    };
    let content = html! {
        (ui::top_bar(bar, html! {}))
        main.scroll { div.narrow.stack {
            (table_orders(orders, now))
            section.card.stack {
                h2 { @if orders.is_empty() { "How many guests?" } @else { "Another party at this table" } }
                div.chips {
                    @for guests in 1..=table.seats.clamp(6, 12) {
                        button.btn.lg type="button" data-mint="order" hx-put=(url::minted_order()) hx-swap="none"
                            hx-vals={ "{\"kind\":\"dine_in\",\"table\":\"" (table.id) "\",\"guests\":\"" (guests) "\"}" } { (guests) }
                    }
                }
            }
        } }
    };
    let stream = format!("{}?view=table&table={}", url::stream(), table.id);
    ui::page(
        ui::Page {
            stream: Some(&stream),
            sign_in: Some(&url::sign_in()),
            now_ms: Some(epoch_millis(now)),
            ..ui::Page::new(BodyKind::Pos, &title, cafe)
        },
        content,
    )
}

fn table_orders(orders: &[OpenOrder], now: OffsetDateTime) -> Markup {
    html! {
        section #table-orders.card.flush hidden[orders.is_empty()] {
            ul.olist { @for order in orders { (order_item(order, now, None)) } }
        }
    }
}

/// What changes on a table's screen, for its feed.
pub fn table_regions(orders: &[OpenOrder], now: OffsetDateTime) -> Markup {
    html! { hx-partial hx-target="#table-orders" hx-swap="outerMorph" { (table_orders(orders, now)) } }
}

/// The dialog that asks for whom a takeaway is.
pub fn new_takeaway() -> Markup {
    let content = html! {
        form data-mint="order" hx-put=(url::minted_order()) hx-swap="none" {
            input type="hidden" name="kind" value="takeaway";
            div.body.stack {
                (ui::Field::new("Name", "name").max(60).hint("Called out when it is ready"))
                (ui::Field::new("Phone", "phone").kind("tel").max(30))
            }
            footer {
                button.btn.lg type="button" data-close { "Back" }
                button.btn.lg.primary { (icon("bag")) "Start order" }
            }
        }
    };
    ui::dialog(ui::Shape::Sheet, "New takeaway", content)
}

//! The order screen: rail, menu, tiles, and beside them the order panel (`panel.rs`). Each function draws one element with
//! one id.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::panel::{Panel, heading, panel, subheading};
use super::presence;
use crate::menu::view::version;
use crate::menu::{Category, Menu, Product};
use crate::staff::Person;
use crate::ui::{self, BodyKind, Tick, icon};
use crate::values::{CategoryId, OrderId, ProductId, epoch_millis, initials, rfc3339};
use crate::web::url;

/// What the order screen is drawn from.
pub struct Screen<'a> {
    /// The menu.
    pub menu: &'a Menu,
    /// The first category of the rail.
    pub favourites: &'a [&'a Product],
    /// Who looks at it.
    pub person: &'a Person,
    /// The order panel.
    pub panel: Panel<'a>,
    /// The café's name.
    pub cafe: &'a str,
    /// The time.
    pub now: OffsetDateTime,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let order = screen.panel.order;
    let title = order.title();
    let stream = format!("{}?view=order&order={}", url::stream(), order.id);
    let person = screen.person.shown();
    let bar = ui::TopBar {
        back: Some(("Floor", &url::floor())),
        person: Some(&person),
        ..ui::TopBar::default()
    };
    let content = html! {
        (ui::top_bar(bar, html! { (heading(order)) (subheading(order)) (presence::region()) }))
        main.order data-leave=(url::order_leaving(order.id)) {
            (rail(order.id, &screen.menu.categories))
            section.menu aria-label="Menu" {
                (menu_tools(order.id))
                (menu_grid(order.id, "Favourites", screen.favourites))
                (version(screen.menu.version))
            }
            (panel(&screen.panel))
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&stream),
            sign_in: Some(&url::sign_in()),
            now_ms: Some(epoch_millis(screen.now)),
            ..ui::Page::new(BodyKind::Pos, &title, screen.cafe)
        },
        content,
    )
}

fn rail(order: OrderId, categories: &[Category]) -> Markup {
    html! {
        nav.rail.scroll aria-label="Categories" {
            a href=(url::order_menu(order)) hx-get=(url::order_menu(order)) hx-target="#menu-grid" hx-swap="outerMorph"
                hx-sync="#menu-grid:replace" aria-current="true" {
                (icon("star")) "Favourites"
            }
            @for category in categories {
                @let address = format!("{}?category={}", url::order_menu(order), category.id);
                a href=(address) hx-get=(address) hx-target="#menu-grid" hx-swap="outerMorph" hx-sync="#menu-grid:replace"
                    data-category=(category.id) data-hue=(category.hue) {
                    (icon(&category.icon)) (category.name)
                }
            }
        }
    }
}

fn menu_tools(order: OrderId) -> Markup {
    html! {
        div.menu-tools {
            search.search {
                (icon("search"))
                input type="search" name="q" placeholder="Search menu" aria-label="Search menu" autocomplete="off" data-search
                    maxlength="60" hx-get=(url::order_menu(order)) hx-trigger="input changed delay:120ms, search, menu:moved"
                    hx-include="#menu-category" hx-target="#menu-grid" hx-swap="outerMorph" hx-sync="#menu-grid:replace";
                // Which category stands in the rail: what a cleared search goes back to.
                input #menu-category type="hidden" name="category" value="";
            }
        }
    }
}

/// The tiles of a category or of a search.
pub fn menu_grid(order: OrderId, label: &str, products: &[&Product]) -> Markup {
    html! {
        div #menu-grid.tiles.scroll tabindex="0" role="group" aria-label=(label) {
            @for product in products { (tile(order, product)) }
            @if products.is_empty() {
                (ui::empty("search", "Nothing here", "Try another word, a number, or the first letters of each word.", html! {}))
            }
        }
    }
}

/// One product: a tap adds it, unless something must be chosen first.
pub fn tile(order: OrderId, product: &Product) -> Markup {
    let sheet = url::order_product(order, product.id);
    let face = html! {
        span.pic data-initials=(initials(&product.name)) {
            @if let Some(image) = &product.image { img src=(image) alt="" loading="lazy"; }
        }
        span.name { (product.name) }
        span.price data-list[product.price_list.is_some()] title=[&product.price_list] { (product.price) }
        span.in data-in=(product.id) {}
        @if let Some(left) = product.stock_left.filter(|left| *left > 0 && !product.sold_out) {
            span.badge.left data-kind="warn" { (left) " left" }
        }
    };
    html! {
        div.tile-box {
            @if product.is_out() {
                button.tile data-hue=(product.hue) aria-disabled="true" hx-get=(sheet) hx-target="#sheet" {
                    (face)
                    (ui::badge_saying(ui::Status::Cancelled, "Sold out"))
                }
            } @else if product.needs_choice() {
                button.tile data-hue=(product.hue) hx-get=(sheet) hx-target="#sheet" hx-include="#order-for input, #order-for select" { (face) }
            } @else {
                button.tile data-hue=(product.hue) hx-post=(url::order_lines(order)) hx-vals={ "{\"product\":\"" (product.id) "\"}" }
                    hx-include="#order-for input, #order-for select" hx-swap="none" data-key="tap" hx-sync="#order-panel:queue all" { (face) }
            }
            button.tile-more type="button" hx-get=(sheet) hx-target="#sheet" hx-include="#order-for input, #order-for select"
                aria-label={ "Choices for " (product.name) } { (icon("mods")) }
        }
    }
}

/// How long ago something was, ticking in the browser.
pub fn since(moment: OffsetDateTime, now: OffsetDateTime) -> Markup {
    ui::ticking(
        Tick::Floor,
        &rfc3339(moment),
        &crate::values::age_words((now - moment).whole_seconds()),
    )
}

/// The products of a category, of the favourites, or of a search.
pub fn shown<'a>(
    menu: &'a Menu,
    favourites: &[ProductId],
    category: Option<CategoryId>,
    typed: &str,
) -> (String, Vec<&'a Product>) {
    if !typed.trim().is_empty() {
        return (format!("Search: {}", typed.trim()), menu.search(typed));
    }
    match category.and_then(|id| menu.categories.iter().find(|one| one.id == id)) {
        Some(category) => (category.name.clone(), menu.of_category(category.id)),
        None => (
            "Favourites".to_owned(),
            favourites
                .iter()
                .filter_map(|id| menu.product(*id))
                .collect(),
        ),
    }
}

//! The screen on which products are marked as sold out.

use maud::{Markup, html};

use super::product::{Menu, Product};
use crate::staff::Person;
use crate::ui::{self, BodyKind, icon};
use crate::web::url;

/// Everything on the menu, by category, with how it is sold.
pub fn stock_page(menu: &Menu, person: &Person, cafe: &str, typed: &str, on_shift: bool) -> Markup {
    let shown = person.shown();
    let bar = ui::TopBar {
        back: Some(("Back", &url::home())),
        title: Some("Sold out"),
        meta: Some("Marks reach every till at once"),
        person: Some(&shown),
    };
    let content = html! {
        (ui::top_bar(bar, html! {}))
        main.scroll { div.narrow.stack {
            form.search method="get" action=(url::stock()) role="search" {
                (icon("search"))
                input type="search" name="q" value=(typed) placeholder="Search menu" aria-label="Search menu" autocomplete="off" maxlength="60" data-search;
            }
            @if typed.trim().is_empty() {
                @for category in &menu.categories {
                    (section(&category.name, &menu.of_category(category.id), on_shift))
                }
            } @else {
                (section(&format!("Search: {}", typed.trim()), &menu.search(typed), on_shift))
            }
        } }
    };
    ui::page(ui::Page::new(BodyKind::Pos, "Sold out", cafe), content)
}

fn section(name: &str, products: &[&Product], on_shift: bool) -> Markup {
    html! {
        section.card {
            header { h2 { (name) } }
            @for product in products { (stock_row(product, on_shift)) }
            @if products.is_empty() { p.dim { "No product matches." } }
        }
    }
}

/// One product with its marks.
pub fn stock_row(product: &Product, on_shift: bool) -> Markup {
    let set = url::product_stock(product.id);
    html! {
        div.stock.row.wrap id={ "stock-" (product.id) } {
            b { (product.name) }
            @if product.is_out() {
                (ui::badge_saying(ui::Status::Cancelled, "Sold out"))
            } @else if let Some(left) = product.stock_left {
                (ui::badge_of(ui::Kind::Warn, false, &format!("{left} left")))
            }
            span.push {}
            form.row hx-post=(set) hx-swap="none" {
                input.count name="left" inputmode="numeric" maxlength="4" value=(product.stock_left.map_or(String::new(), |left| left.to_string()))
                    aria-label={ "How many " (product.name) " are left" } placeholder="Left";
                button.btn { "Count" }
            }
            @if product.is_out() || product.stock_left.is_some() {
                form hx-post=(set) hx-swap="none" { button.btn { "On sale" } }
            }
            @if !product.is_out() {
                form.row hx-post=(set) hx-swap="none" {
                    (out_for_a_while(on_shift))
                    button.btn.danger name="sold_out" value="on" { "Sold out" }
                }
            }
        }
    }
}

/// Sold out, and back by itself. `on_shift`: whoever looks has a shift open, and may mean its end.
pub fn out_for_a_while(on_shift: bool) -> Markup {
    html! {
        @if on_shift { button.btn name="until_shift_end" value="on" { "Out this shift" } }
        button.btn name="until_tomorrow" value="on" { "Out today" }
    }
}

/// The answer to a mark: the product's row, and what happened.
pub fn stock_swap(product: &Product, on_shift: bool) -> Markup {
    let said = match (product.is_out(), product.stock_left) {
        (true, _) => format!("{} is sold out.", product.name),
        (false, Some(left)) => format!("{left} × {} left.", product.name),
        (false, None) => format!("{} is on sale.", product.name),
    };
    html! {
        hx-partial hx-target={ "#stock-" (product.id) } hx-swap="outerMorph" { (stock_row(product, on_shift)) }
        hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, &said)) }
        (ui::dialog::closed())
    }
}

/// The version of the menu that a screen shows; `order.js` fetches the tiles again when it moves.
pub fn version(version: i64) -> Markup {
    html! { i #menu-version hidden data-version=(version) {} }
}

/// The same for a feed.
pub(super) fn version_region(number: i64) -> Markup {
    html! { hx-partial hx-target="#menu-version" hx-swap="outerMorph" { (version(number)) } }
}

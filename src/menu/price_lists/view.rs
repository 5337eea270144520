//! How price lists look that managers keep.

use maud::{Markup, html};

use super::list::{DAYS, Description, Kept, Minute, Offered, Weekdays};
use crate::ui::{self, Field, Kind, Shape, icon};
use crate::values::{Currency, Money, PriceListId, Search};
use crate::web::url;

/// All lists, with the button for a new one.
pub fn page_content(lists: &[Kept]) -> Markup {
    html! {
        header {
            h1 { "Price lists" }
            span.push {}
            (new_button("btn primary"))
        }
        (looks_again(&url::price_lists()))
        (list(lists))
    }
}

fn new_button(class: &str) -> Markup {
    html! {
        button class=(class) hx-get=(url::new_price_list()) hx-target="#sheet" hx-swap="innerHTML" {
            (ui::labelled("plus", "New price list"))
        }
    }
}

/// Lists begin and end, and others change them, while a screen shows them.
fn looks_again(address: &str) -> Markup {
    html! { i hidden hx-get=(address) hx-trigger="every 15s" hx-swap="none" {} }
}

fn list(lists: &[Kept]) -> Markup {
    html! {
        section.card.flush #price-lists {
            @if lists.is_empty() {
                (ui::empty("percent", "No price lists yet", "A list gives products another price at certain hours, such as a happy hour.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Price lists" }
                    thead { tr { th { "Name" } th { "Counts" } th { "Now" } th.num { "Prices" } th { span.vh { "Open" } } } }
                    tbody { @for one in lists { (row(one)) } }
                }
            }
        }
    }
}

fn row(one: &Kept) -> Markup {
    html! {
        tr id={ "list-" (one.id) } {
            td { a href=(url::price_list(one.id)) { b { (one.it.name) } } }
            td { (one.it.when()) }
            td { (state(one)) }
            td.num { (one.prices) }
            td.num {
                a.btn.quiet href=(url::price_list(one.id)) aria-label={ "Open " (one.it.name) } { (icon("edit")) span.hide-s { "Open" } }
            }
        }
    }
}

fn state(one: &Kept) -> Markup {
    html! {
        @if !one.it.active {
            (ui::badge_saying(ui::Status::Cancelled, "Not in use"))
        } @else if one.counts {
            (ui::badge_of(Kind::Ok, false, "Counts now"))
        } @else {
            span.badge { (icon("clock")) "Not now" }
        }
    }
}

/// All lists redrawn.
pub fn redrawn(lists: &[Kept]) -> Markup {
    html! { hx-partial hx-target="#price-lists" hx-swap="outerMorph" { (list(lists)) } }
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, sentence)) } }
}

/// How a product is priced on a list, in a sentence.
pub fn how_priced(product: &Offered) -> String {
    match product.here {
        Some(price) => format!(
            "{} costs {} on this list.",
            product.name,
            price.text_with_code()
        ),
        None => format!("{} is not on this list.", product.name),
    }
}

/// One list with its prices.
pub fn list_content(list: &Kept, products: &[Offered]) -> Markup {
    html! {
        (looks_again(&url::price_list(list.id)))
        (head(list))
        (prices(list, products))
    }
}

fn head(list: &Kept) -> Markup {
    html! {
        header #list-head {
            a.btn.icon.quiet href=(url::price_lists()) aria-label="All price lists" { (icon("left")) }
            h1 { (list.it.name) }
            span.dim { (list.it.when()) }
            (state(list))
            span.push {}
            button.btn #edit-list hx-get=(url::price_list_details(list.id)) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("edit", "Name and hours"))
            }
            button.btn.primary #add-products hx-get=(url::price_list_products(list.id)) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("plus", "Add products"))
            }
        }
    }
}

fn prices(list: &Kept, products: &[Offered]) -> Markup {
    let listed: Vec<(&Offered, Money)> = products
        .iter()
        .filter_map(|product| Some((product, product.here?)))
        .collect();
    html! {
        section.card.flush #prices {
            @if listed.is_empty() {
                (ui::empty("percent", "No prices yet", "Add the products that cost something else at these hours. All others keep their usual price.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Prices" }
                    thead { tr {
                        th { "Product" }
                        th.num { "Usually" span.hide-s { ", " (Currency::venue().code()) } }
                        th.num { "Here" span.hide-s { ", " (Currency::venue().code()) } }
                        th { span.vh { "Change" } }
                    } }
                    tbody { @for (product, here) in listed { (price(list.id, product, here)) } }
                }
            }
        }
    }
}

fn price(list: PriceListId, product: &Offered, here: Money) -> Markup {
    html! {
        tr id={ "price-" (product.id) } {
            td {
                span.row.wrap { b { (product.name) } @if !product.active { (ui::badge_saying(ui::Status::Cancelled, "Not sold")) } }
                small { (product.category) }
            }
            td.num.dim { (product.usual) }
            td.num { (here) }
            td.num {
                button.btn.quiet id={ "change-" (product.id) } hx-get=(url::listed_price(list, product.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Change the price of " (product.name) } { (icon("edit")) span.hide-s { "Change" } }
            }
        }
    }
}

/// A list redrawn beside whatever else is answered.
pub fn prices_redrawn(list: &Kept, products: &[Offered]) -> Markup {
    html! {
        hx-partial hx-target="#list-head" hx-swap="outerMorph" { (head(list)) }
        hx-partial hx-target="#prices" hx-swap="outerMorph" { (prices(list, products)) }
    }
}

/// The form for a new list.
pub fn new_dialog(key: &str) -> Markup {
    ui::dialog(
        Shape::Sheet,
        "New price list",
        html! {
            form hx-post=(url::price_lists()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                div.body.stack { (fields(None)) }
                footer { button.btn.lg.primary hx-disable="this" { "Add price list" } }
            }
        },
    )
}

/// The form for what is said about a list, and the way to take it away. `keys` are one for each form.
pub fn edit_dialog(list: &Kept, keys: &[String; 2]) -> Markup {
    let [edit, delete] = keys;
    let deletes = format!("{}?revision={}", url::price_list(list.id), list.revision);
    ui::dialog(
        Shape::Sheet,
        list.it.name.as_str(),
        html! {
            div.body.stack {
                form.stack #edit-price-list hx-put=(url::price_list(list.id)) hx-target="#sheet" hx-swap="innerHTML" {
                    (ui::key_input(edit))
                    input type="hidden" name="revision" value=(list.revision);
                    (fields(Some(&list.it)))
                }
                details.unfold {
                    summary { "Delete this list" }
                    form.stack hx-delete=(deletes) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(delete))
                        p { "Its products cost what they usually do. What was sold by it stays as it was sold." }
                        button.btn.danger hx-disable="this" { (ui::labelled("trash", "Delete list")) }
                    }
                }
            }
            footer { button.btn.lg.primary form="edit-price-list" hx-disable="this" { "Save" } }
        },
    )
}

fn fields(it: Option<&Description>) -> Markup {
    let days = it.map_or(Weekdays::new(0b1_1111), |it| it.days);
    let from = it.map_or(Minute::new(16 * 60), |it| it.from).to_string();
    let until = it.map_or(Minute::new(18 * 60), |it| it.until).to_string();
    html! {
        (Field::new("Name", "name").value(it.map_or("", |it| it.name.as_str())).max(40).required().hint("Such as Happy hour. Orders and receipts show it."))
        fieldset.group {
            legend { "Days on which it begins" }
            div.chips {
                @for (place, day) in DAYS.into_iter().enumerate() {
                    label.chip { input type="checkbox" name="day" value=(day) checked[days.has(place)]; (day) }
                }
            }
            (ui::error_place("day", None))
        }
        div.row.two-f {
            (Field::new("From", "from").kind("time").value(&from).required())
            (Field::new("Until", "until").kind("time").value(&until).required())
        }
        p { small { "Until an earlier time is until then on the next day. The same time twice is a whole day." } }
        label.switch {
            input type="checkbox" role="switch" name="active" value="true" checked[it.is_none_or(|it| it.active)];
            " In use"
        }
    }
}

/// The products that may be put on a list, to be searched.
pub fn choosing_dialog(list: &Kept, products: &[Offered], typed: &str) -> Markup {
    ui::dialog(
        Shape::Drawer,
        &format!("Add to {}", list.it.name),
        html! {
            div.body.stack {
                div.search role="search" {
                    (icon("search"))
                    input #find-product type="search" name="q" value=(typed) placeholder="Search menu" aria-label="Search menu" autocomplete="off"
                        maxlength="60" hx-get=(url::price_list_products(list.id)) hx-trigger="input changed delay:150ms, search" hx-target="#found"
                        hx-swap="innerHTML" hx-sync="this:replace";
                }
                div #found.stack { (found(list, products, typed)) }
            }
            footer { button.btn.lg type="button" data-close { "Done" } }
        },
    )
}

/// Those of them that a search finds, by category.
pub fn found(list: &Kept, products: &[Offered], typed: &str) -> Markup {
    let search = Search::new(typed);
    let found: Vec<&Offered> = products
        .iter()
        .filter(|product| product.active)
        .filter(|product| search.finds(&product.name, Some(&product.number.to_string())))
        .collect();
    html! {
        @for category in found.chunk_by(|one, next| one.category == next.category) {
            section {
                h3.eyebrow { (category[0].category) }
                ul.parts { @for product in category { (choice(list.id, product, typed)) } }
            }
        }
        @if found.is_empty() { p.dim role="status" { "No product matches." } }
    }
}

fn choice(list: PriceListId, product: &Offered, typed: &str) -> Markup {
    let query = serde_urlencoded::to_string([("q", typed)]).unwrap_or_default();
    let asks = format!("{}?{query}", url::listed_price(list, product.id));
    let (label, deed) = match product.here {
        Some(_) => ("Change", "Change the price of"),
        None => ("Add", "Add"),
    };
    html! {
        li.row {
            b { (product.name) }
            small { (product.usual) @if let Some(here) = product.here { ", here " (here) } }
            span.push {}
            button.btn type="button" hx-get=(asks) hx-target="#sheet" hx-swap="innerHTML" aria-label={ (deed) " " (product.name) } { (label) }
        }
    }
}

/// The form for a product's price on a list. `typed` is the search that it was found with, `keys` are one for each form.
pub fn price_dialog(list: &Kept, product: &Offered, typed: &str, keys: &[String; 2]) -> Markup {
    let [set, take_off] = keys;
    let address = url::listed_price(list.id, product.id);
    let was = product.here.map(|here| here.to_string());
    let query = serde_urlencoded::to_string([("was", was.as_deref().unwrap_or_default())]);
    let takes_off = format!("{address}?{}", query.unwrap_or_default());
    let code = Currency::venue().code();
    ui::dialog(
        Shape::Sheet,
        &product.name,
        html! {
            div.body.stack {
                p { "Usually " (product.usual.with_code()) ". " (list.it.name) ": " (list.it.when()) "." }
                form.stack #edit-price hx-put=(address) hx-target="#sheet" hx-swap="innerHTML" {
                    (ui::key_input(set))
                    input type="hidden" name="was" value=(was.as_deref().unwrap_or_default());
                    input type="hidden" name="q" value=(typed);
                    (ui::money_field(code, &format!("Price during {}", list.it.name), "price", was.as_deref().unwrap_or_default(), None, Some("0 is free.")))
                }
            }
            footer {
                @if was.is_some() {
                    form hx-delete=(takes_off) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(take_off))
                        button.btn.lg.danger hx-disable="this" { (ui::labelled("trash", "Take off")) }
                    }
                } @else {
                    button.btn.lg type="button" hx-get=(url::price_list_products(list.id)) hx-target="#sheet" hx-swap="innerHTML" { "Back" }
                }
                button.btn.lg.primary form="edit-price" hx-disable="this" { "Save price" }
            }
        },
    )
}

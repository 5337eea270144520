//! The dialogs of the order screen. Each is drawn for one person, carries a key of its own, and is
//! never redrawn by a feed.

use maud::{Markup, html};

use super::line::Line;
use super::order::{Order, Place};
use crate::kitchen::Station;
use crate::menu::{Group, How, Modifier, Pick, Product, out_for_a_while};
use crate::ui::{self, Shape, icon};
use crate::values::{Currency, OrderId, initials};
use crate::web::url;

/// A key for a form that is drawn for one person.
pub fn fresh_key() -> Markup {
    ui::key_input(&uuid::Uuid::now_v7().to_string())
}

/// What the sheet of choices begins with.
pub struct Chosen<'a> {
    /// What is picked; the defaults for a fresh line.
    pub picks: Vec<Pick>,
    /// For the kitchen.
    pub note: &'a str,
    /// What the guest must not get.
    pub allergy: &'a str,
    /// The guest's seat.
    pub seat: Option<i16>,
    /// When it is to be cooked.
    pub course: i16,
}

/// For whoever keeps the stock, beside a product that is being added: whether they have a shift open.
#[derive(Clone, Copy)]
pub struct OnShift(pub bool);

impl Chosen<'_> {
    fn how(&self, modifier: &Modifier) -> Option<How> {
        let pick = self.picks.iter().find(|pick| pick.modifier == modifier.id);
        pick.map(|pick| pick.how)
    }
}

/// Choices of a product that is being added, or of a line that is there.
pub fn product(
    order: &Order,
    product: &Product,
    chosen: &Chosen,
    line: Option<&Line>,
    templates: &[String],
    stock_of: Option<OnShift>,
) -> Markup {
    let heading = html! {
        span.pic data-hue=(product.hue) data-initials=(initials(&product.name)) {}
        div {
            h2 #sheet-h tabindex="-1" autofocus { (product.name) }
            small { @if !product.description.is_empty() { (product.description) " · " } (product.price.with_code()) }
        }
    };
    let (address, verb) = match line {
        None => (url::order_lines(order.id), "Add"),
        Some(line) => (url::order_line_modifiers(order.id, line.id), "Change to"),
    };
    let content = html! {
        form hx-post=(address) hx-swap="none" data-modifiers data-price=(product.price.minor())
            data-decimals=(Currency::venue().decimals()) data-verb=(verb) data-product-name=(product.name)
            data-auto[line.is_none() && has_only_required(product)] {
            (fresh_key())
            input type="hidden" name="choices" value="1";
            @if line.is_none() { input type="hidden" name="product" value=(product.id); }
            div.body.groups {
                @if !product.groups.is_empty() { (words()) }
                @for group in &product.groups { (group_of(group, chosen)) }
                @if line.is_none() { (seat_and_course(order, chosen)) }
                label.field.half { "Note for the kitchen or bar"
                    textarea name="note" rows="2" maxlength="200" aria-describedby="err-note" { (chosen.note) }
                    (ui::error_place("note", None))
                }
                (note_templates(templates))
                label.field.half { "Allergy"
                    input name="allergy" maxlength="60" value=(chosen.allergy) autocomplete="off" aria-describedby="err-allergy";
                    small { "Shown in a black box on the display and the ticket" }
                    (ui::error_place("allergy", None))
                }
                @if line.is_none() && product.is_out() { (ui::banner(ui::Kind::Warn, true, html! { b { "Sold out." } " It cannot be added now." })) }
            }
            footer {
                @if line.is_none() { (ui::stepper(&format!("Quantity of {}", product.name), "quantity", 1, 1, 99)) }
                button.btn.xl.primary data-add disabled[line.is_none() && product.is_out()] { (verb) " " (product.price) }
            }
        }
    };
    let content = html! {
        (content)
        @if let Some(OnShift(on_shift)) = stock_of { (stock(product, on_shift)) }
    };
    ui::dialog::dialog_with(Shape::Wide, &product.name, heading, content)
}

/// Words for the choice that is tapped next; they stay in sight while the choices scroll (`assets/js/modifiers.js`).
fn words() -> Markup {
    html! {
        div.words role="group" aria-label="For the next choice" {
            @for (_, word) in How::WORDS {
                button.chip type="button" data-word=(word) aria-pressed="false" { (capital(word)) }
            }
        }
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// What is often written, one tap each (`assets/js/notes.js`).
fn note_templates(templates: &[String]) -> Markup {
    html! {
        @if !templates.is_empty() {
            div.templates role="group" aria-label="Often written" {
                @for template in templates {
                    button.chip type="button" data-write=(template) aria-pressed="false" { (template) }
                }
            }
        }
    }
}

/// "86" from the product's own sheet: folded, so that whoever only orders does not meet it.
fn stock(product: &Product, on_shift: bool) -> Markup {
    html! {
        details.stock-mark {
            summary { (icon("cancelled")) "Sold out or counted" }
            form.row.wrap hx-post=(url::product_stock(product.id)) hx-swap="none" {
                (fresh_key())
                input.count name="left" inputmode="numeric" maxlength="4" aria-label={ "How many " (product.name) " are left" } placeholder="Left"
                    value=(product.stock_left.map_or(String::new(), |left| left.to_string()));
                button.btn { "Count" }
                @if product.is_out() {
                    button.btn name="back" value="on" { (icon("check")) "Back on sale" }
                } @else {
                    (out_for_a_while(on_shift))
                    button.btn name="sold_out" value="on" { "Sold out" }
                }
            }
        }
    }
}

fn has_only_required(product: &Product) -> bool {
    product.needs_choice()
}

fn group_of(group: &Group, chosen: &Chosen) -> Markup {
    let any = group
        .modifiers
        .iter()
        .any(|modifier| !matches!(chosen.how(modifier), None | Some(How::No)));
    let hint = match (group.min, group.max) {
        (0, 1) => "At most 1".to_owned(),
        (0, max) => format!("Up to {max}"),
        (min, max) if min == max => format!("Choose {min}"),
        (min, max) => format!("{min} to {max}"),
    };
    html! {
        fieldset.group data-group=(group.name.to_lowercase()) data-min=(group.min) data-max=(group.max) {
            legend {
                (group.name)
                @if group.min > 0 {
                    span.need hidden[any] { (ui::badge_of(ui::Kind::Warn, true, &hint)) }
                    span.met hidden[!any] { (ui::badge_of(ui::Kind::Ok, false, "Required")) }
                } @else {
                    small data-counter { (hint) }
                }
            }
            div.chips { @for modifier in &group.modifiers { (chip(group, modifier, chosen)) } }
        }
    }
}

fn chip(group: &Group, modifier: &Modifier, chosen: &Chosen) -> Markup {
    let kind = if group.is_single() && group.min == 1 {
        "radio"
    } else {
        "checkbox"
    };
    let how = chosen.how(modifier);
    let pick = how.map(|how| Pick {
        modifier: modifier.id,
        how,
    });
    let word = how.and_then(How::word);
    html! {
        label.chip data-choice=(modifier.id) data-how=[word] aria-disabled=[modifier.sold_out.then_some("true")] {
            // Radios of one group must share a name, and those of two groups must not.
            input type=(kind) name={ "m-" (group.id) } value=(modifier.id) data-delta=(modifier.price_delta.minor())
                checked[!matches!(how, None | Some(How::No))] disabled[modifier.sold_out];
            input type="hidden" name={ "word-" (modifier.id) } value=(pick.and_then(Pick::written).unwrap_or_default());
            span.word { (word.map(capital).unwrap_or_default()) }
            (modifier.name)
            @if modifier.price_delta.is_positive() { span { "+" (modifier.price_delta) } }
            @if modifier.price_delta.is_negative() { span { (modifier.price_delta) } }
            @if modifier.sold_out { (ui::badge_saying(ui::Status::Cancelled, "Sold out")) }
        }
    }
}

fn seat_and_course(order: &Order, chosen: &Chosen) -> Markup {
    html! {
        fieldset.group.half {
            legend { "Seat and course" }
            div.row.wrap {
                @if order.guests > 1 { (seats(order, chosen.seat)) } @else { input type="hidden" name="seat" value=""; }
                (courses(chosen.course))
            }
        }
    }
}

fn seats(order: &Order, chosen: Option<i16>) -> Markup {
    html! {
        div.seg.wrap role="group" aria-label="Seat" {
            label { input type="radio" name="seat" value="" checked[chosen.is_none()]; "Table" }
            @for seat in 1..=order.guests {
                label { input type="radio" name="seat" value=(seat) checked[chosen == Some(seat)]; (seat) }
            }
        }
    }
}

fn courses(chosen: i16) -> Markup {
    html! {
        div.seg.wrap role="group" aria-label="Course" {
            @for course in 1..=4 {
                label { input type="radio" name="course" value=(course) checked[chosen == course]; "Course " (course) }
            }
        }
    }
}

/// The note and the allergy of a line.
pub fn note(order: OrderId, line: &Line, templates: &[String]) -> Markup {
    form_dialog(
        &format!("Note for {}", line.name),
        &url::order_line_note(order, line.id),
        html! {
            (ui::controls::note_field("Note, the cook reads it from 2 metres", "note", line.note.as_deref().unwrap_or(""), 200, None))
            (note_templates(templates))
            (ui::Field::new("Allergy", "allergy").value(line.allergy.as_deref().unwrap_or("")).max(60)
                .hint("Shown in a black box on the display and the ticket"))
        },
        "Save note",
    )
}

/// The seat of a line.
pub fn seat(order: &Order, line: &Line) -> Markup {
    form_dialog(
        &format!("Seat of {}", line.name),
        &url::order_line_seat(order.id, line.id),
        seats(order, line.seat),
        "Save seat",
    )
}

/// The course of a line, and where it is made.
pub fn course(order: OrderId, line: &Line, stations: &[Station]) -> Markup {
    let makers = stations.iter().filter(|one| one.kind.makes());
    let body = html! {
        (courses(line.course))
        (ui::around("Made at", "station", None, None, html! {
            select name="station" id="station" aria-describedby="err-station" {
                @for station in makers { option value=(station.id) selected[station.id == line.station] { (station.name) } }
            }
        }))
    };
    form_dialog(
        &format!("Course of {}", line.name),
        &url::order_line_course(order, line.id),
        body,
        "Save course",
    )
}

/// What some are offered beside the rest.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    /// To print its tickets again: where a station of it has a printer.
    pub prints: bool,
    /// To read its whole story.
    pub story: bool,
}

/// Guests, or for whom a takeaway is; and calling it off.
pub fn details(order: &Order, offered: Offered) -> Markup {
    let sent = order.lines.iter().any(|line| !line.is_unsent());
    let body = match &order.place {
        Place::Table { .. } => html! {
            div.row { b { "Guests" } span.push {} (ui::stepper("Guests", "guests", u32::try_from(order.guests).unwrap_or(1), 1, 99)) }
            (ui::error_place("guests", None))
        },
        Place::Takeaway { name, phone } => html! {
            (ui::Field::new("Name", "name").value(name.as_deref().unwrap_or("")).max(60).hint("Called out when it is ready; a counter sale needs none"))
            (ui::Field::new("Phone", "phone").value(phone.as_deref().unwrap_or("")).kind("tel").max(30))
        },
    };
    let content = html! {
        div.body.stack {
            form.stack hx-post=(url::order_details(order.id)) hx-swap="none" {
                (fresh_key())
                (body)
                button.btn.lg.primary { "Save" }
            }
            @if let Place::Table { id, .. } = &order.place {
                a.btn.lg href={ (url::table(*id)) "?party=new" } { (icon("plus")) "Another party at this table" }
            }
            @if offered.story { a.btn.lg href=(url::order_story(order.id)) { (icon("clock")) "Its whole story" } }
            @if order.is_open() {
                @let more = |address: String, name: &str, label: &str| html! {
                    button.btn.lg type="button" hx-get=(address) hx-target="#sheet" { (icon(name)) (label) }
                };
                @if !order.lines.is_empty() {
                    form.stack hx-post=(url::order_bills(order.id)) hx-swap="none" {
                        (fresh_key())
                        button.btn.lg { (icon("print")) "Print bill" }
                    }
                }
                @if offered.prints {
                    form.stack hx-post=(url::order_ticket_prints(order.id)) hx-swap="none" {
                        (fresh_key())
                        button.btn.lg { (icon("print")) "Print its tickets again" }
                    }
                }
                @if !order.lines.is_empty() { (more(url::order_discount(order.id), "percent", "Discount")) }
                (more(url::order_open_items(order.id), "plus", "Open item"))
                (more(url::order_place(order.id), "swap", "Move to another table"))
                (more(url::order_moves(order.id), "out", "Split: lines to another order"))
                (more(url::order_merge(order.id), "link", "Merge with another order"))
                (more(url::order_waiter(order.id), "users", "Transfer to another waiter"))
                @if sent {
                    button.btn.lg.danger type="button" hx-get=(url::order_cancellation(order.id)) hx-target="#sheet" { (icon("trash")) "Cancel this order" }
                } @else {
                    form.stack hx-post=(url::order_cancellation(order.id)) hx-swap="none" {
                        (fresh_key())
                        button.btn.lg.danger { (icon("trash")) "Cancel this order" }
                    }
                }
            }
        }
    };
    ui::dialog(Shape::Sheet, &order.title(), content)
}

fn form_dialog(title: &str, address: &str, body: Markup, save: &str) -> Markup {
    let content = html! {
        form hx-post=(address) hx-swap="none" {
            (fresh_key())
            div.body.stack { (body) }
            footer {
                button.btn.lg type="button" data-close { "Back" }
                button.btn.lg.primary { (save) }
            }
        }
    };
    ui::dialog(Shape::Sheet, title, content)
}

//! The order panel and its regions. Each function draws one element with one id; the page, the answers and the live feed
//! all call the same ones.

use maud::{Markup, html};
use serde_json::json;

use super::line::{Line, LineState};
use super::order::{Order, Place};
use super::reduction_sheets::discount_label;
use super::status::Status;
use crate::kitchen::{
    self,
    receipts::{Reached, Receipt},
};
use crate::menu::{Group, Menu, Modifier};
use crate::ui::{self, icon};
use crate::values::{Currency, DayRule, LineId, Money, OrderId, TaxClassId, quick_cash};
use crate::web::url;

/// What the order panel is drawn from: nothing of one person, so that all who look at the order share a picture.
#[derive(Clone, Copy)]
pub struct Panel<'a> {
    /// The order.
    pub order: &'a Order,
    /// How far the stations are with what was sent.
    pub receipts: &'a [Receipt],
    /// Whether the buttons of paying are on it.
    pub pays: bool,
    /// What cash is rounded to; nothing for no rounding.
    pub unit: Money,
    /// Local times.
    pub days: &'a DayRule,
    /// The menu, for the choices that stand under the selected line.
    pub menu: &'a Menu,
}
pub(super) fn panel(panel: &Panel) -> Markup {
    let order = panel.order;
    html! {
        section #order-panel.order-panel aria-label={ "Order " (order.number) ", " (order.title()) } {
            (peek(order))
            input #show-order.vh type="checkbox" aria-label="Show the whole order";
            (head(order))
            (seat_and_course(order))
            (lines(panel))
            (receipts(panel))
            (waited_for())
            (line_bar(order))
            (sums(order))
            (actions(order, panel.pays, panel.unit))
        }
    }
}

/// The regions of the order panel as partials: what an answer and the live feed send.
pub fn regions(panel: &Panel) -> Markup {
    let order = panel.order;
    html! {
        hx-partial hx-target="#order-title" hx-swap="outerMorph" { (heading(order)) }
        hx-partial hx-target="#order-meta" hx-swap="outerMorph" { (subheading(order)) }
        hx-partial hx-target="#order-for" hx-swap="outerMorph" { (seat_and_course(order)) }
        hx-partial hx-target="#order-peek" hx-swap="outerMorph" { (peek(order)) }
        hx-partial hx-target="#order-head" hx-swap="outerMorph" { (head(order)) }
        hx-partial hx-target="#order-lines" hx-swap="outerMorph" { (lines(panel)) }
        hx-partial hx-target="#order-receipts" hx-swap="outerMorph" { (receipts(panel)) }
        hx-partial hx-target="#order-sums" hx-swap="outerMorph" { (sums(order)) }
        hx-partial hx-target="#order-actions" hx-swap="outerMorph" { (actions(order, panel.pays, panel.unit)) }
    }
}

/// Mobile money that is waited for: the room of payments fills it, by the stream of this screen.
fn waited_for() -> Markup {
    html! { div #order-attempts {} }
}

fn rev(order: &Order) -> String {
    format!("{}.{}", order.id, order.revision)
}

/// The phone's handle of the panel: what it is, how many to send, the total.
fn peek(order: &Order) -> Markup {
    html! {
        label #order-peek.peek for="show-order" data-rev=(rev(order)) {
            (icon("up")) (order.title())
            span.dim { (peek_text(order)) }
            span.push { (order.total().with_code()) }
        }
    }
}

fn peek_text(order: &Order) -> String {
    match (to_send(order), order.lines.len()) {
        (0, 1) => "1 line".to_owned(),
        (0, lines) => format!("{lines} lines"),
        (unsent, _) => format!("{unsent} to send"),
    }
}

fn head(order: &Order) -> Markup {
    html! {
        header #order-head data-rev=(rev(order)) {
            b { "Order " (order.number) }
            (status_badge(order))
            span.push {}
            button.btn.icon.quiet type="button" hx-get=(url::order_details(order.id)) hx-target="#sheet"
                aria-label="Order options: guests, name, cancel" { (icon("more")) }
        }
    }
}

/// How many pieces somebody still has to send: none of an order that was called off with unsent lines on it.
fn to_send(order: &Order) -> i32 {
    match order.is_open() {
        true => order.pieces_to_send(),
        false => 0,
    }
}

fn status_badge(order: &Order) -> Markup {
    match to_send(order) {
        0 => badge_of(order.status(), order.sent().count() == 0),
        unsent => ui::badge_saying(ui::Status::New, &format!("{unsent} to send")),
    }
}

/// The badge of an order's status. `empty`: nothing is on it yet.
pub fn badge_of(status: Status, empty: bool) -> Markup {
    match status {
        Status::Cancelled => ui::badge(ui::Status::Cancelled),
        Status::Pending if empty => ui::badge(ui::Status::New),
        Status::Pending => ui::badge(ui::Status::New),
        Status::Preparing => ui::badge(ui::Status::Preparing),
        Status::Ready => ui::badge(ui::Status::Ready),
        Status::AwaitingPayment => ui::badge(ui::Status::Due),
        Status::Served => ui::badge(ui::Status::Paid),
    }
}

/// For which seat and course the next product is. Only this person's own choice: no feed redraws it.
pub fn seat_and_course(order: &Order) -> Markup {
    html! {
        div #order-for.for {
            @if order.guests > 1 {
                span.eyebrow aria-hidden="true" { "Seat" }
                div.seg role="group" aria-label="Seat for the next item" {
                    label { input type="radio" name="seat" value="" checked; "Table" }
                    @for seat in 1..=order.guests {
                        label { input type="radio" name="seat" value=(seat); (seat) }
                    }
                }
            }
            select name="course" aria-label="Course for the next item" {
                @for course in 1..=4 { option value=(course) { "Course " (course) } }
            }
        }
    }
}

fn lines(panel: &Panel) -> Markup {
    let order = panel.order;
    let mut courses: Vec<i16> = order.lines.iter().map(|line| line.course).collect();
    courses.sort_unstable();
    courses.dedup();
    html! {
        div #order-lines.lines.scroll tabindex="0" role="group" aria-label="Order lines" data-rev=(rev(order)) data-lines=(order.lines.len()) {
            @if order.lines.is_empty() {
                (ui::empty("receipt", "Nothing ordered yet", &format!("Tap a product to add it to {}.", order.title()), html! {}))
            }
            @for course in &courses {
                @let of_course: Vec<&Line> = order.lines.iter().filter(|line| line.course == *course).collect();
                h2.course {
                    "Course " (course) span.push {}
                    (sent_note(&of_course, panel.days))
                    (course_deeds(order, *course, &of_course, courses.len()))
                }
                ul { @for line in of_course { (line_item(panel, line)) } }
            }
        }
    }
}

/// Keeps a course back, or sends it alone: offered where there are several, or something is kept back.
fn course_deeds(order: &Order, course: i16, lines: &[&Line], courses: usize) -> Markup {
    let unsent = lines.iter().filter(|line| line.is_unsent());
    let (held, free): (Vec<&Line>, Vec<&Line>) = unsent.copied().partition(|line| line.held);
    let offered = order.is_open() && (courses > 1 || !held.is_empty());
    html! {
        @if offered && !free.is_empty() {
            button.btn type="button" data-deed={ "hold-" (course) } hx-post=(url::order_course_hold(order.id, course)) hx-swap="none"
                hx-sync="#order-panel:queue all" aria-label={ "Hold course " (course) } { (icon("held")) "Hold" }
        }
        @if offered && (!free.is_empty() || !held.is_empty()) {
            button.btn type="button" data-deed={ "fire-" (course) } hx-post=(url::order_course_fire(order.id, course)) hx-swap="none"
                hx-sync="#order-panel:queue all" { (icon("send")) "Send course " (course) }
        }
    }
}

fn sent_note(lines: &[&Line], days: &DayRule) -> String {
    let sent = lines.iter().filter_map(|line| line.sent_at).max();
    let unsent = lines.iter().any(|line| line.is_unsent());
    match (sent, unsent) {
        (Some(at), false) => format!("Sent {}", days.local(at).time()),
        (Some(at), true) => format!("Partly sent {}", days.local(at).time()),
        (None, _) if lines.iter().all(|line| line.held) => "On hold".to_owned(),
        (None, _) => "Not sent".to_owned(),
    }
}

fn line_item(panel: &Panel, line: &Line) -> Markup {
    let seat = line
        .seat
        .map_or("Table".to_owned(), |seat| format!("Seat {seat}"));
    html! {
        li.line.sent[!line.is_unsent()].void[line.is_voided()].held[line.held] id={ "line-" (line.id) } data-line=(line.id) data-name=(line.name)
            data-seat=(seat) data-course={ "Course " (line.course) } data-product=[line.product] data-quantity=(line.quantity) {
            @if line.is_unsent() {
                (pick(line))
                (quantity(panel.order, line))
                span.num { (line.total()) }
                (at_hand(panel, line, &seat))
            } @else {
                span.qty { (line.quantity) "×" }
                (pick(line))
                span.row { (state_badge(line, panel.receipts)) @if line.comped { (ui::badge_saying(ui::Status::Paid, "Free")) } span.num { (line.total()) } }
            }
        }
    }
}

fn pick(line: &Line) -> Markup {
    let choices = line.choices();
    let extra = line.choices_price();
    let said: Vec<String> = line
        .seat
        .map(|seat| format!("Seat {seat}"))
        .into_iter()
        .chain((!choices.is_empty()).then_some(choices))
        .collect();
    html! {
        button.pick type="button" {
            b { (line.name) }
            @if line.held { small { (ui::badge_saying(ui::Status::Held, if line.announced { "On hold" } else { "On hold, not sent" })) } }
            @if !said.is_empty() || !extra.is_zero() {
                small { (said.join(" · ")) @if extra.is_positive() { " +" (extra) } @else if extra.is_negative() { " " (extra) } }
            }
            @if let Some(given) = &line.given { small { (given.label()) " " (-line.discount()) } }
            @if let Some(list) = &line.price_list { small { (list) } }
            @if let Some(note) = &line.note { small.note { (note) } }
            @if let Some(allergy) = &line.allergy { small.alg { (icon("late")) "Allergy: " (allergy) } }
        }
    }
}

/// How many choices of one group stand under the selected line; more are in the sheet.
const CHOICES_AT_HAND: usize = 6;

/// What the selected line offers to a single tap: its seat, which goes round the table, and its single choices, the milk
/// of the latte that was just added.
fn at_hand(panel: &Panel, line: &Line, seat: &str) -> Markup {
    let product = line.product.and_then(|product| panel.menu.product(product));
    let groups = product.iter().flat_map(|product| &product.groups);
    let groups: Vec<&Group> = groups
        .filter(|group| {
            group.is_single() && group.min == 1 && group.modifiers.len() <= CHOICES_AT_HAND
        })
        .collect();
    let seats = panel.order.guests > 1;
    html! {
        @if seats && groups.is_empty() { span.choices { (seat_badge(panel.order, line, seat)) } }
        @for (number, group) in groups.into_iter().enumerate() {
            span.choices role="group" aria-label={ (group.name) " of " (line.name) } {
                @if seats && number == 0 { (seat_badge(panel.order, line, seat)) }
                @for modifier in &group.modifiers { (choice(panel.order, line, modifier)) }
            }
        }
    }
}

fn seat_badge(order: &Order, line: &Line, seat: &str) -> Markup {
    html! {
        button.chip type="button" hx-post=(url::order_line_seat(order.id, line.id)) hx-vals={ "{\"next\":\"1\"}" } hx-swap="none"
            data-key="tap" hx-sync="#order-panel:queue all" aria-label={ (seat) " of " (line.name) ". Next seat" } {
            (icon("seat")) (seat)
        }
    }
}

fn choice(order: &Order, line: &Line, modifier: &Modifier) -> Markup {
    let chosen = line
        .modifiers
        .iter()
        .any(|one| one.id == modifier.id && !one.left_out);
    html! {
        button.chip type="button" aria-pressed=(if chosen { "true" } else { "false" }) disabled[modifier.sold_out]
            hx-post=(url::order_line_choice(order.id, line.id)) hx-vals={ "{\"modifier\":\"" (modifier.id) "\"}" }
            hx-swap="none" data-key="tap" hx-sync="#order-panel:queue all" {
            (modifier.name)
            @if modifier.price_delta.is_positive() { " +" (modifier.price_delta) }
        }
    }
}

/// What takes the removal of a line back, for whoever removed it.
pub fn removed(order: OrderId, line: &Line) -> Markup {
    let undo = line.product.map(|product| {
        let mut values = json!({ "product": product, "quantity": line.quantity, "choices": "1", "course": line.course });
        for (number, chosen) in line.modifiers.iter().enumerate() {
            let pick = chosen.pick();
            match pick.written() {
                Some(word) => values[format!("word-{number}")] = json!(word),
                None => values[format!("m-{number}")] = json!(pick.modifier),
            }
        }
        for (name, value) in [
            ("note", line.note.clone()),
            ("allergy", line.allergy.clone()),
            ("seat", line.seat.map(|seat| seat.to_string())),
        ] {
            if let Some(value) = value {
                values[name] = json!(value);
            }
        }
        html! {
            button.btn type="button" hx-post=(url::order_lines(order)) hx-vals=(values.to_string()) hx-swap="none" data-deed="undo" data-rev={ (line.id) ".1" }
                hx-sync="#order-panel:queue all" { (ui::labelled("undo", "Undo")) }
        }
    });
    html! {
        hx-partial hx-target="#notice" {
            (ui::notice::toast_with(ui::Kind::Ok, &format!("{} × {} removed.", line.quantity, line.name), undo.unwrap_or_default()))
        }
    }
}

fn quantity(order: &Order, line: &Line) -> Markup {
    let set = url::order_line_quantity(order.id, line.id);
    let less = line.quantity.get() - 1;
    html! {
        span.stepper role="group" aria-label={ "Quantity of " (line.name) } {
            @if less == 0 {
                button.btn type="button" hx-delete=(url::order_line(order.id, line.id)) hx-swap="none" data-key="tap"
                    hx-sync="#order-panel:queue all" aria-label={ "Remove " (line.name) } { (icon("trash")) }
            } @else {
                button.btn type="button" hx-post=(set) hx-vals={ "{\"by\":\"-1\"}" } hx-swap="none" data-key="tap"
                    hx-sync="#order-panel:queue all" aria-label={ "One less " (line.name) } { (icon("minus")) }
            }
            output { (line.quantity) }
            button.btn type="button" hx-post=(set) hx-vals={ "{\"by\":\"1\"}" } hx-swap="none" data-key="tap"
                hx-sync="#order-panel:queue all" aria-label={ "One more " (line.name) } { (icon("plus")) }
        }
    }
}

fn state_badge(line: &Line, receipts: &[Receipt]) -> Markup {
    let is_shown = |receipt: &Receipt| receipt.is_shown() && receipt.lines.contains(&line.id);
    match line.state {
        LineState::Unsent => html! {},
        LineState::Sent if receipts.iter().any(is_shown) => {
            ui::badge_saying(ui::Status::New, "On screen")
        }
        LineState::Sent => ui::badge_saying(ui::Status::New, "Sent"),
        LineState::Preparing => ui::badge(ui::Status::Preparing),
        LineState::Ready => ui::badge(ui::Status::Ready),
        LineState::Served => ui::badge_saying(ui::Status::Paid, "Served"),
        LineState::Voided => ui::badge_saying(ui::Status::Cancelled, "Void"),
    }
}

/// The delivery receipts: how far each station is with what was sent, as long as something of it is not carried out.
fn receipts(panel: &Panel) -> Markup {
    let order = panel.order;
    let waits = |line: &LineId| {
        let its = order.lines.iter().find(|one| one.id == *line);
        its.is_some_and(|its| its.state.is_underway())
    };
    let open = panel
        .receipts
        .iter()
        .filter(|one| one.lines.iter().any(waits));
    let open: Vec<Receipt> = open.cloned().collect();
    html! {
        div #order-receipts.receipts role="group" aria-label="How far the stations are" data-rev=(rev(order)) {
            @for one in kitchen::receipts::by_station(&open) { (receipt(one, panel.days)) }
        }
    }
}

fn receipt(one: &Receipt, days: &DayRule) -> Markup {
    let at = days.local(one.at).time();
    html! {
        span.row id={ "receipt-" (one.ticket) } {
            b { (one.station) } " "
            @match one.reached {
                Reached::Unseen => {
                    (ui::badge_of(ui::Kind::Bad, true, &format!("On no screen since {at}")))
                    button.btn type="button" hx-post=(url::ticket_told(one.ticket)) hx-swap="none" data-deed="told"
                        aria-label={ "Told them: " (one.station) } { "Told them" }
                }
                Reached::Sent => (ui::badge_saying(ui::Status::New, &format!("Sent {at}"))),
                Reached::Told => (ui::badge_of(ui::Kind::Warn, false, &format!("Told {at}"))),
                Reached::Printed => (ui::badge_saying(ui::Status::New, &format!("On paper {at}"))),
                Reached::OnScreen => (ui::badge_saying(ui::Status::New, &format!("On screen {at}"))),
                Reached::Started => (ui::badge_saying(ui::Status::Preparing, &format!("Started {at}"))),
                Reached::Ready => (ui::badge_saying(ui::Status::Ready, &format!("Ready {at}"))),
            }
        }
    }
}

/// Acts on the selected line; the script writes its id in place of `{line}`.
fn line_bar(order: &Order) -> Markup {
    let of = |pattern| url::of_selected_line(pattern, order.id);
    html! {
        // On a low screen it scrolls sideways, also for those without a hand on it.
        div #line-bar.line-bar role="toolbar" tabindex="0" aria-label="Selected line" {
            button.btn type="button" disabled hx-get=(of(url::at::order_line_note)) hx-target="#sheet" data-for="unsent held" { (icon("note")) "Note" }
            button.btn type="button" disabled hx-get=(of(url::at::order_line_modifiers)) hx-target="#sheet" data-for="unsent held" { (icon("mods")) "Modifiers" }
            button.btn type="button" disabled hx-get=(of(url::at::order_line_seat)) hx-target="#sheet" data-for="unsent" { (icon("seat")) span data-fill="seat" data-empty="Seat" { "Seat" } }
            button.btn type="button" disabled hx-get=(of(url::at::order_line_course)) hx-target="#sheet" data-for="unsent held" { (icon("clock")) span data-fill="course" data-empty="Course" { "Course" } }
            button.btn type="button" disabled hx-post=(of(url::at::order_line_hold)) hx-swap="none" hx-sync="#order-panel:queue all" data-for="unsent" { (icon("held")) "Hold" }
            button.btn type="button" disabled hx-delete=(of(url::at::order_line_hold)) hx-swap="none" hx-sync="#order-panel:queue all" data-for="held" { (icon("play")) "Release" }
            button.btn type="button" disabled hx-post=(of(url::at::order_line_fire)) hx-swap="none" hx-sync="#order-panel:queue all" data-for="held" { (icon("preparing")) "Fire" }
            button.btn type="button" disabled hx-post={ (url::order_servings(order.id)) "?line={line}" } hx-swap="none" data-for="sent" { (icon("check")) "Served" }
            button.btn type="button" disabled hx-get=(of(url::at::order_line_comp)) hx-target="#sheet" data-for="sent" { (icon("tip")) "Comp" }
            button.btn type="button" disabled hx-get=(of(url::at::order_line_discount)) hx-target="#sheet" data-for="unsent held sent" { (icon("percent")) "Discount" }
            button.btn.danger type="button" disabled hx-get=(of(url::at::order_line_void)) hx-target="#sheet" data-for="sent" { (icon("cancelled")) "Void" }
            button.btn.danger type="button" disabled hx-delete=(of(url::at::order_line)) hx-swap="none" hx-sync="#order-panel:queue all" data-for="unsent held" { (icon("trash")) "Remove" }
        }
    }
}

fn sums(order: &Order) -> Markup {
    let totals = order.totals().unwrap_or_default();
    let items: i32 = order
        .lines
        .iter()
        .filter(|line| !line.is_voided())
        .map(|line| i32::from(line.quantity.get()))
        .sum();
    let balance = order.balance();
    html! {
        dl #order-sums.totals data-rev=(rev(order)) {
            dt { "Subtotal, " (items) @if items == 1 { " item" } @else { " items" } } dd { (totals.subtotal) }
            @if totals.comps.is_positive() { dt { "Given free" } dd { (Money::ZERO - totals.comps) } }
            @if totals.line_discounts.is_positive() { dt { "Discounts on items" } dd { (Money::ZERO - totals.line_discounts) } }
            @if totals.order_discount.is_positive() { dt { (discount_label(order)) } dd { (Money::ZERO - totals.order_discount) } }
            @if totals.service.is_positive() { dt { "Service charge" } dd { (totals.service) } }
            @for tax in &totals.taxes {
                @if !tax.rate.is_zero() {
                    dt { (tax_name(order, tax.tax_class)) @if order.tax_included { " included" } } dd { (tax.tax) }
                }
            }
            @if order.paid.is_positive() { dt { "Paid" } dd { (Money::ZERO - order.paid) } }
            @if let Some(said) = order.changed_bill() {
                dt.changed { (ui::badge_saying(ui::Status::Due, "Bill changed")) } dd { "it says " (said) }
            }
            dt.due { @if order.paid.is_positive() { "To pay" } @else { "Total" } }
            dd.due { @if order.paid.is_positive() { (balance.with_code()) } @else { (totals.total.with_code()) } }
        }
    }
}

fn tax_name(order: &Order, class: TaxClassId) -> &str {
    order
        .lines
        .iter()
        .find(|line| line.tax_class == class)
        .map_or("Tax", |line| line.tax_name.as_str())
}

fn actions(order: &Order, pays: bool, unit: Money) -> Markup {
    let unsent = order.to_send().count() + order.to_announce().count();
    let ready = order.ready().count();
    let due = order.balance().is_positive();
    let counter = order.is_counter_sale() && pays && due && order.is_open();
    html! {
        div #order-actions.actions.counter[counter] data-rev=(rev(order)) {
            @if !order.is_open() {
                @if ready > 0 { (served_button(order, ready, true)) }
                a.btn.xl.wide[ready == 0] href=(url::floor()) { "Back to the floor" }
                @if pays && order.paid.is_positive() { a.btn.xl href=(url::order_pay(order.id)) { "Payments" } }
            } @else if counter {
                button.btn.xl.primary type="button" hx-post=(url::order_payments(order.id)) hx-swap="none" data-deed="exact"
                    hx-sync="#order-panel:queue all" hx-vals=(cash_values(order, in_cash(order, unit))) {
                    (icon("cash")) "Exact " (in_cash(order, unit))
                }
                (banknotes(order, unit))
                (send_button(order, unsent, false))
                a.btn.xl href=(url::order_pay(order.id)) data-after-taps { "Pay" }
            } @else {
                @if unsent == 0 && ready > 0 { (served_button(order, ready, !due)) }
                @else { (send_button(order, unsent, unsent > 0)) }
                (bill_button(order, due))
                @if pays { a.btn.xl.primary[unsent == 0 && due] href=(url::order_pay(order.id)) data-after-taps { "Pay" } }
            }
        }
    }
}

/// What a guest at the counter hands over when it is not exact; the change is on the next screen.
fn banknotes(order: &Order, unit: Money) -> Markup {
    let amounts = quick_cash(in_cash(order, unit), Currency::venue());
    html! {
        div.banknotes role="group" aria-label="Cash received" {
            @for amount in amounts.into_iter().skip(1).take(3) {
                button.btn type="button" hx-post=(url::order_payments(order.id)) hx-swap="none" data-deed={ "cash-" (amount.minor()) }
                    hx-sync="#order-panel:queue all" hx-vals=(cash_values(order, amount)) { (amount) }
            }
        }
    }
}

/// What is to pay in cash.
fn in_cash(order: &Order, unit: Money) -> Money {
    let rounded = order.balance().rounded_to(unit);
    match rounded.is_positive() {
        true => rounded,
        false => order.balance(),
    }
}

/// A payment in cash of what this picture says is due, and of nothing else.
fn cash_values(order: &Order, tendered: Money) -> String {
    json!({ "method": "cash", "tendered": tendered.to_string(), "expected": order.balance().to_string() })
        .to_string()
}

fn served_button(order: &Order, ready: usize, primary: bool) -> Markup {
    html! {
        button.btn.xl.primary[primary] type="button" hx-post=(url::order_servings(order.id)) hx-swap="none" data-deed="serve"
            hx-sync="#order-panel:queue all" { (icon("check")) "Served" span.count { (ready) } }
    }
}

/// The bill, printed by the same tap. It stands there also as long as nothing is due: nothing moves when that changes.
fn bill_button(order: &Order, due: bool) -> Markup {
    html! {
        button.btn.xl.bill type="button" disabled[!due] hx-post=(url::order_bills(order.id)) hx-swap="none" data-deed="bill"
            hx-sync="#order-panel:queue all" { "Bill" }
    }
}

fn send_button(order: &Order, unsent: usize, primary: bool) -> Markup {
    html! {
        button.btn.xl.primary[primary] type="button" disabled[unsent == 0] hx-post=(url::order_sends(order.id)) hx-swap="none" data-deed="send"
            hx-sync="#order-panel:queue all" {
            (icon("send")) span.said { "Send" @if unsent > 0 { small { (send_where(order)) } } }
        }
    }
}

/// Where a send goes: "2 kitchen · 1 bar". Stations are named by the feed that draws this.
fn send_where(order: &Order) -> String {
    let mut stations: Vec<(String, i32)> = Vec::new();
    for line in order.to_send() {
        let name = line.station_name.to_lowercase();
        match stations.iter_mut().find(|(station, _)| *station == name) {
            Some((_, count)) => *count += i32::from(line.quantity.get()),
            None => stations.push((name, line.quantity.get().into())),
        }
    }
    let held: i32 = order
        .to_announce()
        .map(|line| i32::from(line.quantity.get()))
        .sum();
    let said: Vec<String> = stations
        .into_iter()
        .map(|(station, count)| format!("{count} {station}"))
        .chain((held > 0).then(|| format!("{held} on hold")))
        .collect();
    said.join(" · ")
}
/// Who the order is for, as the screen's title.
pub(super) fn heading(order: &Order) -> Markup {
    html! { h1 #order-title data-rev=(rev(order)) { (order.title()) } }
}

pub(super) fn subheading(order: &Order) -> Markup {
    html! { span #order-meta.meta data-rev=(rev(order)) { (meta(order)) } }
}

fn meta(order: &Order) -> String {
    let guests = match order.guests {
        1 => "1 guest".to_owned(),
        more => format!("{more} guests"),
    };
    match &order.place {
        Place::Table { area, .. } => format!("{area} · {guests}"),
        Place::Takeaway { name, phone } => {
            let said: Vec<&str> = [name, phone]
                .into_iter()
                .filter_map(|part| part.as_deref())
                .collect();
            said.join(" · ")
        }
    }
}

//! How a pass looks. One picture is shared by all who watch it: it carries no key and nothing personal.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::serving::Serving;
use super::whole::{Counts, Part, Pass, Stage, Whole, summed};
use crate::kitchen::{Age, Station, legend};
use crate::live;
use crate::orders::{Kind, OnPass, Order, PassLine, Place};
use crate::settings::Settings;
use crate::staff::short_name;
use crate::ui::{self, BodyKind, Page, Shape, Status, Tick};
use crate::values::{
    OrderId, ServingId, StationId, age_words, epoch_millis, minutes_seconds, rfc3339,
};
use crate::web::url;

/// How many of the orders that wait longest are named at the foot.
const NAMED: usize = 3;

/// A pass, for as long as somebody looks at it. `way_back` is drawn for people, who have other screens.
pub fn page(pass: &Pass, now: OffsetDateTime, settings: &Settings, way_back: bool) -> Markup {
    let station = &pass.station;
    let counts = html! { span.row.counts #pass-counts { (counts(pass.counts(now))) } };
    let actions = html! {
        span #pass-recall { (recall_last(pass)) }
        button.btn type="button" data-board="recalls" hx-get=(url::pass_servings(station.id)) hx-target="#sheet"
            aria-label="All that was served from here lately" { (ui::icon("more")) }
        @if way_back {
            a.btn href=(url::boards()) aria-label="All boards" { (ui::icon("left")) }
        }
    };
    let content = html! {
        (ui::wall_bar("ready", &station.name, counts, actions))
        main.pass #pass {
            section aria-labelledby="ready-h" {
                h2 { (ui::icon("ready")) span #ready-h { "Ready to serve" } (more()) }
                div.list #pass-ready tabindex="0" role="region" aria-labelledby="ready-h" { (ready(pass, now)) }
            }
            section aria-labelledby="progress-h" {
                h2 { (ui::icon("preparing")) span #progress-h { "In progress, oldest first" } (more()) }
                div.grid #pass-board tabindex="0" role="region" aria-labelledby="progress-h" { (in_progress(pass, now)) }
            }
        }
        footer.allday #pass-longest tabindex="0" aria-label="Waiting longest" { (longest(pass, now)) }
    };
    let stream = format!("{}?view=board&station={}", url::stream(), station.id);
    let sign_in = url::sign_in();
    let page = Page {
        stream: Some(&stream),
        sign_in: Some(&sign_in),
        now_ms: Some(epoch_millis(now)),
        zone: Some(&settings.time_zone),
        ..Page::new(BodyKind::Wall, &station.name, &settings.cafe_name)
    };
    ui::page(page, content)
}

/// Everything of a pass that changes, as its feed sends it.
pub fn picture(pass: &Pass, now: OffsetDateTime) -> Markup {
    html! {
        hx-partial hx-target="#pass-ready" hx-swap="innerArticles" { (ready(pass, now)) }
        hx-partial hx-target="#pass-board" hx-swap="innerArticles" { (in_progress(pass, now)) }
        hx-partial hx-target="#pass-counts" hx-swap="innerPlain" { (counts(pass.counts(now))) }
        hx-partial hx-target="#pass-recall" hx-swap="innerMorph" { (recall_last(pass)) }
        hx-partial hx-target="#pass-longest" hx-swap="innerMorph" { (longest(pass, now)) }
    }
}

/// What takes a serving back in place, for whoever served.
pub fn served(pass: StationId, order: &Order, serving: ServingId) -> Markup {
    let title = order.title();
    let said = match (order.kind(), order.customer()) {
        (Kind::DineIn, _) => format!("{title} served."),
        (Kind::Takeaway, Some(customer)) => format!("{title} handed over to {customer}."),
        (Kind::Takeaway, None) => format!("{title} handed over."),
    };
    let undo = take_back_button(pass, serving, &title, "Undo");
    notice(ui::notice::toast_with(ui::Kind::Ok, &said, undo))
}

/// What is told to the second of two hands.
pub fn was_served(order: &Order) -> Markup {
    let title = order.title();
    let said = match order.kind() {
        Kind::DineIn => format!("{title} was already served."),
        Kind::Takeaway => format!("{title} was already handed over."),
    };
    notice(ui::toast(ui::Kind::Info, &said))
}

/// What is told to whoever took a serving back, with what is left in the list, should it be open.
pub fn taken_back(serving: &Serving, left: &[Serving], now: OffsetDateTime) -> Markup {
    html! {
        (notice(ui::toast(ui::Kind::Ok, &format!("{} is back on the pass.", serving.title))))
        hx-partial hx-target="#recall-list" hx-swap="innerMorph" { (recall_list(left, now)) }
    }
}

/// The dialog of what was carried out from a pass lately.
pub fn recall(servings: &[Serving], now: OffsetDateTime) -> Markup {
    let heading = html! {
        h2 #sheet-h tabindex="-1" autofocus { "Recall" }
        span.dim { "Last 15 minutes" }
    };
    let content = html! {
        div.body { ul.todo #recall-list { (recall_list(servings, now)) } }
        footer { button.btn.lg type="button" data-close { "Back to the pass" } }
    };
    ui::dialog::dialog_with(Shape::Drawer, "Recall", heading, content)
}

fn notice(toast: Markup) -> Markup {
    html! { hx-partial hx-target="#notice" { (toast) } }
}

/// Filled and shown by `expo.js` where a list goes on below the edge.
fn more() -> Markup {
    html! { button.btn.push type="button" data-more hidden {} }
}

fn counts(counts: Counts) -> Markup {
    html! {
        span.cnt data-kind="ok" { (ui::icon("ready")) b { (counts.ready) } " ready" }
        span.cnt { b { (counts.in_progress) } " in progress" }
        @if counts.late > 0 { span.cnt data-kind="bad" { (ui::icon("late")) b { (counts.late) } " late" } }
    }
}

fn ready(pass: &Pass, now: OffsetDateTime) -> Markup {
    let ready = pass.ready();
    let cards = html! {
        @for (whole, key) in ready.iter().zip(1..) { (ready_card(whole, key, pass.station.id, now)) }
    };
    html! {
        (live::fingerprinted(&cards))
        @if ready.is_empty() {
            (ui::empty("check", "Nothing waits", "What is ready appears here by itself.", html! {}))
        }
    }
}

/// An order of which something waits, and the button that carries just that out: what is ready a moment later was not
/// seen by whoever taps.
fn ready_card(whole: &Whole, key: usize, pass: StationId, now: OffsetDateTime) -> Markup {
    let (order, lines) = (&whole.order, whole.ready());
    let card = format!("pr-{}", order.id);
    let deed = match order.kind() {
        Kind::DineIn => "Served",
        Kind::Takeaway => "Handed over",
    };
    html! {
        article.pcard id=(card) data-status="ready" data-n=(key) data-rev={ (order.id) "." (order.revision) }
            data-ready=(mark(order.id, &lines)) aria-label={ (order.title()) ", ready" } {
            (head(whole, Some(key), html! {
                (ready_badge(whole))
            }))
            @if let Some(since) = whole.waiting_since() {
                span.tm { (ui::ticking(Tick::Board, &rfc3339(since), &age_at(since, now))) "on the pass" }
            }
            p.items { (things(&lines)) }
            (allergies(&lines))
            (rest(whole))
            @for line in &lines { input type="hidden" name="line" value=(line.id); }
            button.btn.primary type="button" data-deed="serve" hx-post=(url::pass_order(pass, order.id)) hx-include={ "#" (card) " input" }
                hx-swap="none" aria-label={ (deed) ": " (order.title()) } { (ui::labelled("paid", deed)) }
        }
    }
}

/// All of it is ready, or so many pieces of how many.
fn ready_badge(whole: &Whole) -> Markup {
    let pieces = |lines: &[&PassLine]| -> i32 {
        let pieces = lines.iter().map(|line| i32::from(line.quantity.get()));
        pieces.sum()
    };
    let (ready, missing) = (pieces(&whole.ready()), pieces(&whole.missing()));
    match missing {
        0 => ui::badge(Status::Ready),
        _ => ui::badge_saying(
            Status::Preparing,
            &format!("{ready} of {} ready", ready + missing),
        ),
    }
}

fn in_progress(pass: &Pass, now: OffsetDateTime) -> Markup {
    let orders = pass.in_progress();
    let cards = html! {
        @for whole in &orders { (progress_card(whole, &pass.station, now)) }
    };
    html! {
        (live::fingerprinted(&cards))
        @if orders.is_empty() {
            (ui::empty("check", "All caught up", "Orders appear here when they are sent.", html! {}))
        }
    }
}

fn progress_card(whole: &Whole, pass: &Station, now: OffsetDateTime) -> Markup {
    let (order, pace) = (&whole.order, whole.pace(pass));
    let age = whole.age(pass, now).unwrap_or(Age::New);
    html! {
        article.pcard id={ "pp-" (order.id) } data-age=(age.name()) data-soon=(pace.soon_s) data-late=(pace.late_s)
            aria-label=(order.title()) {
            (head(whole, None, html! {}))
            @if let Some(since) = whole.since() {
                span.tm {
                    (ui::ticking(Tick::Board, &rfc3339(since), &age_at(since, now)))
                    span.ag data-age-label { (ui::icon(age.icon())) span { (age.label()) } }
                }
            }
            ul.stn { @for part in whole.parts() { (station(&part)) } }
            (rest(whole))
        }
    }
}

fn station(part: &Part) -> Markup {
    let status = match part.stage {
        Stage::New => Status::New,
        Stage::Preparing => Status::Preparing,
        Stage::Ready => Status::Ready,
    };
    html! {
        li {
            span { (part.station) }
            span.num { (part.made) " of " (part.of) }
            (ui::badge(status))
        }
    }
}

/// Where the guests are, who serves them or who comes for it, whether a station makes it first, and whether it is paid.
fn head(whole: &Whole, key: Option<usize>, badge: Markup) -> Markup {
    let order = &whole.order;
    let who = match order.customer() {
        Some(customer) => customer.to_owned(),
        None => short_name(&order.waiter_name),
    };
    html! {
        span.t { (short(order)) }
        span.wh {
            @if let Some(key) = key { span.key aria-label={ "Key " (key) } { (key) } " " }
            (who) br;
            (badge) " "
            @if whole.goes_first() { span.badge { (ui::icon("up")) "First" } " " }
            @if order.paid { (ui::badge(Status::Paid)) } @else { (ui::badge_saying(Status::Due, "To pay")) }
        }
    }
}

/// What the order waits for, and what is kept back.
fn rest(whole: &Whole) -> Markup {
    let (missing, held) = (whole.missing(), whole.held());
    html! {
        @if !missing.is_empty() { p.items { small { "Waits for " } (things(&missing)) } }
        @if !held.is_empty() { p.items.held { (ui::icon("held")) small { "Held " } (things(&held)) } }
    }
}

/// "2 Katogo, beef; Rolex".
fn things(lines: &[&PassLine]) -> Markup {
    let sums = summed(lines);
    html! {
        @for (number, (pieces, line)) in sums.iter().enumerate() {
            @if number > 0 { "; " }
            @if *pieces > 1 { (pieces) " " }
            (line.name)
            @if !line.choices.is_empty() { small { ", " (line.choices) } }
        }
    }
}

/// Whoever carries it out is the last who can tell.
fn allergies(lines: &[&PassLine]) -> Markup {
    html! {
        @for line in lines {
            @if let Some(allergy) = &line.allergy {
                span.allergy { (ui::icon("late")) (line.name) ": " (allergy.to_uppercase()) }
            }
        }
    }
}

fn longest(pass: &Pass, now: OffsetDateTime) -> Markup {
    let orders = pass.in_progress();
    html! {
        h2 { "Waiting longest" }
        @for whole in orders.iter().take(NAMED) {
            @if let (Some(since), Some(first)) = (whole.since(), summed(&whole.missing()).first()) {
                span {
                    b { (short(&whole.order)) }
                    @if first.0 > 1 { (first.0) " " } (first.1.name) ", "
                    (ui::ticking(Tick::Board, &rfc3339(since), &age_at(since, now)))
                }
            }
        }
        @if orders.is_empty() { span { "Nobody." } }
        span.push {}
        (legend(pass.station.pace))
    }
}

fn recall_last(pass: &Pass) -> Markup {
    match &pass.last {
        Some(last) => html! {
            button.btn #recall-last type="button" data-board="recall" data-deed="take-back" data-rev={ (last.id) ".0" }
                hx-delete=(url::pass_serving(last.station, last.id)) hx-swap="none"
                aria-label={ "Recall " (last.title) } { (ui::labelled("undo", "Recall")) }
        },
        None => html! {
            button.btn #recall-last type="button" disabled aria-label="Recall: nothing was served from here in the last 15 minutes" {
                (ui::labelled("undo", "Recall"))
            }
        },
    }
}

fn recall_list(servings: &[Serving], now: OffsetDateTime) -> Markup {
    html! {
        @for serving in servings {
            li id={ "v-" (serving.id) } data-status="paid" {
                (ui::icon("paid"))
                span {
                    b { (serving.title) } (serving.what) br;
                    small {
                        "By " (serving.by) " · "
                        (ui::ticking(Tick::Floor, &rfc3339(serving.at), &age_words((now - serving.at).whole_seconds())))
                    }
                }
                (take_back_button(serving.station, serving.id, &serving.title, "Recall"))
            }
        }
        @if servings.is_empty() {
            li { (ui::empty("undo", "Nothing to recall", "What is served from here can be taken back for 15 minutes.", html! {})) }
        }
    }
}

/// Names the serving that it takes back, so that two who tap at once do not take back two.
fn take_back_button(pass: StationId, serving: ServingId, title: &str, label: &str) -> Markup {
    html! {
        button.btn type="button" data-deed="take-back" data-rev={ (serving) ".0" } hx-delete=(url::pass_serving(pass, serving))
            hx-swap="none" aria-label={ (label) " " (title) } { (ui::labelled("undo", label)) }
    }
}

/// As it is called across a room: "T7", "G1", "TA 117", "C 120".
fn short(order: &OnPass) -> String {
    match &order.place {
        Place::Table { code, .. } if code.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("T{code}")
        }
        Place::Table { code, .. } => code.clone(),
        Place::Takeaway {
            name: None,
            phone: None,
        } => format!("C {}", order.number),
        Place::Takeaway { .. } => format!("TA {}", order.number),
    }
}

/// What rings once: the last of an order's lines that became ready.
fn mark(order: OrderId, ready: &[&PassLine]) -> String {
    let last = ready.iter().filter_map(|line| line.ready_at).max();
    format!("{order}-{}", last.map_or(0, epoch_millis))
}

fn age_at(since: OffsetDateTime, now: OffsetDateTime) -> String {
    minutes_seconds((now - since).whole_seconds())
}

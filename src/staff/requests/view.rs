//! How requests look: to whoever asks, inside the dialog of the deed, and to managers.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::{Request, State};
use crate::staff::Person;
use crate::staff::approval::Approver;
use crate::staff::view::approval::{here, ways};
use crate::ui::{self, BodyKind, Kind, Tick, icon};
use crate::values::{DayRule, epoch_millis, rfc3339};
use crate::web::url;

const AGREE: &str = r#"{"agree":"yes"}"#;
const REFUSE: &str = r#"{"agree":"no"}"#;

/// How many requests stand over a page; the others are on their own.
const BANNERS: usize = 3;

/// Who may agree here, on which device.
pub(super) struct Here {
    pub(super) approvers: Vec<Approver>,
    pub(super) on_terminal: bool,
}

/// The part of a dialog in which a manager consents, as the request stands; `asks` puts it in the place of what is there.
pub(super) fn standing(request: &Request, place: &Here, now: OffsetDateTime) -> Markup {
    let name = request.answerer.as_deref().unwrap_or_default();
    let part = match request.state {
        State::Waiting | State::Approved if now >= request.expires_at => over(
            request,
            place,
            html! { b { "Nobody answered within 10 minutes." } " Ask again, or have a PIN entered here." },
        ),
        State::Waiting => waiting(request, place),
        State::Approved => agreed(request, name),
        State::Refused => over(
            request,
            place,
            html! { b { (name) " did not agree." } @if let Some(note) = &request.note { " “" (note) "”" } },
        ),
        State::Used => over(
            request,
            place,
            html! { b { "This approval was used." } " Ask again." },
        ),
        State::Withdrawn => ways(&place.approvers, place.on_terminal, &request.wish.address),
    };
    html! { hx-partial hx-target="#approval" hx-swap="outerHTML" { div #approval.stack { (part) } } }
}

/// Looks for the answer by itself; the secret that somebody may be typing meanwhile stays as it is.
fn waiting(request: &Request, place: &Here) -> Markup {
    html! {
        (asked(request))
        div.banner.round data-kind="info" role="status" data-asks
            hx-get=(url::approval_answer(request.id)) hx-trigger="every 1500ms" hx-swap="none" {
            (icon("clock"))
            span { b { "Asked on the managers' screens." } " It is done as soon as one of them agrees." }
            span.push {}
            (take_back(request, "Withdraw"))
        }
        details.stack {
            summary { "Have a PIN or password entered here instead" }
            (here(&place.approvers, place.on_terminal))
        }
    }
}

/// The script sends the form as soon as this is there (`asks.js`).
fn agreed(request: &Request, name: &str) -> Markup {
    html! {
        (asked(request))
        div.banner.round data-kind="ok" role="status" data-agreed=(request.id) {
            (icon("check"))
            span { b { (name) " agreed." } @if let Some(note) = &request.note { " “" (note) "”" } }
            span.push {}
            (take_back(request, "Ask anew"))
        }
    }
}

fn over(request: &Request, place: &Here, sentence: Markup) -> Markup {
    html! {
        (ui::banner(Kind::Warn, true, sentence))
        (ways(&place.approvers, place.on_terminal, &request.wish.address))
    }
}

fn asked(request: &Request) -> Markup {
    html! { input type="hidden" name="asked" value=(request.id); }
}

fn take_back(request: &Request, label: &str) -> Markup {
    html! {
        button.btn type="button" hx-delete=(url::approval(request.id)) hx-swap="none" hx-disable="this" { (label) }
    }
}

/// The managers' page.
pub(super) fn page(
    requests: &[Request],
    by: &Person,
    cafe: &str,
    now: OffsetDateTime,
    days: &DayRule,
) -> Markup {
    let person = by.shown();
    let bar = ui::TopBar {
        back: Some(("Floor", &url::floor())),
        title: Some("Approvals"),
        person: Some(&person),
        ..ui::TopBar::default()
    };
    let content = html! {
        (ui::top_bar(bar, html! {}))
        main.scroll { div #requests.narrow.stack { (list(requests, days)) } }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=approvals", url::stream())),
            sign_in: Some(&url::sign_in()),
            now_ms: Some(epoch_millis(now)),
            ..ui::Page::new(BodyKind::Pos, "Approvals", cafe)
        },
        content,
    )
}

/// The page's region, as the feed sends it and a deed answers with it.
pub(super) fn region(requests: &[Request], days: &DayRule) -> Markup {
    html! { hx-partial hx-target="#requests" hx-swap="innerMorph" { (list(requests, days)) } }
}

fn list(requests: &[Request], days: &DayRule) -> Markup {
    html! {
        @for request in requests { (card(request, days)) }
        @if requests.is_empty() {
            section.card {
                (ui::empty("check", "Nobody asks for anything", "What needs a manager comes here the moment somebody asks.", html! {}))
            }
        }
    }
}

/// The note's field has no value of its own, so that a redrawing leaves in it what is being typed.
fn card(request: &Request, days: &DayRule) -> Markup {
    let note = format!("note-{}", request.id);
    let to = url::approval_answer(request.id);
    html! {
        article.card.stack.ask id={ "ask-" (request.id) } data-own=(request.asked_by) data-rev={ (request.id) ".1" } {
            header {
                b { (request.asker) }
                @if let Some(terminal) = &request.terminal { span.dim { (terminal) } }
                span.push.dim { (ui::ticking(Tick::Floor, &rfc3339(request.asked_at), &days.local(request.asked_at).time())) }
            }
            h2 { (request.wish.summary) }
            form.stack {
                label.field for=(note) { "Note (may stay empty)" input id=(note) name="note" maxlength="200" autocomplete="off"; }
                div.row.eq {
                    button.btn.xl type="button" hx-post=(to) hx-vals=(REFUSE) hx-swap="none" data-deed="refuse" { (icon("x")) "Refuse" }
                    button.btn.xl.primary type="button" hx-post=(to) hx-vals=(AGREE) hx-swap="none" data-deed="agree" { (icon("check")) "Approve" }
                }
            }
            p.dim.own { "Your own: another manager or an admin answers it." }
            @if let Some(order) = request.wish.order { a.btn.quiet href=(url::order(order)) { "Look at the order" } }
        }
    }
}

/// Over whatever page a manager is on.
pub(super) fn banners(requests: &[Request]) -> Markup {
    let more = requests.len().saturating_sub(BANNERS);
    html! {
        hx-partial hx-target="#asks" hx-swap="innerMorph" {
            @for request in requests.iter().take(BANNERS) {
                div.banner id={ "asks-" (request.id) } data-kind="info" data-own=(request.asked_by) data-ask {
                    (icon("shield"))
                    span { b { (request.asker) " asks: " } (request.wish.summary) }
                    span.push {}
                    a.btn.primary href=(url::approvals()) { "Answer" }
                }
            }
            @if more > 0 { div #asks-more.banner data-kind="info" { (icon("shield")) span { (more) " more" } } }
        }
    }
}

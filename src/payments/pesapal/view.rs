//! What the till shows of money that is asked for through Pesapal: the link, its code, how it stands.

use maud::{Markup, html};

use super::attempt::{Attempt, State};
use super::client::{Failure, is_address};
use crate::orders::Order;
use crate::shifts::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::TokenId;
use crate::web::url;

/// What the screen of an attempt shows.
pub struct Screen<'a> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// The order that it is for.
    pub order: &'a Order,
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let order = screen.order;
    let meta = format!("{} · order {}", order.title(), order.number);
    let back = url::order_pay(order.id);
    let content = html! {
        (bar(("Pay", &back), "Pesapal link", &meta, screen.person))
        main.scroll.rcp { (panel(screen.attempt)) }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Pesapal link", screen.cafe)
        },
        content,
    )
}

/// What is asked for and how it stands. While that may change by itself, as it may as long as no money has come, it looks
/// again every two seconds, and is drawn anew only where something has changed: nobody's finger is on a button that goes.
pub fn panel(attempt: &Attempt) -> Markup {
    let again = format!("{}?seen={}", url::attempt(attempt.id), attempt.revision);
    let open = attempt.state != State::Confirmed;
    html! {
        section #attempt.card.stack aria-label="Pesapal link" hx-get=[open.then_some(&again)] hx-trigger=[open.then_some("every 2s")]
            hx-target=[open.then_some("#attempt")] hx-swap=[open.then_some("outerHTML")] {
            dl.change { div.full { dt { "Asked for" @if attempt.tip.is_positive() { ", with tip" } } dd.huge { (attempt.total().with_code()) } } }
            (state(attempt))
            @if attempt.state == State::Waiting { (link(attempt)) }
            (deeds(attempt))
        }
    }
}

fn state(attempt: &Attempt) -> Markup {
    let said = attempt.said.as_deref();
    let (kind, symbol, title, text) = match attempt.state {
        State::Starting => (Kind::Info, "sync", "Asking Pesapal for the link.", None),
        State::Waiting => (
            Kind::Info,
            "qr",
            "Waiting for the guest.",
            Some("They scan the code, and pay by mobile money or card."),
        ),
        State::Confirmed if said.is_some() => (Kind::Warn, "paid", "Paid through Pesapal.", said),
        State::Confirmed => (
            Kind::Ok,
            "paid",
            "Paid through Pesapal.",
            Some("Take no cash for it."),
        ),
        State::Failed if attempt.gave_up => (Kind::Warn, "late", "Took too long.", said),
        State::Failed => (Kind::Bad, "warn", "Not paid.", said),
        State::Cancelled => (Kind::Warn, "cancelled", "Called off.", said),
    };
    ui::notice::banner_with(
        kind,
        symbol,
        true,
        html! { b { (title) } @if let Some(text) = text { " " (text) } },
    )
}

/// The code, and the link itself for a guest who cannot scan it.
fn link(attempt: &Attempt) -> Markup {
    let redirect = attempt.redirect.as_deref().filter(|url| is_address(url));
    html! {
        @if let Some(redirect) = redirect {
            (ui::qr(redirect, "The link as a code to be scanned"))
            p { a.address href=(redirect) target="_blank" rel="noopener noreferrer" { (redirect) } }
        }
    }
}

fn deeds(attempt: &Attempt) -> Markup {
    let pay = url::order_pay(attempt.order);
    html! {
        @match attempt.state {
            State::Starting | State::Waiting => {
                div.pair {
                    @if attempt.state == State::Waiting { (asking(attempt)) (renewing(attempt)) }
                    (calling_off(attempt, true))
                    (calling_off(attempt, false))
                }
            }
            State::Confirmed => {
                @if let Some(payment) = attempt.payment && attempt.said.is_none() {
                    a.btn.xl.primary.wide href=(url::payment_receipt(payment)) { (icon("receipt")) "Receipt" }
                }
                a.btn.lg.wide href=(url::floor()) { "Back to the floor" }
            }
            State::Failed | State::Cancelled => {
                a.btn.xl.primary.wide href=(pay) { (icon("due")) "Ask again, or another way" }
                @if attempt.tracking.is_some() { (asking(attempt)) }
            }
        }
    }
}

fn asking(attempt: &Attempt) -> Markup {
    let ask = url::attempt_asks(attempt.id);
    html! {
        form method="post" action=(ask) hx-post=(ask) hx-target="#attempt" hx-swap="outerHTML" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            button.btn.lg.wide { (icon("sync")) "Ask Pesapal now" }
        }
    }
}

fn renewing(attempt: &Attempt) -> Markup {
    let to = url::attempt_renewals(attempt.id);
    html! {
        form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            button.btn.lg { (icon("link")) "New link" }
        }
    }
}

fn calling_off(attempt: &Attempt, cash: bool) -> Markup {
    let to = url::attempt_cancellation(attempt.id);
    html! {
        form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            @if cash { input type="hidden" name="cash" value="on"; }
            button.btn.lg.quiet[!cash] {
                @if cash { (icon("cash")) "Switch to cash" } @else { (icon("x")) "Cancel" }
            }
        }
    }
}

/// What of an order is asked for and not there yet, on its pay screen.
pub fn open_attempts(attempts: &[Attempt]) -> Markup {
    html! {
        @for attempt in attempts {
            (ui::notice::banner_with(Kind::Info, "link", true, html! {
                (attempt.total().text_with_code()) " asked for by Pesapal, "
                @if attempt.state == State::Starting { "starting" } @else { "waiting" } ". "
                a href=(url::attempt(attempt.id)) { "Show the link" }
            }))
        }
    }
}

/// What stands on the pay screen where a guest is to pay through Pesapal.
pub fn panel_of_link(is_configured: bool) -> Markup {
    html! {
        div.panel.for-link {
            @if is_configured {
                (ui::notice::banner_with(Kind::Info, "qr", true, html! {
                    b { "The guest scans a code" } " and pays on Pesapal's page, by mobile money or card."
                }))
            } @else {
                (ui::banner(Kind::Warn, true, html! { (Failure::NotConfigured) }))
            }
        }
    }
}

/// What a guest's own browser shows when it comes back from Pesapal.
pub fn come_back(cafe: &str, state: Option<State>) -> Markup {
    let (kind, text) = match state {
        Some(State::Confirmed) => (Kind::Ok, "Thank you, your payment has arrived."),
        Some(State::Failed | State::Cancelled) => (
            Kind::Warn,
            "This payment did not go through. Please ask at the till.",
        ),
        Some(State::Starting | State::Waiting) | None => (
            Kind::Info,
            "Thank you. The till shows it as soon as your payment has arrived.",
        ),
    };
    let content = html! {
        main { h1 { (cafe) } (ui::banner(kind, true, html! { (text) })) }
    };
    ui::page(ui::Page::new(BodyKind::Plain, "Payment", cafe), content)
}

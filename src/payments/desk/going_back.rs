//! What the desk shows of refunds that Pesapal was asked for and has not done, or that nobody has booked.

use maud::{Markup, html};

use super::view::{Desk, mark, since};
use crate::payments::refunds::{Asked, AskedFor};
use crate::ui::{Kind, badge_of, icon};
use crate::web::url;

/// The region.
pub fn going_back(desk: &Desk) -> Markup {
    let unheard = desk.going_back.iter().filter(|asked| asked.gave_up).count();
    html! {
        header {
            h2 { "Going back through Pesapal" }
            @if unheard > 0 { (badge_of(Kind::Warn, true, &format!("{unheard} to look up"))) }
            span.push.dim { (desk.going_back.len()) }
        }
        @if desk.going_back.is_empty() {
            p.dim { "Nothing is waited for that Pesapal gives back." }
        } @else {
            @if unheard > 0 {
                p.dim { "What nothing was heard of for two weeks, a manager looks up on Pesapal's own site. If the guest never got it, pay it out of a drawer with that reason: as a refund it is in the books already." }
            }
            ul.todo { @for asked in &desk.going_back { (row(asked, desk)) } }
        }
    }
}

fn row(asked: &AskedFor, desk: &Desk) -> Markup {
    html! {
        li id={ "back-" (asked.payment) } {
            (mark(asked.method))
            div {
                b { (asked.amount.with_code()) " " (asked.method.label()) " " (state(asked)) }
                span.dim {
                    "asked for " (desk.rule.local(asked.asked_at)) ", " (since(asked.asked_at, desk.now))
                    @if let Some(by) = &asked.asked_by { " · by " (by) }
                    @if let Some(said) = &asked.said { " · " (said) }
                }
            }
            span.row.wrap {
                @if asked.is_to_be_booked() { a.btn.primary href=(url::payment_refund(asked.payment)) { "Book it" span.vh { ": " (asked.amount) } } }
                @else if let Some(refund) = asked.refund { a.btn href=(url::refund(refund)) { "Slip" span.vh { ": " (asked.amount) } } }
                @else { a.btn href=(url::payment_refund(asked.payment)) { "Give back" span.vh { ": " (asked.amount) } } }
                @if asked.is_waited_for() {
                    button.btn type="button" hx-post=(url::payment_refund_asks(asked.payment)) hx-vals=r#"{"desk":"on"}"# hx-swap="none" data-key="tap" hx-disable="this" {
                        (icon("sync")) "Ask Pesapal now" span.vh { ": " (asked.amount) }
                    }
                }
            }
        }
    }
}

fn state(asked: &AskedFor) -> Markup {
    match asked.state {
        _ if asked.gave_up => badge_of(Kind::Warn, true, "Nothing heard"),
        Asked::Asking => badge_of(Kind::Warn, false, "Its answer was lost"),
        _ if asked.is_to_be_booked() => badge_of(Kind::Warn, true, "Not in the books"),
        _ => badge_of(Kind::Info, false, "Waiting"),
    }
}

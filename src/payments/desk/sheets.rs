//! The dialogs of the desk. Each is drawn for one person, carries a key of its own, and is never redrawn by a feed.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::store::Asked;
use super::view::{giving_back, since};
use crate::orders::OpenOrder;
use crate::payments::payment::{Choice, Payment};
use crate::payments::reference::Reference;
use crate::ui::{self, Field, Kind, Shape, icon};
use crate::values::{Currency, TokenId};
use crate::web::url;

/// The usual reasons why no money comes.
const REASONS: [&str; 3] = [
    "No message came",
    "Paid another way",
    "The guest changed their mind",
];

/// The id in the provider's message.
pub fn confirmation(asked: &Asked, desk: bool, now: OffsetDateTime) -> Markup {
    let attempt = &asked.attempt;
    let body = html! {
        (asked_for(asked, now))
        @if asked.owes < attempt.amount {
            (ui::banner(Kind::Warn, true, html! {
                b { (asked.order_title) " owes " @if asked.owes.is_positive() { "only " (asked.owes.with_code()) } @else { "nothing any more" } "." }
                " The money is recorded for no order; put it on one, or give it back."
            }))
        }
        (transaction())
    };
    sheet(
        &format!(
            "{}, {}",
            attempt.method.label(),
            attempt.sum().text_with_code()
        ),
        &url::attempt_confirmation(attempt.id),
        desk,
        body,
        html! { button.btn.lg.primary { (icon("check")) "Record it" } },
    )
}

fn asked_for(asked: &Asked, now: OffsetDateTime) -> Markup {
    html! {
        p {
            (asked.order_title) ", asked by " (asked.asked_by) ", " (since(asked.attempt.started_at, now)) " ago"
            @if let Some(payer) = &asked.attempt.payer { " · " (payer) }
            @if asked.attempt.tip.is_positive() { br; (asked.attempt.tip.with_code()) " of it is a tip." }
        }
    }
}

fn transaction() -> Markup {
    let hint = "From the message that the café's phone received. Each id pays once.";
    html! {
        label.field {
            "Transaction id"
            input name="transaction" autocomplete="off" autocapitalize="characters" spellcheck="false" required
                maxlength=(Reference::LONGEST + 10) aria-describedby="err-transaction";
            small { (hint) }
            (ui::error_place("transaction", None))
        }
    }
}

/// Why no money comes.
pub fn failure(asked: &Asked, desk: bool, now: OffsetDateTime) -> Markup {
    let attempt = &asked.attempt;
    let body = html! {
        (asked_for(asked, now))
        fieldset.group {
            legend { "Why" }
            div.chips { @for reason in REASONS { label.chip { input type="radio" name="chosen" value=(reason); (reason) } } }
        }
        (Field::new("In your words", "reason").max(200))
        p.dim { "Should the message come after all, it can be recorded under Mobile money." }
    };
    sheet(
        &format!(
            "Not paid: {}, {}",
            attempt.method.label(),
            attempt.sum().text_with_code()
        ),
        &url::attempt_failure(attempt.id),
        desk,
        body,
        html! {
            button.btn.lg name="deed" value="withdrawn" { "Asked by mistake" }
            button.btn.lg.danger name="deed" value="failed" { "Not paid" }
        },
    )
}

/// Money that came for no order.
pub fn loose_money() -> Markup {
    let body = html! {
        fieldset.group {
            legend { "Whose message is it?" }
            div.chips {
                @for choice in Choice::OFFERED {
                    @if let Some(method) = choice.method().filter(|method| method.is_mobile_money()) {
                        label.chip { input type="radio" name="method" value=(method.as_str()); (method.label()) }
                    }
                }
            }
        }
        (ui::error_place("method", None))
        (transaction())
        (ui::controls::money_field(Currency::venue().code(), "Amount", "amount", "", None, None))
        (Field::new("Who sent it, if the message says so", "payer").max(60))
    };
    sheet(
        "Money without an order",
        &url::unplaced_payments(),
        false,
        body,
        html! { button.btn.lg.primary { (icon("check")) "Record it" } },
    )
}

/// Which order money goes on; `refunds`: with the way to give it back instead.
pub fn placement(payment: &Payment, open: &[OpenOrder], refunds: bool) -> Markup {
    let body = html! {
        p { (payment.amount.with_code()) " " (payment.method.label()) @if let Some(reference) = &payment.reference { ", " (reference) } }
        @if open.is_empty() {
            (ui::banner(Kind::Info, true, html! { b { "No open order owes as much." } " All of the money goes on one order." }))
        } @else {
            fieldset.group {
                legend { "Which order" }
                div.chips {
                    @for order in open {
                        label.chip {
                            input type="radio" name="order" value=(order.id) required;
                            (order.title) small { " #" (order.number) " · owes " (order.balance) }
                        }
                    }
                }
            }
        }
        (ui::error_place("order", None))
    };
    sheet(
        "Put on an order",
        &url::payment_placement(payment.id),
        false,
        body,
        html! {
            @if refunds { (giving_back(payment.id)) }
            @if !open.is_empty() { button.btn.lg.primary { (icon("check")) "Put it there" } }
        },
    )
}

/// `desk`: whether it stands over the desk.
fn sheet(title: &str, address: &str, desk: bool, body: Markup, deed: Markup) -> Markup {
    let content = html! {
        form hx-post=(address) hx-swap="none" {
            (ui::key_input(&TokenId::new().to_string()))
            @if desk { input type="hidden" name="desk" value="on"; }
            div.body.stack { (body) }
            footer {
                button.btn.lg type="button" data-close { "Back" }
                (deed)
            }
        }
    };
    ui::dialog(Shape::Sheet, title, content)
}

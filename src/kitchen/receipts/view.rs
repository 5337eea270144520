//! How the alarm looks.

use maud::{Markup, html};

use super::Unseen;
use crate::ui::icon;
use crate::values::{DayRule, epoch_millis};
use crate::web::url;

/// Every ticket that no screen shows. `unseen.js` shows those that were sent from this till or by this person, and after a
/// while all of them: somebody has to know.
pub fn picture(unseen: &[Unseen], days: &DayRule) -> Markup {
    html! {
        hx-partial hx-target="#unseen" hx-swap="innerMorph" {
            @for one in unseen { (alarm(one, days)) }
        }
    }
}

fn alarm(one: &Unseen, days: &DayRule) -> Markup {
    html! {
        div.banner id={ "unseen-" (one.ticket) } data-kind="bad" data-sent-by=[one.sent_by] data-sent-from=[one.sent_from]
            data-unseen=(epoch_millis(one.unseen_at)) {
            (icon("late"))
            span { b { "No screen at " (one.station) " shows " (one.title) "." } " Sent " (days.local(one.sent_at).time()) ". " @if one.to_paper { "It is not on paper yet either. " } "Tell them." }
            span.push {}
            a.btn href=(url::order(one.order_id)) { "Order" }
            button.btn.primary type="button" hx-post=(url::ticket_told(one.ticket)) hx-swap="none" data-deed="told"
                aria-label={ "Told them: " (one.station) ", " (one.title) } { (icon("check")) "Told them" }
        }
    }
}

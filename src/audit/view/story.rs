//! One order's story as a table.

use maud::{Markup, html};

use super::{facts, people};
use crate::audit::store::{MOST, StoryOrder};
use crate::audit::story::Event;
use crate::ui::{self, Kind};
use crate::values::DayRule;
use crate::web::url;

/// The whole screen.
pub fn page(order: &StoryOrder, events: &[Event], is_cut: bool, rule: &DayRule) -> Markup {
    html! {
        header {
            h1 { "Order " (order.number) }
            span.dim { (order.business_date) ", " (order.reference) }
            span.push {}
            a.btn href=(url::order(order.id)) { (ui::icon("receipt")) "The order" }
        }
        p { (order.place) ", served by " (order.waiter) ". Total " (order.total.with_code()) ", paid " (order.paid) "." }
        @if is_cut { (ui::banner(Kind::Warn, true, html! { "Only the first " (MOST) " rows of the log about it are here." })) }
        section.card.flush.read #story aria-label="What happened" {
            table.table {
                thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Who" } th scope="col" { "Where" } } }
                tbody { @for event in events { (line(event, rule)) } }
            }
        }
    }
}

fn line(event: &Event, rule: &DayRule) -> Markup {
    let seconds = event.at.second();
    html! {
        tr {
            td { (rule.local(event.at)) span.dim { ":" (format!("{seconds:02}")) } }
            td data-of="What" {
                (event.what)
                @if let Some(reason) = &event.reason { br; "“" (reason) "”" }
                (facts(&event.facts))
            }
            td data-of="Who" { (people(event.who.as_deref(), event.approver.as_deref())) }
            td data-of="Where" { @if let Some(terminal) = &event.terminal { (terminal) } }
        }
    }
}

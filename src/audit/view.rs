//! How the log, a story and the exceptions look.

pub mod exceptions;
pub mod log;
pub mod story;

use maud::{Markup, html};

use super::facts::Fact;

/// What changed: "Total 12,000 → 10,000".
fn facts(facts: &[Fact]) -> Markup {
    html! {
        @if !facts.is_empty() {
            ul.dim { @for fact in facts {
                li {
                    @if !fact.label.is_empty() { (fact.label) " " }
                    @match (&fact.was, &fact.is) {
                        (Some(was), Some(is)) => { (was) " " span aria-hidden="true" { "→" } span.vh { " became " } " " b { (is) } }
                        (Some(was), None) => { (was) }
                        (None, Some(is)) => { b { (is) } }
                        (None, None) => {}
                    }
                }
            } }
        }
    }
}

/// Who did it, and who agreed.
fn people(who: Option<&str>, approver: Option<&str>) -> Markup {
    html! {
        @if let Some(who) = who { (who) }
        @if let Some(approver) = approver { br; span.dim { "agreed: " (approver) } }
    }
}

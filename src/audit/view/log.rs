//! The log as a table with its filters, and the state of its chain.

use std::collections::HashMap;

use maud::{Markup, html};

use super::{facts, people};
use crate::audit::chain::Verdict;
use crate::audit::deed::KINDS;
use crate::audit::recorded::Recorded;
use crate::audit::search::{Asked, LONGEST_TEXT};
use crate::audit::store::{Choice, Found, LOOKED_AT, Linked};
use crate::ui::{self, Field, Kind};
use crate::values::{AuditId, DayRule, StaffId, TerminalId};
use crate::web::{FieldError, url};

/// How the chain stands.
pub struct Standing<'a> {
    /// Sealed rows.
    pub length: i64,
    /// The newest hash.
    pub head: &'a str,
    /// How many rows wait.
    pub waiting: i64,
}

/// What the screen shows.
pub struct Screen<'a> {
    /// The filters as they were typed.
    pub asked: &'a Asked,
    /// Those that cannot be read.
    pub faults: &'a [FieldError],
    /// What was found.
    pub found: &'a Found,
    /// The orders that the rows are about.
    pub orders: &'a HashMap<AuditId, Linked>,
    /// Everybody.
    pub people: &'a [Choice<StaffId>],
    /// Every terminal.
    pub terminals: &'a [Choice<TerminalId>],
    /// How the chain stands.
    pub standing: Standing<'a>,
    /// The café's wall clock.
    pub rule: &'a DayRule,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    html! {
        header { h1 { "Audit" } span.dim { "Who did what, newest first" } }
        (filters(screen))
        (table(screen))
        (chain(&screen.standing))
    }
}

fn filters(screen: &Screen) -> Markup {
    let Screen {
        asked,
        faults,
        rule,
        ..
    } = screen;
    let date = |label, name, value| {
        Field::new(label, name)
            .kind("date")
            .value(value)
            .error(FieldError::of(faults, name))
    };
    let choice = |label: &str, name: &str, options: Markup| {
        let error = FieldError::of(faults, name);
        ui::around(
            label,
            name,
            error,
            None,
            html! {
                select name=(name) id=(name) aria-invalid=[error.map(|_| "true")] aria-describedby={ "err-" (name) } {
                    option value="" { "All" }
                    (options)
                }
            },
        )
    };
    html! {
        form.range #filters action=(url::audit()) method="get" {
            (date("First day", "from", &asked.from))
            (date("Last day", "to", &asked.to))
            (choice("Done or agreed to by", "person", html! {
                @for one in screen.people { (option(&one.id.to_string(), &one.name, &asked.person)) }
            }))
            (choice("What", "kind", kinds(&asked.kind)))
            (choice("Where", "terminal", html! {
                @for one in screen.terminals { (option(&one.id.to_string(), &one.name, &asked.terminal)) }
            }))
            (Field::new("Order", "order").value(&asked.order).max(24).error(FieldError::of(faults, "order")).hint("42 or 20261122-0042"))
            (Field::new("Words", "text").value(&asked.text).max(LONGEST_TEXT).error(FieldError::of(faults, "text")))
            button.btn { "Show" }
            a.btn.quiet href=(url::audit()) { "All" }
        }
        p.dim { "Business days, each from " (rule.cutoff()) " to " (rule.cutoff()) ", " (rule.zone()) "." }
    }
}

fn option(value: &str, label: &str, chosen: &str) -> Markup {
    html! { option value=(value) selected[value == chosen.trim()] { (label) } }
}

fn kinds(chosen: &str) -> Markup {
    html! {
        @for kind in KINDS {
            optgroup label=(kind.label) {
                (option(kind.key, &format!("{}: all", kind.label), chosen))
                @for (code, label) in kind.deeds { (option(code, label, chosen)) }
            }
        }
    }
}

fn table(screen: &Screen) -> Markup {
    let found = screen.found;
    html! {
        section.card.flush.read #log aria-label="What was done" {
            @if found.rows.is_empty() {
                @let text = match found.looked_back_to {
                    Some(_) => "Nothing of it in what was looked at.",
                    None => "Nothing was done that fits all filters.",
                };
                (ui::empty("search", "Nothing found", text, html! {}))
            } @else {
                table.table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "Order" } th scope="col" { "Where" } } }
                    tbody { @for row in &found.rows { (line(row, screen)) } }
                }
            }
        }
        @if let Some(at) = found.looked_back_to {
            p.dim { "These are from the " (LOOKED_AT) " rows back to " (screen.rule.local(at)) "." }
        }
        @if let Some(after) = found.more_after {
            p { a.btn rel="next" href=(screen.asked.further_back(&url::audit(), after)) { @if found.looked_back_to.is_some() { "Look further back" } @else { "Older" } } }
        }
    }
}

fn line(row: &Recorded, screen: &Screen) -> Markup {
    html! {
        tr #{ "row-" (row.id) } {
            td { (screen.rule.local(row.at)) }
            td data-of="Who" { (people(Some(&row.actor), row.approver.as_deref())) }
            td data-of="What" {
                (row.sentence())
                @if let Some(reason) = &row.reason { br; "“" (reason) "”" }
                (facts(&row.facts()))
            }
            td data-of="Order" { @if let Some(order) = screen.orders.get(&row.id) { a href=(url::order_story(order.id)) title=(order.reference) { "#" (order.number) } } }
            td data-of="Where" { @if let Some(terminal) = &row.terminal { (terminal) } }
        }
    }
}

fn chain(standing: &Standing) -> Markup {
    html! {
        section.card.stack #chain {
            header { h2 { "Is the log what it was?" } }
            p { "Each row is sealed: its hash covers the row and the hash before it. " (standing.length) " are sealed, " (standing.waiting) " wait for their seal." }
            @if !standing.head.is_empty() { p { "Newest hash: " @for part in standing.head.as_bytes().chunks(8) { (String::from_utf8_lossy(part)) wbr; } } }
            div { a.btn href=(url::audit_chain()) hx-get=(url::audit_chain()) hx-target="#verdict" hx-sync="this:drop" { (ui::icon("shield")) "Verify the chain" } }
            div #verdict role="status" {}
        }
    }
}

/// The page of a walk along the chain, for a browser without scripts.
pub fn chain_page(verdict: Markup) -> Markup {
    html! {
        header { h1 { "Is the log what it was?" } }
        section.card.stack { (verdict) a.btn href=(url::audit()) { "Back to the log" } }
    }
}

/// What a walk along the chain found.
pub fn verdict(verdict: &Verdict, rule: &DayRule) -> Markup {
    match verdict {
        Verdict::Whole(whole) => {
            let mut lines = whole.lines(rule).into_iter();
            let first = lines.next().unwrap_or_default();
            let kind = if whole.waits_long {
                Kind::Warn
            } else {
                Kind::Ok
            };
            ui::banner(
                kind,
                true,
                html! { b { (first) } @for line in lines { " " (line) } },
            )
        }
        Verdict::Broken(broken) => ui::banner(
            Kind::Bad,
            true,
            html! {
                b { "The log is not what it was. " }
                (broken.sentence(rule))
                " Keep the newest backup from before, and the Z reports on paper."
            },
        ),
    }
}

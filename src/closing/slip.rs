//! The shift report: the slip on paper, and the same on screen.

use maud::{Markup, html};

use super::report::{CountLine, ShiftReport};
use super::variance::Standing;
use super::view::variance_line;
use crate::settings::Settings;
use crate::shifts::{EntryKind, bar};
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{Currency, DayRule, Money};
use crate::web::url;

/// The report of a closed shift: the slip on paper, the same on screen.
pub fn page(report: &ShiftReport, person: &Person, settings: &Settings) -> Markup {
    let title = format!("Shift report {}", report.number);
    let back = if person.role.manages() {
        ("Shifts", url::shifts())
    } else {
        ("Floor", url::floor())
    };
    let rule = settings.day_rule();
    let content = html! {
        (bar((back.0, &back.1), &title, &report.owner.name, person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Shift closed" {
                p { (ui::badge_saying(ui::Status::Paid, "Closed")) }
                @if let Some(line) = &report.variance { (variance_line(line.variance)) }
                @if report.variance.as_ref().is_some_and(|line| matches!(line.standing, Standing::Unapproved { .. })) {
                    (ui::banner(Kind::Warn, true, html! { "This variance is unapproved." }))
                }
                div.stack.tight {
                    button.btn.xl.primary type="button" data-print { (icon("print")) "Print report" }
                    a.btn.xl href=(back.1) { "Done" }
                }
            }
            (slip(report, settings, &rule))
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, &title, &settings.cafe_name)
        },
        content,
    )
}

fn slip(report: &ShiftReport, settings: &Settings, rule: &DayRule) -> Markup {
    html! {
        article.receipt aria-label="Shift report, 80 mm" {
            div.c { h2 { (settings.cafe_name.to_uppercase()) } "SHIFT REPORT " (report.number) }
            hr;
            (slip_head(report, rule))
            hr;
            (slip_sales(report))
            @if report.float.is_some() { hr; (slip_cash(report)) }
            @if !report.moved.is_empty() { hr; (slip_moved(report, rule)) }
            @if !report.counts.is_empty() { hr; (slip_counts(report, rule)) }
            @if let Some(line) = &report.variance {
                hr;
                table {
                    tr.tot { td { (line.variance.label().to_uppercase()) } td.num { (line.variance.amount.abs()) } }
                    @match &line.standing {
                        Standing::Within => {},
                        Standing::Approved { reason, .. } => {
                            tr { td colspan="2" { "Reason: " (reason) } }
                            tr { td colspan="2" { "Approved by " (line.approved_by.as_deref().unwrap_or("a manager")) } }
                        },
                        Standing::Unapproved { reason } => {
                            tr { td colspan="2" { "Reason: " (reason) } }
                            tr { td colspan="2" { b { "UNAPPROVED" } } }
                        },
                    }
                }
            }
            hr;
            (slip_orders(report))
        }
    }
}

fn slip_head(report: &ShiftReport, rule: &DayRule) -> Markup {
    let row = |label: &str, value: &str| html! { tr { td { (label) } td.num { (value) } } };
    html! {
        table {
            (row("Shift of", &report.owner.name))
            (row("Role", report.role.label()))
            (row("Business date", &report.date.to_string()))
            (row("Cash", &report.place))
            (row("Opened", &rule.local(report.opened_at).to_string()))
            @if let Some(terminal) = &report.opened_terminal { (row("On", terminal)) }
            (row("Closed", &rule.local(report.closed_at).to_string()))
            (row("Closed by", &report.closed_by.name))
        }
    }
}

fn slip_sales(report: &ShiftReport) -> Markup {
    html! {
        table {
            @for sum in &report.sales {
                tr { td { (sum.method.label()) ", " (sum.count) @if sum.count == 1 { " payment" } @else { " payments" } } td.num { (sum.amount) } }
            }
            tr.tot { td { "TAKEN " (Currency::venue().code()) } td.num { (report.sales_total()) } }
            @for sum in &report.refunds {
                tr { td { "Given back, " (sum.method.label()) ", " (sum.count) } td.num { (-(sum.amount + sum.tips)) } }
            }
            @if report.tips_total().is_positive() { tr { td { "Tips beside it" } td.num { (report.tips_total()) } } }
        }
    }
}

fn slip_cash(report: &ShiftReport) -> Markup {
    html! {
        table {
            @for sum in &report.ledger.sums {
                tr {
                    td { (sum.kind.label()) @if sum.kind != EntryKind::Float { ", " (sum.count) } }
                    td.num { (sum.amount) }
                }
            }
            @if let Some(note) = report.float.as_ref().and_then(|float| float.note.as_deref()) {
                tr { td colspan="2" { "Note on the float: " (note) } }
            }
            tr.tot { td { "EXPECTED" } td.num { (report.expected) } }
        }
    }
}

/// Each slip that lies in the drawer.
fn slip_moved(report: &ShiftReport, rule: &DayRule) -> Markup {
    html! {
        table {
            @for moved in &report.moved {
                tr { td { (moved.number) " " (moved.what) ", " (rule.local(moved.at).time()) } td.num { (moved.amount) } }
                tr { td colspan="2" {
                    "\u{a0}\u{a0}" (moved.by)
                    @if let Some(name) = &moved.approved_by { ", agreed by " (name) }
                    @if let Some(reason) = &moved.reason { ": " (reason) }
                } }
            }
        }
    }
}

fn slip_counts(report: &ShiftReport, rule: &DayRule) -> Markup {
    html! {
        table {
            @for count in &report.counts { (slip_count(count, rule)) }
            @if let Some(last) = report.last_count() {
                @for (value, pieces) in last.pieces.rows() {
                    tr { td { "\u{a0}\u{a0}" (value) " × " (pieces) } td.num { (Money::new(value.minor() * i64::from(pieces))) } }
                }
            }
        }
    }
}

fn slip_count(count: &CountLine, rule: &DayRule) -> Markup {
    html! {
        tr {
            td { "Count " (count.number) ", " (rule.local(count.at).time()) ", " (count.by.name) }
            td.num { (count.counted) }
        }
    }
}

fn slip_orders(report: &ShiftReport) -> Markup {
    let orders = report.orders;
    html! {
        table {
            tr { td { "Orders opened" } td.num { (orders.opened) } }
            tr { td { "Orders settled" } td.num { (orders.settled) } }
            @if orders.cancelled > 0 { tr { td { "Orders cancelled" } td.num { (orders.cancelled) } } }
            @if !report.passed_on.is_empty() { tr { td { "Orders passed on" } td.num { (report.passed_on.len()) } } }
            @for order in &report.passed_on {
                tr { td colspan="2" {
                    "\u{a0}\u{a0}" (order.reference) " "
                    @match &order.to { Some(to) => { "to " (to) } None => "carried over" }
                    ": " (order.reason)
                } }
            }
        }
    }
}

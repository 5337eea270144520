//! The managers' list of shifts: what is open, and the last reports.

use std::collections::HashSet;

use maud::{Markup, html};
use time::OffsetDateTime;

use crate::shifts::{Shift, bar, since};
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind};
use crate::values::{BusinessDate, DayRule, ShiftId};
use crate::web::url;

/// What the managers' list of shifts shows.
pub struct Shifts {
    /// The open shifts, each with how many of its orders would have to be passed on.
    pub open: Vec<(Shift, usize)>,
    /// The shifts that were closed last.
    pub closed: Vec<Shift>,
    /// Of these, those whose variance nobody agreed to.
    pub unapproved: HashSet<ShiftId>,
    /// Local times.
    pub rule: DayRule,
    /// Today's date by the clock.
    pub today: BusinessDate,
}

/// The whole screen.
///
/// `alarm` is what must be said before everything else, and mostly empty.
pub fn page(
    shifts: &Shifts,
    person: &Person,
    cafe: &str,
    now: OffsetDateTime,
    alarm: &Markup,
) -> Markup {
    let stream = format!("{}?view=shifts", url::stream());
    let content = html! {
        (bar(("Floor", &url::floor()), "Shifts", "", person))
        main.scroll {
            div.narrow.wide2.stack {
                (alarm)
                section #shifts.card { (open_shifts(shifts)) }
                section #shift-reports.card { (reports(shifts)) }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&stream),
            sign_in: Some(&url::sign_in()),
            now_ms: i64::try_from(now.unix_timestamp_nanos() / 1_000_000).ok(),
            ..ui::Page::new(BodyKind::Pos, "Shifts", cafe)
        },
        content,
    )
}

/// The regions as the live feed sends them.
pub fn regions(shifts: &Shifts) -> Markup {
    html! {
        hx-partial hx-target="#shifts" hx-swap="innerMorph" { (open_shifts(shifts)) }
        hx-partial hx-target="#shift-reports" hx-swap="innerMorph" { (reports(shifts)) }
    }
}

fn open_shifts(shifts: &Shifts) -> Markup {
    html! {
        header { h2 { "Open shifts" } span.push.dim { (shifts.open.len()) } }
        @if shifts.open.is_empty() {
            (ui::empty("clock", "No shift is open", "A shift opens with somebody's first order, or when they count their float.", html! {}))
        } @else {
            table.table {
                thead { tr { th { "Who" } th { "Cash" } th { "Since" } th.num { "Open orders" } th { span.vh { "Close" } } } }
                tbody { @for (shift, orders) in &shifts.open { (open_shift(shifts, shift, *orders)) } }
            }
        }
    }
}

fn open_shift(shifts: &Shifts, shift: &Shift, orders: usize) -> Markup {
    html! {
        tr id={ "shift-" (shift.id) } {
            td { b { (shift.name) } " " span.dim { (shift.role.label()) } }
            td { (shift.cash) }
            td {
                (since(shift, shifts.today, &shifts.rule))
                @if shift.is_forgotten(shifts.today) { " " (ui::badge_of(Kind::Warn, false, "Never closed")) }
            }
            td.num { (orders) }
            td.num {
                @if shift.has_cash() { a.btn href=(url::shift_cash(shift.id)) { "Cash in and out" } " " }
                a.btn href=(url::shift_count(shift.id)) { @if shift.has_cash() { "Count and close" } @else { "Close" } }
            }
        }
    }
}

fn reports(shifts: &Shifts) -> Markup {
    html! {
        header { h2 { "Last reports" } }
        @if shifts.closed.is_empty() {
            p.dim { "No shift was closed yet." }
        } @else {
            table.table {
                thead { tr { th.num { "No." } th { "Who" } th { "Cash" } th { "Closed" } th { span.vh { "Report" } } } }
                tbody { @for shift in &shifts.closed { (report_row(shifts, shift)) } }
            }
        }
    }
}

fn report_row(shifts: &Shifts, shift: &Shift) -> Markup {
    html! {
        @if let Some(closed) = shift.closed {
            tr id={ "report-" (closed.report) } {
                td.num { (closed.report) }
                td { (shift.name) @if shifts.unapproved.contains(&shift.id) { " " (ui::badge_of(Kind::Warn, false, "Unapproved")) } }
                td { (shift.cash) }
                td { (shifts.rule.local(closed.at)) }
                td { a.btn href=(url::shift_report(shift.id)) { "Report" } }
            }
        }
    }
}

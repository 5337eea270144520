//! The screens of a business date.

use maud::{Markup, html};

use super::drawers::{Drawer, Held};
use super::report::{DayReport, OpenLine, Z};
use super::slip::{counted, slip};
use crate::closing::paper;
use crate::printing::Mark;
use crate::settings::Settings;
use crate::shifts::{EntryKind, bar};
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{BusinessDate, DayRule, TokenId};
use crate::web::url;

/// The dates that are open, and the last Zs.
pub fn list(
    open: &[BusinessDate],
    today: BusinessDate,
    made: &[DayReport],
    rule: &DayRule,
) -> Markup {
    html! {
        header { h1 { "Days" } }
        section.card.flush #open-days {
            header { h2 { "Open" } span.push.dim { (open.len()) } }
            @if open.is_empty() {
                (ui::empty("check", "Today is closed", "What is sold now carries the next date.", html! {}))
            } @else {
                table.table {
                    thead { tr { th { "Date" } th { span.vh { "Look at it" } } } }
                    tbody { @for date in open {
                        tr {
                            td { b { (date) } @if *date == today { " " (ui::badge_of(Kind::Info, false, "Today")) } }
                            td.num { a.btn href=(url::day(date.iso())) { @if *date == today { "X report, close" } @else { "Close" } } }
                        }
                    } }
                }
            }
        }
        section.card.flush #z-reports {
            header { h2 { "Z reports" } }
            @if made.is_empty() {
                p.dim { "No day was closed yet. The first Z report may be of any date; after it they follow each other." }
            } @else {
                table.table {
                    thead { tr { th.num { "No." } th { "Date" } th.num { "Sold" } th.num { "Cash variance" } th { "Made" } th { span.vh { "Report" } } } }
                    tbody { @for report in made { (made_row(report, rule)) } }
                }
            }
        }
    }
}

fn made_row(report: &DayReport, rule: &DayRule) -> Markup {
    html! {
        @if let Some(z) = &report.z {
            tr id={ "z-" (z.number) } {
                td.num { (z.number) }
                td { (report.date) }
                td.num { (report.net()) }
                td.num { (report.variance()) }
                td { (rule.local(report.at)) ", " (z.by.name) }
                td.num { a.btn href=(url::day(report.date.iso())) { "Report" } }
            }
        }
    }
}

/// What the screen of a date shows.
pub struct Screen<'a> {
    /// The reading, or the Z.
    pub report: &'a DayReport,
    /// Whether a Z says that it is a copy.
    pub mark: Mark,
    /// The cash by drawer.
    pub drawers: &'a [Drawer],
    /// Whether no date was closed yet.
    pub is_first: bool,
    /// How many guests were asked for money that has not come.
    pub waiting: i64,
    /// Today's date by the clock.
    pub today: BusinessDate,
    /// Whether the till has a printer.
    pub at_printer: bool,
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name, address, tax number, time zone.
    pub settings: &'a Settings,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let report = screen.report;
    let title = match &report.z {
        Some(z) => format!("Z report {}", z.number),
        None => "X report".to_owned(),
    };
    let rule = screen.settings.day_rule();
    let content = html! {
        (bar(("Days", &url::days()), &title, &report.date.to_string(), screen.person))
        main.scroll.rcp {
            section.card.stack.done aria-label="The day" {
                @match &report.z {
                    Some(z) => (closed(z)),
                    None => (to_do(screen, &rule)),
                }
                @if report.z.is_some() {
                    (paper::print_form(&url::day_prints(report.date.iso()), screen.mark != Mark::Original))
                } @else if screen.at_printer {
                    (paper::print_form(&url::day_prints(report.date.iso()), false))
                } @else {
                    button.btn.xl.wide type="button" data-print { (icon("print")) "Print X report" }
                }
            }
            (paper::shown(&slip(report, screen.mark, screen.settings), false))
            (drawers(screen.drawers))
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, &title, &screen.settings.cafe_name)
        },
        content,
    )
}

fn closed(z: &Z) -> Markup {
    html! {
        p { (ui::badge_saying(ui::Status::Paid, "Closed")) }
        p { "Z report " (z.number) ", by " (z.by.name) ". It does not change any more." }
    }
}

/// What is open, each with what helps, and the way to close.
fn to_do(screen: &Screen, rule: &DayRule) -> Markup {
    let report = screen.report;
    let unapproved = report
        .shifts
        .iter()
        .filter(|shift| shift.unapproved)
        .count();
    let clear = report.open_orders == 0
        && report.open_shifts.is_empty()
        && screen.waiting == 0
        && unapproved == 0;
    html! {
        h2 { "Before you close" }
        @if clear { (ui::banner(Kind::Ok, true, html! { "Nothing is open." })) }
        ul.todo #day-open {
            @if report.open_orders > 0 {
                li {
                    (icon("receipt"))
                    div { b { (counted(report.open_orders, "order is open", "orders are open")) } span.dim { (report.owed.with_code()) " to pay. They go on with their own date." } }
                    a.btn href=(url::orders()) { "Look" }
                }
            }
            @for shift in &report.open_shifts { (open_shift(shift, rule)) }
            @if screen.waiting > 0 {
                li {
                    (icon("phone"))
                    div { b { (counted(screen.waiting, "guest was asked for money", "guests were asked for money")) } span.dim { "It has not come. Late money is listed by itself." } }
                    a.btn href=(url::pending_payments()) { "Look" }
                }
            }
            @if unapproved > 0 {
                li {
                    (icon("warn"))
                    div { b { "A variance is unapproved" } span.dim { "It stands on the report as it is." } }
                    a.btn href=(url::shifts()) { "Look" }
                }
            }
        }
        @if report.date <= screen.today { (close_form(report, clear, screen.is_first)) }
    }
}

fn open_shift(shift: &OpenLine, rule: &DayRule) -> Markup {
    html! {
        li {
            (icon("cash"))
            div { b { (shift.owner) " is on shift" } span.dim { (shift.place) ", since " (rule.local(shift.since)) } }
            a.btn href=(url::shift_count(shift.id)) { "Count and close" span.vh { " the shift of " (shift.owner) } }
        }
    }
}

fn close_form(report: &DayReport, clear: bool, is_first: bool) -> Markup {
    let to = url::day_closing(report.date.iso());
    html! {
        button.btn.xl.primary.wide type="button" data-dialog="close-day" { (icon("lock")) "Close " (report.date) }
        form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
            (ui::key_input(&TokenId::new().to_string()))
            dialog.sheet #close-day aria-labelledby="close-day-h" {
                header {
                    (icon("lock"))
                    h2 #close-day-h tabindex="-1" autofocus { "Close " (report.date) }
                    span.push {}
                    button.btn.icon.quiet type="button" data-close aria-label="Not yet" { (icon("x")) }
                }
                div data-notice role="status" {}
                div.body.stack {
                    p { "This makes the Z report, once and for ever. What is sold afterwards carries the next date." }
                    @if is_first { (ui::banner(Kind::Warn, true, html! { b { "It is the first one." } " Dates before it get none." })) }
                    @if !clear { p.dim { "What is still open is listed on it and goes on." } }
                }
                footer {
                    button.btn.lg type="button" data-close { "Not yet" }
                    button.btn.lg.primary { "Make the Z report" }
                }
            }
        }
    }
}

/// The columns of a drawer: what moved its cash, by kinds that belong together.
const COLUMNS: [(&str, &[EntryKind]); 5] = [
    ("Float", &[EntryKind::Float]),
    ("Sales, tips", &[EntryKind::Sale, EntryKind::Tip]),
    ("Refunds", &[EntryKind::Refund]),
    (
        "In and out",
        &[
            EntryKind::PaidIn,
            EntryKind::PaidOut,
            EntryKind::TipOut,
            EntryKind::Adjustment,
        ],
    ),
    ("Safe", &[EntryKind::Drop]),
];

/// The cash of the date, drawer by drawer; the pouches are a line of their own.
fn drawers(drawers: &[Drawer]) -> Markup {
    html! {
        @if !drawers.is_empty() {
            section.card.flush.read #drawers tabindex="0" aria-label="Cash by drawer" {
                header { h2 { "Cash by drawer" } }
                table.table {
                    thead { tr {
                        th { "Whose" }
                        @for (label, _) in COLUMNS { th.num { (label) } }
                        th.num { "Counted" }
                    } }
                    @for drawer in drawers { (drawer_rows(drawer)) }
                }
            }
        }
    }
}

fn drawer_rows(drawer: &Drawer) -> Markup {
    html! {
        tbody {
            @for held in &drawer.held { (held_row(held)) }
            tr {
                td { b { (drawer.place) } (no_sales(drawer.no_sales())) }
                @for (label, kinds) in COLUMNS { td.num data-of=(label) { b { (drawer.amount(kinds)) } } }
                td.num data-of="Variance" { small { "Variance" } br; b { (drawer.variance()) } }
            }
        }
    }
}

/// How often a drawer was opened without a sale, where it was.
fn no_sales(times: i64) -> Markup {
    html! { @if times > 0 { br; small { "Opened without a sale: " (times) } } }
}

fn held_row(held: &Held) -> Markup {
    html! {
        tr {
            td {
                (held.owner) " "
                @match held.report {
                    Some(number) => { a href=(url::shift_report(held.shift)) { "Report " (number) } },
                    None => span.dim { "open" },
                }
                @if held.moved.is_some() { (no_sales(held.no_sales().unwrap_or_default())) }
            }
            @if held.moved.is_none() {
                td.dim colspan=(COLUMNS.len()) { "Hidden until you have counted it" }
            } @else {
                @for (label, kinds) in COLUMNS { td.num data-of=(label) { @if let Some(amount) = held.amount(kinds) { (amount) } } }
            }
            td.num data-of="Counted" {
                @if let Some((counted, variance)) = held.counted { (counted) br; small { "Variance " (variance) } }
            }
        }
    }
}

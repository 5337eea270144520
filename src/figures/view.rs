//! How the figures look: what matters in a row of cards, then the day's course, the stations, and what they make.

use maud::{Markup, html};

use super::hours::{Hour, tenths_a_day};
use super::overview::{Overview, ProductOverview, StationOverview};
use crate::kitchen::{ENOUGH, Finding, TicketFigures, Times};
use crate::orders::VoidsFor;
use crate::ui::chart::{self, Bar};
use crate::ui::{self, Field, Kind};
use crate::values::{BusinessDate, Currency, Period, minutes_seconds};
use crate::web::{FieldError, url};

/// So many reasons of voids are told one by one.
const REASONS: usize = 12;

/// The page of some days.
pub fn page(overview: &Overview, today: BusinessDate, currency: Currency) -> Markup {
    let period = overview.period;
    html! {
        (head(Some(period), today))
        (asks(&period.from().iso(), &period.to().iso(), &[]))
        @if overview.total.tickets == 0 {
            section.card { (ui::empty("chef", "Nothing was sent on these days", "Choose other days above.", html! {})) }
            @if !overview.voids.is_empty() { (voids(overview)) }
        } @else {
            (cards(overview, currency))
            div.cols {
                (course_of_the_day(overview))
                (voids(overview))
            }
            (stations(overview))
            (products(overview))
            (what_it_means())
        }
    }
}

/// The page of days that cannot be had, with what was typed and what is wrong with it.
pub fn asked_wrongly(from: &str, to: &str, faults: &[FieldError], today: BusinessDate) -> Markup {
    html! {
        (head(None, today))
        (asks(from, to, faults))
    }
}

fn head(shown: Option<Period>, today: BusinessDate) -> Markup {
    html! {
        header {
            h1 { "Kitchen figures" }
            @if let Some(period) = shown { span.dim { (days_of(period)) } }
            span.push {}
            nav.seg.wrap aria-label="Days" {
                @for (name, period) in Period::common(today) {
                    a href=(address_of(period)) aria-current=[(shown == Some(period)).then_some("true")] { (name) }
                }
            }
        }
    }
}

fn days_of(period: Period) -> String {
    let (from, to) = (period.from(), period.to());
    match from == to {
        true => from.to_string(),
        false => format!("{from} to {to}"),
    }
}

fn address_of(period: Period) -> String {
    let (from, to) = (period.from().iso(), period.to().iso());
    format!("{}?from={from}&to={to}", url::kitchen_figures())
}

/// The form for any other days; it needs no script.
fn asks(from: &str, to: &str, faults: &[FieldError]) -> Markup {
    let field = |label, name, value| {
        Field::new(label, name)
            .kind("date")
            .value(value)
            .error(FieldError::of(faults, name))
    };
    html! {
        form.range action=(url::kitchen_figures()) method="get" {
            (field("First day", "from", from))
            (field("Last day", "to", to))
            button.btn { "Show" }
        }
    }
}

fn cards(overview: &Overview, currency: Currency) -> Markup {
    let Overview { total, days, .. } = overview;
    let (lines, value) = overview.voided();
    let a_day = tenths_a_day(total.tickets, *days);
    html! {
        section.kpis aria-label="Key figures" {
            (card("Tickets", html! { (total.tickets) }, html! {
                @if *days > 1 { (chart::tenths(a_day)) " a day, on " (days) " days" } @else if total.open > 0 { (total.open) " still open" } @else { "all bumped" }
            }))
            (card("Time, median", seconds(total.times.map(|times| times.median_s)), html! { "from sending to the bump" }))
            (card("Nine of ten within", seconds(total.times.map(|times| times.p90_s)), html! { "from sending to the bump" }))
            (card("Late", html! { (total.late_percent().unwrap_or(0)) "%" }, html! { (total.late) " of " (total.tickets) }))
            (card("Recalled", html! { (total.recalls) }, html! { @if total.recalls == 1 { "time" } @else { "times" } ", after the bump" }))
            (card("Voided", ui::amount(currency.code(), &value.to_string()), html! { (count_of(lines, "line")) ", after sending" }))
        }
    }
}

fn card(name: &str, figure: Markup, beside: Markup) -> Markup {
    html! { article.card { dl.stat { dt { (name) } dd { (figure) } dd.trend { small { (beside) } } } } }
}

/// Tickets per hour as a picture, and the same as a table behind it.
fn course_of_the_day(overview: &Overview) -> Markup {
    let labels: Vec<String> = overview
        .hours
        .iter()
        .map(|hour| hour.hour.to_string())
        .collect();
    let tenths: Vec<i64> = overview
        .hours
        .iter()
        .map(|hour| tenths_a_day(hour.tickets, overview.days))
        .collect();
    let bars: Vec<Bar<'_>> = labels
        .iter()
        .zip(&tenths)
        .map(|(label, &tenths)| Bar { label, tenths })
        .collect();
    let on_average = if overview.days > 1 {
        ", on an average day"
    } else {
        ""
    };
    html! {
        section.card.w8 #per-hour {
            header { h2 { "Tickets per hour" (on_average) } }
            div.scroll tabindex="0" role="region" aria-label="Chart of tickets per hour" {
                (chart::bars(&said_of(&overview.hours, &tenths), &bars))
            }
            details.unfold {
                summary { "As a table" }
                div.scroll tabindex="0" role="region" aria-label="Table of tickets per hour" { (hours_table(overview, &tenths)) }
            }
        }
    }
}

/// "Tickets per hour. Most from 13:00 to 14:00: 12.4."
fn said_of(hours: &[Hour], tenths: &[i64]) -> String {
    let most = hours
        .iter()
        .zip(tenths)
        .max_by_key(|(hour, _)| hour.tickets);
    let most = most
        .map(|(hour, &tenths)| format!(" Most from {}: {}.", hour.words(), chart::tenths(tenths)));
    format!("Tickets per hour.{}", most.unwrap_or_default())
}

fn hours_table(overview: &Overview, tenths: &[i64]) -> Markup {
    html! {
        table.table {
            caption.vh { "Tickets per hour" }
            thead { tr {
                th scope="col" { "Hour" }
                th.num scope="col" { "Tickets" }
                @if overview.days > 1 { th.num scope="col" { "A day" } }
                @for station in &overview.stations { th.num scope="col" { (station.station.name) } }
            } }
            tbody {
                @for (hour, &a_day) in overview.hours.iter().zip(tenths) {
                    tr {
                        td { (hour.words()) }
                        td.num { (hour.tickets) }
                        @if overview.days > 1 { td.num { (chart::tenths(a_day)) } }
                        @for tickets in &hour.by_station { td.num { (tickets) } }
                    }
                }
            }
        }
    }
}

fn voids(overview: &Overview) -> Markup {
    let (told, others) = overview.voids.split_at(overview.voids.len().min(REASONS));
    let (lines, value) = overview.voided();
    html! {
        section.card #voids {
            header { h2 { "Voided after sending" } span.push.dim { (count_of(lines, "line")) } }
            @if told.is_empty() {
                p.dim { "Nothing that was sent was struck out." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Table of voids" {
                    table.table {
                        caption.vh { "Voids by reason" }
                        thead { tr { th scope="col" { "Reason" } th.num scope="col" { "Lines" } th.num scope="col" { "Pieces" } th.num scope="col" { "Value" } } }
                        tbody { @for voids in told { (void_row(voids)) } }
                        tfoot {
                            @if !others.is_empty() { tr { td colspan="4" { "and " (others.len()) " other reasons" } } }
                            tr { td { "All" } td.num { (lines) } td.num { (overview.voids.iter().map(|voids| voids.pieces).sum::<i64>()) } td.num { (value) } }
                        }
                    }
                }
            }
        }
    }
}

fn void_row(voids: &VoidsFor) -> Markup {
    html! {
        tr {
            td { @if let Some(reason) = &voids.reason { (reason) } @else { span.dim { "No reason given" } } }
            td.num { (voids.lines) }
            td.num { (voids.pieces) }
            td.num { (voids.value) }
        }
    }
}

fn stations(overview: &Overview) -> Markup {
    html! {
        section.card #stations {
            header { h2 { "Stations" } }
            div.scroll tabindex="0" role="region" aria-label="Table of stations" {
                table.table {
                    caption.vh { "Stations" }
                    thead { tr {
                        th scope="col" { "Station" }
                        @for title in ["Tickets", "Open", "Median", "Nine of ten", "Late", "Recalled"] { th.num scope="col" { (title) } }
                    } }
                    tbody { @for each in &overview.stations { (work_row(&each.station.name, &each.station.work)) } }
                    @if overview.stations.len() > 1 { tfoot { (work_row("All", &overview.total)) } }
                }
            }
        }
    }
}

fn work_row(name: &str, work: &TicketFigures) -> Markup {
    html! {
        tr {
            td { (name) }
            td.num { (work.tickets) }
            td.num { (work.open) }
            td.num { (seconds(work.times.map(|times| times.median_s))) }
            td.num { (seconds(work.times.map(|times| times.p90_s))) }
            td.num { (work.late_percent().unwrap_or(0)) "% " span.dim { "(" (work.late) ")" } }
            td.num { (work.recalls) }
        }
    }
}

fn products(overview: &Overview) -> Markup {
    html! {
        section.card #products {
            header { h2 { "Products" } }
            div.scroll tabindex="0" role="region" aria-label="Table of products" {
                table.table {
                    caption.vh { "Products by station" }
                    thead { tr {
                        th scope="col" { "Product" }
                        @for title in ["Pieces", "Median", "Nine of ten", "Target"] { th.num scope="col" { (title) } }
                        th scope="col" { "Against the target" }
                        th.num scope="col" { "Learned in 28 days" }
                        th.num scope="col" { "Suggested" }
                    } }
                    @for station in &overview.stations { (products_of(station)) }
                }
            }
        }
    }
}

fn products_of(station: &StationOverview) -> Markup {
    html! {
        tbody {
            tr.group { th scope="rowgroup" colspan="8" { (station.station.name) } }
            @for product in &station.products { (product_row(product)) }
        }
    }
}

fn product_row(product: &ProductOverview) -> Markup {
    let work = &product.work;
    html! {
        tr {
            td { (work.name) }
            td.num { (work.pieces) }
            td.num { (seconds(work.times.map(|times| times.median_s))) }
            td.num { (seconds(work.times.map(|times| times.p90_s))) }
            td.num { (minutes_seconds(work.target_s)) @if !work.has_own_target { " " span.dim { "station's" } } }
            td { @if let Some(finding) = product.finding() { (finding_of(finding)) } }
            td.num { @if let Some(learned) = &product.learned { (learned_of(learned.times)) } @else { (nothing_known()) } }
            td.num { @if let Some(learned) = &product.learned { (minutes_seconds(learned.suggested_s())) } @else { (nothing_known()) } }
        }
    }
}

fn finding_of(finding: Finding) -> Markup {
    match finding {
        Finding::Slower(by) => ui::badge_of(
            Kind::Warn,
            false,
            &format!("{} slower", minutes_seconds(by)),
        ),
        Finding::Faster(by) => ui::badge_of(
            Kind::Info,
            false,
            &format!("{} faster", minutes_seconds(by)),
        ),
    }
}

/// "2:10 · 4:05 (112)": median, nine of ten, of how many.
fn learned_of(times: Times) -> Markup {
    html! {
        (minutes_seconds(times.median_s)) " · " (minutes_seconds(times.p90_s)) " " span.dim { "(" (times.samples) ")" }
    }
}

fn what_it_means() -> Markup {
    html! {
        details.unfold.card #meaning {
            summary { "How this is counted" }
            ul.stack.tight {
                li { "A ticket counts on the business day on which it was first sent. Its time runs from then to its bump, or to the last one if it was recalled." }
                li { "A ticket is late if it took as long as its slowest line is given or longer; one that is still open is late from then on. A course that was held has until its own lines are due. A product without a preparation time of its own is given what its station is." }
                li { "A product's time runs from when its line was sent to when that was marked as done. A bump marks all that was not tapped before and waits for the slowest of it, so of these only what was due last counts: a salad that waited for a steak is no slow salad. What was struck out counts nowhere." }
                li { "“Nine of ten” took no longer than this. What differs from the target by half a minute and by a fifth or more is pointed out." }
                li { "“Learned” is the median and nine of ten of the last 28 days, from the station's own bumps, with the number of lines; fewer than " (ENOUGH) " teach nothing. “Suggested” is the target that nine of ten would have kept, rounded up to half a minute." }
                li { "A void counts on the business day on which it was made, with what the guests would have paid." }
            }
        }
    }
}

fn seconds(seconds: Option<i64>) -> Markup {
    match seconds {
        Some(seconds) => html! { (minutes_seconds(seconds)) },
        None => nothing_known(),
    }
}

fn nothing_known() -> Markup {
    html! { span.dim { "–" } }
}

fn count_of(number: i64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        more => format!("{more} {thing}s"),
    }
}

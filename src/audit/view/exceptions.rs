//! The exception list: who did what how often, beside the median; and the rows behind a figure.

use maud::{Markup, html};

use super::people;
use crate::audit::exceptions::{
    AFTER_A_REPRINT, Compared, Figures, Kind, LEAST, NEAR_A_VOID, Peers, TIMES, Table,
};
use crate::audit::handlers::shown;
use crate::audit::store::{Row, SHOWN};
use crate::ui::chart::tenths;
use crate::ui::{self, Field};
use crate::values::{BusinessDate, Currency, DayRule, Period, StaffId};
use crate::web::{FieldError, url};

/// Everything on the list.
pub struct List {
    /// By who did it.
    pub doers: Table,
    /// By who agreed.
    pub approvers: Table,
    /// Who has any of the patterns.
    pub patterns: Vec<Figures>,
}

/// The list of some days.
pub fn page(period: Period, today: BusinessDate, list: &List) -> Markup {
    html! {
        (head(Some(period), today))
        (asks(&period.from().iso(), &period.to().iso(), &[]))
        @if list.doers.people.is_empty() {
            section.card { (ui::empty("users", "Nobody traded on these days", "Choose other days above.", html! {})) }
        } @else {
            (table("by-person", "By who did it", &list.doers, period, false))
            (patterns(list, period))
            (table("by-approver", "By who agreed", &list.approvers, period, true))
            (what_it_means())
        }
    }
}

/// Days that cannot be had, with what was typed and what is wrong with it.
pub fn asked_wrongly(from: &str, to: &str, faults: &[FieldError], today: BusinessDate) -> Markup {
    html! {
        (head(None, today))
        (asks(from, to, faults))
    }
}

fn head(chosen: Option<Period>, today: BusinessDate) -> Markup {
    html! {
        header {
            h1 { "Exceptions" }
            @if let Some(period) = chosen { span.dim { (period.from()) " to " (period.to()) } }
            span.push {}
            nav.seg.wrap aria-label="Days" {
                @for (name, period) in Period::common(today) {
                    a href=(address(period)) aria-current=[(chosen == Some(period)).then_some("true")] { (name) }
                }
            }
        }
    }
}

fn address(period: Period) -> String {
    format!(
        "{}?from={}&to={}",
        url::exceptions(),
        period.from().iso(),
        period.to().iso()
    )
}

fn address_of_rows(period: Period, person: StaffId, kind: Kind, agreed: bool) -> String {
    let agreed = if agreed { "&agreed=yes" } else { "" };
    format!(
        "{}&person={person}&kind={}{agreed}",
        address(period),
        kind.key()
    )
}

fn asks(from: &str, to: &str, faults: &[FieldError]) -> Markup {
    let field = |label, name, value| {
        Field::new(label, name)
            .kind("date")
            .value(value)
            .error(FieldError::of(faults, name))
    };
    html! {
        form.range action=(url::exceptions()) method="get" {
            (field("First day", "from", from))
            (field("Last day", "to", to))
            button.btn { "Show" }
        }
    }
}

fn table(id: &str, title: &str, table: &Table, period: Period, agreed: bool) -> Markup {
    html! {
        section.card.flush.read id=(id) {
            header { h2 { (title) } span.push.dim { "Amounts in " (Currency::venue().code()) @if !agreed { "; rates on 100 orders" } } }
            @if table.people.is_empty() {
                p.dim { "Nobody had to agree to anything." }
            } @else {
                table.table {
                    thead { tr {
                        th scope="col" { "Person" }
                        @if !agreed { th.num scope="col" { "Orders" } }
                        @for kind in Kind::COUNTED { th.num scope="col" { (kind.label()) } }
                    } }
                    tbody { @for (person, figures) in &table.people { (line(person, figures, period, agreed)) } }
                    tfoot { @for (peers, medians) in &table.medians { (medians_of(*peers, medians, agreed)) } }
                }
            }
        }
    }
}

fn line(person: &Figures, figures: &[Compared], period: Period, agreed: bool) -> Markup {
    html! {
        tr #{ (if agreed { "agreed-" } else { "did-" }) (person.id) } {
            td { b { (person.name) } " " span.dim { (person.role.label()) } }
            @if !agreed { td.num data-of="Orders" { (person.orders) } }
            @for (kind, figure) in Kind::COUNTED.into_iter().zip(figures) {
                td.num data-of=(kind.label()) { @if figure.tally.count > 0 { (cell(person, kind, figure, period, agreed)) } @else { span.dim { "–" } } }
            }
        }
    }
}

fn cell(person: &Figures, kind: Kind, figure: &Compared, period: Period, agreed: bool) -> Markup {
    html! {
        a href=(address_of_rows(period, person.id, kind, agreed)) aria-label={ (figure.tally.count) " " (kind.label()) " of " (person.name) } { (figure.tally.count) }
        @if !agreed && let Some(rate) = figure.rate { " " span.dim { (tenths(rate / 100)) "/100" } }
        @if let Some(amount) = shown(kind, figure.tally.amount) { br; (amount) }
        @if figure.stands_out { br; (ui::badge_of(ui::Kind::Warn, true, &times_of(figure))) }
    }
}

/// "5.2 × median"; where the median is nothing, that only they do it so often.
fn times_of(figure: &Compared) -> String {
    match (figure.rate, figure.median) {
        (Some(rate), Some(median)) if median > 0 => {
            format!("{} × median", tenths(rate.saturating_mul(10) / median))
        }
        _ => "median is 0".to_owned(),
    }
}

fn medians_of(peers: Peers, medians: &[Option<i64>], agreed: bool) -> Markup {
    html! {
        tr {
            td { "Median, " (peers.label()) }
            @if !agreed { td {} }
            @for (kind, median) in Kind::COUNTED.into_iter().zip(medians) {
                td.num data-of=(kind.label()) {
                    @match median {
                        Some(median) if agreed => { (tenths(median / 100)) }
                        Some(median) => { (tenths(median / 100)) "/100" }
                        None => span.dim { "too few" },
                    }
                }
            }
        }
    }
}

fn patterns(list: &List, period: Period) -> Markup {
    html! {
        section.card.flush.read #patterns {
            header { h2 { "Worth a look" } }
            @if list.patterns.is_empty() {
                p.dim { "None of the patterns below was seen." }
            } @else {
                table.table {
                    thead { tr { th scope="col" { "Person" } @for kind in Kind::PATTERNS { th.num scope="col" { (kind.label()) } } } }
                    tbody { @for person in &list.patterns { tr #{ "pattern-" (person.id) } {
                        td { b { (person.name) } " " span.dim { (person.role.label()) } }
                        @for (kind, tally) in Kind::PATTERNS.into_iter().zip(&person.tallies) {
                            td.num data-of=(kind.label()) {
                                @if tally.count > 0 {
                                    a href=(address_of_rows(period, person.id, kind, false)) aria-label={ (tally.count) " " (kind.label()) ", " (person.name) } { (tally.count) }
                                    @if let Some(amount) = shown(kind, tally.amount) { br; (amount) }
                                } @else { span.dim { "–" } }
                            }
                        }
                    } } }
                }
            }
        }
    }
}

fn what_it_means() -> Markup {
    html! {
        details.unfold.card #meaning {
            summary { "What each of these is" }
            ul.stack.tight {
                li { "All of it is allowed, and everybody has some. Pointed out is who has " (LEAST) " or more and over " (TIMES) " times the median of those with the same kind of role; with fewer than three of them, of everybody who traded." }
                li { "Orders: those that somebody opened or took money for, whichever are more. Whoever has none has no rate." }
                li { "Voids: sent lines struck out. Comps: given free. Removed: taken off before sending. Changed after bill: an order whose total changed after its bill was printed, with what it lost. Reprints: copies of receipts and bills. What came back with its money is a refund and no void." }
                li { "Struck out after cash was paid: money may have been kept. Drawer opened beside a void: within " (NEAR_A_VOID / 60) " minutes, by the same person. Bill printed again, then something taken off: within " (AFTER_A_REPRINT) " minutes." }
                li { "By who agreed counts what somebody consented to that another asked for." }
            }
        }
    }
}

/// The rows behind one figure.
pub fn behind(
    period: Period,
    kind: Kind,
    (name, agreed): (&str, bool),
    rows: &[Row],
    rule: &DayRule,
) -> Markup {
    html! {
        header {
            h1 { (kind.label()) ": " (name) }
            span.dim { @if agreed { "agreed to, " } (period.from()) " to " (period.to()) }
            span.push {}
            a.btn href=(address(period)) { (ui::icon("left")) "The list" }
        }
        @if rows.len() > SHOWN { p.dim { "The newest " (SHOWN) " of them." } }
        section.card.flush.read #behind aria-label=(kind.label()) {
            @if rows.is_empty() {
                (ui::empty("check", "None", "Nothing of it on these days.", html! {}))
            } @else {
                table.table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Who" } th scope="col" { "Order" } th.num scope="col" { "Amount" } } }
                    tbody { @for row in rows.iter().take(SHOWN) { (row_behind(row, kind, rule)) } }
                }
            }
        }
    }
}

fn row_behind(row: &Row, kind: Kind, rule: &DayRule) -> Markup {
    html! {
        tr {
            td { (rule.local(row.at)) }
            td data-of="What" { (row.what) @if let Some(reason) = &row.reason { br; "“" (reason) "”" } }
            td data-of="Who" { (people(row.name.as_deref(), row.approver.as_deref())) }
            td data-of="Order" { @if let (Some(order), Some(number)) = (row.order_id, row.number) { a href=(url::order_story(order)) { "#" (number) } } }
            td.num data-of="Amount" { @if let Some(amount) = shown(kind, row.amount) { (amount) } }
        }
    }
}

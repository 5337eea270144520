//! What managers see of statements.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::store::{Beside, Booked, Imported, SHOWN};
use crate::payments::payment::Method;
use crate::ui::{self, Field, Kind, icon};
use crate::values::{DayRule, StatementLineId, TokenId};
use crate::web::url;

/// A statement with what it proves.
pub struct Shown {
    /// The statement.
    pub statement: Imported,
    /// Transactions that name a payment of another amount or network.
    pub differing: Vec<Beside>,
    /// Transactions that nobody has booked.
    pub unbooked: Vec<Beside>,
    /// Transactions that verify a payment.
    pub verified: Vec<Beside>,
    /// What a transaction may be that nobody has booked.
    pub alike: Vec<(StatementLineId, Booked)>,
    /// Payments of its time that no statement has.
    pub missing: Vec<Booked>,
    /// How many those are.
    pub missing_count: i64,
}

/// Payments of one provider that no statement has.
pub struct Nowhere {
    /// Whose.
    pub provider: Method,
    /// From when there are statements.
    pub from: OffsetDateTime,
    /// Until when.
    pub to: OffsetDateTime,
    /// The payments.
    pub booked: Vec<Booked>,
    /// How many those are.
    pub count: i64,
}

/// So many payments are offered for one transaction.
const OFFERED: usize = 3;

/// The page of all statements.
pub fn list(latest: &[Imported], nowhere: &[Nowhere], rule: &DayRule) -> Markup {
    html! {
        header { h1 { "Statements" } span.dim { "What came in by mobile money, as the providers say it" } }
        (upload())
        @for one in nowhere.iter().filter(|one| one.count > 0) { (in_none(one, rule)) }
        section.card.flush.read {
            @if latest.is_empty() {
                (ui::empty("receipt", "No statement yet", "Export one as CSV where MTN or Airtel shows your transactions, and read it in above.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Statements" }
                    thead { tr { th { "Statement" } th { "Covers" } th.num { "New" } th.num { "Verified" } th.num { "Differ" } th.num { "Not booked" } th { "Read in" } } }
                    tbody { @for statement in latest { (row(statement, rule)) } }
                }
            }
        }
    }
}

fn upload() -> Markup {
    let to = url::statements();
    html! {
        section.card.stack {
            h2 { "Read one in" }
            // A long file on a slow line takes longer than other requests may.
            form.stack #statement-upload hx-post=(to) hx-swap="none" hx-encoding="multipart/form-data" hx-config=r#"{"timeout":120000}"# hx-disable="find button" {
                (ui::key_input(&TokenId::new().to_string()))
                div.range {
                    (ui::around("Whose", "provider", None, None, html! {
                        select #provider name="provider" {
                            option value="" { "As the file says" }
                            @for method in [Method::MtnMomo, Method::AirtelMoney] { option value=(method.as_str()) { (method.label()) } }
                        }
                    }))
                    (Field::new("CSV file", "file").kind("file").required())
                    button.btn.primary { "Read it in" }
                }
                p.dim { "Reading the same days twice is no harm: each transaction counts once. A file with a faulty row is not read in at all." }
            }
        }
    }
}

fn in_none(one: &Nowhere, rule: &DayRule) -> Markup {
    html! {
        section.card.flush.read {
            header { h2 { (one.provider.label()) ": booked, and in no statement" } (ui::badge_of(Kind::Bad, false, &one.count.to_string())) }
            p.dim { "Between " (rule.local(one.from).day()) " and " (rule.local(one.to)) " these were recorded, and no statement has them. Ask who took them, or read in the days that are missing." }
            (booked_table(&one.booked, rule))
            (and_more(one.count, one.booked.len()))
        }
    }
}

fn row(statement: &Imported, rule: &DayRule) -> Markup {
    html! {
        tr id={ "statement-" (statement.id) } {
            td { a href=(url::statement(statement.id)) { b { (statement.provider.label()) } } @if let Some(file) = &statement.file { " " span.dim { (file) } } }
            td data-of="Covers" { (covers(statement, rule)) }
            td.num data-of="New" { (statement.lines) }
            td.num data-of="Verified" { (statement.verified) }
            td.num data-of="Differ" { @if statement.differ > 0 { (ui::badge_of(Kind::Bad, false, &statement.differ.to_string())) } @else { "0" } }
            td.num data-of="Not booked" { @if statement.unbooked > 0 { (ui::badge_of(Kind::Warn, false, &statement.unbooked.to_string())) } @else { "0" } }
            td data-of="Read in" { (rule.local(statement.at)) " " span.dim { (statement.by) } }
        }
    }
}

/// The days; of one that was not over, until when.
fn covers(statement: &Imported, rule: &DayRule) -> String {
    let end = rule.local(statement.to);
    let from = rule.local(statement.from).day();
    match end.minute_of_day() {
        // The end of a day is the beginning of the next.
        0 => {
            let last = rule.local(statement.to - time::Duration::seconds(1)).day();
            if last == from {
                from
            } else {
                format!("{from} to {last}")
            }
        }
        _ if end.day() == from => format!("{from} until {}", end.time()),
        _ => format!("{from} to {end}"),
    }
}

/// The page of one statement.
pub fn page(shown: &Shown, rule: &DayRule) -> Markup {
    let statement = &shown.statement;
    html! {
        header {
            h1 { (statement.provider.label()) ", " (covers(statement, rule)) }
            span.push {}
            a.btn href=(url::statements()) { "All statements" }
        }
        p.dim {
            @if let Some(file) = &statement.file { (file) ", " }
            "read in by " (statement.by) ", " (rule.local(statement.at)) ". " (left_out(statement))
        }
        div #statement-lists.stack { (lists(shown, rule)) }
    }
}

/// The lists and counts as an answer sends them.
pub fn redrawn(shown: &Shown, rule: &DayRule) -> Markup {
    html! { hx-partial hx-target="#statement-lists" hx-swap="innerMorph" { (lists(shown, rule)) } }
}

fn left_out(statement: &Imported) -> String {
    let kinds = [
        (statement.read_before, "read before"),
        (statement.outgoing, "outgoing"),
        (statement.unsuccessful, "not successful"),
        (statement.repeated, "repeated"),
        (statement.notes, "without money"),
    ];
    let said: Vec<String> = kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let rows = match statement.rows {
        1 => "1 row".to_owned(),
        many => format!("{many} rows"),
    };
    match said.is_empty() {
        true => format!("{rows}, all of them new money in."),
        false => format!("{rows}; left out: {}.", said.join(", ")),
    }
}

fn lists(shown: &Shown, rule: &DayRule) -> Markup {
    let statement = &shown.statement;
    html! {
        section.kpis aria-label="Counts" {
            (count("New money in", html! { (statement.sum.with_code()) }, &transactions(statement.lines)))
            (count("Verified", html! { (statement.verified) }, "as booked"))
            (count("Differ", html! { (statement.differ) }, "another amount or network"))
            (count("Not booked", html! { (statement.unbooked) }, "in the statement only"))
            (count("Missing", html! { (shown.missing_count) }, "booked, in no statement"))
        }
        (differing(shown, rule))
        (unbooked(shown, rule))
        (missing(shown, rule))
        (verified(shown, rule))
    }
}

fn transactions(count: i64) -> String {
    match count {
        1 => "1 transaction".to_owned(),
        many => format!("{many} transactions"),
    }
}

fn count(name: &str, figure: Markup, beside: &str) -> Markup {
    html! { article.card { dl.stat { dt { (name) } dd { (figure) } dd.trend { small { (beside) } } } } }
}

fn differing(shown: &Shown, rule: &DayRule) -> Markup {
    html! {
        @if !shown.differing.is_empty() {
            section.card.flush.read {
                header.row { h2 { "Differ" } (ui::badge_of(Kind::Bad, false, "Look at each")) }
                table.table {
                    thead { tr { th { "Transaction" } th { "When" } th.num { "Statement" } th.num { "Booked" } th { "As" } th { "Order" } th { "By" } } }
                    tbody {
                        @for one in &shown.differing {
                            tr {
                                td { (one.transaction) } td data-of="When" { (rule.local(one.at)) } td.num data-of="Statement" { (one.amount) }
                                @if let Some(booked) = &one.booked {
                                    td.num data-of="Booked" { (booked.sum) }
                                    td data-of="As" { (booked.method.label()) }
                                    (order_and_person(booked))
                                }
                            }
                        }
                    }
                }
                (and_more(shown.statement.differ, shown.differing.len()))
            }
        }
    }
}

fn unbooked(shown: &Shown, rule: &DayRule) -> Markup {
    let to = url::statement_payments(shown.statement.id);
    html! {
        @if !shown.unbooked.is_empty() {
            section.card.flush.read {
                header.row { h2 { "Money without an order" } (ui::badge_of(Kind::Warn, false, "Nobody has booked it")) }
                table.table {
                    thead { tr { th { "Transaction" } th { "When" } th.num { "Amount" } th { "From" } th { span.vh { "Record" } } } }
                    tbody {
                        @for one in &shown.unbooked {
                            tr id={ "line-" (one.id) } {
                                td { (one.transaction) } td data-of="When" { (rule.local(one.at)) } td.num data-of="Amount" { (one.amount) }
                                td data-of="From" { @if let Some(payer) = &one.payer { (payer) } }
                                td {
                                    div.stack {
                                        @for (_, booked) in shown.alike.iter().filter(|(line, _)| *line == one.id).take(OFFERED) {
                                            (same(shown, one, booked, rule))
                                        }
                                        form hx-post=(to) hx-swap="none" {
                                            (ui::key_input(&TokenId::new().to_string()))
                                            input type="hidden" name="transaction" value=(one.id);
                                            button.btn hx-disable="this" { "Record it" span.vh { ": " (one.transaction) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                (and_more(shown.statement.unbooked, shown.unbooked.len()))
            }
        }
    }
}

/// A payment that this transaction may be: recorded anew, the same money would be booked twice.
fn same(shown: &Shown, one: &Beside, booked: &Booked, rule: &DayRule) -> Markup {
    let to = url::statement_verifications(shown.statement.id);
    html! {
        form.same hx-post=(to) hx-swap="none" {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="transaction" value=(one.id);
            input type="hidden" name="payment" value=(booked.payment);
            p {
                "Typed as " b { (booked.reference.as_deref().unwrap_or_default()) } ", " (rule.local(booked.at))
                @if let Some((_, title)) = &booked.order { ", " (title) }
            }
            button.btn hx-disable="this" { "It is this payment" span.vh { ": " (one.transaction) } }
        }
    }
}

fn missing(shown: &Shown, rule: &DayRule) -> Markup {
    html! {
        @if !shown.missing.is_empty() {
            section.card.flush.read {
                header.row { h2 { "Missing" } (ui::badge_of(Kind::Bad, false, "Booked, and in no statement")) }
                (booked_table(&shown.missing, rule))
                (and_more(shown.missing_count, shown.missing.len()))
            }
        }
    }
}

fn booked_table(booked: &[Booked], rule: &DayRule) -> Markup {
    html! {
        table.table {
            thead { tr { th { "Id as typed" } th { "Recorded" } th.num { "Amount" } th { "Order" } th { "By" } } }
            tbody {
                @for one in booked {
                    tr id={ "booked-" (one.payment) } {
                        td { (one.reference.as_deref().unwrap_or_default()) } td data-of="Recorded" { (rule.local(one.at)) } td.num data-of="Amount" { (one.sum) }
                        (order_and_person(one))
                    }
                }
            }
        }
    }
}

fn order_and_person(booked: &Booked) -> Markup {
    html! {
        td data-of="Order" { @if let Some((order, title)) = &booked.order { a href=(url::order_pay(*order)) { (title) } } @else { span.dim { "no order" } } }
        td data-of="By" { (booked.by.as_deref().unwrap_or("–")) }
    }
}

fn verified(shown: &Shown, rule: &DayRule) -> Markup {
    html! {
        @if !shown.verified.is_empty() {
            section.card.flush.read {
                header.row { h2 { "Verified" } (ui::badge_of(Kind::Ok, false, "As booked")) }
                table.table {
                    thead { tr { th { "Transaction" } th { "When" } th.num { "Amount" } th { "From" } th { "Order" } th { "By" } th { span.vh { "Take back" } } } }
                    tbody {
                        @for one in &shown.verified {
                            tr {
                                td { (one.transaction) } td data-of="When" { (rule.local(one.at)) } td.num data-of="Amount" { (one.amount) }
                                td data-of="From" { @if let Some(payer) = &one.payer { (payer) } }
                                @if let Some(booked) = &one.booked { (order_and_person(booked)) }
                                td { @if let Some(by) = &one.said_by { (said(shown, one, by)) } }
                            }
                        }
                    }
                }
                (and_more(shown.statement.verified, shown.verified.len()))
            }
        }
    }
}

/// What two equal ids say needs nobody; what somebody said may be wrong.
fn said(shown: &Shown, one: &Beside, by: &str) -> Markup {
    let typed = one
        .booked
        .as_ref()
        .and_then(|booked| booked.reference.as_deref());
    html! {
        div.row.wrap {
            span.dim { "Typed as " (typed.unwrap_or_default()) ", says " (by) }
            button.btn type="button" hx-delete=(url::statement_verification(shown.statement.id, one.id)) hx-swap="none" hx-disable="this" {
                (icon("undo")) "It is not" span.vh { ": " (one.transaction) }
            }
        }
    }
}

fn and_more(all: i64, shown: usize) -> Markup {
    let more = all - i64::try_from(shown).unwrap_or(SHOWN);
    html! { @if more > 0 { p.dim { "and " (more) " more" } } }
}

//! The shift report: the slip on paper, and the same on screen.

use maud::{Markup, html};

use super::paper;
use super::report::{CountLine, MovedLine, PassedOn, ShiftReport, VarianceLine};
use super::variance::{Standing, Variance};
use super::view::{variance_line, variance_of};
use crate::printing::{Look, Mark, Slip};
use crate::settings::Settings;
use crate::shifts::{EntryKind, bar};
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind};
use crate::values::{Currency, DayRule, Money, ShiftId};
use crate::web::url;

/// The report of a closed shift: the slip on paper, the same on screen.
pub fn page(
    id: ShiftId,
    report: &ShiftReport,
    mark: Mark,
    person: &Person,
    settings: &Settings,
) -> Markup {
    let title = format!("Shift report {}", report.number);
    let back = if person.role.manages() {
        ("Shifts", url::shifts())
    } else {
        ("Floor", url::floor())
    };
    let content = html! {
        (bar((back.0, &back.1), &title, &report.owner.name, person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Shift closed" {
                p { (ui::badge_saying(ui::Status::Paid, "Closed")) }
                @if let Some(line) = report.variance.as_ref().filter(|_| report.float.is_some()) { (variance_line(line.variance)) }
                @for line in &report.tenders {
                    @if let Some(amount) = line.variance().filter(|amount| !amount.is_zero()) {
                        (variance_of(Some(line.method), Variance { amount, threshold: threshold(report) }))
                    }
                }
                @if report.variance.as_ref().is_some_and(|line| matches!(line.standing, Standing::Unapproved { .. })) {
                    (ui::banner(Kind::Warn, true, html! { "This variance is unapproved." }))
                }
                div.stack.tight {
                    (paper::print_form(&url::shift_report_prints(id), mark != Mark::Original))
                    a.btn.xl href=(back.1) { "Done" }
                }
            }
            (paper::shown(&slip(report, mark, settings), false))
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

fn threshold(report: &ShiftReport) -> Money {
    let of = report.variance.as_ref().map(|line| line.variance.threshold);
    of.unwrap_or_default()
}

/// The report as it is printed.
pub fn slip(report: &ShiftReport, mark: Mark, settings: &Settings) -> Slip {
    let rule = settings.day_rule();
    let mut slip = Slip::new("Shift report");
    slip.heading(settings.cafe_name.to_uppercase());
    slip.centred(format!("SHIFT REPORT {}", report.number));
    mark.said_on(&mut slip, &rule);
    slip.rule();
    head(&mut slip, report, &rule);
    slip.rule();
    sales(&mut slip, report);
    if report.float.is_some() {
        slip.rule();
        cash(&mut slip, report);
    }
    if !report.moved.is_empty() {
        slip.rule();
        for each in &report.moved {
            moved(&mut slip, each, &rule);
        }
    }
    if !report.counts.is_empty() {
        slip.rule();
        counts(&mut slip, report, &rule);
    }
    if !report.tenders.is_empty() {
        slip.rule();
        tenders(&mut slip, report);
    }
    if let Some(line) = &report.variance {
        slip.rule();
        variance(&mut slip, line, report.float.is_some());
    }
    slip.rule();
    orders(&mut slip, report);
    slip
}

fn head(slip: &mut Slip, report: &ShiftReport, rule: &DayRule) {
    slip.row("Shift of", &report.owner.name);
    slip.row("Role", report.role.label());
    slip.row("Business date", report.date);
    slip.row("Cash", &report.place);
    slip.row("Opened", rule.local(report.opened_at));
    if let Some(terminal) = &report.opened_terminal {
        slip.row("On", terminal);
    }
    slip.row("Closed", rule.local(report.closed_at));
    slip.row("Closed by", &report.closed_by.name);
    if let Some(from) = &report.taken_over_from {
        slip.row("Taken over from", from);
    }
    if let Some(to) = &report.handed_over_to {
        slip.row("Handed over to", &to.name);
    }
}

fn sales(slip: &mut Slip, report: &ShiftReport) {
    for sum in &report.sales {
        let payments = match sum.count {
            1 => "1 payment".to_owned(),
            many => format!("{many} payments"),
        };
        slip.row(format!("{}, {payments}", sum.method.label()), sum.amount);
    }
    slip.total(
        format!("TAKEN {}", Currency::venue().code()),
        report.sales_total(),
    );
    for sum in &report.refunds {
        let back = format!("Given back, {}, {}", sum.method.label(), sum.count);
        slip.row(back, -(sum.amount + sum.tips));
    }
    if report.tips_total().is_positive() {
        slip.row("Tips beside it", report.tips_total());
    }
}

fn cash(slip: &mut Slip, report: &ShiftReport) {
    for sum in &report.ledger.sums {
        let label = sum.kind.label();
        match sum.kind {
            EntryKind::Float => slip.row(label, sum.amount),
            _ => slip.row(format!("{label}, {}", sum.count), sum.amount),
        }
    }
    let note = report.float.as_ref().and_then(|float| float.note.as_ref());
    if let Some(note) = note {
        slip.text(format!("Note on the float: {note}"));
    }
    slip.total("EXPECTED", report.expected);
}

/// One of the slips that lie in the drawer.
fn moved(slip: &mut Slip, moved: &MovedLine, rule: &DayRule) {
    let at = rule.local(moved.at).time();
    slip.row(
        format!("{} {}, {at}", moved.number, moved.what),
        moved.amount,
    );
    let mut said = moved.by.clone();
    if let Some(name) = &moved.approved_by {
        said.push_str(", agreed by ");
        said.push_str(name);
    }
    if let Some(reason) = &moved.reason {
        said.push_str(": ");
        said.push_str(reason);
    }
    slip.inset(Look::Plain, said);
}

fn counts(slip: &mut Slip, report: &ShiftReport, rule: &DayRule) {
    for count in &report.counts {
        slip.row(counted(count, rule), count.counted);
        for line in &count.tenders {
            let counted = line.counted.unwrap_or_default();
            slip.inset_row(line.method.label(), counted);
        }
    }
    let pieces = report.last_count().map(|last| &last.pieces);
    for (value, pieces) in pieces.into_iter().flat_map(|pieces| pieces.rows()) {
        let worth = Money::new(value.minor() * i64::from(pieces));
        slip.inset_row(format!("{value} × {pieces}"), worth);
    }
}

fn counted(count: &CountLine, rule: &DayRule) -> String {
    let at = rule.local(count.at).time();
    format!("Count {}, {at}, {}", count.number, count.by.name)
}

/// What the batch, the telephones and the statements say, against the till.
fn tenders(slip: &mut Slip, report: &ShiftReport) {
    for line in &report.tenders {
        match line.counted {
            Some(counted) => slip.row(line.method.label(), counted),
            None => slip.row(line.method.label(), "not counted"),
        }
        slip.inset_row("Expected", line.expected);
        if let Some(amount) = line.variance().filter(|amount| !amount.is_zero()) {
            let threshold = Money::ZERO;
            slip.inset_row(Variance { amount, threshold }.label(), amount.abs());
        }
    }
}

/// How the variance stands; that of cash is what people look for.
fn variance(slip: &mut Slip, line: &VarianceLine, has_cash: bool) {
    if has_cash {
        let label = line.variance.label().to_uppercase();
        slip.total(label, line.variance.amount.abs());
    }
    match &line.standing {
        Standing::Within => {}
        Standing::Approved { reason, .. } => {
            let by = line.approved_by.as_deref().unwrap_or("a manager");
            slip.text(format!("Reason: {reason}"));
            slip.text(format!("Approved by {by}"));
        }
        Standing::Unapproved { reason } => {
            slip.text(format!("Reason: {reason}"));
            slip.text_looking(Look::Strong, "UNAPPROVED");
        }
    }
}

fn orders(slip: &mut Slip, report: &ShiftReport) {
    let orders = report.orders;
    slip.row("Orders opened", orders.opened);
    slip.row("Orders settled", orders.settled);
    if orders.cancelled > 0 {
        slip.row("Orders cancelled", orders.cancelled);
    }
    if !report.passed_on.is_empty() {
        slip.row("Orders passed on", report.passed_on.len());
    }
    for PassedOn {
        reference,
        to,
        reason,
    } in &report.passed_on
    {
        let whither = match to {
            Some(to) => format!("to {to}"),
            None => "carried over".to_owned(),
        };
        slip.inset(Look::Plain, format!("{reference} {whither}: {reason}"));
    }
}

#[cfg(test)]
pub(in crate::closing) mod tests;

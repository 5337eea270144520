//! The X and the Z as they are printed.

use super::report::{DayReport, ShiftLine};
use crate::orders::Sold;
use crate::printing::{Look, Mark, Slip};
use crate::settings::Settings;
use crate::shifts::EntryKind;
use crate::values::{Currency, DayRule};

/// A reading of a date, or its closing. `mark` is of a Z; an X is never an original.
pub fn slip(report: &DayReport, mark: Mark, settings: &Settings) -> Slip {
    let rule = settings.day_rule();
    let mut slip = Slip::new("Day report");
    slip.heading(settings.cafe_name.to_uppercase());
    if !settings.tax_number.is_empty() {
        slip.centred(format!("TIN {}", settings.tax_number));
    }
    match &report.z {
        Some(z) => slip.centred(format!("Z REPORT {}", z.number)),
        None => slip.centred("X REPORT, NOT A CLOSING"),
    }
    slip.centred(report.date);
    mark.said_on(&mut slip, &rule);
    slip.rule();
    slip.row("Read", rule.local(report.at));
    if let Some(z) = &report.z {
        slip.row("By", &z.by.name);
    }
    slip.row("Counted from", rule.local(report.since));
    slip.rule();
    let Sold { orders, guests, .. } = report.sold;
    let of = format!(
        "{}, {}",
        counted(orders, "order", "orders"),
        counted(guests, "guest", "guests")
    );
    sold(&mut slip, &report.sold, &of, "SOLD");
    if report.corrected > 0 {
        slip.rule();
        let of = counted(report.corrected, "order", "orders");
        let of = format!("Of earlier dates, {of}");
        sold(&mut slip, &report.corrections, &of, "CORRECTED");
        slip.total("TOGETHER", report.net());
    }
    slip.rule();
    money(&mut slip, report);
    slip.rule();
    cash(&mut slip, report);
    slip.rule();
    shifts(&mut slip, report, &rule);
    checked(&mut slip, report);
    slip
}

/// "1 order", "2 orders".
pub fn counted(count: i64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

fn sold(slip: &mut Slip, sold: &Sold, of: &str, sum: &str) {
    slip.text(of);
    slip.row("Subtotal", sold.subtotal);
    let parts = [
        ("Given free", -sold.comps),
        ("Discounts", -sold.discounts),
        ("Service charge", sold.service),
        ("Rounding", sold.rounding),
    ];
    for (label, amount) in parts.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        slip.row(label, amount);
    }
    slip.total(format!("{sum} {}", Currency::venue().code()), sold.total);
    for tax in &sold.taxes {
        let of = format!("{}, {} of {}", tax.name, tax.rate, tax.without_tax);
        slip.row(of, tax.tax);
    }
}

fn money(slip: &mut Slip, report: &DayReport) {
    for sum in &report.taken {
        let by = format!("{}, {}", sum.method.label(), sum.count);
        slip.row(by, sum.amount);
    }
    if report.blind {
        slip.text("Cash is hidden until you have counted your own.");
    } else {
        slip.total("TAKEN", report.taken_total());
    }
    for sum in &report.given_back {
        let by = format!("Given back, {}, {}", sum.method.label(), sum.count);
        slip.row(by, -sum.amount);
    }
    if !report.blind && !report.tips().is_zero() {
        slip.row("Tips beside it", report.tips());
    }
    for sum in &report.late {
        let by = format!("Of it in no shift, {}, {}", sum.method.label(), sum.count);
        slip.row(by, sum.amount);
    }
}

fn cash(slip: &mut Slip, report: &DayReport) {
    slip.text(match report.blind {
        true => "Cash in all other drawers",
        false => "Cash in all drawers",
    });
    for sum in &report.cash.sums {
        let label = format!("{}, {}", sum.kind.label(), sum.count);
        match sum.kind {
            EntryKind::NoSale => slip.text(label),
            _ => slip.row(label, sum.amount),
        }
    }
}

fn shifts(slip: &mut Slip, report: &DayReport, rule: &DayRule) {
    slip.text(format!("Shifts closed: {}", report.shifts.len()));
    for line in &report.shifts {
        shift(slip, line);
    }
    if !report.shifts.is_empty() {
        slip.total("VARIANCE", report.variance());
    }
    for open in &report.open_shifts {
        slip.row(format!("Open: {}", open.owner), rule.local(open.since));
    }
    if report.open_orders > 0 {
        slip.row(format!("Open orders: {}", report.open_orders), report.owed);
    }
    if report.voids > 0 {
        let label = format!("Struck out after sending: {}", report.voids);
        slip.row(label, report.voided);
    }
}

fn shift(slip: &mut Slip, line: &ShiftLine) {
    let name = format!("{} {}", line.number, line.owner);
    match line.counted {
        Some(counted) => slip.row(name, counted),
        None => slip.row(name, "no cash"),
    }
    let label = match line.unapproved {
        true => "Variance, unapproved",
        false => "Variance",
    };
    if let Some(variance) = line.variance().filter(|amount| !amount.is_zero()) {
        slip.inset_row(label, variance);
    } else if line.unapproved {
        slip.inset(Look::Plain, label);
    }
    for tender in &line.tenders {
        let variance = tender.variance().unwrap_or_default();
        slip.inset_row(format!("{}, variance", tender.method.label()), variance);
    }
}

/// The newest hash of the audit log: whoever has the paper can tell whether anything before it was changed.
fn checked(slip: &mut Slip, report: &DayReport) {
    let Some(z) = &report.z else {
        return;
    };
    slip.rule();
    slip.centred(format!("Audit log up to entry {}", z.head_number));
    for part in z.head_hash.as_bytes().chunks(16) {
        slip.centred(String::from_utf8_lossy(part));
    }
}

#[cfg(test)]
mod tests;

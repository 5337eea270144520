//! What the guests' paper says: what bill, receipt and refund slip have in common, and the receipt.

use super::content::{BillLine, Sums, so_far};
use super::payment::Payment;
use super::receipt::Screen;
use super::refunds::Refund;
use crate::printing::{Look, Slip};
use crate::settings::Settings;
use crate::values::{Currency, DayRule};

/// Who a receipt is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Whoever takes payments.
    Staff,
    /// The printer.
    Paper,
    /// The guest who has the link. What others at the table paid with is theirs.
    Guest,
}

/// The café's name, address and tax number.
pub fn head(slip: &mut Slip, settings: &Settings) {
    slip.heading(settings.cafe_name.to_uppercase());
    for line in settings.address.lines() {
        slip.centred(line);
    }
    if !settings.tax_number.is_empty() {
        slip.centred(format!("TIN {}", settings.tax_number));
    }
}

/// What the guests had.
pub fn lines(slip: &mut Slip, lines: &[BillLine]) {
    for line in lines {
        slip.row(format!("{} {}", line.quantity, line.name), line.price);
        for choice in &line.choices {
            slip.inset(Look::Plain, choice);
        }
    }
}

/// What it comes to, and the taxes of each rate.
pub fn sums(slip: &mut Slip, sums: &Sums) {
    for (label, amount) in &sums.parts {
        slip.row(label, amount);
    }
    slip.total(format!("TOTAL {}", Currency::venue().code()), sums.total);
    for (label, amount) in &sums.contained {
        slip.row(label, amount);
    }
}

/// The receipt of a payment.
pub fn receipt(screen: &Screen, whom: For) -> Slip {
    let (content, rule) = (screen.content, screen.settings.day_rule());
    let mut slip = Slip::new("Receipt");
    head(&mut slip, screen.settings);
    screen.mark.said_on(&mut slip, &rule);
    slip.rule();
    about(&mut slip, screen, &rule);
    slip.rule();
    lines(&mut slip, &content.lines);
    slip.rule();
    sums(&mut slip, &content.sums);
    slip.rule();
    match whom {
        For::Staff | For::Paper => all_paid(&mut slip, screen, &rule),
        For::Guest => paid_by_guest(&mut slip, screen, &rule),
    }
    if content.left.is_positive() {
        slip.total("STILL TO PAY", content.left);
    }
    slip.rule();
    slip.centred(&screen.settings.receipt_footer);
    if let Some(link) = &screen.link {
        slip.qr(
            link,
            "This receipt on your phone",
            "Scan to keep this receipt",
        );
    }
    slip
}

fn about(slip: &mut Slip, screen: &Screen, rule: &DayRule) {
    let (order, content) = (screen.order, screen.content);
    let at = rule.local(screen.payment.taken_at);
    slip.row(format!("Order {}", order.number), &content.title);
    slip.row(at.day(), at.time());
    served(slip, &content.served_by, content.guests);
    slip.text(format!("No. {}", order.reference));
}

/// Who served them, and how many they were.
pub fn served(slip: &mut Slip, by: &str, guests: i16) {
    let guests = match guests {
        ..=1 => String::new(),
        many => format!("{many} guests"),
    };
    slip.row(format!("Served by {by}"), guests);
}

/// Every payment up to this one, and everything that was given back.
fn all_paid(slip: &mut Slip, screen: &Screen, rule: &DayRule) {
    let so_far = so_far(screen.payments, screen.payment);
    let many = so_far.len() > 1;
    for payment in so_far {
        let time = many.then(|| rule.local(payment.taken_at).time());
        paid(slip, payment, time);
    }
    for_items(slip, screen);
    for refund in screen.refunds {
        given_back(slip, refund, rule);
    }
}

/// This payment, what was paid before it, and what was given back of it.
fn paid_by_guest(slip: &mut Slip, screen: &Screen, rule: &DayRule) {
    let (payment, before) = (screen.payment, screen.content.before);
    if !before.is_zero() {
        slip.row("Paid before", before);
    }
    paid(slip, payment, None);
    for_items(slip, screen);
    let own = |refund: &&Refund| refund.payment == payment.id;
    for refund in screen.refunds.iter().filter(own) {
        given_back(slip, refund, rule);
    }
}

fn paid(slip: &mut Slip, payment: &Payment, time: Option<String>) {
    let label = payment.method.label();
    let label = time.map_or(label.to_owned(), |time| format!("{label}, {time}"));
    slip.row(
        label,
        payment.tendered.unwrap_or(payment.amount + payment.tip),
    );
    if let Some(reference) = &payment.reference {
        slip.inset(Look::Plain, reference);
    }
    if payment.tip.is_positive() {
        slip.inset_row("Tip, thank you", payment.tip);
    }
    if payment.tendered.is_some() {
        slip.row("Change", payment.change);
    }
}

fn for_items(slip: &mut Slip, screen: &Screen) {
    for (place, (quantity, name)) in screen.items.iter().enumerate() {
        let whose = if place == 0 { "This payment: " } else { "" };
        slip.text(format!("{whose}{quantity} {name}"));
    }
}

fn given_back(slip: &mut Slip, refund: &Refund, rule: &DayRule) {
    let at = rule.local(refund.refunded_at);
    let how = if refund.in_cash { " in cash" } else { "" };
    slip.row(
        format!("Given back{how}, {} {}", at.day(), at.time()),
        -(refund.amount + refund.tip),
    );
}

#[cfg(test)]
mod tests;

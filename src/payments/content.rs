//! What a receipt says of its order: kept with the payment for ever, whatever becomes of the order.

use serde::{Deserialize, Serialize};

use super::payment::Payment;
use super::refunds::Refund;
use super::view;
use crate::orders::{self, Line, Order};
use crate::values::{Money, Quantity};

/// What a receipt says of its order. Stored as JSON; a field that is added later needs a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// "Table 7".
    pub title: String,
    /// The name of whoever served them.
    pub served_by: String,
    /// How many they were.
    pub guests: i16,
    /// What was on the bill.
    pub lines: Vec<BillLine>,
    /// What that came to.
    pub sums: Sums,
    /// What was paid before this payment, less what had gone back.
    pub before: Money,
    /// What was left to pay after it.
    pub left: Money,
}

/// A line of a bill or a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    /// How many.
    pub quantity: Quantity,
    /// Of what.
    pub name: String,
    /// What they cost.
    pub price: Money,
    /// What was chosen with them.
    pub choices: Vec<String>,
}

/// What a bill or a receipt comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// What leads to the total.
    pub parts: Vec<(String, Money)>,
    /// What the guests pay, as cash rounding left it.
    pub total: Money,
    /// The taxes that it contains.
    pub contained: Vec<(String, Money)>,
}

impl Content {
    /// Of an order as it is when `amount` was just paid on it.
    pub fn of_payment(order: &Order, amount: Money) -> Self {
        Content {
            title: order.title(),
            served_by: order.waiter_name.clone(),
            guests: order.guests,
            lines: on_the_bill(order).map(BillLine::of).collect(),
            sums: Sums::of(order),
            before: order.paid - amount,
            left: order.balance(),
        }
    }

    /// Of a payment that was taken before this was kept: of its order as it is now.
    pub fn as_of_now(
        order: &Order,
        payment: &Payment,
        payments: &[Payment],
        refunds: &[Refund],
    ) -> Self {
        let paid: Money = so_far(payments, payment).iter().map(|one| one.amount).sum();
        let gone = refunds
            .iter()
            .filter(|refund| refund.refunded_at < payment.taken_at);
        let paid = paid - gone.map(|refund| refund.amount).sum::<Money>();
        Content {
            before: paid - payment.amount,
            left: (order.total() + order.rounding).less(paid),
            ..Content::of_payment(order, payment.amount)
        }
    }
}

/// The payments up to this one: a receipt printed again says what it said.
pub fn so_far<'a>(payments: &'a [Payment], payment: &Payment) -> &'a [Payment] {
    let at = payments.iter().position(|one| one.id == payment.id);
    &payments[..at.map_or(payments.len(), |at| at + 1)]
}

/// The lines of a bill.
pub fn on_the_bill(order: &Order) -> impl Iterator<Item = &Line> {
    order.lines.iter().filter(|line| !line.is_voided())
}

impl BillLine {
    /// As it stands on paper.
    pub fn of(line: &Line) -> Self {
        let choices = line.modifiers.iter().filter(|modifier| !modifier.silent);
        BillLine {
            quantity: line.quantity,
            name: line.name.clone(),
            price: line.unit_price.times(line.quantity),
            choices: choices.map(|choice| choice.name.clone()).collect(),
        }
    }
}

impl Sums {
    /// Of an order as it is.
    pub fn of(order: &Order) -> Self {
        let totals = order.totals().unwrap_or_default();
        let mut parts = vec![("Subtotal".to_owned(), totals.subtotal)];
        let mut add = |label: String, amount: Money| {
            if !amount.is_zero() {
                parts.push((label, amount));
            }
        };
        add("Given free".to_owned(), -totals.comps);
        add("Discounts on items".to_owned(), -totals.line_discounts);
        add(orders::discount_label(order), -totals.order_discount);
        add("Service charge".to_owned(), totals.service);
        let mut contained = Vec::new();
        for tax in &totals.taxes {
            let name = view::tax_name(order, tax.tax_class);
            match order.tax_included {
                true => contained.push((format!("{name} included"), tax.tax)),
                false => parts.push((name.to_owned(), tax.tax)),
            }
        }
        if !order.rounding.is_zero() {
            parts.push(("Rounding".to_owned(), order.rounding));
        }
        Sums {
            parts,
            total: totals.total + order.rounding,
            contained,
        }
    }
}

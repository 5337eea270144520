//! The dialogs that lower a price, and that open a paid order again. Each is drawn for one person, carries a key of its own,
//! and is never redrawn by a feed.

use maud::{Markup, html};

use super::change_sheets::{Agree, dialog};
use super::line::Line;
use super::order::Order;
use crate::settings::NamedDiscount;
use crate::ui::{self, icon};
use crate::values::{BasisPoints, Currency, Money};
use crate::web::url;

/// What the sheet of a discount is drawn from.
pub struct Discounting<'a> {
    /// The order.
    pub order: &'a Order,
    /// The line; the whole order where none is meant.
    pub line: Option<&'a Line>,
    /// Discounts that are given often.
    pub named: &'a [NamedDiscount],
    /// Why a price is lowered.
    pub reasons: &'a [String],
    /// The share that whoever asks may give alone.
    pub limit: BasisPoints,
    /// Who may agree to more.
    pub agree: &'a Agree,
    /// The screen that it was opened on: `pay`, or nothing.
    pub from: &'a str,
}

/// Gives a discount on a line or on the whole order, or takes it off.
pub fn discount(of: &Discounting) -> Markup {
    let order = of.order;
    let (given, price, title, address) = match of.line {
        Some(line) => (
            line.given.as_ref(),
            line.gross(),
            format!("Discount on {}", line.name),
            url::order_line_discount(order.id, line.id),
        ),
        None => (
            order.given.as_ref(),
            before_discount(order),
            format!("Discount on {}", order.title()),
            url::order_discount(order.id),
        ),
    };
    let body = html! {
        input type="hidden" name="from" value=(of.from);
        dl.kv {
            dt { "Price" } dd { (price.with_code()) }
            @if let Some(given) = given { dt { "Now: " (given.label()) } dd { (-given.discount().off(price)) } }
        }
        fieldset.group {
            legend { "Discount" }
            div.chips {
                @for one in of.named { (named(one, price)) }
                @if given.is_some() { label.chip { input type="checkbox" name="none" value="on"; (icon("undo")) "Take it off" } }
            }
            (ui::error_place("named", None))
        }
        div.pairs {
            (ui::Field::new("Percent", "percent").max(8).hint("10 or 7.5"))
            (ui::controls::money_field(Currency::venue().code(), "Or an amount", "amount", "", None, None))
        }
        (ui::reasons(of.reasons))
        @if of.limit < BasisPoints::WHOLE {
            p.dim {
                @if of.limit.is_zero() { "A manager agrees to every discount." }
                @else { "Up to " (of.limit) " of the bill needs nobody else, all discounts together." }
            }
            (of.agree.fields(&address))
        }
    };
    let deed = html! { button.btn.lg.primary { (icon("percent")) "Give discount" } };
    dialog(&title, &address, body, deed)
}

fn before_discount(order: &Order) -> Money {
    let totals = order.totals().unwrap_or_default();
    totals.subtotal - totals.comps - totals.line_discounts
}

fn named(one: &NamedDiscount, price: Money) -> Markup {
    let off = match (one.percent_bp, one.amount) {
        (Some(share), _) => price.percent(share),
        (None, amount) => amount.unwrap_or_default().min(price),
    };
    html! {
        label.chip {
            input type="radio" name="named" value=(one.name);
            (one.name) @if let Some(share) = one.percent_bp { " " (share) } small { (-off) }
        }
    }
}

/// What was taken off a whole order, for the sums of a bill: "Discount, Staff 10%".
pub fn discount_label(order: &Order) -> String {
    match &order.given {
        Some(given) => format!("Discount, {}", given.label()),
        None => "Discount".to_owned(),
    }
}

/// Opens a paid order again.
pub fn reopen(order: &Order, reasons: &[String], agree: &Agree) -> Markup {
    let address = url::order_reopening(order.id);
    let body = html! {
        p { "What was paid stays paid: " b { (order.paid.with_code()) } ". Something can be added, and the rest is paid then." }
        p.dim { "The order as it is now is kept for the record." }
        (ui::reasons(reasons))
        (agree.fields(&address))
    };
    let deed = html! { button.btn.lg.primary { (icon("undo")) "Open it again" } };
    dialog(
        &format!("Open {} again", order.title()),
        &address,
        body,
        deed,
    )
}

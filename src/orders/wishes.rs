//! What somebody asks a manager to agree to, in a sentence that says all that matters: what, how much, where, and why. Each
//! refuses what the deed itself would refuse, so that nobody is asked for what cannot be done.

use time::OffsetDateTime;

use super::afterwards::Reduction;
use super::discount::Given;
use super::line::{Line, OpenItem};
use super::order::{Order, OrderRefusal};
use crate::staff::Wish;
use crate::values::{BasisPoints, LineId, Quantity};
use crate::web::url;

/// To strike a line out, or some pieces of it.
pub fn void(
    order: &Order,
    line: LineId,
    pieces: Option<Quantity>,
    reason: &str,
) -> Result<Wish, OrderRefusal> {
    order.clone().void(line, pieces)?;
    let address = url::order_line_void(order.id, line);
    Ok(of_line(
        "Void",
        order,
        order.line(line)?,
        pieces,
        reason,
        address,
    ))
}

/// To give a line free, or some pieces of it.
pub fn comp(
    order: &Order,
    line: LineId,
    pieces: Option<Quantity>,
    reason: &str,
) -> Result<Wish, OrderRefusal> {
    order.clone().comp(line, pieces)?;
    let address = url::order_line_comp(order.id, line);
    Ok(of_line(
        "Comp",
        order,
        order.line(line)?,
        pieces,
        reason,
        address,
    ))
}

fn of_line(
    deed: &str,
    order: &Order,
    line: &Line,
    pieces: Option<Quantity>,
    reason: &str,
    address: String,
) -> Wish {
    let pieces = pieces.unwrap_or(line.quantity);
    let worth = line.unit_price.times(pieces);
    Wish {
        summary: format!(
            "{deed} {pieces} × {}, {}, on {}: {reason}",
            line.name,
            worth.text_with_code(),
            order.title(),
        ),
        order: Some(order.id),
        address,
        only_admin: false,
    }
}

/// To call an order off of which something was sent.
pub fn cancel(order: &Order, reason: &str, now: OffsetDateTime) -> Result<Wish, OrderRefusal> {
    let struck = order.clone().cancel_sent(now)?.len();
    let lines = if struck == 1 { "line" } else { "lines" };
    Ok(Wish {
        summary: format!(
            "Cancel {} with {struck} sent {lines}, {}: {reason}",
            order.title(),
            order.total().text_with_code(),
        ),
        order: Some(order.id),
        address: url::order_cancellation(order.id),
        only_admin: false,
    })
}

/// To lower the price of a line or of the whole bill.
pub fn discount(order: &Order, asked: &Reduction) -> Result<Wish, OrderRefusal> {
    let mut draft = order.clone();
    let given = asked.off.clone().map(|(name, off)| Given {
        name,
        off,
        most: BasisPoints::WHOLE,
    });
    let label = given.as_ref().map_or_else(String::new, Given::label);
    let worth = draft.discount(asked.line, given)?;
    let (what, address) = match asked.line {
        None => (order.title(), url::order_discount(order.id)),
        Some(line) => (
            format!("{} of {}", order.line(line)?.name, order.title()),
            url::order_line_discount(order.id, line),
        ),
    };
    Ok(Wish {
        summary: format!(
            "Discount on {what}: {label}, {} off {}: {}",
            worth.text_with_code(),
            order.total().text_with_code(),
            asked.reason,
        ),
        order: Some(order.id),
        address,
        only_admin: false,
    })
}

/// To open a paid order again.
pub fn reopen(order: &Order, reason: &str) -> Result<Wish, OrderRefusal> {
    order.must_be_closed()?;
    Ok(Wish {
        summary: format!(
            "Open {} again, paid {}: {reason}",
            order.title(),
            order.paid.text_with_code(),
        ),
        order: Some(order.id),
        address: url::order_reopening(order.id),
        only_admin: false,
    })
}

/// To add something that is not on the menu.
pub fn open_item(order: &Order, item: &OpenItem) -> Wish {
    Wish {
        summary: format!(
            "Add {} × {}, not on the menu, at {} each, to {}",
            item.quantity,
            item.name,
            item.price.text_with_code(),
            order.title(),
        ),
        order: Some(order.id),
        address: url::order_open_items(order.id),
        only_admin: false,
    }
}

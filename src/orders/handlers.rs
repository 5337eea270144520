//! One function per URL of the till: read input, write, read, draw.

mod afterwards;
mod floor;
mod forms;
mod lines;
mod order;
mod reductions;

pub use afterwards::*;
pub use floor::*;
pub use lines::*;
pub use order::*;
pub use reductions::*;

use maud::{Markup, html};
use poem::{IntoResponse, Response};

use super::line::LineState;
use super::order::Order;
use super::{feed, store};
use crate::app::App;
use crate::data::Claim;
use crate::staff::Person;
use crate::ui;
use crate::values::{OrderId, Text};
use crate::web::{Asker, Frag, Result};

/// A claim whose work begins with this order.
fn beginning_with(order: OrderId, claim: Claim) -> Claim {
    claim.holding(store::row(order))
}

/// The present state of the panel, for a person or as JSON.
///
/// `done` is the order as the transaction has just committed it; whoever repeats a request is shown what is stored.
async fn panel(
    app: &App,
    by: &Person,
    asker: Asker,
    id: OrderId,
    done: Option<Order>,
) -> Result<Response> {
    panel_with(app, by, asker, id, done, Markup::default()).await
}

/// The same with something for this person alone.
async fn panel_with(
    app: &App,
    by: &Person,
    asker: Asker,
    id: OrderId,
    done: Option<Order>,
    more: Markup,
) -> Result<Response> {
    let order = match done {
        Some(order) => order,
        None => store::find(app.db(), id).await?,
    };
    if asker == Asker::Machine {
        return Ok(as_json(&order).into_response());
    }
    let settings = app.settings().await?;
    let pays = by.role.takes_payments(&settings);
    let regions = feed::panel(app, &order, pays).await?;
    Ok(Frag(html! { (regions) (ui::dialog::closed()) (more) }).into_response())
}

fn as_json(order: &Order) -> poem::web::Json<serde_json::Value> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.id,
                "productId": line.product,
                "name": line.name,
                "quantity": line.quantity.get(),
                "unitPrice": line.unit_price.minor(),
                "total": line.total().minor(),
                "state": line.state.as_str(),
                "seat": line.seat,
                "course": line.course,
                "ready": line.state == LineState::Ready,
            })
        })
        .collect();
    poem::web::Json(serde_json::json!({
        "id": order.id,
        "orderNumber": order.reference,
        "number": order.number,
        "title": order.title(),
        "orderType": order.kind().as_str(),
        "status": order.status().as_str(),
        "total": order.total().minor(),
        "paid": order.paid.minor(),
        "balance": order.balance().minor(),
        "revision": order.revision,
        "lines": lines,
    }))
}

fn text<const MAX: usize>(text: &Option<Text<MAX>>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

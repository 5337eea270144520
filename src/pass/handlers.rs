//! One function per URL of the pass: read input, write, read, draw. Its page is shown at the address of every board, by the
//! kitchen's handler.

use poem::handler;

use super::guard::Runner;
use super::{actions, feed, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders::{self, Order};
use crate::values::{LineId, OrderId, ServingId, StationId};
use crate::web::{Error, Form, Frag, Once, Page, Path, Result};

form! {
    /// Which lines were carried out: all that are ready where none is named.
    pub struct Carried { line: many LineId }
}

/// A pass with its whole orders.
pub async fn show(app: &App, by: &Runner, pass: StationId) -> Result<Page> {
    by.enter(app, pass).await?;
    let pass = feed::load(app, pass).await?;
    let settings = app.settings().await?;
    let now = app.clock().now();
    Ok(Page(view::page(&pass, now, &settings, by.is_person())))
}

/// Lines of an order are carried out. Whoever did it is offered to take that back in place; whoever comes second is told.
#[handler]
pub async fn serve(
    app: App,
    by: Runner,
    once: Once,
    Path((pass, id)): Path<(StationId, OrderId)>,
    Form(carried): Form<Carried>,
) -> Result<Frag> {
    by.enter(&app, pass).await?;
    let serving = ServingId::new();
    let claim = once
        .of(&by, "pass.serve", &(pass, id, &carried))
        .holding(orders::row(id))
        .making(serving);
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::serve(tx, pass, id, serving, &carried.line).await
        })
        .await?;
    let (order, made) = match written {
        Written::Done((order, true)) => (order, Some(serving)),
        Written::Done((order, false)) => (order, None),
        Written::Already(made) => as_it_is(&app, id, made.map(ServingId::from)).await?,
    };
    Ok(Frag(match made {
        Some(serving) => view::served(pass, &order, serving),
        None => view::was_served(&order),
    }))
}

/// What is told to whoever repeats a request: the order, and the serving that it made where that still stands.
async fn as_it_is(
    app: &App,
    order: OrderId,
    made: Option<ServingId>,
) -> Result<(Order, Option<ServingId>)> {
    let order = orders::find(app.db(), order).await?;
    let made = match made {
        Some(id) => store::serving(app.db(), id).await?,
        None => None,
    };
    let stands = made.filter(|serving| serving.taken_back_at.is_none());
    Ok((order, stands.map(|serving| serving.id)))
}

/// What was carried out from a pass and can be taken back.
#[handler]
pub async fn list_servings(app: App, by: Runner, Path(pass): Path<StationId>) -> Result<Frag> {
    by.enter(&app, pass).await?;
    let now = app.clock().now();
    let servings = store::servings_to_take_back(app.db(), pass, now).await?;
    Ok(Frag(view::recall(&servings, now)))
}

/// It was not carried out after all: it waits again.
#[handler]
pub async fn take_back(
    app: App,
    by: Runner,
    once: Once,
    Path((pass, id)): Path<(StationId, ServingId)>,
) -> Result<Frag> {
    by.enter(&app, pass).await?;
    let serving = store::serving(app.db(), id).await?;
    let serving = serving.ok_or(Error::NotFound("serving"))?;
    let claim = once
        .of(&by, "pass.take_back", &(pass, id))
        .holding(orders::row(serving.order));
    app.write(claim, async |tx: &mut Tx| {
        actions::take_back(tx, pass, serving.order, id).await
    })
    .await?;
    let now = app.clock().now();
    let left = store::servings_to_take_back(app.db(), pass, now).await?;
    Ok(Frag(view::taken_back(&serving, &left, now)))
}

//! The verbs of the pass. Whoever calls them begins with the order's row.

use super::serving::Serving;
use super::store;
use crate::data::Tx;
use crate::orders::{self, Order};
use crate::values::{LineId, OrderId, ServingId, StationId};
use crate::web::{Error, Result};

/// Carries out ready lines of an order: those named, or all. Answers the order, and whether there was anything left to
/// carry: the second of two hands finds it done.
pub async fn serve(
    tx: &mut Tx,
    pass: StationId,
    id: OrderId,
    serving: ServingId,
    named: &[LineId],
) -> Result<(Order, bool)> {
    let mut order = orders::lock(tx, id).await?;
    let lines = orders::serve_lines(tx, &mut order, named).await?;
    if lines.is_empty() {
        return Ok((order, false));
    }
    let serving = Serving {
        id: serving,
        order: id,
        station: pass,
        title: order.title(),
        what: words(&order, &lines),
        at: tx.now(),
        by: tx.by().name.clone(),
        taken_back_at: None,
        lines,
    };
    store::insert(tx, &serving).await?;
    Ok((order, true))
}

/// Takes back that something was carried out from this pass: it waits again.
pub async fn take_back(
    tx: &mut Tx,
    pass: StationId,
    order: OrderId,
    id: ServingId,
) -> Result<Serving> {
    let mut order = orders::lock(tx, order).await?;
    let serving = store::serving(&*tx, id).await?;
    let mut serving = serving
        .filter(|serving| serving.station == pass)
        .ok_or(Error::NotFound("serving"))?;
    serving.take_back(tx.now())?;
    orders::take_back(tx, &mut order, &serving.lines).await?;
    store::note_taken_back(tx, &serving).await?;
    Ok(serving)
}

/// "2 Katogo, Rolex", for the list of what can be taken back.
fn words(order: &Order, lines: &[LineId]) -> String {
    let meant = order.lines.iter().filter(|line| lines.contains(&line.id));
    let words: Vec<String> = meant
        .map(|line| match line.quantity.get() {
            1 => line.name.clone(),
            more => format!("{more} {}", line.name),
        })
        .collect();
    words.join(", ")
}

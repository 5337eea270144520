//! The verbs of delivery receipts. They touch nothing of a ticket but its receipt, so they do not hold its order.

use serde_json::json;

use super::{Unseen, store};
use crate::data::{Entry, Tx};
use crate::kitchen::prints;
use crate::live::Changed;
use crate::values::{OrderId, TicketId};
use crate::web::Result;

/// Raises an alarm about each ticket that no screen has shown in time, once whatever the number of instances, and has it printed
/// where there is a printer for that: in this transaction, so that no ticket is missed or doubled. The alarm ends when it is
/// on paper.
pub async fn raise_alarms(tx: &mut Tx) -> Result<Vec<Unseen>> {
    let unseen = store::mark_overdue(tx, tx.now()).await?;
    for one in &unseen {
        let facts = json!({ "order": one.order_id, "title": one.title, "station": one.station });
        tx.journal(Entry::new("ticket.unseen", "ticket", one.ticket).after(facts));
        tx.changed(Changed::Order(one.order_id));
        tx.changed(Changed::Unseen);
    }
    let tickets: Vec<_> = unseen
        .iter()
        .map(|one| (one.ticket, one.known_at))
        .collect();
    prints::print_unseen(tx, &tickets).await?;
    Ok(unseen)
}

/// Somebody has told the station about a ticket that no screen shows. Where there is no alarm, or not any more, nothing is
/// to be done.
pub async fn told(tx: &mut Tx, ticket: TicketId, order: OrderId) -> Result<()> {
    if store::mark_told(tx, ticket, tx.now()).await? {
        let facts = json!({ "order": order });
        tx.journal(Entry::new("ticket.told", "ticket", ticket).after(facts));
        tx.changed(Changed::Order(order));
        tx.changed(Changed::Unseen);
    }
    Ok(())
}

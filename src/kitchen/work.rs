//! How far the stations are with whole orders: what the pass asks of the kitchen.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use time::OffsetDateTime;

use crate::values::{LineId, OrderId, TicketId};
use crate::web::Result;

/// A line as one of the stations that work for its order has it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Underway {
    /// The order.
    pub order_id: OrderId,
    /// Its line.
    pub line_id: LineId,
    /// The ticket that it came on.
    pub ticket_id: TicketId,
    /// The name of the station.
    pub station: String,
    /// Since when it counts: when the ticket was sent, or a course that was held was fired (`Ticket::clock`).
    pub since: OffsetDateTime,
    /// Somebody has begun with the ticket.
    pub started: bool,
    /// It is done there; another station may go on with it.
    pub done: bool,
    /// By when the line should be made, in seconds since sending.
    pub target_s: i64,
    /// The station was told to make its ticket before the others, and has not finished it.
    pub first: bool,
}

/// Every line that was fired and not struck out, of the orders that some station still works for: by station, the oldest
/// ticket first. What goes from station to station is here once for each.
pub async fn work_in_progress(db: &impl ConnectionTrait) -> Result<Vec<Underway>> {
    let sql = "SELECT t.order_id, l.line_id, l.ticket_id, s.name AS station, \
                      greatest(coalesce(t.clock_at, t.sent_at), CASE WHEN l.held THEN l.fired_at END) AS since, \
                      t.started_at IS NOT NULL AS started, l.done_at IS NOT NULL AS done, \
                      coalesce(l.prep_seconds, s.late_after_s)::bigint AS target_s, \
                      t.priority AND t.bumped_at IS NULL AS first \
               FROM tickets t JOIN ticket_lines l ON l.ticket_id = t.id JOIN stations s ON s.id = t.station_id \
               WHERE t.order_id IN (SELECT o.order_id FROM tickets o WHERE o.bumped_at IS NULL) \
                 AND l.fired_at IS NOT NULL AND l.voided_at IS NULL \
               ORDER BY s.sort, s.name, t.sent_at, t.id, l.position";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Ok(Underway::find_by_statement(statement).all(db).await?)
}

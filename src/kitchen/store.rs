//! The kitchen's questions to the database. Those for what a board shows are in `boards`, how lines come to the stations is in
//! `handing_over`, what becomes of them after they were sent in `afterwards`, how fast it was in `times`.

pub(super) mod afterwards;
mod boards;
mod handing_over;
mod rows;
mod times;

pub use boards::{board_revision, find_board};
pub(super) use boards::{bumped_after, posted, recallable};
pub(super) use handing_over::{Handed, hand_over, open_tickets_of_for_update};
pub use times::{figures, learned};

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

use self::rows::{LineRow, StationRow, TicketRow, columns};
use super::station::Station;
use super::ticket::{Ticket, TicketLine};
use crate::data::{Tx, Write};
use crate::values::{OrderId, StationId, TicketId, rfc3339};
use crate::web::{Error, Result};

/// A ticket held for a change.
pub(super) struct Found {
    pub(super) ticket: Ticket,
    /// The other stations whose boards show a ticket of the same order.
    pub(super) elsewhere: Vec<StationId>,
}

/// Where a ticket belongs.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Home {
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// Where it is made.
    pub station_id: StationId,
    /// Whose work that station is.
    pub kind: String,
}

/// The stations in use, in their order.
pub async fn stations(db: &impl ConnectionTrait) -> Result<Vec<Station>> {
    let sql = "SELECT id, name, kind, sort, soon_after_s, late_after_s FROM stations WHERE active ORDER BY sort, name";
    let rows: Vec<StationRow> = all(db, sql, []).await?;
    rows.into_iter().map(Station::try_from).collect()
}

/// What of the stations decides where lines go, and whether they go to paper as well.
#[derive(Debug, Clone, Default)]
pub(super) struct Ways {
    /// What some stations get that is sent to others instead, while they are closed: from, to.
    pub(super) elsewhere: Vec<(StationId, StationId)>,
    /// The stations that print everything.
    pub(super) printing: Vec<StationId>,
}

/// Where lines go. Of most stations there is nothing to say.
pub(super) async fn ways(db: &impl ConnectionTrait) -> Result<Ways> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StationId,
        redirect_to: Option<StationId>,
        printing: bool,
    }
    let sql = "SELECT id, redirect_to, prints_always AND printer_id IS NOT NULL AS printing FROM stations \
               WHERE redirect_to IS NOT NULL OR prints_always";
    let rows: Vec<Row> = all(db, sql, []).await?;
    let mut ways = Ways::default();
    for row in rows {
        ways.elsewhere
            .extend(row.redirect_to.map(|to| (row.id, to)));
        if row.printing {
            ways.printing.push(row.id);
        }
    }
    Ok(ways)
}

/// One station, in use or not.
pub async fn station(db: &impl ConnectionTrait, station: StationId) -> Result<Station> {
    let sql = "SELECT id, name, kind, sort, soon_after_s, late_after_s FROM stations WHERE id = $1";
    let row: Option<StationRow> = one(db, sql, [station.into()]).await?;
    row.ok_or(Error::NotFound("station"))?.try_into()
}

/// The order and the station of a ticket.
pub async fn home_of(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Home> {
    let sql = "SELECT t.order_id, t.station_id, s.kind FROM tickets t JOIN stations s ON s.id = t.station_id WHERE t.id = $1";
    let row = one(db, sql, [ticket.into()]).await?;
    row.ok_or(Error::NotFound("ticket"))
}

/// A ticket with its lines, for a change in a transaction that holds its order: everything that changes a ticket holds
/// the order first, so the ticket needs no lock of its own. (Its delivery receipt does not, and touches nothing else.)
pub(super) async fn find_for_change(tx: &Tx, ticket: TicketId) -> Result<Found> {
    let sql = "SELECT t.*, (SELECT n.id FROM stations s JOIN stations n ON n.id = s.next_station_id AND n.kind <> 'expo' \
                       WHERE s.id = t.station_id) AS next_station_id, \
                      ARRAY(SELECT DISTINCT o.station_id FROM tickets o \
                                 WHERE o.order_id = t.order_id AND o.station_id <> t.station_id AND o.bumped_at IS NULL) AS elsewhere, \
                      l.id AS l_id, l.ticket_id AS l_ticket_id, l.line_id AS l_line_id, l.quantity AS l_quantity, l.name AS l_name, \
                      l.second_name AS l_second_name, l.modifiers AS l_modifiers, l.note AS l_note, l.allergy AS l_allergy, \
                      l.seat AS l_seat, l.course AS l_course, l.prep_seconds AS l_prep_seconds, l.addition AS l_addition, \
                      l.held AS l_held, l.fired_at AS l_fired_at, l.done_at AS l_done_at, l.done_by AS l_done_by, \
                      l.voided_at AS l_voided_at, l.void_seen_at AS l_void_seen_at \
               FROM tickets t LEFT JOIN ticket_lines l ON l.ticket_id = t.id \
               WHERE t.id = $1 ORDER BY l.fired_at IS NULL, CASE WHEN l.fired_at IS NULL THEN l.course ELSE l.addition END, l.position, l.id";
    let rows = tx
        .query_all_raw(statement(tx, sql, [ticket.into()]))
        .await?;
    let first = rows.first().ok_or(Error::NotFound("ticket"))?;
    let has_lines = first.try_get::<Option<Uuid>>("", "l_id")?.is_some();
    let lines = rows
        .iter()
        .filter(|_| has_lines)
        .map(|row| LineRow::from_query_result(row, "l_")?.try_into())
        .collect::<Result<Vec<TicketLine>>>()?;
    let elsewhere: Vec<Uuid> = first.try_get("", "elsewhere")?;
    Ok(Found {
        ticket: TicketRow::from_query_result(first, "")?.with(lines)?,
        elsewhere: elsewhere.into_iter().map(StationId::from).collect(),
    })
}

/// Stores what was done with a ticket: its marks and those of its lines, in one round trip.
pub(super) async fn save(tx: &Tx, ticket: &Ticket) -> Result<()> {
    let (started_at, started_by) = columns(ticket.started.as_ref());
    let (bumped_at, bumped_by) = columns(ticket.bumped.as_ref());
    let lines = ticket.lines.iter().map(|line| {
        let (done_at, done_by) = columns(line.done.as_ref());
        let done_at = done_at.map(rfc3339);
        let seen_at = line.voided.and_then(|void| void.seen_at).map(rfc3339);
        json!({ "id": line.id, "done_at": done_at, "done_by": done_by, "seen_at": seen_at })
    });
    tx.later(Write::new(
        "ticket_lines",
        ticket.order,
        "UPDATE ticket_lines l SET done_at = n.done_at, done_by = n.done_by, void_seen_at = n.seen_at \
         FROM jsonb_to_recordset($2) AS n(id uuid, done_at timestamptz, done_by text, seen_at timestamptz) \
         WHERE l.ticket_id = $1 AND l.id = n.id \
           AND (l.done_at, l.done_by, l.void_seen_at) IS DISTINCT FROM (n.done_at, n.done_by, n.seen_at)",
        [ticket.id.into(), Json::Array(lines.collect()).into()],
    ))
    .await?;
    tx.later(Write::new(
        "tickets",
        ticket.order,
        "UPDATE tickets SET started_at = $2, started_by = $3, bumped_at = $4, bumped_by = $5, recalled_at = $6, revision = $7, \
                priority = $8, former_title = $9, clock_at = $10 WHERE id = $1",
        [
            ticket.id.into(),
            started_at.into(),
            started_by.into(),
            bumped_at.into(),
            bumped_by.into(),
            ticket.recalled_at.into(),
            ticket.revision.into(),
            ticket.priority.into(),
            ticket.former_title.clone().into(),
            ticket.clock_at.into(),
        ],
    ))
    .await
}

/// Notes that a ticket was seen. Where that was news, answers whether an alarm had been raised about it.
pub(super) async fn mark_shown(
    tx: &Tx,
    ticket: TicketId,
    now: OffsetDateTime,
) -> Result<Option<bool>> {
    #[derive(FromQueryResult)]
    struct Row {
        was_missed: bool,
    }
    let sql = "UPDATE tickets SET shown_at = $2 WHERE id = $1 AND shown_at IS NULL RETURNING unseen_at IS NOT NULL AS was_missed";
    let row: Option<Row> = one(tx, sql, [ticket.into(), now.into()]).await?;
    Ok(row.map(|row| row.was_missed))
}

/// The tickets of an order on which something was fired, the first first.
pub(super) async fn tickets_of(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<TicketId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
    }
    let sql = "SELECT t.id FROM tickets t WHERE t.order_id = $1 \
                 AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.fired_at IS NOT NULL) ORDER BY t.sent_at, t.id";
    let rows: Vec<Row> = all(db, sql, [order.into()]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The tickets of stations that work from paper alone which have been on paper for as long as the station takes at most.
pub(super) async fn printed_and_over(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Vec<(TicketId, OrderId)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
        order_id: OrderId,
    }
    let sql = "SELECT t.id, t.order_id FROM tickets t \
               JOIN stations s ON s.id = t.station_id AND s.prints_always AND NOT s.watched AND s.printer_id IS NOT NULL \
               WHERE t.bumped_at IS NULL AND coalesce(t.handed_at, t.sent_at) <= $1 - s.late_after_s * interval '1 second' \
                 AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND (l.fired_at IS NOT NULL OR l.voided_at IS NOT NULL)) \
                 AND EXISTS (SELECT 1 FROM print_jobs j WHERE j.subject_id = t.id AND j.kind = 'ticket' AND j.state = 'done' \
                               AND j.created_at >= coalesce(t.handed_at, t.sent_at)) \
               ORDER BY t.sent_at, t.id LIMIT 100";
    let rows: Vec<Row> = all(db, sql, [now.into()]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.order_id)).collect())
}

/// Whether something of an order was fired at a station that has a printer.
pub(super) async fn is_at_a_printer(db: &impl ConnectionTrait, order: OrderId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM tickets t JOIN stations s ON s.id = t.station_id AND s.printer_id IS NOT NULL \
               JOIN ticket_lines l ON l.ticket_id = t.id AND l.fired_at IS NOT NULL WHERE t.order_id = $1 LIMIT 1";
    let row = db.query_one_raw(statement(db, sql, [order.into()])).await?;
    Ok(row.is_some())
}

/// Notes that the station knows of all that is on a ticket by now.
pub(super) async fn mark_known(tx: &Tx, ticket: TicketId, now: OffsetDateTime) -> Result<()> {
    tx.later(Write::new(
        "tickets_known",
        ticket,
        "UPDATE tickets SET known_at = $2 WHERE id = $1",
        [ticket.into(), now.into()],
    ))
    .await
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

async fn all<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    Ok(T::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?)
}

async fn one<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<T>> {
    Ok(T::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?)
}

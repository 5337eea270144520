//! The kitchen's questions to the database; what becomes of lines after they were sent is in `afterwards`, those about how
//! fast it was are in `times`.

pub(super) mod afterwards;
mod times;

pub use times::{figures, learned};

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::actions::{NewLine, OrderSnapshot};
use super::board::{Board, LastBumped, Posted, Recallable};
use super::station::{Pace, Station};
use super::ticket::{
    FRESH, Mark, RECALL_AMONG, RECALL_WITHIN, Ticket, TicketLine, TicketRefusal, Void,
};
use crate::data::{Tx, Write};
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId, TicketLineId, rfc3339};
use crate::web::{Error, Result};

/// A ticket held for a change.
pub(super) struct Found {
    pub(super) ticket: Ticket,
    /// The other stations whose boards show a ticket of the same order.
    pub(super) elsewhere: Vec<StationId>,
}

/// An open ticket of an order, as far as adding to it needs.
#[derive(FromQueryResult)]
pub(super) struct OpenTicket {
    pub(super) id: TicketId,
    pub(super) station_id: StationId,
    pub(super) additions: i16,
    /// How many lines it has.
    pub(super) lines: i32,
    /// Nothing of it was fired.
    pub(super) waiting: bool,
    /// Another station has made its part before.
    pub(super) passed_on: bool,
}

/// Lines on their way to a station, and the ticket that they come on.
pub(super) struct Handed {
    pub(super) station: StationId,
    ticket: TicketId,
    is_new: bool,
    /// 0 for what comes first.
    addition: i16,
    /// Its clock begins with this.
    begins: bool,
    first_position: i32,
    fired: Vec<NewLine>,
    held: Vec<NewLine>,
}

impl Handed {
    /// On a new ticket, or on one of the order that is open there.
    pub(super) fn to(
        open: Option<&OpenTicket>,
        station: StationId,
        fired: Vec<NewLine>,
        held: Vec<NewLine>,
    ) -> Self {
        let is_first = open.is_none_or(|ticket| ticket.waiting);
        Handed {
            station,
            ticket: open.map_or_else(TicketId::new, |ticket| ticket.id),
            is_new: open.is_none(),
            addition: match open {
                Some(ticket) if !is_first && !fired.is_empty() => ticket.additions + 1,
                Some(ticket) => ticket.additions,
                None => 0,
            },
            begins: is_first && !fired.is_empty(),
            first_position: open.map_or(0, |ticket| ticket.lines),
            fired,
            held,
        }
    }
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

/// What some stations get that is sent to others instead, while they are closed: from, to.
pub(super) async fn sent_elsewhere(
    db: &impl ConnectionTrait,
) -> Result<Vec<(StationId, StationId)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StationId,
        redirect_to: StationId,
    }
    let sql = "SELECT id, redirect_to FROM stations WHERE redirect_to IS NOT NULL";
    let rows: Vec<Row> = all(db, sql, []).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.redirect_to))
        .collect())
}

/// One station, in use or not.
pub async fn station(db: &impl ConnectionTrait, station: StationId) -> Result<Station> {
    let sql = "SELECT id, name, kind, sort, soon_after_s, late_after_s FROM stations WHERE id = $1";
    let row: Option<StationRow> = one(db, sql, [station.into()]).await?;
    row.ok_or(Error::NotFound("station"))?.try_into()
}

/// What a station sees.
pub async fn find_board(db: &impl ConnectionTrait, of: StationId) -> Result<Board> {
    let station = station(db, of).await?;
    let rows = open_tickets_of_station(db, of).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.ticket.id.into()).collect();
    let mut lines = lines_of(db, ids).await?;
    let tickets = rows.into_iter().map(|row| {
        let lines = lines.remove(&row.ticket.id).unwrap_or_default();
        Ok(Posted {
            elsewhere: parsed("elsewhere", row.elsewhere)?,
            ticket: row.ticket.with(lines)?,
        })
    });
    let mut tickets = tickets.collect::<Result<Vec<Posted>>>()?;
    // What goes first goes first; what only waits to be fired stands behind what is to be made.
    tickets.sort_by_key(|posted| (posted.ticket.is_waiting(), !posted.ticket.priority));
    Ok(Board {
        station,
        tickets,
        last_bumped: last_bumped(db, of).await?,
    })
}

/// A number that moves whenever a board looks different: with the tickets on it and those of the same orders at other
/// stations, with what left it last, with the stations themselves, and where the mere passing of time makes a ticket
/// slow or late, or no longer new (`Ticket::age`). One round trip and no rows.
pub async fn board_revision(
    db: &impl ConnectionTrait,
    of: StationId,
    now: OffsetDateTime,
) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let sql = "WITH timed AS ( \
                 SELECT t.id, c.since, extract(epoch FROM $2 - c.since) AS age, s.soon_after_s, s.late_after_s, \
                        max(coalesce(l.prep_seconds, s.late_after_s)) AS target, \
                        coalesce(max(l.fired_at) > $2 - $3 * interval '1 second', false) AS news \
                 FROM tickets t JOIN stations s ON s.id = t.station_id \
                 LEFT JOIN ticket_lines l ON l.ticket_id = t.id AND l.fired_at IS NOT NULL AND l.voided_at IS NULL \
                 CROSS JOIN LATERAL (SELECT greatest(coalesce(t.clock_at, t.sent_at), CASE WHEN l.held THEN l.fired_at END) AS since) c \
                 WHERE t.station_id = $1 AND t.bumped_at IS NULL GROUP BY t.id, c.since, s.id), \
               last AS ( \
                 SELECT id, revision, bumped_at FROM tickets t \
                 WHERE station_id = $1 AND bumped_at IS NOT NULL \
                   AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.voided_at IS NULL) \
                 ORDER BY bumped_at DESC, id DESC LIMIT 1) \
               SELECT ((coalesce((SELECT sum(hashtextextended(o.id::text, o.revision * 2 + (o.bumped_at IS NULL)::int)) \
                                  FROM tickets t JOIN tickets o ON o.order_id = t.order_id \
                                  WHERE t.station_id = $1 AND t.bumped_at IS NULL), 0) \
                      + coalesce((SELECT sum(hashtextextended(id::text || since, CASE WHEN age < $3 THEN 4 WHEN age >= target THEN 5 \
                                  WHEN age >= target * soon_after_s / greatest(late_after_s, 1) THEN 6 ELSE 7 END + 8 * news::int)) FROM timed), 0) \
                      + coalesce((SELECT hashtextextended(id::text, revision * 2 + (bumped_at >= $2 - $4 * interval '1 second')::int) FROM last), 0) \
                      + coalesce((SELECT sum(hashtextextended(name || kind, sort + 1000000::bigint * late_after_s + soon_after_s + revision * 7919)) FROM stations), 0) \
                      )::numeric(40) % 4611686018427387904)::bigint AS revision";
    let row: Option<Row> = one(
        db,
        sql,
        [
            of.into(),
            now.into(),
            FRESH.whole_seconds().into(),
            RECALL_WITHIN.whole_seconds().into(),
        ],
    )
    .await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// The order and the station of a ticket.
pub async fn home_of(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Home> {
    let sql = "SELECT t.order_id, t.station_id, s.kind FROM tickets t JOIN stations s ON s.id = t.station_id WHERE t.id = $1";
    let row = one(db, sql, [ticket.into()]).await?;
    row.ok_or(Error::NotFound("ticket"))
}

/// How many tickets left the board of this one's station after it did.
pub(super) async fn bumped_after(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Row {
        count: i64,
    }
    let bumped_at = ticket.bumped.as_ref().map(|bumped| bumped.at);
    let sql = "SELECT count(*) AS count FROM tickets WHERE station_id = $1 AND bumped_at > $2 \
               AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = tickets.id AND l.voided_at IS NULL)";
    let row: Option<Row> = one(db, sql, [ticket.station.into(), bumped_at.into()]).await?;
    Ok(row.map_or(0, |row| row.count.unsigned_abs()))
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

/// The open tickets of an order at all stations, oldest first, held until the transaction ends.
pub(super) async fn open_tickets_of_for_update(tx: &Tx, order: OrderId) -> Result<Vec<OpenTicket>> {
    let sql = "SELECT t.id, t.station_id, t.additions, t.passed_from IS NOT NULL AS passed_on, \
                      (SELECT count(*) FROM ticket_lines l WHERE l.ticket_id = t.id)::integer AS lines, \
                      NOT EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.fired_at IS NOT NULL) AS waiting \
               FROM tickets t WHERE t.order_id = $1 AND t.bumped_at IS NULL ORDER BY t.sent_at, t.id FOR UPDATE";
    all(tx, sql, [order.into()]).await
}

/// Stores lines with the tickets that they come on, in one round trip whatever their number.
pub(super) async fn hand_over(
    tx: &Tx,
    order: &OrderSnapshot,
    handed: &[Handed],
    now: OffsetDateTime,
) -> Result<()> {
    let (new, added): (Vec<&Handed>, Vec<&Handed>) = handed.iter().partition(|it| it.is_new);
    let ids =
        |handed: &[&Handed]| -> Vec<Uuid> { handed.iter().map(|it| it.ticket.into()).collect() };
    let new_at: Vec<Uuid> = new.iter().map(|it| it.station.into()).collect();
    let lines: Vec<Json> = handed.iter().flat_map(new_lines).collect();
    let order_id = order.order;
    // Whoever sent it is told if no screen shows it.
    let (by, from) = (tx.by().staff, tx.by().terminal);
    if !added.is_empty() {
        let additions: Vec<i32> = added.iter().map(|it| it.addition.into()).collect();
        let fires: Vec<bool> = added.iter().map(|it| !it.fired.is_empty()).collect();
        let begins: Vec<bool> = added.iter().map(|it| it.begins).collect();
        tx.later(Write::new(
            "tickets_added_to",
            order_id,
            "UPDATE tickets t SET additions = n.additions, revision = revision + 1, \
                    shown_at = CASE WHEN n.fires THEN NULL ELSE shown_at END, \
                    unseen_at = CASE WHEN n.fires THEN NULL ELSE unseen_at END, told_at = CASE WHEN n.fires THEN NULL ELSE told_at END, \
                    handed_at = CASE WHEN n.fires THEN $5 ELSE handed_at END, handed_by = CASE WHEN n.fires THEN $6 ELSE handed_by END, \
                    handed_from = CASE WHEN n.fires THEN $7 ELSE handed_from END, sent_at = CASE WHEN n.begins THEN $5 ELSE sent_at END \
             FROM unnest($1::uuid[], $2::int[], $3::bool[], $4::bool[]) AS n(id, additions, fires, begins) WHERE t.id = n.id",
            [
                ids(&added).into(),
                additions.into(),
                fires.into(),
                begins.into(),
                now.into(),
                by.into(),
                from.into(),
            ],
        ))
        .await?;
    }
    tx.later(Write::new(
        "tickets",
        order_id,
        "INSERT INTO tickets (id, station_id, order_id, number, title, kind, guests, waiter, sent_at, customer, unpaid, \
                              handed_at, handed_by, handed_from) \
         SELECT n.id, n.station_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $9, $12, $13 FROM unnest($1::uuid[], $2::uuid[]) AS n(id, station_id)",
        [
            ids(&new).into(),
            new_at.into(),
            order_id.into(),
            order.number.into(),
            order.title.clone().into(),
            order.kind.as_str().into(),
            order.guests.into(),
            order.waiter.clone().into(),
            now.into(),
            order.customer.clone().into(),
            order.unpaid.into(),
            by.into(),
            from.into(),
        ],
    ))
    .await?;
    let lines_write = Write::new(
        "ticket_lines",
        order_id,
        "INSERT INTO ticket_lines (id, ticket_id, line_id, position, quantity, name, second_name, modifiers, note, allergy, \
                                   seat, course, prep_seconds, addition, held, fired_at) \
         SELECT id, ticket_id, line_id, position, quantity, name, second_name, modifiers, note, allergy, \
                seat, course, prep_seconds, addition, held, CASE WHEN fired THEN $2 END \
         FROM jsonb_to_recordset($1) AS l(id uuid, ticket_id uuid, line_id uuid, position integer, quantity smallint, \
              name text, second_name text, modifiers jsonb, note text, allergy text, seat smallint, course smallint, \
              prep_seconds integer, addition smallint, held boolean, fired boolean)",
        [Json::Array(lines).into(), now.into()],
    );
    tx.later(lines_write.refusing("ticket_lines_line_once", TicketRefusal::AlreadySent))
        .await
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

#[derive(FromQueryResult)]
struct StationRow {
    id: StationId,
    name: String,
    kind: String,
    sort: i32,
    soon_after_s: i32,
    late_after_s: i32,
}

impl TryFrom<StationRow> for Station {
    type Error = Error;

    fn try_from(row: StationRow) -> Result<Station> {
        let kind = row.kind.parse();
        Ok(Station {
            id: row.id,
            kind: kind.map_err(|_| unreadable("kind of a station", &row.kind))?,
            name: row.name,
            sort: row.sort,
            pace: Pace {
                soon_s: row.soon_after_s.into(),
                late_s: row.late_after_s.into(),
            },
        })
    }
}

#[derive(FromQueryResult)]
struct TicketRow {
    id: TicketId,
    order_id: OrderId,
    station_id: StationId,
    number: i32,
    title: String,
    kind: String,
    guests: i16,
    waiter: String,
    customer: Option<String>,
    sent_at: OffsetDateTime,
    started_at: Option<OffsetDateTime>,
    started_by: Option<String>,
    bumped_at: Option<OffsetDateTime>,
    bumped_by: Option<String>,
    recalled_at: Option<OffsetDateTime>,
    shown_at: Option<OffsetDateTime>,
    additions: i16,
    revision: i64,
    priority: bool,
    unpaid: bool,
    former_title: Option<String>,
    changes: i16,
    clock_at: Option<OffsetDateTime>,
    passed_from: Option<TicketId>,
    next_station_id: Option<StationId>,
}

impl TicketRow {
    fn with(self, lines: Vec<TicketLine>) -> Result<Ticket> {
        let kind = self.kind.parse();
        Ok(Ticket {
            id: self.id,
            order: self.order_id,
            station: self.station_id,
            number: self.number,
            title: self.title,
            kind: kind.map_err(|_| unreadable("kind of a ticket", &self.kind))?,
            guests: self.guests,
            waiter: self.waiter,
            customer: self.customer,
            sent_at: self.sent_at,
            started: mark(self.started_at, self.started_by),
            bumped: mark(self.bumped_at, self.bumped_by),
            recalled_at: self.recalled_at,
            clock_at: self.clock_at,
            shown_at: self.shown_at,
            priority: self.priority,
            unpaid: self.unpaid,
            former_title: self.former_title,
            changes: self.changes,
            passed_on: self.passed_from.is_some(),
            next: self.next_station_id,
            additions: self.additions,
            revision: self.revision,
            lines,
        })
    }
}

#[derive(FromQueryResult)]
struct PostedRow {
    #[sea_orm(nested)]
    ticket: TicketRow,
    elsewhere: Json,
}

/// The tickets on a board, oldest first, each with the stations that work for the same order: those
/// that have not finished, and those that finished since this ticket was sent.
async fn open_tickets_of_station(
    db: &impl ConnectionTrait,
    station: StationId,
) -> Result<Vec<PostedRow>> {
    let sql = "SELECT t.*, \
                 (SELECT n.id FROM stations n WHERE n.id = s.next_station_id AND n.kind <> 'expo') AS next_station_id, \
                 (SELECT COALESCE(jsonb_agg(e ORDER BY e.sort, e.station), '[]') FROM (\
                    SELECT s.name AS station, s.sort, bool_and(o.bumped_at IS NOT NULL) AS ready \
                    FROM tickets o JOIN stations s ON s.id = o.station_id \
                    WHERE o.order_id = t.order_id AND o.station_id <> t.station_id \
                      AND (o.bumped_at IS NULL OR o.bumped_at > t.sent_at) \
                    GROUP BY s.name, s.sort) e) AS elsewhere \
               FROM tickets t JOIN stations s ON s.id = t.station_id \
               WHERE t.station_id = $1 AND t.bumped_at IS NULL ORDER BY t.sent_at, t.id";
    all(db, sql, [station.into()]).await
}

#[derive(FromQueryResult)]
struct LineRow {
    id: TicketLineId,
    ticket_id: TicketId,
    line_id: LineId,
    quantity: Quantity,
    name: String,
    second_name: Option<String>,
    modifiers: Json,
    note: Option<String>,
    allergy: Option<String>,
    seat: Option<i16>,
    course: i16,
    prep_seconds: Option<i32>,
    addition: i16,
    held: bool,
    fired_at: Option<OffsetDateTime>,
    done_at: Option<OffsetDateTime>,
    done_by: Option<String>,
    voided_at: Option<OffsetDateTime>,
    void_seen_at: Option<OffsetDateTime>,
}

/// The lines of these tickets in the order in which they were sent, those that are kept back at the end.
async fn lines_of(
    db: &impl ConnectionTrait,
    tickets: Vec<Uuid>,
) -> Result<HashMap<TicketId, Vec<TicketLine>>> {
    let sql = "SELECT id, ticket_id, line_id, quantity, name, second_name, modifiers, note, allergy, seat, course, \
                      prep_seconds, addition, held, fired_at, done_at, done_by, voided_at, void_seen_at \
               FROM ticket_lines WHERE ticket_id = ANY($1) \
               ORDER BY ticket_id, fired_at IS NULL, CASE WHEN fired_at IS NULL THEN course ELSE addition END, position, id";
    let rows: Vec<LineRow> = all(db, sql, [tickets.into()]).await?;
    let mut lines: HashMap<TicketId, Vec<TicketLine>> = HashMap::new();
    for row in rows {
        lines
            .entry(row.ticket_id)
            .or_default()
            .push(row.try_into()?);
    }
    Ok(lines)
}

impl TryFrom<LineRow> for TicketLine {
    type Error = Error;

    fn try_from(row: LineRow) -> Result<TicketLine> {
        Ok(TicketLine {
            id: row.id,
            line: row.line_id,
            quantity: row.quantity,
            name: row.name,
            second_name: row.second_name,
            modifiers: parsed("modifiers", row.modifiers)?,
            note: row.note,
            allergy: row.allergy,
            seat: row.seat,
            course: row.course,
            prep_seconds: row.prep_seconds,
            addition: row.addition,
            held: row.held,
            fired_at: row.fired_at,
            done: mark(row.done_at, row.done_by),
            voided: row.voided_at.map(|at| Void {
                at,
                seen_at: row.void_seen_at,
            }),
        })
    }
}

/// What may be recalled to a board, the last first.
pub(super) async fn recallable(
    db: &impl ConnectionTrait,
    station: StationId,
    now: OffsetDateTime,
) -> Result<Vec<Recallable>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
        title: String,
        bumped_at: OffsetDateTime,
        bumped_by: Option<String>,
        revision: i64,
        lines: String,
    }
    let sql = "SELECT t.id, t.title, t.bumped_at, t.bumped_by, t.revision, l.lines FROM tickets t \
               CROSS JOIN LATERAL (SELECT string_agg(CASE WHEN quantity > 1 THEN quantity || ' × ' || name ELSE name END, ', ' \
                                                     ORDER BY addition, position) AS lines \
                                   FROM ticket_lines WHERE ticket_id = t.id AND fired_at IS NOT NULL AND voided_at IS NULL) l \
               WHERE t.station_id = $1 AND t.bumped_at >= $2 AND l.lines IS NOT NULL \
               ORDER BY t.bumped_at DESC, t.id DESC LIMIT $3";
    let among = i64::try_from(RECALL_AMONG).unwrap_or(i64::MAX);
    let values = [station.into(), (now - RECALL_WITHIN).into(), among.into()];
    let rows: Vec<Row> = all(db, sql, values).await?;
    let recalls = rows.into_iter().map(|row| Recallable {
        ticket: row.id,
        title: row.title,
        at: row.bumped_at,
        by: row.bumped_by.unwrap_or_default(),
        revision: row.revision,
        lines: row.lines,
    });
    Ok(recalls.collect())
}

/// The ticket that left a board last.
async fn last_bumped(db: &impl ConnectionTrait, station: StationId) -> Result<Option<LastBumped>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
        title: String,
        bumped_at: OffsetDateTime,
        revision: i64,
    }
    let sql = "SELECT id, title, bumped_at, revision FROM tickets t \
               WHERE station_id = $1 AND bumped_at IS NOT NULL \
                 AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.voided_at IS NULL) ORDER BY bumped_at DESC, id DESC LIMIT 1";
    let row: Option<Row> = one(db, sql, [station.into()]).await?;
    Ok(row.map(|row| LastBumped {
        ticket: row.id,
        title: row.title,
        at: row.bumped_at,
        revision: row.revision,
    }))
}

/// The lines of one ticket as the statement of [`hand_over`] reads them.
fn new_lines(handed: &Handed) -> impl Iterator<Item = Json> {
    let positions = handed.first_position..;
    let fired = handed.fired.iter().map(|line| (line, true));
    let held = handed.held.iter().map(|line| (line, false));
    fired
        .chain(held)
        .zip(positions)
        .map(|((line, fired), position)| {
            json!({
                "id": TicketLineId::new(),
                "ticket_id": handed.ticket,
                "line_id": line.line,
                "position": position,
                "quantity": line.quantity,
                "name": line.name,
                "second_name": line.second_name,
                "modifiers": line.modifiers,
                "note": line.note,
                "allergy": line.allergy,
                "seat": line.seat,
                "course": line.course,
                "prep_seconds": line.prep_seconds,
                "addition": handed.addition,
                "held": line.held,
                "fired": fired,
            })
        })
}

fn columns(mark: Option<&Mark>) -> (Option<OffsetDateTime>, Option<String>) {
    mark.map(|mark| (mark.at, mark.by.clone())).unzip()
}

fn mark(at: Option<OffsetDateTime>, by: Option<String>) -> Option<Mark> {
    at.map(|at| Mark {
        at,
        by: by.unwrap_or_default(),
    })
}

fn parsed<T: DeserializeOwned>(what: &str, stored: Json) -> Result<T> {
    serde_json::from_value(stored)
        .map_err(|failure| anyhow::anyhow!("the stored {what} cannot be read: {failure}").into())
}

fn unreadable(what: &str, stored: &str) -> Error {
    anyhow::anyhow!("unknown {what}: {stored:?}").into()
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

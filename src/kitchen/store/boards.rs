//! What boards show, what tells that a picture is out of date, and what may come back.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{TicketRow, lines_of, parsed};
use super::{all, one, station};
use crate::kitchen::board::{Board, LastBumped, Posted, Recallable};
use crate::kitchen::ticket::{FRESH, RECALL_AMONG, RECALL_WITHIN, Ticket};
use crate::values::{StationId, TicketId};
use crate::web::Result;

/// What a station sees.
pub async fn find_board(db: &impl ConnectionTrait, of: StationId) -> Result<Board> {
    let station = station(db, of).await?;
    let mut tickets = open_tickets_of_station(db, of).await?;
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

#[derive(FromQueryResult)]
struct PostedRow {
    #[sea_orm(nested)]
    ticket: TicketRow,
    elsewhere: Json,
}

/// Tickets, each with the stations that work for the same order: those that have not finished, and those that finished since
/// this ticket was sent.
const POSTED: &str = "SELECT t.*, \
       (SELECT n.id FROM stations n WHERE n.id = s.next_station_id AND n.kind <> 'expo') AS next_station_id, \
       (SELECT COALESCE(jsonb_agg(e ORDER BY e.sort, e.station), '[]') FROM (\
          SELECT s.name AS station, s.sort, bool_and(o.bumped_at IS NOT NULL) AS ready \
          FROM tickets o JOIN stations s ON s.id = o.station_id \
          WHERE o.order_id = t.order_id AND o.station_id <> t.station_id \
            AND (o.bumped_at IS NULL OR o.bumped_at > t.sent_at) \
          GROUP BY s.name, s.sort) e) AS elsewhere \
     FROM tickets t JOIN stations s ON s.id = t.station_id";

/// These tickets as a board shows them, oldest first.
pub(in crate::kitchen) async fn posted(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
) -> Result<Vec<Posted>> {
    let ids: Vec<Uuid> = tickets.iter().map(|id| id.uuid()).collect();
    let sql = format!("{POSTED} WHERE t.id = ANY($1) ORDER BY t.sent_at, t.id");
    let rows: Vec<PostedRow> = all(db, &sql, [ids.into()]).await?;
    with_lines(db, rows).await
}

async fn with_lines(db: &impl ConnectionTrait, rows: Vec<PostedRow>) -> Result<Vec<Posted>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.ticket.id.into()).collect();
    let mut lines = lines_of(db, ids).await?;
    let tickets = rows.into_iter().map(|row| {
        let lines = lines.remove(&row.ticket.id).unwrap_or_default();
        Ok(Posted {
            elsewhere: parsed("elsewhere", row.elsewhere)?,
            ticket: row.ticket.with(lines)?,
        })
    });
    tickets.collect()
}

/// The tickets on a board, oldest first.
async fn open_tickets_of_station(
    db: &impl ConnectionTrait,
    station: StationId,
) -> Result<Vec<Posted>> {
    let sql = format!(
        "{POSTED} WHERE t.station_id = $1 AND t.bumped_at IS NULL ORDER BY t.sent_at, t.id"
    );
    let rows: Vec<PostedRow> = all(db, &sql, [station.into()]).await?;
    with_lines(db, rows).await
}

/// What may be recalled to a board, the last first.
pub(in crate::kitchen) async fn recallable(
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

/// How many tickets left the board of this one's station after it did.
pub(in crate::kitchen) async fn bumped_after(
    db: &impl ConnectionTrait,
    ticket: &Ticket,
) -> Result<u64> {
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

//! What the database knows of delivery receipts.

use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Marks, Receipt, UNSEEN_AFTER, Unseen};
use crate::data::Tx;
use crate::values::{LineId, OrderId, TicketId};
use crate::web::Result;

/// How far each ticket of an order is, by station.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Receipt>> {
    let sql = "SELECT t.id AS ticket, s.name AS station, coalesce(t.handed_at, t.sent_at) AS sent, t.shown_at AS shown, \
                      LEAST(t.started_at, min(l.done_at)) AS started, \
                      CASE WHEN bool_and(l.done_at IS NOT NULL) THEN max(l.done_at) END AS done, \
                      t.unseen_at AS alarmed, t.told_at AS told, array_agg(l.line_id) AS lines, \
                      (SELECT max(j.ended_at) FROM print_jobs j WHERE j.subject_id = t.id AND j.kind = 'ticket' AND j.state = 'done' \
                         AND j.created_at >= coalesce(t.handed_at, t.sent_at)) AS printed \
               FROM tickets t JOIN stations s ON s.id = t.station_id \
               JOIN ticket_lines l ON l.ticket_id = t.id AND l.fired_at IS NOT NULL AND l.voided_at IS NULL \
               WHERE t.order_id = $1 GROUP BY t.id, s.id ORDER BY s.sort, s.name, t.sent_at, t.id";
    let rows = db.query_all_raw(statement(db, sql, [order.into()])).await?;
    rows.iter().map(receipt).collect()
}

fn receipt(row: &QueryResult) -> Result<Receipt> {
    let lines: Vec<Uuid> = row.try_get("", "lines")?;
    let marks = Marks {
        sent: row.try_get("", "sent")?,
        shown: row.try_get("", "shown")?,
        started: row.try_get("", "started")?,
        done: row.try_get("", "done")?,
        alarmed: row.try_get("", "alarmed")?,
        told: row.try_get("", "told")?,
        printed: row.try_get("", "printed")?,
    };
    let (reached, at) = marks.reached();
    Ok(Receipt {
        ticket: row.try_get("", "ticket")?,
        station: row.try_get("", "station")?,
        reached,
        at,
        lines: lines.into_iter().map(LineId::from).collect(),
    })
}

/// The tickets that are overdue on a screen and on paper, and of which nobody was told: those with something to make, or with a
/// void to see. `$1` is the latest moment of sending.
const OVERDUE: &str = "FROM tickets t JOIN stations s ON s.id = t.station_id AND (s.watched OR s.prints_always AND s.printer_id IS NOT NULL) \
    WHERE NOT EXISTS (SELECT 1 FROM print_jobs j WHERE j.subject_id = t.id AND j.kind = 'ticket' AND j.state = 'done' \
                        AND j.created_at >= coalesce(t.handed_at, t.sent_at)) AND t.bumped_at IS NULL AND t.shown_at IS NULL AND t.unseen_at IS NULL AND coalesce(t.handed_at, t.sent_at) <= $1 \
      AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.fired_at IS NOT NULL \
                    AND CASE WHEN l.voided_at IS NULL THEN l.done_at IS NULL ELSE l.void_seen_at IS NULL END)";

/// Whether there is something to raise an alarm about: asked every second, and mostly no.
pub async fn is_one_overdue(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<bool> {
    let sql = format!("SELECT t.id {OVERDUE} LIMIT 1");
    let latest = now - UNSEEN_AFTER;
    let row = db
        .query_one_raw(statement(db, &sql, [latest.into()]))
        .await?;
    Ok(row.is_some())
}

/// Marks what is overdue as such, each ticket once, and answers it.
pub(super) async fn mark_overdue(tx: &Tx, now: OffsetDateTime) -> Result<Vec<Unseen>> {
    let sql = format!(
        "WITH overdue AS (SELECT t.id, s.name AS station {OVERDUE} ORDER BY t.id FOR UPDATE OF t SKIP LOCKED) \
         UPDATE tickets t SET unseen_at = $2 FROM overdue o WHERE t.id = o.id \
         RETURNING t.id AS ticket, t.order_id, t.title, o.station, coalesce(t.handed_at, t.sent_at) AS sent_at, t.unseen_at, \
                   t.handed_by AS sent_by, t.handed_from AS sent_from, false AS to_paper, t.known_at"
    );
    let values = [(now - UNSEEN_AFTER).into(), now.into()];
    let found = Unseen::find_by_statement(statement(tx, &sql, values));
    Ok(found.all(tx).await?)
}

/// What the alarm is about now, the oldest first.
pub(super) async fn unseen(db: &impl ConnectionTrait) -> Result<Vec<Unseen>> {
    let sql = format!(
        "SELECT t.id AS ticket, t.order_id, t.title, s.name AS station, coalesce(t.handed_at, t.sent_at) AS sent_at, t.unseen_at, \
                t.handed_by AS sent_by, t.handed_from AS sent_from, t.known_at, \
                EXISTS (SELECT 1 FROM print_jobs j WHERE j.subject_id = t.id AND j.kind = 'ticket' AND j.state IN ('pending', 'printing')) AS to_paper \
         FROM tickets t JOIN stations s ON s.id = t.station_id WHERE {ALARMED} ORDER BY t.unseen_at, t.id"
    );
    let found = Unseen::find_by_statement(statement(db, &sql, []));
    Ok(found.all(db).await?)
}

const ALARMED: &str = "t.bumped_at IS NULL AND t.shown_at IS NULL AND t.unseen_at IS NOT NULL AND t.told_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM print_jobs j WHERE j.subject_id = t.id AND j.kind = 'ticket' AND j.state = 'done' \
                      AND j.created_at >= coalesce(t.handed_at, t.sent_at))";

/// A number that moves with what the alarm is about.
pub(super) async fn unseen_revision(db: &impl ConnectionTrait) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let sql = format!(
        "SELECT (coalesce(sum(hashtextextended(t.id || t.title, t.revision)), 0)::numeric(40) % 4611686018427387904)::bigint AS revision \
         FROM tickets t WHERE {ALARMED}"
    );
    let row = Row::find_by_statement(statement(db, &sql, []))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// Notes that somebody told the station of a ticket on which there is an alarm; answers whether that was news.
pub(super) async fn mark_told(tx: &Tx, ticket: TicketId, now: OffsetDateTime) -> Result<bool> {
    let sql = format!("UPDATE tickets t SET told_at = $2 WHERE t.id = $1 AND {ALARMED}");
    let done = tx
        .execute_raw(statement(tx, &sql, [ticket.into(), now.into()]))
        .await?;
    Ok(done.rows_affected() == 1)
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

//! The pass's questions to the database.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::serving::Serving;
use crate::data::{Tx, Write};
use crate::kitchen::{FRESH, RECALL_WITHIN};
use crate::values::{LineId, OrderId, ServingId, StationId};
use crate::web::Result;

/// A number that moves whenever a pass looks different: with the orders at it and their tickets, with what was carried out
/// from it lately, with names, and where the mere passing of time makes an order slow or late, no longer new, or lets go
/// what a closed one had ready at `closed_ready_since`. One round trip and no rows.
pub(super) async fn revision(
    db: &impl ConnectionTrait,
    pass: StationId,
    closed_ready_since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let sql = "WITH made AS ( \
                 SELECT t.order_id, extract(epoch FROM $2 - min(greatest(coalesce(t.clock_at, t.sent_at), CASE WHEN l.held THEN l.fired_at END))) AS age, max(coalesce(l.prep_seconds, s.late_after_s)) AS target \
                 FROM tickets t JOIN ticket_lines l ON l.ticket_id = t.id JOIN stations s ON s.id = t.station_id \
                 WHERE t.bumped_at IS NULL AND l.fired_at IS NOT NULL AND l.voided_at IS NULL AND l.done_at IS NULL \
                 GROUP BY t.order_id), \
               waiting AS ( \
                 SELECT l.id, l.order_id FROM order_lines l JOIN orders o ON o.id = l.order_id \
                 WHERE o.closed_at IS NULL AND o.cancelled_at IS NULL AND l.waiting_since IS NOT NULL \
                 UNION SELECT id, order_id FROM order_lines WHERE waiting_since > $3 AND waiting_since < 'infinity'), \
               shown AS (SELECT order_id FROM tickets WHERE bumped_at IS NULL UNION SELECT order_id FROM waiting) \
               SELECT ((coalesce((SELECT sum(hashtextextended(o.id::text, o.revision)) FROM shown h JOIN orders o ON o.id = h.order_id), 0) \
                      + coalesce((SELECT sum(hashtextextended(t.id::text, t.revision)) FROM shown h JOIN tickets t ON t.order_id = h.order_id), 0) \
                      + coalesce((SELECT sum(hashtextextended(id::text, 0)) FROM waiting), 0) \
                      + coalesce((SELECT sum(hashtextextended(m.order_id::text, CASE WHEN m.age < $4 THEN 1 WHEN m.age >= m.target THEN 2 \
                                  WHEN m.age >= m.target * p.soon_after_s / greatest(p.late_after_s, 1) THEN 3 ELSE 4 END)) \
                                  FROM made m, stations p WHERE p.id = $1), 0) \
                      + coalesce((SELECT sum(hashtextextended(v.id::text, o.revision)) FROM servings v JOIN orders o ON o.id = v.order_id \
                                  WHERE v.station_id = $1 AND v.taken_back_at IS NULL AND v.served_at >= $2 - $5 * interval '1 second'), 0) \
                      + coalesce((SELECT sum(hashtextextended(name, sort + 1000000::bigint * late_after_s + soon_after_s)) FROM stations), 0) \
                      + coalesce((SELECT sum(hashtextextended(code, 0)) FROM dining_tables WHERE deleted_at IS NULL), 0) \
                      + coalesce((SELECT sum(hashtextextended(name, 0)) FROM staff), 0) \
                      )::numeric(40) % 4611686018427387904)::bigint AS revision";
    let values = [
        pass.into(),
        now.into(),
        closed_ready_since.into(),
        FRESH.whole_seconds().into(),
        RECALL_WITHIN.whole_seconds().into(),
    ];
    let row = Row::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.revision))
}

#[derive(FromQueryResult)]
struct ServingRow {
    id: ServingId,
    order_id: OrderId,
    station_id: StationId,
    title: String,
    what: String,
    served_at: OffsetDateTime,
    served_by: String,
    taken_back_at: Option<OffsetDateTime>,
    still_served: Vec<Uuid>,
}

/// A serving with those of its lines that are with the guest since then: what the kitchen took back and was carried out
/// again belongs to a later one.
const SERVING: &str = "SELECT v.id, v.order_id, v.station_id, v.title, v.what, v.served_at, v.served_by, v.taken_back_at, \
    ARRAY(SELECT l.id FROM order_lines l WHERE l.order_id = v.order_id AND l.id = ANY(v.lines) \
          AND l.state = 'served' AND l.served_at = v.served_at) AS still_served FROM servings v";

/// One serving; none where there was nothing to carry out, or it is forgotten.
pub(super) async fn serving(db: &impl ConnectionTrait, id: ServingId) -> Result<Option<Serving>> {
    let sql = format!("{SERVING} WHERE v.id = $1");
    let row = ServingRow::find_by_statement(statement(db, sql, [id.into()]))
        .one(db)
        .await?;
    Ok(row.map(Serving::from))
}

/// What was carried out from a pass and can be taken back, the last first.
pub(super) async fn servings_to_take_back(
    db: &impl ConnectionTrait,
    pass: StationId,
    now: OffsetDateTime,
) -> Result<Vec<Serving>> {
    let sql = format!(
        "{SERVING} WHERE v.station_id = $1 AND v.served_at >= $2 AND v.taken_back_at IS NULL ORDER BY v.served_at DESC, v.id DESC"
    );
    let values = [pass.into(), (now - RECALL_WITHIN).into()];
    let rows = ServingRow::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    let servings = rows.into_iter().map(Serving::from);
    Ok(servings
        .filter(|serving| !serving.lines.is_empty())
        .collect())
}

/// Stores a fresh serving.
pub(super) async fn insert(tx: &Tx, serving: &Serving) -> Result<()> {
    let lines: Vec<Uuid> = serving.lines.iter().map(|line| line.uuid()).collect();
    tx.later(Write::new(
        "servings",
        serving.id,
        "INSERT INTO servings (id, order_id, station_id, title, what, lines, served_at, served_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            serving.id.into(),
            serving.order.into(),
            serving.station.into(),
            serving.title.clone().into(),
            serving.what.clone().into(),
            lines.into(),
            serving.at.into(),
            serving.by.clone().into(),
        ],
    ))
    .await
}

/// Notes that a serving was taken back.
pub(super) async fn note_taken_back(tx: &Tx, serving: &Serving) -> Result<()> {
    tx.later(Write::new(
        "servings",
        serving.id,
        "UPDATE servings SET taken_back_at = $2 WHERE id = $1",
        [serving.id.into(), serving.taken_back_at.into()],
    ))
    .await
}

/// Forgets servings that nobody can take back any more, a day later; answers how many.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let sql = "DELETE FROM servings WHERE served_at < $1";
    let done = db
        .execute_raw(statement(db, sql, [(now - Duration::DAY).into()]))
        .await?;
    Ok(done.rows_affected())
}

impl From<ServingRow> for Serving {
    fn from(row: ServingRow) -> Serving {
        Serving {
            id: row.id,
            order: row.order_id,
            station: row.station_id,
            title: row.title,
            what: row.what,
            at: row.served_at,
            by: row.served_by,
            taken_back_at: row.taken_back_at,
            lines: row.still_served.into_iter().map(LineId::from).collect(),
        }
    }
}

fn statement(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

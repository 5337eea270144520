//! What becomes of tickets after lines were sent: struck out, cut, moved, kept back, passed on. None of it happens as often
//! as a send or a bump, so each step is a statement of its own.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{all, statement};
use crate::data::{Tx, Write};
use crate::kitchen::actions::{OrderSnapshot, Struck};
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId};
use crate::web::Result;

/// A ticket that the one before it in a chain was passed on to.
#[derive(FromQueryResult)]
pub(in crate::kitchen) struct Passed {
    pub(in crate::kitchen) id: TicketId,
    pub(in crate::kitchen) station_id: StationId,
    pub(in crate::kitchen) station: String,
    /// Somebody has worked on it.
    pub(in crate::kitchen) is_begun: bool,
}

#[derive(FromQueryResult)]
struct AtStation {
    station_id: StationId,
}

/// Takes what is kept back of an order off its tickets; answers where.
pub(in crate::kitchen) async fn withdraw_held(tx: &Tx, order: OrderId) -> Result<Vec<StationId>> {
    let sql = "WITH gone AS ( \
                 DELETE FROM ticket_lines l USING tickets t \
                 WHERE t.id = l.ticket_id AND t.order_id = $1 AND l.fired_at IS NULL AND l.voided_at IS NULL RETURNING t.id), \
               moved AS (UPDATE tickets SET revision = revision + 1 WHERE id IN (SELECT id FROM gone) RETURNING station_id) \
               SELECT DISTINCT station_id FROM moved";
    let at: Vec<AtStation> = all(tx, sql, [order.into()]).await?;
    Ok(at.into_iter().map(|row| row.station_id).collect())
}

/// Takes the open tickets of an order away on which nothing is left.
pub(in crate::kitchen) async fn drop_empty(tx: &Tx, order: OrderId) -> Result<()> {
    let empty = "DELETE FROM tickets t WHERE t.order_id = $1 AND t.bumped_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id)";
    run(tx, empty, [order.into()]).await
}

/// Puts what is kept back of a ticket onto one of its own, which stays on the board when that one leaves.
pub(in crate::kitchen) async fn part_held(tx: &Tx, ticket: TicketId) -> Result<()> {
    let rest = TicketId::new();
    run(tx, UNTOUCHED_COPY, untouched_copy(tx, ticket, rest)).await?;
    let sql = "UPDATE ticket_lines SET ticket_id = $2 WHERE ticket_id = $1 AND fired_at IS NULL AND voided_at IS NULL";
    run(tx, sql, [ticket.into(), rest.into()]).await
}

/// A ticket `$2` beside `$1` as of `$3` that nobody has touched, of whoever causes it: person `$4` at terminal `$5`.
const UNTOUCHED_COPY: &str = "INSERT INTO tickets (id, station_id, order_id, number, title, kind, guests, waiter, customer, sent_at, unpaid, priority, \
           handed_at, handed_by, handed_from) \
    SELECT $2, station_id, order_id, number, title, kind, guests, waiter, customer, $3, unpaid, priority, $3, $4, $5 FROM tickets WHERE id = $1";

fn untouched_copy(tx: &Tx, of: TicketId, copy: TicketId) -> [Value; 5] {
    let by = tx.by();
    [
        of.into(),
        copy.into(),
        tx.now().into(),
        by.staff.into(),
        by.terminal.into(),
    ]
}

/// Strikes lines out. The ticket where a line was last shows it; one that has left the board stays away, and what must be
/// seen comes back on a ticket of its own.
pub(in crate::kitchen) async fn strike_out(
    tx: &Tx,
    order: OrderId,
    struck: &[Struck],
    now: OffsetDateTime,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        ticket_id: TicketId,
        lines: Vec<Uuid>,
    }
    let lines = struck.iter().map(
        |one| json!({ "line": one.line, "seen_at": (!one.must_be_seen).then(|| crate::values::rfc3339(now)) }),
    );
    let lines: Value = serde_json::Value::Array(lines.collect()).into();
    // Of a chain only the last station answers.
    let sql = "UPDATE ticket_lines l SET voided_at = $3, \
                      void_seen_at = CASE WHEN l.step = (SELECT max(m.step) FROM ticket_lines m WHERE m.line_id = l.line_id) \
                                          THEN n.seen_at ELSE $3 END \
               FROM jsonb_to_recordset($2) AS n(line uuid, seen_at timestamptz), tickets t \
               WHERE l.line_id = n.line AND l.voided_at IS NULL AND t.id = l.ticket_id AND t.order_id = $1";
    run(tx, sql, [order.into(), lines, now.into()]).await?;
    let gone = "SELECT l.ticket_id, array_agg(l.id) AS lines FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id \
                WHERE t.order_id = $1 AND t.bumped_at IS NOT NULL AND l.voided_at IS NOT NULL AND l.void_seen_at IS NULL \
                GROUP BY l.ticket_id ORDER BY l.ticket_id";
    let gone: Vec<Row> = all(tx, gone, [order.into()]).await?;
    for Row { ticket_id, lines } in gone {
        let notice = TicketId::new();
        run(tx, UNTOUCHED_COPY, untouched_copy(tx, ticket_id, notice)).await?;
        let sql = "UPDATE ticket_lines SET ticket_id = $1 WHERE id = ANY($2)";
        run(tx, sql, [notice.into(), lines.into()]).await?;
    }
    let sql = "UPDATE tickets t SET changes = changes + 1, revision = revision + 1 \
               WHERE t.order_id = $1 AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.voided_at = $2)";
    run(tx, sql, [order.into(), now.into()]).await?;
    // What has to be seen asks for another receipt, like an addition.
    let sql = "UPDATE tickets t SET known_at = greatest(shown_at, known_at), shown_at = NULL, unseen_at = NULL, told_at = NULL, handed_at = $2, handed_by = $3, handed_from = $4 \
               WHERE t.order_id = $1 AND t.bumped_at IS NULL \
                 AND EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.voided_at = $2 AND l.void_seen_at IS NULL)";
    let by = tx.by();
    let values = [
        order.into(),
        now.into(),
        by.staff.into(),
        by.terminal.into(),
    ];
    run(tx, sql, values).await
}

/// Cuts pieces off a line at each station that has it.
pub(in crate::kitchen) async fn split_line(
    tx: &Tx,
    line: LineId,
    new: LineId,
    pieces: Quantity,
) -> Result<()> {
    let sql = "INSERT INTO ticket_lines (id, ticket_id, line_id, position, quantity, name, second_name, modifiers, note, allergy, \
                      seat, course, prep_seconds, addition, held, fired_at, done_at, done_by, voided_at, void_seen_at, step) \
               SELECT gen_random_uuid(), ticket_id, $2, position, $3, name, second_name, modifiers, note, allergy, \
                      seat, course, prep_seconds, addition, held, fired_at, done_at, done_by, voided_at, void_seen_at, step \
               FROM ticket_lines WHERE line_id = $1";
    run(tx, sql, [line.into(), new.into(), pieces.get().into()]).await?;
    let sql = "UPDATE ticket_lines SET quantity = quantity - $2 WHERE line_id = $1";
    run(tx, sql, [line.into(), pieces.get().into()]).await?;
    let sql = "UPDATE tickets SET revision = revision + 1 WHERE id IN (SELECT ticket_id FROM ticket_lines WHERE line_id = $1)";
    run(tx, sql, [line.into()]).await
}

/// Gives lines to another order: a ticket goes with them where all of it does, and is cut in two where not.
pub(in crate::kitchen) async fn move_lines(
    tx: &Tx,
    from: OrderId,
    to: &OrderSnapshot,
    lines: &[LineId],
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
        whole: bool,
    }
    let ids: Vec<Uuid> = lines.iter().map(|line| line.uuid()).collect();
    let sql = "SELECT t.id, bool_and(l.line_id = ANY($2)) AS whole FROM tickets t JOIN ticket_lines l ON l.ticket_id = t.id \
               WHERE t.order_id = $1 GROUP BY t.id HAVING bool_or(l.line_id = ANY($2)) ORDER BY t.sent_at, t.id";
    let tickets: Vec<Row> = all(tx, sql, [from.into(), ids.clone().into()]).await?;
    for Row { id, whole } in tickets {
        let going = if whole { id } else { TicketId::new() };
        if !whole {
            let sql = "INSERT INTO tickets (id, station_id, order_id, number, title, kind, guests, waiter, customer, sent_at, started_at, \
                              started_by, bumped_at, bumped_by, recalled_at, shown_at, priority, additions, clock_at, unpaid, passed_from, \
                              handed_at, handed_by, handed_from, unseen_at, told_at, known_at) \
                       SELECT $2, station_id, order_id, number, title, kind, guests, waiter, customer, sent_at, started_at, \
                              started_by, bumped_at, bumped_by, recalled_at, shown_at, priority, additions, clock_at, unpaid, passed_from, \
                              handed_at, handed_by, handed_from, unseen_at, told_at, known_at \
                       FROM tickets WHERE id = $1";
            run(tx, sql, [id.into(), going.into()]).await?;
            let sql =
                "UPDATE ticket_lines SET ticket_id = $2 WHERE ticket_id = $1 AND line_id = ANY($3)";
            let values = [id.into(), going.into(), ids.clone().into()];
            run(tx, sql, values).await?;
            let sql =
                "UPDATE tickets SET changes = changes + 1, revision = revision + 1 WHERE id = $1";
            run(tx, sql, [id.into()]).await?;
        }
        let sql = format!("UPDATE tickets t SET order_id = $1, {RETITLED} WHERE t.id = $9");
        let values = titles(to).into_iter().chain([going.into()]);
        run(tx, &sql, values).await?;
    }
    Ok(())
}

/// What a ticket is told of its order; `$1` is the order. One on the board says what it was called before.
const RETITLED: &str = "number = $2, title = $3, kind = $4, guests = $5, waiter = $6, customer = $7, unpaid = unpaid AND $8, \
    former_title = CASE WHEN bumped_at IS NULL AND title <> $3 THEN coalesce(former_title, title) ELSE former_title END, \
    changes = changes + (bumped_at IS NULL AND title <> $3)::int, revision = revision + 1";

fn titles(order: &OrderSnapshot) -> [Value; 8] {
    [
        order.order.into(),
        order.number.into(),
        order.title.clone().into(),
        order.kind.as_str().into(),
        order.guests.into(),
        order.waiter.clone().into(),
        order.customer.clone().into(),
        order.unpaid.into(),
    ]
}

/// Tells an order's tickets what it is called, where they say something else.
pub(in crate::kitchen) async fn retitle(tx: &Tx, order: &OrderSnapshot) -> Result<()> {
    let sql = format!(
        "UPDATE tickets t SET {RETITLED} WHERE t.order_id = $1 \
           AND (number, title, kind, guests, waiter, customer) IS DISTINCT FROM ($2, $3, $4, $5, $6, $7)"
    );
    run(tx, &sql, titles(order)).await
}

/// Takes the word off an order's tickets that it is not paid.
pub(in crate::kitchen) async fn mark_paid(tx: &Tx, order: OrderId) -> Result<()> {
    tx.later(Write::new(
        "tickets",
        order,
        "UPDATE tickets SET unpaid = false, revision = revision + 1 WHERE order_id = $1 AND unpaid",
        [order.into()],
    ))
    .await
}

/// The tickets of an order that show what was struck out at this moment, and that have to be seen.
pub(in crate::kitchen) async fn struck_at(
    db: &impl ConnectionTrait,
    order: OrderId,
    at: OffsetDateTime,
) -> Result<Vec<TicketId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TicketId,
    }
    let sql = "SELECT t.id FROM tickets t WHERE t.order_id = $1 AND EXISTS ( \
                 SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.voided_at = $2 AND l.void_seen_at IS NULL)";
    let rows: Vec<Row> = all(db, sql, [order.into(), at.into()]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Makes the next station's ticket of what this one has made; answers which it is.
pub(in crate::kitchen) async fn pass_on(
    tx: &Tx,
    ticket: TicketId,
    to: StationId,
    now: OffsetDateTime,
) -> Result<TicketId> {
    let next = TicketId::new();
    let sql = "INSERT INTO tickets (id, station_id, order_id, number, title, kind, guests, waiter, customer, sent_at, priority, unpaid, passed_from, \
                      handed_at, handed_by, handed_from) \
               SELECT $2, $3, order_id, number, title, kind, guests, waiter, customer, $4, priority, unpaid, id, $4, handed_by, handed_from FROM tickets WHERE id = $1";
    let values = [ticket.into(), next.into(), to.into(), now.into()];
    run(tx, sql, values).await?;
    // How long the first station may take says nothing about the next one.
    let sql = "INSERT INTO ticket_lines (id, ticket_id, line_id, position, quantity, name, second_name, modifiers, note, allergy, \
                      seat, course, fired_at, step) \
               SELECT gen_random_uuid(), $2, line_id, position, quantity, name, second_name, modifiers, note, allergy, \
                      seat, course, $3, step + 1 \
               FROM ticket_lines WHERE ticket_id = $1 AND fired_at IS NOT NULL AND voided_at IS NULL";
    run(tx, sql, [ticket.into(), next.into(), now.into()]).await?;
    Ok(next)
}

/// The tickets that one was passed on to, held until the transaction ends. What has gone to another order since is that
/// order's.
pub(in crate::kitchen) async fn passed_on_from(tx: &Tx, ticket: TicketId) -> Result<Vec<Passed>> {
    let sql = "SELECT t.id, t.station_id, (SELECT s.name FROM stations s WHERE s.id = t.station_id) AS station, \
                      t.started_at IS NOT NULL OR t.bumped_at IS NOT NULL \
                        OR EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.done_at IS NOT NULL) AS is_begun \
               FROM tickets t WHERE t.passed_from = $1 \
                 AND t.order_id = (SELECT f.order_id FROM tickets f WHERE f.id = $1) FOR UPDATE OF t";
    all(tx, sql, [ticket.into()]).await
}

/// Takes a ticket back from the next station, which has not begun it.
pub(in crate::kitchen) async fn take_back(tx: &Tx, ticket: TicketId) -> Result<()> {
    for sql in [
        "DELETE FROM ticket_lines WHERE ticket_id = $1",
        "DELETE FROM tickets WHERE id = $1",
    ] {
        run(tx, sql, [ticket.into()]).await?;
    }
    Ok(())
}

async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

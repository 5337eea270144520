//! How lines come to the stations: on a ticket that is open there, or on a new one.

use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::all;
use crate::data::{Tx, Write};
use crate::kitchen::actions::{NewLine, OrderSnapshot};
use crate::kitchen::ticket::TicketRefusal;
use crate::values::{OrderId, StationId, TicketId, TicketLineId};
use crate::web::Result;

/// An open ticket of an order, as far as adding to it needs.
#[derive(FromQueryResult)]
pub(in crate::kitchen) struct OpenTicket {
    pub(in crate::kitchen) id: TicketId,
    pub(in crate::kitchen) station_id: StationId,
    pub(in crate::kitchen) additions: i16,
    /// How many lines it has.
    pub(in crate::kitchen) lines: i32,
    /// Nothing of it was fired.
    pub(in crate::kitchen) waiting: bool,
    /// Another station has made its part before.
    pub(in crate::kitchen) passed_on: bool,
}

/// Lines on their way to a station, and the ticket that they come on.
pub(in crate::kitchen) struct Handed {
    pub(in crate::kitchen) station: StationId,
    pub(in crate::kitchen) ticket: TicketId,
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
    pub(in crate::kitchen) fn to(
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

/// The open tickets of an order at all stations, oldest first, held until the transaction ends.
pub(in crate::kitchen) async fn open_tickets_of_for_update(
    tx: &Tx,
    order: OrderId,
) -> Result<Vec<OpenTicket>> {
    let sql = "SELECT t.id, t.station_id, t.additions, t.passed_from IS NOT NULL AS passed_on, \
                      (SELECT count(*) FROM ticket_lines l WHERE l.ticket_id = t.id)::integer AS lines, \
                      NOT EXISTS (SELECT 1 FROM ticket_lines l WHERE l.ticket_id = t.id AND l.fired_at IS NOT NULL) AS waiting \
               FROM tickets t WHERE t.order_id = $1 AND t.bumped_at IS NULL ORDER BY t.sent_at, t.id FOR UPDATE";
    all(tx, sql, [order.into()]).await
}

/// Stores lines with the tickets that they come on, in one round trip whatever their number.
pub(in crate::kitchen) async fn hand_over(
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
                    known_at = CASE WHEN n.fires THEN greatest(shown_at, known_at) ELSE known_at END, \
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

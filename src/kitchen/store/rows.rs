//! Stations, tickets and their lines as they are kept.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::all;
use crate::kitchen::station::{Pace, Station};
use crate::kitchen::ticket::{Mark, Ticket, TicketLine, Void};
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId, TicketLineId};
use crate::web::{Error, Result};

#[derive(FromQueryResult)]
pub(super) struct StationRow {
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
pub(super) struct TicketRow {
    pub(super) id: TicketId,
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
    pub(super) fn with(self, lines: Vec<TicketLine>) -> Result<Ticket> {
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
pub(super) struct LineRow {
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

/// The lines of these tickets in the order in which they were sent, those that are kept back at the end.
pub(super) async fn lines_of(
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

pub(super) fn columns(mark: Option<&Mark>) -> (Option<OffsetDateTime>, Option<String>) {
    mark.map(|mark| (mark.at, mark.by.clone())).unzip()
}

fn mark(at: Option<OffsetDateTime>, by: Option<String>) -> Option<Mark> {
    at.map(|at| Mark {
        at,
        by: by.unwrap_or_default(),
    })
}

pub(super) fn parsed<T: DeserializeOwned>(what: &str, stored: Json) -> Result<T> {
    serde_json::from_value(stored)
        .map_err(|failure| anyhow::anyhow!("the stored {what} cannot be read: {failure}").into())
}

fn unreadable(what: &str, stored: &str) -> Error {
    anyhow::anyhow!("unknown {what}: {stored:?}").into()
}

//! The verbs of the kitchen. Whoever calls them holds the order's row lock already (lock order: order,
//! then ticket) and tells the order how far the ticket that they answer is now.

use poem::http::StatusCode;
use serde_json::json;

use super::store;
use super::ticket::{Ticket, TicketKind, TicketLine, TicketModifier, TicketRefusal};
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId, TicketLineId};
use crate::web::{Refusal, Result};

/// What the kitchen is told about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSnapshot {
    /// Which one.
    pub order: OrderId,
    /// Its number of the day.
    pub number: i32,
    /// Who it is for: "Table 7", "Takeaway 117".
    pub title: String,
    /// Eaten here or taken away.
    pub kind: TicketKind,
    /// How many guests.
    pub guests: i16,
    /// Who serves them.
    pub waiter: String,
    /// Who a takeaway is for.
    pub customer: Option<String>,
}

/// A line as it is handed to the kitchen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// The order's line.
    pub line: LineId,
    /// How many.
    pub quantity: Quantity,
    /// What.
    pub name: String,
    /// The same in the kitchen's language.
    pub second_name: Option<String>,
    /// How it is wanted.
    pub modifiers: Vec<TicketModifier>,
    /// What else the guest asked for.
    pub note: Option<String>,
    /// What must not be in it.
    pub allergy: Option<String>,
    /// Whose it is.
    pub seat: Option<i16>,
    /// When it is to be cooked.
    pub course: i16,
    /// How long making it takes, in seconds, where the product says so.
    pub prep_seconds: Option<i32>,
}

impl Refusal for TicketRefusal {
    fn status(&self) -> StatusCode {
        match self {
            TicketRefusal::NoSuchLine => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            TicketRefusal::AlreadyStarted { .. } => "already_started",
            TicketRefusal::AlreadyBumped { .. } => "already_bumped",
            TicketRefusal::AdditionUnseen(_) => "addition_unseen",
            TicketRefusal::LineDone { .. } => "line_done",
            TicketRefusal::LineNotDone(_) => "line_not_done",
            TicketRefusal::NoSuchLine => "not_found",
            TicketRefusal::NotBumped(_) => "not_bumped",
            TicketRefusal::BumpedLongAgo(_) | TicketRefusal::BumpedManyAgo(_) => "recall_too_late",
            TicketRefusal::AlreadySent => "already_sent",
        }
    }
}

/// Hands lines to the kitchen, each exactly once: per station one new ticket, or an addition to the
/// order's ticket that is still open there.
pub async fn open_tickets(
    tx: &mut Tx,
    order: &OrderSnapshot,
    work: Vec<(StationId, Vec<NewLine>)>,
) -> Result<()> {
    let work: Vec<_> = work
        .into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    if work.is_empty() {
        return Ok(());
    }
    let open = store::open_tickets_of_for_update(tx, order.order).await?;
    let handed: Vec<store::Handed> = work
        .into_iter()
        .map(|(station, lines)| {
            // After a recall there may be two; what comes is added to the younger one.
            let addition_to = open
                .iter()
                .rev()
                .find(|ticket| ticket.station_id == station);
            store::Handed {
                station,
                ticket: addition_to.map_or_else(TicketId::new, |ticket| ticket.id),
                addition: addition_to.map_or(0, |ticket| ticket.additions + 1),
                first_position: addition_to.map_or(0, |ticket| ticket.lines),
                lines,
            }
        })
        .collect();
    store::hand_over(tx, order, &handed, tx.now()).await?;
    for ticket in &handed {
        tx.changed(Changed::Station(ticket.station));
    }
    // The other boards that work for this order say so on their tickets.
    for ticket in &open {
        tx.changed(Changed::Station(ticket.station_id));
    }
    Ok(())
}

/// Somebody begins to work on a ticket.
pub async fn start(tx: &mut Tx, ticket: TicketId) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    found.ticket.start(&tx.by().name, tx.now())?;
    store::save(tx, &found.ticket).await?;
    record(tx, "ticket.started", &found.ticket, &[]);
    announce(tx, &found);
    Ok(found.ticket)
}

/// Somebody has finished one line.
pub async fn finish_line(tx: &mut Tx, ticket: TicketId, line: TicketLineId) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    found.ticket.finish_line(line, &tx.by().name, tx.now())?;
    store::save(tx, &found.ticket).await?;
    record(tx, "ticket.line_done", &found.ticket, &[line]);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A line was not finished after all.
pub async fn reopen_line(tx: &mut Tx, ticket: TicketId, line: TicketLineId) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    found.ticket.reopen_line(line)?;
    store::save(tx, &found.ticket).await?;
    record(tx, "ticket.line_reopened", &found.ticket, &[line]);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A ticket is done and leaves the board. `seen` is the number of additions on the screen that was tapped.
pub async fn bump(tx: &mut Tx, ticket: TicketId, seen: Option<i16>) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    let left: Vec<TicketLineId> = unfinished(&found.ticket).map(|line| line.id).collect();
    found.ticket.bump(&tx.by().name, tx.now(), seen)?;
    store::save(tx, &found.ticket).await?;
    record(tx, "ticket.bumped", &found.ticket, &left);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A bumped ticket comes back to the board as it was.
pub async fn recall(tx: &mut Tx, ticket: TicketId) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    let bumped_since = store::bumped_after(&*tx, &found.ticket).await?;
    found.ticket.recall(tx.now(), bumped_since)?;
    store::save(tx, &found.ticket).await?;
    let reopened: Vec<TicketLineId> = unfinished(&found.ticket).map(|line| line.id).collect();
    record(tx, "ticket.recalled", &found.ticket, &reopened);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A ticket was seen on a screen where it is made: the delivery receipt. The first one counts.
pub async fn shown(tx: &mut Tx, ticket: TicketId, order: OrderId) -> Result<()> {
    if store::mark_shown(tx, ticket, tx.now()).await? {
        tx.changed(Changed::Order(order));
    }
    Ok(())
}

fn unfinished(ticket: &Ticket) -> impl Iterator<Item = &TicketLine> {
    ticket.lines.iter().filter(|line| line.done.is_none())
}

/// Every deed upon a sent line is remembered: which ticket, and which of its lines it concerned.
fn record(tx: &mut Tx, deed: &'static str, ticket: &Ticket, lines: &[TicketLineId]) {
    let lines: Vec<String> = ticket
        .lines
        .iter()
        .filter(|line| lines.contains(&line.id))
        .map(TicketLine::words)
        .collect();
    let facts = json!({
        "order": ticket.order,
        "number": ticket.number,
        "title": ticket.title,
        "station": ticket.station,
        "lines": lines,
    });
    tx.journal(Entry::new(deed, "ticket", ticket.id).after(facts));
}

/// This board has to be looked at again, and those that say "also at" about it.
fn announce(tx: &mut Tx, found: &store::Found) {
    tx.changed(Changed::Station(found.ticket.station));
    for station in &found.elsewhere {
        tx.changed(Changed::Station(*station));
    }
}

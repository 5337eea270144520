//! The verbs of the kitchen. Whoever calls them holds the order's row lock already (lock order: order,
//! then ticket) and tells the order how far the ticket that they answer is now.

use poem::http::StatusCode;
use serde_json::json;

use super::prints::{self, News};
use super::station;
use super::store::{self, afterwards};
use super::ticket::{Seen, Ticket, TicketKind, TicketLine, TicketModifier, TicketRefusal};
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
    /// A takeaway that is not paid yet.
    pub unpaid: bool,
}

/// What the kitchen gets of an order, by station.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// What is to be made now.
    pub fired: Vec<(StationId, Vec<NewLine>)>,
    /// Everything that is kept back, in the place of what was told before; nothing where nothing is or was.
    pub held: Option<Vec<(StationId, Vec<NewLine>)>>,
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
    /// It was kept back until now, or still is.
    pub held: bool,
}

/// A line that is struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    /// The order's line.
    pub line: LineId,
    /// Whether the station has to say that it knows. What the guest has already is nothing to stop.
    pub must_be_seen: bool,
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
            TicketRefusal::ChangeUnseen(_) => "change_unseen",
            TicketRefusal::NothingFired(_) | TicketRefusal::LineHeld(_) => "held",
            TicketRefusal::LineVoided(_) => "voided",
            TicketRefusal::NothingToSee(_) => "nothing_to_see",
            TicketRefusal::NothingLeft(_) => "nothing_left",
            TicketRefusal::BegunElsewhere { .. } => "begun_elsewhere",
            TicketRefusal::NotBumped(_) => "not_bumped",
            TicketRefusal::BumpedLongAgo(_) | TicketRefusal::BumpedManyAgo(_) => "recall_too_late",
            TicketRefusal::AlreadySent => "already_sent",
        }
    }
}

/// Hands lines to the kitchen, each exactly once: per station one new ticket, or an addition to the
/// order's ticket that is still open there. What is kept back is told along, in grey.
pub async fn hand_over(tx: &mut Tx, order: &OrderSnapshot, work: Work) -> Result<()> {
    let Work { fired, held } = work;
    if held.is_none() {
        return put_on_boards(tx, order, fired, Vec::new()).await;
    }
    // What is told anew comes on the ticket that it was on, which keeps its place, its former title and who saw it.
    for station in afterwards::withdraw_held(tx, order.order).await? {
        tx.changed(Changed::Station(station));
    }
    put_on_boards(tx, order, fired, held.unwrap_or_default()).await?;
    afterwards::drop_empty(tx, order.order).await
}

async fn put_on_boards(
    tx: &mut Tx,
    order: &OrderSnapshot,
    fired: Vec<(StationId, Vec<NewLine>)>,
    held: Vec<(StationId, Vec<NewLine>)>,
) -> Result<()> {
    let ways = store::ways(&*tx).await?;
    let mut work: Vec<(StationId, Vec<NewLine>, Vec<NewLine>)> = Vec::new();
    let fired = fired
        .into_iter()
        .map(|(station, lines)| (station, lines, Vec::new()));
    let held = held
        .into_iter()
        .map(|(station, lines)| (station, Vec::new(), lines));
    for (station, fired, held) in fired.chain(held) {
        if fired.is_empty() && held.is_empty() {
            continue;
        }
        let station = station::made_at(station, &ways.elsewhere);
        match work.iter_mut().find(|(at, _, _)| *at == station) {
            Some((_, more_fired, more_held)) => {
                more_fired.extend(fired);
                more_held.extend(held);
            }
            None => work.push((station, fired, held)),
        }
    }
    if work.is_empty() {
        return Ok(());
    }
    let open = store::open_tickets_of_for_update(tx, order.order).await?;
    let handed: Vec<store::Handed> = work
        .into_iter()
        .map(|(station, fired, held)| {
            // After a recall there may be two; what comes is added to the younger one.
            let addition_to = open
                .iter()
                .rev()
                .find(|ticket| ticket.station_id == station && !ticket.passed_on);
            store::Handed::to(addition_to, station, fired, held)
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
    let tickets: Vec<TicketId> = handed.iter().map(|it| it.ticket).collect();
    let at = tx.now();
    prints::print(tx, &tickets, &ways.printing, News::Sent(at)).await
}

/// Strikes lines of an order out, wherever they are by now. A line whose ticket has left the board comes back alone, so
/// that its station sees it.
pub async fn strike_out(tx: &mut Tx, order: OrderId, struck: &[Struck]) -> Result<()> {
    if struck.is_empty() {
        return Ok(());
    }
    afterwards::strike_out(tx, order, struck, tx.now()).await?;
    prints::print_struck(tx, order).await?;
    announce_order(tx, order).await
}

/// Cuts a number of pieces off a line that was handed over: they are `new`, in the same state and place.
pub async fn split_line(
    tx: &mut Tx,
    order: OrderId,
    line: LineId,
    new: LineId,
    pieces: Quantity,
) -> Result<()> {
    afterwards::split_line(tx, line, new, pieces).await?;
    announce_order(tx, order).await
}

/// Lines go from one order to another, with what their stations have made of them.
pub async fn move_lines(
    tx: &mut Tx,
    from: OrderId,
    to: &OrderSnapshot,
    lines: &[LineId],
) -> Result<()> {
    announce_order(tx, from).await?;
    afterwards::move_lines(tx, from, to, lines).await?;
    prints::print_retitled(tx, to.order).await?;
    announce_order(tx, to.order).await
}

/// The order's table, name, guests or waiter are others now: its tickets say so.
pub async fn retitle(tx: &mut Tx, order: &OrderSnapshot) -> Result<()> {
    afterwards::retitle(tx, order).await?;
    prints::print_retitled(tx, order.order).await?;
    announce_order(tx, order.order).await
}

/// A takeaway was paid that has lines at these stations: its tickets do not say otherwise any more.
pub async fn paid(
    tx: &mut Tx,
    order: OrderId,
    stations: impl Iterator<Item = StationId>,
) -> Result<()> {
    afterwards::mark_paid(tx, order).await?;
    for station in stations {
        tx.changed(Changed::Station(station));
    }
    Ok(())
}

/// The boards have to be looked at again on which this order has something.
async fn announce_order(tx: &mut Tx, order: OrderId) -> Result<()> {
    for ticket in store::open_tickets_of_for_update(tx, order).await? {
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

/// Somebody has seen that a line was struck out.
pub async fn see_void(tx: &mut Tx, ticket: TicketId, line: TicketLineId) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    found.ticket.see_void(line, &tx.by().name, tx.now())?;
    store::save(tx, &found.ticket).await?;
    record(tx, "ticket.void_seen", &found.ticket, &[line]);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A ticket goes before the others of its board, or not any more.
pub async fn prioritise(tx: &mut Tx, ticket: TicketId, first: bool) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    found.ticket.prioritise(first)?;
    store::save(tx, &found.ticket).await?;
    let deed = match first {
        true => "ticket.put_first",
        false => "ticket.put_back",
    };
    record(tx, deed, &found.ticket, &[]);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A ticket is done and leaves the board: to the next station where there is one. What is kept back stays on the board.
pub async fn bump(tx: &mut Tx, ticket: TicketId, seen: Seen) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    let left: Vec<TicketLineId> = unfinished(&found.ticket).map(|line| line.id).collect();
    found.ticket.bump(&tx.by().name, tx.now(), seen)?;
    store::save(tx, &found.ticket).await?;
    if found.ticket.lines.iter().any(TicketLine::is_held) {
        afterwards::part_held(tx, ticket).await?;
    }
    if let Some(next) = found.ticket.next
        && found.ticket.lines.iter().any(TicketLine::is_live)
    {
        let ways = store::ways(&*tx).await?;
        let next = station::made_at(next, &ways.elsewhere);
        let at = tx.now();
        let passed = afterwards::pass_on(tx, ticket, next, at).await?;
        prints::print(tx, &[passed], &ways.printing, News::Sent(at)).await?;
        tx.changed(Changed::Station(next));
    }
    record(tx, "ticket.bumped", &found.ticket, &left);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A bumped ticket comes back to the board as it was; `anew` lets its age begin again.
pub async fn recall(tx: &mut Tx, ticket: TicketId, anew: bool) -> Result<Ticket> {
    let mut found = store::find_for_change(tx, ticket).await?;
    let bumped_since = store::bumped_after(&*tx, &found.ticket).await?;
    found.ticket.recall(tx.now(), bumped_since, anew)?;
    for passed in afterwards::passed_on_from(tx, ticket).await? {
        if passed.is_begun {
            return Err(TicketRefusal::BegunElsewhere {
                title: found.ticket.title,
                station: passed.station,
            }
            .into());
        }
        afterwards::take_back(tx, passed.id).await?;
        tx.changed(Changed::Station(passed.station_id));
    }
    store::save(tx, &found.ticket).await?;
    let reopened: Vec<TicketLineId> = unfinished(&found.ticket).map(|line| line.id).collect();
    record(tx, "ticket.recalled", &found.ticket, &reopened);
    announce(tx, &found);
    Ok(found.ticket)
}

/// A ticket was seen on a screen where it is made: the delivery receipt. The first one counts.
pub async fn shown(tx: &mut Tx, ticket: TicketId, order: OrderId) -> Result<()> {
    if let Some(was_missed) = store::mark_shown(tx, ticket, tx.now()).await? {
        tx.changed(Changed::Order(order));
        if was_missed {
            tx.changed(Changed::Unseen);
        }
    }
    Ok(())
}

fn unfinished(ticket: &Ticket) -> impl Iterator<Item = &TicketLine> {
    ticket.lines.iter().filter(|line| line.is_due())
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

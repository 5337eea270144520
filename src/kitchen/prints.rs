//! Which tickets go to paper by themselves: at a station that prints, everything; at one that has a printer beside its screens,
//! what no screen has shown in time.

use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use super::actions;
use super::board::Posted;
use super::paper::{self, Print};
use super::station::Station;
use super::store;
use super::ticket::{Seen, Ticket, TicketLine};
use crate::data::{Entry, Tx};
use crate::printers::{self, JobKind, NewJob, PrinterRefusal};
use crate::settings;
use crate::values::{OrderId, PrinterId, StationId, TicketId};
use crate::web::{Error, Result};

/// What happened to a ticket that has to be on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Lines were sent or fired at this moment.
    Sent(OffsetDateTime),
    /// Lines were struck out at this moment.
    Struck(OffsetDateTime),
    /// It is for another table, guest or waiter now.
    Retitled,
    /// No screen has shown it in time.
    Unseen {
        /// Up to when the station knows it.
        known: Option<OffsetDateTime>,
    },
}

/// What of a ticket is printed for some news, each on a slip of its own.
fn slips_for(ticket: &Ticket, news: News) -> Vec<Print<'static>> {
    match news {
        News::Sent(at) => sent_since(ticket, |line| line.fired_at == Some(at)),
        News::Struck(at) => vec![Print::Void(Some(at))],
        News::Retitled => {
            let is_out = |line: &TicketLine| line.is_live() && line.fired_at.is_some();
            let on_paper = ticket.lines.iter().any(is_out);
            on_paper.then_some(Print::Changed).into_iter().collect()
        }
        News::Unseen { known } => {
            let is_new = |at: Option<OffsetDateTime>| at > known;
            let mut slips = sent_since(ticket, |line| {
                line.fired_at.is_some() && is_new(line.fired_at)
            });
            let voids = ticket.lines.iter().filter(|line| line.is_void_unseen());
            let first = voids
                .filter_map(|line| line.voided.map(|void| void.at))
                .filter(|at| is_new(Some(*at)))
                .min();
            // Of what the station never knew, nothing has to be stopped.
            if let Some(first) = first.filter(|_| known.is_some() || slips.is_empty()) {
                slips.push(Print::Void(Some(first)));
            }
            slips
        }
    }
}

/// Everything, where the station had nothing of it before; else each addition and each course.
fn sent_since(ticket: &Ticket, is_news: impl Fn(&TicketLine) -> bool) -> Vec<Print<'static>> {
    let fired = || {
        let lines = ticket.lines.iter();
        lines.filter(|line| line.fired_at.is_some())
    };
    let news = || fired().filter(|line| line.is_live() && is_news(line));
    let mut slips = Vec::new();
    if news().next().is_some() && fired().all(&is_news) {
        return vec![Print::All];
    }
    for line in news() {
        let slip = match line.held {
            true => Print::Fired(line.course),
            false => Print::AddOn(line.addition),
        };
        if !slips.contains(&slip) {
            slips.push(slip);
        }
    }
    slips
}

/// Prints what happened to tickets, where their stations print everything.
pub(super) async fn print(
    tx: &mut Tx,
    tickets: &[TicketId],
    printing: &[StationId],
    news: News,
) -> Result<()> {
    if tickets.is_empty() || printing.is_empty() {
        return Ok(());
    }
    let posted = store::posted(&*tx, tickets).await?;
    let at: Vec<Posted> = posted
        .into_iter()
        .filter(|posted| printing.contains(&posted.ticket.station))
        .collect();
    queue_all(tx, &at, |_| news, true).await
}

/// Prints what no screen has shown in time, where a printer is there for it.
pub(super) async fn print_unseen(
    tx: &mut Tx,
    tickets: &[(TicketId, Option<OffsetDateTime>)],
) -> Result<()> {
    let ids: Vec<TicketId> = tickets.iter().map(|(id, _)| *id).collect();
    let posted = store::posted(&*tx, &ids).await?;
    let known = |id: TicketId| {
        let found = tickets.iter().find(|(one, _)| *one == id);
        found.and_then(|(_, known)| *known)
    };
    let news = |ticket: TicketId| News::Unseen {
        known: known(ticket),
    };
    queue_all(tx, &posted, news, false).await
}

/// `always` are the stations that print everything, else those that print what no screen shows.
async fn queue_all(
    tx: &mut Tx,
    posted: &[Posted],
    news: impl Fn(TicketId) -> News,
    always: bool,
) -> Result<()> {
    if posted.is_empty() {
        return Ok(());
    }
    let stations: Vec<StationId> = posted.iter().map(|one| one.ticket.station).collect();
    let printers = printers::of_stations(&*tx, &stations).await?;
    let rule = settings::load(&*tx, "").await?.day_rule();
    for one in posted {
        let at = printers.iter().find(|(station, _, everything)| {
            *station == one.ticket.station && *everything == always
        });
        let Some((station, printer, _)) = at else {
            continue;
        };
        let station = store::station(&*tx, *station).await?;
        for print in slips_for(&one.ticket, news(one.ticket.id)) {
            let slip = paper::slip(one, &station, print, &rule);
            queue(tx, one, &station, *printer, print, slip).await?;
        }
        store::mark_known(&*tx, one.ticket.id, tx.now()).await?;
    }
    Ok(())
}

async fn queue(
    tx: &mut Tx,
    posted: &Posted,
    station: &Station,
    printer: PrinterId,
    print: Print<'_>,
    slip: crate::printing::Slip,
) -> Result<()> {
    let ticket = &posted.ticket;
    let title = format!(
        "{} ticket{}, {}, order {}",
        station.name,
        print.suffix(),
        ticket.title,
        ticket.number
    );
    let job = NewJob {
        printer,
        kind: JobKind::Ticket,
        title,
        slip: Some(slip),
        only_once: None,
        subject: Some(ticket.id.uuid()),
        order: Some(ticket.order),
        expires_at: None,
    };
    printers::queue(tx, job).await
}

/// Prints the whole of a ticket once more, and says so on it: nothing of it is to be made again.
///
/// # Errors
/// Where its station has no printer.
pub async fn duplicate(tx: &mut Tx, ticket: TicketId) -> Result<()> {
    let posted = store::posted(&*tx, &[ticket]).await?;
    let posted = posted.first().ok_or(Error::NotFound("ticket"))?;
    let station = store::station(&*tx, posted.ticket.station).await?;
    let printers = printers::of_stations(&*tx, &[station.id]).await?;
    let (_, printer, _) = printers
        .first()
        .ok_or_else(|| PrinterRefusal::NoPrinter(station.name.clone()))?;
    let rule = settings::load(&*tx, "").await?.day_rule();
    let (name, at) = (tx.by().name.clone(), tx.now());
    let print = Print::Duplicate { by: &name, at };
    let slip = paper::slip(posted, &station, print, &rule);
    queue(tx, posted, &station, *printer, print, slip).await?;
    let facts = serde_json::json!({ "order": posted.ticket.order, "title": posted.ticket.title, "station": station.name });
    tx.journal(Entry::new("ticket.printed_again", "ticket", ticket).after(facts));
    Ok(())
}

/// Whether something of an order was sent to a station that has a printer.
pub async fn may_print(db: &impl ConnectionTrait, order: OrderId) -> Result<bool> {
    store::is_at_a_printer(db, order).await
}

/// Prints all tickets of an order once more, where they have printers.
///
/// # Errors
/// Where nothing was sent, or no station of it has a printer.
pub async fn duplicate_order(tx: &mut Tx, order: OrderId) -> Result<()> {
    let tickets = store::tickets_of(&*tx, order).await?;
    let mut refused = Error::NotFound("ticket");
    let mut printed = 0;
    for ticket in tickets {
        match duplicate(tx, ticket).await {
            Ok(()) => printed += 1,
            Err(Error::Refused(why)) => refused = Error::Refused(why),
            Err(failure) => return Err(failure),
        }
    }
    match printed {
        0 => Err(refused),
        _ => Ok(()),
    }
}

/// What there is to do for [`finish_printed`]: asked often, and mostly nothing.
pub async fn printed_and_over(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Vec<(TicketId, OrderId)>> {
    store::printed_and_over(db, now).await
}

/// At a station that works from paper alone nobody can say that something is made. It counts as made when it has been on paper
/// for as long as the station takes at most, so that guests can be done with it; what was struck out counts as seen.
/// The caller holds the order.
pub async fn finish_printed(tx: &mut Tx, ticket: TicketId) -> Result<Ticket> {
    let posted = store::posted(&*tx, &[ticket]).await?;
    let found = posted.into_iter().next().ok_or(Error::NotFound("ticket"))?;
    let mut left = found.ticket;
    if left.lines.iter().any(TicketLine::is_live) {
        return actions::bump(tx, ticket, Seen::default()).await;
    }
    // Nothing is left on it but what was struck out, with the last of which it leaves.
    let unseen = left.lines.iter().filter(|line| line.is_void_unseen());
    let unseen: Vec<_> = unseen.map(|line| line.id).collect();
    for line in unseen {
        left = actions::see_void(tx, ticket, line).await?;
    }
    Ok(left)
}

/// The tickets of an order that show what was struck out at this moment.
pub(super) async fn print_struck(tx: &mut Tx, order: OrderId) -> Result<()> {
    let ways = store::ways(&*tx).await?;
    if ways.printing.is_empty() {
        return Ok(());
    }
    let at = tx.now();
    let tickets = store::afterwards::struck_at(&*tx, order, at).await?;
    print(tx, &tickets, &ways.printing, News::Struck(at)).await
}

/// The open tickets of an order that say now who else it is for.
pub(super) async fn print_retitled(tx: &mut Tx, order: OrderId) -> Result<()> {
    let ways = store::ways(&*tx).await?;
    if ways.printing.is_empty() {
        return Ok(());
    }
    let open = store::open_tickets_of_for_update(tx, order).await?;
    let tickets: Vec<TicketId> = open.iter().map(|ticket| ticket.id).collect();
    print(tx, &tickets, &ways.printing, News::Retitled).await
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::super::paper::tests::{NOON, lunch};
    use super::*;

    fn at(minutes: i64) -> OffsetDateTime {
        NOON + Duration::minutes(minutes)
    }

    #[test]
    fn what_was_sent_is_printed_whole_and_what_was_added_alone() {
        let mut ticket = lunch().ticket;
        // The chips came four minutes later.
        assert_eq!(slips_for(&ticket, News::Sent(at(4))), [Print::AddOn(1)]);
        // Beside them there is what was sent first.
        assert_eq!(slips_for(&ticket, News::Sent(at(0))), [Print::AddOn(0)]);
        // A fish that was struck out meanwhile does not make the chips the first that it hears of.
        let mut less = ticket.clone();
        less.lines
            .retain(|line| line.voided.is_some() || line.addition == 1);
        assert_eq!(slips_for(&less, News::Sent(at(4))), [Print::AddOn(1)]);
        ticket.lines.retain(|line| line.addition == 0);
        assert_eq!(slips_for(&ticket, News::Sent(at(0))), [Print::All]);
        ticket.lines.retain(|line| line.held);
        assert_eq!(slips_for(&ticket, News::Sent(at(0))), []);
        ticket.lines[0].fired_at = Some(at(20));
        assert_eq!(slips_for(&ticket, News::Sent(at(20))), [Print::All]);
    }

    #[test]
    fn a_course_that_is_fired_beside_others_is_one_slip() {
        let mut ticket = lunch().ticket;
        for line in ticket.lines.iter_mut().filter(|line| line.held) {
            line.fired_at = Some(at(20));
        }
        assert_eq!(slips_for(&ticket, News::Sent(at(20))), [Print::Fired(2)]);
    }

    #[test]
    fn of_what_no_screen_showed_only_what_the_station_does_not_know_is_printed() {
        let ticket = lunch().ticket;
        let unseen = |known| slips_for(&ticket, News::Unseen { known });
        // It knows nothing: all of it, and no word of a fish that it never heard of.
        assert_eq!(unseen(None), [Print::All]);
        // It has seen what was sent first: the chips, and that there is no fish.
        let void = Print::Void(Some(at(6)));
        assert_eq!(unseen(Some(at(1))), [Print::AddOn(1), void]);
        assert_eq!(unseen(Some(at(5))), [void]);
        assert_eq!(unseen(Some(at(7))), []);
    }

    #[test]
    fn a_void_that_comes_back_alone_is_printed() {
        let mut ticket = lunch().ticket;
        ticket.lines.retain(|line| line.voided.is_some());
        let slips = slips_for(&ticket, News::Unseen { known: None });
        assert_eq!(slips, [Print::Void(Some(at(6)))]);
    }
}

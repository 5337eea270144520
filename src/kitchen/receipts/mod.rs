//! Delivery receipts: whether what was sent is on a screen where it is made, was begun, is ready. What no screen shows for
//! [`UNSEEN_AFTER`] raises an alarm at the tablet that sent it; whoever prints tickets joins in [`raise_alarms`].

mod actions;
pub mod handlers;
mod store;
mod view;

use time::{Duration, OffsetDateTime};

use crate::values::{LineId, StaffId, TerminalId, TicketId};

pub use actions::raise_alarms;
pub use handlers::UnseenView;
pub use store::{is_one_overdue, of_order};

/// How long a ticket may be on no screen before somebody is told (pains.md 5).
pub const UNSEEN_AFTER: Duration = Duration::seconds(10);

/// How far a ticket is on its way, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// No screen has shown it for too long, and nobody has told the station.
    Unseen,
    /// It was sent.
    Sent,
    /// Somebody told the station themselves.
    Told,
    /// It came out of the printer where it is made.
    Printed,
    /// A screen where it is made shows it.
    OnScreen,
    /// Somebody began it.
    Started,
    /// All of it is made.
    Ready,
}

/// What a station has made known of what was sent to it for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The ticket.
    pub ticket: TicketId,
    /// The name of its station.
    pub station: String,
    /// How far it is.
    pub reached: Reached,
    /// Since when.
    pub at: OffsetDateTime,
    /// The order's lines on it that were fired and not struck out.
    pub lines: Vec<LineId>,
}

impl Receipt {
    /// Whether its lines are before whoever makes them, on a screen or on paper.
    pub fn is_shown(&self) -> bool {
        self.reached >= Reached::Printed
    }
}

/// When what happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    /// When something was sent for it last.
    sent: OffsetDateTime,
    shown: Option<OffsetDateTime>,
    started: Option<OffsetDateTime>,
    /// When the last of its lines was made, if all are.
    done: Option<OffsetDateTime>,
    alarmed: Option<OffsetDateTime>,
    told: Option<OffsetDateTime>,
    printed: Option<OffsetDateTime>,
}

impl Marks {
    /// How far it is, and since when. What was added later has to be seen anew, also on a ticket that was begun.
    fn reached(&self) -> (Reached, OffsetDateTime) {
        let seen = self.shown.map(|shown| match self.started {
            Some(started) => (Reached::Started, started),
            None => (Reached::OnScreen, shown),
        });
        let done = self.done.map(|done| (Reached::Ready, done));
        let printed = self.printed.map(|printed| (Reached::Printed, printed));
        let told = self.told.map(|told| (Reached::Told, told));
        let alarmed = self.alarmed.map(|_| (Reached::Unseen, self.sent));
        let way = done.or(seen).or(printed).or(told).or(alarmed);
        way.unwrap_or((Reached::Sent, self.sent))
    }
}

/// One for each station: of several tickets the one that is least far, and of those the oldest.
pub fn by_station(receipts: &[Receipt]) -> Vec<&Receipt> {
    let mut least: Vec<&Receipt> = Vec::new();
    for receipt in receipts {
        match least.iter_mut().find(|one| one.station == receipt.station) {
            Some(one) if (one.reached, one.at) <= (receipt.reached, receipt.at) => {}
            Some(one) => *one = receipt,
            None => least.push(receipt),
        }
    }
    least
}

/// A ticket that no screen shows, for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Unseen {
    /// Which one.
    pub ticket: TicketId,
    /// Its order.
    pub order_id: crate::values::OrderId,
    /// What people call the order.
    pub title: String,
    /// Where it should be made.
    pub station: String,
    /// When something was sent for it last.
    pub sent_at: OffsetDateTime,
    /// When the alarm was raised.
    pub unseen_at: OffsetDateTime,
    /// Who sent it; of an older version's nothing is known.
    pub sent_by: Option<StaffId>,
    /// The paired till that it was sent from.
    pub sent_from: Option<TerminalId>,
    /// Paper of it waits for a printer.
    pub to_paper: bool,
    /// Up to when the station knows what is on it.
    pub known_at: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests;

//! A station's board: the tickets that are open there, oldest first, with what else helps to work them
//! off.

use std::collections::HashMap;

use serde::Deserialize;
use time::OffsetDateTime;

use super::station::Station;
use super::ticket::{Age, RECALL_WITHIN, Ticket, TicketLine};
use crate::values::TicketId;

/// What a station sees. Everything that is drawn of a board is in here or follows from it and the time.
#[derive(Debug, Clone)]
pub struct Board {
    /// Whose board.
    pub station: Station,
    /// The open tickets, oldest first.
    pub tickets: Vec<Posted>,
    /// What left the board last.
    pub last_bumped: Option<LastBumped>,
}

/// A ticket on a board.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The ticket.
    pub ticket: Ticket,
    /// The other stations that work for the same order at the same time.
    pub elsewhere: Vec<Elsewhere>,
}

/// Another station that works for the same order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Elsewhere {
    /// Its name.
    pub station: String,
    /// Where it stands among the stations.
    pub sort: i32,
    /// It has nothing left to make for this order.
    pub ready: bool,
}

/// The ticket that left a board last: what "Recall" means there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBumped {
    /// Which one.
    pub ticket: TicketId,
    /// Who it was for.
    pub title: String,
    /// When it left.
    pub at: OffsetDateTime,
    /// Its revision.
    pub revision: i64,
}

/// The figures in the board's bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tickets on the board.
    pub open: usize,
    /// Those that should have been done.
    pub late: usize,
}

/// How much is to be made of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllDay {
    /// What.
    pub name: String,
    /// How many are not done yet.
    pub quantity: i32,
}

impl Board {
    /// How many tickets are open and late.
    pub fn counts(&self, now: OffsetDateTime) -> Counts {
        let late = self.ages(now).filter(|age| *age == Age::Late).count();
        Counts {
            open: self.tickets.len(),
            late,
        }
    }

    /// What is still to be made, most first: lines that are done do not count, as nobody has to make
    /// them any more.
    pub fn all_day(&self) -> Vec<AllDay> {
        let mut sums: HashMap<&str, i32> = HashMap::new();
        let lines = self.tickets.iter().flat_map(|posted| &posted.ticket.lines);
        for line in lines.filter(|line| line.done.is_none()) {
            *sums.entry(&line.name).or_default() += i32::from(line.quantity.get());
        }
        let mut all_day: Vec<AllDay> = sums
            .into_iter()
            .map(|(name, quantity)| AllDay {
                name: name.to_owned(),
                quantity,
            })
            .collect();
        all_day.sort_by(|a, b| {
            b.quantity
                .cmp(&a.quantity)
                .then_with(|| a.name.cmp(&b.name))
        });
        all_day
    }

    /// The ticket that "Recall" would bring back.
    pub fn recallable(&self, now: OffsetDateTime) -> Option<&LastBumped> {
        self.last_bumped
            .as_ref()
            .filter(|last| now - last.at <= RECALL_WITHIN)
    }

    fn ages(&self, now: OffsetDateTime) -> impl Iterator<Item = Age> {
        let tickets = self.tickets.iter();
        tickets.map(move |posted| posted.ticket.age(self.station.pace, now))
    }
}

impl Posted {
    /// This station's place among those that work for the order, and how many they are: "1 of 2".
    pub fn place(&self, station: &Station) -> (usize, usize) {
        let before =
            |other: &&Elsewhere| (other.sort, &other.station) < (station.sort, &station.name);
        let place = self.elsewhere.iter().filter(before).count() + 1;
        (place, self.elsewhere.len() + 1)
    }
}

/// How many small lines of text a column of a wall display holds under a ticket's header. A product's
/// name counts as three, a modifier under it as two (design/README.md: 40 and 28 px at 1080p).
const COLUMN: usize = 40;

/// Cuts a ticket that is longer than a screen into pieces that stand beside each other, so that nobody
/// has to scroll inside a ticket (kitchen.md section 1.9). The pieces together are the ticket's lines.
pub fn pieces(ticket: &Ticket) -> Vec<&[TicketLine]> {
    let mut pieces = Vec::new();
    let mut rest = ticket.lines.as_slice();
    loop {
        let mut used = 0;
        let fits = rest.iter().take_while(|line| {
            used += height(line);
            used <= COLUMN
        });
        let fits = fits.count().clamp(1.min(rest.len()), rest.len());
        let (piece, after) = rest.split_at(fits);
        pieces.push(piece);
        if after.is_empty() {
            return pieces;
        }
        rest = after;
    }
}

fn height(line: &TicketLine) -> usize {
    let small = line.modifiers.len()
        + usize::from(line.second_name.is_some())
        + usize::from(line.note.is_some())
        + usize::from(line.allergy.is_some())
        + usize::from(line.seat.is_some() || line.course > 1);
    3 + 2 * small
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    use super::*;
    use crate::kitchen::station::{Pace, StationKind};
    use crate::kitchen::ticket::{Mark, TicketKind, TicketModifier};
    use crate::values::{LineId, OrderId, Quantity, StationId, TicketLineId};

    const NOON: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn station(name: &str, sort: i32) -> Station {
        Station {
            id: StationId::new(),
            name: name.to_owned(),
            kind: StationKind::Kitchen,
            sort,
            pace: Pace {
                soon_s: 480,
                late_s: 900,
            },
        }
    }

    fn line(quantity: i64, name: &str) -> TicketLine {
        TicketLine {
            id: TicketLineId::new(),
            line: LineId::new(),
            quantity: Quantity::new(quantity).unwrap(),
            name: name.to_owned(),
            second_name: None,
            modifiers: Vec::new(),
            note: None,
            allergy: None,
            seat: None,
            course: 1,
            prep_seconds: None,
            addition: 0,
            fired_at: NOON,
            done: None,
        }
    }

    fn posted(sent_at: OffsetDateTime, lines: Vec<TicketLine>) -> Posted {
        Posted {
            ticket: Ticket {
                id: TicketId::new(),
                order: OrderId::new(),
                station: StationId::new(),
                number: 1,
                title: "Table 7".to_owned(),
                kind: TicketKind::DineIn,
                guests: 1,
                waiter: "Amina".to_owned(),
                customer: None,
                sent_at,
                started: None,
                bumped: None,
                recalled_at: None,
                shown_at: None,
                additions: 0,
                revision: 1,
                lines,
            },
            elsewhere: Vec::new(),
        }
    }

    fn board(tickets: Vec<Posted>) -> Board {
        Board {
            station: station("Grill", 2),
            tickets,
            last_bumped: None,
        }
    }

    #[test]
    fn all_day_sums_what_is_not_done() {
        let mut chips = line(2, "Chips");
        chips.done = Some(Mark::new("Joy", NOON));
        let board = board(vec![
            posted(NOON, vec![line(3, "Burger"), chips]),
            posted(
                NOON,
                vec![line(1, "Chips"), line(1, "Burger"), line(1, "Ale")],
            ),
        ]);
        let sums: Vec<_> = board
            .all_day()
            .into_iter()
            .map(|sum| (sum.quantity, sum.name))
            .collect();
        let expected = [(4, "Burger"), (1, "Ale"), (1, "Chips")];
        assert_eq!(sums, expected.map(|(n, name)| (n, name.to_owned())));
    }

    #[test]
    fn late_tickets_are_counted() {
        let board = board(vec![
            posted(NOON, vec![line(1, "Burger")]),
            posted(NOON + Duration::minutes(10), vec![line(1, "Burger")]),
        ]);
        let counts = board.counts(NOON + Duration::minutes(15));
        assert_eq!(counts, Counts { open: 2, late: 1 });
    }

    #[test]
    fn what_was_bumped_can_be_recalled_for_a_quarter_of_an_hour() {
        let mut board = board(vec![]);
        board.last_bumped = Some(LastBumped {
            ticket: TicketId::new(),
            title: "Table 9".to_owned(),
            at: NOON,
            revision: 2,
        });
        let over = NOON + RECALL_WITHIN;
        assert!(board.recallable(over).is_some());
        assert!(board.recallable(over + Duration::SECOND).is_none());
    }

    #[test]
    fn a_station_knows_its_place_among_those_of_the_order() {
        let mut posted = posted(NOON, vec![line(1, "Burger")]);
        let grill = station("Grill", 2);
        assert_eq!(posted.place(&grill), (1, 1));
        for (name, sort) in [("Bar", 1), ("Pastry", 2)] {
            posted.elsewhere.push(Elsewhere {
                station: name.to_owned(),
                sort,
                ready: false,
            });
        }
        assert_eq!(posted.place(&grill), (2, 3));
    }

    #[test]
    fn a_long_ticket_is_cut_and_a_short_one_is_not() {
        let short = posted(NOON, (0..13).map(|_| line(1, "Burger")).collect());
        assert_eq!(pieces(&short.ticket).len(), 1);
        let long = posted(NOON, (0..14).map(|_| line(1, "Burger")).collect());
        let sizes: Vec<_> = pieces(&long.ticket)
            .iter()
            .map(|piece| piece.len())
            .collect();
        assert_eq!(sizes, [13, 1]);
        assert_eq!(
            pieces(&posted(NOON, Vec::new()).ticket),
            [&[] as &[TicketLine]]
        );
    }

    proptest! {
        #[test]
        fn pieces_leave_no_line_out(modifiers in proptest::collection::vec(0..40usize, 0..60)) {
            let lines = modifiers.into_iter().map(|count| TicketLine {
                modifiers: vec![TicketModifier { name: "No onion".to_owned(), loud: true }; count],
                ..line(1, "Burger")
            });
            let posted = posted(NOON, lines.collect());
            let pieces = pieces(&posted.ticket);
            prop_assert_eq!(pieces.concat(), posted.ticket.lines.clone());
            for piece in pieces {
                let height: usize = piece.iter().map(height).sum();
                prop_assert!(piece.len() == 1 || height <= COLUMN || posted.ticket.lines.is_empty());
            }
        }
    }
}

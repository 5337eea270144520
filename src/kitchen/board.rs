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
    /// How many more are kept back.
    pub held: i32,
    /// How many of those that are not done are wanted in which way, most first: "No onion", 2.
    pub wishes: Vec<(String, i32)>,
    /// By when one should be made, in seconds since it was sent.
    pub target_s: i64,
}

/// A ticket that may be recalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recallable {
    /// Which one.
    pub ticket: TicketId,
    /// Who it was for.
    pub title: String,
    /// When it left.
    pub at: OffsetDateTime,
    /// Who bumped it.
    pub by: String,
    /// Its revision.
    pub revision: i64,
    /// What was on it: "2 × Katogo, Rolex".
    pub lines: String,
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

    /// What is still to be made, most first, and what is kept back: lines that are done do not count, as nobody has to make
    /// them any more.
    pub fn all_day(&self) -> Vec<AllDay> {
        #[derive(Default)]
        struct Sum<'a> {
            quantity: i32,
            held: i32,
            wishes: HashMap<&'a str, i32>,
            target_s: i64,
        }
        let mut sums: HashMap<&str, Sum> = HashMap::new();
        let lines = self.tickets.iter().flat_map(|posted| &posted.ticket.lines);
        for line in lines {
            let pieces = i32::from(line.quantity.get());
            if line.is_due() || line.is_held() {
                sums.entry(&line.name).or_default().target_s = line.target_s(self.station.pace);
            }
            if line.is_due() {
                let sum = sums.entry(&line.name).or_default();
                sum.quantity += pieces;
                for wish in &line.modifiers {
                    *sum.wishes.entry(&wish.name).or_default() += pieces;
                }
            } else if line.is_held() {
                sums.entry(&line.name).or_default().held += pieces;
            }
        }
        let mut all_day: Vec<AllDay> = sums
            .into_iter()
            .map(|(name, sum)| {
                let wishes = sum.wishes.into_iter();
                let mut wishes: Vec<(String, i32)> = wishes
                    .map(|(wish, count)| (wish.to_owned(), count))
                    .collect();
                wishes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                AllDay {
                    name: name.to_owned(),
                    quantity: sum.quantity,
                    held: sum.held,
                    wishes,
                    target_s: sum.target_s,
                }
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

/// What stands above the first of some lines of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// They were sent later than the rest.
    AddOn(OffsetDateTime),
    /// They were kept back and fired then.
    Fired {
        /// Which course.
        course: i16,
        /// When.
        at: OffsetDateTime,
    },
    /// They are kept back.
    Held {
        /// Which course.
        course: i16,
    },
}

impl Section {
    /// The section that a line belongs to; none for what was sent first.
    pub fn of(line: &TicketLine) -> Option<Section> {
        match (line.fired_at, line.held) {
            (None, _) => Some(Section::Held {
                course: line.course,
            }),
            (Some(at), true) => Some(Section::Fired {
                course: line.course,
                at,
            }),
            (Some(at), false) if line.addition > 0 => Some(Section::AddOn(at)),
            (Some(_), false) => None,
        }
    }
}

/// How high the lines of a piece may be together, in tenths of the board's text size: a column of a wall of 1920 by 1080
/// pixels is 41 of them high, of which a header of two lines, the word about other stations and the bump zone take 12.
const COLUMN: usize = 285;
/// How many letters of a product's name stand beside each other there, in a wide font.
const NAME: usize = 14;
/// How many of the smaller ones under it.
const SMALL: usize = 20;

/// Cuts a ticket that is longer than a screen into pieces that stand beside each other, so that nobody
/// has to scroll inside a ticket (kitchen.md section 1.9). The pieces together are the ticket's lines.
pub fn pieces(ticket: &Ticket) -> Vec<&[TicketLine]> {
    let mut cuts = vec![0];
    let mut used = 0;
    let mut before = None;
    for (at, line) in ticket.lines.iter().enumerate() {
        let heading = Section::of(line).filter(|section| Some(*section) != before);
        let height = height(line, ticket, heading.is_some());
        if used > 0 && used + height > COLUMN {
            cuts.push(at);
            used = 0;
        }
        used += height;
        before = Section::of(line);
    }
    cuts.push(ticket.lines.len());
    cuts.windows(2)
        .map(|ends| &ticket.lines[ends[0]..ends[1]])
        .collect()
}

/// What the style sheet makes of a line (`.kt .item`): a name has 20 tenths a row, what stands under it 15 (an allergy
/// in its box 25), and there is air and a rule around it.
fn height(line: &TicketLine, ticket: &Ticket, has_heading: bool) -> usize {
    let name = 20 * rows(&line.name, NAME);
    let under = [&line.second_name, &line.note].into_iter().flatten();
    let under = under.chain(line.modifiers.iter().map(|modifier| &modifier.name));
    let place = usize::from(line.seat.is_some() || ticket.has_courses());
    let small = under.map(|text| rows(text, SMALL)).sum::<usize>() + place;
    let allergy = line.allergy.as_ref();
    let allergy = allergy.map_or(0, |text| 8 + 17 * rows(text, SMALL));
    let void = if line.is_void_unseen() { 25 } else { 0 };
    let heading = if has_heading { 21 } else { 0 };
    (10 + name + 15 * small + allergy + void).max(34) + heading
}

fn rows(text: &str, letters: usize) -> usize {
    text.chars().count().div_ceil(letters).max(1)
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
            held: false,
            fired_at: Some(NOON),
            voided: None,
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
                clock_at: None,
                priority: false,
                unpaid: false,
                former_title: None,
                changes: 0,
                passed_on: false,
                next: None,
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

    fn sizes(lines: Vec<TicketLine>) -> Vec<usize> {
        let posted = posted(NOON, lines);
        pieces(&posted.ticket)
            .iter()
            .map(|piece| piece.len())
            .collect()
    }

    fn times(count: usize, line: &TicketLine) -> Vec<TicketLine> {
        vec![line.clone(); count]
    }

    #[test]
    fn a_long_ticket_is_cut_and_a_short_one_is_not() {
        let burger = line(1, "Burger");
        assert_eq!(sizes(times(8, &burger)), [8]);
        assert_eq!(sizes(times(9, &burger)), [8, 1]);
        assert_eq!(sizes(times(20, &burger)), [8, 8, 4]);
        assert_eq!(sizes(Vec::new()), [0]);
    }

    #[test]
    fn what_makes_a_line_higher_leaves_room_for_fewer() {
        let plain = line(1, "Katogo");
        let long = line(1, "Katogo with beef offal");
        let noted = TicketLine {
            note: Some("The child eats first, please".to_owned()),
            ..plain.clone()
        };
        let allergic = TicketLine {
            allergy: Some("peanut".to_owned()),
            ..plain.clone()
        };
        let added = TicketLine {
            addition: 1,
            ..plain.clone()
        };
        assert_eq!(sizes(times(9, &long)), [5, 4]);
        assert_eq!(sizes(times(9, &noted)), [4, 4, 1]);
        assert_eq!(sizes(times(9, &allergic)), [5, 4]);
        let with_addition = [times(7, &plain), times(1, &added)].concat();
        assert_eq!(sizes(with_addition), [7, 1], "its heading needs room, too");
    }

    #[test]
    fn a_single_line_that_is_too_high_stands_alone() {
        let endless = TicketLine {
            note: Some("and then ".repeat(60)),
            ..line(1, "Burger")
        };
        let plain = line(1, "Chips");
        assert_eq!(sizes(vec![plain.clone(), endless, plain]), [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn pieces_leave_no_line_out(modifiers in proptest::collection::vec(0..40usize, 0..60)) {
            let lines = modifiers.into_iter().map(|count| TicketLine {
                modifiers: vec![TicketModifier { name: "No onion".to_owned(), loud: true }; count],
                ..line(1, "Burger")
            });
            let ticket = posted(NOON, lines.collect()).ticket;
            let pieces = pieces(&ticket);
            prop_assert_eq!(pieces.concat(), ticket.lines.clone());
            for piece in pieces {
                let height: usize = piece.iter().map(|line| height(line, &ticket, false)).sum();
                prop_assert!(piece.len() == 1 || height <= COLUMN || ticket.lines.is_empty());
            }
        }
    }
}

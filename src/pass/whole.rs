//! Whole orders: what of each is ready, what is still being made and where, and how it stands in time.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::serving::Serving;
use crate::kitchen::{Age, Pace, Station, TicketClock, Underway};
use crate::orders::{LineState, OnPass, PassLine};
use crate::values::{LineId, OrderId, TicketId};

/// What a pass sees. Everything that is drawn of it is in here or follows from it and the time.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Which one.
    pub station: Station,
    /// The orders at it.
    pub orders: Vec<Whole>,
    /// What was carried out from here last and can be taken back.
    pub last: Option<Serving>,
}

/// An order with the work of the stations on it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The order.
    pub order: OnPass,
    /// Its lines as the stations have them, by station.
    pub work: Vec<Underway>,
}

/// How far a station is with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The station's name.
    pub station: String,
    /// How many pieces are made.
    pub made: i32,
    /// Of how many.
    pub of: i32,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a station stands with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody there has touched it.
    New,
    /// It is being made.
    Preparing,
    /// All of it is made.
    Ready,
}

/// The figures in the bar of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Orders of which something waits to be carried out.
    pub ready: usize,
    /// Orders of which something is being made.
    pub in_progress: usize,
    /// Those of the latter that are late.
    pub late: usize,
}

impl Pass {
    /// The orders with their work.
    pub fn new(
        station: Station,
        orders: Vec<OnPass>,
        work: Vec<Underway>,
        last: Option<Serving>,
    ) -> Self {
        let mut whole: Vec<Whole> = orders.into_iter().map(Whole::without_work).collect();
        for piece in work {
            let whole = whole
                .iter_mut()
                .find(|whole| whole.order.id == piece.order_id);
            if let Some(whole) = whole {
                whole.work.push(piece);
            }
        }
        Pass {
            station,
            orders: whole,
            last,
        }
    }

    /// Orders of which something waits to be carried out, the longest waiting first.
    pub fn ready(&self) -> Vec<&Whole> {
        self.by_time(Whole::waiting_since)
    }

    /// Orders of which something is being made, oldest first.
    pub fn in_progress(&self) -> Vec<&Whole> {
        self.by_time(Whole::since)
    }

    /// How many orders there are.
    pub fn counts(&self, now: OffsetDateTime) -> Counts {
        let in_progress = self.in_progress();
        let late = |whole: &&&Whole| whole.age(&self.station, now) == Some(Age::Late);
        Counts {
            ready: self.ready().len(),
            in_progress: in_progress.len(),
            late: in_progress.iter().filter(late).count(),
        }
    }

    fn by_time(&self, time: impl Fn(&Whole) -> Option<OffsetDateTime>) -> Vec<&Whole> {
        let mut found: Vec<(OffsetDateTime, OrderId, &Whole)> = self
            .orders
            .iter()
            .filter_map(|whole| Some((time(whole)?, whole.order.id, whole)))
            .collect();
        found.sort_by_key(|(at, id, _)| (*at, *id));
        found.into_iter().map(|(_, _, whole)| whole).collect()
    }
}

impl Whole {
    fn without_work(order: OnPass) -> Self {
        Whole {
            order,
            work: Vec::new(),
        }
    }

    /// Lines that wait to be carried out.
    pub fn ready(&self) -> Vec<&PassLine> {
        self.lines(|state| state == LineState::Ready)
    }

    /// Lines that are still to be made.
    pub fn missing(&self) -> Vec<&PassLine> {
        self.lines(is_missing)
    }

    /// Lines that are kept back until somebody fires them.
    pub fn held(&self) -> Vec<&PassLine> {
        self.lines(|state| state == LineState::Unsent)
    }

    /// Since when the first of it waits to be carried out.
    pub fn waiting_since(&self) -> Option<OffsetDateTime> {
        let ready = self.ready();
        ready.into_iter().filter_map(|line| line.ready_at).min()
    }

    /// Since when the oldest of what is missing counts.
    pub fn since(&self) -> Option<OffsetDateTime> {
        self.missing_work().map(|work| work.since).min()
    }

    /// When it counts as slow and as late: by its slowest missing line, as a ticket does by its slowest one.
    pub fn pace(&self, pass: &Station) -> Pace {
        let targets = self.missing_work().map(|work| work.target_s);
        pass.pace
            .for_target(targets.max().unwrap_or(pass.pace.late_s))
    }

    /// How it stands in time; nothing where nothing is missing.
    pub fn age(&self, pass: &Station, now: OffsetDateTime) -> Option<Age> {
        let since = self.since()?;
        let pace = self.pace(pass);
        Some(TicketClock { since, pace }.age(now))
    }

    /// Whether a station makes what is missing before its other tickets.
    pub fn goes_first(&self) -> bool {
        self.missing_work().any(|work| work.first)
    }

    /// How far each station is, of the tickets of which something is not with the guest yet.
    pub fn parts(&self) -> Vec<Part> {
        let open = self.open_tickets();
        let mut parts: Vec<(Part, bool)> = Vec::new();
        for work in self.work.iter().filter(|it| open.contains(&it.ticket_id)) {
            let Some(line) = self.line(work.line_id) else {
                continue;
            };
            let pieces = i32::from(line.quantity.get());
            let made = if work.done { pieces } else { 0 };
            let touched = work.started || made > 0;
            match parts.last_mut() {
                Some((part, was_touched)) if part.station == work.station => {
                    part.made += made;
                    part.of += pieces;
                    *was_touched |= touched;
                }
                _ => {
                    let part = Part {
                        station: work.station.clone(),
                        made,
                        of: pieces,
                        stage: Stage::New,
                    };
                    parts.push((part, touched));
                }
            }
        }
        let parts = parts.into_iter().map(|(part, touched)| Part {
            stage: match touched {
                _ if part.made == part.of => Stage::Ready,
                true => Stage::Preparing,
                false => Stage::New,
            },
            ..part
        });
        parts.collect()
    }

    fn open_tickets(&self) -> HashSet<TicketId> {
        let open = self.work.iter().filter(|work| {
            self.line(work.line_id)
                .is_some_and(|line| line.state != LineState::Served)
        });
        open.map(|work| work.ticket_id).collect()
    }

    fn missing_work(&self) -> impl Iterator<Item = &Underway> {
        self.work.iter().filter(|work| {
            let line = self.line(work.line_id);
            !work.done && line.is_some_and(|line| is_missing(line.state))
        })
    }

    fn line(&self, id: LineId) -> Option<&PassLine> {
        self.order.lines.iter().find(|line| line.id == id)
    }

    fn lines(&self, is_meant: impl Fn(LineState) -> bool) -> Vec<&PassLine> {
        let lines = self.order.lines.iter();
        lines.filter(|line| is_meant(line.state)).collect()
    }
}

/// How many of what, equal ones together, in the order of the first of each: "2 Katogo".
pub fn summed<'a>(lines: &[&'a PassLine]) -> Vec<(i32, &'a PassLine)> {
    let mut sums: Vec<(i32, &PassLine)> = Vec::new();
    for line in lines {
        let pieces = i32::from(line.quantity.get());
        let same = |of: &PassLine| {
            (&of.name, &of.choices, &of.allergy) == (&line.name, &line.choices, &line.allergy)
        };
        match sums.iter_mut().find(|(_, of)| same(of)) {
            Some((sum, _)) => *sum += pieces,
            None => sums.push((pieces, line)),
        }
    }
    sums
}

fn is_missing(state: LineState) -> bool {
    matches!(state, LineState::Sent | LineState::Preparing)
}

#[cfg(test)]
mod tests;

//! A ticket: the kitchen's piece of work, the lines of one order for one station. It is a snapshot
//! that knows no money and never asks about its order.
//!
//! **By when?** A line has a target: its product's preparation time, or, where it has none, the
//! station's late threshold. A ticket's target is that of its slowest line (kitchen.md section 2),
//! counted from when the ticket was first sent: additions never turn the clock back. Slow begins at the
//! same share of the target as it does at the station.
//!
//! **Touched?** A ticket rings until somebody starts it or finishes one of its lines; a recalled one was
//! touched before. Finishing a line does not start the ticket, so that taking a wrong tap back leaves no
//! trace. New is only how it looks in its first seconds (design/README.md, "Status words").

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::station::Pace;
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId, TicketLineId};

/// How long after its bump a ticket can be recalled (kitchen.md section 1.3).
pub const RECALL_WITHIN: Duration = Duration::minutes(15);

/// How many bumps of its station back a ticket can be recalled (kitchen.md section 1.3).
pub const RECALL_AMONG: u64 = 50;

/// How long a ticket looks new, and an addition rings (design/README.md, "Status words").
pub const FRESH: Duration = Duration::seconds(15);

/// The kitchen's piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// Which one.
    pub id: TicketId,
    /// The order that it is told to belong to.
    pub order: OrderId,
    /// Where it is made.
    pub station: StationId,
    /// The order's number of the day.
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
    /// When its first lines were sent; its age counts from here.
    pub sent_at: OffsetDateTime,
    /// Who began it.
    pub started: Option<Mark>,
    /// Who declared it done; it has left the board.
    pub bumped: Option<Mark>,
    /// When it came back to the board last.
    pub recalled_at: Option<OffsetDateTime>,
    /// When it was first seen on a screen as it is now; a further addition makes this empty again.
    pub shown_at: Option<OffsetDateTime>,
    /// How many times more was sent for it.
    pub additions: i16,
    /// Moves with every change that its station sees.
    pub revision: i64,
    /// What is to be made, in the order in which it was sent.
    pub lines: Vec<TicketLine>,
}

/// Eaten here or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// At a table.
    DineIn,
    /// Packed, or over the counter.
    Takeaway,
}

impl TicketKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            TicketKind::DineIn => "dine_in",
            TicketKind::Takeaway => "takeaway",
        }
    }
}

impl std::str::FromStr for TicketKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [TicketKind::DineIn, TicketKind::Takeaway]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or("Choose here or takeaway.")
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// When.
    pub at: OffsetDateTime,
    /// The person's or the display's name.
    pub by: String,
}

/// How far the kitchen is with a line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProgress {
    /// The order's line.
    pub line: LineId,
    /// When its ticket was first seen on a screen of its station, as the ticket is now.
    pub shown_at: Option<OffsetDateTime>,
    /// When its ticket was started, or the first of the ticket's lines was finished.
    pub started_at: Option<OffsetDateTime>,
    /// When it was made.
    pub done_at: Option<OffsetDateTime>,
}

/// One product on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TicketLine {
    /// Which one.
    pub id: TicketLineId,
    /// The order's line; each is handed over exactly once.
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
    /// What must not be in it, or somebody gets ill.
    pub allergy: Option<String>,
    /// Whose it is.
    pub seat: Option<i16>,
    /// When it is to be cooked.
    pub course: i16,
    /// How long making it takes, in seconds, where the product says so.
    pub prep_seconds: Option<i32>,
    /// 0 for what was sent first, n for the nth addition.
    pub addition: i16,
    /// When it was handed to the kitchen.
    pub fired_at: OffsetDateTime,
    /// Who finished it.
    pub done: Option<Mark>,
}

/// One wish of a guest about a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TicketModifier {
    /// "No onion".
    pub name: String,
    /// Drawn in capitals: it takes something away or must not be overlooked.
    #[serde(default)]
    pub loud: bool,
}

/// How a ticket stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// It has only just come.
    New,
    /// There is time.
    OnTime,
    /// It is getting late.
    Slow,
    /// It should have been done.
    Late,
}

/// Why a ticket was not changed.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum TicketRefusal {
    /// Somebody else began it.
    #[error("{title} was already started by {by}.")]
    AlreadyStarted {
        /// Whose ticket.
        title: String,
        /// Who.
        by: String,
    },
    /// It has left the board.
    #[error("{title} was already bumped by {by}. Recall it to change it.")]
    AlreadyBumped {
        /// Whose ticket.
        title: String,
        /// Who.
        by: String,
    },
    /// More was sent while the finger was on its way.
    #[error("An ADD-ON for {0} just came in. Look at it, then bump again.")]
    AdditionUnseen(String),
    /// Somebody else finished the line.
    #[error("{name} was already marked as done by {by}.")]
    LineDone {
        /// What.
        name: String,
        /// Who.
        by: String,
    },
    /// There is nothing to take back.
    #[error("{0} is not marked as done.")]
    LineNotDone(String),
    /// The line belongs to another ticket, or to none.
    #[error("This line is not on the ticket (any more).")]
    NoSuchLine,
    /// It is on the board.
    #[error("{0} is on the board already.")]
    NotBumped(String),
    /// It left the board too long ago.
    #[error(
        "{0} was bumped more than 15 minutes ago and cannot be recalled. Ask the waiter to send it again."
    )]
    BumpedLongAgo(String),
    /// Too much left the board since.
    #[error(
        "50 tickets were bumped after {0}, so it cannot be recalled. Ask the waiter to send it again."
    )]
    BumpedManyAgo(String),
    /// A line was to be handed over a second time.
    #[error("This was already sent to the kitchen.")]
    AlreadySent,
}

impl Ticket {
    /// Somebody begins to work on it.
    pub fn start(&mut self, by: &str, at: OffsetDateTime) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        if let Some(started) = &self.started {
            return Err(TicketRefusal::AlreadyStarted {
                title: self.title.clone(),
                by: started.by.clone(),
            });
        }
        self.started = Some(Mark::new(by, at));
        self.revision += 1;
        Ok(())
    }

    /// Somebody has finished one line.
    pub fn finish_line(
        &mut self,
        line: TicketLineId,
        by: &str,
        at: OffsetDateTime,
    ) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        let line = self.line_mut(line)?;
        if let Some(done) = &line.done {
            return Err(TicketRefusal::LineDone {
                name: line.name.clone(),
                by: done.by.clone(),
            });
        }
        line.done = Some(Mark::new(by, at));
        self.revision += 1;
        Ok(())
    }

    /// A line was not finished after all.
    pub fn reopen_line(&mut self, line: TicketLineId) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        let line = self.line_mut(line)?;
        if line.done.take().is_none() {
            return Err(TicketRefusal::LineNotDone(line.name.clone()));
        }
        self.revision += 1;
        Ok(())
    }

    /// All is done: it leaves the board. Lines that were not marked as done are done with it, and carry
    /// the same moment, by which [`Ticket::recall`] knows them.
    ///
    /// `seen` is the number of additions on the screen that was tapped, so that nobody bumps an addition
    /// that arrived under their finger.
    pub fn bump(
        &mut self,
        by: &str,
        at: OffsetDateTime,
        seen: Option<i16>,
    ) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        if seen.is_some_and(|seen| seen < self.additions) {
            return Err(TicketRefusal::AdditionUnseen(self.title.clone()));
        }
        let last_done = self.done_marks().map(|done| done.at).max();
        // No line was finished at the very moment of the bump, however coarse or unsteady the clock is.
        let at = last_done.map_or(at, |last| at.max(last + Duration::MICROSECOND));
        let bump = Mark::new(by, at);
        for line in self.lines.iter_mut().filter(|line| line.done.is_none()) {
            line.done = Some(bump.clone());
        }
        self.bumped = Some(bump);
        self.revision += 1;
        Ok(())
    }

    /// It comes back to the board exactly as it was before the bump. `bumped_since` counts the tickets
    /// that left the station's board after it.
    pub fn recall(&mut self, at: OffsetDateTime, bumped_since: u64) -> Result<(), TicketRefusal> {
        let Some(bumped) = &self.bumped else {
            return Err(TicketRefusal::NotBumped(self.title.clone()));
        };
        if at - bumped.at > RECALL_WITHIN {
            return Err(TicketRefusal::BumpedLongAgo(self.title.clone()));
        }
        if bumped_since >= RECALL_AMONG {
            return Err(TicketRefusal::BumpedManyAgo(self.title.clone()));
        }
        let bumped_at = bumped.at;
        for line in &mut self.lines {
            line.done.take_if(|done| done.at == bumped_at);
        }
        self.bumped = None;
        self.recalled_at = Some(at);
        self.revision += 1;
        Ok(())
    }

    /// How far each of its lines is.
    pub fn progress(&self) -> Vec<LineProgress> {
        let started = self.started.iter().chain(self.done_marks());
        let started_at = started.map(|mark| mark.at).min();
        let progress = self.lines.iter().map(|line| LineProgress {
            line: line.line,
            shown_at: self.shown_at,
            started_at,
            done_at: line.done.as_ref().map(|done| done.at),
        });
        progress.collect()
    }

    /// Whether every line is done, so that only the bump is missing.
    pub fn all_done(&self) -> bool {
        self.lines.iter().all(|line| line.done.is_some())
    }

    /// When its lines count as slow and as late, at a station of this pace.
    pub fn pace(&self, station: Pace) -> Pace {
        let targets = self.lines.iter().map(|line| line.target(station));
        station.for_target(targets.max().unwrap_or(station.late_s))
    }

    /// How it stands in time.
    pub fn age(&self, station: Pace, now: OffsetDateTime) -> Age {
        let pace = self.pace(station);
        match (now - self.sent_at).whole_seconds() {
            age if age < FRESH.whole_seconds() => Age::New,
            age if age >= pace.late_s => Age::Late,
            age if age >= pace.soon_s => Age::Slow,
            _ => Age::OnTime,
        }
    }

    /// Whether its station has to be told: nobody has touched it, or something was only just added.
    pub fn wants_attention(&self, now: OffsetDateTime) -> bool {
        let last = self.lines.iter().map(|line| line.fired_at).max();
        !self.is_touched() || last.is_some_and(|last| now - last < FRESH)
    }

    /// Whether anybody has begun, finished a line, or had it before.
    pub fn is_touched(&self) -> bool {
        self.started.is_some() || self.recalled_at.is_some() || self.done_marks().next().is_some()
    }

    /// How many pieces are to be made, done ones among them.
    pub fn pieces(&self) -> i32 {
        let lines = self.lines.iter();
        lines.map(|line| i32::from(line.quantity.get())).sum()
    }

    /// Whether its lines are of more than one course, so that saying which one helps.
    pub fn has_courses(&self) -> bool {
        self.lines.iter().any(|line| line.course > 1)
    }

    fn refuse_when_bumped(&self) -> Result<(), TicketRefusal> {
        match &self.bumped {
            None => Ok(()),
            Some(bumped) => Err(TicketRefusal::AlreadyBumped {
                title: self.title.clone(),
                by: bumped.by.clone(),
            }),
        }
    }

    fn line_mut(&mut self, id: TicketLineId) -> Result<&mut TicketLine, TicketRefusal> {
        self.lines
            .iter_mut()
            .find(|line| line.id == id)
            .ok_or(TicketRefusal::NoSuchLine)
    }

    fn done_marks(&self) -> impl Iterator<Item = &Mark> {
        self.lines.iter().filter_map(|line| line.done.as_ref())
    }
}

impl TicketLine {
    /// Seconds from sending until it should be done.
    fn target(&self, station: Pace) -> i64 {
        self.prep_seconds.map_or(station.late_s, i64::from)
    }

    /// "2 × Flat white", for the record.
    pub fn words(&self) -> String {
        format!("{} × {}", self.quantity, self.name)
    }
}

impl Mark {
    /// Done by `by` at `at`.
    pub fn new(by: &str, at: OffsetDateTime) -> Self {
        Mark {
            at,
            by: by.to_owned(),
        }
    }
}

impl Age {
    /// The value of `data-age`, which colours a ticket.
    pub fn name(self) -> &'static str {
        match self {
            Age::New => "new",
            Age::OnTime => "ok",
            Age::Slow => "soon",
            Age::Late => "late",
        }
    }

    /// The word beside the colour.
    pub fn label(self) -> &'static str {
        match self {
            Age::New => "New",
            Age::OnTime => "On time",
            Age::Slow => "Slow",
            Age::Late => "Late",
        }
    }

    /// The icon beside the colour.
    pub fn icon(self) -> &'static str {
        match self {
            Age::New => "new",
            Age::OnTime => "clock",
            Age::Slow => "warn",
            Age::Late => "late",
        }
    }
}

#[cfg(test)]
mod tests;

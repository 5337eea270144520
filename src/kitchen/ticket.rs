//! A ticket: the kitchen's piece of work, the lines of one order for one station. It is a snapshot
//! that knows no money and never asks about its order.
//!
//! **By when?** A line has a target: its product's preparation time, or, where it has none, the
//! station's late threshold. A ticket's target is that of its slowest line (kitchen.md section 2),
//! counted from when the ticket was first sent: additions never turn the clock back. A course that was held has a clock of
//! its own from when it was fired. Slow begins at the same share of the target as it does at the station.
//!
//! **Held and struck out?** A line that was held is on the ticket in grey and waits to be fired; a ticket of such lines alone
//! has no age. A line that was struck out stays on the ticket until somebody says that they have seen it, with a tap on it
//! or with the bump.
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
    /// Where its age counts from after a recall that began anew.
    pub clock_at: Option<OffsetDateTime>,
    /// When it was first seen on a screen as it is now; a further addition or a void makes this empty again.
    pub shown_at: Option<OffsetDateTime>,
    /// It goes before the others.
    pub priority: bool,
    /// A takeaway that is not paid yet.
    pub unpaid: bool,
    /// What it was called before its order moved; until its next bump.
    pub former_title: Option<String>,
    /// How many times more was sent for it.
    pub additions: i16,
    /// How many times something was struck out of it, or its order moved.
    pub changes: i16,
    /// Another station has made its part before.
    pub passed_on: bool,
    /// Where it goes from here to be made further; the pass makes nothing.
    pub next: Option<StationId>,
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
    /// It was kept back when the order was sent.
    pub held: bool,
    /// When it was handed to the kitchen; none while it is kept back.
    pub fired_at: Option<OffsetDateTime>,
    /// Who finished it.
    pub done: Option<Mark>,
    /// When it was struck out.
    pub voided: Option<Void>,
}

/// A line that was struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Void {
    /// When.
    pub at: OffsetDateTime,
    /// When the station said that it knows.
    pub seen_at: Option<OffsetDateTime>,
}

/// What a screen showed that was tapped, so that nobody bumps what came in under their finger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// The number of additions; who does not say has seen all.
    pub additions: Option<i16>,
    /// The number of changes, likewise.
    pub changes: Option<i16>,
}

/// Since when something is waited for, and at which ages it counts as slow and as late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketClock {
    /// Since when.
    pub since: OffsetDateTime,
    /// The ages.
    pub pace: Pace,
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
    /// Nothing of it is to be made yet.
    Held,
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
    /// Something was struck out, or the order moved, while the finger was on its way.
    #[error("Something on {0} has just changed. Look at it, then bump again.")]
    ChangeUnseen(String),
    /// All of it is kept back.
    #[error("Nothing of {0} was fired yet.")]
    NothingFired(String),
    /// The line is kept back.
    #[error("{0} is on hold. The waiter fires it.")]
    LineHeld(String),
    /// The line was struck out.
    #[error("{0} was struck out.")]
    LineVoided(String),
    /// It was not struck out, or somebody has said already that they know.
    #[error("{0} needs no answer.")]
    NothingToSee(String),
    /// All that is left of it was struck out.
    #[error("Everything on {0} was struck out, so it cannot be recalled.")]
    NothingLeft(String),
    /// The next station has begun.
    #[error("{station} has begun {title} already. Ask there.")]
    BegunElsewhere {
        /// Whose ticket.
        title: String,
        /// Where.
        station: String,
    },
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
        self.refuse_when_nothing_fired()?;
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
        if line.voided.is_some() {
            return Err(TicketRefusal::LineVoided(line.name.clone()));
        }
        if line.is_held() {
            return Err(TicketRefusal::LineHeld(line.name.clone()));
        }
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
        if line.voided.is_some() {
            return Err(TicketRefusal::LineVoided(line.name.clone()));
        }
        if line.done.take().is_none() {
            return Err(TicketRefusal::LineNotDone(line.name.clone()));
        }
        self.revision += 1;
        Ok(())
    }

    /// All is done: it leaves the board. Lines that were not marked as done are done with it, and carry
    /// the same moment, by which [`Ticket::recall`] knows them.
    ///
    /// Whoever bumps has seen what was struck out. Lines that are held do not go with it: see [`Ticket::is_waiting`].
    pub fn bump(&mut self, by: &str, at: OffsetDateTime, seen: Seen) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        self.refuse_when_nothing_fired()?;
        if seen.additions.is_some_and(|seen| seen < self.additions) {
            return Err(TicketRefusal::AdditionUnseen(self.title.clone()));
        }
        if seen.changes.is_some_and(|seen| seen < self.changes) {
            return Err(TicketRefusal::ChangeUnseen(self.title.clone()));
        }
        self.leave(by, at);
        Ok(())
    }

    fn leave(&mut self, by: &str, at: OffsetDateTime) {
        let last_done = self.done_marks().map(|done| done.at).max();
        // No line was finished at the very moment of the bump, however coarse or unsteady the clock is.
        let at = last_done.map_or(at, |last| at.max(last + Duration::MICROSECOND));
        let bump = Mark::new(by, at);
        for line in &mut self.lines {
            if line.is_due() {
                line.done = Some(bump.clone());
            }
            if let Some(void) = &mut line.voided {
                void.seen_at.get_or_insert(at);
            }
        }
        self.bumped = Some(bump);
        self.former_title = None;
        self.revision += 1;
    }

    /// Somebody has seen that a line was struck out. Where nothing else is left on the ticket, it leaves the board.
    pub fn see_void(
        &mut self,
        line: TicketLineId,
        by: &str,
        at: OffsetDateTime,
    ) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        let line = self.line_mut(line)?;
        match &mut line.voided {
            Some(void) if void.seen_at.is_none() => void.seen_at = Some(at),
            _ => return Err(TicketRefusal::NothingToSee(line.name.clone())),
        }
        self.revision += 1;
        let is_left = |line: &TicketLine| line.voided.is_none() || line.is_void_unseen();
        if !self.lines.iter().any(is_left) {
            self.leave(by, at);
        }
        Ok(())
    }

    /// It goes before the others, or not any more.
    pub fn prioritise(&mut self, first: bool) -> Result<(), TicketRefusal> {
        self.refuse_when_bumped()?;
        if self.priority != first {
            self.priority = first;
            self.revision += 1;
        }
        Ok(())
    }

    /// It comes back to the board exactly as it was before the bump; `anew` lets its age begin again. `bumped_since` counts
    /// the tickets that left the station's board after it.
    pub fn recall(
        &mut self,
        at: OffsetDateTime,
        bumped_since: u64,
        anew: bool,
    ) -> Result<(), TicketRefusal> {
        let Some(bumped) = &self.bumped else {
            return Err(TicketRefusal::NotBumped(self.title.clone()));
        };
        if at - bumped.at > RECALL_WITHIN {
            return Err(TicketRefusal::BumpedLongAgo(self.title.clone()));
        }
        if bumped_since >= RECALL_AMONG {
            return Err(TicketRefusal::BumpedManyAgo(self.title.clone()));
        }
        if !self.lines.iter().any(TicketLine::is_live) {
            return Err(TicketRefusal::NothingLeft(self.title.clone()));
        }
        let bumped_at = bumped.at;
        for line in &mut self.lines {
            line.done.take_if(|done| done.at == bumped_at);
        }
        self.bumped = None;
        self.recalled_at = Some(at);
        if anew {
            self.clock_at = Some(at);
        }
        self.revision += 1;
        Ok(())
    }

    /// How far each of its lines is. What goes on to another station is not made yet when it leaves this one.
    pub fn progress(&self) -> Vec<LineProgress> {
        let passed_on = self.passed_on.then_some(self.sent_at);
        let started = self.started.iter().chain(self.done_marks());
        let started_at = started.map(|mark| mark.at).chain(passed_on).min();
        let live = self.lines.iter().filter(|line| line.is_live());
        let progress = live.map(|line| LineProgress {
            line: line.line,
            shown_at: self.shown_at,
            started_at,
            done_at: match self.next {
                None => line.done.as_ref().map(|done| done.at),
                Some(_) => None,
            },
        });
        progress.collect()
    }

    /// Whether everything that was fired is done, so that only the bump is missing.
    pub fn all_done(&self) -> bool {
        !self.lines.iter().any(TicketLine::is_due)
    }

    /// Whether all of it is kept back: there is nothing to make yet, and nothing to bump.
    pub fn is_waiting(&self) -> bool {
        let mut lines = self.lines.iter().peekable();
        lines.peek().is_some() && lines.all(TicketLine::is_held)
    }

    /// How many lines were struck out that nobody has said they know of.
    pub fn voids_unseen(&self) -> usize {
        let lines = self.lines.iter();
        lines.filter(|line| line.is_void_unseen()).count()
    }

    /// The clock by which it is judged: of those by which something is still to be made the one that is worst off. None
    /// while nothing of it is to be made.
    pub fn clock(&self, station: Pace, now: OffsetDateTime) -> Option<TicketClock> {
        let live: Vec<&TicketLine> = self.lines.iter().filter(|line| line.is_live()).collect();
        let due: Vec<&TicketLine> = live.iter().copied().filter(|line| line.is_due()).collect();
        let counted = match (due.is_empty(), live.is_empty()) {
            (false, _) => due,
            (true, _) if self.lines.iter().any(TicketLine::is_held) => return None,
            (true, false) => live.clone(),
            // What is left of it was struck out, and waits to be seen.
            (true, true) => {
                let since = self.sent_at;
                return Some(TicketClock {
                    since,
                    pace: station,
                });
            }
        };
        let clocks = counted.iter().map(|line| {
            let since = self.clock_of(line);
            let together = live.iter().filter(|other| self.clock_of(other) == since);
            let target = together.map(|line| line.target_s(station)).max();
            TicketClock {
                since,
                pace: station.for_target(target.unwrap_or(station.late_s)),
            }
        });
        clocks.max_by_key(|clock| (clock.age(now), std::cmp::Reverse(clock.since)))
    }

    /// Since when a line counts: a course that was held since it was fired, the rest since the ticket was sent.
    fn clock_of(&self, line: &TicketLine) -> OffsetDateTime {
        let sent_at = self.clock_at.unwrap_or(self.sent_at);
        match line.fired_at {
            Some(fired_at) if line.held => fired_at.max(sent_at),
            _ => sent_at,
        }
    }

    /// How it stands in time.
    pub fn age(&self, station: Pace, now: OffsetDateTime) -> Age {
        let clock = self.clock(station, now);
        clock.map_or(Age::Held, |clock| clock.age(now))
    }

    /// Whether its station has to be told: nobody has touched it, something was only just added, or struck out.
    pub fn wants_attention(&self, now: OffsetDateTime) -> bool {
        let last = self.lines.iter().filter_map(|line| line.fired_at).max();
        let untouched = !self.is_touched() && self.lines.iter().any(TicketLine::is_live);
        untouched || last.is_some_and(|last| now - last < FRESH) || self.voids_unseen() > 0
    }

    /// Whether anybody has begun, finished a line, or had it before.
    pub fn is_touched(&self) -> bool {
        self.started.is_some() || self.recalled_at.is_some() || self.done_marks().next().is_some()
    }

    /// How many pieces are to be made, done ones among them.
    pub fn pieces(&self) -> i32 {
        let lines = self.lines.iter().filter(|line| line.is_live());
        lines.map(|line| i32::from(line.quantity.get())).sum()
    }

    /// Whether its lines are of more than one course, so that saying which one helps.
    pub fn has_courses(&self) -> bool {
        self.lines.iter().any(|line| line.course > 1)
    }

    fn refuse_when_nothing_fired(&self) -> Result<(), TicketRefusal> {
        match self.is_waiting() {
            true => Err(TicketRefusal::NothingFired(self.title.clone())),
            false => Ok(()),
        }
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
        let live = self.lines.iter().filter(|line| line.is_live());
        live.filter_map(|line| line.done.as_ref())
    }
}

impl TicketClock {
    /// How something stands in time that is waited for by this clock.
    pub fn age(self, now: OffsetDateTime) -> Age {
        match (now - self.since).whole_seconds() {
            age if age < FRESH.whole_seconds() => Age::New,
            age if age >= self.pace.late_s => Age::Late,
            age if age >= self.pace.soon_s => Age::Slow,
            _ => Age::OnTime,
        }
    }
}

impl TicketLine {
    /// Seconds from sending until it should be done.
    pub fn target_s(&self, station: Pace) -> i64 {
        self.prep_seconds.map_or(station.late_s, i64::from)
    }

    /// Kept back until the waiter fires it.
    pub fn is_held(&self) -> bool {
        self.fired_at.is_none() && self.voided.is_none()
    }

    /// Handed to the kitchen and not struck out.
    pub fn is_live(&self) -> bool {
        self.fired_at.is_some() && self.voided.is_none()
    }

    /// Still to be made.
    pub fn is_due(&self) -> bool {
        self.is_live() && self.done.is_none()
    }

    /// Struck out, and nobody has said that they know.
    pub fn is_void_unseen(&self) -> bool {
        self.voided.is_some_and(|void| void.seen_at.is_none())
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
            Age::Held => "held",
            Age::New => "new",
            Age::OnTime => "ok",
            Age::Slow => "soon",
            Age::Late => "late",
        }
    }

    /// The word beside the colour.
    pub fn label(self) -> &'static str {
        match self {
            Age::Held => "On hold",
            Age::New => "New",
            Age::OnTime => "On time",
            Age::Slow => "Slow",
            Age::Late => "Late",
        }
    }

    /// The icon beside the colour.
    pub fn icon(self) -> &'static str {
        match self {
            Age::Held => "held",
            Age::New => "new",
            Age::OnTime => "clock",
            Age::Slow => "warn",
            Age::Late => "late",
        }
    }
}

#[cfg(test)]
mod tests;

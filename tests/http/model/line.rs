//! Lines of orders, and the tickets on which the kitchen has them (product.md, section 4; kitchen.md).

use uuid::Uuid;

use super::discounts::Given;
use super::menu::{self, Chosen};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Unsent,
    Sent,
    Preparing,
    Ready,
    Served,
    Voided,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The book's own.
    pub number: usize,
    /// The server's; nil until it was read back.
    pub id: Uuid,
    /// None of what is not on the menu.
    pub product: Option<Uuid>,
    pub name: String,
    pub second: Option<String>,
    pub quantity: i64,
    /// The price of the product alone when it was added.
    pub base: i64,
    /// The list that it was on then.
    pub list: Option<&'static str>,
    pub chosen: Vec<Chosen>,
    /// Its own discount.
    pub given: Option<Given>,
    pub note: Option<String>,
    pub allergy: Option<String>,
    pub seat: Option<i64>,
    pub course: i64,
    /// How many of its pieces came from the countdown.
    pub from_stock: i64,
    pub tax_name: String,
    pub tax_bp: i64,
    pub station: usize,
    pub prep_seconds: Option<i64>,
    pub state: State,
    /// Since when it is ready.
    pub ready_at: i64,
    /// Kept back until it is fired.
    pub held: bool,
    /// Kept back, and its station shows it in grey.
    pub announced: bool,
    pub voided: Option<Because>,
    pub free: Option<Because>,
}

/// Who did something to a sent line, who agreed, when and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    pub by: usize,
    pub agreed: Option<usize>,
    pub at: i64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    pub order: usize,
    pub station: usize,
    pub title: String,
    /// What it was called before, until its next bump.
    pub former: Option<String>,
    pub guests: i64,
    pub customer: Option<String>,
    pub waiter: usize,
    pub sent_at: i64,
    /// Where its age counts from after a recall that began anew.
    pub clock_at: Option<i64>,
    pub started: bool,
    pub bumped_at: Option<i64>,
    pub recalled: bool,
    /// A screen of its station has shown it as it is now.
    pub shown: bool,
    /// It goes before the others.
    pub first: bool,
    pub additions: i64,
    /// How often something was struck out of it, or its order moved.
    pub changes: i64,
    pub lines: Vec<TicketLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TicketLine {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    /// The order's line as it was handed over.
    pub line: Line,
    pub addition: i64,
    /// Where it stands among those that were handed over with it.
    pub place: usize,
    /// It was kept back before, or still is.
    pub held: bool,
    pub fired_at: Option<i64>,
    pub done: Done,
    pub void: Void,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    No,
    /// Somebody tapped the line.
    Tapped(i64),
    /// It went with its ticket, and comes back with it.
    Bumped(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Void {
    No,
    Unseen,
    Seen,
}

impl Line {
    pub fn price(&self) -> i64 {
        menu::unit_price(self.base, &self.chosen)
    }

    /// What its pieces cost, whoever pays for them.
    pub fn worth(&self) -> i64 {
        self.price() * self.quantity
    }

    pub fn total(&self) -> i64 {
        match self.state == State::Voided || self.free.is_some() {
            true => 0,
            false => self.worth() - self.reduced(),
        }
    }

    pub fn is_unsent(&self) -> bool {
        self.state == State::Unsent
    }

    /// With the kitchen or past it, and not struck out.
    pub fn is_sent(&self) -> bool {
        !matches!(self.state, State::Unsent | State::Voided)
    }

    pub fn is_made(&self) -> bool {
        matches!(self.state, State::Ready | State::Served)
    }

    /// Equal in product, price, modifiers, note, seat and course; an allergy is more than a note, and differs too, and so does
    /// what is kept back. What is not on the menu is like nothing else, and so is what has a discount.
    pub fn is_equal(&self, other: &Line) -> bool {
        self.product.is_some()
            && self.product == other.product
            && (self.base, self.price()) == (other.base, other.price())
            && self.chosen == other.chosen
            && (&self.note, &self.allergy) == (&other.note, &other.allergy)
            && self.given.is_none()
            && other.given.is_none()
            && (self.seat, self.course, self.held) == (other.seat, other.course, other.held)
    }
}

impl Ticket {
    /// Started, or at least one of its lines is done.
    pub fn is_begun(&self) -> bool {
        self.started || self.live().any(|line| line.done != Done::No)
    }

    /// What was fired and not struck out.
    pub fn live(&self) -> impl Iterator<Item = &TicketLine> {
        self.lines.iter().filter(|line| line.is_live())
    }

    /// All of it is kept back: nothing to make yet, and nothing to bump.
    pub fn is_waiting(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(TicketLine::is_held)
    }

    pub fn has_unseen(&self) -> bool {
        self.lines.iter().any(|line| line.void == Void::Unseen)
    }

    /// As its station reads them: as they were sent, what is kept back at the end, by course.
    pub fn in_order(&self) -> Vec<&TicketLine> {
        let mut lines: Vec<&TicketLine> = self.lines.iter().collect();
        lines.sort_by_key(|line| {
            let section = match line.is_held() {
                true => line.line.course,
                false => line.addition,
            };
            (line.is_held(), section, line.place, line.id)
        });
        lines
    }

    pub fn line(&mut self, id: Uuid) -> Option<&mut TicketLine> {
        self.lines.iter_mut().find(|line| line.id == id)
    }

    /// The same for other lines, as if nobody had touched it yet.
    pub fn beside(&self, lines: Vec<TicketLine>, now: i64) -> Ticket {
        Ticket {
            id: Uuid::nil(),
            former: None,
            sent_at: now,
            clock_at: None,
            started: false,
            bumped_at: None,
            recalled: false,
            shown: false,
            additions: 0,
            changes: 0,
            lines,
            ..self.clone()
        }
    }
}

impl TicketLine {
    pub fn is_held(&self) -> bool {
        self.fired_at.is_none()
    }

    pub fn is_live(&self) -> bool {
        self.fired_at.is_some() && self.void == Void::No
    }

    /// Still to be made.
    pub fn is_due(&self) -> bool {
        self.is_live() && self.done == Done::No
    }
}

impl Done {
    pub fn at(self) -> Option<i64> {
        match self {
            Done::No => None,
            Done::Tapped(at) | Done::Bumped(at) => Some(at),
        }
    }
}

//! What people do with orders after something was sent: kept back and fired, struck out, given free, moved, merged, split.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

use super::afterwards::COMP_LIMIT;
use super::book::*;
use super::chance::Chance;
use super::command::{
    Agreed, Command, OpenItem, OrderDeed, Secret, Strike, TicketDeed, Which, Why,
};

impl Chance<'_> {
    fn which(&mut self, order: &Order, fits: impl Fn(&Line) -> bool) -> Option<Which> {
        let fitting: Vec<&Line> = order.lines.iter().filter(|line| fits(line)).collect();
        let line = match self.once_in(12) || fitting.is_empty() {
            true => order.lines.choose(self.rng)?,
            false => *fitting.choose(self.rng)?,
        };
        Some(match self.rng.random_bool(0.4) {
            true => Which::Course(line.course),
            false => Which::Line(line.id),
        })
    }

    pub fn hold(&mut self) -> Option<Command> {
        let order = self.order(|order| order.unsent().next().is_some())?;
        let order = order.clone();
        let held = order.lines.iter().any(|line| line.held) && self.rng.random_bool(0.45);
        let held = !held;
        let which = self.which(&order, |line| line.is_unsent() && line.held != held)?;
        self.on_order(order.id, OrderDeed::Hold { which, held })
    }

    pub fn fire(&mut self) -> Option<Command> {
        let has_held = |order: &Order| order.unsent().any(|line| line.held);
        let order = match self.once_in(4) {
            true => self.order(|order| order.unsent().next().is_some())?,
            false => self.order(has_held)?,
        };
        let order = order.clone();
        let any_held = has_held(&order);
        let which = self.which(&order, |line| line.is_unsent() && (line.held || !any_held))?;
        self.on_order(order.id, OrderDeed::Fire(which))
    }

    /// Somebody with a secret where one is needed, mostly; `admins` where only theirs will do.
    pub fn agreed(&mut self, who: usize, admins: bool) -> Option<Agreed> {
        let alone = self.book.people[who].role.manages();
        let is_asked = match alone && !admins {
            true => self.once_in(8),
            false => !self.once_in(14),
        };
        if !is_asked {
            return None;
        }
        let by = match self.once_in(16) {
            true => self.who(Role::takes_orders),
            false => self.who(|role| role == Role::Admin || (!admins && role.manages())),
        };
        let on_terminal = self.book.people[who].on_terminal;
        let secret = match self.rng.random_range(0..30) {
            0 => Secret::Wrong,
            1 => Secret::Pin,
            2..=9 if on_terminal => Secret::Pin,
            _ => Secret::Password,
        };
        Some(Agreed { by, secret })
    }

    pub fn why(&mut self, who: usize, admins: bool) -> Why {
        let (chosen, written) = match self.rng.random_range(0..16) {
            0 => (None, None),
            1..=3 => (None, Some("The guests left")),
            4 => (Some("Sent twice"), Some("by two tablets")),
            _ => (Some("Entered wrongly"), None),
        };
        Why {
            chosen,
            written,
            agreed: self.agreed(who, admins),
        }
    }

    fn strike(&mut self, order: &Order, who: usize, admins: bool) -> Option<Strike> {
        let sent: Vec<&Line> = order.sent().collect();
        let line = match self.once_in(15) || sent.is_empty() {
            true => order.lines.choose(self.rng)?,
            false => *sent.choose(self.rng)?,
        };
        let pieces = match self.rng.random_range(0..10) {
            0 if self.once_in(3) => Some(line.quantity + 1),
            1..=6 if line.quantity > 1 => Some(self.rng.random_range(1..=line.quantity)),
            _ => None,
        };
        Some(Strike {
            line: line.id,
            pieces,
            why: self.why(who, admins),
        })
    }

    fn with_sent(&mut self) -> Option<Order> {
        // What is paid for is refused mostly, because the bill would be below it.
        let paid_too = self.once_in(5);
        let order =
            self.order(|order| order.sent().next().is_some() && (order.paid == 0 || paid_too))?;
        Some(order.clone())
    }

    pub fn void(&mut self) -> Option<Command> {
        let (order, who) = (self.with_sent()?, self.till());
        let strike = self.strike(&order, who, false)?;
        Some(self.by(who, order.id, OrderDeed::Void(strike)))
    }

    pub fn comp(&mut self) -> Option<Command> {
        let (order, who) = (self.with_sent()?, self.till());
        let mut strike = self.strike(&order, who, false)?;
        let line = order.lines.iter().find(|line| line.id == strike.line)?;
        let worth = line.price() * strike.pieces.unwrap_or(line.quantity);
        // What is beyond the limit is for an admin, which people know mostly.
        if worth > COMP_LIMIT && !self.once_in(3) {
            strike.why = self.why(who, true);
        }
        Some(self.by(who, order.id, OrderDeed::Comp(strike)))
    }

    /// With a reason where something of it was sent.
    pub fn cancel(&mut self) -> Option<Command> {
        let order = match self.rng.random_bool(0.5) {
            true => self.order(|order| order.sent().next().is_some() && order.paid == 0)?,
            false => self.order(|order| order.sent().next().is_none())?,
        };
        let order = order.clone();
        let who = self.till();
        let why = match order.sent().next().is_some() || self.once_in(10) {
            true => self.why(who, false),
            false => Why::default(),
        };
        Some(self.by(who, order.id, OrderDeed::Cancel(why)))
    }

    pub fn by(&self, who: usize, order: Uuid, deed: OrderDeed) -> Command {
        Command {
            who,
            deed: super::command::Deed::Order(order, deed),
        }
    }

    pub fn open_item(&mut self) -> Option<Command> {
        let (order, who) = (self.order(|_| true)?.clone(), self.till());
        let item = OpenItem {
            name: ["Corkage", "Birthday cake"].choose(self.rng)?,
            price: (!self.once_in(12)).then(|| self.rng.random_range(1..300) * 100),
            quantity: self.rng.random_range(1..=3),
            station: self.rng.random_range(0..2),
            tax: self.rng.random_range(0..self.book.taxes.len()),
            note: self.once_in(4).then(|| "with a candle".to_owned()),
            seat: self.seat(order.guests),
            course: self.course(),
            agreed: self.agreed(who, false),
        };
        Some(self.by(who, order.id, OrderDeed::OpenItem(item)))
    }

    pub fn move_to(&mut self) -> Option<Command> {
        let order = self.order(|_| true)?.id;
        let to = match self.once_in(3) {
            true => None,
            false => Some(self.rng.random_range(0..self.book.tables.len().min(5))),
        };
        self.on_order(order, OrderDeed::MoveTo(to))
    }

    pub fn transfer(&mut self) -> Option<Command> {
        let order = self.order(|_| true)?.id;
        let display = |role: Role| matches!(role, Role::Display(_));
        let to = match self.once_in(10) {
            true => self.who(|role| !display(role)),
            false => self.who(Role::takes_orders),
        };
        self.on_order(order, OrderDeed::Transfer(to))
    }

    pub fn merge(&mut self) -> Option<Command> {
        let from = self
            .order(|order| order.paid == 0 && !order.lines.is_empty())?
            .id;
        let to = self.order(|order| order.id != from)?.id;
        self.on_order(from, OrderDeed::Merge(to))
    }

    pub fn give(&mut self) -> Option<Command> {
        let unpaid = |order: &Order| order.live().next().is_some() && order.paid == 0;
        let order = match self.once_in(8) {
            true => self.order(|order| order.live().next().is_some())?,
            false => self.order(unpaid)?,
        };
        let order = order.clone();
        let some = self.rng.random_range(0..=order.lines.len().min(4));
        let some = if some == 0 && !self.once_in(8) {
            1
        } else {
            some
        };
        let lines: Vec<&Line> = order.lines.choose_multiple(self.rng, some).collect();
        let mut wanted = Vec::new();
        for line in lines {
            if line.state == State::Voided && !self.once_in(20) {
                continue;
            }
            let pieces = match self.rng.random_range(0..12) {
                0 if self.once_in(4) => Some(line.quantity + 1),
                1..=6 if line.quantity > 1 => Some(self.rng.random_range(1..=line.quantity)),
                _ => None,
            };
            wanted.push((line.id, pieces));
        }
        let is_fresh = self.rng.random_bool(0.5);
        let to = match is_fresh {
            true => uuid::Builder::from_random_bytes(self.rng.random()).into_uuid(),
            false if self.once_in(15) => order.id,
            false => self.order(|other| other.id != order.id)?.id,
        };
        let deed = OrderDeed::Give {
            lines: wanted,
            to,
            is_fresh,
        };
        self.on_order(order.id, deed)
    }

    /// What stations do with what became of sent lines.
    pub fn after_sending(&mut self, ticket: &Ticket) -> Option<TicketDeed> {
        let unseen = ticket.lines.iter().filter(|line| line.void == Void::Unseen);
        let unseen: Vec<Uuid> = unseen.map(|line| line.id).collect();
        if !unseen.is_empty() && self.once_in(3) {
            return unseen.choose(self.rng).map(|line| TicketDeed::Seen(*line));
        }
        match self.rng.random_range(0..40) {
            0 | 1 => Some(TicketDeed::First(true)),
            2 => Some(TicketDeed::First(false)),
            3 => ticket
                .lines
                .choose(self.rng)
                .map(|line| TicketDeed::Seen(line.id)),
            4..=8 if ticket.changes > 0 => Some(TicketDeed::Bump {
                seen: None,
                changes: Some(ticket.changes - 1),
            }),
            _ => None,
        }
    }
}

//! Tickets: the kitchen's pieces of work (product.md, section 4; kitchen.md, section 1).

use uuid::Uuid;

use super::book::*;
use super::command::TicketDeed;

/// How long after its bump a ticket comes back.
pub const RECALL_WITHIN: i64 = 15 * 60;

/// How many bumps of its station back.
const RECALL_AMONG: usize = 50;

impl Book {
    /// Hands every unsent line to the kitchen: one ticket per station, or an addition to the order's ticket that is still
    /// open there. Whoever sends an order that no open shift answers for takes it up.
    pub fn send(&mut self, who: usize, at: usize) -> Outcome {
        must(self.orders[at].is_open(), CONFLICT)?;
        if self.is_left(at) {
            let shift = self.shift_for(who);
            self.take_up(at, shift);
        }
        self.hand_over(at);
        Ok(())
    }

    pub fn hand_over(&mut self, at: usize) {
        let mut fresh = Vec::new();
        for line in self.orders[at].lines.iter_mut() {
            if line.is_unsent() {
                line.state = State::Sent;
                fresh.push(line.clone());
            }
        }
        if fresh.is_empty() {
            return;
        }
        for station in 0..2 {
            let lines: Vec<Line> = fresh
                .iter()
                .filter(|line| line.station == station)
                .cloned()
                .collect();
            if !lines.is_empty() {
                self.put_on_board(at, station, lines);
            }
        }
        self.note("order.sent");
    }

    fn put_on_board(&mut self, at: usize, station: usize, lines: Vec<Line>) {
        let now = self.now;
        // After a recall there may be two; the specification does not say which one grows: it is the younger.
        let open = (0..self.tickets.len()).filter(|ticket| {
            let ticket = &self.tickets[*ticket];
            ticket.order == at && ticket.station == station && ticket.bumped_at.is_none()
        });
        let ticket = match open.max_by_key(|ticket| self.tickets[*ticket].sent_at) {
            Some(ticket) => {
                self.tickets[ticket].additions += 1;
                self.tickets[ticket].shown = false;
                ticket
            }
            None => {
                let fresh = self.fresh_ticket(at, station);
                self.tickets.push(fresh);
                self.tickets.len() - 1
            }
        };
        let ticket = &mut self.tickets[ticket];
        let addition = ticket.additions;
        ticket
            .lines
            .extend(lines.into_iter().map(|line| TicketLine {
                id: Uuid::nil(),
                line,
                addition,
                fired_at: now,
                done: Done::No,
            }));
    }

    fn fresh_ticket(&self, at: usize, station: usize) -> Ticket {
        let order = &self.orders[at];
        Ticket {
            id: Uuid::nil(),
            order: at,
            station,
            title: self.title(order),
            former: None,
            guests: order.guests,
            customer: order.name.clone().or(order.phone.clone()),
            sent_at: self.now,
            started: false,
            bumped_at: None,
            recalled: false,
            shown: false,
            additions: 0,
            lines: Vec::new(),
        }
    }

    /// Its tickets say what the order is called now; one on a board says what it was called before, too.
    pub fn retitle(&mut self, at: usize) {
        let order = &self.orders[at];
        let (title, guests) = (self.title(order), order.guests);
        let customer = order.name.clone().or(order.phone.clone());
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.order == at) {
            if ticket.title != title && ticket.bumped_at.is_none() {
                let before = std::mem::replace(&mut ticket.title, title.clone());
                ticket.former.get_or_insert(before);
            }
            ticket.title.clone_from(&title);
            ticket.guests = guests;
            ticket.customer.clone_from(&customer);
        }
    }

    pub fn ticket_deed(&mut self, who: usize, id: Uuid, deed: &TicketDeed) -> Outcome {
        let at = self.tickets.iter().position(|ticket| ticket.id == id);
        let at = at.ok_or(NOT_FOUND)?;
        let role = self.people[who].role;
        must(role.works_at(self.tickets[at].station), FORBIDDEN)?;
        match deed {
            TicketDeed::Shown => {
                // A manager who only looks on gives no receipt.
                self.tickets[at].shown |= role != Role::Manager;
                return Ok(());
            }
            TicketDeed::Start => self.start(at)?,
            TicketDeed::Done(line) => self.finish(at, *line)?,
            TicketDeed::NotDone(line) => self.reopen(at, *line)?,
            TicketDeed::Bump { seen } => self.bump(at, *seen)?,
            TicketDeed::Recall => self.recall(at)?,
        }
        self.follow(at);
        Ok(())
    }

    fn must_be_on_board(&self, at: usize) -> Outcome {
        must(self.tickets[at].bumped_at.is_none(), CONFLICT)
    }

    fn start(&mut self, at: usize) -> Outcome {
        self.must_be_on_board(at)?;
        must(!self.tickets[at].started, CONFLICT)?;
        self.tickets[at].started = true;
        self.note("ticket.started");
        Ok(())
    }

    fn finish(&mut self, at: usize, line: Uuid) -> Outcome {
        self.must_be_on_board(at)?;
        let now = self.now;
        let line = self.tickets[at].line(line)?;
        must(line.done == Done::No, CONFLICT)?;
        line.done = Done::Tapped(now);
        self.note("ticket.line_done");
        Ok(())
    }

    fn reopen(&mut self, at: usize, line: Uuid) -> Outcome {
        self.must_be_on_board(at)?;
        let line = self.tickets[at].line(line)?;
        must(line.done != Done::No, CONFLICT)?;
        line.done = Done::No;
        self.note("ticket.line_reopened");
        Ok(())
    }

    /// It leaves the board, unless more was added than the screen showed that was tapped.
    fn bump(&mut self, at: usize, seen: Option<i64>) -> Outcome {
        self.must_be_on_board(at)?;
        let (now, ticket) = (self.now, &mut self.tickets[at]);
        must(seen.is_none_or(|seen| seen >= ticket.additions), CONFLICT)?;
        ticket.bumped_at = Some(now);
        ticket.former = None;
        for line in &mut ticket.lines {
            if line.done == Done::No {
                line.done = Done::Bumped(now);
            }
        }
        self.note("ticket.bumped");
        Ok(())
    }

    /// It comes back exactly as it was before the bump.
    fn recall(&mut self, at: usize) -> Outcome {
        let ticket = &self.tickets[at];
        let bumped_at = ticket.bumped_at.ok_or(CONFLICT)?;
        let since = self.tickets.iter().filter(|other| {
            other.station == ticket.station
                && other.bumped_at.is_some_and(|other| other > bumped_at)
        });
        must(since.count() < RECALL_AMONG, CONFLICT)?;
        must(self.now - bumped_at <= RECALL_WITHIN, CONFLICT)?;
        let ticket = &mut self.tickets[at];
        ticket.bumped_at = None;
        ticket.recalled = true;
        for line in &mut ticket.lines {
            if matches!(line.done, Done::Bumped(_)) {
                line.done = Done::No;
            }
        }
        self.note("ticket.recalled");
        Ok(())
    }

    /// The order's lines follow the kitchen: what is done is ready (or was served already), what is begun is being
    /// prepared. Fulfilment settles nothing, but what was paid before is closed by it.
    fn follow(&mut self, at: usize) {
        let ticket = &self.tickets[at];
        let order = ticket.order;
        for tapped in &ticket.lines {
            let mut lines = self.orders[order].lines.iter_mut();
            let Some(line) = lines.find(|line| line.id == tapped.line.id) else {
                continue;
            };
            let served = line.state == State::Served;
            line.state = match tapped.done.at() {
                Some(_) if served => State::Served,
                Some(_) => State::Ready,
                None if ticket.is_begun() => State::Preparing,
                None => State::Sent,
            };
            line.ready_at = tapped.done.at().unwrap_or(0);
        }
        self.orders[order].touched_at = self.now;
        self.settle(order);
    }
}

impl Ticket {
    /// Started, or at least one of its lines is done.
    pub fn is_begun(&self) -> bool {
        self.started || self.lines.iter().any(|line| line.done != Done::No)
    }

    fn line(&mut self, id: Uuid) -> Result<&mut TicketLine, u16> {
        let mut lines = self.lines.iter_mut();
        lines.find(|line| line.id == id).ok_or(NOT_FOUND)
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

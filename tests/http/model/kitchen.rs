//! Tickets: the kitchen's pieces of work (product.md, section 4; kitchen.md, sections 1 and 4).

use uuid::Uuid;

use super::book::*;
use super::command::TicketDeed;

/// How long after its bump a ticket comes back.
pub const RECALL_WITHIN: i64 = 15 * 60;

/// How many bumps of its station back.
const RECALL_AMONG: usize = 50;

impl Book {
    /// Hands every unsent line that is not kept back to the kitchen, and tells it of the rest. Whoever sends an order that no
    /// open shift answers for takes it up.
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
        if self.nothing_to_send(at) {
            return;
        }
        let order = &mut self.orders[at];
        let fired: Vec<usize> = order.to_send().map(|line| line.number).collect();
        let lines = order.lines.iter_mut();
        for line in lines.filter(|line| line.is_unsent() && line.held) {
            line.announced = true;
        }
        self.fire_lines(at, &fired);
    }

    /// Hands these lines over, kept back or not.
    pub fn fire_lines(&mut self, at: usize, fired: &[usize]) {
        let order = &mut self.orders[at];
        let mut fresh = Vec::new();
        for line in order.lines.iter_mut() {
            if fired.contains(&line.number) {
                let was_held = line.held;
                line.state = State::Sent;
                (line.held, line.announced) = (false, false);
                fresh.push((line.clone(), was_held));
            }
        }
        order.was_sent |= !fresh.is_empty();
        if !fresh.is_empty() {
            self.note("order.sent");
        }
        self.tell_kitchen(at, fresh);
    }

    /// Of what is kept back the kitchen always sees what is so now.
    pub fn tell_held(&mut self, at: usize) {
        self.tell_kitchen(at, Vec::new());
    }

    /// One ticket per station, or an addition to the order's ticket that is still open there.
    fn tell_kitchen(&mut self, at: usize, fresh: Vec<(Line, bool)>) {
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.order == at) {
            ticket.lines.retain(|line| !line.is_held());
        }
        let held = self.orders[at].lines.iter().filter(|line| line.announced);
        let held: Vec<(Line, bool)> = held.map(|line| (line.clone(), true)).collect();
        for station in 0..2 {
            let here = |lines: &[(Line, bool)]| -> Vec<(Line, bool)> {
                let lines = lines.iter().filter(|(line, _)| line.station == station);
                lines.cloned().collect()
            };
            self.put_on_board(at, station, here(&fresh), here(&held));
        }
        let is_empty = |ticket: &Ticket| ticket.bumped_at.is_none() && ticket.lines.is_empty();
        self.tickets
            .retain(|ticket| ticket.order != at || !is_empty(ticket));
    }

    fn put_on_board(
        &mut self,
        at: usize,
        station: usize,
        fired: Vec<(Line, bool)>,
        held: Vec<(Line, bool)>,
    ) {
        if fired.is_empty() && held.is_empty() {
            return;
        }
        let now = self.now;
        // After a recall there may be two; the specification does not say which one grows: it is the younger.
        let open = (0..self.tickets.len()).filter(|ticket| {
            let ticket = &self.tickets[*ticket];
            ticket.order == at && ticket.station == station && ticket.bumped_at.is_none()
        });
        let ticket = match open.max_by_key(|ticket| self.tickets[*ticket].sent_at) {
            Some(ticket) => ticket,
            None => {
                let fresh = self.fresh_ticket(at, station);
                self.tickets.push(fresh);
                self.tickets.len() - 1
            }
        };
        let ticket = &mut self.tickets[ticket];
        if !fired.is_empty() {
            ticket.shown = false;
            // Its clock begins with the first that is fired, and no addition turns it back.
            match ticket.lines.iter().any(|line| !line.is_held()) {
                true => ticket.additions += 1,
                false => ticket.sent_at = now,
            }
        }
        let fired = fired.into_iter().map(|line| (line, Some(now)));
        let held = held.into_iter().map(|line| (line, None));
        for ((line, held), fired_at) in fired.chain(held) {
            ticket.lines.push(TicketLine {
                id: Uuid::nil(),
                line,
                addition: ticket.additions,
                place: ticket.lines.len(),
                held,
                fired_at,
                done: Done::No,
                void: Void::No,
            });
        }
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
            waiter: order.waiter,
            sent_at: self.now,
            clock_at: None,
            started: false,
            bumped_at: None,
            recalled: false,
            shown: false,
            first: false,
            additions: 0,
            changes: 0,
            lines: Vec::new(),
        }
    }

    /// Its tickets say what the order is called now; one on a board says what it was called before, too.
    pub fn retitle(&mut self, at: usize) {
        let order = &self.orders[at];
        let (title, guests, waiter) = (self.title(order), order.guests, order.waiter);
        let customer = order.name.clone().or(order.phone.clone());
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.order == at) {
            if ticket.title != title && ticket.bumped_at.is_none() {
                let before = std::mem::replace(&mut ticket.title, title.clone());
                ticket.former.get_or_insert(before);
                ticket.changes += 1;
            }
            ticket.title.clone_from(&title);
            (ticket.guests, ticket.waiter) = (guests, waiter);
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
                self.tickets[at].shown |= !role.manages();
                return Ok(());
            }
            TicketDeed::Start => self.start(at)?,
            TicketDeed::Done(line) => self.finish(at, *line)?,
            TicketDeed::NotDone(line) => self.reopen(at, *line)?,
            TicketDeed::Bump { seen, changes } => self.bump(at, *seen, *changes)?,
            TicketDeed::Recall => self.recall(at, false)?,
            TicketDeed::RecallFromList { anew } => self.recall(at, *anew)?,
            TicketDeed::Seen(line) => self.see(at, *line)?,
            TicketDeed::First(first) => {
                self.must_be_on_board(at)?;
                self.tickets[at].first = *first;
                self.note(match first {
                    true => "ticket.put_first",
                    false => "ticket.put_back",
                });
            }
        }
        self.follow(at);
        Ok(())
    }

    fn must_be_on_board(&self, at: usize) -> Outcome {
        must(self.tickets[at].bumped_at.is_none(), CONFLICT)
    }

    fn start(&mut self, at: usize) -> Outcome {
        self.must_be_on_board(at)?;
        let ticket = &mut self.tickets[at];
        must(!ticket.is_waiting() && !ticket.started, CONFLICT)?;
        ticket.started = true;
        self.note("ticket.started");
        Ok(())
    }

    fn finish(&mut self, at: usize, line: Uuid) -> Outcome {
        self.must_be_on_board(at)?;
        let now = self.now;
        let line = self.tickets[at].line(line).ok_or(NOT_FOUND)?;
        must(line.is_due(), CONFLICT)?;
        line.done = Done::Tapped(now);
        self.note("ticket.line_done");
        Ok(())
    }

    fn reopen(&mut self, at: usize, line: Uuid) -> Outcome {
        self.must_be_on_board(at)?;
        let line = self.tickets[at].line(line).ok_or(NOT_FOUND)?;
        must(line.is_live() && line.done != Done::No, CONFLICT)?;
        line.done = Done::No;
        self.note("ticket.line_reopened");
        Ok(())
    }

    /// It leaves the board, unless more was added or struck out than the screen showed that was tapped. What is kept back
    /// stays.
    fn bump(&mut self, at: usize, seen: Option<i64>, changes: Option<i64>) -> Outcome {
        self.must_be_on_board(at)?;
        let ticket = &self.tickets[at];
        must(!ticket.is_waiting(), CONFLICT)?;
        must(seen.is_none_or(|seen| seen >= ticket.additions), CONFLICT)?;
        must(changes.is_none_or(|seen| seen >= ticket.changes), CONFLICT)?;
        self.leave(at);
        self.note("ticket.bumped");
        Ok(())
    }

    fn leave(&mut self, at: usize) {
        let (now, ticket) = (self.now, &mut self.tickets[at]);
        ticket.bumped_at = Some(now);
        ticket.former = None;
        for line in &mut ticket.lines {
            if line.is_due() {
                line.done = Done::Bumped(now);
            }
            if line.void == Void::Unseen {
                line.void = Void::Seen;
            }
        }
        let lines = std::mem::take(&mut ticket.lines);
        let (held, gone): (Vec<_>, Vec<_>) = lines.into_iter().partition(TicketLine::is_held);
        ticket.lines = gone;
        if !held.is_empty() {
            let rest = ticket.beside(held, now);
            self.tickets.push(rest);
        }
    }

    /// Where nothing else is left, the ticket leaves the board with it.
    fn see(&mut self, at: usize, line: Uuid) -> Outcome {
        self.must_be_on_board(at)?;
        let line = self.tickets[at].line(line).ok_or(NOT_FOUND)?;
        must(line.void == Void::Unseen, CONFLICT)?;
        line.void = Void::Seen;
        if self.tickets[at]
            .lines
            .iter()
            .all(|one| one.void == Void::Seen)
        {
            self.leave(at);
        }
        self.note("ticket.void_seen");
        Ok(())
    }

    /// It comes back exactly as it was before the bump, with its age or with a new one, unless all of it was struck out.
    fn recall(&mut self, at: usize, anew: bool) -> Outcome {
        let ticket = &self.tickets[at];
        let bumped_at = ticket.bumped_at.ok_or(CONFLICT)?;
        let since = self.tickets.iter().filter(|other| {
            other.station == ticket.station
                && other.bumped_at.is_some_and(|other| other > bumped_at)
                && other.live().next().is_some()
        });
        must(since.count() < RECALL_AMONG, CONFLICT)?;
        must(self.now - bumped_at <= RECALL_WITHIN, CONFLICT)?;
        must(ticket.live().next().is_some(), CONFLICT)?;
        let (now, ticket) = (self.now, &mut self.tickets[at]);
        ticket.bumped_at = None;
        ticket.recalled = true;
        if anew {
            ticket.clock_at = Some(now);
        }
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
        let (order, mut has_moved) = (ticket.order, false);
        for tapped in ticket.live() {
            let mut lines = self.orders[order].lines.iter_mut();
            let number = tapped.line.number;
            let Some(line) = lines.find(|one| one.number == number && one.is_sent()) else {
                continue;
            };
            let before = line.state;
            line.state = match tapped.done.at() {
                Some(_) if before == State::Served => State::Served,
                Some(_) => State::Ready,
                None if ticket.is_begun() => State::Preparing,
                None => State::Sent,
            };
            line.ready_at = tapped.done.at().unwrap_or(0);
            has_moved |= line.state != before;
        }
        if has_moved {
            self.orders[order].touched_at = self.now;
            self.settle(order);
        }
    }
}

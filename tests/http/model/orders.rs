//! What may be done with an order (product.md, sections 4 and 5).

use uuid::Uuid;

use super::book::*;
use super::command::{Add, OrderDeed, Pay};
use super::menu::{self, Chosen, Pick, Product};

/// After this many seconds an order without lines is called off.
const ABANDONED_AFTER: i64 = 15 * 60;

impl Book {
    pub fn order_deed(&mut self, who: usize, id: Uuid, deed: &OrderDeed) -> Outcome {
        let role = self.people[who].role;
        must(role.takes_orders(), FORBIDDEN)?;
        if matches!(
            deed,
            OrderDeed::Pay(_)
                | OrderDeed::WaitFor(_)
                | OrderDeed::AskByLink(..)
                | OrderDeed::NothingToPay
                | OrderDeed::Reopen(_)
        ) {
            must(role.takes_payments(), FORBIDDEN)?;
        }
        must(deed.can_be_read(), INVALID)?;
        self.check_request(who, deed)?;
        if let OrderDeed::Open {
            table,
            guests,
            name,
            phone,
        } = deed
        {
            // An id that exists is the same order again.
            if self.order(id).is_none() {
                self.open(who, id, *table, *guests, name.clone(), phone.clone());
            }
            return Ok(());
        }
        if let OrderDeed::Pay(Pay {
            method: Method::Cash,
            ..
        }) = deed
        {
            // Being refused for want of a float comes before everything else, because it leads to the float.
            self.shift_with_cash(who)?;
        }
        let at = self.orders.iter().position(|order| order.id == id);
        let at = at.ok_or(NOT_FOUND)?;
        let before = self.orders.clone();
        match deed {
            OrderDeed::Open { .. } => {}
            OrderDeed::Add(add) => self.add(at, add)?,
            OrderDeed::Step { line, by } => self.step(at, *line, *by)?,
            OrderDeed::Quantity { line, quantity } => self.set_quantity(at, *line, *quantity)?,
            OrderDeed::Remove(line) => self.remove(at, *line)?,
            OrderDeed::Note {
                line,
                note,
                allergy,
            } => self.change(at, *line, |line| {
                line.note = note.clone();
                line.allergy = allergy.clone();
            })?,
            OrderDeed::Seat { line, seat } => self.change(at, *line, |line| line.seat = *seat)?,
            OrderDeed::NextSeat(line) => self.next_seat(at, *line)?,
            OrderDeed::Course { line, course } => {
                self.change(at, *line, |line| line.course = *course)?;
            }
            OrderDeed::Choose {
                line,
                picks,
                note,
                allergy,
            } => {
                let said = (note.clone(), allergy.clone());
                self.choose(at, *line, picks, Some(said))?;
            }
            OrderDeed::Instead { line, choice } => {
                let line_now = self.unsent(at, *line)?.clone();
                let product = menu::of(&mut self.menu, line_now.product.ok_or(CONFLICT)?)?;
                let picks = product.instead(&line_now.chosen, *choice);
                self.choose(at, *line, &picks, None)?;
            }
            OrderDeed::Details {
                guests,
                name,
                phone,
            } => self.details(at, *guests, name, phone)?,
            // Sending nothing is no mistake, whatever has become of the order.
            OrderDeed::Send if self.nothing_to_send(at) => return Ok(()),
            OrderDeed::Send => self.send(who, at)?,
            OrderDeed::Serve { lines, .. } => {
                if !self.serve(at, lines)? {
                    return Ok(());
                }
            }
            OrderDeed::Cancel(_) if self.orders[at].cancelled => return Ok(()),
            OrderDeed::Cancel(why) => self.cancel(who, at, why)?,
            OrderDeed::Pay(pay) => self.pay(who, at, pay)?,
            // What is waited for changes nothing of the order.
            OrderDeed::WaitFor(pay) => return self.wait_for(who, at, pay),
            OrderDeed::AskByLink(pay, taking) => return self.ask_by_link(who, at, pay, taking),
            OrderDeed::NothingToPay => self.nothing_to_pay(who, at)?,
            OrderDeed::Discount(asked) => self.discount(who, at, asked)?,
            OrderDeed::Reopen(_) => self.reopen_order(at)?,
            after_sending => {
                if !self.afterwards(who, at, after_sending)? {
                    return Ok(());
                }
            }
        }
        must(self.orders[at].balance() >= 0, CONFLICT)?;
        for (now, before) in self.orders.iter().zip(&before) {
            let keeps = !deed.changes_lines() || now.keeps_discounts_of(before);
            must(keeps, CONFLICT)?;
        }
        must(self.keeps_paid_for(&before), CONFLICT)?;
        if deed.may_close() {
            self.settle(at);
        }
        self.orders[at].touched_at = self.now;
        Ok(())
    }

    /// Settled when the balance is zero and something was sent; closed the first time that it is settled with everything
    /// made. Both are moments: what comes later does not take them back.
    pub fn settle(&mut self, at: usize) {
        let date = self.date();
        let order = &mut self.orders[at];
        let is_settled = order.balance() == 0 && order.sent().next().is_some();
        if order.cancelled || !is_settled {
            return;
        }
        if order.settled.is_none() {
            order.settled = Some(date);
            self.note("order.settled");
        }
        let order = &mut self.orders[at];
        let is_made = order.live().all(Line::is_made);
        order.closed |= is_made;
    }

    pub fn nothing_to_send(&self, at: usize) -> bool {
        let order = &self.orders[at];
        order.to_send().next().is_none() && order.to_tell().next().is_none()
    }

    /// What is asked before anybody looks at the order: a reason, who agrees, whether the person may serve it.
    fn check_request(&self, who: usize, deed: &OrderDeed) -> Outcome {
        match deed {
            OrderDeed::Void(strike) | OrderDeed::Comp(strike) => {
                self.because(who, &strike.why).map(|_| ())
            }
            OrderDeed::OpenItem(item) => self.agree(who, item.agreed).map(|_| ()),
            OrderDeed::Discount(asked) => asked.must_be_clear(),
            OrderDeed::Reopen(why) => self.because(who, why).map(|_| ()),
            OrderDeed::Transfer(to) => must(self.people[*to].role.takes_orders(), INVALID),
            _ => Ok(()),
        }
    }

    pub fn open(
        &mut self,
        who: usize,
        id: Uuid,
        table: Option<usize>,
        guests: i64,
        name: Option<String>,
        phone: Option<String>,
    ) {
        let date = self.date();
        // Somebody's first order opens a shift without cash for them.
        let shift = self.shift_for(who);
        let number = self.numbers.entry(date).or_insert(0);
        *number += 1;
        let number = *number;
        let at_table = table.is_some();
        self.orders.push(Order {
            id,
            date,
            number,
            table,
            guests,
            name: name.filter(|_| !at_table),
            phone: phone.filter(|_| !at_table),
            waiter: who,
            shift: Some(shift),
            lines: Vec::new(),
            given: None,
            lowered: Vec::new(),
            was_sent: false,
            paid: 0,
            rounding: 0,
            settled: None,
            closed: false,
            versions: 0,
            cancelled: false,
            touched_at: self.now,
        });
    }

    pub fn must_be_open(&self, at: usize) -> Outcome {
        must(self.orders[at].is_open(), CONFLICT)
    }

    pub fn must_have_seat(&self, at: usize, seat: Option<i64>) -> Outcome {
        must(
            seat.is_none_or(|seat| seat <= self.orders[at].guests),
            CONFLICT,
        )
    }

    /// An unsent line of an open order: what may be changed and removed freely.
    fn unsent(&mut self, at: usize, line: Uuid) -> Result<&mut Line, u16> {
        self.must_be_open(at)?;
        let mut lines = self.orders[at].lines.iter_mut();
        lines
            .find(|one| one.id == line && one.is_unsent())
            .ok_or(CONFLICT)
    }

    fn add(&mut self, at: usize, add: &Add) -> Outcome {
        self.must_be_open(at)?;
        self.must_have_seat(at, add.seat)?;
        let product = menu::of(&mut self.menu, add.product)?;
        let usual = product.usual();
        let chosen = product.choose(add.picks.as_ref().unwrap_or(&usual))?;
        let from_stock = product.take(add.quantity)?;
        let fresh = fresh(self.minted, product, chosen, add.clone(), from_stock);
        self.take_in(at, fresh).map(drop)
    }

    fn step(&mut self, at: usize, line: Uuid, by: i64) -> Outcome {
        let quantity = self.unsent(at, line)?.quantity + by;
        must(quantity <= 999, CONFLICT)?;
        if quantity <= 0 {
            self.remove(at, line)
        } else {
            self.set_quantity(at, line, quantity)
        }
    }

    fn set_quantity(&mut self, at: usize, line: Uuid, quantity: i64) -> Outcome {
        let line = self.unsent(at, line)?;
        let is_told = line.announced;
        let more = quantity - line.quantity;
        let was = line.clone();
        if more > 0 && self.costs_something_else(&was)? {
            return self.add_more(at, &was, more);
        }
        let line = self.unsent(at, was.id)?;
        let (product, had) = (line.product, line.from_stock);
        line.quantity = quantity;
        // What is given up goes back to the countdown as far as it came from there.
        line.from_stock = had.min(quantity);
        let back = had - line.from_stock;
        let id = line.id;
        if let Some(product) = product {
            let product = menu::of(&mut self.menu, product)?;
            if more > 0 {
                let taken = product.take(more)?;
                self.unsent(at, id)?.from_stock += taken;
            } else {
                product.give_back(back);
            }
        }
        if is_told {
            self.tell_held(at);
        }
        if more < 0 {
            self.note("order.line_removed");
        }
        Ok(())
    }

    fn costs_something_else(&mut self, line: &Line) -> Result<bool, u16> {
        Ok(match line.product {
            Some(product) => menu::of(&mut self.menu, product)?.costs() != line.base,
            None => false,
        })
    }

    /// A captured price is for the pieces that were there: more of them are a line of their own, kept back where it is, without
    /// what was given on it.
    fn add_more(&mut self, at: usize, was: &Line, more: i64) -> Outcome {
        let product = menu::of(&mut self.menu, was.product.ok_or(CONFLICT)?)?;
        let picks: Vec<Pick> = was.chosen.iter().map(|one| (one.id, one.word)).collect();
        let from_stock = product.take(more)?;
        let fresh = Line {
            held: was.held,
            ..fresh(
                self.minted,
                product,
                product.choose(&picks)?,
                Add {
                    product: product.id,
                    quantity: more,
                    picks: None,
                    note: was.note.clone(),
                    allergy: was.allergy.clone(),
                    seat: was.seat,
                    course: was.course,
                    undo: None,
                },
                from_stock,
            )
        };
        if self.take_in(at, fresh)? {
            self.tell_held(at);
        }
        Ok(())
    }

    /// Answers whether it went into a line that its station was told of.
    fn take_in(&mut self, at: usize, fresh: Line) -> Result<bool, u16> {
        self.minted += 1;
        let order = &mut self.orders[at];
        let mut unsent = order.lines.iter_mut().filter(|line| line.is_unsent());
        match unsent.find(|line| line.is_equal(&fresh)) {
            Some(line) => {
                swallow(line, &fresh)?;
                Ok(line.announced)
            }
            None => {
                order.lines.push(fresh);
                must(order.lines.len() <= 300, CONFLICT)?;
                Ok(false)
            }
        }
    }

    fn remove(&mut self, at: usize, line: Uuid) -> Outcome {
        let gone = self.unsent(at, line)?.clone();
        self.orders[at].lines.retain(|one| one.id != line);
        self.give_back(&gone)?;
        if gone.announced {
            self.tell_held(at);
        }
        self.note("order.line_removed");
        Ok(())
    }

    /// Where the line becomes equal to another unsent one, that one swallows it: which of the two stays the
    /// specification does not say.
    fn change(&mut self, at: usize, line: Uuid, change: impl FnOnce(&mut Line)) -> Outcome {
        let changed = self.unsent(at, line)?;
        change(changed);
        let changed = changed.clone();
        self.must_have_seat(at, changed.seat)?;
        let lines = &mut self.orders[at].lines;
        let mut others = lines
            .iter_mut()
            .filter(|one| one.is_unsent() && one.id != line);
        let mut is_told = changed.announced;
        if let Some(twin) = others.find(|other| other.is_equal(&changed)) {
            swallow(twin, &changed)?;
            is_told |= twin.announced;
            lines.retain(|one| one.id != line);
        }
        if is_told {
            self.tell_held(at);
        }
        Ok(())
    }

    /// A finger that goes round the table: table, 1, 2 and so on. It merges nothing on its way.
    fn next_seat(&mut self, at: usize, line: Uuid) -> Outcome {
        let guests = self.orders[at].guests;
        let line = self.unsent(at, line)?;
        line.seat = match line.seat.unwrap_or(0) + 1 {
            next if next <= guests => Some(next),
            _ => None,
        };
        if line.announced {
            self.tell_held(at);
        }
        Ok(())
    }

    fn choose(
        &mut self,
        at: usize,
        line: Uuid,
        picks: &[Pick],
        said: Option<(Option<String>, Option<String>)>,
    ) -> Outcome {
        let before = self.unsent(at, line)?.clone();
        let mut chosen =
            menu::of(&mut self.menu, before.product.ok_or(CONFLICT)?)?.choose(picks)?;
        menu::at_captured(&mut chosen, &before.chosen);
        self.change(at, line, |line| {
            line.chosen = chosen;
            if let Some((note, allergy)) = said {
                line.note = note;
                line.allergy = allergy;
            }
        })
    }

    fn details(
        &mut self,
        at: usize,
        guests: Option<i64>,
        name: &Option<String>,
        phone: &Option<String>,
    ) -> Outcome {
        self.must_be_open(at)?;
        let order = &mut self.orders[at];
        if order.table.is_none() {
            order.name = name.clone();
            order.phone = phone.clone();
            self.retitle(at);
            return Ok(());
        }
        let guests = guests.unwrap_or(order.guests);
        let seated = order.lines.iter().filter_map(|line| line.seat).max();
        must(seated.is_none_or(|seat| seat <= guests), INVALID)?;
        order.guests = guests;
        self.retitle(at);
        Ok(())
    }

    /// Answers whether anything was waiting.
    fn serve(&mut self, at: usize, named: &[Uuid]) -> Result<bool, u16> {
        let order = &mut self.orders[at];
        for id in named {
            let line = order.lines.iter().find(|line| line.id == *id);
            // What was struck out meanwhile is passed over.
            let is_over = |line: &Line| line.is_made() || line.state == State::Voided;
            must(line.is_some_and(is_over), CONFLICT)?;
        }
        let meant = |line: &Line| named.is_empty() || named.contains(&line.id);
        let waiting = |line: &&mut Line| line.state == State::Ready && meant(line);
        let mut served = 0;
        for line in order.lines.iter_mut().filter(waiting) {
            line.state = State::Served;
            served += 1;
        }
        if served > 0 {
            self.note("order.served");
        }
        Ok(served > 0)
    }

    /// An order without lines cancels itself after a quarter of an hour.
    pub fn cancel_abandoned(&mut self) {
        for at in 0..self.orders.len() {
            let order = &self.orders[at];
            let is_abandoned = order.touched_at < self.now - ABANDONED_AFTER;
            if order.is_open() && order.live().next().is_none() && is_abandoned {
                self.orders[at].cancelled = true;
                self.orders[at].touched_at = self.now;
                self.note("order.cancelled");
            }
        }
    }
}

fn fresh(number: usize, product: &Product, chosen: Vec<Chosen>, add: Add, from_stock: i64) -> Line {
    Line {
        number,
        id: Uuid::nil(),
        product: Some(product.id),
        name: product.name.clone(),
        second: product.second.clone(),
        quantity: add.quantity,
        base: product.costs(),
        list: product.listed.map(|(_, name)| name),
        chosen,
        given: None,
        note: add.note,
        allergy: add.allergy,
        seat: add.seat,
        course: add.course,
        from_stock,
        tax_name: product.tax_name.clone(),
        tax_bp: product.tax_bp,
        station: product.station,
        prep_seconds: product.prep_seconds,
        state: State::Unsent,
        ready_at: 0,
        held: false,
        announced: false,
        voided: None,
        free: None,
    }
}

fn swallow(line: &mut Line, other: &Line) -> Outcome {
    line.quantity += other.quantity;
    line.from_stock += other.from_stock;
    line.announced |= other.announced;
    must(line.quantity <= 999, CONFLICT)
}

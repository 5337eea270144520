//! Money and shifts (product.md, sections 5 and 6; cash.md, section 1).

use uuid::Uuid;

use super::book::*;
use super::command::{Pay, ShiftDeed};

/// The variance that needs no approval, either way.
const THRESHOLD: i64 = 5_000;

/// The largest change: twenty of the largest note. The specification is silent; the program refuses more as a typing error.
const MOST_CHANGE: i64 = 20 * 50_000;

impl Shift {
    pub fn is_open(&self) -> bool {
        self.report.is_none()
    }

    pub fn has_cash(&self) -> bool {
        self.cash != Cash::None
    }

    /// Float, cash payments and cash tips less what was given back; the book knows no other movements yet.
    pub fn expected(&self) -> i64 {
        self.entries.iter().map(|(_, amount)| amount).sum()
    }

    /// The last count's variance, where cash has not moved since.
    fn variance(&self) -> Result<i64, u16> {
        let last = self.counts.last().ok_or(CONFLICT)?;
        must(last.expected == self.expected(), CONFLICT)?;
        Ok(last.counted - last.expected)
    }

    /// One recount by oneself, more by a manager, whose count stands. Where cash moved since, what was counted fits no
    /// longer, and the owner counts once more.
    pub fn may_count(&self, who: usize, role: Role) -> Outcome {
        must(self.has_cash(), CONFLICT)?;
        if role.manages() && who != self.owner {
            return Ok(());
        }
        let fits = |count: &&Count| count.expected == self.expected();
        let by_owner = |count: &&Count| count.by == self.owner;
        let (own, others): (Vec<_>, Vec<_>) = self.counts.iter().partition(by_owner);
        must(!others.iter().any(fits), FORBIDDEN)?;
        must(own.len() < 2 || !own.iter().any(fits), FORBIDDEN)
    }
}

impl Book {
    /// The person's open shift; where they have none, one without cash is opened.
    pub fn shift_for(&mut self, who: usize) -> usize {
        if let Some(open) = self.open_shift_of(who) {
            return open;
        }
        self.note("shift.opened");
        self.shifts.push(Shift {
            id: Uuid::nil(),
            owner: who,
            opened_at: self.now,
            date: self.date(),
            cash: Cash::None,
            entries: Vec::new(),
            counts: Vec::new(),
            report: None,
            passed_on: 0,
        });
        self.shifts.len() - 1
    }

    pub fn shift_with_cash(&self, who: usize) -> Result<usize, u16> {
        let open = self.open_shift_of(who);
        open.filter(|at| self.shifts[*at].has_cash())
            .ok_or(CONFLICT)
    }

    /// Whether no open shift answers for an open order on which nothing is sold.
    pub fn is_left(&self, at: usize) -> bool {
        let order = &self.orders[at];
        let answered_for = order
            .shift
            .is_some_and(|shift| self.shifts[shift].is_open());
        let is_sold = order.settled.is_some() && order.sent().next().is_some();
        order.is_open() && !is_sold && !answered_for
    }

    pub fn take_up(&mut self, at: usize, shift: usize) {
        self.orders[at].shift = Some(shift);
        self.note("order.taken_up");
    }

    /// Money goes to the shift of whoever takes it, cash into the drawer, and what is unsent is sent with it.
    pub fn pay(&mut self, who: usize, at: usize, pay: &Pay) -> Outcome {
        let shift = match pay.method {
            Method::Cash => self.shift_with_cash(who)?,
            // Other money needs no float: somebody's first opens a shift without cash for them.
            _ => self.shift_for(who),
        };
        let balance = self.orders[at].balance();
        must(!self.orders[at].cancelled && balance > 0, CONFLICT)?;
        must(
            pay.expected.is_none_or(|expected| expected == balance),
            CONFLICT,
        )?;
        must(self.orders[at].has_something_to_pay_for(), CONFLICT)?;
        let (said, pieces) = self.said(at, pay, balance)?;
        let (payment, rounding) = match pay.method {
            Method::Cash => pay.against(balance, said, self.unit)?,
            _ => (self.charge(pay, balance, said)?, 0),
        };
        let billed = payment.amount - rounding;
        must(pay.shown.is_none_or(|shown| shown == billed), CONFLICT)?;
        if self.is_left(at) {
            self.take_up(at, shift);
        }
        self.hand_over(at);
        self.orders[at].rounding += rounding;
        self.orders[at].paid += payment.amount;
        let entries = &mut self.shifts[shift].entries;
        if payment.method == Method::Cash {
            entries.push(("sale", payment.amount));
            if payment.tip > 0 {
                entries.push(("tip", payment.tip));
            }
        }
        let date = self.date();
        self.payments.push(Payment {
            order: Some(at),
            shift: Some(shift),
            by: Some(who),
            at: self.now,
            date,
            pieces,
            ..payment
        });
        self.note("payment.taken");
        Ok(())
    }

    /// A free order needs neither money nor float, but somebody's shift answers for it all the same.
    pub fn nothing_to_pay(&mut self, who: usize, at: usize) -> Outcome {
        let order = &self.orders[at];
        must(!order.cancelled && order.balance() == 0, CONFLICT)?;
        must(order.live().next().is_some(), CONFLICT)?;
        let is_over = order.sent().next().is_some() && order.to_send().next().is_none();
        // One that was opened again for nothing is closed by hand.
        must(!is_over || order.is_reopened(), CONFLICT)?;
        self.send(who, at)
    }

    /// A shift without cash, or the float of one, counted once.
    pub fn start_shift(
        &mut self,
        who: usize,
        cash: Option<bool>,
        hundreds: Option<i64>,
    ) -> Outcome {
        must(self.people[who].role.takes_orders(), FORBIDDEN)?;
        let Some(in_drawer) = cash else {
            must(self.open_shift_of(who).is_none(), CONFLICT)?;
            self.shift_for(who);
            return Ok(());
        };
        let hundreds = hundreds.ok_or(INVALID)?;
        let place = match in_drawer {
            false => Cash::Pouch,
            true => Cash::Drawer(self.people[who].drawer.ok_or(CONFLICT)?),
        };
        let held = |shift: &Shift| shift.is_open() && shift.owner != who && shift.cash == place;
        must(!in_drawer || !self.shifts.iter().any(held), CONFLICT)?;
        let at = self.shift_for(who);
        let shift = &mut self.shifts[at];
        must(!shift.has_cash(), CONFLICT)?;
        shift.cash = place;
        shift.entries.push(("float", hundreds * 100));
        self.note("shift.float_counted");
        Ok(())
    }

    pub fn shift_deed(&mut self, who: usize, id: Uuid, deed: &ShiftDeed) -> Outcome {
        let role = self.people[who].role;
        must(role.takes_orders(), FORBIDDEN)?;
        if let ShiftDeed::Count { hundreds: None } = deed {
            return Err(INVALID);
        }
        let at = self.shifts.iter().position(|shift| shift.id == id);
        let at = at.ok_or(NOT_FOUND)?;
        if let ShiftDeed::Close {
            approver: Some(approver),
            ..
        } = deed
        {
            // Nobody approves what they ask for themselves, and only managers do.
            must(*approver != who, FORBIDDEN)?;
            must(self.people[*approver].role.manages(), FORBIDDEN)?;
        }
        must(self.shifts[at].owner == who || role.manages(), FORBIDDEN)?;
        must(self.shifts[at].is_open(), CONFLICT)?;
        match deed {
            ShiftDeed::Count { hundreds } => {
                // What a shift without cash took otherwise is counted by what it says of itself, which nobody types here.
                let only_others = !self.shifts[at].has_cash() && !self.tenders_of(at).is_empty();
                must(!only_others, INVALID)?;
                self.shifts[at].may_count(who, role)?;
                let shift = &mut self.shifts[at];
                let expected = shift.expected();
                let counted = hundreds.unwrap_or(0) * 100;
                shift.counts.push(Count {
                    id: Uuid::nil(),
                    by: who,
                    counted,
                    expected,
                });
                self.note("shift.counted");
                Ok(())
            }
            ShiftDeed::PassOn { order, to } => self.pass_on(at, *order, *to),
            ShiftDeed::Close {
                count,
                reason,
                approver,
            } => self.close(who, at, *count, *reason, *approver),
        }
    }

    /// What a shift took by other means than cash, with tips, less what went back that way.
    pub fn tenders_of(&self, at: usize) -> Vec<(Method, i64)> {
        let own = self.payments.iter().filter(|one| one.shift == Some(at));
        let came = own.map(|one| (one.method, one.amount + one.tip));
        let back = self
            .refunds
            .iter()
            .filter(|one| one.shift == at && !one.in_cash);
        let went = back.map(|one| (self.payments[one.payment].method, -(one.amount + one.tip)));
        let all: Vec<(Method, i64)> = came.chain(went).collect();
        let others = Method::ALL.into_iter().filter(|one| *one != Method::Cash);
        let sums = others.filter_map(|method| {
            let of_it = all.iter().filter(|(one, _)| *one == method);
            let sum = of_it.clone().map(|(_, amount)| amount).sum();
            (of_it.count() > 0).then_some((method, sum))
        });
        sums.collect()
    }

    /// Hands an open order to another open shift, or leaves it to whoever takes it up next.
    fn pass_on(&mut self, from: usize, order: Uuid, to: Option<Uuid>) -> Outcome {
        let taker = match to {
            None => None,
            Some(to) if to == self.shifts[from].id => return Err(CONFLICT),
            Some(to) => {
                let taker = self.shifts.iter().position(|shift| shift.id == to);
                let taker = taker.ok_or(NOT_FOUND)?;
                must(self.shifts[taker].is_open(), CONFLICT)?;
                Some(taker)
            }
        };
        let mut orders = self.orders.iter_mut();
        let order = orders.find(|one| one.id == order).ok_or(NOT_FOUND)?;
        must(order.is_open() && order.shift == Some(from), CONFLICT)?;
        order.shift = taker;
        order.touched_at = self.now;
        self.shifts[from].passed_on += 1;
        self.note(if taker.is_some() {
            "order.handed_over"
        } else {
            "order.carried_over"
        });
        Ok(())
    }

    /// The orders that keep a shift from being closed: something is to be paid or sent.
    pub fn in_the_way(&self, shift: usize) -> impl Iterator<Item = &Order> {
        let own = self
            .orders
            .iter()
            .filter(move |order| order.is_open() && order.shift == Some(shift));
        own.filter(|order| order.balance() > 0 || order.to_send().next().is_some())
    }

    fn close(
        &mut self,
        who: usize,
        at: usize,
        seen: Option<Uuid>,
        reason: bool,
        approver: Option<usize>,
    ) -> Outcome {
        must(self.in_the_way(at).next().is_none(), CONFLICT)?;
        let shift = &self.shifts[at];
        if shift.has_cash() {
            let beyond = shift.variance()?.abs() > THRESHOLD;
            let last = shift.counts.last().map(|count| count.id);
            must(seen == last || (seen.is_none() && !beyond), CONFLICT)?;
            if beyond {
                must(reason, INVALID)?;
                must(approver != Some(shift.owner), FORBIDDEN)?;
                // A manager who closes somebody else's shift agrees; their own stands as unapproved.
                let manages = self.people[who].role.manages();
                must(approver.is_some() || manages, FORBIDDEN)?;
            }
        }
        self.reports += 1;
        self.shifts[at].report = Some(self.reports);
        // An order with nothing on it goes on by itself.
        for order in 0..self.orders.len() {
            let one = &mut self.orders[order];
            let is_empty = one.balance() == 0 && one.sent().next().is_none();
            if one.is_open() && one.shift == Some(at) && is_empty {
                one.shift = None;
                one.touched_at = self.now;
                self.note("order.carried_over");
            }
        }
        for product in 0..self.menu.len() {
            let one = &mut self.menu[product];
            if one.sold_out && one.out_until == Some(at) {
                one.sold_out = false;
                one.out_until = None;
                self.note("menu.stock");
            }
        }
        self.note("shift.closed");
        Ok(())
    }
}

/// Half up.
pub fn rounded(amount: i64, unit: i64) -> i64 {
    match unit {
        0 => amount,
        unit => (2 * amount + unit) / (2 * unit) * unit,
    }
}

/// What an order that owes as much owes in cash; what would be rounded to nothing is not rounded.
pub fn in_cash(balance: i64, unit: i64) -> i64 {
    Some(rounded(balance, unit))
        .filter(|due| *due > 0)
        .unwrap_or(balance)
}

impl Pay {
    /// What becomes of the cash: more than the balance is change and nothing else, less is a part payment; but where the
    /// amount was said, all of it has to be there. All of what is due is rounded, a part of it is not. Answers what rounding
    /// adds, too.
    fn against(&self, balance: i64, said: Option<i64>, unit: i64) -> Result<(Payment, i64), u16> {
        let due = in_cash(balance, unit);
        let reach = self.tendered.map(|tendered| tendered - self.tip);
        let is_all = match said {
            Some(amount) => amount == balance,
            None => reach.is_some_and(|reach| reach >= due),
        };
        let (said, balance, rounding) = match is_all {
            true => (Some(due), due, due - balance),
            false => (said, balance, 0),
        };
        let tendered = match (said, self.tendered) {
            (None, None) => return Err(INVALID),
            (Some(amount), None) => amount + self.tip,
            (_, Some(tendered)) => tendered,
        };
        let amount = said.unwrap_or((tendered - self.tip).clamp(0, balance));
        let change = tendered - amount - self.tip;
        must(self.tip >= 0 && tendered >= 0, INVALID)?;
        must((1..=balance).contains(&amount), INVALID)?;
        must((0..=MOST_CHANGE).contains(&change), INVALID)?;
        let payment = Payment {
            id: Uuid::nil(),
            order: None,
            placed: None,
            shift: None,
            by: None,
            link: None,
            at: 0,
            date: 0,
            method: Method::Cash,
            amount,
            tip: self.tip,
            tendered: Some(tendered),
            change,
            reference: None,
            pieces: Vec::new(),
        };
        Ok((payment, rounding))
    }
}

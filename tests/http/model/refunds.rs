//! Money that goes back, and orders that are opened again (product.md, sections 1, 4 and 5; cash.md, section 2).

use uuid::Uuid;

use super::book::*;
use super::cash::rounded;
use super::charges::{is_readable, kept};
use super::command::{Back, Refund};

/// How much of one payment may go back before an admin has to agree; the setting of this café.
pub const REFUND_LIMIT: i64 = 30_000;

/// Money that was given back of a payment.
#[derive(Debug, Clone)]
pub struct Returned {
    pub payment: usize,
    pub shift: usize,
    pub date: i64,
    pub is_goods: bool,
    pub amount: i64,
    pub tip: i64,
    /// What nobody has paid for by item any more.
    pub freed: Vec<Pieces>,
    pub because: Because,
    /// It came otherwise, and went back out of a drawer.
    pub in_cash: bool,
    pub reference: Option<String>,
}

impl Order {
    /// Open, although nothing is due and everything was made: it was opened again, and nothing has come of that.
    pub fn is_reopened(&self) -> bool {
        let is_done = |line: &Line| line.is_made() || line.state == State::Voided;
        self.is_open() && self.settled.is_some() && self.lines.iter().all(is_done)
    }
}

impl Book {
    /// What is left of a payment: of its amount, and of its tip.
    pub fn left_of(&self, payment: usize) -> (i64, i64) {
        let given = self.refunds.iter().filter(|one| one.payment == payment);
        let (amount, tip) = given.fold((0, 0), |(amount, tip), one| {
            (amount + one.amount, tip + one.tip)
        });
        let payment = &self.payments[payment];
        (payment.amount - amount, payment.tip - tip)
    }

    pub fn payment(&self, id: Uuid) -> Option<usize> {
        self.payments.iter().position(|one| one.id == id)
    }

    /// Money of Pesapal's is asked of Pesapal first, where all else is right, and it is in the books once that has accepted.
    pub fn refund(&mut self, who: usize, id: Uuid, asked: &Refund) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        must(asked.why.reason().is_some(), INVALID)?;
        let reference = asked.reference.as_deref();
        must(asked.in_cash || reference.is_none_or(is_readable), INVALID)?;
        let payment = self.payment(id).ok_or(NOT_FOUND)?;
        let left = self.left_of(payment);
        must(left.0 + left.1 > 0, CONFLICT)?;
        let link = self.payments[payment].link;
        let Some(link) = link.filter(|_| !asked.another_way && !asked.in_cash) else {
            self.give_back_of(who, payment, asked)?;
            return match link {
                Some(link) => self.must_not_be_underway(link),
                None => Ok(()),
            };
        };
        let mut draft = self.clone();
        draft.give_back_of(who, payment, asked)?;
        let back = draft.refunds.last().map_or(0, |one| one.amount + one.tip);
        self.ask_for_it_back(who, link, back, asked.pesapal)?;
        self.give_back_of(who, payment, asked)?;
        self.book_what_was_accepted(link);
        Ok(())
    }

    /// A wrong payment is due again, and its order is open; for goods that came back lines are struck out, and the order stays
    /// settled. Cash comes out of the person's own drawer.
    fn give_back_of(&mut self, who: usize, payment: usize, asked: &Refund) -> Outcome {
        let left = self.left_of(payment);
        let because = self.because(who, &asked.why)?;
        let (at, method) = (self.payments[payment].on(), self.payments[payment].method);
        let is_cash = method == Method::Cash || asked.in_cash;
        let shift = match is_cash {
            true => self.shift_with_cash(who)?,
            false => self.shift_for(who),
        };
        let (amount, tip, freed) = match asked.back {
            Back::Wrong { amount, tip } => self.wrong(payment, left, (amount, tip))?,
            Back::Goods { line, pieces } => {
                let at = at.ok_or(CONFLICT)?;
                let unit = match method {
                    Method::Cash => self.unit,
                    _ => 0,
                };
                let (price, freed) = self.goods(at, (left.0, unit), line, pieces, &because)?;
                (price, 0, freed)
            }
        };
        // Two halves are a whole, the tip with them.
        let money = &self.payments[payment];
        let all = money.amount + money.tip - left.0 - left.1 + amount + tip;
        let is_an_admins = self.people[because.agreed.unwrap_or(who)].role == Role::Admin;
        must(all <= REFUND_LIMIT || is_an_admins, CONFLICT)?;
        if is_cash {
            let drawer = &mut self.shifts[shift];
            must(drawer.expected() >= amount + tip, CONFLICT)?;
            drawer.entries.push(("refund", -(amount + tip)));
        }
        let is_goods = matches!(asked.back, Back::Goods { .. });
        let date = self.date();
        self.refunds.push(Returned {
            payment,
            shift,
            date,
            is_goods,
            amount,
            tip,
            freed,
            because,
            in_cash: asked.in_cash && method != Method::Cash,
            // Notes have no transaction id.
            reference: asked
                .reference
                .as_deref()
                .filter(|_| !asked.in_cash)
                .map(kept),
        });
        self.note("payment.refunded");
        if let Some(at) = at.filter(|_| is_goods) {
            self.end_if_spent_and_open(at);
            self.settle(at);
        }
        if let Some(at) = at {
            self.orders[at].touched_at = self.now;
        }
        Ok(())
    }

    /// What cash was rounded by goes with the money, but for what is still paid beyond the bill.
    fn wrong(
        &mut self,
        payment: usize,
        left: (i64, i64),
        said: (Option<i64>, Option<i64>),
    ) -> Result<(i64, i64, Vec<Pieces>), u16> {
        let (amount, tip) = match said {
            (None, None) => left,
            (amount, tip) => (amount.unwrap_or(0), tip.unwrap_or(0)),
        };
        must(amount + tip > 0, INVALID)?;
        must(amount <= left.0 && tip <= left.1, INVALID)?;
        if amount == 0 {
            // A tip is beside the order, whatever became of that.
            return Ok((0, tip, Vec::new()));
        }
        let Some(at) = self.payments[payment].on() else {
            return Ok((amount, tip, Vec::new()));
        };
        must(!self.orders[at].cancelled, CONFLICT)?;
        let order = &mut self.orders[at];
        if order.closed {
            self.open_again(at);
        } else if order.balance() == 0 && order.sent().next().is_some() {
            order.versions += 1;
        }
        let freed = self.freed_by_payment(payment);
        let order = &mut self.orders[at];
        order.paid -= amount;
        order.rounding = (order.paid - order.total()).max(0);
        Ok((amount, tip, freed))
    }

    /// Answers what goes back for them: in cash what stays on the bill is rounded, so that piece by piece comes to the same as
    /// all at once.
    fn goods(
        &mut self,
        at: usize,
        (left, unit): (i64, i64),
        line: Uuid,
        pieces: i64,
        because: &Because,
    ) -> Result<(i64, Vec<Pieces>), u16> {
        let order = &self.orders[at];
        must(!order.cancelled, CONFLICT)?;
        must(
            order.balance() == 0 && order.sent().next().is_some(),
            CONFLICT,
        )?;
        let before = order.total();
        let line = order.lines.iter().find(|one| one.id == line);
        let line = line.filter(|line| line.is_sent()).ok_or(CONFLICT)?;
        let (number, freed) = (line.number, self.freed_by_goods(line, pieces));
        let cut = self.cut(at, number, Some(pieces))?;
        self.strike_out(at, &[cut], because)?;
        let order = &mut self.orders[at];
        let stays = order.total();
        let back = match before > stays && unit > 0 {
            true => (order.paid - rounded(stays, unit)).max(0),
            false => (before - stays).min(order.paid),
        };
        must(back > 0, INVALID)?;
        must(back <= left, CONFLICT)?;
        order.paid -= back;
        order.rounding = order.paid - stays;
        self.note("order.line_returned");
        Ok((back, freed))
    }

    fn end_if_spent_and_open(&mut self, at: usize) {
        if self.orders[at].is_open() {
            self.end_if_spent(at);
        }
    }

    /// A new version of the order; what it was is kept.
    fn open_again(&mut self, at: usize) {
        let order = &mut self.orders[at];
        order.closed = false;
        order.versions += 1;
        self.note("order.reopened");
    }

    pub fn reopen_order(&mut self, at: usize) -> Outcome {
        must(self.orders[at].closed, CONFLICT)?;
        self.open_again(at);
        Ok(())
    }
}

//! Money that goes back, and orders that are opened again (product.md, sections 1, 4 and 5; cash.md, section 2).

use uuid::Uuid;

use super::book::*;
use super::command::{Back, Refund};

/// Money that was given back of a payment.
#[derive(Debug, Clone)]
pub struct Returned {
    pub payment: usize,
    pub shift: usize,
    pub date: i64,
    pub is_goods: bool,
    pub amount: i64,
    pub tip: i64,
    pub because: Because,
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

    /// A wrong payment is due again, and its order is open; for goods that came back lines are struck out, and the order stays
    /// settled. Cash comes out of the person's own drawer.
    pub fn refund(&mut self, who: usize, id: Uuid, asked: &Refund) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        must(asked.why.reason().is_some(), INVALID)?;
        let payment = self.payment(id).ok_or(NOT_FOUND)?;
        let left = self.left_of(payment);
        must(left.0 + left.1 > 0, CONFLICT)?;
        let because = self.because(who, &asked.why)?;
        let (at, method) = (self.payments[payment].order, self.payments[payment].method);
        let shift = match method {
            Method::Cash => self.shift_with_cash(who)?,
            _ => self.shift_for(who),
        };
        let (amount, tip) = match asked.back {
            Back::Wrong { amount, tip } => self.wrong(at, left, (amount, tip))?,
            Back::Goods { line, pieces } => (self.goods(at, left.0, line, pieces, &because)?, 0),
        };
        if method == Method::Cash {
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
            because,
        });
        self.note("payment.refunded");
        if is_goods {
            self.end_if_spent_and_open(at);
            self.settle(at);
        }
        self.orders[at].touched_at = self.now;
        Ok(())
    }

    fn wrong(
        &mut self,
        at: usize,
        left: (i64, i64),
        said: (Option<i64>, Option<i64>),
    ) -> Result<(i64, i64), u16> {
        let (amount, tip) = match said {
            (None, None) => left,
            (amount, tip) => (amount.unwrap_or(0), tip.unwrap_or(0)),
        };
        must(amount + tip > 0, INVALID)?;
        must(amount <= left.0 && tip <= left.1, INVALID)?;
        must(!self.orders[at].cancelled, CONFLICT)?;
        if amount > 0 && self.orders[at].closed {
            self.open_again(at);
        }
        self.orders[at].paid -= amount;
        Ok((amount, tip))
    }

    /// Answers what goes back for them.
    fn goods(
        &mut self,
        at: usize,
        left: i64,
        line: Uuid,
        pieces: i64,
        because: &Because,
    ) -> Result<i64, u16> {
        let order = &self.orders[at];
        must(!order.cancelled, CONFLICT)?;
        must(
            order.balance() == 0 && order.sent().next().is_some(),
            CONFLICT,
        )?;
        let before = order.total();
        let line = order.lines.iter().find(|one| one.id == line);
        let number = line.filter(|line| line.is_sent()).ok_or(CONFLICT)?.number;
        let cut = self.cut(at, number, Some(pieces))?;
        self.strike_out(at, &[cut], because)?;
        let price = before - self.orders[at].total();
        must(price > 0, INVALID)?;
        must(price <= left, CONFLICT)?;
        self.orders[at].paid -= price;
        self.note("order.line_returned");
        Ok(price)
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

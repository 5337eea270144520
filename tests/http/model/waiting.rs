//! Mobile money that is waited for (product.md, section 5; money.md): it is no money until the provider's message has come.

use uuid::Uuid;

use super::book::*;
use super::charges::kept;
use super::command::{Ending, Pay};

/// Money that a guest was asked for.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    pub order: usize,
    /// The shift of whoever asked.
    pub shift: usize,
    pub by: usize,
    pub method: Method,
    pub amount: i64,
    pub tip: i64,
    /// Pieces of the lines with these ids: a line may be gone when the money comes.
    pub pieces: Vec<(Uuid, i64)>,
    pub state: Waited,
    /// Why it failed, which stays where the money comes after all.
    pub said: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    Waiting,
    /// The money is there: which payment it is.
    Came(usize),
    Failed,
    Withdrawn,
}

impl Book {
    /// As much as could be paid now, in the shift of whoever asks. Nothing of the order changes, and nothing is sent.
    pub fn wait_for(&mut self, who: usize, at: usize, pay: &Pay) -> Outcome {
        let shift = self.shift_for(who);
        let order = &self.orders[at];
        let balance = order.balance();
        must(!order.cancelled && balance > 0, CONFLICT)?;
        must(pay.expected.is_none_or(|due| due == balance), CONFLICT)?;
        let (said, pieces) = self.said(at, pay, balance)?;
        let amount = said.unwrap_or(balance);
        must((1..=balance).contains(&amount), INVALID)?;
        must(pay.shown.is_none_or(|shown| shown == amount), CONFLICT)?;
        let ids = pieces.iter().filter_map(|(number, of_it)| {
            let mut lines = order.lines.iter();
            let line = lines.find(|line| line.number == *number)?;
            Some((line.id, *of_it))
        });
        let pieces = ids.collect();
        self.waits.push(Wait {
            id: Uuid::nil(),
            order: at,
            shift,
            by: who,
            method: pay.method,
            amount,
            tip: pay.tip,
            pieces,
            state: Waited::Waiting,
            said: None,
        });
        self.note("attempt.started");
        Ok(())
    }

    pub fn wait(&self, id: Uuid) -> Option<usize> {
        self.waits.iter().position(|wait| wait.id == id)
    }

    /// The message has come, or somebody says that none does. Money that is there is there: it may come after somebody gave up.
    pub fn end_wait(&mut self, who: usize, id: Uuid, ending: &Ending) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        must(ending.can_be_read(), INVALID)?;
        let wait = self.wait(id).ok_or(NOT_FOUND)?;
        let state = self.waits[wait].state;
        must(!matches!(state, Waited::Came(_)), CONFLICT)?;
        if let Ending::Came(reference) = ending {
            return self.money_comes(who, wait, reference);
        }
        must(state == Waited::Waiting, CONFLICT)?;
        self.waits[wait].said = ending.reason();
        self.waits[wait].state = match ending.reason() {
            Some(_) => Waited::Failed,
            None => Waited::Withdrawn,
        };
        self.note("attempt.ended");
        Ok(())
    }

    /// It is booked in the shift that asked for it while that is open, else in none; and it is on its order where that owes as
    /// much, else on none.
    fn money_comes(&mut self, who: usize, wait: usize, reference: &str) -> Outcome {
        let asked = self.waits[wait].clone();
        must(!self.has_paid(asked.method, reference), CONFLICT)?;
        let shift = Some(asked.shift).filter(|shift| self.shifts[*shift].is_open());
        let order = &self.orders[asked.order];
        let is_payable = !order.cancelled && order.has_something_to_pay_for();
        let is_due = is_payable && asked.amount <= order.balance();
        let pieces = match is_due {
            true => self.still_open(&asked),
            false => Vec::new(),
        };
        self.payments.push(Payment {
            id: Uuid::nil(),
            order: is_due.then_some(asked.order),
            shift,
            by: who,
            date: self.date(),
            method: asked.method,
            amount: asked.amount,
            tip: asked.tip,
            tendered: None,
            change: 0,
            reference: Some(kept(reference)),
            pieces,
        });
        self.waits[wait].state = Waited::Came(self.payments.len() - 1);
        self.note("payment.taken");
        self.note("attempt.confirmed");
        if is_due {
            let at = asked.order;
            if let Some(shift) = shift.filter(|_| self.is_left(at)) {
                self.take_up(at, shift);
            }
            self.hand_over(at);
            self.orders[at].paid += asked.amount;
            self.settle(at);
            self.orders[at].touched_at = self.now;
        }
        Ok(())
    }

    /// Where one of the pieces was paid for or struck out meanwhile, the money is for none of them.
    fn still_open(&self, asked: &Wait) -> Vec<Pieces> {
        let open = self.open_lines(asked.order);
        let numbered = asked.pieces.iter().map(|(id, of_it)| {
            let line = open.iter().find(|open| open.line.id == *id);
            let line = line.filter(|open| open.left >= *of_it)?;
            Some((line.line.number, *of_it))
        });
        numbered.collect::<Option<_>>().unwrap_or_default()
    }
}

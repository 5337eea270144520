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
    pub at: i64,
    /// When it ended, and who said so.
    pub ended: Option<(i64, usize)>,
}

/// What a guest would be asked for: amount, and pieces of the lines with these ids.
pub type AskedFor = (i64, Vec<(Uuid, i64)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    Waiting,
    /// The money is there: which payment it is.
    Came(usize),
    Failed,
    Withdrawn,
}

impl Book {
    /// In the shift of whoever asks. Nothing of the order changes, and nothing is sent.
    pub fn wait_for(&mut self, who: usize, at: usize, pay: &Pay) -> Outcome {
        let shift = self.shift_for(who);
        let (amount, pieces) = self.asked_for(at, pay)?;
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
            at: self.now,
            ended: None,
        });
        self.note("attempt.started");
        Ok(())
    }

    /// As much as could be paid now.
    pub fn asked_for(&self, at: usize, pay: &Pay) -> Result<AskedFor, u16> {
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
        Ok((amount, ids.collect()))
    }

    pub fn wait(&self, id: Uuid) -> Option<usize> {
        self.waits.iter().position(|wait| wait.id == id)
    }

    /// The message has come, or somebody says that none does. Money that is there is there: it may come after somebody gave up.
    pub fn end_wait(&mut self, who: usize, id: Uuid, ending: &Ending) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        must(ending.can_be_read(), INVALID)?;
        // What Pesapal is asked for, Pesapal answers itself.
        must(!self.links.iter().any(|link| link.id == id), CONFLICT)?;
        let wait = self.wait(id).ok_or(NOT_FOUND)?;
        let state = self.waits[wait].state;
        must(!matches!(state, Waited::Came(_)), CONFLICT)?;
        if let Ending::Came(reference) = ending {
            return self.money_comes(who, wait, reference);
        }
        must(state == Waited::Waiting, CONFLICT)?;
        self.waits[wait].said = ending.reason();
        self.waits[wait].ended = Some((self.now, who));
        self.waits[wait].state = match ending.reason() {
            Some(_) => Waited::Failed,
            None => Waited::Withdrawn,
        };
        self.note("attempt.ended");
        Ok(())
    }

    fn money_comes(&mut self, who: usize, wait: usize, reference: &str) -> Outcome {
        let asked = self.waits[wait].clone();
        must(!self.has_paid(asked.method, reference), CONFLICT)?;
        let money = Payment {
            by: Some(who),
            amount: asked.amount,
            tip: asked.tip,
            ..self.loose(asked.method, kept(reference))
        };
        let payment = self.arrive(Some(asked.order), Some(asked.shift), &asked.pieces, money);
        self.waits[wait].state = Waited::Came(payment);
        self.waits[wait].ended = Some((self.now, who));
        self.note("attempt.confirmed");
        Ok(())
    }

    /// Money that came by itself, before it is said how much and for what.
    pub fn loose(&self, method: Method, reference: String) -> Payment {
        Payment {
            id: Uuid::nil(),
            order: None,
            placed: None,
            shift: None,
            by: None,
            link: None,
            at: self.now,
            date: self.date(),
            method,
            amount: 0,
            tip: 0,
            tendered: None,
            change: 0,
            reference: Some(reference),
            pieces: Vec::new(),
        }
    }

    /// It is booked in the shift that asked for it while that is open, else in none; and it is on its order where that owes as
    /// much, else on none. Answers which payment it is.
    pub fn arrive(
        &mut self,
        order: Option<usize>,
        shift: Option<usize>,
        asked: &[(Uuid, i64)],
        money: Payment,
    ) -> usize {
        let shift = shift.filter(|shift| self.shifts[*shift].is_open());
        let is_due = |at: &usize| {
            let order = &self.orders[*at];
            let is_payable = !order.cancelled && order.has_something_to_pay_for();
            is_payable && money.amount <= order.balance()
        };
        let order = order.filter(is_due);
        let pieces = order.map_or_else(Vec::new, |at| self.still_open(at, asked));
        let amount = money.amount;
        self.payments.push(Payment {
            order,
            shift,
            pieces,
            ..money
        });
        self.note("payment.taken");
        if let Some(at) = order {
            self.put_on(at, shift, amount);
        }
        self.payments.len() - 1
    }

    /// An order for which no open shift answers is taken up by that of the money, and what is unsent is sent.
    pub fn put_on(&mut self, at: usize, shift: Option<usize>, amount: i64) {
        if let Some(shift) = shift.filter(|_| self.is_left(at)) {
            self.take_up(at, shift);
        }
        self.hand_over(at);
        self.orders[at].paid += amount;
        self.settle(at);
        self.orders[at].touched_at = self.now;
    }

    /// Where one of the pieces was paid for or struck out meanwhile, the money is for none of them.
    fn still_open(&self, at: usize, asked: &[(Uuid, i64)]) -> Vec<Pieces> {
        let open = self.open_lines(at);
        let numbered = asked.iter().map(|(id, of_it)| {
            let line = open.iter().find(|open| open.line.id == *id);
            let line = line.filter(|open| open.left >= *of_it)?;
            Some((line.line.number, *of_it))
        });
        numbered.collect::<Option<_>>().unwrap_or_default()
    }
}

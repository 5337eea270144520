//! Guests who part a bill among them: even shares, and each what they had.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

use super::book::*;
use super::chance::Chance;
use super::command::{Command, OrderDeed, Part, Pay};

impl Chance<'_> {
    /// Somebody with a float who may take payments.
    pub fn with_cash(&mut self) -> Option<usize> {
        let people = 0..self.book.people.len();
        let may = |who: &usize| self.book.people[*who].role.takes_payments();
        let ready = people.filter(|who| may(who) && self.book.shift_with_cash(*who).is_ok());
        ready.collect::<Vec<_>>().choose(self.rng).copied()
    }

    pub fn even_share(&mut self) -> Option<Command> {
        let order = self.order(|order| order.balance() > 0)?.id;
        let people = match self.rng.random_range(0..14) {
            0 => *[0, 1, 21].choose(self.rng)?,
            1 => self.rng.random_range(6..=20),
            _ => self.rng.random_range(2..=5),
        };
        self.part(order, Part::Even(people))
    }

    /// A few pieces, a seat, or everything that is left.
    pub fn by_item(&mut self) -> Option<Command> {
        let order = self.order(|order| order.balance() > 0)?.id;
        let at = self.book.orders.iter().position(|one| one.id == order)?;
        let open = self.book.open_lines(at);
        let mut left: Vec<(Uuid, i64)> = open.iter().map(|one| (one.line.id, one.left)).collect();
        let mut seats = Vec::new();
        match self.rng.random_range(0..9) {
            0 | 1 => {}
            2 | 3 => {
                left.clear();
                seats.push(self.rng.random_range(1..=3));
            }
            // What another guest has paid for, what is not on the bill any more, or what is nobody's to pay for.
            4 => {
                let lines: Vec<&Line> = self.book.orders[at].lines.iter().collect();
                let is_paid = |line: &&Line| self.book.paid_for(line.number) == line.quantity;
                let paid: Vec<&Line> = lines.iter().copied().filter(is_paid).collect();
                let stale = if paid.is_empty() { lines } else { paid };
                let line = stale.choose(self.rng)?;
                left = vec![(line.id, 1)];
            }
            5 if self.once_in(4) => left.clear(),
            _ => left = self.a_few(&left),
        }
        self.part(
            order,
            Part::Items {
                pieces: left,
                seats,
            },
        )
    }

    fn a_few(&mut self, left: &[(Uuid, i64)]) -> Vec<(Uuid, i64)> {
        let some = self.rng.random_range(1..=2);
        let some: Vec<(Uuid, i64)> = left.choose_multiple(self.rng, some).copied().collect();
        let pieces = some.into_iter().map(|(line, left)| {
            let most = if self.once_in(15) { left + 1 } else { left };
            (line, self.rng.random_range(1..=most))
        });
        pieces.collect()
    }

    /// In cash mostly exactly, so that what it is rounded to is what is taken.
    fn part(&mut self, order: Uuid, part: Part) -> Option<Command> {
        let methods = [Method::Cash, Method::Cash, Method::Card, Method::Mtn];
        let method = *methods.choose(self.rng)?;
        let is_cash = method == Method::Cash;
        let who = match is_cash {
            true => self.with_cash()?,
            false => self.who(Role::takes_payments),
        };
        let mut pay = Pay {
            method,
            part,
            tendered: (is_cash && self.once_in(4)).then_some(50_000),
            tip: if self.once_in(8) { 500 } else { 0 },
            ..Pay::default()
        };
        if !is_cash {
            pay.reference = self.reference(method);
        }
        pay.shown = self.shown(order, &pay);
        Some(self.by(who, order, OrderDeed::Pay(pay)))
    }

    /// What the screen says that the payment is, which may be of before.
    fn shown(&mut self, order: Uuid, pay: &Pay) -> Option<i64> {
        let at = self.book.orders.iter().position(|one| one.id == order)?;
        let balance = self.book.orders[at].balance();
        let can_be_read = pay.part.can_be_read() && balance > 0;
        if !can_be_read || self.once_in(3) {
            return None;
        }
        let (amount, _) = self.book.said(at, pay, balance).ok()?;
        match self.once_in(20) {
            true => amount.map(|amount| amount + 100),
            false => amount,
        }
    }
}

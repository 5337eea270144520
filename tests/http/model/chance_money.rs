//! What people do next about money that is not in a drawer: other ways to pay, lower prices.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;

use super::book::*;
use super::chance::Chance;
use super::command::{Command, Deed, Discount, Less, OrderDeed, Pay, Why};

impl Chance<'_> {
    /// A card or a telephone, mostly for all that is due.
    pub fn charge(&mut self) -> Option<Command> {
        let order = self.order(|order| order.balance() > 0)?.clone();
        let who = self.who(Role::takes_payments);
        let due = order.balance();
        let method = *[Method::Card, Method::Mtn, Method::Airtel].choose(self.rng)?;
        let amount = match self.rng.random_range(0..9) {
            0 => Some(due + 100),
            1 if self.once_in(3) => Some(0),
            1 | 2 => Some((due / 200 * 100).max(100)),
            _ => None,
        };
        let pay = Pay {
            method,
            reference: self.reference(method),
            in_full: amount.is_none() && self.once_in(2),
            amount,
            tip: if self.once_in(6) { 1_000 } else { 0 },
            ..Pay::default()
        };
        Some(Command {
            who,
            deed: Deed::Order(order.id, OrderDeed::Pay(pay)),
        })
    }

    /// A lower price, mostly by somebody who may give it alone, because secrets are looked at slowly by design.
    pub fn discount(&mut self) -> Option<Command> {
        let order = self.order(|order| order.live().next().is_some() && order.paid == 0)?;
        let order = order.clone();
        let line = match self.rng.random_bool(0.5) {
            true => Some(order.lines.choose(self.rng)?),
            false => None,
        };
        let is_given = line.map_or(order.given.is_some(), |line| line.given.is_some());
        let less = match self.rng.random_range(0..13) {
            _ if is_given && self.once_in(2) => Less::Nothing,
            0 => *[Less::Nothing, Less::Share(0), Less::Amount(0)].choose(self.rng)?,
            1..=4 => Less::Amount(self.rng.random_range(1..6_000)),
            5 | 6 => Less::Named("Staff"),
            7 => Less::Named("Regular guest"),
            8 => Less::Named("Birthday"),
            9 => Less::Share(10_000),
            _ => Less::Share(*[300, 700, 1_000, 1_250, 2_575, 5_000].choose(self.rng)?),
        };
        let line = line.map(|line| line.id);
        let who = match self.rng.random_range(0..8) {
            0 => self.till(),
            1..=3 => self.who(|role| role == Role::Cashier),
            _ => self.who(Role::manages),
        };
        let is_named = matches!(less, Less::Named(_) | Less::Nothing);
        let chosen = (!is_named || self.once_in(6)) && !self.once_in(15);
        let is_asked = !matches!(
            less,
            Less::Named(_) | Less::Nothing | Less::Share(300 | 700)
        );
        let why = Why {
            chosen: chosen.then_some("Took too long"),
            written: self.once_in(8).then_some("An hour for a coffee"),
            agreed: match is_asked && self.once_in(2) {
                true => self.agreed(who, false),
                false => None,
            },
        };
        let asked = Discount { line, less, why };
        Some(self.by(who, order.id, OrderDeed::Discount(asked)))
    }

    /// What the slip or the message says; one that has paid already is written another way where that makes no other one.
    fn reference(&mut self, method: Method) -> Option<String> {
        let known = |payment: &&Payment| payment.method.is_mobile() == method.is_mobile();
        let known: Vec<&Payment> = self.book.payments.iter().filter(known).collect();
        let known: Vec<&String> = known
            .iter()
            .filter_map(|one| one.reference.as_ref())
            .collect();
        let number = self.rng.random_range(0..1_000_000);
        match self.rng.random_range(0..14) {
            0 => None,
            1 if self.once_in(2) => Some("1 2".to_owned()),
            2..=4 if method == Method::Card => None,
            2..=4 if !known.is_empty() => {
                let used = known.choose(self.rng)?;
                let spoken = used.to_lowercase().replace('.', "-");
                Some(if self.once_in(2) {
                    (*used).clone()
                } else {
                    spoken
                })
            }
            5..=7 if method == Method::Card => {
                let used = known.last()?;
                let (front, back) = used.split_at(3);
                Some(format!("{front} {back}"))
            }
            _ if method == Method::Card => Some(format!("{number:06}")),
            _ => Some(format!("MP261126.{number:06}.A77")),
        }
    }
}

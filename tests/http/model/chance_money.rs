//! What people do next about money that is not in a drawer: other ways to pay, lower prices, money that goes back.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;

use super::book::*;
use super::chance::Chance;
use super::command::{
    Back, Command, Deed, Discount, Fault, Less, OrderDeed, Part, Pay, Refund, Why,
};
use super::links::{Code, Link};
use super::links_back::ANSWERS_WITHIN;
use super::refunds::REFUND_LIMIT;

impl Chance<'_> {
    /// What a guest has paid by link, and shows the message of, before anybody was told.
    pub fn shown_message(&mut self) -> Option<Command> {
        let is_mobile = |link: &&Link| ["MTNUG", "AIRTELUG"].contains(&link.page.way);
        let there = self.book.links.iter().filter(|link| link.is_there());
        let there: Vec<&Link> = there
            .filter(|link| self.book.orders[link.order].balance() >= link.amount)
            .filter(is_mobile)
            .collect();
        let link = *there.choose(self.rng)?;
        let pay = Pay {
            method: match link.page.way {
                "MTNUG" => Method::Mtn,
                _ => Method::Airtel,
            },
            reference: Some(link.page.code.clone()),
            amount: Some(link.amount),
            tip: link.tip,
            ..Pay::default()
        };
        let order = self.book.orders[link.order].id;
        let who = self.who(Role::takes_payments);
        Some(self.by(who, order, OrderDeed::Pay(pay)))
    }

    /// A card or a telephone, mostly for all that is due.
    pub fn charge(&mut self) -> Option<Command> {
        if self.once_in(2)
            && let Some(shown) = self.shown_message()
        {
            return Some(shown);
        }
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
            part: match amount.is_none() && self.once_in(2) {
                true => Part::Full,
                false => Part::AsSaid,
            },
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
    pub fn reference(&mut self, method: Method) -> Option<String> {
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

    /// Money goes back, mostly by somebody who may give it alone and has the cash.
    pub fn refund(&mut self) -> Option<Command> {
        let lately = self.book.payments.len().saturating_sub(25)..self.book.payments.len();
        let is_left = |at: &usize| self.book.left_of(*at) != (0, 0);
        let left: Vec<usize> = lately.clone().filter(is_left).collect();
        // What is gone at Pesapal, Pesapal does not give back.
        let is_gone = |at: &&usize| {
            let link = self.book.payments[**at].link;
            link.is_some_and(|link| self.book.links[link].page.stands != Code::Paid)
        };
        let gone: Vec<usize> = left.iter().filter(is_gone).copied().collect();
        let at = match self.rng.random_range(0..8) {
            0 => lately.collect::<Vec<_>>().choose(self.rng).copied()?,
            1 | 2 if !gone.is_empty() => *gone.choose(self.rng)?,
            _ => *left.choose(self.rng)?,
        };
        let payment = &self.book.payments[at];
        // At the very second either answer is right.
        let link = payment.link.map(|link| &self.book.links[link]);
        let asked_at = link.and_then(|link| link.back.as_ref()).map(|back| back.at);
        if asked_at == Some(self.book.now - ANSWERS_WITHIN) {
            return None;
        }
        let in_cash = match payment.method {
            Method::Cash => self.once_in(30),
            _ => self.once_in(5),
        };
        let is_cash = payment.method == Method::Cash || in_cash;
        let has_cash = |who: &usize| !is_cash || self.book.shift_with_cash(*who).is_ok();
        let people = (0..self.book.people.len()).filter(has_cash);
        let people: Vec<usize> = people
            .filter(|who| self.book.people[*who].role.manages())
            .collect();
        let is_admin = |who: &&usize| self.book.people[**who].role == Role::Admin;
        let admin = people.iter().find(is_admin);
        let who = match (people.choose(self.rng), admin) {
            (_, Some(admin)) if payment.amount > REFUND_LIMIT && self.once_in(2) => *admin,
            (Some(who), _) if !self.once_in(4) => *who,
            _ => self.who(Role::takes_payments),
        };
        let (amount, tip) = self.book.left_of(at);
        let order = payment.on().map(|at| &self.book.orders[at]);
        let is_settled = order.is_some_and(|order| order.balance() == 0 && !order.cancelled);
        let sent: Vec<&Line> = order.into_iter().flat_map(Order::sent).collect();
        let back = match (self.rng.random_range(0..9), sent.choose(self.rng)) {
            (0..=3, Some(line)) if is_settled || self.once_in(6) => Back::Goods {
                line: line.id,
                pieces: self.rng.random_range(1..=line.quantity),
            },
            (4, _) => Back::Wrong {
                amount: Some(amount + 100),
                tip: None,
            },
            (5 | 6, _) => Back::Wrong {
                amount: Some(amount / 200 * 100),
                tip: None,
            },
            (7, _) => Back::Wrong {
                amount: None,
                tip: Some(tip),
            },
            _ => Back::Wrong {
                amount: None,
                tip: None,
            },
        };
        let asks_an_admin = payment.amount > REFUND_LIMIT && self.once_in(6);
        let why = self.why(who, asks_an_admin);
        let references = ["mp261126.000001.r77", "R 4711", "R 4711", "1 2"];
        let reference = match payment.method {
            Method::Cash => None,
            _ => self
                .once_in(3)
                .then(|| *references.choose(self.rng).expect("references")),
        };
        let asked = Refund {
            back,
            why,
            reference: reference.map(str::to_owned),
            another_way: match link {
                Some(_) => self.once_in(3),
                None => self.once_in(20),
            },
            in_cash,
            pesapal: match self.once_in(4) {
                true => *[Fault::Breaks, Fault::Nonsense].choose(self.rng)?,
                false => Fault::None,
            },
        };
        Some(Command {
            who,
            deed: Deed::Refund(payment.id, asked),
        })
    }

    /// A closed order is opened again; sometimes for nothing, and then it is closed by hand.
    pub fn reopen(&mut self) -> Option<Command> {
        let lately = self.book.orders.iter().rev().take(30);
        let (reopened, closed): (Vec<&Order>, Vec<&Order>) = lately
            .filter(|order| order.closed || order.is_reopened())
            .partition(|order| order.is_reopened());
        let for_nothing = reopened
            .choose(self.rng)
            .filter(|order| order.balance() == 0);
        if let Some(order) = for_nothing
            && self.once_in(2)
        {
            let who = self.who(Role::takes_payments);
            return Some(self.by(who, order.id, OrderDeed::NothingToPay));
        }
        let order = match self.once_in(10) {
            true => self.order(|_| true)?,
            false => *closed.choose(self.rng)?,
        };
        let order = order.id;
        let who = match self.once_in(4) {
            true => self.who(Role::takes_payments),
            false => self.who(Role::manages),
        };
        let why = self.why(who, false);
        Some(self.by(who, order, OrderDeed::Reopen(why)))
    }
}

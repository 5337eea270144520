//! Guests who pay by a link, or do not, and whatever is said of it by whomever.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;

use super::book::*;
use super::chance::Chance;
use super::command::{
    Called, Command, Deed, Door, Fault, Guest, LinkDeed, Loose, OrderDeed, Pay, Taking,
};
use super::links::{Code, Kept, Link, Stand};
use super::links_back::{Answered, AskedBack};

impl Book {
    /// Whether money may still come of it, or what came of it is not there any more and nobody knows.
    fn has_more_to_come(&self, at: usize) -> bool {
        let link = &self.links[at];
        match (link.payment(), link.page.stands) {
            (None, stands) => link.is_taken && stands != Code::GivenBack,
            (Some(_), Code::Failed | Code::GivenBack) => {
                let gone = ["failed_after_paid", "reversed"];
                let is_known = |kept: &Kept| kept.link == at && gone.contains(&kept.reason);
                let back = link.back.as_ref().map(|back| back.state);
                back != Some(Answered::Confirmed) && !self.kept.iter().any(is_known)
            }
            _ => false,
        }
    }
}

impl Chance<'_> {
    pub fn ask_by_link(&mut self) -> Option<Command> {
        let order = self.order(|order| order.balance() > 0)?.clone();
        let pay = Pay {
            // A link is no cash.
            method: Method::Card,
            ..self.asked_of(&order)?
        };
        let taking = match self.rng.random_range(0..16) {
            0 => Taking::Breaks,
            1 => Taking::Nonsense,
            2 => Taking::TooMuch,
            3 => Taking::Forgot,
            4 => Taking::Early(self.fresh_code()),
            _ => Taking::Takes,
        };
        let who = self.who(Role::takes_payments);
        Some(self.by(who, order.id, OrderDeed::AskByLink(pay, taking)))
    }

    /// What happens to one of the last links, mostly to one that is not over here or at Pesapal.
    pub fn at_link(&mut self) -> Option<Command> {
        if self.once_in(2)
            && let Some(shown) = self.shown_message()
        {
            return Some(shown);
        }
        let all = self.book.links.len().saturating_sub(12)..self.book.links.len();
        let all: Vec<usize> = all.collect();
        let fitting = |fits: fn(&Book, usize) -> bool| {
            let fitting = all.iter().copied().filter(|at| fits(self.book, *at));
            fitting.collect::<Vec<usize>>()
        };
        let on = fitting(|book, at| book.has_more_to_come(at));
        let late = fitting(|book, at| {
            let link = &book.links[at];
            book.has_more_to_come(at) && !book.shifts[link.shift].is_open()
        });
        let there = fitting(|book, at| book.links[at].is_there());
        let agreed = fitting(|book, at| {
            let back = book.links[at].back.as_ref();
            let is_waited_for = back.is_some_and(AskedBack::is_waited_for);
            is_waited_for && book.links[at].page.stands == Code::Paid
        });
        if !agreed.is_empty() && self.once_in(8) {
            let deed = Deed::Link(*agreed.choose(self.rng)?, LinkDeed::Guest(Guest::HasItBack));
            return Some(Command { who: 0, deed });
        }
        let at = match self.rng.random_range(0..9) {
            0 => *all.choose(self.rng)?,
            1 | 2 if !late.is_empty() => *late.choose(self.rng)?,
            3..=5 if !there.is_empty() => *there.choose(self.rng)?,
            _ => *on.choose(self.rng)?,
        };
        let link = &self.book.links[at];
        let is_there = link.is_there();
        // Mostly nothing is wrong, and somebody says that it came.
        let is_plain = is_there && self.once_in(3);
        let fault = match is_plain {
            true => Fault::None,
            false => self.fault(is_there),
        };
        // Whose money is there is not at the page any more, and mostly somebody says so.
        let drawn = match is_there {
            true if is_plain => 12,
            true => *[12, 12, 12, 12, 15, 15, 15, 18, 20, 20, 24, 24, 24].choose(self.rng)?,
            false => self.rng.random_range(0..27),
        };
        let deed = match drawn {
            0..=11 => match self.guest(link) {
                Some(guest) => LinkDeed::Guest(guest),
                None => self.told(&all, fault)?,
            },
            12..=14 => self.told(&all, fault)?,
            15..=17 if link.is_taken => self.relayed(fault)?,
            18 if link.is_taken => LinkDeed::Forged,
            19 => LinkDeed::Invented {
                by_relay: self.once_in(2),
            },
            20..=23 => LinkDeed::CallOff {
                cash: self.once_in(2),
                fault,
            },
            24..=26 if link.is_open() || self.once_in(6) => LinkDeed::Renew {
                taking: match self.rng.random_range(0..8) {
                    0 => Taking::Breaks,
                    1 => Taking::TooMuch,
                    2 => Taking::Forgot,
                    _ => Taking::Takes,
                },
                fault,
            },
            _ => return None,
        };
        let who = self.who(Role::takes_payments);
        Some(Command {
            who,
            deed: Deed::Link(at, deed),
        })
    }

    /// What was paid stays paid mostly; what was called off here may be paid there all the same.
    fn guest(&mut self, link: &Link) -> Option<Guest> {
        if !link.is_taken {
            return None;
        }
        let ways = ["MTNUG", "MTNUG", "AIRTELUG", "Visa", "Shells"];
        let is_booked = matches!(link.state, Stand::Paid(_));
        Some(match (link.page.stands, self.rng.random_range(0..8)) {
            (Code::GivenBack, _) => return None,
            (Code::Paid, 0 | 1) if is_booked => Guest::HasItBack,
            (Code::Paid, 2) if is_booked => Guest::Fails,
            (Code::Paid, 3) if self.once_in(4) => Guest::HasItBack,
            (Code::Paid, _) => return None,
            (Code::Open, 0) => Guest::Fails,
            (Code::Open, 1) if self.once_in(4) => Guest::HasItBack,
            // Who paid once pays the same way again.
            _ if !link.page.way.is_empty() => Guest::Pays(link.page.way, self.code()),
            _ => Guest::Pays(ways.choose(self.rng)?, self.code()),
        })
    }

    /// The provider's own id: now and then one that somebody has typed in by hand before.
    fn code(&mut self) -> String {
        let by_hand = |money: &&Payment| money.link.is_none() && money.reference.is_some();
        let typed: Vec<&Payment> = self.book.payments.iter().filter(by_hand).collect();
        let free = |code: &&String| self.book.links.iter().all(|link| link.page.code != **code);
        let typed = typed.iter().filter_map(|money| money.reference.as_ref());
        let typed: Vec<&String> = typed.filter(free).collect();
        match typed.last() {
            Some(typed) if self.once_in(3) => (*typed).clone(),
            _ => self.fresh_code(),
        }
    }

    fn fresh_code(&mut self) -> String {
        format!("QK{:010}", self.rng.random_range(0..10_000_000_000_u64))
    }

    /// Where the money is there, what does not fit is what is rare.
    fn fault(&mut self, is_there: bool) -> Fault {
        let silent = [Fault::Breaks, Fault::Nonsense, Fault::NotYet];
        let other = [
            Fault::OtherAmount,
            Fault::OtherCurrency,
            Fault::OtherReference,
        ];
        match self.rng.random_range(0..8) {
            0 | 1 if is_there => *other.choose(self.rng).expect("faults"),
            0 | 3 => *silent.choose(self.rng).expect("faults"),
            1 => *other.choose(self.rng).expect("faults"),
            _ => Fault::None,
        }
    }

    fn told(&mut self, all: &[usize], fault: Fault) -> Option<LinkDeed> {
        let doors = [
            Door::Ipn,
            Door::Ipn,
            Door::IpnInBody,
            Door::Return,
            Door::Till,
            Door::Till,
        ];
        let door = *doors.choose(self.rng)?;
        let named = match door != Door::Till && self.once_in(8) {
            true => all.choose(self.rng).copied(),
            false => None,
        };
        Some(LinkDeed::Told { door, named, fault })
    }

    fn relayed(&mut self, fault: Fault) -> Option<LinkDeed> {
        let called = [Called::Reference, Called::Reference, Called::Order];
        let called = match self.once_in(10) {
            true => Called::AnotherOrder,
            false => *called.choose(self.rng)?,
        };
        Some(LinkDeed::Relayed {
            called,
            more: if self.once_in(6) { 500 } else { 0 },
            currency: *[None, None, Some("UGX"), self.once_in(4).then_some("KES")]
                .choose(self.rng)?,
            fault,
        })
    }

    /// The loop looks. Of two that are there by now the one that is booked first is nobody's to say.
    pub fn poll(&mut self) -> Option<Command> {
        let due = self.book.due_links();
        let links = &self.book.links;
        let has_news = |at: &&usize| links[**at].is_there();
        // At the very second either answer is right.
        let at_limit = links.iter().any(|link| link.ask_at == Some(self.book.now));
        if at_limit || due.iter().filter(has_news).count() > 1 {
            return None;
        }
        let faults = [Fault::Breaks, Fault::NotYet, Fault::OtherCurrency];
        let fault = match self.once_in(6) {
            true => *faults.choose(self.rng)?,
            false => Fault::None,
        };
        let (who, deed) = (0, Deed::Poll(fault));
        (!due.is_empty()).then_some(Command { who, deed })
    }

    /// Somebody looks after what Pesapal was asked to give back.
    pub fn ask_back(&mut self) -> Option<Command> {
        let asked = self.book.links.iter().rev().filter(|link| {
            let back = link.back.as_ref();
            back.is_some_and(|back| back.is_waited_for())
        });
        let asked: Vec<&Link> = asked.take(12).collect();
        let link = match self.once_in(12) {
            true => self.book.links.choose(self.rng)?,
            false => *asked.choose(self.rng)?,
        };
        let id = self.book.payments[link.payment()?].id;
        let fault = self.fault(false);
        let who = self.who(Role::takes_payments);
        let deed = Deed::AskBack(id, fault);
        Some(Command { who, deed })
    }

    /// The loop looks after it, too.
    pub fn poll_back(&mut self) -> Option<Command> {
        let due = self.book.due_refunds();
        let links = &self.book.links;
        let has_news = |at: &&usize| links[**at].page.stands != Code::Paid;
        let ask_at = |link: &Link| link.back.as_ref().and_then(|back| back.ask_at);
        let at_limit = links.iter().any(|link| ask_at(link) == Some(self.book.now));
        if at_limit || due.iter().filter(has_news).count() > 1 {
            return None;
        }
        let faults = [Fault::Breaks, Fault::NotYet, Fault::OtherCurrency];
        let fault = match self.once_in(6) {
            true => *faults.choose(self.rng)?,
            false => Fault::None,
        };
        let (who, deed) = (0, Deed::PollBack(fault));
        (!due.is_empty()).then_some(Command { who, deed })
    }

    /// Money for no order goes on one that owes as much, mostly.
    pub fn place(&mut self) -> Option<Command> {
        let payments = self.book.payments.iter().enumerate().rev();
        let loose = payments.filter(|(_, money)| money.order.is_none()).take(12);
        let loose: Vec<(usize, &Payment)> = loose.collect();
        let to_place = loose
            .iter()
            .copied()
            .filter(|(_, money)| money.on().is_none());
        let to_place: Vec<(usize, &Payment)> = to_place.collect();
        let (_, money) = match self.once_in(8) {
            true => *loose.choose(self.rng)?,
            false => *to_place.choose(self.rng)?,
        };
        let (amount, id) = (money.amount, money.id);
        let owes = |order: &Order| order.balance() >= amount;
        let order = match self.once_in(3) {
            true => self.order(|order| order.balance() > 0)?.id,
            false => self.order(owes)?.id,
        };
        let who = self.who(Role::takes_payments);
        let deed = Deed::Place(id, order);
        Some(Command { who, deed })
    }

    pub fn record_loose(&mut self) -> Option<Command> {
        let method = match self.once_in(12) {
            true => Method::Card,
            false => *[Method::Mtn, Method::Airtel].choose(self.rng)?,
        };
        let amounts = [Some(2_000), Some(5_000), Some(9_500), Some(45_000)];
        let loose = Loose {
            method,
            reference: self.reference(method),
            amount: match self.once_in(10) {
                true => *[None, Some(0)].choose(self.rng)?,
                false => *amounts.choose(self.rng)?,
            },
            tip: if self.once_in(5) { 500 } else { 0 },
        };
        let who = self.who(Role::takes_payments);
        let deed = Deed::Record(loose);
        Some(Command { who, deed })
    }
}

//! What else came of a command about money by link or for no order.

use super::book::*;
use super::command::{Command, Deed, Fault, LinkDeed, OrderDeed, Taking};
use super::links::{Code, Heard, Link, Stand};
use super::links_back::Answered;
use super::refunds::REFUND_LIMIT;

const TYPED_BEFORE: &str = "a link's money was typed in by hand before";

impl Book {
    pub fn happening_of_money(
        &self,
        after: &Book,
        command: &Command,
        outcome: Outcome,
    ) -> Option<&'static str> {
        match &command.deed {
            Deed::Order(id, OrderDeed::AskByLink(_, taking)) => match (taking, outcome) {
                (Taking::Early(_), Ok(())) => Some("paid before Pesapal has answered"),
                (Taking::Forgot, Ok(())) => Some("Pesapal has forgotten us"),
                (Taking::Takes, Ok(())) => None,
                (_, Ok(())) => Some("Pesapal takes no link"),
                (_, Err(CONFLICT)) => {
                    let at = self.orders.iter().position(|order| order.id == *id)?;
                    let is_asked = |link: &Link| link.order == at && link.is_open();
                    let is_asked = self.links.iter().any(is_asked) && self.orders[at].balance() > 0;
                    is_asked.then_some("two links for the same money")
                }
                _ => None,
            },
            Deed::Link(at, deed) => self.of_link(after, *at, deed, outcome),
            Deed::Poll(_) => {
                let came = after.payments.len() > self.payments.len();
                let is_paid = |link: &Link| link.payment().is_some();
                let paid = |book: &Book| book.links.iter().filter(|link| is_paid(link)).count();
                match came {
                    true => Some("the loop finds money"),
                    false if paid(after) > paid(self) => Some(TYPED_BEFORE),
                    false => None,
                }
            }
            Deed::AskBack(id, _) => {
                let link = self.payments[self.payment(*id)?].link?;
                self.has_news_of(after, link)
                    .then_some("who asks hears that money went back")
            }
            Deed::PollBack(_) => {
                let mut links = 0..self.links.len();
                let is_heard = links.any(|link| self.has_news_of(after, link));
                is_heard.then_some("the loop hears that money went back")
            }
            Deed::Place(id, _) => {
                let at = self.payment(*id)?;
                let is_on = self.payments[at].on().is_some();
                let money = &self.payments[at];
                let is_whole = self.left_of(at) == (money.amount, money.tip);
                match outcome {
                    Ok(()) if money.link.is_some() => Some("money of a link is put on an order"),
                    Err(INVALID) => Some("an order owes less than the money"),
                    Err(CONFLICT) if is_on => Some("money that is on an order already"),
                    Err(CONFLICT) if !is_whole => Some("money that went back is put nowhere"),
                    _ => None,
                }
            }
            Deed::Refund(id, asked) => {
                let at = self.payment(*id)?;
                let money = &self.payments[at];
                let link = money.link.filter(|_| !asked.another_way && !asked.in_cash);
                let back = |book: &Book| link.and_then(|link| book.links[link].back.clone());
                let state = |book: &Book| back(book).map(|back| back.state);
                let is_beyond = money.amount + money.tip > REFUND_LIMIT;
                match outcome {
                    Err(CONFLICT) if after.leaves_a_trace => match state(after) {
                        Some(Answered::Refused) => Some("Pesapal gives nothing back"),
                        _ => Some("an answer about giving back is lost"),
                    },
                    Ok(()) if after.refunds.last().is_some_and(|one| one.in_cash) => {
                        Some("money that came otherwise goes back in cash")
                    }
                    Ok(()) if link.is_some() && state(self) == Some(Answered::NotYet) => {
                        Some("what was lost is asked for again")
                    }
                    Ok(()) if link.is_some() => Some("Pesapal gives money back"),
                    Ok(()) if money.link.is_some() => Some("money of a link goes back another way"),
                    Ok(()) if money.placed.is_some() => {
                        Some("money that was put on an order goes back")
                    }
                    Ok(()) if money.on().is_none() => Some("money without an order goes back"),
                    Ok(()) if is_beyond && self.is_beyond(after) => {
                        Some("a refund beyond the limit with an admin")
                    }
                    Err(CONFLICT) if is_beyond && self.could_but_for_the_limit(command) => {
                        Some("a refund beyond the limit")
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn has_news_of(&self, after: &Book, link: usize) -> bool {
        let state = |book: &Book| book.links[link].back.as_ref().map(|back| back.state);
        state(self) != state(after) && state(after) == Some(Answered::Confirmed)
    }

    fn is_beyond(&self, after: &Book) -> bool {
        let gone = |one: &Returned| {
            let back = after
                .refunds
                .iter()
                .filter(|other| other.payment == one.payment);
            back.map(|one| one.amount + one.tip).sum::<i64>()
        };
        after
            .refunds
            .last()
            .is_some_and(|one| gone(one) > REFUND_LIMIT)
    }

    fn could_but_for_the_limit(&self, command: &Command) -> bool {
        let mut with_admins = self.clone();
        for person in &mut with_admins.people {
            if person.role == Role::Manager {
                person.role = Role::Admin;
            }
        }
        with_admins.obey(command).is_ok()
    }

    fn of_link(
        &self,
        after: &Book,
        at: usize,
        deed: &LinkDeed,
        outcome: Outcome,
    ) -> Option<&'static str> {
        let (before, now) = (&self.links[at], &after.links[at]);
        if after.kept.len() > self.kept.len() {
            return after.kept.last().map(|kept| match (kept.reason, deed) {
                ("amount", LinkDeed::Relayed { more: 500, .. }) => {
                    "a relay tells of another amount"
                }
                (
                    "currency",
                    LinkDeed::Relayed {
                        currency: Some("KES"),
                        ..
                    },
                ) => "a relay tells of another currency",
                (
                    "reference",
                    LinkDeed::Relayed {
                        fault: Fault::OtherReference,
                        ..
                    },
                ) => "Pesapal tells of another payment",
                ("reference", LinkDeed::Relayed { .. }) => "a relay tells of another order",
                ("amount", _) => "Pesapal tells of another amount",
                ("currency", _) => "Pesapal tells of another currency",
                ("reference", _) => "Pesapal tells of another payment",
                ("reversed", _) => "given back after it was recorded",
                ("failed_after_paid", _) => "failed after it was recorded",
                _ => "a link's id was typed in by hand before",
            });
        }
        if after.heard == Some(Heard::Kept) {
            return Some("what does not fit is kept once");
        }
        let Some(payment) = now.payment() else {
            return match (deed, before.state, now.state) {
                (LinkDeed::Renew { .. }, ..) if outcome.is_ok() => {
                    let is_taken = after.links.last().is_some_and(|link| link.is_taken);
                    (!is_taken).then_some("Pesapal takes no new link")
                }
                (LinkDeed::Renew { .. }, Stand::Waiting, _) if outcome == Err(CONFLICT) => {
                    Some("an order owes less than its link")
                }
                (LinkDeed::Told { .. }, Stand::Waiting, Stand::NotPaid) => {
                    Some("a link is not paid")
                }
                (LinkDeed::Told { .. }, Stand::Waiting, _) if outcome == Err(CONFLICT) => {
                    Some("Pesapal does not answer")
                }
                (LinkDeed::Relayed { .. }, Stand::Waiting, Stand::Waiting)
                    if after.heard.is_none() =>
                {
                    Some("a relay's word is asked about again")
                }
                _ => None,
            };
        };
        let confirms = |link: &Link| {
            let back = link.back.as_ref();
            back.is_some_and(|back| back.state == Answered::Confirmed)
        };
        if confirms(now) && !confirms(before) {
            return Some("Pesapal has given money back");
        }
        let money = &after.payments[payment];
        match (deed, before.state) {
            (_, Stand::Waiting | Stand::NotPaid | Stand::CalledOff) if money.by.is_some() => {
                Some(TYPED_BEFORE)
            }
            (LinkDeed::Renew { .. }, Stand::Waiting) => Some("paid before there is a new link"),
            (LinkDeed::CallOff { .. }, Stand::Waiting) => Some("paid while it is called off"),
            (_, Stand::Paid(_)) if now.page.stands == Code::Paid && outcome.is_ok() => {
                Some("paid, and said again")
            }
            (_, Stand::Paid(_)) => None,
            _ if money.order.is_none() => Some("money of a link is for no order"),
            _ if money.shift.is_none() => Some("money of a link comes late"),
            (_, Stand::CalledOff) => Some("called off, and paid all the same"),
            (_, Stand::NotPaid) => Some("not paid, and paid after all"),
            (LinkDeed::Relayed { .. }, _) => Some("a relay is first"),
            _ if !money.pieces.is_empty() => Some("money of a link for items"),
            _ => Some("a link is paid"),
        }
    }
}

//! What else came of a command, so that a day can be asked whether it all happened.

use uuid::Uuid;

use super::afterwards::COMP_LIMIT;
use super::book::*;
use super::command::{Command, Deed, Ending, OrderDeed, Part, Pay, Strike, TicketDeed};
use super::waiting::Waited;

impl Book {
    /// The rarer side of some commands.
    pub fn happening(
        &self,
        after: &Book,
        command: &Command,
        outcome: Outcome,
    ) -> Option<&'static str> {
        if let Deed::Order(id, deed) = &command.deed
            && deed.changes_lines()
            && outcome == Err(CONFLICT)
            && after.order(*id)?.balance() >= 0
            && !after.keeps_paid_for(&self.orders)
        {
            return Some("what a guest has paid for stays");
        }
        if let Some(what) = self.happening_of_money(after, command, outcome) {
            return Some(what);
        }
        match &command.deed {
            Deed::Order(id, OrderDeed::Void(strike)) => self.of_void(after, strike, *id, outcome),
            Deed::Order(id, OrderDeed::Comp(strike)) => {
                let order = self.order(*id)?;
                let line = order.lines.iter().find(|line| line.id == strike.line)?;
                let price = line.price() * strike.pieces.unwrap_or(line.quantity);
                let is_beyond =
                    price > COMP_LIMIT && line.given.is_none() && order.is_open() && line.is_sent();
                let agrees = strike.why.agreed.map_or(command.who, |agreed| agreed.by);
                let is_admins = self.people[agrees].role == Role::Admin;
                match (is_beyond, outcome) {
                    (true, Ok(())) => Some("a comp beyond the limit with an admin"),
                    (true, Err(CONFLICT)) if !is_admins => Some("a comp beyond the limit"),
                    _ => None,
                }
            }
            Deed::Order(id, OrderDeed::Discount(asked)) => {
                let last = after.order(*id)?.lowered.last();
                let is_agreed = last.is_some_and(|one| one.because.agreed.is_some());
                match outcome {
                    Ok(()) if is_agreed => Some("a discount that somebody agreed to"),
                    Err(INVALID) if asked.must_be_clear().is_ok() => {
                        Some("a discount beyond the limit")
                    }
                    _ => None,
                }
            }
            Deed::Order(id, OrderDeed::Add(_)) => {
                let line = after.order(*id)?.lines.last().filter(|_| outcome.is_ok())?;
                let is_new = after.minted > self.minted && line.list.is_some();
                is_new.then_some("a price of certain hours")
            }
            Deed::Order(id, OrderDeed::NothingToPay) => {
                let was_reopened = self.order(*id)?.is_reopened();
                (was_reopened && outcome.is_ok())
                    .then_some("what was reopened for nothing is closed")
            }
            Deed::Refund(id, _) => {
                let method = self.payments[self.payment(*id)?].method;
                let drawer = self.shift_with_cash(command.who).ok();
                match outcome {
                    Err(CONFLICT) if method == Method::Cash && drawer.is_none() => {
                        Some("a refund without a drawer")
                    }
                    Ok(()) if !after.refunds.last()?.freed.is_empty() => {
                        Some("what was paid for by item is free again")
                    }
                    Ok(()) if after.refunds.last()?.because.agreed.is_some() => {
                        Some("a refund that somebody agreed to")
                    }
                    _ => None,
                }
            }
            Deed::Order(id, OrderDeed::Pay(pay)) => {
                let at = self.orders.iter().position(|order| order.id == *id)?;
                self.of_pay(after, pay, at, outcome)
            }
            Deed::EndWait(id, Ending::Came(reference)) => {
                let wait = &self.waits[self.wait(*id)?];
                let came = after.payments.last().filter(|_| outcome.is_ok());
                let had_ended = wait.state != Waited::Waiting;
                match came {
                    Some(money) if money.order.is_none() => Some("mobile money is for no order"),
                    Some(money) if money.shift.is_none() => Some("mobile money comes late"),
                    Some(money) if !money.pieces.is_empty() => Some("mobile money for items"),
                    Some(_) if had_ended => Some("mobile money comes after all"),
                    None if self.has_paid(wait.method, reference)
                        && wait.state == Waited::Waiting =>
                    {
                        Some("mobile money comes with an id that has paid already")
                    }
                    _ => None,
                }
            }
            Deed::Ticket(id, TicketDeed::Bump { changes, .. }) => {
                let ticket = self.tickets.iter().find(|ticket| ticket.id == *id)?;
                let has_seen = changes.is_none_or(|seen| seen >= ticket.changes);
                match outcome {
                    Ok(()) if after.tickets.len() > self.tickets.len() => {
                        Some("a bump leaves what is kept back")
                    }
                    Err(CONFLICT) if ticket.bumped_at.is_some() => None,
                    Err(CONFLICT) if ticket.is_waiting() => Some("a bump finds nothing fired"),
                    Err(CONFLICT) if !has_seen => Some("a bump has not seen a change"),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn of_pay(&self, after: &Book, pay: &Pay, at: usize, outcome: Outcome) -> Option<&'static str> {
        let has_paid = |reference: &String| self.has_paid(pay.method, reference);
        let is_used = pay.reference.as_ref().is_some_and(has_paid);
        let is_due = self.orders[at].balance() > 0;
        let (before, after) = (&self.orders[at], &after.orders[at]);
        match (&pay.part, outcome) {
            (Part::Items { pieces, .. }, Err(CONFLICT)) if is_due && pay.shown.is_none() => {
                let gone = |(line, _): &(Uuid, i64)| {
                    let mut lines = before.live().filter(|one| one.id == *line);
                    lines.any(|one| self.paid_for(one.number) == one.quantity)
                };
                let is_paid = pieces.iter().any(gone);
                is_paid.then_some("a piece that is paid for already")
            }
            (_, Err(CONFLICT)) if is_used && is_due => Some("a reference that has paid already"),
            (_, Ok(())) if after.rounding != before.rounding => Some("cash is rounded"),
            (Part::Items { .. }, Ok(())) if after.balance() == 0 => {
                Some("everything that is left by item")
            }
            (Part::Items { seats, .. }, Ok(())) if !seats.is_empty() => Some("a seat is paid for"),
            _ => None,
        }
    }

    fn of_void(
        &self,
        after: &Book,
        strike: &Strike,
        order: Uuid,
        outcome: Outcome,
    ) -> Option<&'static str> {
        let agreed = strike.why.agreed.map(|agreed| self.people[agreed.by].role);
        match outcome {
            Ok(()) if after.order(order)?.cancelled => {
                Some("an order is cancelled with its last line")
            }
            Ok(()) if after.tickets.len() > self.tickets.len() => Some("a void comes back alone"),
            Err(INVALID) => Some("a void without a reason or an approval"),
            Err(FORBIDDEN) if agreed.is_some_and(|role| !role.manages()) => {
                Some("a void with the secret of somebody who may not")
            }
            _ => None,
        }
    }
}

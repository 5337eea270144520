//! What happens next behind the counter: boards, cash, shifts, the menu, the clock.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

use super::book::*;
use super::chance::Chance;
use super::command::{Command, Deed, OrderDeed, Part, Pay, ShiftDeed, TicketDeed};
use super::kitchen::RECALL_WITHIN;
use super::menu::{Product, Stock};

impl Chance<'_> {
    pub fn at_board(&mut self) -> Option<Command> {
        let lately = self.book.tickets.iter().rev().take(80);
        let (open, gone): (Vec<&Ticket>, Vec<&Ticket>) =
            lately.partition(|ticket| ticket.bumped_at.is_none());
        let ticket = match self.once_in(8) {
            true => **gone.get(..gone.len().min(8))?.choose(self.rng).as_ref()?,
            // The oldest first, as cooks do.
            false if self.rng.random_bool(0.6) => *open.last()?,
            false => *open.choose(self.rng)?,
        };
        let ticket = ticket.clone();
        let due: Vec<&TicketLine> = ticket.lines.iter().filter(|line| line.is_due()).collect();
        let line = match due.choose(self.rng) {
            Some(line) if !self.once_in(6) => line.id,
            _ => ticket.lines.choose(self.rng)?.id,
        };
        let tapped = ticket.live().find(|line| line.done != Done::No);
        let tapped = tapped.map(|line| line.id);
        let (additions, changes) = (ticket.additions, Some(ticket.changes));
        let deed = match self.rng.random_range(0..14) {
            0 => TicketDeed::Shown,
            1 | 2 => TicketDeed::Start,
            3 | 4 => TicketDeed::Done(line),
            5 => TicketDeed::NotDone(tapped.unwrap_or(line)),
            6 if self.once_in(3) => TicketDeed::Done(Uuid::from_u128(self.rng.random())),
            6 => TicketDeed::Recall,
            7 if additions > 0 => TicketDeed::Bump {
                seen: Some(additions - 1),
                changes,
            },
            8 => TicketDeed::Bump {
                seen: None,
                changes: None,
            },
            _ => TicketDeed::Bump {
                seen: Some(additions),
                changes,
            },
        };
        let deed = match ticket.bumped_at {
            Some(_) if self.rng.random_bool(0.7) => match self.rng.random_range(0..3) {
                0 => TicketDeed::RecallFromList {
                    anew: self.rng.random_bool(0.6),
                },
                _ => TicketDeed::Recall,
            },
            _ => self.after_sending(&ticket).unwrap_or(deed),
        };
        // At the very second of the limit either answer is right.
        let age = ticket.bumped_at.map(|at| self.book.now - at);
        let recalls = matches!(deed, TicketDeed::Recall | TicketDeed::RecallFromList { .. });
        if recalls && age == Some(RECALL_WITHIN) {
            return None;
        }
        let (id, station) = (ticket.id, ticket.station);
        let who = match self.once_in(25) {
            true => self.rng.random_range(0..self.book.people.len()),
            false => self.who(|role| role.works_at(station)),
        };
        Some(Command {
            who,
            deed: Deed::Ticket(id, deed),
        })
    }

    pub fn pay(&mut self) -> Option<Command> {
        let order = self.order(|order| !order.lines.is_empty())?.clone();
        let who = match self.once_in(15) {
            true => self.till(),
            false => match self.with_cash() {
                Some(who) => who,
                None => return self.start_shift(),
            },
        };
        let due = order.balance();
        let is_free = due == 0 && order.to_send().next().is_some();
        if due == 0 && !is_free && !self.once_in(6) {
            return None;
        }
        if due == 0 || self.once_in(40) {
            return Some(Command {
                who,
                deed: Deed::Order(order.id, OrderDeed::NothingToPay),
            });
        }
        let note = [1_000, 5_000, 10_000, 50_000].choose(self.rng)?;
        let up = (due + note - 1) / note * note;
        let mut pay = match self.rng.random_range(0..12) {
            0 => Pay {
                amount: Some((due / 200 * 100).max(100)),
                ..Pay::default()
            },
            1 => Pay {
                amount: Some((due / 300 * 100).max(100)),
                tendered: Some(up),
                ..Pay::default()
            },
            2 => Pay {
                tendered: Some((due - 500).max(100)),
                ..Pay::default()
            },
            3 => Pay {
                amount: Some(due + 100),
                ..Pay::default()
            },
            4 => Pay {
                part: Part::Full,
                tendered: Some((due - 100).max(0)),
                ..Pay::default()
            },
            5 => Pay {
                tendered: *[None, Some(0), Some(due + 5_000_000)].choose(self.rng)?,
                ..Pay::default()
            },
            6 => Pay {
                part: Part::Full,
                ..Pay::default()
            },
            7 => Pay {
                tip: 2_000,
                tendered: Some(up + 5_000),
                ..Pay::default()
            },
            _ => Pay {
                tendered: Some(up),
                expected: Some(due),
                ..Pay::default()
            },
        };
        if self.once_in(20) {
            pay.expected = Some(due + 500);
        }
        Some(Command {
            who,
            deed: Deed::Order(order.id, OrderDeed::Pay(pay)),
        })
    }

    pub fn start_shift(&mut self) -> Option<Command> {
        let who = self.who(|role| role.takes_payments());
        let cash = *[Some(true), Some(true), Some(false), None].choose(self.rng)?;
        let hundreds = (!self.once_in(15)).then(|| self.rng.random_range(0..2_000));
        Some(Command {
            who,
            deed: Deed::StartShift { cash, hundreds },
        })
    }

    fn shift(&mut self) -> Option<(usize, usize)> {
        let open = |shift: &&usize| self.book.shifts[**shift].is_open();
        let all: Vec<usize> = (0..self.book.shifts.len()).rev().take(15).collect();
        let open: Vec<usize> = all.iter().filter(open).copied().collect();
        let at = if self.once_in(12) {
            *all.choose(self.rng)?
        } else {
            *open.choose(self.rng)?
        };
        let owner = self.book.shifts[at].owner;
        let who = match self.rng.random_range(0..10) {
            0 => self.till(),
            1 | 2 => self.who(Role::manages),
            _ => owner,
        };
        Some((who, at))
    }

    pub fn count(&mut self) -> Option<Command> {
        let (who, at) = self.shift()?;
        let shift = &self.book.shifts[at];
        let right = shift.expected() / 100;
        let hundreds = match self.rng.random_range(0..12) {
            0 => None,
            1 | 2 => Some((right - 50).max(0)),
            3 | 4 => Some(right + 51),
            5 => Some((right - 300).max(0)),
            _ => Some(right),
        };
        Some(Command {
            who,
            deed: Deed::Shift(shift.id, ShiftDeed::Count { hundreds }),
        })
    }

    pub fn pass_on(&mut self) -> Option<Command> {
        let (who, at) = self.shift()?;
        let own = |order: &&Order| order.is_open() && order.shift == Some(at);
        let own: Vec<&Order> = self.book.orders.iter().filter(own).collect();
        let in_the_way: Vec<&Order> = self.book.in_the_way(at).collect();
        let order = match self.rng.random_range(0..10) {
            0 => self.book.orders.choose(self.rng)?.id,
            1 => own.choose(self.rng)?.id,
            _ => in_the_way.choose(self.rng)?.id,
        };
        let to = match self.rng.random_bool(0.4) {
            true => None,
            false => self.book.shifts[self.book.shifts.len().saturating_sub(8)..]
                .choose(self.rng)
                .map(|shift| shift.id),
        };
        let id = self.book.shifts[at].id;
        Some(Command {
            who,
            deed: Deed::Shift(id, ShiftDeed::PassOn { order, to }),
        })
    }

    pub fn close(&mut self) -> Option<Command> {
        let (who, at) = self.shift()?;
        let shift = &self.book.shifts[at];
        let count = match self.once_in(8) {
            true => shift.counts.first(),
            false => shift.counts.last(),
        };
        let count = count.map(|count| count.id);
        let reason = self.rng.random_bool(0.8);
        // An approval is hashed slowly by design, so that it is rare here.
        let approver = self.once_in(4).then(|| self.who(Role::takes_orders));
        let id = shift.id;
        Some(Command {
            who,
            deed: Deed::Shift(
                id,
                ShiftDeed::Close {
                    count,
                    reason,
                    approver,
                },
            ),
        })
    }

    pub fn stock(&mut self) -> Option<Command> {
        // What is out comes back soon: there are few products here.
        let is_out = |product: &&Product| product.sold_out || product.left == Some(0);
        let out: Vec<&Product> = self.book.menu.iter().filter(is_out).collect();
        let (product, stock) = match out.choose(self.rng) {
            Some(product) if !self.once_in(4) => (*product, Stock::OnSale),
            _ => {
                let stock = match self.rng.random_range(0..8) {
                    0 => Stock::SoldOut,
                    1 => Stock::OutThisShift,
                    2 | 3 => Stock::Left(self.rng.random_range(0..12)),
                    _ => Stock::OnSale,
                };
                (self.book.menu.choose(self.rng)?, stock)
            }
        };
        let who =
            self.who(|role| role.takes_payments() || matches!(role, Role::Kitchen | Role::Bar));
        Some(Command {
            who,
            deed: Deed::Stock(product.id, stock),
        })
    }

    pub fn prices(&mut self) -> Option<Command> {
        let product = self.book.menu.choose(self.rng)?;
        let choices: Vec<_> = product.choices().collect();
        let deed = match (self.rng.random_range(0..4), choices.choose(self.rng)) {
            (2, Some(choice)) => Deed::ChoicePrice(choice.id, self.rng.random_range(-20..60) * 100),
            (3, Some(choice)) => {
                Deed::ChoiceSoldOut(choice.id, !choice.sold_out && self.once_in(3))
            }
            _ if product.price == 0 => return None,
            _ => Deed::Price(product.id, self.rng.random_range(10..400) * 100),
        };
        let who = self.who(Role::manages);
        Some(Command { who, deed })
    }

    /// Mostly by somebody who may, and who sees what it costs there now.
    pub fn list_prices(&mut self) -> Option<Command> {
        let product = self.book.menu.choose(self.rng)?;
        let list = self.rng.random_range(0..self.book.lists.len());
        let here = self.book.lists[list].prices.get(&product.id).copied();
        let other = Some(self.rng.random_range(10..400) * 100);
        let was = if self.once_in(10) { other } else { here };
        let price = if self.once_in(4) { None } else { other };
        let who = match self.once_in(10) {
            true => self.who(|role| !matches!(role, Role::Display(_))),
            false => self.who(Role::manages),
        };
        let on = (list, product.id);
        let deed = Deed::ListPrice { on, was, price };
        (product.price > 0).then_some(Command { who, deed })
    }

    pub fn wait(&mut self) -> Option<Command> {
        let minutes = *[1, 3, 7, 16].choose(self.rng)?;
        Some(Command {
            who: 0,
            deed: Deed::Wait(minutes),
        })
    }

    pub fn again(&mut self) -> Option<Command> {
        let ago = self.rng.random_range(0..self.past.done.clamp(1, 30));
        if ago >= self.past.done {
            return None;
        }
        let deed = if self.once_in(6) {
            Deed::KeyOfAnother(ago)
        } else {
            Deed::Again(ago)
        };
        let who = self.till();
        Some(Command { who, deed })
    }

    pub fn sweep(&mut self) -> Option<Command> {
        // At the very second of the limit either answer is right.
        let limit = self.book.now - 15 * 60;
        let at_limit = |order: &Order| order.is_open() && order.touched_at == limit;
        let sweep = Command {
            who: 0,
            deed: Deed::Sweep,
        };
        (!self.book.orders.iter().any(at_limit)).then_some(sweep)
    }
}

//! Guests who pay over the telephone, and the desk where what is waited for ends.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;

use super::book::*;
use super::chance::Chance;
use super::command::{Command, Deed, Ending, OrderDeed, Part, Pay};
use super::waiting::{Wait, Waited};

impl Chance<'_> {
    pub fn ask_for_money(&mut self) -> Option<Command> {
        let order = self.order(|order| order.balance() > 0)?.clone();
        let method = match self.once_in(20) {
            true => *[Method::Cash, Method::Card].choose(self.rng)?,
            false => *[Method::Mtn, Method::Airtel].choose(self.rng)?,
        };
        let pay = Pay {
            method,
            ..self.asked_of(&order)?
        };
        let who = self.who(Role::takes_payments);
        Some(self.by(who, order.id, OrderDeed::WaitFor(pay)))
    }

    /// How much of it a guest is asked for.
    pub fn asked_of(&mut self, order: &Order) -> Option<Pay> {
        let at = self.book.orders.iter().position(|one| one.id == order.id)?;
        let due = order.balance();
        let open = self.book.open_lines(at);
        let open: Vec<_> = open.iter().map(|one| (one.line.id, one.left)).collect();
        let mut pay = Pay {
            tip: if self.once_in(6) { 1_000 } else { 0 },
            ..Pay::default()
        };
        match self.rng.random_range(0..11) {
            0 => pay.amount = Some(due + 100),
            1 => pay.amount = Some((due / 200 * 100).max(100)),
            2 => pay.part = Part::Even(self.rng.random_range(2..=4)),
            3..=6 => {
                let piece = *open.choose(self.rng)?;
                pay.part = Part::Items {
                    pieces: vec![piece],
                    seats: Vec::new(),
                };
            }
            7 => pay.expected = Some(due + 500),
            8 => pay.part = Part::Full,
            _ => pay.expected = Some(due),
        }
        Some(pay)
    }

    /// What is waited for ends, mostly with the money; now and then somebody looks at an old list.
    pub fn end_wait(&mut self) -> Option<Command> {
        let lately: Vec<&Wait> = self.book.waits.iter().rev().take(12).collect();
        let stand = |fits: fn(Waited) -> bool| {
            let fitting = lately.iter().copied().filter(move |wait| fits(wait.state));
            fitting.collect::<Vec<&Wait>>()
        };
        let open = stand(|state| state == Waited::Waiting);
        let given_up = stand(|state| matches!(state, Waited::Failed | Waited::Withdrawn));
        let wait = match self.rng.random_range(0..10) {
            0 => *lately.choose(self.rng)?,
            1 | 2 => *given_up.choose(self.rng)?,
            _ => *open.choose(self.rng)?,
        };
        let reasons = [None, Some("The guest has no money on the telephone")];
        let ending = match self.rng.random_range(0..10) {
            0 => Ending::Withdrawn,
            1 | 2 => Ending::Failed {
                chosen: (!self.once_in(4)).then_some("No message came"),
                written: *reasons.choose(self.rng)?,
            },
            _ => Ending::Came(self.reference(wait.method)?),
        };
        let id = match self.once_in(40) {
            true => uuid::Builder::from_random_bytes(self.rng.random()).into_uuid(),
            // What Pesapal is asked for is not for people to end.
            false if self.once_in(30) => self.book.links.last()?.id,
            false => wait.id,
        };
        let who = self.who(Role::takes_payments);
        Some(Command {
            who,
            deed: Deed::EndWait(id, ending),
        })
    }
}

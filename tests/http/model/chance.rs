//! What people do next: mostly what makes sense, sometimes what must be refused. The same seed does the same.

use std::collections::BTreeSet;

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

use super::EVERYTHING;
use super::book::*;
use super::command::{Add, Command, Deed, OrderDeed};
use super::menu::{Pick, Product, Word};

/// What is no longer there, for those whose screen still shows it.
#[derive(Default)]
pub struct Past {
    pub gone_lines: Vec<(Uuid, Uuid)>,
    /// What the Undo of the last removals would send.
    pub undo: Vec<(Uuid, Add)>,
    /// How many requests were carried out that could come again.
    pub done: usize,
    /// What was carried out today, and what else came of it.
    pub seen: BTreeSet<&'static str>,
}

/// Draws commands.
pub struct Chance<'a> {
    pub rng: &'a mut StdRng,
    pub book: &'a Book,
    pub past: &'a Past,
}

type Habit<'a> = fn(&mut Chance<'a>) -> Option<Command>;

/// Beyond so many open orders nobody sits down any more.
const CROWDED: usize = 9;

impl<'a> Chance<'a> {
    /// How often people do what.
    const HABITS: [(u32, Habit<'a>); 46] = [
        (90, Self::open),
        (170, Self::add),
        (40, Self::quantity),
        (30, Self::remove),
        (20, Self::undo),
        (130, Self::change_line),
        (20, Self::details),
        (75, Self::send),
        (45, Self::serve),
        (26, Self::cancel),
        (70, Self::hold),
        (36, Self::fire),
        (50, Self::void),
        (34, Self::comp),
        (20, Self::open_item),
        (24, Self::move_to),
        (12, Self::transfer),
        (14, Self::merge),
        (40, Self::give),
        (230, Self::at_board),
        (120, Self::pay),
        (54, Self::charge),
        (24, Self::even_share),
        (50, Self::by_item),
        (34, Self::ask_for_money),
        (34, Self::end_wait),
        (70, Self::ask_by_link),
        (220, Self::at_link),
        (24, Self::poll),
        (14, Self::ask_back),
        (44, Self::poll_back),
        (30, Self::place),
        (10, Self::record_loose),
        (80, Self::discount),
        (46, Self::refund),
        (26, Self::reopen),
        (16, Self::start_shift),
        (14, Self::count),
        (34, Self::pass_on),
        (16, Self::close),
        (22, Self::stock),
        (14, Self::prices),
        (40, Self::list_prices),
        (8, Self::wait),
        (40, Self::again),
        (4, Self::sweep),
    ];

    /// Of a few things that people could do, one of which something new comes goes before the others, so that a short day has
    /// seen the rare ones too.
    pub fn next(&mut self) -> Command {
        let first = self.draw();
        let has_seen_all = EVERYTHING.iter().all(|deed| self.past.seen.contains(deed));
        if has_seen_all || self.is_new(&first) {
            return first;
        }
        for _ in 0..18 {
            let other = self.draw();
            if self.is_new(&other) {
                return other;
            }
        }
        first
    }

    fn is_new(&self, command: &Command) -> bool {
        let mut after = self.book.clone();
        let outcome = after.obey(command);
        let has_seen = |what: &'static str| self.past.seen.contains(what);
        let is_done = outcome.is_ok() && !has_seen(command.deed.name());
        let happening = self.book.happening(&after, command, outcome);
        is_done || happening.is_some_and(|what| !has_seen(what))
    }

    fn draw(&mut self) -> Command {
        let all: u32 = Self::HABITS.iter().map(|(weight, _)| weight).sum();
        loop {
            let mut drawn = self.rng.random_range(0..all);
            let habit = Self::HABITS.iter().find(|(weight, _)| {
                let hit = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                hit
            });
            if let Some(command) = habit.and_then(|(_, habit)| habit(self)) {
                return command;
            }
        }
    }

    pub fn once_in(&mut self, times: u32) -> bool {
        self.rng.random_range(0..times) == 0
    }

    pub fn who(&mut self, may: impl Fn(Role) -> bool) -> usize {
        let everybody = 0..self.book.people.len();
        let able: Vec<usize> = everybody
            .clone()
            .filter(|who| may(self.book.people[*who].role))
            .collect();
        // Somebody who is signed in at all: a display has no till.
        let signed_in = |who: &usize| !matches!(self.book.people[*who].role, Role::Display(_));
        if self.once_in(40) {
            let anybody: Vec<usize> = everybody.filter(signed_in).collect();
            return *anybody.choose(self.rng).expect("people");
        }
        *able.choose(self.rng).expect("people")
    }

    pub fn till(&mut self) -> usize {
        self.who(Role::takes_orders)
    }

    pub fn order(&mut self, fits: impl Fn(&Order) -> bool) -> Option<&Order> {
        let stale = self.once_in(15);
        let fits = |order: &&Order| {
            if stale {
                true
            } else {
                order.is_open() && fits(order)
            }
        };
        let orders: Vec<&Order> = self
            .book
            .orders
            .iter()
            .rev()
            .take(60)
            .filter(fits)
            .collect();
        orders.choose(self.rng).copied()
    }

    fn line(&mut self, order: &Order) -> Option<Uuid> {
        let gone = self
            .past
            .gone_lines
            .iter()
            .filter(|(of, _)| *of == order.id);
        let gone: Vec<Uuid> = gone.map(|(_, line)| *line).collect();
        if !gone.is_empty() && self.once_in(15) {
            return gone.choose(self.rng).copied();
        }
        let unsent: Vec<Uuid> = order.unsent().map(|line| line.id).collect();
        if unsent.is_empty() || self.once_in(12) {
            return order.lines.choose(self.rng).map(|line| line.id);
        }
        unsent.choose(self.rng).copied()
    }

    pub fn on_order(&mut self, order: Uuid, deed: OrderDeed) -> Option<Command> {
        let stranger = self.once_in(150);
        let order = if stranger {
            uuid::Builder::from_random_bytes(self.rng.random()).into_uuid()
        } else {
            order
        };
        let who = self.till();
        Some(Command {
            who,
            deed: Deed::Order(order, deed),
        })
    }

    fn open(&mut self) -> Option<Command> {
        let open = self
            .book
            .orders
            .iter()
            .filter(|order| order.is_open())
            .count();
        if open >= CROWDED {
            return None;
        }
        let table = self
            .rng
            .random_bool(0.5)
            .then(|| self.rng.random_range(0..self.book.tables.len().min(5)));
        let named = table.is_none() && self.rng.random_bool(0.4);
        let guests = match (table, self.rng.random_range(0..30)) {
            (_, 0) => 0,
            (Some(_), _) => self.rng.random_range(1..=5),
            (None, _) => 1,
        };
        let known = self
            .book
            .orders
            .last()
            .filter(|_| self.once_in(25))
            .map(|order| order.id);
        let id = known
            .unwrap_or_else(|| uuid::Builder::from_random_bytes(self.rng.random()).into_uuid());
        let who = self.till();
        let names = ["Grace", "Okello", "Ms Nambi"];
        let name = named.then(|| (*names.choose(self.rng).expect("names")).to_owned());
        let phone = (named && self.rng.random_bool(0.3)).then(|| "0772 123456".to_owned());
        let deed = OrderDeed::Open {
            table,
            guests,
            name,
            phone,
        };
        Some(Command {
            who,
            deed: Deed::Order(id, deed),
        })
    }

    fn picks_of(&mut self, product: &Product) -> Vec<Pick> {
        let mut picks = Vec::new();
        for group in &product.groups {
            let enough = self
                .rng
                .random_range(group.min..=group.max.min(group.min + 2));
            let enough = if self.once_in(25) { enough + 1 } else { enough };
            for choice in group.choices.choose_multiple(self.rng, enough) {
                let word = match self.rng.random_bool(0.3) {
                    true => *Word::ALOUD.choose(self.rng).expect("words"),
                    false => Word::Plain,
                };
                picks.push((choice.id, word));
            }
        }
        if self.once_in(60) {
            picks.push((
                uuid::Builder::from_random_bytes(self.rng.random()).into_uuid(),
                Word::Plain,
            ));
        }
        picks
    }

    fn note(&mut self) -> Option<String> {
        let notes = ["extra hot", "cut in two"];
        (self.once_in(4)).then(|| (*notes.choose(self.rng).expect("notes")).to_owned())
    }

    fn allergy(&mut self) -> Option<String> {
        (self.once_in(12)).then(|| "peanut".to_owned())
    }

    pub fn seat(&mut self, guests: i64) -> Option<i64> {
        let most = if self.once_in(12) { guests + 1 } else { guests };
        self.rng
            .random_bool(0.4)
            .then(|| self.rng.random_range(1..=most))
    }

    fn add(&mut self) -> Option<Command> {
        let order = self.order(|_| true)?.clone();
        let free = self.book.menu.iter().find(|product| product.price == 0);
        let product = match order.lines.is_empty() && self.once_in(8) {
            true => free?,
            false => self.book.menu.choose(self.rng)?,
        };
        // Guests of one table often want the same, and equal lines merge.
        let before = order.lines.last().filter(|_| self.once_in(3));
        let before = before.and_then(|line| {
            self.book
                .menu
                .iter()
                .find(|one| Some(one.id) == line.product)
        });
        let product = before.unwrap_or(product);
        let plain = self.rng.random_bool(0.55);
        let quantity = match self.rng.random_range(0..40) {
            0 => 0,
            1 => 998,
            2..10 => self.rng.random_range(2..=4),
            _ => 1,
        };
        let add = Add {
            product: product.id,
            quantity,
            picks: (!plain).then(|| self.picks_of(product)),
            note: self.note(),
            allergy: self.allergy(),
            seat: self.seat(order.guests),
            course: self.course(),
            undo: None,
        };
        self.on_order(order.id, OrderDeed::Add(add))
    }

    pub fn course(&mut self) -> i64 {
        match self.rng.random_range(0..60) {
            0 => 10,
            1..12 => 2,
            _ => 1,
        }
    }

    fn quantity(&mut self) -> Option<Command> {
        let order = self.order(|order| order.unsent().next().is_some())?.clone();
        let line = self.line(&order)?;
        let deed = match self.rng.random_range(0..10) {
            0 => OrderDeed::Quantity {
                line,
                quantity: *[0, 999, 1_000].choose(self.rng)?,
            },
            1..4 => OrderDeed::Quantity {
                line,
                quantity: self.rng.random_range(1..=6),
            },
            4 => OrderDeed::Step {
                line,
                by: *[-999, 999, 0].choose(self.rng)?,
            },
            _ => OrderDeed::Step {
                line,
                by: *[-1, 1, 1, 2].choose(self.rng)?,
            },
        };
        self.on_order(order.id, deed)
    }

    fn remove(&mut self) -> Option<Command> {
        let order = self.order(|order| order.unsent().next().is_some())?.clone();
        let line = self.line(&order)?;
        self.on_order(order.id, OrderDeed::Remove(line))
    }

    fn undo(&mut self) -> Option<Command> {
        let (order, add) = self.past.undo.choose(self.rng)?.clone();
        self.on_order(order, OrderDeed::Add(add))
    }

    fn change_line(&mut self) -> Option<Command> {
        let order = self.order(|order| order.unsent().next().is_some())?.clone();
        let line = self.line(&order)?;
        let product = order.lines.iter().find(|one| one.id == line);
        let product = product.and_then(|line| {
            self.book
                .menu
                .iter()
                .find(|one| Some(one.id) == line.product)
        });
        let deed = match (self.rng.random_range(0..6), product) {
            (0, _) => OrderDeed::Note {
                line,
                note: self.note(),
                allergy: self.allergy(),
            },
            (1, _) => OrderDeed::Seat {
                line,
                seat: self.seat(order.guests),
            },
            (2, _) => OrderDeed::NextSeat(line),
            (3, _) => OrderDeed::Course {
                line,
                course: self.course(),
            },
            (4, Some(product)) => OrderDeed::Choose {
                line,
                picks: self.picks_of(product),
                note: self.note(),
                allergy: self.allergy(),
            },
            (_, Some(product)) => {
                let choices: Vec<Uuid> = product.choices().map(|choice| choice.id).collect();
                OrderDeed::Instead {
                    line,
                    choice: *choices.choose(self.rng)?,
                }
            }
            (_, None) => return None,
        };
        self.on_order(order.id, deed)
    }

    fn details(&mut self) -> Option<Command> {
        let order = self.order(|_| true)?.id;
        let guests = [None, Some(1), Some(2), Some(3), Some(5), Some(100)];
        let guests = *guests.choose(self.rng)?;
        let name = self.rng.random_bool(0.5).then(|| "Grace".to_owned());
        let phone = self.rng.random_bool(0.3).then(|| "0701 555555".to_owned());
        self.on_order(
            order,
            OrderDeed::Details {
                guests,
                name,
                phone,
            },
        )
    }

    fn send(&mut self) -> Option<Command> {
        let order = self.order(|order| order.unsent().next().is_some())?.id;
        self.on_order(order, OrderDeed::Send)
    }

    fn serve(&mut self) -> Option<Command> {
        let ready = |order: &&Order| order.ready().next().is_some();
        let waiting: Vec<&Order> = self
            .book
            .orders
            .iter()
            .rev()
            .take(60)
            .filter(ready)
            .collect();
        let order = match self.once_in(8) {
            true => self.order(|_| true)?,
            false => *waiting.choose(self.rng)?,
        }
        .clone();
        let named: Vec<Uuid> = order.sent().map(|line| line.id).collect();
        let lines = match self.rng.random_bool(0.3) {
            true => named.choose(self.rng).copied().into_iter().collect(),
            false => Vec::new(),
        };
        let from_strip = lines.is_empty() && self.rng.random_bool(0.5);
        self.on_order(order.id, OrderDeed::Serve { lines, from_strip })
    }
}

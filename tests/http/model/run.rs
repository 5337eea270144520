//! One day in both books: draw a command, do it, compare.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use poem::http::StatusCode;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use time::OffsetDateTime;

use super::actors::Actors;
use super::book::*;
use super::chance::{Chance, Past};
use super::command::{Add, Command, Deed, OrderDeed};
use super::world;
use crate::house::{Answer, House};
use crate::pesapal::Cafe;

/// A command is given every so many seconds of the café's time, so that none falls on a limit by chance.
const TICK: i64 = 10;

/// After so many commands everything is compared.
const EVERYTHING_AFTER: usize = 50;

/// How many of the last commands a failure prints.
const REMEMBERED: usize = 20;

/// Both books, and who writes in them.
pub struct Day {
    seed: u64,
    pub step: usize,
    pub house: House,
    pub book: Book,
    pub actors: Actors,
    past: Past,
    said: VecDeque<String>,
    /// How often each deed was carried out, and how often it was refused.
    tally: BTreeMap<&'static str, [usize; 2]>,
    pub wrong: Vec<String>,
}

/// A day of so many commands; answers what was carried out, and what else came of it.
pub async fn run(seed: u64, steps: usize) -> BTreeSet<&'static str> {
    let began = std::time::Instant::now();
    let (cafe, book) = world::open(rounded_to(seed)).await;
    let Cafe {
        house,
        pesapal,
        served: _served,
    } = cafe;
    put_clock(&house, book.now * 1_000);
    let actors = Actors::arrive(&house, pesapal, book.now).await;
    let mut day = Day {
        seed,
        step: 0,
        house,
        book,
        actors,
        past: Past::default(),
        said: VecDeque::new(),
        tally: BTreeMap::new(),
        wrong: Vec::new(),
    };
    let mut rng = StdRng::seed_from_u64(seed);
    while day.step < steps {
        day.step += 1;
        day.go_on(&mut rng).await;
        if day.step.is_multiple_of(EVERYTHING_AFTER) || day.step == steps {
            day.compare_everything().await;
        }
        day.give_up_if_wrong();
    }
    let took = began.elapsed();
    println!(
        "MODEL_SEED={seed}: {steps} commands, {} orders, {} tickets, {} payments, {} shifts in {took:?}",
        day.book.orders.len(),
        day.book.tickets.len(),
        day.book.payments.len(),
        day.book.shifts.len(),
    );
    println!("carried out and refused: {:?}", day.tally);
    let done = day.tally.iter().filter(|(_, [done, _])| *done > 0);
    done.map(|(name, _)| *name).collect()
}

/// What cash is rounded to on a day: not at all on one of three.
fn rounded_to(seed: u64) -> i64 {
    match seed % 3 {
        0 => 0,
        1 => 500,
        _ => 100,
    }
}

pub fn put_clock(house: &House, milliseconds: i64) {
    let nanoseconds = i128::from(milliseconds) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).expect("a moment");
    house.hand.set(moment);
}

impl Day {
    async fn go_on(&mut self, rng: &mut StdRng) {
        self.book.now += TICK;
        put_clock(&self.house, self.book.now * 1_000);
        self.actors.stay_signed_in(&self.house, self.book.now).await;
        self.past.done = self.actors.done.len();
        let (book, past) = (&self.book, &self.past);
        let command = Chance { rng, book, past }.next();
        if self.said.len() == REMEMBERED {
            self.said.pop_front();
        }
        self.said
            .push_back(format!("{}. {}", self.step, self.book.words(&command)));

        let mut after = self.book.clone();
        let outcome = after.obey(&command);
        let counts = outcome.is_ok() || after.leaves_a_trace;
        let on_boards = counts && after.tickets != self.book.tickets;
        self.tally.entry(command.deed.name()).or_default()[usize::from(outcome.is_err())] += 1;
        if outcome.is_ok() {
            self.past.seen.insert(command.deed.name());
        }
        if let Some(what) = self.book.happening(&after, &command, outcome) {
            self.past.seen.insert(what);
            self.tally.entry(what).or_default()[0] += 1;
        }
        let again = match command.deed {
            Deed::Again(ago) | Deed::KeyOfAnother(ago) => {
                self.actors.done.iter().nth_back(ago).cloned()
            }
            _ => None,
        };
        let answer = self.actors.act(&self.house, &self.book, &command).await;
        if let Some(answer) = &answer {
            self.check_answer(outcome, answer);
            self.remember(&command, answer);
            if let (Deed::Again(_), Some(sent)) = (&command.deed, &again) {
                self.check_receipt(&sent.redirect, answer);
            }
            self.check_what_is_told(&after, &command, answer);
        }
        if counts {
            self.forget_lines(&after);
            self.book = after;
        }
        if let Deed::Wait(minutes) = command.deed {
            self.book.now += minutes * 60;
        }
        // Whoever sends a request again is who sent it first.
        let who = again.as_ref().map_or(command.who, |sent| sent.who);
        let path = again.map(|sent| sent.path);
        self.compare(&command, who, path.as_deref(), answer.as_ref(), on_boards)
            .await;
    }

    fn check_answer(&mut self, expected: Outcome, answer: &Answer) {
        let status = answer.status.as_u16();
        let right = match expected {
            Ok(()) => answer.status.is_success(),
            Err(refusal) => refusal == status && !answer.text.is_empty(),
        };
        if !right {
            self.wrong.push(format!(
                "the answer must be {expected:?}, is {status}: {}",
                answer.text
            ));
        }
    }

    /// Whoever repeats a payment is led to the receipt of that payment.
    fn check_receipt(&mut self, first: &str, answer: &Answer) {
        if first.starts_with("/payments/") && answer.header("hx-redirect") != first {
            self.wrong.push(format!(
                "the receipt must be {first}, is {}",
                answer.header("hx-redirect")
            ));
        }
    }

    /// What the Undo of a removal would send.
    fn remember(&mut self, command: &Command, answer: &Answer) {
        let Deed::Order(id, OrderDeed::Remove(line)) = &command.deed else {
            return;
        };
        let lines = self
            .book
            .order(*id)
            .into_iter()
            .flat_map(|order| &order.lines);
        let Some(line) = lines.clone().find(|one| one.id == *line) else {
            return;
        };
        let Some(product) = line.product else {
            return;
        };
        let undo = answer
            .attributes("button[data-deed='undo']", "hx-vals")
            .pop();
        let Some(undo) = undo.filter(|_| answer.status == StatusCode::OK) else {
            return;
        };
        let values: serde_json::Map<String, Value> = serde_json::from_str(&undo).expect("values");
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let form = values
            .iter()
            .map(|(name, value)| (name.clone(), text(value)));
        let picks = line.chosen.iter().map(|chosen| (chosen.id, chosen.word));
        let add = Add {
            product,
            quantity: line.quantity,
            picks: Some(picks.collect()),
            note: line.note.clone(),
            allergy: line.allergy.clone(),
            seat: line.seat,
            course: line.course,
            undo: Some(form.collect()),
        };
        self.past.undo.push((*id, add));
        if self.past.undo.len() > 4 {
            self.past.undo.remove(0);
        }
    }

    /// Lines that are gone stay on somebody's screen for a while.
    fn forget_lines(&mut self, after: &Book) {
        for (before, after) in self.book.orders.iter().zip(&after.orders) {
            let gone = before
                .lines
                .iter()
                .filter(|line| after.lines.iter().all(|one| one.id != line.id));
            self.past
                .gone_lines
                .extend(gone.map(|line| (before.id, line.id)));
        }
        let most = self.past.gone_lines.len().saturating_sub(30);
        self.past.gone_lines.drain(..most);
    }

    fn give_up_if_wrong(&self) {
        if self.wrong.is_empty() {
            return;
        }
        let said: Vec<&str> = self.said.iter().map(String::as_str).collect();
        let wrong: Vec<&str> = self.wrong.iter().take(25).map(String::as_str).collect();
        panic!(
            "MODEL_SEED={} fails at command {}:\n  {}\nand then:\n  {}\n",
            self.seed,
            self.step,
            said.join("\n  "),
            wrong.join("\n  "),
        );
    }
}

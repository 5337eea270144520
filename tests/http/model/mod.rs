//! A second, simple book of the café, written from the specification, beside the program: thousands of random commands
//! from several people go to the real routes, and after each of them the answer, the database and the screens are compared
//! with what the book says they must be.
//!
//! `make test` runs a few seeds, one of them fresh; `make model STEPS=20000 SEED=7` as long as one likes. A failure prints
//! the seed, the last commands in words, and every difference. The same seed does the same.

mod actors;
mod afterwards;
mod boards;
mod book;
mod by_item;
mod cash;
mod chance;
mod chance_after;
mod chance_back;
mod chance_money;
mod chance_parts;
mod chance_waiting;
mod charges;
mod command;
mod compare;
mod discounts;
mod floor;
mod happening;
mod kitchen;
mod line;
mod menu;
mod moved;
mod names;
mod orders;
mod refunds;
mod requests;
mod requests_of_money;
mod run;
mod screens;
mod shares;
mod shift_screens;
mod stored;
mod waiting;
mod words;
mod world;

use std::collections::BTreeSet;

use rand::Rng as _;

/// How many commands each seed of `make test` is good for.
const STEPS: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_people_do_the_program_keeps_the_same_book_as_the_specification() {
    let (seed, steps) = (
        from_environment("MODEL_SEED"),
        from_environment("MODEL_STEPS"),
    );
    let seed = seed.unwrap_or_else(|| rand::rng().random_range(0..1_000_000));
    run::run(
        seed,
        steps.map_or(STEPS, |steps| {
            usize::try_from(steps).expect("a number of steps")
        }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_books_agree_on_three_known_days_and_everything_happens_on_them() {
    let days = [1, 2, 3].map(|seed| tokio::spawn(run::run(seed, STEPS)));
    let mut happened = BTreeSet::new();
    for day in days {
        happened.extend(day.await.expect("a day on which the books agree"));
    }
    // Commands that are never carried out would compare nothing.
    let never: Vec<&str> = EVERYTHING
        .into_iter()
        .filter(|deed| !happened.contains(deed))
        .collect();
    assert!(never.is_empty(), "it never happened: {never:?}");
}

/// What must have been carried out, and what else must have come of it.
const EVERYTHING: [&str; 97] = [
    "open",
    "add",
    "undo",
    "step",
    "quantity",
    "remove",
    "note",
    "seat",
    "next seat",
    "course",
    "choose",
    "instead",
    "details",
    "send",
    "serve",
    "cancel",
    "cancel with a reason",
    "pay",
    "pay by card",
    "pay by mobile money",
    "a reference that has paid already",
    "pay an even share",
    "pay by item",
    "a seat is paid for",
    "everything that is left by item",
    "a piece that is paid for already",
    "what a guest has paid for stays",
    "what was paid for by item is free again",
    "cash is rounded",
    "ask for mobile money",
    "mobile money comes",
    "mobile money does not come",
    "asking is withdrawn",
    "mobile money is for no order",
    "mobile money for items",
    "mobile money comes after all",
    "mobile money comes with an id that has paid already",
    "nothing to pay",
    "refund",
    "refund of a part",
    "refund of goods",
    "a refund that somebody agreed to",
    "reopen",
    "what was reopened for nothing is closed",
    "discount",
    "discount on a line",
    "discount off",
    "discount off a line",
    "a discount that somebody agreed to",
    "a discount beyond the limit",
    "hold line",
    "release line",
    "hold course",
    "release course",
    "fire line",
    "fire course",
    "void",
    "void pieces",
    "comp",
    "comp pieces",
    "open item",
    "move to a table",
    "move away",
    "transfer",
    "merge",
    "split",
    "give lines",
    "shown",
    "start",
    "line done",
    "line not done",
    "bump",
    "recall",
    "recall anew",
    "recall from the list",
    "void seen",
    "put first",
    "put back",
    "count",
    "hand over",
    "carry over",
    "close",
    "start shift",
    "stock",
    "menu changed",
    "wait",
    "again",
    "sweep",
    "a void comes back alone",
    "a bump leaves what is kept back",
    "a bump has not seen a change",
    "a bump finds nothing fired",
    "a void without a reason or an approval",
    "a void with the secret of somebody who may not",
    "a comp beyond the limit",
    "a comp beyond the limit with an admin",
    "an order is cancelled with its last line",
];

fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

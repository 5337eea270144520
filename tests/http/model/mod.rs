//! A second, simple book of the café, written from the specification, beside the program: thousands of random commands
//! from several people go to the real routes, and after each of them the answer, the database and the screens are compared
//! with what the book says they must be.
//!
//! `make test` runs a few seeds, one of them fresh; `make model STEPS=20000 SEED=7` as long as one likes. A failure prints
//! the seed, the last commands in words, and every difference. The same seed does the same.

mod actors;
mod afterwards;
mod at_pesapal;
mod boards;
mod book;
mod by_item;
mod cash;
mod chance;
mod chance_after;
mod chance_back;
mod chance_links;
mod chance_money;
mod chance_parts;
mod chance_waiting;
mod charges;
mod command;
mod command_of_money;
mod compare;
mod desk;
mod discounts;
mod floor;
mod happening;
mod happening_of_money;
mod kitchen;
mod line;
mod links;
mod links_back;
mod links_told;
mod menu;
mod moved;
mod names;
mod orders;
mod placing;
mod refunds;
mod requests;
mod requests_of_money;
mod run;
mod screens;
mod shares;
mod shift_screens;
mod stored;
mod stored_money;
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
async fn the_books_agree_on_five_known_days_and_everything_happens_on_them() {
    let days = [51, 54, 55, 56, 57].map(|seed| tokio::spawn(run::run(seed, STEPS)));
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
const EVERYTHING: [&str; 161] = [
    "a price on a list",
    "off a list",
    "a price of certain hours",
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
    "ask by link",
    "a guest pays by link",
    "a guest fails to pay",
    "a guest has it back",
    "Pesapal notifies",
    "Pesapal notifies in the body",
    "a guest comes back",
    "ask Pesapal now",
    "a relay says so",
    "an invented transaction",
    "switch to cash",
    "call off",
    "the loop asks",
    "ask whether money went back",
    "the loop asks whether money went back",
    "who asks hears that money went back",
    "the loop hears that money went back",
    "money that came otherwise goes back in cash",
    "new link",
    "paid before there is a new link",
    "Pesapal takes no new link",
    "a link's money was typed in by hand before",
    "put money on an order",
    "record money without an order",
    "paid before Pesapal has answered",
    "Pesapal has forgotten us",
    "Pesapal takes no link",
    "two links for the same money",
    "the loop finds money",
    "money of a link is put on an order",
    "an order owes less than the money",
    "money that is on an order already",
    "Pesapal gives nothing back",
    "an answer about giving back is lost",
    "Pesapal gives money back",
    "money of a link goes back another way",
    "money without an order goes back",
    "a refund beyond the limit",
    "a refund beyond the limit with an admin",
    "a relay tells of another amount",
    "a relay tells of another currency",
    "a relay tells of another order",
    "Pesapal tells of another amount",
    "Pesapal tells of another currency",
    "Pesapal tells of another payment",
    "given back after it was recorded",
    "failed after it was recorded",
    "a link's id was typed in by hand before",
    "what does not fit is kept once",
    "a link is not paid",
    "Pesapal does not answer",
    "a relay's word is asked about again",
    "Pesapal has given money back",
    "paid while it is called off",
    "paid, and said again",
    "money of a link is for no order",
    "called off, and paid all the same",
    "not paid, and paid after all",
    "money of a link for items",
    "a relay is first",
    "a link is paid",
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

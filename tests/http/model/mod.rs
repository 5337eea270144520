//! A second, simple book of the café, written from the specification, beside the program: thousands of random commands
//! from several people go to the real routes, and after each of them the answer, the database and the screens are compared
//! with what the book says they must be.
//!
//! `make test` runs a few seeds, one of them fresh; `make model STEPS=20000 SEED=7` as long as one likes. A failure prints
//! the seed, the last commands in words, and every difference. The same seed does the same.

mod actors;
mod boards;
mod book;
mod cash;
mod chance;
mod chance_back;
mod command;
mod compare;
mod floor;
mod kitchen;
mod menu;
mod orders;
mod requests;
mod run;
mod screens;
mod stored;
mod world;

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

#[tokio::test]
async fn the_books_agree_on_the_first_known_day() {
    run::run(1, STEPS).await;
}

#[tokio::test]
async fn the_books_agree_on_the_second_known_day() {
    run::run(2, STEPS).await;
}

#[tokio::test]
async fn the_books_agree_on_the_third_known_day() {
    run::run(3, STEPS).await;
}

fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

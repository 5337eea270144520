//! Trade under fire: many tills, and the program or its private Postgres killed with SIGKILL at random moments, started
//! again, and killed again. After every few kills trade rests, and the floor, the boards and the pass that were open all
//! the time are compared with the database. At the end every answer that a till was given is compared with it: nothing
//! that was acknowledged is lost, and nothing was done twice.
//!
//! `make test` kills 10 times, `make soak KILLS=500` as often as one likes. A failure prints the seed of its moments,
//! which `SOAK_SEED` takes.

mod cafe;
#[path = "../pesapal/mod.rs"]
#[allow(dead_code)] // most of what goes wrong with it is tested elsewhere
mod simulator;
#[path = "../trade/mod.rs"]
#[allow(dead_code)] // screens that fall asleep are the other one's
mod trade;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use uuid::Uuid;

use cafe::{Cafe, Victim};
use sea_orm::DatabaseConnection;
use simulator::{Call, Simulator};
use trade::books::{Books, Found, numbers};
use trade::screen::Screen;
use trade::tills::{Command, Trade};
use trade::truth::{Asked, when_true};

/// How many tills trade at once.
const TILLS: usize = 6;

/// How often in a row Postgres alone is killed: the program starts it five times a minute, and then gives up by design.
const PATIENCE_OF_THE_PROGRAM: u32 = 4;

/// After so many kills the screens are compared.
const ROUND: usize = 5;

/// How long a screen may take to be true once the program is back.
const SOON: Duration = Duration::from_secs(5);

/// What became of one kill.
struct Fall {
    victim: Victim,
    /// From the kill until the program answered that it is well.
    back_after: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_acknowledged_is_lost_or_doubled_whatever_is_killed() {
    let kills = from_environment("KILLS").unwrap_or(10);
    let kills = usize::try_from(kills).expect("a number of kills");
    let seed = from_environment("SOAK_SEED").unwrap_or_else(|| rand::rng().random());
    println!("{kills} kills, {TILLS} tills, SOAK_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);

    let mut cafe = Cafe::open(TILLS).await;
    // Slow enough to be killed in the middle of it.
    let slow = [Call::Submit, Call::Status].map(|call| (call, Duration::from_millis(80)));
    cafe.pesapal.with(|faults| {
        faults.slow = slow.to_vec();
        faults.again = 1;
    });
    let db = cafe.door().connect().await;
    let screens = cafe.screens(&db).await;
    let client = cafe_pos::web::ask::client().build().expect("a client");
    let mut books = Books::new(Vec::new(), 0, 0);
    let (mut falls, mut to_truth) = (Vec::new(), Vec::new());
    let mut patience = PATIENCE_OF_THE_PROGRAM;
    while falls.len() < kills {
        let trade = Trade::begin(&cafe.venue, &db);
        for _ in 0..ROUND.min(kills - falls.len()) {
            tokio::time::sleep(Duration::from_millis(chance.random_range(150..1_200))).await;
            let victim = if patience > 0 && chance.random_bool(0.5) {
                patience -= 1;
                Victim::Postgres
            } else {
                patience = PATIENCE_OF_THE_PROGRAM;
                Victim::Program
            };
            let killed = Instant::now();
            cafe.kill(victim).await;
            falls.push(Fall {
                victim,
                back_after: killed.elapsed(),
            });
        }
        books.add(trade.end().await);
        let since = Instant::now();
        let asked = Asked {
            db: &db,
            doors: &cafe.venue.doors,
            client: &client,
        };
        let last = when_true(&asked, &screens.iter().collect::<Vec<_>>()).await;
        to_truth.push(last.saturating_duration_since(since));
        cafe.clear_the_boards(&db, &client).await;
        books.all_bumped();
    }
    let mut found = books.compare(&db, 0).await;
    compare_with_pesapal(&cafe.pesapal, &db, &mut found).await;
    report(&books, &falls, &found);
    report_screens(&screens, &to_truth);
    db.close().await.expect("closed");
    cafe.close().await;
    assert!(
        found.wrong.is_empty(),
        "SOAK_SEED={seed}: {} of {} orders are wrong, among them:\n{}",
        found.wrong.len(),
        books.orders(),
        found
            .wrong
            .iter()
            .take(10)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert!(
        books.orders() > 0,
        "nothing was traded, so nothing was proved"
    );
}

/// Whatever guests paid at Pesapal is in the books, once.
async fn compare_with_pesapal(pesapal: &Simulator, db: &DatabaseConnection, found: &mut Found) {
    let asked = pesapal.transactions();
    let paid = asked.iter().filter(|one| one.code == 1);
    let lost = "SELECT count(*) FROM payment_attempts WHERE tracking_id IS NULL";
    println!(
        "{} links of Pesapal's paid, {} cut off before they were here",
        paid.clone().count(),
        numbers(db, lost, []).await[0]
    );
    for one in paid.clone() {
        let booked = "SELECT count(*), coalesce(sum(p.amount), 0)::bigint FROM payments p \
             JOIN pesapal_receipts r ON r.payment_id = p.id WHERE r.tracking_id = $1";
        let booked = numbers(db, booked, [one.tracking.clone().into()]).await;
        if booked != [1, one.amount.as_i64().unwrap_or_default()] {
            found.wrong.push(format!(
                "{}: {} was paid at Pesapal, booked {booked:?}",
                one.reference, one.amount
            ));
        }
    }
    let booked = numbers(db, "SELECT count(*) FROM pesapal_receipts", []).await;
    if booked != [i64::try_from(paid.count()).expect("few")] {
        found
            .wrong
            .push(format!("{booked:?} payments of Pesapal's are booked"));
    }
}

/// The program dies when Pesapal has taken what it was asked, and before the link is here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_cut_off_between_its_row_and_its_answer_is_paid_at_most_once() {
    let mut cafe = Cafe::open(1).await;
    let client = cafe_pos::web::ask::client().build().expect("a client");
    let (order, cashier) = (Uuid::now_v7().to_string(), cafe.venue.cashiers[0].clone());
    let doors = cafe.venue.doors.clone();
    let (product, price) = cafe.venue.products[0].clone();
    let path = format!("/orders/{order}");
    let ask = async |path: &str, form: &[(&str, &str)]| {
        Command::new("POST", path, &cashier, form)
            .insist(&client, &doors)
            .await
    };
    let takeaway = [("kind", "takeaway")];
    Command::new("PUT", &path, &cashier, &takeaway)
        .insist(&client, &doors)
        .await;
    ask(&format!("{path}/lines"), &[("product", &product)]).await;
    cafe.pesapal
        .with(|faults| faults.late = Some(Duration::from_secs(30)));
    let (payments, form) = (
        format!("{path}/payments"),
        [("method", "pesapal"), ("part", "full")],
    );
    let link = Command::new("POST", &payments, &cashier, &form);
    tokio::select! {
        _ = link.ask(&client, &doors[0]) => {}
        () = async { while cafe.pesapal.transactions().is_empty() { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
    }
    cafe.kill(Victim::Program).await;
    cafe.pesapal.with(|faults| {
        faults.late = None;
        faults.again = 2;
    });
    // The till asks again under its key: nothing is asked for a second time.
    link.insist(&client, &doors).await;
    assert_eq!(cafe.pesapal.transactions().len(), 1);
    let db = cafe.door().connect().await;
    let state = "SELECT (state = 'starting')::int::bigint, (tracking_id IS NULL)::int::bigint FROM payment_attempts";
    assert_eq!(numbers(&db, state, []).await, [1, 1]);
    // The guest has it on the telephone all the same, and pays.
    let tracking = cafe.pesapal.last().tracking;
    cafe.pesapal.pays(&tracking, "MTNUG").await;
    let paid = "SELECT count(*), sum(amount)::bigint, (SELECT count(*) FROM orders WHERE settled_at IS NOT NULL) FROM payments";
    assert_eq!(numbers(&db, paid, []).await, [1, price, 1]);
    db.close().await.expect("closed");
    cafe.close().await;
}

fn report(books: &Books, falls: &[Fall], found: &Found) {
    println!("\nkilled     times   back after, ms: median   most");
    for victim in [Victim::Program, Victim::Postgres] {
        let mut back: Vec<u128> = falls
            .iter()
            .filter(|fall| fall.victim == victim)
            .map(|fall| fall.back_after.as_millis())
            .collect();
        back.sort_unstable();
        println!(
            "{:<10} {:>5} {:>24} {:>6}",
            victim.name(),
            back.len(),
            back.get(back.len() / 2).copied().unwrap_or(0),
            back.last().copied().unwrap_or(0)
        );
    }
    println!(
        "\n{} orders, {} commands acknowledged, {} of them only after being asked again; wrong: {}",
        books.orders(),
        books.commands(),
        books.asked_again(),
        found.wrong.len()
    );
}

/// The screens stood open while everything was killed; nobody loaded them again.
fn report_screens(screens: &[Screen], to_truth: &[Duration]) {
    let worst = to_truth.iter().max().copied().unwrap_or_default();
    let names: Vec<&str> = screens
        .iter()
        .map(|screen| screen.view.name.as_str())
        .collect();
    let ends: u32 = screens.iter().map(Screen::gaps).sum();
    println!(
        "{} screens ({}) compared {} times, their streams ended {ends} times; worst to truth: {} ms",
        screens.len(),
        names.join(", "),
        to_truth.len(),
        worst.as_millis()
    );
    // A loaded machine is given some time on top of what is promised.
    assert!(worst <= SOON * 2, "a screen was true only after {worst:?}");
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.trim().parse().ok()
}

//! A café that runs elsewhere, in containers say: tills that trade through its one door while somebody restarts its
//! instances, and screens beside them. `deploy/setup/containers.sh` starts both.

use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::staff::Role;
use uuid::Uuid;

use crate::house::{hire, id_of, ordered, session_under};
use crate::trade::Venue;
use crate::trade::books::numbers;
use crate::trade::screen::{Pass, Screen, View};
use crate::trade::tills::{Command, Trade};

/// How many screens look on.
const SCREENS: usize = 8;
/// How long the first streams may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a screen may be without a stream.
const LONGEST_GAP: Duration = Duration::from_secs(2);

fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a café that runs: make containers"]
async fn nothing_is_lost_or_asked_twice_at_a_café_elsewhere() {
    let (door, secret) = (told("LOAD_DOOR"), told("LOAD_SECRET"));
    let tills: usize = told("LOAD_TILLS").parse().expect("a number");
    let seconds = Duration::from_secs(told("LOAD_SECONDS").parse().expect("a number"));
    let db = connect::connect(&told("LOAD_DATABASE"), 4)
        .await
        .expect("the database");
    // People of this run: those of another one may be there.
    let run = Uuid::now_v7().simple().to_string();
    let [cashier, bar, cook] = ["c", "b", "k"].map(|role| format!("{role}{run}x"));
    hire(&db, &cashier, Role::Cashier, tills).await;
    hire(&db, &bar, Role::Bar, 1).await;
    hire(&db, &cook, Role::Kitchen, 1).await;
    let mut cashiers = Vec::new();
    for till in 0..tills {
        cashiers.push(session_under(&db, &format!("{cashier}{till}"), &secret).await);
    }
    let venue = Venue {
        doors: vec![door.clone()],
        cashiers,
        manage: false,
        guest: None,
        bartender: session_under(&db, &format!("{bar}0"), &secret).await,
        products: ordered(),
    };
    let client = cafe_pos::web::ask::client().build().expect("a client");
    for cashier in &venue.cashiers {
        let form = [("cash", "pouch"), ("count_1000", "50")];
        let count = Command::new("POST", "/shift/float", cashier, &form);
        count.insist(&client, &venue.doors).await;
    }
    // Nothing of what is sold comes from there: a board with hundreds of tickets would have this follow its pictures, not
    // its streams.
    let station = id_of(&db, "SELECT id FROM stations WHERE name = 'Kitchen'").await;
    let view = View {
        name: "board".to_owned(),
        query: format!("view=board&station={station}"),
        pages: Vec::new(),
        // The bartender may not see it.
        pass: Pass::Session(session_under(&db, &format!("{cook}0"), &secret).await),
    };
    let screens: Vec<Screen> = (0..SCREENS)
        .map(|_| Screen::open(view.clone(), venue.doors.clone()))
        .collect();
    let begun = Instant::now();
    while screens.iter().any(|screen| screen.shown().connections == 0) {
        assert!(begun.elapsed() < PATIENCE, "a screen got no stream");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let before = numbers(&db, "SELECT count(*) FROM orders", []).await[0];
    let begun = Instant::now();
    let trade = Trade::begin(&venue, &db);
    tokio::time::sleep(seconds).await;
    let books = trade.end().await;
    let took = begun.elapsed();
    let found = books.compare(&db, before).await;
    let gap = screens.iter().map(Screen::longest_gap).max();
    let ends: u32 = screens.iter().map(Screen::gaps).sum();
    println!(
        "{tills} tills: {} orders, {} commands in {took:?}; {} failed and were asked again, {} orders lost, {} doubled; \
         {} streams ended {ends} times, the longest gap was {:?}",
        books.orders(),
        books.commands(),
        books.asked_again(),
        found.lost,
        found.doubled,
        screens.len(),
        gap.unwrap_or_default(),
    );
    assert!(
        screens
            .iter()
            .all(|screen| screen.shown().sent_away.is_none()),
        "a screen was sent away"
    );
    if std::env::var_os("LOAD_REPLACED").is_some() {
        assert_ne!(ends, 0, "no stream ended, so nothing was proved");
    }
    assert_eq!(found.wrong, Vec::<String>::new());
    assert_eq!(books.asked_again(), 0, "commands failed at the door");
    assert!(gap.unwrap_or_default() <= LONGEST_GAP, "{gap:?}");
}

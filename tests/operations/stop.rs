//! Stopping: what is under way ends well, and within ten seconds.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, TransactionTrait as _};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, Server, row, session};

/// What is promised, and some time for a loaded machine.
const PROMISED: Duration = Duration::from_secs(10 + 3);

/// A café in which one tap waits for a row that the test holds.
struct Cafe {
    server: Server,
    program: Program,
    door: String,
    token: String,
    order: Uuid,
    held: DatabaseTransaction,
    tap: JoinHandle<reqwest::Result<reqwest::Response>>,
}

impl Cafe {
    async fn open() -> Self {
        let server = Server::furnished().await;
        let mut program = server.serve(&[]);
        let door = program.door().await;
        let db = server.connect().await;
        let (_, token) = session(&db, "amina").await;
        let order = Uuid::now_v7();
        let path = format!("{door}/orders/{order}");
        let client = cafe_pos::web::ask::client().build().expect("a client");
        let ask = |asked: reqwest::RequestBuilder| {
            asked
                .bearer_auth(&token)
                .header("hx-request", "true")
                .header("idempotency-key", Uuid::now_v7().to_string())
        };
        let opened = ask(client.put(&path)).form(&[("kind", "takeaway")]);
        let opened = opened.send().await.expect("an answer");
        assert_eq!(opened.status(), 200);
        let espresso = "SELECT id FROM products WHERE name = 'Espresso'";
        let espresso: Uuid = row(&db, espresso, [])
            .await
            .try_get("", "id")
            .expect("an id");

        let held = db.begin().await.expect("a transaction");
        // Kept for as long as the test wants.
        let lock = format!(
            "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1 FROM orders WHERE id = '{order}' FOR UPDATE"
        );
        held.execute_unprepared(&lock).await.expect("the row");
        let tap = ask(client.post(format!("{path}/lines")));
        let tap = tap.form(&[("product", espresso.to_string())]).send();
        let tap = tokio::spawn(tap);
        let waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        let begun = Instant::now();
        while row(&db, waits, []).await.try_get::<i64>("", "n") != Ok(1) {
            assert!(begun.elapsed() < PROMISED, "the tap does not wait");
            sleep(Duration::from_millis(10)).await;
        }
        Cafe {
            server,
            program,
            door,
            token,
            order,
            held,
            tap,
        }
    }

    async fn lines(&self) -> i64 {
        let db = self.server.connect().await;
        let sql = "SELECT count(*) AS n FROM order_lines WHERE order_id = $1";
        let row = row(&db, sql, [self.order.into()]).await;
        row.try_get("", "n").expect("a number")
    }

    async fn health(&self) -> reqwest::Result<reqwest::Response> {
        // A connection of its own, as a proxy's check makes.
        let client = cafe_pos::web::ask::client().build().expect("a client");
        client.get(format!("{}/api/health", self.door)).send().await
    }
}

#[tokio::test]
async fn a_request_under_way_finishes_screens_are_told_to_come_back_and_proxies_hear_of_it_first() {
    let mut cafe = Cafe::open().await;
    let stream = async || {
        let url = format!("{}/api/realtime/stream?view=ready", cafe.door);
        let asked = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .get(url)
            .bearer_auth(&cafe.token);
        asked.send().await
    };
    let open = stream().await.expect("a stream");
    assert_eq!(open.status(), 200);

    let begun = Instant::now();
    cafe.program.signal("TERM");
    let words = tokio::spawn(open.text());
    // The door is still open, and says that nobody should be led here.
    let mut unwell = false;
    while let Ok(answer) = cafe.health().await {
        unwell |= answer.status() == 503;
        if unwell {
            break;
        }
        assert!(begun.elapsed() < PROMISED, "it goes on being well");
    }
    assert!(unwell, "the door closed before health said so");
    if let Ok(refused) = stream().await {
        assert_eq!(refused.status(), 503, "no new screen is taken");
    }
    let words = words.await.expect("a task").expect("the stream's end");
    let retry = words
        .trim_end()
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("retry: "));
    let retry: u64 = retry.expect("a hint").parse().expect("milliseconds");
    assert!((200..=1_500).contains(&retry), "{retry}");
    assert!(
        words.trim_end().ends_with(&format!("data: {retry}")),
        "the hint is its last word"
    );

    // Then it closes, while the tap still waits.
    while cafe.health().await.is_ok() {
        assert!(begun.elapsed() < PROMISED, "it goes on taking requests");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(!cafe.tap.is_finished());
    let held = std::mem::replace(
        &mut cafe.held,
        cafe.server.connect().await.begin().await.expect("another"),
    );
    held.commit().await.expect("the row is free");
    let answer = (&mut cafe.tap).await.expect("a task").expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["connection"], "close");
    assert_eq!(cafe.program.ended().await.code(), Some(0));
    println!(
        "stopped within {:?}, the hint was {retry} ms",
        begun.elapsed()
    );
    assert!(begun.elapsed() < PROMISED, "{:?}", begun.elapsed());
    assert_eq!(cafe.lines().await, 1, "what was acknowledged is there");
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_up_the_end() {
    let mut cafe = Cafe::open().await;
    let begun = Instant::now();
    cafe.program.signal("TERM");
    assert_eq!(cafe.program.ended().await.code(), Some(0));
    println!("stopped within {:?}", begun.elapsed());
    assert!(begun.elapsed() < PROMISED, "{:?}", begun.elapsed());
    assert!(
        (&mut cafe.tap).await.expect("a task").is_err(),
        "nobody was told that it was done"
    );
}

#[tokio::test]
async fn who_asks_twice_does_not_wait() {
    let mut cafe = Cafe::open().await;
    cafe.program.signal("INT");
    while cafe
        .health()
        .await
        .is_ok_and(|answer| answer.status() == 200)
    {
        sleep(Duration::from_millis(5)).await;
    }
    cafe.program.signal("INT");
    assert_eq!(cafe.program.ended().await.code(), Some(1));
    assert!(cafe.program.log().contains("Asked again: stopping at once"));
}

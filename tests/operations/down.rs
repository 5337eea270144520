//! A database that is gone: said plainly, and nothing has to be restarted when it is back.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, Server, row, session};

/// What it may take to be noticed, and to be over.
const PATIENCE: Duration = Duration::from_secs(60);

async fn status_of(url: &str) -> u16 {
    let answer = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .get(url)
        .send()
        .await
        .expect("the program answers");
    answer.status().as_u16()
}

async fn until(health: &str, status: u16, program: &Program) {
    let begun = Instant::now();
    while status_of(health).await != status {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn without_its_database_it_says_so_changes_nothing_and_goes_on_by_itself_when_it_is_back() {
    let mut server = Server::furnished().await;
    let mut program = server.serve(&[]);
    let door = program.door().await;
    let db = server.connect().await;
    let (_, token) = session(&db, "moses").await;
    db.close().await.expect("closed");
    let open = async |order: Uuid| {
        let asked = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .put(format!("{door}/orders/{order}"))
            .bearer_auth(&token)
            .header("accept", "application/json")
            .header("idempotency-key", order.to_string())
            .form(&[("kind", "takeaway")]);
        let answer = asked.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("words"))
    };
    let health = format!("{door}/api/health");
    assert_eq!(open(Uuid::now_v7()).await.0, 200);

    server.goes_away().await;
    until(&health, 503, &program).await;
    let order = Uuid::now_v7();
    let (status, words) = open(order).await;
    assert_eq!(status, 503, "{words}");
    let told: Value = serde_json::from_str(&words).expect("JSON");
    assert_eq!(told["code"], "unavailable");
    let sentence = told["error"].as_str().expect("a sentence");
    assert!(sentence.contains("Nothing was changed"), "{sentence}");
    assert_eq!(status_of(&format!("{door}/api/health/live")).await, 200);
    assert_eq!(
        status_of(&format!("{door}/metrics")).await,
        200,
        "the figures need no database"
    );

    server.comes_back().await;
    until(&health, 200, &program).await;
    let begun = Instant::now();
    while open(order).await.0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(20)).await;
    }
    let db = server.connect().await;
    let orders = row(&db, "SELECT count(*) AS n FROM orders", []).await;
    assert_eq!(orders.try_get::<i64>("", "n"), Ok(2), "each once");
}

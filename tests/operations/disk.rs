//! A disk that is full: a small file system in memory holds the private Postgres.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::data::private_postgres::{Held, Options};
use sea_orm::DatabaseConnection;
use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, SECRET, folder, row, session};
use crate::small_disk::SmallDisk;

/// What it may take until there is no room, and until all is well again.
const PATIENCE: Duration = Duration::from_secs(60);

async fn connected(data: &Path) -> DatabaseConnection {
    let options = Options::durable(data.join("postgres"));
    let held = tokio::task::spawn_blocking(|| Held::attach_or_start(options));
    let held = held.await.expect("a thread").expect("the program's");
    let url = held.door().url("pos");
    connect::connect(&url, 1).await.expect("the database")
}

/// Opens an order with a long name; the status and what was said.
async fn open(door: &str, token: &str, order: Uuid) -> (u16, String) {
    let name = "Ms Achieng of the long name ".repeat(2);
    let asked = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .put(format!("{door}/orders/{order}"))
        .bearer_auth(token)
        .header("accept", "application/json")
        .header("idempotency-key", order.to_string())
        .form(&[("kind", "takeaway"), ("name", name.trim())]);
    match asked.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap_or_default())
        }
        Err(failure) => (0, failure.to_string()),
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_with_room_again_it_goes_on_with_nothing_lost_or_doubled() {
    let Some(disk) = SmallDisk::mount(192) else {
        return;
    };
    let data = disk.path().join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
    command
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", &data)
        .env("POS_JWT_SECRET", SECRET)
        .env("HOST", "127.0.0.1")
        .env("PORT", "0");
    let files = folder();
    let mut program = Program::start(command, &files.path().join("serve"));
    let door = program.door().await;
    let db = connected(&data).await;
    let chosen =
        "UPDATE staff SET must_change_password = false WHERE username = 'moses' RETURNING 1";
    row(&db, chosen, []).await;
    let (_, token) = session(&db, "moses").await;
    db.close().await.expect("closed");

    assert_eq!(open(&door, &token, Uuid::now_v7()).await.0, 200);
    disk.fill();
    let (begun, mut acknowledged) = (Instant::now(), 1);
    let (refused, words) = loop {
        let order = Uuid::now_v7();
        let (status, words) = open(&door, &token, order).await;
        if status != 200 {
            assert_eq!(status, 503, "{words}\n{}", program.log());
            break (order, words);
        }
        acknowledged += 1;
        assert!(begun.elapsed() < PATIENCE, "there is always room");
    };
    println!("full after {acknowledged} orders: {words}");
    assert!(
        words.contains("There is no room left on the server's disk.")
            || words.contains("does not answer at the moment"),
        "{words}"
    );

    disk.make_room();
    let begun = Instant::now();
    while open(&door, &token, refused).await.0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(100)).await;
    }
    println!("well again after {:?}", begun.elapsed());
    let db = connected(&data).await;
    let stored = "SELECT count(*) AS n FROM orders";
    let stored: i64 = row(&db, stored, [])
        .await
        .try_get("", "n")
        .expect("a number");
    assert_eq!(stored, acknowledged + 1, "each once");
    db.close().await.expect("closed");
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
}

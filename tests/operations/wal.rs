//! The disk of Postgres' own log is full: Postgres cannot go on and stops, which a full disk of data does not make it do.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::data::private_postgres::{Held, Options};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, SECRET, folder, row, session};
use crate::small_disk::SmallDisk;

/// What it may take to stop, and to be well again.
const PATIENCE: Duration = Duration::from_secs(60);

fn serve(data: &Path, files: &Path) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
    command
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", data)
        .env("POS_JWT_SECRET", SECRET)
        .env("HOST", "127.0.0.1")
        .env("PORT", "0");
    Program::start(command, files)
}

async fn connected(data: &Path) -> DatabaseConnection {
    let options = Options::durable(data.join("postgres"));
    let held = tokio::task::spawn_blocking(|| Held::attach_or_start(options));
    let held = held.await.expect("a thread").expect("the program's");
    let url = held.door().url("pos");
    connect::connect(&url, 1).await.expect("the database")
}

/// Postgres' log on a disk of its own, as whoever wants it fast has it.
fn moved(log: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([log, to]).status();
    assert!(copied.expect("cp").success());
    fs::remove_dir_all(log).expect("the former log");
    symlink(to, log).expect("the way to it");
}

async fn open(door: &str, token: &str, order: Uuid) -> (u16, String) {
    let asked = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .put(format!("{door}/orders/{order}"))
        .bearer_auth(token)
        .header("accept", "application/json")
        .header("idempotency-key", order.to_string())
        .form(&[("kind", "takeaway")]);
    match asked.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap_or_default())
        }
        Err(failure) => (0, failure.to_string()),
    }
}

async fn health(door: &str) -> u16 {
    let answer = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .get(format!("{door}/api/health"))
        .send()
        .await;
    answer.map_or(0, |answer| answer.status().as_u16())
}

/// Takes the room away and has Postgres need some, until it has stopped. Orders that were acknowledged meanwhile are counted.
async fn until_it_stops(disk: &SmallDisk, data: &Path, door: &str, token: &str) -> i64 {
    let db = connected(data).await;
    disk.fill();
    let (begun, mut acknowledged) = (Instant::now(), 0);
    // Each is a whole file of the log.
    while db
        .execute_unprepared("SELECT pg_switch_wal()")
        .await
        .is_ok()
    {
        assert!(begun.elapsed() < PATIENCE, "there is always room");
        if open(door, token, Uuid::now_v7()).await.0 == 200 {
            acknowledged += 1;
        }
    }
    acknowledged
}

#[tokio::test]
async fn when_postgres_stops_because_its_log_has_no_room_that_is_said_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount(160) else {
        return;
    };
    let files = folder();
    let data = files.path().join("data");
    let mut program = serve(&data, &files.path().join("first"));
    program.door().await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
    moved(
        &data.join("postgres/cluster/pg_wal"),
        &disk.path().join("pg_wal"),
    );

    let mut program = serve(&data, &files.path().join("second"));
    let door = program.door().await;
    let db = connected(&data).await;
    let chosen =
        "UPDATE staff SET must_change_password = false WHERE username = 'moses' RETURNING 1";
    row(&db, chosen, []).await;
    let (_, token) = session(&db, "moses").await;
    db.close().await.expect("closed");
    assert_eq!(open(&door, &token, Uuid::now_v7()).await.0, 200);

    let mut acknowledged = 1 + until_it_stops(&disk, &data, &door, &token).await;
    let begun = Instant::now();
    while health(&door).await != 503 {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(10)).await;
    }
    let refused = Uuid::now_v7();
    let (status, words) = open(&door, &token, refused).await;
    assert_eq!(status, 503, "{words}\n{}", program.log());
    println!("full after {acknowledged} orders: {words}");
    assert!(
        words.contains("Nothing was changed") || words.contains("no room left"),
        "{words}"
    );

    disk.make_room();
    let begun = Instant::now();
    while open(&door, &token, refused).await.0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(50)).await;
    }
    acknowledged += 1;
    println!("well again after {:?}", begun.elapsed());
    assert_eq!(health(&door).await, 200);
    // It stays full: after some tries the program ends with a line that says why, for whoever starts it again. Once there is
    // room that start finds everything.
    acknowledged += until_it_stops(&disk, &data, &door, &token).await;
    assert_eq!(program.ended().await.code(), Some(1), "{}", program.log());
    let log = program.log();
    assert!(
        log.contains("died again and again") && log.contains("No space left on device"),
        "{log}"
    );
    disk.make_room();
    let mut program = serve(&data, &files.path().join("third"));
    let door = program.door().await;
    assert_eq!(health(&door).await, 200);
    let stored = "SELECT count(*) AS n FROM orders";
    let db = connected(&data).await;
    let found = row(&db, stored, []).await.try_get::<i64>("", "n");
    assert_eq!(found, Ok(acknowledged), "each once");
    db.close().await.expect("closed");
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
}

//! A backup of an older version, restored by this one.

use std::fs;
use std::path::{Path, PathBuf};

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait as _;
use serde_json::Value;
use uuid::Uuid;

use crate::program::{Server, folder, row, session};

/// So many migrations the older version lacks: they drop and add columns, indexes, constraints and a table.
const BEHIND: usize = 5;

fn call(server: &Server, backups: &Path, arguments: &[&str]) -> String {
    let mut command = server.command(arguments);
    let output = command.env("BACKUP_DIR", backups).output();
    let output = output.expect("the program");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}{complaint}");
    said
}

fn file_in(said: &str) -> &str {
    let file = said.split_whitespace().find(|word| word.ends_with(".tar"));
    file.expect("a file")
}

fn manifest(file: &Path) -> Value {
    let beside = fs::read(format!("{}.json", file.display())).expect("what is beside it");
    let mut told: Value = serde_json::from_slice(&beside).expect("JSON");
    told["manifest"].take()
}

/// Everything that was sold and paid, row by row. What the lines captured later is among it: the migration works it out.
async fn trade(db: &DatabaseConnection) -> Vec<String> {
    let mut hashes = Vec::new();
    for rows in [
        "SELECT * FROM orders",
        "SELECT * FROM payments",
        "SELECT * FROM cash_entries",
        "SELECT * FROM shifts",
        "SELECT id, order_id, position, name, quantity, unit_price, base_price, modifiers, state, sent_at, waiting_since FROM order_lines",
        "SELECT id, order_id, number, title, sent_at, bumped_at FROM tickets",
        "SELECT id, line_id, quantity, name, done_at FROM ticket_lines",
    ] {
        let sql = format!(
            "SELECT concat(count(*), ' ', md5(string_agg(r::text, '|' ORDER BY id))) AS it FROM ({rows}) AS r"
        );
        hashes.push(row(db, &sql, []).await.try_get("", "it").expect("a text"));
    }
    hashes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_an_older_version_comes_back_whole_and_is_brought_up_to_date() {
    let (server, backups) = (Server::furnished().await, folder());
    let backups = backups.path();
    call(&server, backups, &["seed", "--demo"]);
    let db = server.connect().await;
    let was = trade(&db).await;
    assert!(!was[0].starts_with("0 "), "{was:?}");
    let made = call(&server, backups, &["backup", "run"]);
    let newer = file_in(&made).to_owned();

    // The older version's café, as its own program would have left it. What is there is saved before it is replaced: that
    // is the older version's backup.
    for _ in 0..BEHIND {
        call(&server, backups, &["migrate", "down"]);
    }
    db.close().await.expect("closed");
    let said = call(&server, backups, &["restore", "--replace", &newer]);
    let older = PathBuf::from(file_in(&said));
    let told = manifest(&older);
    let all = migration::Migrator::migrations().len();
    let known = told["migrations"].as_array().expect("migrations").len();
    assert_eq!(known, all - BEHIND);
    assert!(told["contents"]["backups"].is_null(), "no such table yet");

    let path = older.to_str().expect("text");
    let said = call(&server, backups, &["restore", "--replace", path]);
    assert_eq!(
        said.matches("Applied the migration").count(),
        BEHIND,
        "{said}"
    );
    let db = server.connect().await;
    assert_eq!(trade(&db).await, was);
    let status = call(&server, backups, &["migrate", "status"]);
    assert_eq!(status.lines().count(), all);
    assert!(
        status.lines().all(|line| line.starts_with("applied")),
        "{status}"
    );
    let again = call(&server, backups, &["backup", "run"]);
    assert!(again.starts_with("good "), "{again}");

    let mut program = server.serve(&[("BACKUP_DIR", backups.to_str().expect("text"))]);
    let door = program.door().await;
    let (_, moses) = session(&db, "moses").await;
    let opened = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .put(format!("{door}/orders/{}", Uuid::now_v7()))
        .bearer_auth(moses)
        .header("idempotency-key", Uuid::now_v7().to_string())
        .form(&[("kind", "takeaway")]);
    let opened = opened.send().await.expect("an answer");
    assert!(opened.status().is_success(), "{}", program.log());
}

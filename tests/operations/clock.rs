//! A clock that is wrong, as after a power cut with a dead battery or a slip of whoever sets it: the real program, whose
//! clock libfaketime moves while it runs. What it counts intervals with goes on evenly, as it does when a machine's clock is
//! set.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, Server, folder, row};

/// What the scheduled backup may take to be made: it is looked for every half minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the clock's hand is, and what moves it.
struct Hand {
    library: PathBuf,
    file: PathBuf,
}

impl Hand {
    fn at(folder: &Path) -> Self {
        let roots = fs::read_dir("/usr/lib").expect("/usr/lib").flatten();
        let library = roots
            .map(|root| root.path().join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.is_file());
        let hand = Self {
            library: library.expect("faketime is installed (deploy/setup/need.sh faketime)"),
            file: folder.join("clock"),
        };
        hand.set("+0");
        hand
    }

    /// So far from the real time: "+40d", "-20y".
    fn set(&self, by: &str) {
        // At once or not at all: it is read on each look at the clock.
        let part = self.file.with_extension("part");
        fs::write(&part, by).expect("the hand");
        fs::rename(&part, &self.file).expect("the hand");
    }

    fn settings(&self) -> [(&str, &str); 5] {
        [
            ("LD_PRELOAD", self.library.to_str().expect("text")),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_str().expect("text")),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            // A file's times are the disk's.
            ("NO_FAKE_STAT", "1"),
        ]
    }
}

/// Amina at her till.
struct Amina {
    door: String,
    token: String,
}

impl Amina {
    async fn signs_in(door: &str) -> Self {
        let asked = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .post(format!("{door}/api/auth/login"))
            .json(&json!({ "username": "amina", "password": "password123" }));
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let told: Value = answer.json().await.expect("JSON");
        Self {
            door: door.to_owned(),
            token: told["token"].as_str().expect("a token").to_owned(),
        }
    }

    async fn ask(&self, method: &str, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let method = method.parse().expect("a method");
        let asked = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .request(method, format!("{}{path}", self.door))
            .bearer_auth(&self.token)
            .header("accept", "application/json")
            .header("idempotency-key", Uuid::now_v7().to_string())
            .form(form);
        let answer = asked.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("words"))
    }

    async fn does(&self, method: &str, path: &str, form: &[(&str, &str)]) {
        let (status, words) = self.ask(method, path, form).await;
        assert!(
            (200..400).contains(&status),
            "{method} {path}: {status} {words}"
        );
    }

    /// Opens an order of one espresso.
    async fn opens(&self, espresso: Uuid) -> Uuid {
        let order = Uuid::now_v7();
        let path = format!("/orders/{order}");
        self.does("PUT", &path, &[("kind", "takeaway")]).await;
        let form = [("product", espresso.to_string())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, &**it)).collect();
        self.does("POST", &format!("{path}/lines"), &form).await;
        order
    }

    async fn is_paid(&self, order: Uuid) -> (u16, String) {
        let path = format!("/orders/{order}/payments");
        self.ask("POST", &path, &[("tendered", "50000")]).await
    }
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let row = row(db, &format!("SELECT ({sql}) AS n"), []).await;
    row.try_get("", "n").expect("a number")
}

async fn is_well(door: &str) -> bool {
    let answer = cafe_pos::web::ask::client()
        .build()
        .expect("a client")
        .get(format!("{door}/api/health"))
        .send()
        .await;
    answer.expect("an answer").status() == 200
}

async fn stopped(mut program: Program) {
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_nothing_is_said_and_once_it_is_right_everything_goes_on() {
    let (server, files) = (Server::furnished().await, folder());
    let hand = Hand::at(files.path());
    let backups = files.path().join("backups");
    let mut settings = hand.settings().to_vec();
    settings.push(("BACKUP_DIR", backups.to_str().expect("text")));
    let mut made = server.command(&["backup", "run"]);
    made.env("BACKUP_DIR", &backups);
    assert!(made.status().expect("the program").success());
    let db = server.connect().await;
    let espresso = "SELECT id FROM products WHERE name = 'Espresso'";
    let espresso: Uuid = row(&db, espresso, [])
        .await
        .try_get("", "id")
        .expect("an id");
    // That one is today's.
    let todays = "UPDATE backups SET cause = 'scheduled' RETURNING 1";
    row(&db, todays, []).await;
    let scheduled = "SELECT count(*) FROM backups WHERE cause = 'scheduled'";

    let mut program = server.serve(&settings);
    let door = program.door().await;
    let amina = Amina::signs_in(&door).await;
    let float = [("cash", "pouch"), ("count_1000", "50")];
    amina.does("POST", "/shift/float", &float).await;
    let (first, second) = (amina.opens(espresso).await, amina.opens(espresso).await);
    assert_eq!(amina.is_paid(first).await.0, 200);

    // Far forward: whoever was signed in is not any more, the missing backup is made, once, and the till works.
    hand.set("+40d");
    assert!(is_well(&door).await, "{}", program.log());
    assert_eq!(amina.is_paid(second).await.0, 401);
    let later = Amina::signs_in(&door).await;
    later.does("GET", "/floor", &[]).await;
    let begun = Instant::now();
    let good = format!("{scheduled} AND state = 'good'");
    while number(&db, &good).await < 2 {
        assert!(begun.elapsed() < PATIENCE, "{}", program.log());
        sleep(Duration::from_millis(200)).await;
    }
    assert!(later.ask("GET", "/shift", &[]).await.0 < 400);

    // Right again, while it runs: what was signed then is of a time that has not come.
    hand.set("+0");
    assert_eq!(later.is_paid(second).await.0, 401);
    let amina = Amina::signs_in(&door).await;
    assert_eq!(amina.is_paid(second).await.0, 200);
    let third = amina.opens(espresso).await;
    // A look for what is due has passed, and the backup of the wrong clock is not taken for today's or for many.
    sleep(Duration::from_secs(31)).await;
    assert_eq!(number(&db, scheduled).await, 2, "{}", program.log());
    stopped(program).await;

    // The battery was dead when the power came back.
    hand.set("-20y");
    let mut program = server.serve(&settings);
    let door = program.door().await;
    assert!(is_well(&door).await, "{}", program.log());
    let long_ago = Amina::signs_in(&door).await;
    let (status, words) = long_ago.is_paid(third).await;
    assert_eq!(status, 409, "{words}");
    let told: Value = serde_json::from_str(&words).expect("JSON");
    assert_eq!(told["code"], "clock_behind");
    let sentence = told["error"].as_str().expect("a sentence");
    assert!(
        sentence.starts_with("The clock reads ") && sentence.contains("Set the server's clock"),
        "{sentence}"
    );
    let new = format!("/orders/{}", Uuid::now_v7());
    let (status, words) = long_ago.ask("PUT", &new, &[("kind", "takeaway")]).await;
    assert_eq!(status, 409, "{words}");

    // Set right while it runs: nobody restarts anything.
    hand.set("+0");
    let amina = Amina::signs_in(&door).await;
    assert_eq!(amina.is_paid(third).await.0, 200);
    let fourth = amina.opens(espresso).await;
    assert_eq!(amina.is_paid(fourth).await.0, 200);
    let (orders, payments) = (
        "SELECT count(*) FROM orders",
        "SELECT count(*) FROM payments",
    );
    assert_eq!(number(&db, orders).await, 4, "each once");
    assert_eq!(number(&db, payments).await, 4, "each once");
    let dates = "SELECT count(DISTINCT business_date) FROM orders";
    assert!(
        number(&db, dates).await <= 2,
        "midnight may pass, years do not"
    );
    assert_eq!(number(&db, scheduled).await, 2, "{}", program.log());

    // Something was sold while it ran ahead. The right clock is behind that, until somebody believes it.
    hand.set("+40d");
    let ahead = Amina::signs_in(&door).await;
    ahead.opens(espresso).await;
    hand.set("+0");
    let amina = Amina::signs_in(&door).await;
    let new = format!("/orders/{}", Uuid::now_v7());
    let (status, words) = amina.ask("PUT", &new, &[("kind", "takeaway")]).await;
    assert_eq!(status, 409, "{words}");
    assert!(words.contains("cafe-pos clock believe"), "{words}");
    let mut believe = server.command(&["clock", "believe"]);
    let said = believe.output().expect("the program");
    assert!(said.status.success(), "{said:?}");
    let fifth = amina.opens(espresso).await;
    assert_eq!(amina.is_paid(fifth).await.0, 200);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'clock.believed'";
    assert_eq!(number(&db, told).await, 1);
    stopped(program).await;
}

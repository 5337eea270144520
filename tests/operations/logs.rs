//! What is logged of requests, and what never is.

use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::program::{Server, session};

/// The lines as the objects that they are.
fn lines(log: &str) -> Vec<Value> {
    let read = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    log.lines().map(read).collect()
}

/// The line that is written when a request is answered.
fn answered<'a>(lines: &'a [Value], id: &str) -> &'a Value {
    let mut of_it = lines
        .iter()
        .filter(|line| line["message"] == "answered" && line["span"]["id"] == id);
    let line = of_it.next().unwrap_or_else(|| panic!("no line of {id}"));
    assert!(of_it.next().is_none(), "two lines of {id}");
    line
}

#[tokio::test]
async fn each_request_is_one_line_with_its_id_and_what_broke_is_found_by_the_reference() {
    let server = Server::furnished().await;
    let mut program = server.serve(&[]);
    let door = program.door().await;
    let client = cafe_pos::web::ask::client().build().expect("a client");
    let db = server.connect().await;
    let (waiter, token) = session(&db, "moses").await;
    let get = async |path: &str, id: &'static str| {
        let asked = client
            .get(format!("{door}{path}"))
            .bearer_auth(&token)
            .header("x-request-id", id)
            .header("x-forwarded-for", "203.0.113.7")
            .header("accept", "application/json");
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.headers()["x-request-id"], id);
        answer
    };
    assert_eq!(
        get("/floor?secret=hunter22", "floor-0001").await.status(),
        200
    );
    assert_eq!(get("/no/such/place", "nowhere-01").await.status(), 404);
    get("/api/health", "health-0001").await;
    get("/metrics", "metrics-001").await;
    get("/assets/none.css", "assets-0001").await;
    let gone = "ALTER TABLE areas RENAME TO elsewhere";
    db.execute_unprepared(gone).await.expect("renamed");
    let broken = get("/floor", "a-long-id-of-a-proxy-0123456789ab").await;
    assert_eq!(broken.status(), 500);
    let told: Value = serde_json::from_str(&broken.text().await.expect("words")).expect("JSON");
    assert_eq!(told["reference"], "0123456789ab");
    program.signal("TERM");
    assert!(program.ended().await.success());

    let log = program.log();
    let lines = lines(&log);
    let floor = answered(&lines, "floor-0001");
    for (name, value) in [
        ("level", json!("INFO")),
        ("method", json!("GET")),
        ("route", json!("/floor")),
        ("status", json!(200)),
        ("client", json!("203.0.113.7")),
        ("staff", json!(waiter.to_string())),
    ] {
        assert_eq!(floor[name], value, "{floor}");
    }
    assert!(floor["ms"].is_u64(), "{floor}");
    let nowhere = answered(&lines, "nowhere-01");
    assert_eq!(
        (&nowhere["route"], &nowhere["status"]),
        (&json!("none"), &json!(404))
    );
    assert!(!log.contains("/no/such/place"), "addresses are patterns");
    for of_machines in ["health-0001", "metrics-001", "assets-0001"] {
        assert!(!log.contains(of_machines), "{of_machines}");
    }
    let broken: Vec<&Value> = lines
        .iter()
        .filter(|line| line["span"]["id"] == "a-long-id-of-a-proxy-0123456789ab")
        .collect();
    let failed = broken.iter().find(|line| line["level"] == "ERROR");
    assert_eq!(
        failed.expect("a line of what broke")["reference"],
        "0123456789ab"
    );
    assert!(broken.iter().any(|line| line["message"] == "answered"));
}

#[tokio::test]
async fn nothing_secret_is_logged_however_much_is() {
    let server = Server::furnished().await;
    // Whoever is no proxy of ours cannot choose the id either.
    let mut program = server.serve(&[
        ("LOG", "debug,cafe_pos=trace"),
        ("TRUSTED_PROXIES", "203.0.113.1"),
        ("METRICS_TOKEN", "a token of no great consequence"),
    ]);
    let door = program.door().await;
    let client = cafe_pos::web::ask::client().build().expect("a client");
    let post = async |path: &str, token: Option<&str>, form: &[(&str, &str)]| {
        let mut asked = client
            .post(format!("{door}{path}"))
            .header("idempotency-key", "a-key-of-one-tap")
            .header("x-request-id", "chosen-by-a-stranger")
            .header("accept", "application/json")
            .form(form);
        if let Some(token) = token {
            asked = asked.bearer_auth(token);
        }
        asked.send().await.expect("an answer")
    };
    let login = |password| [("username", "moses"), ("password", password)];
    let wrong = post("/api/auth/login", None, &login("a wrong guess")).await;
    assert_eq!(wrong.status(), 401);
    assert_ne!(wrong.headers()["x-request-id"], "chosen-by-a-stranger");
    let right = post("/api/auth/login", None, &login("password123")).await;
    let told: Value = serde_json::from_str(&right.text().await.expect("words")).expect("JSON");
    let token = told["token"].as_str().expect("a token").to_owned();
    let pin = [
        ("current", "password123"),
        ("pin", "739158"),
        ("again", "739158"),
    ];
    post("/me/pin", Some(&token), &pin).await;
    post("/pair", None, &[("code", "ABCD-2345")]).await;
    // Broken on purpose: a defect says most.
    let db = server.connect().await;
    let gone = "ALTER TABLE staff RENAME COLUMN password_hash TO elsewhere";
    db.execute_unprepared(gone).await.expect("renamed");
    post("/api/auth/login", None, &login("password123")).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    program.signal("TERM");
    assert!(program.ended().await.success());

    let log = program.log();
    assert!(log.contains("/api/auth/login"), "{log}");
    for secret in [
        "password123",
        "a wrong guess",
        "739158",
        "ABCD-2345",
        &token,
        crate::program::SECRET,
        "a token of no great consequence",
        "a-key-of-one-tap",
        "chosen-by-a-stranger",
        "argon2id",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}

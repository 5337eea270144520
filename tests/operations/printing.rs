//! Printing by the built program: killed in the middle of a slip, and by its print agent in a café whose server is elsewhere.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, Value};

use super::printer::{Manner, Printer};
use super::program::*;

async fn execute(db: &DatabaseConnection, sql: &str, values: impl IntoIterator<Item = Value>) {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.expect(sql);
}

async fn count(db: &DatabaseConnection, state: &str) -> i64 {
    let sql = "SELECT count(*) AS n FROM print_jobs WHERE state = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [state.into()]);
    let row = db.query_one_raw(statement).await.expect("a count");
    row.expect("a row").try_get("", "n").expect("a number")
}

/// Slips that wait for a printer at this address, reached through this agent.
async fn waiting(db: &DatabaseConnection, address: &str, slips: i32, agent: Option<uuid::Uuid>) {
    execute(
        db,
        "INSERT INTO printers (id, name, address, paper, agent_id, active, created_at) \
         VALUES (gen_random_uuid(), 'Counter', $1, 80, $2, true, now())",
        [address.into(), agent.into()],
    )
    .await;
    execute(
        db,
        "INSERT INTO print_jobs (id, printer_id, kind, title, slip, asked_by, created_at) \
         SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, p.id, 'test', 'Slip ' || n, \
                jsonb_build_object('name', 'Slip', 'elements', jsonb_build_array(jsonb_build_object('is', 'text', 'text', 'Slip no. ' || n))), \
                'Nobody', now() FROM printers p, generate_series(1, $1) n",
        [slips.into()],
    )
    .await;
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..900 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: not within 90 seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_in_the_middle_of_a_slip_prints_it_again_and_says_so_and_loses_none() {
    let server = Server::furnished().await;
    let db = server.connect().await;
    let printer = Printer::on(Manner::Slow(Duration::from_millis(400))).await;
    waiting(&db, printer.address(), 6, None).await;
    let mut program = server.serve(&[]);
    program.door().await;
    until("the second slip is at the printer", async || {
        count(&db, "done").await >= 1 && count(&db, "printing").await == 1
    })
    .await;
    // With SIGKILL.
    drop(program);
    printer.becomes(Manner::Good);
    let mut program = server.serve(&[]);
    program.door().await;
    until("all are printed", async || count(&db, "done").await == 6).await;
    let slips = printer.slips();
    for number in 1..=6 {
        let said = format!("Slip no. {number}\n");
        let printed: Vec<&String> = slips.iter().filter(|slip| slip.contains(&said)).collect();
        assert!(!printed.is_empty(), "{number} is lost: {slips:?}");
        // A slip that came twice says so the second time.
        for again in printed.iter().skip(1) {
            assert!(again.contains("PRINTED AGAIN"), "{again}");
        }
    }
    let marked = slips.iter().filter(|slip| slip.contains("PRINTED AGAIN"));
    assert_eq!(marked.count(), 1, "{slips:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_agent_prints_for_a_server_that_is_elsewhere() {
    let server = Server::furnished().await;
    let db = server.connect().await;
    let printer = Printer::on(Manner::Good).await;
    let agent = uuid::Uuid::now_v7();
    execute(
        &db,
        "INSERT INTO terminals (id, name, location, kind, has_drawer, idle_seconds, locks_after_send, created_at) \
         VALUES ($1, 'Café agent', '', 'agent', false, 120, false, now())",
        [agent.into()],
    )
    .await;
    waiting(&db, printer.address(), 3, Some(agent)).await;
    let mut program = server.serve(&[]);
    let door = program.door().await;
    let state = folder();
    let command = |code: Option<&str>| {
        let mut command = server.command(&["print-agent", "--server", &door]);
        command
            .env_remove("DATABASE_URL")
            .arg("--state")
            .arg(state.path());
        command.args(code.into_iter().flat_map(|code| ["--code", code]));
        command
    };
    let unpaired = command(None).output().expect("an answer");
    assert!(!unpaired.status.success());
    let said = String::from_utf8_lossy(&unpaired.stderr).into_owned();
    assert!(said.contains("is not paired"), "{said}");
    let wrong = command(Some("ABCD-2345")).output().expect("an answer");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("The code was not taken"));
    assert_eq!(
        count(&db, "done").await,
        0,
        "the server itself does not knock there"
    );

    let code = code_for(&server, &door, agent).await;
    let first = Program::start(command(Some(&code)), &state.path().join("first"));
    until("all are printed", async || count(&db, "done").await == 3).await;
    assert_eq!(printer.slips().len(), 3);
    drop(first);
    let token = state.path().join("print-agent.token");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(&token).expect("a token").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");

    // Later it needs no code, and the server may come and go.
    let mut second = Program::start(command(None), &state.path().join("second"));
    drop(program);
    execute(
        &db,
        "UPDATE print_jobs SET state = 'pending', ended_at = NULL",
        [],
    )
    .await;
    let port = door.rsplit(':').next().expect("a port").to_owned();
    let mut program = server.serve(&[("PORT", &port)]);
    program.door().await;
    until("they are printed once more", async || {
        count(&db, "done").await == 3
    })
    .await;
    // Its pairing is taken back: it says so and ends.
    execute(
        &db,
        "UPDATE terminals SET revoked_at = now() WHERE id = $1",
        [agent.into()],
    )
    .await;
    let ended = second.ended().await;
    assert!(!ended.success());
}

/// A pairing code for a terminal, made as an admin does.
async fn code_for(server: &Server, door: &str, terminal: uuid::Uuid) -> String {
    let http = cafe_pos::web::ask::client().build().expect("a client");
    let (_, token) = session(&server.connect().await, "ruth").await;
    let cookie = format!("pos_session={token}");
    let made = http
        .post(format!("{door}/terminals/{terminal}/code"))
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true")
        .header("idempotency-key", uuid::Uuid::now_v7().to_string())
        .send()
        .await
        .expect("an answer");
    let said = made.text().await.expect("a page");
    let code = said.split("id=\"pairing-code\">").nth(1);
    let code = code.and_then(|rest| rest.split('<').next());
    code.unwrap_or_else(|| panic!("no code: {said}")).to_owned()
}

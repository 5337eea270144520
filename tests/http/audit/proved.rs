//! Whether the log is what it was, on the screen and by the command.

use std::process::Output;

use super::*;

const BIN: &str = env!("CARGO_BIN_EXE_cafe-pos");

/// `cafe-pos audit verify` on this café's database.
async fn command(house: &House, more: &[&str]) -> (Option<i32>, String) {
    let url = house.database_url().await;
    let mut call = std::process::Command::new(BIN);
    call.args(["audit", "verify"])
        .args(more)
        .env_clear()
        .env("DATABASE_URL", url)
        .env("POS_JWT_SECRET", SECRET);
    let output: Output = tokio::task::spawn_blocking(move || call.output())
        .await
        .expect("a thread")
        .expect("the program");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

async fn screen(house: &House) -> String {
    let mut admin = house.person(ADMIN).await;
    let answer = admin.fragment("/audit/chain").await.must_be(StatusCode::OK);
    assert!(!answer.text.contains("<html"));
    answer.one(".banner")
}

/// A café with some deeds, all sealed, and a Z that keeps the head; then some more.
async fn trade() -> House {
    let house = House::open().await;
    table_with_a_void(&house).await;
    let mut manager = house.person(MANAGER).await;
    let date = today(&house).await;
    manager
        .post(&format!("/days/{date}/closing"), &[])
        .await
        .must_be(StatusCode::OK);
    table_with_a_void_at(&house, "5").await;
    seal_all(&house).await;
    house
}

async fn table_with_a_void_at(house: &House, table: &str) {
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down(table, "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
}

/// What only a superuser may: the database refuses everybody else.
async fn tamper(house: &House, steps: &[&str]) {
    for table in ["audit_log", "audit_seals", "audit_unsealed", "z_reports"] {
        house
            .execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"), [])
            .await;
    }
    for step in steps {
        assert!(house.execute(step, []).await > 0, "{step}");
    }
}

#[tokio::test]
async fn a_whole_chain_is_said_to_be_whole_with_its_head_and_its_zs() {
    let house = trade().await;
    let sealed = house.number("SELECT count(*) FROM audit_seals").await;
    let head: String = house
        .row(
            "SELECT encode(hash, 'hex') AS hash FROM audit_seals ORDER BY number DESC LIMIT 1",
            [],
        )
        .await
        .try_get("", "hash")
        .expect("a hash");
    let said = screen(&house).await;
    assert!(
        said.contains(&format!("All {sealed} sealed rows are what they were.")),
        "{said}"
    );
    assert!(
        said.contains(&head) && said.contains("1 Z report keeps") && said.contains("No row waits"),
        "{said}"
    );
    let page = house
        .person(ADMIN)
        .await
        .get("/audit/chain")
        .await
        .must_be(StatusCode::OK);
    assert!(page.one("main").contains("sealed rows are what they were"));
    let log = house.person(ADMIN).await.get("/audit").await;
    assert!(log.one("#chain").contains(&head));
    let (code, said) = command(&house, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains(&format!("All {sealed} sealed rows")) && said.contains(&head),
        "{said}"
    );

    // As far as a Z, and a hash as it is printed there.
    let printed: String = house
        .row("SELECT head_hash FROM z_reports", [])
        .await
        .try_get("", "head_hash")
        .expect("a hash");
    let kept = house.number("SELECT head_number FROM z_reports").await;
    let (code, said) = command(&house, &["--until-z", "1", "--head", &printed[..16]]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("All {kept} sealed rows")), "{said}");
    assert!(
        said.contains(&format!("is that of row {kept} of the chain")),
        "{said}"
    );
    let (code, said) = command(&house, &["--head", "00000000deadbeef"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("begins with 00000000deadbeef"), "{said}");
    let (code, said) = command(&house, &["--until-z", "7"]).await;
    assert_eq!((code, said.trim()), (Some(1), "There is no Z report 7."));
    let (code, _) = command(&house, &["--until-z", "x"]).await;
    assert_eq!(code, Some(2));
}

#[tokio::test]
async fn rows_that_wait_are_counted_and_break_nothing() {
    let house = trade().await;
    table_with_a_void_at(&house, "6").await;
    let waiting = house.number("SELECT count(*) FROM audit_unsealed").await;
    let said = screen(&house).await;
    let wait = match waiting {
        1 => "1 row waits for its seal.".to_owned(),
        many => format!("{many} rows wait for their seal."),
    };
    assert!(waiting > 0 && said.contains(&wait), "{said}");
    let empty = House::open().await;
    for sql in [
        "DELETE FROM audit_unsealed",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DELETE FROM audit_log",
    ] {
        empty.execute(sql, []).await;
    }
    assert!(screen(&empty).await.contains("Nothing was sealed yet."));
}

#[tokio::test]
async fn whatever_is_tampered_with_is_found_on_the_screen_and_by_the_command() {
    const ROW: &str = "(SELECT audit_id FROM audit_seals WHERE number = 3)";
    let cases: [(&str, Vec<String>, &str); 9] = [
        (
            "a row is changed",
            vec![format!("UPDATE audit_log SET reason = 'Nothing' WHERE id = {ROW}")],
            "Row 3 of the chain is not what was sealed",
        ),
        (
            "a row is deleted",
            vec![format!("DELETE FROM audit_log WHERE id = {ROW}")],
            "Row 3 of the chain is gone",
        ),
        (
            "a row and its seal are deleted",
            vec![
                format!("DELETE FROM audit_log WHERE id = {ROW}"),
                "DELETE FROM audit_seals WHERE number = 3".into(),
            ],
            "Row 3 of the chain is missing",
        ),
        (
            "two rows are swapped",
            vec![
                "CREATE TEMP TABLE pair AS SELECT number, audit_id FROM audit_seals WHERE number IN (3, 4)".into(),
                "UPDATE audit_seals SET audit_id = gen_random_uuid() WHERE number IN (3, 4)".into(),
                "UPDATE audit_seals s SET audit_id = p.audit_id FROM pair p WHERE p.number = 7 - s.number".into(),
            ],
            "Row 3 of the chain is not what was sealed",
        ),
        (
            "a seal is changed",
            vec!["UPDATE audit_seals SET hash = sha256(hash) WHERE number = 3".into()],
            "Row 3 of the chain is not what was sealed",
        ),
        (
            "the end is cut off, with what the Z kept",
            vec![
                "DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_seals WHERE number >= (SELECT head_number FROM z_reports))".into(),
                "DELETE FROM audit_seals WHERE number >= (SELECT head_number FROM z_reports)".into(),
            ],
            "its end was cut off",
        ),
        (
            "seals are taken away behind the Z",
            vec!["DELETE FROM audit_seals WHERE number > (SELECT head_number FROM z_reports)".into()],
            "A row is not in the chain",
        ),
        (
            "a row comes in past the program",
            vec!["INSERT INTO audit_log (id, at, deed, actor, subject) VALUES (gen_random_uuid(), now(), 'staff.signed_in', 'Nobody', 'staff')".into()],
            "A row is not in the chain",
        ),
        (
            "the Z says another head",
            vec!["UPDATE z_reports SET head_hash = repeat('0', 64)".into()],
            "Z report 1 keeps another hash",
        ),
    ];
    for (what, steps, sentence) in cases {
        let house = trade().await;
        // Temporary tables are of one connection: steps that share one are one statement.
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        if what.contains("swapped") {
            tamper(&house, &[]).await;
            use sea_orm::ConnectionTrait;
            house
                .db
                .execute_unprepared(&steps.join("; "))
                .await
                .expect(what);
        } else {
            tamper(&house, &steps).await;
        }
        let said = screen(&house).await;
        assert!(said.contains(sentence), "{what}: {said}");
        assert!(
            said.starts_with("The log is not what it was."),
            "{what}: {said}"
        );
        let (code, said) = command(&house, &[]).await;
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(said.contains(sentence), "{what}: {said}");
    }
}

#[tokio::test]
async fn a_chain_that_was_made_anew_after_a_change_is_found_by_the_z() {
    let house = trade().await;
    tamper(
        &house,
        &[
            "UPDATE audit_log SET reason = 'Nothing' WHERE id = (SELECT audit_id FROM audit_seals WHERE number = 2)",
            "INSERT INTO audit_unsealed (audit_id) SELECT audit_id FROM audit_seals",
            "DELETE FROM audit_seals",
        ],
    )
    .await;
    seal_all(&house).await;
    let said = screen(&house).await;
    assert!(
        said.contains("Z report 1 keeps another hash of row"),
        "{said}"
    );
    assert_eq!(command(&house, &[]).await.0, Some(1));
    // The row itself is named where it is there.
    let house = trade().await;
    tamper(
        &house,
        &["UPDATE audit_log SET actor = 'Nobody' WHERE deed = 'order.line_voided'"],
    )
    .await;
    let said = screen(&house).await;
    assert!(
        said.contains("It says: Struck out after sending: 1 × Chips, Nobody, "),
        "{said}"
    );
}

//! The schema: made once however many start, and used by the version before while a newer one is rolled out.

use std::process::Output;

use sea_orm::ConnectionTrait as _;
use sea_orm_migration::MigratorTrait as _;

use crate::program::{Server, row};

#[tokio::test]
async fn two_that_start_on_an_empty_database_both_serve_and_migrate_once() {
    let server = Server::start().await;
    let mut both = [server.serve(&[]), server.serve(&[])];
    for program in &mut both {
        let health = format!("{}/api/health", program.door().await);
        let answer = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .get(health)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    let logs = both.iter().map(|program| program.log()).collect::<String>();
    for migration in migration::Migrator::migrations() {
        let applied = format!("Applied the migration {}", migration.name());
        assert_eq!(logs.matches(&applied).count(), 1, "{applied}\n{logs}");
    }
    let db = server.connect().await;
    let recorded = "SELECT count(*) AS n FROM seaql_migrations";
    let recorded: i64 = row(&db, recorded, [])
        .await
        .try_get("", "n")
        .expect("a number");
    assert_eq!(
        usize::try_from(recorded),
        Ok(migration::Migrator::migrations().len())
    );
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_served_and_left_alone() {
    let server = Server::furnished().await;
    let db = server.connect().await;
    let newer =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    db.execute_unprepared(newer).await.expect("a row");

    let mut program = server.serve(&[]);
    let health = format!("{}/api/health", program.door().await);
    assert_eq!(
        cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .get(health)
            .send()
            .await
            .expect("an answer")
            .status(),
        200
    );
    let said = "The schema is newer than this program (m9999_of_tomorrow): it goes on with it";
    assert!(program.log().contains(said), "{}", program.log());

    let call = |arguments: &[&str]| -> Output {
        let output = server.command(arguments).output();
        output.expect("the program")
    };
    for (deed, said) in [
        (
            "up",
            "The schema is newer than this program, which lacks m9999_of_tomorrow: nothing was changed; call the newer version.",
        ),
        (
            "down",
            "The schema is newer than this program: m9999_of_tomorrow can only be undone by the version that made it.",
        ),
    ] {
        let output = call(&["migrate", deed]);
        assert_eq!(output.status.code(), Some(1));
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(complaint.lines().last(), Some(said));
    }
    let status = call(&["migrate", "status"]);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("unknown  m9999_of_tomorrow"), "{status}");
}

//! A start that cannot be: one line says why, nothing is made, and no secret is repeated.

use std::fs;
use std::process::Command;

use crate::program::{Program, SECRET, Server, folder, row};

#[tokio::test]
async fn a_wrong_address_or_a_weak_secret_stops_the_start_with_one_line_and_nothing_is_made() {
    let server = Server::start().await;
    let right = server.url().to_owned();
    let no_database = right.replacen("/pos?", "/elsewhere?", 1);
    let nobody = right.replacen("://pos@", "://nobody@", 1);
    assert!(no_database != right && nobody != right, "{right}");
    let folder = folder();
    for (settings, code, said) in [
        (
            vec![("DATABASE_URL", no_database.as_str())],
            1,
            "database \"elsewhere\" does not exist",
        ),
        (
            vec![("DATABASE_URL", nobody.as_str())],
            1,
            "The database pos",
        ),
        (
            vec![("DATABASE_URL", "mysql://pos:hunter22@127.0.0.1/pos")],
            2,
            "DATABASE_URL ",
        ),
        (
            vec![("POS_JWT_SECRET", "")],
            2,
            "POS_JWT_SECRET is not set, but DATABASE_URL is",
        ),
        (
            vec![("POS_JWT_SECRET", "hunter22-hunter")],
            2,
            "has 15 characters",
        ),
        (
            vec![
                ("POS_JWT_SECRET", "change-me-hunter22-hunter22"),
                ("APP_ENV", "production"),
            ],
            2,
            "POS_JWT_SECRET ",
        ),
    ] {
        let data = folder.path().join("data");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs([("HOST", "127.0.0.1"), ("PORT", "0"), ("LOG", "error")])
            .env("DATABASE_URL", &right)
            .env("POS_JWT_SECRET", SECRET)
            .env("DATA_DIR", &data)
            .envs(settings.iter().copied());
        let mut program = Program::start(command, &folder.path().join("said"));
        let ended = program.ended().await;
        let line = program.log();
        print!("{line}");
        assert_eq!(ended.code(), Some(code), "{settings:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.contains(said), "{settings:?}: {line}");
        assert!(!line.contains("hunter22"), "{line}");
        assert!(line.matches("does not exist").count() <= 1, "{line}");
        let made = fs::read_dir(&data).map_or(0, Iterator::count);
        assert_eq!(made, 0, "{settings:?} made something");
    }
    let db = server.connect().await;
    let tables = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'";
    let tables = row(&db, tables, []).await;
    assert_eq!(tables.try_get::<i64>("", "n"), Ok(0));
}

//! The program as it is called: its commands, what they say, and their exit codes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cafe_pos::commands::database;
use cafe_pos::config::Config;
use cafe_pos::data::private_postgres::{Health, Options, PrivatePostgres};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;

/// A café's own data folder, and the program called on it.
struct Cafe(TempDir);

impl Cafe {
    fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("cafe")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir();
        Self(dir.expect("a temporary folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .args(arguments)
            .env_clear()
            .env("DATA_DIR", self.path())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    fn call(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().expect("the program"))
    }

    fn serve(&self) -> Serving {
        let child = self
            .program(&["serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        until("Postgres", || {
            self.path().join("postgres/cluster/postmaster.pid").exists()
        });
        let serving = Serving(child);
        until("the schema", || {
            let said = self.call(&["migrate", "status"]);
            // It says nothing while the database is still being made.
            !said.out.is_empty() && said.out.lines().all(|line| line.starts_with("applied"))
        });
        serving
    }
}

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The one line it failed with; log lines go before it.
    fn complaint(&self, code: i32) -> &str {
        assert_eq!(
            (self.code, self.out.as_str()),
            (Some(code), ""),
            "{}",
            self.err
        );
        self.err.lines().last().expect("a complaint")
    }

    fn answer(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        &self.out
    }
}

struct Serving(Child);

impl Serving {
    /// Where it says that it serves.
    fn address(&mut self) -> String {
        let said = BufReader::new(self.0.stdout.take().expect("its answer"));
        let mut lines = said.lines().map_while(Result::ok);
        let line = lines
            .find(|line| line.contains("serves on"))
            .expect("the line with the address");
        line.split_whitespace()
            .last()
            .expect("an address")
            .to_owned()
    }

    fn ask_to_stop(&mut self) -> std::process::ExitStatus {
        let asked = Command::new("kill")
            .arg(self.0.id().to_string())
            .status()
            .expect("kill");
        assert!(asked.success());
        self.0.wait().expect("its end")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut happens: impl FnMut() -> bool) {
    let given_up = Instant::now() + Duration::from_secs(30);
    while !happens() {
        assert!(Instant::now() < given_up, "{what} did not come within 30 s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_plain_line() {
    let cafe = Cafe::new();
    let said = Said::of(
        cafe.program(&["serve"])
            .env("PORT", "80a")
            .output()
            .expect("the program"),
    );
    assert_eq!(
        said.complaint(2),
        "PORT is \"80a\", which is not a number from 0 to 65535; an example: PORT=3000"
    );
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert_eq!(
        fs::read_dir(cafe.path()).expect("a folder").count(),
        0,
        "nothing is made"
    );
}

#[test]
fn a_wrong_call_is_explained() {
    let cafe = Cafe::new();
    assert_eq!(cafe.call(&["brew"]).code, Some(2));
    let help = cafe.call(&["--help"]);
    for command in ["serve", "migrate", "seed", "staff", "check", "health"] {
        assert!(help.answer().contains(command), "{}", help.out);
        assert!(cafe.call(&[command, "--help"]).answer().contains("Usage:"));
    }
}

#[test]
fn the_schema_goes_up_and_down_and_up() {
    let cafe = Cafe::new();
    let starts = |word: &str| {
        cafe.call(&["migrate", "status"])
            .answer()
            .lines()
            .filter(|line| line.starts_with(word))
            .count()
    };
    assert_eq!(starts("applied"), 0);
    let all = starts("pending");
    assert!(all > 0);

    assert_eq!(cafe.call(&["migrate", "up"]).answer().lines().count(), all);
    assert_eq!((starts("applied"), starts("pending")), (all, 0));
    assert!(
        cafe.call(&["migrate", "up"])
            .answer()
            .starts_with("Nothing to do")
    );

    assert_eq!(cafe.call(&["migrate", "down"]).answer().lines().count(), 1);
    assert_eq!((starts("applied"), starts("pending")), (all - 1, 1));
    assert_eq!(
        cafe.call(&["migrate", "down", "--steps", "99"])
            .answer()
            .lines()
            .count(),
        all - 1
    );
    assert_eq!(cafe.call(&["migrate", "up"]).answer().lines().count(), all);
}

#[test]
fn production_does_not_undo_its_schema_by_accident() {
    let cafe = Cafe::new();
    cafe.call(&["migrate", "up"]).answer();
    let said = Said::of(
        cafe.program(&["migrate", "down"])
            .env("APP_ENV", "production")
            .output()
            .expect("the program"),
    );
    assert!(said.complaint(1).contains("--lose-data"), "{}", said.err);
    assert!(
        !cafe
            .call(&["migrate", "status"])
            .answer()
            .contains("pending")
    );
}

#[test]
fn while_it_serves_other_commands_come_in_and_a_second_serve_does_not() {
    let cafe = Cafe::new();
    let mut serving = cafe.serve();
    let second = cafe.call(&["serve"]);
    assert!(
        second.complaint(1).contains(&format!(
            "in use by another cafe-pos (process {})",
            serving.0.id()
        )),
        "{}",
        second.err
    );
    cafe.call(&["backup", "run"]).answer();
    let checked = cafe.call(&["check"]).answer().to_owned();
    assert!(checked.contains("ok      migrations: all"), "{checked}");
    assert!(checked.contains("ok      last backup: proved"), "{checked}");

    assert!(serving.ask_to_stop().success());
    assert!(
        !cafe.path().join("postgres/cluster/postmaster.pid").exists(),
        "Postgres was stopped with it"
    );
    assert!(
        cafe.call(&["migrate", "status"])
            .answer()
            .contains("applied"),
        "and its data is there"
    );
}

#[test]
fn health_is_the_word_of_the_program_that_serves_here() {
    let cafe = Cafe::new();
    let mut serving = cafe.serve();
    let address = serving.address();
    let port = address.rsplit(':').next().expect("a port").to_owned();
    let health = || {
        let mut asked = cafe.program(&["health"]);
        Said::of(asked.env("PORT", &port).output().expect("the program"))
    };
    assert_eq!(health().answer(), "ok\n");

    assert!(serving.ask_to_stop().success());
    let gone = health();
    assert!(
        gone.complaint(1).contains("cannot be asked"),
        "{}",
        gone.err
    );
}

#[test]
fn check_changes_nothing_and_says_what_to_do() {
    let cafe = Cafe::new();
    assert!(
        cafe.call(&["check"])
            .answer()
            .contains("database: none yet")
    );
    assert_eq!(
        fs::read_dir(cafe.path()).expect("a folder").count(),
        0,
        "nothing is made"
    );

    cafe.call(&["migrate", "up"]).answer();
    cafe.call(&["migrate", "down"]).answer();
    let pending = cafe.call(&["check"]);
    assert_eq!(pending.code, Some(1));
    assert!(
        pending
            .out
            .contains("to do   migrations: 1 pending: run `cafe-pos migrate up`"),
        "{}",
        pending.out
    );
    assert!(
        pending
            .out
            .contains("to do   last backup: none was proved yet"),
        "{}",
        pending.out
    );
    assert_eq!(pending.err.trim(), "2 things are to do.");
}

#[test]
fn check_says_where_nothing_can_be_kept() {
    let cafe = Cafe::new();
    let (program, file, shut) = (
        cafe.path().join("cafe-pos"),
        cafe.path().join("a-file"),
        cafe.path().join("shut"),
    );
    fs::copy(env!("CARGO_BIN_EXE_cafe-pos"), &program).expect("a copy");
    fs::write(&file, "").expect("a file");
    fs::create_dir(&shut).expect("a folder");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o555)).expect("its rights");

    let mut command = Command::new(&program);
    command
        .arg("check")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", &shut)
        .env("BACKUP_DIR", shut.join("backups"))
        .env("UPLOAD_DIR", file.join("uploads"));
    if fs::metadata("/proc/self").expect("this process").uid() == 0 {
        // Root may write everywhere; somebody else is asked.
        command.uid(65_534).gid(65_534);
    }
    let said = Said::of(command.output().expect("the program"));
    assert_eq!(said.code, Some(1), "{}", said.err);
    for line in [
        format!(
            "to do   data folder: {0} cannot be written to by this user: give {0} to them, or name another folder in DATA_DIR",
            shut.display()
        ),
        format!(
            "to do   backups: {0}/backups cannot be made by this user: give {0} to them, or name another folder in BACKUP_DIR",
            shut.display()
        ),
        format!(
            "to do   uploads: {} is a file: move it away, or name another folder in UPLOAD_DIR",
            file.display()
        ),
    ] {
        assert!(said.out.contains(&line), "{line}\n{}", said.out);
    }
}

#[test]
fn check_says_whether_redis_answers() {
    let cafe = Cafe::new();
    let said = Said::of(
        cafe.program(&["check"])
            .env("REDIS_URL", "redis://:hunter22@127.0.0.1:9")
            .output()
            .expect("the program"),
    );
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .contains("to do   Redis: does not answer at the address of REDIS_URL"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("hunter22"), "{}", said.out);
}

#[test]
fn a_server_that_does_not_answer_is_one_line_without_its_password() {
    let cafe = Cafe::new();
    let mut command = cafe.program(&["migrate", "status"]);
    command
        .env("DATABASE_URL", "postgresql://pos:hunter22@127.0.0.1:9/pos")
        .env("POS_JWT_SECRET", "0123456789abcdef");
    let said = Said::of(command.output().expect("the program"));
    let complaint = said.complaint(1);
    assert!(
        complaint
            .starts_with("The database pos at 127.0.0.1:9 of DATABASE_URL cannot be reached: "),
        "{complaint}"
    );
    assert!(!said.err.contains("hunter22"), "{}", said.err);
}

/// A database server that somebody else runs, for the program it is no different.
struct Server {
    postgres: PrivatePostgres,
    _folder: Cafe,
}

impl Server {
    async fn start() -> Self {
        let folder = Cafe::new();
        let postgres = PrivatePostgres::start(Options::throwaway(folder.path().join("server")))
            .expect("Postgres");
        postgres
            .door()
            .ensure_database("pos")
            .await
            .expect("a database");
        Self {
            postgres,
            _folder: folder,
        }
    }

    fn program(&self, cafe: &Cafe, schema: &str, arguments: &[&str]) -> Command {
        let mut command = cafe.program(arguments);
        command
            .env(
                "DATABASE_URL",
                format!("{}&schema={schema}", self.postgres.url("pos")),
            )
            .env("POS_JWT_SECRET", "0123456789abcdef");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

#[tokio::test]
async fn instances_that_start_together_migrate_once() {
    let (server, cafe) = (Server::start().await, Cafe::new());
    let together: Vec<Child> = (0..4)
        .map(|_| {
            server
                .program(&cafe, "public", &["migrate", "up"])
                .spawn()
                .expect("the program")
        })
        .collect();
    let said: Vec<Said> = together
        .into_iter()
        .map(|child| Said::of(child.wait_with_output().expect("its end")))
        .collect();
    let migrated = said
        .iter()
        .filter(|said| said.answer().starts_with("applied"))
        .count();
    assert_eq!(
        migrated, 1,
        "one does it, the others wait and find nothing to do"
    );
}

#[tokio::test]
async fn a_schema_in_the_address_is_made_and_used() {
    let (server, cafe) = (Server::start().await, Cafe::new());
    let call = |schema: &str, arguments: &[&str]| {
        Said::of(
            server
                .program(&cafe, schema, arguments)
                .output()
                .expect("the program"),
        )
    };
    let look = || call("cafe_two", &["check"]);
    assert!(look().out.contains("pending: run `cafe-pos migrate up`"));
    let there = "SELECT 1 FROM pg_namespace WHERE nspname = 'cafe_two'";
    let db = cafe_pos::data::connect::connect(&server.postgres.url("pos"), 1)
        .await
        .expect("the server");
    let found = db
        .query_one_raw(sea_orm::Statement::from_string(
            db.get_database_backend(),
            there,
        ))
        .await
        .expect("an answer");
    assert!(found.is_none(), "who looks makes nothing");
    db.close().await.expect("closed");
    assert!(
        call("cafe_two", &["migrate", "up"])
            .answer()
            .starts_with("applied")
    );
    let lacking = look().out;
    assert!(lacking.contains("ok      migrations: all"), "{lacking}");
    assert!(
        lacking.contains("to do   last backup: none was proved yet"),
        "{lacking}"
    );
    // Only this café's schema goes into the file and comes back.
    call("cafe_two", &["seed"]).answer();
    let made = call("cafe_two", &["backup", "run"]).answer().to_owned();
    assert!(made.starts_with("good "), "{made}");
    assert!(look().answer().contains("ok      last backup: proved"));
    let file = made.split_whitespace().find(|word| word.ends_with(".tar"));
    let file = file.expect("a file");
    let elsewhere = call("public", &["restore", file]);
    assert_eq!(elsewhere.code, Some(1));
    assert!(
        elsewhere.err.contains("holds the schema cafe_two"),
        "{}",
        elsewhere.err
    );
    let restored = call("cafe_two", &["restore", "--replace", file]);
    let restored = restored.answer();
    assert!(restored.contains("compared with the backup"), "{restored}");
    assert!(
        call("cafe_two", &["migrate", "up"])
            .answer()
            .starts_with("Nothing to do")
    );
    assert!(
        call("public", &["migrate", "status"])
            .answer()
            .starts_with("pending"),
        "the other schema has nothing of it"
    );
}

#[tokio::test]
async fn requests_after_the_private_postgres_came_back_meet_no_dead_connection() {
    let cafe = Cafe::new();
    let settings = [("DATA_DIR", cafe.path().to_str().expect("text"))];
    let config = Config::read(&settings.into_iter().collect(), |_| true).expect("settings");
    let opened = database::open_alone(&config).await.expect("a database");
    let requests = async || {
        futures_util::future::join_all(
            (0..12).map(|_| opened.db.execute_unprepared("SELECT pg_sleep(0.05)")),
        )
        .await
    };
    assert!(
        requests().await.iter().all(Result::is_ok),
        "twelve connections are open now"
    );

    let mut health = opened.health().expect("a Postgres of ours");
    let note = fs::read_to_string(cafe.path().join("postgres/cluster/postmaster.pid"))
        .expect("a running server");
    let killed = Command::new("kill")
        .args(["-9", note.lines().next().expect("a number")])
        .status()
        .expect("kill");
    assert!(killed.success());
    health
        .wait_for(|health| !health.is_up())
        .await
        .expect("a keeper");
    health.wait_for(Health::is_up).await.expect("a keeper");
    for answer in requests().await {
        answer.expect("an answer");
    }
    opened.close().await.expect("closed");
}

#[test]
fn serve_tells_what_it_did_to_the_schema_and_loses_no_line() {
    let cafe = Cafe::new();
    let all = cafe.call(&["migrate", "status"]).answer().lines().count();
    let mut serving = cafe.serve();
    let mut err = serving.0.stderr.take().expect("its log");
    assert!(serving.ask_to_stop().success());
    let mut log = String::new();
    err.read_to_string(&mut log).expect("text");
    let told = log
        .lines()
        .filter(|line| line.contains("Applied the migration"))
        .count();
    assert_eq!(told, all, "{log}");
    assert!(
        !log.contains('\u{1b}'),
        "no colours where nobody looks: {log}"
    );
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_while_the_till_is_open() {
    let cafe = Cafe::new();
    let mut serving = cafe.serve();
    let address = serving.address();
    let seeded = "password123";
    let sign_in = async |username: &str, password: &str| {
        let answer = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .post(format!("{address}/api/auth/login"))
            .json(&serde_json::json!({ "username": username, "password": password }))
            .send()
            .await
            .expect("an answer");
        (
            answer.status().as_u16(),
            answer.json::<serde_json::Value>().await.expect("JSON"),
        )
    };
    let (status, admin) = sign_in("ruth", seeded).await;
    assert_eq!(status, 200, "{admin}");

    let said = cafe.call(&["staff", "reset-password", "Ruth Kabonesa"]);
    let mut words = said.answer().split_whitespace();
    assert_eq!(words.next(), Some("ruth"));
    let password = words.nth(3).expect("a password").to_owned();
    assert_eq!(
        sign_in("ruth", seeded).await.0,
        401,
        "the old one is worth nothing"
    );
    let (status, admin) = sign_in("ruth", &password).await;
    assert_eq!(
        (status, &admin["mustChangePassword"]),
        (200, &serde_json::Value::Bool(true)),
        "{admin}"
    );

    let unknown = cafe.call(&["staff", "reset-password", "Nobody Atall"]);
    assert_eq!(
        unknown.complaint(1),
        "Nobody here is called \"Nobody Atall\"."
    );
    assert!(serving.ask_to_stop().success());
}

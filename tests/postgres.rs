//! The private Postgres, on the machine's real programs: it comes up, it goes away, and whatever
//! is killed in between, no committed row is lost.

use std::fs;
use std::io::{BufRead, BufReader, Read as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cafe_pos::data::private_postgres::{
    self, Door, Health, Held, Options, PrivatePostgres, StartError,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tempfile::TempDir;

/// A café's data folder. Open to all, so that Postgres' own user can enter when root runs this.
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

    fn options(&self) -> Options {
        Options::throwaway(self.path().join("postgres"))
    }

    fn cluster(&self) -> PathBuf {
        self.path().join("postgres/cluster")
    }

    fn postmaster(&self) -> u32 {
        let note =
            fs::read_to_string(self.cluster().join("postmaster.pid")).expect("a running server");
        note.lines()
            .next()
            .and_then(|pid| pid.parse().ok())
            .expect("a process number")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path().join("postgres/log")).unwrap_or_default()
    }

    /// Postgres without its journal writes to the disk would prove nothing about kills.
    fn durable(&self) -> Options {
        Options::durable(self.path().join("postgres"))
    }
}

async fn connect(door: &Door, database: &str) -> DatabaseConnection {
    try_connect(door, database).await.expect("a connection")
}

async fn try_connect(door: &Door, database: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(door.url(database));
    options
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false);
    Database::connect(options).await
}

async fn sell(door: &Door, what: &str) {
    let db = connect(door, "postgres").await;
    db.execute_unprepared("CREATE TABLE IF NOT EXISTS sale (what text)")
        .await
        .expect("a table");
    db.execute_unprepared(&format!("INSERT INTO sale VALUES ('{what}')"))
        .await
        .expect("a row");
    db.close().await.expect("closed");
}

async fn sold(door: &Door) -> Vec<String> {
    let db = connect(door, "postgres").await;
    let rows = db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT what FROM sale ORDER BY what",
        ))
        .await;
    let sold = rows
        .expect("rows")
        .iter()
        .map(|row| row.try_get("", "what").expect("text"))
        .collect();
    db.close().await.expect("closed");
    sold
}

async fn ask(door: &Door, question: &str) -> Option<String> {
    let db = connect(door, "postgres").await;
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), question))
        .await
        .expect("an answer");
    let answer = row.expect("a row").try_get_by_index(0).expect("text");
    db.close().await.expect("closed");
    answer
}

fn kill_9(pid: u32) {
    let killed = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .expect("kill");
    assert!(killed.success(), "process {pid} was there to be killed");
}

fn am_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn until(what: &str, mut happens: impl FnMut() -> bool) {
    let given_up = Instant::now() + Duration::from_secs(30);
    while !happens() {
        assert!(
            Instant::now() < given_up,
            "{what} did not happen within 30 s"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Another copy of this program, which starts the private Postgres of a folder and waits.
struct Program {
    child: Child,
    door: Door,
}

impl Program {
    fn start(cafe: &Cafe) -> Self {
        Self::of(
            &mut Command::new(std::env::current_exe().expect("this program")),
            cafe,
        )
    }

    fn of(command: &mut Command, cafe: &Cafe) -> Self {
        command.args([
            "--ignored",
            "--exact",
            "--nocapture",
            "a_program_that_waits_to_be_killed",
        ]);
        command
            .env("CAFE_FOLDER", cafe.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("a second program");
        let said = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = said.lines().map_while(Result::ok);
        assert!(
            lines.any(|line| line.contains("Postgres is ready")),
            "the second program started Postgres: {}",
            cafe.log()
        );
        let Held::Attached(door) =
            Held::attach_or_start(cafe.durable()).expect("a running Postgres")
        else {
            panic!("the second program holds the folder");
        };
        Self { child, door }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "run by other tests as a program of its own"]
fn a_program_that_waits_to_be_killed() {
    let folder = PathBuf::from(std::env::var_os("CAFE_FOLDER").expect("run by another test"));
    let postgres =
        PrivatePostgres::start(Options::durable(folder.join("postgres"))).expect("Postgres");
    println!("Postgres is ready");
    let _ = std::io::stdin().read(&mut [0]);
    postgres.stop();
}

#[tokio::test]
async fn the_second_start_finds_what_the_first_one_sold() {
    let cafe = Cafe::new();
    let cold = PrivatePostgres::start(cafe.options()).expect("a cold start");
    assert!(cold.is_up());
    sell(cold.door(), "espresso").await;
    cold.stop();
    assert!(
        cafe.log().contains("database system is shut down"),
        "{}",
        cafe.log()
    );

    let started = Instant::now();
    let warm = PrivatePostgres::start(cafe.options()).expect("a warm start");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "a warm start takes {:?}",
        started.elapsed()
    );
    assert_eq!(sold(warm.door()).await, ["espresso"]);
    assert!(warm.bin_dir().join("initdb").is_file());
    warm.stop();
}

#[tokio::test]
async fn it_keeps_money_and_listens_to_nobody_on_the_network() {
    let cafe = Cafe::new();
    let postgres = PrivatePostgres::start(cafe.durable()).expect("Postgres");
    let door = postgres.door();
    assert_eq!(ask(door, "SELECT inet_server_addr()::text").await, None);
    assert_eq!(
        ask(door, "SHOW listen_addresses").await.as_deref(),
        Some("")
    );
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
    ] {
        assert_eq!(
            ask(door, &format!("SHOW {setting}")).await.as_deref(),
            Some(value),
            "{setting}"
        );
    }
    let sockets = fs::metadata(cafe.path().join("postgres/run")).expect("the sockets' folder");
    assert_eq!(sockets.mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_database_is_made_once_and_then_left_alone() {
    let cafe = Cafe::new();
    let postgres = PrivatePostgres::start(cafe.options()).expect("Postgres");
    assert!(try_connect(postgres.door(), "pos").await.is_err());
    postgres
        .door()
        .ensure_database("pos")
        .await
        .expect("a new database");
    let pos = connect(postgres.door(), "pos").await;
    pos.execute_unprepared("CREATE TABLE kept (id int)")
        .await
        .expect("a table");
    pos.close().await.expect("closed");
    postgres
        .door()
        .ensure_database("pos")
        .await
        .expect("the same database");
    let pos = connect(postgres.door(), "pos").await;
    pos.execute_unprepared("SELECT * FROM kept")
        .await
        .expect("the table is still there");
}

#[tokio::test]
async fn a_postmaster_killed_alone_comes_back_by_itself() {
    let cafe = Cafe::new();
    let postgres = PrivatePostgres::start(cafe.durable()).expect("Postgres");
    sell(postgres.door(), "latte").await;
    let mut health = postgres.health();
    let first = cafe.postmaster();
    kill_9(first);
    health
        .wait_for(|health| *health == Health::Down)
        .await
        .expect("a keeper");
    health.wait_for(Health::is_up).await.expect("a keeper");
    assert_ne!(cafe.postmaster(), first);
    assert_eq!(sold(postgres.door()).await, ["latte"]);
}

#[tokio::test]
async fn one_that_dies_again_and_again_is_given_up() {
    let cafe = Cafe::new();
    let postgres = PrivatePostgres::start(cafe.options()).expect("Postgres");
    let mut health = postgres.health();
    for death in 1..=6 {
        kill_9(cafe.postmaster());
        health
            .wait_for(|health| !health.is_up())
            .await
            .expect("a keeper");
        if death < 6 {
            health.wait_for(Health::is_up).await.expect("a keeper");
        }
    }
    tokio::time::timeout(Duration::from_secs(20), postgres.gone())
        .await
        .expect("it is given up after the sixth");
    assert!(!postgres.is_up());
}

#[tokio::test]
async fn nothing_is_lost_when_program_and_postmaster_are_killed_three_times_in_a_row() {
    let cafe = Cafe::new();
    let mut expected = Vec::new();
    for night in ["friday", "monday", "saturday"] {
        let mut program = Program::start(&cafe);
        sell(&program.door, night).await;
        expected.push(night);
        assert_eq!(sold(&program.door).await, expected);
        kill_9(cafe.postmaster());
        kill_9(program.child.id());
        program.child.wait().expect("it is gone");
    }
    let morning = PrivatePostgres::start(cafe.durable()).expect("a start after three power cuts");
    assert_eq!(sold(morning.door()).await, expected);
}

#[tokio::test]
async fn postgres_does_not_outlive_a_killed_program_and_stops_cleanly() {
    let cafe = Cafe::new();
    let mut program = Program::start(&cafe);
    sell(&program.door, "mocha").await;
    kill_9(program.child.id());
    program.child.wait().expect("it is gone");
    until("a clean stop", || {
        cafe.log().contains("database system is shut down")
    });
    until("the end of the server", || {
        !cafe.cluster().join("postmaster.pid").exists()
    });
}

#[tokio::test]
async fn a_second_program_is_refused_but_other_commands_come_in() {
    let cafe = Cafe::new();
    let serving = PrivatePostgres::start(cafe.options()).expect("Postgres");
    let refused = PrivatePostgres::start(cafe.options()).expect_err("the folder is held");
    assert!(matches!(refused, StartError::InUse { .. }));
    assert!(
        refused
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{refused}"
    );
    assert_eq!(refused.to_string().lines().count(), 1);

    let command = Held::attach_or_start(cafe.options()).expect("a way in");
    assert!(matches!(&command, Held::Attached(door) if door == serving.door()));
    sell(command.door(), "chai").await;
    command.stop();
    assert_eq!(
        sold(serving.door()).await,
        ["chai"],
        "it goes on when the command leaves"
    );
    serving.stop();

    let alone = Held::attach_or_start(cafe.options()).expect("a start of its own");
    assert!(matches!(alone, Held::Started(_)));
    alone.stop();
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_works_all_the_same() {
    let cafe = Cafe::new();
    let folder = cafe
        .path()
        .join("a-long-name-of-a-folder/".repeat(5))
        .join("with, 'odd' \"letters\"");
    let postgres = PrivatePostgres::start(Options::throwaway(&folder)).expect("Postgres");
    sell(postgres.door(), "tea").await;
    let command = Held::attach_or_start(Options::throwaway(&folder)).expect("a way in");
    assert_eq!(sold(command.door()).await, ["tea"]);
    let sockets = ask(command.door(), "SHOW unix_socket_directories")
        .await
        .expect("a folder");
    let sockets = Path::new(sockets.trim_matches('"'));
    assert!(sockets.is_dir());
    postgres.stop();
    assert!(!sockets.exists(), "{sockets:?} is taken away again");
}

#[tokio::test]
async fn a_cluster_that_was_cut_off_while_it_was_made_is_made_again() {
    let cafe = Cafe::new();
    PrivatePostgres::start(cafe.options())
        .expect("Postgres")
        .stop();
    fs::rename(cafe.cluster(), cafe.path().join("postgres/cluster.new")).expect("half a cluster");
    let postgres = PrivatePostgres::start(cafe.options()).expect("a fresh cluster");
    sell(postgres.door(), "cocoa").await;
}

#[tokio::test]
async fn a_broken_cluster_is_one_line_with_postgres_own_reason() {
    let cafe = Cafe::new();
    PrivatePostgres::start(cafe.options())
        .expect("Postgres")
        .stop();
    fs::remove_file(cafe.cluster().join("global/pg_control")).expect("a control file");
    let refused = PrivatePostgres::start(cafe.options())
        .expect_err("no control file")
        .to_string();
    assert!(refused.starts_with("Postgres did not start: "), "{refused}");
    assert!(refused.contains("pg_control"), "{refused}");
    assert_eq!(refused.lines().count(), 1, "{refused}");
}

/// Postgres refuses root. These can only be tried by root, so others have nothing to test here.
mod as_root {
    use super::*;

    #[tokio::test]
    async fn a_new_folder_is_given_to_somebody_else() {
        let cafe = Cafe::new();
        let postgres = PrivatePostgres::start(cafe.options()).expect("Postgres");
        let owner = fs::metadata(cafe.cluster()).expect("a cluster").uid();
        let us = fs::metadata("/proc/self").expect("ourselves").uid();
        assert_eq!(owner == us, !am_root(), "the owner is {owner}, we are {us}");
        sell(postgres.door(), "juice").await;
    }

    #[tokio::test]
    async fn a_folder_that_belongs_to_somebody_stays_theirs() {
        if !am_root() {
            return;
        }
        let cafe = Cafe::new();
        let folder = cafe.path().join("postgres");
        fs::create_dir(&folder).expect("a folder");
        std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).expect("given away");
        let postgres = PrivatePostgres::start(cafe.options()).expect("Postgres");
        assert_eq!(
            fs::metadata(cafe.cluster()).expect("a cluster").uid(),
            NOBODY
        );
        sell(postgres.door(), "water").await;
        postgres.stop();
        PrivatePostgres::start(cafe.options())
            .expect("the second start")
            .stop();
    }

    #[test]
    fn a_folder_out_of_its_reach_is_refused_before_anything_is_made() {
        if !am_root() {
            return;
        }
        let cafe = Cafe::new();
        fs::set_permissions(cafe.path(), fs::Permissions::from_mode(0o700)).expect("closed");
        assert!(!private_postgres::can_reach(&cafe.path().join("postgres")));
        let refused = PrivatePostgres::start(cafe.options()).expect_err("it is closed");
        assert!(
            matches!(refused, StartError::Unreachable { .. }),
            "{refused}"
        );
        assert!(!cafe.path().join("postgres").exists());
    }

    #[tokio::test]
    async fn an_ordinary_user_needs_no_root() {
        if !am_root() {
            return;
        }
        let cafe = Cafe::new();
        std::os::unix::fs::chown(cafe.path(), Some(NOBODY), Some(NOBODY)).expect("given away");
        // The build folder may be under root's home, where nobody can go.
        let program = cafe.path().join("program");
        fs::copy(std::env::current_exe().expect("this program"), &program).expect("a copy");
        let running = Program::of(
            Command::new(&program)
                .current_dir("/")
                .uid(NOBODY)
                .gid(NOBODY),
            &cafe,
        );
        sell(&running.door, "soda").await;
        assert_eq!(
            fs::metadata(cafe.cluster()).expect("a cluster").uid(),
            NOBODY
        );
    }

    const NOBODY: u32 = 65534;
}

//! The disk that the café sells on has no room for backups and their proofs: they wait, and the till does not notice.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::program::{SECRET, Server, folder, row};
use crate::small_disk::SmallDisk;

const MEGABYTE: u64 = 1 << 20;
/// What stays free for the café.
const SPARE: u64 = 256 * MEGABYTE;
/// What a proof may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

fn words(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A café that keeps its data on this disk, in a Postgres of its own.
struct Cafe<'a> {
    disk: &'a SmallDisk,
    backups: &'a Path,
}

impl Cafe<'_> {
    fn call(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        let output = command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATA_DIR", self.disk.path().join("data"))
            .env("BACKUP_DIR", self.backups)
            .env("POS_JWT_SECRET", SECRET)
            .output()
            .expect("the program");
        (output.status.success(), words(&output))
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (well, said) = self.call(arguments);
        assert!(well, "{arguments:?}: {said}");
        said
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let (well, said) = self.call(arguments);
        assert!(!well, "{arguments:?}: {said}");
        said
    }

    fn files(&self) -> usize {
        fs::read_dir(self.backups).map_or(0, Iterator::count)
    }
}

#[test]
fn what_the_disk_of_the_data_has_no_room_for_is_not_begun_and_said_and_spoils_no_good_backup() {
    let Some(disk) = SmallDisk::mount(1024) else {
        return;
    };
    let elsewhere = folder();
    let cafe = Cafe {
        disk: &disk,
        backups: elsewhere.path(),
    };
    for command in [&["migrate", "up"][..], &["seed"], &["seed", "--demo"]] {
        cafe.done(command);
    }
    cafe.done(&["backup", "run"]);
    assert!(cafe.done(&["backup", "list"]).contains("good"));

    // Enough for the café, not for its data once more.
    disk.fill_but(SPARE + 20 * MEGABYTE);
    let sentence = "There is no room for it beside the data";
    let said = cafe.refused(&["backup", "verify"]);
    assert!(said.contains(sentence), "{said}");
    assert!(said.contains("256 MB of them stay free"), "{said}");
    let list = cafe.done(&["backup", "list"]);
    assert!(
        list.contains("good") && !list.contains("unproved"),
        "{list}"
    );
    // One can be made, elsewhere; that nobody proved it is said.
    let said = cafe.refused(&["backup", "run"]);
    assert!(said.contains(sentence), "{said}");
    let list = cafe.done(&["backup", "list"]);
    assert!(list.contains("unproved"), "{list}");
    assert_eq!(cafe.files(), 4, "two files, and what stands beside each");

    // Beside the data there is not even room for the file.
    disk.make_room();
    disk.fill_but(SPARE - MEGABYTE);
    let beside = disk.path().join("backups");
    let other = Cafe {
        disk: &disk,
        backups: &beside,
    };
    let said = other.refused(&["backup", "run"]);
    assert!(said.contains(sentence), "{said}");
    assert_eq!(other.files(), 0, "nothing half-written stays");

    disk.make_room();
    cafe.done(&["backup", "verify"]);
    other.done(&["backup", "run"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_during_which_the_disk_fills_is_left_off_before_it_is_full() {
    let Some(disk) = SmallDisk::mount(1024) else {
        return;
    };
    let backups = folder();
    let server = Server::furnished().await;
    let call = |arguments: &[&str]| {
        let mut command = server.command(arguments);
        command
            .env("DATABASE_DISK", disk.path())
            .env("BACKUP_DIR", backups.path());
        command
    };
    let seeded = call(&["seed", "--demo"]).output().expect("the program");
    assert!(seeded.status.success(), "{}", words(&seeded));
    let db = server.connect().await;
    let proving = "SELECT count(*) AS n FROM pg_database WHERE datname LIKE 'pos_proof_%'";
    let count = async || {
        let row = row(&db, proving, []).await;
        row.try_get::<i64>("", "n").expect("a number")
    };

    let mut command = call(&["backup", "run"]);
    let run = tokio::task::spawn_blocking(move || command.output().expect("the program"));
    let begun = Instant::now();
    while count().await == 0 {
        assert!(begun.elapsed() < PATIENCE && !run.is_finished());
        sleep(Duration::from_millis(2)).await;
    }
    // Somebody else takes it, as an import or a log may.
    disk.fill_but(SPARE / 2);
    let said = run.await.expect("a thread");
    let told = words(&said);
    assert!(!said.status.success(), "{told}");
    assert!(told.contains("It was left off: There is no room"), "{told}");
    assert_eq!(count().await, 0, "what was restored is gone");
    let state = row(&db, "SELECT state FROM backups", []).await;
    assert_eq!(
        state.try_get::<String>("", "state").expect("one"),
        "unproved"
    );

    disk.make_room();
    let proved = call(&["backup", "verify"]).output().expect("the program");
    assert!(proved.status.success(), "{}", words(&proved));
}

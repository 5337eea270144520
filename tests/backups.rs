//! Backups as they are made, lost, proved and restored, with the real program on its private Postgres.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A café's machine: its data, and a folder of backups on another disk.
struct Cafe {
    data: TempDir,
    backups: TempDir,
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

    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// The one line that a failure is.
    fn complaint(self) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        let lines: Vec<&str> = self
            .err
            .lines()
            .filter(|line| !line.contains(" WARN ") && !line.contains(" ERROR "))
            .collect();
        assert_eq!(lines.len(), 1, "{}", self.err);
        lines[0].to_owned()
    }
}

fn folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("cafe-backups")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir();
    folder.expect("a temporary folder")
}

impl Cafe {
    /// A month of trade.
    fn with_trade() -> Self {
        let cafe = Self::furnished();
        cafe.call(&["seed", "--demo"]).done();
        cafe
    }

    /// A café that has not opened yet.
    fn furnished() -> Self {
        let cafe = Cafe {
            data: folder(),
            backups: folder(),
        };
        cafe.call(&["migrate", "up"]).done();
        cafe.call(&["seed"]).done();
        fs::create_dir_all(cafe.data.path().join("uploads/products")).expect("a folder");
        fs::write(
            cafe.data.path().join("uploads/products/cake.jpg"),
            "a picture",
        )
        .expect("a picture");
        cafe
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATA_DIR", self.data.path())
            .env("BACKUP_DIR", self.backups.path())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0");
        command
    }

    fn call(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().expect("the program"))
    }

    /// Makes a backup; answers its file.
    fn backup(&self) -> PathBuf {
        let said = self.call(&["backup", "run"]).done();
        assert!(said.starts_with("good "), "{said}");
        let name = said.split_whitespace().find(|word| word.ends_with(".tar"));
        self.backups.path().join(name.expect("a file"))
    }

    /// The disk with the data is gone.
    fn lose_everything(&self) {
        for folder in ["postgres", "uploads"] {
            fs::remove_dir_all(self.data.path().join(folder)).expect("it was there");
        }
    }
}

/// What a backup says is in it.
fn contents(file: &Path) -> serde_json::Value {
    let beside = fs::read(format!("{}.json", file.display())).expect("the manifest beside it");
    let told: serde_json::Value = serde_json::from_slice(&beside).expect("JSON");
    told["manifest"]["contents"].clone()
}

/// The tables of trade: a restore leaves its own mark in those of people and of the log.
fn trade(contents: &serde_json::Value) -> serde_json::Value {
    let mut tables = contents.as_object().expect("tables").clone();
    tables
        .retain(|table, _| !table.starts_with("audit") && table != "staff" && table != "job_runs");
    tables.into()
}

struct Serving(Child);

impl Serving {
    fn of(cafe: &Cafe) -> Self {
        let child = cafe
            .program(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let serving = Serving(child);
        let begun = Instant::now();
        // While it serves, other commands connect through its socket and see the schema.
        while !cafe.call(&["migrate", "status"]).out.starts_with("applied") {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "it does not serve"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        serving
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

#[test]
fn a_lost_disk_comes_back_with_every_row_sum_and_picture() {
    let cafe = Cafe::with_trade();
    let file = cafe.backup();
    let was = contents(&file);
    assert!(
        was["orders"]["rows"].as_i64().expect("orders") > 500,
        "{was}"
    );
    assert!(
        was["payments"]["sums"]["amount"]
            .as_str()
            .expect("a sum")
            .len()
            > 5,
        "{was}"
    );
    cafe.lose_everything();

    let name = file.file_name().expect("a name").to_str().expect("text");
    let said = cafe.call(&["restore", name]).done();
    assert!(
        said.contains("1 pictures, compared with the backup"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(cafe.data.path().join("uploads/products/cake.jpg"))
            .expect("the picture"),
        "a picture"
    );
    let again = cafe.backup();
    assert_eq!(trade(&contents(&again)), trade(&was));
    // Nobody is still signed in who was sent out since.
    assert_eq!(contents(&again)["staff"]["rows"], was["staff"]["rows"]);
    assert_ne!(
        contents(&again)["audit_log"]["rows"],
        was["audit_log"]["rows"]
    );
    assert!(
        cafe.call(&["check"]).out.contains("ok      migrations"),
        "check"
    );
}

#[test]
fn what_is_there_is_saved_before_something_is_put_in_its_place() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let path = file.to_str().expect("text");
    let complaint = cafe.call(&["restore", path]).complaint();
    assert!(complaint.contains("say --replace"), "{complaint}");

    let serving = Serving::of(&cafe);
    let complaint = cafe.call(&["restore", "--replace", path]).complaint();
    assert!(complaint.contains("stop it first"), "{complaint}");
    drop(serving);

    let said = cafe.call(&["restore", "--replace", path]).done();
    let saved = said
        .lines()
        .find_map(|line| line.strip_prefix("What was there is in "));
    let saved = PathBuf::from(saved.expect("where it is"));
    assert_eq!(trade(&contents(&saved)), trade(&contents(&file)));
    // Both are in the folder, so both are in the list again once the program has looked.
    let list = cafe.call(&["backup", "list"]).done();
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains("Found in the folder"), "{list}");
    let said = cafe.call(&["backup", "verify"]).done();
    assert!(said.starts_with("good "), "{said}");
}

#[test]
fn no_wrong_file_harms_anything() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let was = contents(&file);
    let whole = fs::read(&file).expect("the file");
    let wrong = |name: &str, bytes: &[u8]| {
        let path = cafe.backups.path().join(name);
        fs::write(&path, bytes).expect("a file");
        cafe.call(&["restore", "--replace", path.to_str().expect("text")])
            .complaint()
    };
    let cut = wrong("cut.tar", &whole[..whole.len() / 2]);
    assert!(cut.contains("damaged or was cut off"), "{cut}");
    let foreign = wrong("foreign.tar", b"PGDMP");
    assert!(foreign.contains("is not a backup of cafe-pos"), "{foreign}");
    let empty = wrong("empty.tar", b"");
    assert!(empty.contains("is not a backup of cafe-pos"), "{empty}");
    let missing = cafe.call(&["restore", "nothing.tar"]).complaint();
    assert!(
        missing.contains("There is no file nothing.tar"),
        "{missing}"
    );

    // The same length, so that the tar stays whole: a migration that this program does not know.
    let text = String::from_utf8_lossy(&whole[..whole.len().min(64 * 1024)]).into_owned();
    let at = text.find("m20261126_0000").expect("a migration");
    let mut newer = whole.clone();
    newer[at..at + 9].copy_from_slice(b"m20991231");
    let newer = wrong("newer.tar", &newer);
    assert!(newer.contains("newer version"), "{newer}");

    assert_eq!(trade(&contents(&cafe.backup())), trade(&was));
}

#[test]
fn a_backup_that_changed_on_its_disk_is_found_out() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let mut bytes = fs::read(&file).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&file, bytes).expect("the file");
    let complaint = cafe.call(&["backup", "verify"]).complaint();
    assert!(complaint.contains("damaged or was cut off"), "{complaint}");
    let list = cafe.call(&["backup", "list"]).done();
    assert!(list.starts_with("unproved"), "{list}");
}

#[test]
fn a_backup_that_cannot_be_written_is_told_as_failed_and_leaves_nothing_behind() {
    let cafe = Cafe::furnished();
    let nowhere = cafe.data.path().join("a-file");
    fs::write(&nowhere, "").expect("a file");
    let said = Said::of(
        cafe.program(&["backup", "run"])
            .env("BACKUP_DIR", &nowhere)
            .output()
            .expect("the program"),
    );
    let complaint = said.complaint();
    assert!(complaint.contains("cannot be made"), "{complaint}");
    let list = cafe.call(&["backup", "list"]).done();
    assert!(
        list.starts_with("failed") && list.contains("cannot be made"),
        "{list}"
    );
    assert_eq!(
        fs::read_dir(cafe.backups.path())
            .expect("the folder")
            .count(),
        0
    );
}

#[test]
fn the_drill_goes_well() {
    let drill = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/drill.sh");
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let mut command = Command::new(&drill);
    command
        .arg(&file)
        .env("CAFE_POS", env!("CARGO_BIN_EXE_cafe-pos"));
    let said = Said::of(command.output().expect("the drill")).done();
    assert!(said.contains("Restored the café of"), "{said}");
    assert!(
        said.ends_with("The drill went well: every table has its rows and its sums again.\n"),
        "{said}"
    );
}

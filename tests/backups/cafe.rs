//! A café's machine, and what its program says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A café's machine: its data, and a folder of backups on another disk.
pub struct Cafe {
    pub data: TempDir,
    pub backups: TempDir,
    /// Settings beside those of every test.
    pub settings: Vec<(&'static str, String)>,
}

pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// The one line that a failure is.
    pub fn complaint(self) -> String {
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

pub fn folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("cafe-backups")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir();
    folder.expect("a temporary folder")
}

impl Cafe {
    /// A month of trade.
    pub fn with_trade() -> Self {
        let cafe = Self::furnished();
        cafe.call(&["seed", "--demo"]).done();
        cafe
    }

    /// A café that has not opened yet.
    pub fn furnished() -> Self {
        let cafe = Cafe {
            data: folder(),
            backups: folder(),
            settings: Vec::new(),
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

    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATA_DIR", self.data.path())
            .env("BACKUP_DIR", self.backups.path())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn call(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().expect("the program"))
    }

    /// Makes a backup; answers its file.
    pub fn backup(&self) -> PathBuf {
        let said = self.call(&["backup", "run"]).done();
        assert!(said.starts_with("good "), "{said}");
        let name = said
            .split_whitespace()
            .find(|word| word.starts_with("cafe-pos-"));
        self.backups.path().join(name.expect("a file"))
    }

    /// The disk with the data is gone.
    pub fn lose_everything(&self) {
        for folder in ["postgres", "uploads"] {
            fs::remove_dir_all(self.data.path().join(folder)).expect("it was there");
        }
    }
}

/// What a backup says is in it.
pub fn contents(file: &Path) -> serde_json::Value {
    let beside = fs::read(format!("{}.json", file.display())).expect("the manifest beside it");
    let told: serde_json::Value = serde_json::from_slice(&beside).expect("JSON");
    told["manifest"]["contents"].clone()
}

/// The tables of trade: a restore leaves its own mark in those of people and of the log.
pub fn trade(contents: &serde_json::Value) -> serde_json::Value {
    let mut tables = contents.as_object().expect("tables").clone();
    tables
        .retain(|table, _| !table.starts_with("audit") && table != "staff" && table != "job_runs");
    tables.into()
}

pub struct Serving(Child);

impl Serving {
    pub fn of(cafe: &Cafe) -> Self {
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

//! The built program, started the way people start it, in a folder that goes with it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::yesterday;

/// Making a database, migrating and furnishing it, on a machine that has other things to do.
const STARTS: Duration = Duration::from_secs(60);
/// Ending requests and the private Postgres.
const STOPS: Duration = Duration::from_secs(15);
/// The root of an authority of the café's own.
const ROOT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../src/config/testdata/root.pem"
);
const SAYS: &str = "cafe-pos serves on ";

/// A running `cafe-pos serve` on a new café.
pub struct Program {
    child: Child,
    /// `http://127.0.0.1:<port>`
    pub address: String,
    said: Said,
    /// Its data, dropped after the process has ended.
    folder: TempDir,
}

type Said = Arc<Mutex<String>>;

impl Program {
    /// Starts the program with these settings beside the usual ones, and waits until it serves. Blocks.
    pub fn start(settings: &[(String, String)]) -> Result<Self> {
        let program = program()?;
        let folder = folder()?;
        yesterday::moves_into(folder.path(), &program, |to| {
            let mut first = Self::start_in(self::folder()?, &program, &[])?;
            ensure!(
                first.end(),
                "the first program does not stop when it is asked to"
            );
            yesterday::copy(first.folder.path(), to)
        })?;
        Self::start_in(folder, &program, settings)
    }

    fn start_in(folder: TempDir, program: &Path, settings: &[(String, String)]) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env_clear()
            .env("DATA_DIR", folder.path())
            .env("HOST", "127.0.0.1")
            .env("PORT", "0")
            .env("CAFE_NAME", "Nile Crane Café")
            .env("LOG_FORMAT", "json")
            .env("LOCAL_CA", ROOT)
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for passed_on in ["PATH", "POS_PG_BIN"] {
            if let Some(value) = env::var_os(passed_on) {
                command.env(passed_on, value);
            }
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let said = Said::default();
        let (tell, told) = channel();
        follow(child.stdout.take(), &said, Some(tell));
        follow(child.stderr.take(), &said, None);
        let mut started = Self {
            child,
            address: String::new(),
            said,
            folder,
        };
        started.address = told.recv_timeout(STARTS).map_err(|_| {
            started.end();
            anyhow!("The program does not serve. It said:\n{}", started.log())
        })?;
        Ok(started)
    }

    /// Everything it said so far.
    pub fn log(&self) -> String {
        self.said
            .lock()
            .map_or_else(|_| String::new(), |said| said.clone())
    }

    /// The lines in which it reported an error.
    pub fn errors(&self) -> Vec<String> {
        let is_error = |line: &&str| line.contains(r#""level":"ERROR""#);
        self.log()
            .lines()
            .filter(is_error)
            .map(str::to_owned)
            .collect()
    }

    /// What its Postgres itself says: the one JSON value that `question` answers. Blocks.
    pub fn asks_postgres(&self, question: &str) -> Result<String> {
        let answer = Command::new(psql())
            .arg("--host")
            .arg(self.folder.path().join("postgres/run"))
            .args(["--username", "pos", "--dbname", "pos", "--no-psqlrc"])
            .args(["--quiet", "--tuples-only", "--no-align", "--command"])
            .arg(question)
            .output()
            .context("psql does not start")?;
        if !answer.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&answer.stderr));
        }
        Ok(String::from_utf8(answer.stdout)?)
    }

    /// Asks it to stop and waits until it has, with its Postgres. Blocks. False: it had to be killed.
    pub fn end(&mut self) -> bool {
        if let Ok(pid) = i32::try_from(self.child.id())
            && let Ok(None) = self.child.try_wait()
            && let Some(pid) = Pid::from_raw(pid)
        {
            let _ = kill_process(pid, Signal::TERM);
        }
        let patience = Instant::now() + STOPS;
        while Instant::now() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill(); // its Postgres follows by itself
        let _ = self.child.wait();
        false
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// The private Postgres of a program that runs as root belongs to another user, who must get at it.
fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("cafe-journey-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()?)
}

/// `$CAFE_POS`, else what `cargo build` made beside this crate.
fn program() -> Result<PathBuf> {
    let program = env::var_os("CAFE_POS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/cafe-pos"),
        PathBuf::from,
    );
    if !program.is_file() {
        bail!(
            "{} is not there: build it with `cargo build`, or name it in CAFE_POS",
            program.display()
        );
    }
    Ok(program)
}

/// Beside the Postgres that the program uses, else the first in `$PATH`.
fn psql() -> PathBuf {
    let named = env::var_os("POS_PG_BIN").map(PathBuf::from);
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let mut folders: Vec<PathBuf> = named.into_iter().chain(debian).collect();
    folders.retain(|folder| folder.join("psql").is_file());
    folders
        .first()
        .map_or_else(|| PathBuf::from("psql"), |folder| folder.join("psql"))
}

/// Reads on for as long as the program lives: one that is not listened to would stop at a full pipe.
fn follow(output: Option<impl Read + Send + 'static>, said: &Said, tell: Option<Sender<String>>) {
    let (Some(output), said) = (output, said.clone()) else {
        return;
    };
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let (Some(tell), Some(address)) = (&tell, line.strip_prefix(SAYS)) {
                let _ = tell.send(address.to_owned());
            }
            if let Ok(mut said) = said.lock() {
                said.push_str(&line);
                said.push('\n');
            }
        }
    });
}

//! A Pesapal that runs here, as `make run PESAPAL=simulator` starts it beside the till.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::{env, thread};

use anyhow::{Context, Result, bail};

/// Where it says how the till finds it.
const SAYS: &str = "PESAPAL_";

/// The running simulator; it ends with its owner.
pub struct Pesapal {
    child: Child,
    settings: Vec<(String, String)>,
}

impl Pesapal {
    /// Starts one on a port that is free, and waits until it says which.
    ///
    /// # Errors
    /// Where it was not built, or does not start.
    pub fn start() -> Result<Self> {
        let program = program()?;
        let mut child = Command::new(&program)
            .arg("127.0.0.1:0")
            .env_clear()
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let said = child.stderr.take();
        let mut started = Self {
            child,
            settings: Vec::new(),
        };
        started.settings = read_settings(said.context("it says nothing")?)?;
        Ok(started)
    }

    /// What a café has to be set to, so that it uses this one.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }
}

impl Drop for Pesapal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line that it says names its address and what to sign in with.
fn read_settings(said: ChildStderr) -> Result<Vec<(String, String)>> {
    let mut said = BufReader::new(said);
    let mut line = String::new();
    said.read_line(&mut line)?;
    // One that is not listened to would stop at a full pipe.
    thread::spawn(move || said.read_to_end(&mut Vec::new()));
    let words = line
        .split_whitespace()
        .filter(|word| word.starts_with(SAYS));
    let settings: Vec<_> = words
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if settings.len() < 3 {
        bail!("the simulator does not start: {line}");
    }
    Ok(settings)
}

/// Beside the program, where `cargo build --workspace --examples` puts it.
fn program() -> Result<PathBuf> {
    let beside = env::var_os("CAFE_POS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/cafe-pos"),
        PathBuf::from,
    );
    let program = beside.with_file_name("examples").join("pesapal");
    if !program.is_file() {
        bail!(
            "{} is not there: build it with `cargo build --workspace --examples`",
            program.display()
        );
    }
    Ok(program)
}

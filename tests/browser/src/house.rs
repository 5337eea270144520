//! A café for one journey: the program, the browser, and whoever is in it.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::chromium::Chromium;
use crate::program::Program;
use crate::screen::{Screen, View};
use crate::wire::Wire;

/// A journey that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(150);

/// The café.
pub struct House {
    program: Program,
    chromium: Chromium,
    screens: Mutex<Vec<Arc<Screen>>>,
}

impl House {
    /// Starts the program on a new café, and a browser.
    pub async fn open() -> Result<Self> {
        Self::open_with(&[]).await
    }

    /// The same with settings of its own, as environment variables.
    ///
    /// # Errors
    /// Where the program or the browser does not start.
    pub async fn open_with(settings: &[(String, String)]) -> Result<Self> {
        let settings = settings.to_vec();
        let program = spawn_blocking(move || Program::start(&settings));
        let chromium = Chromium::start().await;
        let program = program.await?;
        let (program, chromium) = match (program, chromium) {
            (Ok(program), Ok(chromium)) => (program, chromium),
            (Err(failure), Ok(chromium)) => {
                chromium.end().await;
                return Err(failure);
            }
            (_, Err(failure)) => return Err(failure),
        };
        Ok(Self {
            program,
            chromium,
            screens: Mutex::default(),
        })
    }

    /// Where the program serves.
    pub fn address(&self) -> &str {
        &self.program.address
    }

    /// A new screen, with nobody signed in.
    pub async fn screen(&self, name: &str, view: View) -> Result<Arc<Screen>> {
        self.screen_at(name, view, self.address()).await
    }

    /// A screen at the end of a cable.
    pub async fn screen_behind(&self, wire: &Wire, name: &str, view: View) -> Result<Arc<Screen>> {
        self.screen_at(name, view, &wire.address).await
    }

    /// A screen that shows somebody else's pages: a guest's, who pays elsewhere.
    pub async fn screen_at(&self, name: &str, view: View, address: &str) -> Result<Arc<Screen>> {
        let page = self.chromium.page().await?;
        let screen = Arc::new(Screen::on(page, name, address, view).await?);
        if let Ok(mut screens) = self.screens.lock() {
            screens.push(screen.clone());
        }
        Ok(screen)
    }

    /// What the database itself says: the one JSON value that `question` answers.
    pub async fn knows(&self, question: &str) -> Result<Value> {
        let said = self.program.asks_postgres(question)?;
        Ok(serde_json::from_str(said.trim())?)
    }

    fn screens(&self) -> Vec<Arc<Screen>> {
        self.screens
            .lock()
            .map_or_else(|_| Vec::new(), |screens| screens.clone())
    }

    fn faults(&self) -> Vec<String> {
        let seen = self
            .screens()
            .into_iter()
            .flat_map(|screen| screen.faults());
        let logged = self
            .program
            .errors()
            .into_iter()
            .map(|line| format!("the program logged {line}"));
        seen.chain(logged).collect()
    }

    /// What whoever looks into a failure wants to see.
    async fn keep_evidence(&self, folder: &Path) -> Result<()> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
        fs::write(folder.join("program.log"), self.program.log())?;
        for screen in self.screens() {
            let name = screen
                .name
                .to_lowercase()
                .replace(|sign: char| !sign.is_ascii_alphanumeric(), "-");
            // One screen that hangs must not hide the others.
            let _ = screen
                .picture_at_once(&folder.join(format!("{name}.png")))
                .await;
            fs::write(folder.join(format!("{name}.requests")), screen.requests())?;
            if let Ok(markup) = screen.markup().await {
                fs::write(folder.join(format!("{name}.html")), markup)?;
            }
        }
        Ok(())
    }

    /// Ends both.
    pub async fn close(self) -> Result<()> {
        let Self {
            mut program,
            chromium,
            ..
        } = self;
        chromium.end().await;
        let polite = spawn_blocking(move || program.end()).await?;
        polite
            .then_some(())
            .context("the program had to be killed: it did not stop when it was asked to")
    }
}

/// Opens a house, goes the journey in it, and closes the house whatever happened.
///
/// # Panics
/// When the journey fails, with everything that was wrong; pictures, markup and the program's log are then in
/// `failures/<name>` of the target folder.
pub async fn journey(name: &str, go: impl AsyncFnOnce(&House) -> Result<()>) {
    goes(House::open().await, LONGEST, name, go).await;
}

/// The same in a café that is set up for it.
///
/// # Panics
/// As [`journey`].
pub async fn journey_with(
    settings: &[(String, String)],
    name: &str,
    go: impl AsyncFnOnce(&House) -> Result<()>,
) {
    goes(House::open_with(settings).await, LONGEST, name, go).await;
}

/// The same for one that takes longer than others do on a machine that does other things.
///
/// # Panics
/// As [`journey`].
pub async fn journey_within(
    longest: Duration,
    name: &str,
    go: impl AsyncFnOnce(&House) -> Result<()>,
) {
    goes(House::open().await, longest, name, go).await;
}

async fn goes(
    opened: Result<House>,
    longest: Duration,
    name: &str,
    go: impl AsyncFnOnce(&House) -> Result<()>,
) {
    let house = match opened {
        Ok(house) => house,
        Err(failure) => panic!("{name}: {failure:#}"),
    };
    let went = timeout(longest, AssertUnwindSafe(go(&house)).catch_unwind()).await;
    let went = match went {
        Ok(Ok(went)) => went,
        Ok(Err(panic)) => Err(anyhow!("{}", words_of(panic.as_ref()))),
        Err(_) => Err(anyhow!("it takes longer than {longest:?}")),
    };
    let mut wrong: Vec<String> = went
        .err()
        .map(|failure| format!("{failure:#}"))
        .into_iter()
        .collect();
    wrong.extend(house.faults());
    let folder = failures().join(name);
    if !wrong.is_empty()
        && let Err(failure) = house.keep_evidence(&folder).await
    {
        wrong.push(format!("no evidence could be kept: {failure:#}"));
    }
    if let Err(failure) = house.close().await {
        wrong.push(format!("{failure:#}"));
    }
    assert!(
        wrong.is_empty(),
        "{name}: {} wrong, see {}\n- {}\n",
        wrong.len(),
        folder.display(),
        wrong.join("\n- ")
    );
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic")
}

/// Beside what cargo builds: `target/browser/failures`.
fn failures() -> PathBuf {
    let target = env::current_exe()
        .ok()
        .and_then(|test| Some(test.ancestors().nth(3)?.to_owned()));
    target.unwrap_or_else(env::temp_dir).join("failures")
}

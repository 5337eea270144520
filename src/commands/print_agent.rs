//! `print-agent`: prints in a café whose server is elsewhere. It asks the server for what is to be printed, sends it to the
//! printers on its own network, and reports. Nothing has to be opened to the outside for it, and it keeps no data but its
//! token.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::printers::transport::{self, Outcome};
use crate::printers::{Address, agent};
use crate::terminals;
use crate::web::{ask, url};

/// Longer than the server keeps an agent at the door.
const PATIENCE: Duration = Duration::from_secs(40);
/// The pauses while the server cannot be reached, in seconds; the last one for ever.
const PAUSES: [u64; 5] = [1, 2, 5, 10, 20];
/// How often a report is tried: then the server takes the job back by itself, and prints it again with a word about it.
const REPORTS: usize = 5;
/// How many printers are worked at once.
const AT_ONCE: usize = 16;
/// The largest slip that is taken, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What the command is told.
#[derive(Debug, Clone)]
pub struct Call {
    /// The server's address, such as `https://pos.example.com`.
    pub server: String,
    /// The folder in which the token is kept.
    pub state: PathBuf,
    /// A pairing code, the first time.
    pub code: Option<String>,
    /// A certificate authority of the café's own, as a PEM file.
    pub authority: Option<PathBuf>,
}

/// Prints until it is told to stop.
///
/// # Errors
/// When it is not paired, or not any more, and when its settings make no sense.
pub async fn run(call: Call) -> anyhow::Result<()> {
    let server = call.server.trim_end_matches('/').to_owned();
    if !server.starts_with("https://") && !server.starts_with("http://") {
        bail!("The server's address begins with https://, such as https://pos.example.com");
    }
    let http = client(call.authority.as_deref())?;
    let kept = call.state.join("print-agent.token");
    let token = match (&call.code, fs::read_to_string(&kept)) {
        // A code means that it is to be paired anew, unless it has been with this very start.
        (None, Ok(token)) => token.trim().to_owned(),
        (None, Err(_)) => bail!(
            "This print agent is not paired. Add a terminal of the kind \"Print agent\", make a pairing code for it, and start once with --code"
        ),
        (Some(code), _) => {
            let token = pair(&http, &server, code).await?;
            keep(&kept, &token)?;
            tracing::info!("Paired. From now on it starts without a code");
            token
        }
    };
    let way = Arc::new(Way {
        http,
        server,
        token,
    });
    tokio::select! {
        ended = serve(&way) => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
        () = terminated() => Ok(()),
    }
}

async fn terminated() {
    let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

fn client(authority: Option<&Path>) -> anyhow::Result<Client> {
    let mut builder = ask::client()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none());
    if let Some(path) = authority {
        let pem = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let certificate = reqwest::Certificate::from_pem(&pem)
            .with_context(|| format!("{} is no certificate", path.display()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().context("HTTPS cannot be used")
}

/// Types the code at the server's door for devices; answers the token.
async fn pair(http: &Client, server: &str, code: &str) -> anyhow::Result<String> {
    let key = Uuid::now_v7().to_string();
    let body = serde_urlencoded::to_string([("code", code), ("_key", &key)])?;
    let answer = http
        .post(format!("{server}{}", url::pair()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(body)
        .send()
        .await
        .with_context(|| format!("{server} does not answer"))?;
    let status = answer.status();
    let cookies = answer.headers().get_all("set-cookie").iter();
    let token = cookies
        .filter_map(|cookie| cookie.to_str().ok())
        .find_map(|cookie| {
            let value = cookie.strip_prefix(terminals::COOKIE)?.strip_prefix('=')?;
            Some(value.split(';').next()?.to_owned())
        });
    match token {
        Some(token) => Ok(token),
        None => bail!(
            "The code was not taken ({status}). Make another under Terminals, and type it within 15 minutes"
        ),
    }
}

/// Keeps the token where only this user reads it, whole or not at all.
fn keep(path: &Path, token: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let new = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .with_context(|| format!("{} cannot be written", new.display()))?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(token.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// The way to the server.
struct Way {
    http: Client,
    server: String,
    token: String,
}

/// A job as the server gave it.
struct Job {
    id: String,
    address: Address,
    bytes: Vec<u8>,
}

async fn serve(way: &Arc<Way>) -> anyhow::Result<()> {
    tracing::info!("Printing for {}", way.server);
    let hands = Arc::new(Semaphore::new(AT_ONCE));
    let mut printing = JoinSet::new();
    let mut missed = 0;
    loop {
        while printing.try_join_next().is_some() {}
        let hand = Arc::clone(&hands).acquire_owned().await?;
        match way.next().await {
            Ok(Asked::Nothing) => missed = 0,
            Ok(Asked::Job(job)) => {
                missed = 0;
                let way = Arc::clone(way);
                printing.spawn(async move {
                    let outcome = transport::print(&job.address, &job.bytes).await;
                    way.report(&job, &outcome).await;
                    drop(hand);
                });
            }
            Ok(Asked::Refused) => bail!(
                "The server does not know this print agent any more. Pair it again: make a code under Terminals, and start once with --code"
            ),
            Err(failure) => {
                if missed == 0 {
                    tracing::warn!("The server cannot be asked; trying again: {failure:#}");
                }
                let pause = PAUSES.get(missed).or(PAUSES.last()).copied().unwrap_or(1);
                missed += 1;
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
        }
    }
}

enum Asked {
    Nothing,
    Job(Job),
    Refused,
}

impl Way {
    async fn next(&self) -> anyhow::Result<Asked> {
        let answer = self.post(&url::agent_next(), "").await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(Asked::Nothing),
            StatusCode::OK => Ok(Asked::Job(job(answer).await?)),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Asked::Refused),
            other => bail!("it answers {other}"),
        }
    }

    async fn report(&self, job: &Job, outcome: &Outcome) {
        let (word, reason) = match outcome {
            Outcome::Printed => ("printed", ""),
            Outcome::Taken => ("taken", ""),
            Outcome::NotBegun(reason) => ("not_begun", reason.as_str()),
            Outcome::BrokeOff(reason) => ("broke_off", reason.as_str()),
        };
        if !reason.is_empty() {
            tracing::warn!("{}: {reason}", job.address);
        }
        let Ok(id) = job.id.parse() else { return };
        let body = serde_urlencoded::to_string([("outcome", word), ("reason", reason)]);
        let (path, body) = (url::agent_report(id), body.unwrap_or_default());
        for pause in PAUSES.into_iter().take(REPORTS) {
            match self.post(&path, &body).await {
                Ok(answer) if !answer.status().is_server_error() => return,
                _ => tokio::time::sleep(Duration::from_secs(pause)).await,
            }
        }
        tracing::warn!("What became of a slip could not be reported; it may be printed again");
    }

    async fn post(&self, path: &str, body: &str) -> anyhow::Result<Response> {
        let answer = self
            .http
            .post(format!("{}{path}", self.server))
            .bearer_auth(&self.token)
            .header("idempotency-key", Uuid::now_v7().to_string())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body.to_owned())
            .send()
            .await?;
        Ok(answer)
    }
}

async fn job(answer: Response) -> anyhow::Result<Job> {
    let header = |name: &str| {
        let value = answer.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let (id, address) = header(agent::JOB)
        .zip(header(agent::ADDRESS))
        .context("it answers something else than a job")?;
    let address = address.parse::<Address>();
    let address = address.map_err(|why| anyhow::anyhow!("{why}"))?;
    if answer
        .content_length()
        .is_some_and(|length| length > LARGEST)
    {
        bail!("the slip is too long");
    }
    let bytes = answer.bytes().await?.to_vec();
    Ok(Job { id, address, bytes })
}

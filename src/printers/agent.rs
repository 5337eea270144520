//! The print agent's two doors: in a café whose server is elsewhere, the same program runs as `cafe-pos print-agent`, asks
//! here for what it is to print, and says what became of it. It is paired like a terminal, with a token of its own.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{FromRequest, Request, RequestBody, Response, handler};
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};

use super::job::Taken;
use super::spool;
use super::store::{self, Hand, Held};
use super::transport::Outcome;
use crate::app::App;
use crate::data::{By, Tx};
use crate::form;
use crate::terminals::{self, Terminal};
use crate::values::{Note, PrintJobId};
use crate::web::{Error, Form, Once, Path, Result};

/// The header that names the job.
pub const JOB: &str = "print-job";
/// The header that says where the printer is, as its manager wrote it.
pub const ADDRESS: &str = "printer-address";

/// How long an agent waits at the door until it is told that there is nothing; shorter than proxies wait.
const WAIT: Duration = Duration::from_secs(20);
/// How often it is looked for something. The bell is the spool's own.
const LOOKS: Duration = Duration::from_millis(500);

/// A paired print agent, by its token as a bearer.
pub struct Agent(Arc<Terminal>);

impl From<&Agent> for By {
    fn from(agent: &Agent) -> By {
        By {
            staff: None,
            terminal: Some(agent.0.id),
            name: agent.0.name.clone(),
        }
    }
}

impl<'a> FromRequest<'a> for Agent {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        match terminals::bearer(&app, req).await? {
            Some(terminal) if terminal.is_agent() => Ok(Agent(terminal)),
            Some(_) => Err(Error::not_allowed("Only print agents ask here.").into()),
            None => Err(Error::SignedOut.into()),
        }
    }
}

/// What an agent is to print next: the bytes, with the job and the printer's address in headers. 204 where there was nothing
/// for a while.
#[handler]
pub async fn next(app: App, agent: Agent, once: Once) -> Result<Response> {
    let hand = Hand::Agent(agent.0.id);
    let claim = once.of(&agent, "print_agent.next", &());
    let until = Instant::now() + WAIT;
    while !store::is_one_due(app.db(), hand, app.clock().now()).await? {
        if Instant::now() >= until || app.stop().is_cancelled() {
            return Ok(nothing());
        }
        tokio::select! {
            () = app.stop().cancelled() => {}
            () = sleep(LOOKS) => {}
        }
    }
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let Some(held) = store::hold_next(tx, hand).await? else {
                return Ok(None);
            };
            let taken = store::take_next(tx, hand, held.printer).await?;
            if taken.is_none() {
                store::let_go(tx, hand, held.printer).await?;
            }
            Ok(taken.map(|job| (held, job)))
        })
        .await?;
    // Whoever asks a second time with the same key has missed the answer: the job comes again when nobody reports on it.
    match written.done().flatten() {
        Some((held, job)) => give(&app, hand, held, job).await,
        None => Ok(nothing()),
    }
}

async fn give(app: &App, hand: Hand, held: Held, job: Taken) -> Result<Response> {
    let Some(bytes) = spool::bytes_of(app, &held, &job).await? else {
        spool::put_down(app, hand, held.printer, &job, spool::too_late()).await?;
        release(app, hand, &held).await?;
        return Ok(nothing());
    };
    Ok(Response::builder()
        .header(header::CACHE_CONTROL, "no-store")
        .header(JOB, job.id.to_string())
        .header(ADDRESS, held.address.to_string())
        .content_type("application/octet-stream")
        .body(bytes))
}

async fn release(app: &App, hand: Hand, held: &Held) -> Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        store::let_go(tx, hand, held.printer).await
    })
    .await
}

fn nothing() -> Response {
    StatusCode::NO_CONTENT.into()
}

/// What became of a job, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is on paper.
    Printed,
    /// The printer took it, and does not tell.
    Taken,
    /// Nothing of it went to the printer.
    NotBegun,
    /// Some of it may be on paper.
    BrokeOff,
}

impl std::str::FromStr for How {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "printed" => Ok(How::Printed),
            "taken" => Ok(How::Taken),
            "not_begun" => Ok(How::NotBegun),
            "broke_off" => Ok(How::BrokeOff),
            _ => Err("Say printed, taken, not_begun or broke_off."),
        }
    }
}

form! {
    /// What became of a job, and why.
    pub struct Told { outcome: one How, reason: opt Note }
}

impl Told {
    fn outcome(&self) -> Outcome {
        let reason = || {
            let said = self.reason.as_ref().map(Note::as_str);
            said.unwrap_or("The print agent does not say why.")
                .to_owned()
        };
        match self.outcome {
            How::Printed => Outcome::Printed,
            How::Taken => Outcome::Taken,
            How::NotBegun => Outcome::NotBegun(reason()),
            How::BrokeOff => Outcome::BrokeOff(reason()),
        }
    }
}

/// Takes an agent's word for what became of a job; what it has not in hand any more is somebody else's by now.
#[handler]
pub async fn report(
    app: App,
    agent: Agent,
    once: Once,
    Path(job): Path<PrintJobId>,
    Form(told): Form<Told>,
) -> Result<poem::web::Json<serde_json::Value>> {
    let hand = Hand::Agent(agent.0.id);
    let claim = once.of(&agent, "print_agent.report", &(job, &told));
    let outcome = told.outcome();
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let Some((printer, taken)) = store::in_hand(tx, hand, job).await? else {
                return Ok(false);
            };
            spool::note(tx, hand, printer, &taken, outcome.clone()).await?;
            store::let_go(tx, hand, printer).await?;
            Ok(true)
        })
        .await?;
    let noted = written.done().unwrap_or(true);
    Ok(poem::web::Json(json!({ "jobId": job, "noted": noted })))
}

//! Every query about printers and their jobs.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde_json::Value as Json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::address::Address;
use super::job::{JobKind, JobState, Listed, NewJob, Next, Taken};
use super::printer::{Description, Fares, Needed, PATIENCE, Printer, PrinterRefusal, pause_after};
use crate::data::{OnConstraint, Tx, Write};
use crate::printing::{Paper, Slip};
use crate::values::{OrderId, PrintJobId, PrinterId, StationId, TerminalId};
use crate::web::{Error, Result};

#[derive(FromQueryResult)]
struct PrinterRow {
    id: PrinterId,
    name: String,
    address: String,
    paper: i16,
    agent_id: Option<TerminalId>,
    agent: Option<String>,
    agent_seen_at: Option<OffsetDateTime>,
    stand_in_id: Option<PrinterId>,
    active: bool,
    revision: i64,
    paused_at: Option<OffsetDateTime>,
    failing_since: Option<OffsetDateTime>,
    failure: Option<String>,
    printed_at: Option<OffsetDateTime>,
    mute: bool,
    waiting: i64,
}

const PRINTERS: &str = "SELECT p.id, p.name, p.address, p.paper, p.agent_id, a.name AS agent, a.last_seen_at AS agent_seen_at, \
           p.stand_in_id, p.active, p.revision, p.paused_at, p.failing_since, p.failure, p.printed_at, p.mute, \
           (SELECT count(*) FROM print_jobs j WHERE j.printer_id = p.id AND j.state IN ('pending', 'printing')) AS waiting \
    FROM printers p LEFT JOIN terminals a ON a.id = p.agent_id";

impl TryFrom<PrinterRow> for Printer {
    type Error = Error;

    fn try_from(row: PrinterRow) -> Result<Printer> {
        Ok(Printer {
            id: row.id,
            address: address(&row.address)?,
            paper: paper(row.paper)?,
            agent: row.agent_id.zip(row.agent),
            stand_in: row.stand_in_id,
            active: row.active,
            revision: row.revision,
            name: row.name,
            fares: Fares {
                paused_at: row.paused_at,
                failing: row.failing_since.zip(row.failure),
                printed_at: row.printed_at,
                is_mute: row.mute,
                waiting: row.waiting,
                agent_seen_at: row.agent_seen_at,
            },
        })
    }
}

fn address(stored: &str) -> Result<Address> {
    let read = stored.parse();
    read.map_err(|_| anyhow::anyhow!("a printer's address is stored as {stored:?}").into())
}

fn paper(stored: i16) -> Result<Paper> {
    match stored {
        58 => Ok(Paper::Narrow),
        80 => Ok(Paper::Wide),
        other => Err(anyhow::anyhow!("a printer's paper is stored as {other} mm").into()),
    }
}

/// All printers by name, those in use first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Printer>> {
    let sql = format!("{PRINTERS} ORDER BY p.active DESC, lower(p.name), p.id");
    let rows: Vec<PrinterRow> = rows(db, &sql, []).await?;
    rows.into_iter().map(Printer::try_from).collect()
}

/// All printers, held until the transaction ends: whether one goes together with the others is a question to them all.
pub async fn all_for_update(tx: &Tx) -> Result<Vec<Printer>> {
    let sql = format!("{PRINTERS} ORDER BY p.id FOR UPDATE OF p");
    let rows: Vec<PrinterRow> = rows(tx, &sql, []).await?;
    rows.into_iter().map(Printer::try_from).collect()
}

/// One printer.
pub async fn find(db: &impl ConnectionTrait, id: PrinterId) -> Result<Printer> {
    let sql = format!("{PRINTERS} WHERE p.id = $1");
    let row: Option<PrinterRow> = row(db, &sql, [id.into()]).await?;
    row.ok_or(Error::NotFound("printer"))?.try_into()
}

/// The print agents, by name.
pub async fn agents(db: &impl ConnectionTrait) -> Result<Vec<(TerminalId, String)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: TerminalId,
        name: String,
    }
    let sql = "SELECT id, name FROM terminals WHERE kind = 'agent' ORDER BY lower(name), id";
    let found: Vec<Row> = rows(db, sql, []).await?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}

/// What would be left without a printer.
pub async fn needed(tx: &Tx, id: PrinterId) -> Result<Needed> {
    #[derive(FromQueryResult)]
    struct Row {
        by: Option<String>,
        jobs: i64,
    }
    let sql = "SELECT (SELECT name FROM (SELECT name FROM terminals WHERE printer_id = $1 \
                       UNION ALL SELECT name FROM stations WHERE printer_id = $1 \
                       UNION ALL SELECT name FROM printers WHERE stand_in_id = $1 AND active) n ORDER BY name LIMIT 1) AS by, \
                      (SELECT count(*) FROM print_jobs WHERE printer_id = $1 AND state IN ('pending', 'printing')) AS jobs";
    let found: Option<Row> = row(tx, sql, [id.into()]).await?;
    Ok(found.map_or_else(Needed::default, |row| Needed {
        by: row.by,
        jobs: row.jobs,
    }))
}

/// Adds a printer.
pub async fn insert(tx: &Tx, id: PrinterId, it: &Description) -> Result<()> {
    let sql = "INSERT INTO printers (id, name, address, paper, agent_id, stand_in_id, active, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    write(
        tx,
        sql,
        columns(id, it).into_iter().chain([tx.now().into()]),
    )
    .await
}

/// Stores what a manager says about a printer. Whatever it failed with may be mended by that: it is tried at once.
pub async fn update(tx: &Tx, id: PrinterId, it: &Description) -> Result<()> {
    let sql = "UPDATE printers SET name = $2, address = $3, paper = $4, agent_id = $5, stand_in_id = $6, active = $7, \
                 revision = revision + 1, retry_at = NULL, tries = 0 WHERE id = $1";
    write(tx, sql, columns(id, it)).await
}

async fn write(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    tx.execute_raw(statement(tx, sql, values))
        .await
        .on_constraint("printers_name_unique", || PrinterRefusal::NameTaken)
        .map(drop)
}

fn columns(id: PrinterId, it: &Description) -> [Value; 7] {
    let paper: i16 = match it.paper {
        Paper::Narrow => 58,
        Paper::Wide => 80,
    };
    [
        id.into(),
        it.name.as_str().into(),
        it.address.to_string().into(),
        paper.into(),
        it.agent.into(),
        it.stand_in.into(),
        it.active.into(),
    ]
}

/// A printer waits, or goes on.
pub async fn set_paused(tx: &Tx, id: PrinterId, paused: bool) -> Result<()> {
    let since = paused.then(|| tx.now());
    let sql = "UPDATE printers SET paused_at = $2, retry_at = NULL, tries = 0, revision = revision + 1 WHERE id = $1";
    run(tx, sql, [id.into(), since.into()]).await
}

/// Where a till prints: its printer, if it has one that is in use, and whether receipts come by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct TillPaper {
    /// The printer.
    pub printer: PrinterId,
    /// Whether receipts are printed with each payment.
    pub receipts: bool,
    /// Whether its drawer hangs on that printer.
    pub has_drawer: bool,
}

/// Where this till prints.
pub async fn of_till(db: &impl ConnectionTrait, till: TerminalId) -> Result<Option<TillPaper>> {
    let sql = "SELECT p.id AS printer, t.prints_receipts AS receipts, t.has_drawer \
               FROM terminals t JOIN printers p ON p.id = t.printer_id AND p.active WHERE t.id = $1";
    row(db, sql, [till.into()]).await
}

/// The printers of these stations: which is printed at, and whether everything is.
pub async fn of_stations(
    db: &impl ConnectionTrait,
    stations: &[StationId],
) -> Result<Vec<(StationId, PrinterId, bool)>> {
    #[derive(FromQueryResult)]
    struct Row {
        station: StationId,
        printer: PrinterId,
        always: bool,
    }
    let ids: Vec<Uuid> = stations.iter().map(|id| id.uuid()).collect();
    let sql = "SELECT s.id AS station, p.id AS printer, s.prints_always AS always \
               FROM stations s JOIN printers p ON p.id = s.printer_id AND p.active WHERE s.id = ANY($1)";
    let found: Vec<Row> = rows(db, sql, [ids.into()]).await?;
    Ok(found
        .into_iter()
        .map(|row| (row.station, row.printer, row.always))
        .collect())
}

/// Stores a job with whatever else the transaction stores. One that must not be printed twice is not.
pub async fn insert_job(tx: &Tx, job: &NewJob) -> Result<()> {
    let id = PrintJobId::new();
    let slip = job.slip.as_ref().map(serde_json::to_value).transpose();
    let (by, order) = (tx.by(), job.order.map(OrderId::uuid));
    tx.later(Write::new(
        "print_jobs",
        id,
        "INSERT INTO print_jobs (id, printer_id, kind, title, slip, only_once, subject_id, order_id, expires_at, asked_by, staff_id, \
                                 terminal_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (only_once) DO NOTHING",
        [
            id.into(),
            job.printer.into(),
            job.kind.as_str().into(),
            job.title.clone().into(),
            slip.map_err(anyhow::Error::from)?.into(),
            job.only_once.clone().into(),
            job.subject.into(),
            order.into(),
            job.expires_at.into(),
            by.name.clone().into(),
            by.staff.into(),
            by.terminal.into(),
            tx.now().into(),
        ],
    ))
    .await
}

/// Who prints: this process, or a print agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// A process with the printers that the server reaches itself.
    Server(Uuid),
    /// An agent, with its own.
    Agent(TerminalId),
}

impl Hand {
    fn agent(self) -> Option<TerminalId> {
        match self {
            Hand::Server(_) => None,
            Hand::Agent(agent) => Some(agent),
        }
    }

    fn holder(self) -> Uuid {
        match self {
            Hand::Server(process) => process,
            Hand::Agent(agent) => agent.uuid(),
        }
    }
}

impl Hand {
    /// For how long it holds a printer without a word: a process says every few seconds that it is still there, so that what
    /// one leaves behind that was killed goes on soon; an agent only reports in the end, so for longer than any slip takes.
    fn holds_for(self) -> Duration {
        match self {
            Hand::Server(_) => Duration::seconds(10),
            Hand::Agent(_) => Duration::seconds(35),
        }
    }
}

/// How often a process says that it still holds a printer.
pub const SAYS_SO: std::time::Duration = std::time::Duration::from_secs(3);

/// Says that a hand still holds a printer.
pub async fn hold_on(
    db: &impl ConnectionTrait,
    hand: Hand,
    printer: PrinterId,
    now: OffsetDateTime,
) -> Result<()> {
    let sql = "UPDATE printers SET leased_until = $3 WHERE id = $1 AND leased_by = $2";
    let until = now + hand.holds_for();
    let values = [printer.into(), hand.holder().into(), until.into()];
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

/// The printers of a hand that have something to do now. `$1` is the agent, `$2` now.
const DUE: &str = "p.active AND p.paused_at IS NULL AND p.agent_id IS NOT DISTINCT FROM $1 \
    AND (p.retry_at IS NULL OR p.retry_at <= $2 OR p.retry_at > $2 + interval '1 minute') \
    AND (p.leased_until IS NULL OR p.leased_until <= $2 OR p.leased_until > $2 + interval '5 minutes') \
    AND EXISTS (SELECT 1 FROM print_jobs j WHERE j.printer_id = p.id AND j.state IN ('pending', 'printing'))";

/// Whether a printer of this hand has something to do: asked often, and mostly no.
pub async fn is_one_due(
    db: &impl ConnectionTrait,
    hand: Hand,
    now: OffsetDateTime,
) -> Result<bool> {
    let sql = format!("SELECT p.id FROM printers p WHERE {DUE} LIMIT 1");
    let found = db
        .query_one_raw(statement(db, &sql, [hand.agent().into(), now.into()]))
        .await?;
    Ok(found.is_some())
}

/// A printer that somebody prints at.
#[derive(Debug, Clone)]
pub struct Held {
    /// Which one.
    pub printer: PrinterId,
    /// Where it is.
    pub address: Address,
    /// What is in it.
    pub paper: Paper,
}

/// Takes hold of a printer that has something to do and that nobody else holds.
pub async fn hold_next(tx: &Tx, hand: Hand) -> Result<Option<Held>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PrinterId,
        address: String,
        paper: i16,
    }
    let sql = format!(
        "UPDATE printers SET leased_by = $3, leased_until = $4 \
         WHERE id = (SELECT p.id FROM printers p WHERE {DUE} ORDER BY p.retry_at NULLS FIRST, p.id LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING id, address, paper"
    );
    let now = tx.now();
    let values = [
        hand.agent().into(),
        now.into(),
        hand.holder().into(),
        (now + hand.holds_for()).into(),
    ];
    let found: Option<Row> = row(tx, &sql, values).await?;
    found
        .map(|row| {
            Ok(Held {
                printer: row.id,
                address: address(&row.address)?,
                paper: paper(row.paper)?,
            })
        })
        .transpose()
}

#[derive(FromQueryResult)]
struct TakenRow {
    id: PrintJobId,
    kind: String,
    slip: Option<Json>,
    doubtful: bool,
    breaks: i32,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    meant_for: Option<String>,
    order_id: Option<OrderId>,
}

/// Takes the next job of a printer that this hand holds: the drawer first, then whatever was wanted first. What is found at
/// the printer although nobody prints there was left behind by somebody who was killed: of that nobody knows how much is on
/// paper. Nothing, when the hand does not hold the printer any more, when it is to wait, or when there is nothing left.
pub async fn take_next(tx: &Tx, hand: Hand, printer: PrinterId) -> Result<Option<Taken>> {
    let sql = "WITH held AS ( \
                 UPDATE printers SET leased_until = $4 WHERE id = $1 AND leased_by = $2 AND active AND paused_at IS NULL RETURNING id), \
               next AS ( \
                 SELECT j.id, j.state FROM print_jobs j JOIN held h ON h.id = j.printer_id \
                 WHERE j.state IN ('pending', 'printing') ORDER BY (j.kind = 'drawer') DESC, j.id LIMIT 1) \
               UPDATE print_jobs j SET state = 'printing', tries = tries + 1, began_at = $3, doubtful = doubtful OR n.state = 'printing', \
                      breaks = breaks + (n.state = 'printing')::int \
               FROM next n WHERE j.id = n.id \
               RETURNING j.id, j.kind, j.slip, j.doubtful, j.breaks, j.created_at, j.expires_at, \
                         (SELECT m.name FROM printers m WHERE m.id = j.meant_for AND m.id <> j.printer_id) AS meant_for, j.order_id";
    let now = tx.now();
    let values = [
        printer.into(),
        hand.holder().into(),
        now.into(),
        (now + hand.holds_for()).into(),
    ];
    let found: Option<TakenRow> = row(tx, sql, values).await?;
    found.map(Taken::try_from).transpose()
}

impl TryFrom<TakenRow> for Taken {
    type Error = Error;

    fn try_from(row: TakenRow) -> Result<Taken> {
        let slip = row.slip.map(serde_json::from_value::<Slip>).transpose();
        Ok(Taken {
            id: row.id,
            kind: kind(&row.kind)?,
            slip: slip.map_err(anyhow::Error::from)?,
            doubtful: row.doubtful,
            breaks: row.breaks,
            created_at: row.created_at,
            expires_at: row.expires_at,
            meant_for: row.meant_for,
            order: row.order_id,
        })
    }
}

fn kind(stored: &str) -> Result<JobKind> {
    JobKind::stored(stored)
        .ok_or_else(|| anyhow::anyhow!("a print job's kind is stored as {stored:?}").into())
}

/// The job that a hand has at a printer, where it still has.
pub async fn in_hand(tx: &Tx, hand: Hand, job: PrintJobId) -> Result<Option<(PrinterId, Taken)>> {
    #[derive(FromQueryResult)]
    struct Row {
        printer_id: PrinterId,
        #[sea_orm(nested)]
        taken: TakenRow,
    }
    let sql = "SELECT j.printer_id, j.id, j.kind, j.slip, j.doubtful, j.breaks, j.created_at, j.expires_at, NULL::text AS meant_for, j.order_id \
               FROM print_jobs j JOIN printers p ON p.id = j.printer_id \
               WHERE j.id = $1 AND j.state = 'printing' AND p.leased_by = $2 FOR UPDATE OF p, j";
    let found: Option<Row> = row(tx, sql, [job.into(), hand.holder().into()]).await?;
    found
        .map(|row| Ok((row.printer_id, row.taken.try_into()?)))
        .transpose()
}

/// Stores what became of a job that was taken. Somebody who was so slow that another hand took the printer says nothing any
/// more: the job is that one's.
pub async fn put_down(
    tx: &Tx,
    hand: Hand,
    printer: PrinterId,
    job: &Taken,
    next: &Next,
) -> Result<()> {
    let (state, broke, reason) = match next {
        Next::Done => (JobState::Done, false, None),
        Next::Again { broke, reason } => (JobState::Pending, *broke, Some(reason)),
        Next::Failed(reason) => (JobState::Failed, false, Some(reason)),
    };
    let ended = (state != JobState::Pending).then(|| tx.now());
    let sql = "UPDATE print_jobs j SET state = $4, breaks = j.breaks + $5::int, doubtful = j.doubtful OR $5, reason = $6, ended_at = $7 \
               FROM printers p WHERE j.id = $1 AND p.id = $2 AND p.leased_by = $3 AND j.printer_id = p.id AND j.state = 'printing'";
    run(
        tx,
        sql,
        [
            job.id.into(),
            printer.into(),
            hand.holder().into(),
            state.as_str().into(),
            broke.into(),
            reason.cloned().into(),
            ended.into(),
        ],
    )
    .await
}

/// The printer printed.
pub async fn note_well(tx: &Tx, printer: PrinterId, is_mute: bool) -> Result<()> {
    let sql = "UPDATE printers SET failing_since = NULL, failure = NULL, tries = 0, retry_at = NULL, printed_at = $2, mute = $3 WHERE id = $1";
    run(tx, sql, [printer.into(), tx.now().into(), is_mute.into()]).await
}

/// The printer did not print: nobody holds it until its next try.
pub async fn note_ill(tx: &Tx, printer: PrinterId, why: &str) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        tries: i32,
    }
    let sql = "UPDATE printers SET failing_since = coalesce(failing_since, $2), failure = $3, tries = tries + 1, leased_until = NULL, \
                      leased_by = NULL WHERE id = $1 RETURNING tries";
    let now = tx.now();
    let told: Option<Row> = row(tx, sql, [printer.into(), now.into(), why.into()]).await?;
    let at = now + pause_after(told.map_or(1, |row| row.tries));
    let sql = "UPDATE printers SET retry_at = $2 WHERE id = $1";
    run(tx, sql, [printer.into(), at.into()]).await
}

/// Nobody holds the printer any more.
pub async fn let_go(tx: &Tx, hand: Hand, printer: PrinterId) -> Result<()> {
    let sql = "UPDATE printers SET leased_until = NULL, leased_by = NULL WHERE id = $1 AND leased_by = $2";
    run(tx, sql, [printer.into(), hand.holder().into()]).await
}

/// What waits for a printer that has failed for a while goes to the one that stands in for it, where that one is well.
/// Answers how many did.
pub async fn stand_in(tx: &Tx, printer: PrinterId) -> Result<u64> {
    let sql = "UPDATE print_jobs j SET printer_id = s.id, meant_for = coalesce(j.meant_for, p.id) \
               FROM printers p JOIN printers s ON s.id = p.stand_in_id AND s.active AND s.paused_at IS NULL AND s.failing_since IS NULL \
               WHERE p.id = $1 AND p.failing_since <= $2 AND j.printer_id = p.id AND j.state = 'pending' AND j.kind NOT IN ('drawer', 'test')";
    let latest = tx.now() - PATIENCE;
    let moved = tx
        .execute_raw(statement(tx, sql, [printer.into(), latest.into()]))
        .await?;
    Ok(moved.rows_affected())
}

/// Drawers that were not opened in time stay shut: also at a printer that is told to wait, or whose agent is not heard of.
pub async fn give_up_late(tx: &Tx) -> Result<u64> {
    let sql = "UPDATE print_jobs j SET state = 'failed', ended_at = $1, \
                      reason = coalesce(reason, CASE WHEN p.paused_at IS NOT NULL THEN 'The printer was told to wait.' ELSE 'The printer was not reached in time.' END) \
               FROM printers p WHERE p.id = j.printer_id AND j.state = 'pending' AND j.expires_at <= $1";
    let done = tx
        .execute_raw(statement(tx, sql, [tx.now().into()]))
        .await?;
    Ok(done.rows_affected())
}

/// Whether there is one ([`give_up_late`]).
pub async fn is_one_too_late(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<bool> {
    let sql = "SELECT id FROM print_jobs WHERE state = 'pending' AND expires_at <= $1 LIMIT 1";
    let found = db.query_one_raw(statement(db, sql, [now.into()])).await?;
    Ok(found.is_some())
}

/// What a manager looks for among the jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sought {
    /// Of one printer.
    pub printer: Option<PrinterId>,
    /// In one state; without one all that is not on paper, then the rest.
    pub state: Option<JobState>,
    /// What came before this one.
    pub before: Option<PrintJobId>,
}

/// How many jobs stand on a page of the list.
pub const PAGE: usize = 50;

#[derive(FromQueryResult)]
struct ListedRow {
    id: PrintJobId,
    printer_id: PrinterId,
    printer: String,
    meant_for: Option<String>,
    kind: String,
    title: String,
    state: String,
    tries: i32,
    doubtful: bool,
    reason: Option<String>,
    asked_by: String,
    created_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

const JOBS: &str = "SELECT j.id, j.printer_id, p.name AS printer, m.name AS meant_for, j.kind, j.title, j.state, j.tries, j.doubtful, \
           j.reason, j.asked_by, j.created_at, j.ended_at \
    FROM print_jobs j JOIN printers p ON p.id = j.printer_id LEFT JOIN printers m ON m.id = j.meant_for AND m.id <> j.printer_id";

/// What waits, the oldest first, and what failed in the last day.
pub async fn open_jobs(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<Listed>> {
    let sql = format!(
        "{JOBS} WHERE j.id IN ( \
           (SELECT id FROM print_jobs WHERE state = 'failed' AND ended_at > $1 ORDER BY ended_at DESC LIMIT {PAGE}) \
           UNION ALL (SELECT id FROM print_jobs WHERE state IN ('pending', 'printing') ORDER BY id LIMIT {PAGE})) \
         ORDER BY (j.state = 'failed') DESC, j.id LIMIT {PAGE}"
    );
    let since = now - Duration::days(1);
    let found: Vec<ListedRow> = rows(db, &sql, [since.into()]).await?;
    found.into_iter().map(Listed::try_from).collect()
}

/// The jobs that somebody looks for, the youngest first, one more than stand on a page where there are more.
pub async fn jobs(db: &impl ConnectionTrait, sought: Sought) -> Result<Vec<Listed>> {
    let sql = format!(
        "{JOBS} WHERE ($1::uuid IS NULL OR j.printer_id = $1) AND ($2::text IS NULL OR j.state = $2) AND ($3::uuid IS NULL OR j.id < $3) \
         ORDER BY j.id DESC LIMIT {}",
        PAGE + 1
    );
    let state = sought.state.map(JobState::as_str);
    let values = [sought.printer.into(), state.into(), sought.before.into()];
    let found: Vec<ListedRow> = rows(db, &sql, values).await?;
    found.into_iter().map(Listed::try_from).collect()
}

impl TryFrom<ListedRow> for Listed {
    type Error = Error;

    fn try_from(row: ListedRow) -> Result<Listed> {
        let state = JobState::stored(&row.state);
        Ok(Listed {
            id: row.id,
            printer: (row.printer_id, row.printer),
            meant_for: row.meant_for,
            kind: kind(&row.kind)?,
            title: row.title,
            state: state.ok_or_else(|| {
                anyhow::anyhow!("a print job's state is stored as {:?}", row.state)
            })?,
            tries: row.tries,
            doubtful: row.doubtful,
            reason: row.reason,
            asked_by: row.asked_by,
            created_at: row.created_at,
            ended_at: row.ended_at,
        })
    }
}

/// What a change of a job needs to know of it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it is printed.
    pub printer: PrinterId,
    /// What it is.
    pub kind: JobKind,
    /// As people know it.
    pub title: String,
    /// How far it is.
    pub state: JobState,
    /// What stands on it.
    pub slip: Option<Slip>,
}

/// A job, held until the transaction ends.
pub async fn job_for_update(tx: &Tx, id: PrintJobId) -> Result<Kept> {
    job_with(tx, id, " FOR UPDATE").await
}

/// A job.
pub async fn job(db: &impl ConnectionTrait, id: PrintJobId) -> Result<Kept> {
    job_with(db, id, "").await
}

async fn job_with(db: &impl ConnectionTrait, id: PrintJobId, lock: &str) -> Result<Kept> {
    #[derive(FromQueryResult)]
    struct Row {
        printer_id: PrinterId,
        kind: String,
        title: String,
        state: String,
        slip: Option<Json>,
    }
    let sql =
        format!("SELECT printer_id, kind, title, state, slip FROM print_jobs WHERE id = $1{lock}");
    let found: Option<Row> = row(db, &sql, [id.into()]).await?;
    let found = found.ok_or(Error::NotFound("print job"))?;
    let state = JobState::stored(&found.state);
    let slip = found.slip.map(serde_json::from_value).transpose();
    Ok(Kept {
        printer: found.printer_id,
        kind: kind(&found.kind)?,
        title: found.title,
        state: state
            .ok_or_else(|| anyhow::anyhow!("a print job's state is stored as {:?}", found.state))?,
        slip: slip.map_err(anyhow::Error::from)?,
    })
}

/// A job is tried again, at this printer.
pub async fn send_again(tx: &Tx, id: PrintJobId, to: PrinterId) -> Result<()> {
    let sql = "UPDATE print_jobs SET meant_for = CASE WHEN printer_id <> $2 THEN coalesce(meant_for, printer_id) ELSE meant_for END, \
                      printer_id = $2, state = 'pending', reason = NULL, ended_at = NULL, breaks = 0 WHERE id = $1";
    run(tx, sql, [id.into(), to.into()]).await?;
    // Whoever asks for it has done something about the printer.
    let sql = "UPDATE printers SET retry_at = NULL, tries = 0 WHERE id = $1";
    run(tx, sql, [to.into()]).await
}

/// Everything that waits for one printer is printed at another; answers how many.
pub async fn send_all(tx: &Tx, from: PrinterId, to: PrinterId) -> Result<u64> {
    let sql = "UPDATE print_jobs SET meant_for = coalesce(meant_for, printer_id), printer_id = $2, reason = NULL \
               WHERE printer_id = $1 AND state = 'pending' AND kind <> 'drawer'";
    let moved = tx
        .execute_raw(statement(tx, sql, [from.into(), to.into()]))
        .await?;
    Ok(moved.rows_affected())
}

/// A job is not printed any more.
pub async fn cancel(tx: &Tx, id: PrintJobId) -> Result<()> {
    let sql = "UPDATE print_jobs SET state = 'cancelled', ended_at = $2 WHERE id = $1";
    run(tx, sql, [id.into(), tx.now().into()]).await
}

/// How the last try to open the drawer for something went: how far it is, and why not.
pub async fn last_drawer(
    db: &impl ConnectionTrait,
    subject: Uuid,
) -> Result<Option<(JobState, Option<String>)>> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        reason: Option<String>,
    }
    let sql = "SELECT state, reason FROM print_jobs WHERE subject_id = $1 AND kind = 'drawer' ORDER BY id DESC LIMIT 1";
    let found: Option<Row> = row(db, sql, [subject.into()]).await?;
    Ok(found.and_then(|row| Some((JobState::stored(&row.state)?, row.reason))))
}

/// How many jobs wait, and how many failed in the last day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct Queue {
    /// Jobs that are not on paper.
    pub waiting: i64,
    /// Jobs that nobody tries any more.
    pub failed: i64,
    /// Printers that fail.
    pub failing: i64,
}

/// How it stands with all of it.
pub async fn queue(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Queue> {
    let sql = "SELECT (SELECT count(*) FROM print_jobs WHERE state IN ('pending', 'printing')) AS waiting, \
                      (SELECT count(*) FROM print_jobs WHERE state = 'failed' AND ended_at > $1) AS failed, \
                      (SELECT count(*) FROM printers WHERE active AND failing_since IS NOT NULL) AS failing";
    let found = row(db, sql, [(now - Duration::days(1)).into()]).await?;
    Ok(found.unwrap_or_default())
}

/// Forgets jobs that were over before this.
pub async fn forget_before(db: &impl ConnectionTrait, before: OffsetDateTime) -> Result<()> {
    db.execute_raw(statement(
        db,
        "DELETE FROM print_jobs WHERE ended_at < $1",
        [before.into()],
    ))
    .await?;
    Ok(())
}

/// A number that moves with what the list of printers shows.
pub async fn revision(db: &impl ConnectionTrait) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let sql = "SELECT ((coalesce((SELECT sum(hashtextextended(id::text || coalesce(failure, '') || coalesce(paused_at::text, '') \
                                  || coalesce(printed_at::text, ''), revision)) FROM printers), 0) \
                      + coalesce((SELECT sum(hashtextextended(id::text || printer_id || state || coalesce(reason, ''), tries)) \
                                  FROM (SELECT * FROM print_jobs ORDER BY id DESC LIMIT 200) j), 0) \
                      + (SELECT count(*) FROM print_jobs WHERE state IN ('pending', 'printing')) \
                      )::numeric(40) % 4611686018427387904)::bigint AS revision";
    let found: Option<Row> = row(db, sql, []).await?;
    Ok(found.map_or(0, |row| row.revision))
}

async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

async fn rows<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    Ok(T::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?)
}

async fn row<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<T>> {
    Ok(T::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?)
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

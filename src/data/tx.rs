//! The one way to change anything: `App::write` begins a transaction, claims the request's key,
//! runs the work, writes the audit rows, commits, and only then publishes what changed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, Statement, TransactionTrait,
};
use time::OffsetDateTime;

use super::batch::{Batch, Write};
use super::failure::{self, Kind};
use super::journal::{self, By, Entry};
use super::once::{self, Claim, RowLock, Turn};
use super::tally::{Tallies, Tally};
use crate::live::{Changed, Live};
use crate::values::Clock;
use crate::web::{Error, Result};

/// How often the same work is tried when Postgres breaks a deadlock or a serialisation conflict.
const TRIES: u32 = 6;

/// A running transaction with what it has to say once it has committed.
///
/// Writes take `&Tx` and reads `&impl ConnectionTrait`, so the compiler refuses a write outside.
pub struct Tx {
    inner: DatabaseTransaction,
    now: OffsetDateTime,
    by: By,
    held: Option<RowLock>,
    changes: Vec<Changed>,
    entries: Vec<Entry>,
    done: Vec<(Tally, &'static str)>,
    pending: Mutex<Pending>,
}

/// What has still to be said to the server, how it refused, and what it said that nobody has asked for yet.
#[derive(Default)]
struct Pending {
    batch: Batch,
    refusal: Option<Error>,
    read: Option<Vec<QueryResult>>,
}

impl Tx {
    /// The time of this transaction: one instant for all that it stores.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Who is changing something.
    pub fn by(&self) -> &By {
        &self.by
    }

    /// Whether the claim holds this row already ([`Claim::holding`]).
    pub fn holds(&self, row: RowLock) -> bool {
        self.held == Some(row)
    }

    /// Stores something with the next round trip, or at the end: whatever is asked of this transaction afterwards sees it.
    ///
    /// A refusal of the database is answered by whichever round trip takes it along.
    pub async fn later(&self, write: Write) -> Result<()> {
        let before = {
            let mut pending = self.pending();
            pending.read = None;
            pending.batch.add(write)
        };
        Ok(before.send(&self.inner).await?)
    }

    /// What waits goes to the server.
    async fn catch_up(&self) -> Result<(), DbErr> {
        let batch = std::mem::take(&mut self.pending().batch);
        batch.send(&self.inner).await.map_err(|refused| {
            let (failure, refusal) = refused.parts();
            self.pending().refusal = refusal;
            failure
        })
    }

    /// The audit rows, and all that has not gone yet.
    async fn finish(&mut self) -> Result<()> {
        let entries = std::mem::take(&mut self.entries);
        for write in journal::writes(&self.by, entries, self.now) {
            self.later(write).await?;
        }
        let batch = std::mem::take(&mut self.pending().batch);
        Ok(batch.send(&self.inner).await?)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the claim read of the row that it holds ([`RowLock::reading`]): once, and before anything was changed.
    pub fn read_with_claim(&self, row: RowLock) -> Option<Vec<QueryResult>> {
        self.holds(row)
            .then(|| self.pending().read.take())
            .flatten()
    }

    /// Says what is to be looked at again once this has committed.
    pub fn changed(&mut self, what: Changed) {
        if !self.changes.contains(&what) {
            self.changes.push(what);
        }
    }

    /// Counts a deed of this kind once this has committed.
    pub fn count(&mut self, deed: Tally, kind: &'static str) {
        self.done.push((deed, kind));
    }

    /// Writes a row of the audit log with this transaction.
    pub fn journal(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

/// Each question sees what was stored before it.
#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.pending().read = None;
        self.catch_up().await?;
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.catch_up().await?;
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.catch_up().await?;
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.catch_up().await?;
        self.inner.query_all_raw(statement).await
    }
}

/// What became of a keyed piece of work.
#[derive(Debug)]
pub enum Written<T> {
    /// It was done now.
    Done(T),
    /// The same request was carried out before: nothing more was changed. The id of what it made, where its claim
    /// named one ([`Claim::making`]).
    Already(Option<uuid::Uuid>),
}

impl<T> Written<T> {
    /// The work's answer, if it was done now.
    pub fn done(self) -> Option<T> {
        match self {
            Written::Done(answer) => Some(answer),
            Written::Already(_) => None,
        }
    }
}

/// What writing needs of the program.
pub(crate) struct Writer<'a> {
    pub(crate) db: &'a DatabaseConnection,
    pub(crate) clock: &'a Clock,
    pub(crate) live: &'a Live,
    pub(crate) tallies: &'a Tallies,
}

impl Writer<'_> {
    /// Runs keyed work; what it runs must be repeatable, because conflicts are tried again.
    pub(crate) async fn write<T, F>(&self, claim: Claim, work: F) -> Result<Written<T>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Clone,
    {
        let by = claim.by.clone();
        self.repeat(by, async move |tx: &mut Tx| {
            match once::claim(&tx.inner, &claim, tx.now).await? {
                Turn::First(read) => {
                    tx.held = claim.holds;
                    tx.pending().read = read;
                    if let Some(spending) = &claim.spends {
                        spending.run(&tx.inner, tx.now).await?;
                        tx.changed(spending.changes);
                    }
                    work(tx).await.map(Written::Done)
                }
                Turn::Repeated(made) => Ok(Written::Already(made)),
            }
        })
        .await
    }

    /// Runs work that carries no key: signing in and out, background jobs, the gateway's calls.
    pub(crate) async fn write_unkeyed<T, F>(&self, by: By, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Clone,
    {
        self.repeat(by, work).await
    }

    async fn repeat<T, F>(&self, by: By, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Clone,
    {
        let mut tried = 1;
        loop {
            match self.try_once(by.clone(), work.clone()).await {
                Err(Error::Database(failure))
                    if tried < TRIES && failure::kind(&failure) == Kind::Retry =>
                {
                    tracing::debug!(tried, %failure, "conflict, trying again");
                    let pause = rand::rng().random_range(1..=5u64 << tried);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_once<T, F>(&self, by: By, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T>,
    {
        let mut tx = Tx {
            inner: self.db.begin().await?,
            now: self.clock.now(),
            by,
            held: None,
            changes: Vec::new(),
            entries: Vec::new(),
            done: Vec::new(),
            pending: Mutex::default(),
        };
        let outcome = match work(&mut tx).await {
            Ok(answer) => tx.finish().await.map(|()| answer),
            Err(Error::Database(failure)) => {
                let refusal = tx.pending().refusal.take();
                Err(refusal.unwrap_or(Error::Database(failure)))
            }
            refused => refused,
        };
        match outcome {
            Ok(answer) => {
                tx.inner.commit().await?;
                #[cfg(debug_assertions)]
                super::failpoint::after_commit(&mut tx.changes);
                self.tallies.add(tx.done);
                self.live.publish(tx.changes);
                Ok(answer)
            }
            Err(refused) => {
                // A connection that broke cannot roll back; the server did it by itself.
                let _ = tx.inner.rollback().await;
                Err(refused)
            }
        }
    }
}

/// Takes a lock that lasts as long as the transaction, or answers false when another holds it.
pub async fn try_advisory_lock(tx: &Tx, number: i64) -> Result<bool> {
    let row = tx
        .query_one_raw(sea_orm::Statement::from_sql_and_values(
            tx.get_database_backend(),
            "SELECT pg_try_advisory_xact_lock($1) AS mine",
            [number.into()],
        ))
        .await?;
    Ok(row
        .map(|row| row.try_get::<bool>("", "mine"))
        .transpose()?
        .unwrap_or(false))
}

//! Exactly once: every changing request carries a key that is claimed in the same transaction as
//! its work, under a unique index.

use hmac::{Hmac, KeyInit, Mac};
use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::journal::By;
use crate::live::Changed;
use crate::web::{Error, Result};

/// A key as a browser or client sent it: 8 to 200 visible ASCII characters, unique over the venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Accepts a key, or says why it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let fits = (8..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Key(text.to_owned()))
        } else {
            Err(Error::refused(
                StatusCode::BAD_REQUEST,
                "bad_key",
                "The idempotency key must be 8 to 200 visible ASCII characters.",
            ))
        }
    }

    /// Another key that belongs to this one and to `what`: the same for the same two.
    fn beside(&self, what: Uuid) -> Key {
        let digest = Sha256::digest(format!("{what}:{}", self.0));
        Key(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A key together with what is done under it and by whom.
///
/// Only a claim can be given to `App::write`, so no change can forget its key.
#[derive(Debug, Clone)]
pub struct Claim {
    pub(super) key: Key,
    pub(super) by: By,
    pub(super) deed: &'static str,
    pub(super) fingerprint: Vec<u8>,
    pub(super) makes: Option<Uuid>,
    pub(super) holds: Option<RowLock>,
    pub(super) spends: Option<Spending>,
}

/// What the work uses up, such as an approval: a statement over one row that runs in the transaction of the work, right
/// after the key is claimed and never for a repetition. So what is used up is used for one deed, whoever else tries.
#[derive(Debug, Clone)]
pub struct Spending {
    /// The statement; its first parameter is the time of the transaction, the others are `values`.
    pub sql: &'static str,
    /// Its parameters from `$2` on.
    pub values: Vec<Value>,
    /// Why the work is refused where no row was hit; without it, it does not matter.
    pub or: Option<fn() -> Error>,
    /// What is to be looked at again.
    pub changes: Changed,
}

impl Spending {
    pub(super) async fn run(&self, tx: &DatabaseTransaction, now: OffsetDateTime) -> Result<()> {
        let values = std::iter::once(Value::from(now)).chain(self.values.iter().cloned());
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), self.sql, values);
        let hit = tx.execute_raw(statement).await?.rows_affected() == 1;
        match self.or {
            Some(refusal) if !hit => Err(refusal()),
            _ => Ok(()),
        }
    }
}

/// A row that the work holds from its beginning to the end of its transaction.
#[derive(Debug, Clone, Copy)]
pub struct RowLock {
    table: &'static str,
    id: Uuid,
    reading: Option<&'static Reading>,
}

impl RowLock {
    /// The row of a table (a name in this program, never from outside) whose `id` this is.
    pub fn of(table: &'static str, id: impl Into<Uuid>) -> Self {
        RowLock {
            table,
            id: id.into(),
            reading: None,
        }
    }

    /// Reads the row, with what belongs to it, in the round trip that locks it.
    #[must_use]
    pub fn reading(self, reading: &'static Reading) -> Self {
        RowLock {
            reading: Some(reading),
            ..self
        }
    }
}

impl PartialEq for RowLock {
    fn eq(&self, other: &Self) -> bool {
        (self.table, self.id) == (other.table, other.id)
    }
}

/// How an aggregate is read: pieces of a statement over its root row, which is named `o` and has a `revision` that every
/// change of the aggregate moves on.
#[derive(Debug)]
pub struct Reading {
    /// `SELECT … FROM root o WHERE o.id = $1`.
    pub row: &'static str,
    /// What is asked of `o` and what is joined to it.
    pub columns: &'static str,
    /// `LEFT JOIN … ORDER BY …`.
    pub rest: &'static str,
}

impl Reading {
    /// The statement that reads it and locks nothing.
    pub fn plain(&self) -> String {
        let Reading { row, columns, rest } = self;
        format!("WITH o AS MATERIALIZED ({row}) SELECT {columns} FROM o {rest}")
    }

    /// The statement that locks the root row and reads, for [`as_locked`].
    pub fn locking(&self, table: &str) -> String {
        let Reading { row, columns, rest } = self;
        format!(
            "WITH o AS MATERIALIZED ({row} FOR UPDATE OF o) \
             SELECT (SELECT revision FROM {table} WHERE id = $1) AS seen, {columns} FROM o {rest}"
        )
    }
}

/// What a statement read that locked the row itself, if it may be believed.
///
/// A statement that has to wait for a lock then gets the row as it is, but everything else as it was before the wait. The
/// revision as it was before (`seen`) tells whether anything changed meanwhile: then it must be read again.
pub fn as_locked(rows: Vec<QueryResult>) -> Result<Option<Vec<QueryResult>>> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let seen: Option<i64> = first.try_get("", "seen")?;
    let is: Option<i64> = first.try_get("", "revision")?;
    Ok((seen.is_some() && seen == is).then_some(rows))
}

impl Claim {
    /// Binds a key to a person or display, a deed and its command.
    ///
    /// The fingerprint is an HMAC of the command as this program understood it, not of the bytes
    /// that arrived, so that the direct route and the offline queue agree. Fields that hold PINs or
    /// passwords must be skipped by the command's `Serialize`.
    pub fn new(
        key: Key,
        by: By,
        deed: &'static str,
        command: &impl Serialize,
        secret: &[u8],
    ) -> Self {
        let canonical = serde_json::to_vec(&(deed, command)).unwrap_or_default();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any size");
        mac.update(&canonical);
        Claim {
            key,
            by,
            deed,
            fingerprint: mac.finalize().into_bytes().to_vec(),
            makes: None,
            holds: None,
            spends: None,
        }
    }

    /// What is done under the key.
    pub fn deed(&self) -> &'static str {
        self.deed
    }

    /// What tells this command of this deed from every other.
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }

    /// The claim of something that is made in place of the work, such as a question whether it may be done: under a key of
    /// its own, so that this one stays free for the work.
    #[must_use]
    pub fn instead(&self, deed: &'static str, making: impl Into<Uuid>) -> Self {
        let makes = making.into();
        Claim {
            key: self.key.beside(makes),
            deed,
            makes: Some(makes),
            holds: None,
            spends: None,
            ..self.clone()
        }
    }

    /// Uses something up with the work.
    #[must_use]
    pub fn spending(self, spending: Spending) -> Self {
        Claim {
            spends: Some(spending),
            ..self
        }
    }

    /// Takes the lock that the work begins with in the round trip of the claim. Only for work whose first lock it is:
    /// locks are always taken in the same order.
    #[must_use]
    pub fn holding(self, row: RowLock) -> Self {
        Claim {
            holds: Some(row),
            ..self
        }
    }

    /// Says under which id the work stores what it makes: whoever repeats the request is answered with that one.
    #[must_use]
    pub fn making(self, id: impl Into<Uuid>) -> Self {
        Claim {
            makes: Some(id.into()),
            ..self
        }
    }
}

/// Whether the work is still to be done.
pub(super) enum Turn {
    /// The key was free and is now this transaction's; what was read with it ([`RowLock::reading`]).
    First(Option<Vec<QueryResult>>),
    /// The same request was carried out before; the id of what it made, where it made something.
    Repeated(Option<Uuid>),
}

/// Claims the key. A second transaction with the same key waits here for the first to end.
pub(super) async fn claim(
    tx: &DatabaseTransaction,
    claim: &Claim,
    now: OffsetDateTime,
) -> Result<Turn> {
    let mut values: Vec<Value> = vec![
        claim.key.0.clone().into(),
        claim.by.actor().into(),
        claim.deed.into(),
        claim.fingerprint.clone().into(),
        now.into(),
        claim.makes.into(),
    ];
    if let Some(row) = claim.holds {
        values.push(row.id.into());
    }
    let rows = tx
        .query_all_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            claiming(claim.holds),
            values,
        ))
        .await?;
    let claimed: Option<i64> = rows
        .first()
        .map(|row| row.try_get("", "claimed"))
        .transpose()?;
    if claimed == Some(1) {
        let reads = claim.holds.is_some_and(|row| row.reading.is_some());
        let read = if reads { as_locked(rows)? } else { None };
        return Ok(Turn::First(read));
    }
    match earlier(tx, claim).await? {
        Some(made) => Ok(Turn::Repeated(made)),
        None => Err(reused()),
    }
}

fn reused() -> Error {
    Error::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "key_reused",
        "This key was already used for something else. Reload the screen and try again.",
    )
}

/// The statement that claims a key, and locks and reads what the claim holds: its id is the seventh parameter.
fn claiming(holds: Option<RowLock>) -> String {
    let claimed = "WITH claimed AS (INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at, makes) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING 1)";
    let count = "(SELECT count(*) FROM claimed) AS claimed";
    match holds {
        None => format!("{claimed} SELECT {count}"),
        Some(RowLock {
            table,
            reading: None,
            ..
        }) => format!(
            "{claimed} SELECT {count}, (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE id = $7 FOR UPDATE) h)"
        ),
        Some(RowLock {
            table,
            reading: Some(reading),
            ..
        }) => {
            let row = reading.row.replace("$1", "$7");
            let Reading { columns, rest, .. } = reading;
            format!(
                "{claimed}, o AS MATERIALIZED ({row} FOR UPDATE OF o) \
                 SELECT {count}, (SELECT revision FROM {table} WHERE id = $7) AS seen, {columns} \
                 FROM (SELECT 1) AS one LEFT JOIN o ON true {rest}"
            )
        }
    }
}

/// Whether this very claim was carried out before: the same deed and command, by the same actor. Refused where the key was
/// used for anything else, as the work would be.
pub(crate) async fn already(db: &impl ConnectionTrait, claim: &Claim) -> Result<bool> {
    Ok(earlier(db, claim).await?.is_some())
}

/// What this very claim made when it was carried out before; nothing where the key is free.
async fn earlier(db: &impl ConnectionTrait, claim: &Claim) -> Result<Option<Option<Uuid>>> {
    let used = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT makes, actor = $2 AND deed = $3 AND fingerprint = $4 AS same FROM idempotency_keys WHERE key = $1",
            [
                claim.key.0.clone().into(),
                claim.by.actor().into(),
                claim.deed.into(),
                claim.fingerprint.clone().into(),
            ],
        ))
        .await?;
    match used {
        Some(row) if row.try_get("", "same")? => Ok(Some(row.try_get("", "makes")?)),
        Some(_) => Err(reused()),
        None => Ok(None),
    }
}

/// Forgets keys older than 90 days (product.md section 8); answers how many.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    Ok(db
        .execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "DELETE FROM idempotency_keys WHERE claimed_at < $1",
            [(now - time::Duration::days(90)).into()],
        ))
        .await?
        .rows_affected())
}

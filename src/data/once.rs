//! Exactly once: every changing request carries a key that is claimed in the same transaction as
//! its work, under a unique index.

use hmac::{Hmac, KeyInit, Mac};
use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};
use serde::Serialize;
use sha2::Sha256;
use time::OffsetDateTime;
use uuid::Uuid;

use super::journal::By;
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
}

/// A row that the work holds from its beginning to the end of its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowLock {
    table: &'static str,
    id: Uuid,
}

impl RowLock {
    /// The row of a table (a name in this program, never from outside) whose `id` this is.
    pub fn of(table: &'static str, id: impl Into<Uuid>) -> Self {
        RowLock {
            table,
            id: id.into(),
        }
    }
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
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The key was free and is now this transaction's.
    First,
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
    let also_held = match claim.holds {
        None => String::new(),
        Some(row) => {
            values.push(row.id.into());
            let table = row.table;
            format!(", (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE id = $7 FOR UPDATE) h)")
        }
    };
    let sql = format!(
        "WITH claimed AS (INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at, makes) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING 1) \
         SELECT (SELECT count(*) FROM claimed) AS claimed{also_held}"
    );
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    let claimed: Option<i64> = row.map(|row| row.try_get("", "claimed")).transpose()?;
    if claimed == Some(1) {
        return Ok(Turn::First);
    }
    if let Some(made) = earlier(tx, claim).await? {
        return Ok(Turn::Repeated(made));
    }
    Err(Error::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "key_reused",
        "This key was already used for something else. Reload the screen and try again.",
    ))
}

/// Whether this very claim was carried out before: the same deed and command, by the same actor.
pub(crate) async fn already(db: &impl ConnectionTrait, claim: &Claim) -> Result<bool> {
    Ok(earlier(db, claim).await?.is_some())
}

/// What this very claim made when it was carried out before; nothing where it was not.
async fn earlier(db: &impl ConnectionTrait, claim: &Claim) -> Result<Option<Option<Uuid>>> {
    let same = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT makes FROM idempotency_keys \
             WHERE key = $1 AND actor = $2 AND deed = $3 AND fingerprint = $4",
            [
                claim.key.0.clone().into(),
                claim.by.actor().into(),
                claim.deed.into(),
                claim.fingerprint.clone().into(),
            ],
        ))
        .await?;
    Ok(match same {
        Some(row) => Some(row.try_get("", "makes")?),
        None => None,
    })
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

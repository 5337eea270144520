//! The audit log's hash chain: a pass that runs every second or so takes the new rows, in order,
//! into a chain of their own, so that selling never queues on one lock and tampering shows.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::tx::{Tx, try_advisory_lock};
use crate::values::AuditId;
use crate::web::Result;

/// The advisory lock of the sealing pass: one instance seals at a time.
const SEALING: i64 = 0x636166655f736561;

/// How many rows one pass takes.
const BATCH: i64 = 500;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    text: String,
}

#[derive(FromQueryResult)]
struct Head {
    number: i64,
    hash: Vec<u8>,
}

/// The text of a row that its hash covers: the whole row as Postgres prints it as JSON.
///
/// Times are printed in UTC whatever the session's zone, so that every server computes the same.
const ROW_TEXT: &str = "jsonb_build_array(a.id, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), a.deed, a.staff_id, a.approver_id, a.terminal_id, a.actor, a.subject, a.subject_id, a.reason, a.before, a.after)::text";

/// Seals what is waiting, up to a batch, the oldest ids first; answers how many rows were sealed.
pub async fn seal(tx: &mut Tx) -> Result<usize> {
    if !try_advisory_lock(tx, SEALING).await? {
        return Ok(0);
    }
    let backend = tx.get_database_backend();
    // The lateral read with its OFFSET 0 takes each row by the key. As a plain join, planned while the log was still
    // short, it read the whole log in each pass until the next ANALYZE: a quarter of Postgres' time under load.
    let waiting = Row::find_by_statement(Statement::from_sql_and_values(
        backend,
        format!(
            "SELECT a.id, a.text FROM (SELECT audit_id FROM audit_unsealed ORDER BY audit_id LIMIT $1) u \
             CROSS JOIN LATERAL (SELECT a.id, a.at, {ROW_TEXT} AS text FROM audit_log a WHERE a.id = u.audit_id OFFSET 0) a \
             ORDER BY a.at, a.id"
        ),
        [BATCH.into()],
    ))
    .all(&*tx)
    .await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut head = head(&*tx).await?;
    let (mut numbers, mut ids, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for row in &waiting {
        head = Head {
            number: head.number + 1,
            hash: link(&head.hash, head.number + 1, &row.text),
        };
        numbers.push(head.number);
        ids.push(row.id);
        hashes.push(head.hash.clone());
    }
    tx.execute_raw(Statement::from_sql_and_values(
        backend,
        "INSERT INTO audit_seals (number, audit_id, hash, sealed_at) \
         SELECT n, i, h, $4 FROM unnest($1::bigint[], $2::uuid[], $3::bytea[]) AS t (n, i, h)",
        [
            numbers.into(),
            ids.clone().into(),
            hashes.into(),
            tx.now().into(),
        ],
    ))
    .await?;
    tx.execute_raw(Statement::from_sql_and_values(
        backend,
        "DELETE FROM audit_unsealed WHERE audit_id = ANY($1)",
        [ids.into()],
    ))
    .await?;
    Ok(waiting.len())
}

/// Whether anything that was written before `until` is not in the chain yet.
pub async fn is_waiting(db: &impl ConnectionTrait, until: OffsetDateTime) -> Result<bool> {
    let sql = "SELECT 1 FROM audit_unsealed u JOIN audit_log a ON a.id = u.audit_id WHERE a.at < $1 LIMIT 1";
    let backend = db.get_database_backend();
    let row = db
        .query_one_raw(Statement::from_sql_and_values(backend, sql, [until.into()]))
        .await?;
    Ok(row.is_some())
}

/// How many seals one step of a walk reads: so much is in memory at once, and then the connection is anybody's again.
const STEP: i64 = 2_000;

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every seal fits, and every head that was kept is where it was.
    Whole {
        /// Sealed rows.
        length: i64,
        /// The newest hash, lower-case hex; empty when nothing was sealed yet.
        head: String,
        /// When the newest row was sealed.
        sealed_at: Option<OffsetDateTime>,
    },
    /// The first seal that does not fit its row, the one before, or what was kept of it.
    Broken {
        /// Its number in the chain.
        at: i64,
        /// The row that it seals, if it is there.
        row: Option<AuditId>,
        /// What does not fit.
        why: Fault,
    },
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No seal has this number, although later ones are there.
    SealMissing,
    /// The row that is sealed there is gone.
    RowMissing,
    /// The row, or its seal, is not what it was.
    Changed,
    /// Another hash was kept of it, by this (a Z report).
    OtherHead(String),
    /// The chain ended further on when its head was kept, by this.
    CutOff(String),
}

/// A head of the chain that was kept elsewhere: the hash of the seal of this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What keeps it: "Z report 12".
    pub by: String,
    /// The seal's number; 0 where nothing was sealed yet.
    pub number: i64,
    /// Its hash as lower-case hex.
    pub hash: String,
}

#[derive(FromQueryResult)]
struct Sealed {
    number: i64,
    audit_id: Uuid,
    hash: Vec<u8>,
    sealed_at: OffsetDateTime,
    text: Option<String>,
}

/// Walks the whole chain and recomputes every hash.
pub async fn verify(db: &impl ConnectionTrait) -> Result<Chain> {
    walk(db, None, &[]).await
}

/// Walks the chain, to the seal of this number or to its end as it is now, recomputes every hash, and compares the heads
/// that were kept. Reads a step at a time, so that it holds neither memory nor a connection, and nothing that trade waits for.
pub async fn walk(db: &impl ConnectionTrait, until: Option<i64>, kept: &[Kept]) -> Result<Chain> {
    let newest = head(db).await?.number;
    let end = until.map_or(newest, |until| until.min(newest));
    let mut kept: Vec<&Kept> = kept
        .iter()
        .filter(|kept| until.is_none_or(|until| kept.number <= until))
        .collect();
    kept.sort_by_key(|kept| kept.number);
    let mut kept = kept.into_iter().peekable();
    let (mut previous, mut sealed_at) = (
        Head {
            number: 0,
            hash: Vec::new(),
        },
        None,
    );
    loop {
        while let Some(kept) = kept.next_if(|kept| kept.number <= previous.number) {
            if kept.number == previous.number && kept.hash != hex(&previous.hash) {
                return Ok(Chain::Broken {
                    at: kept.number,
                    row: None,
                    why: Fault::OtherHead(kept.by.clone()),
                });
            }
        }
        if previous.number >= end {
            break;
        }
        // A step ends where a head was kept.
        let next = kept.peek().map_or(end, |kept| kept.number.min(end));
        let to = next.min(previous.number + STEP);
        for sealed in step(db, previous.number, to).await? {
            let number = previous.number + 1;
            let why = match &sealed.text {
                _ if sealed.number != number => Some(Fault::SealMissing),
                None => Some(Fault::RowMissing),
                Some(text) if sealed.hash != link(&previous.hash, number, text) => {
                    Some(Fault::Changed)
                }
                Some(_) => None,
            };
            if let Some(why) = why {
                let row = (why == Fault::Changed).then(|| sealed.audit_id.into());
                return Ok(Chain::Broken {
                    at: number,
                    row,
                    why,
                });
            }
            sealed_at = Some(sealed.sealed_at);
            previous = Head {
                number,
                hash: sealed.hash,
            };
        }
        if previous.number < to {
            return Ok(Chain::Broken {
                at: previous.number + 1,
                row: None,
                why: Fault::SealMissing,
            });
        }
    }
    if let Some(kept) = kept.next() {
        return Ok(Chain::Broken {
            at: previous.number + 1,
            row: None,
            why: Fault::CutOff(kept.by.clone()),
        });
    }
    Ok(Chain::Whole {
        length: previous.number,
        head: hex(&previous.hash),
        sealed_at,
    })
}

/// The seals after one number, to another, each with what it seals, if that is there.
async fn step(db: &impl ConnectionTrait, after: i64, to: i64) -> Result<Vec<Sealed>> {
    let sql = format!(
        "SELECT s.number, s.audit_id, s.hash, s.sealed_at, a.text FROM audit_seals s \
         LEFT JOIN LATERAL (SELECT {ROW_TEXT} AS text FROM audit_log a WHERE a.id = s.audit_id OFFSET 0) a ON true \
         WHERE s.number > $1 AND s.number <= $2 ORDER BY s.number"
    );
    let values = [after.into(), to.into()];
    Ok(Sealed::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await?)
}

/// How many rows of the log wait for their seal.
pub async fn count_waiting(db: &impl ConnectionTrait) -> Result<i64> {
    let sql = "SELECT count(*) AS count FROM audit_unsealed";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    Ok(match row {
        Some(row) => row.try_get("", "count")?,
        None => 0,
    })
}

/// A row of the log that is neither sealed nor waits for its seal: its seal was taken away, or it came in past the program.
pub async fn unaccounted(db: &impl ConnectionTrait) -> Result<Option<AuditId>> {
    // The few rows without a seal are looked up one by one among those that wait (the OFFSET keeps it so).
    let sql = "SELECT a.id FROM audit_log a LEFT JOIN audit_seals s ON s.audit_id = a.id WHERE s.audit_id IS NULL \
               AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.audit_id = a.id OFFSET 0) ORDER BY a.at, a.id LIMIT 1";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?)
}

/// The numbers of the seals whose hash begins so (lower-case hex), the first few.
pub async fn numbers_of(db: &impl ConnectionTrait, beginning: &str) -> Result<Vec<i64>> {
    let sql = "SELECT number FROM audit_seals WHERE encode(hash, 'hex') LIKE $1 || '%' ORDER BY number LIMIT 3";
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            [beginning.into()],
        ))
        .await?;
    rows.into_iter()
        .map(|row| Ok(row.try_get("", "number")?))
        .collect()
}

fn link(previous: &[u8], number: i64, text: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(number.to_be_bytes());
    hash.update(text.as_bytes());
    hash.finalize().to_vec()
}

/// The number and the hash (lower-case hex) of the newest seal; 0 and nothing where nothing was sealed yet.
pub async fn newest(db: &impl ConnectionTrait) -> Result<(i64, String)> {
    let head = head(db).await?;
    Ok((head.number, hex(&head.hash)))
}

async fn head(db: &impl ConnectionTrait) -> Result<Head> {
    let newest = Head::find_by_statement(Statement::from_string(
        db.get_database_backend(),
        "SELECT number, hash FROM audit_seals ORDER BY number DESC LIMIT 1",
    ))
    .one(db)
    .await?;
    Ok(newest.unwrap_or(Head {
        number: 0,
        hash: Vec::new(),
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The audit log's hash chain: a pass that runs every second or so takes the new rows, in order,
//! into a chain of their own, so that selling never queues on one lock and tampering shows.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::tx::{Tx, try_advisory_lock};
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

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every seal fits; how many there are, and the newest hash as hex.
    Whole {
        /// Sealed rows.
        length: i64,
        /// The newest hash, lower-case hex; empty when nothing was sealed yet.
        head: String,
    },
    /// The first seal that does not fit its row or the one before.
    Broken {
        /// Its number in the chain.
        at: i64,
    },
}

/// Walks the whole chain and recomputes every hash.
pub async fn verify(db: &impl ConnectionTrait) -> Result<Chain> {
    #[derive(FromQueryResult)]
    struct Sealed {
        number: i64,
        hash: Vec<u8>,
        text: String,
    }
    let mut previous = Head {
        number: 0,
        hash: Vec::new(),
    };
    loop {
        let part = Sealed::find_by_statement(Statement::from_sql_and_values(
            db.get_database_backend(),
            format!(
                "SELECT s.number, s.hash, {ROW_TEXT} AS text FROM audit_seals s \
                 JOIN audit_log a ON a.id = s.audit_id WHERE s.number > $1 ORDER BY s.number LIMIT $2"
            ),
            [previous.number.into(), BATCH.into()],
        ))
        .all(db)
        .await?;
        if part.is_empty() {
            break;
        }
        for sealed in part {
            let number = previous.number + 1;
            if sealed.number != number || sealed.hash != link(&previous.hash, number, &sealed.text)
            {
                return Ok(Chain::Broken { at: number });
            }
            previous = Head {
                number,
                hash: sealed.hash,
            };
        }
    }
    if head(db).await?.number != previous.number {
        return Ok(Chain::Broken {
            at: previous.number + 1,
        });
    }
    Ok(Chain::Whole {
        length: previous.number,
        head: hex(&previous.hash),
    })
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

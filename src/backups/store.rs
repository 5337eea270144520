//! The queries of backups.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::backup::{Backup, CLOCKS_APART, Cause, Finished, State};
use super::copies::{Copy, Kind, Place};
use crate::data::Tx;
use crate::values::{BackupId, StaffId};
use crate::web::{Error, Result};

/// How many the list shows.
const LISTED: i64 = 60;

const BACKUP: &str = "SELECT b.id, b.file, b.cause, s.name AS asked_by, b.asked_at, b.state, b.made_ms, b.checked_ms, b.bytes, \
    b.sha256, b.finished_at, b.failure, b.removed_at FROM backups b LEFT JOIN staff s ON s.id = b.asked_by";

#[derive(FromQueryResult)]
struct Row {
    id: BackupId,
    file: Option<String>,
    cause: String,
    asked_by: Option<String>,
    asked_at: OffsetDateTime,
    state: String,
    made_ms: Option<i64>,
    checked_ms: Option<i64>,
    bytes: Option<i64>,
    sha256: Option<String>,
    finished_at: Option<OffsetDateTime>,
    failure: Option<String>,
    removed_at: Option<OffsetDateTime>,
}

impl Row {
    fn backup(self) -> Result<Backup> {
        let unknown = |what: &str| anyhow::anyhow!("the {what} of backup {} is unknown", self.id);
        Ok(Backup {
            id: self.id,
            cause: Cause::stored(&self.cause).ok_or_else(|| unknown("cause"))?,
            state: State::stored(&self.state).ok_or_else(|| unknown("state"))?,
            file: self.file,
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            made_ms: self.made_ms,
            checked_ms: self.checked_ms,
            bytes: self.bytes,
            sha256: self.sha256,
            finished_at: self.finished_at,
            failure: self.failure,
            removed_at: self.removed_at,
        })
    }
}

/// The last ones, the youngest first.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Vec<Backup>> {
    let sql = format!("{BACKUP} ORDER BY b.asked_at DESC, b.id DESC LIMIT $1");
    all(db, sql, [LISTED.into()]).await
}

/// Those whose files are there.
pub(super) async fn kept(db: &impl ConnectionTrait) -> Result<Vec<Backup>> {
    let sql =
        format!("{BACKUP} WHERE b.file IS NOT NULL AND b.removed_at IS NULL ORDER BY b.asked_at");
    all(db, sql, []).await
}

/// One.
pub async fn find(db: &impl ConnectionTrait, id: BackupId) -> Result<Backup> {
    let found = all(db, format!("{BACKUP} WHERE b.id = $1"), [id.into()]).await?;
    found.into_iter().next().ok_or(Error::NotFound("backup"))
}

/// The one that has waited longest for somebody to make it.
pub(super) async fn next_waiting(db: &impl ConnectionTrait) -> Result<Option<Backup>> {
    let sql = format!("{BACKUP} WHERE b.state = 'waiting' ORDER BY b.asked_at, b.id LIMIT 1");
    Ok(all(db, sql, []).await?.into_iter().next())
}

/// Whether something waits to be made, or was being made or proved when it was last heard of.
pub(super) async fn is_any_under_way(db: &impl ConnectionTrait) -> Result<bool> {
    let sql = "SELECT 1 FROM backups WHERE state IN ('waiting', 'running', 'checking') LIMIT 1";
    Ok(db.query_one_raw(statement(db, sql, [])).await?.is_some())
}

/// The last scheduled one as of `now`: since when, and how far it is. One that a clock dated wrongly into the future is not
/// the last: nothing would be due until that day came.
pub(super) async fn last_scheduled(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Option<(OffsetDateTime, State)>> {
    let sql = format!(
        "{BACKUP} WHERE b.cause = 'scheduled' AND b.asked_at <= $1 ORDER BY b.asked_at DESC LIMIT 1"
    );
    let values = [(now + CLOCKS_APART).into()];
    let last = all(db, sql, values).await?.into_iter().next();
    Ok(last.map(|backup| (backup.asked_at, backup.state)))
}

/// The good backups whose files were not removed, as of `now`, the youngest first: their file and when each was asked for.
/// How old one is that is dated into the future nobody knows.
pub(super) async fn good_ones(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Vec<(String, OffsetDateTime)>> {
    let sql = "SELECT file, asked_at FROM backups WHERE state = 'good' AND removed_at IS NULL AND asked_at <= $1 \
               ORDER BY asked_at DESC";
    let values = [(now + CLOCKS_APART).into()];
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "file")?, row.try_get("", "asked_at")?)))
        .collect()
}

/// Notes that one is wanted.
pub(super) async fn insert(tx: &Tx, id: BackupId, cause: Cause, by: Option<StaffId>) -> Result<()> {
    let sql = "INSERT INTO backups (id, cause, asked_by, asked_at, state) VALUES ($1, $2, $3, $4, 'waiting')";
    let values = [id.into(), cause.as_str().into(), by.into(), tx.now().into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Notes a file that was found in the folder; answers whether it was news.
pub(super) async fn insert_found(tx: &Tx, found: &Finished) -> Result<bool> {
    let sql = "INSERT INTO backups (id, file, cause, asked_at, state, bytes, sha256, finished_at, failure) \
               VALUES ($1, $2, 'found', $3, CASE WHEN $6 THEN 'good' ELSE 'unproved' END, $4, $5, $7, \
                       CASE WHEN NOT $6 THEN 'It was found in the folder and has not been proved here.' END) \
               ON CONFLICT (id) DO UPDATE SET file = $2, state = excluded.state, bytes = $4, sha256 = $5, finished_at = $7, \
                   failure = excluded.failure, removed_at = NULL \
               WHERE backups.file IS NULL OR backups.removed_at IS NOT NULL";
    let values = [
        found.manifest.id.into(),
        found.file.clone().into(),
        found.manifest.made_at.min(tx.now()).into(),
        i64::try_from(found.bytes).unwrap_or(i64::MAX).into(),
        found.sha256.clone().into(),
        found.proved_at.is_some().into(),
        tx.now().into(),
    ];
    let done = tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// What is said of an uploaded file until it is proved.
const UPLOADED: &str = "It was uploaded and has not been proved here yet.";

/// What is said of an uploaded file that this café did not make, as far as it can tell. To prove it is to run what is in it
/// on the café's own database server, which is not for a page to decide.
pub(super) const NOT_OURS: &str = "It was uploaded, and nothing shows that it was made here. To prove it runs what is in it: at the server, if you trust it, by cafe-pos backup verify.";

/// Whether a file of this checksum was made or proved here.
pub(super) async fn is_ours(db: &impl ConnectionTrait, file: &Finished) -> Result<bool> {
    let sql = "SELECT 1 FROM backups WHERE sha256 = $1 AND (cause <> 'uploaded' OR state = 'good') LIMIT 1";
    let values = [file.sha256.clone().into()];
    Ok(db
        .query_one_raw(statement(db, sql, values))
        .await?
        .is_some())
}

/// Notes a file that somebody put here; answers whether it was news.
pub(super) async fn insert_uploaded(tx: &Tx, file: &Finished, is_ours: bool) -> Result<bool> {
    let sql = "INSERT INTO backups (id, file, cause, asked_by, asked_at, state, bytes, sha256, finished_at, failure) \
               VALUES ($1, $2, 'uploaded', $3, $4, 'unproved', $5, $6, $7, $8) \
               ON CONFLICT (id) DO UPDATE SET file = $2, cause = 'uploaded', asked_by = $3, state = 'unproved', bytes = $5, \
                   sha256 = $6, finished_at = $7, failure = $8, removed_at = NULL \
               WHERE backups.removed_at IS NOT NULL OR backups.file IS NULL OR backups.sha256 = $6";
    let values = [
        file.manifest.id.into(),
        file.file.clone().into(),
        tx.by().staff.into(),
        file.manifest.made_at.min(tx.now()).into(),
        i64::try_from(file.bytes).unwrap_or(i64::MAX).into(),
        file.sha256.clone().into(),
        tx.now().into(),
        if is_ours { UPLOADED } else { NOT_OURS }.into(),
    ];
    let done = tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// What became of each copy that was not removed.
pub(super) async fn copies(db: &impl ConnectionTrait) -> Result<Vec<Copy>> {
    let sql = "SELECT backup_id, place, at, tried_at, copied_at IS NOT NULL AS is_there, failure FROM backup_copies WHERE removed_at IS NULL";
    let rows = db.query_all_raw(statement(db, sql, [])).await?;
    rows.iter()
        .map(|row| {
            let place: String = row.try_get("", "place")?;
            Ok(Copy {
                backup: row.try_get("", "backup_id")?,
                place: Kind::stored(&place)
                    .ok_or_else(|| anyhow::anyhow!("the place {place} is unknown"))?,
                at: row.try_get("", "at")?,
                tried_at: row.try_get("", "tried_at")?,
                is_there: row.try_get("", "is_there")?,
                failure: row.try_get("", "failure")?,
            })
        })
        .collect()
}

/// Notes how copying went.
pub(super) async fn note_copy(
    tx: &Tx,
    backup: BackupId,
    place: &Place,
    failure: Option<&str>,
) -> Result<()> {
    let sql = "INSERT INTO backup_copies (backup_id, place, at, tried_at, copied_at, failure) \
               VALUES ($1, $2, $5, $3, CASE WHEN $4::text IS NULL THEN $3 END, $4) \
               ON CONFLICT (backup_id, place) DO UPDATE SET at = $5, tried_at = $3, copied_at = excluded.copied_at, failure = $4, \
                   removed_at = NULL";
    let values = [
        backup.into(),
        place.kind().as_str().into(),
        tx.now().into(),
        failure.map(str::to_owned).into(),
        place.name().into(),
    ];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Notes that a copy is not where it was put.
pub(super) async fn forget_copy(tx: &Tx, backup: BackupId, place: Kind) -> Result<()> {
    let sql = "UPDATE backup_copies SET copied_at = NULL, failure = 'It was not there any more.', tried_at = 'epoch' \
               WHERE backup_id = $1 AND place = $2";
    let values = [backup.into(), place.as_str().into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Copies of what was removed here, with the name of the file; those that could not be removed either, a day after the try.
pub(super) async fn outlived_copies(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Vec<(BackupId, String, Kind)>> {
    let sql = "SELECT c.backup_id, b.file, c.place FROM backup_copies c JOIN backups b ON b.id = c.backup_id \
               WHERE b.removed_at IS NOT NULL AND c.copied_at IS NOT NULL AND c.removed_at IS NULL \
                 AND (c.failure IS NULL OR c.tried_at < $1)";
    let day_ago = now - time::Duration::DAY;
    let rows = db
        .query_all_raw(statement(db, sql, [day_ago.into()]))
        .await?;
    rows.iter()
        .map(|row| {
            let place: String = row.try_get("", "place")?;
            let place = Kind::stored(&place)
                .ok_or_else(|| anyhow::anyhow!("the place {place} is unknown"))?;
            Ok((
                row.try_get("", "backup_id")?,
                row.try_get("", "file")?,
                place,
            ))
        })
        .collect()
}

/// Notes that an old copy was removed, or could not be.
pub(super) async fn note_copy_removed(
    tx: &Tx,
    backup: BackupId,
    place: Kind,
    is_gone: bool,
) -> Result<()> {
    let sql = "UPDATE backup_copies SET tried_at = $3, removed_at = CASE WHEN $4 THEN $3 END, \
               failure = CASE WHEN $4 THEN failure ELSE 'It could not be removed there.' END \
               WHERE backup_id = $1 AND place = $2";
    let values = [
        backup.into(),
        place.as_str().into(),
        tx.now().into(),
        is_gone.into(),
    ];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// Somebody begins to make it.
pub(super) async fn mark_running(tx: &Tx, id: BackupId) -> Result<()> {
    let sql = "UPDATE backups SET state = 'running' WHERE id = $1";
    tx.execute_raw(statement(tx, sql, [id.into()])).await?;
    Ok(())
}

/// The file is there, and the proof begins.
pub(super) async fn mark_made(
    tx: &Tx,
    id: BackupId,
    finished: &Finished,
    took_ms: i64,
) -> Result<()> {
    let sql = "UPDATE backups SET state = 'checking', file = $2, bytes = $3, sha256 = $4, made_ms = $5, finished_at = $6 WHERE id = $1";
    let values = [
        id.into(),
        finished.file.clone().into(),
        i64::try_from(finished.bytes).unwrap_or(i64::MAX).into(),
        finished.sha256.clone().into(),
        took_ms.into(),
        tx.now().into(),
    ];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// It is being proved again.
pub(super) async fn mark_checking(tx: &Tx, id: BackupId) -> Result<()> {
    let sql = "UPDATE backups SET state = 'checking', failure = NULL WHERE id = $1";
    tx.execute_raw(statement(tx, sql, [id.into()])).await?;
    Ok(())
}

/// How the proof went; a failure says why.
pub(super) async fn mark_checked(
    tx: &Tx,
    id: BackupId,
    failure: Option<&str>,
    took_ms: i64,
) -> Result<()> {
    let sql = "UPDATE backups SET state = CASE WHEN $2::text IS NULL THEN 'good' ELSE 'unproved' END, failure = $2, checked_ms = $3 \
               WHERE id = $1";
    let values = [id.into(), failure.map(str::to_owned).into(), took_ms.into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// There is none, and why.
pub(super) async fn mark_failed(tx: &Tx, id: BackupId, failure: &str) -> Result<()> {
    let sql = "UPDATE backups SET state = 'failed', failure = $2, finished_at = $3 WHERE id = $1";
    let values = [id.into(), failure.into(), tx.now().into()];
    tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(())
}

/// What is said of one that was under way when the program that did it ended.
const INTERRUPTED: &str = "The program was stopped meanwhile.";

/// The youngest backup whose proof was cut short, or never begun.
pub(super) async fn interrupted_proof(db: &impl ConnectionTrait) -> Result<Option<String>> {
    let is_interrupted = |backup: &Backup| {
        let why = backup.failure.as_deref();
        backup.state == State::Unproved && (why == Some(INTERRUPTED) || why == Some(UPLOADED))
    };
    let kept = kept(db).await?;
    let youngest = kept.into_iter().rev().find(is_interrupted);
    Ok(youngest.and_then(|backup| backup.file))
}

/// What was under way when the program that did it ended; answers how many.
pub(super) async fn fail_interrupted(tx: &Tx) -> Result<u64> {
    let sql = "UPDATE backups SET state = CASE WHEN state = 'checking' THEN 'unproved' ELSE 'failed' END, \
               failure = $2, finished_at = coalesce(finished_at, $1) \
               WHERE state IN ('running', 'checking')";
    let values = [tx.now().into(), INTERRUPTED.into()];
    let done = tx.execute_raw(statement(tx, sql, values)).await?;
    Ok(done.rows_affected())
}

/// Its file was removed.
pub(super) async fn mark_removed(tx: &Tx, id: BackupId) -> Result<()> {
    let sql = "UPDATE backups SET removed_at = $2 WHERE id = $1";
    tx.execute_raw(statement(tx, sql, [id.into(), tx.now().into()]))
        .await?;
    Ok(())
}

async fn all<const N: usize>(
    db: &impl ConnectionTrait,
    sql: String,
    values: [Value; N],
) -> Result<Vec<Backup>> {
    let rows = Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    rows.into_iter().map(Row::backup).collect()
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

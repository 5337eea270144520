//! The work itself: one backup after the other, by one instance at a time, and the proof of each.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, Statement};
use tokio::fs;

use super::backup::{self, AGAIN_AFTER, Backup, Cause, Manifest, State};
use super::contents::quoted;
use super::folder::take_up;
use super::make::make;
use super::proof::{proofs_of, prove};
use super::vault::{ASKING, LANDING, Turn, Vault};
use super::{archive, proof, store};
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::values::BackupId;

/// How long a proof waits for those who are making backups.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// An upload that was broken off is swept away after so long; none takes as long.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 3600);

/// Makes and proves what waits, unless somebody is at it already. Failures of single backups are in their rows.
///
/// # Errors
/// When the database cannot be reached.
pub async fn work_off(app: &App) -> crate::web::Result<()> {
    let Some(vault) = app.vault() else {
        return Ok(());
    };
    // Also what a program left that was killed over it: nobody else would say that it failed, or try again.
    if !store::is_any_under_way(app.db()).await? {
        return Ok(());
    }
    let Some(turn) = Turn::taken(vault).await? else {
        return Ok(());
    };
    let done = async {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::fail_interrupted(tx).await
        })
        .await?;
        if let Err(failure) = sweep(vault, &turn).await {
            tracing::warn!(
                failure = format!("{failure:#}"),
                "what a killed program left was not cleared away"
            );
        }
        while let Some(next) = store::next_waiting(app.db()).await? {
            one(app, vault, &next).await?;
        }
        remove_outlived(app, vault).await
    }
    .await;
    turn.over().await?;
    done
}

/// Notes that a backup is wanted; [`work_off`] makes it.
pub async fn ask(tx: &mut Tx, id: BackupId, cause: Cause) -> crate::web::Result<()> {
    let by = tx.by().staff;
    store::insert(tx, id, cause, by).await?;
    if cause != Cause::Scheduled {
        tx.journal(Entry::new("backup.asked", "backup", id).after(cause.as_str()));
    }
    Ok(())
}

async fn one(app: &App, vault: &Vault, wanted: &Backup) -> crate::web::Result<()> {
    let id = wanted.id;
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        store::mark_running(tx, id).await
    })
    .await?;
    let began = Instant::now();
    let made = make(vault, id, app.clock().now()).await;
    let took = milliseconds(began);
    match made {
        Ok(finished) => {
            let finished = &finished;
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::mark_made(tx, id, finished, took).await
            })
            .await?;
            prove_and_note(app, vault, id, &finished.file).await
        }
        Err(failure) => {
            let failure = &in_plain_words(&failure, vault);
            tracing::error!(backup = %id, failure, "no backup was made");
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                tx.journal(Entry::new("backup.failed", "backup", id).because(failure.clone()));
                store::mark_failed(tx, id, failure).await
            })
            .await
        }
    }
}

/// Proves a file and notes how that went.
pub(super) async fn prove_and_note(
    app: &App,
    vault: &Vault,
    id: BackupId,
    file: &str,
) -> crate::web::Result<()> {
    let began = Instant::now();
    let failure = prove(vault, file, app.clock().now()).await.err();
    let took = milliseconds(began);
    let failure = failure.map(|failure| in_plain_words(&failure, vault));
    if let Some(failure) = &failure {
        tracing::error!(backup = %id, failure, "a backup could not be proved");
    }
    let failure = failure.as_deref();
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let deed = if failure.is_some() {
            "backup.unproved"
        } else {
            "backup.proved"
        };
        let entry = Entry::new(deed, "backup", id).after(file);
        tx.journal(match failure {
            Some(failure) => entry.because(failure),
            None => entry,
        });
        store::mark_checked(tx, id, failure, took).await
    })
    .await
}

/// Clears away what a program left that was killed in the middle: proof databases, half-written files.
async fn sweep(vault: &Vault, turn: &Turn) -> Result<()> {
    let asked = Statement::from_sql_and_values(
        turn.0.get_database_backend(),
        "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
        [proofs_of(&turn.0).await?.into()],
    );
    for row in turn.0.query_all_raw(asked).await? {
        let name: String = row.try_get("", "datname")?;
        turn.0
            .execute_unprepared(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                quoted(&name)
            ))
            .await?;
    }
    let Ok(mut entries) = fs::read_dir(&vault.folder).await else {
        return Ok(());
    };
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name.starts_with(".work-")
            || (name.starts_with("cafe-pos-") && name.ends_with(".part"))
            || (name.starts_with(LANDING) && entry.metadata().await.is_ok_and(|it| is_old(&it)));
        if !is_ours {
            continue;
        }
        let path = entry.path();
        let removed = match path.is_dir() {
            true => fs::remove_dir_all(&path).await,
            false => fs::remove_file(&path).await,
        };
        if let Err(failure) = removed
            && failure.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(?failure, path = %path.display(), "a leftover was not removed");
        }
    }
    Ok(())
}

fn is_old(folder: &std::fs::Metadata) -> bool {
    let age = folder
        .modified()
        .ok()
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    age.is_some_and(|age| age > LONGEST_UPLOAD)
}

/// Removes the files that were kept long enough, and says so in their rows.
async fn remove_outlived(app: &App, vault: &Vault) -> crate::web::Result<()> {
    let kept = store::kept(app.db()).await?;
    let days = app.settings().await?.backup_retention_days;
    for id in backup::outlived(&kept, app.clock().now(), days) {
        let file = kept
            .iter()
            .find(|backup| backup.id == id)
            .and_then(|backup| backup.file.clone());
        if let Some(file) = &file
            && let Err(failure) = remove_with_beside(vault, file).await
        {
            tracing::warn!(backup = %id, failure = format!("{failure:#}"), "an old backup was not removed");
            continue;
        }
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            tx.journal(Entry::new("backup.removed", "backup", id).before(&file));
            store::mark_removed(tx, id).await
        })
        .await?;
    }
    Ok(())
}

async fn remove_with_beside(vault: &Vault, file: &str) -> Result<()> {
    remove(&vault.folder.join(file)).await?;
    remove(&archive::beside(&vault.folder, file)).await
}

async fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path).await {
        Err(failure) if failure.kind() != std::io::ErrorKind::NotFound => {
            Err(failure).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Asks for the scheduled backup when its hour has come, makes what waits, and takes up files that no row tells of.
///
/// # Errors
/// When the database cannot be reached.
pub async fn run_if_due(app: &App) -> crate::web::Result<()> {
    if app.vault().is_none() {
        return Ok(());
    }
    let settings = app.settings().await?;
    let now = app.clock().now();
    let came = settings
        .day_rule()
        .last_time_of_hour(now, settings.backup_hour);
    if backup::is_due(now, came, store::last_scheduled(app.db(), now).await?) {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            // Of several instances one asks.
            if !crate::data::tx::try_advisory_lock(tx, ASKING).await?
                || !backup::is_due(now, came, store::last_scheduled(tx, now).await?)
            {
                return Ok(());
            }
            ask(tx, BackupId::new(), Cause::Scheduled).await
        })
        .await?;
    }
    work_off(app).await?;
    prove_interrupted(app).await?;
    take_up(app).await
}

/// Proves the youngest backup whose proof was cut short, once the program has run for a while: where it was the proof that
/// ended the program, that happens twice an hour and not all the time.
async fn prove_interrupted(app: &App) -> crate::web::Result<()> {
    if app.clock().now().unix_timestamp() - app.began() < AGAIN_AFTER.whole_seconds() {
        return Ok(());
    }
    if let Some(file) = store::interrupted_proof(app.db()).await?
        && let Err(failure) = verify(app, Some(&file)).await
    {
        tracing::error!(
            file,
            failure = format!("{failure:#}"),
            "a backup could not be proved"
        );
    }
    Ok(())
}

/// Proves a file of the folder as soon as nobody else is at work, and tells of a failure in the log alone: its row has it too.
pub(super) async fn prove_soon(app: &App, file: &str) -> crate::web::Result<()> {
    let vault = app.vault().context("No folder of backups is set")?;
    for _ in 0..LONGEST_WAIT.as_secs() {
        if let Some(turn) = Turn::taken(vault).await? {
            let proved = verify_in(app, vault, turn, file).await;
            return proved.map(drop).map_err(Into::into);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tracing::warn!(
        file,
        "a backup was not proved: others were being made all the time"
    );
    Ok(())
}

/// Proves a file of the folder again, or the youngest that is kept; answers its name and what it holds.
///
/// # Errors
/// What is wrong with it, that there is none, or that somebody is making backups at this moment.
pub async fn verify(app: &App, file: Option<&str>) -> Result<(String, Manifest)> {
    let vault = app.vault().context("No folder of backups is set")?;
    let kept = store::kept(app.db()).await.map_err(in_words)?;
    let file = match file {
        Some(file) => file.to_owned(),
        None => {
            // What is in one that was not made here is run only for who names it.
            let ours = |backup: &&Backup| backup.failure.as_deref() != Some(store::NOT_OURS);
            let youngest = kept.iter().rev().find(ours);
            let youngest = youngest.and_then(|backup| backup.file.clone());
            youngest.context("There is no backup yet: `cafe-pos backup run` makes one")?
        }
    };
    ensure!(
        backup::is_file_name(&file),
        "{file:?} is not the name of a backup in {}",
        vault.folder.display()
    );
    let turn = Turn::taken(vault)
        .await?
        .context("A backup is being made at this moment: wait for its end")?;
    let manifest = verify_in(app, vault, turn, &file).await?;
    Ok((file, manifest))
}

async fn verify_in(app: &App, vault: &Vault, turn: Turn, file: &str) -> Result<Manifest> {
    let kept = store::kept(app.db()).await.map_err(in_words)?;
    let row = kept
        .iter()
        .find(|backup| backup.file.as_deref() == Some(file));
    if let Some(row) = row {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::mark_checking(tx, row.id).await
        })
        .await
        .map_err(in_words)?;
    }
    let began = Instant::now();
    let proved = prove(vault, file, app.clock().now()).await;
    turn.over().await?;
    if let Some(row) = row {
        let (id, failure) = (
            row.id,
            proved
                .as_ref()
                .err()
                .map(|failure| in_plain_words(failure, vault)),
        );
        // What could not be looked at today is no worse than it was.
        let failure = match &proved {
            Err(why) if row.state == State::Good && !proof::is_about_the_file(why) => None,
            _ => failure.as_deref(),
        };
        let took = milliseconds(began);
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::mark_checked(tx, id, failure, took).await
        })
        .await
        .map_err(in_words)?;
    }
    proved
}

/// What went wrong, for whoever reads the list: a full disk is said as one, whichever program met it.
fn in_plain_words(failure: &anyhow::Error, vault: &Vault) -> String {
    let told = format!("{failure:#}");
    if told.contains("No space left on device") && !told.contains("The database refused") {
        let folder = vault.folder.display();
        return format!("There is no room left for backups on the disk of {folder} ({told})");
    }
    told
}

fn in_words(failure: crate::web::Error) -> anyhow::Error {
    anyhow::anyhow!("{failure}")
}

fn milliseconds(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

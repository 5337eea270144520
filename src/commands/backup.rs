//! `backup` and `restore`: the café in a file, and the way back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;

use super::database::{self, Opened};
use super::{migrate, serve};
use crate::app::App;
use crate::backups::backup::{Manifest, is_file_name};
use crate::backups::{self, Backup, Cause, Standing, State};
use crate::config::Config;
use crate::data::{By, Tx};
use crate::values::{BackupId, Clock, rfc3339};
use crate::web::Error;

/// `cafe-pos backup run`: makes one and proves it.
///
/// # Errors
/// When none was made, or it could not be proved; the sentence says why.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    with_app(config, async |app| {
        let id = BackupId::new();
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            backups::ask(tx, id, Cause::Command).await
        })
        .await
        .map_err(in_words)?;
        let made = loop {
            backups::work_off(app).await.map_err(in_words)?;
            let made = backups::store::find(app.db(), id).await.map_err(in_words)?;
            if !made.state.is_under_way() {
                break made;
            }
            // Somebody else is making one, or makes this one.
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        match (made.state, &made.failure) {
            (State::Good, _) => {
                println!("{}", line(&made));
                Ok(())
            }
            (_, Some(failure)) => bail!(failure.clone()),
            (state, None) => bail!("The backup is {}", state.as_str()),
        }
    })
    .await
}

/// `cafe-pos backup list`: the last ones, the youngest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(config: &Config) -> anyhow::Result<()> {
    with_app(config, async |app| {
        let all = backups::store::latest(app.db()).await.map_err(in_words)?;
        if all.is_empty() {
            println!("There are no backups yet; `cafe-pos backup run` makes one.");
        }
        for backup in &all {
            println!("{}", line(backup));
        }
        Ok(())
    })
    .await
}

/// `cafe-pos backup verify [FILE]`: proves one again.
///
/// # Errors
/// What is wrong with it.
pub async fn verify(config: &Config, file: Option<&str>) -> anyhow::Result<()> {
    with_app(config, async |app| {
        let (file, manifest) = backups::verify(app, file).await?;
        println!(
            "good  {file}: {} rows in {} tables, restored and compared",
            manifest.contents.rows(),
            manifest.contents.0.len()
        );
        Ok(())
    })
    .await
}

/// `cafe-pos backup copy`: copies to the other places what is not there yet.
///
/// # Errors
/// When no other place is set, or one has not got the youngest backup.
pub async fn copy(config: &Config) -> anyhow::Result<()> {
    with_app(config, async |app| {
        backups::copy_out(app).await.map_err(in_words)?;
        let safety = backups::safety(app).await.map_err(in_words)?;
        let places = safety.map(|safety| safety.elsewhere).unwrap_or_default();
        if places.is_empty() {
            bail!("No other place for backups is set: BACKUP_COPY_DIR or BACKUP_S3_URL");
        }
        let mut failed = Vec::new();
        for place in places {
            match (&place.failure, place.standing) {
                (Some(failure), _) => failed.push(format!("{}: {failure}", place.name)),
                (None, Standing::Good { at } | Standing::Late { at }) => {
                    println!("{}: the youngest copy is of {}", place.name, rfc3339(at));
                }
                (None, Standing::Never) => println!("{}: nothing to copy yet", place.name),
            }
        }
        match failed.is_empty() {
            true => Ok(()),
            false => bail!(failed.join("; ")),
        }
    })
    .await
}

/// `cafe-pos backup fetch [FILE]`: brings a copy back into the folder of backups, the youngest where none is named. It needs
/// no database: on a new machine there is none yet.
///
/// # Errors
/// When no place has it, or it is not whole.
pub async fn fetch(config: &Config, file: Option<&str>, only_list: bool) -> anyhow::Result<()> {
    let found = backups::found_elsewhere(config).await?;
    if only_list {
        for (place, files) in &found {
            for one in files {
                let kilobytes = one.bytes / 1_000;
                let at = rfc3339(one.manifest.made_at);
                println!("{at}  {kilobytes:>9} kB  {}  in {}", one.file, place.name());
            }
        }
        return Ok(());
    }
    let wanted = found
        .iter()
        .flat_map(|(place, files)| files.iter().map(move |one| (place, one)))
        .filter(|(_, one)| file.is_none_or(|file| one.file == file));
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_by_key(|(_, one)| std::cmp::Reverse(one.manifest.made_at));
    let Some((_, first)) = wanted.first() else {
        bail!(
            "There is no {} at any other place: `cafe-pos backup fetch --list` says what there is",
            file.unwrap_or("backup")
        );
    };
    // The same one may be at several places.
    let mut failures = Vec::new();
    for (place, one) in wanted.iter().filter(|(_, one)| one.file == first.file) {
        match place.fetch(one, &config.backup_dir).await {
            Ok(()) => {
                println!("{}", config.backup_dir.join(&one.file).display());
                return Ok(());
            }
            Err(failure) => failures.push(format!("{}: {failure:#}", place.name())),
        }
    }
    bail!(failures.join("; "))
}

/// `cafe-pos restore FILE`: puts a backup in the place of the data.
///
/// # Errors
/// Why it cannot be; then nothing was changed.
pub async fn restore(config: &Config, file: &Path, replace: bool) -> anyhow::Result<()> {
    let file = found(config, file)?;
    let opened = database::open(config).await?;
    let done = restore_into(config, &opened, &file, replace).await;
    opened.close().await?;
    let manifest = done?;
    with_app(config, async |app| {
        let manifest = &manifest;
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            backups::settle(tx, manifest).await
        })
        .await
        .map_err(in_words)
    })
    .await?;
    println!(
        "Restored the café of {}: {} rows in {} tables and {} pictures, compared with the backup. Everybody signs in anew.",
        rfc3339(manifest.made_at),
        manifest.contents.rows(),
        manifest.contents.0.len(),
        manifest.uploads
    );
    Ok(())
}

async fn restore_into(
    config: &Config,
    opened: &Opened,
    file: &Path,
    replace: bool,
) -> anyhow::Result<Manifest> {
    // Our own pool would count among those that work with the database.
    opened.db.clone().close().await?;
    let vault = opened.vault(config)?;
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let ready = backups::prepare(&vault, file, &known, replace).await?;
    if let Some(saved) = backups::save_first(&vault, Clock::real().now()).await? {
        println!(
            "What was there is in {}",
            vault.folder.join(saved).display()
        );
    }
    let manifest = backups::restore(&vault, file, ready).await?;
    for name in migrate::up(opened.url()).await?.applied {
        println!("Applied the migration {name}");
    }
    Ok(manifest)
}

/// The file at this path, or of this name in the folder of backups.
fn found(config: &Config, file: &Path) -> anyhow::Result<PathBuf> {
    if file.is_file() {
        return Ok(file.to_owned());
    }
    let in_folder = config.backup_dir.join(file);
    let is_name = file.to_str().is_some_and(is_file_name);
    if is_name && in_folder.is_file() {
        return Ok(in_folder);
    }
    bail!(
        "There is no file {}, nor one of that name in {}",
        file.display(),
        config.backup_dir.display()
    );
}

async fn with_app(
    config: &Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let done = async {
        migrate::up(opened.url()).await?;
        let app = serve::start(config, &opened).await?;
        backups::take_up(&app).await.map_err(in_words)?;
        work(&app).await
    }
    .await;
    opened.close().await?;
    done
}

/// One backup as a line: how far it is, when, how large, why, which file or why none.
fn line(backup: &Backup) -> String {
    let at = rfc3339(backup.asked_at);
    let size = backup
        .bytes
        .map_or_else(String::new, |bytes| format!("{} kB", bytes / 1_000));
    let file = match (&backup.file, backup.removed_at) {
        (Some(file), None) => file.clone(),
        (Some(file), Some(_)) => format!("{file} (removed, being old)"),
        (None, _) => String::new(),
    };
    let failure = backup
        .failure
        .as_ref()
        .map_or_else(String::new, |why| format!(": {why}"));
    format!(
        "{:<9} {at}  {size:>12}  {:<18} {file}{failure}",
        backup.state.as_str(),
        backup.cause.label()
    )
}

fn in_words(failure: Error) -> anyhow::Error {
    match failure {
        Error::Database(failure) => failure.into(),
        Error::Unexpected(failure) => failure,
        other => anyhow!("{other}"),
    }
}

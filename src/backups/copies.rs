//! Copies of the backups at other places, because a backup on the disk that breaks is none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;
use tokio::fs;
use tokio::task::spawn_blocking;

use super::archive;
use super::backup::{AGAIN_AFTER, Backup, Finished, Standing, State, is_encrypted, is_file_name};
use super::bucket::Bucket;
use super::store;
use super::vault::{COPYING, LANDING, Turn, Vault};
use crate::app::App;
use crate::config::{self, Config};
use crate::data::{By, Entry, Tx};
use crate::values::BackupId;

/// A folder that says nothing for so long is taken for hung.
const HANGS_AFTER: Duration = Duration::from_secs(60);
/// A slower disk than this is none, in bytes a second.
const SLOWEST_DISK: u64 = 256 * 1024;
/// Stands in a folder of copies, so that an empty mount point is told from a folder that has lost its files.
const MARK: &str = "cafe-pos-copies.txt";
const MARK_SAYS: &str = "cafe-pos copies its backups into this folder. Without this file it takes the disk for not mounted.\n";

/// A place that backups are copied to.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder on another disk, or mounted from another machine.
    Folder(PathBuf),
    /// A bucket in S3-compatible storage.
    Bucket(Bucket),
}

/// Which of the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A bucket.
    Bucket,
}

impl Kind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Folder => "folder",
            Kind::Bucket => "bucket",
        }
    }

    /// The kind that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        [Kind::Folder, Kind::Bucket]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Folder => "folder",
            Kind::Bucket => "bucket",
        }
    }
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Of which backup.
    pub backup: BackupId,
    /// Where.
    pub place: Kind,
    /// Where that was when it was tried.
    pub at: String,
    /// When it was last tried.
    pub tried_at: OffsetDateTime,
    /// Whether it is there.
    pub is_there: bool,
    /// Why it is not.
    pub failure: Option<String>,
}

/// How it stands with the copies at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Which place.
    pub place: Kind,
    /// Where that is, as people name it.
    pub name: String,
    /// How old the youngest copy is.
    pub standing: Standing,
    /// Why the last try failed, if it did.
    pub failure: Option<String>,
}

impl Place {
    /// The places of the settings.
    ///
    /// # Errors
    /// When the authorities behind certificates cannot be read.
    pub fn of(config: &config::Backups) -> Result<Vec<Self>> {
        let folder = config.copy_dir.clone().map(Place::Folder);
        let bucket = config.bucket.as_ref().map(Bucket::new).transpose()?;
        Ok(folder
            .into_iter()
            .chain(bucket.map(Place::Bucket))
            .collect())
    }

    /// Which of the places this is.
    pub fn kind(&self) -> Kind {
        match self {
            Place::Folder(_) => Kind::Folder,
            Place::Bucket(_) => Kind::Bucket,
        }
    }

    /// Where it is, as people name it.
    pub fn name(&self) -> String {
        match self {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Bucket(bucket) => bucket.name(),
        }
    }

    /// Copies a file and what stands beside it. What is there already whole is left as it is.
    async fn put(&self, folder: &Path, file: &Finished, marked: bool) -> Result<()> {
        let from = folder.join(&file.file);
        let beside = serde_json::to_vec_pretty(file)?;
        let beside_name = format!("{}.json", file.file);
        match self {
            Place::Folder(to) => {
                let (to, file) = (to.clone(), file.clone());
                let time = HANGS_AFTER + Duration::from_secs(file.bytes / SLOWEST_DISK);
                in_time(time, move || {
                    is_mounted(&to, marked)?;
                    copy_into(&to, &from, &file)
                })
                .await
            }
            Place::Bucket(bucket) => {
                if bucket.length(&file.file).await? != Some(file.bytes) {
                    bucket.put_file(&file.file, &from).await?;
                    let length = bucket.length(&file.file).await?;
                    ensure!(length == Some(file.bytes), "only a part of it arrived");
                }
                bucket.put(&beside_name, beside).await
            }
        }
    }

    /// Takes a copy away; it need not be there.
    async fn remove(&self, file: &str) -> Result<()> {
        let beside = format!("{file}.json");
        match self {
            Place::Folder(folder) => {
                let paths = [folder.join(file), folder.join(&beside)];
                in_time(HANGS_AFTER, move || {
                    for path in paths {
                        match std::fs::remove_file(path) {
                            Err(failure) if failure.kind() != std::io::ErrorKind::NotFound => {
                                return Err(failure.into());
                            }
                            _ => {}
                        }
                    }
                    Ok(())
                })
                .await
            }
            Place::Bucket(bucket) => {
                bucket.remove(file).await?;
                bucket.remove(&beside).await
            }
        }
    }

    /// The names of what is there.
    async fn names(&self) -> Result<HashSet<String>> {
        let names = match self {
            Place::Folder(folder) => {
                let folder = folder.clone();
                in_time(HANGS_AFTER, move || names_in(&folder)).await?
            }
            Place::Bucket(bucket) => bucket.names().await?,
        };
        Ok(names.into_iter().collect())
    }

    /// The backups that are whole there, the oldest first; what stands beside one and cannot be read is left out.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn list(&self) -> Result<Vec<Finished>> {
        let mut found = Vec::new();
        let names = self.names().await?;
        for name in names.into_iter().filter(|name| is_file_name(name)) {
            let told = match self {
                Place::Folder(folder) => archive::told_beside(folder, &name),
                Place::Bucket(bucket) => {
                    let told = bucket.read(&format!("{name}.json")).await.ok();
                    told.and_then(|told| serde_json::from_slice(&told).ok())
                }
            };
            found.extend(told);
        }
        found.sort_by_key(|file: &Finished| file.manifest.made_at);
        Ok(found)
    }

    /// Brings a backup into the folder of backups.
    ///
    /// # Errors
    /// When it cannot be read, or is not what stands beside it there.
    pub async fn fetch(&self, file: &Finished, folder: &Path) -> Result<()> {
        ensure!(
            is_file_name(&file.file),
            "{:?} is not the name of a backup",
            file.file
        );
        fs::create_dir_all(folder).await?;
        let part = folder.join(format!("{LANDING}{}", file.file));
        match self {
            Place::Folder(from) => {
                fs::copy(from.join(&file.file), &part).await?;
            }
            Place::Bucket(bucket) => bucket.fetch(&file.file, &part).await?,
        }
        let (folder, file) = (folder.to_owned(), file.clone());
        spawn_blocking(move || put_in_place(&folder, &part, &file)).await?
    }
}

/// Work on a folder that may be on another machine: when that hangs, the till must not.
async fn in_time<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::time::timeout(time, spawn_blocking(work)).await;
    done.context("the folder does not answer")??
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    let listed = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    Ok(listed.flatten().map(name).collect())
}

fn put_in_place(folder: &Path, part: &Path, file: &Finished) -> Result<()> {
    if archive::measure(part)? != (file.bytes, file.sha256.clone()) {
        std::fs::remove_file(part)?;
        bail!(
            "{} is not the file that was copied: its checksum differs",
            file.file
        );
    }
    std::fs::rename(part, folder.join(&file.file))?;
    archive::write_beside(folder, file)
}

/// Whether the disk is there. The folder has to be made by whoever sets this up, and once it has copies its mark must be
/// there: else the copies would land under the mount point, on the disk that may break.
fn is_mounted(folder: &Path, marked: bool) -> Result<()> {
    ensure!(
        folder.is_dir(),
        "there is no folder {}: make it, or mount its disk",
        folder.display()
    );
    let mark = folder.join(MARK);
    if mark.is_file() {
        return Ok(());
    }
    ensure!(
        !marked,
        "{} has no file {MARK}, so its disk is not mounted; if it is another disk now, make an empty file of that name on it",
        folder.display()
    );
    std::fs::write(&mark, MARK_SAYS).with_context(|| mark.display().to_string())
}

fn copy_into(to: &Path, from: &Path, file: &Finished) -> Result<()> {
    let told = (file.bytes, file.sha256.clone());
    let target = to.join(&file.file);
    if !target.is_file() || archive::measure(&target)? != told {
        let part = to.join(format!("{}.part", file.file));
        let copied = || -> Result<()> {
            std::fs::copy(from, &part)?;
            std::fs::File::open(&part)?.sync_all()?;
            ensure!(archive::measure(&part)? == told, "what was copied differs");
            Ok(std::fs::rename(&part, &target)?)
        };
        if let Err(failure) = copied() {
            let _ = std::fs::remove_file(&part);
            return Err(failure);
        }
    }
    archive::write_beside(to, file)
}

/// The backups that are to be copied to a place now, the youngest first. What is readable is not sent to a bucket once
/// backups are encrypted: that is why somebody encrypts them.
pub fn wanted<'a>(
    kept: &'a [Backup],
    copies: &[Copy],
    place: &Place,
    only_encrypted: bool,
    now: OffsetDateTime,
) -> Vec<&'a Backup> {
    let (kind, name) = (place.kind(), place.name());
    let is_due = |backup: &&Backup| {
        let copy = copies
            .iter()
            .find(|copy| copy.backup == backup.id && copy.place == kind && copy.at == name);
        copy.is_none_or(|it| !it.is_there && now - it.tried_at >= AGAIN_AFTER)
    };
    let may_go = |backup: &&Backup| {
        let is_readable = !backup.file.as_deref().is_some_and(is_encrypted);
        !(only_encrypted && kind == Kind::Bucket && is_readable)
    };
    let mut wanted: Vec<&Backup> = kept
        .iter()
        .filter(|backup| !backup.state.is_under_way())
        .filter(|backup| is_due(backup) && may_go(backup))
        .collect();
    wanted.sort_by_key(|backup| std::cmp::Reverse(backup.asked_at));
    wanted
}

/// Copies what is not at every place yet, and takes away there what was removed here.
///
/// # Errors
/// When the database cannot be reached. A place that cannot is told of in its copies.
pub async fn copy_out(app: &App) -> crate::web::Result<()> {
    let Some(vault) = app.vault().filter(|vault| !vault.places.is_empty()) else {
        return Ok(());
    };
    let Some(turn) = Turn::of(vault, COPYING).await? else {
        return Ok(());
    };
    let done = async {
        for place in &vault.places {
            copy_to(app, vault, place).await?;
        }
        remove_unwanted(app, vault).await
    }
    .await;
    turn.over().await?;
    done
}

async fn copy_to(app: &App, vault: &Vault, place: &Place) -> crate::web::Result<()> {
    let only_encrypted = vault.passphrase.is_some();
    let kept = store::kept(app.db()).await?;
    let copies = store::copies(app.db()).await?;
    let now = app.clock().now();
    if wanted(&kept, &copies, place, only_encrypted, now).is_empty() {
        return Ok(());
    }
    // Whenever there is something to copy it is looked whether the others are still there; a folder without its mark is
    // not mounted, and nothing can be said of it.
    if let Ok(names) = place.names().await
        && (place.kind() == Kind::Bucket || names.contains(MARK))
    {
        forget_missing(app, place, &kept, &copies, &names).await?;
    }
    let copies = store::copies(app.db()).await?;
    let marked = copies.iter().any(|copy| is_there(copy, place));
    for backup in wanted(&kept, &copies, place, only_encrypted, now) {
        let Some(file) = &backup.file else { continue };
        let failure = match archive::told_beside(&vault.folder, file) {
            Some(told) => place.put(&vault.folder, &told, marked).await.err(),
            None => Some(anyhow::anyhow!(
                "{file} is not in {}",
                vault.folder.display()
            )),
        };
        let failure = failure.map(|failure| format!("{failure:#}"));
        let failure = failure.as_deref();
        if let Some(failure) = failure {
            tracing::error!(backup = %backup.id, place = place.name(), failure, "a backup was not copied");
        }
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            if failure.is_none() {
                let entry = Entry::new("backup.copied", "backup", backup.id);
                tx.journal(entry.after(place.name()));
            }
            store::note_copy(tx, backup.id, place, failure).await
        })
        .await?;
        // One that cannot be reached is not asked for each of thirty files.
        if failure.is_some() {
            break;
        }
    }
    Ok(())
}

fn is_there(copy: &Copy, place: &Place) -> bool {
    copy.is_there && copy.place == place.kind() && copy.at == place.name()
}

async fn forget_missing(
    app: &App,
    place: &Place,
    kept: &[Backup],
    copies: &[Copy],
    names: &HashSet<String>,
) -> crate::web::Result<()> {
    for copy in copies.iter().filter(|copy| is_there(copy, place)) {
        let file = kept
            .iter()
            .find(|backup| backup.id == copy.backup)
            .and_then(|backup| backup.file.as_ref());
        if file.is_some_and(|file| !names.contains(file)) {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::forget_copy(tx, copy.backup, copy.place).await
            })
            .await?;
        }
    }
    Ok(())
}

/// What was kept long enough here was kept long enough there. One that cannot be removed is tried again the next day.
async fn remove_unwanted(app: &App, vault: &Vault) -> crate::web::Result<()> {
    for (id, file, kind) in store::outlived_copies(app.db(), app.clock().now()).await? {
        let Some(place) = vault.places.iter().find(|place| place.kind() == kind) else {
            continue;
        };
        let failure = place.remove(&file).await.err();
        if let Some(failure) = &failure {
            tracing::warn!(backup = %id, place = kind.as_str(), failure = format!("{failure:#}"), "an old copy was not removed");
        }
        let is_gone = failure.is_none();
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::note_copy_removed(tx, id, kind, is_gone).await
        })
        .await?;
    }
    Ok(())
}

/// How it stands at each of these places.
///
/// # Errors
/// When the database cannot be asked.
pub async fn elsewhere(
    db: &impl ConnectionTrait,
    places: &[Place],
    now: OffsetDateTime,
) -> crate::web::Result<Vec<Elsewhere>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let (copies, kept) = (store::copies(db).await?, store::kept(db).await?);
    Ok(places
        .iter()
        .map(|place| standing(place, &kept, &copies, now))
        .collect())
}

fn standing(place: &Place, kept: &[Backup], copies: &[Copy], now: OffsetDateTime) -> Elsewhere {
    // What is not good here is not good there.
    let there = kept.iter().filter(|backup| {
        let is_copied = |copy: &Copy| copy.backup == backup.id && is_there(copy, place);
        backup.state == State::Good && copies.iter().any(is_copied)
    });
    let last_try = copies
        .iter()
        .filter(|copy| copy.place == place.kind() && copy.at == place.name())
        .max_by_key(|copy| copy.tried_at);
    let last_failure = last_try.filter(|copy| !copy.is_there);
    Elsewhere {
        place: place.kind(),
        name: place.name(),
        standing: Standing::at(now, there.map(|backup| backup.asked_at).max()),
        failure: last_failure.and_then(|copy| copy.failure.clone()),
    }
}

/// What is at the places of the settings, without a database: on a new machine there may be none yet.
///
/// # Errors
/// When none is set, or none can be reached; those that cannot be while another can are named by a warning.
pub async fn found_elsewhere(config: &Config) -> Result<Vec<(Place, Vec<Finished>)>> {
    let places = Place::of(&config.backups)?;
    ensure!(
        !places.is_empty(),
        "No other place for backups is set: BACKUP_COPY_DIR or BACKUP_S3_URL"
    );
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for place in places {
        match place.list().await {
            Ok(listed) => found.push((place, listed)),
            Err(failure) => failures.push(format!("{}: {failure:#}", place.name())),
        }
    }
    ensure!(!found.is_empty(), failures.join("; "));
    for failure in failures {
        tracing::warn!("{failure}");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;
    use crate::backups::backup::{Cause, State, file_name};

    const NOON: OffsetDateTime = datetime!(2026-11-26 12:00 UTC);

    fn backup(days_old: i64, state: State) -> Backup {
        let id = BackupId::new();
        Backup {
            id,
            file: Some(file_name(NOON, id, false)),
            cause: Cause::Scheduled,
            asked_by: None,
            asked_at: NOON - Duration::days(days_old),
            state,
            made_ms: None,
            checked_ms: None,
            bytes: None,
            sha256: None,
            finished_at: None,
            failure: None,
            removed_at: None,
        }
    }

    fn nas() -> Place {
        Place::Folder("/mnt/nas".into())
    }

    fn copy(backup: &Backup, at: &str, is_there: bool, minutes_ago: i64) -> Copy {
        Copy {
            backup: backup.id,
            place: Kind::Folder,
            at: at.to_owned(),
            tried_at: NOON - Duration::minutes(minutes_ago),
            is_there,
            failure: (!is_there).then(|| "no line".to_owned()),
        }
    }

    #[test]
    fn every_finished_backup_is_copied_the_youngest_first_and_again_after_a_while() {
        let kept = [
            backup(4, State::Good),
            backup(3, State::Good),
            backup(2, State::Good),
            backup(1, State::Unproved),
            backup(0, State::Checking),
        ];
        let copies = [
            copy(&kept[0], "/mnt/nas", true, 2000),
            copy(&kept[1], "/mnt/nas", false, 31),
            copy(&kept[2], "/mnt/nas", false, 29),
        ];
        let found = |copies: &[Copy]| -> Vec<BackupId> {
            let wanted = wanted(&kept, copies, &nas(), false, NOON);
            wanted.iter().map(|backup| backup.id).collect()
        };
        assert_eq!(found(&copies), [kept[3].id, kept[1].id]);
        // Another folder has none of them.
        let other: Vec<Copy> = kept
            .iter()
            .map(|backup| copy(backup, "/mnt/old", true, 5))
            .collect();
        assert_eq!(found(&other).len(), 4);
    }

    #[test]
    fn a_place_is_as_old_as_its_youngest_copy_of_a_good_one() {
        let kept = [
            backup(3, State::Good),
            backup(1, State::Unproved),
            backup(0, State::Good),
        ];
        let copies = [
            copy(&kept[0], "/mnt/nas", true, 4000),
            copy(&kept[1], "/mnt/nas", true, 1000),
            copy(&kept[2], "/mnt/nas", false, 5),
        ];
        let told = standing(&nas(), &kept, &copies, NOON);
        assert!(told.standing.is_alarming());
        assert_eq!(told.failure.as_deref(), Some("no line"));
        let copies = [copy(&kept[2], "/mnt/nas", true, 5)];
        assert!(
            !standing(&nas(), &kept, &copies, NOON)
                .standing
                .is_alarming()
        );
        let copies = [copy(&kept[2], "/mnt/old", true, 5)];
        assert_eq!(
            standing(&nas(), &kept, &copies, NOON).standing,
            Standing::Never
        );
    }

    #[test]
    fn an_empty_mount_point_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        is_mounted(folder.path(), false).unwrap();
        is_mounted(folder.path(), true).unwrap();
        std::fs::remove_file(folder.path().join(MARK)).unwrap();
        let complaint = is_mounted(folder.path(), true).unwrap_err().to_string();
        assert!(complaint.contains("not mounted"), "{complaint}");
        std::fs::write(folder.path().join(MARK), "").unwrap();
        is_mounted(folder.path(), true).unwrap();
        let missing = folder.path().join("nothing");
        assert!(is_mounted(&missing, false).is_err());
    }
}

//! Copies of the backups at other places, because a backup on the disk that breaks is none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;
use tokio::fs;
use tokio::task::spawn_blocking;

use super::archive;
use super::backup::{AGAIN_AFTER, Backup, Finished, Standing, is_file_name};
use super::bucket::Bucket;
use super::store;
use super::vault::{COPYING, Turn, Vault};
use crate::app::App;
use crate::config::{self, Config};
use crate::data::{By, Entry, Tx};
use crate::values::BackupId;

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
                is_mounted(to, marked)?;
                let (to, file) = (to.clone(), file.clone());
                spawn_blocking(move || copy_into(&to, &from, &file)).await?
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
                for name in [file, &beside] {
                    match fs::remove_file(folder.join(name)).await {
                        Err(failure) if failure.kind() != std::io::ErrorKind::NotFound => {
                            return Err(failure.into());
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
            Place::Bucket(bucket) => {
                bucket.remove(file).await?;
                bucket.remove(&beside).await
            }
        }
    }

    /// The backups that are whole there, the oldest first.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn list(&self) -> Result<Vec<Finished>> {
        let mut found = Vec::new();
        match self {
            Place::Folder(folder) => {
                let listed = std::fs::read_dir(folder);
                let listed = listed.with_context(|| folder.display().to_string())?;
                let names = listed
                    .flatten()
                    .map(|entry| entry.file_name().to_string_lossy().into_owned());
                let names = names.filter(|name| is_file_name(name));
                found.extend(names.filter_map(|name| archive::told_beside(folder, &name)));
            }
            Place::Bucket(bucket) => {
                let names: HashSet<String> = bucket.names().await?.into_iter().collect();
                for name in names.iter().filter(|name| is_file_name(name)) {
                    let beside = format!("{name}.json");
                    if names.contains(&beside) {
                        let told = bucket.read(&beside).await?;
                        found.extend(serde_json::from_slice::<Finished>(&told).ok());
                    }
                }
            }
        }
        found.sort_by_key(|file| file.manifest.made_at);
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
        let part = folder.join(format!("{}.part", file.file));
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
        "{} has lost its file {MARK}: its disk is not mounted",
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

/// The copies that are to be made now, the youngest backups first.
pub fn wanted<'a>(
    kept: &'a [Backup],
    copies: &[Copy],
    places: &[Kind],
    now: OffsetDateTime,
) -> Vec<(&'a Backup, Kind)> {
    let mut wanted: Vec<(&Backup, Kind)> = Vec::new();
    for backup in kept.iter().filter(|backup| !backup.state.is_under_way()) {
        for place in places {
            let copy = copies
                .iter()
                .find(|copy| copy.backup == backup.id && copy.place == *place);
            let is_due = copy.is_none_or(|it| !it.is_there && now - it.tried_at >= AGAIN_AFTER);
            if is_due {
                wanted.push((backup, *place));
            }
        }
    }
    wanted.sort_by_key(|(backup, _)| std::cmp::Reverse(backup.asked_at));
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
        copy_wanted(app, vault).await?;
        remove_unwanted(app, vault).await
    }
    .await;
    turn.over().await?;
    done
}

async fn copy_wanted(app: &App, vault: &Vault) -> crate::web::Result<()> {
    let kept = store::kept(app.db()).await?;
    let copies = store::copies(app.db()).await?;
    let kinds: Vec<Kind> = vault.places.iter().map(Place::kind).collect();
    // One that cannot be reached is not asked for each of thirty files.
    let mut down = HashSet::new();
    for (backup, kind) in wanted(&kept, &copies, &kinds, app.clock().now()) {
        let place = vault.places.iter().find(|place| place.kind() == kind);
        let (Some(place), Some(file), false) = (place, &backup.file, down.contains(&kind)) else {
            continue;
        };
        let marked = copies
            .iter()
            .any(|copy| copy.place == kind && copy.is_there);
        let failure = match archive::told_beside(&vault.folder, file) {
            Some(told) => place.put(&vault.folder, &told, marked).await.err(),
            None => Some(anyhow::anyhow!(
                "{file} is not in {}",
                vault.folder.display()
            )),
        };
        let failure = failure.map(|failure| format!("{failure:#}"));
        if let Some(failure) = &failure {
            tracing::error!(backup = %backup.id, place = kind.as_str(), failure, "a backup was not copied");
            down.insert(kind);
        }
        let failure = failure.as_deref();
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            if failure.is_none() {
                tx.journal(Entry::new("backup.copied", "backup", backup.id).after(kind.as_str()));
            }
            store::note_copy(tx, backup.id, kind, failure).await
        })
        .await?;
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
    let kind = place.kind();
    let copy_of = |backup: &Backup| {
        copies
            .iter()
            .find(|copy| copy.place == kind && copy.backup == backup.id)
    };
    let there = kept
        .iter()
        .filter(|backup| copy_of(backup).is_some_and(|copy| copy.is_there));
    let last_try = copies
        .iter()
        .filter(|copy| copy.place == kind)
        .max_by_key(|copy| copy.tried_at);
    Elsewhere {
        place: kind,
        name: place.name(),
        standing: Standing::at(now, there.map(|backup| backup.asked_at).max()),
        failure: last_try.and_then(|copy| copy.failure.clone()),
    }
}

/// What is at the places of the settings, without a database: on a new machine there may be none yet.
///
/// # Errors
/// When none is set, or one cannot be reached.
pub async fn found_elsewhere(config: &Config) -> Result<Vec<(Place, Vec<Finished>)>> {
    let places = Place::of(&config.backups)?;
    ensure!(
        !places.is_empty(),
        "No other place for backups is set: BACKUP_COPY_DIR or BACKUP_S3_URL"
    );
    let mut found = Vec::new();
    for place in places {
        let listed = place.list().await.with_context(|| place.name())?;
        found.push((place, listed));
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

    fn copy(backup: &Backup, place: Kind, is_there: bool, minutes_ago: i64) -> Copy {
        Copy {
            backup: backup.id,
            place,
            tried_at: NOON - Duration::minutes(minutes_ago),
            is_there,
            failure: (!is_there).then(|| "no line".to_owned()),
        }
    }

    #[test]
    fn every_finished_backup_is_copied_to_every_place_the_youngest_first() {
        let kept = [
            backup(2, State::Good),
            backup(1, State::Unproved),
            backup(0, State::Checking),
        ];
        let both = [Kind::Folder, Kind::Bucket];
        let copies = [
            copy(&kept[0], Kind::Folder, true, 2000),
            copy(&kept[0], Kind::Bucket, false, 31),
            copy(&kept[1], Kind::Bucket, false, 29),
        ];
        let found: Vec<_> = wanted(&kept, &copies, &both, NOON)
            .into_iter()
            .map(|(backup, place)| (backup.id, place))
            .collect();
        assert_eq!(
            found,
            [(kept[1].id, Kind::Folder), (kept[0].id, Kind::Bucket)]
        );
        assert!(wanted(&kept, &copies, &[], NOON).is_empty());
    }

    #[test]
    fn a_place_is_as_old_as_its_youngest_copy() {
        let kept = [backup(3, State::Good), backup(0, State::Good)];
        let copies = [
            copy(&kept[0], Kind::Folder, true, 4000),
            copy(&kept[1], Kind::Folder, false, 5),
        ];
        let place = Place::Folder("/mnt/nas".into());
        let told = standing(&place, &kept, &copies, NOON);
        assert!(told.standing.is_alarming());
        assert_eq!(told.failure.as_deref(), Some("no line"));
        let copies = [copy(&kept[1], Kind::Folder, true, 5)];
        assert!(
            !standing(&place, &kept, &copies, NOON)
                .standing
                .is_alarming()
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
        let missing = folder.path().join("nothing");
        assert!(is_mounted(&missing, false).is_err());
    }
}

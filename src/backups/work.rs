//! The work itself: one backup after the other, by one instance at a time, and the proof of each.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use time::OffsetDateTime;
use tokio::fs;
use tokio::task::spawn_blocking;

use super::archive::{self, Unpacked};
use super::backup::{self, Backup, Cause, FORMAT, Finished, Manifest};
use super::contents::{self, Moment, quoted};
use super::programs::Programs;
use super::store;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::values::BackupId;

/// The session's advisory lock of whoever makes or proves backups.
const MAKING: i64 = 0x00CA_FE90_5000_0002;
/// What the databases are called in which the backups of this one are proved: the server may hold several cafés.
async fn proofs_of(db: &DatabaseConnection) -> Result<String> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT concat('pos_proof_', oid, '_') AS name FROM pg_database WHERE datname = current_database()",
    );
    let row = db.query_one_raw(asked).await?.context("no answer")?;
    Ok(row.try_get("", "name")?)
}

/// Where everything is that a backup is made of, and where it goes.
#[derive(Debug, Clone)]
pub struct Vault {
    /// Postgres' programs, and the café's database.
    pub programs: Programs,
    /// Where the files are.
    pub folder: PathBuf,
    /// Where the pictures are.
    pub uploads: PathBuf,
}

impl Vault {
    pub(super) fn schema(&self) -> &str {
        self.programs.url().schema().unwrap_or("public")
    }

    /// A folder for what is needed only meanwhile, on the disk of the backups: it can be large.
    pub(super) fn workplace(&self) -> Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("The folder {} cannot be made", self.folder.display()))?;
        let workplace = tempfile::Builder::new()
            .prefix(".work-")
            .tempdir_in(&self.folder);
        workplace
            .with_context(|| format!("The folder {} cannot be written to", self.folder.display()))
    }

    /// A connection of its own, without the limits of a till's.
    pub(super) async fn connect(&self, database: Option<&str>) -> Result<DatabaseConnection> {
        let url = match database {
            Some(name) => self.programs.url().with_database(name),
            None => self.programs.url().clone(),
        };
        let mut options = url.connect_options();
        options
            .max_connections(1)
            .set_application_name("cafe-pos backup");
        Ok(Database::connect(options).await?)
    }
}

/// Whoever holds it is the only one who makes backups, whatever the number of instances.
pub(super) struct Turn(DatabaseConnection);

impl Turn {
    /// The turn, unless somebody else has it.
    pub(super) async fn taken(vault: &Vault) -> Result<Option<Self>> {
        let db = vault.connect(None).await?;
        let asked = Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT pg_try_advisory_lock($1) AS mine",
            [MAKING.into()],
        );
        let row = db.query_one_raw(asked).await?.context("no answer")?;
        Ok(row.try_get::<bool>("", "mine")?.then_some(Self(db)))
    }

    /// Gives it back: the lock goes with the connection.
    pub(super) async fn over(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

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
        sweep(vault, &turn).await?;
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

/// Writes the file: the tables and their dump at one and the same moment, then the pictures.
async fn make(vault: &Vault, id: BackupId, now: OffsetDateTime) -> Result<Finished> {
    let workplace = vault.workplace()?;
    let dump = workplace.path().join("database.dump");
    let schema = vault.schema();
    let db = vault.connect(None).await?;
    let dumped = async {
        let moment = Moment::now(&db).await?;
        let migrations = moment.migrations(schema).await?;
        ensure!(!migrations.is_empty(), "The schema {schema} holds no café");
        let contents = moment.contents(schema).await?;
        vault.programs.dump(schema, &moment.name, &dump).await?;
        moment.over().await?;
        Ok((migrations, contents, version(&db).await?))
    }
    .await;
    db.close().await?;
    let (migrations, contents, postgres) = dumped?;
    let (folder, uploads) = (vault.folder.clone(), vault.uploads.clone());
    let schema = schema.to_owned();
    spawn_blocking(move || {
        let pictures = archive::uploads_in(&uploads)?;
        let (dump_bytes, dump_sha256) = archive::measure(&dump)?;
        let manifest = Manifest {
            format: FORMAT,
            id,
            made_at: now,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            postgres,
            schema,
            migrations,
            dump_bytes,
            dump_sha256,
            uploads: pictures.len() as u64,
            contents,
        };
        let finished = archive::write(
            &folder,
            &backup::file_name(now, id),
            manifest,
            &dump,
            (&uploads, &pictures),
        );
        drop(workplace);
        finished
    })
    .await?
}

async fn version(db: &DatabaseConnection) -> Result<String> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT split_part(current_setting('server_version'), ' ', 1)",
    );
    let row = db.query_one_raw(asked).await?.context("no version")?;
    Ok(row.try_get_by_index(0)?)
}

/// Restores a file into a database of its own, and compares what is in it then with what it says of itself, and with what
/// stands beside it.
///
/// # Errors
/// What is wrong with it, or why it cannot be said.
pub(super) async fn prove(vault: &Vault, file: &str, now: OffsetDateTime) -> Result<Manifest> {
    let beside = archive::told_beside(&vault.folder, file);
    let proved = look_at(vault, file, beside.as_ref()).await;
    if let Some(beside) = beside {
        let proved_at = proved.is_ok().then_some(now);
        archive::write_beside(
            &vault.folder,
            &Finished {
                proved_at,
                ..beside
            },
        )?;
    }
    proved
}

async fn look_at(vault: &Vault, file: &str, beside: Option<&Finished>) -> Result<Manifest> {
    let workplace = vault.workplace()?;
    let dump = workplace.path().join("database.dump");
    let unpacked = unpack(&vault.folder.join(file), &dump, None).await?;
    if let Some(beside) = beside {
        ensure!(
            (beside.bytes, &beside.sha256) == (unpacked.bytes, &unpacked.sha256),
            "{file} is not the file that was made: its checksum differs"
        );
    }
    let manifest = unpacked.manifest;
    let door = vault.connect(None).await?;
    let database = format!("{}{:08x}", proofs_of(&door).await?, rand::random::<u32>());
    let outcome = async {
        door.execute_unprepared(&format!("CREATE DATABASE {database} TEMPLATE template0"))
            .await
            .context("A backup is proved in a database of its own, and this one's user may not make one (GRANT it CREATEDB)")?;
        restored_equals(vault, &database, &dump, &manifest).await
    }
    .await;
    let dropped = door
        .execute_unprepared(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
        .await;
    door.close().await?;
    outcome?;
    dropped?;
    Ok(manifest)
}

async fn restored_equals(
    vault: &Vault,
    database: &str,
    dump: &Path,
    manifest: &Manifest,
) -> Result<()> {
    let programs = vault.programs.on(database);
    programs.restore(&manifest.schema, dump, true).await?;
    let db = vault.connect(Some(database)).await?;
    let found = contents::contents(&db, &manifest.schema).await;
    db.close().await?;
    let differences = manifest.contents.differences(&found?);
    if !differences.is_empty() {
        bail!(
            "What was restored is not what was there: {}",
            differences.join("; ")
        );
    }
    Ok(())
}

pub(super) async fn unpack(file: &Path, dump: &Path, uploads: Option<&Path>) -> Result<Unpacked> {
    let (file, dump) = (file.to_owned(), dump.to_owned());
    let uploads = uploads.map(Path::to_owned);
    spawn_blocking(move || archive::unpack(&file, &dump, uploads.as_deref())).await?
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
        if name.starts_with(".work-") {
            fs::remove_dir_all(entry.path()).await?;
        } else if name.starts_with("cafe-pos-") && name.ends_with(".part") {
            fs::remove_file(entry.path()).await?;
        }
    }
    Ok(())
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
        if let Some(file) = &file {
            remove(&vault.folder.join(file)).await?;
            remove(&archive::beside(&vault.folder, file)).await?;
        }
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            tx.journal(Entry::new("backup.removed", "backup", id).before(&file));
            store::mark_removed(tx, id).await
        })
        .await?;
    }
    Ok(())
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
            if !crate::data::tx::try_advisory_lock(tx, MAKING + 1).await?
                || !backup::is_due(now, came, store::last_scheduled(tx, now).await?)
            {
                return Ok(());
            }
            ask(tx, BackupId::new(), Cause::Scheduled).await
        })
        .await?;
    }
    work_off(app).await?;
    take_up(app).await
}

/// Files in the folder that no row tells of: somebody put them there, or they are younger than the data that was restored.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take_up(app: &App) -> crate::web::Result<()> {
    let Some(vault) = app.vault() else {
        return Ok(());
    };
    let known: Vec<String> = store::kept(app.db())
        .await?
        .into_iter()
        .filter_map(|backup| backup.file)
        .collect();
    for found in in_folder(&vault.folder) {
        if known.contains(&found.file) {
            continue;
        }
        let found = &found;
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            if store::insert_found(tx, found).await? {
                tx.journal(
                    Entry::new("backup.found", "backup", found.manifest.id).after(&found.file),
                );
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// What the manifests in the folder tell, the oldest first; files without one are left alone.
pub(super) fn in_folder(folder: &Path) -> Vec<Finished> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<Finished> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let told =
                backup::is_file_name(&name).then(|| archive::told_beside(folder, &name))??;
            (told.file == name).then_some(told)
        })
        .collect();
    found.sort_by_key(|finished| finished.manifest.made_at);
    found
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
            let youngest = kept.iter().rev().find_map(|backup| backup.file.clone());
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
    let row = kept
        .iter()
        .find(|backup| backup.file.as_ref() == Some(&file));
    if let Some(row) = row {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::mark_checking(tx, row.id).await
        })
        .await
        .map_err(in_words)?;
    }
    let began = Instant::now();
    let proved = prove(vault, &file, app.clock().now()).await;
    turn.over().await?;
    if let Some(row) = row {
        let (id, failure) = (
            row.id,
            proved
                .as_ref()
                .err()
                .map(|failure| in_plain_words(failure, vault)),
        );
        let (failure, took) = (failure.as_deref(), milliseconds(began));
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::mark_checked(tx, id, failure, took).await
        })
        .await
        .map_err(in_words)?;
    }
    Ok((file, proved?))
}

/// Saves what is there before something else is put in its place; there may be no row to tell of it any more afterwards,
/// and it is taken up from the folder.
pub(super) async fn save(vault: &Vault, now: OffsetDateTime) -> Result<Finished> {
    make(vault, BackupId::new(), now).await
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

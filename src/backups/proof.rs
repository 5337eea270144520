//! The proof: a backup restored beside the data, counted and compared.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use super::archive::{self, Into, Unpacked};
use super::backup::{Finished, Manifest};
use super::contents;
use super::room::NoRoom;
use super::vault::Vault;

/// What the databases are called in which the backups of this one are proved: the server may hold several cafés.
pub(super) async fn proofs_of(db: &DatabaseConnection) -> Result<String> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT concat('pos_proof_', oid, '_') AS name FROM pg_database WHERE datname = current_database()",
    );
    let row = db.query_one_raw(asked).await?.context("no answer")?;
    Ok(row.try_get("", "name")?)
}

/// Restores a file into a database of its own, and compares what is in it then with what it says of itself, and with what
/// stands beside it.
///
/// # Errors
/// What is wrong with it, or why it cannot be said.
pub(super) async fn prove(vault: &Vault, file: &str, now: OffsetDateTime) -> Result<Manifest> {
    let beside = archive::told_beside(&vault.folder, file);
    let proved = look_at(vault, file, beside.as_ref()).await;
    let proved_at = match &proved {
        Ok(_) => Some(now),
        Err(why) if !is_about_the_file(why) => return proved,
        Err(_) => None,
    };
    if let Some(beside) = beside {
        let beside = Finished {
            proved_at,
            ..beside
        };
        let folder = vault.folder.clone();
        spawn_blocking(move || archive::write_beside(&folder, &beside)).await??;
    }
    proved
}

/// What kept a file from being proved that has nothing to do with the file.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct NotNow(anyhow::Error);

/// Whether a proof failed because of what is in the file, and not because there was no room, no database or no passphrase.
pub(super) fn is_about_the_file(failure: &anyhow::Error) -> bool {
    let no_room = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull)
    };
    let told = format!("{failure:#}");
    !(failure.is::<NotNow>()
        || failure.is::<NoRoom>()
        || failure.chain().any(no_room)
        || told.contains("No space left on device")
        || told.contains("BACKUP_PASSPHRASE"))
}

async fn look_at(vault: &Vault, file: &str, beside: Option<&Finished>) -> Result<Manifest> {
    let workplace = vault.workplace().map_err(NotNow)?;
    let dump = workplace.path().join("database.dump");
    let packed = vault.folder.join(file);
    vault.room_among_the_backups(tokio::fs::metadata(&packed).await.map_or(0, |it| it.len()))?;
    let unpacked = unpack(vault, &packed, Some(&dump), None).await?;
    if let Some(beside) = beside {
        ensure!(
            (beside.bytes, &beside.sha256) == (unpacked.bytes, &unpacked.sha256),
            "{file} is not the file that was made: its checksum differs"
        );
    }
    let manifest = unpacked.manifest;
    let door = vault.connect(None).await.map_err(NotNow)?;
    let database = format!("{}{:08x}", proofs_of(&door).await?, rand::random::<u32>());
    let outcome = async {
        vault.room_beside_the_data(taken_by_a_proof(&door).await.map_err(NotNow)?)?;
        door.execute_unprepared(&format!("CREATE DATABASE {database} TEMPLATE template0"))
            .await
            .context("A backup is proved in a database of its own, and this one's user may not make one (GRANT it CREATEDB)")
            .map_err(NotNow)?;
        let restored = restored_equals(vault, &database, &dump, &manifest);
        vault.while_there_is_room_beside_the_data(restored).await
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

/// What the disk of the data has to take meanwhile, in bytes: the data once more, and what Postgres logs of it until its next
/// checkpoint. With a million orders that was 8.4 GB and at most half as much again.
async fn taken_by_a_proof(db: &DatabaseConnection) -> Result<u64> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT pg_database_size(current_database()) * 3 / 2 AS bytes",
    );
    let row = db.query_one_raw(asked).await?.context("no answer")?;
    Ok(u64::try_from(row.try_get::<i64>("", "bytes")?)?)
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

/// Reads a whole file: see [`archive::unpack`].
pub(super) async fn unpack(
    vault: &Vault,
    file: &Path,
    dump: Option<&Path>,
    uploads: Option<&Path>,
) -> Result<Unpacked> {
    let file = file.to_owned();
    let (dump, uploads) = (dump.map(Path::to_owned), uploads.map(Path::to_owned));
    let passphrase = vault.passphrase.clone();
    spawn_blocking(move || {
        let into = Into {
            dump: dump.as_deref(),
            uploads: uploads.as_deref(),
        };
        archive::unpack(&file, passphrase.as_ref(), into)
    })
    .await?
}

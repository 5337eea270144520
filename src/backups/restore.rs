//! Putting a backup in the place of the data.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;
use time::OffsetDateTime;

use super::backup::Manifest;
use super::contents::{self, Moment};
use super::make::save;
use super::proof::unpack;
use super::vault::{Turn, Vault};
use crate::data::{Entry, Tx};
use crate::values::rfc3339;

/// A backup that was looked through and may be restored here.
pub struct Ready {
    /// What it holds.
    pub manifest: Manifest,
    workplace: tempfile::TempDir,
    turn: Turn,
}

/// Looks through a file and at the database, and changes nothing.
///
/// # Errors
/// A sentence that says why it cannot be restored here: what is wrong with the file, that it is of a newer version
/// (`known` are the migrations of this one), that somebody works with the database, or that there is data in it and
/// `replace` was not said.
pub async fn prepare(vault: &Vault, file: &Path, known: &[String], replace: bool) -> Result<Ready> {
    let workplace = vault.workplace()?;
    let dump = workplace.path().join("database.dump");
    let manifest = unpack(vault, file, Some(&dump), None).await?.manifest;
    let newer: Vec<&String> = manifest
        .migrations
        .iter()
        .filter(|one| !known.contains(one))
        .collect();
    ensure!(
        newer.is_empty(),
        "The backup was made by a newer version of this program ({}): restore it with that version",
        manifest.program
    );
    ensure!(
        manifest.schema == vault.schema(),
        "The backup holds the schema {} and this database is set up for {}: write ?schema={} into DATABASE_URL",
        manifest.schema,
        vault.schema(),
        manifest.schema
    );
    let turn = Turn::taken(vault)
        .await?
        .context("A backup is being made at this moment: wait for its end")?;
    let db = vault.connect(None).await?;
    let allowed = may_be_replaced(vault, &db, replace).await;
    db.close().await?;
    allowed?;
    Ok(Ready {
        manifest,
        workplace,
        turn,
    })
}

async fn may_be_replaced(vault: &Vault, db: &DatabaseConnection, replace: bool) -> Result<()> {
    let at_work = at_work(db).await?;
    ensure!(
        at_work == 0,
        "cafe-pos serves on this database ({at_work} connections): stop it first, every instance"
    );
    if !replace && !is_empty(vault, db).await? {
        bail!(
            "There is data in the database: say --replace to put the backup in its place; it is backed up first"
        );
    }
    Ok(())
}

/// Saves what is in the database, if anything is; answers the file's name.
///
/// # Errors
/// When no backup of it can be made: then nothing may be put in its place.
pub async fn save_first(vault: &Vault, now: OffsetDateTime) -> Result<Option<String>> {
    let db = vault.connect(None).await?;
    let empty = is_empty(vault, &db).await;
    db.close().await?;
    if empty? {
        return Ok(None);
    }
    let saved = save(vault, now).await;
    let saved =
        saved.context("What is there could not be backed up, so nothing was put in its place")?;
    Ok(Some(saved.file))
}

/// How many connections the program has there besides ours.
async fn at_work(db: &DatabaseConnection) -> Result<i64> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'cafe-pos' AND pid <> pg_backend_pid()",
    );
    let row = db.query_one_raw(asked).await?.context("no answer")?;
    Ok(row.try_get_by_index(0)?)
}

/// Whether nothing is in the schema but what migrations leave there.
pub(super) async fn is_empty(vault: &Vault, db: &DatabaseConnection) -> Result<bool> {
    let found = contents::contents(db, vault.schema()).await?;
    Ok(found
        .0
        .iter()
        .all(|(table, it)| it.rows == 0 || made_by_migrations(table)))
}

/// Tables in which a migration itself writes rows.
fn made_by_migrations(table: &str) -> bool {
    matches!(table, "seaql_migrations" | "menu_version")
}

/// What is done in the restored café before anybody works in it again: everybody signs in anew, because whoever was sent
/// out since that backup must not be in again, and the log says that it was restored.
///
/// # Errors
/// When the database refuses.
pub async fn settle(tx: &mut Tx, manifest: &Manifest) -> crate::web::Result<()> {
    crate::staff::send_everybody_out(tx).await?;
    let facts = json!({ "made_at": rfc3339(manifest.made_at), "program": manifest.program, "rows": manifest.contents.rows() });
    tx.journal(Entry::new("backup.restored", "backup", manifest.id).after(facts));
    Ok(())
}

/// Puts it in the place of what is there, all or nothing, and compares what is there then with what the backup says.
///
/// # Errors
/// What the database says; then it is as it was before. Where only the comparison fails, the data is there and the
/// sentence says what differs.
pub async fn restore(vault: &Vault, file: &Path, ready: Ready) -> Result<Manifest> {
    let Ready {
        manifest,
        workplace,
        turn,
    } = ready;
    let dump = workplace.path().join("database.dump");
    // Somebody may have started it while what was there was being saved.
    let db = vault.connect(None).await?;
    let at_work = at_work(&db).await;
    db.close().await?;
    ensure!(
        at_work? == 0,
        "cafe-pos was started on this database meanwhile: stop it, every instance, and begin again; nothing was changed"
    );
    let restored = vault.programs.restore(&manifest.schema, &dump, true);
    vault.while_there_is_room_beside_the_data(restored).await?;
    let db = vault.connect(None).await?;
    let found = async {
        let moment = Moment::now(&db).await?;
        let found = moment.contents(&manifest.schema).await?;
        moment.over().await?;
        Ok::<_, anyhow::Error>(found)
    }
    .await;
    db.close().await?;
    let differences = manifest.contents.differences(&found?);
    ensure!(
        differences.is_empty(),
        "The backup was restored, but it is not what it says of itself: {}",
        differences.join("; ")
    );
    // Pictures last: those that are there already stay, and what refers to them is there by now.
    unpack(vault, file, None, Some(&vault.uploads))
        .await
        .context("The data was restored, but not all of the pictures")?;
    turn.over().await?;
    Ok(manifest)
}

//! Making the file.

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use super::archive;
use super::backup::{self, FORMAT, Finished, Manifest};
use super::contents::Moment;
use super::vault::Vault;
use crate::values::BackupId;

/// Writes the file: the tables and their dump at one and the same moment, then the pictures.
pub(super) async fn make(vault: &Vault, id: BackupId, now: OffsetDateTime) -> Result<Finished> {
    let workplace = vault.workplace()?;
    let dump = workplace.path().join("database.dump");
    let schema = vault.schema();
    let db = vault.connect(None).await?;
    let dumped = async {
        let moment = Moment::now(&db).await?;
        let migrations = moment.migrations(schema).await?;
        ensure!(!migrations.is_empty(), "The schema {schema} holds no café");
        let contents = moment.contents(schema).await?;
        archive::create(&dump)?;
        let dumped = vault.programs.dump(schema, &moment.name, &dump);
        vault.while_there_is_room_among_the_backups(dumped).await?;
        moment.over().await?;
        Ok((migrations, contents, version(&db).await?))
    }
    .await;
    db.close().await?;
    let (migrations, contents, postgres) = dumped?;
    let (folder, uploads) = (vault.folder.clone(), vault.uploads.clone());
    let (schema, passphrase) = (schema.to_owned(), vault.passphrase.clone());
    let vault = vault.clone();
    spawn_blocking(move || {
        let pictures = archive::uploads_in(&uploads)?;
        let (dump_bytes, dump_sha256) = archive::measure(&dump)?;
        let lengths = pictures
            .iter()
            .filter_map(|it| uploads.join(it).metadata().ok());
        let lengths: u64 = lengths.map(|it| it.len()).sum();
        vault.room_among_the_backups(dump_bytes + lengths)?;
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
            &backup::file_name(now, id, passphrase.is_some()),
            manifest,
            &dump,
            (&uploads, &pictures),
            passphrase.as_ref(),
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

/// Saves what is there before something else is put in its place; there may be no row to tell of it any more afterwards,
/// and it is taken up from the folder.
pub(super) async fn save(vault: &Vault, now: OffsetDateTime) -> Result<Finished> {
    make(vault, BackupId::new(), now).await
}

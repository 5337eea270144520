//! Where backups are kept, what they are made with, and whose turn it is.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use super::copies::Place;
use super::programs::Programs;
use crate::config::Secret;

/// The session's advisory lock of whoever makes or proves backups.
pub(super) const MAKING: i64 = 0x00CA_FE90_5000_0002;
/// That of whoever asks for the scheduled one.
pub(super) const ASKING: i64 = MAKING + 1;
/// That of whoever copies them to other places: a slow line must not keep the next one from being made.
pub(super) const COPYING: i64 = MAKING + 2;
/// What those are called that are coming in: uploads, and copies that are brought back.
pub(super) const LANDING: &str = ".landing-";

/// Where everything is that a backup is made of, and where it goes.
#[derive(Debug, Clone)]
pub struct Vault {
    /// Postgres' programs, and the café's database.
    pub programs: Programs,
    /// A folder on the disk that the database is on; `None` where that is another machine's, or nobody said.
    pub data: Option<PathBuf>,
    /// Where the files are.
    pub folder: PathBuf,
    /// Where the pictures are.
    pub uploads: PathBuf,
    /// What files are encrypted with, if they are.
    pub passphrase: Option<Secret>,
    /// Where copies go.
    pub places: Vec<Place>,
}

impl Vault {
    pub(super) fn schema(&self) -> &str {
        self.programs.url().schema().unwrap_or("public")
    }

    /// A folder for what is needed only meanwhile, on the disk of the backups: it can be large.
    pub(super) fn workplace(&self) -> Result<tempfile::TempDir> {
        self.place_for(".work-")
    }

    /// The same for a file that is being uploaded.
    pub(super) fn landing(&self) -> Result<tempfile::TempDir> {
        self.place_for(LANDING)
    }

    fn place_for(&self, prefix: &str) -> Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("The folder {} cannot be made", self.folder.display()))?;
        let workplace = tempfile::Builder::new()
            .prefix(prefix)
            // What lies in there is readable: the dump as it is before it is encrypted.
            .permissions(Permissions::from_mode(0o700))
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
            // Locks go with the connection, and a dump may take longer than a pool lets one rest.
            .idle_timeout(None)
            .max_lifetime(None)
            .set_application_name("cafe-pos backup");
        Ok(Database::connect(options).await?)
    }
}

/// Whoever holds it is the only one who makes backups (or copies them), whatever the number of instances.
pub(super) struct Turn(pub(super) DatabaseConnection);

impl Turn {
    /// The turn to make backups, unless somebody else has it.
    pub(super) async fn taken(vault: &Vault) -> Result<Option<Self>> {
        Self::of(vault, MAKING).await
    }

    /// The turn of this number, unless somebody else has it.
    pub(super) async fn of(vault: &Vault, number: i64) -> Result<Option<Self>> {
        let db = vault.connect(None).await?;
        let asked = Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT pg_try_advisory_lock($1) AS mine",
            [number.into()],
        );
        let row = db.query_one_raw(asked).await?.context("no answer")?;
        Ok(row.try_get::<bool>("", "mine")?.then_some(Self(db)))
    }

    /// Gives it back: the lock goes with the connection.
    pub(super) async fn over(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

//! Reaching the database: the server of `DATABASE_URL`, or the private Postgres.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, RuntimeErr, Statement,
};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::backups::{Place, Programs, Vault};
use crate::config::{Config, DatabaseSetting, DatabaseUrl};
use crate::data::connect;
use crate::data::private_postgres::{Door, Health, Held, Options, PrivatePostgres};

/// The private cluster's database.
const DATABASE: &str = "pos";
/// After a reboot the database's machine may come up after ours.
const SERVER_ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The time for queries under way when the pool is closed.
const LETS_GO_WITHIN: Duration = Duration::from_millis(500);
const OLDEST_VERSION: i32 = 140_000;

/// A database that is ready for work.
#[derive(Debug)]
pub struct Opened {
    /// The pool that requests share.
    pub db: DatabaseConnection,
    url: DatabaseUrl,
    private: Option<Held>,
}

impl Opened {
    /// The address, for connections of a command's own.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Where the private Postgres is reached, and its programs are; `None` with a server.
    pub fn private_door(&self) -> Option<&Door> {
        self.private.as_ref().map(Held::door)
    }

    /// Where this database's backups are kept, and the programs that make them.
    ///
    /// # Errors
    /// When the authorities behind certificates cannot be read, and copies go to a bucket.
    pub fn vault(&self, config: &Config) -> anyhow::Result<Vault> {
        let folder = self.private_door().map(|door| door.bin_dir().to_owned());
        Ok(Vault {
            programs: Programs::new(folder, self.url.clone()),
            data: config.database_disk.clone(),
            folder: config.backup_dir.clone(),
            uploads: config.upload_dir.clone(),
            passphrase: config.backups.passphrase.clone(),
            places: Place::of(&config.backups)?,
        })
    }

    /// Follows how our private Postgres is doing; `None` when somebody else runs the database.
    pub fn health(&self) -> Option<watch::Receiver<Health>> {
        match &self.private {
            Some(Held::Started(postgres)) => Some(postgres.health()),
            _ => None,
        }
    }

    /// Waits until our private Postgres has died too often to be started again. Never returns
    /// when somebody else runs the database.
    pub async fn gone(&self) {
        match &self.private {
            Some(Held::Started(postgres)) => postgres.gone().await,
            _ => std::future::pending().await,
        }
    }

    /// Lets go of the connections, and stops the private Postgres if it is ours.
    ///
    /// # Errors
    /// When the pool cannot be closed.
    pub async fn close(self) -> anyhow::Result<()> {
        // A query that hangs must not hold up the end; Postgres rolls back what its client leaves.
        let closed = timeout(LETS_GO_WITHIN, self.db.close())
            .await
            .unwrap_or(Ok(()));
        if let Some(private) = self.private {
            spawn_blocking(move || private.stop()).await?;
        }
        Ok(closed?)
    }
}

/// Opens the database for a command: while `serve` runs on the private Postgres, through its
/// socket; otherwise the private Postgres is started, for as long as the command takes. A server
/// has to answer at once.
///
/// # Errors
/// One line that says why it cannot be reached and what to do.
pub async fn open(config: &Config) -> anyhow::Result<Opened> {
    let opened = open_as_it_is(config).await?;
    ensure_schema(&opened).await?;
    Ok(opened)
}

/// The same for whoever only looks: a schema that is not there is not made.
///
/// # Errors
/// As [`open`].
pub async fn open_as_it_is(config: &Config) -> anyhow::Result<Opened> {
    match &config.database {
        DatabaseSetting::Server(url) => open_server(url, Duration::ZERO).await,
        DatabaseSetting::Private { .. } => {
            let options = private_options(config);
            let held = spawn_blocking(move || Held::attach_or_start(options)).await??;
            open_private(held).await
        }
    }
}

/// Opens the database for `serve`, which holds the private Postgres alone, and waits for a server
/// that is not up yet.
///
/// # Errors
/// As [`open`], and when another `serve` holds the folder.
pub async fn open_alone(config: &Config) -> anyhow::Result<Opened> {
    match &config.database {
        DatabaseSetting::Server(url) => {
            let opened = open_server(url, SERVER_ANSWERS_WITHIN).await?;
            ensure_schema(&opened).await?;
            Ok(opened)
        }
        DatabaseSetting::Private { .. } => {
            let options = private_options(config);
            let postgres = spawn_blocking(move || PrivatePostgres::start(options)).await??;
            open_private(Held::Started(postgres)).await
        }
    }
}

fn private_options(config: &Config) -> Options {
    let (folder, programs) = match &config.database {
        DatabaseSetting::Private { folder, programs } => (folder.clone(), programs.clone()),
        DatabaseSetting::Server(_) => (config.data_dir.join("postgres"), None),
    };
    Options {
        programs,
        ..Options::durable(folder)
    }
}

async fn open_private(held: Held) -> anyhow::Result<Opened> {
    held.door()
        .ensure_database(DATABASE)
        .await
        .context("The database could not be made")?;
    let url = DatabaseUrl::known(&held.door().url(DATABASE));
    let mut options = pool(&url);
    if let Held::Started(postgres) = &held {
        forget_connections_of_former_lives(&mut options, postgres.health());
    }
    let db = Database::connect(options)
        .await
        .context("The private Postgres does not answer")?;
    Ok(Opened {
        db,
        url,
        private: Some(held),
    })
}

async fn open_server(url: &DatabaseUrl, patience: Duration) -> anyhow::Result<Opened> {
    let db = answering(url, patience).await.with_context(|| {
        format!(
            "The database {} of DATABASE_URL cannot be reached",
            url.place()
        )
    })?;
    let version = Statement::from_string(
        db.get_database_backend(),
        "SELECT current_setting('server_version_num')::int",
    );
    let version: i32 = db
        .query_one_raw(version)
        .await?
        .context("Postgres gave no version")?
        .try_get_by_index(0)?;
    if version < OLDEST_VERSION {
        bail!(
            "The database {} of DATABASE_URL is Postgres {}, but 14 or newer is needed",
            url.place(),
            version / 10_000
        );
    }
    Ok(Opened {
        db,
        url: url.clone(),
        private: None,
    })
}

/// Tries again while nobody answers at all; a refusal (wrong password, no such database) is final.
async fn answering(url: &DatabaseUrl, patience: Duration) -> Result<DatabaseConnection, DbErr> {
    let given_up = Instant::now() + patience;
    loop {
        match Database::connect(pool(url)).await {
            Err(error) if Instant::now() < given_up && nobody_answered(&error) => {
                tracing::warn!(
                    "The database {} does not answer yet, trying again: {error}",
                    url.place()
                );
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
}

fn nobody_answered(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error::{Io, PoolTimedOut};
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error)) => matches!(**error, Io(_) | PoolTimedOut),
        DbErr::ConnectionAcquire(_) => true,
        _ => false,
    }
}

/// Makes the schema that the address names, if it names one.
async fn ensure_schema(opened: &Opened) -> anyhow::Result<()> {
    let Some(schema) = opened.url.schema() else {
        return Ok(());
    };
    make_schema(&opened.db, schema)
        .await
        .with_context(|| format!("The schema {schema} of DATABASE_URL could not be made"))
}

async fn make_schema(db: &DatabaseConnection, schema: &str) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let found = Statement::from_sql_and_values(
        backend,
        "SELECT 1 FROM pg_namespace WHERE nspname = $1",
        [schema.into()],
    );
    // Asked first, because the right to make schemas is not needed where it is there.
    if db.query_one_raw(found).await?.is_none() {
        db.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))
            .await?;
    }
    Ok(())
}

fn pool(url: &DatabaseUrl) -> ConnectOptions {
    let mut options = url.connect_options();
    connect::tune(&mut options, connect::POOL);
    options
}

/// When the private Postgres comes back from a death, each connection of its former life would
/// cost one request an error; the pool makes new ones instead.
fn forget_connections_of_former_lives(
    options: &mut ConnectOptions,
    health: watch::Receiver<Health>,
) {
    options.map_sqlx_postgres_before_acquire(move |_, connection| {
        let alive = match *health.borrow() {
            Health::Up { since } => connection.age <= since.elapsed(),
            Health::Down | Health::Gone => false,
        };
        Box::pin(async move { Ok(alive) })
    });
}

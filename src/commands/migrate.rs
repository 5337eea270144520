//! `migrate`: the schema, up, down and as it stands. Any number of instances may start at once:
//! one migrates, the others wait for it.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use migration::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use sea_orm_migration::MigratorTrait;

use super::database::{self, Opened};
use crate::config::{AppEnv, Config, DatabaseUrl};

/// Any number will do, as long as nothing else in this database takes the same.
const LOCK: i64 = 0x00CA_FE90_5000_0001;

/// Which migrations the database has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Ours that it has, in order.
    pub applied: Vec<String>,
    /// Ours that it lacks, in order.
    pub pending: Vec<String>,
    /// Those it has that we do not know: a newer version of this program made them.
    pub unknown: Vec<String>,
}

/// What bringing the schema up to date came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Up {
    /// Applied just now, in order.
    pub applied: Vec<String>,
    /// Those of a newer version, which the database has on top of all of ours: we can work with it, because a version's
    /// migrations keep the one before working while the new one is rolled out.
    pub newer: Vec<String>,
}

/// Brings the schema up to date, under a lock that all instances share.
///
/// # Errors
/// When the database has a schema newer than ours that also lacks something of ours, or a
/// migration fails; a migration that fails leaves nothing behind.
pub async fn up(url: &DatabaseUrl) -> anyhow::Result<Up> {
    alone(url, async |db| {
        let before = standing(db).await?;
        if before.pending.is_empty() {
            return Ok(Up {
                applied: before.pending,
                newer: before.unknown,
            });
        }
        if !before.unknown.is_empty() {
            bail!(
                "The database was made by another version of this program: it has {} and lacks {}",
                before.unknown.join(", "),
                before.pending.join(", ")
            );
        }
        Migrator::up(db, None)
            .await
            .context("A migration failed and was undone")?;
        Ok(Up {
            applied: before.pending,
            newer: Vec::new(),
        })
    })
    .await
}

/// Undoes the newest migrations, with the data in their tables.
///
/// # Errors
/// When one cannot be undone, or a newer version has added to the schema.
pub async fn down(url: &DatabaseUrl, steps: u32) -> anyhow::Result<Vec<String>> {
    alone(url, async |db| {
        let before = standing(db).await?;
        if !before.unknown.is_empty() {
            bail!(
                "The schema is newer than this program: {} can only be undone by the version that made it",
                before.unknown.join(", ")
            );
        }
        let undone = before
            .applied
            .into_iter()
            .rev()
            .take(steps as usize)
            .collect();
        Migrator::down(db, Some(steps))
            .await
            .context("A migration could not be undone")?;
        Ok(undone)
    })
    .await
}

/// Which migrations the database has; changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(db: &impl ConnectionTrait) -> Result<Standing, DbErr> {
    let ours: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let theirs = recorded(db).await?;
    let (applied, pending) = ours.iter().cloned().partition(|name| theirs.contains(name));
    let unknown = theirs
        .into_iter()
        .filter(|name| !ours.contains(name))
        .collect();
    Ok(Standing {
        applied,
        pending,
        unknown,
    })
}

async fn recorded(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    let backend = db.get_database_backend();
    let made = "SELECT to_regclass('seaql_migrations') IS NOT NULL";
    let made = db
        .query_one_raw(Statement::from_string(backend, made))
        .await?;
    if !made.map_or(Ok(false), |row| row.try_get_by_index(0))? {
        return Ok(BTreeSet::new());
    }
    let names = Statement::from_string(backend, "SELECT version FROM seaql_migrations");
    db.query_all_raw(names)
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect()
}

/// Works on one connection of its own, which holds the lock and goes away with it.
async fn alone<T>(
    url: &DatabaseUrl,
    work: impl AsyncFnOnce(&DatabaseConnection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut options = url.connect_options();
    // A pool of one that never changes its connection: the lock belongs to the connection.
    options
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    let db = Database::connect(options).await?;
    db.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})"))
        .await?;
    let done = work(&db).await;
    db.close().await?;
    done
}

/// `cafe-pos migrate up`.
///
/// # Errors
/// As [`up`], when the database cannot be opened, and when its schema is newer than ours: whoever calls this wants the
/// schema of this version.
pub async fn run_up(config: &Config) -> anyhow::Result<()> {
    with_database(config, async |opened| {
        let Up { applied, newer } = up(opened.url()).await?;
        if !newer.is_empty() {
            bail!(
                "The schema is newer than this program, which lacks {}: nothing was changed; call the newer version",
                newer.join(", ")
            );
        }
        match applied.as_slice() {
            [] => println!("Nothing to do: the schema is up to date."),
            done => done.iter().for_each(|name| println!("applied  {name}")),
        }
        Ok(())
    })
    .await
}

/// `cafe-pos migrate down`.
///
/// # Errors
/// As [`down`], when the database cannot be opened, and in production unless `lose_data` is set.
pub async fn run_down(config: &Config, steps: u32, lose_data: bool) -> anyhow::Result<()> {
    if config.app_env == AppEnv::Production && !lose_data {
        bail!("In production this would lose the café's data: make a backup, then say --lose-data");
    }
    with_database(config, async |opened| {
        match down(opened.url(), steps).await?.as_slice() {
            [] => println!("Nothing to do: no migration is applied."),
            undone => undone.iter().for_each(|name| println!("undone   {name}")),
        }
        Ok(())
    })
    .await
}

/// `cafe-pos migrate status`.
///
/// # Errors
/// When the database cannot be opened.
pub async fn run_status(config: &Config) -> anyhow::Result<()> {
    with_database(config, async |opened| {
        let standing = standing(&opened.db).await?;
        for (word, names) in [
            ("applied", standing.applied),
            ("pending", standing.pending),
            ("unknown", standing.unknown),
        ] {
            names.iter().for_each(|name| println!("{word}  {name}"));
        }
        Ok(())
    })
    .await
}

async fn with_database(
    config: &Config,
    work: impl AsyncFnOnce(&Opened) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let done = work(&opened).await;
    opened.close().await?;
    done
}

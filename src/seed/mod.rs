//! The house a café starts with, so that it can sell on its first evening: its people, terminals and
//! tables, its stations, and a menu. With the demo, a month of trade besides.
//!
//! Every id is made from a name that never changes, so seeding again finds what is there: it adds what
//! is missing and touches nothing else. What the café renamed, repriced, hid or gave a new password
//! stays as it is.

pub mod demo;
pub mod floor;
mod house;
pub mod menu;
pub mod people;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

pub use people::{NewPerson, Passwords};

/// Taken for the time of seeding, so that two programs that start together do not both seed.
const LOCK: i64 = 0x0063_6166_6573_6565;

/// What was added. Nothing, where all of it was there.
#[derive(Debug, Default)]
pub struct Seeded {
    /// People who were added, with the passwords they sign in with the first time.
    pub people: Vec<NewPerson>,
    /// How many other rows were added.
    pub rows: u64,
}

impl Seeded {
    /// Everything was there already.
    pub fn is_nothing(&self) -> bool {
        self.people.is_empty() && self.rows == 0
    }
}

/// Why nothing was seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A password could not be hashed.
    #[error("a password could not be hashed: {0}")]
    Hash(String),
    /// A month of invented trade has no place among real money.
    #[error("The demo month is not added in production (APP_ENV=production)")]
    DemoInProduction,
    /// The demo trades with the seeded people, terminals, tables and menu.
    #[error(
        "The demo month needs the seeded people, terminals, tables and menu, and some of them are not there"
    )]
    NotSeeded,
    /// The menu or the settings.
    #[error("the house cannot be read: {0}")]
    Unreadable(String),
    /// An order of the demo does what no order may do: a defect of the demo.
    #[error("the demo month breaks a rule of the till: {0}")]
    Rule(#[from] crate::orders::OrderRefusal),
    /// A query failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Adds what is missing of the house, all of it or nothing.
///
/// # Errors
/// A failed query; then nothing was added.
pub async fn seed(
    db: &DatabaseConnection,
    passwords: Passwords,
    now: OffsetDateTime,
) -> Result<Seeded, SeedError> {
    let tx = db.begin().await?;
    lock(&tx).await?;
    let seeded = house::furnish(&tx, passwords, now).await?;
    tx.commit().await?;
    Ok(seeded)
}

/// Adds the house where nobody works yet, for a program that starts on its own Postgres. Answers nothing where
/// somebody does.
///
/// # Errors
/// A failed query; then nothing was added.
pub async fn seed_if_empty(
    db: &DatabaseConnection,
    passwords: Passwords,
    now: OffsetDateTime,
) -> Result<Option<Seeded>, SeedError> {
    let tx = db.begin().await?;
    lock(&tx).await?;
    if !house::is_empty(&tx).await? {
        return Ok(None);
    }
    let seeded = house::furnish(&tx, passwords, now).await?;
    tx.commit().await?;
    Ok(Some(seeded))
}

/// Whether nobody works here yet.
///
/// # Errors
/// A failed query.
pub async fn is_empty(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    house::is_empty(db).await
}

/// One seeding at a time. It holds nobody up, and between its statements it hashes passwords, which on a small machine takes
/// longer than a transaction may otherwise stand still (data/connect.rs).
async fn lock(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    tx.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0")
        .await?;
    tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
        .await?;
    Ok(())
}

/// The id of something that the seed knows by a name, the same on every machine: the name's SHA-256 as a UUID of
/// version 8 (RFC 9562).
fn id_of<Id: From<Uuid>>(kind: &str, key: &str) -> Id {
    let digest = Sha256::digest(format!("cafe-pos seed/{kind}/{key}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_on_every_machine_and_valid() {
        let id = |kind, key| -> Uuid { id_of(kind, key) };
        let cappuccino = id("product", "111");
        assert_eq!(cappuccino, id("product", "111"));
        assert_ne!(cappuccino, id("product", "112"));
        assert_ne!(cappuccino, id("modifier", "111"));
        assert_eq!(
            (cappuccino.get_version_num(), cappuccino.get_variant()),
            (8, uuid::Variant::RFC4122)
        );
    }
}

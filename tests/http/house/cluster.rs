//! The cluster of the run: one Postgres of its own, a template that was migrated and seeded once, and its clones.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use cafe_pos::data::connect;
use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use cafe_pos::seed::{self, Passwords};
use cafe_pos::values::Clock;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigratorTrait;
use tokio::sync::OnceCell;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(1);

pub struct Cluster {
    pub postgres: PrivatePostgres,
}

impl Cluster {
    /// One for the whole run. It dies with this process, and the next run begins with an empty folder.
    pub async fn running() -> &'static Cluster {
        CLUSTER
            .get_or_init(|| async {
                let folder = folder();
                let _ = fs::remove_dir_all(&folder);
                let postgres = tokio::task::spawn_blocking(move || {
                    PrivatePostgres::start(Options::throwaway(folder))
                })
                .await
                .expect("a thread")
                .expect("Postgres");
                let cluster = Cluster { postgres };
                cluster.make_template().await;
                cluster
            })
            .await
    }

    async fn make_template(&self) {
        self.postgres
            .door()
            .ensure_database("template")
            .await
            .expect("the template");
        let db = connect::connect(&self.postgres.url("template"), 2)
            .await
            .expect("the template");
        migration::Migrator::up(&db, None)
            .await
            .expect("the schema");
        seed::seed(&db, Passwords::Known, Clock::real().now())
            .await
            .expect("the seed");
        // Everybody has chosen a password: what comes before that is for the tests of signing in.
        db.execute_unprepared("UPDATE staff SET must_change_password = false")
            .await
            .expect("the staff");
        db.close().await.expect("closed");
    }

    pub async fn database(&self) -> DatabaseConnection {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let door = connect::connect(&self.postgres.url("postgres"), 1)
            .await
            .expect("a door");
        // Cloning holds the template for itself: two at a time wait for each other.
        for tried in 0.. {
            let made = door
                .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template"))
                .await;
            match made {
                Ok(_) => break,
                Err(busy) if tried < 200 => {
                    assert!(busy.to_string().contains("being accessed"), "{busy}");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Err(failure) => panic!("{failure}"),
            }
        }
        door.close().await.expect("closed");
        connect::connect(&self.postgres.url(&name), 8)
            .await
            .expect("a database")
    }
}

/// A folder that Postgres' own account can reach, one for each checkout.
fn folder() -> PathBuf {
    let checkout = env!("CARGO_MANIFEST_DIR");
    let number = checkout
        .bytes()
        .fold(5381u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
    std::env::temp_dir().join(format!("cafe-pos-http-{number:x}"))
}

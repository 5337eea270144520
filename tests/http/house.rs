//! The world of these tests: a café with its people, its menu and its devices that act.
//!
//! `House::open()` is a fresh café in a database of its own, cloned from a template that was migrated
//! and seeded once. A [`Device`] is a browser: it keeps its cookies and sends a key with every change.

mod answer;
mod browser;
mod cluster;

use std::collections::HashMap;
use std::sync::Arc;

use cafe_pos::app::App;
use cafe_pos::backups::{Place, Programs, Vault};
use cafe_pos::config::{Config, DatabaseUrl, Environment, Secret};
use cafe_pos::live::Live;
use cafe_pos::routes;
use cafe_pos::staff::session::Claims;
use cafe_pos::staff::{Role, session};
use cafe_pos::terminals::device;
use cafe_pos::values::{Clock, ClockHand, StaffId, TerminalId};
use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::{EndpointExt, Response};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use uuid::Uuid;

pub use self::answer::Answer;
pub use self::browser::{Device, filled_in, key, product_id};
use self::cluster::Cluster;

/// The secret that signs this café's sessions.
pub const SECRET: &str = "only for tests: sixteen or more";

/// What opens this café's figures from elsewhere.
pub const METRICS_TOKEN: &str = "only for tests: sixteen figures";

/// What a relay of this café's signs with.
pub const WEBHOOK_SECRET: &str = "only for tests: what a relay signs with";

/// People of the seeded café by their usernames.
pub const ADMIN: &str = "ruth";
pub const MANAGER: &str = "daniel";
pub const OTHER_MANAGER: &str = "irene";
pub const CASHIER: &str = "amina";
pub const OTHER_CASHIER: &str = "brian";
pub const WAITER: &str = "moses";
pub const OTHER_WAITER: &str = "joan";
pub const COOK: &str = "peter";
pub const BARTENDER: &str = "kevin";

/// Somebody of each role.
pub const EACH_ROLE: [(Role, &str); 6] = [
    (Role::Admin, ADMIN),
    (Role::Manager, MANAGER),
    (Role::Cashier, CASHIER),
    (Role::Waiter, WAITER),
    (Role::Kitchen, COOK),
    (Role::Bar, BARTENDER),
];

/// A café for one test.
pub struct House {
    pub app: App,
    pub db: DatabaseConnection,
    /// Moves the café's clock.
    pub hand: ClockHand,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
}

impl House {
    /// A fresh café.
    pub async fn open() -> House {
        Self::with(config()).await
    }

    /// A fresh café whose certificate, if any, a public authority made.
    pub async fn without_authority() -> House {
        let mut config = config();
        config.local_ca = None;
        Self::with(config).await
    }

    /// A fresh café whose environment says this too.
    pub async fn with_settings(more: &[(&str, &str)]) -> House {
        Self::with(config_with(more)).await
    }

    async fn with(config: Config) -> House {
        let db = Cluster::running().await.database().await;
        let (clock, hand) = Clock::with_hand();
        let app = App::new(
            db.clone(),
            clock,
            Live::in_memory(),
            config,
            Secret::new(SECRET),
        );
        let endpoint = Arc::new(routes::endpoint(app.clone()).map_to_response().boxed());
        House {
            app,
            db,
            hand,
            endpoint,
        }
    }

    /// The same café served by another instance, which hears of changes only from the database.
    pub fn another_instance(&self) -> House {
        self.served_with(self.app.config().clone())
    }

    /// The same with other settings.
    pub fn another_instance_with(&self, more: &[(&str, &str)]) -> House {
        self.served_with(config_with(more))
    }

    fn served_with(&self, config: Config) -> House {
        let app = App::new(
            self.db.clone(),
            self.app.clock().clone(),
            Live::in_memory(),
            config,
            Secret::new(SECRET),
        );
        let endpoint = Arc::new(routes::endpoint(app.clone()).map_to_response().boxed());
        House {
            app,
            db: self.db.clone(),
            hand: self.hand.clone(),
            endpoint,
        }
    }

    /// Where this café's database is reached, for the program as a command.
    pub async fn database_url(&self) -> String {
        let row = self.row("SELECT current_database() AS name", []).await;
        let name: String = row.try_get("", "name").expect("a name");
        Cluster::running().await.postgres.url(&name)
    }

    /// Backups are made, in this folder.
    pub async fn keep_backups_in(&self, folder: &std::path::Path) {
        self.keep_backups(folder, Vec::new()).await;
    }

    /// Backups are made, in this folder, and copied to the other.
    pub async fn keep_backups_in_and_copy_to(
        &self,
        folder: &std::path::Path,
        copies: &std::path::Path,
    ) {
        let place = Place::Folder(copies.to_owned());
        self.keep_backups(folder, vec![place]).await;
    }

    async fn keep_backups(&self, folder: &std::path::Path, places: Vec<Place>) {
        let database: String = self
            .row("SELECT current_database() AS name", [])
            .await
            .try_get("", "name")
            .expect("a name");
        let postgres = &Cluster::running().await.postgres;
        let url = DatabaseUrl::known(&postgres.url(&database));
        self.app.keep_backups_in(Vault {
            programs: Programs::new(Some(postgres.door().bin_dir().to_owned()), url),
            data: None,
            folder: folder.to_owned(),
            uploads: folder.join("no-uploads"),
            passphrase: None,
            places,
        });
    }

    /// A browser that nobody has signed in on.
    pub fn browser(&self) -> Device {
        Device {
            endpoint: Arc::clone(&self.endpoint),
            db: self.db.clone(),
            cookies: HashMap::new(),
        }
    }

    /// A browser on which this person is signed in.
    pub async fn person(&self, username: &str) -> Device {
        let row = self
            .row(
                "SELECT id, role, token_version FROM staff WHERE username = $1",
                [username.into()],
            )
            .await;
        let role: String = row.try_get("", "role").expect("a role");
        let claims = Claims::new(
            row.try_get::<StaffId>("", "id").expect("an id"),
            role.parse().expect("a role"),
            row.try_get("", "token_version").expect("a version"),
            self.app.clock().now(),
        );
        let mut device = self.browser();
        device.cookies.insert(
            session::COOKIE.to_owned(),
            claims.sign(SECRET).expect("a token"),
        );
        device
    }

    /// A person at a paired till of the seed: "Till 1", "Till 2" or "Floor tablet".
    pub async fn till(&self, username: &str, terminal: &str) -> Device {
        let mut device = self.person(username).await;
        device
            .cookies
            .insert(device::COOKIE.to_owned(), self.pair(terminal).await);
        device
    }

    /// Somebody who may take cash, with 50,000 counted into a pouch.
    pub async fn with_float(&self, username: &str) -> Device {
        let mut till = self.person(username).await;
        till.post("/shift/float", &[("cash", "pouch"), ("count_10000", "5")])
            .await
            .must_be(StatusCode::OK);
        till
    }

    /// A paired wall display of the seed: "Kitchen display", "Bar display" or "Pass display".
    pub async fn display(&self, terminal: &str) -> Device {
        let mut device = self.browser();
        device
            .cookies
            .insert(device::COOKIE.to_owned(), self.pair(terminal).await);
        device
    }

    /// Pairs a terminal; answers the token that its browser keeps.
    async fn pair(&self, terminal: &str) -> String {
        let token = Uuid::now_v7().simple().to_string();
        let done = self
            .execute(
                "UPDATE terminals SET device_token_hash = $2, paired_at = now() WHERE name = $1",
                [terminal.into(), device::hash(&token).to_vec().into()],
            )
            .await;
        assert_eq!(done, 1, "no terminal {terminal}");
        token
    }

    /// The id of a row by one of its columns.
    pub async fn id<T: From<Uuid>>(&self, table: &str, column: &str, value: &str) -> T {
        let row = self
            .row(
                &format!("SELECT id FROM {table} WHERE {column} = $1"),
                [value.into()],
            )
            .await;
        row.try_get::<Uuid>("", "id").expect("an id").into()
    }

    /// One number: counts and sums, to compare screens with.
    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.row(&format!("SELECT ({sql})::bigint AS n"), []).await;
        row.try_get("", "n").expect("a number")
    }

    /// One row.
    pub async fn row(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> sea_orm::QueryResult {
        self.db
            .query_one_raw(Statement::from_sql_and_values(
                self.db.get_database_backend(),
                sql,
                values,
            ))
            .await
            .expect("a query")
            .unwrap_or_else(|| panic!("no row: {sql}"))
    }

    /// Changes something behind the program's back; answers how many rows.
    pub async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> u64 {
        self.db
            .execute_raw(Statement::from_sql_and_values(
                self.db.get_database_backend(),
                sql,
                values,
            ))
            .await
            .unwrap_or_else(|failure| panic!("{failure}: {sql}"))
            .rows_affected()
    }

    /// The terminal's id.
    pub async fn terminal(&self, name: &str) -> TerminalId {
        self.id("terminals", "name", name).await
    }
}

/// The root of an authority of the café's own.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/testdata/root.pem");

fn config() -> Config {
    config_with(&[])
}

fn config_with(more: &[(&str, &str)]) -> Config {
    let settings = [
        ("DATABASE_URL", "postgresql://nobody@localhost/unused"),
        ("POS_JWT_SECRET", SECRET),
        ("HOST", "127.0.0.1"),
        ("METRICS_TOKEN", METRICS_TOKEN),
        ("LOCAL_CA", ROOT),
        ("PESAPAL_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ];
    let settings: Environment = settings
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::read(&settings, |_| true).expect("settings")
}

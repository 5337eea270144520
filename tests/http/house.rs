//! The world of these tests: a café with its people, its menu and its devices that act.
//!
//! `House::open()` is a fresh café in a database of its own, cloned from a template that was migrated
//! and seeded once. A [`Device`] is a browser: it keeps its cookies and sends a key with every change.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cafe_pos::app::App;
use cafe_pos::backups::{Place, Programs, Vault};
use cafe_pos::config::{Config, DatabaseUrl, Environment, Secret};
use cafe_pos::data::connect;
use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use cafe_pos::live::Live;
use cafe_pos::routes;
use cafe_pos::seed::{self, Passwords};
use cafe_pos::staff::session::Claims;
use cafe_pos::staff::{Role, session};
use cafe_pos::terminals::device;
use cafe_pos::values::{Clock, ClockHand, OrderId, StaffId, TerminalId};
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, EndpointExt, Request, Response};
use scraper::{Html, Selector};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use sea_orm_migration::MigratorTrait;
use tokio::sync::OnceCell;
use uuid::Uuid;

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

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(1);

struct Cluster {
    postgres: PrivatePostgres,
}

impl Cluster {
    /// One for the whole run. It dies with this process, and the next run begins with an empty folder.
    async fn running() -> &'static Cluster {
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

    async fn database(&self) -> DatabaseConnection {
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

/// A browser.
#[derive(Clone)]
pub struct Device {
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    pub db: DatabaseConnection,
    pub cookies: HashMap<String, String>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: poem::http::HeaderMap,
    pub text: String,
}

impl Device {
    /// Asks for a page as a browser does.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[("accept", "text/html")])
            .await
    }

    /// Asks for a fragment as htmx does.
    pub async fn fragment(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[("hx-request", "true")])
            .await
    }

    /// Changes something as htmx does, under a fresh key.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.change(Method::POST, path, form, &key()).await
    }

    /// The same with PUT.
    pub async fn put(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.change(Method::PUT, path, form, &key()).await
    }

    /// The same with DELETE.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.change(Method::DELETE, path, &[], &key()).await
    }

    /// Changes something under a key of the test's own.
    pub async fn change(
        &mut self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
        key: &str,
    ) -> Answer {
        let headers = [
            ("hx-request", "true"),
            ("sec-fetch-site", "same-origin"),
            ("idempotency-key", key),
        ];
        let body = serde_urlencoded::to_string(form).expect("a form");
        let form = (method != Method::DELETE).then_some(body);
        self.send(method, path, form, &headers).await
    }

    /// Sends anything.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = form.map(|form| ("application/x-www-form-urlencoded", form));
        self.send_body(method, path, body, headers).await
    }

    /// Calls as an API client does.
    pub async fn send_json(
        &mut self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string()));
        let mut all = vec![("accept", "application/json")];
        all.extend(headers);
        self.send_body(method, path, body, &all).await
    }

    /// Sends a body of any kind.
    pub async fn send_body(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path.parse().expect("an address"))
            .header(header::HOST, "pos.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookie_header());
        }
        let request = match body {
            Some((kind, body)) => request.content_type(kind).body(body),
            None => request.finish(),
        };
        let response = self.endpoint.get_response(request).await;
        self.keep_cookies(&response);
        read(response).await
    }

    /// Sends what no browser of ours would: a request of the test's own, with none of this device's cookies, which stay
    /// as they are. Of a stream nothing but its beginning is read.
    pub async fn send_raw(&self, request: Request) -> Answer {
        read(self.endpoint.get_response(request).await).await
    }

    /// The header that carries this device's cookies.
    pub fn cookie_header(&self) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    /// The raw response, for streams.
    pub async fn open(&self, path: &str) -> Response {
        let request = Request::builder()
            .uri(path.parse().expect("an address"))
            .header(header::COOKIE, self.cookie_header())
            .finish();
        self.endpoint.get_response(request).await
    }

    fn keep_cookies(&mut self, response: &Response) {
        for set in response.headers().get_all(header::SET_COOKIE) {
            let text = set.to_str().expect("a cookie");
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let gone = value.is_empty() || attributes.to_lowercase().contains("max-age=0");
            if gone {
                self.cookies.remove(name.trim());
            } else {
                self.cookies
                    .insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }

    // ---- what people do -------------------------------------------------------------------------

    /// Opens a counter sale.
    pub async fn counter_sale(&mut self) -> OrderId {
        let id = OrderId::new();
        self.put(&format!("/orders/{id}"), &[("kind", "takeaway")])
            .await
            .must_be(StatusCode::OK);
        id
    }

    /// Opens an order at a table.
    pub async fn sit_down(&mut self, table: &str, guests: &str) -> OrderId {
        let id = OrderId::new();
        let table: Uuid = one(
            &self.db,
            "SELECT id FROM dining_tables WHERE code = $1",
            table,
        )
        .await;
        let table = table.to_string();
        let form = [
            ("kind", "dine_in"),
            ("table", table.as_str()),
            ("guests", guests),
        ];
        self.put(&format!("/orders/{id}"), &form)
            .await
            .must_be(StatusCode::OK);
        id
    }

    /// Taps a product, which takes its usual choices.
    pub async fn tap(&mut self, order: OrderId, product: &str) -> Answer {
        let product = product_id(&self.db, product).await;
        self.post(&format!("/orders/{order}/lines"), &[("product", &product)])
            .await
    }

    /// Hands the unsent lines to the kitchen.
    pub async fn hand_over_to_kitchen(&mut self, order: OrderId) -> Answer {
        self.post(&format!("/orders/{order}/sends"), &[]).await
    }
}

/// The id of a product by its name.
pub async fn product_id(db: &DatabaseConnection, name: &str) -> String {
    one::<Uuid>(db, "SELECT id FROM products WHERE name = $1", name)
        .await
        .to_string()
}

async fn one<T: sea_orm::TryGetable>(db: &DatabaseConnection, sql: &str, value: &str) -> T {
    db.query_one_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [value.into()],
    ))
    .await
    .expect("a query")
    .unwrap_or_else(|| panic!("no {value}"))
    .try_get("", "id")
    .expect("an id")
}

async fn read(response: Response) -> Answer {
    let is_stream = response.content_type() == Some("text/event-stream");
    let (parts, body) = response.into_parts();
    let text = match is_stream {
        true => String::new(),
        false => body.into_string().await.unwrap_or_default(),
    };
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

/// A form as it is filled in, with some fields otherwise: those that are given take the place of the usual ones, and what is
/// empty is left out.
pub fn filled_in<'a>(
    usual: &[(&'a str, &'a str)],
    otherwise: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = usual
        .iter()
        .filter(|(name, _)| otherwise.iter().all(|(other, _)| other != name));
    kept.chain(otherwise)
        .filter(|(_, value)| !value.is_empty())
        .copied()
        .collect()
}

/// A fresh idempotency key.
pub fn key() -> String {
    Uuid::now_v7().simple().to_string()
}

impl Answer {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn must_be(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The texts of all elements that match, white space folded.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .map(|element| {
                let text: String = element.text().collect();
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    /// The text of the one element that matches.
    #[track_caller]
    pub fn one(&self, selector: &str) -> String {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector}: {found:?} in {}", self.text);
        found.into_iter().next().unwrap_or_default()
    }

    /// What stands in the first element that matches, with its line breaks.
    pub fn typed(&self, selector: &str) -> String {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        let found = html.select(&selector).next();
        found.map_or_else(String::new, |element| element.text().collect())
    }

    /// The values of an attribute of all elements that match.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// What the person reads in `#notice`.
    pub fn notice(&self) -> String {
        self.all("hx-partial[hx-target='#notice'] .toast span")
            .join(" ")
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

/// Fragments parse like pages.
fn as_document(text: &str) -> String {
    if text.contains("<html") {
        text.to_owned()
    } else {
        format!("<html><body>{text}</body></html>")
    }
}

//! A café behind nginx: two instances on one Postgres and one Redis, and a cashier who is signed in.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::seed::people::KNOWN_PASSWORD;
use cafe_pos::seed::{self, Passwords};
use cafe_pos::values::Clock;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

use crate::nginx::Nginx;
use crate::servers::{Instance, Postgres, Redis};

/// A cashier of the seed.
pub const AMINA: &str = "amina";
/// Everybody's.
pub const PASSWORD: &str = KNOWN_PASSWORD;

/// The whole, in the order in which it is stopped.
pub struct Venue {
    pub nginx: Nginx,
    pub instances: [Instance; 2],
    pub client: Client,
    /// Amina's.
    pub session: String,
    db: DatabaseConnection,
    _redis: Redis,
    _postgres: Postgres,
    _files: TempDir,
}

impl Venue {
    /// Starts everything, with nginx as it is shipped.
    pub async fn open() -> Self {
        Self::behind(Nginx::shipped).await
    }

    /// Starts everything, with nginx started like this in front.
    pub async fn behind(nginx: impl FnOnce(&[Instance; 2]) -> Nginx) -> Self {
        let (postgres, redis) = (Postgres::start().await, Redis::start().await);
        let files = TempDir::new().expect("a temporary folder");
        let start = || Instance::start(&postgres, &redis, files.path(), None);
        let mut instances = [start(), start()];
        for instance in &mut instances {
            instance.is_well().await;
        }
        let db = connect::connect(&postgres.url(), 2)
            .await
            .expect("the database");
        let seeded = seed::seed(&db, Passwords::Known, Clock::real().now()).await;
        seeded.expect("the seed");
        let ready = "UPDATE staff SET must_change_password = false";
        db.execute_unprepared(ready).await.expect("they are ready");
        let nginx = nginx(&instances);
        nginx.answers().await;
        let client = client(None);
        let session = sign_in(&client, &instances[0].door(), AMINA).await;
        Self {
            nginx,
            instances,
            client,
            session,
            db,
            _redis: redis,
            _postgres: postgres,
            _files: files,
        }
    }

    /// A session of the admin.
    pub async fn admin(&self) -> String {
        sign_in(&self.client, &self.instances[0].door(), "ruth").await
    }

    /// This path through nginx.
    pub fn at(&self, path: &str) -> String {
        self.nginx.door() + path
    }

    /// What Amina looks at, through nginx.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.at(path)).bearer_auth(&self.session)
    }

    /// What Amina does, asked once, through nginx; it has to work.
    pub async fn once(&self, method: &str, path: &str, form: &[(&str, &str)]) {
        let method: Method = method.parse().expect("a method");
        let answer = self
            .client
            .request(method, self.at(path))
            .bearer_auth(&self.session)
            .header("idempotency-key", Uuid::now_v7().to_string())
            .header("hx-request", "true")
            .form(form)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let said = words(answer).await;
        assert!(status.is_success(), "{path}: {status}\n{said}");
    }

    /// The table with this code.
    pub async fn table(&self, code: &str) -> String {
        let sql = "SELECT id::text FROM dining_tables WHERE code = $1";
        let mut ids = self.texts(sql, code).await;
        ids.pop().expect("a table")
    }

    /// How many pieces are on this order.
    pub async fn pieces_on(&self, order: Uuid) -> String {
        let sql =
            "SELECT coalesce(sum(quantity), 0)::text FROM order_lines WHERE order_id::text = $1";
        self.texts(sql, &order.to_string()).await.concat()
    }

    /// From where somebody failed to sign in under this name.
    pub async fn places_that_failed_as(&self, name: &str) -> Vec<String> {
        let sql = "SELECT source FROM sign_in_failures WHERE name_key = $1";
        self.texts(sql, name).await
    }

    async fn texts(&self, sql: &str, value: &str) -> Vec<String> {
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, [value.into()]);
        let rows = self.db.query_all_raw(statement).await.expect("an answer");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a text"))
            .collect()
    }
}

/// A browser, at this address.
pub fn client(address: Option<Ipv4Addr>) -> Client {
    cafe_pos::web::ask::client()
        .timeout(Duration::from_secs(20))
        .redirect(Policy::none())
        .local_address(address.map(IpAddr::V4))
        .build()
        .expect("a client")
}

async fn sign_in(client: &Client, door: &str, who: &str) -> String {
    let answer = client
        .post(format!("{door}/api/auth/login"))
        .json(&serde_json::json!({ "username": who, "password": PASSWORD }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: serde_json::Value = answer.json().await.expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

/// What an answer says.
pub async fn words(answer: Response) -> String {
    answer.text().await.expect("its words")
}

/// What a stream brings up to this text, which has to come soon.
pub async fn read_until(stream: &mut Response, text: &str, soon: Duration) -> String {
    let (begun, mut read) = (Instant::now(), String::new());
    while !read.contains(text) {
        let left = soon.saturating_sub(begun.elapsed());
        let chunk = timeout(left, stream.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("no {text:?} within {soon:?}, only {read}"));
        let chunk = chunk.expect("an open stream").expect("more of it");
        read.push_str(&String::from_utf8_lossy(&chunk));
    }
    read
}

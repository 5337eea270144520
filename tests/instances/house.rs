//! The house: two instances of the program on one Postgres and one Redis, people who trade on both, and screens that
//! are open on both.

use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::seed::{self, Passwords, menu};
use cafe_pos::staff::Role;
use cafe_pos::staff::session::Claims;
use cafe_pos::terminals::device;
use cafe_pos::values::{Clock, StaffId};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use tempfile::TempDir;
use uuid::Uuid;

use crate::servers::{Instance, Postgres, Redis, SECRET};
use crate::trade::Venue;
use crate::trade::books::numbers;
use crate::trade::screen::{Pass, Screen, View};
use crate::trade::tills::Command;
use crate::trade::truth::Asked;

/// Espresso, cappuccino, a bottle of water: each one tap, all from the bar.
const ORDERED: [i32; 3] = [101, 111, 821];
/// What is added to the watched order.
const FROM_THE_BAR: i32 = 101;
const FROM_THE_KITCHEN: i32 = 311;
/// How many tills trade.
const TILLS: usize = 4;

/// A café with two instances.
pub struct House {
    // In the order in which they are stopped.
    pub a: Instance,
    pub b: Instance,
    pub redis: Redis,
    pub postgres: Postgres,
    /// Asked beside the program.
    pub db: DatabaseConnection,
    pub client: reqwest::Client,
    pub venue: Venue,
    /// The screens that are open on both instances.
    pub screens: Vec<Screen>,
    /// The order at which changes are measured.
    pub watched: Watched,
    admin: String,
    manager: String,
    files: TempDir,
}

/// An order that is open on screens, and what its tills were told.
pub struct Watched {
    /// Which one.
    pub order: Uuid,
    /// How many pieces were acknowledged.
    pub pieces: i64,
    next: usize,
}

impl Watched {
    /// Whether something on it waits to be sent.
    pub fn is_to_be_sent(&self) -> bool {
        self.next % 4 == 1
    }

    /// What comes next was done otherwise.
    pub fn has_moved(&mut self) {
        self.next += 1;
    }
}

impl House {
    /// Starts everything.
    pub async fn open() -> Self {
        let (postgres, redis) = (Postgres::start().await, Redis::start().await);
        let files = TempDir::new().expect("a temporary folder");
        let start = || Instance::start(&postgres, &redis, files.path(), None);
        // Both find an empty database: one makes the schema, the other waits for it.
        let (mut a, mut b) = (start(), start());
        a.is_well().await;
        b.is_well().await;
        let db = connect::connect(&postgres.url(), 4)
            .await
            .expect("the database");
        furnish(&db).await;
        let session = async |username: &str| session(&db, username).await;
        let mut cashiers = Vec::new();
        for till in 0..TILLS {
            cashiers.push(session(&format!("cashier{till}")).await);
        }
        let venue = Venue {
            doors: vec![a.door(), b.door()],
            cashiers,
            manage: false,
            guest: None,
            bartender: session("bar0").await,
            products: ordered(),
        };
        let (admin, manager) = (session("ruth").await, session("daniel").await);
        let mut house = House {
            a,
            b,
            redis,
            postgres,
            client: cafe_pos::web::ask::client()
                .timeout(Duration::from_secs(5))
                .build()
                .expect("a client"),
            db,
            venue,
            screens: Vec::new(),
            watched: Watched {
                order: Uuid::now_v7(),
                pieces: 0,
                next: 0,
            },
            admin,
            manager,
            files,
        };
        house.count_floats().await;
        house.open_screens().await;
        house
    }

    /// Who is asked what is true.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            db: &self.db,
            doors: &self.venue.doors,
            client: &self.client,
        }
    }

    /// Another instance, which may have a failpoint.
    pub fn another(&self, failpoint: Option<&str>) -> Instance {
        Instance::start(&self.postgres, &self.redis, self.files.path(), failpoint)
    }

    /// A screen for each view that a café has open, at the first of these doors.
    pub async fn views_at(&self, doors: &[String]) -> Vec<Screen> {
        let views = self.views().await;
        views
            .into_iter()
            .map(|view| Screen::open(view, doors.to_vec()))
            .collect()
    }

    /// The next thing that happens to the watched order, through this door: a tap, sending, bumping, serving.
    pub async fn change(&mut self, door: &str) -> Instant {
        let doors = [door.to_owned()];
        let path = format!("/orders/{}", self.watched.order);
        let (cashier, manager) = (&self.venue.cashiers[0], &self.manager);
        let insist = async |method, path: &str, session, form: &[(&str, &str)]| {
            Command::new(method, path, session, form)
                .insist(&self.client, &doors)
                .await
        };
        match self.watched.next % 4 {
            0 => {
                for product in [FROM_THE_BAR, FROM_THE_KITCHEN].map(product_id) {
                    let form = [("product", product.as_str())];
                    insist("POST", &format!("{path}/lines"), cashier, &form).await;
                    self.watched.pieces += 1;
                }
            }
            1 => _ = insist("POST", &format!("{path}/sends"), cashier, &[]).await,
            2 => {
                for ticket in self.open_tickets(self.watched.order).await {
                    let bump = format!("/kitchen/tickets/{ticket}/bump");
                    insist("POST", &bump, manager, &[]).await;
                }
            }
            _ => _ = insist("POST", &format!("{path}/servings"), cashier, &[]).await,
        }
        self.watched.next += 1;
        Instant::now()
    }

    /// Pieces on the watched order that were acknowledged and are not there, and the other way round.
    pub async fn lost_and_doubled(&self) -> (i64, i64) {
        let sql = "SELECT coalesce(sum(quantity), 0)::bigint FROM order_lines WHERE order_id = $1";
        let stored = numbers(&self.db, sql, [self.watched.order.into()]).await[0];
        let more = stored - self.watched.pieces;
        ((-more).max(0), more.max(0))
    }

    /// Connects anew beside the program: the connections of Postgres' former life are of no use.
    pub async fn reconnect(&mut self) {
        let begun = Instant::now();
        loop {
            match connect::connect(&self.postgres.url(), 4).await {
                Ok(db) => {
                    self.db = db;
                    return;
                }
                Err(failure) => assert!(begun.elapsed() < Duration::from_secs(60), "{failure}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A deed of the admin, through this door.
    pub async fn decree(
        &self,
        door: &str,
        method: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Instant {
        let command = Command::new(method, path, &self.admin, form);
        command.insist(&self.client, &[door.to_owned()]).await;
        Instant::now()
    }

    /// Sells espresso no more, or again, through this door.
    pub async fn mark_espresso(&self, door: &str, sold_out: bool) -> Instant {
        let path = format!("/menu/products/{}/stock", product_id(FROM_THE_BAR));
        let form = [(if sold_out { "sold_out" } else { "back" }, "on")];
        let mark = Command::new("POST", &path, &self.manager, &form);
        mark.insist(&self.client, &[door.to_owned()]).await;
        Instant::now()
    }

    /// Somebody new with this role, and their session.
    pub async fn hire(&self, username: &str, role: Role) -> (Uuid, String) {
        hire(&self.db, username, role, 1).await;
        let session = session(&self.db, &format!("{username}0")).await;
        let id = self
            .id(
                "SELECT id FROM staff WHERE username = $1",
                [format!("{username}0").into()],
            )
            .await;
        (id, session)
    }

    /// Pairs a terminal of the seed; its id, and the token that its browser keeps.
    pub async fn pair(&self, terminal: &str) -> (Uuid, String) {
        let token = Uuid::now_v7().simple().to_string();
        let hash = device::hash(&token).to_vec();
        let paired =
            "UPDATE terminals SET device_token_hash = $2, paired_at = now() WHERE name = $1";
        execute(&self.db, paired, [terminal.into(), hash.into()]).await;
        let id = self
            .id(
                "SELECT id FROM terminals WHERE name = $1",
                [terminal.into()],
            )
            .await;
        (id, token)
    }

    /// An id that the database knows.
    pub async fn id(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Uuid {
        let ids = self.ids(sql, values).await;
        *ids.first().expect("one")
    }

    /// Ids that the database knows.
    pub async fn ids(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Vec<Uuid> {
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, values);
        let rows = self.db.query_all_raw(statement).await.expect("an answer");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("an id"))
            .collect()
    }

    async fn open_tickets(&self, order: Uuid) -> Vec<Uuid> {
        let sql = "SELECT id FROM tickets WHERE order_id = $1 AND bumped_at IS NULL";
        self.ids(sql, [order.into()]).await
    }

    async fn count_floats(&self) {
        for cashier in &self.venue.cashiers {
            let form = [("cash", "pouch"), ("count_1000", "50")];
            let count = Command::new("POST", "/shift/float", cashier, &form);
            count.insist(&self.client, &self.venue.doors).await;
        }
    }

    async fn open_screens(&mut self) {
        let table = self.table().await.to_string();
        let form = [
            ("kind", "dine_in"),
            ("table", table.as_str()),
            ("guests", "2"),
        ];
        let path = format!("/orders/{}", self.watched.order);
        let open = Command::new("PUT", &path, &self.venue.cashiers[0], &form);
        open.insist(&self.client, &self.venue.doors).await;
        let (at_a, mut at_b) = (self.venue.doors.clone(), self.venue.doors.clone());
        at_b.rotate_left(1);
        self.screens = self.views_at(&at_a).await;
        self.screens.extend(self.views_at(&at_b).await);
    }

    async fn table(&self) -> Uuid {
        self.id("SELECT id FROM dining_tables WHERE code = '4'", [])
            .await
    }

    async fn views(&self) -> Vec<View> {
        let (order, table) = (self.watched.order, self.table().await);
        let cashier = Pass::Session(self.venue.cashiers[0].clone());
        let manager = Pass::Session(self.manager.clone());
        let view = |name: &str, query: String, pages: &[String], pass: &Pass| View {
            name: name.to_owned(),
            query: format!("view={query}"),
            pages: pages.to_vec(),
            pass: pass.clone(),
        };
        let page = str::to_owned;
        let mut views = vec![
            view(
                "order",
                format!("order&order={order}"),
                &[format!("/orders/{order}")],
                &cashier,
            ),
            view(
                "table",
                format!("table&table={table}"),
                &[format!("/tables/{table}?party=new")],
                &cashier,
            ),
            view("ready", page("ready"), &[page("/shift")], &cashier),
            view(
                "floor",
                page("floor"),
                &[page("/floor"), page("/orders"), page("/ready")],
                &cashier,
            ),
            view("shifts", page("shifts"), &[page("/shifts")], &manager),
        ];
        for name in ["Kitchen", "Bar", "Pass"] {
            let station = self
                .id("SELECT id FROM stations WHERE name = $1", [name.into()])
                .await;
            let query = format!("board&station={station}");
            let pages = [format!("/kitchen/stations/{station}")];
            let kind = if name == "Pass" { "pass" } else { "board" };
            views.push(view(kind, query, &pages, &manager));
        }
        views
    }
}

async fn furnish(db: &DatabaseConnection) {
    let now = Clock::real().now();
    seed::seed(db, Passwords::Known, now)
        .await
        .expect("the seed");
    execute(db, "UPDATE staff SET must_change_password = false", []).await;
    hire(db, "cashier", Role::Cashier, TILLS).await;
    hire(db, "bar", Role::Bar, 1).await;
}

/// More people than the seed has: `<name>0` and so on.
pub async fn hire(db: &DatabaseConnection, name: &str, role: Role, count: usize) {
    let sql = "INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
               SELECT gen_random_uuid(), $1 || n, initcap($1) || ' ' || n, $2, password_hash, false, now() \
               FROM staff, generate_series(0, $3 - 1) AS n WHERE username = 'amina'";
    let count = i32::try_from(count).expect("a small number");
    execute(db, sql, [name.into(), role.as_str().into(), count.into()]).await;
}

/// A session as signing in gives it.
async fn session(db: &DatabaseConnection, username: &str) -> String {
    session_under(db, username, SECRET).await
}

/// The same where the sessions are signed with this secret.
pub async fn session_under(db: &DatabaseConnection, username: &str, secret: &str) -> String {
    let sql = "SELECT id, role, token_version FROM staff WHERE username = $1";
    let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [username.into()]);
    let row = db
        .query_one_raw(found)
        .await
        .expect("an answer")
        .expect("a person");
    let role: String = row.try_get("", "role").expect("a role");
    let claims = Claims::new(
        row.try_get::<StaffId>("", "id").expect("an id"),
        role.parse().expect("a role"),
        row.try_get("", "token_version").expect("a version"),
        Clock::real().now(),
    );
    claims.sign(secret).expect("a token")
}

/// An id that a database knows.
pub async fn id_of(db: &DatabaseConnection, sql: &str) -> Uuid {
    let question = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(question).await.expect("an answer");
    let row = row.expect("one");
    row.try_get_by_index(0).expect("an id")
}

async fn execute(db: &DatabaseConnection, sql: &str, values: impl IntoIterator<Item = Value>) {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement)
        .await
        .expect("a statement that works");
}

/// What is ordered, with its price.
pub fn ordered() -> Vec<(String, i64)> {
    let price = |number| product(number).price.minor();
    ORDERED
        .iter()
        .map(|number| (product_id(*number), price(*number)))
        .collect()
}

fn product_id(number: i32) -> String {
    product(number).id().to_string()
}

fn product(number: i32) -> &'static menu::Product {
    menu::products()
        .find(|product| product.number == number)
        .expect("it is on the menu")
}

//! The café under load: the built program, its private Postgres, and people who are signed in.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cafe_pos::commands::database::{self, Opened};
use cafe_pos::config::{Config, Environment};
use cafe_pos::seed::menu;
use cafe_pos::seed::people::KNOWN_PASSWORD;
use cafe_pos::values::{Money, ProductId};
use sea_orm::{ConnectionTrait, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Connection;
use crate::processes;

/// Espresso, cappuccino, a bottle of water: one ticket, at the bar.
pub const ORDERED: [i32; 3] = [101, 111, 821];
/// So many tills share one bartender.
const TILLS_PER_BARTENDER: usize = 8;

/// A café that serves.
pub struct Cafe {
    /// The program.
    pub program: u32,
    /// The parent of all of Postgres' processes.
    pub postmaster: u32,
    /// Where it serves: `127.0.0.1:40123`.
    pub address: String,
    /// What every order consists of.
    pub products: Vec<ProductId>,
    /// What that comes to.
    pub total: Money,
    /// The sessions of the cashiers, one for each till.
    pub cashiers: Vec<String>,
    /// The sessions of those who make it.
    pub bartenders: Vec<String>,
    /// The load generator's own way to the database, to find the ticket that a send made.
    pub opened: Opened,
    settings: Vec<(&'static str, String)>,
    serving: Child,
    /// Where all of it is kept.
    pub folder: TempDir,
}

/// Resident memory in kilobytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Of the program.
    pub program: u64,
    /// Of all of Postgres' processes, shared pages counted once for each (so it is too much).
    pub postgres: u64,
}

impl Cafe {
    /// Starts the program on an empty folder and signs in as many cashiers as there are tills at most.
    pub async fn open(tills: usize, redis: Option<&str>) -> Self {
        Self::open_with(tills, redis, &[]).await
    }

    /// The same with more settings.
    pub async fn open_with(
        tills: usize,
        redis: Option<&str>,
        more: &[(&'static str, String)],
    ) -> Self {
        // Open to all, so that Postgres' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("cafe-pos-bench")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let mut settings = vec![("DATA_DIR", folder.path().display().to_string())];
        settings.extend(redis.map(|url| ("REDIS_URL", url.to_owned())));
        settings.extend_from_slice(more);
        let mut serving = serve(&settings);
        let address = address_of(&mut serving);
        let environment: Environment = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let config = Config::read(&environment, |_| true).expect("settings");
        let opened = database::open(&config).await.expect("the database");
        let bartenders = tills.div_ceil(TILLS_PER_BARTENDER);
        no_backup_is_due(&opened).await;
        hire(&opened, "cashier", tills).await;
        hire(&opened, "bar", bartenders).await;
        let products: Vec<&menu::Product> = ORDERED
            .iter()
            .filter_map(|number| menu::products().find(|product| product.number == *number))
            .collect();
        let mut cafe = Cafe {
            program: serving.id(),
            postmaster: postmaster(folder.path().join("postgres/cluster/postmaster.pid")),
            products: products.iter().map(|product| product.id()).collect(),
            total: products.iter().map(|product| product.price).sum(),
            cashiers: sign_in(&address, "cashier", tills).await,
            bartenders: sign_in(&address, "bar", bartenders).await,
            address,
            opened,
            settings,
            serving,
            folder,
        };
        cafe.start_shifts().await;
        cafe
    }

    /// Somebody who may make backups.
    pub async fn admin(&self) -> String {
        hire(&self.opened, "admin", 1).await;
        sign_in(&self.address, "admin", 1).await.remove(0)
    }

    /// Calls the program on the same data.
    pub fn call(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LOG", "warn")
            .envs(self.settings.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Everybody counts a float into a pouch: without it they could take no cash.
    async fn start_shifts(&mut self) {
        let mut connection = Connection::to(&self.address).await;
        for cashier in &self.cashiers {
            let started = connection
                .send("POST", "/shift/float", cashier, "cash=pouch&count_1000=50")
                .await;
            started.must_succeed("starting a shift");
        }
    }

    /// The bartender of a till.
    pub fn bartender(&self, till: usize) -> &str {
        &self.bartenders[till / TILLS_PER_BARTENDER % self.bartenders.len()]
    }

    /// The ticket that an order was sent on.
    pub async fn ticket_of(&self, order: Uuid) -> Uuid {
        let question = Statement::from_sql_and_values(
            self.opened.db.get_database_backend(),
            "SELECT id FROM tickets WHERE order_id = $1",
            [order.into()],
        );
        let row = self.opened.db.query_one_raw(question).await;
        let row = row.expect("an answer").expect("a ticket");
        row.try_get_by_index(0).expect("an id")
    }

    /// The board on which everything of the flow is made.
    pub async fn bar(&self) -> String {
        self.texts("SELECT id::text FROM stations WHERE name = 'Bar'")
            .await
            .remove(0)
    }

    /// The ids of all tables.
    pub async fn tables(&self) -> Vec<String> {
        self.texts("SELECT id::text FROM dining_tables ORDER BY sort, code")
            .await
    }

    /// The lines of a ticket.
    pub async fn lines_of(&self, ticket: Uuid) -> Vec<String> {
        let sql = format!("SELECT id::text FROM ticket_lines WHERE ticket_id = '{ticket}'");
        self.texts(&sql).await
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let question = Statement::from_string(self.opened.db.get_database_backend(), sql);
        let rows = self.opened.db.query_all_raw(question).await;
        let rows = rows.expect("an answer");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a text"))
            .collect()
    }

    /// Stops the program cleanly and starts it again; answers how long that took, from the start of its process until
    /// `/api/health` says that all is well.
    pub async fn restart(&mut self) -> Duration {
        self.stop();
        let begun = Instant::now();
        self.serving = serve(&self.settings);
        self.program = self.serving.id();
        self.address = address_of(&mut self.serving);
        loop {
            let mut connection = Connection::to(&self.address).await;
            let health = connection.get("/api/health", None, "identity").await;
            if health.head.contains(" 200 ") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = begun.elapsed();
        self.postmaster = postmaster(self.folder.path().join("postgres/cluster/postmaster.pid"));
        took
    }

    /// A second program on the same database; its address.
    pub fn another_instance(&self, redis: &str) -> (Child, String) {
        let sockets = self.folder.path().join("postgres/run");
        let database = format!(
            "postgres://pos@localhost/pos?host={}",
            sockets.display().to_string().replace('/', "%2F")
        );
        let secret = fs::read_to_string(self.folder.path().join("session-secret"));
        let mut serving = serve(&[
            ("DATABASE_URL", database),
            ("REDIS_URL", redis.to_owned()),
            (
                "POS_JWT_SECRET",
                secret.expect("a secret").trim().to_owned(),
            ),
        ]);
        let address = address_of(&mut serving);
        (serving, address)
    }

    /// What is resident now.
    pub fn memory(&self) -> Memory {
        let postgres = processes::family(self.postmaster);
        Memory {
            program: processes::resident_kb(self.program),
            postgres: postgres.into_iter().map(processes::resident_kb).sum(),
        }
    }

    /// Stops the program, which stops its Postgres.
    pub async fn close(mut self) {
        self.stop();
        self.opened.db.clone().close().await.expect("closed");
    }

    fn stop(&mut self) {
        let asked = Command::new("kill")
            .arg(self.program.to_string())
            .status()
            .expect("kill");
        assert!(asked.success(), "the program was there to be stopped");
        let ended = self.serving.wait().expect("its end");
        assert!(ended.success(), "the program ended with {ended}");
    }
}

/// The first backup, half a minute after the start, would fall into what is measured.
async fn no_backup_is_due(opened: &Opened) {
    let made = "INSERT INTO backups (id, file, cause, asked_at, state, bytes, sha256) \
                VALUES (gen_random_uuid(), 'bench', 'scheduled', now(), 'good', 0, '')";
    let done = opened.db.execute_unprepared(made).await;
    done.expect("a row");
}

/// A measuring that was stopped in the middle leaves no program behind.
impl Drop for Cafe {
    fn drop(&mut self) {
        let _ = self.serving.kill();
        let _ = self.serving.wait();
    }
}

fn serve(settings: &[(&'static str, String)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cafe-pos"))
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("HOST", "127.0.0.1"), ("PORT", "0"), ("LOG", "warn")])
        .envs(settings.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program")
}

/// The program says its address when it serves.
fn address_of(serving: &mut Child) -> String {
    let out = serving.stdout.take().expect("its output");
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let address = lines
        .find_map(|line| {
            line.split_once("http://")
                .map(|(_, address)| address.trim().to_owned())
        })
        .expect("the program says where it serves");
    // A program that cannot write would stop: somebody goes on reading.
    std::thread::spawn(move || lines.for_each(drop));
    address
}

fn postmaster(note: PathBuf) -> u32 {
    let note = fs::read_to_string(note).expect("a running Postgres");
    let first = note.lines().next().and_then(|pid| pid.parse().ok());
    first.expect("a process number")
}

/// More people than the seed has, with the password that its people begin with.
async fn hire(opened: &Opened, role: &str, count: usize) {
    let hired = Statement::from_sql_and_values(
        opened.db.get_database_backend(),
        "INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
         SELECT gen_random_uuid(), $1 || n, 'Bench ' || $1 || n, $1, password_hash, false, now() \
         FROM staff, generate_series(0, $2 - 1) AS n WHERE username = 'amina'",
        [
            role.into(),
            i32::try_from(count).expect("a small number").into(),
        ],
    );
    opened.db.execute_raw(hired).await.expect("more people");
}

async fn sign_in(address: &str, role: &str, count: usize) -> Vec<String> {
    let mut connection = Connection::to(address).await;
    let mut sessions = Vec::new();
    for person in 0..count {
        let body = format!(r#"{{"username":"{role}{person}","password":"{KNOWN_PASSWORD}"}}"#);
        let answer = connection.sign_in(&body).await;
        answer.must_succeed("signing in");
        let said: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        sessions.push(said["token"].as_str().expect("a token").to_owned());
    }
    sessions
}

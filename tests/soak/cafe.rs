//! The café under fire: the built program on a private Postgres that waits for the disk, and people who are signed in.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cafe_pos::commands::database;
use cafe_pos::config::{Config, Environment};
use cafe_pos::seed::menu;
use cafe_pos::seed::people::KNOWN_PASSWORD;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::simulator::{KEY, SECRET, Simulator};
use crate::trade::Venue;
use crate::trade::screen::{Pass, Screen, View};
use crate::trade::tills::{Command, Guest};

/// What a café may take to be back; a kill during recovery makes the next one longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Espresso, cappuccino, a bottle of water: each one tap.
const ORDERED: [i32; 3] = [101, 111, 821];

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// The program, which takes its Postgres with it.
    Program,
    /// The parent of Postgres' processes, which the program then starts again.
    Postgres,
}

/// Where the program that runs now writes what went wrong.
const LAST_WORDS: &str = "stderr";

impl Victim {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Victim::Program => "program",
            Victim::Postgres => "Postgres",
        }
    }
}

/// A way to the café's database.
pub struct Door(Config);

impl Door {
    /// Connects, as soon as the database is there.
    pub async fn connect(&self) -> DatabaseConnection {
        let begun = Instant::now();
        loop {
            match database::open(&self.0).await {
                Ok(opened) => return opened.db.clone(),
                Err(failure) => assert!(begun.elapsed() < PATIENCE, "{failure:#}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A café whose program is killed and started again.
pub struct Cafe {
    folder: TempDir,
    port: u16,
    program: Child,
    /// The Pesapal at which its guests pay; nobody kills that.
    pub pesapal: Arc<Simulator>,
    /// Its people and what they sell.
    pub venue: Venue,
    manager: String,
}

impl Cafe {
    /// Starts it on an empty folder, with as many cashiers as there are tills, each with a counted float.
    pub async fn open(tills: usize) -> Self {
        // Open to all, so that Postgres' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("cafe-pos-soak")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let port = free_port();
        let pesapal = Arc::new(Simulator::open().await);
        let program = start(&folder, port, &pesapal);
        let guest: Guest = {
            let pesapal = Arc::clone(&pesapal);
            Arc::new(move |tracking| {
                let pesapal = Arc::clone(&pesapal);
                Box::pin(async move { drop(pesapal.pays(&tracking, "MTNUG").await) })
            })
        };
        let mut cafe = Cafe {
            folder,
            port,
            program,
            pesapal,
            venue: Venue {
                doors: vec![format!("http://127.0.0.1:{port}")],
                cashiers: Vec::new(),
                manage: true,
                guest: Some(guest),
                bartender: String::new(),
                products: ordered(),
            },
            manager: String::new(),
        };
        cafe.is_well().await;
        let db = cafe.door().connect().await;
        // Whoever is at these tills gives money back as well; the last one looks on.
        hire(&db, "manager", tills + 1).await;
        hire(&db, "bar", 1).await;
        db.close().await.expect("closed");
        for till in 0..tills {
            let session = cafe.sign_in(&format!("manager{till}")).await;
            cafe.count_float(&session).await;
            cafe.venue.cashiers.push(session);
        }
        cafe.venue.bartender = cafe.sign_in("bar0").await;
        cafe.manager = cafe.sign_in(&format!("manager{tills}")).await;
        cafe
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Kills with SIGKILL, starts again what does not start by itself, and waits until all is well.
    pub async fn kill(&mut self, victim: Victim) {
        match victim {
            Victim::Program => {
                self.program.kill().expect("it was there");
                self.program.wait().expect("its end");
                self.program = start(&self.folder, self.port, &self.pesapal);
            }
            Victim::Postgres => {
                let postmaster = self.postmaster().to_string();
                // It may be restarting from the last kill; then there is nothing to kill.
                let _ = Program::new("kill").args(["-9", &postmaster]).status();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        self.is_well().await;
    }

    /// A way to its database, for what is asked beside the program.
    pub fn door(&self) -> Door {
        let folder = self.folder.path().display().to_string();
        let environment: Environment = [("DATA_DIR".to_owned(), folder)].into_iter().collect();
        Door(Config::read(&environment, |_| true).expect("settings"))
    }

    /// Stops the program, which stops its Postgres.
    pub async fn close(mut self) {
        let pid = self.program.id().to_string();
        let asked = Program::new("kill").arg(pid).status().expect("kill");
        assert!(asked.success(), "the program was there to be stopped");
        let ended = self.program.wait().expect("its end");
        assert!(ended.success(), "the program ended with {ended}");
    }

    /// The screens of a manager who sees everything: the floor, the boards and the pass.
    pub async fn screens(&self, db: &DatabaseConnection) -> Vec<Screen> {
        let pass = Pass::Session(self.manager.clone());
        let view = |name: &str, query: String, page: String| View {
            name: name.to_owned(),
            query,
            pages: vec![page],
            pass: pass.clone(),
        };
        let mut views = vec![view("floor", "view=floor".to_owned(), "/floor".to_owned())];
        for (station, name) in [("Kitchen", "board"), ("Bar", "board"), ("Pass", "pass")] {
            let sql = format!("SELECT id FROM stations WHERE name = '{station}'");
            let id = ids(db, &sql).await[0];
            let query = format!("view=board&station={id}");
            views.push(view(name, query, format!("/kitchen/stations/{id}")));
        }
        let open = |view| Screen::open(view, self.venue.doors.clone());
        views.into_iter().map(open).collect()
    }

    /// Makes and carries out whatever is left: with hundreds of tickets a board would be nobody's.
    pub async fn clear_the_boards(&self, db: &DatabaseConnection, client: &reqwest::Client) {
        let open = "SELECT id FROM tickets WHERE bumped_at IS NULL";
        let ready = "SELECT DISTINCT order_id FROM order_lines WHERE state = 'ready'";
        let bump = |ticket| format!("/kitchen/tickets/{ticket}/bump");
        let serve = |order| format!("/orders/{order}/servings");
        for ticket in ids(db, open).await {
            self.insist(client, &bump(ticket)).await;
        }
        for order in ids(db, ready).await {
            self.insist(client, &serve(order)).await;
        }
    }

    async fn insist(&self, client: &reqwest::Client, path: &str) {
        let deed = Command::new("POST", path, &self.manager, &[]);
        deed.insist(client, &self.venue.doors).await;
    }

    fn postmaster(&self) -> u32 {
        let note = self.folder.path().join("postgres/cluster/postmaster.pid");
        let note = fs::read_to_string(note).unwrap_or_default();
        let first = note.lines().next().and_then(|pid| pid.parse().ok());
        first.unwrap_or(u32::MAX)
    }

    async fn is_well(&mut self) {
        let begun = Instant::now();
        let client = cafe_pos::web::ask::client()
            .timeout(Duration::from_secs(2))
            .build()
            .expect("a client");
        loop {
            let health = client.get(self.url("/api/health")).send().await;
            if health.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            if let Ok(Some(ended)) = self.program.try_wait() {
                let said = fs::read_to_string(self.folder.path().join(LAST_WORDS));
                panic!(
                    "the program ended by itself: {ended}\n{}",
                    said.unwrap_or_default()
                );
            }
            assert!(begun.elapsed() < PATIENCE, "not well within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn sign_in(&self, username: &str) -> String {
        let answer = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .post(self.url("/api/auth/login"))
            .json(&serde_json::json!({ "username": username, "password": KNOWN_PASSWORD }))
            .send()
            .await
            .expect("an answer");
        let said: serde_json::Value = answer.json().await.expect("JSON");
        said["token"].as_str().expect("a token").to_owned()
    }

    async fn count_float(&self, session: &str) {
        let answer = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .post(self.url("/shift/float"))
            .bearer_auth(session)
            .header("idempotency-key", uuid::Uuid::now_v7().to_string())
            .form(&[("cash", "pouch"), ("count_1000", "50")])
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success() || answer.status().is_redirection());
    }
}

fn start(folder: &TempDir, port: u16, pesapal: &Simulator) -> Child {
    let mut program = Program::new(env!("CARGO_BIN_EXE_cafe-pos"))
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", folder.path())
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("LOG", "error")
        .env("PESAPAL_BASE_URL", pesapal.url())
        .env("PESAPAL_CONSUMER_KEY", KEY)
        .env("PESAPAL_CONSUMER_SECRET", SECRET)
        .stdout(Stdio::piped())
        .stderr(File::create(folder.path().join(LAST_WORDS)).expect("a file"))
        .spawn()
        .expect("the program");
    // A program that cannot write would stop: somebody reads what it says.
    let out = BufReader::new(program.stdout.take().expect("its output"));
    std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(drop));
    program
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn ordered() -> Vec<(String, i64)> {
    ORDERED
        .iter()
        .filter_map(|number| menu::products().find(|product| product.number == *number))
        .map(|product| (product.id().to_string(), product.price.minor()))
        .collect()
}

/// More people than the seed has, with the password that its people begin with.
async fn hire(db: &DatabaseConnection, role: &str, count: usize) {
    let hired = Statement::from_sql_and_values(
        db.get_database_backend(),
        "INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
         SELECT gen_random_uuid(), $1 || n, 'Soak ' || $1 || n, $1, password_hash, false, now() \
         FROM staff, generate_series(0, $2 - 1) AS n WHERE username = 'amina'",
        [
            role.into(),
            i32::try_from(count).expect("a small number").into(),
        ],
    );
    db.execute_raw(hired).await.expect("more people");
}

async fn ids(db: &DatabaseConnection, sql: &str) -> Vec<Uuid> {
    let question = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(question).await.expect("an answer");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("an id"))
        .collect()
}

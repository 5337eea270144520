//! A database server and the program on it: real processes, each stopped when its value goes.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use cafe_pos::data::connect;
use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use cafe_pos::seed::{self, Passwords};
use cafe_pos::staff::session::Claims;
use cafe_pos::values::{Clock, StaffId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, QueryResult, Statement, Value};
use sea_orm_migration::MigratorTrait as _;
use tempfile::TempDir;

/// The secret that signs the sessions.
pub const SECRET: &str = "only for tests: sixteen or more";

/// What anything may take to be there.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that Postgres' own user can enter when root runs this.
pub fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("cafe-pos-operations")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()
        .expect("a temporary folder")
}

/// A Postgres that somebody else runs, as far as the program knows.
pub struct Server {
    /// Nothing while it is away.
    postgres: Option<PrivatePostgres>,
    url: String,
    // After Postgres, which still writes while it stops.
    folder: TempDir,
}

impl Server {
    /// With the empty database "pos".
    pub async fn start() -> Self {
        let folder = folder();
        let postgres = started(&folder).await;
        let made = postgres.door().ensure_database("pos").await;
        made.expect("a database");
        Self {
            url: postgres.url("pos"),
            postgres: Some(postgres),
            folder,
        }
    }

    /// Stops the server; its place stays.
    pub async fn goes_away(&mut self) {
        let postgres = self.postgres.take().expect("a running server");
        let stopped = tokio::task::spawn_blocking(|| postgres.stop()).await;
        stopped.expect("a thread");
    }

    /// Starts it again in its old place.
    pub async fn comes_back(&mut self) {
        self.postgres = Some(started(&self.folder).await);
    }

    /// The same with a schema and a café in it, of which everybody has chosen a password.
    pub async fn furnished() -> Self {
        let server = Self::start().await;
        let db = server.connect().await;
        migration::Migrator::up(&db, None).await.expect("a schema");
        let now = Clock::real().now();
        let seeded = seed::seed(&db, Passwords::Known, now).await;
        seeded.expect("the seed");
        let chosen = "UPDATE staff SET must_change_password = false";
        db.execute_unprepared(chosen).await.expect("the staff");
        server
    }

    /// Its address, with the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn connect(&self) -> DatabaseConnection {
        let connected = connect::connect(&self.url, 2).await;
        connected.expect("the database")
    }

    /// A command of the program with this database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", &self.url)
            .env("DATA_DIR", self.folder.path().join("data"))
            .env("POS_JWT_SECRET", SECRET)
            .env("HOST", "127.0.0.1")
            .env("PORT", "0")
            .env("LOG_FORMAT", "json");
        command
    }

    /// Serves, with these settings on top; it may not be well yet.
    pub fn serve(&self, settings: &[(&str, &str)]) -> Program {
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied());
        let number = fs::read_dir(self.folder.path()).expect("a folder").count();
        Program::start(command, &self.folder.path().join(format!("log-{number}")))
    }
}

async fn started(folder: &TempDir) -> PrivatePostgres {
    let options = Options::throwaway(folder.path().join("server"));
    let started = tokio::task::spawn_blocking(|| PrivatePostgres::start(options)).await;
    started.expect("a thread").expect("Postgres")
}

/// The program while it serves.
pub struct Program {
    child: Child,
    said: PathBuf,
    log: PathBuf,
}

impl Program {
    /// Starts a command; what it says goes to files of this name.
    pub fn start(mut command: Command, files: &Path) -> Self {
        let (said, log) = (files.with_extension("out"), files.with_extension("err"));
        let child = command
            .stdout(File::create(&said).expect("a file"))
            .stderr(File::create(&log).expect("a file"))
            .stdin(Stdio::null())
            .spawn()
            .expect("the program");
        Self { child, said, log }
    }

    /// Where it says that it serves.
    pub async fn door(&mut self) -> String {
        let begun = Instant::now();
        loop {
            let said = fs::read_to_string(&self.said).expect("what it said");
            let line = said.lines().find(|line| line.contains("serves on"));
            if let Some(address) = line.and_then(|line| line.split_whitespace().last()) {
                return address.to_owned();
            }
            if let Ok(Some(ended)) = self.child.try_wait() {
                panic!("it ended by itself: {ended}\n{}", self.log());
            }
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let (name, process) = (format!("-{name}"), self.child.id().to_string());
        let sent = Command::new("kill").args([name, process]).status();
        assert!(sent.expect("kill").success());
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(ended) = self.child.try_wait().expect("its state") {
                return ended;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("its log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A row that is there.
pub async fn row(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> QueryResult {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await.expect("an answer");
    row.unwrap_or_else(|| panic!("no row: {sql}"))
}

/// A session as signing in gives it, and whose it is.
pub async fn session(db: &DatabaseConnection, username: &str) -> (StaffId, String) {
    let sql = "SELECT id, role, token_version FROM staff WHERE username = $1";
    let row = row(db, sql, [username.into()]).await;
    let role: String = row.try_get("", "role").expect("a role");
    let id: StaffId = row.try_get("", "id").expect("an id");
    let version = row.try_get("", "token_version").expect("a version");
    let claims = Claims::new(
        id,
        role.parse().expect("a role"),
        version,
        Clock::real().now(),
    );
    (id, claims.sign(SECRET).expect("a token"))
}

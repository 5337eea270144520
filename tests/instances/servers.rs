//! The parts that fail: real processes, each stopped when its value goes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use rand::Rng as _;
use tempfile::TempDir;

/// The secret that signs the sessions of all instances.
pub const SECRET: &str = "only for tests: sixteen or more";

/// What a part may take to be there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends a signal by its name.
pub fn signal(process: u32, name: &str) {
    let (name, process) = (format!("-{name}"), process.to_string());
    let sent = Command::new("kill").args([&name, &process]).status();
    assert!(sent.expect("kill").success(), "no process {process}");
}

/// A free port below those that outgoing connections take: one that is free now shall be so after a restart, too. What was
/// given away is not given again: it is still free while its part is being started, and two parts would think it theirs.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().expect("no panic");
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let tried = std::iter::repeat_with(|| rand::rng().random_range(10_000..30_000));
    let mut new = tried.filter(|port| given.insert(*port));
    new.find(free).expect("it goes on for ever")
}

/// A Postgres that waits for the disk; the instances know it by its address, as they would a server.
pub struct Postgres {
    folder: TempDir,
    postgres: PrivatePostgres,
}

impl Postgres {
    /// Starts it with the empty database "pos".
    pub async fn start() -> Self {
        // Open to all, so that Postgres' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("cafe-pos-instances")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let options = Options::durable(folder.path().join("postgres"));
        let started = tokio::task::spawn_blocking(|| PrivatePostgres::start(options)).await;
        let postgres = started.expect("a thread").expect("Postgres");
        let made = postgres.door().ensure_database("pos").await;
        made.expect("a database");
        Self { folder, postgres }
    }

    /// The address of the database.
    pub fn url(&self) -> String {
        self.postgres.url("pos")
    }

    /// Ends its life by this signal to the parent of its processes; its keeper starts it again at once.
    pub fn end_by(&self, name: &str) {
        let note = self.folder.path().join("postgres/cluster/postmaster.pid");
        let note = fs::read_to_string(note).expect("Postgres' own note");
        let parent = note.lines().next().and_then(|pid| pid.parse().ok());
        signal(parent.expect("its number"), name);
    }
}

/// A Redis of our own, which keeps nothing.
pub struct Redis {
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Redis {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let mut redis = Self {
            port: free_port(),
            folder: TempDir::new().expect("a temporary folder"),
            process: None,
        };
        redis.start_again().await;
        redis
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts an empty one in the place of the one that was killed.
    pub async fn start_again(&mut self) {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.port.to_string()])
            .arg("--dir")
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn();
        self.process = Some(process.expect("redis-server is installed"));
        let begun = Instant::now();
        while cafe_pos::live::redis_answers(&self.url()).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "no Redis within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it was there");
            process.wait().expect("its end");
        }
    }

    /// Stops it where it is; its connections stay.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Makes it slow: it answers only now and then, until that is stopped.
    pub fn slow(&self, silent: Duration) -> Slowness {
        let process = self.process.as_ref().expect("a running Redis").id();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Relaxed) {
                signal(process, "STOP");
                std::thread::sleep(silent);
                signal(process, "CONT");
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Slowness {
            stop,
            thread: Some(thread),
        }
    }

    fn signal(&self, name: &str) {
        let process = self.process.as_ref().expect("a running Redis");
        signal(process.id(), name);
    }
}

/// Redis is slow as long as this is there.
pub struct Slowness {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Slowness {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("its end");
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One instance of the program.
pub struct Instance {
    port: u16,
    log: PathBuf,
    environment: Vec<(String, String)>,
    process: Option<Child>,
}

impl Instance {
    /// Starts one on a free port; it may not be well yet.
    pub fn start(
        postgres: &Postgres,
        redis: &Redis,
        files: &Path,
        failpoint: Option<&str>,
    ) -> Self {
        let mut environment = vec![
            ("DATABASE_URL".to_owned(), postgres.url()),
            ("REDIS_URL".to_owned(), redis.url()),
            ("DATA_DIR".to_owned(), files.display().to_string()),
            ("POS_JWT_SECRET".to_owned(), SECRET.to_owned()),
            ("HOST".to_owned(), "127.0.0.1".to_owned()),
        ];
        environment.extend(
            ["PATH", "LOG"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))),
        );
        if let Some(failpoint) = failpoint {
            environment.push(("CAFE_POS_FAILPOINT".to_owned(), failpoint.to_owned()));
        }
        let port = free_port();
        let mut instance = Self {
            port,
            log: files.join(format!("{port}.log")),
            environment,
            process: None,
        };
        instance.start_again();
        instance
    }

    /// Starts it again in its old place.
    pub fn start_again(&mut self) {
        let log = File::options().create(true).append(true).open(&self.log);
        let mut process = Command::new(env!("CARGO_BIN_EXE_cafe-pos"))
            .arg("serve")
            .env_clear()
            .envs(self.environment.iter().cloned())
            .env("PORT", self.port.to_string())
            .stdout(Stdio::piped())
            .stderr(log.expect("its log"))
            .spawn()
            .expect("the program");
        // A program that cannot write would stop: somebody reads what it says.
        let out = BufReader::new(process.stdout.take().expect("its output"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(drop));
        self.process = Some(process);
    }

    /// The beginning of its addresses.
    pub fn door(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until it serves.
    pub async fn is_well(&mut self) {
        let begun = Instant::now();
        let client = cafe_pos::web::ask::client().build().expect("a client");
        let health = format!("{}/api/health", self.door());
        loop {
            let answer = client.get(&health).timeout(PATIENCE / 30).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let process = self.process.as_mut().expect("a running instance");
            if let Ok(Some(ended)) = process.try_wait() {
                let said = fs::read_to_string(&self.log).unwrap_or_default();
                panic!("the program ended by itself: {ended}\n{said}");
            }
            assert!(begun.elapsed() < PATIENCE, "not well within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // A stopped process dies, too.
            process.kill().expect("it was there");
            process.wait().expect("its end");
        }
    }

    /// Asks it to stop and waits for that.
    pub fn stop(&mut self) {
        self.ask_to_stop();
        let mut process = self.process.take().expect("a running instance");
        let ended = process.wait().expect("its end");
        assert!(ended.success(), "the program ended with {ended}");
    }

    /// Asks it to stop.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    /// Waits until it has stopped, and lets the others go on meanwhile.
    pub async fn has_stopped(&mut self) {
        let mut process = self.process.take().expect("a running instance");
        let begun = Instant::now();
        loop {
            if let Some(ended) = process.try_wait().expect("its state") {
                assert!(ended.success(), "the program ended with {ended}");
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not stopped within {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The port of its addresses.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it has ended in whatever way, and says how.
    pub fn ended(&mut self) -> String {
        let mut process = self.process.take().expect("a running instance");
        process.wait().expect("its end").to_string()
    }

    /// Stops it where it is; its connections stay.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// The memory it holds, in kB.
    pub fn memory(&self) -> u64 {
        let process = self.process.as_ref().expect("a running instance");
        let status =
            fs::read_to_string(format!("/proc/{}/status", process.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("its memory")
    }

    fn signal(&self, name: &str) {
        let process = self.process.as_ref().expect("a running instance");
        signal(process.id(), name);
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}

//! A Postgres of our own, for a café that has no database server: the installed programs, run as a
//! child of this program on a folder of its own, reachable only through a socket in that folder.
//!
//! It is a real Postgres with checksums and fsync, and it must be dull: it survives power cuts and
//! `kill -9` of itself, of this program, or of both, never outlives this program, never listens on
//! the network, and never touches another server of the machine.
//!
//! All unsafe code of the project is in this file, in the four small functions at its end.

mod account;
mod folder;
mod keeper;
mod note;
mod place;
mod programs;

use std::fmt::Write as _;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, Statement};
use tokio::sync::watch;

use keeper::Keeper;

pub use account::can_reach;

/// The one role of a private cluster. Whoever can open the socket may be it: the socket's folder
/// is closed to everybody but the account that Postgres runs as.
const ROLE: &str = "pos";
/// Postgres names its socket after a port even when it listens on none.
const PORT: u16 = 5432;

/// What to start, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that belongs to this cluster alone, `$DATA_DIR/postgres`.
    pub folder: PathBuf,
    /// Where `initdb` and `postgres` are (`POS_PG_BIN`); `None` looks for them.
    pub programs: Option<PathBuf>,
    /// Whether a committed row must survive a power cut.
    pub durability: Durability,
}

impl Options {
    /// A cluster that keeps money: everything on.
    pub fn durable(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            programs: None,
            durability: Durability::Durable,
        }
    }

    /// A cluster for one run of the tests: faster, and worthless after a power cut.
    pub fn throwaway(folder: impl Into<PathBuf>) -> Self {
        Self {
            durability: Durability::Throwaway,
            ..Self::durable(folder)
        }
    }
}

/// Whether a committed row must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit reaches the disk before it is answered.
    Durable,
    /// For tests: nothing waits for the disk.
    Throwaway,
}

/// How the private Postgres is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It accepts connections; those made earlier were lost with its former life.
    Up { since: Instant },
    /// It died alone and is being started again.
    Down,
    /// It died more than five times within a minute, or was stopped: it will not come back.
    Gone,
}

impl Health {
    /// Whether it accepts connections.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}

/// Why there is no private Postgres; each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "No Postgres programs (initdb, postgres) were found: install them with `apt-get install postgresql`, or set POS_PG_BIN to the folder they are in, or DATABASE_URL to a server."
    )]
    NoPrograms,
    #[error(
        "POS_PG_BIN is {0:?}, but that folder holds no `initdb` and `postgres`; an example: /usr/lib/postgresql/15/bin."
    )]
    NotPrograms(PathBuf),
    #[error(
        "The data in {folder:?} was made by Postgres {wanted}, but only {found} is installed: `apt-get install postgresql-{wanted}`, or set POS_PG_BIN to the programs of version {wanted}."
    )]
    OtherVersion {
        folder: PathBuf,
        wanted: String,
        found: String,
    },
    #[error(
        "The data folder {folder:?} is in use by another cafe-pos{holder}: stop it first, or set DATA_DIR to another folder."
    )]
    InUse { folder: PathBuf, holder: String },
    #[error(
        "The data folder {folder:?} belongs to {owner}: run this as {owner} or as root, or set DATA_DIR to a folder of your own."
    )]
    NotOurs { folder: PathBuf, owner: String },
    #[error(
        "Postgres refuses to run as root, and its user {user} cannot reach {folder:?}: set DATA_DIR to a folder it can reach, such as /var/lib/cafe-pos."
    )]
    Unreachable { folder: PathBuf, user: String },
    #[error(
        "Postgres refuses to run as root, and this machine has neither a user `postgres` nor a user `nobody`: run this as an ordinary user."
    )]
    NoAccount,
    #[error("Another Postgres (process {pid}) works on {folder:?}: stop it first.")]
    Occupied { folder: PathBuf, pid: u32 },
    #[error("The database folder could not be made: {0}")]
    Initdb(String),
    #[error("Postgres did not start: {0}")]
    Died(String),
    #[error("Postgres was stopped while it was starting.")]
    Stopped,
    #[error("{what} {path:?}: {source}.")]
    Io {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl StartError {
    fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }
}

/// Where a running private Postgres is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    sockets: PathBuf,
    programs: PathBuf,
}

impl Door {
    /// The address of one of its databases, as SeaORM and the Postgres programs take it.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{ROLE}@localhost/{}?host={}&port={PORT}&sslmode=disable",
            percent_encoded(database),
            percent_encoded(&self.sockets.to_string_lossy()),
        )
    }

    /// The folder with the programs of the same version: `pg_dump`, `psql`, `pg_restore`.
    pub fn bin_dir(&self) -> &Path {
        &self.programs
    }

    /// Makes the database if it is not there yet.
    ///
    /// # Errors
    /// When Postgres cannot be reached, or the disk is full.
    pub async fn ensure_database(&self, name: &str) -> Result<(), DbErr> {
        let mut options = ConnectOptions::new(self.url("postgres"));
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await?;
        let found = Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT 1 FROM pg_database WHERE datname = $1",
            [name.into()],
        );
        let done = match db.query_one_raw(found).await? {
            Some(_) => Ok(()),
            None => {
                let quoted = name.replace('"', "\"\"");
                db.execute_unprepared(&format!("CREATE DATABASE \"{quoted}\""))
                    .await
                    .map(|_| ())
            }
        };
        db.close().await?;
        done
    }
}

/// A private Postgres that this program started and will stop; dropping it stops it too.
#[derive(Debug)]
pub struct PrivatePostgres {
    door: Door,
    keeper: Keeper,
}

impl PrivatePostgres {
    /// Starts it and waits until it accepts connections: a second when the folder is new, a tenth
    /// otherwise, longer when it recovers from a power cut. Blocks: not for an async task.
    ///
    /// # Errors
    /// When there are no programs, or the folder is in use, out of reach or broken.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let folder = folder::Folder::open(&options)?;
        let door = folder.door();
        Ok(Self {
            door,
            keeper: Keeper::start(folder)?,
        })
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        self.door.url(database)
    }

    /// The folder with the programs it runs.
    pub fn bin_dir(&self) -> &Path {
        self.door.bin_dir()
    }

    /// Where it is reached.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Whether it accepts connections, as far as the keeper knows.
    pub fn is_up(&self) -> bool {
        self.keeper.health().borrow().is_up()
    }

    /// Follows how it is doing.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.keeper.health()
    }

    /// Waits until it is gone for good, and never returns while there is hope.
    pub async fn gone(&self) {
        // The sender lives in the keeper's thread: when that ends, so does the hope.
        let _ = self
            .health()
            .wait_for(|health| *health == Health::Gone)
            .await;
    }

    /// Stops it cleanly and waits for that. Blocks for 20 to 90 ms as a rule.
    pub fn stop(mut self) {
        self.keeper.stop();
    }
}

/// A private Postgres, ours or that of the `serve` which holds the folder.
#[derive(Debug)]
pub enum Held {
    /// Another command of this program runs it; it stays when we leave.
    Attached(Door),
    /// Nobody ran it, so we do.
    Started(PrivatePostgres),
}

impl Held {
    /// Connects to the Postgres of a running `serve`, or starts one. Blocks: not for an async task.
    ///
    /// # Errors
    /// As [`PrivatePostgres::start`], except that a folder in use is no error.
    pub fn attach_or_start(options: Options) -> Result<Self, StartError> {
        match PrivatePostgres::start(options.clone()) {
            Err(refused @ StartError::InUse { .. }) => note::door_of_running(&options)
                .map_or(Err(refused), |door| Ok(Self::Attached(door))),
            other => other.map(Self::Started),
        }
    }

    /// Where it is reached.
    pub fn door(&self) -> &Door {
        match self {
            Self::Attached(door) => door,
            Self::Started(postgres) => postgres.door(),
        }
    }

    /// Stops it if it is ours. Blocks as [`PrivatePostgres::stop`] does.
    pub fn stop(self) {
        if let Self::Started(postgres) = self {
            postgres.stop();
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Makes the child die with the thread that spawns it, even when this program is killed, and keeps
/// the terminal's Ctrl-C from it: this program decides when it stops.
#[allow(unsafe_code)] // `pre_exec` is the only place between fork and exec
fn tie_to_this_thread(command: &mut Command) {
    let parent = std::process::id().cast_signed();
    let tie = move || {
        // SAFETY: three system calls without pointers; none allocates or takes a lock.
        unsafe {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT) == -1 {
                return Err(io::Error::last_os_error());
            }
            // We may have been killed before the line above took hold.
            if libc::getppid() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            if libc::setsid() == -1 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: `tie` only makes async-signal-safe calls and captures a copied number.
    unsafe { command.pre_exec(tie) };
}

/// Sends a signal to a child that has not been reaped, so its number cannot be somebody else's.
#[allow(unsafe_code)] // std can only send SIGKILL
fn signal(child: u32, signal: libc::c_int) {
    // SAFETY: a system call without pointers. That the child is already dead is no news here.
    unsafe { libc::kill(child.cast_signed(), signal) };
}

/// Whether the child has ended, without reaping it: its number stays taken until `Child::wait`.
/// With `wait` it returns when that is so.
#[allow(unsafe_code)] // std's wait always reaps, and then a late signal could hit a stranger
fn has_ended(child: u32, wait: bool) -> bool {
    let flags = libc::WEXITED | libc::WNOWAIT | if wait { 0 } else { libc::WNOHANG };
    loop {
        // SAFETY: `siginfo_t` is plain data for which zeroes are valid, and it outlives the call.
        let (answer, ended) = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            let answer = libc::waitid(libc::P_PID, child, &raw mut info, flags);
            (answer, answer == 0 && info.si_pid() != 0)
        };
        if answer == 0 {
            return ended;
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return true;
        }
    }
}

//! The folder of a private cluster: who holds it, what a killed Postgres left in it, making it.
//!
//! `cluster/` is Postgres' own, `run/` holds its socket, `lock` is held by the program that runs
//! it, `log` is what Postgres says.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::{self, Account};
use super::note::Note;
use super::place::{absolute, hold, make, own_file, remove, socket_folder};
use super::programs::Programs;
use super::{Door, Durability, Options, PORT, ROLE, StartError};

/// Orphans of a killed Postgres write their checkpoint and leave; on a slow card that takes a while.
const ORPHANS_LEAVE_WITHIN: Duration = Duration::from_secs(30);
const LARGEST_LOG: u64 = 1024 * 1024;

/// The folder of one cluster, held by us alone until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    sockets: PathBuf,
    programs: Programs,
    account: Account,
    durability: Durability,
    _held: File,
}

impl Folder {
    /// Takes the folder, makes the cluster if there is none.
    pub fn open(options: &Options) -> Result<Self, StartError> {
        let root = absolute(&options.folder)?;
        let account = Account::for_folder(&root)?;
        // Found before anything is made, so that a machine without Postgres stays as it was.
        let programs = Programs::find(options.programs.as_deref(), &root.join("cluster"))?;
        let unreachable = || StartError::Unreachable {
            folder: root.clone(),
            user: account.name.clone(),
        };
        if !account::can_reach(&root) {
            return Err(unreachable());
        }
        make(&root, &account)?;
        let owner = fs::metadata(&root)
            .map_err(StartError::io("Cannot look at", &root))?
            .uid();
        if owner != account.uid {
            return Err(StartError::NotOurs {
                folder: root,
                owner: account::name_of(owner),
            });
        }
        if !account.can_enter(&root) {
            return Err(unreachable());
        }
        let held = hold(&root)?;
        let sockets = socket_folder(&root);
        let folder = Self {
            root,
            sockets,
            programs,
            account,
            durability: options.durability,
            _held: held,
        };
        folder.make_cluster()?;
        folder.make_sockets()?;
        Ok(folder)
    }

    pub fn door(&self) -> Door {
        Door {
            sockets: self.sockets.clone(),
            programs: self.programs.dir.clone(),
        }
    }

    fn cluster(&self) -> PathBuf {
        self.root.join("cluster")
    }

    /// The server's command line; the log is opened anew, so it may be called for each start.
    pub fn server(&self) -> Result<Command, StartError> {
        let log = self.log()?;
        let error_log = log
            .try_clone()
            .map_err(StartError::io("Cannot write", &self.root.join("log")))?;
        let mut command = self.account.command(&self.programs.dir.join("postgres"));
        command
            .arg("-D")
            .arg(self.cluster())
            .current_dir(self.cluster());
        command.stdin(Stdio::null()).stdout(log).stderr(error_log);
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        Ok(command)
    }

    fn settings(&self) -> Vec<String> {
        // The value is a list of folders; quoted it may hold commas and blanks.
        let sockets = self.sockets.to_string_lossy().replace('"', "\"\"");
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories=\"{sockets}\""),
            "unix_socket_permissions=0700".to_owned(),
            format!("port={PORT}"),
            // A refused statement is the program's to log, without what guests and staff typed.
            "log_min_messages=log".to_owned(),
            "log_min_error_statement=panic".to_owned(),
            "log_checkpoints=off".to_owned(),
            // What is compiled at run time needs memory that may be written and run, which a careful unit forbids.
            "jit=off".to_owned(),
        ];
        if self.durability == Durability::Throwaway {
            // Each test has a database and a pool of its own.
            settings.extend(
                [
                    "fsync=off",
                    "synchronous_commit=off",
                    "full_page_writes=off",
                    "max_connections=300",
                ]
                .map(String::from),
            );
        }
        settings
    }

    fn log(&self) -> Result<File, StartError> {
        let path = self.root.join("log");
        if fs::metadata(&path).is_ok_and(|log| log.len() > LARGEST_LOG) {
            let _ = fs::rename(&path, self.root.join("log.old"));
        }
        own_file()
            .append(true)
            .open(&path)
            .map_err(StartError::io("Cannot write", &path))
    }

    /// How long the log is, for [`Folder::last_words`].
    pub fn log_length(&self) -> u64 {
        fs::metadata(self.root.join("log")).map_or(0, |log| log.len())
    }

    /// Why Postgres ended, from what it wrote after `since`.
    pub fn last_words(&self, since: u64) -> String {
        let path = self.root.join("log");
        let mut text = String::new();
        if let Ok(mut log) = File::open(&path) {
            let _ = log.seek(io::SeekFrom::Start(since));
            let _ = log.take(LARGEST_LOG).read_to_string(&mut text);
        }
        let reason = text.lines().rev().find_map(|line| {
            ["PANIC:", "FATAL:", "ERROR:"]
                .iter()
                .find_map(|level| line.split_once(level))
                .map(|(_, reason)| reason.trim())
        });
        // Some failures come before Postgres has a log: plain lines without a level.
        let plain = || {
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.contains("LOG:"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        match reason.map_or_else(plain, str::to_owned) {
            silence if silence.is_empty() => format!("it ended without a reason (see {path:?})"),
            reason => format!("{reason} (see {path:?})"),
        }
    }

    /// Whether the server with this number accepts connections. The file of a killed server says
    /// so for ever, so the number must be our child's.
    pub fn is_ready(&self, child: u32) -> bool {
        Note::read(&self.cluster()).is_some_and(|note| note.ready && note.pid == child)
    }

    /// Removes what a killed server left behind, once none of its processes works here any more.
    pub fn clear_remains(&self) -> Result<(), StartError> {
        let note = self.cluster().join("postmaster.pid");
        let given_up = Instant::now() + ORPHANS_LEAVE_WITHIN;
        while let Some(pid) = self.processes().next() {
            if Instant::now() > given_up {
                return Err(StartError::Occupied {
                    folder: self.cluster(),
                    pid,
                });
            }
            thread::sleep(Duration::from_millis(20));
        }
        // Whoever has the number in that file now is a stranger, or a zombie that nobody reaps:
        // Postgres would take either for a running server.
        remove(&note)?;
        for left in fs::read_dir(&self.sockets)
            .map_err(StartError::io("Cannot read", &self.sockets))?
            .flatten()
        {
            remove(&left.path())?;
        }
        Ok(())
    }

    /// Processes that work in the cluster: every process of Postgres has it as its current folder.
    fn processes(&self) -> impl Iterator<Item = u32> {
        let cluster = fs::canonicalize(self.cluster()).unwrap_or_else(|_| self.cluster());
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(move |entry| {
                let pid = entry.file_name().to_str()?.parse().ok()?;
                let works_here = fs::read_link(entry.path().join("cwd")).ok()? == cluster;
                works_here.then_some(pid)
            })
    }

    fn make_cluster(&self) -> Result<(), StartError> {
        if self.cluster().exists() {
            return Ok(());
        }
        // Made beside its place and then moved: a power cut in between leaves no half cluster.
        let fresh = self.root.join("cluster.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(StartError::io("Cannot remove", &fresh))?;
        }
        let mut initdb = self.account.command(&self.programs.dir.join("initdb"));
        initdb.current_dir(&self.root).arg("-D").arg(&fresh).args([
            "-U",
            ROLE,
            "-E",
            "UTF8",
            "--no-locale",
        ]);
        initdb.args([
            "--auth-local=trust",
            "--auth-host=reject",
            "--data-checksums",
        ]);
        if self.durability == Durability::Throwaway {
            initdb.arg("--no-sync");
        }
        let output = initdb.output().map_err(StartError::io(
            "Cannot run",
            &self.programs.dir.join("initdb"),
        ))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let reason = said
                .lines()
                .find(|line| line.contains("error:"))
                .or_else(|| said.lines().last());
            return Err(StartError::Initdb(
                reason.unwrap_or("initdb gave no reason").to_owned(),
            ));
        }
        fs::rename(&fresh, self.cluster()).map_err(StartError::io("Cannot move", &fresh))?;
        let synced = File::open(&self.root).and_then(|root| root.sync_all());
        synced.map_err(StartError::io("Cannot write", &self.root))
    }

    fn make_sockets(&self) -> Result<(), StartError> {
        make(&self.sockets, &self.account)?;
        // In the system's temporary folder a stranger may have been here first.
        let found = fs::symlink_metadata(&self.sockets)
            .map_err(StartError::io("Cannot look at", &self.sockets))?;
        if !found.is_dir() || found.uid() != self.account.uid || found.mode() & 0o077 != 0 {
            return Err(StartError::NotOurs {
                folder: self.sockets.clone(),
                owner: account::name_of(found.uid()),
            });
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing of ours stays in the system's temporary folder.
        if !self.sockets.starts_with(&self.root) {
            let _ = fs::remove_dir(&self.sockets);
        }
    }
}

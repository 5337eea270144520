//! What a running server writes about itself, and finding one that another command runs.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::place::absolute;
use super::programs::Programs;
use super::{Door, Options, PORT};

/// A `serve` that has just taken the folder may still be making or recovering the cluster.
const NEIGHBOUR_IS_READY_WITHIN: Duration = Duration::from_secs(30);

/// Where the server is reached that another of our programs runs on this folder.
pub(super) fn door_of_running(options: &Options) -> Option<Door> {
    let cluster = absolute(&options.folder).ok()?.join("cluster");
    let given_up = Instant::now() + NEIGHBOUR_IS_READY_WITHIN;
    loop {
        if let Some(note) = Note::read(&cluster).filter(|note| note.ready)
            && UnixStream::connect(note.sockets.join(format!(".s.PGSQL.{PORT}"))).is_ok()
        {
            let programs = Programs::find(options.programs.as_deref(), &cluster)
                .ok()?
                .dir;
            return Some(Door {
                sockets: note.sockets,
                programs,
            });
        }
        if Instant::now() > given_up {
            return None;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a server writes about itself into `postmaster.pid`.
pub(super) struct Note {
    pub pid: u32,
    pub sockets: PathBuf,
    pub ready: bool,
}

impl Note {
    pub fn read(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok()?;
        Some(Self {
            pid,
            sockets: PathBuf::from(lines.get(4)?),
            ready: lines.get(7) == Some(&"ready"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_of_a_server_that_is_still_starting_is_not_ready() {
        let cluster = tempfile::tempdir().unwrap();
        let note = |status: &str| {
            format!("4711\n/x/cluster\n1763800000\n5432\n/x/run\n\n  1234  5678\n{status}\n")
        };
        fs::write(cluster.path().join("postmaster.pid"), note("starting")).unwrap();
        assert!(!Note::read(cluster.path()).unwrap().ready);
        fs::write(cluster.path().join("postmaster.pid"), note("ready   ")).unwrap();
        let read = Note::read(cluster.path()).unwrap();
        assert!(read.ready);
        assert_eq!((read.pid, read.sockets), (4711, PathBuf::from("/x/run")));
    }
}

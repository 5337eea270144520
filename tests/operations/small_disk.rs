//! A small file system in memory, which only root can make.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::folder;

/// A file system of its own that is soon full.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// One of so many megabytes; nothing where this user or this machine's kernel makes none, which is said.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let folder = folder();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={megabytes}m,mode=755"))
            .arg("tmpfs")
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("SKIPPED: no small file system can be made here (only root can)");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    /// Takes all the room that is left, to the last piece.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        for piece in [1 << 20, 1 << 12] {
            while ballast.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    /// The same, and leaves so many bytes.
    pub fn fill_but(&self, room: u64) {
        self.fill();
        let ballast = File::options().write(true).open(self.ballast());
        let ballast = ballast.expect("the ballast");
        let length = ballast.metadata().expect("its length").len();
        ballast.set_len(length - room).expect("some room");
    }

    /// Gives the room back.
    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).expect("the ballast");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

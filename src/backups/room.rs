//! The room on the disk that the café sells on: backups must not take the last of it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::vault::Vault;

/// What stays free beside the data, in bytes. An order takes less than 10 kB with all that is kept of it, so that a full disk
/// of this size is still days away; and Postgres' own log finds its next files (16 MB each).
pub(super) const SPARE: u64 = 256 << 20;
/// How often it is looked at while something is being written. A disk that takes a GB a second takes less than that meanwhile.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(200);

/// Why something was not written, or not to its end.
#[derive(Debug, thiserror::Error)]
#[error(
    "There is no room for it beside the data: {} MB are free on the disk of {folder}, {} MB of them stay free for the \
     café, and it needs {}", megabytes(*free), megabytes(SPARE), in_words(*wanted)
)]
pub(super) struct NoRoom {
    folder: String,
    free: u64,
    /// In bytes; 0 where nobody can say, because there is less than what stays free.
    wanted: u64,
}

fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

fn in_words(wanted: u64) -> String {
    match wanted {
        0 => "more".to_owned(),
        bytes => format!("{} MB", megabytes(bytes).max(1)),
    }
}

/// The bytes that are free for this user on the disk of a folder.
///
/// # Errors
/// When it cannot be looked at.
pub fn free_space(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail * disk.f_frsize)
}

impl Vault {
    /// Fails unless so many bytes may be written beside the data. Where its disk is not this machine's, nobody can say.
    pub(super) fn room_beside_the_data(&self, wanted: u64) -> Result<(), NoRoom> {
        let Some(folder) = &self.data else {
            return Ok(());
        };
        match free_space(folder) {
            Ok(free) if free < wanted.saturating_add(SPARE) => Err(NoRoom {
                folder: folder.display().to_string(),
                free,
                wanted,
            }),
            _ => Ok(()),
        }
    }

    /// The same for files among the backups, which may have a disk of their own: that may be filled.
    pub(super) fn room_among_the_backups(&self, wanted: u64) -> Result<(), NoRoom> {
        match self.is_beside_the_data() {
            true => self.room_beside_the_data(wanted),
            false => Ok(()),
        }
    }

    fn is_beside_the_data(&self) -> bool {
        let disk = |folder: &Path| {
            let there = folder.ancestors().find_map(|it| it.metadata().ok());
            there.map(|found| found.dev())
        };
        let data = self.data.as_deref().and_then(disk);
        data.is_some() && data == disk(&self.folder)
    }

    /// How many bytes somebody may write among the backups; nothing where the disk alone says when it is full.
    pub(super) fn most_among_the_backups(&self) -> Option<u64> {
        let folder = self.data.as_ref().filter(|_| self.is_beside_the_data())?;
        Some(free_space(folder).ok()?.saturating_sub(SPARE))
    }

    /// Does something that fills the disk of the backups. Where that is the data's too, it leaves off when only that is left
    /// which stays free.
    ///
    /// # Errors
    /// What the work says, or that there was no room for the rest of it.
    pub(super) async fn while_there_is_room_among_the_backups<T>(
        &self,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        match self.is_beside_the_data() {
            true => self.while_there_is_room_beside_the_data(work).await,
            false => work.await,
        }
    }

    /// The same for something that fills the disk of the data.
    ///
    /// # Errors
    /// What the work says, or that there was no room for the rest of it.
    pub(super) async fn while_there_is_room_beside_the_data<T>(
        &self,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let runs_out = async {
            loop {
                if let Err(none) = self.room_beside_the_data(0) {
                    return none;
                }
                tokio::time::sleep(LOOKED_AT_EVERY).await;
            }
        };
        tokio::select! {
            done = work => done,
            none = runs_out => Err(none).context("It was left off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_in_megabytes() {
        let none = |wanted| NoRoom {
            folder: "/data".to_owned(),
            free: 300 << 20,
            wanted,
        };
        let words = none(8 << 30).to_string();
        assert!(words.contains("300 MB are free on the disk of /data, 256 MB of them"));
        assert!(words.ends_with("and it needs 8192 MB"), "{words}");
        assert!(none(0).to_string().ends_with("and it needs more"));
        assert!(none(5).to_string().ends_with("and it needs 1 MB"));
    }

    #[test]
    fn there_is_some_room_where_the_tests_are() {
        assert!(free_space(Path::new(env!("CARGO_MANIFEST_DIR"))).is_ok_and(|free| free > 0));
        assert!(free_space(Path::new("/no such folder")).is_err());
    }
}

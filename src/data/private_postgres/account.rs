//! Which user Postgres runs as: itself refuses root, so root hands it to somebody else.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::StartError;

/// A user of the machine, and whether we must become it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    /// We are root, and what runs on the folder must not be.
    pub drop: bool,
}

impl Account {
    /// Ourselves; as root the owner of `folder` if that is somebody, else `postgres`, else `nobody`.
    pub fn for_folder(folder: &Path) -> Result<Self, StartError> {
        let us = Self::current();
        if us.uid != 0 {
            return Ok(us);
        }
        let owner = fs::metadata(folder).ok().filter(|found| found.uid() != 0);
        let owner = owner.map(|found| Self {
            name: name_of(found.uid()),
            uid: found.uid(),
            gid: found.gid(),
            drop: true,
        });
        owner
            .or_else(|| Self::named("postgres"))
            .or_else(|| Self::named("nobody"))
            .ok_or(StartError::NoAccount)
    }

    fn current() -> Self {
        let (uid, gid) = fs::metadata("/proc/self").map_or((0, 0), |own| (own.uid(), own.gid()));
        Self {
            name: name_of(uid),
            uid,
            gid,
            drop: false,
        }
    }

    fn named(wanted: &str) -> Option<Self> {
        let passwd = fs::read_to_string("/etc/passwd").ok()?;
        let entry = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(wanted))?;
        let mut numbers = entry.split(':').skip(2);
        let uid = numbers.next()?.parse().ok()?;
        let gid = numbers.next()?.parse().ok()?;
        Some(Self {
            name: wanted.to_owned(),
            uid,
            gid,
            drop: true,
        })
    }

    /// A command that runs as this user, without this program's secrets in its environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C");
        for kept in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if self.drop {
            command.gid(self.gid).uid(self.uid);
        }
        command
    }

    /// Whether this user can enter `folder`. Tried, not computed: rights have more than mode bits.
    pub fn can_enter(&self, folder: &Path) -> bool {
        !self.drop
            || self
                .command(Path::new("true"))
                .current_dir(folder)
                .status()
                .is_ok_and(|status| status.success())
    }
}

/// Whether the user that a private Postgres in `folder` would run as can reach it. The folder need
/// not exist yet.
pub fn can_reach(folder: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let existing = absolute.ancestors().find(|ancestor| ancestor.exists());
    Account::for_folder(&absolute)
        .is_ok_and(|account| existing.is_none_or(|folder| account.can_enter(folder)))
}

/// The name of a user, or its number where it has none.
pub(super) fn name_of(uid: u32) -> String {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let number = uid.to_string();
    let entry = passwd
        .lines()
        .find(|line| line.split(':').nth(2) == Some(&number));
    entry
        .and_then(|line| line.split(':').next())
        .map_or(number.clone(), str::to_owned)
}

//! Folders and files: made for the right account, held by one program, short enough for a socket.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::{PORT, StartError};

/// How long a lock outlives the program that held it, at most: the moment between fork and exec, on a busy machine.
const LOCK_LEAVES_WITHIN: Duration = Duration::from_secs(2);

/// `sun_path` of a Unix socket holds 108 bytes with the closing zero.
const LONGEST_SOCKET: usize = 107;

pub(super) fn absolute(folder: &Path) -> Result<PathBuf, StartError> {
    std::path::absolute(folder).map_err(StartError::io("Cannot find", folder))
}

/// Makes a folder for the account alone; one that exists is left as it is.
pub(super) fn make(folder: &Path, account: &Account) -> Result<(), StartError> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(StartError::io("Cannot make", parent))?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) if account.drop => {
            std::os::unix::fs::chown(folder, Some(account.uid), Some(account.gid))
                .map_err(StartError::io("Cannot give away", folder))
        }
        Ok(()) => Ok(()),
        // Left by a start as root that was cut off between making and giving away.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match fs::symlink_metadata(folder) {
                Ok(found) if account.drop && found.is_dir() && found.uid() == 0 => {
                    fs::set_permissions(folder, Permissions::from_mode(0o700))
                        .and_then(|()| {
                            std::os::unix::fs::chown(folder, Some(account.uid), Some(account.gid))
                        })
                        .map_err(StartError::io("Cannot give away", folder))
                }
                _ => Ok(()),
            }
        }
        Err(error) => Err(StartError::io("Cannot make", folder)(error)),
    }
}

/// One program a folder: the lock goes with the program, however it ends.
pub(super) fn hold(root: &Path) -> Result<File, StartError> {
    let path = root.join("lock");
    let mut file = own_file()
        .read(true)
        .write(true)
        .open(&path)
        .map_err(StartError::io("Cannot open", &path))?;
    match lock_of_the_dead(&file) {
        Ok(()) => {
            let written = file
                .set_len(0)
                .and_then(|()| write!(file, "{}", std::process::id()));
            written.map_err(StartError::io("Cannot write", &path))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let holder = if pid.is_empty() {
                String::new()
            } else {
                format!(" (process {pid})")
            };
            Err(StartError::InUse {
                folder: root.to_owned(),
                holder,
            })
        }
        Err(TryLockError::Error(error)) => Err(StartError::io("Cannot lock", &path)(error)),
    }
}

/// The lock, for which a program that was killed may be to be waited: it can have been starting a process, and that one has
/// the file open, too, until it has become the other program or has died.
fn lock_of_the_dead(file: &File) -> Result<(), TryLockError> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_LEAVES_WITHIN => {
                thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome,
        }
    }
}

/// A file of ours in a folder that another account owns: never through a link.
pub(super) fn own_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW);
    options
}

pub(super) fn remove(path: &Path) -> Result<(), StartError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StartError::io("Cannot remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// `run/` in the folder; where that is too deep for a socket, a short folder named after it.
pub(super) fn socket_folder(root: &Path) -> PathBuf {
    let fits = |folder: &Path| {
        folder
            .join(format!(".s.PGSQL.{PORT}.lock"))
            .as_os_str()
            .as_bytes()
            .len()
            <= LONGEST_SOCKET
    };
    let digest: String = Sha256::digest(root.as_os_str().as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let short = format!("cafe-pos-{digest}");
    let candidates = [root.join("run"), std::env::temp_dir().join(&short)];
    candidates
        .into_iter()
        .find(|folder| fits(folder))
        .unwrap_or_else(|| Path::new("/tmp").join(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_in_the_folder_unless_the_folder_is_too_deep_for_one() {
        assert_eq!(
            socket_folder(Path::new("/srv/cafe/postgres")),
            Path::new("/srv/cafe/postgres/run")
        );
        let deep = PathBuf::from("/srv").join("a".repeat(100));
        let elsewhere = socket_folder(&deep);
        assert!(
            elsewhere.join(".s.PGSQL.5432").as_os_str().len() <= LONGEST_SOCKET,
            "{elsewhere:?}"
        );
        assert_eq!(
            elsewhere,
            socket_folder(&deep),
            "the next start finds it again"
        );
        assert_ne!(
            elsewhere,
            socket_folder(&PathBuf::from("/srv").join("b".repeat(100)))
        );
    }
}

//! Values that must never be logged or shown.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shorter ones can be guessed, and whoever guesses it is everybody.
const SHORTEST: usize = 16;
/// What an example begins with that somebody forgot to replace.
const EXAMPLE: &str = "change-me";

/// A value that no log line, error or debugger's print ever shows.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides a value.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn for_sessions(text: &str) -> Result<Self, String> {
        Self::unguessable(text, "signs sessions")
    }

    pub(super) fn for_metrics(text: &str) -> Result<Self, String> {
        Self::unguessable(text, "opens the figures to whoever knows it")
    }

    pub(super) fn for_backups(text: &str) -> Result<Self, String> {
        Self::unguessable(text, "opens every backup")
    }

    fn unguessable(text: &str, purpose: &str) -> Result<Self, String> {
        match text.chars().count() {
            length if length < SHORTEST => Err(format!(
                "has {length} characters, but it {purpose} and needs at least {SHORTEST}"
            )),
            _ if text.starts_with("$(") => {
                Err("is a command that nobody ran: write what it prints".to_owned())
            }
            _ if text.to_lowercase().starts_with(EXAMPLE) => Err(format!(
                "begins with {EXAMPLE}, as the example does that everybody can read"
            )),
            _ => Ok(Self::new(text)),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What signs the sessions, or the file in which it is kept.
#[derive(Clone, Debug)]
pub enum SessionSecret {
    /// From the environment.
    Given(Secret),
    /// Made once and kept in the data folder, so that a restart signs nobody out.
    KeptIn(PathBuf),
}

impl SessionSecret {
    /// The secret; a kept one is made when it is first asked for.
    ///
    /// # Errors
    /// When the file cannot be written or read, or holds too little.
    pub fn obtain(&self) -> io::Result<Secret> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::KeptIn(path) => kept(path).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => make(path).and_then(|()| kept(path)),
                _ => Err(error),
            }),
        }
    }
}

fn kept(path: &Path) -> io::Result<Secret> {
    Secret::for_sessions(fs::read_to_string(path)?.trim()).map_err(|problem| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{} {problem}: remove it to have a new one made",
                path.display()
            ),
        )
    })
}

/// Written beside its place and then linked: whoever comes second finds it whole and keeps it.
fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}", std::process::id()));
    let secret: String = rand::random::<[u8; 32]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(secret.as_bytes())?;
            file.sync_all()
        });
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_kept_secret_is_made_once_and_only_its_owner_reads_it() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("new/session-secret");
        let first = SessionSecret::KeptIn(path.clone()).obtain().unwrap();
        assert_eq!(first.reveal().len(), 64);
        assert_eq!(
            SessionSecret::KeptIn(path.clone())
                .obtain()
                .unwrap()
                .reveal(),
            first.reveal()
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );

        let other = SessionSecret::KeptIn(data.path().join("other"))
            .obtain()
            .unwrap();
        assert_ne!(other.reveal(), first.reveal());
    }

    #[test]
    fn a_kept_secret_that_was_cut_short_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("session-secret");
        fs::write(&path, "abc").unwrap();
        let refused = SessionSecret::KeptIn(path)
            .obtain()
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("remove it to have a new one made"),
            "{refused}"
        );
    }

    #[test]
    fn a_secret_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("password123")), "Secret(…)");
    }
}

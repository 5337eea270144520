//! Which of the machine's Postgres programs to run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::StartError;

/// A folder with `initdb` and `postgres`, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programs {
    pub dir: PathBuf,
    pub major: String,
}

impl Programs {
    /// The programs to use for `cluster`: those of the version that made it, else the first found.
    pub fn find(named: Option<&Path>, cluster: &Path) -> Result<Self, StartError> {
        let found = match named {
            Some(dir) => {
                vec![Self::in_folder(dir).ok_or_else(|| StartError::NotPrograms(dir.to_owned()))?]
            }
            None => installed(),
        };
        match made_by(cluster) {
            None => found.into_iter().next().ok_or(StartError::NoPrograms),
            Some(wanted) => match found.iter().find(|programs| programs.major == wanted) {
                Some(programs) => Ok(programs.clone()),
                None if found.is_empty() => Err(StartError::NoPrograms),
                None => Err(StartError::OtherVersion {
                    folder: cluster.to_owned(),
                    wanted,
                    found: found
                        .iter()
                        .map(|programs| programs.major.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                }),
            },
        }
    }

    fn in_folder(dir: &Path) -> Option<Self> {
        // Debian links `postgres` into PATH; its siblings are where the link points.
        let dir = fs::canonicalize(dir.join("postgres"))
            .ok()?
            .parent()?
            .to_owned();
        if !dir.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { dir, major })
    }
}

/// Every set of programs on the machine, the preferred one first.
fn installed() -> Vec<Programs> {
    let mut found: Vec<Programs> = Vec::new();
    for dir in pg_config().into_iter().chain(packaged()).chain(on_path()) {
        if let Some(programs) = Programs::in_folder(&dir)
            && !found.contains(&programs)
        {
            found.push(programs);
        }
    }
    found
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// Where the packages of Debian and of the Postgres project put them, the newest first.
fn packaged() -> Vec<PathBuf> {
    let versions = |parent: &str, prefix: &str| -> Vec<(u32, PathBuf)> {
        fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let version = entry
                    .file_name()
                    .to_str()?
                    .strip_prefix(prefix)?
                    .parse()
                    .ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect()
    };
    let mut all = versions("/usr/lib/postgresql", "");
    all.extend(versions("/usr", "pgsql-"));
    all.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    all.into_iter().map(|(_, dir)| dir).collect()
}

fn on_path() -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default()
}

/// The major version of the programs that made this cluster, if there is one.
fn made_by(cluster: &Path) -> Option<String> {
    Some(
        fs::read_to_string(cluster.join("PG_VERSION"))
            .ok()?
            .trim()
            .to_owned(),
    )
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15.
fn major_of(version: &str) -> Option<String> {
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let major: String = number.chars().take_while(char::is_ascii_digit).collect();
    Some(major)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_program_says() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n").as_deref(),
            Some("15")
        );
        assert_eq!(
            major_of("postgres (PostgreSQL) 18beta2").as_deref(),
            Some("18")
        );
        assert_eq!(major_of("command not found"), None);
    }

    #[test]
    fn data_of_another_version_is_refused_with_the_package_to_install() {
        let cluster = tempfile::tempdir().unwrap();
        fs::write(cluster.path().join("PG_VERSION"), "99\n").unwrap();
        let refused = Programs::find(None, cluster.path())
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("`apt-get install postgresql-99`"),
            "{refused}"
        );
    }

    #[test]
    fn a_wrong_folder_of_programs_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let refused = Programs::find(Some(empty.path()), Path::new("/nowhere")).unwrap_err();
        assert!(matches!(refused, StartError::NotPrograms(dir) if dir == empty.path()));
    }
}

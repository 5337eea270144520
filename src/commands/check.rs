//! `check`: is everything in order? Each line is `ok` or what to do; nothing is changed.

use std::path::Path;
use std::process::Command;

use anyhow::bail;
use time::{Duration, OffsetDateTime};

use super::database::{self, Opened};
use super::migrate;
use crate::backups::{self, Elsewhere, Place, Standing as BackupStanding};
use crate::config::{Config, DatabaseSetting};
use crate::live;
use crate::printers::{self, Standing};
use crate::values::{Clock, rfc3339};

/// With less, the journal of a busy evening may fill the disk, and Postgres stops.
const ENOUGH_SPACE: u64 = 1024 * 1024 * 1024;
/// It takes a while until somebody has been at every tablet.
const LAST_DAYS: Duration = Duration::days(90);

/// What was found about one thing.
struct Finding {
    subject: &'static str,
    /// What is there, or what to do about it.
    found: Result<String, String>,
}

impl Finding {
    fn new(subject: &'static str, found: Result<String, String>) -> Self {
        Self { subject, found }
    }
}

/// `cafe-pos check`, with settings that have already been read without fault.
///
/// # Errors
/// When something is not in order.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let mut findings = vec![Finding::new(
        "settings",
        Ok(format!("{:?}, {}", config.app_env, config.listen)),
    )];
    findings.extend(disk(config));
    findings.extend(data(config).await);
    findings.extend(bus(config).await);
    findings.extend(authority(config, Clock::real().now()));
    for Finding { subject, found } in &findings {
        match found {
            Ok(found) => println!("ok      {subject}: {found}"),
            Err(to_do) => println!("to do   {subject}: {to_do}"),
        }
    }
    match findings
        .iter()
        .filter(|finding| finding.found.is_err())
        .count()
    {
        0 => Ok(()),
        1 => bail!("One thing is to do"),
        count => bail!("{count} things are to do"),
    }
}

async fn data(config: &Config) -> Vec<Finding> {
    if let DatabaseSetting::Private { folder, .. } = &config.database
        && matches!(folder.join("cluster").try_exists(), Ok(false))
    {
        let none = format!(
            "none yet; `cafe-pos serve` makes it in {}",
            folder.display()
        );
        return vec![Finding::new("database", Ok(none))];
    }
    match database::open_as_it_is(config).await {
        Err(error) => vec![Finding::new("database", Err(format!("{error:#}")))],
        Ok(opened) => {
            let mut findings = vec![database_found(&opened), migrations(&opened).await];
            findings.extend(last_backup(config, &opened).await);
            findings.extend(copies(config, &opened).await);
            findings.extend(printing(&opened).await);
            let closed = opened.close().await.map(|()| "closed".to_owned());
            let complaint = closed
                .err()
                .map(|error| Finding::new("closing", Err(format!("{error:#}"))));
            findings.into_iter().chain(complaint).collect()
        }
    }
}

fn database_found(opened: &Opened) -> Finding {
    let place = match opened.private_door() {
        Some(door) => format!("private, with the programs in {}", door.bin_dir().display()),
        None => opened.url().place(),
    };
    Finding::new("database", Ok(place))
}

async fn migrations(opened: &Opened) -> Finding {
    let found = match migrate::standing(&opened.db).await {
        Err(error) => Err(error.to_string()),
        Ok(standing) if !standing.pending.is_empty() => Err(format!(
            "{} pending: run `cafe-pos migrate up`",
            standing.pending.len()
        )),
        Ok(standing) if !standing.unknown.is_empty() => Err(format!(
            "a newer version of this program made {}: run that version",
            standing.unknown.join(", ")
        )),
        Ok(standing) => Ok(format!("all {} applied", standing.applied.len())),
    };
    Finding::new("migrations", found)
}

/// Whether the last good backup is young enough; nothing where the schema does not tell of backups yet.
async fn last_backup(config: &Config, opened: &Opened) -> Option<Finding> {
    let now = Clock::real().now();
    let standing = backups::standing(&opened.db, &config.backup_dir, now).await;
    let found = match standing.ok()? {
        BackupStanding::Good { at } => Ok(format!("proved, of {}", rfc3339(at))),
        BackupStanding::Late { at } => Err(format!(
            "the last proved one is of {}: `cafe-pos backup list` says why there is none since",
            rfc3339(at)
        )),
        BackupStanding::Never => {
            Err("none was proved yet: `cafe-pos backup run` makes one".to_owned())
        }
    };
    Some(Finding::new("last backup", found))
}

/// How the printers fare, as whoever prints has noted it; nothing where the schema knows none yet.
async fn printing(opened: &Opened) -> Vec<Finding> {
    let Ok(all) = printers::all(&opened.db).await else {
        return Vec::new();
    };
    let now = Clock::real().now();
    let found = all.into_iter().filter(|printer| printer.active);
    found
        .map(|printer| {
            let name = &printer.name;
            let said = match (printer.standing(now), &printer.fares.failing) {
                (Standing::Failing, Some((since, why))) => Err(format!(
                    "{name} fails since {}: {why} {} jobs wait",
                    rfc3339(*since),
                    printer.fares.waiting
                )),
                (Standing::Unreached, _) => Err(format!(
                    "{name}: its print agent was not heard of; start it, or pair it again"
                )),
                (Standing::Paused, _) if printer.fares.waiting > 0 => Err(format!(
                    "{name} is paused, and {} jobs wait: let it go on under Printers",
                    printer.fares.waiting
                )),
                (Standing::Paused, _) => Ok(format!("{name} is paused")),
                (Standing::Untried, _) => Ok(format!("{name} has not printed yet")),
                _ => Ok(format!("{name} prints")),
            };
            Finding::new("printer", said)
        })
        .collect()
}

/// Whether each other place has a young copy.
async fn copies(config: &Config, opened: &Opened) -> Vec<Finding> {
    let found = async {
        let places = Place::of(&config.backups)?;
        backups::elsewhere(&opened.db, &places, Clock::real().now())
            .await
            .map_err(|failure| anyhow::anyhow!("{failure}"))
    };
    let places = match found.await {
        Ok(places) => places,
        Err(failure) => return vec![Finding::new("copies", Err(format!("{failure:#}")))],
    };
    let said = |place: Elsewhere| {
        let why = place.failure.as_deref().unwrap_or("none was tried yet");
        let found = match place.standing {
            BackupStanding::Good { at } => Ok(format!("in {}, of {}", place.name, rfc3339(at))),
            BackupStanding::Late { at } => Err(format!(
                "the last in {} is of {}: {why}",
                place.name,
                rfc3339(at)
            )),
            BackupStanding::Never => Err(format!("none in {} yet: {why}", place.name)),
        };
        Finding::new("copy of backups", found)
    };
    places.into_iter().map(said).collect()
}

/// The bus between instances, where one is set.
async fn bus(config: &Config) -> Option<Finding> {
    let url = config.redis_url.as_ref()?;
    let found = match live::redis_answers(url.reveal()).await {
        Ok(()) => Ok("answers".to_owned()),
        Err(error) => Err(format!(
            "does not answer at the address of REDIS_URL ({error:#}); without it instances hear of each other's changes late"
        )),
    };
    Some(Finding::new("Redis", found))
}

/// The authority of our own, where there is one: when it ends, no tablet believes this server any more.
fn authority(config: &Config, now: OffsetDateTime) -> Option<Finding> {
    let authority = config.local_ca.as_ref()?;
    let (name, until) = (authority.name(), authority.until().date());
    let renewal = "make another one and put it on each tablet";
    let found = match authority.until() - now {
        left if left.is_negative() => Err(format!("{name} ended on {until}: {renewal}")),
        left if left < LAST_DAYS => Err(format!("{name} ends on {until}: {renewal} before that")),
        _ => Ok(format!("{name}, until {until}")),
    };
    Some(Finding::new("own authority", found))
}

fn disk(config: &Config) -> Vec<Finding> {
    // With a server the data folder keeps nothing of its own, and a container's file system may be read-only there.
    let data = match config.database {
        DatabaseSetting::Private { .. } => Some(("data folder", "DATA_DIR", &config.data_dir)),
        DatabaseSetting::Server(_) => None,
    };
    let folders = [
        ("backups", "BACKUP_DIR", &config.backup_dir),
        ("uploads", "UPLOAD_DIR", &config.upload_dir),
    ];
    data.into_iter()
        .chain(folders)
        .map(|(subject, variable, folder)| {
            let existing = existing(folder);
            let found = usable(folder, existing, variable).and_then(|()| space(folder, existing));
            Finding::new(subject, found)
        })
        .collect()
}

/// The folder, or the nearest above it in which it will be made.
fn existing(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|ancestor| ancestor.exists())
        .unwrap_or(Path::new("/"))
}

/// Whether this user may write there, found out without writing.
fn usable(folder: &Path, existing: &Path, variable: &str) -> Result<(), String> {
    if !existing.is_dir() {
        return Err(format!(
            "{} is a file: move it away, or name another folder in {variable}",
            existing.display()
        ));
    }
    let may = |right: &str| Command::new("test").arg(right).arg(existing).status();
    let writable = may("-w")
        .and_then(|write| Ok(write.success() && may("-x")?.success()))
        .map_err(|error| format!("test: {error}"))?;
    if writable {
        return Ok(());
    }
    let what = match existing == folder {
        true => "cannot be written to",
        false => "cannot be made",
    };
    Err(format!(
        "{} {what} by this user: give {} to them, or name another folder in {variable}",
        folder.display(),
        existing.display()
    ))
}

/// The space on the disk a folder is on, or will be.
fn space(folder: &Path, existing: &Path) -> Result<String, String> {
    let free = backups::free_space(existing);
    let free = free.map_err(|error| format!("{}: {error}", existing.display()))?;
    let words = format!("{} with {} MB free", folder.display(), free / 1024 / 1024);
    if free < ENOUGH_SPACE {
        Err(format!("{words}: make room, at least 1024 MB"))
    } else {
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn folders(variables: &[(&str, &str)]) -> Vec<&'static str> {
        let config = Config::read(&variables.iter().copied().collect(), |_| true).unwrap();
        disk(&config).iter().map(|found| found.subject).collect()
    }

    #[test]
    fn an_authority_of_our_own_is_to_be_replaced_in_time() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/testdata/root.pem");
        let config = Config::read(&[("LOCAL_CA", root)].into_iter().collect(), |_| true).unwrap();
        let until = config.local_ca.as_ref().unwrap().until();
        let found = |days| {
            authority(&config, until - Duration::days(days))
                .unwrap()
                .found
        };
        assert!(found(91).unwrap().starts_with("cafe-pos at cafe.local"));
        assert!(found(89).unwrap_err().contains(" ends on 2036-"));
        assert!(found(-1).unwrap_err().contains(" ended on 2036-"));
        let none = Config::read(&Environment::default(), |_| true).unwrap();
        assert!(authority(&none, until).is_none());
    }

    #[test]
    fn the_data_folder_counts_only_where_something_is_kept_in_it() {
        assert_eq!(folders(&[]), ["data folder", "backups", "uploads"]);
        let server = [
            ("DATABASE_URL", "postgresql://posuser:secret@db:5432/pos"),
            ("POS_JWT_SECRET", "0123456789abcdef"),
        ];
        assert_eq!(folders(&server), ["backups", "uploads"]);
    }
}

//! What a backup is, when one is due, which are old, and what is wrong when there is none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::cipher::ENDING;
use super::copies::Elsewhere;
use crate::values::BackupId;
use crate::web::Error;

/// The first version of the format; a later one has another number.
pub const FORMAT: u32 = 1;

/// Without a good backup for so long somebody must be told: a day, and time for a slow night.
pub const LATE_AFTER: Duration = Duration::hours(26);

/// A scheduled backup that failed is tried again after so long.
pub const AGAIN_AFTER: Duration = Duration::minutes(30);

/// The clocks of two machines differ by so much at most; what is dated later than that, a wrong clock dated.
pub(super) const CLOCKS_APART: Duration = Duration::minutes(2);

/// What a backup holds, as it says itself: the first file in it, and with its checksum beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this format; see [`FORMAT`].
    pub format: u32,
    /// Which one.
    pub id: BackupId,
    /// The moment whose data it holds.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// The version of the program that made it.
    pub program: String,
    /// The version of the server that it was taken from, as in "16.4".
    pub postgres: String,
    /// The schema that it holds.
    pub schema: String,
    /// The migrations that the schema has, in order.
    pub migrations: Vec<String>,
    /// Bytes of the dump.
    pub dump_bytes: u64,
    /// SHA-256 of the dump, lower-case hex.
    pub dump_sha256: String,
    /// How many pictures.
    pub uploads: u64,
    /// What is in the tables.
    pub contents: Contents,
}

/// A finished file with its manifest: what is written beside it, as `<file>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Its name in the folder of backups.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of all of it, lower-case hex.
    pub sha256: String,
    /// When it was last restored beside the data and had everything; absent where it was not, or had not.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub proved_at: Option<OffsetDateTime>,
    /// What it holds.
    pub manifest: Manifest,
}

/// The tables that tell of the backups themselves. They are in none of them: what they tell is true of this folder only.
pub const OWN_TABLES: [&str; 2] = ["backups", "backup_copies"];

/// The rows of every table but [`OWN_TABLES`], and the sum of each column that holds whole numbers of eight bytes: all money does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents(pub BTreeMap<String, Table>);

/// One table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How many rows.
    pub rows: i64,
    /// Column by column, as Postgres writes it; a table without rows has none.
    pub sums: BTreeMap<String, String>,
}

impl Contents {
    /// All rows.
    pub fn rows(&self) -> i64 {
        self.0.values().map(|table| table.rows).sum()
    }

    /// Where `other` is not the same, a sentence for each table; nothing where it is.
    pub fn differences(&self, other: &Contents) -> Vec<String> {
        let mut found = Vec::new();
        for (name, table) in &self.0 {
            match other.0.get(name) {
                None => found.push(format!("{name} is missing")),
                Some(it) if it.rows != table.rows => {
                    found.push(format!(
                        "{name} has {} rows instead of {}",
                        it.rows, table.rows
                    ));
                }
                Some(it) if it.sums != table.sums => {
                    found.push(format!("the sums of {name} differ"));
                }
                Some(_) => {}
            }
        }
        let unknown = other.0.keys().filter(|name| !self.0.contains_key(*name));
        found.extend(unknown.map(|name| format!("{name} was not there")));
        found
    }
}

/// Why a backup is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its hour came.
    Scheduled,
    /// Somebody asked for it on the page.
    Asked,
    /// `cafe-pos backup run`.
    Command,
    /// Something is about to be put in the place of the data.
    BeforeRestore,
    /// Its file was in the folder, and no row told of it.
    Found,
    /// Somebody put it here on the page.
    Uploaded,
}

impl Cause {
    const ALL: [(Cause, &str, &str); 6] = [
        (Cause::Scheduled, "scheduled", "Every day"),
        (Cause::Asked, "asked", "Asked for"),
        (Cause::Command, "command", "By command"),
        (Cause::BeforeRestore, "before_restore", "Before a restore"),
        (Cause::Found, "found", "Found in the folder"),
        (Cause::Uploaded, "uploaded", "Uploaded"),
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(cause, ..)| *cause == self)
            .map_or("", |(_, word, _)| word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(cause, ..)| *cause == self)
            .map_or("", |(.., label)| label)
    }

    /// The cause that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, stored, _)| *stored == word)
            .map(|(cause, ..)| *cause)
    }
}

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody works on it yet.
    Waiting,
    /// It is being written.
    Running,
    /// It is there and is being proved.
    Checking,
    /// It was restored beside the data and had everything.
    Good,
    /// It is there, but could not be proved, or was found wanting.
    Unproved,
    /// There is none.
    Failed,
}

impl State {
    const ALL: [(State, &str); 6] = [
        (State::Waiting, "waiting"),
        (State::Running, "running"),
        (State::Checking, "checking"),
        (State::Good, "good"),
        (State::Unproved, "unproved"),
        (State::Failed, "failed"),
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, word)| word)
    }

    /// The state that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, stored)| *stored == word)
            .map(|(state, _)| *state)
    }

    /// Whether something is still being done about it.
    pub fn is_under_way(self) -> bool {
        matches!(self, State::Waiting | State::Running | State::Checking)
    }
}

/// One backup as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Which one.
    pub id: BackupId,
    /// Its name in the folder, once it is there.
    pub file: Option<String>,
    /// Why it was made.
    pub cause: Cause,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// Since when it is wanted.
    pub asked_at: OffsetDateTime,
    /// How far it is.
    pub state: State,
    /// How long the making took, in milliseconds.
    pub made_ms: Option<i64>,
    /// How long the proof took, in milliseconds.
    pub checked_ms: Option<i64>,
    /// How long the file is.
    pub bytes: Option<i64>,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: Option<String>,
    /// When it was done.
    pub finished_at: Option<OffsetDateTime>,
    /// Why there is none, or what is wrong with it.
    pub failure: Option<String>,
    /// When its file was removed.
    pub removed_at: Option<OffsetDateTime>,
}

impl Backup {
    /// The name of its file, where that is still there.
    ///
    /// # Errors
    /// Not found, where there is none or it was removed.
    pub fn kept_file(&self) -> Result<String, Error> {
        match (&self.file, self.removed_at) {
            (Some(file), None) => Ok(file.clone()),
            _ => Err(Error::NotFound("backup")),
        }
    }
}

/// What is to be said about the backups as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The last good one is young enough.
    Good {
        /// When it was made.
        at: OffsetDateTime,
    },
    /// The last good one is too old.
    Late {
        /// When it was made.
        at: OffsetDateTime,
    },
    /// There was never a good one.
    Never,
}

impl Standing {
    /// As of `now`, where the last good one is of `last`.
    pub fn at(now: OffsetDateTime, last: Option<OffsetDateTime>) -> Self {
        match last {
            None => Standing::Never,
            Some(at) if now - at > LATE_AFTER => Standing::Late { at },
            Some(at) => Standing::Good { at },
        }
    }

    /// Whether somebody must be told.
    pub fn is_alarming(self) -> bool {
        !matches!(self, Standing::Good { .. })
    }
}

/// What is to be said about the backups as a whole, here and at other places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safety {
    /// In the folder of backups.
    pub here: Standing,
    /// At each other place that is set.
    pub elsewhere: Vec<Elsewhere>,
}

impl Safety {
    /// The places that have no young copy.
    pub fn lacking(&self) -> impl Iterator<Item = &Elsewhere> {
        let is_alarming = |place: &&Elsewhere| place.standing.is_alarming();
        self.elsewhere.iter().filter(is_alarming)
    }
}

/// Whether the scheduled backup is due: its hour has come (`hour_came_at` is when, the last time) and none was begun since,
/// or the one that was begun since failed a while ago.
pub fn is_due(
    now: OffsetDateTime,
    hour_came_at: OffsetDateTime,
    last: Option<(OffsetDateTime, State)>,
) -> bool {
    match last {
        None => true,
        Some((at, _)) if at < hour_came_at => true,
        Some((at, State::Failed)) => now - at >= AGAIN_AFTER,
        Some(_) => false,
    }
}

/// So many of the youngest files always stay, and of the youngest good ones: a clock that ran ahead, or weeks in which
/// nothing could be proved, must not take the last ones away.
const ALWAYS_KEPT: usize = 3;

/// The files that have been kept long enough.
pub fn outlived(all: &[Backup], now: OffsetDateTime, keep_days: u16) -> Vec<BackupId> {
    let mut kept: Vec<&Backup> = all
        .iter()
        .filter(|backup| backup.file.is_some() && backup.removed_at.is_none())
        .collect();
    // What a wrong clock dated into the future is nobody's youngest.
    kept.sort_by_key(|backup| {
        let is_dated_ahead = backup.asked_at > now + CLOCKS_APART;
        std::cmp::Reverse((!is_dated_ahead, backup.asked_at))
    });
    let youngest = |good: bool| {
        kept.iter()
            .filter(move |backup| !good || backup.state == State::Good)
            .take(ALWAYS_KEPT)
            .map(|backup| backup.id)
    };
    let stays: Vec<BackupId> = youngest(true).chain(youngest(false)).collect();
    let limit = now - Duration::days(keep_days.into());
    all.iter()
        .filter(|backup| kept.iter().any(|it| it.id == backup.id))
        .filter(|backup| !backup.state.is_under_way() && !stays.contains(&backup.id))
        .filter(|backup| {
            // One that somebody put there counts from then on: it may be as old as it wants.
            backup.finished_at.unwrap_or(backup.asked_at) < limit
        })
        .map(|backup| backup.id)
        .collect()
}

/// The name of a file: the moment in UTC, some of the id so that two of one second differ, and whether it is encrypted.
pub fn file_name(at: OffsetDateTime, id: BackupId, encrypted: bool) -> String {
    let id = id.uuid().simple().to_string();
    format!(
        "cafe-pos-{}{:02}{:02}-{:02}{:02}{:02}-{}.tar{}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        &id[id.len() - 8..],
        if encrypted { ENDING } else { "" }
    )
}

/// Whether this can be the name of a backup: nothing that leads elsewhere.
pub fn is_file_name(name: &str) -> bool {
    name.starts_with("cafe-pos-")
        && (name.ends_with(".tar") || is_encrypted(name))
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
        && !name.contains("..")
}

/// Whether the file of this name is encrypted.
pub fn is_encrypted(name: &str) -> bool {
    name.strip_suffix(ENDING)
        .is_some_and(|name| name.ends_with(".tar"))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-26 12:00 UTC);

    fn backup(days_old: i64, state: State) -> Backup {
        let id = BackupId::new();
        Backup {
            id,
            file: (state != State::Failed).then(|| file_name(NOON, id, false)),
            cause: Cause::Scheduled,
            asked_by: None,
            asked_at: NOON - Duration::days(days_old),
            state,
            made_ms: None,
            checked_ms: None,
            bytes: None,
            sha256: None,
            finished_at: None,
            failure: None,
            removed_at: None,
        }
    }

    #[test]
    fn a_backup_is_due_once_after_its_hour_and_again_when_it_failed() {
        let came = datetime!(2026-11-26 03:00 UTC);
        assert!(is_due(NOON, came, None));
        assert!(is_due(
            NOON,
            came,
            Some((came - Duration::minutes(1), State::Good))
        ));
        assert!(!is_due(NOON, came, Some((came, State::Good))));
        assert!(!is_due(NOON, came, Some((came, State::Running))));
        assert!(is_due(NOON, came, Some((came, State::Failed))));
        assert!(!is_due(
            came + Duration::minutes(29),
            came,
            Some((came, State::Failed))
        ));
        // It is there but was not proved: another one would fare no better, and fills the disk.
        assert!(!is_due(NOON, came, Some((came, State::Unproved))));
    }

    #[test]
    fn the_three_youngest_and_the_three_youngest_good_ones_outlive_every_limit() {
        let all = [
            backup(45, State::Good),
            backup(44, State::Good),
            backup(43, State::Good),
            backup(42, State::Good),
            backup(41, State::Unproved),
            backup(40, State::Failed),
            backup(39, State::Unproved),
            backup(38, State::Unproved),
            backup(37, State::Unproved),
            backup(36, State::Running),
        ];
        assert_eq!(outlived(&all, NOON, 30), [all[0].id, all[4].id, all[6].id]);
        assert!(outlived(&all, NOON, 50).is_empty());
        // Where nothing can be proved the last files stay all the same.
        let unproved = [50, 49, 48, 47].map(|days| backup(days, State::Unproved));
        assert_eq!(outlived(&unproved, NOON, 30), [unproved[0].id]);
        // One that was removed is none of those that stay.
        let mut good = [50, 49, 48, 47].map(|days| backup(days, State::Good));
        good[3].removed_at = Some(NOON);
        assert!(outlived(&good, NOON, 30).is_empty());
    }

    #[test]
    fn one_that_somebody_put_here_is_kept_from_then_on() {
        let young = [1, 2, 3].map(|days| backup(days, State::Good));
        let mut found = backup(400, State::Good);
        found.finished_at = Some(NOON - Duration::days(29));
        let all =
            |found: &Backup| -> Vec<Backup> { young.iter().chain([found]).cloned().collect() };
        assert!(outlived(&all(&found), NOON, 30).is_empty());
        found.finished_at = Some(NOON - Duration::days(31));
        assert_eq!(outlived(&all(&found), NOON, 30), [found.id]);
    }

    #[test]
    fn what_a_wrong_clock_dated_ahead_takes_nobodys_place() {
        let mut all: Vec<Backup> = [44, 43, 42].map(|days| backup(days, State::Good)).into();
        all.extend([-400, -401, -402].map(|days| backup(days, State::Good)));
        assert!(outlived(&all, NOON, 30).is_empty());
    }

    #[test]
    fn somebody_is_told_after_26_hours_without_a_good_one() {
        assert_eq!(Standing::at(NOON, None), Standing::Never);
        let at = NOON - Duration::hours(26);
        assert!(!Standing::at(NOON, Some(at)).is_alarming());
        assert!(Standing::at(NOON, Some(at - Duration::SECOND)).is_alarming());
    }

    #[test]
    fn a_table_that_lacks_rows_or_money_is_named() {
        let table = |rows, paid: &str| Table {
            rows,
            sums: [("amount".to_owned(), paid.to_owned())].into(),
        };
        let contents = |tables: &[(&str, Table)]| {
            Contents(
                tables
                    .iter()
                    .map(|(name, table)| ((*name).to_owned(), table.clone()))
                    .collect(),
            )
        };
        let whole = contents(&[("orders", table(2, "7")), ("payments", table(3, "9"))]);
        assert!(whole.differences(&whole.clone()).is_empty());
        let other = contents(&[
            ("orders", table(1, "7")),
            ("payments", table(3, "8")),
            ("x", table(0, "")),
        ]);
        assert_eq!(
            whole.differences(&other),
            [
                "orders has 1 rows instead of 2",
                "the sums of payments differ",
                "x was not there"
            ]
        );
        assert_eq!(
            whole.differences(&contents(&[])),
            ["orders is missing", "payments is missing"]
        );
    }

    #[test]
    fn a_name_says_when_and_leads_nowhere() {
        for encrypted in [false, true] {
            let name = file_name(NOON, BackupId::new(), encrypted);
            assert!(name.starts_with("cafe-pos-20261126-120000-"), "{name}");
            assert!(is_file_name(&name) && is_encrypted(&name) == encrypted);
        }
        for wrong in [
            "../cafe-pos-1.tar",
            "cafe-pos-../../x.tar",
            "cafe-pos-1.tar.json",
            "cafe-pos-1.tar.age.json",
            "cafe-pos-1.age",
            "x.tar",
            "cafe-pos-a/b.tar",
        ] {
            assert!(!is_file_name(wrong), "{wrong}");
        }
    }
}

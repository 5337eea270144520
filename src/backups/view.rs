//! What people see of backups.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::backup::{Backup, Safety, Standing, State, is_encrypted};
use super::copies::{Copy, Elsewhere};
use crate::settings::Settings;
use crate::ui::{self, Field, Kind};
use crate::values::{DayRule, age_words};
use crate::web::url;

/// What the page shows.
pub struct Shown {
    /// The last ones, the youngest first.
    pub backups: Vec<Backup>,
    /// How it stands as a whole.
    pub safety: Safety,
    /// What became of copies at other places.
    pub copies: Vec<Copy>,
    /// Whether those that are made now are encrypted.
    pub encrypted: bool,
    /// Whether whoever looks may do something about it.
    pub may_change: bool,
    /// One for each form; the list's buttons make their own.
    pub keys: [String; 3],
    /// This moment.
    pub now: OffsetDateTime,
}

/// The page: how it stands, the list, and when they are made.
pub fn page_content(shown: &Shown, settings: &Settings) -> Markup {
    html! {
        header {
            h1 { "Backups" }
            span.push {}
            @if shown.may_change {
                form hx-post=(url::backups()) hx-target="#notice" {
                    (ui::key_input(&shown.keys[0]))
                    button.btn.primary hx-disable="this" { (ui::labelled("plus", "Back up now")) }
                }
            }
        }
        (list(shown, settings))
        @if shown.may_change {
            (plan(&shown.keys[1], settings))
            (upload(&shown.keys[2]))
        }
        section.card.stack {
            h2 { "Other places, and who can read them" }
            @if shown.safety.elsewhere.is_empty() {
                p { "A backup on the disk that breaks is none. Take the files away yourself, or have each one copied: " code { "BACKUP_COPY_DIR" } " names a folder on another disk, " code { "BACKUP_S3_URL" } " a bucket." }
            } @else {
                p { "Each backup is copied within a minute after its proof. What is removed here, being old, is removed there too." }
            }
            @if shown.encrypted {
                p { "They are encrypted. Keep the passphrase in another place than this server: without it nobody can read them, you neither." }
            } @else {
                p { "They are not encrypted: whoever has a file has everything. " code { "BACKUP_PASSPHRASE" } " encrypts them." }
            }
        }
        section.card.stack {
            h2 { "When everything is lost" }
            p { "To bring the café back, on this or on another machine, with this version or a newer one:" }
            ol.numbered {
                li { "Stop the program, every instance of it." }
                li { "Put the file into the folder of backups, or have it brought there: " code { "cafe-pos backup fetch" } "." }
                li { "Run " code { "cafe-pos restore FILE" } ". Where there is data already, it asks for " code { "--replace" } " and saves that data first." }
                li { "Start the program. Everybody signs in anew." }
            }
            p { b { "Do it once a month, for practice: " } code { "deploy/drill.sh FILE" } " brings a backup back on a machine of its own in a temporary folder and touches nothing else. Note the minutes it took: they are how long the café would stand still." }
        }
    }
}

fn list(shown: &Shown, settings: &Settings) -> Markup {
    let days = settings.day_rule();
    let under_way = shown
        .backups
        .iter()
        .any(|backup| backup.state.is_under_way());
    html! {
        // While one is under way the list looks again by itself.
        div #backups.stack hx-get=[under_way.then(url::backups_list)] hx-trigger=[under_way.then_some("every 2s")] hx-swap=[under_way.then_some("none")] {
            (standing(shown.safety.here, shown.now, &days))
            @for place in &shown.safety.elsewhere { (standing_of(place, shown.now, &days)) }
            section.card.flush {
                @if shown.backups.is_empty() {
                    (ui::empty("box", "No backups yet", "One is made every day, and the first within a minute of the start.", html! {}))
                } @else {
                    table.table {
                        caption.vh { "Backups" }
                        thead { tr { th { "When" } th { "Why" } th { "State" } th.num { "Size" } th.num { "Took" } th { span.vh { "What to do with it" } } } }
                        tbody { @for backup in &shown.backups { (row(backup, shown, &days)) } }
                    }
                }
            }
        }
    }
}

/// Green or red, in one sentence.
fn standing(standing: Standing, now: OffsetDateTime, days: &DayRule) -> Markup {
    let ago = |at: OffsetDateTime| age_words((now - at).whole_seconds());
    html! {
        @match standing {
            Standing::Good { at } => div.banner.round data-kind="ok" {
                (Kind::Ok.icon()) span { b { "Backed up." } " The last proved backup is of " (days.local(at)) "." }
            },
            Standing::Late { at } => div.banner.round data-kind="bad" role="alert" {
                (Kind::Bad.icon()) span { b { "The last proved backup is " (ago(at)) " old." } " What was sold since would be lost with the disk. Below is why there is none." }
            },
            Standing::Never => div.banner.round data-kind="bad" role="alert" {
                (Kind::Bad.icon()) span { b { "There is no proved backup." } " Everything would be lost with the disk." }
            },
        }
    }
}

/// The same for a place that backups are copied to.
fn standing_of(place: &Elsewhere, now: OffsetDateTime, days: &DayRule) -> Markup {
    let ago = |at: OffsetDateTime| age_words((now - at).whole_seconds());
    html! {
        @match place.standing {
            Standing::Good { at } => div.banner.round data-kind="ok" {
                (Kind::Ok.icon()) span { b { "Copied to " (place.name) "." } " The last copy is of the backup of " (days.local(at)) "." @if let Some(failure) = &place.failure { " The next one failed: " (failure) } }
            },
            Standing::Late { .. } | Standing::Never => div.banner.round data-kind="bad" role="alert" {
                (Kind::Bad.icon()) span {
                    @match place.standing {
                        Standing::Late { at } => b { "The last copy in " (place.name) " is " (ago(at)) " old." },
                        _ => b { "There is no copy in " (place.name) " yet." },
                    }
                    @if let Some(failure) = &place.failure { " " (failure) }
                }
            },
        }
    }
}

fn row(backup: &Backup, shown: &Shown, days: &DayRule) -> Markup {
    let kept = backup.file.is_some() && backup.removed_at.is_none();
    html! {
        tr id={ "backup-" (backup.id) } {
            td { b { (days.local(backup.asked_at)) } }
            td { (backup.cause.label()) @if let Some(name) = &backup.asked_by { " by " (name) } }
            td {
                (state(backup))
                @if kept && backup.file.as_deref().is_some_and(is_encrypted) { " " (ui::badge_of(Kind::Info, false, "Encrypted")) }
                @if kept { @for copy in shown.copies.iter().filter(|copy| copy.backup == backup.id) { " " (copied(copy)) } }
                @if let Some(failure) = &backup.failure { " " small { (failure) } }
            }
            td.num { @if let Some(bytes) = backup.bytes { (size(bytes)) } @else { "–" } }
            td.num { @if let Some(took) = took(backup) { (took) } @else { "–" } }
            td.num {
                @if kept && shown.may_change && !backup.state.is_under_way() {
                    span.row {
                        a.btn.quiet href=(url::backup_file(backup.id)) download aria-label={ "Download the backup of " (days.local(backup.asked_at)) } { "Download" }
                        button.btn.quiet hx-post=(url::backup_proofs(backup.id)) hx-target="#notice" data-key="tap" hx-disable="this"
                            aria-label={ "Prove the backup of " (days.local(backup.asked_at)) " again" } { "Prove again" }
                    }
                }
            }
        }
    }
}

fn state(backup: &Backup) -> Markup {
    let (kind, word) = match backup.state {
        _ if backup.removed_at.is_some() => (Kind::Info, "Removed, being old"),
        State::Waiting => (Kind::Info, "Waits"),
        State::Running => (Kind::Info, "Being made"),
        State::Checking => (Kind::Info, "Being proved"),
        State::Good => (Kind::Ok, "Good"),
        State::Unproved => (Kind::Warn, "Not proved"),
        State::Failed => (Kind::Bad, "Failed"),
    };
    ui::badge_of(kind, kind == Kind::Bad, word)
}

fn copied(copy: &Copy) -> Markup {
    match copy.is_there {
        true => ui::badge_of(Kind::Ok, false, &format!("In the {}", copy.place.label())),
        false => ui::badge_of(
            Kind::Warn,
            false,
            &format!("Not in the {}", copy.place.label()),
        ),
    }
}

fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn took(backup: &Backup) -> Option<String> {
    let ms = backup.made_ms? + backup.checked_ms.unwrap_or(0);
    Some(format!("{}.{} s", ms / 1_000, ms / 100 % 10))
}

fn plan(key: &str, settings: &Settings) -> Markup {
    let (hour, days) = (
        settings.backup_hour.to_string(),
        settings.backup_retention_days.to_string(),
    );
    html! {
        section.card.stack {
            h2 { "Every day" }
            form.stack #backup-plan hx-put=(url::backups()) hx-target="#notice" {
                (ui::key_input(key))
                div.row.wrap {
                    (Field::new("Hour (0 to 23)", "hour").value(&hour).kind("number").required())
                    (Field::new("Keep for days", "days").value(&days).kind("number").required())
                }
                p.dim { "By the clock of " (settings.time_zone) ". The youngest proved backup is always kept." }
                div { button.btn hx-disable="this" { "Save" } }
            }
        }
    }
}

fn upload(key: &str) -> Markup {
    html! {
        section.card.stack {
            h2 { "Put a backup here" }
            // A long file on a slow line takes longer than any other request may.
            form.stack #backup-upload hx-post=(url::backup_uploads()) hx-target="#notice" hx-encoding="multipart/form-data" hx-config=r#"{"timeout":7200000}"# {
                (ui::key_input(key))
                (Field::new("File", "file").kind("file").required())
                p.dim { "One that was taken away, or that another machine made. It is looked through and, if it was made here, proved. Nothing of the café changes." }
                div { button.btn hx-disable="this" { "Upload" } }
            }
        }
    }
}

/// The list redrawn beside whatever else is answered.
pub fn redrawn(shown: &Shown, settings: &Settings) -> Markup {
    html! { hx-partial hx-target="#backups" hx-swap="outerHTML" { (list(shown, settings)) } }
}

/// A redrawn list, and a word about what was done.
pub fn with_word(list: Markup, sentence: &str) -> Markup {
    html! { (list) hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, sentence)) } }
}

/// What managers and admins are told wherever they work, while there is no young proved backup, or no young copy at a place
/// that should have one.
pub fn alarm(safety: &Safety, now: OffsetDateTime) -> Markup {
    let ago = |at: OffsetDateTime| age_words((now - at).whole_seconds());
    let sentence = match (safety.here, safety.lacking().next()) {
        (Standing::Late { at }, _) => format!("No good backup for {}.", ago(at)),
        (Standing::Never, _) => "There is no good backup.".to_owned(),
        (_, Some(place)) => match place.standing {
            Standing::Late { at } => {
                format!("No backup was copied to {} for {}.", place.name, ago(at))
            }
            _ => format!("No backup was copied to {} yet.", place.name),
        },
        (Standing::Good { .. }, None) => return html! {},
    };
    html! {
        a.banner.round href=(url::backups()) data-kind="bad" {
            (Kind::Bad.icon())
            span { b { (sentence) } " See why." }
        }
    }
}

//! A printer as managers keep it, and how it fares.

use std::str::FromStr;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::address::Address;
use crate::printing::Paper;
use crate::values::{PrinterId, Short, TerminalId};
use crate::web::{FieldError, Refusal};

/// For so long a printer may fail until another one stands in for it.
pub const PATIENCE: Duration = Duration::seconds(20);
/// The pauses between tries, in seconds; the last one for ever: a printer that comes back prints within half a minute.
const PAUSES: [i64; 6] = [1, 2, 5, 10, 20, 30];

/// The pause after so many tries that failed.
pub fn pause_after(tries: i32) -> Duration {
    let place = usize::try_from(tries.max(1) - 1).unwrap_or(0);
    let pause = PAUSES.get(place).or(PAUSES.last());
    Duration::seconds(pause.copied().unwrap_or(1))
}

impl FromStr for Paper {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "58" => Ok(Paper::Narrow),
            "80" => Ok(Paper::Wide),
            _ => Err("Choose the width of the paper."),
        }
    }
}

/// What a manager says about a printer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// As people call it: "Bar printer".
    pub name: Short,
    /// Where it is.
    pub address: Address,
    /// What is in it.
    pub paper: Paper,
    /// The print agent that reaches it, where the server does not.
    pub agent: Option<TerminalId>,
    /// Which printer prints in its place while it fails.
    pub stand_in: Option<PrinterId>,
    /// Whether it is in use.
    pub active: bool,
}

/// A printer as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Printer {
    /// Which one.
    #[serde(skip)]
    pub id: PrinterId,
    /// As people call it.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// What is in it.
    pub paper: Paper,
    /// The print agent that reaches it, with its name.
    pub agent: Option<(TerminalId, String)>,
    /// Which printer prints in its place while it fails.
    pub stand_in: Option<PrinterId>,
    /// Whether it is in use.
    pub active: bool,
    /// Moves with each change.
    #[serde(skip)]
    pub revision: i64,
    /// How it fares.
    #[serde(skip)]
    pub fares: Fares,
}

/// How a printer fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fares {
    /// Since when somebody has told it to wait.
    pub paused_at: Option<OffsetDateTime>,
    /// Since when it fails, and why.
    pub failing: Option<(OffsetDateTime, String)>,
    /// When it printed last.
    pub printed_at: Option<OffsetDateTime>,
    /// It takes what it is sent, and does not tell whether it is on paper.
    pub is_mute: bool,
    /// How many jobs wait for it.
    pub waiting: i64,
    /// When the print agent that reaches it was last heard of.
    pub agent_seen_at: Option<OffsetDateTime>,
}

/// How a printer stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody uses it.
    Retired,
    /// Somebody has told it to wait.
    Paused,
    /// It fails.
    Failing,
    /// Its print agent was not heard of.
    Unreached,
    /// It has not printed yet.
    Untried,
    /// It prints.
    Well,
}

impl Printer {
    /// For how long a print agent may be silent: it asks for work at least every half minute.
    const SILENCE: Duration = Duration::seconds(150);

    /// How it stands now.
    pub fn standing(&self, now: OffsetDateTime) -> Standing {
        let fares = &self.fares;
        let heard = |at: OffsetDateTime| now - at < Printer::SILENCE;
        if !self.active {
            Standing::Retired
        } else if fares.paused_at.is_some() {
            Standing::Paused
        } else if fares.failing.is_some() {
            Standing::Failing
        } else if self.agent.is_some() && !fares.agent_seen_at.is_some_and(heard) {
            Standing::Unreached
        } else if fares.printed_at.is_none() {
            Standing::Untried
        } else {
            Standing::Well
        }
    }
}

impl Description {
    /// Whether it goes together with the other printers. `all` may hold the printer as it was before.
    ///
    /// # Errors
    /// The field to mend.
    pub fn fits(&self, id: PrinterId, all: &[Printer]) -> Result<(), FieldError> {
        let fault = |sentence: String| {
            Err(FieldError {
                field: "stand_in",
                sentence,
            })
        };
        let Some(stand_in) = self.stand_in else {
            return Ok(());
        };
        if stand_in == id {
            return fault("A printer cannot stand in for itself.".to_owned());
        }
        match all.iter().find(|other| other.id == stand_in) {
            Some(other) if other.active => Ok(()),
            Some(other) => fault(format!("{} is not in use. Choose another.", other.name)),
            None => fault("This printer does not exist any more. Choose another.".to_owned()),
        }
    }
}

/// What still needs a printer that is to go out of use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// A till or a station that prints there.
    pub by: Option<String>,
    /// How many jobs wait for it.
    pub jobs: i64,
}

/// Why something was not done about a printer or a job.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum PrinterRefusal {
    /// Names are unique.
    #[error("Another printer has this name already.")]
    NameTaken,
    /// Somebody else saved in the meantime.
    #[error("Somebody changed this printer meanwhile. Close this, look again, and change it then.")]
    ChangedMeanwhile,
    /// The agent was removed meanwhile.
    #[error("This print agent does not exist any more. Choose another.")]
    NoSuchAgent,
    /// The printer is not in use.
    #[error("{0} is not in use. Choose another printer.")]
    NotInUse(String),
    /// Something prints there.
    #[error("{0} prints there. Give it another printer first.")]
    StillNeeded(String),
    /// Jobs would never come out.
    #[error("{0} jobs wait for it. Print them elsewhere or cancel them first.")]
    JobsWait(i64),
    /// No printer is set.
    #[error("No printer is set for {0}. A manager sets one under Printers.")]
    NoPrinter(String),
    /// It is at the printer now.
    #[error("It is being printed at this moment. Look again in a few seconds.")]
    BeingPrinted,
    /// It is on paper.
    #[error("It is printed already.")]
    Printed,
    /// Somebody cancelled it.
    #[error("It was cancelled.")]
    Cancelled,
    /// A drawer that opens later than people expect is an open drawer.
    #[error(
        "A drawer is opened at once or not at all. Take the key, or ask again where the money was taken."
    )]
    DrawerTooLate,
    /// The drawer opened, or is about to.
    #[error("The drawer was told to open for this payment already.")]
    DrawerOpened,
}

impl Refusal for PrinterRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            PrinterRefusal::NameTaken => "name_taken",
            PrinterRefusal::ChangedMeanwhile => "changed_meanwhile",
            PrinterRefusal::NoSuchAgent => "no_such_agent",
            PrinterRefusal::NotInUse(_) => "not_in_use",
            PrinterRefusal::StillNeeded(_) => "still_needed",
            PrinterRefusal::JobsWait(_) => "jobs_wait",
            PrinterRefusal::NoPrinter(_) => "no_printer",
            PrinterRefusal::BeingPrinted => "being_printed",
            PrinterRefusal::Printed => "printed",
            PrinterRefusal::Cancelled => "cancelled",
            PrinterRefusal::DrawerTooLate => "drawer_too_late",
            PrinterRefusal::DrawerOpened => "drawer_opened",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            PrinterRefusal::NameTaken => Some("name"),
            PrinterRefusal::NoSuchAgent => Some("agent"),
            PrinterRefusal::StillNeeded(_) | PrinterRefusal::JobsWait(_) => Some("active"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

    fn printer() -> Printer {
        Printer {
            id: PrinterId::new(),
            name: "Bar".into(),
            address: "192.168.1.50".parse().expect("an address"),
            paper: Paper::Wide,
            agent: None,
            stand_in: None,
            active: true,
            revision: 0,
            fares: Fares::default(),
        }
    }

    #[test]
    fn it_is_tried_often_at_first_and_every_half_minute_for_ever() {
        let pauses: Vec<i64> = (0..10)
            .map(|tries| pause_after(tries).whole_seconds())
            .collect();
        assert_eq!(pauses, [1, 1, 2, 5, 10, 20, 30, 30, 30, 30]);
        assert_eq!(pause_after(i32::MAX).whole_seconds(), 30);
    }

    #[test]
    fn the_worst_is_said_first() {
        let mut it = printer();
        assert_eq!(it.standing(NOON), Standing::Untried);
        it.fares.printed_at = Some(NOON);
        assert_eq!(it.standing(NOON), Standing::Well);
        it.agent = Some((TerminalId::new(), "Agent".into()));
        assert_eq!(it.standing(NOON), Standing::Unreached);
        it.fares.agent_seen_at = Some(NOON - Duration::seconds(60));
        assert_eq!(it.standing(NOON), Standing::Well);
        it.fares.failing = Some((NOON, "Out of paper.".into()));
        assert_eq!(it.standing(NOON), Standing::Failing);
        it.fares.paused_at = Some(NOON);
        assert_eq!(it.standing(NOON), Standing::Paused);
        it.active = false;
        assert_eq!(it.standing(NOON), Standing::Retired);
    }

    #[test]
    fn who_stands_in_is_another_one_in_use() {
        let (one, mut other) = (printer(), printer());
        let mut it = Description {
            name: "Bar".parse().expect("a name"),
            address: one.address.clone(),
            paper: Paper::Wide,
            agent: None,
            stand_in: None,
            active: true,
        };
        let fits = |it: &Description, all: &[Printer]| it.fits(one.id, all).is_ok();
        assert!(fits(&it, &[]));
        it.stand_in = Some(one.id);
        assert!(!fits(&it, std::slice::from_ref(&one)));
        it.stand_in = Some(other.id);
        assert!(!fits(&it, &[]));
        assert!(fits(&it, &[other.clone()]));
        other.active = false;
        assert!(!fits(&it, &[other]));
    }
}

//! A terminal as an admin keeps it, paired or not.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::OffsetDateTime;

use crate::values::{PrinterId, Short, StationId, TerminalId, Text};
use crate::web::{FieldError, Refusal};

/// What a terminal is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A tablet on which people take orders.
    Till,
    /// A display on a wall, bound to one board.
    Display,
    /// A machine in the café that prints for a server elsewhere.
    Agent,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Till, Kind::Display, Kind::Agent];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Till => "till",
            Kind::Display => "display",
            Kind::Agent => "agent",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Till => "Till",
            Kind::Display => "Wall display",
            Kind::Agent => "Print agent",
        }
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or("Choose what it is used as.")
    }
}

/// Seconds without a touch, 5 to 86,400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IdleSeconds(i32);

impl IdleSeconds {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl FromStr for IdleSeconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse()
            .ok()
            .filter(|seconds| (5..=86_400).contains(seconds))
            .map(IdleSeconds)
            .ok_or("Give the seconds as a number from 5 to 86400.")
    }
}

impl fmt::Display for IdleSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an admin says about a terminal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// As people call it.
    pub name: Short,
    /// Where it stands.
    pub location: Option<Text<60>>,
    /// What it is used as.
    pub kind: Kind,
    /// Whether a cash drawer hangs on it.
    pub has_drawer: bool,
    /// The board that it is bound to.
    pub station: Option<StationId>,
    /// Seconds without a touch after which it goes back to the tiles.
    pub idle_seconds: IdleSeconds,
    /// Whether it goes back to the tiles when something was sent on it.
    pub locks_after_send: bool,
    /// Where it prints.
    pub printer: Option<PrinterId>,
    /// Whether a receipt is printed with each payment.
    pub prints_receipts: bool,
}

impl Description {
    /// What only several fields together show.
    ///
    /// # Errors
    /// The field to mend.
    pub fn check(&self) -> Result<(), FieldError> {
        let fault = |field, sentence: &str| {
            Err(FieldError {
                field,
                sentence: sentence.to_owned(),
            })
        };
        match self.kind {
            Kind::Display if self.station.is_none() => {
                fault("station", "A wall display needs the board that it shows.")
            }
            Kind::Display if self.has_drawer => {
                fault("has_drawer", "A wall display has no cash drawer.")
            }
            Kind::Agent if self.has_drawer => fault(
                "has_drawer",
                "A print agent has no cash drawer: the drawer belongs to the till.",
            ),
            Kind::Agent if self.station.is_some() => {
                fault("station", "A print agent shows no board.")
            }
            _ => Ok(()),
        }
    }
}

/// A terminal in the list of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Which one.
    pub id: TerminalId,
    /// As people call it.
    pub name: String,
    /// Where it stands.
    pub location: String,
    /// What it is used as.
    pub kind: Kind,
    /// Whether a cash drawer hangs on it.
    pub has_drawer: bool,
    /// The board that it is bound to, with its name.
    pub station: Option<(StationId, String)>,
    /// Where it prints.
    pub printer: Option<String>,
    /// Seconds without a touch after which it goes back to the tiles.
    pub idle_seconds: i32,
    /// Since when a device is this terminal; `None` when none is.
    pub paired_at: Option<OffsetDateTime>,
    /// When it was last heard of.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Until when a pairing code waits to be typed.
    pub code_until: Option<OffsetDateTime>,
}

/// Why something was not done about a terminal.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TerminalRefusal {
    /// Names are unique.
    #[error("Another terminal has this name already.")]
    NameTaken,
    /// The board was removed meanwhile.
    #[error("This board does not exist any more. Choose another.")]
    NoSuchBoard,
    /// The printer went out of use meanwhile.
    #[error("This printer is not in use any more. Choose another.")]
    NoSuchPrinter,
    /// What it prints would never come out.
    #[error("{0} is reached through this print agent. Give it another way first.")]
    PrintsFor(String),
    /// A drawer cannot vanish under an open shift.
    #[error("A shift is open with the drawer of this terminal. Close it first.")]
    DrawerInUse,
    /// The answer that carried the device's token never arrived.
    #[error(
        "This code was used, but this device did not hear of it. Make a new code and type that."
    )]
    CodeUsedUp,
}

impl Refusal for TerminalRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            TerminalRefusal::NameTaken => "name_taken",
            TerminalRefusal::NoSuchBoard => "no_such_board",
            TerminalRefusal::NoSuchPrinter => "no_such_printer",
            TerminalRefusal::PrintsFor(_) => "prints_for",
            TerminalRefusal::DrawerInUse => "drawer_in_use",
            TerminalRefusal::CodeUsedUp => "code_used_up",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            TerminalRefusal::NameTaken => Some("name"),
            TerminalRefusal::NoSuchBoard => Some("station"),
            TerminalRefusal::NoSuchPrinter => Some("printer"),
            TerminalRefusal::PrintsFor(_) => Some("kind"),
            TerminalRefusal::DrawerInUse => Some("has_drawer"),
            TerminalRefusal::CodeUsedUp => Some("code"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(kind: Kind, station: Option<StationId>, has_drawer: bool) -> Description {
        Description {
            name: "Bar".parse().unwrap(),
            location: None,
            kind,
            has_drawer,
            station,
            idle_seconds: "120".parse().unwrap(),
            locks_after_send: false,
            printer: None,
            prints_receipts: true,
        }
    }

    #[test]
    fn a_display_shows_a_board_and_has_no_drawer() {
        let board = Some(StationId::new());
        assert_eq!(described(Kind::Till, None, true).check(), Ok(()));
        assert_eq!(described(Kind::Till, board, false).check(), Ok(()));
        assert_eq!(described(Kind::Display, board, false).check(), Ok(()));
        assert_eq!(
            described(Kind::Display, None, false)
                .check()
                .unwrap_err()
                .field,
            "station"
        );
        assert_eq!(
            described(Kind::Display, board, true)
                .check()
                .unwrap_err()
                .field,
            "has_drawer"
        );
        assert_eq!(described(Kind::Agent, None, false).check(), Ok(()));
        for (board, drawer) in [(board, false), (None, true)] {
            assert!(described(Kind::Agent, board, drawer).check().is_err());
        }
    }

    #[test]
    fn idle_seconds_are_sensible() {
        assert_eq!("5".parse::<IdleSeconds>().unwrap().get(), 5);
        assert_eq!(" 86400 ".parse::<IdleSeconds>().unwrap().get(), 86_400);
        for wrong in ["4", "86401", "-5", "", "two", "1.5", "99999999999"] {
            assert!(wrong.parse::<IdleSeconds>().is_err(), "{wrong}");
        }
    }
}

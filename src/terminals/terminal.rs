//! A terminal as an admin keeps it, paired or not.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::OffsetDateTime;

use crate::values::{Short, StationId, TerminalId, Text};
use crate::web::{FieldError, Refusal};

/// What a terminal is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A tablet on which people take orders.
    Till,
    /// A display on a wall, bound to one board.
    Display,
}

impl Kind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Till => "till",
            Kind::Display => "display",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Till => "Till",
            Kind::Display => "Wall display",
        }
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Kind::Till, Kind::Display]
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
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TerminalRefusal {
    /// Names are unique.
    #[error("Another terminal has this name already.")]
    NameTaken,
    /// The board was removed meanwhile.
    #[error("This board does not exist any more. Choose another.")]
    NoSuchBoard,
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
            TerminalRefusal::DrawerInUse => "drawer_in_use",
            TerminalRefusal::CodeUsedUp => "code_used_up",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            TerminalRefusal::NameTaken => Some("name"),
            TerminalRefusal::NoSuchBoard => Some("station"),
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

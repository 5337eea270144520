//! What is said about a station, and the rules that hold between stations.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::hands::Hands;
use crate::kitchen::StationKind;
use crate::values::{PrinterId, Short, StationId, minutes_seconds};
use crate::web::{FieldError, Refusal};

/// A place in the order of stations, 0 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place(i32);

impl Place {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim().parse().ok();
        number
            .filter(|number| (0..=999).contains(number))
            .map(Place)
            .ok_or("Give the place as a number from 0 to 999.")
    }
}

/// An age of tickets in seconds, 1 second to 24 hours: typed as "8" minutes or as "2:30".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span(i32);

impl Span {
    const LONGEST: i32 = 24 * 60 * 60;

    /// Seconds.
    pub fn seconds(self) -> i32 {
        self.0
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (minutes, seconds) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
        let digits = |part: &str| {
            let fits =
                (1..=4).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_digit());
            fits.then(|| part.parse::<i32>().ok()).flatten()
        };
        digits(minutes)
            .zip(digits(seconds).filter(|seconds| *seconds < 60))
            .map(|(minutes, seconds)| minutes * 60 + seconds)
            .filter(|span| (1..=Span::LONGEST).contains(span))
            .map(Span)
            .ok_or("Write minutes, such as 8, or minutes and seconds, such as 2:30.")
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&minutes_seconds(self.0.into()))
    }
}

impl Serialize for StationKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// What a manager says about a station.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// As people call it.
    pub name: Short,
    /// Whose work it is.
    pub kind: StationKind,
    /// Where it stands among the others.
    pub sort: Place,
    /// From which age its tickets are slow.
    pub soon: Span,
    /// From which age they are late.
    pub late: Span,
    /// Whether it is in use.
    pub active: bool,
    /// Where its tickets go on to: make, then oven, then pass.
    pub next: Option<StationId>,
    /// Where new work goes instead while it is closed.
    pub redirect: Option<StationId>,
    /// Whether an alarm is raised at the tills when no screen shows its tickets.
    pub watched: bool,
    /// Where its tickets are printed.
    pub printer: Option<PrinterId>,
    /// Whether each is; else only what no screen has shown in time.
    pub prints_always: bool,
    /// Its keys and ears.
    pub hands: Hands,
}

/// A station as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// Which one.
    #[serde(skip)]
    pub id: StationId,
    /// As people call it.
    pub name: String,
    /// Whose work it is.
    pub kind: StationKind,
    /// Where it stands among the others.
    pub sort: i32,
    /// From which age in seconds its tickets are slow.
    pub soon: i32,
    /// From which age in seconds they are late.
    pub late: i32,
    /// Whether it is in use.
    pub active: bool,
    /// Where its tickets go on to.
    pub next: Option<StationId>,
    /// Where new work goes instead while it is closed.
    pub redirect: Option<StationId>,
    /// Whether an alarm is raised at the tills when no screen shows its tickets.
    pub watched: bool,
    /// Where its tickets are printed.
    pub printer: Option<PrinterId>,
    /// Whether each is; else only what no screen has shown in time.
    pub prints_always: bool,
    /// Its keys and ears.
    pub hands: Hands,
    /// Moves with each change.
    #[serde(skip)]
    pub revision: i64,
}

impl Kept {
    /// Whether work may arrive there.
    pub fn works(&self) -> bool {
        self.active && self.kind.makes()
    }
}

impl Description {
    /// Whether work may arrive there.
    pub fn works(&self) -> bool {
        self.active && self.kind.makes()
    }

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
        if self.soon >= self.late {
            return fault("late", "Late comes after slow. Give it more minutes.");
        }
        if self.prints_always && self.printer.is_none() {
            return fault("printer", "Choose the printer that prints each ticket.");
        }
        match self.kind.makes() {
            false if self.printer.is_some() => {
                fault("printer", "An expo has no tickets of its own to print.")
            }
            false if self.next.is_some() => {
                fault("next", "An expo has no tickets of its own to pass on.")
            }
            false if self.redirect.is_some() => fault(
                "redirect",
                "An expo has no work of its own to send elsewhere.",
            ),
            _ => Ok(()),
        }
    }

    /// Whether it goes together with the other stations. `all` may hold the station as it was before.
    ///
    /// # Errors
    /// Where it leads to a station that takes nothing, or in a circle.
    pub fn fits(&self, id: StationId, all: &[Kept]) -> Result<(), StationRefusal> {
        let named = |field, to: Option<StationId>| match to {
            None => Ok(None),
            Some(to) if to == id => Err(StationRefusal::Itself(field)),
            Some(to) => match all.iter().find(|other| other.id == to) {
                None => Err(StationRefusal::NoSuchStation(field)),
                Some(other) if !other.active => {
                    Err(StationRefusal::NotInUse(field, other.name.clone()))
                }
                Some(other) => Ok(Some(other)),
            },
        };
        named("next", self.next)?;
        if let Some(other) = named("redirect", self.redirect)?
            && !other.kind.makes()
        {
            return Err(StationRefusal::MakesNothing(other.name.clone()));
        }
        self.goes_round("next", self.next, id, all, |other| other.next)?;
        self.goes_round("redirect", self.redirect, id, all, |other| other.redirect)
    }

    /// Follows a way from station to station. The others have no circle among them, so one can only come back here.
    fn goes_round(
        &self,
        field: &'static str,
        first: Option<StationId>,
        id: StationId,
        all: &[Kept],
        step: impl Fn(&Kept) -> Option<StationId>,
    ) -> Result<(), StationRefusal> {
        let mut way = vec![self.name.as_str()];
        let mut to = first;
        while let Some(other) = to.and_then(|to| all.iter().find(|other| other.id == to)) {
            if other.id == id {
                way.push(self.name.as_str());
                return Err(StationRefusal::Round(field, way.join(" → ")));
            }
            if way.len() > all.len() {
                break;
            }
            way.push(&other.name);
            to = step(other);
        }
        Ok(())
    }
}

/// What keeps a station in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// How many products are made there.
    pub products: i64,
    /// How many tickets are open there.
    pub tickets: i64,
    /// A station whose tickets or work go there.
    pub fed_by: Option<String>,
    /// A terminal that shows its board.
    pub shown_on: Option<String>,
}

impl Held {
    /// # Errors
    /// When something would be left without its station.
    pub fn lets_go(self) -> Result<(), StationRefusal> {
        match self {
            Held {
                tickets: open @ 1..,
                ..
            } => Err(StationRefusal::TicketsOpen(open)),
            Held {
                products: made @ 1..,
                ..
            } => Err(StationRefusal::ProductsMade(made)),
            Held {
                fed_by: Some(other),
                ..
            } => Err(StationRefusal::FedBy(other)),
            Held {
                shown_on: Some(terminal),
                ..
            } => Err(StationRefusal::ShownOn(terminal)),
            _ => Ok(()),
        }
    }
}

/// Why something was not done about a station.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StationRefusal {
    /// Names are unique.
    #[error("Another station has this name already.")]
    NameTaken,
    /// Somebody else was quicker.
    #[error(
        "Somebody changed this station while you were at it. Nothing of yours was saved, and nothing of theirs is lost: note what you wanted, close this, and edit it again."
    )]
    ChangedMeanwhile,
    /// It was chosen before it went.
    #[error("This station does not exist any more. Choose another.")]
    NoSuchStation(&'static str),
    /// It was chosen before it went.
    #[error("This printer does not exist any more. Choose another.")]
    NoSuchPrinter,
    /// Nobody stands there.
    #[error("{1} is not in use. Choose another.")]
    NotInUse(&'static str, String),
    /// The shortest circle.
    #[error("A station cannot send to itself.")]
    Itself(&'static str),
    /// A longer one.
    #[error("That would go round in a circle: {1}.")]
    Round(&'static str, String),
    /// Nobody cooks at an expo.
    #[error("Nothing is made at {0}. Choose another.")]
    MakesNothing(String),
    /// They would never be seen again.
    #[error("Tickets are open here ({0}). Bump them first.")]
    TicketsOpen(i64),
    /// Nobody would make them.
    #[error("Products are made here ({0}). Give them another station first.")]
    ProductsMade(i64),
    /// Its tickets would go nowhere.
    #[error("{0} sends to this station. Change that first.")]
    FedBy(String),
    /// It would show a board on which nothing ever comes.
    #[error("{0} shows this board. Give it another first.")]
    ShownOn(String),
}

impl Refusal for StationRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            StationRefusal::NameTaken => "name_taken",
            StationRefusal::ChangedMeanwhile => "changed_meanwhile",
            StationRefusal::NoSuchStation(_) => "no_such_station",
            StationRefusal::NoSuchPrinter => "no_such_printer",
            StationRefusal::NotInUse(..) => "station_not_in_use",
            StationRefusal::Itself(_) | StationRefusal::Round(..) => "circle",
            StationRefusal::MakesNothing(_) => "makes_nothing",
            StationRefusal::TicketsOpen(_)
            | StationRefusal::ProductsMade(_)
            | StationRefusal::FedBy(_)
            | StationRefusal::ShownOn(_) => "station_in_use",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            StationRefusal::NameTaken => Some("name"),
            StationRefusal::ChangedMeanwhile => None,
            StationRefusal::NoSuchPrinter => Some("printer"),
            StationRefusal::NoSuchStation(field)
            | StationRefusal::NotInUse(field, _)
            | StationRefusal::Itself(field)
            | StationRefusal::Round(field, _) => Some(field),
            StationRefusal::MakesNothing(_) => Some("redirect"),
            StationRefusal::TicketsOpen(_)
            | StationRefusal::ProductsMade(_)
            | StationRefusal::FedBy(_)
            | StationRefusal::ShownOn(_) => Some("active"),
        }
    }
}

#[cfg(test)]
mod tests;

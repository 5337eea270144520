//! A shift and its rules.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::OffsetDateTime;

use super::counted::Counted;
use crate::staff::Role;
use crate::values::{BusinessDate, Money, ShiftId, StaffId, TerminalId};
use crate::web::{Refusal, url};

/// One person's responsibility for cash, from float to count.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// Which shift.
    pub id: ShiftId,
    /// Whose it is.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Their role, which sets the variance that needs no approval.
    pub role: Role,
    /// The date it was opened on.
    pub date: BusinessDate,
    /// Where its cash is.
    pub cash: CashPlace,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// The terminal it was opened on.
    pub opened_terminal: Option<String>,
    /// What was counted into it, if it has cash.
    pub float: Option<Float>,
    /// Whose drawer or pouch it took over, with what was in it.
    pub taken_over_from: Option<String>,
    /// When and as which report it was closed.
    pub closed: Option<Closed>,
}

/// Where a shift keeps its cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashPlace {
    /// It takes no cash.
    None,
    /// In the drawer of a terminal, which nobody else uses meanwhile.
    Drawer {
        /// The terminal that it hangs on.
        terminal: TerminalId,
        /// The terminal's name.
        name: String,
    },
    /// In a pouch that its owner carries.
    Pouch,
}

impl fmt::Display for CashPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CashPlace::None => f.write_str("No cash"),
            CashPlace::Drawer { name, .. } => write!(f, "Drawer of {name}"),
            CashPlace::Pouch => f.write_str("Cash pouch"),
        }
    }
}

/// The float as it was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Float {
    /// What it is worth.
    pub amount: Money,
    /// Its pieces.
    pub counted: Counted,
    /// What was said about it.
    pub note: Option<String>,
    /// When it was counted.
    pub at: OffsetDateTime,
}

/// The end of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: StaffId,
    /// The number of its report.
    pub report: i32,
}

/// Where somebody wants to keep their cash, as the form says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CashChoice {
    /// A shift without cash.
    None,
    /// The drawer of the terminal that the request comes from.
    Drawer,
    /// A pouch.
    Pouch,
}

impl FromStr for CashChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(CashChoice::None),
            "drawer" => Ok(CashChoice::Drawer),
            "pouch" => Ok(CashChoice::Pouch),
            _ => Err("Choose the drawer, a cash pouch or no cash."),
        }
    }
}

/// Why a shift did not do what was asked of it.
#[derive(Debug, Clone, Error, PartialEq)]
pub enum ShiftRefusal {
    /// Cash is taken only after the float was counted.
    #[error("Count your float first: cash can be taken once your shift has a drawer or a pouch.")]
    NoFloat,
    /// A shift is given its float once.
    #[error("Your shift already has its float.")]
    FloatCounted,
    /// A shift without cash is already open, and no cash was asked for.
    #[error("Your shift is already open.")]
    AlreadyOpen,
    /// Whoever is to take cash over has some already.
    #[error(
        "{0} has a drawer or a pouch already. They close that first, or somebody else takes this one."
    )]
    HasCash(String),
    /// Somebody else uses the drawer.
    #[error(
        "The drawer of {drawer} is held by {holder} since {since}. Take a cash pouch, or ask them to close their shift."
    )]
    DrawerHeld {
        /// The terminal's name.
        drawer: String,
        /// Who holds it.
        holder: String,
        /// Since when, in the café's time.
        since: String,
    },
    /// The device has no drawer.
    #[error("No drawer hangs on this device. Take a cash pouch.")]
    NoDrawer,
    /// The shift is over.
    #[error("This shift is closed; its report does not change any more.")]
    Closed,
    /// It is somebody else's.
    #[error("This is the shift of {0}. Only they or a manager can do this.")]
    NotYours(String),
}

impl Refusal for ShiftRefusal {
    fn status(&self) -> StatusCode {
        match self {
            ShiftRefusal::NotYours(_) => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            ShiftRefusal::NoFloat => "no_float",
            ShiftRefusal::FloatCounted => "float_counted",
            ShiftRefusal::AlreadyOpen => "shift_open",
            ShiftRefusal::HasCash(_) => "has_cash",
            ShiftRefusal::DrawerHeld { .. } => "drawer_held",
            ShiftRefusal::NoDrawer => "no_drawer",
            ShiftRefusal::Closed => "shift_closed",
            ShiftRefusal::NotYours(_) => "not_allowed",
        }
    }

    fn way_on(&self) -> Option<(&'static str, String)> {
        match self {
            ShiftRefusal::NoFloat => Some(("Count the float", url::shift())),
            _ => None,
        }
    }
}

impl Shift {
    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether its float was counted.
    pub fn has_cash(&self) -> bool {
        self.cash != CashPlace::None
    }

    /// Whether it was opened on an earlier date than `today`: forgotten overnight.
    pub fn is_forgotten(&self, today: BusinessDate) -> bool {
        self.is_open() && self.date < today
    }

    /// Gives it its float, once: from now on it can take cash.
    ///
    /// # Errors
    /// Where it is closed or has a float already.
    pub fn start_cash(&mut self, place: CashPlace, float: Float) -> Result<(), ShiftRefusal> {
        self.must_be_open()?;
        if self.has_cash() {
            return Err(ShiftRefusal::FloatCounted);
        }
        self.cash = place;
        self.float = Some(float);
        Ok(())
    }

    /// Refuses where it is closed.
    ///
    /// # Errors
    /// [`ShiftRefusal::Closed`].
    pub fn must_be_open(&self) -> Result<(), ShiftRefusal> {
        if self.is_open() {
            Ok(())
        } else {
            Err(ShiftRefusal::Closed)
        }
    }

    /// Refuses where cash cannot be taken into it.
    ///
    /// # Errors
    /// [`ShiftRefusal::NoFloat`] or [`ShiftRefusal::Closed`].
    pub fn must_take_cash(&self) -> Result<(), ShiftRefusal> {
        self.must_be_open()?;
        if self.has_cash() {
            Ok(())
        } else {
            Err(ShiftRefusal::NoFloat)
        }
    }

    /// Refuses everybody but its owner and managers.
    ///
    /// # Errors
    /// [`ShiftRefusal::NotYours`].
    pub fn must_be_for(&self, staff: StaffId, role: Role) -> Result<(), ShiftRefusal> {
        if self.staff == staff || role.manages() {
            Ok(())
        } else {
            Err(ShiftRefusal::NotYours(self.name.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn shift() -> Shift {
        Shift {
            id: ShiftId::new(),
            staff: StaffId::new(),
            name: "Grace Auma".to_owned(),
            role: Role::Cashier,
            date: "2026-11-22".parse().unwrap(),
            cash: CashPlace::None,
            opened_at: datetime!(2026-11-22 04:02 UTC),
            opened_terminal: None,
            float: None,
            taken_over_from: None,
            closed: None,
        }
    }

    fn float(minor: i64) -> Float {
        Float {
            amount: Money::new(minor),
            counted: Counted::default(),
            note: None,
            at: datetime!(2026-11-22 04:05 UTC),
        }
    }

    #[test]
    fn cash_is_taken_only_after_the_float_was_counted_and_it_is_counted_once() {
        let mut shift = shift();
        assert_eq!(shift.must_take_cash(), Err(ShiftRefusal::NoFloat));
        shift.start_cash(CashPlace::Pouch, float(193_000)).unwrap();
        assert_eq!(shift.must_take_cash(), Ok(()));
        assert_eq!(
            shift.start_cash(CashPlace::Pouch, float(1)),
            Err(ShiftRefusal::FloatCounted)
        );
        assert_eq!(shift.float.unwrap().amount, Money::new(193_000));
    }

    #[test]
    fn being_refused_for_want_of_a_float_leads_to_the_float() {
        let way_on = ShiftRefusal::NoFloat.way_on();
        assert_eq!(way_on, Some(("Count the float", url::shift())));
    }

    #[test]
    fn a_closed_shift_never_changes() {
        let mut shift = shift();
        shift.closed = Some(Closed {
            at: datetime!(2026-11-22 15:00 UTC),
            by: shift.staff,
            report: 1,
        });
        assert_eq!(shift.must_take_cash(), Err(ShiftRefusal::Closed));
        assert_eq!(
            shift.start_cash(CashPlace::Pouch, float(0)),
            Err(ShiftRefusal::Closed)
        );
        assert!(!shift.is_forgotten("2026-11-30".parse().unwrap()));
    }

    #[test]
    fn a_shift_of_yesterday_is_forgotten_and_one_of_today_is_not() {
        let shift = shift();
        assert!(!shift.is_forgotten(shift.date));
        assert!(shift.is_forgotten(shift.date.next()));
    }

    #[test]
    fn a_shift_is_for_its_owner_and_for_managers() {
        let shift = shift();
        assert_eq!(shift.must_be_for(shift.staff, Role::Cashier), Ok(()));
        assert_eq!(shift.must_be_for(StaffId::new(), Role::Manager), Ok(()));
        assert_eq!(
            shift.must_be_for(StaffId::new(), Role::Cashier),
            Err(ShiftRefusal::NotYours("Grace Auma".to_owned()))
        );
    }
}

//! Which business date may be closed.

use poem::http::StatusCode;
use thiserror::Error;

use crate::values::BusinessDate;
use crate::web::Refusal;

/// Why a date was not closed.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum DayRefusal {
    /// There is one Z for each date.
    #[error("{0} is closed already: its Z report is number {1}.")]
    Closed(BusinessDate, i32),
    /// The clock has not come so far.
    #[error("{0} has not begun.")]
    NotYet(BusinessDate),
    /// There is nothing to be closed.
    #[error("Nothing happened on {0}: there is nothing to close.")]
    Nothing(BusinessDate),
    /// Zs follow each other as dates do.
    #[error("Close {0} first: the Z reports follow each other as the dates do.")]
    Earlier(BusinessDate),
    /// The Zs of this café begin later.
    #[error("{0} is before the first Z report, so it gets none.")]
    Before(BusinessDate),
}

impl Refusal for DayRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            DayRefusal::Closed(..) => "day_closed",
            DayRefusal::NotYet(_) => "day_not_begun",
            DayRefusal::Nothing(_) => "empty_day",
            DayRefusal::Earlier(_) => "earlier_day_open",
            DayRefusal::Before(_) => "before_first_z",
        }
    }
}

/// What is known when somebody wants to close a date.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Today's date by the clock.
    pub today: BusinessDate,
    /// The date of the first Z.
    pub first: Option<BusinessDate>,
    /// The first date after that which is open, and on which anything happened.
    pub next: Option<BusinessDate>,
    /// Whether anything happened on the date itself.
    pub happened: bool,
}

/// Whether `date` may be closed now. Before the first Z of all, any date on which something happened may be it; today may be
/// closed with nothing in it.
///
/// # Errors
/// The sentence for the manager.
pub fn may_close(date: BusinessDate, known: Known) -> Result<(), DayRefusal> {
    if date > known.today {
        return Err(DayRefusal::NotYet(date));
    }
    if known.first.is_some_and(|first| date < first) {
        return Err(DayRefusal::Before(date));
    }
    if !known.happened && date != known.today {
        return Err(DayRefusal::Nothing(date));
    }
    match known.next.filter(|_| known.first.is_some()) {
        Some(next) if next < date => Err(DayRefusal::Earlier(next)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(day: u8) -> BusinessDate {
        format!("2026-11-{day:02}").parse().unwrap()
    }

    fn known(first: Option<u8>, next: Option<u8>) -> Known {
        Known {
            today: d(20),
            first: first.map(d),
            next: next.map(d),
            happened: true,
        }
    }

    #[test]
    fn the_first_z_may_be_of_any_date_but_a_future_or_an_empty_one() {
        assert_eq!(may_close(d(3), known(None, None)), Ok(()));
        assert_eq!(may_close(d(20), known(None, None)), Ok(()));
        assert_eq!(
            may_close(d(21), known(None, None)),
            Err(DayRefusal::NotYet(d(21)))
        );
        let empty = Known {
            happened: false,
            ..known(None, None)
        };
        assert_eq!(may_close(d(3), empty), Err(DayRefusal::Nothing(d(3))));
        assert_eq!(may_close(d(20), empty), Ok(()));
    }

    #[test]
    fn after_it_the_dates_follow_each_other_and_none_with_trade_is_left_out() {
        let close = |date, next| may_close(date, known(Some(17), next));
        assert_eq!(close(d(18), Some(18)), Ok(()));
        assert_eq!(close(d(19), Some(18)), Err(DayRefusal::Earlier(d(18))));
        // Nothing happened on the 18th.
        assert_eq!(close(d(19), Some(19)), Ok(()));
        assert_eq!(close(d(20), None), Ok(()));
        assert_eq!(close(d(16), Some(18)), Err(DayRefusal::Before(d(16))));
    }
}

//! Lists of prices that count at certain hours: happy hour. A price is captured on the line at the moment it is added, so
//! a list that ends changes nothing that is on an order.

use time::{OffsetDateTime, Weekday};

use crate::values::DayRule;

/// A moment as the hours of price lists see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The bit of the weekday on the café's wall clock: bit 0 is Monday.
    pub today: i16,
    /// The bit of the day before: a list that goes on after midnight began then.
    pub yesterday: i16,
    /// Minutes after midnight on the café's wall clock, 0 to 1,439.
    pub minute: i16,
}

impl Hours {
    /// The hours of a moment.
    pub fn at(moment: OffsetDateTime, days: &DayRule) -> Self {
        let local = days.local(moment);
        let bit = |day: Weekday| 1 << day.number_days_from_monday();
        Hours {
            today: bit(local.weekday()),
            yesterday: bit(local.weekday().previous()),
            minute: i16::try_from(local.minute_of_day()).unwrap_or(0),
        }
    }
}

/// Of table `pl`, the lists that count at the hours `$1` (today), `$2` (yesterday) and `$3` (minute).
pub(in crate::menu) const COUNTS: &str = "pl.active AND pl.deleted_at IS NULL AND CASE WHEN pl.from_minute < pl.until_minute \
    THEN pl.weekdays & $1 <> 0 AND $3 >= pl.from_minute AND $3 < pl.until_minute \
    ELSE (pl.weekdays & $1 <> 0 AND $3 >= pl.from_minute) OR (pl.weekdays & $2 <> 0 AND $3 < pl.until_minute) END";

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn hours_are_those_of_the_wall_clock() {
        let days = DayRule::default(); // Kampala: three hours ahead of UTC
        let friday = Hours::at(datetime!(2026-11-27 14:30 UTC), &days);
        assert_eq!(
            (friday.today, friday.yesterday, friday.minute),
            (16, 8, 17 * 60 + 30)
        );
        let monday = Hours::at(datetime!(2026-11-29 21:05 UTC), &days);
        assert_eq!(
            (monday.today, monday.yesterday, monday.minute),
            (1, 64, 5),
            "five past midnight on Monday"
        );
    }
}

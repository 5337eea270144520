//! When people order alike: coffee at eight, mains at one. The favourites of a till are those of its part of the day.

use time::{Duration, OffsetDateTime, Weekday};

use crate::values::{BusinessDate, DayRule};

/// When a part of the day begins, in minutes after midnight: morning, midday, afternoon, evening. The evening goes on until
/// the morning begins.
const BEGINS: [i32; 4] = [4 * 60, 11 * 60, 15 * 60, 18 * 60];

/// A part of the days of one kind, in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Daypart {
    /// When the week began: what was sold since then moves no product, so that hands find each where it was.
    pub week: OffsetDateTime,
    /// 1 in the morning, 2 at midday, 3 in the afternoon, 0 in the evening.
    pub part: i32,
    /// Saturday or Sunday.
    pub weekend: bool,
}

impl Daypart {
    /// The part of the day that holds a moment.
    pub fn at(moment: OffsetDateTime, days: &DayRule) -> Self {
        let local = days.local(moment);
        let minute = i32::from(local.minute_of_day());
        let begun = BEGINS.iter().filter(|begins| **begins <= minute).count();
        let since_monday = local.weekday().number_days_from_monday();
        let monday = local.date() - Duration::days(since_monday.into());
        Daypart {
            week: days.begins(BusinessDate::from(monday)),
            part: i32::try_from(begun % BEGINS.len()).unwrap_or(0),
            weekend: matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// Where the parts begin, for the query that counts what was sold in one.
    pub(super) fn begins() -> Vec<i32> {
        BEGINS.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_in_the_part_that_the_wall_clock_says() {
        let days = DayRule::default(); // Kampala: three hours ahead of UTC
        let part = |moment| Daypart::at(moment, &days).part;
        assert_eq!(part(datetime!(2026-11-25 05:00 UTC)), 1);
        assert_eq!(part(datetime!(2026-11-25 07:59 UTC)), 1);
        assert_eq!(part(datetime!(2026-11-25 08:00 UTC)), 2);
        assert_eq!(part(datetime!(2026-11-25 12:00 UTC)), 3);
        assert_eq!(part(datetime!(2026-11-25 20:30 UTC)), 0);
        assert_eq!(
            part(datetime!(2026-11-25 23:30 UTC)),
            0,
            "half past two at night"
        );
    }

    #[test]
    fn a_week_is_one_place_for_everything_and_its_end_is_of_another_kind() {
        let days = DayRule::default();
        let wednesday = Daypart::at(datetime!(2026-11-25 10:00 UTC), &days);
        let thursday = Daypart::at(datetime!(2026-11-26 10:00 UTC), &days);
        let saturday = Daypart::at(datetime!(2026-11-28 10:00 UTC), &days);
        assert_eq!(wednesday, thursday);
        assert_eq!(saturday.week, wednesday.week);
        assert!(saturday.weekend && !wednesday.weekend);
        let next = Daypart::at(datetime!(2026-11-30 10:00 UTC), &days);
        assert_eq!(next.week - wednesday.week, Duration::weeks(1));
    }
}

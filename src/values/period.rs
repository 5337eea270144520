//! The business days that somebody asks about.

use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::{BusinessDate, DayRule};

/// The most days at once: a leap year.
pub const LONGEST: i64 = 366;

/// A range of business days, the first and the last among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: BusinessDate,
    to: BusinessDate,
}

/// Why a range was not taken.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum PeriodRefusal {
    /// It ends before it begins.
    #[error("The last day is before the first. Choose a later one.")]
    Backwards,
    /// It has more than [`LONGEST`] days.
    #[error("Choose 366 days at most.")]
    TooLong,
}

impl Period {
    /// From one date to another.
    ///
    /// # Errors
    /// Where they are in the wrong order or too far apart.
    pub fn between(from: BusinessDate, to: BusinessDate) -> Result<Self, PeriodRefusal> {
        let period = Period { from, to };
        match period.count() {
            ..=0 => Err(PeriodRefusal::Backwards),
            1..=LONGEST => Ok(period),
            _ => Err(PeriodRefusal::TooLong),
        }
    }

    /// So many days, 1 to [`LONGEST`], of which `last` is the last.
    pub fn up_to(last: BusinessDate, days: i64) -> Self {
        let first = last.date().checked_sub(Duration::days(days - 1));
        Period {
            from: first.map_or(last, BusinessDate::from),
            to: last,
        }
    }

    /// What can be had with one tap, with its name.
    pub fn common(today: BusinessDate) -> [(&'static str, Self); 4] {
        [
            ("Today", Period::up_to(today, 1)),
            ("Yesterday", Period::up_to(today.previous(), 1)),
            ("Last 7 days", Period::up_to(today, 7)),
            ("Last 30 days", Period::up_to(today, 30)),
        ]
    }

    /// The first day.
    pub fn from(self) -> BusinessDate {
        self.from
    }

    /// The last day.
    pub fn to(self) -> BusinessDate {
        self.to
    }

    /// How many days.
    fn count(self) -> i64 {
        (self.to.date() - self.from.date()).whole_days() + 1
    }

    /// When each day begins, oldest first, and when the last one ends.
    pub fn moments(self, rule: &DayRule) -> (Vec<OffsetDateTime>, OffsetDateTime) {
        let dates = std::iter::successors(Some(self.from), |date| Some(date.next()));
        let dates = dates.take(usize::try_from(self.count()).unwrap_or_default());
        let begins = dates.map(|date| rule.begins(date)).collect();
        (begins, rule.begins(self.to.next()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    fn on(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_the_most_and_a_day_the_least() {
        let between = |from, to| Period::between(on(from), on(to)).map(Period::count);
        assert_eq!(between("2026-11-26", "2026-11-26"), Ok(1));
        assert_eq!(between("2027-03-01", "2028-02-29"), Ok(366));
        assert_eq!(
            between("2027-02-28", "2028-02-29"),
            Err(PeriodRefusal::TooLong)
        );
        assert_eq!(
            between("2026-11-27", "2026-11-26"),
            Err(PeriodRefusal::Backwards)
        );
    }

    #[test]
    fn the_common_ones_end_today_or_yesterday() {
        let said = Period::common(on("2026-03-01"))
            .map(|(name, days)| format!("{name}: {} to {}", days.from().iso(), days.to().iso()));
        assert_eq!(
            said,
            [
                "Today: 2026-03-01 to 2026-03-01",
                "Yesterday: 2026-02-28 to 2026-02-28",
                "Last 7 days: 2026-02-23 to 2026-03-01",
                "Last 30 days: 2026-01-31 to 2026-03-01",
            ]
        );
    }

    #[test]
    fn days_begin_at_the_cut_off() {
        let rule = DayRule::parse("Africa/Kampala", "04:00").unwrap();
        let two = Period::between(on("2026-11-25"), on("2026-11-26")).unwrap();
        assert_eq!(
            two.moments(&rule),
            (
                vec![
                    datetime!(2026-11-25 1:00 UTC),
                    datetime!(2026-11-26 1:00 UTC)
                ],
                datetime!(2026-11-27 1:00 UTC)
            )
        );
    }

    proptest! {
        #[test]
        fn every_moment_of_a_period_is_on_one_of_its_days(start in 0_i32..3_650, days in 1_i64..=LONGEST, second in 0_i64..100_000) {
            let rule = DayRule::parse("Europe/Berlin", "02:30").unwrap();
            let first = date!(2020-01-01) + Duration::days(start.into());
            let period = Period::between(first.into(), (first + Duration::days(days - 1)).into()).unwrap();
            let (begins, until) = period.moments(&rule);
            prop_assert_eq!(begins.len() as i64, days);
            prop_assert!(begins.is_sorted());
            let within = begins[0] + Duration::seconds(second);
            let date = rule.date_of(within);
            prop_assert_eq!(within < until, date <= period.to());
            prop_assert!(date >= period.from());
        }
    }
}

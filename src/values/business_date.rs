//! The date that a sale counts on.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Date, Month};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The date that sales, payments and counts of one trading day carry. A `date` column, `2026-11-22` in JSON and forms,
/// drawn as `Sun 22 Nov 2026`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    DeriveValueType,
)]
#[serde(try_from = "String", into = "String")]
pub struct BusinessDate(Date);

impl BusinessDate {
    /// The calendar date.
    pub const fn date(self) -> Date {
        self.0
    }

    /// As addresses, forms and exports write it: `2026-11-22`.
    pub fn iso(self) -> String {
        format!(
            "{:04}-{:02}-{:02}",
            self.0.year(),
            u8::from(self.0.month()),
            self.0.day()
        )
    }

    /// As the long order number begins: `20261122`.
    pub fn compact(self) -> String {
        self.iso().replace('-', "")
    }

    /// The date after this one.
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(self.0))
    }

    /// The date before this one.
    pub fn previous(self) -> Self {
        Self(self.0.previous_day().unwrap_or(self.0))
    }
}

/// The text is no date.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Write the date like 2026-11-22.")]
pub struct DateRefusal;

// SeaORM asks this of every primary key, for databases that count rows; dates are never counted.
impl sea_orm::TryFromU64 for BusinessDate {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("BusinessDate"))
    }
}

impl FromStr for BusinessDate {
    type Err = DateRefusal;

    /// `2026-11-22`, from the year 2000 to 2999: anything else is a slip of the finger.
    fn from_str(text: &str) -> Result<Self, DateRefusal> {
        let text = text.trim();
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let parsed = || -> Option<Date> {
            let has_hyphens =
                text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
            let (year, month, day) =
                has_hyphens.then(|| Some((number(0..4)?, number(5..7)?, number(8..10)?)))??;
            let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
            let date =
                Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
            (2000..3000).contains(&date.year()).then_some(date)
        };
        parsed().map(Self).ok_or(DateRefusal)
    }
}

impl TryFrom<String> for BusinessDate {
    type Error = DateRefusal;

    fn try_from(text: String) -> Result<Self, DateRefusal> {
        text.parse()
    }
}

impl From<BusinessDate> for String {
    fn from(date: BusinessDate) -> Self {
        date.iso()
    }
}

impl From<Date> for BusinessDate {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weekday = WEEKDAYS[usize::from(self.0.weekday().number_days_from_monday())];
        f.pad(&format!("{weekday} {}", day_month_year(self.0)))
    }
}

impl maud::Render for BusinessDate {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.to_string());
    }
}

/// A date as people read it: `22 Nov 2026`.
pub(super) fn day_month_year(date: Date) -> String {
    format!(
        "{} {} {}",
        date.day(),
        MONTHS[usize::from(u8::from(date.month())) - 1],
        date.year()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Value;
    use sea_orm::sea_query::{ColumnType, ValueType};
    use time::macros::date;

    use super::*;

    fn on(date: Date) -> BusinessDate {
        date.into()
    }

    #[test]
    fn a_date_is_drawn_for_people_and_written_for_machines() {
        let sunday = on(date!(2026 - 11 - 22));
        assert_eq!(sunday.to_string(), "Sun 22 Nov 2026");
        assert_eq!(sunday.compact(), "20261122");
        assert_eq!(serde_json::to_string(&sunday).unwrap(), "\"2026-11-22\"");
        assert_eq!(
            serde_json::from_str::<BusinessDate>("\"2026-11-22\"").unwrap(),
            sunday
        );
        assert_eq!(on(date!(2026 - 02 - 03)).to_string(), "Tue 3 Feb 2026");
        assert_eq!(
            (sunday.next().iso(), sunday.previous().iso()),
            ("2026-11-23".into(), "2026-11-21".into())
        );
        assert_eq!(BusinessDate::column_type(), ColumnType::Date);
        assert_eq!(
            Value::from(sunday),
            Value::TimeDate(Some(date!(2026 - 11 - 22)))
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "22.11.2026",
            "2026-13-01",
            "2026-02-29",
            "2026-1-1",
            "0026-11-22",
            "2026-11-2２",
            "2026-11-222",
            "+026-11-22",
        ] {
            assert_eq!(text.parse::<BusinessDate>(), Err(DateRefusal), "{text}");
        }
        assert_eq!(" 2028-02-29 ".parse(), Ok(on(date!(2028 - 02 - 29))));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(days in 0_i32..365_000) {
            let date = on(Date::from_julian_day(date!(2000-01-01).to_julian_day() + days).unwrap());
            prop_assert_eq!(date.iso().parse(), Ok(date));
        }
    }
}

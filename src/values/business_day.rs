//! Which business date a moment belongs to, and the café's wall clock.
//!
//! Moments are stored in UTC; this is the only place that knows the venue's time zone. A business day begins at the
//! cut-off on its date and ends where the next one begins, so every moment is in exactly one day and a later moment is
//! never in an earlier day, also where clocks are put forward or back.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use thiserror::Error;
use time::{Date, Month, OffsetDateTime, Weekday};

use super::business_date::{BusinessDate, day_month_year};

/// A time zone by its name, such as `Africa/Kampala`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The name is none of a time zone.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Choose a time zone by its name, for example Africa/Kampala.")]
pub struct ZoneRefusal;

impl FromStr for Zone {
    type Err = ZoneRefusal;

    fn from_str(name: &str) -> Result<Self, ZoneRefusal> {
        let name = name.trim();
        let is_plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
        // The names come from the machine's own folder where there is one: only a plain name may reach it.
        let zone = if is_plain {
            TimeZone::get(name).map_err(|_| ZoneRefusal)?
        } else {
            return Err(ZoneRefusal);
        };
        if zone.is_unknown() {
            Err(ZoneRefusal)
        } else {
            Ok(Self(zone))
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.iana_name().unwrap_or("UTC"))
    }
}

/// When a business day begins, and where. By default at 04:00 in Africa/Kampala.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRule {
    zone: Zone,
    /// Minutes after midnight, 0 to 1,439.
    cutoff_minutes: u16,
}

/// Why a rule for the business day was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DayRefusal {
    /// The time zone is unknown.
    #[error(transparent)]
    Zone(#[from] ZoneRefusal),
    /// The cut-off is no time of day.
    #[error("Write the time at which the day changes like 04:00.")]
    Cutoff,
}

impl Default for DayRule {
    fn default() -> Self {
        // The zones are part of the program, so this one is there; east of Greenwich by three hours if it ever were not.
        let zone = TimeZone::get("Africa/Kampala")
            .unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(3)));
        Self {
            zone: Zone(zone),
            cutoff_minutes: 4 * 60,
        }
    }
}

impl DayRule {
    /// A rule with a cut-off in minutes after midnight.
    ///
    /// # Errors
    /// Where the cut-off is not within a day.
    pub fn new(zone: Zone, cutoff_minutes: u16) -> Result<Self, DayRefusal> {
        if cutoff_minutes < 24 * 60 {
            Ok(Self {
                zone,
                cutoff_minutes,
            })
        } else {
            Err(DayRefusal::Cutoff)
        }
    }

    /// A rule from the settings' texts: the zone's name and the cut-off as `04:00`.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn parse(zone: &str, cutoff: &str) -> Result<Self, DayRefusal> {
        Self::new(zone.parse()?, minutes_of(cutoff).ok_or(DayRefusal::Cutoff)?)
    }

    /// The time zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The cut-off in minutes after midnight.
    pub fn cutoff_minutes(&self) -> u16 {
        self.cutoff_minutes
    }

    /// The cut-off as the settings show it: `04:00`.
    pub fn cutoff(&self) -> String {
        hour_minute(self.cutoff_minutes)
    }

    /// The business date of a moment.
    pub fn date_of(&self, at: OffsetDateTime) -> BusinessDate {
        let today = BusinessDate::from(self.local(at).date);
        // Tomorrow too may have begun: where clocks go back over the cut-off, it is passed twice and counts once.
        [today.next(), today]
            .into_iter()
            .find(|&date| self.begins(date) <= at)
            .unwrap_or(today.previous())
    }

    /// The first moment of a business date; it ends where the next begins. Where clocks go forward over the cut-off, the
    /// day begins as they do; where they go back over it, at its first passing.
    pub fn begins(&self, date: BusinessDate) -> OffsetDateTime {
        let (hour, minute) = (self.cutoff_minutes / 60, self.cutoff_minutes % 60);
        let day = civil_date(date.date());
        let cutoff = day.at(
            i8::try_from(hour).unwrap_or(0),
            i8::try_from(minute).unwrap_or(0),
            0,
            0,
        );
        self.zone
            .0
            .to_timestamp(cutoff)
            .map_or(OffsetDateTime::UNIX_EPOCH, moment)
    }

    /// When the clock on the café's wall came to this full hour (0 to 23) the last time, at `now` or before. Where clocks
    /// are put forward over it, the moment after the gap counts.
    pub fn last_time_of_hour(&self, now: OffsetDateTime, hour: u8) -> OffsetDateTime {
        let today = self.zone.0.to_datetime(timestamp(now)).date();
        let hour = i8::try_from(hour.min(23)).unwrap_or_default();
        let at = |date: civil::Date| {
            let came = self.zone.0.to_timestamp(date.at(hour, 0, 0, 0));
            came.map_or(OffsetDateTime::UNIX_EPOCH, moment)
        };
        let came_today = at(today);
        if came_today <= now {
            came_today
        } else {
            today.yesterday().map_or(came_today, at)
        }
    }

    /// The moment at which the clock on the café's wall shows this. Where clocks go forward over it, the moment after the gap;
    /// where they go back over it, the first time.
    pub fn moment_of(&self, date: Date, time: time::Time) -> OffsetDateTime {
        let part = |number: u8| i8::try_from(number).unwrap_or_default();
        let (hour, minute, second) = time.as_hms();
        let shown = civil_date(date).at(part(hour), part(minute), part(second), 0);
        let came = self.zone.0.to_timestamp(shown);
        came.map_or(OffsetDateTime::UNIX_EPOCH, moment)
    }

    /// What the clock on the café's wall shows at a moment.
    pub fn local(&self, at: OffsetDateTime) -> LocalTime {
        let shown = self.zone.0.to_datetime(timestamp(at));
        let minute_of_day = u16::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute()))
            .unwrap_or_default();
        LocalTime {
            date: calendar_date(shown.date()),
            minute_of_day,
        }
    }
}

/// What the clock on the café's wall shows: date, hour and minute. Drawn as `22 Nov 2026 13:05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    date: Date,
    minute_of_day: u16,
}

impl LocalTime {
    /// The calendar date, which before the cut-off is not the business date.
    pub fn date(self) -> Date {
        self.date
    }

    /// The day of the week of the calendar date.
    pub fn weekday(self) -> Weekday {
        self.date.weekday()
    }

    /// Minutes after midnight, 0 to 1,439.
    pub fn minute_of_day(self) -> u16 {
        self.minute_of_day
    }

    /// Hour and minute: `13:05`.
    pub fn time(self) -> String {
        hour_minute(self.minute_of_day)
    }

    /// The date without a time: `22 Nov 2026`.
    pub fn day(self) -> String {
        day_month_year(self.date)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.day(), self.time()))
    }
}

impl maud::Render for LocalTime {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.to_string());
    }
}

fn hour_minute(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str, longest: usize| -> Option<u16> {
        let is_number = (1..=longest).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok())?
    };
    let (hour, minute) = (number(hour, 2)?, number(minute, 2)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    let nanosecond = i32::try_from(at.nanosecond()).unwrap_or_default();
    // Beyond the year 9999 there is no trading; the nearest moment will do.
    let edge = if at.unix_timestamp() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::new(at.unix_timestamp(), nanosecond).unwrap_or(edge)
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(at.as_nanosecond())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn calendar_date(date: civil::Date) -> Date {
    let month = u8::try_from(date.month())
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(date.day()).ok();
    month
        .zip(day)
        .and_then(|(month, day)| Date::from_calendar_date(date.year().into(), month, day).ok())
        .expect("both calendars hold the years -9999 to 9999")
}

fn civil_date(date: Date) -> civil::Date {
    let (year, month, day) = date.to_calendar_date();
    let parts = (
        i16::try_from(year).ok(),
        i8::try_from(u8::from(month)).ok(),
        i8::try_from(day).ok(),
    );
    match parts {
        (Some(year), Some(month), Some(day)) => civil::Date::new(year, month, day).ok(),
        _ => None,
    }
    .expect("both calendars hold the years -9999 to 9999")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::Duration;
    use time::macros::{date, datetime};

    use super::*;

    fn rule(zone: &str, cutoff: &str) -> DayRule {
        DayRule::parse(zone, cutoff).unwrap()
    }

    fn on(date: Date) -> BusinessDate {
        date.into()
    }

    #[test]
    fn what_a_clock_on_the_wall_showed_was_a_moment() {
        let kampala = DayRule::default();
        let (day, time) = (date!(2026 - 11 - 26), time::macros::time!(14:03:22));
        let at = kampala.moment_of(day, time);
        assert_eq!(at, datetime!(2026-11-26 11:03:22 UTC));
        assert_eq!(kampala.local(at).to_string(), "26 Nov 2026 14:03");
        // Where clocks go forward over it, what comes after the gap.
        let berlin = rule("Europe/Berlin", "04:00");
        let skipped = berlin.moment_of(date!(2026 - 03 - 29), time::macros::time!(2:30));
        assert_eq!(skipped, datetime!(2026-03-29 01:30 UTC));
    }

    #[test]
    fn in_kampala_the_day_changes_at_four() {
        let kampala = DayRule::default();
        assert_eq!(
            (kampala.zone().to_string(), kampala.cutoff()),
            ("Africa/Kampala".into(), "04:00".into())
        );
        assert_eq!(kampala, rule("Africa/Kampala", "04:00"));
        let date = |at| kampala.date_of(at).iso();
        // Kampala is three hours ahead of UTC, all year.
        assert_eq!(
            date(datetime!(2026-11-22 00:59:59.999999 UTC)),
            "2026-11-21"
        );
        assert_eq!(date(datetime!(2026-11-22 01:00 UTC)), "2026-11-22");
        assert_eq!(date(datetime!(2026-11-22 20:59 UTC)), "2026-11-22");
        assert_eq!(date(datetime!(2026-11-22 21:30 UTC)), "2026-11-22");
        assert_eq!(date(datetime!(2026-12-31 22:00 UTC)), "2026-12-31");
        // The offset that a moment happens to be written in changes nothing.
        assert_eq!(date(datetime!(2026-11-22 04:00 +3)), "2026-11-22");
        assert_eq!(
            kampala.begins(on(date!(2026 - 11 - 22))),
            datetime!(2026-11-22 01:00 UTC)
        );
    }

    #[test]
    fn local_times_are_those_of_the_wall_clock() {
        let local = DayRule::default().local(datetime!(2026-11-22 10:05:59 UTC));
        assert_eq!(
            (local.time(), local.day(), local.to_string()),
            (
                "13:05".into(),
                "22 Nov 2026".into(),
                "22 Nov 2026 13:05".into()
            )
        );
        assert_eq!(
            (local.weekday(), local.minute_of_day()),
            (Weekday::Sunday, 785)
        );
        let night = DayRule::default().local(datetime!(2026-11-22 22:01 UTC));
        assert_eq!(
            (night.date(), night.time()),
            (date!(2026 - 11 - 23), "01:01".into())
        );
    }

    #[test]
    fn where_clocks_go_forward_the_cut_off_still_comes() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
        let berlin = rule("Europe/Berlin", "02:30");
        assert_eq!(
            berlin.begins(on(date!(2026 - 03 - 29))),
            datetime!(2026-03-29 01:30 UTC)
        );
        assert_eq!(
            berlin.date_of(datetime!(2026-03-29 00:59:59 UTC)).iso(),
            "2026-03-28"
        );
        assert_eq!(
            berlin.date_of(datetime!(2026-03-29 01:30 UTC)).iso(),
            "2026-03-29"
        );
        assert_eq!(
            berlin.local(datetime!(2026-03-29 00:59 UTC)).time(),
            "01:59"
        );
        assert_eq!(
            berlin.local(datetime!(2026-03-29 01:00 UTC)).time(),
            "03:00"
        );
        assert_eq!(
            rule("Europe/Berlin", "04:00").begins(on(date!(2026 - 03 - 29))),
            datetime!(2026-03-29 02:00 UTC)
        );
    }

    #[test]
    fn where_clocks_go_back_over_the_cut_off_the_day_does_not() {
        // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC, so 02:30 comes at 00:30 and at 01:30 UTC.
        let berlin = rule("Europe/Berlin", "02:30");
        assert_eq!(
            berlin.date_of(datetime!(2026-10-25 00:29 UTC)).iso(),
            "2026-10-24"
        );
        assert_eq!(
            berlin.date_of(datetime!(2026-10-25 00:30 UTC)).iso(),
            "2026-10-25"
        );
        assert_eq!(
            berlin.local(datetime!(2026-10-25 01:10 UTC)).time(),
            "02:10"
        );
        assert_eq!(
            berlin.date_of(datetime!(2026-10-25 01:10 UTC)).iso(),
            "2026-10-25"
        );
        // Havana, 1 November 2026: 01:00 becomes 00:00 again at 05:00 UTC. Asunción in 2023 fell back into the day before.
        let havana = rule("America/Havana", "00:00");
        assert_eq!(
            havana.date_of(datetime!(2026-11-01 03:59 UTC)).iso(),
            "2026-10-31"
        );
        assert_eq!(
            havana.date_of(datetime!(2026-11-01 04:00 UTC)).iso(),
            "2026-11-01"
        );
        assert_eq!(
            havana.date_of(datetime!(2026-11-01 05:00 UTC)).iso(),
            "2026-11-01"
        );
        let asuncion = rule("America/Asuncion", "00:00");
        assert_eq!(
            asuncion.local(datetime!(2023-03-26 03:30 UTC)).to_string(),
            "25 Mar 2023 23:30"
        );
        assert_eq!(
            asuncion.date_of(datetime!(2023-03-26 03:30 UTC)).iso(),
            "2023-03-25"
        );
    }

    #[test]
    fn zones_and_cut_offs_are_refused_with_a_sentence() {
        for zone in [
            "",
            "Kampala",
            "Africa/",
            "../../etc/passwd",
            "Etc/Unknown",
            "Africa/Kampala\0",
            "Afrique/Kampala é",
        ] {
            assert_eq!(
                DayRule::parse(zone, "04:00"),
                Err(DayRefusal::Zone(ZoneRefusal)),
                "{zone}"
            );
        }
        for cutoff in [
            "", "4", "24:00", "04:60", "4:0x", "-1:00", "004:00", "+4:00",
        ] {
            assert_eq!(
                DayRule::parse("Africa/Kampala", cutoff),
                Err(DayRefusal::Cutoff),
                "{cutoff}"
            );
        }
        assert_eq!(rule(" africa/kampala ", "4:00"), DayRule::default());
        assert_eq!(
            DayRule::new("UTC".parse().unwrap(), 1_440),
            Err(DayRefusal::Cutoff)
        );
        assert_eq!(rule("UTC", "23:59").zone().to_string(), "UTC");
        assert!(
            DayRefusal::from(ZoneRefusal)
                .to_string()
                .contains("Africa/Kampala")
        );
    }

    proptest! {
        #[test]
        fn every_moment_is_in_the_one_day_that_has_begun_and_not_ended(
            seconds in 946_684_800_i64..4_102_444_800, cutoff in 0_u16..1_440,
            zone in prop_oneof![
                Just("Africa/Kampala"), Just("Europe/Berlin"), Just("America/Havana"), Just("America/Asuncion"),
                Just("Australia/Lord_Howe"), Just("Pacific/Apia"), Just("Asia/Kathmandu"),
            ],
        ) {
            let rule = DayRule::new(zone.parse().unwrap(), cutoff).unwrap();
            let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let date = rule.date_of(at);
            prop_assert!(rule.begins(date) <= at && at < rule.begins(date.next()), "{} {}", date, at);
            prop_assert!(rule.date_of(at + Duration::minutes(17)) >= date);
        }
    }
}

//! The cells of a statement: amounts and times as providers and spreadsheets write them.
//!
//! What could be read in two ways is refused rather than guessed, as where people type it; only days come before months,
//! because every provider here writes them so.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::values::{Currency, Money};

/// An amount, below zero where it went out: `5,000`, `UGX 5,000.00`, `+5000`, `(5 000)`; nothing where it is none, or could
/// be two.
pub fn amount(text: &str, currency: Currency) -> Option<Money> {
    let text = unwrapped(text).to_uppercase();
    let mut text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    for unit in [currency.code(), "USHS", "USH", "KSHS", "KSH", "TSH", "/="] {
        let bare = text.strip_prefix(unit).or_else(|| text.strip_suffix(unit));
        if let Some(bare) = bare {
            text = bare.to_owned();
            break;
        }
    }
    let (text, negative) = match text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
    {
        Some(inside) => (inside, true),
        None => match text.strip_prefix(['-', '\u{2212}']) {
            Some(size) => (size, true),
            None => (text.strip_prefix('+').unwrap_or(&text), false),
        },
    };
    let (whole, fraction) = parts(text)?;
    let decimals = usize::try_from(currency.decimals()).ok()?;
    let (kept, beyond) = fraction.split_at(decimals.min(fraction.len()));
    if beyond.chars().any(|digit| digit != '0') {
        return None;
    }
    let digits = format!("{whole}{kept:0<decimals$}");
    let minor: i64 = digits.parse().ok()?;
    let minor = if negative { -minor } else { minor };
    Money::try_from(minor).ok()
}

/// The digits before the decimal sign, without what groups them, and those after it.
fn parts(text: &str) -> Option<(String, String)> {
    let marks: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, sign)| matches!(sign, ',' | '.' | '\''))
        .collect();
    let Some((at, last)) = marks.last().copied() else {
        return digits(text).map(|whole| (whole, String::new()));
    };
    let (whole, fraction) = (&text[..at], &text[at + last.len_utf8()..]);
    let alone = marks.len() == 1;
    let mixed = marks.iter().any(|(_, mark)| *mark != last);
    let groups = ungrouped(text, last);
    if !mixed && last != '.' && groups.is_some() || !mixed && !alone {
        return groups.map(|whole| (whole, String::new()));
    }
    // One point and three digits: five, or five thousand?
    if last == '\'' || (alone && fraction.len() == 3 && groups.is_some()) {
        return None;
    }
    let before = marks.iter().rev().nth(1).map(|(_, mark)| *mark);
    let whole = match before {
        Some(mark) if mark != last => ungrouped(whole, mark)?,
        Some(_) => return None,
        None => digits(whole)?,
    };
    digits(fraction).map(|fraction| (whole, fraction))
}

/// The digits of groups of three, of which the first may be shorter.
fn ungrouped(text: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = text.split(mark).collect();
    let (first, rest) = groups.split_first()?;
    let fits = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if fits { digits(&groups.concat()) } else { None }
}

fn digits(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= 16 && text.bytes().all(|it| it.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// A time as a statement has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A day, without a time.
    Day(Date),
    /// What a clock on the wall showed.
    Local(PrimitiveDateTime),
    /// A moment, because it says from which clock.
    Moment(OffsetDateTime),
}

/// A time: `2026-11-26 14:03`, `26/11/2026 14:03`, `26-Nov-2026 2:03:22 PM`, `2026-11-26T14:03:22+03:00`, `20261126140322`;
/// nothing where it is none.
pub fn when(text: &str) -> Option<When> {
    let text = unwrapped(text);
    if let Some(compact) = compact(text) {
        return Some(compact);
    }
    let Some(colon) = text.find(':') else {
        return day(text).map(When::Day);
    };
    let begins = text[..colon]
        .rfind(|sign: char| !sign.is_ascii_digit())
        .map_or(0, |at| at + last_len(text, at));
    let date =
        day(text[..begins].trim_end_matches(|sign: char| sign == 'T' || !sign.is_alphanumeric()))?;
    let rest = &text[begins..];
    let ends = rest
        .find(|sign: char| !sign.is_ascii_digit() && sign != ':' && sign != '.')
        .unwrap_or(rest.len());
    let time = clock(&rest[..ends])?;
    let mark: String = rest[ends..]
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '.')
        .collect();
    let (time, offset) = marked(time, &mark.to_uppercase())?;
    let local = PrimitiveDateTime::new(date, time);
    Some(match offset {
        Some(offset) => When::Moment(local.assume_offset(offset)),
        None => When::Local(local),
    })
}

fn last_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// `20261126`, `202611261403`, `20261126140322`.
fn compact(text: &str) -> Option<When> {
    if !text.bytes().all(|it| it.is_ascii_digit()) || !matches!(text.len(), 8 | 12 | 14) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u8>().ok();
    let month = Month::try_from(part(4, 6)?).ok()?;
    let date = Date::from_calendar_date(text.get(..4)?.parse().ok()?, month, part(6, 8)?).ok()?;
    if text.len() == 8 {
        return Some(When::Day(date));
    }
    let second = if text.len() == 14 { part(12, 14)? } else { 0 };
    let time = Time::from_hms(part(8, 10)?, part(10, 12)?, second).ok()?;
    Some(When::Local(PrimitiveDateTime::new(date, time)))
}

/// `2026-11-26`, `26/11/2026`, `26.11.26`, `26-Nov-2026`, `Nov 26, 2026`.
fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = match (month_named(first), month_named(second)) {
        (Some(month), _) => (*third, month, *second),
        (None, Some(month)) if first.len() == 4 => (*first, month, *third),
        (None, Some(month)) => (*third, month, *first),
        (None, None) if first.len() == 4 => (*first, month_numbered(second)?, *third),
        (None, None) => (*third, month_numbered(second)?, *first),
    };
    let year: i32 = match (year.len(), year.parse::<i32>().ok()?) {
        (2, year) => 2000 + year,
        (4, year) => year,
        _ => return None,
    };
    Date::from_calendar_date(year, month, day.parse().ok()?).ok()
}

fn month_numbered(text: &str) -> Option<Month> {
    Month::try_from(text.parse::<u8>().ok()?).ok()
}

fn month_named(text: &str) -> Option<Month> {
    let text = text.to_lowercase();
    let months = (1..=12).filter_map(|number| Month::try_from(number).ok());
    let named = |month: &Month| {
        let name = month.to_string().to_lowercase();
        text.len() >= 3
            && (name.starts_with(&text) || (text == "sept" && *month == Month::September))
    };
    months.into_iter().find(named)
}

/// `14:03`, `14:03:22`, `14:03:22.123`.
fn clock(text: &str) -> Option<Time> {
    let whole = text.split('.').next()?;
    let parts: Vec<u8> = whole
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match parts.as_slice() {
        [hour, minute] => Time::from_hms(*hour, *minute, 0).ok(),
        [hour, minute, second] => Time::from_hms(*hour, *minute, *second).ok(),
        _ => None,
    }
}

/// The time with what stands behind it: nothing, the half of the day, or the clock that it is of.
fn marked(time: Time, mark: &str) -> Option<(Time, Option<UtcOffset>)> {
    let (hour, minute, second) = time.as_hms();
    let halved = |after_noon: bool| {
        let hour = match (hour, after_noon) {
            (12, false) => 0,
            (12, true) => 12,
            (1..=11, false) => hour,
            (1..=11, true) => hour + 12,
            _ => return None,
        };
        Time::from_hms(hour, minute, second).ok()
    };
    Some(match mark {
        "" => (time, None),
        "AM" => (halved(false)?, None),
        "PM" => (halved(true)?, None),
        "Z" | "UTC" | "GMT" => (time, Some(UtcOffset::UTC)),
        "EAT" => (time, Some(UtcOffset::from_hms(3, 0, 0).ok()?)),
        offset => (time, Some(offset_of(offset)?)),
    })
}

/// `+03:00`, `+0300`, `+03`.
fn offset_of(text: &str) -> Option<UtcOffset> {
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|sign| *sign != ':').collect();
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i8>().ok();
    let minutes = match digits.len() {
        2 => 0,
        4 => part(2)?,
        _ => return None,
    };
    UtcOffset::from_hms(sign * part(0)?, sign * minutes, 0).ok()
}

/// A cell without what keeps a spreadsheet from reading it as a number: `="0123"`, `'0123`.
pub fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let inside = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'));
    inside
        .or_else(|| text.strip_prefix('\''))
        .unwrap_or(text)
        .trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    fn shillings(text: &str) -> Option<i64> {
        amount(text, Currency::Ugx).map(Money::minor)
    }

    #[test]
    fn amounts_are_read_as_providers_write_them() {
        for (text, minor) in [
            ("5000", 5_000),
            ("5,000", 5_000),
            ("UGX 5,000.00", 5_000),
            ("ugx5000", 5_000),
            ("5,000 UGX", 5_000),
            ("+5000", 5_000),
            ("5 000", 5_000),
            ("5\u{a0}000", 5_000),
            ("1,234,567", 1_234_567),
            ("1.234.567,00", 1_234_567),
            ("1'234'567", 1_234_567),
            ("5000.0", 5_000),
            ("5000,00", 5_000),
            ("-5,000", -5_000),
            ("\u{2212}5000", -5_000),
            ("(5,000.00)", -5_000),
            ("UGX -5000", -5_000),
            ("=\"5000\"", 5_000),
            ("0", 0),
        ] {
            assert_eq!(shillings(text), Some(minor), "{text}");
        }
        assert_eq!(amount("1,250.50", Currency::Kes), Some(Money::new(125_050)));
        assert_eq!(amount("1250.5", Currency::Kes), Some(Money::new(125_050)));
    }

    #[test]
    fn what_is_no_amount_or_could_be_two_is_none() {
        for text in [
            "",
            "abc",
            "5,00.000",
            "5.000",
            "12,34,567",
            "5000.50",
            "1e5",
            "--5",
            "5,000,00",
            "USD 5",
            "=1+1",
            "99999999999999999999",
            "٥٠٠٠",
            "5'5",
        ] {
            assert_eq!(shillings(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_as_providers_write_them() {
        let local = When::Local(datetime!(2026-11-26 14:03));
        for text in [
            "2026-11-26 14:03",
            "2026-11-26T14:03",
            "2026/11/26 14:03:00",
            "26/11/2026 14:03",
            "26.11.2026 14:03",
            "26/11/26, 14:03",
            "26-Nov-2026 14:03",
            "26 November 2026 14:03",
            "Nov 26, 2026 2:03 PM",
            "26/11/2026 02:03:00 p.m.",
            "2026-11-26 14:03:00.000",
            "20261126140300",
            "202611261403",
        ] {
            assert_eq!(when(text), Some(local), "{text}");
        }
        assert_eq!(
            when("26-Nov-2026 14:03:22"),
            Some(When::Local(datetime!(2026-11-26 14:03:22)))
        );
        assert_eq!(
            when("26/11/2026 12:10 AM"),
            Some(When::Local(datetime!(2026-11-26 0:10)))
        );
        let moment = When::Moment(datetime!(2026-11-26 14:03:22 +3));
        for text in [
            "2026-11-26T14:03:22+03:00",
            "2026-11-26 14:03:22 +0300",
            "2026-11-26 14:03:22 EAT",
        ] {
            assert_eq!(when(text), Some(moment), "{text}");
        }
        assert_eq!(
            when("2026-11-26T11:03:22Z"),
            Some(When::Moment(datetime!(2026-11-26 11:03:22 UTC)))
        );
        assert_eq!(when("26/11/2026"), Some(When::Day(date!(2026 - 11 - 26))));
        assert_eq!(when("20261126"), Some(When::Day(date!(2026 - 11 - 26))));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "11/26/2026 14:03",
            "31/02/2026",
            "26/11/2026 25:00",
            "2026-11-26 14",
            "26/11/2026 13:00 PM",
            "26/11",
            "::",
            "=NOW()",
            "26/11/2026 14:03 +99:99",
            "ü:ü",
        ] {
            assert_eq!(when(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_stands_in_a_cell_breaks_anything(text in "\\PC{0,24}") {
            let _ = (amount(&text, Currency::Ugx), when(&text), unwrapped(&text));
        }

        #[test]
        fn an_amount_reads_the_same_with_and_without_its_commas(minor in 0..=1_000_000_000_000_i64) {
            let money = Money::new(minor);
            prop_assert_eq!(amount(&money.to_string(), Currency::Ugx), Some(money));
            prop_assert_eq!(amount(&format!("UGX {money}.00"), Currency::Ugx), Some(money));
            prop_assert_eq!(amount(&minor.to_string(), Currency::Ugx), Some(money));
        }
    }
}

//! What is said about a list of prices: what it is called, on which days and at which hours it counts, and what costs how
//! much on it.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::values::{Money, PriceListId, ProductId, Text};
use crate::web::Refusal;

/// The days of a week as they are read, Monday first.
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A day of the week, by its place in [`DAYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Day(usize);

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = DAYS.iter().position(|day| *day == text);
        place
            .map(Day)
            .ok_or("Choose among Mon, Tue, Wed, Thu, Fri, Sat and Sun.")
    }
}

/// Days of the week: bit 0 is Monday. Drawn as `Mon–Fri` or `Mon, Wed, Sat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weekdays(i16);

impl Weekdays {
    /// As they are stored.
    pub const fn new(bits: i16) -> Self {
        Weekdays(bits)
    }

    /// To be stored.
    pub const fn bits(self) -> i16 {
        self.0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the day at this place in [`DAYS`] is one of them.
    pub const fn has(self, place: usize) -> bool {
        self.0 & (1 << place) != 0
    }
}

impl FromIterator<Day> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Day>>(days: I) -> Self {
        Weekdays(days.into_iter().fold(0, |bits, day| bits | 1 << day.0))
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 127 {
            return f.write_str("Every day");
        }
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for place in (0..DAYS.len()).filter(|place| self.has(*place)) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => runs.push((place, place)),
            }
        }
        let words = runs.into_iter().map(|(first, last)| match last - first {
            0 => DAYS[first].to_owned(),
            1 => format!("{}, {}", DAYS[first], DAYS[last]),
            _ => format!("{}–{}", DAYS[first], DAYS[last]),
        });
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}

/// A minute of the day on the café's wall clock: `16:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Minute(i16);

impl Minute {
    /// As it is stored: minutes after midnight, 0 to 1,439.
    pub const fn new(minute: i16) -> Self {
        Minute(minute)
    }

    /// To be stored.
    pub const fn get(self) -> i16 {
        self.0
    }
}

impl FromStr for Minute {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "00"));
        let number = |part: &str, most: i16| {
            let is_short = (1..=2).contains(&part.len());
            let fits = is_short && part.bytes().all(|sign| sign.is_ascii_digit());
            let number = fits.then(|| part.parse::<i16>().ok()).flatten();
            number.filter(|number| *number <= most)
        };
        number(hours, 23)
            .zip(number(minutes, 59).filter(|_| minutes.len() == 2))
            .map(|(hours, minutes)| Minute(hours * 60 + minutes))
            .ok_or("Write hours and minutes, such as 16:30.")
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// What a manager says about a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// As people call it and lines of orders show it.
    pub name: Text<40>,
    /// On which days it begins.
    pub days: Weekdays,
    /// From this minute on.
    pub from: Minute,
    /// To before this one, which may be of the next day.
    pub until: Minute,
    /// Whether it is in use.
    pub active: bool,
}

impl Description {
    /// The hours in words. A list that ends at the minute at which it began counts for a whole day.
    pub fn hours(&self) -> String {
        match (self.from, self.until) {
            (Minute(0), Minute(0)) => "all day".to_owned(),
            (from, Minute(0)) => format!("{from}–midnight"),
            (from, until) if from < until => format!("{from}–{until}"),
            (from, until) => format!("{from}–{until} the next day"),
        }
    }

    /// The days and hours in words.
    pub fn when(&self) -> String {
        format!("{} {}", self.days, self.hours())
    }
}

/// As the log and fingerprints say it.
impl Serialize for Description {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let said =
            serde_json::json!({ "name": self.name, "when": self.when(), "active": self.active });
        said.serialize(to)
    }
}

/// A list as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which one.
    pub id: PriceListId,
    /// What is said about it.
    pub it: Description,
    /// Moves with each change of that.
    pub revision: i64,
    /// How many products have a price on it.
    pub prices: i64,
    /// Whether it counts at the hours that were asked about.
    pub counts: bool,
}

/// A product of the menu, beside a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// Which one.
    pub id: ProductId,
    /// What staff may type in the search.
    pub number: i32,
    /// As guests read it.
    pub name: String,
    /// The name of its category.
    pub category: String,
    /// What it costs when no list counts.
    pub usual: Money,
    /// What it costs on the list, where it has a price there.
    pub here: Option<Money>,
    /// Whether it is sold at present.
    pub active: bool,
}

/// The highest price a list may hold, in minor units.
const DEAREST: Money = Money::new(1_000_000_000);

/// Whether a product may be given this price on a list by somebody who saw it at `seen`.
///
/// # Errors
/// When it is too dear, or somebody else was quicker.
pub fn may_cost(
    product: &Offered,
    seen: Option<Money>,
    price: Money,
) -> Result<(), PriceListRefusal> {
    match product.here {
        _ if price > DEAREST => Err(PriceListRefusal::TooDear),
        here if here == seen => Ok(()),
        Some(here) => Err(PriceListRefusal::PricedMeanwhile(here)),
        None => Err(PriceListRefusal::TakenOffMeanwhile),
    }
}

/// Why something was not done about a list.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PriceListRefusal {
    /// Names are unique.
    #[error("Another price list has this name already.")]
    NameTaken,
    /// It would never count.
    #[error("Choose at least one day.")]
    NoDay,
    /// Somebody else was quicker.
    #[error(
        "Somebody changed this price list while you were at it. Nothing of yours was saved, and nothing of theirs is lost: note what you wanted, close this, and edit it again."
    )]
    ChangedMeanwhile,
    /// Somebody else gave it another price.
    #[error("Somebody made this {0} meanwhile. To change that, close this and open it again.")]
    PricedMeanwhile(Money),
    /// Somebody else was of another mind.
    #[error("Somebody took this off the list meanwhile. To put it back, close this and add it.")]
    TakenOffMeanwhile,
    /// Certainly a slip.
    #[error("That amount is too large; check the number of zeros.")]
    TooDear,
}

impl Refusal for PriceListRefusal {
    fn status(&self) -> StatusCode {
        match self {
            PriceListRefusal::NoDay | PriceListRefusal::TooDear => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            PriceListRefusal::NameTaken => "name_taken",
            PriceListRefusal::NoDay => "no_day",
            PriceListRefusal::ChangedMeanwhile
            | PriceListRefusal::PricedMeanwhile(_)
            | PriceListRefusal::TakenOffMeanwhile => "changed_meanwhile",
            PriceListRefusal::TooDear => "too_dear",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            PriceListRefusal::NameTaken => Some("name"),
            PriceListRefusal::NoDay => Some("day"),
            PriceListRefusal::ChangedMeanwhile => None,
            PriceListRefusal::PricedMeanwhile(_)
            | PriceListRefusal::TakenOffMeanwhile
            | PriceListRefusal::TooDear => Some("price"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(days: &[&str], from: &str, until: &str) -> Description {
        let day = |day: &&str| day.parse::<Day>().expect("a day");
        Description {
            name: "Happy hour".parse().expect("a name"),
            days: days.iter().map(day).collect(),
            from: from.parse().expect("a time"),
            until: until.parse().expect("a time"),
            active: true,
        }
    }

    #[test]
    fn when_a_list_counts_is_said_in_words() {
        let week = &DAYS[..5];
        for (days, from, until, words) in [
            (week, "16:00", "18:00", "Mon–Fri 16:00–18:00"),
            (&DAYS[..], "7:30", "11", "Every day 07:30–11:00"),
            (
                &["Fri", "Sat"],
                "22:00",
                "02:00",
                "Fri, Sat 22:00–02:00 the next day",
            ),
            (
                &["Sun", "Mon", "Tue", "Thu"],
                "18:00",
                "00:00",
                "Mon, Tue, Thu, Sun 18:00–midnight",
            ),
            (&["Tue"], "00:00", "00:00", "Tue all day"),
            (&["Tue"], "04:00", "04:00", "Tue 04:00–04:00 the next day"),
        ] {
            assert_eq!(list(days, from, until).when(), words);
        }
    }

    #[test]
    fn what_is_no_time_of_the_day_is_refused() {
        for text in [
            "", "24:00", "16:60", "16:5", "-1:00", "16:00:00", "four", "+4:00", "016:00",
        ] {
            assert!(text.parse::<Minute>().is_err(), "{text}");
        }
    }

    #[test]
    fn of_two_who_price_one_product_the_second_is_told() {
        let mut espresso = Offered {
            id: ProductId::new(),
            number: 1,
            name: "Espresso".to_owned(),
            category: "Coffee".to_owned(),
            usual: Money::new(6_000),
            here: Some(Money::new(4_000)),
            active: true,
        };
        let price = Money::new(3_000);
        assert_eq!(may_cost(&espresso, espresso.here, price), Ok(()));
        assert_eq!(
            may_cost(&espresso, None, price),
            Err(PriceListRefusal::PricedMeanwhile(Money::new(4_000)))
        );
        espresso.here = None;
        assert_eq!(
            may_cost(&espresso, Some(Money::new(4_000)), price),
            Err(PriceListRefusal::TakenOffMeanwhile)
        );
        assert_eq!(
            may_cost(&espresso, None, Money::new(1_000_000_001)),
            Err(PriceListRefusal::TooDear)
        );
        assert_eq!(may_cost(&espresso, None, Money::ZERO), Ok(()));
    }
}

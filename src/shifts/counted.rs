//! Cash counted by denomination: at the start of a shift and, blind, at its end.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::values::{Currency, Money};
use crate::web::Refusal;

/// How many of one note or coin: 0 to 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces(u32);

impl Pieces {
    /// More of one note than any drawer holds.
    const MOST: u32 = 100_000;
}

/// Why a number of pieces was not taken.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum PiecesRefusal {
    /// It is no whole number of zero or more.
    #[error("Count in whole pieces, for example 12.")]
    NotWhole,
    /// It is more than a drawer holds.
    #[error("That is more than 100,000 pieces; check the number of zeros.")]
    TooMany,
}

impl FromStr for Pieces {
    type Err = PiecesRefusal;

    fn from_str(text: &str) -> Result<Self, PiecesRefusal> {
        let digits: String = text.trim().split(',').collect();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PiecesRefusal::NotWhole);
        }
        match digits.parse() {
            Ok(pieces) if pieces <= Self::MOST => Ok(Pieces(pieces)),
            _ => Err(PiecesRefusal::TooMany),
        }
    }
}

/// What was counted: pieces by denomination (in minor units).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counted(BTreeMap<i64, u32>);

/// Why a count was not taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CountedRefusal {
    /// Nothing was typed: an accidental tap must not lock a count of nothing.
    #[error("Count the cash first: type how many there are of each. Type 0 where there is none.")]
    Nothing,
    /// The currency has no such note or coin.
    #[error("There is no note or coin of {0}. Reload the page and count again.")]
    Unknown(Money),
}

impl Refusal for CountedRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::UNPROCESSABLE_ENTITY
    }

    fn code(&self) -> &'static str {
        "bad_count"
    }
}

impl Counted {
    /// Takes what a form's fields `count-<denomination>` held.
    ///
    /// # Errors
    /// Where nothing was typed, or a denomination is not the currency's.
    pub fn new(typed: &[(i64, Pieces)], currency: Currency) -> Result<Self, CountedRefusal> {
        if typed.is_empty() {
            return Err(CountedRefusal::Nothing);
        }
        let mut pieces = BTreeMap::new();
        for &(denomination, Pieces(count)) in typed {
            let value = Money::new(denomination);
            if !currency.denominations().any(|known| known == value) {
                return Err(CountedRefusal::Unknown(value));
            }
            pieces.insert(denomination, count);
        }
        Ok(Counted(pieces))
    }

    /// What it is worth. At most 100,000 of each piece, so it fits.
    pub fn total(&self) -> Money {
        self.0
            .iter()
            .map(|(denomination, count)| Money::new(denomination * i64::from(*count)))
            .sum()
    }

    /// How many there were of one denomination, if it was typed.
    pub fn pieces(&self, denomination: Money) -> Option<u32> {
        self.0.get(&denomination.minor()).copied()
    }

    /// The denominations of which there were any, largest first.
    pub fn rows(&self) -> impl Iterator<Item = (Money, u32)> {
        self.0
            .iter()
            .rev()
            .filter(|(_, count)| **count > 0)
            .map(|(denomination, count)| (Money::new(*denomination), *count))
    }

    /// Reads what was stored; what cannot be read is shown as nothing counted.
    pub fn stored(json: serde_json::Value) -> Self {
        serde_json::from_value(json).unwrap_or_default()
    }

    /// As it is stored: `{"50000": 9}`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl fmt::Display for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The notes, then the coins that have no note of their value: the rows of a count, each value once.
pub fn count_rows(currency: Currency) -> (Vec<Money>, Vec<Money>) {
    let notes = currency.notes().to_vec();
    let coins = currency
        .coins()
        .iter()
        .copied()
        .filter(|coin| !notes.contains(coin))
        .collect();
    (notes, coins)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(typed: &[(i64, &str)]) -> Result<Counted, CountedRefusal> {
        let typed: Vec<(i64, Pieces)> = typed
            .iter()
            .map(|&(denomination, pieces)| (denomination, pieces.parse().unwrap()))
            .collect();
        Counted::new(&typed, Currency::Ugx)
    }

    #[test]
    fn the_float_of_the_design_is_193_000() {
        let float = counted(&[
            (50_000, "1"),
            (20_000, "2"),
            (10_000, "4"),
            (5_000, "6"),
            (2_000, "5"),
            (1_000, "10"),
            (500, "20"),
            (200, "10"),
            (100, "10"),
        ])
        .unwrap();
        assert_eq!(float.total(), Money::new(193_000));
        assert_eq!(float.pieces(Money::new(5_000)), Some(6));
        assert_eq!(float.pieces(Money::new(50)), None);
        assert_eq!(float.rows().next(), Some((Money::new(50_000), 1)));
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let float = counted(&[(50_000, "9"), (100, "0")]).unwrap();
        assert_eq!(float.to_json(), serde_json::json!({ "50000": 9, "100": 0 }));
        assert_eq!(Counted::stored(float.to_json()), float);
        assert_eq!(Counted::stored(serde_json::json!(7)), Counted::default());
    }

    #[test]
    fn an_empty_form_is_no_count_and_a_typed_zero_is_one() {
        assert_eq!(counted(&[]), Err(CountedRefusal::Nothing));
        assert_eq!(counted(&[(100, "0")]).unwrap().total(), Money::ZERO);
    }

    #[test]
    fn a_note_that_does_not_exist_is_refused() {
        assert_eq!(
            counted(&[(3, "1")]),
            Err(CountedRefusal::Unknown(Money::new(3)))
        );
    }

    #[test]
    fn pieces_are_whole_and_not_too_many() {
        let sentence = |text: &str| text.parse::<Pieces>().unwrap_err().to_string();
        for text in ["1.5", "-1", "two", "", "٣"] {
            assert_eq!(sentence(text), "Count in whole pieces, for example 12.");
        }
        for text in ["100001", "99999999999999999999"] {
            assert!(sentence(text).starts_with("That is more than"), "{text}");
        }
        assert_eq!("1,000".parse(), Ok(Pieces(1_000)));
    }

    #[test]
    fn each_value_has_one_row() {
        for currency in Currency::ALL {
            let (notes, coins) = count_rows(currency);
            assert!(coins.iter().all(|coin| !notes.contains(coin)));
            let rows = notes.len() + coins.len();
            let values: std::collections::BTreeSet<Money> = currency.denominations().collect();
            assert_eq!(rows, values.len());
        }
    }

    proptest! {
        #[test]
        fn a_count_is_worth_its_pieces(pieces in proptest::collection::vec(0..=100_000_u32, 10)) {
            for currency in Currency::ALL {
                let typed: Vec<(i64, Pieces)> = currency
                    .denominations()
                    .zip(&pieces)
                    .map(|(denomination, count)| (denomination.minor(), Pieces(*count)))
                    .collect();
                let counted = Counted::new(&typed, currency).unwrap();
                let by_rows: i64 = counted.rows().map(|(value, count)| value.minor() * i64::from(count)).sum();
                prop_assert_eq!(counted.total(), Money::new(by_rows));
                prop_assert!(counted.total() <= Money::MAX);
            }
        }
    }
}

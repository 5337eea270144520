//! How many of a product are on a line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::column::{IntegerOrText, checked_integer_column};

/// A number of pieces, 1 to 999. A `smallint` column, an integer in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "i64")]
pub struct Quantity(i16);

checked_integer_column!(Quantity: i16, SmallInt, SmallInteger);

impl Quantity {
    /// One piece: what a tap on a tile adds.
    pub const ONE: Self = Self(1);

    /// The most that one line holds.
    pub const MAX: Self = Self(999);

    /// So many pieces.
    ///
    /// # Errors
    /// Where that is fewer than one or more than 999.
    pub const fn new(pieces: i64) -> Result<Self, QuantityRefusal> {
        match pieces {
            ..1 => Err(QuantityRefusal::TooFew),
            1..=999 => Ok(Self(pieces as i16)),
            1_000.. => Err(QuantityRefusal::TooMany),
        }
    }

    /// The number of pieces, 1 to 999.
    pub const fn get(self) -> i16 {
        self.0
    }

    /// Both together, for lines that merge.
    ///
    /// # Errors
    /// Where that is more than one line holds.
    pub fn plus(self, other: Self) -> Result<Self, QuantityRefusal> {
        Self::new(i64::from(self.0) + i64::from(other.0))
    }

    /// What is left when `other` are taken away, or `None` where nothing is left.
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::new(i64::from(self.0) - i64::from(other.0)).ok()
    }
}

/// Why a quantity was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum QuantityRefusal {
    /// Nothing was typed.
    #[error("Type how many.")]
    Empty,
    /// It is no whole number.
    #[error("Use a whole number, for example 2.")]
    NotWhole,
    /// It is less than one.
    #[error("Use at least 1; to take it off the order, remove the line.")]
    TooFew,
    /// It is more than 999.
    #[error("One line holds at most 999.")]
    TooMany,
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        quantity.0.into()
    }
}

impl<'de> Deserialize<'de> for Quantity {
    /// An integer (JSON), or the text that was typed (forms).
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(IntegerOrText {
            what: "a quantity",
            integer: Self::new,
            text: str::parse,
        })
    }
}

impl FromStr for Quantity {
    type Err = QuantityRefusal;

    fn from_str(text: &str) -> Result<Self, QuantityRefusal> {
        let text = text.trim();
        let digits = text.strip_prefix(['-', '\u{2212}']).unwrap_or(text);
        if text.is_empty() {
            return Err(QuantityRefusal::Empty);
        }
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(QuantityRefusal::NotWhole);
        }
        if digits.len() != text.len() {
            return Err(QuantityRefusal::TooFew);
        }
        Self::new(digits.parse().map_err(|_| QuantityRefusal::TooMany)?)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl maud::Render for Quantity {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Value;
    use sea_orm::sea_query::{ColumnType, ValueType};

    use super::*;

    #[test]
    fn one_to_999_is_a_quantity() {
        assert_eq!("1".parse(), Ok(Quantity::ONE));
        assert_eq!(" 999 ".parse(), Ok(Quantity::MAX));
        assert_eq!("007".parse(), Quantity::new(7));
        assert_eq!(maud::html! { (Quantity::MAX) }.into_string(), "999");
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let sentence = |text: &str| text.parse::<Quantity>().unwrap_err().to_string();
        assert_eq!(sentence(""), "Type how many.");
        for text in ["two", "1.5", "1,000", "+1", "- 1", "-"] {
            assert_eq!(
                sentence(text),
                "Use a whole number, for example 2.",
                "{text}"
            );
        }
        assert_eq!(
            sentence("0"),
            "Use at least 1; to take it off the order, remove the line."
        );
        assert_eq!(
            sentence("-3"),
            "Use at least 1; to take it off the order, remove the line."
        );
        assert_eq!(sentence("1000"), "One line holds at most 999.");
        assert_eq!(sentence(&"9".repeat(40)), "One line holds at most 999.");
    }

    #[test]
    fn lines_merge_within_the_limit_and_shrink_to_nothing() {
        let two = Quantity::new(2).unwrap();
        assert_eq!(two.plus(Quantity::ONE), Quantity::new(3));
        assert_eq!(
            Quantity::MAX.plus(Quantity::ONE),
            Err(QuantityRefusal::TooMany)
        );
        assert_eq!(two.minus(Quantity::ONE), Some(Quantity::ONE));
        assert_eq!(two.minus(two), None);
    }

    #[test]
    fn a_quantity_is_a_smallint_column_and_nothing_else_comes_out_of_it() {
        assert_eq!(Quantity::column_type(), ColumnType::SmallInteger);
        assert_eq!(Value::from(Quantity::MAX), Value::SmallInt(Some(999)));
        assert_eq!(
            <Quantity as ValueType>::try_from(Value::SmallInt(Some(999))).unwrap(),
            Quantity::MAX
        );
        assert!(<Quantity as ValueType>::try_from(Value::SmallInt(Some(0))).is_err());
    }

    #[test]
    fn json_has_integers_and_forms_have_texts() {
        assert_eq!(serde_json::to_string(&Quantity::MAX).unwrap(), "999");
        assert_eq!(serde_json::from_str::<Quantity>("3").unwrap().get(), 3);
        assert_eq!(
            serde_json::from_str::<Quantity>("\" 3 \"").unwrap().get(),
            3
        );
        for refused in [
            "0",
            "-1",
            "1000",
            "18446744073709551615",
            "1.5",
            "\"two\"",
            "null",
            "[1]",
        ] {
            assert!(
                serde_json::from_str::<Quantity>(refused).is_err(),
                "{refused}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".*") {
            if let Ok(quantity) = text.parse::<Quantity>() {
                prop_assert!((1..=999).contains(&quantity.get()));
            }
        }
    }
}

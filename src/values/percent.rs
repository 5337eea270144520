//! Percentages, as whole hundredths of a percent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::column::{IntegerOrText, checked_integer_column};

/// A share from 0 to 100 % in basis points (1 % is 100): tax rates, discounts, service charges. An `integer` column, an
/// integer in JSON, drawn as `18%` or `7.5%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "i64")]
pub struct BasisPoints(i32);

checked_integer_column!(BasisPoints: i32, Int, Integer);

impl BasisPoints {
    /// Nothing: tax-free, no discount.
    pub const ZERO: Self = Self(0);

    /// All of it: 100 %.
    pub const WHOLE: Self = Self(10_000);

    /// A share of so many basis points.
    ///
    /// # Errors
    /// Where it is below 0 or above 100 %.
    pub const fn new(points: i64) -> Result<Self, PercentRefusal> {
        match points {
            0..=10_000 => Ok(Self(points as i32)),
            _ => Err(PercentRefusal::OutOfRange),
        }
    }

    /// The share in basis points, 0 to 10,000.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// Why a percentage was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PercentRefusal {
    /// Nothing was typed.
    #[error("Type a percentage.")]
    Empty,
    /// It is no number, or has more than two decimals.
    #[error("Write the percentage like 18 or 7.5.")]
    NotAPercentage,
    /// It is below 0 or above 100 %.
    #[error("Use a percentage from 0 to 100.")]
    OutOfRange,
}

impl From<BasisPoints> for i64 {
    fn from(share: BasisPoints) -> Self {
        share.0.into()
    }
}

impl<'de> Deserialize<'de> for BasisPoints {
    /// An integer is basis points (JSON); a text is a percentage as typed (forms).
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(IntegerOrText {
            what: "a percentage",
            integer: Self::new,
            text: str::parse,
        })
    }
}

impl FromStr for BasisPoints {
    type Err = PercentRefusal;

    /// A percentage as people type it: `18`, `7.5`, `18 %`.
    fn from_str(text: &str) -> Result<Self, PercentRefusal> {
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        if text.is_empty() {
            return Err(PercentRefusal::Empty);
        }
        if text.starts_with(['-', '\u{2212}']) {
            return Err(PercentRefusal::OutOfRange);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || fraction.len() > 2 {
            return Err(PercentRefusal::NotAPercentage);
        }
        let points = format!("{whole}{fraction:0<2}");
        Self::new(points.parse().map_err(|_| PercentRefusal::OutOfRange)?)
    }
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 100, self.0 % 100);
        match (fraction, fraction % 10) {
            (0, _) => write!(f, "{whole}%"),
            (_, 0) => write!(f, "{whole}.{}%", fraction / 10),
            _ => write!(f, "{whole}.{fraction:02}%"),
        }
    }
}

impl maud::Render for BasisPoints {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Value;
    use sea_orm::sea_query::ValueType;

    use super::*;

    fn typed(text: &str) -> Result<i32, PercentRefusal> {
        text.parse().map(BasisPoints::get)
    }

    #[test]
    fn people_type_percentages() {
        assert_eq!(typed("18"), Ok(1_800));
        assert_eq!(typed(" 18 % "), Ok(1_800));
        assert_eq!(typed("7.5"), Ok(750));
        assert_eq!(typed("0.25%"), Ok(25));
        assert_eq!(typed("100"), Ok(10_000));
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let sentence = |text: &str| typed(text).unwrap_err().to_string();
        assert_eq!(sentence("%"), "Type a percentage.");
        assert_eq!(sentence("100.01"), "Use a percentage from 0 to 100.");
        assert_eq!(sentence("-5"), "Use a percentage from 0 to 100.");
        assert_eq!(sentence(&"9".repeat(50)), "Use a percentage from 0 to 100.");
        for text in ["a lot", "7,5", "7.555", ".5", "5.", "+5"] {
            assert_eq!(
                sentence(text),
                "Write the percentage like 18 or 7.5.",
                "{text}"
            );
        }
    }

    #[test]
    fn a_stored_share_out_of_range_is_an_error() {
        assert_eq!(Value::from(BasisPoints(1_800)), Value::Int(Some(1_800)));
        assert_eq!(
            <BasisPoints as ValueType>::try_from(Value::Int(Some(1_800))).unwrap(),
            BasisPoints(1_800)
        );
        assert!(<BasisPoints as ValueType>::try_from(Value::Int(Some(10_001))).is_err());
    }

    #[test]
    fn json_has_basis_points_and_forms_have_percentages() {
        assert_eq!(serde_json::to_string(&BasisPoints(1_800)).unwrap(), "1800");
        assert_eq!(
            serde_json::from_str::<BasisPoints>("1800").unwrap(),
            BasisPoints(1_800)
        );
        assert_eq!(
            serde_json::from_str::<BasisPoints>("\"18 %\"").unwrap(),
            BasisPoints(1_800)
        );
        for refused in [
            "-1",
            "10001",
            "18446744073709551615",
            "\"1800\"",
            "1.5",
            "null",
        ] {
            assert!(
                serde_json::from_str::<BasisPoints>(refused).is_err(),
                "{refused}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(points in 0..=10_000) {
            prop_assert_eq!(typed(&BasisPoints(points).to_string()), Ok(points));
        }

        #[test]
        fn no_text_breaks_the_parser(text in ".*") {
            if let Ok(points) = typed(&text) {
                prop_assert!((0..=10_000).contains(&points));
            }
        }
    }
}

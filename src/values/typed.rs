//! Amounts as people type them: `12,500`, `12 500`, `12500`, `UGX 12,500`, `12,500/=`.
//!
//! Anything that could be read in two ways is refused rather than guessed: `12,50` may be twelve and a half or twelve
//! hundred and fifty, and `9.000` nine or nine thousand.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;

use super::column::IntegerOrText;
use super::currency::Currency;
use super::money::Money;

/// Why an amount was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum MoneyRefusal {
    /// Nothing was typed.
    #[error("Type an amount.")]
    Empty,
    /// It is no amount, or one that could be read in two ways.
    #[error("Write the amount in digits, for example 9,000.")]
    NotAnAmount,
    /// It has more decimals than the currency.
    #[error("{}", too_fine(*.0))]
    TooFine(Currency),
    /// It is below zero where that means nothing.
    #[error("Use an amount of zero or more.")]
    Negative,
    /// It is beyond [`Money::MAX`].
    #[error("That amount is too large; check the number of zeros.")]
    TooLarge,
}

fn too_fine(currency: Currency) -> String {
    match currency.decimals() {
        0 => format!("Use whole {}, for example 9,000.", currency.units()),
        1 => "Use at most one decimal, for example 9,000.5.".to_owned(),
        2 => "Use at most two decimals, for example 9,000.50.".to_owned(),
        more => format!("Use at most {more} decimals."),
    }
}

impl Money {
    /// An amount of zero or more that came as an integer in minor units (JSON).
    ///
    /// # Errors
    /// The sentence for whoever sent it.
    pub fn from_minor(minor: i64) -> Result<Self, MoneyRefusal> {
        match Self::try_from(minor)? {
            amount if amount.is_negative() => Err(MoneyRefusal::Negative),
            amount => Ok(amount),
        }
    }

    /// An amount of zero or more, in the venue's currency.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, MoneyRefusal> {
        Self::parse_in(text, Currency::venue())
    }

    /// An amount that may be negative, such as the price difference of a modifier, in the venue's currency.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn parse_signed(text: &str) -> Result<Self, MoneyRefusal> {
        Self::parse_signed_in(text, Currency::venue())
    }

    /// An amount of zero or more in `currency`.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn parse_in(text: &str, currency: Currency) -> Result<Self, MoneyRefusal> {
        match Self::parse_signed_in(text, currency)? {
            amount if amount.is_negative() => Err(MoneyRefusal::Negative),
            amount => Ok(amount),
        }
    }

    /// An amount in `currency` that may be negative.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn parse_signed_in(text: &str, currency: Currency) -> Result<Self, MoneyRefusal> {
        let text = without_unit(text, currency);
        if text.is_empty() {
            return Err(MoneyRefusal::Empty);
        }
        let (sign, size) = signed(text);
        let (whole, fraction) = match size.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (size, None),
        };
        let whole = ungrouped(whole).ok_or(MoneyRefusal::NotAnAmount)?;
        let fraction = match fraction {
            Some(fraction) => padded(fraction, currency)?,
            None => "0".repeat(currency.decimals() as usize),
        };
        let digits = whole + &fraction;
        match digits.trim_start_matches('0') {
            "" => Ok(Self::ZERO),
            digits if digits.len() > 18 => Err(MoneyRefusal::TooLarge),
            digits => {
                let minor: i64 = digits.parse().map_err(|_| MoneyRefusal::NotAnAmount)?;
                Self::try_from(sign * minor)
            }
        }
    }
}

impl FromStr for Money {
    type Err = MoneyRefusal;

    /// What a person typed into a form: as [`Money::parse`].
    fn from_str(text: &str) -> Result<Self, MoneyRefusal> {
        Self::parse(text)
    }
}

fn without_unit(text: &str, currency: Currency) -> &str {
    let text = text.trim();
    let text = text
        .strip_suffix("/=")
        .or_else(|| text.strip_suffix("/-"))
        .unwrap_or(text);
    let code = currency.code();
    let bare = match (
        text.get(..code.len()),
        text.len()
            .checked_sub(code.len())
            .and_then(|at| text.get(at..)),
    ) {
        (Some(front), _) if front.eq_ignore_ascii_case(code) => &text[code.len()..],
        (_, Some(back)) if back.eq_ignore_ascii_case(code) => &text[..text.len() - code.len()],
        _ => text,
    };
    bare.trim()
}

fn signed(text: &str) -> (i64, &str) {
    if let Some(size) = text.strip_prefix(['-', '\u{2212}']) {
        (-1, size.trim_start())
    } else {
        (1, text.strip_prefix('+').map_or(text, str::trim_start))
    }
}

/// The digits of a whole number whose thousands may be set apart by commas, spaces or apostrophes.
fn ungrouped(text: &str) -> Option<String> {
    const APART: [char; 6] = [',', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''];
    let groups: Vec<&str> = text.split(APART).collect();
    let is_number =
        |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let thousands_fit = match groups.as_slice() {
        [_] => true,
        [first, rest @ ..] => first.len() <= 3 && rest.iter().all(|group| group.len() == 3),
        [] => false,
    };
    (thousands_fit && groups.iter().copied().all(is_number)).then(|| groups.concat())
}

fn padded(fraction: &str, currency: Currency) -> Result<String, MoneyRefusal> {
    let decimals = currency.decimals() as usize;
    match fraction {
        _ if !fraction.bytes().all(|byte| byte.is_ascii_digit()) => Err(MoneyRefusal::NotAnAmount),
        "" => Err(MoneyRefusal::NotAnAmount),
        _ if fraction.len() > decimals => Err(MoneyRefusal::TooFine(currency)),
        _ => Ok(format!("{fraction:0<decimals$}")),
    }
}

impl<'de> Deserialize<'de> for Money {
    /// An integer is minor units (JSON); a text is an amount of zero or more as typed (forms). So a form field needs no
    /// attention, and `12500` in a form of a currency with cents is never taken for cents.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(IntegerOrText {
            what: "an amount",
            integer: Self::try_from,
            text: Self::parse,
        })
    }
}

/// For `#[serde(deserialize_with = "typed::signed_amount")]`: a form field whose amount may be below zero.
///
/// # Errors
/// The refusal's sentence.
pub fn signed_amount<'de, D: Deserializer<'de>>(form: D) -> Result<Money, D::Error> {
    let text = String::deserialize(form)?;
    Money::parse_signed(&text).map_err(D::Error::custom)
}

/// For `#[serde(default, deserialize_with = "typed::optional_amount")]`: a form field that may stay empty.
///
/// # Errors
/// The refusal's sentence.
pub fn optional_amount<'de, D: Deserializer<'de>>(form: D) -> Result<Option<Money>, D::Error> {
    let text = Option::<String>::deserialize(form)?;
    match Money::parse(text.as_deref().unwrap_or_default()) {
        Ok(amount) => Ok(Some(amount)),
        Err(MoneyRefusal::Empty) => Ok(None),
        Err(refusal) => Err(D::Error::custom(refusal)),
    }
}

#[cfg(test)]
mod tests {
    use poem::http::StatusCode;
    use poem::test::TestClient;
    use poem::web::Form;
    use poem::{Route, handler, post};
    use proptest::prelude::*;

    use super::*;
    use crate::values::text::optional;
    use crate::values::{BasisPoints, BusinessDate, Note, Quantity};

    fn ugx(text: &str) -> Result<i64, MoneyRefusal> {
        Money::parse_in(text, Currency::Ugx).map(Money::minor)
    }

    fn kes(text: &str) -> Result<i64, MoneyRefusal> {
        Money::parse_in(text, Currency::Kes).map(Money::minor)
    }

    #[test]
    fn people_type_one_amount_in_many_ways() {
        for text in [
            "12500",
            "12,500",
            "12 500",
            " 12,500 ",
            "12\u{a0}500",
            "12\u{202f}500",
            "012500",
            "+12,500",
            "UGX 12,500",
            "ugx12500",
            "12,500 UGX",
            "12,500/=",
            "12,500/-",
            "12'500",
        ] {
            assert_eq!(ugx(text), Ok(12_500), "{text}");
        }
        assert_eq!(ugx("1,000,000"), Ok(1_000_000));
        assert_eq!(ugx("000"), Ok(0));
        assert_eq!(ugx("-0"), Ok(0));
    }

    #[test]
    fn cents_are_taken_where_the_currency_has_them() {
        assert_eq!(kes("12.50"), Ok(1_250));
        assert_eq!(kes("12.5"), Ok(1_250));
        assert_eq!(kes("1,234"), Ok(123_400));
        assert_eq!(kes("0.05"), Ok(5));
        assert_eq!(kes("12.505"), Err(MoneyRefusal::TooFine(Currency::Kes)));
        assert_eq!(kes("12."), Err(MoneyRefusal::NotAnAmount));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "12,50", "1,2500", "1,,000", ",500", "500,", "1000,000", "12 5", "9.000,00",
        ] {
            assert_eq!(ugx(text), Err(MoneyRefusal::NotAnAmount), "{text}");
        }
        assert_eq!(ugx("9.000"), Err(MoneyRefusal::TooFine(Currency::Ugx)));
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let sentence = |text| ugx(text).unwrap_err().to_string();
        assert_eq!(sentence("  "), "Type an amount.");
        assert_eq!(sentence("UGX"), "Type an amount.");
        assert_eq!(
            sentence("9000.50"),
            "Use whole shillings, for example 9,000."
        );
        assert_eq!(sentence("-500"), "Use an amount of zero or more.");
        assert_eq!(sentence("\u{2212}500"), "Use an amount of zero or more.");
        assert_eq!(
            sentence("nine"),
            "Write the amount in digits, for example 9,000."
        );
        assert_eq!(
            sentence("1e9"),
            "Write the amount in digits, for example 9,000."
        );
        assert_eq!(
            sentence("٩٠٠"),
            "Write the amount in digits, for example 9,000."
        );
        assert_eq!(
            sentence("1000000000001"),
            "That amount is too large; check the number of zeros."
        );
        assert_eq!(
            sentence(&"9".repeat(500)),
            "That amount is too large; check the number of zeros."
        );
        assert_eq!(
            kes("1.234").unwrap_err().to_string(),
            "Use at most two decimals, for example 9,000.50."
        );
        assert_eq!(
            Money::parse_signed_in("-500", Currency::Ugx),
            Ok(Money::new(-500))
        );
        assert_eq!(
            Money::parse_in("1000000000000", Currency::Ugx),
            Ok(Money::MAX)
        );
    }

    #[derive(Deserialize)]
    struct Float {
        float: Money,
        #[serde(default, deserialize_with = "optional_amount")]
        tip: Option<Money>,
    }

    #[test]
    fn json_takes_minor_units_within_the_limit() {
        assert_eq!(
            serde_json::from_str::<Money>("-12500").unwrap(),
            Money::new(-12_500)
        );
        assert!(serde_json::from_str::<Money>("12.5").is_err());
        assert!(serde_json::from_str::<Money>("null").is_err());
        for huge in [
            "1000000000001",
            "-1000000000001",
            "9223372036854775808",
            "18446744073709551615",
        ] {
            let refused = serde_json::from_str::<Money>(huge).unwrap_err().to_string();
            assert!(refused.contains("too large"), "{refused}");
        }
    }

    #[test]
    fn a_difference_in_price_may_be_below_zero() {
        #[derive(Deserialize)]
        struct Modifier {
            #[serde(deserialize_with = "signed_amount")]
            price: Money,
        }
        let modifier: Modifier = serde_json::from_str(r#"{"price":"-1,500"}"#).unwrap();
        assert_eq!(modifier.price, Money::new(-1_500));
    }

    #[test]
    fn a_form_field_takes_what_was_typed() {
        let form: Float = serde_json::from_str(r#"{"float":"193,000","tip":""}"#).unwrap();
        assert_eq!((form.float, form.tip), (Money::new(193_000), None));
        let form: Float = serde_json::from_str(r#"{"float":"0","tip":"3 700"}"#).unwrap();
        assert_eq!(
            (form.float, form.tip),
            (Money::ZERO, Some(Money::new(3_700)))
        );
        let refused = serde_json::from_str::<Float>(r#"{"float":"much"}"#)
            .err()
            .unwrap()
            .to_string();
        assert!(
            refused.starts_with("Write the amount in digits"),
            "{refused}"
        );
    }

    #[derive(Deserialize)]
    struct Sale {
        tendered: Money,
        pieces: Quantity,
        off: BasisPoints,
        day: BusinessDate,
        #[serde(default, deserialize_with = "optional")]
        note: Option<Note>,
    }

    #[handler]
    fn sell(Form(sale): Form<Sale>) -> String {
        let Sale {
            tendered,
            pieces,
            off,
            day,
            note,
        } = sale;
        format!("{} {pieces} {off} {day} {note:?}", tendered.minor())
    }

    #[tokio::test]
    async fn a_posted_form_becomes_values_or_a_sentence() {
        let client = TestClient::new(Route::new().at("/sales", post(sell)));
        let answer_to = async |form: &[(&str, &str)]| {
            let answer = client.post("/sales").form(&form).send().await;
            (
                answer.0.status(),
                answer.0.into_body().into_string().await.unwrap(),
            )
        };
        let mut form = [
            ("tendered", "100,000"),
            ("pieces", "2"),
            ("off", "7.5"),
            ("day", "2026-11-22"),
            ("note", " "),
        ];
        assert_eq!(
            answer_to(&form).await,
            (StatusCode::OK, "100000 2 7.5% Sun 22 Nov 2026 None".into())
        );

        form[0].1 = "12,50";
        let (status, body) = answer_to(&form).await;
        assert!(
            status.is_client_error() && body.contains("for example 9,000"),
            "{status} {body}"
        );
        form[0].1 = "12500";
        form[1].1 = "0";
        let (status, body) = answer_to(&form).await;
        assert!(
            status.is_client_error() && body.contains("Use at least 1"),
            "{status} {body}"
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".*") {
            for currency in Currency::ALL {
                if let Ok(amount) = Money::parse_in(&text, currency) {
                    prop_assert!((Money::ZERO..=Money::MAX).contains(&amount));
                }
            }
        }

        #[test]
        fn digits_alone_are_the_amount(minor in 0..=Money::MAX.minor()) {
            prop_assert_eq!(ugx(&minor.to_string()), Ok(minor));
            let whole = minor / 100;
            prop_assert_eq!(kes(&whole.to_string()), Ok(whole * 100));
        }
    }
}

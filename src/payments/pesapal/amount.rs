//! Amounts as Pesapal writes them: numbers of whole units with decimals, `82000` or `820.5`.
//!
//! They go through their decimal text, never through arithmetic with fractions. A number that a parser holds in binary is
//! written again with the fewest digits that tell it apart, which for up to fifteen digits are those that were sent.

use serde_json::{Number, Value};

use crate::values::{Currency, Money};

/// The amount as a number of whole units.
///
/// # Errors
/// Where it is no number, which no amount is.
pub fn number(amount: Money, currency: Currency) -> serde_json::Result<Number> {
    serde_json::from_str(&text(amount, currency))
}

/// The amount in digits: `82000`, `820.50`.
pub fn text(amount: Money, currency: Currency) -> String {
    let unit = 10_u64.pow(currency.decimals());
    let size = amount.minor().unsigned_abs();
    let sign = if amount.is_negative() { "-" } else { "" };
    match currency.decimals() {
        0 => format!("{sign}{size}"),
        decimals => {
            let width = decimals as usize;
            format!("{sign}{}.{:0width$}", size / unit, size % unit)
        }
    }
}

/// An amount that was sent as a number or as its text; nothing where it is none, or finer than the currency.
pub fn read(value: &Value, currency: Currency) -> Option<Money> {
    match value {
        Value::Number(number) => exact(&number.to_string(), currency),
        Value::String(text) => exact(text.trim(), currency),
        _ => None,
    }
}

fn exact(text: &str, currency: Currency) -> Option<Money> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let decimals = currency.decimals() as usize;
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return None;
    }
    let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
    let amount = Money::new(minor);
    (amount <= Money::MAX).then_some(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn told(value: Value, currency: Currency) -> Option<i64> {
        read(&value, currency).map(Money::minor)
    }

    #[test]
    fn shillings_of_uganda_have_no_decimals_and_those_of_kenya_two() {
        let (ugx, kes) = (Currency::Ugx, Currency::Kes);
        assert_eq!(text(Money::new(82_000), ugx), "82000");
        assert_eq!(text(Money::new(82_050), kes), "820.50");
        assert_eq!(text(Money::new(5), kes), "0.05");
        assert_eq!(told(json!(82_000), ugx), Some(82_000));
        assert_eq!(told(json!(82000.0), ugx), Some(82_000));
        assert_eq!(told(json!("82000.00"), ugx), Some(82_000));
        assert_eq!(told(json!(820.5), kes), Some(82_050));
        assert_eq!(told(json!(820), kes), Some(82_000));
        assert_eq!(told(json!(0.1), kes), Some(10));
    }

    #[test]
    fn what_is_no_amount_of_the_currency_is_none() {
        for odd in [
            json!(82000.5),
            json!(-1),
            json!("1e9"),
            json!(1e300),
            json!("8,000"),
            json!(""),
            json!("."),
            json!(".5"),
            json!(null),
            json!([1]),
            json!("9999999999999999999"),
            json!(true),
        ] {
            assert_eq!(told(odd.clone(), Currency::Ugx), None, "{odd}");
        }
        assert_eq!(told(json!(0.001), Currency::Kes), None);
    }

    proptest! {
        #[test]
        fn every_amount_comes_back_as_it_was_sent(minor in 0..=1_000_000_000_000_i64, kes: bool) {
            let currency = if kes { Currency::Kes } else { Currency::Ugx };
            let sent = number(Money::new(minor), currency).unwrap();
            let wire = serde_json::to_string(&sent).unwrap();
            let back: Value = serde_json::from_str(&wire).unwrap();
            prop_assert_eq!(told(back, currency), Some(minor), "{}", wire);
        }
    }
}

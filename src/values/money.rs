//! Money: whole minor units of the venue's one currency, and the arithmetic on them.
//!
//! Reading one from a form or from JSON is in `typed`.
//!
//! An amount that comes from outside (typed, JSON) is within ±[`Money::MAX`], and a line within 999 times that; nine
//! thousand such lines fit into 64 bits. So `+` and `-` cannot overflow in a café. If they did, they would stop with a
//! panic in every build profile, and never wrap.

use std::fmt::{self, Write};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use maud::{Markup, html};
use sea_orm::DeriveValueType;
use serde::Serialize;

use super::currency::Currency;
use super::percent::BasisPoints;
use super::quantity::Quantity;
use super::typed::MoneyRefusal;

/// An amount in minor units (shillings for UGX, cents for KES). It may be negative. A `bigint` column, an integer in JSON.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, DeriveValueType,
)]
#[serde(into = "i64")]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount taken from outside, in minor units: a million millions. Twenty times the yearly turnover of a
    /// large restaurant in Uganda shillings, and far below what 64 bits hold.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// An amount of so many minor units that the program itself made; what a person typed goes through [`Money::parse`].
    pub const fn new(minor: i64) -> Self {
        Self(minor)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The size of the amount without its sign, for thresholds that hold either way.
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The amount, or nothing where it is negative.
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// The sum, or `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The difference, or nothing where `other` is larger: what is still due, what goes back.
    pub fn less(self, other: Self) -> Self {
        (self - other).or_zero()
    }

    /// The price of `quantity` pieces.
    ///
    /// # Panics
    /// Where it does not fit into 64 bits, which no price within [`Money::MAX`] reaches.
    pub fn times(self, quantity: Quantity) -> Self {
        Self(
            self.0
                .checked_mul(quantity.get().into())
                .expect("a price within Money::MAX, 999 times"),
        )
    }

    /// This share of the amount, rounded half up (for a negative amount: the mirror image, so that a refund gives back
    /// exactly what a payment took).
    pub fn percent(self, share: BasisPoints) -> Self {
        self.ratio(share.get().into(), 10_000)
    }

    /// The amount times `part / whole`, rounded half up by size. `whole` is positive and `part` at most `whole`.
    pub(super) fn ratio(self, part: i128, whole: i128) -> Self {
        let product = i128::from(self.0) * part;
        let size = (product.abs() * 2 + whole) / (whole * 2);
        let minor = i64::try_from(size * product.signum())
            .expect("a part of an amount is not larger than it");
        Self(minor)
    }

    /// The nearest multiple of `step`, half up by size: cash rounding. A step of nothing leaves the amount as it is.
    pub fn rounded_to(self, step: Self) -> Self {
        if step.0 <= 1 {
            return self;
        }
        let steps = (i128::from(self.0.abs()) * 2 + i128::from(step.0)) / (i128::from(step.0) * 2);
        let size = i64::try_from(steps * i128::from(step.0)).unwrap_or(i64::MAX);
        Self(size * self.0.signum())
    }

    /// The amount as people write it in `currency`, without its code: `12,500`, `−1,250.50`.
    pub fn written_in(self, currency: Currency) -> String {
        let unit = 10_u64.pow(currency.decimals());
        let size = self.0.unsigned_abs();
        let mut text = String::new();
        if self.is_negative() {
            text.push('\u{2212}');
        }
        push_grouped(&mut text, size / unit);
        if unit > 1 {
            let width = currency.decimals() as usize;
            // Writing into a String cannot fail.
            let _ = write!(text, ".{:0width$}", size % unit);
        }
        text
    }

    /// The amount with the currency's code in front, for totals and single amounts on a screen.
    pub fn with_code(self) -> Markup {
        html! { span.cur { (Currency::venue().code()) } (self) }
    }

    /// The amount with the currency's code in front as plain text, for slips and sentences: `UGX 12,500`.
    pub fn text_with_code(self) -> String {
        format!("{} {self}", Currency::venue().code())
    }
}

fn push_grouped(text: &mut String, number: u64) {
    let digits = number.to_string();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
}

impl TryFrom<i64> for Money {
    type Error = MoneyRefusal;

    /// An amount from outside, refused beyond ±[`Money::MAX`].
    fn try_from(minor: i64) -> Result<Self, MoneyRefusal> {
        match Self(minor) {
            amount if (-Self::MAX.0..=Self::MAX.0).contains(&minor) => Ok(amount),
            _ => Err(MoneyRefusal::TooLarge),
        }
    }
}

impl From<Money> for i64 {
    fn from(amount: Money) -> Self {
        amount.0
    }
}

impl fmt::Display for Money {
    /// In the venue's currency, without its code; width and alignment are kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written_in(Currency::venue()))
    }
}

impl maud::Render for Money {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.written_in(Currency::venue()));
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.checked_add(other)
            .expect("amounts of a café fit into 64 bits")
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.checked_sub(other)
            .expect("amounts of a café fit into 64 bits")
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Self> for Money {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Value;
    use sea_orm::sea_query::{ColumnType, ValueType};

    use super::*;

    #[test]
    fn amounts_are_written_with_commas_and_a_real_minus() {
        let written = |minor, currency| Money::new(minor).written_in(currency);
        assert_eq!(written(0, Currency::Ugx), "0");
        assert_eq!(written(999, Currency::Ugx), "999");
        assert_eq!(written(12_500, Currency::Ugx), "12,500");
        assert_eq!(written(1_000_000, Currency::Ugx), "1,000,000");
        assert_eq!(written(-8_700, Currency::Ugx), "\u{2212}8,700");
        assert_eq!(written(1_250, Currency::Kes), "12.50");
        assert_eq!(written(5, Currency::Kes), "0.05");
        assert_eq!(written(-123_405, Currency::Kes), "\u{2212}1,234.05");
        assert_eq!(
            written(i64::MIN, Currency::Ugx),
            "\u{2212}9,223,372,036,854,775,808"
        );
    }

    #[test]
    fn an_amount_draws_itself_and_totals_carry_the_code() {
        let amount = Money::new(12_500);
        assert_eq!(html! { (amount) }.into_string(), "12,500");
        assert_eq!(
            amount.with_code().into_string(),
            "<span class=\"cur\">UGX</span>12,500"
        );
        assert_eq!(amount.text_with_code(), "UGX 12,500");
        assert_eq!(format!("{amount:>8}"), "  12,500");
    }

    #[test]
    fn a_percentage_is_rounded_half_up_and_mirrored_below_zero() {
        let ten = BasisPoints::new(1_000).unwrap();
        assert_eq!(Money::new(87_000).percent(ten), Money::new(8_700));
        assert_eq!(Money::new(14).percent(ten), Money::new(1));
        assert_eq!(Money::new(15).percent(ten), Money::new(2));
        assert_eq!(Money::new(-15).percent(ten), Money::new(-2));
    }

    #[test]
    fn cash_is_rounded_to_the_nearest_step_half_up() {
        let hundred = Money::new(100);
        assert_eq!(Money::new(12_966).rounded_to(hundred), Money::new(13_000));
        assert_eq!(Money::new(12_949).rounded_to(hundred), Money::new(12_900));
        assert_eq!(Money::new(12_950).rounded_to(hundred), Money::new(13_000));
        assert_eq!(Money::new(-12_950).rounded_to(hundred), Money::new(-13_000));
        assert_eq!(
            Money::new(12_966).rounded_to(Money::ZERO),
            Money::new(12_966)
        );
    }

    #[test]
    fn what_does_not_fit_is_never_wrapped() {
        assert_eq!(Money::new(i64::MAX).checked_add(Money::new(1)), None);
        assert_eq!(Money::new(i64::MIN).checked_sub(Money::new(1)), None);
        assert!(std::panic::catch_unwind(|| Money::new(i64::MAX) + Money::new(1)).is_err());
        assert!(std::panic::catch_unwind(|| -Money::new(i64::MIN)).is_err());
        assert_eq!(Money::new(500).less(Money::new(700)), Money::ZERO);
    }

    #[test]
    fn json_has_minor_units() {
        assert_eq!(
            serde_json::to_string(&Money::new(-12_500)).unwrap(),
            "-12500"
        );
        assert_eq!(
            serde_json::from_str::<Money>("-12500").unwrap(),
            Money::new(-12_500)
        );
    }

    #[test]
    fn money_is_a_bigint_column() {
        assert_eq!(Money::column_type(), ColumnType::BigInteger);
        assert_eq!(Value::from(Money::new(7)), Value::BigInt(Some(7)));
        assert_eq!(Value::from(None::<Money>), Value::BigInt(None));
    }

    proptest! {
        #[test]
        fn a_part_and_its_mirror_agree(minor in -Money::MAX.0..=Money::MAX.0, share in 0_i64..=10_000) {
            let (amount, share) = (Money::new(minor), BasisPoints::new(share).unwrap());
            let part = amount.percent(share);
            prop_assert_eq!((-amount).percent(share), -part);
            prop_assert!(part.abs() <= amount.abs());
            // Within half a unit of the exact value, and exactly half a unit only upwards.
            let doubled = (i128::from(part.abs().0) * 10_000 - i128::from(amount.abs().0) * i128::from(share.get())) * 2;
            prop_assert!(-10_000 < doubled && doubled <= 10_000);
        }

        #[test]
        fn cash_rounding_moves_by_half_a_step_at_most(minor in -Money::MAX.0..=Money::MAX.0, step in 1_i64..100_000) {
            let rounded = Money::new(minor).rounded_to(Money::new(step));
            prop_assert_eq!(rounded.0 % step, 0);
            prop_assert!((rounded.0 - minor).abs() * 2 <= step);
        }

        #[test]
        fn what_is_written_is_read_back(minor in -Money::MAX.0..=Money::MAX.0) {
            for currency in Currency::ALL {
                let amount = Money::new(minor);
                prop_assert_eq!(Money::parse_signed_in(&amount.written_in(currency), currency), Ok(amount));
            }
        }
    }
}

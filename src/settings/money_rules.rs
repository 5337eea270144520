//! What an owner decides about money: how far each role may go alone, what is said when a price is lowered, what is rounded
//! and what is added. They are looked at and changed together.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{NamedDiscount, Settings, Shares, Thresholds};
use crate::form;
use crate::values::text::TextRefusal;
use crate::values::{BasisPoints, Currency, Money, Short};
use crate::web::{Error as WebError, FieldError, Result as WebResult};

/// How many reasons or discounts a list may have: more are not found in time at a till.
const LONGEST: usize = 20;

/// The largest step that cash is rounded to, in whole units of the currency.
const COARSEST: i64 = 1_000;

form! {
    /// What an admin wants of these settings.
    pub struct Asked {
        service_charge: one BasisPoints,
        cash_rounding: money Money,
        waiters_take_payments: flag bool,
        waiter_share: one BasisPoints,
        cashier_share: one BasisPoints,
        manager_share: one BasisPoints,
        admin_share: one BasisPoints,
        discounts: opt Discounts,
        discount_reasons: one Reasons,
        void_reasons: one Reasons,
        comp_reasons: one Reasons,
        refund_reasons: one Reasons,
        comp_limit: money Money,
        refund_limit: money Money,
        paid_out_limit: money Money,
        paid_out_reasons: one Reasons,
        paid_in_reasons: one Reasons,
        no_sale_reasons: one Reasons,
        waiter_variance: money Money,
        cashier_variance: money Money,
        manager_variance: money Money,
        admin_variance: money Money,
        seen: one String,
    }
}

/// The settings about money, under the names that they are stored by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyRules {
    service_charge_bp: BasisPoints,
    cash_rounding: Money,
    waiters_take_payments: bool,
    discount_limits: Shares,
    discounts: Vec<NamedDiscount>,
    discount_reasons: Vec<String>,
    void_reasons: Vec<String>,
    comp_reasons: Vec<String>,
    refund_reasons: Vec<String>,
    comp_limit: Money,
    refund_limit: Money,
    paid_out_limit: Money,
    paid_out_reasons: Vec<String>,
    paid_in_reasons: Vec<String>,
    no_sale_reasons: Vec<String>,
    variance_threshold: Thresholds,
}

impl From<&Settings> for MoneyRules {
    fn from(of: &Settings) -> Self {
        MoneyRules {
            service_charge_bp: of.service_charge().unwrap_or_default(),
            cash_rounding: of.cash_rounding,
            waiters_take_payments: of.waiters_take_payments,
            discount_limits: of.discount_limits,
            discounts: of.discounts.clone(),
            discount_reasons: of.discount_reasons.clone(),
            void_reasons: of.void_reasons.clone(),
            comp_reasons: of.comp_reasons.clone(),
            refund_reasons: of.refund_reasons.clone(),
            comp_limit: of.comp_limit,
            refund_limit: of.refund_limit,
            paid_out_limit: of.paid_out_limit,
            paid_out_reasons: of.paid_out_reasons.clone(),
            paid_in_reasons: of.paid_in_reasons.clone(),
            no_sale_reasons: of.no_sale_reasons.clone(),
            variance_threshold: of.variance_threshold,
        }
    }
}

impl From<&Asked> for MoneyRules {
    fn from(asked: &Asked) -> Self {
        MoneyRules {
            service_charge_bp: asked.service_charge,
            cash_rounding: asked.cash_rounding.unwrap_or_default(),
            waiters_take_payments: asked.waiters_take_payments,
            discount_limits: Shares {
                waiter: asked.waiter_share,
                cashier: asked.cashier_share,
                manager: asked.manager_share,
                admin: asked.admin_share,
            },
            discounts: asked.discounts.clone().unwrap_or_default().0,
            discount_reasons: asked.discount_reasons.texts(),
            void_reasons: asked.void_reasons.texts(),
            comp_reasons: asked.comp_reasons.texts(),
            refund_reasons: asked.refund_reasons.texts(),
            comp_limit: asked.comp_limit.unwrap_or_default(),
            refund_limit: asked.refund_limit.unwrap_or_default(),
            paid_out_limit: asked.paid_out_limit.unwrap_or_default(),
            paid_out_reasons: asked.paid_out_reasons.texts(),
            paid_in_reasons: asked.paid_in_reasons.texts(),
            no_sale_reasons: asked.no_sale_reasons.texts(),
            variance_threshold: Thresholds {
                waiter: asked.waiter_variance.unwrap_or_default(),
                cashier: asked.cashier_variance.unwrap_or_default(),
                manager: asked.manager_variance.unwrap_or_default(),
                admin: asked.admin_variance.unwrap_or_default(),
            },
        }
    }
}

impl MoneyRules {
    /// What tells these from others: a form says which it was opened with.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(Value::Object(self.by_key()).to_string());
        digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Each by the name that it is stored by.
    pub fn by_key(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(settings)) => settings,
            _ => Map::new(),
        }
    }

    /// What only all of it together shows.
    ///
    /// # Errors
    /// Where cash is rounded to more than anybody has in coins.
    pub fn check(&self) -> WebResult<()> {
        let coarsest = COARSEST * 10_i64.pow(Currency::venue().decimals());
        match self.cash_rounding.minor() <= coarsest {
            true => Ok(()),
            false => Err(WebError::Invalid(vec![FieldError {
                field: "cash_rounding",
                sentence: format!("Use at most {}.", Money::new(coarsest)),
            }])),
        }
    }
}

/// Short texts, one on each line: at least one, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reasons(Vec<Short>);

impl Reasons {
    fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// Discounts under a name, one on each line: `Staff: 10%`, `Loyalty card: 2,000`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Discounts(Vec<NamedDiscount>);

/// Why a list was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListRefusal {
    /// There is nothing in it.
    #[error("Write at least one, each on a line of its own.")]
    Empty,
    /// There are too many.
    #[error("Use at most {LONGEST} lines.")]
    TooMany,
    /// One stands there twice.
    #[error("“{0}” is there twice.")]
    Twice(String),
    /// A line is no name or reason.
    #[error("“{0}”: {1}")]
    Text(String, TextRefusal),
    /// A line does not say what comes off.
    #[error(
        "Write “{0}” as a name, a colon and what comes off, such as Staff: 10% or Loyalty card: 2,000."
    )]
    NoDiscount(String),
}

fn lines(text: &str) -> Result<Vec<&str>, ListRefusal> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    match lines.len() {
        0..=LONGEST => Ok(lines),
        _ => Err(ListRefusal::TooMany),
    }
}

fn name(text: &str) -> Result<Short, ListRefusal> {
    text.parse().map_err(|refusal| {
        let begin: String = text.chars().take(20).collect();
        ListRefusal::Text(begin, refusal)
    })
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ListRefusal> {
    let mut known = HashSet::new();
    for name in names {
        if !known.insert(name.to_lowercase()) {
            return Err(ListRefusal::Twice(name.to_owned()));
        }
    }
    Ok(())
}

impl FromStr for Reasons {
    type Err = ListRefusal;

    fn from_str(text: &str) -> Result<Self, ListRefusal> {
        let reasons = lines(text)?
            .into_iter()
            .map(name)
            .collect::<Result<Vec<_>, _>>()?;
        if reasons.is_empty() {
            return Err(ListRefusal::Empty);
        }
        each_once(reasons.iter().map(Short::as_str))?;
        Ok(Reasons(reasons))
    }
}

impl FromStr for Discounts {
    type Err = ListRefusal;

    fn from_str(text: &str) -> Result<Self, ListRefusal> {
        let discounts = lines(text)?
            .into_iter()
            .map(discount)
            .collect::<Result<Vec<_>, _>>()?;
        each_once(discounts.iter().map(|discount| discount.name.as_str()))?;
        Ok(Discounts(discounts))
    }
}

fn discount(line: &str) -> Result<NamedDiscount, ListRefusal> {
    let unclear = || ListRefusal::NoDiscount(line.chars().take(30).collect());
    let (called, off) = line.rsplit_once(':').ok_or_else(unclear)?;
    let (percent_bp, amount) = match off.trim().ends_with('%') {
        true => (
            off.parse()
                .ok()
                .filter(|share: &BasisPoints| !share.is_zero()),
            None,
        ),
        false => (
            None,
            off.parse().ok().filter(|amount: &Money| !amount.is_zero()),
        ),
    };
    if percent_bp.is_none() && amount.is_none() {
        return Err(unclear());
    }
    Ok(NamedDiscount {
        name: name(called)?.to_string(),
        percent_bp,
        amount,
    })
}

impl fmt::Display for NamedDiscount {
    /// As its line is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match (self.percent_bp, self.amount) {
            (Some(share), _) => write!(f, "{share}"),
            (_, Some(amount)) => write!(f, "{amount}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discounts(text: &str) -> Result<String, String> {
        let read: Discounts = text
            .parse()
            .map_err(|refusal: ListRefusal| refusal.to_string())?;
        let lines: Vec<String> = read.0.iter().map(ToString::to_string).collect();
        Ok(lines.join("\n"))
    }

    #[test]
    fn a_discount_is_a_name_a_colon_and_what_comes_off() {
        let typed = "Staff: 10%\r\n\n  Loyalty card :2,000 \nEvent: Friday: 7.5 %";
        assert_eq!(
            discounts(typed),
            Ok("Staff: 10%\nLoyalty card: 2,000\nEvent: Friday: 7.5%".to_owned())
        );
        assert_eq!(discounts(" \n"), Ok(String::new()));
        for unclear in [
            "Staff",
            "Staff: ",
            "Staff: much",
            "Staff: 0%",
            "Staff: 0",
            "Staff: 101%",
            "Staff: -5",
        ] {
            let refused = discounts(unclear).unwrap_err();
            assert!(
                refused.contains("such as Staff: 10%"),
                "{unclear}: {refused}"
            );
        }
        assert_eq!(
            discounts("Staff: 10%\nstaff: 5%").unwrap_err(),
            "“staff” is there twice."
        );
        assert_eq!(discounts(": 5%").unwrap_err(), "“”: Type something here.");
    }

    #[test]
    fn reasons_are_lines() {
        let read = |text: &str| text.parse::<Reasons>().map(|reasons| reasons.texts());
        assert_eq!(
            read("Too late\r\n\r\n  Spilt \n"),
            Ok(vec!["Too late".to_owned(), "Spilt".to_owned()])
        );
        assert_eq!(read(" \n \n"), Err(ListRefusal::Empty));
        assert_eq!(read("a\nA"), Err(ListRefusal::Twice("A".to_owned())));
        assert_eq!(read(&"x\n".repeat(21)), Err(ListRefusal::TooMany));
        assert!(matches!(read(&"x".repeat(61)), Err(ListRefusal::Text(..))));
    }

    #[test]
    fn every_rule_is_a_setting_and_comes_back_from_it() {
        let mut settings = Settings::default();
        let rules = MoneyRules::from(&settings);
        let stored = Value::Object(rules.by_key());
        assert_eq!(
            MoneyRules::from(&super::super::parse(stored).unwrap()),
            rules
        );
        settings.refund_limit = Money::new(1);
        assert_ne!(
            MoneyRules::from(&settings).fingerprint(),
            rules.fingerprint()
        );
    }
}

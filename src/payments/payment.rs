//! Money that was received: rows that are only ever added.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::reference::Reference;
use crate::values::{Money, OrderId, PaymentId, ShiftId, StaffId};

/// How money came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Notes and coins.
    Cash,
    /// A card at the bank's own terminal.
    Card,
    /// MTN Mobile Money.
    MtnMomo,
    /// Airtel Money.
    AirtelMoney,
    /// Pesapal's gateway.
    Pesapal,
}

impl Method {
    /// Every method, in the order of a report.
    pub const ALL: [Method; 5] = [
        Method::Cash,
        Method::Card,
        Method::MtnMomo,
        Method::AirtelMoney,
        Method::Pesapal,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Cash => "cash",
            Method::Card => "card",
            Method::MtnMomo => "mtn_momo",
            Method::AirtelMoney => "airtel_money",
            Method::Pesapal => "pesapal",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Method::Cash => "Cash",
            Method::Card => "Card",
            Method::MtnMomo => "MTN MoMo",
            Method::AirtelMoney => "Airtel Money",
            Method::Pesapal => "Pesapal",
        }
    }

    /// Whether it comes over the telephone: the café hears of it by a message with an id.
    pub fn is_mobile_money(self) -> bool {
        matches!(self, Method::MtnMomo | Method::AirtelMoney)
    }

    /// The method that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }
}

/// How an order is to be paid, as the form says it: only what the till can take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// In cash.
    #[default]
    Cash,
    /// By card, at the bank's own terminal.
    Card,
    /// To the café's number at MTN Mobile Money.
    MtnMomo,
    /// To the café's number at Airtel Money.
    AirtelMoney,
    /// On Pesapal's page: the guest is asked for it, and the money comes when they have paid.
    Pesapal,
    /// Its total is zero: it is closed without money.
    NothingToPay,
}

impl Choice {
    /// What the till offers, in the order of its buttons.
    pub const OFFERED: [Choice; 5] = [
        Choice::Cash,
        Choice::MtnMomo,
        Choice::AirtelMoney,
        Choice::Card,
        Choice::Pesapal,
    ];

    /// How the money comes in; nothing where there is none.
    pub fn method(self) -> Option<Method> {
        match self {
            Choice::Cash => Some(Method::Cash),
            Choice::Card => Some(Method::Card),
            Choice::MtnMomo => Some(Method::MtnMomo),
            Choice::AirtelMoney => Some(Method::AirtelMoney),
            Choice::Pesapal => Some(Method::Pesapal),
            Choice::NothingToPay => None,
        }
    }
}

impl FromStr for Choice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let offered = Self::OFFERED.into_iter().find(|choice| {
            choice
                .method()
                .is_some_and(|method| method.as_str() == text)
        });
        match (offered, text) {
            (Some(choice), _) => Ok(choice),
            (None, "nothing_to_pay") => Ok(Choice::NothingToPay),
            (None, _) => Err("Choose how it is paid: cash, mobile money, card or Pesapal."),
        }
    }
}

/// One payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Which payment.
    pub id: PaymentId,
    /// The order that it is on.
    pub order: Option<OrderId>,
    /// The shift that it belongs to.
    pub shift: Option<ShiftId>,
    /// How it came in.
    pub method: Method,
    /// What of the order it pays.
    pub amount: Money,
    /// What was given beside it.
    pub tip: Money,
    /// What was handed over, for cash.
    pub tendered: Option<Money>,
    /// What went back.
    pub change: Money,
    /// What its provider calls it.
    pub reference: Option<Reference>,
    /// The name of whoever took it.
    pub taken_by: Option<String>,
    /// Who took it.
    pub taker: Option<StaffId>,
    /// When.
    pub taken_at: OffsetDateTime,
    /// Whether a statement of its provider has it, or Pesapal told of it itself.
    pub verified: bool,
}

/// What came in by one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodSum {
    /// How.
    pub method: Method,
    /// How many payments.
    pub count: i64,
    /// What they paid of orders.
    pub amount: Money,
    /// The tips beside them.
    pub tips: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_again_by_its_stored_word() {
        for method in Method::ALL {
            assert_eq!(Method::stored(method.as_str()), Some(method));
        }
        assert_eq!(Method::stored("shells"), None);
    }

    #[test]
    fn the_till_takes_what_is_built() {
        for choice in Choice::OFFERED {
            let method = choice.method().expect("money");
            assert_eq!(method.as_str().parse(), Ok(choice));
        }
        assert_eq!("nothing_to_pay".parse(), Ok(Choice::NothingToPay));
        assert!("".parse::<Choice>().is_err());
    }
}

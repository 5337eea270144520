//! How much of a bill a form asks for.

use crate::payments::actions::Part;
use crate::payments::items::{Chosen, Pieces};
use crate::payments::sharers::Sharers;
use crate::values::Money;
use crate::web::form::{Fields, FromFields};
use crate::web::{Error, Result};

/// How much of the bill is paid now, as the form says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HowMuch {
    /// All that is due.
    Full,
    /// The share of one of several people.
    Even,
    /// What is on the bill for some items.
    Item,
    /// The amount that was typed.
    Amount,
}

impl std::str::FromStr for HowMuch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(HowMuch::Full),
            "even" => Ok(HowMuch::Even),
            "item" => Ok(HowMuch::Item),
            "amount" => Ok(HowMuch::Amount),
            _ => Err("Choose the full bill, an even share, items or an amount."),
        }
    }
}

/// How much of a bill is paid, as the pay screen says it. What was typed for another way than the chosen one is not read: the
/// screen does not show it any more, nor what is wrong with it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PartOfBill {
    /// In which way.
    pub part: Option<HowMuch>,
    /// How many share it.
    pub people: Option<Sharers>,
    /// Pieces of its lines.
    pub item: Vec<Pieces>,
    /// All of these seats.
    pub seat: Vec<i16>,
    /// So much.
    pub amount: Option<Money>,
}

impl FromFields for PartOfBill {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let part = fields.opt("part");
        let way = part.flatten();
        let is = |one| way.is_none() || way == Some(one);
        let people = if is(HowMuch::Even) {
            fields.opt("people")
        } else {
            Some(None)
        };
        let (item, seat) = match is(HowMuch::Item) {
            true => (fields.many("item"), fields.many("seat")),
            false => (Some(Vec::new()), Some(Vec::new())),
        };
        let amount = if is(HowMuch::Amount) {
            fields.money("amount")
        } else {
            Some(None)
        };
        Some(PartOfBill {
            part: part?,
            people: people?,
            item: item?,
            seat: seat?,
            amount: amount?,
        })
    }
}

impl PartOfBill {
    /// The part of the balance that is meant.
    ///
    /// # Errors
    /// Where what the way needs was not said.
    pub fn part(&self) -> Result<Part> {
        Ok(match (self.part, self.people) {
            (Some(HowMuch::Full), _) => Part::Full,
            (Some(HowMuch::Even), Some(sharers)) => Part::Share(sharers),
            (Some(HowMuch::Even), None) => {
                return Err(Error::field("people", "Say how many share the bill."));
            }
            (Some(HowMuch::Item), _) => Part::Items(Chosen {
                pieces: self.item.clone(),
                seats: self.seat.clone(),
            }),
            (Some(HowMuch::Amount), _) if self.amount.is_none() => {
                return Err(Error::field("amount", "Type the amount for this payment."));
            }
            (Some(HowMuch::Amount) | None, _) => Part::AsSaid,
        })
    }
}

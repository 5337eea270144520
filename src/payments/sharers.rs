//! A bill that is split evenly.

use std::str::FromStr;

use serde::Serialize;

use crate::values::{Currency, Money, split_evenly};

/// How many people share what is left of a bill: 2 to 20. Nothing is stored of it: the share of whoever pays now is the
/// first of so many of the balance, and those after it are the shares that the others were told, because a larger share
/// comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sharers(u8);

impl Sharers {
    /// The fewest.
    pub const FEWEST: u8 = 2;
    /// The most.
    pub const MOST: u8 = 20;

    /// So many people, if a bill is shared by so many.
    pub fn new(people: u8) -> Option<Self> {
        (Self::FEWEST..=Self::MOST)
            .contains(&people)
            .then_some(Sharers(people))
    }

    /// The number of people.
    pub fn get(self) -> u8 {
        self.0
    }

    /// What each of them pays of a balance, in the order of paying, in steps that can be paid in cash.
    pub fn shares(self, balance: Money) -> Vec<Money> {
        split_evenly(balance, self.0.into(), Currency::venue().share_step())
    }

    /// What the one who pays now pays.
    pub fn next_share(self, balance: Money) -> Money {
        self.shares(balance).first().copied().unwrap_or(balance)
    }

    /// Who is left when one of them has paid; nobody shares what the last one pays.
    pub fn others(self) -> Option<Self> {
        Sharers::new(self.0 - 1)
    }
}

impl FromStr for Sharers {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let people = text.trim().parse().ok();
        people
            .and_then(Sharers::new)
            .ok_or("A bill is shared by 2 to 20 people.")
    }
}

/// How the guests go on with a bill of which a part is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Somehow.
    Rest,
    /// With the next even share, of so many that are left.
    Shares(Sharers),
    /// With the items of the next one.
    Items,
}

impl Next {
    /// As the address of a pay screen or a receipt carries it.
    pub fn query(self) -> String {
        match self {
            Next::Rest => String::new(),
            Next::Shares(others) => format!("?people={}", others.get()),
            Next::Items => "?part=item".to_owned(),
        }
    }

    /// What an address carries.
    pub fn asked(query: &[(String, String)]) -> Self {
        let named = |name: &str| query.iter().find(|(field, _)| field == name);
        let people = named("people").and_then(|(_, people)| people.parse().ok());
        match (people, named("part")) {
            (Some(others), _) => Next::Shares(others),
            (None, Some((_, part))) if part == "item" => Next::Items,
            _ => Next::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paid_one_by_one(balance: i64, people: u8) -> Vec<i64> {
        let mut left = Money::new(balance);
        let mut sharers = Sharers::new(people);
        let mut paid = Vec::new();
        while left.is_positive() {
            let share = sharers.map_or(left, |sharers| sharers.next_share(left));
            paid.push(share.minor());
            left -= share;
            sharers = sharers.and_then(Sharers::others);
        }
        paid
    }

    #[test]
    fn three_share_82_000_as_the_design_shows() {
        assert_eq!(paid_one_by_one(82_000, 3), [27_400, 27_300, 27_300]);
    }

    #[test]
    fn from_two_to_twenty_share_a_bill() {
        assert_eq!("2".parse::<Sharers>().map(Sharers::get), Ok(2));
        for no_number in ["1", "21", "-3", "2.5", "", "300"] {
            assert!(no_number.parse::<Sharers>().is_err(), "{no_number:?}");
        }
    }

    proptest! {
        #[test]
        fn each_pays_the_share_that_was_told_and_all_of_them_the_bill(balance in 1..=10_000_000_i64, people in 2..=20_u8) {
            let told: Vec<i64> = Sharers::new(people)
                .expect("sharers")
                .shares(Money::new(balance))
                .into_iter()
                .map(Money::minor)
                .filter(|share| *share > 0)
                .collect();
            let paid = paid_one_by_one(balance, people);
            prop_assert_eq!(paid.iter().sum::<i64>(), balance);
            prop_assert_eq!(paid, told);
        }
    }
}

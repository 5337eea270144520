//! What a finger says about one choice: plain, or with one of the words that go before it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::{ModifierId, Money};

/// A word before a choice that changes how much of it there is, or where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefix {
    /// Twice as much, at twice the surcharge.
    Extra,
    /// A little of it, at the same price.
    Light,
    /// Beside the dish, at the same price.
    Side,
}

/// How a choice is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum How {
    /// As the menu has it.
    Plain,
    /// With a word before it.
    With(Prefix),
    /// Not at all, and the cook is told so.
    No,
}

/// One choice and how it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Pick {
    /// The choice.
    pub modifier: ModifierId,
    /// How it is wanted.
    pub how: How,
}

impl Prefix {
    /// What a choice adds to the price with this word before it. What makes a dish cheaper does so once.
    pub fn price(self, delta: Money) -> Money {
        match self {
            Prefix::Extra if delta.is_positive() => delta + delta,
            _ => delta,
        }
    }

    /// As guests read it.
    pub fn of(self, name: &str) -> String {
        let name = name.to_lowercase();
        match self {
            Prefix::Extra => format!("Extra {name}"),
            Prefix::Light => format!("Light {name}"),
            Prefix::Side => format!("Side of {name}"),
        }
    }

    /// As cooks read it.
    pub fn for_kitchen(self, name: &str) -> String {
        let name = name.to_uppercase();
        match self {
            Prefix::Extra => format!("EXTRA {name}"),
            Prefix::Light => format!("LIGHT {name}"),
            Prefix::Side => format!("SIDE {name}"),
        }
    }
}

impl How {
    /// The words in the order in which they stand on the sheet, with what a form calls them.
    pub const WORDS: [(How, &'static str); 4] = [
        (How::With(Prefix::Extra), "extra"),
        (How::With(Prefix::Light), "light"),
        (How::With(Prefix::Side), "side"),
        (How::No, "no"),
    ];

    /// What a form calls it; nothing for a plain choice.
    pub fn word(self) -> Option<&'static str> {
        let found = Self::WORDS.iter().find(|(how, _)| *how == self);
        found.map(|(_, word)| *word)
    }
}

impl Pick {
    /// A choice as the menu has it.
    pub fn plain(modifier: ModifierId) -> Self {
        Pick {
            modifier,
            how: How::Plain,
        }
    }

    /// What a form says: the choices that were ticked, and words for some of them. A word is a choice by itself; the last
    /// one about a choice counts.
    pub fn from_form(ticked: impl IntoIterator<Item = ModifierId>, words: &[Pick]) -> Vec<Pick> {
        let mut picks: Vec<Pick> = ticked.into_iter().map(Pick::plain).collect();
        for word in words {
            picks.retain(|pick| pick.modifier != word.modifier);
            picks.push(*word);
        }
        picks
    }

    /// How a form writes a choice with a word: `extra:<id>`.
    pub fn written(self) -> Option<String> {
        let word = self.how.word()?;
        Some(format!("{word}:{}", self.modifier))
    }
}

impl FromStr for Pick {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SENTENCE: &str = "This choice is not understood. Open the product again and choose.";
        let (word, id) = text.split_once(':').ok_or(SENTENCE)?;
        let (how, _) = How::WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .ok_or(SENTENCE)?;
        Ok(Pick {
            modifier: id.parse().map_err(|_| SENTENCE)?,
            how: *how,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_written_as_it_is_read() {
        let modifier = ModifierId::new();
        for (how, _) in How::WORDS {
            let pick = Pick { modifier, how };
            assert_eq!(pick.written().unwrap().parse(), Ok(pick));
        }
        assert!("extra".parse::<Pick>().is_err());
        assert!(format!("double:{modifier}").parse::<Pick>().is_err());
        assert!("extra:cheese".parse::<Pick>().is_err());
    }

    #[test]
    fn the_last_word_about_a_choice_counts_and_needs_no_tick() {
        let (cheese, onion) = (ModifierId::new(), ModifierId::new());
        let word = |modifier, how| Pick { modifier, how };
        let picks = Pick::from_form(
            [cheese],
            &[
                word(cheese, How::No),
                word(cheese, How::With(Prefix::Extra)),
                word(onion, How::No),
            ],
        );
        assert_eq!(
            picks,
            [word(cheese, How::With(Prefix::Extra)), word(onion, How::No)]
        );
    }

    #[test]
    fn only_extra_costs_more_and_nothing_costs_less_twice() {
        let (dearer, cheaper) = (Money::new(2_000), Money::new(-500));
        assert_eq!(Prefix::Extra.price(dearer), Money::new(4_000));
        assert_eq!(Prefix::Extra.price(cheaper), cheaper);
        assert_eq!(Prefix::Light.price(dearer), dearer);
        assert_eq!(Prefix::Side.price(dearer), dearer);
    }
}

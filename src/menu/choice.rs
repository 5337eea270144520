//! What a guest chooses of a product: the rules of groups, the price it comes to, and what the
//! kitchen reads. Silence means regular: defaults are not printed, and one left out prints "NO …".

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::pick::{How, Pick, Prefix};
use super::product::{Group, Modifier, Product};
use crate::values::{ModifierId, Money};
use crate::web::Refusal;

/// A chosen modifier as the line keeps it for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chosen {
    /// Which one; a default that was left out keeps its id too.
    pub id: ModifierId,
    /// As guests read it.
    pub name: String,
    /// As cooks read it.
    pub kitchen: String,
    /// Added to the price.
    pub price: Money,
    /// In capitals on tickets.
    pub loud: bool,
    /// The usual: neither printed nor shown.
    pub silent: bool,
    /// Left out, and said so.
    pub left_out: bool,
    /// The word before it; lines of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Prefix>,
}

impl Chosen {
    /// The finger's word that this came from.
    pub fn pick(&self) -> Pick {
        let how = match (self.left_out, self.prefix) {
            (true, _) => How::No,
            (false, Some(prefix)) => How::With(prefix),
            (false, None) => How::Plain,
        };
        Pick {
            modifier: self.id,
            how,
        }
    }

    /// What one of it adds to the price, whatever word stands before it.
    fn delta(&self) -> Money {
        match self.prefix {
            Some(Prefix::Extra) if self.price.is_positive() => {
                Money::new(self.price.minor() / 2) // exact: it was doubled
            }
            _ => self.price,
        }
    }
}

/// A product with its choices made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In the order of the groups.
    pub modifiers: Vec<Chosen>,
    /// The product's price without its choices.
    pub base_price: Money,
    /// The product's price with its choices, never below zero.
    pub unit_price: Money,
}

/// Why a product cannot be taken as asked.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MenuRefusal {
    /// Deleted, or hidden by a manager.
    #[error("This product is not on the menu any more. Choose another one.")]
    Gone,
    /// Sold out.
    #[error("{0} is sold out.")]
    SoldOut(String),
    /// Fewer left than asked for.
    #[error("Only {left} × {name} left.")]
    FewLeft {
        /// The product.
        name: String,
        /// How many.
        left: i32,
    },
    /// A required choice is missing.
    #[error("Choose {} for {product}.", group.to_lowercase())]
    Choose {
        /// The group.
        group: String,
        /// The product.
        product: String,
    },
    /// More than the group allows.
    #[error("At most {max} of {group}.")]
    TooMany {
        /// The group.
        group: String,
        /// Its largest number.
        max: usize,
    },
    /// Sold out until the end of a shift that there is not.
    #[error("You have no shift open. Choose Out today, or Sold out.")]
    NoShift,
    /// A modifier that this product does not offer.
    #[error("{0} has changed on the menu. Open it again and choose.")]
    NotOffered(String),
}

impl Refusal for MenuRefusal {}

impl Choice {
    fn of(base_price: Money, modifiers: Vec<Chosen>) -> Self {
        let extra: Money = modifiers.iter().map(|modifier| modifier.price).sum();
        Choice {
            base_price,
            unit_price: (base_price + extra).max(Money::ZERO),
            modifiers,
        }
    }

    /// The same choices at the prices that were captured before: the product's, and that of each modifier which was
    /// chosen then.
    pub fn at_captured(mut self, base_price: Money, before: &[Chosen]) -> Self {
        for modifier in &mut self.modifiers {
            let captured = before
                .iter()
                .find(|one| one.id == modifier.id && !one.left_out);
            if let Some(captured) = captured.filter(|_| !modifier.left_out) {
                let delta = captured.delta();
                modifier.price = modifier.prefix.map_or(delta, |prefix| prefix.price(delta));
            }
        }
        Self::of(base_price, self.modifiers)
    }
}

impl Product {
    /// The choice of a single tap: the defaults.
    pub fn one_tap(&self) -> Result<Choice, MenuRefusal> {
        let defaults = self.groups.iter().flat_map(Group::defaults);
        let defaults: Vec<Pick> = defaults.map(|one| Pick::plain(one.id)).collect();
        self.choose(&defaults)
    }

    /// Checks what was picked against the groups and prices it.
    pub fn choose(&self, picks: &[Pick]) -> Result<Choice, MenuRefusal> {
        let known = |pick: &Pick| self.groups.iter().any(|group| group.has(pick.modifier));
        if !picks.iter().all(known) {
            return Err(MenuRefusal::NotOffered(self.name.clone()));
        }
        let mut modifiers = Vec::new();
        for group in &self.groups {
            modifiers.extend(self.choose_of(group, picks)?);
        }
        Ok(Choice::of(self.price, modifiers))
    }

    /// What is picked when `modifier` is taken instead of the others of its single choice, or beside those of a group that
    /// allows several.
    pub fn instead(&self, chosen: &[Chosen], modifier: ModifierId) -> Vec<Pick> {
        let rivals = |id| {
            let mut groups = self.groups.iter().filter(|group| group.is_single());
            groups.any(|group| group.has(modifier) && group.has(id))
        };
        let kept = chosen.iter().map(Chosen::pick);
        let kept = kept.filter(|pick| pick.modifier != modifier && !rivals(pick.modifier));
        kept.chain([Pick::plain(modifier)]).collect()
    }

    fn choose_of(&self, group: &Group, picks: &[Pick]) -> Result<Vec<Chosen>, MenuRefusal> {
        let wanted = |modifier: &Modifier| picks.iter().find(|pick| pick.modifier == modifier.id);
        let mut taken = Vec::new();
        let mut left_out = Vec::new();
        for modifier in &group.modifiers {
            match wanted(modifier).map(|pick| pick.how) {
                Some(How::Plain) => taken.push((modifier, None)),
                Some(How::With(prefix)) => taken.push((modifier, Some(prefix))),
                Some(How::No) => left_out.push(modifier),
                None => {}
            }
        }
        if let Some((out, _)) = taken.iter().find(|(modifier, _)| modifier.sold_out) {
            return Err(MenuRefusal::SoldOut(out.name.clone()));
        }
        if taken.len() < group.min {
            return Err(MenuRefusal::Choose {
                group: group.name.clone(),
                product: self.name.clone(),
            });
        }
        if taken.len() > group.max {
            return Err(MenuRefusal::TooMany {
                group: group.name.clone(),
                max: group.max,
            });
        }
        // In a single choice another one says it all; otherwise what was left out must be said.
        if !group.is_single() || taken.is_empty() {
            let dropped = group.defaults().filter(|one| wanted(one).is_none());
            left_out.extend(dropped);
        }
        let taken = taken
            .into_iter()
            .map(|(modifier, prefix)| modifier.chosen(prefix));
        let left_out = left_out.into_iter().map(Modifier::left_out);
        Ok(taken.chain(left_out).collect())
    }
}

impl Modifier {
    fn chosen(&self, prefix: Option<Prefix>) -> Chosen {
        let for_cooks = self.kitchen_name.as_ref().unwrap_or(&self.name);
        let plain = Chosen {
            id: self.id,
            name: self.name.clone(),
            kitchen: for_cooks.clone(),
            price: self.price_delta,
            loud: self.loud,
            silent: self.is_default && self.price_delta == Money::ZERO,
            left_out: false,
            prefix,
        };
        let Some(prefix) = prefix else { return plain };
        Chosen {
            name: prefix.of(&self.name),
            kitchen: prefix.for_kitchen(for_cooks),
            price: prefix.price(self.price_delta),
            loud: true,
            silent: false,
            ..plain
        }
    }

    fn left_out(&self) -> Chosen {
        let for_cooks = self.kitchen_name.as_ref().unwrap_or(&self.name);
        Chosen {
            id: self.id,
            name: format!("No {}", self.name.to_lowercase()),
            kitchen: format!("NO {}", for_cooks.to_uppercase()),
            price: Money::ZERO,
            loud: true,
            silent: false,
            left_out: true,
            prefix: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::TaxClass;
    use crate::values::{BasisPoints, ModifierGroupId, ProductId, StationId, TaxClassId};

    fn plain(ids: &[ModifierId]) -> Vec<Pick> {
        ids.iter().copied().map(Pick::plain).collect()
    }

    fn with(modifier: ModifierId, prefix: Prefix) -> Pick {
        let how = How::With(prefix);
        Pick { modifier, how }
    }

    fn without(modifier: ModifierId) -> Pick {
        let how = How::No;
        Pick { modifier, how }
    }

    fn modifier(name: &str, price: i64, is_default: bool) -> Modifier {
        Modifier {
            id: ModifierId::new(),
            name: name.to_owned(),
            kitchen_name: None,
            price_delta: Money::new(price),
            is_default,
            loud: false,
            sold_out: false,
        }
    }

    fn group(name: &str, min: usize, max: usize, modifiers: Vec<Modifier>) -> Group {
        Group {
            id: ModifierGroupId::new(),
            name: name.to_owned(),
            min,
            max,
            modifiers,
        }
    }

    fn latte(groups: Vec<Group>) -> Product {
        Product {
            id: ProductId::new(),
            number: 1,
            name: "Latte".to_owned(),
            kitchen_name: None,
            description: String::new(),
            price: Money::new(9_000),
            image: None,
            hue: 1,
            tax: TaxClass {
                id: TaxClassId::new(),
                name: "VAT 18%".to_owned(),
                rate: BasisPoints::new(1_800).unwrap(),
            },
            station: StationId::new(),
            station_name: "Bar".to_owned(),
            prep_seconds: None,
            price_list: None,
            groups,
            sold_out: false,
            stock_left: None,
        }
    }

    fn milk() -> Group {
        let choices = vec![modifier("Whole", 0, true), modifier("Oat", 1_000, false)];
        group("Milk", 1, 1, choices)
    }

    #[test]
    fn one_tap_takes_the_defaults_in_silence() {
        let choice = latte(vec![milk()]).one_tap().unwrap();
        assert_eq!(choice.unit_price, Money::new(9_000));
        assert!(choice.modifiers.iter().all(|modifier| modifier.silent));
    }

    #[test]
    fn another_single_choice_replaces_the_default_and_its_price() {
        let milk = milk();
        let oat = milk.modifiers[1].id;
        let choice = latte(vec![milk]).choose(&plain(&[oat])).unwrap();
        assert_eq!(choice.unit_price, Money::new(10_000));
        assert_eq!(choice.modifiers.len(), 1);
        assert!(!choice.modifiers[0].silent);
    }

    #[test]
    fn a_default_that_is_left_out_is_said_aloud() {
        let extras = group("With", 0, 3, vec![modifier("Onion", 0, true)]);
        let choice = latte(vec![extras]).choose(&[]).unwrap();
        assert_eq!(choice.modifiers[0].kitchen, "NO ONION");
        assert!(choice.modifiers[0].loud && choice.modifiers[0].left_out);
    }

    #[test]
    fn a_single_default_that_may_be_left_out_is_said_aloud_too() {
        let sauce = group("Sauce", 0, 1, vec![modifier("Gravy", 0, true)]);
        let choice = latte(vec![sauce]).choose(&[]).unwrap();
        assert_eq!(choice.modifiers[0].kitchen, "NO GRAVY");
    }

    #[test]
    fn other_choices_later_start_from_the_captured_prices() {
        let milk = milk();
        let (whole, oat) = (milk.modifiers[0].id, milk.modifiers[1].id);
        let mut product = latte(vec![milk]);
        let captured = product.choose(&plain(&[oat])).unwrap();
        product.price = Money::new(12_000);
        product.groups[0].modifiers[1].price_delta = Money::new(2_000);
        let again = |chosen| {
            let choice = product.choose(&plain(&[chosen])).unwrap();
            choice.at_captured(captured.base_price, &captured.modifiers)
        };
        assert_eq!(again(oat).unit_price, Money::new(10_000));
        assert_eq!(again(whole).unit_price, Money::new(9_000));
    }

    #[test]
    fn a_required_choice_without_default_cannot_be_one_tap() {
        let size = group("Size", 1, 1, vec![modifier("Small", 0, false)]);
        let product = latte(vec![size]);
        assert!(product.needs_choice());
        assert_eq!(
            product.one_tap().unwrap_err().to_string(),
            "Choose size for Latte."
        );
    }

    #[test]
    fn two_of_a_single_choice_and_strangers_are_refused() {
        let milk = milk();
        let both: Vec<_> = milk.modifiers.iter().map(|modifier| modifier.id).collect();
        let product = latte(vec![milk]);
        assert!(matches!(
            product.choose(&plain(&both)),
            Err(MenuRefusal::TooMany { max: 1, .. })
        ));
        assert!(matches!(
            product.choose(&plain(&[ModifierId::new()])),
            Err(MenuRefusal::NotOffered(_))
        ));
    }

    #[test]
    fn a_choice_takes_the_place_of_another_one_of_its_group_and_of_no_other() {
        let (milk, extras) = (
            milk(),
            group("Extra", 0, 3, vec![modifier("Shot", 2_000, false)]),
        );
        let (whole, oat, shot) = (
            milk.modifiers[0].id,
            milk.modifiers[1].id,
            extras.modifiers[0].id,
        );
        let product = latte(vec![milk, extras]);
        let chosen = product.choose(&plain(&[whole, shot])).unwrap().modifiers;
        assert_eq!(product.instead(&chosen, oat), plain(&[shot, oat]));
        let chosen = product.choose(&plain(&[oat])).unwrap().modifiers;
        assert_eq!(product.instead(&chosen, shot), plain(&[oat, shot]));
        assert_eq!(product.instead(&chosen, oat), plain(&[oat]));
    }

    #[test]
    fn extra_is_said_aloud_and_costs_its_surcharge_twice() {
        let group = group("Extras", 0, 2, vec![modifier("Cheese", 2_000, false)]);
        let cheese = group.modifiers[0].id;
        let choice = latte(vec![group])
            .choose(&[with(cheese, Prefix::Extra)])
            .unwrap();
        assert_eq!(choice.unit_price, Money::new(13_000));
        let chosen = &choice.modifiers[0];
        assert_eq!(
            (&*chosen.name, &*chosen.kitchen),
            ("Extra cheese", "EXTRA CHEESE")
        );
        assert!(chosen.loud && !chosen.silent);
    }

    #[test]
    fn a_default_with_a_word_is_silent_no_more() {
        let milk = milk();
        let whole = milk.modifiers[0].id;
        let choice = latte(vec![milk])
            .choose(&[with(whole, Prefix::Light)])
            .unwrap();
        assert_eq!(choice.modifiers[0].kitchen, "LIGHT WHOLE");
        assert_eq!(choice.unit_price, Money::new(9_000));
    }

    #[test]
    fn no_is_said_even_of_what_was_not_chosen_and_fills_no_required_choice() {
        let (milk, extras) = (
            milk(),
            group("With", 0, 3, vec![modifier("Ice", 500, false)]),
        );
        let (whole, ice) = (milk.modifiers[0].id, extras.modifiers[0].id);
        let product = latte(vec![milk, extras]);
        let choice = product.choose(&[Pick::plain(whole), without(ice)]).unwrap();
        assert_eq!(choice.modifiers[1].kitchen, "NO ICE");
        assert_eq!(choice.unit_price, Money::new(9_000));
        assert!(matches!(
            product.choose(&[without(whole)]),
            Err(MenuRefusal::Choose { .. })
        ));
    }

    #[test]
    fn a_word_that_comes_or_goes_later_counts_from_the_captured_price() {
        let extras = group("Extras", 0, 2, vec![modifier("Cheese", 2_000, false)]);
        let cheese = extras.modifiers[0].id;
        let mut product = latte(vec![extras]);
        let (single, double) = (Pick::plain(cheese), with(cheese, Prefix::Extra));
        let captured = [single, double].map(|pick| product.choose(&[pick]).unwrap());
        product.groups[0].modifiers[0].price_delta = Money::new(9_000);
        for before in &captured {
            let again = |pick| {
                let choice = product.choose(&[pick]).unwrap();
                choice.at_captured(before.base_price, &before.modifiers)
            };
            assert_eq!(again(single).unit_price, Money::new(11_000));
            assert_eq!(again(double).unit_price, Money::new(13_000));
        }
    }

    #[test]
    fn another_milk_keeps_the_words_of_the_other_choices() {
        let (milk, extras) = (
            milk(),
            group(
                "With",
                0,
                3,
                vec![modifier("Ice", 0, true), modifier("Syrup", 500, false)],
            ),
        );
        let (oat, ice, syrup) = (
            milk.modifiers[1].id,
            extras.modifiers[0].id,
            extras.modifiers[1].id,
        );
        let whole = milk.modifiers[0].id;
        let product = latte(vec![milk, extras]);
        let words = [with(syrup, Prefix::Extra), without(ice)];
        let chosen = product
            .choose(&[Pick::plain(whole), words[0], words[1]])
            .unwrap()
            .modifiers;
        assert_eq!(
            product.instead(&chosen, oat),
            [words[0], words[1], Pick::plain(oat)]
        );
    }

    #[test]
    fn lines_of_earlier_versions_are_still_read() {
        let milk = milk();
        let line = latte(vec![milk]).one_tap().unwrap().modifiers;
        let json = serde_json::to_value(&line).unwrap();
        assert!(json[0].get("prefix").is_none());
        assert_eq!(serde_json::from_value::<Vec<Chosen>>(json).unwrap(), line);
    }

    #[test]
    fn a_price_never_falls_below_zero() {
        let cheaper = group("Offer", 0, 1, vec![modifier("Staff", -20_000, false)]);
        let id = cheaper.modifiers[0].id;
        assert_eq!(
            latte(vec![cheaper])
                .choose(&plain(&[id]))
                .unwrap()
                .unit_price,
            Money::ZERO
        );
    }
}

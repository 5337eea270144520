//! The menu a new café starts with: nine categories, twenty-five sections, ninety-six products.
//!
//! One file per shelf of the menu, and [`choices`] for the groups of modifiers they share. Prices are
//! whole shillings, tax included, as a café in Kampala asks them.

mod bakery;
mod breakfast;
pub mod choices;
mod coffee;
mod drinks;
mod mains;
mod soups_and_sides;
mod tea;

use crate::seed::id_of;
use crate::values::{CategoryId, Money, ProductId, SectionId};

use choices::Group;

/// The menu from its first category to its last.
pub static MENU: [&Category; 9] = [
    &coffee::COFFEE,
    &tea::TEA,
    &breakfast::BREAKFAST,
    &mains::MAINS,
    &soups_and_sides::SOUPS,
    &soups_and_sides::SIDES,
    &bakery::BAKERY,
    &drinks::SOFT,
    &drinks::ALCOHOL,
];

/// All products in the order of the menu.
pub fn products() -> impl Iterator<Item = &'static Product> {
    MENU.iter()
        .flat_map(|category| category.sections)
        .flat_map(|section| section.products)
}

/// A shelf of the menu, with its icon of the sprite and its colour.
pub struct Category {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    /// The sprite's symbol without `i-`.
    pub icon: &'static str,
    /// 1 to 8.
    pub hue: i16,
    pub sections: &'static [Section],
}

impl Category {
    /// The same on every machine.
    pub fn id(&self) -> CategoryId {
        id_of("category", self.key)
    }
}

/// A heading inside a category.
pub struct Section {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    /// Where its products are made, unless one says otherwise.
    pub made_at: MadeAt,
    pub products: &'static [Product],
}

impl Section {
    /// The same on every machine.
    pub fn id(&self) -> SectionId {
        id_of("section", self.key)
    }
}

/// The station that makes a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeAt {
    Kitchen,
    Bar,
}

/// How a product is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tax {
    /// VAT at 18 %, contained in the price.
    Vat,
    /// Unprocessed food and milk carry none in Uganda.
    Exempt,
}

/// One thing on the menu.
pub struct Product {
    /// What staff may type to find it, and what its id is made from; never changes.
    pub number: i32,
    pub name: &'static str,
    pub price: Money,
    /// How long it should take to make, in seconds.
    pub prep_seconds: i32,
    pub description: &'static str,
    /// The name in Luganda, where the kitchen says it that way.
    pub kitchen_name: Option<&'static str>,
    pub sku: Option<&'static str>,
    pub tax: Tax,
    pub groups: &'static [&'static Group],
    /// Its place among the favourites.
    pub favourite: Option<i32>,
}

impl Product {
    /// The same on every machine.
    pub fn id(&self) -> ProductId {
        id_of("product", &self.number.to_string())
    }

    const fn new(
        number: i32,
        name: &'static str,
        price: i64,
        prep_seconds: i32,
        description: &'static str,
    ) -> Self {
        Product {
            number,
            name,
            price: Money::new(price),
            prep_seconds,
            description,
            kitchen_name: None,
            sku: None,
            tax: Tax::Vat,
            groups: &[],
            favourite: None,
        }
    }

    const fn with(mut self, groups: &'static [&'static Group]) -> Self {
        self.groups = groups;
        self
    }

    const fn in_luganda(mut self, kitchen_name: &'static str) -> Self {
        self.kitchen_name = Some(kitchen_name);
        self
    }

    const fn sku(mut self, sku: &'static str) -> Self {
        self.sku = Some(sku);
        self
    }

    const fn untaxed(mut self) -> Self {
        self.tax = Tax::Exempt;
        self
    }

    const fn favourite(mut self, rank: i32) -> Self {
        self.favourite = Some(rank);
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_menu_is_as_long_as_a_cafe_needs() {
        assert_eq!(MENU.len(), 9);
        assert_eq!(
            MENU.iter()
                .map(|category| category.sections.len())
                .sum::<usize>(),
            25
        );
        assert_eq!(products().count(), 96);
        assert_eq!(
            products()
                .filter(|product| product.favourite.is_some())
                .count(),
            20
        );
    }

    #[test]
    fn prices_are_those_of_kampala() {
        let prices: Vec<i64> = products().map(|product| product.price.minor()).collect();
        assert_eq!(prices.iter().min(), Some(&3_000));
        assert_eq!(prices.iter().max(), Some(&120_000));
        assert!(
            prices.iter().all(|price| price % 500 == 0),
            "no till here holds smaller coins"
        );
    }

    #[test]
    fn nothing_is_named_or_numbered_twice() {
        let unique = |texts: Vec<String>| {
            let all = texts.len();
            assert_eq!(texts.into_iter().collect::<HashSet<_>>().len(), all);
        };
        unique(
            products()
                .map(|product| product.number.to_string())
                .collect(),
        );
        unique(
            products()
                .map(|product| product.name.to_lowercase())
                .collect(),
        );
        unique(
            products()
                .filter_map(|product| product.sku.map(str::to_owned))
                .collect(),
        );
        unique(
            products()
                .filter_map(|product| product.favourite.map(|rank| rank.to_string()))
                .collect(),
        );
        unique(
            MENU.iter()
                .map(|category| category.key.to_owned())
                .collect(),
        );
        unique(
            MENU.iter()
                .flat_map(|category| category.sections)
                .map(|section| section.key.to_owned())
                .collect(),
        );
    }

    #[test]
    fn every_product_can_be_found_read_and_made() {
        for product in products() {
            assert!((100..1_000).contains(&product.number), "{}", product.name);
            assert!(product.prep_seconds >= 20, "{}", product.name);
            assert!(product.description.ends_with('.'), "{}", product.name);
        }
    }

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../../assets/icons.svg");
        for category in MENU {
            let symbol = format!("id=\"i-{}\"", category.icon);
            assert!(sprite.contains(&symbol), "{}", category.name);
            assert!((1..=8).contains(&category.hue), "{}", category.name);
        }
    }

    #[test]
    fn no_choice_takes_a_price_below_zero() {
        for product in products() {
            let lowest: Money = product
                .groups
                .iter()
                .flat_map(|group| group.modifiers)
                .map(|modifier| modifier.price.min(Money::ZERO))
                .sum();
            assert!((product.price + lowest).is_positive(), "{}", product.name);
        }
    }
}

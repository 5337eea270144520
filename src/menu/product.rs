//! The menu as a whole and how it is searched.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::values::{
    BasisPoints, CategoryId, DayRule, ModifierGroupId, ModifierId, Money, ProductId, SectionId,
    ShiftId, StationId, TaxClassId, search::Search,
};

/// Everything that is sold, in the order of the menu.
#[derive(Debug, Clone, Default)]
pub struct Menu {
    /// Grows with every change; a tablet with another version has a stale copy.
    pub version: i64,
    /// The first level, in order.
    pub categories: Vec<Category>,
    /// How moments become the hours of price lists.
    pub days: DayRule,
    products: HashMap<ProductId, Product>,
}

/// The first level: "Coffee".
#[derive(Debug, Clone)]
pub struct Category {
    /// Which one.
    pub id: CategoryId,
    /// As people read it.
    pub name: String,
    /// An icon of the sprite.
    pub icon: String,
    /// One of the eight hues.
    pub hue: u8,
    /// The second level, in order.
    pub sections: Vec<Section>,
}

/// The second level: "Hot coffee".
#[derive(Debug, Clone)]
pub struct Section {
    /// Which one.
    pub id: SectionId,
    /// As people read it.
    pub name: String,
    /// Its products in order.
    pub products: Vec<ProductId>,
}

/// One thing that is sold.
#[derive(Debug, Clone)]
pub struct Product {
    /// Which one.
    pub id: ProductId,
    /// What staff may type in the search.
    pub number: i32,
    /// As guests read it.
    pub name: String,
    /// As cooks read it, where that differs.
    pub kitchen_name: Option<String>,
    /// A sentence for the choices sheet.
    pub description: String,
    /// Without choices, at the hour when the menu was read.
    pub price: Money,
    /// The list that the price is of, where that is not the menu's own: "Happy hour".
    pub price_list: Option<String>,
    /// A picture's address.
    pub image: Option<String>,
    /// The hue of its category.
    pub hue: u8,
    /// How it is taxed.
    pub tax: TaxClass,
    /// Where it is made.
    pub station: StationId,
    /// The name of that station.
    pub station_name: String,
    /// How long it should take, in seconds.
    pub prep_seconds: Option<i32>,
    /// The choices it offers, in order: required ones first.
    pub groups: Vec<Group>,
    /// Marked as sold out.
    pub sold_out: bool,
    /// How many are left, where they are counted down.
    pub stock_left: Option<i32>,
}

/// A rate of tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxClass {
    /// Which one.
    pub id: TaxClassId,
    /// "VAT 18%".
    pub name: String,
    /// Its rate.
    pub rate: BasisPoints,
}

/// Choices of one kind: "Milk", at least `min` and at most `max` of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which one.
    pub id: ModifierGroupId,
    /// As people read it.
    pub name: String,
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
    /// The choices in order.
    pub modifiers: Vec<Modifier>,
}

/// One choice: "Oat", dearer by 1,000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    /// Which one.
    pub id: ModifierId,
    /// As guests read it.
    pub name: String,
    /// As cooks read it, where that differs.
    pub kitchen_name: Option<String>,
    /// Added to the price; may be below zero.
    pub price_delta: Money,
    /// Taken unless something else is chosen, and not printed.
    pub is_default: bool,
    /// Printed in capitals.
    pub loud: bool,
    /// Cannot be chosen now.
    pub sold_out: bool,
}

/// When a product that is sold out is back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At a moment.
    Moment(OffsetDateTime),
    /// When this shift is closed.
    Shift(ShiftId),
}

impl Until {
    pub(super) fn moment(self) -> Option<OffsetDateTime> {
        match self {
            Until::Moment(moment) => Some(moment),
            Until::Shift(_) => None,
        }
    }

    pub(super) fn shift(self) -> Option<ShiftId> {
        match self {
            Until::Moment(_) => None,
            Until::Shift(shift) => Some(shift),
        }
    }
}

impl Menu {
    /// Puts the menu together.
    pub fn new(
        version: i64,
        categories: Vec<Category>,
        products: Vec<Product>,
        days: DayRule,
    ) -> Self {
        Menu {
            version,
            categories,
            days,
            products: products.into_iter().map(|one| (one.id, one)).collect(),
        }
    }

    /// A product that is on the menu.
    pub fn product(&self, id: ProductId) -> Option<&Product> {
        self.products.get(&id)
    }

    /// Products of a category in the order of the menu.
    pub fn of_category(&self, id: CategoryId) -> Vec<&Product> {
        self.categories
            .iter()
            .filter(|category| category.id == id)
            .flat_map(|category| &category.sections)
            .flat_map(|section| &section.products)
            .filter_map(|product| self.product(*product))
            .collect()
    }

    /// Products that match what was typed, in the order of the menu: the start of any word, the
    /// product's number, or initials ("cb" finds Chicken Burger).
    pub fn search(&self, typed: &str) -> Vec<&Product> {
        let search = Search::new(typed);
        self.categories
            .iter()
            .flat_map(|category| &category.sections)
            .flat_map(|section| &section.products)
            .filter_map(|id| self.product(*id))
            .filter(|product| search.finds(&product.name, Some(&product.number.to_string())))
            .collect()
    }

    /// How many products are on the menu.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether nothing is on the menu.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }
}

impl Product {
    /// Cannot be sold now.
    pub fn is_out(&self) -> bool {
        self.sold_out || self.stock_left == Some(0)
    }

    /// Whether a choice must be made before it can be added.
    pub fn needs_choice(&self) -> bool {
        self.groups
            .iter()
            .any(|group| group.defaults().count() < group.min)
    }
}

impl Group {
    /// What is taken when nothing is chosen.
    pub fn defaults(&self) -> impl Iterator<Item = &Modifier> {
        self.modifiers
            .iter()
            .filter(|modifier| modifier.is_default && !modifier.sold_out)
            .take(self.max)
    }

    /// Whether a choice is one of this group.
    pub fn has(&self, id: ModifierId) -> bool {
        self.modifiers.iter().any(|modifier| modifier.id == id)
    }

    /// Exactly one is chosen: radios, not checkboxes.
    pub fn is_single(&self) -> bool {
        self.max == 1
    }
}

//! The groups of modifiers: sizes, milk, doneness, extras, what to leave out.
//!
//! What the kitchen must not overlook is loud and has a text of its own for tickets; what is usual is
//! chosen beforehand and stays silent there.

use crate::seed::id_of;
use crate::values::{ModifierGroupId, ModifierId, Money};

/// A question asked about a product, and how many answers it takes.
#[derive(Debug)]
pub struct Group {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    pub modifiers: &'static [Modifier],
}

impl Group {
    /// The same on every machine.
    pub fn id(&self) -> ModifierGroupId {
        id_of("modifier group", self.key)
    }

    /// The modifier's id, the same on every machine.
    pub fn modifier_id(&self, modifier: &Modifier) -> ModifierId {
        id_of("modifier", &format!("{}/{}", self.key, modifier.name))
    }

    /// A guest must answer, and nothing is chosen beforehand.
    pub fn must_be_asked(&self) -> bool {
        self.min > 0 && !self.modifiers.iter().any(|modifier| modifier.usual)
    }
}

/// One answer.
#[derive(Debug)]
pub struct Modifier {
    /// Never changes: its id is made from it.
    pub name: &'static str,
    /// What tickets say instead of the name.
    pub kitchen_name: Option<&'static str>,
    /// What it adds to the price; may be below zero.
    pub price: Money,
    /// Chosen beforehand.
    pub usual: bool,
    /// Printed in capitals: it differs from what the hands would do by themselves.
    pub loud: bool,
}

/// Chosen beforehand, and silent on tickets.
const fn usual(name: &'static str) -> Modifier {
    Modifier {
        usual: true,
        ..plain(name, 0)
    }
}

/// One of several equals, such as a doneness.
const fn plain(name: &'static str, price: i64) -> Modifier {
    Modifier {
        name,
        kitchen_name: None,
        price: Money::new(price),
        usual: false,
        loud: false,
    }
}

/// Differs from the usual.
const fn loud(name: &'static str, kitchen_name: &'static str, price: i64) -> Modifier {
    Modifier {
        kitchen_name: Some(kitchen_name),
        loud: true,
        ..plain(name, price)
    }
}

const fn one_of(key: &'static str, name: &'static str, modifiers: &'static [Modifier]) -> Group {
    Group {
        key,
        name,
        min: 1,
        max: 1,
        modifiers,
    }
}

const fn up_to(
    max: i16,
    key: &'static str,
    name: &'static str,
    modifiers: &'static [Modifier],
) -> Group {
    Group {
        key,
        name,
        min: 0,
        max,
        modifiers,
    }
}

/// Every group, in the order of the back office.
pub static GROUPS: [&Group; 31] = [
    CUP_SIZE,
    GLASS_SIZE,
    FISH_SIZE,
    POUR,
    MILK,
    COFFEE_EXTRAS,
    SUGAR,
    ICE,
    SHAKE_FLAVOUR,
    SODA,
    SERVED,
    ROLEX_EGGS,
    EGG_STYLE,
    BREAD,
    BREAKFAST_EXTRAS,
    PANCAKE_TOPPINGS,
    DONENESS,
    PATTY,
    CHICKEN_CUT,
    HEAT,
    SIDE,
    STAPLE,
    BURGER_EXTRAS,
    SALAD_ADDITION,
    SAUCES,
    CRUMBS,
    WITHOUT_EGG,
    WITHOUT_BURGER,
    WITHOUT_SALAD,
    WITHOUT_STEW,
    WARMED,
];

pub const CUP_SIZE: &Group = &one_of(
    "cup size",
    "Size",
    &[
        loud("Small", "SMALL", -1_500),
        usual("Regular"),
        loud("Large", "LARGE", 2_500),
    ],
);
pub const GLASS_SIZE: &Group = &one_of(
    "glass size",
    "Size",
    &[usual("300 ml"), loud("500 ml", "BIG 500", 3_500)],
);
pub const FISH_SIZE: &Group = &one_of(
    "fish size",
    "Size",
    &[
        loud("Small, about 400 g", "SMALL FISH", -8_000),
        usual("Medium, about 600 g"),
        loud("Large, about 900 g", "LARGE FISH", 15_000),
    ],
);
pub const POUR: &Group = &one_of(
    "pour",
    "Glass or bottle",
    &[
        plain("Glass 175 ml", 0),
        loud("Carafe 500 ml", "CARAFE", 32_000),
        loud("Bottle 750 ml", "BOTTLE", 62_000),
    ],
);
pub const MILK: &Group = &one_of(
    "milk",
    "Milk",
    &[
        usual("Whole milk"),
        loud("Low-fat milk", "LOW FAT", 0),
        loud("Oat milk", "OAT MILK", 2_500),
        loud("Soya milk", "SOYA MILK", 2_000),
        loud("Almond milk", "ALMOND MILK", 3_000),
    ],
);
pub const COFFEE_EXTRAS: &Group = &up_to(
    3,
    "coffee extras",
    "Extras",
    &[
        loud("Extra shot", "EXTRA SHOT", 2_500),
        loud("Decaf", "DECAF", 1_000),
        loud("Vanilla syrup", "VANILLA", 2_000),
        loud("Caramel syrup", "CARAMEL", 2_000),
        loud("Whipped cream", "CREAM", 2_500),
        loud("Cinnamon", "CINNAMON", 0),
        loud("Extra hot", "EXTRA HOT", 0),
    ],
);
pub const SUGAR: &Group = &up_to(
    1,
    "sugar",
    "Sugar",
    &[
        loud("No sugar", "NO SUGAR", 0),
        plain("One spoon", 0),
        plain("Two spoons", 0),
        plain("Honey instead", 1_500),
    ],
);
pub const ICE: &Group = &up_to(
    1,
    "ice",
    "Ice",
    &[
        loud("No ice", "NO ICE", 0),
        loud("Little ice", "LITTLE ICE", 0),
        loud("Extra ice", "EXTRA ICE", 0),
    ],
);
pub const SHAKE_FLAVOUR: &Group = &one_of(
    "shake flavour",
    "Flavour",
    &[
        plain("Vanilla", 0),
        plain("Chocolate", 0),
        plain("Strawberry", 0),
        plain("Espresso", 1_500),
    ],
);
pub const SODA: &Group = &one_of(
    "soda",
    "Which one",
    &[
        plain("Cola", 0),
        plain("Cola, sugar-free", 0),
        plain("Orange", 0),
        plain("Lemon and lime", 0),
        plain("Ginger", 0),
        plain("Bitter lemon", 0),
    ],
);
pub const SERVED: &Group = &one_of(
    "served",
    "Served",
    &[usual("Cold"), loud("Warm", "NOT COLD", 0)],
);
pub const ROLEX_EGGS: &Group = &one_of(
    "rolex eggs",
    "Eggs",
    &[
        usual("Two eggs"),
        loud("Three eggs", "3 EGGS", 1_500),
        loud("Four eggs", "4 EGGS", 3_000),
    ],
);
pub const EGG_STYLE: &Group = &one_of(
    "egg style",
    "Eggs",
    &[
        plain("Scrambled", 0),
        plain("Fried, sunny side up", 0),
        plain("Fried on both sides", 0),
        plain("Poached", 0),
        plain("Boiled hard", 0),
    ],
);
pub const BREAD: &Group = &one_of(
    "bread",
    "Bread",
    &[
        usual("White toast"),
        loud("Brown toast", "BROWN BREAD", 0),
        loud("Chapati", "ON CHAPATI", 1_000),
    ],
);
pub const BREAKFAST_EXTRAS: &Group = &up_to(
    3,
    "breakfast extras",
    "Extras",
    &[
        loud("Cheese", "+ CHEESE", 3_000),
        loud("Avocado", "+ AVOCADO", 2_500),
        loud("Beef sausage", "+ SAUSAGE", 4_000),
        loud("Bacon", "+ BACON", 5_000),
        loud("Green chilli", "+ CHILLI", 0),
    ],
);
pub const PANCAKE_TOPPINGS: &Group = &up_to(
    3,
    "pancake toppings",
    "Toppings",
    &[
        loud("Maple syrup", "+ SYRUP", 2_500),
        loud("Banana", "+ BANANA", 1_500),
        loud("Chocolate sauce", "+ CHOCOLATE", 2_500),
        loud("Whipped cream", "+ CREAM", 2_500),
        loud("Honey", "+ HONEY", 2_000),
    ],
);
pub const DONENESS: &Group = &one_of(
    "doneness",
    "Doneness",
    &[
        plain("Rare", 0),
        plain("Medium rare", 0),
        plain("Medium", 0),
        plain("Medium well", 0),
        plain("Well done", 0),
    ],
);
pub const PATTY: &Group = &one_of(
    "patty",
    "Patty",
    &[usual("Well done"), loud("Medium", "MEDIUM", 0)],
);
pub const CHICKEN_CUT: &Group = &one_of(
    "chicken cut",
    "Piece",
    &[usual("Leg"), loud("Breast", "BREAST", 2_000)],
);
pub const HEAT: &Group = &one_of(
    "heat",
    "How hot",
    &[
        usual("Mild"),
        loud("Medium hot", "MEDIUM HOT", 0),
        loud("Hot", "HOT", 0),
    ],
);
pub const SIDE: &Group = &one_of(
    "side",
    "Side",
    &[
        plain("Chips", 0),
        plain("Steamed rice", 0),
        plain("Matooke", 0),
        plain("Roast potatoes", 0),
        plain("Garden vegetables", 0),
        plain("Side salad", 2_000),
    ],
);
pub const STAPLE: &Group = &one_of(
    "staple",
    "Food",
    &[
        usual("Matooke and rice"),
        loud("Matooke only", "MATOOKE ONLY", 0),
        loud("Rice only", "RICE ONLY", 0),
        loud("Posho", "POSHO", 0),
        loud("Sweet potatoes", "SWEET POTATOES", 0),
        loud("Chapati", "CHAPATI", 0),
    ],
);
pub const BURGER_EXTRAS: &Group = &up_to(
    3,
    "burger extras",
    "Extras",
    &[
        loud("Cheese", "+ CHEESE", 3_000),
        loud("Fried egg", "+ EGG", 2_000),
        loud("Bacon", "+ BACON", 5_000),
        loud("Avocado", "+ AVOCADO", 2_500),
        loud("Second patty", "DOUBLE PATTY", 10_000),
    ],
);
pub const SALAD_ADDITION: &Group = &up_to(
    1,
    "salad addition",
    "Add to it",
    &[
        loud("Grilled chicken", "+ CHICKEN", 9_000),
        loud("Tilapia strips", "+ TILAPIA", 10_000),
        loud("Boiled egg", "+ EGG", 2_000),
    ],
);
pub const SAUCES: &Group = &up_to(
    2,
    "sauces",
    "Sauces",
    &[
        plain("Kachumbari", 0),
        plain("Garlic mayonnaise", 0),
        plain("Chilli sauce", 0),
        plain("Barbecue sauce", 0),
        plain("Mushroom sauce", 4_000),
        plain("Pepper sauce", 4_000),
    ],
);
pub const CRUMBS: &Group = &up_to(
    2,
    "soup additions",
    "With it",
    &[
        loud("Croutons", "+ CROUTONS", 0),
        loud("Bread roll", "+ ROLL", 2_000),
        loud("Swirl of cream", "+ CREAM", 1_000),
    ],
);
pub const WITHOUT_EGG: &Group = &up_to(
    4,
    "without, eggs",
    "Leave out",
    &[
        loud("No onion", "NO ONION", 0),
        loud("No tomato", "NO TOMATO", 0),
        loud("No green pepper", "NO PEPPER", 0),
        loud("No cabbage", "NO CABBAGE", 0),
        loud("No salt", "NO SALT", 0),
    ],
);
pub const WITHOUT_BURGER: &Group = &up_to(
    5,
    "without, burgers",
    "Leave out",
    &[
        loud("No onion", "NO ONION", 0),
        loud("No tomato", "NO TOMATO", 0),
        loud("No lettuce", "NO LETTUCE", 0),
        loud("No pickles", "NO PICKLES", 0),
        loud("No sauce", "NO SAUCE", 0),
    ],
);
pub const WITHOUT_SALAD: &Group = &up_to(
    4,
    "without, salads",
    "Leave out",
    &[
        loud("No onion", "NO ONION", 0),
        loud("No tomato", "NO TOMATO", 0),
        loud("No seeds", "NO SEEDS", 0),
        loud("Dressing apart", "DRESSING APART", 0),
    ],
);
pub const WITHOUT_STEW: &Group = &up_to(
    3,
    "without, stews",
    "Leave out",
    &[
        loud("No chilli", "NO CHILLI", 0),
        loud("No coriander", "NO CORIANDER", 0),
        loud("No greens", "NO GREENS", 0),
    ],
);
pub const WARMED: &Group = &up_to(1, "warmed", "Warmed", &[loud("Warmed up", "WARM UP", 0)]);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::seed::menu::products;

    #[test]
    fn every_group_can_be_answered() {
        for group in GROUPS {
            assert!((0..=group.max).contains(&group.min), "{}", group.key);
            let usual = group
                .modifiers
                .iter()
                .filter(|modifier| modifier.usual)
                .count();
            assert!(usual <= group.max as usize, "{}", group.key);
            assert!(group.modifiers.len() >= group.max as usize, "{}", group.key);
        }
    }

    #[test]
    fn names_differ_within_a_group_and_keys_everywhere() {
        let keys: HashSet<_> = GROUPS.iter().map(|group| group.key).collect();
        assert_eq!(keys.len(), GROUPS.len());
        for group in GROUPS {
            let names: HashSet<_> = group
                .modifiers
                .iter()
                .map(|modifier| modifier.name.to_lowercase())
                .collect();
            assert_eq!(names.len(), group.modifiers.len(), "{}", group.key);
        }
    }

    #[test]
    fn what_is_usual_is_silent_and_what_is_loud_has_its_own_words() {
        for modifier in GROUPS.iter().flat_map(|group| group.modifiers) {
            assert!(!(modifier.usual && modifier.loud), "{}", modifier.name);
            assert_eq!(
                modifier.loud,
                modifier.kitchen_name.is_some(),
                "{}",
                modifier.name
            );
        }
    }

    #[test]
    fn every_group_is_asked_somewhere_and_is_in_the_list() {
        let asked: HashSet<_> = products()
            .flat_map(|product| product.groups)
            .map(|group| group.key)
            .collect();
        let listed: HashSet<_> = GROUPS.iter().map(|group| group.key).collect();
        assert_eq!(asked, listed);
    }
}

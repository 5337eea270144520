use super::choices::{
    BREAD, BREAKFAST_EXTRAS, EGG_STYLE, PANCAKE_TOPPINGS, ROLEX_EGGS, WITHOUT_EGG, WITHOUT_STEW,
};
use super::{Category, MadeAt, Product, Section};

pub static BREAKFAST: Category = Category {
    key: "breakfast",
    name: "Breakfast",
    icon: "egg",
    hue: 2,
    sections: &[EGGS, LOCAL, SWEET],
};

const EGGS: Section = Section {
    key: "eggs",
    name: "Rolex and eggs",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            301,
            "Rolex",
            8_500,
            420,
            "Omelette with cabbage and tomato, rolled in a fresh chapati.",
        )
        .in_luganda("Rolex y'amagi")
        .with(&[ROLEX_EGGS, BREAKFAST_EXTRAS, WITHOUT_EGG])
        .favourite(7),
        Product::new(
            302,
            "Beef rolex",
            14_000,
            480,
            "The same, with minced beef inside.",
        )
        .in_luganda("Rolex y'ennyama")
        .with(&[ROLEX_EGGS, BREAKFAST_EXTRAS, WITHOUT_EGG]),
        Product::new(
            303,
            "Eggs on toast",
            14_000,
            480,
            "Two eggs as you like them on buttered toast.",
        )
        .in_luganda("Amagi ku mugaati")
        .with(&[EGG_STYLE, BREAD, BREAKFAST_EXTRAS]),
        Product::new(
            304,
            "Spanish omelette",
            16_000,
            540,
            "Three eggs with onion, tomato and green pepper, and toast.",
        )
        .with(&[BREAD, BREAKFAST_EXTRAS, WITHOUT_EGG])
        .favourite(16),
        Product::new(
            305,
            "Full café breakfast",
            34_000,
            780,
            "Two eggs, bacon, beef sausage, beans, tomato, potatoes and toast.",
        )
        .with(&[EGG_STYLE, BREAD, WITHOUT_EGG]),
    ],
};

const LOCAL: Section = Section {
    key: "local breakfast",
    name: "From home",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            311,
            "Katogo with offal",
            17_000,
            480,
            "Matooke cooked in one pot with beef offal.",
        )
        .in_luganda("Katogo w'ebyenda")
        .with(&[WITHOUT_STEW])
        .favourite(12),
        Product::new(
            312,
            "Katogo with beans",
            13_000,
            480,
            "Matooke cooked in one pot with beans.",
        )
        .in_luganda("Katogo w'ebijanjaalo")
        .with(&[WITHOUT_STEW]),
        Product::new(
            313,
            "Millet porridge",
            7_000,
            300,
            "Smooth and slightly sour, with sugar and lemon apart.",
        )
        .in_luganda("Obuugi"),
        Product::new(
            314,
            "Sweet potatoes and groundnut sauce",
            12_000,
            420,
            "Steamed in banana leaves, the sauce poured over.",
        )
        .in_luganda("Lumonde n'ebinyeebwa"),
    ],
};

const SWEET: Section = Section {
    key: "pancakes and bowls",
    name: "Pancakes and bowls",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            321,
            "Buttermilk pancakes",
            18_000,
            600,
            "A stack of three with butter.",
        )
        .with(&[PANCAKE_TOPPINGS]),
        Product::new(
            322,
            "Banana pancakes",
            8_000,
            420,
            "Small and sweet, of ripe ndiizi and cassava flour.",
        )
        .in_luganda("Kabalagala"),
        Product::new(
            323,
            "Granola bowl",
            19_000,
            240,
            "House granola, yoghurt, pawpaw, pineapple and honey.",
        ),
        Product::new(
            324,
            "Avocado toast",
            20_000,
            360,
            "Ripe avocado with lime and chilli on toast.",
        )
        .in_luganda("Ovakedo ku mugaati")
        .with(&[BREAD, BREAKFAST_EXTRAS])
        .favourite(13),
        Product::new(
            325,
            "Fruit plate",
            15_000,
            240,
            "Whatever Nakasero market had this morning, peeled and cut.",
        )
        .in_luganda("Ebibala")
        .untaxed(),
    ],
};

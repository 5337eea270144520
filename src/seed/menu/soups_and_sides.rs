use super::choices::{CRUMBS, SALAD_ADDITION, SAUCES, WITHOUT_SALAD};
use super::{Category, MadeAt, Product, Section};

pub static SOUPS: Category = Category {
    key: "soups and salads",
    name: "Soups & salads",
    icon: "soup",
    hue: 3,
    sections: &[
        Section {
            key: "soups",
            name: "Soups",
            made_at: MadeAt::Kitchen,
            products: &[
                Product::new(
                    501,
                    "Pumpkin soup",
                    14_000,
                    360,
                    "Roast pumpkin with ginger.",
                )
                .in_luganda("Ssupu w'ensujju")
                .with(&[CRUMBS]),
                Product::new(
                    502,
                    "Goat soup",
                    16_000,
                    360,
                    "Clear, strong and on the bone.",
                )
                .in_luganda("Ssupu w'embuzi")
                .with(&[CRUMBS]),
            ],
        },
        Section {
            key: "salads",
            name: "Salads",
            made_at: MadeAt::Kitchen,
            products: &[
                Product::new(
                    511,
                    "Garden salad",
                    17_000,
                    360,
                    "Leaves, tomato, cucumber and carrot with lime dressing.",
                )
                .with(&[SALAD_ADDITION, WITHOUT_SALAD]),
                Product::new(
                    512,
                    "Chicken Caesar",
                    27_000,
                    480,
                    "Grilled chicken, leaves, croutons and hard cheese.",
                )
                .with(&[WITHOUT_SALAD])
                .favourite(19),
                Product::new(
                    513,
                    "Avocado and mango salad",
                    20_000,
                    420,
                    "With red onion, lime and toasted simsim.",
                )
                .with(&[SALAD_ADDITION, WITHOUT_SALAD]),
            ],
        },
    ],
};

pub static SIDES: Category = Category {
    key: "sides and bites",
    name: "Sides & bites",
    icon: "chef",
    hue: 2,
    sections: &[
        Section {
            key: "sides",
            name: "Sides",
            made_at: MadeAt::Kitchen,
            products: &[
                Product::new(
                    601,
                    "Chips",
                    9_000,
                    420,
                    "Hand-cut Kabale potatoes, fried twice.",
                )
                .with(&[SAUCES])
                .favourite(14),
                Product::new(
                    602,
                    "Matooke",
                    7_000,
                    180,
                    "Steamed in the leaf and mashed.",
                )
                .in_luganda("Amatooke"),
                Product::new(603, "Steamed rice", 6_000, 120, "A bowl of white rice.")
                    .in_luganda("Omuceere"),
                Product::new(
                    604,
                    "Greens",
                    6_000,
                    240,
                    "Sukuma or nakati fried with onion.",
                )
                .in_luganda("Enva endiirwa"),
                Product::new(605, "Chapati", 3_000, 180, "One, from the hot plate."),
            ],
        },
        Section {
            key: "bites",
            name: "Bites",
            made_at: MadeAt::Kitchen,
            products: &[
                Product::new(
                    611,
                    "Beef samosas",
                    6_000,
                    180,
                    "Two, crisp, with chilli sauce.",
                )
                .in_luganda("Sumbuusa z'ennyama")
                .favourite(18),
                Product::new(
                    612,
                    "Vegetable samosas",
                    5_000,
                    180,
                    "Two, with peas and potato.",
                )
                .in_luganda("Sumbuusa z'enva"),
                Product::new(
                    613,
                    "Chicken wings",
                    24_000,
                    780,
                    "Eight wings, dry rub or glazed.",
                )
                .in_luganda("Ebiwaawaatiro")
                .with(&[SAUCES]),
                Product::new(
                    614,
                    "Roasted groundnuts",
                    4_000,
                    60,
                    "A bowl, salted, for the table.",
                )
                .in_luganda("Ebinyeebwa"),
            ],
        },
    ],
};

use super::choices::{GLASS_SIZE, ICE, POUR, SERVED, SHAKE_FLAVOUR, SODA, SUGAR};
use super::{Category, MadeAt, Product, Section};

pub static SOFT: Category = Category {
    key: "juice and soda",
    name: "Juice & soda",
    icon: "cup",
    hue: 5,
    sections: &[
        Section {
            key: "juices",
            name: "Fresh juices",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    801,
                    "Passion juice",
                    9_000,
                    120,
                    "Pressed from purple passion fruit.",
                )
                .in_luganda("Katunda")
                .with(&[GLASS_SIZE, ICE, SUGAR]),
                Product::new(802, "Mango juice", 9_500, 120, "Thick enough for a spoon.")
                    .in_luganda("Muyembe")
                    .with(&[GLASS_SIZE, ICE]),
                Product::new(
                    803,
                    "Pineapple and ginger",
                    9_500,
                    150,
                    "Sweet first, then the ginger.",
                )
                .in_luganda("Ennaanansi n'entangawuuzi")
                .with(&[GLASS_SIZE, ICE]),
                Product::new(
                    804,
                    "Mixed fruit juice",
                    10_000,
                    150,
                    "Pawpaw, mango, passion and a little beetroot.",
                )
                .with(&[GLASS_SIZE, ICE, SUGAR]),
            ],
        },
        Section {
            key: "smoothies and shakes",
            name: "Smoothies and shakes",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    811,
                    "Mango and yoghurt smoothie",
                    14_000,
                    180,
                    "Blended with honey, nothing else.",
                )
                .with(&[GLASS_SIZE]),
                Product::new(
                    812,
                    "Green smoothie",
                    14_000,
                    180,
                    "Spinach, avocado, pineapple and mint.",
                )
                .with(&[GLASS_SIZE]),
                Product::new(
                    813,
                    "Milkshake",
                    16_000,
                    210,
                    "Two scoops of ice cream and cold milk.",
                )
                .with(&[SHAKE_FLAVOUR]),
            ],
        },
        Section {
            key: "water and soda",
            name: "Water and soda",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(821, "Water 500 ml", 3_000, 30, "Still, in a bottle.")
                    .in_luganda("Amazzi")
                    .sku("WATER-500")
                    .with(&[SERVED]),
                Product::new(
                    822,
                    "Sparkling water 330 ml",
                    6_000,
                    30,
                    "In a bottle, with a slice of lemon.",
                )
                .sku("SPARK-330")
                .with(&[SERVED]),
                Product::new(
                    823,
                    "Soda 300 ml",
                    4_000,
                    30,
                    "In the glass bottle it belongs in.",
                )
                .in_luganda("Ssooda")
                .sku("SODA-300")
                .with(&[SODA, SERVED]),
            ],
        },
    ],
};

pub static ALCOHOL: Category = Category {
    key: "beer and wine",
    name: "Beer & wine",
    icon: "beer",
    hue: 6,
    sections: &[
        Section {
            key: "beer",
            name: "Beer",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    901,
                    "Lager 500 ml",
                    8_000,
                    45,
                    "The country's own, in the brown bottle.",
                )
                .in_luganda("Bbiya")
                .sku("LAGER-500")
                .with(&[SERVED]),
                Product::new(902, "Stout 330 ml", 9_000, 45, "Black, bitter and strong.")
                    .sku("STOUT-330")
                    .with(&[SERVED]),
                Product::new(
                    903,
                    "Craft pale ale 330 ml",
                    15_000,
                    45,
                    "From a small brewery in Kampala.",
                )
                .sku("ALE-330")
                .with(&[SERVED]),
            ],
        },
        Section {
            key: "wine",
            name: "Wine",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    911,
                    "House red",
                    22_000,
                    60,
                    "South African, round and dry.",
                )
                .with(&[POUR]),
                Product::new(
                    912,
                    "House white",
                    22_000,
                    60,
                    "South African, crisp and cold.",
                )
                .with(&[POUR]),
            ],
        },
    ],
};

use super::choices::WARMED;
use super::{Category, MadeAt, Product, Section};

pub static BAKERY: Category = Category {
    key: "bakery",
    name: "Bakery",
    icon: "croissant",
    hue: 7,
    sections: &[
        // The counter hands out what was baked in the morning: the bar's work, not the kitchen's.
        Section {
            key: "pastries",
            name: "Pastries",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    701,
                    "Butter croissant",
                    8_000,
                    45,
                    "Baked at six, gone by eleven.",
                )
                .with(&[WARMED])
                .favourite(20),
                Product::new(702, "Cinnamon roll", 9_000, 45, "Soft, with a sugar crust.")
                    .with(&[WARMED]),
                Product::new(
                    703,
                    "Mandazi, two",
                    3_000,
                    45,
                    "Cardamom doughnuts for the tea.",
                )
                .with(&[WARMED]),
                Product::new(
                    704,
                    "Beef pie",
                    7_500,
                    60,
                    "Short crust filled with minced beef.",
                )
                .with(&[WARMED]),
            ],
        },
        Section {
            key: "cakes",
            name: "Cakes",
            made_at: MadeAt::Bar,
            products: &[
                Product::new(
                    711,
                    "Carrot cake",
                    13_000,
                    45,
                    "With walnuts and cream cheese.",
                ),
                Product::new(
                    712,
                    "Chocolate fudge cake",
                    14_000,
                    45,
                    "Dark, heavy, enough for two forks.",
                ),
                Product::new(
                    713,
                    "Banana bread",
                    7_000,
                    45,
                    "A thick slice, moist to the crust.",
                )
                .in_luganda("Keeki y'amenvu")
                .with(&[WARMED]),
            ],
        },
    ],
};

use super::choices::{COFFEE_EXTRAS, CUP_SIZE, ICE, MILK};
use super::{Category, MadeAt, Product, Section};

pub static COFFEE: Category = Category {
    key: "coffee",
    name: "Coffee",
    icon: "coffee",
    hue: 1,
    sections: &[ESPRESSO, WITH_MILK, FILTER, ICED],
};

const ESPRESSO: Section = Section {
    key: "espresso",
    name: "Espresso",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            101,
            "Espresso",
            6_500,
            60,
            "One short shot of our Rwenzori and Mount Elgon blend.",
        )
        .with(&[COFFEE_EXTRAS])
        .favourite(6),
        Product::new(
            102,
            "Double espresso",
            9_000,
            75,
            "Two shots in one small cup.",
        )
        .with(&[COFFEE_EXTRAS]),
        Product::new(
            103,
            "Americano",
            8_000,
            90,
            "A double shot lengthened with hot water.",
        )
        .with(&[CUP_SIZE, COFFEE_EXTRAS])
        .favourite(5),
        Product::new(
            104,
            "Macchiato",
            8_500,
            90,
            "A double shot marked with a spoon of milk foam.",
        )
        .with(&[MILK, COFFEE_EXTRAS]),
    ],
};

const WITH_MILK: Section = Section {
    key: "coffee with milk",
    name: "With milk",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            111,
            "Cappuccino",
            10_000,
            150,
            "Double shot, steamed milk, a thick cap of foam.",
        )
        .with(&[CUP_SIZE, MILK, COFFEE_EXTRAS])
        .favourite(1),
        Product::new(
            112,
            "Latte",
            11_000,
            150,
            "Double shot with plenty of silky milk.",
        )
        .with(&[CUP_SIZE, MILK, COFFEE_EXTRAS])
        .favourite(2),
        Product::new(
            113,
            "Flat white",
            11_000,
            150,
            "Double shot, less milk than a latte, hardly any foam.",
        )
        .with(&[MILK, COFFEE_EXTRAS])
        .favourite(4),
        Product::new(
            114,
            "Mocha",
            13_000,
            180,
            "Double shot, dark chocolate and steamed milk.",
        )
        .with(&[CUP_SIZE, MILK, COFFEE_EXTRAS]),
        Product::new(
            115,
            "Ginger latte",
            12_500,
            180,
            "A latte with fresh ginger and a little cinnamon.",
        )
        .with(&[CUP_SIZE, MILK, COFFEE_EXTRAS]),
        Product::new(
            116,
            "African coffee",
            9_500,
            300,
            "Ground coffee boiled in milk with ginger, the slow way.",
        )
        .in_luganda("Kaawa w'amata")
        .with(&[CUP_SIZE]),
    ],
};

const FILTER: Section = Section {
    key: "filter coffee",
    name: "Filter",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            121,
            "House filter",
            8_500,
            60,
            "From the big pot, brewed fresh every hour.",
        )
        .with(&[CUP_SIZE]),
        Product::new(
            122,
            "Pour-over, Bugisu",
            14_000,
            300,
            "One cup by hand from a single farm above Mbale.",
        ),
        Product::new(
            123,
            "French press for two",
            18_000,
            300,
            "Half a litre to share, pressed at the table.",
        ),
    ],
};

const ICED: Section = Section {
    key: "iced coffee",
    name: "Iced",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            131,
            "Iced latte",
            12_500,
            120,
            "Double shot and cold milk over ice.",
        )
        .with(&[MILK, ICE, COFFEE_EXTRAS])
        .favourite(11),
        Product::new(
            132,
            "Iced americano",
            9_500,
            90,
            "Double shot and cold water over ice.",
        )
        .with(&[ICE, COFFEE_EXTRAS]),
        Product::new(
            133,
            "Cold brew",
            13_000,
            45,
            "Steeped overnight in cold water, served black.",
        )
        .with(&[ICE]),
        Product::new(
            134,
            "Affogato",
            14_500,
            120,
            "A scoop of vanilla ice cream drowned in a hot espresso.",
        ),
    ],
};

use super::choices::{CUP_SIZE, MILK, SUGAR};
use super::{Category, MadeAt, Product, Section};

pub static TEA: Category = Category {
    key: "tea",
    name: "Tea & chocolate",
    icon: "cup",
    hue: 4,
    sections: &[WITH_MILK, INFUSIONS, CHOCOLATE],
};

const WITH_MILK: Section = Section {
    key: "tea with milk",
    name: "Tea and milk",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            201,
            "African tea",
            7_000,
            240,
            "Tea leaves boiled in fresh milk with ginger.",
        )
        .in_luganda("Caayi w'amata")
        .with(&[CUP_SIZE, SUGAR])
        .favourite(3),
        Product::new(
            202,
            "Masala chai",
            8_000,
            240,
            "Milk tea with cardamom, cloves and black pepper.",
        )
        .with(&[CUP_SIZE, MILK, SUGAR]),
        Product::new(
            203,
            "Black tea",
            5_000,
            90,
            "A pot of Fort Portal leaves, with lemon on request.",
        )
        .in_luganda("Caayi omukalu")
        .with(&[SUGAR]),
        Product::new(204, "Fresh milk", 5_000, 60, "A tall glass, hot or cold.")
            .in_luganda("Amata")
            .untaxed(),
    ],
};

const INFUSIONS: Section = Section {
    key: "infusions",
    name: "Infusions",
    made_at: MadeAt::Bar,
    products: &[
        Product::new(
            211,
            "Lemongrass and honey",
            7_500,
            180,
            "Fresh stalks from the garden, sweetened with wild honey.",
        )
        .in_luganda("Kisubi"),
        Product::new(
            212,
            "Hibiscus",
            7_000,
            180,
            "Deep red and a little sour, hot or over ice.",
        )
        .with(&[SUGAR]),
        Product::new(
            213,
            "Ginger, lemon and honey",
            9_000,
            180,
            "What everybody asks for when a cold goes round.",
        )
        .in_luganda("Ntangawuuzi")
        .favourite(15),
        Product::new(
            214,
            "Mint",
            6_500,
            150,
            "A handful of fresh leaves and hot water.",
        )
        .with(&[SUGAR]),
    ],
};

const CHOCOLATE: Section = Section {
    key: "chocolate",
    name: "Chocolate",
    made_at: MadeAt::Bar,
    products: &[Product::new(
        221,
        "Hot chocolate",
        11_000,
        180,
        "Ugandan cocoa melted into steamed milk.",
    )
    .with(&[CUP_SIZE, MILK])],
};

use super::choices::{
    BURGER_EXTRAS, CHICKEN_CUT, DONENESS, FISH_SIZE, HEAT, PATTY, SAUCES, SIDE, STAPLE,
    WITHOUT_BURGER, WITHOUT_STEW,
};
use super::{Category, MadeAt, Product, Section};

pub static MAINS: Category = Category {
    key: "mains",
    name: "Mains",
    icon: "utensils",
    hue: 8,
    sections: &[LOCAL, GRILL, BURGERS, PASTA],
};

const LOCAL: Section = Section {
    key: "local mains",
    name: "From home",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            401,
            "Chicken luwombo",
            36_000,
            900,
            "Steamed for hours in a banana leaf with groundnut sauce.",
        )
        .in_luganda("Luwombo lw'enkoko")
        .with(&[STAPLE, CHICKEN_CUT, WITHOUT_STEW])
        .favourite(10),
        Product::new(
            402,
            "Beef stew",
            26_000,
            720,
            "Slow-cooked with carrots and tomato.",
        )
        .in_luganda("Ennyama y'ente")
        .with(&[STAPLE, WITHOUT_STEW]),
        Product::new(
            403,
            "Smoked fish in groundnut sauce",
            28_000,
            720,
            "Smoked tilapia in a thick sauce of ground groundnuts.",
        )
        .in_luganda("Ekyenyanja mu binyeebwa")
        .with(&[STAPLE, WITHOUT_STEW]),
        Product::new(
            404,
            "Goat pilau",
            29_000,
            660,
            "Spiced rice with goat, kachumbari on the side.",
        )
        .in_luganda("Pilawo w'embuzi")
        .with(&[WITHOUT_STEW])
        .favourite(17),
        Product::new(
            405,
            "Beans and greens",
            18_000,
            540,
            "Stewed beans with nakati and pumpkin.",
        )
        .in_luganda("Ebijanjaalo n'enva")
        .with(&[STAPLE, WITHOUT_STEW]),
    ],
};

const GRILL: Section = Section {
    key: "grill",
    name: "From the grill",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            411,
            "Whole tilapia",
            45_000,
            1_200,
            "From the lake, scored, grilled or fried whole, with lemon.",
        )
        .in_luganda("Engege")
        .with(&[FISH_SIZE, SIDE, SAUCES])
        .favourite(9),
        Product::new(
            412,
            "Sirloin, 250 g",
            52_000,
            1_080,
            "Aged Ankole beef with herb butter.",
        )
        .with(&[DONENESS, SIDE, SAUCES]),
        Product::new(
            413,
            "T-bone, 400 g",
            64_000,
            1_200,
            "For a serious appetite.",
        )
        .with(&[DONENESS, SIDE, SAUCES]),
        Product::new(
            414,
            "Half chicken",
            38_000,
            1_200,
            "Marinated overnight in lemon and garlic.",
        )
        .in_luganda("Enkoko enjokye")
        .with(&[SIDE, SAUCES]),
        Product::new(
            415,
            "Pork ribs",
            48_000,
            1_200,
            "Glazed with honey and ginger.",
        )
        .in_luganda("Embizzi")
        .with(&[SIDE, SAUCES]),
        Product::new(
            416,
            "Grill platter for four",
            120_000,
            1_500,
            "Chicken, goat, beef skewers and sausages with two sides.",
        )
        .with(&[SAUCES]),
    ],
};

const BURGERS: Section = Section {
    key: "burgers and wraps",
    name: "Burgers and wraps",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            421,
            "Beef burger",
            30_000,
            840,
            "180 g patty in a milk bun, with chips.",
        )
        .with(&[PATTY, BURGER_EXTRAS, WITHOUT_BURGER])
        .favourite(8),
        Product::new(
            422,
            "Chicken burger",
            29_000,
            840,
            "Crumbed breast with cabbage slaw, with chips.",
        )
        .with(&[BURGER_EXTRAS, WITHOUT_BURGER]),
        Product::new(
            423,
            "Bean burger",
            25_000,
            780,
            "Patty of beans and beetroot, with chips.",
        )
        .with(&[BURGER_EXTRAS, WITHOUT_BURGER]),
        Product::new(
            424,
            "Chicken wrap",
            27_000,
            660,
            "Grilled chicken and avocado in a chapati, with chips.",
        )
        .with(&[WITHOUT_BURGER, SAUCES]),
        Product::new(
            425,
            "Club sandwich",
            28_000,
            660,
            "Three floors of chicken, egg, bacon and tomato, with chips.",
        )
        .with(&[WITHOUT_BURGER]),
    ],
};

const PASTA: Section = Section {
    key: "pasta and curry",
    name: "Pasta and curry",
    made_at: MadeAt::Kitchen,
    products: &[
        Product::new(
            431,
            "Spaghetti bolognese",
            29_000,
            720,
            "Minced beef simmered with tomato and herbs.",
        ),
        Product::new(
            432,
            "Penne with mushrooms",
            28_000,
            720,
            "Oyster mushrooms in cream and garlic.",
        )
        .in_luganda("Penne n'obutiko"),
        Product::new(
            433,
            "Chicken curry",
            33_000,
            780,
            "Coconut, tomato and a lot of ginger, with rice.",
        )
        .with(&[HEAT, CHICKEN_CUT, WITHOUT_STEW]),
        Product::new(
            434,
            "Chickpea curry",
            25_000,
            720,
            "Chickpeas and spinach in coconut milk, with rice.",
        )
        .with(&[HEAT, WITHOUT_STEW]),
    ],
};

//! The café in which it all happens: a fresh one, a few products of each kind, and the book's first page.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use time::macros::datetime;
use uuid::Uuid;

use super::actors::PEOPLE;
use super::afterwards::COMP_LIMIT;
use super::book::{Book, Person, Role, Table, TaxClass};
use super::menu::{Choice, Group, PriceList, Product};
use super::refunds::REFUND_LIMIT;
use crate::house::House;
use crate::pesapal::Cafe;
use cafe_pos::live::Changed;

/// One tap, words, sizes that make cheaper, required choices, second names, tax-free things, and something free.
const SOLD: [&str; 11] = [
    "Espresso",
    "Latte",
    "Iced latte",
    "Fresh milk",
    "Water 500 ml",
    "Soda 300 ml",
    "Rolex",
    "Beef burger",
    "Sirloin, 250 g",
    "Fruit plate",
    "Chips",
];

/// Makes the menu a little harder: usual choices that may be left out, and something that costs nothing.
const HARDER: &str = "\
    UPDATE products SET price = 0 WHERE name = 'Water 500 ml'; \
    UPDATE modifiers SET is_default = true WHERE name = 'Kachumbari'; \
    UPDATE modifiers SET is_default = true WHERE name = 'Little ice';";

const TAXES: &str = "SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'bp', rate_bp) ORDER BY sort, name) AS taxes FROM tax_classes";

const MENU: &str = "SELECT jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'second', p.kitchen_name, 'price', p.price, \
    'tax', t.name, 'bp', t.rate_bp, 'station', s.sort - 1, 'prep', p.prep_seconds, \
    'groups', (SELECT coalesce(jsonb_agg(jsonb_build_object('min', g.min_choices, 'max', g.max_choices, \
       'choices', (SELECT jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name, 'cook', coalesce(m.kitchen_name, m.name), \
           'price', m.price_delta, 'usual', m.is_default, 'loud', m.loud) ORDER BY m.sort, m.name) \
           FROM modifiers m WHERE m.group_id = g.id)) ORDER BY g.min_choices = 0, x.sort), '[]') \
       FROM product_modifier_groups x JOIN modifier_groups g ON g.id = x.group_id WHERE x.product_id = p.id)) ORDER BY p.number) AS menu \
    FROM products p JOIN tax_classes t ON t.id = p.tax_class_id JOIN stations s ON s.id = p.station_id WHERE p.name = ANY($1)";

const TABLES: &str = "SELECT jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'area', a.name, 'seats', t.seats) \
    ORDER BY a.sort, t.sort) AS tables FROM dining_tables t JOIN areas a ON a.id = t.area_id";

/// A morning at nine in Kampala.
pub fn morning() -> i64 {
    datetime!(2030-03-04 06:00 UTC).unix_timestamp()
}

/// A fresh café with a Pesapal beside it, which rounds cash to this, and its book.
pub async fn open(unit: i64) -> (Cafe, Book) {
    let cafe = Cafe::open().await;
    let house = &cafe.house;
    house
        .db
        .execute_unprepared(HARDER)
        .await
        .expect("a harder menu");
    let setting = format!(
        "INSERT INTO settings (key, value, updated_at) VALUES ('compLimit', '{COMP_LIMIT}', now()), \
         ('refundLimit', '{REFUND_LIMIT}', now()), ('cashRounding', '{unit}', now())"
    );
    house.execute(&setting, []).await;
    house.app.live().publish(vec![Changed::Settings]);
    let taxes: Value = house
        .row(TAXES, [])
        .await
        .try_get("", "taxes")
        .expect("taxes");
    let stations = [
        house.id("stations", "name", "Kitchen").await,
        house.id("stations", "name", "Bar").await,
    ];
    let sold: Vec<String> = SOLD.iter().map(|name| (*name).to_owned()).collect();
    let menu = house.row(MENU, [sold.into()]).await;
    let menu: Value = menu.try_get("", "menu").expect("a menu");
    let tables: Value = house
        .row(TABLES, [])
        .await
        .try_get("", "tables")
        .expect("tables");
    let mut people = Vec::new();
    for (username, role, terminal) in PEOPLE {
        people.push(person(house, username, role, terminal).await);
    }
    // Whoever agrees has chosen a PIN.
    let agreeing = people.iter().filter(|one| one.role.manages()).count();
    let pins = i64::try_from(agreeing).expect("few people");
    let book = Book {
        people,
        tables: list(&tables).map(table).collect(),
        stations,
        taxes: list(&taxes).map(tax).collect(),
        menu: list(&menu).map(product).collect(),
        orders: Vec::new(),
        tickets: Vec::new(),
        shifts: Vec::new(),
        payments: Vec::new(),
        refunds: Vec::new(),
        waits: Vec::new(),
        links: Vec::new(),
        kept: Vec::new(),
        heard: None,
        leaves_a_trace: false,
        numbers: BTreeMap::new(),
        reports: 0,
        deeds: BTreeMap::from([("staff.pin_set", pins)]),
        minted: 0,
        unit,
        now: morning(),
        lists: price_lists(house).await,
    };
    (cafe, book)
}

/// Two lists with nothing on them yet, which overlap in the morning.
async fn price_lists(house: &House) -> Vec<PriceList> {
    let mut lists = Vec::new();
    for (sort, (name, hours)) in [
        ("Early birds", (9 * 60 + 20, 10 * 60 + 30)),
        ("Brunch", (10 * 60, 12 * 60)),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, sort) = (Uuid::now_v7(), i32::try_from(sort).expect("few lists"));
        let (from, until) = hours;
        let sql = format!(
            "INSERT INTO price_lists (id, name, weekdays, from_minute, until_minute, active, sort) \
             VALUES ('{id}', '{name}', 127, {from}, {until}, true, {sort})"
        );
        house.execute(&sql, []).await;
        lists.push(PriceList {
            id,
            name,
            hours,
            prices: BTreeMap::new(),
        });
    }
    lists
}

async fn person(
    house: &House,
    username: &'static str,
    role: Role,
    terminal: Option<&'static str>,
) -> Person {
    let (id, name) = match role {
        Role::Display(_) => (Uuid::nil(), username.to_owned()),
        _ => {
            let row = house
                .row(
                    "SELECT id, name FROM staff WHERE username = $1",
                    [username.into()],
                )
                .await;
            (
                row.try_get("", "id").expect("an id"),
                row.try_get("", "name").expect("a name"),
            )
        }
    };
    let drawer = terminal.filter(|terminal| terminal.starts_with("Till"));
    Person {
        id,
        username,
        name,
        role,
        drawer,
        on_terminal: terminal.is_some(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn said(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn id(value: &Value) -> Uuid {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("an id")
}

fn tax(value: &Value) -> TaxClass {
    TaxClass {
        id: id(&value["id"]),
        name: said(&value["name"]),
        bp: number(&value["bp"]),
    }
}

fn table(value: &Value) -> Table {
    Table {
        id: id(&value["id"]),
        code: said(&value["code"]),
        area: said(&value["area"]),
        seats: number(&value["seats"]),
    }
}

fn product(value: &Value) -> Product {
    Product {
        id: id(&value["id"]),
        name: said(&value["name"]),
        second: value["second"].as_str().map(str::to_owned),
        price: number(&value["price"]),
        listed: None,
        tax_name: said(&value["tax"]),
        tax_bp: number(&value["bp"]),
        station: usize::try_from(number(&value["station"])).expect("a station"),
        prep_seconds: value["prep"].as_i64(),
        groups: list(&value["groups"]).map(group).collect(),
        sold_out: false,
        out_until: None,
        left: None,
    }
}

fn group(value: &Value) -> Group {
    Group {
        min: usize::try_from(number(&value["min"])).expect("a number"),
        max: usize::try_from(number(&value["max"])).expect("a number"),
        choices: list(&value["choices"]).map(choice).collect(),
    }
}

fn choice(value: &Value) -> Choice {
    Choice {
        id: id(&value["id"]),
        name: said(&value["name"]),
        cook: said(&value["cook"]),
        price: number(&value["price"]),
        usual: value["usual"] == true,
        loud: value["loud"] == true,
        sold_out: false,
    }
}

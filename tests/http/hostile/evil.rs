//! A café where everything that can be written down is written down by somebody who means harm.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use uuid::Uuid;

use super::scene::attempt_on;
use crate::house::*;

/// Texts that break out of wherever they are put, if they can: then an element or an attribute is called "evil".
pub const EVIL: [&str; 14] = [
    "<script evil>evil()</script>",
    "\"><img evil src=x onevil=x>",
    "' onevil='x' evil='",
    "</textarea></title><x-evil>",
    "{line}{id}<x-evil>",
    "\" hx-evil=\"/sign-out\" x-evil=\"",
    "\\\"}],\"x-evil\":\"<x-evil>",
    "--><iframe evil src=javascript:x>",
    "</script></style><svg/onevil=x>",
    "`onevil=x` &quot; evil=&quot;",
    "js:evil() &#x22;&gt;<x-evil>",
    // These two no form lets through, but an import or an older version may have.
    "\u{202e}<x-evil>\u{2066}e\u{301}\u{301}\u{301}\u{301}",
    "a\nevent: evil\ndata: <x-evil>\r\n\r\ndata: evil",
    // It fits into the shortest column of all.
    "\"><b evil>",
];

/// How many of them a form takes.
const TYPED: usize = 11;

/// Text columns that hold words of the program, never of people; a username has letters and digits only. The name of a
/// discount is people's: it stands with its share, and is written where one is given.
const WORDS_OF_THE_PROGRAM: &[&str] = &[
    "staff.username",
    "staff.role",
    "staff.password_hash",
    "staff.pin_hash",
    "settings.key",
    "stations.kind",
    "terminals.kind",
    "printers.address",
    "print_jobs.kind",
    "print_jobs.state",
    "print_jobs.only_once",
    "categories.icon",
    "products.image",
    "orders.kind",
    "orders.reference",
    "orders.discount_name",
    "order_lines.discount_name",
    "refunds.kind",
    "pesapal_refunds.state",
    "order_lines.state",
    "tickets.kind",
    "payments.method",
    "payment_attempts.method",
    "payment_attempts.state",
    "statements.provider",
    "statement_lines.provider",
    "statement_lines.bare",
    "cash_entries.kind",
    "shifts.cash",
    "receipt_links.token",
    "receipt_prints.kind",
    "report_prints.kind",
    "shift_tender_counts.method",
    "approval_requests.deed",
    "approval_requests.address",
    "approval_requests.state",
    "audit_log.deed",
    "audit_log.subject",
    "idempotency_keys.key",
    "idempotency_keys.actor",
    "idempotency_keys.deed",
    "sign_in_failures.source",
    "sign_in_locks.source",
    "job_runs.job",
    "seaql_migrations.version",
];

/// Whether this café is written by people who mean harm, or by others: then it shows what its pages are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Evil,
    Plain,
}

impl Ink {
    fn typed(self, number: usize) -> &'static str {
        match self {
            Ink::Evil => EVIL[number % TYPED],
            Ink::Plain => "plain words",
        }
    }
}

/// A day of trade in such a café: something of everything, named and remarked upon.
pub async fn trade(house: &House, ink: Ink) {
    settings(house, ink).await;
    price_something(house, ink).await;
    print_something(house, ink).await;
    if ink == Ink::Evil {
        write_everywhere(house).await;
    }
    let mut till = house.with_float(CASHIER).await;
    for number in 0..6 {
        let order = open(house, &mut till, ink, number).await;
        fill(house, &mut till, ink, order, number).await;
        let at = |what: &str| format!("/orders/{order}/{what}");
        match number {
            0 => drop(
                till.post(&at("cancellation"), &[("reason", ink.typed(number))])
                    .await,
            ),
            1 => {
                till.hand_over_to_kitchen(order)
                    .await
                    .must_be(StatusCode::OK);
                let table = first_table(house).await;
                till.post(&at("place"), &[("table", table.as_str())])
                    .await
                    .must_be(StatusCode::OK);
                ask_a_manager(house, &mut till, ink, order).await;
            }
            2 => {
                till.hand_over_to_kitchen(order)
                    .await
                    .must_be(StatusCode::OK);
                cook(house).await;
            }
            4 => wait_for_money(house, &mut till, ink, order).await,
            3 => drop(
                till.post(&at("payments"), &[("part", "full")])
                    .await
                    .must_be(StatusCode::OK),
            ),
            5 => {
                let form = [("percent", "5"), ("chosen", ink.typed(number))];
                till.post(&at("discount"), &form)
                    .await
                    .must_be(StatusCode::OK);
            }
            _ => {}
        }
    }
    give_back(house, ink).await;
    house.execute(&attempt_on("cancelled_at IS NULL"), []).await;
    close_a_shift(house, ink).await;
    if ink == Ink::Evil {
        write_everywhere(house).await;
    }
}

async fn settings(house: &House, ink: Ink) {
    for (number, key) in ["cafeName", "address", "taxNumber", "receiptFooter"]
        .into_iter()
        .enumerate()
    {
        let value = serde_json::Value::from(ink.typed(number));
        let sql = "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, now()) \
            ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        house.execute(sql, [key.into(), value.into()]).await;
    }
    let templates = match ink {
        Ink::Evil => serde_json::json!(EVIL),
        Ink::Plain => serde_json::json!(["plain words"]),
    };
    let sql = "INSERT INTO settings (key, value, updated_at) VALUES ('noteTemplates', $1, now())";
    house.execute(sql, [templates.into()]).await;
}

/// Puts evil into every text of every table, each row its own; a new column is written to without being named here.
async fn write_everywhere(house: &House) {
    let sql = "SELECT string_agg(c.table_name || '.' || c.column_name, ' ' ORDER BY 1) AS names \
        FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name AND t.schemaname = 'public' \
        WHERE c.table_schema = 'public' AND c.data_type IN ('text', 'character varying')";
    let names: String = house
        .row(sql, [])
        .await
        .try_get("", "names")
        .expect("names");
    let names = names
        .split(' ')
        .filter(|name| !WORDS_OF_THE_PROGRAM.contains(name));
    for (number, name) in names.enumerate() {
        let (table, column) = name.split_once('.').expect("a column");
        house
            .execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"), [])
            .await;
        let evil = EVIL[number % (EVIL.len() - 1)];
        let tries = [evil, EVIL[EVIL.len() - 1]];
        let mut done = false;
        for text in tries {
            let sql = format!(
                "UPDATE {table} SET {column} = $1 || n FROM (SELECT ctid AS at, row_number() OVER () AS n FROM {table}) r \
                 WHERE {table}.ctid = r.at"
            );
            use sea_orm::ConnectionTrait;
            let statement = sea_orm::Statement::from_sql_and_values(
                house.db.get_database_backend(),
                sql,
                [text.into()],
            );
            done = done || house.db.execute_raw(statement).await.is_ok();
        }
        assert!(
            done,
            "{name} takes no text of people: add it to WORDS_OF_THE_PROGRAM in tests/http/hostile/evil.rs"
        );
    }
    // Two tills are called as these tests call them.
    for number in [1, 2] {
        let sql = format!(
            "UPDATE terminals SET name = 'Till {number}' WHERE id = \
             (SELECT id FROM terminals WHERE kind = 'till' ORDER BY id OFFSET {number} - 1 LIMIT 1)"
        );
        house.execute(&sql, []).await;
    }
    house.app.live().publish(vec![
        cafe_pos::live::Changed::Menu,
        cafe_pos::live::Changed::Settings,
    ]);
}

/// A list on which one product has a price, at hours that are over.
async fn price_something(house: &House, ink: Ink) {
    let sql = "WITH l AS (INSERT INTO price_lists (id, name, weekdays, from_minute, until_minute, active) \
                          VALUES (gen_random_uuid(), $1, 31, 960, 1080, false) RETURNING id) \
               INSERT INTO listed_prices (price_list_id, product_id, price) SELECT l.id, p.id, 100 FROM l, products p ORDER BY p.id LIMIT 1";
    let name: String = ink.typed(1).chars().take(40).collect();
    house.execute(sql, [name.into()]).await;
}

/// Printers that fail, and what waits for them.
async fn print_something(house: &House, ink: Ink) {
    let sql = "WITH p AS (INSERT INTO printers (id, name, address, paper, active, created_at, failing_since, failure) \
                          VALUES (gen_random_uuid(), $1, '192.168.1.50', 80, true, now(), now(), $1) RETURNING id) \
               INSERT INTO print_jobs (id, printer_id, kind, title, slip, state, asked_by, reason, created_at, ended_at) \
               SELECT gen_random_uuid(), p.id, 'receipt', $1, jsonb_build_object('name', $1::text, 'elements', jsonb_build_array( \
                        jsonb_build_object('is', 'row', 'left', $1::text, 'right', $1::text))), 'failed', $1, $1, now(), now() FROM p";
    let name: String = ink.typed(2).chars().take(40).collect();
    house.execute(sql, [name.into()]).await;
}

async fn first_table(house: &House) -> String {
    let table = house
        .row("SELECT id FROM dining_tables ORDER BY id LIMIT 1", [])
        .await;
    let table: Uuid = table.try_get("", "id").expect("a table");
    table.to_string()
}

async fn open(house: &House, till: &mut Device, ink: Ink, number: usize) -> OrderId {
    let id = OrderId::new();
    let table = first_table(house).await;
    let name = ink.typed(number);
    let phone: String = ink.typed(number + 3).chars().take(30).collect();
    let form = match number % 2 {
        0 => vec![
            ("kind", "dine_in"),
            ("table", table.as_str()),
            ("guests", "2"),
        ],
        _ => vec![
            ("kind", "takeaway"),
            ("name", name),
            ("phone", phone.as_str()),
        ],
    };
    till.put(&format!("/orders/{id}"), &form)
        .await
        .must_be(StatusCode::OK);
    id
}

/// A line with every choice it usually has, and notes.
async fn fill(house: &House, till: &mut Device, ink: Ink, order: OrderId, number: usize) {
    let sql = "SELECT string_agg(id::text, ' ') AS ids FROM (SELECT p.id FROM products p \
        JOIN product_modifier_groups g ON g.product_id = p.id GROUP BY p.id ORDER BY p.id LIMIT 3) AS found";
    let ids: String = house
        .row(sql, [])
        .await
        .try_get("", "ids")
        .expect("products");
    for (at, product) in ids.split(' ').enumerate() {
        let form = [
            ("product", product),
            ("note", ink.typed(number + at)),
            ("allergy", ink.typed(number + at + 5)),
            ("seat", "1"),
        ];
        let told = till.post(&format!("/orders/{order}/lines"), &form).await;
        assert!(told.status == StatusCode::OK, "{}", told.text);
    }
}

/// Somebody asks a manager to strike a line out.
async fn ask_a_manager(house: &House, till: &mut Device, ink: Ink, order: OrderId) {
    let sql = format!("SELECT id FROM order_lines WHERE order_id = '{order}' LIMIT 1");
    let line: Uuid = house.row(&sql, []).await.try_get("", "id").expect("a line");
    let ask = Uuid::now_v7().to_string();
    let form = [("reason", ink.typed(6)), ("ask", ask.as_str())];
    till.post(&format!("/orders/{order}/lines/{line}/void"), &form)
        .await
        .must_be(StatusCode::OK);
}

/// Mobile money that is waited for, some that came for nothing, and a statement that knows of neither.
async fn wait_for_money(house: &House, till: &mut Device, ink: Ink, order: OrderId) {
    let payer: String = ink.typed(1).chars().take(60).collect();
    let asked = [
        ("method", "mtn_momo"),
        ("part", "full"),
        ("payer", payer.as_str()),
    ];
    for _ in 0..2 {
        till.post(&format!("/orders/{order}/attempts"), &asked)
            .await
            .must_be(StatusCode::OK);
    }
    let attempt = "SELECT id FROM payment_attempts ORDER BY id LIMIT 1";
    let attempt: Uuid = house
        .row(attempt, [])
        .await
        .try_get("", "id")
        .expect("an id");
    let failed = [("deed", "failed"), ("reason", ink.typed(2))];
    till.post(&format!("/payments/attempts/{attempt}/failure"), &failed)
        .await
        .must_be(StatusCode::OK);
    let loose = [
        ("method", "airtel_money"),
        ("transaction", "MP261126.1"),
        ("amount", "500"),
        ("payer", payer.as_str()),
    ];
    till.post("/payments/unplaced", &loose)
        .await
        .must_be(StatusCode::OK);
    let manager = house.person(MANAGER).await;
    let file = format!(
        "Transaction ID,Date,From,Amount\n3261126420,2026-11-20 14:03,\"{0}\",500\nMP261126.1,2026-11-20,\"{0}\",700\n",
        ink.typed(0).replace('"', "\"\"")
    );
    crate::statements::upload(
        &manager,
        ink.typed(3),
        file.as_bytes(),
        "airtel_money",
        &key(),
    )
    .await
    .must_be(StatusCode::OK);
}

/// Every ticket is worked on, one is bumped.
async fn cook(house: &House) {
    let mut manager = house.person(MANAGER).await;
    let tickets = "SELECT string_agg(id::text, ' ') AS ids FROM tickets";
    let ids: String = house
        .row(tickets, [])
        .await
        .try_get("", "ids")
        .expect("tickets");
    for (number, ticket) in ids.split(' ').enumerate() {
        let deed = if number == 0 { "bump" } else { "start" };
        manager
            .post(&format!("/kitchen/tickets/{ticket}/{deed}"), &[])
            .await;
    }
}

/// A manager gives a part of the payment back.
async fn give_back(house: &House, ink: Ink) {
    let payment = house.row("SELECT id FROM payments LIMIT 1", []).await;
    let payment: Uuid = payment.try_get("", "id").expect("a payment");
    let mut manager = house.with_float(MANAGER).await;
    let form = [("amount", "500"), ("reason", ink.typed(7))];
    manager
        .post(&format!("/payments/{payment}/refund"), &form)
        .await
        .must_be(StatusCode::OK);
}

/// A manager closes the shift of somebody whose drawer is short, with a reason.
async fn close_a_shift(house: &House, ink: Ink) {
    let mut brian = house.with_float(OTHER_CASHIER).await;
    let shift = house
        .row(
            "SELECT h.id FROM shifts h ORDER BY h.opened_at DESC LIMIT 1",
            [],
        )
        .await;
    let shift: Uuid = shift.try_get("", "id").expect("a shift");
    let order = open(house, &mut brian, ink, 1).await;
    fill(house, &mut brian, ink, order, 2).await;
    brian
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let order = order.to_string();
    let form = [
        ("order", order.as_str()),
        ("deed", "carry_over"),
        ("reason", ink.typed(3)),
    ];
    brian
        .post(&format!("/shifts/{shift}/orders"), &form)
        .await
        .must_be(StatusCode::OK);
    let form = [
        ("movement", "paid_in"),
        ("amount", "500"),
        ("reason", ink.typed(4)),
    ];
    brian
        .post(&format!("/shifts/{shift}/cash"), &form)
        .await
        .must_be(StatusCode::OK);
    let count = [("count_10000", "4")];
    brian
        .post(&format!("/shifts/{shift}/count"), &count)
        .await
        .must_be(StatusCode::OK);
    let screen = brian.get(&format!("/shifts/{shift}/count")).await;
    let count = screen
        .attributes("#close input[name='count']", "value")
        .remove(0);
    let mut manager = house.person(MANAGER).await;
    let form = [("count", count.as_str()), ("reason", ink.typed(5))];
    manager
        .change(
            Method::POST,
            &format!("/shifts/{shift}/close"),
            &form,
            &key(),
        )
        .await
        .must_be(StatusCode::OK);
}

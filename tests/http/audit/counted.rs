//! The exception list: each person's figures, whoever agreed, the patterns, and the rows behind them.

use std::collections::BTreeMap;

use super::*;

const COLUMNS: [&str; 8] = [
    "Voids",
    "Comps",
    "Discounts",
    "Removed",
    "No-sales",
    "Reprints",
    "Changed after bill",
    "Refunds",
];

async fn person(house: &House, username: &str) -> String {
    let id: uuid::Uuid = house.id("staff", "username", username).await;
    id.to_string()
}

/// The figures of a row by its column; what is not counted is left out.
fn figures(page: &Answer, row: &str, columns: &[&str]) -> BTreeMap<String, String> {
    columns
        .iter()
        .map(|column| {
            (
                (*column).to_owned(),
                page.all(&format!("#{row} td[data-of='{column}']"))
                    .join(" "),
            )
        })
        .filter(|(_, figure)| figure != "–" && !figure.is_empty())
        .collect()
}

fn counts(page: &Answer, row: &str, columns: &[&str]) -> BTreeMap<String, i64> {
    let count = |column: &str| {
        let links = page.all(&format!("#{row} td[data-of='{column}'] a"));
        links.first().map(|count| count.parse().expect("a number"))
    };
    let counted = columns.iter();
    counted
        .filter_map(|column| Some(((*column).to_owned(), count(column)?)))
        .collect()
}

/// The same figures out of the log, which is another source than most of the list's.
async fn out_of_the_log(house: &House, column: &str, person: &str) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for (name, wanted) in [
        ("Voids", "deed = 'order.line_voided'"),
        ("Comps", "deed = 'order.line_comped'"),
        ("Discounts", "deed = 'order.discounted'"),
        ("Removed", "deed = 'order.line_removed'"),
        ("No-sales", "deed = 'drawer.opened'"),
        (
            "Reprints",
            "deed IN ('receipt.printed', 'bill.printed') AND after ->> 'kind' = 'copy'",
        ),
        ("Changed after bill", "deed = 'order.changed_after_bill'"),
        ("Refunds", "deed = 'payment.refunded'"),
    ] {
        let sql =
            format!("SELECT count(*) FROM audit_log WHERE {wanted} AND {column} = '{person}'");
        let count = house.number(&sql).await;
        if count > 0 {
            found.insert(name.to_owned(), count);
        }
    }
    found
}

async fn comp(house: &House, till: &mut Device, order: OrderId, name: &str) {
    let line = line_of(house, order, name, "sent").await;
    let form = agreed(house, &[("quantity", "1"), ("chosen", "Staff meal")]).await;
    post(till, &format!("/orders/{order}/lines/{line}/comp"), &form)
        .await
        .must_be(StatusCode::OK);
}

/// A day on which two people did a bit of everything.
async fn day() -> House {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let order = waiter.sit_down("3", "2").await;
    let at = |rest: &str| format!("/orders/{order}{rest}");
    for product in ["Chips", "Chips", "Espresso", "Cappuccino"] {
        waiter.tap(order, product).await.must_be(StatusCode::OK);
    }
    // Pieces of a line, and a line.
    let chips = line_of(&house, order, "Chips", "unsent").await;
    waiter
        .post(&at(&format!("/lines/{chips}/quantity")), &[("by", "-1")])
        .await
        .must_be(StatusCode::OK);
    let cappuccino = line_of(&house, order, "Cappuccino", "unsent").await;
    waiter
        .delete(&at(&format!("/lines/{cappuccino}")))
        .await
        .must_be(StatusCode::OK);
    waiter
        .tap(order, "Cappuccino")
        .await
        .must_be(StatusCode::OK);
    waiter
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let discount = agreed(&house, &[("percent", "10"), ("chosen", "Took too long")]).await;
    post(&mut waiter, &at("/discount"), &discount)
        .await
        .must_be(StatusCode::OK);
    comp(&house, &mut waiter, order, "Cappuccino").await;
    for _ in 0..2 {
        waiter
            .post(&at("/bills"), &[])
            .await
            .must_be(StatusCode::OK);
    }
    void(&house, &mut waiter, order, "Chips").await;

    let mut cashier = house.till(CASHIER, "Till 1").await;
    let float = [("cash", "drawer"), ("count_10000", "5")];
    cashier
        .post("/shift/float", &float)
        .await
        .must_be(StatusCode::OK);
    let shift: uuid::Uuid = house
        .row(
            "SELECT s.id FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE p.username = $1 AND s.closed_at IS NULL",
            [CASHIER.into()],
        )
        .await
        .try_get("", "id")
        .expect("a shift");
    let sale = cashier.counter_sale().await;
    for product in ["Espresso", "Chips"] {
        cashier.tap(sale, product).await.must_be(StatusCode::OK);
    }
    // A part in cash, then something is struck out, and the drawer opened beside it.
    cashier
        .hand_over_to_kitchen(sale)
        .await
        .must_be(StatusCode::OK);
    cashier
        .post(
            &format!("/orders/{sale}/payments"),
            &[("part", "amount"), ("amount", "500"), ("tendered", "500")],
        )
        .await
        .must_be(StatusCode::OK);
    void(&house, &mut cashier, sale, "Chips").await;
    let why = agreed(&house, &[("chosen", "Change for a guest")]).await;
    post(&mut cashier, &format!("/shifts/{shift}/openings"), &why)
        .await
        .must_be(StatusCode::OK);
    let payment: uuid::Uuid = house
        .row("SELECT id FROM payments", [])
        .await
        .try_get("", "id")
        .expect("a payment");
    for _ in 0..3 {
        cashier
            .post(&format!("/payments/{payment}/prints"), &[])
            .await
            .must_be(StatusCode::OK);
    }
    let back = agreed(
        &house,
        &[("kind", "wrong_payment"), ("chosen", "Wrong method taken")],
    )
    .await;
    post(&mut cashier, &format!("/payments/{payment}/refund"), &back)
        .await
        .must_be(StatusCode::OK);
    house
}

#[tokio::test]
async fn each_persons_figures_are_those_of_the_log() {
    let house = day().await;
    let mut manager = house.person(MANAGER).await;
    let page = manager
        .get("/audit/exceptions")
        .await
        .must_be(StatusCode::OK);
    for username in [WAITER, CASHIER] {
        let id = person(&house, username).await;
        let counted = counts(&page, &format!("did-{id}"), &COLUMNS);
        assert_eq!(
            counted,
            out_of_the_log(&house, "staff_id", &id).await,
            "{username}"
        );
        assert_eq!(
            page.one(&format!("#did-{id} td[data-of='Orders']")),
            "1",
            "{username}"
        );
    }
    let moses = figures(
        &page,
        &format!("did-{}", person(&house, WAITER).await),
        &COLUMNS,
    );
    assert_eq!(moses.len(), 6, "{moses:?}");
    assert!(moses["Removed"].starts_with("2 200/100"), "{moses:?}");
    let voided = house
        .number("SELECT unit_price * quantity - discount FROM order_lines WHERE state = 'voided' ORDER BY voided_at LIMIT 1")
        .await;
    let voided = cafe_pos::values::Money::new(voided).to_string();
    assert!(moses["Voids"].ends_with(&voided), "{moses:?} {voided}");
    let amina = figures(
        &page,
        &format!("did-{}", person(&house, CASHIER).await),
        &COLUMNS,
    );
    assert!(amina["Reprints"].starts_with("2 "), "{amina:?}");
    // By whoever agreed.
    let daniel = person(&house, MANAGER).await;
    let counted = counts(&page, &format!("agreed-{daniel}"), &COLUMNS);
    assert_eq!(
        counted,
        out_of_the_log(&house, "approver_id", &daniel).await
    );
    assert_eq!(page.all("#by-approver tbody tr").len(), 1);
    // Two people are no comparison.
    assert!(page.all("#by-person .badge").is_empty());
    assert!(
        page.all("#by-person tfoot td")
            .iter()
            .any(|cell| cell == "too few")
    );
}

#[tokio::test]
async fn patterns_are_shown_with_the_rows_behind_them() {
    let house = day().await;
    let mut manager = house.person(MANAGER).await;
    let page = manager
        .get("/audit/exceptions")
        .await
        .must_be(StatusCode::OK);
    let patterns = [
        "Struck out after cash was paid",
        "Drawer opened beside a void",
        "Bill printed again, then something taken off",
    ];
    let of = |id: &str| counts(&page, &format!("pattern-{id}"), &patterns);
    let told = |pairs: &[(&str, i64)]| -> BTreeMap<String, i64> {
        pairs
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    };
    assert_eq!(of(&person(&house, WAITER).await), told(&[(patterns[2], 1)]));
    assert_eq!(
        of(&person(&house, CASHIER).await),
        told(&[(patterns[0], 1), (patterns[1], 1)])
    );
    // Every figure leads to as many rows as it says.
    let links = page.attributes(
        "#by-person tbody a, #patterns tbody a, #by-approver tbody a",
        "href",
    );
    let said = page.all("#by-person tbody a, #patterns tbody a, #by-approver tbody a");
    assert!(links.len() > 12, "{links:?}");
    for (link, said) in links.iter().zip(said) {
        let rows = manager.get(link).await.must_be(StatusCode::OK);
        assert_eq!(
            rows.all("#behind tbody tr").len().to_string(),
            said,
            "{link}"
        );
    }
    let moses = person(&house, WAITER).await;
    let rows = manager
        .get(&format!("/audit/exceptions?person={moses}&kind=voids"))
        .await;
    let row = rows.one("#behind tbody tr");
    assert!(
        row.contains("1 × Chips")
            && row.contains("Entered wrongly")
            && row.contains("agreed: Daniel"),
        "{row}"
    );
    assert_eq!(rows.attributes("#behind a", "href").len(), 1);
}

#[tokio::test]
async fn who_has_over_four_times_the_median_is_pointed_out_in_words() {
    let house = House::open().await;
    // Four waiters with a hundred orders each; two voids, and one with nine.
    let waiters = [WAITER, OTHER_WAITER, "fatuma", "esther"];
    house
        .execute(
            "UPDATE staff SET role = 'waiter' WHERE username = ANY($1)",
            [waiters.map(str::to_owned).to_vec().into()],
        )
        .await;
    let date = today(&house).await;
    house
        .execute(
            "INSERT INTO business_days (date) VALUES ($1::date) ON CONFLICT DO NOTHING",
            [date.clone().into()],
        )
        .await;
    for (place, username) in waiters.into_iter().enumerate() {
        let first = place * 100;
        house
            .execute(
                "INSERT INTO orders (id, business_date, number, reference, kind, waiter_id, opened_by, opened_at, tax_included, updated_at) \
                 SELECT gen_random_uuid(), $1::date, $2 + i, 'x' || ($2 + i), 'takeaway', s.id, s.id, now(), true, now() \
                 FROM generate_series(1, 100) i, staff s WHERE s.username = $3",
                [date.clone().into(), i32::try_from(first).expect("small").into(), username.into()],
            )
            .await;
        let voids = if place == 3 { 9 } else { 2 };
        house
            .execute(
                "INSERT INTO order_lines (id, order_id, position, name, quantity, unit_price, tax_class_id, tax_name, tax_bp, station_id, \
                    added_by, added_at, sent_at, state, voided_at, voided_by) \
                 SELECT gen_random_uuid(), o.id, 1, 'Chips', 1, 1000, (SELECT id FROM tax_classes LIMIT 1), 'VAT', 1800, \
                    (SELECT id FROM stations LIMIT 1), o.opened_by, now(), now(), 'voided', now(), o.opened_by \
                 FROM orders o JOIN staff s ON s.id = o.opened_by WHERE s.username = $1 ORDER BY o.number LIMIT $2",
                [username.into(), i64::from(voids).into()],
            )
            .await;
    }
    let mut manager = house.person(MANAGER).await;
    let page = manager
        .get(&format!("/audit/exceptions?from={date}&to={date}"))
        .await
        .must_be(StatusCode::OK);
    let esther = person(&house, "esther").await;
    assert_eq!(
        page.one(&format!("#did-{esther} td[data-of='Voids']")),
        "9 9/1009,0004.5 × median"
    );
    assert_eq!(page.all("#by-person .badge"), ["4.5 × median"]);
    assert_eq!(page.one("#by-person tfoot td[data-of='Voids']"), "2/100");
}

#[tokio::test]
async fn days_are_chosen_and_those_that_cannot_be_had_are_told_in_place() {
    let house = day().await;
    let mut manager = house.person(MANAGER).await;
    let date = today(&house).await;
    let page = manager
        .get(&format!("/audit/exceptions?from={date}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(page.one("nav.seg [aria-current]"), "Today");
    let none = manager
        .get("/audit/exceptions?from=2020-01-01&to=2020-01-02")
        .await
        .must_be(StatusCode::OK);
    assert!(none.one(".empty h3").starts_with("Nobody traded"));
    for (query, field) in [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=2020-01-01&to=2026-11-01", "to"),
    ] {
        let page = manager.get(&format!("/audit/exceptions?{query}")).await;
        let page = page.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!page.one(&format!("#err-{field}")).is_empty(), "{query}");
    }
    // An address that was cut short shows the list; one of nobody, nothing.
    manager
        .get("/audit/exceptions?person=x&kind=voids")
        .await
        .must_be(StatusCode::OK);
    let nobody = uuid::Uuid::now_v7();
    manager
        .get(&format!("/audit/exceptions?person={nobody}&kind=voids"))
        .await
        .must_be(StatusCode::NOT_FOUND);
}

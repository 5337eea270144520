//! Prices that are lowered: discounts within limits per role, prices of certain hours, and what becomes of a paid order that
//! is opened again.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;

use super::cash::{payments, sale_of};
use super::house::*;

async fn total(house: &House, order: OrderId) -> i64 {
    let sql = format!("SELECT total FROM orders WHERE id = '{order}'");
    house.number(&sql).await
}

async fn line_of(house: &House, order: OrderId) -> String {
    let sql = format!("SELECT id FROM order_lines WHERE order_id = '{order}' ORDER BY position");
    let id: uuid::Uuid = house.row(&sql, []).await.try_get("", "id").expect("an id");
    id.to_string()
}

fn discount(order: OrderId) -> String {
    format!("/orders/{order}/discount")
}

async fn manager(house: &House) -> String {
    let id: uuid::Uuid = house.id("staff", "username", MANAGER).await;
    id.to_string()
}

#[tokio::test]
async fn a_cashier_gives_a_tenth_alone_and_more_with_a_manager() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 87_000).await;
    let sheet = till
        .fragment(&discount(order))
        .await
        .must_be(StatusCode::OK);
    assert!(sheet.text.contains("Up to 10%"), "{}", sheet.text);
    let panel = till
        .post(&discount(order), &[("named", "Staff")])
        .await
        .must_be(StatusCode::OK);
    assert!(panel.text.contains("Discount, Staff 10%"), "{}", panel.text);
    assert_eq!(total(&house, order).await, 78_300);
    // More than a tenth: somebody has to agree, and nothing is changed until they do.
    let more = [("percent", "25"), ("chosen", "Took too long")];
    let refused = till
        .post(&discount(order), &more)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .one("hx-partial[hx-target='#err-approver']")
            .contains("has to agree")
    );
    assert_eq!(total(&house, order).await, 78_300);
    let ruth = manager(&house).await;
    let agreed = [
        &more[..],
        &[("approver", &ruth), ("password", "password123")],
    ]
    .concat();
    till.post(&discount(order), &agreed)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 65_250);
    let both = "SELECT count(*) FROM audit_log WHERE deed = 'order.discounted' AND approver_id IS NOT NULL AND reason = 'Took too long'";
    assert_eq!(house.number(both).await, 1);
    let kept =
        "SELECT count(*) FROM discounts WHERE given_by IS NOT NULL AND worth IN (8700, 21750)";
    assert_eq!(house.number(kept).await, 2);
    // Anyone who takes orders takes it off again.
    let mut waiter = house.person(WAITER).await;
    waiter
        .post(&discount(order), &[("none", "on")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 87_000);
}

#[tokio::test]
async fn nobody_goes_round_the_limit() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 50_000).await;
    let line = line_of(&house, order).await;
    let on_line = format!("/orders/{order}/lines/{line}/discount");
    let refuse = StatusCode::UNPROCESSABLE_ENTITY;
    // Several small ones.
    till.post(&on_line, &[("percent", "10"), ("chosen", "Event")])
        .await
        .must_be(StatusCode::OK);
    till.post(&discount(order), &[("percent", "5"), ("chosen", "Event")])
        .await
        .must_be(refuse);
    // An amount.
    till.post(&on_line, &[("none", "on")])
        .await
        .must_be(StatusCode::OK);
    till.post(
        &discount(order),
        &[("amount", "5,001"), ("chosen", "Event")],
    )
    .await
    .must_be(refuse);
    till.post(
        &discount(order),
        &[("amount", "5,000"), ("chosen", "Event")],
    )
    .await
    .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 45_000);
    // A dear line that leaves the bill takes its part of the amount along.
    let water = till.tap(order, "Chips").await.must_be(StatusCode::OK);
    assert!(water.text.contains("Chips"));
    till.delete(&format!("/orders/{order}/lines/{line}"))
        .await
        .must_be(StatusCode::OK);
    let left = house
        .number(&format!(
            "SELECT subtotal - 10 * discount FROM orders WHERE id = '{order}'"
        ))
        .await;
    assert_eq!(left, 0, "a tenth of what is left");
    // Approving oneself, and a cashier who approves.
    let own: uuid::Uuid = house.id("staff", "username", CASHIER).await;
    let other: uuid::Uuid = house.id("staff", "username", OTHER_CASHIER).await;
    for approver in [own, other] {
        let approver = approver.to_string();
        let form = [
            ("percent", "50"),
            ("chosen", "Event"),
            ("approver", approver.as_str()),
            ("password", "password123"),
        ];
        till.post(&discount(order), &form)
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    // A waiter gives none alone.
    let mut waiter = house.person(WAITER).await;
    waiter
        .post(&discount(order), &[("percent", "1"), ("chosen", "Event")])
        .await
        .must_be(refuse);
    let mut cook = house.person(COOK).await;
    cook.post(&discount(order), &[("percent", "1"), ("chosen", "Event")])
        .await
        .must_be(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_discount_that_makes_no_sense_is_refused_in_place() {
    let house = House::open().await;
    let mut boss = house.person(MANAGER).await;
    let order = sale_of(&house, &mut boss, 10_000).await;
    for (form, field) in [
        (&[("percent", "0"), ("chosen", "Event")][..], "percent"),
        (&[("percent", "101"), ("chosen", "Event")], "percent"),
        (&[("percent", "7.555"), ("chosen", "Event")], "percent"),
        (&[("amount", "-500"), ("chosen", "Event")], "amount"),
        (&[("amount", "0"), ("chosen", "Event")], "amount"),
        (&[("amount", "0.5"), ("chosen", "Event")], "amount"),
        (&[("percent", "5")], "reason"),
        (
            &[("percent", "5"), ("amount", "500"), ("chosen", "Event")],
            "named",
        ),
        (&[("named", "Friends")], "named"),
        (&[], "named"),
    ] {
        let refused = boss.post(&discount(order), form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        let place = format!("hx-partial[hx-target='#err-{field}']");
        assert!(
            !refused.one(&place).is_empty(),
            "{form:?}: {}",
            refused.text
        );
    }
    assert_eq!(total(&house, order).await, 10_000);
    // Below what was paid.
    let half = [("method", "card"), ("amount", "9,000")];
    boss.post(&payments(order), &half)
        .await
        .must_be(StatusCode::OK);
    let refused = boss
        .post(&discount(order), &[("percent", "50"), ("chosen", "Event")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(refused.notice().contains("give money back first"));
    // Twice with one key gives one.
    let key = key();
    for _ in 0..2 {
        let form = [("amount", "500"), ("chosen", "Event")];
        boss.change(Method::POST, &discount(order), &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM discounts").await, 1);
    // What is closed keeps its price.
    boss.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let everything_made = "UPDATE orders SET closed_at = settled_at";
    house.execute(everything_made, []).await;
    boss.post(&discount(order), &[("named", "Staff")])
        .await
        .must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn all_of_it_off_is_a_bill_of_nothing() {
    let house = House::open().await;
    let mut boss = house.person(MANAGER).await;
    let order = sale_of(&house, &mut boss, 10_000).await;
    boss.post(&discount(order), &[("percent", "100"), ("chosen", "Event")])
        .await
        .must_be(StatusCode::OK);
    boss.post(&payments(order), &[("method", "nothing_to_pay")])
        .await
        .must_be(StatusCode::OK);
    let settled = "SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND total = 0 AND discount = 10000";
    assert_eq!(house.number(settled).await, 1);
}

#[tokio::test]
async fn a_paid_order_is_opened_again_and_what_it_was_is_kept() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 10_000).await;
    till.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let reopening = format!("/orders/{order}/reopening");
    let why = [("chosen", "Wrong amount taken")];
    // Not made yet: it is open.
    let ruth = manager(&house).await;
    let agreed = [
        &why[..],
        &[("approver", &ruth), ("password", "password123")],
    ]
    .concat();
    till.post(&reopening, &agreed)
        .await
        .must_be(StatusCode::CONFLICT);
    let made = "UPDATE order_lines SET state = 'served', ready_at = sent_at, served_at = sent_at";
    house.execute(made, []).await;
    house
        .execute(
            "UPDATE orders SET closed_at = settled_at, revision = revision + 1",
            [],
        )
        .await;
    till.post(&reopening, &why)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    till.post(&reopening, &agreed).await.must_be(StatusCode::OK);
    let kept = "SELECT count(*) FROM order_versions WHERE version = 1 AND was->'order'->>'total' = '10000' \
        AND jsonb_array_length(was->'lines') = 1 AND jsonb_array_length(was->'payments') = 1 AND approved_by IS NOT NULL";
    assert_eq!(house.number(kept).await, 1);
    let open = "SELECT count(*) FROM orders WHERE closed_at IS NULL AND settled_at IS NOT NULL";
    assert_eq!(house.number(open).await, 1);
    // Something more is paid, and it is closed anew.
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    till.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let paid = "SELECT count(*) FROM orders WHERE paid = total AND total > 10000";
    assert_eq!(house.number(paid).await, 1);
    let waiter = house.person(WAITER).await.post(&reopening, &why).await;
    waiter.must_be(StatusCode::FORBIDDEN);
    let gone = house
        .app
        .db()
        .execute_unprepared("DELETE FROM order_versions")
        .await;
    assert!(gone.is_err(), "history never changes");
}

#[tokio::test]
async fn one_that_was_opened_for_nothing_is_closed_by_hand() {
    let house = House::open().await;
    let mut boss = house.person(MANAGER).await;
    let order = sale_of(&house, &mut boss, 10_000).await;
    boss.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let made = "UPDATE order_lines SET state = 'served', ready_at = sent_at, served_at = sent_at";
    house.execute(made, []).await;
    house
        .execute(
            "UPDATE orders SET closed_at = settled_at, revision = revision + 1",
            [],
        )
        .await;
    boss.post(
        &format!("/orders/{order}/reopening"),
        &[("reason", "By mistake")],
    )
    .await
    .must_be(StatusCode::OK);
    let screen = boss
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.text.contains("Close the order"));
    boss.post(&payments(order), &[("method", "nothing_to_pay")])
        .await
        .must_be(StatusCode::OK);
    let closed = "SELECT count(*) FROM orders WHERE closed_at IS NOT NULL";
    assert_eq!(house.number(closed).await, 1);
}

async fn list(house: &House, weekdays: i16, from: i16, until: i16, price: i64) {
    let id = uuid::Uuid::now_v7();
    house
        .execute(
            "INSERT INTO price_lists (id, name, weekdays, from_minute, until_minute) VALUES ($1, 'Happy hour', $2, $3, $4)",
            [id.into(), weekdays.into(), from.into(), until.into()],
        )
        .await;
    house
        .execute(
            "INSERT INTO listed_prices (price_list_id, product_id, price) SELECT $1, id, $2 FROM products WHERE name = 'Espresso'",
            [id.into(), price.into()],
        )
        .await;
}

/// Minutes after midnight in Kampala, and the bit of the weekday.
fn now_there(house: &House) -> (i16, i16) {
    let there = house.app.clock().now() + time::Duration::hours(3);
    let minute = i16::from(there.hour()) * 60 + i16::from(there.minute());
    (minute, 1 << there.weekday().number_days_from_monday())
}

#[tokio::test]
async fn a_price_of_certain_hours_is_captured_when_it_is_added() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let (minute, today) = now_there(&house);
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let usual = total(&house, order).await;
    // Twenty hours a day from an hour ago: a list that may well go over midnight.
    let (from, until) = ((minute + 1_380) % 1_440, (minute + 1_140) % 1_440);
    list(&house, 127, from, until, 1_500).await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert_eq!(
        total(&house, order).await,
        usual + 1_500,
        "the first keeps its price"
    );
    let named = "SELECT count(*) FROM order_lines WHERE price_list = 'Happy hour' AND unit_price = 1500 AND base_price = 1500";
    assert_eq!(house.number(named).await, 1);
    // Not on this day, and not at this hour.
    house
        .execute("UPDATE price_lists SET active = false", [])
        .await;
    let other_days = 127 & !today & !(if today == 1 { 64 } else { today >> 1 });
    house
        .execute("UPDATE price_lists SET name = 'Old'", [])
        .await;
    list(&house, other_days, from, until, 700).await;
    house
        .execute(
            "UPDATE price_lists SET name = name || ' 2' WHERE name = 'Happy hour'",
            [],
        )
        .await;
    list(
        &house,
        127,
        (minute + 120) % 1_440,
        (minute + 180) % 1_440,
        600,
    )
    .await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 2 * usual + 1_500);
}

/// The pieces of each espresso, and what one costs.
async fn espressos(house: &House) -> String {
    let sql = "SELECT string_agg(concat(quantity, ' × ', unit_price), ', ' ORDER BY position) AS said FROM order_lines WHERE name = 'Espresso'";
    house.row(sql, []).await.try_get("", "said").expect("lines")
}

#[tokio::test]
async fn pieces_that_are_added_when_the_hours_are_over_cost_what_they_cost_now() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let (minute, _) = now_there(&house);
    // Until in half an hour.
    let (from, until) = ((minute + 1_380) % 1_440, (minute + 30) % 1_440);
    list(&house, 127, from, until, 1_500).await;
    let order = till.sit_down("7", "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let line = line_of(&house, order).await;
    let path = format!("/orders/{order}/lines/{line}/quantity");
    till.put(&path, &[("quantity", "2")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(espressos(&house).await, "2 × 1500");
    till.post(
        &format!("/orders/{order}/lines/{line}/note"),
        &[("note", "extra hot")],
    )
    .await
    .must_be(StatusCode::OK);
    till.post(
        &format!("/orders/{order}/lines/{line}/discount"),
        &[("percent", "10"), ("chosen", "Event")],
    )
    .await
    .must_be(StatusCode::OK);
    house.hand.advance(time::Duration::minutes(35));
    let mut till = house.person(CASHIER).await;
    let usual = house
        .number("SELECT price FROM products WHERE name = 'Espresso'")
        .await;
    assert_ne!(usual, 1_500);
    let key = key();
    for _ in 0..2 {
        let panel = till
            .change(Method::PUT, &path, &[("quantity", "20")], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(panel.all("li.line").len(), 2, "{}", panel.text);
    }
    assert_eq!(
        espressos(&house).await,
        format!("2 × 1500, 18 × {usual}"),
        "what was captured is for the pieces that were there"
    );
    let alike = "SELECT count(*) FROM order_lines WHERE note = 'extra hot'";
    assert_eq!(house.number(alike).await, 2);
    // What was given on the first is not given on the others.
    assert_eq!(total(&house, order).await, 2_700 + 18 * usual);
    // One more by the finger goes with those of today, and fewer are fewer.
    till.post(&path, &[("by", "1")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(espressos(&house).await, format!("2 × 1500, 19 × {usual}"));
    till.put(&path, &[("quantity", "1")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(espressos(&house).await, format!("1 × 1500, 19 × {usual}"));
}

#[tokio::test]
async fn the_tiles_follow_the_hours() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = till.counter_sale().await;
    let version = house.number("SELECT version FROM menu_version").await;
    list(&house, 127, 0, 1_439, 1_500).await;
    list_is_followed(&house).await;
    assert_eq!(
        house.number("SELECT version FROM menu_version").await,
        version + 1
    );
    list_is_followed(&house).await;
    assert_eq!(
        house.number("SELECT version FROM menu_version").await,
        version + 1
    );
    let tiles = till
        .fragment(&format!("/orders/{order}/menu?q=Espresso"))
        .await
        .must_be(StatusCode::OK);
    assert!(
        tiles.all(".tile .price").contains(&"1,500".to_owned()),
        "{}",
        tiles.text
    );
}

async fn list_is_followed(house: &House) {
    cafe_pos::menu::follow_price_lists(&house.app)
        .await
        .expect("the lists are looked at");
}

#[tokio::test]
async fn cash_is_rounded_and_nothing_else() {
    let house = House::open().await;
    house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('cashRounding', '50', now())",
            [],
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 1_030).await;
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.text.contains("To pay, rounded"), "{}", screen.text);
    // A part of it is not rounded, the rest in cash is.
    till.post(
        &payments(order),
        &[("method", "card"), ("part", "amount"), ("amount", "500")],
    )
    .await
    .must_be(StatusCode::OK);
    till.post(
        &payments(order),
        &[("part", "full"), ("tendered", "1,000"), ("shown", "530")],
    )
    .await
    .must_be(StatusCode::OK);
    let settled = "SELECT count(*) FROM orders WHERE total = 1030 AND rounding = 20 AND paid = 1050 AND settled_at IS NOT NULL";
    assert_eq!(house.number(settled).await, 1);
    let kept =
        "SELECT count(*) FROM payments WHERE method = 'cash' AND amount = 550 AND change = 450";
    assert_eq!(house.number(kept).await, 1);
    // By card it is what it is.
    let other = sale_of(&house, &mut till, 1_020).await;
    till.post(&payments(other), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let exact = format!(
        "SELECT count(*) FROM orders WHERE id = '{other}' AND rounding = 0 AND paid = 1020"
    );
    assert_eq!(house.number(&exact).await, 1);
    // Down, and less cash than what is due rounded is a part.
    let third = sale_of(&house, &mut till, 1_020).await;
    till.post(&payments(third), &[("tendered", "900")])
        .await
        .must_be(StatusCode::OK);
    till.post(&payments(third), &[("tendered", "200")])
        .await
        .must_be(StatusCode::OK);
    let down = format!(
        "SELECT count(*) FROM orders WHERE id = '{third}' AND rounding = -20 AND paid = 1000 AND settled_at IS NOT NULL"
    );
    assert_eq!(house.number(&down).await, 1);
}

#[tokio::test]
async fn what_a_manager_agreed_to_does_not_grow_with_what_is_ordered_later() {
    let house = House::open().await;
    let mut waiter = house.person(WAITER).await;
    let order = sale_of(&house, &mut waiter, 5_000).await;
    let line = line_of(&house, order).await;
    let ruth = manager(&house).await;
    let all = [
        ("percent", "100"),
        ("chosen", "Event"),
        ("approver", ruth.as_str()),
        ("password", "password123"),
    ];
    waiter
        .post(&format!("/orders/{order}/lines/{line}/discount"), &all)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 0);
    let panel = waiter
        .put(
            &format!("/orders/{order}/lines/{line}/quantity"),
            &[("quantity", "50")],
        )
        .await
        .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 245_000);
    // The name of it says why it is not all.
    let said = panel.all("li.line .pick small");
    assert_eq!(said, ["Event 100%, at most 5,000 −5,000"]);
    // A cashier's tenth goes with what is ordered.
    let mut till = house.person(CASHIER).await;
    till.post(
        &format!("/orders/{order}/lines/{line}/discount"),
        &[("none", "on")],
    )
    .await
    .must_be(StatusCode::OK);
    till.post(&discount(order), &[("named", "Staff")])
        .await
        .must_be(StatusCode::OK);
    till.put(
        &format!("/orders/{order}/lines/{line}/quantity"),
        &[("quantity", "100")],
    )
    .await
    .must_be(StatusCode::OK);
    assert_eq!(total(&house, order).await, 450_000);
}

#[tokio::test]
async fn lines_that_go_make_no_discount_larger_than_somebody_may_give() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 10_000).await;
    let cheap = line_of(&house, order).await;
    till.post(
        &format!("/orders/{order}/lines/{cheap}/discount"),
        &[("percent", "10"), ("chosen", "Event")],
    )
    .await
    .must_be(StatusCode::OK);
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let sql =
        format!("SELECT id FROM order_lines WHERE order_id = '{order}' ORDER BY position DESC");
    let chips: uuid::Uuid = house.row(&sql, []).await.try_get("", "id").expect("an id");
    till.put(
        &format!("/orders/{order}/lines/{chips}/quantity"),
        &[("quantity", "9")],
    )
    .await
    .must_be(StatusCode::OK);
    till.post(&discount(order), &[("percent", "8"), ("chosen", "Event")])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .delete(&format!("/orders/{order}/lines/{chips}"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("Take the discounts off first"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn the_key_of_another_deed_or_of_another_person_does_nothing() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 20_000).await;
    let (path, key) = (format!("/orders/{order}/discount"), key());
    let named = [("named", "Staff")];
    till.change(Method::POST, &path, &named, &key)
        .await
        .must_be(StatusCode::OK);
    till.post(&format!("/orders/{order}/payments"), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    // Again under its key: as before, although the order would refuse it by now.
    till.change(Method::POST, &path, &named, &key)
        .await
        .must_be(StatusCode::OK);
    // What the order would say about it is not even looked at.
    let mut manager = house.person(MANAGER).await;
    let payment: uuid::Uuid = house
        .row("SELECT id FROM payments", [])
        .await
        .try_get("", "id")
        .expect("an id");
    let refund = format!("/payments/{payment}/refund");
    let why = [("reason", "By mistake")];
    for (path, form) in [(&path, &named), (&refund, &why)] {
        let refused = manager.change(Method::POST, path, form, &key).await;
        let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.notice().starts_with("This key was already used"),
            "{}",
            refused.notice()
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM refunds").await, 0);
}

//! Card and mobile money, recorded by hand; bills that are shared; and that each transaction pays once.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;
use time::Duration;

use super::cash::{payments, receipt, sale_of, slip_text};
use super::house::*;

const MOMO: [(&str, &str); 2] = [("method", "mtn_momo"), ("reference", "3261 1264 207")];

async fn paid(house: &House, order: OrderId) -> i64 {
    let paid = format!("SELECT paid FROM orders WHERE id = '{order}'");
    house.number(&paid).await
}

async fn in_drawers(house: &House) -> i64 {
    let kept = "SELECT count(*) FROM cash_entries WHERE kind <> 'float'";
    house.number(kept).await
}

#[tokio::test]
async fn mobile_money_settles_an_order_without_a_float_and_never_touches_a_drawer() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.text.contains("Count your float first."));
    let answer = till
        .post(&payments(order), &MOMO)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &answer).await;
    assert_eq!(slip.one(".change .huge"), "UGX82,000");
    let text = slip_text(&slip);
    assert!(
        text.contains("MTN MoMo 82,000") && text.contains("32611264207"),
        "{text}"
    );
    assert!(!text.contains("Change"), "{text}");
    let settled = "SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND paid = 82000";
    assert_eq!(house.number(settled).await, 1);
    let stored = "SELECT count(*) FROM payments p JOIN shifts s ON s.id = p.shift_id \
         WHERE p.method = 'mtn_momo' AND p.reference = '32611264207' AND p.tendered IS NULL AND s.staff_id = p.taken_by";
    assert_eq!(house.number(stored).await, 1);
    assert_eq!(in_drawers(&house).await, 0);
}

#[tokio::test]
async fn one_transaction_pays_once_and_the_refusal_says_where() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let first = sale_of(&house, &mut till, 5_000).await;
    till.post(&payments(first), &MOMO)
        .await
        .must_be(StatusCode::OK);
    let second = sale_of(&house, &mut till, 5_000).await;
    let again = [("method", "mtn_momo"), ("reference", "32611264207")];
    let refused = till
        .post(&payments(second), &again)
        .await
        .must_be(StatusCode::CONFLICT);
    let record = house
        .row("SELECT reference FROM orders WHERE id = $1", [first.into()])
        .await;
    let record: String = record.try_get("", "reference").expect("a reference");
    let sentence = format!(
        "This transaction id has paid UGX 5,000 on order {record} already. Look at it again: each can pay once."
    );
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-reference']"),
        sentence
    );
    assert_eq!(paid(&house, second).await, 0);
    // However it is written, and whichever provider somebody takes it for.
    for (method, reference) in [
        ("mtn_momo", "3261.1264.207."),
        ("airtel_money", "32611264207"),
        ("airtel_money", "3261-1264-207"),
    ] {
        let form = [("method", method), ("reference", reference)];
        till.post(&payments(second), &form)
            .await
            .must_be(StatusCode::CONFLICT);
    }
    assert_eq!(paid(&house, second).await, 0);
}

#[tokio::test]
async fn the_same_id_typed_at_two_tills_in_one_moment_pays_once() {
    let house = House::open().await;
    let mut one = house.with_float(CASHIER).await;
    let mut other = house.with_float(OTHER_CASHIER).await;
    for round in 0..5 {
        let orders = [
            sale_of(&house, &mut one, 5_000).await,
            sale_of(&house, &mut other, 5_000).await,
        ];
        let reference = format!("MP261126.10{round}.A7");
        let form = [
            ("method", "airtel_money"),
            ("reference", reference.as_str()),
        ];
        let (here, there) = (payments(orders[0]), payments(orders[1]));
        let (first, second) = tokio::join!(one.post(&here, &form), other.post(&there, &form));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
        let sum = paid(&house, orders[0]).await + paid(&house, orders[1]).await;
        assert_eq!(sum, 5_000);
    }
}

#[tokio::test]
async fn the_number_of_a_card_slip_is_used_once_a_day() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let slip = [
        ("method", "card"),
        ("reference", "004182"),
        ("tip", "1,000"),
    ];
    let first = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(first), &slip)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number("SELECT sum(tip) FROM payments").await, 1_000);
    let second = sale_of(&house, &mut till, 9_000).await;
    let refused = till
        .post(&payments(second), &slip)
        .await
        .must_be(StatusCode::CONFLICT);
    let sentence = refused.one("hx-partial[hx-target='#err-reference']");
    assert!(
        sentence.starts_with("This slip has paid UGX 9,000 on order "),
        "{sentence}"
    );
    // A slip without a number is a payment all the same.
    till.post(&payments(second), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    house.hand.advance(Duration::hours(30));
    let mut till = house.person(CASHIER).await;
    let third = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(third), &slip)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paid(&house, third).await, 9_000);
    assert_eq!(in_drawers(&house).await, 0);
}

#[tokio::test]
async fn a_bill_is_paid_partly_by_each_method_and_the_sums_hold() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let parts: [&[(&str, &str)]; 4] = [
        &[
            ("method", "card"),
            ("part", "amount"),
            ("amount", "30,000"),
            ("tip", "2,000"),
        ],
        &[
            ("method", "cash"),
            ("part", "amount"),
            ("amount", "20,000"),
            ("tendered", "50,000"),
        ],
        &[
            ("method", "airtel_money"),
            ("part", "amount"),
            ("amount", "12,000"),
            ("reference", "MP1.2.3"),
        ],
        &[
            ("method", "mtn_momo"),
            ("part", "full"),
            ("reference", "32611264207"),
            ("expected", "20,000"),
        ],
    ];
    let mut last = None;
    for part in parts {
        last = Some(
            till.post(&payments(order), part)
                .await
                .must_be(StatusCode::OK),
        );
    }
    let slip = receipt(&mut till, &last.expect("payments")).await;
    let text = slip_text(&slip);
    for line in [
        "Card",
        "32,000",
        "2,000",
        "Cash",
        "Airtel Money",
        "MTN MoMo",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let sums = "SELECT count(*) FROM orders o WHERE settled_at IS NOT NULL AND paid = total \
         AND paid = (SELECT sum(amount) FROM payments p WHERE p.order_id = o.id)";
    assert_eq!(house.number(sums).await, 1);
    let cash = "SELECT sum(amount) FROM cash_entries WHERE kind <> 'float'";
    assert_eq!(house.number(cash).await, 20_000);
}

#[tokio::test]
async fn what_is_wrong_with_a_charge_is_said_and_nothing_is_taken() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let wrong: [(&[(&str, &str)], &str); 10] = [
        (
            &[("method", "mtn_momo")],
            "Type the transaction id from the message of MTN MoMo.",
        ),
        (
            &[("method", "airtel_money"), ("reference", "  ")],
            "Type the transaction id from the message of Airtel Money.",
        ),
        (
            &[("method", "mtn_momo"), ("reference", "12")],
            "Type all of it: at least 3 letters or digits.",
        ),
        (
            &[("method", "card"), ("reference", "<b>7</b>123")],
            "Use only letters, digits and . _ / : - as on the slip or in the message.",
        ),
        (
            &[("method", "card"), ("part", "amount"), ("amount", "82,001")],
            "Only UGX 82,000 is still to pay. What came beyond it is a tip.",
        ),
        (
            &[("method", "card"), ("part", "amount"), ("amount", "0")],
            "Pay an amount above zero.",
        ),
        (
            &[("method", "card"), ("tip", "-1")],
            "Use an amount of zero or more.",
        ),
        (
            &[("method", "card"), ("part", "even")],
            "Say how many share the bill.",
        ),
        (
            &[("method", "card"), ("part", "even"), ("people", "1")],
            "A bill is shared by 2 to 20 people.",
        ),
        (
            &[("method", "card"), ("expected", "80,000")],
            "The order changed: UGX 82,000 is to pay now. Look at the bill and take the payment again.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = till.post(&payments(order), form).await;
        assert!(
            refused.status.is_client_error(),
            "{form:?}: {}",
            refused.status
        );
        assert!(
            refused.text.contains(sentence),
            "{form:?}: {}",
            refused.text
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
    assert_eq!(paid(&house, order).await, 0);
}

#[tokio::test]
async fn a_repeated_request_records_a_charge_once() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let key = key();
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let answer = till
            .change(Method::POST, &payments(order), &MOMO, &key)
            .await
            .must_be(StatusCode::OK);
        receipts.push(answer.header("hx-redirect").to_owned());
    }
    assert!(
        receipts.windows(2).all(|pair| pair[0] == pair[1]),
        "{receipts:?}"
    );
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    // The same key for another transaction is another command.
    let other = [("method", "mtn_momo"), ("reference", "99999999999")];
    till.change(Method::POST, &payments(order), &other, &key)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn three_people_share_a_bill_evenly_and_their_shares_are_the_bill() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let pay = format!("/orders/{order}/pay");
    let shown = till
        .fragment(&format!("{pay}?part=even&people=3"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(shown.all("li b"), ["27,400", "27,300", "27,300"]);
    assert_eq!(shown.attributes("[data-change]", "data-due"), ["27400"]);
    let share = [("part", "even"), ("people", "3"), ("tendered", "30,000")];
    let first = till
        .post(&payments(order), &share)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &first).await;
    assert_eq!(slip.one(".change .huge"), "UGX2,600");
    let ways = slip.attributes(".done a.primary", "href");
    assert_eq!(ways, [format!("{pay}?people=2")]);
    // The next one finds the split as it was left.
    let screen = till.get(&ways[0]).await.must_be(StatusCode::OK);
    assert_eq!(screen.all("#pay-shares b"), ["27,300", "27,300"]);
    assert_eq!(screen.attributes("[data-change]", "data-due"), ["27300"]);
    let card = [
        ("method", "card"),
        ("part", "even"),
        ("people", "2"),
        ("expected", "54,600"),
    ];
    let second = till
        .post(&payments(order), &card)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &second).await;
    assert_eq!(slip.attributes(".done a.primary", "href"), [pay]);
    till.post(
        &payments(order),
        &[("part", "full"), ("tendered", "27,300")],
    )
    .await
    .must_be(StatusCode::OK);
    let settled = "SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND paid = 82000";
    assert_eq!(house.number(settled).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 3);
}

#[tokio::test]
async fn guests_pay_for_their_items_and_each_item_is_paid_for_once() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.sit_down("7", "2").await;
    for product in ["Espresso", "Espresso", "Cappuccino", "Butter croissant"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    // Two pieces of one line are two choices.
    let items = screen.attributes("[name='item']", "value");
    assert_eq!(items.len(), 4);
    assert_eq!(items[0], items[1]);
    let (espresso, cappuccino) = (items[0].clone(), items[2].clone());
    let total = house.number("SELECT total FROM orders").await;
    let price = |name: &str| format!("SELECT unit_price FROM order_lines WHERE name = '{name}'");
    let first = house.number(&price("Espresso")).await + house.number(&price("Cappuccino")).await;

    let shown = till
        .fragment(&format!(
            "{pay}?part=item&item={espresso}&item={cappuccino}"
        ))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        shown.attributes("[data-change]", "data-due"),
        [first.to_string()]
    );
    let nothing = till
        .fragment(&format!("{pay}?part=item"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(nothing.attributes("[data-change]", "data-due"), ["0"]);

    let none = [("part", "item"), ("method", "card")];
    let refused = till
        .post(&payments(order), &none)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-item']"),
        "Choose the items that this guest pays for."
    );
    let form = [
        ("part", "item"),
        ("method", "card"),
        ("item", &espresso),
        ("item", &cappuccino),
    ];
    let answer = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paid(&house, order).await, first);
    let slip = receipt(&mut till, &answer).await;
    let text = slip_text(&slip);
    assert!(
        text.contains("This payment: 1 Espresso") && text.contains("1 Cappuccino"),
        "{text}"
    );
    assert_eq!(
        slip.attributes(".done a.primary", "href"),
        [format!("{pay}?part=item")]
    );

    // The same again is refused, and what is left is offered.
    let again = [("part", "item"), ("method", "card"), ("item", &cappuccino)];
    let refused = till
        .post(&payments(order), &again)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("Some of these items are paid for already"),
        "{}",
        refused.notice()
    );
    let screen = till
        .get(&format!("{pay}?part=item"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(screen.attributes("[name='item']", "value").len(), 2);
    assert_eq!(screen.all("#pay-bill small"), ["1 paid", "1 paid"]);

    // A card pays for the rest: by its items, it is all that is due.
    let rest = screen.attributes("[name='item']", "value");
    let form = [
        ("part", "item"),
        ("method", "card"),
        ("item", &rest[0]),
        ("item", &rest[1]),
    ];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paid(&house, order).await, total);
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(
        house.number("SELECT sum(quantity) FROM paid_pieces").await,
        4
    );
    let changed = house
        .app
        .db()
        .execute_unprepared("UPDATE paid_pieces SET quantity = 1")
        .await;
    assert!(changed.is_err(), "what was paid for stays written");
}

#[tokio::test]
async fn a_seat_is_paid_for_in_one_tap() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.sit_down("7", "2").await;
    for product in ["Espresso", "Cappuccino"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    house
        .execute(
            "UPDATE order_lines SET seat = 2 WHERE name = 'Cappuccino'",
            [],
        )
        .await;
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    assert_eq!(screen.attributes("[name='seat']", "value"), ["2"]);
    let form = [
        ("part", "item"),
        ("method", "mtn_momo"),
        ("seat", "2"),
        ("reference", "32611264207"),
    ];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    let cappuccino = house
        .number("SELECT unit_price FROM order_lines WHERE name = 'Cappuccino'")
        .await;
    assert_eq!(paid(&house, order).await, cappuccino);
    for (field, wrong) in [("seat", "two"), ("item", "all"), ("item", "7")] {
        let form = [("part", "item"), ("method", "card"), (field, wrong)];
        till.post(&payments(order), &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(paid(&house, order).await, cappuccino);
}

#[tokio::test]
async fn what_the_screen_showed_is_what_is_taken_or_nothing() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    // Typed and sent before the screen had followed: the change would be wrong.
    let hasty = [
        ("part", "amount"),
        ("amount", "20,000"),
        ("tendered", "82,000"),
        ("shown", "82,000"),
    ];
    let refused = till
        .post(&payments(order), &hasty)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "This payment would be UGX 20,000, and the screen showed another amount. Look at it, and take it again."
    );
    assert_eq!(paid(&house, order).await, 0);
    let pay = format!("/orders/{order}/pay?part=even&people=2");
    let shown = till.fragment(&pay).await.must_be(StatusCode::OK);
    assert_eq!(shown.attributes("[name='shown']", "value"), ["41,000"]);
    // What another method left in its field is nobody's concern.
    let cash = [
        ("part", "even"),
        ("people", "2"),
        ("tendered", "50,000"),
        ("shown", "41,000"),
        ("reference", "12"),
    ];
    till.post(&payments(order), &cash)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paid(&house, order).await, 41_000);
}

#[tokio::test]
async fn what_a_guest_has_paid_for_stays_on_the_bill() {
    let house = House::open().await;
    let mut till = house.with_float(MANAGER).await;
    let order = till.sit_down("7", "2").await;
    for product in ["Espresso", "Espresso", "Cappuccino", "Cappuccino"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let line = format!(
        "SELECT id::text AS line FROM order_lines WHERE order_id = '{order}' AND name = 'Espresso'"
    );
    let line: String = house
        .row(&line, [])
        .await
        .try_get("", "line")
        .expect("a line");
    let form = [
        ("part", "item"),
        ("method", "card"),
        ("item", line.as_str()),
    ];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    // One of two is paid for: the other may go, and then nothing more of it.
    let lines = format!("/orders/{order}/lines/{line}");
    let void = |pieces: &'static str| [("quantity", pieces), ("chosen", "Entered wrongly")];
    let comp = [("quantity", "2"), ("chosen", "Complaint")];
    let sentence = "A guest has paid for this already; give that money back first.";
    let refused = till.post(&format!("{lines}/void"), &void("2")).await;
    assert_eq!(
        (refused.status, refused.notice()),
        (StatusCode::CONFLICT, sentence.to_owned())
    );
    let comped = till.post(&format!("{lines}/comp"), &comp).await;
    assert_eq!(
        (comped.status, comped.notice()),
        (StatusCode::CONFLICT, sentence.to_owned())
    );
    till.post(&format!("{lines}/void"), &void("1"))
        .await
        .must_be(StatusCode::OK);
    let refused = till.post(&format!("{lines}/void"), &void("1")).await;
    assert_eq!(
        (refused.status, refused.notice()),
        (StatusCode::CONFLICT, sentence.to_owned())
    );
    let other = till.counter_sale().await;
    for change in [
        "unit_price = unit_price + 500".to_owned(),
        format!("order_id = '{other}'"),
    ] {
        let sql = format!("UPDATE order_lines SET {change} WHERE id = '{line}'");
        let changed = house.app.db().execute_unprepared(&sql).await;
        assert!(changed.is_err(), "{change}");
    }
    // The bill is its open pieces and what is paid, to the shilling.
    let agrees = "SELECT total - paid - 2 * (SELECT unit_price FROM order_lines WHERE name = 'Cappuccino' LIMIT 1) FROM orders WHERE total > 0";
    assert_eq!(house.number(agrees).await, 0);
}

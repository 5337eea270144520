//! The till: opening, adding, changing, sending, serving, cancelling.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};

use super::house::*;

#[tokio::test]
async fn a_tap_on_a_product_adds_it_and_a_second_tap_makes_two() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let panel = till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line b"), ["Espresso"]);
    assert_eq!(panel.all("li.line output"), ["2"]);
}

#[tokio::test]
async fn the_same_key_twice_adds_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let product = product_id(&house.db, "Espresso").await;
    let (path, form, key) = (
        format!("/orders/{order}/lines"),
        [("product", product.as_str())],
        key(),
    );
    for _ in 0..3 {
        let panel = till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(panel.all("li.line output"), ["1"]);
    }
}

#[tokio::test]
async fn a_key_under_which_something_else_was_done_is_refused() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let (espresso, path, key) = (
        product_id(&house.db, "Espresso").await,
        format!("/orders/{order}/lines"),
        key(),
    );
    till.change(Method::POST, &path, &[("product", &espresso)], &key)
        .await
        .must_be(StatusCode::OK);
    till.change(
        Method::POST,
        &path,
        &[("product", &espresso), ("quantity", "2")],
        &key,
    )
    .await
    .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let mut other = house.till(OTHER_WAITER, "Till 1").await;
    other
        .change(Method::POST, &path, &[("product", &espresso)], &key)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        house.number("SELECT sum(quantity) FROM order_lines").await,
        1
    );
}

#[tokio::test]
async fn a_change_without_a_key_is_refused() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let headers = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    till.send(
        Method::POST,
        &format!("/orders/{order}/sends"),
        Some(String::new()),
        &headers,
    )
    .await
    .must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cook_takes_no_orders() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    let answer = cook
        .put(
            &format!("/orders/{}", OrderId::new()),
            &[("kind", "takeaway")],
        )
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        answer.notice(),
        "Orders are taken by waiters, cashiers and managers."
    );
    assert_eq!(house.number("SELECT count(*) FROM orders").await, 0);
}

#[tokio::test]
async fn one_send_reaches_every_station_concerned_exactly_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let panel = till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line.sent b").len(), 2);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 2);
    assert_eq!(
        house
            .number("SELECT count(DISTINCT station_id) FROM tickets")
            .await,
        2
    );
}

#[tokio::test]
async fn a_sent_line_cannot_be_removed_or_changed() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let panel = till.hand_over_to_kitchen(order).await;
    let line = &panel.attributes("li.line", "data-line")[0];
    let refused = till
        .delete(&format!("/orders/{order}/lines/{line}"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "Chips was sent to the kitchen; a manager can void it."
    );
    till.put(
        &format!("/orders/{order}/lines/{line}/quantity"),
        &[("quantity", "5")],
    )
    .await
    .must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn two_tills_on_one_order_see_each_others_lines_and_lose_none() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let mut joan = house.till(OTHER_WAITER, "Till 1").await;
    let order = moses.sit_down("4", "4").await;
    let (a, b) = tokio::join!(moses.tap(order, "Espresso"), joan.tap(order, "Chips"));
    a.must_be(StatusCode::OK);
    b.must_be(StatusCode::OK);
    let page = joan
        .get(&format!("/orders/{order}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(page.all("#order-lines li.line b").len(), 2);
}

#[tokio::test]
async fn fifty_taps_at_once_add_up_to_the_shilling() {
    let house = House::open().await;
    let till = house.till(WAITER, "Floor tablet").await;
    let order = till.clone().counter_sale().await;
    let taps = (0..50).map(|_| {
        let mut till = till.clone();
        async move { till.tap(order, "Espresso").await.must_be(StatusCode::OK) }
    });
    futures_util::future::join_all(taps).await;
    let price = house
        .number("SELECT price FROM products WHERE name = 'Espresso'")
        .await;
    assert_eq!(house.number("SELECT total FROM orders").await, 50 * price);
    assert_eq!(house.number("SELECT quantity FROM order_lines").await, 50);
}

#[tokio::test]
async fn an_order_with_nothing_sent_is_cancelled_and_refuses_everything_after() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order was cancelled.");
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'order.cancelled'")
            .await,
        1
    );
}

#[tokio::test]
async fn an_order_left_without_lines_cancels_itself() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let (empty, full) = (till.counter_sale().await, till.counter_sale().await);
    till.tap(full, "Espresso").await.must_be(StatusCode::OK);
    for order in [empty, full] {
        till.post(&format!("/orders/{order}/leaving"), &[])
            .await
            .must_be(StatusCode::NO_CONTENT);
    }
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE cancelled_at IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn wrong_input_gets_a_sentence_and_changes_nothing() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let espresso = product_id(&house.db, "Espresso").await;
    let long = "x".repeat(300);
    let wrong: [&[(&str, &str)]; 7] = [
        &[],
        &[("product", "not an id")],
        &[("product", &espresso), ("quantity", "0")],
        &[("product", &espresso), ("quantity", "1.5")],
        &[("product", &espresso), ("quantity", "1000000000000")],
        &[("product", &espresso), ("note", &long)],
        &[("product", &espresso), ("course", "77")],
    ];
    for form in wrong {
        let answer = till
            .post(&format!("/orders/{order}/lines"), form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.notice().is_empty(), "{form:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM order_lines").await, 0);
}

#[tokio::test]
async fn orders_are_numbered_from_one_each_day_without_gaps() {
    let house = House::open().await;
    let till = house.till(WAITER, "Floor tablet").await;
    let opened = (0..12).map(|_| {
        let mut till = till.clone();
        async move { till.counter_sale().await }
    });
    futures_util::future::join_all(opened).await;
    assert_eq!(house.number("SELECT count(*) FROM orders").await, 12);
    assert_eq!(house.number("SELECT max(number) FROM orders").await, 12);
}

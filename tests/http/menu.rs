//! What is sold out, and what is counted down.

use cafe_pos::data::{By, Tx};
use poem::http::{Method, StatusCode};
use time::macros::datetime;

use super::house::*;

async fn stock_of(house: &House, product: &str) -> String {
    format!(
        "/menu/products/{}/stock",
        product_id(&house.db, product).await
    )
}

#[tokio::test]
async fn a_cook_marks_a_product_as_sold_out_and_no_till_sells_it() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let mut cook = house.person(COOK).await;
    cook.post(&stock_of(&house, "Chips").await, &[("sold_out", "on")])
        .await
        .must_be(StatusCode::OK);
    let refused = till.tap(order, "Chips").await.must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Chips is sold out.");
    cook.post(&stock_of(&house, "Chips").await, &[])
        .await
        .must_be(StatusCode::OK);
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_waiter_does_not_mark_products_as_sold_out() {
    let house = House::open().await;
    let mut waiter = house.person(WAITER).await;
    waiter
        .post(&stock_of(&house, "Chips").await, &[("sold_out", "on")])
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        house
            .number("SELECT count(*) FROM products WHERE sold_out")
            .await,
        0
    );
}

#[tokio::test]
async fn the_last_two_of_a_counted_product_are_sold_twice_and_no_more() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let order = till.counter_sale().await;
    till.post(&stock_of(&house, "Chips").await, &[("left", "2")])
        .await
        .must_be(StatusCode::OK);
    let taps = (0..6).map(|_| {
        let mut till = till.clone();
        async move { till.tap(order, "Chips").await.status }
    });
    let answers = futures_util::future::join_all(taps).await;
    assert_eq!(
        answers
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        2
    );
    assert_eq!(
        house
            .number("SELECT stock_left FROM products WHERE name = 'Chips'")
            .await,
        0
    );
    assert_eq!(
        house.number("SELECT sum(quantity) FROM order_lines").await,
        2
    );
}

#[tokio::test]
async fn what_is_taken_off_unsent_goes_back_to_the_count() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let order = till.counter_sale().await;
    till.post(&stock_of(&house, "Chips").await, &[("left", "5")])
        .await
        .must_be(StatusCode::OK);
    let panel = till.tap(order, "Chips").await;
    let line = &panel.attributes("li.line", "data-line")[0];
    till.put(
        &format!("/orders/{order}/lines/{line}/quantity"),
        &[("quantity", "4")],
    )
    .await
    .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT stock_left FROM products WHERE name = 'Chips'")
            .await,
        1
    );
    till.delete(&format!("/orders/{order}/lines/{line}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT stock_left FROM products WHERE name = 'Chips'")
            .await,
        5
    );
}

#[tokio::test]
async fn a_mark_until_the_shifts_end_that_comes_again_after_it_is_not_refused() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (path, key) = (stock_of(&house, "Chips").await, key());
    let form = [("until_shift_end", "on")];
    till.change(Method::POST, &path, &form, &key)
        .await
        .must_be(StatusCode::OK);
    super::shifts::count_and_close(&house, &mut till, CASHIER).await;
    till.change(Method::POST, &path, &form, &key)
        .await
        .must_be(StatusCode::OK);
    let out = "SELECT count(*) FROM products WHERE sold_out";
    assert_eq!(house.number(out).await, 0);
}

#[tokio::test]
async fn marking_twice_with_one_key_marks_once() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    let (path, key) = (stock_of(&house, "Chips").await, key());
    for _ in 0..2 {
        cook.change(Method::POST, &path, &[("left", "3")], &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'menu.stock'")
            .await,
        1
    );
}

#[tokio::test]
async fn pieces_that_were_never_counted_do_not_go_back_to_the_count() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let order = till.counter_sale().await;
    let chips = product_id(&house.db, "Chips").await;
    let lines = format!("/orders/{order}/lines");
    let panel = till
        .post(&lines, &[("product", &chips), ("quantity", "3")])
        .await
        .must_be(StatusCode::OK);
    let line = panel.attributes("li.line", "data-line").remove(0);
    // Three are on the order; from now on five are counted, of which one more goes to it.
    till.post(&stock_of(&house, "Chips").await, &[("left", "5")])
        .await
        .must_be(StatusCode::OK);
    house
        .app
        .live()
        .publish(vec![cafe_pos::live::Changed::Menu]);
    till.post(&format!("{lines}/{line}/quantity"), &[("by", "1")])
        .await
        .must_be(StatusCode::OK);
    let left = "SELECT stock_left FROM products WHERE name = 'Chips'";
    assert_eq!(house.number(left).await, 4);
    till.put(&format!("{lines}/{line}/quantity"), &[("quantity", "2")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house.number(left).await,
        4,
        "the counted one stays with the order"
    );
    till.delete(&format!("{lines}/{line}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(left).await, 5);
}

#[tokio::test]
async fn what_is_back_on_sale_is_not_counted_any_more() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    let stock = stock_of(&house, "Chips").await;
    cook.post(&stock, &[("left", "0")])
        .await
        .must_be(StatusCode::OK);
    cook.post(&stock, &[("left", "0"), ("back", "on")])
        .await
        .must_be(StatusCode::OK);
    let free = "SELECT count(*) FROM products WHERE name = 'Chips' AND stock_left IS NULL AND NOT sold_out";
    assert_eq!(house.number(free).await, 1);
}

#[tokio::test]
async fn what_is_sold_out_today_is_back_on_sale_tomorrow() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    let stock = stock_of(&house, "Chips").await;
    cook.post(&stock, &[("until_tomorrow", "on")])
        .await
        .must_be(StatusCode::OK);
    let put_back = async || {
        house
            .app
            .write_unkeyed(By::system(), async |tx: &mut Tx| {
                cafe_pos::menu::put_back(tx).await
            })
            .await
            .expect("an answer")
    };
    assert_eq!(put_back().await, 0, "the day is not over");
    house.hand.advance(time::Duration::days(1));
    assert_eq!(put_back().await, 1);
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn what_is_sold_out_for_a_shift_is_back_when_that_shift_is_closed() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    let stock = stock_of(&house, "Chips").await;
    let refused = manager.post(&stock, &[("until_shift_end", "on")]).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("no shift open"),
        "{}",
        refused.text
    );
    let page = manager.get("/menu/stock").await;
    assert!(!page.text.contains("Out this shift"));

    let mut manager = house.with_float(MANAGER).await;
    let page = manager.get("/menu/stock").await;
    assert!(page.text.contains("Out this shift"));
    manager
        .post(&stock, &[("until_shift_end", "on")])
        .await
        .must_be(StatusCode::OK);
    let sold_out = "SELECT count(*) FROM products WHERE sold_out";
    assert_eq!(house.number(sold_out).await, 1);
    super::shifts::count_and_close(&house, &mut manager, MANAGER).await;
    assert_eq!(house.number(sold_out).await, 0);
}

#[tokio::test]
async fn the_favourites_are_those_of_this_part_of_the_day_and_keep_their_places_for_a_week() {
    let house = House::open().await;
    house
        .execute("UPDATE products SET favourite = NULL", [])
        .await;
    // Before the Wednesday of this test: espressos at eight, chips at one, more chips than espressos.
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    for product in ["Espresso", "Chips", "Chips"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    house
        .execute("UPDATE orders SET opened_at = '2026-12-29 08:00+03'", [])
        .await;
    for (product, moment) in [
        ("Espresso", "2026-12-29 08:15+03"),
        ("Chips", "2026-12-29 13:15+03"),
    ] {
        house
            .execute(
                "UPDATE order_lines SET sent_at = $2::timestamptz WHERE name = $1",
                [product.into(), moment.into()],
            )
            .await;
    }
    let at = async |moment| {
        house.hand.set(moment);
        let mut till = house.till(OTHER_WAITER, "Till 2").await;
        let order = till.counter_sale().await;
        let page = till.get(&format!("/orders/{order}")).await;
        page.must_be(StatusCode::OK).all("#menu-grid .tile .name")
    };
    assert_eq!(
        at(datetime!(2027-01-06 05:00 UTC)).await,
        ["Espresso", "Chips"]
    );
    assert_eq!(
        at(datetime!(2027-01-06 10:00 UTC)).await,
        ["Chips", "Espresso"]
    );
    // On Saturday nothing is known of Saturdays: what sells best at all.
    assert_eq!(
        at(datetime!(2027-01-09 05:00 UTC)).await,
        ["Chips", "Espresso"]
    );
}

//! The count: blind until it is locked, once more by oneself, and stale when cash moves.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn the_count_is_blind_until_it_is_locked() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let price = sell(&house, &mut till).await;
    let shift = shift_of(&house, CASHIER).await;
    let there = expected(&house, shift).await;
    let money = |minor: i64| cafe_pos::values::Money::new(minor).to_string();
    for path in ["/shift".to_owned(), format!("/shifts/{shift}/count")] {
        let screen = till.get(&path).await.must_be(StatusCode::OK);
        for secret in [money(there), money(price), there.to_string()] {
            assert!(!screen.text.contains(&secret), "{path} gives {secret} away");
        }
    }
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    let screen = count_screen(&mut till, shift).await;
    assert!(screen.one("#shift-result").contains(&money(there)));
    assert!(screen.one(".variance").starts_with("Exact"));
    assert_eq!(
        house.number("SELECT expected FROM shift_counts").await,
        there
    );
}

#[tokio::test]
async fn one_recount_by_oneself_more_by_a_manager_and_all_are_kept() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let mut manager = house.person(MANAGER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let key = key();
    for _ in 0..2 {
        till.change(
            Method::POST,
            &format!("/shifts/{shift}/count"),
            &[("count_100", "490")],
            &key,
        )
        .await
        .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM shift_counts").await, 1);
    lock(&mut till, shift, 49_500).await.must_be(StatusCode::OK);
    let refused = lock(&mut till, shift, 50_000)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "You have counted twice. A manager can count this drawer again."
    );
    for amount in [49_700, 49_800] {
        lock(&mut manager, shift, amount)
            .await
            .must_be(StatusCode::OK);
    }
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let kept = "SELECT count(*) FROM shift_counts WHERE counted IN (49000, 49500, 49700, 49800)";
    assert_eq!(house.number(kept).await, 4);
    let report = till
        .get(&format!("/shifts/{shift}/report"))
        .await
        .must_be(StatusCode::OK);
    for count in ["49,000", "49,500", "49,700", "49,800"] {
        assert!(slip_text(&report).contains(count));
    }
}

#[tokio::test]
async fn cash_that_comes_in_after_a_count_makes_it_stale() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    for _ in 0..2 {
        lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    }
    let price = sell(&house, &mut till).await;
    let refused = close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("Cash moved after the last count")
    );
    let screen = count_screen(&mut till, shift).await;
    assert!(
        screen
            .one("main")
            .contains("Cash moved after the last count")
    );
    assert_eq!(screen.all("form#count").len(), 1);
    lock(&mut till, shift, 50_000 + price)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_shift_with_cash_is_not_closed_uncounted() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let refused = close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Count the cash first.");
    let empty = till
        .post(&format!("/shifts/{shift}/count"), &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.notice().starts_with("Count the cash first"));
}

#[tokio::test]
async fn the_owner_does_not_overrule_the_managers_count() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 40_000).await.must_be(StatusCode::OK);
    let mut manager = house.person(MANAGER).await;
    lock(&mut manager, shift, 40_000)
        .await
        .must_be(StatusCode::OK);
    let refused = lock(&mut till, shift, 50_000)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "A manager has counted this drawer; only a manager counts it again."
    );
}

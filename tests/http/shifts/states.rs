//! What a drawer may do: sell from its float on, be counted, and be used again only by a new shift.

use super::*;

async fn pay(device: &mut Device) -> Answer {
    let order = device.counter_sale().await;
    device.tap(order, "Espresso").await.must_be(StatusCode::OK);
    device
        .post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
}

#[tokio::test]
async fn a_closed_drawer_is_used_again_only_by_a_new_shift_with_a_float_of_its_own() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    pay(&mut till).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let there = expected(&house, shift).await;
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    // Counted, and still open: what is sold makes the count stale.
    pay(&mut till).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    let there = expected(&house, shift).await;
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let refused = pay(&mut till).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.text.contains("Count your float first"),
        "{}",
        refused.text
    );
    let entries = format!("SELECT count(*) FROM cash_entries WHERE shift_id = '{shift}'");
    let before = house.number(&entries).await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    pay(&mut till).await.must_be(StatusCode::OK);
    assert_eq!(house.number(&entries).await, before, "the old one is over");
    assert_ne!(shift_of(&house, CASHIER).await, shift);
}

#[tokio::test]
async fn two_who_close_one_shift_at_the_same_second_close_it_once() {
    for _ in 0..4 {
        let house = House::open().await;
        let mut till = house.person(CASHIER).await;
        start(&mut till, &POUCH).await.must_be(StatusCode::OK);
        let shift = shift_of(&house, CASHIER).await;
        lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
        let mut manager = house.person(MANAGER).await;
        let (one, two) = tokio::join!(
            close(&mut till, shift, &[]),
            close(&mut manager, shift, &[])
        );
        let mut done = [one.status, two.status];
        done.sort();
        assert_eq!(done, [StatusCode::OK, StatusCode::CONFLICT]);
        let told = "SELECT count(*) FROM audit_log WHERE deed = 'shift.closed'";
        assert_eq!(house.number(told).await, 1);
        let last = "SELECT last FROM shift_report_numbers";
        assert_eq!(house.number(last).await, 1, "no number is lost");
    }
}

#[tokio::test]
async fn a_count_below_zero_is_no_count_and_changes_nothing() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    for (pieces, sentence) in [
        ("-5", "Count in whole pieces"),
        ("5.5", "Count in whole pieces"),
        ("100001", "more than 100,000 pieces"),
    ] {
        let form = [("count_10000", "5"), ("count_1000", pieces)];
        let refused = till
            .post(&format!("/shifts/{shift}/count"), &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(sentence), "{}", refused.text);
    }
    assert_eq!(house.number("SELECT count(*) FROM shift_counts").await, 0);
}

#[tokio::test]
async fn each_role_has_a_threshold_of_its_own() {
    let house = House::open().await;
    let of_each = r#"{"waiter": 0, "cashier": 2000, "manager": 5000, "admin": 5000}"#;
    house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('varianceThreshold', $1::jsonb, now()) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [of_each.into()],
        )
        .await;
    house
        .app
        .live()
        .publish(vec![cafe_pos::live::Changed::Settings]);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for (username, within) in [(WAITER, 0), (CASHIER, 2_000)] {
        let mut device = house.person(username).await;
        start(&mut device, &POUCH).await.must_be(StatusCode::OK);
        let shift = shift_of(&house, username).await;
        lock(&mut device, shift, 50_000 - within - 100)
            .await
            .must_be(StatusCode::OK);
        let why = [("reason", "Wrong change")];
        close(&mut device, shift, &why)
            .await
            .must_be(StatusCode::FORBIDDEN);
        lock(&mut device, shift, 50_000 - within)
            .await
            .must_be(StatusCode::OK);
        close(&mut device, shift, &[]).await.must_be(StatusCode::OK);
    }
}

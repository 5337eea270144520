//! The report: frozen, numbered without gaps, and the end of a shift that never changes again.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn the_report_is_frozen_and_says_what_the_shift_was() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let (first, second) = (sell(&house, &mut till).await, sell(&house, &mut till).await);
    let shift = shift_of(&house, CASHIER).await;
    let there = expected(&house, shift).await;
    assert_eq!(there, 50_000 + first + second);
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    let key = key();
    for _ in 0..2 {
        let closed = till
            .change(Method::POST, &format!("/shifts/{shift}/close"), &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(
            closed.header("hx-redirect"),
            format!("/shifts/{shift}/report")
        );
    }
    let json = [("accept", "application/json")];
    let path = format!("/shifts/{shift}/report");
    let report = till
        .send(Method::GET, &path, None, &json)
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(report["number"], 1);
    assert_eq!(report["place"], "Drawer of Till 1");
    assert_eq!(report["expected"], there);
    assert_eq!(report["sales"][0]["method"], "cash");
    assert_eq!(report["sales"][0]["count"], 2);
    assert_eq!(report["sales"][0]["amount"], first + second);
    assert_eq!(report["orders"]["opened"], 2);
    assert_eq!(report["orders"]["settled"], 2);
    assert_eq!(report["variance"]["amount"], 0);
    house
        .execute(
            "UPDATE staff SET name = 'Somebody Else' WHERE username = 'amina'",
            [],
        )
        .await;
    let again = till.get(&path).await.must_be(StatusCode::OK);
    assert!(slip_text(&again).contains("SHIFT REPORT 1"));
    assert!(!slip_text(&again).contains("Somebody Else"));
    assert_eq!(again.one("#print-report"), "Print report");
}

#[tokio::test]
async fn a_closed_shift_never_changes_and_the_next_order_opens_another() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    for refused in [
        lock(&mut till, shift, 50_000).await,
        close(&mut till, shift, &[]).await,
    ] {
        let refused = refused.must_be(StatusCode::CONFLICT);
        assert_eq!(
            refused.notice(),
            "This shift is closed; its report does not change any more."
        );
    }
    let page = till
        .get(&format!("/shifts/{shift}/count"))
        .await
        .must_be(StatusCode::SEE_OTHER);
    assert_eq!(page.header("location"), format!("/shifts/{shift}/report"));
    till.counter_sale().await;
    assert_ne!(shift_of(&house, CASHIER).await, shift);
    assert_eq!(house.number("SELECT count(*) FROM shift_counts").await, 1);
}

#[tokio::test]
async fn report_numbers_have_no_gaps_however_many_close_at_once() {
    let house = House::open().await;
    let people = [
        CASHIER,
        OTHER_CASHIER,
        WAITER,
        OTHER_WAITER,
        MANAGER,
        OTHER_MANAGER,
        ADMIN,
    ];
    let mut shifts = Vec::new();
    for (place, username) in people.iter().enumerate() {
        let mut device = house.person(username).await;
        let order = device.counter_sale().await;
        // Every third has an open order: their closing is refused and must leave no gap.
        if place % 3 == 0 {
            device.tap(order, "Espresso").await.must_be(StatusCode::OK);
        }
        shifts.push((device, shift_of(&house, username).await));
    }
    let closings = shifts
        .into_iter()
        .map(|(mut device, shift)| async move { close(&mut device, shift, &[]).await.status });
    let statuses = futures_util::future::join_all(closings).await;
    let closed = statuses.iter().filter(|status| status.is_success()).count();
    assert_eq!(closed, 4, "{statuses:?}");
    assert_eq!(
        house
            .number("SELECT count(*) FROM shifts WHERE report_number IS NOT NULL")
            .await,
        4
    );
    assert_eq!(
        house.number("SELECT max(report_number) FROM shifts").await,
        4
    );
    assert_eq!(
        house.number("SELECT last FROM shift_report_numbers").await,
        4
    );
}

#[tokio::test]
async fn the_first_print_of_a_report_is_the_original_and_all_others_are_copies() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let prints = format!("/shifts/{shift}/report/prints");
    till.post(&prints, &[]).await.must_be(StatusCode::NOT_FOUND);
    lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let path = format!("/shifts/{shift}/report");
    assert!(!slip_text(&till.get(&path).await).contains("COPY"));
    let key = key();
    for opens in [1, 0] {
        let first = till
            .change(Method::POST, &prints, &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert!(!slip_text(&first).contains("COPY"));
        assert_eq!(first.all("[data-printing]").len(), opens);
        assert_eq!(first.one("#print-report"), "Print a copy");
    }
    let shown = till.get(&path).await;
    assert!(slip_text(&shown).contains("COPYFirst printed"));
    let copy = till.post(&prints, &[]).await.must_be(StatusCode::OK);
    assert!(slip_text(&copy).contains("COPYNo. 2, "));
    let mut other = house.person(OTHER_CASHIER).await;
    other
        .post(&prints, &[])
        .await
        .must_be(StatusCode::FORBIDDEN);
    let mut manager = house.person(MANAGER).await;
    let (one, two) = tokio::join!(till.post(&prints, &[]), manager.post(&prints, &[]));
    assert!(one.status.is_success() && two.status.is_success());
    let places = "SELECT count(DISTINCT place) * 10 + max(place) FROM report_prints";
    assert_eq!(house.number(places).await, 44);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'shift.report_printed'";
    assert_eq!(house.number(told).await, 4);
}

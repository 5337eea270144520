//! One order's whole story.

use super::*;

/// The story as it reads, one line for each thing that happened.
async fn story(house: &House, order: OrderId) -> Vec<String> {
    let mut manager = house.person(MANAGER).await;
    let page = manager
        .get(&format!("/orders/{order}/story"))
        .await
        .must_be(StatusCode::OK);
    let (what, who) = (
        page.all("#story td[data-of='What']"),
        page.all("#story td[data-of='Who']"),
    );
    what.into_iter()
        .zip(who)
        .map(|(what, who)| format!("{what} | {who}"))
        .collect()
}

#[tokio::test]
async fn everything_that_became_of_an_order_is_told_in_the_order_of_time() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let mut cashier = house.with_float(CASHIER).await;
    let mut manager = house.person(MANAGER).await;
    let order = till.sit_down("3", "2").await;
    let at = |rest: &str| format!("/orders/{order}{rest}");
    for product in ["Chips", "Espresso", "Cappuccino"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let removed = line_of(&house, order, "Cappuccino", "unsent").await;
    till.delete(&at(&format!("/lines/{removed}")))
        .await
        .must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let ticket: uuid::Uuid = house
        .row("SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = 'Bar'", [])
        .await
        .try_get("", "id")
        .expect("a ticket");
    let mut bar = house.person(BARTENDER).await;
    let bump = format!("/kitchen/tickets/{ticket}/bump");
    assert!(bar.post(&bump, &[]).await.status.is_success());
    assert!(bar.delete(&bump).await.status.is_success());
    assert!(bar.post(&bump, &[]).await.status.is_success());
    void(&house, &mut till, order, "Chips").await;
    let discount = agreed(&house, &[("percent", "10"), ("chosen", "Took too long")]).await;
    post(&mut till, &at("/discount"), &discount)
        .await
        .must_be(StatusCode::OK);
    let other: uuid::Uuid = house.id("staff", "username", OTHER_WAITER).await;
    till.post(&at("/waiter"), &[("waiter", &other.to_string())])
        .await
        .must_be(StatusCode::OK);
    till.post(&at("/bills"), &[]).await.must_be(StatusCode::OK);
    till.post(&at("/bills"), &[]).await.must_be(StatusCode::OK);
    cashier
        .post(&at("/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let payment: uuid::Uuid = house
        .row("SELECT id FROM payments", [])
        .await
        .try_get("", "id")
        .expect("a payment");
    for _ in 0..2 {
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
    cashier
        .post(&at("/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let date = today(&house).await;
    manager
        .post(&format!("/days/{date}/closing"), &[])
        .await
        .must_be(StatusCode::OK);

    let told = story(&house, order).await;
    let expected = [
        "Opened | Moses",
        "Added: 1 × Chips",
        "Added: 1 × Espresso",
        "Taken off before sending: 1 × Cappuccino",
        "Sent: 1 × Chips, 1 × Espresso",
        "Ticket at ",
        "Ticket bumped: 1 × Espresso",
        "Ticket recalled",
        "Ticket bumped",
        "Struck out after sending: 1 × Chips“Entered wrongly”",
        "Discount given“Took too long”",
        "Given to another waiter",
        "Bill printed",
        "Bill printed",
        "Payment taken: ",
        "Receipt printed",
        "Receipt printed",
        "Money given back: ",
        "Payment taken: ",
        "Told on Z report 1 of ",
    ];
    let mut lines = told.iter();
    for expected in expected {
        assert!(
            lines.any(|line| line.starts_with(expected)),
            "{expected} does not follow in {told:#?}"
        );
    }
    let agreed = told
        .iter()
        .filter(|line| line.contains("agreed: Daniel"))
        .count();
    // A void, a discount, and what went back, which opened the order again.
    assert_eq!(agreed, 4, "{told:#?}");
    // Nothing is told twice: by the log, and by the row that it is about.
    for (what, times) in [
        ("Payment", 2),
        ("Bill printed", 2),
        ("Receipt printed", 2),
        ("Money given back", 1),
        ("Struck out", 1),
        ("Discount", 1),
    ] {
        let told_of = told.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!(told_of, times, "{what}: {told:#?}");
    }
}

#[tokio::test]
async fn a_story_tells_of_lines_that_went_to_another_order() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let (one, two) = (till.sit_down("3", "2").await, till.sit_down("5", "2").await);
    for order in [one, two] {
        till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    }
    till.post(
        &format!("/orders/{one}/merge"),
        &[("order", &two.to_string())],
    )
    .await
    .must_be(StatusCode::OK);
    let told = story(&house, one).await.join("\n");
    assert!(told.contains("Called off“Merged into Table 5”"), "{told}");
    let told = story(&house, two).await.join("\n");
    assert!(told.contains("Merged"), "{told}");
}

#[tokio::test]
async fn what_the_log_does_not_tell_is_told_by_the_rows_themselves() {
    let house = House::open().await;
    let (_, order) = table_with_a_void(&house).await;
    let with_log = story(&house, order).await;
    assert!(
        with_log
            .iter()
            .any(|line| line.starts_with("Struck out after sending: 1 × Chips"))
    );
    for sql in [
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DELETE FROM audit_unsealed",
        "DELETE FROM audit_log",
    ] {
        house.execute(sql, []).await;
    }
    let without = story(&house, order).await;
    assert!(
        without
            .iter()
            .any(|line| line.starts_with("Struck out: 1 × Chips“Entered wrongly”")),
        "{without:#?}"
    );
}

//! What stands in the way of closing: guests who still sit, orders and cash that arrive meanwhile.

use cafe_pos::values::OrderId;

use super::*;

async fn sitting_guests(till: &mut Device, table: &str) -> OrderId {
    let order = till.sit_down(table, "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    order
}

#[tokio::test]
async fn open_orders_are_handed_over_or_carried_over_and_then_the_shift_closes() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let mut joan = house.till(OTHER_WAITER, "Till 1").await;
    let (first, second) = (
        sitting_guests(&mut moses, "3").await,
        sitting_guests(&mut moses, "4").await,
    );
    let third = sitting_guests(&mut joan, "5").await;
    let (shift, to) = (
        shift_of(&house, WAITER).await,
        shift_of(&house, OTHER_WAITER).await,
    );
    let refused = close(&mut moses, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "2 orders are still open: Table 3, Table 4. Hand each over or carry each over, then close."
    );
    let pass_on = format!("/shifts/{shift}/orders");
    let (first, second, third, to) = (
        first.to_string(),
        second.to_string(),
        third.to_string(),
        to.to_string(),
    );
    let own = shift.to_string();
    let reason = ("reason", "Guests are still here");
    let wrong: [(&[(&str, &str)], StatusCode); 6] = [
        (
            &[("order", &first), ("deed", "carry_over")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[("order", &first), ("deed", "hand_over"), reason],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[("order", &first), ("deed", "give_away"), reason],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[
                ("order", &first),
                ("deed", "hand_over"),
                ("to", &own),
                reason,
            ],
            StatusCode::CONFLICT,
        ),
        (
            &[("order", &third), ("deed", "carry_over"), reason],
            StatusCode::CONFLICT,
        ),
        (
            &[("order", &own), ("deed", "carry_over"), reason],
            StatusCode::NOT_FOUND,
        ),
    ];
    for (form, status) in wrong {
        moses.post(&pass_on, form).await.must_be(status);
    }
    let hand_over = [
        ("order", first.as_str()),
        ("deed", "hand_over"),
        ("to", &to),
        reason,
    ];
    let left = moses
        .post(&pass_on, &hand_over)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(left.all("#to-pass-on form").len(), 1);
    let carry_over = [("order", second.as_str()), ("deed", "carry_over"), reason];
    let left = moses
        .post(&pass_on, &carry_over)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(left.one("#step-orders"), "Nothing open is in the way");
    close(&mut moses, shift, &[]).await.must_be(StatusCode::OK);
    let handed = format!("SELECT count(*) FROM orders WHERE id = '{first}' AND shift_id = '{to}'");
    assert_eq!(house.number(&handed).await, 1);
    let carried =
        format!("SELECT count(*) FROM orders WHERE id = '{second}' AND carried_at IS NOT NULL");
    assert_eq!(house.number(&carried).await, 1);
    let report = moses.get(&format!("/shifts/{shift}/report")).await;
    let slip = slip_text(&report);
    assert!(slip.contains("Orders opened 2"), "{slip}");
    assert!(slip.contains("Orders passed on 2"), "{slip}");
    assert!(
        slip.contains("carried over: Guests are still here"),
        "{slip}"
    );
}

#[tokio::test]
async fn paid_orders_that_are_still_being_made_and_empty_ones_do_not_hinder() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let price = sell(&house, &mut till).await;
    let empty = till.counter_sale().await;
    let shift = shift_of(&house, CASHIER).await;
    let screen = count_screen(&mut till, shift).await;
    assert_eq!(screen.one("#step-orders"), "Nothing open is in the way");
    lock(&mut till, shift, 50_000 + price)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    // The empty one goes to whoever takes it up, and not into a shift that is closed.
    let carried = format!("SELECT count(*) FROM orders WHERE id = '{empty}' AND shift_id IS NULL");
    assert_eq!(house.number(&carried).await, 1);
}

#[tokio::test]
async fn an_order_that_arrives_while_closing_is_named_and_none_is_left_in_a_closed_shift() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = sitting_guests(&mut till, "3").await;
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let shift = shift_of(&house, WAITER).await;
    let mut other = till.clone();
    let (closed, _) = tokio::join!(close(&mut till, shift, &[]), other.counter_sale());
    assert!(matches!(
        closed.status,
        StatusCode::OK | StatusCode::CONFLICT
    ));
    let orphans = "SELECT count(*) FROM orders o JOIN shifts s ON s.id = o.shift_id \
        WHERE s.closed_at IS NOT NULL AND o.settled_at IS NULL AND o.cancelled_at IS NULL";
    assert_eq!(house.number(orphans).await, 0);
}

#[tokio::test]
async fn cash_that_is_taken_while_closing_is_either_counted_or_not_in_the_shift() {
    for _ in 0..4 {
        let house = House::open().await;
        let mut till = house.person(CASHIER).await;
        start(&mut till, &POUCH).await.must_be(StatusCode::OK);
        let shift = shift_of(&house, CASHIER).await;
        let mut guest_pays = house.person(CASHIER).await;
        let mut waiter = house.till(WAITER, "Floor tablet").await;
        let order = sitting_guests(&mut waiter, "3").await;
        lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
        let path = format!("/orders/{order}/payments");
        let form = [("tendered", "50,000")];
        let (closed, paid) =
            tokio::join!(close(&mut till, shift, &[]), guest_pays.post(&path, &form));
        assert!(
            closed.status.is_success() != paid.status.is_success(),
            "{} {}",
            closed.status,
            paid.status
        );
        let uncounted = "SELECT count(*) FROM shifts s WHERE s.closed_at IS NOT NULL AND \
            (SELECT sum(amount) FROM cash_entries e WHERE e.shift_id = s.id) <> \
            (SELECT expected FROM shift_counts c WHERE c.shift_id = s.id ORDER BY number DESC LIMIT 1)";
        assert_eq!(house.number(uncounted).await, 0);
    }
}

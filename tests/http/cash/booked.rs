//! Where the money is booked: whose shift, which business date, and never changed afterwards.

use time::Duration;

use super::*;

#[tokio::test]
async fn cash_goes_to_the_shift_of_whoever_takes_it() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let mut cashier = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut waiter, 9_000).await;
    cashier
        .post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let whose = "SELECT count(*) FROM payments p JOIN shifts s ON s.id = p.shift_id \
        JOIN staff st ON st.id = s.staff_id WHERE st.username = 'amina'";
    assert_eq!(house.number(whose).await, 1);
}

#[tokio::test]
async fn money_is_dated_by_the_cafe_and_after_a_z_by_the_next_date() {
    let house = House::open().await;
    house
        .hand
        .set(time::macros::datetime!(2030-03-02 00:30 UTC));
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    // 03:30 in Kampala is before the cut-off at 04:00.
    let on = |date: &str| format!("SELECT count(*) FROM payments WHERE business_date = '{date}'");
    assert_eq!(house.number(&on("2030-03-01")).await, 1);
    house
        .execute(
            "UPDATE business_days SET z_number = 1, z_at = now() WHERE date = '2030-03-01'",
            [],
        )
        .await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(&on("2030-03-02")).await, 1);
}

#[tokio::test]
async fn a_clock_that_reads_earlier_than_the_last_sale_stops_trade() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    let open = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    house.hand.advance(Duration::minutes(-1));
    house.hand.advance(Duration::hours(-3));
    // Sessions are of this moment, too: sign in again.
    let mut till = house.person(CASHIER).await;
    let refused = till
        .post(&payments(open), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("The clock reads "),
        "{}",
        refused.notice()
    );
    let new = till
        .put(
            &format!("/orders/{}", OrderId::new()),
            &[("kind", "takeaway")],
        )
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(new.notice().contains("nothing is sold until then"));
    house.hand.advance(Duration::hours(3));
    let mut till = house.person(CASHIER).await;
    till.post(&payments(open), &form)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn payments_and_cash_are_never_changed_or_deleted() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    use sea_orm::ConnectionTrait;
    for deed in [
        "UPDATE payments SET amount = 1",
        "DELETE FROM payments",
        "UPDATE cash_entries SET amount = 1",
        "DELETE FROM cash_entries",
        "TRUNCATE cash_entries, payments CASCADE",
    ] {
        assert!(house.db.execute_unprepared(deed).await.is_err(), "{deed}");
    }
}

#[tokio::test]
async fn an_order_that_was_carried_over_goes_to_the_shift_that_takes_its_money() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let order = waiter.sit_down("3", "2").await;
    waiter.tap(order, "Espresso").await.must_be(StatusCode::OK);
    waiter
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    house
        .execute(
            "UPDATE orders SET shift_id = NULL WHERE id = $1",
            [order.into()],
        )
        .await;
    // Nothing to send: nobody takes it up by tapping Send.
    waiter
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let left = format!("SELECT count(*) FROM orders WHERE id = '{order}' AND shift_id IS NULL");
    assert_eq!(house.number(&left).await, 1);
    let mut till = house.with_float(CASHIER).await;
    till.post(
        &payments(order),
        &[("part", "full"), ("tendered", "50,000")],
    )
    .await
    .must_be(StatusCode::OK);
    let taken_up = format!(
        "SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.shift_id = o.shift_id WHERE o.id = '{order}'"
    );
    assert_eq!(house.number(&taken_up).await, 1);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'order.taken_up'";
    assert_eq!(house.number(told).await, 1);
}

#[tokio::test]
async fn a_free_order_that_was_carried_over_goes_to_the_shift_that_closes_it() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let order = sale_of(&house, &mut waiter, 0).await;
    house
        .execute(
            "UPDATE orders SET shift_id = NULL WHERE id = $1",
            [order.into()],
        )
        .await;
    let mut till = house.person(CASHIER).await;
    till.post(&payments(order), &[("method", "nothing_to_pay")])
        .await
        .must_be(StatusCode::OK);
    let taken_up = "SELECT count(*) FROM orders o JOIN shifts s ON s.id = o.shift_id \
         JOIN staff st ON st.id = s.staff_id WHERE st.username = 'amina'";
    assert_eq!(house.number(taken_up).await, 1);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'order.taken_up'";
    assert_eq!(house.number(told).await, 1);
}

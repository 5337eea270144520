//! What is not taken: wrong amounts, too much, too late, without a float, or by whom the house does not let.

use super::*;

#[tokio::test]
async fn wrong_amounts_get_a_sentence_and_take_nothing() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let wrong: [(&[(&str, &str)], &str); 12] = [
        (&[], "Type the cash received."),
        (&[("tendered", "0")], "Pay an amount above zero."),
        (&[("tendered", "-5000")], "Use an amount of zero or more."),
        (
            &[("tendered", "82000.50")],
            "Use whole shillings, for example 9,000.",
        ),
        (
            &[("tendered", "82,00")],
            "Write the amount in digits, for example 9,000.",
        ),
        (
            &[("tendered", "9".repeat(40).leak())],
            "That amount is too large; check the number of zeros.",
        ),
        (
            &[("tendered", "82,000,000")],
            "Check the cash received: the change would be UGX 81,918,000.",
        ),
        (
            &[("amount", "82,001"), ("tendered", "90,000")],
            "Only UGX 82,000 is still to pay. Type more as cash received, and the rest is change.",
        ),
        (
            &[("part", "full"), ("tendered", "8,200")],
            "UGX 73,800 more is needed. For a part of the bill choose By amount.",
        ),
        (
            &[("part", "amount"), ("tendered", "8,200")],
            "Type the amount for this payment.",
        ),
        (
            &[("method", "shells"), ("tendered", "82,000")],
            "Choose how it is paid: cash, mobile money, card or Pesapal.",
        ),
        (
            &[("method", "nothing_to_pay")],
            "UGX 82,000 is still to pay on this order.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = till.post(&payments(order), form).await;
        assert!(
            refused.status.is_client_error(),
            "{form:?}: {}",
            refused.status
        );
        assert_eq!(refused.notice(), sentence, "{form:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
    assert_eq!(
        house
            .number("SELECT count(*) FROM cash_entries WHERE kind <> 'float'")
            .await,
        0
    );
    assert_eq!(house.number("SELECT sum(paid) FROM orders").await, 0);
}

#[tokio::test]
async fn an_order_that_is_paid_takes_no_more() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order is already paid.");
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.all("button[data-cash]").is_empty());
}

#[tokio::test]
async fn a_balance_that_moved_meanwhile_is_told_and_nothing_is_taken() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let stale = [("tendered", "9,000"), ("expected", "9,000")];
    let refused = till
        .post(&payments(order), &stale)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "The order changed: UGX 18,000 is to pay now. Look at the bill and take the payment again."
    );
    // The way on is the same screen, drawn anew.
    assert_eq!(refused.attributes("hx-partial a", "href"), [""]);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn without_a_counted_float_no_cash_is_taken_and_the_way_leads_there() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let refused = till
        .post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Count your float first"),
        "{}",
        refused.notice()
    );
    assert_eq!(refused.attributes("hx-partial a", "href"), ["/shift"]);
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    let way = screen.attributes("main a.primary", "href");
    assert_eq!(way, [format!("/shift?order={order}")]);
    // From there on to the payment.
    let float = [
        ("cash", "pouch"),
        ("count_1000", "0"),
        ("order", &order.to_string()),
    ];
    let started = till
        .post("/shift/float", &float)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        started.header("hx-redirect"),
        format!("/orders/{order}/pay")
    );
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_waiter_takes_no_payments_unless_the_house_lets_them() {
    let house = House::open().await;
    let mut waiter = house.with_float(WAITER).await;
    let order = sale_of(&house, &mut waiter, 9_000).await;
    let form = [("tendered", "9,000")];
    let refused = waiter
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "Payments are taken by cashiers and managers."
    );
    waiter
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::FORBIDDEN);
    house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('waitersTakePayments', 'true', now())",
            [],
        )
        .await;
    house.app.live().publish(vec![Changed::Settings]);
    tokio::time::sleep(StdDuration::from_millis(1_100)).await;
    waiter
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn an_empty_or_cancelled_order_takes_no_money() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.counter_sale().await;
    let form = [("tendered", "9,000")];
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "There is nothing on this order to pay yet."
    );
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "This order was cancelled; nothing can be paid on it."
    );
    till.post(&payments(OrderId::new()), &form)
        .await
        .must_be(StatusCode::NOT_FOUND);
}

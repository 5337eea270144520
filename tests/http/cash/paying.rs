//! In full, in parts, with a tip, or with nothing to pay; and the screen that offers it.

use super::*;

#[tokio::test]
async fn cash_settles_an_order_sends_what_is_unsent_and_tells_the_change() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let paid = till
        .post(&payments(order), &[("tendered", "100,000")])
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &paid).await;
    assert_eq!(slip.one(".change .huge"), "UGX18,000");
    assert_eq!(slip.all(".receipt .tot td").join(" "), "TOTAL UGX 82,000");
    assert!(
        slip_text(&slip).contains("1 Espresso 82,000"),
        "{}",
        slip_text(&slip)
    );
    assert!(slip_text(&slip).contains("Cash 100,000 Change 18,000"));
    let facts = "SELECT count(*) FROM orders WHERE paid = 82000 AND total = 82000 AND settled_at IS NOT NULL";
    assert_eq!(house.number(facts).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 1);
    assert_eq!(
        house.number("SELECT sum(amount) FROM cash_entries").await,
        50_000 + 82_000
    );
}

#[tokio::test]
async fn exact_from_the_order_panel_is_one_tap() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let screen = till
        .get(&format!("/orders/{order}"))
        .await
        .must_be(StatusCode::OK);
    let exact = "button[data-deed='exact']";
    let address = screen.attributes(exact, "hx-post");
    let values = screen.attributes(exact, "hx-vals");
    let values: serde_json::Value = serde_json::from_str(&values[0]).expect("the values");
    let form: Vec<(&str, &str)> = values
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    let paid = till.post(&address[0], &form).await.must_be(StatusCode::OK);
    let slip = receipt(&mut till, &paid).await;
    assert_eq!(slip.one(".change .huge"), "UGX0");
    // The next sale is one tap away: on the change, or on Done.
    assert_eq!(
        slip.attributes("[data-mint='order'] button", "hx-put")
            .len(),
        2
    );
}

#[tokio::test]
async fn parts_are_paid_until_nothing_is_left() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let part = [
        ("part", "amount"),
        ("amount", "50,000"),
        ("tendered", "60,000"),
    ];
    let first = till
        .post(&payments(order), &part)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &first).await;
    assert_eq!(slip.one(".change .huge"), "UGX10,000");
    assert!(slip_text(&slip).contains("STILL TO PAY 32,000"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NULL AND paid = 50000")
            .await,
        1
    );
    let rest = [("part", "full"), ("tendered", "32,000")];
    let second = till
        .post(&payments(order), &rest)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &second).await;
    assert!(!slip_text(&slip).contains("STILL TO PAY"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND paid = 82000")
            .await,
        1
    );
    // The receipt of the first part says what it said.
    let again = receipt(&mut till, &first).await;
    assert!(slip_text(&again).contains("STILL TO PAY 32,000"));
}

#[tokio::test]
async fn a_tip_goes_beside_the_bill_into_the_same_drawer() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 17_000).await;
    let paid = till
        .post(
            &payments(order),
            &[("tendered", "20,000"), ("tip", "3,000")],
        )
        .await
        .must_be(StatusCode::OK);
    assert_eq!(receipt(&mut till, &paid).await.one(".change .huge"), "UGX0");
    assert_eq!(house.number("SELECT paid FROM orders").await, 17_000);
    let ledger = "SELECT sum(amount) FROM cash_entries WHERE kind = ";
    assert_eq!(house.number(&format!("{ledger}'sale'")).await, 17_000);
    assert_eq!(house.number(&format!("{ledger}'tip'")).await, 3_000);
}

#[tokio::test]
async fn an_order_that_costs_nothing_is_closed_without_money_or_float() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 0).await;
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.one("main").contains("Nothing to pay"));
    let form = [("method", "nothing_to_pay")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
    let again = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(again.notice(), "This order is already paid.");
}

#[tokio::test]
async fn the_notes_and_the_change_follow_what_is_typed() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    assert_eq!(
        screen.all("#pay-quick button"),
        [
            "Exact 82,000",
            "85,000",
            "90,000",
            "100,000",
            "120,000",
            "150,000"
        ]
    );
    assert_eq!(screen.attributes("[data-change]", "data-due"), ["82000"]);
    let typed = till
        .fragment(&format!("{pay}?part=amount&amount=50%2C000&tip=3000"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(typed.all(".quick button")[0], "Exact 53,000");
    assert_eq!(typed.attributes("[data-change]", "data-due"), ["53000"]);
    let refused = till
        .fragment(&format!("{pay}?part=amount&amount=90000"))
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .one("hx-partial[hx-target='#err-amount']")
            .contains("Only UGX 82,000")
    );
}

#[tokio::test]
async fn a_paid_order_closes_when_what_was_added_to_it_is_taken_off_again() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let panel = till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let added = panel
        .attributes("li.line:not(.sent)", "data-line")
        .remove(0);
    let ticket = house
        .row("SELECT id FROM tickets WHERE order_id = $1", [order.into()])
        .await;
    let ticket: uuid::Uuid = ticket.try_get("", "id").expect("an id");
    let mut bar = house.person(BARTENDER).await;
    bar.post(&format!("/kitchen/tickets/{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    let open = format!("SELECT count(*) FROM orders WHERE id = '{order}' AND closed_at IS NULL");
    assert_eq!(house.number(&open).await, 1);
    till.delete(&format!("/orders/{order}/lines/{added}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(&open).await, 0);
    let removed = "SELECT count(*) FROM audit_log WHERE deed = 'order.line_removed'";
    assert!(house.number(removed).await > 0);
}

#[tokio::test]
async fn a_free_order_is_settled_by_sending_it() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = sale_of(&house, &mut till, 0).await;
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let settled =
        format!("SELECT count(*) FROM orders WHERE id = '{order}' AND settled_date IS NOT NULL");
    assert_eq!(house.number(&settled).await, 1);
}

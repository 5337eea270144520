//! The bill that guests are handed before they pay.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;

use super::cash::payments;
use super::house::*;

fn bills(order: OrderId) -> String {
    format!("/orders/{order}/bills")
}

/// A table with an espresso in the kitchen and a cappuccino that is not sent.
async fn table(till: &mut Device) -> OrderId {
    let order = till.sit_down("7", "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    till.tap(order, "Cappuccino").await.must_be(StatusCode::OK);
    order
}

/// Asks for a bill, and reads it.
async fn bill(till: &mut Device, order: OrderId) -> String {
    let answer = till.post(&bills(order), &[]).await.must_be(StatusCode::OK);
    assert_eq!(
        answer.header("hx-redirect"),
        format!("/orders/{order}/bill?printing=true")
    );
    let screen = till
        .get(answer.header("hx-redirect"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(screen.attributes("button[data-print]", "type").len(), 1);
    // It goes to paper as it is drawn.
    assert_eq!(screen.all("article.receipt[data-printing]").len(), 1);
    screen
        .all("article.receipt h2, article.receipt .c, article.receipt td")
        .join(" ")
}

#[tokio::test]
async fn one_tap_makes_the_bill_and_nothing_is_received_or_sent_by_it() {
    let house = House::open().await;
    let mut waiter = house.person(WAITER).await;
    let order = table(&mut waiter).await;
    let said = bill(&mut waiter, order).await;
    let total = house.number("SELECT total FROM orders").await;
    for text in [
        "BILL",
        "1 Espresso",
        "1 Cappuccino",
        "TOTAL UGX",
        "This is not a receipt.",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    assert!(
        !said.contains("REVISED") && !said.contains("copy"),
        "{said}"
    );
    // It receives nothing, and sends nothing.
    let facts = "SELECT count(*) FROM orders WHERE paid = 0 AND settled_at IS NULL AND bill_printed_at IS NOT NULL";
    assert_eq!(house.number(facts).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 1);
    let noted = format!(
        "SELECT count(*) FROM bills WHERE kind = 'first' AND place = 1 AND total = {total}"
    );
    assert_eq!(house.number(&noted).await, 1);
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'bill.printed'";
    assert_eq!(house.number(journal).await, 1);
}

#[tokio::test]
async fn the_order_itself_has_the_tap_and_a_page_that_is_opened_later_prints_nothing() {
    let house = House::open().await;
    let mut waiter = house.person(WAITER).await;
    let order = waiter.sit_down("7", "2").await;
    let of = "#order-actions button.bill";
    let screen = waiter
        .get(&format!("/orders/{order}"))
        .await
        .must_be(StatusCode::OK);
    let rests = format!("{of}[disabled]");
    assert_eq!(screen.all(&rests), ["Bill"], "nothing is to be paid");
    let panel = waiter.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert!(panel.all(&rests).is_empty());
    assert_eq!(panel.attributes("button.bill", "hx-post"), [bills(order)]);
    bill(&mut waiter, order).await;
    let prints = "article.receipt[data-printing]";
    let plain = format!("/orders/{order}/bill");
    let screen = waiter.get(&plain).await.must_be(StatusCode::OK);
    assert!(screen.all(prints).is_empty());
    house.hand.advance(time::Duration::seconds(31));
    let again = format!("{plain}?printing=true");
    let screen = waiter.get(&again).await.must_be(StatusCode::OK);
    assert!(screen.all(prints).is_empty());
    assert_eq!(screen.all("article.receipt").len(), 1);
    // Whoever takes payments has it between sending and paying; at the counter nobody is handed one.
    let mut cashier = house.person(CASHIER).await;
    let screen = cashier.get(&format!("/orders/{order}")).await;
    let buttons = screen.all("#order-actions > .btn");
    assert_eq!(buttons[1..], ["Bill", "Pay"]);
    let sale = cashier.counter_sale().await;
    let panel = cashier.tap(sale, "Espresso").await;
    assert!(panel.all("button.bill").is_empty());
}

#[tokio::test]
async fn an_order_that_changes_after_its_bill_says_so_until_there_is_another_one() {
    let house = House::open().await;
    let mut till = house.person(WAITER).await;
    let order = table(&mut till).await;
    let of_table = format!("#o-{order} .badge");
    let badge = async |till: &mut Device| {
        let floor = till.get("/orders").await.must_be(StatusCode::OK);
        floor.one(&of_table)
    };
    let total = house.number("SELECT total FROM orders").await;
    bill(&mut till, order).await;
    let before = badge(&mut till).await;
    assert_ne!(before, "Bill changed");
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'order.changed_after_bill'";
    for (number, product) in [(1, "Espresso"), (2, "Butter croissant")] {
        let panel = till.tap(order, product).await.must_be(StatusCode::OK);
        assert_eq!(panel.all("dt.changed .badge"), ["Bill changed"]);
        let said = panel.one("dt.changed + dd");
        let was = format!("it says {},{:03}", total / 1_000, total % 1_000);
        assert_eq!(said, was);
        assert_eq!(house.number(journal).await, number);
        assert_eq!(badge(&mut till).await, "Bill changed");
    }
    let facts = format!(
        "{journal} AND (before ->> 'bill')::bigint = {total} AND (before ->> 'total')::bigint <> (after ->> 'total')::bigint"
    );
    assert_eq!(house.number(&facts).await, 2);
    // What leaves the sum as it is changes nothing of it.
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(journal).await, 2);
    bill(&mut till, order).await;
    assert_eq!(badge(&mut till).await, before);
    let screen = till.get(&format!("/orders/{order}")).await;
    assert!(screen.all("dt.changed").is_empty());
    // Nor does it matter any more when it is paid.
    let mut cashier = house.person(CASHIER).await;
    let panel = till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert_eq!(panel.all("dt.changed").len(), 1);
    cashier
        .post(&payments(order), &[("method", "card"), ("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let screen = till.get(&format!("/orders/{order}")).await;
    assert!(screen.all("dt.changed").is_empty());
    assert_eq!(house.number(journal).await, 3);
}

#[tokio::test]
async fn the_same_bill_again_is_a_copy_and_after_a_change_it_is_revised() {
    let house = House::open().await;
    let mut till = house.person(WAITER).await;
    let order = table(&mut till).await;
    bill(&mut till, order).await;
    let copy = bill(&mut till, order).await;
    assert!(copy.contains("No. 2 of this order, copy"), "{copy}");
    till.tap(order, "Butter croissant")
        .await
        .must_be(StatusCode::OK);
    let stale = till
        .get(&format!("/orders/{order}/bill"))
        .await
        .must_be(StatusCode::OK);
    assert!(stale.text.contains("The order changed."));
    assert!(
        stale.all("article.receipt").is_empty(),
        "nobody prints what is not true"
    );
    let revised = bill(&mut till, order).await;
    assert!(
        revised.contains("REVISED BILL") && revised.contains("No. 3 of this order"),
        "{revised}"
    );
    assert!(revised.contains("1 Butter croissant"), "{revised}");
    let kinds = "SELECT count(*) FROM bills WHERE (place, kind) IN ((1, 'first'), (2, 'copy'), (3, 'revised'))";
    assert_eq!(house.number(kinds).await, 3);
    let changed = house.app.db().execute_unprepared("DELETE FROM bills").await;
    assert!(changed.is_err(), "a bill that was printed stays written");
}

#[tokio::test]
async fn a_part_that_is_paid_is_on_the_next_bill() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = table(&mut till).await;
    bill(&mut till, order).await;
    let part = [("method", "card"), ("part", "amount"), ("amount", "4,000")];
    till.post(&payments(order), &part)
        .await
        .must_be(StatusCode::OK);
    let said = bill(&mut till, order).await;
    let left = house.number("SELECT total - 4000 FROM orders").await;
    assert!(
        said.contains("REVISED BILL") && said.contains("Paid already \u{2212}4,000"),
        "{said}"
    );
    let to_pay = format!("TO PAY {},{:03}", left / 1000, left % 1000);
    assert!(said.contains(&to_pay), "{to_pay}: {said}");
    // Paid: from then on there are receipts.
    till.post(&payments(order), &[("method", "card"), ("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .post(&bills(order), &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order is already paid.");
}

#[tokio::test]
async fn a_bill_of_nothing_is_none_and_a_nervous_finger_makes_one() {
    let house = House::open().await;
    let mut till = house.person(WAITER).await;
    let empty = till.sit_down("7", "2").await;
    let refused = till
        .post(&bills(empty), &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "There is nothing on this order to pay yet."
    );
    till.post(&bills(OrderId::new()), &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
    till.tap(empty, "Espresso").await.must_be(StatusCode::OK);
    let key = key();
    for _ in 0..3 {
        till.change(Method::POST, &bills(empty), &[], &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM bills").await, 1);
}

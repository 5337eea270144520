//! Several hands at once: whatever the order in which they arrive, money, lines and tickets are there once.

use std::future::Future;

use cafe_pos::data::{By, Tx};
use cafe_pos::values::OrderId;
use futures_util::future::join_all;
use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;

use super::house::*;

/// A table's order with this many espressos at 1,000 each, sent.
async fn espressos(house: &House, till: &mut Device, pieces: u16) -> OrderId {
    house
        .execute(
            "UPDATE products SET price = 1000 WHERE name = 'Espresso'",
            [],
        )
        .await;
    let order = till.sit_down("3", "2").await;
    let espresso = product_id(&house.db, "Espresso").await;
    let pieces = pieces.to_string();
    till.post(
        &format!("/orders/{order}/lines"),
        &[("product", &espresso), ("quantity", &pieces)],
    )
    .await
    .must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    order
}

fn payments(order: OrderId) -> String {
    format!("/orders/{order}/payments")
}

/// Of so many at once, how many were answered with this status.
fn count(answers: &[Answer], status: StatusCode) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status)
        .count()
}

async fn at_once<T>(deeds: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    join_all(deeds).await
}

/// Orders, payments and drawers say the same about the money.
pub async fn the_money_adds_up(house: &House) {
    for wrong in [
        "SELECT count(*) FROM orders o WHERE o.paid <> (SELECT coalesce(sum(p.amount - (SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.payment_id = p.id)), 0) \
           FROM payments p LEFT JOIN payment_placements pl ON pl.payment_id = p.id WHERE coalesce(p.order_id, pl.order_id) = o.id)",
        "SELECT count(*) FROM orders WHERE paid > total + rounding",
        "SELECT count(*) FROM payments p WHERE p.method = 'cash' AND p.amount + p.tip - (SELECT coalesce(sum(r.amount + r.tip), 0) FROM refunds r WHERE r.payment_id = p.id) \
           <> (SELECT coalesce(sum(e.amount), 0) FROM cash_entries e WHERE e.payment_id = p.id)",
        "SELECT count(*) FROM cash_entries e JOIN payments p ON p.id = e.payment_id WHERE p.method <> 'cash'",
        "SELECT count(*) FROM payments p WHERE p.amount < (SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.payment_id = p.id) \
           OR p.tip < (SELECT coalesce(sum(r.tip), 0) FROM refunds r WHERE r.payment_id = p.id)",
        "SELECT count(*) FROM orders o WHERE o.subtotal <> (SELECT coalesce(sum(l.unit_price * l.quantity), 0) FROM order_lines l WHERE l.order_id = o.id AND l.state <> 'voided')",
        "SELECT count(*) FROM orders WHERE total <> subtotal - comps - discount + service + CASE WHEN tax_included THEN 0 ELSE tax END",
        "SELECT count(*) FROM orders o WHERE o.discount < (SELECT coalesce(sum(l.discount), 0) FROM order_lines l WHERE l.order_id = o.id AND l.state <> 'voided' AND NOT l.comped)",
    ] {
        assert_eq!(house.number(wrong).await, 0, "{wrong}");
    }
}

#[tokio::test]
async fn twenty_payments_at_once_pay_what_is_due_and_no_shilling_more() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = espressos(&house, &mut till, 12).await;
    let part = [
        ("part", "amount"),
        ("amount", "1,000"),
        ("tendered", "1,000"),
    ];
    let answers = at_once((0..20).map(|_| {
        let mut till = till.clone();
        async move { till.post(&payments(order), &part).await }
    }))
    .await;
    assert_eq!(count(&answers, StatusCode::OK), 12);
    assert_eq!(count(&answers, StatusCode::CONFLICT), 8);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 12);
    the_money_adds_up(&house).await;
}

#[tokio::test]
async fn one_key_twenty_times_at_once_is_one_payment_and_one_receipt() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = espressos(&house, &mut till, 12).await;
    let part = [
        ("part", "amount"),
        ("amount", "1,000"),
        ("tendered", "1,000"),
    ];
    let key = key();
    let answers = at_once((0..20).map(|_| {
        let (mut till, key) = (till.clone(), key.clone());
        async move {
            till.change(Method::POST, &payments(order), &part, &key)
                .await
        }
    }))
    .await;
    assert_eq!(count(&answers, StatusCode::OK), 20);
    let mut receipts: Vec<&str> = answers
        .iter()
        .map(|answer| answer.header("hx-redirect"))
        .collect();
    receipts.dedup();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    the_money_adds_up(&house).await;
}

#[tokio::test]
async fn a_double_tap_on_the_payment_form_pays_once() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = espressos(&house, &mut till, 3).await;
    let page = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    let drawn = page
        .attributes("main input[name='_key']", "value")
        .remove(0);
    let form = [
        ("_key", drawn.as_str()),
        ("part", "full"),
        ("tendered", "5,000"),
    ];
    let answers = at_once((0..2).map(|_| {
        let mut till = till.clone();
        let key = drawn.clone();
        async move {
            till.change(Method::POST, &payments(order), &form, &key)
                .await
        }
    }))
    .await;
    assert_eq!(count(&answers, StatusCode::OK), 2);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    the_money_adds_up(&house).await;
}

#[tokio::test]
async fn paying_while_somebody_adds_a_line_takes_what_the_screen_showed_or_nothing() {
    for _ in 0..6 {
        let house = House::open().await;
        let mut till = house.with_float(CASHIER).await;
        let order = espressos(&house, &mut till, 3).await;
        let mut waiter = house.till(WAITER, "Floor tablet").await;
        let shown = [
            ("part", "full"),
            ("tendered", "3,000"),
            ("expected", "3,000"),
        ];
        let address = payments(order);
        let (paid, added) =
            tokio::join!(till.post(&address, &shown), waiter.tap(order, "Espresso"));
        added.must_be(StatusCode::OK);
        match paid.status {
            StatusCode::OK => {
                assert_eq!(
                    house.number("SELECT sum(amount) FROM payments").await,
                    3_000
                );
            }
            other => {
                assert_eq!(other, StatusCode::CONFLICT, "{}", paid.text);
                assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
            }
        }
        assert_eq!(house.number("SELECT total FROM orders").await, 4_000);
        the_money_adds_up(&house).await;
    }
}

#[tokio::test]
async fn two_who_send_at_once_make_one_ticket() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let order = moses.sit_down("3", "2").await;
    for product in ["Espresso", "Chips", "Chapati"] {
        moses.tap(order, product).await.must_be(StatusCode::OK);
    }
    let joan = house.till(OTHER_WAITER, "Till 1").await;
    let answers = at_once((0..10).map(|number| {
        let mut till = if number % 2 == 0 {
            moses.clone()
        } else {
            joan.clone()
        };
        async move { till.hand_over_to_kitchen(order).await }
    }))
    .await;
    assert_eq!(count(&answers, StatusCode::OK), 10);
    // One at the bar and one in the kitchen, each line on it once.
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 2);
    assert_eq!(house.number("SELECT count(*) FROM ticket_lines").await, 3);
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'order.sent'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_bump_and_a_recall_at_once_leave_line_and_ticket_of_one_mind() {
    for _ in 0..4 {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        espressos(&house, &mut till, 2).await;
        let ticket = house.row("SELECT id FROM tickets", []).await;
        let ticket: uuid::Uuid = ticket.try_get("", "id").expect("an id");
        let bump = format!("/kitchen/tickets/{ticket}/bump");
        let mut bar = house.person(BARTENDER).await;
        bar.post(&bump, &[]).await.must_be(StatusCode::OK);
        let answers = at_once((0..8).map(|number| {
            let (mut bar, bump) = (bar.clone(), bump.clone());
            async move {
                match number % 2 {
                    0 => bar.delete(&bump).await,
                    _ => bar.post(&bump, &[]).await,
                }
            }
        }))
        .await;
        assert!(
            answers
                .iter()
                .all(|answer| answer.status.is_success() || answer.status == StatusCode::CONFLICT)
        );
        let split = "SELECT count(*) FROM tickets t JOIN ticket_lines k ON k.ticket_id = t.id JOIN order_lines l ON l.id = k.line_id \
            WHERE (t.bumped_at IS NULL) <> (k.done_at IS NULL) OR (k.done_at IS NULL) <> (l.state IN ('sent', 'preparing'))";
        assert_eq!(house.number(split).await, 0);
    }
}

#[tokio::test]
async fn one_person_on_two_tablets_loses_nothing() {
    let house = House::open().await;
    let first = house.till(WAITER, "Floor tablet").await;
    let second = house.till(WAITER, "Till 1").await;
    let order = first.clone().sit_down("3", "4").await;
    let answers = at_once((0..24).map(|number| {
        let mut till = if number % 2 == 0 {
            first.clone()
        } else {
            second.clone()
        };
        async move {
            match number % 6 {
                5 => till.hand_over_to_kitchen(order).await,
                _ => till.tap(order, "Espresso").await,
            }
        }
    }))
    .await;
    assert_eq!(count(&answers, StatusCode::OK), 24);
    assert_eq!(
        house.number("SELECT sum(quantity) FROM order_lines").await,
        20
    );
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 1);
    the_money_adds_up(&house).await;
}

#[tokio::test]
async fn deadlocks_are_tried_again_until_everybody_is_through() {
    let house = House::open().await;
    house
        .execute(
            "CREATE TABLE knots (number integer PRIMARY KEY, tied integer NOT NULL)",
            [],
        )
        .await;
    house
        .execute("INSERT INTO knots VALUES (1, 0), (2, 0)", [])
        .await;
    let tied = std::sync::atomic::AtomicU32::new(0);
    // Each holds one row and wants the other's: Postgres ends one of every pair.
    let deeds = (0..4).map(|number| {
        let (app, tied) = (house.app.clone(), &tied);
        async move {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                let (first, then) = if number % 2 == 0 { (1, 2) } else { (2, 1) };
                for row in [first, then] {
                    tied.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    tx.execute_unprepared(&format!(
                        "UPDATE knots SET tied = tied + 1 WHERE number = {row}"
                    ))
                    .await?;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Ok(())
            })
            .await
        }
    });
    for done in at_once(deeds).await {
        done.expect("a deadlock is tried again");
    }
    assert_eq!(house.number("SELECT sum(tied) FROM knots").await, 8);
    assert!(
        tied.into_inner() > 8,
        "no deadlock came about, so nothing was proved"
    );
}

//! What an order was before it is opened again or its money goes back: all of it is kept.

use poem::http::StatusCode;

use super::cash::{payments, sale_of};
use super::house::*;
use super::refunds::{WHY, close, last_payment, loose_money};

async fn kept(house: &House, which: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM order_versions WHERE {which}");
    house.number(&sql).await
}

#[tokio::test]
async fn money_that_was_put_on_an_order_is_among_what_is_kept() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let placed = loose_money(&house, &mut boss).await;
    let order = sale_of(&house, &mut boss, 30_000).await;
    let id = order.to_string();
    boss.post(&format!("/payments/{placed}/placement"), &[("order", &id)])
        .await
        .must_be(StatusCode::OK);
    boss.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    close(&house).await;
    boss.post(&format!("/orders/{order}/reopening"), &[WHY])
        .await
        .must_be(StatusCode::OK);
    let whole = "(SELECT sum((p->>'amount')::bigint) FROM jsonb_array_elements(was->'payments') p) = (was->'order'->>'paid')::bigint";
    assert_eq!(kept(&house, whole).await, 1);
}

#[tokio::test]
async fn an_order_that_was_paid_and_not_made_yet_is_kept_when_its_money_goes_back() {
    let house = House::open().await;
    let mut boss = house.person(MANAGER).await;
    let order = sale_of(&house, &mut boss, 20_000).await;
    let card = [("method", "card"), ("tip", "2,000")];
    boss.post(&payments(order), &card)
        .await
        .must_be(StatusCode::OK);
    let refund = format!("/payments/{}/refund", last_payment(&house).await);
    // Its tip is beside the order.
    boss.post(&refund, &[WHY, ("tip", "2,000")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(kept(&house, "true").await, 0);
    boss.post(&refund, &[WHY, ("amount", "5,000")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(kept(&house, "was->'order'->>'paid' = '20000'").await, 1);
    // It is due already: what it is now was never paid.
    boss.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(kept(&house, "true").await, 1);
    let opened = "SELECT count(*) FROM audit_log WHERE deed = 'order.reopened'";
    assert_eq!(house.number(opened).await, 0, "it was open");
}

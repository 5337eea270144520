//! Money that came through Pesapal goes back through it: asked for once, booked when it was accepted.

use super::super::cash::sale_of;
use super::simulator::Call;
use super::*;
use crate::races::the_money_adds_up;

/// A sale of 82,000 that somebody paid through Pesapal, and the address that gives it back.
pub async fn paid_by(cafe: &Cafe, method: &str) -> (Device, OrderId, String) {
    let mut till = cafe.house.person(MANAGER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    ask_for(&mut till, order, &[("part", "full")]).await;
    cafe.pesapal.pay(method);
    cafe.ipn(&cafe.house).await.must_be(StatusCode::OK);
    let sql = "SELECT id FROM payments";
    let id: uuid::Uuid = cafe
        .house
        .row(sql, [])
        .await
        .try_get("", "id")
        .expect("an id");
    (till, order, format!("/payments/{id}/refund"))
}

pub const WHY: (&str, &str) = ("reason", "Not served");

pub async fn stored(cafe: &Cafe, state: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM pesapal_refunds WHERE state = '{state}'");
    cafe.house.number(&sql).await
}

pub async fn given_back(cafe: &Cafe) -> i64 {
    let sql = "SELECT coalesce(sum(amount), 0)::bigint FROM refunds";
    cafe.house.number(sql).await
}

#[tokio::test]
async fn a_card_is_given_back_in_part_once_and_the_rest_another_way() {
    let cafe = Cafe::open().await;
    let (mut till, order, refund) = paid_by(&cafe, "Visa").await;
    let screen = till.get(&refund).await.must_be(StatusCode::OK);
    assert!(screen.text.contains("It came through Pesapal by card"));
    till.post(&refund, &[WHY, ("amount", "30,000")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(cafe.pesapal.last().refunds.len(), 1);
    assert_eq!(cafe.pesapal.last().refunds[0]["amount"], 30_000);
    assert_eq!(
        (stored(&cafe, "accepted").await, given_back(&cafe).await),
        (1, 30_000)
    );
    // It takes one for each payment, and is not asked again.
    let refused = till
        .post(&refund, &[WHY, ("amount", "1,000")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.text.contains("one refund for each payment"),
        "{}",
        refused.text
    );
    assert_eq!(cafe.pesapal.calls(Call::Refund), 1);
    till.post(&refund, &[WHY, ("amount", "1,000"), ("another_way", "on")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(given_back(&cafe).await, 31_000);
    assert_eq!(cafe.paid(order).await, 51_000);
    the_money_adds_up(&cafe.house).await;
    // It was done: that is its confirmation, and nobody has to look at it.
    cafe.pesapal.becomes(3);
    cafe.ipn(&cafe.house).await.must_be(StatusCode::OK);
    assert_eq!(
        (stored(&cafe, "confirmed").await, cafe.orphans().await),
        (1, 0)
    );
}

#[tokio::test]
async fn mobile_money_goes_back_in_full_and_twice_with_one_key_is_once() {
    let cafe = Cafe::open().await;
    let (mut till, order, refund) = paid_by(&cafe, "MTNUG").await;
    let refused = till
        .post(&refund, &[WHY, ("amount", "30,000")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("in full only"), "{}", refused.text);
    assert_eq!(cafe.pesapal.calls(Call::Refund), 0);
    let key = key();
    for _ in 0..2 {
        till.change(Method::POST, &refund, &[WHY], &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(cafe.pesapal.calls(Call::Refund), 1);
    assert_eq!(
        (given_back(&cafe).await, cafe.paid(order).await),
        (82_000, 0)
    );
}

#[tokio::test]
async fn what_the_house_refuses_is_not_asked_for() {
    let cafe = Cafe::open().await;
    let (mut till, _, refund) = paid_by(&cafe, "Visa").await;
    let limit =
        "INSERT INTO settings (key, value, updated_at) VALUES ('refundLimit', '50000', now())";
    cafe.house.execute(limit, []).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for (form, status) in [
        (&[WHY][..], StatusCode::CONFLICT),
        (
            &[WHY, ("amount", "5,000"), ("shown", "4,000")],
            StatusCode::CONFLICT,
        ),
        (
            &[WHY, ("amount", "82,001")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (&[("amount", "5,000")], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        till.post(&refund, form).await.must_be(status);
    }
    assert_eq!(cafe.pesapal.calls(Call::Refund), 0);
    // Two halves are a whole.
    till.post(&refund, &[WHY, ("amount", "40,000"), ("another_way", "on")])
        .await
        .must_be(StatusCode::OK);
    till.post(&refund, &[WHY, ("amount", "40,000"), ("another_way", "on")])
        .await
        .must_be(StatusCode::CONFLICT);
    let mut admin = cafe.house.person(ADMIN).await;
    admin
        .post(&refund, &[WHY, ("amount", "40,000"), ("another_way", "on")])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_neither_done_twice_nor_called_refused() {
    let cafe = Cafe::open().await;
    let (mut till, order, refund) = paid_by(&cafe, "Visa").await;
    cafe.pesapal.with(|faults| faults.breaks.push(Call::Refund));
    till.post(&refund, &[WHY])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        (stored(&cafe, "asking").await, given_back(&cafe).await),
        (1, 0)
    );
    // Another way is no way as long as its answer may be on the way.
    till.post(&refund, &[WHY, ("another_way", "on")])
        .await
        .must_be(StatusCode::CONFLICT);
    till.post(&refund, &[WHY])
        .await
        .must_be(StatusCode::CONFLICT);
    cafe.pesapal.with(|faults| faults.breaks.clear());
    cafe.house.hand.advance(time::Duration::seconds(61));
    till.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(
        (given_back(&cafe).await, cafe.paid(order).await),
        (82_000, 0)
    );
    assert_eq!(cafe.pesapal.last().refunds.len(), 1);
}

//! The same payment twice, and two at once: the money is taken once.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn the_same_key_twice_takes_the_money_once() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let (key, form) = (key(), [("tendered", "10,000")]);
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let paid = till
            .change(Method::POST, &payments(order), &form, &key)
            .await
            .must_be(StatusCode::OK);
        receipts.push(paid.header("hx-redirect").to_owned());
    }
    assert!(receipts.iter().all(|to| *to == receipts[0]), "{receipts:?}");
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    assert_eq!(
        house.number("SELECT sum(amount) FROM payments").await,
        9_000
    );
}

#[tokio::test]
async fn two_tills_that_pay_one_order_at_once_take_the_money_once() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let mut brian = house.with_float(OTHER_CASHIER).await;
    let order = sale_of(&house, &mut amina, 82_000).await;
    let form = [
        ("part", "full"),
        ("tendered", "100,000"),
        ("expected", "82,000"),
    ];
    let path = payments(order);
    let (a, b) = tokio::join!(amina.post(&path, &form), brian.post(&path, &form));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let refused = if a.status == StatusCode::CONFLICT {
        a
    } else {
        b
    };
    assert_eq!(refused.notice(), "This order is already paid.");
    assert_eq!(
        house.number("SELECT sum(amount) FROM payments").await,
        82_000
    );
    assert_eq!(
        house
            .number("SELECT sum(amount) FROM cash_entries WHERE kind = 'sale'")
            .await,
        82_000
    );
}

#[tokio::test]
async fn a_repeated_payment_answers_with_its_own_receipt_and_not_with_a_colleagues() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let mut ruth = house.with_float(MANAGER).await;
    let order = sale_of(&house, &mut amina, 30_000).await;
    let part = [
        ("part", "amount"),
        ("amount", "10,000"),
        ("tendered", "10,000"),
    ];
    let key = key();
    let first = amina
        .change(Method::POST, &payments(order), &part, &key)
        .await
        .must_be(StatusCode::OK);
    ruth.post(&payments(order), &[("tendered", "50,000")])
        .await
        .must_be(StatusCode::OK);
    let again = amina
        .change(Method::POST, &payments(order), &part, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(again.header("hx-redirect"), first.header("hx-redirect"));
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 2);
}

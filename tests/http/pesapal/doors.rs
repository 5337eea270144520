//! The doors that strangers knock at: what each of them is told, and that a word without proof counts for nothing.

use serde_json::{Value, json};

use super::super::cash::sale_of;
use super::*;

const WEBHOOK: &str = "/api/payments/pesapal/webhook";
const IPN: &str = "/api/payments/pesapal/ipn";

fn said(order: &str, amount: Value, method: &str, tracking: &str) -> String {
    let said = json!({ "orderId": order, "amount": amount, "payment_method": method, "transaction_tracking_id": tracking });
    said.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_without_a_secret_a_signature_or_sense_is_told_so() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await.to_string();
    let whole = said(&order, json!(82_000), "MTN", "t-1");
    let mut relay = house.browser();
    let unsigned = Some(("application/json", whole.clone()));
    let told = relay.send_body(Method::POST, WEBHOOK, unsigned, &[]).await;
    let told = told.must_be(StatusCode::UNAUTHORIZED);
    assert_eq!(told.json()["code"], "bad_signature");
    let good = sign(&whole);
    for wrong in [
        "",
        "x",
        &good[..63],
        &good.to_uppercase(),
        &format!("{good}00"),
        &sign("{}"),
    ] {
        knock(&house, &whole, Some(wrong))
            .await
            .must_be(StatusCode::UNAUTHORIZED);
    }
    for (odd, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("{\"orderId\":", StatusCode::BAD_REQUEST),
        ("[]", StatusCode::BAD_REQUEST),
        (
            &said(&order, json!(null), "MTN", "t-1"),
            StatusCode::BAD_REQUEST,
        ),
        (
            &said("20261127-0001", json!(1), "MTN", "t-1"),
            StatusCode::NOT_FOUND,
        ),
        (
            &said(&OrderId::new().to_string(), json!(1), "MTN", "t-1"),
            StatusCode::NOT_FOUND,
        ),
        (&"x".repeat(64 * 1024 + 1), StatusCode::PAYLOAD_TOO_LARGE),
        (&"x".repeat(10 * 1024 * 1024), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let told = knock(&house, odd, None).await;
        assert_eq!(told.status, status, "{}", &odd[..odd.len().min(100)]);
        assert!(told.json()["error"].is_string());
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);

    let closed = House::with_settings(&[("PESAPAL_WEBHOOK_SECRET", "")]).await;
    let told = knock(&closed, &whole, None).await;
    let told = told.must_be(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(told.text, r#"{"error":"Webhook not configured"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_a_relays_signature_is_enough() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let methods = [
        ("MTN", "mtn_momo"),
        ("AIRTEL", "airtel_money"),
        ("VISA", "card"),
        ("MASTERCARD", "card"),
        ("Shells", "card"),
    ];
    for (number, (word, method)) in methods.into_iter().enumerate() {
        let order = sale_of(&house, &mut till, 82_000).await;
        let body = said(
            &order.to_string(),
            json!(82_000),
            word,
            &format!("track-{number}"),
        );
        for _ in 0..3 {
            let told = knock(&house, &body, None).await.must_be(StatusCode::OK);
            assert_eq!(told.json()["status"], "recorded");
        }
        let booked = format!(
            "SELECT count(*) FROM payments WHERE order_id = '{order}' AND method = '{method}' AND amount = 82000 \
             AND reference = 'TRACK-{number}' AND taken_by IS NULL AND shift_id IS NOT NULL"
        );
        assert_eq!(house.number(&booked).await, 1, "{word}");
    }
    // Another word about money that is in the books is for a person to look at, once.
    let order = sale_of(&house, &mut till, 82_000).await;
    for _ in 0..2 {
        for (order, amount, code) in [
            (order, 82_000, "reference"),
            (first_order(&house).await, 80_000, "amount"),
        ] {
            let another = said(&order.to_string(), json!(amount), "MTN", "track-0");
            let told = knock(&house, &another, None).await;
            assert_eq!(told.must_be(StatusCode::CONFLICT).json()["code"], code);
        }
    }
    let kept = "SELECT count(*) FROM payment_orphans WHERE payment_id IS NOT NULL AND tracking_id = 'track-0'";
    assert_eq!(house.number(kept).await, 2);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 5);
    // Another amount than is due, an order that is paid, somebody else's transaction: kept, and not booked.
    let order = sale_of(&house, &mut till, 82_000).await;
    let id = order.to_string();
    for (body, code) in [
        (said(&id, json!(80_000), "MTN", "track-9"), "nothing_asked"),
        (said(&id, json!(80_000), "MTN", "track-9"), "nothing_asked"),
        (said(&id, json!(82_000.5), "MTN", "track-10"), "amount"),
    ] {
        let told = knock(&house, &body, None)
            .await
            .must_be(StatusCode::CONFLICT);
        assert_eq!(told.json()["code"], code);
    }
    let mut kes: Value =
        serde_json::from_str(&said(&id, json!(82_000), "MTN", "track-11")).unwrap();
    kes["currency"] = json!("KES");
    let told = knock(&house, &kes.to_string(), None).await;
    assert_eq!(
        told.must_be(StatusCode::CONFLICT).json()["code"],
        "currency"
    );
    assert_eq!(
        house.number("SELECT count(*) FROM payment_orphans").await,
        5
    );
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 5);
    let told =
        "SELECT count(*) FROM audit_log WHERE deed = 'payment.orphaned' AND actor = 'System'";
    assert_eq!(house.number(told).await, 5);
}

async fn first_order(house: &House) -> OrderId {
    let sql = "SELECT order_id FROM payments WHERE reference = 'TRACK-0'";
    let row = house.row(sql, []).await;
    row.try_get("", "order_id").expect("an order")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_whose_word_cannot_be_booked_now_is_asked_to_send_it_again() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    let last = cafe.pesapal.last();
    // An instance without credentials, on the same database: nobody there could ask later.
    let plain = cafe.house.another_instance_with(&[]);
    let body = said(&attempt.to_string(), json!(82_000), "MTN", &last.tracking);
    cafe.house.hand.advance(-time::Duration::days(3)); // the clock is wrong: no day to book it in
    let told = knock(&plain, &body, None).await;
    told.must_be(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(cafe.payments().await, 0);
    cafe.house.hand.advance(time::Duration::days(3));
    for _ in 0..2 {
        knock(&plain, &body, None).await.must_be(StatusCode::OK);
    }
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, 82_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_relays_at_once_record_one_payment() {
    let house = House::open().await;
    let other = house.another_instance();
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await.to_string();
    let body = said(&order, json!(82_000), "VISA", "track-1");
    let knocks =
        (0..8).map(|number| knock(if number % 2 == 0 { &house } else { &other }, &body, None));
    for told in futures_util::future::join_all(knocks).await {
        assert_eq!(told.must_be(StatusCode::OK).json()["status"], "recorded");
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_credentials_a_relays_word_about_an_order_is_checked_first() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let invented = said(&order.to_string(), json!(82_000), "MTN", "invented");
    knock(&cafe.house, &invented, None)
        .await
        .must_be(StatusCode::SERVICE_UNAVAILABLE);
    // With the order's id where an attempt is open, the attempt is meant.
    let attempt = ask_for(&mut till, order, &[]).await;
    let last = cafe.pesapal.pay("MTNUG");
    let right = said(&order.to_string(), json!(82_000), "MTN", &last.tracking);
    for _ in 0..2 {
        knock(&cafe.house, &right, None)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(cafe.state(attempt).await, "confirmed");
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, 82_000));
    // One transaction pays one order.
    let other = sale_of(&cafe.house, &mut till, 82_000).await;
    let moved = said(&other.to_string(), json!(82_000), "MTN", &last.tracking);
    let told = knock(&cafe.house, &moved, None)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(told.json()["code"], "reference");
    assert_eq!(cafe.payments().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_answered_alike_whether_it_is_ours_or_not_and_is_only_a_hint() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let first = ask_for(&mut till, order, &[]).await;
    let paid = cafe.pesapal.pay("MTNUG");
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let second = ask_for(&mut till, order, &[]).await;
    let mut stranger = cafe.house.browser();
    // The transaction of the first guest does not pay for the second.
    cafe.house
        .execute(
            "UPDATE payment_attempts SET tracking_id = NULL WHERE id = $1",
            [second.into()],
        )
        .await;
    cafe.house
        .execute(
            "UPDATE payment_attempts SET tracking_id = 'unknown-yet' WHERE id = $1",
            [first.into()],
        )
        .await;
    for (tracking, reference) in [
        (paid.tracking.as_str(), second.to_string()),
        ("invented", OrderId::new().to_string()),
        ("invented", "x".to_owned()),
    ] {
        let notice = json!({ "OrderTrackingId": tracking, "OrderMerchantReference": reference, "OrderNotificationType": "IPNCHANGE" });
        let body = Some(("application/json", notice.to_string()));
        let told = stranger.send_body(Method::POST, IPN, body, &[]).await;
        let told = told.must_be(StatusCode::OK).json();
        let expected = json!({
            "orderNotificationType": "IPNCHANGE", "orderTrackingId": tracking, "orderMerchantReference": reference, "status": 200,
        });
        assert_eq!(told, expected);
    }
    assert_eq!(cafe.payments().await, 0);
    assert_eq!(cafe.orphans().await, 0);
    for odd in [IPN.to_owned(), format!("{IPN}?OrderTrackingId=x")] {
        let told = stranger.send(Method::GET, &odd, None, &[]).await;
        told.must_be(StatusCode::BAD_REQUEST);
    }
    // Posted by Pesapal itself, in its body.
    cafe.house
        .execute(
            "UPDATE payment_attempts SET tracking_id = $2 WHERE id = $1",
            [first.into(), paid.tracking.clone().into()],
        )
        .await;
    let notice =
        json!({ "OrderTrackingId": paid.tracking, "OrderMerchantReference": paid.reference });
    let body = Some(("application/json", notice.to_string()));
    stranger
        .send_body(Method::POST, IPN, body, &[])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(cafe.state(first).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guest_taps_on_pesapals_page_and_is_led_back() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    let link = screen.attributes("#attempt a.address", "href").remove(0);
    let client = cafe_pos::web::ask::client().build().expect("a client");
    let page = client.get(&link).send().await.expect("a page");
    assert!(page.text().await.expect("text").contains("Pay by MTN"));
    let tapped = client
        .post(&link)
        .body("way=AIRTELUG")
        .send()
        .await
        .expect("an answer");
    let back = tapped.text().await.expect("text");
    assert!(
        back.contains("Thank you, your payment has arrived."),
        "{back}"
    );
    assert_eq!(cafe.state(attempt).await, "confirmed");
    assert_eq!(cafe.paid(order).await, 82_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knocks_too_often_is_told_to_wait() {
    let house = House::open().await;
    let mut stranger = house.browser();
    let path = format!("{IPN}?OrderTrackingId=t&OrderMerchantReference=r");
    let headers = [("x-forwarded-for", "203.0.113.9")];
    let mut refused = None;
    for _ in 0..300 {
        let told = stranger.send(Method::GET, &path, None, &headers).await;
        if told.status != StatusCode::OK {
            refused = Some(told.must_be(StatusCode::TOO_MANY_REQUESTS));
            break;
        }
    }
    let refused = refused.expect("refused at last");
    assert_ne!(refused.header("retry-after"), "");
    let others = [("x-forwarded-for", "203.0.113.10")];
    stranger
        .send(Method::GET, &path, None, &others)
        .await
        .must_be(StatusCode::OK);
}

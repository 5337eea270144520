//! Pesapal is slow, silent, broken or strange; its token ends; it is not set up at all. The till goes on.

use std::time::{Duration, Instant};

use cafe_pos::payments::pesapal::{ask_refund, is_of_pesapal};
use cafe_pos::values::{Money, PaymentId};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::super::cash::sale_of;
use super::simulator::Call;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn without_an_account_the_till_says_what_to_set_and_asks_nobody() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let screen = till.get(&format!("/orders/{order}/pay")).await;
    assert!(screen.one(".for-link").contains("PESAPAL_CONSUMER_KEY"));
    let refused = till
        .post(&payments(order), &[("method", "pesapal")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Pesapal is not set up."),
        "{}",
        refused.notice()
    );
    assert_eq!(
        house.number("SELECT count(*) FROM payment_attempts").await,
        0
    );
    let path =
        format!("/api/payments/pesapal/ipn?OrderTrackingId=t&OrderMerchantReference={order}");
    let told = house.browser().send(Method::GET, &path, None, &[]).await;
    assert_eq!(told.must_be(StatusCode::OK).json()["status"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_pesapal_says_to_the_submit_is_a_sentence_and_the_next_try_goes_through() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let silent = "Not paid. Pesapal does not answer at the moment. Ask again, or take the money another way.";
    let too_much = "Not paid. Pesapal does not take that much in one payment (its sandbox takes small amounts only). Ask for less, or take the money another way.";
    let forgot = "Not paid. Pesapal says: InvalidIpnId.";
    type Change = fn(&mut super::simulator::Faults);
    let faults: [(Change, &str); 7] = [
        (|faults| faults.breaks = vec![Call::Token], silent),
        (|faults| faults.garbage = vec![Call::Register], silent),
        (|faults| faults.breaks = vec![Call::Submit], silent),
        (|faults| faults.garbage = vec![Call::Submit], silent),
        (|faults| faults.limit = Some(1_000), too_much),
        (|faults| faults.forgot_ipns = true, forgot),
        (|faults| faults.garbage = vec![Call::Token], silent),
    ];
    for (fault, sentence) in faults {
        // Each begins without what the one before was given: a token, an address that is registered.
        cafe.house.execute("DELETE FROM pesapal_ipns", []).await;
        let mut till = cafe.house.another_instance().person(CASHIER).await;
        cafe.pesapal.with(fault);
        let attempt = ask_for(&mut till, order, &[]).await;
        cafe.pesapal.with(|faults| *faults = Default::default());
        assert_eq!(cafe.state(attempt).await, "failed");
        let screen = till.get(&format!("/attempts/{attempt}")).await;
        assert_eq!(screen.one("#attempt .banner"), sentence);
    }
    let attempt = ask_for(&mut till, order, &[]).await;
    assert_eq!(cafe.state(attempt).await, "waiting");
    assert_eq!(cafe.payments().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pesapal_that_never_answers_holds_up_neither_cash_nor_anybody() {
    let cafe = Cafe::open().await;
    cafe.pesapal
        .with(|faults| faults.hangs = vec![Call::Submit]);
    let mut till = cafe.house.with_float(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let begun = Instant::now();
    let attempt = ask_for(&mut till, order, &[]).await;
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert_eq!(
        screen.one("#attempt .banner"),
        "Asking Pesapal for the link."
    );
    let taken = Instant::now();
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    assert!(
        taken.elapsed() < Duration::from_secs(3),
        "{:?}",
        taken.elapsed()
    );
    for tried in 0.. {
        if cafe.state(attempt).await == "failed" {
            break;
        }
        assert!(tried < 150, "it waits for ever");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // Nor does one that is silent about a status hold up those who look at the same time.
    cafe.pesapal.with(|faults| faults.hangs.clear());
    let order = sale_of(&cafe.house, &mut till, 9_000).await;
    ask_for(&mut till, order, &[]).await;
    cafe.pesapal
        .with(|faults| faults.hangs = vec![Call::Status]);
    cafe.house.hand.advance(time::Duration::seconds(6));
    let app = cafe.house.app.clone();
    let looking = tokio::spawn(async move { ask_due(&app).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    assert!(!looking.is_finished());
    looking.await.expect("a task").expect("asked");
    assert_eq!(cafe.payments().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_nobody_can_read_or_that_does_not_fit_books_nothing() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.pay("MTNUG");
    cafe.pesapal
        .with(|faults| faults.garbage = vec![Call::Status]);
    cafe.poll_after(6).await;
    cafe.pesapal
        .with(|faults| faults.breaks = vec![Call::Status]);
    let said = cafe.pesapal.notify().await;
    assert_eq!(
        (&said["http"], &said["body"]["status"]),
        (&json!(200), &json!(500))
    );
    let ask = format!("/attempts/{attempt}/asks");
    let refused = till.post(&ask, &[]).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Pesapal does not answer"),
        "{}",
        refused.notice()
    );
    assert_eq!(cafe.state(attempt).await, "waiting");

    type Change = fn(&mut super::simulator::Faults);
    let odd: [(&str, Change); 4] = [
        ("amount", |faults| faults.other_amount = Some(json!(80_000))),
        ("amount", |faults| {
            faults.other_amount = Some(json!("82000.50"))
        }),
        ("currency", |faults| {
            faults.other_currency = Some("KES".to_owned())
        }),
        ("reference", |faults| {
            faults.other_reference = Some("another".to_owned())
        }),
    ];
    for (number, (reason, change)) in (1..).zip(odd) {
        let order = sale_of(&cafe.house, &mut till, 82_000).await;
        let attempt = ask_for(&mut till, order, &[]).await;
        cafe.pesapal.with(|faults| {
            *faults = Default::default();
            change(faults);
        });
        cafe.pesapal.pay("MTNUG");
        for _ in 0..2 {
            cafe.pesapal.notify().await;
        }
        assert_eq!(cafe.payments().await, 0, "{reason}");
        assert_eq!(cafe.orphans().await, number, "{reason}");
        let kept = format!(
            "SELECT count(*) FROM payment_orphans WHERE reason = '{reason}' AND attempt_id = '{attempt}'"
        );
        assert_eq!(cafe.house.number(&kept).await, 1, "{reason}");
        cafe.pesapal.with(|faults| *faults = Default::default());
    }
    // Whoever has to find out sees each of them at the desk, the last one first.
    let desk = till.get("/payments/pending").await.must_be(StatusCode::OK);
    assert_eq!(
        desk.all("#desk-doubtful li b"),
        [
            "Another payment than the one it names: UGX82,000",
            "Another currency than the café's: UGX82,000",
            "Another amount than was asked for: in UGX",
            "Another amount than was asked for: UGX80,000",
        ]
    );
    let links = desk.attributes("#desk-doubtful li a", "href");
    assert_eq!(links[0], format!("/attempts/{}", last_attempt(&cafe).await));
}

async fn last_attempt(cafe: &Cafe) -> AttemptId {
    let sql = "SELECT id FROM payment_attempts ORDER BY started_at DESC, id DESC LIMIT 1";
    let row = cafe.house.row(sql, []).await;
    row.try_get("", "id").expect("an id")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_has_paid_may_be_told_pending_for_a_while() {
    let cafe = Cafe::open().await;
    cafe.pesapal.with(|faults| faults.pending_first = 2);
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.pay("MTNUG");
    cafe.pesapal.notify().await;
    let asked = till.post(&format!("/attempts/{attempt}/asks"), &[]).await;
    assert!(
        asked
            .must_be(StatusCode::OK)
            .one(".banner")
            .starts_with("Waiting")
    );
    assert_eq!(cafe.payments().await, 0);
    cafe.poll_after(6).await;
    assert_eq!(cafe.paid(order).await, 82_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_is_asked_for_by_one_and_a_fresh_one_where_it_ended() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    cafe.pesapal
        .with(|faults| faults.slow = vec![(Call::Token, Duration::from_millis(200))]);
    ask_for(&mut till, order, &[]).await;
    let tracking = cafe.pesapal.last().tracking;
    let gateway = cafe.house.app.pesapal();
    let ask_often = async || {
        let asked = join_all((0..8).map(|_| gateway.status(&tracking))).await;
        assert!(asked.iter().all(Result::is_ok), "{asked:?}");
    };
    ask_often().await;
    assert_eq!(cafe.pesapal.calls(Call::Token), 1);
    assert_eq!(cafe.pesapal.calls(Call::Register), 1);
    // It ends earlier than it said: whoever is refused asks for another, once for all.
    cafe.pesapal
        .with(|faults| faults.token_lives = Some(Duration::from_millis(1_500)));
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    ask_often().await;
    assert_eq!(cafe.pesapal.calls(Call::Token), 2);
    // Another instance has a token of its own, and finds the address registered.
    let other = cafe.house.another_instance();
    let mut there = other.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 9_000).await;
    ask_for(&mut there, order, &[]).await;
    assert_eq!(cafe.pesapal.calls(Call::Token), 3);
    assert_eq!(cafe.pesapal.calls(Call::Register), 1);
    let ipns = cafe.pesapal.ipns();
    assert!(
        ipns.len() == 1 && ipns[0].ends_with("/api/payments/pesapal/ipn"),
        "{ipns:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_interrupted_is_ended_and_one_of_a_day_took_too_long() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    let lost = "UPDATE payment_attempts SET state = 'starting', tracking_id = NULL, redirect_url = NULL, ask_at = started_at + interval '60 seconds'";
    cafe.house.execute(lost, []).await;
    cafe.poll_after(30).await;
    assert_eq!(cafe.state(attempt).await, "starting");
    cafe.poll_after(31).await;
    assert_eq!(cafe.state(attempt).await, "failed");
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert!(screen.one("#attempt .banner").contains("there is no link"));

    let attempt = ask_for(&mut till, order, &[]).await;
    let mut asked = 0;
    while cafe.state(attempt).await == "waiting" {
        cafe.poll_after(3_600).await;
        asked += 1;
        assert!(asked < 100);
    }
    assert_eq!(asked, 75);
    let mut till = cafe.house.person(CASHIER).await;
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert!(screen.one("#attempt .banner").starts_with("Took too long."));
    // A relay that was told to wait is followed up, and it is money all the same.
    cafe.relay(82_000).await.must_be(StatusCode::ACCEPTED);
    cafe.pesapal.pay("MTNUG");
    cafe.poll_after(6).await;
    assert_eq!(cafe.state(attempt).await, "confirmed");
    assert_eq!(cafe.paid(order).await, 82_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_given_back_through_pesapal_once() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    ask_for(&mut till, order, &[]).await;
    cafe.pesapal.pay("Visa");
    cafe.pesapal.notify().await;
    let id = cafe.house.row("SELECT id FROM payments", []).await;
    let payment: PaymentId = id.try_get("", "id").expect("a payment");
    let app = &cafe.house.app;
    let origin = is_of_pesapal(app.db(), payment).await.expect("asked");
    let origin = origin.expect("of Pesapal");
    assert_eq!(origin.confirmation, Some(cafe.pesapal.last().confirmation));
    assert_eq!(origin.amount, Money::new(82_000));
    let ask = async |amount: i64| {
        let amount = Money::new(amount);
        ask_refund(app, &origin, amount, "Amina", "Spilled").await
    };
    assert!(ask(90_000).await.is_err());
    ask(2_000).await.expect("received");
    let again = ask(1_000).await.unwrap_err().to_string();
    assert_eq!(again, "Pesapal says: Refund rejected.");
    let refunds = cafe.pesapal.last().refunds;
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"], json!(2_000));
    assert_eq!(refunds[0]["username"], Value::from("Amina"));
    let other = is_of_pesapal(app.db(), PaymentId::new())
        .await
        .expect("asked");
    assert_eq!(other, None);
}

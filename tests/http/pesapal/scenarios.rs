//! A guest pays, or does not, and the word of it comes again, early, late, forged or contradictory.

use futures_util::future::join_all;
use serde_json::json;

use super::super::cash::sale_of;
use super::super::shifts::count_and_close;
use super::simulator::Call;
use super::*;
use crate::races::the_money_adds_up;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Then {
    /// The guest pays with this; nobody is notified of it.
    Pays(&'static str),
    Fails,
    GivenBack,
    /// Pesapal notifies us.
    Ipn,
    /// The guest's browser comes back.
    Callback,
    /// A relay tells of so much, signed.
    Relay(i64, u16),
    /// Somebody without the secret tells of it.
    Forged,
    /// The loop looks, after so many seconds.
    Poll(i64),
    CallsOff,
}

use Then::*;

/// What is asked for in each scenario.
const ASKED: i64 = 82_000;

/// What happens, how many payments come of it, how the attempt ends, and how many words are kept for somebody to look at.
const SCENARIOS: &[(&str, &[Then], i64, &str, i64)] = &[
    ("nothing happens", &[Ipn, Poll(6)], 0, "waiting", 0),
    ("notified once", &[Pays("MTNUG"), Ipn], 1, "confirmed", 0),
    (
        "notified again and again",
        &[Pays("MTNUG"), Ipn, Ipn, Ipn, Poll(6), Callback, Ipn],
        1,
        "confirmed",
        0,
    ),
    (
        "never notified, asked",
        &[Pays("AIRTELUG"), Poll(6)],
        1,
        "confirmed",
        0,
    ),
    (
        "the browser is first",
        &[Pays("Visa"), Callback, Ipn, Poll(6)],
        1,
        "confirmed",
        0,
    ),
    (
        "notified too early",
        &[Ipn, Pays("MTNUG"), Poll(6)],
        1,
        "confirmed",
        0,
    ),
    (
        "a relay and Pesapal itself",
        &[Pays("MTNUG"), Relay(ASKED, 200), Ipn, Relay(ASKED, 200)],
        1,
        "confirmed",
        0,
    ),
    (
        "a relay before the guest has finished",
        &[Relay(ASKED, 202), Poll(6)],
        0,
        "waiting",
        0,
    ),
    (
        "a relay of another amount",
        &[Pays("MTNUG"), Relay(80_000, 409)],
        0,
        "waiting",
        1,
    ),
    (
        "a relay of another amount, twice, and then Pesapal",
        &[Relay(80_000, 409), Relay(80_000, 409), Pays("MTNUG"), Ipn],
        1,
        "confirmed",
        1,
    ),
    ("forged", &[Forged, Forged, Poll(6)], 0, "waiting", 0),
    ("failed", &[Fails, Ipn], 0, "failed", 0),
    (
        "failed, said twice",
        &[Fails, Ipn, Ipn, Poll(6), Callback],
        0,
        "failed",
        0,
    ),
    (
        "failed, and paid after all",
        &[Fails, Ipn, Pays("MTNUG"), Ipn, Ipn],
        1,
        "confirmed",
        0,
    ),
    (
        "failed, and paid after all, of which nobody tells",
        &[Fails, Ipn, Poll(6), Pays("MTNUG"), Poll(60)],
        1,
        "confirmed",
        0,
    ),
    (
        "failed, and a relay tells that it was paid after all",
        &[Fails, Ipn, Pays("MTNUG"), Relay(ASKED, 200)],
        1,
        "confirmed",
        0,
    ),
    (
        "a relay tells of another amount when it is in the books",
        &[Pays("MTNUG"), Ipn, Relay(80_000, 409), Relay(ASKED, 200)],
        1,
        "confirmed",
        1,
    ),
    (
        "given back before it was heard of",
        &[GivenBack, Ipn],
        0,
        "failed",
        0,
    ),
    (
        "given back afterwards",
        &[Pays("Visa"), Ipn, GivenBack, Ipn, Ipn, Callback],
        1,
        "confirmed",
        1,
    ),
    (
        "failed after it was paid",
        &[Pays("MTNUG"), Ipn, Fails, Ipn, Ipn],
        1,
        "confirmed",
        1,
    ),
    ("called off", &[CallsOff, Ipn, Poll(6)], 0, "cancelled", 0),
    (
        "called off, and paid all the same",
        &[CallsOff, Pays("MTNUG"), Poll(6), Ipn],
        1,
        "confirmed",
        0,
    ),
    (
        "paid in the moment of calling off",
        &[Pays("MTNUG"), CallsOff, Ipn],
        1,
        "confirmed",
        0,
    ),
    ("a day without a word", &[Poll(90_000)], 0, "waiting", 0),
];

async fn happens(cafe: &Cafe, till: &mut Device, attempt: AttemptId, then: Then) {
    match then {
        Pays(method) => drop(cafe.pesapal.pay(method)),
        Fails => drop(cafe.pesapal.becomes(2)),
        GivenBack => drop(cafe.pesapal.becomes(3)),
        Ipn => {
            let said = cafe.pesapal.notify().await;
            assert_eq!(said["http"], 200, "{said}");
            assert_eq!(said["body"]["status"], 200, "{said}");
            assert_eq!(said["body"]["orderMerchantReference"], attempt.to_string());
        }
        Callback => {
            let last = cafe.pesapal.last();
            let path = format!(
                "/payments/pesapal/return?OrderTrackingId={}&OrderNotificationType=CALLBACKURL&OrderMerchantReference={}",
                last.tracking, last.reference
            );
            let mut guest = cafe.house.browser();
            guest.get(&path).await.must_be(StatusCode::OK);
        }
        Relay(amount, status) => {
            let told = cafe.relay(amount).await;
            assert_eq!(told.status.as_u16(), status, "{}", told.text);
        }
        Forged => {
            let last = cafe.pesapal.last();
            let body = json!({ "orderId": last.reference, "amount": ASKED, "payment_method": "MTN", "transaction_tracking_id": last.tracking });
            let told = knock(&cafe.house, &body.to_string(), Some(&"0".repeat(64))).await;
            told.must_be(StatusCode::UNAUTHORIZED);
        }
        Poll(seconds) => cafe.poll_after(seconds).await,
        CallsOff => drop(
            till.post(&format!("/attempts/{attempt}/cancellation"), &[])
                .await
                .must_be(StatusCode::OK),
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_said_in_whatever_order_one_payment_or_none_comes_of_it() {
    let cafe = Cafe::open().await;
    let mut orphans = 0;
    for (name, story, payments, state, looked_at) in SCENARIOS {
        let mut till = cafe.house.person(CASHIER).await;
        let before = cafe.payments().await;
        let order = sale_of(&cafe.house, &mut till, ASKED).await;
        let attempt = ask_for(&mut till, order, &[("part", "full")]).await;
        for then in *story {
            happens(&cafe, &mut till, attempt, *then).await;
        }
        assert_eq!(cafe.payments().await - before, *payments, "{name}");
        assert_eq!(cafe.state(attempt).await, *state, "{name}");
        assert_eq!(cafe.paid(order).await, payments * ASKED, "{name}");
        orphans += looked_at;
        assert_eq!(cafe.orphans().await, orphans, "{name}");
        // What is open is called off, so that the next one is the last.
        let mut till = cafe.house.person(CASHIER).await;
        till.post(&format!("/attempts/{attempt}/cancellation"), &[])
            .await
            .must_be(StatusCode::OK);
    }
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_till_shows_a_link_a_code_and_that_the_guest_has_paid() {
    let cafe = Cafe::open().await;
    let house = &cafe.house;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(house, &mut till, ASKED).await;
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    assert_eq!(screen.all("#m-pesapal ~ span"), ["Pesapal link"]);
    let form = [
        ("part", "full"),
        ("tip", "2,000"),
        ("payer", "+256 772 418 906"),
    ];
    let attempt = ask_for(&mut till, order, &form).await;
    let at = format!("/attempts/{attempt}");
    let screen = till.get(&at).await.must_be(StatusCode::OK);
    assert_eq!(screen.one("#attempt .huge"), "UGX84,000");
    assert!(
        screen
            .one("#attempt .banner")
            .starts_with("Waiting for the guest.")
    );
    assert_eq!(screen.all("#attempt svg.qr path").len(), 1);
    let link = screen.attributes("#attempt a.address", "href");
    assert!(link[0].contains("/page/"), "{link:?}");
    assert!(!screen.text.contains("style="), "{}", screen.text);
    let shown = till.get(&pay).await;
    let banner = &shown.all("#pay-panel > .banner")[0];
    assert_eq!(
        banner,
        "UGX 84,000 asked for by Pesapal, waiting. Show the link"
    );
    assert!(
        shown
            .attributes("#pay-panel > .banner a", "href")
            .contains(&at)
    );
    let submitted = cafe.pesapal.last();
    assert_eq!(submitted.reference, attempt.to_string());
    assert_eq!(submitted.amount.to_string(), "84000");
    assert_eq!(
        submitted.billing,
        json!({ "phone_number": "+256772418906" })
    );

    // The screen that waits looks again, and is told nothing while nothing has changed.
    let again = screen.attributes("#attempt", "hx-get").remove(0);
    till.fragment(&again).await.must_be(StatusCode::NO_CONTENT);
    cafe.pesapal.pay("MTNUG");
    let said = cafe.pesapal.notify().await;
    assert_eq!(said["body"]["status"], 200, "{said}");
    let panel = till.fragment(&again).await.must_be(StatusCode::OK);
    assert!(panel.one(".banner").starts_with("Paid through Pesapal."));
    assert!(panel.attributes("#attempt", "hx-get").is_empty());
    let receipt = panel.attributes("#attempt a.primary", "href").remove(0);
    till.get(&receipt).await.must_be(StatusCode::OK);

    // In the books: the method, the provider's id, the shift that asked, and nobody who took it.
    let code = cafe.pesapal.last().confirmation;
    let booked = format!(
        "SELECT count(*) FROM payments p JOIN payment_attempts a ON a.payment_id = p.id AND a.shift_id = p.shift_id \
         WHERE p.method = 'mtn_momo' AND p.reference = '{code}' AND p.amount = 82000 AND p.tip = 2000 AND p.taken_by IS NULL"
    );
    assert_eq!(house.number(&booked).await, 1);
    let settled =
        format!("SELECT count(*) FROM orders WHERE id = '{order}' AND settled_at IS NOT NULL");
    assert_eq!(house.number(&settled).await, 1);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'payment.taken' AND actor = 'System' AND staff_id IS NULL";
    assert_eq!(house.number(told).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM cash_entries").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_money_may_be_here_before_pesapal_has_answered_the_submit() {
    let cafe = Cafe::open().await;
    cafe.pesapal.with(|faults| {
        faults.early = true;
        faults.again = 2;
    });
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    assert_eq!(cafe.state(attempt).await, "confirmed");
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, ASKED));
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert!(
        screen
            .one("#attempt .banner")
            .starts_with("Paid through Pesapal.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_words_at_once_on_two_instances_are_one_payment() {
    let cafe = Cafe::open().await;
    let other = cafe.house.another_instance();
    for round in 0..4 {
        let mut till = cafe.house.person(CASHIER).await;
        let order = sale_of(&cafe.house, &mut till, ASKED).await;
        let attempt = ask_for(&mut till, order, &[]).await;
        cafe.pesapal.pay("MTNUG");
        cafe.house.hand.advance(time::Duration::seconds(6));
        let knocks =
            (0..6).map(|knock| cafe.ipn(if knock % 2 == 0 { &cafe.house } else { &other }));
        let (knocks, here, there, relay) = tokio::join!(
            join_all(knocks),
            ask_due(&cafe.house.app),
            ask_due(&other.app),
            cafe.relay(ASKED),
        );
        here.and(there).expect("asked");
        relay.must_be(StatusCode::OK);
        for knock in knocks {
            assert_eq!(knock.json()["status"], 200, "{}", knock.text);
        }
        assert_eq!(cafe.payments().await, round + 1);
        assert_eq!(cafe.paid(order).await, ASKED);
        assert_eq!(cafe.state(attempt).await, "confirmed");
    }
    // Two loops that look at the same moment do not both ask.
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    ask_for(&mut till, order, &[]).await;
    let before = cafe.pesapal.calls(Call::Status);
    cafe.house.hand.advance(time::Duration::seconds(6));
    let looks = (0..6).map(|look| {
        ask_due(if look % 2 == 0 {
            &cafe.house.app
        } else {
            &other.app
        })
    });
    for looked in join_all(looks).await {
        looked.expect("asked");
    }
    assert_eq!(cafe.pesapal.calls(Call::Status) - before, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_asks_once_however_often_it_comes_and_one_link_asks_for_the_same_money() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let (form, key) = ([("method", "pesapal"), ("part", "full")], key());
    let mut attempts = Vec::new();
    for _ in 0..3 {
        let path = payments(order);
        let answer = till.change(Method::POST, &path, &form, &key).await;
        attempts.push(attempt_of(&answer.must_be(StatusCode::OK)));
    }
    attempts.dedup();
    assert_eq!(attempts.len(), 1);
    assert_eq!(cafe.pesapal.transactions().len(), 1);
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let sentence = "A Pesapal link already asks for UGX 82,000 of this order. Cancel it first.";
    assert!(
        refused.notice().starts_with(sentence),
        "{}",
        refused.notice()
    );
    // A part of it, and what the screen showed, are as with any other payment.
    let cancel = format!("/attempts/{}/cancellation", attempts[0]);
    till.post(&cancel, &[]).await.must_be(StatusCode::OK);
    let share = [
        ("part", "even"),
        ("people", "2"),
        ("shown", "41,000"),
        ("expected", "82,000"),
    ];
    ask_for(&mut till, order, &share).await;
    assert_eq!(cafe.pesapal.last().amount.to_string(), "41000");
    let moved = [
        ("method", "pesapal"),
        ("part", "full"),
        ("expected", "1,000"),
    ];
    till.post(&payments(order), &moved)
        .await
        .must_be(StatusCode::CONFLICT);
    let mut waiter = cafe.house.person(WAITER).await;
    waiter
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(cafe.pesapal.transactions().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_changes_to_cash_pays_in_cash_unless_they_were_faster() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.with_float(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    let switch = format!("/attempts/{attempt}/cancellation");
    let answer = till.post(&switch, &[("cash", "on")]).await;
    assert_eq!(answer.header("hx-redirect"), format!("/orders/{order}/pay"));
    assert!(cafe.pesapal.last().called_off);
    assert_eq!(cafe.state(attempt).await, "cancelled");
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(cafe.paid(order).await, ASKED);

    // They were faster: the money is recorded, and the person is told.
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.pay("AIRTELUG");
    let switch = format!("/attempts/{attempt}/cancellation");
    let answer = till.post(&switch, &[("cash", "on")]).await;
    assert_eq!(answer.header("hx-redirect"), format!("/attempts/{attempt}"));
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert_eq!(
        screen.one("#attempt .banner"),
        "Paid through Pesapal. Take no cash for it."
    );
    assert_eq!(cafe.paid(order).await, ASKED);
    assert_eq!(cafe.payments().await, 2);

    // Pesapal is silent: only the guest knows, and whoever stands at the till is told to ask them. Cash is taken all the
    // same, and what comes then is for no order.
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal
        .with(|faults| faults.breaks = vec![Call::Cancel, Call::Status]);
    let switch = format!("/attempts/{attempt}/cancellation");
    let answer = till.post(&switch, &[("cash", "on")]).await;
    assert_eq!(answer.header("hx-redirect"), format!("/attempts/{attempt}"));
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    assert_eq!(
        screen.one("#attempt .banner"),
        "Called off. Pesapal does not answer now. Ask the guest whether they have paid: if they have, wait for it; if not, take the money another way."
    );
    let pay = format!("/orders/{order}/pay");
    assert_eq!(screen.attributes("#attempt a.primary", "href"), [pay]);
    let asks = format!("/attempts/{attempt}/asks");
    till.post(&asks, &[]).await.must_be(StatusCode::CONFLICT);
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    cafe.pesapal.with(|faults| faults.breaks.clear());
    let asked = till.post(&asks, &[]).await.must_be(StatusCode::OK);
    assert_eq!(
        asked.one(".banner"),
        "Called off. Pesapal says that nothing was paid."
    );
    cafe.pesapal.pay("MTNUG");
    cafe.poll_after(6).await;
    assert_eq!(cafe.state(attempt).await, "confirmed");
    let for_none = "SELECT count(*) FROM payments WHERE order_id IS NULL AND method = 'mtn_momo' AND amount = 82000";
    assert_eq!(cafe.house.number(for_none).await, 1);
    assert_eq!(cafe.paid(order).await, ASKED);
    let screen = till.get(&format!("/attempts/{attempt}")).await;
    let banner = screen.one("#attempt .banner");
    assert!(banner.contains("the money is for no order"), "{banner}");
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_when_the_shift_is_over_is_late() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.with_float(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    ask_for(&mut till, order, &[]).await;
    let sql = "SELECT s.id FROM shifts s JOIN staff t ON t.id = s.staff_id WHERE t.username = $1";
    let shift: uuid::Uuid = cafe
        .house
        .row(sql, [CASHIER.into()])
        .await
        .try_get("", "id")
        .expect("a shift");
    let id = order.to_string();
    let leave = [
        ("order", id.as_str()),
        ("deed", "carry_over"),
        ("reason", "They stay"),
    ];
    till.post(&format!("/shifts/{shift}/orders"), &leave)
        .await
        .must_be(StatusCode::OK);
    count_and_close(&cafe.house, &mut till, CASHIER).await;
    cafe.pesapal.pay("MTNUG");
    cafe.pesapal.notify().await;
    assert_eq!(cafe.paid(order).await, ASKED);
    let late = "SELECT count(*) FROM payments WHERE shift_id IS NULL AND order_id IS NOT NULL";
    assert_eq!(cafe.house.number(late).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_somebody_typed_in_by_hand_is_the_same_money() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.confirmed_as("3261.1264.207");
    cafe.pesapal.pay("MTNUG");
    let typed = [("method", "mtn_momo"), ("reference", "32611264207")];
    till.post(&payments(order), &typed)
        .await
        .must_be(StatusCode::OK);
    for _ in 0..3 {
        let said = cafe.pesapal.notify().await;
        assert_eq!(said["body"]["status"], 200, "{said}");
        cafe.relay(ASKED).await.must_be(StatusCode::OK);
    }
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, ASKED));
    assert_eq!(cafe.state(attempt).await, "confirmed");
    assert_eq!(cafe.orphans().await, 0);
    let verified = "SELECT count(*) FROM pesapal_receipts r JOIN payments p ON p.id = r.payment_id WHERE p.reference = '32611264207'";
    assert_eq!(cafe.house.number(verified).await, 1);
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_typed_in_on_another_order_is_money_to_look_at() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let other = sale_of(&cafe.house, &mut till, ASKED).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let attempt = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.confirmed_as("3261.1264.207");
    cafe.pesapal.pay("MTNUG");
    let typed = [("method", "mtn_momo"), ("reference", "32611264207")];
    till.post(&payments(other), &typed)
        .await
        .must_be(StatusCode::OK);
    for _ in 0..3 {
        let said = cafe.pesapal.notify().await;
        assert_eq!(said["body"]["status"], 200, "{said}");
    }
    assert_eq!(cafe.payments().await, 2);
    assert_eq!((cafe.paid(order).await, cafe.paid(other).await), (0, ASKED));
    assert_eq!(cafe.state(attempt).await, "confirmed");
    let kept = "SELECT count(*) FROM payment_orphans o JOIN payments p ON p.id = o.payment_id \
         WHERE o.reason = 'used_reference' AND p.order_id IS NULL AND p.reference LIKE '3261.1264.207-%'";
    assert_eq!(cafe.house.number(kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_were_asked_for_are_paid_for_when_the_money_comes() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, 9_000).await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let sql = "SELECT id FROM order_lines WHERE order_id = $1 AND unit_price = 9000";
    let line: uuid::Uuid = cafe
        .house
        .row(sql, [order.into()])
        .await
        .try_get("", "id")
        .expect("a line");
    let item = line.to_string();
    ask_for(
        &mut till,
        order,
        &[("part", "item"), ("item", item.as_str())],
    )
    .await;
    assert_eq!(cafe.pesapal.last().amount.to_string(), "9000");
    cafe.pesapal.pay("Visa");
    cafe.pesapal.notify().await;
    let paid = format!("SELECT sum(quantity) FROM paid_pieces WHERE line_id = '{line}'");
    assert_eq!(cafe.house.number(&paid).await, 1);
    assert_eq!(cafe.paid(order).await, 9_000);
}

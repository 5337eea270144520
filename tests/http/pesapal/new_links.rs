//! A guest cannot use the link that there is: another one takes its place, and one of the two is paid.

use super::super::cash::sale_of;
use super::simulator::Call;
use super::*;
use crate::races::the_money_adds_up;

const ASKED: i64 = 82_000;

fn renewals(attempt: AttemptId) -> String {
    format!("/attempts/{attempt}/renewals")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_link_asks_for_the_same_money_once_and_the_old_one_is_called_off() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let form = [
        ("part", "full"),
        ("tip", "2,000"),
        ("payer", "+256 772 418 906"),
    ];
    let old = ask_for(&mut till, order, &form).await;
    let before = cafe.pesapal.last();
    let screen = till.get(&format!("/attempts/{old}")).await;
    assert!(screen.text.contains("New link"), "{}", screen.text);

    let key = key();
    let mut links = Vec::new();
    for _ in 0..2 {
        let answer = till.change(Method::POST, &renewals(old), &[], &key).await;
        links.push(attempt_of(&answer.must_be(StatusCode::OK)));
    }
    links.dedup();
    let [new] = links[..] else {
        panic!("{links:?}")
    };
    assert_ne!(new, old);
    assert_eq!(
        (cafe.state(old).await, cafe.state(new).await),
        ("cancelled".into(), "waiting".into())
    );
    let transactions = cafe.pesapal.transactions();
    assert_eq!(transactions.len(), 2);
    assert!(
        transactions
            .iter()
            .any(|one| one.tracking == before.tracking && one.called_off)
    );
    let last = cafe.pesapal.last();
    assert_eq!(
        (last.amount.to_string(), last.billing),
        ("84000".into(), before.billing)
    );
    let screen = till.get(&format!("/attempts/{old}")).await;
    assert_eq!(
        screen.one("#attempt .banner"),
        "Called off. A new link was made for it."
    );

    cafe.pesapal.pay("MTNUG");
    cafe.pesapal.notify().await;
    assert_eq!(cafe.state(new).await, "confirmed");
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, ASKED));
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'attempt.started' AND after->>'insteadOf' IS NOT NULL";
    assert_eq!(cafe.house.number(told).await, 1);
    the_money_adds_up(&cafe.house).await;

    // What is over has no new link.
    for over in [old, new] {
        let refused = till.post(&renewals(over), &[]).await;
        let refused = refused.must_be(StatusCode::CONFLICT);
        assert!(
            refused.notice().starts_with("This link is over."),
            "{}",
            refused.notice()
        );
    }
    let mut waiter = cafe.house.person(WAITER).await;
    waiter
        .post(&renewals(old), &[])
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(cafe.pesapal.transactions().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_was_faster_has_paid_and_gets_no_second_link() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let old = ask_for(&mut till, order, &[]).await;
    cafe.pesapal.pay("AIRTELUG");
    let answer = till.post(&renewals(old), &[]).await;
    assert_eq!(attempt_of(&answer.must_be(StatusCode::OK)), old);
    assert_eq!(cafe.state(old).await, "confirmed");
    assert_eq!(cafe.pesapal.transactions().len(), 1);
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, ASKED));
    let open = "SELECT count(*) FROM payment_attempts WHERE state IN ('starting', 'waiting')";
    assert_eq!(cafe.house.number(open).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_link_that_pesapal_does_not_make_is_ended_and_the_old_one_still_counts() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let old = ask_for(&mut till, order, &[]).await;
    cafe.pesapal
        .with(|faults| faults.breaks = vec![Call::Cancel, Call::Status, Call::Submit]);
    let answer = till.post(&renewals(old), &[]).await;
    let new = attempt_of(&answer.must_be(StatusCode::OK));
    assert_eq!(
        (cafe.state(old).await, cafe.state(new).await),
        ("cancelled".into(), "failed".into())
    );
    cafe.pesapal.with(|faults| faults.breaks.clear());
    cafe.pesapal.pay("MTNUG");
    cafe.poll_after(6).await;
    assert_eq!(cafe.state(old).await, "confirmed");
    assert_eq!((cafe.payments().await, cafe.paid(order).await), (1, ASKED));

    // The order owes less than the link asks for: it stays as it is.
    let mut till = cafe.house.with_float(CASHIER).await;
    let order = sale_of(&cafe.house, &mut till, ASKED).await;
    let old = ask_for(&mut till, order, &[]).await;
    till.post(
        &payments(order),
        &[("tendered", "50,000"), ("amount", "50,000")],
    )
    .await
    .must_be(StatusCode::OK);
    let refused = till.post(&renewals(old), &[]).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("The order owes UGX 32,000 now."),
        "{}",
        refused.notice()
    );
    assert_eq!(cafe.state(old).await, "waiting");
}

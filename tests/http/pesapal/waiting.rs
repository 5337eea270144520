//! Refunds that Pesapal has accepted and of which no notification comes: they are asked about, in proportion to how long
//! they take, and not for ever.

use cafe_pos::app::App;
use cafe_pos::payments::refunds;
use futures_util::future::join_all;
use time::{Duration, OffsetDateTime};

use super::super::cash::sale_of;
use super::giving_back::{WHY, given_back, paid_by, stored};
use super::simulator::Call;
use super::*;
use crate::races::the_money_adds_up;

/// All that a guest paid is given back, and Pesapal has accepted it. Answers the address that asks how it stands.
async fn accepted(cafe: &Cafe) -> (Device, String) {
    let (mut till, _, refund) = paid_by(cafe, "Visa").await;
    till.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    (till, format!("{refund}/asks"))
}

/// The loop beside the server looks, so much later.
async fn look_after(cafe: &Cafe, app: &App, time: Duration) {
    cafe.house.hand.advance(time);
    refunds::ask_due(app).await.expect("asked");
}

async fn told(cafe: &Cafe, deed: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM audit_log WHERE deed = '{deed}'");
    cafe.house.number(&sql).await
}

/// The loop looks whenever a question is due, until none is. Answers how often it asked, and for how long.
async fn look_until_it_stops(cafe: &Cafe) -> (usize, Duration) {
    let (before, begun) = (
        cafe.pesapal.calls(Call::Status),
        cafe.house.app.clock().now(),
    );
    loop {
        let sql = "SELECT max(ask_at) AS at FROM pesapal_refunds";
        let at: Option<OffsetDateTime> = cafe
            .house
            .row(sql, [])
            .await
            .try_get("", "at")
            .expect("a time");
        let now = cafe.house.app.clock().now();
        let Some(at) = at else {
            return (cafe.pesapal.calls(Call::Status) - before, now - begun);
        };
        assert!(at > now, "it was due and is not asked");
        look_after(cafe, &cafe.house.app, at - now).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_nobody_notified_us_of_is_found_by_the_loop() {
    let cafe = Cafe::open().await;
    let (mut till, asks) = accepted(&cafe).await;
    let asked = cafe.pesapal.calls(Call::Status);
    look_after(&cafe, &cafe.house.app, Duration::minutes(4)).await;
    assert_eq!(
        cafe.pesapal.calls(Call::Status),
        asked,
        "nobody there is that fast"
    );
    look_after(&cafe, &cafe.house.app, Duration::minutes(2)).await;
    assert_eq!(cafe.pesapal.calls(Call::Status), asked + 1);
    assert_eq!(stored(&cafe, "accepted").await, 1);
    let desk = till.get("/payments/pending").await;
    assert!(desk.one("#desk-back li").contains("Waiting"));

    cafe.pesapal.becomes(3);
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    assert_eq!(
        (stored(&cafe, "confirmed").await, cafe.orphans().await),
        (1, 0)
    );
    assert_eq!(
        (
            told(&cafe, "refund.confirmed").await,
            given_back(&cafe).await
        ),
        (1, 82_000)
    );
    look_after(&cafe, &cafe.house.app, Duration::days(1)).await;
    assert_eq!(
        cafe.pesapal.calls(Call::Status),
        asked + 2,
        "what is done is not asked about"
    );
    let mut till = cafe.house.person(MANAGER).await;
    let desk = till.get("/payments/pending").await;
    assert_eq!(desk.all("#desk-back li").len(), 0);
    let now = till
        .post(&asks, &[])
        .await
        .must_be(StatusCode::OK)
        .text
        .clone();
    assert!(now.contains("Pesapal has given it back."), "{now}");
    assert_eq!(cafe.pesapal.calls(Call::Status), asked + 2);
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notified_polled_and_asked_at_once_on_two_instances_is_confirmed_once() {
    let cafe = Cafe::open().await;
    let other = cafe.house.another_instance();
    let (_, asks) = accepted(&cafe).await;
    cafe.pesapal.becomes(3);
    cafe.house.hand.advance(Duration::minutes(6));
    let mut tills = [
        cafe.house.person(CASHIER).await,
        other.person(MANAGER).await,
    ];
    let [one, two] = &mut tills;
    let knocks = (0..6).map(|knock| cafe.ipn(if knock % 2 == 0 { &cafe.house } else { &other }));
    let (knocks, here, there, one, two) = tokio::join!(
        join_all(knocks),
        refunds::ask_due(&cafe.house.app),
        refunds::ask_due(&other.app),
        one.post(&asks, &[]),
        two.post(&asks, &[]),
    );
    here.and(there).expect("asked");
    one.must_be(StatusCode::OK);
    two.must_be(StatusCode::OK);
    for knock in knocks {
        assert_eq!(knock.json()["status"], 200, "{}", knock.text);
    }
    assert_eq!(
        (stored(&cafe, "confirmed").await, cafe.orphans().await),
        (1, 0)
    );
    assert_eq!(
        (
            told(&cafe, "refund.confirmed").await,
            given_back(&cafe).await
        ),
        (1, 82_000)
    );
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_that_look_at_the_same_moment_ask_once() {
    let cafe = Cafe::open().await;
    let other = cafe.house.another_instance();
    accepted(&cafe).await;
    for round in 0..3 {
        let before = cafe.pesapal.calls(Call::Status);
        cafe.house.hand.advance(Duration::minutes(5));
        let looks = (0..8).map(|look| {
            refunds::ask_due(if look % 2 == 0 {
                &cafe.house.app
            } else {
                &other.app
            })
        });
        for look in join_all(looks).await {
            look.expect("asked");
        }
        assert_eq!(
            cafe.pesapal.calls(Call::Status),
            before + 1,
            "round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_not_asked_about_and_may_be_asked_for_anew() {
    let cafe = Cafe::open().await;
    let (mut till, _, refund) = paid_by(&cafe, "Visa").await;
    // It takes refunds of what was paid only, and this is not at the moment.
    cafe.pesapal.becomes(2);
    till.post(&refund, &[WHY])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        (stored(&cafe, "refused").await, given_back(&cafe).await),
        (1, 0)
    );
    let asked = cafe.pesapal.calls(Call::Status);
    look_after(&cafe, &cafe.house.app, Duration::days(2)).await;
    assert_eq!(cafe.pesapal.calls(Call::Status), asked);

    cafe.pesapal.becomes(1);
    let mut till = cafe.house.person(MANAGER).await;
    till.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    cafe.pesapal.becomes(3);
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    assert_eq!(
        (stored(&cafe, "confirmed").await, cafe.orphans().await),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_is_heard_of_ends_after_two_weeks_and_a_manager_is_told() {
    let cafe = Cafe::open().await;
    let (_, asks) = accepted(&cafe).await;
    // Somebody there has declined: no status says so, the payment stays what it is.
    let (questions, time) = look_until_it_stops(&cafe).await;
    assert_eq!((questions, time.whole_hours()), (83, 14 * 24 + 6));
    assert_eq!(
        (
            stored(&cafe, "accepted").await,
            told(&cafe, "refund.unheard").await
        ),
        (1, 1)
    );
    look_after(&cafe, &cafe.house.app, Duration::days(1)).await;
    assert_eq!(told(&cafe, "refund.unheard").await, 1);
    let mut manager = cafe.house.person(MANAGER).await;
    let desk = manager.get("/payments/pending").await;
    assert!(desk.one("#desk-back header").contains("1 to look up"));
    assert!(desk.one("#desk-back li").contains("Nothing heard"));

    // It may be asked about by hand, and what comes late is heard.
    let asked = manager
        .post(&asks, &[("desk", "on")])
        .await
        .must_be(StatusCode::OK);
    assert!(asked.text.contains("Nothing was heard of it"));
    cafe.pesapal.becomes(3);
    let asked = manager
        .post(&asks, &[("desk", "on")])
        .await
        .must_be(StatusCode::OK);
    assert!(asked.text.contains("Pesapal has given it back."));
    assert_eq!(
        (
            stored(&cafe, "confirmed").await,
            told(&cafe, "refund.confirmed").await
        ),
        (1, 1)
    );
    let desk = manager.get("/payments/pending").await;
    assert_eq!(desk.all("#desk-back li").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pesapal_that_is_silent_or_strange_is_asked_on_and_holds_nobody_up() {
    let cafe = Cafe::open().await;
    let (mut till, asks) = accepted(&cafe).await;
    cafe.pesapal.with(|faults| faults.breaks.push(Call::Status));
    let refused = till.post(&asks, &[]).await.must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "Pesapal does not answer at the moment. It is asked again by itself."
    );
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    cafe.pesapal.with(|faults| {
        faults.breaks.clear();
        faults.garbage.push(Call::Status);
    });
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    assert_eq!(stored(&cafe, "accepted").await, 1);
    // Silent to the end: it ends all the same, and the notification that comes then counts.
    look_until_it_stops(&cafe).await;
    assert_eq!(told(&cafe, "refund.unheard").await, 1);
    cafe.pesapal.with(|faults| faults.garbage.clear());
    cafe.pesapal.becomes(3);
    cafe.ipn(&cafe.house).await.must_be(StatusCode::OK);
    assert_eq!(
        (stored(&cafe, "confirmed").await, cafe.orphans().await),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_started_again_goes_on_waiting() {
    let cafe = Cafe::open().await;
    accepted(&cafe).await;
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    cafe.pesapal.becomes(3);
    // Another program on the same database knows nothing but what is stored.
    let again = cafe.house.another_instance();
    look_after(&cafe, &again.app, Duration::minutes(4)).await;
    assert_eq!(
        stored(&cafe, "accepted").await,
        1,
        "the pause is not begun anew, nor is it over"
    );
    look_after(&cafe, &again.app, Duration::minutes(1)).await;
    assert_eq!(stored(&cafe, "confirmed").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_was_lost_is_found_and_booked_once() {
    let cafe = Cafe::open().await;
    let (mut till, order, refund) = paid_by(&cafe, "Visa").await;
    cafe.pesapal.with(|faults| faults.loses_refunds = true);
    till.post(&refund, &[WHY])
        .await
        .must_be(StatusCode::CONFLICT);
    let screen = till.get(&refund).await.must_be(StatusCode::OK);
    assert!(
        screen
            .one("#at-pesapal")
            .contains("its answer did not arrive")
    );
    cafe.pesapal.becomes(3);
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    assert_eq!(
        (stored(&cafe, "confirmed").await, given_back(&cafe).await),
        (1, 0)
    );
    let desk = till.get("/payments/pending").await;
    assert!(desk.one("#desk-back li").contains("Not in the books"));

    till.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(cafe.pesapal.calls(Call::Refund), 1);
    assert_eq!(
        (given_back(&cafe).await, cafe.paid(order).await),
        (82_000, 0)
    );
    let desk = till.get("/payments/pending").await;
    assert_eq!(desk.all("#desk-back li").len(), 0);
    the_money_adds_up(&cafe.house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_a_relay_asked_for_is_waited_for_too() {
    let cafe = Cafe::open().await;
    let mut till = cafe.house.person(MANAGER).await;
    // Pesapal has a transaction that no attempt here is about.
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    ask_for(&mut till, order, &[]).await;
    let theirs = cafe.pesapal.pay("Visa");
    let order = sale_of(&cafe.house, &mut till, 82_000).await;
    till.post(&payments(order), &[("method", "card"), ("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let row = cafe.house.row("SELECT id FROM payments", []).await;
    let payment: uuid::Uuid = row.try_get("", "id").expect("an id");
    let receipt = "INSERT INTO pesapal_receipts (payment_id, tracking_id, channel, said_method, confirmation_code) \
                   VALUES ($1, $2, 'card', 'Visa', $3)";
    cafe.house
        .execute(
            receipt,
            [
                payment.into(),
                theirs.tracking.into(),
                theirs.confirmation.into(),
            ],
        )
        .await;
    till.post(&format!("/payments/{payment}/refund"), &[WHY])
        .await
        .must_be(StatusCode::OK);
    cafe.pesapal.becomes(3);
    look_after(&cafe, &cafe.house.app, Duration::minutes(6)).await;
    assert_eq!(
        (
            stored(&cafe, "confirmed").await,
            told(&cafe, "refund.confirmed").await
        ),
        (1, 1)
    );
}

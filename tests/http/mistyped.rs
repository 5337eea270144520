//! Ids that were mistyped: the money is in the books once, and a manager says which transaction of a statement it is.

use poem::http::{Method, StatusCode};

use super::cash::{payments, sale_of};
use super::house::*;
use super::statements::{counts, open, paid, today, upload};

const SAME: &str = "tr[id^='line-'] form.same";

/// A café in which 27,300 were typed in under another id than the statement has, the morning after.
async fn mistyped() -> (House, Device, Answer) {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    paid(&house, &mut till, "mtn_momo", 27_300, "3261126420").await;
    // Neither another sum nor another network is offered.
    paid(&house, &mut till, "mtn_momo", 27_000, "3261126421").await;
    paid(&house, &mut till, "airtel_money", 27_300, "3261126422").await;
    let at = today(&house).await;
    house.hand.advance(time::Duration::hours(24));
    let mut manager = house.person(MANAGER).await;
    let file = format!("mtn\nId,Date,From name,Amount\n32611264207,{at},Okello,27300\n");
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    (house, manager, screen)
}

/// What the form of *It is this payment* says.
fn it_is<'a>(line: &'a str, payment: &'a str) -> [(&'a str, &'a str); 2] {
    [("transaction", line), ("payment", payment)]
}

fn the_way(screen: &Answer) -> (String, String, String) {
    let value = |name: &str| {
        let field = format!("{SAME} input[name='{name}']");
        screen.attributes(&field, "value").remove(0)
    };
    let to = screen.attributes(SAME, "hx-post");
    assert_eq!(to.len(), 1, "{}", screen.text);
    (to[0].clone(), value("transaction"), value("payment"))
}

#[tokio::test]
async fn a_manager_says_which_payment_a_transaction_is_and_it_is_verified_once() {
    let (house, mut manager, screen) = mistyped().await;
    assert_eq!(counts(&screen).await, ["UGX27,300", "0", "0", "1", "2"]);
    let (to, line, payment) = the_way(&screen);
    assert!(screen.one(SAME).contains("3261126420"), "{}", screen.text);
    let form = it_is(&line, &payment);
    for username in [CASHIER, WAITER, COOK] {
        let mut other = house.person(username).await;
        other.post(&to, &form).await.must_be(StatusCode::FORBIDDEN);
    }
    let key = key();
    for _ in 0..2 {
        let drawn = manager
            .change(Method::POST, &to, &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(counts(&drawn).await, ["UGX27,300", "1", "0", "0", "1"]);
    }
    let again = manager.post(&to, &form).await.must_be(StatusCode::CONFLICT);
    assert_eq!(
        again.notice(),
        "These two cannot be the same any more. Open the statement again."
    );
    // What was typed stays, and the audit log has both.
    let stored = "SELECT count(*) FROM payments p JOIN payment_verifications v ON v.payment_id = p.id WHERE p.reference = '3261126420'";
    assert_eq!(house.number(stored).await, 1);
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'payment.verified' AND before ->> 'transaction' = '3261126420' \
                   AND after ->> 'transaction' = '32611264207' AND staff_id = (SELECT id FROM staff WHERE username = 'daniel')";
    assert_eq!(house.number(journal).await, 1);
    let slip = manager
        .get(&format!("/payments/{payment}/receipt"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(slip.one(".done .change .badge"), "Verified");
}

#[tokio::test]
async fn a_transaction_that_is_a_payment_pays_nothing_else() {
    let (house, mut manager, screen) = mistyped().await;
    let record = screen
        .attributes("tr[id^='line-'] form:not(.same)", "hx-post")
        .remove(0);
    let (to, line, payment) = the_way(&screen);
    let form = it_is(&line, &payment);
    manager.post(&to, &form).await.must_be(StatusCode::OK);
    let sentence = "This transaction id has paid UGX 27,300 on order ";
    let refused = manager
        .post(&record, &form[..1])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with(sentence),
        "{}",
        refused.notice()
    );
    // Nor for whoever types the id rightly, whatever the sum.
    let mut till = house.person(CASHIER).await;
    for amount in [27_300, 5_000] {
        let order = sale_of(&house, &mut till, amount).await;
        let typed = [("method", "mtn_momo"), ("reference", "3261 1264 207")];
        let refused = till
            .post(&payments(order), &typed)
            .await
            .must_be(StatusCode::CONFLICT);
        assert!(refused.text.contains(sentence), "{}", refused.text);
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 3);
}

#[tokio::test]
async fn what_is_not_of_the_same_sum_and_network_is_not_the_same() {
    let (house, mut manager, screen) = mistyped().await;
    let (to, line, _) = the_way(&screen);
    for reference in ["3261126421", "3261126422"] {
        let other: uuid::Uuid = house.id("payments", "reference", reference).await;
        let other = other.to_string();
        let form = it_is(&line, &other);
        manager.post(&to, &form).await.must_be(StatusCode::CONFLICT);
    }
    let none = "SELECT count(*) FROM payment_verifications";
    assert_eq!(house.number(none).await, 0);
}

#[tokio::test]
async fn two_hands_at_once_book_a_mistyped_payment_once() {
    let (house, mut manager, screen) = mistyped().await;
    let mut other = house.person(OTHER_MANAGER).await;
    let record = screen
        .attributes("tr[id^='line-'] form:not(.same)", "hx-post")
        .remove(0);
    let (to, line, payment) = the_way(&screen);
    let form = it_is(&line, &payment);
    let (one, another) = tokio::join!(manager.post(&to, &form), other.post(&record, &form[..1]));
    let mut told = [one.status, another.status];
    told.sort();
    assert_eq!(told, [StatusCode::OK, StatusCode::CONFLICT]);
    let verified = "SELECT count(*) FROM payment_verifications";
    assert_eq!(house.number(verified).await, 1);
}

#[tokio::test]
async fn what_a_manager_said_by_mistake_is_taken_back_once_and_can_be_said_anew() {
    let (house, mut manager, screen) = mistyped().await;
    let (to, line, payment) = the_way(&screen);
    let form = it_is(&line, &payment);
    manager.post(&to, &form).await.must_be(StatusCode::OK);
    let screen = manager
        .get(to.trim_end_matches("/verifications"))
        .await
        .must_be(StatusCode::OK);
    let back = screen.attributes("button[hx-delete]", "hx-delete");
    assert_eq!(back, [format!("{to}/{line}")]);
    for username in [CASHIER, WAITER, COOK] {
        let mut other = house.person(username).await;
        other
            .change(Method::DELETE, &back[0], &[], &key())
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    let key = key();
    for _ in 0..2 {
        let drawn = manager
            .change(Method::DELETE, &back[0], &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(counts(&drawn).await, ["UGX27,300", "0", "0", "1", "2"]);
        assert_eq!(drawn.notice(), "Taken back: nobody has booked it.");
    }
    let again = manager
        .change(Method::DELETE, &back[0], &[], &self::key())
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        again.notice(),
        "Nobody has said so by hand, or it was taken back already. Open the statement again."
    );
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'payment.unverified' AND before ->> 'transaction' = '32611264207' \
                   AND staff_id = (SELECT id FROM staff WHERE username = 'daniel')";
    assert_eq!(house.number(journal).await, 1);
    // It was this payment after all.
    let drawn = manager.post(&to, &form).await.must_be(StatusCode::OK);
    assert_eq!(counts(&drawn).await, ["UGX27,300", "1", "0", "0", "1"]);
}

#[tokio::test]
async fn what_two_equal_ids_say_is_not_taken_back() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    paid(&house, &mut till, "mtn_momo", 27_300, "32611264207").await;
    let at = today(&house).await;
    house.hand.advance(time::Duration::hours(24));
    let mut manager = house.person(MANAGER).await;
    let file = format!("mtn\nId,Date,From name,Amount\n32611264207,{at},Okello,27300\n");
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    assert!(
        screen
            .attributes("button[hx-delete]", "hx-delete")
            .is_empty()
    );
    let (statement, line): (uuid::Uuid, uuid::Uuid) = (
        house.id("statements", "provider", "mtn_momo").await,
        house.id("statement_lines", "bare", "32611264207").await,
    );
    let back = format!("/payments/statements/{statement}/verifications/{line}");
    manager
        .change(Method::DELETE, &back, &[], &key())
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        house
            .number("SELECT count(*) FROM payment_verifications")
            .await,
        1
    );
    // Nor by whoever has the database.
    use sea_orm::ConnectionTrait;
    let refused = house
        .db
        .execute_unprepared("DELETE FROM payment_verifications")
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn what_is_taken_back_is_verified_by_its_own_id_where_that_has_come_since() {
    let (house, mut manager, screen) = mistyped().await;
    let (to, line, payment) = the_way(&screen);
    let form = it_is(&line, &payment);
    manager.post(&to, &form).await.must_be(StatusCode::OK);
    let at = today(&house).await;
    let file = format!("mtn\nId,Date,From name,Amount\n3261126420,{at},Nakato,27300\n");
    let answer = upload(&manager, "mtn-2.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let second = open(&mut manager, &answer).await;
    assert_eq!(counts(&second).await[1..3], ["0", "1"], "it differs");
    manager
        .change(Method::DELETE, &format!("{to}/{line}"), &[], &key())
        .await
        .must_be(StatusCode::OK);
    let second = open(&mut manager, &answer).await;
    assert_eq!(counts(&second).await[1..3], ["1", "0"], "it is verified");
}

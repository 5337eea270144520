//! The link of a receipt, for guests; and receipts that are printed again.

use std::collections::HashSet;

use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;

use super::cash::payments;
use super::house::*;

/// A counter sale of an espresso that was paid in cash; the id of the payment.
async fn paid(house: &House, till: &mut Device) -> String {
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let sql = format!("SELECT id FROM payments WHERE order_id = '{order}'");
    let id: uuid::Uuid = house.row(&sql, []).await.try_get("", "id").expect("an id");
    id.to_string()
}

async fn link(house: &House, payment: &str) -> String {
    let sql =
        format!("SELECT '/r/' || token AS path FROM receipt_links WHERE payment_id = '{payment}'");
    house
        .row(&sql, [])
        .await
        .try_get("", "path")
        .expect("a link")
}

#[tokio::test]
async fn whoever_has_the_link_reads_the_receipt_without_signing_in_and_nothing_else() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let payment = paid(&house, &mut till).await;
    let screen = till.get(&format!("/payments/{payment}/receipt")).await;
    let screen = screen.must_be(StatusCode::OK);
    assert_eq!(screen.all("article.receipt svg.qr path").len(), 1);
    assert!(!screen.text.contains("style="), "the policy allows none");
    let path = link(&house, &payment).await;
    let before = "SELECT (SELECT count(*) FROM audit_log) + (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM receipt_prints)";
    let stored = house.number(before).await;
    let mut guest = house.browser();
    let page = guest.get(&path).await.must_be(StatusCode::OK);
    for text in ["1 Espresso", "TOTAL UGX", "Cash"] {
        assert!(page.one("article.receipt").contains(text), "{text}");
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("x-robots-tag").contains("noindex"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    assert!(page.header("set-cookie").is_empty());
    assert!(
        page.all("form, button, #stream").is_empty(),
        "{}",
        page.text
    );
    assert_eq!(house.number(before).await, stored, "reading writes nothing");
    // Nobody's ids are on it, also where somebody is signed in who reads it.
    let own = till.get(&path).await.must_be(StatusCode::OK);
    for page in [&page, &own] {
        for (_, person) in EACH_ROLE {
            let id: uuid::Uuid = house.id("staff", "username", person).await;
            assert!(!page.text.contains(&id.to_string()), "{person}");
        }
        assert!(!page.text.contains(&payment), "not even its own");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = guest.change(method, &path, &[], &key()).await;
        answer.must_be(StatusCode::METHOD_NOT_ALLOWED);
    }
    // A signed-out browser that knows the payment's id has no use of it.
    let refused = guest
        .fragment(&format!("/payments/{payment}/receipt"))
        .await;
    refused.must_be(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_payment_has_a_link_of_its_own_that_nobody_guesses_or_changes() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let mut links = HashSet::new();
    for _ in 0..3 {
        let payment = paid(&house, &mut till).await;
        let link = link(&house, &payment).await;
        assert_eq!(link.len(), "/r/".len() + 40, "160 bits");
        links.insert(link);
    }
    assert_eq!(links.len(), 3);
    let mut guest = house.browser();
    let right = links.into_iter().next().expect("one");
    let mut wrong = vec![
        format!("/r/{}", "0".repeat(40)),
        "/r/x".to_owned(),
        format!("/r/{}", "w".repeat(1_000)),
        "/r/%00%ff".to_owned(),
        right[..right.len() - 1].to_owned(),
        right.to_uppercase().replace("/R/", "/r/"),
    ];
    wrong.retain(|path| *path != right);
    for path in wrong {
        let answer = guest.get(&path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(answer.all("article.receipt").is_empty(), "{path}");
    }
    let changed = house
        .app
        .db()
        .execute_unprepared("UPDATE receipt_links SET token = 'short'")
        .await;
    assert!(changed.is_err(), "a link that was handed out stays");
}

#[tokio::test]
async fn guests_of_one_address_read_so_many_a_minute_and_nobody_is_kept_from_signing_in() {
    let house = House::open().await;
    let mut guest = house.browser();
    let mut told = Vec::new();
    for _ in 0..70 {
        told.push(guest.get("/r/nothing").await.status);
    }
    assert_eq!(told[0], StatusCode::NOT_FOUND);
    assert_eq!(told[69], StatusCode::TOO_MANY_REQUESTS);
    let form = [("username", CASHIER), ("password", "password123")];
    let form = serde_urlencoded::to_string(form).expect("a form");
    let headers = [("accept", "text/html"), ("sec-fetch-site", "same-origin")];
    let signed_in = guest
        .send(Method::POST, "/sign-in", Some(form), &headers)
        .await;
    signed_in.must_be(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_first_print_is_the_original_and_every_other_says_that_it_is_a_copy() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let payment = paid(&house, &mut till).await;
    let (screen, prints) = (
        format!("/payments/{payment}/receipt"),
        format!("/payments/{payment}/prints"),
    );
    let shown = till.get(&screen).await;
    assert!(!shown.one("#receipt").contains("COPY"));
    assert_eq!(shown.one("#print-receipt button"), "Print receipt");
    // A nervous finger prints one.
    let once = key();
    let first = till.change(Method::POST, &prints, &[], &once).await;
    let first = first.must_be(StatusCode::OK);
    assert_eq!(first.all("#receipt[data-printing]").len(), 1);
    assert!(!first.one("#receipt").contains("COPY"));
    assert_eq!(first.one("#print-receipt button"), "Print a copy");
    let again = till.change(Method::POST, &prints, &[], &once).await;
    assert!(
        again
            .must_be(StatusCode::OK)
            .all("#receipt[data-printing]")
            .is_empty()
    );
    // Whoever looks later sees nothing that could be taken for the original.
    let later = till.get(&screen).await;
    assert!(
        later.one("#receipt").contains("COPYFirst printed"),
        "{}",
        later.text
    );
    let second = till.post(&prints, &[]).await.must_be(StatusCode::OK);
    assert_eq!(second.all("#receipt[data-printing]").len(), 1);
    assert!(
        second.one("#receipt").contains("COPYNo. 2,"),
        "{}",
        second.text
    );
    let later = till.get(&screen).await;
    assert!(later.one("#receipt").contains("COPYNo. 2,"));
    // The guest's own is no copy of anything.
    let guest = house.browser().get(&link(&house, &payment).await).await;
    assert!(!guest.one("#receipt").contains("COPY"));
    let rows =
        "SELECT count(*) FROM receipt_prints WHERE (place, kind) IN ((1, 'first'), (2, 'copy'))";
    assert_eq!(house.number(rows).await, 2);
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'receipt.printed'";
    assert_eq!(house.number(journal).await, 2);
    let changed = house
        .app
        .db()
        .execute_unprepared("DELETE FROM receipt_prints")
        .await;
    assert!(changed.is_err(), "what was printed stays written");
}

#[tokio::test]
async fn two_tills_that_print_at_once_make_one_original() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let payment = paid(&house, &mut till).await;
    let prints = format!("/payments/{payment}/prints");
    let (mut amina, mut ruth) = (till.clone(), house.person(ADMIN).await);
    let (one, other) = tokio::join!(amina.post(&prints, &[]), ruth.post(&prints, &[]));
    for answer in [one, other] {
        answer.must_be(StatusCode::OK);
    }
    let kinds =
        "SELECT count(*) FROM receipt_prints WHERE (place, kind) IN ((1, 'first'), (2, 'copy'))";
    assert_eq!(house.number(kinds).await, 2);
    let mut waiter = house.person(WAITER).await;
    waiter
        .post(&prints, &[])
        .await
        .must_be(StatusCode::FORBIDDEN);
    let nothing = format!("/payments/{}/prints", uuid::Uuid::now_v7());
    till.post(&nothing, &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_receipt_of_a_part_says_what_it_said_also_when_the_rest_is_paid() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.sit_down("7", "2").await;
    for product in ["Espresso", "Chips"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let part = [("method", "card"), ("part", "amount"), ("amount", "4,000")];
    till.post(&payments(order), &part)
        .await
        .must_be(StatusCode::OK);
    let id: uuid::Uuid = house
        .row("SELECT id FROM payments", [])
        .await
        .try_get("", "id")
        .expect("a payment");
    let path = link(&house, &id.to_string()).await;
    let mut guest = house.browser();
    let page = guest.get(&path).await.must_be(StatusCode::OK);
    assert!(page.one("#receipt").contains("STILL TO PAY"));
    till.post(&payments(order), &[("method", "card"), ("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let page = guest.get(&path).await.must_be(StatusCode::OK);
    // It says what it said; what was paid afterwards has a receipt of its own.
    assert!(
        page.one("#receipt").contains("STILL TO PAY"),
        "{}",
        page.text
    );
}

//! What came through Pesapal, or is waited for, on the desk and beside the providers' statements.

use super::super::cash::sale_of;
use super::super::live::Screen;
use super::super::statements::{open, today, upload};
use super::*;

const ASKED: i64 = 82_000;

#[tokio::test(flavor = "multi_thread")]
async fn mobile_money_through_pesapal_is_missing_in_no_statement_and_needs_none() {
    let cafe = Cafe::open().await;
    let house = &cafe.house;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(house, &mut till, ASKED).await;
    ask_for(&mut till, order, &[("part", "full")]).await;
    cafe.pesapal.pay("MTNUG");
    cafe.ipn(house).await.must_be(StatusCode::OK);
    let at = today(house).await;
    house.hand.advance(time::Duration::hours(24));
    let mut manager = house.person(MANAGER).await;
    // A transaction of the same sum, by hand, is not taken for it.
    let file = format!("mtn\nId,Date,Amount\n32611264207,{at},{ASKED}\n");
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    assert_eq!(screen.all("tr[id^='booked-']").len(), 0, "{}", screen.text);
    assert_eq!(screen.all("form.same").len(), 0);
    let list = manager.get("/payments/statements").await;
    assert_eq!(list.all("tr[id^='booked-']").len(), 0, "{}", list.text);
    let payment: uuid::Uuid = house.id("payments", "method", "mtn_momo").await;
    let slip = manager
        .get(&format!("/payments/{payment}/receipt"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(slip.one(".done .change .badge"), "Verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pesapal_was_asked_for_is_on_the_desk_until_it_ends() {
    let cafe = Cafe::open().await;
    let house = &cafe.house;
    let mut till = house.person(CASHIER).await;
    let order = till.sit_down("7", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let line: uuid::Uuid = house.id("order_lines", "name", "Chips").await;
    let line = line.to_string();
    let mut desk = Screen::of(&till, "view=desk").await;
    desk.shows("Nobody waits for a guest").await;
    let by_item = [("part", "item"), ("item", line.as_str())];
    let attempt = ask_for(&mut till, order, &by_item).await;
    desk.shows(&format!("/attempts/{attempt}")).await;
    house.hand.advance(time::Duration::minutes(11));
    desk.shows("1 late").await;
    let mut till = house.person(CASHIER).await;
    let screen = till.get("/payments/pending").await.must_be(StatusCode::OK);
    let row = screen.one("#desk-waiting li");
    assert!(row.contains("Pesapal") && row.contains("Table 7"), "{row}");
    let ways = screen.attributes("#desk-waiting li .btn", "href");
    assert_eq!(ways, [format!("/attempts/{attempt}")]);
    // Pesapal says how it ends, and that is seen as well.
    cafe.pesapal.becomes(2);
    cafe.ipn(house).await.must_be(StatusCode::OK);
    desk.shows("Nobody waits for a guest").await;
    let screen = till.get("/payments/pending").await.must_be(StatusCode::OK);
    let ways = screen.attributes("#desk-failed li .btn", "href");
    assert_eq!(ways, [format!("/attempts/{attempt}")]);
    assert!(screen.all("#desk-failed li button").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_pesapal_sent_for_no_order_is_given_back_from_the_desk() {
    let cafe = Cafe::open().await;
    let house = &cafe.house;
    let mut till = house.person(CASHIER).await;
    let another = sale_of(house, &mut till, ASKED).await;
    let order = sale_of(house, &mut till, ASKED).await;
    ask_for(&mut till, order, &[]).await;
    cafe.pesapal.confirmed_as("3261.1264.207");
    cafe.pesapal.pay("MTNUG");
    let typed = [("method", "mtn_momo"), ("reference", "32611264207")];
    till.post(&payments(another), &typed)
        .await
        .must_be(StatusCode::OK);
    cafe.ipn(house).await.must_be(StatusCode::OK);
    let payment = "SELECT id FROM payments WHERE order_id IS NULL";
    let payment: uuid::Uuid = house
        .row(payment, [])
        .await
        .try_get("", "id")
        .expect("money");
    let back = format!("/payments/{payment}/refund");
    let screen = till.get("/payments/pending").await.must_be(StatusCode::OK);
    for list in ["unplaced", "doubtful"] {
        let links = screen.attributes(&format!("#desk-{list} li a"), "href");
        assert!(links.contains(&back), "{list}: {links:?}");
    }
    let receipts = screen.attributes("#desk-doubtful a[href$='/receipt']", "href");
    assert!(receipts.is_empty(), "{receipts:?}");
    let mut manager = house.person(MANAGER).await;
    let why = [
        ("reason", "It was paid before"),
        ("another_way", "on"),
        ("reference", "32611264999"),
    ];
    manager.post(&back, &why).await.must_be(StatusCode::OK);
    let screen = till.get("/payments/pending").await.must_be(StatusCode::OK);
    assert_eq!(screen.all("#desk-unplaced li").len(), 0);
}

//! What a receipt says: that of the moment of its payment, on every copy, and of its own payment alone to guests.

use cafe_pos::values::OrderId;
use poem::http::StatusCode;
use sea_orm::ConnectionTrait;

use super::cash::{payments, sale_of, slip_text};
use super::house::*;
use super::refunds::{WHY, close, last_payment, loose_money};

/// The receipt at the till, as it reads.
async fn paper(till: &mut Device, payment: &str) -> String {
    let screen = till.get(&format!("/payments/{payment}/receipt")).await;
    slip_text(&screen.must_be(StatusCode::OK))
}

/// What the guest reads who has the link.
async fn link(house: &House, payment: &str) -> String {
    let sql = "SELECT '/r/' || token AS path FROM receipt_links WHERE payment_id = $1::uuid";
    let row = house.row(sql, [payment.into()]).await;
    let path: String = row.try_get("", "path").expect("a link");
    let page = house.browser().get(&path).await.must_be(StatusCode::OK);
    slip_text(&page)
}

async fn pay(till: &mut Device, house: &House, order: OrderId, form: &[(&str, &str)]) -> String {
    till.post(&payments(order), form)
        .await
        .must_be(StatusCode::OK);
    last_payment(house).await
}

const PART: [(&str, &str); 3] = [("method", "card"), ("part", "amount"), ("amount", "4,000")];

#[tokio::test]
async fn a_copy_and_the_link_say_what_the_original_said_whatever_was_ordered_since() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 13_000).await;
    let first = pay(&mut till, &house, order, &PART).await;
    let prints = format!("/payments/{first}/prints");
    let original = till.post(&prints, &[]).await.must_be(StatusCode::OK);
    let said = slip_text(&original);
    assert!(
        said.contains("TOTAL UGX 13,000") && said.contains("STILL TO PAY 9,000"),
        "{said}"
    );
    let to_guest = link(&house, &first).await;
    for product in ["Chips", "Chips", "Espresso"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let copy = till.post(&prints, &[]).await.must_be(StatusCode::OK);
    let (head, copy) = (copy.one("#receipt"), slip_text(&copy));
    assert!(head.contains("COPYNo. 2,"), "{head}");
    let without_mark = |text: &str| text.split_once("Order ").expect("an order").1.to_owned();
    assert_eq!(without_mark(&copy), without_mark(&said));
    assert_eq!(link(&house, &first).await, to_guest);
    // The rest has a receipt of its own, with everything on it.
    let rest = pay(&mut till, &house, order, &[("method", "card")]).await;
    let rest = paper(&mut till, &rest).await;
    assert!(
        rest.contains("2 Chips") && !rest.contains("STILL TO PAY"),
        "{rest}"
    );
    assert_eq!(link(&house, &first).await, to_guest);
    let changed = house
        .app
        .db()
        .execute_unprepared("UPDATE receipt_contents SET content = '{}'")
        .await;
    assert!(changed.is_err(), "what a receipt said stays said");
}

#[tokio::test]
async fn goods_that_went_back_through_another_payment_leave_a_receipt_as_it_was() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let order = sale_of(&house, &mut boss, 8_000).await;
    boss.tap(order, "Chips").await.must_be(StatusCode::OK);
    let first = pay(&mut boss, &house, order, &PART).await;
    let rest = pay(&mut boss, &house, order, &[("method", "card")]).await;
    let (before, own) = (paper(&mut boss, &rest).await, link(&house, &first).await);
    assert!(!before.contains("STILL TO PAY"), "{before}");
    let line: uuid::Uuid = house.id("order_lines", "name", "Espresso").await;
    let line = line.to_string();
    let goods = [WHY, ("kind", "goods_returned"), ("item", line.as_str())];
    boss.post(&format!("/payments/{rest}/refund"), &goods)
        .await
        .must_be(StatusCode::OK);
    let after = paper(&mut boss, &rest).await;
    assert!(after.contains("1 Espresso 8,000"), "{after}");
    assert!(after.contains("Given back, ") && !after.contains("STILL TO PAY"));
    assert_eq!(link(&house, &first).await, own);
    // Opened again, and more ordered on it.
    close(&house).await;
    boss.post(&format!("/orders/{order}/reopening"), &[WHY])
        .await
        .must_be(StatusCode::OK);
    boss.tap(order, "Chips").await.must_be(StatusCode::OK);
    assert_eq!(paper(&mut boss, &rest).await, after);
    assert_eq!(link(&house, &first).await, own);
}

#[tokio::test]
async fn a_guest_reads_of_others_at_the_table_how_much_and_nothing_else() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 30_000).await;
    let first = [
        ("method", "mtn_momo"),
        ("reference", "32611264207"),
        ("amount", "10,000"),
        ("tip", "1,500"),
    ];
    pay(&mut till, &house, order, &first).await;
    let second = [("amount", "4,000"), ("tendered", "5,000")];
    pay(&mut till, &house, order, &second).await;
    let last = pay(&mut till, &house, order, &[("method", "card")]).await;
    let guest = link(&house, &last).await;
    assert!(
        guest.contains("Paid before 14,000") && guest.contains("Card 16,000"),
        "{guest}"
    );
    for of_others in ["32611264207", "1,500", "MTN MoMo", "5,000", "Change"] {
        assert!(!guest.contains(of_others), "{of_others}: {guest}");
    }
    let at_the_till = paper(&mut till, &last).await;
    assert!(at_the_till.contains("32611264207"), "{at_the_till}");
    // What goes back of another's payment is theirs too.
    let ruth = super::refunds::manager(&house).await;
    let refund = [
        WHY,
        ("amount", "777"),
        ("approver", ruth.as_str()),
        ("password", "password123"),
    ];
    let sql = "SELECT id FROM payments WHERE method = 'cash'";
    let cash: uuid::Uuid = house.row(sql, []).await.try_get("", "id").expect("cash");
    till.post(&format!("/payments/{cash}/refund"), &refund)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(link(&house, &last).await, guest);
    let own = link(&house, &cash.to_string()).await;
    assert!(
        own.contains("Given back, ") && own.contains("−777"),
        "{own}"
    );
}

#[tokio::test]
async fn money_that_was_put_on_an_order_later_is_on_no_receipt_of_before() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let placed = loose_money(&house, &mut boss).await;
    house.hand.advance(time::Duration::minutes(1));
    let order = sale_of(&house, &mut boss, 30_000).await;
    let first = pay(&mut boss, &house, order, &PART).await;
    let (said, own) = (paper(&mut boss, &first).await, link(&house, &first).await);
    house.hand.advance(time::Duration::minutes(1));
    let id = order.to_string();
    boss.post(&format!("/payments/{placed}/placement"), &[("order", &id)])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paper(&mut boss, &first).await, said);
    assert_eq!(link(&house, &first).await, own);
    boss.tap(order, "Chips").await.must_be(StatusCode::OK);
    let guest = link(&house, &placed).await;
    for says in [
        "TOTAL UGX 30,000",
        "Paid before 4,000",
        "STILL TO PAY 16,000",
    ] {
        assert!(guest.contains(says), "{says}: {guest}");
    }
}

#[tokio::test]
async fn the_receipt_of_what_was_paid_before_this_was_kept_is_drawn_from_its_order() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 13_000).await;
    let first = pay(&mut till, &house, order, &PART).await;
    let last = pay(&mut till, &house, order, &[("part", "full")]).await;
    let said = [
        paper(&mut till, &first).await,
        paper(&mut till, &last).await,
        link(&house, &first).await,
        link(&house, &last).await,
    ];
    let forget = "ALTER TABLE receipt_contents DISABLE TRIGGER USER; DELETE FROM receipt_contents";
    let forgotten = house.app.db().execute_unprepared(forget).await;
    forgotten.expect("as if from before");
    let drawn = [
        paper(&mut till, &first).await,
        paper(&mut till, &last).await,
        link(&house, &first).await,
        link(&house, &last).await,
    ];
    assert_eq!(drawn, said);
}

//! Money that goes back.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use sea_orm::ConnectionTrait;

use super::cash::{payments, sale_of};
use super::house::*;

/// A sale of one espresso that is paid, made and carried out.
struct Sale {
    house: House,
    till: Device,
    order: OrderId,
    payment: String,
}

impl Sale {
    async fn paid(by: &[(&str, &str)]) -> Sale {
        let house = House::open().await;
        let mut till = house.with_float(CASHIER).await;
        let order = sale_of(&house, &mut till, 20_000).await;
        till.post(&payments(order), by)
            .await
            .must_be(StatusCode::OK);
        close(&house).await;
        let payment = last_payment(&house).await;
        Sale {
            house,
            till,
            order,
            payment,
        }
    }

    fn refund(&self) -> String {
        format!("/payments/{}/refund", self.payment)
    }

    async fn line(&self) -> String {
        let sql = "SELECT id FROM order_lines ORDER BY position";
        let id: uuid::Uuid = self
            .house
            .row(sql, [])
            .await
            .try_get("", "id")
            .expect("an id");
        id.to_string()
    }

    async fn give(&mut self, form: &[(&str, &str)]) -> Answer {
        let to = self.refund();
        let ruth = manager(&self.house).await;
        let agreed = [
            form,
            &[("approver", ruth.as_str()), ("password", "password123")],
        ]
        .concat();
        self.till.post(&to, &agreed).await
    }

    async fn count(&self, sql: &str) -> i64 {
        self.house
            .number(&format!("SELECT count(*) FROM {sql}"))
            .await
    }
}

pub(super) async fn close(house: &House) {
    let made = "UPDATE order_lines SET state = 'served', ready_at = sent_at, served_at = sent_at WHERE state = 'sent'";
    house.execute(made, []).await;
    let closed = "UPDATE orders SET closed_at = settled_at, revision = revision + 1 WHERE settled_at IS NOT NULL AND paid = total + rounding";
    house.execute(closed, []).await;
}

/// Airtel money for no order, which somebody recorded; answers the payment's id.
pub(super) async fn loose_money(house: &House, till: &mut Device) -> String {
    let loose = [
        ("method", "airtel_money"),
        ("transaction", "MP261127.1"),
        ("amount", "10,000"),
    ];
    till.post("/payments/unplaced", &loose)
        .await
        .must_be(StatusCode::OK);
    last_payment(house).await
}

pub(super) async fn last_payment(house: &House) -> String {
    let sql = "SELECT id FROM payments ORDER BY taken_at DESC, id DESC LIMIT 1";
    let id: uuid::Uuid = house.row(sql, []).await.try_get("", "id").expect("an id");
    id.to_string()
}

pub(super) async fn manager(house: &House) -> String {
    let id: uuid::Uuid = house.id("staff", "username", MANAGER).await;
    id.to_string()
}

const CASH: [(&str, &str); 1] = [("tendered", "20,000")];
pub(super) const WHY: (&str, &str) = ("chosen", "Wrong method taken");

#[tokio::test]
async fn a_wrong_payment_goes_back_out_of_the_drawer_and_is_due_again() {
    let mut sale = Sale::paid(&CASH).await;
    let screen = sale.till.get(&sale.refund()).await.must_be(StatusCode::OK);
    assert!(screen.text.contains("Can go back"));
    let answer = sale.give(&[WHY]).await.must_be(StatusCode::OK);
    let slip = answer.header("hx-redirect").to_owned();
    let slip = if slip.is_empty() {
        answer.header("hx-location").to_owned()
    } else {
        slip
    };
    let slip = sale.till.get(&slip).await.must_be(StatusCode::OK);
    assert_eq!(slip.one(".change .huge"), "UGX20,000");
    assert_eq!(sale.count("refunds WHERE kind = 'wrong_payment' AND amount = 20000 AND approved_by IS NOT NULL AND refunded_by <> approved_by").await, 1);
    assert_eq!(
        sale.count("cash_entries WHERE kind = 'refund' AND amount = -20000")
            .await,
        1
    );
    assert_eq!(
        sale.count("orders WHERE paid = 0 AND closed_at IS NULL AND settled_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(
        sale.count("order_versions WHERE was->'order'->>'paid' = '20000'")
            .await,
        1
    );
    assert_eq!(sale.count("audit_log WHERE deed = 'payment.refunded' AND approver_id IS NOT NULL AND reason IS NOT NULL").await, 1);
    // Paid again, by card this time.
    sale.till
        .post(&payments(sale.order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        sale.count("orders WHERE paid = total AND closed_at IS NOT NULL")
            .await,
        1
    );
    // All of it is back.
    sale.give(&[WHY]).await.must_be(StatusCode::CONFLICT);
    assert_eq!(sale.count("refunds").await, 1);
}

#[tokio::test]
async fn parts_go_back_until_nothing_is_left() {
    let mut sale = Sale::paid(&[("method", "card"), ("tip", "3,000")]).await;
    sale.give(&[WHY, ("amount", "5,000")])
        .await
        .must_be(StatusCode::OK);
    let refused = sale
        .give(&[WHY, ("amount", "15,001")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("At most UGX 15,000"),
        "{}",
        refused.text
    );
    sale.give(&[WHY, ("tip", "3,001")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    sale.give(&[WHY, ("tip", "3,000")])
        .await
        .must_be(StatusCode::OK);
    sale.give(&[WHY]).await.must_be(StatusCode::OK);
    sale.give(&[WHY]).await.must_be(StatusCode::CONFLICT);
    assert_eq!(
        sale.house
            .number("SELECT sum(amount)::bigint FROM refunds")
            .await,
        20_000
    );
    assert_eq!(
        sale.house
            .number("SELECT sum(tip)::bigint FROM refunds")
            .await,
        3_000
    );
    assert_eq!(sale.count("cash_entries WHERE kind = 'refund'").await, 0);
    for bad in ["-1", "0.5", "abc", "0"] {
        let refused = sale.give(&[WHY, ("amount", bad)]).await;
        assert!(refused.status.is_client_error(), "{bad}");
    }
}

#[tokio::test]
async fn goods_that_come_back_are_struck_out_and_the_order_stays_paid() {
    let mut sale = Sale::paid(&CASH).await;
    let line = sale.line().await;
    let form = [
        ("kind", "goods_returned"),
        ("item", line.as_str()),
        ("shown", "20,000"),
        ("reason", "Cold"),
    ];
    sale.give(&form).await.must_be(StatusCode::OK);
    assert_eq!(
        sale.count("refunds WHERE kind = 'goods_returned' AND amount = 20000")
            .await,
        1
    );
    assert_eq!(sale.count("order_lines WHERE state = 'voided' AND void_reason = 'Cold' AND void_approved_by IS NOT NULL").await, 1);
    assert_eq!(
        sale.count("orders WHERE total = 0 AND paid = 0 AND closed_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(
        sale.count("cash_entries WHERE kind = 'refund' AND amount = -20000")
            .await,
        1
    );
    // It came back once.
    sale.give(&form).await.must_be(StatusCode::CONFLICT);
    assert_eq!(sale.count("refunds").await, 1);
}

#[tokio::test]
async fn what_a_guest_paid_for_by_item_is_free_again_with_its_money() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 8_000).await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let line: uuid::Uuid = house
        .row("SELECT id FROM order_lines", [])
        .await
        .try_get("", "id")
        .expect("an id");
    let line = line.to_string();
    let by_item = [
        ("method", "card"),
        ("part", "item"),
        ("item", line.as_str()),
    ];
    till.post(&payments(order), &by_item)
        .await
        .must_be(StatusCode::OK);
    let payment = last_payment(&house).await;
    let void = format!("/orders/{order}/lines/{line}/void");
    let ruth = manager(&house).await;
    let agree = [("approver", ruth.as_str()), ("password", "password123")];
    let why = [&agree[..], &[("chosen", "Sold out")]].concat();
    till.post(&void, &why).await.must_be(StatusCode::CONFLICT);
    let refund = [&agree[..], &[WHY]].concat();
    till.post(&format!("/payments/{payment}/refund"), &refund)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM returned_pieces WHERE quantity = 1")
            .await,
        1
    );
    // Paid by item anew, both pieces this time.
    let both = format!("{line}=2");
    let by_item = [
        ("method", "card"),
        ("part", "item"),
        ("item", both.as_str()),
    ];
    till.post(&payments(order), &by_item)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE paid = 16000 AND total = 16000")
            .await,
        1
    );
    // One of the two comes back: its money, its piece, and the other stays paid for.
    let payment = last_payment(&house).await;
    let goods = [
        &agree[..],
        &[
            ("kind", "goods_returned"),
            ("item", &line),
            ("chosen", "Not as it should be"),
        ],
    ]
    .concat();
    till.post(&format!("/payments/{payment}/refund"), &goods)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE paid = 8000 AND total = 8000")
            .await,
        1
    );
    let still = "SELECT count(*) FROM order_lines WHERE quantity = 1 AND state <> 'voided'";
    assert_eq!(house.number(still).await, 1);
    till.post(&void, &why).await.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn who_may_give_money_back_and_who_agrees() {
    let mut sale = Sale::paid(&[("method", "card")]).await;
    let to = sale.refund();
    // A cashier needs somebody else.
    sale.till
        .post(&to, &[WHY])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    for who in [CASHIER, OTHER_CASHIER] {
        let id: uuid::Uuid = sale.house.id("staff", "username", who).await;
        let id = id.to_string();
        let form = [WHY, ("approver", id.as_str()), ("password", "password123")];
        sale.till
            .post(&to, &form)
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    for who in [WAITER, COOK] {
        let mut person = sale.house.person(who).await;
        person
            .post(&to, &[WHY])
            .await
            .must_be(StatusCode::FORBIDDEN);
        person.get(&to).await.must_be(StatusCode::FORBIDDEN);
    }
    assert_eq!(sale.count("refunds").await, 0);
    // A manager does it alone; twice with one key is once.
    let mut boss = sale.house.person(MANAGER).await;
    let key = key();
    for _ in 0..3 {
        boss.change(Method::POST, &to, &[WHY], &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(sale.count("refunds WHERE approved_by IS NULL").await, 1);
    let gone = sale
        .house
        .app
        .db()
        .execute_unprepared("UPDATE refunds SET amount = 1")
        .await;
    assert!(gone.is_err(), "history never changes");
}

#[tokio::test]
async fn two_managers_give_the_same_money_back_once() {
    let sale = Sale::paid(&[("method", "card")]).await;
    let to = sale.refund();
    let mut one = sale.house.person(MANAGER).await;
    let mut other = sale.house.person(ADMIN).await;
    let (first, second) = tokio::join!(one.post(&to, &[WHY]), other.post(&to, &[WHY]));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    assert_eq!(sale.count("refunds").await, 1);
    assert_eq!(sale.count("orders WHERE paid = 0").await, 1);
}

#[tokio::test]
async fn a_drawer_gives_back_what_it_holds_and_its_own_person_gives_it() {
    let mut sale = Sale::paid(&CASH).await;
    // A manager without a float is led to it.
    let mut boss = sale.house.person(MANAGER).await;
    let refused = boss.post(&sale.refund(), &[WHY]).await;
    assert!(refused.status.is_client_error());
    assert!(refused.text.contains("float"), "{}", refused.text);
    // Most of it went into the safe.
    let entry = "INSERT INTO cash_entries (id, shift_id, business_date, kind, amount, entered_by, at) \
        SELECT gen_random_uuid(), s.id, s.business_date, 'drop', -(SELECT sum(amount) FROM cash_entries c WHERE c.shift_id = s.id) + 1000, s.staff_id, now() \
        FROM shifts s WHERE s.cash <> 'none' AND s.closed_at IS NULL";
    sale.house.execute(entry, []).await;
    let refused = sale.give(&[WHY]).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.text.contains("does not hold as much"),
        "{}",
        refused.text
    );
    sale.give(&[WHY, ("amount", "1,000")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        sale.house
            .number("SELECT sum(amount)::bigint FROM cash_entries")
            .await,
        0
    );
}

#[tokio::test]
async fn the_database_itself_gives_no_more_back_than_was_paid() {
    let sale = Sale::paid(&[("method", "card")]).await;
    let insert = |amount: i64| {
        format!(
            "INSERT INTO refunds (id, payment_id, business_date, kind, amount, reason, refunded_at) \
             SELECT gen_random_uuid(), id, business_date, 'wrong_payment', {amount}, 'x', now() FROM payments"
        )
    };
    let db = sale.house.app.db();
    db.execute_unprepared(&insert(12_000))
        .await
        .expect("a part");
    let refused = db.execute_unprepared(&insert(8_001)).await;
    assert!(refused.unwrap_err().to_string().contains("less left"));
    db.execute_unprepared(&insert(8_000))
        .await
        .expect("the rest");
}

#[tokio::test]
async fn money_that_was_given_back_is_put_on_no_order() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    for (transaction, amount) in [("MP261127.1", "10,000"), ("MP261127.2", "10,000")] {
        let loose = [
            ("method", "airtel_money"),
            ("transaction", transaction),
            ("amount", amount),
        ];
        boss.post("/payments/unplaced", &loose)
            .await
            .must_be(StatusCode::OK);
    }
    let order = sale_of(&house, &mut boss, 10_000).await;
    let all = "SELECT string_agg(id::text, ' ' ORDER BY taken_at, id) AS ids FROM payments";
    let ids: String = house.row(all, []).await.try_get("", "ids").expect("ids");
    let (first, second) = ids.split_once(' ').expect("two");
    let order_id = order.to_string();
    for (payment, amount) in [(first, "10,000"), (second, "1,000")] {
        let refund = format!("/payments/{payment}/refund");
        boss.post(&refund, &[WHY, ("amount", amount)])
            .await
            .must_be(StatusCode::OK);
        let placement = format!("/payments/{payment}/placement");
        let refused = boss.post(&placement, &[("order", &order_id)]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    }
    let insert = format!(
        "INSERT INTO payment_placements (payment_id, order_id, placed_at) VALUES ('{first}', '{order}', now())"
    );
    let refused = house.app.db().execute_unprepared(&insert).await;
    assert!(refused.unwrap_err().to_string().contains("given back"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE paid > 0")
            .await,
        0
    );
}

#[tokio::test]
async fn a_tip_goes_back_whatever_became_of_the_order() {
    let house = House::open().await;
    let mut boss = house.person(MANAGER).await;
    let order = sale_of(&house, &mut boss, 30_000).await;
    boss.post(&payments(order), &[("method", "card"), ("tip", "2,000")])
        .await
        .must_be(StatusCode::OK);
    let refund = format!("/payments/{}/refund", last_payment(&house).await);
    let line: uuid::Uuid = house
        .row("SELECT id FROM order_lines", [])
        .await
        .try_get("", "id")
        .expect("an id");
    let line = line.to_string();
    let goods = [WHY, ("kind", "goods_returned"), ("item", line.as_str())];
    boss.post(&refund, &goods).await.must_be(StatusCode::OK);
    let gone = "SELECT count(*) FROM orders WHERE cancelled_at IS NOT NULL AND paid = 0";
    assert_eq!(house.number(gone).await, 1);
    boss.post(&refund, &[WHY, ("tip", "2,000")])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn what_a_guest_paid_for_once_is_not_taken_off_as_if_it_had_never_been_there() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let order = boss.sit_down("7", "2").await;
    for product in ["Espresso", "Chips"] {
        boss.tap(order, product).await.must_be(StatusCode::OK);
    }
    let line: uuid::Uuid = house.id("order_lines", "name", "Chips").await;
    let (item, path) = (line.to_string(), format!("/orders/{order}/lines/{line}"));
    // Kept back, it is not sent with the payment that is for it.
    boss.post(&format!("{path}/hold"), &[])
        .await
        .must_be(StatusCode::OK);
    let by_item = [
        ("method", "card"),
        ("part", "item"),
        ("item", item.as_str()),
    ];
    boss.post(&payments(order), &by_item)
        .await
        .must_be(StatusCode::OK);
    let refund = format!("/payments/{}/refund", last_payment(&house).await);
    boss.post(&refund, &[WHY]).await.must_be(StatusCode::OK);
    // The payment says for ever what it was for, though it went back.
    let fewer = [("by", "-1")];
    for (method, path, form) in [
        (Method::DELETE, path.clone(), &[][..]),
        (Method::POST, format!("{path}/quantity"), &fewer[..]),
    ] {
        let refused = boss.change(method, &path, form, &key()).await;
        let refused = refused.must_be(StatusCode::CONFLICT);
        assert!(refused.notice().contains("void it"), "{}", refused.text);
    }
    // Sent, it is struck out as everything else.
    boss.post(&format!("{path}/fire"), &[])
        .await
        .must_be(StatusCode::OK);
    boss.post(&format!("{path}/void"), &[WHY])
        .await
        .must_be(StatusCode::OK);
}

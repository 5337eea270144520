//! Approvals that somebody may not give: refused where they are asked, and written down.

use std::time::Duration;

use cafe_pos::values::ApprovalId;
use poem::http::StatusCode;

use super::cash::{payments, sale_of};
use super::house::*;

/// Whoever is refused is in the audit log, with whom they named, what for, where, and why.
#[tokio::test]
async fn every_approval_that_is_denied_is_written_down() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let order = sale_of(&house, &mut till, 50_000).await;
    let to = format!("/orders/{order}/discount");
    let mut ids = std::collections::HashMap::new();
    for username in [CASHIER, OTHER_CASHIER, MANAGER] {
        let id: uuid::Uuid = house.id("staff", "username", username).await;
        ids.insert(username, id.to_string());
    }
    let ask = async |till: &mut Device, approver: &str, secret: (&str, &str)| {
        let form = [
            ("percent", "50"),
            ("chosen", "Event"),
            ("approver", approver),
            secret,
        ];
        till.post(&to, &form).await
    };
    let right = ("password", "password123");
    for approver in [&ids[CASHIER], &ids[OTHER_CASHIER]] {
        ask(&mut till, approver, right)
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    for _ in 0..5 {
        ask(&mut till, &ids[MANAGER], ("password", "not his at all"))
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    ask(&mut till, &ids[MANAGER], right)
        .await
        .must_be(StatusCode::LOCKED);
    // Somebody who does not exist is named by nothing.
    ask(&mut till, &uuid::Uuid::now_v7().to_string(), right)
        .await
        .must_be(StatusCode::FORBIDDEN);
    let denied = async |name: &str, why: &str| {
        let sql = format!(
            "SELECT count(*) FROM audit_log WHERE deed = 'approval.denied' AND after ->> 'deed' = 'orders.discount' \
               AND staff_id = '{}' AND terminal_id = (SELECT id FROM terminals WHERE name = 'Till 1') AND approver_id IS NULL \
               AND coalesce(after ->> 'name', '') = (SELECT coalesce(max(name), '') FROM staff WHERE username = '{name}') \
               AND reason LIKE '{why}%'",
            ids[CASHIER]
        );
        house.number(&sql).await
    };
    assert_eq!(denied(CASHIER, "Somebody else approves").await, 1);
    assert_eq!(denied(OTHER_CASHIER, "Only a manager or an admin").await, 1);
    assert_eq!(denied(MANAGER, "Wrong PIN or password.").await, 5);
    assert_eq!(denied(MANAGER, "Too many wrong tries.").await, 1);
    assert_eq!(denied("nobody", "Wrong PIN or password.").await, 1);
    // Nothing was lowered, and what somebody may give leaves no such trace.
    let lowered = "SELECT count(*) FROM orders WHERE discount <> 0";
    assert_eq!(house.number(lowered).await, 0);
    house.execute("DELETE FROM sign_in_locks", []).await;
    house.execute("DELETE FROM sign_in_failures", []).await;
    ask(&mut till, &ids[MANAGER], right)
        .await
        .must_be(StatusCode::OK);
    let all = "SELECT count(*) FROM audit_log WHERE deed = 'approval.denied'";
    assert_eq!(house.number(all).await, 9);
}

#[tokio::test]
async fn nobody_fills_the_audit_log_with_what_is_denied() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 50_000).await;
    let own: uuid::Uuid = house.id("staff", "username", CASHIER).await;
    let own = own.to_string();
    let form = [
        ("percent", "50"),
        ("chosen", "Event"),
        ("approver", own.as_str()),
        ("password", "password123"),
    ];
    let mut turned_away = 0;
    for _ in 0..80 {
        let refused = till.post(&format!("/orders/{order}/discount"), &form).await;
        turned_away += i64::from(refused.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(turned_away > 0);
    let written = "SELECT count(*) FROM audit_log WHERE deed = 'approval.denied'";
    assert_eq!(house.number(written).await, 80 - turned_away);
}

/// What only an admin may grant: a manager may refuse it, and no more.
async fn only_an_admin(house: &House, till: &mut Device, to: &str, form: &[(&str, &str)]) {
    let mut id = String::new();
    for _ in 0..2 {
        // Asked twice it is one request, and stays one that an admin can answer.
        let minted = ApprovalId::new().to_string();
        let asking = [form, &[("ask", minted.as_str())]].concat();
        let panel = till.post(to, &asking).await.must_be(StatusCode::OK);
        let asked = panel.attributes("input[name='asked']", "value").remove(0);
        assert!(id.is_empty() || id == asked, "one request");
        id = asked;
        let mut manager = house.person(MANAGER).await;
        let list = manager.get("/approvals").await.must_be(StatusCode::OK);
        let card = list.one(&format!("#ask-{id} h2"));
        assert!(card.ends_with("(only an admin may agree)"), "{card}");
        let answer = format!("/approvals/{id}/answer");
        let refused = manager
            .post(&answer, &[("agree", "yes")])
            .await
            .must_be(StatusCode::FORBIDDEN);
        assert_eq!(
            refused.notice(),
            "Only an admin may agree to this. Ask one of them to answer it."
        );
    }
    let waiting =
        format!("SELECT count(*) FROM approval_requests WHERE id = '{id}' AND state = 'waiting'");
    assert_eq!(house.number(&waiting).await, 1);
    let mut admin = house.person(ADMIN).await;
    admin
        .post(&format!("/approvals/{id}/answer"), &[("agree", "yes")])
        .await
        .must_be(StatusCode::OK);
    let doing = [form, &[("asked", id.as_str())]].concat();
    till.post(to, &doing).await.must_be(StatusCode::OK);
}

async fn settings(house: &House, key: &str, value: &str) {
    let sql =
        format!("INSERT INTO settings (key, value, updated_at) VALUES ('{key}', '{value}', now())");
    house.execute(&sql, []).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
}

#[tokio::test]
async fn a_refund_beyond_the_limit_is_an_admins_to_agree_to() {
    let house = House::open().await;
    settings(&house, "refundLimit", "10000").await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 20_000).await;
    till.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let payment: uuid::Uuid = house.id("payments", "method", "card").await;
    let to = format!("/payments/{payment}/refund");
    let form = [("chosen", "Wrong method taken")];
    only_an_admin(&house, &mut till, &to, &form).await;
    let back = "SELECT count(*) FROM refunds WHERE amount = 20000 AND approved_by = (SELECT id FROM staff WHERE username = 'ruth')";
    assert_eq!(house.number(back).await, 1);
    // What a manager may give back, a manager agrees to, until both together are too much.
    let order = sale_of(&house, &mut till, 20_000).await;
    till.post(&payments(order), &[("method", "card")])
        .await
        .must_be(StatusCode::OK);
    let newest = "SELECT id FROM payments ORDER BY taken_at DESC, id DESC LIMIT 1";
    let payment: uuid::Uuid = house
        .row(newest, [])
        .await
        .try_get("", "id")
        .expect("an id");
    let to = format!("/payments/{payment}/refund");
    let half = [("chosen", "Wrong method taken"), ("amount", "10,000")];
    let minted = ApprovalId::new().to_string();
    let asking = [&half[..], &[("ask", minted.as_str())]].concat();
    till.post(&to, &asking).await.must_be(StatusCode::OK);
    let mut manager = house.person(MANAGER).await;
    manager
        .post(&format!("/approvals/{minted}/answer"), &[("agree", "yes")])
        .await
        .must_be(StatusCode::OK);
    let doing = [&half[..], &[("asked", minted.as_str())]].concat();
    till.post(&to, &doing).await.must_be(StatusCode::OK);
    only_an_admin(&house, &mut till, &to, &half).await;
}

#[tokio::test]
async fn a_discount_that_no_manager_may_give_is_an_admins_to_agree_to() {
    let house = House::open().await;
    settings(&house, "discountLimits", r#"{"manager":5000}"#).await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 50_000).await;
    let to = format!("/orders/{order}/discount");
    let form = [("percent", "80"), ("chosen", "Event")];
    only_an_admin(&house, &mut till, &to, &form).await;
    let total = format!("SELECT total FROM orders WHERE id = '{order}'");
    assert_eq!(house.number(&total).await, 10_000);
}

/// Whoever comes first: what two people give who may give 10 and 5 % is never more than 10.
#[tokio::test]
async fn the_limits_of_two_roles_do_not_add_up_whichever_came_first() {
    let house = House::open().await;
    settings(&house, "discountLimits", r#"{"waiter":500}"#).await;
    let mut cashier = house.person(CASHIER).await;
    let mut waiter = house.person(WAITER).await;
    for waiter_first in [false, true] {
        let order = sale_of(&house, &mut cashier, 50_000).await;
        let line = format!("SELECT id FROM order_lines WHERE order_id = '{order}'");
        let line: uuid::Uuid = house.row(&line, []).await.try_get("", "id").expect("an id");
        let on_bill = format!("/orders/{order}/discount");
        let on_line = format!("/orders/{order}/lines/{line}/discount");
        let ten = [("percent", "10"), ("chosen", "Event")];
        let five = [("percent", "5"), ("chosen", "Event")];
        if waiter_first {
            waiter.post(&on_line, &five).await.must_be(StatusCode::OK);
            cashier
                .post(&on_bill, &ten)
                .await
                .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        } else {
            cashier.post(&on_bill, &ten).await.must_be(StatusCode::OK);
            waiter
                .post(&on_line, &five)
                .await
                .must_be(StatusCode::UNPROCESSABLE_ENTITY);
            cashier.post(&on_bill, &five).await.must_be(StatusCode::OK);
            waiter.post(&on_line, &five).await.must_be(StatusCode::OK);
        }
        let total = format!("SELECT total FROM orders WHERE id = '{order}'");
        assert!(house.number(&total).await >= 45_000);
    }
}

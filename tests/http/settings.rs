//! What an admin decides about money, and that it counts from then on.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::cash::sale_of;
use super::house::*;

/// The form as it stands, with some of its fields typed anew.
async fn form(admin: &mut Device, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = admin.get("/settings").await.must_be(StatusCode::OK);
    let mut fields: Vec<(String, String)> = Vec::new();
    let inputs = "#money-rules input[name]:not([type='checkbox'])";
    let names = page.attributes(inputs, "name");
    fields.extend(names.into_iter().zip(page.attributes(inputs, "value")));
    for name in page.attributes("#money-rules textarea", "name") {
        let text = page.typed(&format!("#{name}"));
        fields.push((name, text));
    }
    fields.retain(|(name, _)| name != "_key");
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn save(admin: &mut Device, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    admin.put("/settings", &fields).await
}

async fn stored(house: &House, key: &str) -> Option<Value> {
    let sql = format!("SELECT (SELECT value FROM settings WHERE key = '{key}') AS value");
    let row = house.row(&sql, []).await;
    row.try_get("", "value").expect("JSON or nothing")
}

#[tokio::test]
async fn what_an_admin_decides_counts_at_the_till() {
    let house = House::open().await;
    let (mut admin, mut till) = (house.person(ADMIN).await, house.with_float(CASHIER).await);
    let order = sale_of(&house, &mut till, 20_000).await;
    let discount = format!("/orders/{order}/discount");
    let fields = form(
        &mut admin,
        &[
            ("cashier_share", "25"),
            ("discounts", "Staff: 10%\r\nLoyalty card: 2,000"),
            ("discount_reasons", "Rain\r\nEvent"),
            ("cash_rounding", "500"),
            ("refund_limit", "50,000"),
            ("waiters_take_payments", "true"),
        ],
    )
    .await;
    let saved = save(&mut admin, &fields).await.must_be(StatusCode::OK);
    assert!(saved.notice().contains("Saved."), "{}", saved.text);
    assert!(saved.text.contains("Loyalty card: 2,000"), "{}", saved.text);
    let sheet = till.fragment(&discount).await.must_be(StatusCode::OK);
    for shown in ["Up to 25%", "Loyalty card", "Rain"] {
        assert!(sheet.text.contains(shown), "{shown}: {}", sheet.text);
    }
    till.post(&discount, &[("percent", "20"), ("chosen", "Rain")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(stored(&house, "refundLimit").await, Some(json!(50_000)));
    assert_eq!(stored(&house, "cashRounding").await, Some(json!(500)));
    // Only what was changed is stored, and told with what it was before.
    assert_eq!(stored(&house, "voidReasons").await, None);
    assert_eq!(stored(&house, "serviceChargeBp").await, None);
    let entry = house
        .row(
            "SELECT before, after FROM audit_log WHERE deed = 'settings.changed'",
            [],
        )
        .await;
    let (before, after): (Value, Value) = (
        entry.try_get("", "before").unwrap(),
        entry.try_get("", "after").unwrap(),
    );
    assert_eq!(before["refundLimit"], 0);
    assert_eq!(after["refundLimit"], 50_000);
    let mut changed: Vec<&String> = after.as_object().unwrap().keys().collect();
    changed.sort();
    assert_eq!(
        changed,
        [
            "cashRounding",
            "discountLimits",
            "discountReasons",
            "discounts",
            "refundLimit",
            "waitersTakePayments"
        ]
    );
}

#[tokio::test]
async fn a_service_charge_is_on_orders_that_are_opened_later() {
    let house = House::open().await;
    let (mut admin, mut till) = (house.person(ADMIN).await, house.with_float(CASHIER).await);
    let sale = async |till: &mut Device| {
        let order = till.counter_sale().await;
        till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        house
            .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
            .await
    };
    let before = sale(&mut till).await;
    let fields = form(&mut admin, &[("service_charge", "10")]).await;
    save(&mut admin, &fields).await.must_be(StatusCode::OK);
    assert_eq!(sale(&mut till).await, before * 11 / 10);
    assert_eq!(house.number("SELECT min(total) FROM orders").await, before);
}

#[tokio::test]
async fn what_does_not_fit_is_said_in_its_place_and_changes_nothing() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    let long = "x\n".repeat(21);
    for (field, typed, said) in [
        ("cashier_share", "150", "from 0 to 100"),
        ("waiter_share", "-5", "from 0 to 100"),
        ("service_charge", "a lot", "Write the percentage"),
        ("cash_rounding", "5,000", "Use at most 1,000."),
        ("refund_limit", "-1", "zero or more"),
        ("comp_limit", "9.5", "whole"),
        ("discounts", "Staff", "such as Staff: 10%"),
        ("discounts", "Staff: 5%\nstaff: 10%", "is there twice"),
        ("void_reasons", "  \n ", "at least one"),
        ("refund_reasons", &long, "at most 20 lines"),
    ] {
        let fields = form(&mut admin, &[(field, typed)]).await;
        let refused = save(&mut admin, &fields)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        let place = format!("hx-partial[hx-target='#err-{field}']");
        assert!(
            refused.one(&place).contains(said),
            "{field}: {}",
            refused.text
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM settings").await, 0);
}

#[tokio::test]
async fn of_two_admins_who_save_at_once_one_is_told() {
    let house = House::open().await;
    let (mut one, mut other) = (house.person(ADMIN).await, house.person(ADMIN).await);
    let (hers, his) = (
        form(&mut one, &[("cashier_share", "15")]).await,
        form(&mut other, &[("cashier_share", "20")]).await,
    );
    let (first, second) = tokio::join!(save(&mut one, &hers), save(&mut other, &his));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let told = if first.status == StatusCode::OK {
        second
    } else {
        first
    };
    assert!(
        told.text.contains("Somebody else has saved these settings"),
        "{}",
        told.text
    );
    let changes = "SELECT count(*) FROM audit_log WHERE deed = 'settings.changed'";
    assert_eq!(house.number(changes).await, 1);
    // Saved again as it is, it changes nothing, and nothing is told.
    let same = form(&mut one, &[]).await;
    save(&mut one, &same).await.must_be(StatusCode::OK);
    assert_eq!(house.number(changes).await, 1);
}

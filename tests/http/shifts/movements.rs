//! Cash that moves without a sale: put in, paid out, taken to the safe, tips, the drawer opened for nothing.

use cafe_pos::values::CashEntryId;
use poem::http::Method;
use serde_json::{Value, json};

use super::variance::id_of;
use super::*;

type Typed<'a> = &'a [(&'a str, &'a str)];

/// What a shift with a float of 50,000 holds at first.
const FLOAT: i64 = 50_000;

async fn moves(
    device: &mut Device,
    shift: ShiftId,
    movement: &str,
    amount: &str,
    more: Typed<'_>,
) -> Answer {
    let mut form = vec![("movement", movement), ("amount", amount)];
    form.extend(more);
    device.post(&format!("/shifts/{shift}/cash"), &form).await
}

/// A cashier with a float, and their shift.
async fn with_cash(house: &House) -> (Device, ShiftId) {
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(house, CASHIER).await;
    (till, shift)
}

async fn last_entry(house: &House) -> CashEntryId {
    let row = house
        .row(
            "SELECT id FROM cash_entries ORDER BY at DESC, id DESC LIMIT 1",
            [],
        )
        .await;
    row.try_get("", "id").expect("an entry")
}

async fn told(house: &House, deed: &str) -> Vec<Value> {
    let row = house
        .row(
            "SELECT coalesce(jsonb_agg(jsonb_build_array(after -> 'amount', reason) ORDER BY at), '[]') AS told \
             FROM audit_log WHERE deed = $1",
            [deed.into()],
        )
        .await;
    let told: Value = row.try_get("", "told").expect("JSON");
    told.as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn each_movement_is_an_entry_with_a_slip_and_a_row_in_the_log() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let steps: [(&str, &str, Typed, i64, &str); 4] = [
        (
            "paid_in",
            "30,000",
            &[("chosen", "From the safe")],
            80_000,
            "PAID IN 1",
        ),
        (
            "paid_out",
            "12,000",
            &[("chosen", "Market"), ("reason", "tomatoes")],
            68_000,
            "PAID OUT 2",
        ),
        ("drop", "40,000", &[], 28_000, "TAKEN TO THE SAFE 3"),
        (
            "paid_in",
            "500",
            &[("reason", "Found below the till")],
            28_500,
            "PAID IN 4",
        ),
    ];
    for (movement, amount, why, left, head) in steps {
        let moved = moves(&mut till, shift, movement, amount, why)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(expected(&house, shift).await, left, "{movement}");
        let slip = till.get(moved.header("hx-redirect")).await;
        assert!(
            slip_text(&slip).contains(head),
            "{head}: {}",
            slip_text(&slip)
        );
    }
    assert_eq!(
        told(&house, "cash.moved").await,
        [
            json!([30_000, "From the safe"]),
            json!([-12_000, "Market: tomatoes"]),
            json!([-40_000, null]),
            json!([500, "Found below the till"]),
        ]
    );
    let page = till
        .get(&format!("/shifts/{shift}/cash"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(page.all("#cash-moved li").len(), 4);
    // The page is as blind as the count.
    assert!(!page.text.contains("28,500"), "{}", page.text);

    lock(&mut till, shift, 28_500).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let report = till.get(&format!("/shifts/{shift}/report")).await;
    let report = slip_text(&report);
    for said in [
        "Paid in, 2 30,500",
        "Paid out, 1 −12,000",
        "Taken to the safe, 1 −40,000",
        "Market: tomatoes",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
}

#[tokio::test]
async fn what_is_asked_twice_moves_once() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let (path, key) = (format!("/shifts/{shift}/cash"), key());
    let form = [
        ("movement", "paid_out"),
        ("amount", "7,000"),
        ("reason", "Milk"),
    ];
    let mut slips = Vec::new();
    for _ in 0..3 {
        let moved = till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
        slips.push(moved.header("hx-redirect").to_owned());
    }
    slips.dedup();
    assert_eq!(slips.len(), 1, "they lead to one slip");
    assert_eq!(expected(&house, shift).await, FLOAT - 7_000);
    let other = [
        ("movement", "paid_out"),
        ("amount", "8,000"),
        ("reason", "Milk"),
    ];
    till.change(Method::POST, &path, &other, &key)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_makes_no_sense_is_said_and_nothing_moves() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let refused: [(&str, &str, Typed, StatusCode, &str); 8] = [
        (
            "paid_out",
            "",
            &[("reason", "Milk")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "Type how much.",
        ),
        (
            "paid_out",
            "0",
            &[("reason", "Milk")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "Type how much.",
        ),
        (
            "paid_out",
            "-500",
            &[("reason", "Milk")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "zero or more",
        ),
        (
            "paid_out",
            "1.5",
            &[("reason", "Milk")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "whole",
        ),
        (
            "paid_out",
            "500",
            &[],
            StatusCode::UNPROCESSABLE_ENTITY,
            "Choose a reason, or write one.",
        ),
        (
            "no_sale",
            "500",
            &[("reason", "Milk")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "Choose what happens with the cash.",
        ),
        (
            "drop",
            "50,001",
            &[],
            StatusCode::CONFLICT,
            "There is not as much cash in it.",
        ),
        (
            "paid_in",
            "999999999999999",
            &[("reason", "Lottery")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "",
        ),
    ];
    for (movement, amount, why, status, sentence) in refused {
        let answer = moves(&mut till, shift, movement, amount, why).await;
        assert_eq!(
            answer.status, status,
            "{movement} {amount}: {}",
            answer.text
        );
        assert!(
            answer.text.contains(sentence),
            "{sentence}: {}",
            answer.text
        );
    }
    assert_eq!(expected(&house, shift).await, FLOAT);
    assert_eq!(
        told(&house, "cash.refused").await,
        [json!([50_001, null])],
        "who asks how much there is, is written down"
    );
    assert_eq!(
        house.number("SELECT count(*) FROM cash_entries").await,
        1,
        "the float alone"
    );
}

#[tokio::test]
async fn cash_moves_only_in_an_open_shift_with_a_float() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &[("cash", "none")])
        .await
        .must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let refused = moves(&mut till, shift, "paid_in", "500", &[("reason", "Found")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.notice().contains("Count your float first"));

    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    lock(&mut till, shift, FLOAT).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let refused = moves(&mut till, shift, "paid_in", "500", &[("reason", "Found")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.notice().contains("This shift is closed"));
    let page = till.get(&format!("/shifts/{shift}/cash")).await;
    assert!(page.one("#cash-deed").contains("This shift is closed"));
    assert!(page.all("#cash-form").is_empty());
}

#[tokio::test]
async fn what_is_paid_out_of_a_shift_beyond_its_limit_needs_a_manager() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let (amina, daniel) = (id_of(&house, CASHIER).await, id_of(&house, MANAGER).await);
    moves(
        &mut till,
        shift,
        "paid_in",
        "200,000",
        &[("reason", "Bank")],
    )
    .await
    .must_be(StatusCode::OK);
    moves(
        &mut till,
        shift,
        "paid_out",
        "60,000",
        &[("reason", "Meat")],
    )
    .await
    .must_be(StatusCode::OK);
    let meat = ("reason", "More meat");
    let refusals: [(Typed, StatusCode); 3] = [
        (&[meat], StatusCode::UNPROCESSABLE_ENTITY),
        (
            &[meat, ("approver", &amina), ("password", PASSWORD)],
            StatusCode::FORBIDDEN,
        ),
        (
            &[meat, ("approver", &daniel), ("password", "guessed")],
            StatusCode::FORBIDDEN,
        ),
    ];
    for (form, status) in refusals {
        let refused = moves(&mut till, shift, "paid_out", "40,001", form).await;
        assert_eq!(refused.status, status, "{form:?}: {}", refused.text);
    }
    assert_eq!(expected(&house, shift).await, FLOAT + 140_000);
    let form = [meat, ("approver", &daniel), ("password", PASSWORD)];
    let moved = moves(&mut till, shift, "paid_out", "40,001", &form)
        .await
        .must_be(StatusCode::OK);
    let slip = till.get(moved.header("hx-redirect")).await;
    assert!(slip_text(&slip).contains("Agreed"), "{}", slip_text(&slip));
    let both = format!(
        "SELECT count(*) FROM cash_entries c JOIN audit_log a ON a.after ->> 'entry' = c.id::text \
         WHERE c.amount = -40001 AND c.approved_by = '{daniel}' AND c.entered_by = '{amina}' AND a.approver_id = '{daniel}'"
    );
    assert_eq!(house.number(&both).await, 1, "both people are stored");

    // What a manager does needs nobody else, on their own cash and on somebody's who stands beside them.
    let mut manager = house.person(MANAGER).await;
    moves(
        &mut manager,
        shift,
        "paid_out",
        "20,000",
        &[("reason", "Gas")],
    )
    .await
    .must_be(StatusCode::OK);
}

#[tokio::test]
async fn tips_are_handed_out_as_far_as_guests_gave_them() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(
        &format!("/orders/{order}/payments"),
        &[("method", "card"), ("tip", "3,000")],
    )
    .await
    .must_be(StatusCode::OK);
    let to = [("reason", "Moses")];
    moves(&mut till, shift, "tip_out", "3,001", &to)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    moves(&mut till, shift, "tip_out", "2,000", &to)
        .await
        .must_be(StatusCode::OK);
    moves(&mut till, shift, "tip_out", "1,001", &to)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    moves(&mut till, shift, "tip_out", "1,000", &to)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(expected(&house, shift).await, FLOAT - 3_000);
}

#[tokio::test]
async fn a_mistake_is_taken_back_once_by_an_entry_the_other_way() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    moves(
        &mut till,
        shift,
        "paid_out",
        "30,000",
        &[("reason", "Milk")],
    )
    .await
    .must_be(StatusCode::OK);
    let entry = last_entry(&house).await;
    let path = format!("/shifts/{shift}/cash/{entry}/reversal");
    till.get(&path).await.must_be(StatusCode::OK);
    till.post(&path, &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let why = [("reason", "It was 3,000")];
    let (first, second) = {
        let mut other = house.person(CASHIER).await;
        tokio::join!(till.post(&path, &why), other.post(&path, &why))
    };
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::CONFLICT]);
    assert_eq!(expected(&house, shift).await, FLOAT);
    assert_eq!(
        told(&house, "cash.taken_back").await,
        [json!([30_000, "It was 3,000"])]
    );
    let back = last_entry(&house).await;
    till.post(&format!("/shifts/{shift}/cash/{back}/reversal"), &why)
        .await
        .must_be(StatusCode::CONFLICT);
    let float = house
        .row("SELECT id FROM cash_entries WHERE kind = 'float'", [])
        .await;
    let float: CashEntryId = float.try_get("", "id").expect("a float");
    till.post(&format!("/shifts/{shift}/cash/{float}/reversal"), &why)
        .await
        .must_be(StatusCode::NOT_FOUND);
    let page = till.get(&format!("/shifts/{shift}/cash")).await;
    assert_eq!(page.all("#cash-moved li .badge"), ["Taken back"]);
}

#[tokio::test]
async fn what_was_put_in_comes_out_again_only_within_the_limit() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    moves(
        &mut till,
        shift,
        "paid_in",
        "300,000",
        &[("reason", "Bank")],
    )
    .await
    .must_be(StatusCode::OK);
    let entry = last_entry(&house).await;
    let path = format!("/shifts/{shift}/cash/{entry}/reversal");
    let why = ("reason", "Not for this drawer");
    till.post(&path, &[why])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let daniel = id_of(&house, MANAGER).await;
    let form = [why, ("approver", daniel.as_str()), ("password", PASSWORD)];
    till.post(&path, &form).await.must_be(StatusCode::OK);
    assert_eq!(expected(&house, shift).await, FLOAT);
    // It used the limit up.
    moves(&mut till, shift, "paid_out", "500", &[("reason", "Milk")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn two_at_once_do_not_take_out_more_than_there_is() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let mut other = house.person(CASHIER).await;
    for _ in 0..5 {
        let (one, two) = tokio::join!(
            moves(&mut till, shift, "drop", "30,000", &[]),
            moves(&mut other, shift, "drop", "30,000", &[])
        );
        let went = [one, two]
            .iter()
            .filter(|answer| answer.status == StatusCode::OK)
            .count();
        assert!(went <= 1, "both took it");
        let left = expected(&house, shift).await;
        assert!(left >= 0, "{left}");
    }
    assert_eq!(expected(&house, shift).await, FLOAT - 30_000);
}

#[tokio::test]
async fn a_drawer_is_opened_without_a_sale_with_a_reason_and_a_manager() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let path = format!("/shifts/{shift}/openings");
    let daniel = id_of(&house, MANAGER).await;
    let why = ("chosen", "Change for a guest");
    let consent = [("approver", daniel.as_str()), ("password", PASSWORD)];
    till.post(&path, &[why])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    till.post(&path, &consent)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let form = [why, consent[0], consent[1]];
    let (key, mut slips) = (key(), Vec::new());
    for _ in 0..2 {
        let opened = till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
        slips.push(opened.header("hx-redirect").to_owned());
    }
    assert_eq!(slips[0], slips[1]);
    assert_eq!(
        told(&house, "drawer.opened").await,
        [json!([0, "Change for a guest"])]
    );
    assert_eq!(expected(&house, shift).await, FLOAT);

    // A pouch has nothing to open, and a waiter opens nothing.
    let mut manager = house.person(MANAGER).await;
    start(&mut manager, &POUCH).await.must_be(StatusCode::OK);
    let pouch = shift_of(&house, MANAGER).await;
    let refused = manager
        .post(&format!("/shifts/{pouch}/openings"), &[why])
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.notice().contains("No drawer belongs"));
    let mut waiter = house.person(WAITER).await;
    start(&mut waiter, &POUCH).await.must_be(StatusCode::OK);
    let own = shift_of(&house, WAITER).await;
    waiter
        .post(&format!("/shifts/{own}/openings"), &form)
        .await
        .must_be(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn cash_that_moves_after_a_count_makes_it_stale() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    lock(&mut till, shift, FLOAT).await.must_be(StatusCode::OK);
    // It could make what is missing look right: after a count nobody moves cash on their own word.
    for movement in ["drop", "paid_in"] {
        moves(&mut till, shift, movement, "500", &[("reason", "Found")])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let daniel = id_of(&house, MANAGER).await;
    let consent = [("approver", daniel.as_str()), ("password", PASSWORD)];
    moves(&mut till, shift, "drop", "20,000", &consent)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    lock(&mut till, shift, FLOAT - 20_000)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn after_a_count_not_even_a_manager_moves_their_own_cash_alone() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    start(&mut manager, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, MANAGER).await;
    lock(&mut manager, shift, FLOAT - 20_000)
        .await
        .must_be(StatusCode::OK);
    moves(&mut manager, shift, "drop", "20,000", &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(expected(&house, shift).await, FLOAT);
    let ruth = id_of(&house, ADMIN).await;
    let consent = [("approver", ruth.as_str()), ("password", PASSWORD)];
    moves(&mut manager, shift, "drop", "20,000", &consent)
        .await
        .must_be(StatusCode::OK);
    // Whoever is not the owner answers for it themselves.
    let mut admin = house.person(ADMIN).await;
    moves(&mut admin, shift, "drop", "10,000", &[])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_tip_by_mobile_money_is_handed_out_once_it_has_come() {
    let house = House::open().await;
    let (mut till, shift) = with_cash(&house).await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let momo = [
        ("method", "mtn_momo"),
        ("reference", "MP261128.1004.A1"),
        ("tip", "3,000"),
    ];
    till.post(&format!("/orders/{order}/payments"), &momo)
        .await
        .must_be(StatusCode::OK);
    let to = [("reason", "Moses")];
    moves(&mut till, shift, "tip_out", "3,000", &to)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let through = "INSERT INTO pesapal_receipts (payment_id, tracking_id, channel, said_method, confirmation_code) \
        SELECT id, 'theirs', 'mtn_momo', 'MTNUG', 'MP261128.1004.A1' FROM payments";
    house.execute(through, []).await;
    moves(&mut till, shift, "tip_out", "3,000", &to)
        .await
        .must_be(StatusCode::OK);
}

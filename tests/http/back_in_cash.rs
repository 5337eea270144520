//! Money that goes back in cash, however it came: it leaves the drawer of whoever gives it.

use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::time::Duration as Pause;

use super::cash::{payments, sale_of, slip_text};
use super::house::*;
use super::refunds::{WHY, last_payment};

/// A manager with 50,000 in a pouch has taken 20,000 without cash; the address that gives it back.
async fn taken(house: &House, boss: &mut Device, by: &[(&str, &str)]) -> String {
    let order = sale_of(house, boss, 20_000).await;
    boss.post(&payments(order), by)
        .await
        .must_be(StatusCode::OK);
    format!("/payments/{}/refund", last_payment(house).await)
}

async fn expected(house: &House) -> i64 {
    let sum = "SELECT sum(amount)::bigint FROM cash_entries";
    house.number(sum).await
}

fn way(answer: &Answer) -> String {
    ["hx-redirect", "hx-location"]
        .map(|name| answer.header(name).to_owned())
        .concat()
}

const IN_CASH: (&str, &str) = ("in_cash", "on");

#[tokio::test]
async fn notes_for_money_that_came_otherwise_leave_the_drawer_and_the_slip_says_so() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let momo = [("method", "mtn_momo"), ("reference", "32611264207")];
    for by in [&[("method", "card")][..], &momo] {
        let before = expected(&house).await;
        let refund = taken(&house, &mut boss, by).await;
        let screen = boss.get(&refund).await.must_be(StatusCode::OK);
        assert_eq!(screen.all("input[name='in_cash']").len(), 1);
        // As it came: the drawer has nothing to do with it.
        boss.post(&refund, &[WHY, ("amount", "1,000")])
            .await
            .must_be(StatusCode::OK);
        assert_eq!(expected(&house).await, before, "{by:?}");
        let form = [WHY, ("amount", "5,000"), IN_CASH];
        let key = key();
        let mut slip = String::new();
        for _ in 0..2 {
            let given = boss
                .change(poem::http::Method::POST, &refund, &form, &key)
                .await;
            slip = way(&given.must_be(StatusCode::OK));
        }
        assert_eq!(expected(&house).await, before - 5_000, "{by:?}");
        let slip = boss.get(&slip).await.must_be(StatusCode::OK);
        assert!(slip.text.contains("Hand over"), "{}", slip.text);
        assert!(slip_text(&slip).contains("GIVEN BACK IN CASH"));
        let receipt = boss.get(&refund.replace("refund", "receipt")).await;
        let says = slip_text(&receipt);
        assert_eq!(says.matches("Given back in cash, ").count(), 1, "{says}");
    }
    let booked = "SELECT count(*) FROM cash_entries c JOIN refunds r ON r.payment_id = c.payment_id AND r.shift_id = c.shift_id \
        WHERE c.kind = 'refund' AND c.amount = -5000 AND r.in_cash AND r.amount = 5000";
    assert_eq!(house.number(booked).await, 2);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'payment.refunded' AND after->>'in_cash' = 'true'";
    assert_eq!(house.number(told).await, 2);
}

#[tokio::test]
async fn the_shift_report_sums_what_went_back_by_the_way_in_which_it_went() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let refund = taken(&house, &mut boss, &[("method", "card")]).await;
    for form in [
        &[WHY, ("amount", "5,000"), IN_CASH][..],
        &[WHY, ("amount", "2,000")],
    ] {
        boss.post(&refund, form).await.must_be(StatusCode::OK);
    }
    boss.post(&refund, &[WHY, ("amount", "1,000"), ("another_way", "on")])
        .await
        .must_be(StatusCode::OK);
    // The order, which is due again, is carried over.
    house.execute("UPDATE orders SET shift_id = NULL", []).await;
    let shift: uuid::Uuid = house
        .row("SELECT id FROM shifts", [])
        .await
        .try_get("", "id")
        .expect("a shift");
    let count = format!("/shifts/{shift}/count");
    boss.post(&count, &[("count_1000", "45")])
        .await
        .must_be(StatusCode::OK);
    let screen = boss.get(&count).await.must_be(StatusCode::OK);
    let seen = screen.attributes("#close input[name='count']", "value");
    let closed = boss
        .post(&format!("/shifts/{shift}/close"), &[("count", &seen[0])])
        .await
        .must_be(StatusCode::OK);
    let report = boss.get(&way(&closed)).await.must_be(StatusCode::OK);
    let says = slip_text(&report);
    for line in [
        "Card, 1 payment 20,000",
        "Given back, Cash, 1 −5,000",
        "Given back, Card, 2 −3,000",
        "Cash refunds, 1 −5,000",
        "EXPECTED 45,000",
    ] {
        assert!(says.contains(line), "{line}: {says}");
    }
}

#[tokio::test]
async fn pesapals_mobile_money_goes_back_in_part_out_of_a_drawer_that_holds_as_much() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let momo = [("method", "mtn_momo"), ("reference", "32611264207")];
    let refund = taken(&house, &mut boss, &momo).await;
    let through = "INSERT INTO pesapal_receipts (payment_id, tracking_id, channel, said_method, confirmation_code) \
        SELECT id, 'theirs', 'mtn_momo', 'MTNUG', '32611264207' FROM payments";
    house.execute(through, []).await;
    let part = [WHY, ("amount", "5,000")];
    let refused = boss.post(&refund, &part).await;
    let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("in full only"), "{}", refused.text);
    let in_cash = [&part[..], &[IN_CASH]].concat();
    // Somebody without a float hands over nothing.
    let mut admin = house.person(ADMIN).await;
    let refused = admin.post(&refund, &in_cash).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert!(refused.text.contains("float"), "{}", refused.text);
    // Nor does a drawer from which nearly all went into the safe.
    let drop = "INSERT INTO cash_entries (id, shift_id, business_date, kind, amount, entered_by, at) \
        SELECT gen_random_uuid(), id, business_date, 'drop', -46000, staff_id, now() FROM shifts WHERE cash <> 'none'";
    house.execute(drop, []).await;
    let refused = boss.post(&refund, &in_cash).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert!(refused.text.contains("does not hold as much"));
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'cash.refused' AND after ->> 'amount' = '5000'";
    assert_eq!(
        house.number(told).await,
        1,
        "who asks how much there is, is written down"
    );
    assert_eq!(house.number("SELECT count(*) FROM refunds").await, 0);
    boss.post(&refund, &[WHY, ("amount", "4,000"), IN_CASH])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(expected(&house).await, 0);
    let asked = "SELECT count(*) FROM pesapal_refunds";
    assert_eq!(house.number(asked).await, 0, "Pesapal is not asked");
}

#[tokio::test]
async fn two_refunds_from_one_drawer_wait_for_each_other_and_neither_for_both() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let cash = [("part", "full")];
    let first = taken(&house, &mut boss, &cash).await;
    let second = taken(&house, &mut boss, &cash).await;
    // Somebody takes a payment: the shift is shared, and a refund waits.
    let payment = house.db.begin().await.expect("a transaction");
    let shift = "SELECT 1 FROM shifts WHERE cash <> 'none' FOR SHARE";
    payment.execute_unprepared(shift).await.expect("held");
    let mut same = boss.clone();
    let waiting =
        tokio::spawn(async move { same.post(&first, &[WHY]).await.must_be(StatusCode::OK) });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for tried in 0.. {
        if house.number(waits).await == 1 {
            break;
        }
        assert!(tried < 250, "nobody waits");
        tokio::time::sleep(Pause::from_millis(20)).await;
    }
    // Whoever waits holds nothing of it meanwhile that another who wants it alone would wait for.
    let alone = shift.replace("SHARE", "UPDATE NOWAIT");
    let alone = payment.execute_unprepared(&alone).await;
    alone.expect("the refund holds the shift while it waits for it");
    payment.rollback().await.expect("done");
    waiting.await.expect("a refund");
    boss.post(&second, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(expected(&house).await, 50_000);
}

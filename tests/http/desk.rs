//! Mobile money that is waited for, money that came for no order, and the desk where both end.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use time::Duration;
use uuid::Uuid;

use super::cash::{payments, receipt, sale_of};
use super::house::*;
use super::live::Screen;
use super::shifts::count_and_close;

const WAIT: [(&str, &str); 3] = [
    ("method", "mtn_momo"),
    ("part", "full"),
    ("payer", "Grace, 0772 418906"),
];
const CAME: [(&str, &str); 1] = [("transaction", "3261 1264 207")];

/// Waits for all that an order owes; answers the attempt.
async fn waits(house: &House, till: &mut Device, order: OrderId) -> Uuid {
    till.post(&format!("/orders/{order}/attempts"), &WAIT)
        .await
        .must_be(StatusCode::OK);
    let newest = "SELECT id FROM payment_attempts ORDER BY started_at DESC, id DESC LIMIT 1";
    let row = house.row(newest, []).await;
    row.try_get("", "id").expect("an attempt")
}

fn confirmation(attempt: Uuid) -> String {
    format!("/payments/attempts/{attempt}/confirmation")
}

fn failure(attempt: Uuid) -> String {
    format!("/payments/attempts/{attempt}/failure")
}

async fn count(house: &House, of: &str) -> i64 {
    house.number(&format!("SELECT count(*) FROM {of}")).await
}

async fn newest_payment(house: &House) -> Uuid {
    let row = house
        .row(
            "SELECT id FROM payments ORDER BY taken_at DESC, id DESC LIMIT 1",
            [],
        )
        .await;
    row.try_get("", "id").expect("a payment")
}

#[tokio::test]
async fn what_is_waited_for_is_no_money_and_every_screen_of_the_order_says_so() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 27_300).await;
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("#pay-form button.when-momo", "hx-post"),
        [format!("/orders/{order}/attempts")]
    );
    let mut at_the_order = Screen::of(&till, &format!("view=order&order={order}")).await;
    let mut at_the_desk = Screen::of(&till, "view=desk").await;
    at_the_desk.shows("Nobody waits for a guest").await;
    let answer = till
        .post(&format!("/orders/{order}/attempts"), &WAIT)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.header("hx-redirect"), pay);
    at_the_order.shows("Grace, 0772 418906").await;
    at_the_desk.shows("Grace, 0772 418906").await;
    house.hand.advance(Duration::minutes(4));
    let mut till = house.person(CASHIER).await;
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    let waits = screen.one("#order-attempts .banner > span");
    assert_eq!(waits, "UGX27,300 MTN MoMo, waiting 4 minGrace, 0772 418906");
    assert_eq!(screen.attributes("[data-change]", "data-due"), ["27300"]);
    assert_eq!(count(&house, "payments").await, 0);
    let untouched = "orders WHERE paid = 0 AND settled_at IS NULL";
    assert_eq!(count(&house, untouched).await, 1);
    assert_eq!(count(&house, "tickets").await, 0);
    let journal = "audit_log WHERE deed = 'attempt.started'";
    assert_eq!(count(&house, journal).await, 1);
    // After ten minutes it is late, in words and in shape, without anybody having done anything.
    let desk = till.get("/payments/pending").await.must_be(StatusCode::OK);
    assert!(
        desk.one("#desk-waiting .badge")
            .starts_with("Waiting 4 min")
    );
    let mut at_the_desk = Screen::of(&till, "view=desk").await;
    at_the_desk.shows("Grace, 0772 418906").await;
    house.hand.advance(Duration::minutes(7));
    at_the_desk.shows("Late, ").await;
    let desk = till.get("/payments/pending").await.must_be(StatusCode::OK);
    assert_eq!(
        desk.all("#desk-waiting .badge[data-kind='bad']"),
        ["1 late", "Late, 11 min"]
    );
}

#[tokio::test]
async fn when_the_message_comes_the_money_is_on_its_order() {
    let house = House::open().await;
    let mut amina = house.person(CASHIER).await;
    let mut brian = house.person(OTHER_CASHIER).await;
    let order = sale_of(&house, &mut amina, 27_300).await;
    let attempt = waits(&house, &mut amina, order).await;
    let dialog = brian
        .fragment(&confirmation(attempt))
        .await
        .must_be(StatusCode::OK);
    assert!(
        dialog.text.contains("MTN MoMo, UGX 27,300"),
        "{}",
        dialog.text
    );
    let answer = brian
        .post(&confirmation(attempt), &CAME)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut brian, &answer).await;
    assert_eq!(slip.one(".change .huge"), "UGX27,300");
    assert!(slip.text.contains("Unverified"), "{}", slip.text);
    // Whoever says it is the taker; the shift is that of whoever asked.
    let facts = "payments p JOIN shifts s ON s.id = p.shift_id JOIN staff a ON a.id = s.staff_id JOIN staff b ON b.id = p.taken_by \
                 WHERE a.username = 'amina' AND b.username = 'brian' AND p.amount = 27300 AND p.reference = '32611264207'";
    assert_eq!(count(&house, facts).await, 1);
    let settled = "orders WHERE settled_at IS NOT NULL AND paid = 27300";
    assert_eq!(count(&house, settled).await, 1);
    let attempts = "payment_attempts WHERE state = 'confirmed' AND payment_id IS NOT NULL AND ended_by IS NOT NULL";
    assert_eq!(count(&house, attempts).await, 1);
    let again = brian
        .post(&confirmation(attempt), &[("transaction", "99999999")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(again.notice(), "This money is recorded already.");
    let desk = amina.get("/payments/pending").await.must_be(StatusCode::OK);
    assert!(desk.one("#desk-confirmed").contains("32611264207"));
    assert_eq!(desk.all("#desk-waiting li").len(), 0);
}

#[tokio::test]
async fn two_tills_that_confirm_one_message_at_once_make_one_payment() {
    let house = House::open().await;
    let mut one = house.person(CASHIER).await;
    let mut other = house.person(OTHER_CASHIER).await;
    for round in 0..5 {
        let order = sale_of(&house, &mut one, 5_000).await;
        let attempt = waits(&house, &mut one, order).await;
        let ids = [format!("MP26112{round}.1"), format!("MP26112{round}.2")];
        // The same id, and another in every second round.
        let second = &ids[round % 2];
        let path = confirmation(attempt);
        let (here, there) = (
            [("transaction", ids[0].as_str())],
            [("transaction", second.as_str())],
        );
        let (first, second) = tokio::join!(one.post(&path, &here), other.post(&path, &there));
        let mut told = [first.status, second.status];
        told.sort();
        assert_eq!(told, [StatusCode::OK, StatusCode::CONFLICT]);
        let paid = format!("SELECT sum(amount) FROM payments WHERE order_id = '{order}'");
        assert_eq!(house.number(&paid).await, 5_000);
    }
    assert_eq!(count(&house, "payments").await, 5);
}

#[tokio::test]
async fn the_same_key_waits_once_confirms_once_and_ends_once() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 5_000).await;
    let asks = format!("/orders/{order}/attempts");
    let (wait, came, not) = (key(), key(), key());
    for _ in 0..3 {
        till.change(Method::POST, &asks, &WAIT, &wait)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(count(&house, "payment_attempts").await, 1);
    let gives_up = waits(&house, &mut till, order).await;
    let reason = [("deed", "failed"), ("chosen", "No message came")];
    for _ in 0..3 {
        till.change(Method::POST, &failure(gives_up), &reason, &not)
            .await
            .must_be(StatusCode::OK);
    }
    let first = house
        .row(
            "SELECT id FROM payment_attempts WHERE state = 'waiting'",
            [],
        )
        .await;
    let first: Uuid = first.try_get("", "id").expect("an attempt");
    for _ in 0..3 {
        let answer = till
            .change(Method::POST, &confirmation(first), &CAME, &came)
            .await
            .must_be(StatusCode::OK);
        assert!(answer.header("hx-redirect").starts_with("/payments/"));
    }
    assert_eq!(count(&house, "payments").await, 1);
    // The same key for another deed is refused.
    till.change(Method::POST, &asks, &[("method", "airtel_money")], &wait)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_used_id_is_refused_at_its_field_and_nothing_ends() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let paid = sale_of(&house, &mut till, 5_000).await;
    let form = [("method", "mtn_momo"), ("reference", "32611264207")];
    till.post(&payments(paid), &form)
        .await
        .must_be(StatusCode::OK);
    let order = sale_of(&house, &mut till, 5_000).await;
    let attempt = waits(&house, &mut till, order).await;
    let refused = till
        .post(&confirmation(attempt), &CAME)
        .await
        .must_be(StatusCode::CONFLICT);
    let sentence = refused.one("hx-partial[hx-target='#err-transaction']");
    assert!(
        sentence.starts_with("This transaction id has paid UGX 5,000 on order "),
        "{sentence}"
    );
    for (typed, sentence) in [
        ("", "Type all of it: at least 3 letters or digits."),
        (
            "!!!",
            "Use only letters, digits and . _ / : - as on the slip or in the message.",
        ),
    ] {
        let refused = till
            .post(&confirmation(attempt), &[("transaction", typed)])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused.one("hx-partial[hx-target='#err-transaction']"),
            sentence
        );
    }
    assert_eq!(
        count(&house, "payment_attempts WHERE state = 'waiting'").await,
        1
    );
    assert_eq!(count(&house, "payments").await, 1);
}

#[tokio::test]
async fn money_for_an_order_that_was_paid_meanwhile_settles_another_one() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let attempt = waits(&house, &mut till, order).await;
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let other = sale_of(&house, &mut till, 12_000).await;
    let small = sale_of(&house, &mut till, 1_000).await;
    let mut desk = Screen::of(&till, "view=desk").await;
    desk.shows("which owes nothing any more").await;
    let answer = till
        .post(&confirmation(attempt), &[CAME[0], ("desk", "on")])
        .await
        .must_be(StatusCode::OK);
    assert!(
        answer
            .notice()
            .contains("does not owe as much: put it on an order"),
        "{}",
        answer.text
    );
    desk.shows("Put on an order").await;
    let payment = newest_payment(&house).await;
    let placement = format!("/payments/{payment}/placement");
    let offered = till.fragment(&placement).await.must_be(StatusCode::OK);
    assert_eq!(
        offered.attributes("input[name='order']", "value"),
        [other.to_string()]
    );
    let back = format!("/payments/{payment}/refund");
    assert!(offered.attributes("footer a", "href").contains(&back));
    let screen = till.get("/payments/pending").await.must_be(StatusCode::OK);
    let ways = screen.attributes("#desk-unplaced li a", "href");
    assert_eq!(ways, std::slice::from_ref(&back));
    till.get(&back).await.must_be(StatusCode::OK);
    // An order that owes less does not take it, and no receipt is there for money on no order.
    let form = [("order", small.to_string())];
    let form = [("order", form[0].1.as_str())];
    till.post(&placement, &form)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    till.get(&format!("/payments/{payment}/receipt"))
        .await
        .must_be(StatusCode::CONFLICT);
    let other_id = other.to_string();
    let on = [("order", other_id.as_str())];
    let key = key();
    for _ in 0..2 {
        till.change(Method::POST, &placement, &on, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let balance = format!("SELECT total - paid FROM orders WHERE id = '{other}'");
    assert_eq!(house.number(&balance).await, 3_000);
    let refused = till
        .post(&placement, &on)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This money is on an order already.");
    till.post(&payments(other), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let settled =
        format!("orders WHERE id = '{other}' AND settled_at IS NOT NULL AND paid = 12000");
    assert_eq!(count(&house, &settled).await, 1);
    assert_eq!(count(&house, "payment_placements").await, 1);
    till.get(&format!("/payments/{payment}/receipt"))
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn money_is_put_on_no_order_of_which_all_is_kept_back() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let loose = [
        ("method", "mtn_momo"),
        ("transaction", "MP261126.1042.A77"),
        ("amount", "1,000"),
    ];
    till.post("/payments/unplaced", &loose)
        .await
        .must_be(StatusCode::OK);
    let placement = format!("/payments/{}/placement", newest_payment(&house).await);
    let order = till.sit_down("7", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let course = format!("/orders/{order}/courses/1");
    till.post(&format!("{course}/hold"), &[])
        .await
        .must_be(StatusCode::OK);
    let id = order.to_string();
    let on = [("order", id.as_str())];
    let refused = till
        .post(&placement, &on)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "There is nothing on this order to pay yet."
    );
    assert_eq!(count(&house, "payment_placements").await, 0);
    // Nor is it offered, until something of it is made.
    let offered = async |till: &mut Device| {
        let dialog = till.fragment(&placement).await.must_be(StatusCode::OK);
        dialog.attributes("input[name='order']", "value")
    };
    assert!(offered(&mut till).await.is_empty());
    till.post(&format!("{course}/fire"), &[])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(offered(&mut till).await, std::slice::from_ref(&id));
    till.post(&placement, &on).await.must_be(StatusCode::OK);
    assert_eq!(count(&house, "orders WHERE paid = 1000").await, 1);
}

#[tokio::test]
async fn what_does_not_come_has_a_reason_and_may_come_after_all() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 5_000).await;
    let attempt = waits(&house, &mut till, order).await;
    let refused = till
        .post(&failure(attempt), &[("deed", "failed")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-reason']"),
        "Say why: choose a reason, or type one."
    );
    let reason = [
        ("deed", "failed"),
        ("reason", "The network is down"),
        ("desk", "on"),
    ];
    let answer = till
        .post(&failure(attempt), &reason)
        .await
        .must_be(StatusCode::OK);
    assert!(
        answer
            .one("hx-partial[hx-target='#desk-failed']")
            .contains("The network is down")
    );
    let again = till
        .post(&failure(attempt), &reason)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        again.notice(),
        "Somebody has ended this already. Look at the list again."
    );
    till.post(&confirmation(attempt), &CAME)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(count(&house, "orders WHERE paid = 5000").await, 1);
    let mistake = sale_of(&house, &mut till, 5_000).await;
    let attempt = waits(&house, &mut till, mistake).await;
    let answer = till
        .post(&failure(attempt), &[("deed", "withdrawn")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.one("hx-partial[hx-target='#order-attempts']"), "");
    assert_eq!(
        count(&house, "payment_attempts WHERE state = 'cancelled'").await,
        1
    );
}

#[tokio::test]
async fn money_that_comes_when_its_shift_is_over_is_late_and_in_no_shift() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let order = amina.sit_down("7", "2").await;
    amina.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let attempt = waits(&house, &mut amina, order).await;
    let mut brian = house.person(OTHER_CASHIER).await;
    // Her open order goes to somebody else, and what is waited for is in nobody's way.
    let shift = house
        .row("SELECT id FROM shifts WHERE closed_at IS NULL LIMIT 1", [])
        .await;
    let shift: Uuid = shift.try_get("", "id").expect("a shift");
    let order_id = order.to_string();
    let on = [
        ("order", order_id.as_str()),
        ("deed", "carry_over"),
        ("reason", "The guests stay"),
    ];
    amina
        .post(&format!("/shifts/{shift}/orders"), &on)
        .await
        .must_be(StatusCode::OK);
    count_and_close(&house, &mut amina, CASHIER).await;
    let frozen = format!("SELECT md5(report::text) AS report FROM shifts WHERE id = '{shift}'");
    let report = async || -> String {
        let row = house.row(&frozen, []).await;
        row.try_get("", "report").expect("a report")
    };
    let before = report().await;
    brian
        .post(&confirmation(attempt), &CAME)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(report().await, before, "a closed shift never changes");
    let date = "SELECT to_char(max(date), 'YYYY-MM-DD') AS date FROM business_days";
    let date: String = house
        .row(date, [])
        .await
        .try_get("", "date")
        .expect("a date");
    let mut manager = house.person(MANAGER).await;
    let day = manager.get(&format!("/days/{date}")).await;
    assert!(
        day.one("article.receipt")
            .contains("Of it in no shift, MTN MoMo, 1")
    );
    assert_eq!(
        count(
            &house,
            "payments WHERE shift_id IS NULL AND order_id IS NOT NULL"
        )
        .await,
        1
    );
    let desk = brian.get("/payments/pending").await.must_be(StatusCode::OK);
    assert!(
        desk.one("#desk-late").contains("32611264207"),
        "{}",
        desk.text
    );
}

#[tokio::test]
async fn money_that_nobody_asked_for_is_recorded_once() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    till.fragment("/payments/unplaced")
        .await
        .must_be(StatusCode::OK);
    let form = [
        ("method", "airtel_money"),
        ("transaction", "MP261126.1042.A77"),
        ("amount", "12,000"),
        ("payer", "Okello"),
    ];
    let key = key();
    for _ in 0..2 {
        till.change(Method::POST, "/payments/unplaced", &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let again = till
        .post("/payments/unplaced", &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let sentence = again.one("hx-partial[hx-target='#err-transaction']");
    assert!(
        sentence.starts_with("This transaction id has paid already."),
        "{sentence}"
    );
    let desk = till.get("/payments/pending").await.must_be(StatusCode::OK);
    let row = desk.one("#desk-unplaced li");
    for part in [
        "UGX12,000",
        "Airtel Money",
        "MP261126.1042.A77",
        "Okello",
        "Unverified",
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
    for (wrong, field) in [
        (
            vec![
                ("method", "cash"),
                ("transaction", "12345"),
                ("amount", "5"),
            ],
            "method",
        ),
        (
            vec![
                ("method", "mtn_momo"),
                ("transaction", "12345"),
                ("amount", ""),
            ],
            "amount",
        ),
        (
            vec![
                ("method", "mtn_momo"),
                ("transaction", "12345"),
                ("amount", "0"),
            ],
            "amount",
        ),
        (vec![("method", "mtn_momo"), ("amount", "5")], "transaction"),
    ] {
        let refused = till.post("/payments/unplaced", &wrong).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong:?}"
        );
        let field = format!("hx-partial[hx-target='#err-{field}']");
        assert_eq!(refused.all(&field).len(), 1, "{wrong:?}: {}", refused.text);
    }
    assert_eq!(count(&house, "payments").await, 1);
}

#[tokio::test]
async fn what_cannot_be_waited_for_is_refused_with_its_sentence() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 5_000).await;
    let asks = format!("/orders/{order}/attempts");
    let wrong: [(&[(&str, &str)], &str); 5] = [
        (
            &[("method", "cash")],
            "Only mobile money is waited for: choose whose.",
        ),
        (
            &[
                ("method", "mtn_momo"),
                ("part", "amount"),
                ("amount", "6,000"),
            ],
            "Only UGX 5,000 is still to pay. What came beyond it is a tip.",
        ),
        (
            &[("method", "mtn_momo"), ("part", "amount")],
            "Type the amount for this payment.",
        ),
        (
            &[("method", "mtn_momo"), ("expected", "4,000")],
            "The order changed: UGX 5,000 is to pay now. Look at the bill and take the payment again.",
        ),
        (
            &[("method", "mtn_momo"), ("shown", "4,000")],
            "This payment would be UGX 5,000, and the screen showed another amount. Look at it, and take it again.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = till.post(&asks, form).await;
        assert!(refused.status.is_client_error(), "{form:?}");
        assert!(
            refused.text.contains(sentence),
            "{form:?}: {}",
            refused.text
        );
    }
    till.post(&payments(order), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let refused = till.post(&asks, &WAIT).await.must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order is already paid.");
    assert_eq!(count(&house, "payment_attempts").await, 0);
}

#[tokio::test]
async fn a_part_by_item_that_is_waited_for_pays_its_items() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = till.sit_down("7", "2").await;
    for product in ["Espresso", "Chips"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    let line = house
        .row("SELECT id FROM order_lines WHERE name = 'Chips'", [])
        .await;
    let line: Uuid = line.try_get("", "id").expect("a line");
    let line = line.to_string();
    let form = [
        ("method", "airtel_money"),
        ("part", "item"),
        ("item", line.as_str()),
        ("tip", "500"),
    ];
    till.post(&format!("/orders/{order}/attempts"), &form)
        .await
        .must_be(StatusCode::OK);
    let attempt = house.row("SELECT id FROM payment_attempts", []).await;
    let attempt: Uuid = attempt.try_get("", "id").expect("an attempt");
    till.post(&confirmation(attempt), &CAME)
        .await
        .must_be(StatusCode::OK);
    let pieces = format!(
        "paid_pieces pp JOIN payments p ON p.id = pp.payment_id JOIN order_lines l ON l.id = pp.line_id \
         WHERE l.id = '{line}' AND pp.quantity = 1 AND p.tip = 500 AND p.amount = l.unit_price"
    );
    assert_eq!(count(&house, &pieces).await, 1);
}

#[tokio::test]
async fn waiters_and_cooks_wait_for_no_money() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 5_000).await;
    let attempt = waits(&house, &mut till, order).await;
    for username in [WAITER, COOK] {
        let mut other = house.person(username).await;
        for (path, form) in [
            (format!("/orders/{order}/attempts"), &WAIT[..]),
            (confirmation(attempt), &CAME[..]),
            (failure(attempt), &[("deed", "withdrawn")][..]),
        ] {
            other.post(&path, form).await.must_be(StatusCode::FORBIDDEN);
        }
        other
            .get("/payments/pending")
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    // A waiter sees on the order what is waited for, without the ways to end it.
    let waiter = house.person(WAITER).await;
    let mut screen = Screen::of(&waiter, &format!("view=order&order={order}")).await;
    screen.shows("waits-").await;
    assert_eq!(count(&house, "payments").await, 0);
}

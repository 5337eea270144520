//! Paying in cash: in full and in part, change, tips, refusals, the receipt, and the business date.

use std::time::Duration as StdDuration;

use cafe_pos::live::{Changed, News};
use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use time::Duration;

use super::house::*;
use super::live::Screen;

/// A counter sale of one product at this price.
pub(super) async fn sale_of(house: &House, till: &mut Device, price: i64) -> OrderId {
    house
        .execute(
            "UPDATE products SET price = $1 WHERE name = 'Espresso'",
            [price.into()],
        )
        .await;
    house
        .execute("UPDATE menu_version SET version = version + 1", [])
        .await;
    house.app.live().publish(vec![Changed::Menu]);
    let order = till.counter_sale().await;
    for tried in 0.. {
        let panel = till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        let total = house
            .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
            .await;
        if total == price {
            break;
        }
        // The menu of this moment is at most a few seconds old: the line of the old price goes again.
        assert!(tried < 50, "the menu keeps the old price");
        let line = &panel.attributes("li.line", "data-line")[0];
        till.delete(&format!("/orders/{order}/lines/{line}"))
            .await
            .must_be(StatusCode::OK);
        tokio::time::sleep(StdDuration::from_millis(100)).await;
    }
    order
}

pub(super) fn payments(order: OrderId) -> String {
    format!("/orders/{order}/payments")
}

/// The receipt as it reads, cell by cell.
pub(super) fn slip_text(screen: &Answer) -> String {
    screen.all(".receipt .c, .receipt td").join(" ")
}

/// Follows the way to the receipt.
pub(super) async fn receipt(till: &mut Device, paid: &Answer) -> Answer {
    let to = paid.header("hx-redirect").to_owned();
    assert!(
        to.starts_with("/payments/"),
        "went to {to:?}: {}",
        paid.text
    );
    till.get(&to).await.must_be(StatusCode::OK)
}

#[tokio::test]
async fn cash_settles_an_order_sends_what_is_unsent_and_tells_the_change() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let paid = till
        .post(&payments(order), &[("tendered", "100,000")])
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &paid).await;
    assert_eq!(slip.one(".change .huge"), "UGX18,000");
    assert_eq!(slip.all(".receipt .tot td").join(" "), "TOTAL UGX 82,000");
    assert!(
        slip_text(&slip).contains("1 Espresso 82,000"),
        "{}",
        slip_text(&slip)
    );
    assert!(slip_text(&slip).contains("Cash 100,000 Change 18,000"));
    let facts = "SELECT count(*) FROM orders WHERE paid = 82000 AND total = 82000 AND settled_at IS NOT NULL";
    assert_eq!(house.number(facts).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 1);
    assert_eq!(
        house.number("SELECT sum(amount) FROM cash_entries").await,
        50_000 + 82_000
    );
}

#[tokio::test]
async fn exact_from_the_order_panel_is_one_tap() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let screen = till
        .get(&format!("/orders/{order}"))
        .await
        .must_be(StatusCode::OK);
    let exact = "button[data-deed='exact']";
    let address = screen.attributes(exact, "hx-post");
    let values = screen.attributes(exact, "hx-vals");
    let values: serde_json::Value = serde_json::from_str(&values[0]).expect("the values");
    let form: Vec<(&str, &str)> = values
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    let paid = till.post(&address[0], &form).await.must_be(StatusCode::OK);
    let slip = receipt(&mut till, &paid).await;
    assert_eq!(slip.one(".change .huge"), "UGX0");
    // The next sale is one tap away: on the change, or on Done.
    assert_eq!(
        slip.attributes("[data-mint='order'] button", "hx-put")
            .len(),
        2
    );
}

#[tokio::test]
async fn parts_are_paid_until_nothing_is_left() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let part = [
        ("part", "amount"),
        ("amount", "50,000"),
        ("tendered", "60,000"),
    ];
    let first = till
        .post(&payments(order), &part)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &first).await;
    assert_eq!(slip.one(".change .huge"), "UGX10,000");
    assert!(slip_text(&slip).contains("STILL TO PAY 32,000"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NULL AND paid = 50000")
            .await,
        1
    );
    let rest = [("part", "full"), ("tendered", "32,000")];
    let second = till
        .post(&payments(order), &rest)
        .await
        .must_be(StatusCode::OK);
    let slip = receipt(&mut till, &second).await;
    assert!(!slip_text(&slip).contains("STILL TO PAY"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND paid = 82000")
            .await,
        1
    );
    // The receipt of the first part says what it said.
    let again = receipt(&mut till, &first).await;
    assert!(slip_text(&again).contains("STILL TO PAY 32,000"));
}

#[tokio::test]
async fn a_tip_goes_beside_the_bill_into_the_same_drawer() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 17_000).await;
    let paid = till
        .post(
            &payments(order),
            &[("tendered", "20,000"), ("tip", "3,000")],
        )
        .await
        .must_be(StatusCode::OK);
    assert_eq!(receipt(&mut till, &paid).await.one(".change .huge"), "UGX0");
    assert_eq!(house.number("SELECT paid FROM orders").await, 17_000);
    let ledger = "SELECT sum(amount) FROM cash_entries WHERE kind = ";
    assert_eq!(house.number(&format!("{ledger}'sale'")).await, 17_000);
    assert_eq!(house.number(&format!("{ledger}'tip'")).await, 3_000);
}

#[tokio::test]
async fn wrong_amounts_get_a_sentence_and_take_nothing() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let wrong: [(&[(&str, &str)], &str); 12] = [
        (&[], "Type the cash received."),
        (&[("tendered", "0")], "Pay an amount above zero."),
        (&[("tendered", "-5000")], "Use an amount of zero or more."),
        (
            &[("tendered", "82000.50")],
            "Use whole shillings, for example 9,000.",
        ),
        (
            &[("tendered", "82,00")],
            "Write the amount in digits, for example 9,000.",
        ),
        (
            &[("tendered", "9".repeat(40).leak())],
            "That amount is too large; check the number of zeros.",
        ),
        (
            &[("tendered", "82,000,000")],
            "Check the cash received: the change would be UGX 81,918,000.",
        ),
        (
            &[("amount", "82,001"), ("tendered", "90,000")],
            "Only UGX 82,000 is still to pay. Type more as cash received, and the rest is change.",
        ),
        (
            &[("part", "full"), ("tendered", "8,200")],
            "UGX 73,800 more is needed. For a part of the bill choose By amount.",
        ),
        (
            &[("part", "amount"), ("tendered", "8,200")],
            "Type the amount for this payment.",
        ),
        (
            &[("method", "shells"), ("tendered", "82,000")],
            "Choose how it is paid: cash, mobile money, card or Pesapal.",
        ),
        (
            &[("method", "nothing_to_pay")],
            "UGX 82,000 is still to pay on this order.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = till.post(&payments(order), form).await;
        assert!(
            refused.status.is_client_error(),
            "{form:?}: {}",
            refused.status
        );
        assert_eq!(refused.notice(), sentence, "{form:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
    assert_eq!(
        house
            .number("SELECT count(*) FROM cash_entries WHERE kind <> 'float'")
            .await,
        0
    );
    assert_eq!(house.number("SELECT sum(paid) FROM orders").await, 0);
}

#[tokio::test]
async fn the_same_key_twice_takes_the_money_once() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let (key, form) = (key(), [("tendered", "10,000")]);
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let paid = till
            .change(Method::POST, &payments(order), &form, &key)
            .await
            .must_be(StatusCode::OK);
        receipts.push(paid.header("hx-redirect").to_owned());
    }
    assert!(receipts.iter().all(|to| *to == receipts[0]), "{receipts:?}");
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 1);
    assert_eq!(
        house.number("SELECT sum(amount) FROM payments").await,
        9_000
    );
}

#[tokio::test]
async fn two_tills_that_pay_one_order_at_once_take_the_money_once() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let mut brian = house.with_float(OTHER_CASHIER).await;
    let order = sale_of(&house, &mut amina, 82_000).await;
    let form = [
        ("part", "full"),
        ("tendered", "100,000"),
        ("expected", "82,000"),
    ];
    let path = payments(order);
    let (a, b) = tokio::join!(amina.post(&path, &form), brian.post(&path, &form));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let refused = if a.status == StatusCode::CONFLICT {
        a
    } else {
        b
    };
    assert_eq!(refused.notice(), "This order is already paid.");
    assert_eq!(
        house.number("SELECT sum(amount) FROM payments").await,
        82_000
    );
    assert_eq!(
        house
            .number("SELECT sum(amount) FROM cash_entries WHERE kind = 'sale'")
            .await,
        82_000
    );
}

#[tokio::test]
async fn an_order_that_is_paid_takes_no_more() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order is already paid.");
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.all("button[data-cash]").is_empty());
}

#[tokio::test]
async fn a_balance_that_moved_meanwhile_is_told_and_nothing_is_taken() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let stale = [("tendered", "9,000"), ("expected", "9,000")];
    let refused = till
        .post(&payments(order), &stale)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "The order changed: UGX 18,000 is to pay now. Look at the bill and take the payment again."
    );
    // The way on is the same screen, drawn anew.
    assert_eq!(refused.attributes("hx-partial a", "href"), [""]);
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn without_a_counted_float_no_cash_is_taken_and_the_way_leads_there() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let refused = till
        .post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Count your float first"),
        "{}",
        refused.notice()
    );
    assert_eq!(refused.attributes("hx-partial a", "href"), ["/shift"]);
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    let way = screen.attributes("main a.primary", "href");
    assert_eq!(way, [format!("/shift?order={order}")]);
    // From there on to the payment.
    let float = [
        ("cash", "pouch"),
        ("count_1000", "0"),
        ("order", &order.to_string()),
    ];
    let started = till
        .post("/shift/float", &float)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        started.header("hx-redirect"),
        format!("/orders/{order}/pay")
    );
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn cash_goes_to_the_shift_of_whoever_takes_it() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let mut cashier = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut waiter, 9_000).await;
    cashier
        .post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let whose = "SELECT count(*) FROM payments p JOIN shifts s ON s.id = p.shift_id \
        JOIN staff st ON st.id = s.staff_id WHERE st.username = 'amina'";
    assert_eq!(house.number(whose).await, 1);
}

#[tokio::test]
async fn a_waiter_takes_no_payments_unless_the_house_lets_them() {
    let house = House::open().await;
    let mut waiter = house.with_float(WAITER).await;
    let order = sale_of(&house, &mut waiter, 9_000).await;
    let form = [("tendered", "9,000")];
    let refused = waiter
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "Payments are taken by cashiers and managers."
    );
    waiter
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::FORBIDDEN);
    house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('waitersTakePayments', 'true', now())",
            [],
        )
        .await;
    house.app.live().publish(vec![Changed::Settings]);
    tokio::time::sleep(StdDuration::from_millis(1_100)).await;
    waiter
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn an_order_that_costs_nothing_is_closed_without_money_or_float() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let order = sale_of(&house, &mut till, 0).await;
    let screen = till
        .get(&format!("/orders/{order}/pay"))
        .await
        .must_be(StatusCode::OK);
    assert!(screen.one("main").contains("Nothing to pay"));
    let form = [("method", "nothing_to_pay")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM orders WHERE settled_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 0);
    let again = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(again.notice(), "This order is already paid.");
}

#[tokio::test]
async fn an_empty_or_cancelled_order_takes_no_money() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.counter_sale().await;
    let form = [("tendered", "9,000")];
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "There is nothing on this order to pay yet."
    );
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "This order was cancelled; nothing can be paid on it."
    );
    till.post(&payments(OrderId::new()), &form)
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_notes_and_the_change_follow_what_is_typed() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let pay = format!("/orders/{order}/pay");
    let screen = till.get(&pay).await.must_be(StatusCode::OK);
    assert_eq!(
        screen.all("#pay-quick button"),
        [
            "Exact 82,000",
            "85,000",
            "90,000",
            "100,000",
            "120,000",
            "150,000"
        ]
    );
    assert_eq!(screen.attributes("[data-change]", "data-due"), ["82000"]);
    let typed = till
        .fragment(&format!("{pay}?part=amount&amount=50%2C000&tip=3000"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(typed.all(".quick button")[0], "Exact 53,000");
    assert_eq!(typed.attributes("[data-change]", "data-due"), ["53000"]);
    let refused = till
        .fragment(&format!("{pay}?part=amount&amount=90000"))
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .one("hx-partial[hx-target='#err-amount']")
            .contains("Only UGX 82,000")
    );
}

#[tokio::test]
async fn a_receipt_carries_what_a_guest_and_the_tax_man_read() {
    let house = House::open().await;
    let settings = [
        ("cafeName", "\"Café Nile\""),
        ("address", "\"Plot 4, Kampala Road\""),
        ("taxNumber", "\"1009482113\""),
    ];
    for (key, value) in settings {
        house
            .execute(
                "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2::jsonb, now()) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key.into(), value.into()],
            )
            .await;
    }
    house.app.live().publish(vec![Changed::Settings]);
    tokio::time::sleep(StdDuration::from_millis(1_100)).await;
    house
        .hand
        .set(time::macros::datetime!(2030-03-01 21:30 UTC));
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 11_800).await;
    let paid = till
        .post(&payments(order), &[("tendered", "20,000")])
        .await
        .must_be(StatusCode::OK);
    let slip = slip_text(&receipt(&mut till, &paid).await);
    for part in [
        "CAFÉ NILE",
        "Plot 4, Kampala Road",
        "TIN 1009482113",
        // After midnight in Kampala, and still the business date of the evening.
        "2 Mar 2030 00:30",
        "No. 20300301-0001",
        "Served by Amina",
        "included 1,800",
        "TOTAL UGX 11,800",
    ] {
        assert!(slip.contains(part), "{part:?} is missing in {slip}");
    }
}

#[tokio::test]
async fn money_is_dated_by_the_cafe_and_after_a_z_by_the_next_date() {
    let house = House::open().await;
    house
        .hand
        .set(time::macros::datetime!(2030-03-02 00:30 UTC));
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    // 03:30 in Kampala is before the cut-off at 04:00.
    let on = |date: &str| format!("SELECT count(*) FROM payments WHERE business_date = '{date}'");
    assert_eq!(house.number(&on("2030-03-01")).await, 1);
    house
        .execute(
            "UPDATE business_days SET z_number = 1, z_at = now() WHERE date = '2030-03-01'",
            [],
        )
        .await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(&on("2030-03-02")).await, 1);
}

#[tokio::test]
async fn a_clock_that_reads_earlier_than_the_last_sale_stops_trade() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let form = [("tendered", "9,000")];
    let open = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    house.hand.advance(Duration::minutes(-1));
    house.hand.advance(Duration::hours(-3));
    // Sessions are of this moment, too: sign in again.
    let mut till = house.person(CASHIER).await;
    let refused = till
        .post(&payments(open), &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("The clock reads "),
        "{}",
        refused.notice()
    );
    let new = till
        .put(
            &format!("/orders/{}", OrderId::new()),
            &[("kind", "takeaway")],
        )
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(new.notice().contains("nothing is sold until then"));
    house.hand.advance(Duration::hours(3));
    let mut till = house.person(CASHIER).await;
    till.post(&payments(open), &form)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn screens_that_show_the_order_the_floor_and_the_shift_look_again() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let mut news = house.app.live().subscribe();
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let (mut order_told, mut floor_told, mut shift_told) = (false, false, false);
    while !(order_told && floor_told && shift_told) {
        let told = tokio::time::timeout(StdDuration::from_secs(1), news.recv())
            .await
            .expect("within a second")
            .expect("news");
        let told = |cares: &dyn Fn(&Changed) -> bool| match &told {
            News::Changed(changes) => changes.iter().any(cares),
            News::Everything => false,
        };
        order_told |= told(&|change| *change == Changed::Order(order));
        floor_told |= told(&|change| *change == Changed::Floor);
        shift_told |= told(&|change| matches!(change, Changed::Shift(_)));
    }
}

#[tokio::test]
async fn another_till_that_shows_the_order_sees_what_is_left_to_pay() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let other = house.till(OTHER_CASHIER, "Till 1").await;
    let mut watching = Screen::of(&other, &format!("view=order&order={order}")).await;
    watching.shows("9,000").await;
    till.post(&payments(order), &[("tendered", "4,000")])
        .await
        .must_be(StatusCode::OK);
    watching.shows("5,000").await;
}

#[tokio::test]
async fn payments_and_cash_are_never_changed_or_deleted() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    use sea_orm::ConnectionTrait;
    for deed in [
        "UPDATE payments SET amount = 1",
        "DELETE FROM payments",
        "UPDATE cash_entries SET amount = 1",
        "DELETE FROM cash_entries",
        "TRUNCATE cash_entries, payments CASCADE",
    ] {
        assert!(house.db.execute_unprepared(deed).await.is_err(), "{deed}");
    }
}

#[tokio::test]
async fn a_repeated_payment_answers_with_its_own_receipt_and_not_with_a_colleagues() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let mut ruth = house.with_float(MANAGER).await;
    let order = sale_of(&house, &mut amina, 30_000).await;
    let part = [
        ("part", "amount"),
        ("amount", "10,000"),
        ("tendered", "10,000"),
    ];
    let key = key();
    let first = amina
        .change(Method::POST, &payments(order), &part, &key)
        .await
        .must_be(StatusCode::OK);
    ruth.post(&payments(order), &[("tendered", "50,000")])
        .await
        .must_be(StatusCode::OK);
    let again = amina
        .change(Method::POST, &payments(order), &part, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(again.header("hx-redirect"), first.header("hx-redirect"));
    assert_eq!(house.number("SELECT count(*) FROM payments").await, 2);
}

#[tokio::test]
async fn a_paid_order_closes_when_what_was_added_to_it_is_taken_off_again() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let panel = till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let added = panel
        .attributes("li.line:not(.sent)", "data-line")
        .remove(0);
    let ticket = house
        .row("SELECT id FROM tickets WHERE order_id = $1", [order.into()])
        .await;
    let ticket: uuid::Uuid = ticket.try_get("", "id").expect("an id");
    let mut bar = house.person(BARTENDER).await;
    bar.post(&format!("/kitchen/tickets/{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    let open = format!("SELECT count(*) FROM orders WHERE id = '{order}' AND closed_at IS NULL");
    assert_eq!(house.number(&open).await, 1);
    till.delete(&format!("/orders/{order}/lines/{added}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number(&open).await, 0);
    let removed = "SELECT count(*) FROM audit_log WHERE deed = 'order.line_removed'";
    assert!(house.number(removed).await > 0);
}

#[tokio::test]
async fn an_order_that_was_carried_over_goes_to_the_shift_that_takes_its_money() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let order = waiter.sit_down("3", "2").await;
    waiter.tap(order, "Espresso").await.must_be(StatusCode::OK);
    waiter
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    house
        .execute(
            "UPDATE orders SET shift_id = NULL WHERE id = $1",
            [order.into()],
        )
        .await;
    // Nothing to send: nobody takes it up by tapping Send.
    waiter
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let left = format!("SELECT count(*) FROM orders WHERE id = '{order}' AND shift_id IS NULL");
    assert_eq!(house.number(&left).await, 1);
    let mut till = house.with_float(CASHIER).await;
    till.post(
        &payments(order),
        &[("part", "full"), ("tendered", "50,000")],
    )
    .await
    .must_be(StatusCode::OK);
    let taken_up = format!(
        "SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.shift_id = o.shift_id WHERE o.id = '{order}'"
    );
    assert_eq!(house.number(&taken_up).await, 1);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'order.taken_up'";
    assert_eq!(house.number(told).await, 1);
}

#[tokio::test]
async fn a_free_order_that_was_carried_over_goes_to_the_shift_that_closes_it() {
    let house = House::open().await;
    let mut waiter = house.till(WAITER, "Floor tablet").await;
    let order = sale_of(&house, &mut waiter, 0).await;
    house
        .execute(
            "UPDATE orders SET shift_id = NULL WHERE id = $1",
            [order.into()],
        )
        .await;
    let mut till = house.person(CASHIER).await;
    till.post(&payments(order), &[("method", "nothing_to_pay")])
        .await
        .must_be(StatusCode::OK);
    let taken_up = "SELECT count(*) FROM orders o JOIN shifts s ON s.id = o.shift_id \
         JOIN staff st ON st.id = s.staff_id WHERE st.username = 'amina'";
    assert_eq!(house.number(taken_up).await, 1);
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'order.taken_up'";
    assert_eq!(house.number(told).await, 1);
}

#[tokio::test]
async fn a_free_order_is_settled_by_sending_it() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = sale_of(&house, &mut till, 0).await;
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let settled =
        format!("SELECT count(*) FROM orders WHERE id = '{order}' AND settled_date IS NOT NULL");
    assert_eq!(house.number(&settled).await, 1);
}

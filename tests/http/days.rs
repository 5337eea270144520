//! The business date: an X that changes nothing, a Z that closes it once, and what becomes of sales afterwards.

use poem::http::{Method, StatusCode};
use serde_json::Value;
use time::Duration;

use super::house::*;

const DAY: Duration = Duration::hours(24);

/// Today's date where the café is, as the program sees it.
async fn today(house: &House) -> String {
    let sql = "SELECT to_char(max(date), 'YYYY-MM-DD') AS date FROM business_days";
    let row = house.row(sql, []).await;
    row.try_get("", "date").expect("a date")
}

fn after(date: &str, days: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    let date = time::Date::parse(date, &format).expect("a date");
    (date + Duration::days(days)).format(&format).expect("text")
}

async fn read(device: &mut Device, date: &str) -> Value {
    let json = [("accept", "application/json")];
    let path = format!("/days/{date}");
    let answer = device.send(Method::GET, &path, None, &json).await;
    answer.must_be(StatusCode::OK).json()
}

async fn close(device: &mut Device, date: &str) -> Answer {
    device.post(&format!("/days/{date}/closing"), &[]).await
}

/// Sells these for exact cash, and hands them out; answers order and total.
async fn sell(house: &House, till: &mut Device, products: &[&str]) -> (String, i64) {
    let order = till.counter_sale().await;
    for product in products {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    till.post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let total = house
        .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
        .await;
    (order.to_string(), total)
}

#[tokio::test]
async fn an_x_can_be_read_at_any_time_and_changes_nothing() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (_, first) = sell(&house, &mut till, &["Espresso", "Cappuccino"]).await;
    let date = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    let before = house.number("SELECT count(*) FROM audit_log").await;
    for _ in 0..2 {
        let x = read(&mut manager, &date).await;
        assert_eq!(x["z"], Value::Null);
        assert_eq!(x["sold"]["total"], first);
        assert_eq!(x["sold"]["orders"], 1);
        assert_eq!(x["taken"][0]["method"], "cash");
        assert_eq!(x["taken"][0]["amount"], first);
        assert_eq!(x["openShifts"][0]["owner"], "Amina Nantale");
        // Menu prices contain 18 %.
        let tax = &x["sold"]["taxes"][0];
        let both = tax["tax"].as_i64().zip(tax["withoutTax"].as_i64());
        let (tax, without) = both.expect("a tax");
        assert_eq!(tax + without, first);
        assert_eq!((first * 1_800 + 5_900) / 11_800, tax, "rounded half up");
    }
    assert_eq!(house.number("SELECT count(*) FROM audit_log").await, before);
    assert_eq!(house.number("SELECT count(*) FROM z_reports").await, 0);
    let page = manager.get(&format!("/days/{date}")).await;
    assert!(page.one("article.receipt").contains("X REPORT"));
    assert!(page.one("#day-open").contains("Amina Nantale is on shift"));
}

#[tokio::test]
async fn a_z_closes_a_date_once_and_never_changes() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (_, sold) = sell(&house, &mut till, &["Espresso"]).await;
    let date = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    let (path, key) = (format!("/days/{date}/closing"), key());
    for _ in 0..3 {
        let closed = manager
            .change(Method::POST, &path, &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(closed.header("hx-redirect"), format!("/days/{date}"));
    }
    let z = read(&mut manager, &date).await;
    assert_eq!(z["z"]["number"], 1);
    assert_eq!(z["sold"]["total"], sold);
    let head = z["z"]["headHash"].as_str().expect("a hash").to_owned();
    let known = house
        .row(
            "SELECT encode(hash, 'hex') AS hash FROM audit_seals WHERE number = $1",
            [z["z"]["headNumber"].as_i64().into()],
        )
        .await;
    let known: String = known.try_get("", "hash").expect("a hash");
    assert_eq!(head, known, "the log was sealed first");
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'day.closed'")
            .await,
        1
    );
    let again = close(&mut manager, &date).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.notice().contains("closed already"), "{}", again.text);

    // What is sold now carries the next date, and the Z says what it said.
    let (order, _) = sell(&house, &mut till, &["Cappuccino"]).await;
    let dates = format!(
        "SELECT (to_char(business_date, 'YYYY-MM-DD') = '{0}' AND to_char(settled_date, 'YYYY-MM-DD') = '{0}')::int::bigint \
         FROM orders WHERE id = '{order}'",
        after(&date, 1)
    );
    assert_eq!(house.number(&dates).await, 1);
    assert_eq!(read(&mut manager, &date).await, z);
    let slip = manager.get(&format!("/days/{date}")).await;
    assert!(slip.one("article.receipt").contains("Z REPORT 1"));
    assert!(slip.one("article.receipt").contains(&head[..16]));
    let prints = format!("/days/{date}/prints");
    let original = manager.post(&prints, &[]).await.must_be(StatusCode::OK);
    assert_eq!(original.all("article[data-printing]").len(), 1);
    assert!(!original.one("article.receipt").contains("COPY"));
    let copy = manager.post(&prints, &[]).await.must_be(StatusCode::OK);
    assert!(copy.one("article.receipt").contains("COPYNo. 2, "));
    till.post(&prints, &[]).await.must_be(StatusCode::FORBIDDEN);
    // A date that is open has an X, of which there are no copies.
    let open = format!("/days/{}/prints", after(&date, 1));
    for _ in 0..2 {
        let x = manager.post(&open, &[]).await.must_be(StatusCode::OK);
        let said = x.one("article.receipt");
        assert!(
            said.contains("X REPORT") && !said.contains("COPY"),
            "{said}"
        );
    }
    house
        .execute("UPDATE staff SET name = 'Somebody Else'", [])
        .await;
    assert_eq!(read(&mut manager, &date).await, z);
}

#[tokio::test]
async fn z_reports_follow_each_other_without_gaps() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    let first = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    let refused = close(&mut manager, &after(&first, 1)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("has not begun"),
        "{}",
        refused.text
    );
    let refused = close(&mut manager, "2026-01-05").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("Nothing happened"),
        "{}",
        refused.text
    );
    close(&mut manager, &first).await.must_be(StatusCode::OK);
    for _ in 0..2 {
        house.hand.advance(DAY);
        let mut till = house.person(CASHIER).await;
        sell(&house, &mut till, &["Espresso"]).await;
    }
    let mut manager = house.person(MANAGER).await;
    let refused = close(&mut manager, &after(&first, 2)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.notice().contains("first: the Z reports follow"));
    close(&mut manager, &after(&first, 1))
        .await
        .must_be(StatusCode::OK);
    close(&mut manager, &after(&first, 2))
        .await
        .must_be(StatusCode::OK);
    let refused = close(&mut manager, &after(&first, -1)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.notice().contains("before the first Z"));
    for (day, number) in [(0, 1), (1, 2), (2, 3)] {
        let z = read(&mut manager, &after(&first, day)).await;
        assert_eq!(z["z"]["number"], number);
    }
    let list = manager.get("/days").await.must_be(StatusCode::OK);
    assert_eq!(list.all("#z-reports tbody tr").len(), 3);
}

#[tokio::test]
async fn managers_close_days_and_nobody_else() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    let date = today(&house).await;
    for path in ["/days".to_owned(), format!("/days/{date}")] {
        till.get(&path).await.must_be(StatusCode::FORBIDDEN);
    }
    close(&mut till, &date).await.must_be(StatusCode::FORBIDDEN);
    let mut manager = house.person(MANAGER).await;
    for date in ["yesterday", "2026-02-30", "2026-11-2x"] {
        manager
            .get(&format!("/days/{date}"))
            .await
            .must_be(StatusCode::NOT_FOUND);
    }
    assert_eq!(house.number("SELECT count(*) FROM z_reports").await, 0);
}

#[tokio::test]
async fn two_managers_at_the_same_second_make_one_z() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    let date = today(&house).await;
    let (mut one, mut other) = (house.person(MANAGER).await, house.person(ADMIN).await);
    let (one, other) = tokio::join!(close(&mut one, &date), close(&mut other, &date));
    let mut answers = [one.status, other.status];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::CONFLICT]);
    assert_eq!(house.number("SELECT count(*) FROM z_reports").await, 1);
}

#[tokio::test]
async fn no_sale_races_a_z() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    let date = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    let selling = async {
        for _ in 0..12 {
            sell(&house, &mut till, &["Espresso"]).await;
        }
    };
    let closing = async {
        tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        close(&mut manager, &date).await.must_be(StatusCode::OK);
    };
    tokio::join!(selling, closing);
    let z = read(&mut manager, &date).await;
    let on = |column: &str| format!("SELECT coalesce(sum({column}), 0)::bigint FROM");
    let sold = format!("{} orders WHERE settled_date = '{date}'", on("total"));
    let taken = format!("{} payments WHERE business_date = '{date}'", on("amount"));
    assert_eq!(z["sold"]["total"], house.number(&sold).await);
    assert_eq!(z["taken"][0]["amount"], house.number(&taken).await);
    assert_eq!(z["sold"]["total"], z["taken"][0]["amount"]);
    let all = house.number("SELECT count(*) FROM orders").await;
    assert_eq!(all, 13, "everything was sold, on one date or the next");
}

#[tokio::test]
async fn what_becomes_of_a_sale_after_its_z_is_a_correction_on_the_next() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (back, dear) = sell(&house, &mut till, &["Espresso", "Cappuccino"]).await;
    let (more, cheap) = sell(&house, &mut till, &["Espresso"]).await;
    let first = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    close(&mut manager, &first).await.must_be(StatusCode::OK);
    let z = read(&mut manager, &first).await;

    house.hand.advance(DAY);
    let mut manager = house.with_float(MANAGER).await;
    let mut till = house.person(CASHIER).await;
    // The espresso of one comes back; to the other a cappuccino is added.
    let payment = house
        .row(
            "SELECT id::text AS id FROM payments WHERE order_id = $1",
            [uuid(&back).into()],
        )
        .await;
    let payment: String = payment.try_get("", "id").expect("a payment");
    let line = house
        .row(
            "SELECT l.id::text AS id FROM order_lines l WHERE l.order_id = $1 AND l.name = 'Espresso'",
            [uuid(&back).into()],
        )
        .await;
    let line: String = line.try_get("", "id").expect("a line");
    manager
        .post(
            &format!("/payments/{payment}/refund"),
            &[
                ("kind", "goods_returned"),
                ("item", &line),
                ("reason", "Cold"),
            ],
        )
        .await
        .must_be(StatusCode::OK);
    let more_id: cafe_pos::values::OrderId = more.parse().expect("an id");
    till.tap(more_id, "Cappuccino")
        .await
        .must_be(StatusCode::OK);
    till.post(&format!("/orders/{more}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let (_, new) = sell(&house, &mut till, &["Espresso"]).await;

    assert_eq!(read(&mut manager, &first).await, z, "a Z says what it said");
    let second = after(&first, 1);
    close(&mut manager, &second).await.must_be(StatusCode::OK);
    let next = read(&mut manager, &second).await;
    assert_eq!(next["sold"]["total"], new);
    assert_eq!(next["corrected"], 2);
    let now = house
        .number(&format!(
            "SELECT sum(total)::bigint FROM orders WHERE settled_date = '{first}'"
        ))
        .await;
    assert_eq!(next["corrections"]["total"], now - dear - cheap);
    let numbers = [
        z["sold"]["total"].as_i64(),
        next["sold"]["total"].as_i64(),
        next["corrections"]["total"].as_i64(),
    ];
    let told: i64 = numbers.into_iter().flatten().sum();
    let all = house
        .number("SELECT sum(total + rounding)::bigint FROM orders WHERE settled_at IS NOT NULL")
        .await;
    assert_eq!(told, all, "all Zs together say what all orders come to");
    let slip = manager.get(&format!("/days/{second}")).await;
    assert!(slip.one("article.receipt").contains("CORRECTED"));

    // What was told of is not told again.
    house.hand.advance(DAY);
    let mut manager = house.person(MANAGER).await;
    let third = after(&first, 2);
    close(&mut manager, &third).await.must_be(StatusCode::OK);
    let third = read(&mut manager, &third).await;
    assert_eq!(third["corrected"], 0);
    assert_eq!(third["sold"]["orders"], 0);
}

fn uuid(text: &str) -> uuid::Uuid {
    text.parse().expect("an id")
}

#[tokio::test]
async fn a_shift_is_on_one_z_and_an_open_one_goes_on() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let mut other = house.with_float(OTHER_CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    super::shifts::count_and_close(&house, &mut other, OTHER_CASHIER).await;
    let first = today(&house).await;
    // Closed only in the morning after, when a shift has been closed that belongs there.
    house.hand.advance(DAY);
    let mut other = house.with_float(OTHER_CASHIER).await;
    super::shifts::count_and_close(&house, &mut other, OTHER_CASHIER).await;
    let mut manager = house.person(MANAGER).await;
    for day in 0..2 {
        close(&mut manager, &after(&first, day))
            .await
            .must_be(StatusCode::OK);
    }
    for (day, report) in [(0, 1), (1, 2)] {
        let z = read(&mut manager, &after(&first, day)).await;
        let shifts = z["shifts"].as_array().expect("shifts").clone();
        assert_eq!(shifts.len(), 1, "{z}");
        assert_eq!(shifts[0]["number"], report);
        assert_eq!(z["openShifts"][0]["owner"], "Amina Nantale");
    }
}

#[tokio::test]
async fn the_first_z_has_no_shift_of_the_date_before() {
    let house = House::open().await;
    // Half an hour before the date ends, which is at 04:00 in Kampala.
    let evening = time::macros::datetime!(2027-01-11 00:30 UTC);
    house.hand.set(evening);
    let mut other = house.with_float(OTHER_CASHIER).await;
    super::shifts::count_and_close(&house, &mut other, OTHER_CASHIER).await;
    house.hand.set(evening + Duration::hours(3));
    let mut till = house.with_float(CASHIER).await;
    sell(&house, &mut till, &["Espresso"]).await;
    let date = today(&house).await;
    assert_eq!(date, "2027-01-11");
    let mut manager = house.person(MANAGER).await;
    close(&mut manager, &date).await.must_be(StatusCode::OK);
    let z = read(&mut manager, &date).await;
    assert_eq!(z["shifts"], serde_json::json!([]));
}

async fn text_of(house: &House, sql: &str) -> String {
    let row = house.row(sql, []).await;
    row.try_get("", "text").expect("a text")
}

/// Sends these and strikes the first of them out, whose id is answered.
async fn strike_out(house: &House, manager: &mut Device, products: &[&str]) -> String {
    let order = manager.counter_sale().await;
    for product in products {
        manager.tap(order, product).await.must_be(StatusCode::OK);
    }
    manager
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let line = format!(
        "SELECT id::text AS text FROM order_lines WHERE order_id = '{order}' ORDER BY position LIMIT 1"
    );
    let line = text_of(house, &line).await;
    manager
        .post(
            &format!("/orders/{order}/lines/{line}/void"),
            &[("reason", "Dropped")],
        )
        .await
        .must_be(StatusCode::OK);
    line
}

#[tokio::test]
async fn each_struck_line_is_on_one_z_and_goods_that_came_back_are_not_struck_out() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (back, _) = sell(&house, &mut till, &["Espresso", "Cappuccino"]).await;
    let mut manager = house.with_float(MANAGER).await;
    let early = strike_out(&house, &mut manager, &["Espresso", "Cappuccino"]).await;
    let late = strike_out(&house, &mut manager, &["Cappuccino", "Espresso"]).await;
    let payment = format!("SELECT id::text AS text FROM payments WHERE order_id = '{back}'");
    let payment = text_of(&house, &payment).await;
    let line = format!(
        "SELECT id::text AS text FROM order_lines WHERE order_id = '{back}' AND name = 'Espresso'"
    );
    let line = text_of(&house, &line).await;
    let goods = [
        ("kind", "goods_returned"),
        ("item", line.as_str()),
        ("reason", "Cold"),
    ];
    manager
        .post(&format!("/payments/{payment}/refund"), &goods)
        .await
        .must_be(StatusCode::OK);
    // The other was struck out in the second of the Z, by an instance that committed after it had read.
    let hide = |state: &str, more: &str| {
        format!("UPDATE order_lines SET state = '{state}'{more} WHERE id = '{late}'")
    };
    house.execute(&hide("sent", ""), []).await;
    let first = today(&house).await;
    let price = format!("SELECT unit_price FROM order_lines WHERE id = '{early}'");
    let price = house.number(&price).await;
    close(&mut manager, &first).await.must_be(StatusCode::OK);
    let z = read(&mut manager, &first).await;
    assert_eq!((&z["voids"], &z["voided"]), (&1.into(), &price.into()));
    let just_before = ", voided_at = (SELECT (report ->> 'until')::timestamptz - interval '1 second' FROM z_reports)";
    house.execute(&hide("voided", just_before), []).await;

    house.hand.advance(DAY);
    let mut manager = house.person(MANAGER).await;
    let second = after(&first, 1);
    for _ in 0..2 {
        let x = read(&mut manager, &second).await;
        assert_eq!(x["voids"], 1, "the one that no Z saw: {x}");
    }
    close(&mut manager, &second).await.must_be(StatusCode::OK);
    house.hand.advance(DAY);
    let mut manager = house.person(MANAGER).await;
    let x = read(&mut manager, &after(&first, 2)).await;
    assert_eq!(x["voids"], 0, "each is told of once");
    let told = format!("SELECT count(*) FROM z_voids WHERE line_id IN ('{early}', '{late}')");
    assert_eq!(house.number(&told).await, 2);
}

#[tokio::test]
async fn an_x_tells_a_manager_nothing_of_their_own_cash_before_they_have_counted_it() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let drawer = [("cash", "drawer"), ("count_10000", "5")];
    till.post("/shift/float", &drawer)
        .await
        .must_be(StatusCode::OK);
    let (_, theirs) = sell(&house, &mut till, &["Espresso"]).await;
    let mut manager = house.with_float(MANAGER).await;
    let (_, own) = sell(&house, &mut manager, &["Cappuccino"]).await;
    let date = today(&house).await;
    let x = read(&mut manager, &date).await;
    assert_eq!(x["blind"], true);
    assert_eq!(x["taken"], serde_json::json!([]));
    let sales = |x: &Value| {
        let sums = x["cash"]["sums"].as_array().expect("sums").clone();
        let of = sums.into_iter().find(|sum| sum["kind"] == "sale");
        of.expect("sales")["amount"].clone()
    };
    assert_eq!(sales(&x), theirs, "that of others is shown");
    let page = manager.get(&format!("/days/{date}")).await;
    let money = |minor: i64| cafe_pos::values::Money::new(minor).to_string();
    let drawers = page.one("#drawers");
    assert!(drawers.contains("Hidden until you have counted it"));
    assert!(drawers.contains(&money(theirs)), "{drawers}");
    assert!(!drawers.contains(&money(own)), "{drawers}");
    assert!(
        page.one("article.receipt")
            .contains("Cash is hidden until you have counted your own.")
    );

    // Another manager has nothing to count, and sees both.
    let mut other = house.person(OTHER_MANAGER).await;
    let x = read(&mut other, &date).await;
    assert_eq!(
        (&x["blind"], sales(&x)),
        (&false.into(), (theirs + own).into())
    );

    // After the count nothing is hidden any more.
    let shift = "SELECT s.id::text AS text FROM shifts s JOIN staff t ON t.id = s.staff_id WHERE t.role = 'manager'";
    let shift = text_of(&house, shift).await;
    let hundreds = ((50_000 + own) / 100).to_string();
    manager
        .post(
            &format!("/shifts/{shift}/count"),
            &[("count_100", &hundreds)],
        )
        .await
        .must_be(StatusCode::OK);
    assert_eq!(read(&mut manager, &date).await["blind"], false);
}

#[tokio::test]
async fn the_cash_of_a_date_is_told_drawer_by_drawer_and_shift_by_shift() {
    let house = House::open().await;
    let drawer = [("cash", "drawer"), ("count_10000", "5")];
    let mut sold = Vec::new();
    for username in [CASHIER, OTHER_CASHIER] {
        let mut till = house.till(username, "Till 1").await;
        till.post("/shift/float", &drawer)
            .await
            .must_be(StatusCode::OK);
        sold.push(sell(&house, &mut till, &["Espresso"]).await.1);
        let shift = format!(
            "SELECT s.id::text AS text FROM shifts s JOIN staff t ON t.id = s.staff_id WHERE t.username = '{username}'"
        );
        let shift = text_of(&house, &shift).await;
        let moves = format!("/shifts/{shift}/cash");
        till.post(&moves, &[("movement", "drop"), ("amount", "20,000")])
            .await
            .must_be(StatusCode::OK);
        // A hundred is missing each time.
        let hundreds = ((30_000 + sold[0] - 100) / 100).to_string();
        till.post(
            &format!("/shifts/{shift}/count"),
            &[("count_100", &hundreds)],
        )
        .await
        .must_be(StatusCode::OK);
        till.post(&format!("/shifts/{shift}/close"), &[])
            .await
            .must_be(StatusCode::OK);
    }
    house.with_float(WAITER).await;
    let date = today(&house).await;
    let mut manager = house.person(MANAGER).await;
    let page = manager.get(&format!("/days/{date}")).await;
    let rows = page.all("#drawers tbody tr");
    assert_eq!(rows.len(), 5, "{rows:?}");
    let money = |minor: i64| cafe_pos::values::Money::new(minor).to_string();
    assert!(rows[0].contains("Amina Nantale Report 1"), "{rows:?}");
    assert!(rows[1].contains("Brian Okot Report 2"), "{rows:?}");
    let together = &rows[2];
    assert!(together.starts_with("Drawer of Till 1"), "{together}");
    for said in [100_000, sold[0] + sold[1], -40_000, -200] {
        assert!(together.contains(&money(said)), "{said}: {together}");
    }
    assert!(rows[3].contains("Moses Wasswa open"), "{rows:?}");
    assert!(rows[4].starts_with("Cash pouch"), "{rows:?}");
    // The same on the Z.
    close(&mut manager, &date).await.must_be(StatusCode::OK);
    let page = manager.get(&format!("/days/{date}")).await;
    assert_eq!(page.all("#drawers tbody tr"), rows);
}

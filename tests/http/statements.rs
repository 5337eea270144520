//! Statements of providers: what they verify, and what is wrong with them.

use poem::http::{Method, StatusCode};
use uuid::Uuid;

use super::cash::{payments, sale_of};
use super::house::*;

/// Sends a statement as the page's form does.
pub async fn upload(
    manager: &Device,
    name: &str,
    file: &[u8],
    provider: &str,
    key: &str,
) -> Answer {
    let edge = "the-edge-between-the-parts";
    let name = name.replace(['"', '\r', '\n'], "_");
    let head = format!(
        "--{edge}\r\ncontent-disposition: form-data; name=\"_key\"\r\n\r\n{key}\r\n--{edge}\r\n\
         content-disposition: form-data; name=\"provider\"\r\n\r\n{provider}\r\n--{edge}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
    );
    let mut body = head.into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri_str("/payments/statements")
        .header("host", "pos.test")
        .header("hx-request", "true")
        .header("sec-fetch-site", "same-origin")
        .header("idempotency-key", key)
        .header("cookie", manager.cookie_header())
        .content_type(&format!("multipart/form-data; boundary={edge}"))
        .body(body);
    manager.send_raw(request).await
}

/// A sale that is paid by mobile money of this id.
pub async fn paid(house: &House, till: &mut Device, method: &str, amount: i64, id: &str) {
    let order = sale_of(house, till, amount).await;
    let form = [("method", method), ("reference", id)];
    till.post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
}

/// The clock of the café and of the statement: today, a minute ago.
pub async fn today(house: &House) -> String {
    let rule = cafe_pos::values::DayRule::default();
    let at = rule.local(house.app.clock().now() - time::Duration::minutes(1));
    format!("{} {}", at.date(), at.time())
}

pub async fn counts(screen: &Answer) -> Vec<String> {
    screen.all(".kpis dd:not(.trend)")
}

pub async fn open(manager: &mut Device, answer: &Answer) -> Answer {
    let to = answer.header("hx-redirect").to_owned();
    assert!(
        to.starts_with("/payments/statements/"),
        "{to:?}: {}",
        answer.text
    );
    manager.get(&to).await.must_be(StatusCode::OK)
}

#[tokio::test]
async fn a_statement_verifies_what_it_has_and_shows_what_differs_and_what_is_nowhere() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    paid(&house, &mut till, "mtn_momo", 27_300, "3261 1264 201").await;
    paid(&house, &mut till, "mtn_momo", 5_000, "32611264202").await;
    paid(&house, &mut till, "mtn_momo", 8_000, "32611264203").await;
    paid(&house, &mut till, "airtel_money", 9_000, "32611264204").await;
    let mut manager = house.person(MANAGER).await;
    let at = today(&house).await;
    // The second is another amount, the fourth was taken for Airtel's, and the fifth nobody has booked.
    let file = format!(
        "MTN MoMo\nId,Date,Status,Type,From name,Amount\n\
         32611264201,{at},Successful,PAYMENT,Grace,\"27,300\"\n32611264202,{at},Successful,PAYMENT,Okello,4500\n\
         32611264204,{at},Successful,PAYMENT,Joan,9000\n32611264205,{at},Successful,PAYMENT,=HYPERLINK(1),7000\n\
         32611264206,{at},Failed,PAYMENT,Nobody,1\n32611264207,{at},Successful,FEE,Us,10\n"
    );
    house.hand.advance(time::Duration::minutes(1));
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    // Nothing is missing yet: the day is not over, and the last row was a minute before the payments.
    assert_eq!(counts(&screen).await, ["UGX47,800", "1", "2", "1", "0"]);
    assert!(screen.text.contains("=HYPERLINK(1)"), "{}", screen.text);
    assert!(
        screen.text.contains("1 outgoing, 1 not successful"),
        "{}",
        screen.text
    );
    let verified = "SELECT count(*) FROM payment_verifications v JOIN payments p ON p.id = v.payment_id WHERE p.reference = '32611264201'";
    assert_eq!(house.number(verified).await, 1);
    // The next morning's statement covers the whole day: the third is nowhere.
    house.hand.advance(time::Duration::hours(24));
    let mut manager = house.person(MANAGER).await;
    let answer = upload(&manager, "again.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let again = open(&mut manager, &answer).await;
    assert_eq!(counts(&again).await, ["UGX0", "0", "0", "0", "1"]);
    assert!(again.text.contains("4 read before"), "{}", again.text);
    let list = manager
        .get("/payments/statements")
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        list.all("tr[id^='booked-'] td:first-child"),
        ["32611264203"]
    );
    assert_eq!(list.all("tr[id^='statement-']").len(), 2);
    assert_eq!(
        house.number("SELECT count(*) FROM statement_lines").await,
        4
    );
    let journal = "SELECT count(*) FROM audit_log WHERE deed = 'statement.read_in' AND (after ->> 'verified') IN ('0', '1')";
    assert_eq!(house.number(journal).await, 2);
    // The first stays to be opened again.
    let first = list.attributes("tr[id^='statement-'] a", "href");
    assert_eq!(first.len(), 2);
    for to in first {
        manager.get(&to).await.must_be(StatusCode::OK);
    }
    for table in ["statements", "statement_lines", "payment_verifications"] {
        use sea_orm::ConnectionTrait;
        let gone = format!("DELETE FROM {table}");
        assert!(house.db.execute_unprepared(&gone).await.is_err(), "{table}");
    }
}

#[tokio::test]
async fn a_payment_that_is_taken_after_the_import_is_verified_too() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let manager = house.person(MANAGER).await;
    let at = today(&house).await;
    let file =
        format!("Airtel\nTransaction ID,Date,Amount\nMP261126.1,{at},6000\nMP261126.2,{at},6000\n");
    upload(&manager, "airtel.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let order = sale_of(&house, &mut till, 5_000).await;
    // With its tip it is what the statement says.
    let form = [
        ("method", "airtel_money"),
        ("reference", "mp261126-1"),
        ("tip", "1,000"),
    ];
    let answer = till
        .post(&payments(order), &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM payment_verifications")
            .await,
        1
    );
    let to = answer.header("hx-redirect").to_owned();
    let slip = till.get(&to).await.must_be(StatusCode::OK);
    assert_eq!(slip.one(".done .change .badge"), "Verified");
    // Another amount is not verified.
    paid(&house, &mut till, "airtel_money", 5_500, "MP261126.2").await;
    assert_eq!(
        house
            .number("SELECT count(*) FROM payment_verifications")
            .await,
        1
    );
}

#[tokio::test]
async fn payments_and_an_import_at_one_time_find_each_other() {
    let house = House::open().await;
    let manager = house.person(MANAGER).await;
    let mut tills = [
        house.person(CASHIER).await,
        house.person(OTHER_CASHIER).await,
    ];
    for round in 0..6 {
        let mut orders = Vec::new();
        for till in &mut tills {
            orders.push(sale_of(&house, till, 5_000).await);
        }
        let at = today(&house).await;
        let file = format!("mtn\nId,Date,Amount\n7000{round}1,{at},5000\n7000{round}2,{at},5000\n");
        let ids = [format!("7000{round}1"), format!("7000{round}2")];
        let forms = [
            [("method", "mtn_momo"), ("reference", ids[0].as_str())],
            [("method", "mtn_momo"), ("reference", ids[1].as_str())],
        ];
        let (here, there) = (payments(orders[0]), payments(orders[1]));
        let [one, other] = &mut tills;
        let key = key();
        let (first, second, read) = tokio::join!(
            one.post(&here, &forms[0]),
            other.post(&there, &forms[1]),
            upload(&manager, "mtn.csv", file.as_bytes(), "", &key)
        );
        for answer in [first, second, read] {
            answer.must_be(StatusCode::OK);
        }
        assert_eq!(
            house
                .number("SELECT count(*) FROM payment_verifications")
                .await,
            2 * (round + 1)
        );
    }
}

#[tokio::test]
async fn what_nobody_has_booked_is_recorded_once_and_put_on_an_order() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    let mut till = house.person(CASHIER).await;
    let at = today(&house).await;
    let file = format!("mtn\nId,Date,From name,Amount\n32611264205,{at},Okello,7000\n");
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    let to = screen
        .attributes("tr[id^='line-'] form", "hx-post")
        .remove(0);
    let line = screen
        .attributes("tr[id^='line-'] input[name='transaction']", "value")
        .remove(0);
    let form = [("transaction", line.as_str())];
    let key = key();
    for _ in 0..2 {
        let drawn = manager
            .change(Method::POST, &to, &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(counts(&drawn).await, ["UGX7,000", "1", "0", "0", "0"]);
    }
    // Another manager's tap, a moment later.
    let again = manager.post(&to, &form).await.must_be(StatusCode::CONFLICT);
    assert!(
        again
            .notice()
            .starts_with("This transaction id has paid already."),
        "{}",
        again.text
    );
    let booked = "SELECT count(*) FROM payments WHERE order_id IS NULL AND shift_id IS NULL AND amount = 7000";
    assert_eq!(house.number(booked).await, 1);
    till.post(&to, &form).await.must_be(StatusCode::FORBIDDEN);
    let order = sale_of(&house, &mut till, 7_000).await;
    let desk = till.get("/payments/pending").await.must_be(StatusCode::OK);
    let row = desk.one("#desk-unplaced li");
    assert!(row.contains("Okello") && row.contains("Verified"), "{row}");
    let place = desk.attributes("#desk-unplaced button", "hx-get").remove(0);
    let order = order.to_string();
    till.post(&place, &[("order", order.as_str())])
        .await
        .must_be(StatusCode::OK);
    let settled = "SELECT count(*) FROM orders WHERE settled_at IS NOT NULL AND paid = 7000";
    assert_eq!(house.number(settled).await, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_at_its_field_and_nothing_of_it_is_kept() {
    let house = House::open().await;
    let manager = house.person(MANAGER).await;
    let rows: String = (0..20_001)
        .map(|n| format!("1A{n},2026-11-20,500\n"))
        .collect();
    let many = format!("mtn\nId,Date,Amount\n{rows}");
    let half: String = many
        .lines()
        .take(10_000)
        .map(|row| format!("{row}\n"))
        .collect();
    let faulty = format!("{half}1B,someday,500\n");
    let large = vec![b'x'; 10 * 1024 * 1024];
    let wrong: [(&[u8], &str, StatusCode); 8] = [
        (
            b"Date,From,Amount\n2026-11-20,Grace,500\n",
            "There is no column for the transaction id. The columns of this file are: Date, From, Amount.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            many.as_bytes(),
            "This statement has more than 20,000 rows. Export fewer days at a time.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            faulty.as_bytes(),
            "Line 10001 has “someday” for a date, which cannot be read. Dates are day, month, year. Nothing was read in.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "This file is no statement. Export it as CSV and choose that.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            b"PK\x03\x04",
            "This is a file of a spreadsheet. Export the statement as CSV, or save it as CSV, and choose that.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            b"mtn\nId,Date,Amount\n",
            "There is nothing in this file.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &large,
            "This file has more than 5 MB. Export fewer days at a time.",
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            b"mtn\nId,Date,Amount\n1A2,2026-11-20,500\n1A2,2026-11-20,600\n",
            "Line 4 has the transaction id of line 3, with another amount. Nothing was read in.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (file, sentence, status) in wrong {
        let refused = upload(&manager, "x.csv", file, "", &key()).await;
        assert_eq!(refused.status, status, "{sentence}: {}", refused.text);
        let said = refused.one("hx-partial[hx-target='#err-file']");
        assert!(said.ends_with(sentence), "{said}");
    }
    let unknown = b"Reference,Date,Amount\n1A2,2026-11-20,500\n";
    let refused = upload(&manager, "x.csv", unknown, "", &key())
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-provider']"),
        "The file does not say whose statement it is: choose it."
    );
    upload(&manager, "x.csv", unknown, "pesapal", &key())
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.number("SELECT count(*) FROM statements").await, 0);
    assert_eq!(
        house.number("SELECT count(*) FROM statement_lines").await,
        0
    );
    upload(&manager, "x.csv", unknown, "airtel_money", &key())
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn the_same_file_twice_under_one_key_is_one_import_and_duplicates_count_once() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    let file = b"mtn\nId;Date;Amount\n1A2;20/11/2026 14:03;5,000\n1a2.;20/11/2026 14:03;UGX 5,000.00\n1A3;20/11/2026 14:04;+500\n";
    let key = key();
    let first = upload(&manager, "mtn.csv", file, "", &key)
        .await
        .must_be(StatusCode::OK);
    let second = upload(&manager, "mtn.csv", file, "", &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(first.header("hx-redirect"), second.header("hx-redirect"));
    let screen = open(&mut manager, &first).await;
    assert_eq!(counts(&screen).await[0], "UGX5,500");
    assert!(screen.text.contains("1 repeated"), "{}", screen.text);
    assert_eq!(house.number("SELECT count(*) FROM statements").await, 1);
    for username in [CASHIER, WAITER, COOK] {
        let mut other = house.person(username).await;
        let refused = upload(&other, "mtn.csv", file, "", "another-key").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let to = first.header("hx-redirect");
        other.get(to).await.must_be(StatusCode::FORBIDDEN);
    }
    manager
        .get(&format!("/payments/statements/{}", Uuid::now_v7()))
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn twenty_thousand_rows_are_read_in_at_once() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    let rows: String = (0..20_000)
        .map(|n| format!("1A{n},2026-11-20 10:00,500\n"))
        .collect();
    let file = format!("mtn\nId,Date,Amount\n{rows}");
    let answer = upload(&manager, "mtn.csv", file.as_bytes(), "", &key())
        .await
        .must_be(StatusCode::OK);
    let screen = open(&mut manager, &answer).await;
    assert_eq!(counts(&screen).await[3], "20000");
    assert!(screen.text.contains("and 19800 more"));
}

//! What comes out at a till: receipts by themselves, copies, bills, the slips of money that went back.

use cafe_pos::data::{By, Tx};
use poem::http::{Method, StatusCode};

use super::*;

#[tokio::test]
async fn a_payment_opens_the_drawer_once_and_its_receipt_comes_by_itself() {
    let mut counter = Counter::with(Manner::Good).await;
    let order = counter.till.counter_sale().await;
    counter
        .till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::OK);
    let (pay, key) = (format!("/orders/{order}/payments"), key());
    for _ in 0..3 {
        counter
            .till
            .change(Method::POST, &pay, &[("part", "full")], &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(
        counter.jobs("pending").await,
        2,
        "nothing waits for a printer"
    );
    counter.print().await;
    counter.print_after(5).await;
    let slips = counter.printer.slips();
    assert_eq!(slips.len(), 2, "{slips:?}");
    assert_eq!(slips[0], "  [drawer]\n");
    for said in ["1 Espresso", "TOTAL UGX", "[code: http", "[cut]"] {
        assert!(slips[1].contains(said), "{}", slips[1]);
    }
    assert!(!slips[1].contains("COPY"));
    assert_eq!(counter.jobs("done").await, 2);

    let payment = counter.house.number("SELECT count(*) FROM payments").await;
    assert_eq!(payment, 1);
    let id: Uuid = counter
        .house
        .row("SELECT id FROM payments", [])
        .await
        .try_get("", "id")
        .expect("an id");
    let page = counter.till.get(&format!("/payments/{id}/receipt")).await;
    assert_eq!(page.all("#print-receipt button")[0], "Print a copy");
    let prints = format!("/payments/{id}/prints");
    let copy = counter
        .till
        .post(&prints, &[])
        .await
        .must_be(StatusCode::OK);
    assert!(
        copy.notice().contains("printer of this till"),
        "{}",
        copy.text
    );
    assert!(
        !copy.text.contains("data-printing"),
        "no dialog of the browser"
    );
    let here = counter
        .till
        .post(&prints, &[("here", "true")])
        .await
        .must_be(StatusCode::OK);
    assert!(here.text.contains("data-printing"));
    counter.print().await;
    let slips = counter.printer.slips();
    assert_eq!(slips.len(), 3, "the browser's is not the printer's");
    assert!(slips[2].contains("COPY") && slips[2].contains("No. 2"));
}

#[tokio::test]
async fn a_till_without_a_printer_has_its_browser_print() {
    let counter = Counter::with(Manner::Good).await;
    let mut brian = counter.house.with_float(OTHER_CASHIER).await;
    let order = brian.counter_sale().await;
    brian.tap(order, "Espresso").await.must_be(StatusCode::OK);
    brian
        .post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(counter.jobs("pending").await, 0);
    let bill = brian.sit_down("3", "2").await;
    brian.tap(bill, "Chips").await.must_be(StatusCode::OK);
    let made = brian.post(&format!("/orders/{bill}/bills"), &[]).await;
    assert!(made.header("hx-redirect").ends_with("?printing=true"));
}

#[tokio::test]
async fn a_till_may_be_asked_for_receipts_only() {
    let mut counter = Counter::with(Manner::Good).await;
    counter
        .house
        .execute("UPDATE terminals SET prints_receipts = false", [])
        .await;
    counter.sell().await;
    counter.print().await;
    assert_eq!(counter.printer.slips(), ["  [drawer]\n"]);
}

#[tokio::test]
async fn the_bill_is_one_tap_and_the_one_after_a_change_says_so() {
    let mut counter = Counter::with(Manner::Mute).await;
    let order = counter.till.sit_down("3", "2").await;
    let bills = format!("/orders/{order}/bills");
    for product in ["Chips", "Espresso"] {
        counter
            .till
            .tap(order, product)
            .await
            .must_be(StatusCode::OK);
        let made = counter.till.post(&bills, &[]).await.must_be(StatusCode::OK);
        assert_eq!(made.header("hx-redirect"), format!("/orders/{order}/bill"));
    }
    counter.print().await;
    let slips = counter.printer.slips();
    assert!(slips[0].contains("BILL") && !slips[0].contains("REVISED"));
    assert!(slips[1].contains("REVISED BILL"), "{}", slips[1]);
    let page = counter.till.get(&format!("/orders/{order}/bill")).await;
    assert!(page.text.contains("printer of this till"));
}

#[tokio::test]
async fn money_that_goes_back_has_a_slip_and_an_open_drawer() {
    let mut counter = Counter::with(Manner::Good).await;
    let payment = counter.sell().await;
    counter.print().await;
    let mut daniel = counter.house.till(MANAGER, "Till 1").await;
    let form = [("kind", "wrong_payment"), ("reason", "Twice")];
    let refused = daniel
        .post(&format!("/payments/{payment}/refund"), &form)
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "no cash of his");
    assert_eq!(
        counter.jobs("pending").await,
        0,
        "nothing of what is refused"
    );
    counter
        .house
        .execute(
            "UPDATE staff SET role = 'manager' WHERE username = 'amina'",
            [],
        )
        .await;
    let mut amina = counter.house.till(CASHIER, "Till 1").await;
    amina
        .post(&format!("/payments/{payment}/refund"), &form)
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    let slips = counter.printer.slips();
    assert_eq!(slips[2], "  [drawer]\n");
    assert!(slips[3].contains("REFUND"), "{}", slips[3]);
}

#[tokio::test]
async fn what_is_rolled_back_is_not_printed() {
    let counter = Counter::with(Manner::Good).await;
    let refused = counter
        .house
        .app
        .write_unkeyed(By::system(), async |tx: &mut Tx| {
            let job = cafe_pos::printers::NewJob {
                printer: counter.id.parse::<Uuid>().expect("an id").into(),
                kind: cafe_pos::printers::JobKind::Test,
                title: "Nobody's".into(),
                slip: None,
                only_once: None,
                subject: None,
                order: None,
                expires_at: None,
            };
            cafe_pos::printers::queue(tx, job).await?;
            Err::<(), _>(cafe_pos::web::Error::NotFound("order"))
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(counter.jobs("pending").await, 0);
}

#[tokio::test]
async fn reports_come_out_of_the_printer_of_the_till_and_say_which_is_a_copy() {
    let mut counter = Counter::with(Manner::Good).await;
    counter.sell().await;
    counter.print().await;
    let before = counter.printer.slips().len();
    let mut daniel = counter.house.till(MANAGER, "Till 1").await;
    let date: String = counter
        .house
        .row("SELECT max(date)::text AS date FROM business_days", [])
        .await
        .try_get("", "date")
        .expect("a date");
    let (page, prints) = (format!("/days/{date}"), format!("/days/{date}/prints"));
    let form = daniel.get(&page).await;
    assert!(form.text.contains("id=\"print-report\""), "{}", form.text);
    for _ in 0..2 {
        let sent = daniel.post(&prints, &[]).await.must_be(StatusCode::OK);
        assert!(
            sent.notice().contains("printer of this till"),
            "{}",
            sent.text
        );
    }
    daniel
        .post(&format!("/days/{date}/closing"), &[])
        .await
        .must_be(StatusCode::OK);
    for _ in 0..2 {
        let sent = daniel.post(&prints, &[]).await.must_be(StatusCode::OK);
        assert!(!sent.text.contains("data-printing"), "{}", sent.text);
    }
    counter.print().await;
    let slips = counter.printer.slips().split_off(before);
    assert_eq!(slips.len(), 4, "{slips:?}");
    assert!(slips[0].contains("X REPORT") && slips[1].contains("X REPORT"));
    assert!(slips[2].contains("Z REPORT") && !slips[2].contains("COPY"));
    assert!(slips[3].contains("Z REPORT") && slips[3].contains("COPY"));
}

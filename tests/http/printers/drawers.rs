//! The drawer: once for each cash payment, for whoever holds it, at once or not at all.

use super::*;

async fn trouble(counter: &mut Counter, payment: &str) -> Answer {
    let path = format!("/payments/{payment}/drawer");
    counter.till.fragment(&path).await
}

#[tokio::test]
async fn a_drawer_that_does_not_open_counts_as_shut_and_can_be_opened_again() {
    let mut counter = Counter::with(Manner::SlamsTheDoor).await;
    let payment = counter.sell().await;
    counter.print().await;
    let waits = trouble(&mut counter, &payment).await;
    assert_eq!(waits.attributes("#drawer", "hx-trigger"), ["every 1s"]);
    // Sixteen seconds later the guest has gone: an open drawer would stand alone.
    counter.print_after(16).await;
    counter.printer.becomes(Manner::Good);
    counter.print_after(60).await;
    let shut = trouble(&mut counter, &payment).await;
    assert!(
        shut.text.contains("The drawer did not open."),
        "{}",
        shut.text
    );
    assert!(
        counter
            .printer
            .slips()
            .iter()
            .all(|slip| !slip.contains("[drawer]"))
    );
    let path = format!("/payments/{payment}/drawer");
    counter.till.post(&path, &[]).await.must_be(StatusCode::OK);
    counter.print().await;
    assert!(counter.printer.slips().contains(&"  [drawer]\n".to_owned()));
    let open = trouble(&mut counter, &payment).await;
    assert!(
        !open.text.contains("did not open") && open.attributes("#drawer", "hx-trigger").is_empty()
    );
    // Once is once.
    counter
        .till
        .post(&path, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    let audited = "SELECT count(*) FROM audit_log WHERE deed = 'drawer.opened_again'";
    assert_eq!(counter.house.number(audited).await, 1);
}

#[tokio::test]
async fn a_drawer_that_may_have_opened_is_looked_at_and_not_opened_again_by_itself() {
    let mut counter = Counter::with(Manner::GoesAwayAfter(3)).await;
    counter.sell().await;
    counter.print().await;
    assert!(counter.reason("drawer").await.contains("may be open"));
    counter.printer.becomes(Manner::Good);
    counter.print_after(5).await;
    let pulses = counter.printer.slips().into_iter();
    assert_eq!(pulses.filter(|slip| slip.contains("[drawer]")).count(), 1);
}

#[tokio::test]
async fn no_drawer_opens_for_a_card_for_a_pouch_or_for_somebody_else() {
    let mut counter = Counter::with(Manner::Good).await;
    let order = counter.till.counter_sale().await;
    counter
        .till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::OK);
    let card = [("part", "full"), ("method", "card"), ("reference", "4711")];
    let pay = format!("/orders/{order}/payments");
    counter.till.post(&pay, &card).await.must_be(StatusCode::OK);
    // Brian sells at the same till into a pouch of his own.
    counter.house.with_float(OTHER_CASHIER).await;
    let mut brian = counter.house.till(OTHER_CASHIER, "Till 1").await;
    let order = brian.counter_sale().await;
    brian.tap(order, "Espresso").await.must_be(StatusCode::OK);
    brian
        .post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    let slips = counter.printer.slips();
    assert_eq!(slips.len(), 2, "two receipts");
    assert!(
        slips.iter().all(|slip| !slip.contains("[drawer]")),
        "{slips:?}"
    );
    // And nobody else opens it for a payment of hers.
    let mut amina = Counter {
        till: counter.till,
        ..counter
    };
    amina.printer.becomes(Manner::SlamsTheDoor);
    let payment = amina.sell().await;
    amina.print_after(16).await;
    amina.print_after(16).await;
    brian
        .post(&format!("/payments/{payment}/drawer"), &[])
        .await
        .must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn cash_that_moves_and_a_drawer_without_a_sale_open_it_too() {
    let mut counter = Counter::with(Manner::Good).await;
    let shift: Uuid = counter
        .house
        .row("SELECT id FROM shifts WHERE cash = 'drawer'", [])
        .await
        .try_get("", "id")
        .expect("an id");
    let form = [
        ("movement", "paid_in"),
        ("amount", "5,000"),
        ("reason", "Change from the bank"),
    ];
    counter
        .till
        .post(&format!("/shifts/{shift}/cash"), &form)
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    let slips = counter.printer.slips();
    assert_eq!(
        slips
            .iter()
            .filter(|slip| slip.contains("[drawer]"))
            .count(),
        1,
        "{slips:?}"
    );
    assert!(
        slips.iter().any(|slip| slip.contains("PAID IN")),
        "{slips:?}"
    );
}

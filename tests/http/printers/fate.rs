//! What becomes of a slip when its printer is off, out of paper, gone in the middle, or no printer.

use std::time::Duration as Pause;

use super::*;

/// The slips without the drawer's.
fn papers(counter: &Counter) -> Vec<String> {
    let slips = counter.printer.slips().into_iter();
    slips.filter(|slip| slip != "  [drawer]\n").collect()
}

async fn with_receipt(manner: Manner) -> Counter {
    let mut counter = Counter::with(manner).await;
    counter.sell().await;
    counter
        .house
        .execute("DELETE FROM print_jobs WHERE kind = 'drawer'", [])
        .await;
    counter
}

#[tokio::test]
async fn a_printer_that_is_off_gets_what_waits_when_it_comes_back_and_in_order() {
    let mut counter = with_receipt(Manner::Good).await;
    let address = std::mem::replace(&mut counter.printer, Printer::on(Manner::Good).await).off();
    counter.sell().await;
    counter.print().await;
    assert!(
        counter.reason("receipt").await.is_empty(),
        "the second was not tried"
    );
    let sql = "SELECT count(*) FROM printers WHERE failing_since IS NOT NULL AND failure LIKE 'It refuses%'";
    assert_eq!(counter.house.number(sql).await, 1);
    // For an hour.
    for _ in 0..20 {
        counter.print_after(180).await;
    }
    let page = counter.manager.get("/printers").await;
    assert!(
        page.one("#printers tbody").contains("Fails"),
        "{}",
        page.text
    );
    let open = page.all("#print-queue tbody tr");
    assert_eq!(
        open.len(),
        3,
        "two receipts, and the drawer that stayed shut"
    );
    counter.printer = Printer::again(&address, Manner::Good).await;
    counter.print_after(30).await;
    let slips = papers(&counter);
    assert_eq!(slips.len(), 2);
    assert!(
        slips
            .iter()
            .all(|slip| slip.contains("LATE: wanted ") && !slip.contains("PRINTED AGAIN"))
    );
    let order = |slip: &str| {
        slip.lines()
            .find(|line| line.contains("Order "))
            .map(str::to_owned)
    };
    assert!(order(&slips[0]) < order(&slips[1]), "{slips:?}");
    assert_eq!(counter.jobs("done").await, 2);
    let page = counter.manager.get("/printers").await;
    assert!(page.one("#printers tbody").contains("Prints"));
}

#[tokio::test]
async fn paper_and_cover_are_asked_for_first_and_nothing_is_sent_without() {
    let counter = with_receipt(Manner::NoPaper).await;
    counter.print().await;
    assert_eq!(counter.reason("receipt").await, "It is out of paper.");
    counter.printer.becomes(Manner::CoverOpen);
    counter.print_after(5).await;
    assert_eq!(counter.reason("receipt").await, "Its cover is open.");
    assert!(counter.printer.bytes().is_empty());
    counter.printer.becomes(Manner::Good);
    counter.print_after(5).await;
    let slips = papers(&counter);
    assert_eq!(slips.len(), 1);
    assert!(!slips[0].contains("PRINTED AGAIN"));
    assert!(counter.printer.asked() >= 6);
}

#[tokio::test]
async fn paper_that_ends_in_the_middle_makes_another_slip_that_says_so() {
    let counter = with_receipt(Manner::PaperEnds).await;
    counter.print().await;
    assert_eq!(
        counter.reason("receipt").await,
        "It ran out of paper in the middle."
    );
    counter.printer.becomes(Manner::Good);
    counter.print_after(5).await;
    let slips = papers(&counter);
    assert_eq!(slips.len(), 2);
    assert!(slips[1].starts_with("!  PRINTED AGAIN\n"), "{}", slips[1]);
    assert!(slips[1].contains("TOTAL"));
}

#[tokio::test]
async fn a_printer_that_goes_away_in_the_middle_is_not_trusted_for_ever() {
    let counter = with_receipt(Manner::GoesAwayAfter(100)).await;
    for _ in 0..8 {
        counter.print_after(60).await;
    }
    assert_eq!(
        counter.printer.bytes().len(),
        3,
        "three tries, then somebody looks"
    );
    assert_eq!(counter.jobs("failed").await, 1);
    assert!(counter.reason("receipt").await.contains("3 times"));
    counter.printer.becomes(Manner::Good);
    let mut daniel = counter.house.person(MANAGER).await;
    let job = counter.job("receipt").await;
    daniel
        .post(&format!("/print-jobs/{job}/tries"), &[])
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    assert_eq!(counter.jobs("done").await, 1);
    assert!(papers(&counter)[3].contains("PRINTED AGAIN"));
}

#[tokio::test]
async fn printers_that_say_nothing_or_nonsense_print() {
    for manner in [Manner::Mute, Manner::Nonsense] {
        let counter = with_receipt(manner).await;
        counter.print().await;
        assert_eq!(counter.jobs("done").await, 1, "{manner:?}");
        assert!(papers(&counter)[0].contains("[cut]"), "{manner:?}");
    }
}

#[tokio::test]
async fn what_somebody_who_was_killed_left_at_the_printer_is_printed_again_with_a_word() {
    let counter = with_receipt(Manner::Good).await;
    // As it stands when the program is killed between the first byte and the last.
    counter
        .house
        .execute(
            "UPDATE printers SET leased_by = gen_random_uuid(), leased_until = $1",
            [(counter.house.app.clock().now() + Duration::seconds(30)).into()],
        )
        .await;
    counter
        .house
        .execute("UPDATE print_jobs SET state = 'printing', tries = 1", [])
        .await;
    counter.print().await;
    assert!(
        papers(&counter).is_empty(),
        "somebody else may still be at it"
    );
    counter.print_after(31).await;
    let slips = papers(&counter);
    assert_eq!(slips.len(), 1);
    assert!(slips[0].starts_with("!  PRINTED AGAIN\n"));
    // Many times killed is no reason to forget it.
    assert_eq!(counter.jobs("done").await, 1);
}

#[tokio::test]
async fn another_printer_stands_in_and_says_for_which() {
    let mut counter = with_receipt(Manner::NoPaper).await;
    let other = Printer::on(Manner::Good).await;
    let bar = add(
        &counter.house,
        &mut counter.manager,
        "Bar",
        other.address(),
        &[],
    )
    .await;
    counter
        .house
        .execute(
            "UPDATE printers SET stand_in_id = $1 WHERE name = 'Counter printer'",
            [bar.parse::<Uuid>().expect("an id").into()],
        )
        .await;
    counter.print().await;
    counter.print_after(10).await;
    assert!(other.slips().is_empty(), "not at once");
    counter.print_after(11).await;
    counter.print().await;
    let slips = other.slips();
    assert_eq!(slips.len(), 1);
    assert!(
        slips[0].starts_with("!  FOR COUNTER PRINTER\n"),
        "{}",
        slips[0]
    );
    assert_eq!(counter.jobs("done").await, 1);
}

#[tokio::test]
async fn two_instances_print_each_slip_once() {
    let mut counter = with_receipt(Manner::Slow(Pause::from_millis(20))).await;
    for _ in 0..5 {
        counter.sell().await;
    }
    counter
        .house
        .execute("DELETE FROM print_jobs WHERE kind = 'drawer'", [])
        .await;
    let other = counter.house.another_instance();
    for _ in 0..4 {
        let (one, two) = tokio::join!(
            spool::print_due(&counter.house.app),
            spool::print_due(&other.app)
        );
        one.and(two).expect("printed");
    }
    assert_eq!(papers(&counter).len(), 6);
    assert_eq!(counter.jobs("done").await, 6);
}

#[tokio::test]
async fn one_dead_printer_holds_no_other_up() {
    let mut counter = with_receipt(Manner::Slow(Pause::from_secs(3))).await;
    let other = Printer::on(Manner::Good).await;
    let bar = add(
        &counter.house,
        &mut counter.manager,
        "Bar",
        other.address(),
        &[],
    )
    .await;
    counter
        .manager
        .post(&format!("/printers/{bar}/tests"), &[])
        .await
        .must_be(StatusCode::OK);
    let app = counter.house.app.clone();
    let printing = tokio::spawn(async move { spool::print_due(&app).await });
    for _ in 0..100 {
        if !other.slips().is_empty() {
            break;
        }
        tokio::time::sleep(Pause::from_millis(20)).await;
    }
    assert!(papers(&counter).is_empty(), "it is still at it");
    assert!(other.slips()[0].contains("Bar"));
    printing.await.expect("a task").expect("printed");
}

#[tokio::test]
async fn ten_thousand_jobs_are_a_list_and_the_first_comes_first() {
    let mut counter = with_receipt(Manner::Good).await;
    counter
        .house
        .execute(
            "INSERT INTO print_jobs (id, printer_id, kind, title, slip, asked_by, created_at) \
             SELECT ('ffffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, printer_id, 'test', 'Test ' || n, slip, 'Nobody', created_at \
             FROM print_jobs, generate_series(1, 10000) n",
            [],
        )
        .await;
    let page = counter
        .manager
        .get("/printers")
        .await
        .must_be(StatusCode::OK);
    assert!(page.all("#print-queue tbody tr").len() <= 50);
    assert!(
        page.text.contains("And 9951 more."),
        "{}",
        page.one("#print-queue")
    );
    let all = counter.manager.get("/printers/jobs?state=pending").await;
    assert_eq!(all.all("tbody tr").len(), 50);
    let older = all.attributes("p > a.btn", "href");
    let next = counter.manager.get(&older[0]).await.must_be(StatusCode::OK);
    assert_eq!(next.all("tbody tr").len(), 50);
    assert_ne!(next.all("tbody tr")[0], all.all("tbody tr")[0]);
    let app = counter.house.app.clone();
    let printing = tokio::spawn(async move { spool::print_due(&app).await });
    for _ in 0..250 {
        if !papers(&counter).is_empty() {
            break;
        }
        tokio::time::sleep(Pause::from_millis(20)).await;
    }
    assert!(papers(&counter)[0].contains("TOTAL"), "the oldest first");
    printing.abort();
}

//! The printers as managers keep them: added, changed, told to wait, emptied; and what is refused.

use poem::http::Method;

use super::*;

async fn refused(manager: &mut Device, name: &str, address: &str) -> String {
    let answer = manager.post("/printers", &form(name, address, &[])).await;
    assert!(answer.status.is_client_error(), "{}", answer.text);
    answer.text
}

#[tokio::test]
async fn a_printer_is_added_once_tried_and_changed() {
    let house = House::open().await;
    let printer = Printer::on(Manner::Good).await;
    let mut daniel = house.person(MANAGER).await;
    let empty = daniel.get("/printers").await.must_be(StatusCode::OK);
    assert!(empty.text.contains("No printers yet"));
    let (asked, key) = (form("Bar", printer.address(), &[]), key());
    for _ in 0..2 {
        daniel
            .change(Method::POST, "/printers", &asked, &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM printers").await, 1);
    let id: Uuid = house.id("printers", "name", "Bar").await;
    let page = daniel.get("/printers").await;
    assert!(page.one("#printers tbody").contains("Not tried"));
    daniel
        .post(&format!("/printers/{id}/tests"), &[])
        .await
        .must_be(StatusCode::OK);
    spool::print_due(&house.app).await.expect("printed");
    assert!(printer.slips()[0].contains("Bar"), "{:?}", printer.slips());
    let dialog = daniel.fragment(&format!("/printers/{id}")).await;
    let revision = dialog.attributes("input[name=revision]", "value");
    let narrow = [("paper", "58"), ("revision", revision[0].as_str())];
    let changed = form("Bar printer", printer.address(), &narrow);
    daniel
        .put(&format!("/printers/{id}"), &changed)
        .await
        .must_be(StatusCode::OK);
    let stale = daniel.put(&format!("/printers/{id}"), &changed).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.notice().contains("meanwhile"), "{}", stale.text);
    let audited =
        "SELECT count(*) FROM audit_log WHERE deed IN ('printer.added', 'printer.edited')";
    assert_eq!(house.number(audited).await, 2);
}

#[tokio::test]
async fn what_is_no_printer_is_refused_in_place() {
    let counter = Counter::with(Manner::Good).await;
    let mut daniel = counter.manager;
    for (address, says) in [
        ("", "Type something here."),
        ("http://192.168.1.50", "The port is a number"),
        ("192.168.1.50:6379", "Printers listen on port 9100"),
        ("/etc/passwd", "A device begins with /dev/"),
        ("a b", "Write the printer&#39;s address"),
    ] {
        let answer = refused(&mut daniel, "Bar", address).await;
        assert!(answer.contains("err-address"), "{answer}");
        if !says.contains("Type") {
            assert!(
                answer.contains(says.split("&#39;").next().unwrap_or(says)),
                "{answer}"
            );
        }
    }
    let answer = refused(&mut daniel, "counter PRINTER", "192.168.1.50").await;
    assert!(answer.contains("Another printer has this name already."));
    let nobody = Uuid::now_v7().to_string();
    for (field, id) in [("stand_in", nobody.as_str()), ("agent", nobody.as_str())] {
        let answer = daniel
            .post("/printers", &form("Bar", "192.168.1.50", &[(field, id)]))
            .await;
        assert!(
            answer.status.is_client_error() && answer.text.contains(&format!("err-{field}")),
            "{}",
            answer.text
        );
    }
    let own = [("stand_in", counter.id.as_str()), ("revision", "0")];
    let answer = daniel
        .put(
            &format!("/printers/{}", counter.id),
            &form("Counter printer", "192.168.1.50", &own),
        )
        .await;
    assert!(
        answer.text.contains("cannot stand in for itself"),
        "{}",
        answer.text
    );
    assert_eq!(
        counter.house.number("SELECT count(*) FROM printers").await,
        1
    );
}

#[tokio::test]
async fn a_printer_that_somebody_needs_stays_in_use() {
    let mut counter = Counter::with(Manner::Good).await;
    let path = format!("/printers/{}", counter.id);
    let out = [("active", ""), ("revision", "0")];
    let out = form("Counter printer", counter.printer.address(), &out);
    let out: Vec<_> = out
        .into_iter()
        .filter(|(name, _)| *name != "active")
        .collect();
    let answer = counter.manager.put(&path, &out).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.text.contains("Till 1 prints there."),
        "{}",
        answer.text
    );
    counter
        .house
        .execute("UPDATE terminals SET printer_id = NULL", [])
        .await;
    counter
        .manager
        .put(&path, &out)
        .await
        .must_be(StatusCode::OK);
    // And nothing is sent to print there any more.
    let mut ruth = counter.house.person(ADMIN).await;
    let till: Uuid = counter.house.id("terminals", "name", "Till 2").await;
    let id = counter.id.clone();
    let there = [
        ("name", "Till 2"),
        ("kind", "till"),
        ("idle_seconds", "120"),
        ("printer", id.as_str()),
    ];
    let answer = ruth.put(&format!("/terminals/{till}"), &there).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("err-printer"), "{}", answer.text);
}

#[tokio::test]
async fn a_paused_printer_keeps_what_it_gets_and_another_may_have_it() {
    let mut counter = Counter::with(Manner::Good).await;
    let path = format!("/printers/{}/pause", counter.id);
    counter
        .manager
        .post(&path, &[])
        .await
        .must_be(StatusCode::OK);
    counter.sell().await;
    counter.print().await;
    counter.print_after(100).await;
    assert!(counter.printer.bytes().is_empty());
    assert_eq!(
        counter.jobs("failed").await,
        1,
        "the drawer is not opened later"
    );
    let other = Printer::on(Manner::Good).await;
    let bar = add(
        &counter.house,
        &mut counter.manager,
        "Bar",
        other.address(),
        &[],
    )
    .await;
    let moves = format!("/printers/{}/moves", counter.id);
    counter
        .manager
        .post(&moves, &[("to", &bar)])
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    assert!(other.slips()[0].contains("FOR COUNTER PRINTER"));
    counter.sell().await;
    counter.manager.delete(&path).await.must_be(StatusCode::OK);
    counter.print().await;
    assert_eq!(counter.printer.slips().len(), 2, "drawer and receipt");
}

#[tokio::test]
async fn a_job_is_cancelled_or_sent_elsewhere_and_only_while_it_is_not_on_paper() {
    let mut counter = Counter::with(Manner::NoPaper).await;
    counter.sell().await;
    counter.sell().await;
    counter.print().await;
    let last = counter.job("receipt").await;
    let dialog = counter
        .manager
        .fragment(&format!("/print-jobs/{last}"))
        .await;
    assert!(
        dialog.text.contains("TOTAL"),
        "it is shown as it would be printed"
    );
    counter
        .manager
        .delete(&format!("/print-jobs/{last}"))
        .await
        .must_be(StatusCode::OK);
    let other = Printer::on(Manner::Good).await;
    let bar = add(
        &counter.house,
        &mut counter.manager,
        "Bar",
        other.address(),
        &[],
    )
    .await;
    let first: Uuid = counter
        .house
        .row(
            "SELECT id FROM print_jobs WHERE kind = 'receipt' ORDER BY id LIMIT 1",
            [],
        )
        .await
        .try_get("", "id")
        .expect("an id");
    let tries = format!("/print-jobs/{first}/tries");
    counter
        .manager
        .post(&tries, &[("printer", &bar)])
        .await
        .must_be(StatusCode::OK);
    counter.print().await;
    assert_eq!(other.slips().len(), 1);
    for (path, post) in [
        (tries.clone(), true),
        (format!("/print-jobs/{first}"), false),
    ] {
        let answer = match post {
            true => counter.manager.post(&path, &[]).await,
            false => counter.manager.delete(&path).await,
        };
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(
            answer.notice().contains("printed already"),
            "{}",
            answer.text
        );
    }
    let drawer = counter.job("drawer").await;
    let answer = counter
        .manager
        .post(&format!("/print-jobs/{drawer}/tries"), &[])
        .await;
    assert!(
        answer.notice().contains("at once or not at all"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn old_jobs_are_forgotten_and_open_ones_never() {
    let counter = Counter::with(Manner::Good).await;
    let mut counter = counter;
    counter.sell().await;
    counter.print().await;
    counter.sell().await;
    let later = counter.house.app.clock().now() + Duration::days(15);
    cafe_pos::printers::forget_before(&counter.house.db, later - cafe_pos::printers::KEPT)
        .await
        .expect("forgotten");
    assert_eq!(counter.jobs("done").await, 0);
    assert_eq!(counter.jobs("pending").await, 2);
}

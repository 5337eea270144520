//! Struck out, given free, called off: who agrees to it, what it costs, and what the kitchen has to have seen.

use std::time::Duration;

use cafe_pos::live::Changed;
use poem::http::Method;

use super::*;

#[tokio::test]
async fn a_waiter_strikes_out_with_a_managers_secret_and_both_are_stored() {
    let mut table = Table::served_by(WAITER).await;
    let chips = table.line("Chips", "sent").await;
    let path = table.at(&format!("/lines/{chips}/void"));
    let sheet = table.till.fragment(&path).await.must_be(StatusCode::OK);
    assert!(
        sheet
            .all("label.chip")
            .contains(&"Entered wrongly".to_owned())
    );
    let form = [("quantity", "1"), ("chosen", "Entered wrongly")];
    let refused = table.till.post(&path, &form).await;
    let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("A manager or an admin has to agree"));
    let approval = table.approver().await;
    let unreasoned = with(&[("quantity", "1")], &approval);
    table
        .till
        .post(&path, &unreasoned)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = [
        ("quantity", "1"),
        ("chosen", "Entered wrongly"),
        ("approver", approval[0].1.as_str()),
        ("password", "not hers at all"),
    ];
    table
        .till
        .post(&path, &wrong)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(table.deeds("order.line_voided").await, 0);

    let (form, key) = (with(&form, &approval), key());
    for _ in 0..2 {
        let panel = table.till.change(Method::POST, &path, &form, &key).await;
        let panel = panel.must_be(StatusCode::OK);
        assert_eq!(panel.all("li.line.void b"), ["Chips"]);
    }
    let sql = "SELECT concat_ws(' ', l.quantity, l.state, w.username, a.username, l.void_reason) AS it FROM order_lines l \
               JOIN staff w ON w.id = l.voided_by JOIN staff a ON a.id = l.void_approved_by";
    let stored: String = table
        .house
        .row(sql, [])
        .await
        .try_get("", "it")
        .expect("it");
    assert_eq!(
        stored,
        format!("1 voided {WAITER} {MANAGER} Entered wrongly")
    );
    assert_eq!(table.deeds("order.line_voided").await, 1);
    let sql = "SELECT (approver_id IS NOT NULL)::int AS n FROM audit_log WHERE deed = 'order.line_voided'";
    assert_eq!(table.house.number(sql).await, 1);

    // The kitchen sees one struck out beside the one that stays, and says that it knows.
    let board = table.board("Kitchen").await;
    assert_eq!(board.all("button.item.void").len(), 1, "{}", board.text);
    assert_eq!(board.attributes(".kt", "data-voids"), ["1"]);
    let seen = board.attributes("button.item.void", "hx-post");
    let mut grill = table.house.display("Kitchen display").await;
    grill
        .post(&seen[0], &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    grill
        .post(&seen[0], &[])
        .await
        .must_be(StatusCode::CONFLICT);
    let board = table.board("Kitchen").await;
    assert_eq!(
        (
            board.all("button.item.void").len(),
            board.all("div.item.void").len()
        ),
        (0, 1)
    );
    assert!(board.attributes(".kt", "data-voids").is_empty());
}

#[tokio::test]
async fn a_managers_own_void_needs_nobody_else_and_the_last_one_ends_the_order() {
    let mut table = Table::served_by(MANAGER).await;
    for name in ["Chips", "Espresso"] {
        let line = table.line(name, "sent").await;
        let path = table.at(&format!("/lines/{line}/void"));
        let form = [("reason", "The guests left")];
        table.till.post(&path, &form).await.must_be(StatusCode::OK);
    }
    let status = table.till.fragment(&table.at("")).await;
    assert!(status.text.contains("Cancelled"), "{}", status.text);
    let sql = "SELECT count(*) AS n FROM orders WHERE cancelled_at IS NOT NULL AND cancel_reason IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 1);
    // Nobody knows yet at the station: it still stands there.
    assert_eq!(table.board("Kitchen").await.all(".kt").len(), 1);
}

#[tokio::test]
async fn a_bump_that_has_not_seen_the_void_is_refused() {
    let mut table = Table::served_by(MANAGER).await;
    let board = table.board("Kitchen").await;
    let bump = board.attributes("button.bump", "hx-post");
    let chips = table.line("Chips", "sent").await;
    let path = table.at(&format!("/lines/{chips}/void"));
    let form = [("quantity", "1"), ("chosen", "Sent twice")];
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let mut grill = table.house.display("Kitchen display").await;
    let early = [("additions", "0"), ("changes", "0")];
    let refused = grill
        .post(&bump[0], &early)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("has just changed"),
        "{}",
        refused.text
    );
    let seen = [("additions", "0"), ("changes", "1")];
    grill.post(&bump[0], &seen).await.must_be(StatusCode::OK);
    let sql = "SELECT count(*) AS n FROM ticket_lines WHERE voided_at IS NOT NULL AND void_seen_at IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 1);
}

#[tokio::test]
async fn what_is_given_free_costs_nothing_and_beyond_the_limit_an_admin_agrees() {
    let mut table = Table::served_by(MANAGER).await;
    table
        .house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('compLimit', '10000', now())",
            [],
        )
        .await;
    table.house.app.live().publish(vec![Changed::Settings]);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let chips = table.line("Chips", "sent").await;
    let path = table.at(&format!("/lines/{chips}/comp"));
    let form = [("quantity", "1"), ("chosen", "Staff meal")];
    let panel = table.till.post(&path, &form).await.must_be(StatusCode::OK);
    assert!(panel.text.contains("Free"), "{}", panel.text);
    let chips = table.line("Chips", "sent").await;
    let other = "SELECT id FROM order_lines WHERE name = 'Chips' AND NOT comped";
    let rest: uuid::Uuid = table
        .house
        .row(other, [])
        .await
        .try_get("", "id")
        .expect("one");
    assert_ne!(
        chips,
        rest.to_string(),
        "the pieces that are free are a line of their own"
    );
    let path = table.at(&format!("/lines/{rest}/comp"));
    let refused = table.till.post(&path, &[("chosen", "Staff meal")]).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("an admin has to approve"),
        "{}",
        refused.text
    );
    let admin: uuid::Uuid = table.house.id("staff", "username", ADMIN).await;
    let admin = admin.to_string();
    let form = [
        ("chosen", "Staff meal"),
        ("approver", admin.as_str()),
        ("password", "password123"),
    ];
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let sql = "SELECT (total = (SELECT unit_price FROM order_lines WHERE name = 'Espresso'))::int AS n FROM orders";
    assert_eq!(table.house.number(sql).await, 1);
    let sql = "SELECT (comps > 0)::int AS n FROM orders";
    assert_eq!(table.house.number(sql).await, 1);
    // The kitchen makes it all the same.
    assert_eq!(table.board("Kitchen").await.all("button.item").len(), 2);
}

#[tokio::test]
async fn an_order_of_which_something_was_sent_is_called_off_with_an_approval() {
    let mut table = Table::served_by(WAITER).await;
    let path = table.at("/cancellation");
    let form = [("chosen", "Changed their mind")];
    table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let approval = table.approver().await;
    let form = with(&form, &approval);
    let (answer, key) = (StatusCode::OK, key());
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(answer);
    }
    let sql = "SELECT count(*) AS n FROM order_lines WHERE state = 'voided' AND void_approved_by IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 2);
    let sql = "SELECT count(*) AS n FROM orders WHERE cancelled_at IS NOT NULL AND cancel_approved_by IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 1);
    for station in ["Kitchen", "Bar"] {
        let board = table.board(station).await;
        assert_eq!(board.all("button.item.void").len(), 1, "{station}");
    }
}

#[tokio::test]
async fn money_on_it_keeps_an_order_from_being_called_off_or_struck_out() {
    let mut table = Table::served_by(MANAGER).await;
    let mut cashier = table.house.with_float(CASHIER).await;
    let total: i64 = table.house.number("SELECT total AS n FROM orders").await;
    let tendered = total.to_string();
    let pay = [("method", "cash"), ("tendered", tendered.as_str())];
    cashier
        .post(&table.at("/payments"), &pay)
        .await
        .must_be(StatusCode::OK);
    let form = [("reason", "They left")];
    let path = table.at("/cancellation");
    let refused = table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("Money was taken"),
        "{}",
        refused.text
    );
    let chips = table.line("Chips", "sent").await;
    let path = table.at(&format!("/lines/{chips}/void"));
    let refused = table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("More was paid"),
        "{}",
        refused.text
    );
}

//! Tickets on paper: at a station that prints everything, and where no screen has shown what was sent.

use cafe_pos::data::{By, Tx};
use cafe_pos::kitchen::receipts;
use cafe_pos::values::OrderId;

use super::*;

/// A café whose kitchen has a printer.
struct Kitchen {
    house: House,
    printer: Printer,
    till: Device,
    order: OrderId,
}

impl Kitchen {
    async fn printing(always: bool) -> Kitchen {
        let house = House::open().await;
        let printer = Printer::on(Manner::Good).await;
        let mut daniel = house.person(MANAGER).await;
        let id = add(
            &house,
            &mut daniel,
            "Kitchen printer",
            printer.address(),
            &[],
        )
        .await;
        house
            .execute(
                "UPDATE stations SET printer_id = $1, prints_always = $2 WHERE name = 'Kitchen'",
                [id.parse::<Uuid>().expect("an id").into(), always.into()],
            )
            .await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        Kitchen {
            house,
            printer,
            till,
            order,
        }
    }

    async fn send(&mut self, products: &[&str]) {
        for product in products {
            self.till
                .tap(self.order, product)
                .await
                .must_be(StatusCode::OK);
        }
        self.till
            .hand_over_to_kitchen(self.order)
            .await
            .must_be(StatusCode::OK);
    }

    /// What the printer has printed since the last time.
    async fn printed(&self, before: usize) -> Vec<String> {
        spool::print_due(&self.house.app).await.expect("printed");
        self.printer.slips().split_off(before)
    }

    async fn ticket(&self) -> Uuid {
        let sql = "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = 'Kitchen' ORDER BY t.sent_at DESC LIMIT 1";
        let row = self.house.row(sql, []).await;
        row.try_get("", "id").expect("a ticket")
    }

    /// So long passes; what no screen showed in time is told.
    async fn after(&self, seconds: i64) {
        self.house.hand.advance(Duration::seconds(seconds));
        self.house
            .app
            .write_unkeyed(By::system(), async |tx: &mut Tx| {
                receipts::raise_alarms(tx).await
            })
            .await
            .expect("told");
    }

    async fn void(&mut self, product: &str) {
        let sql = "SELECT id FROM order_lines WHERE order_id = $1 AND name = $2";
        let row = self
            .house
            .row(sql, [self.order.into(), product.into()])
            .await;
        let line: Uuid = row.try_get("", "id").expect("a line");
        let mut daniel = self.house.person(MANAGER).await;
        daniel
            .post(
                &format!("/orders/{}/lines/{line}/void", self.order),
                &[("reason", "Changed their minds")],
            )
            .await
            .must_be(StatusCode::OK);
    }
}

#[tokio::test]
async fn a_station_that_prints_gets_everything_once_and_each_addition_alone() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen.send(&["Chips", "Espresso"]).await;
    let first = kitchen.printed(0).await;
    assert_eq!(first.len(), 1, "{first:?}");
    for said in ["DINE IN", "Table 3", "Chips", "Also at: Bar", "1 item"] {
        assert!(first[0].contains(said), "{said}: {}", first[0]);
    }
    assert!(!first[0].contains("Espresso"));
    kitchen.send(&["Chips"]).await;
    let more = kitchen.printed(1).await;
    assert_eq!(more.len(), 1);
    assert!(
        more[0].contains("ADD-ON") && more[0].contains("1 item"),
        "{}",
        more[0]
    );
    kitchen.void("Chips").await;
    let void = kitchen.printed(2).await;
    assert_eq!(void.len(), 1);
    assert!(void[0].contains("VOID: DO NOT MAKE"), "{}", void[0]);
    // Sending once more sends nothing.
    kitchen
        .till
        .hand_over_to_kitchen(kitchen.order)
        .await
        .must_be(StatusCode::OK);
    assert!(kitchen.printed(3).await.is_empty());
}

#[tokio::test]
async fn a_station_that_prints_is_told_where_guests_went() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen.send(&["Chips"]).await;
    kitchen.printed(0).await;
    let table: Uuid = kitchen.house.id("dining_tables", "code", "7").await;
    kitchen
        .till
        .post(
            &format!("/orders/{}/place", kitchen.order),
            &[("table", &table.to_string())],
        )
        .await
        .must_be(StatusCode::OK);
    let moved = kitchen.printed(1).await;
    assert_eq!(moved.len(), 1, "{moved:?}");
    for said in [
        "CHANGED: NOT TO BE MADE AGAIN",
        "Table 7",
        "It was Table 3 before.",
    ] {
        assert!(moved[0].contains(said), "{}", moved[0]);
    }
}

#[tokio::test]
async fn a_receipt_says_on_paper_and_no_alarm_is_raised_about_it() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen.send(&["Chips"]).await;
    kitchen.printed(0).await;
    let page = kitchen
        .till
        .get(&format!("/orders/{}", kitchen.order))
        .await;
    let receipts = page.all("#order-receipts > span");
    assert!(receipts[0].starts_with("Kitchen On paper "), "{receipts:?}");
    kitchen.after(60).await;
    let alarms = "SELECT count(*) FROM tickets WHERE unseen_at IS NOT NULL";
    assert_eq!(kitchen.house.number(alarms).await, 0);
}

#[tokio::test]
async fn paper_that_does_not_come_raises_the_alarm_also_where_there_is_no_screen() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen
        .house
        .execute("UPDATE stations SET watched = false", [])
        .await;
    kitchen.printer.becomes(Manner::NoPaper);
    kitchen.send(&["Chips", "Espresso"]).await;
    assert!(kitchen.printed(0).await.is_empty());
    kitchen.after(11).await;
    let alarms = "SELECT count(*) FROM tickets WHERE unseen_at IS NOT NULL";
    assert_eq!(
        kitchen.house.number(alarms).await,
        1,
        "the kitchen's, not the bar's"
    );
    kitchen.printer.becomes(Manner::Good);
    kitchen.house.hand.advance(Duration::seconds(30));
    assert_eq!(
        kitchen.printed(0).await.len(),
        1,
        "once, although the alarm asked too"
    );
    let page = kitchen
        .till
        .get(&format!("/orders/{}", kitchen.order))
        .await;
    assert!(page.all("#order-receipts > span")[0].starts_with("Kitchen On paper "));
}

#[tokio::test]
async fn what_no_screen_shows_for_ten_seconds_is_printed_and_only_that() {
    let mut kitchen = Kitchen::printing(false).await;
    kitchen.send(&["Chips"]).await;
    assert!(
        kitchen.printed(0).await.is_empty(),
        "the screen has its time"
    );
    kitchen.after(9).await;
    assert!(kitchen.printed(0).await.is_empty());
    kitchen.after(2).await;
    let first = kitchen.printed(0).await;
    assert_eq!(first.len(), 1);
    assert!(first[0].contains("Chips"));
    kitchen.after(60).await;
    assert!(kitchen.printed(1).await.is_empty(), "once");
    // The screen is back, and shows the addition in time.
    let mut cook = kitchen.house.display("Kitchen display").await;
    kitchen.send(&["Chips"]).await;
    let shown = format!("/kitchen/tickets/{}/shown", kitchen.ticket().await);
    assert!(cook.post(&shown, &[]).await.status.is_success());
    kitchen.after(60).await;
    assert!(kitchen.printed(1).await.is_empty());
    // It goes again: of what comes now only the void is news.
    kitchen.void("Chips").await;
    kitchen.after(11).await;
    let void = kitchen.printed(1).await;
    assert_eq!(void.len(), 1, "{void:?}");
    assert!(void[0].contains("VOID: DO NOT MAKE"), "{}", void[0]);
}

#[tokio::test]
async fn a_duplicate_says_so_and_who_wanted_it() {
    let mut kitchen = Kitchen::printing(false).await;
    kitchen.send(&["Chips", "Espresso"]).await;
    let sheet = kitchen
        .till
        .fragment(&format!("/orders/{}/details", kitchen.order))
        .await;
    assert!(sheet.text.contains("Print its tickets again"));
    let again = format!("/orders/{}/ticket-prints", kitchen.order);
    kitchen.till.post(&again, &[]).await.must_be(StatusCode::OK);
    let mut cook = kitchen.house.display("Kitchen display").await;
    let path = format!("/kitchen/tickets/{}/prints", kitchen.ticket().await);
    cook.post(&path, &[]).await.must_be(StatusCode::OK);
    let slips = kitchen.printed(0).await;
    assert_eq!(slips.len(), 2, "the bar has no printer");
    assert!(slips[0].contains("DUPLICATE: NOT TO BE MADE AGAIN"));
    assert!(slips[0].contains("Printed again by Moses"), "{}", slips[0]);
    assert!(
        slips[1].contains("Printed again by Kitchen display"),
        "{}",
        slips[1]
    );
    let audited = "SELECT count(*) FROM audit_log WHERE deed = 'ticket.printed_again'";
    assert_eq!(kitchen.house.number(audited).await, 2);

    let mut bar = kitchen.house.display("Bar display").await;
    bar.post(&path, &[]).await.must_be(StatusCode::FORBIDDEN);
    kitchen
        .house
        .execute("UPDATE stations SET printer_id = NULL", [])
        .await;
    let answer = cook.post(&path, &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.notice().contains("No printer is set for Kitchen."),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_course_that_is_fired_is_a_slip() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen.send(&["Chips"]).await;
    kitchen
        .till
        .tap(kitchen.order, "Chips")
        .await
        .must_be(StatusCode::OK);
    let sql = "SELECT id FROM order_lines WHERE order_id = $1 AND state = 'unsent' LIMIT 1";
    let row = kitchen.house.row(sql, [kitchen.order.into()]).await;
    let line: Uuid = row.try_get("", "id").expect("a line");
    let of = format!("/orders/{}/lines/{line}", kitchen.order);
    kitchen
        .till
        .post(&format!("{of}/hold"), &[])
        .await
        .must_be(StatusCode::OK);
    kitchen
        .till
        .hand_over_to_kitchen(kitchen.order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        kitchen.printed(0).await.len(),
        1,
        "what is kept back is not on paper"
    );
    kitchen
        .till
        .post(&format!("{of}/fire"), &[])
        .await
        .must_be(StatusCode::OK);
    let fired = kitchen.printed(1).await;
    assert_eq!(fired.len(), 1);
    assert!(fired[0].contains("COURSE 1 FIRED"), "{}", fired[0]);
}

#[tokio::test]
async fn where_there_is_only_paper_a_ticket_counts_as_made_when_its_time_is_over() {
    let mut kitchen = Kitchen::printing(true).await;
    kitchen
        .house
        .execute(
            "UPDATE stations SET watched = false WHERE name = 'Kitchen'",
            [],
        )
        .await;
    kitchen.send(&["Chips", "Espresso"]).await;
    kitchen.printed(0).await;
    kitchen.void("Chips").await;
    kitchen.send(&["Chips"]).await;
    let later = kitchen.printed(1).await;
    assert!(
        later[0].contains("VOID") && later[1].contains("ADD-ON"),
        "{later:?}"
    );
    let open = "SELECT count(*) FROM tickets t JOIN stations s ON s.id = t.station_id WHERE bumped_at IS NULL AND s.name = 'Kitchen'";
    let finish = async || {
        cafe_pos::kitchen::handlers::finish_printed(&kitchen.house.app)
            .await
            .expect("finished");
    };
    let late = "SELECT late_after_s FROM stations WHERE name = 'Kitchen'";
    let late = kitchen.house.number(late).await;
    kitchen.house.hand.advance(Duration::seconds(late - 60));
    finish().await;
    assert_eq!(kitchen.house.number(open).await, 1, "not before");
    kitchen.house.hand.advance(Duration::minutes(2));
    finish().await;
    finish().await;
    assert_eq!(kitchen.house.number(open).await, 0);
    let ready = "SELECT count(*) FROM order_lines WHERE state = 'ready'";
    assert_eq!(kitchen.house.number(ready).await, 1);
}

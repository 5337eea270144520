//! What becomes of an order after something was sent: struck out, given free, kept back and fired, called off, moved, merged,
//! split, transferred; and what the kitchen sees of it.

use std::time::Duration;

use cafe_pos::live::Changed;
use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};

use super::house::*;

/// A table of two with two portions of chips and an espresso, all of it sent.
struct Table {
    house: House,
    till: Device,
    order: OrderId,
}

impl Table {
    async fn served_by(person: &str) -> Table {
        let house = House::open().await;
        let mut till = house.till(person, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        Table { house, till, order }
    }

    async fn line(&self, name: &str, state: &str) -> String {
        let sql = format!(
            "SELECT id FROM order_lines WHERE order_id = '{}' AND name = '{name}' AND state = '{state}' ORDER BY position DESC LIMIT 1",
            self.order
        );
        let id: uuid::Uuid = self
            .house
            .row(&sql, [])
            .await
            .try_get("", "id")
            .expect("an id");
        id.to_string()
    }

    fn at(&self, rest: &str) -> String {
        format!("/orders/{}{rest}", self.order)
    }

    async fn board(&self, station: &str) -> Answer {
        let id: uuid::Uuid = self.house.id("stations", "name", station).await;
        let mut manager = self.house.person(MANAGER).await;
        let board = manager.get(&format!("/kitchen/stations/{id}")).await;
        board.must_be(StatusCode::OK)
    }

    async fn deeds(&self, deed: &str) -> i64 {
        let sql = format!("SELECT count(*) AS n FROM audit_log WHERE deed = '{deed}'");
        self.house.number(&sql).await
    }

    /// A manager who has chosen a password, and its words in a form.
    async fn approver(&self) -> Vec<(&'static str, String)> {
        let id: uuid::Uuid = self.house.id("staff", "username", MANAGER).await;
        vec![
            ("approver", id.to_string()),
            ("password", "password123".to_owned()),
        ]
    }
}

fn with<'a>(
    form: &[(&'a str, &'a str)],
    more: &'a [(&'static str, String)],
) -> Vec<(&'a str, &'a str)> {
    let more = more.iter().map(|(name, value)| (*name, value.as_str()));
    form.iter().copied().chain(more).collect()
}

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
async fn a_line_is_made_elsewhere_this_time_and_stays_apart_from_its_like() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let mut table = Table { house, till, order };
    let course = table.at(&format!(
        "/lines/{}/course",
        table.line("Chips", "unsent").await
    ));
    let (bar, pass) = (
        table
            .house
            .id::<uuid::Uuid>("stations", "name", "Bar")
            .await,
        table
            .house
            .id::<uuid::Uuid>("stations", "name", "Pass")
            .await,
    );
    let sheet = table.till.fragment(&course).await;
    assert_eq!(sheet.all("#station option"), ["Kitchen", "Bar"]);
    for nowhere in [pass, uuid::Uuid::now_v7()] {
        let form = [("course", "1"), ("station", &*nowhere.to_string())];
        let refused = table.till.post(&course, &form).await;
        let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Choose where it is made."));
    }
    let form = [("course", "1"), ("station", &*bar.to_string())];
    let panel = table.till.post(&course, &form).await;
    let panel = panel.must_be(StatusCode::OK);
    assert!(panel.one("#order-actions").contains("1 bar"));
    // The next one goes where chips are made.
    let panel = table.till.tap(order, "Chips").await;
    assert!(panel.one("#order-actions").contains("1 bar · 1 kitchen"));
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    for station in ["Bar", "Kitchen"] {
        let board = table.board(station).await;
        assert_eq!(board.all("button.item").len(), 1, "{station}");
    }
    let sent = table.till.post(&course, &form).await;
    sent.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_is_kept_back_is_seen_in_grey_changed_freely_and_fired_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let product = product_id(&house.db, "Rolex").await;
    let path = format!("/orders/{order}/lines");
    let form = [("product", product.as_str()), ("course", "2")];
    till.post(&path, &form).await.must_be(StatusCode::OK);
    let mut table = Table { house, till, order };
    let hold = table.at("/courses/2/hold");
    let panel = table.till.post(&hold, &[]).await.must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line.held b"), ["Rolex"]);
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let board = table.board("Kitchen").await;
    assert_eq!(
        (
            board.all("button.item").len(),
            board.all("div.item.held").len()
        ),
        (1, 1)
    );
    assert!(
        board.one("#allday").contains("on hold"),
        "{}",
        board.one("#allday")
    );

    let rolex = table.line("Rolex", "unsent").await;
    let note = table.at(&format!("/lines/{rolex}/note"));
    let form = [("note", "no tomato")];
    table.till.post(&note, &form).await.must_be(StatusCode::OK);
    assert!(
        table
            .board("Kitchen")
            .await
            .one("div.item.held")
            .contains("no tomato")
    );

    let (fire, key) = (table.at("/courses/2/fire"), key());
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &fire, &[], &key)
            .await
            .must_be(StatusCode::OK);
    }
    // A second hand fires nothing, and nothing breaks.
    table.till.post(&fire, &[]).await.must_be(StatusCode::OK);
    let board = table.board("Kitchen").await;
    assert_eq!(board.all("button.item").len(), 2);
    assert!(
        board.one(".addon").contains("COURSE 2 FIRED"),
        "{}",
        board.one(".addon")
    );
    let sql = "SELECT count(*) AS n FROM ticket_lines";
    assert_eq!(table.house.number(sql).await, 2, "each once");

    // What is removed while it is kept back is gone from the board.
    table
        .till
        .post(&path, &[("product", product.as_str())])
        .await
        .must_be(StatusCode::OK);
    let more = table.line("Rolex", "unsent").await;
    let hold = table.at(&format!("/lines/{more}/hold"));
    table.till.post(&hold, &[]).await.must_be(StatusCode::OK);
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(table.board("Kitchen").await.all("div.item.held").len(), 1);
    let line = table.at(&format!("/lines/{more}"));
    table.till.delete(&line).await.must_be(StatusCode::OK);
    assert!(table.board("Kitchen").await.all("div.item.held").is_empty());
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

#[tokio::test]
async fn guests_move_and_the_tickets_say_where_they_were() {
    let mut table = Table::served_by(WAITER).await;
    let five: uuid::Uuid = table.house.id("dining_tables", "code", "5").await;
    let five = five.to_string();
    let path = table.at("/place");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let (form, key) = ([("table", five.as_str())], key());
    for _ in 0..2 {
        let panel = table.till.change(Method::POST, &path, &form, &key).await;
        assert_eq!(panel.must_be(StatusCode::OK).one("#order-title"), "Table 5");
    }
    table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let board = table.board("Kitchen").await;
    assert_eq!(board.one(".kt del"), "Table 3");
    assert_eq!(board.one(".kt h2"), "Table 3 Table 5");
    let panel = table.till.post(&path, &[("table", "takeaway")]).await;
    let panel = panel.must_be(StatusCode::OK);
    assert!(
        panel.one("#order-title").starts_with("Counter "),
        "{}",
        panel.text
    );
    assert_eq!(table.deeds("order.moved").await, 2);
}

#[tokio::test]
async fn somebody_else_serves_and_two_parties_become_one() {
    let mut table = Table::served_by(WAITER).await;
    let other: uuid::Uuid = table.house.id("staff", "username", OTHER_WAITER).await;
    let form = [("waiter", other.to_string())];
    let form = [("waiter", form[0].1.as_str())];
    let path = table.at("/waiter");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let cook: uuid::Uuid = table.house.id("staff", "username", COOK).await;
    let cook = cook.to_string();
    let refused = table.till.post(&path, &[("waiter", cook.as_str())]).await;
    refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let sql = "SELECT count(*) AS n FROM tickets t JOIN orders o ON o.id = t.order_id JOIN staff s ON s.id = o.waiter_id \
               WHERE t.waiter = s.name AND s.username = 'joan'";
    assert_eq!(table.house.number(sql).await, 2);

    let guests = table.till.sit_down("4", "3").await;
    table
        .till
        .tap(guests, "Chips")
        .await
        .must_be(StatusCode::OK);
    table
        .till
        .hand_over_to_kitchen(guests)
        .await
        .must_be(StatusCode::OK);
    let merge = table.at("/merge");
    table.till.fragment(&merge).await.must_be(StatusCode::OK);
    let to = guests.to_string();
    let (form, key) = ([("order", to.as_str())], key());
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &merge, &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let own = table.order.to_string();
    let into_itself = format!("/orders/{guests}/merge");
    let refused = table
        .till
        .post(&into_itself, &[("order", to.as_str())])
        .await;
    refused.must_be(StatusCode::CONFLICT);
    let sql = format!("SELECT count(*) AS n FROM order_lines WHERE order_id = '{guests}'");
    assert_eq!(table.house.number(&sql).await, 3);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{own}' AND cancelled_at IS NOT NULL AND total = 0"
    );
    assert_eq!(table.house.number(&sql).await, 1);
    let sql = format!("SELECT guests::bigint AS n FROM orders WHERE id = '{guests}'");
    assert_eq!(table.house.number(&sql).await, 5);
    let board = table.board("Kitchen").await;
    assert_eq!(board.all(".kt").len(), 2);
    assert!(
        board
            .all(".kt h2")
            .iter()
            .all(|title| title.ends_with("Table 4"))
    );
    let back = format!("/orders/{own}/merge");
    let refused = table.till.post(&back, &[("order", to.as_str())]).await;
    refused.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_party_is_split_and_no_piece_is_lost() {
    let mut table = Table::served_by(WAITER).await;
    let chips = table.line("Chips", "sent").await;
    let before = table.house.number("SELECT total AS n FROM orders").await;
    let path = table.at("/moves");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let fresh = OrderId::new().to_string();
    let pieces = format!("{chips}:1");
    let name = format!("pieces-{chips}");
    let form = [
        ("line", chips.as_str()),
        (name.as_str(), pieces.as_str()),
        ("fresh", fresh.as_str()),
    ];
    let key = key();
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let sql = "SELECT sum(total)::bigint AS n FROM orders";
    assert_eq!(table.house.number(sql).await, before);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{fresh}' AND table_id IS NOT NULL AND total > 0"
    );
    assert_eq!(table.house.number(&sql).await, 1);
    let sql = "SELECT count(*) AS n FROM ticket_lines l JOIN order_lines o ON o.id = l.line_id \
               JOIN tickets t ON t.id = l.ticket_id WHERE t.order_id = o.order_id AND l.quantity = o.quantity";
    assert_eq!(
        table.house.number(sql).await,
        3,
        "each ticket belongs to its line's order"
    );
    assert_eq!(table.board("Kitchen").await.all(".kt").len(), 2);

    // The rest goes after it: the first order ends.
    let lines = [
        table.line("Chips", "sent").await,
        table.line("Espresso", "sent").await,
    ];
    let form = [
        ("line", lines[0].as_str()),
        ("line", lines[1].as_str()),
        ("order", fresh.as_str()),
    ];
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{}' AND cancelled_at IS NOT NULL",
        table.order
    );
    assert_eq!(table.house.number(&sql).await, 1);
    assert_eq!(
        table
            .house
            .number("SELECT sum(total)::bigint AS n FROM orders WHERE cancelled_at IS NULL")
            .await,
        before
    );
    let nothing = [("order", fresh.as_str())];
    table
        .till
        .post(&path, &nothing)
        .await
        .must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn something_that_is_not_on_the_menu_needs_an_approval_and_a_station() {
    let mut table = Table::served_by(CASHIER).await;
    let bar: uuid::Uuid = table.house.id("stations", "name", "Bar").await;
    let bar = bar.to_string();
    let path = table.at("/open-items");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let form = [
        ("name", "Corkage"),
        ("price", "15,000"),
        ("station", bar.as_str()),
    ];
    table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let approval = table.approver().await;
    for wrong in ["", "-5", "1.5", "lots"] {
        let form = [
            ("name", "Corkage"),
            ("price", wrong),
            ("station", bar.as_str()),
        ];
        let form = with(&form, &approval);
        let refused = table.till.post(&path, &form).await;
        refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let form = with(&form, &approval);
    let panel = table.till.post(&path, &form).await.must_be(StatusCode::OK);
    assert!(panel.all("li.line b").contains(&"Corkage".to_owned()));
    table
        .till
        .hand_over_to_kitchen(table.order)
        .await
        .must_be(StatusCode::OK);
    assert!(table.board("Bar").await.text.contains("Corkage"));
    let sql = "SELECT count(*) AS n FROM audit_log WHERE deed = 'order.open_item' AND approver_id IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 1);
}

#[tokio::test]
async fn the_recall_list_brings_a_ticket_back_with_a_new_clock_and_priority_puts_it_first() {
    let mut table = Table::served_by(WAITER).await;
    let mut grill = table.house.display("Kitchen display").await;
    let board = table.board("Kitchen").await;
    let bump = board.attributes("button.bump", "hx-post");
    grill.post(&bump[0], &[]).await.must_be(StatusCode::OK);
    let station: uuid::Uuid = table.house.id("stations", "name", "Kitchen").await;
    let list = format!("/kitchen/stations/{station}/recalls");
    let sheet = grill.fragment(&list).await.must_be(StatusCode::OK);
    assert!(sheet.one("li b").contains("Table 3"), "{}", sheet.text);
    let recall = sheet.attributes("li button", "hx-post");
    table.house.hand.advance(time::Duration::minutes(10));
    let form = [("anew", "on")];
    grill.post(&recall[0], &form).await.must_be(StatusCode::OK);
    grill
        .post(&recall[0], &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let board = table.board("Kitchen").await;
    assert_eq!(board.attributes(".kt", "data-age"), ["new"]);
    let priority = board.attributes("button.prio", "hx-post");
    grill
        .post(&priority[0], &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    grill
        .post(&priority[0], &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert!(
        table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("First")
    );
    grill
        .delete(&priority[0])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert!(
        !table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("First")
    );
    let all_day = format!("/kitchen/stations/{station}/all-day");
    let sheet = grill.fragment(&all_day).await.must_be(StatusCode::OK);
    assert_eq!(sheet.all("td.num"), ["2", "0"]);
    let times = sheet.one("tbody small");
    assert!(times.starts_with("Target "), "{times}");
    assert!(!times.contains("usually"), "{times}");
    // What five of a kind took is what they usually take.
    for _ in 0..5 {
        let order = table.till.counter_sale().await;
        let chips = table.till.tap(order, "Chips").await;
        chips.must_be(StatusCode::OK);
        let sent = table.till.hand_over_to_kitchen(order).await;
        sent.must_be(StatusCode::OK);
        table.house.hand.advance(time::Duration::minutes(3));
        let sql = "SELECT id FROM tickets WHERE order_id = $1";
        let row = table.house.row(sql, [order.into()]).await;
        let ticket: uuid::Uuid = row.try_get("", "id").expect("a ticket");
        let bump = format!("/kitchen/tickets/{ticket}/bump");
        grill.post(&bump, &[]).await.must_be(StatusCode::OK);
    }
    let sheet = grill.fragment(&all_day).await.must_be(StatusCode::OK);
    assert_eq!(sheet.all("td.num"), ["2", "0"]);
    let usually = format!("{times} · usually 3:00, 9 of 10 in 3:00");
    assert_eq!(sheet.one("tbody small"), usually);
}

#[tokio::test]
async fn a_counter_sale_is_unpaid_on_the_board_until_it_is_not() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.counter_sale().await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let table = Table {
        house,
        till: till.clone(),
        order,
    };
    assert!(
        table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("Unpaid")
    );
    let total = table
        .house
        .number("SELECT total AS n FROM orders")
        .await
        .to_string();
    let pay = [("method", "cash"), ("tendered", total.as_str())];
    till.post(&table.at("/payments"), &pay)
        .await
        .must_be(StatusCode::OK);
    assert!(
        !table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("Unpaid")
    );
}

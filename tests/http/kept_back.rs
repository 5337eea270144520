//! What is kept back, and how orders end of which something is kept back or struck out.

use cafe_pos::data::{By, Tx};
use cafe_pos::orders;
use cafe_pos::values::OrderId;
use poem::http::StatusCode;
use uuid::Uuid;

use super::house::*;

/// A manager's table of two with chips on it, nothing of it sent.
struct Table {
    house: House,
    till: Device,
    order: OrderId,
}

impl Table {
    async fn laid() -> Table {
        let house = House::open().await;
        let mut till = house.till(MANAGER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        let mut table = Table { house, till, order };
        table.tap("Chips").await;
        table
    }

    async fn tap(&mut self, product: &str) {
        let tapped = self.till.tap(self.order, product).await;
        tapped.must_be(StatusCode::OK);
    }

    fn at(&self, rest: &str) -> String {
        format!("/orders/{}{rest}", self.order)
    }

    async fn line(&self, name: &str, rest: &str) -> String {
        let id: Uuid = self.house.id("order_lines", "name", name).await;
        self.at(&format!("/lines/{id}{rest}"))
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.till.post(path, form).await
    }

    async fn send(&mut self) {
        let sent = self.till.hand_over_to_kitchen(self.order).await;
        sent.must_be(StatusCode::OK);
    }

    /// Keeps the chips back, and tells the kitchen.
    async fn keep_back(&mut self) {
        let hold = self.line("Chips", "/hold").await;
        self.post(&hold, &[]).await.must_be(StatusCode::OK);
        self.send().await;
    }

    async fn strike_out(&mut self, name: &str) {
        let void = self.line(name, "/void").await;
        let form = [("reason", "The guests changed their minds")];
        self.post(&void, &form).await.must_be(StatusCode::OK);
    }

    async fn kitchen(&self) -> Answer {
        let id: Uuid = self.house.id("stations", "name", "Kitchen").await;
        let mut grill = self.house.display("Kitchen display").await;
        let board = grill.get(&format!("/kitchen/stations/{id}")).await;
        board.must_be(StatusCode::OK)
    }

    async fn is_cancelled(&self) -> bool {
        let sql = "SELECT count(*) AS n FROM orders WHERE cancelled_at IS NOT NULL";
        self.house.number(sql).await == 1
    }
}

#[tokio::test]
async fn what_is_kept_back_leaves_the_board_with_its_order() {
    let mut table = Table::laid().await;
    table.keep_back().await;
    assert_eq!(table.kitchen().await.all("div.item.held").len(), 1);
    let path = table.at("/cancellation");
    table.post(&path, &[]).await.must_be(StatusCode::OK);
    assert!(table.is_cancelled().await);
    assert!(table.kitchen().await.all(".kt").is_empty());
}

#[tokio::test]
async fn a_ticket_that_waits_is_the_same_one_after_the_guests_changed_something() {
    let mut table = Table::laid().await;
    table.keep_back().await;
    let before = table.kitchen().await;
    let mut grill = table.house.display("Kitchen display").await;
    let priority = before.attributes("button.prio", "hx-post");
    let first = grill.post(&priority[0], &[]).await;
    first.must_be(StatusCode::NO_CONTENT);
    let more = table.line("Chips", "/quantity").await;
    table
        .post(&more, &[("by", "1")])
        .await
        .must_be(StatusCode::OK);
    let after = table.kitchen().await;
    assert_eq!(after.all("div.item.held .q"), ["2"]);
    assert_eq!(
        after.attributes(".kt", "id"),
        before.attributes(".kt", "id")
    );
    assert_eq!(
        after.attributes(".kt", "data-first").len(),
        1,
        "it goes first all the same"
    );
    let fire = table.line("Chips", "/fire").await;
    table.post(&fire, &[]).await.must_be(StatusCode::OK);
    let fired = table.kitchen().await;
    assert_eq!(
        fired.attributes(".kt", "id"),
        before.attributes(".kt", "id")
    );
    assert_eq!(fired.attributes(".kt", "data-age"), ["new"]);
}

#[tokio::test]
async fn an_order_of_which_all_that_was_sent_is_struck_out_can_be_called_off() {
    let mut table = Table::laid().await;
    table.send().await;
    table.tap("Espresso").await;
    table.strike_out("Chips").await;
    assert!(!table.is_cancelled().await, "the espresso is still wanted");
    let path = table.at("/cancellation");
    table.post(&path, &[]).await.must_be(StatusCode::OK);
    assert!(table.is_cancelled().await);
}

#[tokio::test]
async fn an_order_on_which_everything_is_struck_out_ends_by_itself() {
    let mut table = Table::laid().await;
    table.send().await;
    table.tap("Espresso").await;
    table.strike_out("Chips").await;
    let espresso = table.line("Espresso", "").await;
    table.till.delete(&espresso).await.must_be(StatusCode::OK);
    table.house.hand.advance(time::Duration::minutes(16));
    let sweep = async |tx: &mut Tx| orders::cancel_abandoned(tx).await;
    let app = &table.house.app;
    let ended = app.write_unkeyed(By::system(), sweep).await;
    assert_eq!(ended.expect("the job"), 1);
    assert!(table.is_cancelled().await);
}

#[tokio::test]
async fn a_takeaway_that_is_taken_away_keeps_its_name() {
    let mut table = Table::laid().await;
    let away = [("table", "takeaway")];
    let path = table.at("/place");
    table.post(&path, &away).await.must_be(StatusCode::OK);
    let named = table.at("/details");
    table
        .post(&named, &[("name", "Grace")])
        .await
        .must_be(StatusCode::OK);
    table.post(&path, &away).await.must_be(StatusCode::CONFLICT);
    let sql = "SELECT count(*) AS n FROM orders WHERE customer_name = 'Grace'";
    assert_eq!(table.house.number(sql).await, 1);
}

#[tokio::test]
async fn a_line_that_was_struck_out_is_done_or_not_done_no_more() {
    let mut table = Table::laid().await;
    table.send().await;
    let line = table.kitchen().await.attributes("button.item", "hx-post");
    let mut grill = table.house.display("Kitchen display").await;
    let done = grill.post(&line[0], &[]).await;
    done.must_be(StatusCode::NO_CONTENT);
    table.tap("Espresso").await;
    table.strike_out("Chips").await;
    grill.delete(&line[0]).await.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_panel_says_what_was_given_free() {
    let mut table = Table::laid().await;
    table.tap("Espresso").await;
    table.send().await;
    let comp = table.line("Espresso", "/comp").await;
    let panel = table.post(&comp, &[("reason", "It was cold")]).await;
    let sums = panel.must_be(StatusCode::OK).all("#order-sums dt");
    assert!(sums.contains(&"Given free".to_owned()), "{sums:?}");
}

//! The boards: what arrives there, starting, finishing, bumping, recalling, and who may.

mod screens;
mod tickets;
mod who_may;
mod working;

use cafe_pos::values::OrderId;
use poem::http::StatusCode;

use super::house::*;

const KITCHEN: &str = "Kitchen";
const BAR: &str = "Bar";

/// A café in which Moses has sent food and a drink from a table.
struct Evening {
    house: House,
    till: Device,
    grill: Device,
    order: OrderId,
    kitchen: String,
    bar: String,
}

impl Evening {
    async fn begins() -> Evening {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        let grill = house.display("Kitchen display").await;
        let (kitchen, bar) = (board(&house, KITCHEN).await, board(&house, BAR).await);
        Evening {
            house,
            till,
            grill,
            order,
            kitchen,
            bar,
        }
    }

    /// What the kitchen's display shows.
    async fn board(&mut self) -> Answer {
        let path = self.kitchen.clone();
        self.grill.get(&path).await.must_be(StatusCode::OK)
    }

    /// The address of the only ticket on the kitchen's board.
    async fn ticket(&mut self) -> String {
        let board = self.board().await;
        let ids = board.attributes(".kt", "id");
        assert_eq!(ids.len(), 1, "{}", board.text);
        format!("/kitchen/tickets/{}", ids[0].trim_start_matches("k-"))
    }

    /// Where each line of the order stands.
    async fn states(&self) -> Vec<String> {
        let row = self
            .house
            .row(
                "SELECT array_agg(state ORDER BY position) AS states FROM order_lines WHERE order_id = $1",
                [self.order.into()],
            )
            .await;
        row.try_get("", "states").expect("states")
    }

    async fn deeds(&self, deed: &str) -> i64 {
        self.house
            .number(&format!(
                "SELECT count(*) FROM audit_log WHERE deed = '{deed}'"
            ))
            .await
    }
}

async fn board(house: &House, station: &str) -> String {
    let id: uuid::Uuid = house.id("stations", "name", station).await;
    format!("/kitchen/stations/{id}")
}

/// The address at which a line is marked as done, or not done.
fn line_done(board: &Answer, line: usize) -> String {
    let item = board.attributes(".item", "id")[line].clone();
    let verb = |verb| board.attributes(&format!("[id='{item}']"), verb);
    let found: Vec<String> = verb("hx-post")
        .into_iter()
        .chain(verb("hx-delete"))
        .collect();
    assert_eq!(found.len(), 1, "a line does one thing: {found:?}");
    found[0].clone()
}

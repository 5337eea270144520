//! What becomes of an order after something was sent: struck out, given free, kept back and fired, called off, moved, merged,
//! split, transferred; and what the kitchen sees of it.

mod at_the_stations;
mod parties;
mod taken_off;

use cafe_pos::values::OrderId;
use poem::http::StatusCode;

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

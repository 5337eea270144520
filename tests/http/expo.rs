//! The pass: whole orders, what is missing of them, what is carried out and taken back, and who may.

mod screens;
mod serving;
mod shown;
mod who_may;

use cafe_pos::live::View;
use cafe_pos::pass::PassView;
use cafe_pos::values::{OrderId, StationId};
use poem::http::StatusCode;

use super::house::*;

/// A café in which Moses has sent food and drinks from table 3, with a display at the pass.
struct Lunch {
    house: House,
    till: Device,
    expo: Device,
    cook: Device,
    barista: Device,
    order: OrderId,
    pass: StationId,
}

impl Lunch {
    async fn begins() -> Lunch {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        Lunch {
            till,
            expo: house.display("Pass display").await,
            cook: house.display("Kitchen display").await,
            barista: house.display("Bar display").await,
            order,
            pass: house.id("stations", "name", "Pass").await,
            house,
        }
    }

    fn board(&self) -> String {
        format!("/kitchen/stations/{}", self.pass)
    }

    fn serve_at(&self, order: OrderId) -> String {
        format!("/pass/{}/orders/{order}/servings", self.pass)
    }

    /// What the display of the pass shows.
    async fn pass(&mut self) -> Answer {
        let path = self.board();
        self.expo.get(&path).await.must_be(StatusCode::OK)
    }

    /// A station's display bumps the order's ticket there.
    async fn bumps(&mut self, station: &str, order: OrderId) {
        let ticket = self.ticket(station, order).await;
        let display = match station {
            "Kitchen" => &mut self.cook,
            _ => &mut self.barista,
        };
        let path = format!("/kitchen/tickets/{ticket}/bump");
        display.post(&path, &[]).await.must_be(StatusCode::OK);
    }

    async fn recalls(&mut self, station: &str, order: OrderId) {
        let ticket = self.ticket(station, order).await;
        let mut manager = self.house.person(MANAGER).await;
        let path = format!("/kitchen/tickets/{ticket}/bump");
        manager.delete(&path).await.must_be(StatusCode::NO_CONTENT);
    }

    async fn ticket(&self, station: &str, order: OrderId) -> uuid::Uuid {
        let sql = "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id \
                   WHERE s.name = $1 AND t.order_id = $2 ORDER BY t.sent_at DESC LIMIT 1";
        let row = self.house.row(sql, [station.into(), order.into()]).await;
        row.try_get("", "id").expect("a ticket")
    }

    /// Taps the button of the first card that is ready, as this screen shows it.
    async fn taps_served(&mut self) -> Answer {
        let picture = self.pass().await;
        let (path, form) = deed_of(&picture);
        let form: Vec<(&str, &str)> = form.iter().map(|line| ("line", line.as_str())).collect();
        self.expo.post(&path, &form).await.must_be(StatusCode::OK)
    }

    async fn pays(&self, order: OrderId) {
        let mut cashier = self.house.with_float(CASHIER).await;
        let form = [("part", "full")];
        cashier
            .post(&format!("/orders/{order}/payments"), &form)
            .await
            .must_be(StatusCode::OK);
    }

    async fn states(&self, order: OrderId) -> Vec<String> {
        let sql = "SELECT array_agg(state ORDER BY position) AS states FROM order_lines WHERE order_id = $1";
        let row = self.house.row(sql, [order.into()]).await;
        row.try_get("", "states").expect("states")
    }

    async fn revision(&self) -> i64 {
        let view = PassView(self.pass);
        view.revision(&self.house.app).await.expect("a revision")
    }
}

/// Where the first card that is ready is served, and which lines of it.
fn deed_of(picture: &Answer) -> (String, Vec<String>) {
    let card = picture.attributes("#pass-ready .pcard", "id")[0].clone();
    let path = picture.attributes(&format!("[id='{card}'] button"), "hx-post")[0].clone();
    let lines = picture.attributes(&format!("[id='{card}'] input"), "value");
    (path, lines)
}

/// Where what the answer to a serving offers to take back is taken back.
fn undo_of(served: &Answer) -> String {
    served
        .attributes("hx-partial[hx-target='#notice'] button", "hx-delete")
        .remove(0)
}

fn parts(picture: &Answer) -> Vec<String> {
    picture.all("#pass-board .stn li")
}

//! The screens that watch are redrawn.

use std::time::Duration;

use poem::Response;
use poem::http::StatusCode;
use tokio_stream::StreamExt;

use super::house::*;

/// A screen that follows its stream.
pub struct Screen {
    chunks: std::pin::Pin<Box<dyn tokio_stream::Stream<Item = std::io::Result<Vec<u8>>> + Send>>,
    text: String,
}

impl Screen {
    /// Opens a stream as this device.
    pub async fn of(device: &Device, query: &str) -> Screen {
        let response = device.open(&format!("/api/realtime/stream?{query}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        Screen::follow(response)
    }

    fn follow(response: Response) -> Screen {
        let chunks = response.into_body().into_bytes_stream().map(|chunk| {
            chunk
                .map(|bytes| bytes.to_vec())
                .map_err(std::io::Error::other)
        });
        Screen {
            chunks: Box::pin(chunks),
            text: String::new(),
        }
    }

    /// Waits until a picture shows this text; what came before is forgotten.
    pub async fn shows(&mut self, text: &str) {
        let waited = tokio::time::timeout(Duration::from_secs(5), async {
            while !self.text.contains(text) {
                let chunk = self.chunks.next().await.expect("a stream").expect("bytes");
                self.text.push_str(&String::from_utf8_lossy(&chunk));
            }
        })
        .await;
        assert!(waited.is_ok(), "no {text:?} within 5 s in {}", self.text);
        self.text.clear();
    }

    /// Waits until the stream ends; answers what came last.
    pub async fn ends(mut self) -> String {
        tokio::time::timeout(Duration::from_secs(5), async {
            while let Some(Ok(chunk)) = self.chunks.next().await {
                self.text.push_str(&String::from_utf8_lossy(&chunk));
            }
        })
        .await
        .expect("an end within 5 s");
        self.text
    }
}

#[tokio::test]
async fn a_second_tablet_sees_the_lines_of_the_first() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let joan = house.till(OTHER_WAITER, "Till 1").await;
    let order = moses.sit_down("4", "4").await;
    let mut screen = Screen::of(&joan, &format!("view=order&order={order}")).await;
    screen.shows("Nothing ordered yet").await;
    moses.tap(order, "Espresso").await.must_be(StatusCode::OK);
    screen.shows("Espresso").await;
}

#[tokio::test]
async fn the_floor_shows_an_order_as_soon_as_it_is_opened() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let mut floor = Screen::of(&till, "view=floor").await;
    floor.shows("Dining room").await;
    till.sit_down("4", "4").await;
    floor.shows("data-status=\"new\"").await;
}

#[tokio::test]
async fn a_change_that_no_message_told_is_on_the_screen_within_five_seconds() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("4", "4").await;
    let mut screen = Screen::of(&till, &format!("view=order&order={order}")).await;
    screen.shows("Nothing ordered yet").await;
    // As if another instance had been killed between its commit and its message.
    house
        .execute(
            "UPDATE orders SET guests = 2, revision = revision + 1 WHERE id = $1",
            [order.into()],
        )
        .await;
    screen.shows(&format!("data-rev=\"{order}.2\"")).await;
}

#[tokio::test]
async fn changes_that_even_out_are_on_the_list_of_shifts_without_a_message_too() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let mut brian = house.with_float(OTHER_CASHIER).await;
    let (ends, goes_on) = (
        amina.sit_down("4", "2").await,
        brian.sit_down("5", "2").await,
    );
    amina.tap(ends, "Espresso").await.must_be(StatusCode::OK);
    brian.tap(goes_on, "Espresso").await.must_be(StatusCode::OK);
    let mut shifts = Screen::of(&house.person(MANAGER).await, "view=shifts").await;
    shifts.shows("<td class=\"num\">1</td>").await;
    // One order is called off and another moves on by as much as the first had moved.
    house
        .execute(
            "UPDATE orders SET cancelled_at = CASE WHEN id = $1 THEN now() END, \
             revision = CASE WHEN id = $1 THEN revision ELSE revision + (SELECT revision FROM orders WHERE id = $1) END",
            [ends.into()],
        )
        .await;
    shifts.shows("<td class=\"num\">0</td>").await;
}

#[tokio::test]
async fn a_stream_ends_within_a_second_of_its_person_being_let_go() {
    let house = House::open().await;
    let till = house.till(WAITER, "Floor tablet").await;
    let mut screen = Screen::of(&till, "view=floor").await;
    screen.shows("Dining room").await;
    house
        .execute(
            "UPDATE staff SET active = false WHERE username = $1",
            [WAITER.into()],
        )
        .await;
    let let_go = std::time::Instant::now();
    assert!(screen.ends().await.contains("signed-out"));
    // A busy machine may need a little longer for the queries.
    let took = let_go.elapsed();
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

#[tokio::test]
async fn only_managers_follow_the_shifts_of_others() {
    let house = House::open().await;
    for (username, status) in [
        (MANAGER, StatusCode::OK),
        (CASHIER, StatusCode::FORBIDDEN),
        (COOK, StatusCode::FORBIDDEN),
    ] {
        let person = house.person(username).await;
        let answer = person.open("/api/realtime/stream?view=shifts").await;
        assert_eq!(answer.status(), status, "{username}");
    }
}

#[tokio::test]
async fn an_order_that_does_not_exist_has_no_stream() {
    let house = House::open().await;
    let till = house.till(WAITER, "Floor tablet").await;
    let nowhere = cafe_pos::values::OrderId::new();
    let answer = till
        .open(&format!("/api/realtime/stream?view=order&order={nowhere}"))
        .await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(house.app.feeds().counts().views, 0, "nothing is drawn");
}

#[tokio::test]
async fn nobody_without_a_session_follows_anything() {
    let house = House::open().await;
    for query in ["view=floor", "view=order", "view=board", ""] {
        let response = house
            .browser()
            .open(&format!("/api/realtime/stream?{query}"))
            .await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{query}");
    }
}

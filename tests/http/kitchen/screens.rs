//! The screens at the stations: redrawn by themselves, and the first of them gives the delivery receipt.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::timeout;
use tokio_util::bytes::Bytes;

use super::*;

/// A screen that is left alone: what its stream brings.
struct Screen(BoxStream<'static, std::io::Result<Bytes>>);

impl Screen {
    async fn of(device: &Device, board: &str) -> Screen {
        let station = board.rsplit('/').next().expect("a station");
        let path = format!("/api/realtime/stream?view=board&station={station}");
        let response = device.open(&path).await;
        assert_eq!(response.status(), StatusCode::OK);
        Screen(response.into_body().into_bytes_stream().boxed())
    }

    /// The next picture, which has to come within five seconds.
    async fn picture(&mut self) -> Answer {
        timeout(Duration::from_secs(5), async {
            loop {
                let event = self
                    .0
                    .next()
                    .await
                    .expect("an open stream")
                    .expect("an event");
                let text = String::from_utf8(event.to_vec()).expect("text");
                if text.contains("hx-partial") {
                    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
                    return Answer {
                        status: StatusCode::OK,
                        headers: poem::http::HeaderMap::new(),
                        text: lines.collect::<Vec<_>>().join("\n"),
                    };
                }
            }
        })
        .await
        .expect("a picture")
    }
}

#[tokio::test]
async fn the_watching_screens_are_redrawn_at_both_stations() {
    let mut evening = Evening::begins().await;
    let bar = evening.house.display("Bar display").await;
    let mut kitchen_screen = Screen::of(&evening.grill, &evening.kitchen).await;
    let mut bar_screen = Screen::of(&bar, &evening.bar).await;
    assert_eq!(kitchen_screen.picture().await.all(".kt h2"), ["Table 3"]);
    assert_eq!(
        bar_screen.picture().await.one(".kt .also"),
        "2 of 2 stations · also at: Kitchen"
    );

    let path = format!("{}/bump", evening.ticket().await);
    let mut other = evening.house.person(COOK).await;
    other.post(&path, &[]).await.must_be(StatusCode::OK);
    let picture = kitchen_screen.picture().await;
    assert!(picture.all(".kt").is_empty());
    assert_eq!(picture.all(".empty h3"), ["All caught up"]);
    assert_eq!(
        bar_screen.picture().await.one(".kt .also"),
        "2 of 2 stations · also at: Kitchen (ready)"
    );

    other.delete(&path).await.must_be(StatusCode::NO_CONTENT);
    assert_eq!(kitchen_screen.picture().await.all(".kt h2"), ["Table 3"]);
}

#[tokio::test]
async fn a_ticket_that_grows_late_is_redrawn_without_anybody_touching_it() {
    let mut evening = Evening::begins().await;
    let mut screen = Screen::of(&evening.grill, &evening.kitchen).await;
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["new"]);
    let seconds = |name| {
        picture.attributes(".kt", name)[0]
            .parse::<i64>()
            .expect("seconds")
    };
    let (soon, late) = (seconds("data-soon"), seconds("data-late"));
    evening.house.hand.advance(time::Duration::seconds(soon));
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["soon"]);
    assert_eq!(picture.one(".kt [data-age-label]"), "Slow");
    evening
        .house
        .hand
        .advance(time::Duration::seconds(late - soon));
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["late"]);
    assert_eq!(
        picture.one("hx-partial[hx-target='#kds-counts']"),
        "1 open1 late"
    );
    assert_eq!(
        evening.board().await.attributes(".kt", "data-age"),
        ["late"]
    );
}

#[tokio::test]
async fn the_first_screen_at_the_station_gives_the_delivery_receipt() {
    let mut evening = Evening::begins().await;
    let path = evening
        .board()
        .await
        .attributes(".kt .seen", "data-receipt")[0]
        .clone();
    let shown = "SELECT count(*) FROM tickets WHERE shown_at IS NOT NULL";
    let mut manager = evening.house.person(MANAGER).await;
    manager
        .post(&path, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert_eq!(
        evening.house.number(shown).await,
        0,
        "an office is no kitchen"
    );
    evening
        .grill
        .post(&path, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert_eq!(evening.house.number(shown).await, 1);
    assert!(evening.board().await.all(".kt .seen").is_empty());

    evening
        .till
        .tap(evening.order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    evening
        .till
        .hand_over_to_kitchen(evening.order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        evening
            .board()
            .await
            .attributes(".kt .seen", "data-receipt"),
        [path]
    );
}

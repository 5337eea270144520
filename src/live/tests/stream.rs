use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt};
use tokio::time::{sleep, timeout};
use tokio_util::{bytes::Bytes, sync::CancellationToken};

use super::{Cafe, Panel, feeds, soon, unhurried, until};
use crate::live::{Changed, Feeds, Live, Outflow, Outlet, Pace, StreamOptions, sse_stream};
use crate::values::{OrderId, StaffId};

/// One browser's end of a stream.
/// The event that says how long to wait before connecting again.
fn retry(milliseconds: u64) -> String {
    format!("event: retry\nretry: {milliseconds}\ndata: {milliseconds}")
}

struct Browser(Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>);

impl Browser {
    fn open(feeds: &Feeds<Cafe>, cafe: &Cafe, orders: &[OrderId], options: StreamOptions) -> Self {
        let views = orders
            .iter()
            .map(|order| feeds.watch(cafe, Panel(*order)))
            .collect();
        let response = sse_stream(views, options);
        assert_eq!(response.content_type(), Some("text/event-stream"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("x-accel-buffering"), Some("no"));
        Self(Box::pin(response.into_body().into_bytes_stream()))
    }

    /// The next event as it is on the wire; nothing at the end.
    async fn event(&mut self) -> Option<String> {
        let bytes = soon(self.0.next()).await?.unwrap();
        Some(
            std::str::from_utf8(&bytes)
                .unwrap()
                .strip_suffix("\n\n")
                .unwrap()
                .to_owned(),
        )
    }

    /// The text of the next picture.
    async fn picture(&mut self) -> String {
        soon(async {
            loop {
                let event = self.event().await.expect("a picture");
                if let Some(text) = event.strip_prefix("data: <hx-partial>") {
                    return text.strip_suffix("</hx-partial>").unwrap().to_owned();
                }
            }
        })
        .await
    }

    /// Takes what comes until nothing does for `time`; fails when something always does.
    async fn falls_silent_for(&mut self, time: Duration) {
        soon(async { while !self.is_silent_for(time).await {} }).await;
    }

    async fn is_silent_for(&mut self, time: Duration) -> bool {
        timeout(time, self.0.next()).await.is_err()
    }
}

fn options(live: &Live) -> StreamOptions {
    StreamOptions::new(live, Outlet(None), CancellationToken::new(), async || true)
}

fn with(mut options: StreamOptions, change: impl FnOnce(&mut StreamOptions)) -> StreamOptions {
    change(&mut options);
    options
}

fn quiet(options: StreamOptions) -> StreamOptions {
    with(options, |options| {
        options.heartbeat = Duration::from_secs(600)
    })
}

#[tokio::test]
async fn a_stream_begins_with_all_its_pictures_and_a_heartbeat_and_goes_on_with_news() {
    let (live, cafe, orders) = (
        Live::in_memory(),
        Cafe::new(),
        [OrderId::new(), OrderId::new()],
    );
    let feeds = feeds(&live, unhurried());
    let mut screen = Browser::open(&feeds, &cafe, &orders, options(&live));
    assert_eq!(screen.event().await.unwrap(), retry(1000));
    let mut events = vec![];
    for _ in 0..3 {
        events.push(screen.event().await.unwrap());
    }
    events.sort();
    assert_eq!(
        events[..2],
        [
            "data: <hx-partial>0</hx-partial>",
            "data: <hx-partial>0</hx-partial>"
        ]
    );
    let server_ms: u128 = events[2]
        .strip_prefix("event: heartbeat\ndata: ")
        .unwrap()
        .parse()
        .unwrap();
    let now_ms = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    assert!(now_ms - server_ms < 5_000);
    cafe.store("1");
    live.publish(vec![Changed::Order(orders[1])]);
    assert_eq!(
        screen.event().await.unwrap(),
        "data: <hx-partial>1</hx-partial>"
    );
    assert_eq!((feeds.counts().deliveries, feeds.counts().streams), (3, 1));
    drop(screen);
    assert_eq!(feeds.counts().streams, 0);
}

#[tokio::test]
async fn the_heart_beats_while_nothing_changes() {
    let (live, cafe) = (Live::in_memory(), Cafe::new());
    let feeds = feeds(&live, unhurried());
    let options = with(options(&live), |options| {
        options.heartbeat = Duration::from_millis(50)
    });
    let mut screen = Browser::open(&feeds, &cafe, &[OrderId::new()], options);
    screen.picture().await;
    for _ in 0..5 {
        assert!(
            screen
                .event()
                .await
                .unwrap()
                .starts_with("event: heartbeat\ndata: ")
        );
    }
}

#[tokio::test]
async fn the_heart_stops_while_the_picture_cannot_be_verified() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let pace = Pace {
        check_every: Duration::from_millis(50),
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(50),
        trusted_for: Duration::from_millis(500),
        ..unhurried()
    };
    let feeds = feeds(&live, pace);
    let options = with(options(&live), |options| {
        options.heartbeat = Duration::from_millis(100);
        options.recheck = Duration::from_millis(100);
    });
    let mut screen = Browser::open(&feeds, &cafe, &[order], options);
    screen.picture().await;
    sleep(Duration::from_millis(700)).await;
    assert!(
        !screen.is_silent_for(Duration::from_millis(400)).await,
        "alive while the revision can be read"
    );
    cafe.0.broken.store(true, SeqCst);
    until("the trust to end", || feeds.counts().failures > 12).await;
    screen.falls_silent_for(Duration::from_millis(400)).await;
    assert!(screen.is_silent_for(Duration::from_millis(400)).await);
    cafe.0.broken.store(false, SeqCst);
    assert!(
        screen
            .event()
            .await
            .unwrap()
            .starts_with("event: heartbeat")
    );
}

#[tokio::test]
async fn a_reader_that_slept_sees_the_newest_picture_and_none_of_those_between() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screen = Browser::open(&feeds, &cafe, &[order], quiet(options(&live)));
    screen.picture().await;
    for drawing in 1..=30_u64 {
        cafe.store(drawing.to_string());
        live.publish(vec![Changed::Order(order)]);
        until("the drawing", || feeds.counts().drawings > drawing).await;
    }
    sleep(Duration::from_millis(30)).await;
    assert_eq!(screen.picture().await, "30");
    assert_eq!(feeds.counts().deliveries, 2);
}

#[tokio::test]
async fn the_next_picture_waits_until_the_last_has_left_and_is_then_the_newest() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let outflow = Arc::new(Outflow::default());
    let options = StreamOptions::new(
        &live,
        Outlet(Some(Arc::clone(&outflow))),
        CancellationToken::new(),
        async || true,
    );
    let mut screen = Browser::open(&feeds, &cafe, &[order], quiet(options));
    assert_eq!(screen.picture().await, "0");
    for drawing in 1..=5_u64 {
        cafe.store(drawing.to_string());
        live.publish(vec![Changed::Order(order)]);
        until("the drawing", || feeds.counts().drawings > drawing).await;
        // The server asks for more, as it does while its own buffer has room.
        screen.falls_silent_for(Duration::from_millis(20)).await;
    }
    assert_eq!(feeds.counts().deliveries, 1);
    outflow.emptied();
    assert_eq!(screen.picture().await, "5");
}

#[tokio::test]
async fn whoever_loses_the_right_is_told_and_closed_within_a_second() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    for announced in [true, false] {
        let allowed = Arc::new(AtomicBool::new(true));
        let asked = Arc::clone(&allowed);
        let options =
            StreamOptions::new(&live, Outlet(None), CancellationToken::new(), move || {
                let asked = Arc::clone(&asked);
                async move { asked.load(SeqCst) }
            });
        let mut screen = Browser::open(&feeds, &cafe, &[order], quiet(options));
        screen.picture().await;
        assert!(
            screen
                .event()
                .await
                .unwrap()
                .starts_with("event: heartbeat")
        );
        assert!(screen.is_silent_for(Duration::from_millis(100)).await);
        allowed.store(false, SeqCst);
        let begun = Instant::now();
        let limit = if announced {
            live.publish(vec![Changed::Staff(StaffId::new())]);
            Duration::from_millis(500)
        } else {
            Duration::from_millis(1_300)
        };
        assert_eq!(
            screen.event().await.unwrap(),
            "event: signed-out\ndata: signed out"
        );
        assert!(
            begun.elapsed() < limit,
            "{:?} (announced: {announced})",
            begun.elapsed()
        );
        assert!(screen.event().await.is_none());
    }
}

#[tokio::test]
async fn rights_that_change_during_a_check_are_checked_again() {
    let (live, cafe) = (Live::in_memory(), Cafe::new());
    let feeds = feeds(&live, unhurried());
    let (mut asked, (begun, first_begun)) = (0, tokio::sync::oneshot::channel());
    let mut begun = Some(begun);
    let (answer, may_answer) = tokio::sync::oneshot::channel::<()>();
    let mut may_answer = Some(may_answer);
    let options = StreamOptions::new(&live, Outlet(None), CancellationToken::new(), move || {
        asked += 1;
        let (turn, begun, may_answer) = (asked, begun.take(), may_answer.take());
        async move {
            if let (Some(begun), Some(may_answer)) = (begun, may_answer) {
                begun.send(()).unwrap();
                may_answer.await.unwrap();
            }
            turn == 1
        }
    });
    let options = with(quiet(options), |options| {
        options.recheck = Duration::from_secs(600)
    });
    let mut screen = Browser::open(&feeds, &cafe, &[OrderId::new()], options);
    screen.picture().await;
    screen.falls_silent_for(Duration::from_millis(30)).await;
    soon(first_begun).await.unwrap();
    live.publish(vec![Changed::Staff(StaffId::new())]);
    assert!(screen.is_silent_for(Duration::from_millis(50)).await);
    answer.send(()).unwrap();
    assert_eq!(
        screen.event().await.unwrap(),
        "event: signed-out\ndata: signed out"
    );
}

#[tokio::test]
async fn a_stop_of_the_program_ends_the_stream_with_the_wish_to_come_back() {
    let (live, cafe) = (Live::in_memory(), Cafe::new());
    let feeds = feeds(&live, unhurried());
    let shutdown = CancellationToken::new();
    let options = StreamOptions::new(&live, Outlet(None), shutdown.clone(), async || true);
    let mut screen = Browser::open(&feeds, &cafe, &[OrderId::new()], quiet(options));
    screen.picture().await;
    screen.event().await.unwrap();
    shutdown.cancel();
    let retry: u64 = screen
        .event()
        .await
        .unwrap()
        .rsplit("data: ")
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!((200..=1000).contains(&retry));
    assert!(screen.event().await.is_none());
}

#[tokio::test]
async fn a_stream_without_views_still_beats() {
    let live = Live::in_memory();
    let mut screen = Browser(Box::pin(
        sse_stream(vec![], options(&live))
            .into_body()
            .into_bytes_stream(),
    ));
    assert_eq!(screen.event().await.unwrap(), retry(1000));
    assert!(
        screen
            .event()
            .await
            .unwrap()
            .starts_with("event: heartbeat")
    );
}

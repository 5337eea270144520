use std::{
    io,
    sync::{Arc, Mutex, atomic::Ordering::SeqCst},
    time::Duration,
};

use anyhow::Result;
use tokio::time::{Instant, sleep};

use super::{Cafe, Panel, feeds, soon, unhurried, until};
use crate::live::{Changed, Live, Pace, View, Watched};
use crate::values::OrderId;

fn shown(watched: &Watched) -> Option<String> {
    let picture = watched.picture.borrow().as_ref()?.for_one_who_has(None);
    let text = std::str::from_utf8(&picture).unwrap();
    Some(
        text.strip_prefix("data: <hx-partial>")
            .unwrap()
            .strip_suffix("</hx-partial>\n\n")
            .unwrap()
            .to_owned(),
    )
}

async fn shows(watched: &mut Watched, text: &str) {
    soon(watched.picture.wait_for(|picture| {
        picture.as_ref().is_some_and(|picture| {
            let whole = picture.for_one_who_has(None);
            whole.ends_with(format!(">{text}</hx-partial>\n\n").as_bytes())
        })
    }))
    .await
    .unwrap();
}

#[tokio::test]
async fn one_drawing_serves_fifty_screens() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screens: Vec<_> = (0..50).map(|_| feeds.watch(&cafe, Panel(order))).collect();
    for screen in &mut screens {
        shows(screen, "0").await;
    }
    assert_eq!((cafe.drawings(), feeds.counts().drawings), (1, 1));
    cafe.store("1");
    live.publish(vec![Changed::Order(order)]);
    for screen in &mut screens {
        shows(screen, "1").await;
    }
    assert_eq!((cafe.drawings(), feeds.counts().views), (2, 1));
}

#[tokio::test]
async fn only_what_the_view_cares_about_is_drawn() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    live.publish(vec![Changed::Order(OrderId::new()), Changed::Floor]);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(cafe.drawings(), 1);
}

#[tokio::test]
async fn changes_during_a_drawing_cause_exactly_one_more() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::slow(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screen = feeds.watch(&cafe, Panel(order));
    soon(cafe.drawing_begins()).await;
    for text in 1..=20 {
        cafe.store(text.to_string());
        live.publish(vec![Changed::Order(order)]);
    }
    cafe.let_drawing_end();
    soon(cafe.drawing_begins()).await;
    cafe.let_drawing_end();
    shows(&mut screen, "20").await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(cafe.drawings(), 2);
}

#[tokio::test]
async fn a_burst_is_drawn_at_once_and_then_no_faster_than_the_spacing() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(
        &live,
        Pace {
            spacing: Duration::from_millis(400),
            ..unhurried()
        },
    );
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    sleep(Duration::from_millis(450)).await;
    let begun = Instant::now();
    cafe.store("1");
    live.publish(vec![Changed::Order(order)]);
    shows(&mut screen, "1").await;
    assert!(
        begun.elapsed() < Duration::from_millis(300),
        "the first change waited"
    );
    for text in 2..=30 {
        cafe.store(text.to_string());
        live.publish(vec![Changed::Order(order)]);
        sleep(Duration::from_millis(2)).await;
    }
    shows(&mut screen, "30").await;
    assert!(cafe.drawings() <= 4, "{} drawings", cafe.drawings());
}

#[tokio::test]
async fn the_same_picture_is_not_sent_again() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    screen.picture.mark_unchanged();
    live.publish(vec![Changed::Order(order)]);
    until("the second drawing", || feeds.counts().drawings == 2).await;
    sleep(Duration::from_millis(30)).await;
    assert!(!screen.picture.has_changed().unwrap());
}

#[tokio::test]
async fn a_message_that_was_lost_is_made_good_by_the_revision() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(
        &live,
        Pace {
            check_every: Duration::from_millis(100),
            ..unhurried()
        },
    );
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    until("some looks", || cafe.0.looks.load(SeqCst) > 3).await;
    assert_eq!(cafe.drawings(), 1, "an unmoved revision draws nothing");
    cafe.store("1");
    shows(&mut screen, "1").await;
    assert_eq!(cafe.drawings(), 2);
}

#[tokio::test]
async fn a_screen_that_comes_back_after_a_gap_causes_a_look_at_once() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(
        &live,
        Pace {
            check_every: Duration::from_secs(3),
            ..unhurried()
        },
    );
    let mut first = feeds.watch(&cafe, Panel(order));
    shows(&mut first, "0").await;
    sleep(Duration::from_millis(600)).await;
    cafe.store("1");
    let begun = Instant::now();
    let mut second = feeds.watch(&cafe, Panel(order));
    shows(&mut second, "1").await;
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_feed_that_was_overrun_draws_again() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::slow(), OrderId::new());
    let feeds = feeds(&live, unhurried());
    let mut screen = feeds.watch(&cafe, Panel(order));
    soon(cafe.drawing_begins()).await;
    cafe.store("1");
    live.publish(vec![Changed::Order(order)]);
    // What the feed cares about is pushed out of its backlog by what it does not.
    for _ in 0..5_000 {
        live.publish(vec![Changed::Menu]);
    }
    cafe.let_drawing_end();
    soon(cafe.drawing_begins()).await;
    cafe.let_drawing_end();
    shows(&mut screen, "1").await;
    assert_eq!(live.counts().lagged, 1);
}

#[tokio::test]
async fn an_unwatched_view_stays_ready_for_the_next_page_and_then_goes() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(
        &live,
        Pace {
            grace: Duration::from_millis(400),
            ..unhurried()
        },
    );
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    drop(screen);
    cafe.store("1");
    live.publish(vec![Changed::Order(order)]);
    until("the drawing in the grace", || cafe.drawings() == 2).await;
    let next = feeds.watch(&cafe, Panel(order));
    assert_eq!(shown(&next).as_deref(), Some("1"));
    sleep(Duration::from_millis(600)).await;
    assert_eq!(
        feeds.counts().views,
        1,
        "watched again before the grace was over"
    );
    drop(next);
    until("the end of the task", || feeds.counts().views == 0).await;
    live.publish(vec![Changed::Order(order)]);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(cafe.drawings(), 2, "nobody draws what nobody watches");
    let mut again = feeds.watch(&cafe, Panel(order));
    shows(&mut again, "1").await;
    assert_eq!(cafe.drawings(), 3);
}

/// Watchers come and go while tasks end under them: each must still be shown what was stored before it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn coming_while_the_task_leaves_never_ends_at_a_dead_feed() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let feeds = feeds(
        &live,
        Pace {
            grace: Duration::ZERO,
            ..unhurried()
        },
    );
    let visitors = (0..16).map(|visitor| {
        let (live, cafe, feeds) = (live.clone(), cafe.clone(), feeds.clone());
        tokio::spawn(async move {
            for turn in 0..150_u64 {
                let mut screen = feeds.watch(&cafe, Panel(order));
                soon(screen.picture.wait_for(Option::is_some))
                    .await
                    .expect("a living feed");
                if (turn + visitor) % 10 == 0 {
                    let text = format!("{visitor}-{turn}");
                    cafe.store(text);
                    live.publish(vec![Changed::Order(order)]);
                    soon(screen.picture.changed()).await.expect("a living feed");
                }
                drop(screen);
                if turn % 3 == 0 {
                    sleep(Duration::from_millis(1)).await;
                }
            }
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        soon(visitor).await.unwrap();
    }
    until("all tasks to end", || feeds.counts().views == 0).await;
    let mut last = feeds.watch(&cafe, Panel(order));
    let text = cafe.0.text.lock().unwrap().clone();
    shows(&mut last, &text).await;
}

#[tokio::test]
async fn a_failing_drawing_keeps_the_last_picture_and_is_tried_again() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::new(), OrderId::new());
    let pace = Pace {
        first_pause: Duration::from_millis(20),
        trusted_for: Duration::from_millis(300),
        ..unhurried()
    };
    let feeds = feeds(&live, pace);
    let mut screen = feeds.watch(&cafe, Panel(order));
    shows(&mut screen, "0").await;
    cafe.0.broken.store(true, SeqCst);
    cafe.store("1");
    live.publish(vec![Changed::Order(order)]);
    until("some failures", || feeds.counts().failures >= 3).await;
    assert_eq!(shown(&screen).as_deref(), Some("0"));
    until("the trust to end", || !screen.health.is_trusted()).await;
    cafe.0.broken.store(false, SeqCst);
    shows(&mut screen, "1").await;
    assert!(screen.health.is_trusted());
}

#[tokio::test]
async fn a_drawing_that_panics_or_hangs_does_not_take_the_feed_with_it() {
    let (live, cafe, order) = (Live::in_memory(), Cafe::slow(), OrderId::new());
    let pace = Pace {
        first_pause: Duration::from_millis(20),
        limit: Duration::from_millis(100),
        ..unhurried()
    };
    let feeds = feeds(&live, pace);
    cafe.0.panics.store(true, SeqCst);
    let mut screen = feeds.watch(&cafe, Panel(order));
    until("two panics", || feeds.counts().failures >= 2).await;
    cafe.0.panics.store(false, SeqCst);
    until("a drawing that hangs", || feeds.counts().failures >= 4).await;
    cafe.0.gate.as_ref().unwrap().add_permits(1_000);
    shows(&mut screen, "0").await;
}

/// Panics when asked what it cares about.
#[derive(Clone)]
struct Fainting(Panel);

impl View<Cafe> for Fainting {
    fn name(&self) -> String {
        "fainting".into()
    }

    fn cares(&self, _: &Changed) -> bool {
        panic!("fainted")
    }

    async fn draw(&self, cafe: &Cafe) -> Result<String> {
        self.0.draw(cafe).await
    }

    async fn revision(&self, cafe: &Cafe) -> Result<i64> {
        self.0.revision(cafe).await
    }
}

#[tokio::test]
async fn a_task_that_dies_is_noticed_and_the_next_watcher_gets_a_new_one() {
    let (live, cafe, view) = (
        Live::in_memory(),
        Cafe::new(),
        Fainting(Panel(OrderId::new())),
    );
    let feeds = feeds(&live, unhurried());
    let mut screen = feeds.watch(&cafe, view.clone());
    shows(&mut screen, "0").await;
    live.publish(vec![Changed::Floor]);
    soon(async { while screen.picture.changed().await.is_ok() {} }).await;
    assert_eq!(feeds.counts().views, 0);
    let mut again = feeds.watch(&cafe, view);
    shows(&mut again, "0").await;
}

#[tokio::test]
async fn a_change_of_everything_draws_a_few_views_at_a_time() {
    let (live, cafe) = (Live::in_memory(), Cafe::slow());
    let feeds = feeds(
        &live,
        Pace {
            at_once: 2,
            ..unhurried()
        },
    );
    let orders: Vec<_> = (0..6).map(|_| OrderId::new()).collect();
    let mut screens: Vec<_> = orders
        .iter()
        .map(|order| feeds.watch(&cafe, Panel(*order)))
        .collect();
    for drawn in 1..=6 {
        until("a drawing", || cafe.drawings() >= (drawn + 1).min(6)).await;
        sleep(Duration::from_millis(10)).await;
        assert_eq!(cafe.drawings(), (drawn + 1).min(6), "two under way at most");
        cafe.let_drawing_end();
    }
    for screen in &mut screens {
        shows(screen, "0").await;
    }
}

/// What was logged, as it would be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> usize {
        let text = self.0.lock().unwrap();
        String::from_utf8_lossy(&text).lines().count()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_view_that_cannot_be_drawn_any_more_is_logged_once() {
    let log = Log::default();
    let written = log.clone();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || written.clone())
        .finish();
    let _heard = tracing::subscriber::set_default(lines);

    let (live, cafe) = (Live::in_memory(), Cafe::new());
    cafe.0.broken.store(true, SeqCst);
    let pace = Pace {
        first_pause: Duration::from_millis(2),
        longest_pause: Duration::from_millis(10),
        ..unhurried()
    };
    let feeds = feeds(&live, pace);
    let _screen = feeds.watch(&cafe, Panel(OrderId::new()));
    until("some failures", || feeds.counts().failures > 5).await;
    assert_eq!(log.lines(), 1);
}

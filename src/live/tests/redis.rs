use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{Cafe, Panel, feeds, soon, unhurried, until};
use crate::live::{Changed, Live, News, Subscriber, redis_answers};
use crate::values::{OrderId, StationId};

/// A Redis of our own on a free port of the loopback, gone with the value.
struct Redis {
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Redis {
    fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut redis = Self {
            port,
            folder: TempDir::new().unwrap(),
            process: None,
        };
        redis.start();
        redis
    }

    fn start(&mut self) {
        let process = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &self.port.to_string(),
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .arg("--dir")
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        self.process = Some(process);
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    async fn live(&self) -> Live {
        let live =
            Live::with_redis(&format!("redis://127.0.0.1:{}", self.port), Uuid::now_v7()).unwrap();
        until("the connection", || live.is_connected()).await;
        live
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Lets the greeting of a fresh connection go by.
async fn settle(listeners: &mut [&mut Subscriber]) {
    sleep(Duration::from_millis(100)).await;
    for listener in listeners {
        while listener.try_recv().is_some() {}
    }
}

async fn heard(listener: &mut Subscriber, change: Changed) {
    match soon(listener.recv()).await.unwrap() {
        News::Changed(changes) if *changes == [change] => {}
        news => panic!("heard {news:?} instead of {change:?}"),
    }
}

#[tokio::test]
async fn two_instances_hear_each_other_and_nobody_hears_an_echo() {
    let redis = Redis::new();
    let (one, two) = (redis.live().await, redis.live().await);
    let (mut at_one, mut at_two) = (one.subscribe(), two.subscribe());
    settle(&mut [&mut at_one, &mut at_two]).await;
    let order = Changed::Order(OrderId::new());
    let station = Changed::Station(StationId::new());
    one.publish(vec![order, order]);
    heard(&mut at_two, order).await;
    two.publish(vec![station]);
    heard(&mut at_one, order).await;
    heard(&mut at_one, station).await;
    heard(&mut at_two, station).await;
    sleep(Duration::from_millis(100)).await;
    assert!(at_one.try_recv().is_none() && at_two.try_recv().is_none());
    assert_eq!((one.counts().received, two.counts().received), (1, 1));
    until("the measure of lag", || one.lag().is_some()).await;
    assert!(one.lag().unwrap() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_hook_hears_what_other_instances_changed() {
    let redis = Redis::new();
    let (one, two) = (redis.live().await, redis.live().await);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    two.on_news(move |news| {
        if matches!(news, News::Changed(_)) {
            tell.send(()).unwrap();
        }
    });
    one.publish(vec![Changed::Menu]);
    soon(told.recv()).await.unwrap();
}

#[tokio::test]
async fn everything_is_looked_at_when_redis_goes_and_when_it_is_back() {
    let mut redis = Redis::new();
    let (one, two) = (redis.live().await, redis.live().await);
    let (mut at_one, mut at_two) = (one.subscribe(), two.subscribe());
    settle(&mut [&mut at_one, &mut at_two]).await;
    redis.kill();
    until("the loss to be noticed", || {
        !one.is_connected() && !two.is_connected()
    })
    .await;
    assert!(one.lag().is_none());
    for listener in [&mut at_one, &mut at_two] {
        assert!(matches!(
            soon(listener.recv()).await,
            Some(News::Everything)
        ));
    }
    let order = Changed::Order(OrderId::new());
    one.publish(vec![order]);
    heard(&mut at_one, order).await;

    sleep(Duration::from_millis(1_500)).await;
    redis.start();
    let back = Instant::now();
    until("both to be back", || {
        one.is_connected() && two.is_connected()
    })
    .await;
    assert!(
        back.elapsed() < Duration::from_secs(2),
        "{:?}",
        back.elapsed()
    );
    for listener in [&mut at_one, &mut at_two] {
        assert!(matches!(
            soon(listener.recv()).await,
            Some(News::Everything)
        ));
    }
    sleep(Duration::from_millis(300)).await;
    let again = [&mut at_one, &mut at_two].map(|listener| {
        std::iter::from_fn(|| listener.try_recv())
            .filter(|news| matches!(news, News::Everything))
            .count()
    });
    assert_eq!(again, [0, 0], "everything is looked at once");
    let later = Changed::Order(OrderId::new());
    one.publish(vec![later]);
    heard(&mut at_two, later).await;
    assert_eq!((one.counts().connects, two.counts().connects), (2, 2));
}

#[tokio::test]
async fn what_was_published_while_redis_was_away_reaches_the_others_later() {
    let mut redis = Redis::new();
    let one = redis.live().await;
    redis.kill();
    until("the loss to be noticed", || !one.is_connected()).await;
    let begun = Instant::now();
    for _ in 0..5_000 {
        one.publish(vec![Changed::Order(OrderId::new())]);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "publishing never waits for Redis"
    );
    redis.start();
    let two =
        Live::with_redis(&format!("redis://127.0.0.1:{}", redis.port), Uuid::now_v7()).unwrap();
    let mut at_two = two.subscribe();
    until("both to be there", || {
        one.is_connected() && two.is_connected()
    })
    .await;
    soon(async { while !matches!(at_two.recv().await, Some(News::Everything)) {} }).await;
}

/// The runtime has one thread, so nothing is sent before the loop ends and the queue must overflow.
#[tokio::test]
async fn what_the_queue_to_redis_cannot_hold_becomes_everything_for_the_others() {
    let redis = Redis::new();
    let (one, two) = (redis.live().await, redis.live().await);
    let mut at_two = two.subscribe();
    settle(&mut [&mut at_two]).await;
    for _ in 0..3_000 {
        one.publish(vec![Changed::Order(OrderId::new())]);
    }
    soon(async { while !matches!(at_two.recv().await, Some(News::Everything)) {} }).await;
    assert_eq!((two.counts().connects, two.counts().lagged), (1, 0));
}

#[tokio::test]
async fn a_screen_of_one_instance_shows_what_the_other_changed() {
    let redis = Redis::new();
    let (one, two) = (redis.live().await, redis.live().await);
    let (cafe, order) = (Cafe::new(), OrderId::new());
    let feeds = feeds(&two, unhurried());
    let mut screen = feeds.watch(&cafe, Panel(order));
    soon(screen.picture.wait_for(Option::is_some))
        .await
        .unwrap();
    cafe.store("1");
    one.publish(vec![Changed::Order(order)]);
    let shows = |picture: &Option<crate::live::Picture>| {
        picture
            .as_ref()
            .is_some_and(|p| p.for_one_who_has(None).ends_with(b">1</hx-partial>\n\n"))
    };
    soon(screen.picture.wait_for(shows)).await.unwrap();
}

#[tokio::test]
async fn a_message_nobody_here_can_read_counts_as_everything() {
    let redis = Redis::new();
    let live = redis.live().await;
    let mut till = live.subscribe();
    settle(&mut [&mut till]).await;
    let client = ::redis::Client::open(format!("redis://127.0.0.1:{}", redis.port)).unwrap();
    let mut newer_version = client.get_multiplexed_async_connection().await.unwrap();
    for message in [
        r#"{"from":"0190a0a0-0000-7000-8000-000000000000","c":[{"zz":1}]}"#,
        "not even json",
        "",
    ] {
        let mut publish = ::redis::cmd("PUBLISH");
        publish.arg("cafe-pos:0:changed").arg(message);
        let hearers: i64 = publish.query_async(&mut newer_version).await.unwrap();
        assert_eq!(hearers, 1);
        assert!(matches!(soon(till.recv()).await, Some(News::Everything)));
    }
    assert_eq!(live.counts().unreadable, 3);
}

#[tokio::test]
async fn without_a_redis_the_house_goes_on_alone() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let live = Live::with_redis(&format!("redis://127.0.0.1:{port}"), Uuid::now_v7()).unwrap();
    let mut till = live.subscribe();
    live.publish(vec![Changed::Floor]);
    heard(&mut till, Changed::Floor).await;
    assert!(live.is_shared() && !live.is_connected());
}

#[tokio::test]
async fn the_task_ends_with_its_bus() {
    let redis = Redis::new();
    let live = redis.live().await;
    let mut till = live.subscribe();
    settle(&mut [&mut till]).await;
    drop(live);
    assert!(matches!(
        timeout(Duration::from_secs(5), till.recv()).await,
        Ok(None)
    ));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_once() {
    for url in ["http://localhost", "rediss://localhost", "nonsense", ""] {
        assert!(Live::with_redis(url, Uuid::now_v7()).is_err(), "{url}");
    }
}

#[tokio::test]
async fn whoever_looks_is_told_whether_redis_answers() {
    let mut redis = Redis::new();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    redis.live().await;
    redis_answers(&url).await.unwrap();
    redis.kill();
    redis_answers(&url).await.unwrap_err();
}

use std::sync::{Arc, Mutex};

use uuid::Uuid;

use super::soon;
use crate::live::{Changed, Live, News};
use crate::values::{OrderId, StaffId};

fn named(news: &News) -> Vec<Changed> {
    match news {
        News::Changed(changes) => changes.to_vec(),
        News::Everything => panic!("everything instead of something"),
    }
}

#[tokio::test]
async fn a_change_named_twice_is_heard_once_and_in_order() {
    let live = Live::in_memory();
    let mut till = live.subscribe();
    let order = Changed::Order(OrderId::new());
    live.publish(vec![
        order,
        Changed::Floor,
        order,
        Changed::Floor,
        Changed::Menu,
    ]);
    assert_eq!(
        named(&soon(till.recv()).await.unwrap()),
        [order, Changed::Floor, Changed::Menu]
    );
}

#[tokio::test]
async fn nothing_changed_is_no_news() {
    let live = Live::in_memory();
    let mut till = live.subscribe();
    live.publish(vec![]);
    assert!(till.try_recv().is_none());
    assert_eq!(live.counts().published, 0);
}

#[tokio::test]
async fn whoever_falls_behind_is_told_that_everything_changed() {
    let live = Live::in_memory();
    let mut sleeper = live.subscribe();
    for _ in 0..5_000 {
        live.publish(vec![Changed::Floor]);
    }
    assert!(matches!(soon(sleeper.recv()).await, Some(News::Everything)));
    assert_eq!(live.counts().lagged, 1);
    let order = Changed::Order(OrderId::new());
    live.publish(vec![order]);
    let mut last = None;
    while let Some(news) = sleeper.try_recv() {
        last = Some(news);
    }
    assert!(last.is_some_and(|news| matches!(news, News::Everything) || named(&news) == [order]));
}

#[tokio::test]
async fn a_cache_is_dropped_before_anybody_redraws() {
    let live = Live::in_memory();
    let cache = Arc::new(Mutex::new(Some("old price")));
    let dropped = Arc::clone(&cache);
    live.on_news(move |news| {
        if news.touches(|change| *change == Changed::Menu) {
            *dropped.lock().unwrap() = None;
        }
    });
    live.publish(vec![Changed::Floor]);
    assert_eq!(*cache.lock().unwrap(), Some("old price"));
    live.publish(vec![Changed::Menu]);
    assert_eq!(*cache.lock().unwrap(), None);
}

#[tokio::test]
async fn a_hook_that_panics_costs_neither_the_caller_nor_the_listeners_anything() {
    let live = Live::in_memory();
    let mut till = live.subscribe();
    live.on_news(|_| panic!("a broken cache"));
    live.publish(vec![Changed::Floor]);
    assert_eq!(named(&soon(till.recv()).await.unwrap()), [Changed::Floor]);
}

#[tokio::test]
async fn only_what_concerns_rights_wakes_the_streams_checks() {
    let live = Live::in_memory();
    let mut rights = live.rights();
    live.publish(vec![Changed::Order(OrderId::new()), Changed::Menu]);
    assert!(!rights.has_changed().unwrap());
    live.publish(vec![Changed::Staff(StaffId::new())]);
    assert!(rights.has_changed().unwrap());
    rights.mark_unchanged();
    live.publish_everything();
    assert!(rights.has_changed().unwrap());
}

#[tokio::test]
async fn listeners_hear_the_end_of_the_bus() {
    let live = Live::in_memory();
    let mut till = live.subscribe();
    drop(live);
    assert!(soon(till.recv()).await.is_none());
}

#[test]
fn a_change_is_a_few_bytes_on_the_wire_and_comes_back_as_it_was() {
    let id = Uuid::now_v7();
    for change in [
        Changed::Order(id.into()),
        Changed::Station(id.into()),
        Changed::Floor,
        Changed::Menu,
        Changed::Staff(id.into()),
        Changed::Terminal(id.into()),
        Changed::Shift(id.into()),
        Changed::Settings,
    ] {
        let wire = serde_json::to_string(&change).unwrap();
        assert!(wire.len() <= 44, "{wire}");
        assert_eq!(serde_json::from_str::<Changed>(&wire).unwrap(), change);
    }
}

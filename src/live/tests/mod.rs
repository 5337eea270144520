//! The bus, the feeds and the streams with real tasks, real time and a real Redis.

mod bus;
mod feed;
mod redis;
mod stream;

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::{sync::Semaphore, time::sleep};

use super::{Changed, Feeds, Live, Pace, View};
use crate::values::OrderId;

/// A café small enough to be drawn in a test: one text, its revision, and what can go wrong with drawing it.
#[derive(Clone)]
struct Cafe(Arc<Inner>);

struct Inner {
    text: Mutex<String>,
    revision: AtomicI64,
    drawings: AtomicU64,
    looks: AtomicU64,
    broken: AtomicBool,
    panics: AtomicBool,
    /// Drawings that have begun and those that may end.
    begun: Semaphore,
    gate: Option<Semaphore>,
}

impl Cafe {
    fn new() -> Self {
        Self::with_gate(None)
    }

    /// Each drawing waits until the test lets it end.
    fn slow() -> Self {
        Self::with_gate(Some(Semaphore::new(0)))
    }

    fn with_gate(gate: Option<Semaphore>) -> Self {
        Self(Arc::new(Inner {
            text: Mutex::new("0".into()),
            revision: AtomicI64::new(0),
            drawings: AtomicU64::new(0),
            looks: AtomicU64::new(0),
            broken: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            begun: Semaphore::new(0),
            gate,
        }))
    }

    /// Stores, as a commit does, without telling anybody.
    fn store(&self, text: impl Into<String>) {
        *self.0.text.lock().unwrap() = text.into();
        self.0.revision.fetch_add(1, SeqCst);
    }

    fn drawings(&self) -> u64 {
        self.0.drawings.load(SeqCst)
    }

    async fn drawing_begins(&self) {
        self.0.begun.acquire().await.unwrap().forget();
    }

    fn let_drawing_end(&self) {
        self.0.gate.as_ref().unwrap().add_permits(1);
    }
}

/// Shows the café's text; cares about one order.
#[derive(Clone)]
struct Panel(OrderId);

impl View<Cafe> for Panel {
    fn name(&self) -> String {
        format!("panel-{}", self.0)
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Order(self.0)
    }

    async fn draw(&self, cafe: &Cafe) -> Result<String> {
        let text = cafe.0.text.lock().unwrap().clone();
        cafe.0.drawings.fetch_add(1, SeqCst);
        cafe.0.begun.add_permits(1);
        ensure!(!cafe.0.broken.load(SeqCst), "the pencil broke");
        assert!(!cafe.0.panics.load(SeqCst), "the artist fainted");
        if let Some(gate) = &cafe.0.gate {
            gate.acquire().await?.forget();
        }
        Ok(format!("<hx-partial>{text}</hx-partial>"))
    }

    async fn revision(&self, cafe: &Cafe) -> Result<i64> {
        cafe.0.looks.fetch_add(1, SeqCst);
        ensure!(!cafe.0.broken.load(SeqCst), "the book is lost");
        Ok(cafe.0.revision.load(SeqCst))
    }
}

/// So slow that only what the test does moves anything.
fn unhurried() -> Pace {
    Pace {
        check_every: Duration::from_secs(600),
        spacing: Duration::ZERO,
        ..Pace::default()
    }
}

fn feeds(live: &Live, pace: Pace) -> Feeds<Cafe> {
    Feeds::with_pace(live.clone(), pace)
}

/// Waits until it is so, and fails after ten seconds.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "waited in vain: {what}"
        );
        sleep(Duration::from_millis(2)).await;
    }
}

/// The result, or a failure after ten seconds.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work)
        .await
        .expect("within ten seconds")
}

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::FutureExt;
use rand::Rng;
use tokio::{
    select,
    time::{Instant, sleep_until, timeout},
};

use super::{Picture, Subscriber, View, news, region::Place};

/// The task of one view.
pub(super) struct Artist<A, V> {
    view: V,
    app: A,
    news: Subscriber,
    place: Place,
    /// The picture may be wrong and must be drawn, not before `draw_at`.
    stale: bool,
    draw_at: Instant,
    look_at: Instant,
    /// The revision that the shown picture was drawn from, or one before it.
    drawn_from: Option<i64>,
    failures: u32,
    /// How many pictures there were, and the last of them where the next is compared with it.
    pictures: u64,
    last: Option<String>,
    leave_at: Option<Instant>,
}

impl<A: Clone + Send + Sync + 'static, V: View<A>> Artist<A, V> {
    pub(super) fn new(view: V, app: A, news: Subscriber, place: Place) -> Self {
        let now = Instant::now();
        Self {
            view,
            app,
            news,
            place,
            stale: true,
            draw_at: now,
            look_at: now,
            drawn_from: None,
            failures: 0,
            pictures: 0,
            last: None,
            leave_at: None,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            if self.stale && self.draw_at <= Instant::now() {
                self.draw().await;
            }
            let region = Arc::clone(&self.place.region);
            select! {
                news = self.news.recv() => match news {
                    Some(news) => self.stale |= news.touches(|change| self.view.cares(change)),
                    None => return,
                },
                () = sleep_until(self.draw_at), if self.stale => {}
                () = sleep_until(self.look_at), if !self.stale => self.look().await,
                () = region.health.look.notified(), if !self.stale => self.look_again().await,
                () = region.picture.closed(), if self.leave_at.is_none() => {
                    self.leave_at = Some(Instant::now() + self.place.inner.pace.grace);
                }
                () = sleep_until(self.leave_at.unwrap_or(self.look_at)), if self.leave_at.is_some() => {
                    if self.place.leave_if_unwatched() {
                        return;
                    }
                    self.leave_at = None;
                }
            }
        }
    }

    /// Draws and shows. Changes that wait are in this drawing; those that come meanwhile cause one more.
    async fn draw(&mut self) {
        let inner = Arc::clone(&self.place.inner);
        let _hand = inner.hands.acquire().await;
        while self.news.try_recv().is_some() {}
        let begun = Instant::now();
        self.place.inner.counts.drawings.fetch_add(1, Relaxed);
        match self.drawing().await {
            Ok((revision, html)) => {
                // In this order: the picture wakes the streams, and they ask whether it may be called live.
                self.place.region.health.verified_at(begun);
                self.show(html);
                if self.failures > 0 {
                    tracing::info!(view = self.place.name, "drawn again");
                }
                (self.stale, self.failures, self.drawn_from) = (false, 0, Some(revision));
                self.draw_at = begun + self.spacing();
                self.look_at = self.next_look();
            }
            Err(error) => {
                self.draw_at = Instant::now() + self.failed("drawing failed", &error);
            }
        }
    }

    /// The revision is read first: what commits between the two moves it, and is found at the next look.
    async fn drawing(&self) -> Result<(i64, String)> {
        let work = async {
            let revision = self.view.revision(&self.app).await.context("revision")?;
            let html = self.view.draw(&self.app).await?;
            ensure!(!html.trim_ascii().is_empty(), "the drawing is empty");
            Ok((revision, html))
        };
        self.within_limit(work).await
    }

    fn show(&mut self, html: String) {
        let news = self
            .last
            .as_deref()
            .and_then(|last| news::since(last, &html));
        if news.as_ref().is_some_and(String::is_empty) {
            return; // only time has passed
        }
        let picture = Picture::new(self.pictures + 1, &html, news.as_deref());
        let is_another = self.place.region.picture.send_if_modified(|shown| {
            let differs = shown
                .as_ref()
                .is_none_or(|shown| shown.differs_from(&picture));
            if differs {
                *shown = Some(picture);
            }
            differs
        });
        if is_another {
            self.pictures += 1;
            self.last = self.view.is_of_articles().then_some(html);
        }
    }

    /// A watcher came: look now, unless it was just done.
    async fn look_again(&mut self) {
        let recent = self.place.inner.pace.check_every / 6;
        if !self.place.region.health.is_verified_within(recent) {
            self.look().await;
        }
    }

    /// Compares the revision with the one drawn from.
    async fn look(&mut self) {
        let inner = Arc::clone(&self.place.inner);
        let _hand = inner.hands.acquire().await;
        let begun = Instant::now();
        match self.within_limit(self.view.revision(&self.app)).await {
            Ok(revision) if Some(revision) == self.drawn_from => {
                self.place.region.health.verified_at(begun);
                self.failures = 0;
                self.look_at = self.next_look();
            }
            Ok(_) => self.stale = true,
            Err(error) => {
                self.look_at =
                    Instant::now() + self.failed("looking at the revision failed", &error);
            }
        }
    }

    /// A view that panics or hangs must not take its feed with it.
    async fn within_limit<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.place.inner.pace.limit;
        match timeout(limit, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(anyhow!("panicked")),
            Err(late) => Err(late.into()),
        }
    }

    /// Notes a failure and says how long to pause. Only the first of a row is news: what a view shows may be
    /// gone for good.
    fn failed(&mut self, what: &str, error: &anyhow::Error) -> Duration {
        let pace = &self.place.inner.pace;
        let pause = (pace.first_pause * 2_u32.pow(self.failures.min(16))).min(pace.longest_pause);
        self.failures = self.failures.saturating_add(1);
        self.place.inner.counts.failures.fetch_add(1, Relaxed);
        let (view, error) = (&self.place.name, format!("{error:#}"));
        if self.failures == 1 {
            tracing::warn!(view, error, "{what}");
        } else {
            tracing::debug!(view, error, times = self.failures, "{what}");
        }
        pause
    }

    fn spacing(&self) -> Duration {
        let pace = &self.place.inner.pace;
        let watchers = self.place.region.picture.receiver_count();
        pace.spacing + pace.spacing_a_watcher * u32::try_from(watchers).unwrap_or(u32::MAX)
    }

    fn next_look(&self) -> Instant {
        let inner = &self.place.inner;
        // While the other instances cannot be heard, looking is all there is.
        let longest = if inner.live.is_connected() {
            inner.pace.check_every
        } else {
            inner.pace.check_every / 3
        };
        Instant::now() + rand::rng().random_range(longest * 4 / 5..=longest)
    }
}

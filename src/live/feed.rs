use std::{
    collections::HashMap,
    future::Future,
    marker::PhantomData,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::FutureExt;
use rand::Rng;
use tokio::{
    select,
    sync::{Notify, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::bytes::Bytes;

use super::{Changed, Live, Subscriber, encode};

/// A drawn region as the event that carries it, encoded once for all connections.
pub type Picture = Bytes;

/// A region of a screen that several connections may show: a board, an order's panel, the floor.
///
/// `A` is what it draws from (the `App`). Whatever distinguishes two drawings (the station, the order, the role) must
/// be in `name`, and nothing personal may be drawn: everybody who watches the same name gets the same picture.
pub trait View<A>: Clone + Send + Sync + 'static {
    /// Names the picture; two views of one name are one.
    fn name(&self) -> String;

    /// Whether the picture may look different after this change.
    fn cares(&self, change: &Changed) -> bool;

    /// The region as HTML: one or more `<hx-partial>`, never empty.
    fn draw(&self, app: &A) -> impl Future<Output = Result<String>> + Send;

    /// A number that moves whenever the picture may look different; asked every few seconds, so it must be cheap. It
    /// catches what no message told: a lost one, or an instance killed between commit and publish.
    fn revision(&self, app: &A) -> impl Future<Output = Result<i64>> + Send;
}

/// The times by which feeds live; the default is what production uses.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The longest time between two looks at the revision; each is up to a fifth shorter, so that many views spread.
    pub check_every: Duration,
    /// The least time from one drawing to the next of the same view. The first change after a quiet time is drawn at
    /// once; only a burst is slowed to this, which no eye can tell.
    pub spacing: Duration,
    /// How long an unwatched view is kept ready, so that going to the next page finds it drawn.
    pub grace: Duration,
    /// A drawing or a look at the revision that takes longer has failed.
    pub limit: Duration,
    /// How long after the last success a picture is still called live.
    pub trusted_for: Duration,
    /// The pause after a failed drawing, doubled each time up to `longest_pause`.
    pub first_pause: Duration,
    /// See `first_pause`.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            check_every: Duration::from_secs(3),
            spacing: Duration::from_millis(30),
            grace: Duration::from_secs(5),
            limit: Duration::from_secs(5),
            trusted_for: Duration::from_secs(8),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(2),
        }
    }
}

/// All views that somebody watches, each with its one task. Cloning gives another handle of the same feeds.
pub struct Feeds<A> {
    inner: Arc<Inner>,
    app: PhantomData<fn(A)>,
}

impl<A> Clone for Feeds<A> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            app: PhantomData,
        }
    }
}

struct Inner {
    live: Live,
    pace: Pace,
    regions: Mutex<HashMap<String, Arc<Region>>>,
    counts: Arc<Counts>,
}

/// What the registry and the task of a view share. Only these two hold the sender: when both are gone, the
/// connections see the channel closed.
struct Region {
    picture: watch::Sender<Option<Picture>>,
    health: Arc<Health>,
}

/// Whether a picture may still be called live.
pub(super) struct Health {
    verified: Mutex<Instant>,
    trusted_for: Duration,
    look: Notify,
}

/// A connection's hold on one view.
pub struct Watched {
    pub(super) picture: watch::Receiver<Option<Picture>>,
    pub(super) health: Arc<Health>,
    pub(super) counts: Arc<Counts>,
}

#[derive(Default)]
pub(super) struct Counts {
    drawings: AtomicU64,
    failures: AtomicU64,
    pub(super) deliveries: AtomicU64,
    pub(super) streams: AtomicU64,
}

/// Counted since the start (the last two: now), for `/metrics` and tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Drawings begun: one per change and view, however many screens show it.
    pub drawings: u64,
    /// Drawings and looks at a revision that failed.
    pub failures: u64,
    /// Pictures handed to connections.
    pub deliveries: u64,
    /// Open streams.
    pub streams: u64,
    /// Views that are kept drawn.
    pub views: u64,
}

impl<A: Clone + Send + Sync + 'static> Feeds<A> {
    /// Feeds that redraw on what this bus announces.
    #[must_use]
    pub fn new(live: Live) -> Self {
        Self::with_pace(live, Pace::default())
    }

    /// The same with other times.
    #[must_use]
    pub fn with_pace(live: Live, pace: Pace) -> Self {
        let inner = Inner {
            live,
            pace,
            regions: Mutex::default(),
            counts: Arc::default(),
        };
        Self {
            inner: Arc::new(inner),
            app: PhantomData,
        }
    }

    /// Watches a view. The first watcher starts its task, which draws at once and goes on until some time after the
    /// last one has gone. Call it inside the tokio runtime.
    #[must_use]
    pub fn watch<V: View<A>>(&self, app: &A, view: V) -> Watched {
        let name = view.name();
        let mut regions = self.inner.regions();
        if let Some(region) = regions.get(&name) {
            // A page that comes back after a gap shall not wait for the next look to be told what it missed.
            region.health.look.notify_one();
            return region.watched(&self.inner);
        }
        let region = Arc::new(Region {
            picture: watch::Sender::new(None),
            health: Arc::new(Health::new(self.inner.pace.trusted_for)),
        });
        let watched = region.watched(&self.inner);
        regions.insert(name.clone(), Arc::clone(&region));
        let place = Place {
            inner: Arc::clone(&self.inner),
            name,
            region,
        };
        // Subscribed before the first drawing: a change during it is not missed.
        let news = self.inner.live.subscribe();
        tokio::spawn(Artist::new(view, app.clone(), news, place).run());
        watched
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counts(&self) -> FeedCounts {
        let counts = &self.inner.counts;
        FeedCounts {
            drawings: counts.drawings.load(Relaxed),
            failures: counts.failures.load(Relaxed),
            deliveries: counts.deliveries.load(Relaxed),
            streams: counts.streams.load(Relaxed),
            views: self.inner.regions().len() as u64,
        }
    }
}

impl Inner {
    fn regions(&self) -> MutexGuard<'_, HashMap<String, Arc<Region>>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Region {
    fn watched(&self, inner: &Inner) -> Watched {
        Watched {
            picture: self.picture.subscribe(),
            health: Arc::clone(&self.health),
            counts: Arc::clone(&inner.counts),
        }
    }
}

impl Health {
    fn new(trusted_for: Duration) -> Self {
        Self {
            verified: Mutex::new(Instant::now()),
            trusted_for,
            look: Notify::new(),
        }
    }

    fn verified(&self) -> MutexGuard<'_, Instant> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the picture was drawn, or found to be unchanged, recently enough.
    pub(super) fn is_trusted(&self) -> bool {
        self.verified().elapsed() < self.trusted_for
    }
}

/// A view's place in the registry, given up when its task ends in whatever way: after a panic the connections close
/// and come back to a new task, instead of waiting for a dead one.
struct Place {
    inner: Arc<Inner>,
    name: String,
    region: Arc<Region>,
}

impl Place {
    /// Leaves the registry unless somebody watches. Watchers come only through the registry's lock, held here, so none
    /// can slip in between the look and the leaving.
    fn leave_if_unwatched(&self) -> bool {
        let mut regions = self.inner.regions();
        let unwatched = self.region.picture.receiver_count() == 0;
        if unwatched {
            regions.remove(&self.name);
        }
        unwatched
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut regions = self.inner.regions();
        if regions
            .get(&self.name)
            .is_some_and(|region| Arc::ptr_eq(region, &self.region))
        {
            regions.remove(&self.name);
        }
    }
}

/// The task of one view.
struct Artist<A, V> {
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
    leave_at: Option<Instant>,
}

impl<A: Clone + Send + Sync + 'static, V: View<A>> Artist<A, V> {
    fn new(view: V, app: A, news: Subscriber, place: Place) -> Self {
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
            leave_at: None,
        }
    }

    async fn run(mut self) {
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
        while self.news.try_recv().is_some() {}
        let begun = Instant::now();
        self.place.inner.counts.drawings.fetch_add(1, Relaxed);
        match self.drawing().await {
            Ok((revision, html)) => {
                self.show(&html);
                *self.place.region.health.verified() = begun;
                if self.failures > 0 {
                    tracing::info!(view = self.place.name, "drawn again");
                }
                (self.stale, self.failures, self.drawn_from) = (false, 0, Some(revision));
                self.draw_at = begun + self.place.inner.pace.spacing;
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

    fn show(&self, html: &str) {
        let picture = encode(None, html);
        self.place.region.picture.send_if_modified(|shown| {
            let differs = shown.as_ref() != Some(&picture);
            if differs {
                *shown = Some(picture);
            }
            differs
        });
    }

    /// A watcher came: look now, unless it was just done.
    async fn look_again(&mut self) {
        let recent = self.place.inner.pace.check_every / 6;
        let verified = *self.place.region.health.verified();
        if verified.elapsed() > recent {
            self.look().await;
        }
    }

    /// Compares the revision with the one drawn from.
    async fn look(&mut self) {
        let begun = Instant::now();
        match self.within_limit(self.view.revision(&self.app)).await {
            Ok(revision) if Some(revision) == self.drawn_from => {
                *self.place.region.health.verified() = begun;
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
        match timeout(
            self.place.inner.pace.limit,
            AssertUnwindSafe(work).catch_unwind(),
        )
        .await
        {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(anyhow!("panicked")),
            Err(late) => Err(late.into()),
        }
    }

    /// Notes a failure and says how long to pause.
    fn failed(&mut self, what: &str, error: &anyhow::Error) -> Duration {
        let pace = &self.place.inner.pace;
        let pause = (pace.first_pause * 2_u32.pow(self.failures.min(16))).min(pace.longest_pause);
        self.failures = self.failures.saturating_add(1);
        self.place.inner.counts.failures.fetch_add(1, Relaxed);
        tracing::error!(view = self.place.name, error = %format!("{error:#}"), times = self.failures, "{what}");
        pause
    }

    fn next_look(&self) -> Instant {
        let longest = self.place.inner.pace.check_every;
        Instant::now() + rand::rng().random_range(longest * 4 / 5..=longest)
    }
}

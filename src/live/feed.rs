use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::Semaphore;

use super::{
    Live, View, Watched,
    artist::Artist,
    region::{Place, Region},
};

/// The times by which feeds live; the default is what production uses.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The longest time between two looks at the revision; each is up to a fifth shorter, so that many views spread. A
    /// third of it while a bus between instances is set and not connected.
    pub check_every: Duration,
    /// The least time from one drawing to the next of the same view. The first change after a quiet time is drawn at
    /// once; only a burst is slowed to this, which no eye can tell.
    pub spacing: Duration,
    /// And so much more for each connection that the picture goes to: a burst on a board that two hundred screens show is
    /// mostly the work of sending it.
    pub spacing_a_watcher: Duration,
    /// How long an unwatched view is kept ready, so that going to the next page finds it drawn.
    pub grace: Duration,
    /// A drawing or a look at the revision that takes longer has failed.
    pub limit: Duration,
    /// How long after it was last drawn, or found unchanged, a picture is still called live.
    pub trusted_for: Duration,
    /// Drawings and looks under way at one time, over all views, so that a change of everything leaves the database's
    /// connections to the people who tap.
    pub at_once: usize,
    /// The pause after a failed drawing, doubled each time up to `longest_pause`.
    pub first_pause: Duration,
    /// See `first_pause`.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            check_every: Duration::from_secs(3),
            spacing: Duration::from_millis(5),
            spacing_a_watcher: Duration::from_micros(100),
            grace: Duration::from_secs(5),
            limit: Duration::from_secs(5),
            trusted_for: Duration::from_secs(8),
            at_once: 6,
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

/// What all views share.
pub(super) struct Inner {
    pub(super) live: Live,
    pub(super) pace: Pace,
    regions: Mutex<HashMap<String, Arc<Region>>>,
    /// One permit for each drawing that may be under way.
    pub(super) hands: Semaphore,
    pub(super) counts: Arc<Counts>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) drawings: AtomicU64,
    pub(super) failures: AtomicU64,
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
            hands: Semaphore::new(pace.at_once),
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
            return region.watched(&self.inner.counts);
        }
        let region = Arc::new(Region::new(self.inner.pace.trusted_for));
        let watched = region.watched(&self.inner.counts);
        regions.insert(name.clone(), Arc::clone(&region));
        // The place takes this lock when it is dropped.
        drop(regions);
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

    /// Whether a connection of this process shows the view of this name now.
    #[must_use]
    pub fn is_watched(&self, name: &str) -> bool {
        let regions = self.inner.regions();
        regions
            .get(name)
            .is_some_and(|region| region.picture.receiver_count() > 0)
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
    pub(super) fn regions(&self) -> MutexGuard<'_, HashMap<String, Arc<Region>>> {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

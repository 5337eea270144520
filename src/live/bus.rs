use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::{broadcast, mpsc, watch};
use uuid::Uuid;

use super::{
    Changed,
    redis::{self, Link},
};

/// Batches a slow listener may be behind before it is told that everything changed.
const BACKLOG: usize = 1024;

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum News {
    /// These changed, each named once.
    Changed(Arc<[Changed]>),
    /// Messages may have been missed (a listener lagged, Redis was away): treat everything as changed.
    Everything,
}

impl News {
    /// Whether something `cares` picks out may have changed; always so after [`News::Everything`].
    pub fn touches(&self, cares: impl FnMut(&Changed) -> bool) -> bool {
        match self {
            Self::Changed(changes) => changes.iter().any(cares),
            Self::Everything => true,
        }
    }
}

/// The bus on which commits announce what changed. Cloning gives another handle of the same bus.
#[derive(Clone)]
pub struct Live {
    bus: Arc<Bus>,
    abroad: Option<Abroad>,
}

/// The way to the other instances. Dropping the last sender ends the task that serves it.
#[derive(Clone)]
struct Abroad {
    queue: mpsc::Sender<Arc<[Changed]>>,
    link: Arc<Link>,
}

type Hook = Box<dyn Fn(&News) + Send + Sync>;

/// What one process shares: everything of [`Live`] but the way to others.
pub(super) struct Bus {
    news: broadcast::Sender<News>,
    rights: watch::Sender<u64>,
    hooks: RwLock<Vec<Hook>>,
    published: AtomicU64,
    lagged: Arc<AtomicU64>,
}

/// Counted since the start, for `/metrics` and tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveCounts {
    /// Batches announced by this instance.
    pub published: u64,
    /// Batches heard from other instances.
    pub received: u64,
    /// Times a listener of this process was too slow and was told that everything changed.
    pub lagged: u64,
    /// Times the connection to Redis was made.
    pub connects: u64,
    /// Messages of other instances that could not be read (another version); each counts as everything.
    pub unreadable: u64,
}

impl Default for Live {
    fn default() -> Self {
        Self::in_memory()
    }
}

impl Live {
    /// A bus for one process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            bus: Arc::new(Bus::new()),
            abroad: None,
        }
    }

    /// A bus shared with the other instances on the same Redis database. `instance` must differ between them: messages
    /// under the own id are taken as the echo of what was already delivered.
    ///
    /// Connecting and reconnecting happen in the background; until then, and whenever Redis is away, this process goes
    /// on alone, and everything counts as changed once when it is (back). Call it inside the tokio runtime.
    ///
    /// # Errors
    /// When the URL is not one of Redis (or asks for TLS, which is not built in).
    pub fn with_redis(url: &str, instance: Uuid) -> anyhow::Result<Self> {
        let bus = Arc::new(Bus::new());
        let (queue, waiting) = mpsc::channel(BACKLOG);
        let link = redis::start(url, instance, Arc::clone(&bus), waiting)?;
        Ok(Self {
            bus,
            abroad: Some(Abroad { queue, link }),
        })
    }

    /// Announces what a commit changed: first to the hooks, then to the listeners, then to the other instances.
    /// Never blocks and never fails; what the way out cannot hold becomes "everything changed" over there.
    pub fn publish(&self, changes: Vec<Changed>) {
        let Some(changes) = each_once(changes) else {
            return;
        };
        self.bus.published.fetch_add(1, Relaxed);
        self.bus.deliver(&News::Changed(Arc::clone(&changes)));
        if let Some(abroad) = &self.abroad
            && abroad.queue.try_send(changes).is_err()
        {
            abroad.link.owe_everything();
        }
    }

    /// Announces that anything may have changed, here and on the other instances (after a restore, say).
    pub fn publish_everything(&self) {
        self.bus.published.fetch_add(1, Relaxed);
        self.bus.deliver(&News::Everything);
        if let Some(abroad) = &self.abroad {
            abroad.link.owe_everything();
        }
    }

    /// Hears all that is announced from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        Subscriber {
            news: self.bus.news.subscribe(),
            lagged: Arc::clone(&self.bus.lagged),
        }
    }

    /// Runs `hook` inside every `publish`, before any listener wakes, and for what comes from other instances: the
    /// place where a cache is dropped, so that whoever redraws because of a change cannot read what preceded it.
    ///
    /// The hook must be quick, must not publish, and must not hold this bus (it would keep itself alive): give it the
    /// cache's own `Arc`.
    pub fn on_news(&self, hook: impl Fn(&News) + Send + Sync + 'static) {
        self.bus
            .hooks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(hook));
    }

    /// Moves on whenever somebody's rights may have changed ([`Changed::concerns_rights`], or everything).
    #[must_use]
    pub fn rights(&self) -> watch::Receiver<u64> {
        self.bus.rights.subscribe()
    }

    /// Whether changes are shared with other instances over Redis.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.abroad.is_some()
    }

    /// Whether changes made elsewhere arrive here now; always true for a bus in memory, which has no elsewhere.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.abroad
            .as_ref()
            .is_none_or(|abroad| abroad.link.is_connected())
    }

    /// How long the last message took through Redis and back, measured once a second; none while not connected.
    #[must_use]
    pub fn lag(&self) -> Option<Duration> {
        self.abroad.as_ref().and_then(|abroad| abroad.link.lag())
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counts(&self) -> LiveCounts {
        let here = LiveCounts {
            published: self.bus.published.load(Relaxed),
            lagged: self.bus.lagged.load(Relaxed),
            ..LiveCounts::default()
        };
        match &self.abroad {
            Some(abroad) => abroad.link.add_counts(here),
            None => here,
        }
    }
}

impl Bus {
    fn new() -> Self {
        Self {
            news: broadcast::Sender::new(BACKLOG),
            rights: watch::Sender::new(0),
            hooks: RwLock::default(),
            published: AtomicU64::new(0),
            lagged: Arc::default(),
        }
    }

    /// Tells this process. A hook that panics is logged and must not cost the caller its answer: the commit stands.
    pub(super) fn deliver(&self, news: &News) {
        for hook in self
            .hooks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            if catch_unwind(AssertUnwindSafe(|| hook(news))).is_err() {
                tracing::error!("a hook of the live bus panicked");
            }
        }
        // An error only says that nobody listens at the moment.
        let _ = self.news.send(news.clone());
        if news.touches(Changed::concerns_rights) {
            self.rights.send_modify(|turn| *turn = turn.wrapping_add(1));
        }
    }
}

/// One listener's place on the bus.
pub struct Subscriber {
    news: broadcast::Receiver<News>,
    lagged: Arc<AtomicU64>,
}

impl Subscriber {
    /// The next news; nothing when the bus is gone. Nothing is lost silently: a listener that fell too far behind
    /// hears [`News::Everything`]. Dropping the future before it is ready loses nothing.
    pub async fn recv(&mut self) -> Option<News> {
        match self.news.recv().await {
            Ok(news) => Some(news),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(self.overrun()),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// News that already wait, if any.
    pub fn try_recv(&mut self) -> Option<News> {
        match self.news.try_recv() {
            Ok(news) => Some(news),
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(self.overrun()),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => {
                None
            }
        }
    }

    fn overrun(&self) -> News {
        self.lagged.fetch_add(1, Relaxed);
        News::Everything
    }
}

/// The changes in their order, each named once; nothing when there is none.
pub(super) fn each_once(mut changes: Vec<Changed>) -> Option<Arc<[Changed]>> {
    if changes.len() > 1 {
        let mut named = HashSet::with_capacity(changes.len());
        changes.retain(|change| named.insert(*change));
    }
    (!changes.is_empty()).then(|| changes.into())
}

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use super::{
    Picture,
    feed::{Counts, Inner},
};

/// What the registry and the task of a view share. Only these two hold the sender: when both are gone, the
/// connections see the channel closed.
pub(super) struct Region {
    pub(super) picture: watch::Sender<Option<Picture>>,
    pub(super) health: Arc<Health>,
}

/// A connection's hold on one view.
pub struct Watched {
    pub(super) picture: watch::Receiver<Option<Picture>>,
    pub(super) health: Arc<Health>,
    pub(super) counts: Arc<Counts>,
}

/// Whether a picture may still be called live.
pub(super) struct Health {
    verified: Mutex<Option<Instant>>,
    trusted_for: Duration,
    /// Asks the task to look at the revision soon.
    pub(super) look: Notify,
}

impl Region {
    pub(super) fn new(trusted_for: Duration) -> Self {
        let health = Health {
            verified: Mutex::default(),
            trusted_for,
            look: Notify::new(),
        };
        Self {
            picture: watch::Sender::new(None),
            health: Arc::new(health),
        }
    }

    pub(super) fn watched(&self, counts: &Arc<Counts>) -> Watched {
        Watched {
            picture: self.picture.subscribe(),
            health: Arc::clone(&self.health),
            counts: Arc::clone(counts),
        }
    }
}

impl Health {
    /// The picture was right at this time.
    pub(super) fn verified_at(&self, time: Instant) {
        *self.verified.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
    }

    /// Whether the picture was drawn, or found unchanged, within `time` from now.
    pub(super) fn is_verified_within(&self, time: Duration) -> bool {
        let verified = *self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.is_some_and(|verified| verified.elapsed() < time)
    }

    /// Whether the screen may say that it is live.
    pub(super) fn is_trusted(&self) -> bool {
        self.is_verified_within(self.trusted_for)
    }
}

/// A view's place in the registry, given up when its task ends in whatever way: after a panic the connections close
/// and come back to a new task, instead of waiting for a dead one.
pub(super) struct Place {
    pub(super) inner: Arc<Inner>,
    pub(super) name: String,
    pub(super) region: Arc<Region>,
}

impl Place {
    /// Leaves the registry unless somebody watches. Watchers come only through the registry's lock, held here, so none
    /// can slip in between the look and the leaving.
    pub(super) fn leave_if_unwatched(&self) -> bool {
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

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use poem::{FromRequest, Request, RequestBody};
use tokio::sync::Notify;

/// Tells a stream when the bytes it handed to the server have gone into the network.
///
/// The HTTP library takes what a body offers and queues it (up to some 400 kB a connection) while the socket is full. A
/// stalled tablet would then be shown every picture it slept through. So the stream offers the next picture only when
/// the last one has left; in between, it keeps nothing but the newest.
#[derive(Default)]
pub struct Outflow {
    emptied: AtomicU64,
    moved: Notify,
}

impl Outflow {
    /// The connection has written all that it held.
    pub fn emptied(&self) {
        self.emptied.fetch_add(1, SeqCst);
        self.moved.notify_waiters();
    }

    /// A mark to compare with later.
    pub(super) fn mark(&self) -> u64 {
        self.emptied.load(SeqCst)
    }

    /// Whether all that was offered before `mark` was taken has left.
    pub(super) fn has_passed(&self, mark: u64) -> bool {
        self.mark() > mark
    }

    pub(super) async fn passed(&self, mark: u64) {
        loop {
            // Made before the look, so that a move in between wakes it.
            let moved = self.moved.notified();
            if self.has_passed(mark) {
                return;
            }
            moved.await;
        }
    }
}

/// Extractor of the request's [`Outflow`]; empty when nothing measures it (a test without a socket).
pub struct Outlet(pub Option<Arc<Outflow>>);

impl<'a> FromRequest<'a> for Outlet {
    async fn from_request(req: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(req.extensions().get::<Arc<Outflow>>().cloned()))
    }
}

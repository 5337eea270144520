use std::{future::Future, io, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture, stream};
use poem::{Body, Response, http::header};
use tokio::sync::watch;
use tokio_util::{bytes::Bytes, sync::CancellationToken};

use super::{Live, Outflow, Outlet, Watched, connection::Connection};

/// How one stream behaves.
pub struct StreamOptions {
    /// Time between two heartbeats; the first goes at once.
    pub heartbeat: Duration,
    /// How long the browser shall wait before it connects again after a broken connection.
    pub retry: Duration,
    /// Time between two checks that the person may still see this.
    pub recheck: Duration,
    pub(super) rights: watch::Receiver<u64>,
    pub(super) still_allowed: Box<dyn FnMut() -> BoxFuture<'static, bool> + Send>,
    pub(super) shutdown: CancellationToken,
    pub(super) outflow: Option<Arc<Outflow>>,
}

impl StreamOptions {
    /// The time between two checks that the person may still see this.
    pub const RECHECK: Duration = Duration::from_millis(500);

    /// `still_allowed` is asked twice a second and whenever a [`super::Changed`] concerns somebody's rights; the stream
    /// ends with `signed-out` when it answers no. `shutdown` ends it with a hint to come back soon.
    pub fn new<F>(
        live: &Live,
        Outlet(outflow): Outlet,
        shutdown: CancellationToken,
        mut still_allowed: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self {
            heartbeat: Duration::from_secs(5),
            retry: Duration::from_secs(1),
            recheck: Self::RECHECK,
            rights: live.rights(),
            still_allowed: Box::new(move || still_allowed().boxed()),
            shutdown,
            outflow,
        }
    }
}

/// The answer that keeps these views true on one screen: all pictures on connect, then each new one, and a heartbeat.
/// A reader that is slow holds at most one picture per view, and it is the newest when its turn comes.
#[must_use]
pub fn sse_stream(views: Vec<Watched>, options: StreamOptions) -> Response {
    let connection = Connection::new(views, options);
    let events = stream::unfold(connection, async |mut connection| {
        let event = connection.next().await?;
        Some((Ok::<Bytes, io::Error>(event), connection))
    });
    Response::builder()
        .content_type("text/event-stream")
        .header(header::CACHE_CONTROL, "no-store")
        .header("x-accel-buffering", "no")
        .body(Body::from_bytes_stream(events))
}

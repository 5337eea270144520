use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, pending, select_all},
};
use rand::Rng;
use tokio::{
    select,
    sync::watch,
    time::{Interval, MissedTickBehavior, interval, timeout},
};
use tokio_util::{bytes::Bytes, sync::CancellationToken};

use super::{Named, Outflow, StreamOptions, Watched, encode, event, feed::Counts};

/// A check of permission that takes longer ends the stream: the reconnect asks at the front door.
const CHECK_LIMIT: Duration = Duration::from_secs(5);

/// One browser's stream: decides what goes out next.
pub(super) struct Connection {
    regions: Vec<Region>,
    beat: Interval,
    /// A heartbeat shall go as soon as it may.
    beat_due: bool,
    beat_mark: Option<u64>,
    recheck: Interval,
    rights: watch::Receiver<u64>,
    still_allowed: Box<dyn FnMut() -> BoxFuture<'static, bool> + Send>,
    check: Option<BoxFuture<'static, Verdict>>,
    /// Rights changed while a check was under way: it may have looked too early.
    check_again: bool,
    shutdown: CancellationToken,
    outflow: Option<Arc<Outflow>>,
    greeting: Option<Bytes>,
    last_words: Option<Bytes>,
    over: bool,
    _counted: Counted,
}

/// One view on this connection.
struct Region {
    watched: Watched,
    /// There is a picture that has not been sent.
    fresh: bool,
    /// Where the outflow stood when the last picture was handed over.
    mark: Option<u64>,
    /// The number of that picture.
    sent: Option<u64>,
}

#[derive(Clone, Copy)]
enum Verdict {
    Stay,
    SignedOut,
    Unknown,
}

/// Counts the stream as open for as long as it lives.
struct Counted(Option<Arc<Counts>>);

impl Counted {
    fn new(counts: Option<Arc<Counts>>) -> Self {
        if let Some(counts) = &counts {
            counts.streams.fetch_add(1, Relaxed);
        }
        Self(counts)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(counts) = &self.0 {
            counts.streams.fetch_sub(1, Relaxed);
        }
    }
}

/// The view's task is gone (it panicked): nothing new will come.
struct Gone;

impl Region {
    /// The picture to send now, if there is a new one and the last has left.
    fn picture(&mut self, outflow: Option<&Outflow>) -> Result<Option<Bytes>, Gone> {
        self.fresh |= self.watched.picture.has_changed().map_err(|_| Gone)?;
        if !self.fresh || !may_offer(outflow, self.mark) {
            return Ok(None);
        }
        self.fresh = false;
        let picture = self.watched.picture.borrow_and_update();
        let Some(picture) = &*picture else {
            return Ok(None);
        };
        let event = picture.for_one_who_has(self.sent);
        self.sent = Some(picture.number());
        self.mark = outflow.map(Outflow::mark);
        self.watched.counts.deliveries.fetch_add(1, Relaxed);
        Ok(Some(event))
    }

    async fn changed(&mut self) -> Result<(), Gone> {
        if self.fresh {
            // What waits is known already, and sent when the last picture has left.
            return pending().await;
        }
        self.watched.picture.changed().await.map_err(|_| Gone)?;
        self.fresh = true;
        Ok(())
    }
}

impl Connection {
    pub(super) fn new(views: Vec<Watched>, options: StreamOptions) -> Self {
        let counted = Counted::new(views.first().map(|view| Arc::clone(&view.counts)));
        let region = |watched| Region {
            watched,
            fresh: true,
            mark: None,
            sent: None,
        };
        Self {
            regions: views.into_iter().map(region).collect(),
            beat: every(options.heartbeat),
            beat_due: false,
            beat_mark: None,
            recheck: every(options.recheck),
            rights: options.rights,
            still_allowed: options.still_allowed,
            check: None,
            check_again: false,
            shutdown: options.shutdown,
            outflow: options.outflow,
            greeting: Some(event::retry(
                u64::try_from(options.retry.as_millis()).unwrap_or(1000),
            )),
            last_words: None,
            over: false,
            _counted: counted,
        }
    }

    /// What to send next; nothing when the stream is over. Waits as long as there is nothing.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.over {
                return self.last_words.take();
            }
            match self.ready() {
                Ok(Some(event)) => return Some(event),
                Ok(None) => self.wait().await,
                Err(Gone) => self.come_back(),
            }
        }
    }

    fn ready(&mut self) -> Result<Option<Bytes>, Gone> {
        if let Some(greeting) = self.greeting.take() {
            return Ok(Some(greeting));
        }
        for region in &mut self.regions {
            if let Some(picture) = region.picture(self.outflow.as_deref())? {
                return Ok(Some(picture));
            }
        }
        // A picture that could not be verified for too long is not live, and the screen shall say so.
        let trusted = || {
            self.regions
                .iter()
                .all(|region| region.watched.health.is_trusted())
        };
        if self.beat_due && may_offer(self.outflow.as_deref(), self.beat_mark) && trusted() {
            self.beat_due = false;
            self.beat_mark = self.outflow.as_deref().map(Outflow::mark);
            return Ok(Some(encode(
                Some(Named::Heartbeat),
                &epoch_ms().to_string(),
            )));
        }
        Ok(None)
    }

    async fn wait(&mut self) {
        let blocked = self.blocked();
        select! {
            biased;
            () = self.shutdown.cancelled() => self.come_back(),
            verdict = under_way(&mut self.check) => self.judge(verdict),
            _ = self.recheck.tick() => self.ask(),
            Ok(()) = self.rights.changed() => {
                self.check_again = self.check.is_some();
                self.ask();
            }
            _ = self.beat.tick() => self.beat_due = true,
            changed = any_changed(&mut self.regions) => if changed.is_err() {
                self.come_back();
            },
            () = passed(self.outflow.as_deref(), blocked) => {}
        }
    }

    /// The oldest mark for which something waits to be offered.
    fn blocked(&self) -> Option<u64> {
        let outflow = self.outflow.as_deref();
        let waiting = |mark: Option<u64>| mark.filter(|_| !may_offer(outflow, mark));
        let regions = self
            .regions
            .iter()
            .filter(|region| region.fresh)
            .filter_map(|region| waiting(region.mark));
        regions
            .chain(waiting(self.beat_mark).filter(|_| self.beat_due))
            .min()
    }

    fn ask(&mut self) {
        if self.check.is_none() {
            let answer = timeout(CHECK_LIMIT, (self.still_allowed)());
            self.check = Some(
                answer
                    .map(|answer| match answer {
                        Ok(true) => Verdict::Stay,
                        Ok(false) => Verdict::SignedOut,
                        Err(_) => Verdict::Unknown,
                    })
                    .boxed(),
            );
        }
    }

    fn judge(&mut self, verdict: Verdict) {
        self.check = None;
        match verdict {
            Verdict::Stay if std::mem::take(&mut self.check_again) => self.ask(),
            Verdict::Stay => {}
            Verdict::SignedOut => self.end(encode(Some(Named::SignedOut), "signed out")),
            Verdict::Unknown => self.come_back(),
        }
    }

    /// Ends with the wish to be called again soon; the spread keeps a restart from meeting all screens at once. Browsers wait
    /// up to 30 % longer (htmx' jitter), and a screen shall be back within two seconds.
    fn come_back(&mut self) {
        self.end(event::retry(rand::rng().random_range(200..=1000)));
    }

    fn end(&mut self, last_words: Bytes) {
        self.over = true;
        self.last_words = Some(last_words);
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn may_offer(outflow: Option<&Outflow>, mark: Option<u64>) -> bool {
    match (outflow, mark) {
        (Some(outflow), Some(mark)) => outflow.has_passed(mark),
        _ => true,
    }
}

async fn under_way(check: &mut Option<BoxFuture<'static, Verdict>>) -> Verdict {
    match check {
        Some(check) => check.await,
        None => pending().await,
    }
}

async fn any_changed(regions: &mut [Region]) -> Result<(), Gone> {
    if regions.is_empty() {
        return pending().await;
    }
    select_all(regions.iter_mut().map(|region| region.changed().boxed()))
        .await
        .0
}

async fn passed(outflow: Option<&Outflow>, mark: Option<u64>) {
    match (outflow, mark) {
        (Some(outflow), Some(mark)) => outflow.passed(mark).await,
        _ => pending().await,
    }
}

fn epoch_ms() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}

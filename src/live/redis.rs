//! The bus between instances: one Redis channel, one task.
//!
//! Redis only carries hints. Postgres is the truth, so nothing is stored here and whatever may have been missed is
//! answered with "everything changed" instead of a replay.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ::redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo,
    aio::{MultiplexedConnection, PubSubStream},
    io::tcp::TcpSettings,
};
use anyhow::{Context, Result, bail};
use rand::Rng;
use serde::{Deserialize, Serialize};
use tokio::{
    select,
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_stream::StreamExt;
use uuid::Uuid;

use super::{
    Changed, LiveCounts, News,
    bus::{Bus, each_once},
};

/// A step of connecting, or a command, that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often an instance sends itself a message through Redis: the measure of lag and the sign of life.
const PULSE: Duration = Duration::from_secs(1);
/// Without a word for so long the connection is dead, whatever TCP believes.
const SILENCE: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Batches sent together when several wait.
const TOGETHER: usize = 64;
/// What `lag_us` holds while nothing has been measured on this connection.
const UNMEASURED: u64 = u64::MAX;

/// The state of the way to the other instances, shared with [`super::Live`].
pub(super) struct Link {
    connected: AtomicBool,
    lag_us: AtomicU64,
    /// The others have missed something of ours and must be told to look at everything.
    owing: AtomicBool,
    owed: Notify,
    /// Something of ours has been taken from the queue and Redis has not confirmed it.
    in_hand: AtomicBool,
    received: AtomicU64,
    connects: AtomicU64,
    unreadable: AtomicU64,
}

#[derive(Serialize, Deserialize)]
struct Message {
    from: Uuid,
    #[serde(flatten)]
    word: Word,
}

#[derive(Serialize, Deserialize)]
enum Word {
    /// These changed.
    #[serde(rename = "c")]
    Changed(Vec<Changed>),
    /// Anything may have.
    #[serde(rename = "all")]
    Everything(bool),
    /// A sign of life, with the sender's own clock in microseconds.
    #[serde(rename = "pulse")]
    Pulse(u64),
}

struct Courier {
    client: Client,
    channel: String,
    instance: Uuid,
    bus: Arc<Bus>,
    link: Arc<Link>,
    born: Instant,
}

type Waiting = mpsc::Receiver<Arc<[Changed]>>;

/// Starts the task; it ends by itself when the sender of `waiting` is dropped.
pub(super) fn start(
    url: &str,
    instance: Uuid,
    bus: Arc<Bus>,
    waiting: Waiting,
) -> Result<Arc<Link>> {
    // Without TCP_NODELAY a second small message waits for the acknowledgement of the first.
    let info = url
        .into_connection_info()?
        .set_tcp_settings(TcpSettings::default().set_nodelay(true));
    // Publishing ignores the number of the database, so two venues on one Redis are kept apart by the name.
    let channel = format!("cafe-pos:{}:changed", info.redis_settings().db());
    let link = Arc::new(Link::new());
    let courier = Courier {
        client: Client::open(info)?,
        channel,
        instance,
        bus,
        link: Arc::clone(&link),
        born: Instant::now(),
    };
    tokio::spawn(courier.run(waiting));
    Ok(link)
}

/// Whether Redis answers at all, for whoever looks at the settings.
///
/// # Errors
/// Why it does not.
pub async fn answers(url: &str) -> Result<()> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let asking = async {
        let mut speaker = Client::open(url)?
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        ::redis::cmd("PING").query_async::<()>(&mut speaker).await
    };
    timeout(PATIENCE * 2, asking)
        .await
        .context("no answer in time")??;
    Ok(())
}

impl Link {
    fn new() -> Self {
        Self {
            connected: AtomicBool::new(false),
            lag_us: AtomicU64::new(UNMEASURED),
            owing: AtomicBool::new(false),
            owed: Notify::new(),
            in_hand: AtomicBool::new(false),
            received: AtomicU64::new(0),
            connects: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
        }
    }

    pub(super) fn owe_everything(&self) {
        self.owing.store(true, Relaxed);
        self.owed.notify_one();
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connected.load(Relaxed)
    }

    pub(super) fn lag(&self) -> Option<Duration> {
        let lag = self.lag_us.load(Relaxed);
        (lag != UNMEASURED).then(|| Duration::from_micros(lag))
    }

    pub(super) fn add_counts(&self, counts: LiveCounts) -> LiveCounts {
        LiveCounts {
            received: self.received.load(Relaxed),
            connects: self.connects.load(Relaxed),
            unreadable: self.unreadable.load(Relaxed),
            ..counts
        }
    }
}

impl Courier {
    async fn run(self, mut waiting: Waiting) {
        let mut pause = FIRST_PAUSE;
        let mut said_so = false;
        while !waiting.is_closed() {
            let before = self.link.connects.load(Relaxed);
            let ended = self.session(&mut waiting).await;
            self.link.connected.store(false, Relaxed);
            self.link.lag_us.store(UNMEASURED, Relaxed);
            let Err(error) = ended else { return };
            if self.link.in_hand.swap(false, Relaxed) {
                self.link.owing.store(true, Relaxed);
            }
            if self.link.connects.load(Relaxed) > before {
                (pause, said_so) = (FIRST_PAUSE, false);
                // From here on the views look more often, beginning now.
                self.bus.deliver(&News::Everything);
            }
            if !said_so {
                tracing::warn!(error = %format!("{error:#}"), "no Redis: other instances hear of changes late");
                said_so = true;
            }
            sleep(spread(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One connection's life: an error when it breaks, `Ok` when the bus itself is gone.
    async fn session(&self, waiting: &mut Waiting) -> Result<()> {
        let pubsub = timeout(PATIENCE, self.client.get_async_pubsub())
            .await
            .context("connecting")??;
        let (mut sink, messages) = pubsub.split();
        timeout(PATIENCE, sink.subscribe(&self.channel))
            .await
            .context("subscribing")??;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let mut speaker = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        self.link.connects.fetch_add(1, Relaxed);
        self.link.connected.store(true, Relaxed);
        tracing::info!("connected to Redis");
        // What the others said before the subscription stood was missed.
        self.bus.deliver(&News::Everything);
        select! {
            ended = self.listen(messages) => ended,
            ended = self.speak(&mut speaker, waiting) => ended,
        }
    }

    async fn listen(&self, mut messages: PubSubStream) -> Result<()> {
        loop {
            let message = timeout(SILENCE, messages.next())
                .await
                .context("silence")?
                .context("closed")?;
            let Ok(message) = serde_json::from_slice::<Message>(message.get_payload_bytes()) else {
                self.link.unreadable.fetch_add(1, Relaxed);
                self.bus.deliver(&News::Everything);
                continue;
            };
            match message.word {
                Word::Pulse(sent) if message.from == self.instance => {
                    self.link
                        .lag_us
                        .store(self.clock_us().saturating_sub(sent), Relaxed);
                }
                Word::Pulse(_) => {}
                _ if message.from == self.instance => {}
                Word::Changed(changes) => {
                    self.link.received.fetch_add(1, Relaxed);
                    if let Some(changes) = each_once(changes) {
                        self.bus.deliver(&News::Changed(changes));
                    }
                }
                Word::Everything(_) => {
                    self.link.received.fetch_add(1, Relaxed);
                    self.bus.deliver(&News::Everything);
                }
            }
        }
    }

    async fn speak(
        &self,
        speaker: &mut MultiplexedConnection,
        waiting: &mut Waiting,
    ) -> Result<()> {
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batches = Vec::with_capacity(TOGETHER);
        loop {
            if self.link.owing.swap(false, Relaxed) {
                self.tell(speaker, Word::Everything(true)).await?;
            }
            select! {
                taken = waiting.recv_many(&mut batches, TOGETHER) => {
                    if taken == 0 {
                        return Ok(());
                    }
                    let changes = batches.drain(..).flat_map(|batch| batch.to_vec()).collect();
                    if let Some(changes) = each_once(changes) {
                        self.tell(speaker, Word::Changed(changes.to_vec())).await?;
                    }
                }
                () = self.link.owed.notified() => {}
                _ = pulse.tick() => self.say(speaker, Word::Pulse(self.clock_us())).await?,
            }
        }
    }

    /// Says what must not be lost: when the connection breaks meanwhile, it stays owed.
    async fn tell(&self, speaker: &mut MultiplexedConnection, word: Word) -> Result<()> {
        self.link.in_hand.store(true, Relaxed);
        self.say(speaker, word).await?;
        self.link.in_hand.store(false, Relaxed);
        Ok(())
    }

    async fn say(&self, speaker: &mut MultiplexedConnection, word: Word) -> Result<()> {
        let message = serde_json::to_vec(&Message {
            from: self.instance,
            word,
        })?;
        let heard: i64 = ::redis::cmd("PUBLISH")
            .arg(&self.channel)
            .arg(message)
            .query_async(speaker)
            .await
            .context("publishing")?;
        if heard == 0 {
            // We listen ourselves, so nobody hearing it means that our own subscription is not there.
            bail!("not subscribed");
        }
        Ok(())
    }

    fn clock_us(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_micros()).unwrap_or(UNMEASURED)
    }
}

/// Somewhat less than `pause`, so that all instances do not knock in the same moment.
fn spread(pause: Duration) -> Duration {
    rand::rng().random_range(pause / 2..=pause)
}

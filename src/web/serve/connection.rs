use std::{
    collections::{HashMap, hash_map::Entry},
    future::Future,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use poem::{Addr, web::LocalAddr};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    select,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::config::TrustedProxies;
use crate::live::Outflow;
use crate::web::client::network;

/// Marks the local address of a request as the number of its connection.
pub(super) const SCHEME: &str = "connection";

/// One client may have this part of all connections.
const SHARE: usize = 4;

/// The time that a head under way still has when the program stops.
const LAST_CALL: Duration = Duration::from_millis(500);

/// All open connections.
#[derive(Clone)]
pub(super) struct Connections {
    most: usize,
    /// Whose connections are those of many.
    proxies: Arc<TrustedProxies>,
    open: Arc<Mutex<Open>>,
    numbers: Arc<AtomicU64>,
    pub(super) turned_away: Arc<AtomicU64>,
}

#[derive(Default)]
struct Open {
    /// By number.
    peers: HashMap<u64, Arc<Peer>>,
    /// How many each client has, of those whose connections are counted.
    each: HashMap<IpAddr, usize>,
}

/// What the connection's two ends, its socket and its requests, know of each other.
#[derive(Default)]
struct Peer {
    outflow: Arc<Outflow>,
    /// Requests whose head has been read.
    begun: AtomicU64,
    /// Requests that an endpoint is working on.
    answering: AtomicUsize,
}

impl Connections {
    pub(super) fn new(most: usize, proxies: TrustedProxies) -> Self {
        Self {
            most,
            proxies: Arc::new(proxies),
            open: Arc::default(),
            numbers: Arc::default(),
            turned_away: Arc::default(),
        }
    }

    pub(super) fn open(&self) -> usize {
        self.lock().peers.len()
    }

    /// A place for one more connection from this address, if there is one. One client alone cannot take them all;
    /// this machine and the proxies that are trusted stand for many.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let stands_for_many = address.to_canonical().is_loopback() || self.proxies.trusts(address);
        let client = (!stands_for_many).then(|| network(address));
        let mut open = self.lock();
        if open.peers.len() >= self.most {
            return None;
        }
        if let Some(client) = client {
            let has = open.each.entry(client).or_default();
            if *has >= (self.most / SHARE).max(1) {
                return None;
            }
            *has += 1;
        }
        let (id, peer) = (self.numbers.fetch_add(1, SeqCst), Arc::<Peer>::default());
        open.peers.insert(id, Arc::clone(&peer));
        Some(Place {
            id,
            client,
            peer,
            connections: self.clone(),
        })
    }

    /// Notes that a request of this connection has come.
    pub(super) fn visit(&self, local: &LocalAddr) -> Option<Visit> {
        let Addr::Custom(SCHEME, id) = &local.0 else {
            return None;
        };
        let peer = self.lock().peers.get(&id.parse().ok()?).cloned()?;
        peer.answering.fetch_add(1, SeqCst);
        peer.begun.fetch_add(1, SeqCst);
        Some(Visit(peer))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place among the open ones, free again when dropped.
pub(super) struct Place {
    id: u64,
    client: Option<IpAddr>,
    peer: Arc<Peer>,
    connections: Connections,
}

impl Place {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.peers.remove(&self.id);
        if let Some(client) = self.client
            && let Entry::Occupied(mut has) = open.each.entry(client)
        {
            *has.get_mut() -= 1;
            if *has.get() == 0 {
                has.remove();
            }
        }
    }
}

/// One request being answered.
pub(super) struct Visit(Arc<Peer>);

impl Visit {
    pub(super) fn outflow(&self) -> Arc<Outflow> {
        Arc::clone(&self.0.outflow)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, SeqCst);
    }
}

/// A socket whose peer has to say what it wants within a time.
pub(super) struct Guarded {
    tcp: TcpStream,
    place: Place,
    head: Duration,
    shutdown: CancellationToken,
    deadline: Option<Deadline>,
    opening: Opening,
}

/// By when the head that is being read must be complete, and how many had been when it began.
struct Deadline {
    begun: u64,
    at: Pin<Box<dyn Future<Output = ()> + Send>>,
    missed: bool,
}

/// Whether the connection begins like HTTP/2: how much of `PRI` has been read, or that it does not.
enum Opening {
    Like(usize),
    Http1,
}

impl Guarded {
    pub(super) fn new(
        tcp: TcpStream,
        place: Place,
        head: Duration,
        shutdown: CancellationToken,
    ) -> Self {
        let mut guarded = Self {
            tcp,
            place,
            head,
            shutdown,
            deadline: None,
            opening: Opening::Like(0),
        };
        guarded.expect_head();
        guarded
    }

    /// From now on a head must come: in its time, or soon when the program stops, which a connection that a browser
    /// keeps in reserve shall not hold up.
    fn expect_head(&mut self) {
        let (shutdown, head) = (self.shutdown.clone(), self.head);
        let last_call = async move {
            shutdown.cancelled().await;
            sleep(LAST_CALL).await;
        };
        let at = Box::pin(async move {
            select! {
                () = sleep(head) => {}
                () = last_call => {}
            }
        });
        let begun = self.place.peer.begun.load(SeqCst);
        self.deadline = Some(Deadline {
            begun,
            at,
            missed: false,
        });
    }

    /// Fails when the head under way has taken too long.
    fn check_deadline(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(deadline) = &mut self.deadline else {
            return Ok(());
        };
        if self.place.peer.begun.load(SeqCst) != deadline.begun {
            self.deadline = None;
            return Ok(());
        }
        deadline.missed = deadline.missed || deadline.at.as_mut().poll(cx).is_ready();
        if deadline.missed {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the head of a request took too long",
            ));
        }
        Ok(())
    }

    /// Bytes came. Those that come while a request is answered are its body; any other begin a head.
    fn received(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.look_at_opening(bytes)?;
        if self.deadline.is_none() && self.place.peer.answering.load(SeqCst) == 0 {
            self.expect_head();
        }
        Ok(())
    }

    /// Refuses HTTP/2 without TLS, which no browser and no proxy of ours speaks: in it, bytes do not tell where a
    /// request begins, so neither the limit for heads nor the measure of what has left would hold.
    fn look_at_opening(&mut self, bytes: &[u8]) -> io::Result<()> {
        const PREFACE: &[u8] = b"PRI";
        if let Opening::Like(read) = self.opening {
            let more = bytes.len().min(PREFACE.len() - read);
            if bytes[..more] != PREFACE[read..read + more] {
                self.opening = Opening::Http1;
            } else if read + more == PREFACE.len() {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "HTTP/2 is not spoken here",
                ));
            } else {
                self.opening = Opening::Like(read + more);
            }
        }
        Ok(())
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.check_deadline(cx)?;
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.tcp).poll_read(cx, buf))?;
        let bytes = &buf.filled()[before..];
        if !bytes.is_empty() {
            this.received(bytes)?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    /// The server flushes when it has written all that it held.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        self.place.peer.outflow.emptied();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

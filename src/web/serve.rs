//! The door of the house: listening, what one connection may cost, and closing without cutting anybody off.
//!
//! Poem has no limit for the time in which a request's head or body must come and none for the number of connections,
//! and it spins when accepting fails; that is dealt with here, below the routes, so that every one is covered.

mod body;
mod connection;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use poem::{
    Addr, Endpoint, IntoEndpoint, IntoResponse, Request, Response, Result, Server,
    http::{HeaderValue, header, uri::Scheme},
    listener::Acceptor,
    web::{LocalAddr, RemoteAddr},
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use self::connection::{Connections, Guarded};
use super::security;
use crate::config::TrustedProxies;

/// Connections waiting to be accepted.
const BACKLOG: i32 = 1024;
/// File descriptors left for the database, Redis, printers and files when connections are counted.
const RESERVED_FILES: usize = 128;
/// Unsent bytes the kernel may hold for one connection. Small, so that a slow reader's next picture is the newest and
/// not one of many that queue in the kernel; still some pages at a time for a download.
const UNSENT: u32 = 16 * 1024;
/// Visitors over the limit that are told so at one time; the rest are just closed.
const TURNED_AWAY_POLITELY: usize = 32;

/// What a connection may cost; the default is what production uses.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections; more are answered 503, and so is one address that has a quarter of them. Lowered to what the
    /// file descriptors allow.
    pub connections: usize,
    /// Whose connections are those of many browsers, so that they may have them all; this machine's always are.
    pub proxies: TrustedProxies,
    /// The time for the head of a request, from the connection (for the first) or from the head's first byte.
    pub head: Duration,
    /// The longest silence inside a request's body, so that a form half sent does not hold its handler.
    pub body_silence: Duration,
    /// The time for a whole body: some megabytes over a poor line.
    pub body: Duration,
    /// The time for a whole upload: the largest over a poor line.
    pub upload: Duration,
    /// A peer that acknowledges nothing, or whose window stays shut, for so long while bytes wait is closed.
    pub silence: Duration,
    /// A connection on which nothing moves for so long is closed.
    pub idle: Duration,
    /// How long new connections are still taken when the program stops, so that a proxy finds out by asking for its health
    /// and not by a refused request. None by default: it helps only where there is another instance to lead to.
    pub notice: Duration,
    /// The time for requests under way after that.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            proxies: TrustedProxies::default(),
            head: Duration::from_secs(15),
            body_silence: Duration::from_secs(15),
            body: Duration::from_secs(120),
            upload: Duration::from_secs(2 * 3600),
            silence: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            notice: Duration::ZERO,
            farewell: Duration::from_secs(7),
        }
    }
}

/// A bound address, not yet served.
pub struct Listener {
    tcp: TcpListener,
    local: SocketAddr,
    limits: Limits,
    connections: Connections,
}

/// Reads how many connections there are, for `/metrics`.
#[derive(Clone)]
pub struct Visitors {
    connections: Connections,
}

impl Visitors {
    /// Open connections now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.connections.open()
    }

    /// Connections refused since the start because there were too many.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.connections.turned_away.load(Relaxed)
    }
}

impl Listener {
    /// Binds the address (port 0 chooses a free one). Call it inside the tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        // Accepted sockets inherit these from the listening one. Without TCP_NODELAY an event waits up to 25 ms for the
        // acknowledgement of the one before.
        socket.set_tcp_nodelay(true)?;
        #[cfg(target_os = "linux")]
        {
            socket.set_tcp_user_timeout(Some(limits.silence))?;
            socket.set_tcp_notsent_lowat(UNSENT)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let tcp = TcpListener::from_std(socket.into())?;
        let local = tcp.local_addr()?;
        let most = limits.connections.min(files_allow());
        let connections = Connections::new(most, limits.proxies.clone());
        Ok(Self {
            tcp,
            local,
            limits,
            connections,
        })
    }

    /// The address that was bound.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// A reader of the number of connections, good for as long as the server runs.
    #[must_use]
    pub fn visitors(&self) -> Visitors {
        Visitors {
            connections: self.connections.clone(),
        }
    }
}

/// Serves until `shutdown`. Then each answer asks its connection to end, for [`Limits::notice`] new ones are still
/// taken, and requests under way finish for [`Limits::farewell`]. Streams must watch the same token, or they use up that
/// time.
///
/// Each request carries the [`crate::live::Outflow`] of its connection; [`crate::live::Outlet`] extracts it.
///
/// # Errors
/// When the server cannot run.
pub async fn serve<E>(
    listener: Listener,
    endpoint: E,
    shutdown: CancellationToken,
) -> io::Result<()>
where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    let Listener {
        tcp,
        local,
        limits,
        connections,
    } = listener;
    let endpoint = Known {
        inner: endpoint.into_endpoint(),
        connections: connections.clone(),
        limits: limits.clone(),
        shutdown: shutdown.clone(),
    };
    let closed = CancellationToken::new();
    let close = closed.clone();
    // Ends with the server, which does not return before the door is closed.
    tokio::spawn(async move {
        shutdown.cancelled().await;
        sleep(limits.notice).await;
        close.cancel();
    });
    let door = Door {
        tcp,
        local,
        head: limits.head,
        connections,
        politeness: Arc::new(Semaphore::new(TURNED_AWAY_POLITELY)),
        shutdown: closed.clone(),
    };
    Server::new_with_acceptor(door)
        .idle_timeout(limits.idle)
        .run_with_graceful_shutdown(endpoint, closed.cancelled_owned(), Some(limits.farewell))
        .await
}

/// How many connections the limit of open files leaves room for.
fn files_allow() -> usize {
    let soft_limit = || -> Option<usize> {
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        let files = limits
            .lines()
            .find(|line| line.starts_with("Max open files"))?;
        files.split_whitespace().nth(3)?.parse().ok()
    };
    soft_limit().map_or(usize::MAX, |files| {
        files.saturating_sub(RESERVED_FILES).max(16)
    })
}

/// Accepts, counts and guards connections.
struct Door {
    tcp: TcpListener,
    local: SocketAddr,
    head: Duration,
    connections: Connections,
    politeness: Arc<Semaphore>,
    shutdown: CancellationToken,
}

impl Acceptor for Door {
    type Io = Guarded;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![LocalAddr(self.local.into())]
    }

    async fn accept(&mut self) -> io::Result<(Guarded, LocalAddr, RemoteAddr, Scheme)> {
        loop {
            match self.tcp.accept().await {
                Ok((tcp, peer)) => match self.connections.enter(peer.ip()) {
                    Some(place) => {
                        // The only way through poem from a connection to its requests is the address.
                        let local =
                            LocalAddr(Addr::custom(connection::SCHEME, place.id().to_string()));
                        let remote = RemoteAddr(peer.into());
                        let guarded = Guarded::new(tcp, place, self.head, self.shutdown.clone());
                        return Ok((guarded, local, remote, Scheme::HTTP));
                    }
                    None => self.turn_away(tcp),
                },
                Err(error) => {
                    // Out of files, mostly: it passes, and poem would ask again without a breath.
                    tracing::warn!(%error, "accepting a connection failed");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

impl Door {
    fn turn_away(&self, mut tcp: TcpStream) {
        self.connections.turned_away.fetch_add(1, Relaxed);
        let Ok(permit) = Arc::clone(&self.politeness).try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            let answer = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let farewell = async {
                tcp.write_all(answer).await?;
                tcp.shutdown().await?;
                // Closing with the request unread would reset the connection, and the answer with it.
                let mut request = [0; 4096];
                while tcp.read(&mut request).await? > 0 {}
                io::Result::Ok(())
            };
            let _ = timeout(Duration::from_secs(1), farewell).await;
            drop(permit);
        });
    }
}

/// The endpoint behind the door: tells the connection that a request has come, and the request its connection.
struct Known<E> {
    inner: E,
    connections: Connections,
    limits: Limits,
    shutdown: CancellationToken,
}

impl<E: Endpoint> Endpoint for Known<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let visit = self.connections.visit(request.local_addr());
        if let Some(visit) = &visit {
            request.set_data(visit.outflow());
        }
        let body = request.take_body();
        if !body.is_empty() {
            let whole = match security::is_upload(&request) {
                true => self.limits.upload,
                false => self.limits.body,
            };
            request.set_body(body::in_time(body, self.limits.body_silence, whole));
        }
        let answer = self.inner.call(request).await;
        drop(visit);
        let mut answer = answer?.into_response();
        // Whoever asks next shall ask another instance, instead of meeting a connection that is just being closed.
        if self.shutdown.is_cancelled() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        Ok(answer)
    }
}

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use poem::{EndpointExt, Route, get, handler, post, web::Data};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{Limits, Listener, Visitors, connection::Connections, serve};
use crate::live::{Changed, FeedCounts, Feeds, Live, Outlet, StreamOptions, View, sse_stream};

/// A running server with one page, one upload and one stream.
struct House {
    address: SocketAddr,
    board: Board,
    visitors: Visitors,
    shutdown: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

/// What the stream shows: a picture of a size, with its number.
#[derive(Clone)]
struct Board {
    live: Live,
    feeds: Feeds<Board>,
    number: Arc<AtomicU64>,
    size: usize,
    shutdown: CancellationToken,
}

#[derive(Clone)]
struct Picture;

impl View<Board> for Picture {
    fn name(&self) -> String {
        "board".into()
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Floor
    }

    async fn draw(&self, board: &Board) -> Result<String> {
        Ok(format!(
            "[{}]{}",
            board.number.load(SeqCst),
            "x".repeat(board.size)
        ))
    }

    async fn revision(&self, board: &Board) -> Result<i64> {
        Ok(i64::try_from(board.number.load(SeqCst))?)
    }
}

#[handler]
async fn page() -> &'static str {
    "open"
}

#[handler]
async fn upload(body: poem::Body) -> poem::Result<String> {
    Ok(body.into_bytes_limit(1 << 20).await?.len().to_string())
}

#[handler]
async fn stream(board: Data<&Board>, outlet: Outlet) -> poem::Response {
    assert!(outlet.0.is_some(), "each request knows its connection");
    let options = StreamOptions::new(&board.live, outlet, board.shutdown.clone(), async || true);
    sse_stream(vec![board.feeds.watch(&board, Picture)], options)
}

impl House {
    async fn open(limits: Limits, size: usize) -> Self {
        let (live, shutdown) = (Live::in_memory(), CancellationToken::new());
        let feeds = Feeds::new(live.clone());
        let board = Board {
            live,
            feeds,
            number: Arc::default(),
            size,
            shutdown: shutdown.clone(),
        };
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), limits).unwrap();
        let (address, visitors) = (listener.local_addr(), listener.visitors());
        let routes = Route::new()
            .at("/", get(page))
            .at("/upload", post(upload))
            .at("/stream", get(stream))
            .data(board.clone());
        let server = tokio::spawn(serve(listener, routes, shutdown.clone()));
        Self {
            address,
            board,
            visitors,
            shutdown,
            server,
        }
    }

    async fn guest(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    fn change(&self) {
        self.board.number.fetch_add(1, SeqCst);
        self.board.live.publish(vec![Changed::Floor]);
    }

    fn counts(&self) -> FeedCounts {
        self.board.feeds.counts()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.server.abort();
    }
}

async fn soon<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(15), work)
        .await
        .expect("within fifteen seconds")
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "waited in vain: {what}"
        );
        sleep(Duration::from_millis(5)).await;
    }
}

async fn say(guest: &mut TcpStream, words: &str) {
    guest.write_all(words.as_bytes()).await.unwrap();
}

/// Reads until `end` has been seen.
async fn read_to(guest: &mut TcpStream, end: &str) -> String {
    let reading = async {
        let mut text = String::new();
        let mut piece = vec![0; 64 * 1024];
        while !text.contains(end) {
            let read = guest.read(&mut piece).await.unwrap();
            assert!(read > 0, "closed before {end:?}: {text}");
            text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        text
    };
    soon(reading).await
}

/// How long it takes until the server closes.
async fn closed_after(guest: &mut TcpStream) -> Duration {
    let begun = Instant::now();
    let mut piece = [0; 4096];
    soon(async { while matches!(guest.read(&mut piece).await, Ok(read) if read > 0) {} }).await;
    begun.elapsed()
}

fn quick(head_ms: u64) -> Limits {
    Limits {
        head: Duration::from_millis(head_ms),
        ..Limits::default()
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn accepted_sockets_inherit_what_the_listening_one_was_given() {
    let limits = Limits {
        silence: Duration::from_secs(17),
        ..Limits::default()
    };
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), limits).unwrap();
    let _guest = TcpStream::connect(listener.local_addr()).await.unwrap();
    let (accepted, _) = listener.tcp.accept().await.unwrap();
    let socket = SockRef::from(&accepted);
    assert!(socket.tcp_nodelay().unwrap());
    assert_eq!(
        socket.tcp_user_timeout().unwrap(),
        Some(Duration::from_secs(17))
    );
    assert_eq!(socket.tcp_notsent_lowat().unwrap(), super::UNSENT);
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_closed() {
    let silence = Duration::from_secs(2);
    let house = House::open(
        Limits {
            silence,
            ..Limits::default()
        },
        100_000,
    )
    .await;
    let mut sleeper = house.guest().await;
    let mut reader = house.guest().await;
    for guest in [&mut sleeper, &mut reader] {
        say(guest, "GET /stream HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    }
    until("both streams", || house.counts().streams == 2).await;
    let reading =
        tokio::spawn(async move { while reader.read(&mut [0; 65_536]).await.unwrap() > 0 {} });
    let begun = Instant::now();
    while house.counts().streams == 2 {
        assert!(begun.elapsed() < Duration::from_secs(15), "never closed");
        house.change();
        sleep(Duration::from_millis(20)).await;
    }
    // The window shuts a little after the start; the kernel looks at it with growing pauses.
    assert!(
        begun.elapsed() >= silence,
        "closed after {:?}",
        begun.elapsed()
    );
    assert_eq!(
        (house.counts().streams, house.visitors.open()),
        (1, 1),
        "who reads stays"
    );
    reading.abort();
}

#[tokio::test]
async fn a_reader_that_slept_is_shown_what_had_left_and_then_the_newest() {
    let house = House::open(Limits::default(), 40_000).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let mut guest = socket.connect(house.address).await.unwrap();
    say(&mut guest, "GET /stream HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    until("the stream", || house.counts().streams == 1).await;
    for number in 1..=60_u64 {
        house.change();
        until("the drawing", || house.counts().drawings > number).await;
    }
    // One picture is on its way through the buffers and one waits in the server: the rest were never handed over.
    assert!(
        house.counts().deliveries <= 3,
        "{} handed over",
        house.counts().deliveries
    );
    read_to(&mut guest, "[60]").await;
    assert!(
        house.counts().deliveries <= 4,
        "{} handed over",
        house.counts().deliveries
    );
}

#[tokio::test]
async fn half_a_request_is_closed_in_time_and_a_whole_one_is_answered() {
    let house = House::open(quick(400), 10).await;
    let (mut silent, mut half, mut whole) = (
        house.guest().await,
        house.guest().await,
        house.guest().await,
    );
    say(&mut half, "GET / HTTP/1.1\r\nhost: po").await;
    say(&mut whole, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    assert!(
        read_to(&mut whole, "open")
            .await
            .starts_with("HTTP/1.1 200")
    );
    for guest in [&mut silent, &mut half] {
        assert!(closed_after(guest).await < Duration::from_secs(3));
    }
    // A connection between two requests is quiet, not slow.
    sleep(Duration::from_millis(300)).await;
    say(&mut whole, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    assert!(
        read_to(&mut whole, "open")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn a_head_that_drips_is_closed_even_after_a_good_request() {
    let house = House::open(quick(500), 10).await;
    let mut guest = house.guest().await;
    say(&mut guest, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    read_to(&mut guest, "open").await;
    let begun = Instant::now();
    say(&mut guest, "GET / HTTP/1.1\r\nx: ").await;
    while guest.write_all(b"y").await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "dripped for ever");
        sleep(Duration::from_millis(50)).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(450));
}

#[tokio::test]
async fn the_time_for_the_head_is_not_the_time_for_the_answer() {
    let house = House::open(quick(300), 10).await;
    let mut watcher = house.guest().await;
    say(&mut watcher, "GET /stream HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    read_to(&mut watcher, "[0]").await;
    let mut uploader = house.guest().await;
    say(
        &mut uploader,
        "POST /upload HTTP/1.1\r\nhost: pos\r\ncontent-length: 10\r\n\r\n",
    )
    .await;
    for _ in 0..10 {
        sleep(Duration::from_millis(60)).await;
        say(&mut uploader, "z").await;
    }
    assert!(
        read_to(&mut uploader, "\r\n\r\n10")
            .await
            .starts_with("HTTP/1.1 200")
    );
    house.change();
    read_to(&mut watcher, "[1]").await;
}

#[tokio::test]
async fn http2_without_tls_is_not_spoken() {
    let house = House::open(quick(10_000), 10).await;
    let mut guest = house.guest().await;
    say(&mut guest, "P").await;
    sleep(Duration::from_millis(30)).await;
    say(&mut guest, "RI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(closed_after(&mut guest).await < Duration::from_secs(2));
    let mut guest = house.guest().await;
    say(&mut guest, "PROPFIND / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    assert!(
        read_to(&mut guest, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 405")
    );
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_finds_a_place_later() {
    let house = House::open(
        Limits {
            connections: 2,
            ..Limits::default()
        },
        10,
    )
    .await;
    let (mut first, mut second) = (house.guest().await, house.guest().await);
    for guest in [&mut first, &mut second] {
        say(guest, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
        read_to(guest, "open").await;
    }
    let mut third = house.guest().await;
    say(&mut third, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    let answer = read_to(&mut third, "\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 2"),
        "{answer}"
    );
    assert!(closed_after(&mut third).await < Duration::from_secs(2));
    assert_eq!(
        (house.visitors.open(), house.visitors.turned_away()),
        (2, 1)
    );
    drop(first);
    until("the free place", || house.visitors.open() == 1).await;
    let mut fourth = house.guest().await;
    say(&mut fourth, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    assert!(
        read_to(&mut fourth, "open")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn one_address_has_a_quarter_of_the_places_and_a_proxy_may_have_all() {
    let connections = Connections::new(8, "10.0.0.7".parse().unwrap());
    let enter = |address: &str| connections.enter(address.parse().unwrap());
    let mut one = vec![enter("203.0.113.9").unwrap()];
    one.push(enter("::ffff:203.0.113.9").unwrap());
    assert!(enter("203.0.113.9").is_none(), "two of eight");
    let _others: Vec<_> = ["203.0.113.10", "10.0.0.7", "10.0.0.7", "10.0.0.7", "::1"]
        .map(|address| enter(address).unwrap())
        .into();
    one.pop();
    let _again = enter("203.0.113.9").unwrap();
    assert_eq!(connections.open(), 7);
    let _last = enter("127.0.0.1").unwrap();
    assert!(enter("127.0.0.1").is_none(), "all eight are taken");
}

#[tokio::test]
async fn a_body_that_stops_half_way_or_drips_for_ever_is_refused() {
    let limits = Limits {
        body_silence: Duration::from_millis(300),
        body: Duration::from_millis(900),
        ..Limits::default()
    };
    let house = House::open(limits, 10).await;
    let head = "POST /upload HTTP/1.1\r\nhost: pos\r\ncontent-length: 1000\r\n\r\n";
    let (mut silent, mut dripping) = (house.guest().await, house.guest().await);
    say(&mut silent, head).await;
    say(&mut dripping, head).await;
    let begun = Instant::now();
    assert!(
        read_to(&mut silent, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400")
    );
    assert!(begun.elapsed() < Duration::from_millis(850));
    while dripping.write_all(b"z").await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "dripped for ever");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_stop_ends_streams_and_idle_connections_at_once() {
    let mut house = House::open(Limits::default(), 10).await;
    let (mut watcher, mut idle) = (house.guest().await, house.guest().await);
    let (_in_reserve, mut half) = (house.guest().await, house.guest().await);
    say(&mut half, "GET / HT").await;
    say(&mut watcher, "GET /stream HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    read_to(&mut watcher, "[0]").await;
    say(&mut idle, "GET / HTTP/1.1\r\nhost: pos\r\n\r\n").await;
    read_to(&mut idle, "open").await;
    let begun = Instant::now();
    house.shutdown.cancel();
    soon(&mut house.server).await.unwrap().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert!(read_to(&mut watcher, "0\r\n\r\n").await.contains("retry: "));
    assert!(TcpStream::connect(house.address).await.is_err());
}

#[tokio::test]
async fn fifty_screens_are_told_of_a_change_within_a_second() {
    let house = House::open(Limits::default(), 5_000).await;
    let mut screens = vec![];
    for _ in 0..50 {
        let mut screen = house.guest().await;
        say(&mut screen, "GET /stream HTTP/1.1\r\nhost: pos\r\n\r\n").await;
        read_to(&mut screen, "[0]").await;
        screens.push(screen);
    }
    let begun = Instant::now();
    house.change();
    for screen in &mut screens {
        read_to(screen, "[1]").await;
    }
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(house.counts().drawings, 2, "one drawing for all");
}

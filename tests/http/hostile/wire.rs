//! The real program on a real socket: what is too large, too slow, ambiguous or no HTTP at all. The till goes on answering.
//!
//! The door by itself, with its times and places, is tested in `src/web/serve/tests.rs`.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use cafe_pos::routes;
use cafe_pos::web::serve::{Limits, Listener, Visitors, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::scene::Scene;
use super::watch;
use crate::house::*;

/// The café behind its door.
struct Served {
    scene: Scene,
    address: SocketAddr,
    visitors: Visitors,
    shutdown: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl Served {
    async fn open() -> Served {
        let scene = Scene::open().await;
        let limits = Limits {
            head: Duration::from_millis(1_500),
            body_silence: Duration::from_millis(1_000),
            ..Limits::default()
        };
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), limits).unwrap();
        let (address, visitors) = (listener.local_addr(), listener.visitors());
        let shutdown = CancellationToken::new();
        let routes = routes::endpoint(scene.house.app.clone());
        let server = tokio::spawn(serve(listener, routes, shutdown.clone()));
        watch::changes(&scene.house).await;
        Served {
            scene,
            address,
            visitors,
            shutdown,
            server,
        }
    }

    async fn guest(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// All that comes back until the program closes, or is silent for a second and a half.
    async fn told(&self, words: &[u8]) -> String {
        let mut guest = self.guest().await;
        // Whoever says too much is cut off in the middle of it.
        let _ = timeout(Duration::from_secs(5), guest.write_all(words)).await;
        listen(&mut guest).await
    }

    /// The head of a request that would open an order, up to its headers.
    async fn head(&self) -> String {
        let admin = self.scene.house.person(ADMIN).await;
        format!(
            "PUT /orders/{} HTTP/1.1\r\nhost: pos.test\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\nhx-request: true\r\n\
             idempotency-key: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n",
            cafe_pos::values::OrderId::new(),
            admin.cookie_header(),
            key()
        )
    }

    /// The till answers as if nothing were going on.
    async fn answers_quickly(&self, meanwhile: &str) {
        let begun = Instant::now();
        let head = "GET /api/health HTTP/1.1\r\nhost: pos.test\r\nconnection: close\r\n\r\n";
        let told = self.told(head.as_bytes()).await;
        assert!(told.starts_with("HTTP/1.1 200"), "{meanwhile}: {told}");
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{meanwhile}: {:?}",
            begun.elapsed()
        );
    }

    async fn nothing_changed(&self, what: &str) {
        let changed = watch::changes(&self.scene.house).await;
        assert!(changed.is_empty(), "{what} changed {changed:?}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.server.abort();
    }
}

async fn listen(guest: &mut TcpStream) -> String {
    let (mut text, mut piece) = (String::new(), vec![0; 64 * 1024]);
    while let Ok(Ok(read @ 1..)) =
        timeout(Duration::from_millis(1_500), guest.read(&mut piece)).await
    {
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    text
}

/// How many answers there are, and the statuses of them.
fn statuses(told: &str) -> Vec<u16> {
    told.match_indices("HTTP/1.1 ")
        .filter_map(|(at, _)| told.get(at + 9..at + 12)?.parse().ok())
        .collect()
}

fn is_refused(told: &str) -> bool {
    statuses(told)
        .iter()
        .all(|status| (400..500).contains(status))
}

fn chunked(body: &str) -> String {
    let chunks: String = body
        .as_bytes()
        .chunks(8_000)
        .map(|chunk| {
            format!(
                "{:x}\r\n{}\r\n",
                chunk.len(),
                String::from_utf8_lossy(chunk)
            )
        })
        .collect();
    format!("{chunks}0\r\n\r\n")
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_however_it_comes() {
    let till = Served::open().await;
    let form = "kind=takeaway&name=Ms+Achieng";
    let large = format!("{form}&note={}", "x".repeat(300_000));
    let huge = format!("{form}&note={}", "x".repeat(3_000_000));
    for (what, end) in [
        (
            "its length is told",
            format!("content-length: {}\r\n\r\n{large}", large.len()),
        ),
        (
            "its length is told and it is huge",
            format!("content-length: {}\r\n\r\n{huge}", huge.len()),
        ),
        (
            "in pieces",
            format!("transfer-encoding: chunked\r\n\r\n{}", chunked(&large)),
        ),
        (
            "in pieces, and huge",
            format!("transfer-encoding: chunked\r\n\r\n{}", chunked(&huge)),
        ),
        (
            "a length beyond all numbers",
            format!("content-length: 99999999999999999999999\r\n\r\n{form}"),
        ),
        (
            "a length below nothing",
            format!("content-length: -1\r\n\r\n{form}"),
        ),
        (
            "a piece beyond all numbers",
            format!("transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{form}\r\n0\r\n\r\n"),
        ),
        (
            "a piece of no number",
            format!("transfer-encoding: chunked\r\n\r\nzz\r\n{form}\r\n0\r\n\r\n"),
        ),
    ] {
        let told = till.told((till.head().await + &end).as_bytes()).await;
        // Whoever is still talking may find the line cut before the answer is read.
        assert!(is_refused(&told), "{what}: {told}");
        till.nothing_changed(what).await;
        till.answers_quickly(what).await;
    }
    // The proof that it was refused for its size.
    for end in [
        format!("content-length: {}\r\n\r\n{form}", form.len()),
        format!("transfer-encoding: chunked\r\n\r\n{}", chunked(form)),
    ] {
        let told = till.told((till.head().await + &end).as_bytes()).await;
        assert_eq!(statuses(&told), [200], "{told}");
        assert!(!watch::changes(&till.scene.house).await.is_empty());
    }
}

#[tokio::test]
async fn what_two_programs_would_read_in_two_ways_is_not_read_at_all() {
    let till = Served::open().await;
    let form = "kind=takeaway&name=Ms+Achieng";
    let (length, pieces) = (form.len(), chunked(form));
    let hidden = "GET /hidden HTTP/1.1\r\nhost: pos.test\r\n\r\n";
    for (what, end) in [
        (
            "two lengths",
            format!(
                "content-length: {length}\r\ncontent-length: {}\r\n\r\n{form}",
                length - 9
            ),
        ),
        (
            "two lengths in one",
            format!("content-length: {length}, {}\r\n\r\n{form}", length - 9),
        ),
        (
            "a length with a sign",
            format!("content-length: +{length}\r\n\r\n{form}"),
        ),
        (
            "a length with a space before its colon",
            format!("content-length : {length}\r\n\r\n{form}"),
        ),
        (
            "an encoding nobody knows",
            format!("transfer-encoding: xchunked\r\n\r\n{pieces}"),
        ),
        (
            "an encoding that ends otherwise",
            format!("transfer-encoding: chunked, identity\r\n\r\n{pieces}"),
        ),
        (
            "a folded header",
            format!(
                "x: y\r\n transfer-encoding: chunked\r\ncontent-length: {length}\r\n\r\n{form}"
            ),
        ),
        (
            "a header without a name",
            format!(": x\r\ncontent-length: {length}\r\n\r\n{form}"),
        ),
        (
            "a bare return in a header",
            format!("x: a\rb\r\ncontent-length: {length}\r\n\r\n{form}"),
        ),
        (
            "a NUL in a header",
            format!("x: a\0b\r\ncontent-length: {length}\r\n\r\n{form}"),
        ),
    ] {
        let told = till
            .told((till.head().await + &end + hidden).as_bytes())
            .await;
        assert!(is_refused(&told) && !told.is_empty(), "{what}: {told}");
        assert_eq!(
            statuses(&told).len(),
            1,
            "{what} hid a second request: {told}"
        );
        till.nothing_changed(what).await;
    }
    // Both at once may be read in the one way that the standard allows, and then nothing else on that line.
    let both = format!("content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n{pieces}");
    let told = till
        .told((till.head().await + &both + hidden).as_bytes())
        .await;
    assert!(
        statuses(&told).len() == 1,
        "a length and an encoding hid a second request: {told}"
    );
    till.answers_quickly("after all that").await;
}

#[tokio::test]
async fn what_is_no_http_is_no_crash() {
    let till = Served::open().await;
    let many: String = (0..500).map(|n| format!("x-{n}: y\r\n")).collect();
    let garbage: Vec<u8> = (0..100_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let get = |rest: &str| format!("GET / HTTP/1.1\r\nhost: pos.test\r\n{rest}\r\n").into_bytes();
    for (what, words) in [
        ("noise", garbage),
        (
            "a greeting of TLS",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        ),
        ("an old version", b"GET /floor HTTP/0.9\r\n\r\n".to_vec()),
        (
            "a future version",
            b"GET /floor HTTP/3.0\r\nhost: pos.test\r\n\r\n".to_vec(),
        ),
        (
            "an address with spaces",
            b"GET /floor x HTTP/1.1\r\nhost: pos.test\r\n\r\n".to_vec(),
        ),
        (
            "an address that is very long",
            format!(
                "GET /{} HTTP/1.1\r\nhost: pos.test\r\n\r\n",
                "a".repeat(70_000)
            )
            .into_bytes(),
        ),
        (
            "a header that is very long",
            get(&format!("x: {}\r\n", "a".repeat(600_000))),
        ),
        ("very many headers", get(&many)),
        (
            "a tunnel",
            b"CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test\r\n\r\n".to_vec(),
        ),
        (
            "another socket",
            get("connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\n"),
        ),
        ("good, then noise", [get(""), vec![0xff; 5_000]].concat()),
    ] {
        let told = till.told(&words).await;
        let broken = statuses(&told).into_iter().any(|status| status >= 500);
        assert!(
            !broken,
            "{what}: {}",
            told.chars().take(500).collect::<String>()
        );
        assert!(!told.contains("HTTP/1.1 101"), "{what}: {told}");
        till.nothing_changed(what).await;
        till.answers_quickly(what).await;
    }
    // Many questions at once on one line are answered one after the other.
    let told = till.told(&get("").repeat(30)).await;
    assert_eq!(statuses(&told), [303; 30]);
}

#[tokio::test]
async fn the_till_goes_on_while_hundreds_dawdle() {
    let till = Served::open().await;
    let head = till.head().await;
    let admin = till.scene.house.person(ADMIN).await;
    let stream = format!(
        "GET /api/realtime/stream?view=floor HTTP/1.1\r\nhost: pos.test\r\ncookie: {}\r\n\r\n",
        admin.cookie_header()
    );
    let mut guests = Vec::new();
    for number in 0..300 {
        let mut guest = till.guest().await;
        let words = match number % 4 {
            0 => String::new(),
            1 => head[..60].to_owned(),
            2 => format!("{head}content-length: 100\r\n\r\nkind="),
            // Never reads a word of it.
            _ => stream.clone(),
        };
        guest.write_all(words.as_bytes()).await.unwrap();
        guests.push(guest);
    }
    till.answers_quickly("three hundred at the door").await;
    let mut waiter = till.scene.house.person(WAITER).await;
    let order = cafe_pos::values::OrderId::from(till.scene.id("order"));
    for _ in 0..10 {
        let begun = Instant::now();
        waiter
            .tap(order, "Espresso")
            .await
            .must_be(poem::http::StatusCode::OK);
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "a tap took {:?}",
            begun.elapsed()
        );
    }
    till.answers_quickly("while all of them watch").await;
    // The silent and the slow are shown out; who follows a stream may stay.
    let begun = Instant::now();
    while till.visitors.open() > 75 {
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "{} are still here",
            till.visitors.open()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(till.visitors.turned_away(), 0);
    drop(guests);
}

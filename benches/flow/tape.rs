//! What one screen was sent, kept with its moments, and played once more: on a machine that does nothing else meanwhile, as
//! a display on a wall does. Stands between a browser and an instance.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How the request for a stream begins.
const STREAM: &[u8] = b"GET /api/realtime/stream";
/// What a board tells the kitchen; when a tape is played, the tickets that it tells of are long gone.
const TOLD: &[u8] = b"POST /kitchen/tickets/";
const TAKEN: &[u8] = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";

/// Pieces of a stream, each with how long after its request it came.
type Pieces = Vec<(Duration, Vec<u8>)>;

/// A door to an instance that keeps what the last stream through it was sent.
pub struct Tape {
    /// Where the browser knocks.
    pub address: String,
    pieces: Arc<Mutex<Pieces>>,
}

impl Tape {
    /// Keeps what a stream of the instance is sent.
    pub fn record(instance: &str) -> Self {
        let pieces = Arc::<Mutex<Pieces>>::default();
        let kept = Arc::clone(&pieces);
        let address = open(instance, move |browser, instance, request| {
            let Ok(mut up) = TcpStream::connect(&instance) else {
                return;
            };
            let _ = up.write_all(&request);
            let is_stream = request.starts_with(STREAM);
            let (mut from, mut to) = (clone(&browser), clone(&up));
            thread::spawn(move || while pass_on(&mut from, &mut to).is_some() {});
            let begun = Instant::now();
            if is_stream {
                lock(&kept).clear();
            }
            let (mut from, mut to) = (up, browser);
            while let Some(piece) = pass_on(&mut from, &mut to) {
                if is_stream {
                    lock(&kept).push((begun.elapsed(), piece));
                }
            }
        });
        Tape { address, pieces }
    }

    /// Plays it to every stream that is asked for from now on; everything else is the instance's.
    pub fn play(&self, instance: &str) -> Self {
        let pieces = Arc::clone(&self.pieces);
        let played = Arc::clone(&pieces);
        let address = open(instance, move |mut browser, instance, request| {
            if request.starts_with(TOLD) {
                let _ = browser.write_all(TAKEN);
                return;
            }
            if request.starts_with(STREAM) {
                let begun = Instant::now();
                for (after, piece) in lock(&played).clone() {
                    thread::sleep(after.saturating_sub(begun.elapsed()));
                    if browser.write_all(&piece).is_err() {
                        return;
                    }
                }
                // Open until the browser goes: a stream that ends is asked for again.
                let _ = browser.read(&mut [0; 1]);
                return;
            }
            let Ok(mut up) = TcpStream::connect(&instance) else {
                return;
            };
            let _ = up.write_all(&request);
            while pass_on(&mut up, &mut browser).is_some() {}
        });
        Tape { address, pieces }
    }
}

/// Listens; each request gets a connection of its own, because a browser sends the next one down the same otherwise.
fn open(
    instance: &str,
    serve: impl Fn(TcpStream, String, Vec<u8>) + Clone + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let instance = instance.to_owned();
    thread::spawn(move || {
        for browser in listener.incoming().map_while(Result::ok) {
            let (serve, instance) = (serve.clone(), instance.clone());
            thread::spawn(move || {
                let mut browser = browser;
                let _ = browser.set_nodelay(true);
                if let Some(request) = request_of(&mut browser) {
                    serve(clone(&browser), instance, request);
                }
                let _ = browser.shutdown(Shutdown::Both);
            });
        }
    });
    address
}

/// A whole request, with its body, which asks that the connection be closed after it.
fn request_of(browser: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = browser.read(&mut buffer).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&buffer[..count]);
        let Some(end) = memchr::memmem::find(&request, b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let length = head
            .split("\r\ncontent-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
        if request.len() >= end + 4 + length.unwrap_or(0) {
            let head = String::from_utf8_lossy(&request[..end]);
            let kept = without_keep_alive(&head);
            let mut asked = format!("{kept}\r\nconnection: close\r\n\r\n").into_bytes();
            asked.extend_from_slice(&request[end + 4..]);
            return Some(asked);
        }
    }
}

fn without_keep_alive(head: &str) -> String {
    let lines = head.split("\r\n");
    let others = lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    others.collect::<Vec<_>>().join("\r\n")
}

/// One piece from here to there; nothing when either has gone.
fn pass_on(from: &mut TcpStream, to: &mut TcpStream) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 64 * 1024];
    let count = from.read(&mut buffer).ok().filter(|count| *count > 0);
    let Some(count) = count else {
        let _ = to.shutdown(Shutdown::Both);
        return None;
    };
    buffer.truncate(count);
    to.write_all(&buffer).ok()?;
    Some(buffer)
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("the same connection")
}

fn lock(pieces: &Mutex<Pieces>) -> std::sync::MutexGuard<'_, Pieces> {
    pieces.lock().unwrap_or_else(PoisonError::into_inner)
}

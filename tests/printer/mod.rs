//! A receipt printer that runs here: a TCP server on a port of printers, which keeps what it is sent, answers how it is where it
//! is one that does, and fails as printers fail.

#![allow(dead_code, reason = "each suite that has a printer uses a part of it")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cafe_pos::printing::{decode, in_words};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a printer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers how it is, and prints.
    Good,
    /// It prints and never says a word, as many cheap ones.
    Mute,
    /// It says that there is no paper, and takes nothing.
    NoPaper,
    /// Its cover is open.
    CoverOpen,
    /// It runs out of paper while it prints.
    PaperEnds,
    /// After so many bytes of a slip it resets the connection.
    GoesAwayAfter(usize),
    /// It answers with something else than a printer would.
    Nonsense,
    /// It takes what comes, but so slowly that it is at it for so long.
    Slow(Duration),
    /// It closes each connection at once.
    SlamsTheDoor,
}

/// What all connections share.
#[derive(Debug)]
struct Inside {
    manner: Manner,
    slips: Vec<Vec<u8>>,
    asked: usize,
}

/// A printer, switched on until its value goes.
pub struct Printer {
    address: String,
    inside: Arc<Mutex<Inside>>,
    serving: JoinHandle<()>,
}

impl Printer {
    /// Switches one on that behaves so, at an address of its own.
    pub async fn on(manner: Manner) -> Printer {
        for host in 1..=250 {
            for port in 9100..=9199 {
                let address = format!("127.0.0.{host}:{port}");
                if let Ok(listener) = TcpListener::bind(&address).await {
                    return Printer::at(listener, address, manner);
                }
            }
        }
        panic!("no port of printers is free");
    }

    fn at(listener: TcpListener, address: String, manner: Manner) -> Printer {
        let inside = Arc::new(Mutex::new(Inside {
            manner,
            slips: Vec::new(),
            asked: 0,
        }));
        let shared = Arc::clone(&inside);
        let serving = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, Arc::clone(&shared)));
            }
        });
        Printer {
            address,
            inside,
            serving,
        }
    }

    /// Switches it off; it comes back at the same address ([`Printer::again`]).
    pub fn off(self) -> String {
        self.serving.abort();
        self.address.clone()
    }

    /// Switches one on where one was before.
    pub async fn again(address: &str, manner: Manner) -> Printer {
        for _ in 0..100 {
            if let Ok(listener) = TcpListener::bind(address).await {
                return Printer::at(listener, address.to_owned(), manner);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{address} is taken");
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on it behaves otherwise.
    pub fn becomes(&self, manner: Manner) {
        self.lock().manner = manner;
    }

    /// What it was sent, whole or not, in the order of coming.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.lock().slips.clone()
    }

    /// What it printed, in words.
    pub fn slips(&self) -> Vec<String> {
        let bytes = self.bytes();
        let read = bytes.iter().map(|slip| match decode(slip) {
            Ok(printed) => in_words(&printed),
            Err(_) => format!("({} bytes that are no slip)", slip.len()),
        });
        read.collect()
    }

    /// How often it was asked how it is.
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut tcp: TcpStream, inside: Arc<Mutex<Inside>>) {
    let manner = inside.lock().unwrap_or_else(PoisonError::into_inner).manner;
    if manner == Manner::SlamsTheDoor {
        return;
    }
    let (mut slip, mut waiting, mut buffer) = (Vec::new(), Vec::new(), [0; 512]);
    loop {
        let read = match tcp.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        waiting.extend_from_slice(&buffer[..read]);
        if let Manner::Slow(pause) = manner {
            tokio::time::sleep(pause).await;
        }
        let answer = take(&mut waiting, &mut slip, manner, &inside);
        if !answer.is_empty() && tcp.write_all(&answer).await.is_err() {
            break;
        }
        if let Manner::GoesAwayAfter(most) = manner
            && slip.len() >= most
        {
            // Unread bytes and no delay in closing: the other side is told with a reset.
            let _ = tcp.set_zero_linger();
            break;
        }
    }
    slip.append(&mut waiting);
    if !slip.is_empty() {
        let mut inside = inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.slips.push(slip);
    }
}

/// Takes what was read apart into questions, which are answered, and what is printed.
fn take(
    waiting: &mut Vec<u8>,
    slip: &mut Vec<u8>,
    manner: Manner,
    inside: &Mutex<Inside>,
) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut at = 0;
    while at < waiting.len() {
        match waiting[at..] {
            [0x10, 0x04, which, ..] => {
                inside.lock().unwrap_or_else(PoisonError::into_inner).asked += 1;
                answer.extend(status(which, manner, !slip.is_empty()));
                at += 3;
            }
            [0x1D, b'r', 1, ..] => {
                answer.extend(worked_off(manner));
                at += 3;
            }
            // The rest of a question may still be on its way.
            [0x10] | [0x10, 0x04] | [0x1D] | [0x1D, b'r'] => break,
            [byte, ..] => {
                slip.push(byte);
                at += 1;
            }
            [] => break,
        }
    }
    waiting.drain(..at);
    answer
}

fn status(which: u8, manner: Manner, printing: bool) -> Vec<u8> {
    let ended = manner == Manner::PaperEnds && printing;
    match (manner, which) {
        (Manner::Mute | Manner::GoesAwayAfter(_) | Manner::Slow(_), _) => Vec::new(),
        (Manner::Nonsense, _) => b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        (Manner::NoPaper, 2) => vec![0x32],
        (Manner::NoPaper, _) => vec![0x72],
        (Manner::CoverOpen, 2) => vec![0x16],
        _ if ended => vec![0x72],
        _ => vec![0x12],
    }
}

fn worked_off(manner: Manner) -> Vec<u8> {
    match manner {
        Manner::Good => vec![0],
        Manner::PaperEnds => vec![0x0C],
        _ => Vec::new(),
    }
}

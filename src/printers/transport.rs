//! How bytes come to a printer, and what it says about itself.
//!
//! Before a slip the printer is asked how it is (`DLE EOT`, answered at once), and after it whether the paper lasted (`GS r`,
//! answered when everything before it has been worked off), both as the ESC/POS reference of Epson has them. Many cheap
//! printers answer neither, and some answer something else: what cannot be read counts as no answer, and then a slip counts as
//! printed when the printer has taken all of it and did not break off.

use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::address::Address;

/// How long a printer may take to open the connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How long one that answers at all takes to say how it is.
const STATUS: Duration = Duration::from_millis(300);
/// How long it may take nothing while it prints.
const STALL: Duration = Duration::from_secs(6);
/// How long all of a slip may take.
const WHOLE: Duration = Duration::from_secs(20);
/// How long it may print on until it says that it is done; who says nothing has said nothing wrong.
const FINISH: Duration = Duration::from_secs(5);
/// How long a connection is listened to that is closed, for a printer that says it broke off.
const FAREWELL: Duration = Duration::from_millis(300);
/// How often somebody who is busy is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// The longest that [`print`] takes.
pub const LONGEST: Duration = Duration::from_secs(30);

/// What became of a try to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// The printer says that it is on paper.
    Printed,
    /// The printer took all of it, and says nothing: as far as anybody can tell it is on paper.
    Taken,
    /// Nothing went to the printer: it may be tried again as if nothing had been.
    NotBegun(String),
    /// Some of it did, and nobody knows how much is on paper.
    BrokeOff(String),
}

/// Sends bytes to a printer, each time over a connection of its own.
pub async fn print(address: &Address, bytes: &[u8]) -> Outcome {
    let printing = async {
        match address {
            Address::Network { host, port } => over_network(host, *port, bytes).await,
            Address::Device(path) => to_device(path, bytes).await,
        }
    };
    match timeout(LONGEST, printing).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::BrokeOff("The printer did not finish.".to_owned()),
    }
}

async fn over_network(host: &str, port: u16, bytes: &[u8]) -> Outcome {
    let mut tcp = match timeout(CONNECT, TcpStream::connect((host, port))).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(failure)) => return Outcome::NotBegun(why_not_reached(&failure)),
        Err(_) => return Outcome::NotBegun("It does not answer. Is it switched on?".to_owned()),
    };
    let _ = tcp.set_nodelay(true);
    let answers = match ask(&mut tcp).await {
        Ok(Health::Ready) => true,
        Ok(Health::Silent) => false,
        Ok(Health::Ill(why)) => return Outcome::NotBegun(why.to_owned()),
        Err(failure) => return Outcome::NotBegun(why_not_reached(&failure)),
    };
    let deadline = Instant::now() + WHOLE;
    for chunk in bytes.chunks(1024) {
        let until = deadline.min(Instant::now() + STALL);
        match timeout_at(until, tcp.write_all(chunk)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => return Outcome::BrokeOff(why_broken(&failure)),
            Err(_) => return broke("It stopped taking what it should print."),
        }
    }
    let mut outcome = Outcome::Taken;
    if answers {
        match finish(&mut tcp).await {
            Ok(End::WorkedOff) => outcome = Outcome::Printed,
            Ok(End::Unsaid) => {}
            Ok(End::PaperOut) => return broke("It ran out of paper in the middle."),
            Err(failure) => return Outcome::BrokeOff(why_broken(&failure)),
        }
    }
    farewell(tcp, outcome).await
}

/// Closes our side and listens for a moment: a printer that went away in the middle resets the connection.
async fn farewell(mut tcp: TcpStream, outcome: Outcome) -> Outcome {
    if let Err(failure) = tcp.shutdown().await
        && failure.kind() != ErrorKind::NotConnected
    {
        return Outcome::BrokeOff(why_broken(&failure));
    }
    let mut rest = [0; 64];
    let until = Instant::now() + FAREWELL;
    loop {
        match timeout_at(until, tcp.read(&mut rest)).await {
            Ok(Ok(0)) | Err(_) => return outcome,
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => return Outcome::BrokeOff(why_broken(&failure)),
        }
    }
}

fn broke(why: &str) -> Outcome {
    Outcome::BrokeOff(why.to_owned())
}

/// How a printer says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ready,
    /// It says nothing, or nothing that can be read.
    Silent,
    Ill(&'static str),
}

/// Asks for why it is offline and for its paper: `DLE EOT 2` and `DLE EOT 4`.
async fn ask(tcp: &mut TcpStream) -> io::Result<Health> {
    tcp.write_all(&[0x10, 0x04, 2, 0x10, 0x04, 4]).await?;
    let mut said = [0; 2];
    match timeout(STATUS, tcp.read_exact(&mut said)).await {
        Ok(Ok(_)) => Ok(health(said[0], said[1])),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Ok(Health::Silent),
    }
}

/// What two bytes mean: why it is offline, and its paper. Each has fixed bits by which it is known.
fn health(offline: u8, paper: u8) -> Health {
    let is_status = |byte: u8| byte & 0b1001_0011 == 0b0001_0010;
    match (is_status(offline), is_status(paper)) {
        (true, true) if offline & 0x04 != 0 => Health::Ill("Its cover is open."),
        (true, true) if paper & 0x60 != 0 || offline & 0x20 != 0 => {
            Health::Ill("It is out of paper.")
        }
        (true, true) if offline & 0x40 != 0 => {
            Health::Ill("It reports an error. Switch it off and on.")
        }
        (true, true) => Health::Ready,
        _ => Health::Silent,
    }
}

/// How a slip ended.
enum End {
    WorkedOff,
    PaperOut,
    /// It said nothing in time, or nothing that can be read.
    Unsaid,
}

/// Waits until a printer that answers has worked off what it got: `GS r 1` stands in line with the slip. In between it is
/// asked for its paper, which it says out of line.
async fn finish(tcp: &mut TcpStream) -> io::Result<End> {
    tcp.write_all(&[0x1D, b'r', 1]).await?;
    let until = Instant::now() + FINISH;
    let mut byte = [0];
    loop {
        let turn = until.min(Instant::now() + AGAIN);
        match timeout_at(turn, tcp.read_exact(&mut byte)).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => return Err(failure),
            Err(_) if Instant::now() >= until => return Ok(End::Unsaid),
            Err(_) => {
                tcp.write_all(&[0x10, 0x04, 4]).await?;
                continue;
            }
        }
        let [byte] = byte;
        if byte & 0b1001_0011 == 0b0001_0010 {
            if byte & 0x60 != 0 {
                return Ok(End::PaperOut);
            }
        } else if byte & 0x90 == 0 {
            // The answer to GS r: bits 2 and 3 say that the paper is at its end.
            return Ok(match byte & 0x0C {
                0 => End::WorkedOff,
                _ => End::PaperOut,
            });
        } else {
            return Ok(End::Unsaid);
        }
    }
}

/// Writes to a device without ever waiting for it inside a call: a printer that is switched off would keep the thread.
async fn to_device(path: &str, bytes: &[u8]) -> Outcome {
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path);
    let mut device = match opened {
        Ok(device) => device,
        Err(failure) => return Outcome::NotBegun(why_not_opened(path, &failure)),
    };
    // Never a file: nothing of the machine may be written over, whatever stands under /dev.
    let is_device = device.metadata().is_ok_and(|it| {
        let kind = it.file_type();
        kind.is_char_device() || kind.is_fifo()
    });
    if !is_device {
        return Outcome::NotBegun(format!("{path} is no printer."));
    }
    let (mut rest, mut moved) = (bytes, Instant::now());
    let begun = moved;
    while !rest.is_empty() {
        match io::Write::write(&mut device, rest) {
            Ok(0) => return broke("It stopped taking what it should print."),
            Ok(written) => {
                rest = &rest[written..];
                moved = Instant::now();
            }
            Err(failure) if failure.kind() == ErrorKind::Interrupted => {}
            Err(failure) if failure.kind() == ErrorKind::WouldBlock => {
                if moved.elapsed() >= STALL || begun.elapsed() >= WHOLE {
                    let why = "It takes nothing. Is it switched on, and is there paper?";
                    return match rest.len() == bytes.len() {
                        true => Outcome::NotBegun(why.to_owned()),
                        false => broke(why),
                    };
                }
                sleep(Duration::from_millis(20)).await;
            }
            Err(failure) if rest.len() == bytes.len() => {
                return Outcome::NotBegun(why_not_opened(path, &failure));
            }
            Err(failure) => return Outcome::BrokeOff(why_broken(&failure)),
        }
    }
    Outcome::Taken
}

fn why_not_reached(failure: &io::Error) -> String {
    match failure.kind() {
        ErrorKind::ConnectionRefused => "It refuses the connection. Is it busy with another till, or is this address something else?",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "The network does not reach it. Is its cable in?"
        }
        ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => {
            "It closes the connection at once. Switch it off and on."
        }
        ErrorKind::TimedOut => "It does not answer. Is it switched on?",
        _ => "It cannot be reached under this address.",
    }
    .to_owned()
}

fn why_not_opened(path: &str, failure: &io::Error) -> String {
    match failure.kind() {
        ErrorKind::NotFound => format!("There is no {path}. Is its cable in?"),
        ErrorKind::PermissionDenied => {
            format!(
                "The program may not write to {path}. Put its user into the group of printers (lp)."
            )
        }
        _ => format!("{path} cannot be opened. Is the printer switched on?"),
    }
}

fn why_broken(failure: &io::Error) -> String {
    match failure.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            "It went away in the middle."
        }
        _ => "The connection broke in the middle.",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_printer_says_of_itself_is_known_by_its_fixed_bits() {
        assert_eq!(health(0x12, 0x12), Health::Ready);
        // Paper that is near its end is paper.
        assert_eq!(health(0x12, 0x1E), Health::Ready);
        assert_eq!(health(0x16, 0x12), Health::Ill("Its cover is open."));
        assert_eq!(health(0x12, 0x72), Health::Ill("It is out of paper."));
        assert_eq!(health(0x32, 0x12), Health::Ill("It is out of paper."));
        assert!(matches!(health(0x52, 0x12), Health::Ill(_)));
        for nonsense in [(b'H', b'T'), (0, 0), (0xFF, 0xFF), (0x12, b'P')] {
            assert_eq!(health(nonsense.0, nonsense.1), Health::Silent);
        }
    }

    #[tokio::test]
    async fn no_file_is_ever_written_over() {
        let folder = tempfile_path();
        std::fs::write(&folder, b"mine").expect("a file");
        let path = folder.to_str().expect("a path").to_owned();
        let outcome = to_device(&path, b"slip").await;
        assert!(matches!(outcome, Outcome::NotBegun(_)), "{outcome:?}");
        assert_eq!(std::fs::read(&folder).expect("the file"), b"mine");
        std::fs::remove_file(&folder).expect("removed");
    }

    fn tempfile_path() -> std::path::PathBuf {
        let name = format!("cafe-pos-printer-{}", uuid::Uuid::now_v7());
        std::env::temp_dir().join(name)
    }

    #[tokio::test]
    async fn a_device_that_is_not_there_is_said_so() {
        let outcome = to_device("/dev/usb/lp-none", b"slip").await;
        let Outcome::NotBegun(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.starts_with("There is no /dev/usb/lp-none."), "{why}");
    }
}

//! From the tap on Send until the ticket is in what a kitchen screen was sent: with 1, 50 and 200 screens on one board.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use uuid::Uuid;

use crate::cafe::Cafe;
use crate::client::Connection;

/// How many screens look at the bar's board, one number after the other.
pub const SCREENS: [usize; 3] = [1, 50, 200];
/// So many tills take orders, each at its pace.
const TILLS: usize = 4;
/// So many commands are an order.
const COMMANDS: u64 = 8;
/// How long a ticket stays on the board: long enough to be seen by all, short enough for a board of a few tickets.
const MADE_IN: Duration = Duration::from_millis(300);

/// How the tills work while the screens watch.
#[derive(Clone, Default)]
pub struct Trade {
    /// So many orders in all of the tills.
    pub orders_per_minute: u64,
    /// How long a ticket stays on the board.
    pub made_in: Duration,
    /// What is on the board when they begin, the oldest first; these leave it one after the other within `made_in`.
    pub begun: Vec<Uuid>,
}

/// What was seen with one number of screens.
pub struct Seen {
    pub screens: usize,
    /// Tickets that were sent within the window.
    pub sends: usize,
    /// When each of them was.
    pub sent: HashMap<Uuid, Instant>,
    /// From the send's first byte to the end of the event that shows its ticket, for each screen and ticket, in
    /// microseconds, sorted.
    pub took: Vec<u64>,
    /// Tickets that a screen was never sent.
    pub missed: usize,
    /// How long Send itself took until it was answered, in microseconds, sorted.
    pub answered: Vec<u64>,
}

impl Seen {
    /// Of the arrivals; nearest rank.
    pub fn percentile(&self, percent: usize) -> u64 {
        nearest(&self.took, percent)
    }

    /// Of the answers to Send; nearest rank.
    pub fn answered_percentile(&self, percent: usize) -> u64 {
        nearest(&self.answered, percent)
    }
}

pub fn nearest(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// When each ticket was sent, and when each screen had it.
#[derive(Default)]
struct Notes {
    sent: RefCell<HashMap<Uuid, Instant>>,
    answered: RefCell<Vec<Duration>>,
    arrived: RefCell<Vec<HashMap<Uuid, Instant>>>,
    stop: Cell<bool>,
}

/// Lets four tills work at the pace of `orders_per_second` in all while the screens watch at `addresses`, in turn.
pub async fn watch(
    cafe: &Cafe,
    addresses: &[String],
    screens: usize,
    orders_per_second: u64,
    window: Duration,
) -> Seen {
    let trade = Trade {
        orders_per_minute: orders_per_second.max(1) * 60,
        made_in: MADE_IN,
        begun: Vec::new(),
    };
    let over = tokio::time::sleep(window);
    watch_until(cafe, addresses, screens, trade, over).await.0
}

/// The same for other trade, until something is over, whose outcome is answered too.
pub async fn watch_until<T>(
    cafe: &Cafe,
    addresses: &[String],
    screens: usize,
    trade: Trade,
    over: impl Future<Output = T>,
) -> (Seen, T) {
    let notes = Rc::new(Notes::default());
    *notes.arrived.borrow_mut() = vec![HashMap::new(); screens];
    let bar = cafe.bar().await;
    let local = LocalSet::new();
    let outcome = local
        .run_until(async {
            for screen in 0..screens {
                let address = addresses[screen % addresses.len()].clone();
                let stream = open_stream(&address, &bar, cafe.bartender(0)).await;
                tokio::task::spawn_local(follow(stream, screen, Rc::clone(&notes)));
            }
            // The first pictures have arrived.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let commands_per_minute = trade.orders_per_minute * COMMANDS;
            let pause = Duration::from_micros(TILLS as u64 * 60_000_000 / commands_per_minute);
            let tills = (0..TILLS).map(|till| work(cafe, till, pause, &trade, Rc::clone(&notes)));
            let clock = async {
                let outcome = over.await;
                notes.stop.set(true);
                outcome
            };
            let (_, outcome) = tokio::join!(futures_util::future::join_all(tills), clock);
            tokio::time::sleep(Duration::from_millis(500)).await;
            outcome
        })
        .await;
    (seen(screens, &notes), outcome)
}

fn seen(screens: usize, notes: &Notes) -> Seen {
    let (sent, arrived) = (notes.sent.borrow(), notes.arrived.borrow());
    let mut took = Vec::new();
    let mut missed = 0;
    for (ticket, at) in sent.iter() {
        for screen in arrived.iter() {
            match screen.get(ticket) {
                Some(then) => took.push(micros(*then - *at)),
                None => missed += 1,
            }
        }
    }
    took.sort_unstable();
    let answered = notes.answered.borrow();
    let mut answered: Vec<u64> = answered.iter().map(|took| micros(*took)).collect();
    answered.sort_unstable();
    Seen {
        screens,
        sends: sent.len(),
        sent: sent.clone(),
        took,
        missed,
        answered,
    }
}

pub async fn open_stream(address: &str, bar: &str, session: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "GET /api/realtime/stream?view=board&station={bar} HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {session}\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    BufReader::with_capacity(64 * 1024, stream)
}

/// Notes each ticket when the event that shows it has arrived whole: at its empty line.
async fn follow(mut stream: BufReader<TcpStream>, screen: usize, notes: Rc<Notes>) {
    let mut line = Vec::new();
    let mut shown: Vec<Uuid> = Vec::new();
    loop {
        line.clear();
        match stream.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            let now = Instant::now();
            let mut arrived = notes.arrived.borrow_mut();
            for ticket in shown.drain(..) {
                arrived[screen].entry(ticket).or_insert(now);
            }
        } else {
            shown.extend(tickets_in(&line));
        }
    }
}

/// The tickets in a piece of a board: their elements' ids are `k-<id>`.
fn tickets_in(markup: &[u8]) -> impl Iterator<Item = Uuid> + '_ {
    const MARK: &[u8] = b"id=\"k-";
    memchr::memmem::find_iter(markup, MARK).filter_map(|at| {
        let id = markup.get(at + MARK.len()..at + MARK.len() + 36)?;
        Uuid::try_parse_ascii(id).ok()
    })
}

/// Which of the tickets that were there before a till takes off the board, and when.
fn leaving(trade: &Trade, till: usize) -> VecDeque<(Instant, Uuid)> {
    let (now, count) = (
        Instant::now(),
        u32::try_from(trade.begun.len()).unwrap_or(1),
    );
    let leaving = (1..).zip(&trade.begun).skip(till).step_by(TILLS);
    leaving
        .map(|(nth, ticket): (u32, _)| (now + trade.made_in * nth / count, *ticket))
        .collect()
}

/// A till's time: each command has its moment, whatever the one before took.
struct Metronome {
    next: Instant,
    pause: Duration,
}

impl Metronome {
    async fn beat(&mut self) {
        tokio::time::sleep_until(self.next.into()).await;
        // Who is late does not catch up in a burst.
        self.next = (self.next + self.pause).max(Instant::now());
    }
}

/// The eight commands of an order one after the other, each at its beat; a ticket is started as soon as it was sent and
/// bumped later.
async fn work(cafe: &Cafe, till: usize, pause: Duration, trade: &Trade, notes: Rc<Notes>) {
    let mut connection = Connection::to(&cafe.address).await;
    let (cashier, bartender) = (&cafe.cashiers[till], cafe.bartender(0));
    let mut time = Metronome {
        next: Instant::now() + pause * u32::try_from(till).unwrap_or(0) / TILLS as u32,
        pause,
    };
    let due = cafe.total.minor();
    let payment = format!("method=cash&tendered={due}&expected={due}");
    let mut made: VecDeque<(Instant, Uuid)> = leaving(trade, till);
    while !notes.stop.get() {
        let path = format!("/orders/{}", Uuid::now_v7());
        let mut tap = async |method: &str, path: &str, session: &str, form: &str| {
            time.beat().await;
            let tapped = Instant::now();
            let answer = connection.send(method, path, session, form).await;
            answer.must_succeed(path);
            tapped
        };
        tap("PUT", &path, cashier, "kind=takeaway").await;
        let lines = format!("{path}/lines");
        for product in &cafe.products {
            tap("POST", &lines, cashier, &format!("product={product}")).await;
        }
        let tapped = tap("POST", &format!("{path}/sends"), cashier, "").await;
        let answered = tapped.elapsed();
        let order = path.trim_start_matches("/orders/").parse().expect("an id");
        let ticket = cafe.ticket_of(order).await;
        notes.sent.borrow_mut().insert(ticket, tapped);
        notes.answered.borrow_mut().push(answered);
        made.push_back((Instant::now() + trade.made_in, ticket));
        tap("POST", &deed_of(ticket, "start"), bartender, "").await;
        tap("POST", &format!("{path}/payments"), cashier, &payment).await;
        while let Some((at, ticket)) = made.front().copied()
            && at <= Instant::now()
        {
            made.pop_front();
            tap("POST", &deed_of(ticket, "bump"), bartender, "").await;
        }
    }
    let latest = Instant::now() + MADE_IN;
    for (at, ticket) in made {
        tokio::time::sleep_until(at.min(latest).into()).await;
        let bumped = connection
            .send("POST", &deed_of(ticket, "bump"), bartender, "")
            .await;
        bumped.must_succeed("bump");
    }
}

pub fn deed_of(ticket: Uuid, deed: &str) -> String {
    format!("/kitchen/tickets/{ticket}/{deed}")
}

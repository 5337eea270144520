//! What boards cost: from Send until a real browser has painted the ticket, bytes and CPU time a change, and an evening of
//! many screens on two instances. README.md beside this says how each figure is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use crate::cafe::Cafe;
use crate::client::Connection;
use crate::figures::{hundredths, tenths};
use crate::processes;
use crate::redis::Redis;
use crate::screens::{self, Trade, deed_of, nearest};
use crate::tape::Tape;
use crate::wall::{Measured, Wall, since_send};

/// How many tickets are on a board.
const SIZES: [usize; 3] = [5, 20, 60];
/// How often each change is made to count its bytes, and the middle of them counts.
const TIMES: usize = 9;
/// How many changes are drawn to measure what one costs.
const CHANGES: u32 = 200;
/// After a change nothing more of it comes.
const QUIET: Duration = Duration::from_millis(120);

/// How a heartbeat begins, and how many bytes it is with the milliseconds of these centuries.
const HEARTBEAT: &[u8] = b"event: heartbeat\ndata: ";
const HEARTBEAT_BYTES: usize = HEARTBEAT.len() + 13 + 2;

/// An evening: so many orders a minute, each on the board for so long, seen on so many screens.
const PER_MINUTE: u64 = 60;
const MADE_IN: Duration = Duration::from_secs(60);
const SCREENS: usize = 20;
/// What hangs on the wall of a kitchen is so many times slower than this machine.
const SLOWER: u32 = 4;

/// From Send until the ticket is painted, at the pace of the part `screens`.
pub async fn painted(cafe: &Cafe, orders_per_second: u64, window: Duration) {
    let wall = Wall::hang(&cafe.address, "bar0", "Bar", 1);
    let address = [cafe.address.clone()];
    let seen = screens::watch(cafe, &address, 1, orders_per_second, window).await;
    let measured = wall.take_down();
    println!("\nms from Send until Chromium has painted the ticket, {orders_per_second} orders/s");
    print_painted_head();
    print_painted("a real board", &seen, &measured);
}

fn print_painted_head() {
    println!(
        "{:<34} tickets   missed   in the page p50      p99   painted p50      p99      max   answer p50      p99",
        ""
    );
}

fn print_painted(name: &str, seen: &screens::Seen, measured: &Measured) {
    let (there, painted, missed) = since_send(&seen.sent, &measured.painted);
    let [half, most] = [50, 99].map(|percent| hundredths(nearest(&there, percent) / 10));
    let [p_half, p_most, p_all] =
        [50, 99, 100].map(|percent| hundredths(nearest(&painted, percent) / 10));
    let [a_half, a_most] =
        [50, 99].map(|percent| hundredths(seen.answered_percentile(percent) / 10));
    println!(
        "{name:<34} {:>7} {missed:>8} {half:>17} {most:>8} {p_half:>13} {p_most:>8} {p_all:>8} {a_half:>12} {a_most:>8}",
        painted.len()
    );
}

/// Bytes and CPU time of changes on boards of several sizes, with one screen.
pub async fn changes(cafe: &Cafe) {
    let mut hand = Hand::at(cafe).await;
    println!("\nbytes on the wire of a board's stream for one change (the middle of {TIMES})");
    println!("tickets   whole picture   line done   new ticket      bump");
    for size in SIZES {
        while hand.open.len() < size {
            hand.opens().await;
        }
        sleep(QUIET * 4).await;
        let screen = Reader::open(cafe).await;
        while screen.pictures.load(Relaxed) == 0 {
            sleep(QUIET).await;
        }
        let whole = screen.settles().await;
        let (mut done, mut new, mut bump) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let line = hand.line_in_the_middle().await;
            screen.settles().await;
            hand.does("POST", &line).await;
            done.push(screen.settles().await);
            let order = hand.takes().await;
            screen.settles().await;
            hand.sends(order).await;
            new.push(screen.settles().await);
            hand.bumps_the_oldest().await;
            bump.push(screen.settles().await);
        }
        println!(
            "{size:>7} {whole:>15} {:>11} {:>12} {:>9}",
            middle(done),
            middle(new),
            middle(bump)
        );
    }

    // The same changes with a screen and without: what is between them is drawing and sending.
    let (mut with, mut without) = (Cost::default(), Cost::default());
    for _ in 0..2 {
        let screen = Reader::open(cafe).await;
        screen.settles().await;
        let before = screen.pictures.load(Relaxed);
        with.add(hand.changes_lines(CHANGES / 2).await);
        with.pictures += screen.pictures.load(Relaxed) - before;
        drop(screen);
        // Nobody looks any more: after a while nothing is drawn.
        sleep(Duration::from_secs(7)).await;
        without.add(hand.changes_lines(CHANGES / 2).await);
    }
    println!(
        "\nCPU ms a change on a board of {} tickets, {CHANGES} changes   program   Postgres   pictures",
        SIZES[2]
    );
    for (name, cost) in [("with one screen", &with), ("without a screen", &without)] {
        println!(
            "{name:<57} {:>12} {:>10} {:>10}",
            each(cost.program),
            each(cost.postgres),
            cost.pictures
        );
    }
    println!(
        "{:<57} {:>12} {:>10}",
        "drawing and sending",
        each(with.program.saturating_sub(without.program)),
        each(with.postgres.saturating_sub(without.postgres))
    );
    while !hand.open.is_empty() {
        hand.bumps_the_oldest().await;
    }
}

fn middle(mut bytes: Vec<u64>) -> u64 {
    bytes.sort_unstable();
    bytes[bytes.len() / 2]
}

fn each(all_ms: u64) -> String {
    hundredths(all_ms * 100 / u64::from(CHANGES))
}

/// CPU time in milliseconds.
#[derive(Default)]
struct Cost {
    program: u64,
    postgres: u64,
    pictures: u64,
}

impl Cost {
    fn now(cafe: &Cafe) -> Self {
        Cost {
            program: processes::cpu_ms(cafe.program),
            postgres: processes::cpu_of_family_ms(cafe.postmaster),
            pictures: 0,
        }
    }

    fn add(&mut self, other: Cost) {
        self.program += other.program;
        self.postgres += other.postgres;
    }
}

/// Whoever makes the changes.
struct Hand<'a> {
    cafe: &'a Cafe,
    connection: Connection,
    /// The tickets on the board, the oldest first.
    open: Vec<Uuid>,
}

impl<'a> Hand<'a> {
    async fn at(cafe: &'a Cafe) -> Self {
        Hand {
            cafe,
            connection: Connection::to(&cafe.address).await,
            open: Vec::new(),
        }
    }

    async fn asks(&mut self, method: &str, path: &str, session: &str, form: &str) {
        let answer = self.connection.send(method, path, session, form).await;
        answer.must_succeed(path);
    }

    /// A deed at the board.
    async fn does(&mut self, method: &str, path: &str) {
        let session = self.cafe.bartender(0);
        self.asks(method, path, session, "").await;
    }

    async fn takes(&mut self) -> Uuid {
        let (order, cashier) = (Uuid::now_v7(), &self.cafe.cashiers[0]);
        let path = format!("/orders/{order}");
        self.asks("PUT", &path, cashier, "kind=takeaway").await;
        for product in &self.cafe.products {
            let form = format!("product={product}");
            self.asks("POST", &format!("{path}/lines"), cashier, &form)
                .await;
        }
        order
    }

    async fn sends(&mut self, order: Uuid) {
        let cashier = &self.cafe.cashiers[0];
        self.asks("POST", &format!("/orders/{order}/sends"), cashier, "")
            .await;
        self.open.push(self.cafe.ticket_of(order).await);
    }

    async fn opens(&mut self) {
        let order = self.takes().await;
        self.sends(order).await;
    }

    async fn bumps_the_oldest(&mut self) {
        let ticket = self.open.remove(0);
        self.does("POST", &deed_of(ticket, "bump")).await;
    }

    /// Where a line is said to be done.
    async fn line_in_the_middle(&self) -> String {
        let ticket = self.open[self.open.len() / 2];
        let lines = self.cafe.lines_of(ticket).await;
        deed_of(ticket, &format!("lines/{}/done", lines[0]))
    }

    /// Says of lines that they are done and that they are not, so many times, and what that cost.
    async fn changes_lines(&mut self, times: u32) -> Cost {
        let line = self.line_in_the_middle().await;
        let before = Cost::now(self.cafe);
        for change in 0..times {
            let method = if change % 2 == 0 { "POST" } else { "DELETE" };
            self.does(method, &line).await;
            sleep(Duration::from_millis(30)).await;
        }
        let after = Cost::now(self.cafe);
        Cost {
            program: after.program - before.program,
            postgres: after.postgres - before.postgres,
            pictures: 0,
        }
    }
}

/// A screen that only counts.
struct Reader {
    bytes: Arc<AtomicU64>,
    pictures: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Reader {
    async fn open(cafe: &Cafe) -> Self {
        let mut stream =
            screens::open_stream(&cafe.address, &cafe.bar().await, cafe.bartender(0)).await;
        let (bytes, pictures) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counted, seen) = (Arc::clone(&bytes), Arc::clone(&pictures));
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                // A heartbeat is not a change.
                let beats = memchr::memmem::find_iter(&buffer[..count], HEARTBEAT).count();
                counted.fetch_add((count - beats * HEARTBEAT_BYTES) as u64, Relaxed);
                let ends =
                    memchr::memmem::find_iter(&buffer[..count], b"</hx-partial>\n\n").count();
                seen.fetch_add(ends as u64, Relaxed);
            }
        });
        Reader {
            bytes,
            pictures,
            task,
        }
    }

    /// Waits until nothing comes any more; how many bytes came since this was last asked.
    async fn settles(&self) -> u64 {
        sleep(QUIET).await;
        loop {
            let before = self.bytes.load(Relaxed);
            sleep(QUIET).await;
            if self.bytes.load(Relaxed) == before {
                return self.bytes.swap(0, Relaxed);
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Sixty orders a minute on twenty screens at two instances, and on a real board that is slow.
pub async fn evening(minutes: u32) {
    let redis = Redis::start();
    let cafe = Cafe::open(8, Some(&redis.url)).await;
    let (mut other, other_address) = cafe.another_instance(&redis.url);
    let addresses = [cafe.address.clone(), other_address.clone()];
    let mut hand = Hand::at(&cafe).await;
    let on_board = usize::try_from(PER_MINUTE * MADE_IN.as_secs() / 60).unwrap_or(60);
    while hand.open.len() < on_board {
        hand.opens().await;
    }
    println!(
        "\n{PER_MINUTE} orders a minute, {on_board} tickets on the board, {SCREENS} screens on two instances through Redis; a real board with a CPU {SLOWER} times slower"
    );
    println!(
        "minute   MB of one   of the other   longest frame ms   frames   over 50 ms   long tasks   longest ms"
    );
    let tape = Tape::record(&other_address);
    let wall = Wall::hang(&tape.address, "bar0", "Bar", SLOWER);
    let _ = wall.takes();
    let trade = Trade {
        orders_per_minute: PER_MINUTE,
        made_in: MADE_IN,
        begun: std::mem::take(&mut hand.open),
    };
    let over = async {
        let mut all = Measured::default();
        for minute in 1..=minutes {
            sleep(Duration::from_secs(60)).await;
            let measured = wall.takes();
            let memory = [cafe.program, other.id()].map(processes::resident_kb);
            print_minute(minute, memory, &measured);
            all.and(measured);
        }
        all
    };
    let (seen, mut measured) = screens::watch_until(&cafe, &addresses, SCREENS, trade, over).await;
    measured.and(wall.take_down());
    print_painted_head();
    print_painted("that board", &seen, &measured);
    println!(
        "the {SCREENS} screens: {} ms p50, {} ms p99 from Send to the end of the event",
        hundredths(seen.percentile(50) / 10),
        hundredths(seen.percentile(99) / 10)
    );
    if let Some(worst) = measured.worst {
        println!("the browser on its longest frame: {worst}");
    }
    // What that board was sent, once more, on a machine that does nothing else: a display has its processor to itself.
    let played = tape.play(&other_address);
    let wall = Wall::hang(&played.address, "bar0", "Bar", SLOWER);
    let _ = wall.takes();
    println!("\nThe same pictures at the same moments, nothing else at work");
    for minute in 1..=minutes {
        sleep(Duration::from_secs(60)).await;
        let memory = [cafe.program, other.id()].map(processes::resident_kb);
        print_minute(minute, memory, &wall.takes());
    }
    if let Some(worst) = wall.take_down().worst {
        println!("the browser on its longest frame: {worst}");
    }
    other.kill().expect("it was there");
    other.wait().expect("its end");
    cafe.close().await;
}

fn print_minute(minute: u32, memory: [u64; 2], measured: &Measured) {
    let [one, other] = memory.map(|kb| tenths(kb * 10 / 1024));
    let longest_task = measured.tasks.iter().max().copied().unwrap_or(0);
    println!(
        "{minute:>6} {one:>11} {other:>14} {:>18} {:>8} {:>12} {:>12} {:>12}",
        tenths(measured.longest / 100),
        measured.frames,
        measured.over,
        measured.tasks.len(),
        tenths(longest_task / 100)
    );
}

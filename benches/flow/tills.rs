//! The tills: each takes one order after the other, as fast as the program answers.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;
use uuid::Uuid;

use crate::cafe::Cafe;
use crate::client::Connection;
use crate::figures::{Command, Run, Times};
use crate::processes;

/// Before anything is counted: connections are made, caches filled, statements prepared.
const WARM_UP: Duration = Duration::from_secs(2);

/// What the tills are told and what they report.
#[derive(Default)]
struct Board {
    beat: Option<Duration>,
    measuring: Cell<bool>,
    stop: Cell<bool>,
    orders: Cell<u64>,
}

/// Lets so many tills work for the length of `window`.
pub async fn run(cafe: &Cafe, tills: usize, window: Duration) -> Run {
    run_until(cafe, tills, None, tokio::time::sleep(window))
        .await
        .0
}

/// Lets so many tills work until something is over, whose outcome is answered too: flat out, or each command only so long
/// after the one before began.
pub async fn run_until<T>(
    cafe: &Cafe,
    tills: usize,
    beat: Option<Duration>,
    over: impl Future<Output = T>,
) -> (Run, T) {
    let board = Rc::new(Board {
        beat,
        ..Board::default()
    });
    let times = Rc::new(std::cell::RefCell::new(Times::default()));
    let local = LocalSet::new();
    local
        .run_until(async {
            let work = async {
                let each =
                    (0..tills).map(|till| work(cafe, till, Rc::clone(&board), Rc::clone(&times)));
                futures_util::future::join_all(each).await;
            };
            let ((run, outcome), ()) = tokio::join!(watch(cafe, tills, over, &board), work);
            let run = Run {
                times: times.take(),
                ..run
            };
            (run, outcome)
        })
        .await
}

/// Starts and ends the counting, and reads the clocks at both moments.
async fn watch<T>(
    cafe: &Cafe,
    tills: usize,
    over: impl Future<Output = T>,
    board: &Board,
) -> (Run, T) {
    tokio::time::sleep(WARM_UP).await;
    let before = Clocks::read(cafe);
    board.measuring.set(true);
    let outcome = over.await;
    board.measuring.set(false);
    let after = Clocks::read(cafe);
    board.stop.set(true);
    let run = Run {
        tills,
        orders: board.orders.get(),
        took: after.at - before.at,
        program_ms: after.program - before.program,
        postgres_ms: after.postgres - before.postgres,
        load_ms: after.load - before.load,
        ..Run::default()
    };
    (run, outcome)
}

struct Clocks {
    at: Instant,
    program: u64,
    postgres: u64,
    load: u64,
}

impl Clocks {
    fn read(cafe: &Cafe) -> Self {
        Clocks {
            at: Instant::now(),
            program: processes::cpu_ms(cafe.program),
            postgres: processes::cpu_of_family_ms(cafe.postmaster),
            load: processes::cpu_ms(std::process::id()),
        }
    }
}

async fn work(cafe: &Cafe, till: usize, board: Rc<Board>, times: Rc<std::cell::RefCell<Times>>) {
    let mut hand = Hand {
        connection: Connection::to(&cafe.address).await,
        board: &board,
        times: &times,
        next: Instant::now() + Duration::from_millis(37) * u32::try_from(till).unwrap_or(0),
    };
    while !board.stop.get() {
        take_order(cafe, till, &mut hand).await;
        if board.measuring.get() {
            board.orders.set(board.orders.get() + 1);
        }
    }
}

async fn take_order(cafe: &Cafe, till: usize, hand: &mut Hand<'_>) {
    let order = Uuid::now_v7();
    let (cashier, bartender) = (&cafe.cashiers[till], cafe.bartender(till));
    let path = format!("/orders/{order}");
    hand.tap(Command::Open, "PUT", &path, cashier, "kind=takeaway")
        .await;
    for product in &cafe.products {
        let (lines, form) = (format!("{path}/lines"), format!("product={product}"));
        hand.tap(Command::Line, "POST", &lines, cashier, &form)
            .await;
    }
    hand.tap(Command::Send, "POST", &format!("{path}/sends"), cashier, "")
        .await;
    let ticket = format!("/kitchen/tickets/{}", cafe.ticket_of(order).await);
    hand.tap(
        Command::Start,
        "POST",
        &format!("{ticket}/start"),
        bartender,
        "",
    )
    .await;
    hand.tap(
        Command::Bump,
        "POST",
        &format!("{ticket}/bump"),
        bartender,
        "",
    )
    .await;
    let due = cafe.total.minor();
    let form = format!("method=cash&tendered={due}&expected={due}");
    hand.tap(
        Command::Cash,
        "POST",
        &format!("{path}/payments"),
        cashier,
        &form,
    )
    .await;
}

/// What taps, and looks at the clock.
struct Hand<'a> {
    connection: Connection,
    board: &'a Board,
    times: &'a std::cell::RefCell<Times>,
    /// When the next command is due, where there is a beat.
    next: Instant,
}

impl Hand<'_> {
    async fn tap(&mut self, command: Command, method: &str, path: &str, session: &str, form: &str) {
        if let Some(beat) = self.board.beat {
            tokio::time::sleep_until(self.next.into()).await;
            // Who is late does not catch up in a burst.
            self.next = (self.next + beat).max(Instant::now());
        }
        let tapped = Instant::now();
        let answer = self.connection.send(method, path, session, form).await;
        let took = tapped.elapsed();
        answer.must_succeed(command.name());
        if self.board.measuring.get() {
            self.times.borrow_mut().note(command, took);
        }
    }
}

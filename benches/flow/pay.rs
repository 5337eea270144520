//! Paying: one order that many tills pay at once, many orders at half of what is reached, and the same beside a Pesapal
//! that takes every question and answers none.

use std::cell::RefCell;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::cafe::Cafe;
use crate::client::Connection;
use crate::figures::{self, Command, Run};
use crate::tills;

/// How many tills work.
const TILLS: usize = 32;

/// How many commands an order of the flow is.
const COMMANDS: u32 = 8;

/// How many tills pay one order at once.
const AT_ONE_ORDER: usize = 8;

/// What each of them pays at a time.
const PART: u32 = 100;

/// How often somebody opens an order beside the tills, and asks for money through Pesapal while it hangs.
const ASKED_EVERY: Duration = Duration::from_millis(250);

/// A server that takes connections and never says a word.
struct Silence {
    listener: TcpListener,
}

impl Silence {
    fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let taken = listener.try_clone().expect("the same port");
        std::thread::spawn(move || {
            let held: Vec<_> = taken.incoming().collect();
            drop(held);
        });
        Silence { listener }
    }

    fn address(&self) -> String {
        let address = self.listener.local_addr().expect("an address");
        format!("http://{address}")
    }
}

/// All of it, on a café of its own.
pub async fn measure(window: Duration) {
    let silence = Silence::begin();
    let settings = [
        ("PESAPAL_BASE_URL", silence.address()),
        ("PESAPAL_CONSUMER_KEY", "bench".to_owned()),
        ("PESAPAL_CONSUMER_SECRET", "bench".to_owned()),
        ("APP_BASE_URL", "https://pos.example.com".to_owned()),
    ];
    let cafe = Cafe::open_with(TILLS, None, &settings).await;
    figures::print_payments_head();
    let (took, paid) = on_one_order(&cafe, window).await;
    figures::print_payments("one order, 8 tills at once", paid, window, &took);
    let flat = tills::run(&cafe, TILLS, window).await;
    print(&flat, "32 tills, flat out");
    let beat = beat_of_half(&flat);
    let over = tokio::time::sleep(window);
    let (paced, ()) = tills::run_until(&cafe, TILLS, Some(beat), over).await;
    print(&paced, "32 tills at half of that");
    // One more till works beside them; then it asks for links, and nobody answers.
    for asks in [false, true] {
        let more = one_more_till(&cafe, window, asks);
        let (beside, orders) = tills::run_until(&cafe, TILLS, Some(beat), more).await;
        let how = match asks {
            false => "nobody asks for a link",
            true => "each asks for a link of a Pesapal that hangs",
        };
        print(
            &beside,
            &format!("the same, {orders} orders beside them, {how}"),
        );
    }
    cafe.close().await;
}

fn print(run: &Run, what: &str) {
    let times = run.times.of(Command::Cash);
    figures::print_payments(what, times.len(), run.took, &times);
}

/// How long after the command before each till's next one begins, so that all of them come to half of what they reached.
fn beat_of_half(flat: &Run) -> Duration {
    let orders = u32::try_from(flat.orders.max(1)).unwrap_or(u32::MAX);
    flat.took * 2 * u32::try_from(TILLS).unwrap_or(1) / (orders * COMMANDS)
}

/// Eight tills pay parts of one order as fast as they are answered; how long each took in microseconds, and how many.
async fn on_one_order(cafe: &Cafe, window: Duration) -> (Vec<u64>, usize) {
    let order = Uuid::now_v7();
    let path = format!("/orders/{order}");
    let mut first = Connection::to(&cafe.address).await;
    let cashier = &cafe.cashiers[0];
    let opened = first.send("PUT", &path, cashier, "kind=takeaway").await;
    opened.must_succeed("opening");
    // Far more than is paid within any window.
    let line = format!("product={}&quantity=999", cafe.products[0]);
    let added = first
        .send("POST", &format!("{path}/lines"), cashier, &line)
        .await;
    added.must_succeed("a line");
    let until = Instant::now() + window;
    let times = Rc::new(RefCell::new(Vec::new()));
    let hands = (0..AT_ONE_ORDER).map(|till| {
        let (times, path) = (Rc::clone(&times), path.clone());
        async move {
            let mut connection = Connection::to(&cafe.address).await;
            let form = format!("method=cash&part=amount&amount={PART}&tendered={PART}");
            while Instant::now() < until {
                let tapped = Instant::now();
                let to = format!("{path}/payments");
                let paid = connection
                    .send("POST", &to, &cafe.cashiers[till], &form)
                    .await;
                paid.must_succeed("paying a part");
                let took = u64::try_from(tapped.elapsed().as_micros()).unwrap_or(u64::MAX);
                times.borrow_mut().push(took);
            }
        }
    });
    futures_util::future::join_all(hands).await;
    let times = times.take();
    let paid = times.len();
    (times, paid)
}

/// Orders come beside the others all the time, and where `asks`, a link is asked for on each; answers how many.
async fn one_more_till(cafe: &Cafe, window: Duration, asks: bool) -> usize {
    let until = Instant::now() + window;
    let mut asked = 0;
    while Instant::now() < until {
        let order = Uuid::now_v7();
        let path = format!("/orders/{order}");
        let cashier = &cafe.cashiers[asked % TILLS];
        let mut connection = Connection::to(&cafe.address).await;
        connection
            .send("PUT", &path, cashier, "kind=takeaway")
            .await
            .must_succeed("opening");
        let line = format!("product={}", cafe.products[0]);
        connection
            .send("POST", &format!("{path}/lines"), cashier, &line)
            .await
            .must_succeed("a line");
        // Nobody waits for the answer: it comes when the program has given up on Pesapal.
        let payment = format!("{path}/payments");
        let asking = async move {
            if !asks {
                return std::future::pending().await;
            }
            let _ = connection
                .send("POST", &payment, cashier, "method=pesapal&part=full")
                .await;
        };
        let _ = tokio::time::timeout(ASKED_EVERY, asking).await;
        asked += 1;
    }
    asked
}

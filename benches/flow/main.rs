//! The order flow, measured: open, three lines, send, start, bump, cash. Eight HTTP commands, each a transaction of its
//! own, against the real program on a private Postgres that waits for the disk. README.md beside this says how each
//! figure is taken.

mod backups;
mod boards;
mod cafe;
mod client;
mod figures;
mod kitchen;
mod pay;
mod pgbench;
mod printing;
mod processes;
mod redis;
mod screens;
mod tape;
mod tills;
mod visits;
mod wall;

use std::time::Duration;

use cafe::Cafe;
use figures::Run;
use pgbench::Pgbench;
use redis::Redis;
use wall::Wall;

/// How many tills work at the same time, one run after the other (`BENCH_TILLS=8` for one of them).
const TILLS: [usize; 3] = [1, 8, 32];

/// How often the flow and pgbench take turns with each number of tills.
const ROUNDS: u32 = 3;

fn main() {
    // Cargo says `--bench` when figures are wanted; to list or to test the targets nothing is to be measured.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let seconds = std::env::var("BENCH_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(15);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure(Duration::from_secs(seconds)));
}

async fn measure(window: Duration) {
    let most = TILLS.into_iter().max().unwrap_or(1);
    let mut cafe = Cafe::open(most, None).await;
    figures::print_head(&cafe, window).await;
    let signed_in = cafe.memory();
    let wanted = |part: &str| asked_for("BENCH", part);
    let mut runs: Vec<Run> = Vec::new();
    if wanted("flow") {
        let pgbench = Pgbench::prepare(&cafe).await;
        for tills in TILLS
            .into_iter()
            .filter(|tills| asked_for("BENCH_TILLS", &tills.to_string()))
        {
            let mut run = Run::of(tills);
            for _ in 0..ROUNDS {
                let round = tills::run(&cafe, tills, window / ROUNDS).await;
                run.add(round, pgbench.run(tills, window / ROUNDS));
            }
            runs.push(run);
        }
        figures::print(&runs, signed_in, cafe.memory());
    }
    let pace = match wanted("screens") || wanted("boards") {
        true => half_of_what_is_reached(&cafe, &runs, window).await,
        false => 1,
    };
    if wanted("screens") {
        figures::print_screens_head(pace);
        let address = [cafe.address.clone()];
        for number in screens::SCREENS {
            let seen = screens::watch(&cafe, &address, number, pace, window).await;
            figures::print_screens(&seen, "one instance", cafe.memory());
        }
        across_instances(pace, window).await;
    }
    if wanted("pay") {
        pay::measure(window).await;
    }
    if wanted("printing") {
        printing::measure(window).await;
    }
    if wanted("boards") {
        boards::changes(&cafe).await;
        if Wall::is_here() {
            boards::painted(&cafe, pace, window).await;
        } else {
            println!("\nNo real board: `make bench` builds one and names it in BENCH_WALL.");
        }
    }
    if wanted("evening") && Wall::is_here() {
        boards::evening(minutes(1)).await;
    }
    if wanted("start") {
        start(&mut cafe).await;
    }
    if wanted("visits") {
        // A house of its own: what the other parts left open would be on its floor.
        let fresh = Cafe::open(8, None).await;
        visits(&fresh).await;
        fresh.close().await;
    }
    if wanted("figures") {
        kitchen::measure().await;
    }
    let long = std::env::var("BENCH").is_ok_and(|asked| asked == "long");
    if long {
        trade_for_long(&cafe).await;
    }
    cafe.close().await;
    if long || wanted("backups") {
        let orders = std::env::var("BENCH_ORDERS").ok();
        let orders = orders.and_then(|orders| orders.parse().ok());
        let usual = if long { 1_000_000 } else { 100_000 };
        backups::measure(orders.unwrap_or(usual), window).await;
    }
}

/// Whether a list in the environment names it; one that is not set names everything.
fn asked_for(list: &str, one: &str) -> bool {
    let asked = std::env::var(list).unwrap_or_default();
    asked.is_empty() || asked.split(',').any(|named| named == one)
}

/// At which pace the tills of the screens work: half of what eight tills reach.
async fn half_of_what_is_reached(cafe: &Cafe, runs: &[Run], window: Duration) -> u64 {
    let reached = match runs.iter().find(|run| run.tills == 8) {
        Some(run) => run.whole_orders_per_second(),
        None => tills::run(cafe, 8, window / ROUNDS)
            .await
            .whole_orders_per_second(),
    };
    (reached / 2).max(1)
}

/// How many minutes what takes minutes takes.
fn minutes(usual: u32) -> u32 {
    let minutes = std::env::var("BENCH_MINUTES").ok();
    minutes.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Eight tills for minutes on end: what is not given back shows.
async fn trade_for_long(cafe: &Cafe) {
    let minutes = minutes(10);
    println!("\nminute   orders/s   program MB   Postgres MB");
    for minute in 1..=minutes {
        let run = tills::run(cafe, 8, Duration::from_secs(58)).await;
        figures::print_minute(minute, &run, cafe.memory());
    }
}

/// The screens look through another instance than the tills, which hears of the changes through Redis.
async fn across_instances(pace: u64, window: Duration) {
    let redis = Redis::start();
    let cafe = Cafe::open(8, Some(&redis.url)).await;
    let (mut other, other_address) = cafe.another_instance(&redis.url);
    let addresses = [other_address];
    for number in [1, 50] {
        let seen = screens::watch(&cafe, &addresses, number, pace, window).await;
        figures::print_screens(&seen, "another one, through Redis", cafe.memory());
    }
    other.kill().expect("it was there");
    other.wait().expect("its end");
    cafe.close().await;
}

async fn start(cafe: &mut Cafe) {
    let mut took = Vec::new();
    for _ in 0..5 {
        took.push(cafe.restart().await);
    }
    took.sort_unstable();
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!(
        "\nStart to healthy after a clean stop, with its Postgres: {} ms (median of 5; {} to {})",
        took[2].as_millis(),
        took[0].as_millis(),
        took[4].as_millis()
    );
    figures::print_memory_now("program, idle after a start", cafe.memory().program);
}

async fn visits(cafe: &Cafe) {
    let cashier = &cafe.cashiers[0];
    let mut connection = client::Connection::to(&cafe.address).await;
    let order = format!("/orders/{}", uuid::Uuid::now_v7());
    let opened = connection
        .send("PUT", &order, cashier, "kind=takeaway")
        .await;
    opened.must_succeed("open");
    let board = format!("/kitchen/stations/{}", cafe.bar().await);
    println!("\nFirst visit, everything that is fetched, as a browser that takes gzip gets it");
    for (name, path, session) in [
        ("sign-in", "/sign-in", None),
        ("order", order.as_str(), Some(cashier.as_str())),
        ("board", board.as_str(), Some(cafe.bartender(0))),
    ] {
        let bytes = visits::first_visit(cafe, path, session).await;
        println!("{name:<20} {:>6} kB", figures::tenths_of_kb(bytes));
    }
    let pages = [("order screen", order.as_str()), ("floor", "/floor")];
    let mut before = Vec::new();
    for (_, path) in pages {
        before.push(visits::page_time(cafe, path, cashier).await);
    }
    visits::grow(cafe, 200).await;
    println!(
        "\nms per page, p50              with the seed   1,000 products, 200 open orders   ratio"
    );
    for ((name, path), before) in pages.into_iter().zip(before) {
        let after = visits::page_time(cafe, path, cashier).await;
        figures::print_page(name, before, after);
    }
}

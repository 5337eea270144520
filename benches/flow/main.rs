//! The order flow, measured: open, three lines, send, start, bump, cash. Eight HTTP commands, each a transaction of its
//! own, against the real program on a private Postgres that waits for the disk. README.md beside this says how each
//! figure is taken.

mod cafe;
mod client;
mod figures;
mod processes;
mod tills;

use std::time::Duration;

use figures::Run;

/// How many tills work at the same time, one run after the other.
const TILLS: [usize; 3] = [1, 8, 32];

fn main() {
    // Cargo says `--bench` when figures are wanted; to list or to test the targets nothing is to be measured.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let seconds = std::env::var("BENCH_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(10);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure(Duration::from_secs(seconds)));
}

async fn measure(window: Duration) {
    let most = TILLS.into_iter().max().unwrap_or(1);
    let cafe = cafe::Cafe::open(most).await;
    figures::print_head(&cafe, window).await;
    let idle = cafe.memory();
    let mut runs: Vec<Run> = Vec::new();
    for tills in TILLS {
        runs.push(tills::run(&cafe, tills, window).await);
    }
    figures::print(&runs, idle, cafe.memory());
    cafe.close().await;
}

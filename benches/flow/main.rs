//! The order flow, measured: open, three lines, send, start, bump, cash. Eight HTTP commands, each a transaction of its
//! own, against the real program on a private Postgres that waits for the disk. README.md beside this says how each
//! figure is taken.

mod cafe;
mod client;
mod figures;
mod pgbench;
mod processes;
mod tills;

use std::time::Duration;

use figures::Run;
use pgbench::Pgbench;

/// How many tills work at the same time, one run after the other.
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
    let cafe = cafe::Cafe::open(most).await;
    figures::print_head(&cafe, window).await;
    let idle = cafe.memory();
    let pgbench = Pgbench::prepare(&cafe).await;
    let mut runs: Vec<Run> = Vec::new();
    for tills in TILLS {
        let mut run = Run::of(tills);
        for _ in 0..ROUNDS {
            let round = tills::run(&cafe, tills, window / ROUNDS).await;
            run.add(round, pgbench.run(tills, window / ROUNDS));
        }
        runs.push(run);
    }
    figures::print(&runs, idle, cafe.memory());
    cafe.close().await;
}

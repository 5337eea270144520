//! The figures, and how they are printed. Whole numbers throughout; a decimal is a tenth or a hundredth.

use std::fs;
use std::process::Command as Program;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};

use crate::cafe::{Cafe, Memory};

/// What a till does to an order, in this order; three lines each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Open,
    Line,
    Send,
    Start,
    Bump,
    Cash,
}

impl Command {
    const ALL: [Command; 6] = [
        Command::Open,
        Command::Line,
        Command::Send,
        Command::Start,
        Command::Bump,
        Command::Cash,
    ];

    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Command::Open => "open",
            Command::Line => "line (3 an order)",
            Command::Send => "send",
            Command::Start => "start",
            Command::Bump => "bump",
            Command::Cash => "cash",
        }
    }
}

/// How long each command took, in microseconds.
#[derive(Debug, Default)]
pub struct Times([Vec<u64>; 6]);

impl Times {
    /// Notes one.
    pub fn note(&mut self, command: Command, took: Duration) {
        self.0[command as usize].push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// The time that `percent` of the commands did not exceed (nearest rank).
    fn percentile(&self, command: Command, percent: usize) -> u64 {
        let mut times = self.0[command as usize].clone();
        times.sort_unstable();
        let rank = (times.len() * percent).div_ceil(100).max(1);
        times.get(rank - 1).copied().unwrap_or(0)
    }
}

/// What was measured with one number of tills.
#[derive(Debug)]
pub struct Run {
    pub tills: usize,
    /// Orders that were paid within the window.
    pub orders: u64,
    pub took: Duration,
    /// CPU time within the window, in milliseconds.
    pub program_ms: u64,
    pub postgres_ms: u64,
    pub load_ms: u64,
    pub times: Times,
}

impl Run {
    fn orders_per_second(&self) -> String {
        let took = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        tenths(self.orders * 10_000 / took.max(1))
    }

    fn per_order(&self, ms: u64) -> String {
        tenths(ms * 10 / self.orders.max(1))
    }
}

/// What the figures depend on.
pub async fn print_head(cafe: &Cafe, window: Duration) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let asked = Statement::from_string(
        cafe.opened.db.get_database_backend(),
        "SELECT concat('Postgres ', current_setting('server_version'), ', fsync ', current_setting('fsync'), \
         ', synchronous_commit ', current_setting('synchronous_commit'))",
    );
    let postgres: String = match cafe.opened.db.query_one_raw(asked).await {
        Ok(Some(row)) => row.try_get_by_index(0).unwrap_or_default(),
        _ => String::new(),
    };
    println!(
        "Order flow: open, 3 lines, send, start, bump, cash; 8 commands, each its own transaction"
    );
    println!(
        "{cores} cores shared with the load generator, load average {load} before; {postgres}, on {}",
        file_system()
    );
    println!(
        "{} s for each number of tills, after a warm-up\n",
        window.as_secs()
    );
}

fn file_system() -> String {
    let said = Program::new("stat")
        .args(["-f", "-c", "%T"])
        .arg(std::env::temp_dir())
        .output();
    said.ok()
        .and_then(|said| String::from_utf8(said.stdout).ok())
        .map_or_else(
            || "an unknown file system".to_owned(),
            |said| said.trim().to_owned(),
        )
}

/// All of it as two tables and two lines.
pub fn print(runs: &[Run], idle: Memory, after: Memory) {
    println!("                          CPU ms per order");
    println!("tills   orders/s   program   Postgres   load   orders");
    for run in runs {
        println!(
            "{:>5} {:>10} {:>9} {:>10} {:>6} {:>8}",
            run.tills,
            run.orders_per_second(),
            run.per_order(run.program_ms),
            run.per_order(run.postgres_ms),
            run.per_order(run.load_ms),
            run.orders
        );
    }
    println!("\nms per command       p50 and p99 with this many tills");
    print!("{:<20}", "");
    for run in runs {
        print!("{:>17}", run.tills);
    }
    println!();
    for command in Command::ALL {
        print!("{:<20}", command.name());
        for run in runs {
            let [half, most] = [50, 99].map(|percent| run.times.percentile(command, percent));
            print!("{:>9}{:>8}", hundredths(half / 10), hundredths(most / 10));
        }
        println!();
    }
    println!();
    print_memory("program", idle.program, after.program);
    print_memory("Postgres", idle.postgres, after.postgres);
}

fn print_memory(whose: &str, idle: u64, after: u64) {
    let [idle, after] = [idle, after].map(|kb| tenths(kb * 10 / 1024));
    println!("Memory of {whose}: {idle} MB idle, {after} MB after");
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// Of a millisecond, for example.
fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

//! The figures, and how they are printed. Whole numbers throughout; a decimal is a tenth or a hundredth.

use std::fs;
use std::process::Command as Program;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};

use crate::cafe::{Cafe, Memory};
use crate::pgbench::Baseline;
use crate::screens::Seen;

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

    /// How long each command of a kind took, in microseconds.
    pub fn of(&self, command: Command) -> Vec<u64> {
        self.0[command as usize].clone()
    }

    fn add(&mut self, other: Times) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            mine.extend(theirs);
        }
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
#[derive(Debug, Default)]
pub struct Run {
    pub tills: usize,
    /// What pgbench did in turn with it.
    pub baseline: Vec<Baseline>,
    /// Orders a second by those of pgbench, in thousandths, round by round.
    pub ratios: Vec<u64>,
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
    /// Nothing yet.
    pub fn of(tills: usize) -> Self {
        Run {
            tills,
            ..Run::default()
        }
    }

    /// One round of the flow, and the round of pgbench after it.
    pub fn add(&mut self, round: Run, baseline: Baseline) {
        self.ratios.push(ratio(&round, baseline));
        self.baseline.push(baseline);
        self.orders += round.orders;
        self.took += round.took;
        self.program_ms += round.program_ms;
        self.postgres_ms += round.postgres_ms;
        self.load_ms += round.load_ms;
        self.times.add(round.times);
    }

    /// The median of the rounds' ratios, in thousandths.
    fn ratio(&self) -> u64 {
        let mut ratios = self.ratios.clone();
        ratios.sort_unstable();
        ratios.get(ratios.len() / 2).copied().unwrap_or(0)
    }

    fn baseline_per_second(&self) -> String {
        let orders: u64 = self.baseline.iter().map(|one| one.orders).sum();
        let took: Duration = self.baseline.iter().map(|one| one.took).sum();
        tenths(orders * 10_000 / millis(took).max(1))
    }

    fn baseline_ms_per_order(&self) -> String {
        let orders: u64 = self.baseline.iter().map(|one| one.orders).sum();
        let cpu: u64 = self.baseline.iter().map(|one| one.postgres_ms).sum();
        tenths(cpu * 10 / orders.max(1))
    }

    /// Orders a second, rounded down.
    pub fn whole_orders_per_second(&self) -> u64 {
        self.orders * 1_000 / millis(self.took).max(1)
    }

    /// The time that `percent` of all commands did not exceed (nearest rank), in microseconds.
    pub fn percentile_of_all(&self, percent: usize) -> u64 {
        let mut times: Vec<u64> = self.times.0.iter().flatten().copied().collect();
        times.sort_unstable();
        let rank = (times.len() * percent).div_ceil(100).max(1);
        times.get(rank - 1).copied().unwrap_or(0)
    }

    pub fn orders_per_second(&self) -> String {
        tenths(self.orders * 10_000 / millis(self.took).max(1))
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
    println!(
        "                     CPU ms per order                           the same statements by pgbench"
    );
    println!(
        "tills   orders/s   program   Postgres   both   load   orders   orders/s   Postgres ms   ratio"
    );
    for run in runs {
        println!(
            "{:>5} {:>10} {:>9} {:>10} {:>6} {:>6} {:>8} {:>10} {:>13} {:>7}",
            run.tills,
            run.orders_per_second(),
            run.per_order(run.program_ms),
            run.per_order(run.postgres_ms),
            run.per_order(run.program_ms + run.postgres_ms),
            run.per_order(run.load_ms),
            run.orders,
            run.baseline_per_second(),
            run.baseline_ms_per_order(),
            hundredths(run.ratio() / 10)
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

/// What the screens' table says above its columns.
pub fn print_screens_head(pace: u64) {
    println!(
        "\nms from Send to the ticket on a screen, commands paced at {pace} orders/s (half of what 8 tills reach)"
    );
    println!(
        "screens      p50      p99      max   answer p50      p99   tickets   missed   program MB   looking through"
    );
}

/// A row of it.
pub fn print_screens(seen: &Seen, through: &str, memory: Memory) {
    let [half, most, all] = [50, 99, 100].map(|percent| hundredths(seen.percentile(percent) / 10));
    let [answer_half, answer_most] =
        [50, 99].map(|percent| hundredths(seen.answered_percentile(percent) / 10));
    println!(
        "{:>7} {half:>8} {most:>8} {all:>8} {answer_half:>12} {answer_most:>8} {:>9} {:>8} {:>12}   {through}",
        seen.screens,
        seen.sends,
        seen.missed,
        tenths(memory.program * 10 / 1024)
    );
}

/// What the table of payments says above its columns.
pub fn print_payments_head() {
    println!("\nms of a payment in cash");
    println!("payments/s      p50      p99      max   where");
}

/// A row of it: how long each payment took, in microseconds.
pub fn print_payments(place: &str, payments: usize, within: Duration, times: &[u64]) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).max(1);
        hundredths(times.get(rank - 1).copied().unwrap_or(0) / 10)
    };
    let payments = u64::try_from(payments).unwrap_or(u64::MAX);
    let pace = tenths(payments * 10_000 / millis(within).max(1));
    println!(
        "{pace:>10} {:>8} {:>8} {:>8}   {place}",
        at(50),
        at(99),
        at(100)
    );
}

/// Median and p99 of what something took, in microseconds, as milliseconds.
pub fn halves(times: &mut [u64]) -> (String, String) {
    times.sort_unstable();
    let at = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).max(1);
        hundredths(times.get(rank - 1).copied().unwrap_or(0) / 10)
    };
    (at(50), at(99))
}

/// One minute of many.
pub fn print_minute(minute: u32, run: &Run, memory: Memory) {
    println!(
        "{minute:>6} {:>10} {:>12} {:>13}",
        run.orders_per_second(),
        tenths(memory.program * 10 / 1024),
        tenths(memory.postgres * 10 / 1024)
    );
}

/// What is resident, in one line.
pub fn print_memory_now(whose: &str, kb: u64) {
    println!("Memory of the {whose}: {} MB", tenths(kb * 10 / 1024));
}

/// Bytes as kB of 1,000 bytes.
pub fn tenths_of_kb(bytes: usize) -> String {
    tenths(u64::try_from(bytes / 100).unwrap_or(u64::MAX))
}

/// How a page's time grew.
pub fn print_page(name: &str, before: u64, after: u64) {
    println!(
        "{name:<30} {:>13} {:>33} {:>7}",
        hundredths(before / 10),
        hundredths(after / 10),
        hundredths(after * 100 / before.max(1))
    );
}

fn print_memory(whose: &str, idle: u64, after: u64) {
    let [idle, after] = [idle, after].map(|kb| tenths(kb * 10 / 1024));
    println!("Memory of {whose}: {idle} MB idle, {after} MB after");
}

fn ratio(round: &Run, baseline: Baseline) -> u64 {
    let product = |orders: u64, took: Duration| u128::from(orders) * took.as_millis();
    let thousandths = product(round.orders, baseline.took) * 1_000;
    let thousandths = thousandths / product(baseline.orders, round.took).max(1);
    u64::try_from(thousandths).unwrap_or(u64::MAX)
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

pub fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// Of a millisecond, for example.
pub fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

//! A real board: Chromium in a process of its own, which `tests/browser` starts and which tells what it measures.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use uuid::Uuid;

/// Where `deploy/setup/bench.sh` says that the program of the wall is.
const PROGRAM: &str = "BENCH_WALL";

/// A board in a browser.
pub struct Wall {
    process: Child,
    measured: Arc<Mutex<Measured>>,
}

/// What it measured, in microseconds.
#[derive(Default)]
pub struct Measured {
    /// When each ticket was in the page, and when it was painted, by the clock of the machine.
    pub painted: HashMap<Uuid, (u64, u64)>,
    /// Animation frames.
    pub frames: u64,
    /// The longest time from one to the next.
    pub longest: u64,
    /// How many of them took longer than 50 ms.
    pub over: u64,
    /// What the browser calls long tasks: over 50 ms.
    pub tasks: Vec<u64>,
    /// The longest of its long animation frames, with what it did in it.
    pub worst: Option<Value>,
}

impl Wall {
    /// Whether there is one to be had.
    pub fn is_here() -> bool {
        std::env::var_os(PROGRAM).is_some()
    }

    /// Hangs it up; it shows the board of a station to somebody, on a device that is so many times slower than this machine.
    pub fn hang(address: &str, username: &str, station: &str, slower: u32) -> Self {
        let program = std::env::var_os(PROGRAM).expect("the program of a wall");
        let mut process = Command::new(program)
            .args([&format!("http://{address}"), username, station])
            .arg(slower.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the wall");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let first = lines.next().and_then(Result::ok);
        assert_eq!(first.as_deref(), Some("ready"), "the wall shows its board");
        let measured = Arc::<Mutex<Measured>>::default();
        let notes = Arc::clone(&measured);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let told: Value = serde_json::from_str(&line).expect("JSON");
                notes.lock().expect("no panic").add(&told);
            }
        });
        Wall { process, measured }
    }

    /// What was measured since this was last asked, but for the second that is under way.
    pub fn takes(&self) -> Measured {
        std::mem::take(&mut *self.measured.lock().expect("no panic"))
    }

    /// Takes it down; answers what it measured last.
    pub fn take_down(mut self) -> Measured {
        drop(self.process.stdin.take());
        self.process.wait().expect("its end");
        std::thread::sleep(Duration::from_millis(100));
        self.takes()
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Measured {
    fn add(&mut self, told: &Value) {
        let number = |name: &str| told[name].as_u64().unwrap_or(0);
        let list = |name: &str| told[name].as_array().cloned().unwrap_or_default();
        for ticket in list("painted") {
            let id = ticket[0].as_str().and_then(|id| id.parse().ok());
            let times = ticket[1].as_u64().zip(ticket[2].as_u64());
            self.painted.extend(id.zip(times));
        }
        self.frames += number("frames");
        self.longest = self.longest.max(number("longest"));
        self.over += number("over");
        self.tasks
            .extend(list("tasks").iter().filter_map(Value::as_u64));
        for frame in list("long") {
            let worst = self.worst.as_ref().map_or(0, took);
            if took(&frame) > worst {
                self.worst = Some(frame);
            }
        }
    }

    /// Puts what was measured later to it.
    pub fn and(&mut self, later: Measured) {
        self.painted.extend(later.painted);
        self.frames += later.frames;
        self.longest = self.longest.max(later.longest);
        self.over += later.over;
        self.tasks.extend(later.tasks);
        self.worst = self
            .worst
            .take()
            .into_iter()
            .chain(later.worst)
            .max_by_key(took);
    }
}

fn took(frame: &Value) -> u64 {
    frame["took"].as_u64().unwrap_or(0)
}

/// From Send until each ticket was in the page and until it was painted, in microseconds and sorted; and how many were not
/// painted at all. `sent` is by this process's own clock.
pub fn since_send(
    sent: &HashMap<Uuid, Instant>,
    painted: &HashMap<Uuid, (u64, u64)>,
) -> (Vec<u64>, Vec<u64>, usize) {
    let (now, today) = (Instant::now(), SystemTime::now());
    let (mut there, mut seen, mut missed) = (Vec::new(), Vec::new(), 0);
    for (ticket, at) in sent {
        let at = today - (now - *at);
        let at = at.duration_since(SystemTime::UNIX_EPOCH);
        let at = u64::try_from(at.expect("after 1970").as_micros()).unwrap_or(u64::MAX);
        match painted.get(ticket) {
            Some((in_page, on_screen)) => {
                there.push(in_page.saturating_sub(at));
                seen.push(on_screen.saturating_sub(at));
            }
            None => missed += 1,
        }
    }
    there.sort_unstable();
    seen.sort_unstable();
    (there, seen, missed)
}

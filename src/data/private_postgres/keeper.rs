//! The thread that keeps the private Postgres running, and the only parent it ever has: a child
//! that dies with its parent dies with the *thread* that made it.

use std::collections::VecDeque;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::folder::Folder;
use super::{Health, StartError, has_ended, signal, tie_to_this_thread};

const RESTARTS_A_MINUTE: usize = 5;
/// A clean stop writes a checkpoint; on a slow card under load that is seconds, not minutes.
const CLEAN_STOP_WITHIN: Duration = Duration::from_secs(20);
/// A recovery may read a long journal; after this somebody should look.
const READY_WITHIN: Duration = Duration::from_secs(300);

/// What the keeper's thread and its owner share.
#[derive(Debug, Default)]
struct Desk {
    stopping: bool,
    /// The running child, not yet reaped: safe to signal while the desk is locked.
    child: Option<u32>,
    /// The thread has nothing left to do.
    done: bool,
}

#[derive(Debug)]
pub(super) struct Keeper {
    desk: Arc<(Mutex<Desk>, Condvar)>,
    health: watch::Receiver<Health>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread and waits until Postgres is ready or has failed.
    pub fn start(folder: Folder) -> Result<Self, StartError> {
        let desk = Arc::new((Mutex::new(Desk::default()), Condvar::new()));
        let (health, watched) = watch::channel(Health::Down);
        let (first, answer) = mpsc::channel();
        let shift = Shift {
            folder,
            desk: Arc::clone(&desk),
            health,
        };
        let thread = thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || shift.work(first));
        let thread = thread.map_err(|error| StartError::Died(error.to_string()))?;
        let keeper = Self {
            desk,
            health: watched,
            thread: Some(thread),
        };
        answer.recv().unwrap_or(Err(StartError::Stopped))?;
        Ok(keeper)
    }

    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Asks politely, then firmly; either way nothing committed is lost.
    pub fn stop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        let (desk, changed) = &*self.desk;
        for sign in [libc::SIGINT, libc::SIGQUIT, libc::SIGKILL] {
            let mut held = lock(desk);
            held.stopping = true;
            changed.notify_all();
            if let Some(child) = held.child {
                signal(child, sign);
            }
            let (held, _) = changed
                .wait_timeout_while(held, CLEAN_STOP_WITHIN, |desk| !desk.done)
                .unwrap_or_else(PoisonError::into_inner);
            if held.done {
                break;
            }
        }
        let _ = thread.join();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How one life of the child ended.
enum End {
    /// We asked for it.
    Stopped,
    /// It died after it had been ready.
    Died(String),
}

struct Shift {
    folder: Folder,
    desk: Arc<(Mutex<Desk>, Condvar)>,
    health: watch::Sender<Health>,
}

impl Shift {
    fn work(self, first: mpsc::Sender<Result<(), StartError>>) {
        let mut first = Some(first);
        let mut restarts = Restarts::default();
        loop {
            let end = self.one_life(|| {
                self.health.send_replace(Health::Up {
                    since: Instant::now(),
                });
                if let Some(first) = first.take() {
                    let _ = first.send(Ok(()));
                }
            });
            let why = match (end, first.take()) {
                (Err(error), Some(first)) => {
                    let _ = first.send(Err(error));
                    break;
                }
                (Ok(End::Stopped), _) => break,
                (Ok(End::Died(why)), _) => why,
                (Err(error), None) => error.to_string(),
            };
            self.health.send_replace(Health::Down);
            let Some(pause) = restarts.next(Instant::now()) else {
                tracing::error!("The private Postgres died again and again: {why}");
                break;
            };
            tracing::warn!("The private Postgres died, starting it again: {why}");
            if self.stopped_within(pause) {
                break;
            }
        }
        self.health.send_replace(Health::Gone);
        let (desk, changed) = &*self.desk;
        // The folder must be free for the next program before anybody hears that we are done.
        drop(self.folder);
        lock(desk).done = true;
        changed.notify_all();
    }

    fn one_life(&self, on_ready: impl FnOnce()) -> Result<End, StartError> {
        self.folder.clear_remains()?;
        let said_before = self.folder.log_length();
        let Some(mut child) = self.spawn()? else {
            return Ok(End::Stopped);
        };
        let ready = self.until_ready(child.id());
        if ready {
            on_ready();
            has_ended(child.id(), true);
        }
        let status = self.reap(&mut child);
        if lock(&self.desk.0).stopping {
            return Ok(End::Stopped);
        }
        let words = format!("{}, {status}", self.folder.last_words(said_before));
        if ready {
            Ok(End::Died(words))
        } else {
            Err(StartError::Died(words))
        }
    }

    /// `None` when we were stopped before there was a child to stop.
    fn spawn(&self) -> Result<Option<Child>, StartError> {
        let mut command = self.folder.server()?;
        tie_to_this_thread(&mut command);
        let mut desk = lock(&self.desk.0);
        if desk.stopping {
            return Ok(None);
        }
        let child = command
            .spawn()
            .map_err(|error| StartError::Died(error.to_string()))?;
        desk.child = Some(child.id());
        Ok(Some(child))
    }

    /// Whether it became ready; otherwise it has ended.
    fn until_ready(&self, child: u32) -> bool {
        let mut given_up = Instant::now() + READY_WITHIN;
        while !has_ended(child, false) {
            if self.folder.is_ready(child) {
                return true;
            }
            if Instant::now() > given_up {
                signal(child, libc::SIGQUIT);
                given_up += READY_WITHIN;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn reap(&self, child: &mut Child) -> String {
        // A signal sent while the desk is locked can only hit this child: it is not reaped yet.
        let mut desk = lock(&self.desk.0);
        desk.child = None;
        child
            .wait()
            .map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    fn stopped_within(&self, pause: Duration) -> bool {
        let (desk, changed) = &*self.desk;
        let (held, _) = changed
            .wait_timeout_while(lock(desk), pause, |desk| !desk.stopping)
            .unwrap_or_else(PoisonError::into_inner);
        held.stopping
    }
}

/// Restarts of the last minute: the first at once, the next ones with growing pauses.
#[derive(Default)]
struct Restarts(VecDeque<Instant>);

impl Restarts {
    /// How long to wait before the next start, or `None` when it has died too often.
    fn next(&mut self, now: Instant) -> Option<Duration> {
        while self
            .0
            .front()
            .is_some_and(|start| now.duration_since(*start) >= Duration::from_secs(60))
        {
            self.0.pop_front();
        }
        if self.0.len() >= RESTARTS_A_MINUTE {
            return None;
        }
        let pause = Duration::from_millis(500) * u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push_back(now);
        Some(pause)
    }
}

/// A panic while the desk was held leaves plain values behind, which are still true.
fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_restarts_a_minute_and_then_no_more() {
        let mut restarts = Restarts::default();
        let start = Instant::now();
        assert_eq!(restarts.next(start), Some(Duration::ZERO));
        for second in 1..5 {
            assert!(restarts.next(start + Duration::from_secs(second)).is_some());
        }
        assert_eq!(restarts.next(start + Duration::from_secs(59)), None);
        assert!(
            restarts.next(start + Duration::from_secs(60)).is_some(),
            "the first one is a minute ago"
        );
    }
}

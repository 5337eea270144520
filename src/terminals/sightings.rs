//! When each terminal was last heard of, written at most once a minute and never while a request waits.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::store;
use crate::app::App;
use crate::values::TerminalId;

/// The least time between two notes of one terminal.
const SPACING: Duration = Duration::from_secs(60);

/// What this process noted last.
#[derive(Default)]
pub struct Sightings {
    noted: Mutex<HashMap<TerminalId, Instant>>,
}

impl Sightings {
    /// A terminal was heard of.
    pub fn seen(&self, app: &App, terminal: TerminalId) {
        if !self.is_due(terminal) {
            return;
        }
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(failure) = store::note_seen(app.db(), terminal, app.clock().now()).await {
                tracing::debug!(%failure, "a terminal's last sign of life was not noted");
            }
        });
    }

    fn is_due(&self, terminal: TerminalId) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted
            .get(&terminal)
            .is_none_or(|at| at.elapsed() >= SPACING);
        if due {
            noted.insert(terminal, Instant::now());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_terminal_is_noted_once_a_minute() {
        let (sightings, till, bar) = (Sightings::default(), TerminalId::new(), TerminalId::new());
        assert!(sightings.is_due(till));
        assert!(!sightings.is_due(till));
        assert!(sightings.is_due(bar));
    }
}

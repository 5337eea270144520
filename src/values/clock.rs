//! What time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

/// The clock that everything reads. Cheap to clone; clones of a moved clock move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// How far the clock is ahead of the machine's, in microseconds; the machine's own clock has none.
    ahead: Option<Arc<AtomicI64>>,
}

/// Moves the clock it was made with, for tests and demonstrations. It goes on ticking from where it was put.
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<AtomicI64>);

/// Milliseconds since 1970, as browsers and tokens count.
pub fn epoch_millis(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

/// A moment as `datetime` attributes and JSON want it (RFC 3339).
pub fn rfc3339(moment: OffsetDateTime) -> String {
    moment
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default()
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self::default()
    }

    /// A clock that shows the machine's time until its hand is moved.
    pub fn with_hand() -> (Self, ClockHand) {
        let ahead = Arc::new(AtomicI64::new(0));
        (
            Self {
                ahead: Some(ahead.clone()),
            },
            ClockHand(ahead),
        )
    }

    /// This moment in UTC, in whole microseconds: what Postgres keeps, so that a time read back is the time stored.
    pub fn now(&self) -> OffsetDateTime {
        let ahead = self
            .ahead
            .as_ref()
            .map_or(0, |ahead| ahead.load(Ordering::Relaxed));
        in_microseconds(OffsetDateTime::now_utc().saturating_add(Duration::microseconds(ahead)))
    }
}

impl ClockHand {
    /// Puts the clock to `moment`.
    pub fn set(&self, moment: OffsetDateTime) {
        let ahead = (moment - OffsetDateTime::now_utc()).whole_microseconds();
        self.0
            .store(i64::try_from(ahead).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Moves the clock onwards (or back, by less than nothing).
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

fn in_microseconds(moment: OffsetDateTime) -> OffsetDateTime {
    let whole = moment.nanosecond() / 1_000 * 1_000;
    moment
        .replace_nanosecond(whole)
        .expect("whole microseconds within the same second")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_real_clock_tells_utc_in_microseconds() {
        let before = in_microseconds(OffsetDateTime::now_utc());
        let now = Clock::real().now();
        assert!(before <= now && now <= OffsetDateTime::now_utc());
        assert!(now.offset().is_utc());
        assert_eq!(
            in_microseconds(datetime!(2026-11-22 13:05:00.123456789 UTC)),
            datetime!(2026-11-22 13:05:00.123456 UTC)
        );
    }

    #[test]
    fn clones_of_a_clock_follow_its_hand_and_go_on_ticking() {
        let (clock, hand) = Clock::with_hand();
        let clone = clock.clone();
        let closing = datetime!(2026-11-22 23:59:59 UTC);
        hand.set(closing);
        let shown = clone.now();
        assert!(
            closing - Duration::microseconds(2) <= shown && shown < closing + Duration::minutes(1),
            "{shown}"
        );

        hand.advance(Duration::hours(5));
        assert!(clock.now() - shown >= Duration::hours(5));
        hand.advance(Duration::hours(-10));
        assert!(clock.now() < closing);
        assert!(clone.now() <= clock.now());
    }
}

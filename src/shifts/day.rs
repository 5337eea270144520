//! Which business date a sale carries, and when the program refuses to trade at all.

use poem::http::StatusCode;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::store;
use crate::data::{Entry, Tx};
use crate::settings::{self, ClockBelieved};
use crate::values::{BusinessDate, DayRule, LocalTime};
use crate::web::{Error, Refusal, Result};

/// How far the clock may read earlier than the last sale before trade stops.
///
/// A time server nudges clocks by seconds, two instances on two machines differ by as much, and a transaction keeps the
/// time of its beginning while others overtake it. None of that reaches two minutes; a dead clock battery after a power
/// cut, which this is about, is wrong by hours or years.
const NUDGE: Duration = Duration::minutes(2);

/// Why nothing can be sold at the moment.
#[derive(Debug, Error, PartialEq)]
pub enum DayRefusal {
    /// The machine's clock reads earlier than what was already sold.
    #[error(
        "The clock reads {now}, but the last sale was at {last}. Set the server's clock right; nothing is sold until then. \
         If it is right and that sale's was wrong: `cafe-pos clock believe` at the server."
    )]
    ClockBehind {
        /// What the clock reads, in the café's time.
        now: LocalTime,
        /// When something was last sold, in the café's time.
        last: LocalTime,
    },
}

impl Refusal for DayRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        "clock_behind"
    }
}

/// The business date that trade carries now: today's, or the next one without a Z. Its row is held FOR SHARE until the
/// transaction ends, so that no Z (which takes the row exclusively) can race a sale.
///
/// # Errors
/// [`DayRefusal::ClockBehind`] where the clock cannot be believed.
pub async fn business_date(tx: &mut Tx) -> Result<BusinessDate> {
    loop {
        let mut days = store::hold_days_around(tx, tx.now()).await?;
        let settings = match days.iter_mut().find_map(|day| day.settings.take()) {
            Some(stored) => settings::parse(stored)?,
            None => settings::load(&*tx, "").await?,
        };
        let rule = settings.day_rule();
        let today = rule.date_of(tx.now());
        days.retain(|day| day.date >= today);
        let with_z: Vec<BusinessDate> = days
            .iter()
            .filter(|day| day.has_z)
            .map(|day| day.date)
            .collect();
        let date = trading_date(today, &with_z);
        match days.iter().find(|day| day.date == date) {
            Some(day) => {
                let last = day.last_sale.map(|at| trusted(at, settings.clock_believed));
                believe_the_clock(&rule, tx.now(), last)?;
                return Ok(date);
            }
            // Whoever comes second waits for the first to commit and then finds its row.
            None => store::insert_day(tx, date).await?,
        }
    }
}

/// How moments become business dates and local times in this café.
pub async fn local_rule(db: &impl sea_orm::ConnectionTrait) -> Result<DayRule> {
    Ok(settings::load(db, "").await?.day_rule())
}

/// The first date from today on that has no Z. `with_z` holds the dates from today on that have one.
fn trading_date(today: BusinessDate, with_z: &[BusinessDate]) -> BusinessDate {
    let mut date = today;
    while with_z.contains(&date) {
        date = date.next();
    }
    date
}

/// The moment that the clock may not read earlier than: the last sale, unless somebody said that a wrong clock dated it.
fn trusted(last_sale: OffsetDateTime, believed: Option<ClockBelieved>) -> OffsetDateTime {
    match believed {
        Some(believed) if last_sale <= believed.over => believed.at,
        _ => last_sale,
    }
}

/// Says that the clock is right and the sales that are dated later than it are not, so that trade goes on.
///
/// # Errors
/// Where no sale is dated later.
pub async fn believe_clock(tx: &mut Tx) -> Result<ClockBelieved> {
    let last = store::last_sale(tx).await?;
    let Some(over) = last.filter(|last| tx.now() + NUDGE < *last) else {
        return Err(Error::refused(
            StatusCode::CONFLICT,
            "clock_is_believed",
            "No sale is dated later than the clock reads: there is nothing to believe.",
        ));
    };
    let believed = ClockBelieved { at: tx.now(), over };
    let facts = serde_json::to_value(believed).map_err(anyhow::Error::from)?;
    settings::store(tx, "clockBelieved", facts.clone()).await?;
    tx.journal(Entry::general("clock.believed", "settings").after(&facts));
    Ok(believed)
}

fn believe_the_clock(
    rule: &DayRule,
    now: OffsetDateTime,
    last_sale: Option<OffsetDateTime>,
) -> Result<(), DayRefusal> {
    match last_sale {
        Some(last) if now + NUDGE < last => Err(DayRefusal::ClockBehind {
            now: rule.local(now),
            last: rule.local(last),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn sales_carry_the_next_date_after_a_z() {
        let today = date("2026-11-22");
        assert_eq!(trading_date(today, &[]), today);
        assert_eq!(trading_date(today, &[today]), date("2026-11-23"));
        assert_eq!(
            trading_date(today, &[today, date("2026-11-23")]),
            date("2026-11-24")
        );
        assert_eq!(trading_date(today, &[date("2026-11-23")]), today);
    }

    #[test]
    fn a_nudged_clock_trades_and_a_wrong_one_does_not() {
        let rule = DayRule::default();
        let last = Some(datetime!(2026-11-22 10:10 UTC));
        let believe = |now| believe_the_clock(&rule, now, last);
        assert_eq!(believe(datetime!(2026-11-22 10:11 UTC)), Ok(()));
        assert_eq!(believe(datetime!(2026-11-22 10:08 UTC)), Ok(()));
        let refused = believe(datetime!(2026-11-22 10:07:59 UTC))
            .unwrap_err()
            .to_string();
        assert_eq!(
            refused,
            "The clock reads 22 Nov 2026 13:07, but the last sale was at 22 Nov 2026 13:10. \
             Set the server's clock right; nothing is sold until then. \
             If it is right and that sale's was wrong: `cafe-pos clock believe` at the server."
        );
        assert_eq!(
            believe_the_clock(&rule, datetime!(2001-01-01 0:00 UTC), None),
            Ok(())
        );
    }

    #[test]
    fn a_clock_that_somebody_believed_is_held_to_that_moment_and_to_later_sales() {
        let at = datetime!(2026-11-22 10:00 UTC);
        let ahead = datetime!(2027-01-01 10:00 UTC);
        let believed = Some(ClockBelieved { at, over: ahead });
        assert_eq!(trusted(ahead, None), ahead);
        assert_eq!(trusted(ahead, believed), at);
        // Later it may run ahead again, which is another matter.
        let later = ahead + Duration::days(1);
        assert_eq!(trusted(later, believed), later);
    }

    proptest! {
        #[test]
        fn the_trading_date_never_has_a_z_and_never_lies_before_today(offsets in proptest::collection::vec(0_u8..20, 0..20)) {
            let today = date("2026-12-25");
            let with_z: Vec<BusinessDate> = offsets
                .iter()
                .map(|&days| (0..days).fold(today, |date, _| date.next()))
                .collect();
            let trading = trading_date(today, &with_z);
            prop_assert!(!with_z.contains(&trading));
            prop_assert!(trading >= today);
            prop_assert!(trading == today || with_z.contains(&trading.previous()));
        }
    }
}

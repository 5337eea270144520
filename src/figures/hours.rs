//! Tickets by the hour of the café's clock.

use serde::Serialize;

use crate::kitchen::Sent;
use crate::values::{DayRule, StationId};

/// One hour of the day, over all the days that were asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hour {
    /// When it begins on the café's clock, 0 to 23.
    pub hour: u8,
    /// How many tickets were sent in it.
    pub tickets: i64,
    /// The same for each station, in the order in which they were asked for.
    pub by_station: Vec<i64>,
}

impl Hour {
    /// "13:00 to 14:00".
    pub fn words(&self) -> String {
        format!("{:02}:00 to {:02}:00", self.hour, (self.hour + 1) % 24)
    }
}

/// The hours from the first to the last in which something was sent, beginning with that of the cut-off.
pub fn by_hour(sent: &[Sent], stations: &[StationId], rule: &DayRule) -> Vec<Hour> {
    let first = u8::try_from(rule.cutoff_minutes() / 60).unwrap_or_default();
    let mut hours: Vec<Hour> = (0..24)
        .map(|after| Hour {
            hour: (first + after) % 24,
            tickets: 0,
            by_station: vec![0; stations.len()],
        })
        .collect();
    for sent in sent {
        let of_day = u8::try_from(rule.local(sent.at).minute_of_day() / 60).unwrap_or_default();
        let hour = &mut hours[usize::from((of_day + 24 - first) % 24)];
        hour.tickets += sent.tickets;
        if let Some(at) = stations.iter().position(|station| *station == sent.station) {
            hour.by_station[at] += sent.tickets;
        }
    }
    let is_busy = |hour: &Hour| hour.tickets > 0;
    let end = hours.iter().rposition(is_busy).map_or(0, |last| last + 1);
    hours.truncate(end);
    hours.drain(..hours.iter().position(is_busy).unwrap_or(0));
    hours
}

/// On how many days anything was sent.
pub fn days_of_trade(sent: &[Sent]) -> i64 {
    let mut days: Vec<i32> = sent.iter().map(|sent| sent.day).collect();
    days.sort_unstable();
    days.dedup();
    i64::try_from(days.len()).unwrap_or(i64::MAX)
}

/// Tenths of a ticket on an average day, rounded.
pub fn tenths_a_day(tickets: i64, days: i64) -> i64 {
    let days = days.max(1);
    (tickets * 20 + days) / (days * 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    use super::*;

    fn kampala() -> DayRule {
        DayRule::parse("Africa/Kampala", "04:00").unwrap()
    }

    fn sent(station: StationId, day: i32, at: OffsetDateTime, tickets: i64) -> Sent {
        Sent {
            station,
            day,
            at,
            tickets,
        }
    }

    #[test]
    fn hours_are_those_of_the_clock_on_the_wall_and_the_night_comes_last() {
        let (kitchen, bar) = (StationId::new(), StationId::new());
        let day = [
            sent(kitchen, 1, datetime!(2026-11-25 19:45 UTC), 2),
            sent(bar, 1, datetime!(2026-11-25 22:15 UTC), 1),
            sent(kitchen, 2, datetime!(2026-11-26 19:00 UTC), 3),
            sent(bar, 2, datetime!(2026-11-26 19:00 UTC), 4),
        ];
        let hours = by_hour(&day, &[kitchen, bar], &kampala());
        let found: Vec<_> = hours
            .iter()
            .map(|hour| (hour.hour, hour.tickets, hour.by_station.as_slice()))
            .collect();
        assert_eq!(
            found,
            [
                (22, 9, &[5, 4][..]),
                (23, 0, &[0, 0][..]),
                (0, 0, &[0, 0][..]),
                (1, 1, &[0, 1][..]),
            ]
        );
        assert_eq!(hours[1].words(), "23:00 to 00:00");
        assert_eq!(days_of_trade(&day), 2);
        assert!(by_hour(&[], &[kitchen], &kampala()).is_empty());
        assert_eq!(days_of_trade(&[]), 0);
    }

    #[test]
    fn half_an_hours_difference_is_none_of_the_hours_business() {
        let kitchen = StationId::new();
        let rule = DayRule::parse("Asia/Kathmandu", "04:30").unwrap();
        // 5:45 ahead of Greenwich.
        let hours = by_hour(
            &[sent(kitchen, 1, datetime!(2026-11-26 6:15 UTC), 1)],
            &[kitchen],
            &rule,
        );
        assert_eq!(hours.len(), 1);
        assert_eq!(hours[0].hour, 12);
    }

    #[test]
    fn an_average_day_has_tenths() {
        assert_eq!(tenths_a_day(12, 1), 120);
        assert_eq!(tenths_a_day(100, 30), 33);
        assert_eq!(tenths_a_day(5, 2), 25);
        assert_eq!(tenths_a_day(0, 0), 0);
    }

    proptest! {
        #[test]
        fn no_ticket_is_lost_between_the_hours(quarters in proptest::collection::vec((0_i64..2_000, 1_i64..9, 0_usize..3), 0..60), cutoff in 0_u16..1_440) {
            let rule = DayRule::new(kampala().zone().clone(), cutoff).unwrap();
            let stations = [StationId::new(), StationId::new(), StationId::new()];
            let all: Vec<Sent> = quarters.iter().map(|&(quarter, tickets, at)| {
                let at_time = datetime!(2026-11-01 0:00 UTC) + Duration::minutes(15 * quarter);
                sent(stations[at], 1, at_time, tickets)
            }).collect();
            let hours = by_hour(&all, &stations, &rule);
            prop_assert_eq!(hours.iter().map(|hour| hour.tickets).sum::<i64>(), quarters.iter().map(|&(_, tickets, _)| tickets).sum::<i64>());
            for hour in &hours {
                prop_assert_eq!(hour.by_station.iter().sum::<i64>(), hour.tickets);
            }
            for edge in [hours.first(), hours.last()].into_iter().flatten() {
                prop_assert!(edge.tickets > 0);
            }
        }
    }
}

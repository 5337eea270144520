//! How fast the stations were: what managers read, and what boards can learn from it.
//!
//! Times are whole seconds. A ticket takes from when it was sent to its bump, a line from when it was fired to when it
//! was marked as done. Only what is done has a time; what was struck out counts nowhere, and neither does a ticket of which
//! nothing is left.
//!
//! A bump marks all that was not tapped before, and waits for the slowest of it. So of the lines that it marks only the one
//! that was due last teaches how long its product takes: a salad that waited for a steak is no slow salad.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::values::StationId;

/// How far back boards and managers look to learn how long something takes.
pub const LEARNED_OVER: Duration = Duration::days(28);

/// Fewer lines than this teach nothing.
pub const ENOUGH: i64 = 5;

/// A difference is worth a manager's look from here on, in seconds, if it is more than a fifth of the target too.
const NOTICED_S: i64 = 30;

/// What suggested targets are whole multiples of, in seconds.
const HALF_A_MINUTE: i64 = 30;

/// How long something took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    /// How often it was done.
    pub samples: i64,
    /// Half of them took no longer, in seconds.
    pub median_s: i64,
    /// Nine of ten took no longer, in seconds.
    pub p90_s: i64,
}

/// What became of tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketFigures {
    /// How many were sent.
    pub tickets: i64,
    /// Those among them that are still on a board.
    pub open: i64,
    /// Those that took as long as their slowest line is given or longer, open ones among them; a course that was held is
    /// given its time from when it was fired.
    pub late: i64,
    /// How often one of them came back to a board after its bump.
    pub recalls: i64,
    /// How long they took; nothing where none was bumped.
    pub times: Option<Times>,
}

/// What became of the tickets of one station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StationFigures {
    /// Which one.
    pub station: StationId,
    /// Its name.
    pub name: String,
    /// Its tickets.
    #[serde(flatten)]
    pub work: TicketFigures,
}

/// What a station made of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductFigures {
    /// Where it was made.
    pub station: StationId,
    /// As its lines were called.
    pub name: String,
    /// How many pieces were fired.
    pub pieces: i64,
    /// How long its lines took, as far as their time is their own; nothing where none is.
    pub times: Option<Times>,
    /// How long it is given, in seconds: its own preparation time when it was fired last, else its station's.
    pub target_s: i64,
    /// Whether that is its own.
    pub has_own_target: bool,
}

/// Tickets of one station that were sent within the same quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Where to.
    pub station: StationId,
    /// Which of the days that were asked about, from 1.
    pub day: i32,
    /// When that quarter of an hour began.
    pub at: OffsetDateTime,
    /// How many.
    pub tickets: i64,
}

/// Everything about some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitchenFigures {
    /// All stations together.
    pub total: TicketFigures,
    /// Each station that was sent something, in their order.
    pub stations: Vec<StationFigures>,
    /// Each product by station; of one station, what it made most of comes first.
    pub products: Vec<ProductFigures>,
    /// When tickets were sent.
    pub sent: Vec<Sent>,
}

/// How long a station takes for a product, as its own bumps tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Learned {
    /// As its lines were called.
    pub name: String,
    /// Of at least [`ENOUGH`] lines whose time is their own.
    #[serde(flatten)]
    pub times: Times,
}

/// Something that a manager may want to change: how a product is made, or what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Finding {
    /// Nine of ten took so many seconds longer than the target.
    Slower(i64),
    /// Nine of ten were done so many seconds before the target.
    Faster(i64),
}

impl TicketFigures {
    /// How many of a hundred tickets were late, rounded; nothing where there were none.
    pub fn late_percent(&self) -> Option<i64> {
        (self.tickets > 0).then(|| (self.late * 200 + self.tickets) / (self.tickets * 2))
    }
}

impl ProductFigures {
    /// How far nine of ten are from the target, where that is worth noticing: by half a minute and by more than a fifth of
    /// the target, over enough lines.
    pub fn finding(&self) -> Option<Finding> {
        let times = self.times.filter(|times| times.samples >= ENOUGH)?;
        let over = times.p90_s - self.target_s;
        let is_noticed = over.abs() >= NOTICED_S && over.abs() * 5 > self.target_s;
        match over {
            _ if !is_noticed => None,
            1.. => Some(Finding::Slower(over)),
            _ => Some(Finding::Faster(-over)),
        }
    }
}

impl Learned {
    /// The target that nine of ten would keep, in seconds: rounded up to half a minute.
    pub fn suggested_s(&self) -> i64 {
        let halves = (self.times.p90_s.max(1) + HALF_A_MINUTE - 1) / HALF_A_MINUTE;
        halves * HALF_A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn times(samples: i64, p90_s: i64) -> Times {
        Times {
            samples,
            median_s: p90_s / 2,
            p90_s,
        }
    }

    fn product(target_s: i64, times: Option<Times>) -> ProductFigures {
        ProductFigures {
            station: StationId::new(),
            name: "Chips".to_owned(),
            pieces: 9,
            times,
            target_s,
            has_own_target: true,
        }
    }

    fn learned(p90_s: i64) -> Learned {
        Learned {
            name: "Chips".to_owned(),
            times: times(ENOUGH, p90_s),
        }
    }

    #[test]
    fn the_late_are_counted_in_a_hundred() {
        let of = |late, tickets| {
            let work = TicketFigures {
                tickets,
                late,
                ..TicketFigures::default()
            };
            work.late_percent()
        };
        assert_eq!(of(0, 0), None);
        assert_eq!(of(0, 7), Some(0));
        assert_eq!(of(1, 3), Some(33));
        assert_eq!(of(2, 3), Some(67));
        assert_eq!(of(1, 200), Some(1));
        assert_eq!(of(7, 7), Some(100));
    }

    #[test]
    fn what_differs_much_from_its_target_is_noticed() {
        let finding = |target, p90| product(target, Some(times(ENOUGH, p90))).finding();
        assert_eq!(finding(300, 300), None);
        assert_eq!(finding(300, 360), None, "a fifth is nothing yet");
        assert_eq!(finding(300, 361), Some(Finding::Slower(61)));
        assert_eq!(finding(300, 240), None);
        assert_eq!(finding(300, 239), Some(Finding::Faster(61)));
        assert_eq!(finding(60, 89), None, "nor is less than half a minute");
        assert_eq!(finding(60, 90), Some(Finding::Slower(30)));
    }

    #[test]
    fn a_few_lines_prove_nothing() {
        assert_eq!(product(300, Some(times(ENOUGH - 1, 900))).finding(), None);
        assert_eq!(product(300, None).finding(), None);
    }

    #[test]
    fn a_suggestion_is_the_next_half_minute() {
        let suggested = |p90| learned(p90).suggested_s();
        assert_eq!(suggested(0), 30);
        assert_eq!(suggested(30), 30);
        assert_eq!(suggested(31), 60);
        assert_eq!(suggested(421), 450);
    }

    proptest! {
        #[test]
        fn nine_of_ten_keep_what_is_suggested_and_it_is_no_laxer_than_it_must_be(p90 in 1_i64..100_000) {
            let suggested = learned(p90).suggested_s();
            prop_assert!(suggested >= p90 && suggested - p90 < HALF_A_MINUTE);
            prop_assert_eq!(suggested % HALF_A_MINUTE, 0);
        }

        #[test]
        fn a_product_is_never_slower_and_faster_and_the_difference_leads_back_to_the_target(target in 1_i64..5_000, p90 in 0_i64..10_000) {
            match product(target, Some(times(ENOUGH, p90))).finding() {
                Some(Finding::Slower(by)) => prop_assert_eq!(p90 - by, target),
                Some(Finding::Faster(by)) => prop_assert_eq!(p90 + by, target),
                None => prop_assert!((p90 - target).abs() < NOTICED_S || (p90 - target).abs() * 5 <= target),
            }
        }
    }
}

use time::macros::datetime;

use super::*;

const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

fn later(seconds: i64) -> OffsetDateTime {
    NOON + Duration::seconds(seconds)
}

fn sent() -> Marks {
    Marks {
        sent: NOON,
        shown: None,
        started: None,
        done: None,
        alarmed: None,
        told: None,
        printed: None,
    }
}

#[test]
fn a_ticket_is_as_far_as_its_last_mark_says() {
    let mut marks = sent();
    assert_eq!(marks.reached(), (Reached::Sent, NOON));
    marks.alarmed = Some(later(10));
    assert_eq!(marks.reached(), (Reached::Unseen, NOON));
    marks.told = Some(later(15));
    assert_eq!(marks.reached(), (Reached::Told, later(15)));
    marks.printed = Some(later(18));
    assert_eq!(marks.reached(), (Reached::Printed, later(18)));
    marks.shown = Some(later(20));
    assert_eq!(marks.reached(), (Reached::OnScreen, later(20)));
    marks.started = Some(later(30));
    assert_eq!(marks.reached(), (Reached::Started, later(30)));
    marks.done = Some(later(90));
    assert_eq!(marks.reached(), (Reached::Ready, later(90)));
}

#[test]
fn what_was_added_to_a_ticket_that_was_begun_has_to_be_seen_anew() {
    let marks = Marks {
        sent: later(60),
        started: Some(later(30)),
        ..sent()
    };
    assert_eq!(marks.reached(), (Reached::Sent, later(60)));
}

fn receipt(station: &str, reached: Reached, at: OffsetDateTime) -> Receipt {
    Receipt {
        ticket: TicketId::new(),
        station: station.to_owned(),
        reached,
        at,
        lines: Vec::new(),
    }
}

#[test]
fn a_station_is_as_far_as_the_ticket_that_is_least_far() {
    let receipts = [
        receipt("Bar", Reached::Ready, NOON),
        receipt("Grill", Reached::Started, NOON),
        receipt("Bar", Reached::Sent, later(60)),
        receipt("Bar", Reached::OnScreen, later(5)),
        receipt("Grill", Reached::Started, later(9)),
    ];
    let shown: Vec<_> = by_station(&receipts)
        .into_iter()
        .map(|one| (one.station.as_str(), one.reached, one.at))
        .collect();
    assert_eq!(
        shown,
        [
            ("Bar", Reached::Sent, later(60)),
            ("Grill", Reached::Started, NOON)
        ]
    );
}

#[test]
fn only_what_a_screen_showed_counts_as_shown() {
    let shown = [
        (Reached::Unseen, false),
        (Reached::Sent, false),
        (Reached::Told, false),
        (Reached::Printed, true),
        (Reached::OnScreen, true),
        (Reached::Started, true),
        (Reached::Ready, true),
    ];
    for (reached, is_shown) in shown {
        assert_eq!(receipt("Bar", reached, NOON).is_shown(), is_shown);
    }
}

use proptest::prelude::*;
use time::macros::datetime;

use super::*;

const NOON: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
const HOT: Pace = Pace {
    soon_s: 480,
    late_s: 900,
};

fn after(seconds: i64) -> OffsetDateTime {
    NOON + Duration::seconds(seconds)
}

fn line(name: &str) -> TicketLine {
    TicketLine {
        id: TicketLineId::new(),
        line: LineId::new(),
        quantity: Quantity::ONE,
        name: name.to_owned(),
        second_name: None,
        modifiers: Vec::new(),
        note: None,
        allergy: None,
        seat: None,
        course: 1,
        prep_seconds: None,
        addition: 0,
        fired_at: NOON,
        done: None,
    }
}

fn ticket(names: &[&str]) -> Ticket {
    Ticket {
        id: TicketId::new(),
        order: OrderId::new(),
        station: StationId::new(),
        number: 42,
        title: "Table 7".to_owned(),
        kind: TicketKind::DineIn,
        guests: 2,
        waiter: "Amina".to_owned(),
        customer: None,
        sent_at: NOON,
        started: None,
        bumped: None,
        recalled_at: None,
        shown_at: None,
        additions: 0,
        revision: 1,
        lines: names.iter().map(|name| line(name)).collect(),
    }
}

fn done(ticket: &Ticket) -> Vec<bool> {
    ticket
        .lines
        .iter()
        .map(|line| line.done.is_some())
        .collect()
}

#[test]
fn a_ticket_is_started_once_and_says_by_whom() {
    let mut ticket = ticket(&["Burger"]);
    ticket.start("Joy", after(5)).unwrap();
    assert_eq!(ticket.started, Some(Mark::new("Joy", after(5))));
    let refusal = ticket.start("Sam", after(6)).unwrap_err();
    assert_eq!(refusal.to_string(), "Table 7 was already started by Joy.");
    assert_eq!(ticket.started, Some(Mark::new("Joy", after(5))));
}

#[test]
fn a_finished_line_can_be_taken_back() {
    let mut ticket = ticket(&["Burger", "Chips"]);
    let chips = ticket.lines[1].id;
    ticket.finish_line(chips, "Joy", after(60)).unwrap();
    assert_eq!(done(&ticket), [false, true]);
    assert!(!ticket.all_done());
    assert_eq!(
        ticket
            .finish_line(chips, "Sam", after(61))
            .unwrap_err()
            .to_string(),
        "Chips was already marked as done by Joy."
    );
    ticket.reopen_line(chips).unwrap();
    assert_eq!(done(&ticket), [false, false]);
    assert!(!ticket.is_touched());
    assert_eq!(
        ticket.reopen_line(chips),
        Err(TicketRefusal::LineNotDone("Chips".to_owned()))
    );
    assert_eq!(
        ticket.finish_line(TicketLineId::new(), "Joy", after(62)),
        Err(TicketRefusal::NoSuchLine)
    );
}

#[test]
fn a_bump_finishes_what_is_left_and_closes_the_ticket() {
    let mut ticket = ticket(&["Burger", "Chips"]);
    let burger = ticket.lines[0].id;
    ticket.finish_line(burger, "Joy", after(60)).unwrap();
    ticket.bump("Grill display", after(90), Some(0)).unwrap();
    assert!(ticket.all_done());
    assert_eq!(ticket.lines[0].done, Some(Mark::new("Joy", after(60))));
    assert_eq!(
        ticket.lines[1].done,
        Some(Mark::new("Grill display", after(90)))
    );

    let closed = TicketRefusal::AlreadyBumped {
        title: "Table 7".to_owned(),
        by: "Grill display".to_owned(),
    };
    assert_eq!(ticket.bump("Sam", after(91), None), Err(closed.clone()));
    assert_eq!(ticket.start("Sam", after(91)), Err(closed.clone()));
    assert_eq!(
        ticket.finish_line(burger, "Sam", after(91)),
        Err(closed.clone())
    );
    assert_eq!(ticket.reopen_line(burger), Err(closed));
}

#[test]
fn an_addition_that_nobody_saw_is_not_bumped() {
    let mut ticket = ticket(&["Burger"]);
    ticket.additions = 1;
    assert_eq!(
        ticket
            .bump("Joy", after(90), Some(0))
            .unwrap_err()
            .to_string(),
        "An ADD-ON for Table 7 just came in. Look at it, then bump again."
    );
    ticket.bump("Joy", after(91), Some(1)).unwrap();
}

#[test]
fn recall_has_its_limits() {
    let mut ticket = ticket(&["Burger"]);
    assert_eq!(
        ticket.recall(after(1), 0),
        Err(TicketRefusal::NotBumped("Table 7".to_owned()))
    );
    ticket.bump("Joy", after(60), None).unwrap();
    let bumped = ticket.clone();
    let limit = after(60) + RECALL_WITHIN;
    assert_eq!(
        ticket.recall(limit + Duration::MICROSECOND, 0),
        Err(TicketRefusal::BumpedLongAgo("Table 7".to_owned()))
    );
    assert_eq!(
        ticket.recall(limit, 50),
        Err(TicketRefusal::BumpedManyAgo("Table 7".to_owned()))
    );
    assert_eq!(ticket, bumped);
    ticket.recall(limit, 49).unwrap();
    assert_eq!(
        (ticket.bumped.is_some(), done(&ticket)),
        (false, vec![false])
    );
}

#[test]
fn age_counts_from_sending_and_never_turns_back() {
    let mut ticket = ticket(&["Burger"]);
    assert_eq!(ticket.age(HOT, after(14)), Age::New);
    assert_eq!(ticket.age(HOT, after(15)), Age::OnTime);
    ticket.start("Joy", after(20)).unwrap();
    assert_eq!(ticket.age(HOT, after(479)), Age::OnTime);
    assert_eq!(ticket.age(HOT, after(480)), Age::Slow);
    assert_eq!(ticket.age(HOT, after(900)), Age::Late);

    let mut addition = line("Chips");
    (addition.addition, addition.fired_at) = (1, after(900));
    ticket.lines.push(addition);
    assert_eq!(ticket.age(HOT, after(901)), Age::Late);
}

#[test]
fn an_untouched_ticket_turns_slow_and_late_all_the_same() {
    let ticket = ticket(&["Burger"]);
    assert_eq!(ticket.age(HOT, after(480)), Age::Slow);
    assert_eq!(ticket.age(HOT, after(900)), Age::Late);
}

#[test]
fn the_slowest_line_sets_the_target() {
    let mut ticket = ticket(&["Chips", "Samosa"]);
    ticket.lines[0].prep_seconds = Some(300);
    ticket.lines[1].prep_seconds = Some(120);
    let five_minutes = Pace {
        soon_s: 160,
        late_s: 300,
    };
    assert_eq!(ticket.pace(HOT), five_minutes);

    // A line without a time of its own has the station's.
    ticket.lines.push(line("Burger"));
    assert_eq!(ticket.pace(HOT), HOT);

    let slow = TicketLine {
        prep_seconds: Some(1_800),
        ..line("Whole tilapia")
    };
    ticket.lines.push(slow);
    assert_eq!(ticket.pace(HOT).late_s, 1_800);
    assert_eq!(ticket.age(HOT, after(899)), Age::OnTime);
}

#[test]
fn a_ticket_wants_attention_until_it_is_touched_and_again_with_an_addition() {
    let mut ticket = ticket(&["Burger"]);
    assert!(ticket.wants_attention(after(600)));
    ticket.start("Joy", after(600)).unwrap();
    assert!(!ticket.wants_attention(after(601)));
    ticket.lines.push(TicketLine {
        fired_at: after(700),
        ..line("Chips")
    });
    assert!(ticket.wants_attention(after(714)));
    assert!(!ticket.wants_attention(after(715)));
}

#[derive(Debug, Clone)]
enum Tap {
    Start,
    Finish(usize),
    Reopen(usize),
    Bump,
    Recall,
}

fn taps() -> impl Strategy<Value = Vec<(Tap, i64)>> {
    let tap = prop_oneof![
        Just(Tap::Start),
        (0..4usize).prop_map(Tap::Finish),
        (0..4usize).prop_map(Tap::Reopen),
        Just(Tap::Bump),
        Just(Tap::Recall),
    ];
    // Time stands still or jumps, backwards too: a recall must not depend on a clock that ticks.
    proptest::collection::vec((tap, -2..300i64), 0..40)
}

proptest! {
    #[test]
    fn recall_restores_exactly_what_was_before_the_bump(taps in taps(), wait in -900..=900i64) {
        let mut ticket = ticket(&["Burger", "Chips", "Samosa", "Pilau"]);
        let mut now = NOON;
        for (tap, seconds) in taps {
            now += Duration::seconds(seconds);
            tapped(&mut ticket, &tap, now);
        }
        if ticket.bumped.is_some() {
            return Ok(());
        }
        let before = ticket.clone();
        ticket.bump("Joy", now, None).unwrap();
        prop_assert!(ticket.all_done());
        let back = now + Duration::seconds(wait.min(890));
        ticket.recall(back, 0).unwrap();
        prop_assert_eq!(
            Ticket { recalled_at: before.recalled_at, revision: before.revision, ..ticket.clone() },
            before
        );
        prop_assert_eq!(ticket.recalled_at, Some(back));
    }

    #[test]
    fn whatever_is_tapped_a_bumped_ticket_is_done_and_a_refusal_changes_nothing(taps in taps()) {
        let mut ticket = ticket(&["Burger", "Chips", "Samosa", "Pilau"]);
        let mut now = NOON;
        for (tap, seconds) in taps {
            now += Duration::seconds(seconds);
            let before = ticket.clone();
            if tapped(&mut ticket, &tap, now) {
                prop_assert_eq!(ticket.revision, before.revision + 1);
            } else {
                prop_assert_eq!(&ticket, &before);
            }
            prop_assert!(ticket.bumped.is_none() || ticket.all_done());
        }
    }

    #[test]
    fn an_age_only_grows(preps in proptest::collection::vec(proptest::option::of(1..4_000i32), 1..6), early in 0..5_000i64, later in 0..5_000i64) {
        let mut ticket = ticket(&vec!["Burger"; preps.len()]);
        for (line, prep) in ticket.lines.iter_mut().zip(preps) {
            line.prep_seconds = prep;
        }
        let (first, then) = (after(early), after(early + later));
        prop_assert!(ticket.age(HOT, first) <= ticket.age(HOT, then));
        let pace = ticket.pace(HOT);
        prop_assert!(pace.soon_s < pace.late_s);
    }
}

/// Whether the tap did something.
fn tapped(ticket: &mut Ticket, tap: &Tap, now: OffsetDateTime) -> bool {
    let line = |index: &usize| ticket.lines[*index].id;
    let outcome = match tap {
        Tap::Start => ticket.start("Joy", now),
        Tap::Finish(index) => ticket.finish_line(line(index), "Joy", now),
        Tap::Reopen(index) => ticket.reopen_line(line(index)),
        Tap::Bump => ticket.bump("Sam", now, Some(ticket.additions)),
        Tap::Recall => ticket.recall(now, 0),
    };
    outcome.is_ok()
}

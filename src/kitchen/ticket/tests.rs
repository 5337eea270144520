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
        held: false,
        fired_at: Some(NOON),
        done: None,
        voided: None,
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
        clock_at: None,
        shown_at: None,
        priority: false,
        unpaid: false,
        former_title: None,
        additions: 0,
        changes: 0,
        passed_on: false,
        next: None,
        revision: 1,
        lines: names.iter().map(|name| line(name)).collect(),
    }
}

fn seen(additions: i16) -> Seen {
    Seen {
        additions: Some(additions),
        changes: None,
    }
}

fn pace(ticket: &Ticket) -> Pace {
    ticket.clock(HOT, NOON).unwrap().pace
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
    ticket.bump("Grill display", after(90), seen(0)).unwrap();
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
    assert_eq!(
        ticket.bump("Sam", after(91), Seen::default()),
        Err(closed.clone())
    );
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
            .bump("Joy", after(90), seen(0))
            .unwrap_err()
            .to_string(),
        "An ADD-ON for Table 7 just came in. Look at it, then bump again."
    );
    ticket.bump("Joy", after(91), seen(1)).unwrap();
}

#[test]
fn recall_has_its_limits() {
    let mut ticket = ticket(&["Burger"]);
    assert_eq!(
        ticket.recall(after(1), 0, false),
        Err(TicketRefusal::NotBumped("Table 7".to_owned()))
    );
    ticket.bump("Joy", after(60), Seen::default()).unwrap();
    let bumped = ticket.clone();
    let limit = after(60) + RECALL_WITHIN;
    assert_eq!(
        ticket.recall(limit + Duration::MICROSECOND, 0, false),
        Err(TicketRefusal::BumpedLongAgo("Table 7".to_owned()))
    );
    assert_eq!(
        ticket.recall(limit, 50, false),
        Err(TicketRefusal::BumpedManyAgo("Table 7".to_owned()))
    );
    assert_eq!(ticket, bumped);
    ticket.recall(limit, 49, false).unwrap();
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
    (addition.addition, addition.fired_at) = (1, Some(after(900)));
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
    assert_eq!(pace(&ticket), five_minutes);

    // A line without a time of its own has the station's.
    ticket.lines.push(line("Burger"));
    assert_eq!(pace(&ticket), HOT);

    let slow = TicketLine {
        prep_seconds: Some(1_800),
        ..line("Whole tilapia")
    };
    ticket.lines.push(slow);
    assert_eq!(pace(&ticket).late_s, 1_800);
    assert_eq!(ticket.age(HOT, after(899)), Age::OnTime);
}

#[test]
fn a_ticket_wants_attention_until_it_is_touched_and_again_with_an_addition() {
    let mut ticket = ticket(&["Burger"]);
    assert!(ticket.wants_attention(after(600)));
    ticket.start("Joy", after(600)).unwrap();
    assert!(!ticket.wants_attention(after(601)));
    ticket.lines.push(TicketLine {
        fired_at: Some(after(700)),
        ..line("Chips")
    });
    assert!(ticket.wants_attention(after(714)));
    assert!(!ticket.wants_attention(after(715)));
}

fn hold(ticket: &mut Ticket, index: usize) {
    let line = &mut ticket.lines[index];
    (line.held, line.fired_at) = (true, None);
}

fn strike_out(ticket: &mut Ticket, index: usize, at: OffsetDateTime) {
    ticket.lines[index].voided = Some(Void { at, seen_at: None });
    ticket.changes += 1;
}

#[test]
fn what_is_kept_back_waits_and_has_no_age() {
    let mut ticket = ticket(&["Steak", "Soup"]);
    hold(&mut ticket, 0);
    let steak = ticket.lines[0].id;
    assert_eq!(
        ticket.finish_line(steak, "Joy", after(5)),
        Err(TicketRefusal::LineHeld("Steak".to_owned()))
    );
    ticket
        .finish_line(ticket.lines[1].id, "Joy", after(30))
        .unwrap();
    assert!(ticket.all_done() && !ticket.is_waiting());
    assert_eq!(
        ticket.age(HOT, after(5_000)),
        Age::Held,
        "nothing is to be made"
    );
    ticket.bump("Joy", after(40), Seen::default()).unwrap();
    assert_eq!(ticket.lines[0].done, None, "it stays to be made");

    let mut waiting = self::ticket(&["Steak"]);
    hold(&mut waiting, 0);
    let held = TicketRefusal::NothingFired("Table 7".to_owned());
    assert!(waiting.is_waiting() && !waiting.wants_attention(after(5)));
    assert_eq!(
        waiting.bump("Joy", after(5), Seen::default()),
        Err(held.clone())
    );
    assert_eq!(waiting.start("Joy", after(5)), Err(held));
    assert!(waiting.progress().is_empty());
}

#[test]
fn a_course_that_was_fired_later_has_a_clock_of_its_own() {
    let mut ticket = ticket(&["Soup", "Steak"]);
    ticket
        .finish_line(ticket.lines[0].id, "Joy", after(100))
        .unwrap();
    hold(&mut ticket, 1);
    ticket.lines[1].fired_at = Some(after(1_000));
    let clock = ticket.clock(HOT, after(1_010)).unwrap();
    assert_eq!((clock.since, clock.pace), (after(1_000), HOT));
    assert_eq!(ticket.age(HOT, after(1_010)), Age::New);
    assert_eq!(ticket.age(HOT, after(1_479)), Age::OnTime);
    assert_eq!(ticket.age(HOT, after(1_900)), Age::Late);
    // While the soup is still to be made it is the soup that is late.
    ticket.reopen_line(ticket.lines[0].id).unwrap();
    assert_eq!(ticket.age(HOT, after(1_010)), Age::Late);
}

#[test]
fn what_was_struck_out_is_seen_by_a_tap_or_with_the_bump() {
    let mut ticket = ticket(&["Burger", "Chips"]);
    let (burger, chips) = (ticket.lines[0].id, ticket.lines[1].id);
    ticket.start("Joy", after(1)).unwrap();
    assert!(!ticket.wants_attention(after(100)));
    strike_out(&mut ticket, 1, after(90));
    assert!(ticket.wants_attention(after(100)) && ticket.voids_unseen() == 1);
    assert_eq!(
        ticket.finish_line(chips, "Joy", after(100)),
        Err(TicketRefusal::LineVoided("Chips".to_owned()))
    );
    assert_eq!(
        ticket.see_void(burger, "Joy", after(100)),
        Err(TicketRefusal::NothingToSee("Burger".to_owned()))
    );
    let too_early = Seen {
        additions: Some(0),
        changes: Some(0),
    };
    assert_eq!(
        ticket.bump("Joy", after(100), too_early),
        Err(TicketRefusal::ChangeUnseen("Table 7".to_owned()))
    );
    ticket.see_void(chips, "Joy", after(101)).unwrap();
    assert!(!ticket.wants_attention(after(200)) && ticket.bumped.is_none());
    assert!(ticket.see_void(chips, "Joy", after(102)).is_err(), "once");
    assert_eq!((ticket.pieces(), ticket.progress().len()), (1, 1));

    let mut bumped = self::ticket(&["Burger", "Chips"]);
    strike_out(&mut bumped, 1, after(90));
    bumped.bump("Joy", after(100), Seen::default()).unwrap();
    assert_eq!(bumped.voids_unseen(), 0);
    assert_eq!(done(&bumped), [true, false]);
}

#[test]
fn a_ticket_of_which_all_was_struck_out_leaves_when_the_last_of_it_is_seen() {
    let mut ticket = ticket(&["Burger", "Chips"]);
    strike_out(&mut ticket, 0, after(10));
    strike_out(&mut ticket, 1, after(10));
    ticket
        .see_void(ticket.lines[0].id, "Joy", after(20))
        .unwrap();
    assert_eq!(ticket.bumped, None);
    ticket
        .see_void(ticket.lines[1].id, "Sam", after(21))
        .unwrap();
    assert_eq!(ticket.bumped, Some(Mark::new("Sam", after(21))));
    assert_eq!(
        ticket.recall(after(22), 0, false),
        Err(TicketRefusal::NothingLeft("Table 7".to_owned()))
    );
}

#[test]
fn a_recall_may_let_the_age_begin_anew() {
    let mut ticket = ticket(&["Burger"]);
    ticket.bump("Joy", after(1_000), Seen::default()).unwrap();
    ticket.recall(after(1_100), 0, false).unwrap();
    assert_eq!(ticket.age(HOT, after(1_100)), Age::Late);
    ticket.bump("Joy", after(1_200), Seen::default()).unwrap();
    ticket.recall(after(1_300), 0, true).unwrap();
    assert_eq!(ticket.age(HOT, after(1_300)), Age::New);
    assert_eq!(ticket.age(HOT, after(2_200)), Age::Late);
}

#[test]
fn what_goes_on_to_another_station_is_not_made_when_it_leaves_this_one() {
    let mut ticket = ticket(&["Pizza"]);
    ticket.next = Some(StationId::new());
    ticket.bump("Joy", after(60), Seen::default()).unwrap();
    let progress = &ticket.progress()[0];
    assert_eq!(
        (progress.done_at, progress.started_at),
        (None, Some(after(60)))
    );
    let mut oven = self::ticket(&["Pizza"]);
    oven.passed_on = true;
    assert_eq!(
        oven.progress()[0].started_at,
        Some(NOON),
        "it is under way already"
    );
}

#[test]
fn priority_is_given_and_taken() {
    let mut ticket = ticket(&["Burger"]);
    ticket.prioritise(true).unwrap();
    ticket.prioritise(true).unwrap();
    assert!(ticket.priority && ticket.revision == 2, "twice is once");
    ticket.prioritise(false).unwrap();
    assert!(!ticket.priority);
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
        ticket.bump("Joy", now, Seen::default()).unwrap();
        prop_assert!(ticket.all_done());
        let back = now + Duration::seconds(wait.min(890));
        ticket.recall(back, 0, false).unwrap();
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
        let pace = pace(&ticket);
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
        Tap::Bump => ticket.bump("Sam", now, seen(ticket.additions)),
        Tap::Recall => ticket.recall(now, 0, false),
    };
    outcome.is_ok()
}

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::kitchen::StationKind;
use crate::orders::Place;
use crate::values::{Quantity, StationId, TableId};

const NOON: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

fn pass(orders: Vec<Whole>) -> Pass {
    let station = Station {
        id: StationId::new(),
        name: "Pass".to_owned(),
        kind: StationKind::Expo,
        sort: 3,
        pace: Pace {
            soon_s: 480,
            late_s: 900,
        },
    };
    Pass {
        station,
        orders,
        last: None,
    }
}

fn at_table(code: &str) -> Whole {
    Whole::without_work(OnPass {
        id: OrderId::new(),
        number: 1,
        place: Place::Table {
            id: TableId::new(),
            code: code.to_owned(),
            area: String::new(),
        },
        waiter_name: "Amina Nakato".to_owned(),
        paid: false,
        revision: 1,
        lines: Vec::new(),
    })
}

/// A ticket of a station that was sent so many minutes after noon, with its lines.
fn ticket(whole: &mut Whole, station: &str, minute: i64, lines: &[(i64, &str, LineState)]) {
    let ticket_id = TicketId::new();
    for (quantity, name, state) in lines {
        let line = PassLine {
            id: LineId::new(),
            quantity: Quantity::new(*quantity).unwrap(),
            name: (*name).to_owned(),
            choices: String::new(),
            allergy: None,
            state: *state,
            ready_at: (*state == LineState::Ready).then_some(NOON + Duration::minutes(minute + 3)),
        };
        whole.work.push(Underway {
            order_id: whole.order.id,
            line_id: line.id,
            ticket_id,
            station: station.to_owned(),
            since: NOON + Duration::minutes(minute),
            started: *state == LineState::Preparing,
            done: !matches!(state, Sent | Preparing),
            target_s: 900,
            first: false,
        });
        whole.order.lines.push(line);
    }
}

fn titles(orders: &[&Whole]) -> Vec<String> {
    orders.iter().map(|whole| whole.order.title()).collect()
}

fn parts(whole: &Whole) -> Vec<(String, i32, i32, Stage)> {
    let parts = whole.parts().into_iter();
    parts
        .map(|part| (part.station, part.made, part.of, part.stage))
        .collect()
}

use LineState::{Preparing, Ready, Sent, Served, Unsent};

#[test]
fn an_order_of_which_a_part_is_ready_stands_on_both_sides() {
    let mut part = at_table("4");
    ticket(&mut part, "Kitchen", 0, &[(1, "Luwombo", Preparing)]);
    ticket(&mut part, "Bar", 0, &[(2, "Nile", Ready)]);
    let mut whole = at_table("3");
    ticket(&mut whole, "Kitchen", 1, &[(2, "Katogo", Ready)]);
    let mut served = at_table("9");
    ticket(&mut served, "Bar", 0, &[(1, "Mojito", Served)]);
    let pass = pass(vec![whole, part, served]);
    assert_eq!(titles(&pass.ready()), ["Table 4", "Table 3"]);
    assert_eq!(titles(&pass.in_progress()), ["Table 4"]);
    let counts = pass.counts(NOON + Duration::minutes(15));
    let expected = Counts {
        ready: 2,
        in_progress: 1,
        late: 1,
    };
    assert_eq!(counts, expected);
}

#[test]
fn in_progress_is_oldest_first_by_what_is_missing() {
    let mut long_here = at_table("1");
    ticket(&mut long_here, "Bar", 0, &[(1, "Nile", Served)]);
    ticket(&mut long_here, "Kitchen", 30, &[(1, "Pilau", Sent)]);
    let mut fresh = at_table("2");
    ticket(&mut fresh, "Kitchen", 20, &[(1, "Pilau", Sent)]);
    let pass = pass(vec![long_here, fresh]);
    assert_eq!(titles(&pass.in_progress()), ["Table 2", "Table 1"]);
}

#[test]
fn each_station_says_how_far_it_is_in_pieces() {
    let mut order = at_table("12");
    ticket(&mut order, "Bar", 0, &[(3, "Nile", Ready)]);
    ticket(
        &mut order,
        "Kitchen",
        0,
        &[(3, "Beef burger", Sent), (2, "Pilau", Served)],
    );
    ticket(&mut order, "Pastry", 0, &[(1, "Cake", Sent)]);
    let expected = [
        ("Bar", 3, 3, Stage::Ready),
        ("Kitchen", 2, 5, Stage::Preparing),
        ("Pastry", 0, 1, Stage::New),
    ];
    let expected = expected.map(|(station, made, of, stage)| (station.to_owned(), made, of, stage));
    assert_eq!(parts(&order), expected);
}

#[test]
fn two_tickets_of_a_station_are_one_part_and_what_is_served_whole_is_none() {
    let mut order = at_table("12");
    ticket(&mut order, "Bar", 0, &[(2, "Nile", Served)]);
    ticket(&mut order, "Bar", 5, &[(1, "Mojito", Ready)]);
    ticket(&mut order, "Bar", 9, &[(1, "Espresso", Preparing)]);
    assert_eq!(
        parts(&order),
        [("Bar".to_owned(), 1, 2, Stage::Preparing)],
        "the first ticket is with the guest"
    );
}

#[test]
fn a_line_that_goes_from_station_to_station_is_missing_until_the_last_is_done() {
    let mut order = at_table("7");
    ticket(&mut order, "Kitchen", 0, &[(1, "Burger", Preparing)]);
    let mut next = order.work[0].clone();
    next.station = "Packing".to_owned();
    next.since = NOON + Duration::minutes(6);
    order.work[0].done = true;
    order.work.push(next);
    let expected = [
        ("Kitchen", 1, Stage::Ready),
        ("Packing", 0, Stage::Preparing),
    ];
    let expected = expected.map(|(station, made, stage)| (station.to_owned(), made, 1, stage));
    assert_eq!(parts(&order), expected);
    assert_eq!(order.since(), Some(NOON + Duration::minutes(6)));
    assert_eq!(order.missing().len(), 1);
}

#[test]
fn held_lines_are_missing_nowhere_and_named_apart() {
    let mut order = at_table("7");
    ticket(&mut order, "Kitchen", 0, &[(1, "Soup", Ready)]);
    ticket(&mut order, "Kitchen", 0, &[(2, "Steak", Unsent)]);
    // What is held is on no board that would have to make it.
    order.work.retain(|work| {
        let held = &order.order.lines[1];
        work.line_id != held.id
    });
    let held = order.held();
    assert_eq!(summed(&held)[0].0, 2);
    assert!(order.missing().is_empty());
    assert_eq!(parts(&order), [("Kitchen".to_owned(), 1, 1, Stage::Ready)]);
}

#[test]
fn an_order_is_late_by_its_slowest_missing_line() {
    let mut order = at_table("7");
    ticket(
        &mut order,
        "Kitchen",
        0,
        &[(1, "Chips", Sent), (1, "Luwombo", Sent)],
    );
    order.work[0].target_s = 300;
    order.work[1].target_s = 600;
    let pass = pass(Vec::new());
    let age = |order: &Whole, minutes| order.age(&pass.station, NOON + Duration::minutes(minutes));
    assert_eq!(age(&order, 0), Some(Age::New));
    assert_eq!(age(&order, 5), Some(Age::OnTime));
    assert_eq!(age(&order, 6), Some(Age::Slow));
    assert_eq!(age(&order, 10), Some(Age::Late));
    order.order.lines[1].state = Ready;
    assert_eq!(
        age(&order, 5),
        Some(Age::Late),
        "only the chips are missing"
    );
    order.order.lines[0].state = Ready;
    assert_eq!(age(&order, 5), None);
}

#[test]
fn equal_lines_are_summed_and_different_ones_are_not() {
    let mut order = at_table("7");
    ticket(
        &mut order,
        "Kitchen",
        0,
        &[
            (1, "Katogo", Ready),
            (1, "Rolex", Ready),
            (2, "Katogo", Ready),
            (1, "Katogo", Ready),
        ],
    );
    order.order.lines[3].choices = "Beef".to_owned();
    let ready = order.ready();
    let sums = summed(&ready);
    let sums: Vec<_> = sums
        .iter()
        .map(|(pieces, line)| (*pieces, line.name.as_str(), line.choices.as_str()))
        .collect();
    assert_eq!(
        sums,
        [(3, "Katogo", ""), (1, "Rolex", ""), (1, "Katogo", "Beef")]
    );
}

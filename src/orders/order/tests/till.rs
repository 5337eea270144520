//! Lines that come, are sent and paid for; what closes an order, and what a closed one refuses.

use super::*;

#[test]
fn equal_unsent_lines_merge_and_others_do_not() {
    let mut order = table_of(2);
    let chips = product("Chips", 9_000);
    add(&mut order, &chips, 1);
    add(&mut order, &chips, 2);
    assert_eq!(order.lines.len(), 1);
    let by = order.waiter;
    order
        .add(
            &chips,
            chips.one_tap().unwrap(),
            asked(1, Some(2)),
            by,
            at(1),
        )
        .unwrap();
    assert_eq!(order.lines.len(), 2);
    assert_eq!(order.total(), Money::new(36_000));
}

#[test]
fn a_line_of_another_price_does_not_merge() {
    let mut order = table_of(1);
    let mut chips = product("Chips", 9_000);
    add(&mut order, &chips, 1);
    chips.price = Money::new(8_000);
    add(&mut order, &chips, 1);
    assert_eq!(order.lines.len(), 2);
    assert_eq!(order.total(), Money::new(17_000));
}

#[test]
fn a_sent_line_grows_no_more() {
    let mut order = table_of(1);
    let chips = product("Chips", 9_000);
    let sent = add(&mut order, &chips, 1);
    order.send(at(2)).unwrap();
    add(&mut order, &chips, 1);
    assert_eq!(order.lines.len(), 2);
    assert_eq!(
        order.set_quantity(sent, Quantity::ONE, 0),
        Err(OrderRefusal::AlreadySent("Chips".to_owned()))
    );
    assert_eq!(
        order.remove(sent),
        Err(OrderRefusal::AlreadySent("Chips".to_owned()))
    );
}

#[test]
fn a_changed_line_that_becomes_equal_to_another_goes_into_it() {
    let mut order = table_of(2);
    let chips = product("Chips", 9_000);
    let first = add(&mut order, &chips, 1);
    let by = order.waiter;
    let Added::Fresh(second) = order
        .add(
            &chips,
            chips.one_tap().unwrap(),
            asked(2, Some(1)),
            by,
            at(1),
        )
        .unwrap()
    else {
        panic!("merged too early")
    };
    let change = order.change(second, |line| line.seat = None).unwrap();
    assert_eq!((change.kept, change.swallowed), (first, Some(second)));
    assert_eq!(order.lines.len(), 1);
    assert_eq!(order.lines[0].quantity.get(), 3);
}

#[test]
fn there_is_no_seat_beyond_the_guests() {
    let mut order = table_of(2);
    let chips = product("Chips", 9_000);
    let by = order.waiter;
    assert_eq!(
        order.add(
            &chips,
            chips.one_tap().unwrap(),
            asked(1, Some(3)),
            by,
            at(1)
        ),
        Err(OrderRefusal::NoSuchSeat(2))
    );
}

#[test]
fn sending_twice_sends_once() {
    let mut order = table_of(1);
    add(&mut order, &product("Chips", 9_000), 1);
    assert_eq!(order.send(at(2)).unwrap().len(), 1);
    assert!(order.send(at(3)).unwrap().is_empty());
    assert_eq!(order.first_sent_at, Some(at(2)));
}

#[test]
fn held_lines_are_not_sent() {
    let mut order = table_of(1);
    let id = add(&mut order, &product("Steak", 45_000), 1);
    order.change(id, |line| line.held = true).unwrap();
    assert!(order.send(at(2)).unwrap().is_empty());
    assert_eq!(order.status(), Status::Pending);
}

#[test]
fn paying_settles_and_making_closes() {
    let mut order = table_of(1);
    add(&mut order, &product("Chips", 9_000), 1);
    order.send(at(2)).unwrap();
    order.receive(Money::new(9_000), Money::ZERO).unwrap();
    let settled = order.settle(at(3), date());
    assert!(settled.settled && !settled.closed);
    assert_eq!(order.status(), Status::Preparing);
    make(&mut order);
    assert!(order.settle(at(6), date()).closed);
    assert_eq!(order.status(), Status::Served);
    assert_eq!(order.settled_at, Some(at(3)));
}

#[test]
fn a_recall_after_closing_leaves_the_order_closed() {
    let mut order = table_of(1);
    let line = add(&mut order, &product("Chips", 9_000), 1);
    order.send(at(2)).unwrap();
    make(&mut order);
    order.receive(Money::new(9_000), Money::ZERO).unwrap();
    order.settle(at(6), date());
    order.serve(&[]).unwrap();
    assert!(order.follow(line, true, None));
    assert_eq!(order.lines[0].state, LineState::Preparing);
    assert_eq!(order.closed_at, Some(at(6)));
}

#[test]
fn nothing_that_the_guest_has_is_ready_again_by_a_second_look() {
    let mut order = table_of(1);
    let line = add(&mut order, &product("Chips", 9_000), 1);
    order.send(at(2)).unwrap();
    make(&mut order);
    order.serve(&[line]).unwrap();
    assert!(!order.follow(line, true, Some(at(5))));
    assert_eq!(order.lines[0].state, LineState::Served);
}

#[test]
fn an_order_that_costs_nothing_settles_once_it_was_sent() {
    let mut order = table_of(1);
    add(&mut order, &product("Tap water", 0), 1);
    assert!(!order.is_settled());
    order.send(at(2)).unwrap();
    assert!(order.is_settled());
}

#[test]
fn a_closed_order_refuses_more() {
    let mut order = table_of(1);
    let chips = product("Chips", 9_000);
    add(&mut order, &chips, 1);
    order.send(at(2)).unwrap();
    make(&mut order);
    order.receive(Money::new(9_000), Money::ZERO).unwrap();
    order.settle(at(6), date());
    let by = order.waiter;
    assert_eq!(
        order.add(&chips, chips.one_tap().unwrap(), asked(1, None), by, at(7)),
        Err(OrderRefusal::Closed)
    );
    assert_eq!(
        order.receive(Money::new(1), Money::ZERO),
        Err(OrderRefusal::NothingDue)
    );
}

#[test]
fn an_order_with_sent_lines_or_money_cannot_be_cancelled() {
    let mut order = table_of(1);
    add(&mut order, &product("Chips", 9_000), 1);
    let mut sent = order.clone();
    sent.send(at(2)).unwrap();
    assert_eq!(sent.cancel(at(3)), Err(OrderRefusal::SentLines));
    sent.receive(Money::new(4_000), Money::ZERO).unwrap();
    assert_eq!(sent.cancel(at(3)), Err(OrderRefusal::Paid));
    assert_eq!(order.cancel(at(3)), Ok(()));
    assert_eq!(order.status(), Status::Cancelled);
}

#[test]
fn what_is_left_must_cover_what_was_paid() {
    let mut order = table_of(1);
    let chips = add(&mut order, &product("Chips", 9_000), 1);
    order.send(at(2)).unwrap();
    let more = add(&mut order, &product("Soda", 3_000), 2);
    order.receive(Money::new(15_000), Money::ZERO).unwrap();
    assert_eq!(order.remove(more), Err(OrderRefusal::BelowPaid));
    assert!(order.line(chips).is_ok());
}

#[test]
fn a_settled_order_stays_with_its_shift_until_all_that_was_sold_is_struck_out() {
    let mut order = table_of(1);
    let water = add(&mut order, &product("Water", 0), 1);
    assert!(order.is_left(), "no shift answers for it");
    order.send(at(2)).unwrap();
    assert!(order.settle(at(3), date()).settled);
    assert!(!order.is_left(), "what it came to is in a shift's report");
    order.void(water, None).unwrap();
    assert!(order.is_left(), "whoever sells the next thing takes it up");
}

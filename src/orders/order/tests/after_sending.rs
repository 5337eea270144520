//! What becomes of lines that were sent or are kept back.

use super::*;

#[test]
fn what_is_kept_back_is_not_sent_until_it_is_fired() {
    let mut order = table_of(2);
    let soup = add(&mut order, &product("Soup", 8_000), 1);
    let steak = add(&mut order, &product("Steak", 45_000), 2);
    order.change(steak, |line| line.course = 2).unwrap();
    assert_eq!(order.hold(Which::Course(2), true).unwrap(), [steak]);
    assert!(order.hold(Which::Line(steak), true).unwrap().is_empty());
    assert_eq!(order.send(at(2)).unwrap(), [soup]);
    assert_eq!(order.announce(), [steak]);
    assert!(order.announce().is_empty(), "once");

    make(&mut order);
    order.receive(Money::new(98_000), Money::ZERO).unwrap();
    let came = order.settle(at(6), date());
    assert!(came.settled && !came.closed, "something is still to come");

    assert_eq!(order.fire(Which::Course(2), at(7)).unwrap(), [steak]);
    let line = order.line(steak).unwrap();
    assert_eq!(
        (line.state, line.held, line.announced),
        (LineState::Sent, false, false)
    );
    assert!(order.fire(Which::Course(2), at(8)).unwrap().is_empty());
    assert_eq!(
        order.hold(Which::Line(steak), true),
        Err(OrderRefusal::AlreadySent("Steak".to_owned()))
    );
    make(&mut order);
    assert!(order.settle(at(9), date()).closed);
}

#[test]
fn what_was_given_free_again_is_not_shown_to_the_kitchen_any_more() {
    let mut order = table_of(1);
    let steak = add(&mut order, &product("Steak", 45_000), 1);
    order.hold(Which::Line(steak), true).unwrap();
    order.announce();
    assert_eq!(order.announced().count(), 1);
    order.hold(Which::Line(steak), false).unwrap();
    assert_eq!(order.announced().count(), 0);
    assert_eq!(order.to_send().count(), 1);
}

#[test]
fn some_pieces_of_a_line_are_struck_out_and_the_rest_stays() {
    let mut order = sent(&[("Burger", 20_000, 3)]);
    let burger = order.lines[0].id;
    let cut = order.void(burger, pieces(1)).unwrap();
    assert_eq!(
        (cut.of, cut.pieces, cut.position),
        (Some(burger), Quantity::ONE, 2)
    );
    assert!(order.line(cut.line).unwrap().is_voided());
    assert_eq!(order.line(burger).unwrap().quantity.get(), 2);
    assert_eq!(order.total(), Money::new(40_000));
    assert_eq!(
        order.void(burger, pieces(3)),
        Err(OrderRefusal::NotSoMany(
            Quantity::new(2).unwrap(),
            "Burger".to_owned()
        ))
    );
    assert_eq!(
        order.void(cut.line, None),
        Err(OrderRefusal::Struck("Burger".to_owned()))
    );
    assert!(!order.is_spent());
    assert_eq!(order.void(burger, pieces(2)).unwrap().of, None);
    assert!(order.is_spent());
}

#[test]
fn only_what_was_sent_is_struck_out_and_never_below_what_was_paid() {
    let mut order = sent(&[("Burger", 20_000, 1), ("Soda", 3_000, 1)]);
    let (burger, soda) = (order.lines[0].id, order.lines[1].id);
    let chips = add(&mut order, &product("Chips", 9_000), 1);
    assert_eq!(
        order.void(chips, None),
        Err(OrderRefusal::NotSent("Chips".to_owned()))
    );
    order.receive(Money::new(30_000), Money::ZERO).unwrap();
    let before = order.clone();
    assert_eq!(order.void(burger, None), Err(OrderRefusal::BelowPaid));
    assert_eq!(order.comp(burger, None), Err(OrderRefusal::BelowPaid));
    assert_eq!(order, before);
    // Two thousand are still due: nothing may go that costs more.
    assert_eq!(order.void(soda, None), Err(OrderRefusal::BelowPaid));
    order.remove(chips).unwrap_err();
}

#[test]
fn what_is_given_free_costs_nothing_and_is_made_all_the_same() {
    let mut order = sent(&[("Cake", 12_000, 2)]);
    let cake = order.lines[0].id;
    let cut = order.comp(cake, pieces(1)).unwrap();
    assert_eq!(order.total(), Money::new(12_000));
    assert_eq!(order.totals().unwrap().comps, Money::new(12_000));
    let free = order.line(cut.line).unwrap();
    assert_eq!((free.state, free.comped), (LineState::Sent, true));
    assert_eq!(
        order.comp(cut.line, None),
        Err(OrderRefusal::AlreadyFree("Cake".to_owned()))
    );
    order.comp(cake, None).unwrap();
    make(&mut order);
    assert!(order.settle(at(6), date()).closed, "the guest left");
}

#[test]
fn an_order_of_which_something_was_sent_is_called_off_with_all_of_it() {
    let mut order = sent(&[("Burger", 20_000, 1)]);
    add(&mut order, &product("Chips", 9_000), 1);
    let burger = order.lines[0].id;
    assert_eq!(order.cancel(at(3)), Err(OrderRefusal::SentLines));
    assert_eq!(order.cancel_sent(at(3)).unwrap(), [burger]);
    assert_eq!(order.status(), Status::Cancelled);
    assert_eq!(order.total(), Money::new(9_000), "unsent lines are no sale");

    let mut paid = sent(&[("Burger", 20_000, 1)]);
    paid.receive(Money::new(5_000), Money::ZERO).unwrap();
    assert_eq!(paid.cancel_sent(at(3)), Err(OrderRefusal::Paid));
}

#[test]
fn lines_go_to_another_order_whole_or_in_part_and_both_refuse_together() {
    let mut from = sent(&[("Burger", 20_000, 3), ("Soda", 3_000, 1)]);
    let (burger, soda) = (from.lines[0].id, from.lines[1].id);
    from.line_mut(soda).unwrap().seat = Some(2);
    let mut to = table_of(1);
    let cuts = from
        .give_lines(&mut to, &[(burger, pieces(1)), (soda, None)])
        .unwrap();
    assert_eq!((cuts[0].of, cuts[1].of), (Some(burger), None));
    assert_eq!(from.total(), Money::new(40_000));
    assert_eq!(to.total(), Money::new(23_000));
    assert_eq!(to.first_sent_at, Some(at(2)));
    let positions: Vec<i32> = to.lines.iter().map(|line| line.position).collect();
    assert_eq!(positions, [1, 2]);
    assert_eq!(
        to.line(soda).unwrap().seat,
        None,
        "one guest has no second seat"
    );

    from.receive(Money::new(40_000), Money::ZERO).unwrap();
    let before = (from.clone(), to.clone());
    let refused = from.give_lines(&mut to, &[(burger, pieces(1))]);
    assert_eq!(refused, Err(OrderRefusal::BelowPaid));
    assert_eq!((from.clone(), to.clone()), before);
    to.cancelled_at = Some(at(4));
    assert_eq!(
        to.clone().give_lines(&mut from, &[(soda, None)]),
        Err(OrderRefusal::Cancelled)
    );
    let mut other = table_of(1);
    other.tax_included = false;
    from.paid = Money::ZERO;
    assert_eq!(
        from.give_lines(&mut other, &[(burger, None)]),
        Err(OrderRefusal::OtherRules)
    );
    assert_eq!(
        from.give_lines(&mut other, &[]),
        Err(OrderRefusal::NothingChosen)
    );
}

#[test]
fn two_parties_that_sit_together_have_one_order_and_a_seat_each() {
    let mut from = sent(&[("Burger", 20_000, 1)]);
    from.lines[0].seat = Some(1);
    let mut to = sent(&[("Soda", 3_000, 1)]);
    let burger = from.lines[0].id;
    assert_eq!(from.merge_into(&mut to).unwrap(), [burger]);
    assert!(from.is_spent() && from.lines.is_empty());
    assert_eq!((to.guests, to.total()), (4, Money::new(23_000)));
    assert_eq!(to.line(burger).unwrap().seat, Some(3));

    let mut paid = sent(&[("Burger", 20_000, 1)]);
    paid.receive(Money::new(5_000), Money::ZERO).unwrap();
    assert_eq!(paid.merge_into(&mut to), Err(OrderRefusal::Paid));
}

#[test]
fn guests_move_and_somebody_else_serves_them() {
    let mut order = table_of(2);
    let place = order.place.clone();
    assert_eq!(order.move_to(place), Err(OrderRefusal::AlreadyThere));
    order
        .move_to(Place::Takeaway {
            name: None,
            phone: None,
        })
        .unwrap();
    assert_eq!(order.title(), "Counter 7");
    let grace = StaffId::new();
    order.transfer(grace, "Grace").unwrap();
    assert_eq!((order.waiter, order.waiter_name.as_str()), (grace, "Grace"));
    assert_eq!(
        order.transfer(grace, "Grace"),
        Err(OrderRefusal::TheirsAlready("Grace".to_owned()))
    );
}

#[test]
fn something_that_is_not_on_the_menu_is_a_line_like_others() {
    let mut order = table_of(2);
    let item = OpenItem {
        name: "Corkage".to_owned(),
        price: Money::new(15_000),
        quantity: Quantity::ONE,
        note: None,
        seat: None,
        course: 1,
        station: (StationId::new(), "Bar".to_owned()),
        tax: product("Soda", 0).tax,
    };
    let by = order.waiter;
    let first = order.add_open(item.clone(), by, at(1)).unwrap();
    let second = order.add_open(item.clone(), by, at(1)).unwrap();
    assert_ne!(
        first, second,
        "they never merge: nobody knows that they are the same"
    );
    assert_eq!(order.total(), Money::new(30_000));
    let beyond = OpenItem {
        seat: Some(3),
        ..item
    };
    assert_eq!(
        order.add_open(beyond, by, at(1)),
        Err(OrderRefusal::NoSuchSeat(2))
    );
}

/// Taken through the kitchen by hand: each line is in one of these states.
fn in_states(states: &[LineState]) -> Order {
    let mut order = table_of(2);
    for (number, state) in states.iter().enumerate() {
        let line = add(&mut order, &product(&format!("Dish {number}"), 1_000), 1);
        let line = order.lines.iter_mut().find(|one| one.id == line).unwrap();
        line.state = *state;
    }
    order
}

fn states(order: &Order) -> Vec<LineState> {
    order.lines.iter().map(|line| line.state).collect()
}

#[test]
fn what_was_struck_out_meanwhile_is_passed_over_when_the_rest_is_served() {
    use LineState::{Ready, Served, Voided};
    let mut order = in_states(&[Ready, Voided, Served]);
    let named: Vec<LineId> = order.lines.iter().map(|line| line.id).collect();
    assert_eq!(order.serve(&named), Ok(vec![named[0]]));
    assert_eq!(states(&order), [Served, Voided, Served]);
    assert_eq!(
        order.serve(&named),
        Ok(vec![]),
        "the second hand finds it done"
    );
}

#[test]
fn a_serving_that_is_taken_back_waits_again_and_a_closed_order_stays_closed() {
    use LineState::{Preparing, Ready, Served, Voided};
    let mut order = in_states(&[Served, Served, Preparing, Voided, Ready]);
    order.closed_at = Some(at(5));
    let named: Vec<LineId> = order.lines.iter().map(|line| line.id).skip(1).collect();
    assert_eq!(order.take_back(&named), Ok(vec![named[0]]));
    assert_eq!(states(&order), [Served, Ready, Preparing, Voided, Ready]);
    assert_eq!(order.closed_at, Some(at(5)));
    assert_eq!(order.take_back(&named), Err(OrderRefusal::NotServed));
}

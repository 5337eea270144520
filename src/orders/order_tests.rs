use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::menu::TaxClass;
use crate::orders::changes::Which;
use crate::orders::line::OpenItem;
use crate::values::{ProductId, StationId, TaxClassId};

fn at(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::minutes(minutes)
}

fn date() -> BusinessDate {
    "2026-11-22".parse().unwrap()
}

fn product(name: &str, price: i64) -> Product {
    Product {
        id: ProductId::new(),
        number: 1,
        name: name.to_owned(),
        kitchen_name: None,
        description: String::new(),
        price: Money::new(price),
        image: None,
        hue: 1,
        tax: TaxClass {
            id: TaxClassId::new(),
            name: "VAT 18%".to_owned(),
            rate: BasisPoints::new(1_800).unwrap(),
        },
        station: StationId::new(),
        station_name: "Kitchen".to_owned(),
        prep_seconds: None,
        groups: Vec::new(),
        sold_out: false,
        stock_left: None,
    }
}

fn table_of(guests: i16) -> Order {
    Order {
        id: OrderId::new(),
        number: 7,
        reference: "20261122-0007".to_owned(),
        business_date: date(),
        place: Place::Table {
            id: TableId::new(),
            code: "7".to_owned(),
            area: "Garden".to_owned(),
        },
        guests,
        waiter: StaffId::new(),
        waiter_name: "Amina".to_owned(),
        shift: None,
        shift_over: false,
        opened_at: at(0),
        tax_included: true,
        service: None,
        lines: Vec::new(),
        rounding: Money::ZERO,
        paid: Money::ZERO,
        first_sent_at: None,
        bill_printed_at: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    }
}

fn asked(quantity: i64, seat: Option<i16>) -> NewLine {
    NewLine {
        quantity: Quantity::new(quantity).unwrap(),
        note: None,
        allergy: None,
        seat,
        course: 1,
        from_stock: 0,
    }
}

fn add(order: &mut Order, product: &Product, quantity: i64) -> LineId {
    let choice = product.one_tap().unwrap();
    let by = order.waiter;
    match order
        .add(product, choice, asked(quantity, None), by, at(1))
        .unwrap()
    {
        Added::Fresh(id) | Added::Grown(id) => id,
    }
}

fn make(order: &mut Order) {
    let sent: Vec<LineId> = order.sent().map(|line| line.id).collect();
    for line in sent {
        order.follow(line, true, Some(at(5)));
    }
}

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

fn sent(lines: &[(&str, i64, i64)]) -> Order {
    let mut order = table_of(2);
    for (name, price, quantity) in lines {
        add(&mut order, &product(name, *price), *quantity);
    }
    order.send(at(2)).unwrap();
    order
}

fn pieces(count: i64) -> Option<Quantity> {
    Some(Quantity::new(count).unwrap())
}

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

#[derive(Debug, Clone)]
enum Deed {
    Add(usize, i64),
    Quantity(usize, i64),
    Remove(usize),
    Send,
    Make,
    Serve,
    Pay(i64),
    Hold(i16, bool),
    Fire(usize),
    Void(usize, i64),
    Comp(usize, i64),
    Give(usize, i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0usize..4, 1i64..5).prop_map(|(product, quantity)| Deed::Add(product, quantity)),
        2 => (0usize..6, 1i64..9).prop_map(|(line, quantity)| Deed::Quantity(line, quantity)),
        1 => (0usize..6).prop_map(Deed::Remove),
        2 => Just(Deed::Send),
        1 => Just(Deed::Make),
        1 => Just(Deed::Serve),
        2 => (1i64..40_000).prop_map(Deed::Pay),
        1 => (1i16..3, any::<bool>()).prop_map(|(course, held)| Deed::Hold(course, held)),
        1 => (0usize..6).prop_map(Deed::Fire),
        1 => (0usize..6, 0i64..4).prop_map(|(line, pieces)| Deed::Void(line, pieces)),
        1 => (0usize..6, 0i64..4).prop_map(|(line, pieces)| Deed::Comp(line, pieces)),
        1 => (0usize..6, 0i64..4).prop_map(|(line, pieces)| Deed::Give(line, pieces)),
    ]
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

proptest! {
    /// Whatever people do in whatever order: nothing falls below zero, paid never exceeds the total, no piece of a sent line
    /// gets lost, closed means paid and was made, and refusals change nothing.
    #[test]
    fn an_order_keeps_its_promises(deeds in proptest::collection::vec(deed(), 1..60)) {
        let products = [product("Chips", 9_000), product("Soda", 3_000), product("Water", 0), product("Steak", 45_500)];
        let mut order = table_of(2);
        let mut other = table_of(2);
        let mut money = Money::ZERO;
        for deed in deeds {
            let before = order.clone();
            let sent_pieces = |orders: [&Order; 2]| -> i32 {
                let lines = orders.into_iter().flat_map(|order| &order.lines);
                lines.filter(|line| !line.is_unsent()).map(|line| i32::from(line.quantity.get())).sum()
            };
            let pieces_before = sent_pieces([&order, &other]);
            let id = |which: usize| before.lines.get(which).map_or(LineId::new(), |line| line.id);
            let by = order.waiter;
            let done = match deed {
                Deed::Add(which, quantity) => order
                    .add(&products[which], products[which].one_tap().unwrap(), asked(quantity, None), by, at(1))
                    .map(|_| ()),
                Deed::Quantity(which, quantity) => order.set_quantity(id(which), Quantity::new(quantity).unwrap(), 0),
                Deed::Remove(which) => order.remove(id(which)).map(|_| ()),
                Deed::Send => order.send(at(2)).map(|_| ()),
                Deed::Make => { make(&mut order); Ok(()) }
                Deed::Serve => order.serve(&[]).map(|_| ()),
                Deed::Pay(amount) => {
                    let paid = order.receive(Money::new(amount), Money::ZERO);
                    if paid.is_ok() { money += Money::new(amount); }
                    paid
                }
                Deed::Hold(course, held) => order.hold(Which::Course(course), held).map(|_| ()),
                Deed::Fire(which) => order.fire(Which::Line(id(which)), at(3)).map(|_| ()),
                Deed::Void(which, count) => order.void(id(which), Quantity::new(count).ok()).map(|_| ()),
                Deed::Comp(which, count) => order.comp(id(which), Quantity::new(count).ok()).map(|_| ()),
                Deed::Give(which, count) => order.give_lines(&mut other, &[(id(which), Quantity::new(count).ok())]).map(|_| ()),
            };
            if done.is_ok() { order.settle(at(9), date()); } else { prop_assert_eq!(&order, &before); }
            prop_assert!(!order.balance().is_negative());
            prop_assert_eq!(order.paid, money);
            let sum: Money = order.lines.iter().map(Line::total).sum();
            prop_assert_eq!(order.total(), sum);
            prop_assert!(sent_pieces([&order, &other]) >= pieces_before);
            for line in before.lines.iter().filter(|line| line.is_sent()) {
                let here = order.lines.iter().chain(&other.lines).find(|now| now.id == line.id);
                let now = here.unwrap();
                prop_assert!(now.quantity <= line.quantity && now.unit_price == line.unit_price);
                prop_assert!(now.state >= line.state);
            }
            if order.closed_at.is_some() {
                prop_assert!(order.balance().is_zero() && order.lines.iter().all(|line| line.is_made() || line.is_voided()));
            }
        }
    }
}

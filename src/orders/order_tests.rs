use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::menu::TaxClass;
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

#[derive(Debug, Clone)]
enum Deed {
    Add(usize, i64),
    Quantity(usize, i64),
    Remove(usize),
    Send,
    Make,
    Serve,
    Pay(i64),
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
    ]
}

proptest! {
    /// Whatever people do in whatever order: nothing falls below zero, paid never exceeds the total,
    /// sent lines stay as they are, closed means paid and was made, and refusals change nothing.
    #[test]
    fn an_order_keeps_its_promises(deeds in proptest::collection::vec(deed(), 1..60)) {
        let products = [product("Chips", 9_000), product("Soda", 3_000), product("Water", 0), product("Steak", 45_500)];
        let mut order = table_of(2);
        let mut money = Money::ZERO;
        for deed in deeds {
            let before = order.clone();
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
            };
            if done.is_ok() { order.settle(at(9), date()); } else { prop_assert_eq!(&order, &before); }
            prop_assert!(!order.balance().is_negative());
            prop_assert_eq!(order.paid, money);
            let sum: Money = order.lines.iter().map(Line::total).sum();
            prop_assert_eq!(order.total(), sum);
            for line in before.lines.iter().filter(|line| line.is_sent()) {
                let now = order.line(line.id).unwrap();
                prop_assert_eq!((now.quantity, now.unit_price), (line.quantity, line.unit_price));
                prop_assert!(now.state >= line.state);
            }
            if order.closed_at.is_some() {
                prop_assert!(order.balance().is_zero() && order.lines.iter().all(Line::is_made));
            }
        }
    }
}

//! Whatever is done to an order, in whatever order.

use super::*;

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
    /// On this line, or on the order.
    Discount(Option<usize>, Off, i64),
    NoDiscount(Option<usize>),
    GiveBack(i64),
    Return(usize, i64, Option<i64>),
    Reopen,
}

fn off() -> impl Strategy<Value = Off> {
    prop_oneof![
        (1i64..=10_000).prop_map(|points| Off::Percent(BasisPoints::new(points).unwrap())),
        (1i64..60_000).prop_map(|amount| Off::Amount(Money::new(amount))),
    ]
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
        2 => (proptest::option::of(0usize..6), off(), 0i64..=10_000).prop_map(|(line, off, most)| Deed::Discount(line, off, most)),
        1 => proptest::option::of(0usize..6).prop_map(Deed::NoDiscount),
        1 => (1i64..30_000).prop_map(Deed::GiveBack),
        1 => (0usize..6, 1i64..4, proptest::option::of(Just(500i64))).prop_map(|(line, pieces, unit)| Deed::Return(line, pieces, unit)),
        1 => Just(Deed::Reopen),
    ]
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
                Deed::Discount(..) => Ok(()),
                Deed::NoDiscount(which) => order.discount(which.map(id), None).map(|_| ()),
                Deed::GiveBack(amount) if Money::new(amount) <= order.paid => {
                    let back = order.give_back(Money::new(amount));
                    if back.is_ok() { money -= Money::new(amount); }
                    back
                }
                Deed::GiveBack(_) => Ok(()),
                Deed::Return(which, count, unit) => {
                    let was_settled = order.is_settled();
                    let back = order.return_goods(&[(id(which), Quantity::new(count).unwrap())], unit.map(Money::new));
                    if let Ok((_, amount)) = &back {
                        prop_assert!(was_settled && order.balance().is_zero() && !amount.is_negative());
                        money -= *amount;
                    }
                    back.map(|_| ())
                }
                Deed::Reopen => order.must_be_closed().map(|()| order.closed_at = None),
                Deed::Give(which, count) => order.give_lines(&mut other, &[(id(which), Quantity::new(count).ok())]).map(|_| ()),
            };
            let done = match deed {
                Deed::Discount(which, off, most) => {
                    let given = Given { name: "Staff".to_owned(), off, most: BasisPoints::new(most).unwrap() };
                    order.discount(which.map(id), Some(given)).map(|_| ())
                }
                _ => done,
            };
            if done.is_ok() { order.settle(at(9), date()); } else { prop_assert_eq!(&order, &before); }
            prop_assert!(!order.balance().is_negative());
            prop_assert_eq!(order.paid, money);
            let sum: Money = order.lines.iter().map(Line::total).sum();
            prop_assert_eq!(order.total(), sum - order.totals().unwrap().order_discount);
            prop_assert!(order.total() >= Money::ZERO && order.paid >= Money::ZERO && order.rounding.abs() <= Money::new(4_000));
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

//! Discounts, and money that is given back.

use super::*;

fn share(points: i64) -> BasisPoints {
    BasisPoints::new(points).unwrap()
}

fn given(off: Off, most: i64) -> Option<Given> {
    Some(Given {
        name: "Staff".to_owned(),
        off,
        most: share(most),
    })
}

fn percent(points: i64, most: i64) -> Option<Given> {
    given(Off::Percent(share(points)), most)
}

fn amount(minor: i64, most: i64) -> Option<Given> {
    given(Off::Amount(Money::new(minor)), most)
}

#[test]
fn the_discount_of_the_design_is_8_700() {
    let mut order = sent(&[("Tilapia", 38_000, 2), ("Samosa", 11_000, 1)]);
    assert_eq!(
        order.discount(None, percent(1_000, 1_000)),
        Ok(Money::new(8_700))
    );
    assert_eq!(order.total(), Money::new(78_300));
    assert!(order.discounts_within(share(1_000)));
    assert_eq!(order.discount(None, None), Ok(Money::ZERO));
    assert_eq!(order.total(), Money::new(87_000));
}

#[test]
fn several_small_discounts_are_one_large_one() {
    let mut order = sent(&[("Tilapia", 38_000, 1), ("Samosa", 5_000, 1)]);
    let fish = order.lines[0].id;
    order.discount(Some(fish), percent(1_000, 1_000)).unwrap();
    assert!(order.discounts_within(share(1_000)));
    order.discount(None, percent(1_000, 1_000)).unwrap();
    assert!(!order.discounts_within(share(1_000)));
    // What a manager agreed to does not use up what a cashier may give.
    order.discount(Some(fish), percent(1_000, 10_000)).unwrap();
    assert!(order.discounts_within(share(1_000)));
}

#[test]
fn all_of_one_line_is_beyond_a_tenth_although_the_bill_is_large() {
    let mut order = sent(&[("Tilapia", 38_000, 9), ("Water", 2_000, 1)]);
    let water = order.lines[1].id;
    order.discount(Some(water), percent(10_000, 1_000)).unwrap();
    assert!(!order.discounts_within(share(1_000)));
}

#[test]
fn an_amount_never_exceeds_its_share_of_what_is_left_on_the_bill() {
    let mut order = table_of(2);
    add(&mut order, &product("Water", 2_000), 1);
    let dear = add(&mut order, &product("Tilapia", 38_000), 1);
    assert_eq!(
        order.discount(None, amount(4_000, 1_000)),
        Ok(Money::new(4_000))
    );
    order.remove(dear).unwrap();
    assert_eq!(order.total(), Money::new(1_800));
}

#[test]
fn pieces_that_are_cut_off_a_line_take_their_part_of_its_discount() {
    for off in [amount(1_000, 10_000), percent(1_111, 10_000)] {
        let mut order = sent(&[("Rolex", 3_000, 3)]);
        let rolex = order.lines[0].id;
        order.discount(Some(rolex), off).unwrap();
        let total = order.total();
        let cut = order.comp(rolex, pieces(1)).unwrap();
        let free = order.line(cut.line).unwrap();
        assert_eq!(order.total() + free.gross().less(free.discount()), total);
    }
}

#[test]
fn a_discount_is_refused_where_it_makes_no_sense() {
    let mut order = sent(&[("Rolex", 3_000, 1), ("Soda", 2_000, 1), ("Tea", 2_000, 1)]);
    let (free, struck) = (order.lines[1].id, order.lines[2].id);
    order.comp(free, None).unwrap();
    order.void(struck, None).unwrap();
    let refused = |order: &mut Order, line, off| order.discount(line, off).unwrap_err();
    let all = || percent(10_000, 10_000);
    assert_eq!(
        refused(&mut order, Some(free), all()),
        OrderRefusal::AlreadyFree("Soda".into())
    );
    assert_eq!(
        refused(&mut order, Some(struck), all()),
        OrderRefusal::Struck("Tea".into())
    );
    assert_eq!(
        refused(&mut order, None, percent(1, 10_000)),
        OrderRefusal::NothingOff
    );
    order.receive(Money::new(2_500), Money::ZERO).unwrap();
    assert_eq!(
        refused(&mut order, None, percent(2_000, 10_000)),
        OrderRefusal::BelowPaid
    );
    order.discount(None, percent(1_000, 10_000)).unwrap();
}

fn paid(lines: &[(&str, i64, i64)]) -> Order {
    let mut order = sent(lines);
    make(&mut order);
    order.receive(order.balance(), Money::ZERO).unwrap();
    order.settle(at(6), date());
    assert!(order.closed_at.is_some());
    order
}

#[test]
fn a_wrong_payment_is_due_again_and_the_order_is_open() {
    let mut order = paid(&[("Rolex", 8_000, 1)]);
    order.give_back(Money::new(3_000)).unwrap();
    assert!(order.is_open());
    assert_eq!(order.balance(), Money::new(3_000));
    let (settled_at, settled_date) = (order.settled_at, order.settled_date);
    order.receive(Money::new(3_000), Money::ZERO).unwrap();
    order.settle(at(20), date());
    // The sale counts when it was first settled; it is closed anew.
    assert_eq!(
        (order.settled_at, order.settled_date),
        (settled_at, settled_date)
    );
    assert_eq!(order.closed_at, Some(at(20)));
}

#[test]
fn goods_that_come_back_leave_the_order_paid_in_full() {
    let mut order = paid(&[("Rolex", 8_000, 3), ("Soda", 2_000, 1)]);
    let rolex = order.lines[0].id;
    let two = [(rolex, Quantity::new(2).unwrap())];
    let (cuts, back) = order.return_goods(&two, None).unwrap();
    assert_eq!(back, Money::new(16_000));
    assert_eq!((cuts.len(), cuts[0].of), (1, Some(rolex)));
    assert!(order.is_settled() && order.closed_at.is_some());
    assert_eq!(order.total(), Money::new(10_000));
    assert_eq!(order.paid, Money::new(10_000));
    assert_eq!(
        order.return_goods(&[(cuts[0].line, Quantity::ONE)], None),
        Err(OrderRefusal::Struck("Rolex".into()))
    );
}

#[test]
fn goods_come_back_only_on_what_is_paid_in_full() {
    let mut order = sent(&[("Rolex", 8_000, 1), ("Soda", 2_000, 1)]);
    order.receive(Money::new(9_000), Money::ZERO).unwrap();
    let soda = order.lines[1].id;
    assert_eq!(
        order.return_goods(&[(soda, Quantity::ONE)], None),
        Err(OrderRefusal::NotSettled)
    );
}

#[test]
fn cash_that_was_rounded_goes_back_rounded() {
    let unit = Some(Money::new(50));
    let mut order = sent(&[("Rolex", 1_030, 1), ("Soda", 520, 1)]);
    make(&mut order);
    // 1,550 needs no rounding; 1,030 alone would be 1,050.
    order.receive(Money::new(1_550), Money::ZERO).unwrap();
    order.settle(at(6), date());
    let (rolex, soda) = (order.lines[0].id, order.lines[1].id);
    let (_, back) = order.return_goods(&[(soda, Quantity::ONE)], unit).unwrap();
    assert_eq!((back, order.rounding), (Money::new(500), Money::new(20)));
    assert!(order.balance().is_zero());
    let (_, back) = order
        .return_goods(&[(rolex, Quantity::ONE)], unit)
        .unwrap_or_default();
    assert_eq!((back, order.paid), (Money::new(1_050), Money::ZERO));
    assert_eq!(order.rounding, Money::ZERO);
}

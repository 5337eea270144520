//! Ten thousand bills of all kinds, shared, paid and given back in every way: the sums are exact, and nothing is below zero.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use time::OffsetDateTime;

use super::items::{self, Chosen, PaidFor, Pieces};
use super::refunds::{Left, RefundKind};
use super::sharers::Sharers;
use super::tender::CashTender;
use crate::orders::{Given, Line, LineState, Off, Order, Place};
use crate::values::{
    BasisPoints, Currency, LineId, Money, OrderId, Quantity, StaffId, StationId, TaxClassId,
};

const BILLS: usize = 10_000;

fn points(points: i64) -> BasisPoints {
    BasisPoints::new(points).expect("a share")
}

fn pieces(count: i64) -> Quantity {
    Quantity::new(count).expect("a quantity")
}

fn given(chance: &mut StdRng) -> Option<Given> {
    chance.random_bool(0.3).then(|| Given {
        name: "Staff".to_owned(),
        off: match chance.random_bool(0.5) {
            true => Off::Percent(points(chance.random_range(1..=9_000))),
            false => Off::Amount(Money::new(chance.random_range(1..40_000))),
        },
        most: points(chance.random_range(100..=10_000)),
    })
}

fn line(chance: &mut StdRng, position: i32, taxes: &[(TaxClassId, i64)]) -> Line {
    let (tax_class, rate) = *taxes.choose(chance).expect("a class");
    let price = Money::new(chance.random_range(0..60_000));
    Line {
        id: LineId::new(),
        position,
        product: None,
        name: format!("Item {position}"),
        kitchen_name: None,
        quantity: pieces(chance.random_range(1..=5)),
        unit_price: price,
        base_price: price,
        from_stock: 0,
        modifiers: Vec::new(),
        note: None,
        allergy: None,
        seat: chance.random_bool(0.5).then(|| chance.random_range(1..=4)),
        course: 1,
        held: false,
        announced: false,
        tax_class,
        tax_name: "Tax".to_owned(),
        tax_rate: points(rate),
        station: StationId::new(),
        station_name: "Bar".to_owned(),
        prep_seconds: None,
        given: given(chance),
        price_list: None,
        comped: chance.random_bool(0.08),
        state: match chance.random_bool(0.05) {
            true => LineState::Voided,
            false => LineState::Served,
        },
        added_by: StaffId::new(),
        added_at: OffsetDateTime::UNIX_EPOCH,
        sent_at: Some(OffsetDateTime::UNIX_EPOCH),
        ready_at: Some(OffsetDateTime::UNIX_EPOCH),
    }
}

fn bill(chance: &mut StdRng) -> Order {
    let taxes = [0, 1_800, 600].map(|rate| (TaxClassId::new(), rate));
    let count = chance.random_range(1..=9);
    Order {
        id: OrderId::new(),
        number: 1,
        reference: "20261127-0001".to_owned(),
        business_date: "2026-11-27".parse().expect("a date"),
        place: Place::Takeaway {
            name: None,
            phone: None,
        },
        guests: 4,
        waiter: StaffId::new(),
        waiter_name: "Amina".to_owned(),
        shift: None,
        shift_over: false,
        opened_at: OffsetDateTime::UNIX_EPOCH,
        tax_included: chance.random_bool(0.7),
        service: chance
            .random_bool(0.3)
            .then(|| points(chance.random_range(100..=1_500))),
        given: given(chance),
        lines: (1..=count).map(|at| line(chance, at, &taxes)).collect(),
        rounding: Money::ZERO,
        paid: Money::ZERO,
        first_sent_at: Some(OffsetDateTime::UNIX_EPOCH),
        bill_printed_at: None,
        billed: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    }
}

/// What a guest pays, for which pieces, and what rounding adds.
fn share(
    chance: &mut StdRng,
    order: &Order,
    paid: &PaidFor,
    unit: Money,
) -> (Money, Vec<Pieces>, Money) {
    let balance = order.balance();
    let (amount, of) = match chance.random_range(0..4) {
        0 => {
            let people = Sharers::new(chance.random_range(2..=8)).expect("sharers");
            (people.next_share(balance), Vec::new())
        }
        1 => (
            Money::new(chance.random_range(1..=balance.minor())),
            Vec::new(),
        ),
        2 => {
            let open = items::open_lines(order, paid);
            let mut wanted = Vec::new();
            for line in &open {
                if chance.random_bool(0.5) {
                    wanted.push(Pieces {
                        line: line.line,
                        quantity: pieces(chance.random_range(1..=i64::from(line.left))),
                    });
                }
            }
            let chosen = Chosen {
                pieces: wanted,
                seats: Vec::new(),
            };
            match items::amount_of(&open, &chosen, balance) {
                Ok((amount, of)) if amount.is_positive() => (amount, of),
                _ => (balance, Vec::new()),
            }
        }
        _ => (balance, Vec::new()),
    };
    if chance.random_bool(0.5) {
        return (amount, of, Money::ZERO);
    }
    let tender = CashTender {
        amount: Some(amount),
        tendered: None,
        tip: Money::ZERO,
    };
    let (cash, rounding) = tender
        .against_rounded(balance, unit, Currency::Ugx)
        .expect("exact cash");
    assert_eq!(cash.change, Money::ZERO);
    (cash.amount, of, rounding)
}

#[test]
fn ten_thousand_bills_are_paid_to_the_last_shilling() {
    let mut chance = StdRng::seed_from_u64(6);
    let (mut shares, mut back) = (0, 0);
    for number in 0..BILLS {
        let mut order = bill(&mut chance);
        let totals = order.totals().expect("totals");
        let sum: Money = totals.lines.iter().map(|line| line.total).sum();
        assert_eq!(sum, totals.total, "bill {number}");
        let unit = Money::new(*[0, 50, 100].choose(&mut chance).expect("a unit"));
        let (mut paid, mut kept) = (PaidFor::new(), Vec::new());
        while order.balance().is_positive() && order.sent().next().is_some() {
            let (amount, of, rounding) = share(&mut chance, &order, &paid, unit);
            order
                .receive(amount, rounding)
                .expect("a share of the balance");
            for one in of {
                *paid.entry(one.line).or_default() += one.quantity.get();
            }
            kept.push(amount);
            shares += 1;
            assert!(!order.balance().is_negative(), "bill {number}");
        }
        if order.sent().next().is_none() {
            continue;
        }
        let sum: Money = kept.iter().copied().sum();
        assert_eq!(sum, order.total() + order.rounding, "bill {number}");
        assert_eq!(order.paid, sum, "bill {number}");
        assert!(
            order.rounding.abs() <= Money::new(unit.minor() / 2),
            "bill {number}"
        );
        back += give_back(&mut chance, &mut order, unit, number);
    }
    assert!(
        shares > BILLS && back > BILLS / 4,
        "{shares} shares, {back} refunds"
    );
}

/// Goods come back or payments were wrong; answers how often money went back.
fn give_back(chance: &mut StdRng, order: &mut Order, unit: Money, number: usize) -> usize {
    let mut times = 0;
    for _ in 0..chance.random_range(0..3) {
        let before = order.clone();
        let kind = match chance.random_bool(0.6) {
            true => RefundKind::GoodsReturned,
            false => RefundKind::WrongPayment,
        };
        let moved = match kind {
            RefundKind::GoodsReturned => {
                let Some(line) = before.lines.choose(chance) else {
                    break;
                };
                let some = pieces(chance.random_range(1..=i64::from(line.quantity.get())));
                let unit = chance.random_bool(0.5).then_some(unit);
                let returned = order.return_goods(&[(line.id, some)], unit);
                returned.map(|(_, amount)| amount)
            }
            RefundKind::WrongPayment => {
                let left = Left {
                    amount: order.paid,
                    tip: Money::ZERO,
                };
                let some = Money::new(chance.random_range(0..=order.paid.minor()));
                match left.wrong(Some(some), None) {
                    Ok((amount, _)) => order.give_back(amount).map(|()| amount),
                    Err(_) => break,
                }
            }
        };
        match moved {
            Ok(amount) => {
                times += 1;
                assert_eq!(order.paid, before.paid - amount, "bill {number}");
                assert!(
                    !amount.is_negative() && !order.paid.is_negative(),
                    "bill {number}"
                );
                assert!(!order.balance().is_negative(), "bill {number}");
                let is_settled = order.balance().is_zero();
                assert!(
                    is_settled || kind == RefundKind::WrongPayment,
                    "bill {number}"
                );
            }
            Err(_) => assert_eq!(*order, before, "a refusal changes nothing: bill {number}"),
        }
    }
    times
}

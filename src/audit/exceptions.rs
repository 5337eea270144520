//! Who does what far more often than their colleagues: the kinds of exceptions, and when one is pointed out.

use serde::Deserialize;

use crate::staff::Role;
use crate::values::{Money, StaffId};

/// What is counted for each person. All of it is allowed, and each café has some of it; what stands out is who has more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A sent line that was struck out.
    Voids,
    /// A sent line that was given free.
    Comps,
    /// A discount that was given.
    Discounts,
    /// A line, or pieces of one, taken off before it was sent.
    Removed,
    /// The drawer opened without a sale.
    NoSales,
    /// A receipt or a bill printed again.
    Reprints,
    /// An order that changed after its bill was printed.
    Changed,
    /// Money that went back.
    Refunds,
    /// A sent line struck out of an order on which cash was paid before.
    VoidAfterCash,
    /// The drawer opened without a sale shortly before or after the same person struck something out.
    DrawerByVoid,
    /// Something taken off an order soon after its bill was printed again.
    ReprintThenRemoved,
}

/// So many seconds between opening the drawer and striking something out make a pattern.
pub const NEAR_A_VOID: i64 = 120;

/// So many minutes after a bill was printed again.
pub const AFTER_A_REPRINT: i64 = 30;

/// Fewer than so many are chance, whatever the others do.
pub const LEAST: i64 = 3;

/// Pointed out is what is more than so many times the median.
pub const TIMES: i64 = 4;

/// With fewer people of a kind, everybody is compared with everybody.
const ENOUGH: usize = 3;

impl Kind {
    /// What is compared.
    pub const COUNTED: [Kind; 8] = [
        Kind::Voids,
        Kind::Comps,
        Kind::Discounts,
        Kind::Removed,
        Kind::NoSales,
        Kind::Reprints,
        Kind::Changed,
        Kind::Refunds,
    ];

    /// What is worth a look whoever does it.
    pub const PATTERNS: [Kind; 3] = [
        Kind::VoidAfterCash,
        Kind::DrawerByVoid,
        Kind::ReprintThenRemoved,
    ];

    /// In addresses.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Voids => "voids",
            Kind::Comps => "comps",
            Kind::Discounts => "discounts",
            Kind::Removed => "removed",
            Kind::NoSales => "no_sales",
            Kind::Reprints => "reprints",
            Kind::Changed => "changed",
            Kind::Refunds => "refunds",
            Kind::VoidAfterCash => "void_after_cash",
            Kind::DrawerByVoid => "drawer_by_void",
            Kind::ReprintThenRemoved => "reprint_then_removed",
        }
    }

    /// The kind of this key.
    pub fn of(key: &str) -> Option<Self> {
        let mut all = Kind::COUNTED.into_iter().chain(Kind::PATTERNS);
        all.find(|kind| kind.key() == key)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Voids => "Voids",
            Kind::Comps => "Comps",
            Kind::Discounts => "Discounts",
            Kind::Removed => "Removed",
            Kind::NoSales => "No-sales",
            Kind::Reprints => "Reprints",
            Kind::Changed => "Changed after bill",
            Kind::Refunds => "Refunds",
            Kind::VoidAfterCash => "Struck out after cash was paid",
            Kind::DrawerByVoid => "Drawer opened beside a void",
            Kind::ReprintThenRemoved => "Bill printed again, then something taken off",
        }
    }

    /// Whether it is about an amount.
    pub fn has_amount(self) -> bool {
        !matches!(self, Kind::NoSales | Kind::Reprints | Kind::DrawerByVoid)
    }
}

/// Whose deeds are comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Peers {
    /// Those who serve.
    Floor,
    /// Those who take the money.
    Till,
    /// Those who run the day.
    Managers,
    /// Those who make it, and sell it at the bar.
    Makers,
}

impl Peers {
    /// Of a role.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Waiter => Peers::Floor,
            Role::Cashier => Peers::Till,
            Role::Manager | Role::Admin => Peers::Managers,
            Role::Kitchen | Role::Bar => Peers::Makers,
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Peers::Floor => "Waiters",
            Peers::Till => "Cashiers",
            Peers::Managers => "Managers and admins",
            Peers::Makers => "Kitchen and bar",
        }
    }
}

/// How often, and what it came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: i64,
    /// What it came to.
    pub amount: Money,
}

/// A person in some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Who.
    pub id: StaffId,
    /// What they are called.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The orders that they opened or took money for, whichever are more.
    pub orders: i64,
    /// What is counted, in the sequence of the columns.
    pub tallies: Vec<Tally>,
}

/// How often on 100 orders, in thousandths; nothing where there are no orders.
pub fn rate(count: i64, orders: i64) -> Option<i64> {
    (orders > 0).then(|| count.saturating_mul(100_000) / orders)
}

/// The middle of these; of two in the middle, half their sum.
pub fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        length if length % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2),
    }
}

/// Whether this is so much more than the median that it is pointed out. Where the median is nothing, any number of them is
/// more than so many times that: then only the least number keeps chance out.
pub fn stands_out(count: i64, rate: i64, median: i64) -> bool {
    count >= LEAST && rate > TIMES.saturating_mul(median)
}

/// One figure beside the median of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The figure.
    pub tally: Tally,
    /// On 100 orders, in thousandths.
    pub rate: Option<i64>,
    /// The same of the one in the middle, where there are enough to compare.
    pub median: Option<i64>,
    /// Whether it is pointed out.
    pub stands_out: bool,
}

/// The people who traded, each figure compared with those of their kind; and the medians of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Everybody with anything to tell.
    pub people: Vec<(Figures, Vec<Compared>)>,
    /// What the figures were compared with, one for each kind of people.
    pub medians: Vec<(Peers, Vec<Option<i64>>)>,
}

/// Compares people by how often on 100 orders.
pub fn by_orders(people: Vec<Figures>) -> Table {
    compare(
        people,
        |person, tally| rate(tally.count, person.orders),
        |person| person.orders > 0,
    )
}

/// Compares those who agreed to what others did, by how often.
pub fn by_number(people: Vec<Figures>) -> Table {
    let any = |person: &Figures| person.tallies.iter().any(|tally| tally.count > 0);
    compare(people, |_, tally| Some(tally.count * 1_000), any)
}

fn compare(
    people: Vec<Figures>,
    rate: impl Fn(&Figures, &Tally) -> Option<i64>,
    takes_part: impl Fn(&Figures) -> bool,
) -> Table {
    let columns = people
        .iter()
        .map(|person| person.tallies.len())
        .max()
        .unwrap_or(0);
    let kinds: std::collections::BTreeSet<Peers> =
        people.iter().map(|person| Peers::of(person.role)).collect();
    let medians: Vec<(Peers, Vec<Option<i64>>)> = kinds
        .into_iter()
        .map(|kind| {
            let peers = |only: bool| {
                people
                    .iter()
                    .filter(|person| {
                        takes_part(person) && (!only || Peers::of(person.role) == kind)
                    })
                    .collect::<Vec<_>>()
            };
            let own = peers(true);
            let peers = if own.len() >= ENOUGH {
                own
            } else {
                peers(false)
            };
            let of = |column: usize| {
                let rates = peers
                    .iter()
                    .filter_map(|person| rate(person, person.tallies.get(column)?));
                let rates: Vec<i64> = rates.collect();
                (rates.len() >= ENOUGH).then(|| median(rates)).flatten()
            };
            (kind, (0..columns).map(of).collect())
        })
        .collect();
    let compared = people.into_iter().map(|person| {
        let peers = medians
            .iter()
            .find(|(kind, _)| *kind == Peers::of(person.role));
        let figures = person.tallies.iter().enumerate().map(|(column, tally)| {
            let (rate, median) = (
                rate(&person, tally),
                peers.and_then(|(_, medians)| medians[column]),
            );
            Compared {
                tally: *tally,
                rate,
                median,
                stands_out: rate
                    .zip(median)
                    .is_some_and(|(rate, median)| stands_out(tally.count, rate, median)),
            }
        });
        let figures = figures.collect();
        (person, figures)
    });
    Table {
        people: compared.collect(),
        medians,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, orders: i64, count: i64) -> Figures {
        Figures {
            id: StaffId::new(),
            name: "Ann".to_owned(),
            role,
            orders,
            tallies: vec![Tally {
                count,
                amount: Money::ZERO,
            }],
        }
    }

    fn pointed_out(people: Vec<Figures>) -> Vec<bool> {
        let table = by_orders(people);
        table
            .people
            .iter()
            .map(|(_, figures)| figures[0].stands_out)
            .collect()
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![9, 1]), Some(5));
        assert_eq!(median(vec![9, 1, 2]), Some(2));
        assert_eq!(median(vec![0, 0, 0, 4]), Some(0));
    }

    #[test]
    fn more_than_four_times_the_median_stands_out_and_four_times_does_not() {
        let waiters = |last| {
            let mut all: Vec<_> = (0..4).map(|_| person(Role::Waiter, 100, 2)).collect();
            all.push(person(Role::Waiter, 100, last));
            pointed_out(all)
        };
        assert_eq!(waiters(8), [false; 5]);
        assert_eq!(waiters(9), [false, false, false, false, true]);
    }

    #[test]
    fn whoever_serves_more_may_have_more() {
        let mut all: Vec<_> = (0..3).map(|_| person(Role::Waiter, 100, 2)).collect();
        all.push(person(Role::Waiter, 1_000, 50));
        assert_eq!(pointed_out(all), [false; 4]);
    }

    #[test]
    fn where_nobody_else_does_it_three_stand_out_and_two_do_not() {
        let waiters = |count| {
            let mut all: Vec<_> = (0..3).map(|_| person(Role::Waiter, 100, 0)).collect();
            all.push(person(Role::Waiter, 5_000, count));
            pointed_out(all)
        };
        assert_eq!(waiters(2), [false; 4]);
        assert_eq!(waiters(3), [false, false, false, true]);
    }

    #[test]
    fn a_kind_of_fewer_than_three_is_compared_with_everybody() {
        let mut all: Vec<_> = (0..3).map(|_| person(Role::Waiter, 100, 2)).collect();
        all.push(person(Role::Cashier, 100, 20));
        assert_eq!(pointed_out(all.clone()), [false, false, false, true]);
        // Three cashiers are compared with each other.
        all.extend((0..2).map(|_| person(Role::Cashier, 100, 20)));
        assert_eq!(pointed_out(all), [false; 6]);
    }

    #[test]
    fn two_people_are_no_comparison() {
        let both = by_orders(vec![
            person(Role::Waiter, 100, 0),
            person(Role::Waiter, 100, 90),
        ]);
        assert!(
            both.people
                .iter()
                .all(|(_, figures)| figures[0].median.is_none() && !figures[0].stands_out)
        );
        assert_eq!(by_orders(Vec::new()), Table::default());
    }

    #[test]
    fn who_has_no_orders_has_no_rate_and_is_in_no_median() {
        let mut all: Vec<_> = (0..3).map(|_| person(Role::Manager, 100, 2)).collect();
        all.push(person(Role::Manager, 0, 40));
        let table = by_orders(all);
        assert_eq!(table.medians, [(Peers::Managers, vec![Some(2_000)])]);
        assert_eq!(table.people[3].1[0].rate, None);
        assert!(!table.people[3].1[0].stands_out);
    }

    #[test]
    fn who_agreed_far_more_often_stands_out_without_orders() {
        let mut all: Vec<_> = (0..3).map(|_| person(Role::Manager, 0, 2)).collect();
        all.push(person(Role::Admin, 0, 9));
        let table = by_number(all);
        assert!(table.people[3].1[0].stands_out);
        assert_eq!(table.medians[0].1, [Some(2_000)]);
    }
}

//! A cashier's drawer over one shift: the float, what came in, what went to the safe, and the count.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::House;
use super::chance::Chance;
use super::roster::Cashier;
use super::tender::Paid;
use crate::data::entity;
use crate::shifts::{Counted, EntryKind};
use crate::staff::Role;
use crate::values::{
    BusinessDate, CashEntryId, CountId, Currency, Money, PaymentId, ShiftId, StaffId, notes_back,
};

/// What stays in a drawer overnight, small money first: 180,000.
const FLOAT: [(i64, i64); 6] = [
    (500, 20),
    (1_000, 20),
    (2_000, 15),
    (5_000, 8),
    (10_000, 4),
    (20_000, 2),
];

/// So much in a drawer is too much: some of it goes to the safe.
const TOO_MUCH: Money = Money::new(900_000);

/// The books of one drawer for one shift.
pub(super) struct DrawerBook {
    pub(super) float: Counted,
    pub(super) entries: Vec<entity::cash_entries::Model>,
    pub(super) counts: Vec<entity::shift_counts::Model>,
    pub(super) variance: Option<entity::shift_variances::Model>,
    /// What the next cashier finds.
    pub(super) left: Counted,
}

/// The hours of a shift and whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hours {
    pub(super) shift: ShiftId,
    pub(super) date: BusinessDate,
    pub(super) cashier: Cashier,
    pub(super) opened_at: OffsetDateTime,
    pub(super) closed_at: OffsetDateTime,
    pub(super) manager: StaffId,
}

/// Keeps the book of a drawer. `sales` are the cash payments of the shift in the order in which they were taken.
pub(super) fn keep(
    house: &House,
    hours: Hours,
    found: Option<Counted>,
    sales: &[(PaymentId, &Paid)],
    chance: &mut Chance,
) -> DrawerBook {
    let float = found.unwrap_or_else(|| counted(float_amount()));
    let mut book = Ledgerman {
        hours,
        inside: Money::ZERO,
        entries: Vec::new(),
    };
    book.enter(EntryKind::Float, float.total(), hours.opened_at, None, None);
    let mut purchase = chance
        .happens(40)
        .then(|| hours.opened_at + Duration::hours(2));
    for (payment, paid) in sales {
        if purchase.is_some_and(|at| at < paid.at) && book.inside > Money::new(100_000) {
            book.buy_something(purchase.take().unwrap_or(paid.at), chance);
        }
        book.sell(*payment, paid);
        if book.inside > TOO_MUCH {
            let at = paid.at + Duration::minutes(2);
            book.enter(
                EntryKind::Drop,
                Money::new(600_000),
                at,
                Some("To the safe"),
                None,
            );
        }
    }
    let tips: Money = sales.iter().map(|(_, paid)| paid.tip).sum();
    let before_closing = |minutes| hours.closed_at - Duration::minutes(minutes);
    if tips.is_positive() {
        let why = Some("Tips shared after the shift");
        book.enter(EntryKind::TipOut, tips, before_closing(7), why, None);
    }
    let takings = (book.inside - float_amount()).minor() / 10_000 * 10_000;
    if takings > 0 {
        let why = Some("Takings to the safe");
        book.enter(
            EntryKind::Drop,
            Money::new(takings),
            before_closing(6),
            why,
            None,
        );
    }
    let (counts, variance) = count(house, hours, book.inside, chance);
    let left = counts.last().map_or_else(Counted::default, |count| {
        Counted::stored(count.denominations.clone())
    });
    DrawerBook {
        float,
        entries: book.entries,
        counts,
        variance,
        left,
    }
}

/// Whoever writes the entries down, and knows what should be inside.
struct Ledgerman {
    hours: Hours,
    inside: Money,
    entries: Vec<entity::cash_entries::Model>,
}

impl Ledgerman {
    fn sell(&mut self, payment: PaymentId, paid: &Paid) {
        self.enter(EntryKind::Sale, paid.amount, paid.at, None, Some(payment));
        if paid.tip.is_positive() {
            self.enter(EntryKind::Tip, paid.tip, paid.at, None, Some(payment));
        }
    }

    fn buy_something(&mut self, at: OffsetDateTime, chance: &mut Chance) {
        let errands = [
            "Milk from the dairy",
            "Ice",
            "Airtime for the till",
            "Charcoal",
        ];
        let why = chance.pick(&errands).copied();
        let amount = Money::new(chance.between(16, 90) * 500);
        self.enter(EntryKind::PaidOut, amount, at, why, None);
    }

    fn enter(
        &mut self,
        kind: EntryKind,
        amount: Money,
        at: OffsetDateTime,
        reason: Option<&str>,
        payment: Option<PaymentId>,
    ) {
        let amount = kind.booked(amount);
        self.inside += amount;
        self.entries.push(entity::cash_entries::Model {
            id: CashEntryId::new(),
            shift_id: self.hours.shift,
            business_date: self.hours.date,
            kind: kind.as_str().to_owned(),
            amount,
            payment_id: payment,
            reason: reason.map(str::to_owned),
            entered_by: self.hours.cashier.staff,
            approved_by: None,
            at,
            reverses: None,
            slip: None,
        });
    }
}

/// Counts what should be `expected`: mostly right, sometimes not, seldom badly. What is beyond the threshold is counted
/// twice and agreed to by a manager.
fn count(
    house: &House,
    hours: Hours,
    expected: Money,
    chance: &mut Chance,
) -> (
    Vec<entity::shift_counts::Model>,
    Option<entity::shift_variances::Model>,
) {
    let off = match chance.between(1, 100) {
        ..=58 => 0,
        59..=88 => chance.between(-4, 4) * 500,
        89..=96 => chance.between(-9, 9) * 500,
        _ => -500 * chance.between(12, 34),
    };
    let off = Money::new(off);
    let threshold = house.settings.variance_threshold.of(Role::Cashier);
    let beyond = off.abs() > threshold;
    let times: &[i64] = if beyond { &[5, 2] } else { &[4] };
    let pieces = counted((expected + off).or_zero());
    let counts: Vec<_> = (1..)
        .zip(times)
        .map(|(number, minutes)| entity::shift_counts::Model {
            id: CountId::new(),
            shift_id: hours.shift,
            number,
            counted_by: hours.cashier.staff,
            counted_at: hours.closed_at - Duration::minutes(*minutes),
            denominations: pieces.to_json(),
            counted: pieces.total(),
            expected,
        })
        .collect();
    let variance = counts.last().filter(|_| beyond).map(|count| {
        let reasons = [
            "Too much change given, guest unknown",
            "A table was paid short",
            "Not found after two counts",
        ];
        let reason = chance.pick(&reasons).copied().unwrap_or_default();
        entity::shift_variances::Model {
            shift_id: hours.shift,
            count_id: count.id,
            amount: count.counted - count.expected,
            threshold,
            reason: reason.to_owned(),
            approved_by: Some(hours.manager),
            approved_at: Some(hours.closed_at),
        }
    });
    (counts, variance)
}

fn float_amount() -> Money {
    Money::new(FLOAT.iter().map(|(value, pieces)| value * pieces).sum())
}

/// An amount in pieces: small money as the float has it, the rest in as few as possible.
fn counted(amount: Money) -> Counted {
    let mut left = amount.minor();
    let mut pieces: BTreeMap<i64, i64> = BTreeMap::new();
    for (value, wanted) in FLOAT {
        let taken = wanted.min(left / value);
        left -= taken * value;
        *pieces.entry(value).or_default() += taken;
    }
    for (value, more) in notes_back(Money::new(left), Currency::Ugx) {
        *pieces.entry(value.minor()).or_default() += more;
    }
    Counted::stored(serde_json::json!(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_worth_its_pieces() {
        for amount in (0..2_000_000).step_by(500).map(Money::new) {
            assert_eq!(counted(amount).total(), amount);
        }
        assert_eq!(float_amount(), Money::new(180_000));
        assert_eq!(counted(float_amount()).pieces(Money::new(2_000)), Some(15));
    }
}

//! A bill that is paid by item: each guest says which pieces of which lines are theirs, or that all of their seat are.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use super::tender::TenderRefusal;
use crate::orders::Order;
use crate::values::{LineId, Money, Quantity};

/// Pieces of a line. In a form `<line>` for one piece, `<line>=3` for three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pieces {
    /// Of which line.
    pub line: LineId,
    /// How many.
    pub quantity: Quantity,
}

impl FromStr for Pieces {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (line, quantity) = match text.split_once('=') {
            Some((line, quantity)) => (line, quantity.parse().ok()),
            None => (text, Some(Quantity::ONE)),
        };
        let line = line.parse().ok();
        let pieces = line.zip(quantity);
        pieces
            .map(|(line, quantity)| Pieces { line, quantity })
            .ok_or("Choose the items again.")
    }
}

/// What a guest says is theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// These pieces. The same line several times is so many pieces more.
    pub pieces: Vec<Pieces>,
    /// Everything of these seats that nobody has paid for.
    pub seats: Vec<i16>,
}

/// A line of which something is not paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLine {
    /// The line.
    pub line: LineId,
    /// Whose it is; none for the whole table.
    pub seat: Option<i16>,
    /// How many pieces it has.
    pub pieces: i16,
    /// How many of them nobody has paid for: at least one.
    pub left: i16,
    /// What all of its pieces come to, with their shares of discounts, service and tax: above zero.
    pub total: Money,
}

impl OpenLine {
    /// What so many of the pieces that are left come to. The pieces of a line, in whatever numbers they are paid, come to
    /// the line: each ends where the next begins.
    pub fn share(&self, pieces: i16) -> Money {
        let paid = self.pieces - self.left;
        self.first(paid + pieces) - self.first(paid)
    }

    /// What the first pieces come to, rounded half up.
    fn first(&self, pieces: i16) -> Money {
        let (total, all) = (i128::from(self.total.minor()), i128::from(self.pieces));
        let share = (2 * total * i128::from(pieces) + all) / (2 * all);
        Money::new(i64::try_from(share).unwrap_or(i64::MAX))
    }
}

/// How many pieces of a line were paid for, by line.
pub type PaidFor = BTreeMap<LineId, i16>;

/// The lines of which something is left to be paid for, in the order of the bill; what is free is nobody's to pay.
pub fn open_lines(order: &Order, paid: &PaidFor) -> Vec<OpenLine> {
    let totals = order.totals().unwrap_or_default();
    let lines = order.lines.iter().zip(totals.lines);
    lines
        .filter(|(_, totals)| totals.total.is_positive())
        .map(|(line, totals)| OpenLine {
            line: line.id,
            seat: line.seat,
            pieces: line.quantity.get(),
            left: line.quantity.get() - paid.get(&line.id).copied().unwrap_or(0),
            total: totals.total,
        })
        .filter(|line| line.left > 0)
        .collect()
}

/// What a payment by item is for, and how much that is: never more than is still to pay, and all of that where nobody is
/// left to pay the rest.
///
/// # Errors
/// Where nothing is chosen, or something that is paid for already or not on the bill.
pub fn amount_of(
    open: &[OpenLine],
    chosen: &Chosen,
    balance: Money,
) -> Result<(Money, Vec<Pieces>), TenderRefusal> {
    let mut wanted = PaidFor::new();
    for pieces in &chosen.pieces {
        let line = open.iter().find(|open| open.line == pieces.line);
        let line = line.ok_or(TenderRefusal::ItemsPaid)?;
        let wanted = wanted.entry(pieces.line).or_default();
        *wanted = wanted.saturating_add(pieces.quantity.get());
        if *wanted > line.left {
            return Err(TenderRefusal::ItemsPaid);
        }
    }
    for line in open {
        if line.seat.is_some_and(|seat| chosen.seats.contains(&seat)) {
            wanted.insert(line.line, line.left);
        }
    }
    if wanted.is_empty() {
        return Err(TenderRefusal::NoItems);
    }
    let taken = |line: &OpenLine| wanted.get(&line.line).copied().unwrap_or(0);
    let everything = open.iter().all(|line| taken(line) == line.left);
    let sum: Money = open.iter().map(|line| line.share(taken(line))).sum();
    let amount = if everything {
        balance
    } else {
        sum.min(balance)
    };
    let pieces = wanted.into_iter().filter_map(|(line, pieces)| {
        let quantity = Quantity::new(pieces.into()).ok()?;
        Some(Pieces { line, quantity })
    });
    Ok((amount, pieces.collect()))
}

/// The seats of which something is left, with how many pieces that are and what they come to.
pub fn open_seats(open: &[OpenLine]) -> BTreeMap<i16, (i16, Money)> {
    let mut seats: BTreeMap<i16, (i16, Money)> = BTreeMap::new();
    for line in open {
        let Some(seat) = line.seat else { continue };
        let (pieces, sum) = seats.entry(seat).or_default();
        *pieces = pieces.saturating_add(line.left);
        *sum += line.share(line.left);
    }
    seats
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn line(pieces: i16, total: i64, seat: Option<i16>) -> OpenLine {
        OpenLine {
            line: LineId::new(),
            seat,
            pieces,
            left: pieces,
            total: Money::new(total),
        }
    }

    fn of(line: &OpenLine, quantity: i64) -> Pieces {
        Pieces {
            line: line.line,
            quantity: Quantity::new(quantity).expect("a quantity"),
        }
    }

    fn balance(open: &[OpenLine]) -> Money {
        open.iter().map(|line| line.share(line.left)).sum()
    }

    /// Takes off what was paid.
    fn without(open: &[OpenLine], paid: &[Pieces]) -> Vec<OpenLine> {
        let left = |line: &OpenLine| {
            let pieces = paid.iter().filter(|pieces| pieces.line == line.line);
            line.left - pieces.map(|pieces| pieces.quantity.get()).sum::<i16>()
        };
        open.iter()
            .map(|line| OpenLine {
                left: left(line),
                ..*line
            })
            .filter(|line| line.left > 0)
            .collect()
    }

    fn chosen(pieces: Vec<Pieces>, seats: Vec<i16>) -> Chosen {
        Chosen { pieces, seats }
    }

    #[test]
    fn a_guest_pays_for_pieces_and_for_all_of_a_seat() {
        let open = [
            line(2, 14_000, None),
            line(1, 38_000, Some(1)),
            line(3, 10_000, Some(2)),
        ];
        let due = balance(&open);
        let amount = |chosen| amount_of(&open, &chosen, due).map(|(amount, _)| amount.minor());
        assert_eq!(amount(chosen(vec![of(&open[0], 1)], vec![])), Ok(7_000));
        assert_eq!(
            amount(chosen(vec![of(&open[0], 1), of(&open[0], 1)], vec![])),
            Ok(14_000)
        );
        assert_eq!(amount(chosen(vec![], vec![1])), Ok(38_000));
        // What is of the seat anyway counts once.
        assert_eq!(amount(chosen(vec![of(&open[1], 1)], vec![1])), Ok(38_000));
        assert_eq!(amount(chosen(vec![of(&open[2], 1)], vec![])), Ok(3_333));
        assert_eq!(amount(chosen(vec![], vec![])), Err(TenderRefusal::NoItems));
        assert_eq!(amount(chosen(vec![], vec![7])), Err(TenderRefusal::NoItems));
        assert_eq!(
            amount(chosen(vec![of(&open[1], 2)], vec![])),
            Err(TenderRefusal::ItemsPaid)
        );
        let another = line(1, 5_000, None);
        assert_eq!(
            amount(chosen(vec![of(&another, 1)], vec![])),
            Err(TenderRefusal::ItemsPaid)
        );
    }

    #[test]
    fn never_more_than_is_due_and_the_last_one_pays_what_is_left() {
        let open = [line(1, 10_000, None), line(1, 20_000, None)];
        let amount = |pieces, due| {
            let (amount, _) =
                amount_of(&open, &chosen(pieces, vec![]), Money::new(due)).expect("an amount");
            amount.minor()
        };
        // Somebody else has paid 15,000 by amount.
        assert_eq!(amount(vec![of(&open[1], 1)], 15_000), 15_000);
        assert_eq!(amount(vec![of(&open[0], 1)], 15_000), 10_000);
        // All that nobody has paid for is all that is due, a rounding too.
        assert_eq!(
            amount(vec![of(&open[0], 1), of(&open[1], 1)], 30_050),
            30_050
        );
    }

    #[test]
    fn what_a_form_says_is_read_or_refused() {
        let id = LineId::new();
        let read = |text: String| {
            text.parse::<Pieces>()
                .map(|pieces| (pieces.line, pieces.quantity.get()))
        };
        assert_eq!(read(id.to_string()), Ok((id, 1)));
        assert_eq!(read(format!("{id}=12")), Ok((id, 12)));
        for wrong in [
            format!("{id}=0"),
            format!("{id}=-1"),
            format!("{id}="),
            "7".into(),
            String::new(),
        ] {
            assert!(read(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn however_the_items_are_divided_the_payments_are_the_bill(
            lines in vec((1..=9_i16, 1..=1_000_000_i64, proptest::option::of(1..=3_i16)), 1..8),
            guests in vec((vec((0..8_usize, 1..=3_i64), 0..5), vec(1..=3_i16, 0..2)), 1..9),
        ) {
            let mut open: Vec<OpenLine> = lines.into_iter().map(|(pieces, total, seat)| line(pieces, total, seat)).collect();
            let bill = balance(&open);
            let mut due = bill;
            for (items, seats) in guests {
                let pieces = items.into_iter().filter_map(|(at, quantity)| Some(of(open.get(at)?, quantity))).collect();
                if let Ok((amount, paid)) = amount_of(&open, &chosen(pieces, seats), due) {
                    prop_assert!(!amount.is_negative() && amount <= due);
                    due -= amount;
                    open = without(&open, &paid);
                    prop_assert_eq!(due, balance(&open));
                }
            }
            if !open.is_empty() {
                let all = open.iter().map(|line| of(line, line.left.into())).collect();
                let (amount, paid) = amount_of(&open, &chosen(all, vec![]), due).expect("the rest");
                due -= amount;
                open = without(&open, &paid);
            }
            prop_assert_eq!((due, open.len()), (Money::ZERO, 0));
        }
    }
}

//! Guests who pay for what they had, piece by piece or seat by seat (product.md, section 5; money.md).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::book::*;

/// So many pieces of the line with this number.
pub type Pieces = (usize, i64);

/// A line of which something is still to be paid for.
pub struct OpenLine<'a> {
    pub line: &'a Line,
    /// How many of its pieces nobody has paid for.
    pub left: i64,
    /// What all of its pieces come to.
    total: i64,
}

impl OpenLine<'_> {
    /// Each payment begins where the ones before it end, so that together they are the line to the shilling.
    fn share(&self, pieces: i64) -> i64 {
        let paid = self.line.quantity - self.left;
        self.first(paid + pieces) - self.first(paid)
    }

    /// Half up.
    fn first(&self, pieces: i64) -> i64 {
        (2 * self.total * pieces + self.line.quantity) / (2 * self.line.quantity)
    }
}

impl Book {
    /// How many pieces of a line guests have paid for by item, and not got their money back.
    pub fn paid_for(&self, line: usize) -> i64 {
        let paid = self.payments.iter().flat_map(|payment| &payment.pieces);
        let freed = self.refunds.iter().flat_map(|refund| &refund.freed);
        count(paid, line) - count(freed, line)
    }

    /// What is free is nobody's to pay.
    pub fn open_lines(&self, at: usize) -> Vec<OpenLine<'_>> {
        let order = &self.orders[at];
        let lines = order.lines.iter().zip(order.of_each());
        let open = lines.map(|(line, total)| OpenLine {
            line,
            left: line.quantity - self.paid_for(line.number),
            total,
        });
        open.filter(|open| open.total > 0 && open.left > 0)
            .collect()
    }

    /// What these pieces and all that is left of these seats come to: never more than is due, and all of it where nothing is
    /// left that somebody else could pay for.
    pub fn by_item(
        &self,
        at: usize,
        pieces: &[(Uuid, i64)],
        seats: &[i64],
        balance: i64,
    ) -> Result<(i64, Vec<Pieces>), u16> {
        let open = self.open_lines(at);
        let mut wanted: BTreeMap<usize, i64> = BTreeMap::new();
        for (id, of_it) in pieces {
            let line = open.iter().find(|open| open.line.id == *id);
            let line = line.ok_or(CONFLICT)?;
            let sum = wanted.entry(line.line.number).or_insert(0);
            *sum += of_it;
            must(*sum <= line.left, CONFLICT)?;
        }
        let of_seats = open
            .iter()
            .filter(|open| open.line.seat.is_some_and(|seat| seats.contains(&seat)));
        wanted.extend(of_seats.map(|open| (open.line.number, open.left)));
        must(!wanted.is_empty(), INVALID)?;
        let taken = |open: &OpenLine| wanted.get(&open.line.number).copied().unwrap_or(0);
        let sum: i64 = open.iter().map(|open| open.share(taken(open))).sum();
        let amount = match open.iter().all(|open| taken(open) == open.left) {
            true => balance,
            false => sum.min(balance),
        };
        Ok((amount, wanted.into_iter().collect()))
    }

    /// Nothing that a guest has paid for by item is struck out, given free, moved to another order, priced anew or taken off
    /// before that money was given back; and what was paid for once is part of the record of that payment for ever.
    pub fn keeps_paid_for(&self, before: &[Order]) -> bool {
        let paid = self.payments.iter().flat_map(|payment| &payment.pieces);
        let ever: BTreeSet<usize> = paid.map(|(line, _)| *line).collect();
        ever.into_iter().all(|line| {
            let was = numbered(before, line);
            let paid = self.paid_for(line);
            match (was, numbered(&self.orders, line)) {
                (Some(_), None) => false,
                (Some((there, was)), Some((here, is))) if paid > 0 => {
                    let is_struck_out = |line: &Line| line.state == State::Voided;
                    here == there
                        && is.quantity >= paid
                        && is.price() == was.price()
                        && is.free.is_some() == was.free.is_some()
                        && is_struck_out(is) == is_struck_out(was)
                }
                _ => true,
            }
        })
    }

    /// What a wrong payment paid for by item, as far as it is still paid for and nobody else's: the next guest may pay for it.
    pub fn freed_by_payment(&self, payment: usize) -> Vec<Pieces> {
        let back = self.refunds.iter().filter(|one| one.payment == payment);
        let back: Vec<Pieces> = back.flat_map(|one| one.freed.clone()).collect();
        let Some(order) = self.payments[payment].on() else {
            return Vec::new();
        };
        let order = &self.orders[order];
        let pieces = self.payments[payment].pieces.iter();
        let here = pieces.filter(|(line, _)| order.lines.iter().any(|one| one.number == *line));
        let went = |one: &&Returned| !one.is_goods && one.amount > 0;
        let wrong: Vec<usize> = self
            .refunds
            .iter()
            .filter(went)
            .map(|one| one.payment)
            .collect();
        let others = |line: usize| -> i64 {
            let others = self.payments.iter().enumerate();
            let others = others.filter(|(at, _)| *at != payment && !wrong.contains(at));
            let held = others.map(|(at, one)| {
                let back = self.refunds.iter().filter(|refund| refund.payment == at);
                let back = back.flat_map(|refund| &refund.freed);
                (count(&one.pieces, line) - count(back, line)).max(0)
            });
            held.sum()
        };
        let freed = here.map(|(line, of_it)| {
            let own = of_it - count(&back, *line);
            (*line, own.min(self.paid_for(*line) - others(*line)))
        });
        freed.filter(|(_, of_it)| *of_it > 0).collect()
    }

    /// Of goods that come back, those come first that nobody paid for by item.
    pub fn freed_by_goods(&self, line: &Line, pieces: i64) -> Vec<Pieces> {
        let stay = line.quantity - pieces;
        let freed = (line.number, self.paid_for(line.number) - stay);
        Some(freed)
            .filter(|(_, of_it)| *of_it > 0)
            .into_iter()
            .collect()
    }
}

fn count<'a>(pieces: impl IntoIterator<Item = &'a Pieces>, line: usize) -> i64 {
    let of_line = pieces.into_iter().filter(|(one, _)| *one == line);
    of_line.map(|(_, of_it)| of_it).sum()
}

/// A line, and which order it is on.
fn numbered(orders: &[Order], line: usize) -> Option<(usize, &Line)> {
    let lines = orders.iter().enumerate();
    let mut lines = lines.flat_map(|(at, order)| order.lines.iter().map(move |one| (at, one)));
    lines.find(|(_, one)| one.number == line)
}

//! A bill that is shared evenly, and the other parts of one (product.md, section 5; money.md).

use super::book::*;
use super::cash::in_cash;
use super::command::{Part, Pay};

/// What is still payable in cash.
const STEP: i64 = 100;

/// The share of whoever pays first of so many people: shares are steps of cash, the larger ones come first, and what is no
/// whole step is paid with the first. Where there is not a step for each, they are single shillings.
fn first_share(balance: i64, people: i64) -> i64 {
    let step = if balance / STEP < people { 1 } else { STEP };
    let steps = balance / step;
    let (each, more) = (steps / people, steps % people);
    (each + i64::from(more > 0)) * step + balance % step
}

impl Part {
    /// Two to twenty share a bill, and a line has so many pieces at most.
    pub fn can_be_read(&self) -> bool {
        match self {
            Part::Even(people) => (2..=20).contains(people),
            Part::Items { pieces, .. } => pieces.iter().all(|(_, of_it)| (1..=999).contains(of_it)),
            Part::AsSaid | Part::Full => true,
        }
    }
}

impl Book {
    /// How much of an order that owes as much is said to be paid, and which pieces of its lines are paid for with it.
    pub fn said(
        &self,
        at: usize,
        pay: &Pay,
        balance: i64,
    ) -> Result<(Option<i64>, Vec<Pieces>), u16> {
        Ok(match &pay.part {
            // What is due in cash, typed as cash, is all of it.
            Part::AsSaid => {
                let is_due =
                    |amount| pay.method == Method::Cash && amount == in_cash(balance, self.unit);
                let meant = |amount| if is_due(amount) { balance } else { amount };
                (pay.amount.map(meant), Vec::new())
            }
            Part::Full => (Some(balance), Vec::new()),
            Part::Even(people) => (Some(first_share(balance, *people)), Vec::new()),
            Part::Items { pieces, seats } => {
                let (amount, pieces) = self.by_item(at, pieces, seats, balance)?;
                (Some(amount), pieces)
            }
        })
    }
}

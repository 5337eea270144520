//! Which of a shift's open orders stand in the way of closing it.

use crate::orders::OpenOrder;
use crate::values::Money;

/// What an open order means to the shift it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InTheWay {
    /// Something is to be paid or sent: somebody has to take it over, or it is carried over.
    Unfinished,
    /// It is paid, and the kitchen still has it: nothing about it can change the shift's cash.
    Paid,
    /// Nothing is on it yet: whoever adds something takes it up, so it goes on by itself.
    Empty,
}

impl InTheWay {
    /// Where this order stands.
    pub fn of(order: &OpenOrder) -> Self {
        Self::judge(order.balance, order.unsent, order.sent)
    }

    fn judge(balance: Money, unsent: i64, sent: i64) -> Self {
        if balance.is_positive() || unsent > 0 {
            InTheWay::Unfinished
        } else if sent == 0 {
            InTheWay::Empty
        } else {
            InTheWay::Paid
        }
    }
}

/// The orders that have to be passed on before the shift can be closed.
pub fn unfinished(mut open: Vec<OpenOrder>) -> Vec<OpenOrder> {
    open.retain(|order| InTheWay::of(order) == InTheWay::Unfinished);
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(balance: i64, unsent: i64, sent: i64) -> InTheWay {
        InTheWay::judge(Money::new(balance), unsent, sent)
    }

    #[test]
    fn what_is_to_be_paid_or_sent_has_to_be_passed_on() {
        assert_eq!(judge(9_000, 0, 1), InTheWay::Unfinished);
        assert_eq!(judge(9_000, 1, 0), InTheWay::Unfinished);
        // Something free that was never sent: the guests still wait for it.
        assert_eq!(judge(0, 1, 0), InTheWay::Unfinished);
    }

    #[test]
    fn what_is_paid_and_being_made_does_not_hinder() {
        assert_eq!(judge(0, 0, 2), InTheWay::Paid);
    }

    #[test]
    fn an_order_with_nothing_on_it_goes_on_by_itself() {
        assert_eq!(judge(0, 0, 0), InTheWay::Empty);
    }
}

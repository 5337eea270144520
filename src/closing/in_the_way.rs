//! Which of a shift's open orders stand in the way of closing it.

use crate::orders::OpenOrder;

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
        if order.balance.is_positive() || order.unsent > 0 {
            InTheWay::Unfinished
        } else if order.sent == 0 {
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

//! The status of an order for people and exports: derived, never edited by hand.

/// The first that matches, in this order (product.md section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Called off.
    Cancelled,
    /// Nothing was sent.
    Pending,
    /// A sent line is not ready.
    Preparing,
    /// Closed: paid and made.
    Served,
    /// Money is due, and every sent line was served or the bill was printed.
    AwaitingPayment,
    /// The rest: made, and either waiting to be carried or paid before it was made.
    Ready,
}

/// What the status is derived from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Called off.
    pub cancelled: bool,
    /// Closed.
    pub closed: bool,
    /// Sent lines, struck out ones left out.
    pub sent: usize,
    /// Of these, ready or served.
    pub made: usize,
    /// Of these, served.
    pub served: usize,
    /// Money is due.
    pub due: bool,
    /// The bill was printed.
    pub billed: bool,
}

impl Status {
    /// Derives the status.
    pub fn of(facts: Facts) -> Self {
        if facts.cancelled {
            Status::Cancelled
        } else if facts.sent == 0 && !facts.closed {
            Status::Pending
        } else if facts.made < facts.sent {
            Status::Preparing
        } else if facts.closed {
            Status::Served
        } else if facts.due && (facts.served == facts.sent || facts.billed) {
            Status::AwaitingPayment
        } else {
            Status::Ready
        }
    }

    /// For exports and API clients.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Cancelled => "cancelled",
            Status::Pending => "pending",
            Status::Preparing => "preparing",
            Status::Served => "served",
            Status::AwaitingPayment => "awaiting_payment",
            Status::Ready => "ready",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(sent: usize, made: usize, served: usize) -> Facts {
        Facts {
            sent,
            made,
            served,
            due: true,
            ..Facts::default()
        }
    }

    #[test]
    fn an_order_is_walked_from_new_to_paid() {
        assert_eq!(Status::of(facts(0, 0, 0)), Status::Pending);
        assert_eq!(Status::of(facts(2, 1, 0)), Status::Preparing);
        assert_eq!(Status::of(facts(2, 2, 1)), Status::Ready);
        assert_eq!(Status::of(facts(2, 2, 2)), Status::AwaitingPayment);
        let paid = Facts {
            due: false,
            closed: true,
            ..facts(2, 2, 2)
        };
        assert_eq!(Status::of(paid), Status::Served);
    }

    #[test]
    fn a_printed_bill_awaits_payment_though_not_all_is_carried_out() {
        let billed = Facts {
            billed: true,
            ..facts(2, 2, 0)
        };
        assert_eq!(Status::of(billed), Status::AwaitingPayment);
    }

    #[test]
    fn a_recall_after_closing_shows_as_preparing() {
        let recalled = Facts {
            closed: true,
            due: false,
            ..facts(2, 1, 1)
        };
        assert_eq!(Status::of(recalled), Status::Preparing);
    }

    proptest! {
        #[test]
        fn only_money_due_awaits_payment_and_only_closed_is_served(
            sent in 0usize..5, made in 0usize..5, served in 0usize..5,
            due: bool, billed: bool, closed: bool, cancelled: bool,
        ) {
            let made = made.min(sent);
            let facts = Facts { cancelled, closed, sent, made, served: served.min(made), due, billed };
            match Status::of(facts) {
                Status::Cancelled => prop_assert!(cancelled),
                Status::Pending => prop_assert!(sent == 0),
                Status::Preparing => prop_assert!(made < sent),
                Status::Served => prop_assert!(closed && made == sent),
                Status::AwaitingPayment => prop_assert!(due && made == sent && !closed),
                Status::Ready => prop_assert!(made == sent && !closed),
            }
        }
    }
}

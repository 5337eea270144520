//! Why an order does not do what was asked: the sentences of the till.

use thiserror::Error;

use crate::values::{BasisPoints, Money, Quantity};
use crate::web::Refusal;

/// Why an order does not do what was asked.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OrderRefusal {
    /// Paid and made.
    #[error("This order is already paid. Open a new one.")]
    Closed,
    /// Called off.
    #[error("This order was cancelled.")]
    Cancelled,
    /// Not on this order.
    #[error("This line is not on the order any more.")]
    NoSuchLine,
    /// The kitchen has it.
    #[error("{0} was sent to the kitchen; a manager can void it.")]
    AlreadySent(String),
    /// Beyond what one line may hold.
    #[error("At most 999 of one product.")]
    TooMany,
    /// Beyond what one order may hold.
    #[error("This order is full. Open another one for the rest.")]
    Full,
    /// Beyond any amount.
    #[error("This order is too large; check the prices and quantities.")]
    TooLarge,
    /// The kitchen does not have it.
    #[error("{0} was not sent yet; simply remove it.")]
    NotSent(String),
    /// Struck out already.
    #[error("{0} was already struck out.")]
    Struck(String),
    /// Given free already.
    #[error("{0} is free already.")]
    AlreadyFree(String),
    /// Fewer pieces than asked for.
    #[error("There are only {0} of {1} on this line.")]
    NotSoMany(Quantity, String),
    /// No line was named.
    #[error("Choose at least one line.")]
    NothingChosen,
    /// The guests sit there.
    #[error("The order is there already.")]
    AlreadyThere,
    /// Somebody serves it already.
    #[error("{0} serves this order already.")]
    TheirsAlready(String),
    /// Two orders whose prices mean different things.
    #[error(
        "The two orders were opened under different tax or service rules; settle them one by one."
    )]
    OtherRules,
    /// Both are the same.
    #[error("Choose another order than this one.")]
    SameOrder,
    /// A discount that lowers nothing.
    #[error("That takes nothing off. Choose a larger discount.")]
    NothingOff,
    /// More than whoever agrees may give.
    #[error(
        "You may give up to {0} off this bill, all discounts together. For more somebody has to agree who may give it."
    )]
    DiscountLimit(BasisPoints),
    /// Lines that come or go would make discounts too large.
    #[error(
        "With this more than {0} would be off the bill. Take the discounts off first, and give them anew."
    )]
    DiscountsGrow(BasisPoints),
    /// A settled order is not reopened twice.
    #[error("This order is open. Nothing has to be reopened.")]
    OpenAlready,
    /// Goods are given back on what is paid in full.
    #[error(
        "This order is not paid in full. Give the money back as a wrong payment, then void what was returned."
    )]
    NotSettled,
    /// More was given free in a shift than one person may.
    #[error(
        "With this, {0} would be given free in this shift; beyond {1} an admin has to approve."
    )]
    CompLimit(Money, Money),
    /// Something was sent.
    #[error("Something on this order was sent; a manager can void it.")]
    SentLines,
    /// Money was received.
    #[error("Money was taken on this order; give it back first.")]
    Paid,
    /// More than what is due.
    #[error("Only {0} is still to pay. The order has changed; look again.")]
    MoreThanDue(Money),
    /// Nothing is due.
    #[error("This order is already paid.")]
    NothingDue,
    /// Nothing that could be paid.
    #[error("There is nothing on this order yet.")]
    Empty,
    /// What is on it would cost less than what was paid.
    #[error("More was paid than that leaves; give money back first.")]
    BelowPaid,
    /// A guest paid for it by item.
    #[error("A guest has paid for this already; give that money back first.")]
    PaidFor,
    /// A guest paid for it by item once, and got that money back.
    #[error("A guest had paid for this, and that stays in the records. Send it, and void it.")]
    WasPaidFor,
    /// Not ready.
    #[error("{0} is not ready yet.")]
    NotReady(String),
    /// Nothing of it is with the guest any more.
    #[error("Nothing of this is served any more: the kitchen has it again, or it was struck out.")]
    NotServed,
    /// The number of seats.
    #[error("This order has {0} guests; there is no such seat.")]
    NoSuchSeat(i16),
}

impl Refusal for OrderRefusal {
    fn code(&self) -> &'static str {
        match self {
            OrderRefusal::Closed => "order_closed",
            OrderRefusal::Cancelled => "order_cancelled",
            OrderRefusal::NothingDue => "already_paid",
            OrderRefusal::MoreThanDue(_) => "more_than_due",
            OrderRefusal::BelowPaid => "below_paid",
            OrderRefusal::PaidFor | OrderRefusal::WasPaidFor => "paid_for",
            OrderRefusal::CompLimit(..) => "comp_limit",
            OrderRefusal::DiscountLimit(_) | OrderRefusal::DiscountsGrow(_) => "discount_limit",
            _ => "refused",
        }
    }
}

impl OrderRefusal {
    /// The database's own guard, should the rules above ever miss something.
    pub(super) const PAID_WITHIN_TOTAL: &'static str = "orders_paid_within_total";

    /// The database keeps what guests paid for by item: the order's own rules do not know of it.
    pub(super) const KEPT_PAID_FOR: &'static str = "order_lines_paid_for";

    /// What a payment was for once is in the database for ever, though its money went back.
    pub(super) const WAS_PAID_FOR: &'static str = "paid_pieces_line";
}

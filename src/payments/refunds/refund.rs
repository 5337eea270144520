//! What may be given back of a payment, and what that frees. Nothing here waits or asks the clock.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::OffsetDateTime;

use crate::orders::Cut;
use crate::payments::Payment;
use crate::payments::items::{PaidFor, Pieces};
use crate::payments::reference::Reference;
use crate::values::{LineId, Money, OrderId, PaymentId, Quantity, RefundId};
use crate::web::Refusal;

/// Which of two things happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundKind {
    /// The money should not have been taken: it is due again.
    WrongPayment,
    /// Goods came back: they are struck out, and nothing is due.
    GoodsReturned,
}

impl RefundKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            RefundKind::WrongPayment => "wrong_payment",
            RefundKind::GoodsReturned => "goods_returned",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            RefundKind::WrongPayment => "Wrong payment",
            RefundKind::GoodsReturned => "Goods returned",
        }
    }

    /// What is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        [RefundKind::WrongPayment, RefundKind::GoodsReturned]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl std::str::FromStr for RefundKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::stored(text).ok_or("Choose what happened: a wrong payment, or goods that came back.")
    }
}

/// Money that was given back.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    /// Which refund.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// The order that the payment was on.
    pub order: Option<OrderId>,
    /// What happened.
    pub kind: RefundKind,
    /// What of the payment's amount went back.
    pub amount: Money,
    /// What of its tip went back.
    pub tip: Money,
    /// Whether it went back in cash although it came otherwise.
    pub in_cash: bool,
    /// What the provider calls the transfer back.
    pub reference: Option<Reference>,
    /// Why.
    pub reason: String,
    /// Who gave it back.
    pub refunded_by: Option<String>,
    /// Who agreed.
    pub approved_by: Option<String>,
    /// When.
    pub refunded_at: OffsetDateTime,
}

/// What has not been given back of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Of its amount.
    pub amount: Money,
    /// Of its tip.
    pub tip: Money,
}

impl Left {
    /// What is left of a payment.
    pub fn of<'a>(payment: &Payment, refunds: impl IntoIterator<Item = &'a Refund>) -> Self {
        let mut left = Left {
            amount: payment.amount,
            tip: payment.tip,
        };
        for refund in refunds.into_iter().filter(|one| one.payment == payment.id) {
            left.amount -= refund.amount;
            left.tip -= refund.tip;
        }
        left
    }

    /// Whether anything is left.
    pub fn is_something(self) -> bool {
        (self.amount + self.tip).is_positive()
    }

    /// What goes back of a wrong payment: what is said, and else all that is left.
    ///
    /// # Errors
    /// Where nothing or more than what is left would go back.
    pub fn wrong(
        self,
        amount: Option<Money>,
        tip: Option<Money>,
    ) -> Result<(Money, Money), RefundRefusal> {
        if !self.is_something() {
            return Err(RefundRefusal::NothingLeft);
        }
        let (amount, tip) = match (amount, tip) {
            (None, None) => (self.amount, self.tip),
            (amount, tip) => (amount.unwrap_or_default(), tip.unwrap_or_default()),
        };
        if amount.is_negative() || tip.is_negative() {
            return Err(RefundRefusal::Negative);
        }
        if (amount + tip).is_zero() {
            return Err(RefundRefusal::Zero);
        }
        if amount > self.amount {
            return Err(RefundRefusal::MoreThanLeft(self.amount));
        }
        if tip > self.tip {
            return Err(RefundRefusal::MoreThanTip(self.tip));
        }
        Ok((amount, tip))
    }

    /// Whether so much may go back for goods.
    ///
    /// # Errors
    /// Where they cost nothing, or more than what is left of this payment.
    pub fn goods(self, price: Money) -> Result<Money, RefundRefusal> {
        if price.is_zero() {
            return Err(RefundRefusal::GoodsCostNothing);
        }
        if price > self.amount {
            return Err(RefundRefusal::GoodsCostMore {
                price,
                left: self.amount,
            });
        }
        Ok(price)
    }
}

/// Why no money goes back.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RefundRefusal {
    /// All of it went back before.
    #[error("All of this payment was given back already.")]
    NothingLeft,
    /// No amount.
    #[error("Type how much goes back.")]
    Zero,
    /// Amounts are zero or more.
    #[error("Amounts cannot be below zero.")]
    Negative,
    /// More than what is left of the amount.
    #[error("At most {} of this payment can go back.", .0.text_with_code())]
    MoreThanLeft(Money),
    /// More than what is left of the tip.
    #[error("At most {} of its tip can go back.", .0.text_with_code())]
    MoreThanTip(Money),
    /// What came back was free.
    #[error("What came back costs nothing, so no money goes back for it.")]
    GoodsCostNothing,
    /// One payment does not cover what came back.
    #[error(
        "What came back is {}, and of this payment {} is left. Choose fewer items, or give the payments back as wrong ones and void what came back.",
        .price.text_with_code(), .left.text_with_code()
    )]
    GoodsCostMore {
        /// What the goods come to.
        price: Money,
        /// What is left of the payment.
        left: Money,
    },
    /// Goods are of an order.
    #[error("This money is on no order. Give it back as a wrong payment.")]
    OnNoOrder,
    /// It was put on an order meanwhile.
    #[error("This money was put on an order meanwhile. Look at it again.")]
    Moved,
    /// The cash is not there.
    #[error("Your drawer does not hold as much. Ask somebody who has the cash to give it back.")]
    DrawerShort,
    /// More than anybody but an admin may give back at once.
    #[error("Where more than {} of one payment goes back, an admin has to agree.", .0.text_with_code())]
    Limit(Money),
    /// The screen showed another amount than what would go back.
    #[error("{} would go back, and the screen showed another amount. Look at it again.", .0.text_with_code())]
    ShownAnother(Money),
}

impl Refusal for RefundRefusal {
    fn status(&self) -> StatusCode {
        match self {
            RefundRefusal::NothingLeft
            | RefundRefusal::OnNoOrder
            | RefundRefusal::Moved
            | RefundRefusal::DrawerShort
            | RefundRefusal::Limit(_)
            | RefundRefusal::GoodsCostMore { .. }
            | RefundRefusal::ShownAnother(_) => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            RefundRefusal::NothingLeft => "nothing_left",
            RefundRefusal::MoreThanLeft(_) | RefundRefusal::MoreThanTip(_) => "more_than_left",
            RefundRefusal::DrawerShort => "drawer_short",
            RefundRefusal::Limit(_) => "refund_limit",
            RefundRefusal::ShownAnother(_) => "shown_another",
            _ => "bad_refund",
        }
    }
}

/// How many pieces of which line come back: the same line several times is so many pieces more.
pub fn wanted(pieces: &[Pieces]) -> Vec<(LineId, Quantity)> {
    let mut sums: BTreeMap<LineId, i64> = BTreeMap::new();
    for one in pieces {
        *sums.entry(one.line).or_default() += i64::from(one.quantity.get());
    }
    let sum = |(line, pieces): (LineId, i64)| Some((line, Quantity::new(pieces).ok()?));
    sums.into_iter().filter_map(sum).collect()
}

/// What guests had paid for by item and that comes back: the pieces of each line that nobody paid for by item come first.
/// `paid` is what they paid for, `quantity` how many pieces a line had before.
pub fn freed_by_goods(
    cuts: &[Cut],
    paid: &PaidFor,
    quantity: impl Fn(LineId) -> i16,
) -> Vec<Pieces> {
    let freed = cuts.iter().filter_map(|cut| {
        let line = cut.of.unwrap_or(cut.line);
        let stays = quantity(line) - cut.pieces.get();
        let freed = paid.get(&line).copied().unwrap_or(0) - stays;
        let quantity = Quantity::new(freed.into()).ok()?;
        Some(Pieces { line, quantity })
    });
    freed.collect()
}

/// What a wrong payment had paid for by item, as far as it did not come back before: nobody has paid for it now. `paid` is
/// what guests paid for, `others` what other payments are for: where pieces came back with the money of a payment that was not
/// for them, those that are left are theirs.
pub fn freed_by_payment(of_payment: &[Pieces], paid: &PaidFor, others: &PaidFor) -> Vec<Pieces> {
    let freed = of_payment.iter().filter_map(|pieces| {
        let of_line = |pieces_of: &PaidFor| pieces_of.get(&pieces.line).copied().unwrap_or(0);
        let still = of_line(paid) - of_line(others);
        let quantity = Quantity::new(still.min(pieces.quantity.get()).into()).ok()?;
        Some(Pieces {
            line: pieces.line,
            quantity,
        })
    });
    freed.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn m(minor: i64) -> Money {
        Money::new(minor)
    }

    fn left(amount: i64, tip: i64) -> Left {
        Left {
            amount: m(amount),
            tip: m(tip),
        }
    }

    #[test]
    fn all_that_is_left_goes_back_unless_an_amount_is_said() {
        let of = left(20_000, 1_000);
        assert_eq!(of.wrong(None, None), Ok((m(20_000), m(1_000))));
        assert_eq!(of.wrong(Some(m(5_000)), None), Ok((m(5_000), m(0))));
        assert_eq!(of.wrong(None, Some(m(1_000))), Ok((m(0), m(1_000))));
    }

    #[test]
    fn never_more_than_what_is_left_goes_back() {
        let of = left(20_000, 1_000);
        let wrong = |amount, tip| of.wrong(Some(m(amount)), Some(m(tip))).unwrap_err();
        assert_eq!(wrong(20_001, 0), RefundRefusal::MoreThanLeft(m(20_000)));
        assert_eq!(wrong(20_000, 1_001), RefundRefusal::MoreThanTip(m(1_000)));
        assert_eq!(wrong(0, 0), RefundRefusal::Zero);
        assert_eq!(wrong(-1, 0), RefundRefusal::Negative);
        assert_eq!(
            left(0, 0).wrong(None, None),
            Err(RefundRefusal::NothingLeft)
        );
        assert_eq!(of.goods(m(20_000)), Ok(m(20_000)));
        assert_eq!(of.goods(m(0)), Err(RefundRefusal::GoodsCostNothing));
        let sentence = of.goods(m(20_500)).unwrap_err().to_string();
        assert!(sentence.contains("UGX 20,500") && sentence.contains("UGX 20,000"));
    }

    #[test]
    fn pieces_that_nobody_paid_for_by_item_come_back_first() {
        let line = LineId::new();
        let cut = |pieces: i64| Cut {
            line: LineId::new(),
            of: Some(line),
            pieces: Quantity::new(pieces).unwrap(),
            position: 2,
        };
        let paid = PaidFor::from([(line, 2)]);
        let freed = |pieces| {
            let freed = freed_by_goods(&[cut(pieces)], &paid, |_| 3);
            freed.first().map(|one| one.quantity.get())
        };
        assert_eq!(freed(1), None);
        assert_eq!(freed(2), Some(1));
    }

    #[test]
    fn every_kind_is_found_again_by_its_stored_word() {
        for kind in [RefundKind::WrongPayment, RefundKind::GoodsReturned] {
            assert_eq!(RefundKind::stored(kind.as_str()), Some(kind));
        }
        assert!("theft".parse::<RefundKind>().is_err());
    }

    proptest! {
        #[test]
        fn refunds_one_after_the_other_never_exceed_the_payment(
            amount in 0..1_000_000_i64,
            tip in 0..50_000_i64,
            asked in proptest::collection::vec((-10..600_000_i64, -10..60_000_i64), 1..12),
        ) {
            let (mut now, mut back) = (left(amount, tip), Money::ZERO);
            for (of_amount, of_tip) in asked {
                if let Ok((gone, gone_tip)) = now.wrong(Some(m(of_amount)), Some(m(of_tip))) {
                    now = Left { amount: now.amount - gone, tip: now.tip - gone_tip };
                    back += gone + gone_tip;
                }
                prop_assert!(!now.amount.is_negative() && !now.tip.is_negative());
            }
            if let Ok((gone, gone_tip)) = now.wrong(None, None) {
                back += gone + gone_tip;
                prop_assert_eq!(back, m(amount + tip));
            }
        }
    }
}

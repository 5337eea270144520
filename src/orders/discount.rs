//! Discounts on lines and on whole orders: a share or an amount, under a name, within what whoever agrees to it may give.

use super::order::{Order, OrderRefusal};
use crate::values::{BasisPoints, Discount, LineId, Money};

/// What is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// A share of the price.
    Percent(BasisPoints),
    /// A share, and no more than an amount: what somebody agreed to does not grow with what is ordered later.
    PercentUpTo(BasisPoints, Money),
    /// An amount.
    Amount(Money),
}

/// A discount as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// As the bill says it: "Staff", or why it was given.
    pub name: String,
    /// What is taken off.
    pub off: Off,
    /// The share of the price that whoever agreed may give. An amount stays within it, whatever leaves the bill later.
    pub most: BasisPoints,
}

impl Given {
    /// What it does to a price.
    pub fn discount(&self) -> Discount {
        match self.off {
            Off::Percent(share) => Discount::Percent(share),
            Off::PercentUpTo(share, amount) => Discount::AmountUpTo(amount, share),
            Off::Amount(amount) => Discount::AmountUpTo(amount, self.most),
        }
    }

    /// "Staff 10%", "Event 50%, at most 5,000", "Regular guest".
    pub fn label(&self) -> String {
        match self.off {
            Off::Percent(share) => format!("{} {share}", self.name),
            Off::PercentUpTo(share, amount) => format!("{} {share}, at most {amount}", self.name),
            Off::Amount(_) => self.name.clone(),
        }
    }

    /// Its part for some of the pieces that it was given on, and what is left of it for the others.
    pub(super) fn parted(&self, pieces: i16, of: i16) -> (Given, Given) {
        let part =
            |amount: Money| Money::new(amount.minor() * i64::from(pieces) / i64::from(of.max(1)));
        let with = |off| Given {
            off,
            ..self.clone()
        };
        match self.off {
            Off::Percent(_) => (self.clone(), self.clone()),
            Off::PercentUpTo(share, amount) => (
                with(Off::PercentUpTo(share, part(amount))),
                with(Off::PercentUpTo(share, amount - part(amount))),
            ),
            Off::Amount(amount) => (
                with(Off::Amount(part(amount))),
                with(Off::Amount(amount - part(amount))),
            ),
        }
    }
}

impl Order {
    /// Gives a discount on a line, or on the whole order; nothing takes it off again. Answers what it takes off now.
    ///
    /// # Errors
    /// Where the order is closed, the line costs nothing, nothing would be taken off, or it would cost less than what was paid.
    pub fn discount(
        &mut self,
        line: Option<LineId>,
        given: Option<Given>,
    ) -> Result<Money, OrderRefusal> {
        self.must_be_open()?;
        let is_given = given.is_some();
        self.attempt_any(|order| {
            match line {
                None => order.given = given,
                Some(id) => {
                    let line = order.line_mut(id)?;
                    if line.is_voided() {
                        return Err(OrderRefusal::Struck(line.name.clone()));
                    }
                    if line.comped {
                        return Err(OrderRefusal::AlreadyFree(line.name.clone()));
                    }
                    line.given = given;
                }
            }
            let worth = match line {
                None => order.totals()?.order_discount,
                Some(id) => order.line(id)?.discount(),
            };
            match is_given && worth.is_zero() {
                true => Err(OrderRefusal::NothingOff),
                false => Ok(worth),
            }
        })
    }

    /// Refuses where lines that come or go would make discounts of the bill more than whoever stands for them may give.
    pub(super) fn must_keep_discounts_of(&self, before: &Order) -> Result<(), OrderRefusal> {
        let of_lines = self.lines.iter().map(|line| &line.given);
        let given = of_lines.chain([&self.given]).flatten();
        for most in given.map(|given| given.most) {
            if !self.discounts_within(most) && before.discounts_within(most) {
                return Err(OrderRefusal::DiscountsGrow(most));
            }
        }
        Ok(())
    }

    /// Whether somebody may give what makes it this out of what it was: it keeps within their own share, and within that of
    /// whoever gave the others, so that it does not matter who came first.
    pub fn may_have(&self, most: BasisPoints, before: &Order) -> bool {
        self.discounts_within(most) && self.must_keep_discounts_of(before).is_ok()
    }

    /// Whether its discounts are within what somebody may give: each on its own line, and all of them together on the whole
    /// bill, so that several small ones do not make a large one. What somebody agreed to who may give more is not counted.
    pub fn discounts_within(&self, most: BasisPoints) -> bool {
        let Ok(totals) = self.totals() else {
            return false;
        };
        let counts = |given: &Option<Given>| given.as_ref().is_some_and(|one| one.most <= most);
        let mut off = Money::ZERO;
        // Each is rounded half up by itself, which may put it one minor unit beyond the share.
        let mut leeway = 0;
        for (line, came) in self.lines.iter().zip(&totals.lines) {
            if counts(&line.given) {
                if came.discount > came.gross.percent(most) {
                    return false;
                }
                off += came.discount;
                leeway += 1;
            }
        }
        if counts(&self.given) {
            off += totals.order_discount;
            leeway += 1;
        }
        let base = totals.subtotal - totals.comps;
        off.is_zero() || off <= base.percent(most) + Money::new(leeway)
    }
}

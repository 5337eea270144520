//! What a guest hands over, and what becomes of it: the amount on the order, the tip, the change.

use std::fmt;

use poem::http::StatusCode;
use thiserror::Error;

use super::payment::Method;
use super::reference::Reference;
use crate::values::{Currency, Money};
use crate::web::Refusal;

/// The largest change, in pieces of the currency's largest note. Nobody hands over more than that too much; a cashier
/// who types two zeros too many would read a change that the drawer does not hold.
const MOST_NOTES_BACK: i64 = 20;

/// Cash as the form tells it. Amounts are zero or more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CashTender {
    /// How much of the balance is paid now; nothing said means as much as the cash reaches for.
    pub amount: Option<Money>,
    /// What the guest handed over; nothing said means exactly what is paid.
    pub tendered: Option<Money>,
    /// What of it is a tip.
    pub tip: Money,
}

/// Cash that is taken: `tendered = amount + tip + change`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashTaken {
    /// What goes on the order.
    pub amount: Money,
    /// What is given beside it.
    pub tip: Money,
    /// What was handed over.
    pub tendered: Money,
    /// What goes back.
    pub change: Money,
}

impl CashTaken {
    /// What stays in the drawer.
    pub fn kept(&self) -> Money {
        self.amount + self.tip
    }
}

/// Money that came by card or mobile money, as the form tells it. Amounts are zero or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// How it came in; not cash.
    pub method: Method,
    /// How much of the balance is paid; nothing said means all of it.
    pub amount: Option<Money>,
    /// What came beside it.
    pub tip: Money,
    /// What its provider calls it.
    pub reference: Option<Reference>,
}

/// Money that is booked: what goes on the order, what beside it, and how it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// How it came in.
    pub method: Method,
    /// What goes on the order.
    pub amount: Money,
    /// What is given beside it.
    pub tip: Money,
    /// What was handed over, for cash.
    pub tendered: Option<Money>,
    /// What goes back.
    pub change: Money,
    /// What its provider calls it.
    pub reference: Option<Reference>,
}

impl From<CashTaken> for Taken {
    fn from(cash: CashTaken) -> Self {
        Taken {
            method: Method::Cash,
            amount: cash.amount,
            tip: cash.tip,
            tendered: Some(cash.tendered),
            change: cash.change,
            reference: None,
        }
    }
}

/// Why a payment was not taken.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum TenderRefusal {
    /// It is settled.
    #[error("This order is already paid.")]
    AlreadyPaid,
    /// It was cancelled.
    #[error("This order was cancelled; nothing can be paid on it.")]
    Cancelled,
    /// Nothing is on it.
    #[error("There is nothing on this order to pay yet.")]
    Empty,
    /// Its total is zero: it is closed without money.
    #[error("There is nothing to pay on this order. Close it with Nothing to pay.")]
    NothingDue,
    /// Somebody wants to close an order without money that has a balance.
    #[error("{} is still to pay on this order.", .0.text_with_code())]
    StillDue(Money),
    /// Neither an amount nor what was handed over.
    #[error("Type the cash received.")]
    NothingGiven,
    /// A payment of nothing.
    #[error("Pay an amount above zero.")]
    Zero,
    /// Below zero, which is no payment.
    #[error("Use an amount of zero or more.")]
    Negative,
    /// More than the balance is only change.
    #[error("Only {} is still to pay. Type more as cash received, and the rest is change.", .0.text_with_code())]
    MoreThanDue(Money),
    /// The same where no change is given.
    #[error("Only {} is still to pay. What came beyond it is a tip.", .0.text_with_code())]
    MoreThanCharged(Money),
    /// Mobile money is money once the provider's message has come.
    #[error("Type the transaction id from the message of {}.", .0.label())]
    NoReference(Method),
    /// The same money a second time.
    #[error("{0}")]
    UsedReference(UsedReference),
    /// Somebody pays by item and chose none.
    #[error("Choose the items that this guest pays for.")]
    NoItems,
    /// Somebody pays for what is paid for.
    #[error(
        "Some of these items are paid for already, or not on the bill any more. Look at the bill and choose again."
    )]
    ItemsPaid,
    /// Money for no order was put on one before.
    #[error("This money is on an order already.")]
    PlacedAlready,
    /// Money for no order was given back.
    #[error(
        "Something of this money was given back. Give the rest back as well, and take it anew."
    )]
    GivenBack,
    /// Not enough was handed over.
    #[error("{} more is needed.", .0.text_with_code())]
    Short(Money),
    /// The same for all that is due.
    #[error("{} more is needed. For a part of the bill choose By amount.", .0.text_with_code())]
    ShortOfBill(Money),
    /// The change would be absurd.
    #[error("Check the cash received: the change would be {}.", .0.text_with_code())]
    TooMuch(Money),
    /// The screen showed another amount than what this payment would be.
    #[error("This payment would be {}, and the screen showed another amount. Look at it, and take it again.", .0.text_with_code())]
    ShownAnother(Money),
    /// The order changed since the screen was drawn.
    #[error("The order changed: {} is to pay now. Look at the bill and take the payment again.", .0.text_with_code())]
    BalanceMoved(Money),
}

impl Refusal for TenderRefusal {
    fn status(&self) -> StatusCode {
        match self {
            TenderRefusal::AlreadyPaid
            | TenderRefusal::Cancelled
            | TenderRefusal::Empty
            | TenderRefusal::NothingDue
            | TenderRefusal::StillDue(_)
            | TenderRefusal::UsedReference(_)
            | TenderRefusal::ItemsPaid
            | TenderRefusal::PlacedAlready
            | TenderRefusal::GivenBack
            | TenderRefusal::ShownAnother(_)
            | TenderRefusal::BalanceMoved(_) => StatusCode::CONFLICT,
            TenderRefusal::NothingGiven
            | TenderRefusal::Zero
            | TenderRefusal::Negative
            | TenderRefusal::MoreThanDue(_)
            | TenderRefusal::MoreThanCharged(_)
            | TenderRefusal::NoReference(_)
            | TenderRefusal::NoItems
            | TenderRefusal::Short(_)
            | TenderRefusal::ShortOfBill(_)
            | TenderRefusal::TooMuch(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            TenderRefusal::AlreadyPaid => "already_paid",
            TenderRefusal::Cancelled => "order_cancelled",
            TenderRefusal::Empty => "order_empty",
            TenderRefusal::NothingDue => "nothing_due",
            TenderRefusal::StillDue(_) => "still_due",
            TenderRefusal::BalanceMoved(_) => "balance_moved",
            TenderRefusal::ShownAnother(_) => "shown_another",
            TenderRefusal::UsedReference(_) => "reference_used",
            TenderRefusal::NoReference(_) => "reference_missing",
            TenderRefusal::NoItems => "no_items",
            TenderRefusal::ItemsPaid => "items_paid",
            TenderRefusal::PlacedAlready => "placed_already",
            TenderRefusal::GivenBack => "given_back",
            TenderRefusal::NothingGiven
            | TenderRefusal::Zero
            | TenderRefusal::Negative
            | TenderRefusal::MoreThanDue(_)
            | TenderRefusal::MoreThanCharged(_)
            | TenderRefusal::Short(_)
            | TenderRefusal::ShortOfBill(_)
            | TenderRefusal::TooMuch(_) => "bad_tender",
        }
    }

    /// The screen that it came from, drawn anew: its bill is of before.
    fn way_on(&self) -> Option<(&'static str, String)> {
        matches!(
            self,
            TenderRefusal::BalanceMoved(_) | TenderRefusal::ItemsPaid
        )
        .then(|| ("Show the bill", String::new()))
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            TenderRefusal::NoReference(_) | TenderRefusal::UsedReference(_) => Some("reference"),
            TenderRefusal::NoItems => Some("item"),
            _ => None,
        }
    }
}

/// What an order that owes `balance` (above zero) owes in cash: rounded to `unit`, and what that adds to its total. A balance
/// that would be rounded to nothing is not rounded.
pub fn cash_due(balance: Money, unit: Money) -> (Money, Money) {
    let rounded = balance.rounded_to(unit);
    match rounded.is_positive() {
        true => (rounded, rounded - balance),
        false => (balance, Money::ZERO),
    }
}

/// What somebody means who types that so much of `balance` is paid in cash: what is due in cash is all of it.
pub fn meant_in_cash(typed: Money, balance: Money, unit: Money) -> Money {
    match typed == cash_due(balance, unit).0 {
        true => balance,
        false => typed,
    }
}

impl CashTender {
    /// The same where cash is rounded to `unit`: all of the balance is paid rounded, a part of it as it is. Answers what
    /// becomes of it, and what rounding adds to the total.
    ///
    /// # Errors
    /// The sentence for the cashier.
    pub fn against_rounded(
        self,
        balance: Money,
        unit: Money,
        currency: Currency,
    ) -> Result<(CashTaken, Money), TenderRefusal> {
        let (due, rounding) = cash_due(balance, unit);
        let all = match self.amount {
            Some(amount) if amount == balance => Some(due),
            Some(_) => None,
            // As much as the cash reaches for: all of it, where it reaches for what is due in cash.
            None => {
                let reach = self.tendered.map(|tendered| tendered.less(self.tip));
                reach.filter(|reach| *reach >= due).map(|_| due)
            }
        };
        let taken = match all {
            Some(due) => {
                let amount = Some(due);
                let taken = CashTender { amount, ..self }.against(due, currency)?;
                return Ok((taken, rounding));
            }
            None => self.against(balance, currency)?,
        };
        Ok((taken, Money::ZERO))
    }

    /// What becomes of this cash on an order that owes `balance` (above zero).
    ///
    /// More than the balance comes back as change and as nothing else; less is a part payment, but where the amount was
    /// said, all of it has to be there.
    ///
    /// # Errors
    /// The sentence for the cashier.
    pub fn against(self, balance: Money, currency: Currency) -> Result<CashTaken, TenderRefusal> {
        let given = [self.amount, self.tendered, Some(self.tip)];
        if given.into_iter().flatten().any(Money::is_negative) {
            return Err(TenderRefusal::Negative);
        }
        let (amount, tendered) = match (self.amount, self.tendered) {
            (None, None) => return Err(TenderRefusal::NothingGiven),
            (Some(amount), None) => (amount, amount + self.tip),
            (Some(amount), Some(tendered)) => (amount, tendered),
            (None, Some(tendered)) => (tendered.less(self.tip).min(balance), tendered),
        };
        if amount.is_zero() {
            return Err(TenderRefusal::Zero);
        }
        if amount > balance {
            return Err(TenderRefusal::MoreThanDue(balance));
        }
        let needed = amount + self.tip;
        if tendered < needed {
            return Err(TenderRefusal::Short(needed - tendered));
        }
        let change = tendered - needed;
        if change > most_change(currency) {
            return Err(TenderRefusal::TooMuch(change));
        }
        Ok(CashTaken {
            amount,
            tip: self.tip,
            tendered,
            change,
        })
    }
}

impl Charge {
    /// What of an order that owes `balance` (above zero) it pays. Nothing of it goes back: more than the balance is refused.
    ///
    /// # Errors
    /// The sentence for the cashier.
    pub fn amount_on(&self, balance: Money) -> Result<Money, TenderRefusal> {
        let amount = self.amount.unwrap_or(balance);
        if amount.is_negative() || self.tip.is_negative() {
            return Err(TenderRefusal::Negative);
        }
        if amount.is_zero() {
            return Err(TenderRefusal::Zero);
        }
        if amount > balance {
            return Err(TenderRefusal::MoreThanCharged(balance));
        }
        Ok(amount)
    }

    /// What becomes of it on an order that owes `balance` (above zero).
    ///
    /// # Errors
    /// The sentence for the cashier.
    pub fn against(self, balance: Money) -> Result<Taken, TenderRefusal> {
        let amount = self.amount_on(balance)?;
        if self.method.is_mobile_money() && self.reference.is_none() {
            return Err(TenderRefusal::NoReference(self.method));
        }
        Ok(Taken {
            method: self.method,
            amount,
            tip: self.tip,
            tendered: None,
            change: Money::ZERO,
            reference: self.reference,
        })
    }
}

/// A reference that another payment has, and what is known of that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedReference {
    /// How it came in.
    pub method: Method,
    /// The record number of its order, and how much it paid; nothing where two tills typed it in the same moment.
    pub by: Option<(String, Money)>,
}

impl fmt::Display for UsedReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, way) = match self.method {
            Method::Card => (
                "This slip",
                "If it is of another card terminal, leave the number empty.",
            ),
            _ => (
                "This transaction id",
                "Look at it again: each can pay once.",
            ),
        };
        match &self.by {
            Some((order, amount)) => write!(
                f,
                "{what} has paid {} on order {order} already. {way}",
                amount.text_with_code()
            ),
            None => write!(f, "{what} has paid already. {way}"),
        }
    }
}

fn most_change(currency: Currency) -> Money {
    let largest = currency.notes().first().map_or(0, |note| note.minor());
    Money::new(largest * MOST_NOTES_BACK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn m(minor: i64) -> Money {
        Money::new(minor)
    }

    fn tender(amount: Option<i64>, tendered: Option<i64>, tip: i64) -> CashTender {
        CashTender {
            amount: amount.map(m),
            tendered: tendered.map(m),
            tip: m(tip),
        }
    }

    fn taken(
        amount: Option<i64>,
        tendered: Option<i64>,
        tip: i64,
    ) -> Result<(i64, i64), TenderRefusal> {
        tender(amount, tendered, tip)
            .against(m(82_000), Currency::Ugx)
            .map(|cash| (cash.amount.minor(), cash.change.minor()))
    }

    #[test]
    fn a_hundred_thousand_for_82_000_gives_18_000_back() {
        assert_eq!(taken(None, Some(100_000), 0), Ok((82_000, 18_000)));
        assert_eq!(taken(Some(82_000), Some(100_000), 0), Ok((82_000, 18_000)));
    }

    #[test]
    fn exact_cash_gives_nothing_back() {
        assert_eq!(taken(None, Some(82_000), 0), Ok((82_000, 0)));
        assert_eq!(taken(Some(82_000), None, 0), Ok((82_000, 0)));
    }

    #[test]
    fn less_cash_is_a_part_payment_unless_the_amount_was_said() {
        assert_eq!(taken(None, Some(50_000), 0), Ok((50_000, 0)));
        assert_eq!(taken(Some(50_000), Some(60_000), 0), Ok((50_000, 10_000)));
        assert_eq!(
            taken(Some(82_000), Some(8_200), 0),
            Err(TenderRefusal::Short(m(73_800)))
        );
    }

    #[test]
    fn a_tip_is_beside_the_amount() {
        assert_eq!(taken(None, Some(100_000), 3_000), Ok((82_000, 15_000)));
        assert_eq!(taken(Some(82_000), Some(85_000), 3_000), Ok((82_000, 0)));
        assert_eq!(
            taken(Some(82_000), Some(84_000), 3_000),
            Err(TenderRefusal::Short(m(1_000)))
        );
        // All of it as a tip pays nothing.
        assert_eq!(taken(None, Some(3_000), 3_000), Err(TenderRefusal::Zero));
    }

    #[test]
    fn more_than_the_balance_is_change_and_never_a_payment() {
        assert_eq!(
            taken(Some(82_001), Some(90_000), 0),
            Err(TenderRefusal::MoreThanDue(m(82_000)))
        );
    }

    #[test]
    fn nothing_below_zero_and_nothing_absurd_is_taken() {
        assert_eq!(taken(None, None, 0), Err(TenderRefusal::NothingGiven));
        assert_eq!(taken(None, Some(0), 0), Err(TenderRefusal::Zero));
        assert_eq!(taken(Some(0), Some(5_000), 0), Err(TenderRefusal::Zero));
        assert_eq!(taken(None, Some(-5_000), 0), Err(TenderRefusal::Negative));
        assert_eq!(taken(Some(-1), None, 0), Err(TenderRefusal::Negative));
        assert_eq!(taken(None, Some(90_000), -1), Err(TenderRefusal::Negative));
        assert_eq!(
            taken(None, Some(82_000_000), 0),
            Err(TenderRefusal::TooMuch(m(81_918_000)))
        );
        assert_eq!(taken(None, Some(1_082_000), 0), Ok((82_000, 1_000_000)));
    }

    #[test]
    fn each_refusal_is_a_sentence_with_the_figure() {
        assert_eq!(
            TenderRefusal::Short(m(10_000)).to_string(),
            "UGX 10,000 more is needed."
        );
        assert_eq!(
            TenderRefusal::ShortOfBill(m(10_000)).to_string(),
            "UGX 10,000 more is needed. For a part of the bill choose By amount."
        );
        assert_eq!(
            TenderRefusal::BalanceMoved(m(90_000)).to_string(),
            "The order changed: UGX 90,000 is to pay now. Look at the bill and take the payment again."
        );
    }

    fn charge(method: Method, amount: Option<i64>, tip: i64, reference: Option<&str>) -> Charge {
        Charge {
            method,
            amount: amount.map(m),
            tip: m(tip),
            reference: reference.map(|text| text.parse().expect("a reference")),
        }
    }

    #[test]
    fn a_card_pays_what_is_due_or_a_part_and_never_more() {
        let taken = |amount, tip| {
            let charge = charge(Method::Card, amount, tip, None);
            charge
                .against(m(82_000))
                .map(|taken| (taken.amount.minor(), taken.tip.minor()))
        };
        assert_eq!(taken(None, 0), Ok((82_000, 0)));
        assert_eq!(taken(Some(50_000), 3_000), Ok((50_000, 3_000)));
        assert_eq!(
            taken(Some(82_001), 0),
            Err(TenderRefusal::MoreThanCharged(m(82_000)))
        );
        assert_eq!(taken(Some(0), 3_000), Err(TenderRefusal::Zero));
        assert_eq!(taken(Some(-1), 0), Err(TenderRefusal::Negative));
        assert_eq!(taken(None, -1), Err(TenderRefusal::Negative));
    }

    #[test]
    fn mobile_money_is_money_once_it_has_an_id() {
        for method in [Method::MtnMomo, Method::AirtelMoney] {
            let without = charge(method, None, 0, None).against(m(82_000));
            assert_eq!(without, Err(TenderRefusal::NoReference(method)));
            let with = charge(method, None, 0, Some("32611264207"))
                .against(m(82_000))
                .expect("money");
            assert_eq!(
                (with.amount, with.change, with.tendered),
                (m(82_000), m(0), None)
            );
        }
    }

    #[test]
    fn a_used_reference_says_where_it_was_used() {
        let used =
            |method, by| TenderRefusal::UsedReference(UsedReference { method, by }).to_string();
        assert_eq!(
            used(
                Method::MtnMomo,
                Some(("20261126-0042".to_owned(), m(5_000)))
            ),
            "This transaction id has paid UGX 5,000 on order 20261126-0042 already. Look at it again: each can pay once."
        );
        assert_eq!(
            used(Method::Card, None),
            "This slip has paid already. If it is of another card terminal, leave the number empty."
        );
    }

    proptest! {
        #[test]
        fn cash_always_adds_up_and_never_exceeds_the_balance(
            balance in 1..=100_000_000_i64,
            amount in proptest::option::of(-10..=100_000_000_i64),
            tendered in proptest::option::of(-10..=101_000_000_i64),
            tip in -10..=1_000_000_i64,
        ) {
            for currency in Currency::ALL {
                match tender(amount, tendered, tip).against(m(balance), currency) {
                    Ok(cash) => {
                        prop_assert_eq!(cash.tendered, cash.amount + cash.tip + cash.change);
                        prop_assert_eq!(cash.kept() + cash.change, cash.tendered);
                        prop_assert!(cash.amount.is_positive() && cash.amount <= m(balance));
                        prop_assert!(!cash.change.is_negative() && !cash.tip.is_negative());
                        prop_assert!(tendered.is_none_or(|given| cash.tendered == m(given)));
                        prop_assert!(amount.is_none_or(|said| cash.amount == m(said)));
                    }
                    Err(TenderRefusal::Short(by)) => prop_assert!(by.is_positive()),
                    Err(TenderRefusal::TooMuch(change)) => prop_assert!(change > most_change(currency)),
                    Err(_) => {}
                }
            }
        }

        #[test]
        fn part_payments_end_at_zero_however_they_are_cut(balance in 1..=10_000_000_i64, cuts in proptest::collection::vec(1..=3_000_000_i64, 1..12)) {
            let mut left = m(balance);
            for cut in cuts {
                if left.is_zero() {
                    break;
                }
                let cash = tender(None, Some(cut), 0).against(left, Currency::Ugx);
                if let Ok(cash) = cash {
                    left -= cash.amount;
                }
                prop_assert!(!left.is_negative());
            }
            if left.is_positive() {
                let last = tender(None, Some(left.minor()), 0).against(left, Currency::Ugx).unwrap();
                prop_assert_eq!((left - last.amount, last.change), (Money::ZERO, Money::ZERO));
            }
        }
    }
}

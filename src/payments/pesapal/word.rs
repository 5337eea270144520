//! What a word of Pesapal's means for an attempt. Pure: nothing here asks or stores anything.

use super::amount;
use super::answer::{Code, Status};
use super::attempt::{Attempt, Channel, State};
use crate::values::{Currency, Money};

/// What has to be true of a transaction, so that it is the money that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Our reference.
    pub reference: &'a str,
    /// The currency's code.
    pub currency: &'a str,
    /// The amount.
    pub total: Money,
}

/// Why a word about money is kept for a person to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Another amount than was asked for.
    Amount,
    /// Another currency.
    Currency,
    /// It is about another transaction than it says.
    Reference,
    /// Nothing of the kind was asked for on this order.
    NothingAsked,
    /// Money that is in the books was given back.
    Reversed,
    /// Money that is in the books never came.
    FailedAfterPaid,
    /// Its id was typed in by hand before.
    UsedReference,
}

impl Reason {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Amount => "amount",
            Reason::Currency => "currency",
            Reason::Reference => "reference",
            Reason::NothingAsked => "nothing_asked",
            Reason::Reversed => "reversed",
            Reason::FailedAfterPaid => "failed_after_paid",
            Reason::UsedReference => "used_reference",
        }
    }

    /// What the cashier reads on the attempt that it ends.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::Amount => {
                "Pesapal tells of another amount than was asked for. A manager has to look at it."
            }
            Reason::Currency => {
                "Pesapal tells of another currency than the café's. A manager has to look at it."
            }
            Reason::Reference => {
                "Pesapal tells of another payment than this one. A manager has to look at it."
            }
            Reason::NothingAsked => {
                "Nothing of the kind was asked for. A manager has to look at it."
            }
            Reason::Reversed => {
                "Pesapal has given this money back to the guest. A manager has to look at it."
            }
            Reason::FailedAfterPaid => {
                "Pesapal says now that this was not paid. A manager has to look at it."
            }
            Reason::UsedReference => {
                "Its transaction id was typed in by hand before. A manager has to look at it."
            }
        }
    }
}

impl Expected<'_> {
    /// Whether a transaction is the money that was asked for.
    ///
    /// # Errors
    /// What does not fit, the most telling first.
    pub fn fits(&self, status: &Status) -> Result<(), Reason> {
        if status.reference != self.reference {
            return Err(Reason::Reference);
        }
        if status.currency != self.currency {
            return Err(Reason::Currency);
        }
        let currency = currency(self.currency).ok_or(Reason::Currency)?;
        match amount::read(&status.amount, currency) {
            Some(amount) if amount == self.total => Ok(()),
            _ => Err(Reason::Amount),
        }
    }
}

/// The currency with this code.
pub fn currency(code: &str) -> Option<Currency> {
    Currency::ALL
        .into_iter()
        .find(|currency| currency.code() == code)
}

/// What is to be done about a word of Pesapal's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it says what is known, or that nothing has happened.
    Nothing,
    /// The money is here.
    Record(Channel),
    /// It came to nothing, and why.
    End(String),
    /// A person has to look; whether the attempt is over with it.
    Look(Reason, bool),
}

/// What a word about an attempt means. Money that comes late is money: also on an attempt that was given up.
pub fn step(attempt: &Attempt, status: &Status) -> Step {
    let expected = Expected {
        reference: &attempt.reference,
        currency: &attempt.currency,
        total: attempt.total(),
    };
    let is_paid = attempt.state == State::Confirmed;
    match status.code {
        Code::Pending => Step::Nothing,
        // Before it says anything else, it has to be about this attempt.
        _ if status.reference != attempt.reference => Step::Look(Reason::Reference, false),
        Code::Completed if is_paid => Step::Nothing,
        Code::Completed => match expected.fits(status) {
            Ok(()) => Step::Record(Channel::of(&status.method)),
            Err(reason) => Step::Look(reason, attempt.state.is_open()),
        },
        Code::Reversed if is_paid => Step::Look(Reason::Reversed, false),
        Code::Failed if is_paid => Step::Look(Reason::FailedAfterPaid, false),
        Code::Failed | Code::Reversed if !attempt.state.is_open() => Step::Nothing,
        Code::Failed => Step::End(match status.description.as_str() {
            "" => "The payment failed on Pesapal's page.".to_owned(),
            why => format!("The payment failed. Pesapal says: {why}"),
        }),
        Code::Reversed => Step::End("Pesapal has given the money back to the guest.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use time::OffsetDateTime;

    use super::*;
    use crate::values::{AttemptId, OrderId};

    fn attempt(state: State) -> Attempt {
        Attempt {
            id: AttemptId::new(),
            order: OrderId::new(),
            shift: None,
            amount: Money::new(80_000),
            tip: Money::new(2_000),
            currency: "UGX".to_owned(),
            pieces: Vec::new(),
            payer: None,
            state,
            gave_up: false,
            said: None,
            reference: "ours".to_owned(),
            tracking: Some("theirs".to_owned()),
            redirect: None,
            asked: 0,
            payment: None,
            started_at: OffsetDateTime::UNIX_EPOCH,
            revision: 1,
        }
    }

    fn status(code: Code, amount: Value) -> Status {
        Status {
            code,
            reference: "ours".to_owned(),
            amount,
            currency: "UGX".to_owned(),
            method: "MTNUG".to_owned(),
            confirmation: Some("QK7".to_owned()),
            description: String::new(),
        }
    }

    #[test]
    fn money_that_was_asked_for_is_recorded_in_whatever_state_the_attempt_is_but_once() {
        let paid = status(Code::Completed, json!(82000.0));
        for state in [
            State::Starting,
            State::Waiting,
            State::Failed,
            State::Cancelled,
        ] {
            assert_eq!(step(&attempt(state), &paid), Step::Record(Channel::MtnMomo));
        }
        assert_eq!(step(&attempt(State::Confirmed), &paid), Step::Nothing);
    }

    #[test]
    fn pending_changes_nothing_and_failure_ends_what_is_open() {
        for state in State::ALL {
            let pending = status(Code::Pending, Value::Null);
            assert_eq!(step(&attempt(state), &pending), Step::Nothing);
        }
        let failed = status(Code::Failed, Value::Null);
        assert!(matches!(
            step(&attempt(State::Waiting), &failed),
            Step::End(_)
        ));
        assert_eq!(step(&attempt(State::Cancelled), &failed), Step::Nothing);
        let look = Step::Look(Reason::FailedAfterPaid, false);
        assert_eq!(step(&attempt(State::Confirmed), &failed), look);
        let reversed = status(Code::Reversed, Value::Null);
        let look = Step::Look(Reason::Reversed, false);
        assert_eq!(step(&attempt(State::Confirmed), &reversed), look);
        assert!(matches!(
            step(&attempt(State::Waiting), &reversed),
            Step::End(_)
        ));
    }

    #[test]
    fn another_amount_currency_or_reference_is_looked_at_and_not_booked() {
        let waiting = attempt(State::Waiting);
        for amount in [json!(80_000), json!(82_001), json!("82000.5"), Value::Null] {
            let look = Step::Look(Reason::Amount, true);
            assert_eq!(step(&waiting, &status(Code::Completed, amount)), look);
        }
        let other = |change: fn(&mut Status)| {
            let mut status = status(Code::Completed, json!(82_000));
            change(&mut status);
            step(&waiting, &status)
        };
        let kes = other(|status| status.currency = "KES".to_owned());
        assert_eq!(kes, Step::Look(Reason::Currency, true));
        // Somebody else's transaction ends nothing of ours.
        let forged = other(|status| status.reference = "another".to_owned());
        assert_eq!(forged, Step::Look(Reason::Reference, false));
    }
}

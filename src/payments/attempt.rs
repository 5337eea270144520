//! Money that was asked for and is not there yet.
//!
//! An attempt is no money: it lowers no balance, and a closed shift or a paid order is in nobody's way because of it. What
//! ends it is either the provider's message, which names a transaction, or somebody who says that none comes.

use poem::http::StatusCode;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::items::Pieces;
use super::payment::Method;
use super::reference::Reference;
use super::tender::Taken;
use crate::values::{AttemptId, Money, OrderId, PaymentId, ShiftId};
use crate::web::Refusal;

/// What was asked for ten minutes ago is late: a message takes seconds, and a guest does not wait longer.
pub const LATE_AFTER: Duration = Duration::minutes(10);

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// A gateway has not answered yet.
    Starting,
    /// The guest has not paid yet, or the message has not come.
    Waiting,
    /// The money is there: a payment says which.
    Confirmed,
    /// It does not come.
    Failed,
    /// Nobody should have asked.
    Cancelled,
}

impl AttemptState {
    const ALL: [AttemptState; 5] = [
        AttemptState::Starting,
        AttemptState::Waiting,
        AttemptState::Confirmed,
        AttemptState::Failed,
        AttemptState::Cancelled,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            AttemptState::Starting => "starting",
            AttemptState::Waiting => "waiting",
            AttemptState::Confirmed => "confirmed",
            AttemptState::Failed => "failed",
            AttemptState::Cancelled => "cancelled",
        }
    }

    /// The state that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Money that a guest was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which attempt.
    pub id: AttemptId,
    /// The order that it is for.
    pub order: OrderId,
    /// The shift of whoever asked.
    pub shift: Option<ShiftId>,
    /// How it should come in.
    pub method: Method,
    /// What of the order it would pay.
    pub amount: Money,
    /// What would come beside it.
    pub tip: Money,
    /// What of the order it is for, where it is paid by item.
    pub pieces: Vec<Pieces>,
    /// The guest's name or number, where somebody typed it.
    pub payer: Option<String>,
    /// How it stands.
    pub state: AttemptState,
    /// Why it failed.
    pub said: Option<String>,
    /// The money that came of it.
    pub payment: Option<PaymentId>,
    /// When the guest was asked.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub ended_at: Option<OffsetDateTime>,
}

/// Why an attempt was left as it is.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum AttemptRefusal {
    /// Somebody was faster.
    #[error("This money is recorded already.")]
    AlreadyConfirmed,
    /// Somebody was faster, the other way.
    #[error("Somebody has ended this already. Look at the list again.")]
    AlreadyEnded,
    /// A gateway knows better.
    #[error("What Pesapal was asked for, Pesapal answers itself.")]
    OfGateway,
}

impl Refusal for AttemptRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            AttemptRefusal::AlreadyConfirmed => "already_confirmed",
            AttemptRefusal::AlreadyEnded => "already_ended",
            AttemptRefusal::OfGateway => "of_gateway",
        }
    }
}

/// How an attempt ends without money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It does not come, for this reason.
    Failed(String),
    /// Nobody should have asked.
    Withdrawn,
}

impl Attempt {
    /// All that the guest sends.
    pub fn sum(&self) -> Money {
        self.amount + self.tip
    }

    /// Whether it has been waited for too long.
    pub fn is_late(&self, now: OffsetDateTime) -> bool {
        let is_open = matches!(self.state, AttemptState::Starting | AttemptState::Waiting);
        is_open && now - self.started_at > LATE_AFTER
    }

    /// The message has come, and `payment` is the money. It may come after somebody gave up: money that is there is there, so
    /// one that failed or was withdrawn is confirmed as one that waits.
    ///
    /// # Errors
    /// Where it was confirmed before, or is not for people to confirm.
    pub fn confirm(
        &mut self,
        payment: PaymentId,
        at: OffsetDateTime,
    ) -> Result<(), AttemptRefusal> {
        self.must_be_by_hand()?;
        if self.state == AttemptState::Confirmed {
            return Err(AttemptRefusal::AlreadyConfirmed);
        }
        self.state = AttemptState::Confirmed;
        self.payment = Some(payment);
        self.ended_at = Some(at);
        Ok(())
    }

    /// No money comes.
    ///
    /// # Errors
    /// Where it has ended, or is not for people to end.
    pub fn end(&mut self, ending: Ending, at: OffsetDateTime) -> Result<(), AttemptRefusal> {
        self.must_be_by_hand()?;
        match self.state {
            AttemptState::Confirmed => return Err(AttemptRefusal::AlreadyConfirmed),
            AttemptState::Failed | AttemptState::Cancelled => {
                return Err(AttemptRefusal::AlreadyEnded);
            }
            AttemptState::Starting | AttemptState::Waiting => {}
        }
        (self.state, self.said) = match ending {
            Ending::Failed(reason) => (AttemptState::Failed, Some(reason)),
            Ending::Withdrawn => (AttemptState::Cancelled, None),
        };
        self.ended_at = Some(at);
        Ok(())
    }

    /// The money, once its transaction is known.
    pub fn taken(&self, reference: Reference) -> Taken {
        Taken {
            method: self.method,
            amount: self.amount,
            tip: self.tip,
            tendered: None,
            change: Money::ZERO,
            reference: Some(reference),
        }
    }

    fn must_be_by_hand(&self) -> Result<(), AttemptRefusal> {
        match self.method.is_mobile_money() {
            true => Ok(()),
            false => Err(AttemptRefusal::OfGateway),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-26 12:00 UTC);

    fn asked(method: Method) -> Attempt {
        Attempt {
            id: AttemptId::new(),
            order: OrderId::new(),
            shift: None,
            method,
            amount: Money::new(27_300),
            tip: Money::new(700),
            pieces: Vec::new(),
            payer: None,
            state: AttemptState::Waiting,
            said: None,
            payment: None,
            started_at: NOON,
            ended_at: None,
        }
    }

    #[test]
    fn what_waits_is_confirmed_once() {
        let mut attempt = asked(Method::MtnMomo);
        let payment = PaymentId::new();
        assert_eq!(attempt.confirm(payment, NOON), Ok(()));
        assert_eq!(
            (attempt.state, attempt.payment, attempt.ended_at),
            (AttemptState::Confirmed, Some(payment), Some(NOON))
        );
        assert_eq!(
            attempt.confirm(PaymentId::new(), NOON),
            Err(AttemptRefusal::AlreadyConfirmed)
        );
        let failed = Ending::Failed("No message came".into());
        assert_eq!(
            attempt.end(failed, NOON),
            Err(AttemptRefusal::AlreadyConfirmed)
        );
        assert_eq!(attempt.payment, Some(payment));
    }

    #[test]
    fn a_message_that_comes_after_somebody_gave_up_is_money_all_the_same() {
        for ending in [Ending::Failed("The guest left".into()), Ending::Withdrawn] {
            let mut attempt = asked(Method::AirtelMoney);
            assert_eq!(attempt.end(ending.clone(), NOON), Ok(()));
            assert_eq!(attempt.end(ending, NOON), Err(AttemptRefusal::AlreadyEnded));
            assert_eq!(attempt.payment, None);
            assert_eq!(attempt.confirm(PaymentId::new(), NOON), Ok(()));
        }
    }

    #[test]
    fn what_a_gateway_was_asked_for_nobody_ends_by_hand() {
        let mut attempt = asked(Method::Pesapal);
        assert_eq!(
            attempt.confirm(PaymentId::new(), NOON),
            Err(AttemptRefusal::OfGateway)
        );
        assert_eq!(
            attempt.end(Ending::Withdrawn, NOON),
            Err(AttemptRefusal::OfGateway)
        );
        assert_eq!(attempt.state, AttemptState::Waiting);
    }

    #[test]
    fn ten_minutes_are_long_enough() {
        let mut attempt = asked(Method::MtnMomo);
        assert!(!attempt.is_late(NOON + LATE_AFTER));
        let later = NOON + LATE_AFTER + Duration::seconds(1);
        assert!(attempt.is_late(later));
        attempt.end(Ending::Withdrawn, later).expect("an end");
        assert!(!attempt.is_late(later));
    }

    #[test]
    fn every_state_is_found_again_by_its_stored_word() {
        for state in AttemptState::ALL {
            assert_eq!(AttemptState::stored(state.as_str()), Some(state));
        }
        assert_eq!(AttemptState::stored("lost"), None);
    }
}

//! Giving money back through Pesapal: what it allows, and asking for it.

use poem::http::StatusCode;
use sea_orm::ConnectionTrait;
use thiserror::Error;

use super::answer::Code;
use super::attempt::{Channel, PesapalRefusal};
use super::hearing::{self, Door};
use super::{amount, store};
use crate::app::App;
use crate::data::{By, Tx};
use crate::payments::refunds;
use crate::values::{AttemptId, Currency, Money, PaymentId};
use crate::web::{Refusal, Result};

/// How a payment came through Pesapal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The payment.
    pub payment: PaymentId,
    /// What the guest paid with.
    pub channel: Channel,
    /// What the provider calls it, without which nothing can be given back this way.
    pub confirmation: Option<String>,
    /// Pesapal's id of it.
    pub tracking: String,
    /// What was asked for at the till; nothing where a relay asked.
    pub attempt: Option<AttemptId>,
    /// What the guest paid in all, the tip with it.
    pub amount: Money,
}

/// Why money is not given back through Pesapal.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum RefundRefusal {
    /// It takes one request for each payment.
    #[error(
        "Pesapal takes one refund for each payment, and there was one. Give the rest back in cash."
    )]
    OnceOnly,
    /// Nothing is no refund.
    #[error("Give back an amount above zero.")]
    Zero,
    /// More than was paid.
    #[error("Only {} was paid through Pesapal.", .0.text_with_code())]
    MoreThanPaid(Money),
    /// Mobile money goes back in full.
    #[error("Pesapal gives mobile money back in full only: {}.", .0.text_with_code())]
    FullOnly(Money),
    /// The provider's id is missing.
    #[error(
        "Pesapal has not told the id of this payment. Give it back in cash, or on Pesapal's own site."
    )]
    NoCode,
}

impl Refusal for RefundRefusal {
    fn status(&self) -> StatusCode {
        match self {
            RefundRefusal::OnceOnly | RefundRefusal::NoCode => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            RefundRefusal::OnceOnly => "refunded_already",
            RefundRefusal::NoCode => "no_confirmation_code",
            _ => "bad_refund",
        }
    }
}

/// Whether Pesapal would give this much of a payment back. `asked_before` is whether it was asked about this payment
/// already, whatever came of it.
///
/// # Errors
/// The sentence for whoever gives it back.
pub fn may_refund(
    origin: &Origin,
    amount: Money,
    asked_before: bool,
) -> Result<&str, RefundRefusal> {
    if asked_before {
        return Err(RefundRefusal::OnceOnly);
    }
    if !amount.is_positive() {
        return Err(RefundRefusal::Zero);
    }
    if amount > origin.amount {
        return Err(RefundRefusal::MoreThanPaid(origin.amount));
    }
    if origin.channel != Channel::Card && amount != origin.amount {
        return Err(RefundRefusal::FullOnly(origin.amount));
    }
    origin.confirmation.as_deref().ok_or(RefundRefusal::NoCode)
}

/// How a payment came through Pesapal; nothing where it did not.
pub async fn is_of_pesapal(
    db: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Option<Origin>> {
    store::origin_of(db, payment).await
}

/// Asks Pesapal to give money back. It is received then and not done: a person there has to agree. The caller sees to it
/// that it is asked once ([`may_refund`]), with no transaction open meanwhile.
///
/// # Errors
/// The sentence for whoever gives it back: a rule of Pesapal's, or that it does not answer or refuses.
pub async fn ask_refund(
    app: &App,
    origin: &Origin,
    amount: Money,
    by_name: &str,
    remarks: &str,
) -> Result<()> {
    let code = may_refund(origin, amount, false)?;
    let number = amount::number(amount, Currency::venue())
        .map_err(|failure| anyhow::anyhow!("an amount that is no number: {failure}"))?;
    let asked = app.pesapal().refund(code, &number, by_name, remarks).await;
    Ok(asked.map_err(PesapalRefusal::from)?)
}

/// Asks Pesapal how the transaction of a payment stands and does what follows: that it was reversed is the end of a refund
/// that was asked for.
///
/// # Errors
/// Where Pesapal does not answer.
pub async fn ask_status(app: &App, origin: &Origin, door: Door) -> Result<()> {
    let status = app.pesapal().status(&origin.tracking).await;
    let status = status.map_err(PesapalRefusal::from)?;
    match origin.attempt {
        Some(attempt) => {
            hearing::hear(app, attempt, &origin.tracking, &status, door).await?;
        }
        None if status.code == Code::Reversed => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                refunds::confirm(tx, origin.payment).await
            })
            .await?;
        }
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(channel: Channel) -> Origin {
        Origin {
            payment: PaymentId::new(),
            channel,
            confirmation: Some("QK7".to_owned()),
            tracking: "theirs".to_owned(),
            attempt: None,
            amount: Money::new(82_000),
        }
    }

    fn may(channel: Channel, amount: i64, before: bool) -> Result<String, RefundRefusal> {
        may_refund(&origin(channel), Money::new(amount), before).map(str::to_owned)
    }

    #[test]
    fn a_card_is_given_back_in_part_and_mobile_money_in_full() {
        assert_eq!(may(Channel::Card, 1, false), Ok("QK7".into()));
        assert_eq!(may(Channel::Card, 82_000, false), Ok("QK7".into()));
        let full = Err(RefundRefusal::FullOnly(Money::new(82_000)));
        assert_eq!(may(Channel::MtnMomo, 81_999, false), full);
        assert_eq!(may(Channel::AirtelMoney, 1, false), full);
        assert_eq!(may(Channel::MtnMomo, 82_000, false), Ok("QK7".into()));
    }

    #[test]
    fn never_twice_never_more_never_nothing() {
        assert_eq!(
            may(Channel::Card, 1_000, true),
            Err(RefundRefusal::OnceOnly)
        );
        assert_eq!(may(Channel::Card, 0, false), Err(RefundRefusal::Zero));
        assert_eq!(may(Channel::Card, -1, false), Err(RefundRefusal::Zero));
        let more = Err(RefundRefusal::MoreThanPaid(Money::new(82_000)));
        assert_eq!(may(Channel::Card, 82_001, false), more);
        let nameless = Origin {
            confirmation: None,
            ..origin(Channel::Card)
        };
        assert_eq!(
            may_refund(&nameless, Money::new(1), false),
            Err(RefundRefusal::NoCode)
        );
    }
}

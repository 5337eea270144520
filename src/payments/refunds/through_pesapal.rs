//! A refund of money that came through Pesapal: it is asked first, once for each payment, and what it accepts is booked then.
//! Accepted is not yet done: a person at Pesapal agrees, and its word that the payment was reversed confirms it.

use poem::http::StatusCode;
use thiserror::Error;
use time::Duration;

use super::store;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::payments::pesapal::{self, Origin};
use crate::staff::Person;
use crate::values::{LocalTime, Money, PaymentId};
use crate::web::{Error, Refusal, Result};

/// How long an answer may be on its way before Pesapal may be asked once more. Its client gives up long before.
const ANSWERS_WITHIN: Duration = Duration::seconds(60);

/// How far a refund through Pesapal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Its answer is on the way, or was lost.
    Asking,
    /// It will not.
    Refused,
    /// It will.
    Accepted,
    /// It has.
    Confirmed,
}

impl Asked {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Asked::Asking => "asking",
            Asked::Refused => "refused",
            Asked::Accepted => "accepted",
            Asked::Confirmed => "confirmed",
        }
    }

    /// What is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        [
            Asked::Asking,
            Asked::Refused,
            Asked::Accepted,
            Asked::Confirmed,
        ]
        .into_iter()
        .find(|asked| asked.as_str() == word)
    }
}

/// Why Pesapal is not asked now.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AskRefusal {
    /// Somebody asked a moment ago.
    #[error(
        "Pesapal was asked to give this back at {0}, and has not answered yet. Try again in a minute."
    )]
    Asking(LocalTime),
    /// It takes one request for each payment.
    #[error(
        "Pesapal takes one refund for each payment, and there was one. Give the rest back another way, and say so below."
    )]
    OnceOnly,
}

impl Refusal for AskRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            AskRefusal::Asking(_) => "refund_asked",
            AskRefusal::OnceOnly => "refunded_already",
        }
    }
}

/// Asks Pesapal for a refund, unless it has accepted this very one already: then it only has to be booked. No transaction
/// is open while it is asked.
///
/// # Errors
/// The sentence for whoever gives it back: a rule of Pesapal's, that it does not answer, or what it says.
pub async fn ask(
    app: &App,
    by: &Person,
    origin: &Origin,
    amount: Money,
    reason: &str,
) -> Result<()> {
    pesapal::may_refund(origin, amount, false)?;
    let payment = origin.payment;
    let begun = app
        .write_unkeyed(By::from(by), async |tx: &mut Tx| {
            begin(tx, app, payment, amount).await
        })
        .await?;
    if !begun {
        return Ok(());
    }
    let answer = pesapal::ask_refund(app, origin, amount, &by.name, reason).await;
    let (state, said) = match &answer {
        Ok(()) => (Asked::Accepted, None),
        // Whether it arrived is not known where nothing came back: it stays asked for.
        Err(Error::Refused(refused)) if refused.code == "pesapal_refused" => {
            (Asked::Refused, Some(refused.sentence.clone()))
        }
        Err(_) => return answer,
    };
    app.write_unkeyed(By::from(by), async |tx: &mut Tx| {
        store::move_asked(tx, payment, state, said.as_deref()).await?;
        let deed = match state {
            Asked::Accepted => "refund.accepted",
            _ => "refund.refused",
        };
        tx.journal(
            Entry::new(deed, "payment", payment)
                .because(said.as_deref().unwrap_or(reason))
                .after(serde_json::json!({ "amount": amount, "tracking": origin.tracking })),
        );
        Ok(())
    })
    .await?;
    answer
}

/// Notes that Pesapal is asked; false where it has accepted this already and nobody has booked it yet.
async fn begin(tx: &mut Tx, app: &App, payment: PaymentId, amount: Money) -> Result<bool> {
    store::hold_payment(tx, payment).await?;
    if let Some(before) = store::asked(&*tx, payment).await? {
        match before.state {
            Asked::Accepted if before.refund.is_none() && before.amount == amount => {
                return Ok(false);
            }
            Asked::Accepted | Asked::Confirmed => return Err(AskRefusal::OnceOnly.into()),
            Asked::Asking if tx.now() < before.moved_at + ANSWERS_WITHIN => {
                let rule = app.settings().await?.day_rule();
                return Err(AskRefusal::Asking(rule.local(before.moved_at)).into());
            }
            Asked::Asking | Asked::Refused => {}
        }
    }
    store::begin_asking(tx, payment, amount).await?;
    Ok(true)
}

/// Pesapal says that a payment was reversed: whether that is what it was asked for here, and is confirmed with it.
pub async fn confirm(tx: &mut Tx, payment: PaymentId) -> Result<bool> {
    match store::asked(&*tx, payment).await?.map(|asked| asked.state) {
        Some(Asked::Accepted) => {
            store::move_asked(tx, payment, Asked::Confirmed, None).await?;
            tx.journal(Entry::new("refund.confirmed", "payment", payment));
            Ok(true)
        }
        Some(Asked::Confirmed) => Ok(true),
        Some(Asked::Asking | Asked::Refused) | None => Ok(false),
    }
}

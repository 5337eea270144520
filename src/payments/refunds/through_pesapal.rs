//! A refund of money that came through Pesapal: it is asked first, once for each payment, and what it accepts is booked then.
//! Accepted is not yet done: a person at Pesapal agrees, and its word that the payment was reversed confirms it.

use poem::http::StatusCode;
use thiserror::Error;
use time::Duration;

use super::actions::{self, GiveBack};
use super::asked_for;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::payments::pesapal::{self, Origin};
use crate::shifts;
use crate::staff::Person;
use crate::values::{DayRule, LocalTime, Money, PaymentId};
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
    /// It has accepted this much, and that is not in the books.
    #[error("Pesapal has accepted to give {} of this payment back. Give that back without saying that it goes another way: it is booked then.", .0.text_with_code())]
    Accepted(Money),
    /// It was asked before, and its answer was lost.
    #[error(
        "{0} It was asked before and its answer was lost: look on Pesapal's own site whether it accepted then, and say below that it is given back there if it did."
    )]
    Lost(String),
    /// It is asked how the refund stands, and does not answer.
    #[error("Pesapal does not answer at the moment. It is asked again by itself.")]
    Silent,
}

impl Refusal for AskRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            AskRefusal::Asking(_) => "refund_asked",
            AskRefusal::OnceOnly => "refunded_already",
            AskRefusal::Accepted(_) => "refund_accepted",
            AskRefusal::Lost(_) => "refund_answer_lost",
            AskRefusal::Silent => "pesapal_unreachable",
        }
    }
}

/// Asks Pesapal for a refund, unless it has accepted this very one already: then it only has to be booked. Everything that
/// the booking checks is checked before it is asked. No transaction is open while it is asked.
///
/// # Errors
/// The sentence for whoever gives it back: a rule of the house or of Pesapal's, that it does not answer, or what it says.
pub async fn ask(app: &App, by: &Person, origin: &Origin, asked: &GiveBack) -> Result<()> {
    let payment = origin.payment;
    let rule = app.settings().await?.day_rule();
    let begun = app
        .write_unkeyed(By::from(by), async |tx: &mut Tx| {
            begin(tx, &rule, origin, asked).await
        })
        .await?;
    let Begun::Ask { amount, again } = begun else {
        return Ok(());
    };
    let reason = &asked.why.reason;
    let answer = pesapal::ask_refund(app, origin, amount, &by.name, reason).await;
    let refused = match &answer {
        Ok(()) => None,
        Err(Error::Refused(refused)) if refused.code == "pesapal_refused" => {
            Some(refused.sentence.clone())
        }
        // Whether it arrived is not known where nothing came back: it stays asked for.
        Err(_) => return answer,
    };
    // It takes one request for each payment: a refusal of the second says nothing of the first, whose answer was lost.
    if let (true, Some(said)) = (again, &refused) {
        return Err(AskRefusal::Lost(said.clone()).into());
    }
    let (state, deed) = match refused {
        None => (Asked::Accepted, "refund.accepted"),
        Some(_) => (Asked::Refused, "refund.refused"),
    };
    app.write_unkeyed(By::from(by), async |tx: &mut Tx| {
        asked_for::move_to(tx, payment, state, refused.as_deref()).await?;
        tx.journal(
            Entry::new(deed, "payment", payment)
                .because(refused.as_deref().unwrap_or(reason))
                .after(serde_json::json!({ "amount": amount, "tracking": origin.tracking })),
        );
        tx.changed(Changed::Payments);
        Ok(())
    })
    .await?;
    answer
}

/// What is to be done about a refund through Pesapal.
enum Begun {
    /// It is asked for this much; `again` where it was asked before and its answer was lost.
    Ask { amount: Money, again: bool },
    /// It has accepted this already, and nobody has booked it yet.
    Accepted,
}

async fn begin(tx: &mut Tx, rule: &DayRule, origin: &Origin, asked: &GiveBack) -> Result<Begun> {
    let payment = origin.payment;
    let (_, back) = actions::decided(tx, payment, asked).await?;
    let amount = back.amount + back.tip;
    let mut again = false;
    if let Some(before) = asked_for::find(&*tx, payment).await? {
        match before.state {
            Asked::Accepted | Asked::Confirmed
                if before.refund.is_none() && before.amount == amount =>
            {
                return Ok(Begun::Accepted);
            }
            Asked::Accepted | Asked::Confirmed => return Err(AskRefusal::OnceOnly.into()),
            Asked::Asking if tx.now() < before.moved_at + ANSWERS_WITHIN => {
                return Err(AskRefusal::Asking(rule.local(before.moved_at)).into());
            }
            Asked::Asking => again = true,
            Asked::Refused => {}
        }
    }
    pesapal::may_refund(origin, amount, false)?;
    asked_for::begin(tx, payment, amount).await?;
    Ok(Begun::Ask { amount, again })
}

/// Money does not go back another way while Pesapal may be giving it back: its answer is on the way, or it has accepted and
/// nobody has booked it.
pub async fn must_not_be_underway(tx: &Tx, payment: PaymentId) -> Result<()> {
    let Some(before) = asked_for::find(tx, payment).await? else {
        return Ok(());
    };
    match before.state {
        Asked::Asking if tx.now() < before.moved_at + ANSWERS_WITHIN => {
            let rule = shifts::local_rule(tx).await?;
            Err(AskRefusal::Asking(rule.local(before.moved_at)).into())
        }
        Asked::Accepted | Asked::Confirmed if before.refund.is_none() => {
            Err(AskRefusal::Accepted(before.amount).into())
        }
        _ => Ok(()),
    }
}

/// Pesapal says that a payment was reversed: whether that is what it was asked for here, and is confirmed with it.
pub async fn confirm(tx: &mut Tx, payment: PaymentId) -> Result<bool> {
    // Held: the loop, a notification and somebody at a till may bring the word at once.
    match asked_for::hold(tx, payment).await?.map(|asked| asked.state) {
        // That it has done it is more than that it would.
        Some(Asked::Accepted | Asked::Asking) => {
            asked_for::move_to(tx, payment, Asked::Confirmed, None).await?;
            tx.journal(Entry::new("refund.confirmed", "payment", payment));
            tx.changed(Changed::Payments);
            Ok(true)
        }
        Some(Asked::Confirmed) => Ok(true),
        Some(Asked::Refused) | None => Ok(false),
    }
}

//! Refunds that Pesapal was asked for and has not done yet. It notifies when it has; where that word never comes it is asked
//! how the payment stands, until it says so or two weeks are over.

use futures_util::future::join_all;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::asked_for::{self, AskedFor};
use super::through_pesapal::AskRefusal;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::payments::pesapal::{self, Door, Failure};
use crate::values::PaymentId;
use crate::web::{Error, Result};

/// How many refunds one instance asks about at once.
const AT_ONCE: i64 = 4;

/// The pause after so many questions about one refund; nothing when it is time to give up. People there decide, not
/// machines: somebody of the café agrees on Pesapal's site, at best while the guest stands there; then its finance people
/// work through the day; then there are a weekend, holidays and a bank in between.
pub fn pause(questions: i32) -> Option<Duration> {
    match questions {
        ..6 => Some(Duration::minutes(5)),
        6..30 => Some(Duration::hours(1)),
        30..82 => Some(Duration::hours(6)),
        _ => None,
    }
}

/// When the next question is due, however the one of now turns out.
pub fn next_question(questions: i32, now: OffsetDateTime) -> OffsetDateTime {
    now + pause(questions).unwrap_or(Duration::hours(6))
}

/// Asks about the refunds whose time has come. Several instances share them.
///
/// # Errors
/// Where the database fails.
pub async fn ask_due(app: &App) -> Result<()> {
    if !asked_for::is_one_due(app.db(), app.clock().now()).await? {
        return Ok(());
    }
    let due = app
        .write_unkeyed(By::system(), async |tx: &mut Tx| {
            asked_for::take_due(tx, AT_ONCE).await
        })
        .await?;
    let heard = join_all(
        due.into_iter()
            .map(|(id, before)| ask_once(app, id, before)),
    )
    .await;
    heard.into_iter().collect()
}

async fn ask_once(app: &App, payment: PaymentId, questions: i32) -> Result<()> {
    match ask(app, payment, Door::Poll).await {
        Ok(_) => {}
        Err(Error::Refused(refused)) if Failure::CODES.contains(&refused.code) => {}
        // Pesapal has answered, and the café's own books do not take it now. It is asked again when the next is due.
        Err(Error::Refused(refused)) => {
            tracing::error!(%payment, why = refused.sentence, "what Pesapal says of a refund cannot be booked");
            return Ok(());
        }
        Err(other) => return Err(other),
    }
    if pause(questions).is_none() {
        return give_up(app, payment).await;
    }
    Ok(())
}

/// Somebody wants to know now. Answers how far the refund is then.
///
/// # Errors
/// Where nothing was asked for, and where Pesapal does not answer.
pub async fn ask_now(app: &App, payment: PaymentId) -> Result<AskedFor> {
    match ask(app, payment, Door::Till).await {
        Err(Error::Refused(refused)) if refused.code == Failure::Unreachable.code() => {
            Err(AskRefusal::Silent.into())
        }
        outcome => outcome,
    }
}

/// What is over is not asked about.
async fn ask(app: &App, payment: PaymentId, door: Door) -> Result<AskedFor> {
    let find = async || {
        let found = asked_for::find(app.db(), payment).await?;
        found.ok_or(Error::NotFound("refund"))
    };
    let before = find().await?;
    if !before.is_waited_for() {
        return Ok(before);
    }
    let origin = pesapal::is_of_pesapal(app.db(), payment).await?;
    pesapal::ask_status(app, &origin.ok_or(Error::NotFound("payment"))?, door).await?;
    find().await
}

/// It is said once that nothing was heard; what comes later all the same is heard.
async fn give_up(app: &App, payment: PaymentId) -> Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let held = asked_for::hold(tx, payment).await?;
        let Some(unheard) = held.filter(|asked| asked.is_waited_for() && !asked.gave_up) else {
            return Ok(());
        };
        asked_for::give_up(tx, payment).await?;
        tracing::warn!(%payment, "Pesapal has not said for two weeks that it gave money back: somebody has to look there");
        tx.journal(
            Entry::new("refund.unheard", "payment", payment)
                .because("Nothing was heard of it for two weeks.")
                .after(json!({ "amount": unheard.amount, "refund": unheard.refund })),
        );
        tx.changed(Changed::Payments);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_within_minutes_then_hours_then_days_and_two_weeks_in_all() {
        let mut waited = Duration::ZERO;
        let mut questions = 0;
        let mut longest = Duration::ZERO;
        while let Some(pause) = pause(questions) {
            assert!(pause >= longest, "it gets no more hurried");
            longest = pause;
            waited += pause;
            questions += 1;
        }
        assert_eq!(questions, 6 + 24 + 52);
        assert_eq!(waited, Duration::minutes(30) + Duration::days(14));
    }

    #[test]
    fn the_question_after_the_last_is_due_like_the_last() {
        let now = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(next_question(0, now), now + Duration::minutes(5));
        assert_eq!(next_question(82, now), now + Duration::hours(6));
    }
}

//! What follows from a word about money: once, whichever door brings it, however often, and on however many instances.

use serde_json::json;

use super::amount;
use super::answer::{Code, Status};
use super::attempt::{self, Attempt, Channel, PesapalRefusal, State};
use super::orphan::NewOrphan;
use super::store::{self, RECORDED_ALREADY, Receipt};
use super::word::{Reason, Step, step};
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::payments::actions::{self as payments, Arrived};
use crate::payments::refunds;
use crate::payments::tender::Taken;
use crate::values::{AttemptId, Currency, Money, PaymentId};
use crate::web::{Error, Result};

/// What is said of a payment that came when its order owed less.
const FOR_NO_ORDER: &str = "The order did not owe this any more when it came, so the money is for no order. A manager puts it on one or gives it back.";

/// Which door brought a word about money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Somebody at a till asked.
    Till,
    /// The loop beside the server asked.
    Poll,
    /// Pesapal notified us.
    Ipn,
    /// The guest's browser came back.
    Callback,
    /// A relay of the café's signed it.
    Webhook,
}

impl Door {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Door::Till => "till",
            Door::Poll => "poll",
            Door::Ipn => "ipn",
            Door::Callback => "callback",
            Door::Webhook => "webhook",
        }
    }
}

/// What a word about an attempt has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The guest has not finished.
    Pending,
    /// The money is in the books.
    Paid(PaymentId),
    /// It came to nothing.
    Over,
    /// A person has to look.
    Looked(Reason),
}

/// Asks Pesapal how an attempt stands and does what follows. `hint` is how somebody says that Pesapal calls it, where
/// Pesapal has not said so itself.
///
/// # Errors
/// The sentence for the cashier where Pesapal does not answer or has not said how it calls the attempt.
pub async fn ask(app: &App, attempt: &Attempt, hint: Option<&str>, door: Door) -> Result<Heard> {
    let tracking = attempt.tracking.as_deref().or(hint);
    let tracking = tracking.ok_or(PesapalRefusal::NoLinkYet)?;
    let status = app.pesapal().status(tracking).await;
    let status = status.map_err(PesapalRefusal::from)?;
    hear(app, attempt.id, tracking, &status, door).await
}

/// Does what follows from a word about an attempt: once, whoever says it again and wherever.
pub async fn hear(
    app: &App,
    id: AttemptId,
    tracking: &str,
    status: &Status,
    door: Door,
) -> Result<Heard> {
    let write = async |apart: bool| {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            heard(tx, id, tracking, status, door, apart).await
        })
        .await
    };
    let outcome = match write(false).await {
        // Somebody typed this transaction in by hand.
        Err(Error::Refused(refused)) if refused.code == "reference_used" => write(true).await,
        outcome => outcome,
    };
    match outcome {
        Err(Error::Refused(refused)) if refused.code == RECORDED_ALREADY => {
            let booked = store::booked(app.db(), tracking).await?;
            Ok(booked.map_or(Heard::Pending, |booked| Heard::Paid(booked.payment)))
        }
        outcome => outcome,
    }
}

async fn heard(
    tx: &mut Tx,
    id: AttemptId,
    tracking: &str,
    status: &Status,
    door: Door,
    apart: bool,
) -> Result<Heard> {
    let attempt = store::hold(tx, id).await?;
    let step = step(&attempt, status);
    // What was asked for here, and is done now.
    if let (Step::Look(Reason::Reversed, _), Some(payment)) = (&step, attempt.payment)
        && refunds::confirm(tx, payment).await?
    {
        return Ok(Heard::Paid(payment));
    }
    match step {
        Step::Nothing => Ok(match (attempt.payment, status.code) {
            (Some(payment), _) => Heard::Paid(payment),
            (None, Code::Pending) => Heard::Pending,
            (None, _) => Heard::Over,
        }),
        Step::Record(channel) => record(tx, &attempt, tracking, status, channel, door, apart).await,
        Step::End(sentence) => {
            end(tx, &attempt, State::Failed, &sentence, false).await?;
            Ok(Heard::Over)
        }
        // A hint that names somebody else's transaction says nothing about ours.
        Step::Look(Reason::Reference, _) if attempt.tracking.as_deref() != Some(tracking) => {
            tracing::warn!(attempt = %id, tracking, door = door.as_str(), "a notification names another payment's transaction");
            Ok(match attempt.state.is_open() {
                true => Heard::Pending,
                false => Heard::Over,
            })
        }
        Step::Look(reason, ends) => {
            let orphan = NewOrphan {
                reason,
                door: door.as_str(),
                attempt: Some(id),
                order: Some(attempt.order),
                payment: attempt.payment,
                tracking,
                amount: amount::read(&status.amount, Currency::venue()),
                currency: &status.currency,
                said: status.told(),
            };
            look(tx, &orphan).await?;
            if ends {
                end(tx, &attempt, State::Failed, reason.sentence(), false).await?;
            } else {
                store::note(tx, id, reason.sentence()).await?;
                tx.changed(Changed::Order(attempt.order));
            }
            Ok(Heard::Looked(reason))
        }
    }
}

async fn record(
    tx: &mut Tx,
    attempt: &Attempt,
    tracking: &str,
    status: &Status,
    channel: Channel,
    door: Door,
    apart: bool,
) -> Result<Heard> {
    let receipt = Receipt {
        attempt: Some(attempt.id),
        order: attempt.order,
        tracking,
        channel,
        status,
    };
    let confirmed = |payment: PaymentId, is_on_order: bool, was_typed: bool| {
        Entry::new("attempt.confirmed", "attempt", attempt.id).after(json!({
            "payment": payment,
            "door": door.as_str(),
            "order": attempt.order,
            "onOrder": is_on_order,
            "typedBefore": was_typed,
            "tracking": tracking,
            "method": status.method,
        }))
    };
    // A relay may have been faster than Pesapal's answer about the link.
    if let Some(booked) = store::booked(tx, tracking).await?
        && (booked.attempt, booked.order, booked.total) == (None, attempt.order, attempt.total())
    {
        store::confirm(tx, attempt, booked.payment, tracking, None).await?;
        tx.journal(confirmed(booked.payment, true, false));
        tx.changed(Changed::Order(attempt.order));
        return Ok(Heard::Paid(booked.payment));
    }
    if apart {
        let as_typed = taken(status, tracking, channel, false);
        let typed = store::typed_by_hand(tx, attempt.order, &as_typed, attempt.total()).await?;
        if let Some(payment) = typed {
            // It is this very money: the same id, sum and order.
            store::insert_receipt(tx, payment, &receipt).await?;
            store::confirm(tx, attempt, payment, tracking, None).await?;
            tx.journal(confirmed(payment, true, true));
            tx.changed(Changed::Order(attempt.order));
            tx.changed(Changed::Payments);
            return Ok(Heard::Paid(payment));
        }
    }
    let payment = PaymentId::new();
    let money = Taken {
        amount: attempt.amount,
        tip: attempt.tip,
        ..taken(status, tracking, channel, apart)
    };
    let order = (!apart).then_some(attempt.order);
    let arrived =
        payments::record_arrived(tx, payment, order, attempt.shift, &money, &attempt.pieces)
            .await?;
    store::insert_receipt(tx, payment, &receipt).await?;
    let said = match arrived {
        _ if apart => Some(Reason::UsedReference.sentence()),
        Arrived::ForNoOrder => Some(FOR_NO_ORDER),
        Arrived::OnOrder => None,
    };
    store::confirm(tx, attempt, payment, tracking, said).await?;
    if apart {
        let orphan = NewOrphan {
            reason: Reason::UsedReference,
            door: door.as_str(),
            attempt: Some(attempt.id),
            order: Some(attempt.order),
            payment: Some(payment),
            tracking,
            amount: Some(attempt.total()),
            currency: &attempt.currency,
            said: status.told(),
        };
        look(tx, &orphan).await?;
    }
    tx.journal(confirmed(payment, arrived == Arrived::OnOrder, false));
    tx.changed(Changed::Order(attempt.order));
    Ok(Heard::Paid(payment))
}

/// Money as a status tells of it, without its amount.
pub(super) fn taken(status: &Status, tracking: &str, channel: Channel, apart: bool) -> Taken {
    let reference = attempt::reference(status.confirmation.as_deref(), tracking);
    let reference = match apart {
        true => reference.map(|reference| attempt::told_apart(&reference, tracking)),
        false => reference,
    };
    Taken {
        method: channel.method(),
        amount: Money::ZERO,
        tip: Money::ZERO,
        tendered: None,
        change: Money::ZERO,
        reference,
    }
}

/// Keeps a word that a person has to look at; the journal and the log tell of it once.
pub(super) async fn look(tx: &mut Tx, orphan: &NewOrphan<'_>) -> Result<()> {
    if store::keep_orphan(tx, orphan).await? {
        let reason = orphan.reason.as_str();
        tracing::warn!(
            reason,
            tracking = orphan.tracking,
            door = orphan.door,
            "Pesapal's word about money is not booked as it was said: somebody has to look at it"
        );
        let subject = orphan.attempt.map(uuid::Uuid::from);
        let entry = match subject.or(orphan.order.map(uuid::Uuid::from)) {
            Some(id) => Entry::new("payment.orphaned", "attempt", id),
            None => Entry::general("payment.orphaned", "attempt"),
        };
        tx.journal(entry.because(reason).after(&orphan.said));
        tx.changed(Changed::Payments);
    }
    Ok(())
}

/// Stores that an attempt is over without money, and that somebody has to know.
pub(super) async fn end(
    tx: &mut Tx,
    attempt: &Attempt,
    state: State,
    sentence: &str,
    gave_up: bool,
) -> Result<()> {
    store::end(tx, attempt.id, state, sentence, gave_up).await?;
    let deed = match state {
        State::Cancelled => "attempt.cancelled",
        _ => "attempt.failed",
    };
    tx.journal(
        Entry::new(deed, "attempt", attempt.id)
            .because(sentence)
            .after(json!({ "order": attempt.order, "amount": attempt.amount, "tip": attempt.tip })),
    );
    tx.changed(Changed::Order(attempt.order));
    Ok(())
}

/// Somebody says that something happened to a transaction: it is looked up here, and Pesapal is asked. Answers whether it
/// is one of ours.
///
/// # Errors
/// Where Pesapal does not answer.
pub async fn notified(app: &App, tracking: &str, reference: &str, door: Door) -> Result<bool> {
    let found = match store::of_tracking(app.db(), tracking).await? {
        Some(attempt) => Some(attempt),
        None => store::of_reference(app.db(), reference).await?,
    };
    let Some(attempt) = found else {
        tracing::info!(
            tracking,
            reference,
            door = door.as_str(),
            "nothing of this was asked for here"
        );
        return Ok(false);
    };
    if !app.pesapal().is_configured() {
        tracing::info!(
            tracking,
            "without credentials Pesapal cannot be asked about it"
        );
        return Ok(false);
    }
    ask(app, &attempt, Some(tracking), door).await?;
    Ok(true)
}

/// Ends an attempt, unless its money came or somebody called it off meanwhile.
pub(super) async fn end_open(
    app: &App,
    id: AttemptId,
    sentence: &str,
    gave_up: bool,
) -> Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let attempt = store::hold(tx, id).await?;
        if attempt.state.is_open() {
            return end(tx, &attempt, State::Failed, sentence, gave_up).await;
        }
        store::ask_no_more(tx, id).await
    })
    .await
}

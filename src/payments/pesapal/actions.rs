//! What is done about money that is asked for through Pesapal: asking for it, listening, calling it off.
//!
//! Where a function takes `&mut Tx` it speaks with the database only; where it takes the program it speaks with Pesapal
//! too, with no transaction open meanwhile.

use futures_util::future::join_all;
use serde_json::json;

use super::answer::{Code, Status};
use super::attempt::{
    self, Attempt, Channel, NOT_TAKEN, PesapalRefusal, Reason, State, Step, TOO_LONG, step,
};
use super::client::{Asked, Link};
use super::store::{self, NewOrphan, RECORDED_ALREADY};
use super::amount;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::orders;
use crate::payments::actions::{self as payments, Arrived, Take};
use crate::payments::tender::Taken;
use crate::shifts;
use crate::staff::Person;
use crate::values::{AttemptId, Currency, Money, OrderId, PaymentId};
use crate::web::{Error, Result, url};

/// How many attempts one instance asks about at once.
const AT_ONCE: i64 = 4;
/// The longest description that Pesapal takes.
const DESCRIPTION: usize = 100;
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

/// Stores what a guest is asked for, before Pesapal hears of it. The same parts and checks as when money is taken.
///
/// # Errors
/// The sentence for the cashier; nothing is asked for then.
pub async fn start(
    tx: &mut Tx,
    by: &Person,
    id: AttemptId,
    order: OrderId,
    take: &Take,
    payer: Option<&str>,
) -> Result<()> {
    // Day, shift, order: as when money is taken.
    shifts::business_date(tx).await?;
    let terminal = tx.by().terminal;
    let shift = shifts::ensure_open(tx, by.id, terminal).await?;
    let order = orders::lock(tx, order).await?;
    let (taken, pieces) = payments::agreed(tx, &order, take.clone()).await?;
    let open = store::open_of_order(tx, order.id).await?;
    let asked: Money = open.iter().map(|one| one.amount).sum();
    if let Some(first) = open.first()
        && asked + taken.amount > order.balance()
    {
        return Err(PesapalRefusal::AskedAlready(first.id, asked).into());
    }
    let attempt = Attempt {
        id,
        order: order.id,
        shift: Some(shift),
        amount: taken.amount,
        tip: taken.tip,
        currency: Currency::venue().code().to_owned(),
        pieces,
        payer: payer.map(str::to_owned),
        state: State::Starting,
        gave_up: false,
        said: None,
        reference: id.to_string(),
        tracking: None,
        redirect: None,
        asked: 0,
        payment: None,
        started_at: tx.now(),
        revision: 1,
    };
    store::insert(tx, &attempt).await?;
    tx.journal(Entry::new("attempt.started", "attempt", id).after(json!({
        "order": order.id,
        "reference": order.reference,
        "amount": attempt.amount,
        "tip": attempt.tip,
        "items": attempt.pieces,
        "shift": shift,
    })));
    Ok(())
}

/// Submits an attempt that was stored in this moment, and stores what came of it. Only whoever stored it does so, and once.
///
/// # Errors
/// Where the database fails; the attempt is ended by the loop then.
pub async fn submit(app: &App, id: AttemptId, base: Option<String>) -> Result<()> {
    let attempt = store::find(app.db(), id).await?;
    let attempt = attempt.ok_or(Error::NotFound("payment"))?;
    match link_for(app, &attempt, base.as_deref()).await {
        Ok(link) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::hold(tx, id).await?;
                store::keep_link(tx, id, &link).await?;
                tx.changed(Changed::Order(attempt.order));
                Ok(())
            })
            .await
        }
        Err(Error::Refused(refused)) => end_open(app, id, &refused.sentence, false).await,
        Err(other) => Err(other),
    }
}

async fn link_for(app: &App, attempt: &Attempt, base: Option<&str>) -> Result<Link> {
    let gateway = app.pesapal();
    let setting = gateway.setting();
    let base = base.ok_or(PesapalRefusal::NoAddress)?;
    let order = orders::find(app.db(), attempt.order).await?;
    let cafe = app.settings().await?.cafe_name.clone();
    let number = amount::number(attempt.total(), Currency::venue())
        .map_err(|failure| anyhow::anyhow!("an amount that is no number: {failure}"))?;
    let description: String = format!("Order {} at {cafe}", order.reference)
        .chars()
        .take(DESCRIPTION)
        .collect();
    let notified_at = format!("{base}{}", url::pesapal_ipn());
    let asked = Asked {
        reference: attempt.reference.clone(),
        currency: attempt.currency.clone(),
        amount: number,
        description,
        callback_url: match &setting.callback_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("{base}{}", url::pesapal_return()),
        },
        ipn_id: match &setting.ipn_id {
            Some(id) => id.clone(),
            None => ipn_id(app, &notified_at).await?,
        },
        branch: cafe,
        payer: attempt.payer.clone().unwrap_or_else(|| nobody(base)),
    };
    match gateway.submit(&asked).await {
        Ok(link) => Ok(link),
        Err(failure) => {
            if failure.is_of_ipn() && setting.ipn_id.is_none() {
                // It is registered anew with the next attempt.
                let at = setting.base_url.as_str();
                app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                    store::forget_ipn(tx, at, &notified_at).await
                })
                .await?;
            }
            Err(PesapalRefusal::from(failure).into())
        }
    }
}

/// The id under which Pesapal knows our address, registered once for each environment and address.
async fn ipn_id(app: &App, url: &str) -> Result<String> {
    let gateway = app.pesapal();
    let at = gateway.setting().base_url.as_str();
    let _one_at_a_time = gateway.registering.lock().await;
    if let Some(id) = store::ipn_of(app.db(), at, url).await? {
        return Ok(id);
    }
    let id = gateway.register_ipn(url).await.map_err(PesapalRefusal::from)?;
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        store::keep_ipn(tx, at, url, &id).await
    })
    .await?;
    Ok(id)
}

/// Pesapal wants to know how to reach a guest. Of one whom nobody asked it gets an address that is nobody's: one of the
/// café's own host, or of the domain that is kept for examples.
fn nobody(base: &str) -> String {
    let host = base.split("://").nth(1).unwrap_or_default();
    let host = host.split([':', '/']).next().unwrap_or_default();
    let is_name = host.contains('.')
        && host.chars().all(|sign| sign.is_ascii_alphanumeric() || "-.".contains(sign))
        && host.chars().any(|sign| sign.is_ascii_alphabetic());
    format!("guest@{}", if is_name { host } else { "example.com" })
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
        // Somebody typed this transaction in by hand. It may be the same money or not: a person finds out.
        Err(Error::Refused(refused)) if refused.code == "reference_used" => write(true).await,
        outcome => outcome,
    };
    match outcome {
        Err(Error::Refused(refused)) if refused.code == RECORDED_ALREADY => {
            let payment = store::payment_of_tracking(app.db(), tracking).await?;
            Ok(payment.map_or(Heard::Pending, Heard::Paid))
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
    match step(&attempt, status) {
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
    let confirmation = status.confirmation.as_deref();
    store::insert_receipt(
        tx,
        payment,
        tracking,
        Some(attempt.id),
        channel,
        &status.method,
        confirmation,
    )
    .await?;
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
    tx.journal(Entry::new("attempt.confirmed", "attempt", attempt.id).after(json!({
        "payment": payment,
        "door": door.as_str(),
        "order": attempt.order,
        "onOrder": arrived == Arrived::OnOrder,
        "tracking": tracking,
        "method": status.method,
    })));
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
    }
    Ok(())
}

async fn end(
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

/// Ends an attempt, unless its money came or somebody called it off meanwhile.
async fn end_open(app: &App, id: AttemptId, sentence: &str, gave_up: bool) -> Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let attempt = store::hold(tx, id).await?;
        if attempt.state.is_open() {
            return end(tx, &attempt, State::Failed, sentence, gave_up).await;
        }
        store::ask_no_more(tx, id).await
    })
    .await
}

/// Calls an attempt off here. What is over stays as it is.
pub async fn cancel(tx: &mut Tx, id: AttemptId) -> Result<()> {
    let attempt = store::hold(tx, id).await?;
    if attempt.state.is_open() {
        end(tx, &attempt, State::Cancelled, "Called off at the till.", false).await?;
    }
    Ok(())
}

/// Tells Pesapal that an attempt is called off, and asks whether the guest was faster. Where Pesapal does not answer, the
/// attempt is asked about for another day, and money that comes all the same is recorded.
pub async fn call_off(app: &App, attempt: &Attempt) -> Result<Option<Heard>> {
    let Some(tracking) = attempt.tracking.as_deref() else {
        return Ok(None);
    };
    if let Err(failure) = app.pesapal().cancel(tracking).await {
        tracing::info!(attempt = %attempt.id, %failure, "Pesapal does not call off");
    }
    match ask(app, attempt, None, Door::Till).await {
        Ok(heard) => Ok(Some(heard)),
        Err(Error::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
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
        tracing::info!(tracking, reference, door = door.as_str(), "nothing of this was asked for here");
        return Ok(false);
    };
    if !app.pesapal().is_configured() {
        tracing::info!(tracking, "without credentials Pesapal cannot be asked about it");
        return Ok(false);
    }
    ask(app, &attempt, Some(tracking), door).await?;
    Ok(true)
}

/// Asks about the attempts whose time has come. Several instances share them.
///
/// # Errors
/// Where the database fails.
pub async fn ask_due(app: &App) -> Result<()> {
    if !store::is_one_due(app.db(), app.clock().now()).await? {
        return Ok(());
    }
    let due = app
        .write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::take_due(tx, AT_ONCE).await
        })
        .await?;
    let asked = join_all(due.into_iter().map(|(id, asked)| ask_once(app, id, asked))).await;
    asked.into_iter().collect()
}

async fn ask_once(app: &App, id: AttemptId, asked: i32) -> Result<()> {
    let Some(attempt) = store::find(app.db(), id).await? else {
        return Ok(());
    };
    if attempt.tracking.is_none() {
        return end_open(app, id, NOT_TAKEN, false).await;
    }
    let heard = match ask(app, &attempt, None, Door::Poll).await {
        Ok(heard) => Some(heard),
        Err(Error::Refused(_)) => None,
        Err(other) => return Err(other),
    };
    match heard {
        Some(Heard::Paid(_)) => Ok(()),
        Some(Heard::Over | Heard::Looked(_)) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::ask_no_more(tx, id).await
            })
            .await
        }
        None | Some(Heard::Pending) if attempt::pause(asked).is_none() => {
            end_open(app, id, TOO_LONG, true).await
        }
        None | Some(Heard::Pending) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_whom_nobody_asked_has_an_address_that_is_nobodys() {
        assert_eq!(nobody("https://pos.cafe.ug:8443/x"), "guest@pos.cafe.ug");
        for local in ["http://localhost:3000", "http://10.0.0.5", "http://[fd00::1]", ""] {
            assert_eq!(nobody(local), "guest@example.com", "{local}");
        }
    }
}

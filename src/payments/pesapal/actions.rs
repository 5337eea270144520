//! What is done about money that is asked for through Pesapal: asking for it, asking about it, calling it off.
//!
//! Where a function takes `&mut Tx` it speaks with the database only; where it takes the program it speaks with Pesapal
//! too, with no transaction open meanwhile.

use futures_util::future::join_all;
use serde_json::json;

use super::amount;
use super::attempt::{
    self, Attempt, NOT_ANSWERED, NOT_TAKEN, NOTHING_PAID, PAID_BEFORE, PesapalRefusal, RENEWED,
    State, TOO_LONG,
};
use super::client::{Asked, Failure, Link};
use super::hearing::{Door, Heard, ask, end, end_open};
use super::store;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::orders::{self, Order};
use crate::payments::actions::{self as payments, Take};
use crate::shifts;
use crate::staff::Person;
use crate::values::{AttemptId, Currency, Money, OrderId};
use crate::web::{Error, Result, url};

/// How many attempts one instance asks about at once.
const AT_ONCE: i64 = 4;
/// The longest description that Pesapal takes.
const DESCRIPTION: usize = 100;
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
    let (taken, _, pieces) = payments::agreed(tx, &order, take.clone()).await?;
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
    store(tx, &attempt, &order, None).await
}

/// Stores an attempt that Pesapal does not know yet.
async fn store(
    tx: &mut Tx,
    attempt: &Attempt,
    order: &Order,
    instead_of: Option<AttemptId>,
) -> Result<()> {
    store::insert(tx, attempt).await?;
    tx.journal(
        Entry::new("attempt.started", "attempt", attempt.id).after(json!({
            "order": order.id,
            "reference": order.reference,
            "amount": attempt.amount,
            "tip": attempt.tip,
            "items": attempt.pieces,
            "shift": attempt.shift,
            "insteadOf": instead_of,
        })),
    );
    Ok(())
}

/// Calls an attempt off that is open, and stores another one for the same money, before Pesapal hears of either.
///
/// # Errors
/// Where it is over, or the order owes less by now; it stays as it is then.
pub async fn renew(tx: &mut Tx, by: &Person, id: AttemptId, old: AttemptId) -> Result<()> {
    let old = store::hold(tx, old).await?;
    if !old.state.is_open() {
        return Err(PesapalRefusal::Over(old.order).into());
    }
    // Day, shift, order: as when money is taken.
    shifts::business_date(tx).await?;
    let terminal = tx.by().terminal;
    let shift = shifts::ensure_open(tx, by.id, terminal).await?;
    let order = orders::lock(tx, old.order).await?;
    let others = store::open_of_order(tx, order.id).await?;
    let others = others.iter().filter(|other| other.id != old.id);
    let asked: Money = others.map(|other| other.amount).sum();
    if asked + old.amount > order.balance() {
        return Err(PesapalRefusal::OwesLess(order.balance()).into());
    }
    end(tx, &old, State::Cancelled, RENEWED, false).await?;
    let attempt = Attempt {
        id,
        shift: Some(shift),
        state: State::Starting,
        said: None,
        reference: id.to_string(),
        tracking: None,
        redirect: None,
        asked: 0,
        started_at: tx.now(),
        revision: 1,
        ..old.clone()
    };
    store(tx, &attempt, &order, Some(old.id)).await
}

/// Tells Pesapal that an attempt is called off, and submits the one that is in its place; not where the guest was faster.
///
/// # Errors
/// Where the database fails; the new attempt is ended by the loop then.
pub async fn submit_instead(
    app: &App,
    id: AttemptId,
    old: &Attempt,
    base: Option<String>,
) -> Result<()> {
    match call_off(app, old).await? {
        CalledOff::Heard(Heard::Paid(_) | Heard::Looked(_)) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                let attempt = store::hold(tx, id).await?;
                match attempt.state.is_open() {
                    true => end(tx, &attempt, State::Cancelled, PAID_BEFORE, false).await,
                    false => Ok(()),
                }
            })
            .await
        }
        _ => submit(app, id, base).await,
    }
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
    let id = gateway
        .register_ipn(url)
        .await
        .map_err(PesapalRefusal::from)?;
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
        && host
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || "-.".contains(sign))
        && host.chars().any(|sign| sign.is_ascii_alphabetic());
    format!("guest@{}", if is_name { host } else { "example.com" })
}

/// Calls an attempt off here. What is over stays as it is.
pub async fn cancel(tx: &mut Tx, id: AttemptId) -> Result<()> {
    let attempt = store::hold(tx, id).await?;
    if attempt.state.is_open() {
        end(
            tx,
            &attempt,
            State::Cancelled,
            "Called off at the till.",
            false,
        )
        .await?;
    }
    Ok(())
}

/// What has come of calling an attempt off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledOff {
    /// There was no link that anybody could have paid.
    NoLink,
    /// Pesapal says how it stands.
    Heard(Heard),
    /// Pesapal does not answer: only the guest knows.
    NotAnswered,
}

/// Tells Pesapal that an attempt is called off, and asks whether the guest was faster. Where Pesapal does not answer, that
/// is noted on it; it is asked about for another day, and money that comes all the same is recorded.
pub async fn call_off(app: &App, attempt: &Attempt) -> Result<CalledOff> {
    let Some(tracking) = attempt.tracking.as_deref() else {
        return Ok(CalledOff::NoLink);
    };
    if let Err(failure) = app.pesapal().cancel(tracking).await {
        tracing::info!(attempt = %attempt.id, %failure, "Pesapal does not call off");
    }
    match ask(app, attempt, None, Door::Till).await {
        Ok(heard) => Ok(CalledOff::Heard(heard)),
        Err(Error::Refused(_)) => {
            note_cancelled(app, attempt, NOT_ANSWERED).await?;
            Ok(CalledOff::NotAnswered)
        }
        Err(other) => Err(other),
    }
}

/// Asks Pesapal now how an attempt stands, for somebody at a till.
///
/// # Errors
/// The sentence for the cashier where Pesapal does not answer, or has no link yet.
pub async fn ask_now(app: &App, attempt: &Attempt) -> Result<()> {
    let heard = ask(app, attempt, None, Door::Till).await?;
    if matches!(heard, Heard::Pending | Heard::Over) {
        note_cancelled(app, attempt, NOTHING_PAID).await?;
    }
    Ok(())
}

/// Notes what is known now of an attempt that was called off.
async fn note_cancelled(app: &App, attempt: &Attempt, said: &str) -> Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let attempt = store::hold(tx, attempt.id).await?;
        if attempt.state != State::Cancelled || attempt.said.as_deref() == Some(said) {
            return Ok(());
        }
        store::note(tx, attempt.id, said).await?;
        tx.changed(Changed::Order(attempt.order));
        Ok(())
    })
    .await
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
        Err(Error::Refused(refused)) if Failure::CODES.contains(&refused.code) => None,
        // Pesapal has answered, and the café's own books do not take it now (a clock that is wrong, say). It is not given
        // up: the next question is due within the hour.
        Err(Error::Refused(refused)) => {
            tracing::error!(attempt = %id, why = refused.sentence, "what Pesapal says cannot be booked");
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    match heard {
        Some(Heard::Paid(_)) => Ok(()),
        Some(Heard::Looked(_)) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::ask_no_more(tx, id).await
            })
            .await
        }
        None | Some(Heard::Pending | Heard::Over) if attempt::pause(asked).is_none() => {
            end_open(app, id, TOO_LONG, true).await
        }
        // What has failed, too: the guest may try again on Pesapal's page.
        None | Some(Heard::Pending | Heard::Over) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_whom_nobody_asked_has_an_address_that_is_nobodys() {
        assert_eq!(nobody("https://pos.cafe.ug:8443/x"), "guest@pos.cafe.ug");
        for local in [
            "http://localhost:3000",
            "http://10.0.0.5",
            "http://[fd00::1]",
            "",
        ] {
            assert_eq!(nobody(local), "guest@example.com", "{local}");
        }
    }
}

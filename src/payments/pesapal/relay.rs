//! The word of a relay: a machine of the café's that passes Pesapal's notifications on, signed with a secret of its own.
//!
//! `orderId` is the reference under which an attempt was submitted, or the id of an order. Where there is no attempt, the
//! relay asked the guest itself: its money is taken where it is exactly what the order owes. Everything else is kept for a
//! person to look at.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::amount;
use super::answer::{Code, Status, text};
use super::attempt::{Attempt, Channel, PesapalRefusal};
use super::hearing::{self, Door, Heard};
use super::orphan::NewOrphan;
use super::store::{self, Booked, RECORDED_ALREADY, Receipt};
use super::word::{Expected, Reason};
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::orders;
use crate::payments::actions as payments;
use crate::payments::tender::Taken;
use crate::shifts;
use crate::values::{Currency, Money, OrderId, PaymentId};
use crate::web::{Error, Result};

/// What a relay says.
#[derive(Debug, Clone, PartialEq)]
pub struct Relay {
    /// Our reference, or an order's id.
    pub order: String,
    /// The amount, in whole units with decimals.
    pub amount: Value,
    /// The currency's code, where it says one.
    pub currency: Option<String>,
    /// Pesapal's word for how the guest paid.
    pub method: String,
    /// Pesapal's id.
    pub tracking: String,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The money is in the books.
    Recorded(PaymentId),
    /// Pesapal does not say so yet; it is asked again.
    Waiting,
    /// Pesapal says that nothing was paid.
    NotPaid,
    /// A person has to look.
    Looked(Reason),
    /// There is no such order.
    Unknown,
    /// Pesapal cannot be asked now, and nobody remembers it: it has to be sent again.
    AskAgain,
}

/// Whether the signature is that of the body, in lower-case hexadecimal digits.
pub fn is_signed(secret: &str, body: &[u8], signature: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.update(body);
    bytes(signature).is_some_and(|signature| mac.verify_slice(&signature).is_ok())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |sign: u8| match sign {
        b'0'..=b'9' => Some(sign - b'0'),
        b'a'..=b'f' => Some(sign - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}

impl Relay {
    /// Reads a body; nothing where it is not what a relay says.
    pub fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let word = |name: &str| {
            let word = body[name].as_str()?;
            let fits =
                (1..=100).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_graphic());
            fits.then(|| word.to_owned())
        };
        let amount = body["amount"].clone();
        // Whether it is one of the currency is another question.
        if !(amount.is_number() || amount.as_str().is_some_and(|text| text.len() <= 40)) {
            return None;
        }
        let currency = match &body["currency"] {
            Value::Null => None,
            Value::String(code) if code.len() == 3 => Some(code.clone()),
            _ => return None,
        };
        Some(Relay {
            order: word("orderId")?,
            amount,
            currency,
            method: body["payment_method"]
                .as_str()
                .map(|_| text(&body["payment_method"]))?,
            tracking: word("transaction_tracking_id")?,
        })
    }

    /// The same as Pesapal would say it of something that we call so.
    fn as_status(&self, reference: &str) -> Status {
        Status {
            code: Code::Completed,
            reference: reference.to_owned(),
            amount: self.amount.clone(),
            currency: self
                .currency
                .clone()
                .unwrap_or_else(|| Currency::venue().code().to_owned()),
            method: self.method.clone(),
            confirmation: None,
            description: String::new(),
        }
    }

    fn told(&self) -> Value {
        json!({
            "orderId": self.order,
            "amount": self.amount,
            "currency": self.currency,
            "method": self.method,
        })
    }

    fn orphan(
        &self,
        reason: Reason,
        attempt: Option<&Attempt>,
        order: Option<OrderId>,
    ) -> NewOrphan<'_> {
        NewOrphan {
            reason,
            door: Door::Webhook.as_str(),
            attempt: attempt.map(|attempt| attempt.id),
            order: attempt.map(|attempt| attempt.order).or(order),
            payment: attempt.and_then(|attempt| attempt.payment),
            tracking: &self.tracking,
            amount: amount::read(&self.amount, Currency::venue()),
            currency: self.currency.as_deref().unwrap_or(Currency::venue().code()),
            said: self.told(),
        }
    }
}

/// Does what follows from a relay's signed word. Where there are credentials, Pesapal is asked first.
///
/// # Errors
/// Where the database fails.
pub async fn relayed(app: &App, relay: &Relay) -> Result<Verdict> {
    if let Some(booked) = store::booked(app.db(), &relay.tracking).await? {
        return said_again(app, relay, booked).await;
    }
    let attempt = match store::of_tracking(app.db(), &relay.tracking).await? {
        Some(attempt) => Some(attempt),
        None => store::of_reference(app.db(), &relay.order).await?,
    };
    if let Some(attempt) = attempt {
        return of_attempt(app, relay, &attempt).await;
    }
    let Ok(order) = relay.order.parse::<OrderId>() else {
        return Ok(Verdict::Unknown);
    };
    let order = match orders::find(app.db(), order).await {
        Ok(order) => order.id,
        Err(Error::NotFound(_)) => return Ok(Verdict::Unknown),
        Err(other) => return Err(other),
    };
    // What was asked for at the till is meant, where it is one.
    let open = store::open_of_order(app.db(), order).await?;
    let mut fitting = open.iter().filter(|attempt| {
        let status = relay.as_status(&attempt.reference);
        attempt.tracking.is_none() && expected(attempt).fits(&status).is_ok()
    });
    if let (Some(attempt), None) = (fitting.next(), fitting.next()) {
        return of_attempt(app, relay, attempt).await;
    }
    of_order(app, relay, order).await
}

/// A word about money that is in the books: the same as before changes nothing, another one is for a person to look at.
async fn said_again(app: &App, relay: &Relay, booked: Booked) -> Result<Verdict> {
    let attempt = match booked.attempt {
        Some(attempt) => store::find(app.db(), attempt).await?,
        None => None,
    };
    let is_meant = relay.order == booked.order.to_string()
        || attempt.is_some_and(|attempt| attempt.reference == relay.order);
    let expected = Expected {
        reference: &relay.order,
        currency: Currency::venue().code(),
        total: booked.total,
    };
    let fits = match is_meant {
        true => expected.fits(&relay.as_status(&relay.order)),
        false => Err(Reason::Reference),
    };
    let Err(reason) = fits else {
        return Ok(Verdict::Recorded(booked.payment));
    };
    let orphan = NewOrphan {
        attempt: booked.attempt,
        payment: Some(booked.payment),
        ..relay.orphan(reason, None, Some(booked.order))
    };
    keep(app, &orphan).await
}

fn expected(attempt: &Attempt) -> Expected<'_> {
    Expected {
        reference: &attempt.reference,
        currency: &attempt.currency,
        total: attempt.total(),
    }
}

async fn of_attempt(app: &App, relay: &Relay, attempt: &Attempt) -> Result<Verdict> {
    let is_meant = relay.order == attempt.reference || relay.order == attempt.order.to_string();
    let is_called_so = attempt
        .tracking
        .as_deref()
        .is_none_or(|it| it == relay.tracking);
    let status = relay.as_status(&attempt.reference);
    let fits = match is_meant && is_called_so {
        true => expected(attempt).fits(&status),
        false => Err(Reason::Reference),
    };
    if let Err(reason) = fits {
        return keep(app, &relay.orphan(reason, Some(attempt), None)).await;
    }
    let can_ask = app.pesapal().is_configured();
    let heard = match can_ask {
        false => hearing::hear(app, attempt.id, &relay.tracking, &status, Door::Webhook).await,
        true => hearing::ask(app, attempt, Some(&relay.tracking), Door::Webhook).await,
    };
    let waits = match heard {
        Ok(Heard::Paid(payment)) => return Ok(Verdict::Recorded(payment)),
        Ok(Heard::Over) => return Ok(Verdict::NotPaid),
        Ok(Heard::Looked(reason)) => return Ok(Verdict::Looked(reason)),
        // It may be over here, and nobody asks about it any more.
        Ok(Heard::Pending) => attempt.tracking.is_none() || !attempt.state.is_open(),
        Err(Error::Refused(_)) => true,
        Err(other) => return Err(other),
    };
    if !can_ask {
        return Ok(Verdict::AskAgain); // nobody here can ask later
    }
    if waits {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            store::keep_tracking(tx, attempt.id, &relay.tracking).await
        })
        .await?;
    }
    Ok(Verdict::Waiting)
}

async fn keep(app: &App, orphan: &NewOrphan<'_>) -> Result<Verdict> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        hearing::look(tx, orphan).await
    })
    .await?;
    Ok(Verdict::Looked(orphan.reason))
}

/// A relay's word about an order of which nothing was asked for at the till.
async fn of_order(app: &App, relay: &Relay, order: OrderId) -> Result<Verdict> {
    let said = relay.as_status(&relay.order);
    let Some(total) = amount::read(&relay.amount, Currency::venue()) else {
        return keep(app, &relay.orphan(Reason::Amount, None, Some(order))).await;
    };
    let expected = Expected {
        reference: &relay.order,
        currency: Currency::venue().code(),
        total,
    };
    if let Err(reason) = expected.fits(&said) {
        return keep(app, &relay.orphan(reason, None, Some(order))).await;
    }
    let status = match app.pesapal().is_configured() {
        false => said,
        true => match app.pesapal().status(&relay.tracking).await {
            Ok(status) => status,
            Err(failure) => {
                let failure = PesapalRefusal::from(failure);
                tracing::info!(tracking = relay.tracking, %failure, "a relay's word cannot be checked now");
                return Ok(Verdict::AskAgain);
            }
        },
    };
    match status.code {
        Code::Completed => {}
        Code::Pending => return Ok(Verdict::AskAgain),
        Code::Failed | Code::Reversed => return Ok(Verdict::NotPaid),
    }
    if let Err(reason) = expected.fits(&status) {
        return keep(app, &relay.orphan(reason, None, Some(order))).await;
    }
    let write = async |apart: bool| {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            record(tx, relay, &status, order, total, apart).await
        })
        .await
    };
    let outcome = match write(false).await {
        Err(Error::Refused(refused)) if refused.code == "reference_used" => write(true).await,
        outcome => outcome,
    };
    match outcome {
        Err(Error::Refused(refused)) if refused.code == RECORDED_ALREADY => {
            let booked = store::booked(app.db(), &relay.tracking).await?;
            Ok(booked.map_or(Verdict::AskAgain, |booked| {
                Verdict::Recorded(booked.payment)
            }))
        }
        outcome => outcome,
    }
}

async fn record(
    tx: &mut Tx,
    relay: &Relay,
    status: &Status,
    id: OrderId,
    total: Money,
    apart: bool,
) -> Result<Verdict> {
    let shift = orders::find(tx, id).await?.shift;
    // Day, shift, order: the shift is held when the money is booked, and an order's lock comes after both.
    shifts::business_date(tx).await?;
    if let Some(shift) = shift {
        shifts::hold(tx, shift, shifts::Hold::Share).await?;
    }
    let order = orders::lock(tx, id).await?;
    // Asked under the lock: whoever held it may have booked this very money.
    if let Some(booked) = store::booked(tx, &relay.tracking).await? {
        return Ok(Verdict::Recorded(booked.payment));
    }
    let channel = Channel::of(&status.method);
    let receipt = Receipt {
        attempt: None,
        order: id,
        tracking: &relay.tracking,
        channel,
        status,
    };
    let recorded = |payment: PaymentId, was_typed: bool| {
        Entry::new("payment.relayed", "order", id).after(json!({
            "payment": payment,
            "tracking": relay.tracking,
            "method": status.method,
            "typedBefore": was_typed,
        }))
    };
    if apart {
        let as_typed = hearing::taken(status, &relay.tracking, channel, false);
        if let Some(payment) = store::typed_by_hand(tx, id, &as_typed, total).await? {
            // It is this very money: the same id, sum and order.
            store::insert_receipt(tx, payment, &receipt).await?;
            tx.journal(recorded(payment, true));
            tx.changed(Changed::Payments);
            return Ok(Verdict::Recorded(payment));
        }
    }
    if payments::payable(&order).ok() != Some(total) {
        let orphan = relay.orphan(Reason::NothingAsked, None, Some(id));
        hearing::look(tx, &orphan).await?;
        return Ok(Verdict::Looked(Reason::NothingAsked));
    }
    let payment = PaymentId::new();
    let taken = Taken {
        amount: total,
        ..hearing::taken(status, &relay.tracking, channel, apart)
    };
    let on = (!apart).then_some(id);
    payments::record_arrived(tx, payment, on, shift, &taken, &[]).await?;
    store::insert_receipt(tx, payment, &receipt).await?;
    if apart {
        let orphan = NewOrphan {
            payment: Some(payment),
            ..relay.orphan(Reason::UsedReference, None, Some(id))
        };
        hearing::look(tx, &orphan).await?;
    }
    tx.journal(recorded(payment, false));
    tx.changed(Changed::Order(id));
    Ok(Verdict::Recorded(payment))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC-SHA256 of `{}` under "secret", as openssl says it.
    const SIGNED: &str = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";

    #[test]
    fn a_signature_is_that_of_the_very_bytes_and_nothing_else() {
        assert!(is_signed("secret", b"{}", SIGNED));
        let (upper, short) = (SIGNED.to_uppercase(), &SIGNED[..62]);
        let long = format!("{SIGNED}00");
        for wrong in ["", "x", "é", &upper, short, &SIGNED[..63], &long] {
            assert!(!is_signed("secret", b"{}", wrong), "{wrong}");
        }
        assert!(!is_signed("secret", b"{ }", SIGNED));
        assert!(!is_signed("another", b"{}", SIGNED));
    }

    #[test]
    fn a_relay_says_all_four_things_or_nothing() {
        let whole = json!({ "orderId": "o-1", "amount": 82_000, "payment_method": "MTN", "transaction_tracking_id": "t-1" });
        let read = |body: &Value| Relay::read(body.to_string().as_bytes());
        assert_eq!(read(&whole).unwrap().tracking, "t-1");
        for (name, odd) in [
            ("orderId", json!(7)),
            ("orderId", json!("")),
            ("orderId", json!("a b")),
            ("amount", json!(null)),
            ("amount", json!({ "x": 1 })),
            ("payment_method", json!(null)),
            ("transaction_tracking_id", json!("w".repeat(101))),
            ("transaction_tracking_id", json!("a\u{0}b")),
            ("currency", json!(800)),
        ] {
            let mut bent = whole.clone();
            bent[name] = odd;
            assert_eq!(read(&bent), None, "{bent}");
        }
        for odd in ["", "[]", "null", "{\"orderId\":", "7"] {
            assert_eq!(Relay::read(odd.as_bytes()), None, "{odd}");
        }
    }
}

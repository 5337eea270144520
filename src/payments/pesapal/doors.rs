//! The doors that Pesapal, a relay and a guest's browser knock at. Nobody is signed in here and no key is carried: what
//! happens follows from what Pesapal answers, or from a signature, and however often somebody knocks it happens once.

use poem::error::ReadBodyError;
use poem::http::{StatusCode, header};
use poem::{Body, IntoResponse, Request, Response, handler};
use serde_json::{Value, json};

use super::hearing::{self, Door};
use super::relay::{Relay, Verdict, is_signed, relayed};
use super::{store, view};
use crate::app::App;
use crate::web::client::Client;
use crate::web::{Error, Page, Result};

/// The longest notification that is read, in bytes.
const LARGEST: usize = 64 * 1024;
/// The header that carries a relay's signature.
const SIGNATURE: &str = "x-pesapal-signature";

/// What a notification says. It names a transaction, and carries neither a state nor an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Notice {
    kind: String,
    tracking: String,
    reference: String,
}

impl Notice {
    fn of(word: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let id = |name: &str| {
            word(name).filter(|id| {
                (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
            })
        };
        let ids = id("OrderTrackingId").zip(id("OrderMerchantReference"));
        let (tracking, reference) = ids.ok_or_else(Error::unreadable)?;
        Ok(Notice {
            kind: id("OrderNotificationType").unwrap_or_else(|| "IPNCHANGE".to_owned()),
            tracking,
            reference,
        })
    }

    fn in_query(query: &str) -> Result<Self> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|_| Error::unreadable())?;
        Self::of(|name| {
            let named = pairs.iter().find(|(field, _)| field == name);
            named.map(|(_, value)| value.clone())
        })
    }

    /// In JSON, as Pesapal posts it, or as a form.
    fn in_body(body: &[u8]) -> Result<Self> {
        match serde_json::from_slice::<Value>(body) {
            Ok(json) => Self::of(|name| json[name].as_str().map(str::to_owned)),
            Err(_) => Self::in_query(std::str::from_utf8(body).map_err(|_| Error::unreadable())?),
        }
    }

    /// As Pesapal wants to be answered: 500 has it notify us again.
    fn answered(&self, status: u16) -> Response {
        let told = json!({
            "orderNotificationType": self.kind,
            "orderTrackingId": self.tracking,
            "orderMerchantReference": self.reference,
            "status": status,
        });
        poem::web::Json(told).into_response()
    }
}

/// Pesapal notifies us, in the address.
#[handler]
pub async fn notify(app: App, client: Client, req: &Request) -> Result<Response> {
    app.pesapal().admit(&client)?;
    let notice = Notice::in_query(req.uri().query().unwrap_or_default())?;
    heard_of(&app, &notice).await
}

/// Pesapal notifies us, in the body.
#[handler]
pub async fn notify_in_body(app: App, client: Client, body: Body) -> Result<Response> {
    app.pesapal().admit(&client)?;
    let notice = Notice::in_body(&bytes_of(body).await?)?;
    heard_of(&app, &notice).await
}

/// Whether a transaction is one of ours, nobody is told.
async fn heard_of(app: &App, notice: &Notice) -> Result<Response> {
    match hearing::notified(app, &notice.tracking, &notice.reference, Door::Ipn).await {
        Ok(_) => Ok(notice.answered(200)),
        Err(Error::Refused(refused)) => {
            tracing::info!(
                tracking = notice.tracking,
                why = refused.sentence,
                "a notification is not dealt with yet"
            );
            Ok(notice.answered(500))
        }
        Err(other) => Err(other),
    }
}

/// A relay of the café's says that money came.
#[handler]
pub async fn relay(app: App, client: Client, req: &Request, body: Body) -> Result<Response> {
    app.pesapal().admit(&client)?;
    let Some(secret) = &app.pesapal().setting().webhook_secret else {
        let told = poem::web::Json(json!({ "error": "Webhook not configured" }));
        return Ok((StatusCode::INTERNAL_SERVER_ERROR, told).into_response());
    };
    let body = bytes_of(body).await?;
    let signature = req.header(SIGNATURE).unwrap_or_default();
    if !is_signed(secret.reveal(), &body, signature) {
        return Err(Error::refused(
            StatusCode::UNAUTHORIZED,
            "bad_signature",
            "The signature is missing or wrong.",
        ));
    }
    let relay = Relay::read(&body).ok_or_else(|| {
        Error::refused(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "Send orderId, amount, payment_method and transaction_tracking_id.",
        )
    })?;
    let told = |status: StatusCode, word: &str| {
        let told = poem::web::Json(json!({ "received": true, "status": word }));
        Ok((status, told).into_response())
    };
    match relayed(&app, &relay).await? {
        Verdict::Recorded(payment) => {
            let told = json!({ "received": true, "status": "recorded", "paymentId": payment });
            Ok(poem::web::Json(told).into_response())
        }
        Verdict::Waiting => told(StatusCode::ACCEPTED, "waiting"),
        Verdict::NotPaid => told(StatusCode::OK, "not_paid"),
        Verdict::Looked(reason) => Err(Error::refused(
            StatusCode::CONFLICT,
            reason.as_str(),
            reason.sentence(),
        )),
        Verdict::Unknown => Err(Error::NotFound("order")),
        Verdict::AskAgain => {
            let told = json!({ "error": "Pesapal does not confirm this yet. Send it again later.", "code": "pesapal_unreachable" });
            let answer = (StatusCode::SERVICE_UNAVAILABLE, poem::web::Json(told));
            Ok(answer
                .with_header(header::RETRY_AFTER, "60")
                .into_response())
        }
    }
}

/// The guest's browser comes back from Pesapal's page.
#[handler]
pub async fn come_back(app: App, client: Client, req: &Request) -> Result<Page> {
    app.pesapal().admit(&client)?;
    let notice = Notice::in_query(req.uri().query().unwrap_or_default()).ok();
    let settings = app.settings().await?;
    let mut attempt = None;
    if let Some(notice) = notice {
        match hearing::notified(&app, &notice.tracking, &notice.reference, Door::Callback).await {
            // The loop asks again; the guest need not wait for it.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(other) => return Err(other),
        }
        attempt = store::of_reference(app.db(), &notice.reference).await?;
    }
    Ok(Page(view::come_back(
        &settings.cafe_name,
        attempt.map(|attempt| attempt.state),
    )))
}

async fn bytes_of(body: Body) -> Result<Vec<u8>> {
    let bytes = body.into_bytes_limit(LARGEST).await;
    let bytes = bytes.map_err(|failure| match failure {
        ReadBodyError::PayloadTooLarge => Error::too_large(),
        _ => Error::unreadable(),
    })?;
    Ok(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_names_a_transaction_in_whatever_way_it_comes() {
        let notice = Notice {
            kind: "IPNCHANGE".to_owned(),
            tracking: "t-1".to_owned(),
            reference: "r-1".to_owned(),
        };
        let query =
            "OrderTrackingId=t-1&OrderNotificationType=IPNCHANGE&OrderMerchantReference=r-1";
        assert_eq!(Notice::in_query(query).unwrap(), notice);
        assert_eq!(Notice::in_body(query.as_bytes()).unwrap(), notice);
        let json = json!({ "OrderTrackingId": "t-1", "OrderMerchantReference": "r-1" }).to_string();
        assert_eq!(Notice::in_body(json.as_bytes()).unwrap(), notice);
        for odd in [
            "",
            "OrderTrackingId=t-1",
            "OrderTrackingId=a+b&OrderMerchantReference=r",
            "[]",
            "{}",
            "{\"OrderTrackingId\":7}",
        ] {
            assert!(Notice::in_body(odd.as_bytes()).is_err(), "{odd}");
        }
        let long = format!(
            "OrderTrackingId={}&OrderMerchantReference=r",
            "w".repeat(101)
        );
        assert!(Notice::in_query(&long).is_err());
    }
}

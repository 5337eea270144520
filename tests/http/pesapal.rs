//! Paying through Pesapal, against a Pesapal that speaks HTTP: whatever it says, however often, in whatever order.

#[allow(dead_code)]
#[path = "../pesapal/mod.rs"]
pub mod simulator;

mod at_the_desk;
mod doors;
mod faults;
mod giving_back;
mod new_links;
mod scenarios;
mod waiting;

use cafe_pos::payments::pesapal::ask_due;
use cafe_pos::routes;
use cafe_pos::values::{AttemptId, OrderId};
use cafe_pos::web::serve::{Limits, Listener, serve};
use hmac::{Hmac, KeyInit, Mac};
use poem::http::{Method, StatusCode};
use sha2::Sha256;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::simulator::{KEY, SECRET as PESAPAL_SECRET, Simulator};
use super::cash::payments;
use super::house::*;

/// A café with an account at Pesapal, which reaches it over a socket.
pub struct Cafe {
    pub house: House,
    pub pesapal: Simulator,
    /// It is served over the socket for as long as this is kept.
    pub served: DropGuard,
}

impl Cafe {
    pub async fn open() -> Cafe {
        let pesapal = Simulator::open().await;
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).unwrap();
        let base = format!("http://{}", listener.local_addr());
        let house = House::with_settings(&[
            ("APP_BASE_URL", &base),
            ("PESAPAL_BASE_URL", &pesapal.url()),
            ("PESAPAL_CONSUMER_KEY", KEY),
            ("PESAPAL_CONSUMER_SECRET", PESAPAL_SECRET),
        ])
        .await;
        let shutdown = CancellationToken::new();
        tokio::spawn(serve(
            listener,
            routes::endpoint(house.app.clone()),
            shutdown.clone(),
        ));
        Cafe {
            house,
            pesapal,
            served: shutdown.drop_guard(),
        }
    }

    /// The loop beside the server looks, so many seconds later.
    async fn poll_after(&self, seconds: i64) {
        self.house.hand.advance(time::Duration::seconds(seconds));
        ask_due(&self.house.app).await.expect("asked");
    }

    async fn paid(&self, order: OrderId) -> i64 {
        let paid = format!("SELECT paid FROM orders WHERE id = '{order}'");
        self.house.number(&paid).await
    }

    async fn payments(&self) -> i64 {
        self.house.number("SELECT count(*) FROM payments").await
    }

    async fn orphans(&self) -> i64 {
        self.house
            .number("SELECT count(*) FROM payment_orphans")
            .await
    }

    async fn state(&self, attempt: AttemptId) -> String {
        let sql = "SELECT state FROM payment_attempts WHERE id = $1";
        let row = self.house.row(sql, [attempt.into()]).await;
        row.try_get("", "state").expect("a state")
    }

    /// Pesapal's notification about the last transaction, without Pesapal.
    async fn ipn(&self, house: &House) -> Answer {
        let last = self.pesapal.last();
        let path = format!(
            "/api/payments/pesapal/ipn?OrderTrackingId={}&OrderNotificationType=IPNCHANGE&OrderMerchantReference={}",
            last.tracking, last.reference
        );
        house.browser().send(Method::GET, &path, None, &[]).await
    }

    /// What a relay says of the last transaction, signed.
    async fn relay(&self, amount: i64) -> Answer {
        let last = self.pesapal.last();
        let body = serde_json::json!({
            "orderId": last.reference, "amount": amount, "payment_method": "MTN", "transaction_tracking_id": last.tracking,
        });
        knock(&self.house, &body.to_string(), None).await
    }
}

/// A relay knocks; without a signature it signs as it should.
async fn knock(house: &House, body: &str, signature: Option<&str>) -> Answer {
    let own = sign(body);
    let headers = [("x-pesapal-signature", signature.unwrap_or(&own))];
    let body = Some(("application/json", body.to_owned()));
    let mut relay = house.browser();
    relay
        .send_body(
            Method::POST,
            "/api/payments/pesapal/webhook",
            body,
            &headers,
        )
        .await
}

pub fn sign(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Asks for money on a link; answers the attempt.
async fn ask_for(till: &mut Device, order: OrderId, form: &[(&str, &str)]) -> AttemptId {
    let mut fields = vec![("method", "pesapal")];
    fields.extend(form);
    let answer = till
        .post(&payments(order), &fields)
        .await
        .must_be(StatusCode::OK);
    attempt_of(&answer)
}

fn attempt_of(answer: &Answer) -> AttemptId {
    let to = answer.header("hx-redirect");
    let id = to.strip_prefix("/attempts/");
    let id = id.unwrap_or_else(|| panic!("went to {to:?}: {}", answer.text));
    id.parse().expect("an id")
}

//! Pesapal's API over HTTP: its token, our notification address, submitting, status, cancelling, refunds.
//!
//! Every question has an end after [`PATIENCE`], and what comes back is read as far as [`LARGEST`]. Nothing here knows the
//! database.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Number, Value, json};
use thiserror::Error;
use tokio::sync::Mutex;

use super::answer::{self, Status};
use crate::config::{Pesapal, PesapalCredentials};
use crate::web::{Error as WebError, Refused, ask, client};

/// How long one question may take, with the token that it needs.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A token lives five minutes at most; it is asked for anew a minute earlier.
const TOKEN_KEPT: Duration = Duration::from_secs(240);
/// The longest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;
/// Notifications a minute and address. Pesapal's own all come from few.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(240).unwrap();
/// Kept addresses above which those that are at rest are dropped.
const MANY: usize = 1_000;

/// Why Pesapal did not do what it was asked.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum Failure {
    /// The café has no account there, or the program does not know it.
    #[error(
        "Pesapal is not set up. Put PESAPAL_CONSUMER_KEY and PESAPAL_CONSUMER_SECRET into the settings of the server and start it again."
    )]
    NotConfigured,
    /// It cannot be reached, is too slow, or says what nobody can read.
    #[error("Pesapal does not answer at the moment. Ask again, or take the money another way.")]
    Unreachable,
    /// It refuses, in its own words.
    #[error("{}", sentence(.code, .message))]
    Refused {
        /// Its word for the reason.
        code: String,
        /// Its sentence.
        message: String,
    },
}

impl Failure {
    /// Every word of [`Failure::code`].
    pub const CODES: [&'static str; 3] = [
        "pesapal_not_configured",
        "pesapal_unreachable",
        "pesapal_refused",
    ];

    /// A stable word for API clients.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::NotConfigured => "pesapal_not_configured",
            Failure::Unreachable => "pesapal_unreachable",
            Failure::Refused { .. } => "pesapal_refused",
        }
    }

    /// Whether it is about the address at which we want to be notified.
    pub fn is_of_ipn(&self) -> bool {
        matches!(self, Failure::Refused { code, .. } if code.to_ascii_lowercase().contains("ipn"))
    }
}

fn sentence(code: &str, message: &str) -> String {
    let said = format!("{code} {message}").to_ascii_lowercase();
    if said.contains("maximum_amount_limit_exceeded") || said.contains("maximum allowed test") {
        return "Pesapal does not take that much in one payment (its sandbox takes small amounts only). Ask for less, or take the money another way.".to_owned();
    }
    if said.contains("consumer_key") || said.contains("consumer_secret") {
        return "Pesapal does not know this café: check PESAPAL_CONSUMER_KEY and PESAPAL_CONSUMER_SECRET, and that PESAPAL_BASE_URL is where they are from.".to_owned();
    }
    match (message, code) {
        ("", "") => "Pesapal refused. Take the money another way.".to_owned(),
        ("", code) => format!("Pesapal refused: {code}."),
        (message, _) => format!("Pesapal says: {}.", message.trim_end_matches('.')),
    }
}

/// What is submitted.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Our reference, unique for ever.
    pub reference: String,
    /// The currency's code.
    pub currency: String,
    /// The amount, in whole units with decimals.
    pub amount: Number,
    /// For what, in a few words.
    pub description: String,
    /// Where the guest's browser returns.
    pub callback_url: String,
    /// Where we are notified.
    pub ipn_id: String,
    /// The café's name.
    pub branch: String,
    /// How to reach the guest: an e-mail address where there is an `@` in it, else a telephone number.
    pub payer: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Pesapal's id.
    pub tracking: String,
    /// Where the guest pays.
    pub redirect: String,
}

struct Token {
    text: String,
    good_until: Instant,
}

/// The way to Pesapal: the settings, one token for all, and the valve before its doors here.
pub struct Gateway {
    setting: Pesapal,
    http: OnceLock<Option<Client>>,
    token: Mutex<Option<Token>>,
    /// One registers our address; the others wait and find it.
    pub(super) registering: Mutex<()>,
    valve: DefaultKeyedRateLimiter<IpAddr>,
}

impl Gateway {
    /// The way that the settings describe; nothing is asked yet.
    pub fn new(setting: &Pesapal) -> Self {
        Gateway {
            setting: setting.clone(),
            http: OnceLock::new(),
            token: Mutex::default(),
            registering: Mutex::default(),
            valve: RateLimiter::keyed(Quota::per_minute(A_MINUTE)),
        }
    }

    /// Whether the café has an account there.
    pub fn is_configured(&self) -> bool {
        self.setting.credentials.is_some()
    }

    /// The settings.
    pub fn setting(&self) -> &Pesapal {
        &self.setting
    }

    /// Lets a notification through, or says when the next one may come.
    ///
    /// # Errors
    /// 429 when there were too many from one address within a minute.
    pub fn admit(&self, from: &client::Client) -> Result<(), WebError> {
        if self.valve.len() > MANY {
            self.valve.retain_recent();
        }
        self.valve.check_key(&from.network()).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            WebError::Refused(Refused {
                status: poem::http::StatusCode::TOO_MANY_REQUESTS,
                code: "too_many",
                sentence: "Too many notifications from this network. Send it again later."
                    .to_owned(),
                retry_after: Some(wait.as_secs() + 1),
                way_on: None,
                field: None,
            })
        })
    }

    /// Registers the address at which we are notified; answers its id.
    pub async fn register_ipn(&self, url: &str) -> Result<String, Failure> {
        let body = json!({ "url": url, "ipn_notification_type": "GET" });
        let answer = self.call("api/URLSetup/RegisterIPN", Some(&body)).await?;
        let id = answer::text(&answer["ipn_id"]);
        if id.is_empty() {
            return Err(refused(&answer));
        }
        Ok(id)
    }

    /// Submits what a guest is asked for; answers where they pay.
    pub async fn submit(&self, asked: &Asked) -> Result<Link, Failure> {
        let reached = match asked.payer.contains('@') {
            true => json!({ "email_address": asked.payer }),
            false => json!({ "phone_number": asked.payer }),
        };
        let body = json!({
            "id": asked.reference,
            "currency": asked.currency,
            "amount": asked.amount,
            "description": asked.description,
            "redirect_mode": "TOP_WINDOW",
            "callback_url": asked.callback_url,
            "cancellation_url": asked.callback_url,
            "notification_id": asked.ipn_id,
            "branch": asked.branch,
            "billing_address": reached,
        });
        let path = "api/Transactions/SubmitOrderRequest";
        let answer = self.call(path, Some(&body)).await?;
        let tracking = answer::text(&answer["order_tracking_id"]);
        let redirect = answer["redirect_url"].as_str().unwrap_or_default();
        if tracking.is_empty() || !is_address(redirect) {
            return Err(refused(&answer));
        }
        if answer::text(&answer["merchant_reference"]) != asked.reference {
            tracing::warn!(
                tracking,
                "Pesapal answered for another order than it was asked for"
            );
            return Err(Failure::Unreachable);
        }
        Ok(Link {
            tracking,
            redirect: redirect.to_owned(),
        })
    }

    /// How a transaction stands.
    pub async fn status(&self, tracking: &str) -> Result<Status, Failure> {
        let query = serde_urlencoded::to_string([("orderTrackingId", tracking)]);
        let query = query.map_err(|_| Failure::Unreachable)?;
        let path = format!("api/Transactions/GetTransactionStatus?{query}");
        let answer = self.call(&path, None).await?;
        Status::read(&answer).ok_or_else(|| refused(&answer))
    }

    /// Calls off what nobody has paid.
    pub async fn cancel(&self, tracking: &str) -> Result<(), Failure> {
        let body = json!({ "order_tracking_id": tracking });
        let answer = self
            .call("api/Transactions/CancelOrder", Some(&body))
            .await?;
        accepted(&answer)
    }

    /// Asks for money to be given back: Pesapal has received it then, and a person there has to agree.
    pub async fn refund(
        &self,
        confirmation: &str,
        amount: &Number,
        by: &str,
        remarks: &str,
    ) -> Result<(), Failure> {
        let body = json!({
            "confirmation_code": confirmation,
            "amount": amount,
            "username": by,
            "remarks": remarks,
        });
        let answer = self
            .call("api/Transactions/RefundRequest", Some(&body))
            .await?;
        accepted(&answer)
    }

    /// Asks with a token, and once more with a fresh one where that is refused: then nothing was done.
    async fn call(&self, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let credentials = self.setting.credentials.as_ref();
        let credentials = credentials.ok_or(Failure::NotConfigured)?;
        let asked = async {
            let token = self.token(credentials, None).await?;
            let answer = self.send(path, body, Some(&token)).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return read(path, answer).await;
            }
            let token = self.token(credentials, Some(&token)).await?;
            read(path, self.send(path, body, Some(&token)).await?).await
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer,
            Err(_) => {
                tracing::warn!(path = bare(path), "Pesapal did not answer in time");
                Err(Failure::Unreachable)
            }
        }
    }

    /// The token, asked for by one while the others wait. `refused` is one that Pesapal does not take any more.
    async fn token(
        &self,
        credentials: &PesapalCredentials,
        refused_one: Option<&str>,
    ) -> Result<String, Failure> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref()
            && token.good_until > Instant::now()
            && refused_one != Some(token.text.as_str())
        {
            return Ok(token.text.clone());
        }
        *kept = None;
        let asked_at = Instant::now();
        let body = json!({
            "consumer_key": credentials.consumer_key.reveal(),
            "consumer_secret": credentials.consumer_secret.reveal(),
        });
        let path = "api/Auth/RequestToken";
        let answer = read(path, self.send(path, Some(&body), None).await?).await?;
        let text = answer["token"].as_str().unwrap_or_default().to_owned();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused(&answer));
        }
        *kept = Some(Token {
            text: text.clone(),
            good_until: asked_at + TOKEN_KEPT,
        });
        Ok(text)
    }

    async fn send(
        &self,
        path: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Result<Response, Failure> {
        let request = self
            .request(path, body, token)
            .ok_or(Failure::Unreachable)?;
        request.send().await.map_err(|failure| {
            let failure = failure.without_url();
            tracing::warn!(path = bare(path), %failure, "Pesapal cannot be reached");
            Failure::Unreachable
        })
    }

    fn request(
        &self,
        path: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Option<RequestBuilder> {
        let url = format!("{}/{path}", self.setting.base_url.as_str());
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = self.http()?.request(method, url);
        request = request
            .header("accept", "application/json")
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Some(match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        })
    }

    fn http(&self) -> Option<&Client> {
        let client = self.http.get_or_init(|| {
            ask::client()
                .connect_timeout(PATIENCE)
                // Nobody leads our credentials somewhere else.
                .redirect(Policy::none())
                .build()
                .inspect_err(|failure| tracing::error!(%failure, "no client for Pesapal"))
                .ok()
        });
        client.as_ref()
    }
}

/// Reads an answer. What is no JSON is as good as none; an error in JSON may come with any status.
async fn read(path: &str, mut answer: Response) -> Result<Value, Failure> {
    let status = answer.status();
    let mut bytes = Vec::new();
    let unreadable = |why: &str| {
        tracing::warn!(path = bare(path), %status, why, "Pesapal's answer cannot be read");
        Failure::Unreachable
    };
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) if bytes.len() + piece.len() <= LARGEST => bytes.extend(piece),
            Ok(Some(_)) => return Err(unreadable("it is too long")),
            Ok(None) => break,
            Err(_) => return Err(unreadable("it broke off")),
        }
    }
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(answer) if answer.is_object() && !status.is_server_error() => Ok(answer),
        Ok(_) => Err(unreadable("it is an error of theirs")),
        Err(_) => Err(unreadable("it is no JSON")),
    }
}

fn accepted(answer: &Value) -> Result<(), Failure> {
    match answer::text(&answer["status"]).as_str() {
        "200" => Ok(()),
        _ => Err(refused(answer)),
    }
}

fn refused(answer: &Value) -> Failure {
    match answer::refusal(answer) {
        Some((code, message)) => Failure::Refused { code, message },
        None => Failure::Unreachable,
    }
}

/// The path for a log line, without what is asked about.
fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

/// Whether a guest's telephone can be led there.
pub fn is_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= 2_000
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pesapal_refuses_is_told_in_words_that_help() {
        let told = |code: &str, message: &str| {
            let (code, message) = (code.to_owned(), message.to_owned());
            Failure::Refused { code, message }.to_string()
        };
        assert!(told("maximum_amount_limit_exceeded", "x").contains("sandbox"));
        assert!(told("invalid_consumer_key_or_secret_provided", "").contains("PESAPAL_BASE_URL"));
        assert_eq!(told("x", "Try later."), "Pesapal says: Try later.");
        assert_eq!(told("no_way", ""), "Pesapal refused: no_way.");
        assert_eq!(told("", ""), "Pesapal refused. Take the money another way.");
    }

    #[test]
    fn a_guest_is_led_to_a_page_and_nowhere_else() {
        assert!(is_address("https://pay.pesapal.com/iframe/x?y=1"));
        for odd in ["javascript:alert(1)", "https://a b", "", "//x", "https://é"] {
            assert!(!is_address(odd), "{odd}");
        }
    }
}

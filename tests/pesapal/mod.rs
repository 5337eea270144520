//! A Pesapal that runs here: a real HTTP server that speaks its API, with its hosted page, its token, its notifications, and
//! whatever goes wrong with the real one. `cargo run --example pesapal` starts one by hand.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use poem::http::{Method, StatusCode, header};
use poem::listener::TcpAcceptor;
use poem::{IntoResponse, Request, Response};
use serde_json::{Number, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// What the café signs in with.
pub const KEY: &str = "the-cafe";
/// And its secret.
pub const SECRET: &str = "a-secret-of-the-cafe";

/// A question of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    Token,
    Register,
    List,
    Submit,
    Status,
    Refund,
    Cancel,
}

/// What goes wrong from now on.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// How long a token lives, where it is not five minutes.
    pub token_lives: Option<Duration>,
    /// These take so long.
    pub slow: Vec<(Call, Duration)>,
    /// These never answer.
    pub hangs: Vec<Call>,
    /// These answer 500.
    pub breaks: Vec<Call>,
    /// These answer what is no JSON.
    pub garbage: Vec<Call>,
    /// So often a status says that the guest has not finished, although they have.
    pub pending_first: u32,
    /// A status tells of another amount.
    pub other_amount: Option<Value>,
    /// A status tells of another currency.
    pub other_currency: Option<String>,
    /// A status tells of another order of ours.
    pub other_reference: Option<String>,
    /// Larger amounts are refused.
    pub limit: Option<i64>,
    /// The guest has paid, and we are notified, before the submit is answered.
    pub early: bool,
    /// What was submitted is taken, and answered only so much later.
    pub late: Option<Duration>,
    /// So often every notification comes again.
    pub again: u32,
    /// Whatever was registered is not known any more.
    pub forgot_ipns: bool,
    /// Nothing is called off.
    pub keeps: bool,
    /// A refund is accepted, and the answer is lost.
    pub loses_refunds: bool,
    /// What the provider calls what is paid from now on, where it is not made up.
    pub called: Option<String>,
}

/// One transaction.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub tracking: String,
    pub reference: String,
    pub amount: Number,
    pub currency: String,
    pub callback: String,
    pub notification: String,
    pub billing: Value,
    pub code: i64,
    pub method: String,
    pub confirmation: String,
    pub description: String,
    pub refunds: Vec<Value>,
    pub called_off: bool,
}

#[derive(Default)]
struct Books {
    faults: Faults,
    calls: HashMap<Call, usize>,
    tokens: HashMap<String, Instant>,
    ipns: HashMap<String, (String, String)>,
    transactions: Vec<Transaction>,
    told_pending: HashMap<String, u32>,
}

/// What the server knows.
pub struct World {
    address: SocketAddr,
    books: Mutex<Books>,
}

/// One that runs for as long as it is kept.
pub struct Simulator {
    world: Arc<World>,
    server: JoinHandle<()>,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Simulator {
    /// One on a port of its own.
    pub async fn open() -> Simulator {
        Self::at("127.0.0.1:0".parse().expect("an address")).await
    }

    /// One at this address.
    pub async fn at(address: SocketAddr) -> Simulator {
        let listener = TcpListener::bind(address).await.expect("a port");
        let world = Arc::new(World {
            address: listener.local_addr().expect("an address"),
            books: Mutex::default(),
        });
        let served = Arc::clone(&world);
        let endpoint = poem::endpoint::make(move |request| {
            let world = Arc::clone(&served);
            async move { Ok::<_, poem::Error>(answer(world, request).await) }
        });
        let acceptor = TcpAcceptor::from_tokio(listener).expect("a listener");
        let server = tokio::spawn(async move {
            let _ = poem::Server::new_with_acceptor(acceptor)
                .run(endpoint)
                .await;
        });
        Simulator { world, server }
    }

    /// For `PESAPAL_BASE_URL`.
    pub fn url(&self) -> String {
        self.world.url()
    }

    /// Changes what goes wrong from now on.
    pub fn with(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.world.books().faults);
    }

    /// How often this was asked.
    pub fn calls(&self, call: Call) -> usize {
        self.world.books().calls.get(&call).copied().unwrap_or(0)
    }

    /// Every transaction, in the order of submitting.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.world.books().transactions.clone()
    }

    /// The last one.
    pub fn last(&self) -> Transaction {
        self.transactions().pop().expect("a transaction")
    }

    /// The guest pays the last one; nobody is notified.
    pub fn pay(&self, method: &str) -> Transaction {
        let tracking = self.last().tracking;
        self.world.finish(&tracking, 1, method)
    }

    /// A guest pays this one, and the café is notified.
    pub async fn pays(&self, tracking: &str, method: &str) -> Value {
        self.world.finish(tracking, 1, method);
        self.world.notify(tracking).await
    }

    /// It becomes something else: 2 failed, 3 given back.
    pub fn becomes(&self, code: i64) -> Transaction {
        let tracking = self.last().tracking;
        self.world.finish(&tracking, code, "")
    }

    /// This one becomes something else, paid with `method` where it is 1; nobody is notified.
    pub fn turns(&self, tracking: &str, code: i64, method: &str) {
        self.world.finish(tracking, code, method);
    }

    /// The provider's own id of the last one.
    pub fn confirmed_as(&self, confirmation: &str) {
        let mut books = self.world.books();
        let last = books.transactions.last_mut().expect("a transaction");
        last.confirmation = confirmation.to_owned();
    }

    /// Notifies the café of the last one; answers what it says.
    pub async fn notify(&self) -> Value {
        let tracking = self.last().tracking;
        self.world.notify(&tracking).await
    }

    /// Every address at which the café wants to be notified.
    pub fn ipns(&self) -> Vec<String> {
        let books = self.world.books();
        books.ipns.values().map(|(url, _)| url.clone()).collect()
    }
}

impl World {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self) -> String {
        format!("http://{}/pesapalv3", self.address)
    }

    fn finish(&self, tracking: &str, code: i64, method: &str) -> Transaction {
        let mut books = self.books();
        let called = books.faults.called.clone();
        let all = &mut books.transactions;
        let one = all.iter_mut().find(|one| one.tracking == tracking);
        let one = one.expect("a transaction");
        one.code = code;
        if !method.is_empty() {
            one.method = method.to_owned();
        }
        if code == 1 && one.confirmation.is_empty() {
            let id = Uuid::new_v4().simple().to_string().to_uppercase();
            one.confirmation = called.unwrap_or_else(|| format!("QK{}", &id[..10]));
        }
        one.description = match code {
            2 => "Unable to Authorize Transaction.Kindly contact your bank".to_owned(),
            _ => String::new(),
        };
        one.clone()
    }

    /// Knocks at the address that was registered, as often as it is set to, and answers what the last knock came to.
    async fn notify(&self, tracking: &str) -> Value {
        let (target, one, times) = {
            let books = self.books();
            let found = books
                .transactions
                .iter()
                .find(|one| one.tracking == tracking);
            let one = found.expect("a transaction").clone();
            let target = books.ipns.get(&one.notification).cloned();
            (target, one, books.faults.again)
        };
        let Some((url, kind)) = target else {
            return Value::Null;
        };
        let client = cafe_pos::web::ask::client().build().expect("a client");
        let words = [
            ("OrderTrackingId", one.tracking.as_str()),
            ("OrderNotificationType", "IPNCHANGE"),
            ("OrderMerchantReference", one.reference.as_str()),
        ];
        let mut said = Value::Null;
        for _ in 0..=times {
            let request = match kind.as_str() {
                "POST" => {
                    let body: HashMap<_, _> = words.into_iter().collect();
                    let body = serde_json::to_string(&body).expect("JSON");
                    client
                        .post(&url)
                        .header("content-type", "application/json")
                        .body(body)
                }
                _ => {
                    let query = serde_urlencoded::to_string(words).expect("a query");
                    client.get(format!("{url}?{query}"))
                }
            };
            said = match request.send().await {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let text = answer.text().await.unwrap_or_default();
                    json!({ "http": status, "body": serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text)) })
                }
                Err(failure) => Value::String(failure.to_string()),
            };
        }
        said
    }
}

async fn answer(world: Arc<World>, mut request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(tracking) = path.strip_prefix("/page/") {
        return page(&world, tracking.to_owned(), &mut request).await;
    }
    let call = match path.strip_prefix("/pesapalv3/api/").unwrap_or_default() {
        "Auth/RequestToken" => Call::Token,
        "URLSetup/RegisterIPN" => Call::Register,
        "URLSetup/GetIpnList" => Call::List,
        "Transactions/SubmitOrderRequest" => Call::Submit,
        "Transactions/GetTransactionStatus" => Call::Status,
        "Transactions/RefundRequest" => Call::Refund,
        "Transactions/CancelOrder" => Call::Cancel,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let faults = {
        let mut books = world.books();
        *books.calls.entry(call).or_default() += 1;
        books.faults.clone()
    };
    if let Some((_, time)) = faults.slow.iter().find(|(slow, _)| *slow == call) {
        tokio::time::sleep(*time).await;
    }
    if faults.hangs.contains(&call) {
        std::future::pending::<()>().await;
    }
    if faults.breaks.contains(&call) {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "<h1>Server Error in '/' Application.</h1>",
        )
            .into_response();
    }
    if faults.garbage.contains(&call) {
        return "<!doctype html><title>Just a moment...</title>{\"status\":".into_response();
    }
    if call != Call::Token && !is_let_in(&world, &request, &faults) {
        let told = json!({ "error": { "code": "invalid_token", "message": "Unauthorized" }, "status": "401" });
        return (StatusCode::UNAUTHORIZED, poem::web::Json(told)).into_response();
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = request.take_body().into_vec().await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let told = match call {
        Call::Token => token(&world, &body, &faults),
        Call::Register => register(&world, &body),
        Call::List => list(&world),
        Call::Submit => submit(&world, &body, &faults).await,
        Call::Status => status(&world, &query, &faults),
        Call::Refund => {
            let told = refund(&world, &body);
            if faults.loses_refunds {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            told
        }
        Call::Cancel => cancel(&world, &body, &faults),
    };
    poem::web::Json(told).into_response()
}

fn is_let_in(world: &World, request: &Request, faults: &Faults) -> bool {
    let token = request.header(header::AUTHORIZATION).unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or_default();
    let lives = faults.token_lives.unwrap_or(Duration::from_secs(300));
    let books = world.books();
    books
        .tokens
        .get(token)
        .is_some_and(|made| made.elapsed() < lives)
}

fn refused(code: &str, message: &str) -> Value {
    json!({ "error": { "error_type": "api_error", "code": code, "message": message }, "status": "500", "message": message })
}

fn token(world: &World, body: &Value, faults: &Faults) -> Value {
    if body["consumer_key"] != KEY || body["consumer_secret"] != SECRET {
        return refused("invalid_consumer_key_or_secret_provided", "");
    }
    let token = Uuid::new_v4().simple().to_string();
    world.books().tokens.insert(token.clone(), Instant::now());
    let lives = faults.token_lives.unwrap_or(Duration::from_secs(300));
    let until = time::OffsetDateTime::now_utc() + lives;
    json!({ "token": token, "expiryDate": until.to_string(), "error": null, "status": "200", "message": "Request processed successfully" })
}

fn register(world: &World, body: &Value) -> Value {
    let (Some(url), Some(kind)) = (body["url"].as_str(), body["ipn_notification_type"].as_str())
    else {
        return refused(
            "invalid_ipn",
            "The url or the type of notification is missing",
        );
    };
    let id = Uuid::new_v4().to_string();
    let kept = (url.to_owned(), kind.to_owned());
    world.books().ipns.insert(id.clone(), kept);
    json!({ "url": url, "created_date": "2026-11-27T09:00:00.0000000Z", "ipn_id": id, "error": null, "status": "200" })
}

fn list(world: &World) -> Value {
    let books = world.books();
    let all = books.ipns.iter();
    all.map(|(id, (url, _))| json!({ "ipn_id": id, "url": url, "status": "200" }))
        .collect()
}

async fn submit(world: &World, body: &Value, faults: &Faults) -> Value {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (reference, notification) = (text("id"), text("notification_id"));
    let Value::Number(amount) = body["amount"].clone() else {
        return refused("invalid_amount", "The amount is no number");
    };
    let signs = |sign: char| sign.is_ascii_alphanumeric() || "_.:-".contains(sign);
    if reference.is_empty() || reference.len() > 50 || !reference.chars().all(signs) {
        return refused("invalid_id", "The id of the order is not valid");
    }
    if text("description").chars().count() > 100 {
        return refused("invalid_description", "The description is too long");
    }
    let billing = body["billing_address"].clone();
    if billing["email_address"]
        .as_str()
        .or(billing["phone_number"].as_str())
        .is_none()
    {
        return refused(
            "invalid_billing",
            "An e-mail address or a telephone number is needed",
        );
    }
    let tracking = Uuid::new_v4().to_string();
    {
        let mut books = world.books();
        if faults.forgot_ipns || !books.ipns.contains_key(&notification) {
            return refused("invalid_ipn_id", "InvalidIpnId");
        }
        if books
            .transactions
            .iter()
            .any(|one| one.reference == reference)
        {
            return refused("duplicate_order_id", "This id was used before");
        }
        let is_above = |limit: i64| {
            amount
                .to_string()
                .split('.')
                .next()
                .and_then(|whole| whole.parse::<i64>().ok())
                > Some(limit)
        };
        if faults.limit.is_some_and(is_above) {
            return refused(
                "maximum_amount_limit_exceeded",
                "Maximum allowed test transactions limit exceeded",
            );
        }
        books.transactions.push(Transaction {
            tracking: tracking.clone(),
            reference: reference.clone(),
            amount,
            currency: text("currency"),
            callback: text("callback_url"),
            notification,
            billing,
            code: 0,
            method: String::new(),
            confirmation: String::new(),
            description: String::new(),
            refunds: Vec::new(),
            called_off: false,
        });
    }
    if let Some(late) = faults.late {
        tokio::time::sleep(late).await;
    }
    if faults.early {
        world.finish(&tracking, 1, "MTNUG");
        world.notify(&tracking).await;
    }
    json!({
        "order_tracking_id": tracking,
        "merchant_reference": reference,
        "redirect_url": format!("http://{}/page/{tracking}", world.address),
        "error": null,
        "status": "200",
    })
}

fn status(world: &World, query: &str, faults: &Faults) -> Value {
    let asked: HashMap<String, String> = serde_urlencoded::from_str(query).unwrap_or_default();
    let tracking = asked.get("orderTrackingId").cloned().unwrap_or_default();
    let mut books = world.books();
    let found = books
        .transactions
        .iter()
        .find(|one| one.tracking == tracking);
    let Some(one) = found.cloned() else {
        return refused("invalid_order_tracking_id", "There is no such order");
    };
    let told = books.told_pending.entry(tracking).or_default();
    let is_pending = one.code == 0 || *told < faults.pending_first;
    *told += u32::from(one.code != 0);
    let (code, word) = match one.code {
        _ if is_pending => (0, "INVALID"),
        1 => (1, "Completed"),
        2 => (2, "Failed"),
        _ => (3, "Reversed"),
    };
    let error = match is_pending {
        true => {
            json!({ "error_type": "api_error", "code": "payment_details_not_found", "message": "Pending Payment" })
        }
        false => json!({ "error_type": null, "code": null, "message": null }),
    };
    json!({
        "payment_method": one.method,
        "amount": faults.other_amount.clone().unwrap_or(Value::Number(one.amount)),
        "created_date": "2026-11-27T09:00:00.00",
        "confirmation_code": one.confirmation,
        "payment_status_description": word,
        "description": one.description,
        "message": "Request processed successfully",
        "payment_account": "2567xxx906",
        "call_back_url": one.callback,
        "status_code": code,
        "merchant_reference": faults.other_reference.clone().unwrap_or(one.reference),
        "payment_status_code": "",
        "currency": faults.other_currency.clone().unwrap_or(one.currency),
        "error": error,
        // It only says that the question was understood.
        "status": "200",
    })
}

fn refund(world: &World, body: &Value) -> Value {
    let mut books = world.books();
    let code = body["confirmation_code"].as_str().unwrap_or_default();
    let found = books.transactions.iter_mut();
    let one = found
        .filter(|one| one.code == 1)
        .find(|one| one.confirmation == code);
    match one {
        Some(one) if one.refunds.is_empty() => {
            one.refunds.push(body.clone());
            json!({ "status": "200", "message": "Refund request successfully" })
        }
        _ => json!({ "status": "500", "message": "Refund rejected" }),
    }
}

fn cancel(world: &World, body: &Value, faults: &Faults) -> Value {
    let mut books = world.books();
    let tracking = body["order_tracking_id"].as_str().unwrap_or_default();
    let found = books.transactions.iter_mut();
    let one = found
        .filter(|one| one.code != 1 && !one.called_off)
        .find(|one| one.tracking == tracking);
    match one {
        Some(one) if !faults.keeps => {
            one.called_off = true;
            json!({ "status": "200", "message": "Order successfully cancelled." })
        }
        _ => json!({ "status": "500", "message": "Order cancellation failed." }),
    }
}

/// What a guest sees, and what becomes of a tap there.
async fn page(world: &World, tracking: String, request: &mut Request) -> Response {
    let find = || {
        let books = world.books();
        let mut all = books.transactions.iter();
        all.find(|one| one.tracking == tracking).cloned()
    };
    let Some(one) = find() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if *request.method() == Method::POST {
        let body = request.take_body().into_string().await.unwrap_or_default();
        let tapped = body.strip_prefix("way=").unwrap_or_default();
        if tapped == "agree" && !one.refunds.is_empty() {
            // Nobody is notified and nobody returns: the till has to ask.
            world.finish(&tracking, 3, "");
            return StatusCode::SEE_OTHER
                .with_header(header::LOCATION, format!("/page/{tracking}"))
                .into_response();
        }
        match tapped {
            "cancel" => {}
            "fail" => drop(world.finish(&tracking, 2, "")),
            method if one.code == 0 && !one.called_off => drop(world.finish(&tracking, 1, method)),
            _ => {}
        }
        if tapped != "cancel" {
            world.notify(&tracking).await;
        }
        let query = serde_urlencoded::to_string([
            ("OrderTrackingId", tracking.as_str()),
            ("OrderNotificationType", "CALLBACKURL"),
            ("OrderMerchantReference", one.reference.as_str()),
        ]);
        let back = format!("{}?{}", one.callback, query.expect("a query"));
        return StatusCode::SEE_OTHER
            .with_header(header::LOCATION, back)
            .into_response();
    }
    let buttons: String = [
        ("MTNUG", "Pay by MTN"),
        ("AIRTELUG", "Pay by Airtel"),
        ("Visa", "Pay by card"),
        ("fail", "Fail"),
        ("cancel", "Cancel"),
        ("agree", "Agree to the refund, and tell nobody"),
    ]
    .into_iter()
    .filter(|(value, _)| *value != "agree" || one.code == 1 && !one.refunds.is_empty())
    .map(|(value, label)| format!("<p><button name=\"way\" value=\"{value}\">{label}</button></p>"))
    .collect();
    poem::web::Html(format!(
        "<!doctype html><meta name=\"viewport\" content=\"width=device-width\"><title>Not Pesapal</title>\
         <h1>{} {}</h1><p>This stands in for Pesapal's page. No money moves.</p><form method=\"post\">{buttons}</form>",
        one.currency, one.amount
    ))
    .into_response()
}

//! The tills: each takes one order after the other. What is not answered is asked again under the same key until it is,
//! as a browser does whose person taps again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use rand::Rng as _;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Venue;
use super::books::{Books, OrderBook};

/// Nobody waits longer for an answer; a command under way when the program died is asked again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A guest who pays what has this name at Pesapal, which tells the café of it if it is there to be told.
pub type Guest = Arc<dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync>;

/// How long a link may take before the till calls it off: the answer to it was lost with the program then.
const LINK: Duration = Duration::from_secs(4);
/// How long money that was paid at Pesapal may take to be in the books, kills and all.
const NEWS: Duration = Duration::from_secs(120);

/// Trade that goes on until it is told to end.
pub struct Trade {
    stop: Arc<AtomicBool>,
    tills: Vec<JoinHandle<Vec<OrderBook>>>,
    counted: Arc<Counted>,
}

#[derive(Default)]
struct Counted {
    commands: AtomicU64,
    asked_again: AtomicU64,
}

impl Trade {
    /// Opens a till for each cashier.
    pub fn begin(venue: &Venue, db: &DatabaseConnection) -> Self {
        let (stop, counted) = (Arc::new(AtomicBool::new(false)), Arc::<Counted>::default());
        let tills = venue
            .cashiers
            .iter()
            .enumerate()
            .map(|(till, cashier)| {
                let hand = Hand {
                    client: client(),
                    doors: venue.doors.clone(),
                    door: AtomicUsize::new(till % venue.doors.len()),
                    cashier: cashier.clone(),
                    bartender: venue.bartender.clone(),
                    products: venue.products.clone(),
                    manages: venue.manage,
                    guest: venue.guest.clone(),
                    counted: Arc::clone(&counted),
                };
                let (stop, db) = (Arc::clone(&stop), db.clone());
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    while !stop.load(Relaxed) {
                        taken.push(hand.take_order(&db).await);
                    }
                    taken
                })
            })
            .collect();
        Trade {
            stop,
            tills,
            counted,
        }
    }

    /// Lets every till finish its order; answers what they were told.
    pub async fn end(self) -> Books {
        self.stop.store(true, Relaxed);
        let mut orders = Vec::new();
        for till in self.tills {
            orders.extend(till.await.expect("a till that works to its end"));
        }
        Books::new(
            orders,
            self.counted.commands.load(Relaxed),
            self.counted.asked_again.load(Relaxed),
        )
    }
}

fn client() -> reqwest::Client {
    cafe_pos::web::ask::client()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// What taps at one till.
struct Hand {
    client: reqwest::Client,
    doors: Vec<String>,
    /// The one that answered last.
    door: AtomicUsize,
    cashier: String,
    bartender: String,
    products: Vec<(String, i64)>,
    manages: bool,
    guest: Option<Guest>,
    counted: Arc<Counted>,
}

impl Hand {
    async fn take_order(&self, db: &DatabaseConnection) -> OrderBook {
        let (taps, sends_first, in_parts, bumps, discounts, gives_back) = {
            let mut chance = rand::rng();
            let taps: Vec<usize> = (0..chance.random_range(1..=6))
                .map(|_| chance.random_range(0..self.products.len()))
                .collect();
            (
                taps,
                chance.random_bool(0.7),
                chance.random_bool(0.3),
                chance.random_bool(0.7),
                chance.random_bool(0.3),
                self.manages && chance.random_bool(0.2),
            )
        };
        let mut book = OrderBook::new(Uuid::now_v7());
        let path = format!("/orders/{}", book.id);
        self.insist("PUT", &path, &self.cashier, &[("kind", "takeaway")])
            .await;
        for tap in taps {
            let (product, price) = &self.products[tap];
            let lines = format!("{path}/lines");
            self.insist("POST", &lines, &self.cashier, &[("product", product)])
                .await;
            book.tapped(*price);
        }
        if sends_first {
            self.insist("POST", &format!("{path}/sends"), &self.cashier, &[])
                .await;
        }
        if discounts {
            let named = [("named", "Staff")];
            self.insist("POST", &format!("{path}/discount"), &self.cashier, &named)
                .await;
            book.tenth_off();
        }
        if in_parts && book.due() > 2_000 {
            let part = book.due() / 2;
            self.pay(&mut book, part, db).await;
        }
        let rest = book.due();
        self.pay(&mut book, rest, db).await;
        if gives_back {
            // The last payment was wrong: it goes back, and the guest pays anew.
            let payment = last_payment_of(db, book.id).await;
            let form = [("reason", "Wrong method taken")];
            self.insist(
                "POST",
                &format!("/payments/{payment}/refund"),
                &self.cashier,
                &form,
            )
            .await;
            book.given_back();
            let rest = book.due();
            self.pay(&mut book, rest, db).await;
        }
        if bumps {
            let ticket = ticket_of(db, book.id).await;
            let bump = format!("/kitchen/tickets/{ticket}/bump");
            self.insist("POST", &bump, &self.bartender, &[]).await;
            book.bumped = true;
        }
        book
    }

    /// In cash, by card, by mobile money or by a link of Pesapal's, as the guest likes.
    async fn pay(&self, book: &mut OrderBook, amount: i64, db: &DatabaseConnection) {
        let how = ["cash", "card", "mtn_momo", "pesapal"][rand::rng().random_range(0..4)];
        match (how, &self.guest) {
            ("pesapal", Some(guest)) => self.pay_by_link(book, amount, guest, db).await,
            ("pesapal", None) => self.take(book, "card", amount).await,
            _ => self.take(book, how, amount).await,
        }
    }

    async fn take(&self, book: &mut OrderBook, how: &str, amount: i64) {
        let (due, paid) = (book.due().to_string(), amount.to_string());
        let transaction = format!("SK{}", &Uuid::now_v7().simple().to_string()[8..]).to_uppercase();
        let mut form = asked_for(how, &paid, &due);
        match how {
            "cash" => form.push(("tendered", &paid)),
            "mtn_momo" => form.push(("reference", &transaction)),
            _ => {}
        }
        let payments = format!("/orders/{}/payments", book.id);
        self.insist("POST", &payments, &self.cashier, &form).await;
        book.paid(how == "cash", amount);
    }

    /// The guest pays what they have a link for, whoever is killed meanwhile; where its link was lost, the till calls it off
    /// and takes cash.
    async fn pay_by_link(
        &self,
        book: &mut OrderBook,
        amount: i64,
        guest: &Guest,
        db: &DatabaseConnection,
    ) {
        let (due, paid) = (book.due().to_string(), amount.to_string());
        let payments = format!("/orders/{}/payments", book.id);
        let form = asked_for("pesapal", &paid, &due);
        self.insist("POST", &payments, &self.cashier, &form).await;
        let of_order = "SELECT id FROM payment_attempts WHERE order_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1";
        let attempt = id_of(db, of_order, book.id).await;
        let link =
            "SELECT tracking_id FROM payment_attempts WHERE id = $1 AND tracking_id IS NOT NULL";
        match within(LINK, db, link, attempt).await {
            Some(tracking) => {
                guest(tracking).await;
                let news =
                    "SELECT state FROM payment_attempts WHERE id = $1 AND state = 'confirmed'";
                let came = within(NEWS, db, news, attempt).await;
                assert!(came.is_some(), "{attempt} was paid, and nobody heard of it");
                book.paid(false, amount);
            }
            None => {
                let off = format!("/attempts/{attempt}/cancellation");
                self.insist("POST", &off, &self.cashier, &[("cash", "on")])
                    .await;
                self.take(book, "cash", amount).await;
            }
        }
    }

    async fn insist(&self, method: &str, path: &str, session: &str, form: &[(&str, &str)]) {
        let command = Command::new(method, path, session, form);
        // Whoever was led to another instance stays there.
        let mut doors = self.doors.clone();
        doors.rotate_left(self.door.load(Relaxed));
        let tries = command.insist(&self.client, &doors).await;
        let led_on = (self.door.load(Relaxed) + tries - 1) % doors.len();
        self.door.store(led_on, Relaxed);
        self.counted.commands.fetch_add(1, Relaxed);
        self.counted
            .asked_again
            .fetch_add(u64::from(tries > 1), Relaxed);
    }
}

fn asked_for<'a>(how: &'a str, amount: &'a str, due: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("method", how),
        ("part", "amount"),
        ("amount", amount),
        ("expected", due),
    ]
}

/// One deed of somebody, under the key by which it is known however often it is sent.
pub struct Command<'a> {
    method: &'a str,
    path: &'a str,
    session: &'a str,
    form: &'a [(&'a str, &'a str)],
    key: String,
}

impl<'a> Command<'a> {
    /// A deed with a key of its own.
    pub fn new(
        method: &'a str,
        path: &'a str,
        session: &'a str,
        form: &'a [(&'a str, &'a str)],
    ) -> Self {
        let key = Uuid::now_v7().to_string();
        Command {
            method,
            path,
            session,
            form,
            key,
        }
    }

    /// Asks once.
    pub async fn ask(
        &self,
        client: &reqwest::Client,
        door: &str,
    ) -> reqwest::Result<reqwest::Response> {
        let method = reqwest::Method::from_bytes(self.method.as_bytes()).expect("a method");
        client
            .request(method, format!("{door}{}", self.path))
            .bearer_auth(self.session)
            .header("hx-request", "true")
            .header("idempotency-key", &self.key)
            .form(self.form)
            .send()
            .await
    }

    /// Asks one door after the other until there is an answer; says how many tries that took. A refusal would be wrong
    /// whatever was killed: the same key is answered with the present state, however often it is sent.
    pub async fn insist(&self, client: &reqwest::Client, doors: &[String]) -> usize {
        for (tries, door) in (1..).zip(doors.iter().cycle()) {
            match self.ask(client, door).await {
                Ok(answer) if answer.status().is_success() || answer.status().is_redirection() => {
                    return tries;
                }
                Ok(answer) if answer.status().is_client_error() => {
                    let status = answer.status();
                    let said = answer.text().await.unwrap_or_default();
                    // Killed while Pesapal was asked to give money back: for a minute nobody knows whether it was.
                    if said.contains("Try again in a minute") {
                        tokio::time::sleep(Duration::from_secs(5)).await;
                        continue;
                    }
                    let (method, path) = (self.method, self.path);
                    panic!("{method} {path} under one key, try {tries}: {status} {said}");
                }
                // No answer, or one that says that the program cannot do it now.
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        unreachable!("there is a door")
    }
}

/// The payment that was taken last on an order; it was acknowledged.
async fn last_payment_of(db: &DatabaseConnection, order: Uuid) -> Uuid {
    let sql = "SELECT id FROM payments WHERE order_id = $1 ORDER BY taken_at DESC, id DESC LIMIT 1";
    id_of(db, sql, order).await
}

/// The ticket that an order was sent on.
async fn ticket_of(db: &DatabaseConnection, order: Uuid) -> Uuid {
    id_of(db, "SELECT id FROM tickets WHERE order_id = $1", order).await
}

/// Asks until there is an answer: Postgres may just have been killed.
async fn id_of(db: &DatabaseConnection, sql: &str, order: Uuid) -> Uuid {
    loop {
        let question =
            Statement::from_sql_and_values(db.get_database_backend(), sql, [order.into()]);
        if let Ok(Some(row)) = db.query_one_raw(question).await {
            return row.try_get_by_index(0).expect("an id");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The text that is found within some time, if there is one; Postgres may be killed meanwhile.
async fn within(
    patience: Duration,
    db: &DatabaseConnection,
    sql: &str,
    id: Uuid,
) -> Option<String> {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        let question = Statement::from_sql_and_values(db.get_database_backend(), sql, [id.into()]);
        if let Ok(Some(row)) = db.query_one_raw(question).await {
            return Some(row.try_get_by_index(0).expect("a text"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

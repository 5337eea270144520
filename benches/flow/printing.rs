//! Printing: how many slips a second become bytes, and what a printer that is off costs those who send and pay.

use std::time::{Duration, Instant};

use cafe_pos::printing::{self, Paper, Slip};
use cafe_pos::terminals::device;
use sea_orm::{ConnectionTrait as _, Statement, Value};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::cafe::Cafe;
use crate::client::{Connection, Rights};
use crate::figures;

/// How often the three ways take turns.
const ROUNDS: u32 = 4;

/// How the printers are that a till and a station print at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    NoPrinter,
    Prints,
    Off,
}

const WAYS: [Way; 3] = [Way::NoPrinter, Way::Prints, Way::Off];

/// What sending and paying took in microseconds.
#[derive(Debug, Default)]
struct Took {
    send: Vec<u64>,
    pay: Vec<u64>,
}

/// All of it, on a café of its own.
pub async fn measure(window: Duration) {
    slips_per_second();
    let cafe = Cafe::open(1, None).await;
    let till = pair(&cafe).await;
    let printer = printer().await;
    let mut took: [Took; 3] = Default::default();
    // One after the other, over and over: whatever else this machine does hits all three.
    for _ in 0..ROUNDS {
        for (way, took) in WAYS.into_iter().zip(&mut took) {
            set(&cafe, way, &printer).await;
            trade(&cafe, &till, window / ROUNDS, took).await;
        }
    }
    println!("\none till; receipts and the bar's tickets go to paper: ms, median and p99");
    println!("  send p50      p99    pay p50      p99   printers");
    for (way, took) in WAYS.into_iter().zip(&mut took) {
        let how = match way {
            Way::NoPrinter => "none",
            Way::Prints => "two that print",
            Way::Off => "two that are off",
        };
        let (send, pay) = (
            figures::halves(&mut took.send),
            figures::halves(&mut took.pay),
        );
        println!(
            "{:>10} {:>8} {:>10} {:>8}   {how}",
            send.0, send.1, pay.0, pay.1
        );
    }
    cafe.close().await;
}

/// A receipt of twelve lines.
fn slips_per_second() {
    let mut slip = Slip::new("Receipt");
    slip.heading("CAFÉ KAHAWA");
    slip.centred("Acacia Avenue, Kampala");
    slip.rule();
    for line in 1..=12 {
        slip.row(format!("{line} Rolex with avocado and tomato"), "16,000");
    }
    slip.rule();
    slip.total("TOTAL UGX", "192,000");
    slip.qr(
        "https://pos.example.com/r/0123456789",
        "The receipt",
        "Scan",
    );
    println!("\nslips a second on one core, laid out and as bytes");
    for paper in [Paper::Wide, Paper::Narrow] {
        let (begun, mut slips, mut bytes) = (Instant::now(), 0_u64, 0);
        while begun.elapsed() < Duration::from_secs(1) {
            bytes = printing::bytes(&slip, paper).len();
            slips += 1;
        }
        println!("{slips:>10}   {} ({bytes} bytes each)", paper.label());
    }
}

/// A till that is paired, as the cashier's browser at it shows itself.
async fn pair(cafe: &Cafe) -> Rights {
    let token = Uuid::now_v7().simple().to_string();
    execute(
        cafe,
        "UPDATE terminals SET device_token_hash = $1, paired_at = now() WHERE name = 'Till 1'",
        [device::hash(&token).to_vec().into()],
    )
    .await;
    Rights {
        session: cafe.cashiers[0].clone(),
        device: token,
    }
}

/// A printer that prints everything at once and says nothing.
async fn printer() -> String {
    for port in 9100..=9199 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            let address = format!("127.0.0.1:{port}");
            tokio::spawn(async move {
                while let Ok((mut tcp, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let mut paper = Vec::new();
                        let _ = tcp.read_to_end(&mut paper).await;
                    });
                }
            });
            return address;
        }
    }
    panic!("no port of printers is free");
}

async fn set(cafe: &Cafe, way: Way, works: &str) {
    for sql in [
        "UPDATE terminals SET printer_id = NULL",
        "UPDATE stations SET printer_id = NULL, prints_always = false",
        "DELETE FROM print_jobs",
        "DELETE FROM printers",
    ] {
        execute(cafe, sql, []).await;
    }
    // Nobody listens at the last port of printers.
    let address = match way {
        Way::NoPrinter => return,
        Way::Prints => works,
        Way::Off => "127.0.0.250:9199",
    };
    for name in ["Counter", "Bar"] {
        execute(
            cafe,
            "INSERT INTO printers (id, name, address, paper, active, created_at) VALUES (gen_random_uuid(), $1, $2, 80, true, now())",
            [name.into(), address.into()],
        )
        .await;
    }
    let of = |name| format!("(SELECT id FROM printers WHERE name = '{name}')");
    let sql = format!(
        "UPDATE terminals SET printer_id = {} WHERE name = 'Till 1'",
        of("Counter")
    );
    execute(cafe, &sql, []).await;
    let sql = format!(
        "UPDATE stations SET printer_id = {}, prints_always = true WHERE name = 'Bar'",
        of("Bar")
    );
    execute(cafe, &sql, []).await;
}

async fn execute(cafe: &Cafe, sql: &str, values: impl IntoIterator<Item = Value>) {
    let db = &cafe.opened.db;
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.expect(sql);
}

/// Orders one after the other, sent and paid in cash.
async fn trade(cafe: &Cafe, till: &Rights, window: Duration, took: &mut Took) {
    let mut connection = Connection::to(&cafe.address).await;
    let until = Instant::now() + window;
    while Instant::now() < until {
        let order = format!("/orders/{}", Uuid::now_v7());
        let opened = connection
            .send_as("PUT", &order, till, "kind=takeaway")
            .await;
        opened.must_succeed("opening");
        for product in &cafe.products {
            let (path, form) = (format!("{order}/lines"), format!("product={product}"));
            let added = connection.send_as("POST", &path, till, &form).await;
            added.must_succeed("a line");
        }
        let begun = Instant::now();
        let sent = connection
            .send_as("POST", &format!("{order}/sends"), till, "")
            .await;
        sent.must_succeed("sending");
        took.send.push(micros(begun));
        let begun = Instant::now();
        let form = "method=cash&part=full";
        let paid = connection
            .send_as("POST", &format!("{order}/payments"), till, form)
            .await;
        paid.must_succeed("paying");
        took.pay.push(micros(begun));
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

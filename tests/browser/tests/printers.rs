//! A printer, from the manager's first try to the receipt that comes by itself, and what the screens say when it has no paper.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const LAPTOP: View = View {
    width: 1_440,
    height: 900,
};

/// What a printer has printed, and whether there is paper in it.
#[derive(Default)]
struct Inside {
    has_paper: bool,
    printed: String,
}

/// A printer on a port of printers, which answers how it is.
struct Printer {
    address: String,
    inside: Arc<Mutex<Inside>>,
}

impl Printer {
    async fn on() -> Printer {
        let inside = Arc::new(Mutex::new(Inside {
            has_paper: true,
            ..Inside::default()
        }));
        for port in 9100..=9199 {
            let address = format!("127.0.0.251:{port}");
            let Ok(listener) = TcpListener::bind(&address).await else {
                continue;
            };
            let shared = Arc::clone(&inside);
            tokio::spawn(async move {
                while let Ok((tcp, _)) = listener.accept().await {
                    tokio::spawn(serve(tcp, Arc::clone(&shared)));
                }
            });
            return Printer { address, inside };
        }
        panic!("no port of printers is free");
    }

    fn has_paper(&self, has: bool) {
        lock(&self.inside).has_paper = has;
    }

    async fn prints(&self, words: &str) -> Result<()> {
        for _ in 0..100 {
            if lock(&self.inside).printed.contains(words) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let printed = lock(&self.inside).printed.clone();
        ensure!(printed.contains(words), "{words} is not on {printed}");
        Ok(())
    }
}

fn lock(inside: &Mutex<Inside>) -> std::sync::MutexGuard<'_, Inside> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut tcp: TcpStream, inside: Arc<Mutex<Inside>>) {
    let mut buffer = [0; 4096];
    while let Ok(read) = tcp.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        let mut answer = Vec::new();
        let mut rest = &buffer[..read];
        while let [first, others @ ..] = rest {
            match rest {
                [0x10, 0x04, which, after @ ..] => {
                    let out = !lock(&inside).has_paper;
                    answer.push(match (out, which) {
                        (false, _) => 0x12,
                        (true, 4) => 0x72,
                        (true, _) => 0x32,
                    });
                    rest = after;
                }
                [0x1D, b'r', 1, after @ ..] => {
                    answer.push(0);
                    rest = after;
                }
                _ => {
                    lock(&inside).printed.push(char::from(*first));
                    rest = others;
                }
            }
        }
        if tcp.write_all(&answer).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn a_manager_sets_a_printer_up_and_receipts_come_by_themselves() {
    journey("printers", async |house: &House| {
        let printer = Printer::on().await;
        let ruth = house.screen("Ruth's laptop", LAPTOP).await?;
        ruth.signs_in_first("ruth").await?;
        ruth.goes_to("/printers").await?;
        ruth.sees("#printers", "No printers yet").await?;
        is_well(&ruth, "no printers").await?;
        adds(&ruth, &printer).await?;

        let till = house.screen("Till 1", View::TABLET).await?;
        till.becomes_terminal("Till 1", &ruth).await?;
        prints_there(&ruth).await?;
        till.taps("a.btn", "Use username and password").await?;
        till.types("#username", "amina").await?;
        till.types("#password", cafe_pos_journeys::FIRST_PASSWORD)
            .await?;
        till.taps("dialog button.primary", "Sign in").await?;
        till.chooses_password().await?;
        till.arrives_at("/floor").await?;
        till.counts_float(&[(10_000, 5)]).await?;
        till.arrives_at("/floor").await?;
        sells(&till).await?;
        printer.prints("1 Espresso").await?;
        is_well(&till, "a receipt that was printed").await?;
        till.taps("#print-receipt button", "Print a copy").await?;
        till.sees("#notice", "printer of this till").await?;
        printer.prints("COPY").await?;

        // It runs out of paper while Ruth looks at her laptop, and she touches nothing.
        ruth.goes_to("/printers").await?;
        ruth.sees("#printers", "Prints").await?;
        printer.has_paper(false);
        sells(&till).await?;
        ruth.sees("#printers", "out of paper").await?;
        ruth.sees("#print-queue", "Receipt").await?;
        is_well(&ruth, "a printer without paper").await?;
        till.taps("#conn", "").await?;
        till.sees("dialog", "It is out of paper.").await?;
        till.hits("Escape").await?;
        ruth.taps("#print-queue button[aria-label^='Look at Receipt']", "")
            .await?;
        ruth.sees("dialog article.receipt", "Espresso").await?;
        is_well(&ruth, "a slip that waits").await?;
        ruth.hits("Escape").await?;
        printer.has_paper(true);
        let patience = std::time::Duration::from_secs(40);
        ruth.sees_within(patience, "#print-queue", "Everything is printed")
            .await?;
        ruth.goes_to("/printers/jobs").await?;
        ruth.sees("tbody", "Printed").await?;
        is_well(&ruth, "everything printed").await
    })
    .await;
}

/// A wrong address is said in place, a right one is tried with a page.
async fn adds(ruth: &Screen, printer: &Printer) -> Result<()> {
    ruth.taps("button", "New printer").await?;
    ruth.sees("dialog h2", "New printer").await?;
    is_well(ruth, "new printer").await?;
    ruth.types("dialog #name", "Counter printer").await?;
    ruth.types("dialog #address", "192.168.1.50:80").await?;
    ruth.will_be_refused(422);
    ruth.taps("dialog footer button", "Add printer").await?;
    ruth.sees("dialog #err-address", "port 9100").await?;
    ensure!(ruth.value_of("dialog #name").await? == "Counter printer");
    ruth.types("dialog #address", &printer.address).await?;
    ruth.taps("dialog footer button", "Add printer").await?;
    ruth.sees("#printers", "Not tried").await?;
    ruth.taps("#printers button", "Test page").await?;
    ruth.sees("#printers", "Prints").await?;
    printer.prints("Counter printer").await?;
    is_well(ruth, "a printer that prints").await
}

/// The till prints at the first printer there is.
async fn prints_there(ruth: &Screen) -> Result<()> {
    ruth.goes_to("/terminals").await?;
    ruth.taps("button[aria-label='Edit Till 1']", "").await?;
    ruth.sees("dialog #printer", "").await?;
    ruth.ask("void (document.querySelector('dialog #printer').selectedIndex = 1)")
        .await?;
    is_well(ruth, "a till and its printer").await?;
    ruth.taps("dialog footer button", "Save").await?;
    ruth.sees("#terminals", "Counter printer").await
}

async fn sells(till: &Screen) -> Result<()> {
    till.begins_counter_sale().await?;
    till.taps("button.tile", "Espresso").await?;
    till.sees("li.line", "Espresso").await?;
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-quick", "").await?;
    till.taps("#pay-form button.primary", "Take cash").await?;
    till.sees(".done", "Paid in full").await
}

async fn is_well(screen: &Screen, what: &str) -> Result<()> {
    for view in [View::PHONE, View::UPRIGHT, LAPTOP] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    screen.can_be_used_by_all(what).await
}

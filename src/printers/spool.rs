//! The spool: a task for each printer that has something to do, job after job, so that no printer waits for another one.
//!
//! A printer is held by one hand at a time ([`store::hold_next`]), also among several instances. That a job is at its printer
//! is committed before the first byte goes there, and what became of it afterwards: whoever is killed in between leaves a
//! job behind that says so, and that is printed again with a word at its head.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::task::JoinSet;
use uuid::Uuid;

use super::job::{JobKind, Next, Taken};
use super::store::{self, Hand, Held};
use super::transport::{self, Outcome};
use crate::app::App;
use crate::data::{By, Tx};
use crate::live::Changed;
use crate::printing;
use crate::values::PrinterId;
use crate::web::Result;

/// How often it is looked for what no message told of: a printer whose pause is over, a job of another instance.
const LOOKS: Duration = Duration::from_secs(1);

/// This process, among those that may hold a printer.
static PROCESS: LazyLock<Uuid> = LazyLock::new(Uuid::now_v7);

/// Prints until the program stops.
pub async fn run(app: App) {
    let stop = app.stop().clone();
    let mut printing = JoinSet::new();
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.print_bell().notified() => {}
            () = tokio::time::sleep(LOOKS) => {}
        }
        while printing.try_join_next().is_some() {}
        match begin(&app, &mut printing).await {
            Ok(()) => failing = false,
            // Said once, not every second of an outage.
            Err(failure) if !failing => {
                failing = true;
                tracing::warn!(
                    ?failure,
                    "what is to be printed cannot be looked for; trying again"
                );
            }
            Err(_) => {}
        }
    }
    // What is at a printer is finished: a slip is short.
    while printing.join_next().await.is_some() {}
}

/// Prints everything that can be printed now, and waits for it.
///
/// # Errors
/// When the database does not answer.
pub async fn print_due(app: &App) -> Result<()> {
    let mut printing = JoinSet::new();
    begin(app, &mut printing).await?;
    while printing.join_next().await.is_some() {}
    Ok(())
}

/// Starts a task for each printer that has something to do.
async fn begin(app: &App, printing: &mut JoinSet<()>) -> Result<()> {
    let now = app.clock().now();
    if store::is_one_too_late(app.db(), now).await? {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            if store::give_up_late(tx).await? > 0 {
                tx.changed(Changed::Printers);
            }
            Ok(())
        })
        .await?;
    }
    let hand = Hand::Server(*PROCESS);
    while store::is_one_due(app.db(), hand, now).await? {
        let held = app
            .write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::hold_next(tx, hand).await
            })
            .await?;
        let Some(held) = held else { break };
        let app = app.clone();
        printing.spawn(async move {
            if let Err(failure) = work_off(&app, hand, &held).await {
                tracing::warn!(?failure, printer = %held.printer, "what became of a print job was not noted");
            }
        });
    }
    Ok(())
}

/// Prints job after job of a printer that this hand holds.
async fn work_off(app: &App, hand: Hand, held: &Held) -> Result<()> {
    while let Some(job) = take(app, hand, held.printer).await? {
        let outcome = match bytes_of(app, held, &job).await? {
            Some(bytes) => print(app, hand, held, &bytes).await,
            None => too_late(),
        };
        if !put_down(app, hand, held.printer, &job, outcome).await? || app.stop().is_cancelled() {
            break;
        }
    }
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        store::let_go(tx, hand, held.printer).await
    })
    .await
}

/// Sends bytes to a printer, and says meanwhile that it is held.
async fn print(app: &App, hand: Hand, held: &Held, bytes: &[u8]) -> Outcome {
    let mut printing = std::pin::pin!(transport::print(&held.address, bytes));
    loop {
        tokio::select! {
            outcome = &mut printing => return outcome,
            () = tokio::time::sleep(store::SAYS_SO) => {
                let now = app.clock().now();
                // A database that does not answer lets somebody else print it again, with a word about it.
                let _ = store::hold_on(app.db(), hand, held.printer, now).await;
            }
        }
    }
}

/// The next job of a printer that this hand holds.
pub(super) async fn take(app: &App, hand: Hand, printer: PrinterId) -> Result<Option<Taken>> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        store::take_next(tx, hand, printer).await
    })
    .await
}

/// The bytes of a job for the paper that is in the printer; nothing for a drawer that is not to open any more.
pub(super) async fn bytes_of(app: &App, held: &Held, job: &Taken) -> Result<Option<Vec<u8>>> {
    let now = app.clock().now();
    let rule = app.settings().await?.day_rule();
    Ok(match job.slip_for_paper(now, &rule) {
        Some(slip) => Some(printing::bytes(&slip, held.paper)),
        None if job.is_too_late(now) => None,
        None => Some(printing::drawer_pulse()),
    })
}

pub(super) fn too_late() -> Outcome {
    Outcome::NotBegun("The printer was not reached in time.".to_owned())
}

/// Notes what became of a job; answers whether the printer is well.
pub(super) async fn put_down(
    app: &App,
    hand: Hand,
    printer: PrinterId,
    job: &Taken,
    outcome: Outcome,
) -> Result<bool> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        note(tx, hand, printer, job, outcome.clone()).await
    })
    .await
}

/// The same in a transaction.
pub(super) async fn note(
    tx: &mut Tx,
    hand: Hand,
    printer: PrinterId,
    job: &Taken,
    outcome: Outcome,
) -> Result<bool> {
    let failure = match &outcome {
        Outcome::Printed | Outcome::Taken => None,
        // It says nothing of the printer that somebody came too late to it.
        _ if job.kind == JobKind::Drawer && job.is_too_late(tx.now()) => None,
        Outcome::NotBegun(why) | Outcome::BrokeOff(why) => Some(why.clone()),
    };
    let is_done = matches!(outcome, Outcome::Printed | Outcome::Taken);
    let is_mute = outcome == Outcome::Taken;
    let next = job.after(outcome, tx.now());
    store::put_down(tx, hand, printer, job, &next).await?;
    match &failure {
        None if is_done => store::note_well(tx, printer, is_mute).await?,
        None => {}
        Some(why) => {
            store::note_ill(tx, printer, why).await?;
            store::stand_in(tx, printer).await?;
        }
    }
    tx.changed(Changed::Printers);
    if let Some(order) = job.order.filter(|_| matches!(next, Next::Done)) {
        tx.changed(Changed::Order(order));
        tx.changed(Changed::Unseen);
    }
    Ok(failure.is_none())
}

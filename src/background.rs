//! The loops beside the server: sealing the audit log, printing, telling of tickets that no screen shows, clearing away orders that
//! nobody wants, putting products back on sale, asking Pesapal what guests have paid and what it has given back.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::data::{By, Tx, once, seal};
use crate::payments::{pesapal, refunds};
use crate::{backups, kitchen, menu, orders, pass, printers, staff};

/// How the jobs fare, for `/metrics`.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<BTreeMap<&'static str, Told>>);

/// What is known of one job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Runs that failed since the start.
    pub failures: u64,
    /// When it last succeeded, in seconds since 1970.
    pub succeeded: Option<i64>,
}

impl Jobs {
    /// Notes that a job ran: the time when it succeeded, in seconds since 1970, or nothing when it failed.
    pub fn note(&self, job: &'static str, succeeded: Option<i64>) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = jobs.entry(job).or_default();
        match succeeded {
            Some(at) => told.succeeded = Some(at),
            None => told.failures += 1,
        }
    }

    /// Each job that has run, with how it fares.
    pub fn read(&self) -> BTreeMap<&'static str, Told> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.clone()
    }
}

/// Starts every loop; they end when the program stops.
pub fn start(app: &App, tasks: &TaskTracker) {
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(1),
        "sealing the audit log",
        seal_log,
    ));
    tasks.spawn(printers::spool::run(app.clone()));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(1),
        "looking for tickets that no screen shows",
        tell_of_unseen,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(1),
        "asking Pesapal what guests have paid",
        pesapal::ask_due,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(15),
        "asking Pesapal what it has given back",
        refunds::ask_due,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(10),
        "finishing what stations have on paper alone",
        kitchen::handlers::finish_printed,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(60),
        "cancelling abandoned orders",
        cancel_abandoned,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(60),
        "putting back on sale what was sold out until now",
        put_back,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(5),
        "following the hours of price lists",
        menu::follow_price_lists,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(30),
        "making backups",
        backups::run_if_due,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(30),
        "copying backups to other places",
        backups::copy_out,
    ));
    tasks.spawn(every(
        app.clone(),
        Duration::from_secs(6 * 3600),
        "forgetting old keys and tries",
        forget_keys,
    ));
}

async fn every(
    app: App,
    pause: Duration,
    what: &'static str,
    run: impl AsyncFn(&App) -> crate::web::Result<()>,
) {
    let stop = app.stop().clone();
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        let outcome = run(&app).await;
        let now = app.clock().now().unix_timestamp();
        app.jobs().note(what, outcome.is_ok().then_some(now));
        match outcome {
            Ok(()) => failing = false,
            // Said once, not every second of an outage.
            Err(failure) if !failing => {
                failing = true;
                tracing::warn!(?failure, "{what} failed; trying again");
            }
            Err(_) => {}
        }
    }
}

async fn seal_log(app: &App) -> crate::web::Result<()> {
    while app
        .write_unkeyed(By::system(), async |tx: &mut Tx| seal::seal(tx).await)
        .await?
        > 0
    {}
    Ok(())
}

async fn tell_of_unseen(app: &App) -> crate::web::Result<()> {
    if kitchen::receipts::is_one_overdue(app.db(), app.clock().now()).await? {
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            kitchen::receipts::raise_alarms(tx).await
        })
        .await?;
    }
    Ok(())
}

async fn cancel_abandoned(app: &App) -> crate::web::Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        orders::cancel_abandoned(tx).await
    })
    .await?;
    Ok(())
}

async fn put_back(app: &App) -> crate::web::Result<()> {
    app.write_unkeyed(By::system(), async |tx: &mut Tx| menu::put_back(tx).await)
        .await?;
    Ok(())
}

async fn forget_keys(app: &App) -> crate::web::Result<()> {
    once::forget_old(app.db(), app.clock().now()).await?;
    staff::forget_old(app.db(), app.clock().now()).await?;
    pass::forget_old(app.db(), app.clock().now()).await?;
    orders::presence::forget_old(app.db(), app.clock().now()).await?;
    printers::forget_before(app.db(), app.clock().now() - printers::KEPT).await?;
    Ok(())
}

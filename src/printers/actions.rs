//! The verbs about printers and their jobs. [`queue`] is the door for everything that is printed.

use serde_json::json;

use super::job::{self, DRAWER_OPENS_WITHIN, JobKind, JobState, NewJob, Wish};
use super::printer::{Description, PrinterRefusal};
use super::store;
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::printing::{self, Slip};
use crate::values::{OrderId, PaymentId, PrintJobId, PrinterId, TerminalId};
use crate::web::{Error, Result};

/// Has something printed, in the transaction that it belongs to: the job is there if and only if the rest is.
pub async fn queue(tx: &mut Tx, job: NewJob) -> Result<()> {
    store::insert_job(&*tx, &job).await?;
    tx.changed(Changed::Printers);
    Ok(())
}

/// Has the drawer that hangs on a printer opened for something: once, whatever else happens to that.
pub async fn open_drawer(
    tx: &mut Tx,
    printer: PrinterId,
    subject: uuid::Uuid,
    title: String,
) -> Result<()> {
    let once = Some(format!("drawer:{subject}"));
    queue_drawer(tx, printer, subject, title, once).await
}

async fn queue_drawer(
    tx: &mut Tx,
    printer: PrinterId,
    subject: uuid::Uuid,
    title: String,
    only_once: Option<String>,
) -> Result<()> {
    let drawer = NewJob {
        printer,
        kind: JobKind::Drawer,
        title,
        slip: None,
        only_once,
        subject: Some(subject),
        order: None,
        expires_at: Some(tx.now() + DRAWER_OPENS_WITHIN),
    };
    queue(tx, drawer).await
}

/// Has the drawer opened once more for a payment for which it did not open.
///
/// # Errors
/// Where it opened, or is about to.
pub async fn open_drawer_again(
    tx: &mut Tx,
    printer: PrinterId,
    payment: PaymentId,
    title: String,
) -> Result<()> {
    match store::last_drawer(&*tx, payment.uuid()).await? {
        Some((JobState::Failed | JobState::Cancelled, _)) => {}
        _ => return Err(PrinterRefusal::DrawerOpened.into()),
    }
    tx.journal(Entry::new("drawer.opened_again", "payment", payment));
    queue_drawer(tx, printer, payment.uuid(), title, None).await
}

/// A slip for the printer of a till.
#[derive(Debug, Clone, PartialEq)]
pub struct ForTill {
    /// What it is.
    pub kind: JobKind,
    /// As people know it.
    pub title: String,
    /// What stands on it.
    pub slip: Slip,
    /// What it is about.
    pub subject: Option<uuid::Uuid>,
    /// The order that it belongs to.
    pub order: Option<OrderId>,
}

/// Has a slip printed where the till prints on which somebody is; answers whether it has a printer.
pub async fn queue_for_till(tx: &mut Tx, it: ForTill) -> Result<bool> {
    let Some(till) = tx.by().terminal else {
        return Ok(false);
    };
    let Some(paper) = store::of_till(&*tx, till).await? else {
        return Ok(false);
    };
    let job = NewJob {
        printer: paper.printer,
        kind: it.kind,
        title: it.title,
        slip: Some(it.slip),
        only_once: None,
        subject: it.subject,
        order: it.order,
        expires_at: None,
    };
    queue(tx, job).await?;
    Ok(true)
}

/// Adds a printer.
pub async fn add(tx: &mut Tx, id: PrinterId, it: &Description) -> Result<()> {
    fits(tx, id, it).await?;
    store::insert(tx, id, it).await?;
    tx.journal(Entry::new("printer.added", "printer", id).after(it));
    tx.changed(Changed::Printers);
    Ok(())
}

/// Changes what is said about a printer, as it was when its form was opened: `seen` is the revision of that moment.
pub async fn describe(
    tx: &mut Tx,
    id: PrinterId,
    seen: Option<i64>,
    it: &Description,
) -> Result<()> {
    let all = store::all_for_update(tx).await?;
    let before = all.iter().find(|printer| printer.id == id);
    let before = before.ok_or(Error::NotFound("printer"))?;
    if seen != Some(before.revision) {
        return Err(PrinterRefusal::ChangedMeanwhile.into());
    }
    fits(tx, id, it).await?;
    if before.active && !it.active {
        let needed = store::needed(tx, id).await?;
        if let Some(by) = needed.by {
            return Err(PrinterRefusal::StillNeeded(by).into());
        }
        if needed.jobs > 0 {
            return Err(PrinterRefusal::JobsWait(needed.jobs).into());
        }
    }
    store::update(tx, id, it).await?;
    tx.journal(
        Entry::new("printer.edited", "printer", id)
            .before(before)
            .after(it),
    );
    tx.changed(Changed::Printers);
    Ok(())
}

async fn fits(tx: &Tx, id: PrinterId, it: &Description) -> Result<()> {
    let all = store::all_for_update(tx).await?;
    it.fits(id, &all)
        .map_err(|fault| Error::Invalid(vec![fault]))?;
    if let Some(agent) = it.agent {
        let agents = store::agents(tx).await?;
        if !agents.iter().any(|(one, _)| *one == agent) {
            return Err(PrinterRefusal::NoSuchAgent.into());
        }
    }
    Ok(())
}

/// A printer waits until somebody lets it go on.
pub async fn pause(tx: &mut Tx, id: PrinterId, paused: bool) -> Result<()> {
    let all = store::all_for_update(tx).await?;
    let printer = all.iter().find(|printer| printer.id == id);
    let printer = printer.ok_or(Error::NotFound("printer"))?;
    if printer.fares.paused_at.is_some() == paused {
        return Ok(());
    }
    store::set_paused(tx, id, paused).await?;
    let deed = match paused {
        true => "printer.paused",
        false => "printer.resumed",
    };
    tx.journal(Entry::new(deed, "printer", id).after(json!({ "name": printer.name })));
    tx.changed(Changed::Printers);
    Ok(())
}

/// Prints the page that tries a printer.
pub async fn test(tx: &mut Tx, id: PrinterId, cafe: &str, at: &str) -> Result<()> {
    let printer = store::find(&*tx, id).await?;
    if !printer.active {
        return Err(PrinterRefusal::NotInUse(printer.name).into());
    }
    let job = NewJob {
        printer: id,
        kind: JobKind::Test,
        title: format!("Test page, {}", printer.name),
        slip: Some(printing::test_page(cafe, &printer.name, printer.paper, at)),
        only_once: None,
        subject: Some(id.uuid()),
        order: None,
        expires_at: None,
    };
    queue(tx, job).await
}

/// A job that is not on paper is tried again, at another printer where one is named.
pub async fn again(tx: &mut Tx, id: PrintJobId, at: Option<PrinterId>) -> Result<()> {
    let kept = store::job_for_update(tx, id).await?;
    job::may(Wish::Again, kept.kind, kept.state)?;
    let to = store::find(&*tx, at.unwrap_or(kept.printer)).await?;
    if !to.active {
        return Err(PrinterRefusal::NotInUse(to.name).into());
    }
    store::send_again(tx, id, to.id).await?;
    tx.journal(
        Entry::new("print_job.again", "print_job", id)
            .before(json!({ "printer": kept.printer, "state": kept.state }))
            .after(json!({ "title": kept.title, "printer": to.id, "name": to.name })),
    );
    tx.changed(Changed::Printers);
    Ok(())
}

/// A job is not printed any more.
pub async fn cancel(tx: &mut Tx, id: PrintJobId) -> Result<()> {
    let kept = store::job_for_update(tx, id).await?;
    job::may(Wish::Cancel, kept.kind, kept.state)?;
    store::cancel(tx, id).await?;
    tx.journal(
        Entry::new("print_job.cancelled", "print_job", id)
            .before(json!({ "state": kept.state }))
            .after(json!({ "title": kept.title })),
    );
    tx.changed(Changed::Printers);
    Ok(())
}

/// Everything that waits for one printer is printed at another.
pub async fn move_all(tx: &mut Tx, from: PrinterId, to: PrinterId) -> Result<u64> {
    let (from, to) = (store::find(&*tx, from).await?, store::find(&*tx, to).await?);
    if !to.active || from.id == to.id {
        return Err(PrinterRefusal::NotInUse(to.name).into());
    }
    let moved = store::send_all(tx, from.id, to.id).await?;
    tx.journal(
        Entry::new("printer.jobs_moved", "printer", from.id)
            .after(json!({ "to": to.id, "name": to.name, "jobs": moved })),
    );
    tx.changed(Changed::Printers);
    Ok(moved)
}

/// Where a till prints, for whoever decides what its screens offer.
pub async fn till_paper(
    db: &impl sea_orm::ConnectionTrait,
    till: Option<TerminalId>,
) -> Result<Option<store::TillPaper>> {
    match till {
        Some(till) => store::of_till(db, till).await,
        None => Ok(None),
    }
}

//! The verbs of requests: asked, answered, withdrawn. Each is in the audit log with who, and where.

use serde_json::json;

use super::{MOST, RequestRefusal, Wish, store};
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::staff::{Person, Role};
use crate::values::{ApprovalId, Note};
use crate::web::{Error, Result};

/// Stores a request, unless the same is open already.
pub(super) async fn ask(
    tx: &mut Tx,
    by: &Person,
    id: ApprovalId,
    deed: &str,
    fingerprint: &[u8],
    wish: &Wish,
) -> Result<()> {
    let now = tx.now();
    if let Some(open) = store::open_of(&*tx, by.id, deed, fingerprint, now).await? {
        if open.wish.summary == wish.summary {
            return Ok(());
        }
        // What was asked is not so any more; whoever agreed to that has not agreed to this.
        store::withdraw(tx, open.id).await?;
    }
    if store::waiting_of(&*tx, by.id, now).await? >= MOST {
        return Err(RequestRefusal::TooMany.into());
    }
    store::insert(tx, id, deed, fingerprint, by.id, wish).await?;
    tx.journal(
        Entry::new("approval.asked", "approval", id)
            .after(json!({ "deed": deed, "what": wish.summary, "order": wish.order })),
    );
    tx.changed(Changed::Approvals);
    Ok(())
}

/// A manager agrees, or does not.
pub(super) async fn answer(
    tx: &mut Tx,
    by: &Person,
    id: ApprovalId,
    agrees: bool,
    note: Option<&Note>,
) -> Result<()> {
    let request = store::hold(tx, id)
        .await?
        .ok_or(Error::NotFound("request"))?;
    request.must_be_open_to(by.id, tx.now())?;
    if agrees && request.wish.only_admin && by.role != Role::Admin {
        return Err(RequestRefusal::AdminOnly.into());
    }
    store::answer(tx, id, by.id, agrees, note.map(Note::as_str)).await?;
    let deed = match agrees {
        true => "approval.given",
        false => "approval.refused",
    };
    let mut entry = Entry::new(deed, "approval", id)
        .approved_by(agrees.then_some(by.id))
        .after(json!({
            "deed": request.deed,
            "what": request.wish.summary,
            "order": request.wish.order,
            "asked_by": request.asked_by,
            "asker": request.asker,
            "asked_on": request.terminal,
        }));
    if let Some(note) = note {
        entry = entry.because(note.as_str());
    }
    tx.journal(entry);
    tx.changed(Changed::Approvals);
    Ok(())
}

/// Whoever asked does not ask any more. What is over stays as it is.
pub(super) async fn withdraw(tx: &mut Tx, by: &Person, id: ApprovalId) -> Result<()> {
    let request = store::hold(tx, id)
        .await?
        .filter(|request| request.asked_by == by.id)
        .ok_or(Error::NotFound("request"))?;
    if store::withdraw(tx, id).await? {
        tx.journal(
            Entry::new("approval.withdrawn", "approval", id)
                .before(json!({ "deed": request.deed, "what": request.wish.summary })),
        );
        tx.changed(Changed::Approvals);
    }
    Ok(())
}

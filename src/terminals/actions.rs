//! The verbs about terminals: describing one, making a code, pairing a device, taking it back.

use std::sync::Arc;

use serde_json::json;

use super::code::{GOOD_FOR, PairingCode};
use super::device::{self, Terminal};
use super::store;
use super::terminal::{Description, Kind, TerminalRefusal};
use crate::app::{App, derived_secret};
use crate::data::{Claim, Entry, Tx, Written};
use crate::live::Changed;
use crate::staff::place::Place;
use crate::staff::tries::{self, Try};
use crate::values::{PrinterId, TerminalId};
use crate::web::{Error, Result};

/// Adds a terminal; a device becomes it by a code.
pub async fn add(tx: &mut Tx, id: TerminalId, it: &Description) -> Result<()> {
    check(it)?;
    prints_somewhere(tx, it, None).await?;
    store::insert(tx, id, it).await?;
    tx.journal(Entry::new("terminal.added", "terminal", id).after(it));
    tx.changed(Changed::Terminal(id));
    Ok(())
}

/// Changes what is said about a terminal.
pub async fn describe(tx: &mut Tx, id: TerminalId, it: &Description) -> Result<()> {
    check(it)?;
    let before = store::find_for_update(tx, id).await?;
    if before.has_drawer && !it.has_drawer && store::drawer_in_use(&*tx, id).await? {
        return Err(TerminalRefusal::DrawerInUse.into());
    }
    prints_somewhere(tx, it, before.printer).await?;
    if before.is_agent()
        && it.kind != Kind::Agent
        && let Some(printer) = store::prints_for(&*tx, id).await?
    {
        return Err(TerminalRefusal::PrintsFor(printer).into());
    }
    store::update(tx, id, it).await?;
    tx.journal(
        Entry::new("terminal.edited", "terminal", id)
            .before(facts(&before))
            .after(it),
    );
    tx.changed(Changed::Terminal(id));
    Ok(())
}

/// Makes a code for a terminal, in place of one that may be waiting.
pub async fn make_code(tx: &mut Tx, id: TerminalId, hashed: &[u8]) -> Result<()> {
    let terminal = store::find_for_update(tx, id).await?;
    store::store_code(tx, terminal.id, hashed, tx.now() + GOOD_FOR).await?;
    tx.journal(Entry::new("terminal.code_made", "terminal", id));
    tx.changed(Changed::Terminal(id));
    Ok(())
}

/// Takes a terminal's pairing back: its device is nobody's within a second.
pub async fn revoke(tx: &mut Tx, id: TerminalId) -> Result<()> {
    let terminal = store::find_for_update(tx, id).await?;
    store::revoke(tx, terminal.id).await?;
    tx.journal(Entry::new("terminal.revoked", "terminal", id));
    tx.changed(Changed::Terminal(id));
    Ok(())
}

/// Makes the asking device a terminal; answers which one, and the token that it keeps. That is told once: a
/// repetition pairs nothing, and nobody knows the token any more.
///
/// # Errors
/// When the code is wrong or too old; wrong ones are counted by address.
pub async fn pair(
    app: &App,
    place: &Place,
    code: &PairingCode,
    claim: Claim,
) -> Result<Written<(Arc<Terminal>, String)>> {
    // The code is used up by now, and would be counted as a wrong one.
    if app.already(&claim).await? {
        return Ok(Written::Already(None));
    }
    app.tries().admit(&place.client)?;
    let hashed = code.hashed(&secret(app));
    let token = device::new_token();
    let a_try = Try::of_pairing_code(place.source());
    let written = tries::guarded(app, &a_try, async || {
        let paired = app.write(claim, async |tx: &mut Tx| {
            pair_device(tx, &hashed, &token).await
        });
        match paired.await {
            Ok(written) => Ok(Some(written)),
            // Only now, when the key has been rolled back: with another code it may be sent again.
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    })
    .await?;
    Ok(match written {
        Written::Done(terminal) => Written::Done((Arc::new(terminal), token)),
        Written::Already(made) => Written::Already(made),
    })
}

async fn pair_device(tx: &mut Tx, hashed: &[u8], token: &str) -> Result<Terminal> {
    let terminal = store::waiting_for(tx, hashed)
        .await?
        .ok_or(Error::NotFound("code"))?;
    store::pair(tx, terminal.id, device::hash(token)).await?;
    tx.journal(
        Entry::new("terminal.paired", "terminal", terminal.id)
            .after(json!({ "name": terminal.name })),
    );
    tx.changed(Changed::Terminal(terminal.id));
    Ok(terminal)
}

/// Under this secret codes are stored.
pub fn secret(app: &App) -> Arc<[u8]> {
    derived_secret(app.session_secret().as_bytes(), b"pairing code")
}

fn check(it: &Description) -> Result<()> {
    it.check().map_err(|fault| Error::Invalid(vec![fault]))
}

/// Nobody prints where nothing comes out; a printer that went out of use since it was chosen may stay.
async fn prints_somewhere(tx: &Tx, it: &Description, before: Option<PrinterId>) -> Result<()> {
    let Some(printer) = it.printer.filter(|_| it.printer != before) else {
        return Ok(());
    };
    let printers = store::printers(tx).await?;
    match printers.iter().any(|(one, _)| *one == printer) {
        true => Ok(()),
        false => Err(TerminalRefusal::NoSuchPrinter.into()),
    }
}

fn facts(terminal: &Terminal) -> serde_json::Value {
    json!({
        "name": terminal.name,
        "location": terminal.location,
        "kind": terminal.kind,
        "has_drawer": terminal.has_drawer,
        "station": terminal.station,
        "idle_seconds": terminal.idle_seconds,
        "locks_after_send": terminal.locks_after_send,
        "printer": terminal.printer,
        "prints_receipts": terminal.prints_receipts,
    })
}

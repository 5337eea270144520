//! What people do with cash beside selling.

use serde_json::json;

use super::movement::{Alone, CashRefusal, Moved, Movement};
use super::store;
use crate::data::{Entry, Tx};
use crate::shifts::actions::enter_cash_as;
use crate::shifts::day::business_date;
use crate::shifts::drawer::open_drawer_for;
use crate::shifts::ledger::{CashEntry, EntryKind, Ledger};
use crate::shifts::shift::{CashPlace, Shift};
use crate::shifts::store::{self as shifts, Hold};
use crate::staff::Person;
use crate::staff::approval::{self, Consent};
use crate::values::{BusinessDate, CashEntryId, Money, ShiftId};
use crate::web::{Error, Result};

/// What is to happen.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What moves.
    pub movement: Movement,
    /// How much; above zero.
    pub amount: Money,
    /// Why.
    pub reason: Option<String>,
    /// How far somebody may go alone.
    pub alone: Alone,
    /// Who agreed, where somebody was asked.
    pub consent: Option<Consent>,
}

/// Moves cash of a shift, which is held alone, so that two at once do not take out more than it holds.
pub async fn book(
    tx: &mut Tx,
    by: &Person,
    shift: ShiftId,
    id: CashEntryId,
    asked: Asked,
) -> Result<()> {
    let held = hold(tx, by, shift).await?;
    let Asked {
        movement, amount, ..
    } = asked;
    let alone = asked.alone.after(&held.moved);
    if movement.takes_out() {
        must_hold(&held.ledger, amount)?;
    }
    if alone.is_beyond(movement, amount, &held.ledger) {
        must_be_agreed(by, &held.shift, alone, asked.consent.as_ref())?;
    }
    let entry = CashEntry {
        kind: movement.kind(),
        amount,
        payment: None,
        reason: asked.reason,
        approved_by: asked.consent.and_then(|consent| consent.by()),
        reverses: None,
        slip: None,
    };
    write(tx, &held, id, "cash.moved", entry).await
}

/// How something is taken back.
#[derive(Debug, Clone)]
pub struct Back {
    /// Which entry.
    pub entry: CashEntryId,
    /// Why.
    pub reason: String,
    /// How far somebody may go alone.
    pub alone: Alone,
    /// Who agreed, where somebody was asked.
    pub consent: Option<Consent>,
}

/// Books the opposite of what somebody booked by mistake.
pub async fn take_back(
    tx: &mut Tx,
    by: &Person,
    shift: ShiftId,
    id: CashEntryId,
    back: Back,
) -> Result<()> {
    let held = hold(tx, by, shift).await?;
    let alone = back.alone.after(&held.moved);
    let moved = held
        .moved
        .iter()
        .find(|moved| moved.id == back.entry)
        .ok_or(Error::NotFound("entry"))?;
    let (movement, amount) = moved.reversal()?;
    if !movement.takes_out() {
        must_hold(&held.ledger, amount)?;
    }
    if alone.is_beyond_back(movement, amount, &held.ledger) {
        must_be_agreed(by, &held.shift, alone, back.consent.as_ref())?;
    }
    let entry = CashEntry {
        kind: movement.kind(),
        amount: -amount,
        payment: None,
        reason: Some(back.reason),
        approved_by: back.consent.and_then(|consent| consent.by()),
        reverses: Some(moved.id),
        slip: None,
    };
    write(tx, &held, id, "cash.taken_back", entry).await
}

/// Notes that the drawer was opened without a sale.
pub async fn open_drawer(
    tx: &mut Tx,
    by: &Person,
    shift: ShiftId,
    id: CashEntryId,
    reason: String,
    consent: Consent,
) -> Result<()> {
    let held = hold(tx, by, shift).await?;
    if !matches!(held.shift.cash, CashPlace::Drawer { .. }) {
        return Err(CashRefusal::NoDrawer.into());
    }
    let entry = CashEntry {
        kind: EntryKind::NoSale,
        amount: Money::ZERO,
        payment: None,
        reason: Some(reason),
        approved_by: consent.by(),
        reverses: None,
        slip: None,
    };
    write(tx, &held, id, "drawer.opened", entry).await
}

/// A shift that nobody else changes meanwhile, and what moved its cash.
struct Held {
    date: BusinessDate,
    shift: Shift,
    ledger: Ledger,
    moved: Vec<Moved>,
}

async fn hold(tx: &mut Tx, by: &Person, shift: ShiftId) -> Result<Held> {
    let date = business_date(tx).await?;
    let shift = shifts::hold(tx, shift, Hold::Alone)
        .await?
        .ok_or(Error::NotFound("shift"))?;
    shift.must_be_for(by.id, by.role)?;
    shift.must_take_cash()?;
    Ok(Held {
        date,
        ledger: shifts::ledger(&*tx, shift.id).await?,
        moved: store::of_shift(&*tx, shift.id).await?,
        shift,
    })
}

fn must_hold(ledger: &Ledger, amount: Money) -> Result<(), CashRefusal> {
    match ledger.expected() < amount {
        true => Err(CashRefusal::DrawerShort),
        false => Ok(()),
    }
}

/// More has left since somebody looked whether it is within the limit. After a count nobody agrees for themselves: it could
/// make what is missing look right.
fn must_be_agreed(
    by: &Person,
    shift: &Shift,
    alone: Alone,
    consent: Option<&Consent>,
) -> Result<()> {
    let own = alone.counted && shift.staff == by.id;
    match consent {
        Some(consent) if !own || consent.by().is_some() => Ok(()),
        _ => Err(approval::wanted()),
    }
}

async fn write(
    tx: &mut Tx,
    held: &Held,
    id: CashEntryId,
    deed: &'static str,
    entry: CashEntry,
) -> Result<()> {
    let Held {
        date, shift, moved, ..
    } = held;
    // The shift is held: nobody else takes this number.
    let number = moved.iter().map(|moved| moved.number).max();
    let slip = i32::try_from(number.unwrap_or(0) + 1).ok();
    let entry = CashEntry { slip, ..entry };
    enter_cash_as(tx, shift, *date, id, &entry).await?;
    let mut told = Entry::new(deed, "shift", shift.id)
        .approved_by(entry.approved_by)
        .after(json!({
            "entry": id,
            "kind": entry.kind,
            "amount": entry.kind.booked(entry.amount),
            "owner": shift.name,
            "reverses": entry.reverses,
        }));
    if let Some(reason) = entry.reason {
        told = told.because(reason);
    }
    tx.journal(told);
    // A note that goes in or out needs an open drawer as well.
    open_drawer_for(tx, shift, id.uuid(), "Drawer, for cash".to_owned()).await
}

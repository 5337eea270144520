//! What staff do with shifts: start one, give it its float, book cash into it.

use serde_json::json;

use super::counted::Counted;
use super::day::{business_date, local_rule};
use super::ledger::{CashEntry, EntryKind};
use super::shift::{CashChoice, CashPlace, Float, Shift, ShiftRefusal};
use super::store::{self, Hold};
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::staff::Person;
use crate::terminals::Terminal;
use crate::values::{BusinessDate, CashEntryId, Note, ShiftId, StaffId, TerminalId};
use crate::web::{Error, Result};

/// The person's open shift, held FOR SHARE; where they have none, one without cash is opened. Call [`business_date`]
/// first: the day is locked before the shift.
pub async fn ensure_open(
    tx: &mut Tx,
    staff: StaffId,
    terminal: Option<TerminalId>,
) -> Result<ShiftId> {
    loop {
        if let Some(shift) = store::hold_open_id(tx, staff).await? {
            return Ok(shift);
        }
        let date = business_date(tx).await?;
        // Where their other tablet was faster, the row is there now and the next turn finds it.
        if let Some(shift) = store::insert(tx, staff, date, terminal).await? {
            tx.journal(
                Entry::new("shift.opened", "shift", shift)
                    .after(json!({ "cash": "none", "date": date })),
            );
            tx.changed(Changed::Shift(shift));
            return Ok(shift);
        }
    }
}

/// The person's open shift, held as it is said, if it can take cash. Whoever holds it FOR SHARE first and alone later waits
/// for another who does the same, and that one for them.
///
/// # Errors
/// [`ShiftRefusal::NoFloat`], with the way to the float, where they have no shift or no float was counted.
pub async fn for_cash(tx: &mut Tx, staff: StaffId, hold: Hold) -> Result<Shift> {
    let shift = store::hold_open_of(tx, staff, hold)
        .await?
        .ok_or(ShiftRefusal::NoFloat)?;
    shift.must_take_cash()?;
    Ok(shift)
}

/// Books a movement of cash into a shift that the caller holds (see [`for_cash`]), on the date that the caller holds.
pub async fn enter_cash(
    tx: &mut Tx,
    shift: &Shift,
    date: BusinessDate,
    entry: &CashEntry,
) -> Result<()> {
    enter_cash_as(tx, shift, date, CashEntryId::new(), entry).await
}

/// The same under an id that the caller made.
pub(super) async fn enter_cash_as(
    tx: &mut Tx,
    shift: &Shift,
    date: BusinessDate,
    id: CashEntryId,
    entry: &CashEntry,
) -> Result<()> {
    shift.must_take_cash()?;
    let by = tx
        .by()
        .staff
        .ok_or_else(|| anyhow::anyhow!("cash is booked by people"))?;
    store::insert_entry(tx, id, shift.id, date, by, entry).await?;
    tx.changed(Changed::Shift(shift.id));
    Ok(())
}

/// How somebody starts their shift.
#[derive(Debug, Clone)]
pub struct Start {
    /// Where their cash will be.
    pub cash: CashChoice,
    /// What they counted into it.
    pub counted: Option<Counted>,
    /// What they have to say about it.
    pub note: Option<Note>,
}

/// Starts the person's shift, or gives the open one its float (once).
pub async fn start(tx: &mut Tx, by: &Person, start: Start) -> Result<ShiftId> {
    let date = business_date(tx).await?;
    let place = match start.cash {
        CashChoice::None => return start_without_cash(tx, by).await,
        CashChoice::Pouch => CashPlace::Pouch,
        CashChoice::Drawer => free_drawer(tx, by).await?,
    };
    let counted = start
        .counted
        .ok_or_else(|| anyhow::anyhow!("a shift with cash is started without a count"))?;
    let float = Float {
        amount: counted.total(),
        counted,
        note: start.note.map(|note| note.as_str().to_owned()),
        at: tx.now(),
    };
    let left = match &place {
        CashPlace::Drawer { terminal, .. } => store::left_in_drawer(&*tx, *terminal).await?,
        _ => None,
    };
    let mut shift = open_alone(tx, by.id, terminal_of(by)).await?;
    shift.start_cash(place, float.clone())?;
    store::store_float(tx, &shift, &float).await?;
    let entry = CashEntry {
        kind: EntryKind::Float,
        amount: float.amount,
        payment: None,
        reason: float.note.clone(),
        approved_by: None,
        reverses: None,
        slip: None,
    };
    enter_cash(tx, &shift, date, &entry).await?;
    tx.journal(
        Entry::new("shift.float_counted", "shift", shift.id).after(json!({
            "cash": shift.cash.to_string(),
            "float": float.amount,
            "pieces": float.counted,
            "note": float.note,
            "leftByLastShift": left.as_ref().map(|left| left.counted),
            "difference": left.map(|left| float.amount - left.counted),
        })),
    );
    Ok(shift.id)
}

/// Who takes a drawer or a pouch over from somebody else's shift.
#[derive(Debug, Clone)]
pub struct TakeOver {
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// What both of them say is in it.
    pub counted: Counted,
    /// The business date that the caller holds.
    pub date: BusinessDate,
}

/// The open shift of whoever takes over, held alone; it has no cash yet. Where they have none, one is opened.
///
/// # Errors
/// [`ShiftRefusal::HasCash`].
pub async fn for_take_over(tx: &mut Tx, taker: &TakeOver) -> Result<Shift> {
    let terminal = tx.by().terminal;
    let shift = open_alone(tx, taker.staff, terminal).await?;
    match shift.has_cash() {
        true => Err(ShiftRefusal::HasCash(taker.name.clone()).into()),
        false => Ok(shift),
    }
}

/// Gives the cash of a shift that is closed by now to another, which is held alone: what was counted is its float.
pub async fn take_over(tx: &mut Tx, mut shift: Shift, from: &Shift, taker: TakeOver) -> Result<()> {
    let TakeOver { counted, date, .. } = taker;
    let float = Float {
        amount: counted.total(),
        counted,
        note: Some(format!("Taken over from {}", from.name)),
        at: tx.now(),
    };
    shift.start_cash(from.cash.clone(), float.clone())?;
    store::store_float(tx, &shift, &float).await?;
    store::store_taken_over(tx, shift.id, from.id).await?;
    let entry = CashEntry {
        kind: EntryKind::Float,
        amount: float.amount,
        payment: None,
        reason: float.note.clone(),
        approved_by: None,
        reverses: None,
        slip: None,
    };
    store::insert_entry(tx, CashEntryId::new(), shift.id, date, taker.staff, &entry).await?;
    tx.changed(Changed::Shift(shift.id));
    tx.journal(
        Entry::new("shift.float_counted", "shift", shift.id).after(json!({
            "cash": shift.cash.to_string(),
            "float": float.amount,
            "pieces": float.counted,
            "owner": shift.name,
            "takenOverFrom": from.name,
        })),
    );
    Ok(())
}

async fn start_without_cash(tx: &mut Tx, by: &Person) -> Result<ShiftId> {
    if store::hold_open_id(tx, by.id).await?.is_some() {
        return Err(ShiftRefusal::AlreadyOpen.into());
    }
    ensure_open(tx, by.id, terminal_of(by)).await
}

/// The drawer of the terminal that the person stands at, if nobody else has it.
async fn free_drawer(tx: &mut Tx, by: &Person) -> Result<CashPlace> {
    let terminal: &Terminal = by
        .terminal
        .as_deref()
        .filter(|terminal| terminal.has_drawer)
        .ok_or(ShiftRefusal::NoDrawer)?;
    store::hold_drawer(tx, terminal.id).await?;
    if let Some(holder) = store::holder_of_drawer(&*tx, terminal.id).await?
        && holder.staff != by.id
    {
        return Err(ShiftRefusal::DrawerHeld {
            drawer: terminal.name.clone(),
            since: local_rule(&*tx).await?.local(holder.opened_at).time(),
            holder: holder.name,
        }
        .into());
    }
    Ok(CashPlace::Drawer {
        terminal: terminal.id,
        name: terminal.name.clone(),
    })
}

/// The person's open shift, opened where they have none, held alone.
async fn open_alone(tx: &mut Tx, staff: StaffId, terminal: Option<TerminalId>) -> Result<Shift> {
    if let Some(shift) = store::hold_open_of(tx, staff, Hold::Alone).await? {
        return Ok(shift);
    }
    let id = ensure_open(tx, staff, terminal).await?;
    store::hold(tx, id, Hold::Alone)
        .await?
        .ok_or(Error::NotFound("shift"))
}

fn terminal_of(by: &Person) -> Option<TerminalId> {
    by.terminal.as_ref().map(|terminal| terminal.id)
}

//! The verbs about stations: adding one, and changing what is said about it.

use super::plan::{Description, Kept, StationRefusal};
use super::store;
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::menu;
use crate::printers;
use crate::values::{PrinterId, StationId};
use crate::web::{Error, Result};

/// Adds a station.
pub async fn add(tx: &mut Tx, id: StationId, it: &Description) -> Result<()> {
    check(it)?;
    let all = store::all_for_update(tx).await?;
    it.fits(id, &all)?;
    prints_somewhere(tx, it, None).await?;
    store::insert(tx, id, it).await?;
    tx.journal(Entry::new("station.added", "station", id).after(it));
    announce(tx, id, &all);
    Ok(())
}

/// Changes what is said about a station, as it was when its form was opened: `seen` is the revision of that moment.
pub async fn describe(
    tx: &mut Tx,
    id: StationId,
    seen: Option<i64>,
    it: &Description,
) -> Result<()> {
    check(it)?;
    let all = store::all_for_update(tx).await?;
    let before = all.iter().find(|station| station.id == id);
    let before = before.ok_or(Error::NotFound("station"))?;
    if seen != Some(before.revision) {
        return Err(StationRefusal::ChangedMeanwhile.into());
    }
    it.fits(id, &all)?;
    prints_somewhere(tx, it, before.printer).await?;
    if before.works() && !it.works() {
        store::held(tx, id, &all).await?.lets_go()?;
    }
    store::update(tx, id, it).await?;
    tx.journal(
        Entry::new("station.edited", "station", id)
            .before(before)
            .after(it),
    );
    if before.name != it.name.as_str() {
        // Tills say where a product goes.
        menu::next_version(tx).await?;
        tx.changed(Changed::Menu);
    }
    announce(tx, id, &all);
    Ok(())
}

/// Nobody prints where nothing comes out; a printer that went out of use since it was chosen may stay.
async fn prints_somewhere(tx: &Tx, it: &Description, before: Option<PrinterId>) -> Result<()> {
    let Some(printer) = it.printer.filter(|_| it.printer != before) else {
        return Ok(());
    };
    let printers = printers::all(tx).await?;
    match printers.iter().find(|one| one.id == printer) {
        Some(one) if one.active => Ok(()),
        Some(one) => Err(StationRefusal::NotInUse("printer", one.name.clone()).into()),
        None => Err(StationRefusal::NoSuchPrinter.into()),
    }
}

/// Every board may name the station: "also at".
fn announce(tx: &mut Tx, id: StationId, all: &[Kept]) {
    tx.changed(Changed::Station(id));
    for other in all.iter().filter(|other| other.id != id && other.active) {
        tx.changed(Changed::Station(other.id));
    }
}

fn check(it: &Description) -> Result<()> {
    it.check().map_err(|fault| Error::Invalid(vec![fault]))
}

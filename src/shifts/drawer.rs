//! The cash drawer springs open for whoever holds it, at the terminal that it hangs on, and for nobody else.

use super::shift::{CashPlace, Shift};
use crate::data::Tx;
use crate::printers::{self, TillPaper};
use crate::web::Result;

/// Whether the cash of a shift is in the drawer of the terminal that somebody is at, and whether that one is opened by a
/// printer.
pub fn is_drawer_here(tx: &Tx, shift: &Shift, till: TillPaper) -> bool {
    match &shift.cash {
        CashPlace::Drawer { terminal, .. } => {
            till.has_drawer && tx.by().terminal == Some(*terminal)
        }
        CashPlace::None | CashPlace::Pouch => false,
    }
}

/// Opens the drawer of a shift for `subject`, once, where it is here ([`is_drawer_here`]).
pub async fn open_drawer_of(
    tx: &mut Tx,
    shift: &Shift,
    till: TillPaper,
    subject: uuid::Uuid,
    title: String,
) -> Result<()> {
    match is_drawer_here(tx, shift, till) {
        true => printers::open_drawer(tx, till.printer, subject, title).await,
        false => Ok(()),
    }
}

/// The same, where it is not known yet whether the till has a printer.
pub async fn open_drawer_for(
    tx: &mut Tx,
    shift: &Shift,
    subject: uuid::Uuid,
    title: String,
) -> Result<()> {
    match printers::till_paper(&*tx, tx.by().terminal).await? {
        Some(till) => open_drawer_of(tx, shift, till, subject, title).await,
        None => Ok(()),
    }
}

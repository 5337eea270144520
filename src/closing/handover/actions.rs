//! Handing a drawer over.

use serde_json::json;

use super::refusal::HandoverRefusal;
use crate::closing::actions::{self as closing, Close, Handed};
use crate::closing::count;
use crate::closing::in_the_way::InTheWay;
use crate::closing::report::{Named, PassedOn};
use crate::closing::store;
use crate::data::{Entry, Tx};
use crate::orders;
use crate::settings::Settings;
use crate::shifts::{self, Hold, Shift, TakeOver};
use crate::staff::{Confirmed, Person};
use crate::values::{Money, ShiftId};
use crate::web::Result;

/// How somebody hands their drawer over.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The count on the screen, why it differs, and who agreed to that.
    pub close: Close,
    /// Who takes it, by their own secret.
    pub taker: Confirmed,
    /// What they say is in it.
    pub says: Money,
}

/// Closes the shift, and gives its cash and its open orders to whoever takes it.
pub async fn hand_over(
    tx: &mut Tx,
    by: &Person,
    settings: &Settings,
    shift: ShiftId,
    over: &Handover,
) -> Result<i32> {
    let date = shifts::business_date(tx).await?;
    let shift = closing::hold(tx, by, shift, Hold::Alone).await?;
    must_be_theirs(&shift, by)?;
    let Confirmed { by: who, name, .. } = &over.taker;
    if !over.taker.role.takes_orders() {
        return Err(HandoverRefusal::NoShift(name.clone()).into());
    }
    let expected = closing::expected(&*tx, shift.id).await?;
    let counts = store::counts(&*tx, shift.id).await?;
    let count = count::closing_count(&counts, &expected)?;
    if count.counted != over.says {
        return Err(HandoverRefusal::Disagreed {
            shift: shift.id,
            name: name.clone(),
            says: over.says,
            counted: count.counted,
        }
        .into());
    }
    let taker = TakeOver {
        staff: *who,
        name: name.clone(),
        counted: count.pieces.clone(),
        date,
    };
    let takes = shifts::for_take_over(tx, &taker).await?;
    let orders = pass_orders(tx, &shift, &takes).await?;
    let handed = Handed {
        to: Some(Named {
            id: *who,
            name: name.clone(),
        }),
        orders,
    };
    let number = closing::end(tx, by, settings, &shift, &over.close, handed).await?;
    tx.journal(
        Entry::new("drawer.handed_over", "shift", shift.id)
            .approved_by(Some(*who))
            .after(json!({
                "cash": shift.cash.to_string(),
                "amount": over.says,
                "from": shift.name,
                "to": name,
                "shift": takes.id,
                "report": number,
            })),
    );
    shifts::take_over(tx, takes, &shift, taker).await?;
    Ok(number)
}

/// Refuses everybody but its owner, and a shift without cash.
///
/// # Errors
/// [`HandoverRefusal::NotYours`], [`HandoverRefusal::NoCash`].
pub fn must_be_theirs(shift: &Shift, by: &Person) -> Result<(), HandoverRefusal> {
    if shift.staff != by.id {
        Err(HandoverRefusal::NotYours(shift.name.clone()))
    } else if !shift.has_cash() {
        Err(HandoverRefusal::NoCash)
    } else {
        Ok(())
    }
}

/// Every open order but those that are paid and still with the kitchen: nothing about these concerns a drawer.
async fn pass_orders(tx: &mut Tx, from: &Shift, to: &Shift) -> Result<Vec<PassedOn>> {
    let mut passed = Vec::new();
    for order in orders::hold_open_of_shift(tx, from.id).await? {
        if InTheWay::of(&order) == InTheWay::Paid {
            continue;
        }
        let reason = "Handed over with the drawer";
        passed.push(PassedOn {
            reference: orders::hand_over(tx, order.id, to.id, reason).await?,
            to: Some(to.name.clone()),
            reason: reason.to_owned(),
        });
    }
    Ok(passed)
}

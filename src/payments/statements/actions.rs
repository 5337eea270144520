//! What managers do with statements: read one in, book what nobody has, and say which payment it is.

use serde_json::json;

use super::refusal::StatementRefusal;
use super::statement::Statement;
use super::store::{self, File};
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::payments::actions as money;
use crate::payments::desk;
use crate::shifts;
use crate::staff::Person;
use crate::values::{PaymentId, StatementId, StatementLineId};
use crate::web::Result;

/// Reads a statement in: all of it, or nothing. Payments that it names are verified.
pub async fn read_in(
    tx: &mut Tx,
    by: &Person,
    id: StatementId,
    file: &File,
    statement: &Statement,
) -> Result<()> {
    store::hold_statements(tx).await?;
    let new = store::insert(tx, id, by.id, file, statement).await?;
    // The row of today is there from now on, so that a payment of this moment waits at it as any other does.
    shifts::business_date(tx).await?;
    store::hold_payments(tx).await?;
    let verified = store::verify_all(tx, id).await?;
    let left_out = statement.left_out;
    tx.journal(
        Entry::new("statement.read_in", "statement", id).after(json!({
            "provider": statement.provider,
            "file": file.name,
            "sha256": file.sha256,
            "from": crate::values::rfc3339(statement.from),
            "to": crate::values::rfc3339(statement.to),
            "rows": statement.rows,
            "incoming": statement.lines.len(),
            "new": new,
            "verified": verified,
            "outgoing": left_out.outgoing,
            "unsuccessful": left_out.unsuccessful,
            "repeated": left_out.repeated,
            "notes": left_out.notes,
        })),
    );
    tx.changed(Changed::Payments);
    Ok(())
}

/// Books a transaction that nobody has, as money for no order. It is in no shift: nobody took it.
///
/// # Errors
/// Where its id has paid by now.
pub async fn record(
    tx: &mut Tx,
    payment: PaymentId,
    statement: StatementId,
    line: StatementLineId,
) -> Result<()> {
    let (taken, payer) = store::find_line(tx, statement, line).await?;
    money::record_arrived(tx, payment, None, None, &taken, &[]).await?;
    if let Some(payer) = payer {
        desk::store::insert_payer(tx, payment, &payer).await?;
    }
    Ok(())
}

/// Says which payment a transaction is that nobody has booked, because its id was mistyped. The payment keeps what was typed.
///
/// # Errors
/// Where they cannot be the same, or are no longer by themselves.
pub async fn say_which(
    tx: &mut Tx,
    by: &Person,
    statement: StatementId,
    line: StatementLineId,
    payment: PaymentId,
) -> Result<()> {
    let (taken, _) = store::find_line(tx, statement, line).await?;
    let alike = store::alike(tx, statement, Some(line)).await?;
    let (_, booked) = alike
        .into_iter()
        .find(|(_, booked)| booked.payment == payment)
        .ok_or(StatementRefusal::NotTheSame)?;
    store::insert_verification(tx, by.id, payment, line).await?;
    tx.journal(
        Entry::new("payment.verified", "payment", payment)
            .before(json!({ "transaction": booked.reference }))
            .after(json!({
                "transaction": taken.reference,
                "statement": statement,
                "method": taken.method,
                "amount": taken.amount,
            })),
    );
    tx.changed(Changed::Payments);
    if let Some((order, _)) = booked.order {
        tx.changed(Changed::Order(order));
    }
    Ok(())
}

/// Takes back that a transaction is a payment, which somebody said by mistake: it is one that nobody has booked again, and the
/// payment one that is in no statement, unless one that was read in since has its own id.
///
/// # Errors
/// Where nobody said it, or it was taken back already. What two equal ids say stays.
pub async fn take_back(tx: &mut Tx, statement: StatementId, line: StatementLineId) -> Result<()> {
    let (taken, _) = store::find_line(tx, statement, line).await?;
    let (payment, order) = store::delete_verification(tx, line)
        .await?
        .ok_or(StatementRefusal::NotByHand)?;
    store::verify_one(tx, payment).await?;
    tx.journal(
        Entry::new("payment.unverified", "payment", payment).before(json!({
            "transaction": taken.reference,
            "statement": statement,
            "method": taken.method,
            "amount": taken.amount,
        })),
    );
    tx.changed(Changed::Payments);
    if let Some(order) = order {
        tx.changed(Changed::Order(order));
    }
    Ok(())
}

//! The queries of statements.

mod beside;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement as Sql, Value};
use serde_json::json;
use time::Duration;

use super::refusal::StatementRefusal;
use super::statement::Statement;
use crate::data::{Tx, Write};
use crate::payments::desk::store::method;
use crate::payments::reference::Reference;
use crate::payments::tender::Taken;
use crate::values::{Money, OrderId, PaymentId, StaffId, StatementId, StatementLineId};
use crate::web::{Error, Result};
pub use beside::{
    Beside, Booked, Imported, SHOWN, Which, alike, covered, find, latest, lines, missing,
};

/// What was uploaded.
#[derive(Debug, Clone)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// Its checksum.
    pub sha256: String,
}

/// Notes that a statement has a payment already, which the transaction is about to store. Whoever reads a statement in waits
/// for those that hold the business day, and they for them: so one of the two finds the other.
pub fn verification(tx: &Tx, payment: PaymentId, taken: &Taken, reference: &Reference) -> Write {
    Write::new(
        "payment_verifications",
        payment,
        "INSERT INTO payment_verifications (payment_id, line_id, verified_at) \
         SELECT $1, l.id, $2 FROM statement_lines l WHERE l.provider = $3 AND l.bare = $4 AND l.amount = $5",
        [
            payment.into(),
            tx.now().into(),
            taken.method.as_str().into(),
            reference.bare().into(),
            (taken.amount + taken.tip).into(),
        ],
    )
}

/// Notes that a transaction of a statement is a payment whose id was mistyped.
///
/// # Errors
/// Where either has found its other half by now.
pub async fn insert_verification(
    tx: &Tx,
    by: StaffId,
    payment: PaymentId,
    line: StatementLineId,
) -> Result<()> {
    let write = Write::new(
        "payment_verifications",
        payment,
        "INSERT INTO payment_verifications (payment_id, line_id, verified_at, said_by) VALUES ($1, $2, $3, $4)",
        [payment.into(), line.into(), tx.now().into(), by.into()],
    );
    tx.later(
        write
            .refusing("payment_verifications_pkey", StatementRefusal::NotTheSame)
            .refusing(
                "payment_verifications_line_once",
                StatementRefusal::NotTheSame,
            ),
    )
    .await
}

/// Forgets what somebody said of a transaction; answers which payment they meant, and its order.
pub async fn delete_verification(
    tx: &Tx,
    line: StatementLineId,
) -> Result<Option<(PaymentId, Option<OrderId>)>> {
    #[derive(FromQueryResult)]
    struct Row {
        payment_id: PaymentId,
        order_id: Option<OrderId>,
    }
    let row = Row::find_by_statement(sql(
        tx,
        "DELETE FROM payment_verifications v USING payments p LEFT JOIN payment_placements pl ON pl.payment_id = p.id \
         WHERE v.line_id = $1 AND v.said_by IS NOT NULL AND p.id = v.payment_id \
         RETURNING v.payment_id, coalesce(p.order_id, pl.order_id) AS order_id",
        [line.into()],
    ))
    .one(tx)
    .await?;
    Ok(row.map(|row| (row.payment_id, row.order_id)))
}

/// Stores a statement with the transactions that no earlier one has; answers how many those are.
pub async fn insert(
    tx: &Tx,
    id: StatementId,
    by: StaffId,
    file: &File,
    statement: &Statement,
) -> Result<u64> {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let lines: Vec<serde_json::Value> = statement
        .lines
        .iter()
        .map(|line| {
            json!({
                "id": StatementLineId::new(),
                "line": line.line,
                "transaction_id": line.reference,
                "bare": line.reference.bare(),
                "amount": line.amount,
                "payer": line.payer,
                "at": crate::values::rfc3339(line.at),
            })
        })
        .collect();
    let before = tx
        .query_one_raw(sql(
            tx,
            "SELECT count(*) AS known FROM statement_lines l WHERE l.provider = $1 \
             AND l.bare IN (SELECT bare FROM jsonb_to_recordset($2) AS e (bare text))",
            [
                statement.provider.as_str().into(),
                serde_json::Value::Array(lines.clone()).into(),
            ],
        ))
        .await?;
    let known: i64 = before
        .map(|row| row.try_get("", "known"))
        .transpose()?
        .unwrap_or(0);
    let left_out = statement.left_out;
    tx.execute_raw(sql(
        tx,
        "INSERT INTO statements (id, provider, file_name, sha256, covers_from, covers_to, rows_read, outgoing, unsuccessful, repeated, \
         read_before, notes, imported_by, terminal_id, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        [
            id.into(),
            statement.provider.as_str().into(),
            file.name.clone().into(),
            file.sha256.clone().into(),
            statement.from.into(),
            statement.to.into(),
            count(statement.rows).into(),
            count(left_out.outgoing).into(),
            count(left_out.unsuccessful).into(),
            count(left_out.repeated).into(),
            i32::try_from(known).unwrap_or(i32::MAX).into(),
            count(left_out.notes).into(),
            by.into(),
            tx.by().terminal.into(),
            tx.now().into(),
        ],
    ))
    .await?;
    let inserted = tx
        .execute_raw(sql(
            tx,
            "INSERT INTO statement_lines (id, statement_id, provider, line, transaction_id, bare, amount, payer, at) \
             SELECT e.id, $1, $2, e.line, e.transaction_id, e.bare, e.amount, e.payer, e.at FROM jsonb_to_recordset($3) \
               AS e (id uuid, line integer, transaction_id text, bare text, amount bigint, payer text, at timestamptz) \
             ON CONFLICT (provider, bare) DO NOTHING",
            [
                id.into(),
                statement.provider.as_str().into(),
                serde_json::Value::Array(lines).into(),
            ],
        ))
        .await?;
    Ok(inserted.rows_affected())
}

/// Two statements are read in one after the other, so that the second knows the transactions of the first.
pub async fn hold_statements(tx: &Tx) -> Result<()> {
    tx.execute_raw(sql(
        tx,
        "LOCK TABLE statements IN SHARE ROW EXCLUSIVE MODE",
        [],
    ))
    .await?;
    Ok(())
}

/// Waits for the payments that are under way, and holds off others until the transaction ends: all of them hold a row of the
/// business days. So none is stored beside a matching that does not see it.
pub async fn hold_payments(tx: &Tx) -> Result<()> {
    tx.execute_raw(sql(
        tx,
        "SELECT 1 FROM business_days WHERE date >= $1 ORDER BY date FOR NO KEY UPDATE",
        [(tx.now() - Duration::days(3)).date().into()],
    ))
    .await?;
    Ok(())
}

/// Where a transaction and a payment of the same id verify each other.
const SAME: &str = "INSERT INTO payment_verifications (payment_id, line_id, verified_at) \
     SELECT p.id, l.id, $2 FROM statement_lines l JOIN payments p ON regexp_replace(p.reference, '[^A-Z0-9]', '', 'g') = l.bare AND p.reference IS NOT NULL AND p.method <> 'card' \
     WHERE p.method = l.provider AND p.amount + p.tip = l.amount AND";

/// Notes which payments the transactions of a statement verify; answers how many.
pub async fn verify_all(tx: &Tx, id: StatementId) -> Result<u64> {
    let asked = format!("{SAME} l.statement_id = $1 ON CONFLICT DO NOTHING");
    let done = tx
        .execute_raw(sql(tx, asked, [id.into(), tx.now().into()]))
        .await?;
    Ok(done.rows_affected())
}

/// Notes that a payment is verified by the transaction of its own id, where one was read in while it was said to be another.
pub async fn verify_one(tx: &Tx, payment: PaymentId) -> Result<()> {
    let asked = format!("{SAME} p.id = $1 ON CONFLICT DO NOTHING");
    tx.execute_raw(sql(tx, asked, [payment.into(), tx.now().into()]))
        .await?;
    Ok(())
}

/// The transaction of a statement, as money that came in.
pub async fn find_line(
    db: &impl ConnectionTrait,
    statement: StatementId,
    line: StatementLineId,
) -> Result<(Taken, Option<String>)> {
    #[derive(FromQueryResult)]
    struct Row {
        provider: String,
        transaction_id: String,
        amount: Money,
        payer: Option<String>,
    }
    let row = Row::find_by_statement(sql(
        db,
        "SELECT provider, transaction_id, amount, payer FROM statement_lines WHERE id = $1 AND statement_id = $2",
        [line.into(), statement.into()],
    ))
    .one(db)
    .await?
    .ok_or(Error::NotFound("transaction"))?;
    let taken = Taken {
        method: method(&row.provider)?,
        amount: row.amount,
        tip: Money::ZERO,
        tendered: None,
        change: Money::ZERO,
        reference: Some(Reference::stored(row.transaction_id)),
    };
    Ok((taken, row.payer))
}

fn sql<const N: usize>(
    db: &impl ConnectionTrait,
    text: impl Into<String>,
    values: [Value; N],
) -> Sql {
    Sql::from_sql_and_values(db.get_database_backend(), text, values)
}

//! The queries of what goes to paper: bills, receipts and their links.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::OffsetDateTime;

use super::{PAYMENT, PaymentRow, statement};
use crate::data::{Tx, Write};
use crate::orders::Order;
use crate::payments::bill::{Bill, BillKind};
use crate::payments::content::Content;
use crate::payments::link::Token;
use crate::payments::payment::Payment;
use crate::printing::Print;
use crate::values::{BillId, OrderId, PaymentId, PrintId, Quantity};
use crate::web::Result;

/// Stores the link of a payment's receipt.
pub(super) async fn insert_link(tx: &Tx, payment: PaymentId) -> Result<()> {
    let token = Token::fresh();
    tx.later(Write::new(
        "receipt_links",
        payment,
        "INSERT INTO receipt_links (payment_id, token, digest, made_at) VALUES ($1, $2, $3, $4)",
        [
            payment.into(),
            token.as_str().into(),
            token.digest().into(),
            tx.now().into(),
        ],
    ))
    .await
}

/// Keeps what the receipt of a payment says of its order.
pub async fn insert_content(tx: &Tx, payment: PaymentId, content: &Content) -> Result<()> {
    tx.later(Write::new(
        "receipt_contents",
        payment,
        "INSERT INTO receipt_contents (payment_id, content) VALUES ($1, $2)",
        [
            payment.into(),
            serde_json::to_value(content)
                .map_err(anyhow::Error::from)?
                .into(),
        ],
    ))
    .await
}

/// What the receipt of a payment says of its order; nothing where it was taken before that was kept.
pub async fn content_of(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<Content>> {
    #[derive(FromQueryResult)]
    struct Row {
        content: serde_json::Value,
    }
    let sql = "SELECT content FROM receipt_contents WHERE payment_id = $1";
    let row = Row::find_by_statement(statement(db, sql, [payment.into()]))
        .one(db)
        .await?;
    let content = row.map(|row| serde_json::from_value(row.content));
    Ok(content.transpose().map_err(anyhow::Error::from)?)
}

/// Stores links for payments that came from elsewhere without one, such as those of the café's month of trade. Each is made of
/// two random UUIDs, which are 244 random bits.
pub async fn link_all(db: &impl ConnectionTrait) -> std::result::Result<(), DbErr> {
    let sql = "INSERT INTO receipt_links (payment_id, token, digest, made_at) \
         SELECT p.id, t.token, sha256(convert_to(t.token, 'UTF8')), p.taken_at FROM payments p \
         CROSS JOIN LATERAL (SELECT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') AS token WHERE p.id IS NOT NULL) t \
         WHERE NOT EXISTS (SELECT 1 FROM receipt_links l WHERE l.payment_id = p.id)";
    db.execute_unprepared(sql).await.map(|_| ())
}

/// The link of a payment's receipt.
pub async fn link_of(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        token: String,
    }
    let sql = "SELECT token FROM receipt_links WHERE payment_id = $1";
    let row = Row::find_by_statement(statement(db, sql, [payment.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| row.token))
}

/// The payment whose receipt has the link with this digest.
pub async fn of_link(db: &impl ConnectionTrait, digest: Vec<u8>) -> Result<Option<Payment>> {
    let sql =
        format!("{PAYMENT} WHERE p.id = (SELECT payment_id FROM receipt_links WHERE digest = $1)");
    PaymentRow::find_by_statement(statement(db, sql, [digest.into()]))
        .one(db)
        .await?
        .map(PaymentRow::payment)
        .transpose()
}

/// The last print of a payment's receipt.
pub async fn last_print(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<Print>> {
    #[derive(FromQueryResult)]
    struct Row {
        place: i16,
        printed_at: OffsetDateTime,
    }
    let sql = "SELECT place, printed_at FROM receipt_prints WHERE payment_id = $1 ORDER BY place DESC LIMIT 1";
    let row = Row::find_by_statement(statement(db, sql, [payment.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| Print {
        place: row.place,
        at: row.printed_at,
    }))
}

/// Stores that a receipt was printed, whose payment the transaction holds ([`row`]).
pub async fn insert_print(tx: &Tx, payment: PaymentId, print: Print) -> Result<()> {
    let id = PrintId::new();
    tx.later(Write::new(
        "receipt_prints",
        id,
        "INSERT INTO receipt_prints (id, payment_id, place, kind, printed_by, terminal_id, printed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.into(),
            payment.into(),
            print.place.into(),
            print.kind().as_str().into(),
            tx.by().staff.into(),
            tx.by().terminal.into(),
            print.at.into(),
        ],
    ))
    .await
}

/// What of its order a payment was for, as it stands on the bill; nothing where it was not paid by item.
pub async fn items_of(
    db: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Vec<(Quantity, String)>> {
    #[derive(FromQueryResult)]
    struct Row {
        quantity: Quantity,
        name: String,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT pp.quantity, l.name FROM paid_pieces pp JOIN order_lines l ON l.id = pp.line_id \
         WHERE pp.payment_id = $1 ORDER BY l.position, l.id",
        [payment.into()],
    ))
    .all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.quantity, row.name))
        .collect())
}

/// The bill of an order that was printed last.
pub async fn last_bill(db: &impl ConnectionTrait, order: OrderId) -> Result<Option<Bill>> {
    #[derive(FromQueryResult)]
    struct Row {
        place: i16,
        kind: String,
        content: String,
    }
    let row = Row::find_by_statement(statement(
        db,
        "SELECT place, kind, content FROM bills WHERE order_id = $1 ORDER BY place DESC LIMIT 1",
        [order.into()],
    ))
    .one(db)
    .await?;
    row.map(|row| {
        let kind = BillKind::stored(&row.kind)
            .ok_or_else(|| anyhow::anyhow!("a bill's kind is stored as {:?}", row.kind))?;
        Ok(Bill {
            place: row.place,
            kind,
            content: row.content,
        })
    })
    .transpose()
}

/// Stores that a bill of an order, which the transaction holds, was printed.
pub async fn insert_bill(tx: &Tx, order: &Order, bill: &Bill) -> Result<()> {
    let id = BillId::new();
    tx.later(Write::new(
        "bills",
        id,
        "INSERT INTO bills (id, order_id, place, kind, total, content, printed_by, terminal_id, printed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            id.into(),
            order.id.into(),
            bill.place.into(),
            bill.kind.as_str().into(),
            order.total().into(),
            bill.content.clone().into(),
            tx.by().staff.into(),
            tx.by().terminal.into(),
            tx.now().into(),
        ],
    ))
    .await
}

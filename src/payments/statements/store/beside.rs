//! What was read in, beside what was booked.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::OffsetDateTime;

use super::sql;
use crate::payments::desk::store::{method, titled};
use crate::payments::payment::Method;
use crate::values::{Money, OrderId, PaymentId, StatementId, StatementLineId, TableId};
use crate::web::{Error, Result};

/// How many rows of a list are shown.
pub const SHOWN: i64 = 200;
/// How many statements are listed.
const LISTED: i64 = 60;
/// So many days lie between a transaction and when it was typed in, at most, where its id is not what says that they are one.
const NEAR: i32 = 3;

/// A statement that was read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Which.
    pub id: StatementId,
    /// Whose.
    pub provider: Method,
    /// What its file was called.
    pub file: Option<String>,
    /// What it covers.
    pub from: OffsetDateTime,
    /// Until when.
    pub to: OffsetDateTime,
    /// How many rows it had.
    pub rows: i32,
    /// Money that went out.
    pub outgoing: i32,
    /// What did not go through.
    pub unsuccessful: i32,
    /// The same transaction a second time.
    pub repeated: i32,
    /// Transactions that an earlier statement had.
    pub read_before: i32,
    /// Sums and remarks.
    pub notes: i32,
    /// Who read it in.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// How many transactions are its own.
    pub lines: i64,
    /// What they come to.
    pub sum: Money,
    /// How many of them verify a payment.
    pub verified: i64,
    /// How many name a payment of another amount or network.
    pub differ: i64,
    /// How many nobody has booked.
    pub unbooked: i64,
}

/// A transaction of a statement, beside what was booked.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Which transaction.
    pub id: StatementLineId,
    /// What the provider calls it.
    pub transaction: String,
    /// How much came in.
    pub amount: Money,
    /// Who sent it.
    pub payer: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// The payment of that id, or the one that somebody said it is.
    pub booked: Option<Booked>,
    /// Who said so.
    pub said_by: Option<String>,
}

/// A payment, as it was booked.
#[derive(Debug, Clone)]
pub struct Booked {
    /// Which.
    pub payment: PaymentId,
    /// How.
    pub method: Method,
    /// How much, with the tip.
    pub sum: Money,
    /// What its provider calls it.
    pub reference: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// The order that it is on.
    pub order: Option<(OrderId, String)>,
}

/// Which transactions of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that verify a payment.
    Verified,
    /// Those whose payment is another amount, or another network's.
    Differing,
    /// Those that nobody has booked.
    Unbooked,
}

impl Which {
    fn sql(self) -> &'static str {
        match self {
            Which::Verified => "v.payment_id IS NOT NULL",
            Which::Differing => "p.id IS NOT NULL AND v.payment_id IS NULL",
            Which::Unbooked => "p.id IS NULL",
        }
    }
}

/// A transaction's payment is the one that it verifies, whatever was typed for its id; else the one of that id.
const MATCHED: &str = "FROM statement_lines l LEFT JOIN payment_verifications v ON v.line_id = l.id \
   LEFT JOIN payments p ON p.id = coalesce(v.payment_id, (SELECT b.id FROM payments b \
     WHERE regexp_replace(b.reference, '[^A-Z0-9]', '', 'g') = l.bare AND b.reference IS NOT NULL AND b.method <> 'card'))";

/// What is in no statement: neither by its id nor because somebody said which transaction it is. What came through Pesapal
/// went into its account, so it is in none of the café's own.
const NOWHERE: &str = "p.reference IS NOT NULL \
   AND NOT EXISTS (SELECT 1 FROM statement_lines k WHERE k.provider = p.method AND k.bare = regexp_replace(p.reference, '[^A-Z0-9]', '', 'g')) \
   AND NOT EXISTS (SELECT 1 FROM payment_verifications w WHERE w.payment_id = p.id) \
   AND NOT EXISTS (SELECT 1 FROM pesapal_receipts pr WHERE pr.payment_id = p.id)";

const IMPORTED: &str = "SELECT s.id, s.provider, s.file_name, s.covers_from, s.covers_to, s.rows_read, s.outgoing, s.unsuccessful, s.repeated, \
     s.read_before, s.notes, st.name AS imported_by, s.imported_at, c.lines, c.total, c.verified, c.differ, c.unbooked \
   FROM statements s JOIN staff st ON st.id = s.imported_by CROSS JOIN LATERAL (SELECT count(*) AS lines, coalesce(sum(l.amount), 0)::bigint AS total, \
     count(v.payment_id) AS verified, count(*) FILTER (WHERE p.id IS NOT NULL AND v.payment_id IS NULL) AS differ, \
     count(*) FILTER (WHERE p.id IS NULL) AS unbooked ";

#[derive(FromQueryResult)]
struct ImportedRow {
    id: StatementId,
    provider: String,
    file_name: Option<String>,
    covers_from: OffsetDateTime,
    covers_to: OffsetDateTime,
    rows_read: i32,
    outgoing: i32,
    unsuccessful: i32,
    repeated: i32,
    read_before: i32,
    notes: i32,
    imported_by: String,
    imported_at: OffsetDateTime,
    lines: i64,
    total: Money,
    verified: i64,
    differ: i64,
    unbooked: i64,
}

async fn imported<const N: usize>(
    db: &impl ConnectionTrait,
    condition: &str,
    values: [Value; N],
) -> Result<Vec<Imported>> {
    let asked = format!("{IMPORTED} {MATCHED} WHERE l.statement_id = s.id) c {condition}");
    ImportedRow::find_by_statement(sql(db, asked, values))
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Imported {
                id: row.id,
                provider: method(&row.provider)?,
                file: row.file_name,
                from: row.covers_from,
                to: row.covers_to,
                rows: row.rows_read,
                outgoing: row.outgoing,
                unsuccessful: row.unsuccessful,
                repeated: row.repeated,
                read_before: row.read_before,
                notes: row.notes,
                by: row.imported_by,
                at: row.imported_at,
                lines: row.lines,
                sum: row.total,
                verified: row.verified,
                differ: row.differ,
                unbooked: row.unbooked,
            })
        })
        .collect()
}

/// The last statements, the youngest first.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Vec<Imported>> {
    imported(
        db,
        "ORDER BY s.imported_at DESC, s.id LIMIT $1",
        [LISTED.into()],
    )
    .await
}

/// One statement.
pub async fn find(db: &impl ConnectionTrait, id: StatementId) -> Result<Imported> {
    let found = imported(db, "WHERE s.id = $1", [id.into()]).await?.pop();
    found.ok_or(Error::NotFound("statement"))
}

const BOOKED: &str = "p.id AS payment_id, p.method, p.amount + p.tip AS booked, p.reference, p.taken_at, tk.name AS taken_by, \
    o.id AS order_id, o.number, o.table_id, t.code AS table_code, o.customer_name, o.customer_phone";

const OF_PAYMENT: &str = "LEFT JOIN staff tk ON tk.id = p.taken_by LEFT JOIN payment_placements pl ON pl.payment_id = p.id \
    LEFT JOIN orders o ON o.id = coalesce(p.order_id, pl.order_id) LEFT JOIN dining_tables t ON t.id = o.table_id";

#[derive(FromQueryResult)]
struct BookedRow {
    payment_id: Option<PaymentId>,
    method: Option<String>,
    booked: Option<Money>,
    reference: Option<String>,
    taken_at: Option<OffsetDateTime>,
    taken_by: Option<String>,
    order_id: Option<OrderId>,
    number: Option<i32>,
    table_id: Option<TableId>,
    table_code: Option<String>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
}

impl BookedRow {
    fn booked(self) -> Result<Option<Booked>> {
        let (Some(payment), Some(stored), Some(sum), Some(at)) =
            (self.payment_id, self.method, self.booked, self.taken_at)
        else {
            return Ok(None);
        };
        let named = titled(
            self.number.unwrap_or_default(),
            (self.table_id, self.table_code),
            (self.customer_name, self.customer_phone),
        );
        Ok(Some(Booked {
            payment,
            method: method(&stored)?,
            sum,
            reference: self.reference,
            by: self.taken_by,
            at,
            order: self.order_id.map(|order| (order, named)),
        }))
    }
}

/// The transactions of a statement, the first [`SHOWN`] of them in their order.
pub async fn lines(
    db: &impl ConnectionTrait,
    statement: StatementId,
    which: Which,
) -> Result<Vec<Beside>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StatementLineId,
        transaction_id: String,
        amount: Money,
        payer: Option<String>,
        at: OffsetDateTime,
        said_by: Option<String>,
        #[sea_orm(nested)]
        booked: BookedRow,
    }
    let asked = format!(
        "SELECT l.id, l.transaction_id, l.amount, l.payer, l.at, sb.name AS said_by, {BOOKED} {MATCHED} {OF_PAYMENT} \
         LEFT JOIN staff sb ON sb.id = v.said_by \
         WHERE l.statement_id = $1 AND {} ORDER BY l.at, l.line LIMIT $2",
        which.sql()
    );
    let rows = Row::find_by_statement(sql(db, asked, [statement.into(), SHOWN.into()]))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Beside {
                id: row.id,
                transaction: row.transaction_id,
                amount: row.amount,
                payer: row.payer,
                at: row.at,
                booked: row.booked.booked()?,
                said_by: row.said_by,
            })
        })
        .collect()
}

/// Payments of a time that no statement of their provider has, with how many those are.
pub async fn missing(
    db: &impl ConnectionTrait,
    provider: Method,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<(Vec<Booked>, i64)> {
    let condition = format!(
        "FROM payments p WHERE p.method = $1 AND p.taken_at >= $2 AND p.taken_at < $3 AND {NOWHERE}"
    );
    let values = || -> [Value; 3] { [provider.as_str().into(), from.into(), to.into()] };
    let count = db
        .query_one_raw(sql(
            db,
            format!("SELECT count(*) AS n {condition}"),
            values(),
        ))
        .await?;
    let count: i64 = count
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0);
    let asked = format!(
        "SELECT {BOOKED} FROM (SELECT p.* {condition} ORDER BY p.taken_at, p.id LIMIT {SHOWN}) p {OF_PAYMENT} ORDER BY p.taken_at, p.id"
    );
    let rows = BookedRow::find_by_statement(sql(db, asked, values()))
        .all(db)
        .await?;
    let mut booked = Vec::with_capacity(rows.len());
    for row in rows {
        booked.extend(row.booked()?);
    }
    Ok((booked, count))
}

/// What a transaction that nobody has booked may be, its id mistyped: money of the same provider and sum that is in no
/// statement, taken within [`NEAR`] days of it. Of one transaction or of all of a statement, the nearest first.
pub async fn alike(
    db: &impl ConnectionTrait,
    statement: StatementId,
    line: Option<StatementLineId>,
) -> Result<Vec<(StatementLineId, Booked)>> {
    #[derive(FromQueryResult)]
    struct Row {
        line_id: StatementLineId,
        #[sea_orm(nested)]
        booked: BookedRow,
    }
    let asked = format!(
        "SELECT u.id AS line_id, {BOOKED} FROM (SELECT l.* {MATCHED} WHERE l.statement_id = $1 AND l.id = coalesce($2, l.id) AND {}) u \
         JOIN payments p ON p.method = u.provider AND p.amount + p.tip = u.amount \
           AND p.taken_at BETWEEN u.at - make_interval(days => $3) AND u.at + make_interval(days => $3) AND {NOWHERE} \
         {OF_PAYMENT} ORDER BY abs(extract(epoch FROM p.taken_at - u.at)), p.id LIMIT $4",
        Which::Unbooked.sql()
    );
    let values = [statement.into(), line.into(), NEAR.into(), SHOWN.into()];
    let rows = Row::find_by_statement(sql(db, asked, values))
        .all(db)
        .await?;
    let mut alike = Vec::with_capacity(rows.len());
    for row in rows {
        let line = row.line_id;
        alike.extend(row.booked.booked()?.map(|booked| (line, booked)));
    }
    Ok(alike)
}

/// From when to when there are statements of a provider.
pub async fn covered(
    db: &impl ConnectionTrait,
    provider: Method,
) -> Result<Option<(OffsetDateTime, OffsetDateTime)>> {
    #[derive(FromQueryResult)]
    struct Row {
        first: Option<OffsetDateTime>,
        last: Option<OffsetDateTime>,
    }
    let row = Row::find_by_statement(sql(
        db,
        "SELECT min(covers_from) AS first, max(covers_to) AS last FROM statements WHERE provider = $1",
        [provider.as_str().into()],
    ))
    .one(db)
    .await?;
    Ok(row.and_then(|row| row.first.zip(row.last)))
}

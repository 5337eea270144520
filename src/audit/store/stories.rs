//! What is known of one order: the rows of the log about it, and the rows that are themselves records.

use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{COLUMNS, NAMES, statement};
use crate::audit::recorded::Recorded;
use crate::values::{BusinessDate, Money, OrderId};
use crate::web::Result;

/// More rows than any order has; a story that is longer says so.
pub const MOST: usize = 2_000;

/// The head of a story.
#[derive(Debug, Clone, FromQueryResult)]
pub struct StoryOrder {
    /// Its id.
    pub id: OrderId,
    /// The number of its day.
    pub number: i32,
    /// The long one.
    pub reference: String,
    /// The date of its opening.
    pub business_date: BusinessDate,
    /// Table, or takeaway.
    pub place: String,
    /// Who serves it.
    pub waiter: String,
    /// What it comes to.
    pub total: Money,
    /// What is paid of it.
    pub paid: Money,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
}

/// A row that is a record by itself.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Record {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: OffsetDateTime,
    /// Among those of the same moment.
    pub rank: i32,
    /// What it tells.
    pub what: String,
    /// Who did it.
    pub who: Option<String>,
    /// Who agreed.
    pub approver: Option<String>,
    /// Where.
    pub terminal: Option<String>,
    /// The amount, where it is about one.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<String>,
    /// The deeds under which the log tells the same.
    pub deeds: Option<Vec<String>>,
}

/// Everything about one order.
#[derive(Debug)]
pub struct Records {
    /// Of the log.
    pub log: Vec<Recorded>,
    /// Of the other tables.
    pub others: Vec<Record>,
}

/// Everything that rows of the log about these orders are about: they, their payments, tickets, and what was asked for them.
pub async fn subjects_of(db: &impl ConnectionTrait, orders: &[OrderId]) -> Result<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct One {
        id: Uuid,
    }
    let orders: Vec<Uuid> = orders.iter().map(|order| order.uuid()).collect();
    let sql = "SELECT unnest($1::uuid[]) AS id \
         UNION SELECT id FROM payments WHERE order_id = ANY($1) \
         UNION SELECT payment_id FROM payment_placements WHERE order_id = ANY($1) \
         UNION SELECT id FROM payment_attempts WHERE order_id = ANY($1) \
         UNION SELECT id FROM tickets WHERE order_id = ANY($1) \
         UNION SELECT id FROM approval_requests WHERE order_id = ANY($1)";
    let found = One::find_by_statement(statement(db, sql, vec![orders.into()]))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// The order, if there is one.
pub async fn order(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<StoryOrder>> {
    let sql = "SELECT o.id, o.number, o.reference, o.business_date, \
                      coalesce('Table ' || t.code, nullif(o.customer_name, ''), 'Takeaway') AS place, w.name AS waiter, \
                      o.total, o.paid, o.opened_at \
               FROM orders o JOIN staff w ON w.id = o.waiter_id LEFT JOIN dining_tables t ON t.id = o.table_id WHERE o.id = $1";
    Ok(
        StoryOrder::find_by_statement(statement(db, sql, vec![id.into()]))
            .one(db)
            .await?,
    )
}

/// What became of an order, from the log and from every row that is a record of its own.
pub async fn records_of(db: &impl ConnectionTrait, order: &StoryOrder) -> Result<Records> {
    let subjects = subjects_of(db, &[order.id]).await?;
    // Lines that came from another order stand in the log under that one.
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT * FROM audit_log WHERE subject_id = ANY($1) \
             UNION SELECT * FROM audit_log WHERE deed = 'order.lines_moved' AND at >= $2 AND after ->> 'reference' = $3) a \
         {NAMES} ORDER BY a.at, a.id LIMIT {}",
        MOST + 1
    );
    let values = vec![
        subjects.into(),
        order.opened_at.into(),
        order.reference.as_str().into(),
    ];
    let log = Recorded::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    let others = Record::find_by_statement(statement(db, RECORDS, vec![order.id.into()]))
        .all(db)
        .await?;
    Ok(Records { log, others })
}

const RECORDS: &str = "\
SELECT r.id, r.at, r.rank, r.what, w.name AS who, a.name AS approver, t.name AS terminal, r.amount, r.reason, r.deeds FROM ( \
    SELECT id, opened_at AS at, 0 AS rank, 'Opened' AS what, opened_by AS who, NULL::uuid AS approver, terminal_id AS terminal, \
           NULL::bigint AS amount, NULL::text AS reason, NULL::text[] AS deeds FROM orders WHERE id = $1 \
    UNION ALL SELECT id, closed_at, 80, 'Closed: paid, and nothing left to carry out', NULL, NULL, NULL, total, NULL, NULL \
           FROM orders WHERE id = $1 AND closed_at IS NOT NULL \
    UNION ALL SELECT id, cancelled_at, 70, 'Called off', cancelled_by, cancel_approved_by, NULL, NULL, cancel_reason, ARRAY['order.cancelled'] \
           FROM orders WHERE id = $1 AND cancelled_at IS NOT NULL \
    UNION ALL SELECT id, added_at, 1, 'Added: ' || quantity || ' × ' || name, added_by, NULL, NULL, unit_price * quantity, note, NULL \
           FROM order_lines WHERE order_id = $1 \
    UNION ALL SELECT id, voided_at, 40, 'Struck out: ' || quantity || ' × ' || name, voided_by, void_approved_by, NULL, \
           unit_price * quantity - discount, void_reason, ARRAY['order.line_voided', 'order.line_returned'] \
           FROM order_lines WHERE order_id = $1 AND voided_at IS NOT NULL \
    UNION ALL SELECT id, comped_at, 40, 'Given free: ' || quantity || ' × ' || name, comped_by, comp_approved_by, NULL, \
           unit_price * quantity - discount, comp_reason, ARRAY['order.line_comped'] \
           FROM order_lines WHERE order_id = $1 AND comped_at IS NOT NULL \
    UNION ALL SELECT id, at, 40, 'Discount: ' || coalesce(name, 'taken off'), given_by, approved_by, terminal_id, worth, reason, \
           ARRAY['order.discounted', 'order.discount_taken_off'] FROM discounts WHERE order_id = $1 \
    UNION ALL SELECT k.id, k.sent_at, 30, 'Ticket at ' || s.name, k.handed_by, NULL, k.handed_from, NULL, NULL, NULL \
           FROM tickets k JOIN stations s ON s.id = k.station_id WHERE k.order_id = $1 \
    UNION ALL SELECT k.id, k.shown_at, 31, 'Shown on a screen at ' || s.name, NULL, NULL, NULL, NULL, NULL, NULL \
           FROM tickets k JOIN stations s ON s.id = k.station_id WHERE k.order_id = $1 AND k.shown_at IS NOT NULL \
    UNION ALL SELECT k.id, k.started_at, 32, 'Ticket started at ' || s.name, NULL, NULL, NULL, NULL, NULL, ARRAY['ticket.started', 'ticket.line_done', 'ticket.bumped'] \
           FROM tickets k JOIN stations s ON s.id = k.station_id WHERE k.order_id = $1 AND k.started_at IS NOT NULL \
    UNION ALL SELECT k.id, k.bumped_at, 33, 'Ticket bumped at ' || s.name, NULL, NULL, NULL, NULL, NULL, ARRAY['ticket.bumped'] \
           FROM tickets k JOIN stations s ON s.id = k.station_id WHERE k.order_id = $1 AND k.bumped_at IS NOT NULL \
    UNION ALL SELECT p.id, p.taken_at, 50, 'Payment: ' || replace(p.method, '_', ' '), p.taken_by, NULL, p.terminal_id, p.amount + p.tip, \
           p.reference, ARRAY['payment.taken'] FROM payments p \
           WHERE p.order_id = $1 OR p.id IN (SELECT payment_id FROM payment_placements WHERE order_id = $1) \
    UNION ALL SELECT id, refunded_at, 51, 'Money given back', refunded_by, approved_by, terminal_id, amount + tip, reason, \
           ARRAY['payment.refunded'] FROM refunds WHERE order_id = $1 \
    UNION ALL SELECT id, started_at, 45, 'Money asked for: ' || replace(method, '_', ' '), started_by, NULL, terminal_id, amount + tip, NULL, \
           ARRAY['attempt.started'] FROM payment_attempts WHERE order_id = $1 \
    UNION ALL SELECT id, printed_at, 55, 'Bill printed (' || kind || ', no. ' || place || ')', printed_by, NULL, terminal_id, total, NULL, \
           ARRAY['bill.printed'] FROM bills WHERE order_id = $1 \
    UNION ALL SELECT r.id, r.printed_at, 56, 'Receipt printed (' || r.kind || ', no. ' || r.place || ')', r.printed_by, NULL, r.terminal_id, \
           NULL, NULL, ARRAY['receipt.printed'] FROM receipt_prints r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = $1 \
    UNION ALL SELECT id, at, 57, 'Opened again; version ' || version || ' is kept', reopened_by, approved_by, terminal_id, NULL, reason, \
           ARRAY['order.reopened'] FROM order_versions WHERE order_id = $1 \
    UNION ALL SELECT z.order_id, r.made_at, 90, 'Told on Z report ' || r.number || ' of ' || to_char(r.business_date, 'FMDD Mon YYYY'), \
           r.made_by, NULL, NULL, (z.sums ->> 'total')::bigint, NULL, NULL \
           FROM z_orders z JOIN z_reports r ON r.number = z.z_number WHERE z.order_id = $1 \
) r LEFT JOIN staff w ON w.id = r.who LEFT JOIN staff a ON a.id = r.approver LEFT JOIN terminals t ON t.id = r.terminal \
ORDER BY r.at, r.rank, r.id LIMIT 2000";

//! What stands behind the exception list. Each kind is one question for its rows; figures are counts of those rows, so that
//! whoever looks behind a figure finds as many as it says.

use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::OffsetDateTime;

use super::statement;
use crate::audit::exceptions::{AFTER_A_REPRINT, Kind, NEAR_A_VOID};
use crate::staff::Role;
use crate::values::{BusinessDate, Money, OrderId, StaffId};
use crate::web::Result;

/// The rows behind one figure that are shown.
pub const SHOWN: usize = 500;

/// One exception.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Row {
    /// When.
    pub at: OffsetDateTime,
    /// Who did it.
    pub name: Option<String>,
    /// Who agreed.
    pub approver: Option<String>,
    /// On which order.
    pub order_id: Option<OrderId>,
    /// The number of its day.
    pub number: Option<i32>,
    /// What it was.
    pub what: String,
    /// What it came to.
    pub amount: Money,
    /// Why.
    pub reason: Option<String>,
}

/// How often somebody did, or agreed to, a kind of exception.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Counted {
    /// Who did it.
    pub who: Option<StaffId>,
    /// Who agreed.
    pub approver: Option<StaffId>,
    /// How often.
    pub count: i64,
    /// What it came to.
    pub amount: Money,
}

/// Somebody who is or was here.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Their id.
    pub id: StaffId,
    /// What they are called.
    pub name: String,
    /// What they are.
    pub role: Role,
}

/// The days that are asked about, and their moments.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The first.
    pub from: BusinessDate,
    /// The last.
    pub to: BusinessDate,
    /// When the first begins.
    pub begins: OffsetDateTime,
    /// When the last ends.
    pub ends: OffsetDateTime,
}

impl Days {
    /// Money is booked on the date that is open, which after a Z is the next one.
    fn values(&self) -> Vec<Value> {
        vec![
            self.begins.into(),
            self.ends.into(),
            self.from.into(),
            self.to.next().into(),
        ]
    }
}

/// The rows of a kind: when, who, who agreed, on which order, what, how much, why. `$1` and `$2` are the moments, `$3` and `$4`
/// dates that are certainly before and after.
fn rows_of(kind: Kind) -> String {
    const STRUCK: &str = "SELECT l.voided_at AS at, l.voided_by AS who, l.void_approved_by AS approver, l.order_id, \
         l.quantity || ' × ' || l.name AS what, \
         CASE WHEN l.comped THEN 0 ELSE l.unit_price * l.quantity - l.discount END AS amount, l.void_reason AS reason \
         FROM order_lines l WHERE l.voided_at >= $1 AND l.voided_at < $2 AND l.state = 'voided' AND l.sent_at IS NOT NULL";
    let rows = match kind {
        // What came back with its money is a refund.
        Kind::Voids => format!(
            "{STRUCK} AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = l.order_id AND r.kind = 'goods_returned' \
             AND r.refunded_at = l.voided_at)"
        ),
        Kind::VoidAfterCash => format!(
            "{STRUCK} AND EXISTS (SELECT 1 FROM payments p WHERE p.order_id = l.order_id AND p.method = 'cash' \
             AND p.taken_at < l.voided_at)"
        ),
        Kind::Comps => "SELECT l.comped_at AS at, l.comped_by AS who, l.comp_approved_by AS approver, l.order_id, \
             l.quantity || ' × ' || l.name AS what, l.unit_price * l.quantity - l.discount AS amount, l.comp_reason AS reason \
             FROM order_lines l WHERE l.comped_at >= $1 AND l.comped_at < $2"
            .to_owned(),
        Kind::Discounts => "SELECT d.at, d.given_by AS who, d.approved_by AS approver, d.order_id, d.name AS what, \
             d.worth AS amount, d.reason FROM discounts d WHERE d.at >= $1 AND d.at < $2 AND d.name IS NOT NULL"
            .to_owned(),
        Kind::Removed => "SELECT a.at, a.staff_id AS who, a.approver_id AS approver, a.subject_id AS order_id, \
             concat(a.before ->> 'quantity', ' × ', a.before ->> 'name') AS what, \
             coalesce((a.before ->> 'total')::bigint, 0) AS amount, a.reason \
             FROM audit_log a WHERE a.deed = 'order.line_removed' AND a.at >= $1 AND a.at < $2"
            .to_owned(),
        Kind::Changed => "SELECT a.at, a.staff_id AS who, a.approver_id AS approver, a.subject_id AS order_id, \
             concat('Bill said ', a.before ->> 'bill') AS what, \
             greatest((a.before ->> 'total')::bigint - (a.after ->> 'total')::bigint, 0) AS amount, a.reason \
             FROM audit_log a WHERE a.deed = 'order.changed_after_bill' AND a.at >= $1 AND a.at < $2"
            .to_owned(),
        Kind::NoSales => NO_SALES.to_owned(),
        Kind::DrawerByVoid => format!(
            "{NO_SALES} AND EXISTS (SELECT 1 FROM order_lines l WHERE l.voided_by = c.entered_by AND l.sent_at IS NOT NULL \
             AND l.voided_at >= c.at - interval '{NEAR_A_VOID} seconds' AND l.voided_at <= c.at + interval '{NEAR_A_VOID} seconds')"
        ),
        Kind::Reprints => "SELECT r.printed_at AS at, r.printed_by AS who, NULL::uuid AS approver, p.order_id, \
             'Receipt, copy ' || (r.place - 1) AS what, 0::bigint AS amount, NULL::text AS reason \
             FROM receipt_prints r JOIN payments p ON p.id = r.payment_id \
             WHERE r.kind = 'copy' AND r.printed_at >= $1 AND r.printed_at < $2 \
             UNION ALL SELECT b.printed_at, b.printed_by, NULL, b.order_id, 'Bill, no. ' || b.place, 0, NULL \
             FROM bills b WHERE b.kind <> 'first' AND b.kind = 'copy' AND b.printed_at >= $1 AND b.printed_at < $2"
            .to_owned(),
        Kind::Refunds => "SELECT r.refunded_at AS at, r.refunded_by AS who, r.approved_by AS approver, r.order_id, \
             CASE r.kind WHEN 'goods_returned' THEN 'Goods returned' ELSE 'Wrong payment' END AS what, \
             r.amount + r.tip AS amount, r.reason FROM refunds r \
             WHERE r.business_date BETWEEN $3 AND $4 AND r.refunded_at >= $1 AND r.refunded_at < $2"
            .to_owned(),
        // The first thing that leaves the order after that, of each bill.
        Kind::ReprintThenRemoved => format!(
            "SELECT gone.at, gone.who, gone.approver, b.order_id, gone.what, gone.amount, gone.reason FROM bills b \
             CROSS JOIN LATERAL (SELECT a.at, a.staff_id AS who, a.approver_id AS approver, a.reason, \
                 concat(a.before ->> 'quantity', ' × ', a.before ->> 'name') AS what, \
                 coalesce((a.before ->> 'total')::bigint, (a.before ->> 'unit_price')::bigint * (a.before ->> 'quantity')::bigint, 0) AS amount \
                 FROM audit_log a WHERE a.subject_id = b.order_id AND a.at > b.printed_at \
                 AND a.at <= b.printed_at + interval '{AFTER_A_REPRINT} minutes' \
                 AND a.deed IN ('order.line_removed', 'order.line_voided') ORDER BY a.at, a.id LIMIT 1) gone \
             WHERE b.kind <> 'first' AND b.printed_at >= $1 AND b.printed_at < $2"
        ),
    };
    // Each question names all four parameters, so that they are the same for all.
    format!(
        "SELECT e.* FROM ({rows}) e WHERE $1::timestamptz IS NOT NULL AND $2::timestamptz IS NOT NULL AND $3::date IS NOT NULL AND $4::date IS NOT NULL"
    )
}

const NO_SALES: &str = "SELECT c.at, c.entered_by AS who, c.approved_by AS approver, NULL::uuid AS order_id, \
     'Drawer opened' AS what, 0::bigint AS amount, c.reason FROM cash_entries c \
     WHERE c.business_date BETWEEN $3 AND $4 AND c.kind = 'no_sale' AND c.at >= $1 AND c.at < $2";

/// How often each person did each of these, and who agreed.
pub async fn counted(
    db: &impl ConnectionTrait,
    days: &Days,
    kinds: &[Kind],
) -> Result<Vec<Vec<Counted>>> {
    let each = kinds.iter().map(async |kind| {
        let sql = format!(
            "SELECT who, approver, count(*) AS count, coalesce(sum(amount), 0)::bigint AS amount FROM ({}) e GROUP BY who, approver",
            rows_of(*kind)
        );
        Counted::find_by_statement(statement(db, sql, days.values())).all(db).await
    });
    Ok(try_join_all(each).await?)
}

/// The rows behind a figure, newest first, [`SHOWN`] at most and one more.
pub async fn rows(
    db: &impl ConnectionTrait,
    days: &Days,
    kind: Kind,
    person: StaffId,
    agreed: bool,
) -> Result<Vec<Row>> {
    let column = if agreed { "approver" } else { "who" };
    let sql = format!(
        "SELECT e.at, w.name AS name, p.name AS approver, e.order_id, o.number, e.what, e.amount, e.reason FROM \
         (SELECT * FROM ({}) e WHERE {column} = $5 ORDER BY at DESC LIMIT {}) e LEFT JOIN staff w ON w.id = e.who \
         LEFT JOIN staff p ON p.id = e.approver LEFT JOIN orders o ON o.id = e.order_id ORDER BY e.at DESC",
        rows_of(kind),
        SHOWN + 1
    );
    let mut values = days.values();
    values.push(person.into());
    Ok(Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?)
}

/// How many orders each person opened or took money for, whichever are more.
pub async fn orders_handled(db: &impl ConnectionTrait, days: &Days) -> Result<Vec<(StaffId, i64)>> {
    #[derive(FromQueryResult)]
    struct One {
        who: StaffId,
        orders: i64,
    }
    let sql = "SELECT who, max(orders)::bigint AS orders FROM ( \
            SELECT opened_by AS who, count(*) AS orders FROM orders \
                WHERE business_date BETWEEN $1 AND $2 AND cancelled_at IS NULL GROUP BY 1 \
            UNION ALL SELECT taken_by, count(*) FROM payments WHERE business_date BETWEEN $1 AND $2 AND taken_by IS NOT NULL GROUP BY 1 \
        ) e GROUP BY who";
    let values = vec![days.from.into(), days.to.into()];
    let found = One::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|one| (one.who, one.orders)).collect())
}

/// Everybody who is or was here.
pub async fn people(db: &impl ConnectionTrait) -> Result<Vec<Colleague>> {
    #[derive(FromQueryResult)]
    struct One {
        id: StaffId,
        name: String,
        role: String,
    }
    let found = One::find_by_statement(statement(
        db,
        "SELECT id, name, role FROM staff ORDER BY name, id",
        Vec::new(),
    ))
    .all(db)
    .await?;
    found
        .into_iter()
        .map(|one| {
            Ok(Colleague {
                id: one.id,
                name: one.name,
                role: one
                    .role
                    .parse()
                    .map_err(|_| anyhow::anyhow!("the role {} is unknown", one.role))?,
            })
        })
        .collect()
}

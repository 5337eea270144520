//! Orders as lists and the floor show them, and what tells that a picture is out of date.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::OffsetDateTime;

use super::statement;
use crate::orders::order::{Place, title};
use crate::orders::status::{Facts, Status};
use crate::values::{Money, OrderId, ShiftId, StaffId, TableId};
use crate::web::Result;

/// An order as lists and the floor show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOrder {
    /// Which one.
    pub id: OrderId,
    /// "Table 7", "Counter 120".
    pub title: String,
    /// Its number of the day.
    pub number: i32,
    /// The table, for a dine-in.
    pub table: Option<TableId>,
    /// Who it is for, for a takeaway.
    pub customer: Option<String>,
    /// Who serves it.
    pub waiter: StaffId,
    /// Their name.
    pub waiter_name: String,
    /// The shift it belongs to.
    pub shift: Option<ShiftId>,
    /// How many guests.
    pub guests: i16,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// What it comes to.
    pub total: Money,
    /// What is still to pay.
    pub balance: Money,
    /// For people.
    pub status: Status,
    /// Lines that were not sent, held ones left out.
    pub unsent: i64,
    /// Lines that wait to be carried out.
    pub ready: i64,
    /// Sent lines in all.
    pub sent: i64,
    /// What waits to be carried out: "2 × Katogo, Rolex".
    pub ready_text: String,
    /// Since when.
    pub ready_since: Option<OffsetDateTime>,
    /// When the last of it became ready.
    pub ready_latest: Option<OffsetDateTime>,
    /// Whether its guests have a bill with another sum.
    pub bill_changed: bool,
    /// Whether it is paid and made; such orders are listed only while something waits to be carried.
    pub closed: bool,
}

#[derive(FromQueryResult)]
struct OpenRow {
    id: OrderId,
    number: i32,
    table_id: Option<TableId>,
    table_code: Option<String>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
    waiter_id: StaffId,
    waiter_name: String,
    shift_id: Option<ShiftId>,
    guests: i16,
    opened_at: OffsetDateTime,
    total: Money,
    balance: Money,
    billed: bool,
    bill_changed: bool,
    closed: bool,
    unsent: i64,
    sent: i64,
    made: i64,
    served: i64,
    ready_text: Option<String>,
    ready_since: Option<OffsetDateTime>,
    ready_latest: Option<OffsetDateTime>,
}

const OPEN: &str = "SELECT o.id, o.number, o.table_id, t.code AS table_code, o.customer_name, o.customer_phone, o.waiter_id, \
    s.name AS waiter_name, o.shift_id, o.guests, o.opened_at, o.total, o.total + o.rounding - o.paid AS balance, \
    o.bill_printed_at IS NOT NULL AS billed, \
    o.billed_total IS NOT NULL AND o.billed_total <> o.total AND o.total + o.rounding > o.paid AS bill_changed, o.closed_at IS NOT NULL AS closed, \
    count(l.id) FILTER (WHERE l.state = 'unsent' AND NOT l.held) AS unsent, \
    count(l.id) FILTER (WHERE l.state NOT IN ('unsent', 'voided')) AS sent, \
    count(l.id) FILTER (WHERE l.state IN ('ready', 'served')) AS made, \
    count(l.id) FILTER (WHERE l.state = 'served') AS served, \
    string_agg(CASE WHEN l.quantity > 1 THEN l.quantity || ' × ' || l.name ELSE l.name END, ', ' ORDER BY l.position) FILTER (WHERE l.state = 'ready') AS ready_text, \
    min(l.ready_at) FILTER (WHERE l.state = 'ready') AS ready_since, max(l.ready_at) FILTER (WHERE l.state = 'ready') AS ready_latest \
    FROM orders o JOIN staff s ON s.id = o.waiter_id LEFT JOIN dining_tables t ON t.id = o.table_id \
    LEFT JOIN order_lines l ON l.order_id = o.id";

/// A line that became ready after `$1` and still waits. The second bound says nothing of the line: it tells Postgres, which
/// plans without the value, that the range is narrow. Of an open one it expects a third of all lines, and reads all orders.
const LATELY: &str = "l.waiting_since > $1 AND l.waiting_since < 'infinity'";

/// Orders that are open, oldest first.
pub async fn open_orders(db: &impl ConnectionTrait) -> Result<Vec<OpenOrder>> {
    listed(
        db,
        format!("{OPEN} WHERE o.closed_at IS NULL AND o.cancelled_at IS NULL GROUP BY o.id, s.id, t.id ORDER BY o.opened_at, o.id"),
        vec![],
    )
    .await
}

/// Closed orders of which something that was ready after `since` still waits to be carried out.
pub(in crate::orders) async fn closed_but_waiting(
    db: &impl ConnectionTrait,
    since: OffsetDateTime,
) -> Result<Vec<OpenOrder>> {
    listed(
        db,
        format!(
            "{OPEN} WHERE o.closed_at IS NOT NULL AND o.id IN (SELECT l.order_id FROM order_lines l WHERE {LATELY}) \
             GROUP BY o.id, s.id, t.id ORDER BY o.opened_at, o.id"
        ),
        vec![since.into()],
    )
    .await
}

/// Open orders of one table, oldest first.
pub(in crate::orders) async fn open_at_table(
    db: &impl ConnectionTrait,
    table: TableId,
) -> Result<Vec<OpenOrder>> {
    listed(
        db,
        format!("{OPEN} WHERE o.table_id = $1 AND o.closed_at IS NULL AND o.cancelled_at IS NULL GROUP BY o.id, s.id, t.id ORDER BY o.opened_at, o.id"),
        vec![table.into()],
    )
    .await
}

/// Open orders of one shift, oldest first.
pub(in crate::orders) async fn open_of_shift(
    db: &impl ConnectionTrait,
    shift: ShiftId,
) -> Result<Vec<OpenOrder>> {
    listed(
        db,
        format!("{OPEN} WHERE o.shift_id = $1 AND o.closed_at IS NULL AND o.cancelled_at IS NULL GROUP BY o.id, s.id, t.id ORDER BY o.opened_at, o.id"),
        vec![shift.into()],
    )
    .await
}

async fn listed(
    db: &impl ConnectionTrait,
    sql: String,
    values: Vec<Value>,
) -> Result<Vec<OpenOrder>> {
    let rows = OpenRow::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(open_order).collect())
}

fn open_order(row: OpenRow) -> OpenOrder {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    let customer = row.customer_name.clone().or(row.customer_phone.clone());
    let place = match (row.table_id, row.table_code) {
        (Some(id), Some(code)) => Place::Table {
            id,
            code,
            area: String::new(),
        },
        _ => Place::Takeaway {
            name: row.customer_name,
            phone: row.customer_phone,
        },
    };
    OpenOrder {
        id: row.id,
        title: title(&place, row.number),
        number: row.number,
        table: row.table_id,
        customer,
        waiter: row.waiter_id,
        waiter_name: row.waiter_name,
        shift: row.shift_id,
        guests: row.guests,
        opened_at: row.opened_at,
        total: row.total,
        balance: row.balance,
        status: Status::of(Facts {
            cancelled: false,
            closed: row.closed,
            sent: count(row.sent),
            made: count(row.made),
            served: count(row.served),
            due: row.balance.is_positive(),
            billed: row.billed,
        }),
        unsent: row.unsent,
        ready: row.made - row.served,
        sent: row.sent,
        ready_text: row.ready_text.unwrap_or_default(),
        ready_since: row.ready_since,
        ready_latest: row.ready_latest,
        bill_changed: row.bill_changed,
        closed: row.closed,
    }
}

/// Open orders without lines, struck out ones aside, that nobody has touched since `before`.
pub(in crate::orders) async fn abandoned(
    db: &impl ConnectionTrait,
    before: OffsetDateTime,
) -> Result<Vec<OrderId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: OrderId,
    }
    let rows = Row::find_by_statement(statement(
        db,
        "SELECT o.id FROM orders o WHERE o.closed_at IS NULL AND o.cancelled_at IS NULL AND o.updated_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.state <> 'voided')",
        [before.into()],
    ))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A number that moves when any open order does, or one that is closed and still waits to be carried out, and with the
/// names that the floor shows.
pub(in crate::orders) async fn floor_revision(
    db: &impl ConnectionTrait,
    ready_since: OffsetDateTime,
) -> Result<i64> {
    revision(
        db,
        &format!("SELECT (coalesce((SELECT sum(hashtextextended(id::text, revision)) FROM \
              (SELECT id, revision FROM orders WHERE closed_at IS NULL AND cancelled_at IS NULL \
               UNION SELECT o.id, o.revision FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE {LATELY}) shown), 0) \
            + coalesce((SELECT sum(hashtextextended(code || seats || area_id, sort)) FROM dining_tables WHERE deleted_at IS NULL), 0) \
            + coalesce((SELECT sum(hashtextextended(name, sort)) FROM areas WHERE deleted_at IS NULL), 0) \
            + coalesce((SELECT sum(hashtextextended(name, 0)) FROM staff), 0))::numeric(40) % 4611686018427387904 AS revision"),
        ready_since.into(),
    )
    .await
}

/// A number that moves with one order, with what the kitchen's screens have shown of it, and with who looks at it; 0 for a
/// stranger.
pub(in crate::orders) async fn order_revision(
    db: &impl ConnectionTrait,
    order: OrderId,
    now: OffsetDateTime,
) -> Result<i64> {
    revision_of(
        db,
        "SELECT (o.revision * 1000 \
            + (SELECT count(t.shown_at) + count(t.unseen_at) + count(t.told_at) FROM tickets t WHERE t.order_id = o.id) \
            + coalesce((SELECT sum(hashtextextended(p.staff_id::text, 0)) FROM (SELECT DISTINCT staff_id FROM order_presence \
                        WHERE order_id = o.id AND until > $2) p), 0))::numeric(40) % 4611686018427387904 AS revision \
         FROM orders o WHERE o.id = $1",
        [order.into(), now.into()],
    )
    .await
}

async fn revision(db: &impl ConnectionTrait, sql: &str, value: Value) -> Result<i64> {
    revision_of(db, sql, [value]).await
}

async fn revision_of(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revision: i64,
    }
    let sql = format!("SELECT r.revision::bigint AS revision FROM ({sql}) r");
    Ok(Row::find_by_statement(statement(db, &sql, values))
        .one(db)
        .await?
        .map_or(0, |row| row.revision))
}

/// An order of which something waits to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Waiting {
    /// Which one.
    pub order: OrderId,
    /// Who serves it.
    pub waiter: StaffId,
    /// When the last of what waits became ready.
    pub latest: OffsetDateTime,
}

/// What waits to be carried out, oldest first.
pub(in crate::orders) async fn waiting(
    db: &impl ConnectionTrait,
    closed_ready_since: OffsetDateTime,
) -> Result<Vec<Waiting>> {
    let sql = format!(
        "SELECT order_id AS \"order\", waiter_id AS waiter, max(waiting_since) AS latest FROM ({}) waiting \
         GROUP BY order_id, waiter_id ORDER BY min(waiting_since), order_id",
        ready()
    );
    Ok(
        Waiting::find_by_statement(statement(db, sql, [closed_ready_since.into()]))
            .all(db)
            .await?,
    )
}

/// A number that moves with what waits to be carried out.
pub(in crate::orders) async fn ready_revision(
    db: &impl ConnectionTrait,
    closed_ready_since: OffsetDateTime,
) -> Result<i64> {
    let sql = format!(
        "SELECT coalesce(sum(hashtextextended(id::text || waiter_id, (extract(epoch FROM waiting_since) * 1000)::bigint)), 0)::numeric(40) % 4611686018427387904 AS revision \
         FROM ({}) waiting",
        ready()
    );
    revision(db, &sql, closed_ready_since.into()).await
}

/// The lines that wait to be carried out: all of open orders, those of closed ones that were ready after `$1`. Each half begins
/// where few are: what nobody ever marks as served stays ready for good, and grows with the years.
fn ready() -> String {
    format!(
        "SELECT l.id, l.order_id, l.waiting_since, o.waiter_id FROM orders o JOIN order_lines l ON l.order_id = o.id \
         WHERE o.closed_at IS NULL AND o.cancelled_at IS NULL AND l.waiting_since IS NOT NULL \
         UNION ALL SELECT l.id, l.order_id, l.waiting_since, o.waiter_id FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE {LATELY} AND o.closed_at IS NOT NULL AND o.cancelled_at IS NULL"
    )
}

//! The queries of orders: one order with its lines here, lists of them in `lists`, what was struck out in
//! `void_figures`.

pub(super) mod changes;
mod lists;
mod passing;
mod sold;
mod void_figures;

pub use lists::{OpenOrder, Waiting, open_orders};
pub(super) use lists::{
    abandoned, closed_but_waiting, floor_revision, open_at_table, open_of_shift, order_revision,
    ready_revision, waiting,
};
pub use passing::{OnPass, PassLine, on_pass};
pub use sold::{sold_before_and_changed, sold_on};
pub use void_figures::{Struck, VoidsFor, struck_out, voids_after_send};

use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement, Value};
use serde_json::json;
use time::OffsetDateTime;

use super::discount::{Given, Off};
use super::line::Line;
use super::order::{Billed, Order, OrderRefusal, Place};
use crate::data::{OnConstraint, Reading, RowLock, Tx, Write, as_locked};
use crate::menu::Chosen;
use crate::values::{
    BasisPoints, BusinessDate, LineId, Money, OrderId, ProductId, Quantity, ShiftId, StaffId,
    StationId, TableId, TaxClassId, TerminalId, rfc3339,
};
use crate::web::{Error, Result};

#[derive(FromQueryResult)]
struct OrderRow {
    id: OrderId,
    business_date: BusinessDate,
    number: i32,
    reference: String,
    table_id: Option<TableId>,
    table_code: Option<String>,
    area: Option<String>,
    guests: i16,
    customer_name: Option<String>,
    customer_phone: Option<String>,
    waiter_id: StaffId,
    waiter_name: String,
    shift_id: Option<ShiftId>,
    shift_over: bool,
    opened_at: OffsetDateTime,
    tax_included: bool,
    service_bp: i32,
    discount_name: Option<String>,
    discount_bp: Option<i32>,
    discount_amount: Option<Money>,
    discount_most_bp: Option<i32>,
    rounding: Money,
    paid: Money,
    first_sent_at: Option<OffsetDateTime>,
    bill_printed_at: Option<OffsetDateTime>,
    billed_total: Option<Money>,
    billed_seen: Option<Money>,
    settled_at: Option<OffsetDateTime>,
    settled_date: Option<BusinessDate>,
    closed_at: Option<OffsetDateTime>,
    cancelled_at: Option<OffsetDateTime>,
    revision: i64,
}

#[derive(FromQueryResult)]
struct LineRow {
    line_id: LineId,
    position: i32,
    product_id: Option<ProductId>,
    name: String,
    kitchen_name: Option<String>,
    quantity: i16,
    unit_price: Money,
    base_price: Money,
    from_stock: i16,
    modifiers: serde_json::Value,
    note: Option<String>,
    allergy: Option<String>,
    seat: Option<i16>,
    course: i16,
    held: bool,
    announced: bool,
    tax_class_id: TaxClassId,
    tax_name: String,
    tax_bp: i32,
    station_id: StationId,
    station_name: String,
    prep_seconds: Option<i32>,
    line_discount_name: Option<String>,
    line_discount_bp: Option<i32>,
    line_discount_amount: Option<Money>,
    line_discount_most_bp: Option<i32>,
    price_list: Option<String>,
    comped: bool,
    state: String,
    added_by: StaffId,
    added_at: OffsetDateTime,
    sent_at: Option<OffsetDateTime>,
    ready_at: Option<OffsetDateTime>,
}

/// The order with its lines, a row for each line. One that has none comes in a row whose `line_id` is null.
static WHOLE: Reading = Reading {
    row: "SELECT o.id, o.business_date, o.number, o.reference, o.table_id, \
    (SELECT t.code FROM dining_tables t WHERE t.id = o.table_id) AS table_code, \
    (SELECT a.name FROM dining_tables t JOIN areas a ON a.id = t.area_id WHERE t.id = o.table_id) AS area, \
    o.guests, o.customer_name, o.customer_phone, o.waiter_id, (SELECT s.name FROM staff s WHERE s.id = o.waiter_id) AS waiter_name, \
    o.shift_id, coalesce((SELECT h.closed_at IS NOT NULL FROM shifts h WHERE h.id = o.shift_id), false) AS shift_over, \
    o.opened_at, o.tax_included, o.service_bp, o.discount_name, o.discount_bp, o.discount_amount, o.discount_most_bp, o.rounding, o.paid, o.first_sent_at, o.bill_printed_at, \
    o.billed_total, o.billed_seen, o.settled_at, \
    o.settled_date, o.closed_at, o.cancelled_at, o.revision \
    FROM orders o WHERE o.id = $1",
    columns: "o.*, l.id AS line_id, l.position, l.product_id, l.name, l.kitchen_name, l.quantity, l.unit_price, l.base_price, \
    l.from_stock, l.modifiers, l.note, l.allergy, l.seat, l.course, l.held, l.announced, l.tax_class_id, l.tax_name, l.tax_bp, l.station_id, \
    (SELECT s.name FROM stations s WHERE s.id = l.station_id) AS station_name, l.prep_seconds, l.discount_name AS line_discount_name, \
    l.discount_bp AS line_discount_bp, l.discount_amount AS line_discount_amount, l.discount_most_bp AS line_discount_most_bp, \
    l.price_list, l.comped, l.state, \
    l.added_by, l.added_at, l.sent_at, l.ready_at",
    rest: "LEFT JOIN order_lines l ON l.order_id = o.id ORDER BY l.position",
};

/// The row that whoever changes an order holds; the order is read along with it.
pub(super) fn row(id: OrderId) -> RowLock {
    RowLock::of("orders", id).reading(&WHOLE)
}

/// The order, its row held until the transaction ends.
pub(super) async fn find_for_update(tx: &Tx, id: OrderId) -> Result<Order> {
    let row = row(id);
    let read = if tx.holds(row) {
        tx.read_with_claim(row)
    } else {
        let locking = statement(tx, WHOLE.locking("orders"), [id.into()]);
        as_locked(tx.query_all_raw(locking).await?)?
    };
    match read {
        Some(rows) => order(&rows),
        None => find(tx, id).await,
    }
}

/// The order with its lines, or "not found".
pub async fn find(db: &impl ConnectionTrait, id: OrderId) -> Result<Order> {
    let rows = db
        .query_all_raw(statement(db, WHOLE.plain(), [id.into()]))
        .await?;
    order(&rows)
}

fn order(rows: &[QueryResult]) -> Result<Order> {
    let first = rows.first().ok_or(Error::NotFound("order"))?;
    let row = OrderRow::from_query_result(first, "")?;
    let has_lines = first.try_get::<Option<LineId>>("", "line_id")?.is_some();
    let lines = rows
        .iter()
        .filter(|_| has_lines)
        .map(|row| line(LineRow::from_query_result(row, "")?))
        .collect::<Result<Vec<Line>>>()?;
    let place = match (row.table_id, row.table_code, row.area) {
        (Some(id), Some(code), Some(area)) => Place::Table { id, code, area },
        _ => Place::Takeaway {
            name: row.customer_name,
            phone: row.customer_phone,
        },
    };
    Ok(Order {
        id: row.id,
        number: row.number,
        reference: row.reference,
        business_date: row.business_date,
        place,
        guests: row.guests,
        waiter: row.waiter_id,
        waiter_name: row.waiter_name,
        shift: row.shift_id,
        shift_over: row.shift_over,
        opened_at: row.opened_at,
        tax_included: row.tax_included,
        service: BasisPoints::new(row.service_bp.into())
            .ok()
            .filter(|points| !points.is_zero()),
        given: given(
            row.discount_name,
            row.discount_bp,
            row.discount_amount,
            row.discount_most_bp,
        )?,
        lines,
        rounding: row.rounding,
        paid: row.paid,
        first_sent_at: row.first_sent_at,
        bill_printed_at: row.bill_printed_at,
        billed: row
            .billed_total
            .zip(row.billed_seen)
            .map(|(total, seen)| Billed { total, seen }),
        settled_at: row.settled_at,
        settled_date: row.settled_date,
        closed_at: row.closed_at,
        cancelled_at: row.cancelled_at,
        revision: row.revision,
    })
}

/// A discount as its four columns say it.
fn given(
    name: Option<String>,
    share: Option<i32>,
    amount: Option<Money>,
    most: Option<i32>,
) -> Result<Option<Given>> {
    let points = |points: i32| {
        BasisPoints::new(points.into()).map_err(|_| anyhow::anyhow!("a discount of {points} bp"))
    };
    let (Some(name), Some(most)) = (name, most) else {
        return Ok(None);
    };
    let off = match (share, amount) {
        (Some(share), Some(amount)) => Off::PercentUpTo(points(share)?, amount),
        (Some(share), None) => Off::Percent(points(share)?),
        (None, Some(amount)) => Off::Amount(amount),
        (None, None) => return Ok(None),
    };
    let most = points(most)?;
    Ok(Some(Given { name, off, most }))
}

/// The same the other way round.
pub(super) fn given_columns(given: Option<&Given>) -> [Value; 4] {
    let off = given.map(|given| given.off);
    let share = match off {
        Some(Off::Percent(share) | Off::PercentUpTo(share, _)) => Some(share.get()),
        _ => None,
    };
    let amount = match off {
        Some(Off::Amount(amount) | Off::PercentUpTo(_, amount)) => Some(amount),
        _ => None,
    };
    [
        given.map(|given| given.name.clone()).into(),
        share.into(),
        amount.into(),
        given.map(|given| given.most.get()).into(),
    ]
}

fn line(row: LineRow) -> Result<Line> {
    let defect = |what: &str| anyhow::anyhow!("line {} has an unreadable {what}", row.line_id);
    Ok(Line {
        id: row.line_id,
        position: row.position,
        product: row.product_id,
        quantity: Quantity::new(row.quantity.into()).map_err(|_| defect("quantity"))?,
        unit_price: row.unit_price,
        base_price: row.base_price,
        from_stock: row.from_stock,
        modifiers: serde_json::from_value::<Vec<Chosen>>(row.modifiers.clone())
            .map_err(|_| defect("choice"))?,
        seat: row.seat,
        course: row.course,
        held: row.held,
        announced: row.announced,
        tax_class: row.tax_class_id,
        tax_rate: BasisPoints::new(row.tax_bp.into()).map_err(|_| defect("tax rate"))?,
        station: row.station_id,
        station_name: row.station_name,
        prep_seconds: row.prep_seconds,
        given: given(
            row.line_discount_name,
            row.line_discount_bp,
            row.line_discount_amount,
            row.line_discount_most_bp,
        )?,
        price_list: row.price_list,
        comped: row.comped,
        state: row.state.parse().map_err(|_| defect("state"))?,
        added_by: row.added_by,
        added_at: row.added_at,
        sent_at: row.sent_at,
        ready_at: row.ready_at,
        name: row.name,
        kitchen_name: row.kitchen_name,
        note: row.note,
        allergy: row.allergy,
        tax_name: row.tax_name,
    })
}

/// Holds the open orders of a shift until the transaction ends, always in the same order.
pub(super) async fn hold_open_of_shift(tx: &Tx, shift: ShiftId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "SELECT 1 FROM orders WHERE shift_id = $1 AND closed_at IS NULL AND cancelled_at IS NULL ORDER BY id FOR UPDATE",
        [shift.into()],
    ))
    .await?;
    Ok(())
}

/// The next number of a business date. Taken last, because it holds a row that every opening wants.
pub(super) async fn next_number(tx: &Tx, date: BusinessDate) -> Result<i32> {
    #[derive(FromQueryResult)]
    struct Row {
        last: i32,
    }
    let row = Row::find_by_statement(statement(
        tx,
        "INSERT INTO order_numbers (date, last) VALUES ($1, 1) \
         ON CONFLICT (date) DO UPDATE SET last = order_numbers.last + 1 RETURNING last",
        [date.into()],
    ))
    .one(tx)
    .await?;
    Ok(row.map_or(1, |row| row.last))
}

/// Whether an order with this id exists.
pub(super) async fn exists(db: &impl ConnectionTrait, id: OrderId) -> Result<bool> {
    Ok(db
        .query_one_raw(statement(
            db,
            "SELECT 1 FROM orders WHERE id = $1",
            [id.into()],
        ))
        .await?
        .is_some())
}

/// Stores a fresh order; false where one with this id came in meanwhile.
pub(super) async fn insert(
    tx: &Tx,
    order: &Order,
    opened_by: StaffId,
    terminal: Option<TerminalId>,
) -> Result<bool> {
    let (table, name, phone) = place_columns(&order.place);
    let inserted = tx.execute_raw(statement(
        tx,
        "INSERT INTO orders (id, business_date, number, reference, kind, table_id, guests, customer_name, customer_phone, \
         waiter_id, opened_by, terminal_id, shift_id, opened_at, tax_included, service_bp, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $14) ON CONFLICT (id) DO NOTHING",
        [
            order.id.into(),
            order.business_date.into(),
            order.number.into(),
            order.reference.clone().into(),
            order.kind().as_str().into(),
            table.into(),
            order.guests.into(),
            name.into(),
            phone.into(),
            order.waiter.into(),
            opened_by.into(),
            terminal.into(),
            order.shift.into(),
            order.opened_at.into(),
            order.tax_included.into(),
            order.service.map_or(0, BasisPoints::get).into(),
        ],
    ))
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What became of an order's lines, to be stored together with the order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lines<'a> {
    /// Nothing.
    AsTheyWere,
    /// This one is new.
    Fresh(LineId),
    /// What may change on an unsent line did.
    Changed(LineId),
    /// This unsent one was taken off.
    Gone(LineId),
    /// These went to the kitchen.
    Sent(&'a [LineId]),
    /// These were carried out.
    Served(&'a [LineId]),
    /// These were not carried out after all.
    TakenBack(&'a [LineId]),
    /// The kitchen has taken these further, or back.
    Moved(&'a [LineId]),
}

/// Stores the order's own columns, of which 24 parameters speak, and moves its revision on.
const SAVE: &str = "UPDATE orders SET subtotal = $2, comps = $3, discount = $4, service = $5, tax = $6, total = $7, rounding = $8, paid = $9, \
    first_sent_at = $10, bill_printed_at = $11, settled_at = $12, closed_at = $13, cancelled_at = $14, \
    guests = $15, customer_name = $16, customer_phone = $17, waiter_id = $18, shift_id = $19, revision = $20, updated_at = $21, \
    settled_date = $22, billed_total = $23, billed_seen = $24 \
    WHERE id = $1";

// Where several lines are meant, the order is named although the lines are enough: one plan serves every number of lines,
// and it is to begin at the few lines of one order.
const FRESH: &str = "INSERT INTO order_lines (id, order_id, position, product_id, name, kitchen_name, quantity, unit_price, modifiers, note, \
    allergy, seat, course, held, tax_class_id, tax_name, tax_bp, station_id, prep_seconds, comped, state, added_by, added_at, base_price, from_stock, price_list) \
    VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)";
const CHANGED: &str = "UPDATE order_lines SET quantity = $2, unit_price = $3, modifiers = $4, note = $5, allergy = $6, seat = $7, course = $8, \
    held = $9, from_stock = $10, announced = $11, station_id = $12, discount = $13 WHERE id = $1 AND state = 'unsent'";
const GONE: &str = "DELETE FROM order_lines WHERE id = $1 AND state = 'unsent'";
const SENT: &str = "UPDATE order_lines SET state = 'sent', sent_at = $4, sent_by = $3, held = false, announced = false \
    WHERE order_id = $1 AND id = ANY($2) AND state = 'unsent'";
const SERVED: &str = "UPDATE order_lines SET state = 'served', served_at = $4, served_by = $3 \
    WHERE order_id = $1 AND id = ANY($2) AND state = 'ready'";
const TAKEN_BACK: &str = "UPDATE order_lines SET state = 'ready', served_at = NULL, served_by = NULL \
    WHERE order_id = $1 AND id = ANY($2) AND state = 'served'";
const MOVED: &str = "UPDATE order_lines l SET state = n.state, ready_at = n.ready_at, \
    started_at = CASE WHEN n.state = 'sent' THEN NULL ELSE coalesce(l.started_at, $3) END, \
    served_at = CASE WHEN n.state = 'served' THEN l.served_at END, \
    served_by = CASE WHEN n.state = 'served' THEN l.served_by END \
    FROM jsonb_to_recordset($2) AS n (id uuid, state text, ready_at timestamptz) \
    WHERE l.order_id = $1 AND l.id = n.id";

/// Stores the order with what became of its lines, and moves its revision on.
pub(super) async fn save(tx: &Tx, order: &mut Order, lines: Lines<'_>) -> Result<()> {
    order.revision += 1;
    let id = order.id;
    let of_lines: Option<(&'static str, Vec<Value>)> = match lines {
        Lines::AsTheyWere
        | Lines::Sent([])
        | Lines::Served([])
        | Lines::TakenBack([])
        | Lines::Moved([]) => None,
        Lines::Fresh(line) => Some((FRESH, fresh_values(order, order.line(line)?).into())),
        Lines::Changed(line) => Some((CHANGED, changed_values(order.line(line)?).into())),
        Lines::Gone(line) => Some((GONE, vec![line.into()])),
        Lines::Sent(lines) => Some((SENT, carried_values(tx, id, lines).into())),
        Lines::Served(lines) => Some((SERVED, carried_values(tx, id, lines).into())),
        Lines::TakenBack(lines) => Some((TAKEN_BACK, vec![id.into(), uuids(lines)])),
        Lines::Moved(lines) => {
            let moved = moved_value(order, lines);
            Some((MOVED, vec![id.into(), moved, tx.now().into()]))
        }
    };
    if let Some((sql, values)) = of_lines {
        let of_lines = Write::new("order_lines", id, sql, values);
        let of_lines = of_lines
            .refusing(OrderRefusal::KEPT_PAID_FOR, OrderRefusal::PaidFor)
            .refusing(OrderRefusal::WAS_PAID_FOR, OrderRefusal::WasPaidFor);
        tx.later(of_lines).await?;
    }
    let order_itself = Write::new("orders", id, SAVE, order_values(order, tx.now())?);
    tx.later(order_itself.refusing(OrderRefusal::PAID_WITHIN_TOTAL, OrderRefusal::BelowPaid))
        .await
}

fn carried_values(tx: &Tx, order: OrderId, lines: &[LineId]) -> [Value; 4] {
    [
        order.into(),
        uuids(lines),
        tx.by().staff.into(),
        tx.now().into(),
    ]
}

fn order_values(order: &Order, now: OffsetDateTime) -> Result<Vec<Value>> {
    let totals = order.totals()?;
    let (_, name, phone) = place_columns(&order.place);
    Ok(vec![
        order.id.into(),
        totals.subtotal.into(),
        totals.comps.into(),
        totals.discounts().into(),
        totals.service.into(),
        totals.tax.into(),
        totals.total.into(),
        order.rounding.into(),
        order.paid.into(),
        order.first_sent_at.into(),
        order.bill_printed_at.into(),
        order.settled_at.into(),
        order.closed_at.into(),
        order.cancelled_at.into(),
        order.guests.into(),
        name.into(),
        phone.into(),
        order.waiter.into(),
        order.shift.into(),
        order.revision.into(),
        now.into(),
        order.settled_date.into(),
        order.billed.map(|billed| billed.total).into(),
        order.billed.map(|billed| billed.seen).into(),
    ])
}

fn fresh_values(order: &Order, line: &Line) -> [Value; 26] {
    [
        order.id.into(),
        line.id.into(),
        line.position.into(),
        line.product.into(),
        line.name.clone().into(),
        line.kitchen_name.clone().into(),
        line.quantity.get().into(),
        line.unit_price.into(),
        json!(line.modifiers).into(),
        line.note.clone().into(),
        line.allergy.clone().into(),
        line.seat.into(),
        line.course.into(),
        line.held.into(),
        line.tax_class.into(),
        line.tax_name.clone().into(),
        line.tax_rate.get().into(),
        line.station.into(),
        line.prep_seconds.into(),
        line.comped.into(),
        line.state.as_str().into(),
        line.added_by.into(),
        line.added_at.into(),
        line.base_price.into(),
        line.from_stock.into(),
        line.price_list.clone().into(),
    ]
}

fn changed_values(line: &Line) -> [Value; 13] {
    [
        line.id.into(),
        line.quantity.get().into(),
        line.unit_price.into(),
        json!(line.modifiers).into(),
        line.note.clone().into(),
        line.allergy.clone().into(),
        line.seat.into(),
        line.course.into(),
        line.held.into(),
        line.from_stock.into(),
        line.announced.into(),
        line.station.into(),
        line.discount().into(),
    ]
}

fn moved_value(order: &Order, moved: &[LineId]) -> Value {
    let lines = order.lines.iter().filter(|line| moved.contains(&line.id));
    let facts = lines.map(|line| {
        json!({ "id": line.id, "state": line.state.as_str(), "ready_at": line.ready_at.map(rfc3339) })
    });
    json!(facts.collect::<Vec<_>>()).into()
}

/// Takes away an unsent line that another one has swallowed.
pub(super) async fn delete_line(tx: &Tx, line: LineId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "DELETE FROM order_lines WHERE id = $1 AND state = 'unsent'",
        [line.into()],
    ))
    .await
    .on_constraint(OrderRefusal::KEPT_PAID_FOR, || OrderRefusal::PaidFor)
    .on_constraint(OrderRefusal::WAS_PAID_FOR, || OrderRefusal::WasPaidFor)?;
    Ok(())
}

/// Notes who called an order off, and why.
pub(super) async fn note_cancelled(
    tx: &Tx,
    order: OrderId,
    by: Option<StaffId>,
    reason: &str,
) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE orders SET cancelled_by = $2, cancel_reason = $3 WHERE id = $1",
        [order.into(), by.into(), reason.into()],
    ))
    .await?;
    Ok(())
}

/// Notes that an order was carried over a shift's end.
pub(super) async fn note_carried(
    tx: &Tx,
    order: OrderId,
    by: Option<StaffId>,
    reason: &str,
) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE orders SET carried_at = $2, carried_by = $3, carried_reason = $4 WHERE id = $1",
        [order.into(), tx.now().into(), by.into(), reason.into()],
    ))
    .await?;
    Ok(())
}

fn place_columns(place: &Place) -> (Option<TableId>, Option<String>, Option<String>) {
    match place {
        Place::Table { id, .. } => (Some(*id), None, None),
        Place::Takeaway { name, phone } => (None, name.clone(), phone.clone()),
    }
}

fn uuids(ids: &[LineId]) -> Value {
    ids.iter()
        .map(|id| id.uuid())
        .collect::<Vec<uuid::Uuid>>()
        .into()
}

fn statement(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

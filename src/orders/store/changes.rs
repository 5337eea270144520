//! What is stored of an order after something was sent. None of it happens as often as a tap, so each step is a statement of
//! its own; whoever takes it saves the order afterwards.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{given_columns, place_columns, statement, uuids};
use crate::data::{OnConstraint, Tx};
use crate::orders::OrderRefusal;
use crate::orders::changes::Cut;
use crate::orders::discount::Given;
use crate::orders::order::Order;
use crate::values::{LineId, Money, OrderId, StaffId};
use crate::web::Result;

/// Stores the pieces that were cut off a line as a line of its own, and what is left of that one. `cut` is on `now`, the
/// rest on `before`: the same order, unless it was moved at the same time.
pub(in crate::orders) async fn cut(tx: &Tx, cut: Cut, now: &Order, before: &Order) -> Result<()> {
    let Some(of) = cut.of else {
        return Ok(());
    };
    let (new, rest) = (now.line(cut.line)?, before.line(of)?);
    let sql = "INSERT INTO order_lines (id, order_id, position, product_id, name, kitchen_name, quantity, unit_price, base_price, \
                      from_stock, modifiers, note, allergy, seat, course, held, announced, tax_class_id, tax_name, tax_bp, station_id, \
                      prep_seconds, price_list, discount, discount_name, discount_bp, discount_amount, discount_most_bp, comped, comped_at, comped_by, \
                      comp_reason, comp_approved_by, state, added_by, added_at, sent_at, sent_by, started_at, ready_at, served_at, served_by) \
               SELECT $2, order_id, $3, product_id, name, kitchen_name, $4, unit_price, base_price, \
                      $6, modifiers, note, allergy, seat, course, held, announced, tax_class_id, tax_name, tax_bp, station_id, \
                      prep_seconds, price_list, $5, $7, $8, $9, $10, comped, comped_at, comped_by, \
                      comp_reason, comp_approved_by, state, added_by, added_at, sent_at, sent_by, started_at, ready_at, served_at, served_by \
               FROM order_lines WHERE id = $1";
    let values = [
        of.into(),
        cut.line.into(),
        cut.position.into(),
        cut.pieces.get().into(),
        new.discount().into(),
        new.from_stock.into(),
    ]
    .into_iter()
    .chain(given_columns(new.given.as_ref()));
    run(tx, sql, values).await?;
    let [_, _, amount, _] = given_columns(rest.given.as_ref());
    let sql = "UPDATE order_lines SET quantity = quantity - $2, discount = $3, from_stock = $4, discount_amount = $5 WHERE id = $1";
    let values = [
        of.into(),
        cut.pieces.get().into(),
        rest.discount().into(),
        rest.from_stock.into(),
        amount,
    ];
    run(tx, sql, values).await
}

/// Which lines are kept back, and of which their station was told.
pub(in crate::orders) async fn hold(tx: &Tx, order: &Order, lines: &[LineId]) -> Result<()> {
    let meant = order.lines.iter().filter(|line| lines.contains(&line.id));
    let facts =
        meant.map(|line| json!({ "id": line.id, "held": line.held, "announced": line.announced }));
    let facts: Value = serde_json::Value::Array(facts.collect()).into();
    let sql = "UPDATE order_lines l SET held = n.held, announced = n.announced \
               FROM jsonb_to_recordset($2) AS n(id uuid, held boolean, announced boolean) \
               WHERE l.order_id = $1 AND l.id = n.id AND l.state = 'unsent'";
    run(tx, sql, [order.id.into(), facts]).await
}

/// Who struck lines out, and why.
pub(in crate::orders) async fn void(
    tx: &Tx,
    lines: &[LineId],
    approved_by: Option<StaffId>,
    reason: &str,
) -> Result<()> {
    let sql = "UPDATE order_lines SET state = 'voided', voided_at = $2, voided_by = $3, void_approved_by = $4, void_reason = $5 \
               WHERE id = ANY($1)";
    run(tx, sql, told(tx, lines, approved_by, reason)).await
}

/// Who gave lines free, and why.
pub(in crate::orders) async fn comp(
    tx: &Tx,
    lines: &[LineId],
    approved_by: Option<StaffId>,
    reason: &str,
) -> Result<()> {
    let sql = "UPDATE order_lines SET comped = true, comped_at = $2, comped_by = $3, comp_approved_by = $4, comp_reason = $5 \
               WHERE id = ANY($1)";
    run(tx, sql, told(tx, lines, approved_by, reason)).await
}

fn told(tx: &Tx, lines: &[LineId], approved_by: Option<StaffId>, reason: &str) -> [Value; 5] {
    [
        uuids(lines),
        tx.now().into(),
        tx.by().staff.into(),
        approved_by.into(),
        reason.into(),
    ]
}

/// What somebody has given free since then, in the currency's minor unit.
pub(in crate::orders) async fn comped_since(
    db: &impl ConnectionTrait,
    staff: StaffId,
    since: OffsetDateTime,
) -> Result<Money> {
    #[derive(FromQueryResult)]
    struct Row {
        sum: Money,
    }
    let sql = "SELECT coalesce(sum(unit_price * quantity - discount), 0)::bigint AS sum FROM order_lines \
               WHERE comped_by = $1 AND comped_at >= $2";
    let row = Row::find_by_statement(statement(db, sql, [staff.into(), since.into()]));
    Ok(row.one(db).await?.map_or(Money::ZERO, |row| row.sum))
}

/// The discount on a line of an order, or on the order itself.
pub(in crate::orders) async fn discount(
    tx: &Tx,
    order: &Order,
    line: Option<LineId>,
) -> Result<()> {
    match line {
        None => {
            let sql = "UPDATE orders SET discount_name = $2, discount_bp = $3, discount_amount = $4, discount_most_bp = $5 WHERE id = $1";
            let values = [order.id.into()].into_iter();
            run(tx, sql, values.chain(given_columns(order.given.as_ref()))).await
        }
        Some(id) => {
            let line = order.line(id)?;
            let sql = "UPDATE order_lines SET discount = $2, discount_name = $3, discount_bp = $4, discount_amount = $5, \
                       discount_most_bp = $6 WHERE id = $1";
            let values = [id.into(), line.discount().into()].into_iter();
            run(tx, sql, values.chain(given_columns(line.given.as_ref()))).await
        }
    }
}

/// Who gave a discount or took it off, who agreed, and why. Rows are only ever added.
pub(in crate::orders) async fn note_discount(
    tx: &Tx,
    order: OrderId,
    line: Option<LineId>,
    given: Option<&Given>,
    (worth, approved_by, reason): (Money, Option<StaffId>, &str),
) -> Result<()> {
    let [name, share, amount, _] = given_columns(given);
    let sql = "INSERT INTO discounts (id, order_id, line_id, name, bp, amount, worth, reason, given_by, approved_by, terminal_id, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = [
        Uuid::now_v7().into(),
        order.into(),
        line.into(),
        name,
        share,
        amount,
        worth.into(),
        reason.into(),
        tx.by().staff.into(),
        approved_by.into(),
        tx.by().terminal.into(),
        tx.now().into(),
    ];
    run(tx, sql, values).await
}

/// Keeps what an order was before it is reopened or its money goes back: its row, its lines, its payments and refunds.
pub(in crate::orders) async fn keep_version(
    tx: &Tx,
    order: OrderId,
    approved_by: Option<StaffId>,
    reason: &str,
) -> Result<()> {
    let sql = "INSERT INTO order_versions (id, order_id, version, was, reason, reopened_by, approved_by, terminal_id, at) \
               SELECT $2, o.id, (SELECT count(*) + 1 FROM order_versions v WHERE v.order_id = o.id), \
                 jsonb_build_object('order', to_jsonb(o), \
                   'lines', (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.position), '[]') FROM order_lines l WHERE l.order_id = o.id), \
                   'payments', (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.taken_at), '[]') FROM payments p WHERE p.order_id = o.id \
                     OR p.id = ANY(ARRAY(SELECT payment_id FROM payment_placements WHERE order_id = o.id))), \
                   'refunds', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.refunded_at), '[]') FROM refunds r WHERE r.order_id = o.id)), \
                 $3, $4, $5, $6, $7 FROM orders o WHERE o.id = $1";
    let values = [
        order.into(),
        Uuid::now_v7().into(),
        reason.into(),
        tx.by().staff.into(),
        approved_by.into(),
        tx.by().terminal.into(),
        tx.now().into(),
    ];
    run(tx, sql, values).await
}

/// Puts lines on the order that has them now, in its places and seats.
pub(in crate::orders) async fn move_lines(tx: &Tx, to: &Order, lines: &[LineId]) -> Result<()> {
    let meant = to.lines.iter().filter(|line| lines.contains(&line.id));
    let facts =
        meant.map(|line| json!({ "id": line.id, "position": line.position, "seat": line.seat }));
    let facts: Value = serde_json::Value::Array(facts.collect()).into();
    let sql = "UPDATE order_lines l SET order_id = $1, position = n.position, seat = n.seat \
               FROM jsonb_to_recordset($2) AS n(id uuid, position integer, seat smallint) WHERE l.id = n.id";
    run(tx, sql, [to.id.into(), facts]).await
}

/// Where the guests of an order are now.
pub(in crate::orders) async fn place(tx: &Tx, order: &Order) -> Result<()> {
    let (table, _, _) = place_columns(&order.place);
    let sql = "UPDATE orders SET kind = $2, table_id = $3 WHERE id = $1";
    let values = [order.id.into(), order.kind().as_str().into(), table.into()];
    run(tx, sql, values).await
}

/// Who agreed that an order was called off of which something was sent.
pub(in crate::orders) async fn cancel_approved(tx: &Tx, order: OrderId, by: StaffId) -> Result<()> {
    let sql = "UPDATE orders SET cancel_approved_by = $2 WHERE id = $1";
    run(tx, sql, [order.into(), by.into()]).await
}

/// Holds several orders until the transaction ends, always in the same sequence.
pub(in crate::orders) async fn hold_orders(tx: &Tx, orders: &[OrderId]) -> Result<()> {
    let ids: Vec<Uuid> = orders.iter().map(|id| id.uuid()).collect();
    let sql = "SELECT 1 FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    run(tx, sql, [ids.into()]).await
}

async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    tx.execute_raw(statement(tx, sql, values))
        .await
        .on_constraint(OrderRefusal::KEPT_PAID_FOR, || OrderRefusal::PaidFor)?;
    Ok(())
}

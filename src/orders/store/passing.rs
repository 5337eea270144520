//! Orders as the pass sees them: what of each is being made, waits to be carried out, or is kept back.

use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use super::statement;
use crate::menu::Chosen;
use crate::orders::line::LineState;
use crate::orders::order::{Kind, Place, title};
use crate::values::{LineId, Money, OrderId, Quantity, TableId};
use crate::web::Result;

/// An order at the pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnPass {
    /// Which one.
    pub id: OrderId,
    /// Its number of the day.
    pub number: i32,
    /// Where the guests are.
    pub place: Place,
    /// Who serves it.
    pub waiter_name: String,
    /// Whether nothing is left to pay.
    pub paid: bool,
    /// Grows with every change.
    pub revision: i64,
    /// Its lines that were sent and not struck out, and those that are held, by position.
    pub lines: Vec<PassLine>,
}

/// A line of such an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassLine {
    /// Which one.
    pub id: LineId,
    /// How many.
    pub quantity: Quantity,
    /// What.
    pub name: String,
    /// "Large, oat milk".
    pub choices: String,
    /// What the guest must not get.
    pub allergy: Option<String>,
    /// Where it is on its way; unsent means held.
    pub state: LineState,
    /// When it was ready.
    pub ready_at: Option<OffsetDateTime>,
}

impl OnPass {
    /// The kind of order.
    pub fn kind(&self) -> Kind {
        match self.place {
            Place::Table { .. } => Kind::DineIn,
            Place::Takeaway { .. } => Kind::Takeaway,
        }
    }

    /// As people call it: "Table 7", "Takeaway 117".
    pub fn title(&self) -> String {
        title(&self.place, self.number)
    }

    /// Who a takeaway is for: their name, or how to reach them.
    pub fn customer(&self) -> Option<&str> {
        match &self.place {
            Place::Table { .. } => None,
            Place::Takeaway { name, phone } => name.as_deref().or(phone.as_deref()),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: OrderId,
    number: i32,
    table_id: Option<TableId>,
    table_code: Option<String>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
    waiter_name: String,
    balance: Money,
    revision: i64,
    line_id: LineId,
    quantity: Quantity,
    name: String,
    modifiers: serde_json::Value,
    allergy: Option<String>,
    state: String,
    ready_at: Option<OffsetDateTime>,
}

/// The orders of which something waits to be carried out, and those that the kitchen says it works for. What a closed order
/// had ready at `closed_ready_since` or before was let go, and counts as served. (A range with two ends is planned as a narrow
/// one; see `lists`.)
pub async fn on_pass(
    db: &impl ConnectionTrait,
    at_work: &[OrderId],
    closed_ready_since: OffsetDateTime,
) -> Result<Vec<OnPass>> {
    let sql = "WITH shown AS (SELECT unnest($1::uuid[]) AS id \
            UNION SELECT id FROM orders n WHERE closed_at IS NULL AND cancelled_at IS NULL \
                AND EXISTS (SELECT 1 FROM order_lines w WHERE w.order_id = n.id AND w.waiting_since IS NOT NULL) \
            UNION SELECT order_id FROM order_lines WHERE waiting_since > $2 AND waiting_since < 'infinity') \
        SELECT o.id, o.number, o.table_id, t.code AS table_code, o.customer_name, o.customer_phone, s.name AS waiter_name, \
            o.total + o.rounding - o.paid AS balance, o.revision, l.id AS line_id, l.quantity, l.name, l.modifiers, l.allergy, \
            CASE WHEN l.state = 'ready' AND o.closed_at IS NOT NULL AND l.ready_at <= $2 THEN 'served' ELSE l.state END AS state, \
            l.ready_at \
        FROM shown JOIN orders o ON o.id = shown.id JOIN staff s ON s.id = o.waiter_id LEFT JOIN dining_tables t ON t.id = o.table_id \
            JOIN order_lines l ON l.order_id = o.id \
        WHERE o.cancelled_at IS NULL \
            AND (l.state IN ('sent', 'preparing', 'ready', 'served') OR (l.state = 'unsent' AND l.held)) \
        ORDER BY o.id, l.position";
    let ids: Vec<uuid::Uuid> = at_work.iter().map(|id| id.uuid()).collect();
    let values = [ids.into(), closed_ready_since.into()];
    let rows = Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    let mut orders: Vec<OnPass> = Vec::new();
    for row in rows {
        let line = PassLine {
            id: row.line_id,
            quantity: row.quantity,
            choices: choices(row.line_id, &row.modifiers)?,
            name: row.name,
            allergy: row.allergy,
            state: row
                .state
                .parse()
                .map_err(|text: String| anyhow::anyhow!(text))?,
            ready_at: row.ready_at,
        };
        match orders.last_mut() {
            Some(order) if order.id == row.id => order.lines.push(line),
            _ => orders.push(OnPass {
                id: row.id,
                number: row.number,
                place: match (row.table_id, row.table_code) {
                    (Some(id), Some(code)) => Place::Table {
                        id,
                        code,
                        area: String::new(),
                    },
                    _ => Place::Takeaway {
                        name: row.customer_name,
                        phone: row.customer_phone,
                    },
                },
                waiter_name: row.waiter_name,
                paid: !row.balance.is_positive(),
                revision: row.revision,
                lines: vec![line],
            }),
        }
    }
    Ok(orders)
}

/// What was chosen, as guests read it.
fn choices(line: LineId, stored: &serde_json::Value) -> Result<String> {
    let chosen: Vec<Chosen> = serde_json::from_value(stored.clone())
        .map_err(|_| anyhow::anyhow!("line {line} has an unreadable choice"))?;
    let said = chosen.iter().filter(|one| !one.silent);
    let said: Vec<&str> = said.map(|one| one.name.as_str()).collect();
    Ok(said.join(", "))
}

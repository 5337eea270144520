//! The questions that are asked of the log.

mod counts;
mod stories;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;
use uuid::Uuid;

pub use counts::{Counted, Days, Row, SHOWN, counted, orders_handled, people, rows};
pub use stories::{MOST, Record, Records, StoryOrder, order as story_of, records_of, subjects_of};

use super::recorded::Recorded;
use super::search::{OrderAsked, Search};
use crate::data::seal::Kept;
use crate::values::{AuditId, DayRule, OrderId, StaffId, TerminalId};
use crate::web::Result;

/// Rows on a page.
pub const PAGE: usize = 50;

/// So many rows are looked at for one page, where no index finds them: then the page says how far it looked.
pub const LOOKED_AT: i64 = 5_000;

const COLUMNS: &str = "a.id, a.at, a.deed, a.actor, p.name AS approver, t.name AS terminal, a.subject, a.subject_id, a.reason, \
     a.before, a.after";
const NAMES: &str =
    "LEFT JOIN staff p ON p.id = a.approver_id LEFT JOIN terminals t ON t.id = a.terminal_id";

/// A page of the log.
#[derive(Debug, Default)]
pub struct Found {
    /// The rows, newest first.
    pub rows: Vec<Recorded>,
    /// The row after which to look on, where there may be more.
    pub more_after: Option<AuditId>,
    /// Whether the page ends because enough was looked at, and not because it is full; with the time of the last row that was.
    pub looked_back_to: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct Mark {
    id: AuditId,
    at: OffsetDateTime,
}

/// SQL that grows with its parameters.
struct Built {
    values: Vec<Value>,
}

impl Built {
    fn give(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// The rows that are looked for, newest first. One filter is found by its index, in the order of time; what is left is
/// looked for among the next [`LOOKED_AT`] of these rows, so that no search, however rare what it looks for, holds up trade.
pub async fn find(db: &impl ConnectionTrait, search: &Search, rule: &DayRule) -> Result<Found> {
    let mut built = Built { values: Vec::new() };
    let mut bounds = String::new();
    if let Some(from) = search.from {
        let place = built.give(rule.begins(from));
        bounds.push_str(&format!(" AND at >= {place}"));
    }
    if let Some(to) = search.to {
        let place = built.give(rule.begins(to.next()));
        bounds.push_str(&format!(" AND at < {place}"));
    }
    if let Some(before) = search.before
        && let Some(mark) = mark(db, before).await?
    {
        let (at, id) = (built.give(mark.at), built.give(mark.id));
        bounds.push_str(&format!(" AND (at, id) < ({at}, {id})"));
    }
    let mut left: Vec<String> = Vec::new();
    let mut drivers: Vec<String> = Vec::new();
    // What finds the rows comes first among the parameters, because the end of the search is asked for with these alone.
    if let Some(order) = &search.order {
        let subjects = subjects_of_number(db, order, search).await?;
        let place = built.give(subjects);
        drivers.push(format!("subject_id = ANY({place})"));
    }
    let mut shared = built.values.len();
    if let Some(person) = search.person {
        let place = built.give(person);
        match drivers.is_empty() {
            true => {
                shared += 1;
                drivers.push(format!("staff_id = {place}"));
                drivers.push(format!(
                    "approver_id = {place} AND staff_id IS DISTINCT FROM {place}"
                ));
            }
            false => left.push(format!("(staff_id = {place} OR approver_id = {place})")),
        }
    }
    if let Some(deeds) = &search.deeds {
        match drivers.is_empty() {
            true => {
                drivers.extend(
                    deeds
                        .iter()
                        .map(|deed| format!("deed = {}", built.give(*deed))),
                );
                shared += deeds.len();
            }
            false => {
                let deeds: Vec<String> = deeds.iter().map(|deed| (*deed).to_owned()).collect();
                left.push(format!("deed = ANY({})", built.give(deeds)));
            }
        }
    }
    if drivers.is_empty() {
        drivers.push("true".to_owned());
    }
    if let Some(terminal) = search.terminal {
        left.push(format!("terminal_id = {}", built.give(terminal)));
    }
    if let Some(text) = &search.text {
        let place = built.give(text.to_lowercase());
        left.push(format!(
            "strpos(lower(concat_ws(' ', actor, reason, before::text, after::text)), {place}) > 0"
        ));
    }
    // Each branch comes in the order of its index; Postgres merges them, and stops when the page is full.
    let branches: Vec<String> = drivers
        .iter()
        .map(|driver| format!("(SELECT * FROM audit_log WHERE {driver}{bounds})"))
        .collect();
    let window = format!(
        "SELECT * FROM ({}) w ORDER BY at DESC, id DESC LIMIT {}",
        branches.join(" UNION ALL "),
        if left.is_empty() {
            PAGE as i64 + 1
        } else {
            LOOKED_AT
        }
    );
    let wanted = match left.is_empty() {
        true => String::new(),
        false => format!("WHERE {}", left.join(" AND ")),
    };
    let page = format!(
        "SELECT * FROM ({window}) a {wanted} ORDER BY at DESC, id DESC LIMIT {}",
        PAGE + 1
    );
    let sql = format!("SELECT {COLUMNS} FROM ({page}) a {NAMES} ORDER BY a.at DESC, a.id DESC");
    let mut rows = Recorded::find_by_statement(statement(db, sql, built.values.clone()))
        .all(db)
        .await?;
    if rows.len() > PAGE {
        rows.truncate(PAGE);
        let more_after = rows.last().map(|row| row.id);
        return Ok(Found {
            rows,
            more_after,
            looked_back_to: None,
        });
    }
    let last = match left.is_empty() {
        true => None,
        false => {
            built.values.truncate(shared);
            end_of(db, &window, built.values).await?
        }
    };
    Ok(Found {
        rows,
        more_after: last.as_ref().map(|mark| mark.id),
        looked_back_to: last.map(|mark| mark.at),
    })
}

/// The last row that a page looked at, where there may be more behind it.
async fn end_of(
    db: &impl ConnectionTrait,
    window: &str,
    values: Vec<Value>,
) -> Result<Option<Mark>> {
    let sql = format!(
        "SELECT id, at FROM ({window}) a ORDER BY at DESC, id DESC LIMIT 1 OFFSET {}",
        LOOKED_AT - 1
    );
    Ok(Mark::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?)
}

async fn mark(db: &impl ConnectionTrait, row: AuditId) -> Result<Option<Mark>> {
    let sql = "SELECT id, at FROM audit_log WHERE id = $1";
    Ok(
        Mark::find_by_statement(statement(db, sql, vec![row.into()]))
            .one(db)
            .await?,
    )
}

/// One row of the log.
pub async fn row(db: &impl ConnectionTrait, row: AuditId) -> Result<Option<Recorded>> {
    let sql = format!("SELECT {COLUMNS} FROM audit_log a {NAMES} WHERE a.id = $1");
    Ok(
        Recorded::find_by_statement(statement(db, sql, vec![row.into()]))
            .one(db)
            .await?,
    )
}

/// The most orders that one number stands for: about a year of them.
const MOST_ORDERS: i64 = 400;

/// Everything that rows about these orders are about: the orders, their payments, tickets, and what was asked for them.
async fn subjects_of_number(
    db: &impl ConnectionTrait,
    order: &OrderAsked,
    search: &Search,
) -> Result<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct One {
        id: OrderId,
    }
    let orders = match order {
        OrderAsked::Reference(reference) => {
            let sql = "SELECT id FROM orders WHERE reference = $1";
            One::find_by_statement(statement(db, sql, vec![reference.as_str().into()]))
                .all(db)
                .await?
        }
        OrderAsked::Number(number) => {
            let sql = format!(
                "SELECT id FROM orders WHERE number = $1 AND business_date >= coalesce($2, '-infinity'::date) \
                 AND business_date <= coalesce($3, 'infinity'::date) ORDER BY business_date DESC LIMIT {MOST_ORDERS}"
            );
            let values = vec![(*number).into(), search.from.into(), search.to.into()];
            One::find_by_statement(statement(db, sql, values))
                .all(db)
                .await?
        }
    };
    let orders: Vec<OrderId> = orders.into_iter().map(|order| order.id).collect();
    subjects_of(db, &orders).await
}

/// An order that a row of the log was done to.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Linked {
    /// Its id.
    pub id: OrderId,
    /// The number of its day.
    pub number: i32,
    /// The long one.
    pub reference: String,
}

/// The orders that these rows were done to, by the row.
pub async fn orders_of(
    db: &impl ConnectionTrait,
    rows: &[Recorded],
) -> Result<HashMap<AuditId, Linked>> {
    #[derive(FromQueryResult)]
    struct Of {
        id: Uuid,
        order_id: Option<OrderId>,
    }
    let others: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.order().is_none())
        .filter_map(|row| row.subject_id)
        .collect();
    let sql = "SELECT id, order_id FROM payments WHERE id = ANY($1) \
               UNION ALL SELECT id, order_id FROM payment_attempts WHERE id = ANY($1) \
               UNION ALL SELECT id, order_id FROM approval_requests WHERE id = ANY($1)";
    let found = Of::find_by_statement(statement(db, sql, vec![others.into()]))
        .all(db)
        .await?;
    let found: HashMap<Uuid, OrderId> = found
        .into_iter()
        .filter_map(|of| Some((of.id, of.order_id?)))
        .collect();
    let of_rows: Vec<(AuditId, OrderId)> = rows
        .iter()
        .filter_map(|row| {
            let order = row.order().or_else(|| found.get(&row.subject_id?).copied());
            Some((row.id, order?))
        })
        .collect();
    let ids: Vec<Uuid> = of_rows.iter().map(|(_, order)| order.uuid()).collect();
    let sql = "SELECT id, number, reference FROM orders WHERE id = ANY($1)";
    let orders = Linked::find_by_statement(statement(db, sql, vec![ids.into()]))
        .all(db)
        .await?;
    let orders: HashMap<OrderId, Linked> =
        orders.into_iter().map(|order| (order.id, order)).collect();
    Ok(of_rows
        .into_iter()
        .filter_map(|(row, order)| Some((row, orders.get(&order)?.clone())))
        .collect())
}

/// What somebody may choose from.
#[derive(Debug, FromQueryResult)]
pub struct Choice<Id: sea_orm::TryGetable> {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub name: String,
}

/// Everybody who is or was here.
pub async fn staff(db: &impl ConnectionTrait) -> Result<Vec<Choice<StaffId>>> {
    let sql = "SELECT id, name FROM staff ORDER BY name, id";
    Ok(Choice::find_by_statement(statement(db, sql, Vec::new()))
        .all(db)
        .await?)
}

/// Every terminal.
pub async fn terminals(db: &impl ConnectionTrait) -> Result<Vec<Choice<TerminalId>>> {
    let sql = "SELECT id, name FROM terminals ORDER BY name, id";
    Ok(Choice::find_by_statement(statement(db, sql, Vec::new()))
        .all(db)
        .await?)
}

/// A Z report, and the head of the chain that it keeps.
#[derive(Debug, Clone, FromQueryResult)]
pub struct ZHead {
    /// Its number.
    pub number: i32,
    head_number: i64,
    head_hash: String,
    printed: Option<String>,
}

impl ZHead {
    /// The heads that it keeps: what is printed on it, and what stands beside it.
    pub fn kept(&self) -> Vec<Kept> {
        let hashes = [
            Some(&self.head_hash),
            self.printed
                .as_ref()
                .filter(|printed| **printed != self.head_hash),
        ];
        let hashes = hashes.into_iter().flatten();
        hashes
            .map(|hash| Kept {
                by: format!("Z report {}", self.number),
                number: self.head_number,
                hash: hash.clone(),
            })
            .collect()
    }

    /// The number of the seal that was the newest.
    pub fn head_number(&self) -> i64 {
        self.head_number
    }
}

/// Every Z with the head that it keeps.
pub async fn z_heads(db: &impl ConnectionTrait) -> Result<Vec<ZHead>> {
    let sql = "SELECT number, head_number, head_hash, report #>> '{z,headHash}' AS printed FROM z_reports ORDER BY number";
    Ok(ZHead::find_by_statement(statement(db, sql, Vec::new()))
        .all(db)
        .await?)
}

fn statement(db: &impl ConnectionTrait, sql: impl Into<String>, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

//! What the tills were told, and how it compares with what is stored.

use std::time::Duration;

use cafe_pos::data::seal::{self, Chain};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use uuid::Uuid;

/// One order as its till knows it: everything in here was acknowledged.
#[derive(Debug)]
pub struct OrderBook {
    /// Which one.
    pub id: Uuid,
    pieces: i64,
    total: i64,
    /// Each with whether it was in cash.
    payments: Vec<(bool, i64)>,
    refunds: Vec<(bool, i64)>,
    /// Whether its ticket was bumped.
    pub bumped: bool,
}

impl OrderBook {
    /// An order with nothing on it.
    pub fn new(id: Uuid) -> Self {
        OrderBook {
            id,
            pieces: 0,
            total: 0,
            payments: Vec::new(),
            refunds: Vec::new(),
            bumped: false,
        }
    }

    /// One more of a product at this price.
    pub fn tapped(&mut self, price: i64) {
        self.pieces += 1;
        self.total += price;
    }

    /// A tenth was taken off all of it, rounded half up.
    pub fn tenth_off(&mut self) {
        self.total -= (self.total + 5) / 10;
    }

    /// Money was taken, in cash or not.
    pub fn paid(&mut self, in_cash: bool, amount: i64) {
        self.payments.push((in_cash, amount));
    }

    /// The last payment went back.
    pub fn given_back(&mut self) {
        self.refunds.extend(self.payments.last().copied());
    }

    /// What is still to pay.
    pub fn due(&self) -> i64 {
        self.total - sum(&self.payments) + sum(&self.refunds)
    }

    /// Everything of it that the database should say: orders, pieces, total, paid, payments and their sum, cash booked
    /// for them, pieces with the kitchen, tickets, bumped tickets, refunds and their sum.
    fn expected(&self) -> Vec<i64> {
        let count = |of: &[(bool, i64)]| i64::try_from(of.len()).expect("few payments");
        let in_cash =
            |of: &[(bool, i64)]| -> i64 { of.iter().filter(|one| one.0).map(|one| one.1).sum() };
        vec![
            1,
            self.pieces,
            self.total,
            sum(&self.payments) - sum(&self.refunds),
            count(&self.payments),
            sum(&self.payments),
            in_cash(&self.payments) - in_cash(&self.refunds),
            self.pieces,
            1,
            i64::from(self.bumped),
            count(&self.refunds),
            sum(&self.refunds),
        ]
    }
}

fn sum(of: &[(bool, i64)]) -> i64 {
    of.iter().map(|one| one.1).sum()
}

const STORED: &str = "SELECT \
    (SELECT count(*) FROM orders WHERE id = $1), \
    (SELECT coalesce(sum(quantity), 0)::bigint FROM order_lines WHERE order_id = $1), \
    (SELECT coalesce(sum(total), 0)::bigint FROM orders WHERE id = $1), \
    (SELECT coalesce(sum(paid), 0)::bigint FROM orders WHERE id = $1), \
    (SELECT count(*) FROM payments WHERE order_id = $1), \
    (SELECT coalesce(sum(amount), 0)::bigint FROM payments WHERE order_id = $1), \
    (SELECT coalesce(sum(e.amount), 0)::bigint FROM cash_entries e JOIN payments p ON p.id = e.payment_id WHERE p.order_id = $1), \
    (SELECT coalesce(sum(k.quantity), 0)::bigint FROM ticket_lines k JOIN tickets t ON t.id = k.ticket_id WHERE t.order_id = $1), \
    (SELECT count(*) FROM tickets WHERE order_id = $1), \
    (SELECT count(*) FROM tickets WHERE order_id = $1 AND bumped_at IS NOT NULL), \
    (SELECT count(*) FROM refunds WHERE order_id = $1), \
    (SELECT coalesce(sum(amount), 0)::bigint FROM refunds WHERE order_id = $1)";

/// What all tills were told.
pub struct Books {
    orders: Vec<OrderBook>,
    commands: u64,
    asked_again: u64,
}

impl Books {
    /// The orders of all tills, and how many commands they needed.
    pub fn new(orders: Vec<OrderBook>, commands: u64, asked_again: u64) -> Self {
        Books {
            orders,
            commands,
            asked_again,
        }
    }

    /// Puts what was told later into the same books.
    pub fn add(&mut self, later: Books) {
        self.orders.extend(later.orders);
        self.commands += later.commands;
        self.asked_again += later.asked_again;
    }

    /// Whatever was still open on a board was bumped.
    pub fn all_bumped(&mut self) {
        for order in &mut self.orders {
            order.bumped = true;
        }
    }

    /// How many orders were taken.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// How many commands were acknowledged.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// How many of them only at a further try.
    pub fn asked_again(&self) -> u64 {
        self.asked_again
    }

    /// Compares with what is stored; `others` were stored before the tills began.
    pub async fn compare(&self, db: &DatabaseConnection, others: i64) -> Found {
        let mut found = Found::default();
        for order in &self.orders {
            let (told, stored) = (
                order.expected(),
                numbers(db, STORED, [order.id.into()]).await,
            );
            let pairs = || told.iter().zip(&stored);
            found.lost += usize::from(pairs().any(|(told, stored)| told > stored));
            found.doubled += usize::from(pairs().any(|(told, stored)| told < stored));
            if told != stored {
                let wrong = format!("{}: acknowledged {told:?}, stored {stored:?}", order.id);
                found.wrong.push(wrong);
            }
        }
        self.compare_all(db, others, &mut found).await;
        found
    }

    async fn compare_all(&self, db: &DatabaseConnection, others: i64, found: &mut Found) {
        let orders = numbers(db, "SELECT count(*) FROM orders", []).await[0] - others;
        if orders != i64::try_from(self.orders.len()).expect("few orders") {
            found.wrong.push(format!(
                "{orders} orders are stored, {} were taken",
                self.orders.len()
            ));
        }
        let twice = "SELECT count(*) FROM (SELECT line_id FROM ticket_lines GROUP BY line_id HAVING count(*) > 1) t";
        if numbers(db, twice, []).await != [0] {
            found
                .wrong
                .push("a line was handed to the kitchen twice".to_owned());
        }
        // The sealing pass runs every second; what it has not reached yet is no fault.
        for _ in 0..100 {
            if numbers(db, "SELECT count(*) FROM audit_unsealed", []).await == [0] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        match seal::verify(db).await {
            Ok(Chain::Whole { length, .. }) if length > 0 => {}
            other => found
                .wrong
                .push(format!("the audit log's chain: {other:?}")),
        }
    }
}

/// How what the tills were told differs from what is stored.
#[derive(Debug, Default)]
pub struct Found {
    /// Orders of which something acknowledged is missing.
    pub lost: usize,
    /// Orders of which something is stored that was not acknowledged.
    pub doubled: usize,
    /// Everything that differs, a line each.
    pub wrong: Vec<String>,
}

/// A row of numbers, asked of the database itself.
pub async fn numbers(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<i64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await.expect("an answer");
    let row = row.expect("a row");
    let columns = row.column_names().len();
    (0..columns)
        .map(|column| row.try_get_by_index(column).expect("a number"))
        .collect()
}

//! What the tills were told, and how it compares with what is stored.

use sea_orm::DatabaseConnection;
use uuid::Uuid;

use crate::cafe::{Cafe, numbers};

/// One order as its till knows it: everything in here was acknowledged.
#[derive(Debug)]
pub struct OrderBook {
    /// Which one.
    pub id: Uuid,
    pieces: i64,
    total: i64,
    payments: Vec<i64>,
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
            bumped: false,
        }
    }

    /// One more of a product at this price.
    pub fn tapped(&mut self, price: i64) {
        self.pieces += 1;
        self.total += price;
    }

    /// Money was taken.
    pub fn paid(&mut self, amount: i64) {
        self.payments.push(amount);
    }

    /// What is still to pay.
    pub fn due(&self) -> i64 {
        self.total - self.payments.iter().sum::<i64>()
    }

    /// Everything of it that the database should say: orders, pieces, total, paid, payments and their sum, cash booked
    /// for them, pieces with the kitchen, tickets, bumped tickets.
    fn expected(&self) -> Vec<i64> {
        let paid = self.payments.iter().sum();
        let payments = i64::try_from(self.payments.len()).expect("few payments");
        vec![
            1,
            self.pieces,
            self.total,
            paid,
            payments,
            paid,
            paid,
            self.pieces,
            1,
            i64::from(self.bumped),
        ]
    }
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
    (SELECT count(*) FROM tickets WHERE order_id = $1 AND bumped_at IS NOT NULL)";

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

    /// Everything that is stored otherwise than it was acknowledged, a line each.
    pub async fn compare(&self, cafe: &Cafe) -> Vec<String> {
        let db = cafe.door().connect().await;
        let mut wrong = Vec::new();
        for order in &self.orders {
            let stored = numbers(&db, STORED, [order.id.into()]).await;
            if stored != order.expected() {
                wrong.push(format!(
                    "{}: acknowledged {:?}, stored {stored:?}",
                    order.id,
                    order.expected()
                ));
            }
        }
        self.compare_all(&db, &mut wrong).await;
        db.close().await.expect("closed");
        wrong
    }

    async fn compare_all(&self, db: &DatabaseConnection, wrong: &mut Vec<String>) {
        let orders = numbers(db, "SELECT count(*) FROM orders", []).await[0];
        if orders != i64::try_from(self.orders.len()).expect("few orders") {
            wrong.push(format!(
                "{orders} orders are stored, {} were taken",
                self.orders.len()
            ));
        }
        let twice = "SELECT count(*) FROM (SELECT line_id FROM ticket_lines GROUP BY line_id HAVING count(*) > 1) t";
        if numbers(db, twice, []).await != [0] {
            wrong.push("a line was handed to the kitchen twice".to_owned());
        }
        // The sealing pass runs every second; what it has not reached yet is no fault.
        for _ in 0..100 {
            if numbers(db, "SELECT count(*) FROM audit_unsealed", []).await == [0] {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        match cafe_pos::data::seal::verify(db).await {
            Ok(cafe_pos::data::seal::Chain::Whole { length, .. }) if length > 0 => {}
            other => wrong.push(format!("the audit log's chain: {other:?}")),
        }
    }
}

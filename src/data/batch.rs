//! Writes whose outcome the work does not look at go to the server together, as one statement.
//!
//! A round trip costs both sides more than most of these statements do, so a payment, its entry in the drawer's ledger, the
//! order that it settles and the rows of the audit log travel as parts of one `WITH`. Postgres runs all parts on what was
//! there before the statement began and checks foreign keys after the last. So no part may build on another one's rows,
//! and two parts must not touch the same row: [`Batch::add`] sees to that by what each part says it touches.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement, Value};
use uuid::Uuid;

use super::failure;
use crate::web::{Error, Result};

/// One write: a statement without a `WITH` of its own, its parameters from `$1` on, and what it touches.
pub struct Write {
    touches: (&'static str, Uuid),
    sql: &'static str,
    values: Vec<Value>,
    refusals: Vec<(&'static str, Error)>,
}

impl Write {
    /// A write that touches no rows but those of this table that belong to `root`: an order's lines belong to the order.
    pub fn new(
        table: &'static str,
        root: impl Into<Uuid>,
        sql: &'static str,
        values: impl Into<Vec<Value>>,
    ) -> Self {
        Write {
            touches: (table, root.into()),
            sql,
            values: values.into(),
            refusals: Vec::new(),
        }
    }

    /// What is answered where the constraint of this name refuses.
    #[must_use]
    pub fn refusing(mut self, constraint: &'static str, refusal: impl Into<Error>) -> Self {
        self.refusals.push((constraint, refusal.into()));
        self
    }
}

/// The writes of a transaction that have not gone to the server yet.
#[derive(Default)]
pub(super) struct Batch(Vec<Write>);

impl Batch {
    /// Takes a write along; answers those that must go first, because they touch the same rows.
    #[must_use]
    pub fn add(&mut self, write: Write) -> Batch {
        let before = if self.0.iter().any(|one| one.touches == write.touches) {
            std::mem::take(self)
        } else {
            Batch::default()
        };
        self.0.push(write);
        before
    }

    /// Sends everything in one round trip; nothing, where there is nothing.
    pub async fn send(self, tx: &DatabaseTransaction) -> Result<(), Refused> {
        let Some((last, first)) = self.0.split_last() else {
            return Ok(());
        };
        let mut sql = String::new();
        let mut values = Vec::new();
        for (number, write) in first.iter().enumerate() {
            let begin = if number == 0 { "WITH" } else { "," };
            sql.push_str(&format!("{begin} part{number} AS ("));
            push_with_numbers_after(&mut sql, write.sql, values.len());
            sql.push(')');
            values.extend(write.values.iter().cloned());
        }
        sql.push(' ');
        push_with_numbers_after(&mut sql, last.sql, values.len());
        values.extend(last.values.iter().cloned());
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        match tx.execute_raw(statement).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.refused(failure)),
        }
    }

    fn refused(self, failure: DbErr) -> Refused {
        let name = failure::constraint(&failure);
        let mut refusals = self.0.into_iter().flat_map(|write| write.refusals);
        let refusal = refusals.find(|(constraint, _)| name.as_deref() == Some(constraint));
        Refused {
            failure,
            refusal: refusal.map(|(_, refusal)| refusal),
        }
    }
}

/// A batch that did not go through.
pub(super) struct Refused {
    failure: DbErr,
    refusal: Option<Error>,
}

impl Refused {
    /// The failure itself, for who asked for something else of the database, and the sentence for people, if there is one.
    pub fn parts(self) -> (DbErr, Option<Error>) {
        (self.failure, self.refusal)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        refused
            .refusal
            .unwrap_or_else(|| Error::Database(refused.failure))
    }
}

/// Appends a statement whose parameters are numbered on from those that are there already.
fn push_with_numbers_after(sql: &mut String, part: &str, before: usize) {
    let mut pieces = part.split('$');
    sql.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece
            .find(|digit: char| !digit.is_ascii_digit())
            .unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        let number = number.parse::<usize>().unwrap_or_default() + before;
        sql.push_str(&format!("${number}{rest}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_on() {
        let mut sql = "WITH ".to_owned();
        push_with_numbers_after(&mut sql, "UPDATE t SET a = $2, b = $12 WHERE id = $1", 22);
        assert_eq!(sql, "WITH UPDATE t SET a = $24, b = $34 WHERE id = $23");
    }

    #[test]
    fn what_touches_the_same_rows_waits_for_what_came_before() {
        let mut batch = Batch::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let write = |table, root| Write::new(table, root, "SELECT 1", []);
        for (table, root) in [("orders", one), ("orders", other), ("order_lines", one)] {
            assert!(batch.add(write(table, root)).0.is_empty());
        }
        assert_eq!(batch.add(write("orders", one)).0.len(), 3);
        assert_eq!(batch.0.len(), 1);
    }
}

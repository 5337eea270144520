//! What managers read of the kitchen is found by its time.
//!
//! Tickets and their lines come in the order of time and stay near where they were first written: a summary of blocks finds
//! a range of days, and costs the bumps nothing. Voids are few, so the index of them is small, and a line enters it once.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000013_kitchen_figures", up: UP, down: DOWN);

const UP: &str = r#"
CREATE INDEX tickets_by_time ON tickets USING brin (sent_at) WITH (pages_per_range = 32);
CREATE INDEX ticket_lines_by_time ON ticket_lines USING brin (fired_at) WITH (pages_per_range = 32);
CREATE INDEX order_lines_by_void ON order_lines (voided_at) WHERE voided_at IS NOT NULL;
"#;

const DOWN: &str = r#"
DROP INDEX order_lines_by_void;
DROP INDEX ticket_lines_by_time;
DROP INDEX tickets_by_time;
"#;

//! Rows that change often stay out of the indexes' way.
//!
//! An update that touches no indexed column (those of a partial index's condition count) leaves all indexes alone. Lines
//! pass through sent, preparing, ready and served within minutes: an index whose condition names `state` had each of these
//! write into every index of the table. What waits to be carried out has a column of its own now, which moves twice.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261126_000008_fewer_indexes", up: UP, down: DOWN);

const UP: &str = r#"
DROP INDEX order_lines_ready;
DROP INDEX order_lines_waiting;
-- Favourites are counted every few minutes and find their lines by the orders' time.
DROP INDEX order_lines_sold;
ALTER TABLE order_lines ADD COLUMN waiting_since timestamptz
    GENERATED ALWAYS AS (CASE WHEN state = 'ready' THEN ready_at END) STORED;
CREATE INDEX order_lines_waiting ON order_lines (waiting_since) WHERE waiting_since IS NOT NULL;

-- Both grow at their end only, and are asked for by time rarely: a summary of blocks serves as well as a tree.
DROP INDEX idempotency_keys_by_time;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys USING brin (claimed_at);
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log USING brin (at);
"#;

const DOWN: &str = r#"
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log (at);
DROP INDEX idempotency_keys_by_time;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (claimed_at);
ALTER TABLE order_lines DROP COLUMN waiting_since;
CREATE INDEX order_lines_sold ON order_lines (sent_at, product_id) WHERE sent_at IS NOT NULL;
CREATE INDEX order_lines_waiting ON order_lines (ready_at) WHERE state = 'ready';
CREATE INDEX order_lines_ready ON order_lines (order_id) WHERE state = 'ready';
"#;

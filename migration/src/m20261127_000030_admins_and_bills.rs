//! What only an admin may agree to, and what the bill says that the guests have.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000030_admins_and_bills", up: UP, down: DOWN);

// `billed_total` is the total of the last bill of an order; `billed_seen` is what the order came to when that was last looked
// at, so that the audit log has each change of it once.
const UP: &str = r#"
ALTER TABLE approval_requests ADD COLUMN only_admin boolean NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN billed_total bigint, ADD COLUMN billed_seen bigint;
UPDATE orders o SET billed_total = b.total, billed_seen = o.total
  FROM (SELECT DISTINCT ON (order_id) order_id, total FROM bills ORDER BY order_id, place DESC) b
  WHERE b.order_id = o.id AND o.closed_at IS NULL AND o.cancelled_at IS NULL;
"#;

const DOWN: &str = r#"
ALTER TABLE orders DROP COLUMN billed_seen, DROP COLUMN billed_total;
ALTER TABLE approval_requests DROP COLUMN only_admin;
"#;

//! Which order the money of one of Pesapal's transactions was said to be for.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000032_receipts_of_orders", up: UP, down: DOWN);

// Where the money is now may be another order, or none; that a transaction is told of again for the same one is known by this.
const UP: &str = r#"
ALTER TABLE pesapal_receipts ADD COLUMN order_id uuid CONSTRAINT pesapal_receipts_order REFERENCES orders (id);
ALTER TABLE pesapal_receipts DISABLE TRIGGER pesapal_receipts_append_only;
UPDATE pesapal_receipts r SET order_id = coalesce((SELECT a.order_id FROM payment_attempts a WHERE a.id = r.attempt_id),
    (SELECT o.order_id FROM payment_orphans o WHERE o.payment_id = r.payment_id AND o.order_id IS NOT NULL ORDER BY o.seen_at LIMIT 1),
    (SELECT p.order_id FROM payments p WHERE p.id = r.payment_id));
ALTER TABLE pesapal_receipts ENABLE TRIGGER pesapal_receipts_append_only;
CREATE INDEX pesapal_receipts_of_order ON pesapal_receipts (order_id);
"#;

const DOWN: &str = r#"
ALTER TABLE pesapal_receipts DROP COLUMN order_id;
"#;

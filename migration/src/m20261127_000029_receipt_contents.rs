//! What a receipt says of its order, and refunds that went back in cash of money that came otherwise.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000029_receipt_contents", up: UP, down: DOWN);

// An order goes on after a payment: what its receipt says is kept with the payment, so that a copy says what the original
// said. What was paid before has none, and is drawn from its order.
const UP: &str = r#"
CREATE TABLE receipt_contents (
    payment_id uuid PRIMARY KEY CONSTRAINT receipt_contents_payment REFERENCES payments (id),
    content    jsonb NOT NULL
);
CREATE TRIGGER receipt_contents_append_only BEFORE UPDATE OR DELETE ON receipt_contents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_contents_no_truncate BEFORE TRUNCATE ON receipt_contents EXECUTE FUNCTION refuse_change();

ALTER TABLE refunds ADD COLUMN in_cash boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN refunds.in_cash IS 'the money came otherwise, and went back out of a drawer or pouch';
"#;

const DOWN: &str = r#"
ALTER TABLE refunds DROP COLUMN in_cash;
DROP TABLE receipt_contents;
"#;

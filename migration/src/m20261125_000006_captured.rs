//! What a line captured when it was added, what a claimed key made, who a ticket is for, until when a product is sold
//! out, and which tills lock themselves after a send.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261125_000006_captured", up: UP, down: DOWN);

// The price of the product alone, so that other choices later start from the same price; and the pieces that were
// taken from a countdown, so that exactly these go back.
const UP: &str = r#"
ALTER TABLE order_lines ADD COLUMN base_price bigint NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN from_stock smallint NOT NULL DEFAULT 0;
UPDATE order_lines SET base_price = unit_price
    - coalesce((SELECT sum((m ->> 'price')::bigint) FROM jsonb_array_elements(modifiers) AS m), 0);
ALTER TABLE order_lines ADD CONSTRAINT order_lines_from_stock_within CHECK (from_stock BETWEEN 0 AND quantity);

-- The id of what the request made: a repetition answers with it.
ALTER TABLE idempotency_keys ADD COLUMN makes uuid;

-- Who a takeaway is for, to be called out by the cook.
ALTER TABLE tickets ADD COLUMN customer text;

-- Until when a product is sold out; without it, until somebody says otherwise.
ALTER TABLE products ADD COLUMN sold_out_until timestamptz;

-- Whether a shared till goes back to the tiles when something was sent on it.
ALTER TABLE terminals ADD COLUMN locks_after_send boolean NOT NULL DEFAULT false;

-- Rows that are changed a few times within minutes find room beside themselves, so that no index is touched.
ALTER TABLE orders SET (fillfactor = 60);
ALTER TABLE order_lines SET (fillfactor = 70);
ALTER TABLE tickets SET (fillfactor = 70);
ALTER TABLE ticket_lines SET (fillfactor = 70);

-- The ready strip looks for lines that wait, whatever became of their order.
CREATE INDEX order_lines_waiting ON order_lines (ready_at) WHERE state = 'ready';
"#;

const DOWN: &str = r#"
DROP INDEX order_lines_waiting;
ALTER TABLE ticket_lines RESET (fillfactor);
ALTER TABLE tickets RESET (fillfactor);
ALTER TABLE order_lines RESET (fillfactor);
ALTER TABLE orders RESET (fillfactor);
ALTER TABLE terminals DROP COLUMN locks_after_send;
ALTER TABLE products DROP COLUMN sold_out_until;
ALTER TABLE tickets DROP COLUMN customer;
ALTER TABLE idempotency_keys DROP COLUMN makes;
ALTER TABLE order_lines DROP CONSTRAINT order_lines_from_stock_within;
ALTER TABLE order_lines DROP COLUMN from_stock;
ALTER TABLE order_lines DROP COLUMN base_price;
"#;

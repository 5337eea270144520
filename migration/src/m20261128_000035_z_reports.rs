//! What closes a business date: the Z report, and what it said of each order, so that a later one tells what became of it.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000035_z_reports", up: UP, down: DOWN);

// `head_hash` is the newest link of the audit log's chain when it was made: whoever keeps the paper can tell whether anything
// before it was changed since.
const UP: &str = r#"
CREATE TABLE z_reports (
    number        integer PRIMARY KEY,
    business_date date NOT NULL CONSTRAINT z_reports_day REFERENCES business_days (date),
    report        jsonb NOT NULL,
    head_number   bigint NOT NULL,
    head_hash     text NOT NULL,
    made_by       uuid NOT NULL CONSTRAINT z_reports_made_by REFERENCES staff (id),
    made_at       timestamptz NOT NULL,
    CONSTRAINT z_reports_day_once UNIQUE (business_date),
    CONSTRAINT z_reports_number_sensible CHECK (number > 0)
);
CREATE TRIGGER z_reports_append_only BEFORE UPDATE OR DELETE ON z_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER z_reports_no_truncate BEFORE TRUNCATE ON z_reports EXECUTE FUNCTION refuse_change();

CREATE TABLE z_orders (
    order_id uuid NOT NULL CONSTRAINT z_orders_order REFERENCES orders (id),
    z_number integer NOT NULL CONSTRAINT z_orders_z REFERENCES z_reports (number),
    sums     jsonb NOT NULL,
    CONSTRAINT z_orders_once PRIMARY KEY (order_id, z_number)
);
CREATE TRIGGER z_orders_append_only BEFORE UPDATE OR DELETE ON z_orders FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER z_orders_no_truncate BEFORE TRUNCATE ON z_orders EXECUTE FUNCTION refuse_change();
CREATE INDEX orders_changed ON orders (updated_at) WHERE settled_date IS NOT NULL;
CREATE INDEX shifts_closed ON shifts (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX cash_entries_of_day ON cash_entries (business_date);
"#;

const DOWN: &str = r#"
DROP INDEX cash_entries_of_day;
DROP INDEX shifts_closed;
DROP INDEX orders_changed;
DROP TABLE z_orders;
DROP TABLE z_reports;
"#;

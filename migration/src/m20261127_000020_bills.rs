//! The bills that were handed to guests before they paid: which one it was, and what it said.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000020_bills", up: UP, down: DOWN);

// `content` is a hash of what the bill said: another one that says the same is a copy, one that says something else is
// revised.
const UP: &str = r#"
CREATE TABLE bills (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL CONSTRAINT bills_order REFERENCES orders (id),
    place       smallint NOT NULL,
    kind        text NOT NULL,
    total       bigint NOT NULL,
    content     text NOT NULL,
    printed_by  uuid CONSTRAINT bills_printed_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT bills_terminal REFERENCES terminals (id),
    printed_at  timestamptz NOT NULL,
    CONSTRAINT bills_place_once UNIQUE (order_id, place),
    CONSTRAINT bills_kind_known CHECK (kind IN ('first', 'copy', 'revised'))
);
CREATE TRIGGER bills_append_only BEFORE UPDATE OR DELETE ON bills FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bills_no_truncate BEFORE TRUNCATE ON bills EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE bills;
"#;

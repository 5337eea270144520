//! What of an order a guest paid for, where they paid by item: so many pieces of a line.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000019_paid_pieces", up: UP, down: DOWN);

// No foreign key to the line: one that was kept back and paid for may still be taken off, and what was paid stays written.
const UP: &str = r#"
CREATE TABLE paid_pieces (
    payment_id uuid NOT NULL CONSTRAINT paid_pieces_payment REFERENCES payments (id),
    line_id    uuid NOT NULL,
    quantity   smallint NOT NULL,
    PRIMARY KEY (payment_id, line_id),
    CONSTRAINT paid_pieces_quantity_sensible CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX paid_pieces_of_line ON paid_pieces (line_id);
CREATE TRIGGER paid_pieces_append_only BEFORE UPDATE OR DELETE ON paid_pieces FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER paid_pieces_no_truncate BEFORE TRUNCATE ON paid_pieces EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE paid_pieces;
"#;

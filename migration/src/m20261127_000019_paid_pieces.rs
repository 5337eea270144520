//! What of an order a guest paid for, where they paid by item: so many pieces of a line.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000019_paid_pieces", up: UP, down: DOWN);

// A line never falls below what guests paid for, whatever room changes it: no piece of it is struck out, given free, moved to
// another order, priced anew or taken off before its money is given back.
const UP: &str = r#"
CREATE TABLE paid_pieces (
    payment_id uuid NOT NULL CONSTRAINT paid_pieces_payment REFERENCES payments (id),
    line_id    uuid NOT NULL CONSTRAINT paid_pieces_line REFERENCES order_lines (id),
    quantity   smallint NOT NULL,
    PRIMARY KEY (payment_id, line_id),
    CONSTRAINT paid_pieces_quantity_sensible CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX paid_pieces_of_line ON paid_pieces (line_id);
CREATE TRIGGER paid_pieces_append_only BEFORE UPDATE OR DELETE ON paid_pieces FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER paid_pieces_no_truncate BEFORE TRUNCATE ON paid_pieces EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_what_is_paid_for() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid bigint := (SELECT coalesce(sum(quantity), 0) FROM paid_pieces WHERE line_id = OLD.id);
BEGIN
    IF paid > 0 AND (TG_OP = 'DELETE' OR NEW.quantity < paid OR NEW.order_id <> OLD.order_id OR NEW.unit_price <> OLD.unit_price
        OR (NEW.comped AND NOT OLD.comped) OR (NEW.state = 'voided' AND OLD.state <> 'voided')) THEN
        RAISE EXCEPTION 'of line % guests have paid for % pieces', OLD.id, paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_paid_for';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER order_lines_paid_for BEFORE UPDATE ON order_lines FOR EACH ROW
    WHEN (NEW.quantity < OLD.quantity OR NEW.order_id <> OLD.order_id OR NEW.unit_price <> OLD.unit_price
        OR NEW.comped <> OLD.comped OR NEW.state = 'voided')
    EXECUTE FUNCTION keep_what_is_paid_for();
CREATE TRIGGER order_lines_paid_for_gone BEFORE DELETE ON order_lines FOR EACH ROW EXECUTE FUNCTION keep_what_is_paid_for();
"#;

const DOWN: &str = r#"
DROP TRIGGER order_lines_paid_for_gone ON order_lines;
DROP TRIGGER order_lines_paid_for ON order_lines;
DROP FUNCTION keep_what_is_paid_for();
DROP TABLE paid_pieces;
"#;

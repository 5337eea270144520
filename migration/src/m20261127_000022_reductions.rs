//! What lowers a price and gives money back: discounts on lines and orders, refunds, orders that were reopened, and lists of
//! prices that count at certain hours.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000022_reductions", up: UP, down: DOWN);

// A discount is a share, an amount, or a share that takes off an amount at most; `discount_most_bp` is the share of the price that whoever agreed to it may give, and
// that an amount never exceeds, whatever is taken off the bill afterwards. `discounts` tells who gave which and why, and is
// only ever added to.
//
// A refund points at the payment that it gives back; together they never exceed it. What a guest had paid for by item is free
// again with the money (`returned_pieces`).
const UP: &str = r#"
ALTER TABLE orders
    ADD COLUMN discount_name text,
    ADD COLUMN discount_bp integer,
    ADD COLUMN discount_amount bigint,
    ADD COLUMN discount_most_bp integer,
    ADD CONSTRAINT orders_discount_whole CHECK ((discount_name IS NULL AND discount_bp IS NULL AND discount_amount IS NULL AND discount_most_bp IS NULL)
        OR (discount_name IS NOT NULL AND discount_most_bp IS NOT NULL AND (discount_bp IS NOT NULL OR discount_amount IS NOT NULL))),
    ADD CONSTRAINT orders_discount_sensible CHECK (discount_bp BETWEEN 1 AND 10000 AND discount_most_bp BETWEEN 0 AND 10000
        AND discount_amount BETWEEN 1 AND 1000000000000);
ALTER TABLE order_lines
    ADD COLUMN discount_name text,
    ADD COLUMN discount_bp integer,
    ADD COLUMN discount_amount bigint,
    ADD COLUMN discount_most_bp integer,
    ADD CONSTRAINT order_lines_discount_whole CHECK ((discount_name IS NULL AND discount_bp IS NULL AND discount_amount IS NULL AND discount_most_bp IS NULL)
        OR (discount_name IS NOT NULL AND discount_most_bp IS NOT NULL AND (discount_bp IS NOT NULL OR discount_amount IS NOT NULL))),
    ADD CONSTRAINT order_lines_discount_sensible CHECK (discount_bp BETWEEN 1 AND 10000 AND discount_most_bp BETWEEN 0 AND 10000
        AND discount_amount BETWEEN 0 AND 1000000000000);

CREATE TABLE discounts (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL CONSTRAINT discounts_order REFERENCES orders (id),
    line_id     uuid,
    name        text,
    bp          integer,
    amount      bigint,
    worth       bigint NOT NULL,
    reason      text NOT NULL,
    given_by    uuid CONSTRAINT discounts_given_by REFERENCES staff (id),
    approved_by uuid CONSTRAINT discounts_approved_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT discounts_terminal REFERENCES terminals (id),
    at          timestamptz NOT NULL,
    CONSTRAINT discounts_worth_positive CHECK (worth >= 0)
);
CREATE INDEX discounts_of_order ON discounts (order_id);
CREATE INDEX discounts_by_time ON discounts (at);
CREATE TRIGGER discounts_append_only BEFORE UPDATE OR DELETE ON discounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER discounts_no_truncate BEFORE TRUNCATE ON discounts EXECUTE FUNCTION refuse_change();

CREATE TABLE refunds (
    id            uuid PRIMARY KEY,
    payment_id    uuid NOT NULL CONSTRAINT refunds_payment REFERENCES payments (id),
    order_id      uuid CONSTRAINT refunds_order REFERENCES orders (id),
    shift_id      uuid CONSTRAINT refunds_shift REFERENCES shifts (id),
    business_date date NOT NULL CONSTRAINT refunds_day REFERENCES business_days (date),
    kind          text NOT NULL,
    amount        bigint NOT NULL,
    tip           bigint NOT NULL DEFAULT 0,
    reference     text,
    reason        text NOT NULL,
    refunded_by   uuid CONSTRAINT refunds_refunded_by REFERENCES staff (id),
    approved_by   uuid CONSTRAINT refunds_approved_by REFERENCES staff (id),
    terminal_id   uuid CONSTRAINT refunds_terminal REFERENCES terminals (id),
    refunded_at   timestamptz NOT NULL,
    CONSTRAINT refunds_kind_known CHECK (kind IN ('wrong_payment', 'goods_returned')),
    CONSTRAINT refunds_amount_sensible CHECK (amount >= 0 AND tip >= 0 AND amount + tip > 0),
    CONSTRAINT refunds_goods_are_of_an_order CHECK (kind <> 'goods_returned' OR order_id IS NOT NULL)
);
CREATE INDEX refunds_of_payment ON refunds (payment_id);
CREATE INDEX refunds_of_order ON refunds (order_id);
CREATE INDEX refunds_of_shift ON refunds (shift_id);
CREATE INDEX refunds_of_day ON refunds (business_date);
CREATE TRIGGER refunds_append_only BEFORE UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refunds_no_truncate BEFORE TRUNCATE ON refunds EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_refunds_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid payments%ROWTYPE;
    given record;
BEGIN
    SELECT * INTO paid FROM payments WHERE id = NEW.payment_id FOR UPDATE;
    SELECT coalesce(sum(amount), 0) AS amount, coalesce(sum(tip), 0) AS tip INTO given FROM refunds WHERE payment_id = NEW.payment_id;
    IF given.amount + NEW.amount > paid.amount OR given.tip + NEW.tip > paid.tip THEN
        RAISE EXCEPTION 'payment % has less left than is to be given back', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refunds_within_payment BEFORE INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION keep_refunds_within_payment();

-- Money for no order that went back, all of it or a part, is put on none.
CREATE FUNCTION keep_given_back_off_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM payments WHERE id = NEW.payment_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM refunds WHERE payment_id = NEW.payment_id) THEN
        RAISE EXCEPTION 'money of payment % was given back', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_placements_money_is_here';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER payment_placements_money_is_here BEFORE INSERT ON payment_placements FOR EACH ROW EXECUTE FUNCTION keep_given_back_off_orders();

CREATE TABLE returned_pieces (
    refund_id uuid NOT NULL CONSTRAINT returned_pieces_refund REFERENCES refunds (id),
    line_id   uuid NOT NULL CONSTRAINT returned_pieces_line REFERENCES order_lines (id),
    quantity  smallint NOT NULL,
    PRIMARY KEY (refund_id, line_id),
    CONSTRAINT returned_pieces_quantity_sensible CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX returned_pieces_of_line ON returned_pieces (line_id);
CREATE TRIGGER returned_pieces_append_only BEFORE UPDATE OR DELETE ON returned_pieces FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER returned_pieces_no_truncate BEFORE TRUNCATE ON returned_pieces EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION keep_what_is_paid_for() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid bigint := (SELECT coalesce(sum(quantity), 0) FROM paid_pieces WHERE line_id = OLD.id)
                 - (SELECT coalesce(sum(quantity), 0) FROM returned_pieces WHERE line_id = OLD.id);
BEGIN
    IF paid > 0 AND (TG_OP = 'DELETE' OR NEW.quantity < paid OR NEW.order_id <> OLD.order_id OR NEW.unit_price <> OLD.unit_price
        OR (NEW.comped AND NOT OLD.comped) OR (NEW.state = 'voided' AND OLD.state <> 'voided')) THEN
        RAISE EXCEPTION 'of line % guests have paid for % pieces', OLD.id, paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_paid_for';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

-- What an order was before it was reopened: its row, its lines, its payments and refunds.
CREATE TABLE order_versions (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL CONSTRAINT order_versions_order REFERENCES orders (id),
    version     smallint NOT NULL,
    was         jsonb NOT NULL,
    reason      text NOT NULL,
    reopened_by uuid CONSTRAINT order_versions_reopened_by REFERENCES staff (id),
    approved_by uuid CONSTRAINT order_versions_approved_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT order_versions_terminal REFERENCES terminals (id),
    at          timestamptz NOT NULL,
    CONSTRAINT order_versions_version_once UNIQUE (order_id, version)
);
CREATE TRIGGER order_versions_append_only BEFORE UPDATE OR DELETE ON order_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_versions_no_truncate BEFORE TRUNCATE ON order_versions EXECUTE FUNCTION refuse_change();

-- A list counts on the days of `weekdays` (bit 0 is Monday) from one minute after midnight to before another; one that ends
-- before it begins goes on after midnight.
CREATE TABLE price_lists (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    weekdays     smallint NOT NULL,
    from_minute  smallint NOT NULL,
    until_minute smallint NOT NULL,
    active       boolean NOT NULL DEFAULT true,
    sort         integer NOT NULL DEFAULT 0,
    deleted_at   timestamptz,
    CONSTRAINT price_lists_name_length CHECK (length(name) BETWEEN 1 AND 40),
    CONSTRAINT price_lists_weekdays_sensible CHECK (weekdays BETWEEN 1 AND 127),
    CONSTRAINT price_lists_hours_sensible CHECK (from_minute BETWEEN 0 AND 1439 AND until_minute BETWEEN 0 AND 1439 AND from_minute <> until_minute)
);
CREATE UNIQUE INDEX price_lists_name_unique ON price_lists (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE listed_prices (
    price_list_id uuid NOT NULL CONSTRAINT listed_prices_list REFERENCES price_lists (id),
    product_id    uuid NOT NULL CONSTRAINT listed_prices_product REFERENCES products (id),
    price         bigint NOT NULL,
    PRIMARY KEY (price_list_id, product_id),
    CONSTRAINT listed_prices_sensible CHECK (price BETWEEN 0 AND 1000000000)
);
CREATE INDEX listed_prices_of_product ON listed_prices (product_id);
ALTER TABLE order_lines ADD COLUMN price_list text;
-- Which lists counted when it was last looked at: what begins or ends is a change of the menu.
ALTER TABLE menu_version ADD COLUMN counting text NOT NULL DEFAULT '';
"#;

const DOWN: &str = r#"
ALTER TABLE menu_version DROP COLUMN counting;
ALTER TABLE order_lines DROP COLUMN price_list;
DROP TABLE listed_prices;
DROP TABLE price_lists;
DROP TABLE order_versions;
CREATE OR REPLACE FUNCTION keep_what_is_paid_for() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TABLE returned_pieces;
DROP TRIGGER payment_placements_money_is_here ON payment_placements;
DROP FUNCTION keep_given_back_off_orders();
DROP TABLE refunds;
DROP FUNCTION keep_refunds_within_payment();
DROP TABLE discounts;
ALTER TABLE order_lines DROP COLUMN discount_name, DROP COLUMN discount_bp, DROP COLUMN discount_amount, DROP COLUMN discount_most_bp;
ALTER TABLE orders DROP COLUMN discount_name, DROP COLUMN discount_bp, DROP COLUMN discount_amount, DROP COLUMN discount_most_bp;
"#;

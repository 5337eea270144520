//! Money that was asked for and is not there yet, and money that came for no order: which it was put on afterwards.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000021_attempts", up: UP, down: DOWN);

// An attempt is no money: it changes while a guest makes up their mind, and where money came of it, `payment_id` says which.
// `pieces` is what of the order it is for, where it is paid by item.
const UP: &str = r#"
CREATE TABLE payment_attempts (
    id                 uuid PRIMARY KEY,
    order_id           uuid NOT NULL CONSTRAINT payment_attempts_order REFERENCES orders (id),
    shift_id           uuid CONSTRAINT payment_attempts_shift REFERENCES shifts (id),
    method             text NOT NULL,
    amount             bigint NOT NULL,
    tip                bigint NOT NULL DEFAULT 0,
    currency           text NOT NULL,
    pieces             jsonb NOT NULL DEFAULT '[]',
    payer              text,
    state              text NOT NULL DEFAULT 'waiting',
    said               text,
    merchant_reference text,
    tracking_id        text,
    redirect_url       text,
    asked              integer NOT NULL DEFAULT 0,
    ask_at             timestamptz,
    payment_id         uuid CONSTRAINT payment_attempts_payment REFERENCES payments (id),
    started_by         uuid NOT NULL CONSTRAINT payment_attempts_started_by REFERENCES staff (id),
    terminal_id        uuid CONSTRAINT payment_attempts_terminal REFERENCES terminals (id),
    started_at         timestamptz NOT NULL,
    ended_at           timestamptz,
    ended_by           uuid CONSTRAINT payment_attempts_ended_by REFERENCES staff (id),
    revision           bigint NOT NULL DEFAULT 1,
    CONSTRAINT payment_attempts_method_known CHECK (method IN ('mtn_momo', 'airtel_money', 'pesapal')),
    CONSTRAINT payment_attempts_amount_sensible CHECK (amount BETWEEN 1 AND 1000000000000 AND tip BETWEEN 0 AND 1000000000000),
    CONSTRAINT payment_attempts_state_known CHECK (state IN ('starting', 'waiting', 'confirmed', 'failed', 'cancelled')),
    CONSTRAINT payment_attempts_reference_unique UNIQUE (merchant_reference),
    CONSTRAINT payment_attempts_tracking_unique UNIQUE (tracking_id),
    CONSTRAINT payment_attempts_payment_once UNIQUE (payment_id),
    CONSTRAINT payment_attempts_confirmed_is_money CHECK ((state = 'confirmed') = (payment_id IS NOT NULL)),
    CONSTRAINT payment_attempts_ended_whole CHECK ((state IN ('starting', 'waiting')) = (ended_at IS NULL))
);
CREATE INDEX payment_attempts_of_order ON payment_attempts (order_id);
CREATE INDEX payment_attempts_open ON payment_attempts (started_at) WHERE state IN ('starting', 'waiting');
CREATE INDEX payment_attempts_to_ask ON payment_attempts (ask_at) WHERE ask_at IS NOT NULL;

-- All of a payment that came for no order goes on one.
CREATE TABLE payment_placements (
    payment_id  uuid PRIMARY KEY CONSTRAINT payment_placements_payment REFERENCES payments (id),
    order_id    uuid NOT NULL CONSTRAINT payment_placements_order REFERENCES orders (id),
    placed_by   uuid CONSTRAINT payment_placements_placed_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT payment_placements_terminal REFERENCES terminals (id),
    placed_at   timestamptz NOT NULL
);
CREATE INDEX payment_placements_of_order ON payment_placements (order_id);
CREATE TRIGGER payment_placements_append_only BEFORE UPDATE OR DELETE ON payment_placements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_placements_no_truncate BEFORE TRUNCATE ON payment_placements EXECUTE FUNCTION refuse_change();

CREATE INDEX payments_for_no_order ON payments (taken_at) WHERE order_id IS NULL;
CREATE INDEX payments_late ON payments (business_date) WHERE shift_id IS NULL;
"#;

const DOWN: &str = r#"
DROP INDEX payments_late;
DROP INDEX payments_for_no_order;
DROP TABLE payment_placements;
DROP TABLE payment_attempts;
"#;

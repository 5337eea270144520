//! What Pesapal knows of us, and what we know of the money that came through it.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000023_pesapal_ipn", up: UP, down: DOWN);

// `pesapal_receipts` is why one payment results however often a door knocks, and from which instance: there is one row for
// each of Pesapal's transactions. `payment_orphans` is what was said of money and is not booked as it was said, for a person
// to look at; `about` keeps the same word from being written twice.
const UP: &str = r#"
ALTER TABLE payment_attempts ADD COLUMN gave_up boolean NOT NULL DEFAULT false;
CREATE INDEX payment_attempts_of_shift ON payment_attempts (shift_id);

CREATE TABLE pesapal_ipns (
    base_url      text NOT NULL,
    url           text NOT NULL,
    ipn_id        text NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (base_url, url)
);

CREATE TABLE pesapal_receipts (
    payment_id        uuid PRIMARY KEY CONSTRAINT pesapal_receipts_payment REFERENCES payments (id),
    tracking_id       text NOT NULL,
    attempt_id        uuid CONSTRAINT pesapal_receipts_attempt REFERENCES payment_attempts (id),
    channel           text NOT NULL,
    said_method       text NOT NULL,
    confirmation_code text,
    CONSTRAINT pesapal_receipts_once UNIQUE (tracking_id),
    CONSTRAINT pesapal_receipts_channel_known CHECK (channel IN ('mtn_momo', 'airtel_money', 'card'))
);
CREATE INDEX pesapal_receipts_of_attempt ON pesapal_receipts (attempt_id);
CREATE TRIGGER pesapal_receipts_append_only BEFORE UPDATE OR DELETE ON pesapal_receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pesapal_receipts_no_truncate BEFORE TRUNCATE ON pesapal_receipts EXECUTE FUNCTION refuse_change();

CREATE TABLE payment_orphans (
    id          uuid PRIMARY KEY,
    reason      text NOT NULL,
    door        text NOT NULL,
    about       text NOT NULL,
    attempt_id  uuid CONSTRAINT payment_orphans_attempt REFERENCES payment_attempts (id),
    order_id    uuid CONSTRAINT payment_orphans_order REFERENCES orders (id),
    payment_id  uuid CONSTRAINT payment_orphans_payment REFERENCES payments (id),
    tracking_id text,
    amount      bigint,
    currency    text,
    said        jsonb NOT NULL,
    seen_at     timestamptz NOT NULL,
    CONSTRAINT payment_orphans_once UNIQUE (about),
    CONSTRAINT payment_orphans_reason_known CHECK (reason IN ('amount', 'currency', 'reference', 'nothing_asked', 'reversed', 'failed_after_paid', 'used_reference')),
    CONSTRAINT payment_orphans_door_known CHECK (door IN ('till', 'poll', 'ipn', 'callback', 'webhook'))
);
CREATE INDEX payment_orphans_by_time ON payment_orphans (seen_at);
CREATE INDEX payment_orphans_of_attempt ON payment_orphans (attempt_id);
CREATE INDEX payment_orphans_of_order ON payment_orphans (order_id);
CREATE INDEX payment_orphans_of_payment ON payment_orphans (payment_id);
CREATE TRIGGER payment_orphans_append_only BEFORE UPDATE OR DELETE ON payment_orphans FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_orphans_no_truncate BEFORE TRUNCATE ON payment_orphans EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE payment_orphans;
DROP TABLE pesapal_receipts;
DROP TABLE pesapal_ipns;
DROP INDEX payment_attempts_of_shift;
ALTER TABLE payment_attempts DROP COLUMN gave_up;
"#;

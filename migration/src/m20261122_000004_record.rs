//! What the program remembers of itself: keys of requests, the audit log and its chain, its jobs.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261122_000004_record", up: UP, down: DOWN);

const UP: &str = r#"
-- Claimed in the transaction of the work itself: exactly once, or not at all.
CREATE TABLE idempotency_keys (
    key         text PRIMARY KEY,
    actor       text NOT NULL,
    deed        text NOT NULL,
    fingerprint bytea NOT NULL,
    claimed_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_length CHECK (length(key) BETWEEN 8 AND 200)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (claimed_at);

CREATE TABLE audit_log (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    deed        text NOT NULL,
    staff_id    uuid CONSTRAINT audit_log_staff REFERENCES staff (id),
    approver_id uuid CONSTRAINT audit_log_approver REFERENCES staff (id),
    terminal_id uuid CONSTRAINT audit_log_terminal REFERENCES terminals (id),
    actor       text NOT NULL,
    subject     text NOT NULL,
    subject_id  uuid,
    reason      text,
    before      jsonb,
    after       jsonb
);
CREATE INDEX audit_log_by_time ON audit_log (at);
CREATE INDEX audit_log_of_subject ON audit_log (subject_id, at);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION refuse_change();

-- Rows of the log that the sealing pass has not taken into the chain yet.
CREATE TABLE audit_unsealed (
    audit_id uuid PRIMARY KEY CONSTRAINT audit_unsealed_row REFERENCES audit_log (id)
);

-- The hash chain: number without gaps, each hash over the one before and the whole row it seals.
CREATE TABLE audit_seals (
    number    bigint PRIMARY KEY,
    audit_id  uuid NOT NULL CONSTRAINT audit_seals_row REFERENCES audit_log (id),
    hash      bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seals_row_once UNIQUE (audit_id)
);
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals EXECUTE FUNCTION refuse_change();

-- When each background job last ran, so that several instances share the work.
CREATE TABLE job_runs (
    job         text PRIMARY KEY,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text
);
"#;

const DOWN: &str = r#"
DROP TABLE job_runs;
DROP TABLE audit_seals;
DROP TABLE audit_unsealed;
DROP TABLE audit_log;
DROP TABLE idempotency_keys;
"#;

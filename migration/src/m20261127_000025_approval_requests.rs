//! What somebody asks a manager to agree to on the manager's own screen, and what became of it.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000025_approval_requests", up: UP, down: DOWN);

// `fingerprint` is that of the claim of the deed (`idempotency_keys`), so that an approval is for that deed and no other;
// `summary` is what the manager reads; `address` is where it was asked. An approval is used once, in the transaction of its
// deed: `used` is the end of it. That time ran out is told by `expires_at`.
const UP: &str = r#"
CREATE TABLE approval_requests (
    id            uuid PRIMARY KEY,
    deed          text NOT NULL,
    fingerprint   bytea NOT NULL,
    summary       text NOT NULL,
    address       text NOT NULL,
    order_id      uuid CONSTRAINT approval_requests_order REFERENCES orders (id),
    asked_by      uuid NOT NULL CONSTRAINT approval_requests_asked_by REFERENCES staff (id),
    terminal_id   uuid CONSTRAINT approval_requests_terminal REFERENCES terminals (id),
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'waiting',
    answered_by   uuid CONSTRAINT approval_requests_answered_by REFERENCES staff (id),
    answered_from uuid CONSTRAINT approval_requests_answered_from REFERENCES terminals (id),
    answered_at   timestamptz,
    note          text,
    used_at       timestamptz,
    CONSTRAINT approval_requests_state_known CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'used')),
    CONSTRAINT approval_requests_answer_whole CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
    CONSTRAINT approval_requests_answered CHECK (CASE state WHEN 'waiting' THEN answered_by IS NULL
                                                            WHEN 'withdrawn' THEN true ELSE answered_by IS NOT NULL END),
    CONSTRAINT approval_requests_never_own CHECK (answered_by <> asked_by),
    CONSTRAINT approval_requests_used_whole CHECK ((state = 'used') = (used_at IS NOT NULL)),
    CONSTRAINT approval_requests_sensible CHECK (expires_at > asked_at)
);
CREATE INDEX approval_requests_waiting ON approval_requests (expires_at) WHERE state = 'waiting';
CREATE INDEX approval_requests_of_asker ON approval_requests (asked_by, expires_at) WHERE state IN ('waiting', 'approved');
"#;

const DOWN: &str = r#"
DROP TABLE approval_requests;
"#;

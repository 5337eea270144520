//! What the providers of mobile money say came in, and which payments that proves.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000024_statements", up: UP, down: DOWN);

// A transaction stands in several statements and counts once: its line belongs to the first that had it. What a statement
// covers is what its payments are looked for in.
const UP: &str = r#"
CREATE TABLE statements (
    id           uuid PRIMARY KEY,
    provider     text NOT NULL,
    file_name    text,
    sha256       text NOT NULL,
    covers_from  timestamptz NOT NULL,
    covers_to    timestamptz NOT NULL,
    rows_read    integer NOT NULL,
    outgoing     integer NOT NULL,
    unsuccessful integer NOT NULL,
    repeated     integer NOT NULL,
    read_before  integer NOT NULL,
    notes        integer NOT NULL,
    imported_by  uuid NOT NULL CONSTRAINT statements_imported_by REFERENCES staff (id),
    terminal_id  uuid CONSTRAINT statements_terminal REFERENCES terminals (id),
    imported_at  timestamptz NOT NULL,
    CONSTRAINT statements_provider_known CHECK (provider IN ('mtn_momo', 'airtel_money')),
    CONSTRAINT statements_period_sensible CHECK (covers_from <= covers_to)
);
CREATE INDEX statements_by_time ON statements (imported_at);

CREATE TABLE statement_lines (
    id             uuid PRIMARY KEY,
    statement_id   uuid NOT NULL CONSTRAINT statement_lines_statement REFERENCES statements (id),
    provider       text NOT NULL,
    line           integer NOT NULL,
    transaction_id text NOT NULL,
    bare           text NOT NULL,
    amount         bigint NOT NULL,
    payer          text,
    at             timestamptz NOT NULL,
    CONSTRAINT statement_lines_once UNIQUE (provider, bare),
    CONSTRAINT statement_lines_provider_known CHECK (provider IN ('mtn_momo', 'airtel_money')),
    CONSTRAINT statement_lines_bare_is_bare CHECK (bare ~ '^[A-Z0-9]+$'),
    CONSTRAINT statement_lines_amount_sensible CHECK (amount BETWEEN 1 AND 1000000000000)
);
CREATE INDEX statement_lines_of_statement ON statement_lines (statement_id);

CREATE TABLE payment_verifications (
    payment_id  uuid PRIMARY KEY CONSTRAINT payment_verifications_payment REFERENCES payments (id),
    line_id     uuid NOT NULL CONSTRAINT payment_verifications_line REFERENCES statement_lines (id),
    verified_at timestamptz NOT NULL,
    CONSTRAINT payment_verifications_line_once UNIQUE (line_id)
);

-- Who sent money for no order, where somebody knows it.
CREATE TABLE payment_payers (
    payment_id uuid PRIMARY KEY CONSTRAINT payment_payers_payment REFERENCES payments (id),
    payer      text NOT NULL
);

CREATE TRIGGER statements_append_only BEFORE UPDATE OR DELETE ON statements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statements_no_truncate BEFORE TRUNCATE ON statements EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_lines_append_only BEFORE UPDATE OR DELETE ON statement_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_lines_no_truncate BEFORE TRUNCATE ON statement_lines EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_verifications_append_only BEFORE UPDATE OR DELETE ON payment_verifications FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_verifications_no_truncate BEFORE TRUNCATE ON payment_verifications EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_payers_append_only BEFORE UPDATE OR DELETE ON payment_payers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_payers_no_truncate BEFORE TRUNCATE ON payment_payers EXECUTE FUNCTION refuse_change();

CREATE INDEX payment_attempts_ended ON payment_attempts (ended_at) WHERE ended_at IS NOT NULL;
"#;

const DOWN: &str = r#"
DROP INDEX payment_attempts_ended;
DROP TABLE payment_payers;
DROP TABLE payment_verifications;
DROP TABLE statement_lines;
DROP TABLE statements;
"#;

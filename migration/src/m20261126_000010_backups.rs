//! What became of each backup.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261126_000010_backups", up: UP, down: DOWN);

const UP: &str = r#"
CREATE TABLE backups (
    id             uuid PRIMARY KEY,
    -- The file's name in the folder of backups; null until it is there.
    file           text,
    cause          text NOT NULL CONSTRAINT backups_cause_known
                   CHECK (cause IN ('scheduled', 'asked', 'command', 'before_restore', 'found')),
    asked_by       uuid CONSTRAINT backups_asked_by REFERENCES staff (id),
    asked_at       timestamptz NOT NULL,
    state          text NOT NULL CONSTRAINT backups_state_known
                   CHECK (state IN ('waiting', 'running', 'checking', 'good', 'unproved', 'failed')),
    -- What the whole of it took, in milliseconds, and the proof after it.
    made_ms        bigint,
    checked_ms     bigint,
    bytes          bigint,
    sha256         text,
    finished_at    timestamptz,
    -- Why it failed, or could not be proved.
    failure        text,
    -- When the file was removed, being old.
    removed_at     timestamptz,
    CONSTRAINT backups_good_has_file CHECK (state NOT IN ('good', 'unproved') OR (file IS NOT NULL AND bytes IS NOT NULL AND sha256 IS NOT NULL)),
    CONSTRAINT backups_failed_says_why CHECK (state NOT IN ('failed', 'unproved') OR failure IS NOT NULL)
);
CREATE INDEX backups_by_time ON backups (asked_at);
CREATE UNIQUE INDEX backups_file_unique ON backups (file);
"#;

const DOWN: &str = "DROP TABLE backups;";

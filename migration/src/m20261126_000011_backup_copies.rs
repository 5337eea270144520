//! Copies of backups at other places, and backups that somebody uploads.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261126_000011_backup_copies", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE backups DROP CONSTRAINT backups_cause_known;
ALTER TABLE backups ADD CONSTRAINT backups_cause_known
    CHECK (cause IN ('scheduled', 'asked', 'command', 'before_restore', 'found', 'uploaded'));
CREATE TABLE backup_copies (
    backup_id      uuid NOT NULL CONSTRAINT backup_copies_backup REFERENCES backups (id),
    place          text NOT NULL CONSTRAINT backup_copies_place_known CHECK (place IN ('folder', 'bucket')),
    -- Where that was: another folder or bucket has none of the copies.
    at             text NOT NULL,
    tried_at       timestamptz NOT NULL,
    -- When it was there whole; null until then.
    copied_at      timestamptz,
    -- Why it is not, or why it could not be removed.
    failure        text,
    removed_at     timestamptz,
    PRIMARY KEY (backup_id, place),
    CONSTRAINT backup_copies_failed_says_why CHECK (copied_at IS NOT NULL OR failure IS NOT NULL)
);
"#;

const DOWN: &str = r#"
DROP TABLE backup_copies;
UPDATE backups SET cause = 'found' WHERE cause = 'uploaded';
ALTER TABLE backups DROP CONSTRAINT backups_cause_known;
ALTER TABLE backups ADD CONSTRAINT backups_cause_known
    CHECK (cause IN ('scheduled', 'asked', 'command', 'before_restore', 'found'));
"#;

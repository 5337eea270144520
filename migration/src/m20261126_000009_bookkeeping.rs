//! What the sealing pass keeps for itself needs no foreign keys.
//!
//! `audit_unsealed` is filled by the statement that writes the log, `audit_seals` by the pass that reads it, and the log
//! refuses to lose rows. A key cost a look-up and a lock on the log's row for each entry, twice; walking the chain
//! (`data::seal::verify`) says more: a seal without its row breaks it.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261126_000009_bookkeeping", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE audit_unsealed DROP CONSTRAINT audit_unsealed_row;
ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_row;
"#;

const DOWN: &str = r#"
ALTER TABLE audit_seals ADD CONSTRAINT audit_seals_row FOREIGN KEY (audit_id) REFERENCES audit_log (id);
ALTER TABLE audit_unsealed ADD CONSTRAINT audit_unsealed_row FOREIGN KEY (audit_id) REFERENCES audit_log (id);
"#;

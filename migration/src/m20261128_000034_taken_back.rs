//! Cash that was booked by mistake is taken back by an entry the other way, once.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000034_taken_back", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE cash_entries ADD COLUMN reverses uuid CONSTRAINT cash_entries_reverses REFERENCES cash_entries (id);
CREATE UNIQUE INDEX cash_entries_reversed_once ON cash_entries (reverses) WHERE reverses IS NOT NULL;
"#;

const DOWN: &str = r#"
ALTER TABLE cash_entries DROP COLUMN reverses;
"#;

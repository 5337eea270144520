//! Cash that was booked by mistake is taken back by an entry the other way, once; and the number of the slip that lies in the drawer.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000034_taken_back", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE cash_entries
    ADD COLUMN reverses uuid CONSTRAINT cash_entries_reverses REFERENCES cash_entries (id),
    ADD COLUMN slip integer;
CREATE UNIQUE INDEX cash_entries_slip_once ON cash_entries (shift_id, slip) WHERE slip IS NOT NULL;
CREATE UNIQUE INDEX cash_entries_reversed_once ON cash_entries (reverses) WHERE reverses IS NOT NULL;
"#;

const DOWN: &str = r#"
ALTER TABLE cash_entries DROP COLUMN slip, DROP COLUMN reverses;
"#;

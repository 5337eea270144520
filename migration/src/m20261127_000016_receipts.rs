//! Whether what was sent reached those who make it, and who has an order on their screen.
//!
//! A ticket remembers who sent last for it and from which device: these are told when no screen shows it. They are told and
//! nothing more, so no foreign key stands between a send and its answer. Who looks at an order is true for seconds: after a
//! crash nobody does, so the table needs no place in Postgres' log.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000016_receipts", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE tickets ADD COLUMN handed_at timestamptz, ADD COLUMN handed_by uuid, ADD COLUMN handed_from uuid,
    ADD COLUMN unseen_at timestamptz, ADD COLUMN told_at timestamptz;
COMMENT ON COLUMN tickets.handed_at IS 'when something was sent for it last; without it sent_at';
COMMENT ON COLUMN tickets.unseen_at IS 'when the alarm was raised that no screen shows what was sent last';
COMMENT ON COLUMN tickets.told_at IS 'when somebody said that they told the station themselves';
ALTER TABLE stations ADD COLUMN watched boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN stations.watched IS 'an alarm is raised when no screen shows its tickets';

CREATE UNLOGGED TABLE order_presence (
    stream   uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    until    timestamptz NOT NULL
);
CREATE INDEX order_presence_of_order ON order_presence (order_id);
"#;

const DOWN: &str = r#"
DROP TABLE order_presence;
ALTER TABLE stations DROP COLUMN watched;
ALTER TABLE tickets DROP COLUMN handed_at, DROP COLUMN handed_by, DROP COLUMN handed_from,
    DROP COLUMN unseen_at, DROP COLUMN told_at;
"#;

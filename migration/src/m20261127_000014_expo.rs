//! What was carried out from a pass, so that it can be taken back there.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000014_expo", up: UP, down: DOWN);

const UP: &str = r#"
-- Of use for a quarter of an hour and forgotten after a day; the audit log is what remembers.
CREATE TABLE servings (
    id            uuid PRIMARY KEY,
    order_id      uuid NOT NULL CONSTRAINT servings_order REFERENCES orders (id),
    station_id    uuid NOT NULL CONSTRAINT servings_station REFERENCES stations (id),
    title         text NOT NULL,
    what          text NOT NULL,
    lines         uuid[] NOT NULL,
    served_at     timestamptz NOT NULL,
    served_by     text NOT NULL,
    taken_back_at timestamptz,
    CONSTRAINT servings_of_something CHECK (cardinality(lines) > 0)
);
CREATE INDEX servings_of_station ON servings (station_id, served_at);
"#;

const DOWN: &str = r#"
DROP TABLE servings;
"#;

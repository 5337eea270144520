//! Stations as managers keep them: where tickets go on to, their keys and what rings.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000015_stations", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE stations
    -- Where new work goes instead while the station is closed.
    ADD COLUMN redirect_to  uuid CONSTRAINT stations_redirect REFERENCES stations (id),
    -- Keys of the bump bar that are not the usual ones, by what they do.
    ADD COLUMN keys         jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN bump_at_once boolean NOT NULL DEFAULT false,
    -- What does not ring there.
    ADD COLUMN quiet        jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN revision     bigint NOT NULL DEFAULT 1,
    ADD CONSTRAINT stations_not_own_redirect CHECK (redirect_to IS DISTINCT FROM id);
"#;

const DOWN: &str = r#"
ALTER TABLE stations DROP COLUMN redirect_to, DROP COLUMN keys, DROP COLUMN bump_at_once, DROP COLUMN quiet, DROP COLUMN revision;
"#;

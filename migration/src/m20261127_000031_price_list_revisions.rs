//! Price lists that two people may edit: the second is told.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000031_price_list_revisions", up: UP, down: DOWN);

// A list that ends at the minute at which it began counts for a whole day.
const UP: &str = r#"
ALTER TABLE price_lists ADD COLUMN revision bigint NOT NULL DEFAULT 1;
ALTER TABLE price_lists DROP CONSTRAINT price_lists_hours_sensible;
ALTER TABLE price_lists ADD CONSTRAINT price_lists_hours_sensible CHECK (from_minute BETWEEN 0 AND 1439 AND until_minute BETWEEN 0 AND 1439);
"#;

const DOWN: &str = r#"
ALTER TABLE price_lists DROP CONSTRAINT price_lists_hours_sensible;
ALTER TABLE price_lists ADD CONSTRAINT price_lists_hours_sensible CHECK (from_minute BETWEEN 0 AND 1439 AND until_minute BETWEEN 0 AND 1439 AND from_minute <> until_minute) NOT VALID;
ALTER TABLE price_lists DROP COLUMN revision;
"#;

//! What a reference is unique among. A provider of mobile money gives each transaction an id of its own, for ever; the
//! number on the slip of a card terminal begins again with each of its batches, and is unique on its day.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000018_references", up: UP, down: DOWN);

const UP: &str = r#"
DROP INDEX payments_reference_unique;
CREATE UNIQUE INDEX payments_reference_once ON payments (method, reference) WHERE reference IS NOT NULL AND method <> 'card';
CREATE UNIQUE INDEX payments_card_slip_once ON payments (business_date, reference) WHERE reference IS NOT NULL AND method = 'card';
ALTER TABLE payments ADD CONSTRAINT payments_mobile_money_has_reference CHECK (method NOT IN ('mtn_momo', 'airtel_money') OR reference IS NOT NULL);
"#;

const DOWN: &str = r#"
ALTER TABLE payments DROP CONSTRAINT payments_mobile_money_has_reference;
DROP INDEX payments_card_slip_once;
DROP INDEX payments_reference_once;
CREATE UNIQUE INDEX payments_reference_unique ON payments (method, reference) WHERE reference IS NOT NULL;
"#;

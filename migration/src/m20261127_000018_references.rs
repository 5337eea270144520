//! What a reference is unique among. An id of a mobile money transaction pays once for ever, whichever provider somebody
//! took it for and however its dots are written; the number on the slip of a card terminal begins again with each of its
//! batches, and pays once on its day.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000018_references", up: UP, down: DOWN);

const UP: &str = r#"
DROP INDEX payments_reference_unique;
CREATE UNIQUE INDEX payments_reference_once ON payments (regexp_replace(reference, '[^A-Z0-9]', '', 'g')) WHERE reference IS NOT NULL AND method <> 'card';
CREATE UNIQUE INDEX payments_card_slip_once ON payments (business_date, reference) WHERE reference IS NOT NULL AND method = 'card';
ALTER TABLE payments ADD CONSTRAINT payments_mobile_money_has_reference CHECK (method NOT IN ('mtn_momo', 'airtel_money') OR reference IS NOT NULL);
"#;

const DOWN: &str = r#"
ALTER TABLE payments DROP CONSTRAINT payments_mobile_money_has_reference;
DROP INDEX payments_card_slip_once;
DROP INDEX payments_reference_once;
CREATE UNIQUE INDEX payments_reference_unique ON payments (method, reference) WHERE reference IS NOT NULL;
"#;

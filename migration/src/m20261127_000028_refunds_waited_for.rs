//! Refunds that Pesapal was asked for are waited for: when it is asked next how one stands, and when to stop.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000028_refunds_waited_for", up: UP, down: DOWN);

// A program of the version before says no time: what it asks for is looked at as soon as a newer one runs. Only what is
// being asked for or was accepted is looked at, whatever time stands there.
const UP: &str = r#"
ALTER TABLE pesapal_refunds
    ADD COLUMN questions integer NOT NULL DEFAULT 0,
    ADD COLUMN ask_at    timestamptz DEFAULT now(),
    ADD COLUMN gave_up   boolean NOT NULL DEFAULT false;
UPDATE pesapal_refunds SET ask_at = NULL WHERE state NOT IN ('asking', 'accepted');
CREATE INDEX pesapal_refunds_to_ask ON pesapal_refunds (ask_at) WHERE state IN ('asking', 'accepted');
"#;

const DOWN: &str = r#"
DROP INDEX pesapal_refunds_to_ask;
ALTER TABLE pesapal_refunds DROP COLUMN questions, DROP COLUMN ask_at, DROP COLUMN gave_up;
"#;

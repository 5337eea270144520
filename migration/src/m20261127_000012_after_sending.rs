//! What becomes of lines after they were sent: struck out, given free, held back and fired, moved to another order.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000012_after_sending", up: UP, down: DOWN);

const UP: &str = r#"
-- Both people are stored: who asked, and who consented where it was somebody else.
ALTER TABLE order_lines ADD COLUMN void_approved_by uuid CONSTRAINT order_lines_void_approved_by REFERENCES staff (id);
ALTER TABLE order_lines ADD COLUMN comped_at timestamptz;
ALTER TABLE order_lines ADD COLUMN comped_by uuid CONSTRAINT order_lines_comped_by REFERENCES staff (id);
ALTER TABLE order_lines ADD COLUMN comp_reason text;
ALTER TABLE order_lines ADD COLUMN comp_approved_by uuid CONSTRAINT order_lines_comp_approved_by REFERENCES staff (id);
ALTER TABLE orders ADD COLUMN cancel_approved_by uuid CONSTRAINT orders_cancel_approved_by REFERENCES staff (id);
-- What a person has given free since their shift began.
CREATE INDEX order_lines_comped ON order_lines (comped_by, comped_at) WHERE comped_at IS NOT NULL;

-- A held line that its station was told of: whoever changes it tells the station again.
ALTER TABLE order_lines ADD COLUMN announced boolean NOT NULL DEFAULT false;
ALTER TABLE order_lines ADD CONSTRAINT order_lines_announced_is_held CHECK (NOT announced OR held);

-- Voids and moves that the board has to show before the ticket may leave, counted like additions.
ALTER TABLE tickets ADD COLUMN changes smallint NOT NULL DEFAULT 0;
-- What it was called before its order moved; until its next bump.
ALTER TABLE tickets ADD COLUMN former_title text;
-- Where its age counts from, after a recall that began anew.
ALTER TABLE tickets ADD COLUMN clock_at timestamptz;
-- A takeaway that is not paid yet.
ALTER TABLE tickets ADD COLUMN unpaid boolean NOT NULL DEFAULT false;
-- The ticket of the station before this one in a chain.
ALTER TABLE tickets ADD COLUMN passed_from uuid CONSTRAINT tickets_passed_from REFERENCES tickets (id);
CREATE INDEX tickets_passed_on ON tickets (passed_from) WHERE passed_from IS NOT NULL;

-- Each station of a chain has the line once.
ALTER TABLE ticket_lines ADD COLUMN step smallint NOT NULL DEFAULT 0;
ALTER TABLE ticket_lines DROP CONSTRAINT ticket_lines_line_once;
ALTER TABLE ticket_lines ADD CONSTRAINT ticket_lines_line_once UNIQUE (line_id, step);
"#;

const DOWN: &str = r#"
DELETE FROM ticket_lines WHERE step > 0;
ALTER TABLE ticket_lines DROP CONSTRAINT ticket_lines_line_once;
ALTER TABLE ticket_lines ADD CONSTRAINT ticket_lines_line_once UNIQUE (line_id);
ALTER TABLE ticket_lines DROP COLUMN step;
DROP INDEX tickets_passed_on;
DELETE FROM tickets WHERE passed_from IS NOT NULL;
ALTER TABLE tickets DROP COLUMN passed_from;
ALTER TABLE tickets DROP COLUMN unpaid;
ALTER TABLE tickets DROP COLUMN clock_at;
ALTER TABLE tickets DROP COLUMN former_title;
ALTER TABLE tickets DROP COLUMN changes;
ALTER TABLE order_lines DROP CONSTRAINT order_lines_announced_is_held;
ALTER TABLE order_lines DROP COLUMN announced;
DROP INDEX order_lines_comped;
ALTER TABLE orders DROP COLUMN cancel_approved_by;
ALTER TABLE order_lines DROP COLUMN comp_approved_by;
ALTER TABLE order_lines DROP COLUMN comp_reason;
ALTER TABLE order_lines DROP COLUMN comped_by;
ALTER TABLE order_lines DROP COLUMN comped_at;
ALTER TABLE order_lines DROP COLUMN void_approved_by;
"#;

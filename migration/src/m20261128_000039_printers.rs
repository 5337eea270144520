//! Printers, what waits to be printed, and what each till, station and ticket has to do with them.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000039_printers", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE terminals DROP CONSTRAINT terminals_kind_known,
    ADD CONSTRAINT terminals_kind_known CHECK (kind IN ('till', 'display', 'agent'));

CREATE TABLE printers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- host:port, or a device file.
    address text NOT NULL,
    paper smallint NOT NULL CONSTRAINT printers_paper CHECK (paper IN (58, 80)),
    -- Who prints where the server is not in the building.
    agent_id uuid CONSTRAINT printers_agent REFERENCES terminals (id),
    stand_in_id uuid CONSTRAINT printers_stand_in REFERENCES printers (id),
    active boolean NOT NULL,
    paused_at timestamptz,
    revision bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    -- How it fares: written by whoever prints.
    failing_since timestamptz,
    failure text,
    tries integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    printed_at timestamptz,
    -- It does not tell whether what it took is on paper.
    mute boolean NOT NULL DEFAULT false,
    leased_by uuid,
    leased_until timestamptz,
    CONSTRAINT printers_not_its_own_stand_in CHECK (stand_in_id <> id)
);
CREATE UNIQUE INDEX printers_name_unique ON printers (lower(name));

CREATE TABLE print_jobs (
    id uuid PRIMARY KEY,
    printer_id uuid NOT NULL CONSTRAINT print_jobs_printer REFERENCES printers (id),
    -- Where it was to be printed, where it went to another printer since.
    meant_for uuid REFERENCES printers (id),
    kind text NOT NULL,
    title text NOT NULL,
    -- What stands on it; nothing where the drawer is opened.
    slip jsonb,
    -- What must not be printed twice by itself: a payment's receipt, its drawer, a ticket.
    only_once text CONSTRAINT print_jobs_only_once UNIQUE,
    subject_id uuid,
    order_id uuid,
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT print_jobs_state CHECK (state IN ('pending', 'printing', 'done', 'failed', 'cancelled')),
    tries integer NOT NULL DEFAULT 0,
    -- A try broke off after some of it went to the printer.
    doubtful boolean NOT NULL DEFAULT false,
    breaks integer NOT NULL DEFAULT 0,
    reason text,
    expires_at timestamptz,
    asked_by text NOT NULL,
    staff_id uuid,
    terminal_id uuid,
    created_at timestamptz NOT NULL,
    began_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX print_jobs_open ON print_jobs (printer_id, id) WHERE state IN ('pending', 'printing');
CREATE INDEX print_jobs_failed ON print_jobs (ended_at) WHERE state = 'failed';
CREATE INDEX print_jobs_subject ON print_jobs (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX print_jobs_ended ON print_jobs (ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE terminals
    ADD COLUMN printer_id uuid CONSTRAINT terminals_printer REFERENCES printers (id),
    ADD COLUMN prints_receipts boolean NOT NULL DEFAULT true;
ALTER TABLE stations
    ADD COLUMN printer_id uuid CONSTRAINT stations_printer REFERENCES printers (id),
    ADD COLUMN prints_always boolean NOT NULL DEFAULT false;
-- Up to when the station knows what is on it, from a screen or from paper.
ALTER TABLE tickets ADD COLUMN known_at timestamptz;
"#;

const DOWN: &str = r#"
ALTER TABLE tickets DROP COLUMN known_at;
ALTER TABLE stations DROP COLUMN prints_always, DROP COLUMN printer_id;
ALTER TABLE terminals DROP COLUMN prints_receipts, DROP COLUMN printer_id;
DROP TABLE print_jobs;
DROP TABLE printers;
DELETE FROM terminals WHERE kind = 'agent';
ALTER TABLE terminals DROP CONSTRAINT terminals_kind_known,
    ADD CONSTRAINT terminals_kind_known CHECK (kind IN ('till', 'display'));
"#;

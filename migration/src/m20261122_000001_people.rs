//! People, the ways they sign in, and what keeps strangers from guessing.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261122_000001_people", up: UP, down: DOWN);

const UP: &str = r#"
CREATE TABLE staff (
    id                      uuid PRIMARY KEY,
    username                text NOT NULL,
    name                    text NOT NULL,
    role                    text NOT NULL,
    hue                     smallint NOT NULL DEFAULT 1,
    password_hash           text NOT NULL,
    must_change_password    boolean NOT NULL,
    pin_hash                text,
    active                  boolean NOT NULL DEFAULT true,
    token_version           integer NOT NULL DEFAULT 0,
    last_password_change_at timestamptz,
    last_forced_logout_at   timestamptz,
    created_at              timestamptz NOT NULL,
    CONSTRAINT staff_username_unique UNIQUE (username),
    CONSTRAINT staff_username_lower CHECK (username = lower(username) AND length(username) BETWEEN 1 AND 60),
    CONSTRAINT staff_name_length CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT staff_role_known CHECK (role IN ('admin', 'manager', 'cashier', 'waiter', 'kitchen', 'bar')),
    CONSTRAINT staff_hue_known CHECK (hue BETWEEN 1 AND 8)
);

-- "Log out here": the token id is refused until it would have expired anyway.
CREATE TABLE revoked_tokens (
    token_id   uuid PRIMARY KEY,
    staff_id   uuid NOT NULL CONSTRAINT revoked_tokens_staff REFERENCES staff (id),
    revoked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);

-- name_key is the folded username as typed, known or not: unknown names count and lock as known ones.
-- source is the terminal or the address that tried; '' in a lock means the whole account.
CREATE TABLE sign_in_failures (
    id       uuid PRIMARY KEY,
    name_key text NOT NULL,
    source   text NOT NULL,
    at       timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_by_name ON sign_in_failures (name_key, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

CREATE TABLE sign_in_locks (
    name_key text NOT NULL,
    source   text NOT NULL,
    until    timestamptz NOT NULL,
    CONSTRAINT sign_in_locks_pkey PRIMARY KEY (name_key, source)
);
"#;

const DOWN: &str = r#"
DROP TABLE sign_in_locks;
DROP TABLE sign_in_failures;
DROP TABLE revoked_tokens;
DROP TABLE staff;
"#;

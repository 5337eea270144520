//! What the café is made of: stations, terminals, the menu, the floor, its settings.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261122_000002_house", up: UP, down: DOWN);

const UP: &str = r#"
CREATE TABLE settings (
    key        text PRIMARY KEY,
    value      jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid CONSTRAINT settings_staff REFERENCES staff (id)
);

-- kind says whose work it is (roles kitchen and bar); an expo has no tickets of its own, it sees all.
CREATE TABLE stations (
    id              uuid PRIMARY KEY,
    name            text NOT NULL,
    kind            text NOT NULL,
    sort            integer NOT NULL DEFAULT 0,
    soon_after_s    integer NOT NULL,
    late_after_s    integer NOT NULL,
    next_station_id uuid CONSTRAINT stations_next REFERENCES stations (id),
    active          boolean NOT NULL DEFAULT true,
    CONSTRAINT stations_name_unique UNIQUE (name),
    CONSTRAINT stations_kind_known CHECK (kind IN ('kitchen', 'bar', 'expo')),
    CONSTRAINT stations_ages_grow CHECK (0 < soon_after_s AND soon_after_s < late_after_s),
    CONSTRAINT stations_not_own_next CHECK (next_station_id IS DISTINCT FROM id)
);

CREATE TABLE terminals (
    id                 uuid PRIMARY KEY,
    name               text NOT NULL,
    location           text NOT NULL DEFAULT '',
    kind               text NOT NULL,
    has_drawer         boolean NOT NULL DEFAULT false,
    station_id         uuid CONSTRAINT terminals_station REFERENCES stations (id),
    idle_seconds       integer NOT NULL DEFAULT 120,
    device_token_hash  bytea,
    pairing_code_hash  bytea,
    pairing_expires_at timestamptz,
    paired_at          timestamptz,
    revoked_at         timestamptz,
    last_seen_at       timestamptz,
    created_at         timestamptz NOT NULL,
    CONSTRAINT terminals_name_unique UNIQUE (name),
    CONSTRAINT terminals_device_token_unique UNIQUE (device_token_hash),
    CONSTRAINT terminals_pairing_code_unique UNIQUE (pairing_code_hash),
    CONSTRAINT terminals_kind_known CHECK (kind IN ('till', 'display')),
    CONSTRAINT terminals_display_is_bound CHECK (kind <> 'display' OR station_id IS NOT NULL),
    CONSTRAINT terminals_drawer_on_tills CHECK (kind = 'till' OR NOT has_drawer),
    CONSTRAINT terminals_idle_sensible CHECK (idle_seconds BETWEEN 5 AND 86400)
);

CREATE TABLE tax_classes (
    id      uuid PRIMARY KEY,
    name    text NOT NULL,
    rate_bp integer NOT NULL,
    sort    integer NOT NULL DEFAULT 0,
    CONSTRAINT tax_classes_name_unique UNIQUE (name),
    CONSTRAINT tax_classes_rate_sensible CHECK (rate_bp BETWEEN 0 AND 10000)
);

-- One row. A tablet that holds another version knows that its copy of the menu is stale.
CREATE TABLE menu_version (
    "only"    boolean PRIMARY KEY DEFAULT true CONSTRAINT menu_version_one_row CHECK ("only"),
    version bigint NOT NULL
);
INSERT INTO menu_version (version) VALUES (1);

CREATE TABLE categories (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    icon       text NOT NULL,
    hue        smallint NOT NULL,
    sort       integer NOT NULL DEFAULT 0,
    deleted_at timestamptz,
    CONSTRAINT categories_hue_known CHECK (hue BETWEEN 1 AND 8)
);
CREATE UNIQUE INDEX categories_name_unique ON categories (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE sections (
    id          uuid PRIMARY KEY,
    category_id uuid NOT NULL CONSTRAINT sections_category REFERENCES categories (id),
    name        text NOT NULL,
    sort        integer NOT NULL DEFAULT 0,
    deleted_at  timestamptz
);
CREATE UNIQUE INDEX sections_name_unique ON sections (category_id, lower(name)) WHERE deleted_at IS NULL;

-- number is what staff may type in the search; deleting hides (deleted_at), history never changes.
CREATE TABLE products (
    id           uuid PRIMARY KEY,
    number       integer NOT NULL,
    section_id   uuid NOT NULL CONSTRAINT products_section REFERENCES sections (id),
    name         text NOT NULL,
    kitchen_name text,
    sku          text,
    description  text NOT NULL DEFAULT '',
    price        bigint NOT NULL,
    image        text,
    tax_class_id uuid NOT NULL CONSTRAINT products_tax_class REFERENCES tax_classes (id),
    station_id   uuid NOT NULL CONSTRAINT products_station REFERENCES stations (id),
    prep_seconds integer,
    favourite    integer,
    sort         integer NOT NULL DEFAULT 0,
    active       boolean NOT NULL DEFAULT true,
    sold_out     boolean NOT NULL DEFAULT false,
    stock_left   integer,
    created_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    CONSTRAINT products_number_unique UNIQUE (number),
    CONSTRAINT products_name_length CHECK (length(name) BETWEEN 1 AND 80),
    CONSTRAINT products_price_sensible CHECK (price BETWEEN 0 AND 1000000000),
    CONSTRAINT products_prep_sensible CHECK (prep_seconds BETWEEN 1 AND 86400),
    CONSTRAINT products_stock_sensible CHECK (stock_left >= 0)
);
CREATE UNIQUE INDEX products_sku_unique ON products (sku) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX products_name_unique ON products (section_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE modifier_groups (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    min_choices smallint NOT NULL,
    max_choices smallint NOT NULL,
    sort        integer NOT NULL DEFAULT 0,
    deleted_at  timestamptz,
    CONSTRAINT modifier_groups_choices_sensible CHECK (0 <= min_choices AND min_choices <= max_choices AND 1 <= max_choices AND max_choices <= 50)
);

-- loud is printed in capitals on tickets: what is left out, added or changed against the usual.
CREATE TABLE modifiers (
    id           uuid PRIMARY KEY,
    group_id     uuid NOT NULL CONSTRAINT modifiers_group REFERENCES modifier_groups (id),
    name         text NOT NULL,
    kitchen_name text,
    price_delta  bigint NOT NULL DEFAULT 0,
    is_default   boolean NOT NULL DEFAULT false,
    loud         boolean NOT NULL DEFAULT false,
    sold_out     boolean NOT NULL DEFAULT false,
    sort         integer NOT NULL DEFAULT 0,
    deleted_at   timestamptz,
    CONSTRAINT modifiers_price_sensible CHECK (price_delta BETWEEN -1000000000 AND 1000000000)
);
CREATE UNIQUE INDEX modifiers_name_unique ON modifiers (group_id, lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE product_modifier_groups (
    product_id uuid NOT NULL CONSTRAINT product_modifier_groups_product REFERENCES products (id),
    group_id   uuid NOT NULL CONSTRAINT product_modifier_groups_group REFERENCES modifier_groups (id),
    sort       integer NOT NULL DEFAULT 0,
    CONSTRAINT product_modifier_groups_pkey PRIMARY KEY (product_id, group_id)
);

CREATE TABLE areas (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    sort       integer NOT NULL DEFAULT 0,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX areas_name_unique ON areas (lower(name)) WHERE deleted_at IS NULL;

-- A table is occupied exactly while an open order points at it: there is no flag here to drift.
CREATE TABLE dining_tables (
    id         uuid PRIMARY KEY,
    area_id    uuid NOT NULL CONSTRAINT dining_tables_area REFERENCES areas (id),
    code       text NOT NULL,
    seats      smallint NOT NULL,
    x          smallint,
    y          smallint,
    sort       integer NOT NULL DEFAULT 0,
    deleted_at timestamptz,
    CONSTRAINT dining_tables_code_length CHECK (length(code) BETWEEN 1 AND 12),
    CONSTRAINT dining_tables_seats_sensible CHECK (seats BETWEEN 1 AND 99)
);
CREATE UNIQUE INDEX dining_tables_code_unique ON dining_tables (lower(code)) WHERE deleted_at IS NULL;
"#;

const DOWN: &str = r#"
DROP TABLE dining_tables;
DROP TABLE areas;
DROP TABLE product_modifier_groups;
DROP TABLE modifiers;
DROP TABLE modifier_groups;
DROP TABLE products;
DROP TABLE sections;
DROP TABLE categories;
DROP TABLE menu_version;
DROP TABLE tax_classes;
DROP TABLE terminals;
DROP TABLE stations;
DROP TABLE settings;
"#;

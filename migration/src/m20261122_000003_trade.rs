//! A day of trade: business days, shifts, orders, the kitchen's tickets, payments, cash.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261122_000003_trade", up: UP, down: DOWN);

const UP: &str = r#"
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Trade holds the row FOR SHARE, a Z takes it FOR UPDATE: no sale races the closing.
CREATE TABLE business_days (
    date      date PRIMARY KEY,
    z_number  integer,
    z_at      timestamptz,
    z_by      uuid CONSTRAINT business_days_z_by REFERENCES staff (id),
    CONSTRAINT business_days_z_number_unique UNIQUE (z_number),
    CONSTRAINT business_days_z_whole CHECK ((z_number IS NULL) = (z_at IS NULL))
);

-- The order numbers of a day, apart from business_days so that counting them needs no lock on the day.
CREATE TABLE order_numbers (
    date date PRIMARY KEY CONSTRAINT order_numbers_day REFERENCES business_days (date),
    last integer NOT NULL
);

CREATE TABLE shifts (
    id                 uuid PRIMARY KEY,
    staff_id           uuid NOT NULL CONSTRAINT shifts_staff REFERENCES staff (id),
    business_date      date NOT NULL CONSTRAINT shifts_day REFERENCES business_days (date),
    cash               text NOT NULL,
    drawer_terminal_id uuid CONSTRAINT shifts_drawer REFERENCES terminals (id),
    opened_at          timestamptz NOT NULL,
    opened_terminal_id uuid CONSTRAINT shifts_opened_terminal REFERENCES terminals (id),
    float_amount       bigint,
    float_counts       jsonb,
    float_note         text,
    cash_started_at    timestamptz,
    closed_at          timestamptz,
    closed_by          uuid CONSTRAINT shifts_closed_by REFERENCES staff (id),
    report_number      integer,
    report             jsonb,
    revision           bigint NOT NULL DEFAULT 1,
    CONSTRAINT shifts_cash_known CHECK (cash IN ('none', 'drawer', 'pouch')),
    CONSTRAINT shifts_drawer_named CHECK ((cash = 'drawer') = (drawer_terminal_id IS NOT NULL)),
    CONSTRAINT shifts_float_counted CHECK ((cash = 'none') = (float_amount IS NULL)),
    CONSTRAINT shifts_float_sensible CHECK (float_amount BETWEEN 0 AND 1000000000000),
    CONSTRAINT shifts_report_number_unique UNIQUE (report_number),
    CONSTRAINT shifts_closed_whole CHECK ((closed_at IS NULL) = (report_number IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX shifts_one_open_per_person ON shifts (staff_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX shifts_one_open_per_drawer ON shifts (drawer_terminal_id) WHERE closed_at IS NULL AND drawer_terminal_id IS NOT NULL;
CREATE INDEX shifts_of_day ON shifts (business_date);

-- Report numbers without gaps: taken in the transaction that closes the shift.
CREATE TABLE shift_report_numbers (
    "only" boolean PRIMARY KEY DEFAULT true CONSTRAINT shift_report_numbers_one_row CHECK ("only"),
    last integer NOT NULL
);
INSERT INTO shift_report_numbers (last) VALUES (0);

-- Every count of a shift is kept; the last one is what it closed with.
CREATE TABLE shift_counts (
    id            uuid PRIMARY KEY,
    shift_id      uuid NOT NULL CONSTRAINT shift_counts_shift REFERENCES shifts (id),
    number        smallint NOT NULL,
    counted_by    uuid NOT NULL CONSTRAINT shift_counts_counted_by REFERENCES staff (id),
    counted_at    timestamptz NOT NULL,
    denominations jsonb NOT NULL,
    counted       bigint NOT NULL,
    expected      bigint NOT NULL,
    CONSTRAINT shift_counts_number_unique UNIQUE (shift_id, number),
    CONSTRAINT shift_counts_sensible CHECK (counted BETWEEN 0 AND 1000000000000)
);

-- How a variance stands: reason, who approved it, or that it stands unapproved.
CREATE TABLE shift_variances (
    shift_id    uuid PRIMARY KEY CONSTRAINT shift_variances_shift REFERENCES shifts (id),
    count_id    uuid NOT NULL CONSTRAINT shift_variances_count REFERENCES shift_counts (id),
    amount      bigint NOT NULL,
    threshold   bigint NOT NULL,
    reason      text NOT NULL,
    approved_by uuid CONSTRAINT shift_variances_approved_by REFERENCES staff (id),
    approved_at timestamptz,
    CONSTRAINT shift_variances_approval_whole CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);

CREATE TABLE orders (
    id                uuid PRIMARY KEY,
    business_date     date NOT NULL CONSTRAINT orders_day REFERENCES business_days (date),
    number            integer NOT NULL,
    reference         text NOT NULL,
    kind              text NOT NULL,
    table_id          uuid CONSTRAINT orders_table REFERENCES dining_tables (id),
    guests            smallint NOT NULL DEFAULT 1,
    customer_name     text,
    customer_phone    text,
    waiter_id         uuid NOT NULL CONSTRAINT orders_waiter REFERENCES staff (id),
    opened_by         uuid NOT NULL CONSTRAINT orders_opened_by REFERENCES staff (id),
    terminal_id       uuid CONSTRAINT orders_terminal REFERENCES terminals (id),
    shift_id          uuid CONSTRAINT orders_shift REFERENCES shifts (id),
    opened_at         timestamptz NOT NULL,
    tax_included      boolean NOT NULL,
    service_bp        integer NOT NULL DEFAULT 0,
    subtotal          bigint NOT NULL DEFAULT 0,
    comps             bigint NOT NULL DEFAULT 0,
    discount          bigint NOT NULL DEFAULT 0,
    service           bigint NOT NULL DEFAULT 0,
    tax               bigint NOT NULL DEFAULT 0,
    total             bigint NOT NULL DEFAULT 0,
    rounding          bigint NOT NULL DEFAULT 0,
    paid              bigint NOT NULL DEFAULT 0,
    first_sent_at     timestamptz,
    bill_printed_at   timestamptz,
    settled_at        timestamptz,
    settled_date      date CONSTRAINT orders_settled_day REFERENCES business_days (date),
    closed_at         timestamptz,
    cancelled_at      timestamptz,
    cancelled_by      uuid CONSTRAINT orders_cancelled_by REFERENCES staff (id),
    cancel_reason     text,
    carried_at        timestamptz,
    carried_by        uuid CONSTRAINT orders_carried_by REFERENCES staff (id),
    carried_reason    text,
    updated_at        timestamptz NOT NULL,
    revision          bigint NOT NULL DEFAULT 1,
    CONSTRAINT orders_number_unique UNIQUE (business_date, number),
    CONSTRAINT orders_reference_unique UNIQUE (reference),
    CONSTRAINT orders_kind_known CHECK (kind IN ('dine_in', 'takeaway')),
    CONSTRAINT orders_dine_in_has_table CHECK ((kind = 'dine_in') = (table_id IS NOT NULL)),
    CONSTRAINT orders_guests_sensible CHECK (guests BETWEEN 1 AND 99),
    CONSTRAINT orders_sums_positive CHECK (subtotal >= 0 AND comps >= 0 AND discount >= 0 AND service >= 0 AND tax >= 0 AND total >= 0),
    CONSTRAINT orders_paid_within_total CHECK (paid >= 0 AND paid <= total + rounding),
    CONSTRAINT orders_settled_whole CHECK ((settled_at IS NULL) = (settled_date IS NULL)),
    CONSTRAINT orders_closed_was_settled CHECK (closed_at IS NULL OR settled_at IS NOT NULL),
    CONSTRAINT orders_closed_or_cancelled CHECK (closed_at IS NULL OR cancelled_at IS NULL),
    CONSTRAINT orders_cancelled_owes_nothing CHECK (cancelled_at IS NULL OR paid = 0)
);
CREATE INDEX orders_open ON orders (opened_at) WHERE closed_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX orders_open_at_table ON orders (table_id) WHERE closed_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX orders_open_of_shift ON orders (shift_id) WHERE closed_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX orders_of_shift ON orders (shift_id);
CREATE INDEX orders_settled_on ON orders (settled_date);
CREATE INDEX orders_lately_closed ON orders (closed_at) WHERE closed_at IS NOT NULL;

-- Everything a guest or a cook reads is copied here when the line is added: history never changes.
CREATE TABLE order_lines (
    id           uuid PRIMARY KEY,
    order_id     uuid NOT NULL CONSTRAINT order_lines_order REFERENCES orders (id),
    position     integer NOT NULL,
    product_id   uuid CONSTRAINT order_lines_product REFERENCES products (id),
    name         text NOT NULL,
    kitchen_name text,
    quantity     smallint NOT NULL,
    unit_price   bigint NOT NULL,
    modifiers    jsonb NOT NULL DEFAULT '[]',
    note         text,
    allergy      text,
    seat         smallint,
    course       smallint NOT NULL DEFAULT 1,
    held         boolean NOT NULL DEFAULT false,
    tax_class_id uuid NOT NULL CONSTRAINT order_lines_tax_class REFERENCES tax_classes (id),
    tax_name     text NOT NULL,
    tax_bp       integer NOT NULL,
    station_id   uuid NOT NULL CONSTRAINT order_lines_station REFERENCES stations (id),
    prep_seconds integer,
    discount     bigint NOT NULL DEFAULT 0,
    comped       boolean NOT NULL DEFAULT false,
    state        text NOT NULL DEFAULT 'unsent',
    added_by     uuid NOT NULL CONSTRAINT order_lines_added_by REFERENCES staff (id),
    added_at     timestamptz NOT NULL,
    sent_at      timestamptz,
    sent_by      uuid CONSTRAINT order_lines_sent_by REFERENCES staff (id),
    started_at   timestamptz,
    ready_at     timestamptz,
    served_at    timestamptz,
    served_by    uuid CONSTRAINT order_lines_served_by REFERENCES staff (id),
    voided_at    timestamptz,
    voided_by    uuid CONSTRAINT order_lines_voided_by REFERENCES staff (id),
    void_reason  text,
    CONSTRAINT order_lines_position_unique UNIQUE (order_id, position),
    CONSTRAINT order_lines_quantity_sensible CHECK (quantity BETWEEN 1 AND 999),
    CONSTRAINT order_lines_price_positive CHECK (unit_price BETWEEN 0 AND 1000000000000),
    CONSTRAINT order_lines_discount_within CHECK (discount >= 0 AND discount <= unit_price * quantity),
    CONSTRAINT order_lines_course_sensible CHECK (course BETWEEN 1 AND 9),
    CONSTRAINT order_lines_seat_sensible CHECK (seat BETWEEN 1 AND 99),
    CONSTRAINT order_lines_state_known CHECK (state IN ('unsent', 'sent', 'preparing', 'ready', 'served', 'voided')),
    CONSTRAINT order_lines_sent_has_time CHECK (state IN ('unsent', 'voided') OR sent_at IS NOT NULL),
    CONSTRAINT order_lines_held_is_unsent CHECK (NOT held OR state IN ('unsent', 'voided'))
);
CREATE INDEX order_lines_ready ON order_lines (order_id) WHERE state = 'ready';
CREATE INDEX order_lines_sold ON order_lines (sent_at, product_id) WHERE sent_at IS NOT NULL;

-- The kitchen's piece of work: a snapshot that knows no money. order_id is told to it, never asked about.
CREATE TABLE tickets (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL CONSTRAINT tickets_order REFERENCES orders (id),
    station_id  uuid NOT NULL CONSTRAINT tickets_station REFERENCES stations (id),
    number      integer NOT NULL,
    title       text NOT NULL,
    kind        text NOT NULL,
    guests      smallint NOT NULL,
    waiter      text NOT NULL,
    sent_at     timestamptz NOT NULL,
    started_at  timestamptz,
    started_by  text,
    bumped_at   timestamptz,
    bumped_by   text,
    recalled_at timestamptz,
    shown_at    timestamptz,
    priority    boolean NOT NULL DEFAULT false,
    additions   smallint NOT NULL DEFAULT 0,
    revision    bigint NOT NULL DEFAULT 1,
    CONSTRAINT tickets_kind_known CHECK (kind IN ('dine_in', 'takeaway'))
);
CREATE INDEX tickets_open_of_station ON tickets (station_id, sent_at) WHERE bumped_at IS NULL;
CREATE INDEX tickets_bumped_of_station ON tickets (station_id, bumped_at) WHERE bumped_at IS NOT NULL;
CREATE INDEX tickets_of_order ON tickets (order_id);

-- line_id is unique: a line is handed to the kitchen exactly once, whatever is repeated.
CREATE TABLE ticket_lines (
    id           uuid PRIMARY KEY,
    ticket_id    uuid NOT NULL CONSTRAINT ticket_lines_ticket REFERENCES tickets (id),
    line_id      uuid NOT NULL CONSTRAINT ticket_lines_order_line REFERENCES order_lines (id),
    position     integer NOT NULL,
    quantity     smallint NOT NULL,
    name         text NOT NULL,
    second_name  text,
    modifiers    jsonb NOT NULL DEFAULT '[]',
    note         text,
    allergy      text,
    seat         smallint,
    course       smallint NOT NULL,
    prep_seconds integer,
    addition     smallint NOT NULL DEFAULT 0,
    held         boolean NOT NULL DEFAULT false,
    fired_at     timestamptz,
    done_at      timestamptz,
    done_by      text,
    voided_at    timestamptz,
    void_seen_at timestamptz,
    CONSTRAINT ticket_lines_line_once UNIQUE (line_id),
    CONSTRAINT ticket_lines_quantity_sensible CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX ticket_lines_of_ticket ON ticket_lines (ticket_id, position);

-- A row is only ever money received. Waiting and online tries, placing and verification live elsewhere.
CREATE TABLE payments (
    id            uuid PRIMARY KEY,
    order_id      uuid CONSTRAINT payments_order REFERENCES orders (id),
    shift_id      uuid CONSTRAINT payments_shift REFERENCES shifts (id),
    business_date date NOT NULL CONSTRAINT payments_day REFERENCES business_days (date),
    method        text NOT NULL,
    amount        bigint NOT NULL,
    tip           bigint NOT NULL DEFAULT 0,
    tendered      bigint,
    change        bigint NOT NULL DEFAULT 0,
    reference     text,
    terminal_id   uuid CONSTRAINT payments_terminal REFERENCES terminals (id),
    taken_by      uuid CONSTRAINT payments_taken_by REFERENCES staff (id),
    taken_at      timestamptz NOT NULL,
    CONSTRAINT payments_method_known CHECK (method IN ('cash', 'card', 'mtn_momo', 'airtel_money', 'pesapal')),
    CONSTRAINT payments_amount_sensible CHECK (amount BETWEEN 0 AND 1000000000000 AND tip BETWEEN 0 AND 1000000000000 AND amount + tip > 0),
    CONSTRAINT payments_cash_adds_up CHECK (method <> 'cash' OR (tendered IS NOT NULL AND tendered = amount + tip + change AND change >= 0)),
    CONSTRAINT payments_change_only_from_cash CHECK (method = 'cash' OR change = 0)
);
CREATE UNIQUE INDEX payments_reference_unique ON payments (method, reference) WHERE reference IS NOT NULL;
CREATE INDEX payments_of_order ON payments (order_id);
CREATE INDEX payments_of_shift ON payments (shift_id);
CREATE INDEX payments_of_day ON payments (business_date);
CREATE TRIGGER payments_append_only BEFORE UPDATE OR DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_no_truncate BEFORE TRUNCATE ON payments EXECUTE FUNCTION refuse_change();

-- The ledger of a drawer or pouch; what it should hold is the sum of its amounts.
CREATE TABLE cash_entries (
    id            uuid PRIMARY KEY,
    shift_id      uuid NOT NULL CONSTRAINT cash_entries_shift REFERENCES shifts (id),
    business_date date NOT NULL CONSTRAINT cash_entries_day REFERENCES business_days (date),
    kind          text NOT NULL,
    amount        bigint NOT NULL,
    payment_id    uuid CONSTRAINT cash_entries_payment REFERENCES payments (id),
    reason        text,
    entered_by    uuid NOT NULL CONSTRAINT cash_entries_entered_by REFERENCES staff (id),
    approved_by   uuid CONSTRAINT cash_entries_approved_by REFERENCES staff (id),
    at            timestamptz NOT NULL,
    CONSTRAINT cash_entries_kind_known CHECK (kind IN ('float', 'sale', 'tip', 'refund', 'tip_out', 'paid_in', 'paid_out', 'drop', 'no_sale', 'adjustment'))
);
CREATE INDEX cash_entries_of_shift ON cash_entries (shift_id);
CREATE UNIQUE INDEX cash_entries_one_float ON cash_entries (shift_id) WHERE kind = 'float';
CREATE TRIGGER cash_entries_append_only BEFORE UPDATE OR DELETE ON cash_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cash_entries_no_truncate BEFORE TRUNCATE ON cash_entries EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE cash_entries;
DROP TABLE payments;
DROP TABLE ticket_lines;
DROP TABLE tickets;
DROP TABLE order_lines;
DROP TABLE orders;
DROP TABLE shift_variances;
DROP TABLE shift_counts;
DROP TABLE shift_report_numbers;
DROP TABLE shifts;
DROP TABLE order_numbers;
DROP TABLE business_days;
DROP FUNCTION refuse_change();
"#;

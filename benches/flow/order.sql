-- One order as pgbench runs it: the eight transactions of the flow with the statements that the program runs in each of
-- them, and nothing around them: no HTTP, no session, no rules, no drawing, no reads outside of the transactions.
-- {espresso}, {cappuccino} and {water} are put in by the bench; bench_tills holds who works at which till.
SELECT gen_random_uuid() AS o, gen_random_uuid() AS t, gen_random_uuid() AS p, cashier, bartender, shift, date FROM bench_tills WHERE till = :client_id \gset

-- open
BEGIN;
WITH claimed AS (INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at, makes) VALUES (cast(gen_random_uuid() AS text), cast(:cashier AS text), 'orders.open', sha256('1'), now(), NULL) ON CONFLICT (key) DO NOTHING RETURNING 1) SELECT (SELECT count(*) FROM claimed) AS claimed;
SELECT 1 FROM orders WHERE id = cast(:o AS uuid);
SELECT d.date, d.z_at IS NOT NULL AS has_z, greatest((SELECT max(taken_at) FROM payments), (SELECT max(opened_at) FROM orders)) AS last_sale, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM settings) AS settings FROM business_days d WHERE d.date >= current_date - 2 ORDER BY d.date FOR SHARE OF d;
SELECT id FROM shifts WHERE staff_id = cast(:cashier AS uuid) AND closed_at IS NULL FOR SHARE;
INSERT INTO order_numbers (date, last) VALUES (cast(:date AS date), 1) ON CONFLICT (date) DO UPDATE SET last = order_numbers.last + 1 RETURNING last \gset
INSERT INTO orders (id, business_date, number, reference, kind, table_id, guests, customer_name, customer_phone, waiter_id, opened_by, terminal_id, shift_id, opened_at, tax_included, service_bp, updated_at) VALUES (cast(:o AS uuid), cast(:date AS date), :last, concat('bench-', cast(:last AS text)), 'takeaway', NULL, 1, NULL, NULL, cast(:cashier AS uuid), cast(:cashier AS uuid), NULL, cast(:shift AS uuid), now(), true, 0, now()) ON CONFLICT (id) DO NOTHING;
COMMIT;

{line 1 espresso}
{line 2 cappuccino}
{line 3 water}

-- send
BEGIN;
{claim orders.send}
SELECT t.id, t.station_id, t.additions, (SELECT count(*) FROM ticket_lines l WHERE l.ticket_id = t.id)::integer AS lines FROM tickets t WHERE t.order_id = cast(:o AS uuid) AND t.bumped_at IS NULL ORDER BY t.sent_at, t.id FOR UPDATE;
WITH opened AS (INSERT INTO tickets (id, station_id, order_id, number, title, kind, guests, waiter, sent_at, customer) SELECT cast(:t AS uuid), '{bar}', cast(:o AS uuid), 1, 'Counter 1', 'takeaway', 1, 'Bench', now(), NULL), posted AS (INSERT INTO ticket_lines (id, ticket_id, line_id, position, quantity, name, second_name, modifiers, note, allergy, seat, course, prep_seconds, addition, fired_at) SELECT gen_random_uuid(), cast(:t AS uuid), l.id, l.position, l.quantity, l.name, l.kitchen_name, l.modifiers, l.note, l.allergy, l.seat, l.course, l.prep_seconds, 0, now() FROM order_lines l WHERE l.order_id = cast(:o AS uuid)), lines AS (UPDATE order_lines SET state = 'sent', sent_at = now(), sent_by = cast(:cashier AS uuid) WHERE order_id = cast(:o AS uuid) AND state = 'unsent'), saved AS ({save total}), {journal order.sent}
COMMIT;

-- start
BEGIN;
{claim kitchen.start}
{ticket}
WITH started AS (UPDATE tickets SET started_at = now(), started_by = 'Bench', bumped_at = NULL, bumped_by = NULL, recalled_at = NULL, revision = 2 WHERE id = cast(:t AS uuid)), lines AS (UPDATE order_lines SET state = 'preparing', started_at = now() WHERE order_id = cast(:o AS uuid)), saved AS ({save total}), {journal ticket.started}
COMMIT;

-- bump
BEGIN;
{claim kitchen.bump}
{ticket}
WITH made AS (UPDATE ticket_lines SET done_at = now(), done_by = 'Bench' WHERE ticket_id = cast(:t AS uuid)), bumped AS (UPDATE tickets SET bumped_at = now(), bumped_by = 'Bench', recalled_at = NULL, revision = 3 WHERE id = cast(:t AS uuid)), lines AS (UPDATE order_lines SET state = 'ready', ready_at = now() WHERE order_id = cast(:o AS uuid)), saved AS ({save total}), {journal ticket.bumped}
COMMIT;

-- cash
BEGIN;
WITH claimed AS (INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at, makes) VALUES (cast(gen_random_uuid() AS text), cast(:cashier AS text), 'payments.take', sha256('1'), now(), cast(:p AS uuid)) ON CONFLICT (key) DO NOTHING RETURNING 1) SELECT (SELECT count(*) FROM claimed) AS claimed;
SELECT d.date, d.z_at IS NOT NULL AS has_z, greatest((SELECT max(taken_at) FROM payments), (SELECT max(opened_at) FROM orders)) AS last_sale, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM settings) AS settings FROM business_days d WHERE d.date >= current_date - 2 ORDER BY d.date FOR SHARE OF d;
SELECT s.*, st.name, st.role, d.name AS drawer_name FROM shifts s JOIN staff st ON st.id = s.staff_id LEFT JOIN terminals d ON d.id = s.drawer_terminal_id WHERE s.staff_id = cast(:cashier AS uuid) AND s.closed_at IS NULL FOR SHARE OF s;
{read}
WITH paid AS (INSERT INTO payments (id, order_id, shift_id, business_date, method, amount, tip, tendered, change, terminal_id, taken_by, taken_at) VALUES (cast(:p AS uuid), cast(:o AS uuid), cast(:shift AS uuid), cast(:date AS date), 'cash', {total}, 0, {total}, 0, NULL, cast(:cashier AS uuid), now())), booked AS (INSERT INTO cash_entries (id, shift_id, business_date, kind, amount, payment_id, reason, entered_by, approved_by, at) VALUES (gen_random_uuid(), cast(:shift AS uuid), cast(:date AS date), 'sale', {total}, cast(:p AS uuid), NULL, cast(:cashier AS uuid), NULL, now())), saved AS ({save paid}), {journal payment.taken}
COMMIT;

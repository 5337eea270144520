//! The café in which harm is tried: something of everything stands open, and something of everything is over.

use std::collections::HashMap;

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use uuid::Uuid;

use super::watch;
use crate::house::*;
use crate::shifts::count_and_close;

/// Nobody acts as her: admins do to her what is done to people.
pub const VICTIM: &str = "fatuma";

/// A date on which nothing happened: whoever closes it is in nobody's way.
pub const LONG_AGO: &str = "2026-01-05";

/// A café with its ids at hand.
pub struct Scene {
    pub house: House,
    /// By the parameter's name in an address, or another word for what is over.
    ids: HashMap<&'static str, Uuid>,
    /// The shift of each person who has one.
    shifts: HashMap<&'static str, Uuid>,
    /// A movement of cash in it.
    entries: HashMap<&'static str, Uuid>,
}

impl Scene {
    /// The café at noon, its tables watched from now on.
    pub async fn open() -> Scene {
        let house = House::open().await;
        let mut scene = Scene {
            house,
            ids: HashMap::new(),
            shifts: HashMap::new(),
            entries: HashMap::new(),
        };
        scene.furnish().await;
        scene.serve_guests().await;
        watch::begin(&scene.house).await;
        scene
    }

    async fn furnish(&mut self) {
        // What has a PIN or a float is in nobody's way later.
        let mut gone = self.house.with_float(OTHER_CASHIER).await;
        self.note_shift(OTHER_CASHIER, "closed shift").await;
        count_and_close(&self.house, &mut gone, OTHER_CASHIER).await;
        for person in [ADMIN, MANAGER, OTHER_WAITER, CASHIER] {
            self.house.with_float(person).await;
            self.note_shift(person, "shift").await;
            self.put_cash_in(person).await;
        }
        let named = [
            ("staff", "staff", "username", VICTIM),
            ("terminal", "terminals", "name", "Till 2"),
            ("station", "stations", "name", "Kitchen"),
            ("bar", "stations", "name", "Bar"),
            ("pass", "stations", "name", "Pass"),
            ("table", "dining_tables", "code", "5"),
            ("product", "products", "name", "Espresso"),
        ];
        for (name, table, column, value) in named {
            let id: Uuid = self.house.id(table, column, value).await;
            self.ids.insert(name, id);
        }
        let mut till = self.house.person(CASHIER).await;
        let paid = till.counter_sale().await;
        till.tap(paid, "Espresso").await.must_be(StatusCode::OK);
        let form = [("part", "full")];
        till.post(&format!("/orders/{paid}/payments"), &form)
            .await
            .must_be(StatusCode::OK);
        self.ids.insert("paid order", paid.into());
        self.note("payment", "SELECT id FROM payments").await;
        self.give_a_tip_back(&mut till).await;
        self.ids.insert("token", Uuid::now_v7());
        self.note("waited for", "INSERT INTO payment_attempts (id, order_id, method, amount, currency, started_by, started_at) \
                       SELECT gen_random_uuid(), o.id, 'mtn_momo', 900, 'UGX', o.opened_by, now() FROM orders o LIMIT 1 RETURNING id").await;
        let statement = "INSERT INTO statements (id, provider, file_name, sha256, covers_from, covers_to, rows_read, outgoing, unsuccessful, \
                         repeated, read_before, notes, imported_by, imported_at) SELECT gen_random_uuid(), 'mtn_momo', 'november.csv', '', now() - interval '1 day', \
                         now(), 1, 0, 0, 0, 0, 0, id, now() FROM staff WHERE username = 'daniel' RETURNING id";
        self.note("statement", statement).await;
        let unbooked = "INSERT INTO statement_lines (id, statement_id, provider, line, transaction_id, bare, amount, payer, at) \
                        SELECT gen_random_uuid(), id, 'mtn_momo', 2, '3261 1264 999', '32611264999', 7000, 'Okello', now() FROM statements RETURNING id";
        self.note("unbooked", unbooked).await;
        let of_statement = self.id("unbooked");
        self.ids.insert("transaction", of_statement);
        let serving = "INSERT INTO servings (id, order_id, station_id, title, what, lines, served_at, served_by) \
                       SELECT gen_random_uuid(), o.id, s.id, 'Counter 1', 'Espresso', ARRAY(SELECT id FROM order_lines WHERE order_id = o.id), \
                       now(), 'Amina' FROM orders o, stations s WHERE s.name = 'Pass' LIMIT 1 RETURNING id";
        self.note("serving", serving).await;
        self.note("attempt", &attempt_on("paid = total AND total > 0"))
            .await;
        let backup = "INSERT INTO backups (id, file, cause, asked_at, state, bytes, sha256) \
                      VALUES (gen_random_uuid(), 'cafe-pos-20261126-030000-00000000.tar', 'asked', now(), 'good', 1, '') RETURNING id";
        self.note("backup", backup).await;
        let asked = "INSERT INTO approval_requests (id, deed, fingerprint, summary, address, asked_by, asked_at, expires_at) \
                     SELECT gen_random_uuid(), 'orders.void', '', 'Void 1 × Chips', '/floor', id, now(), now() + interval '1 day' \
                     FROM staff WHERE username = 'moses' RETURNING id";
        self.note("approval", asked).await;
        let list = "INSERT INTO price_lists (id, name, weekdays, from_minute, until_minute, active) \
                    VALUES (gen_random_uuid(), 'Happy hour', 31, 960, 1080, false) RETURNING id";
        self.note("list", list).await;
        // Renamed and closed at will, while work goes on at the others.
        let spare = "INSERT INTO stations (id, name, kind, sort, soon_after_s, late_after_s) \
                     VALUES (gen_random_uuid(), 'Spare', 'kitchen', 9, 480, 900) RETURNING id";
        self.note("spare station", spare).await;
        // Nobody prints here: what waits stays as it is.
        for (name, called) in [
            ("printer", "Bar printer"),
            ("other printer", "Spare printer"),
        ] {
            let printer = format!(
                "INSERT INTO printers (id, name, address, paper, active, created_at) \
                 VALUES (gen_random_uuid(), '{called}', '192.168.1.50:9100', 80, true, now()) RETURNING id"
            );
            self.note(name, &printer).await;
        }
        let job = "INSERT INTO print_jobs (id, printer_id, kind, title, slip, asked_by, created_at) \
                   SELECT gen_random_uuid(), id, 'test', 'Test page', '{\"name\": \"Test\", \"elements\": []}', 'Daniel', now() \
                   FROM printers WHERE name = 'Bar printer' RETURNING id";
        self.note("job", job).await;
        self.house
            .execute("UPDATE stations SET printer_id = (SELECT id FROM printers WHERE name = 'Bar printer') WHERE name = 'Kitchen'", [])
            .await;
    }

    /// A movement of cash in somebody's own shift.
    async fn put_cash_in(&mut self, username: &'static str) {
        let mut device = self.house.person(username).await;
        let path = format!("/shifts/{}/cash", self.shifts[username]);
        let form = [
            ("movement", "paid_in"),
            ("amount", "500"),
            ("reason", "Found"),
        ];
        device.post(&path, &form).await.must_be(StatusCode::OK);
        let sql = format!(
            "SELECT id FROM cash_entries WHERE kind = 'paid_in' AND shift_id = '{}'",
            self.shifts[username]
        );
        self.note("entry", &sql).await;
        self.entries.insert(username, self.ids["entry"]);
    }

    /// Somebody paid by card with a tip, and has that back.
    async fn give_a_tip_back(&mut self, till: &mut Device) {
        let order = till.counter_sale().await;
        till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        let form = [("method", "card"), ("tip", "500")];
        till.post(&format!("/orders/{order}/payments"), &form)
            .await
            .must_be(StatusCode::OK);
        let sql = "SELECT id FROM payments WHERE method = 'card'";
        let payment: Uuid = self
            .house
            .row(sql, [])
            .await
            .try_get("", "id")
            .expect("an id");
        let mut manager = self.house.person(MANAGER).await;
        let form = [("tip", "500"), ("reason", "By mistake")];
        manager
            .post(&format!("/payments/{payment}/refund"), &form)
            .await
            .must_be(StatusCode::OK);
        self.note("refund", "SELECT id FROM refunds").await;
    }

    /// A fresh order with a line at the bar, one in the kitchen and one that is not sent.
    pub async fn serve_guests(&mut self) {
        let mut till = self.house.person(WAITER).await;
        let order = till.sit_down("3", "2").await;
        for product in ["Espresso", "Chips"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        self.ids.insert("order", order.into());
        self.note_shift(WAITER, "another's shift").await;
        let of_order = |sql: &str| format!("{sql} = '{order}'");
        for (name, sql) in [
            (
                "line",
                "SELECT id FROM order_lines WHERE state = 'unsent' AND order_id",
            ),
            (
                "sent line",
                "SELECT id FROM order_lines WHERE state = 'sent' AND order_id",
            ),
            (
                "ticket",
                "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id AND s.name = 'Kitchen' WHERE t.order_id",
            ),
            (
                "ticket line",
                "SELECT l.id FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id \
                 JOIN stations s ON s.id = t.station_id AND s.name = 'Kitchen' WHERE t.order_id",
            ),
        ] {
            self.note(name, &of_order(sql)).await;
        }
    }

    async fn note(&mut self, name: &'static str, sql: &str) {
        let id = self.house.row(sql, []).await.try_get("", "id");
        self.ids.insert(name, id.expect("an id"));
    }

    async fn note_shift(&mut self, username: &'static str, name: &'static str) {
        let sql = format!(
            "SELECT h.id FROM shifts h JOIN staff s ON s.id = h.staff_id WHERE s.username = '{username}'"
        );
        self.note(name, &sql).await;
        self.shifts.insert(username, self.ids[name]);
    }

    /// An id by its name.
    pub fn id(&self, name: &str) -> Uuid {
        *self
            .ids
            .get(name)
            .unwrap_or_else(|| panic!("there is no {name} here"))
    }

    /// Every id there is, for those that are put where another kind is meant.
    pub fn all_ids(&self) -> Vec<Uuid> {
        let mut ids: Vec<(&str, Uuid)> = self.ids.iter().map(|(name, id)| (*name, *id)).collect();
        // A map has no order, and the same seed must make the same requests.
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// The address of a route with what stands there now; a shift is the person's own, if they have one.
    pub fn filled(&self, method: &Method, pattern: &str, username: &str) -> String {
        with_each(pattern, |name| {
            match name {
                "course" => return "1".to_owned(),
                "date" => return LONG_AGO.to_owned(),
                _ => {}
            }
            let id = match name {
                "line" if pattern.starts_with("/kitchen") => self.id("ticket line"),
                "station" if pattern.starts_with("/stations") => self.id("spare station"),
                "attempt" if pattern.starts_with("/payments/attempts") => self.id("waited for"),
                // It is made by this very request.
                "order" if *method == Method::PUT => OrderId::new().into(),
                "shift" => match self.shifts.get(username) {
                    Some(own) => *own,
                    None => self.id("shift"),
                },
                "entry" => match self.entries.get(username) {
                    Some(own) => *own,
                    None => self.id("entry"),
                },
                name => self.id(name),
            };
            id.to_string()
        })
    }
}

/// Asks a guest for money through Pesapal, on one of these orders.
pub fn attempt_on(orders: &str) -> String {
    format!(
        "INSERT INTO payment_attempts (id, order_id, method, amount, currency, state, merchant_reference, tracking_id, redirect_url, \
         started_by, started_at) SELECT id, id, 'pesapal', 1000, 'UGX', 'waiting', id::text, 't-' || id, 'https://pay.pesapal.test/x', \
         waiter_id, now() FROM orders WHERE {orders} LIMIT 1 RETURNING id"
    )
}

/// The address of a route where nothing stands.
pub fn unknown(pattern: &str) -> String {
    with_each(pattern, |_| Uuid::now_v7().to_string())
}

/// The address of a route with this in place of every parameter.
pub fn with_each(pattern: &str, value: impl Fn(&str) -> String) -> String {
    let parts =
        pattern
            .split_inclusive(['/', '=', '&', '?'])
            .map(|part| match part.strip_prefix(':') {
                Some(name) => {
                    let bare = name.trim_end_matches(['/', '=', '&', '?']);
                    value(bare) + &name[bare.len()..]
                }
                None => part.to_owned(),
            });
    parts.collect()
}

/// Every address with each of its methods, from the map itself.
pub fn routes() -> Vec<(Method, &'static str)> {
    cafe_pos::routes::map()
        .entries()
        .iter()
        .flat_map(|entry| {
            entry
                .methods
                .iter()
                .map(|method| (method.clone(), entry.path))
        })
        .collect()
}

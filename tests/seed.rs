//! The seed on a real Postgres: all of the house, once, and nothing over what a café made of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cafe_pos::closing::ShiftReport;
use cafe_pos::config::AppEnv;
use cafe_pos::data::private_postgres::{Options, PrivatePostgres};
use cafe_pos::seed::{self, Passwords, SeedError, demo, floor, menu, people};
use migration::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

/// A café's own Postgres with the schema, gone at the end of the test.
struct House {
    db: DatabaseConnection,
    _postgres: PrivatePostgres,
    _folder: TempDir,
}

impl House {
    async fn empty() -> Self {
        // Open to all, so that Postgres' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("seed")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let postgres = PrivatePostgres::start(Options::throwaway(folder.path().join("postgres")))
            .expect("Postgres");
        postgres
            .door()
            .ensure_database("pos")
            .await
            .expect("a database");
        let db = Database::connect(postgres.door().url("pos"))
            .await
            .expect("a connection");
        Migrator::up(&db, None).await.expect("the schema");
        House {
            db,
            _postgres: postgres,
            _folder: folder,
        }
    }

    async fn number(&self, question: &str) -> i64 {
        let row = self
            .db
            .query_one_raw(Statement::from_string(
                self.db.get_database_backend(),
                question,
            ))
            .await
            .expect("an answer");
        row.expect("a row").try_get_by_index(0).expect("a number")
    }

    async fn change(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.expect("a change");
    }
}

#[tokio::test]
async fn a_bare_house_is_furnished_once() {
    let house = House::empty().await;
    let first = seed::seed_if_empty(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded")
        .expect("nobody was there");
    assert_eq!(first.people.len(), 14);
    let counts = [
        ("staff", 14),
        ("terminals", 6),
        ("stations", 3),
        ("areas", 2),
        ("dining_tables", 15),
        ("tax_classes", 2),
        ("categories", 9),
        ("sections", 25),
        ("products", 96),
        ("modifier_groups", menu::choices::GROUPS.len() as i64),
    ];
    for (table, rows) in counts {
        let there = house.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(there, rows, "{table}");
    }
    let asked: usize = menu::products().map(|product| product.groups.len()).sum();
    let there = house
        .number("SELECT count(*) FROM product_modifier_groups")
        .await;
    assert_eq!(there, asked as i64);
    assert_eq!(house.number("SELECT version FROM menu_version").await, 2);
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE must_change_password AND pin_hash IS NULL")
            .await,
        14
    );

    let again = seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded again");
    assert!(again.is_nothing(), "{again:?}");
    assert_eq!(house.number("SELECT version FROM menu_version").await, 2);
    let none = seed::seed_if_empty(&house.db, Passwords::Known, NOW)
        .await
        .expect("asked");
    assert!(none.is_none());
}

#[tokio::test]
async fn seeding_again_leaves_what_the_cafe_made_its_own() {
    let house = House::empty().await;
    seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded");
    let cappuccino = menu::products()
        .find(|product| product.number == 111)
        .expect("on the menu")
        .id();
    let amina = people::PEOPLE
        .iter()
        .find(|member| member.username == "amina")
        .expect("works here")
        .id();
    house
        .change(&format!(
            "UPDATE staff SET password_hash = 'hers', must_change_password = false, username = 'a.nantale' WHERE id = '{amina}';
             UPDATE products SET name = 'Kapuchino', price = 12000, deleted_at = now() WHERE id = '{cappuccino}';
             DELETE FROM product_modifier_groups WHERE product_id = '{cappuccino}'"
        ))
        .await;
    let again = seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded again");
    assert!(again.is_nothing(), "{again:?}");
    let waiting = people::never_signed_in(&house.db).await.expect("asked");
    assert_eq!(waiting.len(), 13, "Amina has a password of her own");
    let kept = house
        .number(&format!(
            "SELECT count(*) FROM staff, products WHERE staff.id = '{amina}' AND password_hash = 'hers' AND NOT must_change_password
             AND products.id = '{cappuccino}' AND price = 12000 AND products.name = 'Kapuchino'
             AND NOT EXISTS (SELECT FROM product_modifier_groups WHERE product_id = products.id)"
        ))
        .await;
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_cafe_with_a_coffee_shelf_of_its_own_keeps_it_and_gets_the_rest() {
    let house = House::empty().await;
    house
        .change(
            "INSERT INTO categories (id, name, icon, hue) VALUES (gen_random_uuid(), 'COFFEE', 'coffee', 1);
             INSERT INTO areas (id, name) VALUES (gen_random_uuid(), 'garden')",
        )
        .await;
    let seeded = seed::seed(&house.db, Passwords::OneTime, NOW)
        .await
        .expect("seeded");
    let coffees = menu::MENU[0]
        .sections
        .iter()
        .map(|section| section.products.len())
        .sum::<usize>();
    assert_eq!(
        house.number("SELECT count(*) FROM products").await,
        (menu::products().count() - coffees) as i64
    );
    assert_eq!(
        house.number("SELECT count(*) FROM dining_tables").await,
        floor::AREAS[0].tables.len() as i64
    );
    let passwords: std::collections::HashSet<_> = seeded
        .people
        .iter()
        .map(|person| &person.password)
        .collect();
    assert_eq!(
        passwords.len(),
        14,
        "in production nobody shares a password"
    );
}

#[tokio::test]
async fn the_demo_is_refused_in_production_and_without_the_seed() {
    let house = House::empty().await;
    let bare = demo::add_month(&house.db, AppEnv::Development, NOW).await;
    assert!(matches!(bare, Err(SeedError::NotSeeded)), "{bare:?}");
    seed::seed(&house.db, Passwords::OneTime, NOW)
        .await
        .expect("seeded");
    let refused = demo::add_month(&house.db, AppEnv::Production, NOW).await;
    assert!(
        matches!(refused, Err(SeedError::DemoInProduction)),
        "{refused:?}"
    );
    assert_eq!(house.number("SELECT count(*) FROM orders").await, 0);
}

/// Each question counts what must not be there.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "an order whose subtotal is not the sum of its lines",
        "SELECT count(*) FROM orders o WHERE subtotal <> \
         (SELECT coalesce(sum(unit_price * quantity), 0) FROM order_lines l WHERE l.order_id = o.id)",
    ),
    (
        "an order whose tax is not that of its lines",
        "SELECT count(*) FROM orders o WHERE tax <> (SELECT coalesce(sum(round(of_class * bp::numeric / (10000 + bp))), 0) FROM \
         (SELECT sum(unit_price * quantity) AS of_class, tax_bp AS bp FROM order_lines l WHERE l.order_id = o.id GROUP BY tax_bp) c)",
    ),
    (
        "an order that was not cancelled and is not paid, closed and served",
        "SELECT count(*) FROM orders o WHERE cancelled_at IS NULL AND (total <> subtotal OR paid <> total OR settled_at IS NULL \
         OR settled_date <> business_date OR closed_at < settled_at OR closed_at IS NULL \
         OR NOT EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id))",
    ),
    (
        "an order whose payments are not what is paid",
        "SELECT count(*) FROM orders o WHERE paid <> (SELECT coalesce(sum(amount), 0) FROM payments p WHERE p.order_id = o.id)",
    ),
    (
        "a cancelled order with money, tickets or sent lines",
        "SELECT count(*) FROM orders o WHERE cancelled_at IS NOT NULL AND (paid <> 0 OR cancel_reason IS NULL \
         OR EXISTS (SELECT FROM tickets t WHERE t.order_id = o.id) \
         OR EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id AND state <> 'unsent'))",
    ),
    (
        "a line that did not go its way in order",
        "SELECT count(*) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.cancelled_at IS NULL AND NOT coalesce( \
         l.state = 'served' AND o.opened_at <= l.added_at AND l.added_at <= l.sent_at AND l.sent_at < l.started_at \
         AND l.started_at < l.ready_at AND l.ready_at <= l.served_at AND l.ready_at <= o.closed_at, false)",
    ),
    (
        "a line that the kitchen was not told, or was told otherwise",
        "SELECT count(*) FROM order_lines l JOIN orders o ON o.id = l.order_id LEFT JOIN ticket_lines t ON t.line_id = l.id \
         LEFT JOIN tickets k ON k.id = t.ticket_id WHERE o.cancelled_at IS NULL AND NOT coalesce(t.quantity = l.quantity \
         AND t.name = l.name AND t.done_at = l.ready_at AND k.station_id = l.station_id AND k.order_id = o.id \
         AND k.number = o.number AND k.sent_at = l.sent_at AND k.bumped_at >= t.done_at, false)",
    ),
    (
        "an order number that is missing or that the day does not know",
        "SELECT count(*) FROM (SELECT d.date FROM order_numbers d LEFT JOIN orders o ON o.business_date = d.date GROUP BY d.date, d.last \
         HAVING count(o.id) <> d.last OR max(o.number) <> d.last OR min(o.number) <> 1) gaps",
    ),
    (
        "an order at a table that others sat at",
        "SELECT count(*) FROM orders a JOIN orders b ON a.table_id = b.table_id AND a.id < b.id \
         AND a.opened_at < b.closed_at AND b.opened_at < a.closed_at",
    ),
    (
        "more guests than seats",
        "SELECT count(*) FROM orders o JOIN dining_tables t ON t.id = o.table_id WHERE o.guests > t.seats",
    ),
    (
        "a drawer that should hold something else than its entries",
        "SELECT count(*) FROM shift_counts c WHERE expected <> (SELECT sum(amount)::bigint FROM cash_entries e WHERE e.shift_id = c.shift_id)",
    ),
    (
        "a cash payment that is not in the drawer of whoever took it",
        "SELECT count(*) FROM payments p WHERE method = 'cash' AND NOT EXISTS (SELECT FROM cash_entries e WHERE e.payment_id = p.id \
         AND e.kind = 'sale' AND e.amount = p.amount AND e.shift_id = p.shift_id AND e.entered_by = p.taken_by)",
    ),
    (
        "a tip in cash that is not in the drawer",
        "SELECT count(*) FROM payments p WHERE method = 'cash' AND tip > 0 AND NOT EXISTS (SELECT FROM cash_entries e \
         WHERE e.payment_id = p.id AND e.kind = 'tip' AND e.amount = p.tip)",
    ),
    (
        "a float that is not what the last count of that drawer left",
        "SELECT count(*) FROM (SELECT float_amount, lag((SELECT counted FROM shift_counts c WHERE c.shift_id = s.id \
         ORDER BY number DESC LIMIT 1)) OVER (PARTITION BY drawer_terminal_id ORDER BY opened_at) AS found \
         FROM shifts s WHERE cash = 'drawer') f WHERE found <> float_amount",
    ),
    (
        "a count that is not worth its pieces",
        "SELECT count(*) FROM shift_counts c WHERE counted <> (SELECT sum(key::bigint * value::bigint) FROM jsonb_each_text(denominations))",
    ),
    (
        "a variance beyond the threshold that nobody approved, or a small one that somebody had to",
        "SELECT count(*) FROM shifts s JOIN LATERAL (SELECT counted - expected AS off FROM shift_counts c WHERE c.shift_id = s.id \
         ORDER BY number DESC LIMIT 1) c ON true LEFT JOIN shift_variances v ON v.shift_id = s.id \
         WHERE (abs(off) > 5000) <> (v.approved_by IS NOT NULL) OR v.amount <> off",
    ),
    (
        "a shift that is open, or closed while its guests were there or before its last payment",
        "SELECT count(*) FROM shifts s WHERE closed_at IS NULL OR opened_at >= closed_at \
         OR EXISTS (SELECT FROM orders o WHERE o.shift_id = s.id AND (o.opened_at < s.opened_at OR o.closed_at > s.closed_at)) \
         OR EXISTS (SELECT FROM payments p WHERE p.shift_id = s.id AND (p.taken_at < s.opened_at OR p.taken_at > s.closed_at)) \
         OR EXISTS (SELECT FROM cash_entries e WHERE e.shift_id = s.id AND (e.at < s.opened_at OR e.at > s.closed_at))",
    ),
    (
        "two shifts of one person or of one drawer at a time",
        "SELECT count(*) FROM shifts a JOIN shifts b ON a.id < b.id AND (a.staff_id = b.staff_id OR a.drawer_terminal_id = b.drawer_terminal_id) \
         AND a.opened_at < b.closed_at AND b.opened_at < a.closed_at",
    ),
    (
        "a gap in the report numbers, or one out of the order of closing",
        "SELECT count(*) FROM (SELECT report_number AS number, row_number() OVER (ORDER BY closed_at) AS place FROM shifts) s \
         WHERE number <> place",
    ),
    (
        "a last report number that the next one would repeat",
        "SELECT count(*) FROM shift_report_numbers WHERE last <> (SELECT count(*) FROM shifts)",
    ),
    (
        "a shift report that tells another story than the books",
        "SELECT count(*) FROM shifts s WHERE NOT coalesce((report->>'number')::int = report_number \
         AND (report->'orders'->>'total')::bigint = (SELECT coalesce(sum(total), 0) FROM orders o WHERE o.shift_id = s.id AND settled_at IS NOT NULL) \
         AND (report->'orders'->>'opened')::bigint = (SELECT count(*) FROM orders o WHERE o.opened_by = s.staff_id AND o.business_date = s.business_date) \
         AND (report->>'expected')::bigint = (SELECT coalesce(sum(amount), 0) FROM cash_entries e WHERE e.shift_id = s.id) \
         AND (SELECT coalesce(sum((sold->>'amount')::bigint), 0) FROM jsonb_array_elements(report->'sales') sold) \
             = (SELECT coalesce(sum(amount), 0) FROM payments p WHERE p.shift_id = s.id) \
         AND jsonb_array_length(report->'counts') = (SELECT count(*) FROM shift_counts c WHERE c.shift_id = s.id), false)",
    ),
    (
        "anything on another date than its own",
        "SELECT count(*) FROM orders WHERE (opened_at AT TIME ZONE 'Africa/Kampala' - interval '4 hours')::date <> business_date \
         OR (closed_at AT TIME ZONE 'Africa/Kampala' - interval '4 hours')::date <> business_date",
    ),
];

#[tokio::test]
async fn a_month_of_trade_ends_yesterday_agrees_with_itself_and_is_added_once() {
    let house = House::empty().await;
    seed::seed(&house.db, Passwords::Known, NOW)
        .await
        .expect("seeded");
    let month = demo::add_month(&house.db, AppEnv::Development, NOW)
        .await
        .expect("a month");
    assert_eq!(month.days, 30);
    let before = house.number("SELECT count(*) FROM orders").await;
    assert!((30 * 80..=30 * 180).contains(&before), "{before} orders");
    let dates =
        "SELECT count(*) FROM business_days WHERE date BETWEEN '2026-10-23' AND '2026-11-21'";
    assert_eq!(house.number(dates).await, 30);
    assert_eq!(
        house
            .number("SELECT count(*) FROM business_days WHERE date > '2026-11-21'")
            .await,
        0
    );
    let days_off_size = "SELECT count(*) FROM (SELECT count(*) AS orders FROM orders GROUP BY business_date) day \
                         WHERE orders NOT BETWEEN 80 AND 180";
    assert_eq!(house.number(days_off_size).await, 0);

    let later = NOW + time::Duration::days(1);
    let again = demo::add_month(&house.db, AppEnv::Development, later)
        .await
        .expect("asked again");
    assert_eq!(again, demo::Month::default());
    assert_eq!(house.number("SELECT count(*) FROM orders").await, before);

    for (what, question) in CONTRADICTIONS {
        assert_eq!(house.number(question).await, 0, "{what}");
    }
    // The office reads the reports that closing a shift would have left.
    let reports = house
        .db
        .query_all_raw(Statement::from_string(
            house.db.get_database_backend(),
            "SELECT report FROM shifts",
        ))
        .await
        .expect("reports");
    for report in reports {
        let report: serde_json::Value = report.try_get("", "report").expect("a report");
        let report: ShiftReport = serde_json::from_value(report).expect("a readable report");
        assert_eq!(report.ledger.expected(), report.expected);
    }
    // What would make the questions above easy to answer is there.
    for (what, question) in [
        (
            "orders that came to nothing",
            "SELECT count(*) FROM orders WHERE cancelled_at IS NOT NULL",
        ),
        (
            "tables",
            "SELECT count(*) FROM orders WHERE kind = 'dine_in'",
        ),
        (
            "takeaways",
            "SELECT count(*) FROM orders WHERE customer_name IS NOT NULL",
        ),
        (
            "bills paid in parts",
            "SELECT count(*) FROM (SELECT FROM payments GROUP BY order_id HAVING count(*) > 1) p",
        ),
        (
            "card payments",
            "SELECT count(*) FROM payments WHERE method = 'card'",
        ),
        (
            "mobile money",
            "SELECT count(*) FROM payments WHERE method = 'mtn_momo' AND reference IS NOT NULL",
        ),
        (
            "cash tips",
            "SELECT count(*) FROM cash_entries WHERE kind = 'tip'",
        ),
        (
            "drops",
            "SELECT count(*) FROM cash_entries WHERE kind = 'drop' AND amount < 0",
        ),
        (
            "purchases",
            "SELECT count(*) FROM cash_entries WHERE kind = 'paid_out' AND amount < 0",
        ),
        (
            "approved variances",
            "SELECT count(*) FROM shift_variances WHERE approved_by IS NOT NULL",
        ),
        (
            "loud modifiers",
            "SELECT count(*) FROM ticket_lines WHERE modifiers @> '[{\"loud\": true}]'",
        ),
        (
            "untaxed lines",
            "SELECT count(*) FROM order_lines WHERE tax_bp = 0",
        ),
        (
            "two of the same",
            "SELECT count(*) FROM order_lines WHERE quantity > 1",
        ),
    ] {
        assert!(house.number(question).await > 0, "{what}");
    }
}

//! The same order without the program: pgbench runs the statements of the eight commands on the same cluster.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use cafe_pos::seed::menu;
use sea_orm::{ConnectionTrait, Statement};

use crate::cafe::{Cafe, ORDERED};
use crate::processes;

/// The claim of a key, which locks and reads the order's own row and its lines. {deed} and {actor} are put in.
const CLAIM: &str = "WITH claimed AS (INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at, makes) \
    VALUES (cast(gen_random_uuid() AS text), cast(:{actor} AS text), '{deed}', sha256('1'), now(), NULL) \
    ON CONFLICT (key) DO NOTHING RETURNING 1), {order FOR UPDATE OF o} \
    SELECT (SELECT count(*) FROM claimed) AS claimed, (SELECT revision FROM orders WHERE id = cast(:o AS uuid)) AS seen, \
    o.*, l.*, (SELECT s.name FROM stations s WHERE s.id = l.station_id) AS station_name \
    FROM (SELECT 1) AS one LEFT JOIN o ON true LEFT JOIN order_lines l ON l.order_id = o.id ORDER BY l.position;";

/// The order's own row, locked, and its lines.
const READ: &str = "WITH {order FOR UPDATE OF o} \
    SELECT (SELECT revision FROM orders WHERE id = cast(:o AS uuid)) AS seen, \
    o.*, l.*, (SELECT s.name FROM stations s WHERE s.id = l.station_id) AS station_name \
    FROM o LEFT JOIN order_lines l ON l.order_id = o.id ORDER BY l.position;";

const ORDER: &str = "o AS MATERIALIZED (SELECT o.*, (SELECT t.code FROM dining_tables t WHERE t.id = o.table_id) AS table_code, \
    (SELECT a.name FROM dining_tables t JOIN areas a ON a.id = t.area_id WHERE t.id = o.table_id) AS area, \
    (SELECT s.name FROM staff s WHERE s.id = o.waiter_id) AS waiter_name, \
    coalesce((SELECT h.closed_at IS NOT NULL FROM shifts h WHERE h.id = o.shift_id), false) AS shift_over \
    FROM orders o WHERE o.id = cast(:o AS uuid) FOR UPDATE OF o)";

const TICKET: &str = "SELECT t.*, ARRAY(SELECT DISTINCT o.station_id FROM tickets o \
    WHERE o.order_id = t.order_id AND o.station_id <> t.station_id AND o.bumped_at IS NULL) AS elsewhere, l.* \
    FROM tickets t LEFT JOIN ticket_lines l ON l.ticket_id = t.id AND l.fired_at IS NOT NULL \
    WHERE t.id = cast(:t AS uuid) ORDER BY l.addition, l.position;";

/// What pgbench did in a window.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    /// Orders in all.
    pub orders: u64,
    /// How long it took.
    pub took: Duration,
    /// CPU time of Postgres, in milliseconds.
    pub postgres_ms: u64,
}

/// The script, and the way to the cluster.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    sockets: PathBuf,
    postmaster: u32,
}

impl Pgbench {
    /// Writes the script into the café's folder, and the table of who works at which till into its database.
    pub async fn prepare(cafe: &Cafe) -> Self {
        let db = &cafe.opened.db;
        let tills = Statement::from_string(
            db.get_database_backend(),
            "CREATE TABLE bench_tills AS \
             SELECT substr(s.username, 8)::int AS till, s.id AS cashier, h.id AS shift, h.business_date AS date, \
                    (SELECT id FROM staff WHERE username = 'bar0') AS bartender \
             FROM staff s JOIN shifts h ON h.staff_id = s.id WHERE s.username ~ '^cashier[0-9]+$'",
        );
        db.execute_raw(tills).await.expect("the tills");
        let bar = Statement::from_string(
            db.get_database_backend(),
            "SELECT id::text FROM stations WHERE name = 'Bar'",
        );
        let bar = db.query_one_raw(bar).await.expect("an answer");
        let bar: String = bar
            .expect("a bar")
            .try_get_by_index(0)
            .expect("the bar's id");
        let script = cafe.folder.path().join("order.sql");
        fs::write(&script, script_for(&bar, cafe.total.minor())).expect("the script");
        Pgbench {
            program: beside_the_server(cafe),
            script,
            sockets: cafe.folder.path().join("postgres/run"),
            postmaster: cafe.postmaster,
        }
    }

    /// As many clients as there are tills, for the length of `window`.
    pub fn run(&self, tills: usize, window: Duration) -> Baseline {
        let before = processes::cpu_of_family_ms(self.postmaster);
        let seconds = window.as_secs().max(1);
        let said = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=1"])
            .args([
                &format!("--client={tills}"),
                &format!("--time={seconds}"),
                "--username=pos",
            ])
            .arg(format!("--host={}", self.sockets.display()))
            .arg(format!("--file={}", self.script.display()))
            .arg("pos")
            .env(
                "PGOPTIONS",
                "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0",
            )
            .stdin(Stdio::null())
            .output()
            .expect("pgbench");
        let (out, wrong) = (text(said.stdout), text(said.stderr));
        assert!(said.status.success(), "pgbench: {wrong}");
        Baseline {
            orders: processed(&out).unwrap_or_else(|| panic!("pgbench said: {out}{wrong}")),
            took: Duration::from_secs(seconds),
            postgres_ms: processes::cpu_of_family_ms(self.postmaster) - before,
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn processed(out: &str) -> Option<u64> {
    let line = out
        .lines()
        .find(|line| line.contains("actually processed"))?;
    let number = line.rsplit(':').next()?.trim();
    number.split('/').next()?.parse().ok()
}

/// pgbench lies where the server's own program does, which `postmaster.opts` names.
fn beside_the_server(cafe: &Cafe) -> PathBuf {
    let opts = cafe.folder.path().join("postgres/cluster/postmaster.opts");
    let opts = fs::read_to_string(opts).expect("a server that was started");
    let server = PathBuf::from(opts.split(' ').next().unwrap_or_default());
    server.with_file_name("pgbench")
}

fn script_for(bar: &str, total: i64) -> String {
    let mut script = include_str!("order.sql")
        .replace("{read}", &with_order(READ))
        .replace("{ticket}", TICKET)
        .replace("{bar}", bar)
        .replace("{total}", &total.to_string())
        .replace("{save total}", &save(total, "now(), NULL, NULL, NULL, 0"))
        .replace(
            "{save paid}",
            &save(
                total,
                &format!("now(), now(), cast(:date AS date), now(), {total}"),
            ),
        );
    for (deed, actor) in [
        ("orders.send", "cashier"),
        ("kitchen.start", "bartender"),
        ("kitchen.bump", "bartender"),
    ] {
        script = script.replace(&format!("{{claim {deed}}}"), &claim(deed, actor));
    }
    let mut sum = 0;
    for (at, (number, name)) in ORDERED
        .into_iter()
        .zip(["espresso", "cappuccino", "water"])
        .enumerate()
    {
        let product = menu::products().find(|product| product.number == number);
        let product = product.expect("a product of the seed");
        sum += product.price.minor();
        script = script.replace(
            &format!("{{line {} {name}}}", at + 1),
            &line(at + 1, &product.id().to_string(), sum),
        );
    }
    for (deed, by, subject) in [
        ("order.sent", "cashier", "o"),
        ("ticket.started", "bartender", "t"),
        ("ticket.bumped", "bartender", "t"),
        ("payment.taken", "cashier", "p"),
    ] {
        script = script.replace(&format!("{{journal {deed}}}"), &journal(deed, by, subject));
    }
    script
}

fn claim(deed: &str, actor: &str) -> String {
    with_order(CLAIM)
        .replace("{deed}", deed)
        .replace("{actor}", actor)
}

fn with_order(sql: &str) -> String {
    sql.replace("{order FOR UPDATE OF o}", ORDER)
}

/// `columns`: sent, settled, on which date, closed, paid.
fn save(total: i64, columns: &str) -> String {
    format!(
        "UPDATE orders SET subtotal = {total}, comps = 0, discount = 0, service = 0, tax = 0, total = {total}, rounding = 0, \
         (first_sent_at, settled_at, settled_date, closed_at, paid) = ROW({columns}), bill_printed_at = NULL, cancelled_at = NULL, \
         guests = 1, customer_name = NULL, customer_phone = NULL, waiter_id = cast(:cashier AS uuid), \
         shift_id = cast(:shift AS uuid), revision = revision + 1, updated_at = now() WHERE id = cast(:o AS uuid)"
    )
}

fn line(position: usize, product: &str, sum: i64) -> String {
    let fresh = format!(
        "INSERT INTO order_lines (id, order_id, position, product_id, name, kitchen_name, quantity, unit_price, modifiers, note, \
         allergy, seat, course, held, tax_class_id, tax_name, tax_bp, station_id, prep_seconds, discount, comped, state, added_by, \
         added_at, base_price, from_stock) \
         SELECT gen_random_uuid(), cast(:o AS uuid), {position}, p.id, p.name, NULL, 1, p.price, '[]', NULL, NULL, NULL, 1, false, \
         p.tax_class_id, 'VAT', 1800, p.station_id, 120, 0, false, 'unsent', cast(:cashier AS uuid), now(), p.price, 0 \
         FROM products p WHERE p.id = '{product}'"
    );
    let save = save(sum, "NULL, NULL, NULL, NULL, 0");
    format!(
        "-- line\nBEGIN;\n{}\n\
         SELECT name, price, sold_out, stock_left FROM products WHERE id = '{product}' AND active AND deleted_at IS NULL;\n\
         WITH lines AS ({fresh}) {save};\nCOMMIT;",
        claim("orders.add_line", "cashier")
    )
}

/// Two parts of a `WITH`, and what is left to be said at its end.
fn journal(deed: &str, by: &str, subject: &str) -> String {
    format!(
        "entries AS (INSERT INTO audit_log (id, at, deed, staff_id, approver_id, terminal_id, actor, subject, subject_id, reason, before, after) \
         VALUES (gen_random_uuid(), now(), '{deed}', cast(:{by} AS uuid), NULL, NULL, 'Bench', 'order', cast(:{subject} AS uuid), NULL, NULL, \
         jsonb_build_object('reference', cast(:o AS text), 'lines', '[1, 2, 3]')) RETURNING id) \
         INSERT INTO audit_unsealed (audit_id) SELECT id FROM entries;"
    )
}

//! Backup, proof and restore of a café with many orders, and what they cost the till.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};

use crate::cafe::Cafe;
use crate::client::Connection;
use crate::figures::{Run, hundredths, tenths};
use crate::{processes, tills};

/// So many tills sell meanwhile.
const TILLS: usize = 4;
/// So long after the one before began comes each command of a till: eight of them are an order, so all tills together
/// take two orders a second, which few cafés ever do.
const BEAT: Duration = Duration::from_millis(250);

/// The tables of trade, in the order in which they refer to each other, and which of their rows belong to the month.
const TRADE: [(&str, &str); 11] = [
    ("business_days", "true"),
    ("order_numbers", "true"),
    ("shifts", "closed_at IS NOT NULL"),
    ("shift_counts", "true"),
    ("shift_variances", "true"),
    ("orders", "true"),
    ("order_lines", "true"),
    ("tickets", "true"),
    ("ticket_lines", "true"),
    ("payments", "true"),
    (
        "cash_entries",
        "shift_id IN (SELECT id FROM shifts WHERE closed_at IS NOT NULL)",
    ),
];

/// Fills a café, sells in it with and without a backup under way, and restores that backup into an empty one.
pub async fn measure(orders: u64, window: Duration) {
    let cafe = Cafe::open(TILLS, None).await;
    let began = Instant::now();
    let seeded = seed_a_month(&cafe).await;
    let months = (i64::try_from(orders).unwrap_or(i64::MAX) / seeded.max(1)).max(1);
    fill(&cafe, months, 1).await;
    println!(
        "\nBackups: {} orders, {} rows, {} MB in Postgres (filled in {} s)",
        number(&cafe, "SELECT count(*) FROM orders").await,
        number(&cafe, "SELECT sum(reltuples)::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").await,
        number(&cafe, "SELECT pg_database_size(current_database()) / 1000000").await,
        began.elapsed().as_secs(),
    );
    let admin = cafe.admin().await;
    let idle = processes::resident_kb(cafe.program);
    let sleep = tokio::time::sleep(window);
    let (calm, ()) = tills::run_until(&cafe, TILLS, Some(BEAT), sleep).await;
    let backup = one(&cafe, &admin);
    let (busy, backup) = tills::run_until(&cafe, TILLS, Some(BEAT), backup).await;
    println!(
        "file {} MB   made in {} s   proved in {} s",
        backup.bytes / 1_000_000,
        seconds(backup.made_ms),
        seconds(backup.checked_ms)
    );
    println!(
        "\n{TILLS} tills, a command each 250 ms      orders/s   ms per command p50      p99      max   orders"
    );
    print_selling("no backup under way", &calm);
    print_selling("while it is made and proved", &busy);
    println!();
    print_peak("cafe-pos", processes::peak_kb(cafe.program));
    println!("Memory of cafe-pos before: {} MB", tenths(idle * 10 / 1024));
    for (name, peak) in &backup.peaks {
        print_peak(name, *peak);
    }
    let file = cafe.folder.path().join("backups").join(&backup.file);
    restore(&file);
    cafe.close().await;
}

fn print_selling(when: &str, run: &Run) {
    let [half, most, all] =
        [50, 99, 100].map(|percent| hundredths(run.percentile_of_all(percent) / 10));
    println!(
        "{when:<34} {:>8} {half:>20} {most:>8} {all:>8} {:>8}",
        run.orders_per_second(),
        run.orders
    );
}

fn print_peak(name: &str, kb: u64) {
    println!("Peak memory of {name}: {} MB", tenths(kb * 10 / 1024));
}

fn seconds(ms: i64) -> String {
    tenths(u64::try_from(ms / 100).unwrap_or(0))
}

/// A backup as it was made.
struct Made {
    file: String,
    bytes: i64,
    made_ms: i64,
    checked_ms: i64,
    /// The most that each of Postgres' programs needed, in kilobytes.
    peaks: BTreeMap<String, u64>,
}

/// Asks for one on the page, and looks at the programs that make it until it is proved.
async fn one(cafe: &Cafe, admin: &str) -> Made {
    let mut connection = Connection::to(&cafe.address).await;
    let asked = connection.send("POST", "/backups", admin, "").await;
    asked.must_succeed("asking for a backup");
    let mut peaks = BTreeMap::new();
    loop {
        for _ in 0..10 {
            look_at_children(cafe.program, &mut peaks);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sql = "SELECT file, bytes, made_ms, checked_ms, state, failure FROM backups WHERE cause = 'asked'";
        let row = ask(cafe, sql).await;
        let state: String = row.try_get("", "state").expect("a state");
        match state.as_str() {
            "good" => {
                return Made {
                    file: row.try_get("", "file").expect("a file"),
                    bytes: row.try_get("", "bytes").expect("a length"),
                    made_ms: row.try_get("", "made_ms").expect("a time"),
                    checked_ms: row.try_get("", "checked_ms").expect("a time"),
                    peaks,
                };
            }
            "failed" | "unproved" => {
                let failure: Option<String> = row.try_get("", "failure").expect("why");
                panic!("the backup is {state}: {}", failure.unwrap_or_default());
            }
            _ => {}
        }
    }
}

fn look_at_children(parent: u32, peaks: &mut BTreeMap<String, u64>) {
    for child in processes::family(parent) {
        let name = processes::name(child);
        if ["pg_dump", "pg_restore", "psql"].contains(&name.as_str()) {
            let peak = peaks.entry(name).or_default();
            *peak = (*peak).max(processes::peak_kb(child));
        }
    }
}

/// Restores it into an empty folder, as on another machine: Postgres is made and started there first.
fn restore(file: &Path) {
    let folder = tempfile::Builder::new()
        .prefix("cafe-pos-bench")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a temporary folder");
    let began = Instant::now();
    let mut restoring = Command::new(env!("CARGO_BIN_EXE_cafe-pos"))
        .arg("restore")
        .arg(file)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", folder.path())
        .env("LOG", "warn")
        .spawn()
        .expect("the program");
    let (mut peaks, mut own) = (BTreeMap::new(), 0);
    while !has_ended(&mut restoring) {
        own = own.max(processes::peak_kb(restoring.id()));
        look_at_children(restoring.id(), &mut peaks);
        std::thread::sleep(Duration::from_millis(50));
    }
    println!(
        "\nRestored on an empty machine, Postgres made there first, in {} s",
        seconds(i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX))
    );
    print_peak("cafe-pos restore", own);
    for (name, peak) in &peaks {
        print_peak(name, *peak);
    }
}

fn has_ended(process: &mut Child) -> bool {
    match process.try_wait().expect("its state") {
        Some(ended) => {
            assert!(ended.success(), "the restore ended with {ended}");
            true
        }
        None => false,
    }
}

/// The month of `seed --demo`; answers how many orders it has.
pub async fn seed_a_month(cafe: &Cafe) -> i64 {
    let seeded = cafe
        .call(&["seed", "--demo"])
        .output()
        .expect("the program");
    assert!(seeded.status.success(), "{seeded:?}");
    number(cafe, "SELECT count(*) FROM orders").await
}

/// Each of so many months as busy as the seeded one so many times over: its rows again, some minutes earlier within the month
/// and for each thirty days before it; then what the program would have written beside them.
pub async fn fill(cafe: &Cafe, months: i64, times: i64) {
    let mut counted = Vec::new();
    for table in [
        "orders",
        "order_lines",
        "tickets",
        "ticket_lines",
        "payments",
    ] {
        let rows = number(cafe, &format!("SELECT count(*) FROM {table}")).await;
        counted.push((table, rows));
    }
    // One connection, with its own settings and function.
    let mut options = cafe.opened.url().connect_options();
    options.max_connections(1);
    let db = &Database::connect(options).await.expect("the database");
    // What belongs together is copied together, so the references need no looking up.
    run(
        db,
        "SET session_replication_role = replica; SET statement_timeout = 0",
    )
    .await;
    run(
        db,
        "CREATE FUNCTION pg_temp.earlier(id uuid, ms bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ \
         SELECT (lpad(to_hex(('x' || substr(hex, 1, 12))::bit(48)::bigint - ms), 12, '0') || substr(hex, 13))::uuid \
         FROM replace(id::text, '-', '') AS hex $$",
    )
    .await;
    for (table, rows) in TRADE {
        let columns = columns_of(cafe, table).await;
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<String> = columns
            .iter()
            .map(|(name, kind)| earlier(name, kind))
            .collect();
        run(
            db,
            &format!(
                // The oldest first, as they would lie on the disk: some indexes go by that.
                "INSERT INTO {table} ({}) SELECT {} \
                 FROM (SELECT m / {times} AS month, m % {times} AS again FROM generate_series({months} * {times} - 1, 1, -1) AS m) AS copies \
                 CROSS JOIN LATERAL (SELECT month * 2592000000 + again * 420000 AS ms) AS back \
                 CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {rows} AND ms > 0 OFFSET 0) AS was ON CONFLICT DO NOTHING",
                names.join(", "),
                values.join(", ")
            ),
        )
        .await;
    }
    for written in [LOG, SEALS, KEYS, "VACUUM ANALYZE", "CHECKPOINT"] {
        run(db, written).await;
    }
    db.clone().close().await.expect("closed");
    for (table, was) in counted {
        let is = number(cafe, &format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(is, was * months * times, "{table}");
    }
}

/// Three entries an order: opened, sent, paid.
const LOG: &str = "INSERT INTO audit_log (id, at, deed, staff_id, actor, subject, subject_id, after) \
    SELECT (lpad(to_hex((extract(epoch FROM opened_at) * 1000)::bigint), 12, '0') || substr(md5(random()::text), 1, 20))::uuid, \
           opened_at, deed, opened_by, 'Amina', 'order', id, \
           jsonb_build_object('reference', reference, 'total', total, 'kind', kind, 'guests', guests) \
    FROM orders, (VALUES ('order.opened'), ('order.sent'), ('payment.taken')) AS deeds (deed)";

/// The chain has its length, but not its hashes: only `check`'s walk along it would tell.
const SEALS: &str = "INSERT INTO audit_seals (number, audit_id, hash, sealed_at) \
    SELECT (SELECT coalesce(max(number), 0) FROM audit_seals) + row_number() OVER (ORDER BY at, id), id, sha256(id::text::bytea), at \
    FROM audit_log l WHERE subject = 'order' AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.id) \
      AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.audit_id = l.id)";

/// Eight commands an order; they are kept for 90 days.
const KEYS: &str = "INSERT INTO idempotency_keys (key, actor, deed, fingerprint, claimed_at) \
    SELECT concat(id, '-', n), concat('staff:', opened_by), 'orders.add_line', sha256(id::text::bytea), opened_at \
    FROM orders, generate_series(1, 8) AS n WHERE opened_at > now() - interval '90 days'";

/// The value of a column in a copy that is so many months and `ms` milliseconds earlier, by its name and kind.
fn earlier(name: &str, kind: &str) -> String {
    match (name, kind) {
        (
            "id" | "order_id" | "shift_id" | "ticket_id" | "line_id" | "payment_id" | "count_id",
            _,
        ) => {
            format!("pg_temp.earlier({name}, ms)")
        }
        // Without one, still without one.
        ("reference", _) => format!("{name} || '-' || ms"),
        ("report_number", _) => format!("{name} + ((month * 100 + again) * 1000)::integer"),
        // Unique within the day, or within what is copied along.
        ("number", "integer") => format!("{name} + (again * 1000)::integer"),
        (_, "timestamp with time zone") => format!("{name} - ms * interval '1 millisecond'"),
        (_, "date") => format!("{name} - (month * 30)::integer"),
        _ => name.to_owned(),
    }
}

/// The columns that can be written, with their kinds.
async fn columns_of(cafe: &Cafe, table: &str) -> Vec<(String, String)> {
    let question = Statement::from_sql_and_values(
        cafe.opened.db.get_database_backend(),
        "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table.into()],
    );
    let rows = cafe.opened.db.query_all_raw(question).await;
    let rows = rows.expect("an answer");
    rows.iter()
        .map(|row| {
            let text = |column| row.try_get("", column).expect("a text");
            (text("name"), text("kind"))
        })
        .collect()
}

async fn ask(cafe: &Cafe, sql: &str) -> QueryResult {
    let question = Statement::from_string(cafe.opened.db.get_database_backend(), sql);
    let row = cafe.opened.db.query_one_raw(question).await;
    row.expect("an answer").expect("a row")
}

pub async fn number(cafe: &Cafe, sql: &str) -> i64 {
    let row = ask(cafe, sql).await;
    row.try_get_by_index(0).expect("a number")
}

async fn run(db: &DatabaseConnection, sql: &str) {
    let done = db.execute_unprepared(sql).await;
    done.unwrap_or_else(|failure| panic!("{failure}: {sql}"));
}

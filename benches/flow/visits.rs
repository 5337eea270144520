//! What a screen weighs and takes: the first visit in bytes, the start until healthy, the till with a long menu.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};

use crate::cafe::Cafe;
use crate::client::Connection;

/// How often a page is asked for.
const TIMES: usize = 60;

/// The bytes of a page and of everything that it links to, as a browser that takes gzip gets them; without photos.
pub async fn first_visit(cafe: &Cafe, path: &str, session: Option<&str>) -> usize {
    let mut connection = Connection::to(&cafe.address).await;
    let page = connection.get(path, session, "gzip").await;
    page.must_succeed(path);
    let plain = connection.get(path, session, "identity").await;
    let text = String::from_utf8_lossy(&plain.body).into_owned();
    let mut bytes = compressed(&page.body, &page.head);
    let mut asked: BTreeSet<String> = linked(&text);
    let mut waiting: Vec<String> = asked.iter().cloned().collect();
    while let Some(asset) = waiting.pop() {
        let answer = connection.get(&asset, None, "gzip").await;
        answer.must_succeed(&asset);
        bytes += compressed(&answer.body, &answer.head);
        // A script may import others, a manifest names pictures.
        let plain = connection.get(&asset, None, "identity").await;
        for more in linked(&String::from_utf8_lossy(&plain.body)) {
            if asked.insert(more.clone()) {
                waiting.push(more);
            }
        }
    }
    bytes
}

/// Pages are sent plain within the building; the proxy compresses them, at its usual level.
fn compressed(body: &[u8], head: &str) -> usize {
    if head.to_lowercase().contains("content-encoding: gzip") {
        return body.len();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    std::io::Write::write_all(&mut encoder, body).expect("memory");
    encoder.finish().expect("memory").len()
}

/// Addresses of our own assets in a text.
fn linked(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("/assets/");
    let addresses = starts.map(|(at, _)| {
        let rest = &text[at..];
        let end = rest.find(['"', '\'', ')', '#', '?', ' ', '\\', '`', '<', '$', '{']);
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    addresses
        .filter(|address| {
            address
                .rsplit('/')
                .next()
                .is_some_and(|name| name.contains('.'))
        })
        .collect()
}

/// The median time of a page in microseconds.
pub async fn page_time(cafe: &Cafe, path: &str, session: &str) -> u64 {
    let mut connection = Connection::to(&cafe.address).await;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let asked = Instant::now();
        let answer = connection.get(path, Some(session), "identity").await;
        times.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
        answer.must_succeed(path);
    }
    times.sort_unstable();
    times[TIMES / 2]
}

/// Makes the menu a thousand products long, and opens two hundred orders of three lines at the tables.
pub async fn grow(cafe: &Cafe, orders: usize) {
    let db = &cafe.opened.db;
    let products = "INSERT INTO products (id, number, section_id, name, description, price, tax_class_id, station_id, sort, active, sold_out, created_at) \
        SELECT gen_random_uuid(), 2000 + n, p.section_id, 'Dish ' || n, '', 9000, p.tax_class_id, p.station_id, 1000 + n, true, false, now() \
        FROM generate_series(1, 1000 - (SELECT count(*)::int FROM products)) n \
        JOIN LATERAL (SELECT * FROM products WHERE number < 2000 ORDER BY number OFFSET n % 90 LIMIT 1) p ON true";
    db.execute_raw(Statement::from_string(db.get_database_backend(), products))
        .await
        .expect("more products");
    let version = "UPDATE menu_version SET version = version + 1";
    db.execute_raw(Statement::from_string(db.get_database_backend(), version))
        .await
        .expect("a new version");
    let mut connection = Connection::to(&cafe.address).await;
    let tables = cafe.tables().await;
    for number in 0..orders {
        let path = format!("/orders/{}", uuid::Uuid::now_v7());
        let cashier = &cafe.cashiers[number % cafe.cashiers.len()];
        let form = format!(
            "kind=dine_in&guests=2&table={}",
            tables[number % tables.len()]
        );
        connection
            .send("PUT", &path, cashier, &form)
            .await
            .must_succeed("open");
        for product in &cafe.products {
            let form = format!("product={product}");
            let lines = format!("{path}/lines");
            connection
                .send("POST", &lines, cashier, &form)
                .await
                .must_succeed("line");
        }
    }
    // The copies of the menu that instances keep are older than that.
    tokio::time::sleep(Duration::from_secs(4)).await;
}

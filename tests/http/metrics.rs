//! `/metrics`: that a machine can read all of it, that it tells what happened, and that strangers see nothing.

use poem::http::{Method, StatusCode};

use super::house::*;

/// One series: its name, its labels and its value.
struct Series {
    name: String,
    labels: Vec<(String, String)>,
    value: String,
}

impl Series {
    fn label(&self, name: &str) -> &str {
        let found = self.labels.iter().find(|(label, _)| label == name);
        found.map_or("", |(_, word)| word)
    }
}

/// Reads the text as Prometheus does, and is as strict: each series belongs to the family above it.
fn read(text: &str) -> Vec<Series> {
    assert!(text.ends_with('\n'), "the last line ends");
    let (mut family, mut kind, mut all) = (String::new(), String::new(), Vec::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, sentence) = help.split_once(' ').expect("a name and a sentence");
            assert!(!sentence.is_empty(), "{line}");
            family = name.to_owned();
        } else if let Some(told) = line.strip_prefix("# TYPE ") {
            let (name, what) = told.split_once(' ').expect("a name and a kind");
            assert_eq!(name, family);
            assert!(["counter", "gauge", "histogram"].contains(&what), "{line}");
            kind = what.to_owned();
        } else {
            let one = series(line);
            let ends: &[&str] = match kind.as_str() {
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            let belongs = ends.iter().any(|end| one.name == format!("{family}{end}"));
            assert!(belongs, "{line} stands under {family}");
            if kind == "counter" {
                assert!(one.name.ends_with("_total"), "{line}");
            }
            all.push(one);
        }
    }
    all
}

fn series(line: &str) -> Series {
    let (told, value) = line.rsplit_once(' ').expect("a series and its value");
    let digits = value.replace('.', "");
    assert!(
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        "{line}"
    );
    let (name, labels) = match told.strip_suffix('}') {
        Some(told) => told.split_once('{').expect("labels"),
        None => (told, ""),
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
    };
    assert!(is_name(name), "{line}");
    let labels = labels.split("\",").filter(|it| !it.is_empty()).map(|pair| {
        let (label, word) = pair.split_once("=\"").expect("a label and its word");
        assert!(is_name(label), "{line}");
        (label.to_owned(), word.trim_end_matches('"').to_owned())
    });
    Series {
        name: name.to_owned(),
        labels: labels.collect(),
        value: value.to_owned(),
    }
}

async fn scrape(house: &House) -> Vec<Series> {
    let answer = house.browser().get("/metrics").await;
    let answer = answer.must_be(StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    read(&answer.text)
}

/// The value of the one series with this name and these words among its labels.
fn value<'a>(all: &'a [Series], name: &str, words: &[(&str, &str)]) -> &'a str {
    let mut found = all.iter().filter(|one| {
        one.name == name && words.iter().all(|(label, word)| one.label(label) == *word)
    });
    let one = found
        .next()
        .unwrap_or_else(|| panic!("no {name} {words:?}"));
    assert!(found.next().is_none(), "several {name} {words:?}");
    &one.value
}

#[tokio::test]
async fn what_happened_is_told_line_by_line_by_pattern_kind_and_method() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let (order, other) = (till.counter_sale().await, till.counter_sale().await);
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(
        &format!("/orders/{other}/cancellation"),
        &[("reason", "They left")],
    )
    .await
    .must_be(StatusCode::OK);
    let payments = format!("/orders/{order}/payments");
    let cash = [("tendered", "100000")];
    let key = key();
    for _ in 0..2 {
        // A repeated request counts as a request and not as a payment.
        let paid = till.change(Method::POST, &payments, &cash, &key).await;
        assert!(
            paid.status.is_success() || paid.status.is_redirection(),
            "{}",
            paid.text
        );
    }
    let all = scrape(&house).await;
    let takeaway = [("kind", "takeaway")];
    assert_eq!(value(&all, "cafe_pos_orders_opened_total", &takeaway), "2");
    assert_eq!(value(&all, "cafe_pos_orders_settled_total", &takeaway), "1");
    assert_eq!(
        value(&all, "cafe_pos_orders_cancelled_total", &takeaway),
        "1"
    );
    assert_eq!(
        value(&all, "cafe_pos_payments_total", &[("method", "cash")]),
        "1"
    );
    let paid = [
        ("route", "/orders/:order/payments"),
        ("method", "POST"),
        ("status", "2xx"),
    ];
    assert_eq!(value(&all, "cafe_pos_http_requests_total", &paid), "2");

    let took = "cafe_pos_http_request_duration_seconds";
    let buckets: Vec<&Series> = all
        .iter()
        .filter(|one| {
            one.name == format!("{took}_bucket")
                && one.label("route") == paid[0].1
                && one.label("method") == "POST"
        })
        .collect();
    assert!(buckets.len() > 8, "{} buckets", buckets.len());
    let counts: Vec<u64> = buckets
        .iter()
        .map(|one| one.value.parse().expect("a count"))
        .collect();
    assert!(counts.is_sorted(), "{counts:?}");
    assert_eq!(buckets.last().expect("one").label("le"), "+Inf");
    assert_eq!(counts.last(), Some(&2));
    assert_eq!(value(&all, &format!("{took}_count"), &paid[..2]), "2");

    for name in [
        "cafe_pos_streams",
        "cafe_pos_drawings_total",
        "cafe_pos_bus_connected",
        "cafe_pos_db_connections_in_use",
        "cafe_pos_db_connections_idle",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    ] {
        value(&all, name, &[]);
    }
    assert_eq!(value(&all, "cafe_pos_db_connections_max", &[]), "8");
}

#[tokio::test]
async fn whoever_comes_through_a_proxy_needs_the_token_and_is_not_told_that_there_is_anything() {
    let house = House::open().await;
    let mut browser = house.browser();
    let led = ("x-forwarded-for", "127.0.0.1");
    for header in [
        led,
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        let answer = browser.send(Method::GET, "/metrics", None, &[header]).await;
        let answer = answer.must_be(StatusCode::NOT_FOUND);
        assert!(!answer.text.contains("cafe_pos_"), "{}", answer.text);
    }
    let right = format!("Bearer {METRICS_TOKEN}");
    for (given, status) in [
        (right.as_str(), StatusCode::OK),
        ("Bearer ", StatusCode::NOT_FOUND),
        ("Bearer of-no-consequence", StatusCode::NOT_FOUND),
        (METRICS_TOKEN, StatusCode::NOT_FOUND),
    ] {
        let headers = [led, ("authorization", given)];
        let answer = browser.send(Method::GET, "/metrics", None, &headers).await;
        answer.must_be(status);
    }
}

#[tokio::test]
async fn hostile_addresses_and_methods_make_no_series_of_their_own() {
    let house = House::open().await;
    let mut browser = house.browser();
    scrape(&house).await;
    let before = scrape(&house).await.len();
    for n in 0..20 {
        browser
            .get(&format!("/no-such-place-{n}/\"}}%0Aevil"))
            .await;
        browser.get(&format!("/orders/evil-{n}")).await;
        let method = Method::from_bytes(format!("EVIL{n}").as_bytes()).expect("a method");
        browser.send(method, "/floor", None, &[]).await;
    }
    let after = scrape(&house).await;
    assert!(
        after.iter().all(|one| one
            .labels
            .iter()
            .all(|(_, word)| !word.to_lowercase().contains("evil"))),
        "a stranger's word is a label"
    );
    // What is no address, an order, and a strange method at the floor: three, each with its histogram.
    assert!(
        after.len() - before <= 3 * 16,
        "{} more",
        after.len() - before
    );
    let lost = [("route", "none"), ("method", "GET"), ("status", "4xx")];
    assert_eq!(value(&after, "cafe_pos_http_requests_total", &lost), "20");
}

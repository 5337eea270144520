//! Every address on every screen is a bound route for its method.

use std::collections::{BTreeSet, VecDeque};

use poem::http::{Method, StatusCode};
use scraper::{Html, Selector};

use super::house::*;

/// How many screens one role's walk draws at most.
const MOST: usize = 400;

/// An address on a screen, and the method it is asked with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    method: String,
    path: String,
}

#[tokio::test]
async fn every_link_on_every_screen_is_a_bound_route() {
    let house = House::open().await;
    furnish(&house).await;
    for (role, username) in EACH_ROLE {
        let mut device = if role.takes_orders() {
            house.till(username, "Till 1").await
        } else {
            house.person(username).await
        };
        let (mut waiting, mut seen) = (VecDeque::from(["/".to_owned()]), BTreeSet::new());
        let mut links = BTreeSet::new();
        while let Some(path) = waiting.pop_front() {
            if !seen.insert(path.clone()) || seen.len() > MOST || path.starts_with("/assets/") {
                continue;
            }
            let answer = device.get(&path).await;
            if answer.status == StatusCode::SEE_OTHER {
                waiting.push_back(answer.header("location").to_owned());
                continue;
            }
            assert!(
                answer.status == StatusCode::OK || answer.status == StatusCode::FORBIDDEN,
                "{role}: {path} answers {} {}",
                answer.status,
                answer.text
            );
            for link in links_of(&answer.text) {
                let ends_the_walk = link.path.starts_with("/api/realtime");
                if link.method == "GET" && !ends_the_walk {
                    waiting.extend(as_tapped(&link.path, &answer.text));
                }
                links.insert(link);
            }
        }
        assert!(seen.len() > 2, "{role} sees too little: {seen:?}");
        for link in links {
            assert!(is_bound(&link), "{role}: {link:?} is bound to nothing");
        }
    }
}

/// Something of everything: orders in each state, at tables and at the counter.
async fn furnish(house: &House) {
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "4").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let mut bar = house.person(BARTENDER).await;
    let ticket: uuid::Uuid = house
        .row(
            "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = 'Bar'",
            [],
        )
        .await
        .try_get("", "id")
        .expect("a ticket");
    bar.post(&format!("/kitchen/tickets/{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let counter = till.counter_sale().await;
    till.tap(counter, "Espresso").await.must_be(StatusCode::OK);
    let mut cashier = house.person(CASHIER).await;
    let asked = [("method", "mtn_momo"), ("part", "full")];
    for at in [order, counter] {
        cashier
            .post(&format!("/orders/{at}/attempts"), &asked)
            .await
            .must_be(StatusCode::OK);
    }
    let loose = [
        ("method", "mtn_momo"),
        ("transaction", "32611264207"),
        ("amount", "500"),
    ];
    cashier
        .post("/payments/unplaced", &loose)
        .await
        .must_be(StatusCode::OK);
    let file =
        b"Transaction ID,Date,Amount\n32611264207,2026-11-20,500\n32611264208,2026-11-20,500\n";
    super::statements::upload(&house.person(MANAGER).await, "mtn.csv", file, "", &key())
        .await
        .must_be(StatusCode::OK);
}

fn links_of(text: &str) -> Vec<Link> {
    let html = Html::parse_document(text);
    let mut links = Vec::new();
    let all = Selector::parse("*").expect("a selector");
    for element in html.select(&all) {
        let name = element.value().name();
        if matches!(name, "link" | "use" | "script" | "img") {
            continue;
        }
        for (attribute, method) in [
            ("href", "GET"),
            ("hx-get", "GET"),
            ("hx-sse:connect", "GET"),
            ("hx-post", "POST"),
            ("hx-put", "PUT"),
            ("hx-delete", "DELETE"),
            ("data-leave", "POST"),
        ] {
            if let Some(path) = element.attr(attribute) {
                links.push(link(method, path));
            }
        }
        if let Some(path) = element.attr("action") {
            let method = element.attr("method").unwrap_or("get").to_uppercase();
            links.push(link(&method, path));
        }
    }
    links.retain(|link| link.path.starts_with('/'));
    links
}

/// The address that a browser asks for: with the lines of this screen in place of `{line}`.
fn as_tapped(path: &str, screen: &str) -> Vec<String> {
    if !path.contains("{line}") {
        return vec![path.to_owned()];
    }
    let html = Html::parse_document(screen);
    let lines = Selector::parse("[data-line]:not(.sent)").expect("a selector");
    html.select(&lines)
        .filter_map(|line| line.attr("data-line"))
        .map(|line| path.replace("{line}", line))
        .collect()
}

fn link(method: &str, path: &str) -> Link {
    Link {
        method: method.to_owned(),
        path: path.split('#').next().unwrap_or("").to_owned(),
    }
}

fn is_bound(link: &Link) -> bool {
    let path = link.path.split('?').next().unwrap_or("");
    if path.starts_with("/assets/") {
        return true;
    }
    let method = Method::from_bytes(link.method.as_bytes()).expect("a method");
    cafe_pos::routes::map()
        .entries()
        .iter()
        .any(|entry| entry.methods.contains(&method) && fits(entry.path, path))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(part, given)| part.starts_with(':') || part == given)
}

//! What people wrote down is text wherever it is shown, and never a part of the page.

use std::collections::BTreeSet;
use std::time::Duration;

use poem::http::{Method, StatusCode};
use scraper::{Html, Selector};
use tokio_stream::StreamExt;

use super::evil::{Ink, trade};
use super::scene::routes;
use crate::house::*;

/// Something that was drawn, and where.
struct Drawn {
    at: String,
    html: String,
}

/// Attributes in which a text could do something.
const ACTING: [&str; 18] = [
    "href",
    "src",
    "action",
    "formaction",
    "style",
    "class",
    "id",
    "for",
    "hx-get",
    "hx-post",
    "hx-put",
    "hx-delete",
    "hx-target",
    "hx-trigger",
    "hx-sse:connect",
    "hx-on",
    "hx-include",
    "hx-headers",
];

/// Elements with their attributes, as far as a picture has any.
fn vocabulary(drawn: &[Drawn]) -> BTreeSet<(String, String)> {
    let mut known = BTreeSet::new();
    each_element(drawn, |_, element| {
        let name = element.value().name();
        known.insert((name.to_owned(), String::new()));
        for (attribute, _) in element.value().attrs() {
            known.insert((name.to_owned(), attribute.to_owned()));
        }
    });
    known
}

fn each_element(drawn: &[Drawn], mut look: impl FnMut(&str, scraper::ElementRef<'_>)) {
    let all = Selector::parse("*").expect("a selector");
    for one in drawn {
        let html = Html::parse_document(&one.html);
        for element in html.select(&all) {
            look(&one.at, element);
        }
    }
}

/// Nothing of a picture was made by what is written on it.
fn is_text_only(drawn: &[Drawn]) {
    each_element(drawn, |at, element| {
        let name = element.value().name();
        let inside: String = match name {
            "script" | "style" => element.text().collect(),
            _ => String::new(),
        };
        assert!(
            !name.contains("evil") && !inside.contains("evil"),
            "{at}: {}",
            element.html()
        );
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.contains("evil"), "{at}: {}", element.html());
            let acts = ACTING.contains(&attribute) || attribute.starts_with("on");
            assert!(
                !(acts && value.contains("evil")),
                "{at}: {attribute} of {}",
                element.html()
            );
            if attribute == "hx-vals" {
                let values: Result<serde_json::Map<String, serde_json::Value>, _> =
                    serde_json::from_str(value);
                let values = values.unwrap_or_else(|fault| panic!("{at}: {fault} in {value}"));
                assert!(
                    values.keys().all(|key| !key.contains("evil")),
                    "{at}: {value}"
                );
            }
        }
    });
}

/// Every address that shows something, with everything there is to show.
async fn every_screen(house: &House) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let till = house.till(ADMIN, "Till 1").await;
    for (method, pattern) in routes() {
        // A stream has its own test, and a backup's file is nothing that a browser draws.
        if method != Method::GET || pattern.ends_with("/stream") || pattern.ends_with("/file") {
            continue;
        }
        for path in addresses(house, pattern).await {
            for fragment in [false, true] {
                let mut till = till.clone();
                let answer = match fragment {
                    true => till.fragment(&path).await,
                    false => till.get(&path).await,
                };
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
                if answer
                    .header("content-type")
                    .starts_with("application/json")
                {
                    answer.json();
                    continue;
                }
                drawn.push(Drawn {
                    at: path.clone(),
                    html: answer.text,
                });
            }
        }
    }
    // Whom others see: tiles without anybody signed in, a display, a waiter, a cook.
    let mut tiles = house.till(WAITER, "Till 2").await;
    tiles.cookies.remove(cafe_pos::staff::session::COOKIE);
    let mut others = vec![("/sign-in", tiles)];
    others.push(("/kitchen", house.person(COOK).await));
    others.push(("/floor", house.person(WAITER).await));
    others.push(("/menu/stock", house.person(BARTENDER).await));
    others.push(("/shift", house.person(CASHIER).await));
    for (path, mut device) in others {
        let html = device.get(path).await.must_be(StatusCode::OK).text;
        drawn.push(Drawn {
            at: path.to_owned(),
            html,
        });
    }
    drawn.extend(answers_to_deeds(house).await);
    drawn
}

/// The addresses of a pattern, with what there is in the house.
async fn addresses(house: &House, pattern: &str) -> Vec<String> {
    let sql = match pattern {
        "/staff/:staff" => "SELECT '/staff/' || id AS path FROM staff LIMIT 3",
        "/printers/:printer" => "SELECT '/printers/' || id AS path FROM printers",
        "/print-jobs/:job" => "SELECT '/print-jobs/' || id AS path FROM print_jobs",
        "/payments/:payment/drawer" => {
            "SELECT '/payments/' || id || '/drawer' AS path FROM payments LIMIT 2"
        }
        "/terminals/:terminal" => "SELECT '/terminals/' || id AS path FROM terminals LIMIT 3",
        "/terminals/:terminal/code" => {
            "SELECT '/terminals/' || id || '/code' AS path FROM terminals LIMIT 1"
        }
        "/tables/:table" => {
            "SELECT '/tables/' || id AS path FROM dining_tables ORDER BY id LIMIT 3"
        }
        pattern if pattern.starts_with("/kitchen/stations/:station") => {
            let sql =
                format!("SELECT replace('{pattern}', ':station', id::text) AS path FROM stations");
            return paths(house, &sql).await;
        }
        "/stations/:station" => "SELECT '/stations/' || id AS path FROM stations",
        pattern if pattern.contains(":list") => {
            let sql = format!(
                "SELECT replace(replace('{pattern}', ':list', price_list_id::text), ':product', product_id::text) AS path FROM listed_prices"
            );
            return paths(house, &sql).await;
        }
        "/pass/:pass/servings" => {
            "SELECT '/pass/' || id || '/servings' AS path FROM stations WHERE kind = 'expo'"
        }
        "/r/:token" => "SELECT '/r/' || token AS path FROM receipt_links LIMIT 2",
        "/approvals/:approval/answer" => {
            "SELECT '/approvals/' || id || '/answer' AS path FROM approval_requests"
        }
        "/payments/:payment/receipt" => {
            "SELECT '/payments/' || id || '/receipt' AS path FROM payments LIMIT 2"
        }
        "/payments/:payment/refund" => {
            "SELECT '/payments/' || id || '/refund' AS path FROM payments LIMIT 2"
        }
        "/refunds/:refund" => "SELECT '/refunds/' || id AS path FROM refunds LIMIT 2",
        "/attempts/:attempt" => "SELECT '/attempts/' || id AS path FROM payment_attempts",
        "/payments/:payment/placement" => {
            "SELECT '/payments/' || id || '/placement' AS path FROM payments ORDER BY order_id NULLS FIRST LIMIT 2"
        }
        pattern if pattern.contains(":attempt") => {
            let sql = format!(
                "SELECT replace('{pattern}', ':attempt', id::text) AS path FROM payment_attempts"
            );
            return paths(house, &sql).await;
        }
        "/payments/statements/:statement" => {
            "SELECT '/payments/statements/' || id AS path FROM statements"
        }
        "/orders/:order/products/:product" => {
            "SELECT '/orders/' || o.id || '/products/' || g.product_id AS path FROM orders o, product_modifier_groups g \
             ORDER BY o.id, g.product_id LIMIT 4"
        }
        "/orders/:order/menu" => {
            "SELECT '/orders/' || o.id || '/menu?category=' || c.id AS path FROM (SELECT id FROM orders LIMIT 1) o, categories c"
        }
        pattern if pattern.contains("/lines/:line/") => {
            let what = pattern.rsplit('/').next().unwrap_or_default();
            let sql = format!(
                "SELECT '/orders/' || order_id || '/lines/' || id || '/{what}' AS path FROM order_lines LIMIT 6"
            );
            return paths(house, &sql).await;
        }
        pattern if pattern.contains(":order") => {
            let sql =
                format!("SELECT replace('{pattern}', ':order', id::text) AS path FROM orders");
            return paths(house, &sql).await;
        }
        "/days/:date" => "SELECT '/days/' || date AS path FROM business_days",
        pattern if pattern.contains(":entry") => {
            let sql = format!(
                "SELECT replace(replace('{pattern}', ':shift', shift_id::text), ':entry', id::text) AS path \
                 FROM cash_entries WHERE kind = 'paid_in'"
            );
            return paths(house, &sql).await;
        }
        pattern if pattern.contains(":shift") => {
            let sql =
                format!("SELECT replace('{pattern}', ':shift', id::text) AS path FROM shifts");
            return paths(house, &sql).await;
        }
        "/audit" | "/audit/exceptions" => {
            let evil = "%22%3E%3Cx-evil%3E%27onevil=x";
            return vec![
                pattern.to_owned(),
                format!(
                    "{pattern}?text={evil}&from={evil}&to={evil}&person={evil}&kind={evil}&order={evil}&terminal={evil}"
                ),
            ];
        }
        "/menu/stock" | "/sign-in" => {
            let evil = "%22%3E%3Cx-evil%3E%27onevil=x";
            return vec![
                pattern.to_owned(),
                format!("{pattern}?q={evil}&to=/{evil}&with=password"),
            ];
        }
        pattern => {
            assert!(
                !pattern.contains(':'),
                "say in tests/http/hostile/stored.rs what {pattern} can show"
            );
            return vec![pattern.to_owned()];
        }
    };
    paths(house, sql).await
}

async fn paths(house: &House, sql: &str) -> Vec<String> {
    let all = format!("SELECT string_agg(path, ' ') AS paths FROM ({sql}) AS found");
    let paths: Option<String> = house
        .row(&all, [])
        .await
        .try_get("", "paths")
        .expect("paths");
    let paths = paths.unwrap_or_else(|| panic!("nothing to show: {sql}"));
    paths.split(' ').map(str::to_owned).collect()
}

/// What is drawn for the one who did something: a panel, an offer to undo, a refusal that names a thing or a person.
async fn answers_to_deeds(house: &House) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let mut admin = house.person(ADMIN).await;
    let lines = paths(
        house,
        "SELECT '/orders/' || l.order_id || '/lines/' || l.id AS path FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE l.state = 'unsent' AND o.cancelled_at IS NULL AND o.closed_at IS NULL",
    )
    .await;
    let path = format!("{}/note", lines[0]);
    let mut keep = |at: &str, answer: Answer| {
        drawn.push(Drawn {
            at: at.to_owned(),
            html: answer.text,
        })
    };
    keep(
        &path,
        admin
            .post(&path, &[("note", "\"><x-evil>")])
            .await
            .must_be(StatusCode::OK),
    );
    keep(
        &lines[0],
        admin.delete(&lines[0]).await.must_be(StatusCode::OK),
    );
    let shifts = paths(
        house,
        "SELECT '/shifts/' || id || '/count' AS path FROM shifts WHERE closed_at IS NULL",
    )
    .await;
    let mut brian = house.person(OTHER_CASHIER).await;
    keep(
        "another's shift",
        brian
            .fragment(&shifts[0])
            .await
            .must_be(StatusCode::FORBIDDEN),
    );
    house
        .execute("UPDATE products SET sold_out = true", [])
        .await;
    house
        .app
        .live()
        .publish(vec![cafe_pos::live::Changed::Menu]);
    let product = house.row("SELECT id FROM products LIMIT 1", []).await;
    let product: uuid::Uuid = product.try_get("", "id").expect("a product");
    let tap = lines[0]
        .split("/lines")
        .next()
        .unwrap_or_default()
        .to_owned()
        + "/lines";
    keep(
        &tap,
        admin
            .post(&tap, &[("product", &product.to_string())])
            .await
            .must_be(StatusCode::CONFLICT),
    );
    let asked = "SELECT '/approvals/' || id || '/answer' AS path FROM approval_requests";
    let asked = paths(house, asked).await.remove(0);
    let mut amina = house.person(CASHIER).await;
    keep(&asked, amina.fragment(&asked).await);
    let mut manager = house.person(MANAGER).await;
    let no = [("agree", "no"), ("note", "\"><x-evil>")];
    keep(
        &asked,
        manager.post(&asked, &no).await.must_be(StatusCode::OK),
    );
    keep(&asked, amina.fragment(&asked).await.must_be(StatusCode::OK));
    let form = [
        ("username", "\"><x-evil>"),
        ("password", "' onevil='x"),
        ("to", "/\"><x-evil>"),
    ];
    let form = serde_urlencoded::to_string(form).expect("a form");
    let headers = [("accept", "text/html"), ("sec-fetch-site", "same-origin")];
    keep(
        "/sign-in",
        house
            .browser()
            .send(Method::POST, "/sign-in", Some(form), &headers)
            .await,
    );
    let form = Some("code=%22%3E%3Cx-evil%3E&_key=12345678".to_owned());
    keep(
        "/pair",
        house
            .browser()
            .send(Method::POST, "/pair", form, &headers)
            .await,
    );
    drawn
}

/// The first pictures of every stream, and that none of them is more than its lines say.
async fn every_picture(house: &House) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let admin = house.person(ADMIN).await;
    let mut views = vec![
        "view=floor".to_owned(),
        "view=ready".to_owned(),
        "view=shifts".to_owned(),
        "view=asks".to_owned(),
        "view=approvals".to_owned(),
        "view=desk".to_owned(),
    ];
    for sql in [
        "SELECT 'view=order&order=' || id AS path FROM orders WHERE cancelled_at IS NULL LIMIT 4",
        "SELECT 'view=pay&order=' || order_id AS path FROM payment_attempts",
        "SELECT 'view=table&table=' || id AS path FROM dining_tables ORDER BY id LIMIT 1",
        "SELECT 'view=board&station=' || id AS path FROM stations",
    ] {
        views.extend(paths(house, sql).await);
    }
    for view in views {
        let response = admin.open(&format!("/api/realtime/stream?{view}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{view}");
        let mut pieces = Box::pin(response.into_body().into_bytes_stream());
        let mut text = Vec::new();
        while let Ok(Some(Ok(piece))) =
            tokio::time::timeout(Duration::from_millis(400), pieces.next()).await
        {
            text.extend_from_slice(&piece);
        }
        let text = String::from_utf8(text).expect("text");
        assert!(text.contains("data: "), "{view}: {text}");
        let mut html = String::new();
        for line in text.split(['\n', '\r']) {
            match line.split_once(": ") {
                Some(("data", data)) => html += &format!("{data}\n"),
                Some(("event" | "id" | "retry", word)) => {
                    assert!(!word.contains("evil"), "{view}: {line}")
                }
                _ => assert!(line.is_empty() || line.starts_with(':'), "{view}: {line:?}"),
            }
        }
        drawn.push(Drawn { at: view, html });
    }
    drawn
}

async fn drawn_with(ink: Ink) -> Vec<Drawn> {
    let house = House::open().await;
    trade(&house, ink).await;
    let mut drawn = every_picture(&house).await;
    drawn.extend(every_screen(&house).await);
    drawn
}

#[tokio::test]
async fn what_people_wrote_is_only_ever_text() {
    let (evil, plain) = tokio::join!(drawn_with(Ink::Evil), drawn_with(Ink::Plain));
    is_text_only(&evil);
    let (made, known) = (vocabulary(&evil), vocabulary(&plain));
    let more: Vec<_> = made.difference(&known).collect();
    assert!(
        more.is_empty(),
        "there are elements and attributes that harmless words do not make: {more:?}"
    );
    let showing = evil.iter().filter(|one| one.html.contains("evil")).count();
    println!(
        "{} pictures, {showing} of them with hostile text",
        evil.len()
    );
    assert!(
        showing > 100,
        "the text is hardly shown, so nothing was proved: {showing}"
    );
}

#[test]
fn a_text_that_breaks_out_is_seen() {
    for html in [
        "<p><script evil></script></p>",
        "<input value=\"\"><img evil src=x onevil=x>",
        "<a href=\"js:evil()\">x</a>",
        "<button hx-vals=\"{&quot;a&quot;:&quot;evil\">x</button>",
        "<script>const name = 'evil';</script>",
        "<b class='evil'>x</b>",
    ] {
        let drawn = Drawn {
            at: "here".to_owned(),
            html: html.to_owned(),
        };
        let judged = std::panic::catch_unwind(|| is_text_only(&[drawn]));
        assert!(judged.is_err(), "{html}");
    }
}

//! What chance might leave out: the worst in every single field, at every single place of an address, and every method
//! that is none.

use poem::http::{HeaderName, HeaderValue, Method, StatusCode};

use super::deeds::{Fields, well_formed};
use super::generator::Shot;
use super::malformed::{judge, refresh};
use super::scene::{LONG_AGO, Scene, routes, with_each};
use super::watch;
use super::words::ODD_SEGMENTS;
use crate::house::*;
use crate::races::the_money_adds_up;

/// The signs and numbers that break parsers, columns and pages.
const WORST: [&str; 10] = [
    "\0",
    "a\0b",
    "\u{202e}\u{200f}\u{feff}",
    "\u{1f468}\u{200d}\u{1f469}\u{fe0f}\u{10ffff}",
    "9223372036854775808",
    "-9223372036854775808",
    "NaN",
    "\r\nSet-Cookie: a=b",
    "' OR ''='",
    "000000000000000000000000000000000000000000000000000000001",
];

/// The tiles are the menu's, and only a tap looks at the order; who leaves does not wait for whether there was one.
const NEEDS_NO_ORDER: [&str; 2] = ["/orders/:order/menu", "/orders/:order/leaving"];

fn shot(method: &Method, address: String, form: Option<&Fields>, as_json: bool) -> Shot {
    let put = |name: &str, value: &str| -> (HeaderName, HeaderValue) {
        (
            name.parse().expect("a name"),
            value.parse().expect("a value"),
        )
    };
    let mut headers = vec![
        put("hx-request", "true"),
        put("sec-fetch-site", "same-origin"),
        put("idempotency-key", &key()),
        put(
            "x-forwarded-for",
            &format!("2001:db8:{:x}::1", rand::random::<u16>()),
        ),
    ];
    let body = match form {
        None => String::new(),
        Some(form) if as_json => {
            headers.push(put("content-type", "application/json"));
            let fields = form
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()));
            serde_json::Value::Object(fields.collect()).to_string()
        }
        Some(form) => {
            headers.push(put("content-type", "application/x-www-form-urlencoded"));
            serde_urlencoded::to_string(form).expect("a form")
        }
    };
    Shot {
        method: method.clone(),
        address,
        headers,
        body: body.into_bytes(),
    }
}

/// Sends it as an admin and judges what comes back.
async fn send(scene: &Scene, pattern: &str, shot: &Shot) -> StatusCode {
    let admin = scene.house.person(ADMIN).await;
    let request = shot.request(&admin.cookie_header()).expect("a request");
    let answer = admin.send_raw(request).await;
    let changed = watch::changes(&scene.house).await;
    if let Err(wrong) = judge(shot, pattern, &answer, &changed) {
        panic!(
            "{wrong}\n{pattern}\n{}\n{} {}",
            shot.told(),
            answer.status,
            answer.text
        );
    }
    answer.status
}

#[tokio::test]
async fn the_worst_in_every_field_breaks_nothing() {
    let mut scene = Scene::open().await;
    let mut made = 0;
    for (method, pattern) in routes() {
        let straight = well_formed(&scene, &method, pattern).expect("a known address");
        if straight.is_empty() {
            continue;
        }
        refresh(&mut scene).await;
        watch::changes(&scene.house).await;
        let straight = well_formed(&scene, &method, pattern).expect("a known address");
        let long = "w".repeat(20_000);
        for at in 0..straight.len() {
            for (number, worst) in WORST.into_iter().chain([long.as_str()]).enumerate() {
                let mut form = straight.clone();
                form[at].1 = worst.to_owned();
                let address = scene.filled(&method, pattern, ADMIN);
                let as_json = (number + at) % 2 == 0;
                send(
                    &scene,
                    pattern,
                    &shot(&method, address, Some(&form), as_json),
                )
                .await;
                made += 1;
            }
        }
        the_money_adds_up(&scene.house).await;
    }
    println!("{made} forms with the worst in one field");
    assert!(made > 500);
}

#[tokio::test]
async fn what_is_no_id_leads_nowhere_at_every_place_of_every_address() {
    let scene = Scene::open().await;
    watch::changes(&scene.house).await;
    let mut made = 0;
    for (method, pattern) in routes() {
        if !pattern.contains(':') {
            continue;
        }
        let straight = scene.filled(&method, pattern, ADMIN);
        let parts: Vec<&str> = straight.split('/').collect();
        let is_id = |at: &usize| {
            pattern
                .split('/')
                .nth(*at)
                .is_some_and(|part| part.starts_with(':'))
        };
        for at in (0..parts.len()).filter(is_id) {
            for segment in ODD_SEGMENTS {
                let mut bent = parts.clone();
                bent[at] = segment;
                let form = well_formed(&scene, &method, pattern).expect("a known address");
                let form = (method != Method::GET).then_some(&form);
                let shot = shot(&method, bent.join("/"), form, false);
                if shot.request("").is_none() {
                    continue;
                }
                let told = send(&scene, pattern, &shot).await;
                // A form of a new thing stands beside the things; a UUID may be written in other ways.
                let stands = ["new", "urn:uuid:"]
                    .iter()
                    .any(|word| segment.starts_with(word));
                assert!(
                    told.is_client_error() || stands || NEEDS_NO_ORDER.contains(&pattern),
                    "{method} {}: {told}",
                    bent.join("/")
                );
                made += 1;
            }
        }
    }
    println!("{made} addresses that lead nowhere");
}

#[tokio::test]
async fn a_method_that_an_address_does_not_know_does_nothing_there() {
    let scene = Scene::open().await;
    watch::changes(&scene.house).await;
    let known = routes();
    let mut made = 0;
    for (_, pattern) in &known {
        for name in [
            "PATCH", "TRACE", "OPTIONS", "CONNECT", "FOO", "post", "PROPFIND", "GET", "POST",
            "PUT", "DELETE",
        ] {
            let method: Method = name.parse().expect("a method");
            if known
                .iter()
                .any(|(its, at)| *its == method && at == pattern)
            {
                continue;
            }
            let address = with_each(pattern, |name| match name {
                "course" => "1".to_owned(),
                "date" => LONG_AGO.to_owned(),
                "line" | "shift" => scene.id("line").to_string(),
                name => scene.id(name).to_string(),
            });
            let form = Fields::new();
            let told = send(&scene, pattern, &shot(&method, address, Some(&form), false)).await;
            assert!(told.is_client_error(), "{method} {pattern}: {told}");
            made += 1;
        }
    }
    println!("{made} requests with methods that are none there");
}

//! Another site makes a browser send what its person never meant: at every changing address, with a form that would
//! have been carried out, in every way that a browser can be made to send one.

use poem::http::{Method, StatusCode};

use super::deeds::well_formed;
use super::scene::{Scene, routes};
use super::watch;
use crate::house::*;

/// What browsers say about where a request comes from, when it is not from here. The host is `pos.test`.
const FROM_ELSEWHERE: [&[(&str, &str)]; 18] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://pos.test"),
    ],
    &[
        ("sec-fetch-site", "same-site"),
        ("origin", "http://pos.test"),
        ("referer", "http://pos.test/floor"),
    ],
    &[("sec-fetch-site", "Same-Origin")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "same-origin, cross-site")],
    &[("origin", "https://evil.test")],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "http://pos.test.evil.test")],
    &[("origin", "http://evil-pos.test")],
    &[("origin", "http://pos.test:81")],
    &[("origin", "http://pos.test/")],
    &[("origin", "http://evil.test@pos.test")],
    &[("origin", "file://pos.test")],
    // Neither is sent by any browser that sends a cookie along.
    &[("referer", "http://pos.test/floor")],
    &[("authorization", "Basic Ym9iOmJvYg==")],
];

/// The kinds of body that a form of another site, or a script without asking first, can send.
const KINDS: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
];

#[tokio::test]
async fn no_other_site_changes_anything_and_the_same_request_from_here_goes_through() {
    let scene = Scene::open().await;
    let mut tried = 0;
    for (method, pattern) in routes() {
        if method == Method::GET {
            continue;
        }
        let form = well_formed(&scene, &method, pattern).expect("a known address");
        let form = serde_urlencoded::to_string(form).expect("a form");
        watch::changes(&scene.house).await;
        for (number, from) in FROM_ELSEWHERE.iter().enumerate() {
            let mut admin = scene.house.person(ADMIN).await;
            let path = scene.filled(&method, pattern, ADMIN);
            let kind = KINDS[number % KINDS.len()];
            let key = key();
            // A plain form brings its key along; htmx headers do not help another site either.
            let body = match kind {
                "text/plain" => "{\"note\":\"x\"}".to_owned(),
                _ => format!("{form}&_key={key}"),
            };
            let mut headers = from.to_vec();
            if number % 2 == 0 {
                headers.extend([("hx-request", "true"), ("idempotency-key", key.as_str())]);
            }
            let answer = admin
                .send_body(method.clone(), &path, Some((kind, body)), &headers)
                .await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{method} {pattern} {from:?}: {}",
                answer.text
            );
            let changed = watch::changes(&scene.house).await;
            assert!(
                changed.is_empty(),
                "{method} {pattern} {from:?} changed {changed:?}"
            );
            assert_eq!(answer.header("access-control-allow-origin"), "");
            tried += 1;
        }
        // The proof that it was refused for where it came from.
        for here in [
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://pos.test"),
        ] {
            let mut admin = scene.house.person(ADMIN).await;
            let path = scene.filled(&method, pattern, ADMIN);
            let key = key();
            let headers = [
                here,
                ("hx-request", "true"),
                ("idempotency-key", key.as_str()),
            ];
            let answer = admin
                .send(method.clone(), &path, Some(form.clone()), &headers)
                .await;
            assert!(
                !answer.text.contains("came from another site"),
                "{method} {pattern} {here:?}: {}",
                answer.text
            );
        }
    }
    println!("{tried} requests from other sites");
}

#[tokio::test]
async fn another_site_is_not_told_that_it_may_ask_first() {
    let scene = Scene::open().await;
    for (method, pattern) in routes() {
        let mut admin = scene.house.person(ADMIN).await;
        let path = scene.filled(&method, pattern, ADMIN);
        let headers = [
            ("origin", "https://evil.test"),
            ("access-control-request-method", method.as_str()),
            (
                "access-control-request-headers",
                "authorization, idempotency-key",
            ),
        ];
        let answer = admin.send(Method::OPTIONS, &path, None, &headers).await;
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control")),
            "{pattern}: {:?}",
            answer.headers
        );
    }
    assert!(watch::changes(&scene.house).await.is_empty());
}

#[tokio::test]
async fn asking_for_something_changes_nothing_wherever_the_question_comes_from() {
    let scene = Scene::open().await;
    for (method, pattern) in routes() {
        if method != Method::GET {
            continue;
        }
        for ask in [Method::GET, Method::HEAD] {
            let mut admin = scene.house.person(ADMIN).await;
            let path = scene.filled(&method, pattern, ADMIN);
            let headers = [("sec-fetch-site", "cross-site"), ("accept", "text/html")];
            let answer = admin.send(ask.clone(), &path, None, &headers).await;
            assert!(
                !answer.status.is_server_error(),
                "{ask} {pattern}: {}",
                answer.text
            );
            let changed = watch::changes(&scene.house).await;
            assert!(changed.is_empty(), "{ask} {pattern} changed {changed:?}");
        }
    }
}

//! What holds for every address, from the map itself: a new route cannot be forgotten.

use poem::http::{Method, StatusCode};

use super::house::*;

/// Addresses that answer people who are not signed in.
const OPEN: [&str; 12] = [
    "/",
    "/sign-in",
    "/sign-in/pin",
    "/sign-out",
    "/lock",
    "/pair",
    "/api/health",
    "/api/health/live",
    "/api/auth/login",
    "/api/auth/logout",
    "/sign-in/again",
    "/api/realtime/stream",
];

fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| {
            if part.starts_with(':') {
                uuid::Uuid::now_v7().to_string()
            } else {
                part.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn nobody_gets_anything_without_signing_in() {
    let house = House::open().await;
    for entry in cafe_pos::routes::map().entries() {
        if OPEN.contains(&entry.path) {
            continue;
        }
        for method in &entry.methods {
            let mut browser = house.browser();
            let path = filled(entry.path);
            let answer = if *method == Method::GET {
                browser.fragment(&path).await
            } else {
                browser.change(method.clone(), &path, &[], &key()).await
            };
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{method} {}: {}",
                entry.path,
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn changing_requests_from_another_site_are_refused() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    for entry in cafe_pos::routes::map().entries() {
        for method in entry
            .methods
            .iter()
            .filter(|method| **method != Method::GET)
        {
            let path = filled(entry.path);
            for headers in [
                [("sec-fetch-site", "cross-site")],
                [("origin", "https://evil.test")],
            ] {
                let answer = admin
                    .send(method.clone(), &path, Some(String::new()), &headers)
                    .await;
                assert_eq!(
                    answer.status,
                    StatusCode::FORBIDDEN,
                    "{method} {}",
                    entry.path
                );
            }
        }
    }
}

#[tokio::test]
async fn no_role_gets_a_server_error_anywhere() {
    let house = House::open().await;
    for (role, username) in EACH_ROLE {
        for entry in cafe_pos::routes::map().entries() {
            if entry.path == "/api/realtime/stream" {
                continue;
            }
            for method in &entry.methods {
                let mut device = house.person(username).await;
                let path = filled(entry.path);
                let answer = if *method == Method::GET {
                    device.get(&path).await
                } else {
                    device.change(method.clone(), &path, &[], &key()).await
                };
                assert!(
                    !answer.status.is_server_error(),
                    "{role} {method} {}: {} {}",
                    entry.path,
                    answer.status,
                    answer.text
                );
            }
        }
    }
}

#[tokio::test]
async fn pages_and_refusals_tell_browsers_to_run_nothing_foreign() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    for path in ["/floor", "/no-such-page", "/orders/not-an-id"] {
        let page = admin.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

//! Machines: they sign in, carry a token, choose a password and are told in JSON what was wrong.

use cafe_pos::staff::session;
use poem::http::StatusCode;
use serde_json::json;
use time::Duration;

use super::*;

#[tokio::test]
async fn a_bearer_is_a_bearer_whatever_cookies_come_along_and_nobody_else_is() {
    let house = House::open().await;
    let login = json!({ "username": CASHIER, "password": SEEDED });
    let answer = house
        .browser()
        .api(Method::POST, "/api/auth/login", None, Some(login))
        .await
        .must_be(StatusCode::OK);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let waiter = house.person(WAITER).await;

    // The token counts and the cookie does not, nor is it taken away.
    let mut client = waiter.clone();
    let me = client
        .api(Method::GET, "/api/auth/me", Some(&token), None)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(me.json()["staff"]["role"], "cashier");
    client
        .api(Method::POST, "/api/auth/logout", Some(&token), None)
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert!(client.cookies.contains_key(session::COOKIE));

    // What only looks like a token opens nothing, even with a cookie that would.
    for (authorization, status) in [
        ("Bearer", StatusCode::UNAUTHORIZED),
        ("Bearer ", StatusCode::UNAUTHORIZED),
        ("bearer nonsense", StatusCode::UNAUTHORIZED),
        ("Bearer nonsense", StatusCode::UNAUTHORIZED),
        ("", StatusCode::FORBIDDEN),
        ("Basic bW9zZXM6eA==", StatusCode::FORBIDDEN),
        ("Bearers of gifts", StatusCode::FORBIDDEN),
    ] {
        for headers in [
            vec![("authorization", authorization)],
            vec![
                ("authorization", authorization),
                ("sec-fetch-site", "cross-site"),
            ],
        ] {
            let refused = waiter
                .clone()
                .send_json(Method::POST, "/api/auth/logout-all", None, &headers)
                .await;
            assert_eq!(refused.status, status, "{authorization:?}");
        }
    }
    waiter.clone().get("/floor").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_client_may_change_its_password_with_a_key_or_without() {
    let house = House::open().await;
    let mut client = house.browser();
    let login = json!({ "username": CASHIER, "password": SEEDED });
    let answer = client
        .api(Method::POST, "/api/auth/login", None, Some(login))
        .await
        .must_be(StatusCode::OK)
        .json();
    let token = answer["token"].as_str().unwrap().to_owned();
    let change = Some(json!({ "current": SEEDED, "new": OWN }));
    let with_key = |token: &str| format!("Bearer {token}");
    let (bearer, key) = (with_key(&token), key());
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", key.as_str()),
    ];
    let path = "/api/auth/password";
    let changed = client
        .send_json(Method::POST, path, change.clone(), &headers)
        .await
        .must_be(StatusCode::OK)
        .json();
    let fresh = changed["token"].as_str().unwrap().to_owned();
    client
        .send_json(Method::POST, path, change.clone(), &headers)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let bearer = with_key(&fresh);
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", key.as_str()),
    ];
    let again = client
        .send_json(Method::POST, path, change.clone(), &headers)
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(again, changed);
    assert_eq!(
        house.number("SELECT count(*) FROM sign_in_failures").await,
        0
    );
    // Without a key it is a wrong password.
    client
        .api(Method::POST, path, Some(&fresh), change)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let malformed = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", "short"),
    ];
    let change = Some(json!({ "current": OWN, "new": "three red mangoes" }));
    client
        .send_json(Method::POST, path, change, &malformed)
        .await
        .must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_signs_in_chooses_a_password_and_signs_out() {
    let house = House::open().await;
    house
        .execute("UPDATE staff SET must_change_password = true", [])
        .await;
    let mut client = house.browser();
    let login = json!({ "username": CASHIER, "password": SEEDED });
    let answer = client
        .api(Method::POST, "/api/auth/login", None, Some(login))
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(answer["mustChangePassword"], true);
    assert_eq!(answer["staff"]["role"], "cashier");
    assert_eq!(
        answer["staff"]["id"],
        id_of(&house, CASHIER).await.to_string()
    );
    let token = answer["token"].as_str().unwrap().to_owned();

    for path in ["/api/auth/me", "/floor", "/api/realtime/stream?view=floor"] {
        let refused = client
            .api(Method::GET, path, Some(&token), None)
            .await
            .must_be(StatusCode::FORBIDDEN);
        assert_eq!(refused.json()["code"], "password_change_required", "{path}");
    }
    let change = json!({ "current": SEEDED, "new": OWN });
    let changed = client
        .api(
            Method::POST,
            "/api/auth/password",
            Some(&token),
            Some(change),
        )
        .await;
    let changed = changed.must_be(StatusCode::OK).json();
    assert_eq!(changed["mustChangePassword"], false);
    let fresh = changed["token"].as_str().unwrap().to_owned();
    client
        .api(Method::GET, "/api/auth/me", Some(&token), None)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let me = client
        .api(Method::GET, "/api/auth/me", Some(&fresh), None)
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(me["staff"]["role"], "cashier");
    let ends = time::OffsetDateTime::parse(
        me["expiresAt"].as_str().unwrap(),
        &time::format_description::well_known::Rfc3339,
    );
    let left = ends.unwrap() - house.app.clock().now();
    assert!(
        left > Duration::minutes(479) && left <= Duration::hours(8),
        "{left}"
    );
    assert!(
        client.cookies.is_empty(),
        "clients keep their token themselves"
    );

    client
        .api(Method::POST, "/api/auth/logout", Some(&fresh), None)
        .await
        .must_be(StatusCode::NO_CONTENT);
    client
        .api(Method::GET, "/api/auth/me", Some(&fresh), None)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_tokens_of_that_person_only() {
    let house = House::open().await;
    let mut client = house.browser();
    let mut tokens = Vec::new();
    for name in [CASHIER, CASHIER, WAITER] {
        let login = json!({ "username": name, "password": SEEDED });
        let answer = client
            .api(Method::POST, "/api/auth/login", None, Some(login))
            .await
            .must_be(StatusCode::OK);
        tokens.push(answer.json()["token"].as_str().unwrap().to_owned());
    }
    client
        .api(Method::POST, "/api/auth/logout-all", Some(&tokens[0]), None)
        .await
        .must_be(StatusCode::NO_CONTENT);
    for (token, status) in tokens.iter().zip([
        StatusCode::UNAUTHORIZED,
        StatusCode::UNAUTHORIZED,
        StatusCode::OK,
    ]) {
        client
            .api(Method::GET, "/api/auth/me", Some(token), None)
            .await
            .must_be(status);
    }
}

#[tokio::test]
async fn a_client_is_told_in_json_what_was_wrong() {
    let house = House::open().await;
    let mut client = house.browser();
    for (body, status, code) in [
        (
            json!({ "username": CASHIER, "password": "not the password" }),
            401,
            "wrong_secret",
        ),
        (
            json!({ "username": "nobody", "password": "not the password" }),
            401,
            "wrong_secret",
        ),
        (json!({ "username": CASHIER }), 422, "invalid"),
        (
            json!({ "username": CASHIER, "password": ["a", "b"], "x": { "y": 1 } }),
            400,
            "bad_request",
        ),
        (json!([]), 400, "bad_request"),
    ] {
        let refused = client
            .api(Method::POST, "/api/auth/login", None, Some(body.clone()))
            .await;
        assert_eq!(refused.status.as_u16(), status, "{body}: {}", refused.text);
        assert_eq!(refused.json()["code"], code, "{body}");
        assert!(
            refused.json()["error"].as_str().unwrap().ends_with('.'),
            "{body}"
        );
    }
    let login = json!({ "username": CASHIER, "password": "not the password" });
    for _ in 0..4 {
        client
            .api(Method::POST, "/api/auth/login", None, Some(login.clone()))
            .await;
    }
    let locked = client
        .api(Method::POST, "/api/auth/login", None, Some(login))
        .await
        .must_be(StatusCode::LOCKED);
    assert_eq!(locked.json()["code"], "locked");
    assert!(locked.header("retry-after").parse::<u32>().unwrap() > 800);
}

//! Tokens that this program did not give, or gave for something else, or has taken back.

use cafe_pos::staff::cookies;
use cafe_pos::staff::session::{self, Claims};
use cafe_pos::terminals::device;
use cafe_pos::values::StaffId;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::crafted::{base64url, but, claims_of, crafted};
use super::scene::Scene;
use super::watch;
use crate::house::*;

/// Nobody is behind this token: not in the cookie, not as a bearer, not for a question and not for a deed.
async fn is_nobodys(scene: &Scene, what: &str, token: &str) {
    let order = scene.id("order");
    let lines = format!("/orders/{order}/lines");
    let product = scene.id("product").to_string();
    let bearer = format!("Bearer {token}");
    let key = key();
    let in_cookie = format!("{}={token}", session::COOKIE);
    let carried = [
        ("cookie", in_cookie.as_str()),
        ("authorization", bearer.as_str()),
    ];
    for (header, value) in carried {
        let mut browser = scene.house.browser();
        let headers = [(header, value), ("accept", "application/json")];
        let asked = browser
            .send(Method::GET, "/api/auth/me", None, &headers)
            .await;
        assert_eq!(
            asked.status,
            StatusCode::UNAUTHORIZED,
            "{what} as {header}: {}",
            asked.text
        );
        let headers = [
            (header, value),
            ("accept", "application/json"),
            ("sec-fetch-site", "same-origin"),
            ("idempotency-key", key.as_str()),
        ];
        let form = serde_urlencoded::to_string([("product", &product)]).expect("a form");
        let done = browser
            .send(Method::POST, &lines, Some(form), &headers)
            .await;
        assert_eq!(
            done.status,
            StatusCode::UNAUTHORIZED,
            "{what} as {header}: {}",
            done.text
        );
        assert_eq!(done.header("set-cookie"), "", "{what} was renewed");
    }
    let changed = watch::changes(&scene.house).await;
    assert!(changed.is_empty(), "{what} changed {changed:?}");
}

#[tokio::test]
async fn a_token_that_this_program_did_not_sign_is_nobodys() {
    let scene = Scene::open().await;
    let admin = scene.house.person(ADMIN).await;
    let good = admin.cookies[session::COOKIE].clone();
    let claims = claims_of(&admin, &scene.house);
    let said = json!(claims);
    let hs256 = json!({ "alg": "HS256", "typ": "JWT" });
    // The crafting itself is right: only what is bent below is refused.
    let crafted_well = crafted(&hs256, &said, SECRET);
    assert_eq!(
        Claims::read(&crafted_well, SECRET, scene.house.app.clock().now()),
        Some(claims.clone())
    );

    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    let none = |name: &str| base64url(json!({ "alg": name, "typ": "JWT" }).to_string().as_bytes());
    let other_role = base64url(but(&said, "role", json!("manager")).to_string().as_bytes());
    let mut forged = vec![
        (
            "another secret".to_owned(),
            claims.sign("only for tests: sixteen or less").unwrap(),
        ),
        ("no secret".to_owned(), crafted(&hs256, &said, "")),
        ("nothing".to_owned(), String::new()),
        ("a word".to_owned(), "admin".to_owned()),
        ("dots".to_owned(), "..".to_owned()),
        ("no signature".to_owned(), format!("{header}.{payload}.")),
        ("two parts".to_owned(), format!("{header}.{payload}")),
        ("four parts".to_owned(), format!("{good}.{signature}")),
        (
            "half a signature".to_owned(),
            format!("{header}.{payload}.{}", &signature[..20]),
        ),
        (
            "another payload".to_owned(),
            format!("{header}.{other_role}.{signature}"),
        ),
        ("padding".to_owned(), format!("{good}=")),
        (
            "very long".to_owned(),
            format!("{header}.{}.{signature}", "A".repeat(6_000)),
        ),
    ];
    for name in ["none", "None", "NONE", "nOnE", "", "HS256 "] {
        let head = none(name);
        forged.push((
            format!("alg {name:?} unsigned"),
            format!("{head}.{payload}."),
        ));
        forged.push((
            format!("alg {name:?} signed"),
            format!("{head}.{payload}.{signature}"),
        ));
    }
    for (at, sign) in good
        .char_indices()
        .filter(|(_, sign)| *sign != '.')
        .step_by(7)
    {
        let other = if sign == 'A' { "B" } else { "A" };
        let mut tampered = good.clone();
        tampered.replace_range(at..=at, other);
        forged.push((format!("tampered at {at}"), tampered));
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap();
        forged.push((format!("{algorithm:?}"), token));
    }
    for name in ["RS256", "ES256", "EdDSA", "HS384"] {
        let token = crafted(&json!({ "alg": name, "typ": "JWT" }), &said, SECRET);
        forged.push((format!("says {name} and is HS256"), token));
    }
    println!("{} forged tokens", forged.len());
    for (what, token) in forged {
        is_nobodys(&scene, &what, &token).await;
    }
}

#[tokio::test]
async fn a_token_that_says_too_little_or_something_else_is_nobodys_even_if_it_is_signed() {
    let scene = Scene::open().await;
    let admin = scene.house.person(ADMIN).await;
    let claims = claims_of(&admin, &scene.house);
    let said = json!(claims);
    let hs256 = json!({ "alg": "HS256", "typ": "JWT" });
    let now = scene.house.app.clock().now();
    let millis = claims.iat_ms;
    let mut bent = vec![
        ("nothing at all".to_owned(), json!({})),
        ("a list".to_owned(), json!([said])),
        (
            "another audience".to_owned(),
            but(&said, "aud", json!("print-agent")),
        ),
        (
            "not yet".to_owned(),
            but(&said, "nbf", json!(now.unix_timestamp() + 3_600)),
        ),
        (
            "ended".to_owned(),
            but(&said, "exp", json!(now.unix_timestamp() - 1)),
        ),
        ("ends long ago".to_owned(), but(&said, "exp", json!(-1))),
        (
            "made tomorrow".to_owned(),
            but(&said, "iat_ms", json!(millis + 86_400_000)),
        ),
        (
            "made in ten minutes".to_owned(),
            but(&said, "iat_ms", json!(millis + 600_000)),
        ),
        (
            "made at the end of time".to_owned(),
            but(&said, "iat_ms", json!(i64::MAX)),
        ),
        (
            "of nobody".to_owned(),
            but(&said, "sub", json!(StaffId::new())),
        ),
        (
            "of a table".to_owned(),
            but(&said, "sub", json!(scene.id("table"))),
        ),
        (
            "of another version".to_owned(),
            but(&said, "ver", json!(claims.ver + 1)),
        ),
        ("of no version".to_owned(), but(&said, "ver", json!("0"))),
        (
            "of no known role".to_owned(),
            but(&said, "role", json!("owner")),
        ),
        (
            "on a till that is not here".to_owned(),
            but(&said, "terminal", json!(scene.id("terminal"))),
        ),
        (
            "with a number for a name".to_owned(),
            but(&said, "jti", json!(1)),
        ),
    ];
    for name in ["sub", "role", "ver", "iat_ms", "since_ms", "exp", "jti"] {
        bent.push((format!("without {name}"), but(&said, name, Value::Null)));
    }
    for (what, claims) in bent {
        is_nobodys(&scene, &what, &crafted(&hs256, &claims, SECRET)).await;
    }
}

#[tokio::test]
async fn a_token_for_something_else_opens_no_session() {
    let scene = Scene::open().await;
    let till = scene.house.till(ADMIN, "Till 1").await;
    watch::changes(&scene.house).await;
    is_nobodys(&scene, "a device's token", &till.cookies[device::COOKIE]).await;
    let claims = claims_of(&till, &scene.house);
    let [_, last] = cookies::signed_in(&scene.house.app, &claims, "", false);
    let last = last
        .to_str()
        .unwrap()
        .split([';', '='])
        .nth(1)
        .unwrap()
        .to_owned();
    is_nobodys(&scene, "who was last here", &last).await;

    // And a session makes no device.
    let mut browser = scene.house.browser();
    let session = till.cookies[session::COOKIE].clone();
    browser.cookies.insert(device::COOKIE.to_owned(), session);
    let path = format!("/kitchen/stations/{}", scene.id("station"));
    browser
        .fragment(&path)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_role_in_a_token_is_believed_nowhere() {
    let scene = Scene::open().await;
    let waiter = scene.house.person(WAITER).await;
    let said = json!(claims_of(&waiter, &scene.house));
    let raised = crafted(
        &json!({ "alg": "HS256", "typ": "JWT" }),
        &but(&said, "role", json!("admin")),
        SECRET,
    );
    let mut browser = scene.house.browser();
    browser.cookies.insert(session::COOKIE.to_owned(), raised);
    browser
        .fragment("/staff")
        .await
        .must_be(StatusCode::FORBIDDEN);
    browser.fragment("/floor").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_session_that_was_taken_back_is_nobodys_on_every_instance() {
    let scene = Scene::open().await;
    let house = &scene.house;
    let mut admin = house.person(ADMIN).await;
    let token = |device: &Device| device.cookies[session::COOKIE].clone();
    let id = async |username: &str| house.id::<StaffId>("staff", "username", username).await;

    let mut over = Vec::new();
    let signed_out = house.person("ivan").await;
    signed_out
        .clone()
        .post("/sign-out", &[])
        .await
        .must_be(StatusCode::OK);
    over.push(("signed out", token(&signed_out)));
    let everywhere = house.person("stella").await;
    everywhere
        .clone()
        .post("/sign-out/everywhere", &[])
        .await
        .must_be(StatusCode::OK);
    over.push(("signed out everywhere", token(&everywhere)));
    let forced = house.person("harriet").await;
    let path = format!("/staff/{}/force-out", id("harriet").await);
    admin.post(&path, &[]).await.must_be(StatusCode::OK);
    over.push(("forced out", token(&forced)));
    let reset = house.person("esther").await;
    let path = format!("/staff/{}/password", id("esther").await);
    admin.post(&path, &[]).await.must_be(StatusCode::OK);
    over.push(("given a new password", token(&reset)));
    let deactivated = house.person("joan").await;
    let path = format!("/staff/{}", id("joan").await);
    admin
        .put(&path, &[("name", "Joan"), ("role", "waiter")])
        .await
        .must_be(StatusCode::OK);
    over.push(("deactivated", token(&deactivated)));
    let promoted = house.person("brian").await;
    let path = format!("/staff/{}", id("brian").await);
    let form = [("name", "Brian"), ("role", "manager"), ("active", "on")];
    admin.put(&path, &form).await.must_be(StatusCode::OK);
    over.push(("given another role", token(&promoted)));
    let mut gone = house.person(VANISHED).await;
    gone.fragment("/me").await.must_be(StatusCode::OK);
    house
        .execute("DELETE FROM staff WHERE username = $1", [VANISHED.into()])
        .await;
    // What is cached is believed for 0.4 s where nothing tells of a change, as here behind the program's back.
    tokio::time::sleep(std::time::Duration::from_millis(450)).await;
    over.push(("deleted", token(&gone)));

    watch::changes(house).await;
    for (what, token) in &over {
        is_nobodys(&scene, what, token).await;
    }
    let other = house.another_instance();
    for (what, token) in over {
        let mut browser = other.browser();
        browser.cookies.insert(session::COOKIE.to_owned(), token);
        let answer = browser.fragment("/floor").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
    }
}

/// Somebody who has done nothing yet, so that the row can go.
const VANISHED: &str = "fatuma";

#[tokio::test]
async fn an_empty_bearer_is_nobody_even_beside_a_good_cookie() {
    let scene = Scene::open().await;
    let mut admin = scene.house.person(ADMIN).await;
    for value in ["Bearer", "Bearer ", "bearer x", "BEARER\t", "Bearer a b"] {
        let headers = [("authorization", value), ("accept", "application/json")];
        let asked = admin
            .send(Method::GET, "/api/auth/me", None, &headers)
            .await;
        let told = asked.status;
        // What is no bearer at all is ignored; then it must not lift the protection against other sites.
        if told == StatusCode::OK {
            let form = Some(String::new());
            let done = admin.send(Method::POST, "/sign-out", form, &headers).await;
            assert_eq!(
                done.status,
                StatusCode::FORBIDDEN,
                "{value:?}: {}",
                done.text
            );
        } else {
            assert_eq!(told, StatusCode::UNAUTHORIZED, "{value:?}: {}", asked.text);
        }
    }
}

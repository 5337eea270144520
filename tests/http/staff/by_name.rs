//! By name and password: in and out, on to where people wanted to go, and what a browser says about itself.

use cafe_pos::staff::{Role, session};
use poem::http::StatusCode;

use super::*;

#[tokio::test]
async fn a_waiter_signs_in_and_out() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser
        .get("/sign-in")
        .await
        .must_be(StatusCode::OK)
        .one("input[name=password]");
    let answer = browser
        .sign_in(" Moses ", SEEDED)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.header("hx-redirect"), "/");
    let cookie = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .next()
        .unwrap()
        .to_str()
        .unwrap();
    assert!(cookie.starts_with("pos_session="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    browser.get("/floor").await.must_be(StatusCode::OK);

    let stolen = browser.clone();
    let left = browser.post("/lock", &[]).await.must_be(StatusCode::OK);
    assert_eq!(left.header("hx-redirect"), "/sign-in");
    assert!(!browser.cookies.contains_key(session::COOKIE));
    let mut stolen = stolen;
    let refused = stolen.fragment("/orders").await;
    assert_eq!(
        refused.status,
        StatusCode::UNAUTHORIZED,
        "a token that was left opens nothing any more"
    );
}

#[tokio::test]
async fn cookies_stay_on_https_where_the_browser_speaks_it() {
    let house = House::open().await;
    let form = format!("username={WAITER}&password={SEEDED}");
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-proto", "https"),
        ("accept", "text/html"),
    ];
    let answer = house
        .browser()
        .send(Method::POST, "/sign-in", Some(form), &headers)
        .await
        .must_be(StatusCode::SEE_OTHER);
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(cookie.to_str().unwrap().ends_with("; Secure"), "{cookie:?}");
    }
}

#[tokio::test]
async fn a_browser_without_scripts_keeps_what_was_typed() {
    let house = House::open().await;
    let headers = [("sec-fetch-site", "same-origin"), ("accept", "text/html")];
    let form = format!("username={WAITER}&password=wrong-one&to=%2Fready");
    let page = house
        .browser()
        .send(Method::POST, "/sign-in", Some(form), &headers)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    assert_eq!(
        page.one("#err-password"),
        "Username or password is wrong. 4 tries left."
    );
    assert_eq!(page.attributes("input[name=username]", "value"), [WAITER]);
    assert_eq!(page.attributes("input[name=to]", "value"), ["/ready"]);

    let form = format!("username={WAITER}&password=&to=%2Fready");
    let page = house
        .browser()
        .send(Method::POST, "/sign-in", Some(form), &headers)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.one("#err-password"), "Please fill this in.");
    assert_eq!(page.attributes("input[name=username]", "value"), [WAITER]);
    assert_eq!(page.attributes("input[name=to]", "value"), ["/ready"]);
}

#[tokio::test]
async fn people_are_led_on_to_where_they_wanted_to_go_and_nowhere_else() {
    let house = House::open().await;
    let mut browser = house.browser();
    let sent = browser
        .get("/ready?x=1")
        .await
        .must_be(StatusCode::SEE_OTHER);
    assert_eq!(sent.header("location"), "/sign-in?to=%2Fready%3Fx%3D1");
    let form = |to| [("username", WAITER), ("password", SEEDED), ("to", to)];
    let led = browser
        .post("/sign-in", &form("/ready?x=1"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(led.header("hx-redirect"), "/ready?x=1");
    for elsewhere in ["//evil.test/", "https://evil.test/", "/\\evil.test"] {
        let led = browser
            .post("/sign-in", &form(elsewhere))
            .await
            .must_be(StatusCode::OK);
        assert_eq!(led.header("hx-redirect"), "/");
    }
}

#[tokio::test]
async fn what_a_browser_says_about_itself_counts_for_nothing() {
    let house = House::open().await;
    let row = house
        .row(
            "SELECT id, token_version FROM staff WHERE username = $1",
            [WAITER.into()],
        )
        .await;
    let (id, version) = (
        row.try_get("", "id").unwrap(),
        row.try_get("", "token_version").unwrap(),
    );
    let now = house.app.clock().now();
    let lying = session::Claims::new(id, Role::Admin, version, now);

    let mut forged = house.browser();
    forged.cookies.insert(
        session::COOKIE.to_owned(),
        lying.sign("another secret, long enough").unwrap(),
    );
    assert_eq!(
        forged.fragment("/floor").await.status,
        StatusCode::UNAUTHORIZED
    );

    // Even a token that this program signed does not make a waiter an admin: the staff row decides.
    let mut promoted = house.browser();
    promoted
        .cookies
        .insert(session::COOKIE.to_owned(), lying.sign(SECRET).unwrap());
    promoted.get("/floor").await.must_be(StatusCode::OK);
    assert_eq!(promoted.get("/staff").await.status, StatusCode::FORBIDDEN);
}

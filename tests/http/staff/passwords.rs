//! Passwords: the one of the seed opens nothing, and a new one ends what was open under the old.

use poem::http::StatusCode;

use super::*;

#[tokio::test]
async fn a_seeded_password_opens_nothing_until_another_is_chosen() {
    let house = House::open().await;
    house
        .execute("UPDATE staff SET must_change_password = true", [])
        .await;
    let mut browser = house.browser();
    let answer = browser
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.header("hx-redirect"), "/me/password");
    assert_eq!(
        browser
            .get("/floor")
            .await
            .must_be(StatusCode::SEE_OTHER)
            .header("location"),
        "/me/password"
    );
    browser.get("/me/password").await.must_be(StatusCode::OK);

    for (new, again, field) in [
        ("password123", "password123", "new"),
        ("mosesmoses", "mosesmoses", "new"),
        ("short", "short", "new"),
        (OWN, "three red mangoes", "again"),
    ] {
        let form = [("current", SEEDED), ("new", new), ("again", again)];
        let refused = browser
            .post("/me/password", &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused
                .all(&format!("hx-partial[hx-target='#err-{field}']"))
                .len(),
            1,
            "{new}: {}",
            refused.text
        );
    }
    let form = [("current", SEEDED), ("new", OWN), ("again", OWN)];
    let saved = browser
        .post("/me/password", &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(saved.header("hx-redirect"), "/");
    browser.get("/floor").await.must_be(StatusCode::OK);
    house
        .browser()
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    house
        .browser()
        .sign_in(WAITER, OWN)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_at_once() {
    let house = House::open().await;
    let (mut here, mut elsewhere) = (house.browser(), house.browser());
    for browser in [&mut here, &mut elsewhere] {
        browser
            .sign_in(WAITER, SEEDED)
            .await
            .must_be(StatusCode::OK);
        browser.get("/floor").await.must_be(StatusCode::OK);
    }
    let wrong = [
        ("current", "not the password"),
        ("new", OWN),
        ("again", OWN),
    ];
    let refused = here
        .post("/me/password", &wrong)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-current']"),
        "That is not what you have now. 4 tries left."
    );
    let form = [("current", SEEDED), ("new", OWN), ("again", OWN)];
    let saved = here
        .post("/me/password", &form)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(saved.header("hx-redirect"), "/me?done=password");
    here.get("/floor").await.must_be(StatusCode::OK);
    assert_eq!(
        elsewhere.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    // Asked a second time with the old session, nothing more is changed.
    elsewhere
        .post("/me/password", &form)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'staff.password_changed'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_new_password_sent_twice_is_saved_once_and_leads_on_both_times() {
    let house = House::open().await;
    let mut here = house.browser();
    here.sign_in(WAITER, SEEDED).await.must_be(StatusCode::OK);
    let page = here.get("/me/password").await.must_be(StatusCode::OK);
    let key = page.attributes("input[name=_key]", "value").remove(0);
    let form = [("current", SEEDED), ("new", OWN), ("again", OWN)];
    let mut deaf = here.clone();
    for _ in 0..2 {
        let saved = here
            .change(Method::POST, "/me/password", &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(saved.header("hx-redirect"), "/me?done=password");
    }
    here.get("/floor").await.must_be(StatusCode::OK);

    // The same browser, had it lost the answer and with it the new session.
    assert_eq!(
        deaf.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    let other = [
        ("current", SEEDED),
        ("new", "not the new one"),
        ("again", ""),
    ];
    deaf.change(Method::POST, "/me/password", &other, &key)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let saved = deaf
        .change(Method::POST, "/me/password", &form, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(saved.header("hx-redirect"), "/me?done=password");
    deaf.get("/floor").await.must_be(StatusCode::OK);

    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'staff.password_changed'")
            .await,
        1
    );
    let without = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    let form = format!("current={OWN}&new={SEEDED}&again={SEEDED}");
    here.send(Method::POST, "/me/password", Some(form), &without)
        .await
        .must_be(StatusCode::BAD_REQUEST);
}

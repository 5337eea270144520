//! A tile and a PIN at a paired terminal: what they open, and what they are worth elsewhere.

use poem::http::StatusCode;

use super::*;

#[tokio::test]
async fn on_a_paired_till_a_tile_and_a_pin_open_the_floor() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Till 1").await;
    let form = till.get("/me/pin").await.must_be(StatusCode::OK);
    let key = form.attributes("input[name=_key]", "value").remove(0);
    let pin = [("current", SEEDED), ("pin", "4071"), ("again", "4071")];
    let saved = till
        .change(Method::POST, "/me/pin", &pin, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(saved.header("hx-redirect"), "/me?done=pin");
    till.post("/lock", &[]).await.must_be(StatusCode::OK);

    let waiter = id_of(&house, WAITER).await.to_string();
    let tiles = till.get("/sign-in").await.must_be(StatusCode::OK);
    let active = house
        .number("SELECT count(*) FROM staff WHERE active")
        .await;
    assert_eq!(tiles.all("fieldset.staff label").len() as i64, active);
    tiles.one("form#pin [data-keypad=pin]");
    assert!(
        tiles
            .all("fieldset.staff label")
            .iter()
            .any(|tile| tile.ends_with("Waiter"))
    );

    let wrong = till
        .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4072")])
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    assert_eq!(
        wrong.one("hx-partial[hx-target='#err-pin']"),
        "Wrong PIN. 4 tries left."
    );
    let nobody = till
        .post("/sign-in/pin", &[("pin", "4071")])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        nobody.one("hx-partial[hx-target='#err-staff']"),
        "Tap your name first."
    );
    till.post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::OK);
    let floor = till.get("/floor").await.must_be(StatusCode::OK);
    assert_eq!(
        floor.attributes("form[action='/lock']", "data-idle"),
        ["120"]
    );
}

#[tokio::test]
async fn a_shared_till_locks_itself_on_every_screen_and_a_display_on_none() {
    let house = House::open().await;
    let bar: cafe_pos::values::StationId = house.id("stations", "name", "Bar").await;
    let board = format!("/kitchen/stations/{bar}");
    let mut till = house.till(MANAGER, "Till 1").await;
    for path in [
        "/floor",
        "/me",
        "/me/pin",
        "/me/password",
        "/shift",
        "/shifts",
        "/kitchen",
        &board,
        "/staff",
        "/no-such-page",
    ] {
        let page = till.get(path).await;
        assert_eq!(
            page.attributes("form[action='/lock'][data-idle]", "data-idle"),
            ["120"],
            "{path}: {}",
            page.status
        );
    }
    house
        .execute("UPDATE staff SET must_change_password = true", [])
        .await;
    let mut newcomer = house.till(WAITER, "Till 2").await;
    newcomer
        .get("/me/password")
        .await
        .must_be(StatusCode::OK)
        .one("form[data-idle]");

    let nobodys = house.till(MANAGER, "Bar display").await.get(&board).await;
    let ones_own = house.person(MANAGER).await.get("/me/password").await;
    let tiles = house.display("Till 1").await.get("/sign-in").await;
    for page in [nobodys, ones_own, tiles] {
        assert!(page.all("form[data-idle]").is_empty(), "{}", page.text);
    }
}

#[tokio::test]
async fn a_pin_is_nothing_away_from_a_paired_terminal() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let waiter = id_of(&house, WAITER).await.to_string();
    let mut browser = house.browser();
    let refused = browser
        .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await;
    assert_eq!(
        refused.must_be(StatusCode::FORBIDDEN).notice(),
        "A PIN works only on a paired till. Use the username and password."
    );
    assert!(
        browser
            .get("/sign-in")
            .await
            .all("fieldset.staff")
            .is_empty(),
        "strangers see no names"
    );
    house
        .browser()
        .sign_in(WAITER, "4071")
        .await
        .must_be(StatusCode::UNAUTHORIZED);

    // A terminal that was taken back is none.
    let mut till = house.till(CASHIER, "Till 1").await;
    let admin_id = house.terminal("Till 1").await;
    house
        .person(ADMIN)
        .await
        .delete(&format!("/terminals/{admin_id}/pairing"))
        .await
        .must_be(StatusCode::OK);
    till.post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn pins_lock_by_device_and_not_for_colleagues_elsewhere() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let waiter = id_of(&house, WAITER).await.to_string();
    let (mut one, mut other) = (house.display("Till 1").await, house.display("Till 2").await);
    for _ in 0..5 {
        one.post("/sign-in/pin", &[("staff", &waiter), ("pin", "9999")])
            .await
            .must_be(StatusCode::UNAUTHORIZED);
    }
    one.post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::LOCKED);
    other
        .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn who_has_no_pin_yet_is_told_so_and_it_is_no_try() {
    let house = House::open().await;
    let mut till = house.display("Till 1").await;
    let waiter = id_of(&house, WAITER).await.to_string();
    for _ in 0..6 {
        let refused = till
            .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
            .await
            .must_be(StatusCode::FORBIDDEN);
        assert_eq!(
            refused.one("hx-partial[hx-target='#err-pin']"),
            "There is no PIN yet. Use the password."
        );
    }
    assert_eq!(
        house.number("SELECT count(*) FROM sign_in_failures").await,
        0
    );
}

#[tokio::test]
async fn a_pin_needs_the_secret_so_far_and_no_pattern() {
    let house = House::open().await;
    let mut browser = house.person(WAITER).await;
    for (current, pin, again, field) in [
        ("not the password", "4071", "4071", "current"),
        (SEEDED, "1234", "1234", "pin"),
        (SEEDED, "407", "407", "pin"),
        (SEEDED, "4071", "4017", "again"),
    ] {
        let refused = browser
            .post(
                "/me/pin",
                &[("current", current), ("pin", pin), ("again", again)],
            )
            .await;
        let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused
                .all(&format!("hx-partial[hx-target='#err-{field}']"))
                .len(),
            1,
            "{}",
            refused.text
        );
    }
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE pin_hash IS NOT NULL")
            .await,
        0
    );
    let no_key = browser
        .send(
            Method::POST,
            "/me/pin",
            Some(format!("current={SEEDED}&pin=4071&again=4071")),
            &[("hx-request", "true"), ("sec-fetch-site", "same-origin")],
        )
        .await;
    no_key.must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_new_pin_sent_twice_is_saved_once_and_the_old_one_is_no_wrong_try() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let mut till = house.till(WAITER, "Till 1").await;
    let (form, key) = (
        [("current", "4071"), ("pin", "8305"), ("again", "8305")],
        key(),
    );
    for _ in 0..3 {
        let saved = till
            .change(Method::POST, "/me/pin", &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(saved.header("hx-redirect"), "/me?done=pin");
    }
    assert_eq!(
        house
            .number("SELECT (SELECT count(*) FROM sign_in_failures) + (SELECT count(*) FROM audit_log WHERE deed = 'staff.pin_set')")
            .await,
        1
    );
}

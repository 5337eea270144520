//! Devices that become terminals, and stop being some.

use cafe_pos::terminals::device;
use cafe_pos::values::TerminalId;
use poem::http::{Method, StatusCode};
use time::Duration;

use super::house::*;
use super::live::Screen;

/// Makes a code for a terminal as an admin does.
async fn code_for(house: &House, terminal: TerminalId) -> String {
    let mut admin = house.person(ADMIN).await;
    let dialog = admin
        .post(&format!("/terminals/{terminal}/code"), &[])
        .await
        .must_be(StatusCode::OK);
    dialog.one("#pairing-code")
}

async fn pair_from(house: &House, address: &str, code: &str) -> Answer {
    let form = serde_urlencoded::to_string([("code", code)]).unwrap();
    let key = key();
    let headers = [
        ("idempotency-key", key.as_str()),
        ("hx-request", "true"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", address),
    ];
    house
        .browser()
        .send(Method::POST, "/pair", Some(form), &headers)
        .await
}

#[tokio::test]
async fn a_tablet_becomes_a_till_by_a_code_and_stays_one() {
    let house = House::open().await;
    let till = house.terminal("Till 1").await;
    let code = code_for(&house, till).await;
    let mut tablet = house.browser();
    tablet
        .get("/pair")
        .await
        .must_be(StatusCode::OK)
        .one("input[name=code]");
    let paired = tablet
        .post("/pair", &[("code", &code.to_lowercase())])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paired.header("hx-redirect"), "/sign-in");
    let cookie = paired.header("set-cookie");
    assert!(
        cookie.starts_with("pos_device=")
            && cookie.contains("Max-Age=34560000; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    tablet
        .get("/sign-in")
        .await
        .must_be(StatusCode::OK)
        .one("fieldset.staff");

    let token = &tablet.cookies[device::COOKIE];
    let stored = house
        .row(
            "SELECT device_token_hash AS h, pairing_code_hash AS c FROM terminals WHERE id = $1",
            [till.into()],
        )
        .await;
    assert_eq!(
        stored.try_get::<Vec<u8>>("", "h").unwrap(),
        device::hash(token),
        "only a hash is stored"
    );
    assert_eq!(
        stored.try_get::<Option<Vec<u8>>>("", "c").unwrap(),
        None,
        "a code works once"
    );
    let again = pair_from(&house, "192.168.1.5", &code)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again
            .one("hx-partial[hx-target='#err-code']")
            .starts_with("This code is wrong or older than 15 minutes.")
    );

    // Each page that it opens makes the pairing last.
    let page = tablet.get("/sign-in").await;
    assert!(
        page.header("set-cookie").contains("Max-Age=34560000"),
        "{}",
        page.header("set-cookie")
    );
}

#[tokio::test]
async fn a_code_sent_twice_pairs_once_and_a_lost_answer_needs_a_new_code() {
    let house = House::open().await;
    let code = code_for(&house, house.terminal("Till 1").await).await;
    let mut tablet = house.browser();
    let page = tablet.get("/pair").await.must_be(StatusCode::OK);
    let key = page.attributes("input[name=_key]", "value").remove(0);
    let mut deaf = tablet.clone();

    // A wrong code uses nothing up.
    tablet
        .change(Method::POST, "/pair", &[("code", "ABCD-2345")], &key)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let typed = [("code", code.as_str())];
    let paired = tablet
        .change(Method::POST, "/pair", &typed, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paired.header("hx-redirect"), "/sign-in");
    let repeated = tablet
        .change(Method::POST, "/pair", &typed, &key)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(repeated.header("hx-redirect"), "/pair");
    let page = tablet.get("/pair").await;
    assert!(page.one(".banner").contains("This device is Till 1."));

    let lost = deaf
        .change(Method::POST, "/pair", &typed, &key)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        lost.one("hx-partial[hx-target='#err-code']"),
        "This code was used, but this device did not hear of it. Make a new code and type that."
    );
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'terminal.paired'")
            .await,
        1
    );
    let without = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    let form = Some(format!("code={code}"));
    deaf.send(Method::POST, "/pair", form, &without)
        .await
        .must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_device_without_scripts_keeps_the_form_when_the_code_is_none() {
    let house = House::open().await;
    let headers = [("sec-fetch-site", "same-origin"), ("accept", "text/html")];
    for (code, told, kept) in [
        (
            "ABCD-234",
            "The code has 8 letters and digits, such as ABCD-2345.",
            "ABCD-234",
        ),
        (
            "ABCD-2345",
            "This code is wrong or older than 15 minutes. 4 tries left.",
            "",
        ),
    ] {
        let form = format!("code={code}&_key={}", key());
        let page = house
            .browser()
            .send(Method::POST, "/pair", Some(form), &headers)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.one("#err-code"), told);
        assert_eq!(page.attributes("input[name=code]", "value"), [kept]);
    }
}

#[tokio::test]
async fn a_wall_display_shows_its_board_after_pairing() {
    let house = House::open().await;
    let display = house.terminal("Bar display").await;
    let board: cafe_pos::values::StationId = house.id("stations", "name", "Bar").await;
    let code = code_for(&house, display).await;
    let mut wall = house.browser();
    let paired = wall
        .post("/pair", &[("code", &code)])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        paired.header("hx-redirect"),
        format!("/kitchen/stations/{board}")
    );
}

#[tokio::test]
async fn a_display_that_is_bound_to_another_board_leaves_the_first() {
    let house = House::open().await;
    let wall = house.display("Bar display").await;
    let bar: cafe_pos::values::StationId = house.id("stations", "name", "Bar").await;
    let kitchen: cafe_pos::values::StationId = house.id("stations", "name", "Kitchen").await;
    let mut screen = Screen::of(&wall, &format!("view=board&station={bar}")).await;
    screen.shows("heartbeat").await;
    let path = format!("/terminals/{}", house.terminal("Bar display").await);
    let kitchen = kitchen.to_string();
    let form = [
        ("name", "Bar display"),
        ("kind", "display"),
        ("station", kitchen.as_str()),
        ("idle_seconds", "120"),
    ];
    house
        .person(ADMIN)
        .await
        .put(&path, &form)
        .await
        .must_be(StatusCode::OK);
    assert!(screen.ends().await.contains("signed-out"));
    // What the script asks for then leads to the other board.
    let mut wall = wall.clone();
    let asked = wall
        .fragment("/sign-in/again")
        .await
        .must_be(StatusCode::OK);
    assert!(asked.all("dialog").is_empty());
    assert_eq!(
        led_from(&mut wall, asked.header("hx-redirect")).await,
        format!("/kitchen/stations/{kitchen}")
    );
}

/// Where a browser arrives that goes to this address.
async fn led_from(browser: &mut Device, address: &str) -> String {
    let mut at = address.to_owned();
    loop {
        let answer = browser.get(&at).await;
        if answer.status != StatusCode::SEE_OTHER {
            answer.must_be(StatusCode::OK);
            return at;
        }
        at = answer.header("location").to_owned();
    }
}

#[tokio::test]
async fn a_display_on_which_somebody_had_signed_in_goes_back_to_its_board() {
    let house = House::open().await;
    let bar: cafe_pos::values::StationId = house.id("stations", "name", "Bar").await;
    let board = format!("/kitchen/stations/{bar}");
    let mut wall = house.display("Bar display").await;
    let form = [("username", MANAGER), ("password", "password123")];
    wall.post("/sign-in", &form).await.must_be(StatusCode::OK);
    wall.get("/floor").await.must_be(StatusCode::OK);
    house.hand.advance(Duration::hours(9));

    let refused = wall
        .fragment("/orders")
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let asked = wall
        .fragment("/sign-in/again")
        .await
        .must_be(StatusCode::OK);
    for answer in [refused, asked] {
        assert!(answer.all("dialog").is_empty(), "{}", answer.text);
        let to = answer.header("hx-redirect").to_owned();
        assert_eq!(led_from(&mut wall, &to).await, board);
    }
    assert_eq!(led_from(&mut wall, "/floor").await, board);
}

#[tokio::test]
async fn whoever_sees_a_board_because_of_the_till_loses_it_with_the_tills_binding() {
    let house = House::open().await;
    let bar: cafe_pos::values::StationId = house.id("stations", "name", "Bar").await;
    let kitchen: cafe_pos::values::StationId = house.id("stations", "name", "Kitchen").await;
    house
        .execute(
            "UPDATE terminals SET station_id = $1 WHERE name = 'Till 1'",
            [bar.into()],
        )
        .await;
    let till = house.terminal("Till 1").await;
    let cashier = house.till(CASHIER, "Till 1").await;
    let mut by_the_till = Screen::of(&cashier, &format!("view=board&station={bar}")).await;
    by_the_till.shows("heartbeat").await;
    let kitchen = kitchen.to_string();
    let form = [
        ("name", "Till 1"),
        ("kind", "till"),
        ("station", kitchen.as_str()),
        ("idle_seconds", "120"),
    ];
    let mut admin = house.person(ADMIN).await;
    admin
        .put(&format!("/terminals/{till}"), &form)
        .await
        .must_be(StatusCode::OK);
    assert!(by_the_till.ends().await.contains("signed-out"));
    // It is the board that went: the person is signed in as before.
    cashier
        .clone()
        .fragment("/orders")
        .await
        .must_be(StatusCode::OK);

    let mut by_the_till = Screen::of(&cashier, &format!("view=board&station={kitchen}")).await;
    by_the_till.shows("heartbeat").await;
    admin
        .delete(&format!("/terminals/{till}/pairing"))
        .await
        .must_be(StatusCode::OK);
    assert!(by_the_till.ends().await.contains("signed-out"));
}

#[tokio::test]
async fn another_device_takes_the_place_of_the_first() {
    let house = House::open().await;
    let till = house.terminal("Till 1").await;
    let (mut old, mut new) = (house.browser(), house.browser());
    for tablet in [&mut old, &mut new] {
        let code = code_for(&house, till).await;
        tablet
            .post("/pair", &[("code", &code)])
            .await
            .must_be(StatusCode::OK);
    }
    assert!(old.get("/sign-in").await.all("fieldset.staff").is_empty());
    new.get("/sign-in").await.one("fieldset.staff");
}

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour() {
    let house = House::open().await;
    let code = code_for(&house, house.terminal("Till 1").await).await;
    house.hand.advance(Duration::minutes(16));
    pair_from(&house, "192.168.1.5", &code)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let house = House::open().await;
    let code = code_for(&house, house.terminal("Till 1").await).await;
    for _ in 0..5 {
        pair_from(&house, "192.168.1.6", "ABCD-2345")
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = pair_from(&house, "192.168.1.6", &code)
        .await
        .must_be(StatusCode::LOCKED);
    assert!(locked.header("retry-after").parse::<u32>().unwrap() > 800);
    // A stranger who guesses from everywhere cannot keep the café from pairing.
    for place in 10..16 {
        for _ in 0..4 {
            pair_from(&house, &format!("192.168.1.{place}"), "ABCD-2345")
                .await
                .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    pair_from(&house, "192.168.1.7", &code)
        .await
        .must_be(StatusCode::OK);
    let malformed = pair_from(&house, "192.168.1.6", "what?")
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        malformed.one("hx-partial[hx-target='#err-code']"),
        "The code has 8 letters and digits, such as ABCD-2345."
    );
}

#[tokio::test]
async fn nobody_locks_pairing_by_signing_in_under_its_name() {
    let house = House::open().await;
    let code = code_for(&house, house.terminal("Till 1").await).await;
    let form = serde_urlencoded::to_string([("username", "*pairing"), ("password", "what?")]);
    let headers = [
        ("hx-request", "true"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", "192.168.1.8"),
    ];
    for _ in 0..6 {
        house
            .browser()
            .send(Method::POST, "/sign-in", form.clone().ok(), &headers)
            .await;
    }
    pair_from(&house, "192.168.1.8", &code)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_code_is_shown_once_and_the_log_does_not_know_it() {
    let house = House::open().await;
    let (mut admin, till, key) = (
        house.person(ADMIN).await,
        house.terminal("Till 1").await,
        key(),
    );
    let path = format!("/terminals/{till}/code");
    let shown = admin
        .change(Method::POST, &path, &[], &key)
        .await
        .must_be(StatusCode::OK)
        .one("#pairing-code");
    let repeated = admin
        .change(Method::POST, &path, &[], &key)
        .await
        .must_be(StatusCode::OK);
    assert!(repeated.all("#pairing-code").is_empty());
    assert!(
        admin
            .fragment(&path)
            .await
            .must_be(StatusCode::OK)
            .one("#code-state")
            .starts_with("Waiting")
    );
    house
        .browser()
        .post("/pair", &[("code", &shown)])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        admin
            .fragment(&path)
            .await
            .must_be(StatusCode::OK)
            .one("#code-state"),
        "Paired"
    );
    let bare = shown.replace('-', "");
    let leaks = house
        .number(&format!(
            "SELECT count(*) FROM audit_log a WHERE a::text ~* '{shown}|{bare}'"
        ))
        .await;
    assert_eq!(leaks, 0);
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'terminal.paired'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_terminal_that_is_taken_back_is_out_at_once() {
    let house = House::open().await;
    let (till, mut tablet) = (
        house.terminal("Till 1").await,
        house.display("Till 1").await,
    );
    tablet.get("/sign-in").await.one("fieldset.staff");
    let mut admin = house.person(ADMIN).await;
    let done = admin
        .delete(&format!("/terminals/{till}/pairing"))
        .await
        .must_be(StatusCode::OK);
    assert!(
        done.one(&format!("#terminal-{till}"))
            .contains("Not paired"),
        "the list is redrawn"
    );
    assert!(
        tablet
            .get("/sign-in")
            .await
            .all("fieldset.staff")
            .is_empty()
    );
}

#[tokio::test]
async fn what_a_pin_opened_on_a_terminal_ends_with_its_pairing_and_what_a_password_opened_does_not()
{
    let house = House::open().await;
    let hash = cafe_pos::staff::hashing::hash_now("4071").expect("a hash");
    house
        .execute(
            "UPDATE staff SET pin_hash = $2 WHERE username = $1",
            [WAITER.into(), hash.as_str().into()],
        )
        .await;
    let waiter: cafe_pos::values::StaffId = house.id("staff", "username", WAITER).await;
    let (mut by_pin, mut by_password) = (
        house.display("Till 1").await,
        house.till(CASHIER, "Till 2").await,
    );
    let pin = [("staff", waiter.to_string()), ("pin", "4071".to_owned())];
    let pin = pin.each_ref().map(|(name, value)| (*name, value.as_str()));
    by_pin
        .post("/sign-in/pin", &pin)
        .await
        .must_be(StatusCode::OK);
    by_pin.get("/floor").await.must_be(StatusCode::OK);
    let mut screen = Screen::of(&by_pin, "view=floor").await;
    screen.shows("Dining room").await;

    // The token alone is nothing elsewhere.
    let mut elsewhere = by_pin.clone();
    elsewhere.cookies.remove(device::COOKIE);
    assert_eq!(
        elsewhere.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );

    let mut admin = house.person(ADMIN).await;
    for till in ["Till 1", "Till 2"] {
        let till = house.terminal(till).await;
        admin
            .delete(&format!("/terminals/{till}/pairing"))
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(
        by_pin.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert!(screen.ends().await.contains("signed-out"));
    by_password
        .fragment("/orders")
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn an_admin_adds_and_describes_terminals() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    admin
        .get("/terminals")
        .await
        .must_be(StatusCode::OK)
        .one("#terminals");
    admin
        .fragment("/terminals/new")
        .await
        .must_be(StatusCode::OK)
        .one("form[hx-post='/terminals']");
    let form = [
        ("name", "Patio tablet"),
        ("location", "Patio"),
        ("kind", "till"),
        ("idle_seconds", "45"),
        ("locks_after_send", "true"),
        ("has_drawer", "true"),
    ];
    let key = key();
    for _ in 0..2 {
        let done = admin
            .change(Method::POST, "/terminals", &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert!(done.one("#terminals").contains("Patio tablet"));
    }
    assert_eq!(house.number("SELECT count(*) FROM terminals WHERE name = 'Patio tablet' AND has_drawer AND locks_after_send AND idle_seconds = 45").await, 1);
    let taken = admin
        .post("/terminals", &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        taken.one("hx-partial[hx-target='#err-name']"),
        "Another terminal has this name already."
    );

    let patio = format!("/terminals/{}", house.terminal("Patio tablet").await);
    for (form, field) in [
        (
            [
                ("name", "Patio"),
                ("kind", "display"),
                ("station", ""),
                ("idle_seconds", "45"),
            ],
            "station",
        ),
        (
            [
                ("name", "Patio"),
                ("kind", "clock"),
                ("station", ""),
                ("idle_seconds", "45"),
            ],
            "kind",
        ),
        (
            [
                ("name", "Patio"),
                ("kind", "till"),
                ("station", ""),
                ("idle_seconds", "2"),
            ],
            "idle_seconds",
        ),
        (
            [
                ("name", " "),
                ("kind", "till"),
                ("station", ""),
                ("idle_seconds", "45"),
            ],
            "name",
        ),
    ] {
        let refused = admin
            .put(&patio, &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused
                .all(&format!("hx-partial[hx-target='#err-{field}']"))
                .len(),
            1,
            "{field}: {}",
            refused.text
        );
    }
    let nowhere = TerminalId::new().to_string();
    let form = [
        ("name", "Patio"),
        ("kind", "till"),
        ("station", nowhere.as_str()),
        ("idle_seconds", "45"),
    ];
    admin.put(&patio, &form).await.must_be(StatusCode::CONFLICT);
    let form = [("name", "Patio"), ("kind", "till"), ("idle_seconds", "60")];
    admin.put(&patio, &form).await.must_be(StatusCode::OK);
    admin
        .fragment(&patio)
        .await
        .must_be(StatusCode::OK)
        .one("#edit-terminal");
    admin
        .put(&format!("/terminals/{nowhere}"), &form)
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_terminal_is_noted_as_seen_without_making_anybody_wait() {
    let house = House::open().await;
    let mut tablet = house.display("Till 1").await;
    tablet.get("/sign-in").await.must_be(StatusCode::OK);
    for _ in 0..50 {
        if house
            .number(
                "SELECT count(*) FROM terminals WHERE name = 'Till 1' AND last_seen_at IS NOT NULL",
            )
            .await
            == 1
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("never seen");
}

#[tokio::test]
async fn a_display_survives_months_and_restarts_without_anybody_signing_in() {
    let house = House::open().await;
    let code = code_for(&house, house.terminal("Kitchen display").await).await;
    let mut wall = house.browser();
    wall.post("/pair", &[("code", &code)])
        .await
        .must_be(StatusCode::OK);
    let token = wall.cookies[device::COOKIE].clone();
    let kitchen: cafe_pos::values::StationId = house.id("stations", "name", "Kitchen").await;
    let board = format!("/kitchen/stations/{kitchen}");
    house.hand.advance(Duration::days(180));
    // The program was restarted, and so was the browser: all that is left is the cookie on its disk.
    let again = house.another_instance();
    let mut wall = again.browser();
    wall.cookies.insert(device::COOKIE.to_owned(), token);
    let page = wall.get(&board).await.must_be(StatusCode::OK);
    page.one("body.wall[data-display] #board");
    assert!(
        page.header("set-cookie").contains("Max-Age=34560000"),
        "the board makes its pairing last"
    );
    let mut screen = Screen::of(&wall, &format!("view=board&station={kitchen}")).await;
    screen.shows("heartbeat").await;
    assert_eq!(led_from(&mut wall, "/").await, board);
}

#[tokio::test]
async fn only_a_display_is_told_that_it_is_one() {
    let house = House::open().await;
    let kitchen: cafe_pos::values::StationId = house.id("stations", "name", "Kitchen").await;
    let board = format!("/kitchen/stations/{kitchen}");
    let page = house
        .person(COOK)
        .await
        .get(&board)
        .await
        .must_be(StatusCode::OK);
    page.one("body.wall:not([data-display])");
    assert!(page.all("#stale [data-unpaired]").is_empty());
    let page = house.display("Kitchen display").await.get(&board).await;
    assert_eq!(page.all("#stale [data-unpaired]").len(), 2);
}

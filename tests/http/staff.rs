//! Signing in, staying in, and being sent out.

use cafe_pos::staff::{self, Person, Role, Typed, session};
use cafe_pos::values::StaffId;
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

use super::house::*;

/// What everybody of the seed has as password.
const SEEDED: &str = "password123";
const OWN: &str = "three green mangoes";

fn typed(secret: &str) -> Typed {
    secret.parse().expect("a secret")
}

impl Device {
    /// Signs in as a browser does.
    async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.post(
            "/sign-in",
            &[("username", username), ("password", password)],
        )
        .await
    }

    /// Signs in from an address of the café's network, behind the trusted proxy.
    async fn sign_in_from(&mut self, address: &str, username: &str, password: &str) -> Answer {
        let form = serde_urlencoded::to_string([("username", username), ("password", password)])
            .expect("a form");
        let headers = [
            ("hx-request", "true"),
            ("sec-fetch-site", "same-origin"),
            ("x-forwarded-for", address),
        ];
        self.send(Method::POST, "/sign-in", Some(form), &headers)
            .await
    }

    /// Calls the API with JSON, and with a token if there is one.
    async fn api(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let bearer = token
            .map(|token| format!("Bearer {token}"))
            .unwrap_or_default();
        let mut headers = vec![];
        if token.is_some() {
            headers.push(("authorization", bearer.as_str()));
        }
        self.send_json(method, path, body, &headers).await
    }
}

async fn set_pin(house: &House, username: &str, pin: &str) {
    let hash = staff::hashing::hash_now(pin).expect("a hash");
    let done = house
        .execute(
            "UPDATE staff SET pin_hash = $2 WHERE username = $1",
            [username.into(), hash.as_str().into()],
        )
        .await;
    assert_eq!(done, 1);
}

async fn id_of(house: &House, username: &str) -> StaffId {
    house.id("staff", "username", username).await
}

// ---- by name and password -----------------------------------------------------------------------------

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

// ---- wrong tries --------------------------------------------------------------------------------------

#[tokio::test]
async fn five_wrong_tries_lock_the_pair_and_unknown_names_are_told_the_same() {
    let house = House::open().await;
    let mut told: Vec<Vec<(StatusCode, String)>> = Vec::new();
    for name in [WAITER, "nobody.at.all"] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            let answer = house
                .browser()
                .sign_in_from("192.168.1.20", name, "not the password")
                .await;
            answers.push((
                answer.status,
                answer.one("hx-partial[hx-target='#err-password']"),
            ));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    let statuses: Vec<u16> = told[0].iter().map(|(status, _)| status.as_u16()).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 423, 423]);
    assert_eq!(told[0][0].1, "Username or password is wrong. 4 tries left.");
    assert_eq!(
        told[0][4].1,
        "Username or password is wrong. No tries left: wait 15 minutes."
    );
    assert_eq!(
        told[0][6].1,
        "Too many wrong tries. Wait 15 minutes, or ask an admin to unlock."
    );

    // The right password does not help from there, and does from anywhere else.
    let locked = house
        .browser()
        .sign_in_from("192.168.1.20", WAITER, SEEDED)
        .await
        .must_be(StatusCode::LOCKED);
    let wait: u64 = locked.header("retry-after").parse().unwrap();
    assert!((890..=901).contains(&wait), "{wait}");
    house
        .browser()
        .sign_in_from("192.168.1.21", WAITER, SEEDED)
        .await
        .must_be(StatusCode::OK);

    house.hand.advance(Duration::minutes(16));
    house
        .browser()
        .sign_in_from("192.168.1.20", WAITER, SEEDED)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_right_secret_begins_the_count_again() {
    let house = House::open().await;
    for _ in 0..3 {
        for _ in 0..4 {
            house
                .browser()
                .sign_in(WAITER, "not the password")
                .await
                .must_be(StatusCode::UNAUTHORIZED);
        }
        house
            .browser()
            .sign_in(WAITER, SEEDED)
            .await
            .must_be(StatusCode::OK);
    }
}

#[tokio::test]
async fn tries_at_the_same_moment_are_counted_one_by_one() {
    let house = House::open().await;
    let wrong = (0..12).map(|_| {
        let mut browser = house.browser();
        async move {
            browser
                .sign_in(WAITER, "not the password")
                .await
                .status
                .as_u16()
        }
    });
    let mut statuses = futures_util::future::join_all(wrong).await;
    statuses.sort_unstable();
    assert_eq!(
        statuses,
        [401, 401, 401, 401, 401, 423, 423, 423, 423, 423, 423, 423]
    );

    // Many tills of one account that sign in at the same moment do not lock each other out.
    let right = (0..12).map(|_| {
        let mut browser = house.browser();
        async move { browser.sign_in(CASHIER, SEEDED).await.status }
    });
    assert!(
        futures_util::future::join_all(right)
            .await
            .iter()
            .all(|status| *status == StatusCode::OK)
    );
}

#[tokio::test]
async fn counts_are_shared_between_instances_and_survive_restarts() {
    let house = House::open().await;
    let other = house.another_instance();
    let mut statuses = Vec::new();
    for number in 0..8 {
        let instance = if number % 2 == 0 { &house } else { &other };
        statuses.push(
            instance
                .browser()
                .sign_in(WAITER, "not the password")
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 423, 423, 423]);
    assert_eq!(
        house
            .another_instance()
            .browser()
            .sign_in(WAITER, SEEDED)
            .await
            .status,
        StatusCode::LOCKED
    );

    // Tries at the same moment on several instances together stay within the limit, too.
    let tries = (0..12).map(|number| {
        let mut browser = if number % 2 == 0 {
            house.browser()
        } else {
            other.browser()
        };
        async move {
            browser
                .sign_in(CASHIER, "not the password")
                .await
                .status
                .as_u16()
        }
    });
    let statuses = futures_util::future::join_all(tries).await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 401).count(),
        5,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn twenty_wrong_tries_from_anywhere_lock_the_account_until_an_admin_unlocks_it() {
    let house = House::open().await;
    for place in 1..=5 {
        for _ in 0..4 {
            let address = format!("192.168.1.{place}");
            house
                .browser()
                .sign_in_from(&address, WAITER, "not the password")
                .await
                .must_be(StatusCode::UNAUTHORIZED);
        }
    }
    house
        .browser()
        .sign_in_from("192.168.1.77", WAITER, SEEDED)
        .await
        .must_be(StatusCode::LOCKED);
    house
        .browser()
        .sign_in_from("192.168.1.77", CASHIER, SEEDED)
        .await
        .must_be(StatusCode::OK);

    let (mut admin, waiter) = (house.person(ADMIN).await, id_of(&house, WAITER).await);
    let list = admin.get("/staff").await.must_be(StatusCode::OK);
    assert!(
        list.one(&format!("#staff-{waiter}"))
            .contains("Locked until")
    );
    let dialog = admin
        .fragment(&format!("/staff/{waiter}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        dialog.all(&format!("form[hx-post='/staff/{waiter}/unlock'] button")),
        ["Unlock"]
    );
    let done = admin
        .post(&format!("/staff/{waiter}/unlock"), &[])
        .await
        .must_be(StatusCode::OK);
    assert!(!done.one(&format!("#staff-{waiter}")).contains("Locked"));
    house
        .browser()
        .sign_in_from("192.168.1.77", WAITER, SEEDED)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn an_address_has_its_sixty_tries_a_minute() {
    let house = House::open().await;
    let mut last = None;
    for number in 0..70 {
        // Locked names are answered without looking at the secret, which keeps this quick.
        let answer = house
            .browser()
            .sign_in_from("192.168.1.30", "nobody", "not the password")
            .await;
        assert!(
            number >= 60 || answer.status != StatusCode::TOO_MANY_REQUESTS,
            "refused at try {number}"
        );
        last = Some(answer);
    }
    let refused = last.unwrap().must_be(StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    assert!(
        refused
            .notice()
            .starts_with("Too many tries from this network.")
    );
    house
        .browser()
        .sign_in_from("192.168.1.31", WAITER, SEEDED)
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn hostile_names_and_secrets_are_just_wrong() {
    let house = House::open().await;
    let long = "x".repeat(5_000);
    for name in [
        "a\0b",
        "' OR 1=1 --",
        "\u{202e}moses",
        long.as_str(),
        "*pairing",
    ] {
        house
            .browser()
            .sign_in_from("192.168.1.40", name, "not the password")
            .await
            .must_be(StatusCode::UNAUTHORIZED);
    }
    for secret in ["a\0b\0c\0d\0", "\u{1f4a9}\u{1f4a9}\u{1f4a9}"] {
        house
            .browser()
            .sign_in_from("192.168.1.41", CASHIER, secret)
            .await
            .must_be(StatusCode::UNAUTHORIZED);
    }
    house
        .browser()
        .sign_in_from("192.168.1.42", WAITER, &long)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    house
        .browser()
        .post("/sign-in", &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_name_that_nobody_has_costs_a_hash_as_any_other_does() {
    let house = House::open().await;
    for name in [WAITER, "nobody.at.all"] {
        // Nobody gets a turn at hashing, so whoever is answered meanwhile was answered without.
        let turns = house.app.hashing();
        let all = u32::try_from(turns.available_permits()).expect("a few");
        let taken = turns.acquire_many(all).await.expect("all turns");
        let mut browser = house.browser();
        let mut answer = Box::pin(browser.sign_in(name, "not the password"));
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut answer).await;
        assert!(early.is_err(), "{name} was answered without a hash");
        drop(taken);
        answer.await.must_be(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_nobody_asks_for_any_more_is_forgotten() {
    let house = House::open().await;
    let mut browser = house.person(WAITER).await;
    browser.post("/sign-out", &[]).await.must_be(StatusCode::OK);
    for _ in 0..5 {
        house.browser().sign_in(WAITER, "not the password").await;
    }
    let kept = "SELECT (SELECT count(*) FROM revoked_tokens) + (SELECT count(*) FROM sign_in_failures) + (SELECT count(*) FROM sign_in_locks)";
    assert_eq!(
        staff::forget_old(&house.db, house.app.clock().now())
            .await
            .unwrap(),
        0
    );
    assert_eq!(house.number(kept).await, 7);
    house.hand.advance(Duration::hours(17));
    assert_eq!(
        staff::forget_old(&house.db, house.app.clock().now())
            .await
            .unwrap(),
        7
    );
    assert_eq!(house.number(kept).await, 0);
}

#[tokio::test]
async fn the_log_tells_of_locks_and_sign_ins_and_of_no_secret() {
    let house = House::open().await;
    for _ in 0..5 {
        house.browser().sign_in(WAITER, "typed-by-mistake").await;
        house
            .browser()
            .sign_in("typed-by-mistake", "not the password")
            .await;
    }
    house
        .browser()
        .sign_in(CASHIER, SEEDED)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'staff.locked'")
            .await,
        2
    );
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'staff.signed_in'")
            .await,
        1
    );
    assert_eq!(
        house.number("SELECT count(*) FROM audit_log a WHERE a::text ~ 'typed-by-mistake|password123|argon2'").await,
        0
    );
}

// ---- tile and PIN -------------------------------------------------------------------------------------

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

// ---- passwords ----------------------------------------------------------------------------------------

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

// ---- for machines -------------------------------------------------------------------------------------

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

// ---- sessions that grow old ---------------------------------------------------------------------------

#[tokio::test]
async fn a_browser_in_use_stays_signed_in_for_sixteen_hours_and_is_then_asked_in_place() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let mut till = house.till(WAITER, "Till 1").await;
    let first = till.cookies[session::COOKIE].clone();
    house.hand.advance(Duration::hours(3));
    till.fragment("/orders").await.must_be(StatusCode::OK);
    assert_eq!(
        till.cookies[session::COOKIE],
        first,
        "young tokens are left alone"
    );
    for _ in 0..3 {
        house.hand.advance(Duration::hours(4));
        let before = till.cookies[session::COOKIE].clone();
        till.fragment("/orders").await.must_be(StatusCode::OK);
        assert_ne!(till.cookies[session::COOKIE], before);
    }
    house.hand.advance(Duration::minutes(61));
    let asked = till
        .fragment("/orders")
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    assert_eq!(
        asked.all("hx-partial").len(),
        1,
        "nothing else on the screen is touched"
    );
    asked.one("hx-partial[hx-target='#sign-in-again'] dialog [data-keypad=pin]");
    let waiter = id_of(&house, WAITER).await.to_string();
    assert_eq!(
        asked.attributes("input[name=staff]", "value"),
        [waiter.as_str()]
    );

    let again = |pin| [("staff", waiter.as_str()), ("pin", pin)];
    till.post("/sign-in/again", &again("4072"))
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let back = till
        .post("/sign-in/again", &again("4071"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        back.all("hx-partial[hx-target='#sign-in-again']"),
        [""],
        "the dialog goes"
    );
    assert!(
        back.header("hx-redirect").is_empty(),
        "and the screen stays"
    );
    till.fragment("/orders").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_session_whose_cookie_is_gone_is_asked_for_too_by_its_stream() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Till 1").await;
    till.sign_in(WAITER, SEEDED).await.must_be(StatusCode::OK);
    house.hand.advance(Duration::hours(9));
    till.cookies.remove(session::COOKIE);
    let asked = till
        .fragment("/sign-in/again")
        .await
        .must_be(StatusCode::OK);
    asked.one("dialog input[name=password]");
    let back = [
        ("staff", id_of(&house, WAITER).await.to_string()),
        ("password", SEEDED.to_owned()),
    ];
    let back: Vec<(&str, &str)> = back
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    till.post("/sign-in/again", &back)
        .await
        .must_be(StatusCode::OK);
    till.get("/floor").await.must_be(StatusCode::OK);
    // Asked by an older stream, whose session has gone on meanwhile, nobody is bothered.
    let nothing = till
        .fragment("/sign-in/again")
        .await
        .must_be(StatusCode::OK);
    assert!(nothing.all("dialog").is_empty() && nothing.notice().is_empty());
    nothing.one("hx-partial[hx-target='#sign-in-again'] span");
}

#[tokio::test]
async fn who_was_sent_out_is_not_asked_in_place() {
    let house = House::open().await;
    let mut till = house.browser();
    till.sign_in(WAITER, SEEDED).await.must_be(StatusCode::OK);
    till.fragment("/orders").await.must_be(StatusCode::OK);
    let waiter = id_of(&house, WAITER).await;
    house
        .person(ADMIN)
        .await
        .post(&format!("/staff/{waiter}/force-out"), &[])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .fragment("/orders")
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    assert!(refused.all("dialog").is_empty());
    assert_eq!(refused.notice(), "Please sign in.");
    let asked = till
        .fragment("/sign-in/again")
        .await
        .must_be(StatusCode::OK);
    assert_eq!(asked.header("hx-redirect"), "/sign-in");
    // They may come back by the front door.
    till.sign_in(WAITER, SEEDED).await.must_be(StatusCode::OK);
    till.fragment("/orders").await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_who_names_somebody_in_a_cookie_is_told_nothing() {
    let house = House::open().await;
    let waiter = id_of(&house, WAITER).await.to_string();
    for forged in [waiter.clone(), format!("{waiter}.{}", "0".repeat(32))] {
        let mut stranger = house.browser();
        stranger.cookies.insert("pos_last".to_owned(), forged);
        let asked = stranger
            .fragment("/sign-in/again")
            .await
            .must_be(StatusCode::OK);
        assert_eq!(asked.header("hx-redirect"), "/sign-in");
        let refused = stranger
            .fragment("/orders")
            .await
            .must_be(StatusCode::UNAUTHORIZED);
        assert!(refused.all("dialog").is_empty(), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_renewed_token_is_revoked_with_the_one_it_came_from() {
    let house = House::open().await;
    let mut browser = house.person(WAITER).await;
    let mut old = browser.clone();
    house.hand.advance(Duration::hours(5));
    browser.fragment("/orders").await.must_be(StatusCode::OK);
    browser.post("/sign-out", &[]).await.must_be(StatusCode::OK);
    assert_eq!(
        old.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
}

// ---- approvals ----------------------------------------------------------------------------------------

/// A cashier at a paired till, as a handler sees them.
async fn cashier_at_the_till(house: &House) -> Person {
    let till = house.till(CASHIER, "Till 1").await;
    let cookies: Vec<String> = till
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = poem::Request::builder()
        .header("cookie", cookies.join("; "))
        .finish();
    session::person(&house.app, &request)
        .await
        .expect("a person")
}

#[tokio::test]
async fn a_manager_approves_with_a_pin_or_password_of_their_own() {
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    set_pin(&house, MANAGER, "8305").await;
    for secret in ["8305", SEEDED] {
        let approval = staff::approve(&house.app, &cashier, manager, &typed(secret))
            .await
            .expect("an approval");
        assert_eq!(approval.by, manager);
    }
    let offered = staff::approvers(&house.app, &cashier).await.unwrap();
    assert!(offered.iter().any(|one| one.id == manager));
    assert!(offered.iter().all(|one| one.role.manages()));
}

#[tokio::test]
async fn nobody_else_approves() {
    let house = House::open().await;
    let cashier = cashier_at_the_till(&house).await;
    let status = async |approver: StaffId, secret: &str| {
        use poem::error::ResponseError;
        staff::approve(&house.app, &cashier, approver, &typed(secret))
            .await
            .map(|_| ())
            .unwrap_err()
            .status()
    };
    let other = id_of(&house, OTHER_CASHIER).await;
    assert_eq!(
        status(cashier.id, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not oneself"
    );
    assert_eq!(
        status(other, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not a colleague"
    );
    assert_eq!(
        status(StaffId::new(), SEEDED).await,
        StatusCode::FORBIDDEN,
        "not a stranger"
    );
    let manager = id_of(&house, MANAGER).await;
    assert_eq!(
        status(manager, "not the password").await,
        StatusCode::FORBIDDEN
    );

    house
        .execute(
            "UPDATE staff SET must_change_password = true WHERE username = $1",
            [MANAGER.into()],
        )
        .await;
    assert_eq!(
        status(manager, SEEDED).await,
        StatusCode::FORBIDDEN,
        "a seeded password is everybody's"
    );
    house
        .execute(
            "UPDATE staff SET must_change_password = false, active = false WHERE username = $1",
            [MANAGER.into()],
        )
        .await;
    assert_eq!(
        status(manager, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not who has left"
    );
}

#[tokio::test]
async fn guessing_a_managers_pin_locks_it_on_that_till() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    set_pin(&house, MANAGER, "8305").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let refused = staff::approve(&house.app, &cashier, manager, &typed("8306"))
            .await
            .unwrap_err();
        statuses.push(refused.status().as_u16());
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 423]);
    let refused = staff::approve(&house.app, &cashier, manager, &typed("8305"))
        .await
        .unwrap_err();
    assert_eq!(refused.status(), StatusCode::LOCKED);
}

#[tokio::test]
async fn approvals_and_sign_ins_share_the_tries_of_an_address() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    while house.app.tries().admit(&cashier.client).is_ok() {}
    let refused = staff::approve(&house.app, &cashier, manager, &typed(SEEDED))
        .await
        .unwrap_err();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        house.number("SELECT count(*) FROM sign_in_failures").await,
        0
    );
}

#[tokio::test]
async fn a_manager_without_a_pin_approves_with_the_password() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    for _ in 0..6 {
        let refused = staff::approve(&house.app, &cashier, manager, &typed("8305"))
            .await
            .unwrap_err();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            refused.to_string(),
            "There is no PIN yet. Use the password."
        );
    }
    staff::approve(&house.app, &cashier, manager, &typed(SEEDED))
        .await
        .expect("an approval");
}

// ---- what an admin decides ----------------------------------------------------------------------------

#[tokio::test]
async fn a_new_colleague_gets_a_password_that_works_once_and_is_shown_once() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    admin
        .fragment("/staff/new")
        .await
        .must_be(StatusCode::OK)
        .one("form[hx-post='/staff']");
    let form = [
        ("name", "Nora Akello"),
        ("username", "Nora.A"),
        ("role", "waiter"),
    ];
    let key = key();
    let hired = admin
        .change(Method::POST, "/staff", &form, &key)
        .await
        .must_be(StatusCode::OK);
    let password = hired.one("#one-time");
    assert!(hired.one("#people").contains("Nora Akello"));

    let repeated = admin
        .change(Method::POST, "/staff", &form, &key)
        .await
        .must_be(StatusCode::OK);
    assert!(repeated.all("#one-time").is_empty(), "{}", repeated.text);
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE username = 'nora.a'")
            .await,
        1
    );
    let taken = admin
        .post("/staff", &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        taken.one("hx-partial[hx-target='#err-username']"),
        "Somebody has this username already. Add a letter or a number."
    );

    let mut nora = house.browser();
    let first = nora
        .sign_in("nora.a", &password)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(first.header("hx-redirect"), "/me/password");
    assert_eq!(
        house.number("SELECT count(*) FROM audit_log WHERE deed = 'staff.hired' AND after->>'username' = 'nora.a'").await,
        1
    );
    for (form, field) in [
        (
            [("name", ""), ("username", "x.y"), ("role", "waiter")],
            "name",
        ),
        (
            [("name", "X Y"), ("username", "x y"), ("role", "waiter")],
            "username",
        ),
        (
            [("name", "X Y"), ("username", "x.y"), ("role", "owner")],
            "role",
        ),
    ] {
        let refused = admin
            .post("/staff", &form)
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
}

#[tokio::test]
async fn a_new_role_or_none_ends_sessions_at_once() {
    let house = House::open().await;
    let (mut admin, waiter) = (house.person(ADMIN).await, id_of(&house, WAITER).await);
    let address = format!("/staff/{waiter}");
    let mut browser = house.person(WAITER).await;
    browser.get("/floor").await.must_be(StatusCode::OK);

    let edit = |role, active| [("name", "Moses O."), ("role", role), ("active", active)];
    let done = admin
        .put(&address, &edit("waiter", "true"))
        .await
        .must_be(StatusCode::OK);
    assert!(
        done.one(&format!("#staff-{waiter}")).contains("Moses O."),
        "the list is redrawn"
    );
    browser.get("/floor").await.must_be(StatusCode::OK);

    admin
        .put(&address, &edit("kitchen", "true"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        browser.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    let mut browser = house.person(WAITER).await;
    assert_eq!(
        browser.get("/floor").await.status,
        StatusCode::FORBIDDEN,
        "a cook does not see the floor"
    );

    admin
        .put(&address, &edit("kitchen", ""))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        browser.fragment("/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    house
        .browser()
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_change_is_obeyed_by_other_instances_within_a_second_without_redis() {
    let house = House::open().await;
    let other = house.another_instance();
    let mut browser = other.person(WAITER).await;
    browser.get("/floor").await.must_be(StatusCode::OK);
    let waiter = id_of(&house, WAITER).await;
    house
        .person(ADMIN)
        .await
        .post(&format!("/staff/{waiter}/force-out"), &[])
        .await
        .must_be(StatusCode::OK);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(
        browser.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn there_is_always_an_admin() {
    let house = House::open().await;
    let second = "second.admin";
    let row = "INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
               SELECT $1, $2, 'Second Admin', 'admin', password_hash, false, now() FROM staff WHERE username = $3";
    house
        .execute(row, [StaffId::new().into(), second.into(), ADMIN.into()])
        .await;
    house
        .execute(
            "UPDATE staff SET role = 'manager' WHERE role = 'admin' AND username NOT IN ($1, $2)",
            [ADMIN.into(), second.into()],
        )
        .await;
    let (first_id, second_id) = (id_of(&house, ADMIN).await, id_of(&house, second).await);
    let (mut first, mut other) = (house.person(ADMIN).await, house.person(second).await);

    // Not oneself.
    for (role, active) in [("admin", ""), ("waiter", "true")] {
        let form = [("name", "Ruth"), ("role", role), ("active", active)];
        first
            .put(&format!("/staff/{first_id}"), &form)
            .await
            .must_be(StatusCode::CONFLICT);
    }
    // Each the other, at the same moment: one of them stays.
    let form = [
        ("name", "Former admin"),
        ("role", "waiter"),
        ("active", "true"),
    ];
    let (to_second, to_first) = (format!("/staff/{second_id}"), format!("/staff/{first_id}"));
    let (one, two) = tokio::join!(first.put(&to_second, &form), other.put(&to_first, &form));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{} {}", one.text, two.text);
    assert!(statuses[1] == 409 || statuses[1] == 401, "{statuses:?}");
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE role = 'admin' AND active")
            .await,
        1
    );
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_one_that_works_once() {
    let house = House::open().await;
    let (mut admin, waiter) = (house.person(ADMIN).await, id_of(&house, WAITER).await);
    for _ in 0..5 {
        house.browser().sign_in(WAITER, "not the password").await;
    }
    let mut signed_in = house.person(WAITER).await;
    let reset = admin
        .post(&format!("/staff/{waiter}/password"), &[])
        .await
        .must_be(StatusCode::OK);
    let password = reset.one("#one-time");
    assert_eq!(
        signed_in.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    house
        .browser()
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let answer = house
        .browser()
        .sign_in(WAITER, &password)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.header("hx-redirect"), "/me/password");
    let oneself = id_of(&house, ADMIN).await;
    admin
        .post(&format!("/staff/{oneself}/password"), &[])
        .await
        .must_be(StatusCode::CONFLICT);

    // From the server's own command line, by username or by full name.
    let (username, password) = staff::actions::reset_password_by_command(&house.app, " AMINA ")
        .await
        .unwrap();
    assert_eq!(username, CASHIER);
    house
        .browser()
        .sign_in(CASHIER, &password)
        .await
        .must_be(StatusCode::OK);
    assert!(
        staff::actions::reset_password_by_command(&house.app, "nobody")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_pin_that_somebody_else_may_know_goes_with_the_password() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let waiter = id_of(&house, WAITER).await.to_string();
    let reset = house
        .person(ADMIN)
        .await
        .post(&format!("/staff/{waiter}/password"), &[])
        .await
        .must_be(StatusCode::OK);
    let mut till = house.display("Till 1").await;
    let refused = till
        .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-pin']"),
        "There is no PIN yet. Use the password."
    );
    // They choose a password of their own, and then a PIN.
    till.sign_in(WAITER, &reset.one("#one-time"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        till.get("/me/pin")
            .await
            .must_be(StatusCode::SEE_OTHER)
            .header("location"),
        "/me/password"
    );
}

#[tokio::test]
async fn only_admins_decide_about_people_and_terminals() {
    let house = House::open().await;
    let (waiter, till) = (id_of(&house, WAITER).await, house.terminal("Till 1").await);
    for (role, username) in EACH_ROLE
        .into_iter()
        .filter(|(role, _)| *role != Role::Admin)
    {
        let mut browser = house.person(username).await;
        for path in ["/staff", "/terminals", "/staff/new", "/terminals/new"] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{role} {path}"
            );
        }
        let edit = [("name", "X"), ("role", "admin"), ("active", "true")];
        for (method, path) in [
            (Method::POST, "/staff".to_owned()),
            (Method::PUT, format!("/staff/{waiter}")),
            (Method::POST, format!("/staff/{waiter}/unlock")),
            (Method::POST, format!("/staff/{waiter}/force-out")),
            (Method::POST, format!("/staff/{waiter}/password")),
            (Method::POST, "/terminals".to_owned()),
            (Method::PUT, format!("/terminals/{till}")),
            (Method::POST, format!("/terminals/{till}/code")),
            (Method::DELETE, format!("/terminals/{till}/pairing")),
        ] {
            let refused = browser.change(method.clone(), &path, &edit, &key()).await;
            assert_eq!(
                refused.status,
                StatusCode::FORBIDDEN,
                "{role} {method} {path}"
            );
        }
    }
}

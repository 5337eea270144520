//! The stations as managers keep them, and what their boards are told of it.

use poem::http::{Method, StatusCode};
use uuid::Uuid;

use super::house::*;
use super::live::Screen;

/// A form as it is filled in, with some fields otherwise.
fn form<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("name", "Grill"),
        ("kind", "kitchen"),
        ("sort", "3"),
        ("soon", "8"),
        ("late", "15:00"),
        ("active", "true"),
        ("ring", "new"),
        ("ring", "void"),
    ];
    filled_in(&usual, changed)
}

async fn id(house: &House, name: &str) -> String {
    house.id::<Uuid>("stations", "name", name).await.to_string()
}

async fn address(house: &House, name: &str) -> String {
    format!("/stations/{}", id(house, name).await)
}

/// Adds a station as a manager does; answers its id.
async fn add(house: &House, changed: &[(&str, &str)]) -> String {
    let mut daniel = house.person(MANAGER).await;
    daniel
        .post("/stations", &form(changed))
        .await
        .must_be(StatusCode::OK);
    let name = changed.iter().find(|(field, _)| *field == "name");
    id(house, name.map_or("Grill", |(_, name)| name)).await
}

async fn deeds(house: &House, deed: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM audit_log WHERE deed = '{deed}'");
    house.number(&sql).await
}

#[tokio::test]
async fn a_manager_adds_a_station_once_and_the_log_knows_it() {
    let house = House::open().await;
    let mut daniel = house.person(MANAGER).await;
    let page = daniel.get("/stations").await.must_be(StatusCode::OK);
    assert_eq!(page.all("#stations tbody tr").len(), 3);
    assert_eq!(page.one("nav a[aria-current=page]"), "Stations");
    let dialog = daniel.fragment("/stations/new").await;
    assert_eq!(
        dialog.attributes("input[name=key_bump]", "value"),
        ["Enter"]
    );
    assert_eq!(dialog.attributes("input[name=sort]", "value"), ["4"]);

    let key = key();
    for _ in 0..2 {
        let done = daniel
            .change(Method::POST, "/stations", &form(&[]), &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(done.all("#stations tbody tr").len(), 4, "{}", done.text);
    }
    assert_eq!(deeds(&house, "station.added").await, 1);
    let stored = "SELECT count(*) FROM stations WHERE name = 'Grill' AND kind = 'kitchen' AND sort = 3 AND soon_after_s = 480 \
        AND late_after_s = 900 AND active AND NOT bump_at_once AND quiet = '[\"addon\", \"late\", \"ready\", \"problem\"]'";
    assert_eq!(house.number(stored).await, 1);
    let again = daniel
        .post("/stations", &form(&[]))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        again.one("hx-partial[hx-target='#err-name']"),
        "Another station has this name already."
    );
}

#[tokio::test]
async fn only_managers_keep_stations() {
    let house = House::open().await;
    let kitchen = address(&house, "Kitchen").await;
    for username in [CASHIER, WAITER, COOK, BARTENDER] {
        let mut device = house.person(username).await;
        for path in ["/stations", "/stations/new", kitchen.as_str()] {
            device.get(path).await.must_be(StatusCode::FORBIDDEN);
        }
        device
            .post("/stations", &form(&[]))
            .await
            .must_be(StatusCode::FORBIDDEN);
        device
            .put(&kitchen, &form(&[("revision", "1")]))
            .await
            .must_be(StatusCode::FORBIDDEN);
    }
    let page = house.person(CASHIER).await.get("/me").await;
    assert!(page.all("a[href='/stations']").is_empty());
    assert_eq!(deeds(&house, "station.edited").await, 0);
}

#[tokio::test]
async fn what_does_not_fit_is_said_beside_its_field_and_nothing_is_saved() {
    let house = House::open().await;
    let mut daniel = house.person(MANAGER).await;
    let kitchen = address(&house, "Kitchen").await;
    for (field, value) in [
        ("name", " "),
        ("kind", "grill"),
        ("sort", "-1"),
        ("soon", "0"),
        ("late", "8"),
        ("late", "2:75"),
        ("ring", "gong"),
        ("key_bump", "Tab"),
        ("key_bump", "7"),
        ("key_mute", "U"),
        ("numbers", "1 2 3"),
    ] {
        let changed = [(field, value), ("revision", "1")];
        let refused = daniel
            .put(&kitchen, &form(&changed))
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        let said = refused.all(&format!("hx-partial[hx-target='#err-{field}']"));
        assert_eq!(said.len(), 1, "{field} {value:?}: {}", refused.text);
    }
    assert_eq!(deeds(&house, "station.edited").await, 0);
    let nowhere = format!("/stations/{}", Uuid::now_v7());
    daniel.get(&nowhere).await.must_be(StatusCode::NOT_FOUND);
    daniel
        .put(&nowhere, &form(&[("revision", "1")]))
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_two_who_edit_one_station_the_second_is_told_and_nothing_is_lost() {
    let house = House::open().await;
    let grill = format!("/stations/{}", add(&house, &[]).await);
    let (mut daniel, mut ruth) = (house.person(MANAGER).await, house.person(ADMIN).await);
    let seen = ruth.fragment(&grill).await;
    let revision = seen.attributes("input[name=revision]", "value").remove(0);
    let key = key();
    for _ in 0..2 {
        let changed = [("late", "12"), ("revision", revision.as_str())];
        daniel
            .change(Method::PUT, &grill, &form(&changed), &key)
            .await
            .must_be(StatusCode::OK);
    }
    let changed = [("name", "Big grill"), ("revision", revision.as_str())];
    let refused = ruth
        .put(&grill, &form(&changed))
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("Somebody changed this station"),
        "{}",
        refused.text
    );
    let kept = "SELECT count(*) FROM stations WHERE name = 'Grill' AND late_after_s = 720";
    assert_eq!(house.number(kept).await, 1);
    assert_eq!(deeds(&house, "station.edited").await, 1);
    let row = house
        .row(
            "SELECT before->>'late' AS b, after->>'late' AS a FROM audit_log WHERE deed = 'station.edited'",
            [],
        )
        .await;
    let of = |column: &str| row.try_get::<String>("", column).expect("a figure");
    assert_eq!((of("b"), of("a")), ("900".to_owned(), "720".to_owned()));
}

#[tokio::test]
async fn tickets_are_passed_along_a_chain_and_never_in_a_circle() {
    let house = House::open().await;
    let mut daniel = house.person(MANAGER).await;
    let pass = id(&house, "Pass").await;
    let oven = add(&house, &[("name", "Oven"), ("next", &pass)]).await;
    let make = add(&house, &[("name", "Make"), ("next", &oven)]).await;
    let page = daniel.get("/stations").await;
    assert!(page.one(&format!("#station-{make}")).contains("Oven"));

    let back = form(&[("name", "Oven"), ("next", &make), ("revision", "1")]);
    let refused = daniel
        .put(&format!("/stations/{oven}"), &back)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-next']"),
        "That would go round in a circle: Oven → Make → Oven."
    );
    let on = form(&[
        ("name", "Pass"),
        ("kind", "expo"),
        ("next", &make),
        ("revision", "1"),
    ]);
    daniel
        .put(&format!("/stations/{pass}"), &on)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY)
        .one("hx-partial[hx-target='#err-next']");
    let to_pass = form(&[("name", "Make"), ("redirect", &pass), ("revision", "1")]);
    let refused = daniel
        .put(&format!("/stations/{make}"), &to_pass)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-redirect']"),
        "Nothing is made at Pass. Choose another."
    );
    let closed = form(&[("name", "Make"), ("redirect", &oven), ("revision", "1")]);
    let done = daniel
        .put(&format!("/stations/{make}"), &closed)
        .await
        .must_be(StatusCode::OK);
    assert!(
        done.one(&format!("#station-{make}"))
            .contains("Closed, Oven instead")
    );
    let opposite = form(&[("name", "Oven"), ("redirect", &make), ("revision", "1")]);
    daniel
        .put(&format!("/stations/{oven}"), &opposite)
        .await
        .must_be(StatusCode::CONFLICT)
        .one("hx-partial[hx-target='#err-redirect']");
}

#[tokio::test]
async fn two_managers_who_close_a_circle_from_both_ends_do_not() {
    let house = House::open().await;
    let one = add(&house, &[("name", "One")]).await;
    let two = add(&house, &[("name", "Two")]).await;
    let (mut daniel, mut irene) = (
        house.person(MANAGER).await,
        house.person(OTHER_MANAGER).await,
    );
    let (there, back) = (
        form(&[("name", "One"), ("next", &two), ("revision", "1")]),
        form(&[("name", "Two"), ("next", &one), ("revision", "1")]),
    );
    let (first, second) = (format!("/stations/{one}"), format!("/stations/{two}"));
    let (a, b) = tokio::join!(daniel.put(&first, &there), irene.put(&second, &back));
    let mut told = [a.status, b.status];
    told.sort();
    assert_eq!(told, [StatusCode::OK, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn a_station_stays_in_use_for_as_long_as_something_hangs_on_it() {
    let house = House::open().await;
    let mut daniel = house.person(MANAGER).await;
    let kitchen = address(&house, "Kitchen").await;
    let gone = form(&[("name", "Kitchen"), ("active", ""), ("revision", "1")]);
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);

    for (mended, said) in [
        (
            "UPDATE tickets SET bumped_at = now(), bumped_by = 'Peter'",
            "Tickets are open here (1). Bump them first.",
        ),
        (
            "UPDATE products SET station_id = (SELECT id FROM stations WHERE name = 'Bar')",
            "Products are made here",
        ),
        (
            "UPDATE terminals SET station_id = (SELECT id FROM stations WHERE name = 'Bar') WHERE station_id IS NOT NULL",
            "Kitchen display shows this board. Give it another first.",
        ),
    ] {
        let refused = daniel
            .put(&kitchen, &gone)
            .await
            .must_be(StatusCode::CONFLICT);
        let sentence = refused.one("hx-partial[hx-target='#err-active']");
        assert!(sentence.starts_with(said), "{sentence}");
        house.execute(mended, []).await;
    }
    daniel.put(&kitchen, &gone).await.must_be(StatusCode::OK);
    assert_eq!(
        house
            .number("SELECT count(*) FROM stations WHERE name = 'Kitchen' AND NOT active")
            .await,
        1
    );
    let boards = daniel.get("/kitchen").await;
    assert!(!boards.text.contains("Kitchen</a>"), "{}", boards.text);
}

#[tokio::test]
async fn a_board_is_told_its_keys_and_what_rings_and_follows_a_change() {
    let house = House::open().await;
    let mut wall = house.display("Bar display").await;
    let bar = id(&house, "Bar").await;
    let path = format!("/kitchen/stations/{bar}");
    let board = wall.get(&path).await.must_be(StatusCode::OK);
    let keys = board.attributes("#hands", "data-keys").remove(0);
    let keys: serde_json::Value = serde_json::from_str(&keys).expect("keys");
    assert_eq!((&keys["Enter"], &keys["4"]), (&"bump".into(), &"4".into()));
    assert!(board.all("#hands[data-bump-at-once]").is_empty());

    let mut screen = Screen::of(&wall, &format!("view=board&station={bar}")).await;
    screen.shows("heartbeat").await;
    let mut daniel = house.person(MANAGER).await;
    let changed = form(&[
        ("name", "Coffee bar"),
        ("kind", "bar"),
        ("soon", "3"),
        ("late", "6"),
        ("key_bump", "+"),
        ("bump_at_once", "true"),
        ("revision", "1"),
    ]);
    daniel
        .put(&format!("/stations/{bar}"), &changed)
        .await
        .must_be(StatusCode::OK);
    screen.shows("data-bump-at-once").await;
    let board = wall.get(&path).await;
    let keys = board.attributes("#hands", "data-keys").remove(0);
    assert!(
        keys.contains(r#""+":"bump""#) && !keys.contains("Enter"),
        "{keys}"
    );
    assert_eq!(
        board.attributes("#hands", "data-quiet"),
        ["addon late ready problem"]
    );
    assert!(board.one("#allday").contains("Under 3 min"));

    // The till says where a drink goes by the name of now.
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    let panel = till.tap(order, "Espresso").await;
    assert!(panel.text.contains("1 coffee bar"), "{}", panel.text);
}

#[tokio::test]
async fn a_change_that_no_message_told_reaches_the_board_within_seconds() {
    let house = House::open().await;
    let wall = house.display("Bar display").await;
    let bar = id(&house, "Bar").await;
    let mut screen = Screen::of(&wall, &format!("view=board&station={bar}")).await;
    screen.shows("heartbeat").await;
    house
        .execute(
            "UPDATE stations SET bump_at_once = true, revision = revision + 1 WHERE name = 'Bar'",
            [],
        )
        .await;
    screen.shows("data-bump-at-once").await;
}

//! Price lists as managers keep them, and what tills are told of it.

use poem::http::{Method, StatusCode};
use time::{Duration, Time, Weekday};
use uuid::Uuid;

use super::house::*;
use super::live::Screen;

/// A form as it is filled in, with some fields otherwise; a day that is given is the only one.
fn form<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("name", "Happy hour"),
        ("day", "Mon"),
        ("day", "Tue"),
        ("day", "Wed"),
        ("day", "Thu"),
        ("day", "Fri"),
        ("from", "16:00"),
        ("until", "18:00"),
        ("active", "true"),
    ];
    filled_in(&usual, changed)
}

/// A list that a manager makes; answers its address.
async fn make(house: &House, changed: &[(&str, &str)]) -> String {
    let mut daniel = house.person(MANAGER).await;
    let made = daniel
        .post("/menu/price-lists", &form(changed))
        .await
        .must_be(StatusCode::OK);
    made.header("hx-redirect").to_owned()
}

/// The address of a product on a list.
async fn on(house: &House, list: &str, product: &str) -> String {
    format!("{list}/products/{}", product_id(&house.db, product).await)
}

async fn deeds(house: &House, deed: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM audit_log WHERE deed = 'price_list.{deed}'");
    house.number(&sql).await
}

async fn version(house: &House) -> i64 {
    house.number("SELECT version FROM menu_version").await
}

/// Moves the clock to the next such day and hour in Kampala.
fn wait_until(house: &House, day: Weekday, hour: u8, minute: u8) {
    let now = house.app.clock().now() + Duration::hours(3);
    let time = Time::from_hms(hour, minute, 0).expect("a time");
    let next = now.date().next_occurrence(day).with_time(time);
    house.hand.advance(next.assume_utc() - now);
}

#[tokio::test]
async fn a_manager_makes_a_price_list_once_and_is_led_to_it() {
    let house = House::open().await;
    let mut daniel = house.person(MANAGER).await;
    let page = daniel.get("/menu/price-lists").await;
    assert_eq!(page.one("nav a[aria-current=page]"), "Price lists");
    assert!(
        page.one("#price-lists").contains("No price lists yet"),
        "{}",
        page.text
    );
    let dialog = daniel.fragment("/menu/price-lists/new").await;
    assert_eq!(dialog.attributes("input[name=from]", "value"), ["16:00"]);

    let (key, mut led_to) = (key(), Vec::new());
    for _ in 0..2 {
        let made = daniel
            .change(Method::POST, "/menu/price-lists", &form(&[]), &key)
            .await
            .must_be(StatusCode::OK);
        led_to.push(made.header("hx-redirect").to_owned());
    }
    assert_eq!(led_to[0], led_to[1]);
    assert_eq!(deeds(&house, "added").await, 1);
    let page = daniel.get(&led_to[0]).await.must_be(StatusCode::OK);
    assert_eq!(page.one("h1"), "Happy hour");
    assert!(page.one("#list-head").contains("Mon–Fri 16:00–18:00"));
    let again = daniel
        .post("/menu/price-lists", &form(&[("name", "happy HOUR")]))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        again.one("hx-partial[hx-target='#err-name']"),
        "Another price list has this name already."
    );
}

#[tokio::test]
async fn only_managers_keep_price_lists() {
    let house = House::open().await;
    let list = make(&house, &[]).await;
    let espresso = on(&house, &list, "Espresso").await;
    let (details, products) = (format!("{list}/details"), format!("{list}/products"));
    for username in [CASHIER, WAITER, COOK, BARTENDER] {
        let mut device = house.person(username).await;
        for path in [
            "/menu/price-lists",
            "/menu/price-lists/new",
            &list,
            &details,
            &products,
            &espresso,
        ] {
            device.get(path).await.must_be(StatusCode::FORBIDDEN);
        }
        let forms = form(&[("revision", "1")]);
        for told in [
            device.post("/menu/price-lists", &forms).await,
            device.put(&list, &forms).await,
            device.delete(&format!("{list}?revision=1")).await,
            device.put(&espresso, &[("price", "1")]).await,
            device.delete(&espresso).await,
        ] {
            told.must_be(StatusCode::FORBIDDEN);
        }
    }
    let page = house.person(CASHIER).await.get("/me").await;
    assert!(page.all("a[href='/menu/price-lists']").is_empty());
    let done = "SELECT count(*) FROM audit_log WHERE deed LIKE 'price_list.%'";
    assert_eq!(house.number(done).await, 1);
}

#[tokio::test]
async fn what_does_not_fit_is_said_beside_its_field_and_nothing_is_saved() {
    let house = House::open().await;
    let list = make(&house, &[]).await;
    let espresso = on(&house, &list, "Espresso").await;
    let mut daniel = house.person(MANAGER).await;
    let before = version(&house).await;
    for (field, value) in [
        ("name", " "),
        ("name", "A name that is longer than forty letters are"),
        ("day", "Someday"),
        ("day", ""),
        ("from", "24:00"),
        ("until", "soon"),
    ] {
        let changed = form(&[(field, value), ("revision", "1")]);
        let refused = daniel
            .put(&list, &changed)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        refused.one(&format!("hx-partial[hx-target='#err-{field}']"));
    }
    for price in ["", "-500", "1,500.50", "much", "1,000,000,001"] {
        let refused = daniel
            .put(&espresso, &[("price", price)])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        refused.one("hx-partial[hx-target='#err-price']");
    }
    assert_eq!(version(&house).await, before);
    assert_eq!(
        deeds(&house, "edited").await + deeds(&house, "priced").await,
        0
    );
    for nowhere in [
        format!("/menu/price-lists/{}", Uuid::now_v7()),
        format!("{list}/products/{}", Uuid::now_v7()),
    ] {
        daniel.get(&nowhere).await.must_be(StatusCode::NOT_FOUND);
        let both = form(&[("price", "1"), ("revision", "1")]);
        daniel
            .put(&nowhere, &both)
            .await
            .must_be(StatusCode::NOT_FOUND);
        daniel.delete(&nowhere).await.must_be(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn of_two_who_edit_one_list_the_second_is_told_and_nothing_is_lost() {
    let house = House::open().await;
    let list = make(&house, &[]).await;
    let (mut daniel, mut ruth) = (house.person(MANAGER).await, house.person(ADMIN).await);
    let seen = ruth.fragment(&format!("{list}/details")).await;
    let revision = seen.attributes("input[name=revision]", "value").remove(0);
    let key = key();
    for _ in 0..2 {
        let changed = form(&[("day", "Sat"), ("until", "19:30"), ("revision", &revision)]);
        let done = daniel
            .change(Method::PUT, &list, &changed, &key)
            .await
            .must_be(StatusCode::OK);
        assert!(done.one("#list-head").contains("Sat 16:00–19:30"));
    }
    let changed = form(&[("name", "Sundowner"), ("revision", &revision)]);
    for refused in [
        ruth.put(&list, &changed).await,
        ruth.delete(&format!("{list}?revision={revision}")).await,
        ruth.delete(&list).await,
    ] {
        let refused = refused.must_be(StatusCode::CONFLICT);
        let said = refused.notice();
        assert!(
            said.starts_with("Somebody changed this price list"),
            "{said}"
        );
    }
    let kept = "SELECT count(*) FROM price_lists WHERE name = 'Happy hour' AND weekdays = 32 AND until_minute = 1170 AND deleted_at IS NULL";
    assert_eq!(house.number(kept).await, 1);
    let row = house
        .row(
            "SELECT before->>'when' AS b, after->>'when' AS a FROM audit_log WHERE deed = 'price_list.edited'",
            [],
        )
        .await;
    let of = |column: &str| row.try_get::<String>("", column).expect("words");
    assert_eq!(
        (of("b"), of("a")),
        ("Mon–Fri 16:00–18:00".into(), "Sat 16:00–19:30".into())
    );
}

#[tokio::test]
async fn a_product_is_found_priced_repriced_and_taken_off_each_once() {
    let house = House::open().await;
    let list = make(&house, &[]).await;
    let espresso = on(&house, &list, "Espresso").await;
    let mut daniel = house.person(MANAGER).await;
    let all = daniel.fragment(&format!("{list}/products")).await;
    assert!(all.all("dialog li").len() > 50, "{}", all.text);
    let found = daniel.fragment(&format!("{list}/products?q=espr")).await;
    assert!(found.all("li b").contains(&"Espresso".to_owned()));
    assert!(found.all("dialog").is_empty(), "{}", found.text);
    assert!(found.all("li").len() < 10, "{}", found.text);

    for (method, form, path) in [
        (
            Method::PUT,
            vec![("price", "1,500"), ("q", "espr")],
            espresso.clone(),
        ),
        (
            Method::PUT,
            vec![("price", "0"), ("was", "1,500")],
            espresso.clone(),
        ),
        (Method::DELETE, vec![], format!("{espresso}?was=0")),
    ] {
        let (before, key) = (version(&house).await, key());
        for _ in 0..2 {
            let done = daniel
                .change(method.clone(), &path, &form, &key)
                .await
                .must_be(StatusCode::OK);
            // Whoever adds one goes on with the next, at the same search.
            let goes_on = done.attributes("dialog input[name=q]", "value");
            match form.iter().any(|(name, _)| *name == "q") {
                true => assert_eq!(goes_on, ["espr"]),
                false => assert!(goes_on.is_empty(), "{}", done.text),
            }
        }
        assert_eq!(version(&house).await, before + 1);
    }
    assert_eq!(deeds(&house, "priced").await, 2);
    assert_eq!(deeds(&house, "taken_off").await, 1);
    let row = "SELECT count(*) FROM audit_log WHERE deed = 'price_list.priced' AND before->>'price' = '1500' AND after->>'price' = '0' \
        AND after->>'name' = 'Espresso' AND after->>'list' = 'Happy hour'";
    assert_eq!(house.number(row).await, 1);
    assert_eq!(house.number("SELECT count(*) FROM listed_prices").await, 0);
    // It is gone: whoever takes it off again has what they want.
    daniel
        .delete(&format!("{espresso}?was=0"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(deeds(&house, "taken_off").await, 1);
}

#[tokio::test]
async fn of_two_who_price_one_product_the_second_is_told_and_of_two_products_both_stay() {
    let house = House::open().await;
    let list = make(&house, &[]).await;
    let (espresso, chips) = (
        on(&house, &list, "Espresso").await,
        on(&house, &list, "Chips").await,
    );
    let (mut daniel, mut ruth) = (house.person(MANAGER).await, house.person(ADMIN).await);
    let (a, b, c) = {
        let mut irene = house.person(OTHER_MANAGER).await;
        let (one, two, other) = (
            [("price", "1,500")],
            [("price", "1,800")],
            [("price", "2,000")],
        );
        tokio::join!(
            daniel.put(&espresso, &one),
            ruth.put(&espresso, &two),
            irene.put(&chips, &other)
        )
    };
    let mut told = [a.status, b.status];
    told.sort();
    assert_eq!(told, [StatusCode::OK, StatusCode::CONFLICT]);
    c.must_be(StatusCode::OK);
    let refused = if a.status == StatusCode::OK { b } else { a };
    let said = refused.one("hx-partial[hx-target='#err-price']");
    assert!(said.starts_with("Somebody made this 1,"), "{said}");
    assert_eq!(house.number("SELECT count(*) FROM listed_prices").await, 2);
    for refused in [
        ruth.delete(&format!("{espresso}?was=9")).await,
        ruth.delete(&espresso).await,
    ] {
        refused.must_be(StatusCode::CONFLICT);
    }
    ruth.delete(&format!("{chips}?was=2%2C000"))
        .await
        .must_be(StatusCode::OK);
    let late = [("price", "2,500"), ("was", "2,000")];
    daniel
        .put(&chips, &late)
        .await
        .must_be(StatusCode::CONFLICT)
        .one("hx-partial[hx-target='#err-price']");
    assert_eq!(house.number("SELECT count(*) FROM listed_prices").await, 1);
}

#[tokio::test]
async fn a_list_that_is_deleted_counts_no_more_and_what_was_sold_stays() {
    let house = House::open().await;
    let every_day = DAYS.map(|day| ("day", day));
    let whole_days = [&every_day[..], &[("from", "00:00"), ("until", "00:00")]].concat();
    let list = make(&house, &whole_days).await;
    let espresso = on(&house, &list, "Espresso").await;
    let mut daniel = house.person(MANAGER).await;
    daniel
        .put(&espresso, &[("price", "1,500")])
        .await
        .must_be(StatusCode::OK);
    let page = daniel.get("/menu/price-lists").await;
    let cells = page.all("#price-lists tbody td");
    assert_eq!(cells[1..4], ["Every day all day", "Counts now", "1"]);

    let mut till = house.person(CASHIER).await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let (key, deletes) = (key(), format!("{list}?revision=1"));
    for _ in 0..2 {
        let gone = daniel
            .change(Method::DELETE, &deletes, &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(gone.header("hx-redirect"), "/menu/price-lists");
    }
    assert_eq!(deeds(&house, "deleted").await, 1);
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let lines =
        "SELECT count(*) FROM order_lines WHERE price_list = 'Happy hour' AND unit_price = 1500";
    assert_eq!(house.number(lines).await, 1);
    let usual = "SELECT count(*) FROM order_lines l JOIN products p ON p.id = l.product_id WHERE l.price_list IS NULL AND l.unit_price = p.price";
    assert_eq!(house.number(usual).await, 1);
    for path in [&list, &espresso] {
        daniel.get(path).await.must_be(StatusCode::NOT_FOUND);
    }
    daniel
        .put(&espresso, &[("price", "1"), ("was", "1,500")])
        .await
        .must_be(StatusCode::NOT_FOUND);
    assert_ne!(make(&house, &[]).await, list, "its name is free again");
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

#[tokio::test]
async fn a_list_says_whether_it_counts_past_midnight_too() {
    let house = House::open().await;
    let late = [("day", "Fri"), ("from", "22:00"), ("until", "02:00")];
    make(&house, &late).await;
    make(&house, &[("name", "Old"), ("active", "")]).await;
    for (day, hour, minute, said) in [
        (Weekday::Friday, 1, 0, "Not now"),
        (Weekday::Friday, 21, 30, "Not now"),
        (Weekday::Friday, 22, 0, "Counts now"),
        (Weekday::Saturday, 1, 30, "Counts now"),
        (Weekday::Saturday, 2, 0, "Not now"),
        (Weekday::Saturday, 23, 0, "Not now"),
    ] {
        wait_until(&house, day, hour, minute);
        let mut daniel = house.person(MANAGER).await;
        let again = daniel.fragment("/menu/price-lists").await;
        let cells = again.all("hx-partial #price-lists tbody td");
        let expected = ["Happy hour", "Fri 22:00–02:00 the next day", said];
        assert_eq!(cells[..3], expected, "{day} {hour}");
        assert!(cells.contains(&"Not in use".to_owned()), "{cells:?}");
    }
}

#[tokio::test]
async fn an_open_till_shows_the_price_of_a_list_that_begins_changes_and_ends() {
    let house = House::open().await;
    wait_until(&house, Weekday::Wednesday, 15, 50);
    let list = make(&house, &[]).await;
    let espresso = on(&house, &list, "Espresso").await;
    let mut daniel = house.person(MANAGER).await;
    daniel
        .put(&espresso, &[("price", "1,500")])
        .await
        .must_be(StatusCode::OK);
    let mut till = house.person(CASHIER).await;
    let order = till.counter_sale().await;
    let mut screen = Screen::of(&till, &format!("view=order&order={order}")).await;
    let moved = async |screen: &mut Screen, till: &mut Device| {
        let version = version(&house).await;
        screen.shows(&format!("data-version=\"{version}\"")).await;
        let tiles = till
            .fragment(&format!("/orders/{order}/menu?q=Espresso"))
            .await;
        tiles.one(&format!(
            ".tile-box:has([data-in='{}']) .price",
            espresso.rsplit('/').next().unwrap_or_default()
        ))
    };
    let usual = moved(&mut screen, &mut till).await;
    follow(&house).await;

    house.hand.advance(Duration::minutes(10));
    follow(&house).await;
    assert_eq!(moved(&mut screen, &mut till).await, "1,500");
    let dearer = [("price", "1,800"), ("was", "1,500")];
    daniel.put(&espresso, &dearer).await.must_be(StatusCode::OK);
    assert_eq!(moved(&mut screen, &mut till).await, "1,800");
    house.hand.advance(Duration::hours(2));
    follow(&house).await;
    assert_eq!(moved(&mut screen, &mut till).await, usual);
    assert_ne!(usual, "1,500");
}

/// What the program does every few seconds.
async fn follow(house: &House) {
    cafe_pos::menu::follow_price_lists(&house.app)
        .await
        .expect("the lists are looked at");
}

//! A shift starts: with a float counted once, without cash, and with one drawer for one person.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn a_shift_starts_with_its_float_counted_once() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let screen = till.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("input[name='cash'][checked]", "value"),
        ["drawer"]
    );
    let started = start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    assert_eq!(started.header("hx-redirect"), "/floor");
    let shift = shift_of(&house, CASHIER).await;
    assert_eq!(expected(&house, shift).await, 50_000);
    let again = start(&mut till, &DRAWER)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(again.notice(), "Your shift already has its float.");
    assert_eq!(house.number("SELECT count(*) FROM cash_entries").await, 1);
}

#[tokio::test]
async fn the_same_key_twice_starts_one_shift() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let key = key();
    for _ in 0..3 {
        till.change(Method::POST, "/shift/float", &DRAWER, &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM cash_entries").await, 1);
}

#[tokio::test]
async fn an_order_opens_a_shift_without_cash_and_a_float_turns_it_into_a_cash_shift() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    till.counter_sale().await;
    let shift = shift_of(&house, CASHIER).await;
    let cash = |word: &str| format!("SELECT count(*) FROM shifts WHERE cash = '{word}'");
    assert_eq!(house.number(&cash("none")).await, 1);
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    assert_eq!(house.number(&cash("drawer")).await, 1);
    assert_eq!(shift_of(&house, CASHIER).await, shift);
}

#[tokio::test]
async fn two_cashiers_who_want_one_drawer_at_once_do_not_both_get_it() {
    let house = House::open().await;
    let mut amina = house.till(CASHIER, "Till 1").await;
    let mut brian = house.person(OTHER_CASHIER).await;
    // Both stand at the same till: the terminal's cookie is one.
    let device = cafe_pos::terminals::device::COOKIE;
    brian
        .cookies
        .insert(device.to_owned(), amina.cookies[device].clone());
    let (a, b) = tokio::join!(start(&mut amina, &DRAWER), start(&mut brian, &DRAWER));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let refused = if a.status == StatusCode::CONFLICT {
        a
    } else {
        b
    };
    assert!(
        refused
            .notice()
            .starts_with("The drawer of Till 1 is held by "),
        "{}",
        refused.notice()
    );
    assert_eq!(
        house
            .number("SELECT count(*) FROM shifts WHERE cash = 'drawer'")
            .await,
        1
    );
    // The loser takes a pouch instead.
    let loser = if a_won(&house).await {
        &mut brian
    } else {
        &mut amina
    };
    let screen = loser.get("/shift").await.must_be(StatusCode::OK);
    assert!(screen.all("input[value='drawer']").is_empty());
    assert!(screen.one("main").contains("is held by"));
    start(loser, &POUCH).await.must_be(StatusCode::OK);
}

async fn a_won(house: &House) -> bool {
    house
        .number(
            "SELECT count(*) FROM shifts s JOIN staff st ON st.id = s.staff_id \
             WHERE s.cash = 'drawer' AND st.username = 'amina'",
        )
        .await
        == 1
}

#[tokio::test]
async fn one_person_on_two_tablets_opens_one_shift() {
    let house = House::open().await;
    let till = house.person(CASHIER).await;
    let starts = (0..6).map(|turn| {
        let mut till = till.clone();
        async move {
            if turn % 2 == 0 {
                start(&mut till, &POUCH).await.status
            } else {
                till.counter_sale().await;
                StatusCode::OK
            }
        }
    });
    let statuses = futures_util::future::join_all(starts).await;
    assert!(statuses.iter().all(|status| !status.is_server_error()));
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 1);
    assert_eq!(
        house
            .number("SELECT count(*) FROM cash_entries WHERE kind = 'float'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_cook_has_no_shift() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    start(&mut cook, &POUCH)
        .await
        .must_be(StatusCode::FORBIDDEN);
    cook.get("/shift").await.must_be(StatusCode::FORBIDDEN);
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 0);
}

#[tokio::test]
async fn a_device_without_a_drawer_offers_the_pouch() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Floor tablet").await;
    let screen = till.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("input[name='cash']", "value"),
        ["pouch", "none"]
    );
    let refused = start(&mut till, &DRAWER)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "No drawer hangs on this device. Take a cash pouch."
    );
}

#[tokio::test]
async fn wrong_counts_get_a_sentence_and_start_nothing() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let long = "x".repeat(300);
    let wrong: [(&[(&str, &str)], &str); 8] = [
        (&[], "Please fill this in."),
        (
            &[("cash", "sack"), ("count_1000", "1")],
            "Choose the drawer, a cash pouch or no cash.",
        ),
        (
            &[("cash", "pouch")],
            "Count the cash first: type how many there are of each. Type 0 where there is none.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "1.5")],
            "Count in whole pieces, for example 12.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "-3")],
            "Count in whole pieces, for example 12.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "99999999999")],
            "That is more than 100,000 pieces; check the number of zeros.",
        ),
        (
            &[("cash", "pouch"), ("count_3", "1")],
            "There is no note or coin of 3. Reload the page and count again.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "1"), ("note", &long)],
            "Use at most 200 characters.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = start(&mut till, form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.notice(), sentence, "{form:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 0);
}

#[tokio::test]
async fn the_next_shift_of_a_drawer_sees_what_the_last_one_left() {
    let house = House::open().await;
    let mut amina = house.till(CASHIER, "Till 1").await;
    start(&mut amina, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut amina, shift, 49_900)
        .await
        .must_be(StatusCode::OK);
    close(&mut amina, shift, &[]).await.must_be(StatusCode::OK);
    let mut brian = house.till(OTHER_CASHIER, "Till 1").await;
    let screen = brian.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("[data-against]", "data-against"),
        ["49900"]
    );
    let form = [
        ("cash", "drawer"),
        ("count_10000", "4"),
        ("note", "One note was torn"),
    ];
    start(&mut brian, &form).await.must_be(StatusCode::OK);
    let noted = "SELECT (after ->> 'difference')::bigint FROM audit_log \
        WHERE deed = 'shift.float_counted' AND after ->> 'note' = 'One note was torn'";
    assert_eq!(house.number(noted).await, -9_900);
}

//! Sessions that grow old: who is asked again in place, and who is sent out.

use cafe_pos::staff::session;
use poem::http::StatusCode;
use time::Duration;

use super::*;

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

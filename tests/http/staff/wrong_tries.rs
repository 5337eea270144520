//! Wrong tries: whom they lock and for how long, where they are counted, and what the log tells of them.

use poem::http::StatusCode;
use time::Duration;

use super::*;

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

//! Who works at which board, who is shown it, and who changes nothing there.

use super::*;

#[tokio::test]
async fn who_works_at_a_board() {
    let evening = Evening::begins().await;
    let house = &evening.house;
    let (kitchen, bar) = (evening.kitchen.as_str(), evening.bar.as_str());
    let bind = "UPDATE terminals SET station_id = (SELECT id FROM stations WHERE name = 'Bar') WHERE name = 'Till 2'";
    house.execute(bind, []).await;
    let bound = house.till(WAITER, "Till 2").await;
    let mut cashier_there = house.person(CASHIER).await;
    cashier_there.cookies.extend(
        bound
            .cookies
            .clone()
            .into_iter()
            .filter(|(name, _)| name == cafe_pos::terminals::device::COOKIE),
    );
    let allowed = [
        (house.person(ADMIN).await, true, true),
        (house.person(MANAGER).await, true, true),
        (house.person(CASHIER).await, false, false),
        (house.person(WAITER).await, false, false),
        (house.till(WAITER, "Floor tablet").await, false, false),
        (bound, false, true),
        (cashier_there, false, true),
        (house.person(COOK).await, true, false),
        (house.person(BARTENDER).await, false, true),
        (house.display("Kitchen display").await, true, false),
        (house.display("Bar display").await, false, true),
    ];
    for (number, (mut device, at_kitchen, at_bar)) in allowed.into_iter().enumerate() {
        for (board, may) in [(kitchen, at_kitchen), (bar, at_bar)] {
            let expected = if may {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(
                device.get(board).await.status,
                expected,
                "device {number} at {board}"
            );
            let station = board.rsplit('/').next().expect("a station");
            let stream = format!("/api/realtime/stream?view=board&station={station}");
            assert_eq!(
                device.open(&stream).await.status(),
                expected,
                "device {number} watches {board}"
            );
        }
    }
}

#[tokio::test]
async fn nobody_changes_a_ticket_of_somebody_elses_board() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    let before = evening
        .house
        .number("SELECT sum(revision) FROM tickets")
        .await;
    for username in [CASHIER, WAITER, BARTENDER] {
        let mut other = evening.house.person(username).await;
        for path in [
            format!("{ticket}/start"),
            format!("{ticket}/bump"),
            format!("{ticket}/shown"),
            line.clone(),
        ] {
            other.post(&path, &[]).await.must_be(StatusCode::FORBIDDEN);
        }
        for path in [format!("{ticket}/bump"), line.clone()] {
            other.delete(&path).await.must_be(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(
        evening
            .house
            .number("SELECT sum(revision) FROM tickets")
            .await,
        before
    );
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM tickets WHERE shown_at IS NOT NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn each_person_is_shown_their_boards_and_a_display_its_own() {
    let evening = Evening::begins().await;
    let boards = [
        (MANAGER, vec!["Kitchen", "Bar", "Pass"]),
        (COOK, vec!["Kitchen"]),
        (BARTENDER, vec!["Bar"]),
        (WAITER, vec!["Pass"]),
    ];
    for (username, expected) in boards {
        let mut person = evening.house.person(username).await;
        let page = person.get("/kitchen").await.must_be(StatusCode::OK);
        assert_eq!(page.all("main li a"), expected, "{username}");
    }
    let mut display = evening.house.display("Bar display").await;
    let answer = display.get("/kitchen").await.must_be(StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), evening.bar);
    let mut nobody = evening.house.browser();
    let answer = nobody.get("/kitchen").await.must_be(StatusCode::SEE_OTHER);
    assert!(answer.header("location").starts_with("/sign-in"));
}

//! Starting, finishing, bumping and recalling: whom it reaches, and what comes of it twice, late or at once.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn start_done_and_bump_reach_the_waiter_line_by_line() {
    let mut evening = Evening::begins().await;
    evening
        .till
        .tap(evening.order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    evening
        .till
        .hand_over_to_kitchen(evening.order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(evening.states().await, ["sent", "sent", "sent"]);
    let ticket = evening.ticket().await;

    evening
        .grill
        .post(&format!("{ticket}/start"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert!(board.all(".start").is_empty());
    assert_eq!(evening.states().await, ["preparing", "sent", "preparing"]);

    let chips = line_done(&board, 0);
    evening
        .grill
        .post(&chips, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(board.attributes(".item", "aria-pressed"), ["true", "false"]);
    assert_eq!(evening.states().await, ["ready", "sent", "preparing"]);
    evening
        .grill
        .delete(&chips)
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(
        board.attributes(".item", "aria-pressed"),
        ["false", "false"]
    );
    assert_eq!(evening.states().await, ["preparing", "sent", "preparing"]);

    evening
        .grill
        .post(&chips, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[("additions", "1")])
        .await
        .must_be(StatusCode::OK);
    let board = evening.board().await;
    assert_eq!(board.one("#board .empty h3"), "All caught up");
    assert_eq!(evening.states().await, ["ready", "sent", "ready"]);
    let floor = evening.till.get("/floor").await.must_be(StatusCode::OK);
    assert_eq!(floor.all("[data-ready]").len(), 1);
    for (deed, times) in [
        ("ticket.started", 1),
        ("ticket.line_done", 2),
        ("ticket.line_reopened", 1),
        ("ticket.bumped", 1),
    ] {
        assert_eq!(evening.deeds(deed).await, times, "{deed}");
    }
}

#[tokio::test]
async fn recall_puts_the_ticket_back_as_it_was() {
    let mut evening = Evening::begins().await;
    evening
        .till
        .tap(evening.order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    evening
        .till
        .hand_over_to_kitchen(evening.order)
        .await
        .must_be(StatusCode::OK);
    let ticket = evening.ticket().await;
    let first = evening.board().await;
    assert_eq!(
        first.attributes("#board-recall button", "disabled").len(),
        1
    );
    evening
        .grill
        .post(&line_done(&first, 0), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let bumped = evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);

    // Undo stands where it was bumped, Recall on every screen of the station; both name the ticket.
    assert_eq!(bumped.notice(), "Table 3 bumped.");
    let board = evening.board().await;
    for (screen, button) in [
        (&bumped, "hx-partial[hx-target='#notice'] button"),
        (&board, "#board-recall button"),
    ] {
        assert_eq!(
            screen.attributes(button, "hx-delete"),
            [format!("{ticket}/bump")]
        );
    }
    evening.house.hand.advance(time::Duration::minutes(14));
    evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(board.attributes(".item", "aria-pressed"), ["true", "false"]);
    assert_eq!(evening.states().await, ["ready", "sent", "preparing"]);
    assert_eq!(evening.deeds("ticket.recalled").await, 1);

    let refused = evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Table 3 is on the board already.");
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    evening.house.hand.advance(time::Duration::minutes(16));
    let refused = evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("more than 15 minutes ago"),
        "{}",
        refused.notice()
    );
}

#[tokio::test]
async fn a_bumped_ticket_refuses_everything_but_recall() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    for path in [
        format!("{ticket}/bump"),
        format!("{ticket}/start"),
        line.clone(),
    ] {
        let refused = evening
            .grill
            .post(&path, &[])
            .await
            .must_be(StatusCode::CONFLICT);
        assert_eq!(
            refused.notice(),
            "Table 3 was already bumped by Kitchen display. Recall it to change it."
        );
    }
    evening
        .grill
        .delete(&line)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(evening.deeds("ticket.bumped").await, 1);
}

#[tokio::test]
async fn a_ticket_that_was_started_says_by_whom() {
    let mut evening = Evening::begins().await;
    let start = format!("{}/start", evening.ticket().await);
    evening
        .grill
        .post(&start, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let mut cook = evening.house.person(COOK).await;
    let refused = cook.post(&start, &[]).await.must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "Table 3 was already started by Kitchen display."
    );
}

#[tokio::test]
async fn the_same_key_twice_changes_once() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    let deeds = [
        (Method::POST, format!("{ticket}/start")),
        (Method::POST, line.clone()),
        (Method::DELETE, line),
        (Method::POST, format!("{ticket}/bump")),
        (Method::DELETE, format!("{ticket}/bump")),
        (Method::POST, format!("{ticket}/shown")),
    ];
    for (method, path) in deeds {
        let key = key();
        let mut after = Vec::new();
        for _ in 0..2 {
            let answer = evening.grill.change(method.clone(), &path, &[], &key).await;
            assert!(
                answer.status.is_success(),
                "{method} {path}: {}",
                answer.text
            );
            let revision = "SELECT sum(revision) FROM tickets";
            after.push((
                evening.house.number(revision).await,
                answer.attributes(".item", "aria-pressed"),
            ));
        }
        assert_eq!(after[0], after[1], "{method} {path}");
    }
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM audit_log WHERE subject = 'ticket'")
            .await,
        5
    );
}

#[tokio::test]
async fn two_boards_bump_one_ticket_at_once_and_it_is_bumped_once() {
    let mut evening = Evening::begins().await;
    let path = format!("{}/bump", evening.ticket().await);
    let mut boards = Vec::new();
    for _ in 0..4 {
        boards.push(evening.grill.clone());
        boards.push(evening.house.person(COOK).await);
    }
    let taps = boards.iter_mut().map(|board| board.post(&path, &[]));
    let answers = futures_util::future::join_all(taps).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::CONFLICT)
            .count(),
        7,
        "{statuses:?}"
    );
    assert_eq!(evening.deeds("ticket.bumped").await, 1);
}

#[tokio::test]
async fn a_bump_and_a_send_at_once_lose_no_line() {
    let evening = Evening::begins().await;
    for product in ["Chapati", "Greens"] {
        let (mut till, mut grill) = (evening.till.clone(), evening.grill.clone());
        let ticket: uuid::Uuid = evening
            .house
            .row("SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = 'Kitchen' AND bumped_at IS NULL", [])
            .await
            .try_get("", "id")
            .expect("a ticket");
        till.tap(evening.order, product)
            .await
            .must_be(StatusCode::OK);
        let bump = format!("/kitchen/tickets/{ticket}/bump");
        let seen = evening
            .house
            .number(&format!(
                "SELECT additions FROM tickets WHERE id = '{ticket}'"
            ))
            .await
            .to_string();
        let seen = [("additions", seen.as_str())];
        let (_, bumped) = tokio::join!(
            till.hand_over_to_kitchen(evening.order),
            grill.post(&bump, &seen)
        );
        // Either the addition came first and was not bumped unseen, or it went onto a ticket of its own.
        assert!(
            matches!(bumped.status, StatusCode::OK | StatusCode::CONFLICT),
            "{}",
            bumped.text
        );
        let waits = format!(
            "SELECT count(*) FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id WHERE l.name LIKE '{product}%' AND l.done_at IS NULL AND t.bumped_at IS NULL"
        );
        assert_eq!(evening.house.number(&waits).await, 1, "{product}");
    }
}

#[tokio::test]
async fn wrong_input_changes_nothing() {
    let mut evening = Evening::begins().await;
    let bump = format!("{}/bump", evening.ticket().await);
    for wrong in ["many", "99999999999999999999", "1.5"] {
        evening
            .grill
            .post(&bump, &[("additions", wrong)])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    for path in [
        "/kitchen/tickets/7/bump".to_owned(),
        format!("/kitchen/tickets/{}/bump", uuid::Uuid::now_v7()),
    ] {
        evening
            .grill
            .post(&path, &[])
            .await
            .must_be(StatusCode::NOT_FOUND);
    }
    let elsewhere = format!(
        "{}/lines/{}/done",
        evening.ticket().await,
        uuid::Uuid::now_v7()
    );
    evening
        .grill
        .post(&elsewhere, &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM tickets WHERE revision > 1")
            .await,
        0
    );
}

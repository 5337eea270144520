//! Carried out once, by however many hands, and taken back for a while.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn a_second_tap_and_a_second_hand_serve_nothing_more_and_are_told_so() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, lines) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = lines.iter().map(|line| ("line", line.as_str())).collect();
    let nervous = key();
    for _ in 0..2 {
        let served = lunch
            .expo
            .change(Method::POST, &path, &form, &nervous)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(served.notice(), "Table 3 served.");
        assert!(undo_of(&served).contains("/servings/"));
    }
    let mut other = lunch.house.person(CASHIER).await;
    let second = other.post(&path, &form).await.must_be(StatusCode::OK);
    assert_eq!(second.notice(), "Table 3 was already served.");
    assert!(second.all("hx-partial button").is_empty());
    for (sql, times) in [
        ("SELECT count(*) FROM servings", 1),
        (
            "SELECT count(*) FROM audit_log WHERE deed = 'order.served'",
            1,
        ),
    ] {
        assert_eq!(lunch.house.number(sql).await, times, "{sql}");
    }
}

#[tokio::test]
async fn many_hands_at_once_serve_once() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, lines) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = lines.iter().map(|line| ("line", line.as_str())).collect();
    let mut hands = Vec::new();
    for _ in 0..4 {
        hands.push(lunch.expo.clone());
        hands.push(lunch.till.clone());
    }
    let taps = hands.iter_mut().map(|hand| hand.post(&path, &form));
    let answers = futures_util::future::join_all(taps).await;
    let mut said: Vec<String> = answers
        .into_iter()
        .map(|answer| answer.must_be(StatusCode::OK).notice())
        .collect();
    said.sort();
    said.dedup_by(|a, b| a == b && b == "Table 3 was already served.");
    assert_eq!(said, ["Table 3 served.", "Table 3 was already served."]);
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 1);
}

#[tokio::test]
async fn only_what_was_seen_is_served() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, seen) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = seen.iter().map(|line| ("line", line.as_str())).collect();
    lunch.bumps("Kitchen", lunch.order).await;
    lunch.expo.post(&path, &form).await.must_be(StatusCode::OK);
    assert_eq!(lunch.states(lunch.order).await, ["ready", "served"]);

    // And what the kitchen took back meanwhile is refused with its name.
    let (path, seen) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = seen.iter().map(|line| ("line", line.as_str())).collect();
    lunch.recalls("Kitchen", lunch.order).await;
    let refused = lunch.expo.post(&path, &form).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Chips is not ready yet.");
}

#[tokio::test]
async fn a_serving_is_taken_back_in_place_from_the_bar_and_from_the_list() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    assert_eq!(
        lunch
            .pass()
            .await
            .attributes("#pass-recall button", "disabled")
            .len(),
        1
    );
    let list = format!("/pass/{}/servings", lunch.pass);
    for place in ["toast", "bar", "list"] {
        let served = lunch.taps_served().await;
        let shown = lunch.expo.fragment(&list).await.must_be(StatusCode::OK);
        assert_eq!(shown.one("#recall-list b"), "Table 3");
        assert!(
            shown
                .one("#recall-list small")
                .starts_with("By Pass display")
        );
        let path = match place {
            "toast" => undo_of(&served),
            "bar" => lunch
                .pass()
                .await
                .attributes("#pass-recall button", "hx-delete")
                .remove(0),
            _ => shown
                .attributes("#recall-list button", "hx-delete")
                .remove(0),
        };
        let back = lunch.expo.delete(&path).await.must_be(StatusCode::OK);
        assert_eq!(back.notice(), "Table 3 is back on the pass.", "{place}");
        assert_eq!(
            back.one("#recall-list, [hx-target='#recall-list'] h3"),
            "Nothing to recall"
        );
        assert_eq!(lunch.states(lunch.order).await, ["sent", "ready"]);
        let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
        assert_eq!(refused.notice(), "Table 3 is back on the pass already.");
    }
    let taken_back = "SELECT count(*) FROM audit_log WHERE deed = 'order.serving_taken_back'";
    assert_eq!(lunch.house.number(taken_back).await, 3);
}

#[tokio::test]
async fn the_same_key_takes_back_once() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    let key = key();
    for _ in 0..2 {
        let back = lunch.expo.change(Method::DELETE, &path, &[], &key).await;
        assert_eq!(
            back.must_be(StatusCode::OK).notice(),
            "Table 3 is back on the pass."
        );
    }
    let taken_back = "SELECT count(*) FROM audit_log WHERE deed = 'order.serving_taken_back'";
    assert_eq!(lunch.house.number(taken_back).await, 1);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_what_was_served_stays_served() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    lunch.house.hand.advance(time::Duration::minutes(14));
    let recall = "#pass-recall button[hx-delete]";
    assert_eq!(lunch.pass().await.all(recall), ["Recall"]);
    lunch.house.hand.advance(time::Duration::minutes(2));
    assert!(lunch.pass().await.all(recall).is_empty());
    let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("more than 15 minutes ago"),
        "{}",
        refused.notice()
    );
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);

    cafe_pos::pass::forget_old(&lunch.house.db, lunch.house.app.clock().now())
        .await
        .expect("forgotten");
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 1);
    lunch.house.hand.advance(time::Duration::days(2));
    cafe_pos::pass::forget_old(&lunch.house.db, lunch.house.app.clock().now())
        .await
        .expect("forgotten");
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 0);
}

#[tokio::test]
async fn what_the_kitchen_took_back_after_serving_is_no_longer_the_serving_s() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    lunch.recalls("Bar", lunch.order).await;
    let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Nothing of this is served"),
        "{}",
        refused.notice()
    );
    // Made and carried out again, by somebody else: that is another serving.
    lunch.bumps("Bar", lunch.order).await;
    lunch
        .till
        .post(&format!("/orders/{}/servings", lunch.order), &[])
        .await
        .must_be(StatusCode::OK);
    lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);
}

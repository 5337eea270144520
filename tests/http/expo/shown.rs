//! What the pass shows of an order: what is ready, what is missing, for whom it is, and until when.

use super::*;

#[tokio::test]
async fn an_order_is_followed_over_two_stations_until_it_is_served() {
    let mut lunch = Lunch::begins().await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready1 in progress");
    assert_eq!(picture.all("#pass-ready .empty h3"), ["Nothing waits"]);
    assert_eq!(picture.one("#pass-board .t"), "T3");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New", "Bar0 of 1New"]);
    assert_eq!(
        picture.one("#pass-board .items"),
        "Waits for 2 Chips; Espresso"
    );
    assert_eq!(picture.one("#pass-board [data-age-label]"), "New");

    // The drinks are ready first, and may go first.
    lunch.bumps("Bar", lunch.order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready1 in progress");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New", "Bar1 of 1Ready"]);
    assert_eq!(
        picture.all("#pass-ready .items"),
        ["Espresso", "Waits for 2 Chips"]
    );
    let badges = picture.all("#pass-ready .badge");
    assert_eq!(badges, ["1 of 3 ready", "To pay"]);
    let served = lunch.taps_served().await;
    assert_eq!(served.notice(), "Table 3 served.");
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);

    // What is with the guest is no station's any more; the rest goes on.
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready1 in progress");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New"]);
    lunch.bumps("Kitchen", lunch.order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready0 in progress");
    assert_eq!(picture.one("#pass-ready .items"), "2 Chips");
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "To pay"]);
    lunch.taps_served().await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready0 in progress");
    assert_eq!(lunch.states(lunch.order).await, ["served", "served"]);

    let by_the_display = "SELECT count(*) FROM audit_log WHERE deed = 'order.served' AND staff_id IS NULL \
         AND terminal_id = (SELECT id FROM terminals WHERE name = 'Pass display')";
    assert_eq!(lunch.house.number(by_the_display).await, 2);
}

#[tokio::test]
async fn what_a_station_makes_first_is_marked_until_it_is_made_and_stays_among_the_others_by_age() {
    let mut lunch = Lunch::begins().await;
    lunch.house.hand.advance(time::Duration::minutes(1));
    let order = lunch.till.sit_down("4", "2").await;
    for product in ["Chips", "Espresso"] {
        lunch.till.tap(order, product).await.must_be(StatusCode::OK);
    }
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let ticket = lunch.ticket("Kitchen", order).await;
    let priority = format!("/kitchen/tickets/{ticket}/priority");
    let (plain, first) = (["To pay", "To pay"], ["To pay", "First", "To pay"]);

    let badges = |picture: &Answer| picture.all("#pass-board .wh .badge");
    assert_eq!(badges(&lunch.pass().await), plain);
    let before = lunch.revision().await;
    let told = lunch.cook.post(&priority, &[]).await;
    told.must_be(StatusCode::NO_CONTENT);
    assert_ne!(lunch.revision().await, before);
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-board .t"), ["T3", "T4"]);
    assert_eq!(badges(&picture), first);

    // It is the kitchen's to hurry: the drinks that are ready say what they wait for.
    lunch.bumps("Bar", order).await;
    let picture = lunch.pass().await;
    let badges_ready = picture.all("#pass-ready .wh .badge");
    assert_eq!(badges_ready, ["1 of 2 ready", "First", "To pay"]);
    assert_eq!(badges(&picture), first);

    let told = lunch.cook.delete(&priority).await;
    told.must_be(StatusCode::NO_CONTENT);
    assert_eq!(badges(&lunch.pass().await), plain);

    let told = lunch.cook.post(&priority, &[]).await;
    told.must_be(StatusCode::NO_CONTENT);
    lunch.bumps("Kitchen", order).await;
    let picture = lunch.pass().await;
    assert_eq!(
        picture.all("#pass-ready .wh .badge"),
        ["Ready", "To pay"],
        "nothing is left to be made first"
    );
}

#[tokio::test]
async fn a_takeaway_is_handed_over_by_name_and_says_whether_it_is_paid() {
    let mut lunch = Lunch::begins().await;
    let order = OrderId::new();
    let form = [("kind", "takeaway"), ("name", "Nakato")];
    lunch
        .till
        .put(&format!("/orders/{order}"), &form)
        .await
        .must_be(StatusCode::OK);
    lunch
        .till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::OK);
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    lunch.bumps("Bar", order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-ready .t"), "TA 2");
    assert!(picture.one("#pass-ready .wh").contains("Nakato"));
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "To pay"]);
    assert_eq!(picture.one("#pass-ready button"), "Handed over");

    // Paid and made, so the order is closed: it still waits for its guest.
    lunch.pays(order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "Paid"]);
    let served = lunch.taps_served().await;
    assert_eq!(served.notice(), "Takeaway 2 handed over to Nakato.");
    assert_eq!(lunch.states(order).await, ["served"]);
    let floor = lunch.till.get("/ready").await.must_be(StatusCode::OK);
    assert!(floor.all("#ready-list [id^=rl-]").is_empty());
}

#[tokio::test]
async fn the_till_shows_for_whom_a_takeaway_is_and_rings_for_what_is_ready_later() {
    let mut lunch = Lunch::begins().await;
    let order = OrderId::new();
    let form = [("kind", "takeaway"), ("name", "Nakato")];
    lunch
        .till
        .put(&format!("/orders/{order}"), &form)
        .await
        .must_be(StatusCode::OK);
    for product in ["Espresso", "Chips"] {
        lunch.till.tap(order, product).await.must_be(StatusCode::OK);
    }
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    lunch.bumps("Bar", order).await;
    let first = lunch.till.get("/floor").await.must_be(StatusCode::OK);
    assert!(
        first
            .one("#ready-strip small")
            .starts_with("Nakato · Espresso")
    );
    let deed = first.attributes("#ready-strip button", "aria-label");
    assert_eq!(deed, ["Handed over: Takeaway 2"]);
    lunch.house.hand.advance(time::Duration::minutes(1));
    lunch.bumps("Kitchen", order).await;
    let both = lunch.till.get("/ready").await.must_be(StatusCode::OK);
    let mark = |screen: &Answer| -> i64 {
        let mark = screen.attributes("[data-ready]", "data-ready").remove(0);
        let (of, at) = mark.rsplit_once('-').expect("a mark");
        assert_eq!(of, order.to_string());
        at.parse().expect("milliseconds")
    };
    assert!(mark(&both) > mark(&first), "something newly waits");

    // Carrying a part of it out is no news.
    let lines = "SELECT id FROM order_lines WHERE order_id = $1 AND name = 'Espresso'";
    let line: uuid::Uuid = lunch
        .house
        .row(lines, [order.into()])
        .await
        .try_get("", "id")
        .expect("a line");
    let line = line.to_string();
    let form = [("line", line.as_str()), ("from", "ready")];
    lunch
        .till
        .post(&format!("/orders/{order}/servings"), &form)
        .await
        .must_be(StatusCode::NO_CONTENT);
    let rest = lunch.till.get("/orders").await.must_be(StatusCode::OK);
    assert_eq!(mark(&rest), mark(&both));
}

#[tokio::test]
async fn a_closed_order_waits_at_the_pass_until_it_is_let_go_and_stays_closed() {
    let mut lunch = Lunch::begins().await;
    let order = lunch.order;
    lunch.pays(order).await;
    for station in ["Bar", "Kitchen"] {
        lunch.bumps(station, order).await;
    }
    let closed =
        format!("SELECT count(*) FROM orders WHERE id = '{order}' AND closed_at IS NOT NULL");
    assert_eq!(lunch.house.number(&closed).await, 1);
    let path = undo_of(&lunch.taps_served().await);
    lunch.expo.delete(&path).await.must_be(StatusCode::OK);
    assert_eq!(lunch.house.number(&closed).await, 1);
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "Paid"]);

    // A recall puts it back on the board, and here under "In progress"; it stays closed.
    lunch.recalls("Bar", order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready1 in progress");
    assert_eq!(lunch.house.number(&closed).await, 1);
    lunch.bumps("Bar", order).await;

    lunch.house.hand.advance(time::Duration::minutes(29));
    assert_eq!(lunch.pass().await.all("#pass-ready .pcard").len(), 1);
    lunch.house.hand.advance(time::Duration::minutes(2));
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready0 in progress");
}

#[tokio::test]
async fn held_lines_are_named_and_struck_out_ones_are_not() {
    let mut lunch = Lunch::begins().await;
    let order = lunch.order;
    lunch
        .till
        .tap(order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    lunch
        .house
        .execute(
            "UPDATE order_lines SET held = true WHERE state = 'unsent' AND order_id = $1",
            [order.into()],
        )
        .await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-board .held"), "Held Chapati");
    for sql in [
        "UPDATE ticket_lines SET voided_at = now() WHERE name LIKE 'Chips%'",
        "UPDATE order_lines SET state = 'voided', voided_at = now() WHERE name LIKE 'Chips%'",
    ] {
        lunch.house.execute(sql, []).await;
    }
    let picture = lunch.pass().await;
    assert_eq!(parts(&picture), ["Bar0 of 1New"]);
    assert_eq!(
        picture.all("#pass-board .items"),
        ["Waits for Espresso", "Held Chapati"]
    );
}

//! What stands on a board: a ticket for each send, all that a cook has to know, additions, and the order of it all.

use super::*;

#[tokio::test]
async fn one_send_makes_one_ticket_at_each_station_concerned() {
    let mut evening = Evening::begins().await;
    let board = evening.board().await;
    assert_eq!(board.one(".kt h2"), "Table 3");
    assert_eq!(board.all(".item > span:nth-child(2)"), ["Chips"]);
    assert_eq!(board.one(".kt .also"), "1 of 2 stations · also at: Bar");
    assert_eq!(board.one("#kds-counts"), "1 open");
    assert_eq!(board.all("#allday > span:not([class])"), ["1Chips"]);

    let mut bar = evening.house.display("Bar display").await;
    let board = bar.get(&evening.bar).await.must_be(StatusCode::OK);
    assert_eq!(board.all(".item > span:nth-child(2)"), ["Espresso"]);

    // Sending again with nothing new changes nothing.
    evening
        .till
        .hand_over_to_kitchen(evening.order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        evening.house.number("SELECT count(*) FROM tickets").await,
        2
    );
}

#[tokio::test]
async fn a_ticket_says_all_that_a_cook_has_to_know() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    let chips = product_id(&house.db, "Chips").await;
    let form = [
        ("product", chips.as_str()),
        ("quantity", "3"),
        ("note", "crisp please"),
        ("allergy", "Peanut allergy"),
        ("seat", "2"),
        ("course", "2"),
    ];
    till.post(&format!("/orders/{order}/lines"), &form)
        .await
        .must_be(StatusCode::OK);
    house
        .execute(
            r#"UPDATE order_lines SET modifiers = '[
                {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "No salt", "kitchen": "No salt", "price": 0, "loud": true, "silent": false, "left_out": true},
                {"id": "01890a5d-ac96-774b-bcce-b302099a8058", "name": "Thick", "kitchen": "thick cut", "price": 0, "loud": false, "silent": false, "left_out": false}]'"#,
            [],
        )
        .await;
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let mut cook = house.person(COOK).await;
    let board = cook
        .get(&board(&house, KITCHEN).await)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(board.one(".item .q"), "3");
    assert_eq!(
        board.all(".item .m"),
        ["NO SALT", "thick cut", "crisp please", "Seat 2 · Course 2"]
    );
    assert_eq!(board.one(".item .allergy"), "PEANUT ALLERGY");
    let waiter = house.row("SELECT waiter FROM tickets", []).await;
    let waiter: String = waiter.try_get("", "waiter").expect("a waiter");
    let waiter = cafe_pos::staff::short_name(&waiter);
    assert_eq!(
        board.one(".kt .sub > span:last-child"),
        format!("#1 · {waiter} · 3 items · 2 guests")
    );
    assert_eq!(board.one(".kt [data-age-label]"), "New");
    // Chips take less than the station's quarter of an hour, and the ticket's colours know it.
    let prep = house
        .number("SELECT prep_seconds FROM products WHERE name = 'Chips'")
        .await;
    assert_eq!(board.attributes(".kt", "data-late"), [prep.to_string()]);
}

#[tokio::test]
async fn an_addition_stands_below_its_line_and_is_not_bumped_unseen() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    evening
        .grill
        .post(&format!("{ticket}/start"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    evening.house.hand.advance(time::Duration::minutes(5));
    assert!(
        evening
            .board()
            .await
            .attributes(".kt", "data-new")
            .is_empty()
    );
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

    let board = evening.board().await;
    let entries = board.all(".items > li");
    assert!(entries[1].starts_with("ADD-ON 0:0"), "{entries:?}");
    assert!(entries[2].contains("Chapati"), "{entries:?}");
    assert_eq!(board.attributes(".kt", "data-new").len(), 1);
    assert!(
        board.one(".kt > header > time").starts_with("5:"),
        "the age goes on"
    );

    let bump = format!("{ticket}/bump");
    let refused = evening
        .grill
        .post(&bump, &[("additions", "0")])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "An ADD-ON for Table 3 just came in. Look at it, then bump again."
    );
    evening
        .grill
        .post(&bump, &[("additions", "1")])
        .await
        .must_be(StatusCode::OK);
    evening
        .till
        .tap(evening.order, "Greens")
        .await
        .must_be(StatusCode::OK);
    evening
        .till
        .hand_over_to_kitchen(evening.order)
        .await
        .must_be(StatusCode::OK);
    assert_ne!(
        evening.ticket().await,
        ticket,
        "what is off the board gets no additions"
    );
}

#[tokio::test]
async fn tickets_stand_in_the_order_in_which_they_were_sent() {
    let mut evening = Evening::begins().await;
    for table in ["5", "4"] {
        let order = evening.till.sit_down(table, "1").await;
        evening
            .till
            .tap(order, "Chips")
            .await
            .must_be(StatusCode::OK);
        evening
            .till
            .hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
    }
    let board = evening.board().await;
    assert_eq!(board.all(".kt h2"), ["Table 3", "Table 5", "Table 4"]);
    assert_eq!(board.attributes(".kt", "data-n"), ["1", "2", "3"]);
    assert_eq!(board.all("#allday > span:not([class])"), ["3Chips"]);

    // An addition to the oldest does not move it.
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
    assert_eq!(
        evening.board().await.all(".kt h2"),
        ["Table 3", "Table 5", "Table 4"]
    );
}

//! What the stations make of it: somewhere else, later, once more or first, not on the menu, and not paid yet.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn a_line_is_made_elsewhere_this_time_and_stays_apart_from_its_like() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let mut table = Table { house, till, order };
    let course = table.at(&format!(
        "/lines/{}/course",
        table.line("Chips", "unsent").await
    ));
    let (bar, pass) = (
        table
            .house
            .id::<uuid::Uuid>("stations", "name", "Bar")
            .await,
        table
            .house
            .id::<uuid::Uuid>("stations", "name", "Pass")
            .await,
    );
    let sheet = table.till.fragment(&course).await;
    assert_eq!(sheet.all("#station option"), ["Kitchen", "Bar"]);
    for nowhere in [pass, uuid::Uuid::now_v7()] {
        let form = [("course", "1"), ("station", &*nowhere.to_string())];
        let refused = table.till.post(&course, &form).await;
        let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Choose where it is made."));
    }
    let form = [("course", "1"), ("station", &*bar.to_string())];
    let panel = table.till.post(&course, &form).await;
    let panel = panel.must_be(StatusCode::OK);
    assert!(panel.one("#order-actions").contains("1 bar"));
    // The next one goes where chips are made.
    let panel = table.till.tap(order, "Chips").await;
    assert!(panel.one("#order-actions").contains("1 bar · 1 kitchen"));
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    for station in ["Bar", "Kitchen"] {
        let board = table.board(station).await;
        assert_eq!(board.all("button.item").len(), 1, "{station}");
    }
    let sent = table.till.post(&course, &form).await;
    sent.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_is_kept_back_is_seen_in_grey_changed_freely_and_fired_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let product = product_id(&house.db, "Rolex").await;
    let path = format!("/orders/{order}/lines");
    let form = [("product", product.as_str()), ("course", "2")];
    till.post(&path, &form).await.must_be(StatusCode::OK);
    let mut table = Table { house, till, order };
    let hold = table.at("/courses/2/hold");
    let panel = table.till.post(&hold, &[]).await.must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line.held b"), ["Rolex"]);
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let board = table.board("Kitchen").await;
    assert_eq!(
        (
            board.all("button.item").len(),
            board.all("div.item.held").len()
        ),
        (1, 1)
    );
    assert!(
        board.one("#allday").contains("on hold"),
        "{}",
        board.one("#allday")
    );

    let rolex = table.line("Rolex", "unsent").await;
    let note = table.at(&format!("/lines/{rolex}/note"));
    let form = [("note", "no tomato")];
    table.till.post(&note, &form).await.must_be(StatusCode::OK);
    assert!(
        table
            .board("Kitchen")
            .await
            .one("div.item.held")
            .contains("no tomato")
    );

    let (fire, key) = (table.at("/courses/2/fire"), key());
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &fire, &[], &key)
            .await
            .must_be(StatusCode::OK);
    }
    // A second hand fires nothing, and nothing breaks.
    table.till.post(&fire, &[]).await.must_be(StatusCode::OK);
    let board = table.board("Kitchen").await;
    assert_eq!(board.all("button.item").len(), 2);
    assert!(
        board.one(".addon").contains("COURSE 2 FIRED"),
        "{}",
        board.one(".addon")
    );
    let sql = "SELECT count(*) AS n FROM ticket_lines";
    assert_eq!(table.house.number(sql).await, 2, "each once");

    // What is removed while it is kept back is gone from the board.
    table
        .till
        .post(&path, &[("product", product.as_str())])
        .await
        .must_be(StatusCode::OK);
    let more = table.line("Rolex", "unsent").await;
    let hold = table.at(&format!("/lines/{more}/hold"));
    table.till.post(&hold, &[]).await.must_be(StatusCode::OK);
    table
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(table.board("Kitchen").await.all("div.item.held").len(), 1);
    let line = table.at(&format!("/lines/{more}"));
    table.till.delete(&line).await.must_be(StatusCode::OK);
    assert!(table.board("Kitchen").await.all("div.item.held").is_empty());
}

#[tokio::test]
async fn something_that_is_not_on_the_menu_needs_an_approval_and_a_station() {
    let mut table = Table::served_by(CASHIER).await;
    let bar: uuid::Uuid = table.house.id("stations", "name", "Bar").await;
    let bar = bar.to_string();
    let path = table.at("/open-items");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let form = [
        ("name", "Corkage"),
        ("price", "15,000"),
        ("station", bar.as_str()),
    ];
    table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let approval = table.approver().await;
    for wrong in ["", "-5", "1.5", "lots"] {
        let form = [
            ("name", "Corkage"),
            ("price", wrong),
            ("station", bar.as_str()),
        ];
        let form = with(&form, &approval);
        let refused = table.till.post(&path, &form).await;
        refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let form = with(&form, &approval);
    let panel = table.till.post(&path, &form).await.must_be(StatusCode::OK);
    assert!(panel.all("li.line b").contains(&"Corkage".to_owned()));
    table
        .till
        .hand_over_to_kitchen(table.order)
        .await
        .must_be(StatusCode::OK);
    assert!(table.board("Bar").await.text.contains("Corkage"));
    let sql = "SELECT count(*) AS n FROM audit_log WHERE deed = 'order.open_item' AND approver_id IS NOT NULL";
    assert_eq!(table.house.number(sql).await, 1);
}

#[tokio::test]
async fn the_recall_list_brings_a_ticket_back_with_a_new_clock_and_priority_puts_it_first() {
    let mut table = Table::served_by(WAITER).await;
    let mut grill = table.house.display("Kitchen display").await;
    let board = table.board("Kitchen").await;
    let bump = board.attributes("button.bump", "hx-post");
    grill.post(&bump[0], &[]).await.must_be(StatusCode::OK);
    let station: uuid::Uuid = table.house.id("stations", "name", "Kitchen").await;
    let list = format!("/kitchen/stations/{station}/recalls");
    let sheet = grill.fragment(&list).await.must_be(StatusCode::OK);
    assert!(sheet.one("li b").contains("Table 3"), "{}", sheet.text);
    let recall = sheet.attributes("li button", "hx-post");
    table.house.hand.advance(time::Duration::minutes(10));
    let form = [("anew", "on")];
    grill.post(&recall[0], &form).await.must_be(StatusCode::OK);
    grill
        .post(&recall[0], &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let board = table.board("Kitchen").await;
    assert_eq!(board.attributes(".kt", "data-age"), ["new"]);
    let priority = board.attributes("button.prio", "hx-post");
    grill
        .post(&priority[0], &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    grill
        .post(&priority[0], &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert!(
        table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("First")
    );
    grill
        .delete(&priority[0])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert!(
        !table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("First")
    );
    let all_day = format!("/kitchen/stations/{station}/all-day");
    let sheet = grill.fragment(&all_day).await.must_be(StatusCode::OK);
    assert_eq!(sheet.all("td.num"), ["2", "0"]);
    let times = sheet.one("tbody small");
    assert!(times.starts_with("Target "), "{times}");
    assert!(!times.contains("usually"), "{times}");
    // What five of a kind took is what they usually take.
    for _ in 0..5 {
        let order = table.till.counter_sale().await;
        let chips = table.till.tap(order, "Chips").await;
        chips.must_be(StatusCode::OK);
        let sent = table.till.hand_over_to_kitchen(order).await;
        sent.must_be(StatusCode::OK);
        table.house.hand.advance(time::Duration::minutes(3));
        let sql = "SELECT id FROM tickets WHERE order_id = $1";
        let row = table.house.row(sql, [order.into()]).await;
        let ticket: uuid::Uuid = row.try_get("", "id").expect("a ticket");
        let bump = format!("/kitchen/tickets/{ticket}/bump");
        grill.post(&bump, &[]).await.must_be(StatusCode::OK);
    }
    let sheet = grill.fragment(&all_day).await.must_be(StatusCode::OK);
    assert_eq!(sheet.all("td.num"), ["2", "0"]);
    let usually = format!("{times} · usually 3:00, 9 of 10 in 3:00");
    assert_eq!(sheet.one("tbody small"), usually);
}

#[tokio::test]
async fn a_counter_sale_is_unpaid_on_the_board_until_it_is_not() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = till.counter_sale().await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let table = Table {
        house,
        till: till.clone(),
        order,
    };
    assert!(
        table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("Unpaid")
    );
    let total = table
        .house
        .number("SELECT total AS n FROM orders")
        .await
        .to_string();
    let pay = [("method", "cash"), ("tendered", total.as_str())];
    till.post(&table.at("/payments"), &pay)
        .await
        .must_be(StatusCode::OK);
    assert!(
        !table
            .board("Kitchen")
            .await
            .one(".kt .sub")
            .contains("Unpaid")
    );
}

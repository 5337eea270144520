//! Guests who move, are served by somebody else, become one party or two.

use poem::http::Method;

use super::*;

#[tokio::test]
async fn guests_move_and_the_tickets_say_where_they_were() {
    let mut table = Table::served_by(WAITER).await;
    let five: uuid::Uuid = table.house.id("dining_tables", "code", "5").await;
    let five = five.to_string();
    let path = table.at("/place");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let (form, key) = ([("table", five.as_str())], key());
    for _ in 0..2 {
        let panel = table.till.change(Method::POST, &path, &form, &key).await;
        assert_eq!(panel.must_be(StatusCode::OK).one("#order-title"), "Table 5");
    }
    table
        .till
        .post(&path, &form)
        .await
        .must_be(StatusCode::CONFLICT);
    let board = table.board("Kitchen").await;
    assert_eq!(board.one(".kt del"), "Table 3");
    assert_eq!(board.one(".kt h2"), "Table 3 Table 5");
    let panel = table.till.post(&path, &[("table", "takeaway")]).await;
    let panel = panel.must_be(StatusCode::OK);
    assert!(
        panel.one("#order-title").starts_with("Counter "),
        "{}",
        panel.text
    );
    assert_eq!(table.deeds("order.moved").await, 2);
}

#[tokio::test]
async fn somebody_else_serves_and_two_parties_become_one() {
    let mut table = Table::served_by(WAITER).await;
    let other: uuid::Uuid = table.house.id("staff", "username", OTHER_WAITER).await;
    let form = [("waiter", other.to_string())];
    let form = [("waiter", form[0].1.as_str())];
    let path = table.at("/waiter");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let cook: uuid::Uuid = table.house.id("staff", "username", COOK).await;
    let cook = cook.to_string();
    let refused = table.till.post(&path, &[("waiter", cook.as_str())]).await;
    refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let sql = "SELECT count(*) AS n FROM tickets t JOIN orders o ON o.id = t.order_id JOIN staff s ON s.id = o.waiter_id \
               WHERE t.waiter = s.name AND s.username = 'joan'";
    assert_eq!(table.house.number(sql).await, 2);

    let guests = table.till.sit_down("4", "3").await;
    table
        .till
        .tap(guests, "Chips")
        .await
        .must_be(StatusCode::OK);
    table
        .till
        .hand_over_to_kitchen(guests)
        .await
        .must_be(StatusCode::OK);
    let merge = table.at("/merge");
    table.till.fragment(&merge).await.must_be(StatusCode::OK);
    let to = guests.to_string();
    let (form, key) = ([("order", to.as_str())], key());
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &merge, &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let own = table.order.to_string();
    let into_itself = format!("/orders/{guests}/merge");
    let refused = table
        .till
        .post(&into_itself, &[("order", to.as_str())])
        .await;
    refused.must_be(StatusCode::CONFLICT);
    let sql = format!("SELECT count(*) AS n FROM order_lines WHERE order_id = '{guests}'");
    assert_eq!(table.house.number(&sql).await, 3);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{own}' AND cancelled_at IS NOT NULL AND total = 0"
    );
    assert_eq!(table.house.number(&sql).await, 1);
    let sql = format!("SELECT guests::bigint AS n FROM orders WHERE id = '{guests}'");
    assert_eq!(table.house.number(&sql).await, 5);
    let board = table.board("Kitchen").await;
    assert_eq!(board.all(".kt").len(), 2);
    assert!(
        board
            .all(".kt h2")
            .iter()
            .all(|title| title.ends_with("Table 4"))
    );
    let back = format!("/orders/{own}/merge");
    let refused = table.till.post(&back, &[("order", to.as_str())]).await;
    refused.must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_party_is_split_and_no_piece_is_lost() {
    let mut table = Table::served_by(WAITER).await;
    let chips = table.line("Chips", "sent").await;
    let before = table.house.number("SELECT total AS n FROM orders").await;
    let path = table.at("/moves");
    table.till.fragment(&path).await.must_be(StatusCode::OK);
    let fresh = OrderId::new().to_string();
    let pieces = format!("{chips}:1");
    let name = format!("pieces-{chips}");
    let form = [
        ("line", chips.as_str()),
        (name.as_str(), pieces.as_str()),
        ("fresh", fresh.as_str()),
    ];
    let key = key();
    for _ in 0..2 {
        table
            .till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
    }
    let sql = "SELECT sum(total)::bigint AS n FROM orders";
    assert_eq!(table.house.number(sql).await, before);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{fresh}' AND table_id IS NOT NULL AND total > 0"
    );
    assert_eq!(table.house.number(&sql).await, 1);
    let sql = "SELECT count(*) AS n FROM ticket_lines l JOIN order_lines o ON o.id = l.line_id \
               JOIN tickets t ON t.id = l.ticket_id WHERE t.order_id = o.order_id AND l.quantity = o.quantity";
    assert_eq!(
        table.house.number(sql).await,
        3,
        "each ticket belongs to its line's order"
    );
    assert_eq!(table.board("Kitchen").await.all(".kt").len(), 2);

    // The rest goes after it: the first order ends.
    let lines = [
        table.line("Chips", "sent").await,
        table.line("Espresso", "sent").await,
    ];
    let form = [
        ("line", lines[0].as_str()),
        ("line", lines[1].as_str()),
        ("order", fresh.as_str()),
    ];
    table.till.post(&path, &form).await.must_be(StatusCode::OK);
    let sql = format!(
        "SELECT count(*) AS n FROM orders WHERE id = '{}' AND cancelled_at IS NOT NULL",
        table.order
    );
    assert_eq!(table.house.number(&sql).await, 1);
    assert_eq!(
        table
            .house
            .number("SELECT sum(total)::bigint AS n FROM orders WHERE cancelled_at IS NULL")
            .await,
        before
    );
    let nothing = [("order", fresh.as_str())];
    table
        .till
        .post(&path, &nothing)
        .await
        .must_be(StatusCode::CONFLICT);
}

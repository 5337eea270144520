//! What counts, and from when until when: recalls, own taps, what is late and what was struck out.

use super::*;

#[tokio::test]
async fn each_recall_counts_and_the_time_runs_to_the_last_bump() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[0]).await;
    let ticket = day.ticket(day.orders[0], "Kitchen").await;
    let mut manager = day.manager().await;
    for (recalled, bumped) in [(8, 10), (12, 15)] {
        day.it_is(recalled);
        let path = format!("{ticket}/bump");
        manager.delete(&path).await.must_be(StatusCode::NO_CONTENT);
        day.it_is(bumped);
        manager.post(&path, &[]).await.must_be(StatusCode::OK);
    }
    let read = day.read("").await;
    assert_eq!(station(&read, "Kitchen")["recalls"], 2);
    assert_eq!(station(&read, "Kitchen")["times"], times(vec![15 * 60]));
    assert_eq!(station(&read, "Bar")["recalls"], 0);
    assert_eq!(read["total"]["recalls"], 2);
    assert_eq!(read["total"]["tickets"], 2);
}

#[tokio::test]
async fn what_lay_beside_something_slower_has_the_time_of_its_own_tap_or_none() {
    let mut day = Day::begins().await;
    let both = |at, kitchen_bump| Visit {
        at,
        kitchen: &[("Chapati", 1), ("Chips", 1)],
        kitchen_bump,
        bar: &[],
        bar_bump: None,
    };
    assert!(day.target("Chapati").await < day.target("Chips").await);
    day.serve(&both(0, Some(18))).await;
    let read = day.read("").await;
    assert_eq!(product(&read, "Kitchen", "Chapati")["pieces"], 1);
    assert_eq!(product(&read, "Kitchen", "Chapati")["times"], Value::Null);

    day.serve(&both(30, None)).await;
    let ticket = day.ticket(day.orders[1], "Kitchen").await;
    let sql = "SELECT l.id FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id WHERE t.order_id = $1 AND l.name = 'Chapati'";
    let line = day.house.row(sql, [day.orders[1].into()]).await;
    let line: uuid::Uuid = line.try_get("", "id").expect("an id");
    let mut manager = day.manager().await;
    day.it_is(36);
    manager
        .post(&format!("{ticket}/lines/{line}/done"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    day.it_is(52);
    manager
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    let read = day.read("").await;
    assert_eq!(
        product(&read, "Kitchen", "Chapati")["times"],
        times(vec![6 * 60])
    );
    assert_eq!(
        product(&read, "Kitchen", "Chips")["times"],
        times(vec![18 * 60, 22 * 60])
    );
}

#[tokio::test]
async fn what_is_open_past_its_target_is_late_without_a_bump() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[6]).await;
    let late = async |day: &Day| day.read("").await["total"]["late"].clone();
    let target = day.target("Chapati").await;
    day.it_is(640 + target / 60 - 1);
    assert_eq!(late(&day).await, 0);
    day.it_is(640 + target / 60);
    assert_eq!(late(&day).await, 1);
    let read = day.read("").await;
    assert_eq!(read["total"]["open"], 1);
    assert_eq!(read["total"]["times"], Value::Null);
}

#[tokio::test]
async fn what_was_struck_out_counts_as_a_void_and_nowhere_else() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[0]).await;
    day.serve(&VISITS[1]).await;
    let strike = "UPDATE order_lines SET state = 'voided', voided_at = $2, void_reason = $3 WHERE name = $1 AND state <> 'voided'";
    let strike_ticket = "UPDATE ticket_lines l SET voided_at = $2 FROM tickets t WHERE t.id = l.ticket_id AND l.name = $1";
    let at = MIDDAY + Duration::minutes(50);
    for (name, reason) in [("Espresso", "Spilled"), ("Chapati", "Spilled")] {
        day.house
            .execute(strike, [name.into(), at.into(), reason.into()])
            .await;
        day.house
            .execute(strike_ticket, [name.into(), at.into()])
            .await;
    }
    // Never sent, and so nothing that the kitchen lost.
    let mut manager = day.manager().await;
    let order = day.orders[0];
    manager.tap(order, "Latte").await.must_be(StatusCode::OK);
    day.house
        .execute(strike, ["Latte".into(), at.into(), "Wrong".into()])
        .await;
    // On the next day.
    manager
        .tap(order, "Americano")
        .await
        .must_be(StatusCode::OK);
    manager
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let tomorrow = at + Duration::days(1);
    day.house
        .execute(strike, ["Americano".into(), tomorrow.into(), "Cold".into()])
        .await;

    let worth = day
        .house
        .number("SELECT sum(unit_price * quantity) FROM order_lines WHERE void_reason = 'Spilled'")
        .await;
    assert!(worth > 0);
    let read = day.read("").await;
    assert_eq!(
        read["voids"],
        json!({ "lines": 2, "value": worth, "reasons": [{ "reason": "Spilled", "lines": 2, "pieces": 3, "value": worth }] })
    );
    // Of the bar's first ticket nothing is left; the kitchen's second has its chips.
    assert_eq!(station(&read, "Kitchen")["tickets"], 2);
    let made = station(&read, "Kitchen")["products"]
        .as_array()
        .expect("products");
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(product(&read, "Kitchen", "Chips")["pieces"], 3);

    let page = day.page("").await;
    let row = page.all("#voids tbody td");
    assert_eq!(row[..3], ["Spilled", "2", "3"]);
    assert_eq!(row[3].replace(',', ""), worth.to_string());
}

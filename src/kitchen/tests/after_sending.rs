//! What is kept back, struck out, moved, passed on and sent elsewhere.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_back_is_shown_in_grey_stays_when_the_rest_leaves_and_is_fired() {
    let kitchen = Kitchen::open().await;
    let grill = kitchen.grill;
    let soup = kitchen.line("Soup").await;
    let mut steak = kitchen.line("Steak").await;
    steak.held = true;
    let work = |fired: Vec<NewLine>, held: Vec<NewLine>| Work {
        fired: vec![(grill, fired)],
        held: Some(vec![(grill, held)]),
    };
    kitchen
        .hand_over(work(vec![soup], vec![steak.clone()]))
        .await
        .unwrap();
    let both = shown("Takeaway 42", &["2 Soup due", "2 Steak held"]);
    assert_eq!(kitchen.shows(grill).await, [both]);
    let all_day = kitchen.board(grill).await.all_day();
    let sums: Vec<_> = all_day
        .iter()
        .map(|sum| (sum.name.as_str(), sum.quantity, sum.held))
        .collect();
    assert_eq!(sums, [("Soup", 2, 0), ("Steak", 0, 2)]);

    // It is changed as long as it is kept back, and the board follows.
    steak.quantity = Quantity::ONE;
    kitchen
        .hand_over(work(vec![], vec![steak.clone()]))
        .await
        .unwrap();
    let ticket = kitchen.ticket(grill).await;
    kitchen.bump(ticket).await.unwrap();
    let waiting = shown("Takeaway 42", &["1 Steak held"]);
    assert_eq!(kitchen.shows(grill).await, [waiting]);
    let rest = kitchen.ticket(grill).await;
    assert!(refusal(kitchen.bump(rest).await).contains("Nothing of Takeaway 42 was fired"));

    let placed_at = kitchen.board(grill).await.tickets[0].ticket.sent_at;
    kitchen.hand.advance(Duration::minutes(10));
    kitchen.hand_over(work(vec![steak], vec![])).await.unwrap();
    let fired = shown("Takeaway 42", &["1 Steak fired"]);
    assert_eq!(kitchen.shows(grill).await, [fired]);
    let board = kitchen.board(grill).await;
    let ticket = &board.tickets[0].ticket;
    assert!(
        ticket.sent_at - placed_at >= Duration::minutes(10),
        "its age begins with the fire"
    );
    // The bumped one comes back without what has gone on by now.
    let bumped = board.last_bumped.unwrap().ticket;
    kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, bumped, false).await)
        .await
        .unwrap();
    assert_eq!(kitchen.shows(grill).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_while_it_is_kept_back_leaves_no_empty_ticket() {
    let kitchen = Kitchen::open().await;
    let grill = kitchen.grill;
    let mut steak = kitchen.line("Steak").await;
    steak.held = true;
    let held = |lines: Vec<NewLine>| Work {
        fired: Vec::new(),
        held: Some(vec![(grill, lines)]),
    };
    kitchen.hand_over(held(vec![steak])).await.unwrap();
    let before = kitchen.revision(grill, kitchen.clock.now()).await;
    assert_eq!(kitchen.shows(grill).await.len(), 1);
    kitchen.hand_over(held(Vec::new())).await.unwrap();
    assert!(kitchen.shows(grill).await.is_empty());
    assert_ne!(kitchen.revision(grill, kitchen.clock.now()).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_is_shown_where_the_line_is_or_comes_back_alone() {
    let mut kitchen = Kitchen::open().await;
    let grill = kitchen.grill;
    let (burger, chips, cake) = (
        kitchen.line("Burger").await,
        kitchen.line("Chips").await,
        kitchen.line("Cake").await,
    );
    let lines = vec![burger.clone(), chips.clone(), cake.clone()];
    kitchen.send(vec![(grill, lines)]).await.unwrap();
    let ticket = kitchen.ticket(grill).await;
    let before = kitchen.revision(grill, kitchen.clock.now()).await;
    kitchen.heard();
    kitchen.strike_out(burger.line, true).await;
    assert_eq!(kitchen.heard(), [Changed::Station(grill)]);
    assert_ne!(kitchen.revision(grill, kitchen.clock.now()).await, before);
    let struck = shown(
        "Takeaway 42",
        &["2 Burger void", "2 Chips due", "2 Cake due"],
    );
    assert_eq!(kitchen.shows(grill).await, [struck]);
    let line = kitchen.board(grill).await.tickets[0].ticket.lines[0].id;
    kitchen
        .write(async |tx: &mut Tx| actions::see_void(tx, ticket, line).await)
        .await
        .unwrap();
    assert_eq!(kitchen.shows(grill).await[0].1[0], "2 Burger void, seen");
    kitchen.bump(ticket).await.unwrap();

    // Made already: the chips come back so that somebody stops them, the cake has been eaten.
    kitchen.strike_out(cake.line, false).await;
    assert!(kitchen.shows(grill).await.is_empty());
    kitchen.strike_out(chips.line, true).await;
    let notice = shown("Takeaway 42", &["2 Chips void"]);
    assert_eq!(kitchen.shows(grill).await, [notice]);
    assert!(kitchen.progress().await.is_empty());
    let notice = kitchen.ticket(grill).await;
    kitchen.bump(notice).await.unwrap();
    assert!(
        kitchen.board(grill).await.last_bumped.is_none(),
        "nothing to recall"
    );
    let recalled = kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, notice, false).await)
        .await;
    assert!(refusal(recalled).contains("struck out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_move_with_what_was_made_of_them_and_say_where_they_were() {
    let kitchen = Kitchen::open().await;
    let (grill, order) = (kitchen.grill, kitchen.order);
    let (burger, chips) = (kitchen.line("Burger").await, kitchen.line("Chips").await);
    let lines = vec![burger.clone(), chips.clone()];
    kitchen.send(vec![(grill, lines)]).await.unwrap();
    let ticket = kitchen.ticket(grill).await;
    let line = kitchen.board(grill).await.tickets[0].ticket.lines[1].id;
    kitchen
        .write(async |tx: &mut Tx| actions::finish_line(tx, ticket, line).await)
        .await
        .unwrap();
    let other = OrderId::new();
    kitchen
        .sql(&format!(
            "INSERT INTO orders (id, business_date, number, reference, kind, waiter_id, opened_by, opened_at, tax_included, updated_at) \
             VALUES ('{other}', '2026-11-22', 43, '20261122-0043', 'takeaway', '{order}', '{order}', now(), true, now())"
        ))
        .await;
    let to = kitchen.snapshot(other, "Table 9");
    let moves = async |lines: &[LineId]| {
        kitchen
            .write(async |tx: &mut Tx| actions::move_lines(tx, order, &to, lines).await)
            .await
            .unwrap();
    };
    moves(&[chips.line]).await;
    let (here, there) = (
        shown("Takeaway 42", &["2 Burger due"]),
        shown("Table 9", &["2 Chips done"]),
    );
    assert_eq!(kitchen.shows(grill).await, [here, there]);
    let board = kitchen.board(grill).await;
    let moved = &board.tickets[1].ticket;
    assert_eq!(moved.former_title.as_deref(), Some("Takeaway 42"));
    assert_eq!(
        moved.sent_at, board.tickets[0].ticket.sent_at,
        "no guest waits longer for it"
    );
    assert!(!moved.unpaid);

    moves(&[burger.line]).await;
    let board = kitchen.board(grill).await;
    assert_eq!(
        board.tickets[0].ticket.id, ticket,
        "all of it went: the ticket itself does"
    );
    assert_eq!(board.tickets[0].ticket.order, other);
    // Its name goes with the bump.
    kitchen.bump(ticket).await.unwrap();
    kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, ticket, true).await)
        .await
        .unwrap();
    let board = kitchen.board(grill).await;
    let back = board
        .tickets
        .iter()
        .find(|posted| posted.ticket.id == ticket);
    assert_eq!(back.unwrap().ticket.former_title, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_passes_on_what_was_made_and_takes_it_back_while_nobody_has_begun() {
    let mut kitchen = Kitchen::open().await;
    let (grill, bar) = (kitchen.grill, kitchen.bar);
    kitchen
        .sql(&format!(
            "UPDATE stations SET next_station_id = '{bar}' WHERE id = '{grill}'"
        ))
        .await;
    let (pizza, salad) = (kitchen.line("Pizza").await, kitchen.line("Salad").await);
    kitchen
        .send(vec![(grill, vec![pizza, salad.clone()])])
        .await
        .unwrap();
    let made = kitchen.ticket(grill).await;
    kitchen.strike_out(salad.line, true).await;
    kitchen.heard();
    kitchen.bump(made).await.unwrap();
    assert!(kitchen.heard().contains(&Changed::Station(bar)));
    let oven = shown("Takeaway 42", &["2 Pizza due"]);
    assert_eq!(kitchen.shows(bar).await, [oven]);
    assert_eq!(
        kitchen.progress().await,
        [(true, false)],
        "begun, and not made"
    );

    let recall = async || {
        kitchen
            .write(async |tx: &mut Tx| actions::recall(tx, made, false).await)
            .await
    };
    recall().await.unwrap();
    assert!(kitchen.shows(bar).await.is_empty());
    kitchen.bump(made).await.unwrap();
    let there = kitchen.ticket(bar).await;
    kitchen
        .write(async |tx: &mut Tx| actions::start(tx, there).await)
        .await
        .unwrap();
    assert_eq!(
        refusal(recall().await),
        "Bar has begun Takeaway 42 already. Ask there."
    );
    kitchen.bump(there).await.unwrap();
    assert_eq!(kitchen.progress().await, [(true, true)]);
    // Whoever passes on to the pass, where nothing is made, is the last who makes it.
    let pass = StationId::new();
    kitchen
        .sql(&format!(
            "INSERT INTO stations (id, name, kind, sort, soon_after_s, late_after_s) VALUES ('{pass}', 'Pass', 'expo', 3, 480, 900); \
             UPDATE stations SET next_station_id = '{pass}' WHERE id = '{bar}'"
        ))
        .await;
    assert_eq!(kitchen.progress().await, [(true, true)]);
    // An addition does not come onto what another station has passed on.
    kitchen
        .send(vec![(bar, vec![kitchen.line("Ale").await])])
        .await
        .unwrap();
    assert_eq!(
        kitchen.shows(bar).await,
        [shown("Takeaway 42", &["2 Ale due"])]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_a_closed_station_comes_to_the_one_that_is_named_instead() {
    let kitchen = Kitchen::open().await;
    let (grill, bar) = (kitchen.grill, kitchen.bar);
    kitchen
        .sql(&format!(
            "UPDATE stations SET redirect_to = '{bar}' WHERE id = '{grill}'"
        ))
        .await;
    let (burger, ale) = (kitchen.line("Burger").await, kitchen.line("Ale").await);
    kitchen
        .send(vec![(grill, vec![burger]), (bar, vec![ale])])
        .await
        .unwrap();
    assert!(kitchen.shows(grill).await.is_empty());
    let both = shown("Takeaway 42", &["2 Burger due", "2 Ale due"]);
    assert_eq!(kitchen.shows(bar).await, [both]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_takes_nothing_back_that_belongs_to_another_order_by_now() {
    let kitchen = Kitchen::open().await;
    let (grill, bar, order) = (kitchen.grill, kitchen.bar, kitchen.order);
    kitchen
        .sql(&format!(
            "UPDATE stations SET next_station_id = '{bar}' WHERE id = '{grill}'"
        ))
        .await;
    let (pizza, pie) = (kitchen.line("Pizza").await, kitchen.line("Pie").await);
    kitchen
        .send(vec![(grill, vec![pizza, pie.clone()])])
        .await
        .unwrap();
    let made = kitchen.ticket(grill).await;
    kitchen.bump(made).await.unwrap();
    let other = OrderId::new();
    kitchen
        .sql(&format!(
            "INSERT INTO orders (id, business_date, number, reference, kind, waiter_id, opened_by, opened_at, tax_included, updated_at) \
             VALUES ('{other}', '2026-11-22', 43, '20261122-0043', 'takeaway', '{order}', '{order}', now(), true, now())"
        ))
        .await;
    let to = kitchen.snapshot(other, "Table 9");
    kitchen
        .write(async |tx: &mut Tx| actions::move_lines(tx, order, &to, &[pie.line]).await)
        .await
        .unwrap();
    kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, made, false).await)
        .await
        .unwrap();
    assert_eq!(
        kitchen.shows(grill).await,
        [shown("Takeaway 42", &["2 Pizza due"])]
    );
    assert_eq!(kitchen.shows(bar).await, [shown("Table 9", &["2 Pie due"])]);
}

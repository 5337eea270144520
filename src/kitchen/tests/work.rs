//! Tickets from the send to the bump and back.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn one_send_makes_one_ticket_per_station_and_later_ones_are_additions() {
    let mut kitchen = Kitchen::open().await;
    let (grill, bar) = (kitchen.grill, kitchen.bar);
    let (burger, chips, ale) = (
        kitchen.line("Burger").await,
        kitchen.line("Chips").await,
        kitchen.line("Ale").await,
    );
    let work = vec![
        (grill, vec![burger.clone(), chips]),
        (bar, vec![ale.clone()]),
    ];
    kitchen.send(work).await.unwrap();
    assert_eq!(
        kitchen.heard(),
        [Changed::Station(grill), Changed::Station(bar)]
    );

    let board = kitchen.board(grill).await;
    let posted = &board.tickets[0];
    assert_eq!(
        (posted.ticket.number, posted.ticket.title.as_str()),
        (42, "Takeaway 42")
    );
    assert_eq!(posted.place(&board.station), (1, 2));
    assert_eq!(posted.elsewhere[0].station, "Bar");
    let line = &posted.ticket.lines[0];
    assert_eq!(
        (line.line, line.quantity, &line.modifiers),
        (burger.line, burger.quantity, &burger.modifiers)
    );
    assert_eq!(
        (line.seat, line.note.as_deref(), line.addition),
        (Some(2), Some("well done"), 0)
    );
    let revision = kitchen.revision(grill, posted.ticket.sent_at).await;

    // The same line cannot come twice, and nothing of what came with it stays.
    let again = kitchen
        .send(vec![(bar, vec![kitchen.line("Stout").await, ale])])
        .await;
    assert_eq!(refusal(again), "This was already sent to the kitchen.");
    assert_eq!(kitchen.board(bar).await.tickets[0].ticket.lines.len(), 1);
    assert!(kitchen.heard().is_empty());

    kitchen
        .send(vec![(grill, vec![kitchen.line("Samosa").await])])
        .await
        .unwrap();
    // The bar's board says "also at: Grill".
    assert_eq!(
        kitchen.heard(),
        [Changed::Station(grill), Changed::Station(bar)]
    );
    let board = kitchen.board(grill).await;
    let ticket = &board.tickets[0].ticket;
    assert_eq!(ticket.additions, 1);
    assert_ne!(kitchen.revision(grill, ticket.sent_at).await, revision);
    let lines: Vec<_> = ticket
        .lines
        .iter()
        .map(|line| (line.name.as_str(), line.addition))
        .collect();
    assert_eq!(lines, [("Burger", 0), ("Chips", 0), ("Samosa", 1)]);

    // What leaves the board gets no additions: the next send opens another ticket.
    kitchen.bump(ticket.id).await.unwrap();
    kitchen
        .send(vec![(grill, vec![kitchen.line("Pilau").await])])
        .await
        .unwrap();
    assert_ne!(kitchen.ticket(grill).await, ticket.id);
    kitchen.send(vec![(grill, Vec::new())]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_worked_off_recalled_and_worked_off_again() {
    let mut kitchen = Kitchen::open().await;
    let (grill, bar) = (kitchen.grill, kitchen.bar);
    let work = vec![
        (
            grill,
            vec![kitchen.line("Burger").await, kitchen.line("Chips").await],
        ),
        (bar, vec![kitchen.line("Ale").await]),
    ];
    kitchen.send(work).await.unwrap();
    let ticket = kitchen.ticket(grill).await;
    kitchen.heard();
    assert_eq!(kitchen.progress().await, [(false, false); 3]);

    let chips = kitchen.board(grill).await.tickets[0].ticket.lines[1].id;
    kitchen
        .write(async |tx: &mut Tx| actions::finish_line(tx, ticket, chips).await)
        .await
        .unwrap();
    assert_eq!(
        kitchen.heard(),
        [Changed::Station(grill), Changed::Station(bar)]
    );
    assert_eq!(
        kitchen.progress().await,
        [(true, false), (true, true), (false, false)]
    );
    kitchen
        .write(async |tx: &mut Tx| actions::reopen_line(tx, ticket, chips).await)
        .await
        .unwrap();
    assert_eq!(kitchen.progress().await, [(false, false); 3]);
    kitchen
        .write(async |tx: &mut Tx| actions::finish_line(tx, ticket, chips).await)
        .await
        .unwrap();
    kitchen
        .write(async |tx: &mut Tx| actions::start(tx, ticket).await)
        .await
        .unwrap();

    // Two boards bump at once: one does, the other reads why not.
    let (one, other) = tokio::join!(kitchen.bump(ticket), kitchen.bump(ticket));
    let (won, lost) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    won.unwrap();
    assert_eq!(
        refusal(lost),
        "Takeaway 42 was already bumped by Joy. Recall it to change it."
    );
    assert_eq!(
        kitchen.progress().await,
        [(true, true), (true, true), (false, false)]
    );
    let board = kitchen.board(grill).await;
    assert!(board.tickets.is_empty());
    assert_eq!(board.last_bumped.unwrap().ticket, ticket);
    assert!(kitchen.board(bar).await.tickets[0].elsewhere[0].ready);

    kitchen.hand.advance(Duration::minutes(14));
    kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, ticket, false).await)
        .await
        .unwrap();
    assert_eq!(
        kitchen.progress().await,
        [(true, false), (true, true), (false, false)]
    );
    assert_eq!(kitchen.ticket(grill).await, ticket);
    let start = kitchen
        .write(async |tx: &mut Tx| actions::start(tx, ticket).await)
        .await;
    assert_eq!(refusal(start), "Takeaway 42 was already started by Joy.");

    kitchen.bump(ticket).await.unwrap();
    kitchen.hand.advance(Duration::minutes(16));
    let recall = kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, ticket, false).await)
        .await;
    assert!(refusal(recall).contains("more than 15 minutes ago"));
    let unknown = kitchen.bump(TicketId::new()).await;
    assert!(matches!(unknown, Err(Error::NotFound("ticket"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_gives_the_receipt_and_an_addition_asks_for_another() {
    let mut kitchen = Kitchen::open().await;
    let (grill, order) = (kitchen.grill, kitchen.order);
    kitchen
        .send(vec![(grill, vec![kitchen.line("Burger").await])])
        .await
        .unwrap();
    let ticket = kitchen.ticket(grill).await;
    let reached =
        async |kitchen: &Kitchen| receipts::of_order(&kitchen.db, order).await.unwrap()[0].reached;
    assert_eq!(reached(&kitchen).await, Reached::Sent);
    kitchen.heard();
    for _ in 0..2 {
        kitchen
            .write(async |tx: &mut Tx| actions::shown(tx, ticket, order).await)
            .await
            .unwrap();
    }
    assert_eq!(reached(&kitchen).await, Reached::OnScreen);
    assert_eq!(kitchen.heard(), [Changed::Order(order)]);
    kitchen
        .send(vec![(grill, vec![kitchen.line("Chips").await])])
        .await
        .unwrap();
    assert_eq!(reached(&kitchen).await, Reached::Sent);
}

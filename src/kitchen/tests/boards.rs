//! What goes first, what is paid, and what tells that a board looks different.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn priority_goes_first_and_the_list_of_recalls_has_what_was_bumped() {
    let kitchen = Kitchen::open().await;
    let grill = kitchen.grill;
    kitchen
        .send(vec![(grill, vec![kitchen.line("Burger").await])])
        .await
        .unwrap();
    let first = kitchen.ticket(grill).await;
    kitchen.bump(first).await.unwrap();
    kitchen.hand.advance(Duration::minutes(1));
    kitchen
        .send(vec![(grill, vec![kitchen.line("Chips").await])])
        .await
        .unwrap();
    let second = kitchen.ticket(grill).await;
    let recalls = store::recallable(&kitchen.db, grill, kitchen.clock.now())
        .await
        .unwrap();
    let listed: Vec<_> = recalls
        .iter()
        .map(|one| (one.ticket, one.lines.as_str(), one.by.as_str()))
        .collect();
    assert_eq!(listed, [(first, "2 × Burger", "Joy")]);
    kitchen
        .write(async |tx: &mut Tx| actions::recall(tx, first, false).await)
        .await
        .unwrap();
    let order = async || -> Vec<TicketId> {
        let board = kitchen.board(grill).await;
        board
            .tickets
            .iter()
            .map(|posted| posted.ticket.id)
            .collect()
    };
    assert_eq!(order().await, [first, second]);
    kitchen
        .write(async |tx: &mut Tx| actions::prioritise(tx, second, true).await)
        .await
        .unwrap();
    assert_eq!(order().await, [second, first]);
    let later = kitchen.clock.now() + Duration::minutes(16);
    assert!(
        store::recallable(&kitchen.db, grill, later)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_takes_the_word_off_every_ticket() {
    let mut kitchen = Kitchen::open().await;
    let (grill, order) = (kitchen.grill, kitchen.order);
    kitchen
        .send(vec![(grill, vec![kitchen.line("Burger").await])])
        .await
        .unwrap();
    assert!(kitchen.board(grill).await.tickets[0].ticket.unpaid);
    kitchen.heard();
    kitchen
        .write(async |tx: &mut Tx| actions::paid(tx, order, [grill].into_iter()).await)
        .await
        .unwrap();
    assert_eq!(kitchen.heard(), [Changed::Station(grill)]);
    assert!(!kitchen.board(grill).await.tickets[0].ticket.unpaid);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revision_moves_with_time_where_the_picture_does() {
    let kitchen = Kitchen::open().await;
    let grill = kitchen.grill;
    kitchen
        .send(vec![(grill, vec![kitchen.line("Burger").await])])
        .await
        .unwrap();
    let sent_at = kitchen.board(grill).await.tickets[0].ticket.sent_at;
    let at = async |seconds| {
        let now = sent_at + time::Duration::seconds(seconds);
        kitchen.revision(grill, now).await
    };
    assert_eq!(at(0).await, at(14).await, "new all the while");
    assert_ne!(at(14).await, at(15).await);
    assert_eq!(at(15).await, at(479).await);
    assert_ne!(at(479).await, at(480).await);
    assert_eq!(at(480).await, at(899).await);
    assert_ne!(at(899).await, at(900).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revision_moves_with_what_is_on_the_board_beside_it_and_off_it() {
    let kitchen = Kitchen::open().await;
    let (grill, bar) = (kitchen.grill, kitchen.bar);
    let (burger, ale) = (kitchen.line("Burger").await, kitchen.line("Ale").await);
    kitchen
        .send(vec![(grill, vec![burger]), (bar, vec![ale])])
        .await
        .unwrap();
    let board = kitchen.board(grill).await;
    let ticket = board.tickets[0].ticket.clone();
    let now = ticket.sent_at + time::Duration::minutes(1);
    let mut seen = vec![kitchen.revision(grill, now).await];
    let elsewhere = kitchen.ticket(bar).await;
    for step in 0..4 {
        let deed = async |tx: &mut Tx| match step {
            0 => actions::start(tx, ticket.id).await,
            1 => actions::finish_line(tx, ticket.id, ticket.lines[0].id).await,
            2 => actions::bump(tx, elsewhere, Seen::default()).await,
            _ => actions::bump(tx, ticket.id, Seen::default()).await,
        };
        kitchen.write(deed).await.unwrap();
        let revision = kitchen.revision(grill, now).await;
        assert!(!seen.contains(&revision), "step {step}");
        seen.push(revision);
    }
    let later = now + time::Duration::minutes(16);
    assert_ne!(
        kitchen.revision(grill, later).await,
        seen[4],
        "no recall any more"
    );
}

//! The kitchen's actions on a real Postgres.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::migrator::MigratorTrait;
use time::{Duration, OffsetDateTime};

use super::actions::{self, NewLine, OrderSnapshot, Struck, Work};
use super::board::Board;
use super::receipts::{self, Reached};
use super::store;
use super::ticket::{Seen, TicketKind, TicketModifier};
use crate::data::connect::connect;
use crate::data::private_postgres::{Options, PrivatePostgres};
use crate::data::tally::Tallies;
use crate::data::tx::Writer;
use crate::data::{By, Tx};
use crate::live::{Changed, Live, Subscriber};
use crate::values::{Clock, ClockHand, LineId, OrderId, Quantity, StationId, TicketId};
use crate::web::{Error, Result};

/// A kitchen and a bar with an order to work on.
struct Kitchen {
    db: DatabaseConnection,
    clock: Clock,
    hand: ClockHand,
    live: Live,
    news: Subscriber,
    grill: StationId,
    bar: StationId,
    order: OrderId,
    _postgres: PrivatePostgres,
    _folder: tempfile::TempDir,
}

impl Kitchen {
    async fn open() -> Kitchen {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("postgres");
        let postgres =
            tokio::task::spawn_blocking(move || PrivatePostgres::start(Options::throwaway(at)));
        let postgres = postgres.await.unwrap().unwrap();
        postgres.door().ensure_database("kitchen").await.unwrap();
        let db = connect(&postgres.url("kitchen"), 8).await.unwrap();
        migration::Migrator::up(&db, None).await.unwrap();
        let (clock, hand) = Clock::with_hand();
        let live = Live::in_memory();
        let news = live.subscribe();
        let (grill, bar, order) = (StationId::new(), StationId::new(), OrderId::new());
        let kitchen = Kitchen {
            db,
            clock,
            hand,
            live,
            news,
            grill,
            bar,
            order,
            _postgres: postgres,
            _folder: folder,
        };
        kitchen
            .sql(&format!(
                "INSERT INTO stations (id, name, kind, sort, soon_after_s, late_after_s) VALUES \
                   ('{grill}', 'Grill', 'kitchen', 1, 480, 900), ('{bar}', 'Bar', 'bar', 2, 180, 360); \
                 INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
                   VALUES ('{order}', 'ann', 'Ann', 'waiter', '', false, now()); \
                 INSERT INTO business_days (date) VALUES ('2026-11-22'); \
                 INSERT INTO tax_classes (id, name, rate_bp) VALUES ('{order}', 'VAT', 1800); \
                 INSERT INTO orders (id, business_date, number, reference, kind, waiter_id, opened_by, opened_at, tax_included, updated_at) \
                   VALUES ('{order}', '2026-11-22', 42, '20261122-0042', 'takeaway', '{order}', '{order}', now(), true, now());"
            ))
            .await;
        kitchen
    }

    async fn sql(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.unwrap();
    }

    async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T> + Clone) -> Result<T> {
        let writer = Writer {
            db: &self.db,
            clock: &self.clock,
            live: &self.live,
            tallies: &Tallies::default(),
        };
        let joy = By {
            name: "Joy".to_owned(),
            ..By::system()
        };
        writer.write_unkeyed(joy, work).await
    }

    /// A line of the order, as the kitchen is told of it.
    async fn line(&self, name: &str) -> NewLine {
        let line = LineId::new();
        let (order, grill) = (self.order, self.grill);
        self.sql(&format!(
            "INSERT INTO order_lines (id, order_id, position, name, quantity, unit_price, tax_class_id, tax_name, tax_bp, station_id, added_by, added_at) \
             VALUES ('{line}', '{order}', (SELECT count(*) FROM order_lines), '{name}', 1, 0, '{order}', 'VAT', 1800, '{grill}', '{order}', now())"
        ))
        .await;
        NewLine {
            line,
            quantity: Quantity::new(2).unwrap(),
            name: name.to_owned(),
            second_name: Some("ndizi".to_owned()),
            modifiers: vec![TicketModifier {
                name: "No onion".to_owned(),
                loud: true,
            }],
            note: Some("well done".to_owned()),
            allergy: None,
            seat: Some(2),
            course: 1,
            prep_seconds: None,
            held: false,
        }
    }

    async fn send(&self, fired: Vec<(StationId, Vec<NewLine>)>) -> Result<()> {
        self.hand_over(Work { fired, held: None }).await
    }

    async fn hand_over(&self, work: Work) -> Result<()> {
        let snapshot = OrderSnapshot {
            order: self.order,
            number: 42,
            title: "Takeaway 42".to_owned(),
            kind: TicketKind::Takeaway,
            guests: 1,
            waiter: "Ann".to_owned(),
            customer: Some("Grace".to_owned()),
            unpaid: true,
        };
        self.write(async |tx: &mut Tx| actions::hand_over(tx, &snapshot, work.clone()).await)
            .await
    }

    async fn board(&self, station: StationId) -> Board {
        store::find_board(&self.db, station).await.unwrap()
    }

    async fn revision(&self, station: StationId, now: OffsetDateTime) -> i64 {
        store::board_revision(&self.db, station, now).await.unwrap()
    }

    /// The only ticket of a board.
    async fn ticket(&self, station: StationId) -> TicketId {
        let board = self.board(station).await;
        assert_eq!(board.tickets.len(), 1);
        board.tickets[0].ticket.id
    }

    /// As the order's room calls it: the order is held first.
    async fn bump(&self, ticket: TicketId) -> Result<()> {
        let hold = format!(
            "SELECT 1 FROM orders WHERE id = '{}' FOR UPDATE",
            self.order
        );
        let hold = hold.as_str();
        self.write(async |tx: &mut Tx| {
            tx.execute_unprepared(hold).await?;
            actions::bump(tx, ticket, Seen::default()).await
        })
        .await
        .map(drop)
    }

    /// What was said since it was asked last.
    fn heard(&mut self) -> Vec<Changed> {
        let mut heard = Vec::new();
        while let Some(crate::live::News::Changed(change)) = self.news.try_recv() {
            heard.extend_from_slice(&change);
        }
        heard
    }

    /// Started and done, line by line.
    async fn progress(&self) -> Vec<(bool, bool)> {
        // Of a line that several stations make one after the other the last one says how far it is.
        let sql = "SELECT started, done FROM (SELECT DISTINCT ON (l.line_id) t.sent_at, t.id, l.position, \
                          l.done_at IS NOT NULL AND n.id IS NULL AS done, \
                          t.started_at IS NOT NULL OR t.passed_from IS NOT NULL \
                            OR EXISTS (SELECT 1 FROM ticket_lines d WHERE d.ticket_id = t.id AND d.voided_at IS NULL AND d.done_at IS NOT NULL) AS started \
                   FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id JOIN stations s ON s.id = t.station_id \
                   LEFT JOIN stations n ON n.id = s.next_station_id AND n.kind <> 'expo' \
                   WHERE t.order_id = $1 AND l.fired_at IS NOT NULL AND l.voided_at IS NULL ORDER BY l.line_id, l.step DESC) l \
                   ORDER BY sent_at, id, position";
        let statement =
            Statement::from_sql_and_values(DbBackend::Postgres, sql, [self.order.into()]);
        let rows = self.db.query_all_raw(statement).await.unwrap();
        let marks = rows.iter().map(|row| {
            let mark = |name| row.try_get::<bool>("", name).unwrap();
            (mark("started"), mark("done"))
        });
        marks.collect()
    }
}

fn refusal(outcome: Result<impl std::fmt::Debug>) -> String {
    match outcome {
        Err(error @ Error::Refused(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

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

impl Kitchen {
    fn snapshot(&self, order: OrderId, title: &str) -> OrderSnapshot {
        OrderSnapshot {
            order,
            number: 43,
            title: title.to_owned(),
            kind: TicketKind::DineIn,
            guests: 2,
            waiter: "Ann".to_owned(),
            customer: None,
            unpaid: false,
        }
    }

    async fn strike_out(&self, line: LineId, must_be_seen: bool) {
        let order = self.order;
        let struck = [Struck { line, must_be_seen }];
        self.write(async |tx: &mut Tx| actions::strike_out(tx, order, &struck).await)
            .await
            .unwrap();
    }

    /// Title, and each line with a word about it, of every ticket on a board.
    async fn shows(&self, station: StationId) -> Vec<(String, Vec<String>)> {
        let board = self.board(station).await;
        let tickets = board.tickets.iter().map(|posted| {
            let lines = posted.ticket.lines.iter().map(|line| {
                let word = match line {
                    _ if line.is_void_unseen() => "void",
                    _ if line.voided.is_some() => "void, seen",
                    _ if line.is_held() => "held",
                    _ if line.done.is_some() => "done",
                    _ if line.held => "fired",
                    _ => "due",
                };
                format!("{} {} {word}", line.quantity, line.name)
            });
            (posted.ticket.title.clone(), lines.collect())
        });
        tickets.collect()
    }
}

fn shown(title: &str, lines: &[&str]) -> (String, Vec<String>) {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    (title.to_owned(), lines)
}

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

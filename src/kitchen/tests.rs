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

mod after_sending;
mod boards;
mod work;

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

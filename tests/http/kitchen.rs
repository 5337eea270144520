//! The boards: what arrives there, starting, finishing, bumping, recalling, and who may.

use std::time::Duration;

use cafe_pos::values::OrderId;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use poem::http::{Method, StatusCode};
use tokio::time::timeout;
use tokio_util::bytes::Bytes;

use super::house::*;

const KITCHEN: &str = "Kitchen";
const BAR: &str = "Bar";

/// A café in which Moses has sent food and a drink from a table.
struct Evening {
    house: House,
    till: Device,
    grill: Device,
    order: OrderId,
    kitchen: String,
    bar: String,
}

impl Evening {
    async fn begins() -> Evening {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        let grill = house.display("Kitchen display").await;
        let (kitchen, bar) = (board(&house, KITCHEN).await, board(&house, BAR).await);
        Evening {
            house,
            till,
            grill,
            order,
            kitchen,
            bar,
        }
    }

    /// What the kitchen's display shows.
    async fn board(&mut self) -> Answer {
        let path = self.kitchen.clone();
        self.grill.get(&path).await.must_be(StatusCode::OK)
    }

    /// The address of the only ticket on the kitchen's board.
    async fn ticket(&mut self) -> String {
        let board = self.board().await;
        let ids = board.attributes(".kt", "id");
        assert_eq!(ids.len(), 1, "{}", board.text);
        format!("/kitchen/tickets/{}", ids[0].trim_start_matches("k-"))
    }

    /// Where each line of the order stands.
    async fn states(&self) -> Vec<String> {
        let row = self
            .house
            .row(
                "SELECT array_agg(state ORDER BY position) AS states FROM order_lines WHERE order_id = $1",
                [self.order.into()],
            )
            .await;
        row.try_get("", "states").expect("states")
    }

    async fn deeds(&self, deed: &str) -> i64 {
        self.house
            .number(&format!(
                "SELECT count(*) FROM audit_log WHERE deed = '{deed}'"
            ))
            .await
    }
}

async fn board(house: &House, station: &str) -> String {
    let id: uuid::Uuid = house.id("stations", "name", station).await;
    format!("/kitchen/stations/{id}")
}

/// The address at which a line is marked as done, or not done.
fn line_done(board: &Answer, line: usize) -> String {
    let item = board.attributes(".item", "id")[line].clone();
    let verb = |verb| board.attributes(&format!("[id='{item}']"), verb);
    let found: Vec<String> = verb("hx-post")
        .into_iter()
        .chain(verb("hx-delete"))
        .collect();
    assert_eq!(found.len(), 1, "a line does one thing: {found:?}");
    found[0].clone()
}

/// A screen that is left alone: what its stream brings.
struct Screen(BoxStream<'static, std::io::Result<Bytes>>);

impl Screen {
    async fn of(device: &Device, board: &str) -> Screen {
        let station = board.rsplit('/').next().expect("a station");
        let path = format!("/api/realtime/stream?view=board&station={station}");
        let response = device.open(&path).await;
        assert_eq!(response.status(), StatusCode::OK);
        Screen(response.into_body().into_bytes_stream().boxed())
    }

    /// The next picture, which has to come within five seconds.
    async fn picture(&mut self) -> Answer {
        timeout(Duration::from_secs(5), async {
            loop {
                let event = self
                    .0
                    .next()
                    .await
                    .expect("an open stream")
                    .expect("an event");
                let text = String::from_utf8(event.to_vec()).expect("text");
                if text.contains("hx-partial") {
                    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
                    return Answer {
                        status: StatusCode::OK,
                        headers: poem::http::HeaderMap::new(),
                        text: lines.collect::<Vec<_>>().join("\n"),
                    };
                }
            }
        })
        .await
        .expect("a picture")
    }
}

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
async fn start_done_and_bump_reach_the_waiter_line_by_line() {
    let mut evening = Evening::begins().await;
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
    assert_eq!(evening.states().await, ["sent", "sent", "sent"]);
    let ticket = evening.ticket().await;

    evening
        .grill
        .post(&format!("{ticket}/start"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert!(board.all(".start").is_empty());
    assert_eq!(evening.states().await, ["preparing", "sent", "preparing"]);

    let chips = line_done(&board, 0);
    evening
        .grill
        .post(&chips, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(board.attributes(".item", "aria-pressed"), ["true", "false"]);
    assert_eq!(evening.states().await, ["ready", "sent", "preparing"]);
    evening
        .grill
        .delete(&chips)
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(
        board.attributes(".item", "aria-pressed"),
        ["false", "false"]
    );
    assert_eq!(evening.states().await, ["preparing", "sent", "preparing"]);

    evening
        .grill
        .post(&chips, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[("additions", "1")])
        .await
        .must_be(StatusCode::OK);
    let board = evening.board().await;
    assert_eq!(board.one("#board .empty h3"), "All caught up");
    assert_eq!(evening.states().await, ["ready", "sent", "ready"]);
    let floor = evening.till.get("/floor").await.must_be(StatusCode::OK);
    assert_eq!(floor.all("[data-ready]").len(), 1);
    for (deed, times) in [
        ("ticket.started", 1),
        ("ticket.line_done", 2),
        ("ticket.line_reopened", 1),
        ("ticket.bumped", 1),
    ] {
        assert_eq!(evening.deeds(deed).await, times, "{deed}");
    }
}

#[tokio::test]
async fn recall_puts_the_ticket_back_as_it_was() {
    let mut evening = Evening::begins().await;
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
    let ticket = evening.ticket().await;
    let first = evening.board().await;
    assert_eq!(
        first.attributes("#board-recall button", "disabled").len(),
        1
    );
    evening
        .grill
        .post(&line_done(&first, 0), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let bumped = evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);

    // Undo stands where it was bumped, Recall on every screen of the station; both name the ticket.
    assert_eq!(bumped.notice(), "Table 3 bumped.");
    let board = evening.board().await;
    for (screen, button) in [
        (&bumped, "hx-partial[hx-target='#notice'] button"),
        (&board, "#board-recall button"),
    ] {
        assert_eq!(
            screen.attributes(button, "hx-delete"),
            [format!("{ticket}/bump")]
        );
    }
    evening.house.hand.advance(time::Duration::minutes(14));
    evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::NO_CONTENT);
    let board = evening.board().await;
    assert_eq!(board.attributes(".item", "aria-pressed"), ["true", "false"]);
    assert_eq!(evening.states().await, ["ready", "sent", "preparing"]);
    assert_eq!(evening.deeds("ticket.recalled").await, 1);

    let refused = evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Table 3 is on the board already.");
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    evening.house.hand.advance(time::Duration::minutes(16));
    let refused = evening
        .grill
        .delete(&format!("{ticket}/bump"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("more than 15 minutes ago"),
        "{}",
        refused.notice()
    );
}

#[tokio::test]
async fn a_bumped_ticket_refuses_everything_but_recall() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    evening
        .grill
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    for path in [
        format!("{ticket}/bump"),
        format!("{ticket}/start"),
        line.clone(),
    ] {
        let refused = evening
            .grill
            .post(&path, &[])
            .await
            .must_be(StatusCode::CONFLICT);
        assert_eq!(
            refused.notice(),
            "Table 3 was already bumped by Kitchen display. Recall it to change it."
        );
    }
    evening
        .grill
        .delete(&line)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(evening.deeds("ticket.bumped").await, 1);
}

#[tokio::test]
async fn a_ticket_that_was_started_says_by_whom() {
    let mut evening = Evening::begins().await;
    let start = format!("{}/start", evening.ticket().await);
    evening
        .grill
        .post(&start, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    let mut cook = evening.house.person(COOK).await;
    let refused = cook.post(&start, &[]).await.must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "Table 3 was already started by Kitchen display."
    );
}

#[tokio::test]
async fn the_same_key_twice_changes_once() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    let deeds = [
        (Method::POST, format!("{ticket}/start")),
        (Method::POST, line.clone()),
        (Method::DELETE, line),
        (Method::POST, format!("{ticket}/bump")),
        (Method::DELETE, format!("{ticket}/bump")),
        (Method::POST, format!("{ticket}/shown")),
    ];
    for (method, path) in deeds {
        let key = key();
        let mut after = Vec::new();
        for _ in 0..2 {
            let answer = evening.grill.change(method.clone(), &path, &[], &key).await;
            assert!(
                answer.status.is_success(),
                "{method} {path}: {}",
                answer.text
            );
            let revision = "SELECT sum(revision) FROM tickets";
            after.push((
                evening.house.number(revision).await,
                answer.attributes(".item", "aria-pressed"),
            ));
        }
        assert_eq!(after[0], after[1], "{method} {path}");
    }
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM audit_log WHERE subject = 'ticket'")
            .await,
        5
    );
}

#[tokio::test]
async fn two_boards_bump_one_ticket_at_once_and_it_is_bumped_once() {
    let mut evening = Evening::begins().await;
    let path = format!("{}/bump", evening.ticket().await);
    let mut boards = Vec::new();
    for _ in 0..4 {
        boards.push(evening.grill.clone());
        boards.push(evening.house.person(COOK).await);
    }
    let taps = boards.iter_mut().map(|board| board.post(&path, &[]));
    let answers = futures_util::future::join_all(taps).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::CONFLICT)
            .count(),
        7,
        "{statuses:?}"
    );
    assert_eq!(evening.deeds("ticket.bumped").await, 1);
}

#[tokio::test]
async fn a_bump_and_a_send_at_once_lose_no_line() {
    let evening = Evening::begins().await;
    for product in ["Chapati", "Greens"] {
        let (mut till, mut grill) = (evening.till.clone(), evening.grill.clone());
        let ticket: uuid::Uuid = evening
            .house
            .row("SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = 'Kitchen' AND bumped_at IS NULL", [])
            .await
            .try_get("", "id")
            .expect("a ticket");
        till.tap(evening.order, product)
            .await
            .must_be(StatusCode::OK);
        let bump = format!("/kitchen/tickets/{ticket}/bump");
        let seen = evening
            .house
            .number(&format!(
                "SELECT additions FROM tickets WHERE id = '{ticket}'"
            ))
            .await
            .to_string();
        let seen = [("additions", seen.as_str())];
        let (_, bumped) = tokio::join!(
            till.hand_over_to_kitchen(evening.order),
            grill.post(&bump, &seen)
        );
        // Either the addition came first and was not bumped unseen, or it went onto a ticket of its own.
        assert!(
            matches!(bumped.status, StatusCode::OK | StatusCode::CONFLICT),
            "{}",
            bumped.text
        );
        let waits = format!(
            "SELECT count(*) FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id WHERE l.name LIKE '{product}%' AND l.done_at IS NULL AND t.bumped_at IS NULL"
        );
        assert_eq!(evening.house.number(&waits).await, 1, "{product}");
    }
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
async fn who_works_at_a_board() {
    let evening = Evening::begins().await;
    let house = &evening.house;
    let (kitchen, bar) = (evening.kitchen.as_str(), evening.bar.as_str());
    let bind = "UPDATE terminals SET station_id = (SELECT id FROM stations WHERE name = 'Bar') WHERE name = 'Till 2'";
    house.execute(bind, []).await;
    let bound = house.till(WAITER, "Till 2").await;
    let mut cashier_there = house.person(CASHIER).await;
    cashier_there.cookies.extend(
        bound
            .cookies
            .clone()
            .into_iter()
            .filter(|(name, _)| name == cafe_pos::terminals::device::COOKIE),
    );
    let allowed = [
        (house.person(ADMIN).await, true, true),
        (house.person(MANAGER).await, true, true),
        (house.person(CASHIER).await, false, false),
        (house.person(WAITER).await, false, false),
        (house.till(WAITER, "Floor tablet").await, false, false),
        (bound, false, true),
        (cashier_there, false, true),
        (house.person(COOK).await, true, false),
        (house.person(BARTENDER).await, false, true),
        (house.display("Kitchen display").await, true, false),
        (house.display("Bar display").await, false, true),
    ];
    for (number, (mut device, at_kitchen, at_bar)) in allowed.into_iter().enumerate() {
        for (board, may) in [(kitchen, at_kitchen), (bar, at_bar)] {
            let expected = if may {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(
                device.get(board).await.status,
                expected,
                "device {number} at {board}"
            );
            let station = board.rsplit('/').next().expect("a station");
            let stream = format!("/api/realtime/stream?view=board&station={station}");
            assert_eq!(
                device.open(&stream).await.status(),
                expected,
                "device {number} watches {board}"
            );
        }
    }
}

#[tokio::test]
async fn nobody_changes_a_ticket_of_somebody_elses_board() {
    let mut evening = Evening::begins().await;
    let ticket = evening.ticket().await;
    let line = line_done(&evening.board().await, 0);
    let before = evening
        .house
        .number("SELECT sum(revision) FROM tickets")
        .await;
    for username in [CASHIER, WAITER, BARTENDER] {
        let mut other = evening.house.person(username).await;
        for path in [
            format!("{ticket}/start"),
            format!("{ticket}/bump"),
            format!("{ticket}/shown"),
            line.clone(),
        ] {
            other.post(&path, &[]).await.must_be(StatusCode::FORBIDDEN);
        }
        for path in [format!("{ticket}/bump"), line.clone()] {
            other.delete(&path).await.must_be(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(
        evening
            .house
            .number("SELECT sum(revision) FROM tickets")
            .await,
        before
    );
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM tickets WHERE shown_at IS NOT NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn each_person_is_shown_their_boards_and_a_display_its_own() {
    let evening = Evening::begins().await;
    let boards = [
        (MANAGER, vec!["Kitchen", "Bar", "Pass"]),
        (COOK, vec!["Kitchen"]),
        (BARTENDER, vec!["Bar"]),
        (WAITER, vec!["Pass"]),
    ];
    for (username, expected) in boards {
        let mut person = evening.house.person(username).await;
        let page = person.get("/kitchen").await.must_be(StatusCode::OK);
        assert_eq!(page.all("main li a"), expected, "{username}");
    }
    let mut display = evening.house.display("Bar display").await;
    let answer = display.get("/kitchen").await.must_be(StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), evening.bar);
    let mut nobody = evening.house.browser();
    let answer = nobody.get("/kitchen").await.must_be(StatusCode::SEE_OTHER);
    assert!(answer.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn the_watching_screens_are_redrawn_at_both_stations() {
    let mut evening = Evening::begins().await;
    let bar = evening.house.display("Bar display").await;
    let mut kitchen_screen = Screen::of(&evening.grill, &evening.kitchen).await;
    let mut bar_screen = Screen::of(&bar, &evening.bar).await;
    assert_eq!(kitchen_screen.picture().await.all(".kt h2"), ["Table 3"]);
    assert_eq!(
        bar_screen.picture().await.one(".kt .also"),
        "2 of 2 stations · also at: Kitchen"
    );

    let path = format!("{}/bump", evening.ticket().await);
    let mut other = evening.house.person(COOK).await;
    other.post(&path, &[]).await.must_be(StatusCode::OK);
    let picture = kitchen_screen.picture().await;
    assert!(picture.all(".kt").is_empty());
    assert_eq!(picture.all(".empty h3"), ["All caught up"]);
    assert_eq!(
        bar_screen.picture().await.one(".kt .also"),
        "2 of 2 stations · also at: Kitchen (ready)"
    );

    other.delete(&path).await.must_be(StatusCode::NO_CONTENT);
    assert_eq!(kitchen_screen.picture().await.all(".kt h2"), ["Table 3"]);
}

#[tokio::test]
async fn a_ticket_that_grows_late_is_redrawn_without_anybody_touching_it() {
    let mut evening = Evening::begins().await;
    let mut screen = Screen::of(&evening.grill, &evening.kitchen).await;
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["new"]);
    let seconds = |name| {
        picture.attributes(".kt", name)[0]
            .parse::<i64>()
            .expect("seconds")
    };
    let (soon, late) = (seconds("data-soon"), seconds("data-late"));
    evening.house.hand.advance(time::Duration::seconds(soon));
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["soon"]);
    assert_eq!(picture.one(".kt [data-age-label]"), "Slow");
    evening
        .house
        .hand
        .advance(time::Duration::seconds(late - soon));
    let picture = screen.picture().await;
    assert_eq!(picture.attributes(".kt", "data-age"), ["late"]);
    assert_eq!(
        picture.one("hx-partial[hx-target='#kds-counts']"),
        "1 open1 late"
    );
    assert_eq!(
        evening.board().await.attributes(".kt", "data-age"),
        ["late"]
    );
}

#[tokio::test]
async fn the_first_screen_at_the_station_gives_the_delivery_receipt() {
    let mut evening = Evening::begins().await;
    let path = evening
        .board()
        .await
        .attributes(".kt .seen", "data-receipt")[0]
        .clone();
    let shown = "SELECT count(*) FROM tickets WHERE shown_at IS NOT NULL";
    let mut manager = evening.house.person(MANAGER).await;
    manager
        .post(&path, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert_eq!(
        evening.house.number(shown).await,
        0,
        "an office is no kitchen"
    );
    evening
        .grill
        .post(&path, &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    assert_eq!(evening.house.number(shown).await, 1);
    assert!(evening.board().await.all(".kt .seen").is_empty());

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
        evening
            .board()
            .await
            .attributes(".kt .seen", "data-receipt"),
        [path]
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

#[tokio::test]
async fn wrong_input_changes_nothing() {
    let mut evening = Evening::begins().await;
    let bump = format!("{}/bump", evening.ticket().await);
    for wrong in ["many", "99999999999999999999", "1.5"] {
        evening
            .grill
            .post(&bump, &[("additions", wrong)])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    for path in [
        "/kitchen/tickets/7/bump".to_owned(),
        format!("/kitchen/tickets/{}/bump", uuid::Uuid::now_v7()),
    ] {
        evening
            .grill
            .post(&path, &[])
            .await
            .must_be(StatusCode::NOT_FOUND);
    }
    let elsewhere = format!(
        "{}/lines/{}/done",
        evening.ticket().await,
        uuid::Uuid::now_v7()
    );
    evening
        .grill
        .post(&elsewhere, &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
    assert_eq!(
        evening
            .house
            .number("SELECT count(*) FROM tickets WHERE revision > 1")
            .await,
        0
    );
}

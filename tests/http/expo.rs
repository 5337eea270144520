//! The pass: whole orders, what is missing of them, what is carried out and taken back, and who may.

use cafe_pos::live::View;
use cafe_pos::pass::PassView;
use cafe_pos::values::{OrderId, StationId};
use poem::http::{Method, StatusCode};

use super::house::*;
use super::live::Screen;

/// A café in which Moses has sent food and drinks from table 3, with a display at the pass.
struct Lunch {
    house: House,
    till: Device,
    expo: Device,
    cook: Device,
    barista: Device,
    order: OrderId,
    pass: StationId,
}

impl Lunch {
    async fn begins() -> Lunch {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        Lunch {
            till,
            expo: house.display("Pass display").await,
            cook: house.display("Kitchen display").await,
            barista: house.display("Bar display").await,
            order,
            pass: house.id("stations", "name", "Pass").await,
            house,
        }
    }

    fn board(&self) -> String {
        format!("/kitchen/stations/{}", self.pass)
    }

    fn serve_at(&self, order: OrderId) -> String {
        format!("/pass/{}/orders/{order}/servings", self.pass)
    }

    /// What the display of the pass shows.
    async fn pass(&mut self) -> Answer {
        let path = self.board();
        self.expo.get(&path).await.must_be(StatusCode::OK)
    }

    /// A station's display bumps the order's ticket there.
    async fn bumps(&mut self, station: &str, order: OrderId) {
        let ticket = self.ticket(station, order).await;
        let display = match station {
            "Kitchen" => &mut self.cook,
            _ => &mut self.barista,
        };
        let path = format!("/kitchen/tickets/{ticket}/bump");
        display.post(&path, &[]).await.must_be(StatusCode::OK);
    }

    async fn recalls(&mut self, station: &str, order: OrderId) {
        let ticket = self.ticket(station, order).await;
        let mut manager = self.house.person(MANAGER).await;
        let path = format!("/kitchen/tickets/{ticket}/bump");
        manager.delete(&path).await.must_be(StatusCode::NO_CONTENT);
    }

    async fn ticket(&self, station: &str, order: OrderId) -> uuid::Uuid {
        let sql = "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id \
                   WHERE s.name = $1 AND t.order_id = $2 ORDER BY t.sent_at DESC LIMIT 1";
        let row = self.house.row(sql, [station.into(), order.into()]).await;
        row.try_get("", "id").expect("a ticket")
    }

    /// Taps the button of the first card that is ready, as this screen shows it.
    async fn taps_served(&mut self) -> Answer {
        let picture = self.pass().await;
        let (path, form) = deed_of(&picture);
        let form: Vec<(&str, &str)> = form.iter().map(|line| ("line", line.as_str())).collect();
        self.expo.post(&path, &form).await.must_be(StatusCode::OK)
    }

    async fn pays(&self, order: OrderId) {
        let mut cashier = self.house.with_float(CASHIER).await;
        let form = [("part", "full")];
        cashier
            .post(&format!("/orders/{order}/payments"), &form)
            .await
            .must_be(StatusCode::OK);
    }

    async fn states(&self, order: OrderId) -> Vec<String> {
        let sql = "SELECT array_agg(state ORDER BY position) AS states FROM order_lines WHERE order_id = $1";
        let row = self.house.row(sql, [order.into()]).await;
        row.try_get("", "states").expect("states")
    }

    async fn revision(&self) -> i64 {
        let view = PassView(self.pass);
        view.revision(&self.house.app).await.expect("a revision")
    }
}

/// Where the first card that is ready is served, and which lines of it.
fn deed_of(picture: &Answer) -> (String, Vec<String>) {
    let card = picture.attributes("#pass-ready .pcard", "id")[0].clone();
    let path = picture.attributes(&format!("[id='{card}'] button"), "hx-post")[0].clone();
    let lines = picture.attributes(&format!("[id='{card}'] input"), "value");
    (path, lines)
}

/// Where what the answer to a serving offers to take back is taken back.
fn undo_of(served: &Answer) -> String {
    served
        .attributes("hx-partial[hx-target='#notice'] button", "hx-delete")
        .remove(0)
}

fn parts(picture: &Answer) -> Vec<String> {
    picture.all("#pass-board .stn li")
}

#[tokio::test]
async fn an_order_is_followed_over_two_stations_until_it_is_served() {
    let mut lunch = Lunch::begins().await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready1 in progress");
    assert_eq!(picture.all("#pass-ready .empty h3"), ["Nothing waits"]);
    assert_eq!(picture.one("#pass-board .t"), "T3");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New", "Bar0 of 1New"]);
    assert_eq!(
        picture.one("#pass-board .items"),
        "Waits for 2 Chips; Espresso"
    );
    assert_eq!(picture.one("#pass-board [data-age-label]"), "New");

    // The drinks are ready first, and may go first.
    lunch.bumps("Bar", lunch.order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready1 in progress");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New", "Bar1 of 1Ready"]);
    assert_eq!(
        picture.all("#pass-ready .items"),
        ["Espresso", "Waits for 2 Chips"]
    );
    let badges = picture.all("#pass-ready .badge");
    assert_eq!(badges, ["1 of 3 ready", "To pay"]);
    let served = lunch.taps_served().await;
    assert_eq!(served.notice(), "Table 3 served.");
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);

    // What is with the guest is no station's any more; the rest goes on.
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready1 in progress");
    assert_eq!(parts(&picture), ["Kitchen0 of 2New"]);
    lunch.bumps("Kitchen", lunch.order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready0 in progress");
    assert_eq!(picture.one("#pass-ready .items"), "2 Chips");
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "To pay"]);
    lunch.taps_served().await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready0 in progress");
    assert_eq!(lunch.states(lunch.order).await, ["served", "served"]);

    let by_the_display = "SELECT count(*) FROM audit_log WHERE deed = 'order.served' AND staff_id IS NULL \
         AND terminal_id = (SELECT id FROM terminals WHERE name = 'Pass display')";
    assert_eq!(lunch.house.number(by_the_display).await, 2);
}

#[tokio::test]
async fn what_a_station_makes_first_is_marked_until_it_is_made_and_stays_among_the_others_by_age() {
    let mut lunch = Lunch::begins().await;
    lunch.house.hand.advance(time::Duration::minutes(1));
    let order = lunch.till.sit_down("4", "2").await;
    for product in ["Chips", "Espresso"] {
        lunch.till.tap(order, product).await.must_be(StatusCode::OK);
    }
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let ticket = lunch.ticket("Kitchen", order).await;
    let priority = format!("/kitchen/tickets/{ticket}/priority");
    let (plain, first) = (["To pay", "To pay"], ["To pay", "First", "To pay"]);

    let badges = |picture: &Answer| picture.all("#pass-board .wh .badge");
    assert_eq!(badges(&lunch.pass().await), plain);
    let before = lunch.revision().await;
    let told = lunch.cook.post(&priority, &[]).await;
    told.must_be(StatusCode::NO_CONTENT);
    assert_ne!(lunch.revision().await, before);
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-board .t"), ["T3", "T4"]);
    assert_eq!(badges(&picture), first);

    // It is the kitchen's to hurry: the drinks that are ready say what they wait for.
    lunch.bumps("Bar", order).await;
    let picture = lunch.pass().await;
    let badges_ready = picture.all("#pass-ready .wh .badge");
    assert_eq!(badges_ready, ["1 of 2 ready", "First", "To pay"]);
    assert_eq!(badges(&picture), first);

    let told = lunch.cook.delete(&priority).await;
    told.must_be(StatusCode::NO_CONTENT);
    assert_eq!(badges(&lunch.pass().await), plain);

    let told = lunch.cook.post(&priority, &[]).await;
    told.must_be(StatusCode::NO_CONTENT);
    lunch.bumps("Kitchen", order).await;
    let picture = lunch.pass().await;
    assert_eq!(
        picture.all("#pass-ready .wh .badge"),
        ["Ready", "To pay"],
        "nothing is left to be made first"
    );
}

#[tokio::test]
async fn a_takeaway_is_handed_over_by_name_and_says_whether_it_is_paid() {
    let mut lunch = Lunch::begins().await;
    let order = OrderId::new();
    let form = [("kind", "takeaway"), ("name", "Nakato")];
    lunch
        .till
        .put(&format!("/orders/{order}"), &form)
        .await
        .must_be(StatusCode::OK);
    lunch
        .till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::OK);
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    lunch.bumps("Bar", order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-ready .t"), "TA 2");
    assert!(picture.one("#pass-ready .wh").contains("Nakato"));
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "To pay"]);
    assert_eq!(picture.one("#pass-ready button"), "Handed over");

    // Paid and made, so the order is closed: it still waits for its guest.
    lunch.pays(order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "Paid"]);
    let served = lunch.taps_served().await;
    assert_eq!(served.notice(), "Takeaway 2 handed over to Nakato.");
    assert_eq!(lunch.states(order).await, ["served"]);
    let floor = lunch.till.get("/ready").await.must_be(StatusCode::OK);
    assert!(floor.all("#ready-list [id^=rl-]").is_empty());
}

#[tokio::test]
async fn the_till_shows_for_whom_a_takeaway_is_and_rings_for_what_is_ready_later() {
    let mut lunch = Lunch::begins().await;
    let order = OrderId::new();
    let form = [("kind", "takeaway"), ("name", "Nakato")];
    lunch
        .till
        .put(&format!("/orders/{order}"), &form)
        .await
        .must_be(StatusCode::OK);
    for product in ["Espresso", "Chips"] {
        lunch.till.tap(order, product).await.must_be(StatusCode::OK);
    }
    lunch
        .till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    lunch.bumps("Bar", order).await;
    let first = lunch.till.get("/floor").await.must_be(StatusCode::OK);
    assert!(
        first
            .one("#ready-strip small")
            .starts_with("Nakato · Espresso")
    );
    let deed = first.attributes("#ready-strip button", "aria-label");
    assert_eq!(deed, ["Handed over: Takeaway 2"]);
    lunch.house.hand.advance(time::Duration::minutes(1));
    lunch.bumps("Kitchen", order).await;
    let both = lunch.till.get("/ready").await.must_be(StatusCode::OK);
    let mark = |screen: &Answer| -> i64 {
        let mark = screen.attributes("[data-ready]", "data-ready").remove(0);
        let (of, at) = mark.rsplit_once('-').expect("a mark");
        assert_eq!(of, order.to_string());
        at.parse().expect("milliseconds")
    };
    assert!(mark(&both) > mark(&first), "something newly waits");

    // Carrying a part of it out is no news.
    let lines = "SELECT id FROM order_lines WHERE order_id = $1 AND name = 'Espresso'";
    let line: uuid::Uuid = lunch
        .house
        .row(lines, [order.into()])
        .await
        .try_get("", "id")
        .expect("a line");
    let line = line.to_string();
    let form = [("line", line.as_str()), ("from", "ready")];
    lunch
        .till
        .post(&format!("/orders/{order}/servings"), &form)
        .await
        .must_be(StatusCode::NO_CONTENT);
    let rest = lunch.till.get("/orders").await.must_be(StatusCode::OK);
    assert_eq!(mark(&rest), mark(&both));
}

#[tokio::test]
async fn a_second_tap_and_a_second_hand_serve_nothing_more_and_are_told_so() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, lines) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = lines.iter().map(|line| ("line", line.as_str())).collect();
    let nervous = key();
    for _ in 0..2 {
        let served = lunch
            .expo
            .change(Method::POST, &path, &form, &nervous)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(served.notice(), "Table 3 served.");
        assert!(undo_of(&served).contains("/servings/"));
    }
    let mut other = lunch.house.person(CASHIER).await;
    let second = other.post(&path, &form).await.must_be(StatusCode::OK);
    assert_eq!(second.notice(), "Table 3 was already served.");
    assert!(second.all("hx-partial button").is_empty());
    for (sql, times) in [
        ("SELECT count(*) FROM servings", 1),
        (
            "SELECT count(*) FROM audit_log WHERE deed = 'order.served'",
            1,
        ),
    ] {
        assert_eq!(lunch.house.number(sql).await, times, "{sql}");
    }
}

#[tokio::test]
async fn many_hands_at_once_serve_once() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, lines) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = lines.iter().map(|line| ("line", line.as_str())).collect();
    let mut hands = Vec::new();
    for _ in 0..4 {
        hands.push(lunch.expo.clone());
        hands.push(lunch.till.clone());
    }
    let taps = hands.iter_mut().map(|hand| hand.post(&path, &form));
    let answers = futures_util::future::join_all(taps).await;
    let mut said: Vec<String> = answers
        .into_iter()
        .map(|answer| answer.must_be(StatusCode::OK).notice())
        .collect();
    said.sort();
    said.dedup_by(|a, b| a == b && b == "Table 3 was already served.");
    assert_eq!(said, ["Table 3 served.", "Table 3 was already served."]);
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 1);
}

#[tokio::test]
async fn only_what_was_seen_is_served() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let (path, seen) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = seen.iter().map(|line| ("line", line.as_str())).collect();
    lunch.bumps("Kitchen", lunch.order).await;
    lunch.expo.post(&path, &form).await.must_be(StatusCode::OK);
    assert_eq!(lunch.states(lunch.order).await, ["ready", "served"]);

    // And what the kitchen took back meanwhile is refused with its name.
    let (path, seen) = deed_of(&lunch.pass().await);
    let form: Vec<(&str, &str)> = seen.iter().map(|line| ("line", line.as_str())).collect();
    lunch.recalls("Kitchen", lunch.order).await;
    let refused = lunch.expo.post(&path, &form).await;
    let refused = refused.must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Chips is not ready yet.");
}

#[tokio::test]
async fn a_serving_is_taken_back_in_place_from_the_bar_and_from_the_list() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    assert_eq!(
        lunch
            .pass()
            .await
            .attributes("#pass-recall button", "disabled")
            .len(),
        1
    );
    let list = format!("/pass/{}/servings", lunch.pass);
    for place in ["toast", "bar", "list"] {
        let served = lunch.taps_served().await;
        let shown = lunch.expo.fragment(&list).await.must_be(StatusCode::OK);
        assert_eq!(shown.one("#recall-list b"), "Table 3");
        assert!(
            shown
                .one("#recall-list small")
                .starts_with("By Pass display")
        );
        let path = match place {
            "toast" => undo_of(&served),
            "bar" => lunch
                .pass()
                .await
                .attributes("#pass-recall button", "hx-delete")
                .remove(0),
            _ => shown
                .attributes("#recall-list button", "hx-delete")
                .remove(0),
        };
        let back = lunch.expo.delete(&path).await.must_be(StatusCode::OK);
        assert_eq!(back.notice(), "Table 3 is back on the pass.", "{place}");
        assert_eq!(
            back.one("#recall-list, [hx-target='#recall-list'] h3"),
            "Nothing to recall"
        );
        assert_eq!(lunch.states(lunch.order).await, ["sent", "ready"]);
        let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
        assert_eq!(refused.notice(), "Table 3 is back on the pass already.");
    }
    let taken_back = "SELECT count(*) FROM audit_log WHERE deed = 'order.serving_taken_back'";
    assert_eq!(lunch.house.number(taken_back).await, 3);
}

#[tokio::test]
async fn the_same_key_takes_back_once() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    let key = key();
    for _ in 0..2 {
        let back = lunch.expo.change(Method::DELETE, &path, &[], &key).await;
        assert_eq!(
            back.must_be(StatusCode::OK).notice(),
            "Table 3 is back on the pass."
        );
    }
    let taken_back = "SELECT count(*) FROM audit_log WHERE deed = 'order.serving_taken_back'";
    assert_eq!(lunch.house.number(taken_back).await, 1);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_what_was_served_stays_served() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    lunch.house.hand.advance(time::Duration::minutes(14));
    let recall = "#pass-recall button[hx-delete]";
    assert_eq!(lunch.pass().await.all(recall), ["Recall"]);
    lunch.house.hand.advance(time::Duration::minutes(2));
    assert!(lunch.pass().await.all(recall).is_empty());
    let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("more than 15 minutes ago"),
        "{}",
        refused.notice()
    );
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);

    cafe_pos::pass::forget_old(&lunch.house.db, lunch.house.app.clock().now())
        .await
        .expect("forgotten");
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 1);
    lunch.house.hand.advance(time::Duration::days(2));
    cafe_pos::pass::forget_old(&lunch.house.db, lunch.house.app.clock().now())
        .await
        .expect("forgotten");
    assert_eq!(lunch.house.number("SELECT count(*) FROM servings").await, 0);
}

#[tokio::test]
async fn what_the_kitchen_took_back_after_serving_is_no_longer_the_serving_s() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    lunch.recalls("Bar", lunch.order).await;
    let refused = lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().starts_with("Nothing of this is served"),
        "{}",
        refused.notice()
    );
    // Made and carried out again, by somebody else: that is another serving.
    lunch.bumps("Bar", lunch.order).await;
    lunch
        .till
        .post(&format!("/orders/{}/servings", lunch.order), &[])
        .await
        .must_be(StatusCode::OK);
    lunch.expo.delete(&path).await.must_be(StatusCode::CONFLICT);
    assert_eq!(lunch.states(lunch.order).await, ["sent", "served"]);
}

#[tokio::test]
async fn a_closed_order_waits_at_the_pass_until_it_is_let_go_and_stays_closed() {
    let mut lunch = Lunch::begins().await;
    let order = lunch.order;
    lunch.pays(order).await;
    for station in ["Bar", "Kitchen"] {
        lunch.bumps(station, order).await;
    }
    let closed =
        format!("SELECT count(*) FROM orders WHERE id = '{order}' AND closed_at IS NOT NULL");
    assert_eq!(lunch.house.number(&closed).await, 1);
    let path = undo_of(&lunch.taps_served().await);
    lunch.expo.delete(&path).await.must_be(StatusCode::OK);
    assert_eq!(lunch.house.number(&closed).await, 1);
    let picture = lunch.pass().await;
    assert_eq!(picture.all("#pass-ready .badge"), ["Ready", "Paid"]);

    // A recall puts it back on the board, and here under "In progress"; it stays closed.
    lunch.recalls("Bar", order).await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "1 ready1 in progress");
    assert_eq!(lunch.house.number(&closed).await, 1);
    lunch.bumps("Bar", order).await;

    lunch.house.hand.advance(time::Duration::minutes(29));
    assert_eq!(lunch.pass().await.all("#pass-ready .pcard").len(), 1);
    lunch.house.hand.advance(time::Duration::minutes(2));
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-counts"), "0 ready0 in progress");
}

#[tokio::test]
async fn held_lines_are_named_and_struck_out_ones_are_not() {
    let mut lunch = Lunch::begins().await;
    let order = lunch.order;
    lunch
        .till
        .tap(order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    lunch
        .house
        .execute(
            "UPDATE order_lines SET held = true WHERE state = 'unsent' AND order_id = $1",
            [order.into()],
        )
        .await;
    let picture = lunch.pass().await;
    assert_eq!(picture.one("#pass-board .held"), "Held Chapati");
    for sql in [
        "UPDATE ticket_lines SET voided_at = now() WHERE name LIKE 'Chips%'",
        "UPDATE order_lines SET state = 'voided', voided_at = now() WHERE name LIKE 'Chips%'",
    ] {
        lunch.house.execute(sql, []).await;
    }
    let picture = lunch.pass().await;
    assert_eq!(parts(&picture), ["Bar0 of 1New"]);
    assert_eq!(
        picture.all("#pass-board .items"),
        ["Waits for Espresso", "Held Chapati"]
    );
}

#[tokio::test]
async fn whoever_takes_orders_and_the_display_of_the_pass_may() {
    let mut lunch = Lunch::begins().await;
    lunch.bumps("Bar", lunch.order).await;
    let board = lunch.board();
    let (serve, list) = (
        lunch.serve_at(lunch.order),
        format!("/pass/{}/servings", lunch.pass),
    );
    let stream = format!("/api/realtime/stream?view=board&station={}", lunch.pass);
    let house = &lunch.house;
    let allowed = [
        (house.person(ADMIN).await, true),
        (house.person(MANAGER).await, true),
        (house.person(CASHIER).await, true),
        (house.till(WAITER, "Till 1").await, true),
        (lunch.expo.clone(), true),
        (house.person(COOK).await, false),
        (house.person(BARTENDER).await, false),
        (lunch.cook.clone(), false),
    ];
    for (number, (mut device, may)) in allowed.into_iter().enumerate() {
        let expected = match may {
            true => StatusCode::OK,
            false => StatusCode::FORBIDDEN,
        };
        let told = [
            device.get(&board).await.status,
            device.fragment(&list).await.status,
            device.open(&stream).await.status(),
        ];
        assert_eq!(told, [expected; 3], "device {number}");
        let served = device.post(&serve, &[]).await.must_be(expected);
        if may {
            let mut manager = house.person(MANAGER).await;
            manager
                .delete(&undo_of(&served))
                .await
                .must_be(StatusCode::OK);
        }
    }
    assert_eq!(lunch.states(lunch.order).await, ["sent", "ready"]);
    // No other station is a pass, for whoever may.
    let kitchen: StationId = house.id("stations", "name", "Kitchen").await;
    let elsewhere = format!("/pass/{kitchen}/orders/{}/servings", lunch.order);
    let mut manager = house.person(MANAGER).await;
    manager
        .post(&elsewhere, &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
    // Its display has no till: it takes no orders and bumps no tickets.
    let sends = format!("/orders/{}/sends", lunch.order);
    lunch
        .expo
        .post(&sends, &[])
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let bump = format!(
        "/kitchen/tickets/{}/bump",
        lunch.ticket("Kitchen", lunch.order).await
    );
    lunch
        .expo
        .post(&bump, &[])
        .await
        .must_be(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_serving_belongs_to_its_pass() {
    let mut lunch = Lunch::begins().await;
    let other = StationId::new();
    lunch
        .house
        .execute(
            "INSERT INTO stations (id, name, kind, sort, soon_after_s, late_after_s) VALUES ($1, 'Garden pass', 'expo', 9, 60, 120)",
            [other.into()],
        )
        .await;
    lunch.bumps("Bar", lunch.order).await;
    let path = undo_of(&lunch.taps_served().await);
    let mut manager = lunch.house.person(MANAGER).await;
    let elsewhere = path.replace(&lunch.pass.to_string(), &other.to_string());
    manager
        .delete(&elsewhere)
        .await
        .must_be(StatusCode::NOT_FOUND);
    let list = manager.fragment(&format!("/pass/{other}/servings")).await;
    assert!(
        list.must_be(StatusCode::OK)
            .all("#recall-list b")
            .is_empty()
    );
    // The display hangs at one pass and serves at no other.
    let serve = format!("/pass/{other}/orders/{}/servings", lunch.order);
    for path in [elsewhere.as_str(), serve.as_str()] {
        let answer = match path == serve {
            true => lunch.expo.post(path, &[]).await,
            false => lunch.expo.delete(path).await,
        };
        answer.must_be(StatusCode::FORBIDDEN);
    }
    manager.delete(&path).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn the_display_of_the_pass_goes_to_it_by_itself() {
    let mut lunch = Lunch::begins().await;
    let board = lunch.board();
    for path in ["/", "/kitchen"] {
        let answer = lunch.expo.get(path).await.must_be(StatusCode::SEE_OTHER);
        let to = answer.header("location").to_owned();
        assert!(to == board || to == "/kitchen", "{path} leads to {to}");
    }
    let mut waiter = lunch.house.person(WAITER).await;
    let ready = waiter.get("/ready").await.must_be(StatusCode::OK);
    assert_eq!(ready.attributes("main a[href='/kitchen']", "href").len(), 1);
    let boards = waiter.get("/kitchen").await.must_be(StatusCode::OK);
    assert_eq!(boards.attributes("main li a", "href"), [board]);
}

#[tokio::test]
async fn every_screen_of_the_pass_is_redrawn() {
    let mut lunch = Lunch::begins().await;
    let query = format!("view=board&station={}", lunch.pass);
    let mut wall = Screen::of(&lunch.expo, &query).await;
    wall.shows("0 of 2").await;
    lunch.bumps("Bar", lunch.order).await;
    wall.shows("1 of 3 ready").await;
    let served = lunch.taps_served().await;
    wall.shows("Nothing waits").await;
    let undo = undo_of(&served);
    lunch.expo.delete(&undo).await.must_be(StatusCode::OK);
    wall.shows("1 of 3 ready").await;
    lunch.pays(lunch.order).await;
    wall.shows(">Paid<").await;
}

#[tokio::test]
async fn an_order_that_grows_late_is_redrawn_without_anybody_touching_it() {
    let mut lunch = Lunch::begins().await;
    let query = format!("view=board&station={}", lunch.pass);
    let mut wall = Screen::of(&lunch.expo, &query).await;
    wall.shows("data-age=\"new\"").await;
    let picture = lunch.pass().await;
    let seconds = |name| -> i64 {
        let text = picture.attributes("#pass-board .pcard", name).remove(0);
        text.parse().expect("seconds")
    };
    // By its slowest line: the chips, not the espresso.
    let chips = "SELECT prep_seconds FROM products WHERE name = 'Chips'";
    assert_eq!(seconds("data-late"), lunch.house.number(chips).await);
    let (soon, late) = (seconds("data-soon"), seconds("data-late"));
    lunch.house.hand.advance(time::Duration::seconds(soon));
    wall.shows("data-age=\"soon\"").await;
    lunch
        .house
        .hand
        .advance(time::Duration::seconds(late - soon));
    wall.shows("data-age=\"late\"").await;
    assert_eq!(
        lunch.pass().await.one("#pass-counts"),
        "0 ready1 in progress1 late"
    );
}

#[tokio::test]
async fn the_revision_moves_whenever_the_picture_may_differ() {
    let mut lunch = Lunch::begins().await;
    let order = lunch.order;
    let mut seen = vec![lunch.revision().await];
    let mut moved = async |lunch: &Lunch, what: &str| {
        let revision = lunch.revision().await;
        assert!(!seen.contains(&revision), "{what} does not move it");
        assert_eq!(revision, lunch.revision().await, "{what}: it rests");
        seen.push(revision);
    };
    let ticket = lunch.ticket("Kitchen", order).await;
    lunch
        .cook
        .post(&format!("/kitchen/tickets/{ticket}/start"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    moved(&lunch, "starting").await;
    lunch.bumps("Bar", order).await;
    moved(&lunch, "a bump").await;
    let served = lunch.taps_served().await;
    moved(&lunch, "serving").await;
    let undo = undo_of(&served);
    lunch.expo.delete(&undo).await.must_be(StatusCode::OK);
    moved(&lunch, "taking back").await;
    lunch
        .till
        .tap(order, "Chapati")
        .await
        .must_be(StatusCode::OK);
    lunch
        .house
        .execute(
            "UPDATE stations SET name = 'Hot kitchen' WHERE name = 'Kitchen'",
            [],
        )
        .await;
    moved(&lunch, "another name of a station").await;
    lunch
        .house
        .execute(
            "UPDATE stations SET name = 'Kitchen' WHERE name = 'Hot kitchen'",
            [],
        )
        .await;
    lunch.house.hand.advance(time::Duration::seconds(20));
    moved(&lunch, "being no longer new").await;
    lunch.pays(order).await;
    moved(&lunch, "paying").await;
    lunch.bumps("Kitchen", order).await;
    moved(&lunch, "closing").await;
    lunch.house.hand.advance(time::Duration::minutes(31));
    moved(&lunch, "letting go").await;
}

//! Delivery receipts: what a waiter learns of what was sent, the alarm when no screen shows it, and who else is on an order.

use std::time::Duration as Pause;

use cafe_pos::data::{By, Tx};
use cafe_pos::kitchen::receipts::{self, UnseenView};
use cafe_pos::live::View;
use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};
use time::Duration;
use uuid::Uuid;

use super::house::*;
use super::live::Screen;

/// A café in which Moses has sent chips and an espresso from table 3, and nobody has looked at a board yet.
struct Rush {
    house: House,
    till: Device,
    cook: Device,
    order: OrderId,
}

impl Rush {
    async fn begins() -> Rush {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        Rush {
            till,
            cook: house.display("Kitchen display").await,
            order,
            house,
        }
    }

    async fn ticket(&self, station: &str) -> Uuid {
        let sql = "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE s.name = $1 AND t.order_id = $2";
        let row = self
            .house
            .row(sql, [station.into(), self.order.into()])
            .await;
        row.try_get("", "id").expect("a ticket")
    }

    /// What the order's panel says of each station.
    async fn receipts(&mut self) -> Vec<String> {
        let page = self.till.get(&format!("/orders/{}", self.order)).await;
        page.all("#order-receipts > span")
    }

    /// A display at the kitchen does something with its ticket.
    async fn cook_says(&mut self, deed: &str) {
        let path = format!("/kitchen/tickets/{}/{deed}", self.ticket("Kitchen").await);
        let done = self.cook.post(&path, &[]).await;
        assert!(done.status.is_success(), "{deed}: {}", done.status);
    }

    async fn after(&self, seconds: i64) -> usize {
        self.house.hand.advance(Duration::seconds(seconds));
        raised(&self.house).await
    }

    /// What the alarm of all tills shows.
    async fn alarm(&self) -> Answered {
        Answered(UnseenView.draw(&self.house.app).await.expect("a picture"))
    }
}

/// Has the program look for tickets that no screen shows; answers how many are news.
async fn raised(house: &House) -> usize {
    let now = house.app.clock().now();
    let is_one = receipts::is_one_overdue(&house.db, now).await.unwrap();
    let raised = house
        .app
        .write_unkeyed(By::system(), async |tx: &mut Tx| {
            receipts::raise_alarms(tx).await
        })
        .await
        .unwrap();
    assert_eq!(is_one, !raised.is_empty());
    raised.len()
}

struct Answered(String);

impl Answered {
    fn says(&self, station: &str) -> bool {
        self.0
            .contains(&format!("No screen at {station} shows Table 3."))
    }
}

#[tokio::test]
async fn the_waiter_sees_how_far_each_station_is() {
    let mut rush = Rush::begins().await;
    let both = rush.receipts().await;
    assert!(both[0].starts_with("Kitchen Sent "), "{both:?}");
    assert!(both[1].starts_with("Bar Sent "), "{both:?}");
    for (deed, says) in [
        ("shown", "Kitchen On screen "),
        ("start", "Kitchen Started "),
        ("bump", "Kitchen Ready "),
    ] {
        rush.cook_says(deed).await;
        let receipts = rush.receipts().await;
        assert!(receipts[0].starts_with(says), "{receipts:?}");
        assert!(receipts[1].starts_with("Bar Sent "), "{receipts:?}");
    }
    // What was carried out is no station's business any more.
    let serve = format!("/orders/{}/servings", rush.order);
    rush.till.post(&serve, &[]).await.must_be(StatusCode::OK);
    assert_eq!(rush.receipts().await.len(), 1);
}

#[tokio::test]
async fn what_no_screen_shows_for_ten_seconds_is_told_to_the_tablet_that_sent_it() {
    let mut rush = Rush::begins().await;
    let mut floor = Screen::of(&rush.till, "view=floor").await;
    rush.cook_says("shown").await;
    assert_eq!(rush.after(9).await, 0, "not before its time");
    assert_eq!(rush.after(1).await, 1, "the bar's: the kitchen's was shown");
    assert_eq!(rush.after(1).await, 0, "once");
    let ticket = rush.ticket("Bar").await;
    floor.shows(&format!("id=\"unseen-{ticket}\"")).await;
    let terminal = rush.house.terminal("Floor tablet").await;
    let alarm = rush.alarm().await;
    assert!(alarm.says("Bar") && !alarm.says("Kitchen"), "{}", alarm.0);
    assert!(alarm.0.contains(&format!("data-sent-from=\"{terminal}\"")));
    let moses: Uuid = rush.house.id("staff", "username", WAITER).await;
    assert!(alarm.0.contains(&format!("data-sent-by=\"{moses}\"")));
    let receipts = rush.receipts().await;
    assert!(
        receipts[1].starts_with("Bar On no screen since "),
        "{receipts:?}"
    );
    let logged = "SELECT count(*) FROM audit_log WHERE deed = 'ticket.unseen'";
    assert_eq!(rush.house.number(logged).await, 1);

    // A screen comes back, and shows it.
    let mut bar = rush.house.display("Bar display").await;
    bar.post(&format!("/kitchen/tickets/{ticket}/shown"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    floor
        .shows("hx-target=\"#unseen\" hx-swap=\"innerMorph\"></hx-partial>")
        .await;
    assert!(rush.receipts().await[1].starts_with("Bar On screen "));
}

#[tokio::test]
async fn an_addition_that_no_screen_shows_raises_an_alarm_of_its_own_at_whoever_added() {
    let mut rush = Rush::begins().await;
    rush.cook_says("shown").await;
    rush.cook_says("start").await;
    let mut joan = rush.house.till(OTHER_WAITER, "Till 1").await;
    rush.house.hand.advance(Duration::minutes(5));
    joan.tap(rush.order, "Chips").await.must_be(StatusCode::OK);
    joan.hand_over_to_kitchen(rush.order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(raised(&rush.house).await, 1, "the bar's old one alone");
    assert_eq!(rush.after(10).await, 1);
    let from = rush.house.terminal("Till 1").await;
    let alarm = rush.alarm().await;
    assert!(alarm.says("Kitchen"));
    assert!(alarm.0.contains(&format!("data-sent-from=\"{from}\"")));
    rush.cook_says("shown").await;
    assert!(!rush.alarm().await.says("Kitchen"));
}

#[tokio::test]
async fn whoever_has_told_the_station_says_so_once_and_the_alarm_ends() {
    let mut rush = Rush::begins().await;
    let ticket = rush.ticket("Kitchen").await;
    let told = format!("/kitchen/tickets/{ticket}/told");
    // Nothing was wrong yet: nothing is noted.
    rush.till.post(&told, &[]).await.must_be(StatusCode::OK);
    assert_eq!(rush.after(10).await, 2);
    for username in [COOK, BARTENDER] {
        let mut other = rush.house.person(username).await;
        other.post(&told, &[]).await.must_be(StatusCode::FORBIDDEN);
    }
    let headers = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    let bare = rush
        .till
        .send(Method::POST, &told, Some(String::new()), &headers)
        .await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST, "without a key");
    assert!(rush.alarm().await.says("Kitchen"));

    let key = key();
    for _ in 0..2 {
        let answer = rush.till.change(Method::POST, &told, &[], &key).await;
        let picture = answer.must_be(StatusCode::OK);
        assert!(!picture.text.contains("No screen at Kitchen"));
        assert!(picture.text.contains("No screen at Bar"));
    }
    assert!(rush.receipts().await[0].starts_with("Kitchen Told "));
    let logged = "SELECT count(*) FROM audit_log a JOIN staff s ON s.id = a.staff_id WHERE deed = 'ticket.told'";
    assert_eq!(rush.house.number(logged).await, 1);
    assert_eq!(rush.after(60).await, 0, "it is not raised again");
    // A screen that shows it after all says more than a word did.
    rush.cook_says("shown").await;
    assert!(rush.receipts().await[0].starts_with("Kitchen On screen "));
    let nowhere = format!("/kitchen/tickets/{}/told", Uuid::now_v7());
    rush.till
        .post(&nowhere, &[])
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_done_or_kept_back_or_of_a_station_without_a_screen_raises_no_alarm() {
    let mut rush = Rush::begins().await;
    rush.cook_says("bump").await;
    rush.house
        .execute("UPDATE stations SET watched = false WHERE name = 'Bar'", [])
        .await;
    let held = rush.till.sit_down("4", "2").await;
    rush.till.tap(held, "Chips").await.must_be(StatusCode::OK);
    rush.till
        .post(&format!("/orders/{held}/courses/1/hold"), &[])
        .await
        .must_be(StatusCode::OK);
    rush.till
        .hand_over_to_kitchen(held)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(rush.after(30).await, 0);
    // Fired, it has to be seen.
    rush.till
        .post(&format!("/orders/{held}/courses/1/fire"), &[])
        .await
        .must_be(StatusCode::OK);
    assert_eq!(rush.after(9).await, 0);
    assert_eq!(rush.after(1).await, 1);
}

#[tokio::test]
async fn a_void_that_no_screen_shows_raises_an_alarm_at_whoever_struck_it_out() {
    let mut rush = Rush::begins().await;
    rush.cook_says("shown").await;
    assert_eq!(rush.after(30).await, 1, "the bar's");
    let sql = "SELECT id FROM order_lines WHERE order_id = $1 AND name = 'Chips'";
    let row = rush.house.row(sql, [rush.order.into()]).await;
    let chips: Uuid = row.try_get("", "id").expect("a line");
    let daniel: Uuid = rush.house.id("staff", "username", MANAGER).await;
    let mut joan = rush.house.till(OTHER_WAITER, "Till 1").await;
    let void = format!("/orders/{}/lines/{chips}/void", rush.order);
    let form = [
        ("chosen", "Entered wrongly"),
        ("approver", &*daniel.to_string()),
        ("password", "password123"),
    ];
    joan.post(&void, &form).await.must_be(StatusCode::OK);
    assert_eq!(rush.after(9).await, 0);
    assert_eq!(rush.after(1).await, 1, "the void");
    let from = rush.house.terminal("Till 1").await;
    let alarm = rush.alarm().await;
    assert!(alarm.says("Kitchen") && alarm.0.contains(&format!("data-sent-from=\"{from}\"")));
    rush.cook_says("shown").await;
    assert!(!rush.alarm().await.says("Kitchen"));
}

#[tokio::test]
async fn what_one_station_passes_on_to_the_next_is_still_the_tablets_that_sent_it() {
    let mut rush = Rush::begins().await;
    rush.house
        .execute(
            "UPDATE stations SET next_station_id = (SELECT id FROM stations WHERE name = 'Bar') WHERE name = 'Kitchen'",
            [],
        )
        .await;
    rush.house.hand.advance(Duration::minutes(5));
    rush.cook_says("bump").await;
    assert_eq!(rush.after(0).await, 1, "the bar's own");
    assert_eq!(rush.after(10).await, 1, "and what came from the kitchen");
    let from = rush.house.terminal("Floor tablet").await;
    let told = rush
        .alarm()
        .await
        .0
        .matches(&format!("data-sent-from=\"{from}\""))
        .count();
    assert_eq!(told, 2);
}

#[tokio::test]
async fn two_people_on_one_order_know_of_each_other_wherever_their_streams_are() {
    let rush = Rush::begins().await;
    let query = format!("view=order&order={}", rush.order);
    let mut first = Screen::of(&rush.till, &query).await;
    first.shows("Moses").await;
    // At another instance, and no message leads from there to here.
    let elsewhere = rush.house.another_instance();
    let joan = elsewhere.till(OTHER_WAITER, "Till 1").await;
    let mut second = Screen::of(&joan, &query).await;
    second.shows("Moses").await;
    first.shows("Joan").await;
    drop(first);
    // The other leaves the screen: what is left is Joan alone.
    let present = "SELECT count(*) FROM order_presence";
    for _ in 0..50 {
        if rush.house.number(present).await == 1 {
            break;
        }
        tokio::time::sleep(Pause::from_millis(100)).await;
    }
    assert_eq!(rush.house.number(present).await, 1);
    let mut third = Screen::of(&rush.till, &query).await;
    third.shows("Joan").await;
    // Her instance is killed, and says nothing more: half a minute later nobody believes that she is there.
    rush.house
        .execute(
            "UPDATE order_presence SET until = until - interval '31 s' WHERE staff_id = (SELECT id FROM staff WHERE username = $1)",
            [OTHER_WAITER.into()],
        )
        .await;
    let gone = cafe_pos::orders::OrderView {
        order: rush.order,
        pays: false,
    };
    let picture = gone.draw(&rush.house.app).await.unwrap();
    assert!(
        picture.contains("Moses") && !picture.contains("Joan"),
        "{picture}"
    );
}

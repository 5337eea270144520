//! What needs a manager, asked on the manager's own screen: agreed to once, used once, by nobody else and for nothing else.

use std::time::Duration;

use cafe_pos::live::View;
use cafe_pos::staff::requests::{AsksView, RequestsView};
use cafe_pos::values::{ApprovalId, OrderId};
use poem::http::{Method, StatusCode};

use super::house::*;

/// A waiter's table with two portions of chips that were sent, and a manager with a screen of their own.
struct Scene {
    house: House,
    till: Device,
    manager: Device,
    order: OrderId,
    void: String,
}

/// What stands in the form.
const FORM: [(&str, &str); 2] = [("quantity", "1"), ("chosen", "Entered wrongly")];

impl Scene {
    async fn open() -> Scene {
        let house = House::open().await;
        let mut till = house.till(WAITER, "Floor tablet").await;
        let order = till.sit_down("3", "2").await;
        for product in ["Chips", "Chips", "Espresso"] {
            till.tap(order, product).await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        let manager = house.person(MANAGER).await;
        let sql =
            format!("SELECT id FROM order_lines WHERE order_id = '{order}' AND name = 'Chips'");
        let line: uuid::Uuid = house.row(&sql, []).await.try_get("", "id").expect("an id");
        let void = format!("/orders/{order}/lines/{line}/void");
        Scene {
            house,
            till,
            manager,
            order,
            void,
        }
    }

    /// The waiter asks to strike one portion out.
    async fn ask(&mut self) -> String {
        let id = ApprovalId::new().to_string();
        let form = [&FORM[..], &[("ask", id.as_str())]].concat();
        let panel = self.till.post(&self.void, &form).await;
        let panel = panel.must_be(StatusCode::OK);
        assert_eq!(panel.attributes("input[name='asked']", "value"), [&*id]);
        assert!(panel.text.contains("hx-target=\"#approval\""));
        id
    }

    /// Somebody answers on their own screen.
    async fn answers(&self, device: &Device, id: &str, agree: &str) -> Answer {
        let form = [("agree", agree), ("note", "Only this once")];
        let path = format!("/approvals/{id}/answer");
        device.clone().post(&path, &form).await
    }

    async fn agrees(&self, id: &str) {
        self.answers(&self.manager, id, "yes")
            .await
            .must_be(StatusCode::OK);
    }

    /// The waiter's form, with what was asked.
    async fn void(&self, id: &str, key: &str) -> Answer {
        let form = [&FORM[..], &[("asked", id)]].concat();
        let mut till = self.till.clone();
        till.change(Method::POST, &self.void, &form, key).await
    }

    async fn voids(&self) -> i64 {
        self.house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'order.line_voided'")
            .await
    }

    async fn state(&self, id: &str) -> String {
        let sql = format!("SELECT state FROM approval_requests WHERE id = '{id}'");
        let row = self.house.row(&sql, []).await;
        row.try_get("", "state").expect("a state")
    }

    async fn deeds(&self, deed: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM audit_log WHERE deed = '{deed}'");
        self.house.number(&sql).await
    }
}

#[tokio::test]
async fn a_manager_agrees_on_their_own_screen_and_it_is_done_once_with_both_people_stored() {
    let mut scene = Scene::open().await;
    let sheet = scene.till.fragment(&scene.void).await;
    assert_eq!(
        sheet.attributes("#approval button[hx-vals]", "hx-post"),
        [&*scene.void],
        "{}",
        sheet.text
    );
    let id = scene.ask().await;
    assert_eq!(scene.voids().await, 0, "asking does nothing");
    let answer = format!("/approvals/{id}/answer");
    scene
        .till
        .fragment(&answer)
        .await
        .must_be(StatusCode::NO_CONTENT);
    let early = scene.void(&id, &key()).await.must_be(StatusCode::CONFLICT);
    assert!(early.notice().contains("Nobody has agreed yet"));

    let screen = scene.manager.get("/approvals").await;
    let screen = screen.must_be(StatusCode::OK);
    assert!(
        screen
            .one("#requests h2")
            .starts_with("Void 1 × Chips, UGX ")
    );
    assert!(
        screen
            .one("#requests h2")
            .ends_with(", on Table 3: Entered wrongly")
    );
    assert!(screen.one("#requests header").contains("Floor tablet"));
    let banner = AsksView.draw(&scene.house.app).await.expect("a picture");
    assert!(banner.contains("asks: </b>Void 1 × Chips"), "{banner}");

    scene.agrees(&id).await;
    let told = scene.till.fragment(&answer).await.must_be(StatusCode::OK);
    assert_eq!(told.attributes("[data-agreed]", "data-agreed"), [&*id]);
    assert!(told.text.contains("Only this once"));
    let waiting = RequestsView
        .draw(&scene.house.app)
        .await
        .expect("a picture");
    assert!(waiting.contains("Nobody asks for anything"));

    let key = key();
    for _ in 0..2 {
        scene.void(&id, &key).await.must_be(StatusCode::OK);
    }
    assert_eq!(
        (scene.voids().await, scene.state(&id).await),
        (1, "used".to_owned())
    );
    let sql = "SELECT concat_ws(' ', l.quantity, w.username, a.username, j.username, k.username) AS it FROM order_lines l \
               JOIN staff w ON w.id = l.voided_by JOIN staff a ON a.id = l.void_approved_by \
               JOIN audit_log e ON e.deed = 'order.line_voided' JOIN staff j ON j.id = e.staff_id JOIN staff k ON k.id = e.approver_id";
    let stored: String = scene
        .house
        .row(sql, [])
        .await
        .try_get("", "it")
        .expect("it");
    assert_eq!(stored, format!("1 {WAITER} {MANAGER} {WAITER} {MANAGER}"));
    assert_eq!(scene.deeds("approval.asked").await, 1);
    let sql = "SELECT count(*) FROM audit_log e JOIN staff s ON s.id = e.staff_id AND s.username = 'daniel' \
               WHERE e.deed = 'approval.given' AND e.after->>'asker' = (SELECT name FROM staff WHERE username = 'moses') \
                 AND e.after->>'asked_on' = 'Floor tablet'";
    assert_eq!(scene.house.number(sql).await, 1);
    let sql = "SELECT count(*) FROM audit_log e JOIN terminals t ON t.id = e.terminal_id WHERE e.deed = 'approval.asked' AND t.name = 'Floor tablet'";
    assert_eq!(scene.house.number(sql).await, 1);
}

#[tokio::test]
async fn asking_twice_asks_once_and_what_cannot_be_done_is_not_asked() {
    let mut scene = Scene::open().await;
    let (id, ask_key) = (ApprovalId::new().to_string(), key());
    let form = [&FORM[..], &[("ask", id.as_str())]].concat();
    for _ in 0..2 {
        let path = scene.void.clone();
        let asked = scene
            .till
            .change(Method::POST, &path, &form, &ask_key)
            .await;
        asked.must_be(StatusCode::OK);
    }
    // The dialog closed and opened again: the same is asked under another id, and stands already.
    let other = ApprovalId::new().to_string();
    let again = [&FORM[..], &[("ask", other.as_str())]].concat();
    let panel = scene.till.post(&scene.void, &again).await;
    assert_eq!(panel.attributes("input[name='asked']", "value"), [&*id]);
    let all = "SELECT count(*) FROM approval_requests";
    assert_eq!(scene.house.number(all).await, 1);
    assert_eq!(scene.deeds("approval.asked").await, 1);

    for (form, status) in [
        (vec![("quantity", "1")], StatusCode::UNPROCESSABLE_ENTITY),
        (
            vec![("quantity", "9"), ("chosen", "Entered wrongly")],
            StatusCode::CONFLICT,
        ),
    ] {
        let ask = ApprovalId::new().to_string();
        let form = [&form[..], &[("ask", ask.as_str())]].concat();
        let refused = scene.till.post(&scene.void, &form).await;
        assert_eq!(refused.status, status, "{}", refused.text);
    }
    assert_eq!(scene.house.number(all).await, 1);
    // The very key of the form is still free for the deed.
    scene.agrees(&id).await;
    scene.void(&id, &ask_key).await.must_be(StatusCode::OK);
    assert_eq!(scene.voids().await, 1);
}

#[tokio::test]
async fn an_approval_is_for_what_was_asked_and_for_whoever_asked() {
    let mut scene = Scene::open().await;
    let id = scene.ask().await;
    scene.agrees(&id).await;
    for changed in [
        [("quantity", "2"), ("chosen", "Entered wrongly")],
        [("quantity", "1"), ("chosen", "Sent twice")],
    ] {
        let form = [&changed[..], &[("asked", id.as_str())]].concat();
        let refused = scene.till.post(&scene.void, &form).await;
        let refused = refused.must_be(StatusCode::CONFLICT);
        assert!(
            refused
                .notice()
                .contains("What was agreed to is “Void 1 × Chips")
        );
    }
    let comp = scene.void.replace("/void", "/comp");
    let form = [&FORM[..], &[("asked", id.as_str())]].concat();
    let refused = scene.till.post(&comp, &form).await;
    refused.must_be(StatusCode::CONFLICT);
    // Guests moved: what was agreed to would not be what is done.
    let mut joan = scene.house.till(OTHER_WAITER, "Till 2").await;
    joan.post(&scene.void, &form)
        .await
        .must_be(StatusCode::NOT_FOUND);
    joan.fragment(&format!("/approvals/{id}/answer"))
        .await
        .must_be(StatusCode::NOT_FOUND);
    joan.delete(&format!("/approvals/{id}"))
        .await
        .must_be(StatusCode::NOT_FOUND);
    let table: uuid::Uuid = scene.house.id("dining_tables", "code", "4").await;
    let place = format!("/orders/{}/place", scene.order);
    joan.post(&place, &[("table", &table.to_string())])
        .await
        .must_be(StatusCode::OK);
    let refused = scene.void(&id, &key()).await;
    refused.must_be(StatusCode::CONFLICT);
    assert_eq!(
        (scene.voids().await, scene.state(&id).await),
        (0, "approved".to_owned())
    );
}

#[tokio::test]
async fn one_approval_is_one_deed_also_where_two_tills_race() {
    let mut scene = Scene::open().await;
    let id = scene.ask().await;
    scene.agrees(&id).await;
    let (one, other) = (key(), key());
    let (first, second) = tokio::join!(scene.void(&id, &one), scene.void(&id, &other));
    let mut told = [first.status, second.status];
    told.sort();
    assert_eq!(told, [StatusCode::OK, StatusCode::CONFLICT]);
    let late = scene.void(&id, &key()).await.must_be(StatusCode::CONFLICT);
    assert!(late.notice().contains("used already"), "{}", late.text);
    assert_eq!(scene.voids().await, 1);
}

#[tokio::test]
async fn what_was_refused_withdrawn_or_is_too_old_is_not_done() {
    let mut scene = Scene::open().await;
    let id = scene.ask().await;
    let answer = format!("/approvals/{id}/answer");
    scene
        .answers(&scene.manager, &id, "no")
        .await
        .must_be(StatusCode::OK);
    let told = scene.till.fragment(&answer).await.must_be(StatusCode::OK);
    assert!(told.text.contains("did not agree."), "{}", told.text);
    assert!(told.text.contains("“Only this once”"), "{}", told.text);
    assert_eq!(
        told.attributes("button[hx-vals]", "hx-post"),
        [&*scene.void]
    );
    let refused = scene.void(&id, &key()).await.must_be(StatusCode::CONFLICT);
    assert!(refused.notice().contains("did not agree"));
    assert_eq!(scene.deeds("approval.refused").await, 1);

    let id = scene.ask().await;
    let path = format!("/approvals/{id}");
    for _ in 0..2 {
        let fields = scene.till.delete(&path).await.must_be(StatusCode::OK);
        assert_eq!(
            fields.attributes("button[hx-vals]", "hx-post"),
            [&*scene.void]
        );
    }
    assert_eq!(scene.deeds("approval.withdrawn").await, 1);
    let late = scene.answers(&scene.manager, &id, "yes").await;
    assert!(
        late.must_be(StatusCode::CONFLICT)
            .notice()
            .contains("withdrawn")
    );
    let refused = scene.void(&id, &key()).await.must_be(StatusCode::CONFLICT);
    assert!(refused.notice().contains("withdrawn"));

    let (waiting, agreed) = (scene.ask().await, "agreed");
    assert_eq!(scene.state(&waiting).await, "waiting", "{agreed}");
    scene.agrees(&waiting).await;
    scene.house.hand.advance(time::Duration::minutes(11));
    let refused = scene.void(&waiting, &key()).await;
    assert!(
        refused
            .must_be(StatusCode::CONFLICT)
            .notice()
            .contains("10 minutes ago")
    );
    let id = scene.ask().await;
    scene.house.hand.advance(time::Duration::minutes(11));
    let late = scene.answers(&scene.manager, &id, "yes").await;
    late.must_be(StatusCode::CONFLICT);
    let told = scene
        .till
        .fragment(&format!("/approvals/{id}/answer"))
        .await;
    assert!(told.text.contains("Nobody answered within 10 minutes."));
    let picture = RequestsView
        .draw(&scene.house.app)
        .await
        .expect("a picture");
    assert!(picture.contains("Nobody asks for anything"), "{picture}");
    assert_eq!(scene.voids().await, 0);
}

#[tokio::test]
async fn whoever_may_not_approve_any_more_has_not_approved() {
    for change in [
        "role = 'cashier'",
        "active = false",
        "must_change_password = true",
    ] {
        let mut scene = Scene::open().await;
        let id = scene.ask().await;
        scene.agrees(&id).await;
        let sql = format!("UPDATE staff SET {change} WHERE username = '{MANAGER}'");
        scene.house.execute(&sql, []).await;
        let refused = scene.void(&id, &key()).await.must_be(StatusCode::CONFLICT);
        assert!(
            refused.notice().contains("may not approve any more"),
            "{change}"
        );
        assert_eq!(scene.voids().await, 0, "{change}");
    }
}

#[tokio::test]
async fn nobody_answers_themselves_and_only_managers_answer() {
    let mut scene = Scene::open().await;
    let id = scene.ask().await;
    for person in [WAITER, CASHIER, OTHER_WAITER, COOK] {
        let device = scene.house.person(person).await;
        let refused = scene.answers(&device, &id, "yes").await;
        refused.must_be(StatusCode::FORBIDDEN);
    }
    // A manager asks for an admin's.
    let mut manager = scene.manager.clone();
    let own = ApprovalId::new().to_string();
    let form = [&FORM[..], &[("ask", own.as_str())]].concat();
    manager
        .post(&scene.void, &form)
        .await
        .must_be(StatusCode::OK);
    let refused = scene.answers(&manager, &own, "yes").await;
    assert!(
        refused
            .must_be(StatusCode::FORBIDDEN)
            .notice()
            .contains("Somebody else approves")
    );
    let denied = "SELECT count(*) FROM audit_log a JOIN staff s ON s.id = a.staff_id WHERE a.deed = 'approval.denied' \
                  AND s.username = 'daniel' AND a.after ->> 'name' = s.name AND a.after ->> 'deed' = 'orders.void'";
    assert_eq!(scene.house.number(denied).await, 1);
    let admin = scene.house.person(ADMIN).await;
    let twice = key();
    for _ in 0..2 {
        let path = format!("/approvals/{own}/answer");
        let mut admin = admin.clone();
        let answer = admin
            .change(Method::POST, &path, &[("agree", "yes")], &twice)
            .await;
        answer.must_be(StatusCode::OK);
    }
    let late = scene
        .answers(&scene.house.person(OTHER_MANAGER).await, &own, "no")
        .await;
    assert!(
        late.must_be(StatusCode::CONFLICT)
            .notice()
            .contains("has answered already")
    );
    assert_eq!(scene.state(&own).await, "approved");
    scene
        .answers(&admin, &uuid::Uuid::now_v7().to_string(), "yes")
        .await
        .must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pin_on_the_device_is_the_way_round_and_ends_what_waits() {
    let mut scene = Scene::open().await;
    let id = scene.ask().await;
    let manager: uuid::Uuid = scene.house.id("staff", "username", MANAGER).await;
    let manager = manager.to_string();
    let with = |password: &'static str| {
        let more = [
            ("asked", id.as_str()),
            ("approver", manager.as_str()),
            ("password", password),
        ];
        [&FORM[..], &more].concat()
    };
    for _ in 0..5 {
        let wrong = scene.till.post(&scene.void, &with("not hers at all")).await;
        wrong.must_be(StatusCode::FORBIDDEN);
    }
    let locked = scene.till.post(&scene.void, &with("password123")).await;
    locked.must_be(StatusCode::LOCKED);
    assert_eq!(
        (scene.voids().await, scene.state(&id).await),
        (0, "waiting".to_owned())
    );
    scene.house.execute("DELETE FROM sign_in_locks", []).await;
    scene
        .house
        .execute("DELETE FROM sign_in_failures", [])
        .await;
    let done = scene.till.post(&scene.void, &with("password123")).await;
    done.must_be(StatusCode::OK);
    assert_eq!(
        (scene.voids().await, scene.state(&id).await),
        (1, "withdrawn".to_owned())
    );
}

#[tokio::test]
async fn a_variance_is_agreed_to_on_the_managers_screen_too() {
    let house = House::open().await;
    let mut amina = house.with_float(CASHIER).await;
    let shift: uuid::Uuid = house
        .row("SELECT id FROM shifts", [])
        .await
        .try_get("", "id")
        .expect("a shift");
    let at = |what: &str| format!("/shifts/{shift}/{what}");
    let counted = [("count_10000", "4")];
    amina
        .post(&at("count"), &counted)
        .await
        .must_be(StatusCode::OK);
    let screen = amina.get(&at("count")).await;
    let count = screen
        .attributes("#close input[name='count']", "value")
        .remove(0);
    let ask = ApprovalId::new().to_string();
    let form = [("count", count.as_str()), ("reason", "A note was torn")];
    let unreasoned = [("count", count.as_str()), ("ask", ask.as_str())];
    amina
        .post(&at("close"), &unreasoned)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let asking = [&form[..], &[("ask", ask.as_str())]].concat();
    amina
        .post(&at("close"), &asking)
        .await
        .must_be(StatusCode::OK);
    let mut manager = house.person(MANAGER).await;
    let screen = manager.get("/approvals").await;
    assert!(
        screen
            .one("#requests h2")
            .contains("short by UGX 10,000: A note was torn"),
        "{}",
        screen.text
    );
    manager
        .post(&format!("/approvals/{ask}/answer"), &[("agree", "yes")])
        .await
        .must_be(StatusCode::OK);
    let asked = [&form[..], &[("asked", ask.as_str())]].concat();
    let closed = amina.post(&at("close"), &asked).await;
    assert_eq!(
        closed.must_be(StatusCode::OK).header("hx-redirect"),
        at("report")
    );
    let sql = "SELECT count(*) FROM audit_log e JOIN staff s ON s.id = e.approver_id WHERE e.deed = 'shift.closed' AND s.username = 'daniel'";
    assert_eq!(house.number(sql).await, 1);
}

#[tokio::test]
async fn a_called_off_order_is_agreed_to_with_what_was_on_it() {
    let mut scene = Scene::open().await;
    let cancel = format!("/orders/{}/cancellation", scene.order);
    let ask = ApprovalId::new().to_string();
    let form = [("chosen", "Guests left")];
    let asking = [&form[..], &[("ask", ask.as_str())]].concat();
    scene
        .till
        .post(&cancel, &asking)
        .await
        .must_be(StatusCode::OK);
    scene.agrees(&ask).await;
    let asked = [&form[..], &[("asked", ask.as_str())]].concat();
    // Another till sends one more, which nobody has agreed to strike out.
    scene
        .till
        .tap(scene.order, "Chips")
        .await
        .must_be(StatusCode::OK);
    scene
        .till
        .hand_over_to_kitchen(scene.order)
        .await
        .must_be(StatusCode::OK);
    let refused = scene.till.post(&cancel, &asked).await;
    assert!(
        refused
            .must_be(StatusCode::CONFLICT)
            .notice()
            .contains("with 2 sent lines")
    );
    let open = "SELECT count(*) FROM orders WHERE cancelled_at IS NULL";
    assert_eq!(scene.house.number(open).await, 1);
}

#[tokio::test]
async fn every_screen_of_a_manager_shows_what_waits_within_a_second() {
    let mut scene = Scene::open().await;
    for page in ["/floor", "/shifts", "/stations", "/approvals"] {
        let drawn = scene.manager.get(page).await.must_be(StatusCode::OK);
        assert_eq!(drawn.all("#asks").len(), 1, "{page}");
        assert_eq!(
            drawn.attributes("#stream", "hx-sse:connect").len(),
            1,
            "{page}"
        );
    }
    let floor = scene.till.get("/floor").await;
    assert!(floor.all("#asks").is_empty(), "a waiter is asked nothing");
    let mut news = scene.house.app.live().subscribe();
    scene.ask().await;
    let heard = tokio::time::timeout(Duration::from_secs(1), news.recv()).await;
    assert!(heard.is_ok(), "managers' screens are told");
}

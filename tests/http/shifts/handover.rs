//! A drawer changes hands: one counts, the other confirms, or nothing happens.

use poem::http::Method;
use serde_json::Value;

use super::variance::id_of;
use super::*;

/// Amina with the drawer of Till 1, a table of guests, and everything counted.
struct Evening {
    house: House,
    till: Device,
    shift: ShiftId,
    there: i64,
}

impl Evening {
    async fn counted(missing: i64) -> Evening {
        let house = House::open().await;
        let mut till = house.till(CASHIER, "Till 1").await;
        start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
        sell(&house, &mut till).await;
        let order = till.sit_down("3", "2").await;
        till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        let shift = shift_of(&house, CASHIER).await;
        let there = expected(&house, shift).await - missing;
        lock(&mut till, shift, there).await.must_be(StatusCode::OK);
        Evening {
            house,
            till,
            shift,
            there,
        }
    }

    fn path(&self) -> String {
        format!("/shifts/{}/handover", self.shift)
    }

    /// The form as it is filled in, with the count that the page shows.
    async fn form(&mut self, taker: &str, says: i64, password: &str) -> Vec<(String, String)> {
        let page = self.till.get(&self.path()).await.must_be(StatusCode::OK);
        let count = page.attributes("#handover input[name='count']", "value");
        let taker = id_of(&self.house, taker).await;
        let fields = [
            ("count", count[0].clone()),
            ("taker", taker),
            ("amount", says.to_string()),
            ("taker_password", password.to_owned()),
        ];
        fields.map(|(name, value)| (name.to_owned(), value)).into()
    }

    async fn hand_over(&mut self, taker: &str, says: i64, more: &[(&str, &str)]) -> Answer {
        let form = self.form(taker, says, PASSWORD).await;
        let mut fields = borrowed(&form);
        fields.extend(more);
        let path = self.path();
        self.till.post(&path, &fields).await
    }

    async fn nothing_happened(&self) {
        let open = format!(
            "SELECT count(*) FROM shifts WHERE closed_at IS NULL AND id = '{}'",
            self.shift
        );
        assert_eq!(self.house.number(&open).await, 1);
        let handed = "SELECT count(*) FROM shifts WHERE taken_over_from IS NOT NULL";
        assert_eq!(self.house.number(handed).await, 0);
    }
}

fn borrowed(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

async fn report_of(device: &mut Device, shift: ShiftId) -> Value {
    let json = [("accept", "application/json")];
    let path = format!("/shifts/{shift}/report");
    let answer = device.send(Method::GET, &path, None, &json).await;
    answer.must_be(StatusCode::OK).json()
}

#[tokio::test]
async fn both_confirm_and_the_drawer_goes_on_with_its_cash_and_its_orders() {
    let mut evening = Evening::counted(0).await;
    let (there, path) = (evening.there, evening.path());
    let form = evening.form(OTHER_CASHIER, there, PASSWORD).await;
    let key = key();
    for _ in 0..2 {
        let over = evening
            .till
            .change(Method::POST, &path, &borrowed(&form), &key)
            .await
            .must_be(StatusCode::OK);
        let report = format!("/shifts/{}/report", evening.shift);
        assert_eq!(over.header("hx-redirect"), report);
    }
    let house = &evening.house;
    let taken = shift_of(house, OTHER_CASHIER).await;
    assert_eq!(expected(house, taken).await, there, "its float");
    let facts = format!(
        "SELECT count(*) FROM shifts n JOIN shifts o ON o.id = n.taken_over_from \
         WHERE n.id = '{taken}' AND o.id = '{}' AND n.drawer_terminal_id = o.drawer_terminal_id \
           AND n.float_counts = (SELECT denominations FROM shift_counts WHERE shift_id = o.id) AND o.closed_at IS NOT NULL",
        evening.shift
    );
    assert_eq!(house.number(&facts).await, 1);
    let orders =
        format!("SELECT count(*) FROM orders WHERE shift_id = '{taken}' AND kind = 'dine_in'");
    assert_eq!(house.number(&orders).await, 1);
    let both = format!(
        "SELECT count(*) FROM audit_log WHERE deed = 'drawer.handed_over' AND staff_id = '{}' AND approver_id = '{}'",
        id_of(house, CASHIER).await,
        id_of(house, OTHER_CASHIER).await
    );
    assert_eq!(house.number(&both).await, 1);
    let first = report_of(&mut evening.till, evening.shift).await;
    assert!(first["handedOverTo"]["name"].is_string());
    assert_eq!(
        first["passedOn"][0]["reason"],
        "Handed over with the drawer"
    );
    let path = format!("/shifts/{}/report", evening.shift);
    let slip = slip_text(&evening.till.get(&path).await);
    assert!(slip.contains("Handed over to"), "{slip}");

    // The other sells on, from the same drawer, and closes it.
    let mut other = evening.house.till(OTHER_CASHIER, "Till 1").await;
    let order = evening
        .house
        .row("SELECT id FROM orders WHERE kind = 'dine_in'", [])
        .await;
    let order: cafe_pos::values::OrderId = order.try_get("", "id").expect("an id");
    other
        .post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let there = expected(&evening.house, taken).await;
    lock(&mut other, taken, there).await.must_be(StatusCode::OK);
    close(&mut other, taken, &[]).await.must_be(StatusCode::OK);
    let second = report_of(&mut other, taken).await;
    assert_eq!(second["takenOverFrom"], first["owner"]["name"]);
    assert_eq!(second["float"]["amount"], evening.there);
}

#[tokio::test]
async fn who_says_another_figure_takes_nothing_and_the_drawer_is_counted_again() {
    let mut evening = Evening::counted(0).await;
    let there = evening.there;
    let refused = evening
        .hand_over(OTHER_CASHIER, there - 100, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused.notice().contains("Nothing was handed over"),
        "{}",
        refused.text
    );
    evening.nothing_happened().await;
    let told = format!(
        "SELECT count(*) FROM audit_log WHERE deed = 'drawer.not_taken_over' AND approver_id = '{}'",
        id_of(&evening.house, OTHER_CASHIER).await
    );
    assert_eq!(evening.house.number(&told).await, 1, "both are stored");
    let shift = evening.shift;
    lock(&mut evening.till, shift, there - 100)
        .await
        .must_be(StatusCode::OK);
    evening
        .hand_over(OTHER_CASHIER, there - 100, &[])
        .await
        .must_be(StatusCode::OK);
    let counts = format!("SELECT count(*) FROM shift_counts WHERE shift_id = '{shift}'");
    assert_eq!(evening.house.number(&counts).await, 2);
    let report = report_of(&mut evening.till, shift).await;
    assert_eq!(report["variance"]["amount"], -100);
}

#[tokio::test]
async fn a_wrong_secret_is_a_wrong_try_and_locks_as_elsewhere() {
    let mut evening = Evening::counted(0).await;
    let (there, path) = (evening.there, evening.path());
    let form = evening.form(OTHER_CASHIER, there, "guessed wrongly").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let answer = evening.till.post(&path, &borrowed(&form)).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 423]);
    let right = evening.form(OTHER_CASHIER, there, PASSWORD).await;
    evening
        .till
        .post(&path, &borrowed(&right))
        .await
        .must_be(StatusCode::LOCKED);
    evening.nothing_happened().await;
    let denied = "SELECT count(*) FROM audit_log WHERE deed = 'approval.denied'";
    assert!(evening.house.number(denied).await >= 5);
}

#[tokio::test]
async fn only_who_may_hold_a_drawer_and_has_none_takes_it() {
    let mut evening = Evening::counted(0).await;
    let there = evening.there;
    evening.house.with_float(OTHER_CASHIER).await;
    let page = evening.till.get(&evening.path()).await;
    let brian = id_of(&evening.house, OTHER_CASHIER).await;
    let offered = page.attributes("#taker option", "value");
    assert!(!offered.contains(&brian), "{offered:?}");
    let refusals = [
        (OTHER_CASHIER, StatusCode::CONFLICT, "already"),
        ("peter", StatusCode::CONFLICT, "takes no orders"),
        (CASHIER, StatusCode::UNPROCESSABLE_ENTITY, "somebody else"),
    ];
    for (taker, status, sentence) in refusals {
        let refused = evening.hand_over(taker, there, &[]).await;
        assert_eq!(refused.status, status, "{taker}: {}", refused.text);
        assert!(refused.text.contains(sentence), "{taker}: {}", refused.text);
    }
    evening.nothing_happened().await;
    // Nobody hands over what is somebody else's, a manager neither.
    let mut manager = evening.house.person(MANAGER).await;
    let path = evening.path();
    manager.get(&path).await.must_be(StatusCode::FORBIDDEN);
    let form = evening.form(WAITER, there, PASSWORD).await;
    manager
        .post(&path, &borrowed(&form))
        .await
        .must_be(StatusCode::FORBIDDEN);
    evening.nothing_happened().await;
}

#[tokio::test]
async fn a_shift_without_cash_goes_on_with_the_drawer_and_a_variance_needs_a_manager() {
    let mut evening = Evening::counted(5_100).await;
    let there = evening.there;
    let mut other = evening.house.person(OTHER_CASHIER).await;
    other.counter_sale().await;
    let before = shift_of(&evening.house, OTHER_CASHIER).await;
    let why = ("reason", "Wrong change");
    evening
        .hand_over(OTHER_CASHIER, there, &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let refused = evening.hand_over(OTHER_CASHIER, there, &[why]).await;
    refused.must_be(StatusCode::FORBIDDEN);
    // Whoever takes it over does not agree for a manager.
    let brian = id_of(&evening.house, OTHER_CASHIER).await;
    let himself = [why, ("approver", brian.as_str()), ("password", PASSWORD)];
    evening
        .hand_over(OTHER_CASHIER, there, &himself)
        .await
        .must_be(StatusCode::FORBIDDEN);
    evening.nothing_happened().await;
    let daniel = id_of(&evening.house, MANAGER).await;
    let agreed = [why, ("approver", daniel.as_str()), ("password", PASSWORD)];
    evening
        .hand_over(OTHER_CASHIER, there, &agreed)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(shift_of(&evening.house, OTHER_CASHIER).await, before);
    assert_eq!(expected(&evening.house, before).await, there);
    let report = report_of(&mut evening.till, evening.shift).await;
    assert_eq!(report["variance"]["amount"], -5_100);
    assert_eq!(report["variance"]["standing"]["standing"], "approved");
}

#[tokio::test]
async fn what_is_closed_and_handed_over_at_the_same_second_ends_once() {
    for _ in 0..3 {
        let mut evening = Evening::counted(0).await;
        let there = evening.there;
        let form = evening.form(OTHER_CASHIER, there, PASSWORD).await;
        let (path, shift) = (evening.path(), evening.shift);
        let orders = format!("/shifts/{shift}/orders");
        let order = evening
            .house
            .row(
                "SELECT id::text AS id FROM orders WHERE kind = 'dine_in'",
                [],
            )
            .await;
        let order: String = order.try_get("", "id").expect("an id");
        let mut manager = evening.house.person(MANAGER).await;
        let carry = [
            ("order", order.as_str()),
            ("deed", "carry_over"),
            ("reason", "They stay"),
        ];
        manager.post(&orders, &carry).await.must_be(StatusCode::OK);
        let fields = borrowed(&form);
        let (over, closed) = tokio::join!(
            evening.till.post(&path, &fields),
            close(&mut manager, shift, &[])
        );
        let done = [over.status, closed.status];
        let ended = done.iter().filter(|status| status.is_success()).count();
        assert_eq!(ended, 1, "{done:?}");
        let reports = "SELECT count(*) FROM shifts WHERE report_number IS NOT NULL";
        assert_eq!(evening.house.number(reports).await, 1);
        let twice = "SELECT count(*) FROM (SELECT 1 FROM shifts WHERE closed_at IS NULL AND drawer_terminal_id IS NOT NULL \
             GROUP BY drawer_terminal_id HAVING count(*) > 1) t";
        assert_eq!(evening.house.number(twice).await, 0);
    }
}

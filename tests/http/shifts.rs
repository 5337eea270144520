//! Shifts: the float, the blind count, what stands in the way of closing, approval, the report.

use cafe_pos::values::{OrderId, ShiftId, StaffId};
use poem::http::{Method, StatusCode};
use time::Duration;

use super::house::*;
use super::live::Screen;

const POUCH: [(&str, &str); 2] = [("cash", "pouch"), ("count_10000", "5")];
const DRAWER: [(&str, &str); 2] = [("cash", "drawer"), ("count_10000", "5")];

/// The password that everybody of the seed has.
const PASSWORD: &str = "password123";

async fn start(device: &mut Device, form: &[(&str, &str)]) -> Answer {
    device.post("/shift/float", form).await
}

/// The open shift of a person.
async fn shift_of(house: &House, username: &str) -> ShiftId {
    let row = house
        .row(
            "SELECT s.id FROM shifts s JOIN staff st ON st.id = s.staff_id \
             WHERE st.username = $1 AND s.closed_at IS NULL",
            [username.into()],
        )
        .await;
    row.try_get("", "id").expect("an id")
}

/// Sells an espresso for exact cash; answers its price.
async fn sell(house: &House, till: &mut Device) -> i64 {
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let total = house
        .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
        .await;
    let tendered = total.to_string();
    till.post(
        &format!("/orders/{order}/payments"),
        &[("tendered", &tendered)],
    )
    .await
    .must_be(StatusCode::OK);
    total
}

/// The report as it reads, cell by cell.
fn slip_text(screen: &Answer) -> String {
    screen.all(".receipt .c, .receipt td").join(" ")
}

/// What the drawer of a shift should hold.
async fn expected(house: &House, shift: ShiftId) -> i64 {
    house
        .number(&format!(
            "SELECT sum(amount) FROM cash_entries WHERE shift_id = '{shift}'"
        ))
        .await
}

/// Counts this amount in hundreds.
async fn lock(device: &mut Device, shift: ShiftId, amount: i64) -> Answer {
    assert_eq!(amount % 100, 0, "the prices of the seed are in hundreds");
    let pieces = (amount / 100).to_string();
    device
        .post(&format!("/shifts/{shift}/count"), &[("count_100", &pieces)])
        .await
}

/// Closes with the count that the screen shows.
async fn close(device: &mut Device, shift: ShiftId, form: &[(&str, &str)]) -> Answer {
    let screen = device.get(&format!("/shifts/{shift}/count")).await;
    let count = screen
        .attributes("#close input[name='count']", "value")
        .pop();
    close_as_seen(device, shift, count.as_deref(), form).await
}

/// Closes with the count that was on the screen.
async fn close_as_seen(
    device: &mut Device,
    shift: ShiftId,
    count: Option<&str>,
    form: &[(&str, &str)],
) -> Answer {
    let mut fields: Vec<(&str, &str)> = count.map(|count| ("count", count)).into_iter().collect();
    fields.extend(form);
    device
        .post(&format!("/shifts/{shift}/close"), &fields)
        .await
}

/// Counts the float that `House::with_float` gave and closes the shift of whoever did not sell anything in it.
pub async fn count_and_close(house: &House, device: &mut Device, username: &str) {
    let shift = shift_of(house, username).await;
    device
        .post(&format!("/shifts/{shift}/count"), &[("count_10000", "5")])
        .await
        .must_be(StatusCode::OK);
    close(device, shift, &[]).await.must_be(StatusCode::OK);
}

async fn count_screen(device: &mut Device, shift: ShiftId) -> Answer {
    device
        .get(&format!("/shifts/{shift}/count"))
        .await
        .must_be(StatusCode::OK)
}

// ---- starting ----------------------------------------------------------------------------------

#[tokio::test]
async fn a_shift_starts_with_its_float_counted_once() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let screen = till.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("input[name='cash'][checked]", "value"),
        ["drawer"]
    );
    let started = start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    assert_eq!(started.header("hx-redirect"), "/floor");
    let shift = shift_of(&house, CASHIER).await;
    assert_eq!(expected(&house, shift).await, 50_000);
    let again = start(&mut till, &DRAWER)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(again.notice(), "Your shift already has its float.");
    assert_eq!(house.number("SELECT count(*) FROM cash_entries").await, 1);
}

#[tokio::test]
async fn the_same_key_twice_starts_one_shift() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    let key = key();
    for _ in 0..3 {
        till.change(Method::POST, "/shift/float", &DRAWER, &key)
            .await
            .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 1);
    assert_eq!(house.number("SELECT count(*) FROM cash_entries").await, 1);
}

#[tokio::test]
async fn an_order_opens_a_shift_without_cash_and_a_float_turns_it_into_a_cash_shift() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    till.counter_sale().await;
    let shift = shift_of(&house, CASHIER).await;
    let cash = |word: &str| format!("SELECT count(*) FROM shifts WHERE cash = '{word}'");
    assert_eq!(house.number(&cash("none")).await, 1);
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    assert_eq!(house.number(&cash("drawer")).await, 1);
    assert_eq!(shift_of(&house, CASHIER).await, shift);
}

#[tokio::test]
async fn two_cashiers_who_want_one_drawer_at_once_do_not_both_get_it() {
    let house = House::open().await;
    let mut amina = house.till(CASHIER, "Till 1").await;
    let mut brian = house.person(OTHER_CASHIER).await;
    // Both stand at the same till: the terminal's cookie is one.
    let device = cafe_pos::terminals::device::COOKIE;
    brian
        .cookies
        .insert(device.to_owned(), amina.cookies[device].clone());
    let (a, b) = tokio::join!(start(&mut amina, &DRAWER), start(&mut brian, &DRAWER));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let refused = if a.status == StatusCode::CONFLICT {
        a
    } else {
        b
    };
    assert!(
        refused
            .notice()
            .starts_with("The drawer of Till 1 is held by "),
        "{}",
        refused.notice()
    );
    assert_eq!(
        house
            .number("SELECT count(*) FROM shifts WHERE cash = 'drawer'")
            .await,
        1
    );
    // The loser takes a pouch instead.
    let loser = if a_won(&house).await {
        &mut brian
    } else {
        &mut amina
    };
    let screen = loser.get("/shift").await.must_be(StatusCode::OK);
    assert!(screen.all("input[value='drawer']").is_empty());
    assert!(screen.one("main").contains("is held by"));
    start(loser, &POUCH).await.must_be(StatusCode::OK);
}

async fn a_won(house: &House) -> bool {
    house
        .number(
            "SELECT count(*) FROM shifts s JOIN staff st ON st.id = s.staff_id \
             WHERE s.cash = 'drawer' AND st.username = 'amina'",
        )
        .await
        == 1
}

#[tokio::test]
async fn one_person_on_two_tablets_opens_one_shift() {
    let house = House::open().await;
    let till = house.person(CASHIER).await;
    let starts = (0..6).map(|turn| {
        let mut till = till.clone();
        async move {
            if turn % 2 == 0 {
                start(&mut till, &POUCH).await.status
            } else {
                till.counter_sale().await;
                StatusCode::OK
            }
        }
    });
    let statuses = futures_util::future::join_all(starts).await;
    assert!(statuses.iter().all(|status| !status.is_server_error()));
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 1);
    assert_eq!(
        house
            .number("SELECT count(*) FROM cash_entries WHERE kind = 'float'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_cook_has_no_shift() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    start(&mut cook, &POUCH)
        .await
        .must_be(StatusCode::FORBIDDEN);
    cook.get("/shift").await.must_be(StatusCode::FORBIDDEN);
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 0);
}

#[tokio::test]
async fn a_device_without_a_drawer_offers_the_pouch() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Floor tablet").await;
    let screen = till.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("input[name='cash']", "value"),
        ["pouch", "none"]
    );
    let refused = start(&mut till, &DRAWER)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "No drawer hangs on this device. Take a cash pouch."
    );
}

#[tokio::test]
async fn wrong_counts_get_a_sentence_and_start_nothing() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let long = "x".repeat(300);
    let wrong: [(&[(&str, &str)], &str); 8] = [
        (&[], "Please fill this in."),
        (
            &[("cash", "sack"), ("count_1000", "1")],
            "Choose the drawer, a cash pouch or no cash.",
        ),
        (
            &[("cash", "pouch")],
            "Count the cash first: type how many there are of each. Type 0 where there is none.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "1.5")],
            "Count in whole pieces, for example 12.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "-3")],
            "Count in whole pieces, for example 12.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "99999999999")],
            "That is more than 100,000 pieces; check the number of zeros.",
        ),
        (
            &[("cash", "pouch"), ("count_3", "1")],
            "There is no note or coin of 3. Reload the page and count again.",
        ),
        (
            &[("cash", "pouch"), ("count_1000", "1"), ("note", &long)],
            "Use at most 200 characters.",
        ),
    ];
    for (form, sentence) in wrong {
        let refused = start(&mut till, form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.notice(), sentence, "{form:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM shifts").await, 0);
}

#[tokio::test]
async fn the_next_shift_of_a_drawer_sees_what_the_last_one_left() {
    let house = House::open().await;
    let mut amina = house.till(CASHIER, "Till 1").await;
    start(&mut amina, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut amina, shift, 49_900)
        .await
        .must_be(StatusCode::OK);
    close(&mut amina, shift, &[]).await.must_be(StatusCode::OK);
    let mut brian = house.till(OTHER_CASHIER, "Till 1").await;
    let screen = brian.get("/shift").await.must_be(StatusCode::OK);
    assert_eq!(
        screen.attributes("[data-against]", "data-against"),
        ["49900"]
    );
    let form = [
        ("cash", "drawer"),
        ("count_10000", "4"),
        ("note", "One note was torn"),
    ];
    start(&mut brian, &form).await.must_be(StatusCode::OK);
    let noted = "SELECT (after ->> 'difference')::bigint FROM audit_log \
        WHERE deed = 'shift.float_counted' AND after ->> 'note' = 'One note was torn'";
    assert_eq!(house.number(noted).await, -9_900);
}

// ---- counting ----------------------------------------------------------------------------------

#[tokio::test]
async fn the_count_is_blind_until_it_is_locked() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let price = sell(&house, &mut till).await;
    let shift = shift_of(&house, CASHIER).await;
    let there = expected(&house, shift).await;
    let money = |minor: i64| cafe_pos::values::Money::new(minor).to_string();
    for path in ["/shift".to_owned(), format!("/shifts/{shift}/count")] {
        let screen = till.get(&path).await.must_be(StatusCode::OK);
        for secret in [money(there), money(price), there.to_string()] {
            assert!(!screen.text.contains(&secret), "{path} gives {secret} away");
        }
    }
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    let screen = count_screen(&mut till, shift).await;
    assert!(screen.one("#shift-result").contains(&money(there)));
    assert!(screen.one(".variance").starts_with("Exact"));
    assert_eq!(
        house.number("SELECT expected FROM shift_counts").await,
        there
    );
}

#[tokio::test]
async fn one_recount_by_oneself_more_by_a_manager_and_all_are_kept() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    let mut manager = house.person(MANAGER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let key = key();
    for _ in 0..2 {
        till.change(
            Method::POST,
            &format!("/shifts/{shift}/count"),
            &[("count_100", "490")],
            &key,
        )
        .await
        .must_be(StatusCode::OK);
    }
    assert_eq!(house.number("SELECT count(*) FROM shift_counts").await, 1);
    lock(&mut till, shift, 49_500).await.must_be(StatusCode::OK);
    let refused = lock(&mut till, shift, 50_000)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "You have counted twice. A manager can count this drawer again."
    );
    for amount in [49_700, 49_800] {
        lock(&mut manager, shift, amount)
            .await
            .must_be(StatusCode::OK);
    }
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let kept = "SELECT count(*) FROM shift_counts WHERE counted IN (49000, 49500, 49700, 49800)";
    assert_eq!(house.number(kept).await, 4);
    let report = till
        .get(&format!("/shifts/{shift}/report"))
        .await
        .must_be(StatusCode::OK);
    for count in ["49,000", "49,500", "49,700", "49,800"] {
        assert!(slip_text(&report).contains(count));
    }
}

#[tokio::test]
async fn cash_that_comes_in_after_a_count_makes_it_stale() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    for _ in 0..2 {
        lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    }
    let price = sell(&house, &mut till).await;
    let refused = close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("Cash moved after the last count")
    );
    let screen = count_screen(&mut till, shift).await;
    assert!(
        screen
            .one("main")
            .contains("Cash moved after the last count")
    );
    assert_eq!(screen.all("form#count").len(), 1);
    lock(&mut till, shift, 50_000 + price)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_shift_with_cash_is_not_closed_uncounted() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let refused = close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "Count the cash first.");
    let empty = till
        .post(&format!("/shifts/{shift}/count"), &[])
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.notice().starts_with("Count the cash first"));
}

// ---- whose -------------------------------------------------------------------------------------

#[tokio::test]
async fn a_shift_is_for_its_owner_and_for_managers() {
    let house = House::open().await;
    let mut amina = house.person(CASHIER).await;
    start(&mut amina, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let mut brian = house.person(OTHER_CASHIER).await;
    let page = format!("/shifts/{shift}/count");
    brian.get(&page).await.must_be(StatusCode::FORBIDDEN);
    lock(&mut brian, shift, 50_000)
        .await
        .must_be(StatusCode::FORBIDDEN);
    close(&mut brian, shift, &[])
        .await
        .must_be(StatusCode::FORBIDDEN);
    brian.get("/shifts").await.must_be(StatusCode::FORBIDDEN);
    let mut manager = house.person(MANAGER).await;
    let list = manager.get("/shifts").await.must_be(StatusCode::OK);
    assert!(list.one(&format!("#shift-{shift}")).contains("Cash pouch"));
    lock(&mut manager, shift, 50_000)
        .await
        .must_be(StatusCode::OK);
    close(&mut manager, shift, &[])
        .await
        .must_be(StatusCode::OK);
    brian
        .get(&format!("/shifts/{shift}/report"))
        .await
        .must_be(StatusCode::FORBIDDEN);
    amina
        .get(&format!("/shifts/{shift}/report"))
        .await
        .must_be(StatusCode::OK);
}

// ---- variance and approval ---------------------------------------------------------------------

async fn id_of(house: &House, username: &str) -> String {
    house
        .id::<StaffId>("staff", "username", username)
        .await
        .to_string()
}

#[tokio::test]
async fn beyond_the_threshold_a_reason_and_somebody_elses_secret_are_needed() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 44_900).await.must_be(StatusCode::OK);
    let (amina, brian, daniel) = (
        id_of(&house, CASHIER).await,
        id_of(&house, OTHER_CASHIER).await,
        id_of(&house, MANAGER).await,
    );
    let reason = ("reason", "Wrong change to table 15");
    let refusals: [(&[(&str, &str)], StatusCode); 6] = [
        (
            &[("approver", &daniel), ("secret", PASSWORD)],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (&[reason], StatusCode::FORBIDDEN),
        (
            &[reason, ("approver", &daniel)],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[reason, ("approver", &daniel), ("secret", "guessed it")],
            StatusCode::FORBIDDEN,
        ),
        (
            &[reason, ("approver", &amina), ("secret", PASSWORD)],
            StatusCode::FORBIDDEN,
        ),
        (
            &[reason, ("approver", &brian), ("secret", PASSWORD)],
            StatusCode::FORBIDDEN,
        ),
    ];
    for (form, status) in refusals {
        let refused = close(&mut till, shift, form).await;
        assert_eq!(refused.status, status, "{form:?}: {}", refused.text);
    }
    assert_eq!(
        house
            .number("SELECT count(*) FROM shifts WHERE closed_at IS NOT NULL")
            .await,
        0
    );
    let form = [reason, ("approver", daniel.as_str()), ("secret", PASSWORD)];
    close(&mut till, shift, &form).await.must_be(StatusCode::OK);
    let approved = format!(
        "SELECT count(*) FROM shift_variances WHERE amount = -5100 AND threshold = 5000 AND approved_by = '{daniel}'"
    );
    assert_eq!(house.number(&approved).await, 1);
    let journal = format!(
        "SELECT count(*) FROM audit_log WHERE deed = 'shift.closed' AND staff_id = '{amina}' AND approver_id = '{daniel}'"
    );
    assert_eq!(house.number(&journal).await, 1);
    let report = till.get(&format!("/shifts/{shift}/report")).await;
    assert!(slip_text(&report).contains("SHORT BY 5,100"));
    assert!(
        report
            .one(".receipt")
            .contains("Reason: Wrong change to table 15")
    );
    assert!(slip_text(&report).contains("Approved by"));
}

#[tokio::test]
async fn a_repeated_close_asks_for_no_secret_again() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 44_900).await.must_be(StatusCode::OK);
    let daniel = id_of(&house, MANAGER).await;
    let count = count_screen(&mut till, shift)
        .await
        .attributes("#close input[name='count']", "value")
        .remove(0);
    let form = [
        ("count", count.as_str()),
        ("reason", "Wrong change to table 15"),
        ("approver", daniel.as_str()),
        ("password", PASSWORD),
    ];
    let (path, key) = (format!("/shifts/{shift}/close"), key());
    for _ in 0..2 {
        let closed = till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(
            closed.header("hx-redirect"),
            format!("/shifts/{shift}/report")
        );
        // The manager has chosen another password since.
        house
            .execute(
                "UPDATE staff SET password_hash = 'another' WHERE username = $1",
                [MANAGER.into()],
            )
            .await;
    }
    assert_eq!(
        house.number("SELECT count(*) FROM sign_in_failures").await,
        0
    );
}

#[tokio::test]
async fn the_threshold_itself_needs_nobody() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 45_000).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    assert_eq!(
        house.number("SELECT count(*) FROM shift_variances").await,
        0
    );
}

#[tokio::test]
async fn a_managers_own_variance_stands_as_unapproved_until_another_agrees() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    start(&mut manager, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, MANAGER).await;
    lock(&mut manager, shift, 60_000)
        .await
        .must_be(StatusCode::OK);
    let own = id_of(&house, MANAGER).await;
    let form = [
        ("reason", "Unclear"),
        ("approver", own.as_str()),
        ("secret", PASSWORD),
    ];
    close(&mut manager, shift, &form)
        .await
        .must_be(StatusCode::FORBIDDEN);
    close(&mut manager, shift, &[("reason", "Unclear")])
        .await
        .must_be(StatusCode::OK);
    let unapproved =
        "SELECT count(*) FROM shift_variances WHERE approved_by IS NULL AND amount = 10000";
    assert_eq!(house.number(unapproved).await, 1);
    let report = manager.get(&format!("/shifts/{shift}/report")).await;
    assert!(slip_text(&report).contains("UNAPPROVED"));
}

#[tokio::test]
async fn a_manager_who_closes_somebody_elses_shift_agrees_by_doing_so() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    let mut manager = house.person(MANAGER).await;
    lock(&mut manager, shift, 40_000)
        .await
        .must_be(StatusCode::OK);
    close(&mut manager, shift, &[("reason", "Left without counting")])
        .await
        .must_be(StatusCode::OK);
    let daniel = id_of(&house, MANAGER).await;
    let approved = format!("SELECT count(*) FROM shift_variances WHERE approved_by = '{daniel}'");
    assert_eq!(house.number(&approved).await, 1);
}

// ---- open orders -------------------------------------------------------------------------------

async fn sitting_guests(till: &mut Device, table: &str) -> OrderId {
    let order = till.sit_down(table, "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    order
}

#[tokio::test]
async fn open_orders_are_handed_over_or_carried_over_and_then_the_shift_closes() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let mut joan = house.till(OTHER_WAITER, "Till 1").await;
    let (first, second) = (
        sitting_guests(&mut moses, "3").await,
        sitting_guests(&mut moses, "4").await,
    );
    let third = sitting_guests(&mut joan, "5").await;
    let (shift, to) = (
        shift_of(&house, WAITER).await,
        shift_of(&house, OTHER_WAITER).await,
    );
    let refused = close(&mut moses, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "2 orders are still open: Table 3, Table 4. Hand each over or carry each over, then close."
    );
    let pass_on = format!("/shifts/{shift}/orders");
    let (first, second, third, to) = (
        first.to_string(),
        second.to_string(),
        third.to_string(),
        to.to_string(),
    );
    let own = shift.to_string();
    let reason = ("reason", "Guests are still here");
    let wrong: [(&[(&str, &str)], StatusCode); 6] = [
        (
            &[("order", &first), ("deed", "carry_over")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[("order", &first), ("deed", "hand_over"), reason],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[("order", &first), ("deed", "give_away"), reason],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &[
                ("order", &first),
                ("deed", "hand_over"),
                ("to", &own),
                reason,
            ],
            StatusCode::CONFLICT,
        ),
        (
            &[("order", &third), ("deed", "carry_over"), reason],
            StatusCode::CONFLICT,
        ),
        (
            &[("order", &own), ("deed", "carry_over"), reason],
            StatusCode::NOT_FOUND,
        ),
    ];
    for (form, status) in wrong {
        moses.post(&pass_on, form).await.must_be(status);
    }
    let hand_over = [
        ("order", first.as_str()),
        ("deed", "hand_over"),
        ("to", &to),
        reason,
    ];
    let left = moses
        .post(&pass_on, &hand_over)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(left.all("#to-pass-on form").len(), 1);
    let carry_over = [("order", second.as_str()), ("deed", "carry_over"), reason];
    let left = moses
        .post(&pass_on, &carry_over)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(left.one("#step-orders"), "Nothing open is in the way");
    close(&mut moses, shift, &[]).await.must_be(StatusCode::OK);
    let handed = format!("SELECT count(*) FROM orders WHERE id = '{first}' AND shift_id = '{to}'");
    assert_eq!(house.number(&handed).await, 1);
    let carried =
        format!("SELECT count(*) FROM orders WHERE id = '{second}' AND carried_at IS NOT NULL");
    assert_eq!(house.number(&carried).await, 1);
    let report = moses.get(&format!("/shifts/{shift}/report")).await;
    let slip = slip_text(&report);
    assert!(slip.contains("Orders opened 2"), "{slip}");
    assert!(slip.contains("Orders passed on 2"), "{slip}");
    assert!(
        slip.contains("carried over: Guests are still here"),
        "{slip}"
    );
}

#[tokio::test]
async fn paid_orders_that_are_still_being_made_and_empty_ones_do_not_hinder() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let price = sell(&house, &mut till).await;
    let empty = till.counter_sale().await;
    let shift = shift_of(&house, CASHIER).await;
    let screen = count_screen(&mut till, shift).await;
    assert_eq!(screen.one("#step-orders"), "Nothing open is in the way");
    lock(&mut till, shift, 50_000 + price)
        .await
        .must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    // The empty one goes to whoever takes it up, and not into a shift that is closed.
    let carried = format!("SELECT count(*) FROM orders WHERE id = '{empty}' AND shift_id IS NULL");
    assert_eq!(house.number(&carried).await, 1);
}

#[tokio::test]
async fn an_order_that_arrives_while_closing_is_named_and_none_is_left_in_a_closed_shift() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = sitting_guests(&mut till, "3").await;
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let shift = shift_of(&house, WAITER).await;
    let mut other = till.clone();
    let (closed, _) = tokio::join!(close(&mut till, shift, &[]), other.counter_sale());
    assert!(matches!(
        closed.status,
        StatusCode::OK | StatusCode::CONFLICT
    ));
    let orphans = "SELECT count(*) FROM orders o JOIN shifts s ON s.id = o.shift_id \
        WHERE s.closed_at IS NOT NULL AND o.settled_at IS NULL AND o.cancelled_at IS NULL";
    assert_eq!(house.number(orphans).await, 0);
}

#[tokio::test]
async fn cash_that_is_taken_while_closing_is_either_counted_or_not_in_the_shift() {
    for _ in 0..4 {
        let house = House::open().await;
        let mut till = house.person(CASHIER).await;
        start(&mut till, &POUCH).await.must_be(StatusCode::OK);
        let shift = shift_of(&house, CASHIER).await;
        let mut guest_pays = house.person(CASHIER).await;
        let mut waiter = house.till(WAITER, "Floor tablet").await;
        let order = sitting_guests(&mut waiter, "3").await;
        lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
        let path = format!("/orders/{order}/payments");
        let form = [("tendered", "50,000")];
        let (closed, paid) =
            tokio::join!(close(&mut till, shift, &[]), guest_pays.post(&path, &form));
        assert!(
            closed.status.is_success() != paid.status.is_success(),
            "{} {}",
            closed.status,
            paid.status
        );
        let uncounted = "SELECT count(*) FROM shifts s WHERE s.closed_at IS NOT NULL AND \
            (SELECT sum(amount) FROM cash_entries e WHERE e.shift_id = s.id) <> \
            (SELECT expected FROM shift_counts c WHERE c.shift_id = s.id ORDER BY number DESC LIMIT 1)";
        assert_eq!(house.number(uncounted).await, 0);
    }
}

#[tokio::test]
async fn a_manager_agrees_with_the_count_on_the_screen_and_with_no_other() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 40_000).await.must_be(StatusCode::OK);
    let mut manager = house.person(MANAGER).await;
    let seen = count_screen(&mut manager, shift)
        .await
        .attributes("#close input[name='count']", "value")
        .remove(0);
    // The owner counts again before the manager taps.
    lock(&mut till, shift, 10_000).await.must_be(StatusCode::OK);
    let reason = [("reason", "Wrong change to table 15")];
    let refused = close_as_seen(&mut manager, shift, Some(&seen), &reason)
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(
        refused
            .notice()
            .starts_with("The drawer was counted again meanwhile.")
    );
    close_as_seen(&mut manager, shift, None, &reason)
        .await
        .must_be(StatusCode::CONFLICT);
    close(&mut manager, shift, &reason)
        .await
        .must_be(StatusCode::OK);
    let agreed = house
        .number(&format!(
            "SELECT amount FROM shift_variances WHERE shift_id = '{shift}'"
        ))
        .await;
    assert_eq!(agreed, -40_000);
}

#[tokio::test]
async fn the_owner_does_not_overrule_the_managers_count() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 40_000).await.must_be(StatusCode::OK);
    let mut manager = house.person(MANAGER).await;
    lock(&mut manager, shift, 40_000)
        .await
        .must_be(StatusCode::OK);
    let refused = lock(&mut till, shift, 50_000)
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.notice(),
        "A manager has counted this drawer; only a manager counts it again."
    );
}

// ---- the report --------------------------------------------------------------------------------

#[tokio::test]
async fn the_report_is_frozen_and_says_what_the_shift_was() {
    let house = House::open().await;
    let mut till = house.till(CASHIER, "Till 1").await;
    start(&mut till, &DRAWER).await.must_be(StatusCode::OK);
    let (first, second) = (sell(&house, &mut till).await, sell(&house, &mut till).await);
    let shift = shift_of(&house, CASHIER).await;
    let there = expected(&house, shift).await;
    assert_eq!(there, 50_000 + first + second);
    lock(&mut till, shift, there).await.must_be(StatusCode::OK);
    let key = key();
    for _ in 0..2 {
        let closed = till
            .change(Method::POST, &format!("/shifts/{shift}/close"), &[], &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(
            closed.header("hx-redirect"),
            format!("/shifts/{shift}/report")
        );
    }
    let json = [("accept", "application/json")];
    let path = format!("/shifts/{shift}/report");
    let report = till
        .send(Method::GET, &path, None, &json)
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(report["number"], 1);
    assert_eq!(report["place"], "Drawer of Till 1");
    assert_eq!(report["expected"], there);
    assert_eq!(report["sales"][0]["method"], "cash");
    assert_eq!(report["sales"][0]["count"], 2);
    assert_eq!(report["sales"][0]["amount"], first + second);
    assert_eq!(report["orders"]["opened"], 2);
    assert_eq!(report["orders"]["settled"], 2);
    assert_eq!(report["variance"]["amount"], 0);
    house
        .execute(
            "UPDATE staff SET name = 'Somebody Else' WHERE username = 'amina'",
            [],
        )
        .await;
    let again = till.get(&path).await.must_be(StatusCode::OK);
    assert!(slip_text(&again).contains("SHIFT REPORT 1"));
    assert!(!slip_text(&again).contains("Somebody Else"));
    assert_eq!(again.all("button[data-print]").len(), 1);
}

#[tokio::test]
async fn a_closed_shift_never_changes_and_the_next_order_opens_another() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    for refused in [
        lock(&mut till, shift, 50_000).await,
        close(&mut till, shift, &[]).await,
    ] {
        let refused = refused.must_be(StatusCode::CONFLICT);
        assert_eq!(
            refused.notice(),
            "This shift is closed; its report does not change any more."
        );
    }
    let page = till
        .get(&format!("/shifts/{shift}/count"))
        .await
        .must_be(StatusCode::SEE_OTHER);
    assert_eq!(page.header("location"), format!("/shifts/{shift}/report"));
    till.counter_sale().await;
    assert_ne!(shift_of(&house, CASHIER).await, shift);
    assert_eq!(house.number("SELECT count(*) FROM shift_counts").await, 1);
}

#[tokio::test]
async fn report_numbers_have_no_gaps_however_many_close_at_once() {
    let house = House::open().await;
    let people = [
        CASHIER,
        OTHER_CASHIER,
        WAITER,
        OTHER_WAITER,
        MANAGER,
        OTHER_MANAGER,
        ADMIN,
    ];
    let mut shifts = Vec::new();
    for (place, username) in people.iter().enumerate() {
        let mut device = house.person(username).await;
        let order = device.counter_sale().await;
        // Every third has an open order: their closing is refused and must leave no gap.
        if place % 3 == 0 {
            device.tap(order, "Espresso").await.must_be(StatusCode::OK);
        }
        shifts.push((device, shift_of(&house, username).await));
    }
    let closings = shifts
        .into_iter()
        .map(|(mut device, shift)| async move { close(&mut device, shift, &[]).await.status });
    let statuses = futures_util::future::join_all(closings).await;
    let closed = statuses.iter().filter(|status| status.is_success()).count();
    assert_eq!(closed, 4, "{statuses:?}");
    assert_eq!(
        house
            .number("SELECT count(*) FROM shifts WHERE report_number IS NOT NULL")
            .await,
        4
    );
    assert_eq!(
        house.number("SELECT max(report_number) FROM shifts").await,
        4
    );
    assert_eq!(
        house.number("SELECT last FROM shift_report_numbers").await,
        4
    );
}

#[tokio::test]
async fn a_shift_forgotten_overnight_is_pointed_out_to_its_owner_and_to_managers() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    house.hand.advance(Duration::hours(24));
    let mut till = house.person(CASHIER).await;
    let own = till.get("/shift").await.must_be(StatusCode::OK);
    assert!(own.one("#own-shift").contains("never closed"));
    let mut manager = house.person(MANAGER).await;
    let list = manager.get("/shifts").await.must_be(StatusCode::OK);
    assert!(
        list.one(&format!("#shift-{shift}"))
            .contains("Never closed")
    );
}

#[tokio::test]
async fn the_managers_list_follows_by_itself_and_is_for_managers() {
    let house = House::open().await;
    let manager = house.person(MANAGER).await;
    let mut watching = Screen::of(&manager, "view=shifts").await;
    watching.shows("No shift is open").await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let shift = shift_of(&house, CASHIER).await;
    watching.shows(&format!("shift-{shift}")).await;
    lock(&mut till, shift, 50_000).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    watching.shows("report-1").await;
    let refused = till.open("/api/realtime/stream?view=shifts").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

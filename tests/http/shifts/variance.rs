//! What is missing or too much: from where on somebody else agrees, and with which count.

use cafe_pos::values::StaffId;
use poem::http::Method;

use super::*;

pub(super) async fn id_of(house: &House, username: &str) -> String {
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
    let list = manager.get("/shifts").await.must_be(StatusCode::OK);
    assert!(list.one("#shift-reports").contains("Unapproved"));
    let today = "SELECT to_char(max(date), 'YYYY-MM-DD') AS date FROM business_days";
    let today: String = house
        .row(today, [])
        .await
        .try_get("", "date")
        .expect("a date");
    let day = manager.get(&format!("/days/{today}")).await;
    assert!(day.one("#day-open").contains("A variance is unapproved"));
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

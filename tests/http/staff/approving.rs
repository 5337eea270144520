//! A manager agrees at somebody else's till, with a PIN or a password of their own.

use cafe_pos::staff::{Person, session};
use poem::http::StatusCode;

use super::*;

/// A cashier at a paired till, as a handler sees them.
async fn cashier_at_the_till(house: &House) -> Person {
    let till = house.till(CASHIER, "Till 1").await;
    let cookies: Vec<String> = till
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = poem::Request::builder()
        .header("cookie", cookies.join("; "))
        .finish();
    session::person(&house.app, &request)
        .await
        .expect("a person")
}

#[tokio::test]
async fn a_manager_approves_with_a_pin_or_password_of_their_own() {
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    set_pin(&house, MANAGER, "8305").await;
    for secret in ["8305", SEEDED] {
        let approval = staff::approve(&house.app, &cashier, manager, &typed(secret))
            .await
            .expect("an approval");
        assert_eq!(approval.by, manager);
    }
    let offered = staff::approvers(&house.app, &cashier).await.unwrap();
    assert!(offered.iter().any(|one| one.id == manager));
    assert!(offered.iter().all(|one| one.role.manages()));
}

#[tokio::test]
async fn nobody_else_approves() {
    let house = House::open().await;
    let cashier = cashier_at_the_till(&house).await;
    let status = async |approver: StaffId, secret: &str| {
        use poem::error::ResponseError;
        staff::approve(&house.app, &cashier, approver, &typed(secret))
            .await
            .map(|_| ())
            .unwrap_err()
            .status()
    };
    let other = id_of(&house, OTHER_CASHIER).await;
    assert_eq!(
        status(cashier.id, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not oneself"
    );
    assert_eq!(
        status(other, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not a colleague"
    );
    assert_eq!(
        status(StaffId::new(), SEEDED).await,
        StatusCode::FORBIDDEN,
        "not a stranger"
    );
    let manager = id_of(&house, MANAGER).await;
    assert_eq!(
        status(manager, "not the password").await,
        StatusCode::FORBIDDEN
    );

    house
        .execute(
            "UPDATE staff SET must_change_password = true WHERE username = $1",
            [MANAGER.into()],
        )
        .await;
    assert_eq!(
        status(manager, SEEDED).await,
        StatusCode::FORBIDDEN,
        "a seeded password is everybody's"
    );
    house
        .execute(
            "UPDATE staff SET must_change_password = false, active = false WHERE username = $1",
            [MANAGER.into()],
        )
        .await;
    assert_eq!(
        status(manager, SEEDED).await,
        StatusCode::FORBIDDEN,
        "not who has left"
    );
}

#[tokio::test]
async fn guessing_a_managers_pin_locks_it_on_that_till() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    set_pin(&house, MANAGER, "8305").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let refused = staff::approve(&house.app, &cashier, manager, &typed("8306"))
            .await
            .unwrap_err();
        statuses.push(refused.status().as_u16());
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 423]);
    let refused = staff::approve(&house.app, &cashier, manager, &typed("8305"))
        .await
        .unwrap_err();
    assert_eq!(refused.status(), StatusCode::LOCKED);
}

#[tokio::test]
async fn approvals_and_sign_ins_share_the_tries_of_an_address() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    while house.app.tries().admit(&cashier.client).is_ok() {}
    let refused = staff::approve(&house.app, &cashier, manager, &typed(SEEDED))
        .await
        .unwrap_err();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        house.number("SELECT count(*) FROM sign_in_failures").await,
        0
    );
}

#[tokio::test]
async fn a_manager_without_a_pin_approves_with_the_password() {
    use poem::error::ResponseError;
    let house = House::open().await;
    let (cashier, manager) = (
        cashier_at_the_till(&house).await,
        id_of(&house, MANAGER).await,
    );
    for _ in 0..6 {
        let refused = staff::approve(&house.app, &cashier, manager, &typed("8305"))
            .await
            .unwrap_err();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            refused.to_string(),
            "There is no PIN yet. Use the password."
        );
    }
    staff::approve(&house.app, &cashier, manager, &typed(SEEDED))
        .await
        .expect("an approval");
}

//! What an admin decides about people: new colleagues, roles, forgotten passwords, and that there is always an admin.

use cafe_pos::staff::Role;
use poem::http::StatusCode;

use super::*;

#[tokio::test]
async fn a_new_colleague_gets_a_password_that_works_once_and_is_shown_once() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    admin
        .fragment("/staff/new")
        .await
        .must_be(StatusCode::OK)
        .one("form[hx-post='/staff']");
    let form = [
        ("name", "Nora Akello"),
        ("username", "Nora.A"),
        ("role", "waiter"),
    ];
    let key = key();
    let hired = admin
        .change(Method::POST, "/staff", &form, &key)
        .await
        .must_be(StatusCode::OK);
    let password = hired.one("#one-time");
    assert!(hired.one("#people").contains("Nora Akello"));

    let repeated = admin
        .change(Method::POST, "/staff", &form, &key)
        .await
        .must_be(StatusCode::OK);
    assert!(repeated.all("#one-time").is_empty(), "{}", repeated.text);
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE username = 'nora.a'")
            .await,
        1
    );
    let taken = admin
        .post("/staff", &form)
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        taken.one("hx-partial[hx-target='#err-username']"),
        "Somebody has this username already. Add a letter or a number."
    );

    let mut nora = house.browser();
    let first = nora
        .sign_in("nora.a", &password)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(first.header("hx-redirect"), "/me/password");
    assert_eq!(
        house.number("SELECT count(*) FROM audit_log WHERE deed = 'staff.hired' AND after->>'username' = 'nora.a'").await,
        1
    );
    for (form, field) in [
        (
            [("name", ""), ("username", "x.y"), ("role", "waiter")],
            "name",
        ),
        (
            [("name", "X Y"), ("username", "x y"), ("role", "waiter")],
            "username",
        ),
        (
            [("name", "X Y"), ("username", "x.y"), ("role", "owner")],
            "role",
        ),
    ] {
        let refused = admin
            .post("/staff", &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused
                .all(&format!("hx-partial[hx-target='#err-{field}']"))
                .len(),
            1,
            "{field}: {}",
            refused.text
        );
    }
}

#[tokio::test]
async fn a_new_role_or_none_ends_sessions_at_once() {
    let house = House::open().await;
    let (mut admin, waiter) = (house.person(ADMIN).await, id_of(&house, WAITER).await);
    let address = format!("/staff/{waiter}");
    let mut browser = house.person(WAITER).await;
    browser.get("/floor").await.must_be(StatusCode::OK);

    let edit = |role, active| [("name", "Moses O."), ("role", role), ("active", active)];
    let done = admin
        .put(&address, &edit("waiter", "true"))
        .await
        .must_be(StatusCode::OK);
    assert!(
        done.one(&format!("#staff-{waiter}")).contains("Moses O."),
        "the list is redrawn"
    );
    browser.get("/floor").await.must_be(StatusCode::OK);

    admin
        .put(&address, &edit("kitchen", "true"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        browser.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    let mut browser = house.person(WAITER).await;
    assert_eq!(
        browser.get("/floor").await.status,
        StatusCode::FORBIDDEN,
        "a cook does not see the floor"
    );

    admin
        .put(&address, &edit("kitchen", ""))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        browser.fragment("/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    house
        .browser()
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_change_is_obeyed_by_other_instances_within_a_second_without_redis() {
    let house = House::open().await;
    let other = house.another_instance();
    let mut browser = other.person(WAITER).await;
    browser.get("/floor").await.must_be(StatusCode::OK);
    let waiter = id_of(&house, WAITER).await;
    house
        .person(ADMIN)
        .await
        .post(&format!("/staff/{waiter}/force-out"), &[])
        .await
        .must_be(StatusCode::OK);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(
        browser.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn there_is_always_an_admin() {
    let house = House::open().await;
    let second = "second.admin";
    let row = "INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at) \
               SELECT $1, $2, 'Second Admin', 'admin', password_hash, false, now() FROM staff WHERE username = $3";
    house
        .execute(row, [StaffId::new().into(), second.into(), ADMIN.into()])
        .await;
    house
        .execute(
            "UPDATE staff SET role = 'manager' WHERE role = 'admin' AND username NOT IN ($1, $2)",
            [ADMIN.into(), second.into()],
        )
        .await;
    let (first_id, second_id) = (id_of(&house, ADMIN).await, id_of(&house, second).await);
    let (mut first, mut other) = (house.person(ADMIN).await, house.person(second).await);

    // Not oneself.
    for (role, active) in [("admin", ""), ("waiter", "true")] {
        let form = [("name", "Ruth"), ("role", role), ("active", active)];
        first
            .put(&format!("/staff/{first_id}"), &form)
            .await
            .must_be(StatusCode::CONFLICT);
    }
    // Each the other, at the same moment: one of them stays.
    let form = [
        ("name", "Former admin"),
        ("role", "waiter"),
        ("active", "true"),
    ];
    let (to_second, to_first) = (format!("/staff/{second_id}"), format!("/staff/{first_id}"));
    let (one, two) = tokio::join!(first.put(&to_second, &form), other.put(&to_first, &form));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{} {}", one.text, two.text);
    assert!(statuses[1] == 409 || statuses[1] == 401, "{statuses:?}");
    assert_eq!(
        house
            .number("SELECT count(*) FROM staff WHERE role = 'admin' AND active")
            .await,
        1
    );
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_one_that_works_once() {
    let house = House::open().await;
    let (mut admin, waiter) = (house.person(ADMIN).await, id_of(&house, WAITER).await);
    for _ in 0..5 {
        house.browser().sign_in(WAITER, "not the password").await;
    }
    let mut signed_in = house.person(WAITER).await;
    let reset = admin
        .post(&format!("/staff/{waiter}/password"), &[])
        .await
        .must_be(StatusCode::OK);
    let password = reset.one("#one-time");
    assert_eq!(
        signed_in.fragment("/orders").await.status,
        StatusCode::UNAUTHORIZED
    );
    house
        .browser()
        .sign_in(WAITER, SEEDED)
        .await
        .must_be(StatusCode::UNAUTHORIZED);
    let answer = house
        .browser()
        .sign_in(WAITER, &password)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(answer.header("hx-redirect"), "/me/password");
    let oneself = id_of(&house, ADMIN).await;
    admin
        .post(&format!("/staff/{oneself}/password"), &[])
        .await
        .must_be(StatusCode::CONFLICT);

    // From the server's own command line, by username or by full name.
    let (username, password) = staff::actions::reset_password_by_command(&house.app, " AMINA ")
        .await
        .unwrap();
    assert_eq!(username, CASHIER);
    house
        .browser()
        .sign_in(CASHIER, &password)
        .await
        .must_be(StatusCode::OK);
    assert!(
        staff::actions::reset_password_by_command(&house.app, "nobody")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_pin_that_somebody_else_may_know_goes_with_the_password() {
    let house = House::open().await;
    set_pin(&house, WAITER, "4071").await;
    let waiter = id_of(&house, WAITER).await.to_string();
    let reset = house
        .person(ADMIN)
        .await
        .post(&format!("/staff/{waiter}/password"), &[])
        .await
        .must_be(StatusCode::OK);
    let mut till = house.display("Till 1").await;
    let refused = till
        .post("/sign-in/pin", &[("staff", &waiter), ("pin", "4071")])
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        refused.one("hx-partial[hx-target='#err-pin']"),
        "There is no PIN yet. Use the password."
    );
    // They choose a password of their own, and then a PIN.
    till.sign_in(WAITER, &reset.one("#one-time"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(
        till.get("/me/pin")
            .await
            .must_be(StatusCode::SEE_OTHER)
            .header("location"),
        "/me/password"
    );
}

#[tokio::test]
async fn only_admins_decide_about_people_and_terminals() {
    let house = House::open().await;
    let (waiter, till) = (id_of(&house, WAITER).await, house.terminal("Till 1").await);
    for (role, username) in EACH_ROLE
        .into_iter()
        .filter(|(role, _)| *role != Role::Admin)
    {
        let mut browser = house.person(username).await;
        for path in ["/staff", "/terminals", "/staff/new", "/terminals/new"] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{role} {path}"
            );
        }
        let edit = [("name", "X"), ("role", "admin"), ("active", "true")];
        for (method, path) in [
            (Method::POST, "/staff".to_owned()),
            (Method::PUT, format!("/staff/{waiter}")),
            (Method::POST, format!("/staff/{waiter}/unlock")),
            (Method::POST, format!("/staff/{waiter}/force-out")),
            (Method::POST, format!("/staff/{waiter}/password")),
            (Method::POST, "/terminals".to_owned()),
            (Method::PUT, format!("/terminals/{till}")),
            (Method::POST, format!("/terminals/{till}/code")),
            (Method::DELETE, format!("/terminals/{till}/pairing")),
        ] {
            let refused = browser.change(method.clone(), &path, &edit, &key()).await;
            assert_eq!(
                refused.status,
                StatusCode::FORBIDDEN,
                "{role} {method} {path}"
            );
        }
    }
}

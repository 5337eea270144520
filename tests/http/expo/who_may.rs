//! Who serves at the pass and sees it, and that each pass has its own.

use super::*;

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

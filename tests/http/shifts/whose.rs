//! Whose a shift is: its owner's and the managers', who see it by itself and when it was forgotten.

use time::Duration;

use super::super::live::Screen;
use super::*;

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

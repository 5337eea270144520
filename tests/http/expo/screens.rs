//! The screens of the pass: redrawn by themselves whenever the picture may differ.

use super::super::live::Screen;
use super::*;

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

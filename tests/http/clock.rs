//! A clock that was wrong for a while: what it dated into the future stops nothing once it is right.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use poem::http::StatusCode;
use time::Duration;

use crate::house::*;

#[tokio::test(flavor = "multi_thread")]
async fn backups_of_a_clock_that_ran_ahead_are_not_taken_for_those_of_today() {
    let house = House::open().await;
    let folder = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    house.keep_backups_in(folder.path()).await;
    let looks = async || {
        let looked = cafe_pos::backups::run_if_due(&house.app).await;
        looked.expect("looked");
        house
            .number("SELECT count(*) FROM backups WHERE cause = 'scheduled'")
            .await
    };
    assert_eq!(looks().await, 1);
    house.hand.advance(Duration::days(400));
    assert_eq!(looks().await, 2);
    assert_eq!(looks().await, 2, "one is enough");

    house.hand.advance(Duration::days(-400));
    for _ in 0..3 {
        assert_eq!(looks().await, 2, "today's was made before");
    }
    house.hand.advance(Duration::days(1));
    assert_eq!(looks().await, 3, "the schedule goes on");
    assert_eq!(looks().await, 3);

    // It stands as it would without that one: two days later somebody is told.
    house.hand.advance(Duration::hours(27));
    let mut manager = house.person(MANAGER).await;
    let page = manager.get("/backups").await.must_be(StatusCode::OK);
    assert!(
        page.text.contains("The last proved backup is"),
        "{}",
        page.text
    );
    assert_eq!(
        house
            .number("SELECT count(*) FROM backups WHERE state = 'good'")
            .await,
        3
    );
}

//! What a station learns about its targets from its own bumps.

use cafe_pos::kitchen;
use cafe_pos::values::StationId;

use super::*;

#[tokio::test]
async fn a_station_learns_from_its_own_bumps_of_four_weeks_and_not_from_a_few() {
    let mut day = Day::begins().await;
    let at_the_bar = |at, bump| Visit {
        at,
        kitchen: &[],
        kitchen_bump: None,
        bar: &[("Espresso", 1)],
        bar_bump: Some(bump),
    };
    // Long ago it was slow.
    for at in 0..3 {
        day.serve(&at_the_bar(at * 60, 40)).await;
    }
    let four_weeks = 28 * 24 * 60;
    for (at, bump) in [(10, 2), (20, 3), (30, 2), (40, 4)] {
        day.serve(&at_the_bar(four_weeks + at * 60, bump)).await;
    }
    day.serve(&Visit {
        at: four_weeks + 41 * 60,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(5),
        bar: &[],
        bar_bump: None,
    })
    .await;
    let bar: StationId = day.house.id("stations", "name", "Bar").await;
    let learned = async |day: &Day| {
        day.to_the_minute().await;
        let since = day.house.app.clock().now() - kitchen::LEARNED_OVER;
        kitchen::learned(&day.house.db, since, bar)
            .await
            .expect("an answer")
    };
    assert!(learned(&day).await.is_empty(), "four are too few");

    day.serve(&at_the_bar(four_weeks + 42 * 60, 5)).await;
    let known = learned(&day).await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].name, "Espresso");
    let expected = times([2, 3, 2, 4, 5].map(|minutes| minutes * 60).to_vec());
    assert_eq!(json!(known[0].times), expected);
    // Nine of ten within 4:36: the next half minute.
    assert_eq!(known[0].suggested_s(), 300);

    let read = day.read("").await;
    let mut learned = expected;
    learned["suggestedS"] = json!(300);
    assert_eq!(product(&read, "Bar", "Espresso")["learned"], learned);
    assert_eq!(product(&read, "Kitchen", "Chips")["learned"], Value::Null);
    let page = day.page("").await;
    let row = page.all("#products tbody:last-of-type tr:last-child td");
    assert_eq!(row[0], "Espresso");
    assert_eq!(row[6..], ["3:00 · 4:36 (5)", "5:00"]);
}

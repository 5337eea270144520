//! Fingers that tap too often, too fast, or on what has just come to lie under them.

use std::time::Duration;

use anyhow::ensure;
use cafe_pos_journeys::{House, View, journey};

/// Between the taps of a nervous finger: slow enough for an answer to come in between.
const NERVOUS: Duration = Duration::from_millis(300);
/// Longer than a place rests after a tap, and than an answer takes.
const AT_REST: Duration = Duration::from_millis(1_200);
/// How long an answer takes over a weak network.
const FAR: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_nervous_finger_does_only_what_it_was_put_on() {
    journey(
        "a-nervous-finger-does-only-what-it-was-put-on",
        async |house: &House| {
            let joan = house.screen("Joan's tablet", View::TABLET).await?;
            let kitchen = house.screen("Kitchen", View::WALL).await?;
            joan.signs_in_first("joan").await?;
            kitchen.signs_in_first("peter").await?;
            kitchen.opens_board("Kitchen").await?;
            for table in ["1", "2", "3"] {
                joan.opens_table(table, 2).await?;
                joan.taps("button.tile", "Rolex").await?;
                joan.sees("#order-actions button", "1 kitchen").await?;
                joan.taps("#order-actions button", "Send").await?;
                joan.sees("li.line.sent", "Rolex").await?;
                kitchen
                    .sees("article.kt", &format!("Table {table}"))
                    .await?;
            }

            // The next ticket moves up under the finger.
            kitchen
                .taps_on_the_spot("button.bump", "Bump", 2, NERVOUS)
                .await?;
            kitchen.sees_no("article.kt", "Table 1").await?;
            tokio::time::sleep(AT_REST).await;
            ensure!(
                kitchen.counts("button.bump", "").await? == 2,
                "only the ticket under the finger is bumped"
            );
            kitchen.taps("button.bump", "Bump").await?;
            kitchen.sees_no("article.kt", "Table 2").await?;
            tokio::time::sleep(AT_REST).await;
            kitchen
                .taps("article.kt[aria-label='Table 3'] button.bump", "Bump")
                .await?;
            kitchen.sees("#board", "All caught up").await?;

            // Send turns into Served under the finger: the first dish is ready, but not carried out.
            joan.sees("li.line [data-status=ready]", "Ready").await?;
            joan.taps("button.tile", "Cappuccino").await?;
            joan.taps_on_the_spot("#order-actions button", "1 bar", 2, NERVOUS)
                .await?;
            joan.sees("li.line.sent", "Cappuccino").await?;
            tokio::time::sleep(AT_REST).await;
            ensure!(
                joan.counts("li.line", "Served").await? == 0,
                "nobody carried anything out"
            );
            joan.taps("#order-actions button", "Served").await?;
            joan.sees("li.line", "Served").await
        },
    )
    .await;
}

#[tokio::test]
async fn quick_taps_on_plus_all_count() {
    journey("quick-taps-on-plus-all-count", async |house: &House| {
        let ivan = house.screen("Ivan's tablet", View::TABLET).await?;
        ivan.signs_in_first("ivan").await?;
        ivan.opens_table("6", 2).await?;
        ivan.taps("button.tile", "Espresso").await?;
        ivan.sees("li.line", "Espresso").await?;
        ivan.is_far_away(FAR).await?;
        let quick = Duration::from_millis(40);
        ivan.taps_on_the_spot("button[aria-label='One more Espresso']", "", 3, quick)
            .await?;
        ivan.sees("li.line .stepper output", "4").await?;
        let asked = ivan.asked("POST", "/quantity");
        ensure!(asked == 3, "three taps are three requests, not {asked}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_double_tap_opens_one_order() {
    journey("a-double-tap-opens-one-order", async |house: &House| {
        let ivan = house.screen("Ivan's tablet", View::TABLET).await?;
        ivan.signs_in_first("ivan").await?;
        ivan.goes_to("/floor").await?;
        ivan.taps("aside.side button", "New takeaway").await?;
        ivan.types("dialog input[name=name]", "Nakato").await?;
        ivan.is_far_away(FAR).await?;
        // The first answer is there, and the next page not yet.
        let impatient = FAR * 3 / 2;
        ivan.taps_on_the_spot("dialog button.primary", "Start order", 2, impatient)
            .await?;
        ivan.arrives_at("/orders/").await?;
        ivan.goes_to("/orders").await?;
        ivan.sees("#all-orders", "Nakato").await?;
        let opened = ivan.counts("#all-orders li", "Nakato").await?;
        ensure!(opened == 1, "{opened} orders for one guest");
        Ok(())
    })
    .await;
}

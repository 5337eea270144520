//! The pass: whole orders, served by finger and by key, taken back; and what rings at the tills.

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};

/// Notes what a page asks the loudspeaker for.
const LISTEN: &str =
    "document.addEventListener('sound', event => (window.rang ??= []).push(event.detail))";

async fn rang(screen: &Screen, tone: &str) -> Result<u64> {
    let count = format!("(window.rang ?? []).filter(each => each === '{tone}').length");
    Ok(screen.ask(&count).await?.as_u64().unwrap_or(0))
}

#[tokio::test]
async fn whole_orders_are_served_from_the_pass() {
    journey(
        "whole-orders-are-served-from-the-pass",
        async |house: &House| {
            let moses = house.screen("Moses' tablet", View::TABLET).await?;
            let kitchen = house.screen("Kitchen", View::WALL).await?;
            let bar = house.screen("Bar", View::WALL).await?;
            let pass = house.screen("Pass", View::WALL).await?;
            let ruth = house.screen("Ruth's laptop", View::TABLET).await?;
            for (screen, name) in [
                (&moses, "moses"),
                (&kitchen, "peter"),
                (&bar, "kevin"),
                (&ruth, "ruth"),
            ] {
                screen.signs_in_first(name).await?;
            }
            kitchen.opens_board("Kitchen").await?;
            bar.opens_board("Bar").await?;
            pass.becomes_display("Pass display", &ruth).await?;
            pass.goes_to("/").await?;
            pass.sees("header.top h1", "Pass").await?;
            pass.is_live().await?;
            pass.can_be_used_by_all("empty pass").await?;
            pass.ask(LISTEN).await?;

            moses.opens_table("7", 3).await?;
            for product in ["Rolex", "Espresso"] {
                moses.taps("button.tile", product).await?;
                moses.sees("li.line", product).await?;
            }
            moses.taps("#order-actions button", "Send").await?;
            pass.sees("#pass-board .pcard", "T7").await?;
            pass.sees("#pass-board .pcard", "0 of 1").await?;
            moses.ask(LISTEN).await?;

            bar.taps("article.kt .bump", "Bump").await?;
            pass.sees("#pass-ready .pcard", "1 of 2 ready").await?;
            pass.can_be_used_by_all("pass").await?;
            moses.sees("#ready-bell", "1").await?;
            kitchen.taps("article.kt .bump", "Bump").await?;
            pass.sees("#pass-board", "All caught up").await?;
            pass.sees("#pass-ready .badge", "Ready").await?;

            // By key: one selects the first, Enter serves it, U takes it back.
            pass.hits("1").await?;
            pass.sees("#pass-ready .pcard[aria-current]", "T7").await?;
            pass.hits("Enter").await?;
            pass.sees("#notice", "Table 7 served.").await?;
            pass.sees("#pass-ready", "Nothing waits").await?;
            pass.hits("u").await?;
            pass.sees("#notice", "Table 7 is back on the pass.").await?;
            pass.sees("#pass-ready .pcard", "T7").await?;

            // By finger, which taps twice; and back in place.
            pass.taps_twice("#pass-ready .pcard button", "Served")
                .await?;
            pass.sees("#notice", "Table 7 served.").await?;
            pass.taps("#notice button", "Undo").await?;
            pass.sees("#pass-ready .pcard", "T7").await?;
            pass.taps("#pass-ready .pcard button", "Served").await?;
            pass.sees("#pass-ready", "Nothing waits").await?;
            pass.hits("r").await?;
            pass.sees("#recall-list li", "Table 7").await?;
            pass.can_be_used_by_all("recall of the pass").await?;
            pass.taps("#recall-list button", "Recall").await?;
            pass.sees("#recall-list", "Nothing to recall").await?;
            pass.hits("Escape").await?;
            pass.sees("#pass-ready .pcard", "T7").await?;

            // Each of the two bumps has rung once, here and at the till of whose order it is; coming back is no news.
            for screen in [&pass, &moses] {
                let times = rang(screen, "ready").await?;
                ensure!(times == 2, "{}: {times} tones for two bumps", screen.name);
            }
            Ok(())
        },
    )
    .await;
}

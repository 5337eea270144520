//! What fits on a screen.

use anyhow::ensure;
use cafe_pos_journeys::{House, View, journey};

#[tokio::test]
async fn a_long_ticket_goes_on_with_its_name_whatever_the_size_of_the_text() {
    journey("a-long-ticket-goes-on-with-its-name", async |house: &House| {
        let fatuma = house.screen("Fatuma's tablet", View::TABLET).await?;
        let kitchen = house.screen("Kitchen", View::WALL).await?;
        fatuma.signs_in_first("fatuma").await?;
        kitchen.signs_in_first("peter").await?;
        kitchen.opens_board("Kitchen").await?;
        fatuma.opens_table("8", 8).await?;
        let tiles = fatuma.counts("button.tile[hx-post]", "").await?;
        for tile in 1..=tiles {
            let nth = format!(":nth-child({tile} of .tile-box:has(> .tile[hx-post])) > .tile");
            fatuma.taps(&nth, "").await?;
            let lines = format!("#order-lines li:nth-of-type({tile})");
            fatuma.sees(&lines, "").await?;
        }
        fatuma.taps("#order-actions button", "Send").await?;
        fatuma.sees("li.line.sent", "").await?;

        kitchen.sees("article.kt", "continued, 2 of").await?;
        for bigger in 0..=3 {
            if bigger > 0 {
                kitchen.taps("[data-zoom='1']", "").await?;
            }
            let cut = "[...document.querySelectorAll('.kt')].filter(ticket => ticket.getClientRects().length > 1).length";
            let cut = kitchen.ask(cut).await?;
            ensure!(cut == 0, "{cut} tickets are cut at size {bigger}");
        }
        Ok(())
    })
    .await;
}

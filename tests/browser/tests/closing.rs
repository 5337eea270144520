//! The end of a day by two people: cash that moved, a count that does not fit, a drawer that changes hands, the X and the Z.

use anyhow::Result;
use cafe_pos_journeys::{House, Screen, View, journey};

const LAPTOP: View = View {
    width: 1_440,
    height: 900,
};

#[tokio::test]
async fn two_people_close_a_day() {
    journey("closing", async |house: &House| {
        let amina = house.screen("Amina's tablet", View::TABLET).await?;
        amina.signs_in_first("amina").await?;
        amina.counts_float(&[(10_000, 5)]).await?;
        amina.arrives_at("/floor").await?;
        amina.begins_counter_sale().await?;
        amina.taps("button.tile", "Espresso").await?;
        amina.sees("li.line", "Espresso").await?;
        amina.taps("#order-actions a", "Pay").await?;
        amina.sees("#pay-quick", "").await?;
        amina.taps("#pay-form button.primary", "Take cash").await?;
        amina.sees(".done", "Paid in full").await?;

        amina.goes_to("/shift").await?;
        amina.taps("#own-shift a", "Cash in and out").await?;
        amina.sees("h1", "Cash in and out").await?;
        is_well(&amina, "cash in and out").await?;

        amina.goes_to("/shift").await?;
        amina.taps("#own-shift a", "Count and close").await?;
        amina.sees("h1", "Close shift").await?;
        is_well(&amina, "a count").await?;
        // Twenty thousand are missing.
        amina.counts_cash(&[(10_000, 3)]).await?;
        amina.taps("button.primary", "Lock count").await?;
        amina.sees("p.variance", "Short by").await?;
        is_well(&amina, "a count that does not fit").await?;

        let daniel = house.screen("Daniel's laptop", LAPTOP).await?;
        daniel.signs_in_first("daniel").await?;
        daniel.goes_to("/days").await?;
        daniel.sees("main", "Days").await?;
        is_well(&daniel, "days").await?;
        daniel.taps("main a.btn", "X report, close").await?;
        daniel.sees("article.receipt", "X REPORT").await?;
        daniel.sees("article.receipt", "SOLD").await?;
        is_well(&daniel, "an X report").await?;
        daniel
            .taps("button[data-dialog=close-day]", "Close")
            .await?;
        daniel.sees("dialog[open]", "Z report").await?;
        daniel.can_be_used_by_all("closing a day").await?;
        daniel
            .taps("dialog[open] button.primary", "Make the Z report")
            .await?;
        daniel.sees("article.receipt", "Z REPORT 1").await?;
        is_well(&daniel, "a Z report").await
    })
    .await;
}

async fn is_well(screen: &Screen, what: &str) -> Result<()> {
    for view in [View::PHONE, View::UPRIGHT, LAPTOP] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    screen.can_be_used_by_all(what).await
}

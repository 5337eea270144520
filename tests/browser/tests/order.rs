//! The order screen's own scripts: what a person chose stays theirs while others change the order.

use std::time::Duration;

use anyhow::ensure;
use cafe_pos_journeys::{House, View, journey};

/// Between the taps of a nervous finger: slow enough for an answer to come in between.
const NERVOUS: Duration = Duration::from_millis(300);

#[tokio::test]
async fn an_order_is_taken_while_others_change_it_and_the_menu() {
    journey(
        "an-order-is-taken-while-others-change-it",
        async |house: &House| {
            let joan = house.screen("Joan's tablet", View::TABLET).await?;
            let ruth = house.screen("Ruth's laptop", View::TABLET).await?;
            joan.signs_in_first("joan").await?;
            ruth.signs_in_first("ruth").await?;
            joan.opens_table("5", 4).await?;
            joan.is_live().await?;
            joan.taps("#order-for .seg label", "3").await?;

            // The search, from the favourites and from a category.
            joan.types("input[data-search]", "espr").await?;
            joan.sees("#menu-grid[aria-label^='Search'] .tile .name", "Espresso")
                .await?;
            joan.taps(".rail a", "Coffee").await?;
            joan.sees("#menu-grid[aria-label='Coffee'] .tile .name", "Latte")
                .await?;

            // Another milk is one tap under the line that was just added.
            joan.taps("#menu-grid .tile", "Latte").await?;
            joan.sees("li.line .pick small", "Seat 3").await?;
            joan.taps("li.line[aria-current] .choices .chip", "Oat milk")
                .await?;
            joan.sees("li.line .pick small", "Oat milk").await?;

            // Sold out elsewhere, marked here; more guests elsewhere, and the seat is still this person's.
            ruth.goes_to("/menu/stock?q=flat+white").await?;
            ruth.taps("button[name=sold_out]", "Sold out").await?;
            joan.sees("#menu-grid .tile[aria-disabled]", "Flat white")
                .await?;
            ruth.goes_to(&joan.path().await?).await?;
            ruth.taps("button[aria-label^='Order options']", "").await?;
            ruth.taps("dialog [data-step='1']", "").await?;
            ruth.taps("dialog button.primary", "Save").await?;
            joan.sees("#order-meta", "5 guests").await?;
            joan.sees("#order-for .seg label", "5").await?;
            let seat = joan
                .ask("document.querySelector('#order-for input[name=seat]:checked').value")
                .await?;
            ensure!(seat == "3", "the seat for the next item became {seat}");

            // A note of the house, and a line that was removed and comes back once.
            joan.taps("#line-bar button", "Note").await?;
            joan.taps("dialog [data-write]", "Extra hot").await?;
            joan.taps("dialog button.primary", "Save note").await?;
            joan.sees("li.line small.note", "Extra hot").await?;
            joan.taps("button[aria-label='Remove Latte']", "").await?;
            joan.sees("#notice .toast", "removed").await?;
            joan.taps_on_the_spot("#notice .toast button", "Undo", 2, NERVOUS)
                .await?;
            joan.sees("li.line small.note", "Extra hot").await?;
            tokio::time::sleep(NERVOUS * 3).await;
            let pieces = joan.reads("li.line .stepper output").await?;
            ensure!(pieces.trim() == "1", "it came back {pieces} times");
            Ok(())
        },
    )
    .await;
}

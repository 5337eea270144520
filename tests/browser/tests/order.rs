//! The order screen's own scripts: what a person chose stays theirs while others change the order.

use std::time::Duration;

use anyhow::ensure;
use cafe_pos_journeys::{FIRST_PASSWORD, House, View, journey};

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

#[tokio::test]
async fn words_before_choices_seats_and_the_last_taps_before_paying() {
    journey(
        "words-before-choices-seats-and-the-last-taps",
        async |house: &House| {
            let amina = house.screen("Amina's tablet", View::TABLET).await?;
            amina.signs_in_first("amina").await?;
            amina.counts_float(&[(20_000, 2)]).await?;
            amina.arrives_at("/floor").await?;
            amina.opens_table("6", 2).await?;
            amina
                .taps("button.tile-more[aria-label='Choices for Latte']", "")
                .await?;
            amina.sees("dialog", "Milk").await?;

            // A word is for one choice: the next tap is plain again.
            amina.taps("dialog [data-word]", "Extra").await?;
            amina.taps("dialog .chip", "Oat milk").await?;
            amina.sees("dialog .chip[data-how=extra]", "Extra").await?;
            amina.sees("dialog [data-add]", "16,000").await?;
            amina.taps("dialog [data-word]", "No").await?;
            amina.taps("dialog .chip", "Extra shot").await?;
            amina
                .sees("dialog .chip[data-how=no]", "Extra shot")
                .await?;
            amina.sees("dialog [data-add]", "16,000").await?;
            amina.can_be_used_by_all("choices with words").await?;
            // The word goes when another milk is taken, and with its own tap.
            amina.taps("dialog .chip", "Whole milk").await?;
            amina.sees_no("dialog .chip[data-how=extra]", "").await?;
            amina.taps("dialog .chip", "Extra shot").await?;
            amina.sees_no("dialog .chip[data-how=no]", "").await?;
            amina.sees("dialog [data-add]", "13,500").await?;
            amina.taps("dialog [data-word]", "Light").await?;
            amina.taps("dialog .chip", "Whole milk").await?;
            amina.taps("dialog [data-add]", "Add").await?;
            amina
                .sees("li.line .pick small", "Light whole milk, Extra shot")
                .await?;

            // Round the table.
            for seat in ["Table", "Seat 1"] {
                amina
                    .taps("li.line[aria-current] .choices .chip", seat)
                    .await?;
            }
            amina.sees("li.line[data-seat='Seat 2']", "Latte").await?;

            // Three taps that are still on their way when the finger is on Pay.
            amina.is_far_away(NERVOUS).await?;
            amina
                .taps_on_the_spot(
                    "button[aria-label='One more Latte']",
                    "",
                    3,
                    Duration::from_millis(40),
                )
                .await?;
            amina.taps("#order-actions a", "Pay").await?;
            amina.sees("#pay-form", "54,000").await
        },
    )
    .await;
}

#[tokio::test]
async fn a_shared_till_goes_back_to_the_tiles_after_a_send_where_it_is_set_so() {
    journey("back-to-the-tiles-after-a-send", async |house: &House| {
        let ruth = house.screen("Ruth's laptop", View::TABLET).await?;
        let till = house.screen("Floor tablet", View::TABLET).await?;
        ruth.signs_in_first("ruth").await?;
        ruth.goes_to("/terminals").await?;
        ruth.taps("button[aria-label='Edit Floor tablet']", "")
            .await?;
        ruth.taps("dialog label.switch", "after each send").await?;
        ruth.taps("dialog button.primary", "Save").await?;
        ruth.sees("#notice .toast", "").await?;
        till.becomes_terminal("Floor tablet", &ruth).await?;
        till.taps("a.btn", "Use username and password").await?;
        till.types("#username", "joan").await?;
        till.types("#password", FIRST_PASSWORD).await?;
        till.taps("dialog button.primary", "Sign in").await?;
        till.chooses_password().await?;
        till.arrives_at("/floor").await?;
        till.opens_table("5", 2).await?;
        till.taps("#menu-grid .tile", "Cappuccino").await?;
        till.sees("li.line", "Cappuccino").await?;
        till.taps("#order-actions button", "Send").await?;
        till.arrives_at("/sign-in").await?;
        ruth.goes_to("/kitchen").await?;
        ruth.opens_board("Bar").await?;
        ruth.sees("article.kt", "Cappuccino").await
    })
    .await;
}

/// Longer than the ten seconds after which somebody is told, and the second that passes until it is noticed.
const UNSEEN: Duration = Duration::from_secs(15);

#[tokio::test]
async fn two_at_a_table_see_each_other_and_whoever_sends_learns_whether_it_arrives() {
    journey("who-is-here-and-did-it-arrive", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let moses = house.screen("Moses' tablet", View::TABLET).await?;
        joan.signs_in_first("joan").await?;
        moses.signs_in_first("moses").await?;
        joan.opens_table("5", 2).await?;
        joan.is_live().await?;
        joan.sees_no("#order-people > span", "").await?;
        moses.goes_to(&joan.path().await?).await?;
        joan.sees("#order-people > span", "Moses").await?;
        moses.sees("#order-people > span", "Joan").await?;
        joan.sees_no("#order-people > span", "Joan").await?;
        moses.goes_to("/floor").await?;
        joan.sees_no("#order-people > span", "").await?;

        // No board is open anywhere: whoever sent it is told, wherever they are by then, and nobody else.
        joan.taps(".rail a", "Coffee").await?;
        joan.taps("#menu-grid .tile", "Espresso").await?;
        joan.taps("#order-actions button", "Send").await?;
        joan.sees("#order-receipts", "Bar Sent").await?;
        joan.goes_to("/floor").await?;
        joan.sees_within(UNSEEN, "#unseen .banner", "No screen at Bar shows Table 5.")
            .await?;
        joan.can_be_used_by_all("an alarm on the floor").await?;
        moses.sees_no("#unseen .banner", "").await?;
        joan.taps("#unseen .banner a", "Order").await?;
        joan.sees("#order-receipts", "On no screen since").await?;
        joan.can_be_used_by_all("an alarm on an order").await?;
        joan.taps("#unseen .banner button", "Told them").await?;
        joan.sees_no("#unseen .banner", "").await?;
        joan.sees("#order-receipts", "Bar Told").await?;

        // Somebody looks at the board, begins, and is done.
        let kevin = house.screen("Kevin's board", View::WALL).await?;
        kevin.signs_in_first("kevin").await?;
        kevin.opens_board("Bar").await?;
        joan.sees("#order-receipts", "Bar On screen").await?;
        kevin.taps("#board .kt button.start", "").await?;
        joan.sees("#order-receipts", "Bar Started").await?;
        kevin.taps("#board .kt .bump", "Bump").await?;
        joan.sees("#order-receipts", "Bar Ready").await?;
        Ok(())
    })
    .await;
}

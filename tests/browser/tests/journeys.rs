//! What people do with cafe-pos from the first tap to the last, in real browsers against the built program.

use std::time::Duration;

use anyhow::{Result, ensure};
use cafe_pos_journeys::{FIRST_PASSWORD, House, Screen, View, Wire, journey};

/// Two missed heartbeats, and a moment for the clock that looks once a second.
const KNOWS_IT_IS_CUT_OFF: Duration = Duration::from_millis(12_500);

#[tokio::test]
async fn serve_a_counter_guest() {
    journey("serve-a-counter-guest", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        start_work(&till).await?;

        till.begins_counter_sale().await?;
        till.can_be_used_by_all("order").await?;
        let before = till.tapped();
        till.taps("button.tile", "Espresso").await?;
        till.taps("button.tile", "Butter croissant").await?;
        till.taps("button.tile", "Cappuccino").await?;
        till.taps("#order-actions button", "Exact 24,500").await?;
        till.sees(".done", "Paid in full").await?;
        let taps = till.tapped() - before;
        ensure!(
            taps == 4,
            "three products paid exactly are 4 taps, not {taps}"
        );
        till.sees(".done .huge", "UGX0").await?;
        till.sees("article.receipt", "Butter croissant").await?;
        till.can_be_used_by_all("receipt").await?;

        // The change is a button, too: on to the next guest.
        till.taps(".done .huge", "UGX0").await?;
        till.sees("#order-panel", "Nothing ordered yet").await?;
        till.taps("button.tile", "Espresso").await?;
        till.taps("button.tile", "Butter croissant").await?;
        till.sees("#order-sums", "14,500").await?;
        till.taps("#order-actions a", "Pay").await?;
        till.sees("#pay-bill", "Espresso").await?;
        till.can_be_used_by_all("pay").await?;
        till.taps("#pay-quick button", "20,000").await?;
        till.sees("[data-out=change]", "5,500").await?;
        till.taps("#pay-form button.primary", "Take cash").await?;
        till.sees(".done .huge", "UGX5,500").await?;
        let size = till
            .ask("parseFloat(getComputedStyle(document.querySelector('.done .huge')).fontSize)")
            .await?;
        ensure!(
            size.as_f64() >= Some(48.0),
            "change is told in digits of 48 px or more, not {size}"
        );
        till.taps(".done button", "Done").await?;
        till.sees("#order-panel", "Nothing ordered yet").await?;

        till.goes_to("/shift").await?;
        till.sees("h1", "Your shift").await?;
        till.can_be_used_by_all("own shift").await?;
        till.taps("#own-shift a", "Count and close").await?;
        till.sees("h1", "Close shift").await?;
        till.can_be_used_by_all("count").await
    })
    .await;
}

/// Signs in with the password everybody begins with, chooses another, and starts a shift with 100,000 in cash.
async fn start_work(till: &Screen) -> Result<()> {
    till.goes_to("/").await?;
    till.arrives_at("/sign-in").await?;
    till.can_be_used_by_all("sign-in").await?;
    till.gives_password("amina", FIRST_PASSWORD).await?;
    till.sees("h1", "Choose a password").await?;
    till.can_be_used_by_all("choose a password").await?;
    till.goes_to("/floor").await?; // nothing else works before
    till.chooses_password().await?;
    till.arrives_at("/floor").await?;
    till.can_be_used_by_all("floor").await?;
    till.goes_to("/shift").await?;
    till.sees("h1", "Start shift").await?;
    till.can_be_used_by_all("start shift").await?;
    till.counts_float(&[(20_000, 2), (10_000, 4), (5_000, 3), (1_000, 5)])
        .await?;
    till.arrives_at("/floor").await
}

#[tokio::test]
async fn two_screens_see_one_order() {
    journey("two-screens-see-one-order", async |house: &House| {
        let moses = house.screen("Moses' tablet", View::TABLET).await?;
        let amina = house.screen("Amina's phone", View::PHONE).await?;
        let kitchen = house.screen("Kitchen", View::WALL).await?;
        moses.signs_in_first("moses").await?;
        amina.signs_in_first("amina").await?;
        kitchen.signs_in_first("peter").await?;
        kitchen.opens_board("Kitchen").await?;

        moses.opens_table("7", 3).await?;
        amina.goes_to("/floor").await?;
        amina.can_be_used_by_all("floor on a phone").await?;
        amina.taps("a.tbl b.no", "7").await?;
        amina.arrives_at("/orders/").await?;
        ensure!(
            amina.path().await? == moses.path().await?,
            "both are at the same order"
        );
        moses.is_live().await?;
        amina.is_live().await?;

        moses.taps("button.tile", "Cappuccino").await?;
        amina.sees("#order-peek", "1 to send").await?;
        amina.taps("#order-peek", "Table 7").await?;
        amina.sees("li.line", "Cappuccino").await?;
        amina.can_be_used_by_all("order on a phone").await?;
        amina.taps("#order-peek", "Table 7").await?;
        amina.taps("button.tile", "Rolex").await?;
        moses.sees("li.line", "Rolex").await?;
        choices(&moses).await?;

        moses
            .taps("#order-actions button", "1 bar · 1 kitchen")
            .await?;
        moses.sees("li.line.sent", "Rolex").await?;
        kitchen.sees("article.kt", "Table 7").await?;
        kitchen.sees("article.kt .item", "Rolex").await?;
        ensure!(
            kitchen.counts("article.kt", "Cappuccino").await? == 0,
            "the bar's work stays at the bar"
        );
        kitchen.can_be_used_by_all("board").await?;
        amina.sees("#order-peek", "2 lines").await?;

        amina.goes_to("/floor").await?;
        amina.is_live().await?;
        kitchen.taps("button.start", "").await?;
        moses
            .sees("li.line [data-status=preparing]", "Preparing")
            .await?;
        kitchen.taps("button.bump", "Bump").await?;
        kitchen.sees("#board", "All caught up").await?;
        moses.sees("li.line [data-status=ready]", "Ready").await?;
        amina.sees("#ready-strip", "Table 7").await?;
        amina.can_be_used_by_all("ready strip").await?;
        moses
            .can_be_used_by_all("order with something ready")
            .await?;

        moses.taps("#order-actions button", "Served").await?;
        moses.sees("li.line", "Served").await?;
        amina
            .sees("#ready-strip", "Nothing waits to be served")
            .await
    })
    .await;
}

/// The sheet of a product's choices, opened and closed again.
async fn choices(screen: &Screen) -> Result<()> {
    screen
        .taps("button.tile-more[aria-label='Choices for Cappuccino']", "")
        .await?;
    screen.sees("dialog", "Milk").await?;
    screen.can_be_used_by_all("choices").await?;
    screen.taps("dialog [data-close]", "").await?;
    screen.sees_no("dialog", "").await
}

#[tokio::test]
async fn a_wrong_password_is_told_in_place() {
    journey(
        "a-wrong-password-is-told-in-place",
        async |house: &House| {
            let phone = house.screen("Amina's phone", View::PHONE).await?;
            phone.goes_to("/sign-in").await?;
            phone.can_be_used_by_all("sign-in on a phone").await?;
            phone.will_be_refused(401);
            phone.will_be_refused(422);
            phone.gives_password("amina", "not this one").await?;
            phone
                .sees("#err-password, #err-username, #notice .toast", ".")
                .await?;
            ensure!(phone.path().await? == "/sign-in", "it stays where it is");
            ensure!(
                phone.value_of("#username").await? == "amina",
                "the name is kept"
            );
            phone
                .can_be_used_by_all("sign-in after a wrong password")
                .await?;
            phone.gives_password("amina", FIRST_PASSWORD).await?;
            phone.sees("h1", "Choose a password").await
        },
    )
    .await;
}

#[tokio::test]
async fn a_double_tap_sends_once() {
    journey("a-double-tap-sends-once", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::UPRIGHT).await?;
        joan.signs_in_first("joan").await?;
        joan.opens_table("G2", 2).await?;
        joan.can_be_used_by_all("order, upright").await?;
        joan.taps("button.tile", "Rolex").await?;
        joan.sees("#order-actions button", "1 kitchen").await?;
        joan.taps_twice("#order-actions button", "Send").await?;
        joan.sees("li.line.sent", "Rolex").await?;

        let kitchen = house.screen("Kitchen", View::TABLET).await?;
        kitchen.signs_in_first("peter").await?;
        kitchen.opens_board("Kitchen").await?;
        kitchen.sees("article.kt", "Table G2").await?;
        let (tickets, lines) = (
            kitchen.counts("article.kt", "").await?,
            kitchen.counts("article.kt .item", "").await?,
        );
        ensure!(
            (tickets, lines) == (1, 1),
            "{tickets} tickets with {lines} lines for one dish"
        );
        ensure!(
            kitchen.counts("article.kt", "ADD-ON").await? == 0,
            "nothing was added to it"
        );
        ensure!(
            kitchen.reads("article.kt .item .q").await? == "1",
            "one of it"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_cut_cable_is_told_and_mended() {
    journey("a-cut-cable-is-told-and-mended", async |house: &House| {
        let cable = Wire::to(house.address()).await?;
        let far = house
            .screen_behind(&cable, "Fatuma's tablet", View::TABLET)
            .await?;
        let near = house.screen("Ivan's tablet", View::TABLET).await?;
        far.signs_in_first("fatuma").await?;
        near.signs_in_first("ivan").await?;
        far.opens_table("4", 2).await?;
        near.goes_to(&far.path().await?).await?;
        far.is_live().await?;

        cable.pull();
        near.taps("button.tile", "Rolex").await?;
        near.sees("li.line", "Rolex").await?;
        far.sees_within(KNOWS_IT_IS_CUT_OFF, "#stale", "NOT LIVE since")
            .await?;
        far.sees("#conn", "Not live").await?;
        far.can_be_used_by_all("cut off").await?;
        ensure!(
            far.counts("li.line", "Rolex").await? == 0,
            "nothing came through the cut"
        );

        cable.plug_in();
        far.sees("li.line", "Rolex").await?;
        far.sees_no("#stale", "").await?;
        far.sees("#conn", "Online").await?;
        far.taps("button.tile", "Cappuccino").await?;
        near.sees("li.line", "Cappuccino").await
    })
    .await;
}

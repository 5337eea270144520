//! Every page on a phone, on an upright tablet and on one lying down: nothing lies beside the screen, and whatever is
//! tapped is big enough for a finger.

use anyhow::{Result, ensure};
use cafe_pos_journeys::{FIRST_PASSWORD, House, Screen, View, journey};

#[tokio::test]
async fn every_page_fits_every_screen() {
    journey("every-page-fits-every-screen", async |house: &House| {
        let office = house.screen("Ruth's laptop", View::TABLET).await?;
        office.signs_in_first("ruth").await?;
        for page in [
            "/staff",
            "/terminals",
            "/stations",
            "/menu/price-lists",
            "/backups",
            "/kitchen/figures",
            "/menu/stock",
            "/payments/statements",
            "/printers",
            "/printers/jobs",
            "/days",
            "/audit",
            "/audit/exceptions",
            "/me",
            "/trust",
        ] {
            office.goes_to(page).await?;
            fits_everywhere(&office, page).await?;
        }

        // A paired till has a button more in its bar.
        let till = house.screen("Till 1", View::TABLET).await?;
        till.becomes_terminal("Till 1", &office).await?;
        fits_everywhere(&till, "tiles").await?;
        till.taps("a.btn", "Use username and password").await?;
        till.sees("dialog", "Sign in with password").await?;
        fits_everywhere(&till, "password over the tiles").await?;
        till.types("#username", "amina").await?;
        till.types("#password", FIRST_PASSWORD).await?;
        till.taps("dialog button.primary", "Sign in").await?;
        till.chooses_password().await?;
        till.arrives_at("/floor").await?;
        till.goes_to("/shift").await?;
        fits_everywhere(&till, "shift start").await?;
        till.counts_float(&[(20_000, 2), (5_000, 3)]).await?;
        till.arrives_at("/floor").await?;
        till_pages_fit(house, &till).await
    })
    .await;
}

/// An order from the table to the receipt, and the pages beside it.
async fn till_pages_fit(house: &House, till: &Screen) -> Result<()> {
    till.opens_table("7", 6).await?;
    for product in ["Rolex", "Cappuccino"] {
        till.taps("button.tile", product).await?;
        till.sees("li.line", product).await?;
    }
    till.taps("#order-actions button", "Send").await?;
    till.sees("li.line.sent", "Rolex").await?;
    till.taps("button.tile", "Espresso").await?;
    till.sees("li.line:not(.sent)", "Espresso").await?;
    fits_everywhere(till, "order").await?;
    till.resize(View::PHONE).await?;
    till.taps("#order-peek", "Table 7").await?;
    till.fits("order, panel open").await?;
    till.resize(View::TABLET).await?;
    till.taps("button.tile-more[aria-label='Choices for Cappuccino']", "")
        .await?;
    till.sees("dialog", "Milk").await?;
    fits_everywhere(till, "choices").await?;

    let kitchen = house.screen("Kitchen", View::WALL).await?;
    kitchen.signs_in_first("peter").await?;
    kitchen.opens_board("Kitchen").await?;
    kitchen.taps("button.bump", "Bump").await?;
    for page in ["/floor", "/orders", "/ready", "/shift", "/me"] {
        till.goes_to(page).await?;
        if page == "/floor" {
            till.sees("#ready-strip", "Table 7").await?;
        }
        fits_everywhere(till, page).await?;
    }

    till.goes_to("/floor").await?;
    till.taps("a.tbl b.no", "7").await?;
    till.taps("#order-actions button", "Send").await?;
    till.sees("#order-actions a.primary", "Pay").await?;
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-quick", "").await?;
    fits_everywhere(till, "pay").await?;
    till.taps("#pay-form button.primary", "Take cash").await?;
    till.sees(".done", "Paid in full").await?;
    fits_everywhere(till, "receipt").await?;
    till.goes_to("/shift").await?;
    till.taps("#own-shift a", "Count and close").await?;
    till.sees("h1", "Close shift").await?;
    fits_everywhere(till, "count").await
}

/// On a phone, an upright tablet and one lying down.
async fn fits_everywhere(screen: &Screen, what: &str) -> Result<()> {
    for view in [View::PHONE, View::UPRIGHT, View::TABLET] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    Ok(())
}

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
            let cut = "(edge => [...document.querySelectorAll('.kt')].map(ticket => ticket.getBoundingClientRect()).filter(box => box.right > 0 && box.bottom > edge).length)(document.querySelector('#board').getBoundingClientRect().bottom)";
            let cut = kitchen.ask(cut).await?;
            ensure!(cut == 0, "{cut} tickets are cut at size {bigger}");
        }
        Ok(())
    })
    .await;
}

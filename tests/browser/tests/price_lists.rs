//! A happy hour: a manager makes it at a laptop, and the tills that are open sell by it.

use std::time::Duration;

use anyhow::Result;
use cafe_pos_journeys::{House, Screen, View, journey};

const LAPTOP: View = View {
    width: 1_440,
    height: 900,
};

#[tokio::test]
async fn a_manager_makes_a_happy_hour_and_an_open_till_sells_by_it() {
    journey("happy-hour", async |house: &House| {
        let amina = house.screen("Amina's tablet", View::TABLET).await?;
        amina.signs_in_first("amina").await?;
        amina.begins_counter_sale().await?;
        amina.sees("button.tile", "Espresso").await?;

        let daniel = house.screen("Daniel's laptop", LAPTOP).await?;
        daniel.signs_in_first("daniel").await?;
        daniel.goes_to("/menu/price-lists").await?;
        daniel.sees("#price-lists", "No price lists yet").await?;
        is_well(&daniel, "no price lists").await?;
        daniel.taps("button", "New price list").await?;
        daniel.sees("dialog h2", "New price list").await?;
        is_well(&daniel, "new price list").await?;
        makes_a_list(&daniel).await?;
        prices_espresso(&daniel).await?;

        // A tile that is shown already: nobody has touched the tablet.
        amina.sees(".tile .price", "1,500").await?;
        amina.taps("button.tile", "Espresso").await?;
        amina.sees("li.line small", "Happy hour").await?;
        amina.sees("dd.due", "1,500").await?;

        daniel.taps("#edit-list", "Name and hours").await?;
        daniel.sees("dialog h2", "Happy hour").await?;
        is_well(&daniel, "edit a price list").await?;
        daniel.taps("dialog summary", "Delete this list").await?;
        daniel.taps("dialog button.danger", "Delete list").await?;
        daniel.sees("#price-lists", "No price lists yet").await?;
        amina.sees_no(".tile .price", "1,500").await?;
        amina.sees("dd.due", "1,500").await
    })
    .await;
}

/// It counts at every hour of every day, whatever the time is now.
async fn makes_a_list(daniel: &Screen) -> Result<()> {
    daniel.types("dialog #name", "Happy hour").await?;
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri"] {
        daniel.taps("dialog label.chip", day).await?;
    }
    daniel.will_be_refused(422);
    daniel
        .taps("dialog footer button", "Add price list")
        .await?;
    daniel.sees("dialog .err", "at least one day").await?;
    is_well(daniel, "a price list with a fault").await?;
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        daniel.taps("dialog label.chip", day).await?;
    }
    for field in ["from", "until"] {
        daniel
            .ask(&format!(
                "void (document.querySelector('dialog #{field}').value = '00:00')"
            ))
            .await?;
    }
    daniel
        .taps("dialog footer button", "Add price list")
        .await?;
    daniel.sees("h1", "Happy hour").await?;
    daniel.sees("#list-head", "Counts now").await?;
    is_well(daniel, "a price list without prices").await
}

async fn prices_espresso(daniel: &Screen) -> Result<()> {
    daniel.taps("#add-products", "Add products").await?;
    daniel.sees("dialog h2", "Add to Happy hour").await?;
    is_well(daniel, "products to add").await?;
    daniel.types("#find-product", "espr").await?;
    daniel.sees_no("#found li", "Cappuccino").await?;
    daniel
        .taps("dialog button[aria-label='Add Espresso']", "")
        .await?;
    daniel.sees("dialog h2", "Espresso").await?;
    daniel.types("dialog #price", "1,500.50").await?;
    daniel.will_be_refused(422);
    daniel.taps("dialog footer button", "Save price").await?;
    daniel.sees("dialog .err", "whole shillings").await?;
    is_well(daniel, "a price with a fault").await?;
    daniel.types("dialog #price", "1500").await?;
    daniel.taps("dialog footer button", "Save price").await?;
    // The next one is chosen at the same search.
    daniel
        .sees_within(Duration::from_secs(5), "#found li", "here 1,500")
        .await?;
    daniel.taps("dialog footer button", "Done").await?;
    daniel.sees("#prices", "1,500").await?;
    is_well(daniel, "a price list").await?;
    daniel.goes_to("/menu/price-lists").await?;
    daniel.sees("#price-lists", "Every day all day").await?;
    is_well(daniel, "price lists").await?;
    daniel.taps("#price-lists a", "Happy hour").await?;
    daniel.sees("h1", "Happy hour").await
}

/// It fits on a laptop, a tablet and a phone, and everybody can use it.
async fn is_well(screen: &Screen, what: &str) -> Result<()> {
    for view in [View::PHONE, View::TABLET, LAPTOP] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    screen.can_be_used_by_all(what).await
}

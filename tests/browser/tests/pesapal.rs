//! Guests who pay on a link of Pesapal's, from the till's question to the receipt. Pesapal is the one that stands in for it,
//! with its own page and its own notifications.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cafe_pos_journeys::{House, Pesapal, Screen, View, journey_with};

/// The till looks every two seconds; Pesapal notifies at once.
const SOON: Duration = Duration::from_secs(8);

/// A counter sale of 24,500, on the screen that pays it.
async fn sells(till: &Screen) -> Result<()> {
    till.begins_counter_sale().await?;
    for product in ["Espresso", "Butter croissant", "Cappuccino"] {
        till.taps("button.tile", product).await?;
    }
    till.sees("#order-sums", "24,500").await?;
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-bill", "Espresso").await
}

/// Makes the link, and waits until there is one.
async fn asks_for_it(till: &Screen) -> Result<()> {
    till.taps(".methods label", "Pesapal").await?;
    till.sees("#pay-panel", "The guest scans a code").await?;
    till.taps("#pay-form button.primary", "Make the link")
        .await?;
    till.arrives_at("/attempts/").await?;
    till.sees("#attempt", "Waiting for the guest.").await?;
    till.sees("#attempt a.address", "/page/").await?;
    ensure!(
        till.counts("#attempt svg.qr", "").await? == 1,
        "the link is there as a code, too"
    );
    Ok(())
}

/// Where the link leads: to whom, and to which page there.
async fn link_on(till: &Screen) -> Result<(String, String)> {
    let link = till.attribute("#attempt a.address", "href").await?;
    let at = link.find("/page/").context("a page of Pesapal's")?;
    let (pesapal, page) = link.split_at(at);
    Ok((pesapal.to_owned(), page.to_owned()))
}

/// The guest's own telephone, with Pesapal's page on it.
async fn opens_the_link(house: &House, till: &Screen) -> Result<Arc<Screen>> {
    let (pesapal, page) = link_on(till).await?;
    let guest = house
        .screen_at("The guest's phone", View::PHONE, &pesapal)
        .await?;
    // A browser looks for an icon there, which Pesapal's stand-in has not.
    guest.will_be_refused(404);
    guest.goes_to(&page).await?;
    guest.sees("h1", "UGX 24500").await?;
    Ok(guest)
}

/// Remembers the page that is open now: it is gone when another is loaded.
async fn notes_its_page(screen: &Screen) -> Result<()> {
    screen.ask("window.stillThisPage = true").await?;
    Ok(())
}

async fn has_not_reloaded(screen: &Screen) -> Result<()> {
    ensure!(
        screen.ask("window.stillThisPage === true").await? == true,
        "{} has loaded the page again",
        screen.name
    );
    Ok(())
}

/// How many payments there are, of which method, and their sum.
async fn books(house: &House) -> Result<String> {
    let question = "SELECT to_json(coalesce(string_agg(method || ' ' || amount, ', ' ORDER BY taken_at), 'nothing')) FROM payments";
    let said = house.knows(question).await?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_guest_pays_on_the_link_and_the_till_sees_it_by_itself() {
    let pesapal = Pesapal::start().expect("a Pesapal");
    journey_with(pesapal.settings(), "pay-by-link", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        till.signs_in_first("amina").await?;
        sells(&till).await?;
        asks_for_it(&till).await?;
        till.can_be_used_by_all("a Pesapal link").await?;
        notes_its_page(&till).await?;
        ensure!(books(house).await? == "nothing", "a link is no money");

        let guest = opens_the_link(house, &till).await?;
        guest.taps("button", "Pay by MTN").await?;
        guest.arrives_at("/payments/pesapal/return").await?;
        guest
            .sees("main", "Thank you, your payment has arrived.")
            .await?;

        till.sees_within(SOON, "#attempt", "Paid through Pesapal.")
            .await?;
        has_not_reloaded(&till).await?;
        till.can_be_used_by_all("paid through Pesapal").await?;
        till.taps("#attempt a.primary", "Receipt").await?;
        till.sees(".done", "Paid in full").await?;
        till.sees("article.receipt", "MTN MoMo").await?;
        till.sees("article.receipt", "QK").await?;
        ensure!(
            books(house).await? == "mtn_momo 24500",
            "one payment, by what the guest paid with: {}",
            books(house).await?
        );

        // Tapped once more on the page that is still open, it is paid no second time.
        guest.ask("history.back()").await?;
        guest.sees("h1", "UGX 24500").await?;
        guest.taps("button", "Pay by MTN").await?;
        guest.arrives_at("/payments/pesapal/return").await?;
        ensure!(books(house).await? == "mtn_momo 24500", "it is paid once");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_guest_who_dawdles_pays_in_cash_after_all() {
    let pesapal = Pesapal::start().expect("a Pesapal");
    journey_with(
        pesapal.settings(),
        "link-then-cash",
        async |house: &House| {
            let till = house.screen("Amina's till", View::TABLET).await?;
            till.signs_in_first("amina").await?;
            till.counts_float(&[(20_000, 2), (10_000, 4), (5_000, 3), (1_000, 5)])
                .await?;
            sells(&till).await?;
            asks_for_it(&till).await?;
            let guest = opens_the_link(house, &till).await?;

            // Asked in between, Pesapal says that nothing has come.
            till.taps("#attempt button", "Ask Pesapal now").await?;
            till.sees("#attempt", "Waiting for the guest.").await?;
            till.taps("#attempt button", "Switch to cash").await?;
            till.arrives_at("/orders/").await?;
            till.sees("#pay-bill", "Espresso").await?;
            till.sees_no("#pay-panel", "asked for by Pesapal").await?;
            till.taps("#pay-quick button", "30,000").await?;
            till.taps("#pay-form button.primary", "Take cash").await?;
            till.sees(".done", "Paid in full").await?;
            till.sees("article.receipt", "Cash").await?;

            // The page is still open on the guest's phone, and takes no money any more.
            guest.taps("button", "Pay by MTN").await?;
            guest.arrives_at("/payments/pesapal/return").await?;
            guest
                .sees("main", "This payment did not go through.")
                .await?;
            ensure!(
                books(house).await? == "cash 24500",
                "one payment, in cash: {}",
                books(house).await?
            );
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn two_tills_on_one_order_see_the_same_link_and_the_same_money() {
    let pesapal = Pesapal::start().expect("a Pesapal");
    journey_with(
        pesapal.settings(),
        "two-tills-one-link",
        async |house: &House| {
            let amina = house.screen("Amina's till", View::TABLET).await?;
            let ruth = house.screen("Ruth's phone", View::PHONE).await?;
            ruth.will_be_refused(409);
            amina.signs_in_first("amina").await?;
            ruth.signs_in_first("ruth").await?;
            sells(&amina).await?;
            let pay = amina.path().await?;
            asks_for_it(&amina).await?;
            let link = amina.attribute("#attempt a.address", "href").await?;

            // Whoever comes to the order sees that it is asked for, and does not ask a second time.
            ruth.goes_to(&pay).await?;
            ruth.sees("#pay-panel", "24,500 asked for by Pesapal, waiting")
                .await?;
            ruth.taps(".methods label", "Pesapal").await?;
            ruth.taps("#pay-form button.primary", "Make the link")
                .await?;
            ruth.sees("#notice", "A Pesapal link already asks for")
                .await?;
            ruth.taps("#pay-panel a", "Show the link").await?;
            ruth.sees("#attempt", "Waiting for the guest.").await?;
            ensure!(
                ruth.attribute("#attempt a.address", "href").await? == link,
                "both show one link"
            );
            for screen in [&amina, &ruth] {
                notes_its_page(screen).await?;
            }

            let guest = opens_the_link(house, &amina).await?;
            guest.taps("button", "Pay by card").await?;
            for screen in [&amina, &ruth] {
                screen
                    .sees_within(SOON, "#attempt", "Paid through Pesapal.")
                    .await?;
                has_not_reloaded(screen).await?;
            }
            ruth.goes_to(&pay).await?;
            ruth.sees("main.pay", "This order is already paid.").await?;
            ensure!(
                books(house).await? == "card 24500",
                "one payment: {}",
                books(house).await?
            );
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn a_guest_gets_a_new_link_and_pays_once_by_that() {
    let pesapal = Pesapal::start().expect("a Pesapal");
    journey_with(pesapal.settings(), "a-new-link", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        till.signs_in_first("amina").await?;
        sells(&till).await?;
        asks_for_it(&till).await?;
        let first = till.path().await?;
        let (_, old) = link_on(&till).await?;
        let guest = opens_the_link(house, &till).await?;

        till.taps("#attempt button", "New link").await?;
        let another = format!("#attempt a.address:not([href$='{old}'])");
        till.sees(&another, "/page/").await?;
        till.sees("#attempt", "Waiting for the guest.").await?;
        ensure!(till.path().await? != first, "it is asked for anew");

        // The first page is still open on the guest's phone, and takes no money any more.
        guest.taps("button", "Pay by MTN").await?;
        guest.arrives_at("/payments/pesapal/return").await?;
        guest
            .sees("main", "This payment did not go through.")
            .await?;
        ensure!(books(house).await? == "nothing", "nobody has paid");
        till.sees("#attempt", "Waiting for the guest.").await?;
        notes_its_page(&till).await?;

        guest.goes_to(&link_on(&till).await?.1).await?;
        guest.sees("h1", "UGX 24500").await?;
        guest.taps("button", "Pay by card").await?;
        guest.arrives_at("/payments/pesapal/return").await?;
        guest
            .sees("main", "Thank you, your payment has arrived.")
            .await?;
        till.sees_within(SOON, "#attempt", "Paid through Pesapal.")
            .await?;
        has_not_reloaded(&till).await?;
        ensure!(
            books(house).await? == "card 24500",
            "one payment: {}",
            books(house).await?
        );

        till.goes_to(&first).await?;
        till.sees("#attempt", "Called off. A new link was made for it.")
            .await?;
        till.can_be_used_by_all("a link that was called off").await
    })
    .await;
}

#[tokio::test]
async fn money_goes_back_on_the_link_and_is_asked_about() {
    let pesapal = Pesapal::start().expect("a Pesapal");
    journey_with(pesapal.settings(), "back-by-link", async |house: &House| {
        let till = house.screen("Ruth's till", View::TABLET).await?;
        till.signs_in_first("ruth").await?;
        sells(&till).await?;
        asks_for_it(&till).await?;
        let guest = opens_the_link(house, &till).await?;
        let page = guest.path().await?;
        guest.taps("button", "Pay by card").await?;
        till.sees_within(SOON, "#attempt", "Paid through Pesapal.")
            .await?;
        till.taps("#attempt a.primary", "Receipt").await?;
        till.taps(".done a", "Give money back").await?;
        till.taps("#refund-form label.chip", "Wrong method taken")
            .await?;
        till.taps("#refund-figure button", "Give back").await?;
        till.sees("#at-pesapal", "Pesapal has accepted it.").await?;
        till.can_be_used_by_all("a refund that Pesapal has accepted")
            .await?;
        let slip = till.path().await?;

        // Nobody there has agreed yet, and it is on the desk.
        till.taps("#at-pesapal button", "Ask Pesapal now").await?;
        till.sees("#at-pesapal", "Pesapal has accepted it.").await?;
        till.goes_to("/payments/pending").await?;
        till.is_live().await?;
        till.sees("#desk-back li", "24,500").await?;
        till.can_be_used_by_all("the desk, with money that goes back")
            .await?;

        // Now somebody has. Pesapal tells nobody, so it is asked.
        guest.goes_to(&page).await?;
        guest.taps("button", "Agree to the refund").await?;
        guest.sees_no("button", "Agree to the refund").await?;
        till.taps("#desk-back button", "Ask Pesapal now").await?;
        till.sees("#notice", "Pesapal has given it back.").await?;
        till.sees_no("#desk-back li", "24,500").await?;
        till.goes_to(&slip).await?;
        till.sees("#at-pesapal", "Pesapal has given it back.")
            .await?;
        till.sees_no("#at-pesapal button", "Ask Pesapal now").await
    })
    .await;
}

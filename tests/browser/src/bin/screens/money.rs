//! Money in every way: card, Airtel, a link of Pesapal's, what goes back, and what the provider says of it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use cafe_pos_journeys::{House, Screen, View};
use serde_json::json;

use crate::{add, of};

/// Pesapal notifies at once, and the till looks every two seconds.
const SOON: Duration = Duration::from_secs(8);

/// Pictures of each way to pay, and of what managers see of it afterwards.
pub async fn every_way_to_pay(house: &House, amina: &Screen, folder: &Path) -> Result<()> {
    discount_and_card(amina, folder).await?;
    airtel(amina, folder).await?;
    link(house, amina, folder).await?;
    statements(house, amina, folder).await
}

/// A counter sale of 24,500 on the pay screen.
async fn sells(till: &Screen) -> Result<()> {
    till.goes_to("/floor").await?;
    till.taps("button", "Counter sale").await?;
    till.sees("#order-title", "Counter").await?;
    for product in ["Espresso", "Butter croissant", "Cappuccino"] {
        add(till, product).await?;
    }
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-bill", "Espresso").await
}

async fn discount_and_card(till: &Screen, folder: &Path) -> Result<()> {
    sells(till).await?;
    till.taps("#pay-panel button", "Discount").await?;
    till.taps("dialog label.chip", "Staff 10%").await?;
    of(till, folder, "discount", &[View::TABLET, View::PHONE]).await?;
    till.taps("dialog footer button", "Give discount").await?;
    till.sees("#pay-bill", "Discount, Staff 10%").await?;
    till.taps(".methods label", "Card").await?;
    till.types("[name=reference]", "004182").await?;
    of(till, folder, "pay-card", &[View::TABLET, View::PHONE]).await?;
    till.taps("#pay-form button.primary", "Record card payment")
        .await?;
    till.sees(".done", "Paid in full").await?;
    till.taps(".done a", "Give money back").await?;
    till.sees("#refund-form", "Give back").await?;
    of(till, folder, "refund", &[View::TABLET, View::PHONE]).await
}

async fn airtel(till: &Screen, folder: &Path) -> Result<()> {
    sells(till).await?;
    till.taps(".methods label", "Airtel").await?;
    till.types("[name=reference]", "MP2611271302").await?;
    of(till, folder, "pay-airtel", &[View::TABLET, View::PHONE]).await?;
    till.taps("#pay-form button.primary", "Record mobile money")
        .await?;
    till.sees(".done", "Paid in full").await
}

async fn link(house: &House, till: &Screen, folder: &Path) -> Result<()> {
    sells(till).await?;
    till.taps(".methods label", "Pesapal").await?;
    till.taps("#pay-form button.primary", "Make the link")
        .await?;
    till.arrives_at("/attempts/").await?;
    till.sees("#attempt", "Waiting for the guest.").await?;
    of(till, folder, "pay-link", &[View::TABLET, View::PHONE]).await?;
    let link = till.attribute("#attempt a.address", "href").await?;
    let at = link.find("/page/").context("a page of Pesapal's")?;
    let guest = house
        .screen_at("The guest's phone", View::PHONE, &link[..at])
        .await?;
    guest.goes_to(&link[at..]).await?;
    guest.taps("button", "Pay by MTN").await?;
    guest.arrives_at("/payments/pesapal/return").await?;
    till.sees_within(SOON, "#attempt", "Paid through Pesapal.")
        .await?;
    of(till, folder, "pay-link-paid", &[View::TABLET]).await
}

/// Money whose id was mistyped, on the desk and beside the statement that says how it is right.
async fn statements(house: &House, till: &Screen, folder: &Path) -> Result<()> {
    till.goes_to("/payments/pending").await?;
    till.is_live().await?;
    for (id, amount) in [("32611264270", "27,300"), ("32611264210", "12,000")] {
        till.taps("main button", "Record money without an order")
            .await?;
        till.taps("dialog label.chip", "MTN MoMo").await?;
        till.types("dialog [name=transaction]", id).await?;
        till.types("dialog [name=amount]", amount).await?;
        till.taps("dialog footer button.primary", "Record it")
            .await?;
        till.sees_no("dialog[open]", "").await?;
        till.sees("#desk-unplaced li", id).await?;
    }
    of(till, folder, "desk", &[View::TABLET, View::PHONE]).await?;

    let ruth = house.screen("ruth", View::TABLET).await?;
    ruth.signs_in_first("ruth").await?;
    ruth.goes_to("/payments/statements").await?;
    let today = "SELECT to_json(to_char(now() AT TIME ZONE 'Africa/Kampala', 'YYYY-MM-DD'))";
    let today = house.knows(today).await?;
    let today = today.as_str().unwrap_or_default();
    let file = format!(
        "MTN MoMo\nId,Date,From name,Amount\n32611264207,{today},Okello,27300\n32611264208,{today},Nakato,9000\n\
         32611264210,{today},Joan,12000\n"
    );
    // No browser can be told to choose a file where it asks for one.
    let put = format!(
        "(file => {{ const carrier = new DataTransfer(); \
         carrier.items.add(new File([file], 'mtn.csv', {{ type: 'text/csv' }})); \
         document.querySelector('#statement-upload input[type=file]').files = carrier.files; \
         return true; }})({})",
        json!(file)
    );
    ruth.ask(&put).await?;
    ruth.taps("#statement-upload button", "Read it in").await?;
    ruth.arrives_at("/payments/statements/").await?;
    ruth.sees("form.same", "Typed as 32611264270").await?;
    let views = [View::TABLET, View::UPRIGHT, View::PHONE];
    of(&ruth, folder, "statement", &views).await
}

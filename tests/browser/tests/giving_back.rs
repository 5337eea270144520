//! Prices that are lowered and money that goes back, with a manager's word from their own phone.

use std::time::Duration;

use anyhow::Result;
use cafe_pos_journeys::{House, Screen, View, journey};

/// What was asked is on a manager's screen within this.
const SOON: Duration = Duration::from_secs(3);

/// A counter sale of 24,500 on the pay screen.
async fn sells(till: &Screen) -> Result<()> {
    till.begins_counter_sale().await?;
    for product in ["Espresso", "Butter croissant", "Cappuccino"] {
        till.taps("button.tile", product).await?;
    }
    till.sees("#order-sums", "24,500").await?;
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-bill", "Espresso").await
}

/// Reads what is asked, and agrees.
async fn agrees(phone: &Screen, to: &str) -> Result<()> {
    phone.sees_within(SOON, "#requests h2", to).await?;
    phone.taps("#requests button", "Approve").await?;
    phone.sees("#requests", "Nobody asks for anything").await
}

#[tokio::test]
async fn a_cashier_lowers_a_bill_and_gives_it_back_with_a_manager_who_is_elsewhere() {
    journey("discount-and-refund", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        let phone = house.screen("Ruth's phone", View::PHONE).await?;
        till.will_be_refused(422);
        till.signs_in_first("amina").await?;
        phone.signs_in_first("ruth").await?;
        phone.goes_to("/approvals").await?;
        phone.is_live().await?;
        sells(&till).await?;

        // A tenth is hers to give.
        till.taps("#pay-panel button", "Discount").await?;
        till.sees("dialog", "Up to 10% of the bill needs nobody else")
            .await?;
        till.can_be_used_by_all("a discount").await?;
        till.taps("dialog label.chip", "Staff 10%").await?;
        till.taps("dialog footer button", "Give discount").await?;
        till.sees("#pay-bill", "Discount, Staff 10%").await?;
        till.sees("#pay-due", "22,050").await?;

        // A fifth is not: she is told in place, and asks.
        till.taps("#pay-panel button", "Discount").await?;
        till.types("dialog [name=percent]", "20").await?;
        till.taps("dialog label.chip", "Took too long").await?;
        till.taps("dialog footer button", "Give discount").await?;
        till.sees("#err-approver", "has to agree").await?;
        till.taps("#approval button", "Ask on a manager's screen")
            .await?;
        agrees(&phone, "Discount on Counter").await?;
        till.sees("#pay-due", "19,600").await?;

        till.taps(".methods label", "Card").await?;
        till.taps("#pay-form button.primary", "Record card payment")
            .await?;
        till.sees(".done", "Paid in full").await?;

        // It was taken on the wrong terminal: all of it goes back.
        till.taps(".done a", "Give money back").await?;
        till.sees("#refund-form", "Give back UGX19,600").await?;
        till.can_be_used_by_all("giving money back").await?;
        till.taps("#refund-form label", "Goods returned").await?;
        till.taps("#refund-form .for-goods label", "Espresso")
            .await?;
        till.sees("#refund-figure", "5,200").await?;
        till.can_be_used_by_all("goods that come back").await?;
        till.taps("#refund-form label", "Wrong payment").await?;
        till.sees("#refund-figure", "19,600").await?;
        till.taps("#refund-form label.chip", "Wrong method taken")
            .await?;
        till.taps("#approval button", "Ask on a manager's screen")
            .await?;
        agrees(&phone, "Give back as a wrong payment").await?;
        till.sees(".done", "19,600").await?;
        till.sees("article.receipt", "approved by Ruth Kabonesa")
            .await?;
        till.can_be_used_by_all("a refund").await?;
        till.taps(".done a.primary", "Pay again").await?;
        till.sees("#pay-due", "19,600").await
    })
    .await;
}

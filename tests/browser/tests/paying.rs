//! Guests who pay in every way that the till records, alone and together.

use std::time::Duration;

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, OWN_PASSWORD, Screen, View, Wire, journey};
use serde_json::{Value, json};

/// A screen says that it is cut off within this.
const CUT_OFF: Duration = Duration::from_secs(20);

/// A counter sale of 24,500, ready to be paid.
async fn sells(till: &Screen) -> Result<()> {
    till.begins_counter_sale().await?;
    for product in ["Espresso", "Butter croissant", "Cappuccino"] {
        till.taps("button.tile", product).await?;
    }
    till.sees("#order-sums", "24,500").await?;
    till.taps("#order-actions a", "Pay").await?;
    till.sees("#pay-bill", "Espresso").await
}

#[tokio::test]
async fn two_guests_share_a_bill_by_mobile_money_and_card() {
    journey("share-a-bill", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        till.will_be_refused(422);
        till.will_be_refused(409);
        till.signs_in_first("amina").await?;
        sells(&till).await?;

        // Nobody counted a float: cash leads there, everything else can be taken.
        till.sees("#pay-panel", "Count your float first").await?;
        till.sees("#pay-form a.primary", "Count the float").await?;
        till.taps(".seg label", "Evenly").await?;
        till.sees("#pay-shares li:first-child", "12,300").await?;
        till.sees("#pay-shares li:last-child", "12,200").await?;
        till.taps(".methods label", "MTN MoMo").await?;
        till.sees("#pay-due", "12,300").await?;
        till.can_be_used_by_all("pay by mobile money").await?;

        // Without the id from the message nothing is taken, and the sentence stands where it is typed.
        till.taps("#pay-form button.primary", "Record mobile money")
            .await?;
        till.sees(
            "#err-reference",
            "Type the transaction id from the message of MTN MoMo.",
        )
        .await?;
        till.types("[name=reference]", "3261 1264 207").await?;
        till.taps("#pay-form button.primary", "Record mobile money")
            .await?;
        till.sees(".done", "Partly paid").await?;
        till.sees(".done", "32611264207").await?;
        till.can_be_used_by_all("partly paid").await?;

        // The same id again, for the other half.
        till.taps(".done a.primary", "Pay the rest").await?;
        till.taps(".methods label", "MTN MoMo").await?;
        till.types("[name=reference]", "32611264207").await?;
        till.taps("#pay-form button.primary", "Record mobile money")
            .await?;
        till.sees(
            "#err-reference",
            "This transaction id has paid UGX 12,300 on order",
        )
        .await?;
        ensure!(
            till.value_of("[name=reference]").await? == "32611264207",
            "what was typed is still there"
        );

        till.taps(".methods label", "Card").await?;
        till.types("[name=reference]", "004182").await?;
        till.taps("#pay-form button.primary", "Record card payment")
            .await?;
        till.sees(".done", "Paid in full").await?;
        till.sees("article.receipt", "004182").await?;

        // The original, and after it only copies.
        till.sees("article.receipt", "Scan to keep this receipt")
            .await?;
        till.taps("#print-receipt button", "Print receipt").await?;
        till.sees("#print-receipt button", "Print a copy").await?;
        till.sees_no("article.receipt h2", "COPY").await?;
        till.taps("#print-receipt button", "Print a copy").await?;
        till.sees("article.receipt", "No. 2").await?;
        till.reloads().await?;
        till.sees("article.receipt h2", "COPY").await?;
        till.can_be_used_by_all("a receipt's copy").await
    })
    .await;
}

#[tokio::test]
async fn each_guest_pays_for_their_items() {
    journey("pay-by-item", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        till.signs_in_first("amina").await?;
        sells(&till).await?;
        till.taps(".seg label", "By item").await?;
        till.sees("#pay-due", "UGX0").await?;
        till.taps(".for-item .chip", "Espresso").await?;
        till.taps(".for-item .chip", "Butter croissant").await?;
        till.sees("#pay-due", "14,500").await?;
        till.can_be_used_by_all("pay by item").await?;
        till.taps(".methods label", "Card").await?;
        till.taps("#pay-form button.primary", "Record card payment")
            .await?;
        till.sees(".done", "Partly paid").await?;
        till.taps(".done a.primary", "Next guest's items").await?;
        till.sees(".for-item .chip", "Cappuccino").await?;
        ensure!(
            till.counts(".for-item .chip", "").await? == 1,
            "only what nobody has paid for is offered"
        );
        till.taps(".for-item .chip", "Cappuccino").await?;
        till.sees("#pay-due", "10,000").await?;
        till.taps(".methods label", "Airtel Money").await?;
        till.types("[name=reference]", "MP261126.1042.A77").await?;
        till.taps("#pay-form button.primary", "Record mobile money")
            .await?;
        till.sees(".done", "Paid in full").await
    })
    .await;
}

#[tokio::test]
async fn two_cashiers_and_one_bill() {
    journey("two-cashiers-one-bill", async |house: &House| {
        let amina = house.screen("Amina's till", View::TABLET).await?;
        let ruth = house.screen("Ruth's phone", View::PHONE).await?;
        amina.signs_in_first("amina").await?;
        ruth.will_be_refused(409);
        ruth.signs_in_first("ruth").await?;
        sells(&amina).await?;
        ruth.goes_to(&amina.path().await?).await?;
        ruth.sees("#pay-panel", "Card").await?;

        amina.taps(".methods label", "Card").await?;
        amina.types("[name=reference]", "004183").await?;
        amina
            .taps_twice("#pay-form button.primary", "Record card payment")
            .await?;
        amina.sees(".done", "Paid in full").await?;

        // Her picture is of before: the bill is not paid a second time.
        ruth.taps(".methods label", "Airtel Money").await?;
        ruth.types("[name=reference]", "MP261126.1042.A77").await?;
        ruth.taps("#pay-form button.primary", "Record mobile money")
            .await?;
        ruth.sees("#notice", "This order is already paid.").await?;
        ensure!(
            ruth.value_of("[name=reference]").await? == "MP261126.1042.A77",
            "what was typed is still there"
        );
        ruth.reloads().await?;
        ruth.sees("main.pay", "This order is already paid.").await
    })
    .await;
}

/// The kinds of the bills that were printed, in their order.
async fn bills(house: &House) -> Result<Value> {
    let question = "SELECT coalesce(json_agg(kind ORDER BY place), '[]') FROM bills";
    house.knows(question).await
}

/// What is drawn goes to the printer by itself, on paper that is as long as it is.
async fn goes_to_paper(till: &Screen) -> Result<()> {
    let is_measured = "document.adoptedStyleSheets.some(sheet => [...sheet.cssRules].some(rule => rule.cssText.includes('mm')))";
    till.until("the paper is measured", is_measured).await
}

#[tokio::test]
async fn guests_who_order_again_get_a_revised_bill_and_the_same_again_is_a_copy() {
    journey("bill-after-bill", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        till.signs_in_first("amina").await?;
        till.opens_table("7", 2).await?;
        for product in ["Espresso", "Cappuccino"] {
            till.taps("button.tile", product).await?;
            till.sees("li.line", product).await?;
        }
        let order = till.path().await?;

        till.taps("#order-actions button.bill", "Bill").await?;
        till.sees("article.receipt h2", "BILL").await?;
        till.sees("article.receipt", "Cappuccino").await?;
        till.sees("article.receipt", "This is not a receipt.")
            .await?;
        till.sees_no("article.receipt h2", "REVISED").await?;
        till.sees_no("article.receipt", "of this order").await?;
        goes_to_paper(&till).await?;
        till.can_be_used_by_all("a bill").await?;
        for view in [View::PHONE, View::TABLET] {
            till.resize(view).await?;
            till.fits("a bill").await?;
        }
        ensure!(bills(house).await? == json!(["first"]), "one tap, one bill");

        // They order again, and what they have on paper is not true any more.
        till.taps(".done a", "Back to the order").await?;
        till.taps("button.tile", "Butter croissant").await?;
        till.sees("#order-panel dt.changed", "Bill changed").await?;
        till.goes_to(&format!("{order}/bill")).await?;
        till.sees(".done .banner", "The order changed.").await?;
        till.sees(".done button", "Make a revised bill").await?;
        till.sees_no("article.receipt", "").await?;
        till.can_be_used_by_all("a bill that is not true any more")
            .await?;

        // The pay screen has the way to it, too.
        till.goes_to(&order).await?;
        till.taps("#order-actions a", "Pay").await?;
        till.sees("#pay-bill", "Butter croissant").await?;
        till.taps("#pay-panel button", "Print bill").await?;
        till.sees("article.receipt h2", "REVISED BILL").await?;
        till.sees("article.receipt", "No. 2 of this order").await?;
        till.sees("article.receipt", "Butter croissant").await?;
        till.sees_no("article.receipt .c", "copy").await?;

        // It is lost, and printed once more.
        till.taps(".done a", "Back to the order").await?;
        till.sees_no("#order-panel dt.changed", "").await?;
        till.taps("#order-actions button.bill", "Bill").await?;
        till.sees("article.receipt", "No. 3 of this order, copy")
            .await?;
        till.sees_no("article.receipt h2", "REVISED").await?;
        ensure!(
            bills(house).await? == json!(["first", "revised", "copy"]),
            "each is noted as what it is: {}",
            bills(house).await?
        );
        let money = house.knows("SELECT count(*) FROM payments").await?;
        ensure!(money == 0, "a bill receives nothing");
        Ok(())
    })
    .await;
}

/// Who may agree stands in a list, and their password below it.
async fn agrees_here(till: &Screen, name: &str, password: &str) -> Result<()> {
    till.ask(&format!(
        "[...document.querySelector('#approver').options].find(each => each.text.startsWith({})).selected = true",
        json!(name)
    ))
    .await?;
    till.types("dialog [name=password]", password).await?;
    till.taps("dialog footer button", "Give discount").await
}

#[tokio::test]
async fn a_bad_hour_at_the_till_takes_the_money_once() {
    journey("a-bad-hour", async |house: &House| {
        let cable = Wire::to(house.address()).await?;
        let till = house
            .screen_behind(&cable, "Amina's till", View::TABLET)
            .await?;
        let ruth = house.screen("Ruth's phone", View::PHONE).await?;
        for status in [403, 422] {
            till.will_be_refused(status);
        }
        ruth.signs_in_first("ruth").await?;
        till.signs_in_first("amina").await?;
        till.counts_float(&[(20_000, 2), (10_000, 4), (5_000, 3), (1_000, 5)])
            .await?;
        sells(&till).await?;

        // Somebody else's secret is no manager's word; what was typed stays, and is right the second time.
        till.taps("#pay-panel button", "Discount").await?;
        till.types("dialog [name=percent]", "20").await?;
        till.taps("dialog label.chip", "Took too long").await?;
        agrees_here(&till, "Ruth", "not-her-password-1").await?;
        till.sees("dialog .err", "password").await?;
        ensure!(
            till.value_of("dialog [name=percent]").await? == "20",
            "what was typed is still there"
        );
        till.can_be_used_by_all("a wrong password of a manager's")
            .await?;
        agrees_here(&till, "Ruth", OWN_PASSWORD).await?;
        till.sees("#pay-due", "19,600").await?;

        // A proxy whose server is gone: it is said, nothing is lost, and it is tapped once more.
        till.taps("#pay-quick button", "Exact").await?;
        cable.answers(502);
        till.taps("#pay-form button.primary", "Take cash").await?;
        till.sees("#notice", "Nothing was changed: try again.")
            .await?;
        ensure!(payments(house).await? == 0, "nothing was taken");

        // The cable is pulled while an impatient finger taps: it goes through once when the cable is back.
        cable.pull();
        till.taps_on_the_spot(
            "#pay-form button.primary",
            "Take cash",
            3,
            Duration::from_millis(250),
        )
        .await?;
        till.sees_within(CUT_OFF, "#stale", "NOT LIVE since")
            .await?;
        till.can_be_used_by_all("paying, cut off").await?;
        ensure!(payments(house).await? == 0, "nothing came through the cut");
        cable.plug_in();
        till.sees_within(CUT_OFF, ".done", "Paid in full").await?;
        ensure!(payments(house).await? == 1, "the money was taken once");

        // Whoever goes back and taps again is told that it is paid.
        till.ask("history.back()").await?;
        till.sees("main", "paid").await?;
        ensure!(
            payments(house).await? == 1,
            "and not again from the page before"
        );
        // Of the stream, too.
        till.forgive("htmx:sse:error");
        till.forgive("HTTP 502");
        Ok(())
    })
    .await;
}

async fn payments(house: &House) -> Result<Value> {
    house.knows("SELECT count(*) FROM payments").await
}

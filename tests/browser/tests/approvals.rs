//! What needs a manager, asked on the manager's own phone.

use std::time::Duration;

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};

/// What was asked is on a manager's screen within this.
const SOON: Duration = Duration::from_secs(3);

/// Opens the sheet that strikes the espresso out, and says why.
async fn wants_void(till: &Screen) -> Result<()> {
    till.taps("li.line.sent .pick", "Espresso").await?;
    till.taps("#line-bar button", "Void").await?;
    till.taps("dialog label.chip", "Entered wrongly").await
}

#[tokio::test]
async fn a_manager_agrees_on_their_phone_and_it_is_done_at_the_till() {
    journey("approval-on-the-phone", async |house: &House| {
        let till = house.screen("Joan's tablet", View::TABLET).await?;
        let phone = house.screen("Ruth's phone", View::PHONE).await?;
        till.signs_in_first("joan").await?;
        phone.signs_in_first("ruth").await?;
        phone.is_live().await?;
        till.opens_table("5", 2).await?;
        till.taps(".rail a", "Coffee").await?;
        for product in ["Espresso", "Cappuccino"] {
            till.taps("#menu-grid .tile", product).await?;
        }
        till.taps("#order-actions button", "Send").await?;
        wants_void(&till).await?;
        till.can_be_used_by_all("void, with the way to a manager's screen")
            .await?;
        till.taps("#approval button", "Ask on a manager's screen")
            .await?;
        till.sees("#approval .banner", "Asked on the managers' screens")
            .await?;
        till.can_be_used_by_all("waiting for a manager").await?;

        // Whatever page she is on.
        phone
            .sees_within(SOON, "#asks .banner", "Void 1 × Espresso")
            .await?;
        phone.can_be_used_by_all("asked on the floor").await?;
        phone.goes_to("/stations").await?;
        phone.sees("#asks .banner", "Joan").await?;
        phone.can_be_used_by_all("asked in the back office").await?;
        phone.taps("#asks a", "Answer").await?;
        phone.sees("#requests h2", "Entered wrongly").await?;
        phone
            .types("#requests input[name=note]", "Sorry, no")
            .await?;
        phone.can_be_used_by_all("approvals").await?;
        phone.taps("#requests button", "Refuse").await?;
        phone.sees("#requests", "Nobody asks for anything").await?;
        phone.can_be_used_by_all("no approvals").await?;
        till.sees("#approval .banner", "Ruth Kabonesa did not agree.")
            .await?;
        till.sees("#approval .banner", "Sorry, no").await?;
        ensure!(
            till.counts("dialog input[name=chosen]:checked", "").await? == 1,
            "what was chosen is still there"
        );
        till.can_be_used_by_all("refused by a manager").await?;

        // Once more, and the till does the rest by itself.
        till.taps("#approval button", "Ask on a manager's screen")
            .await?;
        phone.sees_within(SOON, "#requests h2", "Espresso").await?;
        phone.taps_twice("#requests button", "Approve").await?;
        till.sees("li.line.void", "Espresso").await?;
        till.sees_no("dialog[open]", "").await?;
        let done = house
            .knows(
                "SELECT count(*) FROM audit_log e JOIN staff s ON s.id = e.approver_id \
                 WHERE e.deed = 'order.line_voided' AND s.username = 'ruth'",
            )
            .await?;
        ensure!(done == 1, "done once: {done}");
        Ok(())
    })
    .await;
}

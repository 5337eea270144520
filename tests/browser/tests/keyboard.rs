//! Everything that the kitchen and its managers do, done with keys alone; the focus is seen and comes back.

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};

/// Longer than a place rests after a tap, and the keys after a bump.
const AT_REST: std::time::Duration = std::time::Duration::from_millis(800);

async fn rests() {
    tokio::time::sleep(AT_REST).await;
}

/// The titles of the tickets as they stand, and the number of the one that is selected.
async fn order_of(wall: &Screen) -> Result<serde_json::Value> {
    wall.ask("[...document.querySelectorAll('#board .kt[data-n] h2')].map(title => title.textContent.trim())")
        .await
}

#[tokio::test]
async fn a_cook_works_a_board_with_keys_alone() {
    journey("a-board-by-keys-alone", async |house: &House| {
        let (wall, _joan) = house.kitchen_with(4).await?;
        wall.hits("2").await?;
        wall.sees("#board .kt[aria-current][data-n='2']", "")
            .await?;
        wall.hits("ArrowDown").await?;
        wall.sees("#board .kt[aria-current] .item[data-cursor]", "Rolex")
            .await?;
        wall.hits(" ").await?;
        wall.sees("#board .kt[aria-current] .item[aria-pressed=true]", "")
            .await?;
        rests().await;
        wall.hits(" ").await?;
        wall.sees("#board .kt[aria-current] .item[aria-pressed=false]", "")
            .await?;

        // Priority takes the ticket to the front, and the cursor goes with it.
        let before = order_of(&wall).await?;
        wall.hits("p").await?;
        wall.sees(
            "#board .kt[aria-current][data-n='1'] [aria-pressed=true].prio",
            "",
        )
        .await?;
        let first = order_of(&wall).await?;
        ensure!(
            first[0] == before[1] && first[1] == before[0],
            "{first} after {before}"
        );
        rests().await;
        wall.hits("p").await?;
        wall.sees("#board .kt[aria-current][data-n='2']", "")
            .await?;
        ensure!(order_of(&wall).await? == before, "it is back in its place");
        wall.until(
            "what is written on each ticket is the key that means it",
            "[...document.querySelectorAll('#board .kt[data-n]')].every(ticket => ticket.querySelector('.key').textContent.trim() === ticket.dataset.n) || 'not yet'",
        )
        .await?;

        wall.hits("Enter").await?;
        wall.sees_tickets(3).await?;
        wall.sees("#board .kt[aria-current][data-n='2']", "")
            .await?;
        wall.hits("u").await?;
        wall.sees_tickets(4).await?;
        rests().await;
        wall.hits("Enter").await?;
        wall.sees_tickets(3).await?;
        wall.hits("Backspace").await?;
        wall.sees_tickets(4).await?;
        rests().await;
        wall.hits("1").await?;
        wall.hits("Enter").await?;
        wall.sees_tickets(3).await?;

        // The two lists open, are worked, and give the board back with its cursor.
        for (key, title) in [("r", "Recall"), ("s", "All day")] {
            wall.hits(key).await?;
            wall.sees("dialog h2", title).await?;
            wall.hits("Escape").await?;
            wall.sees_no("dialog[open]", "").await?;
        }
        wall.hits("r").await?;
        wall.keys_on("dialog .rc button", "Recall").await?;
        wall.sees_no("dialog[open]", "").await?;
        wall.sees_tickets(4).await?;
        wall.hits("3").await?;
        wall.sees("#board .kt[aria-current][data-n='3']", "")
            .await?;

        wall.hits("m").await?;
        wall.sees("[data-sound][data-state=muted]", "Muted until")
            .await?;
        wall.hits("m").await?;
        wall.sees("[data-sound][data-state=on]", "").await?;

        // What has no key of its own is reached with Tab, and Enter is then that control's.
        wall.hits("Escape").await?;
        wall.keys_on("[data-dialog=screen]", "").await?;
        wall.sees("#screen h2", "This screen").await?;
        wall.hits("Escape").await?;
        wall.is_back_at("[data-dialog=screen]", "").await?;
        wall.keys_on("[data-board=recalls]", "").await?;
        wall.sees("dialog h2", "Recall").await?;
        wall.hits("Escape").await?;
        wall.is_back_at("[data-board=recalls]", "").await?;
        wall.keys_on("#board .kt .bump", "Bump").await?;
        wall.sees_tickets(3).await
    })
    .await;
}

#[tokio::test]
async fn a_manager_changes_an_order_with_keys_alone() {
    journey("an-order-changed-by-keys-alone", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let daniel = house.screen("Daniel's laptop", View::TABLET).await?;
        joan.signs_in_first("joan").await?;
        daniel.signs_in_first("daniel").await?;
        sends(&joan, "6", &["Rolex"]).await?;
        sends(&daniel, "5", &["Rolex", "Chips", "Espresso", "Cappuccino"]).await?;

        // Void, first thought better of.
        daniel.keys_on("li.line .pick", "Rolex").await?;
        daniel.keys_on("#line-bar button", "Void").await?;
        daniel.sees("dialog h2", "Void Rolex").await?;
        daniel.hits("Escape").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at("#line-bar button", "Void").await?;
        daniel.hits("Enter").await?;
        daniel.keys_to("dialog input[name=chosen]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Void").await?;
        daniel.sees("li.line.void", "Rolex").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at("li.line.void .pick", "Rolex").await?;

        daniel.keys_on("li.line .pick", "Chips").await?;
        daniel.keys_on("#line-bar button", "Comp").await?;
        daniel.sees("dialog h2", "Comp Chips").await?;
        daniel.keys_to("dialog input[name=chosen]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Give free").await?;
        daniel.sees("li.line", "Free").await?;
        daniel.is_back_at("#line-bar button", "Comp").await?;

        // The options lead to a second dialog in the place of the first.
        let asks = async |option: &str| -> Result<()> {
            daniel.keys_on("#order-head button", "").await?;
            daniel.keys_on("dialog button", option).await?;
            daniel.sees("dialog footer", "Back").await
        };
        asks("Move to").await?;
        daniel.hits("Escape").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at("#order-head button", "").await?;
        asks("Move to").await?;
        daniel.keys_to("dialog input[name=table]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Move").await?;
        daniel.sees("#order-title", "Table 1").await?;
        daniel.is_back_at("#order-head button", "").await?;

        asks("Split").await?;
        daniel.keys_to("dialog input[name=line]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Move lines").await?;
        daniel.sees_no("li.line", "Chips").await?;
        daniel.is_back_at("#order-head button", "").await?;

        asks("Transfer").await?;
        daniel.keys_to("dialog input[name=waiter]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Transfer").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at("#order-head button", "").await?;

        let here = daniel.path().await?;
        asks("Merge").await?;
        daniel.keys_to("dialog input[name=order]", "").await?;
        daniel.hits(" ").await?;
        daniel.keys_on("dialog footer button", "Merge").await?;
        daniel.sees("li.line", "Espresso").await?;
        daniel.sees_no("dialog[open]", "").await?;
        for _ in 0..200 {
            if daniel.path().await? != here {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        anyhow::bail!("it is still at the order that was merged")
    })
    .await;
}

/// Opens a table for two, taps one of each and sends them.
async fn sends(waiter: &Screen, table: &str, products: &[&str]) -> Result<()> {
    waiter.opens_table(table, 2).await?;
    for product in products {
        waiter.taps("button.tile", product).await?;
        waiter.sees("li.line", product).await?;
    }
    waiter.taps("#order-actions button", "Send").await?;
    waiter.sees("li.line.sent", products[0]).await
}

#[tokio::test]
async fn stations_are_kept_with_keys_alone() {
    journey("stations-by-keys-alone", async |house: &House| {
        let daniel = house.screen("Daniel's laptop", View::TABLET).await?;
        daniel.signs_in_first("daniel").await?;
        daniel.goes_to("/stations").await?;
        let edit = "button[aria-label='Edit Kitchen']";
        daniel.keys_on(edit, "").await?;
        daniel.sees("dialog h2", "Kitchen").await?;
        daniel.hits("Escape").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at(edit, "").await?;

        daniel.hits("Enter").await?;
        daniel.keys_to("dialog #soon", "").await?;
        daniel.writes("7:30").await?;
        daniel.keys_to("dialog #late", "").await?;
        daniel.writes("2:00").await?;
        daniel.will_be_refused(422);
        daniel.hits("Enter").await?;
        daniel
            .sees("dialog #err-late, dialog #err-soon", ".")
            .await?;
        // The fault takes the focus to its field.
        daniel.is_back_at("dialog [aria-invalid]", "").await?;
        daniel.keys_to("dialog #late", "").await?;
        for _ in "2:00".chars() {
            daniel.hits("Backspace").await?;
        }
        daniel.writes("12:00").await?;
        daniel.keys_on("dialog footer button", "Save").await?;
        daniel.sees("#stations", "7:30").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at(edit, "").await?;

        daniel
            .keys_on("main button, main header button", "New station")
            .await?;
        daniel.keys_to("dialog #name", "").await?;
        daniel.writes("Pastry").await?;
        daniel
            .keys_on("dialog footer button", "Add station")
            .await?;
        daniel.sees("#stations", "Pastry").await?;
        daniel.sees_no("dialog[open]", "").await?;
        daniel.is_back_at("button", "New station").await
    })
    .await;
}

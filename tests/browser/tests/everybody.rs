//! Every screen of the kitchen, and every dialog of an order after sending, looked at with axe-core: in the dark and in the
//! light nothing is too faint, and everything has a name and a role.

use std::time::Duration;

use anyhow::Result;
use cafe_pos_journeys::{House, Screen, View, journey};

/// Longer than the ten seconds after which somebody is told, and the second that passes until it is noticed.
const UNSEEN: Duration = Duration::from_secs(15);

/// In both themes; then it is as it was.
async fn is_for_everybody(screen: &Screen, what: &str) -> Result<()> {
    let own = screen
        .ask("document.documentElement.dataset.theme ?? ''")
        .await?;
    for theme in ["dark", "light"] {
        screen.wears(theme).await?;
        screen
            .can_be_used_by_all(&format!("{what}, {theme}"))
            .await?;
    }
    screen.wears(own.as_str().unwrap_or_default()).await
}

/// Opens a table for two, taps these and sends them; "|" begins a second course, which is kept back.
async fn sends(waiter: &Screen, table: &str, products: &[&str]) -> Result<()> {
    waiter.opens_table(table, 2).await?;
    for product in products {
        if *product == "|" {
            waiter.chooses_course(2).await?;
            continue;
        }
        waiter.taps("button.tile", product).await?;
        waiter.sees("li.line", product).await?;
    }
    if products.contains(&"|") {
        waiter.taps("h2.course:last-of-type button", "Hold").await?;
        waiter.sees("li.line.held", "").await?;
    }
    waiter.taps("#order-actions button", "Send").await?;
    waiter.sees("li.line.sent", products[0]).await
}

#[tokio::test]
async fn boards_and_the_pass_in_every_state() {
    journey(
        "boards-and-the-pass-for-everybody",
        async |house: &House| {
            let joan = house.screen("Joan's tablet", View::TABLET).await?;
            let daniel = house.screen("Daniel's laptop", View::TABLET).await?;
            let wall = house.screen("Kitchen", View::WALL).await?;
            let pass = house.screen("Pass", View::WALL).await?;
            for (screen, name) in [
                (&joan, "joan"),
                (&daniel, "daniel"),
                (&wall, "peter"),
                (&pass, "brian"),
            ] {
                screen.signs_in_first(name).await?;
            }
            wall.opens_board("Kitchen").await?;
            is_for_everybody(&wall, "empty board").await?;
            pass.goes_to("/kitchen").await?;
            pass.opens_board("Pass").await?;
            is_for_everybody(&pass, "empty pass").await?;

            // One ticket of each kind: struck out, kept back, put first, added to, begun and partly done, renamed.
            sends(&joan, "5", &["Rolex", "Chips", "Espresso"]).await?;
            let first = joan.path().await?;
            // No screen shows the bar's board, which would be said later in the midst of something else.
            joan.sees_within(UNSEEN, "#unseen .banner", "No screen at Bar")
                .await?;
            is_for_everybody(&joan, "alarm").await?;
            joan.taps("#unseen .banner button", "Told them").await?;
            joan.sees_no("#unseen .banner", "").await?;
            sends(&joan, "6", &["Rolex", "|", "Chips"]).await?;
            sends(&joan, "7", &["Chips", "Rolex"]).await?;
            joan.taps("button.tile", "Rolex").await?;
            joan.taps("#order-actions button", "1 kitchen").await?;
            sends(&joan, "8", &["Rolex", "Chips"]).await?;
            sends(&joan, "G2", &["Rolex"]).await?;
            daniel.goes_to(&first).await?;
            daniel.taps("li.line.sent .pick", "Rolex").await?;
            daniel.taps("#line-bar button", "Void").await?;
            daniel.taps("dialog label.chip", "Entered wrongly").await?;
            daniel.taps("dialog button.danger", "Void").await?;
            daniel.sees("li.line.void", "Rolex").await?;
            daniel.taps("#order-head button", "").await?;
            daniel.taps("dialog button", "Move to").await?;
            daniel.taps("dialog label.chip", "G1").await?;
            daniel.taps("dialog footer button", "Move").await?;
            daniel.sees("#order-title", "G1").await?;

            wall.sees(".kt del", "Table 5").await?;
            wall.sees(".kt .item.void", "VOID").await?;
            wall.sees(".kt .item.held", "Chips").await?;
            wall.sees(".kt .addon", "ADD-ON").await?;
            wall.taps(".kt[aria-label^='Table 8'] button.start", "")
                .await?;
            wall.taps(".kt[aria-label^='Table 8'] button.item", "Chips")
                .await?;
            wall.sees(".kt .item[aria-pressed=true]", "Chips").await?;
            wall.taps(".kt[aria-label^='Table G2'] button.prio", "")
                .await?;
            wall.sees(".kt[data-first]", "First").await?;
            is_for_everybody(&wall, "board with something of everything").await?;
            wall.hits("1").await?;
            wall.hits("ArrowDown").await?;
            is_for_everybody(&wall, "board with a cursor").await?;
            wall.hits("s").await?;
            wall.sees("dialog h2", "All day").await?;
            is_for_everybody(&wall, "all day").await?;
            wall.hits("Escape").await?;

            wall.taps(".kt[aria-label^='Table 7'] .bump", "").await?;
            wall.sees("#notice .toast", "bumped").await?;
            is_for_everybody(&wall, "board after a bump").await?;
            wall.taps(".kt[aria-label^='Table G2'] .bump", "").await?;
            wall.sees_no(".kt", "Table G2").await?;
            wall.hits("r").await?;
            wall.sees("dialog h2", "Recall").await?;
            is_for_everybody(&wall, "recall list").await?;
            wall.taps("dialog .rc button", "New clock").await?;
            wall.sees(".kt .sub", "Recalled").await?;
            is_for_everybody(&wall, "board with what was recalled").await?;

            // The pass with something that waits, is being made, and is kept back.
            wall.taps(".kt[aria-label^='Table 8'] .bump", "").await?;
            pass.sees("#pass-ready .pcard", "T8").await?;
            pass.sees("#pass-board .pcard", "Held").await?;
            is_for_everybody(&pass, "pass").await?;
            pass.hits("1").await?;
            is_for_everybody(&pass, "pass with a cursor").await?;
            pass.hits("Enter").await?;
            pass.sees("#notice .toast", "served").await?;
            is_for_everybody(&pass, "pass after serving").await?;
            pass.hits("r").await?;
            pass.sees("#recall-list li", "Table").await?;
            is_for_everybody(&pass, "recall of the pass").await
        },
    )
    .await;
}

#[tokio::test]
async fn the_sheets_of_an_order_after_sending() {
    journey("sheets-for-everybody", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let daniel = house.screen("Daniel's laptop", View::TABLET).await?;
        let wall = house.screen("Kitchen", View::WALL).await?;
        for (screen, name) in [(&joan, "joan"), (&daniel, "daniel"), (&wall, "peter")] {
            screen.signs_in_first(name).await?;
        }
        sends(&daniel, "5", &["Chips"]).await?;
        // Two of one, so that it is asked how many.
        sends(&joan, "6", &["Rolex", "|", "Chips"]).await?;
        joan.taps("button.tile", "Espresso").await?;
        joan.sees("li.line:not(.sent)", "Espresso").await?;
        joan.taps("li.line.held .pick", "Chips").await?;
        joan.sees("#line-bar button", "Fire").await?;
        is_for_everybody(&joan, "order with something on hold").await?;
        // The waiter has to ask a manager, and a manager nobody.
        daniel.goes_to(&joan.path().await?).await?;
        for screen in [&joan, &daniel] {
            let who = screen.name.clone();
            screen.taps("li.line.sent .pick", "Rolex").await?;
            for deed in ["Void", "Comp"] {
                screen.taps("#line-bar button", deed).await?;
                screen.sees("dialog footer button", "Back").await?;
                is_for_everybody(screen, &format!("{deed}, {who}")).await?;
                screen.taps("dialog button", "Back").await?;
            }
            for option in [
                "Split",
                "Merge",
                "Move to",
                "Transfer",
                "Open item",
                "Cancel this",
            ] {
                screen.taps("#order-head button", "").await?;
                screen.sees("dialog button", "Open item").await?;
                if option == "Split" {
                    is_for_everybody(screen, &format!("options, {who}")).await?;
                }
                screen.taps("dialog button", option).await?;
                screen.sees("dialog footer", "Back").await?;
                is_for_everybody(screen, &format!("{option}, {who}")).await?;
                screen.taps("dialog button", "Back").await?;
                screen.sees_no("dialog[open]", "").await?;
            }
        }

        // A refusal, a fired course, and what was made already.
        daniel.taps("#line-bar button", "Void").await?;
        daniel.will_be_refused(422);
        daniel.taps("dialog footer button", "Void").await?;
        daniel.sees("dialog #err-reason", "reason").await?;
        is_for_everybody(&daniel, "void without a reason").await?;
        daniel.taps("dialog button", "Back").await?;
        joan.taps("li.line.held .pick", "Chips").await?;
        joan.taps("#line-bar button", "Fire").await?;
        joan.sees_no("li.line.held", "").await?;
        is_for_everybody(&joan, "order with a fired course").await?;
        wall.opens_board("Kitchen").await?;
        wall.sees(".kt .addon", "FIRED").await?;
        is_for_everybody(&wall, "board with a fired course").await?;
        wall.taps(".kt[aria-label^='Table 6'] .bump", "").await?;
        daniel.sees("li.line [data-status=ready]", "Ready").await?;
        daniel.taps("#line-bar button", "Void").await?;
        daniel.sees("dialog", "It was made already").await?;
        is_for_everybody(&daniel, "void of what was made").await?;
        daniel.taps("dialog label.chip", "Entered wrongly").await?;
        daniel.taps("dialog button.danger", "Void").await?;
        daniel.sees("li.line.void", "Rolex").await?;
        is_for_everybody(&daniel, "order with something struck out").await
    })
    .await;
}

#[tokio::test]
async fn what_managers_keep_and_read_of_the_kitchen() {
    journey(
        "stations-and-figures-for-everybody",
        async |house: &House| {
            let (wall, joan) = house.kitchen_with(3).await?;
            wall.taps(".kt .bump", "Bump").await?;
            wall.sees_tickets(2).await?;
            let daniel = house.screen("Daniel's laptop", View::TABLET).await?;
            daniel.signs_in_first("daniel").await?;
            sends(&joan, "7", &["Rolex"]).await?;
            daniel.goes_to(&joan.path().await?).await?;
            daniel.taps("li.line.sent .pick", "Rolex").await?;
            daniel.taps("#line-bar button", "Void").await?;
            daniel.taps("dialog label.chip", "Entered wrongly").await?;
            daniel.taps("dialog button.danger", "Void").await?;
            daniel.sees("li.line.void", "Rolex").await?;

            daniel.goes_to("/kitchen/figures").await?;
            daniel.sees("h1", "Kitchen figures").await?;
            daniel.taps("summary", "As a table").await?;
            is_for_everybody(&daniel, "kitchen figures").await?;
            daniel.will_be_refused(422);
            daniel.will_be_refused(400);
            daniel
                .goes_to("/kitchen/figures?from=2026-02-30&to=x")
                .await?;
            daniel.sees("h1", "Kitchen figures").await?;
            is_for_everybody(&daniel, "kitchen figures of no days").await?;

            daniel.goes_to("/stations").await?;
            is_for_everybody(&daniel, "stations").await?;
            daniel.taps("button", "New station").await?;
            daniel.sees("dialog h2", "New station").await?;
            is_for_everybody(&daniel, "new station").await?;
            daniel.hits("Escape").await?;
            daniel.taps("button[aria-label='Edit Bar']", "").await?;
            daniel.types("dialog #key_bump", "u").await?;
            daniel.taps("dialog footer button", "Save").await?;
            daniel.sees("dialog .err", "two things").await?;
            is_for_everybody(&daniel, "a station with a fault").await
        },
    )
    .await;
}

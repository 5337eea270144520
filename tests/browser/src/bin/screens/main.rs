//! `cargo run --bin screens -- <folder>`: pictures of the real program with a lunch going on, for the README and
//! for reviews.

mod money;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cafe_pos_journeys::{House, Pesapal, Screen, View};

const FLOAT: [(u32, u32); 4] = [(20_000, 3), (10_000, 5), (5_000, 6), (1_000, 20)];

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.context("Say where the pictures go: screens <folder>")?;
    std::fs::create_dir_all(&folder)?;
    let pesapal = Pesapal::start()?;
    let house = House::open_with(pesapal.settings()).await?;
    let taken = take(&house, &folder).await;
    house.close().await?;
    taken
}

async fn take(house: &House, folder: &Path) -> Result<()> {
    let stranger = house.screen("nobody", View::TABLET).await?;
    stranger.goes_to("/sign-in").await?;
    of(&stranger, folder, "sign-in", &[View::TABLET, View::PHONE]).await?;

    let amina = house.screen("amina", View::TABLET).await?;
    let moses = house.screen("moses", View::TABLET).await?;
    let joan = house.screen("joan", View::TABLET).await?;
    let peter = house.screen("peter", View::WALL).await?;
    for person in [&amina, &moses, &joan, &peter] {
        person.signs_in_first(&person.name).await?;
    }
    start_shift(&amina, folder).await?;
    lunch(&moses, &joan, &peter).await?;

    of(&peter, folder, "board", &[View::WALL, View::TABLET]).await?;
    after_sending(house, folder, &joan, &peter).await?;
    seat_seven(&moses).await?;
    let order = moses.path().await?;
    of(&moses, folder, "order", &[View::TABLET, View::UPRIGHT]).await?;
    moses.resize(View::PHONE).await?;
    moses.picture(&folder.join("order-390.png")).await?;
    amina.goes_to("/floor").await?;
    amina.is_live().await?;
    of(
        &amina,
        folder,
        "floor",
        &[View::TABLET, View::UPRIGHT, View::PHONE],
    )
    .await?;
    let pass = house.screen("brian", View::WALL).await?;
    pass.signs_in_first(&pass.name).await?;
    pass.goes_to("/kitchen").await?;
    pass.opens_board("Pass").await?;
    pass.sees("#pass-ready .pcard", "T2").await?;
    of(&pass, folder, "pass", &[View::WALL, View::TABLET]).await?;
    amina.goes_to("/ready").await?;
    amina.picture(&folder.join("ready-1280.png")).await?;
    counter_sale(&amina, folder).await?;
    pay(&amina, folder, &order).await?;
    money::every_way_to_pay(house, &amina, folder).await?;
    close_shift(&amina, folder).await
}

/// The same screen in several sizes.
async fn of(screen: &Screen, folder: &Path, name: &str, views: &[View]) -> Result<()> {
    for view in views {
        screen.resize(*view).await?;
        screen
            .picture(&folder.join(format!("{name}-{}.png", view.width)))
            .await?;
    }
    screen.resize(views[0]).await
}

async fn start_shift(amina: &Screen, folder: &Path) -> Result<()> {
    amina.goes_to("/shift").await?;
    amina.taps("fieldset.seg label", "Cash pouch").await?;
    amina.counts_cash(&FLOAT).await?;
    amina.picture(&folder.join("shift-start-1280.png")).await?;
    amina
        .taps("#start-shift button.primary", "Start shift")
        .await?;
    amina.arrives_at("/floor").await
}

/// Tables in every state, and a kitchen with work.
async fn lunch(moses: &Screen, joan: &Screen, peter: &Screen) -> Result<()> {
    order_at(joan, "2", 2, &["Katogo with offal", "Americano"]).await?;
    order_at(
        moses,
        "5",
        4,
        &["Rolex", "Rolex", "Goat pilau", "Avocado toast"],
    )
    .await?;
    order_at(
        joan,
        "G3",
        4,
        &["Chicken luwombo", "Spanish omelette", "Iced latte"],
    )
    .await?;
    peter.goes_to("/kitchen").await?;
    peter.taps("main a.btn", "Kitchen").await?;
    peter.sees("article.kt", "Table 2").await?;
    peter
        .taps("article.kt[aria-label='Table 2'] button.bump", "Bump")
        .await?;
    peter
        .taps("article.kt[aria-label='Table 5'] button.start", "")
        .await?;
    peter
        .taps("article.kt[aria-label='Table 5'] button.item", "Rolex")
        .await?;
    order_at(joan, "G5", 5, &["Goat pilau", "Katogo with offal"]).await?;
    joan.opens_table("G6", 3).await?;
    joan.taps("button.tile", "Latte").await?;
    joan.sees("li.line", "Latte").await?;
    joan.goes_to("/floor").await?;
    peter.sees("article.kt", "Table G5").await
}

/// Guests who change their minds: something held, something struck out, and the dialogs for the rest.
async fn after_sending(house: &House, folder: &Path, joan: &Screen, peter: &Screen) -> Result<()> {
    order_at(joan, "G1", 3, &["Rolex", "Rolex", "Goat pilau"]).await?;
    joan.ask("const next = document.querySelector('#order-for select'); next.value = '2'; next.dispatchEvent(new Event('change', { bubbles: true }))")
        .await?;
    add(joan, "Chicken luwombo").await?;
    joan.taps("h2.course button", "Hold").await?;
    joan.sees("li.line.held", "Chicken luwombo").await?;
    joan.taps("#order-actions button", "Send").await?;
    joan.sees("li.line.held .badge", "On hold").await?;
    let order = joan.path().await?;
    let daniel = house.screen("daniel", View::TABLET).await?;
    daniel.signs_in_first("daniel").await?;
    daniel.goes_to(&order).await?;
    daniel.taps("li.line.sent .pick", "Rolex").await?;
    daniel.taps("#line-bar button", "Void").await?;
    daniel
        .taps("dialog .stepper button:first-of-type", "")
        .await?;
    daniel.taps("dialog label.chip", "Entered wrongly").await?;
    daniel.taps("dialog button.danger", "Void").await?;
    daniel.sees("li.line.void", "Rolex").await?;
    peter.sees(".kt .item.void", "Rolex").await?;
    of(peter, folder, "board-void", &[View::WALL, View::TABLET]).await?;
    for (button, name) in [("recalls", "recall"), ("allday", "all-day")] {
        peter.taps(&format!("[data-board='{button}']"), "").await?;
        peter.sees("dialog h2", "").await?;
        peter
            .picture(&folder.join(format!("{name}-1920.png")))
            .await?;
        peter.taps("dialog button", "Back to the board").await?;
    }
    of(joan, folder, "after", &[View::TABLET, View::UPRIGHT]).await?;
    joan.taps("li.line.sent .pick", "Goat pilau").await?;
    joan.taps("#line-bar button", "Void").await?;
    of(joan, folder, "void", &[View::TABLET, View::PHONE]).await?;
    joan.taps("dialog button", "Back").await?;
    for (option, name) in [
        ("Split", "split"),
        ("Merge", "merge"),
        ("Move to", "move"),
        ("Transfer", "transfer"),
        ("Open item", "open-item"),
        ("Cancel this", "cancel"),
    ] {
        joan.taps("#order-head button", "").await?;
        if name == "split" {
            of(joan, folder, "options", &[View::TABLET, View::PHONE]).await?;
        }
        joan.taps("dialog button", option).await?;
        joan.sees("dialog footer", "Back").await?;
        of(joan, folder, name, &[View::TABLET, View::PHONE]).await?;
        joan.taps("dialog button", "Back").await?;
    }
    Ok(())
}

/// Opens a table, adds these favourites and sends them.
async fn order_at(waiter: &Screen, table: &str, guests: u32, products: &[&str]) -> Result<()> {
    waiter.opens_table(table, guests).await?;
    for product in products {
        add(waiter, product).await?;
    }
    waiter.taps("#order-actions button", "Send").await?;
    waiter.sees("li.line.sent", products[0]).await
}

/// A tap on the tile; where something must be chosen first, the first choice of each required group.
async fn add(waiter: &Screen, product: &str) -> Result<()> {
    waiter.taps("button.tile", product).await?;
    for _ in 0..100 {
        if waiter.counts("li.line", product).await? > 0 {
            return Ok(());
        }
        if waiter.counts("dialog .need", "").await? > 0 {
            waiter
                .taps("dialog fieldset:has(.need:not([hidden])) label", "")
                .await?;
        }
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    }
    waiter.sees("li.line", product).await
}

/// The order that the pictures show: some of it sent, some not.
async fn seat_seven(moses: &Screen) -> Result<()> {
    order_at(moses, "7", 4, &["Cappuccino", "Rolex"]).await?;
    moses.taps("#order-for .seg label", "2").await?;
    for product in ["Flat white", "Butter croissant", "Avocado toast"] {
        add(moses, product).await?;
    }
    Ok(())
}

/// A guest at the counter: what is ordered, what may be chosen, and what the screen depends on.
async fn counter_sale(amina: &Screen, folder: &Path) -> Result<()> {
    amina.goes_to("/floor").await?;
    amina.taps("button", "Counter sale").await?;
    amina.sees("#order-title", "Counter").await?;
    for product in ["Latte", "Butter croissant", "Cappuccino"] {
        add(amina, product).await?;
    }
    of(amina, folder, "counter", &[View::TABLET, View::PHONE]).await?;
    amina
        .taps("button.tile-more[aria-label='Choices for Latte']", "")
        .await?;
    amina.sees("dialog", "Milk").await?;
    of(amina, folder, "choices", &[View::TABLET, View::PHONE]).await?;
    amina.taps("dialog [data-close]", "").await?;
    amina.taps("#conn", "").await?;
    amina.sees("dialog", "Database").await?;
    amina.picture(&folder.join("connections-1280.png")).await?;
    amina.taps("dialog footer [data-close]", "Close").await
}

async fn pay(amina: &Screen, folder: &Path, order: &str) -> Result<()> {
    amina.goes_to(order).await?;
    amina.taps("#order-actions a", "Pay").await?;
    amina.sees("#pay-quick", "").await?;
    amina.taps("#pay-panel button", "Print bill").await?;
    amina
        .sees("article.receipt", "This is not a receipt.")
        .await?;
    amina.picture(&folder.join("bill-1280.png")).await?;
    amina.goes_to(&format!("{order}/pay")).await?;
    amina.sees("#pay-quick", "").await?;
    amina.taps(".methods label", "MTN MoMo").await?;
    amina.sees("[name=reference]", "").await?;
    of(amina, folder, "pay-momo", &[View::TABLET, View::PHONE]).await?;
    amina.taps(".methods label", "Cash").await?;
    amina.taps(".seg label", "Evenly").await?;
    amina.taps("#pay-panel [data-step='1']", "").await?;
    amina.sees("#pay-shares li:nth-child(3)", "Then").await?;
    of(amina, folder, "pay-evenly", &[View::TABLET, View::PHONE]).await?;
    amina.taps(".seg label", "By item").await?;
    amina.taps(".for-item .chip", "Rolex").await?;
    amina.taps(".for-item .chip", "Flat white").await?;
    amina.sees("#pay-due", "19,500").await?;
    of(amina, folder, "pay-items", &[View::TABLET, View::PHONE]).await?;
    amina.taps(".seg label", "Full bill").await?;
    amina.sees("#pay-due", "57,500").await?;
    amina.taps("#pay-quick button:last-child", "").await?;
    of(amina, folder, "pay", &[View::TABLET, View::PHONE]).await?;
    amina.taps("#pay-form button.primary", "Take cash").await?;
    amina.sees(".done", "Paid in full").await?;
    amina.picture(&folder.join("receipt-1280.png")).await
}

async fn close_shift(amina: &Screen, folder: &Path) -> Result<()> {
    amina.goes_to("/shift").await?;
    amina.taps("#own-shift a", "Count and close").await?;
    amina.counts_cash(&FLOAT).await?;
    amina.picture(&folder.join("shift-close-1280.png")).await?;
    amina.taps("button.primary", "Lock count").await?;
    amina.sees(".variance", "").await?;
    amina.picture(&folder.join("shift-locked-1280.png")).await
}

//! A hundred orders from two tills, on two boards and a pass, with everything that happens to them on the way.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey_within};

/// The tables that each till serves.
const TABLES: [&[&str]; 2] = [&["1", "2", "3", "4", "5"], &["G1", "G2", "G3", "G4", "G5"]];
/// How many more guests each of them serves by finger.
const TAKEAWAYS: usize = 8;
/// How many they send in all; what fingers did not do goes faster than fingers can.
const ORDERS_EACH: usize = 50;
/// For as many screens as this on one machine.
const LONGEST: Duration = Duration::from_secs(240);

const PRODUCTS: [&str; 4] = ["Rolex", "Espresso", "Chips", "Cappuccino"];

/// Between two deeds of a cook; longer than the rest after a bump.
const PACE: Duration = Duration::from_millis(850);

/// Whether guests still come, and the orders on which somebody thinks better of something.
struct Evening {
    open: AtomicBool,
    regretted: Mutex<Vec<String>>,
}

impl Evening {
    fn regret(&self, order: String) {
        if let Ok(mut regretted) = self.regretted.lock() {
            regretted.push(order);
        }
    }

    fn regretted(&self) -> Option<String> {
        self.regretted.lock().ok()?.pop()
    }
}

#[tokio::test]
async fn a_hundred_orders_and_every_board_is_what_the_database_says() {
    journey_within(LONGEST, "a-hundred-orders", async |house: &House| {
        let open = async |name, view| house.screen(name, view).await;
        let moses = open("Moses' tablet", View::TABLET).await?;
        let joan = open("Joan's tablet", View::TABLET).await?;
        let kitchen = open("Kitchen", View::WALL).await?;
        let bar = open("Bar", View::WALL).await?;
        let pass = open("Pass", View::WALL).await?;
        let daniel = open("Daniel's tablet", View::TABLET).await?;
        tokio::try_join!(
            moses.signs_in_first("moses"),
            joan.signs_in_first("joan"),
            kitchen.signs_in_first("peter"),
            bar.signs_in_first("kevin"),
            pass.signs_in_first("brian"),
            daniel.signs_in_first("daniel"),
        )?;
        kitchen.opens_board("Kitchen").await?;
        bar.opens_board("Bar").await?;
        pass.goes_to("/kitchen").await?;
        pass.opens_board("Pass").await?;
        // What came in while a finger was on its way is not bumped unseen, and says so.
        for screen in [&kitchen, &bar, &pass] {
            screen.will_be_refused(409);
            screen.will_be_refused(422);
        }

        let evening = Evening {
            open: AtomicBool::new(true),
            regretted: Mutex::default(),
        };
        let tills = async {
            let sold = tokio::try_join!(
                till(&moses, TABLES[0], &evening),
                till(&joan, TABLES[1], &evening)
            );
            evening.open.store(false, Relaxed);
            sold
        };
        tokio::try_join!(
            tills,
            by_keys(&kitchen, &evening),
            by_finger(&bar, &evening),
            carries(&pass, &evening),
            strikes_out(&daniel, &evening),
        )?;

        let sent = "SELECT count(DISTINCT order_id) FROM tickets";
        let sent = house.knows(sent).await?.as_u64().context("a count")?;
        ensure!(sent == 2 * ORDERS_EACH as u64, "{sent} orders were sent");
        for (screen, station) in [(&kitchen, "Kitchen"), (&bar, "Bar")] {
            let tickets = house.board_is_true(screen, station).await?;
            ensure!(tickets > 5, "{tickets} tickets at {station} prove little");
        }
        house.pass_is_true(&pass).await?;
        let done = "SELECT json_build_object('bumped', (SELECT count(*) FROM tickets WHERE bumped_at IS NOT NULL), \
            'recalled', (SELECT count(*) FROM tickets WHERE recalled_at IS NOT NULL), \
            'ordered again', (SELECT count(*) FROM tickets t WHERE additions > 0 OR EXISTS (SELECT 1 FROM tickets e \
                WHERE e.order_id = t.order_id AND e.station_id = t.station_id AND e.sent_at < t.sent_at)), \
            'fired', (SELECT count(*) FROM ticket_lines WHERE held AND fired_at IS NOT NULL), \
            'struck', (SELECT count(*) FROM ticket_lines WHERE voided_at IS NOT NULL), \
            'served', (SELECT count(*) FROM order_lines WHERE state = 'served'))";
        let done = house.knows(done).await?;
        println!("{done}");
        for (deed, count) in done.as_object().context("counts")? {
            ensure!(count.as_u64() > Some(1), "too little happened: {deed} in {done}");
        }

        // And what was loaded afresh is the same.
        for screen in [&kitchen, &bar, &pass] {
            screen.reloads().await?;
        }
        house.board_is_true(&kitchen, "Kitchen").await?;
        house.board_is_true(&bar, "Bar").await?;
        house.pass_is_true(&pass).await
    })
    .await;
}

/// A waiter's evening: tables, some of which order again or want their second course later, then takeaways, then a rush.
async fn till(tablet: &Screen, tables: &[&str], evening: &Evening) -> Result<()> {
    let mut orders = Vec::new();
    for (turn, table) in tables.iter().enumerate() {
        tablet.opens_table(table, 2).await?;
        adds(tablet, PRODUCTS[turn % 4]).await?;
        adds(tablet, PRODUCTS[(turn + 1) % 4]).await?;
        if turn % 3 == 0 {
            tablet.chooses_course(2).await?;
            adds(tablet, "Chips").await?;
            tablet.taps("h2.course:last-of-type button", "Hold").await?;
            tablet.sees("li.line.held", "Chips").await?;
        }
        sends(tablet).await?;
        orders.push(tablet.path().await?);
        if turn % 2 == 1 {
            evening.regret(tablet.path().await?);
        }
        if turn == 3 {
            // Back to the table from before, which wants something more, and to the first, which waits for its second course.
            tablet.goes_to(&orders[turn - 1]).await?;
            adds(tablet, "Espresso").await?;
            adds(tablet, "Rolex").await?;
            sends(tablet).await?;
            tablet.goes_to(&orders[0]).await?;
            tablet.taps("h2.course button", "Send course 2").await?;
            tablet.sees_no("li.line.held", "").await?;
        }
    }
    for guest in 0..TAKEAWAYS {
        tablet.is_at_a_new_sale().await?;
        adds(tablet, PRODUCTS[guest % 4]).await?;
        sends(tablet).await?;
    }
    let left = u32::try_from(ORDERS_EACH - tables.len() - TAKEAWAYS)?;
    for (count, products) in [
        (left / 2, &["Rolex", "Espresso"][..]),
        (left / 4, &["Chips"]),
        (left - left / 2 - left / 4, &["Cappuccino", "Chips"]),
    ] {
        tablet.sends_orders_of(count, products).await?;
    }
    Ok(())
}

async fn adds(tablet: &Screen, product: &str) -> Result<()> {
    tablet.taps("button.tile", product).await?;
    tablet.sees("li.line:not(.sent)", product).await
}

async fn sends(tablet: &Screen) -> Result<()> {
    tablet
        .taps("#order-actions button:not([disabled])", "Send")
        .await?;
    tablet.sees_no("li.line:not(.sent):not(.held)", "").await
}

/// A cook with a bump bar.
async fn by_keys(wall: &Screen, evening: &Evening) -> Result<()> {
    for turn in 0.. {
        if !evening.open.load(Relaxed) {
            return Ok(());
        }
        if wall.counts("#board .kt[data-n]", "").await? < 3 {
            tokio::time::sleep(PACE).await;
            continue;
        }
        wall.hits(if turn % 3 == 1 { "2" } else { "1" }).await?;
        wall.hits("ArrowDown").await?;
        wall.hits(" ").await?;
        tokio::time::sleep(PACE).await;
        match turn % 8 {
            5 => wall.hits("p").await?,
            6 => {
                wall.hits("r").await?;
                wall.sees("dialog h2", "Recall").await?;
                wall.tabs_to("dialog .rc button, dialog footer button", "")
                    .await?;
                wall.hits("Enter").await?;
                wall.sees_no("dialog[open]", "").await?;
            }
            _ => wall.hits("Enter").await?,
        }
        tokio::time::sleep(PACE).await;
        match turn % 8 {
            3 => wall.hits("u").await?,
            7 => wall.hits("Backspace").await?,
            _ => {}
        }
    }
    Ok(())
}

/// A bartender with wet fingers.
async fn by_finger(wall: &Screen, evening: &Evening) -> Result<()> {
    for turn in 0.. {
        if !evening.open.load(Relaxed) {
            return Ok(());
        }
        if wall.counts("#board .kt .bump", "").await? < 3 {
            tokio::time::sleep(PACE).await;
            continue;
        }
        if turn % 2 == 0 {
            wall.taps("#board button.item", "").await?;
        }
        tokio::time::sleep(PACE).await;
        wall.taps("#board .kt .bump", "").await?;
        tokio::time::sleep(PACE).await;
        if turn % 5 == 4
            && wall
                .counts("[data-board=recall]:not([disabled])", "")
                .await?
                > 0
        {
            wall.taps("[data-board=recall]", "").await?;
        }
    }
    Ok(())
}

/// A runner who carries out what is ready, and once in a while the wrong plate.
async fn carries(pass: &Screen, evening: &Evening) -> Result<()> {
    for turn in 0.. {
        if !evening.open.load(Relaxed) {
            return Ok(());
        }
        tokio::time::sleep(PACE).await;
        if pass.counts("#pass-ready .pcard button", "").await? < 2 {
            continue;
        }
        if turn % 2 == 0 {
            pass.hits("1").await?;
            pass.hits("Enter").await?;
        } else {
            pass.taps("#pass-ready .pcard button", "").await?;
        }
        tokio::time::sleep(PACE).await;
        if turn % 4 == 3 {
            pass.hits("u").await?;
        }
    }
    Ok(())
}

/// A manager who strikes out what guests thought better of.
async fn strikes_out(tablet: &Screen, evening: &Evening) -> Result<()> {
    loop {
        let Some(order) = evening.regretted() else {
            if !evening.open.load(Relaxed) {
                return Ok(());
            }
            tokio::time::sleep(PACE).await;
            continue;
        };
        tablet.goes_to(&order).await?;
        tablet.taps("li.line.sent:not(.void) .pick", "").await?;
        tablet.taps("#line-bar button", "Void").await?;
        tablet.taps("dialog label.chip", "Entered wrongly").await?;
        tablet.taps("dialog button.danger", "Void").await?;
        tablet.sees("li.line.void", "").await?;
    }
}

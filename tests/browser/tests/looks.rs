//! What everybody must be able to read and reach: dark and light, twice the size, long names, without a mouse, and
//! nothing that moves away under a finger.

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};

/// A tablet at 200 %: half as many CSS pixels each way.
const TWICE: View = View {
    width: 640,
    height: 400,
};
/// A small phone, which is also a laptop at 400 %.
const SMALL: View = View {
    width: 320,
    height: 568,
};

/// As long as a name may be, and without a place to break it.
const LONG: &str = "Nakabugo-Nalwanga-Namatovu-Nansubuga-Nakanwagi-Namusisi-Nabb";

#[tokio::test]
async fn every_screen_can_be_read_in_the_dark_and_in_the_light_and_at_twice_the_size() {
    journey("dark-light-and-twice-the-size", async |house: &House| {
        let amina = house.screen("Amina's tablet", View::TABLET).await?;
        amina.goes_to("/sign-in").await?;
        looks_well(&amina, "sign-in").await?;
        amina.goes_to("/trust").await?;
        amina.taps("summary", "iPad and iPhone").await?;
        looks_well(&amina, "trust").await?;
        amina.goes_to("/sign-in").await?;
        amina.signs_in_first("amina").await?;
        amina.goes_to("/shift").await?;
        amina.taps("fieldset.seg label", "Cash pouch").await?;
        looks_well(&amina, "shift start").await?;
        amina.counts_cash(&[(20_000, 2)]).await?;
        amina
            .taps("#start-shift button.primary", "Start shift")
            .await?;
        amina.arrives_at("/floor").await?;

        // A guest with the longest of names, a note and an allergy as long as they may be.
        amina.taps("aside.side button", "New takeaway").await?;
        amina.types("dialog input[name=name]", LONG).await?;
        looks_well(&amina, "new takeaway").await?;
        amina.taps("dialog button.primary", "Start order").await?;
        amina.arrives_at("/orders/").await?;
        amina
            .taps("button.tile-more[aria-label='Choices for Latte']", "")
            .await?;
        amina.sees("dialog", "Milk").await?;
        looks_well(&amina, "choices").await?;
        amina
            .types("dialog textarea[name=note]", &LONG.repeat(3))
            .await?;
        amina.types("dialog input[name=allergy]", LONG).await?;
        amina.taps("dialog [data-add]", "Add").await?;
        amina.sees("li.line small.note", LONG).await?;
        looks_well(&amina, "order").await?;
        amina.taps("#order-actions button", "Send").await?;
        amina.sees("li.line.sent", "Latte").await?;
        let order = amina.path().await?;
        for page in ["/floor", "/orders", "/ready", "/shift", "/me"] {
            amina.goes_to(page).await?;
            looks_well(&amina, page).await?;
        }

        let kevin = house.screen("Bar", View::WALL).await?;
        kevin.signs_in_first("kevin").await?;
        kevin.opens_board("Bar").await?;
        kevin.sees("article.kt", LONG).await?;
        for theme in ["dark", "light"] {
            kevin
                .ask(&format!(
                    "void (document.documentElement.dataset.theme = '{theme}')"
                ))
                .await?;
            kevin.can_be_used_by_all(&format!("board, {theme}")).await?;
        }
        for view in [View::WALL, View::TABLET, TWICE] {
            kevin.resize(view).await?;
            kevin.fits("board").await?;
        }
        amina.resize(View::WALL).await?;
        amina.goes_to("/kitchen").await?;
        amina.opens_board("Pass").await?;
        amina.sees("#pass-board .pcard", LONG).await?;
        kevin.taps("article.kt .bump", "Bump").await?;
        amina
            .sees("#pass-ready .pcard .allergy", "NAKABUGO")
            .await?;
        for theme in ["dark", "light"] {
            amina
                .ask(&format!(
                    "void (document.documentElement.dataset.theme = '{theme}')"
                ))
                .await?;
            amina.can_be_used_by_all(&format!("pass, {theme}")).await?;
        }
        for view in [View::WALL, TWICE, View::TABLET] {
            amina.resize(view).await?;
            amina.fits("pass").await?;
        }

        amina.goes_to(&order).await?;
        amina.taps("#order-actions a", "Pay").await?;
        amina.sees("#pay-quick", "").await?;
        looks_well(&amina, "pay").await?;
        amina.taps("#pay-quick button", "Exact").await?;
        amina.taps("#pay-form button.primary", "Take cash").await?;
        amina.sees(".done", "Paid").await?;
        looks_well(&amina, "receipt").await?;
        amina.goes_to("/shift").await?;
        amina.taps("#own-shift a", "Count and close").await?;
        amina.sees("h1", "Close shift").await?;
        looks_well(&amina, "count").await
    })
    .await;
}

/// In both themes nothing is too faint (axe-core measures it), and at twice the size nothing lies beside the screen.
async fn looks_well(screen: &Screen, what: &str) -> Result<()> {
    let own = screen
        .ask("document.documentElement.dataset.theme ?? ''")
        .await?;
    for theme in ["dark", "light"] {
        screen
            .ask(&format!(
                "void (document.documentElement.dataset.theme = '{theme}')"
            ))
            .await?;
        screen
            .can_be_used_by_all(&format!("{what}, {theme}"))
            .await?;
    }
    screen
        .ask(&format!(
            "void (document.documentElement.dataset.theme = {own})"
        ))
        .await?;
    for view in [TWICE, SMALL] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    screen.resize(View::TABLET).await
}

#[tokio::test]
async fn an_order_is_taken_without_a_mouse() {
    journey("without-a-mouse", async |house: &House| {
        let joan = house.screen("Joan's laptop", View::TABLET).await?;
        joan.signs_in_first("joan").await?;
        joan.goes_to("/floor").await?;
        joan.tabs_to("a.tbl", "5").await?;
        joan.hits("Enter").await?;
        joan.arrives_at("/tables/").await?;
        joan.tabs_to(".chips button", "2").await?;
        joan.hits("Enter").await?;
        joan.sees("#order-panel", "Nothing ordered yet").await?;
        // "/" goes to the search from everywhere.
        joan.hits("/").await?;
        joan.writes("espr").await?;
        joan.sees("#menu-grid[aria-label^='Search'] .tile .name", "Espresso")
            .await?;
        joan.tabs_to("#menu-grid .tile", "Espresso").await?;
        joan.hits("Enter").await?;
        joan.sees("li.line", "Espresso").await?;
        joan.tabs_to("li.line .stepper button[aria-label^='One more']", "")
            .await?;
        joan.hits("Enter").await?;
        joan.sees("li.line .stepper output", "2").await?;
        joan.tabs_to("#order-actions button", "Send").await?;
        joan.hits("Enter").await?;
        joan.sees("li.line.sent", "Espresso").await
    })
    .await;
}

#[tokio::test]
async fn nothing_moves_under_a_finger_while_lines_are_added() {
    journey("nothing-moves", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let ivan = house.screen("Ivan's tablet", View::TABLET).await?;
        joan.signs_in_first("joan").await?;
        ivan.signs_in_first("ivan").await?;
        joan.opens_table("5", 2).await?;
        joan.is_live().await?;
        ivan.goes_to(&joan.path().await?).await?;
        ivan.is_live().await?;
        let before = places(&joan).await?;
        for (count, product) in ["Espresso", "Cappuccino", "Rolex", "Chips"]
            .iter()
            .enumerate()
        {
            ivan.taps("#menu-grid .tile", product).await?;
            joan.sees("#order-lines", product).await?;
            ensure!(
                places(&joan).await? == before,
                "something moved when line {} came from another tablet",
                count + 1
            );
        }
        joan.taps("#menu-grid .tile", "Latte").await?;
        joan.sees("#order-lines", "Latte").await?;
        ensure!(
            places(&joan).await? == before,
            "something moved when a line was added here"
        );
        let shifted = joan.ask(SHIFTED).await?.as_f64().unwrap_or(1.0);
        ensure!(shifted < 0.01, "the layout shifted by {shifted}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_an_alarm_pushes_under_a_finger_is_not_tapped() {
    journey("pushed-under-a-finger", async |house: &House| {
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let moses = house.screen("Moses' tablet", View::TABLET).await?;
        for (screen, name) in [(&joan, "joan"), (&moses, "moses")] {
            screen.signs_in_first(name).await?;
        }
        // No board is open anywhere, so whoever sends is told after ten seconds, on top of what they do by then.
        joan.opens_table("5", 2).await?;
        joan.taps("#menu-grid .tile", "Espresso").await?;
        joan.sees("li.line", "Espresso").await?;
        joan.taps("#order-actions button", "Send").await?;
        joan.sees("li.line.sent", "Espresso").await?;
        let before = places(&joan).await?;
        // The finger comes down in the very frame in which all has moved, on whatever tile lies there by then.
        let tapped = joan
            .ask(
                "new Promise(done => {
                    const content = document.querySelector('body.pos > main');
                    const first = content.getBoundingClientRect().top;
                    const look = () => {
                        if (content.getBoundingClientRect().top === first) return requestAnimationFrame(look);
                        setTimeout(() => {
                            const tile = [...document.querySelectorAll('#menu-grid .tile')].find(tile => tile.textContent.includes('Chips'));
                            tile.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }));
                            done('moved' in document.body.dataset);
                        });
                    };
                    requestAnimationFrame(look);
                })",
            )
            .await?;
        ensure!(tapped == true, "nobody was told that the page has moved");
        joan.sees("#unseen .banner", "No screen at Bar").await?;
        ensure!(places(&joan).await? != before, "the alarm moved nothing");
        // What is tapped on purpose is what is added.
        joan.taps("#menu-grid .tile", "Rolex").await?;
        joan.sees("li.line", "Rolex").await?;
        joan.sees_no("li.line", "Chips").await?;
        moses.goes_to(&joan.path().await?).await?;
        moses.sees("li.line", "Rolex").await?;
        moses.sees_no("li.line", "Chips").await
    })
    .await;
}

/// Where the tiles, the rail and the big buttons lie.
async fn places(screen: &Screen) -> Result<String> {
    let look = "JSON.stringify([...document.querySelectorAll('.tile, .rail a, #order-actions > *, .menu-tools, #order-head')]
        .map(found => found.getBoundingClientRect()).map(box => [box.x, box.y, box.width, box.height].map(Math.round)))";
    Ok(screen.ask(look).await?.to_string())
}

/// Cumulative layout shift as the browser measures it (layout-instability), without what followed a tap at once.
const SHIFTED: &str = "new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 200);
})";

//! What hangs on a wall: heard, read from afar, and never lying.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cafe_pos_journeys::{House, Screen, View, Wire, journey};
use serde_json::json;

/// Two missed heartbeats, and a moment for the clock that looks once a second.
const KNOWS_IT_IS_CUT_OFF: Duration = Duration::from_millis(12_500);
/// An untouched ticket rings again after half a minute.
const RINGS_AGAIN: Duration = Duration::from_secs(40);

#[tokio::test]
async fn each_thing_that_happens_has_its_tone() {
    journey("tones", async |house: &House| {
        let cable = Wire::to(house.address()).await?;
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        joan.signs_in_first("joan").await?;
        joan.opens_table("5", 2).await?;
        let wall = house.screen_behind(&cable, "Kitchen", View::WALL).await?;
        wall.signs_in_first("peter").await?;
        wall.opens_board("Kitchen").await?;
        // The signs and keys of the sign-in may have started the sound; a wall begins without.
        wall.ask(&format!("void ({SPY})")).await?;
        if wall.counts("[data-sound][data-state=waiting]", "").await? > 0 {
            wall.taps("[data-sound]", "Start screen").await?;
            hears(&wall, &[660, 880]).await?;
        }
        wall.sees("[data-sound][data-state=on]", "").await?;

        joan.taps("button.tile", "Rolex").await?;
        joan.taps("#order-actions button", "1 kitchen").await?;
        wall.sees("article.kt[data-fresh]", "Table 5").await?;
        hears(&wall, &[660, 880]).await?;
        hears_within(&wall, RINGS_AGAIN, &[660, 880]).await?;

        joan.taps("button.tile", "Chips").await?;
        joan.taps("#order-actions button", "1 kitchen").await?;
        wall.sees(".addon", "ADD-ON").await?;
        hears(&wall, &[1_320, 1_320]).await?;

        // Somebody takes two of them off; the sound lasts until that is acknowledged.
        // (Each picture would take the mark away again.)
        let voids = |count: u32| {
            format!(
                "clearInterval(window.voids); window.voids = setInterval(() => {{
                    document.querySelector('.kt').dataset.voids = {count};
                }}, 50); true"
            )
        };
        wall.ask(&voids(2)).await?;
        hears(&wall, &[980, 490, 980, 490]).await?;
        hears_within(&wall, RINGS_AGAIN, &[980, 490, 980, 490]).await?;
        wall.ask(&voids(0)).await?;

        cable.pull();
        wall.sees_within(KNOWS_IT_IS_CUT_OFF, "#stale", "NOT LIVE since")
            .await?;
        hears(&wall, &[440, 330]).await?;
        cable.plug_in();
        wall.sees_no("#stale", "").await?;

        wall.hits("m").await?;
        wall.sees("[data-sound][data-state=muted]", "Muted until")
            .await?;
        wall.ask("void (heard.length = 0)").await?;
        joan.sends_many(1, "Rolex").await?;
        wall.sees_tickets(2).await?;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        ensure!(wall.ask("heard.length").await? == json!(0), "it is muted");
        // The half hour is over.
        wall.ask("void localStorage.setItem('muted-until', String(Date.now() - 1))")
            .await?;
        wall.sees("[data-sound][data-state=on]", "").await?;

        // A station that wants no rings for new tickets; voids still ring.
        wall.ask("void (document.querySelector('#hands').dataset.quiet = 'new addon')")
            .await?;
        wall.ask("void (heard.length = 0)").await?;
        wall.ask(&voids(1)).await?;
        hears(&wall, &[980, 490, 980, 490]).await
    })
    .await;
}

/// Notes each tone that the loudspeaker is told to play.
const SPY: &str = "(() => {
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { heard.push(this.frequency.value); return start.apply(this, at); };
})()";

async fn hears(wall: &Screen, tones: &[u32]) -> Result<()> {
    hears_within(wall, Duration::from_secs(10), tones).await
}

/// Waits until these tones were played one after the other; what was played until then is forgotten.
async fn hears_within(wall: &Screen, patience: Duration, tones: &[u32]) -> Result<()> {
    let until = tokio::time::Instant::now() + patience;
    let wanted = format!(
        "(wanted => {{
            const at = heard.findIndex((_, at) => wanted.every((tone, nth) => heard[at + nth] === tone));
            if (at >= 0) heard.splice(0, at + wanted.length);
            return at >= 0 || heard.join();
        }})({})",
        json!(tones)
    );
    loop {
        let heard = wall.ask(&wanted).await?;
        if heard == json!(true) {
            return Ok(());
        }
        ensure!(
            tokio::time::Instant::now() < until,
            "{tones:?} is not heard, but {heard}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn the_text_is_as_big_as_the_screen_and_the_distance_ask_for() {
    journey("size-of-the-text", async |house: &House| {
        let (wall, _joan) = house.kitchen_with(2).await?;
        let tell = async |view: View, inches: &str, metres: &str, pixels: u32| -> Result<()> {
            wall.resize(view).await?;
            wall.types("#screen-inches", inches).await?;
            wall.types("#screen-metres", metres).await?;
            let says = format!("Items will be {pixels} px");
            wall.sees("#screen-size", &says)
                .await
                .with_context(|| format!("{inches}\" at {metres} m"))
        };
        wall.taps("[data-dialog=screen]", "").await?;
        wall.can_be_used_by_all("this screen").await?;
        // The table of kitchen.md section 7.
        tell(View::TABLET, "10", "1", 42).await?;
        for (inches, sizes) in [
            ("24", [26, 52, 77]),
            ("32", [24, 39, 58]),
            ("43", [24, 29, 43]),
            ("55", [24, 24, 34]),
        ] {
            for (metres, pixels) in ["1", "2", "3"].into_iter().zip(sizes) {
                tell(View::WALL, inches, metres, pixels).await?;
            }
        }
        wall.types("#screen-inches", "0").await?;
        wall.sees("#screen-size", "Type both").await?;

        tell(View::WALL, "24", "2", 52).await?;
        wall.taps("[data-screen=use]", "").await?;
        wall.taps("#screen label", "Light").await?;
        wall.taps("#screen footer button", "Done").await?;
        // This screen keeps both.
        wall.reloads().await?;
        ensure!((size_of(&wall, ".kt .item").await? - 52.0).abs() < 1.0);
        ensure!(wall.attribute("html", "data-theme").await? == "light");
        wall.can_be_used_by_all("board, light, big").await?;

        // However small, nothing on a wall is under 24 px, and a wet finger finds Bump.
        for _ in 0..8 {
            wall.taps("[data-zoom='-1']", "").await?;
        }
        for text in [".kt .item", ".kt .sub", ".kt h2", ".kt time", ".kt .bump"] {
            let size = size_of(&wall, text).await?;
            ensure!(size >= 23.9, "{text} is {size} px");
        }
        let bump = "document.querySelector('.kt .bump').getBoundingClientRect().height";
        let bump = wall.ask(bump).await?.as_f64().context("a height")?;
        ensure!(bump >= 72.0, "Bump is {bump} px high");
        Ok(())
    })
    .await;
}

async fn size_of(wall: &Screen, css: &str) -> Result<f64> {
    wall.sees(css, "").await?;
    let look = format!("parseFloat(getComputedStyle(document.querySelector('{css}')).fontSize)");
    wall.ask(&look).await?.as_f64().context("a size")
}

#[tokio::test]
async fn a_display_never_lies_and_never_asks_anybody_to_sign_in() {
    journey("a-display-never-lies", async |house: &House| {
        let cable = Wire::to(house.address()).await?;
        let ruth = house.screen("Ruth's laptop", View::TABLET).await?;
        let joan = house.screen("Joan's tablet", View::TABLET).await?;
        let wall = house.screen_behind(&cable, "Kitchen display", View::WALL).await?;
        ruth.signs_in_first("ruth").await?;
        joan.signs_in_first("joan").await?;
        joan.opens_table("5", 2).await?;
        wall.becomes_display("Kitchen display", &ruth).await?;
        joan.sends_many(1, "Rolex").await?;
        wall.sees_tickets(1).await?;
        let board = wall.path().await?;
        let bump = wall.attribute(".kt .bump", "hx-post").await?;

        // Nobody answers; somebody else does, with whatever he likes.
        let mut tickets = 1;
        for status in [None, Some(500), Some(502), Some(401), Some(403), Some(404)] {
            match status {
                None => cable.pull(),
                Some(status) => cable.answers(status),
            }
            wall.will_be_refused(i64::from(status.unwrap_or(401)));
            joan.sends_many(1, "Rolex").await?;
            if let Some(status) = status {
                let tapped = wall.ask(&format!("fetch({bump:?}, {{ method: 'POST' }}).then(answer => answer.status)")).await?;
                ensure!(tapped == json!(status), "{tapped}");
                wall.taps(".kt .bump", "").await?;
            }
            wall.sees_within(KNOWS_IT_IS_CUT_OFF, "#stale", "NOT LIVE since").await?;
            let width = "document.querySelector('#stale').getBoundingClientRect().width - innerWidth";
            ensure!(wall.ask(width).await? == json!(0), "over the full width");
            ensure!(wall.ask(FAINT).await? == json!([]), "the last board stays as it was");
            ensure!(wall.counts("#board .kt", "").await? == tickets, "every ticket of it");
            ensure!(wall.path().await? == board, "{status:?} leads nowhere");
            cable.plug_in();
            tickets += 1;
            wall.sees_tickets(u32::try_from(tickets)?).await?;
            wall.sees_no("#stale", "").await?;
        }
        wall.forgive("HTTP 50");
        wall.forgive("htmx:");

        // Whoever looks again, or wakes up, gets the whole board anew.
        for event in ["document.dispatchEvent(new Event('visibilitychange'))", "dispatchEvent(new Event('online'))"] {
            let before = wall.asked("GET", "/api/realtime/stream");
            wall.ask(&format!("void {event}")).await?;
            connects_again(&wall, before).await?;
        }
        // The clock jumps, as it does for whoever slept, and as it does when somebody sets it.
        for minutes in [90, -90] {
            let before = wall.asked("GET", "/api/realtime/stream");
            let jump = format!("void (now => {{ Date.now = () => now() + {minutes} * 60000; }})(Date.now.bind(Date))");
            wall.ask(&jump).await?;
            connects_again(&wall, before).await?;
            wall.sees_no("#stale", "").await?;
        }

        // It is switched off and on.
        wall.reloads().await?;
        wall.sees_tickets(u32::try_from(tickets)?).await?;
        wall.goes_to("/").await?;
        wall.arrives_at(&board).await?;
        wall.is_live().await?;

        // An admin takes the pairing back.
        wall.will_be_refused(401);
        ruth.goes_to("/terminals").await?;
        ruth.taps("button[aria-label='Edit Kitchen display']", "").await?;
        ruth.taps("dialog button", "Unpair").await?;
        wall.sees("#stale", "This display is no longer paired.").await?;
        wall.sees("#stale a.btn", "Pair it again").await?;
        wall.can_be_used_by_all("no longer paired").await?;
        ensure!(wall.path().await? == board, "it stays where it is");
        ensure!(wall.counts("#board .kt", "").await? == tickets, "with what it showed");
        wall.becomes_display("Kitchen display", &ruth).await?;
        wall.sees_tickets(u32::try_from(tickets)?).await?;
        wall.forgive("htmx:");
        Ok(())
    })
    .await;
}

/// What of the board is not drawn at full strength.
const FAINT: &str =
    "[...document.querySelectorAll('#board, #board .kt, #board .kt *')].filter(part => {
    const style = getComputedStyle(part);
    return style.opacity !== '1' || style.filter !== 'none';
}).map(part => part.outerHTML.slice(0, 80))";

async fn connects_again(wall: &Screen, before: usize) -> Result<()> {
    for _ in 0..200 {
        if wall.asked("GET", "/api/realtime/stream") > before {
            return wall.is_live().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("it does not connect again")
}

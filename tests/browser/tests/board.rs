//! A board on a wall, worked with the keys of a bump bar.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};
use serde_json::json;

/// The number of the ticket that is selected.
async fn selected(wall: &Screen) -> Result<String> {
    wall.attribute("#board .kt[aria-current]", "data-n").await
}

/// Keys as a bump bar sends them that is held down: every 30 ms, with or without the mark that it is a repetition.
async fn is_held(wall: &Screen, key: &str, times: u32, says_so: bool) -> Result<()> {
    let hold = format!(
        "(async () => {{
            for (let time = 0; time < {times}; time++) {{
                const repeat = {says_so} && time > 0;
                document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, repeat, bubbles: true, cancelable: true }}));
                await new Promise(done => setTimeout(done, 30));
            }}
        }})()"
    );
    wall.ask(&hold).await.map(|_| ())
}

#[tokio::test]
async fn a_board_is_worked_with_the_keys_of_a_bump_bar() {
    journey("keys-of-a-bump-bar", async |house: &House| {
        let (wall, _joan) = house.kitchen_with(12).await?;
        wall.hits("3").await?;
        ensure!(selected(&wall).await? == "3", "3 selects the third");
        wall.hits("ArrowRight").await?;
        ensure!(selected(&wall).await? == "4", "the next one");
        for (second, number) in [("2", "12"), ("0", "10")] {
            wall.hits("0").await?;
            wall.hits(second).await?;
            ensure!(
                selected(&wall).await? == number,
                "0 and {second} is {number}"
            );
        }
        wall.hits("Home").await?;
        ensure!(selected(&wall).await? == "1", "the oldest");
        wall.hits("End").await?;
        ensure!(selected(&wall).await? == "12", "the newest");
        wall.hits("ArrowDown").await?;
        wall.hits(" ").await?;
        wall.sees("#board .kt[aria-current] .item[aria-pressed=true]", "Rolex")
            .await?;
        wall.hits("Enter").await?;
        wall.sees_tickets(11).await?;
        wall.sees("#notice .toast", "bumped").await?;
        wall.hits("u").await?;
        wall.sees_tickets(12).await?;
        wall.hits("Escape").await?;
        ensure!(
            wall.counts("#board .kt[aria-current]", "").await? == 0,
            "nothing is selected"
        );
        wall.hits("Enter").await?;

        // A manager gives the station other keys, and the board follows.
        let ruth = house.screen("Ruth's laptop", View::TABLET).await?;
        ruth.signs_in_first("ruth").await?;
        ruth.goes_to("/stations").await?;
        ruth.can_be_used_by_all("stations").await?;
        ruth.taps("button[aria-label='Edit Kitchen']", "").await?;
        ruth.can_be_used_by_all("a station").await?;
        ruth.types("#key_bump", "U").await?;
        ruth.will_be_refused(422);
        ruth.taps("dialog footer button", "Save").await?;
        ruth.sees("#err-key_bump, #err-key_undo", "U would do two things")
            .await?;
        ruth.types("#key_bump", "b").await?;
        ruth.taps("dialog .switch", "A number bumps its ticket at once")
            .await?;
        ruth.taps("dialog footer button", "Save").await?;
        ruth.sees("#station-list, #stations", "Its own").await?;
        wall.sees("body:has(#hands[data-bump-at-once])", "").await?;
        wall.sees_tickets(12).await?;
        wall.hits("2").await?;
        wall.sees_tickets(11).await?;
        wall.hits("End").await?;
        wall.hits("Enter").await?;
        tokio::time::sleep(Duration::from_millis(800)).await;
        wall.hits("b").await?;
        wall.sees_tickets(10).await
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_held_bumps_one_ticket() {
    journey("a-key-that-is-held", async |house: &House| {
        let (wall, _joan) = house.kitchen_with(6).await?;
        for (says_so, left) in [(true, 5), (false, 4)] {
            wall.hits("1").await?;
            // For longer than the rest after a bump.
            is_held(&wall, "Enter", 60, says_so).await?;
            wall.sees_tickets(left).await?;
            ensure!(wall.counts("#board .kt[data-n]", "").await? == u64::from(left));
            tokio::time::sleep(Duration::from_millis(800)).await;
        }
        // The same finger, in no hurry.
        for left in [3, 2] {
            wall.hits("1").await?;
            wall.hits("Enter").await?;
            wall.sees_tickets(left).await?;
            tokio::time::sleep(Duration::from_millis(800)).await;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn sixty_tickets_are_paged_through_and_none_is_missed() {
    journey("sixty-tickets", async |house: &House| {
        let (wall, _joan) = house.kitchen_with(60).await?;
        for view in [View::WALL, View::TABLET] {
            wall.resize(view).await?;
            wall.hits("Home").await?;
            wall.hits("Escape").await?;
            wall.sees("[data-board=beyond]", "more →").await?;
            let mut seen = Vec::new();
            for page in 0.. {
                ensure!(page < 20, "there is no end of pages");
                let look = wall.ask(PAGE).await?;
                let numbers = look["whole"].as_array().context("tickets")?;
                ensure!(!numbers.is_empty(), "page {page} shows no whole ticket");
                let told = look["told"].as_str().unwrap_or_default().to_owned();
                let last = look["last"].as_u64().context("a number")?;
                seen.extend(numbers.iter().filter_map(serde_json::Value::as_u64));
                let off = look["off"].as_f64().context("pixels")?;
                ensure!(
                    off.abs() < 4.0 || last == 60,
                    "page {page} is {off} px off its columns"
                );
                if last == 60 {
                    ensure!(
                        told == "← ".to_owned() + told.trim_start_matches("← "),
                        "{told}"
                    );
                    break;
                }
                ensure!(
                    told == format!("{} more →", 60 - last),
                    "{told} after {last}"
                );
                wall.hits("PageDown").await?;
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            seen.dedup();
            let mut all = seen.clone();
            all.sort_unstable();
            all.dedup();
            ensure!(
                all == (1..=60).collect::<Vec<u64>>(),
                "at {view:?}: {seen:?}"
            );

            // A key never reaches what nobody sees.
            wall.hits("End").await?;
            wall.hits("PageUp").await?;
            let number: u64 = selected(&wall).await?.parse()?;
            let look = wall.ask(PAGE).await?;
            let whole = look["whole"].as_array().context("tickets")?;
            ensure!(
                whole.contains(&json!(number)),
                "{number} is selected of {whole:?}"
            );
        }
        Ok(())
    })
    .await;
}

/// The numbers of the tickets that are seen whole, what is said to lie beyond, and how far the first column is from its place.
const PAGE: &str = "(() => {
    const board = document.querySelector('#board'), edge = board.getBoundingClientRect();
    const whole = [...board.querySelectorAll('.kt[data-n]')].filter(ticket => {
        const box = ticket.getBoundingClientRect();
        return box.width > 0 && box.left >= edge.left - 1 && box.right <= edge.right + 1;
    });
    const told = document.querySelector('[data-board=beyond]');
    const off = whole.length ? whole[0].getBoundingClientRect().left - edge.left - parseFloat(getComputedStyle(board).paddingLeft) : 0;
    return { whole: whole.map(ticket => Number(ticket.dataset.n)), told: told.hidden ? '' : told.textContent, off,
        last: Number(whole.at(-1)?.dataset.n ?? 0) };
})()";

#[tokio::test]
async fn every_ticket_that_comes_stands_where_a_finger_reaches_it() {
    journey("every-ticket-in-reach", async |house: &House| {
        let (wall, joan) = house.kitchen_with(1).await?;
        const RESTS: Duration = Duration::from_millis(800); // a finger that has just bumped
        // Alone on the board, one after the other; then a few at once.
        for _ in 0..8 {
            wall.taps("#board .kt .bump", "Bump").await?;
            wall.sees("#board", "All caught up").await?;
            tokio::time::sleep(RESTS).await;
            joan.sends_many(1, "Rolex").await?;
        }
        joan.sends_many(3, "Rolex").await?;
        for _ in 0..4 {
            wall.taps("#board .kt .bump", "Bump").await?;
            tokio::time::sleep(RESTS).await;
        }
        wall.sees("#board", "All caught up").await
    })
    .await;
}

#[tokio::test]
async fn what_stands_beyond_the_edge_has_arrived_and_a_receipt_that_was_lost_is_given_again() {
    journey("receipts-of-a-full-board", async |house: &House| {
        let (wall, joan) = house.kitchen_with(24).await?;
        wall.sees("[data-board=beyond]", "more").await?;
        // A proxy that has no server at the moment answers the next receipts.
        wall.ask(
            "(() => {
                const send = window.fetch;
                window.fetch = (...request) => String(request[0]?.url ?? request[0]).endsWith('/shown')
                    ? Promise.resolve(new Response('', { status: 503 })) : send(...request);
                setTimeout(() => { window.fetch = send; }, 5_000);
            })()",
        )
        .await?;
        joan.sends_many(1, "Rolex").await?;
        joan.goes_to("/floor").await?;
        tokio::time::sleep(Duration::from_secs(14)).await;
        ensure!(
            joan.counts("#unseen .banner", "").await? == 0,
            "an alarm about what the board has"
        );
        ensure!(
            wall.counts("#notice .toast", "").await? == 0,
            "nobody has tapped anything"
        );
        let left = wall.ask("document.querySelectorAll('#board .seen').length").await?;
        ensure!(left == 0, "{left} receipts were not given");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_comes_before_a_slow_screen_has_painted_is_one_picture_and_loses_nothing() {
    journey("one-picture-a-frame", async |house: &House| {
        let (wall, joan) = house.kitchen_with(8).await?;
        let streams = wall.asked("GET", "/api/realtime/stream");
        // Frames do not come any more, so each is waited for as long as one may be late.
        wall.ask(
            "(() => {
                window.requestAnimationFrame = () => 0;
                window.came = window.taken = 0;
                const stream = document.querySelector('#stream');
                stream.addEventListener('htmx:sse:before:message', event => { if (!event.detail.message.event) window.came++; });
                const isBoard = ({ swapSpec }) => swapSpec.style === 'innerArticles'; // each region of a picture is said alone
                stream.addEventListener('htmx:before:swap', event => { if (event.detail.tasks.some(isBoard)) window.taken++; });
            })()",
        )
        .await?;
        // Lines done and not, the oldest bumped, new ones: all while pictures wait.
        let work = async {
            for number in [3, 4, 5, 6, 4] {
                let tap = format!("document.querySelector('#board .kt[data-n=\"{number}\"] button.item').click()");
                wall.ask(&tap).await?;
                tokio::time::sleep(Duration::from_millis(70)).await;
            }
            wall.ask("document.querySelector('#board .kt[data-n=\"1\"] .bump').click()").await?;
            Ok(())
        };
        let (worked, sent) = tokio::join!(work, joan.sends_many(6, "Rolex"));
        worked.and(sent)?;
        let open = house.board_is_true(&wall, "Kitchen").await?;
        ensure!(open == 13, "{open} tickets");
        // What a key means is true at once; the texts follow in the next frames.
        let meant = "JSON.stringify([...document.querySelectorAll('#board .kt')].map(ticket => ticket.dataset.n))";
        let right = json!((1..=13).map(|n| n.to_string()).collect::<Vec<_>>()).to_string();
        ensure!(wall.ask(meant).await? == json!(right), "what the keys mean");
        let written = format!(
            "(now => now === {0} || now)(JSON.stringify([...document.querySelectorAll('#board .kt .key')].map(key => key.textContent.trim())))",
            json!(right)
        );
        wall.until("tickets have their numbers", &written).await?;
        let (came, taken) = (wall.ask("window.came").await?, wall.ask("window.taken").await?);
        ensure!(taken.as_u64() < came.as_u64(), "{taken} of {came} pictures were taken one by one");
        ensure!(wall.asked("GET", "/api/realtime/stream") == streams, "the whole board was asked for");
        Ok(())
    })
    .await;
}

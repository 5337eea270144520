//! A wall display that measures itself, for `make bench`: when what came in was painted, and how long its frames were.

use anyhow::Result;
use serde_json::Value;

use crate::chromium::Chromium;
use crate::screen::{Screen, View};

/// A board in a Chromium of its own.
pub struct Wall {
    chromium: Chromium,
    screen: Screen,
}

impl Wall {
    /// Signs somebody in who may see the board of the station, and opens it. `slower`: by how much than this machine is
    /// what hangs on the wall.
    pub async fn open(address: &str, username: &str, station: &str, slower: f64) -> Result<Self> {
        let chromium = Chromium::start().await?;
        let page = chromium.page().await?;
        let screen = Screen::on(page, "wall", address, View::WALL).await?;
        screen.goes_to("/sign-in").await?;
        screen
            .gives_password(username, crate::FIRST_PASSWORD)
            .await?;
        screen.opens_board(station).await?;
        screen.is_left_alone().await?;
        if slower > 1.0 {
            screen.is_slower(slower).await?;
        }
        screen.ask(MEASURE).await?;
        Ok(Self { chromium, screen })
    }

    /// What was measured since this was last asked.
    pub async fn measured(&self) -> Result<Value> {
        self.screen.ask("window.take()").await
    }

    /// Takes it down.
    pub async fn close(self) {
        self.chromium.end().await;
    }
}

/// Times are whole microseconds. A ticket is painted in the frame after the one in which it is in the page. The longest frame is the longest time from
/// one animation frame to the next; what the browser itself calls long, it explains.
const MEASURE: &str = "(() => {
    const board = document.querySelector('#board');
    const micros = milliseconds => Math.round(milliseconds * 1000);
    const now = () => micros(performance.timeOrigin + performance.now());
    const known = new Set([...board.children].map(ticket => ticket.id));
    let measured;
    const begin = () => { measured = { painted: [], frames: 0, longest: 0, over: 0, tasks: [], long: [] }; };
    begin();
    new MutationObserver(() => {
        const there = now(), fresh = [];
        for (const ticket of board.children) if (ticket.id && !known.has(ticket.id)) fresh.push(ticket.id);
        if (fresh.length === 0) return;
        for (const id of fresh) known.add(id);
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const painted = now();
            for (const id of fresh) measured.painted.push([id.slice(2, 38), there, painted]);
        }));
    }).observe(board, { childList: true, subtree: false, attributes: true, attributeFilter: ['id'] });
    let last = performance.now();
    const frame = () => {
        const at = performance.now(), took = micros(at - last);
        last = at;
        measured.frames++;
        if (took > measured.longest) measured.longest = took;
        if (took > 50_000) measured.over++;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver(list => measured.tasks.push(...list.getEntries().map(task => micros(task.duration)))).observe({ type: 'longtask' });
    new PerformanceObserver(list => measured.long.push(...list.getEntries().map(frame => ({
        took: micros(frame.duration), layout: micros(frame.styleAndLayoutStart ? frame.startTime + frame.duration - frame.styleAndLayoutStart : 0),
        scripts: frame.scripts.map(script => [script.invoker, script.sourceFunctionName, micros(script.duration), micros(script.forcedStyleAndLayoutDuration)]),
    })))).observe({ type: 'long-animation-frame' });
    window.take = () => {
        const taken = measured;
        begin();
        return taken;
    };
    return true;
})()";

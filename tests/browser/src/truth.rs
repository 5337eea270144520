//! What a board and a pass show, compared with what the database says, ticket by ticket and line by line.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::house::House;
use crate::screen::Screen;

/// How long a picture may be on its way once nothing changes any more.
const SOON: Duration = Duration::from_secs(10);

/// The tickets on a board with their lines, in the order in which they stand.
const BOARD: &str = "[...document.querySelectorAll('#board .kt')].reduce((tickets, piece) => {
    const [ticket, revision] = piece.dataset.rev.split('.');
    if (tickets.at(-1)?.ticket !== ticket) tickets.push({ ticket, revision: Number(revision), first: 'first' in piece.dataset, lines: [] });
    tickets.at(-1).lines.push(...[...piece.querySelectorAll('.item')].map(item => {
        const is = item.matches('.held') ? 'held' : item.matches('button.void') ? 'void' : item.matches('.void') ? 'void, seen'
            : item.getAttribute('aria-pressed') === 'true' ? 'done' : 'open';
        return `${item.id.slice(2)} ${item.querySelector('.q').textContent} ${item.querySelector('.q + span').textContent}: ${is}`;
    }));
    return tickets;
}, [])";

/// Its orders with what waits, and with how far the stations are.
const PASS: &str = "({
    ready: [...document.querySelectorAll('#pass-ready .pcard')].map(card =>
        ({ order: card.id.slice(3), lines: [...card.querySelectorAll('input[name=line]')].map(line => line.value).sort() })),
    made: [...document.querySelectorAll('#pass-board .pcard')].map(card =>
        ({ order: card.id.slice(3), parts: [...card.querySelectorAll('.stn li')].map(part => [...part.children].slice(0, 2).map(one => one.textContent).join(' ')) })),
})";

impl House {
    /// Waits until the board of a station shows what the database says: every open ticket with its lines, nothing else, in
    /// the order of age, those first that somebody put first. Answers how many tickets there are.
    pub async fn board_is_true(&self, wall: &Screen, station: &str) -> Result<usize> {
        let question = format!(
            "SELECT coalesce(json_agg(json_build_object('ticket', id, 'revision', revision, 'first', priority, 'lines', lines) \
                             ORDER BY waiting, priority DESC, sent_at, id), '[]') \
             FROM (SELECT t.id, t.revision, t.priority, t.sent_at, \
                          bool_and(l.fired_at IS NULL AND l.voided_at IS NULL) AS waiting, \
                          json_agg(l.id || ' ' || l.quantity || ' ' || l.name || ': ' || CASE \
                              WHEN l.voided_at IS NOT NULL AND l.void_seen_at IS NULL THEN 'void' WHEN l.voided_at IS NOT NULL THEN 'void, seen' \
                              WHEN l.fired_at IS NULL THEN 'held' WHEN l.done_at IS NOT NULL THEN 'done' ELSE 'open' END \
                              ORDER BY l.fired_at IS NULL, CASE WHEN l.fired_at IS NULL THEN l.course ELSE l.addition END, l.position, l.id) AS lines \
                   FROM tickets t JOIN stations s ON s.id = t.station_id JOIN ticket_lines l ON l.ticket_id = t.id \
                   WHERE s.name = '{station}' AND t.bumped_at IS NULL GROUP BY t.id) open"
        );
        let tickets = self.is_true(wall, BOARD, &question).await?;
        Ok(tickets.as_array().map_or(0, Vec::len))
    }

    /// The same of the pass: what waits to be carried out, and how far each station is with the rest.
    pub async fn pass_is_true(&self, pass: &Screen) -> Result<()> {
        let question = "WITH work AS ( \
                SELECT t.order_id, t.id AS ticket, s.name, s.sort, l.done_at IS NOT NULL AS done, o.state, o.quantity, \
                       greatest(coalesce(t.clock_at, t.sent_at), CASE WHEN l.held THEN l.fired_at END) AS since \
                FROM tickets t JOIN ticket_lines l ON l.ticket_id = t.id JOIN stations s ON s.id = t.station_id JOIN order_lines o ON o.id = l.line_id \
                WHERE t.order_id IN (SELECT order_id FROM tickets WHERE bumped_at IS NULL) AND l.fired_at IS NOT NULL AND l.voided_at IS NULL), \
            missing AS (SELECT order_id, min(since) AS since FROM work WHERE NOT done AND state IN ('sent', 'preparing') GROUP BY order_id), \
            parts AS (SELECT order_id, name, sort, sum(quantity) FILTER (WHERE done) AS made, sum(quantity) AS of FROM work \
                      WHERE ticket IN (SELECT ticket FROM work WHERE state <> 'served') GROUP BY order_id, name, sort), \
            ready AS (SELECT order_id, min(ready_at) AS since, json_agg(id ORDER BY id::text) AS lines FROM order_lines WHERE state = 'ready' GROUP BY order_id) \
            SELECT json_build_object( \
                'ready', (SELECT coalesce(json_agg(json_build_object('order', order_id, 'lines', lines) ORDER BY since, order_id), '[]') FROM ready), \
                'made', (SELECT coalesce(json_agg(json_build_object('order', order_id, 'parts', \
                    (SELECT json_agg(p.name || ' ' || coalesce(p.made, 0) || ' of ' || p.of ORDER BY p.sort, p.name) FROM parts p WHERE p.order_id = m.order_id)) \
                    ORDER BY since, order_id), '[]') FROM missing m))";
        self.is_true(pass, PASS, question).await.map(|_| ())
    }

    async fn is_true(&self, screen: &Screen, look: &str, question: &str) -> Result<Value> {
        let until = Instant::now() + SOON;
        loop {
            let (shown, known) = (screen.ask(look).await?, self.knows(question).await?);
            if shown == known {
                return Ok(known);
            }
            if Instant::now() > until {
                bail!(
                    "{} shows {} and not {}",
                    screen.name,
                    json!(shown),
                    json!(known)
                );
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}

//! What the wall of a station must show.

use super::book::*;
use super::kitchen::RECALL_WITHIN;
use super::screens::{LOOKED_AFTER, Seen, all, count_of, text, texts, words};
use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A ticket looks new for so many seconds, and an addition rings so long.
const FRESH: i64 = 15;

/// After how many seconds a ticket is slow and late at the two stations of the seed.
const PACE: [(i64, i64); 2] = [(8 * 60, 15 * 60), (3 * 60, 6 * 60)];

const STATIONS: [&str; 2] = ["Kitchen", "Bar"];

/// The board as a wall shows it. A long ticket stands in several pieces, which are one ticket all the same.
pub fn board(seen: &Seen) -> Value {
    let root = seen.root();
    let mut tickets: Vec<(String, Value)> = Vec::new();
    for piece in all(root, "#board article.kt") {
        let id = piece
            .attr("data-rev")
            .and_then(|rev| rev.split('.').next())
            .unwrap_or("")
            .to_owned();
        let lines: Vec<Value> = all(piece, "ul.items > li").into_iter().map(item).collect();
        match tickets.iter_mut().find(|(known, _)| *known == id) {
            Some((_, ticket)) => {
                ticket["bump"] = bump(piece);
                let known = ticket["lines"].as_array_mut().expect("lines");
                known.extend(lines);
            }
            None => tickets.push((id, ticket(piece, lines))),
        }
    }
    let recall = all(root, "#recall-last:not([disabled])");
    json!({
        "counts": texts(root, "#kds-counts .cnt"),
        "tickets": tickets.into_iter().map(|(_, ticket)| ticket).collect::<Vec<_>>(),
        "recall": recall.first().and_then(|button| button.attr("aria-label")),
        "all day": texts(root, "#allday > span:not(.push):not(.legend)"),
    })
}

/// What the wide zone says: nothing where there is nothing to bump. The last piece of a ticket has it.
fn bump(piece: scraper::ElementRef) -> Value {
    text(piece, "button.bump")
}

fn ticket(piece: scraper::ElementRef, lines: Vec<Value>) -> Value {
    let facts = texts(piece, "header .sub > span").pop();
    json!({
        "title": text(piece, "header h2"), "facts": facts, "age": piece.attr("data-age"),
        "rings": piece.attr("data-new").is_some(), "additions": piece.attr("data-additions"),
        "can start": all(piece, "button.start").len() == 1,
        "bump": bump(piece), "recalled": texts(piece, "header .sub > span").contains(&"Recalled".to_owned()),
        "elsewhere": texts(piece, "p.also").into_iter().find(|text| text.contains("also at")),
        "changes": piece.attr("data-changes"), "voids": piece.attr("data-voids"), "first": piece.attr("data-first").is_some(),
        "lines": lines,
    })
}

/// The words over the first of some lines, without how long ago it was.
fn section(heading: scraper::ElementRef) -> Value {
    let text = words(heading);
    let clock = |letter: char| letter.is_ascii_digit() || letter == ':';
    match text.rsplit_once(' ') {
        Some((before, last)) if last.contains(':') && last.chars().all(clock) => json!(before),
        _ => json!(text),
    }
}

fn item(line: scraper::ElementRef) -> Value {
    if line.value().classes().any(|class| class == "addon") {
        return section(line);
    }
    let is = |selector: &str| all(line, selector).len() == 1;
    let state = match () {
        () if is("div.item.held") => "held",
        () if is("button.item.void") => "struck out",
        () if is("div.item.void") => "struck out, seen",
        () if is("button.item[aria-pressed='true']") => "done",
        () if is("button.item[aria-pressed='false']") => "to make",
        () => "unknown",
    };
    let said = all(line, ".item > span")
        .into_iter()
        .map(words)
        .collect::<Vec<_>>();
    json!({ "said": said, "state": state })
}

/// The board as it must be.
pub fn expected_board(book: &Book, station: usize) -> Value {
    let now = book.now + LOOKED_AFTER;
    let here = |ticket: &&Ticket| ticket.station == station;
    let mut open: Vec<&Ticket> = book
        .tickets
        .iter()
        .filter(here)
        .filter(|ticket| ticket.bumped_at.is_none())
        .collect();
    // What goes first goes first, and what only waits to be fired stands behind what is to be made.
    open.sort_by_key(|ticket| {
        (
            ticket.is_waiting(),
            !ticket.first,
            ticket.sent_at,
            ticket.id,
        )
    });
    let late = open
        .iter()
        .filter(|ticket| age(ticket, now) == "late")
        .count();
    let counts = [(open.len(), "open"), (late, "late")];
    let counts = counts
        .into_iter()
        .filter(|(number, what)| *what == "open" || *number > 0);
    let last = book
        .tickets
        .iter()
        .filter(here)
        .filter(|ticket| ticket.bumped_at.is_some() && ticket.live().next().is_some());
    let last = last.max_by_key(|ticket| (ticket.bumped_at, ticket.id));
    let last = last.filter(|ticket| ticket.bumped_at.is_some_and(|at| now - at <= RECALL_WITHIN));
    // What is to be made, and apart from it what is kept back.
    let mut sums: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for line in open.iter().flat_map(|ticket| &ticket.lines) {
        if line.is_due() || line.is_held() {
            let sum = sums.entry(&line.line.name).or_default();
            sum[usize::from(line.is_held())] += line.line.quantity;
        }
    }
    let mut sums: Vec<(&str, [i64; 2])> = sums.into_iter().collect();
    sums.sort_by_key(|(name, [due, _])| (-due, *name));
    let said = |(name, sum): &(&str, [i64; 2])| match sum {
        [due, 0] => format!("{due} {name}"),
        [0, held] => format!("{name} {held} on hold"),
        [due, held] => format!("{due} {name} {held} on hold"),
    };
    json!({
        "counts": counts.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>(),
        "tickets": open.iter().map(|ticket| expected_ticket(book, ticket, now)).collect::<Vec<_>>(),
        "recall": last.map(|ticket| format!("Recall {}", ticket.title)),
        "all day": sums.iter().map(said).collect::<Vec<_>>(),
    })
}

fn expected_ticket(book: &Book, ticket: &Ticket, now: i64) -> Value {
    let order = &book.orders[ticket.order];
    let waiter = &book.people[ticket.waiter].name;
    let mut names = waiter.split(' ');
    let first = names.next().unwrap_or("");
    let initial = names
        .next_back()
        .and_then(|name| name.chars().next())
        .unwrap_or(' ');
    let pieces: i64 = ticket.live().map(|line| line.line.quantity).sum();
    let mut facts = format!(
        "#{} · {first} {initial}. · {}",
        order.number,
        count_of(pieces, "item")
    );
    if order.table.is_some() {
        facts.push_str(&format!(" · {}", count_of(ticket.guests, "guest")));
    }
    let title = ticket
        .former
        .iter()
        .chain([&ticket.title])
        .chain(&ticket.customer);
    let title = title.cloned().collect::<Vec<_>>().join(" ");
    let last = ticket
        .lines
        .iter()
        .filter_map(|line| line.fired_at)
        .max()
        .unwrap_or(0);
    let touched = ticket.is_begun() || ticket.recalled;
    let is_untouched = !touched && ticket.live().next().is_some();
    let rings = is_untouched || now - last < FRESH || ticket.has_unseen();
    let mut lines = Vec::new();
    let mut before = None;
    for line in ticket.in_order() {
        let heading = heading(line);
        if let Some((words, _)) = heading.as_ref().filter(|_| heading != before) {
            lines.push(json!(words));
        }
        before = heading;
        lines.push(expected_item(ticket, line));
    }
    let unseen = ticket.lines.iter().filter(|line| line.void == Void::Unseen);
    let unseen = unseen.count();
    let is_made = !ticket.lines.iter().any(TicketLine::is_due);
    let bump = match (is_made, unseen > 0) {
        _ if ticket.is_waiting() => None,
        (true, true) => Some("Seen"),
        (true, false) => Some("Bump, all done"),
        (false, _) => Some("Bump"),
    };
    json!({
        "title": title, "facts": facts, "age": age(ticket, now), "rings": rings, "bump": bump,
        "additions": ticket.additions.to_string(), "can start": !ticket.started && !ticket.is_waiting(),
        "recalled": ticket.recalled, "changes": ticket.changes.to_string(),
        "voids": (unseen > 0).then(|| unseen.to_string()), "first": ticket.first,
        "elsewhere": elsewhere(book, ticket), "lines": lines,
    })
}

/// What stands over a line that was sent later, that was kept back and fired, or that is kept back; and when it came.
fn heading(line: &TicketLine) -> Option<(String, i64)> {
    let course = line.line.course;
    match line.fired_at {
        None => Some((format!("ON HOLD · COURSE {course}"), 0)),
        Some(at) if line.held => Some((format!("COURSE {course} FIRED"), at)),
        Some(at) => (line.addition > 0).then(|| ("ADD-ON".to_owned(), at)),
    }
}

fn expected_item(ticket: &Ticket, line: &TicketLine) -> Value {
    let mut said = said(ticket, &line.line);
    let state = match (line.void, line.done) {
        (Void::Unseen, _) => {
            said.push("VOID · TAP WHEN SEEN".to_owned());
            "struck out"
        }
        (Void::Seen, _) => "struck out, seen",
        _ if line.is_held() => "held",
        (_, Done::No) => "to make",
        _ => "done",
    };
    json!({ "said": said, "state": state })
}

/// Quantity, name, the name in the kitchen's language, choices, note, seat and course, allergy.
fn said(ticket: &Ticket, line: &Line) -> Vec<String> {
    let mut said = vec![line.quantity.to_string(), line.name.clone()];
    said.extend(line.second.clone());
    let told = line.chosen.iter().filter(|chosen| !chosen.silent);
    said.extend(told.map(|chosen| {
        if chosen.loud {
            chosen.cook.to_uppercase()
        } else {
            chosen.cook.clone()
        }
    }));
    said.extend(line.note.clone());
    let seat = line.seat.map(|seat| format!("Seat {seat}"));
    let courses = ticket.lines.iter().any(|other| other.line.course > 1);
    let course = courses.then(|| format!("Course {}", line.course));
    let place: Vec<String> = seat.into_iter().chain(course).collect();
    said.extend(Some(place.join(" · ")).filter(|place| !place.is_empty()));
    said.extend(line.allergy.as_ref().map(|allergy| allergy.to_uppercase()));
    said
}

/// A ticket's target is its slowest line; slow begins at the same share of it as at the station. What was kept back has a
/// clock of its own, from when it was fired; of several clocks the one counts that is worst off and has something to make.
/// Where nothing is to be made and something is kept back, there is no age.
fn age(ticket: &Ticket, now: i64) -> &'static str {
    const AGES: [&str; 4] = ["new", "ok", "soon", "late"];
    let (soon, late) = PACE[ticket.station];
    let began = ticket.clock_at.unwrap_or(ticket.sent_at);
    let since = |line: &TicketLine| match line.fired_at {
        Some(at) if line.held => at.max(began),
        _ => began,
    };
    let age = |since: i64, target: i64| match now - since {
        age if age < FRESH => 0,
        age if age >= target => 3,
        age if age >= target * soon / late => 2,
        _ => 1,
    };
    let is_to_make = ticket.lines.iter().any(TicketLine::is_due);
    if !is_to_make && ticket.lines.iter().any(TicketLine::is_held) {
        return "held";
    }
    let counted = ticket.live().filter(|line| !is_to_make || line.is_due());
    let ages = counted.map(|line| {
        let together = ticket.live().filter(|other| since(other) == since(line));
        let target = together
            .map(|line| line.line.prep_seconds.unwrap_or(late))
            .max();
        age(since(line), target.unwrap_or(late))
    });
    let worst = ages.max().unwrap_or_else(|| age(ticket.sent_at, late));
    AGES[worst]
}

/// The other station, where it works for the same order or has finished since this ticket was sent.
fn elsewhere(book: &Book, ticket: &Ticket) -> Option<String> {
    let other = 1 - ticket.station;
    let at_work = |one: &&Ticket| {
        let since = one.bumped_at.is_none_or(|at| at > ticket.sent_at);
        one.order == ticket.order && one.station == other && since
    };
    let tickets: Vec<&Ticket> = book.tickets.iter().filter(at_work).collect();
    let ready = if tickets.iter().all(|one| one.bumped_at.is_some()) {
        " (ready)"
    } else {
        ""
    };
    let place = ticket.station + 1;
    (!tickets.is_empty()).then(|| {
        format!(
            "{place} of 2 stations · also at: {}{ready}",
            STATIONS[other]
        )
    })
}

//! What the wall of a station and the screens of shifts must show.

use super::book::*;
use super::kitchen::RECALL_WITHIN;
use super::screens::{LOOKED_AFTER, Seen, all, count_of, money, text, texts, words};
use serde_json::{Value, json};

/// A ticket looks new for so many seconds, and an addition rings so long.
const FRESH: i64 = 15;

/// After how many seconds a ticket is slow and late at the two stations of the seed.
const PACE: [(i64, i64); 2] = [(8 * 60, 15 * 60), (3 * 60, 6 * 60)];

const STATIONS: [&str; 2] = ["Kitchen", "Bar"];

// ---- the board ------------------------------------------------------------------------------------

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

fn ticket(piece: scraper::ElementRef, lines: Vec<Value>) -> Value {
    let facts = texts(piece, "header .sub > span").pop();
    json!({
        "title": text(piece, "header h2"), "facts": facts, "age": piece.attr("data-age"),
        "rings": piece.attr("data-new").is_some(), "additions": piece.attr("data-additions"),
        "can start": all(piece, "button.start").len() == 1,
        "recalled": texts(piece, "header .sub > span").contains(&"Recalled".to_owned()),
        "elsewhere": texts(piece, "p.also").into_iter().find(|text| text.contains("also at")),
        "lines": lines,
    })
}

fn item(line: scraper::ElementRef) -> Value {
    if line.value().classes().any(|class| class == "addon") {
        return json!("ADD-ON");
    }
    let done = all(line, "button.item[aria-pressed='true']").len() == 1;
    let said = all(line, "button.item > span")
        .into_iter()
        .map(words)
        .collect::<Vec<_>>();
    json!({ "said": said, "done": done })
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
    open.sort_by_key(|ticket| ticket.sent_at);
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
        .filter(|ticket| ticket.bumped_at.is_some());
    let last = last.max_by_key(|ticket| ticket.bumped_at);
    let last = last.filter(|ticket| ticket.bumped_at.is_some_and(|at| now - at <= RECALL_WITHIN));
    let mut sums: Vec<(i64, &str)> = Vec::new();
    for line in open
        .iter()
        .flat_map(|ticket| &ticket.lines)
        .filter(|line| line.done == Done::No)
    {
        match sums.iter_mut().find(|(_, name)| *name == line.line.name) {
            Some((quantity, _)) => *quantity += line.line.quantity,
            None => sums.push((line.line.quantity, &line.line.name)),
        }
    }
    sums.sort_by_key(|(quantity, name)| (-quantity, *name));
    json!({
        "counts": counts.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>(),
        "tickets": open.iter().map(|ticket| expected_ticket(book, ticket, now)).collect::<Vec<_>>(),
        "recall": last.map(|ticket| format!("Recall {}", ticket.title)),
        "all day": sums.iter().map(|(quantity, name)| format!("{quantity} {name}")).collect::<Vec<_>>(),
    })
}

fn expected_ticket(book: &Book, ticket: &Ticket, now: i64) -> Value {
    let order = &book.orders[ticket.order];
    let waiter = &book.people[order.waiter].name;
    let mut names = waiter.split(' ');
    let first = names.next().unwrap_or("");
    let initial = names
        .next_back()
        .and_then(|name| name.chars().next())
        .unwrap_or(' ');
    let pieces: i64 = ticket.lines.iter().map(|line| line.line.quantity).sum();
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
        .map(|line| line.fired_at)
        .max()
        .unwrap_or(0);
    let touched = ticket.is_begun() || ticket.recalled;
    let mut lines = Vec::new();
    let mut addition = 0;
    for line in &ticket.lines {
        if line.addition > addition {
            lines.push(json!("ADD-ON"));
            addition = line.addition;
        }
        lines.push(json!({ "said": said(ticket, &line.line), "done": line.done != Done::No }));
    }
    json!({
        "title": title, "facts": facts, "age": age(ticket, now), "rings": !touched || now - last < FRESH,
        "additions": ticket.additions.to_string(), "can start": !ticket.started, "recalled": ticket.recalled,
        "elsewhere": elsewhere(book, ticket), "lines": lines,
    })
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

/// A ticket's target is its slowest line; slow begins at the same share of it as at the station.
fn age(ticket: &Ticket, now: i64) -> &'static str {
    let (soon, late) = PACE[ticket.station];
    let targets = ticket
        .lines
        .iter()
        .map(|line| line.line.prep_seconds.unwrap_or(late));
    let target = targets.max().unwrap_or(late);
    match now - ticket.sent_at {
        age if age < FRESH => "new",
        age if age >= target => "late",
        age if age >= target * soon / late => "soon",
        _ => "ok",
    }
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

// ---- shifts ---------------------------------------------------------------------------------------

/// The screen that ends a shift.
pub fn count_screen(seen: &Seen) -> Value {
    let root = seen.root();
    let locked = !all(root, "form#close").is_empty();
    let figures = all(root, "#shift-result > dl.kv dt")
        .into_iter()
        .map(words)
        .zip(all(root, "#shift-result > dl.kv dd").into_iter().map(words));
    json!({
        "to pass on": texts(root, "#to-pass-on form.pass-on p > a"),
        "counting": !all(root, "form#count").is_empty(),
        "locked": locked,
        "count": all(root, "form#close input[name='count']").first().and_then(|input| input.attr("value")),
        "variance": text(root, "#shift-result p.variance"),
        // Blind until the count is locked.
        "figures": figures.filter(|_| locked).map(|(what, figure)| format!("{what}: {figure}")).collect::<Vec<_>>(),
        "tells nothing": locked || !words(root).contains("Cash sales"),
    })
}

/// The same as it must be.
pub fn expected_count_screen(book: &Book, at: usize) -> Value {
    let shift = &book.shifts[at];
    let expected = shift.expected();
    let locked = shift
        .counts
        .last()
        .filter(|count| count.expected == expected);
    let variance = locked.map(|count| count.counted - expected);
    let label = match variance {
        Some(0) => "Exact",
        Some(over) if over > 0 => "Over by",
        _ => "Short by",
    };
    let kinds = [
        ("float", "Opening float"),
        ("sale", "Cash sales"),
        ("tip", "Cash tips"),
    ];
    let sums = kinds.into_iter().filter_map(|(kind, label)| {
        let of_kind = shift.entries.iter().filter(|(one, _)| *one == kind);
        let sum: i64 = of_kind.clone().map(|(_, amount)| amount).sum();
        (of_kind.count() > 0).then(|| format!("{label}: {}", money(sum)))
    });
    let figures = sums.chain([format!("Expected: {}", money(expected))]);
    let open: Vec<String> = book.in_the_way(at).map(|order| book.title(order)).collect();
    json!({
        "to pass on": open,
        "counting": shift.has_cash() && locked.is_none(),
        "locked": locked.is_some(),
        "count": locked.map(|count| count.id),
        "variance": variance.map(|variance| format!("{label} UGX {}", money(variance.abs()))),
        "figures": figures.filter(|_| locked.is_some()).collect::<Vec<_>>(),
        "tells nothing": true,
    })
}

/// The managers' list: who, where the cash is, how many orders are in the way.
pub fn shift_list(seen: &Seen) -> Value {
    let root = seen.root();
    let rows = all(root, "#shifts tbody tr").into_iter().map(|row| {
        let cells = all(row, "td");
        json!({ "who": text(row, "b"), "cash": words(cells[1]), "orders": words(cells[3]) })
    });
    json!({ "open": rows.collect::<Vec<_>>(), "reports": texts(root, "#shift-reports tbody tr td:first-child") })
}

/// The same as it must be.
pub fn expected_shift_list(book: &Book) -> Value {
    let open = book
        .shifts
        .iter()
        .enumerate()
        .filter(|(_, shift)| shift.is_open());
    let rows = open.map(|(at, shift)| {
        let cash = match shift.cash {
            Cash::None => "No cash".to_owned(),
            Cash::Pouch => "Cash pouch".to_owned(),
            Cash::Drawer(name) => format!("Drawer of {name}"),
        };
        let orders = book.in_the_way(at).count();
        json!({ "who": book.people[shift.owner].name, "cash": cash, "orders": orders.to_string() })
    });
    let reports = (1..=book.reports)
        .rev()
        .take(20)
        .map(|number| number.to_string());
    json!({ "open": rows.collect::<Vec<_>>(), "reports": reports.collect::<Vec<_>>() })
}

/// What a shift report says, of what this book knows.
pub fn report(stored: &Value) -> Value {
    let sales = stored["sales"].as_array().into_iter().flatten();
    let sales = sales.map(|sum| json!([sum["count"], sum["amount"], sum["tips"]]));
    json!({
        "number": stored["number"], "owner": stored["owner"]["id"], "expected": stored["expected"],
        "counted": stored["counts"].as_array().and_then(|counts| counts.last()).map(|count| count["counted"].clone()),
        "counts": stored["counts"].as_array().map(Vec::len), "variance": stored["variance"]["amount"],
        "sales": sales.collect::<Vec<_>>(), "passed on": stored["passedOn"].as_array().map(Vec::len),
        "settled": stored["orders"]["settled"], "cancelled": stored["orders"]["cancelled"], "total": stored["orders"]["total"],
    })
}

/// The same as it must be, at the moment when the shift was closed.
pub fn expected_report(book: &Book, at: usize) -> Value {
    let shift = &book.shifts[at];
    let last = shift.counts.last();
    let taken: Vec<&Payment> = book
        .payments
        .iter()
        .filter(|payment| payment.shift == at)
        .collect();
    let sum = |part: fn(&Payment) -> i64| taken.iter().map(|payment| part(payment)).sum::<i64>();
    let sales = (!taken.is_empty())
        .then(|| json!([taken.len(), sum(|one| one.amount), sum(|one| one.tip)]));
    let own = book.orders.iter().filter(|order| order.shift == Some(at));
    let settled = own.clone().filter(|order| order.settled.is_some());
    json!({
        "number": shift.report, "owner": book.people[shift.owner].id, "expected": shift.expected(),
        "counted": last.map(|count| count.counted), "counts": shift.counts.len(),
        "variance": last.map(|count| count.counted - count.expected),
        "sales": sales.into_iter().collect::<Vec<_>>(), "passed on": shift.passed_on,
        "settled": settled.clone().count(), "cancelled": own.filter(|order| order.cancelled).count(),
        "total": settled.map(Order::total).sum::<i64>(),
    })
}

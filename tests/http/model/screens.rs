//! How screens are read, and what the order panel must show.

use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};
use uuid::Uuid;

use super::book::*;
use super::cash::in_cash;
use super::menu::Word;

/// How long after a command its screens are read: no limit of the café falls on that second.
pub const LOOKED_AFTER: i64 = 3;

/// A page or a fragment that can be asked.
pub struct Seen(Html);

impl Seen {
    pub fn read(text: &str) -> Seen {
        match text.contains("<html") {
            true => Seen(Html::parse_document(text)),
            false => Seen(Html::parse_document(&format!(
                "<html><body>{text}</body></html>"
            ))),
        }
    }

    pub fn root(&self) -> ElementRef<'_> {
        self.0.root_element()
    }
}

/// All that match within an element.
pub fn all<'a>(within: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector");
    within.select(&selector).collect()
}

/// The words in it, each piece apart from the next.
pub fn words(element: ElementRef) -> String {
    let pieces: Vec<&str> = element.text().flat_map(str::split_whitespace).collect();
    pieces.join(" ")
}

/// The words of each that matches.
pub fn texts(within: ElementRef, selector: &str) -> Vec<String> {
    all(within, selector).into_iter().map(words).collect()
}

/// The words of the first that matches; nothing where there is none.
pub fn text(within: ElementRef, selector: &str) -> Value {
    all(within, selector)
        .first()
        .map_or(Value::Null, |element| json!(words(*element)))
}

/// 82,000.
pub fn money(amount: i64) -> String {
    let digits = amount.abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if amount < 0 {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

/// "1 guest", "2 guests".
pub fn count_of(number: i64, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

// ---- the order panel ----------------------------------------------------------------------------

/// The panel as a screen shows it.
pub fn panel(seen: &Seen) -> Value {
    let root = seen.root();
    let course = |heading: ElementRef| {
        // "Sent 13:05": when it was, the clock decides.
        let pieces = heading
            .children()
            .filter_map(|child| child.value().as_text());
        let text = pieces
            .flat_map(|piece| piece.split_whitespace())
            .collect::<Vec<_>>()
            .join(" ");
        text.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ':')
            .trim_end()
            .to_owned()
    };
    let lines = all(root, "#order-lines li.line").into_iter().map(|line| {
        json!({
            "name": text(line, ".pick b"),
            "said": texts(line, ".pick small:not(.note):not(.alg):not(:has(.badge))"),
            "note": text(line, "small.note"), "allergy": text(line, "small.alg"),
            "quantity": all(line, "output, .qty").first().map(|quantity| words(*quantity).replace('×', "").trim().to_owned()),
            "total": text(line, ".num"),
            "seat": line.attr("data-seat"), "course": line.attr("data-course"),
            "chosen": texts(line, ".choices [aria-pressed='true']").iter().map(|chip| without_price(chip)).collect::<Vec<_>>(),
            "badges": texts(line, ".badge"),
            "struck out": line.value().classes().any(|class| class == "void"),
        })
    });
    let sums = all(root, "#order-sums dt").into_iter().map(words);
    let figures = all(root, "#order-sums dd").into_iter().map(words);
    let banknotes = all(root, "#order-actions .banknotes button").len();
    json!({
        "title": text(root, "#order-title"), "meta": text(root, "#order-meta"),
        "number": text(root, "#order-head b"), "badge": text(root, "#order-head .badge"), "peek": text(root, "#order-peek"),
        "courses": all(root, "#order-lines h2.course").into_iter().map(course).collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "sums": sums.zip(figures).map(|(what, figure)| format!("{what}: {figure}")).collect::<Vec<_>>(),
        "actions": texts(root, "#order-actions > button, #order-actions > a"),
        "can send": all(root, "#order-actions button[data-deed='send']:not([disabled])").len() == 1,
        "banknotes": banknotes > 0,
    })
}

fn without_price(chip: &str) -> String {
    chip.split(" +").next().unwrap_or(chip).to_owned()
}

/// The panel as it must be, for somebody who may take payments or not.
pub fn expected_panel(book: &Book, order: &Order, pays: bool) -> Value {
    let to_send: i64 = order.to_send().map(|line| line.quantity).sum();
    let mut courses: Vec<i64> = order.lines.iter().map(|line| line.course).collect();
    courses.sort_unstable();
    courses.dedup();
    let of_course = |course: i64| order.lines.iter().filter(move |line| line.course == course);
    let headings = courses.iter().map(|course| {
        let sent = of_course(*course).any(|line| !line.is_unsent());
        let unsent = of_course(*course).any(Line::is_unsent);
        let said = match (sent, unsent) {
            (true, false) => "Sent",
            (true, true) => "Partly sent",
            (false, _) if of_course(*course).all(|line| line.held) => "On hold",
            (false, _) => "Not sent",
        };
        format!("Course {course} {said}")
    });
    let lines = courses.iter().flat_map(|course| of_course(*course));
    let peek = match (to_send, order.lines.len()) {
        (unsent, _) if unsent > 0 && order.is_open() => format!("{unsent} to send"),
        (_, lines) => count_of(i64::try_from(lines).expect("few lines"), "line"),
    };
    let badge = match to_send {
        unsent if unsent > 0 && order.is_open() => format!("{unsent} to send"),
        _ => badge(order).to_owned(),
    };
    json!({
        "title": book.title(order), "meta": meta(book, order),
        "number": format!("Order {}", order.number), "badge": badge,
        "peek": format!("{} {peek} UGX {}", book.title(order), money(order.total())),
        "courses": headings.collect::<Vec<_>>(),
        "lines": lines.map(|line| expected_line(book, line)).collect::<Vec<_>>(),
        "sums": expected_sums(order),
        "actions": expected_actions(order, pays, book.unit),
        "can send": order.is_open() && (order.to_send().next().is_some() || order.to_tell().next().is_some()),
        "banknotes": pays && order.is_counter_sale() && order.is_open() && order.balance() > 0,
    })
}

fn meta(book: &Book, order: &Order) -> String {
    match order.table {
        Some(table) => format!(
            "{} · {}",
            book.tables[table].area,
            count_of(order.guests, "guest")
        ),
        None => {
            let said: Vec<&str> = [&order.name, &order.phone]
                .into_iter()
                .filter_map(|part| part.as_deref())
                .collect();
            said.join(" · ")
        }
    }
}

/// Pending shows as New, served as Paid.
pub fn badge(order: &Order) -> &'static str {
    match order.status() {
        "cancelled" => "Cancelled",
        "pending" => "New",
        "preparing" => "Preparing",
        "ready" => "Ready",
        "awaiting_payment" => "Awaiting payment",
        _ => "Paid",
    }
}

fn expected_line(book: &Book, line: &Line) -> Value {
    let seat = line
        .seat
        .map_or("Table".to_owned(), |seat| format!("Seat {seat}"));
    let said: Vec<&str> = line
        .chosen
        .iter()
        .filter(|one| !one.silent)
        .map(|one| one.name.as_str())
        .collect();
    let said = said.join(", ");
    let parts: Vec<String> = line
        .seat
        .map(|_| seat.clone())
        .into_iter()
        .chain(Some(said).filter(|said| !said.is_empty()))
        .collect();
    let extra: i64 = line.chosen.iter().map(|one| one.price).sum();
    let extra = match extra {
        0 => String::new(),
        extra if extra > 0 => format!("+{}", money(extra)),
        extra => money(extra),
    };
    let small = format!("{} {extra}", parts.join(" · "));
    let small = Some(small.trim().to_owned()).filter(|small| !small.is_empty());
    let given = line.given.as_ref();
    let given = given.map(|given| format!("{} {}", given.label(), money(-line.reduced())));
    let list = line.list.map(str::to_owned);
    let small: Vec<String> = small.into_iter().chain(given).chain(list).collect();
    let product = book
        .menu
        .iter()
        .find(|product| Some(product.id) == line.product);
    let mut chosen = Vec::new();
    // Where exactly one of a few is taken, the choices stand under an unsent line, one tap each.
    for group in product.iter().flat_map(|product| &product.groups) {
        if line.is_unsent() && (group.min, group.max) == (1, 1) && group.choices.len() <= 6 {
            let taken = |id: Uuid| {
                line.chosen
                    .iter()
                    .any(|one| one.id == id && one.word != Word::No)
            };
            chosen.extend(
                group
                    .choices
                    .iter()
                    .filter(|one| taken(one.id))
                    .map(|one| one.name.clone()),
            );
        }
    }
    let shown = book
        .tickets
        .iter()
        .any(|ticket| ticket.shown && ticket.lines.iter().any(|one| one.line.id == line.id));
    let held = match (line.held, line.announced) {
        (false, _) => None,
        (true, true) => Some("On hold"),
        (true, false) => Some("On hold, not sent"),
    };
    let state = match line.state {
        State::Unsent => None,
        State::Sent if shown => Some("On screen"),
        State::Sent => Some("Sent"),
        State::Preparing => Some("Preparing"),
        State::Ready => Some("Ready"),
        State::Served => Some("Served"),
        State::Voided => Some("Void"),
    };
    let free = line.free.as_ref().map(|_| "Free");
    let badges: Vec<&str> = held.into_iter().chain(state).chain(free).collect();
    json!({
        "name": line.name, "said": small, "note": line.note,
        "allergy": line.allergy.as_ref().map(|allergy| format!("Allergy: {allergy}")),
        "quantity": line.quantity.to_string(), "total": money(line.total()), "seat": seat,
        "course": format!("Course {}", line.course), "chosen": chosen, "badges": badges,
        "struck out": line.state == State::Voided,
    })
}

fn expected_sums(order: &Order) -> Vec<String> {
    let bill = order.sums();
    let pieces: i64 = order.live().map(|line| line.quantity).sum();
    let mut sums = vec![format!(
        "Subtotal, {}: {}",
        count_of(pieces, "item"),
        money(bill.subtotal)
    )];
    let label = order
        .given
        .as_ref()
        .map(|given| format!("Discount, {}", given.label()));
    for (label, off) in [
        ("Given free", bill.free),
        ("Discounts on items", bill.on_lines),
        (label.as_deref().unwrap_or_default(), bill.on_order),
    ] {
        sums.extend((off > 0).then(|| format!("{label}: {}", money(-off))));
    }
    sums.extend(
        bill.taxes
            .iter()
            .map(|(name, tax)| format!("{name} included: {}", money(*tax))),
    );
    if order.paid > 0 {
        sums.push(format!("Paid: {}", money(-order.paid)));
        sums.push(format!("To pay: UGX {}", money(order.balance())));
    } else {
        sums.push(format!("Total: UGX {}", money(order.total())));
    }
    sums
}

fn expected_actions(order: &Order, pays: bool, unit: i64) -> Vec<String> {
    let ready = order.ready().count();
    let served = format!("Served {ready}");
    let unsent = order.to_send().count() + order.to_tell().count();
    let mut actions = Vec::new();
    if !order.is_open() {
        actions.extend((ready > 0).then_some(served));
        actions.push("Back to the floor".to_owned());
        actions.extend((pays && order.paid > 0).then(|| "Payments".to_owned()));
        return actions;
    }
    // An exact sale at the counter is one tap after the last product.
    let counter = order.is_counter_sale() && pays && order.balance() > 0;
    if counter {
        actions.push(format!("Exact {}", money(in_cash(order.balance(), unit))));
    }
    if unsent == 0 && ready > 0 && !counter {
        actions.push(served);
    } else {
        actions.push(format!("Send {}", send_where(order)).trim().to_owned());
    }
    // It rests where nothing is due, and has its place all the same.
    actions.extend((!counter).then(|| "Bill".to_owned()));
    actions.extend(pays.then(|| "Pay".to_owned()));
    actions
}

/// "2 kitchen · 1 bar", in the order of the lines.
fn send_where(order: &Order) -> String {
    let mut stations: Vec<(usize, i64)> = Vec::new();
    for line in order.to_send() {
        match stations
            .iter_mut()
            .find(|(station, _)| *station == line.station)
        {
            Some((_, pieces)) => *pieces += line.quantity,
            None => stations.push((line.station, line.quantity)),
        }
    }
    let held: i64 = order.to_tell().map(|line| line.quantity).sum();
    let said: Vec<String> = stations
        .iter()
        .map(|(station, pieces)| format!("{pieces} {}", ["kitchen", "bar"][*station]))
        .chain((held > 0).then(|| format!("{held} on hold")))
        .collect();
    said.join(" · ")
}

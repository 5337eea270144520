//! What the desk must show: what is waited for, money for no order, what came late, and what Pesapal says that does not fit.

use scraper::ElementRef;
use serde_json::{Value, json};

use super::book::*;
use super::links::Link;
use super::screens::{Seen, all, money, text, texts, words};
use super::waiting::{Wait, Waited};

/// After this many seconds of waiting it is late.
const LATE_AFTER: i64 = 10 * 60;

/// How long what has ended is in sight, and how much of it at most.
const LATELY: i64 = 24 * 3_600;
const MOST: usize = 50;

/// So many days for what came late, and for what does not fit.
const LATE_DAYS: i64 = 7;
const DOUBTFUL: i64 = 30 * 86_400;

/// The desk as it is seen. Times of day are left out: the clock decides them.
pub fn desk(seen: &Seen) -> Value {
    let root = seen.root();
    let section = |name: &str| {
        let rows = all(root, &format!("#desk-{name} ul.todo > li"));
        rows.into_iter().map(row).filter(|row| !is_by_link(row)).collect::<Vec<_>>()
    };
    let by_link = all(root, "#desk-waiting ul.todo > li");
    let by_link = by_link.into_iter().map(row).filter(is_by_link).count();
    json!({
        "by link": by_link, "waiting": section("waiting"), "unplaced": section("unplaced"), "late": section("late"),
        "doubtful": texts(root, "#desk-doubtful li b"), "came": section("confirmed"), "did not come": section("failed"),
        "counts": [text(root, "#desk-waiting header .push"), text(root, "#desk-unplaced header .push")],
        "late ones": text(root, "#desk-waiting header .badge"),
    })
}

/// Of what is asked for by link, the desk says only how it stands.
fn is_by_link(row: &Value) -> bool {
    row["what"].as_str().is_some_and(|what| what.ends_with(" Pesapal"))
}

fn row(row: ElementRef) -> Value {
    let waits = all(row, "b .badge").first().map(|badge| words(*badge));
    let title = text(row, "b");
    let title = title.as_str().unwrap_or_default();
    let title = match &waits {
        Some(badge) => title
            .strip_suffix(badge.as_str())
            .unwrap_or(title)
            .trim_end(),
        None => title,
    };
    let small = all(row, "div span.dim").first().map(|dim| words(*dim));
    let small = small.unwrap_or_default();
    let small: Vec<&str> = small
        .split(" · ")
        .map(str::trim)
        .filter(|part| !is_time(part))
        .collect();
    json!({
        "what": title, "small": small.join(" · ").trim_start_matches("· "),
        "is late": waits.map(|badge| badge.starts_with("Late")),
        "where": all(row, "div > a, li > a, li > span.dim").iter().map(|link| words(*link)).find(|text| text != "Give it back"),
        "verified": all(row, "div > .badge").last().map(|badge| words(*badge)),
    })
}

/// "4 Mar 09:03", "09:03".
fn is_time(part: &str) -> bool {
    let last = part.rsplit(' ').next().unwrap_or_default();
    let is_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    last.split_once(':')
        .is_some_and(|(hour, minute)| is_digits(hour) && is_digits(minute))
}

/// The same as it must be at this moment.
pub fn expected_desk(book: &Book, now: i64) -> Value {
    let waiting: Vec<&Wait> = of_state(book, |state| state == Waited::Waiting);
    let is_late = |wait: &&&Wait| now - wait.at > LATE_AFTER;
    let open: Vec<&Link> = book.links.iter().filter(|link| link.is_open()).collect();
    let late_links = open.iter().filter(|link| now - link.at > LATE_AFTER).count();
    let late = waiting.iter().filter(is_late).count() + late_links;
    let numbered = || book.payments.iter().enumerate();
    let left = |at: usize| book.left_of(at) != (0, 0);
    let unplaced = numbered().filter(|(at, money)| money.on().is_none() && left(*at));
    let unplaced: Vec<Value> = unplaced
        .map(|(_, money)| loose(book, money, None))
        .collect();
    let since = book.date_of(now) - LATE_DAYS;
    let came_late = numbered()
        .rev()
        .filter(|(_, money)| money.shift.is_none() && money.date >= since);
    let came_late = came_late.take(MOST).map(|(_, money)| {
        let order = money.on().map(|at| book.title(&book.orders[at]));
        loose(book, money, Some(order.unwrap_or("no order".to_owned())))
    });
    let doubtful = book
        .kept
        .iter()
        .rev()
        .filter(|kept| now - kept.at < DOUBTFUL);
    let doubtful = doubtful
        .take(100)
        .map(|kept| format!("{}: UGX {}", sentence(kept.reason), money(kept.amount)));
    let came = ended(book, now, |state| matches!(state, Waited::Came(_)));
    let not = ended(book, now, |state| {
        matches!(state, Waited::Failed | Waited::Withdrawn)
    });
    json!({
        "by link": open.len(),
        "counts": [(waiting.len() + open.len()).to_string(), unplaced.len().to_string()],
        "late ones": (late > 0).then(|| format!("{late} late")),
        "waiting": waiting.into_iter().map(|wait| waited_for(book, wait, now)).collect::<Vec<_>>(),
        "unplaced": unplaced, "late": came_late.collect::<Vec<_>>(), "doubtful": doubtful.collect::<Vec<_>>(),
        "came": came.into_iter().map(|wait| came_of(book, wait)).collect::<Vec<_>>(),
        "did not come": not.into_iter().map(|wait| not_come(book, wait)).collect::<Vec<_>>(),
    })
}

fn of_state(book: &Book, fits: impl Fn(Waited) -> bool) -> Vec<&Wait> {
    book.waits.iter().filter(|wait| fits(wait.state)).collect()
}

/// The latest first.
fn ended(book: &Book, now: i64, fits: impl Fn(Waited) -> bool) -> Vec<&Wait> {
    let when = |wait: &&Wait| wait.ended.map_or(0, |(at, _)| at);
    let mut ended = of_state(book, fits);
    ended.retain(|wait| when(wait) > now - LATELY);
    ended.sort_by_key(|wait| -when(wait));
    ended.truncate(MOST);
    ended
}

fn label(method: Method) -> &'static str {
    match method {
        Method::Cash => "Cash",
        Method::Card => "Card",
        Method::Mtn => "MTN MoMo",
        Method::Airtel => "Airtel Money",
    }
}

fn asked(wait: &Wait) -> String {
    format!(
        "UGX {} {}",
        money(wait.amount + wait.tip),
        label(wait.method)
    )
}

fn title_of(book: &Book, wait: &Wait) -> String {
    book.title(&book.orders[wait.order])
}

/// What its order owes is said where that is less.
fn waited_for(book: &Book, wait: &Wait, now: i64) -> Value {
    let order = &book.orders[wait.order];
    let owes = if order.cancelled { 0 } else { order.balance() };
    let owing = match owes {
        owes if owes <= 0 => ", which owes nothing any more".to_owned(),
        owes if owes < wait.amount => format!(", which owes only UGX {}", money(owes)),
        _ => String::new(),
    };
    let small = format!("{owing} · asked by {}", book.people[wait.by].name);
    json!({
        "what": asked(wait), "small": small.trim_start_matches(" · "), "is late": now - wait.at > LATE_AFTER,
        "where": title_of(book, wait), "verified": null,
    })
}

fn loose(book: &Book, loose: &Payment, place: Option<String>) -> Value {
    let tip = match loose.tip {
        0 => String::new(),
        tip => format!(" and {} tip", money(tip)),
    };
    let by = loose
        .by
        .map(|by| format!("recorded by {}", book.people[by].name));
    let small: Vec<String> = loose.reference.iter().cloned().chain(by).collect();
    json!({
        "what": format!("UGX {}{tip} {}", money(loose.amount), label(loose.method)), "small": small.join(" · "),
        "is late": null, "where": place, "verified": loose.method.is_mobile().then_some(if loose.link.is_some() { "Verified" } else { "Unverified" }),
    })
}

fn came_of(book: &Book, wait: &Wait) -> Value {
    let payment = match wait.state {
        Waited::Came(payment) => &book.payments[payment],
        _ => unreachable!("it came"),
    };
    let place = if payment.on().is_some() {
        "Receipt"
    } else {
        "on no order"
    };
    let reference = payment.reference.as_deref().unwrap_or_default();
    json!({
        "what": asked(wait), "small": format!("{reference} · {}", ended_by(book, wait)), "is late": null, "where": place,
        "verified": null,
    })
}

fn not_come(book: &Book, wait: &Wait) -> Value {
    let why = wait.said.unwrap_or("Asked by mistake");
    json!({
        "what": asked(wait), "small": format!("{why} · {}", ended_by(book, wait)), "is late": null, "where": null, "verified": null,
    })
}

fn ended_by(book: &Book, wait: &Wait) -> String {
    let by = wait.ended.map_or("nobody", |(_, by)| &book.people[by].name);
    format!("{} · {by}", title_of(book, wait))
}

/// What a manager reads.
fn sentence(reason: &str) -> &'static str {
    match reason {
        "amount" => "Another amount than was asked for",
        "currency" => "Another currency than the café's",
        "reference" => "Another payment than the one it names",
        "reversed" => "Given back to the guest at Pesapal",
        "failed_after_paid" => "Not paid after all, says Pesapal now",
        _ => "Its transaction id was typed in by hand before",
    }
}

//! What the desk must show: what is waited for, money for no order, what came late, and what Pesapal says that does not fit.

use scraper::ElementRef;
use serde_json::{Value, json};
use uuid::Uuid;

use super::book::*;
use super::links::{Link, Stand};
use super::links_back::{Answered, AskedBack};
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
    let rows = |name: &str| all(root, &format!("#desk-{name} ul.todo > li"));
    let section = |name: &str| rows(name).into_iter().map(row).collect::<Vec<_>>();
    let doubtful = rows("doubtful").into_iter();
    let doubtful = doubtful.map(|row| json!([text(row, "b"), texts(row, "a")]));
    json!({
        "waiting": section("waiting"), "unplaced": section("unplaced"), "late": section("late"),
        "doubtful": doubtful.collect::<Vec<_>>(), "going back": rows("back").into_iter().map(way_back).collect::<Vec<_>>(),
        "came": section("confirmed"), "did not come": section("failed"),
        "counts": [
            text(root, "#desk-waiting header .push"), text(root, "#desk-unplaced header .push"), text(root, "#desk-back header .push"),
        ],
        "late ones": text(root, "#desk-waiting header .badge"),
    })
}

fn way_back(row: ElementRef) -> Value {
    let dim = all(row, "div span.dim")
        .first()
        .map(|dim| words(*dim))
        .unwrap_or_default();
    let parts: Vec<&str> = dim.split(" · ").skip(1).map(str::trim).collect();
    json!({ "what": text(row, "b"), "small": parts.join(" · "), "ways": texts(row, "span.row > *") })
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
        "where": all(row, "div > a, li > a, li > span.dim").first().map(|link| words(*link)),
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

/// The same as it must be at this moment, for somebody who may take payments.
pub fn expected_desk(book: &Book, now: i64) -> Value {
    let waits = book.waits.iter().map(of_wait);
    let links = book.links.iter().map(of_link);
    let mut all: Vec<Asked> = waits.chain(links).collect();
    all.sort_by_key(|one| one.at);
    let waiting: Vec<&Asked> = all.iter().filter(|one| one.stand == At::Waiting).collect();
    let is_late = |one: &&&Asked| now - one.at > LATE_AFTER;
    let late = waiting.iter().filter(is_late).count();
    let numbered = || book.payments.iter().enumerate();
    let left = |at: usize| book.left_of(at) != (0, 0);
    let unplaced = numbered().filter(|(at, money)| money.on().is_none() && left(*at));
    let unplaced: Vec<Value> = unplaced
        .map(|(_, money)| loose(book, money, "Give it back".to_owned()))
        .collect();
    let since = book.date_of(now) - LATE_DAYS;
    let came_late = numbered()
        .rev()
        .filter(|(_, money)| money.shift.is_none() && money.date >= since);
    let came_late = came_late.take(MOST).map(|(_, money)| {
        let order = money.on().map(|at| book.title(&book.orders[at]));
        loose(book, money, order.unwrap_or("no order".to_owned()))
    });
    let doubtful = book
        .kept
        .iter()
        .rev()
        .filter(|kept| now - kept.at < DOUBTFUL);
    let doubtful = doubtful.take(100).map(|kept| {
        let what = format!("{}: UGX {}", sentence(kept.reason), money(kept.amount));
        let payment = kept.payment.map(|at| &book.payments[at]);
        let to_payment = payment.map(|money| match money.on() {
            Some(_) => "Receipt",
            None => "Give it back",
        });
        let ways: Vec<&str> = to_payment.into_iter().chain([TO_LINK]).collect();
        json!([what, ways])
    });
    let mut back: Vec<(&Link, &AskedBack)> = book
        .links
        .iter()
        .filter_map(|link| {
            Some((
                link,
                link.back.as_ref().filter(|back| back.is_in_sight(now))?,
            ))
        })
        .collect();
    back.sort_by_key(|(_, back)| (!back.gave_up, back.since));
    let came = ended(&all, now, |stand| matches!(stand, At::Came(_)));
    let not = ended(&all, now, |stand| stand == At::NotComing);
    json!({
        "counts": [waiting.len().to_string(), unplaced.len().to_string(), back.len().to_string()],
        "late ones": (late > 0).then(|| format!("{late} late")),
        "waiting": waiting.into_iter().map(|one| waited_for(book, one, now)).collect::<Vec<_>>(),
        "unplaced": unplaced, "late": came_late.collect::<Vec<_>>(), "doubtful": doubtful.collect::<Vec<_>>(),
        "going back": back.into_iter().map(|(link, back)| goes_back(book, link, back)).collect::<Vec<_>>(),
        "came": came.into_iter().map(|one| came_of(book, one)).collect::<Vec<_>>(),
        "did not come": not.into_iter().map(|one| not_come(book, one)).collect::<Vec<_>>(),
    })
}

/// What a guest was asked for: by hand, or by a link.
struct Asked {
    id: Uuid,
    order: usize,
    by: usize,
    method: &'static str,
    amount: i64,
    tip: i64,
    at: i64,
    stand: At,
    said: Option<&'static str>,
    ended: Option<(i64, Option<usize>)>,
    ended_at: i64,
    is_link: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Waiting,
    Came(usize),
    NotComing,
}

fn of_wait(wait: &Wait) -> Asked {
    let stand = match wait.state {
        Waited::Waiting => At::Waiting,
        Waited::Came(payment) => At::Came(payment),
        Waited::Failed | Waited::Withdrawn => At::NotComing,
    };
    Asked {
        id: wait.id,
        order: wait.order,
        by: wait.by,
        method: label(wait.method),
        amount: wait.amount,
        tip: wait.tip,
        at: wait.at,
        stand,
        said: wait.said,
        ended: wait.ended.map(|(at, by)| (at, Some(by))),
        ended_at: 0,
        is_link: false,
    }
}

fn of_link(link: &Link) -> Asked {
    let stand = match link.state {
        Stand::Waiting => At::Waiting,
        Stand::Paid(payment) => At::Came(payment),
        Stand::NotPaid | Stand::CalledOff => At::NotComing,
    };
    Asked {
        id: link.id,
        order: link.order,
        by: link.by,
        method: "Pesapal",
        amount: link.amount,
        tip: link.tip,
        at: link.at,
        stand,
        said: link.said,
        ended: link.ended,
        ended_at: link.ended_at,
        is_link: true,
    }
}

/// The latest first.
fn ended(all: &[Asked], now: i64, fits: impl Fn(At) -> bool) -> Vec<&Asked> {
    let when = |one: &&Asked| one.ended.map_or(0, |(at, _)| at);
    let mut ended: Vec<&Asked> = all.iter().filter(|one| fits(one.stand)).collect();
    ended.retain(|one| when(one) > now - LATELY);
    ended.sort_by_key(|one| (-when(one), -one.ended_at, one.id));
    ended.truncate(MOST);
    ended
}

/// The way to a link's own screen.
const TO_LINK: &str = "What was asked for";

fn label(method: Method) -> &'static str {
    match method {
        Method::Cash => "Cash",
        Method::Card => "Card",
        Method::Mtn => "MTN MoMo",
        Method::Airtel => "Airtel Money",
    }
}

fn asked(one: &Asked) -> String {
    format!("UGX {} {}", money(one.amount + one.tip), one.method)
}

fn title_of(book: &Book, one: &Asked) -> String {
    book.title(&book.orders[one.order])
}

/// What its order owes is said where that is less.
fn waited_for(book: &Book, one: &Asked, now: i64) -> Value {
    let order = &book.orders[one.order];
    let owes = if order.cancelled { 0 } else { order.balance() };
    let owing = match owes {
        owes if owes <= 0 => ", which owes nothing any more".to_owned(),
        owes if owes < one.amount => format!(", which owes only UGX {}", money(owes)),
        _ => String::new(),
    };
    let small = format!("{owing} · asked by {}", book.people[one.by].name);
    json!({
        "what": asked(one), "small": small.trim_start_matches(" · "), "is late": now - one.at > LATE_AFTER,
        "where": title_of(book, one), "verified": null,
    })
}

/// What Pesapal is asked to give back.
fn goes_back(book: &Book, link: &Link, back: &AskedBack) -> Value {
    let method = link.payment().map(|at| book.payments[at].method);
    let amount = money(back.amount);
    let state = match back.state {
        _ if back.gave_up => "Nothing heard",
        Answered::NotYet => "Its answer was lost",
        _ if back.is_to_be_booked() => "Not in the books",
        _ => "Waiting",
    };
    let way = match (back.is_to_be_booked(), back.is_booked) {
        (true, _) => "Book it",
        (false, true) => "Slip",
        (false, false) => "Give back",
    };
    let ask = back.is_waited_for().then_some("Ask Pesapal now");
    let ways = [Some(way), ask].into_iter().flatten();
    json!({
        "what": format!("UGX {amount} {} {state}", method.map_or("", label)),
        "small": format!("by {}", book.people[back.by].name),
        "ways": ways.map(|way| format!("{way} : {amount}")).collect::<Vec<_>>(),
    })
}

fn loose(book: &Book, loose: &Payment, place: String) -> Value {
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

fn came_of(book: &Book, one: &Asked) -> Value {
    let payment = match one.stand {
        At::Came(payment) => &book.payments[payment],
        _ => unreachable!("it came"),
    };
    let place = if payment.on().is_some() {
        "Receipt"
    } else {
        "on no order"
    };
    let reference = payment.reference.as_deref().unwrap_or_default();
    json!({
        "what": asked(one), "small": format!("{reference} · {}", ended_by(book, one)), "is late": null, "where": place,
        "verified": null,
    })
}

fn not_come(book: &Book, one: &Asked) -> Value {
    let why = one.said.unwrap_or("Asked by mistake");
    let sum = money(one.amount + one.tip);
    let place = one
        .is_link
        .then(|| format!("{TO_LINK} : {sum} {}", title_of(book, one)));
    json!({
        "what": asked(one), "small": format!("{why} · {}", ended_by(book, one)), "is late": null, "where": place, "verified": null,
    })
}

/// Pesapal is nobody.
fn ended_by(book: &Book, one: &Asked) -> String {
    let title = title_of(book, one);
    match one.ended.and_then(|(_, by)| by) {
        Some(by) => format!("{title} · {}", book.people[by].name),
        None => title,
    }
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

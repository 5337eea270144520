//! What the floor must show: tables, orders without a table, and what waits to be carried out.

use serde_json::{Value, json};

use super::book::*;
use super::screens::{LOOKED_AFTER, Seen, all, badge, count_of, money, text, words};

/// Ready dishes of closed orders leave the strip after this many seconds.
const LETS_GO: i64 = 30 * 60;

/// The floor as a screen shows it.
pub fn floor(seen: &Seen) -> Value {
    let root = seen.root();
    let tables = all(root, "#floor a.tbl").into_iter().map(|table| {
        (words(all(table, ".no")[0]), json!({
            "status": table.attr("data-status"), "said": text(table, ".st"), "amount": text(table, ".amt"), "who": text(table, ".who"),
        }))
    });
    let away = all(root, "#open-orders li[id]").into_iter().map(|order| {
        let quiet = text(order, "span.dim");
        let quiet = quiet.as_str().unwrap_or("");
        json!({
            "title": text(order, "b"), "total": text(order, ".num"), "badge": text(order, ".badge"),
            "for": quiet.split(" · ").next(),
        })
    });
    let ready = all(root, "#ready-strip .ready-item")
        .into_iter()
        .map(|item| {
            let small = text(item, "small");
            let small = small.as_str().unwrap_or("");
            let link = text(item, "a");
            json!({
                "order": link.as_str().unwrap_or("").strip_suffix(small).unwrap_or("").trim(),
                "what": small.rsplit_once(" · ").map(|(what, _)| what),
            })
        });
    json!({
        "tables": tables.collect::<serde_json::Map<_, _>>(),
        "away": away.collect::<Vec<_>>(),
        "ready": ready.collect::<Vec<_>>(),
    })
}

/// The floor as it must be.
pub fn expected_floor(book: &Book) -> Value {
    let first_name = |who: usize| {
        book.people[who]
            .name
            .split(' ')
            .next()
            .unwrap_or("")
            .to_owned()
    };
    let tables = book.tables.iter().enumerate().map(|(at, table)| {
        let here = |order: &&Order| order.is_open() && order.table == Some(at);
        let parties: Vec<&Order> = book.orders.iter().filter(here).collect();
        // Of several parties the one that somebody must do something for; the specification does not say which.
        let urgent = |order: &&&Order| {
            let status = order.status();
            (order.ready().next().is_some(), status == "awaiting_payment", status == "pending")
        };
        let shown = match parties.iter().max_by_key(urgent) {
            None => json!({ "status": "free", "said": "Free", "amount": "", "who": count_of(table.seats, "seat") }),
            Some(order) => {
                let (status, mut said) = state(order);
                if parties.len() > 1 {
                    said = format!("{said} · {} orders", parties.len());
                }
                json!({ "status": status, "said": said, "amount": money(order.total()), "who": first_name(order.waiter) })
            }
        };
        (table.code.clone(), shown)
    });
    let away = book
        .orders
        .iter()
        .filter(|order| order.is_open() && order.table.is_none());
    let away = away.map(|order| {
        let paid = order.balance() == 0 && order.sent().next().is_some();
        let name = order.name.clone().or(order.phone.clone()).unwrap_or_else(|| first_name(order.waiter));
        json!({
            "title": book.title(order), "total": format!("UGX {}", money(order.total())), "badge": badge(order),
            "for": if paid { format!("{name}, paid") } else { name },
        })
    });
    let since = |order: &Order| order.ready().map(|line| line.ready_at).min();
    let lately = |order: &Order| {
        order
            .ready()
            .any(|line| line.ready_at > book.now + LOOKED_AFTER - LETS_GO)
    };
    let mut ready: Vec<&Order> = book
        .orders
        .iter()
        .filter(|order| since(order).is_some())
        .collect();
    ready.retain(|order| order.is_open() || lately(order));
    ready.sort_by_key(|order| (since(order), order.closed));
    let ready = ready.into_iter().map(|order| {
        let name = order.name.clone().or(order.phone.clone());
        let what = name.into_iter().chain([ready_words(order)]);
        json!({ "order": book.title(order), "what": what.collect::<Vec<_>>().join(" · ") })
    });
    json!({
        "tables": tables.collect::<serde_json::Map<_, _>>(),
        "away": away.collect::<Vec<_>>(),
        "ready": ready.collect::<Vec<_>>(),
    })
}

/// Ready dishes come before everything else, because they get cold.
fn state(order: &Order) -> (&'static str, String) {
    let (ready, sent) = (order.ready().count(), order.sent().count());
    if ready > 0 {
        let all = ready == sent && order.status() == "ready";
        return (
            "ready",
            if all {
                "All ready".to_owned()
            } else {
                format!("{ready} ready")
            },
        );
    }
    let name = match order.status() {
        "pending" => "new",
        "awaiting_payment" => "due",
        "served" => "paid",
        other => other,
    };
    (name, badge(order).to_owned())
}

/// "All 3 items", or what it is: "2 × Katogo, Rolex".
fn ready_words(order: &Order) -> String {
    let ready: Vec<&Line> = order.ready().collect();
    if ready.len() > 1 && ready.len() == order.sent().count() {
        return format!("All {} items", ready.len());
    }
    let named = ready.iter().map(|line| match line.quantity {
        1 => line.name.clone(),
        quantity => format!("{quantity} × {}", line.name),
    });
    named.collect::<Vec<_>>().join(", ")
}

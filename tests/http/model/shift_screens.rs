//! What the screens of shifts must show, and what the report of one must say.

use serde_json::{Value, json};

use super::book::*;
use super::screens::{Seen, all, money, text, texts, words};

/// The screen that ends a shift.
pub fn count_screen(seen: &Seen) -> Value {
    let root = seen.root();
    let locked = !all(root, "form#close").is_empty();
    let figures = all(root, "#shift-result > dl.kv:not(#tenders) dt")
        .into_iter()
        .map(words)
        .zip(
            all(root, "#shift-result > dl.kv:not(#tenders) dd")
                .into_iter()
                .map(words),
        );
    json!({
        "to pass on": texts(root, "#to-pass-on form.pass-on p > a"),
        "counting": !all(root, "form#count").is_empty(),
        "locked": locked,
        "count": all(root, "form#close input[name='count']").first().and_then(|input| input.attr("value")),
        "variance": text(root, "#shift-result p.variance"),
        "asked": all(root, "form#count [data-money]").len(),
        "tenders": texts(root, "#tenders dd"),
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
        ("refund", "Cash refunds"),
    ];
    let sums = kinds.into_iter().filter_map(|(kind, label)| {
        let of_kind = shift.entries.iter().filter(|(one, _)| *one == kind);
        let sum: i64 = of_kind.clone().map(|(_, amount)| amount).sum();
        (of_kind.count() > 0).then(|| format!("{label}: {}", money(sum)))
    });
    let figures = sums.chain([format!("Expected: {}", money(expected))]);
    let others = book.tenders_of(at);
    let tenders = others
        .iter()
        .map(|(_, amount)| format!("not counted of {}", money(*amount)));
    let open: Vec<String> = book.in_the_way(at).map(|order| book.title(order)).collect();
    json!({
        "to pass on": open,
        "counting": locked.is_none() && (shift.has_cash() || !others.is_empty()),
        "locked": locked.is_some(),
        "count": locked.map(|count| count.id),
        "variance": variance.map(|variance| format!("{label} UGX {}", money(variance.abs()))),
        "asked": if locked.is_none() { others.len() } else { 0 },
        "tenders": tenders.filter(|_| locked.is_some()).collect::<Vec<_>>(),
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
    let sums = |what: &str| {
        let sums = stored[what].as_array().into_iter().flatten();
        let sums = sums.map(|sum| json!([sum["method"], sum["count"], sum["amount"], sum["tips"]]));
        sums.collect::<Vec<_>>()
    };
    json!({
        "number": stored["number"], "owner": stored["owner"]["id"], "expected": stored["expected"],
        "counted": stored["counts"].as_array().and_then(|counts| counts.last()).map(|count| count["counted"].clone()),
        "counts": stored["counts"].as_array().map(Vec::len), "variance": stored["variance"]["amount"],
        "sales": sums("sales"), "refunds": sums("refunds"), "passed on": stored["passedOn"].as_array().map(Vec::len),
        "settled": stored["orders"]["settled"], "cancelled": stored["orders"]["cancelled"], "total": stored["orders"]["total"],
    })
}

/// The same as it must be, at the moment when the shift was closed.
pub fn expected_report(book: &Book, at: usize) -> Value {
    let shift = &book.shifts[at];
    let last = shift.counts.last();
    let taken = book
        .payments
        .iter()
        .filter(|payment| payment.shift == Some(at));
    let taken = taken.map(|payment| (payment.method, payment.amount, payment.tip));
    let back = book.refunds.iter().filter(|refund| refund.shift == at);
    let way = |one: &Returned| match one.in_cash {
        true => Method::Cash,
        false => book.payments[one.payment].method,
    };
    let back = back.map(|one| (way(one), one.amount, one.tip));
    let own = book.orders.iter().filter(|order| order.shift == Some(at));
    let settled = own.clone().filter(|order| order.settled.is_some());
    json!({
        "number": shift.report, "owner": book.people[shift.owner].id, "expected": shift.expected(),
        "counted": last.map(|count| count.counted), "counts": shift.counts.len(),
        "variance": last.map(|count| count.counted - count.expected),
        "sales": by_method(taken.collect()), "refunds": by_method(back.collect()), "passed on": shift.passed_on,
        "settled": settled.clone().count(), "cancelled": own.filter(|order| order.cancelled).count(),
        "total": settled.map(|order| order.total() + order.rounding).sum::<i64>(),
    })
}

/// How often, how much and how much in tips, of each method that there was.
fn by_method(moved: Vec<(Method, i64, i64)>) -> Vec<Value> {
    let sums = Method::ALL.into_iter().filter_map(|method| {
        let of_it: Vec<_> = moved.iter().filter(|one| one.0 == method).collect();
        let amount: i64 = of_it.iter().map(|one| one.1).sum();
        let tips: i64 = of_it.iter().map(|one| one.2).sum();
        (!of_it.is_empty()).then(|| json!([method.written(), of_it.len(), amount, tips]))
    });
    sums.collect()
}

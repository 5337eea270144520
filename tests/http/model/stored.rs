//! What the database must say, row by row, and how it is compared with the book.

use serde_json::{Value, json};
use uuid::Uuid;

use super::book::*;
use super::menu::{Chosen, Word};
use super::waiting::{Wait, Waited};
use crate::house::House;

/// One order with everything that hangs on it, as it is stored.
const ORDER: &str = "SELECT jsonb_build_object( \
  'order', (SELECT jsonb_build_object('date', o.business_date - date '1970-01-01', 'number', o.number, \
      'reference', o.reference = to_char(o.business_date, 'YYYYMMDD') || '-' || lpad(o.number::text, 4, '0'), \
      'kind', o.kind, 'table', o.table_id, 'guests', o.guests, 'name', o.customer_name, 'phone', o.customer_phone, \
      'waiter', o.waiter_id, 'shift', o.shift_id, 'subtotal', o.subtotal, 'given away', o.comps, 'discount', o.discount, 'tax', o.tax, \
      'given', jsonb_build_array(o.discount_name, o.discount_bp, o.discount_amount, o.discount_most_bp), \
      'total', o.total, 'paid', o.paid, 'rounding', o.rounding, 'sent', o.first_sent_at IS NOT NULL, \
      'settled', o.settled_date - date '1970-01-01', 'closed', o.closed_at IS NOT NULL, \
      'versions', (SELECT count(*) FROM order_versions v WHERE v.order_id = o.id), \
      'cancelled', o.cancelled_at IS NOT NULL) FROM orders o WHERE o.id = $1), \
  'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'product', l.product_id, 'name', l.name, \
      'second', l.kitchen_name, 'quantity', l.quantity, 'price', l.unit_price, 'base', l.base_price, 'list', l.price_list, 'discount', l.discount, \
      'given', jsonb_build_array(l.discount_name, l.discount_bp, l.discount_amount, l.discount_most_bp), \
      'from stock', l.from_stock, 'modifiers', l.modifiers, 'note', l.note, 'allergy', l.allergy, 'seat', l.seat, \
      'course', l.course, 'tax', l.tax_name, 'tax bp', l.tax_bp, 'station', s.sort - 1, 'state', l.state, \
      'ready', l.state <> 'voided' AND l.ready_at IS NOT NULL, 'served', l.state <> 'voided' AND l.served_at IS NOT NULL, \
      'held', l.held, 'announced', l.announced, \
      'voided', CASE WHEN l.voided_at IS NOT NULL THEN jsonb_build_array(l.voided_by, l.void_approved_by, l.void_reason) END, \
      'free', CASE WHEN l.comped THEN jsonb_build_array(l.comped_by, l.comp_approved_by, l.comp_reason) END) ORDER BY l.position), '[]') \
      FROM order_lines l JOIN stations s ON s.id = l.station_id WHERE l.order_id = $1), \
  'tickets', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'station', s.sort - 1, 'number', t.number, \
      'title', t.title, 'guests', t.guests, 'customer', t.customer, 'started', t.started_at IS NOT NULL, \
      'bumped', t.bumped_at IS NOT NULL, 'recalled', t.recalled_at IS NOT NULL, 'shown', t.shown_at IS NOT NULL, \
      'additions', t.additions, 'changes', t.changes, 'first', t.priority, 'former', t.former_title, 'waiter', t.waiter, \
      'anew', t.clock_at IS NOT NULL, \
      'lines', (SELECT jsonb_agg(jsonb_build_object('id', k.id, 'line', k.line_id, 'quantity', k.quantity, 'name', k.name, \
          'second', k.second_name, 'modifiers', k.modifiers, 'note', k.note, 'allergy', k.allergy, 'seat', k.seat, \
          'course', k.course, 'addition', k.addition, 'done', k.done_at IS NOT NULL AND k.voided_at IS NULL, \
          'held', k.held, 'fired', k.fired_at IS NOT NULL, 'void', k.voided_at IS NOT NULL, 'void seen', k.void_seen_at IS NOT NULL) \
          ORDER BY k.line_id) \
          FROM ticket_lines k WHERE k.ticket_id = t.id)) ORDER BY t.id), '[]') \
      FROM tickets t JOIN stations s ON s.id = t.station_id WHERE t.order_id = $1), \
  'discounts', (SELECT coalesce(jsonb_agg(jsonb_build_array(d.name, d.bp, d.amount, d.worth, d.given_by, d.approved_by, d.reason) \
      ORDER BY d.at), '[]') FROM discounts d WHERE d.order_id = $1), \
  'refunds', (SELECT coalesce(jsonb_agg(jsonb_build_array(r.payment_id, r.shift_id, r.business_date - date '1970-01-01', r.kind, \
      r.amount, r.tip, r.in_cash, r.refunded_by, r.approved_by, r.reason, r.reference, (SELECT coalesce(jsonb_agg(jsonb_build_array(rp.line_id, rp.quantity) \
          ORDER BY rp.line_id), '[]') FROM returned_pieces rp WHERE rp.refund_id = r.id)) ORDER BY r.refunded_at), '[]') FROM refunds r WHERE r.order_id = $1), \
  'payments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'shift', p.shift_id, 'by', p.taken_by, \
      'date', p.business_date - date '1970-01-01', 'method', p.method, 'amount', p.amount, 'tip', p.tip, \
      'tendered', p.tendered, 'change', p.change, 'reference', p.reference, \
      'pieces', (SELECT coalesce(jsonb_agg(jsonb_build_array(pp.line_id, pp.quantity) ORDER BY pp.line_id), '[]') \
          FROM paid_pieces pp WHERE pp.payment_id = p.id), \
      'booked', (SELECT sum(c.amount) FROM cash_entries c WHERE c.payment_id = p.id AND c.kind IN ('sale', 'tip'))) \
      ORDER BY p.taken_at), '[]') FROM payments p WHERE p.order_id = $1), \
  'waits', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'shift', a.shift_id, 'by', a.started_by, 'method', a.method, \
      'amount', a.amount, 'tip', a.tip, 'state', a.state, 'said', a.said, 'payment', a.payment_id, \
      'pieces', (SELECT coalesce(jsonb_agg(jsonb_build_array(e->'line', e->'quantity') ORDER BY e->>'line'), '[]') \
          FROM jsonb_array_elements(a.pieces) e), \
      'for no order', CASE WHEN p.id IS NOT NULL AND p.order_id IS NULL THEN jsonb_build_array(p.shift_id, p.taken_by, p.amount, p.tip, p.reference, \
          (SELECT coalesce(sum(r.amount + r.tip), 0) FROM refunds r WHERE r.payment_id = p.id)) END) \
      ORDER BY a.started_at), '[]') FROM payment_attempts a LEFT JOIN payments p ON p.id = a.payment_id \
      WHERE a.order_id = $1 AND a.method <> 'pesapal')) AS stored";

/// What does not hang on one order: the audit log, the countdowns, the open shifts, how many rows there are of each kind. Who
/// was denied an approval is in the log although nothing came of it, and so in no book.
const HOUSE: &str = "SELECT jsonb_build_object( \
  'deeds', (SELECT coalesce(jsonb_object_agg(d.deed, d.n), '{}') FROM (SELECT deed, count(*) AS n FROM audit_log WHERE deed <> 'approval.denied' GROUP BY deed) d), \
  'stock', (SELECT jsonb_object_agg(p.name, jsonb_build_array(p.sold_out, p.stock_left, p.sold_out_shift)) \
      FROM products p WHERE p.id = ANY($1)), \
  'shifts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'owner', s.staff_id, 'cash', s.cash, 'drawer', d.name, \
      'date', s.business_date - date '1970-01-01', 'float', s.float_amount, \
      'expected', (SELECT coalesce(sum(c.amount), 0) FROM cash_entries c WHERE c.shift_id = s.id), \
      'counts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'by', c.counted_by, 'counted', c.counted, \
          'expected', c.expected) ORDER BY c.number), '[]') FROM shift_counts c WHERE c.shift_id = s.id)) \
      ORDER BY s.opened_at, s.id), '[]') \
      FROM shifts s LEFT JOIN terminals d ON d.id = s.drawer_terminal_id WHERE s.closed_at IS NULL), \
  'rows', jsonb_build_object('orders', (SELECT count(*) FROM orders), 'tickets', (SELECT count(*) FROM tickets), \
      'payments', (SELECT count(*) FROM payments), 'asked for', (SELECT count(*) FROM payment_attempts), \
      'placed', (SELECT count(*) FROM payment_placements), 'kept', (SELECT count(*) FROM payment_orphans), 'cash', (SELECT count(*) FROM cash_entries), 'refunds', (SELECT count(*) FROM refunds), \
      'shifts', (SELECT count(*) FROM shifts))) AS stored";

/// The order as the program keeps it.
pub async fn order(house: &House, id: Uuid) -> Value {
    value(house, ORDER, id.into()).await
}

/// The rest of the house as the program keeps it.
pub async fn house(house: &House, book: &Book) -> Value {
    let products: Vec<Uuid> = book.menu.iter().map(|product| product.id).collect();
    value(house, HOUSE, products.into()).await
}

pub async fn value(house: &House, sql: &str, parameter: sea_orm::Value) -> Value {
    let row = house.row(sql, [parameter]).await;
    row.try_get("", "stored").expect("JSON")
}

/// Reads the ids back that only the server knows; whatever else is wrong with the rows, the comparison says.
pub fn learn(book: &mut Book, at: usize, stored: &Value) {
    for (line, stored) in book.orders[at].lines.iter_mut().zip(rows(&stored["lines"])) {
        learn_id(&mut line.id, stored);
    }
    let payments = book.payments.iter_mut().filter(|one| one.order == Some(at));
    for (payment, stored) in payments.zip(rows(&stored["payments"])) {
        learn_id(&mut payment.id, stored);
    }
    let waits = book.waits.iter_mut().filter(|one| one.order == at);
    for (wait, stored) in waits.zip(rows(&stored["waits"])) {
        learn_id(&mut wait.id, stored);
        // Money for no order hangs on nothing else.
        if let Waited::Came(payment) = wait.state {
            learn_id(
                &mut book.payments[payment].id,
                &json!({ "id": stored["payment"] }),
            );
        }
    }
    // Each line is on one ticket, so a ticket is known by what is on it.
    let order = &book.orders[at];
    for ticket in book.tickets.iter_mut().filter(|one| one.order == at) {
        for line in &mut ticket.lines {
            let number = line.line.number;
            if let Some(of_order) = order.lines.iter().find(|one| one.number == number) {
                line.line.id = of_order.id;
            }
            let id = line.line.id.to_string();
            for stored in rows(&stored["tickets"]) {
                let told = rows(&stored["lines"]).find(|one| one["line"] == id.as_str());
                if let Some(told) = told {
                    learn_id(&mut ticket.id, stored);
                    learn_id(&mut line.id, told);
                }
            }
        }
    }
}

/// The same for shifts and their counts.
pub fn learn_shifts(book: &mut Book, stored: &Value) {
    let open = book
        .shifts
        .iter_mut()
        .filter(|shift| shift.report.is_none());
    for (shift, stored) in open.zip(rows(&stored["shifts"])) {
        learn_id(&mut shift.id, stored);
        for (count, stored) in shift.counts.iter_mut().zip(rows(&stored["counts"])) {
            learn_id(&mut count.id, stored);
        }
    }
}

pub fn learn_id(id: &mut Uuid, stored: &Value) {
    let told = stored["id"].as_str().and_then(|text| text.parse().ok());
    if let (true, Some(told)) = (id.is_nil(), told) {
        *id = told;
    }
}

pub fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The tickets of an order in the order of their ids.
fn tickets_of(book: &Book, at: usize) -> Vec<&Ticket> {
    let mut own: Vec<&Ticket> = book.tickets.iter().filter(|one| one.order == at).collect();
    own.sort_by_key(|ticket| ticket.id);
    own
}

/// What the program must keep of an order.
pub fn expected_order(book: &Book, at: usize) -> Value {
    let order = &book.orders[at];
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| expected_line(book, line))
        .collect();
    let tickets = tickets_of(book, at)
        .into_iter()
        .map(|ticket| expected_ticket(book, order, ticket));
    let payments = book
        .payments
        .iter()
        .filter(|payment| payment.order == Some(at));
    let payments = payments.map(|payment| {
        json!({
            "id": payment.id, "shift": payment.shift.map(|shift| book.shifts[shift].id), "by": payment.by.map(|by| book.people[by].id), "date": payment.date,
            "method": payment.method.written(), "amount": payment.amount, "tip": payment.tip, "tendered": payment.tendered,
            "change": payment.change, "reference": payment.reference, "pieces": pieces(book, &payment.pieces),
            "booked": (payment.method == Method::Cash).then_some(payment.amount + payment.tip),
        })
    });
    let waits = book.waits.iter().filter(|wait| wait.order == at);
    let sums = order.sums();
    let discounts = order.lowered.iter().map(|lowered| {
        let (name, share, amount, _) = columns(lowered.given.as_ref());
        let why = &lowered.because;
        let agreed = why.agreed.map(|who| book.people[who].id);
        json!([
            name,
            share,
            amount,
            lowered.worth,
            book.people[why.by].id,
            agreed,
            why.reason
        ])
    });
    let of_order = |one: &&Returned| book.payments[one.payment].on() == Some(at);
    let refunds = book.refunds.iter().filter(of_order).map(|one| {
        let kind = if one.is_goods {
            "goods_returned"
        } else {
            "wrong_payment"
        };
        let (payment, shift, why) = (
            &book.payments[one.payment],
            &book.shifts[one.shift],
            &one.because,
        );
        let agreed = why.agreed.map(|who| book.people[who].id);
        let by = book.people[why.by].id;
        let freed = pieces(book, &one.freed);
        json!([
            payment.id,
            shift.id,
            one.date,
            kind,
            one.amount,
            one.tip,
            one.in_cash,
            by,
            agreed,
            why.reason,
            one.reference,
            freed
        ])
    });
    json!({
        "order": {
            "date": order.date, "number": order.number, "reference": true,
            "kind": if order.table.is_some() { "dine_in" } else { "takeaway" },
            "table": order.table.map(|table| book.tables[table].id), "guests": order.guests,
            "name": order.name, "phone": order.phone, "waiter": book.people[order.waiter].id,
            "shift": order.shift.map(|shift| book.shifts[shift].id),
            "subtotal": sums.subtotal, "given away": sums.free, "discount": sums.on_lines + sums.on_order, "rounding": order.rounding,
            "given": given(order.given.as_ref()), "tax": sums.taxes.iter().map(|(_, tax)| tax).sum::<i64>(),
            "total": order.total(), "paid": order.paid, "sent": order.was_sent,
            "settled": order.settled, "closed": order.closed, "versions": order.versions, "cancelled": order.cancelled,
        },
        "lines": lines,
        "tickets": tickets.collect::<Vec<_>>(),
        "payments": payments.collect::<Vec<_>>(),
        "discounts": discounts.collect::<Vec<_>>(),
        "refunds": refunds.collect::<Vec<_>>(),
        "waits": waits.map(|wait| expected_wait(book, wait)).collect::<Vec<_>>(),
    })
}

fn expected_wait(book: &Book, wait: &Wait) -> Value {
    let (state, payment) = match wait.state {
        Waited::Waiting => ("waiting", None),
        Waited::Came(payment) => ("confirmed", Some(payment)),
        Waited::Failed => ("failed", None),
        Waited::Withdrawn => ("cancelled", None),
    };
    let loose = payment.filter(|at| book.payments[*at].order.is_none());
    let loose = loose.map(|at| {
        let money = &book.payments[at];
        let left = book.left_of(at);
        let back = money.amount + money.tip - left.0 - left.1;
        let shift = money.shift.map(|shift| book.shifts[shift].id);
        let by = money.by.map(|by| book.people[by].id);
        json!([shift, by, money.amount, money.tip, money.reference, back])
    });
    let mut pieces = wait.pieces.clone();
    pieces.sort_unstable();
    json!({
        "id": wait.id, "shift": book.shifts[wait.shift].id, "by": book.people[wait.by].id, "method": wait.method.written(),
        "amount": wait.amount, "tip": wait.tip, "state": state, "said": wait.said,
        "payment": payment.map(|at| book.payments[at].id), "pieces": pieces, "for no order": loose,
    })
}

fn expected_line(book: &Book, line: &Line) -> Value {
    let state = format!("{:?}", line.state).to_lowercase();
    json!({
        "id": line.id, "product": line.product, "name": line.name, "second": line.second, "quantity": line.quantity,
        "price": line.price(), "base": line.base, "list": line.list, "discount": line.reduced(), "given": given(line.given.as_ref()), "from stock": line.from_stock,
        "modifiers": line.chosen.iter().map(expected_choice).collect::<Vec<_>>(),
        "note": line.note, "allergy": line.allergy, "seat": line.seat, "course": line.course,
        "tax": line.tax_name, "tax bp": line.tax_bp, "station": line.station, "state": state,
        "ready": line.is_made(), "served": line.state == State::Served, "held": line.held, "announced": line.announced,
        "voided": line.voided.as_ref().map(|why| because(book, why)), "free": line.free.as_ref().map(|why| because(book, why)),
    })
}

fn columns(given: Option<&Given>) -> (Option<&str>, Option<i64>, Option<i64>, Option<i64>) {
    let (share, amount) = match given.map(|given| given.off) {
        Some(Off::Share(share)) => (Some(share), None),
        Some(Off::UpTo(share, amount)) => (Some(share), Some(amount)),
        Some(Off::Amount(amount)) => (None, Some(amount)),
        None => (None, None),
    };
    (
        given.map(|given| given.name.as_str()),
        share,
        amount,
        given.map(|given| given.most),
    )
}

/// Pieces of lines, in the order of the ids of the lines.
fn pieces(book: &Book, pieces: &[Pieces]) -> Value {
    let lines = book.orders.iter().flat_map(|order| &order.lines);
    let of_each = lines.filter_map(|line| {
        let of_it = pieces.iter().find(|(number, _)| *number == line.number);
        of_it.map(|(_, of_it)| (line.id, *of_it))
    });
    let mut told: Vec<(Uuid, i64)> = of_each.collect();
    told.sort_unstable();
    json!(told)
}

fn given(given: Option<&Given>) -> Value {
    json!(columns(given))
}

fn because(book: &Book, why: &Because) -> Value {
    let agreed = why.agreed.map(|who| book.people[who].id);
    json!([book.people[why.by].id, agreed, why.reason])
}

fn expected_choice(chosen: &Chosen) -> Value {
    let mut value = json!({
        "id": chosen.id, "name": chosen.name, "kitchen": chosen.cook, "price": chosen.price, "loud": chosen.loud,
        "silent": chosen.silent, "left_out": chosen.word == Word::No,
    });
    if matches!(chosen.word, Word::Extra | Word::Light | Word::Side) {
        value["prefix"] = json!(chosen.word.written());
    }
    value
}

fn expected_ticket(book: &Book, order: &Order, ticket: &Ticket) -> Value {
    let mut lines: Vec<&TicketLine> = ticket.lines.iter().collect();
    lines.sort_by_key(|one| one.line.id);
    let lines = lines.into_iter().map(|one| {
        let line = &one.line;
        let told = line.chosen.iter().filter(|chosen| !chosen.silent);
        let told = told.map(|chosen| json!({ "name": chosen.cook, "loud": chosen.loud }));
        json!({
            "id": one.id, "line": line.id, "quantity": line.quantity, "name": line.name, "second": line.second,
            "modifiers": told.collect::<Vec<_>>(), "note": line.note, "allergy": line.allergy, "seat": line.seat,
            "course": line.course, "addition": one.addition, "done": one.void == Void::No && one.done != Done::No, "held": one.held,
            "fired": one.fired_at.is_some(), "void": one.void != Void::No, "void seen": one.void == Void::Seen,
        })
    });
    json!({
        "id": ticket.id, "station": ticket.station, "number": order.number, "title": ticket.title,
        "guests": ticket.guests, "customer": ticket.customer, "started": ticket.started,
        "bumped": ticket.bumped_at.is_some(), "recalled": ticket.recalled, "shown": ticket.shown,
        "additions": ticket.additions, "changes": ticket.changes, "first": ticket.first, "former": ticket.former,
        "waiter": book.people[ticket.waiter].name, "anew": ticket.clock_at.is_some(),
        "lines": Some(lines.collect::<Vec<_>>()).filter(|lines| !lines.is_empty()),
    })
}

/// What the program must keep of the rest of the house.
pub fn expected_house(book: &Book) -> Value {
    let stock = book.menu.iter().map(|product| {
        let until = product.out_until.map(|shift| book.shifts[shift].id);
        (
            product.name.clone(),
            json!([product.sold_out, product.left, until]),
        )
    });
    let open = book.shifts.iter().filter(|shift| shift.is_open());
    let shifts = open.map(|shift| {
        let (cash, drawer) = match shift.cash {
            Cash::None => ("none", None),
            Cash::Pouch => ("pouch", None),
            Cash::Drawer(name) => ("drawer", Some(name)),
        };
        let counts = shift.counts.iter().map(|count| {
            json!({
                "id": count.id, "by": book.people[count.by].id, "counted": count.counted, "expected": count.expected,
            })
        });
        json!({
            "id": shift.id, "owner": book.people[shift.owner].id, "cash": cash, "drawer": drawer, "date": shift.date,
            "float": shift.entries.iter().find(|(kind, _)| *kind == "float").map(|(_, amount)| amount),
            "expected": shift.expected(), "counts": counts.collect::<Vec<_>>(),
        })
    });
    let cash: usize = book.shifts.iter().map(|shift| shift.entries.len()).sum();
    json!({
        "deeds": book.deeds,
        "stock": stock.collect::<serde_json::Map<_, _>>(),
        "shifts": shifts.collect::<Vec<_>>(),
        "rows": {
            "orders": book.orders.len(), "tickets": book.tickets.len(), "payments": book.payments.len(),
            "asked for": book.waits.len() + book.links.len(),
            "placed": book.payments.iter().filter(|money| money.placed.is_some()).count(), "kept": book.kept.len(), "cash": cash, "refunds": book.refunds.len(), "shifts": book.shifts.len(),
        },
    })
}

/// Every place in which two pictures of the same thing differ, a line each.
pub fn differences(at: &str, expected: &Value, seen: &Value, wrong: &mut Vec<String>) {
    match (expected, seen) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one
                .keys()
                .chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names {
                let (one, other) = (one.get(name), other.get(name));
                let null = Value::Null;
                differences(
                    &format!("{at} › {name}"),
                    one.unwrap_or(&null),
                    other.unwrap_or(&null),
                    wrong,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                differences(&format!("{at} › {number}"), one, other, wrong);
            }
        }
        (one, other) if one != other => {
            wrong.push(format!("{at}: must be {one}, is {other}"));
        }
        _ => {}
    }
}

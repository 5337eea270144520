//! What the database must say of money that is asked for by link, and of money for no order.

use serde_json::{Value, json};
use uuid::Uuid;

use super::book::*;
use super::command::Door;
use super::links::{Link, Stand};
use super::links_back::Answered;
use super::stored::{learn_id, rows, value};
use crate::house::House;

/// What was asked for by link on an order.
const LINKS: &str = "SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'tracking', a.tracking_id, 'shift', a.shift_id, \
    'by', a.started_by, 'amount', a.amount, 'tip', a.tip, 'currency', a.currency, 'state', a.state, 'said', a.said, 'at', extract(epoch FROM a.started_at)::bigint, \
    'gave up', a.gave_up, 'has a link', a.redirect_url IS NOT NULL, 'payment', a.payment_id, 'asked', a.asked, \
    'asks at', extract(epoch FROM a.ask_at)::bigint, 'is ours', a.merchant_reference = a.id::text, \
    'pieces', (SELECT coalesce(jsonb_agg(e ORDER BY e->>0), '[]') FROM jsonb_array_elements(a.pieces) e), \
    'receipt', (SELECT jsonb_build_array(r.channel, r.said_method, r.confirmation_code) FROM pesapal_receipts r \
        WHERE r.payment_id = a.payment_id AND r.tracking_id = a.tracking_id), \
    'ended', (extract(epoch FROM a.ended_at) * 1000000)::bigint, \
    'back', (SELECT jsonb_build_array(b.state, b.amount, b.refund_id IS NOT NULL, b.asked_by, b.questions, \
        extract(epoch FROM b.ask_at)::bigint, b.gave_up) FROM pesapal_refunds b WHERE b.payment_id = a.payment_id), \
    'kept', (SELECT coalesce(jsonb_agg(jsonb_build_array(o.reason, o.door, o.payment_id, o.amount, o.currency) ORDER BY o.seen_at), '[]') \
        FROM payment_orphans o WHERE o.attempt_id = a.id AND o.order_id = a.order_id)) \
    ORDER BY a.started_at), '[]') AS stored FROM payment_attempts a WHERE a.order_id = $1 AND a.method = 'pesapal'";

/// Money that came for no order, wherever it is now.
const LOOSE: &str = "SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'shift', p.shift_id, 'by', p.taken_by, \
    'date', p.business_date - date '1970-01-01', 'method', p.method, 'amount', p.amount, 'tip', p.tip, 'reference', p.reference, \
    'placed', (SELECT jsonb_build_array(l.order_id, l.placed_by) FROM payment_placements l WHERE l.payment_id = p.id), \
    'back', (SELECT coalesce(jsonb_agg(jsonb_build_array(r.shift_id, r.kind, r.amount, r.tip, r.in_cash, r.refunded_by, r.approved_by, r.reason, r.reference) \
        ORDER BY r.refunded_at), '[]') FROM refunds r WHERE r.payment_id = p.id)) ORDER BY p.taken_at), '[]') AS stored \
    FROM payments p WHERE p.order_id IS NULL AND p.taken_at > $1";

/// The links of an order as the program keeps them.
pub async fn links(house: &House, order: Uuid) -> Value {
    value(house, LINKS, order.into()).await
}

/// Money that came for no order since then, as the program keeps it.
pub async fn loose(house: &House, since: i64) -> Value {
    let since = time::OffsetDateTime::from_unix_timestamp(since).expect("a moment");
    value(house, LOOSE, since.into()).await
}

/// Reads the ids back that only the server and Pesapal know.
pub fn learn_links(book: &mut Book, at: usize, stored: &Value) {
    let links = book.links.iter_mut().filter(|one| one.order == at);
    for (link, stored) in links.zip(rows(stored)) {
        learn_id(&mut link.id, stored);
        if link.tracking.is_none() {
            link.tracking = stored["tracking"].as_str().map(str::to_owned);
        }
        link.ended_at = stored["ended"].as_i64().unwrap_or_default();
        if let Stand::Paid(payment) = link.state {
            let id = json!({ "id": stored["payment"] });
            learn_id(&mut book.payments[payment].id, &id);
        }
    }
}

/// The same for money that came for no order.
pub fn learn_loose(book: &mut Book, since: i64, stored: &Value) {
    let loose = book.payments.iter_mut();
    let loose = loose.filter(|money| money.order.is_none() && money.at > since);
    for (money, stored) in loose.zip(rows(stored)) {
        learn_id(&mut money.id, stored);
    }
}

/// What the program must keep of the links of an order.
pub fn expected_links(book: &Book, at: usize) -> Value {
    let own = book.links.iter().enumerate();
    let own = own.filter(|(_, link)| link.order == at);
    own.map(|(number, link)| expected_link(book, number, link))
        .collect()
}

fn expected_link(book: &Book, number: usize, link: &Link) -> Value {
    let state = match link.state {
        Stand::Waiting => "waiting",
        Stand::Paid(_) => "confirmed",
        Stand::NotPaid => "failed",
        Stand::CalledOff => "cancelled",
    };
    let payment = link.payment().map(|payment| &book.payments[payment]);
    let mut pieces = link.pieces.clone();
    pieces.sort_unstable();
    let back = link.back.as_ref().map(|back| {
        let state = match back.state {
            Answered::NotYet => "asking",
            Answered::Refused => "refused",
            Answered::Accepted => "accepted",
            Answered::Confirmed => "confirmed",
        };
        let by = book.people[back.by].id;
        json!([
            state,
            back.amount,
            back.is_booked,
            by,
            back.questions,
            back.ask_at,
            back.gave_up
        ])
    });
    let kept = book.kept.iter().filter(|kept| kept.link == number);
    let kept = kept.map(|kept| {
        let payment = kept.payment.map(|at| book.payments[at].id);
        json!([
            kept.reason,
            door(kept.door),
            payment,
            kept.amount,
            kept.currency
        ])
    });
    json!({
        "id": link.id, "tracking": link.tracking, "shift": book.shifts[link.shift].id, "by": book.people[link.by].id,
        "amount": link.amount, "tip": link.tip, "currency": "UGX", "state": state, "said": link.said, "at": link.at, "ended": link.ended.map(|_| link.ended_at),
        "gave up": link.gave_up, "has a link": link.is_taken, "payment": payment.map(|money| money.id), "asked": link.asked,
        "asks at": link.ask_at, "is ours": true, "pieces": pieces,
        "receipt": payment.map(|money| json!([money.method.written(), link.page.way, link.page.code])),
        "back": back, "kept": kept.collect::<Vec<_>>(),
    })
}

fn door(door: Door) -> &'static str {
    match door {
        Door::Ipn | Door::IpnInBody => "ipn",
        Door::Return => "callback",
        Door::Relay => "webhook",
        Door::Till => "till",
        Door::Poll => "poll",
    }
}

/// What the program must keep of money that came for no order.
pub fn expected_loose(book: &Book, since: i64) -> Value {
    let loose = book.payments.iter().enumerate();
    let loose = loose.filter(|(_, money)| money.order.is_none() && money.at > since);
    let told = loose.map(|(at, money)| {
        let back = book.refunds.iter().filter(|one| one.payment == at);
        let back = back.map(|one| {
            let (shift, why) = (book.shifts[one.shift].id, &one.because);
            let kind = if one.is_goods { "goods_returned" } else { "wrong_payment" };
            let (by, agreed) = (book.people[why.by].id, why.agreed.map(|who| book.people[who].id));
            json!([shift, kind, one.amount, one.tip, one.in_cash, by, agreed, why.reason, one.reference])
        });
        json!({
            "id": money.id, "shift": money.shift.map(|shift| book.shifts[shift].id), "by": money.by.map(|by| book.people[by].id),
            "date": money.date, "method": money.method.written(), "amount": money.amount, "tip": money.tip, "reference": money.reference,
            "placed": money.placed.map(|(order, by)| json!([book.orders[order].id, book.people[by].id])),
            "back": back.collect::<Vec<_>>(),
        })
    });
    told.collect()
}

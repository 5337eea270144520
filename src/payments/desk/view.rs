//! What people see of mobile money that is waited for, and of money that is for no order.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::going_back::going_back;
use super::store::{Asked, Loose};
use crate::payments::payment::Method;
use crate::payments::pesapal::Orphan;
use crate::payments::refunds::AskedFor;
use crate::shifts::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, Tick, icon};
use crate::values::{DayRule, Money, PaymentId, age_words, epoch_millis, rfc3339};
use crate::web::url;

/// What the desk shows.
pub struct Desk {
    /// Whether whoever looks at it may give money back.
    pub refunds: bool,
    /// What is waited for, the longest first.
    pub waiting: Vec<Asked>,
    /// Money that is for no order.
    pub unplaced: Vec<Loose>,
    /// Money that is in no shift.
    pub late: Vec<Loose>,
    /// What Pesapal says that is not in the books as it says it.
    pub doubtful: Vec<Orphan>,
    /// What Pesapal was asked to give back, and has not or is not in the books.
    pub going_back: Vec<AskedFor>,
    /// Which of the payments that this is about are on no order.
    pub on_no_order: Vec<PaymentId>,
    /// What has come of late.
    pub confirmed: Vec<Asked>,
    /// What has not.
    pub failed: Vec<Asked>,
    /// This moment.
    pub now: OffsetDateTime,
    /// Local times.
    pub rule: DayRule,
}

/// The whole screen.
pub fn page(desk: &Desk, person: &Person, cafe: &str) -> Markup {
    let stream = format!("{}?view=desk", url::stream());
    let content = html! {
        (bar(("Orders", &url::orders()), "Mobile money", "", person))
        main.scroll {
            div.narrow.stack {
                div.row.wrap {
                    button.btn.lg type="button" hx-get=(url::unplaced_payments()) hx-target="#sheet" { (icon("plus")) "Record money without an order" }
                    @if person.role.manages() { a.btn.lg href=(url::statements()) { (icon("shield")) "Statements" } }
                }
                section #desk-waiting.card { (waiting(desk)) }
                section #desk-unplaced.card { (unplaced(desk)) }
                section #desk-late.card { (late(desk)) }
                section #desk-doubtful.card { (doubtful(desk)) }
                section #desk-back.card { (going_back(desk)) }
                section #desk-confirmed.card { (confirmed(desk)) }
                section #desk-failed.card { (failed(desk)) }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&stream),
            sign_in: Some(&url::sign_in()),
            now_ms: Some(epoch_millis(desk.now)),
            ..ui::Page::new(BodyKind::Pos, "Mobile money", cafe)
        },
        content,
    )
}

/// The regions as answers and the live feed send them.
pub fn regions(desk: &Desk) -> Markup {
    html! {
        hx-partial hx-target="#desk-waiting" hx-swap="innerMorph" { (waiting(desk)) }
        hx-partial hx-target="#desk-unplaced" hx-swap="innerMorph" { (unplaced(desk)) }
        hx-partial hx-target="#desk-late" hx-swap="innerMorph" { (late(desk)) }
        hx-partial hx-target="#desk-doubtful" hx-swap="innerMorph" { (doubtful(desk)) }
        hx-partial hx-target="#desk-back" hx-swap="innerMorph" { (going_back(desk)) }
        hx-partial hx-target="#desk-confirmed" hx-swap="innerMorph" { (confirmed(desk)) }
        hx-partial hx-target="#desk-failed" hx-swap="innerMorph" { (failed(desk)) }
    }
}

fn waiting(desk: &Desk) -> Markup {
    let late = desk
        .waiting
        .iter()
        .filter(|asked| asked.attempt.is_late(desk.now))
        .count();
    html! {
        header {
            h2 { "Waiting for the money" }
            @if late > 0 { (ui::badge_of(Kind::Bad, true, &format!("{late} late"))) }
            span.push.dim { (desk.waiting.len()) }
        }
        @if desk.waiting.is_empty() {
            p.dim { "Nobody waits for a guest's money." }
        } @else {
            ul.todo { @for asked in &desk.waiting { (waiting_row(asked, desk.now)) } }
        }
    }
}

fn waiting_row(asked: &Asked, now: OffsetDateTime) -> Markup {
    let attempt = &asked.attempt;
    html! {
        li id={ "attempt-" (attempt.id) } {
            (mark(attempt.method))
            div {
                b { (attempt.sum().with_code()) " " (attempt.method.label()) " " (age(asked, now)) }
                a href=(url::order(attempt.order)) { (asked.order_title) }
                span.dim { (owing(asked)) " · asked by " (asked.asked_by) @if let Some(payer) = &attempt.payer { " · " (payer) } }
            }
            @if attempt.method.is_mobile_money() { (ways(asked, "?desk=true")) } @else { (link(asked)) }
        }
    }
}

/// What its order owes, where that is not what one would think.
fn owing(asked: &Asked) -> Markup {
    html! {
        @if !asked.owes.is_positive() { ", which owes nothing any more" }
        @else if asked.owes < asked.attempt.amount { ", which owes only " (asked.owes.with_code()) }
    }
}

/// How long it has been waited for, in words, and in colour and shape when that is too long.
fn age(asked: &Asked, now: OffsetDateTime) -> Markup {
    html! {
        @if asked.attempt.is_late(now) {
            span.badge.solid data-kind="bad" { (icon("late")) "Late, " (since(asked.attempt.started_at, now)) }
        } @else {
            span.badge data-kind="info" { (icon("clock")) "Waiting " (since(asked.attempt.started_at, now)) }
        }
    }
}

/// What Pesapal was asked for, Pesapal answers itself: its screen shows how it stands, and calls it off.
fn link(asked: &Asked) -> Markup {
    html! {
        a.btn href=(url::attempt(asked.attempt.id)) { "What was asked for" span.vh { ": " (asked.attempt.sum()) " " (asked.order_title) } }
    }
}

fn ways(asked: &Asked, at: &str) -> Markup {
    let attempt = &asked.attempt;
    let name = format!("{} {}", attempt.sum(), asked.order_title);
    let came = format!("{}{at}", url::attempt_confirmation(attempt.id));
    let not = format!("{}{at}", url::attempt_failure(attempt.id));
    html! {
        div.row.wrap {
            button.btn.primary type="button" hx-get=(came) hx-target="#sheet" { "It came" span.vh { ": " (name) } }
            button.btn type="button" hx-get=(not) hx-target="#sheet" { "Not paid" span.vh { ": " (name) } }
        }
    }
}

fn unplaced(desk: &Desk) -> Markup {
    html! {
        header { h2 { "Money without an order" } span.push.dim { (desk.unplaced.len()) } }
        @if desk.unplaced.is_empty() {
            p.dim { "All that came is on an order." }
        } @else {
            ul.todo {
                @for money in &desk.unplaced {
                    li id={ "money-" (money.id) } {
                        (mark(money.method))
                        (about(money, desk))
                        div.row.wrap {
                            button.btn.primary type="button" hx-get=(url::payment_placement(money.id)) hx-target="#sheet" {
                                "Put on an order" span.vh { ": " (money.amount) }
                            }
                            @if desk.refunds { (giving_back(money.id)) }
                        }
                    }
                }
            }
        }
    }
}

/// The way to the screen that gives money back.
pub(super) fn giving_back(payment: PaymentId) -> Markup {
    html! { a.btn href=(url::payment_refund(payment)) { (icon("undo")) "Give it back" } }
}

fn about(money: &Loose, desk: &Desk) -> Markup {
    html! {
        div {
            b { (money.amount.with_code()) @if money.tip.is_positive() { " and " (money.tip) " tip" } " " (money.method.label()) }
            span.dim {
                @if let Some(reference) = &money.reference { (reference) " · " }
                (desk.rule.local(money.at))
                @if let Some(by) = &money.by { " · recorded by " (by) }
                @if let Some(payer) = &money.payer { " · " (payer) }
            }
            @if money.method.is_mobile_money() { " " (verified(money.verified)) }
        }
    }
}

/// Whether a statement of the provider has a payment.
pub fn verified(is: bool) -> Markup {
    html! {
        @if is { span.badge data-kind="ok" { (icon("check")) "Verified" } }
        @else { span.badge { (icon("clock")) "Unverified" } }
    }
}

fn late(desk: &Desk) -> Markup {
    html! {
        header { h2 { "Came late" } span.push.dim { "in no shift, last 7 days" } }
        @if desk.late.is_empty() {
            p.dim { "Nothing came after its shift was closed." }
        } @else {
            ul.todo {
                @for money in &desk.late {
                    li id={ "late-" (money.id) } {
                        (mark(money.method))
                        (about(money, desk))
                        @if let Some((order, title)) = &money.order { a.btn href=(url::order(*order)) { (title) } } @else { span.dim { "no order" } }
                    }
                }
            }
        }
    }
}

fn doubtful(desk: &Desk) -> Markup {
    html! {
        header { h2 { "Pesapal says something else" } span.push.dim { "last 30 days" } }
        @if desk.doubtful.is_empty() {
            p.dim { "What Pesapal says and what is in the books agree." }
        } @else {
            p.dim { "Nothing of this was booked as it was said. Look into Pesapal's dashboard, then take or give back the money by hand." }
            ul.todo { @for word in &desk.doubtful { (doubtful_row(word, desk)) } }
        }
    }
}

fn doubtful_row(word: &Orphan, desk: &Desk) -> Markup {
    html! {
        li id={ "word-" (word.id) } {
            (icon("warn"))
            div {
                b {
                    (word.sentence())
                    @match (word.amount, &word.currency) {
                        (Some(amount), _) => { ": " (amount.with_code()) }
                        (None, Some(currency)) => { ": in " (currency) }
                        (None, None) => {}
                    }
                }
                span.dim {
                    @if let Some(tracking) = &word.tracking_id { (tracking) " · " }
                    (desk.rule.local(word.seen_at)) " · " (word.came_by())
                }
            }
            span.row.wrap {
                @if let Some(payment) = word.payment_id {
                    // Money on no order has no receipt.
                    @if !desk.on_no_order.contains(&payment) { a.btn href=(url::payment_receipt(payment)) { "Receipt" } }
                    @else if desk.refunds { (giving_back(payment)) }
                }
                @if let Some(attempt) = word.attempt_id { a.btn href=(url::attempt(attempt)) { "What was asked for" } }
                @else if let Some(order) = word.order_id { a.btn href=(url::order(order)) { "Order" } }
            }
        }
    }
}

fn confirmed(desk: &Desk) -> Markup {
    html! {
        header { h2 { "Came" } span.push.dim { "last 24 hours" } }
        @if desk.confirmed.is_empty() {
            p.dim { "Nothing that was waited for has come." }
        } @else {
            ul.todo {
                @for asked in &desk.confirmed {
                    li id={ "came-" (asked.attempt.id) } {
                        (mark(asked.attempt.method))
                        div {
                            b { (asked.attempt.sum().with_code()) " " (asked.attempt.method.label()) }
                            span.dim { @if let Some(reference) = &asked.reference { (reference) " · " } (ended(asked, desk)) }
                        }
                        @if asked.on_no_order { span.dim { "on no order" } }
                        @else if let Some(payment) = asked.attempt.payment { a.btn href=(url::payment_receipt(payment)) { "Receipt" } }
                    }
                }
            }
        }
    }
}

fn failed(desk: &Desk) -> Markup {
    html! {
        header { h2 { "Did not come" } span.push.dim { "last 24 hours" } }
        @if desk.failed.is_empty() {
            p.dim { "Nobody gave up waiting." }
        } @else {
            ul.todo {
                @for asked in &desk.failed {
                    li id={ "not-" (asked.attempt.id) } {
                        (mark(asked.attempt.method))
                        div {
                            b { (asked.attempt.sum().with_code()) " " (asked.attempt.method.label()) }
                            span.dim { (asked.attempt.said.as_deref().unwrap_or("Asked by mistake")) " · " (ended(asked, desk)) }
                        }
                        @if asked.attempt.method.is_mobile_money() {
                            button.btn type="button" hx-get={ (url::attempt_confirmation(asked.attempt.id)) "?desk=true" } hx-target="#sheet" {
                                "It came after all" span.vh { ": " (asked.attempt.sum()) " " (asked.order_title) }
                            }
                        } @else { (link(asked)) }
                    }
                }
            }
        }
    }
}

fn ended(asked: &Asked, desk: &Desk) -> Markup {
    html! {
        (asked.order_title)
        @if let Some(at) = asked.attempt.ended_at { " · " (desk.rule.local(at).time()) }
        @if let Some(by) = &asked.ended_by { " · " (by) }
    }
}

/// How long ago something was, ticking in the browser.
pub(super) fn since(at: OffsetDateTime, now: OffsetDateTime) -> Markup {
    let said = age_words((now - at).whole_seconds());
    ui::ticking(Tick::Floor, &rfc3339(at), &said)
}

/// The network's mark, beside its name.
pub(super) fn mark(method: Method) -> Markup {
    match method {
        Method::MtnMomo => html! { span.net.mtn aria-hidden="true" { "M" } },
        Method::AirtelMoney => html! { span.net.airtel aria-hidden="true" { "A" } },
        Method::Cash => icon("cash"),
        Method::Card | Method::Pesapal => icon("card"),
    }
}

/// What is waited for on an order, for the order's own screens. `pays`: with the ways to end it.
pub fn attempts(waiting: &[Asked], pays: bool, now: OffsetDateTime) -> Markup {
    let sum: Money = waiting.iter().map(|asked| asked.attempt.sum()).sum();
    html! {
        @for asked in waiting {
            div.banner.round id={ "waits-" (asked.attempt.id) } data-kind=(if asked.attempt.is_late(now) { "warn" } else { "info" }) role="status" {
                (icon("phone"))
                span {
                    b { (asked.attempt.sum().with_code()) " " (asked.attempt.method.label()) }
                    ", waiting " (since(asked.attempt.started_at, now)) @if asked.attempt.is_late(now) { ": late" }
                    @if let Some(payer) = &asked.attempt.payer { br; (payer) }
                }
                @if pays { (ways(asked, "")) }
            }
        }
        @if pays && !waiting.is_empty() {
            p.dim { (sum.with_code()) " of this is waited for, and not paid yet. Before you ask again, ask whether the guest has sent it." }
        }
    }
}

/// The region around it as a partial.
pub fn attempts_region(inside: &Markup) -> Markup {
    html! { hx-partial hx-target="#order-attempts" hx-swap="innerMorph" { (inside) } }
}

/// What is said at the desk when money has come.
pub fn came(asked: &Asked) -> String {
    let sum = asked.attempt.sum().text_with_code();
    match asked.on_no_order {
        false => format!("{sum} is on {}.", asked.order_title),
        true => format!(
            "{sum} is recorded, but {} does not owe as much: put it on an order.",
            asked.order_title
        ),
    }
}

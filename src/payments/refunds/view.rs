//! The screen that gives money back. It is drawn for one person, carries a key of its own, and no feed redraws it.

use maud::{Markup, html};

use super::asked_for::AskedFor;
use super::refund::{Left, Refund, RefundKind};
use super::through_pesapal::Asked;
use crate::orders::{Line, Order};
use crate::payments::pesapal::{Channel, Origin};
use crate::payments::slip::head;
use crate::payments::{Method, Payment};
use crate::printing::{self, Look, Slip, view::Shown};
use crate::settings::Settings;
use crate::shifts::bar;
use crate::staff::{Approver, Person, approval_fields};
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{Currency, DayRule, Money, TokenId};
use crate::web::url;

/// What the screen is drawn from.
pub struct Screen<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The order that it is on.
    pub order: Option<&'a Order>,
    /// What is left of it.
    pub left: Left,
    /// How it came through Pesapal, where it did.
    pub origin: Option<Origin>,
    /// What Pesapal was asked to give back of it.
    pub asked: Option<AskedFor>,
    /// Whether this person's shift holds cash.
    pub has_float: bool,
    /// Why money is given back.
    pub reasons: &'a [String],
    /// Who may agree; nothing where nobody has to.
    pub approvers: Option<Vec<Approver>>,
    /// Who looks at it.
    pub person: &'a Person,
    /// Name and time zone.
    pub settings: &'a Settings,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let payment = screen.payment;
    let at = screen.settings.day_rule().local(payment.taken_at);
    let of = screen
        .order
        .map_or("on no order".to_owned(), |order| order.title());
    let meta = format!("{} · {} {}", of, at.day(), at.time());
    let back = match screen.order {
        Some(order) => ("Order", url::order_pay(order.id)),
        None => ("Floor", url::floor()),
    };
    let content = html! {
        (bar((back.0, &back.1), "Give money back", &meta, screen.person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Payment" {
                dl.kv {
                    dt { (payment.method.label()) @if let Some(reference) = &payment.reference { " " (reference) } } dd { (payment.amount.with_code()) }
                    @if payment.tip.is_positive() { dt { "Tip" } dd { (payment.tip) } }
                    @let gone = payment.amount + payment.tip - screen.left.amount - screen.left.tip;
                    @if gone.is_positive() { dt { "Given back already" } dd { (-gone) } }
                    dt.sum { "Can go back" } dd.sum { ((screen.left.amount + screen.left.tip).with_code()) }
                }
                @if !screen.left.is_something() {
                    (ui::banner(Kind::Info, true, html! { "All of this payment was given back already." }))
                } @else if payment.method == Method::Cash && !screen.has_float {
                    (ui::banner(Kind::Warn, true, html! { b { "Count your float first." } " Cash goes back out of your own drawer or pouch." }))
                    a.btn.xl.primary href=(url::shift()) { (icon("cash")) "Count the float" }
                } @else {
                    @if let Some(asked) = screen.asked.as_ref().filter(|asked| asked.is_waited_for()) { (at_pesapal(asked)) }
                    (form(screen))
                }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Give money back", &screen.settings.cafe_name)
        },
        content,
    )
}

fn form(screen: &Screen) -> Markup {
    let payment = screen.payment;
    let to = url::payment_refund(payment.id);
    let goods = screen.order.filter(|order| order.is_settled());
    html! {
        form #refund-form.stack.refund method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
            (ui::key_input(&TokenId::new().to_string()))
            div.stack hx-get=(to) hx-trigger="input delay:150ms, change" hx-include="#refund-form" hx-swap="none" hx-sync="this:replace" {
                fieldset.seg.tall {
                    legend.vh { "What happened" }
                    label { input #r-wrong type="radio" name="kind" value=(RefundKind::WrongPayment.as_str()) checked; (RefundKind::WrongPayment.label()) }
                    @if goods.is_some() {
                        label { input #r-goods type="radio" name="kind" value=(RefundKind::GoodsReturned.as_str()); (RefundKind::GoodsReturned.label()) }
                    }
                }
                (ui::error_place("kind", None))
                div.stack.for-wrong {
                    p.dim {
                        @if screen.order.is_some() { "The money should not have been taken. It is due again, and the order opens." }
                        @else { "The money came for no order." }
                    }
                    (ui::controls::money_field(Currency::venue().code(), "Amount", "amount", &screen.left.amount.to_string(), None, None))
                    @if screen.left.tip.is_positive() {
                        (ui::controls::money_field(Currency::venue().code(), "Tip", "tip", &screen.left.tip.to_string(), None, None))
                    }
                }
                @if let Some(order) = goods {
                    div.stack.for-goods {
                        p.dim { "What came back is struck out, and the order stays paid." }
                        fieldset.chips {
                            legend { "What came back" }
                            @for line in order.sent().filter(|line| !line.comped) { (pieces(line)) }
                        }
                        (ui::error_place("item", None))
                    }
                }
            }
            (of_pesapal(screen))
            @if payment.method != Method::Cash {
                label.chip { input type="checkbox" name="in_cash" value="on"; "In cash, from the drawer" }
                (ui::Field::new("Transaction id of the transfer back", "reference").max(40)
                    .hint("If there is one. Send the money back by the same way that it came, or in cash."))
            }
            fieldset.group {
                legend { "Why" }
                div.chips {
                    @for reason in screen.reasons { label.chip { input type="radio" name="chosen" value=(reason); (reason) } }
                }
            }
            (ui::Field::new("In your words", "reason").max(200))
            @if let Some(approvers) = &screen.approvers {
                fieldset.stack { legend.eyebrow { "A manager agrees" } (approval_fields(approvers, screen.person.terminal.is_some(), &to)) }
            }
            div #refund-figure { (said(screen.left.amount)) }
        }
    }
}

/// How money goes back that came through Pesapal.
fn of_pesapal(screen: &Screen) -> Markup {
    let Some(origin) = &screen.origin else {
        return html! {};
    };
    let asked = screen.asked.as_ref();
    let said = match asked.map(|asked| asked.state) {
        Some(Asked::Accepted) if asked.is_some_and(|asked| asked.refund.is_none()) => {
            "Pesapal has accepted this refund. It has to be booked here: give it back once more."
        }
        Some(Asked::Accepted | Asked::Confirmed) => {
            "Pesapal takes one refund for each payment, and there was one. The rest goes back another way."
        }
        Some(Asked::Asking) => {
            "Give it back once more and Pesapal is asked again, or say below that it goes back another way."
        }
        Some(Asked::Refused) => "Pesapal refused to give it back when it was asked last.",
        None if origin.channel == Channel::Card => {
            "It came through Pesapal by card. Pesapal is asked to give it back, all of it or a part, once."
        }
        None => {
            "It came through Pesapal by mobile money. Pesapal is asked to give it back, all of it and once."
        }
    };
    html! {
        (ui::banner(Kind::Info, false, html! {
            (said) @if let Some(words) = asked.and_then(|asked| asked.said.as_deref()) { " " (words) }
        }))
        label.chip { input type="checkbox" name="another_way" value="on"; "It is given back another way: on Pesapal's own site, or by hand" }
    }
}

/// How far a refund through Pesapal is, and the way to ask while it is waited for.
pub fn at_pesapal(asked: &AskedFor) -> Markup {
    let to = url::payment_refund_asks(asked.payment);
    let kind = match asked.state {
        Asked::Confirmed if !asked.is_to_be_booked() => Kind::Ok,
        Asked::Accepted | Asked::Asking if !asked.gave_up => Kind::Info,
        _ => Kind::Warn,
    };
    html! {
        div #at-pesapal.stack.tight {
            (ui::banner(kind, true, html! { (asked.sentence()) }))
            @if asked.is_waited_for() {
                form method="post" action=(to) hx-post=(to) hx-target="#at-pesapal" hx-swap="outerHTML" hx-disable="find button" {
                    (ui::key_input(&TokenId::new().to_string()))
                    button.btn.lg.wide { (icon("sync")) "Ask Pesapal now" }
                }
            }
        }
    }
}

/// Each piece by itself, up to a few; the others of a line together.
fn pieces(line: &Line) -> Markup {
    const ONE_BY_ONE: i16 = 6;
    let all = line.quantity.get();
    let singles = if all > ONE_BY_ONE {
        ONE_BY_ONE - 1
    } else {
        all
    };
    let rest = all - singles;
    html! {
        @for _ in 0..singles {
            label.chip { input type="checkbox" name="item" value=(line.id); (line.name) " " (line.unit_price) }
        }
        @if rest > 0 {
            label.chip { input type="checkbox" name="item" value={ (line.id) "=" (rest) }; (rest) "× " (line.name) }
        }
    }
}

/// What would go back for what is chosen so far.
pub fn figure(back: Money) -> Markup {
    html! {
        hx-partial hx-target="#refund-figure" { (said(back)) }
        @for field in ["amount", "tip", "item"] { hx-partial hx-target={ "#err-" (field) } {} }
    }
}

fn said(back: Money) -> Markup {
    html! {
        input type="hidden" name="shown" value=(back);
        button.btn.xl.primary.wide disabled[!back.is_positive()] { (icon("undo")) "Give back " (back.with_code()) }
    }
}

/// What to hand over, and the slip.
pub fn slip_page(
    refund: &Refund,
    asked: Option<&AskedFor>,
    payment: &Payment,
    order: Option<&Order>,
    person: &Person,
    settings: &Settings,
) -> Markup {
    let meta = order.map_or(String::new(), |order| {
        format!("{} · order {}", order.title(), order.number)
    });
    let all = refund.amount + refund.tip;
    let by_hand = payment.method == Method::Cash || refund.in_cash;
    let content = html! {
        (bar(("Floor", &url::floor()), "Given back", &meta, person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Refund" {
                dl.change {
                    div.full { dt { @if by_hand { "Hand over" } @else { "Given back by " (payment.method.label()) } } dd.huge { (all.with_code()) } }
                    @if refund.tip.is_positive() { div { dt { "Of it the tip" } dd { (refund.tip) } } }
                }
                @if let Some(asked) = asked { (at_pesapal(asked)) }
                div.stack.tight {
                    @if let Some(order) = order.filter(|order| order.balance().is_positive()) {
                        a.btn.xl.primary href=(url::order_pay(order.id)) { (icon("due")) "Pay again: " (order.balance()) }
                    }
                    button.btn.xl type="button" data-print { (icon("print")) "Print slip" }
                    a.btn.xl href=(url::floor()) { "Done" }
                }
            }
            (printing::view::slip(&slip(refund, payment, order, settings), Shown::default()))
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Given back", &settings.cafe_name)
        },
        content,
    )
}

/// What the guest signs.
pub fn slip(
    refund: &Refund,
    payment: &Payment,
    order: Option<&Order>,
    settings: &Settings,
) -> Slip {
    let rule = settings.day_rule();
    let at = rule.local(refund.refunded_at);
    let mut slip = Slip::new("Refund");
    head(&mut slip, settings);
    slip.rule();
    slip.heading("REFUND");
    if let Some(order) = order {
        slip.row(format!("Order {}", order.number), order.title());
    }
    slip.row(at.day(), at.time());
    if let Some(order) = order {
        slip.text(format!("No. {}", order.reference));
    }
    slip.rule();
    given_back(&mut slip, refund, payment, &rule);
    slip.text(format!("{}: {}", refund.kind.label(), refund.reason));
    if let Some(by) = &refund.refunded_by {
        let approved = refund.approved_by.as_ref();
        let approved = approved.map(|approver| format!(", approved by {approver}"));
        slip.text(format!("By {by}{}", approved.unwrap_or_default()));
    }
    slip.rule();
    slip.text("Received");
    slip.space();
    slip.text("____________________");
    slip
}

fn given_back(slip: &mut Slip, refund: &Refund, payment: &Payment, rule: &DayRule) {
    let (paid, method) = (rule.local(payment.taken_at), payment.method.label());
    slip.row(
        format!("Paid by {method}, {} {}", paid.day(), paid.time()),
        payment.amount + payment.tip,
    );
    if refund.tip.is_positive() {
        slip.row("Of it tip", -refund.tip);
    }
    let how = if refund.in_cash { "IN CASH " } else { "" };
    slip.total(
        format!("GIVEN BACK {how}{}", Currency::venue().code()),
        refund.amount + refund.tip,
    );
    if let Some(reference) = &refund.reference {
        slip.inset(Look::Plain, reference);
    }
}

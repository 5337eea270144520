//! The pay screen. It is drawn for one person, carries a key of its own, and no feed redraws it.

use maud::{Markup, html};

use super::bill;
use super::items::{self, OpenLine, PaidFor};
use super::payment::{Choice, Method, Payment};
use super::pesapal::{self, Attempt};
use super::reference::Reference;
use super::refunds::{Refund, RefundKind};
use super::sharers::Sharers;
use super::tender::{TenderRefusal, cash_due};
use crate::orders::{self, Line, Order};
use crate::shifts::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, Status, icon};
use crate::values::{Currency, DayRule, Money, TaxClassId, TokenId, Totals, quick_cash};
use crate::web::url;

/// What the pay screen shows.
pub struct Screen<'a> {
    /// The order to be paid.
    pub order: &'a Order,
    /// What was paid on it already.
    pub payments: &'a [Payment],
    /// What was given back on it, in the order of giving.
    pub refunds: &'a [Refund],
    /// What cash is rounded to; nothing for no rounding.
    pub unit: Money,
    /// What is asked for through Pesapal and not there yet.
    pub asked: &'a [Attempt],
    /// Whether the café has an account at Pesapal.
    pub by_link: bool,
    /// Whether the person counted a float and may take cash.
    pub has_float: bool,
    /// What is to be paid, or why nothing can be.
    pub payable: Result<Money, TenderRefusal>,
    /// Who shares what is left, where the bill is being split evenly.
    pub sharers: Option<Sharers>,
    /// What nobody has paid for by item.
    pub open: Vec<OpenLine>,
    /// What somebody has.
    pub paid: &'a PaidFor,
    /// Whether the guests pay by item.
    pub by_item: bool,
    /// What is waited for on it, as its region shows it.
    pub waited_for: Markup,
    /// Who takes the money.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
    /// Local times.
    pub rule: &'a DayRule,
}

/// What is paid now.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// What is still to pay.
    pub balance: Money,
    /// What of it.
    pub amount: Money,
    /// Beside it.
    pub tip: Money,
    /// What cash is rounded to; nothing for no rounding.
    pub unit: Money,
}

impl Figures {
    /// What it is in cash, with the tip: all of the balance is rounded, a part of it is not.
    fn in_cash(self) -> Money {
        let due = match self.amount == self.balance {
            true => cash_due(self.balance, self.unit).0,
            false => self.amount,
        };
        due + self.tip
    }
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let order = screen.order;
    let title = format!("Pay {}", lower_first(&order.title()));
    let meta = format!("Order {} · {}", order.number, order.waiter_name);
    let content = html! {
        (bar(("Order", &url::order(order.id)), &title, &meta, screen.person))
        main.pay {
            (bill(screen))
            @match &screen.payable {
                Ok(balance) => { (how(screen, *balance)) (till(screen, *balance)) }
                Err(TenderRefusal::NothingDue) => (nothing_to_pay(screen)),
                Err(refusal) => (cannot_pay(screen, refusal)),
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=pay&order={}", url::stream(), order.id)),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, &title, screen.cafe)
        },
        content,
    )
}

fn bill(screen: &Screen) -> Markup {
    let order = screen.order;
    html! {
        section #pay-bill.bill aria-label="Bill" {
            div.head { h2 { "Bill" } span.push {} (badge(screen)) }
            ul.scroll tabindex="0" aria-label="Bill lines" {
                @for line in order.lines.iter().filter(|line| !line.is_voided()) { (bill_line(line, screen.paid.get(&line.id).copied())) }
            }
            (sums(screen))
        }
    }
}

fn badge(screen: &Screen) -> Markup {
    match &screen.payable {
        Ok(_) if screen.order.paid.is_positive() => ui::badge_saying(Status::Due, "Partly paid"),
        Ok(_) => ui::badge(Status::Due),
        Err(TenderRefusal::AlreadyPaid) => ui::badge(Status::Paid),
        Err(TenderRefusal::Cancelled) => ui::badge(Status::Cancelled),
        Err(_) => ui::badge(Status::New),
    }
}

fn bill_line(line: &Line, paid: Option<i16>) -> Markup {
    let choices = line.choices();
    html! {
        li {
            span { (line.quantity) "×" }
            span {
                (line.name) @if !choices.is_empty() { br; small { (choices) } }
                @if let Some(given) = &line.given { br; small { (given.label()) " " (-line.discount()) } }
                @if let Some(paid) = paid { br; small { (icon("paid")) (paid) " paid" } }
            }
            span.num { (line.total()) }
        }
    }
}

fn sums(screen: &Screen) -> Markup {
    let order = screen.order;
    let totals = order.totals().unwrap_or_default();
    html! {
        dl.kv.totals {
            dt { "Subtotal" } dd { (totals.subtotal) }
            @if totals.comps.is_positive() { dt { "Given free" } dd { (-totals.comps) } }
            (discounts(order, &totals))
            @if totals.service.is_positive() { dt { "Service charge" } dd { (totals.service) } }
            @for tax in totals.taxes.iter().filter(|tax| !tax.rate.is_zero()) {
                dt { (tax_name(order, tax.tax_class)) @if order.tax_included { " included" } } dd { (tax.tax) }
            }
            @if !order.rounding.is_zero() { dt { "Rounding" } dd { (order.rounding) } }
            dt.sum { "Total" } dd.sum { ((totals.total + order.rounding).with_code()) }
            @for payment in screen.payments {
                dt {
                    a href=(url::payment_receipt(payment.id)) {
                        (payment.method.label()) ", " (screen.rule.local(payment.taken_at).time())
                    }
                    @if payment.method.is_mobile_money() { " " small { @if payment.verified { "verified" } @else { "unverified" } } }
                }
                dd { (-payment.amount) }
            }
            @for refund in screen.refunds.iter().filter(|refund| refund.kind == RefundKind::WrongPayment) {
                dt {
                    a href=(url::refund(refund.id)) { "Given back, " (screen.rule.local(refund.refunded_at).time()) }
                }
                dd { (refund.amount) }
            }
            @if !screen.payments.is_empty() { dt.sum { "To pay" } dd.sum { (order.balance().with_code()) } }
        }
    }
}

/// What was taken off, in the order in which it is taken: the lines' own discounts, then the order's.
pub fn discounts(order: &Order, totals: &Totals) -> Markup {
    html! {
        @if totals.line_discounts.is_positive() { dt { "Discounts on items" } dd { (-totals.line_discounts) } }
        @if totals.order_discount.is_positive() { dt { (orders::discount_label(order)) } dd { (-totals.order_discount) } }
    }
}

/// The name of a tax as it was when the line was added: "VAT 18%".
pub fn tax_name(order: &Order, class: TaxClassId) -> &str {
    order
        .lines
        .iter()
        .find(|line| line.tax_class == class)
        .map_or("Tax", |line| &line.tax_name)
}

/// How many share a bill where nobody said it yet.
const USUALLY: u8 = 2;

fn how(screen: &Screen, balance: Money) -> Markup {
    let again = url::order_pay(screen.order.id);
    let typed = "#pay-amount, #pay-tip, [name=part], [name=people], [name=item], [name=seat], [name=method]";
    let (even, by_item) = (screen.sharers.is_some(), screen.by_item);
    let sharers = screen.sharers.or(Sharers::new(USUALLY));
    html! {
        section #pay-panel.how aria-label="How to pay" {
            (pesapal::open_attempts(screen.asked))
            (waited_for(screen))
            fieldset.seg.tall hx-get=(again) hx-trigger="change" hx-include=(typed) hx-swap="none"
                hx-sync="#pay-panel:replace" {
                legend.vh { "How much of the bill" }
                label { input #s-full type="radio" name="part" value="full" form="pay-form" checked[!even && !by_item]; "Full bill" }
                label { input #s-even type="radio" name="part" value="even" form="pay-form" checked[even]; "Evenly" }
                label { input #s-item type="radio" name="part" value="item" form="pay-form" checked[by_item]; "By item" }
                label { input #s-amount type="radio" name="part" value="amount" form="pay-form"; "By amount" }
            }
            div.panel.for-even {
                @if let Some(sharers) = sharers {
                    div.row hx-get=(again) hx-trigger="input" hx-include=(typed) hx-swap="none" hx-sync="#pay-panel:replace" {
                        b { "Split between" }
                        span.push {}
                        (ui::controls::stepper_of("People", "people", sharers.get().into(), (Sharers::FEWEST.into(), Sharers::MOST.into()), "pay-form"))
                    }
                    ol #pay-shares.guests { (shares(sharers, balance)) }
                }
                (ui::controls::error_place("people", None))
            }
            div.panel.for-item hx-get=(again) hx-trigger="change" hx-include=(typed) hx-swap="none" hx-sync="#pay-panel:replace" {
                (items(screen))
                (ui::controls::error_place("item", None))
            }
            div.panel.for-amount {
                label.field {
                    "Amount for this payment"
                    (money_input("pay-amount", "amount", &again, typed))
                    small #pay-rest { "The rest stays on the bill." }
                    (ui::controls::error_place("amount", None))
                }
            }
            (methods())
            @if screen.has_float {
                div.panel.for-cash {
                    div #pay-quick { (quick(first(screen, balance).in_cash())) }
                    label.btn.lg.only-s for="other-amount" { "Other amount" }
                    input #other-amount.vh type="checkbox" aria-label="Type another amount";
                }
            } @else {
                div.panel.for-cash {
                    (ui::notice::banner_with(Kind::Warn, "cash", true, html! {
                        b { "Count your float first." } " Cash goes into your drawer or pouch, and that was not counted yet."
                    }))
                }
            }
            (reference())
            (pesapal::panel_of_link(screen.by_link))
            (payer())
            div.row.wrap.beside {
                details.tip {
                    summary.btn { (icon("tip")) "Tip" }
                    label.field {
                        "Tip, beside the bill"
                        (money_input("pay-tip", "tip", &again, typed))
                        (ui::controls::error_place("tip", None))
                    }
                }
                button.btn type="button" hx-get={ (url::order_discount(screen.order.id)) "?from=pay" } hx-target="#sheet" {
                    (icon("percent")) "Discount"
                }
                (bill::print_form(screen.order, "Print bill", "btn"))
            }
        }
    }
}

fn first(screen: &Screen, balance: Money) -> Figures {
    Figures {
        balance,
        amount: first_amount(screen, balance),
        tip: Money::ZERO,
        unit: screen.unit,
    }
}

/// What is paid now as the screen opens.
fn first_amount(screen: &Screen, balance: Money) -> Money {
    match screen.sharers {
        Some(sharers) => sharers.next_share(balance),
        None if screen.by_item => Money::ZERO,
        None => balance,
    }
}

/// How many pieces of a line are offered one by one; of more, the rest is one choice.
const ONE_BY_ONE: i16 = 6;

/// What nobody has paid for: seat by seat, and piece by piece.
fn items(screen: &Screen) -> Markup {
    let seats = items::open_seats(&screen.open);
    let lines = &screen.order.lines;
    html! {
        @if !seats.is_empty() {
            fieldset.chips {
                legend { "All of a seat" }
                @for (seat, (pieces, sum)) in seats {
                    label.chip {
                        input type="checkbox" name="seat" value=(seat) form="pay-form";
                        "Seat " (seat) " " (sum) small { (pieces) @if pieces == 1 { " item" } @else { " items" } }
                    }
                }
            }
        }
        fieldset.chips {
            legend { "Items of this guest" }
            @for open in &screen.open {
                @if let Some(line) = lines.iter().find(|line| line.id == open.line) { (item(line, open)) }
            }
        }
    }
}

fn item(line: &Line, open: &OpenLine) -> Markup {
    let singles = if open.left > ONE_BY_ONE {
        ONE_BY_ONE - 1
    } else {
        open.left
    };
    let rest = open.left - singles;
    let choices = line.choices();
    let named = |pieces: i16, value: String, sum: Money| {
        html! {
            label.chip {
                input type="checkbox" name="item" value=(value) form="pay-form";
                @if pieces > 1 { (pieces) "× " } (line.name) @if !choices.is_empty() { small { (choices) } } " " (sum)
            }
        }
    };
    html! {
        @for piece in 1..=singles { (named(1, line.id.to_string(), open.share(piece) - open.share(piece - 1))) }
        @if rest > 0 { (named(rest, format!("{}={rest}", line.id), open.share(open.left) - open.share(singles))) }
    }
}

fn methods() -> Markup {
    let mark = |method: Method| match method {
        Method::MtnMomo => html! { span.net.mtn aria-hidden="true" { "M" } },
        Method::AirtelMoney => html! { span.net.airtel aria-hidden="true" { "A" } },
        Method::Cash => icon("cash"),
        Method::Card => icon("card"),
        Method::Pesapal => icon("link"),
    };
    html! {
        fieldset.methods {
            legend.vh { "Payment method" }
            @for method in Choice::OFFERED.into_iter().filter_map(Choice::method) {
                label {
                    input id={ "m-" (method.as_str()) } type="radio" name="method" value=(method.as_str()) form="pay-form"
                        checked[method == Method::Cash];
                    (mark(method)) span { (method.label()) @if method == Method::Pesapal { " link" } }
                }
            }
        }
    }
}

/// What the provider calls it: from the message that came to the café's phone, or from the slip.
fn reference() -> Markup {
    html! {
        label.field.when-charge.when-slip {
            span.when-momo { "Transaction id" } span.when-card { "Terminal reference" }
            input name="reference" form="pay-form" autocomplete="off" autocapitalize="characters" spellcheck="false"
                maxlength=(Reference::LONGEST + 10) aria-describedby="err-reference";
            small.when-momo { "From the message that the café's phone received. Without it nothing has been paid: wait for the message." }
            small.when-card { "From the card slip, if it has one." }
            (ui::controls::error_place("reference", None))
        }
    }
}

/// Who sends the money, for whoever looks for it while it is waited for, and for Pesapal.
fn payer() -> Markup {
    html! {
        label.field.when-payer {
            span.when-momo { "Guest's phone or name, while you wait (optional)" }
            span.when-link { "Guest's telephone or e-mail, if they want a receipt from Pesapal" }
            input name="payer" form="pay-form" autocomplete="off" maxlength="60" aria-describedby="err-payer";
            (ui::controls::error_place("payer", None))
        }
    }
}

/// Mobile money that somebody waits for already; the feed redraws it.
fn waited_for(screen: &Screen) -> Markup {
    html! { div #order-attempts.stack.tight { (screen.waited_for) } }
}

/// Whoever pays now, and who comes after.
fn shares(sharers: Sharers, balance: Money) -> Markup {
    html! {
        @for (place, share) in sharers.shares(balance).into_iter().enumerate() {
            li aria-current=[(place == 0).then_some("true")] {
                small { @if place == 0 { "Paying now" } @else { "Then" } }
                b { (share) }
            }
        }
    }
}

fn money_input(id: &str, name: &str, again: &str, typed: &str) -> Markup {
    html! {
        span.affix {
            span { (Currency::venue().code()) }
            input id=(id) name=(name) form="pay-form" inputmode="decimal" autocomplete="off" maxlength="20" data-money
                data-decimals=(Currency::venue().decimals()) aria-describedby={ "err-" (name) }
                hx-get=(again) hx-trigger="input changed delay:250ms" hx-include=(typed) hx-swap="none" hx-sync="#pay-panel:replace";
        }
    }
}

/// The exact amount and the notes that a guest would hand over.
fn quick(due: Money) -> Markup {
    html! {
        div.quick role="group" aria-label="Cash received" {
            @for (place, amount) in quick_cash(due, Currency::venue()).into_iter().enumerate() {
                button.btn type="button" data-cash=(amount.minor()) data-for="tendered" aria-pressed=(place == 0) {
                    @if place == 0 { "Exact " } (amount)
                }
            }
        }
    }
}

fn till(screen: &Screen, balance: Money) -> Markup {
    let to = url::order_payments(screen.order.id);
    let float = format!("{}?order={}", url::shift(), screen.order.id);
    html! {
        form #pay-form.till method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary"
            aria-label="Payment" data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="expected" value=(balance);
            div #pay-due { (due(first(screen, balance))) }
            @if screen.has_float {
                div.when-cash { (ui::keypad::money_keypad("tendered")) }
            } @else {
                a.btn.xl.primary.wide.when-cash href=(float) { (icon("cash")) "Count the float" }
            }
            button.btn.xl.primary.wide.when-charge[!screen.has_float] {
                (icon("check"))
                span.when-cash { "Take cash" } span.when-card { "Record card payment" } span.when-momo { "Record mobile money" } span.when-link { "Make the link" }
            }
            button.btn.xl.wide.when-momo type="button" hx-post=(url::order_attempts(screen.order.id)) hx-swap="none" hx-disable="this" {
                (icon("clock")) "Wait for the message"
            }
        }
    }
}

/// What is to be paid, what was received, and the change, which the script shows live. The server computes it again.
fn due(figures: Figures) -> Markup {
    let Figures { amount, tip, .. } = figures;
    let (needed, charged) = (figures.in_cash(), amount + tip);
    let code = Currency::venue().code();
    html! {
        input type="hidden" name="shown" value=(amount);
        input #tendered.vh name="tendered" value=(needed) data-money data-decimals=(Currency::venue().decimals())
            inputmode="none" autocomplete="off" tabindex="-1" aria-label="Cash received";
        dl.change data-change="tendered" data-due=(needed.minor()) aria-live="polite" {
            @if needed == charged {
                div { dt { "To pay" @if tip.is_positive() { ", with tip" } } dd { (needed.with_code()) } }
            } @else {
                div.when-cash { dt { "To pay, rounded" @if tip.is_positive() { ", with tip" } } dd { (needed.with_code()) } }
                div.when-charge { dt { "To pay" @if tip.is_positive() { ", with tip" } } dd { (charged.with_code()) } }
            }
            div.when-cash { dt { "Cash received" } dd { span.cur { (code) } span data-out="given" { (needed) } } }
            div.full.when-cash { dt data-out="label" { "Change due" } dd.huge { span.cur { (code) } span data-out="change" { "0" } } }
        }
    }
}

/// The regions that follow what is typed: the shares, notes and change.
pub fn figures(figures: Figures, sharers: Option<Sharers>) -> Markup {
    let Figures {
        balance, amount, ..
    } = figures;
    let rest = balance - amount;
    html! {
        hx-partial hx-target="#pay-quick" { (quick(figures.in_cash())) }
        hx-partial hx-target="#pay-due" { (due(figures)) }
        @for field in ["amount", "tip", "people", "item"] { hx-partial hx-target={ "#err-" (field) } {} }
        @if let Some(sharers) = sharers { hx-partial hx-target="#pay-shares" { (shares(sharers, balance)) } }
        hx-partial hx-target="#pay-rest" {
            @if rest.is_positive() { (rest.with_code()) " stays on the bill." } @else { "The rest stays on the bill." }
        }
    }
}

fn nothing_to_pay(screen: &Screen) -> Markup {
    let to = url::order_payments(screen.order.id);
    html! {
        section.how aria-label="Nothing to pay" {
            (ui::notice::banner_with(Kind::Ok, "check", true, html! {
                b { "Nothing to pay." } " What is on this order is free; closing it sends what is unsent."
            }))
            (waited_for(screen))
        }
        form.till method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="method" value="nothing_to_pay";
            div {}
            button.btn.xl.primary.wide { (icon("check")) "Close the order" }
        }
    }
}

fn cannot_pay(screen: &Screen, refusal: &TenderRefusal) -> Markup {
    let order = screen.order;
    html! {
        section.how aria-label="How to pay" {
            (pesapal::open_attempts(screen.asked))
            (ui::banner(Kind::Info, true, html! { (refusal) }))
            (waited_for(screen))
            a.btn.lg href=(url::order(order.id)) { "Back to the order" }
            @if screen.person.role.refunds() {
                @for payment in screen.payments {
                    a.btn.lg href=(url::payment_refund(payment.id)) {
                        (icon("undo")) "Give back of " (payment.method.label()) " " (payment.amount)
                    }
                }
                @if order.closed_at.is_some() {
                    button.btn.lg type="button" hx-get=(url::order_reopening(order.id)) hx-target="#sheet" { (icon("edit")) "Open this order again" }
                }
            }
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

//! The result of a payment, with the change in huge digits, and the receipt: 80 mm on paper, the same on screen.

use maud::{Markup, html};

use super::content::Content;
use super::desk::view::verified;
use super::payment::{Method, Payment};
use super::refunds::{Left, Refund};
use super::sharers::Next;
use super::slip::{self, For};
use super::to_paper::DrawerTrouble;
use crate::orders::Order;
use crate::printing::{self, Mark, view::Shown};
use crate::settings::Settings;
use crate::shifts::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, Status, icon};
use crate::values::{Money, PaymentId, Quantity, TokenId};
use crate::web::url;

const NEXT_SALE: &str = r#"{"kind":"takeaway"}"#;

/// What the result of a payment shows.
pub struct Screen<'a> {
    /// The order that was paid.
    pub order: &'a Order,
    /// The payment that this receipt is for.
    pub payment: &'a Payment,
    /// Everything that was paid on the order, in the order of paying.
    pub payments: &'a [Payment],
    /// What was given back on it, in the order of giving.
    pub refunds: &'a [Refund],
    /// What it says of the order.
    pub content: &'a Content,
    /// What of the order it is for, where it was paid by item.
    pub items: &'a [(Quantity, String)],
    /// How the guests go on where something is left.
    pub next: Next,
    /// The address under which the guest finds it.
    pub link: Option<String>,
    /// Whether it says that it is a copy.
    pub mark: Mark,
    /// The café's name, address, tax number, time zone.
    pub settings: &'a Settings,
    /// Whether the till has a printer of its own.
    pub at_printer: bool,
}

/// Where a receipt came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// Of the printer of the till.
    Printer,
    /// Of the browser's.
    Browser,
}

/// The whole screen, for whoever takes payments; `drawer` is what is to be said about theirs.
pub fn page(screen: &Screen, person: &Person, drawer: Option<&DrawerTrouble>) -> Markup {
    let order = screen.order;
    let left = screen.content.left;
    let title = if left.is_positive() {
        "Partly paid"
    } else {
        "Paid"
    };
    let meta = format!("{} · order {}", order.title(), order.number);
    let content = html! {
        (bar(("Floor", &url::floor()), title, &meta, person))
        main.scroll.rcp {
            (result(screen, person, left, drawer))
            (receipt(screen, For::Staff))
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, title, &screen.settings.cafe_name)
        },
        content,
    )
}

/// The page behind the link, for guests: the receipt and nothing else.
pub fn guest_page(screen: &Screen) -> Markup {
    let content = html! { main { h1.vh { "Receipt" } (receipt(screen, For::Guest)) } };
    let cafe = &screen.settings.cafe_name;
    ui::page(ui::Page::new(BodyKind::Plain, "Receipt", cafe), content)
}

/// What changes on the screen when the receipt goes to paper. `anew` is where it came out now: for the browser's printer it
/// opens the print dialog, which a repeated tap does not.
pub fn printed(screen: &Screen, anew: Option<Out>) -> Markup {
    let still_due = screen.order.balance().is_positive();
    let whom = match anew {
        Some(Out::Browser) => For::Paper,
        Some(Out::Printer) | None => For::Staff,
    };
    html! {
        hx-partial hx-target="#receipt" hx-swap="outerHTML" { (receipt(screen, whom)) }
        hx-partial hx-target="#print-receipt" hx-swap="outerHTML" { (print_form(screen, true, still_due)) }
        @if anew == Some(Out::Printer) {
            hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, "It comes out of the printer of this till.")) }
        }
    }
}

/// A tap notes the print; the answer opens the print dialog where the till has no printer.
fn print_form(screen: &Screen, printed: bool, still_due: bool) -> Markup {
    let to = url::payment_prints(screen.payment.id);
    // What came out by itself is seldom wanted again.
    let is_main = !(still_due || screen.at_printer && printed);
    html! {
        form #print-receipt.stack.tight method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            button.btn.xl.wide.primary[is_main] { (icon("print")) @if printed { "Print a copy" } @else { "Print receipt" } }
            @if screen.at_printer { button.btn.wide name="here" value="true" { "Print it in the browser" } }
        }
    }
}

/// What is said about the drawer after a cash payment: it looks again until it is open or stays shut.
pub fn drawer(payment: PaymentId, trouble: Option<&DrawerTrouble>) -> Markup {
    let at = url::payment_drawer(payment);
    let underway = trouble == Some(&DrawerTrouble::Underway);
    html! {
        div #drawer role="status" hx-get=[underway.then_some(&at)] hx-trigger=[underway.then_some("every 1s")]
            hx-target=[underway.then_some("this")] hx-swap=[underway.then_some("outerHTML")] {
            @if let Some(DrawerTrouble::Shut(why)) = trouble {
                (ui::banner(Kind::Bad, true, html! { b { "The drawer did not open." } " " (why) }))
                form hx-post=(at) hx-target="#drawer" hx-swap="outerHTML" hx-disable="find button" {
                    (ui::key_input(&TokenId::new().to_string()))
                    button.btn.xl.wide { (icon("cash")) "Open the drawer" }
                }
            }
        }
    }
}

fn result(
    screen: &Screen,
    person: &Person,
    left: Money,
    trouble: Option<&DrawerTrouble>,
) -> Markup {
    let (order, payment) = (screen.order, screen.payment);
    let still_due = order.balance().is_positive();
    let next_sale = leads_to_next_sale(order);
    let (label, figure) = match payment.method {
        Method::Cash => ("Give change", payment.change),
        _ => ("Paid now", payment.amount),
    };
    html! {
        // One id for both ways to the next sale: whoever taps one and then the other opens one order.
        section.card.stack.done aria-label="Payment result" data-mint=[next_sale.then_some("order")] {
            p {
                @if left.is_positive() { (ui::badge_saying(Status::Due, "Partly paid")) }
                @else { (ui::badge_saying(Status::Paid, "Paid in full")) }
            }
            @if next_sale {
                button.btn.told.change type="button" hx-put=(url::minted_order()) hx-vals=(NEXT_SALE) hx-swap="none" {
                    span { (label) } b.huge { (figure.with_code()) } small { "Tap for the next sale" }
                }
            }
            dl.change {
                @if !next_sale { div.full { dt { (label) } dd.huge { (figure.with_code()) } } }
                @if payment.method == Method::Cash {
                    div { dt { "Paid now" } dd { (payment.amount) } }
                    div { dt { "Cash received" } dd { (payment.tendered.unwrap_or(payment.amount)) } }
                }
                @if let Some(reference) = &payment.reference {
                    div {
                        dt { (payment.method.label()) @if payment.method.is_mobile_money() { " " (verified(payment.verified)) } }
                        dd.ref { (reference) }
                    }
                }
                @if payment.method != Method::Cash && payment.tip.is_positive() { div { dt { "Tip" } dd { (payment.tip) } } }
                @if left.is_positive() { div.full { dt { "Still to pay" } dd { (left.with_code()) } } }
            }
            div.stack.tight {
                @if still_due {
                    a.btn.xl.primary href=(rest(screen)) { (icon("due")) (ways_on(screen)) }
                }
                @if payment.method == Method::Cash { (drawer(payment.id, trouble)) }
                (print_form(screen, screen.mark != Mark::Original, still_due))
                @if person.role.refunds() && Left::of(payment, screen.refunds).is_something() {
                    a.btn href=(url::payment_refund(payment.id)) { (icon("undo")) "Give money back" }
                }
                (done(order))
            }
        }
    }
}

/// The pay screen, as the guests go on.
fn rest(screen: &Screen) -> String {
    format!("{}{}", url::order_pay(screen.order.id), screen.next.query())
}

fn ways_on(screen: &Screen) -> String {
    match screen.next {
        Next::Shares(others) => format!("Next share, {} to go", others.get()),
        Next::Items => "Next guest's items".to_owned(),
        Next::Rest => "Pay the rest".to_owned(),
    }
}

/// Whether Done opens a new counter sale, as does a tap on the change: at the counter the next guest stands there
/// already.
fn leads_to_next_sale(order: &Order) -> bool {
    order.is_counter_sale() && !order.balance().is_positive()
}

/// On to the next guest: at the counter a new sale is ready, else the floor.
fn done(order: &Order) -> Markup {
    html! {
        @if leads_to_next_sale(order) {
            button.btn.xl type="button" hx-put=(url::minted_order()) hx-vals=(NEXT_SALE) hx-swap="none" { "Done" }
        } @else {
            a.btn.xl href=(url::floor()) { "Done" }
        }
    }
}

fn receipt(screen: &Screen, whom: For) -> Markup {
    let shown = Shown {
        id: Some("receipt"),
        printing: whom == For::Paper,
    };
    printing::view::slip(&slip::receipt(screen, whom), shown)
}

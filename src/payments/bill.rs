//! The bill: what guests are shown before they pay. It is no receipt, and nothing is received by it.

use maud::{Markup, html};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::content::{BillLine, Sums, on_the_bill};
use super::slip::{head, lines, served, sums};
use crate::orders::Order;
use crate::printing::{self, Slip, view::Shown};
use crate::settings::Settings;
use crate::shifts::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::TokenId;
use crate::web::url;

/// Which bill of its order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKind {
    /// The first.
    First,
    /// Says what the one before said.
    Copy,
    /// Says something else than the one before.
    Revised,
}

impl BillKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            BillKind::First => "first",
            BillKind::Copy => "copy",
            BillKind::Revised => "revised",
        }
    }

    /// What is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        let kinds = [BillKind::First, BillKind::Copy, BillKind::Revised];
        kinds.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The bill that was printed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The number of it among those of the order, from 1.
    pub place: i16,
    /// Which one it is.
    pub kind: BillKind,
    /// What it said, as [`content_of`] tells it.
    pub content: String,
}

impl Bill {
    /// The next bill of an order that says `content`.
    pub fn after(last: Option<&Bill>, content: String) -> Bill {
        let kind = match last {
            None => BillKind::First,
            Some(last) if last.content == content => BillKind::Copy,
            Some(_) => BillKind::Revised,
        };
        Bill {
            place: last.map_or(0, |last| last.place).saturating_add(1),
            kind,
            content,
        }
    }
}

/// A hash of what a bill of this order says: its lines, its sums and what is paid already. Whose table it is may change.
pub fn content_of(order: &Order) -> String {
    let lines: Vec<_> = on_the_bill(order)
        .map(|line| {
            json!([
                line.name,
                line.quantity,
                line.unit_price,
                line.choices(),
                line.comped
            ])
        })
        .collect();
    let said = json!({ "lines": lines, "total": order.total(), "paid": order.paid });
    hex(&Sha256::digest(said.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the screen of a bill shows.
pub struct Screen<'a> {
    /// The order.
    pub order: &'a Order,
    /// The bill that was printed last.
    pub last: Option<&'a Bill>,
    /// Whether it goes to paper as soon as it is drawn.
    pub printing: bool,
    /// Whether the till has a printer, which has printed it already.
    pub at_printer: bool,
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name, address, tax number, time zone.
    pub settings: &'a Settings,
}

/// The whole screen: the bill, ready to be printed.
pub fn page(screen: &Screen) -> Markup {
    let order = screen.order;
    let said = screen.last.filter(|bill| bill.content == content_of(order));
    let meta = format!("{} · order {}", order.title(), order.number);
    let content = html! {
        (bar(("Order", &url::order(order.id)), "Bill", &meta, screen.person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Bill" {
                @match (said, screen.last) {
                    (Some(_), _) if screen.at_printer => {
                        p role="status" { (icon("print")) "It comes out of the printer of this till." }
                        (print_form(order, "Print a copy", "btn xl"))
                        button.btn type="button" data-print { "Print it in the browser" }
                    },
                    (Some(_), _) => { button.btn.xl.primary type="button" data-print { (icon("print")) "Print bill" } },
                    (None, last) => {
                        @if last.is_some() {
                            (ui::banner(Kind::Warn, true, html! { b { "The order changed." } " What the guests have says something else." }))
                        }
                        (print_form(order, if last.is_some() { "Make a revised bill" } else { "Make the bill" }, "btn xl primary"))
                    },
                }
                a.btn.xl href=(url::order(order.id)) { "Back to the order" }
            }
            @if let Some(bill) = said { (drawn(screen, bill)) }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Bill", &screen.settings.cafe_name)
        },
        content,
    )
}

/// One tap to the bill.
pub fn print_form(order: &Order, label: &str, class: &str) -> Markup {
    let to = url::order_bills(order.id);
    html! {
        form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            button class=(class) { (icon("print")) (label) }
        }
    }
}

fn drawn(screen: &Screen, bill: &Bill) -> Markup {
    let slip = slip(screen.order, bill, screen.settings);
    let shown = Shown {
        printing: screen.printing,
        ..Shown::default()
    };
    printing::view::slip(&slip, shown)
}

/// The bill as it is printed.
pub fn slip(order: &Order, bill: &Bill, settings: &Settings) -> Slip {
    let mut slip = Slip::new("Bill");
    head(&mut slip, settings);
    slip.rule();
    title(&mut slip, bill);
    slip.row(format!("Order {}", order.number), order.title());
    if let Some(at) = order.bill_printed_at {
        let at = settings.day_rule().local(at);
        slip.row(at.day(), at.time());
    }
    served(&mut slip, &order.waiter_name, order.guests);
    slip.rule();
    let on_it: Vec<BillLine> = on_the_bill(order).map(BillLine::of).collect();
    lines(&mut slip, &on_it);
    slip.rule();
    sums(&mut slip, &Sums::of(order));
    if order.paid.is_positive() {
        slip.row("Paid already", -order.paid);
        slip.total("TO PAY", order.balance());
    }
    slip.rule();
    slip.centred("This is not a receipt.");
    slip.centred("Please ask for one when you have paid.");
    slip
}

fn title(slip: &mut Slip, bill: &Bill) {
    slip.heading(match bill.kind {
        BillKind::Revised => "REVISED BILL",
        BillKind::First | BillKind::Copy => "BILL",
    });
    if bill.place > 1 {
        let copy = match bill.kind {
            BillKind::Copy => ", copy",
            BillKind::First | BillKind::Revised => "",
        };
        slip.centred(format!("No. {} of this order{copy}", bill.place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_that_says_the_same_is_a_copy_and_another_is_revised() {
        let first = Bill::after(None, "a".into());
        assert_eq!((first.place, first.kind), (1, BillKind::First));
        let copy = Bill::after(Some(&first), "a".into());
        assert_eq!((copy.place, copy.kind), (2, BillKind::Copy));
        let revised = Bill::after(Some(&copy), "b".into());
        assert_eq!((revised.place, revised.kind), (3, BillKind::Revised));
        // Back to what it said first is a change of what the guests have.
        let again = Bill::after(Some(&revised), "a".into());
        assert_eq!(again.kind, BillKind::Revised);
    }

    #[test]
    fn every_kind_is_found_again_by_its_stored_word() {
        for kind in [BillKind::First, BillKind::Copy, BillKind::Revised] {
            assert_eq!(BillKind::stored(kind.as_str()), Some(kind));
        }
        assert_eq!(BillKind::stored("draft"), None);
    }
}

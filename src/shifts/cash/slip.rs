//! The slip of a movement of cash: what goes into the drawer in the place of the notes, with room for two names.

use maud::{Markup, html};

use super::movement::{Moved, Movement};
use crate::settings::Settings;
use crate::shifts::ledger::EntryKind;
use crate::shifts::shift::Shift;
use crate::shifts::view::bar;
use crate::staff::Person;
use crate::ui::{self, BodyKind, icon};
use crate::values::Currency;
use crate::web::url;

/// The whole screen.
pub fn page(shift: &Shift, moved: &Moved, person: &Person, settings: &Settings) -> Markup {
    let to = url::shift_cash(shift.id);
    let content = html! {
        (bar(("Cash", &to), &moved.done(), &shift.name, person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Done" {
                p { (ui::badge_saying(ui::Status::Paid, "Booked")) }
                @if moved.kind != EntryKind::NoSale {
                    dl.change { div.full { dt { (moved.done()) } dd.huge { (moved.amount.abs().with_code()) } } }
                }
                div.stack.tight {
                    button.btn.xl.primary type="button" data-print { (icon("print")) "Print slip" }
                    a.btn.xl href=(to) { "Done" }
                }
            }
            (slip(shift, moved, settings))
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Cash slip", &settings.cafe_name)
        },
        content,
    )
}

fn slip(shift: &Shift, moved: &Moved, settings: &Settings) -> Markup {
    let at = settings.day_rule().local(moved.at);
    let row = |label: &str, value: &str| html! { tr { td { (label) } td.num { (value) } } };
    html! {
        article.receipt aria-label="Cash slip, 80 mm" {
            div.c { h2 { (settings.cafe_name.to_uppercase()) } (moved.done().to_uppercase()) " " (moved.number) }
            hr;
            table {
                (row("Shift of", &shift.name))
                (row("Cash", &shift.cash.to_string()))
                (row(&at.day(), &at.time()))
                (row("Booked by", &moved.by))
                @if let Some(name) = &moved.approved_by { (row("Agreed", name)) }
            }
            hr;
            table {
                @if moved.kind != EntryKind::NoSale {
                    tr.tot { td { (Currency::venue().code()) } td.num { (moved.amount.abs()) } }
                }
                @if let Some(reason) = &moved.reason { tr { td colspan="2" { (reason) } } }
            }
            @if Movement::of(moved.kind).is_some() {
                hr;
                table {
                    tr { td colspan="2" { "Given by" br; br; "______________________________" } }
                    tr { td colspan="2" { "Received by" br; br; "______________________________" } }
                }
            }
        }
    }
}

//! The slip of a movement of cash: what goes into the drawer in the place of the notes, with room for two names.

use maud::{Markup, html};

use super::movement::{Moved, Movement};
use crate::printing::Slip;
use crate::printing::view::{self, Shown};
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
            (view::slip(&slip(shift, moved, settings), Shown::default()))
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

/// The slip as it is printed.
pub fn slip(shift: &Shift, moved: &Moved, settings: &Settings) -> Slip {
    let at = settings.day_rule().local(moved.at);
    let mut slip = Slip::new("Cash slip");
    slip.heading(settings.cafe_name.to_uppercase());
    slip.centred(format!("{} {}", moved.done().to_uppercase(), moved.number));
    slip.rule();
    slip.row("Shift of", &shift.name);
    slip.row("Cash", &shift.cash);
    slip.row(at.day(), at.time());
    slip.row("Booked by", &moved.by);
    if let Some(name) = &moved.approved_by {
        slip.row("Agreed", name);
    }
    slip.rule();
    if moved.kind != EntryKind::NoSale {
        slip.total(Currency::venue().code(), moved.amount.abs());
    }
    if let Some(reason) = &moved.reason {
        slip.text(reason);
    }
    if Movement::of(moved.kind).is_some() {
        slip.rule();
        for whose in ["Given by", "Received by"] {
            slip.text(whose);
            slip.space();
            slip.text("_".repeat(30));
        }
    }
    slip
}

#[cfg(test)]
mod tests;

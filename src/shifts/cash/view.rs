//! The page of cash that moves without a sale.

use maud::{Markup, html};

use super::movement::{Alone, Moved, Movement};
use crate::settings::Settings;
use crate::shifts::ledger::EntryKind;
use crate::shifts::shift::Shift;
use crate::shifts::view::bar;
use crate::staff::approval::Approver;
use crate::staff::{Person, approval_fields};
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{Currency, DayRule, Money, TokenId};
use crate::web::url;

/// The choice of opening the drawer without a sale, in the address of the page.
pub const OPENING: &str = "no_sale";

/// What somebody is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// To move cash.
    Movement(Movement),
    /// To open the drawer without a sale.
    Opening,
}

/// What the page is drawn from.
pub struct Screen<'a> {
    /// Whose cash it is.
    pub shift: &'a Shift,
    /// What moved it by hand so far.
    pub moved: &'a [Moved],
    /// What somebody is about to do.
    pub chosen: Option<Chosen>,
    /// Whether the person may open the drawer without a sale.
    pub opens: bool,
    /// How far the person may go alone.
    pub alone: Alone,
    /// Whom they may ask.
    pub approvers: Vec<Approver>,
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name, reasons, time zone.
    pub settings: &'a Settings,
}

/// The whole page. It is blind as the count is: nothing here says how much should be in the drawer.
pub fn page(screen: &Screen) -> Markup {
    let shift = screen.shift;
    let rule = screen.settings.day_rule();
    let content = html! {
        (bar(back(shift, screen.person), "Cash in and out", &meta(shift), screen.person))
        main.scroll {
            div.narrow.wide2.two {
                section.card.stack #cash-deed {
                    @if !shift.is_open() {
                        (ui::banner(Kind::Info, true, html! { "This shift is closed; nothing moves in it any more." }))
                    } @else if !shift.has_cash() {
                        (ui::banner(Kind::Warn, true, html! { b { "Count the float first." } " This shift has no cash yet." }))
                    } @else {
                        (choices(screen))
                        @match screen.chosen {
                            None => p.dim { "Everything here gets a slip, and stands on the shift report." },
                            Some(Chosen::Movement(movement)) => (movement_form(screen, movement)),
                            Some(Chosen::Opening) => (opening_form(screen)),
                        }
                    }
                }
                section.card #cash-moved {
                    header { h2 { "So far" } span.push.dim { (screen.moved.len()) } }
                    (list(screen, &rule))
                }
            }
        }
    };
    whole(content, &screen.settings.cafe_name)
}

fn whole(content: Markup, cafe: &str) -> Markup {
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Cash in and out", cafe)
        },
        content,
    )
}

fn back(shift: &Shift, person: &Person) -> (&'static str, &'static str) {
    // Paths without a parameter are their own patterns.
    match shift.staff == person.id {
        true => ("Shift", url::at::shift),
        false => ("Shifts", url::at::shifts),
    }
}

fn meta(shift: &Shift) -> String {
    format!("{} · {}", shift.name, shift.cash)
}

fn choices(screen: &Screen) -> Markup {
    let page = url::shift_cash(screen.shift.id);
    let choice = |kind: &str, symbol: &str, label: &str, is_chosen: bool| {
        html! {
            a.btn.lg href={ (page) "?kind=" (kind) } aria-current=[is_chosen.then_some("true")] { (icon(symbol)) (label) }
        }
    };
    html! {
        nav.deeds aria-label="What happens with the cash" {
            @for movement in Movement::ALL {
                (choice(movement.as_str(), symbol(movement.kind()), movement.deed(), screen.chosen == Some(Chosen::Movement(movement))))
            }
            @if screen.opens { (choice(OPENING, symbol(EntryKind::NoSale), "Open the drawer", screen.chosen == Some(Chosen::Opening))) }
        }
    }
}

fn symbol(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::PaidIn => "plus",
        EntryKind::PaidOut => "minus",
        EntryKind::Drop => "lock",
        EntryKind::TipOut => "tip",
        _ => "key",
    }
}

fn movement_form(screen: &Screen, movement: Movement) -> Markup {
    let to = url::shift_cash(screen.shift.id);
    let reasons = match movement {
        Movement::PaidIn => Some(&screen.settings.paid_in_reasons),
        Movement::PaidOut => Some(&screen.settings.paid_out_reasons),
        Movement::Drop | Movement::TipOut => None,
    };
    html! {
        form #cash-form.stack method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="movement" value=(movement.as_str());
            (ui::error_place("movement", None))
            (ui::money_field(Currency::venue().code(), amount_label(movement), "amount", "", None, None))
            @match (reasons, movement) {
                (Some(reasons), _) => (ui::reasons(reasons)),
                (None, Movement::TipOut) => (ui::Field::new("To whom", "reason").max(200).required()),
                (None, _) => (ui::Field::new("Note", "reason").max(200).hint("Who takes it, the number of the bag.")),
            }
            // Where somebody has to agree, they come before the button; where they may have to, it is at hand.
            @if screen.alone.counted { (limit(screen, movement)) }
            button.btn.xl.primary.wide { (icon(symbol(movement.kind()))) (movement.deed()) }
            @if !screen.alone.counted { (limit(screen, movement)) }
        }
    }
}

fn amount_label(movement: Movement) -> &'static str {
    match movement {
        Movement::PaidIn => "How much goes in",
        Movement::PaidOut => "How much goes out",
        Movement::Drop => "How much goes to the safe",
        Movement::TipOut => "How much is handed out",
    }
}

/// How far the person may go alone, and who agrees beyond it.
fn limit(screen: &Screen, movement: Movement) -> Markup {
    let gone: Money = screen
        .moved
        .iter()
        .filter(|moved| moved.kind == movement.kind())
        .map(|moved| -moved.amount)
        .sum();
    let own = screen.shift.staff == screen.person.id;
    if screen.alone.counted && (own || !screen.person.role.manages()) {
        return html! {
            p.dim { "The cash was counted already: from now on a manager agrees to whatever moves." }
            (agreement(&screen.approvers, screen.person, &url::shift_cash(screen.shift.id)))
        };
    }
    let gone = match movement {
        Movement::PaidOut => gone + screen.alone.put_back,
        _ => gone,
    };
    let left = |of: Money| of.less(gone).with_code();
    let said = match movement {
        Movement::PaidOut if screen.alone.paid_out.is_positive() => html! {
            "Up to " (left(screen.alone.paid_out)) " more needs nobody else in this shift."
        },
        Movement::TipOut => html! {
            "Up to " (left(screen.alone.tips)) " of what guests gave in this shift needs nobody else."
        },
        _ => return html! {},
    };
    html! {
        @if !screen.person.role.manages() {
            p.dim { (said) }
            (agreement(&screen.approvers, screen.person, &url::shift_cash(screen.shift.id)))
        }
    }
}

fn agreement(approvers: &[Approver], person: &Person, to: &str) -> Markup {
    html! {
        fieldset.stack { legend.eyebrow { "A manager agrees" } (approval_fields(approvers, person.terminal.is_some(), to)) }
    }
}

fn opening_form(screen: &Screen) -> Markup {
    let to = url::shift_openings(screen.shift.id);
    html! {
        form #cash-form.stack method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
            (ui::key_input(&TokenId::new().to_string()))
            p.dim { "Opening without a sale is noted with your name, and owners look at it." }
            (ui::reasons(&screen.settings.no_sale_reasons))
            @if !screen.person.role.manages() { (agreement(&screen.approvers, screen.person, &to)) }
            button.btn.xl.primary.wide { (icon("key")) "Open the drawer" }
        }
    }
}

fn list(screen: &Screen, rule: &DayRule) -> Markup {
    html! {
        @if screen.moved.is_empty() {
            (ui::empty("cash", "Nothing yet", "Cash that was put in, paid out or taken to the safe stands here.", html! {}))
        } @else {
            ul.todo { @for moved in screen.moved.iter().rev() { (row(screen, moved, rule)) } }
        }
    }
}

fn row(screen: &Screen, moved: &Moved, rule: &DayRule) -> Markup {
    let may_go_back = screen.shift.is_open() && moved.reversal().is_ok();
    html! {
        li id={ "cash-" (moved.id) } {
            (icon(symbol(moved.kind)))
            div {
                b { (moved.done()) @if moved.kind != EntryKind::NoSale { " " (moved.amount) } }
                span.dim {
                    (rule.local(moved.at).time()) " · " (moved.by)
                    @if let Some(name) = &moved.approved_by { ", agreed by " (name) }
                    @if let Some(reason) = &moved.reason { " · " (reason) }
                }
                @if moved.is_reversed { " " (ui::badge_of(Kind::Warn, false, "Taken back")) }
            }
            div.row.wrap {
                a.btn href=(url::shift_cash_entry(screen.shift.id, moved.id)) { "Slip" span.vh { " of " (moved.done()) " " (moved.number) } }
                @if may_go_back {
                    a.btn.quiet href=(url::shift_cash_reversal(screen.shift.id, moved.id)) { (icon("undo")) "Take back" span.vh { " " (moved.done()) " " (moved.number) } }
                }
            }
        }
    }
}

/// The page that asks why a movement is taken back.
pub fn back_page(
    shift: &Shift,
    moved: &Moved,
    alone: Alone,
    approvers: &[Approver],
    person: &Person,
    settings: &Settings,
) -> Markup {
    let to = url::shift_cash_reversal(shift.id, moved.id);
    let page = url::shift_cash(shift.id);
    let own = shift.staff == person.id;
    let limited =
        alone.paid_out.is_positive() && moved.kind == EntryKind::PaidIn && !person.role.manages();
    let counted = alone.counted && (own || !person.role.manages());
    let content = html! {
        (bar(("Cash", &page), "Take back", &meta(shift), person))
        main.scroll.rcp {
            form #cash-form.card.stack.done method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
                (ui::key_input(&TokenId::new().to_string()))
                dl.kv {
                    dt { (moved.done()) } dd { (moved.amount) }
                    @if let Some(reason) = &moved.reason { dt { "Why" } dd { (reason) } }
                    dt { "Booked by" } dd { (moved.by) }
                }
                p.dim { "What was booked stays and is struck out by an entry the other way. Put the cash back where it was." }
                (ui::note_field("Why it is taken back", "reason", "", 200, None))
                @if limited || counted { (agreement(approvers, person, &to)) }
                button.btn.xl.primary.wide { (icon("undo")) "Take it back" }
                a.btn.xl href=(page) { "Leave it" }
            }
        }
    };
    whole(content, &settings.cafe_name)
}

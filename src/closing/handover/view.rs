//! The page on which a drawer changes hands.

use maud::{Markup, html};

use crate::closing::count::Count;
use crate::closing::tender;
use crate::closing::view::variance_line;
use crate::shifts::{Shift, bar};
use crate::staff::approval::{Approver, Colleague};
use crate::staff::{Person, approval_fields, secret_fields};
use crate::ui::{self, BodyKind, icon};
use crate::values::{Currency, Money, TokenId};
use crate::web::url;

/// What the page shows.
pub struct Screen<'a> {
    /// The shift whose cash it is.
    pub shift: &'a Shift,
    /// What was counted.
    pub count: &'a Count,
    /// Who may take it.
    pub takers: Vec<Colleague>,
    /// The variance that needs no approval.
    pub threshold: Money,
    /// Who may agree to more.
    pub approvers: Vec<Approver>,
    /// Whose it is.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
}

/// The whole page.
pub fn page(screen: &Screen) -> Markup {
    let Screen { shift, count, .. } = *screen;
    let to = url::shift_handover(shift.id);
    let largest = tender::largest(count.variance(), &count.tenders, screen.threshold);
    let on_terminal = screen.person.terminal.is_some();
    let meta = format!("{} · {}", shift.name, shift.cash);
    let back = url::shift_count(shift.id);
    let content = html! {
        (bar(("Count", &back), "Hand over", &meta, screen.person))
        main.scroll.rcp {
            form #handover.card.stack.done novalidate method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
                (ui::key_input(&TokenId::new().to_string()))
                input type="hidden" name="count" value=(count.id);
                dl.stat { dt { "Counted" } dd { (count.counted.with_code()) } }
                @if largest.needs_approval() {
                    (variance_line(largest))
                    (ui::note_field("Reason", "reason", "", 200, None))
                    fieldset.stack { legend.eyebrow { "A manager agrees" } (approval_fields(&screen.approvers, on_terminal, &to)) }
                }
                (ui::around("Who takes it over", "taker", None, None, html! {
                    select name="taker" id="taker" aria-describedby="err-taker" required {
                        option value="" { "Choose" }
                        @for one in &screen.takers {
                            option value=(one.id) { (one.name) @if one.on_shift { " · on shift" } }
                        }
                    }
                }))
                (ui::money_field(Currency::venue().code(), "What they count in it", "amount", &count.counted.to_string(), None, Some("Another figure hands nothing over.")))
                (secret_fields("taker_secret", "taker_password", on_terminal))
                p.dim { "Your shift closes with this count. Theirs begins with it, and takes the open orders." }
                button.btn.xl.primary.wide { (icon("check")) "Hand over" }
                a.btn.xl href=(back) { "Not now" }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Hand over", screen.cafe)
        },
        content,
    )
}

//! The part of a dialog in which a manager consents.

use maud::{Markup, html};

use crate::staff::approval::Approver;
use crate::ui::{self, keypad::pin_keypad_or_other};

/// Who approves, and their PIN or password: the fields `approver`, `secret` and `password` of a form of
/// the asking room, of which [`crate::staff::approval::given`] makes one. Away from a paired terminal only
/// a password counts, and so only that is asked.
pub fn approval_fields(approvers: &[Approver], on_terminal: bool) -> Markup {
    if approvers.is_empty() {
        return ui::notice::banner(
            ui::Kind::Warn,
            true,
            html! { "Nobody can approve this: no other manager or admin has chosen a password yet." },
        );
    }
    let password = ui::Field::new("Their password", "password")
        .kind("password")
        .max(200);
    html! {
        (ui::around("Who approves", "approver", None, None, html! {
            select name="approver" id="approver" aria-describedby="err-approver" {
                option value="" { "Choose" }
                @for one in approvers {
                    option value=(one.id) {
                        (one.name) " · " (one.role.label()) @if one.on_shift { " · on shift" }
                    }
                }
            }
        }))
        @if on_terminal {
            (pin_keypad_or_other("secret"))
            details.stack {
                summary { "Use a password instead" }
                (password)
            }
        } @else {
            (password)
            (ui::error_place("secret", None))
        }
    }
}
